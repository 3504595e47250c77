#!/bin/sh
# How a member gets a report: mails to whoever gets reports, the PDF attached only where it was asked for, the link that
# shows nothing, one-time codes, what is withdrawn, expired, refused or came back, the first opening. The escalator, the
# api and a mail server that keeps what it gets; report_delivery.sql says who is who. Senders are the database users of
# the roles (report_post.c), tokens are made by openssl.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"
# shellcheck source=tests/integration/answer_token.sh
. "$(dirname "$0")/answer_token.sh"
# shellcheck source=tests/integration/escalator.sh
. "$(dirname "$0")/escalator.sh"

post_tool=$BUILD/tests/integration/report_post
[ -x "$post_tool" ] || { echo "test_report_delivery: build the tools first: make tools"; exit 1; }
api_prepare report_delivery.sql || exit 1
{
	escalator_settings
	echo '  desk_phone: 06-0000-0000'
	echo '  desk_mail: desk@example.jp'
	echo '  bounce_address: bounces@example.jp'
} >>"$STATE/hinomi.yaml"
sed -i "s|^api:|api:\n  public_url: https://soc.example.jp|" "$STATE/hinomi.yaml"
mkdir -p "$mail/raw"
mail_start
start_role api
start_role escalator
wait_until 30 answers && wait_until 30 escalator_ready escalator || {
	tail -n 20 "$STATE/api.log" "$STATE/escalator.log" >&2
	exit 1
}

post() { # COMMAND COMPANY REPORT [ARG]
	"$post_tool" "$conninfo" "$@" 2>&1
}
notice() { # REPORT CONTACT: id of the newest one
	sql "SELECT outbox_id FROM report_delivery WHERE report_id = $1 AND contact_id = $2 ORDER BY asked_at DESC LIMIT 1"
}
from=1
link() { # METHOD PATH [CURL ARGS]: without a session, from an address of its own
	link_method=$1 link_path=$2
	shift 2
	status=$(curl -k -sS --interface "127.0.0.$from" -o "$STATE/body" -D "$STATE/head" -w '%{http_code}' -X "$link_method" "$@" \
		"https://127.0.0.1:$api_port$link_path") || status="curl $?"
}
says() { # TEXT: yes or no
	grep -qaF -e "$1" "$STATE/body" && echo yes || echo no
}
codes_of() { # DELIVERED TO: how many codes were mailed
	mails '.subject | contains("確認コード") or contains("Your code")' | jq -r "select(.to == \"$1\") | .id" | sort -u | grep -c .
}
code_of() { # the code of the last such mail to that address
	mails '.subject | contains("確認コード") or contains("Your code")' | jq -r "select(.to == \"$1\") | .text" | grep -xE '[0-9]{6}' | tail -n 1
}
# The code that was just asked for, by mail.
new_code() { # TOKEN ADDRESS: sets $code
	codes_before=$(codes_of "$2")
	link POST "/r/$1/code"
	[ "$status" = 303 ] || return 1
	wait_until 20 more_codes "$2" "$codes_before" && code=$(code_of "$2")
}
more_codes() {
	[ "$(codes_of "$1")" -gt "$2" ]
}
try() { # TOKEN CODE
	link POST "/r/$1" --data-urlencode "code=$2"
}
other_than() { # CODE: six digits that are not these
	echo "$(((${1#"${1%%[!0]*}"} + 1) % 1000000))" | awk '{ printf "%06d", $1 }'
}
# All that a link could change.
all_of_it() {
	sql "SELECT * FROM report ORDER BY report_id; SELECT * FROM report_delivery ORDER BY delivery_id; SELECT * FROM report_code;
		SELECT count(*) FROM outbox; SELECT count(*) FROM audit; SELECT count(*) FROM change"
}
sha_of() { # REPORT: of its PDF, as it was published
	sql "SELECT encode(sha256, 'hex') FROM report_file WHERE report_id = $1 AND final"
}
raw() { # MESSAGE ID: the mail as a mail program reads it
	node "$top/tests/integration/read_mail.js" "$mail/raw/$1"
}

