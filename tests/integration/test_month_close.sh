#!/bin/sh
# Months are frozen as they were: facts of reports against a scan of all alerts and figures by hand, closing (once, at
# once, killed, again), late alerts, business days of real years, who may change what is frozen, the billing list.
# months.sql says who is who; everything goes through month_tool, as the reporter's database user.
set -u
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

database_start || exit 1
for file in "$top"/schema/[0-9][0-9][0-9][0-9]_*.sql "$top/tests/integration/months.sql"; do
	psql -X -q -o "$STATE/sql.out" -1 -v ON_ERROR_STOP=1 -d "$conninfo" -f "$file" || exit 1
done
sed -nE 's/^ *- \{day: ([0-9-]{10}), ja: ([^,]*),.*/\1\t\2\tx/p' "$top/config/holidays-japan.yaml" >"$STATE/holidays"
psql -X -q -d "$conninfo" -c "\\copy holiday FROM '$STATE/holidays'" || exit 1

tool() {
	"$BUILD/tests/integration/month_tool" "$conninfo" hinomi_reporter "$@"
}
as() { # USER SQL
	psql -d "$conninfo user=$1" -X -q -At -v ON_ERROR_STOP=1 -c "$2"
}
month=$(sql "SELECT to_char(month_of(1), 'YYYY-MM')")
current=$(sql "SELECT to_char(month_of(0), 'YYYY-MM')")
earlier=$(sql "SELECT to_char(month_of(2), 'YYYY-MM')")

tool member "$month" 0 >"$STATE/members" || exit 1
member() { # COMPANY JQ
	jq -r "select(.company_id == $1) | $2" "$STATE/members"
}

# ------------------------------------------------------------------------------------------------ facts
check_equal 'who gets a report: monitored in the month, or with detections in it' '1 2 3 4 5 7 8' \
	"$(jq -r .company_id "$STATE/members" | tr '\n' ' ' | sed 's/ $//')"
scan="FROM alert WHERE ts >= at_month(1, 1, '00:00') AND ts < at_month(0, 1, '00:00')"
check_equal 'counts are those of a scan of all alerts, of each company' \
	"$(sql "SELECT company_id, sum(repeat_count) FILTER (WHERE direction = 'inbound'), coalesce(sum(repeat_count) FILTER
		(WHERE direction = 'inbound' AND action <> 'allowed'), 0), coalesce(sum(repeat_count) FILTER (WHERE direction = 'outbound'), 0),
		coalesce(sum(repeat_count) FILTER (WHERE direction = 'outbound' AND action <> 'allowed'), 0),
		coalesce(sum(repeat_count) FILTER (WHERE engine = 'antivirus'), 0) $scan GROUP BY 1 ORDER BY 1")" \
	"$(jq -r 'select(.months[12] | .inbound + .outbound > 0) | "\(.company_id)|\(.months[12] | "\(.inbound)|\(.inbound_stopped)|\(.outbound)|\(.outbound_stopped)|\(.viruses)")"' "$STATE/members")"
