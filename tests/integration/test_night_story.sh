#!/bin/sh
# One night, from the alert to the evidence pack, by a whole server, a real agent and mails: an infected computer calls a
# command server; whoever is on call is woken, does not answer, the second one takes it by the link in the mail; the
# member is told and confirms; the desk opens a ticket and orders a visit that a vendor's technician carries out on his
# phone and the member looks at; the case goes through its five steps and is closed; the pack is opened and its hashes
# checked. Every clock from t0 to t9 has been set by itself, in order.
# SHOTS=DIR saves pictures: the mails, the answer page at 390 px, the board, the page, the order, the case.
# shellcheck disable=SC2317,SC2154 # functions are called by name, and people are variables set by eval
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
  poll: 200ms"
[ -z "${SHOTS-}" ] || "$top/scripts/build-web" "$BUILD/web"
node "$top/scripts/mailbox.mjs" "$smtp_port" "$STATE/mail" >"$STATE/mailbox.log" 2>&1 &
at_exit "kill $! 2>/dev/null"
wait_until 10 grep -q 'mails go to' "$STATE/mailbox.log"
server_prepare
ctl rules load "$top/config/rules" >"$STATE/rules.log" 2>&1 || { cat "$STATE/rules.log"; exit 1; }
ctl holidays load "$top/config/holidays-japan.yaml" >/dev/null
server_start

# ------------------------------------------------------------------------------------------------ who is there

# as NAME: from now on calls are this person's
as() {
	cookie=$(cat "$STATE/cookie.$1")
}
person() { # NAME ROLE [COMPANY]
	sign_in "$1@chamber.example" "$2" "${3-}"
	echo "$cookie" >"$STATE/cookie.$1"
	id=$(sql "SELECT user_id FROM app_user WHERE email = '$1@chamber.example'")
	eval "$1_id=$id"
}
company '株式会社みおつくし精機' --area 淀川区
mio=$company_id
company '髙﨑商店'
other=$company_id
ctl span add --company "$mio" --from 2026-01-01 >/dev/null
sensor "$mio" utm
person hamada lead
person sasaki analyst
person madoguchi desk
person yamada member "$mio"
person tanin member "$other"
sql "UPDATE app_user SET language = 'en', display_name = 'Sasaki Nozomi' WHERE user_id = $sasaki_id" >/dev/null
sql "UPDATE app_user SET display_name = '浜田 みなと' WHERE user_id = $hamada_id" >/dev/null
vendor_id=$(ctl vendor add --name '淀川ITサポート' --areas 淀川区 --email order@yodo-it.example --phone 06-1111-2222)
link=$(ctl user add --email nishida@yodo-it.example --role vendor --vendor "$vendor_id" --name '西田 修')
cookie=''
api POST /v1/setup -d "{\"token\":\"${link##*#}\",\"password\":\"long enough 123\"}" >/dev/null
api POST /v1/session -o /dev/null -D - -d '{"email":"nishida@yodo-it.example","password":"long enough 123"}' |
	sed -nE 's/^[Ss]et-[Cc]ookie: ([^;]*).*/\1/p' | tr -d '\r' >"$STATE/cookie.nishida"

# ------------------------------------------------------------------------------------------------ the rota

# put PATH BODY: with the version that there is
put() {
	tag=$(api GET "$1" -o /dev/null -D - | tr -d '\r' | sed -n 's/^ETag: //Ip')
	api "${3-PUT}" "$1" -H "If-Match: $tag" -d "$2"
}
as hamada
turn() { # SCHEDULE PERSON
	put "/v1/schedules/$1" "{\"name\": \"当番 $1\", \"timezone\": \"Asia/Tokyo\", \"rules\": {\"layers\": [{\"name\": \"毎週\", \"people\": [$2],
	  \"rotation\": {\"unit\": \"week\", \"every\": 1, \"start\": \"2026-01-05\", \"handover\": \"09:00\"}}]}}" | jq -r '.now.id'
}
check_equal 'first on call' "$hamada_id" "$(turn 1 "$hamada_id")"
check_equal 'second on call' "$sasaki_id" "$(turn 2 "$sasaki_id")"
check_equal 'the policy of the gravest: the second after three seconds' 2 \
	"$(put /v1/policies/1 '{"name": "緊急", "rules": {"steps": [{"after": "0s", "targets": [{"schedule": 1}]},
	   {"after": "3s", "targets": [{"schedule": 2}]}, {"after": "10m", "targets": [{"role": "lead"}]}], "loops": 3, "ack_expires": "30m"}}' | jq .version)"
