#!/bin/sh
# The api role against a real PostgreSQL, spoken to by curl and, where it must be rude, by openssl s_client: sessions,
# who may change what from where, limits, problems in two languages, the dashboard's files, audit, drain.
set -u
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

api_port=$PORT metrics_port=$((PORT + 1))
password='correct horse battery staple'
ours='Sec-Fetch-Site: same-origin'
json='Content-Type: application/json'
api_pid='' cookie=''

# call METHOD PATH [CURL ARGS]: sets $status; the reply is in $STATE/head and $STATE/body
call() {
	call_method=$1 call_path=$2
	shift 2
	status=$(curl -k -sS --path-as-is -o "$STATE/body" -D "$STATE/head" -w '%{http_code}' -X "$call_method" \
		${cookie:+-H "Cookie: $cookie"} "$@" "https://127.0.0.1:$api_port$call_path") || status="curl $?"
}
# change METHOD PATH BODY [CURL ARGS]: the same as the dashboard does it
change() {
	change_method=$1 change_path=$2 change_body=$3
	shift 3
	call "$change_method" "$change_path" -H "$json" -H "$ours" ${change_body:+-d "$change_body"} "$@"
}
header() { # NAME: value of a header of the last reply
	tr -d '\r' <"$STATE/head" | sed -n "s/^$1: //Ip" | head -n 1
}
code() { # of the last problem
	sed -n 's/.*"code":"\([a-z_]*\)".*/\1/p' "$STATE/body"
}
sign_in() { # EMAIL PASSWORD: sets $status, and $cookie when it succeeds
	cookie=''
	change POST /v1/session "{\"email\":\"$1\",\"password\":\"$2\"}"
	cookie=$(header Set-Cookie)
	cookie=${cookie%%;*}
}
person() { # EMAIL ROLE COMPANY|NULL: with a set-up link whose token is the address
	sql "INSERT INTO app_user (email, display_name, role, scope_company, setup_sha256, setup_expires_at)
		VALUES ('$1', '$1', '$2', $3, sha256('$1'), now() + interval '1 day')"
}
audited() { # ACTION: how often
	sql "SELECT count(*) FROM audit WHERE action = '$1'"
}
answers() {
	[ "$(curl -k -s -o /dev/null -w '%{http_code}' "https://127.0.0.1:$1/healthz")" = 200 ]
}
config() { # PORT METRICS MORE
	cat <<YAML
state_dir: $STATE/server
database:
  conninfo: $conninfo
api:
  listen: 127.0.0.1:$1
  metrics_listen: $2
  web_dir: $STATE/web
$3
YAML
}
start_api() {
	"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --role=api --config="$STATE/hinomi.yaml" \
		>>"$STATE/api.log" 2>&1 </dev/null &
	api_pid=$!
	wait_until 30 answers "$api_port"
}
# rude BYTES: sends them as they are over TLS, prints what comes back until the server closes
rude() {
	printf '%b' "$1" | timeout 20 openssl s_client -quiet -connect "127.0.0.1:$api_port" 2>/dev/null
}

case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
database_start || exit 1
for migration in "$top"/schema/[0-9][0-9][0-9][0-9]_*.sql; do
	psql -X -q -1 -v ON_ERROR_STOP=1 -d "$conninfo" -f "$migration" || exit 1
done
sql "INSERT INTO operator (name) VALUES ('試験商工会議所');
	INSERT INTO company (company_id, operator_id, name) VALUES (1, 1, 'A'), (2, 1, 'B')"
person analyst@example.jp analyst NULL
person lead@example.jp lead NULL
person bound@example.jp lead 1
person wall@example.jp wall NULL
person late@example.jp viewer NULL
sql "UPDATE app_user SET setup_expires_at = now() - interval '1 second' WHERE email = 'late@example.jp'"
mkdir -p "$STATE/server" "$STATE/web/a/0123/src"
echo '<!doctype html><title>Hinomi</title>' >"$STATE/web/index.html"
echo 'export const one = 1;' >"$STATE/web/a/0123/src/main.js"
gzip -9nk "$STATE/web/index.html" "$STATE/web/a/0123/src/main.js"
echo 'nobody may read this' >"$STATE/secret"
ln -s "$STATE/secret" "$STATE/web/a/0123/link.txt"
chmod -R a+rX "$STATE/web"
[ "$(id -u)" -ne 0 ] || chown -R "${HINOMI_USER:-postgres}" "$STATE/server"
config "$api_port" "127.0.0.1:$metrics_port" '  threads: 1' >"$STATE/hinomi.yaml"
at_exit '[ -z "$api_pid" ] || kill "$api_pid" 2>/dev/null || true'
start_api || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}

