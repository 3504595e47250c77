#!/bin/sh
# Cases, against a real PostgreSQL: clocks by what people do, the five steps, requests to a member by three logins,
# insurance, the clocks of the personal-information law, response figures worked out by hand, the text for authorities, and
# the evidence pack, opened by unzip and bsdtar and checked by sha256sum.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

api_prepare api_data.sql || exit 1
sql "INSERT INTO vendor (vendor_id, name) VALUES (7, '東成システム');
	SELECT person('desk@example.jp', '相談 花子', 'desk', NULL), person('other@example.jp', 'Other', 'analyst', 2);
	INSERT INTO app_user (email, display_name, role, scope_vendor, setup_sha256, setup_expires_at)
	VALUES ('vendor@example.jp', '業者', 'vendor', 7, sha256('vendor@example.jp'), now() + interval '1 day')" >/dev/null
# An incident of company 1 with 30 alerts, raised eleven minutes ago; one of company 2.
sql "SELECT alerts_come(1, 1000, 30, now() - interval '11 minutes', 101, 1, 'outbound');
	INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, created_at, direction, stage, severity, title, title_key,
		rule, reason, alert_count, detection_count, blocked_count)
	SELECT c, c * 100, 1, now() - interval '12 minutes', now() - interval '10 minutes', now() - interval '11 minutes', 'outbound',
		'command-and-control', 1, 'ET MALWARE Beacon', 'key', 'rule', 'reason', 30, 45, 0 FROM generate_series(1, 2) c;
	INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id)
	VALUES (1, 101, now() - interval '12 minutes', now() - interval '10 minutes', true, 100);
	INSERT INTO incident_event (company_id, incident_id, at, kind, body) VALUES (1, 100, now() - interval '10 minutes', 'created', '{}');
	INSERT INTO incident_clock (company_id, incident_id, event_at, received_at, raised_at)
	SELECT company_id, incident_id, first_ts, first_ts, created_at FROM incident;
	DELETE FROM work" >/dev/null
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
for name in tanaka viewer yamada desk other vendor; do
	sign_in "$name@example.jp"
	eval "$name=\$cookie"
done
as() {
	eval "cookie=\$$1"
}
version() { # of the incident
	sql 'SELECT version FROM incident WHERE incident_id = 100'
}
state() { # STATE [MORE MEMBERS]
	change PATCH /v1/incidents/100 "{\"state\":\"$1\"${2-}}" -H "If-Match: \"$(version)\""
}
clocks() { # which of t3 to t9 are set
	sql "SELECT concat(CASE WHEN acknowledged_at IS NOT NULL THEN '3' END, CASE WHEN triaged_at IS NOT NULL THEN '4' END,
		CASE WHEN told_at IS NOT NULL THEN '5' END, CASE WHEN confirmed_at IS NOT NULL THEN '6' END,
		CASE WHEN contained_at IS NOT NULL THEN '7' END, CASE WHEN resolved_at IS NOT NULL THEN '8' END,
		CASE WHEN closed_at IS NOT NULL THEN '9' END) FROM incident_clock WHERE incident_id = 100"
}
asked() { # what the escalator was told last
	sql "SELECT concat_ws(' ', what, severity, user_id > 0, body) FROM page_request ORDER BY request_id DESC LIMIT 1"
}
last_event() {
	sql "SELECT kind || ' ' || body FROM incident_event WHERE incident_id = 100 ORDER BY event_id DESC LIMIT 1"
}

# ---------------------------------------------------------------------------------------------------------------- clocks
as tanaka
get /v1/incidents/100
check_equal 'an incident shows its clocks' "200 $(required Clocks)" "$status $(members .clocks)"
# Critical: taken on within 5 minutes, told within 15; raised 11 minutes ago.
check_equal 'promised times: the first is missed, the second warns' 'missed warn' \
	"$(reply '"\(.clocks.acknowledge.state) \(.clocks.notify.state)"')"
