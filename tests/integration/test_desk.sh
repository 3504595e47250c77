#!/bin/sh
# The service desk over the api, against a real PostgreSQL and curl: whom companies want to be told, contracts, caller
# look-up, a ticket from the portal to its end, and an order to a vendor followed to its end by three logins (desk,
# vendor, member). desk.sql says who is there.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

api_prepare api_data.sql desk.sql || exit 1
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
desk='' lead='' viewer='' member='' other='' mori='' abe='' ueda='' bound='' wall=''
sign_in hayashi@example.jp && desk=$cookie
sign_in kato@example.jp && lead=$cookie
sign_in viewer@example.jp && viewer=$cookie
sign_in yamada@example.jp && member=$cookie # of company 1
sign_in okada@example.jp && other=$cookie   # of company 2
sign_in mori@higashinari.example && mori=$cookie # vendor 1
sign_in abe@higashinari.example && abe=$cookie   # vendor 1
sign_in ueda@suita.example && ueda=$cookie       # vendor 2
sign_in suzuki@example.jp && bound=$cookie       # analyst of company 1 alone
sign_in wall@example.jp && wall=$cookie
check_equal 'ten people are signed in' 10 \
	"$(printf '%s\n' "$desk" "$lead" "$viewer" "$member" "$other" "$mori" "$abe" "$ueda" "$bound" "$wall" | grep -c __Host-sid=)"

shape() { # TEXT STATUS SCHEMAS JQ
	wanted=$(for schema in $3; do required "$schema"; done | tr ' ' '\n' | grep . | sort -u | tr '\n' ' ')
	check_equal "$1" "$2 $wanted" "$status $(members "$4")"
}
by() { # WHO'S COOKIE
	cookie=$1
}
patch() { # PATH BODY: with the version that there is
	get "$1"
	patch_tag=$(header ETag)
	change PATCH "$1" "$2" -H "If-Match: ${patch_tag:-\"$3\"}"
}
post() { # PATH [BODY]
	if [ -n "${2-}" ]; then
		change POST "$1" "$2"
	else
		call POST "$1" -H 'Content-Type: application/json'
	fi
}
utc() { # DATE WORDS
	date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ
}

# What happens is told to open screens: one of the desk, one of the other company.
listen() { # NAME COOKIE
	curl -k -sS -N -H "Cookie: $2" "https://127.0.0.1:$api_port/v1/stream?topics=tickets,orders" >"$STATE/stream.$1" 2>/dev/null &
	at_exit "kill $! 2>/dev/null || true"
}
listen desk "$desk"
listen member "$member"
listen other "$other"
listen wall "$wall"
opened() {
	for name in desk member other wall; do
		grep -qs '^event: counts' "$STATE/stream.$name" || return 1
	done
}
wait_until 20 opened && good 'four streams are open' || bad 'the streams do not open'

# ---------------------------------------------------------------------------------------------------------------- people
by "$desk"
post /v1/companies/1/people '{"name":"山田 社長","role":"社長","phone":"＋８１－６－６９４４－１２３４","email":"shacho@yamada.example"}'
shape 'somebody to be told' 201 CompanyPerson .
first=$(reply .id)
post /v1/companies/1/people '{"name":"経理","phone":"090-1111-2222","night":false}'
second=$(reply .id)
check_equal 'not at night: by office hours' '2 false 1' "$(reply '"\(.position) \(.night) \(.calendar_id)"')"
by "$member"
post /v1/companies/1/people '{"name":"IT業者","email":"it@yamada.example","position":1}'
third=$(reply .id)
check_equal 'a member adds one in front' '201 1' "$status $(reply .position)"
get /v1/companies/1/people
check_equal 'the others moved' "$third:1 $first:2 $second:3" "$(reply '[.people[] | "\(.id):\(.position)"] | join(" ")')"
change PATCH "/v1/people/$second" '{"position":1}' -H 'If-Match: "1"'
check_equal 'moving one' '200 1' "$status $(reply .position)"
get /v1/companies/1/people
check_equal '... moves the others' "$second:1 $third:2 $first:3" "$(reply '[.people[] | "\(.id):\(.position)"] | join(" ")')"
change PATCH "/v1/people/$second" '{"name":"x"}'
check_equal 'a change needs If-Match' '428 condition_missing ' "$(refusal)"
change PATCH "/v1/people/$second" '{"name":"x"}' -H 'If-Match: "1"'
check_equal 'an old one is refused, with what there is' '412 経理' "$status $(reply .current.name)"
post "/v1/people/$first/reviewed"
check_equal 'looked over today' "200 $(TZ=Asia/Tokyo date +%F)" "$status $(reply .reviewed_on)"
for bad in '{"name":"x"} /email' '{"name":"x","email":"no"} /email' '{"name":"x","phone":"12"} /phone' '{"email":"a@b.example"} /name' \
	'{"name":"x","email":"a@b.example","calendar_id":99} /calendar_id' '{"name":"x","email":"a@b.example","language":"fr"} /language' \
	'{"name":"x","email":"a@b.example","odd":1} /odd'; do
	post /v1/companies/1/people "${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