sql "SELECT make_report(1, 1, 'monthly', '2026-10-01'), make_report(2, 1, 'monthly', '2026-09-01'),
	make_report(3, 2, 'monthly', '2026-10-01'), make_report(4, 1, 'first', NULL), make_report(5, 1, 'monthly', '2026-11-01', 'draft'),
	make_report(7, 3, 'monthly', '2026-10-01'), make_report(8, 1, 'certificate', '2026-10-01', p_times => 500000)" >/dev/null

# -------------------------------------------------------------------------------------------------------------- sending
check_equal 'a report goes to whoever gets reports' 2 "$(post send 1 1)"
check_equal '... in the order of the company, in their language, attached where asked for' \
	'smith@naniwa.example en attached Smith|tanaka@naniwa.example ja link 田中' \
	"$(post list 1 1 | sed 's/ [a-z ]*$//' | paste -sd'|')"
check_equal '... once' 0 "$(post send 1 1)"
check_equal 'nobody is there: none, and no error' 0 "$(post send 3 7)"
check_equal 'what is not published is not sent' 'conflict: report R-5 is not published: publish it first' "$(post send 1 5)"
check_equal "another company's report is none" 'not found: there is no report R-3' "$(post send 1 3)"
check_equal 'a notice of no page, to the contact, last in the queue' 'report|1|5' \
	"$(sql "SELECT DISTINCT kind, contact_company_id, priority FROM outbox")"
wait_until 20 mailed 2 '.subject | test("report|レポート")' || bad 'the mails do not arrive'
ja=$(notice 1 11) en=$(notice 1 12)
check_equal 'the subject says what, when and whose' '[月次レポート] 2026年10月分 株式会社髙﨑<b>印刷</b>' "$(raw "$ja" | jq -r .subject)"
check_equal '... in English' '[Monthly report] October 2026 株式会社髙﨑<b>印刷</b>' "$(raw "$en" | jq -r .subject)"
check_equal 'it has the link, and says how to open it' 'true true true true' "$(raw "$ja" |
	jq -r "\"\(.text | contains(\"https://soc.example.jp/r/$(report_token "$ja")\r\n\")) \(.text | contains(\"確認コード\")) \(.text | contains(\"06-0000-0000\")) \(.text | contains(\"R-1\"))\"")"
