#!/bin/sh
# The api of the on-call side against a real PostgreSQL and curl: schedules, policies, routes, channels, pages, messages,
# texts, drills, events of other systems, and the page behind a link: shapes against docs/openapi.yaml, who may do what,
# bad documents with the place that is wrong, two who answer at once, links that are none. api_oncall.sql says who is who.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"
# shellcheck source=tests/integration/answer_token.sh
. "$(dirname "$0")/answer_token.sh"

api_prepare api_oncall.sql || exit 1
cat >>"$STATE/hinomi.yaml" <<YAML
escalator:
  networks: [10.9.0.0/16]
  desk_phone: 06-0000-0000
  monthly_drill: false
  poll: 100ms
YAML
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
as() { # NAME
	cookie=__Host-sid=$1
}
# What an answer has, against the contract.
shape() { # TEXT STATUS SCHEMAS JQ
	wanted=$(for schema in $3; do required "$schema"; done | tr ' ' '\n' | grep . | sort -u | tr '\n' ' ')
	check_equal "$1" "$2 $wanted" "$status $(members "$4")"
}
etag() {
	header ETag
}

# ------------------------------------------------------------------------------------------------------------ calendars
as tanaka
get /v1/calendars
shape 'calendars' 200 Calendar '.calendars[0]'
get /v1/calendars/1
check_equal 'one calendar with its version' '200 "1"' "$status $(etag)"
change POST /v1/calendars '{"name":"x","timezone":"Asia/Tokyo","rules":{}}'
check_equal 'an analyst makes none' '403 forbidden ' "$(refusal)"
as kato
change POST /v1/calendars '{"name":"昼","timezone":"Asia/Tokyo","rules":{"hours":{"mon":[["09:00","08:00"]]}}}'
check_equal 'a bad document: the place is told' '400 invalid /rules/hours/mon/0' "$(refusal | sed 's|\(mon/0\).*|\1|')"
change POST /v1/calendars '{"name":"昼","timezone":"Asia/Osaka","rules":{}}'
check_equal 'a zone that is none' '400 invalid' "$status $(reply .code)"
change POST /v1/calendars '{"name":"昼","timezone":"Asia/Tokyo","rules":{"hours":{"mon":[["09:00","12:00"]]}}}'
shape 'a new calendar' 201 Calendar .
calendar=$(reply .id)
change POST /v1/calendars '{"name":"昼","timezone":"Asia/Tokyo","rules":{}}'
check_equal 'a name that is taken' '409 name_taken ' "$(refusal)"
change PUT "/v1/calendars/$calendar" '{"name":"昼","timezone":"Asia/Tokyo","rules":{}}'
check_equal 'a change without a condition' '428 condition_missing ' "$(refusal)"
change PUT "/v1/calendars/$calendar" '{"name":"昼","timezone":"Asia/Tokyo","rules":{}}' -H 'If-Match: "7"'
check_equal '... of an older version' '412 stale ' "$(refusal)"
change PUT "/v1/calendars/$calendar" '{"name":"昼","timezone":"Asia/Tokyo","rules":{}}' -H 'If-Match: "1"'
check_equal '... of this one' '200 "2" false' "$status $(etag) $(reply .open)"
get '/v1/holidays?from=2026-11-01&to=2026-10-01'
check_equal 'days that end before they begin' '400 invalid to' "$(refusal)"
get /v1/holidays
check_equal 'holidays' '200 array' "$status $(reply '.holidays | type')"

# ------------------------------------------------------------------------------------------------------------ schedules
as kato
weekly='{"layers":[{"name":"週","people":[2,3],"rotation":{"unit":"week","start":"2026-11-02","handover":"09:00"}}]}'
change POST /v1/schedules "{\"name\":\"夜勤\",\"timezone\":\"Asia/Tokyo\",\"rules\":$weekly}"
shape 'a new schedule' 201 Schedule .
schedule=$(reply .id)
check_equal 'whom it names' 'Tanaka Sato' "$(reply '[.people[].display_name] | join(" ")')"
change POST /v1/schedules "{\"name\":\"x\",\"timezone\":\"Asia/Tokyo\",\"rules\":$(echo "$weekly" | sed 's/"week"/"fortnight"/')}"
check_equal 'a unit that is none' '400 invalid /rules/layers/0/rotation/unit' "$(refusal)"
change POST /v1/schedules "{\"name\":\"x\",\"timezone\":\"Asia/Tokyo\",\"rules\":$(echo "$weekly" | sed 's/\[2,3\]/[2,8]/')}"
check_equal 'a member cannot be on call' '400 invalid' "$status $(reply .code)"
# Week of 2026-11-02 is the first one's, the next week the second one's: counted by hand, Tokyo is UTC+9.
get "/v1/schedules/$schedule?from=2026-11-02T00:00:00Z&to=2026-11-20T00:00:00Z"
shape 'a schedule with its spans' 200 'Schedule ScheduleSpans SchedulePage' .
check_equal 'turns of a week' '2 2026-11-09T00:00:00.000000Z 3 2026-11-16T00:00:00.000000Z 2' \
	"$(reply '"\(.spans[0].person.id) \(.spans[0].to) \(.spans[1].person.id) \(.spans[1].to) \(.spans[2].person.id)"')"
get "/v1/schedules/$schedule?from=2026-01-01&to=2028-01-01"
check_equal 'too long a time' '400 invalid to' "$(refusal)"
change POST /v1/schedules/preview "{\"timezone\":\"Asia/Tokyo\",\"rules\":$(echo "$weekly" | sed 's/2026-11-02/2026-11-09/'),
	\"from\":\"2026-11-08T00:00:00Z\",\"to\":\"2026-11-11T00:00:00Z\"}"
