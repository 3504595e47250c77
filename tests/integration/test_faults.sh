#!/bin/sh
# Whatever is killed at whatever moment: nothing acked is missing, nothing is there twice, and incidents with their causes,
# campaigns, what was met by whom, state and counts are those of a run in which nothing happened. Three agents follow
# growing, rotated logs while, in 200 rounds, one process after the other is ended by kill -9: collector, correlator, agents,
# api, housekeeper, keyholder, and PostgreSQL itself. Meanwhile rules, mutes and indicators change, in ways that change
# nothing about these records.
#
#   FAULT_ROUNDS  how many rounds (200)      FAULT_SEED  for the same choices again (drawn, and printed)
set -eu
. "$(dirname "$0")/server.sh"

rounds=${FAULT_ROUNDS:-200}
seed=${FAULT_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "rounds: $rounds, seed: $seed"
# Per company: so many chunks, a rotation behind each.
chunks=12 lines=400 rate=60
total=$((chunks * lines))
sent=$((total + chunks * ((lines + 3) / 4))) # with the records that are no alerts
companies='1 2 3'
roles='keyholder housekeeper correlator collector api'
writer=$BUILD/tests/integration/write_events

state_of() {
	eval "echo \"\${pid_$1-}\""
}
remember() {
	eval "pid_$1=$2"
}
start_role() {
	"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --role="$1" --config="$STATE/hinomi.yaml" \
		>>"$STATE/role-$1.log" 2>&1 </dev/null &
	remember "$1" $!
}
start_agent() {
	"$BUILD/hinomi-agent" run --config "$STATE/agent$1.yaml" >>"$STATE/agent$1.log" 2>&1 </dev/null &
	remember "agent$1" $!
}
kill_one() {
	kill -9 "$(state_of "$1")" 2>/dev/null || true
	wait "$(state_of "$1")" 2>/dev/null || true
}
# A role that ended by itself (its database was away too long) is started again, as the supervisor would.
revive() {
	for role in $roles; do
		kill -0 "$(state_of "$role")" 2>/dev/null || start_role "$role"
	done
	for c in $companies; do
		kill -0 "$(state_of "agent$c")" 2>/dev/null || start_agent "$c"
	done
}
end_all() {
	for name in $roles agent1 agent2 agent3 writer1 writer2 writer3; do
		[ -z "$(state_of "$name")" ] || kill -9 "$(state_of "$name")" 2>/dev/null || true
	done
}
write_log() {
	for chunk in $(seq "$chunks"); do
		"$writer" "$STATE/logs/$1/eve.json" "$lines" $(($1 * 1000000 + chunk * lines)) "$rate" mixed
		mv "$STATE/logs/$1/eve.json" "$STATE/logs/$1/eve.json.$chunk"
	done
}

# What the rules look for: single records, counts, values, an order of things, a count of counts.
write_rules() { # WORD: makes another version of them
	mkdir -p "$STATE/rules"
	cp "$top/config/rules/fields.yaml" "$top/config/rules/grouping.yaml" "$STATE/rules/"
	cat >"$STATE/rules/rules.yml" <<-YAML
		title: Traversal
		name: traversal
		description: $1
		level: low
		logsource: {product: suricata, service: alert}
		detection: {s: {signature|contains: traversal}, condition: s}
		---
		title: Brute force
		name: brute
		level: low
		logsource: {product: suricata, service: alert}
		detection: {s: {signature|re: 'SSH\\s+brute'}, condition: s}
		---
		title: Check-in
		name: check-in
		level: high
		logsource: {product: suricata, service: alert}
		detection: {s: {signature|contains: check-in, direction: outbound}, condition: s}
		---
		title: A name
		name: a-name
		level: informational
		logsource: {product: suricata, service: dns}
		detection: {s: {query|endswith: .example}, condition: s}
		---
		title: Much guessing
		name: guessing
		level: medium
		correlation: {type: event_count, rules: [brute], group-by: [attacker.ip, inside.ip], timespan: 10m, condition: {gte: 5}}
		---
		title: Guessing goes on
		name: guessing-on
		level: high
		correlation: {type: event_count, rules: [guessing], group-by: [inside.ip], timespan: 2h, condition: {gte: 3}}
		---
		title: Guessed, then calls out
		name: chain
		tags: [hinomi.kill-chain]
		level: critical
		correlation: {type: temporal_ordered, rules: [guessing, check-in], group-by: [inside.ip], timespan: 30m}
		---
		title: Many names
		name: names
		level: low
		correlation: {type: value_count, rules: [a-name], group-by: [inside.ip], timespan: 1h, condition: {field: query, gte: 12}}
	YAML
}
load_rules() {
	write_rules "$1"
	ctl rules load --skip-tests "$STATE/rules" >>"$STATE/rules.log" 2>&1
}
mute() { # CONDITIONS
	sql "INSERT INTO mute (kind, scope, conditions, reason, owner_id, starts_at, expires_at)
		SELECT 'mute', 'all', '$1', 'test', min(user_id), '2026-01-01', '2099-01-01' FROM app_user; NOTIFY hinomi_mutes"
}
import() { # NAME...: of a list
	printf '%s\n' "$@" >"$STATE/list"
	ctl indicator import "$STATE/list" --source "$1" --format plain >>"$STATE/import.log" 2>&1
}
changes=0
# Nothing that concerns these records; it may come while PostgreSQL is away.
change_something() {
	changes=$((changes + 1))
	case $((changes % 3)) in
	0) load_rules "version $changes" || true ;;
	1) mute "{\"signature\": \"none $changes\"}" 2>/dev/null || true ;;
	2) import "unrelated$changes.test" "198.18.0.$((changes % 250))" || true ;;
	esac
}