check_equal '... as a button as well' true "$(raw "$ja" | jq -r "(.html | contains(\"href=\\\"https://soc.example.jp/r/$(report_token "$ja")\\\"\")) and (.html | contains(\"レポートを開く\"))")"
check_equal 'names are text in it' 'true false' "$(raw "$ja" | jq -r '"\(.html | contains("&lt;b&gt;印刷")) \(.html | contains("<b>印刷"))"')"
check_equal 'nothing of the report is in the mail, and no file' 'false false []' \
	"$(raw "$ja" | jq -r '"\(tostring | contains("GRADE")) \(tostring | contains("SECRET")) \(.files | tostring)"')"
check_equal 'whoever asked for it has the PDF, byte for byte' "2026-10-report-R-1.pdf application/pdf $(sha_of 1)" \
	"$(raw "$en" | jq -r '.files[] | "\(.name) \(.type) \(.sha256)"')"
check_equal '... and is told' true "$(raw "$en" | jq -r '.text | contains("attached as well: 2026-10-report-R-1.pdf")')"
check_equal '... not the grade, which is in no text' false "$(raw "$en" | jq -r '.text + .html + .subject | contains("GRADE")')"
handed_over() { [ "$(sql "SELECT count(*) FROM report_delivery WHERE report_id = $1 AND handed_over_at IS NOT NULL")" = "$2" ]; }
wait_until 10 handed_over 1 2 || bad 'nobody wrote down that the mails were taken'
check_equal 'the report counts as sent; the board moves' 't 2 t' \
	"$(sql "SELECT sent_at IS NOT NULL, version, (SELECT count(*) FROM change WHERE kind = 'report' AND company_id = 1 AND id_from = 1) >= 2 FROM report WHERE report_id = 1" | tr '|' ' ')"
check_equal 'sent again, it is a mail of its own' 2 "$(post send 1 1 again)"
check_equal '... with a link of its own' 4 "$(sql 'SELECT count(DISTINCT outbox_id) FROM report_delivery WHERE report_id = 1')"
check_equal 'a first report is urgent' '2 2' "$(post send 1 4) $(sql "SELECT DISTINCT priority FROM outbox WHERE outbox_id IN (SELECT outbox_id FROM report_delivery WHERE report_id = 4)")"
check_equal 'a PDF that is too large is not attached' 2 "$(post send 1 8)"
urgent=$(notice 4 11) large=$(notice 8 12)
wait_until 20 test -e "$mail/raw/$large" && wait_until 20 test -e "$mail/raw/$urgent" || bad 'mails are missing'
check_equal '... and its subject says so' '[速報] INC-5 株式会社髙﨑<b>印刷</b>' "$(raw "$urgent" | jq -r .subject)"
check_equal '... and the mail says it' 'true []' "$(raw "$large" | jq -r '"\(.text | contains("not attached this time: 2026-10-certificate-R-8.pdf")) \(.files | tostring)"')"

# ------------------------------------------------------------------------------------------------------------- the link
t=$(report_token "$ja")
before=$(all_of_it)
for i in 1 2 3; do link GET "/r/$t"; done
check_equal 'a link shows whose report it is, of when' '200 yes yes yes' \
	"$status $(says '株式会社髙﨑&lt;b&gt;印刷&lt;/b&gt;') $(says '月次レポート（2026年10月分）') $(says R-1)"
check_equal '... not what it says, nor the whole address' 'no no no yes' "$(says GRADE) $(says SECRET) $(says tanaka@) $(says 't…@naniwa.example')"
check_equal '... two ways to open it, both of our own' 'yes yes' "$(says 'href="/reports/1"') $(says "action=\"/r/$t/code?lang=ja\"")"
check_equal 'not kept, not indexed, no script, its style named by its hash, nobody told where from' \
	"no-store|noindex, nofollow, noarchive|no-referrer|nosniff|default-src 'none'; style-src 'sha256-$(sed -n 's/.*<style>\(.*\)<\/style>.*/\1/p' "$STATE/body" | tr -d '\n' | openssl dgst -sha256 -binary | base64)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'|no" \
	"$(header Cache-Control)|$(header X-Robots-Tag)|$(header Referrer-Policy)|$(header X-Content-Type-Options)|$(header Content-Security-Policy)|$(says '<script')"
link GET "/r/$t?step=code&utm_source=x"
check_equal 'the form for a code' 'yes yes' "$(says 'name="code"') $(says 'autocomplete="one-time-code"')"
link GET "/r/$t?lang=en"
check_equal 'in English' 'yes yes' "$(says 'Monthly report, October 2026') $(says 'Mail me a code')"
link GET "/r/$(report_token "$en")"
check_equal '... as the mail was' yes "$(says 'Sign in and open it')"
curl -k -sS -o /dev/null -I "https://127.0.0.1:$api_port/r/$t"
link GET "/r/$t/code"
check_equal 'a code is not asked for by GET' 405 "$status"
check_equal 'a scanner that follows links changes nothing at all' "$before" "$(all_of_it)"
link GET "/a/$t"
check_equal 'it is no link to answer' '404 yes' "$status $(says 'このリンクは使えません')"
link GET "/r/$(answer_token "$ja")"
check_equal '... nor the other way round' 404 "$status"
link GET "/r/$(report_token 01900000-0000-7000-8000-000000000099)"
check_equal 'a token of ours for what was never sent' 404 "$status"
post send 2 3 >/dev/null
theirs=$(report_token "$(notice 3 21)")
link GET "/r/$(echo "$theirs" | cut -c1-21)$(echo "$t" | cut -c22-)"
check_equal "another company's link is not made of one's own" '404 no' "$status $(says MARKER)"
link GET "/r/$theirs"
check_equal 'that one is good by itself' '200 yes no' "$status $(says MARKER) $(says '髙﨑')"

