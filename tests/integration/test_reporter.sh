#!/bin/sh
# The reporter at work: it closes the last month by itself and says when reports are late, draws what screens ask for, takes
# reports through their steps in runs that can be stopped, makes first reports of grave incidents and of no others, takes
# new settings over, and what it leaves behind goes in time. Two reporters all the while.
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

[ -d "$BUILD/web" ] || mkdir -p "$BUILD/web"
server_settings='roles: [housekeeper, correlator, reporter, api]
housekeeper:
  interval: 500ms
correlator:
  poll: 200ms
reporter:
  poll: 200ms
  lease: 1s
  workers: 2
  close_business_day: 1
  due_business_day: 1'
server_prepare
psql -X -q -o "$STATE/sql.out" -v ON_ERROR_STOP=1 -d "$conninfo" -f "$(dirname "$0")/reports.sql"
month=$(sql "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') - interval '1 month', 'YYYY-MM')")
sql "SELECT fill_chamber(12, '$month-01', 12); ANALYZE;
	UPDATE calendar SET rules = '{\"hours\": {\"mon\": [[\"00:00\", \"24:00\"]], \"tue\": [[\"00:00\", \"24:00\"]], \"wed\": [[\"00:00\", \"24:00\"]],
		\"thu\": [[\"00:00\", \"24:00\"]], \"fri\": [[\"00:00\", \"24:00\"]], \"sat\": [[\"00:00\", \"24:00\"]], \"sun\": [[\"00:00\", \"24:00\"]]}}'
	WHERE calendar_id = 1" >"$STATE/sql.out"
value() { # SQL VALUE
	[ "$(sql "$1")" = "$2" ]
}
no_jobs() {
	value 'SELECT count(*) FROM report_job WHERE failed_at IS NULL' 0
}
server_start
"$BUILD/hinomid" --role=reporter --config="$STATE/hinomi.yaml" >"$STATE/second.log" 2>&1 &
second=$!
at_exit "kill $second 2>/dev/null || true"

# ---------------------------------------------------------------------------------------------------- the calendar

wait_until 30 value 'SELECT count(*) FROM month_close' 1 || true
wait_until 30 no_jobs || true
check_equal 'the last month is closed by itself, by one of the two' "$month|1|t|role:reporter|1" "$(sql "SELECT to_char(month, 'YYYY-MM'), version,
	made_by IS NULL, (SELECT string_agg(actor, ' ') FROM audit WHERE action = 'month.close'), (SELECT count(*) FROM report_run) FROM month_close")"
check_equal 'each member has a draft' '12 draft' "$(sql "SELECT count(*) || ' ' || min(state) FROM report")"
number=$(echo "$month" | tr -d -)
wait_until 90 value "SELECT count(*) FROM page_request WHERE kind = 'report'" 1 || true
check_equal 'reports are late: the leads are asked to look, once' "1000000$number|3|t" "$(sql "SELECT subject_id, severity,
	body ->> 'title' LIKE '$month の報告書 12 通%12 reports of $month are not sent yet' FROM page_request WHERE kind = 'report'")"

# ---------------------------------------------------------------------------------------------------------- drawing

sign_in 'suzuki@example.jp' lead
fetch() { # PATH: sets $status and $type
	status=$(curl -ksS -o "$STATE/file" -w '%{http_code} %{content_type}' -H "Cookie: $cookie" -H 'Sec-Fetch-Site: same-origin' \
		"https://127.0.0.1:$api_port$1")
}
fetched() {
	fetch "$1"
	[ "${status%% *}" = 200 ]
}
report=$(sql 'SELECT report_id FROM report WHERE company_id = 3')
fetch "/v1/reports/$report/file?format=png&page=1"
check_equal 'a page that was not drawn yet: later' 202 "${status%% *}"
if wait_until 20 fetched "/v1/reports/$report/file?format=png&page=1"; then good 'then it is there'; else bad "then it is there: $status"; fi
check_equal 'a picture' '200 image/png 89504e47' "$status $(head -c 4 "$STATE/file" | xxd -p)"
wait_until 20 fetched "/v1/reports/$report/file?format=pdf" || true
check_equal 'its PDF is marked as a draft' yes "$(pdftotext "$STATE/file" - | grep -qE 'DRAFT|案|下書き|原稿|ドラフト' && echo yes || echo no)"
for format in pdf xlsx csv json png; do
	wait_until 20 fetched "/v1/months/$month/file?format=$format" || bad "the chamber's report as $format: $status"
