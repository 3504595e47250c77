#!/bin/sh
# What the sender makes of other systems: real mails through a real postfix into a mailbox; a mail server and web servers
# that hang, refuse, greylist, drop, redirect, flood, lie; addresses that must not be reached; a command. No database:
# notices go in by hand (send_parcels.c), outcomes come out.
set -eu
. "$(dirname "$0")/lib.sh"

send=$BUILD/tests/integration/send_parcels
[ -x "$send" ] || { echo "test_delivery: build the tools first: make tools"; exit 1; }
log=$STATE/received.jsonl
: >"$log"
bad=$PORT postfix_port=$((PORT + 10))

# config NAME LINES...: a configuration with these lines below escalator:
config() {
	config_name=$1
	shift
	{
		echo 'api:'
		echo '  public_url: https://soc.example.jp/'
		echo 'escalator:'
		echo '  send_timeout: 1500ms'
		echo '  mail_from: soc@example.jp'
		echo '  mail_name: 監視センター'
		echo "  tls_ca: $STATE/ca.pem"
		for line in "$@"; do echo "  $line"; done
	} >"$STATE/$config_name.yaml"
}
# outcomes NAME: sends what comes on standard input by that configuration
outcomes() {
	"$send" "$STATE/$1.yaml" >"$STATE/outcomes" 2>"$STATE/errors" || {
		cat "$STATE/errors"
		return 1
	}
}
# field N NAME: of the outcome of line N
field() {
	jq -r --argjson n "$1" "select(.n == \$n) | .$2" "$STATE/outcomes"
}
# outcome N: "outcome code"
outcome() {
	jq -r --argjson n "$1" 'select(.n == $n) | "\(.outcome) \(.code)"' "$STATE/outcomes"
}
says() { # says TEXT N WORDS: the text of line N holds the words
	case $(field "$2" text) in
	*"$3"*) good "$1" ;;
	*) bad "$1: $(field "$2" text)" ;;
	esac
}
logged() { # logged FILTER: what the bad receiver noted
	jq -rc "$1" "$log"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$STATE/key.pem" -out "$STATE/ca.pem" \
	-days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
node "$top/tests/integration/bad_receiver.js" "$bad" "$STATE/ca.pem" "$STATE/key.pem" "$log" &
receiver=$!
at_exit "kill $receiver 2>/dev/null"
wait_until 10 grep -q '"ready"' "$log"

# ------------------------------------------------------------------------------------------------ mail, badly received

config bad "smtp_url: smtp://localhost:$bad" 'smtp_user: hinomi' "smtp_password_file: $STATE/password" \
	'bounce_address: bounces@example.jp' 'per_host: 30'
printf 'secret with blanks\n' >"$STATE/password"
cat >"$STATE/mails" <<'PARCELS'
{"address": "good@a.example", "subject": "緊急", "priority": 1, "thread": 7}
{"address": "hang@a.example"}
{"address": "reject@a.example"}
{"address": "grey@a.example"}
{"address": "full@a.example", "attempts": 4}
{"address": "garbage@a.example"}
{"address": "long@a.example"}
{"address": "later@a.example"}
{"address": "slow@a.example"}
{"address": "nodata@a.example"}
{"address": "spam@a.example"}
{"address": "busy@a.example", "kind": "member"}
{"address": "drop@a.example"}
{"address": "not an address"}
{"address": "a..b@a.example"}
PARCELS
outcomes bad <"$STATE/mails"
check_equal 'every mail has one outcome' 15 "$(wc -l <"$STATE/outcomes")"
check_equal 'a good mail is sent' 'sent 250' "$(outcome 1)"
check_equal 'the name that the server queued it under' 4Fq1Zx "$(field 1 provider_id)"
check_equal 'a server that hangs: again in 5 s' 'retry 0 5000' "$(outcome 2) $(field 2 retry_ms)"
check_equal '550: refused' 'refused 550' "$(outcome 3)"
says '550: in the words of the server, cleaned' 3 '5.1.1 No such person'
check_equal 'greylisted: again' 'retry 451 5000' "$(outcome 4) $(field 4 retry_ms)"
check_equal '452 for the fifth time: no further try' 'retry 452 -1' "$(outcome 5) $(field 5 retry_ms)"
check_equal 'a reply that is none: again' 'retry 0' "$(outcome 6)"
check_equal 'a reply of 100 kB' 6 "$(jq 'select(.n == 7) | if (.text | length) < 700 then 6 else 7 end' "$STATE/outcomes")"
check_equal '421 and gone: again' retry "$(field 8 outcome)"
check_equal 'slow is not failed' 'sent 250' "$(outcome 9)"
check_equal 'DATA refused' 'refused 554' "$(outcome 10)"
check_equal 'refused after DATA' 'refused 554' "$(outcome 11)"
check_equal 'not urgent and busy after DATA: patiently' 'retry 451 true' \
	"$(outcome 12) $(jq 'select(.n == 12) | .retry_ms >= 5000 and .retry_ms <= 5500' "$STATE/outcomes")"
check_equal 'dropped after DATA without a word: again' 'retry 0' "$(outcome 13)"
check_equal 'no address at all' 'refused 0' "$(outcome 14)"
says 'no address at all: says so' 14 'is no mail address'
check_equal 'an address of an old carrier' 'sent 250' "$(outcome 15)"
check_equal 'it stood in quotes' '"a..b"@a.example' "$(logged 'select(.mail and (.mail | contains(".."))) | .mail')"
outcomes bad <"$STATE/mails"
check_equal 'greylisted: taken the second time' 'sent 250' "$(outcome 4)"
check_equal 'dropped after DATA: sent again' 'sent 250' "$(outcome 13)"
check_equal 'with the same Message-ID' '1 <11111111-1111-1111-1111-11110000000d@example.jp>' \
	"$(logged 'select(.mail == "drop@a.example") | .id' | sort -u | wc -l | tr -d ' ') $(logged 'select(.mail == "drop@a.example") | .id' | head -n 1)"
check_equal 'the envelope names the notice (VERP)' bounces+1111111111111111111111110000000d@example.jp \
	"$(logged 'select(.mail == "drop@a.example") | .from' | sort -u)"
check_equal 'all went encrypted and signed in' '[true,"hinomi"]' \
	"$(logged 'select(.mail) | [.encrypted, .user]' | sort -u)"

# a server that hangs does not hold up the other way; connections are used again
config narrow "smtp_url: smtp://localhost:$bad" 'per_host: 2' 'networks: [127.0.0.0/8]'
{
	echo '{"address": "hang.1@a.example"}'
	echo '{"address": "hang.2@a.example"}'
	echo "{\"channel\": \"webhook\", \"address\": \"https://localhost:$((bad + 4))/ok\"}"
} | outcomes narrow
check_equal 'webhooks go while mail hangs' 3 "$(head -n 1 "$STATE/outcomes" | jq .n)"
config single "smtp_url: smtp://localhost:$bad" 'per_host: 1'
for i in 1 2 3 4; do echo "{\"address\": \"reuse.$i@a.example\"}"; done | outcomes single
check_equal 'one connection carries several mails' 4 \
	"$(logged 'select(.mail and (.mail | startswith("reuse."))) | .mails' | sort -n | tail -n 1)"

config plain "smtp_url: smtp://localhost:$((bad + 1))"
config none "smtp_url: smtp://localhost:$((bad + 1))" 'smtp_tls: none'
config door "smtp_url: smtp://localhost:$((bad + 2))"
config mute "smtp_url: smtp://localhost:$((bad + 3))"
config closed "smtp_url: smtp://localhost:$((bad + 9))"
config stranger "smtp_url: smtp://localhost:$bad" 'tls_ca: ""'
sed -i "0,/tls_ca/{/tls_ca/d}" "$STATE/stranger.yaml"
config password "smtp_url: smtp://localhost:$bad" 'smtp_user: hinomi' "smtp_password_file: $STATE/wrong"
echo wrong >"$STATE/wrong"
config off
one='{"address": "good@b.example"}'
for way in plain door mute closed stranger password; do
	echo "$one" | outcomes $way
	check_equal "mail server '$way': tried again" retry "$(field 1 outcome)"
done
check_equal 'nothing went without TLS, to a stranger or without the password' '' "$(logged 'select(.mail == "good@b.example") | .mail')"
echo "$one" | outcomes plain
says 'no STARTTLS: says so' 1 'offers no TLS'
echo "$one" | outcomes none
check_equal 'smtp_tls: none sends in the clear' 'sent 250 false' \
	"$(outcome 1) $(logged 'select(.mail == "good@b.example") | .encrypted')"
echo "$one" | outcomes off
says 'no mail server' 1 'no mail server is configured'
for way in bad:true door:false mute:false closed:false plain:false off:false; do
	echo '{"probe": true}' | outcomes "${way%:*}"
	check_equal "probe of mail server '${way%:*}'" "${way#*:}" "$(jq .good "$STATE/outcomes")"
done

# ------------------------------------------------------------------------------------------------- web, badly received

web=https://localhost:$((bad + 4))
config web 'networks: [127.0.0.0/8, "::1/128"]' "pulse_url: $web/pulse" "pagerduty_url: $web/pagerduty"
config guarded
hook() { # hook PATH [MEMBERS]
	echo "{\"channel\": \"webhook\", \"address\": \"$web/$1\", \"secret\": \"0123456789abcdef01234567\"${2:+, $2}}"
}
{
	hook ok '"old_secret": "another key, 24 bytes or"'
	hook redirect
	hook gone
	hook many '"kind": "answered"'
	hook many
	hook down
	hook error
	hook bad
	hook bad '"kind": "answered"'
	hook flood
	hook floodfail
	hook drip
	hook close
	hook garbage
	hook hang
	hook slow
	hook error '"attempts": 9, "kind": "answered"'
} >"$STATE/hooks"
outcomes web <"$STATE/hooks"
check_equal 'every webhook has one outcome' 17 "$(wc -l <"$STATE/outcomes")"
check_equal '200' 'sent 200' "$(outcome 1)"
check_equal 'a redirect is not followed' 'refused 302 0' "$(outcome 2) $(logged 'select(.path == "/ok-redirected") | .path' | wc -l | tr -d ' ')"
says 'a redirect: says where to' 2 "enter the address that it leads to, $web/ok-redirected"
check_equal '410 closes the channel' 'refused 410 true' "$(outcome 3) $(field 3 disable)"
check_equal '429: when it asks to, urgent' 'retry 429 7000' "$(outcome 5) $(field 5 retry_ms)"
check_equal '429: when it asks to' 'retry 429 7000' "$(outcome 4) $(field 4 retry_ms)"
check_equal '503 that asks for longer than an urgent notice waits' 'retry 503 -1' "$(outcome 6) $(field 6 retry_ms)"
check_equal '500: again' 'retry 500 5000' "$(outcome 7) $(field 7 retry_ms)"
check_equal '400, urgent: elsewhere' 'refused 400 false' "$(outcome 8) $(field 8 disable)"
check_equal '400, not urgent: again' 'retry 400' "$(outcome 9)"
check_equal 'an answer without end, but 200' 'sent 200' "$(outcome 10)"
check_equal 'an answer without end, and no 200' retry "$(field 11 outcome)"
check_equal 'nobody read it to its end' true "$(logged 'select(.flooded) | .flooded < 100000000' | sort -u)"
check_equal 'a dripping answer' 'sent 200' "$(outcome 12)"
check_equal 'closed without an answer: again' 'retry 0' "$(outcome 13)"
check_equal 'not HTTP: again' 'retry 0' "$(outcome 14)"
check_equal 'hangs: again' 'retry 0' "$(outcome 15)"
check_equal 'slow is not failed' 'sent 200' "$(outcome 16)"
check_equal 'after ten tries it is over' 'retry -1' "$(field 17 outcome) $(field 17 retry_ms)"

# What was received is what was signed; verified by another implementation of HMAC, over the bytes that came.
cat >"$STATE/verify.js" <<'VERIFY'
const crypto = require('crypto'), fs = require('fs');
const got = fs.readFileSync(process.argv[2], 'utf8').trim().split('\n').map(JSON.parse).find((r) => r.path === '/ok' && r.headers['webhook-signature'] && r.headers['webhook-signature'].includes(' '));
const content = `${got.headers['webhook-id']}.${got.headers['webhook-timestamp']}.${got.body}`;
const want = ['0123456789abcdef01234567', 'another key, 24 bytes or'].map((k) => 'v1,' + crypto.createHmac('sha256', k).update(content).digest('base64')).join(' ');
const body = JSON.parse(got.body);
console.log(want === got.headers['webhook-signature'], Math.abs(Date.now() / 1000 - got.headers['webhook-timestamp']) < 60, body.type, body.data.id === got.headers['webhook-id'], got.headers['content-type']);
VERIFY
check_equal 'the signature holds, with both keys' 'true true notice.page true application/json' \
	"$(node "$STATE/verify.js" "$log")"
check_equal 'a second try has the same webhook-id' 1 \
	"$(outcomes web <"$STATE/hooks" && logged 'select(.path == "/error" and .headers["webhook-id"] == "11111111-1111-1111-1111-111100000007") | .headers["webhook-id"]' | sort -u | wc -l | tr -d ' ')"

{
	echo '{"channel": "pagerduty", "address": "", "secret": "R0UT1NG", "page_id": 42, "priority": 1, "action": "trigger"}'
	echo '{"channel": "pagerduty", "address": "", "secret": "R0UT1NG", "page_id": 42, "priority": 1, "action": "resolve"}'
	echo '{"channel": "pagerduty", "address": ""}'
	echo "{\"channel\": \"slack\", \"address\": \"$web/slack\", \"subject\": \"<!here>\"}"
	echo "{\"channel\": \"teams\", \"address\": \"$web/teams\"}"
	echo "{\"channel\": \"lineworks\", \"address\": \"$web/lineworks\", \"template\": \"{\\\"own\\\": \\\"{{subject}}\\\"}\"}"
	echo "{\"channel\": \"lineworks\", \"address\": \"$web/broken\", \"template\": \"{{subject}}\"}"
	echo '{"pulse": true}'
} | outcomes web
check_equal 'PagerDuty: one key for trigger and resolve' '["trigger","hinomi-page-42","R0UT1NG"] ["resolve","hinomi-page-42","R0UT1NG"]' \
	"$(logged 'select(.path == "/pagerduty") | .body | fromjson | [.event_action, .dedup_key, .routing_key]' | sort -r | paste -sd' ')"
check_equal 'PagerDuty without a key' 'refused 0' "$(outcome 3)"
check_equal 'Slack: no mention by what a notice says' '*&lt;!here&gt;*' "$(logged 'select(.path == "/slack") | .body | fromjson | .text' | head -n 1)"
check_equal 'Teams: a card' AdaptiveCard "$(logged 'select(.path == "/teams") | .body | fromjson | .attachments[0].content.type')"
check_equal 'a template of their own' '{"own":"subject"}' "$(logged 'select(.path == "/lineworks") | .body | fromjson')"
check_equal 'a template that fails gives way to the shape' 'subject' "$(logged 'select(.path == "/broken") | .body | fromjson | .title')"
check_equal 'the pulse is told' '["GET",true]' "$(logged 'select(.path == "/pulse") | [.method, true]')"

# ------------------------------------------------------------------------------------------------ what must not be reached

requests() { logged 'select(.path) | .path' | wc -l | tr -d ' '; }
before=$(requests)
n=0
: >"$STATE/guarded"
for host in 127.0.0.1 localhost '[::1]' 127.1 0x7f000001 2130706433 0.0.0.0 '[::ffff:127.0.0.1]' '[::]'; do
	echo "{\"channel\": \"webhook\", \"address\": \"https://$host:$((bad + 4))/ok\"}" >>"$STATE/guarded"
	n=$((n + 1))
done
for url in http://10.0.0.1/ https://192.168.1.1/ https://169.254.169.254/latest/ 'https://[fe80::1]/' 'https://[fd00::1]/' \
	'https://[64:ff9b::7f00:1]/' 'https://[2002:7f00:1::]/' https://224.0.0.1/ https://100.64.0.1/; do
	echo "{\"channel\": \"slack\", \"address\": \"$url\"}" >>"$STATE/guarded"
	n=$((n + 1))
done
outcomes guarded <"$STATE/guarded"
check_equal "none of $n private addresses is called" "$n refused" \
	"$(jq -r 'select(.text | contains("no public address")) | .outcome' "$STATE/outcomes" | sort | uniq -c | tr -s ' ' | sed 's/^ //')"
check_equal 'and none was' "$before" "$(requests)"
says 'it tells which, and what to do' 2 'escalator.networks'
{
	echo "{\"channel\": \"slack\", \"address\": \"http://127.0.0.1:$((bad + 5))/plain\"}"
	echo '{"channel": "slack", "address": "ftp://127.0.0.1/"}'
	echo '{"channel": "slack", "address": "file:///etc/passwd"}'
	echo '{"channel": "slack", "address": "no address"}'
	echo '{"channel": "fax", "address": "https://127.0.0.1/"}'
} >"$STATE/odd"
outcomes web <"$STATE/odd"
check_equal 'http:// within an allowed network' 'sent 200' "$(outcome 1)"
check_equal 'ftp://, file://, nothing, unknown' 'refused refused refused refused' \
	"$(field 2 outcome) $(field 3 outcome) $(field 4 outcome) $(field 5 outcome)"
echo '{"channel": "slack", "address": "http://192.0.0.8.nip.invalid/"}' | http_proxy=http://127.0.0.1:$((bad + 5)) \
	https_proxy=http://127.0.0.1:$((bad + 5)) all_proxy=http://127.0.0.1:$((bad + 5)) outcomes guarded
check_equal 'no proxy of the environment is used' "retry $((before + 1))" "$(field 1 outcome) $(requests)"

# ------------------------------------------------------------------------------------------------ a command

cat >"$STATE/command" <<'COMMAND'
#!/bin/sh
input=$(cat)
env >"$0.env"
printf '%s' "$input" >"$0.got"
case $input in
*again*) echo "not now"; exit 75 ;;
*never*) echo "no such number" >&2; exit 3 ;;
*hang*) sleep 600 & sleep 600 ;;
*signal*) kill -SEGV $$ ;;
esac
COMMAND
chmod +x "$STATE/command"
config command "command: $STATE/command"
i=0
for word in fine again never hang signal; do echo "{\"channel\": \"command\", \"subject\": \"$word\"}"; done >"$STATE/commands"
head -n 1 "$STATE/commands" | SECRET=1 outcomes command
check_equal 'a command that succeeds' 'sent 0' "$(outcome 1)"
check_equal 'it had the notice' fine "$(jq -r .data.subject "$STATE/command.got")"
check_equal 'and a clean environment' 'LANG PATH' "$(cut -d= -f1 "$STATE/command.env" | grep -vE '^(PWD|SHLVL|_|OLDPWD)$' | sort | paste -sd' ')"
outcomes command <"$STATE/commands"
check_equal 'status 75: again' 'retry 75' "$(outcome 2)"
check_equal 'another status: refused' 'refused 3 no such number' "$(outcome 3) $(field 3 text)"
check_equal 'too long: ended, and again' 'retry 0' "$(outcome 4)"
says 'too long: says so' 4 'took too long'
check_equal 'died: again' 'retry 0' "$(outcome 5)"
left() { ! pgrep -f "$STATE/command" >/dev/null; }
if wait_until 5 left; then good 'nothing of it is left'; else bad 'a command is left'; fi
outcomes off <"$STATE/commands"
says 'without a setting there are no commands' 1 'there is no command'

