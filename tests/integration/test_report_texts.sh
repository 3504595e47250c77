#!/bin/sh
# Texts of reports and the catalogue of plain words over the api, against a real PostgreSQL: shapes against
# docs/openapi.yaml, who may do what, what is refused and where it says so, another person's change in between, back to
# the shipped text; and what the rows as shipped make of signatures that our sensors send.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

api_prepare api_data.sql reports_api.sql || exit 1
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
for name in tanaka takagi ono desk viewer yamada wall admin; do
	eval "$name=__Host-sid=$name" # reports_api.sql has their sessions
done
# shellcheck disable=SC2154 # set by eval
as() { # NAME: who asks from now on
	eval "cookie=\$$1"
}
shape() { # TEXT STATUS SCHEMA JQ
	check_equal "$1" "$2 $(required "$3")" "$status $(members "$4")"
}
put_text() { # KEY/LANGUAGE VERSION TEXT-AS-JSON
	change PUT "/v1/report-texts/$1" "{\"text\":$3}" -H "If-Match: \"$2\""
}

# ---------------------------------------------------------------------------------------------------------------- texts
as ono
get /v1/report-texts
shape 'texts' 200 ReportText '.texts[0]'
check_equal 'each in both languages' 'true true' \
	"$(reply '(.texts | length > 400) , ([.texts[] | .key + "/" + .language] | length == (unique | length))' | tr '\n' ' ' | sed 's/ $//')"
check_equal 'of five documents' 'annex case certificate chamber month' "$(reply '[.texts[].group] | unique | join(" ")')"
check_equal 'no sample with a placeholder left' 0 "$(reply '[.texts[] | select(.sample | test("\\{\\{|\\}\\}"))] | length')"
get /v1/report-texts/inbound_all_stopped/ja
shape 'one text' 200 ReportText .
check_equal 'as shipped, with sample values' '"0" true 外からの攻撃を3件見つけ、すべて入口で止めました。' \
	"$(header ETag) $(reply '"\(.shipped.in_force) \(.sample)"')"
get /v1/report-texts/inbound_all_stopped/fr
check_equal 'a language that is none' '404 not_found ' "$(refusal)"
get /v1/report-texts/nothing/ja
check_equal 'a text that is none' '404 not_found ' "$(refusal)"

put_text inbound_all_stopped/ja 0 '"攻撃{{count}}件。{{victim}}"'
check_equal 'a placeholder that it does not know' '400 invalid /text true' \
	"$(refusal) $(reply '.errors[0].reason | contains("victim")')"
put_text inbound_all_stopped/ja 0 '"一行目\n攻撃{{count件"'
check_equal 'an open one, and in which line' '400 invalid /text true' "$(refusal) $(reply '.errors[0].reason | contains("line 2")')"
put_text inbound_all_stopped/ja 0 '"貴社は 安 全です。{{count}}"'
check_equal 'what a report never says' '400 invalid /text true' "$(refusal) $(reply '.errors[0].reason | contains("安全です")')"
put_text inbound_all_stopped/en 0 '"You are SAFE: {{count}}"'
check_equal '... in English' '400 invalid /text' "$(refusal)"
put_text inbound_all_stopped/ja 0 '""'
check_equal 'an empty one' '400 invalid /text' "$(refusal)"
change PUT /v1/report-texts/inbound_all_stopped/ja '{"text":"x","sample":"y"}' -H 'If-Match: "0"'
check_equal 'a member that is none' '400 invalid /sample' "$(refusal)"
change PUT /v1/report-texts/inbound_all_stopped/ja '{"text":"x"}'
check_equal 'without If-Match' '428 condition_missing ' "$(refusal)"

put_text inbound_all_stopped/ja 0 '"攻撃は{{count}}件、全部止めました。"'
check_equal 'a text is changed' '200 1 false 攻撃は3件、全部止めました。 小野 報告' \
	"$status $(reply '"\(.version) \(.shipped.in_force) \(.sample) \(.saved_by.display_name)"')"
as takagi
put_text inbound_all_stopped/ja 0 '"別の人の{{count}}件"'
check_equal 'by somebody who saw the one before' '412 stale ' "$(refusal)"
put_text inbound_all_stopped/ja 1 '"別の人の{{count}}件"'
check_equal 'by the same who looked again' '200 2 高木 主任' "$status $(reply '"\(.version) \(.saved_by.display_name)"')"
get /v1/report-texts
check_equal 'the list has it, and the other language as it was' '別の人の{{count}}件 true' \
	"$(reply '[.texts[] | select(.key == "inbound_all_stopped")] | "\(.[0].text) \(.[1].shipped.in_force)"')"
put_text inbound_all_stopped/ja 2 null
check_equal 'back to the one as shipped' '200 3 true true' \
	"$status $(reply '"\(.version) \(.shipped.in_force) \(.text == .shipped.text)"')"
