#!/bin/sh
# From an alert to a person: a real agent, all roles of hinomid, a mail server. Steps, answers, next channel and next
# person, nobody on call, members, what joins and what storms, sensors, what is too late, what is fenced off, drills.
set -eu
. "$(dirname "$0")/server.sh"
. "$(dirname "$0")/escalator.sh"

[ -d "$BUILD/web" ] || mkdir -p "$BUILD/web"
mail_start
server_settings="$(escalator_settings)
  notice_life: 20s
housekeeper:
  interval: 1s
  late_after: 3s
  down_after: 5s"
server_prepare
people
on_call 1 "$one_id"
on_call 2 "$two_id"
policy 1 '{"steps": [{"after": "0s", "targets": [{"schedule": 1}]}, {"after": "2s", "targets": [{"schedule": 2}, {"member": "next"}]},
	{"after": "2s", "targets": [{"role": "lead"}]}], "loops": 1}'
policy 3 '{"steps": [{"after": "0s", "targets": [{"schedule": 2}]}], "loops": 1}'
policy 2 '{"steps": [{"after": "0s", "targets": [{"schedule": 1}]}], "loops": 1}'
routes() { # routes POLICY-OF-SEVERITY-2
	sql "INSERT INTO escalation_route (version, rules) SELECT max(version) + 1, '{\"routes\": [
		{\"name\": \"one\", \"severity\": 1, \"policy\": 1}, {\"name\": \"down\", \"kinds\": [\"sensor\"], \"policy\": 3},
		{\"name\": \"two\", \"severity\": 2, \"policy\": $1}]}' FROM escalation_route"
}
routes 1
# Orders that nobody accepted; looked at below, as the engine does it once a minute.
sql "INSERT INTO vendor (vendor_id, name, email, phone) VALUES (1, '淀川IT', 'vendor@example.jp', NULL), (2, '電話のみ', NULL, '06-0000-1111');
	INSERT INTO company (company_id, operator_id, name) VALUES (900, 1, 'Orders Ltd');
	INSERT INTO dispatch_order (company_id, order_id, kind, vendor_id, state, company_name, place, contact_name, contact_phone, task,
		requested_by, requested_at, decline_reason) SELECT 900, n, 'onsite', v, s, 'Orders Ltd', 'here', 'them', '06', 'look', $lead_id,
		now() - m * interval '1 minute', CASE WHEN s = 'declined' THEN '人手不足' END FROM (VALUES (11, 1, 'requested', 40), (12, 1, 'requested', 65),
		(13, 2, 'requested', 35), (14, 1, 'requested', 20), (15, 1, 'declined', 5), (16, 1, 'accepted', 65)) AS o (n, v, s, m);
	INSERT INTO dispatch_event (company_id, order_id, kind, side, body) VALUES (900, 15, 'declined', 'vendor', '{}')"
server_start

page_of() { # page_of INCIDENT_ID COLUMN
	sql "SELECT p.$2 FROM page p JOIN page_subject s ON s.page_id = p.page_id WHERE s.kind = 'incident' AND s.subject_id = $1
		ORDER BY p.page_id DESC LIMIT 1"
}
page_is() { # page_is INCIDENT_ID STATE
	[ "$(page_of "$1" state)" = "$2" ]
}
rested() { # nobody was told anything lately: what is sent is not bundled
	sql "UPDATE outbox SET created_at = created_at - interval '1 hour', not_before = least(not_before, now() - interval '1 hour')
		WHERE state NOT IN ('pending', 'sending')"
}
no_requests() {
	[ "$(sql 'SELECT count(*) FROM page_request')" = 0 ]
}
answer() { # answer INCIDENT_ID STATE: by somebody on the incident's screen
	sql "BEGIN; UPDATE incident SET state = '$2', acknowledged_at = now() WHERE incident_id = $1;
		INSERT INTO page_request (company_id, kind, subject_id, what, severity, user_id, body)
			SELECT company_id, 'incident', incident_id, 'settled', severity, $two_id, '{\"state\": \"$2\"}' FROM incident
			WHERE incident_id = $1; NOTIFY hinomi_page; COMMIT"
}
eve() { # eve TIME SIGNATURE: an outbound alert of the highest severity that was let through
	printf '{"timestamp":"%s","event_type":"alert","src_ip":"192.168.7.9","src_port":50123,"dest_ip":"203.0.113.66","dest_port":443,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2024001,"rev":1,"signature":"%s","category":"A Network Trojan was detected","severity":1}}\n' "$1" "$2"
}

# ------------------------------------------------------------------------------------------ an alert becomes a mail
company '見本金属工業'
metal=$company_id
sensor "$metal" gate
eve "$(date -u +%Y-%m-%dT%H:%M:%S.000000+0000)" 'ET MALWARE Sample control server' >"$STATE/eve.json"
agent send --state "$STATE/agents/gate" "$STATE/eve.json" >/dev/null 2>"$STATE/send.log" || cat "$STATE/send.log"
wait_until 20 mailed 1 '.to == "one@example.jp"' && good 'an alert of an agent becomes a mail to who is on call' || {
	bad 'an alert of an agent becomes a mail to who is on call'
	tail -n 20 "$STATE/hinomid.log"
}
first=$(sql "SELECT incident_id FROM incident WHERE company_id = $metal")
check_equal 'its subject names severity, company, what and number' '[高] 見本金属工業: ET MALWARE Sample control server (INC-1)' \
	"$(mails '.to == "one@example.jp"' | head -n 1 | jq -r .subject)"
check_equal 'clocks: received, raised and asked for' t \
	"$(sql "SELECT received_at IS NOT NULL AND raised_at >= received_at AND asked_at IS NOT NULL FROM incident_clock WHERE incident_id = $first")"
check_equal 'the incident says that it was paged' 1 \
	"$(sql "SELECT count(*) FROM incident_event WHERE incident_id = $first AND kind = 'page'")"

# ------------------------------------------------------------------------------------------ steps, until somebody answers
sql "INSERT INTO company_contact (company_id, position, name, email, night) VALUES ($metal, 1, '田中', 'tanaka@member.example', true)"
wait_until 10 mailed 1 '.to == "two@example.jp"' && good 'nobody answers: the second is asked' || bad 'nobody answers: the second is asked'
wait_until 5 mailed 1 '.to == "tanaka@member.example"' && good 'and the member is told' || bad 'and the member is told'
member_clock() {
	[ "$(sql "SELECT told_at IS NOT NULL FROM incident_clock WHERE incident_id = $first")" = t ]
}
wait_until 5 member_clock && good 'which sets t5' || bad 'which sets t5'
answer "$first" acknowledged
wait_until 5 page_is "$first" acknowledged && good 'who answers on the incident stops the page' || bad 'who answers on the incident stops the page'
wait_until 5 mailed 1 '.to == "one@example.jp" and (.subject | startswith("[対応開始]"))' &&
	good 'the others are told that it is taken' || bad 'the others are told that it is taken'
check_equal 'but not who took it' '' "$(mails '.to == "two@example.jp" and (.subject | startswith("[対応開始]"))')"
sleep 3
check_equal 'the next step is not taken' '' "$(mails '.to == "lead@example.jp" and (.text | contains("INC-1\n"))')"
answer "$first" closed
wait_until 5 page_is "$first" closed && good 'closing the incident closes the page' || bad 'closing the incident closes the page'

routes 2

# ------------------------------------------------------------------------------------------ what is over wakes nobody
old=$(date -u -d '3 days ago' +%Y-%m-%dT%H:%M:%S.000000+0000)
company 'Late Ltd'
late=$company_id
sensor "$late" late
eve "$old" 'ET MALWARE Three days ago' >"$STATE/old.json"
agent send --state "$STATE/agents/late" "$STATE/old.json" >/dev/null 2>&1
made() { # made COMPANY: it has an incident
	[ "$(sql "SELECT count(*) FROM incident WHERE company_id = $1")" = 1 ]
}
wait_until 20 made "$late"
wait_until 5 no_requests
check_equal 'what a spool brings late makes an incident and no page' '1 0' \
	"$(sql "SELECT (SELECT count(*) FROM incident WHERE company_id = $late) || ' ' || (SELECT count(*) FROM page_subject WHERE company_id = $late)")"

# ------------------------------------------------------------------------------------------ channels
rested
company 'Channels Ltd'
sql "INSERT INTO channel (user_id, position, name, kind, address) VALUES ($one_id, 1, 'broken', 'mail', 'unknown.one@example.jp'),
	($one_id, 2, 'private', 'mail', 'private.one@example.jp')"
incident 1
wait_until 10 mailed 1 '.to == "private.one@example.jp"' && good 'a mail that is refused goes to the next channel at once' ||
	bad 'a mail that is refused goes to the next channel at once'
check_equal 'the delivery log says why' 'refused 550' \
	"$(sql "SELECT a.outcome || ' ' || a.code FROM attempt a JOIN outbox o ON o.outbox_id = a.outbox_id WHERE o.address = 'unknown.one@example.jp'")"
answer "$incident_id" closed
sql "UPDATE channel SET removed_at = now() WHERE user_id = $one_id"

# ------------------------------------------------------------------------------------------ one page for what belongs together
rested
company 'Group Ltd'
group=$company_id
incident 2
wait_until 10 page_is "$incident_id" triggered
first=$incident_id
count_mails() {
	grep -c . "$mail/mails.jsonl" || true
}
wait_until 10 mailed 1 '.text | contains("Group Ltd")'
incident 2
wait_until 5 page_is "$incident_id" triggered
check_equal 'the second incident of a company joins its open page' "$(page_of "$first" page_id)" "$(page_of "$incident_id" page_id)"
check_equal 'without another notice' 1 "$(mails '.text | contains("Group Ltd")' | jq -r .id | sort -u | grep -c .)"
sql "UPDATE incident SET severity = 1 WHERE incident_id = $incident_id;
	INSERT INTO page_request (company_id, kind, subject_id, what, severity) VALUES ($group, 'incident', $incident_id, 'graver', 1);
	NOTIFY hinomi_page"
wait_until 10 mailed 1 '(.text | contains("Group Ltd")) and (.subject | startswith("[緊急]"))' &&
	good 'when it gets graver it is said at once' || bad 'when it gets graver it is said at once'
check_equal 'and the page goes over to the policy of the graver ones, with its group' "1 policy:1 company:$group" \
	"$(page_of "$incident_id" policy_id) $(page_of "$incident_id" group_key)"
wait_until 10 mailed 1 '.to == "two@example.jp" and (.text | contains("Group Ltd"))' &&
	good 'whose second step is taken' || bad 'whose second step is taken'
answer "$first" closed
answer "$incident_id" closed
wait_until 5 page_is "$first" closed && good 'the page closes with its last incident' || bad 'the page closes with its last incident'

# ------------------------------------------------------------------------------------------ a storm is one page
rested
for n in 1 2 3 4 5 6 7 8; do
	company "Storm $n Ltd"
	incident 2
done
storm() {
	[ "$(sql "SELECT count(*) FROM page_subject s JOIN page p ON p.page_id = s.page_id WHERE p.is_storm AND p.state = 'triggered'")" = 8 ]
}
wait_until 10 storm && good 'the same everywhere at once is one page that speaks for all' || bad 'the same everywhere at once is one page'
check_equal 'those that it joined are silent' 3 "$(sql "SELECT count(*) FROM page WHERE state = 'joined'")"
sql "UPDATE incident SET state = 'closed' WHERE severity = 2 AND state = 'open'"

# A flood of another system is one page, and does not take in the incident of the night.
rested
flooded() {
	[ "$(sql "SELECT count(*) FROM page WHERE kind = 'external' AND is_storm AND state = 'triggered'")" = 1 ]
}
sql "INSERT INTO page_request (company_id, kind, subject_id, what, severity, body) SELECT 0, 'external', 7000 + n, 'raised', 1,
	'{\"title\": \"flood\"}' FROM generate_series(1, 6) n; NOTIFY hinomi_page"
wait_until 10 flooded && good 'a flood of another system is one page' || bad 'a flood of another system is one page'
company 'In the flood'
incident 1
apart() {
	[ "$(sql "SELECT is_storm OR p.kind <> 'incident' FROM page p JOIN page_subject s USING (page_id) WHERE s.kind = 'incident' AND s.subject_id = $incident_id")" = f ]
}
wait_until 5 apart && good 'an incident in it has a page of its own' || bad 'an incident in it has a page of its own'
wait_until 5 mailed 1 '.to == "one@example.jp" and (.text | contains("In the flood"))' && good 'and is told at once' || bad 'and is told at once'
answer "$incident_id" closed
sql "INSERT INTO page_request (company_id, kind, subject_id, what, severity) SELECT 0, 'external', 7000 + n, 'settled', 1
	FROM generate_series(1, 6) n; NOTIFY hinomi_page"

# ------------------------------------------------------------------------------------------ nobody is on call
rested
sql "UPDATE oncall_schedule SET version = version + 1, rules = '{\"layers\": []}'"
company 'Gap Ltd'
incident 1
wait_until 10 mailed 1 '.to == "lead@example.jp" and (.subject | startswith("[当番不在]")) and (.text | contains("Gap Ltd"))' &&
	good 'nobody is on call: the fall-back is asked' || bad 'nobody is on call: the fall-back is asked'
check_equal 'the page says so' t "$(page_of "$incident_id" nobody)"
check_equal 'and the audit trail' t "$(sql "SELECT count(*) >= 1 FROM audit WHERE action = 'page.nobody'")"
exhausted() {
	[ "$(page_of "$incident_id" exhausted)" = t ]
}
wait_until 15 exhausted && good 'a page that nobody answers is exhausted, not closed' || bad 'a page that nobody answers is exhausted'
answer "$incident_id" closed
wait_until 5 page_is "$incident_id" closed
on_call 1 "$one_id"
on_call 2 "$two_id"

# ------------------------------------------------------------------------------------------ a step that reaches nobody
rested
policies=$(sql 'SELECT rules FROM escalation_policy WHERE policy_id = 1')
room=$(sql "INSERT INTO channel (name, kind, address, enabled) VALUES ('room', 'slack', 'https://chat.example/room', false) RETURNING channel_id")
lonely() { # NAME TARGET: the only step of a policy
	policy 1 "{\"steps\": [{\"after\": \"0s\", \"targets\": [$2]}], \"repeat_after\": \"1h\"}"
	company "$1"
	incident 1
	wait_until 10 mailed 1 ".to == \"lead@example.jp\" and (.subject | startswith(\"[当番不在]\")) and (.text | contains(\"$1\"))" &&
		good "$1: the fall-back is asked" || bad "$1: the fall-back is asked"
	check_equal "$1: the page says so" t "$(page_of "$incident_id" nobody)"
	answer "$incident_id" closed
}
lonely 'Silent room' "{\"channel\": $room}"
lonely 'Without contacts' '{"member": "next"}'
policy 1 "$policies"
company 'Two lines'
incident 1 "$company_id" "$(printf 'first\nhttps://evil.example/a/x')"
titled() {
	[ "$(sql "SELECT title FROM page_subject WHERE kind = 'incident' AND subject_id = $incident_id")" = 'first https://evil.example/a/x' ]
}
wait_until 5 titled && good 'a title is one line, whatever it holds' || bad 'a title is one line, whatever it holds'
answer "$incident_id" closed

# ------------------------------------------------------------------------------------------ promises (looked at below)
sql "UPDATE sla_target SET acknowledge_s = 4, warn_percent = 50 WHERE severity = 2"
company 'Promise Ltd'
incident 2
promised=$incident_id

# ------------------------------------------------------------------------------------------ sensors
rested
down=$(sql "UPDATE sensor_health SET last_seen_at = now() - interval '1 hour' WHERE company_id = $late RETURNING sensor_id" | head -n 1)
wait_until 10 mailed 1 '.text | contains("センサー停止: late")' && good 'a sensor that goes down pages' || bad 'a sensor that goes down pages'
sql "UPDATE sensor_health SET last_seen_at = now() + interval '1 hour' WHERE company_id = $late"
sensor_page() {
	[ "$(sql "SELECT p.state FROM page p JOIN page_subject s ON s.page_id = p.page_id WHERE s.kind = 'sensor' AND s.subject_id = $down")" = closed ]
}
wait_until 10 sensor_page && good 'and ends it by coming back' || bad 'and ends it by coming back'

# ------------------------------------------------------------------------------------------ too late is one notice
rested
company 'Outage Ltd'
touch "$mail/down"
incident 1
down_notice() {
	[ "$(sql "SELECT count(*) FROM outbox WHERE page_id = $(page_of "$incident_id" page_id) AND attempts > 0")" -ge 1 ]
}
wait_until 10 down_notice
sql "UPDATE outbox SET expires_at = now() WHERE page_id = $(page_of "$incident_id" page_id) AND state IN ('pending', 'sending')"
expired() {
	[ "$(sql "SELECT count(*) FROM outbox WHERE page_id = $(page_of "$incident_id" page_id) AND state = 'expired'")" -ge 1 ]
}
wait_until 15 expired && good 'what is too old is not sent any more' || bad 'what is too old is not sent any more'
rm "$mail/down"
wait_until 15 mailed 1 '.to == "one@example.jp" and (.subject | contains("システム停止中の連絡")) and (.text | contains("Outage Ltd"))' &&
	good 'one notice names what could not be sent in time' || bad 'one notice names what could not be sent in time'
answer "$incident_id" closed

# ------------------------------------------------------------------------------------------ what cannot be processed
rested
sql "INSERT INTO escalation_route (version, rules) SELECT max(version) + 1, '{\"routes\": [{\"name\": \"bad\", \"policy\": 999999}]}'
	FROM escalation_route"
company 'Fenced Ltd'
incident 1
failed_once() {
	[ "$(sql "SELECT crashes FROM page_request WHERE subject_id = $incident_id")" = 1 ]
}
wait_until 5 failed_once && good 'a request that fails is tried again' || bad 'a request that fails is tried again'
sql "UPDATE page_request SET crashes = 4, tried_at = NULL"
fenced() {
	[ "$(sql "SELECT crashes FROM page_request WHERE subject_id = $incident_id")" = 5 ]
}
wait_until 10 fenced && good 'a request that always fails is fenced off' || bad 'a request that always fails is fenced off'
wait_until 20 mailed 1 '.to == "lead@example.jp" and (.text | contains("Fenced Ltd"))' && good 'and the leads are told' || bad 'and the leads are told'
routes 2
incident 1 "$company_id" 'Others go on'
wait_until 10 mailed 1 '.text | contains("Others go on")' && good 'others go on' || bad 'others go on'
sql "UPDATE page_request SET tried_at = now() - interval '2 hours'"
wait_until 5 no_requests && good 'what is fenced off is tried once an hour' || bad 'what is fenced off is tried once an hour'
id=$(sql "SELECT outbox_id FROM outbox WHERE page_id = $(page_of "$incident_id" page_id) AND kind = 'page' ORDER BY created_at LIMIT 1")
sql "UPDATE outbox SET state = 'sending', crashes = 4, lease_until = now() - interval '1 second', lease_by = 'somebody' WHERE outbox_id = '$id'"
quarantined() {
	[ "$(sql "SELECT state FROM outbox WHERE outbox_id = '$id'")" = quarantined ]
}
wait_until 5 quarantined && good 'a notice that kills its sender for the fifth time is put away' || bad 'a notice that kills its sender is put away'
wait_until 20 mailed 2 '.to == "lead@example.jp" and (.subject | contains("隔離"))' && good 'which the leads are told, too' || bad 'which the leads are told, too'
answer "$incident_id" closed

# ------------------------------------------------------------------------------------------ warnings and drills
rested
company 'Warned Ltd'
sql "INSERT INTO company_contact (company_id, position, name, email, language) VALUES ($company_id, 1, 'Smith', 'smith@member.example', 'en');
	INSERT INTO campaign_warning (company_id, campaign_id, user_id, body) VALUES ($company_id, 77, $lead_id, 'Beware of mails about parcels.');
	INSERT INTO page_request (company_id, kind, subject_id, what, severity) VALUES ($company_id, 'campaign', 77, 'raised', 4);
	NOTIFY hinomi_page"
wait_until 10 mailed 1 '.to == "smith@member.example" and (.text | contains("Beware of mails about parcels."))' &&
	good 'a warning of a campaign reaches the member in its language' || bad 'a warning of a campaign reaches the member'
sql "WITH d AS (INSERT INTO drill (started_by) VALUES ($lead_id) RETURNING drill_id), p AS (INSERT INTO drill_person (drill_id, user_id)
	SELECT drill_id, u FROM d, unnest(ARRAY[$one_id, $two_id]::bigint[]) u)
	INSERT INTO page_request (company_id, kind, subject_id, what, severity) SELECT 0, 'drill', drill_id, 'raised', 3 FROM d;
	NOTIFY hinomi_page"
wait_until 10 mailed 2 '.subject | startswith("[訓練]")' && good 'a drill asks each of its people, by link' || bad 'a drill asks each of its people'
check_equal 'and makes no page' 0 "$(sql "SELECT count(*) FROM page WHERE kind = 'drill'")"

check_equal 'vendors are reminded of what they did not accept' 'WO-11 WO-12' \
	"$(mails '.to == "vendor@example.jp"' | jq -r '.subject | scan("WO-[0-9]+")' | sort -u | xargs)"
check_equal 'and the desk is told: late, without a mail address, declined' 'WO-12 WO-13 WO-15' \
	"$(mails '.to == "lead@example.jp"' | jq -r '.subject + .text | scan("WO-[0-9]+")' | sort -u | xargs)"
check_equal 'each once' 5 "$(sql "SELECT count(*) FROM outbox WHERE identity LIKE 'order %'")"

# ------------------------------------------------------------------------------------------ a test by hand
rested
ctl page test --json >"$STATE/test.json" 2>"$STATE/test.err" || cat "$STATE/test.err"
check_equal 'a test page reaches who is on call' 'one@example.jp sent' "$(jq -r '.notices[] | "\(.address) \(.state)"' "$STATE/test.json")"
check_equal 'who has the mail' 1 "$(mails '.to == "one@example.jp" and (.subject | startswith("[高]") and contains("Test page"))' | grep -c .)"
test_over() {
	[ "$(sql "SELECT state FROM page WHERE page_id = $(jq .page "$STATE/test.json")")" = closed ]
}
wait_until 5 test_over && good 'and ends by itself' || bad 'and ends by itself'
ctl page test --policy 3 --keep --json >"$STATE/test.json"
check_equal 'of a policy, and left open' 'two@example.jp 試験の呼び出し / Test page' \
	"$(jq -r '.notices[0].address' "$STATE/test.json") $(ctl page list --json | jq -r ".pages[] | select(.id == $(jq .page "$STATE/test.json")).title")"
check_fails 'a policy that is not there' 1 'no policy 77 in use' ctl page test --policy 77
sql "INSERT INTO page_request (company_id, kind, subject_id, what, severity) SELECT 0, 'external', subject_id, 'settled', 2 FROM page_subject
	WHERE page_id = $(jq .page "$STATE/test.json"); NOTIFY hinomi_page"

# ------------------------------------------------------------------------------------------ what takes its time
sla() { # sla COLUMN: of the promised incident's clock
	[ "$(sql "SELECT $1 IS NOT NULL FROM incident_clock WHERE incident_id = $promised")" = t ]
}
wait_until 20 sla acknowledge_missed_at && good 'a promise that breaks is noted' || bad 'a promise that breaks is noted'
wait_until 10 mailed 1 '.to == "lead@example.jp" and (.text | contains("Promise Ltd")) and (.subject | contains("超過"))' &&
	good 'and told to the leads' || bad 'and told to the leads'
answer "$promised" closed
storm_closed() {
	[ "$(sql "SELECT state FROM page WHERE is_storm AND kind = 'incident'")" = closed ]
}
wait_until 25 storm_closed && good 'what was settled without telling is found, and the page closes' ||
	bad 'what was settled without telling is found, and the page closes'
check_equal 'nothing was lost: no request waits' 0 "$(sql 'SELECT count(*) FROM page_request')"
check_equal 'the engine says how it is' t "$(sql "SELECT ticked_at > now() - interval '15 seconds' AND mail_ok_at IS NOT NULL FROM engine")"
finish