# ------------------------------------------------------------------------------------------------ a real mail server

# Not below $STATE: its own users must get there, wherever the clone lies.
postfix_dir=$(mktemp -d /tmp/hinomi-postfix.XXXXXX)
at_exit "rm -rf $postfix_dir"
postfix_start() {
	chmod 711 "$postfix_dir"
	mkdir -p "$postfix_dir/etc" "$postfix_dir/data" "$postfix_dir/queue" "$postfix_dir/box"
	chown postfix "$postfix_dir/data"
	chown nobody "$postfix_dir/box"
	cp /usr/share/postfix/master.cf.dist "$postfix_dir/etc/master.cf"
	cp "$STATE/ca.pem" "$STATE/key.pem" "$postfix_dir/etc"
	sed -i -E "s/^smtp +inet .*/127.0.0.1:$postfix_port inet n - n - - smtpd/; /^pickup/d" "$postfix_dir/etc/master.cf"
	cat >"$postfix_dir/etc/main.cf" <<MAIN
compatibility_level = 3.6
queue_directory = $postfix_dir/queue
data_directory = $postfix_dir/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.jp
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
virtual_mailbox_domains = example.jp
virtual_mailbox_base = $postfix_dir/box
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
smtpd_tls_security_level = encrypt
smtpd_tls_received_header = yes
smtpd_tls_cert_file = $postfix_dir/etc/ca.pem
smtpd_tls_key_file = $postfix_dir/etc/key.pem
smtpd_recipient_restrictions = check_recipient_access inline:{unknown@example.jp=REJECT, grey@example.jp=DEFER}, permit_mynetworks, reject
transport_maps = inline:{{reject.late@example.jp = smtp:[127.0.0.1]:$bad}}
maillog_file = $postfix_dir/log
maillog_file_prefixes = /tmp, /var
MAIN
	postfix -c "$postfix_dir/etc" start >"$postfix_dir/start" 2>&1
}
arrived() { [ "$(find "$postfix_dir/box/all/new" -type f 2>/dev/null | wc -l)" -ge "$1" ]; }

