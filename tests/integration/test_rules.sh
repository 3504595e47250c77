#!/bin/sh
# Rules from the folder to the incident: what is wrong is said with file and line, cases pass or say why, versions and
# numbers, a change taken over by a running server, and the past replayed with what the present gave.
set -eu
. "$(dirname "$0")/server.sh"

make -s -C "$top" BUILD="$BUILD" "$BUILD/hinomid" "$BUILD/hinomictl" "$BUILD/hinomi-agent" web >/dev/null
server_prepare

# fresh: a folder to try things in, as the shipped set
set_dir=$STATE/rules
fresh() {
	rm -rf "$set_dir"
	cp -R "$top/config/rules" "$set_dir"
}
# rules ARGS: a command of hinomictl rules
rules() {
	ctl rules "$@"
}

# ------------------------------------------------------------------------------------------------ check

good_count=$(rules check "$top/config/rules" --json | jq -r '"\(.problems | length) \(.rules > 80)"')
check_equal 'the shipped rules are right' '0 true' "$good_count"
alone=$(grep -rhE --include='*.yml' --exclude='*.test.yml' '^description:' -A 3 "$top/config/rules" | tr -s ' \n' ' ' | sed 's/description:/\n/g' |
	tail -n +2 | grep -cv 'Counts only')
check_equal 'rules that say that they only count do not stand alone; all others do' "$alone" \
	"$(rules check "$top/config/rules" --json | jq .stand_alone)"
printf 'title: A\nid: 6f4ab0a6-5d5c-4f3e-9f3b-111111111111\nlogsource:\n  category: dns\ndetection:\n  s:\n    query|contians: x\n  condition: s\nlevel: low\n' >"$STATE/bad.yml"
check_fails 'a modifier that does not exist is refused' 1 '1 problem' rules check "$STATE/bad.yml"
check_equal 'with file and line' "$STATE/bad.yml:7" "$(cut -d: -f1,2 "$STATE/check.out")"
check_equal 'and as JSON' "$STATE/bad.yml 7" \
	"$( (rules check --json "$STATE/bad.yml" 2>/dev/null || true) | jq -r '.problems[0] | "\(.file) \(.line)"')"
sed 's/contians/contains/; s/query|/nonsense|/' "$STATE/bad.yml" >"$STATE/bad2.yml"
check_fails 'a field that the log source does not have is refused' 1 '1 problem' rules check "$STATE/bad2.yml"
grep -q nonsense "$STATE/check.out" && good 'and named' || bad 'and named'
sed 's/contians/contains/' "$STATE/bad.yml" >"$STATE/right.yml"
rules check "$STATE/right.yml" >/dev/null && good 'mended, it is right' || bad 'mended, it is right'
check_fails 'check wants to know what' 2 'name the rule files' rules check
check_fails 'a folder that is not there' 1 'cannot read' rules check "$STATE/nowhere"

# ------------------------------------------------------------------------------------------------ cases

check_equal 'the shipped cases pass, and every rule has one that it must match and one that it must not' '0 0' \
	"$(rules test "$top/config/rules" --json | jq -r '"\(.failed) \(.rules_without_cases)"')"
fresh
sed -i 's/gte: 20/gte: 30/' "$set_dir/logins/ssh.yml"
check_fails 'a rule that was changed fails its cases' 1 'cases failed' rules test "$set_dir"
grep -qF "ssh-guessing fires 0 times, and is to fire 1" "$STATE/check.err" && good 'which say what came instead' ||
	bad 'which say what came instead'
grep -qE '^[^:]*/logins/ssh.test.yml:[0-9]+: FAILED: ' "$STATE/check.err" && good 'with file and line' || bad 'with file and line'

# ------------------------------------------------------------------------------------------------ loading

check_fails 'a set whose cases fail is not loaded' 1 'nothing was loaded' rules load "$set_dir"
check_equal 'nothing is stored of it' 0 "$(sql 'SELECT count(*) FROM rule_set')"
first=$(rules load "$top/config/rules" --json | jq -c '[.version, .new]')
check_equal 'the shipped set is version 1' '[1,true]' "$first"
check_equal 'every rule of the files has a number' "$(rules check "$top/config/rules" --json | jq .rules)" \
	"$(sql "SELECT count(*) FROM rule WHERE kind IN ('detection', 'correlation') AND last_version IS NULL")"
check_equal 'the grouping rules too' true "$(sql "SELECT count(*) > 1 FROM rule WHERE kind = 'grouping'" | sed 's/^t$/true/')"
check_equal 'titles in Japanese are kept' 'DNSトンネリングの疑い' "$(sql "SELECT title_ja FROM rule WHERE title = 'DNS tunnel'")"
check_equal 'the same again is no new version' '[1,false]' "$(rules load "$top/config/rules" --json | jq -c '[.version, .new]')"
sql "SELECT uid, rule_id FROM rule ORDER BY uid" >"$STATE/numbers"

