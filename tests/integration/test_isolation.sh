#!/bin/sh
# No company sees another. Walks every route of docs/openapi.yaml as people of company 1: with the ids of company 2 each
# gives 404, exactly as for an id that nobody has, and nothing that is shown holds anything of company 2; while people of
# company 2, and staff, do see it (else the test would show nothing). The live stream too.
# Fails when a route of openapi.yaml, of server/api/routes.c and of this walk is not in the other two.
set -u
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

api_port=$PORT
routes_c=$top/server/api/routes.c
today=$(TZ=Asia/Tokyo date +%F) month=$(TZ=Asia/Tokyo date +%Y-%m) lately=$(TZ=Asia/Tokyo date -d '3 days ago' +%F)
who='' walked=$STATE/walked

# ask METHOD PATH [CURL ARGS]: as $who; sets $status, the reply is in $STATE/body
ask() {
	ask_method=$1 ask_path=$2
	shift 2
	status=$(curl -k -sS -o "$STATE/body" -w '%{http_code}' -X "$ask_method" -H 'Sec-Fetch-Site: same-origin' \
		-H 'Content-Type: application/json' -H "Cookie: __Host-sid=$who" "$@" "https://127.0.0.1:$api_port$ask_path") ||
		status="curl $?"
}
marked() { # FILE
	grep -qE 'MARKER|42424[2-9]|"company_id":2[,}]' "$1"
}
seen() { # what there is to see in the reply of company 2
	marked "$STATE/body" && echo seen || echo unseen
}
# The problem without what differs from request to request.
bare() {
	jq -cS 'del(.request_id, .instance)' "$STATE/body"
}
# What one gets for another's object is what one gets for none.
same_as_none() { # TEXT METHOD PATH_OF_ANOTHER PATH_OF_NONE [CURL ARGS]
	text=$1 method=$2 another=$3 none=$4
	shift 4
	ask "$method" "$none" "$@"
	nothing="$status $(bare)"
	ask "$method" "$another" "$@"
	check_equal "$text: as if there were none" "404 $nothing" "$status $status $(bare)"
}
walk() { # METHOD PATTERN: is covered
	echo "$1 $2" >>"$walked"
}

# Reads one object: PATTERN PREFIX ID1 ID2 SUFFIX
object() {
	walk GET "$1"
	for who in member1 analyst1 viewer1 wall1; do
		same_as_none "GET $1 by $who" GET "$2$4$5" "$2${4}99999$5"
		ask GET "$2$3$5"
		check_equal "GET $1 by $who: the own one" '200 unseen' "$status $(seen)"
	done
	for who in member2 analyst; do
		ask GET "$2$4$5"
		check_equal "GET $1 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
	who=analyst
	ask GET "$2$3$5"
	check_equal "GET $1 by $who: of the other, too" '200 unseen' "$status $(seen)"
}
# Lists: PATTERN QUERY
list() {
	walk GET "$1"
	for who in member1 analyst1 viewer1 wall1; do
		ask GET "$1$2"
		check_equal "GET $1$2 by $who" '200 unseen' "$status $(seen)"
	done
	for who in member2 analyst; do
		ask GET "$1$2"
		check_equal "GET $1$2 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
}
# A list asked for what is of another company: PATH NAME ID1 ID2
filter() {
	for who in member1 analyst1; do
		same_as_none "GET $1$2=$4 by $who" GET "$1$2=$4" "$1$2=${4}99999"
		ask GET "$1$2=$3"
		check_equal "GET $1$2=$3 by $who: the own one" '200 unseen' "$status $(seen)"
	done
	who=member2
	ask GET "$1$2=$4"
	check_equal "GET $1$2=$4 by $who: there is something to see" '200 seen' "$status $(seen)"
}
# The same for what members and walls are not shown at all, and whose id of another is not there for bound staff.
staff_object() { # PATTERN PREFIX ID1 ID2 SUFFIX
	walk GET "$1"
	for who in member1 member2 wall1; do
		ask GET "$2$3$5"
		check_equal "GET $1 by $who" 403 "$status"
	done
	for who in analyst1 viewer1 lead1; do
		same_as_none "GET $1 by $who" GET "$2$4$5" "$2${4}99999$5"
		ask GET "$2$3$5"
		check_equal "GET $1 by $who: the own one" '200 unseen' "$status $(seen)"
	done
	for who in analyst2 analyst; do
		ask GET "$2$4$5"
		check_equal "GET $1 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
}
staff_list() { # PATTERN QUERY
	walk GET "$1"
	for who in member1 member2 wall1; do
		ask GET "$1$2"
		check_equal "GET $1$2 by $who" 403 "$status"
	done
	for who in analyst1 viewer1 lead1; do
		ask GET "$1$2"
		check_equal "GET $1$2 by $who" '200 unseen' "$status $(seen)"
	done
	for who in analyst2 analyst; do
		ask GET "$1$2"
		check_equal "GET $1$2 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
}
# What is only for those who see all companies: METHOD PATTERN PATH [BODY]
for_all() {
	walk "$1" "$2"
	before=$(state_of_two)
	for who in member1 member2 viewer1 analyst1 lead1 wall1; do
		ask "$1" "$3" ${4:+-d "$4"}
		check_equal "$1 $2 by $who" '403 unseen' "$status $(seen)"
	done
	check_equal "$1 $2: nothing was changed" "$before" "$(state_of_two)"
}
# What of company 2 could be changed.
state_of_two() {
	sql "SELECT * FROM incident WHERE company_id = 2; SELECT count(*) FROM incident_event WHERE company_id = 2;
		SELECT count(*) FROM audit WHERE company_id = 2; SELECT count(*) FROM change WHERE company_id = 2;
		SELECT * FROM mute; SELECT count(*) FROM campaign_warning; SELECT count(*) FROM rule_set; SELECT count(*) FROM indicator;
		SELECT count(*) FROM hunt; SELECT * FROM incident_clock WHERE company_id = 2;
		SELECT * FROM incident_pause WHERE company_id = 2; SELECT count(*) FROM case_step WHERE company_id = 2;
		SELECT * FROM member_request WHERE company_id = 2; SELECT * FROM insurance_case WHERE company_id = 2;
		SELECT * FROM privacy_clock WHERE company_id = 2; SELECT count(*) FROM evidence_pack WHERE company_id = 2"
}
# Changes: METHOD PATTERN PREFIX SUFFIX BODY [HEADER]
changes() {
	walk "$1" "$2"
	before=$(state_of_two)
	for who in analyst1 lead1; do
		same_as_none "$1 $2 by $who" "$1" "${3}200$4" "${3}299999$4" -d "$5" -H "${6:-X-None: 1}"
	done
	for who in member1 viewer1 wall1; do
		ask "$1" "${3}200$4" -d "$5" -H "${6:-X-None: 1}"
		check_equal "$1 $2 by $who: not even of one's own" 403 "$status"
	done
	check_equal "$1 $2: nothing was changed" "$before" "$(state_of_two)"
	who=analyst1
	ask "$1" "${3}100$4" -d "$5" -H "${6:-X-None: 1}"
	check_equal "$1 $2 by $who: of one's own" '20 unseen' "${status%?} $(seen)"
}