done
check_equal 'the chamber'"'"'s report in five formats' 'csv json pdf png xlsx' "$(sql "SELECT string_agg(format, ' ' ORDER BY format) FROM chamber_file")"
sql "INSERT INTO report_job (kind, company_id, report_id, format, page, priority) VALUES ('draw', 3, $report, 'png', 77, 1); NOTIFY hinomi_report"
wait_until 20 value 'SELECT count(*) FROM report_job WHERE failed_at IS NOT NULL' 1 || true
check_equal 'a page that there is not: it says so, and nobody is called' "1 1" "$(sql "SELECT (SELECT count(*) FROM report_job WHERE error <> '') || ' ' ||
	(SELECT count(*) FROM page_request WHERE kind = 'report')")"

# ------------------------------------------------------------------------------------------------------------- runs

start() { # KIND MAX: sets $run
	run=$(api POST /v1/report-runs -d "{\"kind\":\"$1\",\"month\":\"$month\",\"expect_max\":$2}" | jq .id)
}
ended() {
	value "SELECT state <> 'running' FROM report_run WHERE run_id = $run" t
}
outcome() {
	sql "SELECT state, total, done, failed FROM report_run WHERE run_id = $run"
}
sql "UPDATE report SET comment = 'seen', comment_by = 2, comment_at = now(), version = version + 1 WHERE needs_comment"
check_equal 'more than somebody expected: not at all' "409 2" "$(curl -ksS -o "$STATE/answer" -w '%{http_code}' -X POST -H 'Content-Type: application/json' \
	-H 'Sec-Fetch-Site: same-origin' -H "Cookie: $cookie" -d "{\"kind\":\"approve\",\"month\":\"$month\",\"expect_max\":3}" \
	"https://127.0.0.1:$api_port/v1/report-runs") $(sql 'SELECT count(*) + 1 FROM report_run')"
start approve 12
wait_until 30 ended || true
check_equal 'all approved by a second person' 'done|12|12|0|12' "$(outcome)|$(sql "SELECT count(*) FROM report WHERE state = 'approved' AND approved_by <> coalesce(comment_by, 0)")"

# Stopped while both reporters hold what they have: somebody else has the table of files.
psql -X -q -o "$STATE/lock.out" -d "$conninfo" -c "SET application_name = 'holder'; BEGIN; LOCK TABLE report_file IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)" 2>"$STATE/lock.err" &
holder=$!
wait_until 10 value "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'report_file'::regclass" 1
start publish 12
wait_until 20 value "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hinomi_reporter' AND wait_event_type = 'Lock'" 4 || true
api POST "/v1/report-runs/$run/stop" >"$STATE/answer" || bad 'a run can be stopped'
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'" >"$STATE/sql.out"
wait "$holder" || true
wait_until 20 no_jobs || true
check_equal 'stopped: what was begun is finished, what waited is not touched' 'stopped|12|4|0|4' "$(outcome)|$(sql "SELECT count(*) FROM report WHERE state = 'published'")"
start publish 12
wait_until 30 ended || true
check_equal 'a run goes on where the other stopped' 'done|8|8|0|12' "$(outcome)|$(sql "SELECT count(*) FROM report WHERE state = 'published'")"
start send 12
wait_until 30 ended || true
check_equal 'all are sent once' 'done|12|12|0|12|12' "$(outcome)|$(sql "SELECT (SELECT count(*) FROM report_delivery) || '|' || (SELECT count(*) FROM outbox WHERE kind = 'report')")"
start send 12
check_equal 'there is nothing more to send' 'done|0|0|0' "$(outcome)"
wait_until 20 fetched "/v1/reports/$report/file?format=xlsx" || true
check_equal 'other formats of what is published are drawn when asked for, and stay' t "$(sql "SELECT bool_and(final) FROM report_file WHERE company_id = 3")"

# --------------------------------------------------------------------------------------------------- first reports

correlated_and_done() {
	correlated && no_jobs
}
sql "SELECT alert_comes(1, 9000001, now() - interval '1 minute', 1, 71), alert_comes(2, 9000002, now() - interval '1 minute', 2, 72),
	alert_comes(3, 9000003, now() - interval '1 minute', 3, 73, 'inbound'), alert_comes(4, 9000004, now() - interval '30 days', 1, 74)" >"$STATE/sql.out"
wait_until 30 correlated_and_done || true
firsts="SELECT string_agg(company_id || ' ' || state || CASE WHEN published_at IS NOT NULL AND published_by IS NULL THEN ' by itself' ELSE '' END,
	', ' ORDER BY company_id) FROM report WHERE kind = 'first'"