# ------------------------------------------------------------------------------------------------------------ the codes
from=2
try "$t" 123456
check_equal 'a code that nobody sent' '403 yes' "$status $(says 'このコードでは開けません')"
nothing=$(sha256sum <"$STATE/body")
new_code "$t" tanaka@naniwa.example || bad 'no code comes'
check_equal 'a code is asked for: to a page that can be loaded again' "303 /r/$t?step=sent&lang=ja" "$status $(header Location)"
check_equal 'it is six digits, to the address that has the link, and to no other' '6 1 0' \
	"${#code} $(codes_of tanaka@naniwa.example) $(codes_of smith@naniwa.example)"
check_equal 'it is kept as a hash alone' '0 32' "$(sql "SELECT (SELECT count(*) FROM outbox WHERE kind = 'report_code' AND state = 'sent' AND facts ? 'code'), length(code_sha256) FROM report_code" | tr '|' ' ')"
link GET "/r/$t?step=sent&lang=ja"
check_equal 'the page says that it is on its way' 'yes yes' "$(says 'お送りしました') $(says 'name="code"')"
wrong=$(other_than "$code")
for i in 1 2 3 4 5; do try "$t" "$wrong"; done
check_equal 'wrong five times: each looks like one that nobody sent' "403 $nothing" "$status $(sha256sum <"$STATE/body")"
try "$t" "$code"
check_equal '... then the right one is none any more' '403 no' "$status $(says SECRET)"
check_equal '... and they are counted' '6|f|5' "$(sql "SELECT c.tries, c.used_at IS NOT NULL, d.wrong_codes FROM report_code c JOIN report_delivery d USING (company_id, delivery_id)")"
from=3
old=$code
new_code "$t" tanaka@naniwa.example || bad 'no second code comes'
second=$code
[ "$old" = "$second" ] || {
	try "$t" "$old"
	check_equal 'an older code ends with a newer one' 403 "$status"
}
try "$t" 12345
check_equal 'what is no code at all' '403 yes' "$status $(says 'このコードでは開けません')"
try "$theirs" "$second"
check_equal "another link is not opened by it" '403 no' "$status $(says SECRET)"
check_equal 'nobody has opened it yet' 'f|f' "$(sql "SELECT r.opened_at IS NOT NULL, d.opened_at IS NOT NULL FROM report r JOIN report_delivery d USING (company_id, report_id) WHERE d.outbox_id = '$ja'")"
try "$t" "$(echo "$second" | sed 's/^\(...\)/ \1 - /' | sed 'y/012345/０１２３４５/')"
check_equal 'the code opens it, however it is typed: the PDF as it was published' "200 application/pdf $(sha_of 1)" \
	"$status $(header Content-Type) $(sha256sum <"$STATE/body" | cut -d' ' -f1)"
check_equal '... to be saved, and kept nowhere else' 'attachment; filename="2026-10-report-R-1.pdf"|no-store|nosniff|noindex, nofollow, noarchive' \
	"$(header Content-Disposition)|$(header Cache-Control)|$(header X-Content-Type-Options)|$(header X-Robots-Tag)"
check_equal 'the first opening is noted, on the report and on what was sent' 't|t|code|1' \
	"$(sql "SELECT r.opened_at IS NOT NULL, d.opened_at IS NOT NULL, d.opened_by, (SELECT count(*) FROM report_delivery WHERE opened_at IS NOT NULL) FROM report r JOIN report_delivery d USING (company_id, report_id) WHERE d.outbox_id = '$ja'")"
