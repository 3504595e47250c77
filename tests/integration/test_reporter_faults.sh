#!/bin/sh
# What must not cost a report: kill -9 of the reporter at every place where it waits and at random moments, two of them at
# once, one that hangs, a database that goes away, a member's snapshot that cannot be read. In the end each report was
# published once and sent once, and what was published is what it was.
# MEMBERS: how many there are (24); KILLS: random kills for each step at most (12).
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

members=${MEMBERS:-24} kills=${KILLS:-12}
server_settings='reporter:
  poll: 200ms
  lease: 1s
  close_business_day: 0
  due_business_day: 0'
server_prepare
psql -X -q -o "$STATE/sql.out" -v ON_ERROR_STOP=1 -d "$conninfo" -f "$(dirname "$0")/reports.sql"
month=$(sql "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') - interval '1 month', 'YYYY-MM')")
sql "SELECT fill_chamber($members, '$month-01', 12); ANALYZE" >"$STATE/sql.out"

reporters=''
start_reporter() { # sets $last
	"$BUILD/hinomid" --role=reporter --config="$STATE/hinomi.yaml" >>"$STATE/reporter.log" 2>&1 &
	last=$!
	reporters="$reporters $last"
}
kill_reporters() {
	for pid in $reporters; do
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	reporters=''
}
at_exit kill_reporters
value() { # SQL VALUE
	[ "$(sql "$1" 2>/dev/null)" = "$2" ]
}
runs_ended() {
	value "SELECT count(*) FROM report_run WHERE state = 'running'" 0
}
start_run() { # KIND STATE USER: sets $run
	run=$(sql "SELECT start_run('$1', '$month-01', '$2', $3)")
}
done_of_run() {
	sql "SELECT done FROM report_run WHERE run_id = $run"
}
# Random numbers that are the same each time.
seed=1
random() { # BELOW
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	echo $((seed / 65536 % $1))
}

# ------------------------------------------------------------------------------------------ kill -9, wherever it waits

# Somebody else has the table: the reporter gets as far as that, and is killed there. Some steps never come there.
# shellcheck disable=SC2317 # wait_until calls it
waits() {
	value "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'hinomi_reporter' AND wait_event_type = 'Lock'" t
}
kill_at() { # TABLE
	psql -X -q -o "$STATE/lock.out" -d "$conninfo" -c "SET application_name = 'holder'; BEGIN; LOCK TABLE $1 IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)" 2>/dev/null &
	holder=$!
	wait_until 10 value "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a USING (pid)
		WHERE c.relname = '$1' AND a.application_name = 'holder' AND l.granted AND l.mode = 'AccessExclusiveLock'" 1
	start_reporter
	wait_until 2 waits && places=$((places + 1))
	kill_reporters
	sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'" >"$STATE/sql.out"
	wait "$holder" 2>/dev/null || true
}
# Each life does something but for every fourth, or a job would be taken for one that ends the process.
kill_at_random() {
	round=0
	while [ $round -lt "$kills" ] && ! runs_ended; do
		before=$(done_of_run)
		start_reporter
		if [ $((round % 4)) -ne 3 ]; then
			wait_until 20 value "SELECT done > $before OR state <> 'running' FROM report_run WHERE run_id = $run" t
		fi
		sleep "0.0$(random 10)"
		kill_reporters
		killed=$((killed + 1)) round=$((round + 1))
	done
}
go_through() { # KIND STATE USER TABLE...
	kind=$1
	start_run "$1" "$2" "$3"
	shift 3
	for table in "$@"; do kill_at "$table"; done
	kill_at_random
	start_reporter
	start_reporter
	wait_until 60 runs_ended || true
	check_equal "$kind: each was dealt with once, none failed" "done|$(sql "SELECT total FROM report_run WHERE run_id = $run")|0|0" \
		"$(sql "SELECT state, done, failed, (SELECT count(*) FROM report_job) FROM report_run WHERE run_id = $run")"
	kill_reporters
}
places=0 killed=0

go_through close '' 1 company_month month_close audit
check_equal 'the month is closed once, each member is frozen once' "1|$members|$members|1" "$(sql "SELECT (SELECT count(*) FROM month_close),
	(SELECT count(*) FROM snapshot), (SELECT count(*) FROM report), (SELECT count(*) FROM audit WHERE action = 'month.close')")"
sql "UPDATE report SET comment = 'seen', comment_by = 2, comment_at = now() WHERE needs_comment"
go_through draw draft 2 snapshot report_file change
go_through approve draft 1 report audit report_run
go_through publish approved 1 report_file report audit report_run
files="SELECT md5(string_agg(concat_ws(' ', company_id, report_id, encode(sha256, 'hex'), made_at), '/' ORDER BY report_id)) FROM report_file WHERE final"
published=$(sql "$files")
check_equal 'each has one final file, which is what its hash says' "$members|$members|t" "$(sql "SELECT count(*), count(DISTINCT report_id),
	bool_and(sha256 = sha256(content)) FROM report_file WHERE final")"
