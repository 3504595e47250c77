#!/bin/sh
# The collector with its keyholder against a real PostgreSQL: whom it lets in, what it stores and acks, what a peer can
# do to it, and what is left when it or the database dies.
. "$(dirname "$0")/lib.sh"
set -u

lumber=$BUILD/tests/integration/lumber
port=$PORT
collector='' keyholder=''
at_exit 'stop_collector KILL; stop_keyholder'

stop_keyholder() {
	[ -z "$keyholder" ] || kill "$keyholder" 2>/dev/null
	[ -z "$keyholder" ] || wait "$keyholder" 2>/dev/null
	keyholder=''
}
start_collector() {
	"$BUILD/hinomid" --role=collector --config="$STATE/hinomi.yaml" 2>>"$STATE/collector.log" &
	collector=$!
	wait_until 20 listening || bad 'the collector does not listen'
}
stop_collector() { # SIGNAL
	[ -z "$collector" ] || kill "-$1" "$collector" 2>/dev/null
	[ -z "$collector" ] || wait "$collector" 2>/dev/null
	collector=''
}
listening() {
	[ "$(wc -l <"$STATE/collector.log")" -gt 0 ] && ss -Hltn "sport = :$port" | grep -q .
}
says() { # QUERY VALUE
	[ "$(sql "$1" 2>/dev/null)" = "$2" ]
}

# A certificate of the authority: name, company and sensor in it, first and last day (empty: now, for a day).
make_certificate() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$STATE/$1.key" 2>/dev/null
	openssl req -new -key "$STATE/$1.key" -subj "/O=Hinomi/CN=sensor-$3" -out "$STATE/$1.csr" 2>/dev/null
	cat >"$STATE/$1.cnf" <<CNF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = URI:urn:hinomi:company:$2:sensor:$3
CNF
	if [ -n "${4-}" ]; then
		mkdir -p "$STATE/ca"
		: >"$STATE/ca/index.txt"
		openssl ca -batch -notext -md sha256 -config "$STATE/ca.cnf" -extfile "$STATE/$1.cnf" -startdate "$4" \
			-enddate "$5" -in "$STATE/$1.csr" -out "$STATE/$1.pem" 2>"$STATE/ca.log" || bad "openssl ca: $1"
	else
		openssl x509 -req -in "$STATE/$1.csr" -CA "$ca" -CAkey "$STATE/state/keyholder/ca.key" -CAcreateserial \
			-days 1 -extfile "$STATE/$1.cnf" -out "$STATE/$1.pem" 2>/dev/null || bad "openssl x509: $1"
	fi
}
list_certificate() { # NAME COMPANY SENSOR
	fingerprint=$(openssl x509 -in "$STATE/$1.pem" -outform DER | sha256sum | cut -d ' ' -f 1)
	sql "INSERT INTO sensor_certificate (company_id, sensor_id, fingerprint, serial, not_before, not_after, certificate)
		VALUES ($2, $3, '\\x$fingerprint', '00', now(), now() + interval '1 day', ''); NOTIFY hinomi_sensor"
}
peer() { # COMMAND NAME ARGUMENTS...
	peer_command=$1 peer_name=$2
	shift 2
	"$lumber" "$peer_command" 127.0.0.1 "$port" "$ca" "$STATE/$peer_name.pem" "$STATE/$peer_name.key" "$@"
}
# The newest change of the allow-list is in force.
let_in() {
	peer hold "$1" </dev/null >"$STATE/hold.$1" 2>&1 &
	held=$!
	wait_until 5 grep -q 'connected\|refused' "$STATE/hold.$1"
	kill "$held" 2>/dev/null
	wait "$held" 2>/dev/null
	grep -q connected "$STATE/hold.$1"
}

# ---------------------------------------------------------------------------------------------------------- set-up
database_start
for migration in "$top"/schema/[0-9][0-9][0-9][0-9]_*.sql; do
	psql -d "$conninfo" -X -q -1 -v ON_ERROR_STOP=1 -f "$migration" || exit 1
done
sql "INSERT INTO operator (name) VALUES ('test');
	INSERT INTO company (operator_id, name) SELECT 1, 'company ' || i FROM generate_series(1, 3) AS i;
	INSERT INTO sensor (company_id, name) VALUES (1, 'a'), (1, 'b'), (2, 'c'), (3, 'd');
	SELECT alert_partition_create('2026-10-01')" >"$STATE/answers"
