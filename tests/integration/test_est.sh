#!/bin/sh
# Enrolment over EST with nothing but curl and openssl, against the real keyholder and a real database: what RFC 7030
# promises, and that nobody gets a certificate who should not.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$top"

port=$PORT
url=https://localhost:$port/.well-known/est
work=$STATE/work
mkdir -p "$work"

for tool in curl openssl; do
	command -v "$tool" >/dev/null || {
		skip "enrolment: $tool is not installed"
		finish
	}
done

# ---------------------------------------------------------------------------------------------- what is needed
keyholder='' server=''
stop() { # PID
	kill "$1" 2>/dev/null || return 0
	wait "$1" || true
}
start_keyholder() {
	: >"$STATE/keyholder.log"
	"$BUILD/hinomid" --role=keyholder --config="$STATE/hinomi.yaml" 2>>"$STATE/keyholder.log" &
	keyholder=$!
	wait_until 20 grep -q 'ready' "$STATE/keyholder.log" || cat "$STATE/keyholder.log"
}
start_server() {
	: >"$STATE/server.log"
	"$BUILD/hinomid" --role=collector --config="$STATE/hinomi.yaml" 2>>"$STATE/server.log" &
	server=$!
	wait_until 20 grep -q ready "$STATE/server.log" || {
		cat "$STATE/server.log"
		return 1
	}
}
# A stopped process would not hear the end.
at_exit '[ -z "$keyholder" ] || kill -CONT "$keyholder" 2>/dev/null; [ -z "$server" ] || stop "$server"; [ -z "$keyholder" ] || stop "$keyholder"'

database_start
for migration in schema/[0-9][0-9][0-9][0-9]_*.sql; do
	psql -d "$conninfo" -X -q -1 -v ON_ERROR_STOP=1 -f "$migration"
done
# Beside all that follows, another one, whose certificates live for a minute.
mkdir -p "$STATE/short/run"
cat >"$STATE/short.yaml" <<YAML
state_dir: $STATE/short
database:
  conninfo: $(echo "$conninfo" | sed 's/ user=.*//')
collector:
  listen: 127.0.0.1:$((port + 2))
  est_listen: 127.0.0.1:$((port + 1))
keyholder:
  server_certificate_life: 1m
YAML
: >"$STATE/short-keyholder.log"
: >"$STATE/short.log"
"$BUILD/hinomid" --role=keyholder --config="$STATE/short.yaml" 2>>"$STATE/short-keyholder.log" &
short_keyholder=$!
at_exit 'kill "$short_keyholder" 2>/dev/null'
wait_until 20 grep -q ready "$STATE/short-keyholder.log"
"$BUILD/hinomid" --role=collector --config="$STATE/short.yaml" 2>>"$STATE/short.log" &
short=$!
at_exit 'kill "$short" 2>/dev/null'
wait_until 20 grep -q ready "$STATE/short.log"
cp "$STATE/short/collector/server.pem" "$work/short-first.pem"

mkdir -p "$STATE/server/run"
cat >"$STATE/hinomi.yaml" <<YAML
state_dir: $STATE/server
database:
  conninfo: $(echo "$conninfo" | sed 's/ user=.*//')
collector:
  listen: 127.0.0.1:$((port + 3))
  est_listen: 127.0.0.1:$port
  names: [localhost, 127.0.0.1]
YAML
sql "INSERT INTO operator (operator_id, name) VALUES (1, 'chamber');
	INSERT INTO company (company_id, operator_id, name) VALUES (17, 1, 'seventeen'), (18, 1, 'eighteen');
	INSERT INTO sensor (company_id, sensor_id, name) VALUES (17, 3, 'three'), (17, 4, 'four'), (18, 5, 'five'), (17, 6, 'six')"

