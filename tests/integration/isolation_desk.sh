# shellcheck shell=sh
# The walk of test_isolation.sh over the service desk; isolation_desk.sql says what is there. Sourced by it.

desk_state() { # all of the desk that could be changed by who must not
	state_of_two
	sql "SELECT * FROM company_contact WHERE company_id = 2; SELECT * FROM contract WHERE company_id = 2; SELECT * FROM plan;
		SELECT * FROM ticket WHERE company_id IS DISTINCT FROM 1; SELECT count(*) FROM ticket_event e JOIN ticket USING (ticket_id)
		WHERE company_id IS DISTINCT FROM 1; SELECT * FROM vendor; SELECT * FROM dispatch_order WHERE company_id = 2;
		SELECT count(*) FROM dispatch_event WHERE company_id = 2; SELECT count(*) FROM outbox"
}
# What staff and members see, and a wall does not: PATTERN PREFIX ID1 ID2 SUFFIX
desk_object() {
	walk GET "$1"
	for who in member1 analyst1 viewer1 desk1; do
		same_as_none "GET $1 by $who" GET "$2$4$5" "$2${4}99999$5"
		ask GET "$2$3$5"
		check_equal "GET $1 by $who: the own one" '200 unseen' "$status $(seen)"
	done
	who=wall1
	ask GET "$2$3$5"
	check_equal "GET $1 by $who" 403 "$status"
	for who in member2 analyst desk; do
		ask GET "$2$4$5"
		check_equal "GET $1 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
}
desk_list() { # PATTERN QUERY
	walk GET "$1"
	for who in member1 analyst1 viewer1 desk1; do
		ask GET "$1$2"
		check_equal "GET $1$2 by $who" '200 unseen' "$status $(seen)"
	done
	for who in member2 desk; do
		ask GET "$1$2"
		check_equal "GET $1$2 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
	for who in member1 analyst1; do
		same_as_none "GET $1 of another by $who" GET "$1?company=2" "$1?company=299999"
	done
}
# Changes of what is of company 1 or 2: WHO METHOD PATTERN PREFIX SUFFIX BODY [HEADER]. WHO may of the own company, the
# others may not even that.
desk_changes() {
	desk_who=$1
	shift
	walk "$1" "$2"
	before=$(desk_state)
	for who in $desk_who; do
		same_as_none "$1 $2 by $who" "$1" "${3}200$4" "${3}299999$4" ${5:+-d "$5"} -H "${6:-X-None: 1}"
	done
	for who in member1 analyst1 viewer1 wall1; do
		case " $desk_who " in
		*" $who "*) continue ;;
		esac
		ask "$1" "${3}100$4" ${5:+-d "$5"} -H "${6:-X-None: 1}"
		check_equal "$1 $2 by $who: not even of one's own" 403 "$status"
	done
	check_equal "$1 $2: nothing was changed" "$before" "$(desk_state)"
}
# What is only for those who see all companies: METHOD PATTERN PATH [BODY]
desk_for_all() {
	walk "$1" "$2"
	before=$(desk_state)
	for who in member1 member2 viewer1 analyst1 lead1 desk1 wall1 vendor1; do
		ask "$1" "$3" ${4:+-d "$4"} -H 'If-Match: "1"'
		check_equal "$1 $2 by $who" '403 unseen' "$status $(seen)"
	done
	check_equal "$1 $2: nothing was changed" "$before" "$(desk_state)"
}

desk_object '/v1/companies/{id}/people' /v1/companies/ 1 2 /people
desk_object '/v1/companies/{id}/contracts' /v1/companies/ 1 2 /contracts
desk_object '/v1/tickets/{id}' /v1/tickets/ 100 200 ''
desk_object '/v1/orders/{id}' /v1/orders/ 100 200 ''
desk_list /v1/tickets ''
desk_list /v1/tickets '?q=e&counts=true&state=open,working,waiting,closed'
desk_list /v1/orders ''
for who in member1 member2 analyst1 desk1 viewer1; do
	same_as_none "a ticket of nobody by $who" GET /v1/tickets/300 /v1/tickets/99999