# One who keeps sending, a byte now and then, is looked at again at the end.
(
	{
		printf 'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n'
		while sleep 1; do printf x || exit; done
	} | openssl s_client -quiet -connect "127.0.0.1:$api_port" >/dev/null 2>&1
	: >"$STATE/slow.ended"
) &

# ---- the set-up link
change POST /v1/setup '{"token":"analyst@example.jp","password":"short"}'
check_equal 'a short password is refused' '400 invalid' "$status $(code)"
check_equal 'with a pointer to it' 1 "$(grep -c '"pointer":"/password"' "$STATE/body")"
change POST /v1/setup "{\"token\":\"late@example.jp\",\"password\":\"$password\"}"
check_equal 'a set-up link that is over' '404 not_found' "$status $(code)"
for email in analyst lead bound wall; do
	change POST /v1/setup "{\"token\":\"$email@example.jp\",\"password\":\"$password\"}"
	check_equal "set-up link of $email" 204 "$status"
done
change POST /v1/setup "{\"token\":\"analyst@example.jp\",\"password\":\"another password\"}"
check_equal 'a set-up link works once' '404 not_found' "$status $(code)"
check_equal 'the password is kept as argon2id alone' 1 \
	"$(sql "SELECT count(*) FROM app_user WHERE email = 'analyst@example.jp' AND password_hash LIKE '\$argon2id\$v=19\$m=65536,t=2,p=1\$%' AND setup_sha256 IS NULL")"