check_equal 'parts add up: engines to the total, kinds, annex and its rest to all' true \
	"$(jq -s 'all(.[]; ([.engines[] | select(.engine != "total").detections] | add) == ([.engines[] | select(.engine == "total").detections] | add)
		and ([.engines[] | select(.engine == "total").detections] | add) + .elsewhere
			== ([.annex[].detections] | add // 0) + .annex_more_detections
		and ([.inbound_kinds[].detections] | add // 0) <= .months[12].inbound
		and ([.virus_routes[].detections] | add // 0) == .months[12].viruses
		and .months[12].month == .month and (.months | length) == 13)' "$STATE/members")"
check_equal 'the month of one with everything' "rainy 43/42 7/1 4/3 1 2|192.168.1.23:6:0 192.168.1.40:1:1|mail:2:2 other:1:1 web:1:0" \
	"$(member 1 '"\(.grade) \(.months[12] | "\(.inbound)/\(.inbound_stopped) \(.outbound)/\(.outbound_stopped) \(.viruses)/\(.viruses_removed)") \(.elsewhere) \(.months[12].incidents)|\([.devices[] | "\(.address):\(.detections):\(.stopped)"] | join(" "))|\([.virus_routes[] | "\(.route):\(.detections):\(.removed)"] | join(" "))"')"
check_equal 'cases: contained as the month ended is open at its end; carried ones; no merged, mild or settled ones' \
	'1:2:false:true:1 2:3:true:true:0' \
	"$(member 1 '[.cases[] | "\(.no):\(.severity):\(.carried):\(.open):\(.visits)"] | join(" ")')"
check_equal 'a case is called in plain words after its alert' true \
	"$(member 1 '.cases[0].ja == .outbound_kinds[0].ja and (.cases[0].ja | test("ET ") | not)')"
check_equal 'requests of people come first, by day; rules fill up' '502:true:true 501:false:true 0:false:false' \
	"$(member 1 '[.requests[] | "\(.request_id):\(.carried):\(.overdue)"] | join(" ")')"
check_equal 'desk, visits, insurance' '2 1 1:true 1' \
	"$(member 1 '"\(.tickets) \(.tickets_answered) \(.dispatches | length):\(.dispatches[0].entitled) \(.insurance_cases)"')"
check_equal 'two sensors, one away for three hours: the company is never silent' "11:0 12:3 3 0" \
	"$(member 1 '"\([.sensors[] | "\(.sensor_id):\(.due_hours - .seen_hours)"] | join(" ")) \(.due_hours - .seen_hours) \(.silent_hours)"')"
check_equal 'a sensor that is heard since is said to be heard until the month ended' \
	"$(sql "SELECT to_char(at_month(0, 1, '00:00') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")" \
	"$(member 1 '.sensors[0].last_seen_at')"
check_equal 'an empty month' 'sunny 0 0 0 0' \
	"$(member 2 '"\(.grade) \(.inbound_kinds | length) \(.devices | length) \(.annex | length) \(.cases | length)"')"
check_equal 'monitored from the tenth: that many days' "$(sql 'SELECT month_of(0) - month_of(1) - 9')" "$(member 2 .monitored_days)"
check_equal 'never heard, and never monitored: we cannot say' 'fog fog 0' "$(member 4 .grade) $(member 5 .grade) $(member 5 .monitored_days)"
check_equal 'five thousand: sixty rows and the rest' '5002 60 62 4940 4940' \
	"$(member 3 '"\(.months[12].inbound) \(.annex | length) \([.annex[].detections] | add) \(.annex_more_rows) \(.annex_more_detections)"')"
check_equal 'of one company alone it is the same' true \
	"$(tool member "$month" 1 | jq -c 'del(.made_at)' >"$STATE/one" && member 1 . | jq -c 'del(.made_at)' | cmp -s - "$STATE/one" && echo true)"
check_equal 'one without anything, asked for, is there' 'fog 0' "$(tool member "$month" 6 | jq -r '"\(.grade) \(.annex | length)"')"
check_fails 'a company that is not there' 1 'not found' tool member "$month" 77
check_fails 'a month that has not begun' 1 'has not begun' tool member "$(sql "SELECT to_char(month_of(-1), 'YYYY-MM')")" 1
check_equal 'the month that runs is preliminary and ends today' "true $(sql "SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")" \
	"$(tool member "$current" 1 | jq -r '"\(.preliminary) \(.last_day)"')"

tool chamber "$month" >"$STATE/chamber"
check_equal "the chamber's month" "6 $(sql "SELECT sum(least(coalesce(to_day, month_of(0) - 1), month_of(0) - 1) - greatest(from_day, month_of(1)) + 1)
	FROM monitoring_span WHERE coalesce(to_day, month_of(1)) >= month_of(1)") 8 5051 7" \
	"$(jq -r '"\(.monitored_companies) \(.monitored_days) \(.outside_spans) \(.table[0].detections) \(.table[6].detections)"' "$STATE/chamber")"
check_equal 'noisiest sensors, desk, insurance' "31:5002 11:44 12:7 51:6|virus:2 other:1|onsite:2|120000" \
	"$(jq -r '"\([.noisy[] | "\(.sensor_id):\(.detections)"] | join(" "))|\([.ticket_categories[] | "\(.name):\(.count)"] | join(" "))|\([.dispatch_kinds[] | "\(.name):\(.count)"] | join(" "))|\(.insurance_paid_yen)"' "$STATE/chamber")"
check_equal 'growth: who was monitored at the end of each month' "$(sql "SELECT string_agg(n::text, ' ' ORDER BY back DESC) FROM (SELECT back,
	(SELECT count(*) FROM monitoring_span WHERE daterange(from_day, to_day, '[]') @> (month_of(back - 1) - 1)) AS n
	FROM generate_series(1, 13) back) x")" "$(jq -r '[.growth[].companies] | join(" ")' "$STATE/chamber")"
check_equal 'times of incidents: told after ten minutes' '2:notify:1:600' \
	"$(jq -r '.response[] | select(.metric == "notify" and .severity == 2) | "\(.severity):\(.metric):\(.count):\(.median_s)"' "$STATE/chamber")"

# A case and a certificate.
tool case "$month" 1 101 first >"$STATE/case"
check_equal 'a case: its detections, devices, steps, requests and visit' \
	'first 6 0 192.168.1.23:6 1:false 1:true 2:true 3:false 501 601 1' \
	"$(jq -r '"\(.kind) \(.detections) \(.stopped) \(.devices | map("\(.address):\(.detections)") | join(" ")) \(.steps | map("\(.step):\(.done)") | join(" ")) \(.requests[0].request_id) \(.dispatches[0].order_id) \(.annex | length)"' "$STATE/case")"
check_equal 'what nobody wrote is in words' 0 "$(jq '[.steps[], {text: .reason}, {text: .do_ja} | select((.text // "") == "")] | length' "$STATE/case")"
check_fails "another company's incident" 1 'not found' tool case "$month" 2 101 first
check_equal 'a certificate: twelve months and their sums' "$(sql 'SELECT month_of(0) - month_of(12)') 50 49 7 1 2 0 1" \
	"$(tool certificate "$month" 1 | jq -r '"\(.monitored_days) \(.inbound) \(.inbound_stopped) \(.outbound) \(.outbound_stopped) \(.cases - 1) \(.cases_closed - 1) \(.told_count)"')"

# ------------------------------------------------------------------------------------------------ business days
check_equal 'business day 3 of January 2027: the 1st to the 3rd are off, the 4th is a Monday' 2027-01-06 "$(tool day 2026-12 3)"
check_equal 'of May 2026: Friday the 1st, then the golden week to the 6th' 2026-05-08 "$(tool day 2026-04 3)"
check_equal 'of August 2026' 2026-08-05 "$(tool day 2026-07 3)"
check_equal 'business day 8 of August 2026: after the 11th by law and the 13th to the 15th by the calendar' 2026-08-17 "$(tool day 2026-07 8)"
sql "UPDATE calendar SET rules = rules - 'closed_yearly' WHERE calendar_id = 1"
check_equal 'without the yearly days off' 2026-08-13 "$(tool day 2026-07 8)"
sql 'UPDATE calendar SET rules = jsonb_set(rules, $${closed_yearly}$$, $$["08-13", "08-14", "08-15", "12-29", "12-30", "12-31", "01-01", "01-02", "01-03"]$$)
	WHERE calendar_id = 1'
day=$(tool day "$month" 1)
today=$(sql "SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")
check_equal 'the last month is due from its business day on' \
	"$([ "$(printf '%s\n%s\n' "$day" "$today" | sort | head -n 1)" = "$day" ] && echo "$month")" "$(tool due 1)"
check_equal 'not before, and never when it says never' '/' "$(tool due 200)/$(tool due 0)"
due=$(tool frame "$month" | cut -d' ' -f1)
check_equal 'members are asked for the fifth business day' 5 "$(sql "SELECT count(*) FROM generate_series('$today'::date + 1, '$due', '1 day') d
	WHERE extract(isodow FROM d) < 6 AND d::date NOT IN (SELECT day FROM holiday)
	AND to_char(d, 'MM-DD') NOT IN ('08-13', '08-14', '08-15', '12-29', '12-30', '12-31', '01-01', '01-02', '01-03')")"

# ------------------------------------------------------------------------------------------------ closing
check_fails 'a month that runs' 1 'not over yet' tool close "$current"
check_fails 'one company of an open month' 1 'close the whole month first' tool close "$month" again 1

# Killed while everything is written but not committed: nothing of it is there.
mkfifo "$STATE/hold"
hang() { # MONTH [REASON]: until something is written to fd 9, or it is killed; sets $hanging
	"$BUILD/tests/integration/month_tool" "$conninfo" hinomi_reporter hang "$@" <"$STATE/hold" >"$STATE/hang" 2>&1 &
	hanging=$!
	exec 9>"$STATE/hold"
	wait_until 30 grep -q . "$STATE/hang" || bad 'closing gets as far as committing'
}
nobody_closes() {
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 0 ]
}
hang "$month"
check_equal 'it was about to commit' frozen "$(cat "$STATE/hang")"
check_fails 'somebody else closes it meanwhile' 1 'somebody else is closing' tool close "$month"
kill -9 "$hanging"
wait "$hanging" 2>/dev/null
exec 9>&-
wait_until 30 nobody_closes || bad 'the lock goes with the process'
check_equal 'killed: it is not closed' '0 0 0' "$(sql "SELECT (SELECT count(*) FROM month_close), (SELECT count(*) FROM snapshot),
	(SELECT count(*) FROM report)" | tr '|' ' ')"
check_equal 'closed: all of them are frozen, each with a draft' '1 7 7 7' "$(tool close "$month")"
check_equal 'drafts, as their grade asks and in their language' '1:rainy:true:ja 2:sunny:false:ja 3:sunny:false:en 4:fog:true:ja' \
	"$(sql "SELECT string_agg(company_id || ':' || grade || ':' || needs_comment || ':' || language, ' ' ORDER BY company_id)
		FROM report WHERE kind = 'monthly' AND state = 'draft' AND company_id < 5")"
check_equal 'what is frozen is what was read' "$(jq -cS 'del(.made_at, .requests[].due_on)' "$STATE/members")" \
	"$(sql "SELECT body FROM snapshot WHERE kind = 'month' ORDER BY company_id" | jq -cS 'del(.made_at, .requests[].due_on)')"
check_equal 'the hash is over these very bytes' "$(sql "SELECT encode(sha256, 'hex') FROM snapshot WHERE company_id = 3")" \
	"$(sql 'SELECT body FROM snapshot WHERE company_id = 3' | tr -d '\n' | sha256sum | cut -d' ' -f1)"
check_equal 'how many got which grade stands in the chamber month' 'sunny:4 hazy:0 cloudy:0 rainy:1 fog:2' \
	"$(sql 'SELECT body FROM month_close' | jq -r '[.grades[] | "\(.name):\(.count)"] | join(" ")')"
check_equal 'the audit trail says so' "role:reporter|month $month|1" \
	"$(sql "SELECT actor, subject, detail::jsonb->>'version' FROM audit WHERE action = 'month.close'")"
check_equal 'each board is told' 7 "$(sql "SELECT count(*) FROM change WHERE kind = 'report'")"
check_equal 'nothing is outdated, and nothing is due' '0 ' "$(tool outdated "$month") $(tool due 1)"
check_fails 'closed already' 1 'closed already: give a reason' tool close "$month"

# ------------------------------------------------------------------------------------------------ late alerts
bodies() {
	sql "SELECT md5(string_agg(encode(sha256, 'hex') || body, '' ORDER BY company_id, version)) FROM snapshot WHERE version = 1"
}
before=$(bodies)
sql "UPDATE report SET comment = 'ok', approved_by = 92, approved_at = now(), state = 'approved' WHERE company_id = 7;
	UPDATE report SET state = 'published', published_at = now() WHERE company_id = 8;
	UPDATE sensor_health SET last_seen_at = now();
	SELECT detect(7, 71, 50000, 1, at_month(1, 11, '09:00'), 'inbound', 'ips', 'blocked', 4, 'ET SCAN SSH', '192.168.7.10', 22);
	INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to) VALUES (7, 50000, 50000, at_month(1, 11, '09:00'), at_month(1, 11, '09:00'))" >"$STATE/sql.out"
check_equal 'a late alert is seen, also before it is correlated' 1 "$(tool outdated "$month")"
sql "DELETE FROM work WHERE company_id = 7; CALL count_all();
	SELECT detect(8, 81, 51000, 1, at_month(1, 11, '09:00'), 'outbound', 'ips', 'blocked', 4, 'ET MALWARE', '192.168.8.10', 80);
	CALL count_all();" >"$STATE/sql.out"
check_equal 'and after; another company has one too' 2 "$(tool outdated "$month")"
check_equal 'what is frozen stays' "$before" "$(bodies)"
check_equal 'one company is frozen again' '1 1 1 1' "$(tool close "$month" '遅れて届いた検知' 7)"
check_equal 'the month closed again: only who changed since' '2 7 1 0' "$(tool close "$month" '遅れて届いた検知')"
check_equal 'what changed, and nothing else' "2 遅れて届いた検知 /annex/0 /engines/0/detections /engines/1/detections /inbound_kinds/0 /months/12/inbound /months/12/inbound_stopped" \
	"$(tool versions 7 "$month" | head -n 1 | sed 's/ \[.*//') $(tool versions 7 "$month" | sed -n '1s/^[^[]*//p' | jq -r '[.[].path] | sort | join(" ")')"
check_equal 'from and to' '0 1' "$(tool versions 7 "$month" | sed -n '1s/^[^[]*//p' | jq -r '.[] | select(.path == "/months/12/inbound") | "\(.from) \(.to)"')"
check_equal "others' versions are what they were" '1:1 2:1 3:1 4:1 5:1 7:2 8:2' \
	"$(sql "SELECT string_agg(company_id || ':' || v, ' ' ORDER BY company_id) FROM (SELECT company_id, max(version) AS v FROM snapshot GROUP BY 1) x")"
check_equal 'and the first ones too' "$before" "$(bodies)"
check_equal 'an approved report is a draft again and shows the new version; a published one stays' 'draft:2:1 published:1:0' \
	"$(sql "SELECT string_agg(r.state || ':' || s.version || ':' || (r.approved_by IS NULL AND r.comment IS NOT NULL)::int, ' ' ORDER BY r.company_id)
		FROM report r JOIN snapshot s USING (company_id, snapshot_id) WHERE r.company_id IN (7, 8)")"
check_equal 'versions of the chamber, with the reason' '2 遅れて届いた検知|1 ' "$(tool versions 0 "$month" | sed 's/ \[.*//' | tr '\n' '|' | sed 's/|$//')"
check_equal 'nothing is outdated any more' 0 "$(tool outdated "$month")"
sql "UPDATE plain_word SET ja = ja || 'など'; UPDATE sensor_health SET agent_version = '0.2.0'" >"$STATE/sql.out"
check_equal 'other words are no change' '3 7 0 0' "$(tool close "$month" '言葉')"
check_equal 'what members are compared with stays as it was first' \
	"$(sql "SELECT body FROM month_close WHERE version = 1" | jq -c '[.peers[] | select(.dimension == "all")]')" \
	"$(sql "SELECT body FROM snapshot WHERE company_id = 8 AND version = 2" | jq -c '[.peers[] | select(.dimension == "all")]')"

# Twice at once: the one waits for nobody, the other one says who is at it.
hang "$month" twice
check_fails 'two at once' 1 'somebody else is closing' tool close "$month" again
echo >&9
exec 9>&-
wait "$hanging"
check_equal 'the first one is done' '4 7 0 0' "$(sed -n 2p "$STATE/hang")"
# The audit trail is written to while a month is closed: neither waits for the other's end, neither fails.
hang "$month" 'in between'
sql "UPDATE report SET comment = 'meanwhile' WHERE company_id = 2" >"$STATE/sql.out"
echo >&9
exec 9>&-
wait "$hanging"
check_equal 'people go on working with reports meanwhile' '5 7 0 0 meanwhile' "$(sed -n 2p "$STATE/hang") $(sql 'SELECT comment FROM report WHERE company_id = 2')"
check_equal 'an earlier month is left to people' '' "$(tool due 1)"
check_equal 'who close it' '1 3 3 3' "$(tool close "$earlier")"
check_equal 'and one of long ago' 1 "$(tool close "$(sql "SELECT to_char(month_of(5), 'YYYY-MM')")" | cut -d' ' -f1)"
check_equal 'the months between are not closed one after the other' '' "$(tool due 1)"

# ------------------------------------------------------------------------------------------------ nothing is overwritten
for user in hinomi_reporter hinomi_api; do
	for statement in "UPDATE snapshot SET reason = 'x'" 'DELETE FROM snapshot' "UPDATE month_close SET reason = 'x'" 'DELETE FROM month_close'; do
		check_fails "$user: $statement" 1 'permission denied' as "$user" "$statement"
	done
done
check_fails 'whoever draws reports cannot make the links to them' 1 'permission denied' as hinomi_reporter 'SELECT value FROM secret'
check_fails 'a hash that is none' 1 'violates check constraint' sql "INSERT INTO month_close (month, version, body, sha256) VALUES ('2020-01-01', 1, '{}', sha256('x'))"

# ------------------------------------------------------------------------------------------------ billing
sql "DELETE FROM insurance_case; DELETE FROM contract;
	INSERT INTO plan (plan_id, name, member_yen, other_yen, from_day) VALUES (2, 'むかし', 6000, 7500, '2018-01-01'),
		(3, '高い', 10001, 12000, '2018-01-01');
	INSERT INTO contract (company_id, plan_id, is_member, from_day, to_day) VALUES
		(1, 2, true, '2019-01-01', NULL), (2, 2, false, '2019-09-15', '2019-09-20'), (2, 2, true, '2019-09-21', '2019-10-10'),
		(3, 2, false, '2019-01-01', '2019-09-30'), (4, 3, true, '2019-10-31', NULL), (5, 2, false, '2019-10-01', '2019-10-01')"
lines() { # MONTH
	tool billing "$1" json | jq -r '[.lines[] | "\(.company_id):\(.is_member):\(.days):\(.yen):\(.tax_percent):\(.tax):\(.yen_taxed):\(.changed):\(.warnings | join(","))"] | join(" ")'
}
check_equal 'September 2019, 8 %; one became a member on the way' '1:true:30:6000:8:480:6480:false: 2:true:16:6000:8:480:6480:true: 3:false:30:7500:8:600:8100:false:' \
	"$(lines 2019-09)"
check_equal 'October 2019, 10 %; the tax is that of the last contracted day; a price beyond the cap' \
	'1:true:31:6000:10:600:6600:false: 2:true:10:6000:10:600:6600:false: 4:true:1:10001:10:1000:11001:false:over_cap 5:false:1:7500:10:750:8250:false:' \
	"$(lines 2019-10)"
check_equal 'totals by plan and class' 'むかし:true:2:12000:13200 むかし:false:1:7500:8250 高い:true:1:10001:11001|4 29501 32451' \
	"$(tool billing 2019-10 json | jq -r '"\([.totals[] | "\(.plan):\(.is_member):\(.companies):\(.yen):\(.yen_taxed)"] | join(" "))|\(.companies) \(.yen) \(.yen_taxed)"')"
check_equal 'no tax is known of that year' '1:true:1:6000:null:null:null:false:' \
	"$(sql "UPDATE contract SET from_day = '2010-01-01', to_day = '2010-01-01' WHERE company_id = 1" && lines 2010-01)"
check_equal 'as CSV' '2019-10,5,道頓堀工業,,むかし,no,2019-10-01,2019-10-01,1,7500,10,750,8250,no,' \
	"$(tool billing 2019-10 csv | tr -d '\r' | tail -n 2 | head -n 1)"
check_equal 'a month without contracts' '0 0 0' "$(tool billing 2018-01 json | jq -r '"\(.companies) \(.yen) \(.lines | length)"')"

# ------------------------------------------------------------------------------------------------ many companies
# A hundred, each with sixty-one kinds of detections: more rows than come in one block, which ends within a company.
sql "INSERT INTO company (company_id, operator_id, name) SELECT 1000 + i, 1, '会社' || i FROM generate_series(1, 100) i;
	INSERT INTO monitoring_span (company_id, from_day) SELECT company_id, month_of(2) FROM company WHERE company_id > 1000;
	SELECT count(detect(company_id, 1, 100000 + company_id * 100 + i, 1, at_month(2, 3, '09:00'), 'inbound', 'ips', 'blocked', 4,
		'SIGNATURE ' || i, '192.168.1.10', i::integer)) FROM company, generate_series(1, 61) i WHERE company_id > 1000;
	CALL count_all()" >"$STATE/sql.out"
check_equal 'blocks end between companies: nobody loses a row' '100 61 60 1 1' \
	"$(tool member "$earlier" 0 | jq -r 'select(.company_id > 1000) | "\(.inbound_kinds | map(.detections) | add) \(.annex | length) \(.annex_more_rows) \(.annex_more_detections)"' |
		sort | uniq -c | sed 's/^ *//')"

