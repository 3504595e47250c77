#!/bin/sh
# Lumberjack clients that others wrote, with certificates of a real enrolment, against a whole server. What they send in
# each of Filebeat's three shapes must become the very alert that our own agent makes of the same line; a client of
# version 1 must be told to go, and nobody else notice. The clients are npm packages, pinned in tests/peers.
set -eu
. "$(dirname "$0")/server.sh"

for tool in node npm jq; do
	command -v "$tool" >/dev/null || {
		skip "Lumberjack clients of others: $tool is not installed"
		finish
	}
done
mkdir -p "$STATE/lines"
case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac

# Fetched once; $BUILD/peers/installed is the lock file they came by.
install_clients() {
	mkdir -p "$BUILD/peers"
	cmp -s "$top/tests/peers/package-lock.json" "$BUILD/peers/installed" && return 0
	cp "$top/tests/peers/package.json" "$top/tests/peers/package-lock.json" "$top/tests/peers/.npmrc" "$BUILD/peers/"
	(cd "$BUILD/peers" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$STATE/npm.log" 2>&1 || return 1
	cp "$top/tests/peers/package-lock.json" "$BUILD/peers/installed"
}
install_clients || {
	if grep -qE 'EINTEGRITY|EUSAGE' "$STATE/npm.log"; then
		bad 'the clients are what the lock file says'
		cat "$STATE/npm.log"
	else
		skip "Lumberjack clients of others: npm cannot get them: $(head -n 2 "$STATE/npm.log" | tr '\n' ' ')"
	fi
	finish
}
export NODE_PATH="$BUILD/peers/node_modules" NODE_NO_WARNINGS=1

# client PROGRAM SENSOR ARGS: a client with the certificate of that sensor
client() {
	client_program=$1 client_dir=$STATE/agents/$2
	shift 2
	timeout 60 node "$top/tests/peers/$client_program.js" "$lumberjack_port" "$client_dir/ca.pem" "$client_dir/agent.pem" \
		"$client_dir/agent.key" "$@"
}
stored() { # NAME of a sensor
	sql "SELECT count(*) FROM alert a JOIN sensor s USING (company_id, sensor_id) WHERE s.name = '$1'"
}
has_stored() {
	[ "$(stored "$1")" -ge "$2" ]
}
# send_all SENSOR SHAPE FILE COUNT: until so many alerts are stored; then the client goes
send_all() {
	mkfifo "$STATE/$1.stdin"
	client lumberjack2 "$1" "$2" "$3" <"$STATE/$1.stdin" >"$STATE/$1.log" 2>&1 &
	client_pid=$!
	exec 9>"$STATE/$1.stdin"
	wait_until 30 has_stored "$1" "$4" || cat "$STATE/$1.log"
	exec 9>&-
	wait "$client_pid" || bad "the client of $1 failed"
}

# ---------------------------------------------------------------------------------------------------- lines and sensors
# Alerts of Suricata 6 and 7, with what is likely to suffer on the way; two lines that are none.
day=$(date -u +%Y-%m-%d)
cat >"$STATE/lines/eve" <<LINES
{"timestamp":"${day}T00:00:01.415742+0900","flow_id":1398609176796675,"in_iface":"eth0","event_type":"alert","src_ip":"203.0.113.7","src_port":33270,"dest_ip":"192.168.10.5","dest_port":80,"proto":"TCP","tx_id":0,"alert":{"action":"allowed","gid":1,"signature_id":2034125,"rev":4,"signature":"ET EXPLOIT Apache HTTP Server 2.4.49 - Path Traversal Attempt (CVE-2021-41773) M2","category":"Attempted Administrator Privilege Gain","severity":1,"metadata":{"cve":["CVE_2021_41773"],"mitre_technique_id":["T1190"],"mitre_tactic_id":["TA0001"],"signature_severity":["Major"]}},"http":{"hostname":"www.example","http_port":80,"url":"/cgi-bin/.%2e/.%2e/bin/sh?a=\\"b\\"&c=\\\\d","http_method":"POST","protocol":"HTTP/1.1","status":400,"length":166},"app_proto":"http","flow":{"pkts_toserver":4,"pkts_toclient":3,"bytes_toserver":700,"bytes_toclient":500,"start":"${day}T00:00:01.200000+0900"}}
{"timestamp":"${day}T00:00:02.000001+0000","flow_id":2,"event_type":"alert","src_ip":"192.168.10.31","src_port":50123,"dest_ip":"198.51.100.9","dest_port":53,"proto":"UDP","community_id":"1:LQU9qZlK+B5F3KDmev6m5PMibrg=","alert":{"action":"blocked","gid":1,"signature_id":2027758,"rev":2,"signature":"ET DNS 日本語の見出し を含む問い合わせ","category":"Potentially Bad Traffic","severity":2},"dns":{"query":[{"type":"query","id":1,"rrname":"例え.example","rrtype":"A"}]},"app_proto":"dns","payload_printable":"\\u0000\\u0001\\r\\n\\ttab","direction":"to_server"}
{"timestamp":"${day}T00:00:03.500000+0000","flow_id":3,"event_type":"alert","src_ip":"2001:db8::5","src_port":41000,"dest_ip":"fd00::8","dest_port":443,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2260002,"rev":1,"signature":"SURICATA Applayer Detect protocol only one direction","category":"Generic Protocol Command Decode","severity":3},"flow":{"pkts_toserver":9,"pkts_toclient":14}}
{"timestamp":"${day}T00:00:04.250000+0000","flow_id":4,"event_type":"alert","src_ip":"192.168.10.40","dest_ip":"203.0.113.99","proto":"ICMP","icmp_type":8,"icmp_code":0,"alert":{"action":"allowed","gid":1,"signature_id":2100366,"rev":8,"signature":"GPL ICMP_INFO PING *NIX","category":"Misc activity","severity":3}}
{"timestamp":"${day}T00:00:05.000000+0000","flow_id":5,"event_type":"alert","src_ip":"192.168.10.40","src_port":1,"dest_ip":"192.168.10.41","dest_port":445,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":9000001,"rev":1,"signature":"large","category":"","severity":2},"payload":"$(head -c 60000 /dev/zero | tr '\0' 'A')"}
{"timestamp":"${day}T00:00:06.000000+0000","flow_id":6,"event_type":"flow","src_ip":"192.168.10.40","src_port":1,"dest_ip":"192.168.10.41","dest_port":445,"proto":"TCP","flow":{"pkts_toserver":1,"pkts_toclient":0}}
{"timestamp":"${day}T00:00:07.000000+0000","flow_id":7,"event_type":"dns","src_ip":"192.168.10.40","src_port":1,"dest_ip":"192.168.10.1","dest_port":53,"proto":"UDP","dns":{"type":"query","id":7,"rrname":"www.example","rrtype":"A"}}
LINES
i=0
while [ "$i" -lt 400 ]; do
	i=$((i + 1))
	printf '{"timestamp":"%sT01:00:00.%06d+0000","flow_id":%d,"event_type":"alert","src_ip":"203.0.113.9","src_port":40000,"dest_ip":"192.168.10.10","dest_port":22,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2001219,"rev":20,"signature":"ET SCAN Potential SSH Scan","category":"Attempted Information Leak","severity":2}}\n' \
		"$day" "$i" $((1000 + i))
done >>"$STATE/lines/eve"
alerts=$(grep -c '"event_type":"alert"' "$STATE/lines/eve")
jq -c 'select(.event_type == "alert")' <"$STATE/lines/eve" >"$STATE/lines/parsed" || bad 'the lines are no JSON'
grep '"event_type":"alert"' "$STATE/lines/eve" | LC_ALL=C sort >"$STATE/lines/alerts"

server_prepare
server_start
company 'One'
for name in agent plain root module old; do
	sensor "$company_id" "$name"
done
sign_in analyst@example.com analyst

# ------------------------------------------------------------------------------------------------------------ version 1
# First of all, as the log says such things once in ten seconds.
collector=$(role_pid collector)
answer=$(client lumberjack1 old "$(head -n 1 "$STATE/lines/eve")" 2>&1 | tr '\n' ' ')
check_equal 'lumberjack-protocol (version 1): let in by its certificate, then closed without an ack' \
	'connected closed, 0 acks ' "$answer"
check_equal 'the log says why, and who it was' 1 "$(grep -c \
	"sensor $(sql "SELECT sensor_id FROM sensor WHERE name = 'old'") of company $company_id disconnected: .*version 1 is not served" "$STATE/hinomid.log")"

# ------------------------------------------------------------------------------------------------------------ version 2
agent send --state "$STATE/agents/agent" "$STATE/lines/eve" >"$STATE/agent.log" 2>&1 || cat "$STATE/agent.log"
for shape in plain root module; do
	send_all "$shape" "$shape" "$STATE/lines/eve" "$alerts"
	check_equal "lumberjack-client, $shape: each alert, once" "$alerts|$alerts" "$(sql "SELECT count(*), count(DISTINCT flow_id)
		FROM alert JOIN sensor s USING (company_id, sensor_id) WHERE s.name = '$shape' AND kind = 'alert'")"
done
check_equal 'nothing of version 1 is stored' 0 "$(stored old)"
check_equal 'the ledger: received, ignored, unparsed, of each' "$((alerts + 2))|2|0" "$(sql "SELECT DISTINCT sum(received), sum(ignored),
	sum(unparsed) FROM sensor_day JOIN sensor s USING (company_id, sensor_id) WHERE s.name <> 'old' GROUP BY s.name")"
check_equal 'the collector is the one that was started' "$collector" "$(role_pid collector)"

# same_as_agent SHAPE: alerts of which no twin of the agent's exists
same_as_agent() {
	sql "WITH a AS (SELECT s.name, to_jsonb(a) - '{id,received_at,sensor_id,raw}'::text[] AS alert
		FROM alert a JOIN sensor s USING (company_id, sensor_id))
		SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM a b WHERE b.name = 'agent' AND b.alert = a.alert))
		FROM a WHERE name = '$1'"
}
# records SENSOR: the records as the api gives them, one a line
records() {
	sensor_id=$(sql "SELECT sensor_id FROM sensor WHERE name = '$1'")
	cursor_part=''
	while :; do
		api GET "/v1/alerts?company=$company_id&sensor=$sensor_id&limit=500$cursor_part" >"$STATE/page" || return 1
		jq -r '.alerts[].raw' <"$STATE/page"
		cursor_part=$(jq -r '.next // ""' <"$STATE/page")
		[ -n "$cursor_part" ] || return 0
		cursor_part="&cursor=$cursor_part"
	done
}
for shape in plain root module; do
	check_equal "$shape: the same alerts as from our agent, in every column" "$alerts|0" "$(same_as_agent "$shape")"
done
for shape in agent plain module; do
	records "$shape" | LC_ALL=C sort >"$STATE/records" || bad "the api does not give the records of $shape"
	check_equal "$shape: the records are the lines, byte for byte" "$(sha256sum <"$STATE/lines/alerts")" "$(sha256sum <"$STATE/records")"
done
# Of this shape the event is the record: the line's members, and Filebeat's.
records root | jq -cS 'del(."@timestamp", ."@metadata", .agent, .ecs, .input, .log)' | LC_ALL=C sort >"$STATE/records"
check_equal 'root: the records have every member of the lines' "$(jq -cS . <"$STATE/lines/parsed" | LC_ALL=C sort | sha256sum)" \
	"$(sha256sum <"$STATE/records")"
server_stop || true
check_equal 'hinomid ends well' 0 "$server_status"
finish