cat >"$STATE/hinomi.yaml" <<YAML
state_dir: $STATE/state
database:
  conninfo: $(echo "$conninfo" | sed 's/ user=.*//')
collector:
  listen: 127.0.0.1:$port
  est_listen: 127.0.0.1:$((port + 1))
  names: [127.0.0.1]
  handshake_timeout: 1s
  window_timeout: 2s
YAML
mkdir -p "$STATE/state/run"
"$BUILD/hinomid" --role=keyholder --config="$STATE/hinomi.yaml" 2>"$STATE/keyholder.log" &
keyholder=$!
ca=$STATE/state/ca.pem
wait_until 20 test -s "$ca" || bad 'the keyholder made no authority'
cat >"$STATE/ca.cnf" <<CNF
[ca]
default_ca = it
[it]
database = $STATE/ca/index.txt
new_certs_dir = $STATE/ca
serial = $STATE/ca/serial
private_key = $STATE/state/keyholder/ca.key
certificate = $ca
policy = any
[any]
organizationName = optional
commonName = supplied
CNF
mkdir -p "$STATE/ca"
echo 77 >"$STATE/ca/serial"
make_certificate a 1 1
make_certificate b 1 2
make_certificate c 2 3
make_certificate d 3 4
make_certificate stranger 1 1
make_certificate liar 2 3
make_certificate expired 1 1 20200101000000Z 20200201000000Z
make_certificate early 1 1 20400101000000Z 20400201000000Z
list_certificate a 1 1
list_certificate b 1 2
list_certificate c 2 3
list_certificate d 3 4
list_certificate expired 1 1
list_certificate early 1 1
# Listed for sensor 1, but it says that it is sensor 3 of company 2.
list_certificate liar 1 1
start_collector

# ------------------------------------------------------------------------------------------------------ who comes in
refused_as() { # NAME
	peer hold "$1" </dev/null 2>&1 | head -n 1
}
check_equal 'a listed certificate is let in' connected "$(let_in a && echo connected)"
check_equal 'one that is not listed is refused' refused "$(refused_as stranger | cut -d : -f 1)"
check_equal 'one listed for another sensor is refused' refused "$(refused_as liar | cut -d : -f 1)"
check_equal 'an expired one is refused' 'refused: sslv3 alert certificate expired' "$(refused_as expired)"
check_equal 'one that begins in the future is refused' refused "$(refused_as early | cut -d : -f 1)"
# The same names, signed by somebody else.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$STATE/foreign.key" -subj /O=Hinomi/CN=sensor-1 \
	-addext 'subjectAltName = URI:urn:hinomi:company:1:sensor:1' -days 1 -out "$STATE/foreign.pem" 2>/dev/null
check_equal 'a certificate of another authority is refused' refused "$(refused_as foreign | cut -d : -f 1)"
check_equal 'no certificate is refused' 1 "$(openssl s_client -connect "127.0.0.1:$port" -CAfile "$ca" -tls1_3 -ign_eof </dev/null 2>&1 | grep -c 'certificate required')"
check_equal 'TLS 1.2 is refused' 1 "$(openssl s_client -connect "127.0.0.1:$port" -CAfile "$ca" -tls1_2 </dev/null 2>&1 | grep -c 'alert protocol version')"

# ------------------------------------------------------------------------------------------------------ what is stored
peer send a 00000000000000a1 1 2500 1000 >"$STATE/acks.a" || bad 'send'
check_equal 'every alert acked is stored, once' '2500|2500' \
	"$(sql 'SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE company_id = 1 AND sensor_id = 1')"
check_equal 'the mark is that of the last' 2500 "$(sql 'SELECT sequence FROM sensor_stream WHERE sensor_id = 1 AND epoch = 161')"
check_equal 'work rows name each alert once' '2500|2500' "$(sql 'SELECT count(*), count(DISTINCT id) FROM work w
	JOIN alert a ON a.company_id = w.company_id AND a.id BETWEEN w.id_from AND w.id_to AND a.ts BETWEEN w.ts_from AND w.ts_to')"
check_equal 'and so do changes' 2500 "$(sql "SELECT sum(id_to - id_from + 1) FROM change WHERE kind = 'alerts'")"
# Of the hours in which it was heard there is one now, or two when the clock struck meanwhile. Put one before it.
heard_now="extract(hour FROM now() AT TIME ZONE 'Asia/Tokyo')::integer"
check_equal 'the hour in which it was heard is kept' t \
	"$(sql "SELECT bool_or(hours_seen & ((1 << $heard_now) | (1 << ($heard_now + 23) % 24)) = hours_seen AND hours_seen <> 0) FROM sensor_day WHERE sensor_id = 1")"
