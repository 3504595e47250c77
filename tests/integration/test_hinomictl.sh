#!/bin/sh
# hinomictl against a real PostgreSQL: every command, what it refuses and how, what it leaves in the database.
set -eu
. "$(dirname "$0")/lib.sh"

case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
ctl() {
	"$BUILD/hinomictl" "$@"
}
# json QUERY: of what the last command wrote
json() {
	jq -r "$1" <"$STATE/out.json"
}
hash_of() {
	printf %s "$1" | sha256sum | cut -d' ' -f1
}
ok() { # TEXT COMMAND...: it succeeds
	ok_name=$1
	shift
	if "$@" >"$STATE/ok.out" 2>&1; then good "$ok_name"; else
		bad "$ok_name"
		sed 's/^/  /' "$STATE/ok.out"
	fi
}

database_start
mkdir -p "$STATE/server/keyholder" "$STATE/server/api/certificates" "$STATE/server/collector" "$STATE/server/run"
cat >"$STATE/hinomi.yaml" <<CONF
state_dir: $STATE/server
database:
  conninfo: $conninfo
api:
  public_url: https://soc.example.org/
CONF
export HINOMI_CONFIG="$STATE/hinomi.yaml" HINOMI_SCHEMA="$top/schema"

# ---------------------------------------------------------------------------------------------------- wrong usage
for command in 'migrate' 'operator name' 'company add' 'company list' 'company tag' 'company leave' 'company import' 'network add' \
	'network list' 'network remove' 'span add' 'span list' 'span end' 'sensor add' 'sensor token' 'sensor list' \
	'sensor revoke' 'user add' 'user list' 'user reset' 'user disable' 'user enable' 'metrics detections' \
	'metrics incidents' 'metrics spread' 'metrics trend' 'metrics coverage' 'metrics response' 'metrics peers' 'gaps' \
	'audit verify' 'audit list' 'backup' 'restore'; do
	# shellcheck disable=SC2086 # words
	ctl $command --help >"$STATE/help" || bad "$command --help"
	check_equal "$command --help" "usage: hinomictl $command" "$(head -n 1 "$STATE/help" | grep -o "^usage: hinomictl $command")"
	# shellcheck disable=SC2086
	check_fails "$command with an option that is not there" 2 'there is no option --nonsense' ctl $command --nonsense
done
ok 'help' ctl --help
check_equal 'version' "hinomictl $(cat "$top/VERSION")" "$(ctl --version)"
check_fails 'no command' 2 'usage: hinomictl' ctl
check_fails 'a command that is not there' 2 'there is no command paper' ctl paper build
check_fails 'a verb that is not there' 2 'there is no command company destroy' ctl company destroy
check_fails 'a group alone' 2 'company what?' ctl company
check_fails 'an option is missing' 2 '--from is missing' ctl span add --company 1
check_fails 'a value is missing' 2 '--company needs a value' ctl span add --company --from 2023-10-01
check_fails 'an option twice' 2 'is given twice' ctl company add --name a --name b
check_fails 'a word too many' 2 'one word too many' ctl sensor revoke 1 2
check_fails 'a flag with a value' 2 'takes no value' ctl company list --json=yes
check_fails 'an id that is none' 2 'wants a number from 1 up, not "0"' ctl sensor revoke 0
check_fails 'a day that does not exist' 2 'a date that exists' ctl span add --company 1 --from 2023-02-29
check_fails 'a month that does not exist' 2 'a month, YYYY-MM' ctl metrics incidents --from 2023-13 --to 2023-13
check_fails 'the end before the beginning' 2 'is before --from' ctl gaps --from 2023-10-02 --to 2023-10-01
check_fails 'control characters in a name' 2 'without control characters' ctl company add --name "a
b"
check_fails 'bytes that are no text' 2 'UTF-8' ctl company add --name "$(printf 'a\377b')"
check_fails 'an e-mail address that is none' 2 'an e-mail address' ctl user add --email nobody --role viewer
check_fails 'a network that is none' 2 'a network like' ctl network add --company 1 --cidr 300.1.2.3/8
check_fails 'a configuration that is not there' 1 '/nowhere.yaml' ctl --config "$STATE/nowhere.yaml" company list
check_fails 'a database that is not there' 1 'database:' env HINOMI_CONFIG= "$BUILD/hinomictl" company list