check_equal '... due 300 and 900 s after it was raised' '300 900' "$(reply '[.clocks.acknowledge.due_at, .clocks.notify.due_at,
	.clocks.raised_at] | map(sub("\\.[0-9]+Z"; "Z") | fromdate) | "\(.[0] - .[2]) \(.[1] - .[2])"')"
state acknowledged
check_equal 'acknowledged: t3, and the page is settled' '200 3 settled 1 t {"state": "acknowledged"}' "$status $(clocks) $(asked)"
before=$(sql 'SELECT acknowledged_at FROM incident_clock WHERE incident_id = 100')
state contained
check_equal 'contained: t4 and t7' '200 347 settled 1 t {"state": "contained"}' "$status $(clocks) $(asked)"
check_equal 't3 stays' "$before" "$(sql 'SELECT acknowledged_at FROM incident_clock WHERE incident_id = 100')"
change POST /v1/incidents/100/waiting '{"waiting":true}'
check_equal 'it waits for the member' '200 true' "$status $(reply '.waiting_since != null')"
state closed ',"disposition":"true_positive"'
check_equal 'closed: t8 and t9, and waiting is over' '200 34789 0' \
	"$status $(clocks) $(sql 'SELECT count(*) FROM incident_pause WHERE to_at IS NULL')"
change POST /v1/incidents/100/waiting '{"waiting":true}'
check_equal 'what is closed does not wait' '409 wrong_state ' "$(refusal)"
state contained
check_equal 'contained again: closing and what it brought is forgotten' '200 347' "$status $(clocks)"
state open
check_equal 'open again: t3 and t4 happened' '200 34 reopened 1 t {}' "$status $(clocks) $(asked)"
state acknowledged
change PATCH /v1/incidents/100 '{"owner_id":"me"}' -H "If-Match: \"$(version)\""
check_equal 'another owner is no change of state' "200 6" "$status $(sql 'SELECT count(*) FROM page_request')"

# ----------------------------------------------------------------------------------------------------------------- steps
as desk
get /v1/incidents/100/case
check_equal 'a case' "200 $(required Case)" "$status $(members .)"
check_equal 'its steps' '5 1 raised null' "$(reply '"\(.steps | length) \(.steps[0].entries | length) \(.steps[0].entries[0].by) \(.steps[0].done_at)"')"
change POST /v1/incidents/100/confirmed '{"note":"電話で"}'
check_equal 'the member has confirmed' '200 346 confirmed {"by": "desk", "note": "電話で", "first": true}' "$status $(clocks) $(last_event)"
change POST /v1/incidents/100/steps '{"step":3,"text":"PC を隔離しました"}'
check_equal 'a step' "201 $(required StepEntry)" "$status $(members .)"
entry=$(reply .id)
check_equal '... in the timeline' "step false PC を隔離しました" \
	"$(sql "SELECT concat_ws(' ', kind, body ->> 'done', body ->> 'text') FROM incident_event WHERE kind = 'step' AND body ->> 'entry' = '$entry'")"
change POST /v1/incidents/100/steps "{\"step\":4,\"text\":\"復旧\",\"done\":true,\"at\":\"$(date -u -d '2 minutes ago' +%Y-%m-%dT%H:%M:%SZ)\"}"
check_equal 'recovery is done: t8, when it was' '201 3468 t' \
	"$status $(clocks) $(sql "SELECT resolved_at < now() - interval '90 seconds' FROM incident_clock WHERE incident_id = 100")"
for body in '{"step":6,"text":"x"}' '{"step":1,"text":""}' '{"text":"x"}' '{"step":1,"text":"x","at":"2099-01-01T00:00:00Z"}' \
	'{"step":1,"text":"x","done":"yes"}' '{"step":1,"text":"x","x":1}'; do
	change POST /v1/incidents/100/steps "$body"
	check_equal "a step that is not taken: $body" '400 invalid' "$status $(reply .code)"