token() { # COMPANY SENSOR TOKEN [AGE-OF-EXPIRY]
	sql "INSERT INTO sensor_token (company_id, sensor_id, token_sha256, expires_at)
		VALUES ($1, $2, sha256('$3'), now() + interval '${4:-24 hours}')"
}
used() { # TOKEN: "t" when it was used
	sql "SELECT used_at IS NOT NULL FROM sensor_token WHERE token_sha256 = sha256('$1')"
}
request() { # NAME SUBJECT [openssl req options]: a key and a request in base64 of DER
	name=$1 subject=$2
	shift 2
	[ -f "$work/$name.key" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$work/$name.key"
	openssl req -new -key "$work/$name.key" -subj "$subject" -outform DER "$@" | base64 >"$work/$name.csr"
}
call() { # curl options: the status in $status, head and body in files
	status=$(curl -sS --max-time 40 --cacert "$STATE/server/ca.pem" -D "$work/head" -o "$work/body" -w '%{http_code}' "$@" 2>"$work/curl.err") || true
}
post() { # OPERATION NAME [curl options]
	operation=$1 name=$2
	shift 2
	call -H 'Content-Type: application/pkcs10' --data-binary "@$work/$name.csr" "$@" "$url/$operation"
}
enrol() { # NAME TOKEN [curl options]
	name=$1 password=$2
	shift 2
	post simpleenroll "$name" --user "sensor:$password" "$@"
}
certificate() { # FILE: the body's certificate as PEM
	base64 -d "$work/body" | openssl pkcs7 -inform DER -print_certs -outform PEM 2>/dev/null | sed -n '/BEGIN/,/END/p' >"$1"
}
uri_of() { # FILE
	openssl x509 -in "$1" -noout -ext subjectAltName | grep -o 'URI:.*'
}
field() { # NAME: of the answer's head
	tr -d '\r' <"$work/head" | sed -n "s/^$1: //Ip"
}

# ------------------------------------------------------------------------------------------------- first start
# Nothing is there yet: the keyholder makes the authority, then the server gets a certificate of its own.
start_keyholder
start_server
check_equal 'our own key is for us alone' 600 "$(stat -c %a "$STATE/server/collector/server.key")"
check_equal 'and in a folder of ours' 700 "$(stat -c %a "$STATE/server/collector")"
check_equal 'it is for the configured names' 'DNS:localhost, IP Address:127.0.0.1' \
	"$(openssl x509 -in "$STATE/server/collector/server.pem" -noout -ext subjectAltName | sed -n '2s/^ *//p')"
first=$(openssl x509 -in "$STATE/server/collector/server.pem" -noout -serial)
stop "$server"
start_server
check_equal 'a restart keeps it' "$first" "$(openssl x509 -in "$STATE/server/collector/server.pem" -noout -serial)"
stop "$server"
stop "$keyholder"
start_server
check_equal 'also while the keyholder is away' "$first" "$(openssl x509 -in "$STATE/server/collector/server.pem" -noout -serial)"
stop "$server"
start_keyholder
sed -i 's/names: .*/names: [localhost, 127.0.0.1, soc.example.org]/' "$STATE/hinomi.yaml"
start_server
check_equal 'other names, another certificate' 3 \
	"$(openssl x509 -in "$STATE/server/collector/server.pem" -noout -ext subjectAltName | sed -n 2p | tr ',' '\n' | wc -l)"

# ------------------------------------------------------------------------------------------------- cacerts
call "$url/cacerts"
check_equal 'cacerts' 200 "$status"
check_equal 'its type' application/pkcs7-mime "$(field Content-Type)"
certificate "$work/ca.pem"
check_equal 'it is the authority' "$(openssl x509 -in "$STATE/server/ca.pem" -noout -fingerprint -sha256)" "$(openssl x509 -in "$work/ca.pem" -noout -fingerprint -sha256)"
call --tls-max 1.2 "$url/cacerts"
check_equal 'TLS 1.2 will do' 200 "$status"
call --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 "$url/cacerts"
check_equal 'TLS 1.1 will not' 000 "$status"
call "$url/csrattrs"
check_equal 'csrattrs: none' 204 "$status"
for path in "$url/fullcmc" "$url/label/cacerts" "https://localhost:$port/" "$url"; do
	call "$path"
	check_equal "no such thing: ${path#*"$port"}" 404 "$status"
done
call -X POST -d '' "$url/cacerts"
check_equal 'cacerts by POST' '405 GET' "$status $(field Allow)"
call "$url/simpleenroll"
check_equal 'simpleenroll by GET' '405 POST' "$status $(field Allow)"

# --------------------------------------------------------------------------------------------- simpleenroll
token 17 3 token-3
request three /CN=sensor-3
post simpleenroll three
check_equal 'without a token' '401 Basic realm="hinomi"' "$status $(field WWW-Authenticate)"
enrol three wrong
check_equal 'with a wrong one' 401 "$status"
check_equal 'which says so' 'there is no such token; ask for a new one' "$(cat "$work/body")"
check_equal 'and the good one was not touched' f "$(used token-3)"
enrol three token-3
check_equal 'with the right one' '200 application/pkcs7-mime; smime-type=certs-only' "$status $(field Content-Type)"
certificate "$work/three.pem"
check_equal 'one certificate' 1 "$(grep -c BEGIN "$work/three.pem")"
check_equal 'it verifies' "$work/three.pem: OK" "$(openssl verify -CAfile "$STATE/server/ca.pem" -purpose sslclient "$work/three.pem" 2>&1)"
check_equal 'its subject' 'subject=O = Hinomi, CN = sensor-3' "$(openssl x509 -in "$work/three.pem" -noout -subject)"
check_equal 'its name' URI:urn:hinomi:company:17:sensor:3 "$(uri_of "$work/three.pem")"
check_equal 'its key' "$(openssl pkey -in "$work/three.key" -pubout)" "$(openssl x509 -in "$work/three.pem" -noout -pubkey)"
digest=$(openssl x509 -in "$work/three.pem" -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
check_equal 'it is on record' "17|3|$digest|f" \
	"$(sql "SELECT company_id, sensor_id, encode(fingerprint, 'hex'), revoked_at IS NOT NULL FROM sensor_certificate")"
check_equal 'whole' "$digest" "$(sql "SELECT encode(sha256(certificate), 'hex') FROM sensor_certificate")"
check_equal 'the serial, too' "$(openssl x509 -in "$work/three.pem" -noout -serial | cut -d= -f2 | tr A-F a-f)" "$(sql 'SELECT serial FROM sensor_certificate')"
# An empty window of Lumberjack is acked: 2 W 0, 2 A 0.
lets_in() { # NAME: the other port takes this certificate
	[ "$(printf '2W\0\0\0\0' | timeout 2 openssl s_client -quiet -connect "localhost:$((port + 3))" -CAfile "$STATE/server/ca.pem" \
		-cert "$work/$1.pem" -key "$work/$1.key" 2>/dev/null | od -An -c | tr -d ' ')" = '2A\0\0\0\0' ]
}
wait_until 20 lets_in three && good 'the door for records is open to it' || bad 'the door for records is open to it'
check_equal 'it is audited' 'role:collector|sensor.enrol|17|sensor 3|127.0.0.1' \
	"$(sql "SELECT actor, action, company_id, subject, detail::jsonb ->> 'address' FROM audit")"
check_equal 'and announced' 'sensor|3' "$(sql 'SELECT kind, id_from FROM change')"

enrol three token-3
certificate "$work/again.pem"
check_equal 'asked again with the same key' 200 "$status"
check_equal 'the same certificate' "$(openssl x509 -in "$work/three.pem" -noout -serial)" "$(openssl x509 -in "$work/again.pem" -noout -serial)"
check_equal 'one on record' 1 "$(sql 'SELECT count(*) FROM sensor_certificate')"
request thief /CN=sensor-3
enrol thief token-3
check_equal 'the used token with another key' '401 this token was used already; ask for a new one' "$status $(cat "$work/body")"
sql "UPDATE sensor_token SET used_at = used_at - interval '11 minutes'; UPDATE sensor_certificate SET issued_at = issued_at - interval '11 minutes'"
enrol three token-3
check_equal 'and with the same key much later' 401 "$status"
token 17 3 token-old '-1 second'
enrol three token-old
check_equal 'an expired token' '401 this token has expired; ask for a new one' "$status $(cat "$work/body")"

# What a request asks for is of no matter: company and sensor are those of the token.
token 17 4 token-4
request four '/O=Other/CN=sensor-5' -addext 'subjectAltName=URI:urn:hinomi:company:18:sensor:5'
enrol four token-4
certificate "$work/four.pem"
check_equal 'a request for another company gets its own' '200 URI:urn:hinomi:company:17:sensor:4' "$status $(uri_of "$work/four.pem")"
check_equal 'and its own subject' 'subject=O = Hinomi, CN = sensor-4' "$(openssl x509 -in "$work/four.pem" -noout -subject)"
check_equal 'nothing for the other' 0 "$(sql 'SELECT count(*) FROM sensor_certificate WHERE company_id = 18')"

# As other tools send it.
token 18 5 token-pem
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout "$work/pem.key" -subj /CN=x -out "$work/pem.csr" 2>/dev/null
enrol pem token-pem
check_equal 'a request in PEM' 200 "$status"
token 18 5 token-line
openssl req -new -newkey rsa:2048 -nodes -keyout "$work/line.key" -subj /CN=x -outform DER 2>/dev/null | base64 -w 0 >"$work/line.csr"
enrol line token-line -H 'Content-Transfer-Encoding: base64' -H 'Expect: 100-continue'
check_equal 'one long line, RSA' 200 "$status"

# ------------------------------------------------------------------------------------------------- bad requests
token 17 6 token-6
request six /CN=sensor-6
call --user s:token-6 --data-binary "@$work/six.csr" "$url/simpleenroll"
check_equal 'another type' 415 "$status"
head -c 16385 /dev/zero | tr '\0' A >"$work/long.csr"
enrol long token-6
check_equal 'too long' '413 the body is longer than 16 KiB' "$status $(cat "$work/body")"
head -c 3000000 /dev/zero | tr '\0' A >"$work/longer.csr"
enrol longer token-6
check_equal 'far too long' 413 "$status"
enrol six token-6 -H 'Transfer-Encoding: chunked'
check_equal 'without a length' 411 "$status"
call --user s:token-6 -H "X-Long: $(head -c 9000 /dev/zero | tr '\0' a)" "$url/cacerts"
check_equal 'a long head' 431 "$status"
echo 'no base64 !' >"$work/junk.csr"
enrol junk token-6
check_equal 'no base64' 400 "$status"
head -c 300 /dev/urandom | base64 >"$work/junk.csr"
enrol junk token-6
check_equal 'no request' 400 "$status"
# One bit of the signature: the last byte of the DER.
base64 -d "$work/six.csr" >"$work/six.der"
size=$(wc -c <"$work/six.der")
last=$(tail -c 1 "$work/six.der" | od -An -tu1 | tr -d ' ')
{
	head -c $((size - 1)) "$work/six.der"
	# shellcheck disable=SC2059 # an octal escape is meant
	printf "\\$(printf %03o $((last ^ 1)))"
} | base64 >"$work/forged.csr"
enrol forged token-6
check_equal 'a bad signature' 400 "$status"
check_equal 'which says so' 1 "$(grep -c 'does not prove possession' "$work/body")"
openssl req -new -newkey rsa:1024 -nodes -keyout "$work/weak.key" -subj /CN=x -outform DER 2>/dev/null | base64 >"$work/weak.csr"
enrol weak token-6
check_equal 'a weak key' 400 "$status"
check_equal 'none of them used the token' f "$(used token-6)"

# ---------------------------------------------------------------------------------------- those who may not
token 17 6 token-revoked
sql 'UPDATE sensor SET revoked_at = now() WHERE sensor_id = 6'
enrol six token-revoked
check_equal 'a revoked sensor' '403 this sensor was revoked' "$status $(cat "$work/body")"
sql 'UPDATE sensor SET revoked_at = NULL WHERE sensor_id = 6; UPDATE company SET left_at = now() WHERE company_id = 17'
enrol six token-revoked
check_equal 'a company that left' '403 the company of this sensor has left' "$status $(cat "$work/body")"
sql 'UPDATE company SET left_at = NULL WHERE company_id = 17'
check_equal 'the token was not used' f "$(used token-revoked)"

# ------------------------------------------------------------------------------------------------ services away
stop "$keyholder"
enrol six token-6
check_equal 'without the keyholder' '503 60' "$status $(field Retry-After)"
check_equal 'the token stays' f "$(used token-6)"
start_keyholder
database_stop
enrol six token-6
check_equal 'without the database' '503 10' "$status $(field Retry-After)"
database_start

# The answer is lost: the keyholder is stopped until the client has gone.
kill -STOP "$keyholder"
curl -sS --max-time 1 --cacert "$STATE/server/ca.pem" --user s:token-6 -H 'Content-Type: application/pkcs10' \
	--data-binary "@$work/six.csr" -o "$work/lost" "$url/simpleenroll" 2>/dev/null || true
check_equal 'nothing came' no "$([ -s "$work/lost" ] && echo yes || echo no)"
kill -CONT "$keyholder"
is_used() { [ "$(used "$1")" = t ]; }
wait_until 20 is_used token-6 || bad 'the lost enrolment was finished'
enrol six token-6
certificate "$work/six.pem"
check_equal 'asked again, it gets what was lost' "200 $(sql 'SELECT serial FROM sensor_certificate WHERE sensor_id = 6')" \
	"$status $(openssl x509 -in "$work/six.pem" -noout -serial | cut -d= -f2 | tr A-F a-f)"

# Many at once with one token and keys of their own.
token 17 6 token-race
racers=''
for i in 1 2 3 4 5 6; do
	request "race$i" /CN=sensor-6
	curl -sS --max-time 40 --cacert "$STATE/server/ca.pem" --user s:token-race -H 'Content-Type: application/pkcs10' \
		--data-binary "@$work/race$i.csr" -o /dev/null -w '%{http_code}\n' "$url/simpleenroll" >"$work/race$i.status" &
	racers="$racers $!"
done
for racer in $racers; do wait "$racer"; done
check_equal 'one token, six keys, one certificate' '1 200
5 401' "$(cat "$work"/race?.status | sort | uniq -c | sed 's/^ *//')"

# --------------------------------------------------------------------------------------------- simplereenroll
as_three="--cert $work/three.pem --key $work/three.key"
request next '/O=Hinomi/CN=sensor-3'
post simplereenroll next
check_equal 'a renewal without a certificate' 401 "$status"
post simplereenroll next --user s:token-race
check_equal 'and with a token' 401 "$status"
# shellcheck disable=SC2086 # options are words
post simplereenroll next $as_three
certificate "$work/next.pem"
check_equal 'a renewal' '200 URI:urn:hinomi:company:17:sensor:3' "$status $(uri_of "$work/next.pem")"
check_equal 'for the new key' "$(openssl pkey -in "$work/next.key" -pubout)" "$(openssl x509 -in "$work/next.pem" -noout -pubkey)"
check_equal 'both are on record' 2 "$(sql 'SELECT count(*) FROM sensor_certificate WHERE sensor_id = 3 AND revoked_at IS NULL')"
check_equal 'it is audited' 1 "$(sql "SELECT count(*) FROM audit WHERE action = 'sensor.renew' AND subject = 'sensor 3'")"
request short /CN=sensor-3
# shellcheck disable=SC2086
post simplereenroll short $as_three
check_equal 'by the common name alone' 200 "$status"
request same '/O=Hinomi/CN=sensor-3' -addext 'subjectAltName=URI:urn:hinomi:company:17:sensor:3'
# shellcheck disable=SC2086
post simplereenroll same $as_three
check_equal 'with the same name in it' 200 "$status"
request other '/O=Hinomi/CN=sensor-5'
# shellcheck disable=SC2086
post simplereenroll other $as_three
check_equal 'for another subject' 400 "$status"
request alien '/O=Hinomi/CN=sensor-3' -addext 'subjectAltName=URI:urn:hinomi:company:18:sensor:5'
# shellcheck disable=SC2086
post simplereenroll alien $as_three
check_equal 'for another company' 400 "$status"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/self.key" -subj '/O=Hinomi/CN=sensor-3' \
	-addext 'subjectAltName=URI:urn:hinomi:company:17:sensor:3' -out "$work/self.pem" 2>/dev/null
post simplereenroll next --cert "$work/self.pem" --key "$work/self.key"
check_equal 'a certificate that nobody signed' 000 "$status"
sql "UPDATE sensor_certificate SET revoked_at = now() WHERE fingerprint = '\\x$digest'"
# shellcheck disable=SC2086
post simplereenroll next $as_three
check_equal 'a revoked certificate' 403 "$status"
post simplereenroll next --cert "$work/next.pem" --key "$work/next.key"
check_equal 'its successor is good' 200 "$status"
lets_in next && good 'also at the other port' || bad 'also at the other port'
keeps_out() { ! lets_in "$1"; }
wait_until 20 keeps_out three && good 'where the revoked one is refused, too' || bad 'where the revoked one is refused, too'
sql 'UPDATE sensor SET revoked_at = now() WHERE sensor_id = 3'
post simplereenroll next --cert "$work/next.pem" --key "$work/next.key"
check_equal 'until the sensor is revoked' 403 "$status"

# ----------------------------------------------------------------------------------------------------- abuse
# A head that never ends is cut off, while others are served.
# shellcheck disable=SC2016
(printf 'GET /.well-known/est/cacerts HTTP/1.1\r\n'; exec sleep 100) | openssl s_client -quiet -connect "localhost:$port" >"$work/slow.out" 2>&1 &
slow=$!
at_exit 'kill "$slow" 2>/dev/null'
head -c 20000 /dev/urandom >"$work/noise"
curl -s --max-time 20 "telnet://127.0.0.1:$port" <"$work/noise" >/dev/null 2>&1 || true
openssl s_client -quiet -connect "localhost:$port" <"$work/noise" >"$work/noise.out" 2>/dev/null || true
check_equal 'garbage in TLS' 'HTTP/1.1 400 Bad Request' "$(head -n 1 "$work/noise.out" | tr -d '\r')"
number=0
for bad_head in 'GET\r\n\r\n' 'GET / HTTP/3\r\n\r\n' ' GET / HTTP/1.1\r\n\r\n' 'GET / HTTP/1.1\nX: y\n\n' 'GET /.well-known/est/cacerts HTTP/1.1\r\nX : y\r\n\r\n'; do
	number=$((number + 1))
	# shellcheck disable=SC2059 # escapes are meant
	printf "$bad_head" | openssl s_client -quiet -ign_eof -connect "localhost:$port" >"$work/noise.out" 2>/dev/null || true
	case $(head -n 1 "$work/noise.out") in
	'HTTP/1.1 400'* | 'HTTP/1.1 505'*) good "bad head $number is refused" ;;
	*) bad "bad head $number is refused" ;;
	esac
