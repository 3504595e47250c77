#!/bin/sh
# From the line in eve.json to the event on a screen, at 1,000 alerts a second for 20 seconds.
. "$(dirname "$0")/common.sh"

rate=1000 seconds=20

server_prepare
server_start
company bench
sensor "$company_id" bench
eve=$STATE/eve.json
: >"$eve"
cat >"$STATE/agent.yaml" <<CONF
state_dir: $STATE/agents/bench
eve:
  paths: [$eve]
CONF
"$BUILD/hinomi-agent" run --config "$STATE/agent.yaml" >"$STATE/agent.log" 2>&1 </dev/null &
agent=$!
at_exit "kill $agent 2>/dev/null"

password=$(head -c 12 /dev/urandom | base64 | tr '+/' '-_')
link=$("$BUILD/hinomictl" user add --email bench@hinomi.example --role admin)
token=$(printf %s "${link##*#}" | sed 's/^token=//' | tr -d ' \n')
call() {
	curl -fsk -H 'Content-Type: application/json' -H 'Sec-Fetch-Site: same-origin' "$@"
}
call -d "{\"token\":\"$token\",\"password\":\"$password\"}" "https://127.0.0.1:$api_port/v1/setup"
cookie=$(call -o /dev/null -D - -d "{\"email\":\"bench@hinomi.example\",\"password\":\"$password\"}" \
	"https://127.0.0.1:$api_port/v1/session" | sed -nE 's/^[Ss]et-[Cc]ookie: ([^;]*).*/\1/p' | tr -d '\r')
[ -n "$cookie" ] || give_up 'no session'

# One second first: files found, connections up, caches warm.
"$tools/stream_latency" "$eve" 100 1 127.0.0.1 "$api_port" "$cookie" >/dev/null
mv "$eve" "$eve.1"
: >"$eve"
"$tools/stream_latency" "$eve" "$rate" "$seconds" 127.0.0.1 "$api_port" "$cookie" >"$STATE/result"
read -r sent seen p50 p99 most <"$STATE/result"
echo "$sent alerts written, $seen seen, slowest after $most ms"
[ "$sent" = "$seen" ] || give_up "$((sent - seen)) alerts never reached the stream"
emit latency p50_ms "$p50" ms
emit latency p99_ms "$p99" ms
kill "$agent"
wait "$agent" || true
server_stop