call DELETE "/v1/people/$third" -H 'Content-Type: application/json'
check_equal 'taken off' 204 "$status"
call DELETE "/v1/people/$third" -H 'Content-Type: application/json'
check_equal '... once' 404 "$status"
by "$other"
for path in /v1/companies/1/people /v1/companies/1/contracts; do
	get "$path"
	check_equal "another company's $path" '404 not_found ' "$(refusal)"
done
change PATCH "/v1/people/$first" '{"name":"x"}' -H 'If-Match: "1"'
check_equal "another company's person" '404 not_found ' "$(refusal)"
by "$viewer"
post /v1/companies/1/people '{"name":"x","email":"a@b.example"}'
check_equal 'a viewer only looks' '403 forbidden ' "$(refusal)"

# ------------------------------------------------------------------------------------------------------------- contracts
get '/v1/plans?day=2026-07-01'
shape 'plans' 200 Plan '.plans[0]'
check_equal 'prices with tax' '6000 6600 7500 8250 10 []' \
	"$(reply '.plans[] | select(.id == 1) | "\(.member_yen) \(.member_yen_taxed) \(.other_yen) \(.other_yen_taxed) \(.tax_percent) \(.warnings)"')"
get '/v1/plans?day=2019-09-30'
check_equal 'of the day before the tax rose' '6480 8100' "$(reply '.plans[] | select(.id == 1) | "\(.member_yen_taxed) \(.other_yen_taxed)"')"
by "$desk"
post /v1/plans '{"name":"高い","member_yen":9000,"other_yen":12000,"from_day":"2026-01-01","dispatches":2}'
check_equal 'a price over the cap is warned of' '201 ["over_cap"]' "$status $(jq -c .warnings "$STATE/body")"
dear=$(reply .id)
patch "/v1/plans/$dear" '{"to_day":"2026-03-31"}' 1
check_equal 'a plan ends' '200 2026-03-31' "$status $(reply .to_day)"
today=$(TZ=Asia/Tokyo date +%F)
post /v1/companies/1/contracts "{\"plan_id\":1,\"is_member\":true,\"from_day\":\"2025-01-10\",\"to_day\":\"2025-06-30\"}"
shape 'a contract' 201 Contract .
old=$(reply .id)
check_equal 'what it cost in the end' 'over 6000 6600 null' "$(reply '"\(.state) \(.yen) \(.yen_taxed) \(.year_from)"')"
post /v1/companies/1/contracts '{"plan_id":1,"is_member":false,"from_day":"2025-06-30"}'
check_equal 'no two on one day' "409 $old" "$status $(reply .contract_id)"
post /v1/companies/1/contracts '{"plan_id":1,"is_member":false,"from_day":"2025-07-01"}'
check_equal 'the day after is good: no member any more' '201 7500 8250 valid' "$status $(reply '"\(.yen) \(.yen_taxed) \(.state)"')"
now_valid=$(reply .id)
change PATCH "/v1/contracts/$old" '{"to_day":null}' -H 'If-Match: "1"'
check_equal 'nor by changing one' '409 overlap ' "$(refusal)"
change PATCH "/v1/contracts/$now_valid" '{"insurance_no":"K-1","note":"inside"}' -H 'If-Match: "1"'
check_equal 'a certificate is noted' '200 K-1 2' "$status $(reply '"\(.insurance_no) \(.version)"')"
for bad in "{\"plan_id\":$dear,\"is_member\":true,\"from_day\":\"2026-04-01\"} /from_day" '{"plan_id":99,"is_member":true,"from_day":"2026-04-01"} /plan_id' \
	'{"plan_id":1,"is_member":true,"from_day":"2026-02-30"} /from_day' '{"plan_id":1,"is_member":true,"from_day":"2026-02-02","to_day":"2026-02-01"} /to_day' \
	'{"plan_id":1,"from_day":"2026-02-02"} /is_member'; do
	post /v1/companies/2/contracts "${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