done
# One address cannot take all connections.
crowd=''
at_exit '[ -z "$crowd" ] || kill $crowd 2>/dev/null'
i=0
while [ $i -lt 70 ]; do
	sleep 100 | curl -s --interface 127.0.0.2 "telnet://127.0.0.1:$port" >/dev/null 2>&1 &
	crowd="$crowd $!"
	i=$((i + 1))
done
wait_until 20 grep -q 'too many connections; refused one from 127.0.0.2' "$STATE/server.log" || bad 'the crowd is bounded'
call "$url/cacerts"
check_equal 'a crowd from one address hinders no other' 200 "$status"
# Guessing is slowed down for who guesses.
guesses=''
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	enrol three "guess-$i" --interface 127.0.0.3
	guesses="$guesses$status "
done
# Twenty at once, and one every five seconds.
case $guesses in
'401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 '*429*) good 'guessing ends soon' ;;
*) bad "guessing ends soon: $guesses" ;;
esac
while [ "$status" = 401 ]; do enrol three guess --interface 127.0.0.3; done
check_equal 'with a time to wait' yes "$([ "$(field Retry-After)" -ge 1 ] && echo yes)"
token 17 4 token-quiet
enrol four token-quiet
check_equal 'for nobody else' 200 "$status"
wait_until 40 sh -c "! kill -0 $slow 2>/dev/null" || bad 'a head that never ends is cut off'
good 'a head that never ends is cut off'