wait_until 20 value "$firsts" '1 published by itself, 2 draft' || true
check_equal 'severity 1 goes out by itself, 2 waits for a person, 3 has none, what is a month old has none' '1 published by itself, 2 draft' "$(sql "$firsts")"
check_equal 'four incidents were made' 4 "$(sql "SELECT count(*) FROM incident WHERE created_at > now() - interval '10 minutes'")"
check_equal 'it is on its way to the member, with a final file' 't|1|1' "$(sql "SELECT f.final, count(DISTINCT d.delivery_id), count(DISTINCT o.outbox_id)
	FROM report r JOIN report_file f USING (company_id, report_id) JOIN report_delivery d USING (company_id, report_id)
	JOIN outbox o ON o.outbox_id = d.outbox_id WHERE r.kind = 'first' AND r.company_id = 1 GROUP BY 1")"
first=$(sql "SELECT report_id FROM report WHERE kind = 'first' AND company_id = 1")
sql "SELECT encode(content, 'hex') FROM report_file WHERE company_id = 1 AND report_id = $first" | xxd -r -p >"$STATE/first.pdf"
check_equal 'it says 速報, the company, and the device' 'yes yes yes' "$(for word in 速報 会員企業 192.168.1.77; do
	pdftotext "$STATE/first.pdf" - | grep -qF "$word" && echo yes || echo no; done | tr '\n' ' ' | sed 's/ $//')"

# Graver, and more of the same: company 3 gets its first report now, company 2 no second one.
sql "SELECT alert_comes(2, 9000012, now(), 1, 72), alert_comes(3, 9000013, now(), 2, 73, 'inbound'), alert_comes(1, 9000011, now(), 1, 71)" >"$STATE/sql.out"
wait_until 30 correlated_and_done || true
wait_until 20 value "$firsts" '1 published by itself, 2 draft, 3 draft' || true
check_equal 'one that becomes graver gets one; no incident gets two' '1 published by itself, 2 draft, 3 draft' "$(sql "$firsts")"
# Asked for once more, and for one that is over.
sql "UPDATE incident SET state = 'closed', closed_at = now() WHERE company_id = 4 AND created_at > now() - interval '10 minutes';
	INSERT INTO report_job (kind, company_id, incident_id, priority) SELECT 'first_report', company_id, incident_id, 1 FROM incident
		WHERE created_at > now() - interval '10 minutes' AND company_id IN (1, 4); NOTIFY hinomi_report"
wait_until 20 no_jobs || true
check_equal 'asked for again nothing is made, nor of an incident that is closed' '1 published by itself, 2 draft, 3 draft' "$(sql "$firsts")"

# -------------------------------------------------------------------------------------------------- settings, ends

threads() { # of the supervisor's reporter: its own connection and one for each
	[ "$(ls "/proc/$(role_pid reporter)/task" | wc -l)" = "$1" ]
}
sed -i 's/  workers: 2/  workers: 3/' "$STATE/hinomi.yaml"
kill -HUP "$server_pid"
if wait_until 20 threads 4; then good 'more workers are taken over while it runs'; else bad 'more workers are taken over while it runs'; fi
kill "$second"
ended=0
wait "$second" || ended=$?
check_equal 'it ends well' 0 "$ended"

sql "UPDATE report_file SET made_at = now() - interval '25 hours'; UPDATE report_run SET finished_at = now() - interval '800 days';
	UPDATE report_job SET failed_at = failed_at - interval '800 days';
	INSERT INTO report_code (company_id, delivery_id, code_sha256, made_at) SELECT company_id, delivery_id, sha256('1'), now() - h * interval '1 hour'
		FROM report_delivery, generate_series(2, 26, 24) h WHERE company_id = 5"
left="SELECT (SELECT count(*) FROM report_file WHERE NOT final) || ' ' || (SELECT count(*) FROM report_code) || ' ' || (SELECT count(*) FROM report_run) || ' ' ||
	(SELECT count(*) FROM report_job)"
wait_until 20 value "$left" '0 1 0 0' || true
check_equal 'previews, old codes, runs and their failures go' '0 1 0 0' "$(sql "$left")"
check_equal 'what was published stays' 14 "$(sql 'SELECT count(*) FROM report_file')"
check_equal 'no statement was refused' 0 "$(grep -c 'permission denied' "$STATE/hinomid.log" "$STATE/second.log" | awk -F: '{ n += $2 } END { print n }')"
if server_stop; then good 'hinomid ended well'; else bad 'hinomid ended well'; fi
finish