case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
database_start || exit 1
for migration in "$top"/schema/[0-9][0-9][0-9][0-9]_*.sql "$top/tests/integration/isolation.sql" \
	"$top/tests/integration/isolation_desk.sql" "$top/tests/integration/isolation_oncall.sql"; do
	psql -X -q -o "$STATE/sql.out" -1 -v ON_ERROR_STOP=1 -d "$conninfo" -f "$migration" || exit 1
done
mkdir -p "$STATE/server"
: >"$walked"
[ "$(id -u)" -ne 0 ] || chown -R "${HINOMI_USER:-postgres}" "$STATE/server"
cat >"$STATE/hinomi.yaml" <<YAML
state_dir: $STATE/server
database:
  conninfo: $conninfo
api:
  listen: 127.0.0.1:$api_port
  metrics_listen: 127.0.0.1:$((PORT + 1))
  web_dir: $STATE
YAML
"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --role=api --config="$STATE/hinomi.yaml" >"$STATE/api.log" 2>&1 </dev/null &
api_pid=$!
at_exit 'kill $api_pid 2>/dev/null || true'
ready() {
	[ "$(curl -k -s -o /dev/null -w '%{http_code}' "https://127.0.0.1:$api_port/readyz")" = 200 ]
}
wait_until 30 ready || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}

# ---- the live stream: opened first, so that it sees all that the walk does
walk GET /v1/stream
listen() { # NAME QUERY [FILE]
	curl -k -sS -N -H "Cookie: __Host-sid=$1" "https://127.0.0.1:$api_port/v1/stream$2" >"$STATE/stream.${3:-$1}" 2>/dev/null &
	at_exit "kill $! 2>/dev/null || true"
}
opened() {
	for name in member1 viewer1 wall1 member2 analyst; do
		grep -qs '^event: counts' "$STATE/stream.$name" || return 1
	done
}
for name in member1 viewer1 member2 analyst; do
	listen "$name" ''
done
listen wall1 '?topics=alerts,incidents,sensors'
wait_until 20 opened && good 'five streams are open' || bad 'the streams do not open'

# ---- one object each
object '/v1/alerts/{id}' /v1/alerts/ 1000 2000 ''
object '/v1/alerts/{id}' /v1/alerts/ 1000 2000 '?format=ecs'
object '/v1/incidents/{id}' /v1/incidents/ 100 200 ''
object '/v1/companies/{id}' /v1/companies/ 1 2 ''
object '/v1/companies/{id}/summary' /v1/companies/ 1 2 /summary
object '/v1/sensors/{id}' /v1/sensors/ 10 20 ''

# ---- lists, whole and asked for what is another's
list /v1/alerts ''
list /v1/alerts '?format=ecs'
list /v1/alerts "?from=$today&q=signature&direction=inbound"
list /v1/incidents ''
list /v1/incidents '?state=open&q=title'
list /v1/companies ''
list /v1/sensors ''
list /v1/metrics/detections "?from=$today&to=$today"
list /v1/metrics/company-months "?from=$month&to=$month"
list /v1/metrics/company-months "?from=$month&to=$month&format=csv"
list /v1/metrics/trend "?to=$month"
list /v1/metrics/coverage "?from=$lately&to=$today"
list /v1/metrics/coverage "?from=$lately&to=$today&by=sensor&format=csv"
list /v1/metrics/cohorts ''
for what in detections coverage; do
	filter "/v1/metrics/$what" "?from=$today&to=$today&company" 1 2