by "$member"
get /v1/companies/1/contracts
check_equal 'a member sees its own, without our notes' "200 2 $now_valid: K-1" "$status $(reply '"\(.contracts | length) \(.contracts[0] | "\(.id):\(.note) \(.insurance_no)")"')"
post /v1/companies/1/contracts '{"plan_id":1,"is_member":true,"from_day":"2027-01-01"}'
check_equal '... and makes none' '403 forbidden ' "$(refusal)"
hinomictl() {
	"$BUILD/hinomictl" --config "$STATE/hinomi.yaml" "$@"
}
check_equal 'hinomictl adds a contract' 1 "$(hinomictl contract add --company 2 --plan 1 --member --from 2026-01-01 | grep -cx '[0-9]*')"
check_fails 'hinomictl: none that overlaps' 1 'end it first' hinomictl contract add --company 2 --plan 1 --from 2026-05-01
check_equal 'hinomictl lists them' '6000 2026-01-01 null' "$(hinomictl contract list --company 2 --json | jq -r '.contracts[] | "\(.yen) \(.from_day) \(.to_day)"')"
check_equal 'hinomictl lists plans' 2 "$(hinomictl plan list --json | jq '.plans | length')"
check_equal 'hinomictl lists vendors' 5 "$(hinomictl vendor list --json | jq '.vendors | length')"
made=$(hinomictl vendor add --name '堺ネット' --areas '堺市, 大阪市東成区' --email s@sakai.example --hours 2)
check_equal 'hinomictl adds one' '堺市,大阪市東成区|2' "$(sql "SELECT array_to_string(areas, ','), calendar_id FROM vendor WHERE vendor_id = $made")"
check_fails 'hinomictl: no two of one name' 1 'there is a vendor' hinomictl vendor add --name '堺ネット'
sql "DELETE FROM vendor WHERE vendor_id = $made"

# --------------------------------------------------------------------------------------------------------------- tickets
by "$member"
get /v1/ticket-words
check_equal 'words in both languages' '15 8 malware:ウイルス感染:Malware' "$(reply '"\(.categories | length) \(.closing_reasons | length) \(.categories[0] | "\(.name):\(.ja):\(.en)")"')"
post /v1/tickets '{"category":"support_fraud","subject":"画面に電話番号が出ました","body":"警告音が鳴っています\n止まりません"}'
shape 'a member opens a ticket' 201 'Ticket TicketPage' .
ticket=$(reply .id)
check_equal '... as itself' '1 portal 山田 yamada@example.jp open 3 null' \
	"$(reply '"\(.company_id) \(.channel) \(.caller.name) \(.caller.email) \(.state) \(.severity) \(.minutes)"')"
post /v1/tickets '{"category":"support_fraud","subject":"x","company_id":2}'
check_equal '... and for nobody else' '400 invalid /company_id' "$(refusal)"
post /v1/tickets '{"category":"monitoring","subject":"x"}'
check_equal '... in its own categories' '400 invalid /category' "$(refusal)"
by "$other"
get "/v1/tickets/$ticket"
check_equal "another company's ticket" '404 not_found ' "$(refusal)"
post "/v1/tickets/$ticket/notes" '{"text":"x"}'
check_equal '... takes no note' '404 not_found ' "$(refusal)"
check_equal '... and is in no list' 0 "$(get '/v1/tickets?state=open,working,waiting,closed' && reply '.tickets | length')"
by "$wall"
get /v1/tickets
check_equal 'no tickets on the wall' '403 forbidden ' "$(refusal)"
by "$desk"
get '/v1/tickets?counts=true&owner=none&q=%E9%9B%BB%E8%A9%B1'
check_equal 'the desk finds it' "$ticket 1 0" "$(reply '"\([.tickets[].id | tostring] | join(" ")) \(.counts.open) \(.counts.closed)"')"
patch "/v1/tickets/$ticket" '{"owner_id":"me","incident_id":9001,"sensor_id":11}' 1
check_equal 'who takes it begins' '200 working 林 さくら 本社 1' "$status $(reply '"\(.state) \(.owner.display_name) \(.sensor) \(.incident_no)"')"
check_equal 'the incident has it in its timeline' 'linked' "$(sql "SELECT body ->> 'what' FROM incident_event WHERE incident_id = 9001 AND kind = 'ticket'")"
for bad in '{"incident_id":9002} /incident_id' '{"sensor_id":21} /sensor_id' '{"contact_id":99999} /contact_id' '{"state":"closed"} /close_reason' \
	'{"state":"closed","close_reason":"answered"} /answer' '{"close_reason":"duplicate"} /close_reason' '{"state":"odd"} /state' '{"category":"odd"} /category' \
	'{"owner_id":4} /owner_id' '{"severity":6} /severity' '{"spoke_at":"2099-01-01T00:00:00Z"} /spoke_at' '{} /state'; do
	patch "/v1/tickets/$ticket" "${bad% *}" 1
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
patch "/v1/tickets/$ticket" '{"state":"open"}' 1
check_equal 'what was begun is begun' '409 wrong_state ' "$(refusal)"
post "/v1/tickets/$ticket/notes" '{"text":"社内メモ","minutes":10}'
shape 'a note' 201 TicketEvent .
post "/v1/tickets/$ticket/notes" '{"text":"再起動してください","for_member":true,"minutes":5}'
get "/v1/tickets/$ticket"
check_equal 'minutes add up' 15 "$(reply .minutes)"
spoke=$(utc '3 minutes ago')
patch "/v1/tickets/$ticket" "{\"spoke_at\":\"$spoke\"}" 1
check_equal 'speaking to them is t5 of the incident' "$(date -u -d "$spoke" +%s)" \
	"$(sql 'SELECT extract(epoch FROM told_at)::bigint FROM incident_clock WHERE incident_id = 9001')"
