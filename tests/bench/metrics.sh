#!/bin/sh
# The detection table over 13 months, 3,000 companies and 50 million alerts, beside the same from one GROUP BY over the alerts.
# Needs some 8 GB and five minutes; HINOMI_BENCH_ALERTS makes it smaller.
. "$(dirname "$0")/common.sh"

alerts=${HINOMI_BENCH_ALERTS:-50000000}
server_prepare
echo "making $alerts alerts"
psql -d "$conninfo" -X -q -o "$STATE/made" -v ON_ERROR_STOP=1 -v alerts="$alerts" -f "$(dirname "$0")/metrics.sql"
sql "SELECT count(*) || ' rows of company_month, ' || (SELECT count(*) FROM company_day) || ' of company_day, alerts of ' ||
	(SELECT pg_size_pretty(sum(pg_total_relation_size(inhrelid))) FROM pg_inherits WHERE inhparent = 'alert'::regclass) FROM company_month"
from=$(sql 'SELECT from_day FROM bench_period') to=$(sql 'SELECT to_day FROM bench_period')
# Nothing of what was made is in PostgreSQL's own memory any more.
database_stop
database_start

"$tools/detection_table" "${conninfo% user=*} user=hinomi_api" "$from" "$to" Asia/Tokyo 100 >"$STATE/ours"
read -r first median <"$STATE/ours"
echo "looking at all alerts, as PostgreSQL likes best"
started=$(now)
sql "WITH found AS (SELECT company_id, direction, engine, sum(repeat_count) AS n FROM alert WHERE kind = 'alert'
		AND direction IN ('inbound', 'outbound') AND ts >= '$from 00:00+09' AND ts < '$to 00:00+09'::timestamptz + interval '1 day' GROUP BY 1, 2, 3),
	part AS (SELECT company_id, direction, coalesce(engine, 'total') AS engine, sum(n) AS n FROM found
		GROUP BY GROUPING SETS ((company_id, direction, engine), (company_id, direction))),
	day AS (SELECT company_id, sum(least(to_day, '$to') - greatest(from_day, '$from') + 1) AS days FROM monitoring_span
		WHERE from_day <= '$to' AND (to_day IS NULL OR to_day >= '$from') GROUP BY 1)
	SELECT direction, engine, count(*), sum(n), coalesce(sum(days), 0) FROM part LEFT JOIN day USING (company_id) GROUP BY 1, 2" |
	tr '|' ' ' | LC_ALL=C sort >"$STATE/scanned"
scan=$(minus "$(now)" "$started")
sed 1d "$STATE/ours" | awk '$3 > 0' | LC_ALL=C sort | cmp -s - "$STATE/scanned" || give_up 'the table and a scan of the alerts differ'
[ "$(wc -l <"$STATE/scanned")" -ge 7 ] || give_up 'there was too little to count'
emit metrics detections_ms "$median" ms 'GROUP BY over alert' "$(per "$scan" 1 1000)" lower
emit metrics detections_first_ms "$first" ms