# What there is to compare, without the numbers that are dealt as things come.
picture() {
	sql "SELECT c.name, a.ts, count(*), a.kind, a.flow_id, a.signature, a.mute_id,
	            (SELECT jsonb_agg(h - 'x' ORDER BY h ->> 'c', h ->> 'n', h ->> 'k') FROM jsonb_array_elements(a.rule_hits::jsonb -> 'hits') h),
	            a.rule_hits::jsonb -> 'rules', a.rule_hits::jsonb -> 'i'
	     FROM alert a JOIN company c USING (company_id) GROUP BY c.name, a.ts, a.kind, a.flow_id, a.signature, a.mute_id, 8, 9, 10
	     ORDER BY 1, 2, 5, 6" >"$1.alerts"
	sql "SELECT c.name, i.first_ts, i.last_ts, i.severity, i.title, i.tags, r.uid, k.group_key, k.severity, k.first_ts, k.last_ts, k.hits,
	            k.detail - 'alerts' - 'rules', (SELECT jsonb_agg(a -> 'ts') FROM jsonb_array_elements(k.detail -> 'alerts') a),
	            (SELECT jsonb_agg(x - 'alert_id') FROM jsonb_array_elements(k.detail -> 'rules') x)
	     FROM incident_cause k JOIN incident i USING (company_id, incident_id) JOIN company c USING (company_id) JOIN rule r USING (rule_id)
	     WHERE i.state <> 'merged' ORDER BY 1, 7, 8, 2, 3, 5" >"$1.causes"
	sql "SELECT c.name, r.uid, w.state_key, w.definition, w.group_values, w.last_ts, w.hits, w.thinned,
	            (SELECT array_agg((h.ts, h.rule_no, h.cluster_key, h.direction, h.is_member, h.value_key)::text ORDER BY h.ts, h.rule_no, h.cluster_key)
	             FROM rule_hit h WHERE h.company_id = w.company_id AND h.state_key = w.state_key)
	     FROM rule_window w JOIN company c USING (company_id) JOIN rule r USING (rule_id) ORDER BY 1, 2, 3" >"$1.windows"
	sql "SELECT c.name, 'rule', d.rule_id, d.day, d.alerts FROM rule_day d JOIN company c USING (company_id)
	     UNION ALL SELECT c.name, 'mute', d.mute_id, d.day, d.alerts FROM mute_day d JOIN company c USING (company_id) ORDER BY 1, 2, 3, 4" >"$1.tallies"
	sql "SELECT c.name, o.kind, o.key, o.first_ts, o.last_ts, o.contacts FROM observable o JOIN company c USING (company_id) ORDER BY 1, 2, 3" >"$1.observables"
	sql "SELECT c.name, o.inside_ip, o.destination, o.port, o.first_ts, o.last_ts, o.contacts, o.series
	     FROM contact o JOIN company c USING (company_id) ORDER BY 1, 2, 3, 4" >"$1.contacts"
	sql "SELECT a.kind, a.key, a.first_day, a.last_day, a.first_ts, a.last_ts, a.title, a.severity, a.companies, a.alerts, c.name, m.first_ts,
	            m.last_ts, m.alerts, m.severity
	     FROM campaign a JOIN campaign_member m USING (campaign_id) JOIN company c USING (company_id) WHERE a.merged_into IS NULL
	     ORDER BY a.kind, a.key, a.first_day, c.name" >"$1.campaigns"
	sql "SELECT c.name, i.first_ts, i.last_ts, i.direction, i.stage, i.severity, i.title, i.alert_count, i.detection_count,
	            i.blocked_count, i.run_count
	     FROM incident i JOIN company c USING (company_id) WHERE i.state <> 'merged' ORDER BY 1, 2, 3, 4, 5, 6, 7, 8" >"$1.incidents"
	sql "SELECT c.name, d.day, d.direction, d.engine, d.severity, d.action, d.detections
	     FROM company_day d JOIN company c USING (company_id) WHERE d.detections <> 0 ORDER BY 1, 2, 3, 4, 5, 6" >"$1.days"
}
received_is() {
	[ "$(sql 'SELECT coalesce(sum(received), 0) FROM sensor_day')" -ge "$1" ]
}
all_there() {
	received_is $((3 * sent)) && correlated && [ "$(sql 'SELECT (SELECT count(*) FROM observation) + (SELECT count(*) FROM campaign_due)')" = 0 ]
}

