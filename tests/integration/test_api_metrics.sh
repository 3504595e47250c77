#!/bin/sh
# Figures over the api, against a real PostgreSQL and curl: shapes against docs/openapi.yaml, the same documents as hinomictl's,
# cohorts, pages, tables to be saved, what is refused. (What the figures are: test_metrics.sh; who sees what: test_isolation.sh.)
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

api_prepare api_data.sql || exit 1
# Seven more companies, two sensors each; detections of three months, one of them before its company was monitored.
sql "INSERT INTO company (company_id, operator_id, name, member_no, industry, employees, area)
	SELECT n, 1, CASE n WHEN 4 THEN '@SUM(1)' ELSE 'Company ' || n END, 'M' || n, 'bakery', 10, 'north' FROM generate_series(3, 9) n;
	INSERT INTO monitoring_span (company_id, from_day) SELECT n, '2026-02-01' FROM generate_series(3, 9) n;
	INSERT INTO site (company_id, site_id, name) VALUES (3, 1, 'main office');
	INSERT INTO sensor (company_id, sensor_id, site_id, name, created_at) SELECT n, n * 10 + k, CASE WHEN n = 3 THEN 1 END, 's' || k, '2026-01-01Z'
		FROM generate_series(3, 9) n, generate_series(1, 2) k;
	INSERT INTO sensor_day (company_id, sensor_id, day, hours_seen, expected, received) SELECT company_id, sensor_id, d, x'ffffff'::integer, 10, 9
		FROM sensor, generate_series(date '2026-02-01', '2026-02-28', '1 day') d WHERE company_id > 2;
	INSERT INTO company_day SELECT n, d, 'inbound', 'ips', 4, 'blocked', n FROM generate_series(3, 9) n, unnest('{2026-01-31,2026-02-10,2026-03-01}'::date[]) d;
	INSERT INTO company_month (company_id, month, inbound_ips, inbound_stopped)
		SELECT company_id, date_trunc('month', day::timestamp)::date, sum(detections), sum(detections) FROM company_day GROUP BY 1, 2;
	INSERT INTO incident (company_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason, alert_count, detection_count,
		blocked_count, state, disposition) SELECT 3, n, '2026-02-10Z', '2026-02-10Z', 'inbound', 'none', 3, 't', 'k', 'r', 'r', 1, 1, 0, 'closed', 'benign_positive'
		FROM generate_series(1, 3) n;
	INSERT INTO incident_clock (company_id, incident_id, event_at, raised_at, acknowledged_at) SELECT company_id, incident_id, '2026-02-10 00:00Z', '2026-02-10 00:01Z',
		'2026-02-10 00:06Z' FROM incident WHERE company_id = 3" >"$STATE/sql.out"
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
sign_in tanaka@example.jp && tanaka=$cookie
sign_in yamada@example.jp && yamada=$cookie
cookie=$tanaka
days='from=2026-02-01&to=2026-02-28' all='from=2026-01-01&to=2026-03-31'

# ---- shapes, and the same documents as hinomictl's
ctl() {
	PGUSER=hinomi "$BUILD/hinomictl" --config="$STATE/hinomi.yaml" metrics "$@" --json
}
same() { # TEXT PATH COMMAND...: the reply is the command's document; `next` is the api's alone
	same_text=$1 same_path=$2
	shift 2
	get "$same_path"
	check_equal "$same_text: the document of hinomictl metrics $1" "200 $(ctl "$@" | jq -cS .)" "$status $(jq -cS 'del(.next)' "$STATE/body")"
}
same detections "/v1/metrics/detections?$days&area=north" detections --from 2026-02-01 --to 2026-02-28 --area north
check_equal 'the table' "$(required DetectionTable)12 7 196 7 42" \
	"$(members .)$(reply '"\(.rows | length) \(.monitored_companies) \(.monitored_days) \(.rows[1].companies) \(.rows[1].detections)"')"
