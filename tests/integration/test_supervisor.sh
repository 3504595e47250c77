#!/bin/sh
# The supervisor with all its roles: what it says when it starts, that whoever dies comes back while nobody is refused,
# reloads good and bad, and that everybody ends: told so, with sensors that are sending, or because it died itself.
. "$(dirname "$0")/server.sh"
set -u

lumber=$BUILD/tests/integration/lumber
case $lumber in
/*) ;;
*) lumber=$PWD/$lumber ;;
esac
roles='keyholder collector correlator housekeeper api'
log=$STATE/hinomid.log
agents='' writers=''
at_exit 'end_agents'

end_agents() {
	for p in $agents $writers; do
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	agents='' writers=''
}
log_begins() { # what follows is searched for by `said`
	log_from=$(($(wc -l <"$log") + 1))
}
said() {
	tail -n "+$log_from" "$log" | grep -qE -e "$1"
}
count_said() {
	tail -n "+$log_from" "$log" | grep -cE -e "$1"
}
is_gone() {
	! kill -0 "$1" 2>/dev/null
}
came_back() { # ROLE OLD-PID
	p=$(role_pid "$1")
	[ -n "$p" ] && [ "$p" != 0 ] && [ "$p" != "$2" ] && grep -q "\"role\":\"$1\",\"pid\":$p,\"state\":\"ready\"" "$STATE/server/run/status.json"
}
all_ready() {
	grep -q '"ready":true' "$STATE/server/run/status.json"
}
stored() {
	sql 'SELECT count(*) FROM alert'
}
stored_is() {
	[ "$(stored)" = "$1" ]
}
# A raw conversation: bytes from stdin, what comes back until it is so many.
raw() { # BYTES
	"$lumber" raw 127.0.0.1 "$lumberjack_port" "$STATE/server/ca.pem" "$STATE/agents/one/agent.pem" "$STATE/agents/one/agent.key" "$1"
}

# ------------------------------------------------------------------------------------------------------------- start
collector_settings='  window_events: 10000'
server_prepare
server_start || exit 1
check_equal 'its file names every role as ready' "$roles" \
	"$(for r in $roles; do came_back "$r" none && printf '%s ' "$r"; done | sed 's/ $//')"
company one
sensor "$company_id" one
sensor "$company_id" two

# A second one, by mistake: it says why it does not start, and harms nobody.
second() {
	"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --config="$1"
}
check_fails 'a second server on the same files does not start' 1 'is hinomid running already?' second "$STATE/hinomi.yaml"
sed "s|^state_dir:.*|state_dir: $STATE/other|" "$STATE/hinomi.yaml" >"$STATE/other.yaml"
mkdir -p "$STATE/other"
[ "$(id -u)" -ne 0 ] || chown "${HINOMI_USER:-postgres}" "$STATE/other"
check_fails 'nor one on the same ports' 1 "cannot listen on 127.0.0.1:$lumberjack_port" second "$STATE/other.yaml"
check_equal 'and the first one still enrols' 0 "$(sensor "$company_id" three >"$STATE/answer" 2>&1; echo $?)"

# -------------------------------------------------------------------------------------------------------------- death
for r in $roles; do
	old=$(role_pid "$r")
	log_begins
	kill -9 "$old"
	check_equal "$r comes back after kill -9" yes "$(wait_until 20 came_back "$r" "$old" && echo yes)"
	check_equal 'and the log says so' yes "$(said "$r ended \(signal 9\)" && echo yes)"
done
check_equal 'all of them serve: enrolment' 0 "$(sensor "$company_id" four >"$STATE/answer" 2>&1; echo $?)"
printf '%s\n' '{"timestamp":"2026-10-01T00:00:07.000000+0000","event_type":"alert","flow_id":7,"src_ip":"203.0.113.1","dest_ip":"192.168.1.1","proto":"TCP","alert":{"signature_id":1,"signature":"first","severity":1}}' >"$STATE/first.json"
agent send --state "$STATE/agents/four" "$STATE/first.json" >"$STATE/answer" 2>&1 || bad "send: $(cat "$STATE/answer")"
check_equal 'ingest, the correlator' 't' "$(wait_until 20 correlated && sql 'SELECT count(*) = 1 FROM incident')"
check_equal 'the api' 0 "$(sign_in one@example.org analyst >"$STATE/answer" 2>&1; echo $?)"

# While a role is away its socket is not: who connects then waits, and is served.
log_begins
for i in 1 2 3 4; do
	old=$(role_pid keyholder)
	kill -9 "$old"
	wait_until 20 came_back keyholder "$old" || bad "the keyholder does not come back, time $i"
done
# It died once before. Each wait is from the upper half of a step, and each step is twice the last.
tail -n "+$log_from" "$log" | sed -n 's/.*keyholder ended.* again in \([0-9]*\) ms$/\1/p' >"$STATE/waits"
check_equal 'who keeps dying waits longer each time' 'yes yes yes yes ' "$(awk 'BEGIN { step = 400 }
	{ printf "%s ", ($1 >= step / 2 && $1 <= step) ? "yes" : $1; step *= 2 }' "$STATE/waits")"
old=$(role_pid keyholder)
kill -9 "$old"
check_equal 'an enrolment while the keyholder is away waits for it' 0 "$(sensor "$company_id" five >"$STATE/answer" 2>&1; echo $?)"
wait_until 20 all_ready || bad 'not all are ready again'
check_equal 'a role that is told to end does, and comes back' yes "$(
	old=$(role_pid correlator)
	log_begins
	kill -TERM "$old"
	wait_until 20 came_back correlator "$old" && said 'correlator ended \(status 0\)' && echo yes
)"

# ------------------------------------------------------------------------------------------------------------- reload
# A window of ten events that do not come: served (A 0 keeps it alive) or, beyond the limit, cut off.
window_of_ten() {
	printf '2W\0\0\0\12' | raw 6 2>&1
}
check_equal 'a window of ten is served' 324100000000 "$(window_of_ten)"
pids_before=$(for r in $roles; do role_pid "$r"; done)
sed -i 's/^  window_events: .*/  window_events: several/' "$STATE/hinomi.yaml"
line=$(grep -n 'window_events' "$STATE/hinomi.yaml" | cut -d : -f 1)
log_begins
kill -HUP "$server_pid"
check_equal 'a bad configuration: the log has file, line and key' yes \
	"$(wait_until 10 said "supervisor: .*not reloaded.*hinomi.yaml:$line: .*window_events" && echo yes)"
