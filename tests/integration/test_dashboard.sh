#!/bin/sh
# The whole way to the screen: a line in eve.json, a real agent, hinomid, and two analysts in real browsers.
# tests/e2e/real.mjs tells the story. SHOTS=DIR saves what the screens showed when it failed.
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

# A sensor that has begun to speak is up with the next round.
server_settings='housekeeper:
  interval: 1s'

"$top/scripts/web-modules" all
[ -f "$BUILD/web/index.html" ] || "$top/scripts/build-web" "$BUILD/web"
server_prepare
server_start

name='株式会社みおつくし精機'
company "$name" --member-no 101-0142 --industry 製造 --employees 42
ctl span add --company "$company_id" --from "$(TZ=Asia/Tokyo date +%Y-%m-01)" >/dev/null
sensor "$company_id" honsha
eve=$STATE/eve.json
: >"$eve"
cat >"$STATE/agent.yaml" <<CONF
state_dir: $STATE/agents/honsha
eve:
  paths: [$eve]
CONF
"$BUILD/hinomi-agent" run --config "$STATE/agent.yaml" >"$STATE/agent.log" 2>&1 </dev/null &
agent_pid=$!
at_exit "kill $agent_pid 2>/dev/null && wait $agent_pid || true"

first=$(ctl user add --email tanaka@example.jp --name '田中 一郎' --role analyst)
second=$(ctl user add --email sato@example.jp --name '佐藤 恵' --role analyst)
node "$top/tests/e2e/real.mjs" --first "$first" --second "$second" --eve "$eve" --company "$name" >"$STATE/browser.log" 2>&1 || true
cat "$STATE/browser.log"
counts=$(sed -n 's/^e2e: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$STATE/browser.log")
if [ -n "$counts" ]; then
	passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
else
	bad 'the browsers came to the end of the story'
fi
check_equal 'the server was not in trouble meanwhile' '' "$(grep -E ' (error|fatal) ' "$STATE/hinomid.log" || true)"
finish
