#!/bin/sh
# hinomictl report without hinomid: a month that still runs, one that is closed, closed again, published; one member's
# report that cannot be drawn; folders that are not there, not writable or full; what is wrong in the command.
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

server_prepare
psql -X -q -o "$STATE/sql.out" -v ON_ERROR_STOP=1 -d "$conninfo" -f "$(dirname "$0")/reports.sql"
month=$(sql "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') - interval '1 month', 'YYYY-MM')")
next=$(sql "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo'), 'YYYY-MM')")
sql "SELECT fill_chamber(12, '$month-01', 16); ANALYZE" >"$STATE/sql.out"

build() { # ARGS: of the month
	ctl report build --month "$month" "$@"
}
kinds() { # DIR: how many files of each kind
	echo "$(find "$1" -name '*.pdf' | wc -l) $(find "$1" -name '*.xlsx' | wc -l) $(find "$1" -name '*.csv' | wc -l) $(find "$1" | wc -l)"
}
says() { # PDF TEXT: yes or no
	pdftotext "$1" - | tr -d ' \n' | grep -qF -e "$(echo "$2" | tr -d ' ')" && echo yes || echo no
}
sums() { # DIR
	(cd "$1" && sha256sum ./*.pdf | sort -k 2)
}

# ------------------------------------------------------------------------------------------------- before it is closed

build --out "$STATE/chamber" >"$STATE/out"
check_equal 'without more: the chamber, three formats' '1 1 1 4' "$(kinds "$STATE/chamber")"
check_equal 'it says what it wrote, and that it is preliminary' "$STATE/chamber/$month-chamber.pdf 1" \
	"$(grep '\.pdf$' "$STATE/out") $(grep -c preliminary "$STATE/out")"
build --company 3 --format pdf --out "$STATE/three" --json >"$STATE/out"
check_equal 'one member, as JSON' "$month true 3 $month-OS-00003.pdf 0" \
	"$(jq -r '"\(.month) \(.preliminary) \(.built[0].company_id) \(.built[0].files[0]) \(.failed | length)"' "$STATE/out")"
check_equal 'the member is in it, no other, and Japanese' 'yes no yes' "$(says "$STATE/three/$month-OS-00003.pdf" '会員企業 3 株式会社') \
$(says "$STATE/three/$month-OS-00003.pdf" '会員企業 4 株式会社') $(says "$STATE/three/$month-OS-00003.pdf" "${month%-*}年${month#*-}月")"
build --all --format pdf,csv --out "$STATE/open" >"$STATE/out"
check_equal 'all members and the chamber' '13 0 13 27' "$(kinds "$STATE/open")"
build --company 10 --language ja --format pdf --out "$STATE/ten" >"$STATE/out"
check_equal 'company 10 gets English as it wants, or what is asked for' 'no yes' \
	"$(says "$STATE/open/$month-OS-00010.pdf" "${month%-*}年") $(says "$STATE/ten/$month-OS-00010.pdf" "${month%-*}年")"

# ---------------------------------------------------------------------------------------------------------- closed

check_fails 'a month that still runs is not closed' 1 'not over' "$BUILD/hinomictl" report close --month "$next"
check_equal 'not closed yet' 'false' "$(ctl report status --month "$month" --json | jq .closed)"
ctl report close --month "$month" --json >"$STATE/out"
check_equal 'closed: all are frozen' '1 12 12 12' "$(jq -r '"\(.version) \(.companies) \(.written) \(.reports)"' "$STATE/out")"
check_equal 'by whom is in the audit trail' "ctl:$(id -un)" "$(sql "SELECT actor FROM audit WHERE action = 'month.close'")"
check_fails 'again only with a reason' 2 'reason' "$BUILD/hinomictl" report close --month "$month"
check_equal 'status: closed, twelve drafts' 'true 12 0' "$(ctl report status --month "$month" --json |
	jq -r '"\(.closed) \(.reports.draft + .reports.needs_comment) \(.outdated_companies)"')"
check_equal 'list: a line for each' '12' "$(ctl report list --month "$month" --json | jq '.reports | length')"

build --all --format pdf --out "$STATE/once" >"$STATE/out"
build --all --format pdf --workers 4 --out "$STATE/twice" >"$STATE/out"
check_equal 'built twice, with two threads or four: the same bytes' "$(sums "$STATE/once")" "$(sums "$STATE/twice")"

# A late alert of company 4 changes its report when the month is closed again, and no other's.
sql "INSERT INTO company_day VALUES (4, '$month-05', 'inbound', 'ips', 4, 'blocked', 5);
	UPDATE company_month SET inbound_ips = inbound_ips + 5, inbound_stopped = inbound_stopped + 5 WHERE company_id = 4 AND month = '$month-01'"
check_equal 'status tells of late alerts' 1 "$(ctl report status --month "$month" --json | jq .outdated_companies)"
build --company 4 --format pdf --out "$STATE/late" >"$STATE/out"
check_equal 'until then it is drawn as it was frozen' "$(cd "$STATE/once" && sha256sum "./$month-OS-00004.pdf")" "$(sums "$STATE/late")"
ctl report close --month "$month" --reason 'late alerts of OS-00004' >"$STATE/out"
check_equal 'closed again: one is frozen anew' '2 1' "$(sql "SELECT max(version) FROM month_close") $(sql "SELECT count(*) FROM snapshot WHERE version = 2")"
build --all --format pdf --out "$STATE/again" >"$STATE/out"
check_equal 'its report is another, and so is the chamber'"'"'s' "./$month-OS-00004.pdf ./$month-chamber.pdf" \
	"$(sums "$STATE/once" >"$STATE/one" && sums "$STATE/again" >"$STATE/two" && diff "$STATE/one" "$STATE/two" | awk '/^>/ { print $3 }' | sort | tr '\n' ' ' | sed 's/ $//')"

# ---------------------------------------------------------------------------------------------------------- published

# The reporter publishes; it needs nobody else.
sql "UPDATE report SET state = 'approved', comment = CASE WHEN needs_comment THEN 'seen' END, comment_by = CASE WHEN needs_comment THEN 2 END,
		approved_by = 1, approved_at = now(), version = version + 1;
	SELECT start_run('publish', '$month-01', 'approved', 1)" >"$STATE/sql.out"
"$BUILD/hinomid" --role=reporter --config="$STATE/hinomi.yaml" >"$STATE/reporter.log" 2>&1 &
reporter=$!
at_exit "kill $reporter 2>/dev/null || true"
# shellcheck disable=SC2317 # wait_until calls it
published() {
	[ "$(sql "SELECT count(*) FROM report WHERE state = 'published'")" = 12 ]
}
wait_until 60 published
kill "$reporter"
wait "$reporter" || true
build --all --format pdf --out "$STATE/published" >"$STATE/out"
check_equal 'what was published comes as it was published' 12 "$(
	for file in "$STATE/published"/*-OS-*.pdf; do sha256sum "$file" | cut -d' ' -f1; done | sort >"$STATE/one"
	sql "SELECT encode(sha256, 'hex') FROM report_file WHERE final ORDER BY 1" | sort >"$STATE/two"
	comm -12 "$STATE/one" "$STATE/two" | wc -l)"
ctl report verify --month "$month" --json >"$STATE/out"
check_equal 'verify: versions of members and chamber, files, drawn anew' '15 12 0 12 0' \
	"$(jq -r '"\(.snapshots) \(.files) \(.wrong) \(.drawn) \(.differ)"' "$STATE/out")"

# Somebody changes what was kept.
sql "UPDATE report_file SET content = content || 'x' WHERE company_id = 2 AND final"
check_fails 'a file that was changed is found' 1 'published report R-2: its SHA-256' "$BUILD/hinomictl" report verify --month "$month" --hashes-only
sql "UPDATE report_file SET sha256 = sha256(content) WHERE company_id = 2 AND final"
check_fails 'also when its hash was changed with it: it is not what is drawn' 1 'drawn differently' "$BUILD/hinomictl" report verify --month "$month"
sql "ALTER TABLE snapshot DROP CONSTRAINT snapshot_check2; ALTER TABLE snapshot DROP CONSTRAINT snapshot_sha256_check" 2>"$STATE/err" ||
	sql "DO \$\$ DECLARE c text; BEGIN FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = 'snapshot'::regclass AND contype = 'c'
		AND pg_get_constraintdef(oid) LIKE '%sha256%' LOOP EXECUTE 'ALTER TABLE snapshot DROP CONSTRAINT ' || c; END LOOP; END \$\$"
sql "UPDATE snapshot SET body = replace(body, '会員企業 6', '会員企業 9') WHERE company_id = 6"
check_fails 'a snapshot that was changed is found' 1 "snapshot $month of company 6, version 1: its SHA-256" \
	"$BUILD/hinomictl" report verify --month "$month" --hashes-only

# ---------------------------------------------------------------------------------------------- what goes wrong

sql "UPDATE snapshot SET body = '{\"format\": ' WHERE company_id = 7; UPDATE report SET state = 'draft' WHERE company_id = 7; DELETE FROM report_file WHERE company_id = 7"
check_fails 'one report cannot be drawn: status 1, and it is named' 1 'company 7 会員企業 7 株式会社' \
	"$BUILD/hinomictl" report build --month "$month" --all --format pdf,xlsx --out "$STATE/broken"
check_equal 'the others are there' '12 12' "$(kinds "$STATE/broken" | cut -d' ' -f1,2)"
build --all --format pdf --out "$STATE/broken" --json >"$STATE/out" 2>"$STATE/err" || true
check_equal 'as JSON: what was built and what was not' '12 7' "$(jq -r '"\(.built | length) \(.failed[0].company_id)"' "$STATE/out")"

check_fails 'a company that is not there' 1 'no such company' "$BUILD/hinomictl" report build --month "$month" --company 99 --out "$STATE/x"
check_fails 'a month that has not begun' 2 'has not begun' "$BUILD/hinomictl" report build --month 2999-01 --out "$STATE/x"
check_fails 'no month' 2 'usage:' "$BUILD/hinomictl" report build --out "$STATE/x"
check_fails 'no such month' 2 'usage:' "$BUILD/hinomictl" report build --month 2026-13 --out "$STATE/x"
check_fails 'no folder' 2 'usage:' "$BUILD/hinomictl" report build --month "$month"
check_fails 'no such format' 2 'none of pdf' "$BUILD/hinomictl" report build --month "$month" --format pdf,doc --out "$STATE/x"
check_fails 'no such language' 2 'ja or en' "$BUILD/hinomictl" report build --month "$month" --language fr --out "$STATE/x"
check_fails 'one or all' 2 'which of the two' "$BUILD/hinomictl" report build --month "$month" --company 1 --all --out "$STATE/x"
check_fails 'no threads' 2 '--workers' "$BUILD/hinomictl" report build --month "$month" --workers 0 --out "$STATE/x"
check_equal 'none of these made a folder' no "$([ -e "$STATE/x" ] && echo yes || echo no)"

touch "$STATE/file"
check_fails 'the folder is a file' 1 "$STATE/file cannot be used as a folder" "$BUILD/hinomictl" report build --month "$month" --out "$STATE/file"
check_fails 'the folder above is not there' 1 'cannot make the folder' "$BUILD/hinomictl" report build --month "$month" --out "$STATE/not/there"
if [ "$(id -u)" -eq 0 ] && mkdir "$STATE/small" && mount -t tmpfs -o size=100k,mode=700 tmpfs "$STATE/small" 2>"$STATE/err"; then
	at_exit "umount '$STATE/small' 2>/dev/null || true"
	check_fails 'the disk is full' 1 'No space left on device' "$BUILD/hinomictl" report build --month "$month" --all --out "$STATE/small"
	check_equal 'nothing half is left there' 0 "$(find "$STATE/small" -name '.*.new' | wc -l)"
	mount -o remount,ro "$STATE/small" 2>"$STATE/err" &&
		check_fails 'the disk is read-only' 1 'cannot write into' "$BUILD/hinomictl" report build --month "$month" --out "$STATE/small"
	umount "$STATE/small"
else
	skip 'a full disk: no tmpfs can be mounted here'
fi
check_fails 'output that cannot be written' 1 'cannot write the output' sh -c "\"$BUILD/hinomictl\" report list --month $month >/dev/full"

check_fails 'no certificate yet' 1 'has no published certificate' "$BUILD/hinomictl" report certificate --month "$month" --company 2 --out "$STATE/certificate"
sql "INSERT INTO snapshot (company_id, snapshot_id, kind, month, version, body, sha256) VALUES (2, 777, 'certificate', '$month-01', 1, '{}', sha256('{}'));
	INSERT INTO report (company_id, report_id, kind, month, snapshot_id, language, state, published_at, sent_at)
		VALUES (2, 777, 'certificate', '$month-01', 777, 'ja', 'published', now(), now());
	INSERT INTO certificate (company_id, report_id, number, code, issued_on, valid_until) VALUES (2, 777, 41, 'ABCDEFGHIJKLMNOP', now(), now());
	INSERT INTO report_file (company_id, report_id, format, language, report_version, final, sha256, content)
		VALUES (2, 777, 'pdf', 'ja', 1, true, sha256('as it was'), 'as it was')"
ctl report certificate --month "$month" --company 2 --out "$STATE/certificate" >"$STATE/out"
check_equal 'a certificate as it was published' "$STATE/certificate/certificate-KM-41.pdf as it was" "$(cat "$STATE/out") $(cat "$STATE/certificate/certificate-KM-41.pdf")"

check_equal 'billing: eight members of the chamber at 6,000 yen, four others at 7,500' '12|78000' "$(ctl report billing --month "$month" --json | jq -r '"\(.companies)|\(.yen)"')"
check_equal 'billing for a spreadsheet program: a line each and the heading' 13 "$(ctl report billing --month "$month" --csv | wc -l)"
finish