check_equal 'and nothing changes' 324100000000 "$(window_of_ten)"
sed -i 's/^  window_events: .*/  window_events: 5/' "$STATE/hinomi.yaml"
echo 'log_level: loud' >>"$STATE/hinomi.yaml"
log_begins
kill -HUP "$server_pid"
check_equal 'also what no type can tell' yes "$(wait_until 10 said 'not reloaded.*log_level: "loud"' && echo yes)"
sed -i 's/^log_level: .*/log_level: debug/' "$STATE/hinomi.yaml"
log_begins
kill -HUP "$server_pid"
all_reloaded() {
	[ "$(count_said '(keyholder|collector|correlator|housekeeper|api): configuration reloaded')" = 5 ]
}
check_equal 'a good one reaches every role' yes "$(wait_until 20 all_reloaded && echo yes)"
check_equal 'a changed limit is in force' closed "$(window_of_ten)"
check_equal 'and so is the level of the log' yes "$(wait_until 10 said ' debug collector: ' && echo yes)"
check_equal 'nobody had to start again' "$pids_before" "$(for r in $roles; do role_pid "$r"; done)"
sed -i -e 's/^  window_events: .*/  window_events: 10000/' -e '/^log_level/d' "$STATE/hinomi.yaml"
kill -HUP "$server_pid"
wait_until 10 said 'configuration reloaded' || bad 'no reload'