# ----------------------------------------------------------------------------------------- our own certificate
wait_until 100 grep -q "certificate was renewed" "$STATE/short.log" || bad 'the certificate of a minute is renewed in time'
openssl s_client -connect "localhost:$((port + 1))" </dev/null 2>/dev/null |
	openssl x509 -out "$work/short-now.pem" 2>/dev/null || true
check_equal 'and used without a restart' "$(openssl x509 -in "$STATE/short/collector/server.pem" -noout -serial)" "$(openssl x509 -in "$work/short-now.pem" -noout -serial)"
check_equal 'it is another one' different "$(cmp -s "$work/short-first.pem" "$work/short-now.pem" && echo same || echo different)"

check_equal 'the server went through all of it' yes "$(kill -0 "$server" && echo yes)"
kill "$server"
wait "$server" && ended=0 || ended=$?
server=''
check_equal 'and ends in good order' 0 "$ended"
check_equal 'each certificate issued has its audit entry' "$(sql 'SELECT count(*) FROM sensor_certificate')" \
	"$(sql "SELECT count(*) FROM audit WHERE action IN ('sensor.enrol', 'sensor.renew')")"
# ------------------------------------------------------------------------------------------ under the supervisor
# Both roles start at once in an empty folder, and the first sensor enrols.
stop "$keyholder"
keyholder=''
sed -e "s|^state_dir:.*|state_dir: $STATE/fresh|" "$STATE/hinomi.yaml" >"$STATE/fresh.yaml"
echo 'roles: [collector, keyholder]' >>"$STATE/fresh.yaml"
: >"$STATE/fresh.log"
"$BUILD/hinomid" --config="$STATE/fresh.yaml" 2>>"$STATE/fresh.log" &
server=$!
wait_until 30 grep -q 'collector: ready' "$STATE/fresh.log" || cat "$STATE/fresh.log"
token 17 4 token-fresh
status=$(curl -sS --max-time 40 --cacert "$STATE/fresh/ca.pem" --user s:token-fresh -H 'Content-Type: application/pkcs10' \
	--data-binary "@$work/four.csr" -o "$work/body" -w '%{http_code}' "$url/simpleenroll") || true