# ---------------------------------------------------------------------------------------------------- migrate
ctl migrate >"$STATE/migrate1" 2>&1 &
first=$!
ctl migrate >"$STATE/migrate2" 2>&1 &
second=$!
status=0
wait "$first" || status=$?
wait "$second" || status=$?
check_equal 'two migrate at once, both succeed' 0 "$status"
files=$(cd "$top/schema" && ls [0-9]*_*.sql)
count=$(echo "$files" | wc -l)
check_equal 'each migration was applied once' "$(echo "$files" | sed 's/^/applied /')" "$(cat "$STATE/migrate1" "$STATE/migrate2" | grep applied | sort)"
check_equal 'and is on record' "$(cd "$top/schema" && sha256sum [0-9]*_*.sql | cut -d' ' -f1)" \
	"$(sql "SELECT encode(sha256, 'hex') FROM schema_migration ORDER BY version")"
check_equal 'there is one operator' '1|Asia/Tokyo' "$(sql 'SELECT count(*), min(timezone) FROM operator')"
check_equal 'a third time does nothing' "the schema is at version $count" "$(ctl migrate)"
cp -R "$top/schema" "$STATE/changed"
echo '-- a later thought' >>"$STATE/changed/0001_core.sql"
check_fails 'a changed file is refused' 1 '0001_core.sql is not the file that was applied' ctl migrate --schema "$STATE/changed"
cp "$top/schema/0001_core.sql" "$STATE/changed/"
next=$(printf %04d $((count + 1)))
echo 'CREATE TABLE half (id bigint PRIMARY KEY); SELECT 1 / 0;' >"$STATE/changed/${next}_bad.sql"
check_fails 'a migration that fails' 1 "${next}_bad.sql: database: division by zero" ctl migrate --schema "$STATE/changed"
check_equal 'leaves nothing' "$count|f" "$(sql "SELECT max(version), to_regclass('half') IS NOT NULL FROM schema_migration")"
mv "$STATE/changed/${next}_bad.sql" "$STATE/changed/$(printf %04d $((count + 2)))_far.sql"
check_fails 'a number that is missing' 1 "migration $next is missing" ctl migrate --schema "$STATE/changed"
rm "$STATE/changed/"*_far.sql "$STATE/changed/$(echo "$files" | tail -n 1)"
check_fails 'a database that is newer' 1 'the database is newer than this program' ctl migrate --schema "$STATE/changed"
mkdir -p "$STATE/prefix/sbin" "$STATE/prefix/share/hinomi"
cp "$BUILD/hinomictl" "$STATE/prefix/sbin/"
check_fails 'no migrations beside the program' 1 '--schema DIR' env -u HINOMI_SCHEMA "$STATE/prefix/sbin/hinomictl" migrate
cp -R "$top/schema" "$STATE/prefix/share/hinomi/schema"
ok 'an installed program finds its migrations' env -u HINOMI_SCHEMA "$STATE/prefix/sbin/hinomictl" migrate
ctl operator name '大阪みなと商工会議所'
check_equal 'the operator has a name' '大阪みなと商工会議所' "$(sql 'SELECT name FROM operator')"

# ---------------------------------------------------------------------------------------------------- companies
check_equal 'company add prints the id' 1 "$(ctl company add --name 'みなと精機' --member-no 101-0142 --industry 製造 --employees 42 --area 港区)"
check_equal 'a second one' 2 "$(ctl company add --name=Second)"
check_fails 'a member number is there once' 1 'company 1 has this member number' ctl company add --name Other --member-no 101-0142
check_fails 'a name too' 1 'company 2 has this member number or this name' ctl company add --name Second
check_equal 'what is stored' '1|みなと精機|101-0142|製造|42|港区' "$(sql 'SELECT company_id, name, member_no, industry, employees, area FROM company WHERE company_id = 1')"
ctl company list --json >"$STATE/out.json"
check_equal 'company list --json' 'みなと精機 101-0142 42' "$(json '.companies[] | select(.id == 1) | "\(.name) \(.member_no) \(.employees)"')"
check_equal 'what is not known is null' null "$(json '.companies[] | select(.id == 2) | .employees')"