by "$member"
get "/v1/tickets/$ticket"
check_equal 'the member sees what is for it' '再起動してください 0' \
	"$(reply '"\([.events[] | select(.kind == "note").body.text] | join(" ")) \([.events[] | select(.for_member | not)] | length)"')"
by "$desk"
post "/v1/tickets/$ticket/answer" '{"text":"電源を切ってください。電話はしないでください。"}'
check_equal 'answered' '200 waiting 電源を切ってください。電話はしないでください。' "$status $(reply '"\(.state) \(.answer)"')"
waiting() {
	sql "SELECT count(*) FROM incident_pause WHERE incident_id = 9001 AND to_at IS NULL"
}
check_equal 'who waits for the member stops the clock of the incident' 1 "$(waiting)"
check_equal 'the mail is on its way' "yamada@example.jp|pending|HD-$ticket|画面に電話番号が出ました|> 警告音が鳴っています
> 止まりません" "$(sql "SELECT address, state, facts ->> 'reference', facts ->> 'title', facts ->> 'question' FROM outbox WHERE kind = 'ticket_answer'")"
by "$member"
post "/v1/tickets/$ticket/notes" '{"text":"消えました"}'
check_equal 'and it goes on when the member speaks' '0 1' "$(waiting) $(sql 'SELECT count(*) FROM incident_pause WHERE incident_id = 9001')"
get "/v1/tickets/$ticket"
check_equal 'the member goes on: it is worked on again' 'working 消えました true' \
	"$(reply '"\(.state) \(.events[-2:] | map(select(.kind == "note"))[0] | "\(.body.text) \(.for_member)")"')"
change PATCH "/v1/tickets/$ticket" '{"state":"closed"}' -H 'If-Match: "1"'
check_equal 'a member does not close' '403 forbidden ' "$(refusal)"
by "$desk"
patch "/v1/tickets/$ticket" '{"state":"closed","close_reason":"answered"}' 1
check_equal 'closed' '200 closed answered' "$status $(reply '"\(.state) \(.close_reason)"')"
check_equal '... also in the incident' 'closed linked' "$(sql "SELECT string_agg(body ->> 'what', ' ' ORDER BY body ->> 'what') FROM incident_event WHERE incident_id = 9001 AND kind = 'ticket'")"
by "$member"
post "/v1/tickets/$ticket/notes" '{"text":"また出ました"}'
check_equal 'it comes back: open again' 'open null' "$(get "/v1/tickets/$ticket" && reply '"\(.state) \(.close_reason)"')"
# Of severity 1 and 2 somebody is paged; nobody's when the caller is not known.
by "$desk"
post /v1/tickets '{"category":"ransomware","subject":"ファイルが開けない","caller_name":"不明","caller_phone":"080-9999-0000"}'
unknown=$(reply .id)
check_equal 'urgent, of nobody yet' "201 null 2|raised|desk|0|$unknown" "$status $(reply '"\(.company_id) \(.severity)"')$(sql "SELECT '', what, kind, company_id, subject_id FROM page_request")"
patch "/v1/tickets/$unknown" '{"severity":1}' 1
check_equal 'graver is told too' '1|graver' "$(sql "SELECT severity, what FROM page_request ORDER BY request_id DESC LIMIT 1")"
by "$member"
get "/v1/tickets/$unknown"
check_equal 'what is of nobody no member sees' '404 not_found ' "$(refusal)"
by "$bound"
get "/v1/tickets/$unknown"
check_equal '... nor anybody of one company' '404 not_found ' "$(refusal)"