shape 'a look at one that is not saved' 200 ScheduleSpans .
check_equal 'nobody before the first turn' '2026-11-08T00:00:00.000000Z 2026-11-09T00:00:00.000000Z' "$(reply '"\(.gaps[0].from) \(.gaps[0].to)"')"
as viewer
change POST /v1/schedules/preview "{\"timezone\":\"Asia/Tokyo\",\"rules\":$weekly}"
check_equal 'a viewer previews none' '403 forbidden ' "$(refusal)"
from=$(date -u -d '1 hour' +%Y-%m-%dT%H:00:00Z) to=$(date -u -d '5 hours' +%Y-%m-%dT%H:00:00Z)
as sato
change POST "/v1/schedules/$schedule/overrides" "{\"user_id\":2,\"from\":\"$from\",\"to\":\"$to\"}"
check_equal 'an analyst puts nobody else in' '403 forbidden ' "$(refusal)"
change POST "/v1/schedules/$schedule/overrides" "{\"user_id\":3,\"from\":\"$to\",\"to\":\"$from\"}"
check_equal 'an override that ends before it begins' '400 invalid /to' "$(refusal)"
change POST "/v1/schedules/99999/overrides" "{\"user_id\":3,\"from\":\"$from\",\"to\":\"$to\"}"
check_equal 'an override of no schedule' '404 not_found ' "$(refusal)"
change POST "/v1/schedules/$schedule/overrides" "{\"user_id\":3,\"from\":\"$from\",\"to\":\"$to\",\"reason\":\"交代\"}"
shape 'an override' 201 Override .
override=$(reply .id)
get "/v1/schedules/$schedule?from=$from&to=$to"
check_equal '... is seen' "3 $override $override" "$(reply '"\(.spans[0].person.id) \(.spans[0].override_id) \(.overrides[0].id)"')"
as tanaka
call DELETE "/v1/overrides/$override" -H 'Content-Type: application/json'
check_equal 'another analyst does not take it back' '403 forbidden ' "$(refusal)"
as sato
call DELETE "/v1/overrides/$override" -H 'Content-Type: application/json'
check_equal 'its own person does' '200 true' "$status $(reply '.ended_at != null')"
call DELETE "/v1/overrides/$override" -H 'Content-Type: application/json'
check_equal '... once' '409 page_state ' "$(refusal)"

# ------------------------------------------------------------------------------------------------- policies and routes
as kato
change POST /v1/policies '{"name":"夜","rules":{"steps":[{"after":"0s","targets":[{"person":999}]}]}}'
check_equal 'a policy that names nobody there is' '400 invalid /rules/steps/0/targets/0' "$(refusal | sed 's|\(targets/0\).*|\1|')"
change POST /v1/policies "{\"name\":\"夜\",\"rules\":{\"steps\":[{\"after\":\"0s\",\"targets\":[{\"schedule\":$schedule}]},
	{\"after\":\"10m\",\"targets\":[{\"person\":1},{\"member\":\"next\"}]}],\"loops\":2,\"repeat_after\":\"30m\"}}"
shape 'a new policy' 201 Policy .
policy=$(reply .id)
check_equal 'whom its steps name' Kato "$(reply '.people[].display_name')"
get "/v1/schedules/$schedule"
call DELETE "/v1/schedules/$schedule" -H 'Content-Type: application/json' -H "If-Match: $(etag)"
check_equal 'a schedule that a policy goes to stays' '409 in_use ' "$(refusal)"
change PUT "/v1/policies/$policy" '{"name":"夜間","rules":{"steps":[]}}' -H 'If-Match: "1"'
check_equal 'a policy without steps' '400 invalid /rules/steps' "$(refusal)"
get "/v1/policies/$policy"
check_equal 'is not saved' '200 夜 "1"' "$status $(reply .name) $(etag)"
get /v1/escalation-routes
shape 'routes' 200 EscalationRoutes .
routes_version=$(etag)
routes=$(reply ".rules | .routes |= [{\"name\":\"VIP\",\"tags\":[\"vip\"],\"severity\":2,\"policy\":$policy}] + . | {rules: .}")
change PUT /v1/escalation-routes "$(echo "$routes" | sed "s/\"policy\": $policy/\"policy\": 999/")" -H "If-Match: $routes_version"
check_equal 'a route to no policy' '400 invalid /rules' "$(refusal)"
change PUT /v1/escalation-routes '{"rules":{"routes":[{"name":"quiet","policy":null}]}}' -H "If-Match: $routes_version"
check_equal 'routes by which nobody would ever be paged' '400 invalid /rules/routes' "$(refusal)"
change PUT /v1/escalation-routes "$routes" -H "If-Match: $routes_version"
check_equal 'new routes' '200 "2" Kato' "$status $(etag) $(reply .saved_by.display_name)"
change PUT /v1/escalation-routes "$routes" -H "If-Match: $routes_version"
check_equal 'routes that somebody else changed' '412 stale ' "$(refusal)"
call DELETE "/v1/policies/$policy" -H 'Content-Type: application/json' -H 'If-Match: "1"'
check_equal 'a policy that the routes go to stays' '409 in_use ' "$(refusal)"
as viewer
# 0 and 10 minutes; the second loop half an hour behind the last step, at 40 and 50; through half an hour later, at 80.
change POST /v1/escalation-routes/try '{"kind":"incident","severity":2,"company_id":1,"at":"2026-11-10T03:00:00Z"}'
shape 'a trial' 200 RouteTrial .
check_equal 'which policy, and when' "VIP $policy 03:00 03:10 03:40 03:50 04:20" \
	"$(reply '"\(.route) \(.policy.id) \([.steps[].at[11:16]] | join(" ")) \(.exhausted_at[11:16])"')"
check_equal 'who is told' '3|1 11|3|1 12' \
	"$(reply '[.steps[] | [([.targets[].people[].id] | join(",")), ([.targets[].contacts[].id] | join(","))] | map(select(. != "")) | join(" ")] | join("|")')"
