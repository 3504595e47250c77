#!/bin/sh
# The public check of certificates: number and code as they are read off paper, by the form and by the QR code's link;
# one answer for all that is not valid; nothing of the company; how often. The api against a real PostgreSQL.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

api_prepare report_delivery.sql || exit 1
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
from=1
check() { # CURL ARGS: without a session, from an address of its own
	check_path=$1
	shift
	status=$(curl -k -sS --interface "127.0.0.$from" -o "$STATE/body" -D "$STATE/head" -w '%{http_code}' "$@" \
		"https://127.0.0.1:$api_port$check_path") || status="curl $?"
}
says() { # TEXT: yes or no
	grep -qF -e "$1" "$STATE/body" && echo yes || echo no
}
verdict() {
	if grep -qF '✓ 有効です' "$STATE/body"; then echo "$status valid"
	elif grep -qF '✕ 有効と確認できません' "$STATE/body"; then echo "$status not"
	else echo "$status nothing"; fi
}
form() { # NUMBER CODE: by the form; says what came of it
	check /verify --data-urlencode "number=$1" --data-urlencode "code=$2"
	verdict
}
# The page without what was typed.
bare() {
	sed 's/value="[^"]*"//' "$STATE/body" | sha256sum
}

code=ABCDEFGHIJKLMN23 other=ABCDEFGHIJKLMN24
today=$(TZ=Asia/Tokyo date +%F)
certificate() { # REPORT MONTH NUMBER FROM UNTIL [STATE]
	sql "SELECT make_report($1, 2, 'certificate', '$2', '${6:-published}');
		INSERT INTO certificate (company_id, report_id, number, code, issued_on, valid_until)
		VALUES (2, $1, $3, '$code', DATE '$today' + $4, DATE '$today' + $5)" >/dev/null
}
certificate 1 2026-01-01 11 -10 10
certificate 2 2026-02-01 12 -10 10
sql "UPDATE certificate SET revoked_at = now(), revoke_reason = 'REASON' WHERE number = 12"
certificate 3 2026-03-01 13 -10 -1
certificate 4 2026-04-01 14 1 10
certificate 5 2026-05-01 15 -10 10 approved
certificate 6 2026-06-01 16 -10 10 withdrawn
certificate 7 2026-07-01 17 0 0
sql "UPDATE report SET company_id = company_id, grade = 'GRADE'"

check /verify
check_equal 'the form, in Japanese by itself' '200 nothing yes yes' "$(verdict) $(says '<html lang="ja"') $(says 'action="/verify?lang=ja"')"
check /verify -H 'Accept-Language: en-US,en;q=0.9,ja;q=0.5'
check_equal '... in English for who prefers it' 'yes en' "$(says '<html lang="en"') $(header Content-Language)"
check '/verify?lang=ja' -H 'Accept-Language: en'
check_equal '... unless somebody chooses' yes "$(says '<html lang="ja"')"
check_equal 'not kept, no script, its style named by its hash, nobody told where from' \
	"no-store|no-referrer|default-src 'none'; style-src 'sha256-$(sed -n 's/.*<style>\(.*\)<\/style>.*/\1/p' "$STATE/body" | tr -d '\n' | openssl dgst -sha256 -binary | base64)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'|no" \
	"$(header Cache-Control)|$(header Referrer-Policy)|$(header Content-Security-Policy)|$(says '<script')"

before=$(sql 'SELECT * FROM certificate; SELECT * FROM report; SELECT count(*) FROM audit; SELECT count(*) FROM change')
check_equal 'a good one' '200 valid' "$(form KM-11 $code)"
check_equal '... says nothing of whose it is, from when, or anything else of it' 'no no no no no' \
	"$(says MARKER) $(says "$today") $(says 2026) $(says GRADE) $(says "$code")"
check "/verify?number=KM-11&code=$code"
check_equal 'by the link that the QR code is' '200 valid' "$(verdict)"
check_equal 'valid on its first and last day' '200 valid' "$(form KM-17 $code)"
for typed in 'abcdefghijklmn23' 'ABCD-EFGH-IJKL-MN23' ' abcd efgh ijkl mn23 ' 'ＡＢＣＤ－ｅｆｇｈ　ijkl-mn２３' 'ABCD–EFGH–IJKL–MN23'; do
	check_equal "the code typed as '$typed'" '200 valid' "$(form KM-11 "$typed")"
done
for typed in 11 km-11 'KM 11' 'ＫＭ－１１' 0011; do
	check_equal "the number typed as '$typed'" '200 valid' "$(form "$typed" $code)"
done
from=2
check_equal 'another code' '200 not' "$(form KM-11 $other)"
wrong=$(bare)
for n in 'KM-99 unknown' 'KM-12 revoked' 'KM-13 expired' 'KM-14 of-tomorrow' 'KM-15 not-published' 'KM-16 replaced' 'x no-number' '0 none' \
	'99999999999999999999999 too-large'; do
	check_equal "${n#* }: the same answer, to the byte" "200 not $wrong" "$(form "${n%% *}" $code) $(bare)"
done
check_equal 'a code that is none: the same' "200 not $wrong" "$(form KM-11 "' OR true --") $(bare)"
check_equal 'an empty one: the same' "200 not $wrong" "$(form KM-11 '') $(bare)"
check_equal "another's code: the same" "200 not $wrong" "$(sql "UPDATE certificate SET code = '$other' WHERE number = 17"; form KM-17 $code) $(bare)"
form '<b>"x"' $code >/dev/null
check_equal 'what was typed stays, as text' 'yes no' "$(says 'value="&lt;b&gt;&quot;x&quot;"') $(says '<b>"x"')"
check /verify -d 'number=KM-11'
check_equal 'without a code: the form' '200 nothing' "$(verdict)"
check /verify -H 'Content-Type: application/json' -d '{"number":"KM-11"}'
check_equal 'what is no form: the form' '200 nothing' "$(verdict)"
check /verify -X PUT
check_equal 'another method: a page, too' '405 text/html; charset=utf-8' "$status $(header Content-Type)"
check_equal 'asking changes nothing' "$before" "$(sql "UPDATE certificate SET code = '$code' WHERE number = 17;
	SELECT * FROM certificate ORDER BY number; SELECT * FROM report ORDER BY report_id; SELECT count(*) FROM audit; SELECT count(*) FROM change")"

# How often: thirty at once from one address, then slowly; another one is not held up. The form alone costs nothing.
from=3
n=0
while [ "$n" -lt 40 ] && [ "$(form KM-11 $code)" = '200 valid' ]; do n=$((n + 1)); done
check_equal 'about thirty at once' yes "$([ "$n" -ge 30 ] && [ "$n" -lt 40 ] && echo yes || echo "no: $n")"
check_equal 'then a wait, without an answer' '429 nothing yes' "$(form KM-11 $code) $([ "$(header Retry-After)" -ge 1 ] && echo yes)"
check_equal '... for a good and a bad one alike' '429 nothing' "$(form KM-11 $other)"
check /verify
check_equal 'the form is still there' '200 nothing' "$(verdict)"
from=4
check_equal 'another address is not held up' '200 valid' "$(form KM-11 $code)"
check_equal 'the transaction sees no company' 0 "$(psql -X -q -At -d "$conninfo" -c BEGIN -c 'SET LOCAL ROLE hinomi_api' -c "SET LOCAL app.company = ''" -c 'SELECT count(*) FROM certificate' -c COMMIT)"
finish