if [ "$(id -u)" -ne 0 ] || ! command -v postfix >/dev/null; then
	skip 'a real postfix (needs root)'
	finish
fi
at_exit "postfix -c $postfix_dir/etc stop >/dev/null 2>&1"
postfix_start || { cat "$postfix_dir/start" && false; }
config postfix "smtp_url: smtp://localhost:$postfix_port" 'bounce_address: bounces@example.jp' 'desk_mail: desk@example.jp'
{
	printf '%s\n' '{"address": "taro@example.jp", "subject": "[緊急] 見本金属工業株式会社: 社内の機器が不正なサーバーと通信 (INC-123)", "body": "内容: 通信\n\nhttps://soc.example.jp/a/t\n", "link": "https://soc.example.jp/a/t", "priority": 1, "thread": 123, "facts": {"url": "/incidents/123"}}'
	echo '{"address": "unknown@example.jp"}'
	echo '{"address": "grey@example.jp"}'
	printf '%s\n' '{"address": "member@example.jp", "kind": "member", "language": "en", "subject": "Please check", "body": "Dear all\n"}'
	echo '{"address": "reject.late@example.jp"}'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "{\"address\": \"many.$i@example.jp\"}"; done
} | outcomes postfix
check_equal 'postfix takes the page' 'sent 250' "$(outcome 1)"
check_equal 'postfix refuses whom it does not know' 'refused 554' "$(outcome 2)"
check_equal 'postfix defers' 'retry 450' "$(outcome 3)"
check_equal 'and takes the rest' 23 "$(jq -r 'select(.outcome == "sent") | .n' "$STATE/outcomes" | wc -l | tr -d ' ')"
if [ -n "$(field 1 provider_id)" ] && wait_until 20 grep -q "$(field 1 provider_id)" "$postfix_dir/log"; then
	good 'its queue name is kept'