shape 'a target' 200 NoticeTarget '.steps[0].targets[0]'
change POST /v1/escalation-routes/try '{"kind":"incident","severity":3,"company_id":2}'
check_equal 'nobody is paged for it' '200 null 0' "$status $(reply '"\(.policy) \(.steps | length)"')"
change POST /v1/escalation-routes/try '{"kind":"incident","severity":1,"company_id":99}'
check_equal 'a company that is not there' '404 not_found ' "$(refusal)"
change POST /v1/escalation-routes/try '{"kind":"incident","severity":1,"rules":{"routes":[{"name":"x","severity":9,"policy":1}]}}'
check_equal 'routes that are not saved, and wrong' '400 invalid /rules/routes/0/severity' "$(refusal)"
change POST /v1/escalation-routes/try '{"kind":"desk","severity":1,"policy":{"steps":[{"after":"1m","targets":[{"role":"admin"}]}]}}'
check_equal 'a policy that is not saved' '10' "$(reply '.steps[0].targets[0].people[].id')"
get /v1/sla-targets
shape 'promised times' 200 SlaTarget '.targets[0]'
check_equal 'as shipped' '1:300:900 2:900:3600 3:14400:30600' "$(reply '[.targets[] | "\(.severity):\(.acknowledge_s):\(.notify_s)"] | join(" ")')"
as kato
change PUT /v1/sla-targets '{"targets":[{"severity":1,"acknowledge_s":600,"notify_s":null,"notify_calendar_id":null,"warn_percent":50}]}' -H 'If-Match: "3"'
check_equal 'others' '200 1:600:null' "$status $(reply '[.targets[] | "\(.severity):\(.acknowledge_s):\(.notify_s)"] | join(" ")')"
change PUT /v1/sla-targets '{"targets":[{"severity":1,"acknowledge_s":600,"what":1}]}' -H "If-Match: $(etag)"
check_equal 'a member that is not known' '400 invalid /targets' "$(refusal)"

# ------------------------------------------------------------------------------------------------------------- channels
as tanaka
change POST /v1/me/channels '{"name":"携帯","kind":"webhook","address":"https://hooks.example.jp/secret/path"}'
shape 'a channel of mine, with its secret' 201 'Channel ChannelMade' 'del(.secret)'
check_equal 'the secret is one' 'whsec_ 32' "$(reply .secret | cut -c1-6) $(reply .secret | cut -c7- | base64 -d | wc -c)"
first=$(reply .secret) channel=$(reply .id)
check_equal 'it is stored as it is' "$(echo "$first" | cut -c7- | base64 -d | xxd -p | tr -d '\n')" \
	"$(sql "SELECT encode(secret, 'hex') FROM channel WHERE channel_id = $channel")"
get /v1/me/channels
check_equal 'and never shown again' '200 https://hooks.example.jp/secret/path null' "$status $(reply '.channels[0] | "\(.address) \(.secret)"')"
as viewer
get "/v1/channels?user=2"
check_equal 'others see where it leads, not how' 'https://hooks.example.jp/…' "$(reply '.channels[0].address')"
as sato
change PATCH "/v1/channels/$channel" '{"enabled":false}' -H 'If-Match: "1"'
check_equal 'somebody else does not change it' '403 forbidden ' "$(refusal)"
as tanaka
change PATCH "/v1/channels/$channel" '{"new_secret":true}' -H 'If-Match: "1"'
check_equal 'a new secret; the old one stays valid' "200 true $(echo "$first" | cut -c7- | base64 -d | xxd -p | tr -d '\n')" \
	"$status $(reply ".secret != \"$first\"") $(sql "SELECT encode(old_secret, 'hex') FROM channel WHERE channel_id = $channel")"
change PATCH "/v1/channels/$channel" '{"end_old_secret":true}' -H 'If-Match: "2"'
check_equal '... until it is ended' '200 t' "$status $(sql "SELECT old_secret IS NULL AND secret IS NOT NULL FROM channel WHERE channel_id = $channel")"
refused() { # TEXT BODY WANTED
	change POST /v1/me/channels "$2"
	check_equal "$1" "400 invalid $3" "$(refusal)"
}
refused 'no mail address' '{"name":"x","kind":"mail","address":"nowhere"}' /address
refused 'plain http to another network' '{"name":"x","kind":"webhook","address":"http://10.8.0.1/"}' /address
refused 'a password in a URL' '{"name":"x","kind":"webhook","address":"https://a:b@example.jp/"}' /address
refused 'no URL' '{"name":"x","kind":"slack","address":"ftp://example.jp/"}' /address
refused 'a command of one person' '{"name":"x","kind":"command","address":""}' /kind
refused 'a pager without a key' '{"name":"x","kind":"pagerduty","address":""}' /secret
refused 'a template with a bad placeholder' '{"name":"x","kind":"slack","address":"https://example.jp/","template":"{\"text\":\"{{nonsense}}\"}"}' /template
refused 'a template of mail' '{"name":"x","kind":"mail","address":"a@example.jp","template":"{}"}' /template
change POST /v1/me/channels '{"name":"社内","kind":"webhook","address":"http://10.9.3.4:8080/x"}'
check_equal 'plain http to a network of ours' 201 "$status"
call POST "/v1/channels/$channel/test" -H 'Content-Type: application/json'
check_equal 'a test message is written' '202 channel_test携帯' \
	"$status $(sql "SELECT kind || (facts->>'name') FROM outbox WHERE outbox_id = '$(reply .message_id)'")"
as kato
change POST /v1/channels '{"name":"SOC","kind":"slack","address":"https://hooks.slack.example/T/B/x"}'
shape 'a shared one' 201 Channel .
shared=$(reply .id)
change POST /v1/channels '{"name":"x","kind":"command","address":""}'
check_equal 'commands are off on this server' '400 invalid /kind' "$(refusal)"
change POST /v1/channels '{"user_id":8,"name":"x","kind":"mail","address":"a@example.jp"}'
check_equal 'of somebody who cannot be paged' '400 invalid /user_id' "$(refusal)"
sql "UPDATE escalation_policy SET rules = jsonb_set(rules, '{steps,0,targets,1}', '{\"channel\": $shared}') WHERE policy_id = $policy"
call DELETE "/v1/channels/$shared" -H 'Content-Type: application/json'
check_equal 'a channel that a policy goes to stays' '409 in_use ' "$(refusal)"
as tanaka
call DELETE "/v1/channels/$shared" -H 'Content-Type: application/json'
check_equal 'an analyst removes no shared one' '403 forbidden ' "$(refusal)"
call DELETE "/v1/channels/$channel" -H 'Content-Type: application/json'
check_equal 'one of his own, he does' '204 t' "$status $(sql "SELECT secret IS NULL FROM channel WHERE channel_id = $channel")"
check_equal 'no secret is in the audit trail' 0 "$(sql "SELECT count(*) FROM audit WHERE detail LIKE '%whsec_%' OR detail LIKE '%secret/path%'")"