sql "UPDATE sensor_day SET hours_seen = 1 << ($heard_now + 12) % 24 WHERE sensor_id = 1"
peer send a 00000000000000a1 1 3000 500 compress >>"$STATE/acks.a" || bad 'resend'
check_equal '... beside those before it' 2 "$(sql 'SELECT max(bit_count(hours_seen::bit(24))) FROM sensor_day WHERE sensor_id = 1')"
sql 'UPDATE sensor_day SET hours_seen = NULL WHERE sensor_id = 1'
check_equal 'what is sent again is not stored again' '3000|3000' \
	"$(sql 'SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE company_id = 1 AND sensor_id = 1')"
peer send a 00000000000000a1 3000 1 1 >>"$STATE/acks.a" || bad 'resend of one'
check_equal 'a day from before hours were kept stays so' t "$(sql 'SELECT bool_or(hours_seen IS NULL) FROM sensor_day WHERE sensor_id = 1')"
check_equal 'the ledger: expected, received, dropped, duplicate' '3000|3000|0|2501' \
	"$(sql 'SELECT sum(expected), sum(received), sum(dropped), sum(duplicate) FROM sensor_day WHERE sensor_id = 1')"
check_equal 'fields are in their places' '192.168.1.8|443|tcp|inbound|allowed|2900007|TEST SCAN number 7|203.0.113.8' \
	"$(sql "SELECT host(destination_ip), destination_port, transport, direction, action, signature_id, signature,
	host(attacker_ip) FROM alert WHERE sensor_id = 1 AND flow_id = 7")"
peer send c - 1 300 100 >"$STATE/acks.c" || bad 'send without numbers'
check_equal 'events without numbers too' 300 "$(sql 'SELECT count(*) FROM alert WHERE company_id = 2')"

# A raw conversation: what goes in, as hexadecimal comes out.
hex() {
	od -An -v -tx1 | tr -d ' \n'
}
window() { # COUNT
	printf '2W'
	be32 "$1"
}
event() { # SEQUENCE JSON
	printf '2J'
	be32 "$1"
	be32 "$(printf %s "$2" | wc -c)"
	printf %s "$2"
}
be32() {
	# shellcheck disable=SC2059 # the format is the number
	printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"
}
# Sends stdin in one piece, and prints what comes back until it is so many bytes.
talk() { # NAME BYTES
	cat >"$STATE/talk"
	peer raw "$1" "$2" <"$STATE/talk"
}

A1='"epoch":"00000000000000b1"'
{
	window 0
	window 7
	event 11 "{\"hinomi\":{$A1,\"sequence\":1,\"source\":\"eve\"},\"message\":\"not an alert at all\"}"
	event 12 "{\"hinomi\":{$A1,\"sequence\":2,\"source\":\"eve\",\"company\":3,\"sensor\":4,\"company_id\":3},\"company_id\":3,\"message\":\"{\\\"timestamp\\\":\\\"1970-01-01T00:00:07.000000+0000\\\",\\\"event_type\\\":\\\"alert\\\",\\\"flow_id\\\":70,\\\"company_id\\\":3,\\\"src_ip\\\":\\\"203.0.113.1\\\",\\\"dest_ip\\\":\\\"192.168.1.1\\\",\\\"proto\\\":\\\"TCP\\\",\\\"alert\\\":{\\\"signature_id\\\":1,\\\"signature\\\":\\\"old\\\",\\\"severity\\\":1}}\"}"
	event 13 "{\"hinomi\":{$A1,\"sequence\":3,\"source\":\"eve\"},\"message\":\"{\\\"timestamp\\\":\\\"2099-01-01T00:00:07.000000+0000\\\",\\\"event_type\\\":\\\"alert\\\",\\\"flow_id\\\":99,\\\"src_ip\\\":\\\"203.0.113.1\\\",\\\"dest_ip\\\":\\\"192.168.1.1\\\",\\\"proto\\\":\\\"TCP\\\",\\\"alert\\\":{\\\"signature_id\\\":1,\\\"signature\\\":\\\"new\\\",\\\"severity\\\":1}}\"}"
	event 14 "{\"hinomi\":{$A1,\"sequence\":4,\"dropped\":17,\"read_at\":\"2026-10-01T00:00:00Z\"}}"
	event 15 "{\"hinomi\":{$A1,\"sequence\":9,\"source\":\"eve\"},\"message\":\"{\\\"timestamp\\\":\\\"2026-10-01T00:00:07.000000+0000\\\",\\\"event_type\\\":\\\"flow\\\",\\\"flow_id\\\":1}\"}"
	event 16 "{\"hinomi\":{$A1,\"sequence\":10,\"source\":\"eve\"},\"message_base64\":\"AP8BAg==\",\"truncated\":2000000}"
	event 17 '{"hinomi":{"heartbeat":{"version":"1.2","spool_records":5,"dropped_records":17,"note":"\\u0000"},"read_at":"2026-10-01T00:00:00Z"}}'
} | talk b 12 >"$STATE/answer"
# A 0 for the empty window, then the number of the last event.
check_equal 'acks: A 0 for an empty window, else the last number sent' 324100000000324100000011 "$(cat "$STATE/answer")"
check_equal 'the ledger books unparsed, bad clocks, gaps and what was dropped' '26|5|17|2|1|2|1' \
	"$(sql 'SELECT expected, received, dropped, unparsed, ignored, bad_clock, heartbeats FROM sensor_day WHERE sensor_id = 2')"