fresh
sed -i 's/^title: DNS tunnel$/title: Tunnel in DNS/' "$set_dir/dns/tunnel.yml"
rm "$set_dir/policy/chatter.yml" "$set_dir/policy/chatter.test.yml"
sed 's/contians/contains/' "$STATE/bad.yml" >"$set_dir/own.yml"
removed=$(grep -c '^title: ' "$top/config/rules/policy/chatter.yml")
check_equal 'a changed set says what changed' "[2,1,1,$removed]" \
	"$(rules load "$set_dir" --note 'a test' --json | jq -c '[.version, .added, .changed, .removed]')"
check_equal 'rules that are gone have their last version' "$removed" "$(sql 'SELECT count(*) FROM rule WHERE last_version = 1')"
check_equal 'numbers stay' "$(cat "$STATE/numbers")" \
	"$(sql "SELECT uid, rule_id FROM rule WHERE first_version <= 1 ORDER BY uid")"
check_equal 'the title is the new one' 'Tunnel in DNS' "$(sql "SELECT title FROM rule WHERE title_ja = 'DNSトンネリングの疑い'")"
check_equal 'the note is kept' 'a test' "$(sql 'SELECT note FROM rule_set WHERE version = 2')"
rules load "$top/config/rules" >/dev/null
check_equal 'loading the first set again is version 3, with nothing gone but what was added' '3 1' \
	"$(sql "SELECT max(version), (SELECT count(*) FROM rule WHERE last_version = 2) FROM rule_set" | tr '|' ' ')"
cp "$STATE/bad2.yml" "$set_dir/bad.yml"
check_fails 'a set with a mistake is not loaded' 1 'problem' rules load "$set_dir"
check_equal 'version 3 stays' 3 "$(sql 'SELECT max(version) FROM rule_set')"
check_equal 'list shows those in force' 0 "$(rules list --json | jq '[.rules[] | select(.last_version)] | length')"
check_equal 'and with --all the others' 1 "$(rules list --all --json | jq '[.rules[] | select(.last_version)] | length')"
ctl audit verify >/dev/null && good 'the audit trail holds' || bad 'the audit trail holds'
check_equal 'with one entry for each load' 4 "$(sql "SELECT count(*) FROM audit WHERE action = 'rules.load'")"

# ------------------------------------------------------------------------------------------------ a server that runs

server_start
company 'みなと製作所'
sensor "$company_id" office
minato=$company_id

# ssh FROM COUNT PORT: sessions from outside, one every five seconds, as Suricata logs them
ssh_sessions() {
	awk -v from="$1" -v n="$2" 'BEGIN {
		for (i = from; i < from + n; i++)
			printf "{\"timestamp\":\"2026-11-02T11:%02d:%02d.000000+0900\",\"flow_id\":%d,\"event_type\":\"ssh\",\"src_ip\":\"203.0.113.99\",\"src_port\":%d,\"dest_ip\":\"192.168.7.10\",\"dest_port\":22,\"proto\":\"TCP\",\"ssh\":{\"client\":{\"proto_version\":\"2.0\",\"software_version\":\"libssh2_1.9.0\"}}}\n", \
				int(i / 12), i % 12 * 5, 1000 + i, 40000 + i
	}'
}
send() {
	agent send --state "$STATE/agents/$1" "$2" >>"$STATE/agents.log" 2>&1
}
causes() {
	sql "SELECT count(*) FROM incident_cause c JOIN rule r USING (rule_id) WHERE r.uid IN
	     (SELECT uid FROM rule WHERE title = 'Password guessing at SSH') AND c.company_id = $minato"
}
fired() {
	[ "$(causes)" = 1 ]
}
ssh_sessions 0 12 >"$STATE/ssh1.json"
send office "$STATE/ssh1.json"
wait_until 30 correlated || true
check_equal 'twelve sessions are kept as evidence, not as detections' '12|0' \
	"$(sql "SELECT count(*) FILTER (WHERE kind = 'context'), count(*) FILTER (WHERE kind = 'alert') FROM alert WHERE company_id = $minato")"
check_equal 'twelve are not enough' 0 "$(causes)"
fresh
sed -i 's/gte: 20/gte: 14/; ' "$set_dir/logins/ssh.yml"
sed -i 's/times: 19/times: 13/; s/ssh-from-outside: 19/ssh-from-outside: 13/' "$set_dir/logins/ssh.test.yml"
rules load "$set_dir" >/dev/null
version=$(sql 'SELECT max(version) FROM rule_set')
# Evidence that comes says which version was in force where it was read.
n=12
in_force() {
	ssh_sessions "$n" 1 >"$STATE/ssh2.json"
	send office "$STATE/ssh2.json"
	n=$((n + 1))
	[ "$(sql "SELECT max((rule_hits::jsonb ->> 'set')::bigint) FROM alert WHERE company_id = $minato")" = "$version" ]
}
wait_until 30 in_force && good 'a running server takes a new version over' || bad 'a running server takes a new version over'
ssh_sessions "$n" 2 >"$STATE/ssh3.json"
send office "$STATE/ssh3.json"
wait_until 30 fired && good 'what was counted before the change still counts' || bad 'what was counted before the change still counts'
check_equal 'the incident names the version that made it' "$version" \
	"$(sql "SELECT rule_set FROM incident_cause c JOIN rule r USING (rule_id) WHERE r.title = 'Password guessing at SSH' AND company_id = $minato")"