done
filter /v1/metrics/trend "?to=$month&company" 1 2
# A cohort that another company is in as well, or that it alone is in, shows nothing of it.
for who in member1 analyst1 viewer1 wall1; do
	for cohort in member=yes member=no 'industry=MARKER%20industry' 'tag=MARKER%20tag' 'area=MARKER%20area' size=unknown; do
		for what in "detections?from=$today&to=$today" "trend?to=$month&months=1" "coverage?from=$today&to=$today" "incidents?from=$today&to=$today" \
			"company-months?from=$month&to=$month" "response?from=$today&to=$today"; do
			ask GET "/v1/metrics/$what&$cohort"
			check_equal "GET /v1/metrics/$what&$cohort by $who" '200 unseen' "$status $(seen)"
		done
	done
done
walk GET /v1/metrics/incidents
for who in member1 analyst1; do
	same_as_none "incidents of another by $who" GET "/v1/metrics/incidents?from=$today&to=$today&company=2" \
		"/v1/metrics/incidents?from=$today&to=$today&company=99999"
done
for who in member1 analyst1 viewer1 wall1 analyst; do
	wanted=1
	[ $who != analyst ] || wanted=2
	ask GET "/v1/metrics/incidents?from=2000-01-01&to=2009-12-31"
	check_equal "GET /v1/metrics/incidents by $who: nothing in old times" '200 0' "$status $(jq .incidents "$STATE/body")"
	ask GET "/v1/metrics/incidents?from=$lately&to=$today"
	check_equal "GET /v1/metrics/incidents by $who" "200 unseen $wanted $wanted" "$status $(seen) $(jq -r '"\(.monitored_companies) \(.incidents)"' "$STATE/body")"
done
# Cells of peers count all companies, and say nothing of a company that they could be traced to.
walk GET /v1/metrics/peers
for who in member1 analyst1 viewer1 wall1; do
	ask GET "/v1/metrics/peers?month=$month"
	check_equal "GET /v1/metrics/peers by $who: hidden, and only cells of its own" '200 unseen 2 [true] [null]' \
		"$status $(seen) $(jq -c '.rows[0].companies, ([.rows[].hidden] | unique), ([.rows[] | .with_inbound, .median_inbound] | unique)' "$STATE/body" | tr '\n' ' ' | sed 's/ $//')"
	ask GET "/v1/metrics/company-months?from=$month&to=$month"
	check_equal "... and $who sees no more afterwards" '200 unseen' "$status $(seen)"
done
who=analyst
ask GET "/v1/metrics/peers?month=$month"
check_equal "GET /v1/metrics/peers by $who: all cells" '200 seen' "$status $(seen)"
filter /v1/alerts '?company' 1 2
filter /v1/alerts '?sensor' 10 20
filter /v1/alerts '?incident' 100 200
filter /v1/incidents '?company' 1 2
filter /v1/sensors '?company' 1 2
filter "/v1/metrics/company-months" "?from=$month&to=$month&company" 1 2
filter /v1/alerts '?limit=1&company' 1 2
who=member1
for query in '/v1/companies?q=MARKER' '/v1/alerts?q=MARKER' '/v1/incidents?q=MARKER'; do
	ask GET "$query"
	check_equal "GET $query by $who finds nothing" '200 0 null' "$status $(jq -r '[.[] | arrays | length][0], .next // "null"' "$STATE/body" | tr '\n' ' ' | sed 's/ $//')"
done
# A cursor given to one who sees all is of no use to one who does not.
sql 'SELECT alert_comes(2, 2001)' >/dev/null
who=analyst
ask GET '/v1/alerts?limit=1'
cursor=$(jq -r .next "$STATE/body")
who=member1
ask GET "/v1/alerts?limit=1&cursor=$cursor"
check_equal "another's cursor" '400 invalid' "$status $(jq -r .code "$STATE/body")"

# ---- changes
version=$(sql 'SELECT version FROM incident WHERE company_id = 2')
changes PATCH '/v1/incidents/{id}' /v1/incidents/ '' '{"state":"acknowledged"}' "If-Match: \"$version\""
changes POST '/v1/incidents/{id}/notes' /v1/incidents/ /notes '{"text":"a note"}'
who=analyst1
version=$(sql 'SELECT version FROM incident WHERE company_id = 1')
ask PATCH /v1/incidents/100 -H "If-Match: \"$version\"" -d "{\"owner_id\":$(sql "SELECT user_id FROM app_user WHERE email = 'analyst2'")}"
check_equal "nobody of another company becomes an owner" '400 invalid' "$status $(jq -r .code "$STATE/body")"

# ---- rules, mutes, campaigns, contacts, indicators, hunts
list /v1/contacts ''
list /v1/contacts '?min_score=60&limit=10'
filter /v1/contacts '?company' 1 2
staff_list /v1/rules ''
staff_list /v1/mutes '?state=all'
staff_object '/v1/mutes/{id}' /v1/mutes/ 100 200 ''
for who in analyst1 lead1; do
	same_as_none "mutes of another by $who" GET '/v1/mutes?company=2' '/v1/mutes?company=99999'
	ask GET /v1/mutes/300
	check_equal "$who sees no mute of all" '404 unseen' "$status $(seen)"