same months '/v1/metrics/company-months?from=2026-01&to=2026-03&size=6-20' incidents --from 2026-01 --to 2026-03 --size 6-20
check_equal 'a company and month' "$(required CompanyMonth)21" "$(members '.rows[0]')$(reply '.rows | length')"
same trend '/v1/metrics/trend?to=2026-03&months=3&industry=bakery' trend --to 2026-03 --months 3 --industry bakery
check_equal 'a month of the trend' "$(required TrendMonth)2026-01 0 42 0 null, 2026-02 7 42 9408 1, 2026-03 7 42 10416 0" \
	"$(members '.rows[0]')$(reply '[.rows[] | "\(.month) \(.monitored_companies) \(.inbound) \(.due_hours) \(.coverage)"] | join(", ")')"
get '/v1/metrics/trend?to=2026-03'
check_equal 'thirteen months when nothing is said' '13 2025-03 2026-03' "$(reply '"\(.rows | length) \(.from) \(.to)"')"
same incidents "/v1/metrics/incidents?$days&member=yes" spread --from 2026-02-01 --to 2026-02-28 --member yes
check_equal 'incidents over companies' "$(required IncidentFigures)8 1 3 3 1 [7,0,0,1,0,0]" \
	"$(members .)$(reply '"\(.monitored_companies) \(.companies_with_incidents) \(.incidents) \(.most) \(.judged_share) \([.classes[].companies])"')"
same response "/v1/metrics/response?$days&tag=none" response --from 2026-02-01 --to 2026-02-28 --tag none
get "/v1/metrics/response?$days&area=north"
check_equal 'response of a cohort' '3 60 300' "$(reply '.rows[0] | "\(.incidents) \(.mttd.median_s) \(.mtta.p90_s)"')"
same peers '/v1/metrics/peers?month=2026-02' peers --month 2026-02
check_equal 'cells of peers' 'all  9 false 7 5, industry bakery 7 true null null, industry 製造業 1 true null null, size 6-20 7 true null null, size 21-50 1 true null null' \
	"$(reply '[.rows[] | "\(.dimension) \(.value) \(.companies) \(.hidden) \(.with_inbound) \(.median_inbound)"] | join(", ")')"
same coverage "/v1/metrics/coverage?$days&area=north" coverage --from 2026-02-01 --to 2026-02-28 --area north
check_equal 'coverage by company' "$(required CoverageTotal)$(required CompanyCoverage)7 1 14 9408 0 3920 3528 392" \
	"$(members .total)$(members '.rows[0]')$(reply '"\(.rows | length) \(.total.coverage) \(.total.sensors) \(.total.due_hours) \(.total.silent_hours) \(.total.expected) \(.total.received) \(.total.missing)"')"
get "/v1/metrics/coverage?$days&area=north&by=sensor"
check_equal 'coverage by sensor' "$(required SensorCoverage)14 main office null 28 672 672" \
	"$(members '.rows[0]')$(reply '.rows | "\(length) \(.[0].site) \(.[2].site) \(.[0].monitored_days) \(.[0].due_hours) \(.[0].seen_hours)"')"
get /v1/metrics/cohorts
check_equal 'what can be chosen' 'member=yes:8 member=no:1 industry=bakery:7 industry=製造業:1 size=6-20:7 size=21-50:1 size=unknown:1 area=north:7 area=大阪市東成区:1 tag=SECURITY ACTION 二つ星:1' \
	"$(reply '[.cohorts[] | "\(.dimension)=\(.value):\(.companies)"] | join(" ")')"
get "/v1/metrics/detections?$all&company=5"
check_equal 'a company, with what lies outside its spans' '15 10 5' "$(reply '"\(.rows[0].detections) \(.rows[0].detections - .outside_spans) \(.outside_spans)"')"

# ---- pages
got='' next="/v1/metrics/coverage?$days&by=sensor&limit=4&area=north" pages=0
while [ "$next" != null ] && [ "$pages" -lt 9 ]; do
	get "$next"
	got="$got $(reply '[.rows[].sensor_id | tostring] | join(" ")')" pages=$((pages + 1))
	next=$(reply 'if .next then "/v1/metrics/coverage?'"$days"'&by=sensor&limit=4&area=north&cursor=" + .next else null end')
done
check_equal 'sensors in four pages, each once' '4  31 32 41 42 51 52 61 62 71 72 81 82 91 92' "$pages $got"
got='' next="/v1/metrics/coverage?$days&limit=3&area=north" pages=0
while [ "$next" != null ] && [ "$pages" -lt 9 ]; do
	get "$next"
	got="$got $(reply '[.rows[].company_id | tostring] | join(" ")')" pages=$((pages + 1))
	next=$(reply 'if .next then "/v1/metrics/coverage?'"$days"'&limit=3&area=north&cursor=" + .next else null end')
