#!/bin/sh
# A month of reports in real browsers on the real server: one closes it, one writes what the members read, the other
# approves; they are published and mailed, and a member opens its own on a telephone. tests/e2e/real-reports.mjs tells the
# story, months.sql is the chamber. SHOTS=DIR saves pictures.
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

smtp_port=$((PORT + 4))
server_settings="escalator:
  smtp_url: smtp://127.0.0.1:$smtp_port
  smtp_tls: none
  mail_from: hinomi@chamber.example
  desk_mail: soudan@chamber.example
  desk_phone: 06-0000-0000
  poll: 200ms
reporter:
  close_business_day: 0
  due_business_day: 0
  poll: 200ms"
"$top/scripts/web-modules" all
[ -f "$BUILD/web/index.html" ] || "$top/scripts/build-web" "$BUILD/web"
node "$top/scripts/mailbox.mjs" "$smtp_port" "$STATE/mail" >"$STATE/mailbox.log" 2>&1 &
at_exit "kill $! 2>/dev/null || true"
wait_until 10 grep -q 'mails go to' "$STATE/mailbox.log"
server_prepare
psql -X -q -o "$STATE/sql.out" -1 -v ON_ERROR_STOP=1 -d "$conninfo" -f "$top/tests/integration/months.sql"
# What months.sql leaves to be correlated would be; and whom the reports reach.
sql "DELETE FROM work;
     UPDATE company_contact SET email = 'shacho' || company_id || '@member.example', gets_reports = true WHERE company_id <> 7" >/dev/null
month=$(sql "SELECT to_char(month_of(1), 'YYYY-MM')")
server_start

lead=$(ctl user add --email hamada@example.jp --name '浜田 みなと' --role lead)
analyst=$(ctl user add --email sasaki@example.jp --name '佐々木 望' --role analyst)
member=$(ctl user add --email yamada@example.jp --name '山田 太郎' --role member --company 1)
office=$(ctl user add --email okuda@example.jp --name '奥田 かおる' --role reporter)
desk=$(ctl user add --email hayashi@example.jp --name '林 さくら' --role desk)
node "$top/tests/e2e/real-reports.mjs" --lead "$lead" --analyst "$analyst" --member "$member" --desk "$desk" --office "$office" --month "$month" \
	>"$STATE/browser.log" 2>&1 || true
cat "$STATE/browser.log"
counts=$(sed -n 's/^e2e: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$STATE/browser.log")
if [ -n "$counts" ]; then
	passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
else
	bad 'the browsers came to the end of the story'
fi

check_equal 'what the member saved is the file that is kept' \
	"$(sed -n 's/^report sha256: //p' "$STATE/browser.log" | grep . || echo 'nothing was saved')" \
	"$(sql "SELECT encode(f.sha256, 'hex') FROM report_file f JOIN report r USING (company_id, report_id)
	        WHERE f.final AND f.format = 'pdf' AND f.language = r.language AND r.company_id = 1 AND r.kind = 'monthly' AND r.issue = 1")"
check_equal 'who wrote, who approved, who opened' '佐々木 望|浜田 みなと|t' \
	"$(sql "SELECT w.display_name, a.display_name, r.opened_at IS NOT NULL FROM report r JOIN app_user w ON w.user_id = r.comment_by
	        JOIN app_user a ON a.user_id = r.approved_by WHERE r.company_id = 1 AND r.kind = 'monthly' AND r.issue = 1")"
check_equal 'the last letter before the key is saved, too' 'パソコン1台が外の不審な通信先へ接続しました。検査をお願いします。' \
	"$(sql "SELECT comment FROM report WHERE company_id = 1 AND kind = 'monthly' AND issue = 1")"
check_equal 'what was typed while a colleague saved went on as the writer decided' '自分の文' \
	"$(sql "SELECT comment FROM report WHERE company_id = 3 AND kind = 'monthly' AND issue = 1")"
check_equal 'the server was not in trouble meanwhile' '' "$(grep -E ' (error|fatal) ' "$STATE/hinomid.log" || true)"
finish
