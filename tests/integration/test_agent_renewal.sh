#!/bin/sh
# Certificates that live for a minute: a running agent renews its own in time, by its child process, goes on with the new
# one, and does so again, long behind the end of the first. Alerts come all the time; each must arrive, once. An agent
# that was away for too long is told what to do.
set -eu
server_settings='keyholder:
  sensor_certificate_life: 1m'
. "$(dirname "$0")/server.sh"

log=$STATE/eve.json
state=$STATE/agents/fw
written=0 agent_pid=''
now=$(date -u +%Y-%m-%dT%H:%M:%S)

line() {
	written=$((written + 1))
	printf '{"timestamp":"%s.%06d+0000","flow_id":%d,"event_type":"alert","src_ip":"203.0.113.9","src_port":40000,"dest_ip":"192.168.1.10","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2100498,"rev":1,"signature":"TEST","category":"","severity":2}}\n' \
		"$now" "$written" "$written" >>"$log"
}
stop_agent() {
	[ -z "$agent_pid" ] || kill "$agent_pid" 2>/dev/null || true
	[ -z "$agent_pid" ] || wait "$agent_pid" || true
	agent_pid=''
}
alerts() {
	sql "SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE signature = 'TEST'"
}
all_there() {
	[ "$(alerts | cut -d'|' -f2)" = "$written" ]
}
renewals() {
	grep -c 'has been renewed' "$STATE/agent.log" || true
}
# A line with each look, so that the renewal comes in the middle of traffic.
renewed() {
	line
	[ "$(renewals)" -ge "$1" ]
}
serial() {
	openssl x509 -in "$state/agent.pem" -noout -serial
}

server_prepare
server_start
company 'One'
sensor "$company_id" fw
first=$(serial)
first_end=$(date -u -d "$(openssl x509 -in "$state/agent.pem" -noout -enddate | cut -d= -f2)" +%s)
first_is_over() {
	line
	[ "$(date +%s)" -gt $((first_end + 5)) ]
}

cat >"$STATE/agent.yaml" <<YAML
state_dir: $state
eve:
  paths: [$log]
YAML
line
"$BUILD/hinomi-agent" run --config "$STATE/agent.yaml" >>"$STATE/agent.log" 2>&1 </dev/null &
agent_pid=$!
at_exit stop_agent
wait_until 30 all_there || true
check_equal 'connected with the first certificate' "$written|$written" "$(alerts)"

wait_until 120 renewed 1 || true
second=$(serial)
check_equal 'it is renewed' different "$([ "$first" = "$second" ] || echo different)"
check_equal 'before its end' yes "$([ "$(date +%s)" -lt "$first_end" ] && echo yes)"
wait_until 120 first_is_over
wait_until 30 all_there || true
check_equal 'behind the end of the first one all is there, once' "$written|$written" "$(alerts)"
check_equal 'the connection was never cut for its certificate' 0 "$(grep -c 'expired' "$STATE/hinomid.log" || true)"

wait_until 120 renewed 3 || true
check_equal 'and renewed again' different "$([ "$second" = "$(serial)" ] || echo different)"
check_equal 'no try has failed' 0 "$(grep -c 'could not be renewed' "$STATE/agent.log" || true)"
wait_until 30 all_there || true
check_equal 'all is there, once' "$written|$written" "$(alerts)"
check_equal 'each certificate is on record' $(($(renewals) + 1)) "$(sql 'SELECT count(*) FROM sensor_certificate')"
check_equal 'nothing is left of the renewal' '' "$(find "$state" -name '*.new*')"

stop_agent
is_over() {
	! openssl x509 -in "$state/agent.pem" -noout -checkend 0 >"$STATE/checkend" 2>&1
}
wait_until 120 is_over
check_fails 'one that has expired is not renewed, but told what to do' 1 'hinomictl sensor token' \
	agent renew --state "$state"
check_equal 'and stays as it is' yes "$([ -s "$state/agent.pem" ] && echo yes)"
[ "$failed" -eq 0 ] || cat "$STATE/agent.log"
finish
