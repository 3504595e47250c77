#!/bin/sh
# One month, from the alerts to the president who opens the report, by a whole server, real agents and mails: eight companies
# of which one is quiet, one cloudy, one in the rain and one was never watched; the month is closed, the analyst writes what
# she has to say, a second person approves, all are published and mailed, the code in a second mail opens the very PDF that
# was kept. A late alert changes nothing that is frozen; closing again says what changed, and a new issue takes the old
# one's place. A certificate is valid until it is revoked. A grave alert of today brings a first report within seconds.
# Every figure is compared: screen, frozen month, PDF text, spreadsheet and a count over all alerts say the same.
# SHOTS=DIR saves the pages as pictures, and the screens.
# shellcheck disable=SC2317,SC2154,SC2015 # functions are called by name, and people are variables set by eval
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

smtp_port=$((PORT + 4))
server_settings="escalator:
  smtp_url: smtp://127.0.0.1:$smtp_port
  smtp_tls: none
  mail_from: hinomi@chamber.example
  mail_name: 火の見 監視センター
  desk_mail: soudan@chamber.example
  desk_phone: 06-0000-0000
  poll: 200ms
reporter:
  close_business_day: 0
  due_business_day: 0
  poll: 200ms
  desk_hours: 平日 9:00〜17:30
  target_companies: 3000
  target_from: 2026-04-01"
[ -z "${SHOTS-}" ] || "$top/scripts/build-web" "$BUILD/web"
node "$top/scripts/mailbox.mjs" "$smtp_port" "$STATE/mail" >"$STATE/mailbox.log" 2>&1 &
at_exit "kill $! 2>/dev/null"
wait_until 10 grep -q 'mails go to' "$STATE/mailbox.log"
server_prepare
ctl rules load "$top/config/rules" >"$STATE/rules.log" 2>&1 || { cat "$STATE/rules.log"; exit 1; }
ctl holidays load "$top/config/holidays-japan.yaml" >/dev/null
sql "UPDATE operator SET name = '大阪みなと商工会議所'" >/dev/null
server_start

# The month before this one, in the operator's zone.
month=$(sql "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') - interval '1 month', 'YYYY-MM')")
last=$(sql "SELECT (date '$month-01' + interval '1 month - 1 day')::date")

# ------------------------------------------------------------------------------------------------ who is there

as() {
	cookie=$(cat "$STATE/cookie.$1")
}
person() { # NAME ROLE [COMPANY]
	sign_in "$1@chamber.example" "$2" "${3-}"
	echo "$cookie" >"$STATE/cookie.$1"
	id=$(sql "SELECT user_id FROM app_user WHERE email = '$1@chamber.example'")
	eval "$1_id=$id"
}
# A company that was watched all month: a sensor that was there before, and heard in every hour.
watched() { # NAME OPTIONS...
	company "$@"
	ctl span add --company "$company_id" --from "$(sql "SELECT (date '$month-01' - interval '2 months')::date")" >/dev/null
}
watched '株式会社しずか製作所' --member-no 10001 --industry 製造業 --employees 12 --area 西区
quiet=$company_id
watched '株式会社くもり精機' --member-no 10002 --industry 製造業 --employees 18 --area 淀川区
cloudy=$company_id
watched '髙﨑𠮷田ｶﾌﾞｼｷｶﾞｲｼｬ大阪港区長い社名の卸売と倉庫と運送の総合商事有限責任会社' --member-no 10003 --industry 卸売業 --employees 45 --area 港区
rainy=$company_id
watched 'Harbour Trading K.K.' --industry 卸売業 --employees 9 --area 港区
english=$company_id
for n in 5 6 7; do
	watched "仲間の会社$n" --member-no "1000$n" --industry 製造業 --employees 15 --area 北区
done
company '見守りのない会社' --member-no 10008
unwatched=$company_id
for id in $quiet $cloudy $rainy $english; do
	sensor "$id" "utm$id"