done
# A rule, and a version of the rules, are everybody's; its figures are not.
walk GET '/v1/rules/{id}'
walk GET /v1/rule-sets
walk GET '/v1/rule-sets/{id}'
for path in /v1/rules/500 /v1/rule-sets /v1/rule-sets/1 '/v1/rule-sets/1?text=true'; do
	for who in member1 member2 wall1; do
		ask GET "$path"
		check_equal "GET $path by $who" 403 "$status"
	done
	for who in analyst1 viewer1 lead1; do
		ask GET "$path"
		check_equal "GET $path by $who" '200 unseen' "$status $(seen)"
	done
done
for who in analyst2 analyst; do
	ask GET /v1/rules/500
	check_equal "GET /v1/rules/500 by $who: there is something to see" '200 seen' "$status $(seen)"
done
# A campaign of both companies: each sees itself, and that there are two. One that was not hit sees none.
walk GET /v1/campaigns
walk GET '/v1/campaigns/{id}'
for who in member1 analyst1 viewer1 wall1; do
	for path in /v1/campaigns '/v1/campaigns?q=MARKER' '/v1/campaigns?company=1' /v1/campaigns/100; do
		ask GET "$path"
		check_equal "GET $path by $who" '200 unseen' "$status $(seen)"
	done
	same_as_none "a campaign of others by $who" GET /v1/campaigns/200 /v1/campaigns/99999
	same_as_none "campaigns of another by $who" GET '/v1/campaigns?company=2' '/v1/campaigns?company=99999'
	ask GET '/v1/campaigns?q=MARKER'
	check_equal "$who cannot search for what others met" 0 "$(jq '.campaigns | length' "$STATE/body")"
	ask GET /v1/campaigns/100
	check_equal "$who sees itself and how many there are" '2 1 1 1 null' \
		"$(jq -r '"\(.companies) \(.members | length) \(.incidents | length) \(.warnings | length) \(.not_hit)"' "$STATE/body")"
done
for who in member2 analyst; do
	for path in /v1/campaigns /v1/campaigns/100 /v1/campaigns/200; do
		ask GET "$path"
		check_equal "GET $path by $who: there is something to see" '200 seen' "$status $(seen)"
	done
done
sql "INSERT INTO incident_event (company_id, incident_id, kind, body) SELECT c, c * 100, 'campaign', '{\"campaign_id\": 100}' FROM generate_series(1, 2) c"
for who in member1 analyst1 viewer1 wall1; do
	ask GET /v1/incidents/100
	check_equal "$who sees that an incident is part of one" '200 unseen 100' "$status $(seen) $(jq '.campaigns[].id' "$STATE/body")"
done
filter /v1/incidents '?rule=500&company' 1 2
list /v1/incidents '?rule=500'
who=member1
ask GET '/v1/incidents?tag=MARKER%20tag'
check_equal 'tags of others find nothing' '200 0' "$status $(jq '.incidents | length' "$STATE/body")"
for_all GET /v1/indicators /v1/indicators
for_all GET '/v1/indicators/{id}' /v1/indicators/1
for_all GET /v1/indicator-sources /v1/indicator-sources
for_all GET /v1/hunts /v1/hunts
for_all GET '/v1/hunts/{id}' /v1/hunts/1
for_all POST /v1/indicators /v1/indicators '{"source":"s","format":"plain","text":"203.0.113.9"}'
for_all POST '/v1/indicators/{id}/revoke' /v1/indicators/1/revoke '{"reason":"x"}'
for_all POST /v1/hunts /v1/hunts '{"indicator_id":1}'
for_all POST '/v1/campaigns/{id}/warnings' /v1/campaigns/100/warnings '{"all_not_hit":true,"text":"x"}'
for_all POST /v1/rule-sets /v1/rule-sets '{"files":[{"name":"a.yml","text":"title: x"}]}'
for_all POST /v1/rule-sets/check /v1/rule-sets/check '{"files":[{"name":"a.yml","text":"title: x"}]}'
who=analyst
for path in /v1/indicators /v1/indicators/1 /v1/indicator-sources /v1/hunts /v1/hunts/1; do
	ask GET "$path"
	check_equal "GET $path by $who: there is something to see" '200 seen' "$status $(seen)"
done
changes POST '/v1/mutes/{id}/end' /v1/mutes/ /end ''
walk POST /v1/mutes
walk POST /v1/mutes/preview
before=$(state_of_two)
mute='"scope":"company","conditions":{"action":"blocked"}'
new="$mute,\"kind\":\"mute\",\"reason\":\"x\",\"expires_at\":\"$(date -u -d '1 day' +%Y-%m-%dT%H:%M:%SZ)\""
for who in analyst1 lead1; do
	for path in /v1/mutes /v1/mutes/preview; do
		body=$new
		[ "$path" = /v1/mutes ] || body=$mute
		ask POST "$path" -d "{$body,\"company_id\":99999}"
		nothing="$status $(bare)"
		ask POST "$path" -d "{$body,\"company_id\":2}"
		check_equal "POST $path for another by $who: as if there were none" "404 $nothing" "$status $status $(bare)"
	done
	ask POST /v1/mutes -d "$(echo "{$new}" | sed 's/"company"/"all"/')"
	check_equal "$who mutes nothing for all" '403 unseen' "$status $(seen)"