ctl company tag 1 --add 製造部会
ctl company tag 1 --add autumn
ctl company tag 1 --add autumn
check_equal 'company tag: each once, in order' '{autumn,製造部会}' "$(sql 'SELECT tags FROM company WHERE company_id = 1')"
ctl company tag 1 --add spring --remove autumn
ctl company list --json >"$STATE/out.json"
check_equal 'one added, one taken away' 'spring 製造部会' "$(json '.companies[] | select(.id == 1) | .tags | join(" ")')"
check_equal 'and on record' 'company 1|spring|autumn' "$(sql "SELECT subject, detail::json ->> 'add', detail::json ->> 'remove' FROM audit WHERE action = 'company.tag' ORDER BY audit_id DESC LIMIT 1")"
check_fails 'company tag without a tag' 2 'give --add TAG' ctl company tag 1
check_fails 'tag of a company that is not there' 1 'no such company' ctl company tag 999 --add x
check_fails 'a tag that no mute could name' 2 'at most 100 bytes' ctl company tag 1 --add "$(printf '%0101d' 0)"

printf '\357\273\277name,employees,member_no,from,to\r\n"アルファ, ""本店""",7,A-1,2023-10-01,\r\nBeta,,,2023-10-01,2023-10-31\r\n\r\nGamma,0,,,\r\n' >"$STATE/list.csv"
check_equal 'company import' '3 companies added, 0 brought up to date, 2 spans' "$(ctl company import "$STATE/list.csv")"
check_equal 'quotes and commas' '7|A-1' "$(sql "SELECT employees, member_no FROM company WHERE name = 'アルファ, \"本店\"'")"
check_fails 'the same file again names the line' 1 'list.csv: line 2: company 3 has this member number' ctl company import "$STATE/list.csv"
printf 'name,member_no,industry,employees,from,to\nNew name,A-1,卸売,8,2023-10-01,2023-12-31\nDelta,,,,,\n' |
	ctl company import - --update >"$STATE/ok.out"
check_equal 'with --update it is brought up to date' '1 companies added, 1 brought up to date, 1 spans' "$(cat "$STATE/ok.out")"
check_equal 'what the file knows replaces' 'New name|A-1|卸売|8|2023-12-31' "$(sql "SELECT c.name, member_no, industry, employees, to_day FROM company c JOIN monitoring_span s USING (company_id) WHERE member_no = 'A-1'")"
companies=$(sql 'SELECT count(*) FROM company')
changes=$(sql 'SELECT count(*), (SELECT count(*) FROM audit) FROM change')
refused() { # TEXT WORDS CSV
	printf %b "$3" >"$STATE/bad.csv"
	check_fails "import: $1" 1 "$2" ctl company import "$STATE/bad.csv"
}
refused 'empty' 'the file is empty' ''
refused 'only headings' 'no company behind' 'name\n'
refused 'no name' 'there is no column name' 'member_no\n1\n'
refused 'a column that is not known' 'line 1: there is no column "nmae"' 'nmae\nx\n'
refused 'a column twice' 'column name is there twice' 'name,name\nx,y\n'
refused 'too few fields' 'line 3: there are 1 fields instead of 2' 'name,area\nx,y\nz\n'
refused 'a date' 'line 2: from is not a date' 'name,from\nx,2023-02-30\n'
refused 'to before from' 'line 2: to is before from' 'name,from,to\nx,2023-02-03,2023-02-02\n'
refused 'to alone' 'line 2: to needs a from' 'name,from,to\nx,,2023-02-02\n'
refused 'employees' 'line 2: employees is not a number' 'name,employees\nx,many\n'
refused 'a quote that does not end' 'line 3: a quoted field does not end' 'name\nx\n"y\n'
refused 'bytes that are no text' 'not UTF-8' 'name\n\0203A\0203\n'
refused 'a name twice in the file' 'line 4: company' 'name\nx\ny\nx\n'
printf 'name,from\nx,2023-01-01\nBeta,2023-10-15\n' >"$STATE/bad.csv"
check_fails 'import: a span that overlaps' 1 'line 3: company 4 is monitored from 2023-10-01 until 2023-10-31' \
	ctl company import --update "$STATE/bad.csv"
check_equal 'a refused file changes nothing' "$companies" "$(sql 'SELECT count(*) FROM company')"
check_equal 'and is nowhere on record' "$changes" "$(sql 'SELECT count(*), (SELECT count(*) FROM audit) FROM change')"