check_equal 'a new server enrols its first sensor' 200 "$status"
# The same with our own agent and administration.
ctl() {
	PGUSER=hinomi "$BUILD/hinomictl" --config "$STATE/fresh.yaml" "$@"
}
agent() { # COMMAND [options]
	agent_command=$1
	shift
	"$BUILD/hinomi-agent" "$agent_command" --state "$STATE/agent" "$@" >"$STATE/agent.out" 2>&1
}
serials() {
	sql "SELECT count(*) FROM sensor_certificate WHERE sensor_id = $1"
}
sensor=$(ctl sensor add --company 18 --name agent | grep -oE '[A-Za-z0-9_-]{43}')
! agent enroll --server "localhost:$port" --token "$sensor" --ca-sha256 "$(printf %064d 0)" && good 'the agent does not trust just anyone' || bad 'the agent does not trust just anyone'
check_equal 'and keeps its token to itself' f "$(used "$sensor")"
pin=$(openssl x509 -in "$STATE/fresh/ca.pem" -noout -fingerprint -sha256 | cut -d= -f2)
agent enroll --server "localhost:$port" --lumberjack-port $((port + 3)) --token "$sensor" --ca-sha256 "$pin" && good 'the agent enrols' || bad "the agent enrols: $(cat "$STATE/agent.out")"
check_equal 'as what it is' 'subject=O = Hinomi, CN = sensor-'"$(sql "SELECT sensor_id FROM sensor WHERE name = 'agent'")" \
	"$(openssl x509 -in "$STATE/agent/agent.pem" -noout -subject)"