# ---------------------------------------------------------------------------------------------------------------- pages
sql "SELECT make_page(1, 1, 1, 501), make_page(2, 2, 2, 502, 503)" >/dev/null
sql "SELECT ask('01900000-0000-7000-8000-000000000001', 1, 2), ask('01900000-0000-7000-8000-000000000002', 1, 3)" >/dev/null
as wall
get /v1/pages?state=unacked
shape 'pages, to a wall screen as well' 200 Page '.pages[0]'
check_equal 'the newest first' '2 1 null' "$(reply '"\([.pages[].id] | map(tostring) | join(" ")) \(.next)"')"
get '/v1/pages?limit=1'
get "/v1/pages?limit=1&cursor=$(reply .next)"
check_equal 'by pieces' '1 null' "$(reply '"\(.pages[0].id) \(.next)"')"
get '/v1/pages?incident=503'
check_equal 'about an incident' 2 "$(reply '[.pages[].id] | join(" ")')"
get /v1/pages/1
shape 'one page' 200 'Page PageWhole' .
shape 'a subject' 200 PageSubject '.all_subjects[0]'
shape 'a message' 200 Message '.messages[0]'
shape 'an entry of its timeline' 200 PageEntry '.timeline[0]'
check_equal 'what comes next, and that nobody is there' 'step 1 2 true false' "$(reply '"\(.next.kind) \(.next.loop) \(.next.step) \(.next.nobody) \(.may_answer)"')"
check_equal 'tries of a message' '1 sent 250' "$(reply '.messages[0].tries[0] | "\(.n) \(.outcome) \(.code)"')"
call POST /v1/pages/1/ack -H 'Content-Type: application/json'
check_equal 'a wall answers none' '403 forbidden ' "$(refusal)"
for who in suzuki yamada shuri; do
	as $who
	get /v1/pages
	check_equal "$who sees no pages" '403 forbidden ' "$(refusal)"
	call POST /v1/pages/1/ack -H 'Content-Type: application/json'
	check_equal "$who answers none" '403 forbidden ' "$(refusal)"
done
as tanaka
call POST /v1/pages/99/ack -H 'Content-Type: application/json'
check_equal 'a page that is not there' '404 not_found ' "$(refusal)"
call POST /v1/pages/1/ack -H 'Content-Type: application/json' -H 'If-Match: "17"'
check_equal 'of another version' '412 stale' "$status $(reply '.code')"
check_equal '... as it is' 1 "$(reply .current.id)"

# Ten people press at once: one of them has it, and each is told who.
for i in 1 2 3 4 5; do
	for who in tanaka sato; do
		curl -k -sS -o "$STATE/race.$who.$i" -w '%{http_code}\n' -X POST -H 'Sec-Fetch-Site: same-origin' \
			-H 'Content-Type: application/json' -H "Cookie: __Host-sid=$who" "https://127.0.0.1:$api_port/v1/pages/1/ack" >>"$STATE/race.$who" &
	done
done
while [ "$(cat "$STATE/race.tanaka" "$STATE/race.sato" 2>/dev/null | wc -l)" -lt 10 ]; do sleep 0.1; done
check_equal 'of two people one has it, whatever they press' '200 409' \
	"$(for who in tanaka sato; do sort -u "$STATE/race.$who"; done | sort | tr '\n' ' ' | sed 's/ $//')"
owner=$(sql 'SELECT ack_by FROM page WHERE page_id = 1')
check_equal 'each is told who' "$owner" "$(cat "$STATE"/race.*.* | jq -r '(.current // .).ack_by.id' | sort -u | tr '\n' ' ' | sed 's/ $//')"
check_equal 'the incident is taken on, once, with its clock' "acknowledged $owner 1 true" \
	"$(sql "SELECT i.state, i.owner_id, (SELECT count(*) FROM incident_event e WHERE e.incident_id = 501 AND e.kind = 'state'), k.acknowledged_at IS NOT NULL
		FROM incident i JOIN incident_clock k USING (company_id, incident_id) WHERE i.incident_id = 501" | tr '|' ' ' | sed 's/ t$/ true/')"
check_equal 'the other one is told that it is answered' 1 "$(sql "SELECT count(*) FROM outbox WHERE page_id = 1 AND kind = 'answered'")"
check_equal 'who did it stands in the audit trail' page.acknowledge "$(sql "SELECT DISTINCT action FROM audit WHERE subject = 'page 1'")"
# Away from this person, to the lead, and confirmed.
[ "$owner" = 2 ] && other=sato || other=tanaka
as $other
change POST /v1/pages/1/decline '{}'
check_equal 'who declines what somebody has' '409 page_state ' "$(refusal)"
change POST /v1/pages/1/hand-over '{"user_id":8}'
check_equal 'to nobody who could' '400 invalid /user_id' "$(refusal)"
change POST /v1/pages/1/hand-over '{"user_id":1,"reason":"交代"}'
check_equal 'handed over' '200 acknowledged 1 handed' "$status $(reply '"\(.state) \(.ack_by.id) \(.ack_via)"')"
check_equal '... with the incident' 1 "$(sql 'SELECT owner_id FROM incident WHERE incident_id = 501')"
as kato
call POST /v1/pages/1/confirm -H 'Content-Type: application/json'
check_equal 'confirmed' '200 screen' "$status $(reply .ack_via)"
call POST /v1/pages/1/confirm -H 'Content-Type: application/json'
check_equal '... which changes nothing more' '200 screen' "$status $(reply .ack_via)"
change POST /v1/pages/1/escalate '{"reason":"too big for me"}'
check_equal 'escalated: it asks again' '200 triggered null' "$status $(reply '"\(.state) \(.ack_by)"')"
sql "UPDATE page SET state = 'closed', next_at = NULL, closed_at = now() WHERE page_id = 1"
call POST /v1/pages/1/ack -H 'Content-Type: application/json'
check_equal 'one that is closed' '409 page_state closed' "$status $(reply '"\(.code) \(.current.state)"')"
# Of two incidents of two companies, one taken on by somebody before: it stays theirs.
sql "UPDATE incident SET owner_id = 3 WHERE incident_id = 503"
as mori
change POST /v1/pages/2/decline '{}'
check_equal 'who was not asked declines nothing' '409 page_state ' "$(refusal)"
call POST /v1/pages/2/ack -H 'Content-Type: application/json'
check_equal 'the desk answers too' '200 4' "$status $(reply .ack_by.id)"
check_equal 'both are taken on; what has an owner keeps it' '502:acknowledged:4 503:acknowledged:3' \
	"$(sql "SELECT incident_id || ':' || state || ':' || owner_id FROM incident WHERE incident_id IN (502, 503) ORDER BY 1" | tr '\n' ' ' | sed 's/ $//')"