# ---------------------------------------------------------------------------------------------------- spans
span=$(ctl span add --company 1 --from 2023-10-01)
check_fails 'spans do not overlap' 1 "company 1 is monitored from 2023-10-01 on already (span $span)" ctl span add --company 1 --from 2023-11-01 --to 2023-11-30
ctl span end "$span" --to 2023-10-31
check_equal 'a span ends' 2023-10-31 "$(sql "SELECT to_day FROM monitoring_span WHERE span_id = $span")"
check_fails 'the last day is monitored too' 1 "from 2023-10-01 until 2023-10-31 already" ctl span add --company 1 --from 2023-10-31
ok 'the day after is free' ctl span add --company 1 --from 2023-11-01 --to 2023-11-30
check_fails 'an end cannot run into the next span' 1 'company 1 is monitored from 2023-11-01' ctl span end "$span" --to 2023-11-01
check_fails 'nor lie before the beginning' 1 'begins on 2023-10-01' ctl span end "$span" --to 2023-09-30
check_fails 'a span that is not there' 1 'there is no span 999' ctl span end 999 --to 2023-10-31
check_fails 'a company that is not there' 1 'company' ctl span add --company 999 --from 2023-10-01
ctl span list --company 1 --json >"$STATE/out.json"
check_equal 'span list' '2023-10-01 2023-10-31
2023-11-01 2023-11-30' "$(json '.spans[] | "\(.from) \(.to)"')"
check_equal 'span list for people' 1 "$(ctl span list | grep -c 'みなと精機  2023-10-01  2023-10-31')"

# ---------------------------------------------------------------------------------------------------- who listens
mkfifo "$STATE/listener"
psql -d "$conninfo" -X -q <"$STATE/listener" >"$STATE/notes" 2>&1 &
listener=$!
at_exit "kill $listener 2>/dev/null"
exec 5>"$STATE/listener"
echo 'LISTEN hinomi_sensor; LISTEN hinomi_change;' >&5
wait_until 10 eval '[ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '"'LISTEN hinomi_change%'"'")" = 1 ]'

# ---------------------------------------------------------------------------------------------------- networks
ok 'network add' ctl network add --company 1 --cidr 203.0.113.7/29 --note 'fixed addresses'
check_equal 'bits behind the prefix are cleared' '203.0.113.0/29|fixed addresses' "$(sql 'SELECT network, note FROM company_network')"
check_fails 'a network is there once' 1 'has the network 203.0.113.0/29 already' ctl network add --company 1 --cidr 203.0.113.0/29
ok 'IPv6' ctl network add --company 1 --cidr 2001:db8::/48
check_equal 'network list' 'みなと精機 203.0.113.0/29 fixed addresses' "$(ctl network list --json | jq -r '.networks[0] | "\(.company) \(.network) \(.note)"')"
ok 'network remove' ctl network remove --company 1 --cidr 2001:db8::/48
check_fails 'a network that is not there' 1 'has no network 2001:db8::/48' ctl network remove --company 1 --cidr 2001:db8::/48
check_fails 'a network of nobody' 1 'company' ctl network add --company 999 --cidr 198.51.100.1

# ---------------------------------------------------------------------------------------------------- sensors
token=$(ctl sensor add --company 1 --name 本社 --timezone Asia/Tokyo)
check_equal 'a token is 43 characters of base64url, alone' "$token" "$(echo "$token" | grep -E '^[A-Za-z0-9_-]{43}$')"
check_equal 'the database has its hash, for 24 hours' "1|$(hash_of "$token")|24:00:00|f" \
	"$(sql "SELECT sensor_id, encode(token_sha256, 'hex'), date_trunc('minute', expires_at - now() + interval '30 seconds'), used_at IS NOT NULL FROM sensor_token")"
check_equal 'tokens differ' 2 "$(printf '%s\n%s\n' "$token" "$(ctl sensor add --company 1 --name 支店)" | sort -u | wc -l)"
check_fails 'a name is there once' 1 'has a sensor of this name' ctl sensor add --company 1 --name 本社
check_fails 'a zone that is not there' 1 'there is no time zone Asia/Osaka' ctl sensor add --company 1 --name x --timezone Asia/Osaka
check_fails 'a company that is not there' 1 'there is no company 999' ctl sensor add --company 999 --name x
again=$(ctl sensor token 1)
check_equal 'a second token for it' 2 "$(sql "SELECT count(*) FROM sensor_token WHERE sensor_id = 1")"
sql "INSERT INTO sensor_certificate (company_id, sensor_id, fingerprint, serial, not_before, not_after, certificate)
	VALUES (1, 1, decode(repeat('01', 32), 'hex'), '01', now(), now() + interval '30 days 1 hour', '');
	INSERT INTO sensor_health (company_id, sensor_id, last_seen_at, agent_version, spool_records)
	VALUES (1, 1, '2023-10-01 12:00+00', E'1.0\u009b31m', 5)"