# Faster than any list of certificates: none can be read.
psql -d "$conninfo" -X -q -c 'BEGIN; LOCK TABLE company_network IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)' >"$STATE/locker" 2>&1 &
locker=$!
locked() {
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE relation = 'company_network'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]
}
wait_until 10 locked || bad 'the list is not locked'
sensor=$(ctl sensor add --company 18 --name quick | grep -oE '[A-Za-z0-9_-]{43}')
rm -rf "$STATE/agent.old"
mv "$STATE/agent" "$STATE/agent.old"
agent enroll --server "localhost:$port" --lumberjack-port $((port + 3)) --token "$sensor" --ca-sha256 "$pin" || bad "enrolment: $(cat "$STATE/agent.out")"
"$BUILD/tests/integration/lumber" hold 127.0.0.1 $((port + 3)) "$STATE/fresh/ca.pem" "$STATE/agent/agent.pem" "$STATE/agent/agent.key" \
	</dev/null >"$STATE/hold" 2>&1 &
held=$!
wait_until 10 test -s "$STATE/hold" || bad 'a new certificate is not served at all'
check_equal 'a certificate is let in at once, whether or not the list is there yet' connected "$(cat "$STATE/hold")"
event='{"timestamp":"2026-10-01T00:00:07.000000+0000","event_type":"alert","flow_id":7,"src_ip":"203.0.113.1","dest_ip":"192.168.1.1","proto":"TCP","alert":{"signature_id":1,"signature":"quick","severity":1}}'
echo "$event" >"$STATE/quick.json"
"$BUILD/hinomi-agent" send --state "$STATE/agent" "$STATE/quick.json" >"$STATE/send.out" 2>&1 &
sending=$!
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)%' AND pid <> pg_backend_pid()" >"$STATE/answers"
wait "$locker" || true
wait "$sending" || bad "send: $(cat "$STATE/send.out")"
check_equal 'and what it sends is stored once the list is there' 1 "$(sql "SELECT count(*) FROM alert WHERE signature = 'quick'")"
kill "$held" 2>/dev/null || true
wait "$held" || true
rm -rf "$STATE/agent"
mv "$STATE/agent.old" "$STATE/agent"
agent renew && good 'and renews' || bad "and renews: $(cat "$STATE/agent.out")"
check_equal 'with two certificates on record' 2 "$(serials "$(sql "SELECT sensor_id FROM sensor WHERE name = 'agent'")")"
check_equal 'the audit trail is whole' yes "$(ctl audit verify >/dev/null 2>&1 && echo yes)"
check_equal 'nobody had to try twice' 0 "$(grep -c 'trying again\|restart' "$STATE/fresh.log")"
kill "$server"
wait "$server" && ended=0 || ended=$?
server=''
check_equal 'and ends in good order' 0 "$ended"
finish