# -------------------------------------------------------------------------------------------------------- asked by hand
as tanaka
change POST /v1/incidents/501/pages '{"note":""}'
check_equal 'a page without a word' '400 invalid /note' "$(refusal)"
change POST /v1/incidents/501/pages '{"note":"来てください","policy_id":999}'
check_equal 'to no policy' '400 invalid /policy_id' "$(refusal)"
change POST /v1/incidents/501/pages "{\"note\":\"来てください\",\"policy_id\":$policy}"
check_equal 'a page by hand is asked for' "202 by_hand 1 2 来てください $policy" \
	"$status $(sql "SELECT what, company_id, user_id, body->>'note', body->>'policy' FROM page_request WHERE subject_id = 501" | tr '|' ' ')"
change POST /v1/incidents/99999/pages '{"note":"x"}'
check_equal 'about no incident' '404 not_found ' "$(refusal)"
change POST /v1/incidents/501/member-notice '{"contact_ids":[11,21]}'
check_equal "another company's contact" '400 invalid /contact_ids' "$(refusal)"
change POST /v1/incidents/501/member-notice '{"note":"電源は切らないでください"}'
check_equal 'the member is told' '202 11 12' "$status $(reply '[.messages[].contact_id] | map(tostring) | join(" ")')"
member=$(reply '.messages[0].message_id')
check_equal '... as the company and the person want it' 'ja president@naniwa.example INC-1|en it@naniwa.example INC-1' \
	"$(sql "SELECT language || ' ' || address || ' ' || (facts->>'reference') FROM outbox WHERE kind = 'member' ORDER BY contact_id" | tr '\n' '|' | sed 's/|$//')"
change POST /v1/incidents/501/member-notice '{"note":"電源は切らないでください"}'
check_equal '... once' '202 0' "$status $(reply '.messages | length')"

# ------------------------------------------------------------------------------------------------------------- messages
get '/v1/messages?kind=member&limit=1'
first_page=$(reply '.messages[0].id')
get "/v1/messages?kind=member&limit=1&cursor=$(reply .next)"
check_equal 'messages by pieces' '200 true null' "$status $(reply "\"\\(.messages[0].id != \"$first_page\") \\(.next)\"")"
get '/v1/messages?page=1&state=sent&user=2'
check_equal 'messages of a page to a person' '01900000-0000-7000-8000-000000000001' "$(reply '[.messages[].id] | join(" ")')"
get '/v1/messages?state=flying'
check_equal 'a state that is none' '400 invalid state' "$(refusal)"
call POST "/v1/messages/$member/replay" -H 'Content-Type: application/json'
check_equal 'an analyst sends nothing again' '403 forbidden ' "$(refusal)"
as kato
call POST "/v1/messages/$member/replay" -H 'Content-Type: application/json'
check_equal 'what is on its way is not sent again' '409 page_state ' "$(refusal)"
sql "UPDATE outbox SET state = 'failed', last_error = 'no' WHERE outbox_id = '$member'"
call POST "/v1/messages/$member/replay" -H 'Content-Type: application/json'
check_equal 'what failed is, with the same id' "202 $member pending null" "$status $(reply '"\(.id) \(.state) \(.last_error)"')"
call POST /v1/messages/nonsense/replay -H 'Content-Type: application/json'
check_equal 'no such message' '404 not_found ' "$(refusal)"

