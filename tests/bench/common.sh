# shellcheck shell=sh
# What the benches share. Sourced by tests/bench/NAME.sh; brings tests/integration/server.sh with it (a server, its
# companies and agents). Results go to fd 3 as JSON lines, everything else to stderr.
#
#   emit BENCH METRIC VALUE UNIT [PEER PEER_VALUE higher|lower]    one result; which of the two is better
#   now                     seconds with fraction, monotonic enough for a run
#   ticks PID...            CPU time used by processes, in ticks of 10 ms
#   cluster_ticks           the same for the private PostgreSQL, its ended backends included
#   rss_kib PID             resident memory
#   make_certificates DIR   a CA, a server's and a client's certificate, for the peers

set -eu
exec 3>&1 1>&2
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/../integration/server.sh"
mkdir -p "$STATE"
tools=$BUILD/tests/bench
clock_ticks=$(getconf CLK_TCK)
rsyslogd=$(command -v rsyslogd || echo /usr/sbin/rsyslogd)

emit() {
	awk -v bench="$1" -v metric="$2" -v value="$3" -v unit="$4" -v peer="${5-}" -v theirs="${6-}" -v better="${7-}" 'BEGIN {
		line = sprintf("{\"bench\":\"%s\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"", bench, metric, value, unit)
		if (peer != "") {
			ratio = better == "higher" ? value / theirs : theirs / (value > 0 ? value : 1e-9)
			line = line sprintf(",\"peer\":\"%s\",\"peer_value\":%.6g,\"ratio\":%.4g", peer, theirs, ratio)
		}
		print line "}"
	}' >&3
}
now() {
	cut -d' ' -f1 /proc/uptime
}
# per NUMERATOR DENOMINATOR [FACTOR]
per() {
	awk -v a="$1" -v b="$2" -v f="${3-1}" 'BEGIN { printf "%.9g", b == 0 ? 0 : a / b * f }'
}
minus() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.9g", a - b }'
}
# user and system time are fields 14 and 15; the name in field 2 may hold blanks, so what follows ")" is counted.
ticks() {
	for pid in "$@"; do
		sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null || true
	done | awk '{ n += $12 + $13 } END { print n + 0 }'
}
cluster_ticks() {
	postmaster=$(head -n 1 "$STATE/postgres/data/postmaster.pid")
	{
		sed 's/^.*) //' "/proc/$postmaster/stat" | awk '{ print $12 + $13 + $14 + $15 }'
		for stat in /proc/[0-9]*/stat; do
			sed 's/^.*) //' "$stat" 2>/dev/null | awk -v parent="$postmaster" '$2 == parent { print $12 + $13 }' || true
		done
	} | awk '{ n += $1 } END { print n + 0 }'
}
rss_kib() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
}
make_certificates() {
	mkdir -p "$1"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7 -subj /CN=bench-ca \
		-keyout "$1/ca.key" -out "$1/ca.pem" 2>/dev/null
	for who in server client; do
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$who.example" \
			-keyout "$1/$who.key" -out "$1/$who.csr" 2>/dev/null
		printf 'subjectAltName=DNS:%s.example,IP:127.0.0.1\n' "$who" >"$1/$who.ext"
		openssl x509 -req -in "$1/$who.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial -days 7 \
			-extfile "$1/$who.ext" -out "$1/$who.pem" 2>/dev/null
	done
}
# listening PORT: something accepts connections there
listening() {
	awk -v port="$(printf ':%04X' "$1")" '$4 == "0A" && index($2, port) { found = 1 } END { exit !found }' /proc/net/tcp /proc/net/tcp6
}
# start_rsyslog NAME: runs $STATE/NAME/rsyslog.conf, sets rsyslog_pid, ends it at exit
start_rsyslog() {
	"$rsyslogd" -n -f "$STATE/$1/rsyslog.conf" -i "$STATE/$1/rsyslog.pid" >"$STATE/$1/rsyslog.log" 2>&1 </dev/null &
	rsyslog_pid=$!
	at_exit "kill $rsyslog_pid 2>/dev/null"
}
stop_rsyslog() {
	kill "$rsyslog_pid" 2>/dev/null || true
	wait "$rsyslog_pid" || true
}
give_up() {
	echo "bench: $*"
	exit 1
}
