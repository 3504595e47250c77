#!/bin/sh
# Indicators of compromise: feeds imported by hinomictl (versions, revocations, what is held back and what refused), and
# hunts by the correlator over observables that stand here, with first and last contact by hand; killed in the middle,
# refused, two at once.
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"
set -u
correlators=''
at_exit 'stop_correlators KILL'

start_correlator() {
	"$BUILD/hinomid" --role=correlator --config="$STATE/hinomi.yaml" 2>>"$STATE/correlator.log" &
	correlators="$correlators $!"
}
stop_correlators() { # SIGNAL
	for pid in $correlators; do
		kill "-$1" "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	correlators=''
}
says() { # QUERY VALUE
	[ "$(sql "$1" 2>/dev/null)" = "$2" ]
}
import() { # NAME [ARGS]: from standard input; prints the counts
	import_source=$1
	shift
	ctl indicator import - --source "$import_source" --json "$@" |
		jq -r '"\(.added) added \(.changed) changed \(.unchanged) unchanged \(.held_back) held \(.revoked) revoked \(.rejected) rejected"'
}
state_of() { # SOURCE VALUE
	sql "SELECT i.state || ' ' || i.state_reason FROM indicator i JOIN indicator_source s USING (source_id)
		WHERE s.name = '$1' AND i.value = '$2'"
}
hunt_done() { # ID
	says "SELECT state FROM hunt WHERE hunt_id = $1" 'done'
}

server_prepare || exit 1
company 'Ichi'
first=$company_id
company 'Ni'
second=$company_id
company 'San'
third=$company_id
ctl network add --company "$third" --cidr 203.0.113.0/28 --note WAN

# ------------------------------------------------------------------------------------------------------ what is held back
check_equal 'migrate loads the warning lists' t "$(sql 'SELECT count(*) > 200 FROM warning_entry')"
cat >"$STATE/list" <<-LIST
	# a list
	198.51.100.7
	198.51.100.64/26
	evil.example
	hxxp://bad[.]example/gate.php?id=1
	9e107d9d372bb6826bd81d3542a419d6
	10.1.2.3
	8.8.8.8
	203.0.113.5
	203.0.112.0/22
	23.0.0.0/8
	google.com
	co.jp
	nonsense
LIST
check_equal 'a list' '12 added 0 changed 0 unchanged 7 held 0 revoked 1 rejected' "$(import list <"$STATE/list")"
check_equal 'private' 'held_back private and reserved networks' "$(state_of list 10.1.2.3)"
check_equal 'a resolver' 'held_back public resolvers' "$(state_of list 8.8.8.8)"
check_equal "a member's own address" "held_back a member's own network" "$(state_of list 203.0.113.5)"
check_equal "a network around a member's own" "held_back a member's own network" "$(state_of list 203.0.112.0/22)"
check_equal 'too wide' 'held_back network too wide' "$(state_of list 23.0.0.0/8)"
check_equal 'a popular name' 'held_back names that everybody calls' "$(state_of list google.com)"
check_equal 'a registry' 'held_back registries' "$(state_of list co.jp)"
check_equal 'the rest is active' 5 "$(ctl indicator list --state active --json | jq '.indicators | length')"
check_equal 'what could not be used is told' 'line 14: nonsense|no address, network, domain, URL or file hash' \
	"$(ctl indicator rejects --source-id 1 --json | jq -r '.rejects[] | "\(.entry)|\(.reason)"')"

# -------------------------------------------------------------------------------------------------- again, and otherwise
before=$(sql 'SELECT max(change_no) FROM indicator')
check_equal 'the same again changes nothing' '0 added 0 changed 12 unchanged 0 held 0 revoked 1 rejected' \
	"$(import list <"$STATE/list")"
check_equal '... and has no new change numbers' "$before" "$(sql 'SELECT max(change_no) FROM indicator')"
check_equal '... and tells what was refused once' 1 "$(sql 'SELECT count(*) FROM indicator_reject')"
check_equal 'another confidence is a change' '0 added 12 changed 0 unchanged 7 held 0 revoked 1 rejected' \
	"$(import list --confidence 90 --tlp green <"$STATE/list")"
check_equal '... with a number of its own for each' 12 \
	"$(sql "SELECT count(DISTINCT change_no) FROM indicator WHERE change_no > $before AND confidence = 90 AND tlp = 'green'")"