done
sql "UPDATE sensor SET created_at = date '$month-01' - interval '3 months'" >/dev/null
sql "INSERT INTO sensor_day AS d (company_id, sensor_id, day, heartbeats, hours_seen)
     SELECT company_id, sensor_id, g::date, 1440, 16777215 FROM sensor, generate_series(date '$month-01' - interval '2 months', date '$last', interval '1 day') g
     ON CONFLICT (company_id, sensor_id, day) DO UPDATE SET hours_seen = 16777215" >/dev/null
sql "UPDATE company SET report_language = 'en' WHERE company_id = $english" >/dev/null
# The three that only have a span are watched by nothing: their sensors are made by hand, so that peers are five and more.
sql "INSERT INTO sensor (company_id, name, created_at) SELECT company_id, 'utm', date '$month-01' - interval '3 months' FROM company WHERE name LIKE '仲間%'" >/dev/null
sql "INSERT INTO sensor_day (company_id, sensor_id, day, heartbeats, hours_seen)
     SELECT s.company_id, s.sensor_id, g::date, 1440, 16777215 FROM sensor s JOIN company c USING (company_id),
            generate_series(date '$month-01', date '$last', interval '1 day') g WHERE c.name LIKE '仲間%'" >/dev/null
person hamada lead
person sasaki analyst
person houkoku reporter
person shacho member "$rainy"
person tanin member "$quiet"
sql "UPDATE app_user SET display_name = '浜田 みなと' WHERE user_id = $hamada_id" >/dev/null
sql "UPDATE app_user SET display_name = '佐々木 望' WHERE user_id = $sasaki_id" >/dev/null
as hamada
for id in $quiet $cloudy $rainy $english; do
	api POST "/v1/companies/$id/people" -d "{\"name\": \"社長 $id\", \"role\": \"社長\", \"phone\": \"06-2222-3333\", \"email\": \"shacho$id@member.example\", \"attach_reports\": $([ "$id" = "$cloudy" ] && echo true || echo false)}" >/dev/null
	api POST "/v1/companies/$id/contracts" -d "{\"plan_id\": 1, \"is_member\": $([ "$id" = "$english" ] && echo false || echo true), \"from_day\": \"2026-01-01\"}" >/dev/null
done

# ------------------------------------------------------------------------------------------------ what happened in the month

# alert DAY TIME SOURCE PORT DESTINATION PORT ACTION SEVERITY SIGNATURE CATEGORY
flow=1000
alert() {
	flow=$((flow + 1))
	printf '{"timestamp":"%s-%sT%s.000000+0900","flow_id":%s,"event_type":"alert","src_ip":"%s","src_port":%s,"dest_ip":"%s","dest_port":%s,"proto":"TCP","direction":"to_server","alert":{"action":"%s","gid":1,"signature_id":%s,"rev":1,"signature":"%s","category":"%s","severity":%s}}\n' \
		"$month" "$1" "$2" "$flow" "$3" "$4" "$5" "$6" "$7" "$((2000000 + $8))" "$9" "${10}" "$8"
}
for day in 03 07 12 19 26; do
	alert "$day" 03:15:00 203.0.113.9 40000 192.168.1.1 22 blocked 3 'ET SCAN Potential SSH Scan' 'Attempted Information Leak'