# ------------------------------------------------------------------------------------------------------------ the caller
by "$desk"
found() { # QUERY
	get "/v1/callers?q=$1"
	reply '"\(.digits) \([.callers[] | "\(.company.id):\(.why):\(.person.name)"] | join(" "))"'
}
check_equal 'by number, as dialled' '0669441234 1:phone:山田 社長' "$(found 06-6944-1234)"
get '/v1/callers?q=0669441234'
shape '... all that is needed' 200 Caller '.callers[0]'
check_equal '... the contract, what is open' "$now_valid $ticket 9001 2 2" \
	"$(reply '.callers[0] | "\(.contract.id) \([.tickets[].id | tostring] | join(" ")) \([.open_incidents[].id | tostring] | join(" ")) \(.sensors | length) \(.people | length)"')"
check_equal 'from abroad' '0669441234 1:phone:山田 社長' "$(found %2B81669441234)"
check_equal 'in full width' '0669441234 1:phone:山田 社長' "$(found %EF%BC%90%EF%BC%96%EF%BC%96%EF%BC%99%EF%BC%94%EF%BC%94%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94)"
check_equal 'by the last digits' '1234 1:phone:山田 社長' "$(found 1234)"
check_equal 'by mail' 'null 1:mail:山田 社長' "$(found SHACHO@yamada.example)"
check_equal 'by whom may sign in' 'null 2:user:null' "$(found okada@example.jp)"
check_equal 'by name' 'null 1:person:経理' "$(found %E7%B5%8C%E7%90%86)"
check_equal 'by company' 'null 2:company:null' "$(found %E3%81%AA%E3%81%AB%E3%82%8F)"
check_equal 'by member number' 'null 1:member_no:null' "$(found OS-10001)"
check_equal 'nobody' '0399998888 ' "$(found 03-9999-8888)"
get '/v1/callers?q=080-9999-0000'
check_equal 'a call of nobody yet' "0 $unknown" "$(reply '"\(.callers | length) \([.tickets[].id | tostring] | join(" "))"')"
check_equal 'one letter is too little' '400 invalid q' "$(get '/v1/callers?q=x' && refusal)"
for cookie in "$member" "$bound" "$viewer"; do
	get '/v1/callers?q=1234'
	check_equal 'not for others' '403 forbidden ' "$(refusal)"
done
by "$desk"
patch "/v1/tickets/$unknown" '{"company_id":2,"state":"working","owner_id":"me"}' 1
check_equal 'now it is known who called' '200 2 なにわ印刷株式会社' "$status $(reply '"\(.company_id) \(.company)"')"
by "$other"
get "/v1/tickets/$unknown"
check_equal '... and they see it' 200 "$status"

# --------------------------------------------------------------------------------------------------------------- vendors
by "$desk"
get '/v1/vendors/match?company=1'
shape 'who could go' 200 'Vendor VendorMatch' '.vendors[0]'
check_equal 'who can come first, of them by name; without who is not there' '3:true:true 1:true:true 5:true:false 2:false:true' \
	"$(reply '[.vendors[] | "\(.id):\(.in_area):\(.open_now)"] | join(" ")')"
post /v1/vendors '{"name":"東成テクノ"}'
check_equal 'no two of one name' '409 name_taken ' "$(refusal)"
post /v1/vendors '{"name":"新しい","areas":["堺市",1]}'
check_equal 'areas are texts' '400 invalid /areas' "$(refusal)"
post /v1/vendors '{"name":"新しい","areas":["堺市"],"phone":"072-222-3333"}'
check_equal 'a new one' '201 ["堺市"] true' "$status $(reply '"\(.areas) \(.active)"')"
fresh=$(reply .id)
patch "/v1/vendors/$fresh" '{"active":false,"areas":[]}' 1
check_equal '... that stops' '200 [] false' "$status $(reply '"\(.areas) \(.active)"')"
for cookie in "$member" "$mori" "$bound"; do
	get /v1/vendors
	check_equal 'vendors are not for others' '403 forbidden ' "$(refusal)"