# ------------------------------------------------------------------------------------------------ what matters
# Company 1001: one device with a lot of everyday traffic, one with two grave detections whose case is closed, one with a
# third that nobody has looked at. Company 1002: everyday traffic alone, and an open case of what is no detection (regular
# contact). 1003: everyday traffic alone.
sql "INSERT INTO sensor (company_id, sensor_id, name, state, created_at) SELECT 1000 + i, 1000 + i, '本社', 'up', month_of(3) FROM generate_series(1, 3) i;
	INSERT INTO sensor_day (company_id, sensor_id, day, expected, received, heartbeats, hours_seen) SELECT 1000 + i, 1000 + i, d::date, 1, 1, 24,
		16777215 FROM generate_series(1, 3) i, generate_series(month_of(2)::timestamp, (month_of(1) - 1)::timestamp, '1 day') d;
	SELECT detect(1001, 1, 900000, 30, at_month(2, 5, '09:00'), 'outbound', 'ips', 'allowed', 5, 'UPDATE', '192.168.1.50', 443);
	SELECT detect(1001, 1, 900100, 2, at_month(2, 6, '09:00'), 'outbound', 'ips', 'allowed', 2, 'ET MALWARE Beacon', '192.168.1.60', 443);
	SELECT detect(1001, 1, 900200, 9, at_month(2, 6, '12:00'), 'outbound', 'ips', 'blocked', 5, 'UPDATE', '192.168.1.60', 443);
	SELECT detect(1001, 1, 900300, 1, at_month(2, 7, '09:00'), 'outbound', 'ips', 'blocked', 4, 'ET MALWARE Beacon', '192.168.1.70', 443);
	SELECT detect(1002, 1, 900400, 4, at_month(2, 5, '09:00'), 'outbound', 'ips', 'allowed', 5, 'UPDATE', '192.168.1.50', 443);
	SELECT detect(1003, 1, 900500, 4, at_month(2, 5, '09:00'), 'outbound', 'ips', 'allowed', 4, 'UPDATE', '192.168.1.50', 443);
	UPDATE alert SET score = 20, category = 'Not Suspicious Traffic', stage = 'none' WHERE signature = 'UPDATE';
	CALL count_all();
	INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason,
		alert_count, detection_count, blocked_count, state, disposition, closed_at) VALUES
		(1001, 901, 1, at_month(2, 6, '09:00'), at_month(2, 6, '09:01'), 'outbound', 'command-and-control', 1, 'x', '', 'r',
		'{\"rule\":\"r\",\"anchor\":\"192.168.1.60\"}', 2, 2, 0, 'closed', 'true_positive', at_month(2, 7, '09:00')),
		(1002, 902, 1, at_month(2, 6, '09:00'), at_month(2, 9, '09:01'), 'outbound', 'command-and-control', 2, 'x', '', 'r',
		'{\"rule\":\"r\",\"anchor\":\"\"}', 0, 0, 0, 'open', NULL, NULL);
	INSERT INTO incident_segment VALUES (1001, 900100, at_month(2, 6, '09:00'), at_month(2, 6, '09:01'), true, 901);
	INSERT INTO incident_cause VALUES (1002, 902, 1, 5, 1, 2, at_month(2, 6, '09:00'), at_month(2, 9, '09:01'), 99,
		'{\"group\": {\"port\": 443, \"inside.ip\": \"192.168.1.50\"}}')" >"$STATE/sql.out"