id=$(ctl indicator list --search evil.example --json | jq '.indicators[0].id')
ctl indicator revoke "$id" --reason 'our own test'
check_equal 'revoked by hand' 'revoked our own test' "$(state_of list evil.example)"
check_equal '... stays so when imported again' '0 added 0 changed 12 unchanged 0 held 0 revoked 1 rejected' \
	"$(import list --confidence 90 --tlp green <"$STATE/list")"
check_fails 'a second time' 1 'revoked already' ctl indicator revoke "$id" --reason again
check_fails 'one that is not there' 1 'there is no indicator 999' ctl indicator revoke 999 --reason none
check_equal 'what left the feed' '0 added 11 changed 0 unchanged 0 held 11 revoked 0 rejected' \
	"$(printf '198.51.100.9\n' | import list --replace --confidence 90 | sed 's/^1 added/0 added/')"
check_equal '... is revoked' 'revoked no longer in the feed' "$(state_of list 198.51.100.7)"
check_equal '... and comes back with it' '0 added 11 changed 1 unchanged 7 held 0 revoked 1 rejected' \
	"$(import list --confidence 90 --tlp green <"$STATE/list")"
check_equal '... unless people revoked it' 'revoked our own test' "$(state_of list evil.example)"
check_equal 'found by what it holds' '198.51.100.64/26' \
	"$(ctl indicator list --search 198.51.100.100 --json | jq -r '.indicators[].value')"
check_equal 'found by a name below' evil.example \
	"$(ctl indicator list --search www.evil.example --json | jq -r '.indicators[].value')"
check_equal 'found by a part' 'http://bad.example/gate.php?id=1' \
	"$(ctl indicator list --search gate --json | jq -r '.indicators[].value')"

echo '203.0.113.222' | import ended --valid-days 1 >/dev/null
check_equal 'in force' active "$(ctl indicator list --search 203.0.113.222 | awk '$4 == "203.0.113.222" { print $5 }')"
sql "UPDATE indicator SET valid_from = now() - interval '2 days', valid_until = now() WHERE value = '203.0.113.222'"
check_equal 'past its validity' expired "$(ctl indicator list --search 203.0.113.222 | awk '$4 == "203.0.113.222" { print $5 }')"
sql "DELETE FROM indicator WHERE value = '203.0.113.222'"

# ------------------------------------------------------------------------------------------------------------- versions
stix() { # MODIFIED PATTERN [MORE]
	cat <<-JSON
		{"type": "bundle", "id": "bundle--1", "objects": [{"type": "indicator", "spec_version": "2.1",
		"id": "indicator--1", "pattern_type": "stix", "pattern": "$2", "created": "2026-01-01T00:00:00Z",
		"modified": "$1", "valid_from": "2026-01-01T00:00:00Z", "confidence": 70${3-}}]}
	JSON
}
check_equal 'STIX' '1 added 0 changed 0 unchanged 0 held 0 revoked 0 rejected' \
	"$(stix 2026-01-01T00:00:00Z "[domain-name:value = 'one.example']" | import stix)"
check_equal 'a newer version' '1 added 1 changed 0 unchanged 0 held 1 revoked 0 rejected' \
	"$(stix 2026-01-03T00:00:00Z "[domain-name:value = 'two.example']" | import stix)"
check_equal '... revokes what it no longer names' 'revoked not in the newer version of indicator--1' \
	"$(state_of stix one.example)"
check_equal 'an older version changes nothing' '0 added 0 changed 1 unchanged 0 held 0 revoked 0 rejected' \
	"$(stix 2026-01-02T00:00:00Z "[domain-name:value = 'two.example']" ', "confidence": 10' | import stix)"
check_equal 'AND is refused and told' '0 added 0 changed 0 unchanged 0 held 0 revoked 1 rejected' \
	"$(stix 2026-01-01T00:00:00Z "[domain-name:value = 'x.example' AND url:value = 'http://y.example']" | import stix)"
check_equal 'revoked by its author' '0 added 1 changed 0 unchanged 0 held 1 revoked 0 rejected' \
	"$(stix 2026-01-04T00:00:00Z "[domain-name:value = 'two.example']" ', "revoked": true' | import stix)"
check_equal '... and again by a newer version' 'active ' \
	"$(stix 2026-01-05T00:00:00Z "[domain-name:value = 'two.example']" | import stix >"$STATE/answer" && state_of stix two.example)"