done
who=member1
ask GET '/v1/tickets?q=MARKER&counts=true'
check_equal "$who finds nothing of others" '200 0 0' "$status $(jq -r '"\(.tickets | length) \(.counts | add)"' "$STATE/body")"
ask GET '/v1/orders?vendor=2'
check_equal "$who finds no orders of another's vendor" '200 0' "$status $(jq -r '.orders | length' "$STATE/body")"
for who in member1 analyst1; do
	for query in '/v1/orders?ticket=200' '/v1/orders?incident=200' '/v1/tickets?incident=200'; do
		ask GET "$query"
		check_equal "GET $query by $who" '200 unseen' "$status $(seen)"
	done
done
walk GET /v1/plans
walk GET /v1/ticket-words
for path in /v1/plans /v1/ticket-words; do
	for who in member1 analyst1 viewer1 desk1; do
		ask GET "$path"
		check_equal "GET $path by $who" '200 unseen' "$status $(seen)"
	done
	who=wall1
	ask GET "$path"
	check_equal "GET $path by $who" 403 "$status"
done

portal='member1 analyst1 desk1'
match='If-Match: "1"'
walk POST '/v1/companies/{id}/people'
walk POST '/v1/companies/{id}/contracts'
before=$(desk_state)
for who in $portal; do
	same_as_none "POST people by $who" POST /v1/companies/2/people /v1/companies/99999/people -d '{"name":"x","email":"x@x.example"}'
done
for who in viewer1 wall1 vendor1; do
	ask POST /v1/companies/1/people -d '{"name":"x","email":"x@x.example"}'
	check_equal "POST people by $who: not even of one's own" 403 "$status"
done
contract='{"plan_id":1,"is_member":true,"from_day":"2022-01-01","to_day":"2022-01-31"}'
for who in lead1 desk1; do
	same_as_none "POST contracts by $who" POST /v1/companies/2/contracts /v1/companies/99999/contracts -d "$contract"
done
for who in member1 analyst1 viewer1 wall1 vendor1; do
	ask POST /v1/companies/1/contracts -d "$contract"
	check_equal "POST contracts by $who: not even of one's own" 403 "$status"
done
check_equal 'people and contracts: nothing was changed' "$before" "$(desk_state)"
desk_changes "$portal" PATCH '/v1/people/{id}' /v1/people/ '' '{"name":"x"}' "$match"
desk_changes "$portal" DELETE '/v1/people/{id}' /v1/people/ '' ''
desk_changes "$portal" POST '/v1/people/{id}/reviewed' /v1/people/ /reviewed ''
desk_changes 'lead1 desk1' PATCH '/v1/contracts/{id}' /v1/contracts/ '' '{"note":"x"}' "$match"
desk_changes 'analyst1 desk1' PATCH '/v1/tickets/{id}' /v1/tickets/ '' '{"severity":3}' "$match"
desk_changes "$portal" POST '/v1/tickets/{id}/notes' /v1/tickets/ /notes '{"text":"x"}'
expected="{\"expected_at\":\"$(date -u -d '1 hour' +%Y-%m-%dT%H:%M:%SZ)\"}"
desk_changes 'analyst1 desk1 vendor1' POST '/v1/orders/{id}/accept' /v1/orders/ /accept "$expected"
desk_changes 'analyst1 desk1 vendor1' POST '/v1/orders/{id}/decline' /v1/orders/ /decline '{"reason":"x"}'
desk_changes 'analyst1 desk1 vendor1' POST '/v1/orders/{id}/arrive' /v1/orders/ /arrive '{}'
desk_changes 'analyst1 desk1 vendor1' POST '/v1/orders/{id}/leave' /v1/orders/ /leave '{}'
desk_changes 'analyst1 desk1 vendor1' POST '/v1/orders/{id}/report' /v1/orders/ /report '{"work_report":"x","cost_yen":1}'
desk_changes 'analyst1 desk1 vendor1' POST '/v1/orders/{id}/notes' /v1/orders/ /notes '{"text":"x"}'
walk POST /v1/tickets
new='"category":"question","subject":"x"'
before=$(desk_state)
for who in analyst1 desk1; do
	ask POST /v1/tickets -d "{$new,\"company_id\":299999}"
	nothing="$status $(bare)"
	ask POST /v1/tickets -d "{$new,\"company_id\":2}"
	check_equal "POST /v1/tickets for another by $who: as if there were none" "404 $nothing" "$status $status $(bare)"
	for link in incident_id sensor_id contact_id; do
		ask POST /v1/tickets -d "{$new,\"$link\":200}"
		check_equal "... nor linked to another's $link" "400 /$link" "$status $(jq -r '.errors[0].pointer' "$STATE/body")"
	done
	ask POST /v1/tickets -d "{$new,\"owner_id\":$(sql "SELECT user_id FROM app_user WHERE email = 'analyst2'")}"
	check_equal "... nor owned by another's people" '400 /owner_id' "$status $(jq -r '.errors[0].pointer' "$STATE/body")"