check_equal 'whom the member wants told' 1 "$(api POST "/v1/companies/$mio/people" \
	-d '{"name": "山田 社長", "role": "社長", "phone": "06-2222-3333", "email": "shacho@mio.example"}' | jq .position)"
check_equal 'a contract' valid "$(api POST "/v1/companies/$mio/contracts" -d '{"plan_id": 1, "is_member": true, "from_day": "2026-01-01"}' | jq -r .state)"
api GET /v1/oncall/now >"$STATE/now.json"
check_equal 'the board: both have somebody, no gaps, the engine runs' 'true 0 1' \
	"$(jq -r '"\(all(.schedules[]; .now != null)) \([.schedules[].gaps[]] | length) \([.engine.engines[] | select(.alive)] | length)"' "$STATE/now.json")"

# ------------------------------------------------------------------------------------------------ the alert

moment=$(date -u -d '-20 seconds' +%Y-%m-%dT%H:%M:%S.000000+0000)
for port in 50001 50002; do
	printf '{"timestamp":"%s","flow_id":%s,"event_type":"alert","src_ip":"192.168.1.20","src_port":%s,"dest_ip":"198.51.100.7","dest_port":443,"proto":"TCP","direction":"to_server","alert":{"action":"allowed","gid":1,"signature_id":2900002,"rev":1,"signature":"MALWARE Example implant check-in","category":"Malware Command and Control Activity Detected","severity":1}}\n' \
		"$moment" "$port" "$port"
done >"$STATE/night.json"
agent send --state "$STATE/agents/utm" "$STATE/night.json" >"$STATE/sent" 2>&1 || { bad 'the alert is acked'; cat "$STATE/sent"; }

# A mail to somebody of this kind, decoded to lines: "kind" is a word of its subject.
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
wait_until 30 got_mail hamada@chamber.example '緊急' || bad 'the first on call is told'
wait_until 30 got_mail sasaki@chamber.example 'Critical' || bad 'three seconds later the second is told, in English'
first=$(mail_to hamada@chamber.example '緊急') second=$(mail_to sasaki@chamber.example 'Critical')
incident=$(sql "SELECT incident_id FROM incident WHERE company_id = $mio")
page=$(sql "SELECT page_id FROM page_subject WHERE kind = 'incident' AND subject_id = $incident")
check_equal 'the mail says which company, what, and where to answer' 'true true true' \
	"$(jq -r '.text | "\(contains("株式会社みおつくし精機")) \(contains("MALWARE Example implant check-in")) \(test("/a/[A-Za-z0-9_-]{43}"))"' "$first")"
check_equal 'both mails belong to one thread, and are two messages' 'true true' \
	"$(jq -rs '"\(.[0].references == .[1].references) \(.[0].message_id != .[1].message_id)"' "$first" "$second")"

# ------------------------------------------------------------------------------------------------ the answer

answer=$(jq -r '.text' "$second" | grep -oE '/a/[A-Za-z0-9_-]{43}' | head -n 1)
shots() {
	[ -n "${SHOTS-}" ]
}
mkdir -p "${SHOTS:-$STATE}"
page_of() { # what the link shows; scanners look, and nothing happens
	curl -fsSk "https://127.0.0.1:$api_port$1"
}
page_of "$answer" >"$STATE/answer.html"
page_of "$answer" >/dev/null
check_equal 'a link that is only looked at answers nothing' triggered "$(sql "SELECT state FROM page WHERE page_id = $page")"
check_equal 'the page has two buttons, and no script' '2 0' "$(grep -o '<button' "$STATE/answer.html" | wc -l | tr -d ' ') $(grep -c '<script' "$STATE/answer.html" || true)"
if shots; then
	node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port$(jq -r .text "$first" | grep -oE '/a/[A-Za-z0-9_-]{43}' | head -n 1)" "$SHOTS/answer-ja.png" 390 844
	node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port$answer" "$SHOTS/answer-en.png" 390 844
	jq -r .html "$first" >"$STATE/first.html" && node "$top/tests/e2e/picture.mjs" "file://$STATE/first.html" "$SHOTS/mail-ja.png" 390 844
	jq -r .html "$second" >"$STATE/second.html" && node "$top/tests/e2e/picture.mjs" "file://$STATE/second.html" "$SHOTS/mail-en.png" 390 844
	sign_in_shots() { ctl user add --email shots@example.jp --name '田中 一郎' --role lead; }
	shots_link=$(sign_in_shots)
	node "$top/tests/e2e/pictures.mjs" --link "$shots_link" --out "$SHOTS" board=/oncall page="/pages/$page" messages=/messages
