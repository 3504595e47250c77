#!/bin/sh
# Real senders of syslog in front of a real agent: rsyslog as the relay that many sites have between FortiGate and
# agent, with each of its usual formats, over UDP, and over TCP in both framings; and logger of util-linux. Each record
# must become the right alert, once, whatever header was put around it.
set -eu
. "$(dirname "$0")/server.sh"

udp_port=$((PORT + 4)) tcp_port=$((PORT + 5)) relay_port=$((PORT + 6))
state=$STATE/agents/utm relay=$STATE/relay
agent_pid='' relay_pid=''
each=20 # records of one way

rsyslogd=$(command -v rsyslogd || echo /usr/sbin/rsyslogd)
[ -x "$rsyslogd" ] || {
	skip 'senders of syslog: rsyslogd is not installed (Debian package: rsyslog)'
	finish
}

stop_all() {
	for pid in $relay_pid $agent_pid; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}
at_exit stop_all
listening() { # PORT
	awk -v port="$(printf ':%04X' "$1")" '$4 == "0A" && index($2, port) { found = 1 } END { exit !found }' /proc/net/tcp
}

# ------------------------------------------------------------------------------------------------------------- records
# A way is a path that records take: one format over one transport. Odd records are of FortiOS 7 (quoted, eventtime,
# zone), even ones of FortiOS 5 (bare, local time only). devid names the way, sessionid the record.
day=$(TZ=Asia/Tokyo date +%Y-%m-%d)
noon=$(TZ=Asia/Tokyo date -d "$day 00:10:00" +%s)
# record WAY NUMBER: what a FortiGate writes behind its priority
record() {
	if [ $(($2 % 2)) -eq 1 ]; then
		printf 'date=%s time=00:10:%02d devname="FW \\"本社\\"" devid="FGT%s" eventtime=%d000000123 tz="+0900" logid="0211008192" type="utm" subtype="virus" eventtype="infected" level="warning" vd="root" policyid=1 msg="File is infected." action="blocked" service="HTTP" sessionid=%d srcip=192.168.10.57 dstip=203.0.113.80 srcport=%d dstport=80 srcintf="lan" srcintfrole="lan" dstintf="wan1" dstintfrole="wan" proto=6 direction="incoming" filename="請求書 %d.exe" quarskip="Quarantine-disabled" virus="W32/Injector.KGR!tr" dtype="av-engine" virusid=8101 url="http://files.example.org/a?b=1&c=%%20d"' \
			"$day" "$2" "$1" $((noon + $2)) $(($1 * 1000 + $2)) $((50000 + $2)) "$2"
	else
		printf 'date=%s time=00:10:%02d devname=FW devid=FGT%s logid=0419016384 type=utm subtype=ips eventtype=signature level=alert vd=root severity=high srcip=198.51.100.7 dstip=192.168.10.25 srcintf=wan1 dstintf=dmz policyid=2 sessionid=%d action=dropped proto=6 service=HTTP attack=PHPUnit.Eval-stdin.PHP.Remote.Code.Execution srcport=%d dstport=80 direction=outgoing attackid=45765 msg="applications3: PHPUnit.Eval-stdin.PHP.Remote.Code.Execution,"' \
			"$day" "$2" "$1" $(($1 * 1000 + $2)) $((50000 + $2))
	fi
}
# expected WAY COUNT: the alerts that these are, as `alerts` prints them
expected() {
	n=0
	while [ "$n" -lt "$2" ]; do
		n=$((n + 1))
		when=$(printf '%s 00:10:%02d' "$day" "$n")
		if [ $((n % 2)) -eq 1 ]; then
			echo "$(($1 * 1000 + n))|$when|antivirus|removed|inbound|192.168.10.57|$((50000 + n))|203.0.113.80|80|8101|W32/Injector.KGR!tr"
		else
			echo "$(($1 * 1000 + n))|$when|ips|blocked|inbound|198.51.100.7|$((50000 + n))|192.168.10.25|80|45765|PHPUnit.Eval-stdin.PHP.Remote.Code.Execution"
		fi
	done
}
alerts() { # WAY
	sql "SELECT flow_id, to_char(event_time AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI:SS'), engine, action, direction,
		host(source_ip), source_port, host(destination_ip), destination_port, signature_id, signature
		FROM alert WHERE flow_id / 1000 = $1 ORDER BY id, flow_id" | LC_ALL=C sort -n
}
# check_way TEXT WAY COUNT
check_way() {
	expected "$2" "$3" >"$STATE/expected"
	alerts "$2" >"$STATE/alerts"
	if cmp -s "$STATE/expected" "$STATE/alerts"; then good "$1"; else
		bad "$1"
		diff "$STATE/expected" "$STATE/alerts" | head -n 6 || true
	fi
}
give_up() { # TEXT LOG
	bad "$1"
	tail -n 20 "$2"
	finish
}
everything_stored() { # COUNT
	[ "$(sql 'SELECT count(*) FROM alert')" -ge "$1" ]
}