check_equal '... in the audit trail' 'tanaka@naniwa.example|report.open|1|report 1|link' "$(sql "SELECT actor, action, company_id, subject, detail::json->>'via' FROM audit")"
opened=$(sql "SELECT opened_at FROM report WHERE report_id = 1; SELECT count(*) FROM change WHERE kind = 'report'")
try "$t" "$second"
check_equal 'a code opens once' 403 "$status"
new_code "$t" tanaka@naniwa.example || bad 'no third code comes'
try "$t" "$code"
check_equal 'opened a second time' 200 "$status"
check_equal '... the first time stays what it was, and the board where it is' "$opened" \
	"$(sql "SELECT opened_at FROM report WHERE report_id = 1; SELECT count(*) FROM change WHERE kind = 'report'")"
from=4
link POST "/r/$t/code"
check_equal 'three codes an hour' '429 yes' "$status $(says '1 時間に 3 通までです')"
sql "UPDATE report_code SET made_at = made_at - interval '61 minutes'"
new_code "$t" tanaka@naniwa.example || bad 'no code comes an hour later'
sql "UPDATE report_code SET made_at = made_at - interval '11 minutes' WHERE made_at > now() - interval '5 minutes'"
try "$t" "$code"
check_equal 'a code holds for ten minutes' 403 "$status"
# Two at once: one of them is first.
new_code "$t" tanaka@naniwa.example || bad 'no code comes'
for i in 1 2 3 4; do
	curl -k -sS --interface 127.0.0.5 -o /dev/null -w '%{http_code}\n' -d "code=$code" "https://127.0.0.1:$api_port/r/$t" >"$STATE/at-once.$i" &
	eval "try_$i=\$!"
done
# shellcheck disable=SC2154
wait "$try_1" "$try_2" "$try_3" "$try_4"
check_equal 'one code, four at once: one opens it' '200 403 403 403' "$(sort "$STATE"/at-once.* | paste -sd' ')"
sql "UPDATE report_code SET made_at = made_at - interval '61 minutes'; UPDATE report_delivery SET wrong_codes = 19 WHERE outbox_id = '$ja'"
from=6
new_code "$t" tanaka@naniwa.example || bad 'no code comes'
try "$t" "$(other_than "$code")"
try "$t" "$code"
check_equal 'after twenty wrong ones no code opens this link' '403 yes no' "$status $(says '使えなくなりました') $(says 'name="code"')"
link POST "/r/$t/code"
check_equal '... nor is one sent' '403 yes' "$status $(says '使えなくなりました')"
from=7
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do try "$theirs" 000000; done
check_equal 'one address cannot try for ever' '429 yes yes' "$status $(says 'しばらく待って') $([ "$(header Retry-After)" -ge 1 ] && echo yes)"

# -------------------------------------------------------------------------------------------- what does not open any more
from=8
again=$(sql "SELECT outbox_id FROM report_delivery WHERE report_id = 1 AND contact_id = 11 AND wrong_codes = 0")
t=$(report_token "$again")
sql "UPDATE report_delivery SET asked_at = asked_at - interval '91 days' WHERE outbox_id = '$again'"
link GET "/r/$t"
check_equal 'after 90 days a link is too old: by login alone' '200 yes no yes' "$status $(says '有効期限が過ぎました') $(says '/code') $(says 'href="/reports/1"')"
link POST "/r/$t/code"
check_equal '... no code is sent' '403 yes' "$status $(says '有効期限が過ぎました')"
check_equal 'the report of September' 2 "$(post send 1 2)"
t=$(report_token "$(notice 2 11)")
sql "UPDATE report SET state = 'withdrawn', withdrawn_at = now(), withdraw_reason = 'REASON' WHERE report_id = 2"
link GET "/r/$t"
check_equal 'a withdrawn report says so' '200 yes no no' "$status $(says '取り下げられました') $(says REASON) $(says 'href="/reports/')"
link POST "/r/$t/code"
check_equal '... and is not opened by a code' 403 "$status"
try "$t" 123456
check_equal '... by no code' '403 yes' "$status $(says '取り下げられました')"
sql "SELECT make_report(6, 1, 'monthly', '2026-09-01', 'withdrawn', 2, 2), make_report(9, 1, 'monthly', '2026-09-01', 'published', 6, 3)" >/dev/null
link GET "/r/$t"
check_equal 'the issue that took its place is offered, by login' 'yes yes no' "$(says '差し替えられました') $(says 'href="/reports/9"') $(says '新しい版を開く')"
check_equal 'the newer issue is sent' 2 "$(post send 1 9)"
newer=$(notice 9 11)
link GET "/r/$t"
check_equal '... and by the link that the same person has' yes "$(says "href=\"/r/$(report_token "$newer")?lang=ja\"")"
wait_until 20 test -e "$mail/raw/$newer" || bad 'the newer issue does not arrive'
check_equal 'its mail says that it is issued again, not why' '[月次レポート] 2026年9月分 株式会社髙﨑<b>印刷</b>（再発行・第3版） false' \
	"$(raw "$newer" | jq -r '"\(.subject) \(tostring | contains("REASON"))"')"
