#!/bin/sh
# The page behind a link in a notice, in a real browser the size of a phone and without script; tests/e2e/answer.mjs tells
# the story. SHOTS=DIR keeps pictures of it.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"
# shellcheck source=tests/integration/answer_token.sh
. "$(dirname "$0")/answer_token.sh"

"$top/scripts/web-modules" all || exit 1
api_prepare api_oncall.sql || exit 1
cat >>"$STATE/hinomi.yaml" <<YAML
escalator:
  desk_phone: 06-0000-0000
YAML
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
first=01900000-0000-7000-8000-0000000000b1 second=01900000-0000-7000-8000-0000000000b2
drill=01900000-0000-7000-8000-0000000000b3
sql "UPDATE incident SET title = '外部の不審なサーバーへの定期的な通信' WHERE incident_id = 501;
	UPDATE app_user SET display_name = CASE user_id WHEN 1 THEN '加藤 誠' WHEN 2 THEN '田中 一郎' WHEN 3 THEN '佐藤 恵' ELSE display_name END;
	SELECT make_page(1, 1, 1, 501); SELECT ask('$first', 1, 2), ask('$second', 1, 3);
	INSERT INTO drill (drill_id) VALUES (7); INSERT INTO drill_person (drill_id, user_id) VALUES (7, 2);
	SELECT ask('$drill', NULL, 2, 'drill'); UPDATE outbox SET identity = 'drill 7 user 2 c1' WHERE outbox_id = '$drill'" >/dev/null
cookie=__Host-sid=tanaka
change POST /v1/incidents/501/member-notice '{"note":"担当の方に確認をお願いします。"}'
member=$(reply '.messages[0].message_id')
node "$top/tests/e2e/answer.mjs" --origin "https://127.0.0.1:$api_port" --first "$(answer_token $first)" \
	--second "$(answer_token $second)" --member "$(answer_token "$member")" --drill "$(answer_token $drill)" \
	${SHOTS:+--shots "$SHOTS"} >"$STATE/browser.log" 2>&1 || true
cat "$STATE/browser.log"
counts=$(sed -n 's/^e2e: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$STATE/browser.log")
if [ -n "$counts" ]; then
	passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
else
	bad 'the browser came to the end of the story'
fi
check_equal 'what was answered is so' 'acknowledged|3|t|t' \
	"$(sql "SELECT state, ack_by, (SELECT confirmed_at IS NOT NULL FROM incident_clock WHERE incident_id = 501),
		(SELECT answered_at IS NOT NULL FROM drill_person WHERE drill_id = 7) FROM page WHERE page_id = 1")"
finish