done
get /v1/incidents/100/case
check_equal 'the case has them' '復旧 true person 相談 花子' "$(reply '.steps[3].entries[0] | "\(.text) \(.done) \(.by) \(.user.display_name)"')"

# -------------------------------------------------------------------------------------------------------------- requests
tomorrow=$(TZ=Asia/Tokyo date -d tomorrow +%F) yesterday=$(TZ=Asia/Tokyo date -d yesterday +%F) today=$(TZ=Asia/Tokyo date +%F)
change POST /v1/incidents/100/requests "{\"who\":\"経理の方\",\"what\":\"パスワードを変更\",\"minutes\":10,\"due_on\":\"$tomorrow\"}"
check_equal 'a request' "201 1 false 1 $(required MemberRequest)" \
	"$status $(reply '"\(.open_of_company) \(.overdue) \(.incident_no)"') $(members 'del(.open_of_company)')"
request=$(reply .id)
check_equal '... in the timeline' 'request open' "$(last_event | sed 's/ {.*//') $(sql "SELECT body ->> 'state' FROM incident_event WHERE kind = 'request'")"
change POST /v1/requests "{\"company_id\":1,\"who\":\"社長\",\"what\":\"契約の確認\",\"due_on\":\"$yesterday\"}"
check_equal 'one without an incident, overdue' '201 true null 2' "$status $(reply '"\(.overdue) \(.incident_id) \(.open_of_company)"')"
change POST /v1/requests "{\"company_id\":1,\"who\":\"社長\",\"what\":\"今日まで\",\"due_on\":\"$today\"}"
check_equal 'its own day is not over' '201 false' "$status $(reply .overdue)"
change POST /v1/requests '{"company_id":1,"who":"x","what":"x","due_on":"2026-02-30"}'
check_equal 'no such day' '400 invalid /due_on' "$(refusal)"
change POST /v1/requests '{"company_id":99,"who":"x","what":"x","due_on":"2026-03-30"}'
check_equal 'no such company' '404' "$status"
change POST /v1/incidents/100/requests "{\"who\":\"x\",\"what\":\"x\",\"due_on\":\"$today\",\"ticket_id\":5}"
check_equal 'no such ticket' '404' "$status"
get '/v1/requests?limit=1'
check_equal 'the one due first comes first' '契約の確認 3 1' "$(reply '"\(.requests[0].what) \(.open) \(.overdue)"')"
get "/v1/requests?limit=2&cursor=$(reply .next)"
check_equal 'the next page' '今日まで パスワードを変更 null' "$(reply '"\(.requests[0].what) \(.requests[1].what) \(.next)"')"
as yamada
get '/v1/requests?state=open'
check_equal 'the member sees them' '200 3' "$status $(reply '.requests | length')"
for body in '{"state":"withdrawn"}' '{"state":"open"}' "{\"due_on\":\"$tomorrow\"}"; do
	change PATCH "/v1/requests/$request" "$body" -H 'If-Match: "1"'
	check_equal "the member may not: $body" 403 "$status"
done
change PATCH "/v1/requests/$request" '{"state":"done","note":"済"}' -H 'If-Match: "1"'
check_equal 'but say that it is done' '200 done 済 山田 2' "$status $(reply '"\(.state) \(.note) \(.done_by.display_name) \(.version)"')"
change PATCH "/v1/requests/$request" '{"note":"x"}' -H 'If-Match: "1"'
check_equal 'an older version' '412 2' "$status $(reply .current.version)"
as other
change PATCH "/v1/requests/$request" '{"state":"done"}' -H 'If-Match: "2"'
check_equal 'nobody of another company' 404 "$status"
as desk
change PATCH "/v1/requests/$request" '{"state":"open"}' -H 'If-Match: "2"'
check_equal 'the desk opens it again' '200 open null 済' "$status $(reply '"\(.state) \(.done_by) \(.note)"')"
change PATCH "/v1/requests/$request" '{}' -H 'If-Match: "3"'
check_equal 'a change of nothing' '400 invalid /state' "$(refusal)"