done

# --------------------------------------------------------------------------------- an order, by desk, vendor and member
by "$desk"
place='"place":"大阪市東成区1-2-3 本社2階","contact_name":"経理 山本様","contact_phone":"06-6944-1234"'
post /v1/orders "{\"kind\":\"onsite\",\"company_id\":1,\"vendor_id\":1,\"ticket_id\":$ticket,\"incident_id\":9001,\"task\":\"PC 1台の確認\",$place,\"wanted_by\":\"$(utc '1 day')\"}"
shape 'a vendor is sent' 201 'Order OrderPage' .
order=$(reply .id)
check_equal '... the order is mailed' "orders@higashinari.example|WO-$order|PC 1台の確認|" \
	"$(sql "SELECT address, facts ->> 'reference', facts ->> 'task', facts ->> 'change' FROM outbox WHERE kind = 'order'")"
check_equal '... and is in the timelines of ticket and incident' "requested requested" \
	"$(sql "SELECT body ->> 'what' FROM ticket_event WHERE ticket_id = $ticket AND kind = 'order'") $(sql "SELECT body ->> 'what' FROM incident_event WHERE incident_id = 9001 AND kind = 'order'")"
for bad in '"vendor_id":4 /vendor_id' '"vendor_id":99 /vendor_id' "\"vendor_id\":1,\"ticket_id\":$unknown /ticket_id" '"vendor_id":1,"incident_id":9002 /incident_id'; do
	post /v1/orders "{\"kind\":\"onsite\",\"company_id\":1,\"task\":\"x\",$place,${bad% *}}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
by "$mori"
get /v1/orders
check_equal 'the vendor sees it, and not whose it is' "$order requested null null null null 株式会社山田精機 accept,decline,note" \
	"$(reply '.orders[0] | "\(.id) \(.state) \(.company_id) \(.ticket_id) \(.incident_id) \(.requested_by) \(.company_name) \(.actions | join(","))"')"
get "/v1/orders/$order"
shape '... the whole' 200 'Order OrderPage' .
check_equal '... and nobody of the desk' '' "$(grep -oE '林|hayashi|9001|Beacon' "$STATE/body")"
get '/v1/orders?company=1'
check_equal '... asks for no company' '400 invalid company' "$(refusal)"
by "$ueda"
get "/v1/orders/$order"
check_equal 'another vendor sees nothing' '404 not_found ' "$(refusal)"
post "/v1/orders/$order/accept" "{\"expected_at\":\"$(utc '2 hours')\"}"
check_equal '... and takes nothing' '404 not_found ' "$(refusal)"
check_equal '... in its list neither' 0 "$(get /v1/orders && reply '.orders | length')"
by "$desk"
patch "/v1/orders/$order" '{"task":"PC 2台の確認"}' 1
check_equal 'the task changes' '200 PC 2台の確認 2' "$status $(reply '"\(.task) \(.version)"')"
check_equal '... and the vendor is told' '変更: 依頼内容' "$(sql "SELECT facts ->> 'change' FROM outbox WHERE kind = 'order' ORDER BY created_at DESC LIMIT 1")"

# Two of the firm accept at the same time: one does.
for name in mori abe; do
	eval "who=\$$name"
	# shellcheck disable=SC2154 # set by eval
	curl -k -sS -o "$STATE/accept.$name" -w '%{http_code}\n' -X POST -H 'Sec-Fetch-Site: same-origin' -H "Cookie: $who" \
		-H 'Content-Type: application/json' -d "{\"expected_at\":\"$(utc '2 hours')\",\"technician\":\"$name\"}" \
		"https://127.0.0.1:$api_port/v1/orders/$order/accept" >"$STATE/status.$name" &
	eval "pid_$name=\$!"
done
# shellcheck disable=SC2154
wait "$pid_mori" "$pid_abe"
check_equal 'of two who accept at once, one does' '200 409 ' "$(sort "$STATE/status.mori" "$STATE/status.abe" | tr '\n' ' ')"
check_equal '... and it is written once' 1 "$(sql "SELECT count(*) FROM dispatch_event WHERE order_id = $order AND kind = 'accepted'")"
check_equal '... the other is told why' wrong_state "$(cat "$STATE/accept.mori" "$STATE/accept.abe" | jq -r 'select(.status == 409).code')"
by "$mori"
for bad in leave report; do
	post "/v1/orders/$order/$bad" "$([ $bad = leave ] && echo '{}' || echo '{"work_report":"x","cost_yen":1}')"
	check_equal "not yet: $bad" '409 wrong_state ' "$(refusal)"
