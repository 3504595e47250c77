# shellcheck shell=sh
# Part of test_isolation.sh, behind isolation_report_links.sh: reports. Of company c: published report c00 of its month and
# c05 of its incident, certificate c07; drafts c01 (of the month after), c06 (of the incident) and c08 (a certificate).
# Nobody but who sees all companies is shown a draft: so of both companies whatever a draft is made of carries MARKER.

sql "INSERT INTO snapshot (company_id, snapshot_id, kind, month, incident_id, version, body, sha256, reason)
	SELECT c, c * 100 + n, kind, month, CASE WHEN month IS NULL THEN c * 100 END, version, body, sha256(body::bytea), CASE WHEN version > 1 THEN marked(CASE n WHEN 6 THEN 2 ELSE c END, 'reason') ELSE '' END
	FROM generate_series(1, 2) c, (VALUES (0, 'month', '2020-01-01'::date, 1), (1, 'month', '2020-02-01', 1), (5, 'case', NULL, 1),
		(6, 'case', NULL, 2), (7, 'certificate', '2020-01-01', 1), (8, 'certificate', '2020-02-01', 1)) AS v (n, kind, month, version),
	LATERAL (SELECT jsonb_build_object('word', CASE WHEN n IN (1, 6, 8) THEN 'MARKER draft' ELSE marked(c, 'body') END)::text AS body) b;
INSERT INTO report (company_id, report_id, kind, month, incident_id, snapshot_id, language, state, published_at, comment, issue_reason, withdraw_reason, error)
	SELECT c, c * 100 + n, kind, month, CASE WHEN month IS NULL THEN c * 100 END, c * 100 + n, 'ja', state, CASE WHEN state <> 'draft' THEN now() END,
	word, word, word, word
	FROM generate_series(1, 2) c, (VALUES (0, 'monthly', '2020-01-01'::date, 'published'), (1, 'monthly', '2020-02-01', 'draft'), (5, 'first', NULL, 'withdrawn'),
		(6, 'interim', NULL, 'draft'), (7, 'certificate', '2020-01-01', 'published'), (8, 'certificate', '2020-02-01', 'draft')) AS v (n, kind, month, state),
	LATERAL (SELECT CASE state WHEN 'draft' THEN 'MARKER draft' ELSE marked(c, 'word') END AS word) w;
INSERT INTO report_file (company_id, report_id, format, language, page, pages, report_version, final, sha256, content)
	SELECT c, c * 100 + n, format, 'ja', CASE format WHEN 'png' THEN 1 ELSE 0 END, CASE WHEN c = 2 OR NOT final THEN 424242 ELSE 1 END, 1, final, sha256('x'),
	CASE WHEN final THEN marked(c, 'file') ELSE 'MARKER file' END::bytea
	FROM generate_series(1, 2) c, (VALUES (0, true), (1, false), (5, true), (6, false), (7, true), (8, false)) AS v (n, final), (VALUES ('pdf'), ('png')) AS f (format);
INSERT INTO certificate (company_id, report_id, number, code, issued_on, valid_until, revoke_reason)
	SELECT c, c * 100 + n, c * 100 + n, repeat('A', 16), current_date, current_date + 9, CASE n WHEN 8 THEN 'MARKER' ELSE marked(c, 'reason') END
	FROM generate_series(1, 2) c, (VALUES (7), (8)) AS v (n);
INSERT INTO report_delivery (company_id, report_id, delivery_id, address, language, attached, outbox_id)
	SELECT c, c * 100, c * 100, marked(c, 'address'), 'ja', false, gen_random_uuid() FROM generate_series(1, 2) c;
INSERT INTO company_month (company_id, month, inbound_ips) SELECT c, '2020-01-01', CASE c WHEN 2 THEN 424242 ELSE 1 END FROM generate_series(1, 2) c;
INSERT INTO month_close (month, version, body, sha256) SELECT '2020-01-01', 1, body, sha256(body::bytea) FROM (VALUES ('{\"word\": \"MARKER\"}')) AS v (body);
INSERT INTO chamber_file (month, version, format, language, pages, sha256, content) VALUES ('2020-01-01', 1, 'pdf', 'ja', 424242, sha256('x'), 'MARKER');
INSERT INTO report_run (run_id, kind, month, reason) VALUES (100, 'close', '2020-01-01', 'MARKER reason');
INSERT INTO report_job (job_id, run_id, kind, company_id, report_id, error) VALUES (100, 100, 'publish', 1, 100, 'MARKER'), (200, NULL, 'draw', 2, 200, 'MARKER');
UPDATE report_run SET state = 'done' WHERE run_id = 100" >/dev/null