misp() { # TIMESTAMP MORE
	echo "{\"Event\": {\"info\": \"x\", \"Attribute\": [{\"uuid\": \"u1\", \"type\": \"domain\", \"value\": \"m.example\",
		\"to_ids\": true, \"timestamp\": \"$1\"$2}]}}"
}
check_equal 'MISP' '1 added 0 changed 0 unchanged 0 held 0 revoked 0 rejected' "$(misp 1767225600 '' | import misp)"
check_equal 'a deleted attribute' '0 added 1 changed 0 unchanged 0 held 1 revoked 0 rejected' \
	"$(misp 1767225601 ', "deleted": true' | import misp)"
check_equal 'another source has its own' '1 added 0 changed 0 unchanged 0 held 0 revoked 0 rejected' \
	"$(echo m.example | import other --valid-days 2)"
check_equal '... with an end' t "$(sql "SELECT valid_until - now() BETWEEN interval '47 h' AND interval '48 h'
	FROM indicator i JOIN indicator_source s USING (source_id) WHERE s.name = 'other'")"

# The api's own user has what an import needs, under row-level security as staff, and nothing as a member.
sed 's/user=hinomi\b/user=hinomi_api/' "$STATE/hinomi.yaml" >"$STATE/as_api.yaml"
check_equal "as the api's user" '2 added 0 changed 0 unchanged 1 held 0 revoked 1 rejected' "$(printf 'api.example\n203.0.113.5\nx\n' |
	(HINOMI_CONFIG=$STATE/as_api.yaml PGOPTIONS='-c app.company=*' import api))"
check_fails '... for a member' 1 'row-level security' env HINOMI_CONFIG="$STATE/as_api.yaml" PGOPTIONS="-c app.company=$first" \
	"$BUILD/hinomictl" indicator import "$STATE/list" --source member

# ------------------------------------------------------------------------------------------------- all of it or nothing
echo '{"type": "bundle", "objects": [' >"$STATE/broken"
check_fails 'a broken bundle' 1 'not a JSON document' ctl indicator import "$STATE/broken" --source broken --format stix
check_fails 'a format that is none' 2 '--format' ctl indicator import "$STATE/list" --source x --format csv
check_fails 'a TLP that is none' 2 '--tlp' ctl indicator import "$STATE/list" --source x --tlp blue
check_equal '... leaves nothing' 0 "$(sql "SELECT count(*) FROM indicator_source WHERE name IN ('broken', 'x')")"
# Held at the very end by somebody who reads the audit trail, and killed there.
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "n%d.killed.example\n", i }' >"$STATE/many"
mkfifo "$STATE/hold"
psql -d "$conninfo" -X -q >"$STATE/holder" <"$STATE/hold" &
holder=$!
exec 4>"$STATE/hold"
echo 'BEGIN; LOCK TABLE audit IN ACCESS EXCLUSIVE MODE;' >&4
wait_until 60 says "SELECT count(*) FROM pg_locks WHERE relation = 'audit'::regclass AND mode = 'AccessExclusiveLock' AND granted" 1
"$BUILD/hinomictl" indicator import "$STATE/many" --source killed >"$STATE/killed.out" 2>&1 &
importer=$!
wait_until 60 says "SELECT count(*) FROM pg_locks WHERE relation = 'audit'::regclass AND NOT granted" 1
kill -9 "$importer"
wait "$importer" 2>"$STATE/answer"
echo 'COMMIT;' >&4
exec 4>&-
wait "$holder"
wait_until 60 says "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE '%audit%' AND state <> 'idle' AND pid <> pg_backend_pid()" 0
check_equal 'killed before its commit: nothing' 0 "$(sql "SELECT count(*) FROM indicator WHERE value LIKE '%killed.example'")"
check_equal 'imported then' '20000 added 0 changed 0 unchanged 0 held 0 revoked 0 rejected' "$(import killed <"$STATE/many")"

# --------------------------------------------------------------------- change numbers become visible in their order
for n in 1 2 3; do
	awk -v n=$n 'BEGIN { for (i = 0; i < 3000; i++) printf "n%d-%d.order.example\n", n, i }' | import "order $n" >"$STATE/order.$n" &
	importers="${importers-} $!"