check_equal 'a bad clock is kept, the alert placed by received time' '70|1970-01-01|t 99|2099-01-01|t' \
	"$(sql "SELECT string_agg(flow_id || '|' || (event_time AT TIME ZONE 'UTC')::date || '|' || (ts = received_at), ' ' ORDER BY flow_id)
	FROM alert WHERE company_id = 1 AND sensor_id = 2 AND kind = 'alert'" | sed 's/true/t/g')"
check_equal 'unparsed records keep their bytes' '2|t' "$(sql "SELECT count(*), bool_or(raw = '\\x0000ff0102') FROM alert WHERE sensor_id = 2 AND kind = 'unparsed'")"
check_equal 'a payload that names another company changes nothing' 0 "$(sql 'SELECT count(*) FROM alert WHERE company_id = 3')"
check_equal 'health: version, figures, no report that jsonb would refuse' '1.2|5|17|t|t' \
	"$(sql 'SELECT agent_version, spool_records, dropped_records, report IS NULL, clock_skew_ms <> 0 FROM sensor_health WHERE sensor_id = 2')"

# --------------------------------------------------------------------------------------------------------- bad peers
closes() { # TEXT, bytes on stdin
	peer raw d 1000000 >"$STATE/closes" 2>&1
	check_equal "$1" closed "$(tail -n 1 "$STATE/closes")"
}
head -c 100000 /dev/urandom | closes 'garbage ends the connection'
{
	printf '1W'
	be32 1000
} | closes 'version 1 ends the connection'
{
	window 1
	printf '2J\0\0\0\1\377\377\377\377'
} | closes 'an event of 4 GiB ends the connection'
{
	window 1
	printf '2C\377\377\377\377'
} | closes 'so does a compressed one'
printf '2W\377\377\377\377' | closes 'so does a window of 4 billion'
{
	window 2
	event 1 '{}'
	window 1
} | closes 'so does a window in a window'
{
	window 3
	event 1 '{}'
} | closes 'a window that is not completed ends the connection after its time'
check_equal 'whoever says nothing in the handshake is cut' closed "$("$lumber" mute 127.0.0.1 "$port" "$ca" "$STATE/a.pem" "$STATE/a.key")"
check_equal 'a sensor beside them goes on' ok "$(peer send a 00000000000000a2 1 100 50 >"$STATE/acks" && echo ok)"