# Two at once, both with the version they saw: one of them.
at_once() { # TEXT: prints the status
	curl -k -sS -o "$STATE/at-once.$1" -w '%{http_code}\n' -X PUT -H 'Sec-Fetch-Site: same-origin' -H "Cookie: $cookie" \
		-H 'Content-Type: application/json' -H 'If-Match: "0"' -d "{\"text\":\"$1\"}" \
		"https://127.0.0.1:$api_port/v1/report-texts/virus_none/ja"
}
at_once 甲 >"$STATE/first" &
first=$!
at_once 乙 >"$STATE/second"
wait "$first"
check_equal 'two at once: one of them' '200 412 1' \
	"$(sort "$STATE/first" "$STATE/second" | tr '\n' ' ')$(sql "SELECT count(*) FROM report_text WHERE key = 'virus_none'")"
check_equal 'each change is in the audit trail, with its text' '3|攻撃は{{count}}件、全部止めました。' \
	"$(sql "SELECT count(*), min(detail::jsonb->>'text') FILTER (WHERE detail::jsonb->>'version' = '1') FROM audit
		WHERE action = 'report_text.change' AND subject = 'report text inbound_all_stopped ja'")"

change POST /v1/report-texts/preview '{"key":"verdict_rainy","language":"ja","text":"{{month}}は雨。{{#requests}}{{requests}}件{{/requests}}"}'
check_equal 'a preview' '200 2026年6月は雨。1件' "$status $(reply .sample)"
change POST /v1/report-texts/preview '{"key":"verdict_rainy","language":"ja","text":"{{#month}}雨"}'
check_equal '... says what is wrong' '400 invalid /text' "$(refusal)"
change POST /v1/report-texts/preview '{"key":"verdict","language":"ja","text":"雨"}'
check_equal '... of a text that is none' '400 invalid /key' "$(refusal)"

# ---------------------------------------------------------------------------------------------------------- plain words
get /v1/plain-words
shape 'plain words' 200 PlainWord '.words[0]'
check_equal 'by position' true "$(reply '[.words[].position] | . == sort')"
count=$(reply '.words | length')
# Each row as shipped is good: saved as it is, it is taken.
jq -r '.words[] | "\(.id) \(del(.id, .position, .version, .changed_by, .changed_at))"' "$STATE/body" >"$STATE/words"
saved=0
while IFS=" " read -r id word; do
	change PUT "/v1/plain-words/$id" "$word" -H 'If-Match: "1"'
	if [ "$status" = 200 ]; then
		saved=$((saved + 1))
	else
		echo "refused: $word: $(cat "$STATE/body")"
	fi
done <"$STATE/words"
check_equal 'every row as shipped is good' "$count" "$saved"

try() { # DIRECTION ENGINE STAGE CATEGORY SIGNATURE
	change POST /v1/plain-words/try "$(jq -nc --arg d "$1" --arg e "$2" --arg s "$3" --arg c "$4" --arg g "$5" \
		'{direction: $d, engine: $e, stage: $s, category: $c, signature: $g}')"
}
calls() { # WANTED DIRECTION ENGINE STAGE CATEGORY SIGNATURE
	wanted=$1
	shift
	try "$@"
	check_equal "$5" "200 $wanted" "$status $(reply '.ja + (if .advice_ja == "" then "" else " +" end)')"
}
calls '機器を外から操る相手との通信 +' outbound ips command-and-control 'Malware Command and Control Activity Detected' \
	'ET MALWARE Tobiuo Implant Check-in'
calls '情報を盗み出すウイルスの通信 +' outbound ips actions 'Malware Command and Control Activity Detected' \
	'ET MALWARE Win32/Kagero Stealer Data Exfiltration (POST)'
calls '機器の力を勝手に使う通信（暗号資産づくり） +' outbound ips actions 'Crypto Currency Mining Activity Detected' \
	'ET COINMINER Stratum Mining Protocol Login (Outbound)'
calls '外から見た自社のアドレスを調べる通信' outbound ips reconnaissance 'Device Retrieving External IP Address Detected' \
	'ET INFO External IP Address Lookup Domain in TLS SNI'
calls '機器の更新などのふだんの通信' outbound ips none 'Not Suspicious Traffic' \
	'ET INFO GNU/Linux APT User-Agent Outbound likely related to package management'
calls 'にせのサイトへの接続 +' outbound web delivery ftgd_blk Phishing
calls 'ウイルスを配るサイトへの接続 +' outbound web delivery ftgd_blk 'Malicious Websites'
calls '見せない設定にしているサイトへの接続' outbound web none ftgd_blk 'Information Technology'
calls '業務用ソフトの弱点をねらう攻撃' inbound ips exploitation 'Attempted Administrator Privilege Gain' \
	'ET EXPLOIT Apache log4j RCE Attempt (http ldap) (CVE-2021-44228)'
calls 'ホームページからデータを抜き取ろうとする攻撃' inbound ips exploitation 'Web Application Attack' \
	'ET WEB_SERVER Possible SQL Injection Attempt SELECT FROM'
calls 'パスワードを当てようとする攻撃' inbound ips reconnaissance 'Attempted Information Leak' \
	'ET WEB_SERVER WordPress xmlrpc.php Brute Force Attempt'
calls '評判の悪い相手からの通信' inbound ips reconnaissance 'Misc Attack' \
	'ET CINS Active Threat Intelligence Poor Reputation IP group 92'