done >"$STATE/quiet.json"
{
	for day in 02 05 09 16 23; do
		alert "$day" 11:20:00 198.51.100.77 41000 192.168.10.5 443 blocked 2 'ET EXPLOIT Apache log4j RCE Attempt' 'Attempted Administrator Privilege Gain'
	done
	alert 14 09:12:00 192.168.10.23 50001 203.0.113.66 443 blocked 1 'ET MALWARE Win32/Agent CnC Checkin' 'Malware Command and Control Activity Detected'
	alert 14 09:13:00 192.168.10.23 50002 203.0.113.66 443 blocked 1 'ET MALWARE Win32/Agent CnC Checkin' 'Malware Command and Control Activity Detected'
} >"$STATE/cloudy.json"
{
	n=0
	while [ $n -lt 40 ]; do
		n=$((n + 1))
		alert "$(printf '%02d' $((n % 27 + 1)))" 22:10:00 198.51.100.$n 42000 192.168.20.2 3389 blocked 3 'ET SCAN Behavioral Unusually fast Terminal Server Traffic' 'Misc activity'
	done
	alert 21 02:41:00 192.168.20.31 50100 203.0.113.200 443 allowed 1 'ET MALWARE Cobalt Strike Beacon Observed' 'Malware Command and Control Activity Detected'
	alert 21 02:42:00 192.168.20.31 50101 203.0.113.200 443 allowed 1 'ET MALWARE Cobalt Strike Beacon Observed' 'Malware Command and Control Activity Detected'
} >"$STATE/rainy.json"
alert 11 08:00:00 203.0.113.15 43000 192.168.30.1 80 blocked 3 'ET WEB_SERVER Possible SQL Injection Attempt' 'Web Application Attack' >"$STATE/english.json"
for name in quiet cloudy rainy english; do
	eval "id=\$$name"
	agent send --state "$STATE/agents/utm$id" "$STATE/$name.json" >"$STATE/sent" 2>&1 || { bad "the alerts of $name are acked"; cat "$STATE/sent"; }
done
wait_until 60 correlated || bad 'everything is correlated'
sql "UPDATE sensor_day SET hours_seen = 16777215 WHERE day BETWEEN '$month-01' AND '$last'" >/dev/null
in_month="ts >= '$month-01'::timestamp AT TIME ZONE 'Asia/Tokyo' AND ts < ('$last'::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'"
check_equal 'no first report for what is weeks old' 0 "$(sql "SELECT count(*) FROM report")"
# One case is asked something, and one visit was made.
as sasaki
case_id=$(sql "SELECT incident_id FROM incident WHERE company_id = $rainy AND direction = 'outbound' ORDER BY severity LIMIT 1")
check_equal 'the member is asked for something' open "$(api POST "/v1/incidents/$case_id/requests" -d "{\"who\": \"経理の方\", \"what\": \"パソコン（末尾 .31）をネットワークから外したままにしてください。\", \"minutes\": 10, \"due_on\": \"$(date -d '+5 days' +%Y-%m-%d)\"}" | jq -r .state)"

# The cloudy one's was taken care of in the month itself.
sql "UPDATE incident_clock k SET acknowledged_at = '$month-14 09:20+09', told_at = '$month-14 09:31+09', contained_at = '$month-14 11:05+09', resolved_at = '$month-15 10:00+09',
            closed_at = '$month-15 10:00+09' FROM incident i WHERE i.company_id = k.company_id AND i.incident_id = k.incident_id AND i.company_id = $cloudy AND i.direction = 'outbound'" >/dev/null
sql "UPDATE incident SET state = 'closed', disposition = 'true_positive', close_reason = '検査で取り除いた', acknowledged_at = '$month-14 09:20+09', contained_at = '$month-14 11:05+09',
            closed_at = '$month-15 10:00+09' WHERE company_id = $cloudy AND direction = 'outbound'" >/dev/null

# ------------------------------------------------------------------------------------------------ closing

status() { # METHOD PATH ARGS: the HTTP status alone
	m=$1 p=$2
	shift 2
	curl -sk -o "$STATE/answer.json" -w '%{http_code}' -X "$m" -H "Cookie: $cookie" -H 'Content-Type: application/json' -H 'Sec-Fetch-Site: same-origin' "$@" "https://127.0.0.1:$api_port$p"
}
as sasaki
check_equal 'an analyst closes no month' 403 "$(status POST "/v1/months/$month/close" -d '{}')"
as hamada
this=$(sql "SELECT to_char(now() AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM')")
check_equal 'nor anybody one that still runs' 409 "$(status POST "/v1/months/$this/close" -d '{}')"
run_done() { # RUN
	[ "$(api GET "/v1/report-runs/$1" | jq -r .state)" = "done" ]
}
runs() { # METHOD PATH BODY: starts a run and waits for its end
	run=$(api POST "$1" -d "$2" | jq -r .id)
	wait_until 60 run_done "$run" || { bad "the run $1 $2 ends"; api GET "/v1/report-runs/$run"; }
}
runs "/v1/months/$month/close" '{}'
check_equal 'a month is closed, with a draft for each company that was watched' "1 7" "$(api GET "/v1/months/$month" | jq -r '"\(.version) \(.reports.total)"')"
report_of() {
	sql "SELECT report_id FROM report WHERE company_id = $1 AND kind = 'monthly' ORDER BY issue DESC LIMIT 1"
}
quiet_report=$(report_of "$quiet") cloudy_report=$(report_of "$cloudy") rainy_report=$(report_of "$rainy") english_report=$(report_of "$english")
grade() {
	sql "SELECT grade FROM report WHERE report_id = $1"
}
check_equal 'the weather of the four' 'sunny cloudy rainy sunny' "$(grade "$quiet_report") $(grade "$cloudy_report") $(grade "$rainy_report") $(grade "$english_report")"
check_equal 'no report for who was not watched' '' "$(report_of "$unwatched")"