done
for who in member1 viewer1 wall1; do
	ask POST /v1/mutes -d "{$new,\"company_id\":1}"
	check_equal "POST /v1/mutes by $who: not even for one's own" 403 "$status"
	ask POST /v1/mutes/preview -d "{$mute,\"company_id\":1}"
	check_equal "POST /v1/mutes/preview by $who: not even for one's own" 403 "$status"
done
check_equal 'mutes: nothing was changed' "$before" "$(state_of_two)"
who=analyst1
ask POST /v1/mutes/preview -d "{$mute,\"company_id\":1}"
check_equal "POST /v1/mutes/preview by $who: of one's own" '200 unseen' "$status $(seen)"
ask POST /v1/mutes -d "{$new,\"company_id\":1}"
check_equal "POST /v1/mutes by $who: of one's own" '201 unseen' "$status $(seen)"

# ---- cases
# What a wall screen is not shown: of incident c00.
case_object() { # PATTERN SUFFIX
	walk GET "$1"
	for who in member1 analyst1 viewer1 desk1; do
		same_as_none "GET $1 by $who" GET "/v1/incidents/200$2" "/v1/incidents/299999$2"
		ask GET "/v1/incidents/100$2"
		check_equal "GET $1 by $who: the own one" '200 unseen' "$status $(seen)"
	done
	who=wall1
	ask GET "/v1/incidents/100$2"
	check_equal "GET $1 by $who" 403 "$status"
	for who in member2 analyst desk; do
		ask GET "/v1/incidents/200$2"
		check_equal "GET $1 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
}
case_object '/v1/incidents/{id}/case' /case
case_object '/v1/incidents/{id}/insurance' /insurance
# For those who work on it: the pack is unpacked before it is looked at.
unpack() {
	[ "$(head -c 2 "$STATE/body" | tr -d '\0')" = PK ] || return 0
	unzip -p "$STATE/body" >"$STATE/unpacked" && mv "$STATE/unpacked" "$STATE/body"
}
for route in notification-text evidence; do
	walk GET "/v1/incidents/{id}/$route"
	for who in analyst1 lead1 desk1; do
		same_as_none "GET $route by $who" GET "/v1/incidents/200/$route" "/v1/incidents/299999/$route"
		ask GET "/v1/incidents/100/$route"
		unpack
		check_equal "GET $route by $who: the own one" '200 unseen' "$status $(seen)"
	done
	for who in viewer1 wall1; do
		ask GET "/v1/incidents/100/$route"
		check_equal "GET $route by $who" 403 "$status"
	done
	who=desk
	ask GET "/v1/incidents/200/$route"
	unpack
	check_equal "GET $route by $who: there is something to see" '200 seen' "$status $(seen)"
done
who=member1
same_as_none 'the text by the member' GET /v1/incidents/200/notification-text /v1/incidents/299999/notification-text
ask GET /v1/incidents/100/evidence
check_equal 'no pack for the member' 403 "$status"
walk GET /v1/metrics/response
for who in member1 analyst1 viewer1 wall1 analyst; do
	ask GET "/v1/metrics/response?from=$today&to=$today"
	wanted=1
	[ $who != analyst ] || wanted=2
	check_equal "GET /v1/metrics/response by $who" "200 unseen $wanted" "$status $(seen) $(jq '.rows[0].incidents' "$STATE/body")"
done
filter /v1/metrics/response "?from=$today&to=$today&company" 1 2
walk GET /v1/requests
for who in member1 analyst1 viewer1 desk1; do
	for query in '' '?state=all' '?company=1'; do
		ask GET "/v1/requests$query"
		check_equal "GET /v1/requests$query by $who" '200 unseen 1' "$status $(seen) $(jq '.requests | length' "$STATE/body")"
	done
	same_as_none "requests of another by $who" GET '/v1/requests?company=2' '/v1/requests?company=99999'
done
who=wall1
ask GET /v1/requests
check_equal "GET /v1/requests by $who" 403 "$status"
for who in member2 desk; do
	ask GET /v1/requests
	check_equal "GET /v1/requests by $who: there is something to see" '200 seen' "$status $(seen)"
done
wanted="{\"who\":\"x\",\"what\":\"x\",\"due_on\":\"$today\"}"
changes POST '/v1/incidents/{id}/steps' /v1/incidents/ /steps '{"step":2,"text":"x"}'
changes POST '/v1/incidents/{id}/waiting' /v1/incidents/ /waiting '{"waiting":true}'
changes POST '/v1/incidents/{id}/confirmed' /v1/incidents/ /confirmed '{}'
changes POST '/v1/incidents/{id}/requests' /v1/incidents/ /requests "$wanted"
changes PATCH '/v1/incidents/{id}/privacy' /v1/incidents/ /privacy '{"persons":3}' 'If-Match: "1"'
changes PATCH '/v1/insurance/{id}' /v1/insurance/ '' '{"claim_no":"x"}' 'If-Match: "1"'
before=$(state_of_two)
for route in insurance privacy; do
	walk POST "/v1/incidents/{id}/$route"
	body={}
	[ $route = insurance ] || body='{"known_at":"2026-01-01T00:00:00Z"}'
	for who in analyst1 desk1; do
		same_as_none "POST $route by $who" POST "/v1/incidents/200/$route" "/v1/incidents/299999/$route" -d "$body"
		ask POST "/v1/incidents/100/$route" -d "$body"
		check_equal "POST $route by $who: of one's own there is one" '409 exists' "$status $(jq -r .code "$STATE/body")"
	done
	for who in member1 viewer1 wall1; do
		ask POST "/v1/incidents/100/$route" -d "$body"
		check_equal "POST $route by $who: not even of one's own" 403 "$status"
	done