check_equal 'evidence is not in the detection table' 0 \
	"$(ctl metrics detections --from 2026-11-01 --to 2026-11-30 --json | jq '[.rows[].detections] | add')"
rules load "$top/config/rules" >/dev/null

# ------------------------------------------------------------------------------------------------ the past

"$top/tests/data/generate" "$STATE/samples"
ctl company import "$STATE/samples/companies.csv" >/dev/null
version=$(sql 'SELECT max(version) FROM rule_set')
in_force_again() {
	ssh_sessions 0 1 | sed 's/T11:/T05:/' >"$STATE/ssh4.json"
	send office "$STATE/ssh4.json"
	[ "$(sql "SELECT (rule_hits::jsonb ->> 'set')::bigint FROM alert WHERE company_id = $minato ORDER BY id DESC LIMIT 1")" = "$version" ]
}
wait_until 30 in_force_again || bad 'the shipped set is in force again'
tail -n +2 "$STATE/samples/sensors.csv" >"$STATE/sensors"
while IFS=, read -r folder name _; do
	id=$(sql "SELECT company_id FROM company WHERE name = '$name'")
	sensor "$id" "$folder" </dev/null
	for log in "$STATE/samples/$folder"/*; do
		send "$folder" "$log" </dev/null
	done
done <"$STATE/sensors"
settled() {
	correlated && [ "$(sql 'SELECT count(*) FROM rule_window WHERE due_at IS NOT NULL')" = 0 ]
}
wait_until 120 settled || bad 'the correlator is done with October'

# What fired: rule, company, group, first and last hit, how many hits.
rules replay --from 2026-10-01 --to 2026-10-31 --json >"$STATE/replay.json"
sql "SELECT json_build_array(r.uid, c.company_id, c.detail::json -> 'group',
            to_char(c.first_ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),
            to_char(c.last_ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), c.hits)
     FROM incident_cause c JOIN rule r USING (rule_id) WHERE r.kind = 'correlation' AND c.company_id <> $minato" |
	jq -c -S . | LC_ALL=C sort >"$STATE/live"
jq -c -S '.firings[] | [.uid, .company_id, .group, .first, .last, .hits]' "$STATE/replay.json" | LC_ALL=C sort >"$STATE/replayed"
if [ -s "$STATE/live" ] && cmp -s "$STATE/live" "$STATE/replayed"; then
	good "replay finds what live found: $(wc -l <"$STATE/live") firings"
else
	bad 'replay finds what live found'
	diff -u --label live --label replayed "$STATE/live" "$STATE/replayed" || true
fi

# What the stories of tests/data say: title, company, in words that do not come from the program.
jq -r '.firings[] | "\(.title)|\(.company)"' "$STATE/replay.json" | LC_ALL=C sort -u >"$STATE/told"
grep -vE '^(#|$)' "$top/tests/data/firings.txt" | LC_ALL=C sort -u >"$STATE/stories"
if cmp -s "$STATE/stories" "$STATE/told"; then
	good "October's firings are those of its stories: $(wc -l <"$STATE/stories")"
else
	bad "October's firings are those of its stories"
	diff -u --label stories --label fired "$STATE/stories" "$STATE/told" || true
fi
check_equal 'one company alone' 1 \
	"$(rules replay --from 2026-10-01 --to 2026-10-31 --company "$(sql "SELECT company_id FROM company WHERE name LIKE '%つむぎ%'")" --json |
		jq '[.firings[].company_id] | unique | length')"
check_equal 'days without records' '0 0' \
	"$(rules replay --from 2026-12-01 --to 2026-12-02 --json | jq -r '"\(.records) \(.firings | length)"')"
rules replay --from 2026-10-01 --to 2026-10-31 | grep -q 'cannot be$\|were not stored' && good 'replay says what it cannot know' ||
	bad 'replay says what it cannot know'
sed -i 's/gte: 30$/gte: 5000/' "$set_dir/web/attacks.yml"
check_equal 'rules that are not loaded, with other thresholds' 0 \
	"$(rules replay --from 2026-10-01 --to 2026-10-31 --rules "$set_dir" --json | jq '[.firings[] | select(.title == "Series of web attacks")] | length')"
server_stop && good 'hinomid ends well' || bad 'hinomid ends well'

# ------------------------------------------------------------------------------------------------ rules of others

foreign=${HINOMI_SAMPLES:-$top/../shared/data}/sigma
if [ -d "$foreign" ]; then
	rules check --share "$foreign" --json >"$STATE/share.json"
	check_equal 'a foreign collection is counted' "$(find "$foreign" -name '*.yml' | wc -l)" "$(jq .files "$STATE/share.json")"
	check_equal 'in parts that add up' true \
		"$(jq '([.categories[].files] | add) == .files and ([.categories[].loaded] | add) == .loaded and ([.reasons[].files] | add // 0) == .files - .loaded' "$STATE/share.json")"
else
	skip "rules of others: $foreign does not exist (HINOMI_SAMPLES)"
fi
finish