done
post "/v1/orders/$order/arrive" "{\"at\":\"$(utc '1 hour')\"}"
check_equal 'nobody arrives in the future' '400 invalid /at' "$(refusal)"
post "/v1/orders/$order/arrive" "{\"at\":\"$(utc '1 hour ago')\"}"
check_equal '... or before they said they would' '400 invalid /at' "$(refusal)"
post "/v1/orders/$order/arrive" '{"technician":"森"}'
check_equal 'arrived' '200 arrived 森' "$status $(reply '"\(.state) \(.technician)"')"
by "$desk"
post "/v1/orders/$order/cancel" '{"reason":"x"}'
check_equal 'who is there is not cancelled' '409 wrong_state ' "$(refusal)"
by "$abe"
post "/v1/orders/$order/leave" '{}'
check_equal 'left' '200 left' "$status $(reply .state)"
post "/v1/orders/$order/report" '{"work_report":"警告画面を閉じ、拡張機能を削除した","found":"通知の許可","cost_yen":12000}'
check_equal 'reported' '200 reported 12000 note' "$status $(reply '"\(.state) \(.cost_yen) \(.actions | join(","))"')"
by "$mori"
post "/v1/orders/$order/approve"
check_equal 'a vendor approves nothing' '403 forbidden ' "$(refusal)"
by "$member"
get "/v1/orders/$order"
check_equal 'the member waits for the report' 'reported null null null []' "$(reply '"\(.state) \(.work_report) \(.cost_yen) \(.entitled) \(.actions)"')"
post "/v1/orders/$order/approve"
check_equal '... and approves nothing' '403 forbidden ' "$(refusal)"
by "$desk"
post "/v1/orders/$order/return" '{"reason":"作業時間を書いてください"}'
check_equal 'back to the vendor' '200 left null' "$status $(reply '"\(.state) \(.reported_at)"')"
by "$mori"
post "/v1/orders/$order/report" '{"work_report":"14:00-15:00 警告画面を閉じ、拡張機能を削除した","cost_yen":11000}'
post "/v1/orders/$order/notes" '{"text":"鍵を受付に返しました"}'
check_equal 'reported again, with a note' '200 鍵を受付に返しました vendor' "$status $(reply '.events[-1] | "\(.body.text) \(.side)"')"
by "$desk"
post "/v1/orders/$order/approve"
check_equal 'approved: the first visit of the year is included' '200 approved true 11000' "$status $(reply '"\(.state) \(.entitled) \(.cost_yen)"')"
check_equal 'its whole way' 'requested changed accepted arrived left reported returned reported note approved' "$(reply '[.events[].kind] | join(" ")')"
by "$member"
get "/v1/orders/$order"
check_equal 'the member sees the report' '11000 true requested accepted arrived left reported reported approved' \
	"$(reply '"\(.cost_yen) \(.entitled) \([.events[].kind] | join(" "))"')"
check_equal '... and not what desk and vendor wrote each other' '' "$(grep -oE '作業時間を書いて|鍵を受付' "$STATE/body")"
get /v1/companies/1/contracts
check_equal 'the contract counts it' '1 1' "$(reply '.contracts[0] | "\(.dispatches) \(.dispatches_used)"')"
by "$mori"
get "/v1/orders/$order"
check_equal 'entitlement is not the vendor'"'s" 'null {}' "$(reply '"\(.entitled) \(.events[-1].body)"')"
check_equal 'times of the whole way are in order' t "$(sql "SELECT requested_at <= accepted_at AND accepted_at <= arrived_at AND arrived_at <= left_at AND left_at <= reported_at AND reported_at <= approved_at FROM dispatch_order WHERE order_id = $order")"
check_equal 'ticket and incident were told each step but what is inside' \
	'requested,accepted,arrived,left,reported,returned,reported,approved requested,accepted,arrived,left,reported,reported,approved' \
	"$(sql "SELECT string_agg(body ->> 'what', ',' ORDER BY event_id) FROM ticket_event WHERE ticket_id = $ticket AND kind = 'order'") $(sql "SELECT string_agg(body ->> 'what', ',' ORDER BY event_id) FROM incident_event WHERE incident_id = 9001 AND kind = 'order'")"