else
	bad "no queue name: $(field 1 text)"
fi
if wait_until 20 arrived 23; then good 'all are in the mailbox'; else bad 'mails are missing'; fi
page=$(grep -lF '123@example.jp' "$postfix_dir"/box/all/new/* | head -n 1)
head_of() { sed '/^$/q' "$1" | sed -e ':a' -e 'N;$!ba' -e 's/\n[ \t]/ /g' | tr -s ' '; }
check_equal 'the page: Message-ID, thread, Auto-Submitted, priority, return path' 5 "$(head_of "$page" | grep -cE \
	-e '^Message-ID: <11111111-1111-1111-1111-111100000001@example.jp>$' -e '^References: <thread.123@example.jp>$' \
	-e '^Auto-Submitted: auto-generated$' -e '^Importance: high$' \
	-e '^Return-Path: <bounces\+11111111111111111111111100000001@example.jp>$')"
check_equal 'sent by TLS' 1 "$(head_of "$page" | grep -c 'using TLSv1.3')"
check_equal 'both texts, and the buttons' 2 "$(grep -c '^Content-Type: text/' "$page")"
member=$(grep -l 'To: <member@example.jp>' "$postfix_dir"/box/all/new/* | head -n 1)
check_equal 'a member answers to the desk' 1 "$(head_of "$member" | grep -c '^Reply-To: <desk@example.jp>')"

# One that postfix took and could not deliver: its report finds the notice.
report=$(grep -l '^Content-Type: multipart/report' "$postfix_dir"/box/all/new/* | head -n 1)
check_equal 'its report comes to the address of the notice' 'Delivered-To: bounces+11111111111111111111111100000005@example.jp' \
	"$(head_of "$report" | grep '^Delivered-To: ')"
database_start
printf 'database:\n  conninfo: %s\n' "$conninfo" >"$STATE/database.yaml"
ctl() { HINOMI_SCHEMA=$top/schema "$BUILD/hinomictl" --config "$STATE/database.yaml" "$@" 2>&1; }
ctl migrate >/dev/null
sql "INSERT INTO outbox (outbox_id, kind, identity, priority, channel_kind, address, language, facts, state)
    VALUES ('11111111-1111-1111-1111-111100000005', 'answered', 'x', 5, 'mail', 'reject.late@example.jp', 'ja', '{}', 'sent')"
check_equal 'hinomictl reads it' 'a notice came back' "$(ctl mail receive <"$report")"
check_equal 'and keeps why' 'failed|550|t' "$(sql "SELECT o.state, a.code, o.last_error LIKE '%No such person%' FROM outbox o JOIN attempt a USING (outbox_id)")"

config postfixs "smtp_url: smtp://localhost:$postfix_port" 'smtp_tls: none'
echo '{"address": "taro@example.jp"}' | outcomes postfixs
check_equal 'a server that wants TLS, and we do not: again' 'retry 530' "$(outcome 1)"
finish