# ------------------------------------------------------------------------------------------------------------- insurance
get /v1/incidents/100/insurance
check_equal 'no contract, no insurance' '200 false no_contract null' "$status $(reply '"\(.entitlement.entitled) \(.entitlement.verdict) \(.case)"')"
change POST /v1/incidents/100/insurance '{}'
check_equal '... and no case' '409 not_entitled ' "$(refusal)"
sql "UPDATE plan SET member_share_yen = 20000 WHERE plan_id = 1;
	INSERT INTO contract (company_id, contract_id, plan_id, is_member, from_day, insurance_no) VALUES (1, 50, 1, true, '2026-01-01', 'K-77')"
get /v1/incidents/100/insurance
check_equal 'with a contract there is' 'true entitled 50 K-77 300000 20000' \
	"$(reply '.entitlement | "\(.entitled) \(.verdict) \(.contract_id) \(.insurance_no) \(.limit_yen) \(.member_share_yen)"')"
change POST /v1/incidents/100/insurance '{"claim_no":"C-1"}'
insurance=$(reply .id)
check_equal 'a case' "201 prepared null $(required InsuranceCase)" "$status $(reply '"\(.state) \(.claimed_yen)"') $(members .)"
change POST /v1/incidents/100/insurance '{}'
check_equal 'one alone' '409 exists ' "$(refusal)"
insure() { # BODY VERSION
	change PATCH "/v1/insurance/$insurance" "$1" -H "If-Match: \"$2\""
}
insure '{"state":"covered","claimed_yen":400000}' 1
check_equal 'what was not submitted is not covered' '409 wrong_state ' "$(refusal)"
insure '{"state":"submitted"}' 1
check_equal 'submitted' '200 submitted true null' "$status $(reply '"\(.state) \(.submitted_at != null) \(.decided_at)"')"
insure '{"state":"covered"}' 2
check_equal 'covered needs what was claimed' '400 invalid /claimed_yen' "$(refusal)"
insure '{"state":"covered","claimed_yen":400000,"paid_yen":300001}' 2
check_equal 'not more than the limit' '400 invalid /paid_yen' "$(refusal)"
insure '{"state":"covered","claimed_yen":400000}' 2
check_equal 'covered: 300,000 of 400,000, the rest is the member' '200 300000 100000 true' \
	"$status $(reply '"\(.paid_yen) \(.member_share_yen) \(.decided_at != null)"')"
insure '{"state":"submitted"}' 3
check_equal 'taken back' '200 null null null' "$status $(reply '"\(.paid_yen) \(.member_share_yen) \(.decided_at)"')"
insure '{"state":"declined"}' 4
check_equal 'declined needs a reason' '400 invalid /reason' "$(refusal)"
insure '{"state":"declined","reason":"対象外"}' 4
check_equal 'declined: the member bears it' '200 0 400000' "$status $(reply '"\(.paid_yen) \(.member_share_yen)"')"
check_equal 'the timeline tells it' '5 declined' "$(sql "SELECT count(*) || ' ' || (array_agg(body ->> 'state' ORDER BY event_id DESC))[1]
	FROM incident_event WHERE kind = 'insurance'")"

# --------------------------------------------------------------------------------------------------------------- privacy
change PATCH /v1/incidents/100/privacy '{"persons":1}' -H 'If-Match: "1"'
check_equal 'no clocks yet' 404 "$status"
learned=$(TZ=Asia/Tokyo date -d '4 days ago' +%F)
change POST /v1/incidents/100/privacy "{\"known_at\":\"${learned}T10:00:00+09:00\",\"persons\":120}"
check_equal 'clocks of the law: the fifth day is today' "201 first_due $today $(required PrivacyClock)" \
	"$status $(reply '"\(.state) \(.first_due_on)"') $(members .)"