# ------------------------------------------------------------------------------------------------ one figure, wherever it stands

api GET "/v1/metrics/detections?from=$month-01&to=$last" >"$STATE/table.json"
total() { # DIRECTION
	jq ".rows[] | select(.direction == \"$1\" and .engine == \"total\") | .detections" "$STATE/table.json"
}
for direction in inbound outbound; do
	check_equal "$direction: screen, frozen chamber, frozen members, a scan of all alerts" \
		"$(total $direction) $(total $direction) $(total $direction)" \
		"$(sql "SELECT r.value ->> 'detections' FROM month_close m, jsonb_array_elements(m.body::jsonb -> 'table') r (value)
		        WHERE r.value ->> 'direction' = '$direction' AND r.value ->> 'engine' = 'total'") $(sql "SELECT sum((m.value ->> '$direction')::bigint)
		        FROM snapshot s, jsonb_array_elements(s.body::jsonb -> 'months') m (value) WHERE m.value ->> 'month' = '$month'") $(sql "SELECT coalesce(sum(repeat_count), 0)
		        FROM alert WHERE kind = 'alert' AND direction = '$direction' AND $in_month")"
done

# ------------------------------------------------------------------------------------------------ comment, approval

etag() {
	api GET "/v1/reports/$1" -o /dev/null -D - | tr -d '\r' | sed -n 's/^ETag: //Ip'
}
step() { # REPORT STEP [BODY]: as whoever is signed in; the status
	status POST "/v1/reports/$1/$2" -H "If-Match: $(etag "$1")" ${3:+-d "$3"}
}
comment() { # REPORT TEXT
	status PUT "/v1/reports/$1/comment" -H "If-Match: $(etag "$1")" -d "$(jq -n --arg c "$2" '{comment: $c}')"
}
as hamada
check_equal 'a month in the rain is not approved without a word' 409 "$(step "$rainy_report" approve)"
check_equal 'the lead writes it himself' 200 "$(comment "$rainy_report" '21日の夜、パソコン1台が外の不審な通信先と通信しました。原因の調査を続けています。')"
check_equal 'and then cannot approve it' 409 "$(step "$rainy_report" approve)"
as sasaki
check_equal 'an analyst writes' 200 "$(comment "$cloudy_report" 'パソコン1台が不審な通信を試みましたが、機器が止めました。念のため検査をお願いします。')"
check_equal 'but approves nothing' 403 "$(step "$cloudy_report" approve)"
as houkoku
check_equal 'a second person approves' '200 200' "$(step "$rainy_report" approve) $(step "$cloudy_report" approve)"
as shacho
check_equal 'a member sees nothing of what is in the making' '0 404 404' "$(api GET '/v1/reports' | jq '.reports | length') $(status GET "/v1/reports/$rainy_report") $(status GET "/v1/reports/$rainy_report/file?format=png")"
as hamada
runs /v1/report-runs "{\"kind\": \"approve\", \"month\": \"$month\", \"expect_max\": 10}"
check_equal 'the quiet ones are approved all at once' 'approved:7' "$(api GET "/v1/months/$month" | jq -r '.reports | to_entries | map(select(.key != "total" and .value > 0) | "\(.key):\(.value)") | join(" ")')"
runs /v1/report-runs "{\"kind\": \"publish\", \"month\": \"$month\", \"expect_max\": 10}"
check_equal 'and published, each with its PDF' '7 7' "$(sql "SELECT count(*) FROM report WHERE state = 'published'") $(sql "SELECT count(*) FROM report_file WHERE final AND format = 'pdf'")"