ctl sensor list --json >"$STATE/out.json"
check_equal 'sensor list' '本社 new 2023-10-01T12:00:00.000000Z 30 5' "$(json '.sensors[] | select(.id == 1) | "\(.name) \(.state) \(.last_seen_at) \(.certificate_days_left) \(.spool_records)"')"
check_equal 'a sensor that is not enrolled has no days left' null "$(json '.sensors[] | select(.id == 2) | .certificate_days_left')"
check_equal 'an agent cannot speak to the terminal' 1 "$(ctl sensor list | grep -c '1.0?31m')"
ctl sensor revoke 1
check_equal 'revoked: state, certificate, tokens' 'revoked|0|0' "$(sql "SELECT state,
	(SELECT count(*) FROM sensor_certificate c WHERE c.sensor_id = s.sensor_id AND revoked_at IS NULL),
	(SELECT count(*) FROM sensor_token t WHERE t.sensor_id = s.sensor_id) FROM sensor s WHERE sensor_id = 1")"
echo 'SELECT 1;' >&5
exec 5>&-
wait "$listener"
check_equal 'the collector was rung for each change of networks and sensors' 7 "$(grep -c 'notification "hinomi_sensor"' "$STATE/notes")"
check_equal 'and live screens too' 7 "$(grep -c 'notification "hinomi_change"' "$STATE/notes")"
check_fails 'a revoked sensor gets no token' 1 'sensor 1 is revoked' ctl sensor token 1
check_fails 'and is not revoked twice' 1 'sensor 1 is revoked' ctl sensor revoke 1
check_fails 'a sensor that is not there' 1 'there is no sensor 999' ctl sensor revoke 999
check_equal 'live screens are told' 1 "$(sql "SELECT count(*) FROM change WHERE kind = 'sensor' AND id_from = 1 AND created_at = (SELECT max(created_at) FROM change)")"
ctl sensor add --company 2 --name only >"$STATE/ok.out"
ok 'company leave' ctl company leave 2 --on 2023-10-31
check_equal 'its sensors are revoked' 0 "$(sql 'SELECT count(*) FROM sensor WHERE company_id = 2 AND revoked_at IS NULL')"
check_fails 'it leaves once' 1 'company 2 has left before' ctl company leave 2
check_fails 'and gets no sensor' 1 'company 2 has left' ctl sensor add --company 2 --name x
check_fails 'nobody leaves in the future' 2 'has not come yet' ctl company leave 1 --on 2999-01-01
check_equal 'a name that left is free' 1 "$(ctl company add --name Second | grep -c .)"