reports_state() {
	sql "SELECT * FROM report; SELECT count(*) FROM snapshot; SELECT company_id, report_id, format, final FROM report_file ORDER BY 1, 2, 3;
		SELECT * FROM certificate; SELECT * FROM report_delivery; SELECT * FROM report_run; SELECT * FROM report_job; SELECT * FROM month_close;
		SELECT company_id, report_language FROM company ORDER BY 1; SELECT count(*) FROM outbox; SELECT count(*) FROM incident_event"
}
# PREFIX SUFFIX: of a report; drafts are as if there were none, for the own people too
report_object() {
	walk GET "/v1/reports/{id}${2%%\?*}"
	for who in member1 analyst1 desk1; do
		for another in 200 205 207 201 101 106 108; do
			same_as_none "GET /v1/reports/{id}$2 of $another by $who" GET "$1$another$2" "${1}99999$2"
		done
		for own in 100 105 107; do
			ask GET "$1$own$2"
			check_equal "GET /v1/reports/{id}$2 of $own by $who: the own one" '200 unseen' "$status $(seen)"
		done
	done
	who=wall1
	ask GET "${1}100$2"
	check_equal "GET /v1/reports/{id}$2 by $who" 403 "$status"
	for who in member2 desk analyst; do
		ask GET "${1}200$2"
		check_equal "GET /v1/reports/{id}$2 by $who: there is something to see" '200 seen' "$status $(seen)"
	done
	who=analyst
	ask GET "${1}101$2"
	check_equal "GET /v1/reports/{id}$2 by $who: a draft too" '200 seen' "$status $(seen)"
}
report_object /v1/reports/ ''
report_object /v1/reports/ /file
report_object /v1/reports/ '/file?format=png&page=1'
walk GET /v1/reports
for who in member1 analyst1 viewer1 desk1 lead1; do
	for query in '' '?state=draft' '?month=2020-02' '?kind=interim' '?incident=100' '?incident=200' '?company=1' '?kind=certificate'; do
		ask GET "/v1/reports$query"
		check_equal "GET /v1/reports$query by $who" '200 unseen' "$status $(seen)"
	done
	ask GET '/v1/reports?kind=monthly&month=2020-01'
	check_equal "GET /v1/reports by $who: the own one" '200 100' "$status $(jq '.reports[].id' "$STATE/body")"
	same_as_none "reports of another by $who" GET '/v1/reports?company=2' '/v1/reports?company=99999'
	for path in "/v1/incidents/200/reports" /v1/companies/2/certificates; do
		same_as_none "GET $path by $who" GET "$path" "$(echo "$path" | sed 's/200/299999/; s/\/2\//\/99999\//')"
	done
	ask GET /v1/incidents/100/reports
	check_equal "GET /v1/incidents/{id}/reports by $who: the own" '200 unseen 105' "$status $(seen) $(jq '.reports[].id' "$STATE/body")"
	ask GET /v1/companies/1/certificates
	check_equal "GET /v1/companies/{id}/certificates by $who: the own" '200 unseen 9001 107' "$status $(seen) $(jq -r '[.certificates[].number] | join(" ")' "$STATE/body")"
	ask PATCH /v1/companies/99999 -d '{"report_language":"en"}'
	nothing="$status $(bare)"
	ask PATCH /v1/companies/2 -d '{"report_language":"en"}'
	check_equal "PATCH /v1/companies/{id} of another by $who: as if there were none" "404 $nothing" "$status $status $(bare)"
done
walk GET '/v1/incidents/{id}/reports'
walk GET '/v1/companies/{id}/certificates'
walk PATCH '/v1/companies/{id}'
for who in member2 desk analyst; do
	for path in /v1/reports /v1/incidents/200/reports; do
		ask GET "$path"
		check_equal "GET $path by $who: there is something to see" '200 seen' "$status $(seen)"
	done
	ask GET /v1/companies/2/certificates
	check_equal "GET /v1/companies/2/certificates by $who: there is something to see" '200 seen' "$status $(seen)"
done
# What is not drawn yet is drawn for who may read it: the job is of the own company, and the only thing left behind.
who=member1
ask GET '/v1/reports/100/file?format=csv'
check_equal 'a member asks for a file of its own' '202 unseen' "$status $(seen)"
check_equal '... which leaves one job' '1|draw|100' "$(sql "SELECT company_id, kind, report_id FROM report_job WHERE job_id NOT IN (100, 200)")"
sql "DELETE FROM report_job WHERE job_id NOT IN (100, 200)"