done
walk PATCH '/v1/requests/{id}'
for who in member1 analyst1 desk1; do
	same_as_none "PATCH /v1/requests/{id} by $who" PATCH /v1/requests/200 /v1/requests/299999 -d '{"state":"done"}' -H 'If-Match: "1"'
done
for who in viewer1 wall1; do
	ask PATCH /v1/requests/100 -d '{"state":"done"}' -H 'If-Match: "1"'
	check_equal "PATCH /v1/requests/{id} by $who: not even of one's own" 403 "$status"
done
walk POST /v1/requests
for who in analyst1 desk1; do
	ask POST /v1/requests -d "${wanted%?},\"company_id\":99999}"
	nothing="$status $(bare)"
	ask POST /v1/requests -d "${wanted%?},\"company_id\":2}"
	check_equal "POST /v1/requests for another by $who: as if there were none" "404 $nothing" "$status $status $(bare)"
done
check_equal 'cases: nothing was changed' "$before" "$(state_of_two)"
who=member1
ask PATCH /v1/requests/100 -d '{"state":"done"}' -H 'If-Match: "1"'
check_equal "PATCH /v1/requests/{id} by $who: of one's own" '200 unseen' "$status $(seen)"
who=desk1
ask POST /v1/requests -d "${wanted%?},\"company_id\":1}"
check_equal "POST /v1/requests by $who: of one's own" '201 unseen' "$status $(seen)"

# ---- the service desk
# shellcheck source=tests/integration/isolation_desk.sh
. "$(dirname "$0")/isolation_desk.sh"

# ---- who is on call, whom to page and how
# shellcheck source=tests/integration/isolation_oncall.sh
. "$(dirname "$0")/isolation_oncall.sh"
# shellcheck source=tests/integration/isolation_report_links.sh
. "$(dirname "$0")/isolation_report_links.sh"
# shellcheck source=tests/integration/isolation_report_texts.sh
. "$(dirname "$0")/isolation_report_texts.sh"
# shellcheck source=tests/integration/isolation_reports.sh
. "$(dirname "$0")/isolation_reports.sh"

# ---- the audit trail
walk GET /v1/audit
who=lead1
ask GET /v1/audit
check_equal 'the audit trail of one company' '200 unseen' "$status $(seen)"
check_equal '... has entries' true "$(jq '.entries | length > 0 and all(.company_id == 1)' "$STATE/body")"
for who in lead2 lead; do
	ask GET /v1/audit
	check_equal "the audit trail of $who: there is something to see" '200 seen' "$status $(seen)"
done
for who in member1 viewer1 analyst1 wall1; do
	ask GET /v1/audit
	check_equal "no audit trail for $who" 403 "$status"
done

# A position of staff, from before what comes now.
staff_cursor=$(curl -k -sS -o "$STATE/body" -D - -H 'Cookie: __Host-sid=analyst' "https://127.0.0.1:$api_port/v1/alerts" |
	tr -d '\r' | sed -n 's/^[Xx]-[Ss]tream-[Cc]ursor: //p')

# ---- what comes over the stream: company 2 first, then company 1, whose events show that the others had come
sql 'SELECT touch(2); SELECT alert_comes(2, 2002)' >/dev/null
sql 'SELECT alert_comes(1, 1001); SELECT touch(1)' >/dev/null
came() { # FILE COMPANY: all three kinds of it
	for kind in alert incident sensor; do
		grep -A 1 "^event: $kind.upsert" "$1" | grep -q "\"company_id\":$2," || return 1
	done
}
for name in member1 viewer1 wall1 analyst; do
	wait_until 20 came "$STATE/stream.$name" 1 && good "the stream of $name has company 1" || bad "the stream of $name lacks company 1"
done
for name in member2 analyst; do
	wait_until 20 came "$STATE/stream.$name" 2 && marked "$STATE/stream.$name" &&
		good "the stream of $name has company 2" || bad "the stream of $name lacks company 2"
done
for name in member1 viewer1 wall1; do
	marked "$STATE/stream.$name" && bad "the stream of $name shows company 2" || good "the stream of $name shows nothing of company 2"
done
# Each company has one open incident, of severity 3.
counted() { # NAME: the open incidents of all its counts, once they are known
	grep -A 1 '^event: counts' "$STATE/stream.$1" | sed -n 's/^data: //p' | jq -c .open_by_severity | grep -v '0,0,0,0,0' | sort -u | tr '\n' ' '
}
check_equal 'the figures of a stream are those of its company' '[0,0,1,0,0]  [0,0,2,0,0] ' "$(counted member1) $(counted analyst)"
# Cursors give away nothing about what happened elsewhere: one after the other, they are in no order.
sed -n 's/^id: [0-9a-f]*-//p' "$STATE/stream.analyst" | sort -u >"$STATE/cursors"
who=member1
for i in 1 2 3 4 5 6 7 8; do
	curl -k -sS -o "$STATE/body" -D - -H "Cookie: __Host-sid=$who" "https://127.0.0.1:$api_port/v1/alerts" |
		tr -d '\r' | sed -n 's/^[Xx]-[Ss]tream-[Cc]ursor: [0-9a-f]*-//p' >>"$STATE/cursors"