server_settings='correlator:
  campaign_interval: 1s'
server_prepare
load_rules first
server_start
sign_in lead@example.jp lead
mute '{"signature": "TEST DROP listed address", "attacker.ip": "203.0.113.5"}'
import known 203.0.113.7 n3.d4.example n5.d6.example
sql "UPDATE indicator SET valid_from = '2026-01-01', change_no = nextval('indicator_change')"
for c in $companies; do
	company "fault $c"
	eval "company_$c=$company_id"
	mkdir -p "$STATE/logs/$c"
	: >"$STATE/logs/$c/eve.json"
	sensor "$company_id" "fault$c"
	cat >"$STATE/agent$c.yaml" <<CONF
state_dir: $STATE/agents/fault$c
eve:
  paths: [$STATE/logs/$c/eve.json]
CONF
done
server_stop
at_exit end_all
for role in $roles; do
	start_role "$role"
done
for c in $companies; do
	start_agent "$c"
	write_log "$c" &
	remember "writer$c" $!
done

# A table of who is killed how often, the choices drawn beforehand.
awk -v seed="$seed" -v rounds="$rounds" 'BEGIN {
	srand(seed)
	n = split("collector collector collector collector correlator correlator correlator agent1 agent1 agent2 agent2 agent3 agent3 api housekeeper keyholder postgres", who, " ")
	for (i = 0; i < rounds; i++)
		printf "%s %.2f\n", who[1 + int(rand() * n)], 0.02 + rand() * 0.6
}' >"$STATE/choices"
while read -r who pause; do
	sleep "$pause"
	case $who in
	postgres)
		database_kill
		database_start
		;;
	agent*)
		kill_one "$who"
		start_agent "${who#agent}"
		;;
	*)
		kill_one "$who"
		start_role "$who"
		;;
	esac
	revive
	change_something
done <"$STATE/choices"
good "$rounds rounds"
for c in $companies; do
	wait "$(state_of "writer$c")"
	remember "writer$c" ''
done
revive
if wait_until 120 all_there; then good 'everything arrived and is correlated'; else
	bad 'everything arrived and is correlated'
	sql 'SELECT company_id, sensor_id, sum(expected), sum(received), sum(duplicate), sum(dropped) FROM sensor_day GROUP BY 1, 2'
	tail -n 3 "$STATE"/role-*.log "$STATE"/agent*.log
fi
for c in $companies; do
	eval "id=\$company_$c"
	check_equal "company $c: each record once" "$total|$total" \
		"$(sql "SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE company_id = $id AND signature LIKE 'TEST%'")"
done
check_equal 'the ledger: expected, received, dropped, unparsed' "$((3 * sent))|$((3 * sent))|0|0" \
	"$(sql 'SELECT sum(expected), sum(received), sum(dropped), sum(unparsed) FROM sensor_day')"
check_equal 'counts equal a full scan' '0' "$(sql "
	SELECT count(*) FROM
	  (SELECT company_id, (ts AT TIME ZONE 'Asia/Tokyo')::date AS day, direction, engine, severity, action,
	          sum(repeat_count)::bigint AS detections FROM alert WHERE kind = 'alert' GROUP BY 1, 2, 3, 4, 5, 6) s
	  FULL JOIN company_day d USING (company_id, day, direction, engine, severity, action)
	WHERE s.detections IS DISTINCT FROM d.detections")"
picture "$STATE/faulty"

# The same logs again, without faults, into the emptied tables.
end_all
for name in $roles agent1 agent2 agent3; do
	wait "$(state_of "$name")" 2>/dev/null || true
	remember "$name" ''
done
sql 'TRUNCATE alert, work, change, incident, incident_segment, incident_event, incident_seq, company_day, company_month, sensor_stream, sensor_day,
	rule_window, rule_hit, rule_state, incident_cause, rule_day, mute_day, observation, observable, contact,
	campaign_sighting, campaign_due, campaign, campaign_member, page_request CASCADE'
server_start
for c in $companies; do
	eval "id=\$company_$c"
	sensor "$id" "calm$c"
	agent send --state "$STATE/agents/calm$c" "$STATE/logs/$c"/eve.json.* >>"$STATE/send.log" 2>&1 || bad "sending company $c"
done
wait_until 60 all_there || bad 'the run without faults does not come to an end'
picture "$STATE/calm"
for what in alerts incidents days causes windows tallies observables contacts campaigns; do
	if [ -s "$STATE/calm.$what" ] && cmp -s "$STATE/calm.$what" "$STATE/faulty.$what"; then
		good "$what equal those of a run without faults ($(wc -l <"$STATE/calm.$what") rows)"
	else
		bad "$what equal those of a run without faults"
		diff "$STATE/calm.$what" "$STATE/faulty.$what" | head -n 20
	fi
done
finish
