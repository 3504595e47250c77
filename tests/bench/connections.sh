#!/bin/sh
# Many idle sensors with mutual TLS: what each costs the collector in memory, all of them in CPU, and how long it takes
# until all are served again after they came back at the same moment.
. "$(dirname "$0")/common.sh"

count=${BENCH_CONNECTIONS:-10000}
certificates=20

server_prepare
server_start
pairs=''
for i in $(seq "$certificates"); do
	company "bench $i"
	sensor "$company_id" "bench$i"
	pairs="$pairs $STATE/agents/bench$i/agent.pem $STATE/agents/bench$i/agent.key"
done
collector=$(role_pid collector)
empty=$(rss_kib "$collector")
mkfifo "$STATE/commands"
# shellcheck disable=SC2086 # certificates and keys are words
"$tools/idle_sensors" 127.0.0.1 "$lumberjack_port" "$STATE/server/ca.pem" "$count" $pairs \
	<"$STATE/commands" >"$STATE/answers" 2>"$STATE/idle_sensors.log" &
fleet=$!
at_exit "kill $fleet 2>/dev/null"
exec 4>"$STATE/commands"

answered() {
	kill -0 "$fleet" || give_up "the sensors ended: $(cat "$STATE/idle_sensors.log")"
	grep -q "^$1 " "$STATE/answers"
}
wait_until 300 answered open || give_up 'not all sensors could connect'
echo "first: $(cat "$STATE/answers")"
full=$(rss_kib "$collector")
emit connections kib_per_connection "$(per "$(minus "$full" "$empty")" "$count")" KiB

before=$(ticks "$collector")
sleep 20
emit connections idle_cpu_percent "$(per "$(minus "$(ticks "$collector")" "$before")" "$((20 * clock_ticks))" 100)" %

echo again >&4
wait_until 300 answered again || give_up 'not all sensors came back'
emit connections reconnect_all_s "$(awk '$1 == "again" { print $3 }' "$STATE/answers")" s
exec 4>&-
wait "$fleet" || true
server_stop