# A second visit in the same year is not included any more; the desk does the vendor's part on the telephone.
by "$desk"
post /v1/orders "{\"kind\":\"onsite\",\"company_id\":1,\"vendor_id\":3,\"task\":\"もう一度\",$place}"
again=$(reply .id)
post "/v1/orders/$again/accept" "{\"expected_at\":\"$(utc '1 hour')\"}"
post "/v1/orders/$again/arrive" '{}'
post "/v1/orders/$again/leave" '{}'
post "/v1/orders/$again/report" '{"work_report":"済み","cost_yen":0}'
post "/v1/orders/$again/approve"
check_equal 'the second one is not included' '200 approved false' "$status $(reply '"\(.state) \(.entitled)"')"
post /v1/orders "{\"kind\":\"remote\",\"company_id\":1,\"vendor_id\":1,\"task\":\"遠隔で\",$place}"
remote=$(reply .id)
by "$mori"
post "/v1/orders/$remote/decline" '{"reason":"手が空かない"}'
check_equal 'declined' '200 declined 手が空かない note' "$status $(reply '"\(.state) \(.decline_reason) \(.actions | join(","))"')"
by "$member"
check_equal '... which is not told the member' 'declined null' "$(get "/v1/orders/$remote" && reply '"\(.state) \(.decline_reason)"')"
by "$desk"
post /v1/orders "{\"kind\":\"remote\",\"company_id\":1,\"vendor_id\":1,\"task\":\"遠隔で\",$place}"
remote=$(reply .id)
post "/v1/orders/$remote/cancel" '{"reason":"解決した"}'
check_equal 'cancelled' '200 cancelled 取り消し: 解決した' "$status $(reply .state) $(sql "SELECT facts ->> 'change' FROM outbox WHERE kind = 'order' ORDER BY created_at DESC LIMIT 1")"
get '/v1/orders?state=approved&company=1'
check_equal 'lists by state' "$again $order" "$(reply '[.orders[].id | tostring] | join(" ")')"
get "/v1/orders?state=open&company=1"
check_equal '... what is open' '' "$(reply '[.orders[].id | tostring] | join(" ")')"
get '/v1/orders?limit=1'
next=$(reply .next)
get "/v1/orders?limit=1&cursor=$next"
check_equal 'pages of orders' 1 "$(reply '.orders | length')"
patch "/v1/tickets/$ticket" '{"company_id":2}' 1
check_equal 'a ticket with orders stays with its company' '409 wrong_state ' "$(refusal)"
by "$other"
for path in "orders/$order" "orders?company=1"; do
	get "/v1/$path"
	check_equal "another company: $path" '404 not_found ' "$(refusal)"
done
by "$viewer"
post "/v1/orders/$order/notes" '{"text":"x"}'
check_equal 'a viewer only looks' '403 forbidden ' "$(refusal)"

# ----------------------------------------------------------------------------------------------------------------- traces
came() { # NAME KIND ID
	grep -A 1 "^event: $2.upsert" "$STATE/stream.$1" | grep -q "\"id\":$3,"
}
for name in desk member; do
	wait_until 20 came "$name" order "$order" && came "$name" ticket "$ticket" && good "the screens of $name moved" || bad "the screens of $name did not move"
done
wait_until 20 came other ticket "$unknown" && good 'and those of the other company' || bad 'the other company was not told of its own'
check_equal '... of its own alone' '' "$(grep -oE '山田精機|"company_id":(1|null)[,}]' "$STATE/stream.other" | head -n 1)"
check_equal 'no member hears of what is of nobody' '' "$(grep -o '"company_id":null' "$STATE/stream.member" | head -n 1)"
check_equal 'nor the wall' '' "$(grep -oE '^event: (ticket|order)' "$STATE/stream.wall" | head -n 1)"
check_equal 'everything is in the audit trail' 'contract.add contract.change order.accept order.approve order.arrive order.cancel order.change order.decline order.leave order.note order.report order.request order.return person.add person.change person.remove person.review plan.add plan.change ticket.answer ticket.change ticket.note ticket.open vendor.add vendor.change' \
	"$(sql "SELECT DISTINCT action FROM audit WHERE action ~ '^(contract|order|person|plan|ticket|vendor)[.]' ORDER BY 1" | tr '\n' ' ' | sed 's/ $//')"
check_equal 'whose chain is sound' 0 "$(hinomictl audit verify >/dev/null 2>&1 && echo 0)"
check_equal 'nothing unexpected in the log' '' "$(grep -E ' (ERROR|error) ' "$STATE/api.log" | head -n 3)"
finish
