#!/bin/sh
# The help desk in real browsers on the real server: a call is taken, a vendor goes on site with a telephone in hand, the
# member does what was asked, and the case is packed up. tests/e2e/real-desk.mjs tells the story. SHOTS=DIR saves pictures.
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

"$top/scripts/web-modules" all
[ -f "$BUILD/web/index.html" ] || "$top/scripts/build-web" "$BUILD/web"
server_prepare
server_start

company '株式会社みおつくし精機' --member-no 101-0142 --industry 製造 --employees 42 --area 大阪市東成区
ctl span add --company "$company_id" --from "$(TZ=Asia/Tokyo date +%Y-%m-01)" >/dev/null
vendor_id=$(ctl vendor add --name '東成テクノ' --areas 大阪市東成区)
sql "INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                           reason, alert_count, detection_count, blocked_count)
         VALUES ($company_id, 9001, 1, now() - interval '10 minutes', now(), 'outbound', 'command-and-control', 2, 'REAL BEACON',
                 'key', 'base/1', '{\"rule\": \"base/1\"}', 1, 1, 0);
     INSERT INTO incident_clock (company_id, incident_id, event_at, raised_at)
         SELECT company_id, incident_id, first_ts, created_at FROM incident;
     INSERT INTO contract (company_id, plan_id, is_member, from_day, insurance_no)
         VALUES ($company_id, 1, true, current_date - 100, 'TK-1')" >/dev/null

desk=$(ctl user add --email hayashi@example.jp --name '林 さくら' --role desk)
vendor=$(ctl user add --email mori@example.jp --name '森 直人' --role vendor --vendor "$vendor_id")
member=$(ctl user add --email yamada@example.jp --name '山田 太郎' --role member --company "$company_id")
node "$top/tests/e2e/real-desk.mjs" --desk "$desk" --vendor "$vendor" --member "$member" >"$STATE/browser.log" 2>&1 || true
cat "$STATE/browser.log"
counts=$(sed -n 's/^e2e: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$STATE/browser.log")
if [ -n "$counts" ]; then
	passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
else
	bad 'the browsers came to the end of the story'
fi
packed=$(sed -n 's/^sha256: //p' "$STATE/browser.log")
check_equal 'the pack that was downloaded is the one that is recorded' "${packed:-none came}" \
	"$(sql "SELECT encode(sha256, 'hex') FROM evidence_pack")"
check_equal 'the server was not in trouble meanwhile' '' "$(grep -E ' (error|fatal) ' "$STATE/hinomid.log" || true)"
finish
