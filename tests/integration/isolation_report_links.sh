# shellcheck shell=sh
# Part of test_isolation.sh, behind isolation_oncall.sh: links to reports, and the public check of certificates. Both are
# asked without a session.

sql "INSERT INTO snapshot (company_id, snapshot_id, kind, month, version, body, sha256)
    SELECT c, 9000 + c * 100, 'month', '2019-01-01', 1, '{}', sha256('{}') FROM generate_series(1, 2) c;
INSERT INTO report (company_id, report_id, kind, month, snapshot_id, language, state, grade, published_at)
    SELECT c, 9000 + c * 100, 'monthly', '2019-01-01', 9000 + c * 100, 'ja', 'published', 'rain', now() FROM generate_series(1, 2) c;
INSERT INTO report_file (company_id, report_id, format, language, report_version, final, sha256, content)
    SELECT c, 9000 + c * 100, 'pdf', 'ja', 1, true, sha256(marked(c, 'pdf')::bytea), marked(c, 'pdf')::bytea FROM generate_series(1, 2) c;
INSERT INTO report_delivery (company_id, report_id, delivery_id, address, language, attached, outbox_id)
    SELECT c, 9000 + c * 100, 9000 + c, marked(c, 'x') || '@example.jp', 'ja', false,
           ('01900000-0000-7000-8000-000000009' || c || '00')::uuid FROM generate_series(1, 2) c;
INSERT INTO certificate (company_id, report_id, number, code, issued_on, valid_until)
    SELECT c, 9000 + c * 100, 9000 + c, repeat(chr(64 + c::int), 16), current_date - 9, current_date + 9 FROM generate_series(1, 2) c"
links_state() {
	sql "SELECT * FROM report; SELECT * FROM report_delivery; SELECT * FROM report_code; SELECT count(*) FROM outbox;
		SELECT count(*) FROM audit; SELECT count(*) FROM change"
}

walk GET '/r/{token}'
walk POST '/r/{token}'
walk POST '/r/{token}/code'
walk GET /verify
walk POST /verify
who='' before=$(links_state)
link_one=$(report_token 01900000-0000-7000-8000-000000009100) link_two=$(report_token 01900000-0000-7000-8000-000000009200)
# The id of the one with the proof of the other.
mixed=$(echo "$link_two" | cut -c1-21)$(echo "$link_one" | cut -c22-)
form='Content-Type: application/x-www-form-urlencoded'
ask GET "/r/$mixed"
check_equal "another's link to a report cannot be made of one's own" '404 unseen' "$status $(seen)"
ask POST "/r/$mixed" -H "$form" -d code=123456
check_equal '... nor opened by' '404 unseen' "$status $(seen)"
ask POST "/r/$mixed/code"
check_equal '... nor a code asked for' '404 unseen' "$status $(seen)"
ask POST "/r/$link_two" -H "$form" -d code=123456
check_equal 'a link alone opens nothing' 403 "$status"
ask GET "/r/$link_one"
check_equal 'a link shows whose it is' '200 unseen' "$status $(seen)"
ask GET "/r/$link_two"
check_equal 'a link of the other: there is something to see' '200 seen' "$status $(seen)"
ask GET '/verify?number=9002&code=BBBBBBBBBBBBBBBB'
check_equal 'the check of a certificate tells nothing of whose it is' '200 unseen' "$status $(seen)"
ask POST /verify -H "$form" -d number=9002 -d code=AAAAAAAAAAAAAAAA
check_equal '... nor what would be right' '200 unseen' "$status $(seen)"
check_equal 'links: nothing was changed' "$before" "$(links_state)"