check_equal 'thirty days, the first included' "$(TZ=Asia/Tokyo date -d "$learned 29 days" +%F)" "$(reply .final_due_on)"
privacy() { # BODY VERSION
	change PATCH /v1/incidents/100/privacy "$1" -H "If-Match: \"$2\""
}
privacy '{"malicious":true}' 1
check_equal 'sixty with bad intent' "200 $(TZ=Asia/Tokyo date -d "$learned 59 days" +%F)" "$status $(reply .final_due_on)"
privacy "{\"first_reported_at\":\"${learned}T09:00:00+09:00\"}" 2
check_equal 'not reported before it was known' '400 invalid /first_reported_at' "$(refusal)"
privacy "{\"first_reported_at\":\"${learned}T11:00:00+09:00\"}" 2
check_equal 'the first report was made' '200 final_running' "$status $(reply .state)"
privacy '{"dropped":true}' 3
check_equal 'dropping needs a reason' '400 invalid /drop_reason' "$(refusal)"
privacy '{"dropped":true,"drop_reason":"該当せず"}' 3
check_equal 'dropped' '200 dropped 該当せず' "$status $(reply '"\(.state) \(.drop_reason)"')"
privacy '{"dropped":false}' 4
check_equal 'and taken up again' '200 final_running null' "$status $(reply '"\(.state) \(.drop_reason)"')"

# ------------------------------------------------------------------------------------------------- text for the authorities
get '/v1/incidents/100/notification-text?language=ja'
check_equal 'the text says who and what' '200 3' "$status $(grep -cE '組織名: 株式会社山田精機|MITRE ATT&CK\): T1595|本人の数: 120' "$STATE/body")"
get '/v1/incidents/100/notification-text?only=attack&language=en'
check_equal 'the attack alone does not tell who' '200 0 1' \
	"$status $(grep -cE '山田|192\.168\.|203\.0\.113\.|本社' "$STATE/body") $(grep -c '198.51.100.7, 22, tcp, allowed, 45' "$STATE/body")"

# ------------------------------------------------------------------------------------------------------------- evidence
sql "INSERT INTO ticket (ticket_id, company_id, channel, category, subject, incident_id) VALUES (31, 1, 'phone', 'other', 'PC が遅い', 100);
	INSERT INTO page (page_id, kind, policy_id, policy, group_key, severity, title, noticed_severity, raised_at)
		VALUES (9, 'incident', 1, '{}', 'g', 1, 'なにわ印刷', 1, now());
	INSERT INTO page_subject (company_id, page_id, kind, subject_id, severity, title, raised_at)
		SELECT c, 9, 'incident', c * 100, 1, 't', now() FROM generate_series(1, 2) c;
	INSERT INTO outbox (outbox_id, kind, page_id, identity, priority, channel_kind, address, language, facts, contact_company_id, contact_id)
		VALUES ('01890000-0000-7000-8000-000000000001', 'page', 9, 'a', 1, 'mail', 'tanaka@example.jp', 'ja', '{}', NULL, NULL),
		('01890000-0000-7000-8000-000000000002', 'page', 9, 'b', 1, 'webhook', 'https://hooks.example/secret', 'ja', '{}', NULL, NULL),
		('01890000-0000-7000-8000-000000000003', 'member', 9, 'c', 1, 'mail', 'naniwa@example.jp', 'ja', '{}', 2, 1),
		('01890000-0000-7000-8000-000000000004', 'member', NULL, 'd', 1, 'mail', 'yamada@example.jp', 'ja', '{\"incident_id\": 100}', 1, 1);
	INSERT INTO attempt (outbox_id, n, took_ms, outcome, code, text)
		VALUES ('01890000-0000-7000-8000-000000000001', 1, 12, 'sent', 250, 'ok')"
as tanaka
pack() { # NAME: fetches one and unpacks it
	get /v1/incidents/100/evidence
	cp "$STATE/body" "$STATE/$1.zip"
	mkdir -p "$STATE/$1"
	unzip -q -o "$STATE/$1.zip" -d "$STATE/$1" || bad "unzip of $1"
}
pack first
folder=$STATE/first/hinomi-evidence-100
check_equal 'a pack is a ZIP with a name' '200 application/zip attachment; filename="hinomi-evidence-100.zip"' \
	"$status $(header Content-Type) $(header Content-Disposition)"