# ---------------------------------------------------------------------------------------------------------------- texts
get /v1/templates
shape 'texts' 200 Template '.templates[0]'
check_equal 'each kind in both languages' true "$(reply '.templates | length == 40')"
change POST /v1/templates/preview '{"kind":"page","language":"ja","subject":"{{title}}","body":"{{titel}}"}'
check_equal 'a bad placeholder' '400 invalid /body true' "$(refusal) $(reply '.errors[0].reason | contains("titel")')"
change POST /v1/templates/preview '{"kind":"page","language":"ja","subject":"X {{title}}","body":"{{company}} {{link}}"}'
check_equal 'a good one, with sample facts' '200 true' "$status $(reply '.subject | startswith("X ") and (contains("{") | not)')"
change PUT /v1/templates/page/ja '{"subject":"{{title}}","body":"{{title}}"}' -H 'If-Match: "0"'
check_equal 'one that nobody could answer from' '400 invalid /body' "$(refusal)"
change PUT /v1/templates/page/ja '{"subject":"a\nb","body":"x"}' -H 'If-Match: "0"'
check_equal 'a subject of two lines' '400 invalid /subject' "$(refusal)"
change PUT /v1/templates/page/ja '{"subject":"呼び出し: {{title}}","body":"本文 {{title}} {{link}}"}' -H 'If-Match: "0"'
check_equal 'a text is changed' '200 1 false Kato' "$status $(reply '"\(.version) \(.shipped.in_force) \(.saved_by.display_name)"')"
change PUT /v1/templates/page/ja '{"subject":"x","body":"y {{link}}"}' -H 'If-Match: "0"'
check_equal '... of an older version' '412 stale ' "$(refusal)"
change PUT /v1/templates/page/ja '{"subject":null,"body":null}' -H 'If-Match: "1"'
check_equal 'and back to the one as shipped' '200 2 true' "$status $(reply '"\(.version) \(.shipped.in_force)"')"
get /v1/templates/page/fr
check_equal 'a language that is none' '404 not_found ' "$(refusal)"

# ---------------------------------------------------------------------------------------------- the page behind a link
link() { # METHOD TOKEN [CURL ARGS]: without a session, as a phone does
	link_method=$1 link_token=$2
	shift 2
	status=$(curl -k -sS -o "$STATE/body" -D "$STATE/head" -w '%{http_code}' -X "$link_method" "$@" \
		"https://127.0.0.1:$api_port/a/$link_token") || status="curl $?"
}
press() { # TOKEN ACTION
	link POST "$1" -d "action=$2"
}
says() { # TEXT: yes or no
	grep -qF -e "$1" "$STATE/body" && echo yes || echo no
}
one=01900000-0000-7000-8000-0000000000a1 two=01900000-0000-7000-8000-0000000000a2 old=01900000-0000-7000-8000-0000000000a3
fallback=01900000-0000-7000-8000-0000000000a4 late=01900000-0000-7000-8000-0000000000a5 left=01900000-0000-7000-8000-0000000000a6
sql "UPDATE incident SET state = 'open', owner_id = NULL WHERE incident_id = 501;
	UPDATE page_subject SET settled_at = now(); SELECT make_page(3, 1, 1, 501);
	SELECT ask('$one', 3, 2), ask('$two', 3, 3), ask('$old', 3, 2, 'page', '25 hours'), ask('$fallback', 3, NULL, 'nobody')" >/dev/null
t_one=$(answer_token $one) t_two=$(answer_token $two)
check_equal 'a token is 43 characters' 43 "${#t_one}"
before=$(sql "SELECT state, version, ack_by, step FROM page WHERE page_id = 3; SELECT state, version FROM incident WHERE incident_id = 501")
for i in 1 2 3; do link GET "$t_one"; done
curl -k -sS -o /dev/null -I "https://127.0.0.1:$api_port/a/$t_one"
check_equal 'a link that a scanner follows changes nothing' "200 $before" \
	"$status $(sql "SELECT state, version, ack_by, step FROM page WHERE page_id = 3; SELECT state, version FROM incident WHERE incident_id = 501")"
check_equal '... but for when it was first looked at, noted once' 'true 1' \
	"$(sql "SELECT opened_at IS NOT NULL, (SELECT count(*) FROM page_event WHERE page_id = 3 AND kind = 'opened') FROM outbox WHERE outbox_id = '$one'" | tr '|' ' ' | sed 's/^t/true/')"
check_equal 'it is not kept, not indexed, has no script, and its style is named by its hash' \
	"no-store|noindex, nofollow, noarchive|no-referrer|default-src 'none'; style-src 'sha256-$(sed -n 's/.*<style>\(.*\)<\/style>.*/\1/p' "$STATE/body" | tr -d '\n' | openssl dgst -sha256 -binary | base64)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'|no" \
	"$(header Cache-Control)|$(header X-Robots-Tag)|$(header Referrer-Policy)|$(header Content-Security-Policy)|$(says '<script')"
check_equal 'only one policy is sent' 1 "$(grep -ci '^content-security-policy:' "$STATE/head")"
check_equal 'what others wrote is text' 'yes no' "$(says 'Beacon &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;') $(says 'alert(1)</script>')"
check_equal 'two buttons, in Japanese; who else was asked' 'yes yes yes yes' "$(says '対応開始') $(says '対応できない') $(says 'Sato') $(says 'なにわ印刷')"
link GET "$t_one?lang=en&utm_source=x"
check_equal 'in English, whatever was put behind it' '200 yes yes en' "$status $(says 'I take it') $(says 'I cannot') $(header Content-Language)"
wrong=$(echo "$t_one" | sed 's/^./A/;s/.$/B/')
for bad in "$wrong" nonsense "$t_one.." '%2e%2e' "$(answer_token 01900000-0000-7000-8000-00000000ffff)"; do
	link GET "$bad"
	check_equal "a link that is none: $(echo "$bad" | cut -c1-8)" '404 text/html; charset=utf-8 no' "$status $(header Content-Type) $(says 'Beacon')"
	cp "$STATE/body" "$STATE/body.$(echo "$bad" | cksum | cut -d' ' -f1)"
done
check_equal '... and which way it is wrong is not told' 1 "$(cat "$STATE"/body.* | sort | uniq -c | awk '{print $1}' | sort -u | wc -l)"
link POST "$t_one" -H 'Content-Type: application/json' -d '{"action":"ack"}'
check_equal 'what is no form' 400 "$status"
press "$t_one" explode
check_equal 'no such action' 400 "$status"
press "$wrong" ack
check_equal 'a wrong link acts no more than it shows' "404 triggered" "$status $(sql 'SELECT state FROM page WHERE page_id = 3')"
press "$(answer_token $old)" ack
check_equal 'a link of yesterday: shown why, and it does not act' '200 yes no triggered' \
	"$status $(says '有効期限が過ぎました') $(says '<button') $(sql 'SELECT state FROM page WHERE page_id = 3')"
for gone in 'disabled_at = now()' "role = 'viewer'" 'scope_company = 1'; do
	sql "UPDATE app_user SET $gone WHERE user_id = 3"
	press "$t_two" ack
	check_equal "a link of somebody who may not answer any more: $gone" '404 no triggered' \
		"$status $(says 'なにわ印刷') $(sql 'SELECT state FROM page WHERE page_id = 3')"
	sql "UPDATE app_user SET disabled_at = NULL, role = 'analyst', scope_company = NULL WHERE user_id = 3"
done
# The first one declines: the next step is taken now; a second time changes nothing.
press "$t_one" decline
step=$(sql 'SELECT step FROM page WHERE page_id = 3')
check_equal 'declined' '200 yes' "$status $(says '「対応できない」を受け付けました')"
press "$t_one" decline
check_equal 'a second time is the same' "200 $step 1" "$status $(sql "SELECT step, (SELECT count(*) FROM page_event WHERE page_id = 3 AND kind = 'declined') FROM page WHERE page_id = 3" | tr '|' ' ')"
press "$t_two" ack
check_equal 'the second one takes it, for a quarter of an hour' '200 yes yes acknowledged 3 link 15' \
	"$status $(says '対応開始を受け付けました') $(says '/incidents/501') $(sql "SELECT state, ack_by, ack_via, round(extract(epoch FROM ack_until - ack_at) / 60) FROM page WHERE page_id = 3" | tr '|' ' ')"
check_equal 'with the incident' 'acknowledged|3' "$(sql 'SELECT state, owner_id FROM incident WHERE incident_id = 501')"
check_equal 'in the audit trail under his name' 'sato@example.jp link' \
	"$(sql "SELECT actor, detail::jsonb->>'via' FROM audit WHERE subject = 'page 3' AND action = 'page.acknowledge'" | tr '|' ' ')"
press "$t_two" ack
check_equal 'again' '200 yes 1' "$status $(says '対応開始を受け付けました') $(sql "SELECT count(*) FROM page_event WHERE page_id = 3 AND kind = 'acknowledged'")"
link GET "$t_one"
check_equal 'the other one sees who has it' '200 yes no' "$status $(says 'Sato さんが対応しています') $(says '<button')"
press "$t_one" ack
check_equal '... and is too late' '200 yes 3' "$status $(says '回答は反映されませんでした') $(sql 'SELECT ack_by FROM page WHERE page_id = 3')"
as sato
call POST /v1/pages/3/confirm -H 'Content-Type: application/json'
check_equal 'signed in, it becomes a full one' '200 screen' "$status $(reply .ack_via)"
sql "UPDATE page SET state = 'closed', closed_at = now(), next_at = NULL WHERE page_id = 3"
press "$t_one" ack
check_equal 'of one that is closed' '200 yes closed' "$status $(says 'この件は終わりました') $(sql 'SELECT state FROM page WHERE page_id = 3')"
sql "UPDATE page_subject SET settled_at = now(); SELECT make_page(5, 1, 1, 503); SELECT ask('$left', 5, 3); UPDATE app_user SET disabled_at = now() WHERE user_id = 3" >/dev/null
press "$(answer_token $left)" ack
check_equal 'a link of somebody who has left' '404 triggered' "$status $(sql 'SELECT state FROM page WHERE page_id = 5')"
sql 'UPDATE app_user SET disabled_at = NULL WHERE user_id = 3'
# The fall-back address is nobody's: whoever reads it can stop the page, until somebody known takes it.
sql "UPDATE page_subject SET settled_at = now(); SELECT make_page(4, 1, 1, 502); SELECT ask('$late', 4, NULL, 'nobody')" >/dev/null
press "$(answer_token $late)" ack
check_equal 'by the fall-back address' '200 acknowledged link true' \
	"$status $(sql 'SELECT state, ack_via, ack_by IS NULL FROM page WHERE page_id = 4' | tr '|' ' ' | sed 's/ t$/ true/')"
as tanaka
call POST /v1/pages/4/ack -H 'Content-Type: application/json'
check_equal '... and somebody known takes it over' '200 2' "$status $(reply .ack_by.id)"
# A member says that it was read.
t_member=$(answer_token "$member")
link GET "$t_member"
check_equal 'a member sees the text and one button' '200 yes yes yes no' \
	"$status $(says '電源は切らないでください') $(says '確認しました') $(says '06-0000-0000') $(says '対応できない')"
check_equal '... which is not pressed yet' t "$(sql 'SELECT confirmed_at IS NULL FROM incident_clock WHERE incident_id = 501')"
press "$t_member" ack
check_equal 'it is no page' 400 "$status"
press "$t_member" confirm
check_equal 'confirmed: t6, and the timeline' '200 yes t 社長' "$status $(says 'ありがとうございました') $(sql "SELECT k.confirmed_at IS NOT NULL, e.body->>'contact'
	FROM incident_clock k JOIN incident_event e USING (company_id, incident_id) WHERE incident_id = 501 AND e.kind = 'confirmed'" | tr '|' ' ')"
press "$t_member" confirm
check_equal '... once' '200 1' "$status $(sql "SELECT count(*) FROM incident_event WHERE kind = 'confirmed'")"
for i in $(seq 40); do link GET "guess$i"; done
check_equal 'who guesses is slowed down' '429 true' "$status $([ "$(header Retry-After)" -ge 1 ] && echo true)"
link GET "$t_member"
check_equal '... a good link is not' 200 "$status"

# ----------------------------------------------------------------------------------------------------- drills and events
as sato
change POST /v1/drills '{"who":"all"}'
check_equal 'an analyst starts no drill' '403 forbidden ' "$(refusal)"
as kato
change POST /v1/drills '{"who":"everybody"}'
check_equal 'of whom' '400 invalid /who' "$(refusal)"
change POST /v1/drills '{"who":"on_call"}'
shape 'a drill of who is on call' 201 Drill .
drill=$(reply .id)
check_equal 'asked for' "1 $drill" "$(reply .people) $(sql "SELECT subject_id FROM page_request WHERE kind = 'drill'")"
as tanaka
get /v1/integrations
check_equal 'keys are not for analysts' '403 forbidden ' "$(refusal)"
as kato
change POST /v1/integrations '{"name":"監視"}'
shape 'an integration' 201 Integration 'del(.key)'
integration=$(reply .id) routing=$(reply .key)
get /v1/integrations
check_equal 'its key is shown once' '1 null' "$(reply '"\(.integrations | length) \(.integrations[0].key)"')"
event() { # BODY: as another system sends it
	status=$(curl -k -sS -o "$STATE/body" -D "$STATE/head" -w '%{http_code}' -H 'Content-Type: application/json' -d "$1" "https://127.0.0.1:$api_port/v1/events")
}
trigger='"event_action":"trigger","dedup_key":"db-1","payload":{"summary":"DB が止まった","source":"db1","severity":"critical","custom_details":{"a":[1]}},"links":[],"client":"x"'
event "{\"routing_key\":\"nobody\",$trigger}"
check_equal 'a key that is none' 403 "$status"
event "{\"routing_key\":\"$routing\",$(echo "$trigger" | sed 's/critical/fatal/')}"
check_equal 'a severity that is none' '400 invalid /payload/severity' "$(refusal)"
event "{\"routing_key\":\"$routing\",$(echo "$trigger" | sed 's/"summary":"[^"]*",//')}"
check_equal 'an event without a summary' '400 invalid /payload/summary' "$(refusal)"
event "{\"routing_key\":\"$routing\",\"event_action\":\"resolve\"}"
check_equal 'what is resolved must be named' '400 invalid /dedup_key' "$(refusal)"
event "{\"routing_key\":\"$routing\",$trigger}"
check_equal 'an event' '202 success db-1' "$status $(reply '"\(.status) \(.dedup_key)"')"
event "{\"routing_key\":\"$routing\",\"event_action\":\"resolve\",\"dedup_key\":\"db-1\"}"
check_equal '... and its end, about the same thing' '202 1 2' "$status $(sql "SELECT count(DISTINCT subject_id), count(*) FROM page_request WHERE kind = 'external'" | tr '|' ' ')"

# ---------------------------------------------------------------------------------------------------------------- board
as wall
get /v1/oncall/now
shape 'the board' 200 OncallNow .
check_equal 'without an engine the lamp is red' 'red true' "$(reply '"\(.engine.lamp) \(.engine.faults | map(.code) | contains(["no_engine"]))"')"
check_equal 'who is on call' "$(reply "[.schedules[] | select(.id == $schedule) | .now.id][0]")" "$(get "/v1/schedules/$schedule" && reply .now.id)"
get /v1/oncall/people
check_equal 'who can be' 'Admin Kato Mori Sato Tanaka' "$(reply '[.people[].display_name] | join(" ")')"
today=$(TZ=Asia/Tokyo date +%F)
# Of pages 1 and 3 both were told, of page 5 one; page 1 was taken by who was first, 3 by the one, 4 by the other.
get "/v1/oncall/load?from=$today&to=$today"
check_equal 'what each was sent' "200 Sato:3:3:$((1 + (owner == 3))) Tanaka:2:3:$((1 + (owner == 2)))" \
	"$status $(reply '[.people[] | select(.notices > 0) | "\(.person.display_name):\(.pages):\(.notices):\(.acknowledged)"] | sort | join(" ")')"

# ------------------------------------------------------------------------------------------- with the escalator running
start_role escalator
engine_is_up() {
	get /v1/oncall/now
	[ "$(reply '[.engine.engines[] | select(.alive)] | length')" = 1 ]
}
wait_until 20 engine_is_up && good 'the engine shows on the board' || bad 'the engine does not show'
as tanaka
by_hand() {
	get '/v1/pages?incident=501&state=all'
	[ "$(reply '[.pages[] | select(.state == "triggered")] | length')" = 1 ]
}
wait_until 20 by_hand && good 'the page by hand is there' || bad 'no page by hand'
check_equal '... with the policy that was asked for' "$policy" "$(reply '[.pages[] | select(.state == "triggered")][0].policy.id')"
# Whoever was asked by the engine declines: the next step of the policy is taken.
page=$(reply '[.pages[] | select(.state == "triggered")][0].id')
asked=$(sql "SELECT split_part(u.email, '@', 1) FROM outbox o JOIN app_user u USING (user_id) WHERE o.page_id = $page AND o.kind = 'page' ORDER BY o.created_at LIMIT 1")
as "$asked"
change POST "/v1/pages/$page/decline" '{"reason":"電車の中"}'
check_equal 'who was asked declines, and the next one is asked' '200 triggered t' \
	"$status $(reply .state) $(sql "SELECT count(*) > 0 FROM outbox WHERE page_id = $page AND user_id = 1 AND kind = 'page'")"
drilled() {
	[ "$(sql "SELECT count(*) FROM outbox WHERE identity LIKE 'drill $drill user %'")" = 1 ]
}
wait_until 20 drilled && good 'the drill asks its person' || bad 'the drill asks nobody'
press "$(answer_token "$(sql "SELECT outbox_id FROM outbox WHERE identity LIKE 'drill $drill user %'")")" confirm
get "/v1/drills/$drill"
check_equal 'who answers is on the board' '200 1 answered' "$status $(reply '"\(.answered) \(.results[0].result)"')"
shape 'a drill with its results' 200 'Drill DrillWhole' .

# ---------------------------------------------------------------------------------------------------------- the stream
curl -k -sS -N -H "Cookie: __Host-sid=tanaka" "https://127.0.0.1:$api_port/v1/stream?topics=pages" >"$STATE/stream.staff" 2>/dev/null &
at_exit "kill $! 2>/dev/null || true"
curl -k -sS -N -H "Cookie: __Host-sid=suzuki" "https://127.0.0.1:$api_port/v1/stream" >"$STATE/stream.bound" 2>/dev/null &
at_exit "kill $! 2>/dev/null || true"
streams() {
	grep -qs '^event: counts' "$STATE/stream.staff" && grep -qs '^event: counts' "$STATE/stream.bound"
}
wait_until 20 streams && good 'two streams are open' || bad 'the streams do not open'
page=$(get '/v1/pages?incident=501&state=unacked' && reply '.pages[0].id')
call POST "/v1/pages/$page/ack" -H 'Content-Type: application/json'
came() {
	grep -A 1 '^event: page.upsert' "$STATE/stream.staff" | sed -n 's/^data: //p' | jq -e "select(.page.id == $page and .page.state == \"acknowledged\")" >/dev/null 2>&1
}
wait_until 20 came && good 'an answer comes over the stream' || bad 'no answer comes over the stream'
incident_came() {
	grep -qs '^event: incident.upsert' "$STATE/stream.bound"
}
wait_until 20 incident_came && good 'who sees one company gets its incident' || bad 'no incident came'
check_equal '... and no page' 0 "$(grep -c '^event: page' "$STATE/stream.bound")"

finish