tool member "$earlier" 0 >"$STATE/members"
check_equal 'devices: the gravest first, whatever the rest is more of; their cases; who is to be looked after' \
	'192.168.1.60:2:2:11:9:1:0:false 192.168.1.70:3:1:1:0:0:0:true 192.168.1.50:5:1:30:30:0:0:false' \
	"$(member 1001 '[.devices[] | "\(.address):\(.severity):\(.kinds):\(.detections):\(.minor):\(.cases):\(.open_cases):\(.check)"] | join(" ")')"
check_equal 'everyday traffic is counted apart' '3 42 39 9' \
	"$(member 1001 '"\(.outbound_devices) \(.months[12].outbound) \(.outbound_minor) \(.outbound_minor_stopped)"')"
check_equal 'a device is called after the gravest that it did' true "$(member 1001 '.devices[0].ja == .devices[1].ja and .devices[0].ja != .devices[2].ja')"
check_equal 'what was dealt with asks for nothing, what was not does' "1 true 0" \
	"$(member 1001 '"\([.requests[] | select(.what_en | test("ending in .70"))] | length) \(.requests[0].what_en | test("ending in .70")) \([.requests[] | select(.what_en | test("ending in .60"))] | length)"')"
check_equal 'an open case comes first, at once, about its device, which has no detection that matters' \
	'rainy 902 null 192.168.1.50 2:1:true true' \
	"$(member 1002 '"\(.grade) \(.requests[0].incident_id) \(.requests[0].due_on) \(.cases[0].device) \(.devices[0] | "\(.severity):\(.open_cases):\(.check)") \(.devices[0].ja == .cases[0].ja)"')"
check_equal 'everyday traffic alone changes no verdict and asks for nothing' 'sunny 4 4 0' \
	"$(member 1003 '"\(.grade) \(.months[12].outbound) \(.outbound_minor) \([.requests[] | select(.what_en | test("ending in"))] | length)"')"
finish