done
check_equal 'companies in three pages' '3  3 4 5 6 7 8 9' "$pages $got"

# ---- tables to be saved
for what in "detections?$days" 'company-months?from=2026-01&to=2026-03' 'trend?to=2026-03&months=2' "incidents?$days" "coverage?$days&limit=1" \
	"coverage?$days&by=sensor" 'peers?month=2026-02' cohorts "response?$days"; do
	mark='?'
	case $what in *'?'*) mark='&' ;; esac
	get "/v1/metrics/$what${mark}format=csv"
	check_equal "CSV of $what" "200 text/csv; charset=utf-8; header=present no-store efbbbf" \
		"$status $(header Content-Type) $(header Cache-Control) $(head -c 3 "$STATE/body" | xxd -p)"
	check_equal "CSV of $what: a name to save it under" yes "$(header Content-Disposition | grep -qE '^attachment; filename="[a-z0-9_-]+\.csv"$' && echo yes)"
	check_equal "CSV of $what: as many columns in each line" 1 "$(awk -F, '{ print NF }' "$STATE/body" | sort -u | wc -l)"
	check_equal "CSV of $what: something in it" yes "$([ "$(wc -l <"$STATE/body")" -ge 2 ] && echo yes)"
done
get "/v1/metrics/coverage?$days&limit=1&format=csv"
check_equal 'all companies, whatever the limit; a name that is no formula' "10 '@SUM(1)" "$(wc -l <"$STATE/body" | tr -d ' ') $(grep -o "'@SUM(1)" "$STATE/body")"

# ---- what is refused
refused() { # TEXT WANTED PATH
	get "/v1/metrics/$3"
	check_equal "$1" "$2" "$(refusal)"
}
refused 'no such class of size' '400 invalid size' "detections?$days&size=1-6"
refused 'members or not' '400 invalid member' "trend?to=2026-03&member=maybe"
refused 'an empty industry' '400 invalid industry' "incidents?$days&industry="
refused 'a format' '400 invalid format' "coverage?$days&format=xlsx"
refused 'what rows are of' '400 invalid by' "coverage?$days&by=site"
refused 'no months' '400 invalid months' 'trend?to=2026-03&months=0'
refused 'too many months' '400 invalid months' 'trend?to=2026-03&months=121'
refused 'a month that is none' '400 invalid to' 'trend?to=2026-13'
refused 'no month at all' '400 invalid month' peers
refused 'a period that ends before it begins' '400 invalid to' 'coverage?from=2026-02-02&to=2026-02-01'
refused 'a parameter that is not there' '400 invalid colour' "detections?$days&colour=red"
refused "another list's cursor" '400 invalid cursor' "coverage?$days&cursor=abc"
refused 'a company that is not there' '404 not_found ' "detections?$days&company=77"

# ---- a member
cookie=$yamada
get "/v1/metrics/detections?$days"
check_equal 'a member sees its own' '200 1' "$status $(reply .monitored_companies)"
get "/v1/metrics/detections?$days&industry=bakery"
check_equal '... and nothing of others' '200 0 0' "$status $(reply '"\(.monitored_companies) \(.rows[0].detections)"')"
get '/v1/metrics/peers?month=2026-02'
check_equal '... but the cells that it is in' '200 all  9 false, industry 製造業 1 true, size 21-50 1 true' \
	"$status $(reply '[.rows[] | "\(.dimension) \(.value) \(.companies) \(.hidden)"] | join(", ")')"
get /v1/metrics/cohorts
check_equal '... and what it is itself' '200 yes 製造業 21-50 大阪市東成区 SECURITY ACTION 二つ星' "$status $(reply '[.cohorts[].value] | join(" ")')"
get "/v1/metrics/coverage?$days&by=sensor"
check_equal '... and none of the sensors of others' '200 0' "$status $(reply '[.rows[] | select(.company_id != 1)] | length')"
check_equal 'nothing unexpected in the log' '' "$(grep -E ' (ERROR|error) ' "$STATE/api.log" | head -n 3)"
finish