done
check_equal 'no cursor is a number of events' '' "$(awk 'length($0) < 8' "$STATE/cursors" | head -n 3)"
# Somebody else's cursor gives one's own events alone.
listen member1 "?cursor=$staff_cursor" member1.again
wait_until 20 came "$STATE/stream.member1.again" 1 && ! marked "$STATE/stream.member1.again" &&
	good 'from a cursor of staff, too' || bad 'a cursor of staff shows more, or nothing'
# Who is bound to one company from now on is not served the others any more.
sql "UPDATE app_user SET scope_company = 1 WHERE email = 'analyst'"
bye() {
	grep -q '^event: bye' "$STATE/stream.analyst"
}
wait_until 40 bye && good 'a stream ends when its scope changes' || bad 'a stream goes on with a scope that is over'
who=analyst
ask GET /v1/companies
check_equal 'and so do the requests' '200 unseen' "$status $(seen)"

# ---- routes that are of no company
who=member1
for route in 'GET /v1/me' 'PATCH /v1/me' 'GET /healthz' 'GET /readyz' 'POST /v1/setup' 'POST /v1/session' 'DELETE /v1/session'; do
	walk "${route% *}" "${route#* }"
	case $route in
	'PATCH /v1/me') ask PATCH /v1/me -d '{"language":"en"}' && wanted=200 ;;
	'POST /v1/setup') ask POST /v1/setup -d '{"token":"none","password":"12345678"}' && wanted=404 ;;
	'POST /v1/session') ask POST /v1/session -d '{"email":"member2","password":"12345678"}' && wanted=401 ;;
	'DELETE /v1/session') ask DELETE /v1/session && wanted=204 ;;
	*) ask GET "${route#* }" && wanted=200 ;;
	esac
	check_equal "$route" "$wanted unseen" "$status $(seen)"
done
for path in $(sort -u "$walked" | sed -n 's/^GET \(\/v1\/.*\)/\1/p' | sed 's/{id}/1/'); do
	ask GET "$path"
	check_equal "GET $path without a session" 401 "$status"
done
curl -s "http://127.0.0.1:$((PORT + 1))/metrics" >"$STATE/body"
check_equal 'the page for Prometheus names no company' unseen "$(seen)"

# ---- without the code's own care: the database's user sees only what the transaction says
as_api() { # COMPANY
	psql -X -q -At -d "$conninfo" -c "SET ROLE hinomi_api" -c "BEGIN" -c "SET LOCAL app.company = '$1'" \
		-c 'SELECT concat((SELECT count(*) FROM company), (SELECT count(*) FROM alert), (SELECT count(*) FROM incident))' -c COMMIT
}
check_equal 'row-level security: nobody, one, all' '000 121 252' "$(as_api '') $(as_api 1) $(as_api '*')"
correlation_as_api() { # COMPANY: how much there is of each table
	psql -X -q -At -d "$conninfo" -c "SET ROLE hinomi_api" -c "BEGIN" -c "SET LOCAL app.company = '$1'" -c "SELECT concat_ws(' ',
		(SELECT count(*) FROM rule_day), (SELECT count(*) FROM incident_cause), (SELECT count(*) FROM mute_day),
		(SELECT count(*) FROM contact), (SELECT count(*) FROM observable), (SELECT count(*) FROM hunt_hit),
		(SELECT count(*) FROM campaign), (SELECT count(*) FROM campaign_member), (SELECT count(*) FROM campaign_sighting),
		(SELECT count(*) FROM campaign_warning), (SELECT count(*) FROM indicator), (SELECT count(*) FROM hunt),
		(SELECT count(*) FROM mute WHERE mute_id IN (100, 200, 300)))" -c COMMIT
}
check_equal '... of what correlation leaves behind: nobody' '0 0 0 0 0 0 0 0 0 0 0 0 0' "$(correlation_as_api '')"
check_equal '... one' '1 1 2 1 1 1 1 1 1 1 0 0 1' "$(correlation_as_api 1)"
check_equal '... all' '2 2 4 2 2 2 2 3 3 2 1 1 3' "$(correlation_as_api '*')"

# Whatever a statement forgets: no table shows one company what is another's, or the operator's. Left out are the audit
# trail, whose statements name the company, and campaigns of both, whose title is another's (campaign_query.h).
sql "INSERT INTO indicator_reject (source_id, entry, reason) VALUES (1, 'MARKER entry', 'reason');
	INSERT INTO warning_entry (kind, key, prefix, below, list) VALUES (2, 'com.', 0, true, 'MARKER list')" >/dev/null