# -------------------------------------------------------------------------------------------------------------- drain
# Agents that follow growing files and a live screen, stopped again and again: everybody ends by himself, and in the end
# each alert is there once.
for name in one two three; do
	: >"$STATE/$name.json"
	printf 'state_dir: %s\neve:\n  paths: [%s]\n' "$STATE/agents/$name" "$STATE/$name.json" >"$STATE/$name.yaml"
	"$BUILD/hinomi-agent" run --config "$STATE/$name.yaml" >>"$STATE/$name.log" 2>&1 </dev/null &
	agents="$agents $!"
done
before=$(stored)
ends='' base=1000000 count=0
for round in 1 2 3 4 5 6 7 8; do
	api GET /v1/stream -N >"$STATE/stream" 2>&1 &
	screen=$!
	for name in one two three; do
		"$BUILD/tests/integration/write_events" "$STATE/$name.json" 400 "$base" 2000 &
		writers="$writers $!"
		base=$((base + 1000)) count=$((count + 400))
	done
	# In the middle of it: some of the first of these are stored, the last ones not written yet.
	some_of_it() { [ "$(stored)" -gt $((before + count - 1200)) ]; }
	wait_until 30 some_of_it || bad "nothing is stored in round $round"
	server_stop
	ends="$ends $server_status"
	wait "$screen" 2>/dev/null
	for w in $writers; do
		wait "$w"
	done
	writers=''
	server_start || exit 1
done
check_equal 'SIGTERM while sensors send: a clean end, each time' ' 0 0 0 0 0 0 0 0' "$ends"
check_equal 'and nobody is killed' 0 "$(grep -c 'is killed' "$log")"
check_equal 'each alert is there once' yes "$(wait_until 60 stored_is $((before + count)) && echo yes || stored)"
check_equal 'none twice' 0 "$(sql 'SELECT count(*) - count(DISTINCT flow_id) FROM alert')"

# The database hangs, and the sensors' events with it: still everybody ends within the time given.
psql -d "$conninfo" -X -q -c 'BEGIN; LOCK TABLE alert IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)' >"$STATE/locker" 2>&1 &
locker=$!
locked() {
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE relation = 'alert'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]
}
wait_until 20 locked || bad 'the table is not locked'
"$BUILD/tests/integration/write_events" "$STATE/one.json" 50 "$base" 0
waiting() {
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE relation = 'alert'::regclass AND NOT granted")" -ge 1 ]
}
wait_until 20 waiting || bad 'nobody waits for the table'
log_begins
server_stop
check_equal 'with a database that hangs: a clean end' 0 "$server_status"
check_equal 'of the collector, too' 0 "$(count_said 'collector did not finish')"
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)%' AND pid <> pg_backend_pid()" >"$STATE/answers"
wait "$locker" 2>/dev/null
server_start || exit 1
check_equal 'and the events are stored later' yes "$(wait_until 60 stored_is $((before + count + 50)) && echo yes || stored)"

# ------------------------------------------------------------------------------------------------ without supervisor
pids=$(for r in $roles; do role_pid "$r"; done)
kill -9 "$server_pid"
wait "$server_pid" 2>/dev/null
server_pid=''
none_left() {
	for p in $pids; do
		is_gone "$p" || return 1
	done
}
check_equal 'roles end by themselves when the supervisor is killed' yes "$(wait_until 30 none_left && echo yes)"
# The folder belongs to the roles' user, the supervisor may be root: what a role that was taken over puts there is not
# followed.
echo untouched >"$STATE/victim"
chmod 666 "$STATE/victim"
ln -s "$STATE/victim" "$STATE/server/run/status.json.new"
server_start || exit 1
good 'and a new one starts on their ports'
check_equal 'its file is written beside a link, not through it' untouched "$(cat "$STATE/victim")"
end_agents
server_stop
check_equal 'SIGTERM: all end, status 0' 0 "$server_status"
finish