fi
curl -fsSk -o "$STATE/answered.html" -d action=ack "https://127.0.0.1:$api_port$answer"
check_equal 'answered by the link, for a short while' "acknowledged $sasaki_id link" "$(sql "SELECT state || ' ' || ack_by || ' ' || ack_via FROM page WHERE page_id = $page")"
check_equal 'and so is the incident' "acknowledged $sasaki_id" "$(sql "SELECT state || ' ' || owner_id FROM incident WHERE incident_id = $incident")"
wait_until 30 got_mail hamada@chamber.example '対応開始' || bad 'the first on call learns who has it'
as sasaki
check_equal 'at the desk it becomes a full one' true \
	"$(api POST "/v1/pages/$page/confirm" | jq '((.ack_until | sub("\\.[0-9]+Z"; "Z") | fromdate) - now) > 1200')"

# ------------------------------------------------------------------------------------------------ the member

wait_until 30 got_mail shacho@mio.example '速報' || bad 'the member gets the first report, without anybody'"'"'s doing'
api POST "/v1/incidents/$incident/member-notice" -d '{"note": "社内のパソコン1台の電源を切らずに、LANケーブルを抜いてください。"}' >/dev/null
wait_until 30 got_mail shacho@mio.example '重要' || { bad 'the member is told'; sql 'SELECT kind, state, address, attempts, last_error, page_id, not_before - now(), facts FROM outbox'; sql 'SELECT * FROM attempt'; exit 1; }
told=$(mail_to shacho@mio.example '重要')
check_equal 'in plain words, with the number of the desk, and nothing that calms falsely' 'true true false' \
	"$(jq -r '.text | "\(contains("LANケーブル")) \(contains("06-0000-0000")) \(contains("安全です"))"' "$told")"
confirm=$(jq -r '.text' "$told" | grep -oE '/a/[A-Za-z0-9_-]{43}' | head -n 1)
shots && node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port$confirm" "$SHOTS/member-ja.png" 390 844
curl -fsSk -o "$STATE/confirmed.html" -d action=confirm "https://127.0.0.1:$api_port$confirm"

# ------------------------------------------------------------------------------------------------ the desk, and a visit

as madoguchi
check_equal 'the caller is known by the number as dialled' "$mio 山田 社長" \
	"$(api GET '/v1/callers?q=%2B81-6-2222-3333' | jq -r '.callers[0] | "\(.company.id) \(.person.name)"')"
ticket=$(api POST /v1/tickets -d "{\"channel\": \"phone\", \"company_id\": $mio, \"caller_name\": \"山田 社長\", \"category\": \"malware\", \"subject\": \"パソコンが外と通信していると連絡を受けた\", \"incident_id\": $incident}" | jq .id)
order=$(api POST /v1/orders -d "{\"kind\": \"onsite\", \"company_id\": $mio, \"vendor_id\": $vendor_id, \"ticket_id\": $ticket, \"incident_id\": $incident,
  \"place\": \"大阪市淀川区1-2-3 2階\", \"contact_name\": \"山田 社長\", \"contact_phone\": \"06-2222-3333\", \"task\": \"経理のパソコンの切り分けとウイルスの全体検査\"}" | jq .id)
wait_until 30 got_mail order@yodo-it.example '' || bad 'the vendor has mail'
as nishida
check_equal 'the vendor sees this order and nothing else' "1 403" \
	"$(api GET /v1/orders | jq '.orders | length') $(curl -sk -o /dev/null -w '%{http_code}' -H "Cookie: $cookie" "https://127.0.0.1:$api_port/v1/incidents")"
soon=$(date -u -d '+40 minutes' +%Y-%m-%dT%H:%M:%SZ)
step() { # WHAT BODY
	api POST "/v1/orders/$order/$1" -d "$2" | jq -r .state
}
check_equal 'accepted' accepted "$(step accept "{\"expected_at\": \"$soon\", \"technician\": \"西田 修\"}")"
check_equal 'arrived' arrived "$(step arrive '{}')"
check_equal 'left' left "$(step leave '{}')"
check_equal 'reported' reported "$(step report '{"work_report": "不審なプログラムを見つけて取り除いた。パソコンを初期化した。", "found": "請求書を装った添付ファイル", "cost_yen": 25000}')"
if shots; then
	printf '%s' "$cookie" >"$STATE/vendor.cookie"
	node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port/orders/$order" "$SHOTS/order-vendor.png" 390 844 "$cookie"