# ------------------------------------------------------------------------------------------------ what the PDF says

pdf() { # REPORT FILE
	curl -sk -H "Cookie: $cookie" -o "$2" "https://127.0.0.1:$api_port/v1/reports/$1/file"
}
for name in quiet cloudy rainy english; do
	eval "id=\$${name}_report"
	pdf "$id" "$STATE/$name.pdf"
	pdftotext -layout "$STATE/$name.pdf" "$STATE/$name.txt" || bad "$name.pdf is a PDF"
	check_equal "$name: sound, tagged, fonts embedded, two pages and an annex" 'ok yes ja 0 yes' \
		"$(qpdf --check "$STATE/$name.pdf" >/dev/null 2>&1 && echo ok) $(pdfinfo "$STATE/$name.pdf" | sed -n 's/^Tagged: *//p') $(grep -aq '/Lang *(ja\|/Lang *(en' "$STATE/$name.pdf" && echo ja) $(pdffonts "$STATE/$name.pdf" | tail -n +3 | awk '{ print $(NF - 4) }' | grep -vc yes || true) $([ "$(pdfinfo "$STATE/$name.pdf" | sed -n 's/^Pages: *//p')" -ge 3 ] && echo yes)"
done
page_one() {
	pdftotext -l 2 "$STATE/$1.pdf" - | tr -d ' \n'
}
has() { # TEXT NAME
	case $(page_one "$2") in *"$(printf %s "$1" | tr -d ' ')"*) echo yes ;; *) echo "no: $1" ;; esac
}
check_equal 'the words of the analyst, what the member is asked, the desk' 'yes yes yes' "$(has '原因の調査を続けています' rainy) $(has 'ネットワークから外したまま' rainy) $(has '06-0000-0000' rainy)"
check_equal 'the name with rare characters is whole' yes "$(has '髙﨑𠮷田ｶﾌﾞｼｷｶﾞｲｼｬ大阪港区長い社名の卸売と倉庫と運送の総合商事有限責任会社' rainy)"
check_equal 'the weather in words' 'yes yes yes' "$(has '晴れ' quiet) $(has 'くもり' cloudy) $(has '雨' rainy)"
for name in quiet cloudy rainy english; do
	check_equal "$name: no names of signatures on the first two pages, nobody else, never safe" '0 0 0' \
		"$(page_one $name | grep -c 'ETMALWARE\|ETSCAN\|ETEXPLOIT\|CobaltStrike' || true) $(page_one $name | grep -c '仲間の会社' || true) $(page_one $name | grep -c '安全です\|[Yy]ouaresafe' || true)"
done
check_equal 'figures of the month stand in it' 'yes yes' "$(has "$(sql "SELECT m.value ->> 'inbound' FROM snapshot s, jsonb_array_elements(s.body::jsonb -> 'months') m (value) WHERE s.company_id = $rainy AND m.value ->> 'month' = '$month'")件" rainy) $(has '2件' cloudy)"
check_equal 'kept and drawn again: the same bytes' ok "$(ctl report verify --month "$month" >"$STATE/verify.txt" 2>&1 && echo ok || cat "$STATE/verify.txt")"

# ------------------------------------------------------------------------------------------------ sending, opening