# ---- signing in
call GET /v1/me
check_equal 'without a session' '401 unauthenticated' "$status $(code)"
sign_in analyst@example.jp 'wrong password'
check_equal 'wrong password' '401 wrong_password' "$status $(code)"
check_equal 'no cookie then' '' "$cookie"
sign_in nobody@example.jp 'wrong password'
check_equal 'an unknown address looks the same' '401 wrong_password' "$status $(code)"
sign_in Analyst@Example.JP "$password"
check_equal 'signed in' 200 "$status"
check_equal 'cookie attributes' 'Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400' "$(header Set-Cookie | cut -d' ' -f2-)"
check_equal '256 bits of token' 43 "$(printf %s "${cookie#__Host-sid=}" | wc -c)"
check_equal 'of which the SHA-256 is kept' 1 "$(sql "SELECT count(*) FROM session WHERE token_sha256 = sha256('${cookie#__Host-sid=}')")"
call GET /v1/me
check_equal 'me' '200 "email":"analyst@example.jp" "role":"analyst" "company_id":null "operator":"試験商工会議所"' \
	"$status $(grep -oE '"(email|role|company_id|operator)":("[^"]*"|null)' "$STATE/body" | tr '\n' ' ' | sed 's/ $//')"
check_equal 'the API is not cached' no-store "$(header Cache-Control)"
first=$cookie
change POST /v1/session "{\"email\":\"analyst@example.jp\",\"password\":\"$password\"}"
second=$(header Set-Cookie)
cookie=$first
call GET /v1/me
check_equal 'a new login ends the session it came with' 401 "$status"
cookie=${second%%;*}
cookie="$cookie; __Host-sid=other"
call GET /v1/me
check_equal 'two session cookies are none' 401 "$status"
cookie=${second%%;*}

# ---- who may change, and from where
for case in "-H|$json|-H|Sec-Fetch-Site: cross-site" "-H|$json|-H|Sec-Fetch-Site: same-site" "-H|$json" \
	"-H|Content-Type: text/plain|-H|$ours" "-H|$json|-H|Origin: https://evil.example" \
	"-H|$json|-H|Sec-Fetch-Site: none|-H|Origin: https://127.0.0.1:$api_port"; do
	old_ifs=$IFS
	IFS='|'
	# shellcheck disable=SC2086 # split at the bars
	set -- $case
	IFS=$old_ifs
	call PATCH /v1/me -d '{"language":"en"}' "$@"
	check_equal "refused: $case" '403 cross_site' "$status $(code)"
done
call PATCH /v1/me -d '{"language":"en"}' -H "$json" -H "Origin: https://127.0.0.1:$api_port"
check_equal 'our own Origin will do' 200 "$status"
change PATCH /v1/me '{"language":"ja"}'
check_equal 'language changed' '200 "language":"ja"' "$status $(grep -o '"language":"ja"' "$STATE/body")"
change PATCH /v1/me '{"language":"fr"}'
check_equal 'a language that we do not speak' '400 invalid' "$status $(code)"
change PATCH /v1/me '{"language":"ja","role":"admin"}'
check_equal 'an unknown member' '400 "pointer":"/role"' "$status $(grep -o '"pointer":"/role"' "$STATE/body")"
change PATCH /v1/me '{"language":"ja","language":"en"}'
check_equal 'a member twice' '400 invalid' "$status $(code)"
change PATCH /v1/me '[1]'
check_equal 'no object' '400 not_json' "$status $(code)"
call GET '/v1/me?x=1'
check_equal 'an unknown parameter' '400 "parameter":"x"' "$status $(grep -o '"parameter":"x"' "$STATE/body")"
call GET '/v1/me?x=%zz'
check_equal 'a bad percent sign' '400 invalid' "$status $(code)"
call GET /v1/audit
check_equal 'an analyst reads no audit trail' '403 forbidden' "$status $(code)"
call GET /v1/nothing
check_equal 'no such route' '404 not_found' "$status $(code)"
change PUT /v1/me '{}'
check_equal 'no such method' '405 GET, PATCH' "$status $(header Allow)"
call OPTIONS /v1/me
check_equal 'nor OPTIONS' 405 "$status"

# ---- problems
call GET /v1/nothing -H 'Accept-Language: ja'
check_equal 'in Japanese' '見つかりません ja application/problem+json' \
	"$(sed 's/.*"title":"\([^"]*\)".*/\1/' "$STATE/body") $(header Content-Language) $(header Content-Type)"
call GET /v1/nothing -H 'Accept-Language: en-GB, ja;q=0.5'
check_equal 'in English' 'Not found' "$(sed 's/.*"title":"\([^"]*\)".*/\1/' "$STATE/body")"
check_equal 'with all members' '"type":"urn:hinomi:problem:not_found","title":"Not found","status":404,"code":"not_found","instance":"/v1/nothing","request_id":"ID"' \
	"$(sed "s/$(header X-Request-Id)/ID/; s/^{//; s/}\$//" "$STATE/body")"
call GET /v1/me
check_equal 'every answer has an id' 24 "$(header X-Request-Id | tr -d '\n' | wc -c)"

# ---- HEAD
status=$(curl -k -sS -I -o "$STATE/head" -w '%{http_code} %{size_download}' -H "Cookie: $cookie" "https://127.0.0.1:$api_port/v1/me")
check_equal 'HEAD has no body' '200 0' "$status"

# ---- idle and old sessions
sql "UPDATE session SET last_used_at = now() - interval '13 hours'"
call GET /v1/me
check_equal 'an idle session is over' 401 "$status"
sql 'UPDATE session SET last_used_at = now()'
call GET /v1/me
check_equal 'in use it is not' 200 "$status"
sql "UPDATE session SET expires_at = now() - interval '1 second'"
call GET /v1/me
check_equal 'an old session is over, used or not' 401 "$status"
sign_in analyst@example.jp "$password"
sql "UPDATE app_user SET disabled_at = now() WHERE email = 'analyst@example.jp'"
call GET /v1/me
check_equal 'so is that of somebody who was disabled' 401 "$status"
sql "UPDATE app_user SET disabled_at = NULL WHERE email = 'analyst@example.jp'"
change DELETE /v1/session ''
check_equal 'signed out' 204 "$status"
check_equal 'the cookie is taken back' '__Host-sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0' "$(header Set-Cookie)"
call GET /v1/me
check_equal 'and the session is dead' 401 "$status"

# ---- the wall screen is read-only
sign_in wall@example.jp "$password"
call GET /v1/me
check_equal 'the wall screen reads' 200 "$status"
change PATCH /v1/me '{"language":"en"}'
check_equal 'and changes nothing' '403 forbidden' "$status $(code)"

# ---- lock-out
cookie=''
for email in lead@example.jp nobody@example.jp; do
	got=''
	for attempt in 1 2 3 4 5 6; do
		sign_in "$email" "wrong $attempt"
		got="$got$status "
	done
	# one failure of nobody@ was counted above
	[ "$email" = lead@example.jp ] && wanted='401 401 401 401 401 429 ' || wanted='401 401 401 401 429 429 '
	check_equal "locked after five failures: $email" "$wanted" "$got"
	check_equal '... as a problem that says how long' 'locked yes' \
		"$(code) $([ "$(header Retry-After)" -le 30 ] && [ "$(header Retry-After)" -ge 20 ] && echo yes)"
done
sign_in lead@example.jp "$password"
check_equal 'the right password does not open the lock' '429 locked' "$status $(code)"
sql "UPDATE app_user SET locked_until = now(), failed_logins = 7 WHERE email = 'lead@example.jp'"
sign_in lead@example.jp wrong
check_equal 'the lock grows: 30 s, doubled three times' t \
	"$(sql "SELECT locked_until BETWEEN now() + interval '200 seconds' AND now() + interval '240 seconds' FROM app_user WHERE email = 'lead@example.jp'")"
sql "UPDATE app_user SET locked_until = now() WHERE email = 'lead@example.jp'"
sign_in lead@example.jp "$password"
check_equal 'once it is over the right password does' 200 "$status"
check_equal 'and the failures are forgotten' 0 "$(sql "SELECT failed_logins FROM app_user WHERE email = 'lead@example.jp'")"
lead=$cookie

# ---- audit
check_equal 'audited: logins, failures, log-out, set-up, language' '5 16 1 4 2' \
	"$(audited login) $(audited login.failed) $(audited logout) $(audited user.setup) $(audited user.language)"
check_equal 'a failure is nobody known' role:api "$(sql "SELECT DISTINCT actor FROM audit WHERE action = 'login.failed'")"
check_equal 'no password in it' 0 "$(sql "SELECT count(*) FROM audit WHERE detail LIKE '%$password%' OR detail LIKE '%wrong 1%'")"
call GET '/v1/audit?limit=3'
check_equal 'the lead reads the trail' '200 3 login' "$status $(grep -o '"id":' "$STATE/body" | wc -l) $(sed 's/.*\[{"id":[0-9]*,"at":"[^"]*","actor":"lead@example.jp","action":"\([a-z]*\)".*/\1/' "$STATE/body")"
next=$(sed 's/.*"next":"\([^"]*\)".*/\1/' "$STATE/body")
check_equal 'with a link to the next page' "</v1/audit?limit=3&cursor=$next>; rel=\"next\"" "$(header Link)"
pages=$(sql 'SELECT count(*) FROM audit') seen=3
while [ "$next" != null ] && [ "$seen" -le "$pages" ]; do
	call GET "/v1/audit?limit=3&cursor=$next"
	seen=$((seen + $(grep -o '"id":' "$STATE/body" | wc -l)))
	next=$(sed 's/.*"next":"\{0,1\}\([^"}]*\)"\{0,1\}}$/\1/' "$STATE/body")
done
check_equal 'all pages have all entries' "$pages" "$seen"
call GET '/v1/audit?cursor=AAAA'
check_equal 'a cursor that is not ours' '400 "parameter":"cursor"' "$status $(grep -o '"parameter":"cursor"' "$STATE/body")"
call GET '/v1/audit?limit=501'
check_equal 'a page too large' '400 "parameter":"limit"' "$status $(grep -o '"parameter":"limit"' "$STATE/body")"
sign_in bound@example.jp "$password"
call GET /v1/audit
check_equal 'a lead of one company sees no log-ins of others' '200 {"entries":[],"next":null}' "$status $(cat "$STATE/body")"
cookie=$lead

# ---- files of the dashboard
call GET /
check_equal 'the first page' '200 text/html; charset=utf-8 no-cache' "$status $(header Content-Type) $(header Cache-Control)"
tag=$(header ETag)
call GET /incidents/17
check_equal 'any page is that one' "200 $tag" "$status $(header ETag)"
call GET / -H "If-None-Match: $tag"
check_equal 'not sent again' 304 "$status"
call GET /a/0123/src/main.js
check_equal 'a file of the build' '200 text/javascript; charset=utf-8 public, max-age=31536000, immutable' \
	"$status $(header Content-Type) $(header Cache-Control)"
check_equal 'plain' 'export const one = 1;' "$(cat "$STATE/body")"
call GET /a/0123/src/main.js -H 'Accept-Encoding: br, gzip'
check_equal 'or gzipped' 'gzip export const one = 1;' "$(header Content-Encoding) $(gzip -dc <"$STATE/body")"
check_equal 'policy for browsers' "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'" \
	"$(header Content-Security-Policy)"
check_equal 'and their other rules' 'nosniff DENY same-origin max-age=31536000' \
	"$(header X-Content-Type-Options) $(header X-Frame-Options) $(header Cross-Origin-Opener-Policy) $(header Strict-Transport-Security)"
for path in /a/0123/src/main.js.gz /a/0123/link.txt /a/0123/../../../secret /../secret /a/../index.html /%2e%2e/secret \
	'/a/0123/src/%2e%2e/src/main.js' '/a/0123/..%2f..%2fsecret' '/..\secret' '/a/' '/a/0123' '//secret' \
	/index.html '/favicon.ico' '/x%00' '/a/0123/src/main.js%00.html'; do
	call GET "$path"
	case $path in
	# Links in notices stand there, too: whoever follows one that is none reads a page, and not JSON.
	/a/*) wanted='404 text/html; charset=utf-8' said="$status $(header Content-Type)" ;;
	*) wanted='404 not_found' said="$status $(code)" ;;
	esac
	check_equal "no file: $path" "$wanted" "$said"
	check_equal "nothing of a file in it: $path" 0 "$(grep -acE 'export const|nobody may read' "$STATE/body")"
done
call DELETE / -H "$json" -H "$ours"
check_equal 'files are only read' '405 GET, HEAD' "$status $(header Allow)"

# ---- limits
head -c 70000 /dev/zero | tr '\0' x >"$STATE/large"
change POST /v1/session "@$STATE/large"
check_equal 'a body too large' '413 too_large' "$status $(code)"
call GET /v1/me -H "X-Large: $(head -c 60000 /dev/zero | tr '\0' x)" -H "X-More: $(head -c 60000 /dev/zero | tr '\0' x)"
case $status in
431 | 413 | 'curl '*) good 'headers too large' ;;
*) bad "headers too large: $status" ;;
esac
twice='POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 44\r\n\r\n{}GET /v1/me HTTP/1.1\r\nHost: x\r\nX: aaaaaaaaaa\r\n\r\n'
check_equal 'two Content-Lengths: one refusal, then the end' 'HTTP/1.1 400 Bad Request' "$(rude "$twice" | grep -ao 'HTTP/1.1 [0-9].*' | tr -d '\r')"
both='POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'
check_equal 'length and chunks: one refusal, then the end' 'HTTP/1.1 400 Bad Request' "$(rude "$both" | grep -ao 'HTTP/1.1 [0-9].*' | tr -d '\r')"
call GET /v1/me -H 'Content-Type: application/json' -d '{}'
check_equal 'a GET has no body' '400 bad_request' "$status $(code)"

# Forty who connect and say nothing, or not all of it: others do not notice, memory stays where it was.
before=$(awk '/^VmRSS/ { print $2 }' "/proc/$api_pid/status")
mkfifo "$STATE/slow"
slow=0
while [ "$slow" -lt 40 ]; do
	openssl s_client -quiet -connect "127.0.0.1:$api_port" <"$STATE/slow" >/dev/null 2>&1 &
	slow=$((slow + 1))
done
exec 3>"$STATE/slow"
printf 'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n' >&3
connections() {
	curl -s "http://127.0.0.1:$metrics_port/metrics" | sed -n 's/^hinomi_http_connections //p'
}
many_connections() {
	[ "$(connections)" -ge 40 ]
}
wait_until 20 many_connections
call GET /v1/me
check_equal 'beside forty slow senders' 200 "$status"
after=$(awk '/^VmRSS/ { print $2 }' "/proc/$api_pid/status")
[ $((after - before)) -lt 40000 ] && good 'whose memory is bounded' || bad "memory grew from $before to $after KiB"

# ---- too many tries from one address
cookie=''
refused=''
for attempt in $(seq 40); do
	change POST /v1/setup '{"token":"none","password":"12345678"}'
	[ "$status" != 429 ] || refused="$(code) $([ "$(header Retry-After)" -ge 1 ] && echo wait)"
done
check_equal 'an address that tries too often must wait' 'too_many wait' "$refused"

# ---- Prometheus
# Of correlation: per kind or state what is given here, by hand.
sql "INSERT INTO rule_set (version, actor, sha256) VALUES (6, 'ctl:x', sha256('6')), (7, 'ctl:x', sha256('7'));
	INSERT INTO rule (uid, kind, title, level, first_version, last_version) VALUES
		('d1', 'detection', 'd', 'low', 6, NULL), ('d2', 'detection', 'd', 'low', 7, NULL), ('d3', 'detection', 'd', 'low', 6, 6),
		('c1', 'correlation', 'c', 'low', 6, NULL);
	INSERT INTO rule_state (company_id, hits, newest_ts, seen_at) VALUES (1, 120, now(), now()), (2, 30, now(), now());
	INSERT INTO rule_window (company_id, state_key, rule_id, definition, group_values, last_ts, hits, oldest_at)
		SELECT c, k, 5, 1, '{}', now(), 50, now() FROM (VALUES (1, 1), (1, 2), (2, 1)) AS w (c, k);
	INSERT INTO loss (company_id, kind, rule_id, group_key, count) VALUES (1, 'thinned', 5, 1, 400), (2, 'thinned', 5, 1, 25),
		(1, 'dropped', 5, 0, 17), (1, 'dropped', 6, 2, 3), (2, 'contacts', 0, 0, 11), (1, 'damaged', 0, 0, 2);
	INSERT INTO indicator_source (source_id, name) VALUES (1, 'feed');
	INSERT INTO indicator (source_id, kind, key, prefix, value, valid_from, modified, confidence, tlp, state, change_no)
		SELECT 1, 1, int4send(n), 32, n::text, now(), now(), 50, 'green',
			CASE WHEN n <= 3 THEN 'active' WHEN n = 4 THEN 'held_back' ELSE 'revoked' END, n FROM generate_series(1, 6) AS n;
	INSERT INTO hunt (actor, source_id, change_from, change_to, state) VALUES ('x', 1, 1, 6, 'due'), ('x', 1, 1, 6, 'failed'),
		('x', 1, 1, 6, 'failed');
	INSERT INTO campaign (kind, key, first_day, last_day, first_ts, last_ts, title, title_ts, severity, companies, alerts, minimum,
		window_days, merged_into) SELECT 'source', 'k', current_date - 9, current_date, now() - interval '9 days', now() - age, 't', now(),
		2, 3, 9, 3, 3, merged FROM (VALUES (interval '6 days', NULL), ('8 days', NULL), ('1 hour', 1)) AS c (age, merged);
	INSERT INTO mute (kind, scope, conditions, reason, owner_id, starts_at, expires_at, ended_at)
		SELECT kind, 'all', '{}', 'r', (SELECT min(user_id) FROM app_user), now() + starts, now() + ends, now() + ended FROM (VALUES
		('mute', interval '-1 hour', interval '1 hour', NULL::interval), ('mute', '-2 hours', '-1 hour', NULL), ('mute', '1 hour', '2 hours', NULL),
		('mute', '-1 hour', '1 hour', '-1 minute'), ('drill', '-1 hour', '1 hour', NULL), ('drill', '-1 hour', '2 hours', NULL))
		AS m (kind, starts, ends, ended)"
figures() {
	curl -s "http://127.0.0.1:$metrics_port/metrics" >"$STATE/metrics"
}
windows_estimated() { # PostgreSQL counts a moment after the commit
	figures
	grep -q '^hinomi_rule_windows 3$' "$STATE/metrics"
}
wait_until 30 windows_estimated && good 'windows, as PostgreSQL estimates them' || bad "windows: $(grep '^hinomi_rule_windows' "$STATE/metrics")"
figure() { # NAME: its values, in the order of the page
	sed -n "s/^hinomi_$1\({[^}]*}\)\{0,1\} //p" "$STATE/metrics" | tr '\n' ' ' | sed 's/ $//'
}
check_equal 'the version of the rules; hits; campaigns' '7 150 1' "$(figure rule_set_version) $(figure rule_hits) $(figure campaigns)"
check_equal 'rules in force: detections, correlations, grouping, built-in' '2 1 0 2' "$(figure rules)"
check_equal 'lost: thinned, dropped, contacts, observables, damaged' '425 20 11 0 2' "$(figure lost_total)"
check_equal 'indicators: active, held back, revoked; hunts: due, done, failed' '3 1 2 1 0 2' "$(figure indicators) $(figure hunts)"
check_equal 'mutes and drills in force' '1 2' "$(figure mutes)"
check_equal 'each has its kind by name' 'thinned dropped contacts observables damaged' \
	"$(sed -n 's/^hinomi_lost_total{what="\([a-z]*\)"} .*/\1/p' "$STATE/metrics" | tr '\n' ' ' | sed 's/ $//')"
check_equal 'each figure has its HELP and TYPE' '' "$(sed -n 's/^\(hinomi_[a-z_]*\).*/\1/p' "$STATE/metrics" | sed 's/_\(bucket\|sum\|count\)$//' | sort -u |
	while read -r name; do [ "$(grep -cE "^# (HELP|TYPE) $name " "$STATE/metrics")" = 2 ] || echo "$name"; done)"
check_equal 'figures for Prometheus' '1 1 1 1' \
	"$(for name in 'hinomi_database_up 1' 'hinomi_http_requests_total{class="4xx"} [1-9]' 'hinomi_sensors{state="up"} 0' 'hinomi_work_pending 0'; do grep -c "^$name" "$STATE/metrics"; done | tr '\n' ' ' | sed 's/ $//')"
check_equal 'each line is one of the format' 0 \
	"$(grep -vcE '^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+)$' "$STATE/metrics")"
check_equal 'nothing else is served there' 404 "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$metrics_port/v1/me")"

# ---- who never ends his request
few_connections() {
	[ "$(connections)" -le 2 ]
}
wait_until 100 test -e "$STATE/slow.ended" && good 'a request of a byte now and then is cut off' || bad 'a slow request goes on'
wait_until 60 few_connections && good 'so are the silent ones' || bad "still $(connections) connections"
exec 3>&-

# ---- the database goes and comes
ready() {
	[ "$(curl -k -s -o /dev/null -w '%{http_code}' "https://127.0.0.1:$api_port/readyz")" = "$1" ]
}
wait_until 20 ready 200 && good 'ready' || bad 'not ready'
cookie=$lead
database_stop
wait_until 20 ready 503 && good 'without a database not ready' || bad 'ready without a database'
call GET /v1/me
check_equal 'requests are told to come again' '503 unavailable 2' "$status $(code) $(header Retry-After)"
call GET /healthz
check_equal 'but it lives' 200 "$status"
check_equal 'and says so to Prometheus' 'hinomi_database_up 0' "$(curl -s "http://127.0.0.1:$metrics_port/metrics" | grep '^hinomi_database_up')"
database_start
wait_until 30 ready 200 && good 'ready again by itself' || bad 'not ready again'
me_again() {
	call GET /v1/me
	[ "$status" = 200 ]
}
wait_until 20 me_again && good 'the session has survived' || bad "the session is gone: $status"

# ---- the certificate and the end
fingerprint() {
	openssl s_client -connect "127.0.0.1:$api_port" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256
}
own=$(fingerprint)
check_equal 'its own certificate names what is configured' 'DNS:localhost, IP Address:127.0.0.1' \
	"$(openssl x509 -in "$STATE/server/api/certificate.pem" -noout -ext subjectAltName | sed -n '2s/^ *//p')"
check_equal 'its key is private' 600 "$(stat -c %a "$STATE/server/api/key.pem")"
kill "$api_pid"
wait "$api_pid"
check_equal 'SIGTERM ends it in good order' 0 "$?"
start_api
check_equal 'the certificate is the same at the next start' "$own" "$(fingerprint)"
config "$api_port" '""' '  names: [localhost, 127.0.0.1, hinomi.example.jp]' >"$STATE/hinomi.yaml"
kill -HUP "$api_pid"
renamed() {
	openssl x509 -in "$STATE/server/api/certificate.pem" -noout -ext subjectAltName | grep -q hinomi.example.jp && answers "$api_port"
}
wait_until 20 renamed && good 'a reload with another name makes another one' || bad 'no new certificate after the reload'
# This one ends several event loops, which must leave the listening sockets to those that follow.
config "$api_port" '""' '  names: [localhost, 127.0.0.1, hinomi.example.org]' >"$STATE/hinomi.yaml"
kill -HUP "$api_pid"
renamed_again() {
	openssl s_client -connect "127.0.0.1:$api_port" </dev/null 2>/dev/null |
		openssl x509 -noout -ext subjectAltName 2>/dev/null | grep -q hinomi.example.org
}
wait_until 20 renamed_again && good 'and so does the next one' || bad 'nobody listens after a second reload'
echo 'nonsense: 1' >>"$STATE/hinomi.yaml"
kill -HUP "$api_pid"
said() {
	grep -q 'configuration not reloaded' "$STATE/api.log"
}
wait_until 20 said
call GET /v1/me
check_equal 'a bad configuration changes nothing' 200 "$status"
check_equal 'nothing unexpected in the log' '' "$(grep -E ' (ERROR|error) ' "$STATE/api.log" | grep -v 'not reloaded' | head -n 3)"
finish