# -------------------------------------------------------------------------------------------------------- revocation
peer hold d </dev/null >"$STATE/hold.d" 2>&1 &
held=$!
wait_until 5 grep -q connected "$STATE/hold.d" || bad 'd does not connect'
sql 'UPDATE sensor_certificate SET revoked_at = now() WHERE sensor_id = 4; NOTIFY hinomi_sensor'
wait "$held"
check_equal 'revocation cuts a live connection' closed "$(tail -n 1 "$STATE/hold.d")"
check_equal 'and refuses the next' 'refused: sslv3 alert certificate revoked' "$(refused_as d)"
sql 'UPDATE sensor_certificate SET revoked_at = NULL WHERE sensor_id = 4'
# Long enough to connect, whatever the machine does meanwhile; the test waits for its end.
make_certificate soon 1 1 20200101000000Z "$(date -u -d '+8 seconds' +%Y%m%d%H%M%SZ)"
list_certificate soon 1 1
check_equal 'a certificate that soon expires is let in' yes "$(wait_until 6 let_in soon && echo yes)"
peer hold soon </dev/null >"$STATE/hold.soon" 2>&1 &
held=$!
wait_until 5 grep -q connected "$STATE/hold.soon" || bad 'it does not connect'
wait_until 20 grep -q closed "$STATE/hold.soon" || kill "$held"
wait "$held"
check_equal 'and cut when its time is over' closed "$(tail -n 1 "$STATE/hold.soon")"
check_equal 'the list is looked at without a doorbell too' yes "$(wait_until 10 let_in d && echo yes)"
sql 'UPDATE company SET left_at = now() WHERE company_id = 3'
not_let_in() { ! let_in "$1"; }
check_equal 'a company that left is refused' yes "$(wait_until 10 not_let_in d && echo yes)"

# ------------------------------------------------------------------------------------- what the database does not take
sql 'ALTER TABLE alert ADD CONSTRAINT test CHECK (flow_id <> 777777)'
peer send b 00000000000000b2 777701 400 400 >"$STATE/acks" || bad 'send'
check_equal 'one event that is refused becomes unparsed, the others are stored' '399|1' "$(sql "SELECT count(*) FILTER (WHERE kind = 'alert'),
	count(*) FILTER (WHERE kind = 'unparsed') FROM alert WHERE sensor_id = 2 AND received_at > (SELECT max(received_at) FROM alert WHERE flow_id = 99)")"
sql 'ALTER TABLE alert DROP CONSTRAINT test; REVOKE INSERT ON alert FROM hinomi_collector'
peer send b 00000000000000b3 1 200 100 >"$STATE/acks.b3" &
sender=$!
wait_until 10 grep -q 'permission denied' "$STATE/collector.log" || bad 'the collector does not say what is wrong'
check_equal 'nothing is acked while nothing can be stored' 0 "$(wc -l <"$STATE/acks.b3")"
sql 'GRANT INSERT ON alert TO hinomi_collector'
wait "$sender"
check_equal 'and all of it afterwards' 0 $?

# ------------------------------------------------------------------------------------------------- descriptors run out
prlimit --pid "$collector" --nofile="$(($(find "/proc/$collector/fd" | wc -l) + 2)):4096"
holders=''
# More than enough: a connection of before may have been closing when they were counted.
for i in 1 2 3 4 5 6 7 8; do
	peer hold a </dev/null >"$STATE/hold.$i" 2>&1 &
	holders="$holders $!"
done
wait_until 10 grep -q 'cannot accept' "$STATE/collector.log" || bad 'out of descriptors: not said'
prlimit --pid "$collector" --nofile=4096:4096
all_connected() {
	[ "$(cat "$STATE"/hold.[1-8] | grep -c connected)" = 8 ]
}
check_equal 'out of descriptors: those who waited are served later' yes "$(wait_until 10 all_connected && echo yes)"
# shellcheck disable=SC2086 # process ids are words
kill $holders

# ------------------------------------------------------------------------------------ the database is away, under load
# Numbers of a load are its flow_ids, so that each can be found again.
load() { # NAME EPOCH FIRST COUNT
	peer send "$1" "$2" "$3" "$4" 250 compress >"$STATE/acks.$2" &
	senders="$senders $!"
}
all_sent() {
	for s in $senders; do
		wait "$s" || bad 'a sender failed'
	done
	senders=''
}
stored_between() { # FIRST LAST
	sql "SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE flow_id BETWEEN $1 AND $2"
}
some_stored() { # FIRST LAST LEAST
	n=$(sql "SELECT count(*) FROM alert WHERE flow_id BETWEEN $1 AND $2" 2>/dev/null) && [ "$n" -ge "$3" ]
}
senders=''
load a 00000000000000c1 1000001 20000
load b 00000000000000c2 1020001 20000
load c 00000000000000c3 1040001 20000
wait_until 20 some_stored 1000001 1060000 2000 || bad 'nothing is stored'
database_kill
database_start
wait_until 20 some_stored 1000001 1060000 20000 || bad 'nothing is stored after a crash of the database'
database_stop
database_start
all_sent
check_equal 'a crash and a stop of the database: nothing missing, nothing twice' '60000|60000' "$(stored_between 1000001 1060000)"

