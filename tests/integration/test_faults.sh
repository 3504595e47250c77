#!/bin/sh
# Whatever is killed at whatever moment: nothing acked is missing, nothing is there twice, and incidents and counts are
# those of a run in which nothing happened. Three agents follow growing, rotated logs while, in 200 rounds, one process
# after the other is ended by kill -9: collector, correlator, agents, api, housekeeper, keyholder, and PostgreSQL itself.
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
		"$writer" "$STATE/logs/$1/eve.json" "$lines" $(($1 * 1000000 + chunk * lines)) "$rate"
		mv "$STATE/logs/$1/eve.json" "$STATE/logs/$1/eve.json.$chunk"
	done
}

# What there is to compare, without the numbers that are dealt as things come.
picture() {
	sql "SELECT c.name, a.ts, count(*), a.flow_id, a.signature
	     FROM alert a JOIN company c USING (company_id) GROUP BY c.name, a.ts, a.flow_id, a.signature ORDER BY 1, 2, 4, 5" >"$1.alerts"
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
	received_is $((3 * total)) && correlated
}

server_prepare
server_start
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
		"$(sql "SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE company_id = $id")"
done
check_equal 'the ledger: expected, received, dropped, unparsed' "$((3 * total))|$((3 * total))|0|0" \
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
sql 'TRUNCATE alert, work, change, incident, incident_segment, incident_event, incident_seq, company_day, sensor_stream, sensor_day'
server_start
for c in $companies; do
	eval "id=\$company_$c"
	sensor "$id" "calm$c"
	agent send --state "$STATE/agents/calm$c" "$STATE/logs/$c"/eve.json.* >>"$STATE/send.log" 2>&1 || bad "sending company $c"
done
wait_until 60 all_there || bad 'the run without faults does not come to an end'
picture "$STATE/calm"
for what in alerts incidents days; do
	if [ -s "$STATE/calm.$what" ] && cmp -s "$STATE/calm.$what" "$STATE/faulty.$what"; then
		good "$what equal those of a run without faults ($(wc -l <"$STATE/calm.$what") rows)"
	else
		bad "$what equal those of a run without faults"
		diff "$STATE/calm.$what" "$STATE/faulty.$what" | head -n 20
	fi
done
finish
