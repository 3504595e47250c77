#!/bin/sh
# All members' monthly reports from a filled database: seconds to close the month and to publish every report (two pages and
# annex) by the reporter with two workers, its memory; the same by hinomictl; and one report beside WeasyPrint.
# HINOMI_BENCH_MEMBERS (3000), HINOMI_BENCH_KINDS: rows of alerts of each in the month (100).
. "$(dirname "$0")/common.sh"

members=${HINOMI_BENCH_MEMBERS:-3000} kinds=${HINOMI_BENCH_KINDS:-100}
server_settings='reporter:
  poll: 1s
  workers: 2
  close_business_day: 0
  due_business_day: 0'
server_prepare
psql -X -q -o /dev/null -v ON_ERROR_STOP=1 -d "$conninfo" -f "$top/tests/integration/reports.sql"
month=$(sql "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') - interval '1 month', 'YYYY-MM')")
echo "making $members members with $kinds rows of alerts each"
sql "SELECT alert_partition_create('$month-01')" >/dev/null
sql "SELECT fill_chamber($members, '$month-01', $kinds)" >/dev/null
sql 'VACUUM ANALYZE'
sql "SELECT count(*) || ' rows of alerts, ' || pg_size_pretty(pg_database_size(current_database())) FROM alert"

"$BUILD/hinomid" --role=reporter --config="$STATE/hinomi.yaml" >"$STATE/reporter.log" 2>&1 </dev/null &
reporter=$!
at_exit "kill $reporter 2>/dev/null"
connected() {
	[ "$(sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'hinomi reporter' AND state = 'idle'")" = t ]
}
wait_until 60 connected || give_up 'the reporter does not get ready'
run_is_over() {
	[ "$(sql "SELECT state FROM report_run WHERE run_id = $run")" = 'done' ]
}
run() { # KIND STATE: sets $took
	run=$(sql "SELECT start_run('$1', '$month-01', '$2', 1)")
	wait_until 1200 run_is_over || give_up "the run $1 does not end: $(tail -n 3 "$STATE/reporter.log")"
	[ "$(sql "SELECT failed FROM report_run WHERE run_id = $run")" = 0 ] || give_up "the run $1: $(sql 'SELECT error FROM report_job LIMIT 3')"
	took=$(sql "SELECT extract(epoch FROM finished_at - asked_at) FROM report_run WHERE run_id = $run")
}
run close ''
close=$took
sql "SELECT count(*) || ' members frozen, ' || pg_size_pretty(sum(length(body))) || ' of JSON' FROM snapshot"
sql "UPDATE report SET state = 'approved', approved_by = 1, approved_at = now(), comment = CASE WHEN needs_comment THEN 'seen' END,
	comment_by = CASE WHEN needs_comment THEN 2 END"
sql 'VACUUM ANALYZE report'
ours=$(ticks "$reporter") cluster=$(cluster_ticks)
run publish approved
publish=$took
ours=$(($(ticks "$reporter") - ours)) cluster=$(($(cluster_ticks) - cluster))
[ "$(sql "SELECT count(*) FROM report_file WHERE final")" -ge "$((members * 9 / 10))" ] || give_up 'reports are missing'
sql "SELECT count(*) || ' PDFs of ' || avg(pages)::numeric(4, 1) || ' pages, ' || pg_size_pretty(avg(length(content))) FROM report_file WHERE final"
kib=$(awk '/^VmHWM:/ { print $2 }' "/proc/$reporter/status")
emit report all_members_s "$(awk -v a="$close" -v b="$publish" 'BEGIN { print a + b }')" s
emit report close_s "$close" s
emit report publish_s "$publish" s
emit report cpu_ms_per_report "$(per "$ours" "$((clock_ticks * members))" 1000)" ms
emit report cpu_ms_per_report_postgresql "$(per "$cluster" "$((clock_ticks * members))" 1000)" ms
emit report rss_mib "$(per "$kib" 1024)" MiB

# The same drawn by hinomictl into files: of drafts, as what was published would only be copied.
sql "UPDATE report SET state = 'draft', published_at = NULL, published_by = NULL"
started=$(now)
/usr/bin/env time -f '%M' -o "$STATE/ctl.kib" "$BUILD/hinomictl" report build --month "$month" --all --format pdf --workers 2 --out "$STATE/out" || give_up 'hinomictl report build'
took=$(minus "$(now)" "$started")
emit report build_all_s "$took" s
emit report build_all_rss_mib "$(per "$(tail -n 1 "$STATE/ctl.kib")" 1024)" MiB

# One report beside a program that makes PDF of HTML.
[ ! -f "$(dirname "$0")/report_peer.sh" ] || . "$(dirname "$0")/report_peer.sh"