# ---------------------------------------------------------------------------------------------------- people
link=$(ctl user add --email Hanako.Yamada@Example.org --role analyst --name 山田花子)
check_equal 'the set-up link' 'https://soc.example.org/setup' "${link%%#*}"
check_equal 'its token is on record as a hash' "$(hash_of "${link##*#}")|hanako.yamada@example.org|analyst|t" \
	"$(sql "SELECT encode(setup_sha256, 'hex'), email, role, setup_expires_at > now() FROM app_user")"
check_fails 'an address is there once' 1 'there is a user hanako.yamada@example.org already' ctl user add --email HANAKO.yamada@example.org --role viewer
check_fails 'a role that is not there' 2 'there is no role boss' ctl user add --email a@example.org --role boss
check_fails 'a member needs a company' 2 '--company is missing' ctl user add --email a@example.org --role member
check_fails 'a company that is not there' 1 'company' ctl user add --email a@example.org --role member --company 999
ok 'a member' ctl user add --email m@example.org --role member --company 1 --language en
sql "UPDATE app_user SET password_hash = 'x', setup_sha256 = NULL WHERE email LIKE 'hanako%';
	INSERT INTO session (token_sha256, user_id, expires_at) SELECT decode(repeat('07', 32), 'hex'), user_id, now() + interval '1 hour' FROM app_user WHERE email LIKE 'hanako%'"
check_equal 'user list' 'hanako.yamada@example.org analyst active null
m@example.org member invited 1' "$(ctl user list --json | jq -r '.users[] | "\(.email) \(.role) \(.state) \(.company_id)"')"
ok 'user disable' ctl user disable Hanako.Yamada@example.org
check_equal 'sessions end' 0 "$(sql 'SELECT count(*) FROM session')"
check_fails 'disabled once' 1 'is disabled already' ctl user disable hanako.yamada@example.org
check_fails 'no link for who is disabled' 1 'user enable comes first' ctl user reset hanako.yamada@example.org
ok 'user enable' ctl user enable hanako.yamada@example.org
link=$(ctl user reset hanako.yamada@example.org)
check_equal 'reset: the old password is gone, the new link counts' "t|$(hash_of "${link##*#}")" \
	"$(sql "SELECT password_hash IS NULL, encode(setup_sha256, 'hex') FROM app_user WHERE email LIKE 'hanako%'")"
check_fails 'nobody' 1 'there is no user nobody@example.org' ctl user reset nobody@example.org

# ---------------------------------------------------------------------------------------------------- figures
# The pilot of 2019, as counts per company: the table must be that of the presentation.
{
	echo name,from,to
	tail -n +2 "$top/tests/data/pilot-2019.csv" | cut -d, -f1-3
} >"$STATE/pilot.csv"
ok 'the companies of the pilot' ctl company import "$STATE/pilot.csv"
psql -d "$conninfo" -X -q -v ON_ERROR_STOP=1 <<SQL
CREATE TEMP TABLE p (company text, f date, t date, in_ips int, in_av int, out_ips int, out_av int, out_other int);
\\copy p FROM '$top/tests/data/pilot-2019.csv' (FORMAT csv, HEADER)
INSERT INTO company_day (company_id, day, direction, engine, severity, action, detections)
SELECT c.company_id, p.f, v.direction, v.engine, 1, 'blocked', v.n FROM p JOIN company c ON c.name = p.company CROSS JOIN LATERAL
(VALUES ('inbound', 'ips', in_ips), ('inbound', 'antivirus', in_av), ('outbound', 'ips', out_ips),
('outbound', 'antivirus', out_av), ('outbound', 'other', out_other)) v (direction, engine, n) WHERE v.n > 0;
INSERT INTO company_month (company_id, month, inbound_ips, inbound_antivirus, outbound_ips, outbound_antivirus, outbound_other)
SELECT c.company_id, date_trunc('month', p.f::timestamp)::date, in_ips, in_av, out_ips, out_av, out_other
FROM p JOIN company c ON c.name = p.company;
SQL
ctl metrics detections --from 2019-07-08 --to 2020-01-31 --json >"$STATE/out.json"
check_equal 'the document has the keys of the contract' \
	'["from","mean_monitored_days","monitored_companies","monitored_days","outside_spans","rows","to"] ["companies","detections","direction","engine","monitored_days","per_company_month","per_monitored_company_month"]' \
	"$(json '"\(keys) \(.rows[0] | keys)"')"
check_equal 'companies and detections of the pilot' \
	'inbound total 64 19100
inbound ips 48 18325
inbound antivirus 34 775
inbound web 0 0
inbound dns 0 0
inbound other 0 0
outbound total 31 692
outbound ips 31 683
outbound antivirus 1 1
outbound web 0 0
outbound dns 0 0
outbound other 5 8' "$(json '.rows[] | "\(.direction) \(.engine) \(.companies) \(.detections)"')"
ctl metrics detections --from 2019-07-08 --to 2020-01-31 >"$STATE/table"
check_equal 'rates as shown' '56 72 4 4 4 0.1' \
	"$(awk '$2 == "total" || $2 == "ips" || $2 == "antivirus" { printf "%s%s", separator, $5; separator = " " }' "$STATE/table")"
check_equal 'as many companies as were monitored' '110 monitored companies' "$(grep -o '^[0-9]* monitored companies' "$STATE/table")"
sql "INSERT INTO incident (company_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason, alert_count, detection_count, blocked_count, state)
	VALUES (1, 1, '2023-10-31 14:59:59Z', '2023-11-02Z', 'inbound', 'none', 1, 't', 'k', 'r', 'r', 1, 1, 0, 'open'),
	(1, 2, '2023-10-31 15:00:00Z', '2023-11-02Z', 'inbound', 'none', 1, 't', 'k', 'r', 'r', 1, 1, 0, 'open'),
	(1, 3, '2023-10-05Z', '2023-10-05Z', 'inbound', 'none', 1, 't', 'k', 'r', 'r', 1, 1, 0, 'merged')"
check_equal 'an incident counts where it began, in the zone' '2023-10 1 31
2023-11 1 30' "$(ctl metrics incidents --from 2023-10 --to 2023-11 --company 1 --json | jq -r '.rows[] | "\(.month) \(.incidents) \(.monitored_days)"')"
check_equal 'for people' 1 "$(ctl metrics incidents --from 2023-10 --to 2023-10 --company 1 | grep -c '^2023-10 .*みなと精機')"
check_fails 'a company that is not there' 1 'company' ctl metrics incidents --from 2023-10 --to 2023-10 --company 999

# ---------------------------------------------------------------------------------------------------- gaps
today=$(sql "SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")
yesterday=$(sql "SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date - 1")
sql "UPDATE sensor SET created_at = now() - interval '1 day' WHERE sensor_id = 2;
	INSERT INTO sensor_day (company_id, sensor_id, day, expected, received, dropped, unparsed, heartbeats) VALUES (1, 2, '$today', 100, 80, 15, 2, 3)"
ctl gaps --from "$yesterday" --to "$today" --company 1 --json >"$STATE/out.json"
check_equal 'what is missing, and a silent day' "$yesterday 0 true
$today 5 false" "$(json '.rows[] | select(.sensor_id == 2) | "\(.day) \(.missing) \(.silent)"')"
check_equal 'for people' "100 80 15 5" "$(ctl gaps --from "$today" --to "$today" --company 1 | awk '$4 == "支店" { print $6, $7, $8, $9 }')"

# ---------------------------------------------------------------------------------------------------- audit
ok 'the audit trail is sound' ctl audit verify
check_equal 'who did it' "ctl:$(id -un)" "$(ctl audit list --limit 1 --json | jq -r '.entries[0].actor')"
check_equal 'each kind of change is on record' \
	'company.add company.import company.leave company.tag indicator.warnings network.add network.remove operator.rename sensor.add sensor.revoke sensor.token span.add span.end user.add user.disable user.enable user.reset' \
	"$(sql "SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM audit")"
check_equal 'no secret is in it' 0 "$(sql 'SELECT detail, subject FROM audit' | grep -c -e "$token" -e "$again" -e "${link##*#}" || true)"
entry=$(sql 'SELECT max(audit_id) - 2 FROM audit')
detail=$(sql "SELECT detail FROM audit WHERE audit_id = $entry")
sql "UPDATE audit SET detail = '{}', actor = 'ctl:somebody' WHERE audit_id = $entry"
check_fails 'a changed entry is found' 1 "audit entry $entry was changed after it was written" ctl audit verify
sql "UPDATE audit SET detail = \$q\$$detail\$q\$, actor = 'ctl:$(id -un)' WHERE audit_id = $entry"
ok 'put back, it is sound again' ctl audit verify
sql "CREATE TABLE kept AS SELECT * FROM audit WHERE audit_id = $entry; DELETE FROM audit WHERE audit_id = $entry"
check_fails 'a missing entry is found' 1 "audit entry $entry is missing" ctl audit verify
sql "INSERT INTO audit SELECT * FROM kept; DROP TABLE kept"
check_fails 'output that cannot be written' 1 'cannot write the output' sh -c "'$BUILD/hinomictl' company list >/dev/full"

# ---------------------------------------------------------------------------------------------------- backup
echo key >"$STATE/server/keyholder/ca.key"
chmod 600 "$STATE/server/keyholder/ca.key"
echo ca >"$STATE/server/ca.pem"
chmod 644 "$STATE/server/ca.pem"
echo api >"$STATE/server/api/certificates/own.pem"
echo no >"$STATE/server/run/status.json"
ok 'backup' ctl backup "$STATE/backup"
check_equal 'what is in it' 'database.dump hinomi.yaml manifest.json state/api/certificates/own.pem state/ca.pem state/keyholder/ca.key' \
	"$(cd "$STATE/backup" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
check_equal 'nobody else can read it' '' "$(find "$STATE/backup" -perm /077)"
jq -r '.files[] | "\(.sha256)  \(.path)"' <"$STATE/backup/manifest.json" >"$STATE/sums"
check_equal 'the manifest is right' 5 "$(cd "$STATE/backup" && sha256sum -c "$STATE/sums" 2>&1 | grep -c ': OK')"
check_fails 'not into a folder with something in it' 1 'is not an empty folder' ctl backup "$STATE/backup"
mkdir "$STATE/nopath"
check_fails 'without pg_dump' 1 'pg_dump was not found' env PATH="$STATE/nopath" "$BUILD/hinomictl" backup "$STATE/backup2"
check_equal 'an incomplete one has no manifest' no "$([ -f "$STATE/backup2/manifest.json" ] || echo no)"

# All rows of all tables, of the database in $1.
contents() {
	psql -d "$1" -X -q -At -v ON_ERROR_STOP=1 -c "SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %I t', c.relname, c.relname)
		FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('audit') ORDER BY 1" >"$STATE/contents.sql"
	sed 's/$/;/' "$STATE/contents.sql" | psql -d "$1" -X -q -At -v ON_ERROR_STOP=1
}
contents "$conninfo" >"$STATE/before"
other=$("$top/scripts/postgres" start "$STATE/other" 5433)
at_exit "'$top/scripts/postgres' stop '$STATE/other'"
sed "s|^state_dir:.*|state_dir: $STATE/new|; s|^  conninfo:.*|  conninfo: $other|" "$STATE/hinomi.yaml" >"$STATE/new.yaml"
new() {
	ctl --config "$STATE/new.yaml" "$@"
}
cp -R "$STATE/backup" "$STATE/torn"
echo other >"$STATE/torn/state/keyholder/ca.key"
check_fails 'a changed file is found before anything is done' 1 'ca.key is not what was backed up' new restore "$STATE/torn"
rm "$STATE/torn/manifest.json"
check_fails 'no manifest, no backup' 1 'manifest.json' new restore "$STATE/torn"
sed 's|state/ca.pem|state/../../ca.pem|' "$STATE/backup/manifest.json" >"$STATE/torn/manifest.json"
check_fails 'a manifest cannot lead out of the folder' 1 'file' new restore "$STATE/torn"
check_equal 'nothing was done so far' 0 "$(psql -d "$other" -X -At -c "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")"
ok 'restore into another cluster' new restore "$STATE/backup"
contents "$other" >"$STATE/after"
check_equal 'all rows of all tables' "$(cat "$STATE/before")" "$(cat "$STATE/after")"
check_equal 'state and modes' '600 ca.key 644 ca.pem' "$(stat -c '%a %n' "$STATE/new/keyholder/ca.key" "$STATE/new/ca.pem" | sed 's|/.*/||' | tr '\n' ' ' | sed 's/ $//')"
check_equal 'the key' key "$(cat "$STATE/new/keyholder/ca.key")"
ok 'the audit trail is sound there' new audit verify
check_equal 'and says what happened' restore "$(new audit list --limit 1 --json | jq -r '.entries[0].action')"
ok 'migrate finds nothing to do' new migrate
check_equal 'ids go on' "$(sql 'SELECT max(company_id) + 1 FROM company')" "$(new company add --name After)"
check_equal 'the rules of the schema hold' '' "$(psql -X -q -At -F '|' -d "$other" -f "$top/schema/lint.sql" | awk -F '|' '$2 != ""')"
check_equal 'the api sees nothing without a company' 0 "$(psql -d "$(echo "$other" | sed 's/ user=.*//') user=hinomi_api" -X -q -At -c 'SELECT count(*) FROM company')"
check_equal 'users have their attributes and settings' 't|{synchronous_commit=off}' "$(psql -d "$other" -X -At -c "SELECT rolbypassrls, rolconfig FROM pg_roles WHERE rolname = 'hinomi_correlator'")"
check_equal 'escalator and reporter see every company there, and nobody has become more than that' 'hinomi_collector hinomi_correlator hinomi_escalator hinomi_feed hinomi_housekeeper hinomi_reporter' \
	"$(psql -d "$other" -X -At -c "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'hinomi\\_%' AND rolbypassrls")"
check_fails 'not over something' 1 'the database is not empty' new restore "$STATE/backup"
mkfifo "$STATE/role"
PGAPPNAME='hinomi correlator' psql -d "$other" -X -q <"$STATE/role" >"$STATE/ok.out" 2>&1 &
role=$!
exec 6>"$STATE/role"
connected() {
	psql -d "$other" -X -At -c "SELECT application_name FROM pg_stat_activity" | grep -q '^hinomi correlator'
}
wait_until 10 connected
check_fails 'not under a running server' 1 'hinomi correlator is connected to this database; stop hinomid' new restore --force "$STATE/backup"
exec 6>&-
wait "$role" || true
ok 'with --force' new restore --force "$STATE/backup"
contents "$other" >"$STATE/after"
check_equal 'everything is as it was again' "$(cat "$STATE/before")" "$(cat "$STATE/after")"
check_equal 'the old state was put aside' 1 "$(find "$STATE/new" -maxdepth 1 -name 'keyholder.before-*' | wc -l)"
check_equal 'the api still sees nothing without a company' 0 "$(psql -d "$(echo "$other" | sed 's/ user=.*//') user=hinomi_api" -X -q -At -c 'SELECT count(*) FROM company')"

finish
