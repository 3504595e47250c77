#!/bin/sh
# Bad days, each with whole programs: the database goes away under load, the agent's disk is full, its spool is torn or
# has a flipped bit, a record is 20 MB long, a clock says 1970 or 2099, somebody sends garbage, length bombs or nothing at
# all to every port, and a sensor's payload claims to be another company's.
set -eu
. "$(dirname "$0")/server.sh"

writer=$BUILD/tests/integration/write_events
received() {
	sql "SELECT coalesce(sum(received), 0) FROM sensor_day WHERE company_id = $1"
}
received_is() {
	[ "$(received "$1")" -ge "$2" ]
}
stored() {
	sql "SELECT count(*) FROM alert WHERE company_id = $1"
}
stored_is() {
	[ "$(stored "$1")" -ge "$2" ]
}
# follow NAME STATE_DIR EVE [YAML]: an agent that runs; sets agent_pid
follow() {
	printf 'state_dir: %s\neve:\n  paths: [%s]\n%s\n' "$2" "$3" "${4-}" >"$STATE/$1.yaml"
	"$BUILD/hinomi-agent" run --config "$STATE/$1.yaml" >>"$STATE/$1.log" 2>&1 </dev/null &
	agent_pid=$!
	at_exit "kill -9 $agent_pid 2>/dev/null || true"
}
end_agent() {
	kill "${2--TERM}" "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}
rss_mib() {
	awk '/^VmRSS:/ { print int($2 / 1024) }' "/proc/$1/status"
}
alert_line() { # TIME FLOW [MORE]
	printf '{"timestamp":"%s","flow_id":%d,"event_type":"alert","src_ip":"203.0.113.9","src_port":4444,"dest_ip":"192.168.1.10","dest_port":443,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2950100,"rev":1,"signature":"TEST bad day","category":"Misc Attack","severity":2}%s}\n' "$1" "$2" "${3-}"
}

server_prepare
server_start
mkdir -p "$STATE/logs"

# --- the database goes away under load
company 'database away'
sensor "$company_id" away
: >"$STATE/logs/away.json"
follow away "$STATE/agents/away" "$STATE/logs/away.json"
"$writer" "$STATE/logs/away.json" 4000 100000 500 &
load=$!
wait_until 30 stored_is "$company_id" 200 || bad 'records come before the database goes'
database_stop
sleep 3
check_equal 'the collector outlives the database' yes "$(kill -0 "$(role_pid collector)" && echo yes)"
database_start
sleep 1
database_kill
database_start
wait "$load"
wait_until 60 received_is "$company_id" 4000 || true
check_equal 'database stopped, started, crashed and started under load: each record once' '4000|4000' \
	"$(sql "SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE company_id = $company_id")"
end_agent "$agent_pid"

# --- the agent's disk is full
company 'disk full'
mkdir -p "$STATE/small"
if mount -t tmpfs -o size=1500k,mode=700 tmpfs "$STATE/small" 2>"$STATE/mount.log"; then
	at_exit "umount -l '$STATE/small' 2>/dev/null || true"
	enrol_agent "$company_id" full "$STATE/small/agent"
	server_stop
	"$writer" "$STATE/logs/full.json" 20000 200000 0
	follow full "$STATE/small/agent" "$STATE/logs/full.json"
	# Nothing can be sent, so the disk fills up.
	disk_is_full() {
		[ "$(df --output=avail -k "$STATE/small" | tail -n 1)" -lt 300 ]
	}
	wait_until 30 disk_is_full || bad 'the small disk did not fill up'
	sleep 1
	check_equal 'the agent outlives its full disk' yes "$(kill -0 "$agent_pid" && echo yes)"
	server_start
	wait_until 60 received_is "$company_id" 20000 || true
	check_equal 'disk full: each record once, none dropped' '20000|20000|0' \
		"$(sql "SELECT count(*), count(DISTINCT flow_id),
			(SELECT sum(dropped) FROM sensor_day WHERE company_id = $company_id) FROM alert WHERE company_id = $company_id")"
	end_agent "$agent_pid"
	umount -l "$STATE/small" || true
else
	skip "the agent's disk is full: no file system of its own can be mounted here ($(tail -n 1 "$STATE/mount.log"))"
fi

# --- a torn spool, and a flipped bit
company 'spool damaged'
for damage in torn flipped; do
	sensor "$company_id" "$damage"
	base=$([ "$damage" = torn ] && echo 300000 || echo 400000)
	"$writer" "$STATE/logs/$damage.json" 3000 "$base" 0
done
server_stop
for damage in torn flipped; do
	follow "$damage" "$STATE/agents/$damage" "$STATE/logs/$damage.json"
	spooled() {
		agent status --state "$STATE/agents/$damage" --json 2>/dev/null | jq -e '.spool_records >= 3000' >/dev/null
	}
	wait_until 30 spooled || bad "$damage: the records are not in the spool"
	end_agent "$agent_pid" -KILL
	segment=$(find "$STATE/agents/$damage/spool" -type f -size +20k | LC_ALL=C sort | head -n 1)
	size=$(wc -c <"$segment")
	if [ "$damage" = torn ]; then
		truncate -s $((size - 777)) "$segment"
	else
		# Another value than the one that is there, in the middle.
		byte=$(od -An -tu1 -j $((size / 2)) -N 1 "$segment" | tr -d ' ')
		printf '%b' "\\0$(printf %o $(((byte + 1) % 256)))" |
			dd of="$segment" bs=1 seek=$((size / 2)) conv=notrunc status=none
	fi
done
server_start
for damage in torn flipped; do
	follow "$damage" "$STATE/agents/$damage" "$STATE/logs/$damage.json"
	accounted() {
		[ "$(sql "SELECT coalesce(sum(received + dropped), 0) FROM sensor_day d JOIN sensor s USING (company_id, sensor_id)
			WHERE s.name = '$damage'")" -ge 3000 ]
	}
	if wait_until 30 accounted; then good "$damage spool: each record was received or is on the ledger as dropped"; else
		bad "$damage spool: each record was received or is on the ledger as dropped"
		sql "SELECT s.name, d.* FROM sensor_day d JOIN sensor s USING (company_id, sensor_id) WHERE s.name = '$damage'"
		tail -n 5 "$STATE/$damage.log"
	fi
	base=$([ "$damage" = torn ] && echo 300000 || echo 400000)
	alert_line 2026-10-02T10:00:00.000000+0900 $((base + 9999)) >>"$STATE/logs/$damage.json"
	after() {
		[ "$(sql "SELECT count(*) FROM alert WHERE flow_id = $((base + 9999))")" = 1 ]
	}
	if wait_until 30 after; then good "$damage spool: the agent goes on"; else bad "$damage spool: the agent goes on"; fi
	check_equal "$damage spool: nothing twice" 0 \
		"$(sql "SELECT count(*) FROM (SELECT FROM alert WHERE flow_id BETWEEN $base AND $((base + 9999))
			GROUP BY flow_id HAVING count(*) > 1) t")"
	end_agent "$agent_pid"
done

# --- a record of 20 MB, and clocks that cannot be right
company 'odd records'
sensor "$company_id" odd
{
	alert_line 2026-10-02T10:00:00.000000+0900 500001
	printf '{"timestamp":"2026-10-02T10:00:01.000000+0900","event_type":"alert","payload":"'
	head -c 20000000 /dev/zero | tr '\0' A
	printf '"}\n'
	alert_line 1970-01-01T00:00:00.000000+0000 500002
	alert_line 2099-12-31T23:59:59.000000+0900 500003
	printf 'not a record at all \377\376\n'
	alert_line 2026-10-02T10:00:02.000000+0900 500004
} >"$STATE/logs/odd.json"
follow odd "$STATE/agents/odd" "$STATE/logs/odd.json"
wait_until 60 received_is "$company_id" 6 || true
check_equal '20 MB, 1970 and 2099: alerts, unparsed, bad clocks' '4|2|2' "$(sql "
	SELECT (SELECT count(*) FROM alert WHERE company_id = $company_id AND kind = 'alert'), sum(unparsed), sum(bad_clock)
	FROM sensor_day WHERE company_id = $company_id")"
check_equal 'records of a bad clock are placed by the time of receipt, and keep what they claimed' '2' "$(sql "
	SELECT count(*) FROM alert WHERE company_id = $company_id AND flow_id IN (500002, 500003)
	AND ts = received_at AND extract(year FROM event_time AT TIME ZONE 'Asia/Tokyo') IN (1970, 2099)")"
check_equal 'the bytes that could be kept of the 20 MB are kept' 't' "$(sql "
	SELECT count(*) = 2 FROM alert WHERE company_id = $company_id AND kind = 'unparsed' AND length(raw) > 10")"
rss=$(rss_mib "$agent_pid")
if [ "$rss" -lt 64 ]; then good "the agent stays small with it ($rss MiB)"; else bad "the agent takes $rss MiB"; fi

# --- another company's name in the payload
company 'the victim'
victim=$company_id
company 'the liar'
sensor "$company_id" liar
alert_line 2026-10-02T10:00:00.000000+0900 600001 ",\"company_id\":$victim,\"tenant_id\":$victim,\"hinomi\":{\"company\":$victim,\"sensor\":1}" \
	>"$STATE/logs/liar.json"
agent send --state "$STATE/agents/liar" "$STATE/logs/liar.json" >>"$STATE/send.log" 2>&1 || bad 'the liar can send'
check_equal 'a payload that names another company stays with its sender' "0|1" "$(stored "$victim")|$(stored "$company_id")"

# --- garbage, silence and bombs on every port, while another sensor works
collector=$(role_pid collector)
api=$(role_pid api)
key=$(grep -rl 'PRIVATE KEY' "$STATE/agents/liar" | head -n 1)
certificate=$(grep -rl --exclude=ca.pem 'BEGIN CERTIFICATE' "$STATE/agents/liar" | head -n 1)
children=''
wait_for_children() {
	for pid in $children; do
		wait "$pid" 2>/dev/null || true
	done
	children=''
}
# bomb BYTES [ZEROES]: to the collector, as a sensor with a good certificate
bomb() {
	(
		printf '%b' "$1"
		head -c "${2:-0}" /dev/zero
		sleep 2
	) | timeout 20 openssl s_client -quiet -connect "127.0.0.1:$lumberjack_port" -CAfile "$STATE/server/ca.pem" \
		-cert "$certificate" -key "$key" >/dev/null 2>&1 &
	children="$children $!"
}
"$writer" "$STATE/logs/neighbour.json" 2000 700000 400 &
load=$!
end_agent "$agent_pid"
company 'the quiet neighbour'
sensor "$company_id" neighbour
follow neighbour "$STATE/agents/neighbour" "$STATE/logs/neighbour.json"
for port in "$lumberjack_port" "$est_port" "$api_port" "$metrics_port"; do
	for i in $(seq 20); do
		(head -c 3000 /dev/urandom | timeout 5 openssl s_client -quiet -connect "127.0.0.1:$port" >/dev/null 2>&1 || true) &
		children="$children $!"
		# Connects and says nothing, or the same a byte at a time.
		(timeout 6 sh -c "{ printf G; sleep 2; printf E; sleep 2; printf T; sleep 2; }" | timeout 6 curl -s --max-time 6 \
			"telnet://127.0.0.1:$port" >/dev/null 2>&1 || true) &
		children="$children $!"
	done
done
for i in 1 2 3 4 5; do
	bomb '2W\0377\0377\0377\0377'
	bomb '2W\0\0\0\0012J\0\0\0\001\0377\0377\0377\0377' 5000000
	bomb '2W\0\0\0\0012C\0377\0377\0377\0377' 5000000
	bomb '2W\0\0\0\0012D\0\0\0\001\0377\0377\0377\0377' 5000000
	bomb '1W\0\0\0\001' 100
done
wait "$load"
wait_until 60 received_is "$company_id" 2000 || true
check_equal 'a neighbour of all that does not notice' '2000|2000' \
	"$(sql "SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE company_id = $company_id")"
wait_for_children
check_equal 'collector and api are the same processes as before' "$collector $api" "$(role_pid collector) $(role_pid api)"
rss=$(rss_mib "$collector")
if [ "$rss" -lt 300 ]; then good "the collector's memory stays bounded ($rss MiB)"; else bad "the collector takes $rss MiB"; fi
rss=$(rss_mib "$api")
if [ "$rss" -lt 300 ]; then good "the api's memory stays bounded ($rss MiB)"; else bad "the api takes $rss MiB"; fi
end_agent "$agent_pid"
wait_until 60 correlated || bad 'the correlator comes to an end'
check_equal 'after all of it, counts equal a full scan' '0' "$(sql "
	SELECT count(*) FROM
	  (SELECT company_id, (ts AT TIME ZONE 'Asia/Tokyo')::date AS day, direction, engine, severity, action,
	          sum(repeat_count)::bigint AS detections FROM alert WHERE kind = 'alert' GROUP BY 1, 2, 3, 4, 5, 6) s
	  FULL JOIN company_day d USING (company_id, day, direction, engine, severity, action)
	WHERE s.detections IS DISTINCT FROM d.detections")"
finish