calls '入り口を探す通信（下調べ）' inbound ips none 'Potentially Bad Traffic' 'ET SCAN Suspicious inbound to MSSQL port 1433'
calls '大量に送りつけて止めようとする攻撃' inbound ips actions anomaly tcp_syn_flood
calls '外から届いたウイルス' inbound antivirus delivery infected W32/Injector.KGR!tr
calls '動作確認用の見本（害のないファイル）' inbound antivirus delivery infected EICAR_TEST_FILE
calls '社内のほかの機器に入り込もうとする通信 +' internal ips actions 'Attempted Administrator Privilege Gain' \
	'ET EXPLOIT ETERNALBLUE Exploit M2 MS17-010'
calls '外への不審な通信 +' outbound ips none '' 'something that nobody has heard of'
check_equal 'that is of the last resort' null "$(reply .word_id)"
try sideways ips none '' ''
check_equal 'a direction that is none' '400 invalid /direction' "$(refusal)"

change POST /v1/plain-words '{"signature":"nobody has heard","ja":"聞いたことのない通信","en":"something new","advice_ja":"お電話ください。","advice_en":"Ring us.","minutes":5}'
shape 'a row is added' 201 PlainWord .
word=$(reply .id)
check_equal 'it comes first' '101 1 5 高木 主任' "$(reply '"\(.id) \(.position) \(.minutes) \(.changed_by.display_name)"')"
calls '聞いたことのない通信 +' outbound ips none '' 'something that nobody has heard of'
get /v1/plain-words
check_equal 'the others moved down' "$((count + 1)) $((count + 1))" "$(reply '"\(.words | length) \(.words[-1].position)"')"
change PUT "/v1/plain-words/$word" '{"signature":"HAS HEARD","ja":"新しい通信","en":"something new","position":3}' -H 'If-Match: "1"'
check_equal 'it is replaced, and moved' '200 2 3 null' "$status $(reply '"\(.version) \(.position) \(.minutes)"')"
calls '新しい通信' outbound ips none '' 'something that nobody has heard of'
as ono
change PUT "/v1/plain-words/$word" '{"engine":"ips","ja":"x","en":"x"}' -H 'If-Match: "1"'
check_equal 'by somebody who saw the one before' '412 stale ' "$(refusal)"
refuse() { # WHERE BODY
	change POST /v1/plain-words "$2"
	check_equal "refused: $2" "400 invalid /$1" "$(refusal)"
}
refuse ja '{"engine":"ips","ja":"ET MALWARE の通信","en":"x"}'
refuse en '{"engine":"ips","ja":"あ","en":"CVE-2021-44228"}'
refuse advice_ja '{"engine":"ips","ja":"あ","en":"x","advice_ja":"ご安心ください"}'
refuse direction '{"ja":"あ","en":"x"}'
refuse engine '{"engine":"waf","ja":"あ","en":"x"}'
refuse stage '{"stage":"c2","ja":"あ","en":"x"}'
refuse minutes '{"engine":"ips","ja":"あ","en":"x","minutes":0}'
refuse ja '{"engine":"ips","en":"x"}'
refuse position '{"engine":"ips","ja":"あ","en":"x","position":0}'
call DELETE "/v1/plain-words/$word" -H 'Content-Type: application/json' -H 'If-Match: "1"'
check_equal 'not removed by who saw the one before' '412 stale ' "$(refusal)"
call DELETE "/v1/plain-words/$word" -H 'Content-Type: application/json' -H 'If-Match: "2"'
check_equal 'removed' 204 "$status"
get "/v1/plain-words/$word"
check_equal '... and gone' '404 not_found ' "$(refusal)"
call DELETE "/v1/plain-words/$word" -H 'Content-Type: application/json' -H 'If-Match: "3"'
check_equal '... for good' '404 not_found ' "$(refusal)"
check_equal 'the audit trail knows' 'plain_word.add plain_word.change plain_word.remove' \
	"$(sql "SELECT string_agg(action, ' ' ORDER BY audit_id) FROM audit WHERE subject = 'plain word $word'")"

# ------------------------------------------------------------------------------------------------------------- who may
for who in viewer tanaka desk admin; do
	as "$who"
	get /v1/report-texts/virus_none/en
	check_equal "$who reads texts" 200 "$status"
	get /v1/plain-words
	check_equal "$who reads plain words" 200 "$status"
done
for who in viewer tanaka desk; do
	as "$who"
	put_text virus_none/en 0 '"None."'
	check_equal "$who changes no text" '403 forbidden ' "$(refusal)"
	change POST /v1/plain-words '{"engine":"ips","ja":"あ","en":"x"}'
	check_equal "$who adds no plain word" '403 forbidden ' "$(refusal)"
done
for who in yamada wall; do
	as "$who"
	get /v1/report-texts
	check_equal "$who reads no texts" '403 forbidden ' "$(refusal)"
	get /v1/plain-words
	check_equal "$who reads no plain words" '403 forbidden ' "$(refusal)"
done
as admin
put_text virus_none/en 0 '"None."'
check_equal 'admin changes texts' 200 "$status"
finish
