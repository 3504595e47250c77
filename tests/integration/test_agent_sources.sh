#!/bin/sh
# A real agent against a real server: eve.json through each kind of rotation, with kills and rotations while the agent is
# away; syslog over UDP and TCP; enrolment by fingerprint, renewal of the certificate. Every alert must arrive, once.
set -eu
. "$(dirname "$0")/server.sh"

logs=$STATE/logs
state=$STATE/agents/fw
udp_port=$((PORT + 4)) tcp_port=$((PORT + 5))
written=0 agent_pid=''
mkdir -p "$logs"

# grow FILE COUNT: alerts with ever new flow ids
grow() {
	i=0
	while [ "$i" -lt "$2" ]; do
		i=$((i + 1)) written=$((written + 1))
		printf '{"timestamp":"%s.%06d+0000","flow_id":%d,"event_type":"alert","src_ip":"203.0.113.9","src_port":40000,"dest_ip":"192.168.1.10","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2100498,"rev":1,"signature":"TEST","category":"","severity":2}}\n' \
			"$now" "$written" "$written"
	done >>"$1"
}
now=$(date -u +%Y-%m-%dT%H:%M:%S)

start_agent() {
	"$BUILD/hinomi-agent" run --config "$STATE/agent.yaml" >>"$STATE/agent.log" 2>&1 </dev/null &
	agent_pid=$!
}
kill_agent() {
	kill -9 "$agent_pid"
	wait "$agent_pid" 2>/dev/null || true
}
stop_agent() {
	[ -z "$agent_pid" ] || kill "$agent_pid" 2>/dev/null || true
	[ -z "$agent_pid" ] || wait "$agent_pid" || true
	agent_pid=''
}
# How many alerts, and how many different ones
alerts() {
	sql "SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE kind = 'alert' AND signature = 'TEST'"
}
all_there() {
	[ "$(alerts | cut -d'|' -f2)" = "$written" ]
}
expect_all() {
	wait_until 60 all_there || true
	check_equal "$1" "$written|$written" "$(alerts)"
}

server_prepare
server_start
company 'One'

# ---------------------------------------------------------------------------------------------- enrolment
pin=$(openssl x509 -in "$STATE/server/ca.pem" -noout -fingerprint -sha256 | cut -d= -f2)
token=$(ctl sensor add --company "$company_id" --name fw)
enrol() {
	agent enroll --server "127.0.0.1:$est_port" --lumberjack-port "$lumberjack_port" --state "$state" "$@"
}
check_fails 'another fingerprint is refused' 1 'fingerprint' \
	enrol --token "$token" --ca-sha256 "$(printf '%064d' 0)"
check_fails 'a wrong token is refused, with a way on' 1 'hinomictl sensor add' \
	enrol --token nonsense --ca-sha256 "$pin"
enrol --token "$token" --ca-sha256 "$pin" >"$STATE/enroll.log" 2>&1 || cat "$STATE/enroll.log"
check_equal 'enrolled by fingerprint' yes "$([ -s "$state/agent.pem" ] && echo yes)"
old=$(openssl x509 -in "$state/agent.pem" -noout -serial)
agent renew --state "$state" >"$STATE/renew.log" 2>&1 || cat "$STATE/renew.log"
check_equal 'the certificate is renewed' different \
	"$([ "$old" = "$(openssl x509 -in "$state/agent.pem" -noout -serial)" ] || echo different)"
check_equal 'key and certificate fit' "$(openssl x509 -in "$state/agent.pem" -noout -pubkey)" \
	"$(openssl pkey -in "$state/agent.key" -pubout)"

cat >"$STATE/agent.yaml" <<YAML
state_dir: $state
eve:
  paths: ["$logs/eve*.json"]
  poll: 200ms
syslog:
  udp: 127.0.0.1:$udp_port
  tcp: 127.0.0.1:$tcp_port
YAML
at_exit stop_agent