shown=''
for table in $(sql "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relnamespace = 'public'::regnamespace
	AND NOT relispartition AND has_table_privilege('hinomi_api', oid, 'SELECT') AND relname NOT IN ('audit', 'campaign') ORDER BY 1"); do
	psql -X -q -At -d "$conninfo" -c BEGIN -c 'SET LOCAL ROLE hinomi_api' -c "SET LOCAL app.company = '1'" \
		-c "SELECT to_jsonb(t) FROM $table t" -c COMMIT >"$STATE/body" 2>&1
	! grep -qE 'MARKER|42424[2-9]|"company_id": 2[,}]' "$STATE/body" || shown="$shown $table"
done
check_equal 'no table shows one company more than its own' '' "$shown"
# written COMPANY STATEMENT...: how many of them changed anything; $written_vendor: as people of that firm
written() {
	written_scope=$1 written_count=0
	shift
	for statement; do
		psql -X -q -At -d "$conninfo" -c BEGIN -c 'SET LOCAL ROLE hinomi_api' -c "SET LOCAL app.company = '$written_scope'" \
			-c "SET LOCAL app.vendor = '${written_vendor-}'" -c "WITH w AS ($statement RETURNING 1) SELECT count(*) FROM w" -c ROLLBACK >"$STATE/body" 2>&1
		! grep -qx '[1-9][0-9]*' "$STATE/body" || written_count=$((written_count + 1))
	done
	echo "$written_count"
}
for_all_companies() { # COMPANY
	written "$1" "INSERT INTO campaign_warning (company_id, campaign_id, user_id, body) VALUES (1, 200, 1, 'x')" \
		"INSERT INTO hunt (actor, source_id, change_from, change_to) VALUES ('x', 1, 1, 1)" \
		"INSERT INTO indicator_source (source_id, name) VALUES (77, 'x')" "UPDATE indicator_source SET name = 'x'" \
		"UPDATE indicator SET state = 'revoked'" 'DELETE FROM indicator_reject' \
		"INSERT INTO rule_set (version, actor, sha256) VALUES (99, 'x', sha256('x'))" "UPDATE rule SET title = 'x'"
}
check_equal 'nor lets one company write what is for all' '0 8' "$(for_all_companies 1) $(for_all_companies '*')"

written_vendor=1
check_equal 'the people of a firm work on its orders' 2 \
	"$(written '' "UPDATE dispatch_order SET state = 'accepted'" \
		"INSERT INTO dispatch_event (company_id, order_id, kind, side, body) VALUES (1, 100, 'accepted', 'vendor', '{}')")"
for scope in '' 1; do
	check_equal "... and change neither whose they are nor what the firm is, also beside company '$scope'" 0 \
		"$(written "$scope" 'UPDATE dispatch_order SET vendor_id = 2' 'UPDATE dispatch_order SET incident_id = 1' \
			"UPDATE dispatch_order SET company_name = 'x'" 'UPDATE dispatch_order SET requested_by = 1' "UPDATE vendor SET note = 'x'" \
			"INSERT INTO dispatch_event (company_id, order_id, kind, side, body) VALUES (2, 200, 'note', 'vendor', '{}')")"
done
check_equal '... nor speak for the desk' 0 \
	"$(written '' "INSERT INTO dispatch_event (company_id, order_id, kind, side, body) VALUES (1, 100, 'approved', 'desk', '{}')")"
written_vendor=''
check_equal 'what a page is about is left to the escalator' 0 \
	"$(written '*' 'UPDATE page_subject SET settled_at = now()' 'UPDATE page_subject SET page_id = 200')"

# The planner must not believe that the policy hides nearly everything: it would not use the order of an index any more.
believed=$(psql -X -q -At -d "$conninfo" -c BEGIN \
	-c 'INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to) SELECT 1, n, n, now(), now() FROM generate_series(1, 1000) n' \
	-c 'ANALYZE work' -c 'SET ROLE hinomi_api' -c "SET LOCAL app.company = '*'" -c 'EXPLAIN SELECT FROM work' -c ROLLBACK |
	sed -n 's/.* rows=\([0-9]*\) .*/\1/p' | head -n 1)
check_equal 'row-level security is not believed to hide nearly all' yes "$([ "$believed" -ge 200 ] && echo yes || echo "$believed of 1000")"
check_equal 'nor are plans made without the values asked for' 'force_custom_plan off' \
	"$(psql -X -q -At -d "$(echo "$conninfo" | sed 's/user=hinomi$/user=hinomi_api/')" -c 'SHOW plan_cache_mode' -c 'SHOW jit' | tr '\n' ' ' | sed 's/ $//')"

# ---- every route, and no other
sort -u "$walked" >"$STATE/routes.walked"
awk '/^paths:/ { on = 1; next } /^[a-z]/ { on = 0 }
	on && /^  \// { path = $1; sub(/:$/, "", path) }
	on && /^    (get|post|patch|put|delete):/ { method = toupper($1); sub(/:/, "", method); print method " " path }' \
	"$top/docs/openapi.yaml" | sort -u >"$STATE/routes.contract"
sed -nE 's/.*\.route = \{ "([A-Z]+)", "([^"]+)" \}.*/\1 \2/p' "$routes_c" | sort -u >"$STATE/routes.code"
check_equal 'openapi.yaml was understood' yes "$([ "$(wc -l <"$STATE/routes.contract")" -ge 21 ] && echo yes)"
check_equal 'every route of openapi.yaml is walked, and no other' '' "$(diff "$STATE/routes.contract" "$STATE/routes.walked")"
check_equal 'the code has the routes of openapi.yaml, and no other' '' "$(diff "$STATE/routes.contract" "$STATE/routes.code")"
check_equal 'nothing unexpected in the log' '' "$(grep -E ' (ERROR|error) ' "$STATE/api.log" | head -n 3)"
finish