go_through send published 1 outbox report_delivery report_run
check_equal 'each was approved, published and sent once' "$members|$members|$members|$members" "$(sql "SELECT
	(SELECT count(*) FROM audit WHERE action = 'report.approve'), (SELECT count(*) FROM audit WHERE action = 'report.publish'),
	(SELECT count(DISTINCT report_id) FROM report_delivery), (SELECT count(*) FROM outbox WHERE kind = 'report')")"
check_equal 'what was published is what it was' "$published" "$(sql "$files")"
check_equal 'the audit trail is sound' 0 "$(ctl audit verify >"$STATE/verify.out" 2>&1; echo $?)"
if ctl report verify --month "$month" >"$STATE/verify.out" 2>&1; then good 'all hashes hold, all files are drawn the same again'; else
	bad 'all hashes hold, all files are drawn the same again'
	cat "$STATE/verify.out"
fi
echo "killed where it waited: $places times, at random moments: $killed times"
check_equal 'it was killed where it waits' t "$([ "$places" -ge 10 ] && echo t || echo "$places")"

# -------------------------------------------------------------------------------------------------------- the database

start_run draw published 2
sql "DELETE FROM report_file WHERE NOT final" # pages and tables are drawn on demand
sql "UPDATE report_job SET format = 'xlsx' WHERE run_id = $run"
start_reporter
wait_until 20 value "SELECT done > 2 FROM report_run WHERE run_id = $run" t
database_kill
sleep 1
database_start
wait_until 60 runs_ended || true
check_equal 'the database was away: it goes on, and nothing has failed' "done|$members|0" \
	"$(sql "SELECT state, done, failed FROM report_run WHERE run_id = $run")"
kill "$last"
ended=0
wait "$last" || ended=$?
check_equal 'it ends well when it is told to' 0 "$ended"
reporters=''

# ---------------------------------------------------------------------------------------------------- one that hangs

start_run draw published 2
sql "UPDATE report_job SET format = 'csv' WHERE run_id = $run"
start_reporter
hanging=$last
wait_until 20 value "SELECT done > 0 FROM report_run WHERE run_id = $run" t
# Not in the instant in which it counts the run on and so holds it for all.
holds_no_run() {
	kill -STOP "$hanging"
	wait_until 10 value "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hinomi_reporter' AND state = 'active'" 0
	sql "SELECT 1 FROM report_run WHERE run_id = $run FOR UPDATE NOWAIT" >"$STATE/sql.out" 2>&1 && return
	kill -CONT "$hanging"
	return 1
}
wait_until 20 holds_no_run
start_reporter
# It may hold what the others need, until the database gives it up.
wait_until 60 value "SELECT count(*) <= 2 FROM report_job" t || true
check_equal 'one hangs: the other does all but what that one holds' t "$(sql "SELECT count(*) <= 2 FROM report_job")"
kill -CONT "$hanging"
wait_until 30 runs_ended || true
check_equal 'and in the end each was done once' "done|$members|0" "$(sql "SELECT state, done, failed FROM report_run WHERE run_id = $run")"

# ------------------------------------------------------------------------------------------------- one that is broken

sql "INSERT INTO snapshot (company_id, snapshot_id, kind, month, version, body, sha256, reason)
		SELECT 5, 999001, 'month', '$month-01', 2, b, sha256(convert_to(b, 'UTF8')), 'broken' FROM (VALUES ('{\"format\": ')) v (b);
	UPDATE report SET state = 'approved', snapshot_id = CASE company_id WHEN 5 THEN 999001 ELSE snapshot_id END,
		published_at = NULL, published_by = NULL WHERE kind = 'monthly';
	DELETE FROM report_file; DELETE FROM report_job; DELETE FROM page_request"
start_run publish approved 1
wait_until 60 runs_ended || true
check_equal 'one cannot be drawn: the others are published' "done|$((members - 1))|1|$((members - 1))" "$(sql "SELECT state, done, failed,
	(SELECT count(*) FROM report WHERE state = 'published') FROM report_run WHERE run_id = $run")"
check_equal 'it stays with its error, after three tries' '5|3|t|t' "$(sql "SELECT j.company_id, j.attempts, j.error <> '', r.error = j.error
	FROM report_job j JOIN report r USING (company_id, report_id) WHERE j.failed_at IS NOT NULL")"
check_equal 'somebody is asked to look, once' "report|raised|$run" "$(sql "SELECT kind, what, subject_id FROM page_request")"

# One that ends the process each time is given up as well.
sql "DELETE FROM report_job; INSERT INTO report_job (kind, company_id, report_id, crashes, priority)
	SELECT 'send', company_id, report_id, 5, 1 FROM report WHERE company_id = 7"
sql 'NOTIFY hinomi_report'
wait_until 20 value 'SELECT count(*) FROM report_job WHERE failed_at IS NOT NULL' 1 || true
check_equal 'what ended the process five times is given up' '7|t' "$(sql "SELECT company_id, error LIKE 'the process that worked%' FROM report_job")"
finish