# ------------------------------------------------------------------------------------------------------------- rsyslog
# way NUMBER FORMAT PROTOCOL FRAMING: a rule of rsyslog's
way() {
	ways="$ways $1:$2:$3:$4"
	cat <<CONF
if \$rawmsg contains 'FGT$1"' or \$rawmsg contains 'FGT$1 ' then {
	action(type="omfwd" target="127.0.0.1" protocol="${3}" port="$([ "$3" = udp ] && echo "$udp_port" || echo "$tcp_port")"
		template="$2" TCP_Framing="$4" action.resumeRetryCount="-1")
	stop
}
CONF
}
ways=''
mkdir -p "$relay"
{
	cat <<CONF
global(workDirectory="$relay" maxMessageSize="64k")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="$relay_port")
template(name="unchanged" type="string" string="%rawmsg%")
CONF
	number=100
	for format in RSYSLOG_TraditionalForwardFormat RSYSLOG_ForwardFormat RSYSLOG_SyslogProtocol23Format unchanged; do
		for transport in udp:traditional tcp:traditional tcp:octet-counted; do
			number=$((number + 1))
			way "$number" "$format" "${transport%:*}" "${transport#*:}"
		done
	done
} >"$relay/rsyslog.conf"
[ "$(id -u)" -ne 0 ] || chown -R "${HINOMI_USER:-postgres}" "$relay"

server_prepare
server_start
company 'One'
sensor "$company_id" utm
cat >"$STATE/agent.yaml" <<YAML
state_dir: $state
syslog:
  udp: 127.0.0.1:$udp_port
  tcp: 127.0.0.1:$tcp_port
YAML
"$BUILD/hinomi-agent" run --config "$STATE/agent.yaml" >"$STATE/agent.log" 2>&1 </dev/null &
agent_pid=$!
wait_until 20 listening "$tcp_port" && kill -0 "$agent_pid" || give_up 'the agent does not listen' "$STATE/agent.log"
"$top/scripts/unprivileged" "$STATE" "$rsyslogd" -n -f "$relay/rsyslog.conf" -i "$relay/rsyslog.pid" \
	>"$relay/log" 2>&1 </dev/null &
relay_pid=$!
wait_until 20 listening "$relay_port" || give_up 'rsyslog does not listen' "$relay/log"

# The FortiGate speaks to the relay over TCP, octet-counted (`set mode reliable`).
total=0
for w in $ways; do
	i=0
	while [ "$i" -lt "$each" ]; do
		i=$((i + 1)) total=$((total + 1))
		printf '<185>%s' "$(record "${w%%:*}" "$i")" >"$STATE/record"
		printf '%d ' "$(wc -c <"$STATE/record")"
		cat "$STATE/record"
	done
done >"$STATE/fortigate"
bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && cat >&3' send "$relay_port" <"$STATE/fortigate"
wait_until 30 everything_stored "$total" || tail -n 20 "$relay/log" "$STATE/agent.log"
for w in $ways; do
	check_way "rsyslog, $(echo "${w#*:}" | tr ':' ' '): each record the right alert, once" "${w%%:*}" "$each"
done

# -------------------------------------------------------------------------------------------------------------- logger
if command -v logger >/dev/null; then
	number=200
	for format in --rfc3164 --rfc5424; do
		for transport in "-d -P $udp_port" "-T -P $tcp_port" "-T --octet-count -P $tcp_port"; do
			number=$((number + 1))
			for i in 1 2; do
				# shellcheck disable=SC2086 # options are words
				logger -n 127.0.0.1 $transport $format --size 8KiB -p local7.alert -- "$(record "$number" "$i")"
			done
			total=$((total + 2))
			wait_until 20 everything_stored "$total" || tail -n 20 "$STATE/agent.log"
			check_way "logger $format $transport" "$number" 2
		done
	done
else
	skip 'logger: not installed (Debian package: bsdutils)'
fi

check_equal 'nothing else is stored, nothing dropped or unparsed' "$total|0|0" \
	"$(sql 'SELECT (SELECT count(*) FROM alert), sum(dropped), sum(unparsed) FROM sensor_day')"
kill "$relay_pid"
ended=0
wait "$relay_pid" || ended=$?
relay_pid=''
check_equal 'rsyslog ends, and leaves nothing' '0 log rsyslog.conf' "$ended $(ls "$relay" | tr '\n' ' ' | sed 's/ $//')"
finish
