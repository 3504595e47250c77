#!/bin/sh
# The pilot of 2019 through real agents: 110 companies, 19,792 detections as Suricata and FortiGate logs, over mutual TLS
# into the database. What comes out must be the table of the presentation (docs/glossary.md), to the figure, and must
# equal a full scan of the alerts.
set -eu
. "$(dirname "$0")/server.sh"

csv=$top/tests/data/pilot-2019.csv
from=2019-07-08 to=2020-01-31
at_once=4

# deliver COMPANY_ID NAME: adds its sensor, enrols an agent, sends its logs
deliver() {
	sensor "$1" "$2" || return 1
	agent send --state "$STATE/agents/$2" "$STATE/logs/$2"/* >"$STATE/agents/$2.log" 2>&1 || {
		echo "the agent of $2 failed:" >&2
		tail -n 5 "$STATE/agents/$2.log" >&2
		return 1
	}
}

"$top/tests/integration/pilot-logs" "$csv" "$STATE/logs"
# A company without a detection has a sensor all the same: its log says that it was there, and nothing else.
quiet=0
for folder in "$STATE"/logs/*; do
	[ -z "$(ls "$folder")" ] || continue
	echo '{"timestamp":"2019-10-01T12:00:00.000000+0900","event_type":"stats","stats":{"uptime":86400}}' >"$folder/eve.json"
	quiet=$((quiet + 1))
done
records=$((19792 + quiet))
server_prepare
server_start
{
	echo name,from,to
	tail -n +2 "$csv" | cut -d, -f1-3
} >"$STATE/companies.csv"
check_equal 'companies and spans are imported' '110 companies added, 0 brought up to date, 110 spans' \
	"$(ctl company import "$STATE/companies.csv")"

sql 'SELECT company_id, name FROM company ORDER BY company_id' | tr '|' ' ' >"$STATE/list"
senders='' running=0 failures=0
gather() {
	for pid in $senders; do
		wait "$pid" || failures=$((failures + 1))
	done
	senders='' running=0
}
while read -r id name; do
	deliver "$id" "$name" </dev/null &
	senders="$senders $!"
	running=$((running + 1))
	[ "$running" -lt "$at_once" ] || gather
done <"$STATE/list"
gather
check_equal 'every agent says that all is durable' 0 "$failures"
check_equal 'every record is stored, once' "19792|$records|$records|0|0|$quiet" \
	"$(sql "SELECT (SELECT count(*) FROM alert WHERE kind = 'alert'), sum(expected), sum(received), sum(dropped), sum(unparsed), sum(ignored) FROM sensor_day")"
check_equal 'and counted by the hour in which it came' "$(sql 'SELECT count(*) FROM alert')" \
	"$(sql 'SELECT sum(n) FROM sensor_health, unnest(hours) n')"
wait_until 120 correlated || bad 'the correlator does not come to an end'

ctl metrics detections --from "$from" --to "$to" --json >"$STATE/out.json"
check_equal 'the table: companies and detections' \
	'110 inbound:64/19100 48/18325 34/775 0/0 0/0 0/0 outbound:31/692 31/683 1/1 0/0 0/0 5/8' \
	"$(jq -r '[.monitored_companies, (.rows[] | "\(if .engine == "total" then .direction + ":" else "" end)\(.companies)/\(.detections)")] | join(" ")' <"$STATE/out.json")"
ctl metrics detections --from "$from" --to "$to" >"$STATE/table"
check_equal 'the table of the presentation, as shown' '56 72 4 4 4 0.1' \
	"$(awk '$2 == "total" || $2 == "ips" || $2 == "antivirus" { printf "%s%s", separator, $5; separator = " " }' "$STATE/table")"
check_equal 'mean monitored days' "$(awk -F, '
	function days(text, p) { split(text, p, "-"); return (p[1] - 2019) * 365 + cumulated[p[2] + 0] + p[3] }
	BEGIN { split("0 31 59 90 120 151 181 212 243 273 304 334", cumulated, " ") }
	NR > 1 { sum += days($3) - days($2) + 1; n++ } END { printf "%.6f", sum / n }' "$csv")" \
	"$(jq -r .mean_monitored_days <"$STATE/out.json" | awk '{ printf "%.6f", $1 }')"

# The same from nothing but alerts and spans.
sql "WITH found AS (SELECT company_id, direction, CASE WHEN t.total THEN 'total' ELSE engine END AS engine, sum(repeat_count) AS n
		FROM alert CROSS JOIN (VALUES (true), (false)) t (total) WHERE kind = 'alert' AND direction IN ('inbound', 'outbound')
		AND (ts AT TIME ZONE 'Asia/Tokyo')::date BETWEEN '$from' AND '$to' GROUP BY 1, 2, 3),
	days AS (SELECT company_id, to_day - from_day + 1 AS n FROM monitoring_span)
	SELECT direction, engine, count(*), sum(f.n), to_char(sum(f.n) * 365.0 / (sum(d.n) * 12), 'FM9990.000000000'),
	to_char(sum(f.n) * 365.0 / ((SELECT sum(n) FROM days) * 12), 'FM9990.000000000')
	FROM found f JOIN days d USING (company_id) GROUP BY 1, 2 ORDER BY 1, 2" | tr '|' ' ' >"$STATE/scanned"
jq -r '.rows[] | select(.companies > 0) | "\(.direction) \(.engine) \(.companies) \(.detections) \(.per_company_month) \(.per_monitored_company_month)"' \
	<"$STATE/out.json" | awk '{ printf "%s %s %s %s %.9f %.9f\n", $1, $2, $3, $4, $5, $6 }' | LC_ALL=C sort >"$STATE/shown"
check_equal 'counts and rates equal a full scan of the alerts' "$(LC_ALL=C sort "$STATE/scanned")" "$(cat "$STATE/shown")"
check_equal 'each alert that can be grouped has its incident' 0 "$(sql "SELECT count(*) FROM alert a WHERE cluster_key <> 0 AND NOT EXISTS (
	SELECT FROM incident_segment s WHERE s.company_id = a.company_id AND s.key = a.cluster_key AND a.ts BETWEEN s.first_ts AND s.last_ts)")"
check_equal 'incidents stay within their company' 0 "$(sql "SELECT count(*) FROM incident i WHERE i.state <> 'merged' AND i.alert_count <> (
	SELECT count(*) FROM alert a JOIN incident_segment s ON s.company_id = a.company_id AND s.key = a.cluster_key
	AND a.ts BETWEEN s.first_ts AND s.last_ts WHERE s.company_id = i.company_id AND s.incident_id = i.incident_id AND s.is_cluster)")"
server_stop || bad 'hinomid did not end well'
finish