done
: >"$STATE/watched"
while :; do
	running=0
	for pid in $importers; do
		if kill -0 "$pid" 2>/dev/null; then running=1; fi
	done
	sql 'SELECT m, (SELECT count(*) FROM indicator WHERE change_no <= m) FROM (SELECT max(change_no) AS m FROM indicator) x' \
		>>"$STATE/watched"
	[ "$running" = 1 ] || break
done
# shellcheck disable=SC2086 # process ids are words
wait $importers
check_equal 'imports at once: all of it' 9000 "$(sql "SELECT count(*) FROM indicator WHERE value LIKE '%.order.example'")"
check_equal '... and nothing came in below what had been seen' '' "$(sort -u "$STATE/watched" | while IFS='|' read -r m n; do
	[ "$(sql "SELECT count(*) FROM indicator WHERE change_no <= $m")" = "$n" ] || echo "$m"
done)"

# ---------------------------------------------------------------------------------------------------------------- hunts
# Keys by hand: an address is ten zero bytes, ffff, four bytes; a name its labels from the right.
sql "
	INSERT INTO observable (company_id, kind, key, first_ts, last_ts, contacts)
	SELECT company_id, kind, key, first_ts::timestamptz, last_ts::timestamptz, contacts FROM (VALUES
	-- 198.51.100.64/26: its first and last address, and one on each side
	($first, 1, '\x00000000000000000000ffffc6336440'::bytea, '2026-10-01 01:00Z', '2026-10-02 02:00Z', 3),
	($first, 1, '\x00000000000000000000ffffc633647f', '2026-09-30 23:00Z', '2026-10-01 00:00Z', 4),
	($second, 1, '\x00000000000000000000ffffc633643f', '2026-10-01 00:00Z', '2026-10-01 00:00Z', 1),
	($second, 1, '\x00000000000000000000ffffc6336480', '2026-10-01 00:00Z', '2026-10-01 00:00Z', 1),
	($third, 1, '\x00000000000000000000ffffc6336450', '2026-11-01 00:00Z', '2026-11-03 00:00Z', 7),
	-- evil2.example and below; not the names that only look like it
	($second, 2, 'example.evil2.', '2026-10-05 00:00Z', '2026-10-06 00:00Z', 2),
	($second, 2, 'example.evil2.www.a.', '2026-10-04 00:00Z', '2026-10-05 12:00Z', 5),
	($third, 2, 'example.evil2-x.', '2026-10-04 00:00Z', '2026-10-05 12:00Z', 5),
	($third, 2, 'example.evil22.', '2026-10-04 00:00Z', '2026-10-05 12:00Z', 5),
	($third, 2, 'example.', '2026-10-04 00:00Z', '2026-10-05 12:00Z', 5),
	($third, 2, 'example.evil.', '2026-10-04 00:00Z', '2026-10-05 12:00Z', 5),
	-- a URL and a hash exactly
	($first, 3, 'http://bad.example/gate.php?id=1', '2026-10-07 00:00Z', '2026-10-07 00:00Z', 1),
	($second, 3, 'http://bad.example/gate.php?id=12', '2026-10-07 00:00Z', '2026-10-07 00:00Z', 1),
	($third, 4, '\x9e107d9d372bb6826bd81d3542a419d6', '2026-10-08 00:00Z', '2026-10-08 00:00Z', 1),
	($third, 4, '\x9e107d9d372bb6826bd81d3542a419d6e4d909c2', '2026-10-08 00:00Z', '2026-10-08 00:00Z', 1)
	) AS v (company_id, kind, key, first_ts, last_ts, contacts)"
printf 'evil2.example\n198.51.100.64/26\nhttp://bad.example/gate.php?id=1\n9e107d9d372bb6826bd81d3542a419d6\n10.1.2.3\n' >"$STATE/hunted"
hunt=$(ctl indicator import "$STATE/hunted" --source hunted --hunt --json | jq .hunt_id)
check_equal 'a hunt waits for the correlator' due "$(ctl hunt show "$hunt" --json | jq -r .state)"
start_correlator
wait_until 60 hunt_done "$hunt" || bad 'the hunt does not end'
ctl hunt show "$hunt" --json >"$STATE/hunt.json"
check_equal 'it looked for what is active' '4 3' "$(jq -r '"\(.indicators) \(.companies)"' "$STATE/hunt.json")"
check_equal 'who met them: first and last contact' "$third San 2026-10-08T00:00:00 2026-11-03T00:00:00 8 2
$first Ichi 2026-09-30T23:00:00 2026-10-07T00:00:00 8 2
$second Ni 2026-10-04T00:00:00 2026-10-06T00:00:00 7 1" \
	"$(jq -r '.members[] | "\(.company_id) \(.name // .company) \(.first[:19]) \(.last[:19]) \(.contacts) \(.indicators)"' "$STATE/hunt.json")"
