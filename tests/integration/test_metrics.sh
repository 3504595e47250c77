#!/bin/sh
# The figures of hinomictl metrics against the same figures told once more from nothing but alerts and spans, day by day
# (metrics.sql): the pilot of 2019 and every other reading of its rates, months of all kinds, cohorts, coverage from a
# ledger made by hand; while alerts wait, when the correlator was killed on the way, when alerts come late, and in a
# database that was brought up to date.
#   METRICS_ROUNDS   random periods and cohorts at each of the four stages (default 3)
set -u
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$top" || exit 1
case $BUILD in /*) ;; *) BUILD=$top/$BUILD ;; esac
rounds=${METRICS_ROUNDS:-3}

database_start || exit 1
apply() { # FILE...
	for file; do
		psql -X -q -o "$STATE/sql.out" -1 -v ON_ERROR_STOP=1 -d "$conninfo" -f "$file" || exit 1
	done
}
# Everything before the migration that brought months; then counts of days alone, as they were then.
for file in schema/000[1-8]_*.sql; do
	apply "$file"
done
sql "INSERT INTO operator (operator_id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'Chamber') ON CONFLICT DO NOTHING;
	INSERT INTO company (operator_id, name) SELECT 1, 'old ' || n FROM generate_series(1, 5) n;
	SELECT setseed(0.25);
	INSERT INTO company_day SELECT c, date '2023-11-20' + (random() * 150)::integer, d, e, s, a, 1 + (random() * 9)::integer
	FROM generate_series(1, 5) c, unnest('{inbound,outbound,internal,external,unknown}'::text[]) d,
	unnest('{ips,antivirus,web,dns,other}'::text[]) e, generate_series(1, 5) s, unnest('{allowed,blocked,removed,unknown}'::text[]) a
	ON CONFLICT DO NOTHING" >"$STATE/sql.out"
apply schema/0009_*.sql tests/integration/metrics.sql
check_equal 'brought up to date: there are months' t "$(sql 'SELECT count(*) > 20 FROM company_month')"
check_equal '... and they are the sums of the days' '' "$(sql 'SELECT * FROM month_difference LIMIT 3')"
sql 'DELETE FROM company_day; DELETE FROM company_month; DELETE FROM company'

mkdir -p "$STATE/server"
[ "$(id -u)" -ne 0 ] || chown -R "${HINOMI_USER:-postgres}" "$STATE/server"
cat >"$STATE/hinomi.yaml" <<YAML
state_dir: $STATE/server
database:
  conninfo: ${conninfo% user=*}
correlator:
  poll: 100ms
YAML
ctl() {
	PGUSER=hinomi "$BUILD/hinomictl" --config="$STATE/hinomi.yaml" "$@"
}
start_correlator() {
	"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --role=correlator --config="$STATE/hinomi.yaml" >>"$STATE/correlator.log" 2>&1 </dev/null &
	correlator=$!
	at_exit 'kill -9 $correlator 2>/dev/null || true'
}
nothing_waits() {
	[ "$(sql 'SELECT count(*) FROM work')" = 0 ]
}
# The table as lines of naive_table().
table_lines() { # FILE
	jq -r '(.rows[] | "\(.direction) \(.engine) \(.companies) \(.detections) \(.monitored_days)"),
		"monitored \(.monitored_companies) \(.monitored_days)", "outside \(.outside_spans)"' "$1"
}
shown() { # rates as people see them, of totals, ips and antivirus
	awk '$2 == "total" || $2 == "ips" || $2 == "antivirus" { printf "%s%s", separator, $5; separator = " " }'
}

# ---- the pilot
sql "INSERT INTO company (operator_id, name) SELECT 1, name FROM unnest(string_to_array('$(tail -n +2 tests/data/pilot-2019.csv | cut -d, -f1 | tr '\n' ',' | sed 's/,$//')', ',')) name"
psql -X -q -v ON_ERROR_STOP=1 -d "$conninfo" >"$STATE/sql.out" <<SQL || exit 1
CREATE TABLE pilot (company text, f date, t date, in_ips integer, in_av integer, out_ips integer, out_av integer, out_other integer);
\\copy pilot FROM 'tests/data/pilot-2019.csv' (FORMAT csv, HEADER)
INSERT INTO monitoring_span (company_id, from_day, to_day) SELECT company_id, f, t FROM pilot JOIN company ON name = company;
-- Each count spread over the days of the span and the hours of the day, midnight too.
INSERT INTO new_alert SELECT company_id, (f + i % (t - f + 1) + make_interval(secs => i * 7919 % 86400)) AT TIME ZONE 'Asia/Tokyo',
	direction, engine, 'blocked', 1
FROM pilot JOIN company ON name = company CROSS JOIN LATERAL (VALUES ('inbound', 'ips', in_ips), ('inbound', 'antivirus', in_av),
	('outbound', 'ips', out_ips), ('outbound', 'antivirus', out_av), ('outbound', 'other', out_other)) v (direction, engine, n)
CROSS JOIN LATERAL generate_series(0, n - 1) i;
SELECT bring_alerts();
SELECT test_work(1, 1000);
ANALYZE;
SQL
from=2019-07-08 to=2020-01-31
pilot_is_right() { # WHEN
	ctl metrics detections --from $from --to $to --json >"$STATE/out.json"
	check_equal "the pilot, $1: companies and detections" '64/19100 48/18325 34/775 0/0 0/0 0/0 31/692 31/683 1/1 0/0 0/0 5/8' \
		"$(jq -r '[.rows[] | "\(.companies)/\(.detections)"] | join(" ")' "$STATE/out.json")"
	check_equal "the pilot, $1: days of the affected" '10422 7776 5738 5041 5041 208' \
		"$(jq -r '[.rows[] | select(.engine | IN("total", "ips", "antivirus")) | .monitored_days] | join(" ")' "$STATE/out.json")"
	check_equal "the pilot, $1: as shown" '56 72 4 4 4 0.1' "$(ctl metrics detections --from $from --to $to | shown)"
	check_equal "the pilot, $1: all of it" "110 15950 145 0" \
		"$(jq -r '"\(.monitored_companies) \(.monitored_days) \(.mean_monitored_days) \(.outside_spans)"' "$STATE/out.json")"
}
pilot_is_right 'while all alerts wait'
# Every other reading, told from the same data, in the order of the table; shown as the figures are.
readings() {
	sql "WITH period AS (SELECT date '$from' AS f, date '$to' AS t),
	day AS (SELECT company_id, count(*) AS days, count(DISTINCT to_char(day, 'YYYY-MM')) AS months,
		sum(1.0 / extract(day FROM date_trunc('month', day) + interval '1 month' - interval '1 day')) AS prorated
		FROM monitored_day, period WHERE day BETWEEN f AND t GROUP BY 1),
	part AS (SELECT v.place, d.company_id, sum(n) AS n FROM (VALUES (1, 'inbound', NULL), (2, 'inbound', 'ips'), (3, 'inbound', 'antivirus'),
		(4, 'outbound', NULL), (5, 'outbound', 'ips'), (6, 'outbound', 'antivirus')) v (place, direction, engine)
		JOIN detection d ON d.direction = v.direction AND (v.engine IS NULL OR d.engine = v.engine) GROUP BY 1, 2),
	joined AS (SELECT place, sum(days) AS days FROM (SELECT DISTINCT CASE WHEN direction = 'inbound' THEN 1 ELSE 4 END AS place, company_id, engine
		FROM detection WHERE direction IN ('inbound', 'outbound')) x JOIN day USING (company_id) GROUP BY 1),
	figure AS (SELECT place, sum(n) AS n, sum(days) AS days, sum(prorated) AS prorated, sum(months) AS months, count(*) AS companies,
		avg(n * 365.0 / 12 / days) AS of_each FROM part JOIN day USING (company_id) GROUP BY place)
	SELECT k.name, string_agg(CASE WHEN k.rate < 1 THEN to_char(k.rate, 'FM0.0') ELSE to_char(k.rate, 'FM999990') END, ' ' ORDER BY place),
		string_agg(round(k.rate, 9)::text, ' ' ORDER BY place)
	FROM figure LEFT JOIN joined j USING (place) CROSS JOIN LATERAL (VALUES
		(1, 'adopted', n * 365.0 / 12 / figure.days), (2, 'days / 30.4', n * 30.4 / figure.days), (3, 'prorated', n / prorated),
		(4, 'days / 30', n * 30.0 / figure.days), (5, 'months touched', n / months),
		(6, 'affected x whole period', n * 365.0 / 12 / (companies * (SELECT t - f + 1 FROM period))),
		(7, 'affected x mean days', n * 365.0 / 12 / (companies * 145)),
		(8, 'all companies', n * 365.0 / 12 / (SELECT sum(days) FROM day)),
		(9, 'mean of each', of_each),
		(10, 'joined by engine', n * 365.0 / 12 / coalesce(j.days, figure.days))) k (place_of, name, rate)
	GROUP BY k.place_of, k.name ORDER BY k.place_of"
}
readings >"$STATE/readings"
reading() { # NAME
	grep "^$1|" "$STATE/readings" | cut -d'|' -f2
}
# With so many decimals, below 1 with so many others.
rounded() { # DECIMALS BELOW_1
	tr ' ' '\n' | awk -v above="%.$1f" -v below="%.$2f" '{ printf "%s" ($1 < 1 ? below : above), separator, $1; separator = " " }'
}
exactly() { # NAME DECIMALS BELOW_1
	grep "^$1|" "$STATE/readings" | cut -d'|' -f3 | rounded "$2" "$3"
}
rates() { # MEMBER
	jq -r "[.rows[] | select(.engine | IN(\"total\", \"ips\", \"antivirus\")) | .$1 | tostring] | join(\" \")" "$STATE/out.json" | rounded 9 9
}
check_equal 'the reading that counts' '55.74 71.68 4.11 4.18 4.12 0.146' "$(exactly adopted 2 3)"
check_equal '... is what the document has, unrounded' "$(exactly adopted 9 9)" "$(rates per_company_month)"
check_equal '... and shown' '56 72 4 4 4 0.1' "$(reading adopted)"
check_equal 'months of 30.4 days' '55.71 71.64 4.11 4.17 4.12 0.146' "$(exactly 'days / 30.4' 2 3)"
check_equal 'parts of calendar months' '56.20 72.27 4.14 4.21 4.16 0.148' "$(exactly prorated 2 3)"
check_equal 'months of 30 days' '54.98 70.70 4.05 4.12 4.06 0.144' "$(exactly 'days / 30' 2 3)"
check_equal 'months touched' '51.5 65.7 3.8 3.8 3.8 0.14' "$(exactly 'months touched' 1 2)"
check_equal 'the whole period' '43.6 55.8 3.3 3.3 3.2 0.146' "$(exactly 'affected x whole period' 1 3)"
check_equal 'the mean of all days' '62.6 80.1 4.8 4.7 4.6 0.21' "$(exactly 'affected x mean days' 1 2)"
check_equal 'all companies' '36.4 34.9 1.5 1.3 1.3 0.002' "$(exactly 'all companies' 1 3)"
check_equal 'exposure joined by engine' 43 "$(reading 'joined by engine' | cut -d' ' -f1)"
check_equal 'all companies are what the second rate is over' "$(exactly 'all companies' 9 9)" "$(rates per_monitored_company_month)"
for name in 'days / 30' 'months touched' 'affected x whole period' 'affected x mean days' 'all companies' 'mean of each' 'joined by engine'; do
	check_equal "another reading shows something else: $name" different \
		"$([ "$(reading "$name")" = '56 72 4 4 4 0.1' ] && echo the same || echo different)"
done
start_correlator
wait_until 60 nothing_waits || bad 'the correlator does not come to an end'
pilot_is_right 'when all are counted'
check_equal 'counts of days equal a scan' '' "$(sql 'SELECT * FROM day_difference LIMIT 3')"
check_equal 'counts of months equal those of days' '' "$(sql 'SELECT * FROM month_difference LIMIT 3')"
# Two devices do not double a company's time, nor its detections.
sql "INSERT INTO sensor (company_id, name, created_at) SELECT company_id, 'device ' || k, '2019-07-01Z' FROM company, generate_series(1, 2) k"
pilot_is_right 'with two sensors each'
kill "$correlator"
wait "$correlator" 2>/dev/null || true

# ---- random companies
# Spans that touch (to the day), start and end within months, one day long, still open, begin in the future; months of a
# leap year; detections in and out of spans, in all directions, at the very edges of days. Incidents; companies of all kinds.
sql 'TRUNCATE alert, work, incident, incident_segment, incident_event, company_day, company_month, change CASCADE; DELETE FROM company' 2>"$STATE/sql.err"
psql -X -q -v ON_ERROR_STOP=1 -d "$conninfo" >"$STATE/sql.out" <<'SQL' || exit 1
SELECT setseed(0.5);
INSERT INTO company (company_id, operator_id, name, member_no, industry, employees, area, tags)
SELECT n, 1, CASE n WHEN 3 THEN '=1+1,"x"' ELSE 'Company ' || n END, CASE WHEN n % 3 > 0 THEN 'M' || n END,
	(ARRAY['製造業', '小売業', NULL])[1 + n % 3], (ARRAY[NULL, 0, 1, 5, 6, 20, 21, 50, 51, 100, 101, 300, 301, 5000])[1 + n % 14],
	(ARRAY['大阪市', '堺市'])[1 + n % 2], CASE WHEN n % 4 = 0 THEN '{two stars}'::text[] ELSE '{}' END
FROM generate_series(1, 14) n;
INSERT INTO monitoring_span (company_id, from_day, to_day) VALUES
	(1, '2023-12-10', '2024-02-29'), (1, '2024-03-01', '2024-03-15'),
	(2, '2024-01-01', '2024-01-31'), (2, '2024-02-01', '2024-02-29'),
	(3, '2024-02-29', '2024-02-29'),
	(4, '2023-11-05', '2023-12-31'), (4, '2024-01-15', NULL),
	(5, '2024-01-31', '2024-02-01'), (5, '2024-02-03', '2024-02-03'), (5, '2024-02-28', '2024-03-01'),
	(6, '2023-01-01', NULL), (7, '2024-02-15', '2024-04-30'), (8, current_date + 30, NULL), (9, '2023-12-01', '2024-04-30'),
	(10, '2024-01-02', '2024-03-30'), (11, '2023-12-31', '2024-01-01'), (12, '2024-03-31', '2024-04-01');
CREATE PROCEDURE some_alerts(p_count integer) LANGUAGE sql AS $$
	INSERT INTO new_alert SELECT 1 + floor(random() * random() * 14)::integer,
		CASE floor(random() * 4)::integer
		WHEN 0 THEN (date '2023-11-20' + floor(random() * 160)::integer)::timestamp AT TIME ZONE 'Asia/Tokyo'
		WHEN 1 THEN (date '2023-11-20' + floor(random() * 160)::integer)::timestamp AT TIME ZONE 'Asia/Tokyo' - interval '1 microsecond'
		ELSE timestamptz '2023-11-20 00:00+09' + random() * interval '160 days' END,
		(ARRAY['inbound', 'inbound', 'outbound', 'internal', 'external', 'unknown'])[1 + floor(random() * 6)::integer],
		(ARRAY['ips', 'ips', 'antivirus', 'web', 'dns', 'other'])[1 + floor(random() * 6)::integer],
		(ARRAY['allowed', 'blocked', 'removed', 'unknown'])[1 + floor(random() * 4)::integer], 1 + floor(random() * 3)::integer
	FROM generate_series(1, p_count);
	SELECT bring_alerts()
$$;
CALL some_alerts(2000);
SELECT test_work(1, 40);
INSERT INTO incident (company_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason, alert_count,
	detection_count, blocked_count, state, merged_into, disposition)
SELECT c, n, t, t, 'inbound', 'none', 3, 't', 'k', 'r', 'r', 1, 1, 0, s, CASE s WHEN 'merged' THEN 1 END,
	CASE WHEN s = 'closed' THEN (ARRAY['true_positive', 'benign_positive', 'false_positive', 'undetermined'])[1 + n % 4] END
FROM (SELECT 1 + n % 14 AS c, 1000 + n AS n, CASE WHEN n % 3 = 0 THEN date_trunc('month', t AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo'
	- (n % 2) * interval '1 microsecond' ELSE t END AS t, (ARRAY['open', 'closed', 'merged', 'closed'])[1 + n % 4] AS s
	FROM (SELECT n, timestamptz '2023-11-20 00:00+09' + random() * interval '160 days' AS t FROM generate_series(1, 200) n) x) y;
ANALYZE;
SQL
# Companies of a cohort, as an array.
of_cohort() { # CONDITION
	sql "SELECT coalesce(array_agg(company_id), '{}') FROM company WHERE $1"
}
# The same moment for both: while work is locked, nobody can commit alerts or counts.
same_moment() { # COMMAND... -- QUERY: output of the two in $STATE/got, $STATE/wanted
	command=
	while [ "$1" != -- ]; do
		command="$command '$1'"
		shift
	done
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$conninfo" >"$STATE/wanted" <<-SQL
		BEGIN;
		LOCK TABLE work IN SHARE MODE;
		\\! PGUSER=hinomi $BUILD/hinomictl --config=$STATE/hinomi.yaml metrics $command --json >$STATE/got.json
		$2;
		COMMIT;
	SQL
}
random_days() { # SEED: $from $to, and their months
	set -- "$(sql "SELECT least(a, b), greatest(a, b) FROM (SELECT date '2023-11-10' + abs(hashint4($1 * 7)) % 185 AS a,
		date '2023-11-10' + abs(hashint4($1 * 11 + 5)) % 185 AS b) x")"
	from=${1%|*} to=${1#*|}
}
set_cohort() { # NUMBER: $options and $condition
	case $(($1 % 8)) in
	0) options='' condition=true ;;
	1) options='--member=yes' condition='member_no IS NOT NULL' ;;
	2) options='--member=no --area=堺市' condition="member_no IS NULL AND area = '堺市'" ;;
	3) options='--industry=製造業' condition="industry = '製造業'" ;;
	4) options='--size=unknown' condition='employees IS NULL OR employees = 0' ;;
	5) options='--size=6-20' condition='employees BETWEEN 6 AND 20' ;;
	6) options='--tag=two stars' condition="'two stars' = ANY (tags)" ;;
	7) options='--company=4' condition='company_id = 4' ;;
	esac
}
compare() { # WHEN
	when=$1 differ='' n=0 seen=0
	while [ "$n" -lt "$rounds" ]; do
		n=$((n + 1)) stage=$((stage + 1))
		random_days "$stage"
		set_cohort "$stage"
		companies=$(of_cohort "$condition")
		old_ifs=$IFS
		IFS='
'
		# shellcheck disable=SC2046 # one option a line
		set -- $(echo "$options" | sed 's/ --/\n--/g' | sed 's/=/\n/')
		IFS=$old_ifs
		same_moment detections --from "$from" --to "$to" "$@" -- "SELECT * FROM naive_table('$from', '$to', '$companies')"
		table_lines "$STATE/got.json" >"$STATE/got"
		cmp -s "$STATE/wanted" "$STATE/got" || differ="$differ detections:$from..$to:$options"
		seen=$((seen + $(jq '[.rows[].detections] | add' "$STATE/got.json")))
		first=${from%-*} last=${to%-*}
		month_end=$(sql "SELECT (date '$last-01' + interval '1 month')::date - 1")
		same_moment incidents --from "$first" --to "$last" "$@" -- "SELECT * FROM naive_months('$first-01', '$month_end', '$companies')"
		jq -r '.rows[] | "\(.month) \(.company_id) \(.incidents) \(.detections) \(.monitored_days) \(.inbound) \(.outbound) \(.outbound_web) \(.elsewhere) \(.inbound_stopped) \(.outbound_stopped) \(.viruses) \(.viruses_removed)"' \
			"$STATE/got.json" >"$STATE/got"
		cmp -s "$STATE/wanted" "$STATE/got" || differ="$differ months:$first..$last:$options"
		months=$(sql "SELECT count(*) FROM generate_series(date '$first-01', date '$last-01', interval '1 month')")
		same_moment trend --to "$last" --months "$months" "$@" -- "SELECT * FROM naive_trend('$first-01', '$month_end', '$companies')"
		jq -r '.rows[] | "\(.month) \(.monitored_companies) \(.monitored_days) \(.inbound_companies) \(.inbound) \(.inbound_days) \(.outbound_companies) \(.outbound) \(.outbound_days) \(.incidents)"' \
			"$STATE/got.json" >"$STATE/got"
		cmp -s "$STATE/wanted" "$STATE/got" || differ="$differ trend:$first..$last:$options"
	done
	check_equal "random periods and cohorts, $when: as told by day" '' "$differ"
	check_equal "... and there was something to count" yes "$([ "$seen" -gt 0 ] && echo yes)"
}
stage=0
compare 'while all alerts wait'
# Killed when some of it is done.
some_done() {
	[ "$(sql 'SELECT count(*) FROM company_day')" -gt 0 ]
}
sql 'CREATE TABLE kept_work AS SELECT * FROM work; DELETE FROM work WHERE work_id % 3 > 0' # the rest comes later
start_correlator
wait_until 30 some_done || bad 'the correlator does nothing'
kill -9 "$correlator"
wait "$correlator" 2>/dev/null || true
sql 'INSERT INTO work SELECT * FROM kept_work WHERE work_id % 3 > 0'
check_equal 'some are counted, some wait' t "$(sql 'SELECT (SELECT count(*) FROM work) > 0 AND (SELECT count(*) FROM company_day) > 0')"
check_equal 'months are the sums of days all the same' '' "$(sql 'SELECT * FROM month_difference LIMIT 3')"
compare 'killed on the way'
start_correlator
compare 'while it works'
wait_until 60 nothing_waits || bad 'the correlator does not come to an end'
compare 'when all are counted'
check_equal 'counts of days equal a scan' '' "$(sql 'SELECT * FROM day_difference LIMIT 3')"
check_equal 'counts of months equal those of days' '' "$(sql 'SELECT * FROM month_difference LIMIT 3')"
# Late: of months that have long been counted.
late=$(sql "SELECT last_value + 1 FROM test_id")
table_of_february() {
	ctl metrics detections --from 2024-02-01 --to 2024-02-29 --json >"$STATE/out.json"
	table_lines "$STATE/out.json"
}
table_of_february >"$STATE/before"
kill "$correlator"
wait "$correlator" 2>/dev/null || true
sql "CALL some_alerts(200); SELECT test_work($late, 10)" >"$STATE/sql.out"
sql "SELECT * FROM naive_table('2024-02-01', '2024-02-29', ARRAY(SELECT company_id FROM company))" >"$STATE/wanted"
check_equal 'late alerts count as soon as they are there' "$(cat "$STATE/wanted")" "$(table_of_february)"
check_equal '... which is something else than before' different "$(cmp -s "$STATE/before" "$STATE/wanted" && echo the same || echo different)"
start_correlator
wait_until 60 nothing_waits || bad 'the correlator does not come to an end'
check_equal '... and when they are counted' "$(cat "$STATE/wanted")" "$(table_of_february)"

# ---- parts add up
parts() { # OPTIONS...: detections of all rows
	ctl metrics detections --from 2023-11-01 --to 2024-04-30 "$@" --json | jq -c '[.rows[].detections]'
}
sum() { # adds arrays
	jq -sc 'transpose | map(add)'
}
whole=$(parts)
check_equal 'members and others are all' "$whole" "$({ parts --member yes; parts --member no; } | sum)"
check_equal 'sizes and unknown are all' "$whole" \
	"$(for size in 1-5 6-20 21-50 51-100 101-300 301- unknown; do parts --size "$size"; done | sum)"
check_equal 'areas are all' "$whole" "$({ parts --area 大阪市; parts --area 堺市; } | sum)"
check_equal 'companies are all' "$whole" "$(for id in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do parts --company "$id"; done | sum)"
check_equal 'months are all' "$whole" "$(for month in 2023-11 2023-12 2024-01 2024-02 2024-03 2024-04; do
	ctl metrics detections --from "$month-01" --to "$(sql "SELECT (date '$month-01' + interval '1 month')::date - 1")" --json |
		jq -c '[.rows[].detections]'
done | sum)"
check_equal 'totals are the sums of their rows' true "$(echo "$whole" | jq '(.[1:6] | add) == .[0] and (.[7:12] | add) == .[6] and .[0] > 0')"
check_equal 'nobody has such a tag' '0 0' "$(ctl metrics detections --from 2023-11-20 --to 2024-04-30 --tag nobody --json | jq -r '"\(.monitored_companies) \([.rows[].detections] | add)"')"

# ---- incidents over companies, by hand
sql "DELETE FROM incident; INSERT INTO company (company_id, operator_id, name, area) SELECT 100 + n, 1, 'I' || n, 'spread' FROM generate_series(1, 8) n;
	INSERT INTO monitoring_span (company_id, from_day) SELECT 100 + n, '2024-05-31' FROM generate_series(1, 7) n;
	INSERT INTO incident (company_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason, alert_count,
		detection_count, blocked_count, state, disposition)
	SELECT 100 + c, n, '2024-05-31 14:59:59.999999Z', now(), 'inbound', 'none', 3, 't', 'k', 'r', 'r', 1, 1, 0,
		CASE WHEN n > 11 THEN 'closed' ELSE 'open' END,
		(ARRAY['true_positive', 'benign_positive', 'false_positive', 'undetermined', NULL])[CASE WHEN c = 7 THEN least(n, 5) ELSE 5 END]
	FROM unnest('{0,0,1,2,4,7,12,3}'::integer[]) WITH ORDINALITY v (count, c), generate_series(1, count) n;
	UPDATE incident SET state = 'merged', merged_into = 1 WHERE company_id = 107 AND no = 12;
	INSERT INTO incident (company_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason, alert_count,
		detection_count, blocked_count) SELECT 103, 90, '2024-05-31 15:00:00Z', now(), 'inbound', 'none', 3, 't', 'k', 'r', 'r', 1, 1, 0"
# 0 0 1 2 4 7 11: the median is the fourth; the place of p90 is 6 x 0.9 = 5.4, so 7 + 0.4 x 4.
check_equal 'incidents of monitored companies' '7 5 28 3 2 8.6 11 [2,1,1,1,1,1] 4 1 1 1 1 24' \
	"$(ctl metrics spread --from 2024-05-01 --to 2024-05-31 --area spread --json | jq -r '"\(.monitored_companies) \(.companies_with_incidents) \(.incidents) \(.unmonitored_incidents) \(.median) \(.p90) \(.most) \([.classes[].companies]) \(.judged) \(.true_positives) \(.benign_positives) \(.false_positives) \(.undetermined) \(.not_judged)"')"
check_equal 'nobody was monitored' '0 0 0 null' "$(ctl metrics spread --from 2024-05-01 --to 2024-05-30 --area spread --json | jq -r '"\(.monitored_companies) \(.median) \(.incidents) \(.judged_share)"')"

# ---- coverage, from a ledger made by hand: February 2024 (29 days)
sql "INSERT INTO company (company_id, operator_id, name, area) SELECT 200 + n, 1, 'W' || n, 'watched' FROM generate_series(1, 4) n;
	INSERT INTO monitoring_span (company_id, from_day, to_day) VALUES (201, '2024-01-15', '2024-03-10'), (202, '2023-01-01', NULL),
		(203, '2024-02-01', '2024-02-29'), (204, '2024-02-10', '2024-02-12');
	INSERT INTO sensor (company_id, sensor_id, name, created_at, revoked_at) VALUES
		(201, 2011, 'late', '2024-02-01 15:20+09', NULL),
		(202, 2021, 'a', '2023-01-01Z', NULL), (202, 2022, 'b', '2024-02-10 00:00+09', '2024-02-20 10:30+09'),
		(204, 2041, 'gone', '2024-02-01Z', '2024-02-11 23:59+09');
	INSERT INTO sensor_day (company_id, sensor_id, day, hours_seen, expected, received, dropped, heartbeats) VALUES
		(201, 2011, '2024-02-01', x'ff8000'::integer, 10, 10, 0, 0),     -- 15 to 23: all that were due
		(201, 2011, '2024-02-02', x'000fff'::integer, 100, 80, 15, 0),   -- 0 to 11; 5 are missing
		(201, 2011, '2024-02-03', NULL, 0, 0, 0, 3),                     -- from before hours were kept: throughout
		(201, 2011, '2024-02-04', NULL, 7, 0, 7, 0),                     -- nothing came
		(201, 2011, '2024-02-05', 0, 0, 5, 0, 0),                        -- more than was due does not make up for others
		(201, 2011, '2024-03-11', x'ffffff'::integer, 99, 99, 0, 0);     -- behind the span
	INSERT INTO sensor_day (company_id, sensor_id, day, hours_seen) SELECT 202, 2021, d, x'000fff'::integer
		FROM generate_series(date '2024-02-01', '2024-02-29', '1 day') d;
	INSERT INTO sensor_day (company_id, sensor_id, day, hours_seen) SELECT 202, 2022, d, x'03ffc0'::integer
		FROM generate_series(date '2024-02-10', '2024-02-19', '1 day') d;
	INSERT INTO sensor_day (company_id, sensor_id, day, hours_seen) VALUES (204, 2041, '2024-02-10', x'ffffff'::integer),
		(204, 2041, '2024-02-11', x'7fffff'::integer), (204, 2041, '2024-02-12', x'ffffff'::integer)"
covered() { # OPTIONS
	ctl metrics coverage --from 2024-02-01 --to 2024-02-29 --area watched --json "$@"
}
covered >"$STATE/out.json"
check_equal 'made within a day: hours from then on' '29 681 45 636 26 117 95 22 5' \
	"$(jq -r '.rows[] | select(.company_id == 201) | "\(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_hours) \(.silent_days) \(.expected) \(.received) \(.dropped) \(.missing)"' "$STATE/out.json")"
# a: 29 x 24 due, 12 a day; b: ten days and 11 hours due, 12 on ten days, of which 6 are a's too.
check_equal 'two sensors: hours of each are due, silent ones once' '2 29 947 468 288 0' \
	"$(jq -r '.rows[] | select(.company_id == 202) | "\(.sensors) \(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_hours) \(.silent_days)"' "$STATE/out.json")"
check_equal 'no sensor at all' '0 29 696 0 696 29' \
	"$(jq -r '.rows[] | select(.company_id == 203) | "\(.sensors) \(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_hours) \(.silent_days)"' "$STATE/out.json")"
# Revoked in hour 23 of the 11th; on the 12th there is none.
check_equal 'revoked: days without one are due as a whole' '1 3 72 47 25 1' \
	"$(jq -r '.rows[] | select(.company_id == 204) | "\(.sensors) \(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_hours) \(.silent_days)"' "$STATE/out.json")"
check_equal 'all together' '4 4 3 90 2396 560 1645 56 117 95 22 5' \
	"$(jq -r '.total | "\(.companies) \(.sensors) \(.silent_companies) \(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_hours) \(.silent_days) \(.expected) \(.received) \(.dropped) \(.missing)"' "$STATE/out.json")"
check_equal 'by sensor' '2011 29 681 45 26
2021 29 696 348 0
2022 11 251 120 1
2041 2 48 47 0' "$(covered --sensors | jq -r '.rows[] | "\(.sensor_id) \(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_days)"')"
check_equal 'the trend has the same hours' '2396 560' \
	"$(ctl metrics trend --to 2024-02 --months 1 --area watched --json | jq -r '.rows[0] | "\(.due_hours) \(.seen_hours)"')"
check_equal '... as it is shown: half up, as in reports' 1 \
	"$(ctl metrics trend --to 2024-02 --months 1 --area watched | grep -c '^2024-02 .* 23\.4%')"
check_equal '... of each month' '2023-12 744 0, 2024-01 1152 0, 2024-02 2396 560, 2024-03 984 0' \
	"$(ctl metrics trend --to 2024-03 --months 4 --area watched --json | jq -r '[.rows[] | "\(.month) \(.due_hours) \(.seen_hours)"] | join(", ")')"
check_equal 'days without a sensor before the first' '17 408 0 408' \
	"$(ctl metrics coverage --from 2024-01-01 --to 2024-01-31 --company 201 --json | jq -r '.rows[] | "\(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_hours)"')"
# The running hour is due once it was heard in; what is to come is not. All within one hour of the clock.
today=$(sql "SELECT local_day(now())")
running() {
	sql "DELETE FROM sensor WHERE company_id = 203; DELETE FROM monitoring_span WHERE company_id = 203;
		INSERT INTO monitoring_span (company_id, from_day) SELECT 203, local_day(now());
		INSERT INTO sensor (company_id, sensor_id, name, created_at) VALUES (203, 2031, 'new', now())"
	ctl metrics coverage --from "$today" --to 2099-12-31 --company 203 --json | jq -r '.rows[] | "\(.monitored_days) \(.due_hours) \(.seen_hours)"'
	sql "INSERT INTO sensor_day (company_id, sensor_id, day, hours_seen) SELECT 203, 2031, local_day(now()), 1 << extract(hour FROM now() AT TIME ZONE 'Asia/Tokyo')::integer"
	ctl metrics coverage --from "$today" --to 2099-12-31 --company 203 --json | jq -r '.rows[] | "\(.monitored_days) \(.due_hours) \(.seen_hours) \(.silent_days)"'
}
hour() {
	date +%Y-%m-%dT%H
}
while :; do
	began=$(hour)
	got=$(running)
	[ "$began" = "$(hour)" ] && break
	today=$(sql "SELECT local_day(now())")
done
check_equal 'the running hour is due once something was heard in it' '1 0 0
1 1 1 0' "$got"

# A clock that is put forward skips an hour: what is heard right behind it counts for both (2 at 1:00 UTC in Berlin, 0 at
# midnight in Havana); one that is put back shows one twice.
check_equal 'hours of the days on which the clocks change' '000000000000000000000010 000000000000000000001100 000000000000000000010000 000000000000000000000011
000000000000000000000100 000000000000000000000100 100000000000000000000000' "$(sql "SELECT string_agg(hour_bits(at, zone)::bit(24)::text, ' ' ORDER BY n)
	FROM (VALUES (1, 1, '2026-03-29 00:59:59Z'::timestamptz, 'Europe/Berlin'), (1, 2, '2026-03-29 01:00:00Z', 'Europe/Berlin'), (1, 3, '2026-03-29 02:30:00Z', 'Europe/Berlin'),
		(1, 4, '2026-03-08 05:10:00Z', 'America/Havana'), (2, 5, '2026-10-25 00:30:00Z', 'Europe/Berlin'), (2, 6, '2026-10-25 01:30:00Z', 'Europe/Berlin'),
		(2, 7, '2026-07-01 14:30:00Z', 'Asia/Tokyo')) v (line, n, at, zone) GROUP BY line ORDER BY line")"

# ---- peers, by hand
sql "INSERT INTO company (company_id, operator_id, name, industry, employees) SELECT 300 + n, 1, 'P' || n,
		CASE WHEN n <= 5 THEN 'five' WHEN n <= 9 THEN 'four' WHEN n <= 14 THEN 'one has most' ELSE 'calm' END, CASE WHEN n <= 14 THEN 10 END
		FROM generate_series(1, 20) n;
	INSERT INTO monitoring_span (company_id, from_day, to_day) SELECT company_id, '2010-06-30', '2010-07-01' FROM company WHERE company_id > 300;
	INSERT INTO company_month (company_id, month, inbound_ips, outbound_web, viruses) VALUES
		(301, '2010-06-01', 1, 0, 0), (302, '2010-06-01', 4, 20, 1), (303, '2010-06-01', 2, 1, 0), (304, '2010-06-01', 0, 0, 0),
		(306, '2010-06-01', 3, 3, 3), (310, '2010-06-01', 51, 0, 0), (311, '2010-06-01', 40, 0, 0), (316, '2010-06-01', 1, 0, 0),
		(317, '2010-06-01', 2, 0, 0), (318, '2010-06-01', 3, 1, 0), (319, '2010-06-01', 3, 1, 0), (320, '2010-06-01', 4, 1, 0),
		(301, '2010-05-01', 500, 0, 0)"
# Of "calm": inbound 0 1 2 3 3 4 has its middle at 2.5, outbound 0 0 0 1 1 1 at 0.5.
check_equal 'cells of peers' 'all  20 false 11 6 2 1 0
industry calm 6 false 5 3 0 3 1
industry five 5 true null null null null null
industry four 4 true null null null null null
industry one has most 5 true null null null null null
size 6-20 14 false 6 3 2 0 0' \
	"$(ctl metrics peers --month 2010-06 --json | jq -r '.rows[] | "\(.dimension) \(.value) \(.companies) \(.hidden) \(.with_inbound) \(.with_outbound) \(.with_viruses) \(.median_inbound) \(.median_outbound)"')"
# Nine companies: six of one trade, three of another. What all have less what the six have is what the three have.
sql "INSERT INTO company (company_id, operator_id, name, industry, employees) SELECT 330 + n, 1, 'D' || n,
		CASE WHEN n <= 6 THEN 'six' ELSE 'three' END, CASE WHEN n <= 8 THEN 3 + n ELSE 0 END FROM generate_series(1, 9) n;
	INSERT INTO monitoring_span (company_id, from_day, to_day) SELECT 330 + n, '2009-06-30', '2009-07-01' FROM generate_series(1, 9) n"
check_equal 'no cell of peers is the difference of two that are shown' 'all  9 false
industry six 6 true
industry three 3 true
size 1-5 2 true
size 6-20 6 true' "$(ctl metrics peers --month 2009-06 --json | jq -r '.rows[] | "\(.dimension) \(.value) \(.companies) \(.hidden)"')"
sql "UPDATE company SET industry = 'six' WHERE company_id = 337; UPDATE company SET industry = NULL WHERE company_id IN (338, 339);
	INSERT INTO company (company_id, operator_id, name) SELECT 340 + n, 1, 'D' || n FROM generate_series(1, 3) n;
	INSERT INTO monitoring_span (company_id, from_day, to_day) SELECT 340 + n, '2009-06-30', '2009-07-01' FROM generate_series(1, 3) n"
check_equal '... and where enough are left, they are shown' 'all 12 false
industry 7 false
size 2 true
size 6 false' "$(ctl metrics peers --month 2009-06 --json | jq -r '.rows[] | "\(.dimension) \(.companies) \(.hidden)"')"

# ---- tables to be saved
ctl metrics incidents --from 2023-11 --to 2024-04 --csv >"$STATE/out.csv"
check_equal 'CSV: byte order mark, line ends' 'efbbbf 0d0a' "$(head -c 3 "$STATE/out.csv" | xxd -p) $(tail -c 2 "$STATE/out.csv" | xxd -p)"
check_equal 'CSV: a name is no formula' yes "$(grep -qF "\"'=1+1,\"\"x\"\"\"" "$STATE/out.csv" && echo yes)"
check_equal 'CSV: as many lines as rows, and as many columns as names' \
	"$(ctl metrics incidents --from 2023-11 --to 2024-04 --json | jq '.rows | length + 1') 24" \
	"$(wc -l <"$STATE/out.csv" | tr -d ' ') $(head -n 1 "$STATE/out.csv" | tr , '\n' | wc -l)"
for what in 'detections --from 2024-01-01 --to 2024-02-29' 'spread --from 2024-01-01 --to 2024-02-29' 'trend --to 2024-02' \
	'coverage --from 2024-02-01 --to 2024-02-29 --area watched' 'coverage --sensors --from 2024-02-01 --to 2024-02-29 --area watched' \
	'response --from 2024-01-01 --to 2024-02-29' 'peers --month 2024-02'; do
	# shellcheck disable=SC2086 # words
	ctl metrics $what --csv >"$STATE/out.csv"
	check_equal "CSV of $what: each line has the columns of the first" 1 "$(awk -F, '{ print NF }' "$STATE/out.csv" | sort -u | wc -l)"
	# shellcheck disable=SC2086
	if ctl metrics $what >"$STATE/out.txt"; then good "$what for people"; else bad "$what for people"; fi
done
check_fails 'a cohort that cannot be' 2 'size is one of' ctl metrics detections --from 2024-01-01 --to 2024-02-29 --size 1-6
check_fails 'members or not' 2 'member is yes or no' ctl metrics detections --from 2024-01-01 --to 2024-02-29 --member maybe
check_fails 'both forms' 2 'either --json or --csv' ctl metrics detections --from 2024-01-01 --to 2024-02-29 --json --csv
check_fails 'no months' 2 '--months' ctl metrics trend --to 2024-02 --months 0
finish