check_equal 'unzip finds nothing wrong' 'No errors' "$(unzip -t "$STATE/first.zip" | grep -o 'No errors')"
check_equal 'bsdtar reads the same files' "$(unzip -Z1 "$STATE/first.zip" | sort)" "$(bsdtar -tf "$STATE/first.zip" | sort)"
check_equal 'every hash holds' '' "$(cd "$folder" && sha256sum -c --quiet SHA256SUMS 2>&1)"
check_equal 'every file has one' "$(cd "$folder" && find . -type f ! -name SHA256SUMS | sed 's/^..//' | sort)" \
	"$(sed 's/^[0-9a-f]*  //' "$folder/SHA256SUMS" | sort)"
check_equal 'a byte that is changed is found' 1 "$(cp -r "$folder" "$STATE/broken" && echo >>"$STATE/broken/clocks.json" &&
	cd "$STATE/broken" && sha256sum -c --quiet SHA256SUMS 2>/dev/null | grep -c '^clocks.json: FAILED')"
check_equal 'each JSON can be read' '' "$(for file in "$folder"/*.json; do jq . "$file" >/dev/null 2>&1 || echo "$file"; done)"
check_equal 'all alerts with their records' '30 30 {"flow_id":1000}' \
	"$(wc -l <"$folder/alerts.ndjson") $(jq -s 'map(.id) | unique | length' "$folder/alerts.ndjson") $(jq -sr '.[-1].raw' "$folder/alerts.ndjson")"
check_equal 'the timeline, twice' "$(jq length "$folder/timeline.json")" "$(($(grep -c '^"20' "$folder/timeline.csv")))"
check_equal 'the case' '2 1 declined 120 PC が遅い' "$(jq length "$folder/steps.json") $(jq length "$folder/requests.json") $(jq -r .state \
	"$folder/insurance.json") $(jq .persons "$folder/privacy.json") $(jq -r '.[0].subject' "$folder/tickets.json")"
check_equal 'notices of this incident with their attempts, webhooks without addresses' \
	'page tanaka@example.jp 250, page null none, member yamada@example.jp none' \
	"$(jq -r '[.[] | "\(.kind) \(.address) \(.attempts[0].code // "none")"] | join(", ")' "$folder/notices.json")"
check_equal 'nothing of the other company that the page speaks for' 0 "$(grep -rlE 'なにわ|naniwa|hooks.example' "$folder" | wc -l)"
check_equal 'the README says what, when, for whom' 3 "$(grep -cE '証拠パック  TLP:AMBER|^Evidence pack  TLP:AMBER|^Made at: 20' "$folder/README.txt")"
check_equal 'what may be shared does not tell who was attacked' '0 2' \
	"$(cat "$folder"/share/* | grep -cE '山田|192\.168\.|本社') $(grep -l '山田精機' "$folder"/private/* | wc -l)"
hash=$(sha256sum "$folder/SHA256SUMS" | cut -c 1-64)
check_equal 'its hash is kept, told and audited' "$hash $hash $hash" "$(sql "SELECT encode(sha256, 'hex') FROM evidence_pack") $(header X-Evidence-Sha256) $(
	sql "SELECT detail::jsonb ->> 'sha256' FROM audit WHERE action = 'case.evidence'")"
check_equal 'the number of files, too' "$(find "$folder" -type f | wc -l)" "$(sql 'SELECT files FROM evidence_pack')"
sleep 1
pack second
check_equal 'another pack of the same is the same but for when' 'README.txt SHA256SUMS' \
	"$(diff -rq "$STATE/first" "$STATE/second" | sed 's/.*\/\([^ ]*\) differ/\1/' | tr '\n' ' ' | sed 's/ $//')"