# Everything that is of all companies, and everything that makes a report: for who sees all alone.
report_for_all() { # METHOD PATTERN PATH [BODY]
	walk "$1" "$2"
	before=$(reports_state)
	for who in member1 analyst1 viewer1 desk1 lead1 wall1; do
		ask "$1" "$3" ${4:+-d "$4"} -H 'If-Match: "1"'
		check_equal "$1 $2 by $who" '403 unseen' "$status $(seen)"
	done
	check_equal "$1 $2: nothing was changed" "$before" "$(reports_state)"
}
report_for_all GET /v1/months /v1/months
report_for_all GET '/v1/months/{month}' /v1/months/2020-01
report_for_all POST '/v1/months/{month}/close' /v1/months/2020-01/close '{"reason":"x"}'
report_for_all GET '/v1/months/{month}/file' /v1/months/2020-01/file
report_for_all GET /v1/reports/board '/v1/reports/board?from=2020-01&to=2020-02'
report_for_all PUT '/v1/reports/{id}/comment' /v1/reports/101/comment '{"comment":"x"}'
for step in approve unapprove publish; do
	report_for_all POST "/v1/reports/{id}/$step" "/v1/reports/101/$step"
done
report_for_all POST '/v1/reports/{id}/send' /v1/reports/100/send '{}'
for step in withdraw reissue refresh; do
	report_for_all POST "/v1/reports/{id}/$step" "/v1/reports/100/$step" '{"reason":"x"}'
done
report_for_all GET /v1/report-runs /v1/report-runs
report_for_all POST /v1/report-runs /v1/report-runs '{"kind":"publish","month":"2020-01","expect_max":9}'
report_for_all GET '/v1/report-runs/{id}' /v1/report-runs/100
report_for_all POST '/v1/report-runs/{id}/stop' /v1/report-runs/100/stop
report_for_all POST '/v1/incidents/{id}/reports' /v1/incidents/100/reports '{"kind":"final"}'
report_for_all POST '/v1/companies/{id}/certificates' /v1/companies/1/certificates '{"month":"2020-01"}'
report_for_all POST '/v1/certificates/{id}/revoke' /v1/certificates/107/revoke '{"reason":"x"}'
report_for_all GET /v1/billing '/v1/billing?month=2020-01'
who=analyst
for path in /v1/months/2020-01 /v1/months/2020-01/file '/v1/reports/board?from=2020-01&to=2020-02' /v1/report-runs /v1/report-runs/100; do
	ask GET "$path"
	check_equal "GET $path by $who: there is something to see" '200 seen' "$status $(seen)"
done
who=member1
ask PATCH /v1/companies/1 -d '{"report_language":"en"}'
check_equal "PATCH /v1/companies/{id} by $who: of one's own" '200 unseen' "$status $(seen)"

# Whatever the code forgets: who sees one company makes and changes no report, and asks only for its own to be drawn.
reports_written() { # STATEMENT...: in the scope of company 1
	reports_count=0
	for statement; do
		psql -X -q -At -d "$conninfo" -c BEGIN -c 'SET LOCAL ROLE hinomi_api' -c "SET LOCAL app.company = '1'" \
			-c "WITH w AS ($statement RETURNING 1) SELECT count(*) FROM w" -c ROLLBACK >"$STATE/body" 2>&1
		! grep -qx '[1-9][0-9]*' "$STATE/body" || reports_count=$((reports_count + 1))
	done
	echo "$reports_count"
}
check_equal 'what is written of reports for one company' 2 "$(reports_written 'UPDATE report SET opened_at = now() WHERE report_id = 100' \
	"INSERT INTO report_job (company_id, report_id, kind) VALUES (1, 100, 'draw')")"
check_equal 'what is not' 0 "$(reports_written "UPDATE report SET state = 'draft', published_at = NULL WHERE report_id = 100" \
	"UPDATE report SET opened_at = now() WHERE report_id IN (101, 200)" "UPDATE certificate SET revoked_at = now() WHERE number IN (108, 207)" \
	"INSERT INTO report_job (company_id, report_id, kind) VALUES (1, 100, 'publish')" "INSERT INTO report_job (company_id, report_id, kind) VALUES (2, 200, 'draw')" \
	"INSERT INTO report (company_id, kind, month, snapshot_id, language) VALUES (1, 'monthly', '2021-01-01', 100, 'ja')" \
	"INSERT INTO snapshot (company_id, kind, month, version, body, sha256) VALUES (1, 'month', '2021-01-01', 1, '{}', sha256('{}'))" \
	"INSERT INTO certificate (company_id, report_id, code, issued_on, valid_until) VALUES (1, 100, repeat('A', 16), current_date, current_date)" \
	"INSERT INTO report_run (kind, month) VALUES ('publish', '2020-01-01')" "UPDATE report_run SET error = 'x'")"