check_equal 'what was met' "$first 198.51.100.127
$first 198.51.100.64
$first http://bad.example/gate.php?id=1
$second a.www.evil2.example
$second evil2.example
$third 198.51.100.80
$third 9e107d9d372bb6826bd81d3542a419d6" \
	"$(jq -r '.hits[] | "\(.company_id) \(.observable)"' "$STATE/hunt.json" | LC_ALL=C sort)"
check_equal 'a member sees what was found at it, and no more' "$second|2
0
0" "$(sql "SET ROLE hinomi_api; SET app.company = '$second'; SELECT company_id, count(*) FROM hunt_hit GROUP BY 1;
	SELECT count(*) FROM hunt; SELECT count(*) FROM indicator")"
one=$(ctl indicator list --search 198.51.100.80 --state active --json | jq '[.indicators[] | select(.source == "hunted")][0].id')
single=$(ctl hunt start --indicator "$one")
wait_until 60 hunt_done "$single"
check_equal 'a hunt for one' "1|3" "$(sql "SELECT indicators, (SELECT count(*) FROM hunt_hit h WHERE h.hunt_id = x.hunt_id)
	FROM hunt x WHERE hunt_id = $single")"
held=$(ctl indicator list --search 10.1.2.3 --json | jq '[.indicators[] | select(.source == "hunted")][0].id')
check_fails 'what is held back is not hunted' 1 'held back' ctl hunt start --indicator "$held"
check_fails 'a hunt for nothing' 2 'either' ctl hunt start
check_fails 'a hunt that is not there' 1 'there is no hunt 999' ctl hunt show 999
stop_correlators TERM

# -------------------------------------------------------------------------- many slices, killed in each, two at once
sql "INSERT INTO observable (company_id, kind, key, first_ts, last_ts, contacts)
	SELECT 1 + n % 3, 2, ('example.killed.n' || n % 7000 || '.sub' || n || '.')::bytea, now() - interval '1 day', now(), 1
	FROM generate_series(1, 15000) n"
source=$(ctl indicator sources --json | jq '.sources[] | select(.name == "killed").id')
long=$(ctl hunt start --source-id "$source")
# Somebody holds the table of hits: the correlator is in the middle of its first slice when it is killed.
for round in 1 2 3; do
	mkfifo "$STATE/hold.$round"
	psql -d "$conninfo" -X -q >"$STATE/holder" <"$STATE/hold.$round" &
	holder=$!
	exec 4>"$STATE/hold.$round"
	echo 'BEGIN; LOCK TABLE hunt_hit IN SHARE ROW EXCLUSIVE MODE;' >&4
	wait_until 60 says "SELECT count(*) FROM pg_locks WHERE relation = 'hunt_hit'::regclass AND mode = 'ShareRowExclusiveLock' AND granted" 1
	start_correlator
	wait_until 60 says "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'hunt_hit'::regclass AND NOT granted" t
	check_equal "killed within a slice, round $round" due "$(sql "SELECT state FROM hunt WHERE hunt_id = $long")"
	stop_correlators KILL
	echo 'COMMIT;' >&4
	exec 4>&-
	wait "$holder"
	check_equal "and nothing of the slice is there, round $round" '0|0' \
		"$(sql "SELECT indicators, (SELECT count(*) FROM hunt_hit h WHERE h.hunt_id = x.hunt_id) FROM hunt x WHERE hunt_id = $long")"
done
start_correlator
start_correlator
wait_until 120 hunt_done "$long" || bad 'the long hunt does not end'
check_equal 'it went on to the end' "20000" "$(sql "SELECT indicators FROM hunt WHERE hunt_id = $long")"
# The definition in SQL, by text: the name, or a dot and the name, at the end of what was met.
check_equal 'and found what there is, once' '0|0|15000' "$(sql "
	WITH met AS (SELECT company_id, key, array_to_string(ARRAY(SELECT l FROM unnest(string_to_array(trim(trailing '.' FROM
		encode(key, 'escape')), '.')) WITH ORDINALITY u (l, n) ORDER BY n DESC), '.') AS name FROM observable WHERE kind = 2),
	wanted AS (SELECT m.company_id, i.indicator_id, m.key FROM met m JOIN indicator i ON i.source_id = $source
		AND i.value = substring(m.name FROM '[^.]+[.]killed[.]example\$')),
	got AS (SELECT company_id, indicator_id, key FROM hunt_hit WHERE hunt_id = $long)
	SELECT (SELECT count(*) FROM (TABLE wanted EXCEPT TABLE got) a), (SELECT count(*) FROM (TABLE got EXCEPT TABLE wanted) b),
		(SELECT count(*) FROM got)")"
for n in 1 2 3 4 5; do
	ctl hunt start --source-id "$source" >>"$STATE/hunts"
done
wait_until 120 says "SELECT count(*) FROM hunt WHERE state = 'due'" 0
check_equal 'two correlators: each hunt once' '5|15000|15000' "$(sql "SELECT count(*), min(n), max(n) FROM
	(SELECT hunt_id, count(*) AS n FROM hunt_hit WHERE hunt_id IN ($(paste -sd, "$STATE/hunts")) GROUP BY 1) x")"

# One name below which there is too much to list: the hunt says so.
sql "INSERT INTO observable (company_id, kind, key, first_ts, last_ts, contacts) SELECT $first, 2,
	('example.wide.s' || n || '.')::bytea, now(), now(), 1 FROM generate_series(1, 20001) n"
wide=$(echo wide.example | ctl indicator import - --source wide --hunt --json | jq .hunt_id)
wait_until 60 hunt_done "$wide"
check_equal 'a hunt that found too much says so' '1 of its indicators|20000' "$(sql "SELECT left(message, 19), (SELECT count(*)
	FROM hunt_hit h WHERE h.hunt_id = x.hunt_id) FROM hunt x WHERE hunt_id = $wide")"

# ------------------------------------------------------------------------------------------------------------- refused
sql 'REVOKE INSERT ON hunt_hit FROM hinomi_correlator'
refused=$(ctl hunt start --indicator "$one")
wait_until 60 says "SELECT state FROM hunt WHERE hunt_id = $refused" failed
check_equal 'a hunt that is refused says why' t "$(sql "SELECT message LIKE '%permission denied%' FROM hunt WHERE hunt_id = $refused")"
sql 'GRANT INSERT ON hunt_hit TO hinomi_correlator'
again=$(ctl hunt start --indicator "$one")
wait_until 60 hunt_done "$again" && good 'the correlator goes on with the next'
stop_correlators TERM

# ------------------------------------------------------------------------------------------------------------- samples
samples=${HINOMI_SAMPLES-}/intel
if [ -n "${HINOMI_SAMPLES-}" ] && [ -d "$samples" ]; then
	for file in "$samples"/stix/*.json; do
		# One thing in a pattern that has no AND in it: as jq sees it.
		wanted=$(jq '[.objects[] | select(.type == "indicator")] |
			"\([.[] | select(.pattern | test("^\\[[a-z0-9-]+:[^ ]+ = .[^'"'"']+.\\]$"))] | length) taken \(
			[.[] | select(.pattern | contains(" AND "))] | length) refused"' -r "$file")
		check_equal "sample ${file##*/}" "$wanted" "$(ctl indicator import "$file" --source "${file##*/}" --json |
			jq -r '"\(.added) taken \(.rejected) refused"')"
	done
	for file in "$samples"/misp/*.json; do
		wanted=$(jq -r '(.Event // .).Attribute | "\([.[] | select(.to_ids and (.type | IN("md5", "sha1", "sha256", "url", "domain",
			"hostname", "ip-src", "ip-dst")))] | length) of \(length)"' "$file")
		check_equal "sample ${file##*/}" "$wanted" "$(ctl indicator import "$file" --source "${file##*/}" --json |
			jq -r '"\(.added) of \(.added + .rejected)"')"
	done
	for file in "$samples"/lists/*; do
		check_equal "sample ${file##*/}" "$(grep -c . "$file")" \
			"$(ctl indicator import "$file" --source "${file##*/}" --json | jq .added)"
	done
else
	skip 'samples of feeds: HINOMI_SAMPLES has no folder intel'
fi
finish