t=$(report_token "$newer")
sql "UPDATE company_contact SET email = 'other@naniwa.example' WHERE contact_id = 11"
link GET "/r/$t"
check_equal 'a link ends with the address' 404 "$status"
sql "UPDATE company_contact SET email = 'tanaka@naniwa.example', removed_at = now() WHERE contact_id = 11"
link GET "/r/$t"
check_equal '... and with the contact' 404 "$status"
sql "UPDATE company_contact SET removed_at = NULL WHERE contact_id = 11"

# ------------------------------------------------------------------------------------------- by login; what did not arrive
post opened 1 9 SMITH@naniwa.example
check_equal 'opened by login: what was sent to that address is opened' 'SMITH@naniwa.example' "$(sql "SELECT DISTINCT opened_by FROM report_delivery WHERE report_id = 9 AND opened_at IS NOT NULL")"
check_equal '... not by people of another company' 'f' "$(post opened 2 4 x@y; sql 'SELECT opened_at IS NOT NULL FROM report WHERE report_id = 4')"
moves=$(sql "SELECT count(*) FROM change WHERE kind = 'report' AND id_from = 9")
came_back=$(notice 9 12)
{
	printf 'From: MAILER-DAEMON@mx.example.com\r\nMessage-ID: <b1@mx>\r\nAuto-Submitted: auto-replied\r\nSubject: Undelivered\r\n'
	printf 'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
	printf -- '--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n'
	printf 'Final-Recipient: rfc822; smith@naniwa.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 No such person\r\n'
	printf -- '--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID:\r\n <%s@example.jp>\r\n--b--\r\n' "$came_back"
} >"$STATE/bounce"
wait_until 10 handed_over 9 2
check_equal 'a mail that came back' 'a notice came back' "$(HINOMI_CONFIG=$STATE/hinomi.yaml "$BUILD/hinomictl" mail receive <"$STATE/bounce" 2>&1)"
check_equal '... is one that failed, the board knows, and the contact gets no more of them' 't|t|t' \
	"$(sql "SELECT d.failed_at IS NOT NULL, k.bounced_at IS NOT NULL, (SELECT count(*) FROM change WHERE kind = 'report' AND id_from = 9) > $moves FROM report_delivery d JOIN company_contact k USING (company_id, contact_id) WHERE d.outbox_id = '$came_back'")"
check_equal '... until the address is another one' 1 "$(post send 1 9 again)"
sql "UPDATE company_contact SET email = 'unknown@naniwa.example' WHERE contact_id = 11"
check_equal 'one whose mail is refused' 1 "$(post send 1 4 again)"
refused() { [ "$(sql "SELECT failed_at IS NOT NULL AND handed_over_at IS NULL FROM report_delivery WHERE outbox_id = '$(notice 4 11)'")" = t ]; }
if wait_until 20 refused; then good '... is one that failed'; else bad "... is one that failed: $(sql "SELECT * FROM report_delivery WHERE report_id = 4")"; fi
finish
