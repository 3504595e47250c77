#!/bin/sh
# The agent on the appliance: resident memory idle and at 5,000 lines a second, CPU per 1,000 lines; beside rsyslog that
# follows the same file (imfile) and sends it over mutual TLS from a queue on disk.
. "$(dirname "$0")/common.sh"

rate=5000 seconds=20
lines=$((rate * seconds))
writer=$BUILD/tests/integration/write_events

# measure PID FILE: fills the file at the rate; sets idle and busy (KiB) and used (ticks)
measure() {
	sleep 3
	idle=$(rss_kib "$1")
	before=$(ticks "$1")
	"$writer" "$2" "$lines" 1000000 "$rate" &
	busy=0
	while kill -0 $! 2>/dev/null; do
		sleep 0.5
		rss=$(rss_kib "$1")
		[ "$rss" -le "$busy" ] || busy=$rss
	done
	wait_until 120 "$3" || give_up "$(basename "$2") was not delivered"
	used=$(minus "$(ticks "$1")" "$before")
}
ours_delivered() {
	[ "$(sql 'SELECT coalesce(sum(received), 0) FROM sensor_day')" -ge "$lines" ]
}
theirs_delivered() {
	[ "$(wc -l <"$STATE/sink/out")" -ge "$lines" ]
}

server_prepare
server_start
company bench
sensor "$company_id" bench
: >"$STATE/ours.json"
cat >"$STATE/agent.yaml" <<CONF
state_dir: $STATE/agents/bench
eve:
  paths: [$STATE/ours.json]
CONF
"$BUILD/hinomi-agent" run --config "$STATE/agent.yaml" >"$STATE/agent.log" 2>&1 </dev/null &
agent=$!
at_exit "kill $agent 2>/dev/null"
measure "$agent" "$STATE/ours.json" ours_delivered
our_idle=$idle our_busy=$busy our_used=$used
kill "$agent"
wait "$agent" || true
server_stop

mkdir -p "$STATE/sink" "$STATE/follower"
make_certificates "$STATE/sink"
port=$((PORT + 11))
cat >"$STATE/sink/rsyslog.conf" <<CONF
global(workDirectory="$STATE/sink" maxMessageSize="64k" defaultNetstreamDriver="ossl"
	defaultNetstreamDriverCAFile="$STATE/sink/ca.pem" defaultNetstreamDriverCertFile="$STATE/sink/server.pem"
	defaultNetstreamDriverKeyFile="$STATE/sink/server.key")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name"
	PermittedPeer=["client.example"])
input(type="imtcp" address="127.0.0.1" port="$port")
action(type="omfile" file="$STATE/sink/out" ioBufferSize="64k" flushOnTXEnd="on")
CONF
: >"$STATE/sink/out"
start_rsyslog sink
sink=$rsyslog_pid
wait_until 30 listening "$port" || give_up "rsyslog does not listen; see $STATE/sink/rsyslog.log"
: >"$STATE/theirs.json"
cat >"$STATE/follower/rsyslog.conf" <<CONF
global(workDirectory="$STATE/follower" maxMessageSize="64k" defaultNetstreamDriver="ossl"
	defaultNetstreamDriverCAFile="$STATE/sink/ca.pem" defaultNetstreamDriverCertFile="$STATE/sink/client.pem"
	defaultNetstreamDriverKeyFile="$STATE/sink/client.key")
module(load="imfile")
input(type="imfile" file="$STATE/theirs.json" tag="eve:" ruleset="forward")
ruleset(name="forward") {
	action(type="omfwd" target="127.0.0.1" port="$port" protocol="tcp" StreamDriver="ossl" StreamDriverMode="1"
		StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="server.example" TCP_Framing="octet-counted"
		action.resumeRetryCount="-1" queue.type="LinkedList" queue.filename="forward" queue.size="20000"
		queue.maxDiskSpace="1g" queue.saveOnShutdown="on")
}
CONF
start_rsyslog follower
follower=$rsyslog_pid
measure "$follower" "$STATE/theirs.json" theirs_delivered
kill "$follower" "$sink"
wait "$follower" "$sink" || true

peer='rsyslog imfile to omfwd (mutual TLS)'
emit agent rss_mib_idle "$(per "$our_idle" 1024)" MiB "$peer" "$(per "$idle" 1024)" lower
emit agent rss_mib_busy "$(per "$our_busy" 1024)" MiB "$peer" "$(per "$busy" 1024)" lower
emit agent cpu_ms_per_1000_lines "$(per "$our_used" "$((lines * clock_ticks))" 1000000)" ms "$peer" \
	"$(per "$used" "$((lines * clock_ticks))" 1000000)" lower