done
check_equal 'tickets: nothing was changed' "$before" "$(desk_state)"

desk_for_all POST /v1/plans /v1/plans '{"name":"x","member_yen":1,"other_yen":1,"from_day":"2022-01-01"}'
desk_for_all PATCH '/v1/plans/{id}' /v1/plans/1 '{"name":"x"}'
desk_for_all POST '/v1/tickets/{id}/answer' /v1/tickets/200/answer '{"text":"x"}'
desk_for_all GET /v1/callers '/v1/callers?q=MARKER'
desk_for_all GET /v1/vendors /v1/vendors
desk_for_all POST /v1/vendors /v1/vendors '{"name":"x"}'
desk_for_all GET '/v1/vendors/{id}' /v1/vendors/2
desk_for_all PATCH '/v1/vendors/{id}' /v1/vendors/2 '{"note":"x"}'
desk_for_all GET /v1/vendors/match '/v1/vendors/match?company=2'
desk_for_all POST /v1/orders /v1/orders '{"kind":"onsite","company_id":2,"vendor_id":2,"task":"x","place":"x","contact_name":"x","contact_phone":"1"}'
desk_for_all PATCH '/v1/orders/{id}' /v1/orders/200 '{"task":"x"}'
desk_for_all POST '/v1/orders/{id}/return' /v1/orders/200/return '{"reason":"x"}'
desk_for_all POST '/v1/orders/{id}/approve' /v1/orders/200/approve
desk_for_all POST '/v1/orders/{id}/cancel' /v1/orders/200/cancel '{"reason":"x"}'
who=desk
for path in '/v1/callers?q=MARKER' /v1/vendors /v1/vendors/2 '/v1/vendors/match?company=2' /v1/tickets/300; do
	ask GET "$path"
	check_equal "GET $path by $who: there is something to see" '200 seen' "$status $(seen)"
done

# ---- a vendor's people: their own orders, and nothing else of the whole api
who=vendor1
ask GET /v1/orders
check_equal "the orders of $who" '200 unseen 100' "$status $(seen) $(jq -r '[.orders[].id | tostring] | join(" ")' "$STATE/body")"
check_equal '... without numbers of anything else' 'null null null null' \
	"$(jq -r '.orders[0] | "\(.company_id) \(.ticket_id) \(.incident_id) \(.requested_by)"' "$STATE/body")"
same_as_none "another firm's order by $who" GET /v1/orders/200 /v1/orders/299999
who=vendor2
ask GET /v1/orders/200
check_equal "GET /v1/orders/200 by $who: there is something to see" '200 seen' "$status $(seen)"
# Every route of the contract that wants somebody signed in, but for these.
cat >"$STATE/of_vendors" <<'ROUTES'
DELETE /v1/session
GET /v1/me
GET /v1/orders
GET /v1/orders/{id}
PATCH /v1/me
POST /v1/orders/{id}/accept
POST /v1/orders/{id}/arrive
POST /v1/orders/{id}/decline
POST /v1/orders/{id}/leave
POST /v1/orders/{id}/notes
POST /v1/orders/{id}/report
ROUTES
awk '/^paths:/ { on = 1; next } /^[a-z]/ { on = 0 }
	!on { next }
	/^  \// { path = $1; sub(/:$/, "", path) }
	/^    (get|post|patch|put|delete):/ { method = toupper($1); sub(/:/, "", method); print method " " path }
	/^      security: \[\]/ { print "open " method " " path }' "$top/docs/openapi.yaml" >"$STATE/all_routes"
sed -n 's/^open //p' "$STATE/all_routes" | sort >"$STATE/open_routes"
grep -v '^open ' "$STATE/all_routes" | sort | comm -23 - "$STATE/open_routes" | comm -23 - "$STATE/of_vendors" >"$STATE/not_of_vendors"
check_equal 'there are many such routes' yes "$([ "$(wc -l <"$STATE/not_of_vendors")" -ge 80 ] && echo yes)"
before=$(desk_state)
who=vendor1 admitted=''
while read -r method pattern; do
	path=$(echo "$pattern" | sed 's/{id}/100/; s/{[a-z_]*}/x/g')
	ask "$method" "$path" -d '{}' -H 'If-Match: "1"' </dev/null
	[ "$status" = 403 ] || admitted="$admitted $method $pattern=$status"