# --------------------------------------------------------------------------------------------- kill -9 of the collector
acked_are_stored() {
	missing=$(sed -n 's/^acked //p' "$STATE/acks.$1" | tail -n 1)
	[ -z "$missing" ] || sql "SELECT ${missing} - $2 + 1 <= count(*) FROM alert WHERE flow_id BETWEEN $2 AND $missing"
}
load a 00000000000000d1 2000001 20000
load b 00000000000000d2 2020001 20000
load c 00000000000000d3 2040001 20000
for i in 1 2 3 4 5 6; do
	wait_until 20 some_stored 2000001 2060000 $((i * 8000)) || bad "nothing is stored in round $i"
	stop_collector KILL
	for epoch in 1 2 3; do
		[ "$(acked_are_stored "00000000000000d$epoch" $((1980001 + epoch * 20000)))" != f ] ||
			bad "round $i: something acked is not stored"
	done
	: >"$STATE/collector.log"
	start_collector
done
all_sent
check_equal 'killed six times: nothing missing, nothing twice' '60000|60000' "$(stored_between 2000001 2060000)"
check_equal 'the ledger knows no gap but the jumps' 6 "$(sql 'SELECT count(*) FROM sensor_stream WHERE sequence IN
	(1020000, 1040000, 1060000, 2020000, 2040000, 2060000)')"
check_equal 'each alert is in exactly one work row' 't|t' "$(sql 'SELECT count(*) = (SELECT count(*) FROM alert),
	count(DISTINCT (company_id, id)) = count(*) FROM work w JOIN alert a USING (company_id)
	WHERE a.id BETWEEN w.id_from AND w.id_to')"

# ------------------------------------------------------------------------------------------------------------- memory
# Nothing can be stored, and one sensor sends without end: it is stopped, others still get in, and all is stored later.
stop_collector TERM
sed -i 's/^collector:/collector:\n  memory: 64MiB/' "$STATE/hinomi.yaml"
: >"$STATE/collector.log"
start_collector
let_in a || bad 'a is not let in'
psql -d "$conninfo" -X -q -c 'BEGIN; LOCK TABLE alert IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)' >"$STATE/answers" 2>&1 &
locker=$!
locked() {
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE relation = 'alert'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]
}
wait_until 10 locked || bad 'the table is not locked'
for i in 1 2 3 4 5 6 7 8; do
	peer send a "00000000000000e$i" $((3000000 + i * 10000)) 10000 10000 >"$STATE/acks.e$i" &
	senders="$senders $!"
done
peer send b 00000000000000ef 3100000 1000 1000 >"$STATE/acks.ef" &
senders="$senders $!"
rss() {
	sed -n 's/^VmRSS:[ \t]*\([0-9]*\) kB/\1/p' "/proc/$collector/status"
}
# Until its memory has hardly grown for a second: all of them are stopped, or have sent everything.
settled() {
	settled_before=$(rss)
	sleep 1
	[ "$(rss)" -lt $((settled_before + 1024)) ]
}
wait_until 60 settled || bad 'the memory goes on growing'
check_equal 'memory stays within what is configured' yes "$([ "$(rss)" -lt 160000 ] && echo yes || rss)"
check_equal 'a sensor can still connect' connected "$(let_in c && echo connected)"
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)%' AND pid <> pg_backend_pid()" >"$STATE/answers"
wait "$locker" 2>/dev/null
all_sent
check_equal 'all of it is stored once the table is free' '81000|81000' "$(stored_between 3000000 3110000)"

# -------------------------------------------------------------------------------------------------------------- drain
load a 00000000000000f1 4000001 20000
wait_until 20 some_stored 4000001 4020000 1000 || bad 'nothing is stored'
kill -TERM "$collector"
wait "$collector"
check_equal 'SIGTERM: a clean end' 0 $?
collector=''
start_collector
all_sent
check_equal 'and what was sent again is not there twice' '20000|20000' "$(stored_between 4000001 4020000)"
kill -HUP "$collector"
wait_until 10 grep -q 'configuration reloaded' "$STATE/collector.log" || bad 'no reload'
check_equal 'a sensor is served after a reload' connected "$(let_in a && echo connected)"
finish