as other
get /v1/incidents/100/evidence
check_equal 'nobody of another company gets it' 404 "$status"
for name in vendor yamada viewer; do
	as "$name"
	get /v1/incidents/100/evidence
	check_equal "nor $name" 403 "$status"
done
as vendor
get /v1/incidents/100/case
check_equal 'a vendor sees no case' 403 "$status"
as yamada
get /v1/incidents/100/case
check_equal 'the member sees its own, with the packs' '200 2' "$status $(reply '.packs | length')"
check_equal 'all that was done is in the audit trail' 'case.confirmed 1 case.evidence 2 case.step 2 case.waiting 1 insurance.change 4 insurance.open 1 privacy.change 4 privacy.start 1 request.add 3 request.change 2' \
	"$(sql "SELECT action || ' ' || count(*) FROM audit WHERE action ~ '^(case|insurance|privacy|request)' GROUP BY action ORDER BY 1" | tr '\n' ' ' | sed 's/ $//')"

# More than a pack holds: 60 alerts with records of a million bytes, 5,001 entries of the timeline. It says what is missing.
sql "SELECT alerts_come(1, 5000, 60, now() - interval '5 days', 105, 1, 'inbound', '\\x00'::bytea || convert_to(repeat('x', 1000000), 'UTF8'));
	INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason,
		alert_count, detection_count, blocked_count)
	VALUES (1, 105, 5, now() - interval '5 days 1 hour', now() - interval '5 days', 'inbound', 'none', 3, 't', 'k', 'r', 'r', 60, 90, 0);
	INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id)
	VALUES (1, 105, now() - interval '5 days 1 hour', now() - interval '5 days', true, 105);
	INSERT INTO incident_event (company_id, incident_id, kind, body) SELECT 1, 105, 'note', '{}' FROM generate_series(1, 5001);
	DELETE FROM work" >/dev/null
as tanaka
get /v1/incidents/105/evidence
mkdir "$STATE/large"
unzip -q "$STATE/body" -d "$STATE/large"
folder=$STATE/large/hinomi-evidence-105
kept=$(wc -l <"$folder/alerts.ndjson")
check_equal 'a pack that is too large is cut' '200 yes 5000' \
	"$status $([ "$kept" -ge 45 ] && [ "$kept" -lt 60 ] && echo yes) $(jq length "$folder/timeline.json")"
check_equal '... and says so' 4 "$(grep -cE "alerts.ndjson: (the newest|新しい順に) $kept|timeline.json: (the first|最初の) 5000" "$folder/README.txt")"
check_equal '... with hashes that hold' '' "$(cd "$folder" && sha256sum -c --quiet SHA256SUMS 2>&1)"
check_equal 'the first alert kept is the newest' 5059 "$(head -n 1 "$folder/alerts.ndjson" | jq .id)"
rm -rf "$STATE/large"

# --------------------------------------------------------------------------------------------------------------- figures
# Raised on Friday, 6 March 2026, at 16:30 in Tokyo. S3: told within 30,600 s of business hours (9:00 to 17:30): one hour is
# left that day, so by Monday 16:30. S1: taken on within 300 s.
sql "INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason,
		alert_count, detection_count, blocked_count, state, merged_into)
	SELECT 2, 300 + n, n, now(), now(), 'inbound', 'none', severity, 't', 'k', 'r', 'r', 1, 1, 1,
		CASE WHEN n = 6 THEN 'merged' ELSE 'open' END, CASE WHEN n = 6 THEN 301 END
	FROM (VALUES (2, 3), (3, 3), (4, 1), (5, 1), (6, 1), (7, 1)) AS v (n, severity);
	INSERT INTO incident_clock (company_id, incident_id, event_at, raised_at, acknowledged_at, told_at, resolved_at)
	SELECT 2, 300 + n, r - d * interval '1 second', r, r + a * interval '1 second', told::timestamptz, r + s * interval '1 second'
	FROM (SELECT timestamptz '2026-03-06 16:30+09' AS r) x, (VALUES
		(2, 10, NULL, '2026-03-09 16:30+09', NULL), (3, 20, 14400, '2026-03-09 16:31+09', NULL),
		(4, 30, 100, NULL, 1000), (5, 60, 300, NULL, 3000), (6, 0, 1, NULL, 1), (7, -5, 301, NULL, NULL)) AS v (n, d, a, told, s);
	INSERT INTO incident_pause (company_id, incident_id, from_at, to_at) VALUES
		(2, 305, '2026-03-06 16:00+09', '2026-03-06 16:40+09'), (2, 305, '2026-03-06 17:00+09', '2026-03-06 17:30+09')"