done <"$STATE/not_of_vendors"
check_equal "nothing else of the whole api is for $who" '' "$admitted"
check_equal '... and nothing was changed' "$before" "$(desk_state)"

# Whatever the code forgets: the database shows a vendor's transaction its orders and their entries.
vendor_rows() { # VENDOR: tables with a company's rows that it shows, and how many
	for table in $(sql "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
		AND has_table_privilege('hinomi_api', c.oid, 'SELECT') AND c.relname <> 'audit' ORDER BY 1"); do
		psql -X -q -At -d "$conninfo" -c BEGIN -c 'SET LOCAL ROLE hinomi_api' -c "SET LOCAL app.company = ''" \
			-c "SET LOCAL app.vendor = '$1'" -c "SELECT '$table ' || count(*) FROM $table HAVING count(*) > 0" -c COMMIT
	done | tr '\n' ' '
}
check_equal 'the tables of a vendor' 'dispatch_event 1 dispatch_order 1 ' "$(vendor_rows 1)"
check_equal '... of none' '' "$(vendor_rows 99)"
vendor_writes() { # STATEMENT...: how many of them change anything
	vendor_written=0
	for statement; do
		psql -X -q -At -d "$conninfo" -c BEGIN -c 'SET LOCAL ROLE hinomi_api' -c "SET LOCAL app.company = ''" \
			-c "SET LOCAL app.vendor = '1'" -c "WITH w AS ($statement RETURNING 1) SELECT count(*) FROM w" -c ROLLBACK >"$STATE/body" 2>&1
		! grep -qx '[1-9][0-9]*' "$STATE/body" || vendor_written=$((vendor_written + 1))
	done
	echo "$vendor_written"
}
check_equal 'what a vendor may write' 2 "$(vendor_writes "UPDATE dispatch_order SET technician = 'x'" \
	"INSERT INTO dispatch_event (company_id, order_id, kind, side, body) VALUES (1, 100, 'note', 'vendor', '{}')")"
check_equal 'what it may not' 0 "$(vendor_writes 'UPDATE dispatch_order SET vendor_id = 2' "UPDATE dispatch_order SET task = 'x' WHERE order_id = 200" \
	"INSERT INTO dispatch_event (company_id, order_id, kind, side, body) VALUES (2, 200, 'note', 'vendor', '{}')" \
	"INSERT INTO dispatch_order (company_id, kind, vendor_id, company_name, place, contact_name, contact_phone, task, requested_by) SELECT 1, 'onsite', 1, 'x', 'x', 'x', 'x', 'x', user_id FROM app_user LIMIT 1" \
	"INSERT INTO ticket (channel, category, subject) VALUES ('phone', 'question', 'x')" "UPDATE ticket SET subject = 'x'" \
	"UPDATE vendor SET name = 'x'" "INSERT INTO ticket_event (ticket_id, kind, body) VALUES (100, 'note', '{}')" \
	"UPDATE contract SET note = 'x'" "UPDATE company_contact SET name = 'x'")"

# ---- and of one's own it works
who=member1
ask POST /v1/companies/1/people -d '{"name":"x","email":"x@x.example"}'
check_equal "$who adds somebody" '201 unseen' "$status $(seen)"
ask PATCH /v1/people/100 -d '{"role":"x"}' -H "$match"
check_equal "... or changes" '200 unseen' "$status $(seen)"
ask POST /v1/tickets -d "{$new}"
check_equal "$who opens a ticket" '201 unseen' "$status $(seen)"
ask POST /v1/tickets/100/notes -d '{"text":"x"}'
check_equal "$who adds a note" '201 unseen' "$status $(seen)"
who=vendor1
ask POST /v1/orders/100/accept -d "$expected"
check_equal "$who accepts" '200 unseen' "$status $(seen)"
who=member1
ask GET /v1/incidents/100
check_equal '... and the incident tells it' 'accepted' "$(jq -r '[.timeline[] | select(.kind == "order")][0].body.what' "$STATE/body")"