# ---------------------------------------------------------------------------------------------- rotation
grow "$logs/eve.json" 100
start_agent
expect_all 'what was there before the first start'

grow "$logs/eve.json" 50
mv "$logs/eve.json" "$logs/eve.json.1"
grow "$logs/eve.json.1" 5
grow "$logs/eve.json" 50
expect_all 'renamed, the writer being late'

grow "$logs/eve.json" 50
cp "$logs/eve.json" "$logs/eve.json.0"
: >"$logs/eve.json"
grow "$logs/eve.json" 10
expect_all 'copied and truncated'

grow "$logs/eve.1.json" 20
grow "$logs/eve.2.json" 20
expect_all 'files of threads that appear later'

printf '{"timestamp":"%s.000000+0000","event_type":"alert","src_ip":"203.0.113.9",' "$now" >>"$logs/eve.json"
grow "$logs/eve.1.json" 1
expect_all 'a half-written line holds nobody up'
written=$((written + 1))
printf '"dest_ip":"192.168.1.10","proto":"TCP","flow_id":%d,"alert":{"signature_id":2100498,"signature":"TEST","severity":2}}\n' \
	"$written" >>"$logs/eve.json"
expect_all 'and is one alert when it is complete'

round=0
while [ "$round" -lt 6 ]; do
	round=$((round + 1))
	grow "$logs/eve.json" 200
	kill_agent
	grow "$logs/eve.json" 20
	mv "$logs/eve.json" "$logs/eve.json-2026112$round"
	grow "$logs/eve.json" 20
	start_agent
done
expect_all 'killed and rotated, six times'

kill_agent
grow "$logs/eve.json" 10
mv "$logs/eve.json" "$logs/eve.json-20261127"
grow "$logs/eve.json" 10
mv "$logs/eve.json" "$logs/eve.json-20261128"
grow "$logs/eve.json" 10
start_agent
expect_all 'rotated twice while the agent was away'
check_equal 'nothing counts as dropped or unparsed' '0|0' \
	"$(sql 'SELECT sum(dropped), sum(unparsed) FROM sensor_day')"

# ---------------------------------------------------------------------------------------------- syslog
virus() { # NUMBER
	printf '<185>date=%s time=%s devname="FG" devid="FG100" tz="+0000" logid="0211008192" type="utm" subtype="virus" level="warning" vd="root" msg="File is infected." action="blocked" service="HTTP" sessionid=%d srcip=192.168.1.10 dstip=203.0.113.80 srcport=50000 dstport=80 proto=6 direction="incoming" filename="a%d.exe" virus="EICAR_TEST_FILE" dtype="Virus" virusid=2172' \
		"${now%T*}" "${now#*T}" "$1" "$1"
}
viruses() {
	sql "SELECT count(*) FROM alert WHERE kind = 'alert' AND engine = 'antivirus'"
}
viruses_are() {
	[ "$(viruses)" -ge "$1" ]
}
if command -v logger >/dev/null; then
	# util-linux's logger puts a header of its own in front; -n -T -P are its network options.
	logger --rfc3164 -n 127.0.0.1 -d -P "$udp_port" -p local7.alert -- "$(virus 1 | cut -d'>' -f2-)"
	logger --rfc5424 -n 127.0.0.1 -T -P "$tcp_port" -p local7.alert --octet-count -- "$(virus 2 | cut -d'>' -f2-)"
	{
		virus 3
		echo
		virus 4
		echo
	} | curl -s --max-time 3 --no-buffer "telnet://127.0.0.1:$tcp_port" || true # waits for a server that says nothing
	wait_until 30 viruses_are 4 || true
	check_equal 'FortiGate over UDP, octet-counted and by lines' 4 "$(viruses)"
else
	skip 'syslog: logger is not installed'
fi

agent status --state "$state" >"$STATE/status" 2>&1 || true
check_equal 'status names the file' yes "$(grep -q 'eve.json' "$STATE/status" && echo yes)"
finish