runs /v1/report-runs "{\"kind\": \"send\", \"month\": \"$month\", \"expect_max\": 10}"
mail_to() { # ADDRESS WORD
	for mail in "$STATE"/mail/*"-$1.eml"; do
		[ -f "$mail" ] || continue
		node "$top/tests/integration/read_mail.js" "$mail" >"$mail.json"
		jq -e --arg word "$2" '.subject | contains($word)' "$mail.json" >/dev/null || continue
		echo "$mail.json"
		return 0
	done
	return 1
}
got_mail() {
	mail_to "$1" "$2" >/dev/null
}
for id in $quiet $cloudy $rainy; do
	wait_until 30 got_mail "shacho$id@member.example" 'レポート' || bad "the president of $id is told"
done
letter=$(mail_to "shacho$rainy@member.example" 'レポート')
check_equal 'the mail says nothing of the weather' 0 "$(jq -r .text "$letter" | grep -c '雨\|rain' || true)"
link=$(jq -r .text "$letter" | grep -oE '/r/[A-Za-z0-9_-]{43}' | head -n 1)
cookie=''
check_equal 'the link alone opens nothing' '200 0' "$(status GET "$link") $(grep -c '%PDF\|くもり\|42件' "$STATE/answer.json" || true)"
curl -sk -o /dev/null -X POST -H 'Sec-Fetch-Site: same-origin' "https://127.0.0.1:$api_port$link/code"
wait_until 30 got_mail "shacho$rainy@member.example" 'コード' || bad 'the code comes by a second mail'
code=$(jq -r .text "$(mail_to "shacho$rainy@member.example" 'コード')" | grep -oE '[0-9]{6}' | head -n 1)
curl -sk -o "$STATE/opened.pdf" -X POST -H 'Sec-Fetch-Site: same-origin' --data-urlencode "code=$code" "https://127.0.0.1:$api_port$link"
check_equal 'with it comes the very file that was kept' "$(sql "SELECT encode(sha256, 'hex') FROM report_file WHERE report_id = $rainy_report AND final AND format = 'pdf'")" "$(sha256sum <"$STATE/opened.pdf" | cut -d' ' -f1)"
check_equal 'and it is noted once' '1 code' "$(sql "SELECT count(opened_at) || ' ' || max(opened_by) FROM report_delivery WHERE report_id = $rainy_report")"
check_equal 'attached only where it was asked for' '1 0' "$(grep -c 'application/pdf' "$(mail_to "shacho$cloudy@member.example" 'レポート' | sed 's/\.json$//')" || true) $(grep -c 'application/pdf' "${letter%.json}" || true)"
as shacho
check_equal 'the president finds it under his login too' '1 200' "$(api GET '/v1/reports' | jq '.reports | length') $(status GET "/v1/reports/$rainy_report/file")"
as tanin
check_equal 'nobody else does' '404 404' "$(status GET "/v1/reports/$rainy_report") $(status GET "/v1/reports/$rainy_report/file")"

# ------------------------------------------------------------------------------------------------ a late alert

as hamada
frozen=$(sql "SELECT encode(sha256, 'hex') FROM snapshot WHERE company_id = $quiet AND kind = 'month'")
alert 28 23:59:00 203.0.113.9 40001 192.168.1.1 22 blocked 3 'ET SCAN Potential SSH Scan' 'Attempted Information Leak' >"$STATE/late.json"
agent send --state "$STATE/agents/utm$quiet" "$STATE/late.json" >/dev/null 2>&1 || bad 'the late alert is acked'
wait_until 60 correlated || true
check_equal 'what is frozen stays, and the month says that one company changed' "$frozen 1" \
	"$(sql "SELECT encode(sha256, 'hex') FROM snapshot WHERE company_id = $quiet AND kind = 'month'") $(api GET "/v1/months/$month" | jq .outdated)"
check_equal 'closing again without a reason' 400 "$(status POST "/v1/months/$month/close" -d '{}')"
runs "/v1/months/$month/close" '{"reason": "28日の記録が遅れて届いたため"}'
check_equal 'the company that changed has a second version, the others have one' '2 1' \
	"$(sql "SELECT max(version) FROM snapshot WHERE company_id = $quiet AND kind = 'month'") $(sql "SELECT max(version) FROM snapshot WHERE company_id <> $quiet AND kind = 'month'")"
check_equal 'and it says what changed' '5 6' \
	"$(sql "SELECT c.value ->> 'from' || ' ' || (c.value ->> 'to') FROM snapshot s, jsonb_array_elements(s.changes) c (value) WHERE s.company_id = $quiet AND s.version = 2 AND c.value ->> 'path' = '/months/12/inbound'")"
check_equal 'the published report is as it was' 'published 1' "$(sql "SELECT r.state || ' ' || s.version FROM report r JOIN snapshot s USING (company_id, snapshot_id) WHERE r.report_id = $quiet_report")"
again=$(api POST "/v1/reports/$quiet_report/reissue" -H "If-Match: $(etag "$quiet_report")" -d '{"reason": "件数の訂正"}' | jq -r .id)
as houkoku
check_equal 'issued again: approved' 200 "$(step "$again" approve)"
step "$again" publish >/dev/null
published() {
	[ "$(sql "SELECT state FROM report WHERE report_id = $1")" = published ]
}
wait_until 30 published "$again" || bad 'the new issue is published'
check_equal 'the old one is withdrawn' withdrawn "$(sql "SELECT state FROM report WHERE report_id = $quiet_report")"
cookie=''
old_link=$(jq -r .text "$(mail_to "shacho$quiet@member.example" 'レポート')" | grep -oE '/r/[A-Za-z0-9_-]{43}' | head -n 1)
status GET "$old_link" >/dev/null
check_equal 'and its link says so' yes "$(grep -q '取り下げ\|新しい\|差し替え' "$STATE/answer.json" && echo yes || sed 's/<[^>]*>//g' "$STATE/answer.json" | tr -s '\n ' | head -c 300)"

# ------------------------------------------------------------------------------------------------ the certificate

as hamada
certificate=$(api POST "/v1/companies/$quiet/certificates" -d "{\"month\": \"$month\"}" | jq -r .id)
as houkoku
step "$certificate" approve >/dev/null
step "$certificate" publish >/dev/null
wait_until 30 published "$certificate" || bad 'the certificate is published'
number=$(sql "SELECT number FROM certificate WHERE report_id = $certificate") code=$(sql "SELECT code FROM certificate WHERE report_id = $certificate")
pdf "$certificate" "$STATE/certificate.pdf"
verdict() { # NUMBER CODE
	curl -sk -H 'Accept-Language: en' "https://127.0.0.1:$api_port/verify?number=$1&code=$2" | sed 's/<[^>]*>//g' | tr -s '\n ' ' '
}
verdict "$number" "$code" >"$STATE/valid.txt"
verdict "$number" "AAAABBBBCCCCDDDD" >"$STATE/invalid.txt"
check_equal 'the check page says valid, or not, and no name' 'yes yes 0' \
	"$(grep -qi 'is valid' "$STATE/valid.txt" && echo yes || cat "$STATE/valid.txt") $(grep -q 'Not confirmed as valid' "$STATE/invalid.txt" && echo yes || cat "$STATE/invalid.txt") $(grep -c 'しずか' "$STATE/valid.txt" || true)"
check_equal 'what is on the paper leads there' "yes" "$(pdftoppm -r 150 -png "$STATE/certificate.pdf" "$STATE/certificate" && zbarimg -q --raw "$STATE"/certificate-1.png 2>/dev/null | grep -q "/verify?number=KM-$number&code=$code" && echo yes)"
as hamada
api POST "/v1/certificates/$number/revoke" -d '{"reason": "解約のため"}' >/dev/null
check_equal 'revoked, it looks like any that never was' "$(cat "$STATE/invalid.txt")" "$(verdict "$number" "$code")"

# ------------------------------------------------------------------------------------------------ the chamber's own

curl -sk -H "Cookie: $cookie" -o /dev/null "https://127.0.0.1:$api_port/v1/months/$month/file"
chamber_is_drawn() {
	[ "$(status GET "/v1/months/$month/file?format=$1")" = 200 ]
}
for format in pdf xlsx csv; do
	wait_until 30 chamber_is_drawn $format || bad "the chamber's $format is drawn"
	cp "$STATE/answer.json" "$STATE/chamber.$format"
done
inbound=$(jq '.rows[] | select(.direction == "inbound" and .engine == "total") | .detections' "$STATE/table.json")
check_equal 'its PDF has the figures of the second closing' yes "$(pdftotext -layout "$STATE/chamber.pdf" - | grep -q "$((inbound + 1))" && echo yes || pdftotext -layout "$STATE/chamber.pdf" - | head -40)"
check_equal 'its spreadsheet is one' yes "$(unzip -tq "$STATE/chamber.xlsx" >/dev/null 2>&1 && echo yes)"
check_equal 'the billing list: three members, one that is none' '3 19800 1 8250' "$(api GET "/v1/billing?month=$month" | jq -r '[.totals[] | "\(.companies) \(.yen_taxed)"] | join(" ")')"
ctl report build --month "$month" --all --out "$STATE/out" >"$STATE/build.log" 2>&1 || { bad 'hinomictl builds all'; cat "$STATE/build.log"; }
check_equal 'as many PDFs as companies, and one of the chamber' 8 "$(find "$STATE/out" -name '*.pdf' | wc -l | tr -d ' ')"

# ------------------------------------------------------------------------------------------------ tonight

moment=$(date -u -d '-20 seconds' +%Y-%m-%dT%H:%M:%S.000000+0000)
for port in 51001 51002; do
	printf '{"timestamp":"%s","flow_id":%s,"event_type":"alert","src_ip":"192.168.10.44","src_port":%s,"dest_ip":"203.0.113.201","dest_port":443,"proto":"TCP","direction":"to_server","alert":{"action":"allowed","gid":1,"signature_id":2900002,"rev":1,"signature":"MALWARE Example implant check-in","category":"Malware Command and Control Activity Detected","severity":1}}\n' \
		"$moment" "$port" "$port"
done >"$STATE/tonight.json"
agent send --state "$STATE/agents/utm$cloudy" "$STATE/tonight.json" >/dev/null 2>&1 || bad 'the alert is acked'
first_sent() {
	got_mail "shacho$cloudy@member.example" '速報'
}
wait_until 40 first_sent || { bad 'a grave case brings a first report at once'; sql "SELECT kind, state, error FROM report WHERE kind = 'first'"; sql 'SELECT kind, error, attempts FROM report_job'; }
first=$(sql "SELECT report_id FROM report WHERE company_id = $cloudy AND kind = 'first'")
pdf "$first" "$STATE/first.pdf"
check_equal 'it says what to do and whom to call' 'yes' "$(pdftotext "$STATE/first.pdf" - | tr -d ' \n' | grep -q '06-0000-0000' && echo yes)"
tonight=$(sql "SELECT incident_id FROM report WHERE report_id = $first")
as sasaki
for n in 1 2 3 4 5; do
	api POST "/v1/incidents/$tonight/steps" -d "{\"step\": $n, \"done\": true, \"text\": \"ステップ $n を行いました\"}" >/dev/null
done
final=$(api POST "/v1/incidents/$tonight/reports" -d '{"kind": "final"}' | jq -r .id)
as houkoku
step "$final" approve >/dev/null
step "$final" publish >/dev/null
wait_until 30 published "$final" || bad 'the final report is published'
pdf "$final" "$STATE/final.pdf"
check_equal 'the final report has the five steps' 5 "$(pdftotext "$STATE/final.pdf" - | grep -c 'ステップ [1-5] を行いました')"
check_equal 'no job is left, none failed' '0 0' "$(sql 'SELECT count(*) FROM report_job') $(sql "SELECT count(*) FROM report_run WHERE failed > 0")"

if [ -n "${SHOTS-}" ]; then
	mkdir -p "$SHOTS"
	for name in quiet cloudy rainy english certificate chamber first final; do
		pdftoppm -r 80 -png "$STATE/$name.pdf" "$SHOTS/$name"
	done
	cp "$STATE"/*.pdf "$STATE"/chamber.xlsx "$SHOTS/"
	node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port/verify?number=$number&code=$code" "$SHOTS/verify-revoked.png" 390 844
	node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port$link" "$SHOTS/link.png" 390 844
	jq -r .html "$letter" >"$STATE/letter.html" && node "$top/tests/e2e/picture.mjs" "file://$STATE/letter.html" "$SHOTS/mail.png" 390 844
fi
finish