fi
as madoguchi
check_equal 'approved: a visit that the contract includes' 'approved true' "$(api POST "/v1/orders/$order/approve" | jq -r '"\(.state) \(.entitled)"')"
as yamada
check_equal 'the member sees its visit' approved "$(api GET "/v1/orders/$order" | jq -r .state)"
as tanin
check_equal 'and nobody of another company does' 404 "$(curl -sk -o /dev/null -w '%{http_code}' -H "Cookie: $cookie" "https://127.0.0.1:$api_port/v1/orders/$order")"

# ------------------------------------------------------------------------------------------------ the case to its end

as sasaki
case_step() { # STEP DONE TEXT
	api POST "/v1/incidents/$incident/steps" -d "{\"step\": $1, \"done\": $2, \"text\": \"$3\"}" >/dev/null
}
due=$(TZ=Asia/Tokyo date -d '+7 days' +%F)
api POST "/v1/incidents/$incident/requests" -d "{\"who\": \"経理の方\", \"what\": \"パスワードを変えてください\", \"minutes\": 10, \"due_on\": \"$due\"}" >"$STATE/request.json"
api POST "/v1/incidents/$incident/insurance" -d '{}' >"$STATE/insurance.json" || bad 'an insurance case is opened'
case_step 2 true 'LANから切り離した'
change_incident() {
	put "/v1/incidents/$incident" "$1" PATCH >/dev/null
}
change_incident '{"state": "contained"}'
case_step 3 true '添付ファイルを開いたことを確かめた'
case_step 4 true '初期化したパソコンで業務に戻った'
case_step 5 true '最終報告を渡した'
change_incident '{"state": "closed", "disposition": "true_positive", "close_reason": "情報窃取型マルウェア"}'
as yamada
check_equal 'the member says that it is done' 'done' \
	"$(api PATCH "/v1/requests/$(jq .id "$STATE/request.json")" -H 'If-Match: "1"' -d '{"state": "done"}' | jq -r .state)"
closed() {
	[ "$(sql "SELECT state FROM page WHERE page_id = $page")" = closed ]
}
wait_until 20 closed || bad 'the page is closed with its incident'
check_equal 'ten clocks, each set by itself, none before the one before' 't' \
	"$(sql "SELECT event_at <= received_at AND received_at <= raised_at AND raised_at <= acknowledged_at AND acknowledged_at <= told_at
	        AND triaged_at <= told_at AND told_at <= confirmed_at AND confirmed_at <= contained_at AND contained_at <= resolved_at
	        AND resolved_at <= closed_at FROM incident_clock WHERE incident_id = $incident")"

# ------------------------------------------------------------------------------------------------ the evidence

as sasaki
curl -fsSk -o "$STATE/pack.zip" -H "Cookie: $cookie" "https://127.0.0.1:$api_port/v1/incidents/$incident/evidence"
mkdir "$STATE/pack" && bsdtar -xf "$STATE/pack.zip" -C "$STATE/pack" --strip-components 1
check_equal 'every hash of the pack is right' '' "$(sh -c 'cd "$1"; sha256sum -c --quiet SHA256SUMS' - "$STATE/pack" 2>&1 || true)"
check_equal 'the hashes cover every file but themselves' "$(find "$STATE/pack" -type f ! -name SHA256SUMS | wc -l | tr -d ' ')" "$(wc -l <"$STATE/pack/SHA256SUMS" | tr -d ' ')"
check_equal 'the pack holds the work report' 1 "$(grep -rl '初期化した' "$STATE/pack" | grep -c -i order)"

check_equal 'the server was not in trouble meanwhile' '' "$(grep -E ' (error|fatal) ' "$STATE/hinomid.log" || true)"
if shots; then
	as hamada
	node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port/incidents/$incident" "$SHOTS/case-ja.png" 1440 1500 "$cookie"
	node "$top/tests/e2e/picture.mjs" "https://127.0.0.1:$api_port/tickets/$ticket" "$SHOTS/ticket-ja.png" 1440 1000 "$cookie"
fi
finish
