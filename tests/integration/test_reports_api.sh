#!/bin/sh
# Reports over the api, with the reporter at work, against a real PostgreSQL: a month is closed, its drafts go their way
# from draft to opened by the hands of three people, files, runs, reports of a case, certificates, bills; shapes against
# docs/openapi.yaml, who may do what, what is refused, and what a member never sees. Two who do the same at once.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

api_prepare api_data.sql reports_api.sql || exit 1
cat >>"$STATE/hinomi.yaml" <<YAML
  public_url: https://soc.example.jp
reporter:
  poll: 200ms
  close_business_day: 0
  due_business_day: 0
YAML
start_role api
start_role reporter
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
for name in tanaka takagi ono desk viewer yamada suzuki lead1 wall admin; do
	eval "$name=__Host-sid=$name" # reports_api.sql has their sessions
done
month=$(sql "SELECT to_char(day, 'YYYY-MM') FROM last_month")
this_month=$(sql "SELECT to_char(now() AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM')")

as() { # NAME: who asks from now on
	eval "cookie=\$$1"
}
# step ID STEP [BODY]: with the ETag as it is; sets $status
step() {
	call GET "/v1/reports/$1"
	step_etag=$(header ETag)
	if [ $# -gt 2 ]; then
		change POST "/v1/reports/$1/$2" "$3" -H "If-Match: $step_etag"
	else
		call POST "/v1/reports/$1/$2" -H 'Content-Type: application/json' -H "If-Match: $step_etag"
	fi
}
comment() { # ID TEXT
	call GET "/v1/reports/$1"
	change PUT "/v1/reports/$1/comment" "{\"comment\":\"$2\"}" -H "If-Match: $(header ETag)"
}
state_of() { # ID
	sql "SELECT state FROM report WHERE report_id = $1"
}
is_state() { # ID STATE
	[ "$(state_of "$1")" = "$2" ]
}
refused() { # status and refusal of the last step
	echo "$status $(reply '"\(.code) \(.refusal)"')"
}
run_is_over() { # ID
	[ "$(sql "SELECT state FROM report_run WHERE run_id = $1")" != running ]
}
# file PATH: asks until it is drawn; sets $status
file() {
	file_tries=0
	get "$1"
	while [ "$status" = 202 ] && [ "$file_tries" -lt 150 ]; do
		file_tries=$((file_tries + 1))
		sleep 0.1
		get "$1"
	done
}

# -------------------------------------------------------------------------------------------------------------- closing
as ono
get /v1/months
check_equal 'months' "200 $(required MonthState)" "$status $(members '.months[0]')"
check_equal '... the last one can be closed' "$month true null null" "$(reply '.months[0] | "\(.month) \(.over) \(.version) \(.run)"')"
get "/v1/months/$month"
check_equal 'a month that is not closed has no figures' '200 null 0' "$status $(reply '"\(.figures) \(.versions | length)"')"
for path in /v1/months/2026-13 /v1/months/202610 /v1/months/x/file "/v1/months/$month/file"; do
	get "$path"
	check_equal "GET $path" 404 "$status"
done
change POST "/v1/months/$this_month/close" '{}'
check_equal 'a month that runs is not closed' '409 wrong_state' "$status $(reply .code)"
for who in tanaka desk viewer; do
	as $who
	change POST "/v1/months/$month/close" '{}'
	check_equal "$who closes nothing" 403 "$status"
done
as ono
change POST "/v1/months/$month/close" '{}' -H 'Idempotency-Key: close-1'
run=$(reply .id)
check_equal 'closing is a run' "202 close $month $(required ReportRun)" "$status $(reply '"\(.kind) \(.month)"') $(members .)"
change POST "/v1/months/$month/close" '{}' -H 'Idempotency-Key: close-1'
check_equal 'the same key gives the same run' "202 $run" "$status $(reply .id)"
wait_until 30 run_is_over "$run" || bad 'the month does not close'
get "/v1/report-runs/$run"
check_equal '... which is done' 'done 1 0 0 小野 報告' "$(reply '"\(.state) \(.done) \(.failed) \(.failures | length) \(.asked_by)"')"
get "/v1/months/$month"
check_equal 'the closed month' '200 1 小野 報告 3 1 0 0' \
	"$status $(reply '"\(.version) \(.closed_by) \(.reports.total) \(.reports.needs_comment) \(.outdated) \(.reports.approved)"')"
check_equal '... with figures that are what was counted' '59 3 2' \
	"$(reply '"\(.figures.table[0].detections) \(.figures.table[6].detections) \(.figures.table[0].companies)"')"
check_equal '... and their hash' "$(sql "SELECT encode(sha256(convert_to(body, 'UTF8')), 'hex') FROM month_close")" "$(reply '.versions[0].sha256')"
get "/v1/months/$month?version=2"
check_equal 'there is no second version' 404 "$status"
change POST "/v1/months/$month/close" '{}'
check_equal 'closing it again needs a reason' '400 invalid /reason' "$(refusal)"

# ------------------------------------------------------------------------------------------------------- list and board
get "/v1/reports?month=$month"
check_equal 'reports' "200 $(required Report)3" "$status $(members '.reports[0]')$(reply '.reports | length')"
cloudy=$(reply '.reports[] | select(.company_id == 1).id') quiet=$(reply '.reports[] | select(.company_id == 2).id')
third=$(reply '.reports[] | select(.company_id == 3).id')
check_equal 'what went out needs words, what is quiet needs none' 'cloudy true needs_comment sunny false draft' \
	"$(reply "[.reports[] | select(.id == $cloudy or .id == $quiet)] | sort_by(.company_id) | map(\"\(.grade) \(.needs_comment) \(.step)\") | join(\" \")")"
for query in 'state=needs_comment' 'grade=cloudy' 'company=1' 'kind=monthly&company=1'; do
	get "/v1/reports?month=$month&$query"
	check_equal "reports with $query" "200 $cloudy" "$status $(reply '[.reports[].id] | join(" ")')"
done
get '/v1/reports?state=draft'
check_equal 'drafts are those that need words too' 3 "$(reply '.reports | length')"
get '/v1/reports?limit=2'
next=$(reply .next) first_two=$(reply '.reports[].id')
get "/v1/reports?limit=2&cursor=$next"
check_equal 'two pages hold each once' '3 null' "$(printf '%s\n' "$first_two" "$(reply '.reports[].id')" | sort -u | wc -l) $(reply .next)"
for query in 'month=2026-1' 'state=lost' 'grade=hail' 'colour=red' 'company=0'; do
	get "/v1/reports?$query"
	check_equal "GET /v1/reports?$query" 400 "$status"
done
get "/v1/reports/board?from=$month&to=$month&limit=2"
check_equal 'the board' "200 $month 2 1 needs_comment cloudy $cloudy" \
	"$status $(reply '"\(.months[0]) \(.rows | length) \(.rows[0].recipients) \(.rows[0].cells[0].step) \(.rows[0].cells[0].grade) \(.rows[0].cells[0].report_id)"')"
get "/v1/reports/board?from=$month&to=$month&limit=2&cursor=$(reply .next)"
check_equal '... and its second page' '3 null' "$(reply '"\(.rows[0].company_id) \(.next)"')"
get "/v1/reports/board?from=$month&to=$this_month&state=none"
check_equal 'no report of this month yet' '3 null' "$(reply '"\(.rows | length) \(.rows[0].cells[1])"')"
get "/v1/reports/board?from=$month&to=$month&state=needs_comment"
check_equal 'the board of those that need words' 1 "$(reply '.rows[].company_id')"
get "/v1/reports/board?from=$month&to=$month&q=%E9%9D%99%E3%81%8B"
check_equal 'the board by name' 3 "$(reply '.rows[].company_id')"
get '/v1/reports/board?from=2020-01&to=2021-02'
check_equal 'a board of more than 13 months' '400 invalid to' "$(refusal)"
get "/v1/reports/$cloudy"
check_equal 'one report' "200 $(printf '%s\n' "$(required Report)" "$(required ReportPage)" | tr ' ' '\n' | grep . | sort | tr '\n' ' ')" "$status $(members .)"
check_equal '... its figures and their hash' "52 3 $(sql "SELECT encode(sha256, 'hex') FROM snapshot WHERE company_id = 1")" \
	"$(reply '"\(.figures.engines[0].detections) \([.figures.engines[] | select(.direction == "outbound" and .engine == "total").detections][0]) \(.snapshot.sha256)"')"
check_equal '... is its version' "\"$(reply .version)\"" "$(header ETag)"
as wall
get /v1/reports
check_equal 'a wall shows no reports' 403 "$status"

# ------------------------------------------------------------------------------------ draft, comment, approval, by whom
as tanaka
call PUT "/v1/reports/$cloudy/comment" -H 'Content-Type: application/json' -d '{"comment":"x"}'
check_equal 'a comment without If-Match' 428 "$status"
change PUT "/v1/reports/$cloudy/comment" '{"comment":"x"}' -H 'If-Match: "77"'
check_equal 'a comment on what was something else' "412 stale $cloudy" "$status $(reply '"\(.code) \(.current.id)"')"
change PUT "/v1/reports/$cloudy/comment" "{\"comment\":\"$(printf '%2001s' x)\"}" -H 'If-Match: "1"'
check_equal 'a comment that is too long' '400 invalid /comment' "$(refusal)"
for words in '御社は安全です。' 'ご安心 ください' 'Do not worry: You are  SAFE.'; do
	comment "$cloudy" "$words"
	check_equal "no report says: $words" '400 invalid /comment true' "$(refusal) $(reply '.detail | startswith("comment: レポートでは使わない")')"
done
as ono
step "$cloudy" approve
check_equal 'a cloudy month without words is not approved' '409 wrong_state needs_comment' "$(refused)"
check_equal '... which is said in words' '総評が必要な月です。先に総評を書いてください。' "$(reply .reason)"
step "$cloudy" publish
check_equal 'a draft is not published' '409 wrong_state not_approved' "$(refused)"
step "$cloudy" send '{}'
check_equal '... nor sent' '409 wrong_state not_published' "$(refused)"
step "$cloudy" withdraw '{"reason":"x"}'
check_equal '... nor withdrawn' '409 wrong_state not_published' "$(refused)"
step "$cloudy" reissue '{"reason":"x"}'
check_equal '... nor issued again' '409 wrong_state not_published' "$(refused)"
as takagi
comment "$cloudy" '経理の 1 台を調べます。'
check_equal 'a lead writes the comment' '200 経理の 1 台を調べます。 高木 主任 draft' "$status $(reply '"\(.comment) \(.comment_by.display_name) \(.step)"')"
check_equal '... and may not approve' 'comment refresh' "$(reply '.actions | join(" ")')"
step "$cloudy" approve
check_equal 'who wrote the comment does not approve' '409 wrong_state same_person' "$(refused)"
as tanaka
comment "$cloudy" '経理の 1 台を調べます。'
check_equal 'the analyst takes it over' '200 田中 一郎' "$status $(reply .comment_by.display_name)"
step "$cloudy" approve
check_equal 'an analyst approves nothing' 403 "$status"
for who in desk viewer lead1 yamada; do
	as $who
	for path in approve unapprove publish; do
		call POST "/v1/reports/$cloudy/$path" -H 'Content-Type: application/json' -H 'If-Match: "1"'
		check_equal "$who: $path" 403 "$status"
	done
	change PUT "/v1/reports/$cloudy/comment" '{"comment":"x"}' -H 'If-Match: "1"'
	check_equal "$who comments on nothing" 403 "$status"
done

# Two approve at once: one does.
get "/v1/reports/$cloudy"
as takagi
get "/v1/reports/$cloudy"
etag=$(header ETag)
approve_at_once() { # COOKIE FILE
	curl -k -sS -o "$STATE/at_once.$2" -w '%{http_code}\n' -X POST -H 'Sec-Fetch-Site: same-origin' -H "Cookie: $1" \
		-H 'Content-Type: application/json' -H "If-Match: $etag" "https://127.0.0.1:$api_port/v1/reports/$cloudy/approve" \
		>"$STATE/status.$2"
}
# shellcheck disable=SC2154 # set by the loop over names
{
	approve_at_once "$takagi" 1 &
	one=$!
	approve_at_once "$ono" 2 &
	wait $one $!
}
check_equal 'of two who approve at once, one does' '200 412' "$(sort "$STATE/status.1" "$STATE/status.2" | tr '\n' ' ' | sed 's/ $//')"
check_equal '... and it is there once' '1 approved' "$(sql "SELECT count(*) FROM audit WHERE action = 'report.approve'") $(state_of "$cloudy")"
as tanaka
comment "$cloudy" 'anders'
check_equal 'the comment of an approved one stays' '409 wrong_state not_draft' "$(refused)"
as ono
step "$cloudy" approve
check_equal 'approved twice' '409 wrong_state not_draft' "$(refused)"
step "$cloudy" unapprove
check_equal 'an approval is taken back' '200 draft null' "$status $(reply '"\(.state) \(.approved_by)"')"
step "$cloudy" unapprove
check_equal '... once' '409 wrong_state not_approved' "$(refused)"

# -------------------------------------------------------------------------- what a member never sees: not even by guessing
hidden_from_members() { # TEXT ID
	as ono
	file "/v1/reports/$2/file?format=png&page=1"
	check_equal "$1: staff see its first page" '200 image/png' "$status $(header Content-Type)"
	file "/v1/reports/$2/file"
	for hidden_who in yamada suzuki lead1; do
		as $hidden_who
		for hidden_path in "/v1/reports/$2" "/v1/reports/$2/file" "/v1/reports/$2/file?format=png&page=1" \
			"/v1/reports/$2/file?format=json" "/v1/reports/$2/file?format=xlsx&language=en"; do
			get "$hidden_path"
			hidden_got="$status $(jq -cS 'del(.request_id, .instance)' "$STATE/body")"
			get "$(echo "$hidden_path" | sed "s/$2/99999/")"
			check_equal "$1: GET $hidden_path by $hidden_who, as if there were none" \
				"404 $status $(jq -cS 'del(.request_id, .instance)' "$STATE/body")" "${hidden_got%% *} $hidden_got"
		done
		get /v1/reports
		check_equal "$1: not in the list of $hidden_who" "200 " "$status $(reply "[.reports[].id | select(. == $2)] | join(\" \")")"
	done
	check_equal "$1: and nothing was drawn for them" 0 "$(sql "SELECT count(*) FROM report_job WHERE report_id = $2 AND asked_by IN
		(SELECT user_id FROM app_user WHERE role = 'member')")"
}
hidden_from_members 'a draft' "$cloudy"
as yamada
for path in /v1/months "/v1/months/$month" "/v1/reports/board?from=$month&to=$month" /v1/report-runs "/v1/billing?month=$month"; do
	get "$path"
	check_equal "GET $path by a member" 403 "$status"
done
get '/v1/reports?company=2'
check_equal "another's reports are none" 404 "$status"
get /v1/companies/2/certificates
check_equal "nor are another's certificates" 404 "$status"

# ------------------------------------------------------------------------------------------- published, sent, opened
as takagi
step "$cloudy" approve
check_equal 'the second person approves' '200 approved' "$status $(reply .step)"
hidden_from_members 'an approved one' "$cloudy"
as ono
step "$cloudy" publish
check_equal 'publishing waits for the reporter' '202 1' "$status $(reply .waiting)"
wait_until 30 is_state "$cloudy" published || bad 'it is not published'
get "/v1/reports/$cloudy"
check_equal 'published' '200 published 小野 報告 0' "$status $(reply '"\(.step) \(.published_by.display_name) \(.waiting)"')"
check_equal '... and what can be done now' 'send withdraw reissue refresh' "$(reply '.actions | join(" ")')"
get "/v1/reports/$cloudy/file"
pdf=$(sha256sum <"$STATE/body" | cut -d' ' -f1)
check_equal 'its PDF is there at once' "200 application/pdf \"$pdf\" attachment; filename=\"$month-OS-10001.pdf\" private, no-store nosniff" \
	"$status $(header Content-Type) $(header ETag) $(header Content-Disposition) $(header Cache-Control) $(header X-Content-Type-Options)"
check_equal '... is one, of at least two pages' '%PDF true' "$(head -c 4 "$STATE/body") $([ "$(header X-Pages)" -ge 2 ] && echo true)"
rm "$STATE/body"
call GET "/v1/reports/$cloudy/file" -H "If-None-Match: \"$pdf\""
check_equal 'who has it already' '304 nothing' "$status $([ -s "$STATE/body" ] || echo nothing)"
for query in format=doc page=1 'format=png&page=0' 'format=png&page=201' language=fr; do
	get "/v1/reports/$cloudy/file?$query"
	check_equal "file?$query" 400 "$status"
done
check_equal 'what was drawn of the draft is gone' "pdf" "$(sql "SELECT string_agg(DISTINCT format, ' ') FROM report_file WHERE report_id = $cloudy")"
as yamada
get /v1/reports
check_equal 'the member sees it' "200 $cloudy published" "$status $(reply '[.reports[] | "\(.id) \(.step)"] | join(" ")')"
check_equal '... not who wrote and published it' 'null null 高木 主任 0' "$(reply '.reports[0] | "\(.comment_by) \(.published_by) \(.approved_by.display_name) \(.actions | length)"')"
get "/v1/reports/$cloudy"
check_equal '... with its figures' '200 52' "$status $(reply '.figures.engines[0].detections')"
check_equal 'to look at the page is not to open it' t "$(sql "SELECT opened_at IS NULL FROM report WHERE report_id = $cloudy")"
get "/v1/reports/$cloudy/file"
check_equal 'the member gets the very file' "200 $pdf" "$status $(sha256sum <"$STATE/body" | cut -d' ' -f1)"
check_equal '... and has opened it' t "$(sql "SELECT opened_at IS NOT NULL FROM report WHERE report_id = $cloudy")"
opened=$(sql "SELECT opened_at FROM report WHERE report_id = $cloudy")
file "/v1/reports/$cloudy/file?format=xlsx"
check_equal 'the member asks for a workbook' '200 PK true' "$status $(head -c 2 "$STATE/body") $(sql "SELECT final FROM report_file WHERE format = 'xlsx'" | sed 's/^t$/true/')"
check_equal 'opened is opened the first time' "$opened" "$(sql "SELECT opened_at FROM report WHERE report_id = $cloudy")"
file "/v1/reports/$cloudy/file?format=png&page=2"
check_equal 'a page as a picture' '200 image/png inline' "$status $(header Content-Type) $(header Content-Disposition | cut -d';' -f1)"
get "/v1/reports/$cloudy/file?format=png&page=90"
check_equal 'a page that there is not' 404 "$status"
as suzuki
get "/v1/reports/$cloudy/file"
check_equal 'another member gets nothing' 404 "$status"
as ono
step "$cloudy" send '{}'
check_equal 'it is sent to who gets reports' '200 1' "$status $(reply .written)"
step "$cloudy" send '{}'
check_equal '... once' '200 0' "$status $(reply .written)"
get "/v1/reports/$cloudy"
check_equal 'the delivery stands in the report' "president@yamada.example.jp false 小野 報告 $(required ReportDelivery)" \
	"$(reply '.deliveries[0] | "\(.address) \(.attached) \(.asked_by)"') $(members '.deliveries[0]')"

# --------------------------------------------------------------------------------------- late figures, and issued again
sql "UPDATE company_day SET detections = 54 WHERE company_id = 1 AND direction = 'inbound'; UPDATE company_month SET inbound_ips = 54, inbound_stopped = 54 WHERE company_id = 1"
get /v1/months
check_equal 'late detections show on the closed month' 1 "$(reply '.months[0].outdated')"
step "$cloudy" refresh '{"reason":"遅れて届いた検知"}'
run=$(reply .id)
check_equal 'its month is frozen once more' '202 close 遅れて届いた検知' "$status $(reply '"\(.kind) \(.reason)"')"
wait_until 30 run_is_over "$run" || bad 'the month is not frozen again'
get "/v1/reports/$cloudy"
check_equal 'what is published stays, and says that there is a newer version' '1 2 published 52' \
	"$(reply '"\(.snapshot.version) \(.versions[0].version) \(.state) \(.figures.engines[0].detections)"')"
check_equal '... which says what changed, and why' "遅れて届いた検知 52 54" \
	"$(reply '.versions[0] | "\(.reason) \([.changes[] | select(.path == "/engines/0")] + [.changes[] | select(.path == "/engines/0/detections")] | .[0] | "\(.from) \(.to)")"')"
step "$cloudy" reissue '{}'
check_equal 'issued again only with a reason' '400 invalid /reason' "$(refusal)"
step "$cloudy" reissue '{"reason":"遅れて届いた検知 2 件を加えました"}'
again=$(reply .id)
check_equal 'issued again' "201 2 $cloudy draft true 2 cloudy" "$status $(reply '"\(.issue) \(.replaces) \(.state) \(.needs_comment) \(.snapshot_version) \(.grade)"')"
step "$cloudy" reissue '{"reason":"x"}'
check_equal '... once' '409 wrong_state newer_issue' "$(refused)"
hidden_from_members 'the new issue' "$again"
as tanaka
comment "$again" '2 件を加えました。'
as takagi
step "$again" approve
check_equal 'until it is out the old one stands' published "$(state_of "$cloudy")"

# Published while somebody withdraws the old one: both end, and the member is left with one.
get "/v1/reports/$cloudy"
etag=$(header ETag)
as ono
step "$again" publish
curl -k -sS -o "$STATE/at_once.3" -w '%{http_code}\n' -X POST -H 'Sec-Fetch-Site: same-origin' -H "Cookie: $cookie" -H "If-Match: $etag" \
	-H 'Content-Type: application/json' -d '{"reason":"誤り"}' "https://127.0.0.1:$api_port/v1/reports/$cloudy/withdraw" >"$STATE/status.3"
wait_until 30 is_state "$again" published || bad 'the new issue is not published'
check_equal 'publishing and withdrawing at once' 'withdrawn published yes' \
	"$(state_of "$cloudy") $(state_of "$again") $(grep -qE '^(200|409|412)$' "$STATE/status.3" && echo yes)"
check_equal '... withdrawn once' 1 "$(sql "SELECT count(*) FROM audit WHERE action = 'report.withdraw' AND subject = 'report $cloudy'")"
as yamada
get /v1/reports
check_equal 'the member sees both, and which one holds' "$again published $cloudy withdrawn" "$(reply '[.reports[] | "\(.id) \(.step)"] | join(" ")')"
check_equal '... and why' '遅れて届いた検知 2 件を加えました' "$(reply '.reports[0].issue_reason')"
get "/v1/reports/$cloudy/file"
check_equal 'the old file is the old file' "200 $pdf" "$status $(sha256sum <"$STATE/body" | cut -d' ' -f1)"

# ----------------------------------------------------------------------------------------------------------------- runs
as ono
change POST /v1/report-runs "{\"kind\":\"approve\",\"month\":\"$month\",\"expect_max\":1}"
check_equal 'more than expected is refused' '409 too_many 2' "$status $(reply '"\(.code) \(.total)"')"
check_equal '... and leaves nothing' 0 "$(sql "SELECT count(*) FROM report_run WHERE kind = 'approve'")"
for body in '{}' "{\"kind\":\"burn\",\"month\":\"$month\",\"expect_max\":5}" "{\"kind\":\"send\",\"month\":\"x\",\"expect_max\":5}" \
	"{\"kind\":\"send\",\"month\":\"$month\",\"expect_max\":0}" "{\"kind\":\"send\",\"month\":\"$month\",\"expect_max\":5,\"report_ids\":[]}" \
	"{\"kind\":\"send\",\"month\":\"$month\",\"expect_max\":5,\"report_ids\":[\"1\"]}"; do
	change POST /v1/report-runs "$body"
	check_equal "POST /v1/report-runs $body" 400 "$status"
done
change POST /v1/report-runs "{\"kind\":\"approve\",\"month\":\"$month\",\"expect_max\":2,\"report_ids\":[$quiet,$third]}"
run=$(reply .id)
check_equal 'a run approves two' '202 2' "$status $(reply .total)"
wait_until 30 run_is_over "$run" || bad 'the run does not end'
check_equal '... in the name of who asked' 'approved approved ono@example.jp' \
	"$(state_of "$quiet") $(state_of "$third") $(sql "SELECT DISTINCT u.email FROM report r JOIN app_user u ON u.user_id = r.approved_by WHERE report_id IN ($quiet, $third)")"
get "/v1/report-runs?month=$month"
check_equal 'the runs of a month' "200 $run done" "$status $(reply '.runs[0] | "\(.id) \(.state)"')"
call POST "/v1/report-runs/$run/stop" -H 'Content-Type: application/json'
check_equal 'a run that is over is not stopped' '409 wrong_state' "$status $(reply .code)"
get /v1/report-runs/99999
check_equal 'no such run' 404 "$status"
change POST /v1/report-runs "{\"kind\":\"publish\",\"month\":\"$month\",\"state\":\"approved\",\"expect_max\":9}"
run=$(reply .id)
wait_until 60 run_is_over "$run" || bad 'the run does not publish'
check_equal 'a run publishes' 'published published' "$(state_of "$quiet") $(state_of "$third")"

# ----------------------------------------------------------------------------------------------------- reports of a case
as tanaka
change POST /v1/incidents/1000/reports '{"kind":"interim"}'
interim=$(reply .id)
check_equal 'an interim report is drafted' '201 interim 1 1000 draft ja' "$status $(reply '"\(.kind) \(.issue) \(.incident_id) \(.state) \(.language)"')"
change POST /v1/incidents/1000/reports '{"kind":"interim"}'
check_equal 'one at a time' "409 exists $interim" "$status $(reply '"\(.code) \(.current.id)"')"
change POST /v1/incidents/1000/reports '{"kind":"weekly"}'
check_equal 'there is no such kind' '400 invalid /kind' "$(refusal)"
for who in desk viewer lead1 yamada; do
	as $who
	change POST /v1/incidents/1000/reports '{"kind":"final"}'
	check_equal "$who drafts none" 403 "$status"
done
hidden_from_members 'the draft of a case' "$interim"
as yamada
get /v1/incidents/1000/reports
check_equal 'nor among the reports of its case' '200 0' "$status $(reply '.reports | length')"
get /v1/incidents/2000/reports
check_equal "nor anything of another's case" 404 "$status"
as tanaka
sql "UPDATE incident SET severity = 1 WHERE incident_id = 1000"
change POST "/v1/reports/$interim/refresh" '{"reason":"深刻度が上がりました"}'
check_equal 'the draft takes the case as it stands now' '200 2' "$status $(reply .snapshot_version)"
get "/v1/reports/$interim"
check_equal '... and its figures' '1 interim' "$(reply '"\(.figures.incident.severity) \(.figures.kind)"')"
change POST /v1/incidents/1000/reports '{"kind":"first","language":"en"}'
first=$(reply .id)
check_equal 'a first report by hand, in English' '201 en' "$status $(reply .language)"
as takagi
step "$first" publish
check_equal 'which one person publishes' 202 "$status"
wait_until 30 is_state "$first" published || bad 'the first report is not published'
step "$interim" publish
check_equal 'an interim one is approved first' '409 wrong_state not_approved' "$(refused)"
step "$interim" approve
step "$interim" publish
wait_until 30 is_state "$interim" published || bad 'the interim report is not published'
as tanaka
change POST /v1/incidents/1000/reports '{"kind":"interim"}'
check_equal 'the next one is number 2' '201 2 null' "$status $(reply '"\(.issue) \(.replaces)"')"
change POST /v1/incidents/1000/reports '{"kind":"first"}'
check_equal 'a first report is there once' '409 exists' "$status $(reply .code)"
change POST /v1/incidents/1000/reports '{"kind":"final"}'
check_equal 'no final report says that it is over while it goes on' '409 wrong_state case_open 0' \
	"$(refused) $(sql "SELECT count(*) FROM report WHERE kind = 'final'")"
sql "INSERT INTO incident_clock (company_id, incident_id, event_at, raised_at, resolved_at)
     SELECT company_id, incident_id, first_ts, created_at, now() FROM incident WHERE incident_id = 1000"
change POST /v1/incidents/1000/reports '{"kind":"final"}'
final=$(reply .id)
check_equal 'once it is over, there is one' '201 final' "$status $(reply .kind)"
sql "UPDATE incident_clock SET resolved_at = NULL WHERE incident_id = 1000"
change POST "/v1/reports/$final/refresh" '{"reason":"再開しました"}'
check_equal 'nor is it brought up to date when the case goes on again' '409 wrong_state case_open' "$(refused)"
as yamada
get /v1/incidents/1000/reports
check_equal 'the member sees what is published' "$interim $first" "$(reply '[.reports[].id] | sort | reverse | join(" ")' | tr ' ' '\n' | sort -n | tr '\n' ' ' | sed 's/ $//')"
get /v1/incidents/1000
check_equal 'and the timeline tells it' 'publish publish' "$(reply '[.timeline[] | select(.kind == "report").body.what] | join(" ")')"

# --------------------------------------------------------------------------------------------------------- certificates
as tanaka
change POST /v1/companies/1/certificates "{\"month\":\"$month\"}"
check_equal 'an analyst makes no certificate' 403 "$status"
as takagi
change POST /v1/companies/1/certificates "{\"month\":\"$this_month\"}"
check_equal 'nor anybody of a month that is not closed' '409 wrong_state not_closed' "$(refused)"
change POST /v1/companies/99999/certificates "{\"month\":\"$month\"}"
check_equal 'nor of a company that there is not' 404 "$status"
change POST /v1/companies/1/certificates "{\"month\":\"$month\"}"
certificate=$(reply .id) number=$(reply .certificate)
check_equal 'a certificate is drafted' "201 certificate $month draft true" "$status $(reply '"\(.kind) \(.month) \(.state) \(.certificate > 0)"')"
change POST /v1/companies/1/certificates "{\"month\":\"$month\"}"
check_equal '... once' "409 exists $certificate" "$status $(reply '"\(.code) \(.current.id)"')"
hidden_from_members 'the draft of a certificate' "$certificate"
valid() {
	psql -X -q -At -d "$conninfo" -c "SELECT certificate_valid(number, code) FROM certificate WHERE number = $number"
}
check_equal 'a draft is not valid' f "$(valid)"
as takagi
get "/v1/reports/$certificate"
check_equal 'number and code are part of what is frozen' "$number $(sql "SELECT code FROM certificate") https://soc.example.jp/verify" \
	"$(reply '"\(.figures.number) \(.figures.code) \(.figures.check_url)"')"
as ono
get "/v1/reports/$certificate/file?format=xlsx"
check_equal 'a certificate is no table' '400 invalid' "$status $(reply .code)"
step "$certificate" approve
step "$certificate" publish
wait_until 30 is_state "$certificate" published || bad 'the certificate is not published'
check_equal 'published, it is valid' t "$(valid)"
step "$certificate" reissue '{"reason":"x"}'
check_equal 'it is not issued again' '409 wrong_state certificate' "$(refused)"
as yamada
get /v1/companies/1/certificates
check_equal 'the member has it' "200 $number published true $(required Certificate)" "$status $(reply '.certificates[0] | "\(.number) \(.state) \(.valid)"') $(members '.certificates[0]')"
check_equal '... for a year' 1 "$(sql "SELECT count(*) FROM certificate WHERE valid_until = issued_on + interval '1 year' - interval '1 day'")"
get "/v1/reports/$certificate/file"
check_equal '... as a file' "200 attachment; filename=\"certificate-KM-$number-OS-10001.pdf\"" "$status $(header Content-Disposition)"
change POST "/v1/certificates/$number/revoke" '{"reason":"x"}'
check_equal 'a member revokes nothing' 403 "$status"
as takagi
change POST "/v1/certificates/$number/revoke" '{"reason":"解約"}'
check_equal 'revoked' "200 false withdrawn 解約" "$status $(reply '"\(.valid) \(.state) \(.revoke_reason)"')"
check_equal '... it is not valid' f "$(valid)"
change POST "/v1/certificates/$number/revoke" '{"reason":"解約"}'
check_equal '... once' '409 wrong_state' "$status $(reply .code)"
change POST /v1/certificates/99999/revoke '{"reason":"x"}'
check_equal 'no such certificate' 404 "$status"
change POST /v1/companies/1/certificates "{\"month\":\"$month\"}"
check_equal 'and another one can be made' '201 2 解約' "$status $(reply '"\(.issue) \(.issue_reason)"')"

# ------------------------------------------------------------------------------------------ the chamber's report, bills
as desk
file "/v1/months/$month/file"
check_equal "the chamber's report" "200 %PDF attachment; filename=\"$month-chamber.pdf\"" "$status $(head -c 4 "$STATE/body") $(header Content-Disposition)"
file "/v1/months/$month/file?format=xlsx&language=en"
check_equal '... as a workbook' '200 PK' "$status $(head -c 2 "$STATE/body")"
get "/v1/billing?month=$month"
check_equal 'the desk sees no bills' 403 "$status"
as ono
get "/v1/billing?month=$month"
check_equal 'the bills' "200 $(required Billing)1" "$status $(members .)$(reply '.lines | length')"
get "/v1/billing?month=$month&format=csv"
check_equal '... as CSV' '200 text/csv; charset=utf-8 2' "$status $(header Content-Type) $(wc -l <"$STATE/body")"
get /v1/billing
check_equal 'bills of no month' '400 invalid month' "$(refusal)"

# ---------------------------------------------------------------------------------------------------------- the settings
as yamada
change PATCH /v1/companies/1 '{"report_language":"en"}'
check_equal 'a member chooses the language' '200 en' "$status $(reply .report_language)"
get /v1/companies/1
check_equal '... which stays' en "$(reply .report_language)"
change PATCH /v1/companies/1 '{"report_language":"fr"}'
check_equal 'of two' '400 invalid /report_language' "$(refusal)"
change PATCH /v1/companies/2 '{"report_language":"en"}'
check_equal 'of its own company' '404 ja' "$status $(sql 'SELECT report_language FROM company WHERE company_id = 2')"
change POST /v1/companies/1/people '{"name":"経理","email":"k@yamada.example.jp","attach_reports":true}'
person=$(reply .id)
check_equal 'who wants the file attached' '201 true true' "$status $(reply '"\(.gets_reports) \(.attach_reports)"')"
change PATCH "/v1/people/$person" '{"gets_reports":false}' -H 'If-Match: "1"'
check_equal '... or none at all' '200 false true' "$status $(reply '"\(.gets_reports) \(.attach_reports)"')"
as viewer
change PATCH /v1/companies/1 '{"report_language":"ja"}'
check_equal 'a viewer changes nothing' 403 "$status"

# ----------------------------------------------------------------------------------------------------- what a screen hears
listen() { # NAME
	eval "listen_cookie=\$$1"
	# shellcheck disable=SC2154 # set by the loop over names
	curl -k -sS -N -H "Cookie: $listen_cookie" "https://127.0.0.1:$api_port/v1/stream?topics=reports" >"$STATE/stream.$1" 2>/dev/null &
	at_exit "kill $! 2>/dev/null || true"
}
heard() { # NAME TEXT
	grep -qs "$2" "$STATE/stream.$1"
}
for name in ono yamada suzuki; do
	listen $name
	wait_until 10 heard $name '^event: counts' || bad "the stream of $name does not open"
done
as takagi
comment "$third" 'x'
check_equal 'a published one is not commented on' '409 wrong_state not_draft' "$(refused)"
step "$again" reissue '{"reason":"訂正"}'
draft=$(reply .id)
step "$again" withdraw '{"reason":"誤り"}'
wait_until 10 heard ono "\"id\":$draft," || bad 'the screen of staff hears nothing of the draft'
wait_until 10 heard yamada "\"id\":$again," || bad 'the screen of the member hears nothing of what was withdrawn'
check_equal 'the member of what it may read alone, another of nothing' '0 0' \
	"$(grep -c "\"id\":$draft," "$STATE/stream.yamada") $(grep -c '^event: report.upsert' "$STATE/stream.suzuki")"

# ---------------------------------------------------------------------------------------------------------- what is kept
check_equal 'the audit trail tells each step' 'approve comment draft publish refresh reissue send unapprove withdraw' \
	"$(sql "SELECT string_agg(DISTINCT substr(action, 8), ' ' ORDER BY substr(action, 8)) FROM audit WHERE action LIKE 'report.%'")"
check_equal '... by whom' 0 "$(sql "SELECT count(*) FROM audit WHERE action LIKE 'report.%' AND actor NOT LIKE '%@example.jp' AND action NOT LIKE 'report.text%'")"
check_equal 'nothing unexpected in the logs' '' "$(grep -hE ' (ERROR|error) ' "$STATE/api.log" "$STATE/reporter.log" | head -n 3)"
finish