as tanaka
get '/v1/metrics/response?from=2026-03-06&to=2026-03-06'
check_equal 'response figures' "200 6 1 5 $(required ResponseFigures)" "$status $(reply '"\(.rows | length) \(.merged) \(.rows[0].incidents)"') $(members .)"
check_equal 'rows and figures are as described' "$(required ResponseRow)$(required ResponseFigure)$(required Attainment)" \
	"$(members '.rows[0]')$(members '.rows[0].mttd')$(members '.rows[0].notify')"
# MTTD of all: 10, 20, 30, 60, and 0 of a clock ahead: median 20; p90 at place 3.6: 30 + 0.6 x 30 = 48; mean 24.
check_equal 'MTTD of all, by hand' '5 20 48 24' "$(reply '.rows[0].mttd | "\(.count) \(.median_s) \(.p90_s) \(.mean_s)"')"
# MTTA of S1: 100, 300, 301: median 300; p90 at place 1.8: 300.8; mean 701 / 3.
check_equal 'MTTA of S1' '3 300 300.8 233.67' "$(reply '.rows[1].mtta | "\(.count) \(.median_s) \(.p90_s * 1000 | round / 1000) \(.mean_s * 100 | round / 100)"')"
check_equal 'promise of S1: 300 s is in time, 301 is not' '3 2 1 0 66.67' \
	"$(reply '.rows[1].acknowledge | "\(.promised) \(.kept) \(.missed) \(.running) \(.percent * 100 | round / 100)"')"
# MTTR of S1: 1000 and 3000. Waiting of the second, within 16:30 to 17:20: 600 and 1200 s, so 1200 without.
check_equal 'MTTR of S1, with and without waiting' '2 2000 1100' "$(reply '.rows[1].mttr | "\(.count) \(.mean_s) \(.without_waiting.mean_s)"')"
check_equal 'promise of S3 in business hours: Monday 16:30 is in time, 16:31 is not' '2 1 1 50' \
	"$(reply '.rows[3].notify | "\(.promised) \(.kept) \(.missed) \(.percent)"')"
check_equal 'S1 was never told' '3 0 3' "$(reply '.rows[1].notify | "\(.promised) \(.kept) \(.missed)"')"
check_equal 'nothing is no figure' '0 null' "$(reply '.rows[2].mttd | "\(.count) \(.median_s)"')"
check_equal 'SQL has the same quantiles' "$(sql "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s) || ' ' || percentile_cont(0.9) WITHIN GROUP (ORDER BY s)
	FROM (SELECT greatest(0, extract(epoch FROM raised_at - event_at)) AS s FROM incident_clock WHERE incident_id IN (302, 303, 304, 305, 307)) x")" \
	"$(reply '.rows[0].mttd | "\(.median_s) \(.p90_s)"')"
as yamada
get '/v1/metrics/response?from=2026-03-06&to=2026-03-06'
check_equal 'a member gets its own alone' '200 0' "$status $(reply '.rows[0].incidents')"
get '/v1/metrics/response?from=2026-03-06'
check_equal 'both days are needed' '400 invalid to' "$(refusal)"
check_equal 'nothing unexpected in the log' '' "$(grep -E ' (ERROR|error) ' "$STATE/api.log" | head -n 3)"
finish
