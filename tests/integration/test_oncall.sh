#!/bin/sh
# Who is on call: schedules, overrides, calendars, holidays, policies, routes and promises in the database as the api's
# user changes them; the on-call book as the escalator reads it; hinomictl oncall and holidays.
set -eu
. "$(dirname "$0")/lib.sh"

case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
ctl() {
	"$BUILD/hinomictl" "$@"
}
admin() {
	"$BUILD/tests/integration/oncall_admin" "$conninfo" "$@"
}
now() { # QUERY ARGUMENTS...: of oncall now --json
	now_query=$1
	shift
	ctl oncall now --json "$@" | jq -rc "$now_query"
}

database_start
mkdir -p "$STATE/server"
cat >"$STATE/hinomi.yaml" <<CONF
state_dir: $STATE/server
database:
  conninfo: $conninfo
CONF
export HINOMI_CONFIG="$STATE/hinomi.yaml" HINOMI_SCHEMA="$top/schema"
ctl migrate >/dev/null 2>&1
for role in hinomi_api hinomi_escalator; do
	sql "ALTER ROLE $role LOGIN" >/dev/null
done
sql "INSERT INTO app_user (user_id, email, display_name, role) VALUES
	(3, 'sato@example.org', '佐藤', 'analyst'), (5, 'tanaka@example.org', '田中', 'lead'),
	(7, 'suzuki@example.org', '鈴木', 'desk'), (8, 'viewer@example.org', '見学', 'viewer');
	INSERT INTO company (company_id, operator_id, name) VALUES (1, 1, '株式会社A');
	INSERT INTO app_user (user_id, email, display_name, role, scope_company) VALUES
	(9, 'member@example.org', '会員', 'member', 1)" >/dev/null

for command in 'oncall now' 'holidays load' 'holidays list'; do
	# shellcheck disable=SC2086 # words
	check_equal "$command --help" "usage: hinomictl $command" "$(ctl $command --help | head -n 1 | grep -o "^usage: hinomictl $command")"
	# shellcheck disable=SC2086
	check_fails "$command with an option that is not there" 2 'there is no option --nonsense' ctl $command --nonsense
done

# ---------------------------------------------------------------------------------------------------- holidays
check_fails 'holidays: a file that is not there' 1 'nowhere.yaml' ctl holidays load "$STATE/nowhere.yaml"
printf 'years: [2026, 2026]\ndays:\n- {day: 2026-02-30, ja: a, en: b}\n' >"$STATE/bad.yaml"
check_fails 'holidays: a day that does not exist' 1 'bad.yaml:3: day must be a day' ctl holidays load "$STATE/bad.yaml"
check_equal 'holidays: none before' '' "$(ctl holidays list --json | jq -r '.holidays[].day')"
check_equal 'holidays: loaded' "$(grep -c 'day: 20' "$top/config/holidays-japan.yaml") days of 2024 to 2030" "$(ctl holidays load "$top/config/holidays-japan.yaml")"
check_equal 'holidays: listed' '2026-09-21 敬老の日 Respect for the Aged Day|2026-09-22 休日 Citizens'\'' Holiday|2026-09-23 秋分の日 Autumnal Equinox Day' \
	"$(ctl holidays list --from 2026-09-01 --to 2026-09-30 --json | jq -r '[.holidays[] | .day + " " + .ja + " " + .en] | join("|")')"
# A file of one year replaces that year alone.
printf 'years: [2026, 2026]\ndays:\n- {day: 2026-01-01, ja: 元日, en: New Year}\n' >"$STATE/one.yaml"
ctl holidays load "$STATE/one.yaml" >/dev/null
check_equal 'holidays: a year is replaced' '1 21' "$(sql "SELECT count(*) FILTER (WHERE day >= '2026-01-01' AND day < '2027-01-01') || ' ' ||
	count(*) FILTER (WHERE day < '2025-01-01') FROM holiday")"
ctl holidays load >/dev/null
check_equal 'holidays: the shipped file again, found by itself' 18 "$(sql "SELECT count(*) FROM holiday WHERE day >= '2026-01-01' AND day < '2027-01-01'")"
check_equal 'holidays: in the audit trail' 3 "$(sql "SELECT count(*) FROM audit WHERE action = 'holidays.load'")"

# ---------------------------------------------------------------------------------------------------- schedules
check_equal 'as shipped nobody is on call' 'null null' "$(now '[.schedules[].now | tostring] | join(" ")')"
weekly='{"layers": [{"name": "週替わり", "people": [3, 5, 7], "rotation": {"unit": "week", "every": 1, "start": "2026-11-02", "handover": "09:00"}}]}'
check_fails 'a person who is not there' 1 'usage: rules: person 99 cannot be on call' \
	admin schedule-create a Asia/Tokyo "$(echo "$weekly" | sed 's/3, 5, 7/3, 99/')"
check_fails 'a viewer' 1 'usage: rules: person 8' admin schedule-create a Asia/Tokyo "$(echo "$weekly" | sed 's/3, 5, 7/8/')"
check_fails 'a member' 1 'usage: rules: person 9' admin schedule-create a Asia/Tokyo "$(echo "$weekly" | sed 's/3, 5, 7/9/')"
check_fails 'a calendar that is not there' 1 'usage: rules: layers[0].calendar: there is no calendar 77' \
	admin schedule-create a Asia/Tokyo "$(echo "$weekly" | sed 's/"people"/"calendar": 77, "people"/')"
check_fails 'a zone that is none' 1 'usage: timezone: there is no time zone Asia/Tokio' admin schedule-create a Asia/Tokio "$weekly"
check_fails 'a name that is none' 1 'usage: name:' admin schedule-create ' ' Asia/Tokyo "$weekly"
check_fails 'a document that is too long' 1 'usage: rules: it is longer' admin schedule-create a Asia/Tokyo "$weekly$(printf '%40000s' '')"
id=$(admin schedule-create '当番' Asia/Tokyo "$weekly")
check_fails 'a name that is taken' 1 'conflict:' admin schedule-create '当番' Asia/Tokyo "$weekly"
check_equal 'who is on call' '{"id":3,"display_name":"佐藤"} 2026-11-09T00:00:00.000000Z {"id":5,"display_name":"田中"}' \
	"$(now ".schedules[] | select(.id == $id) | (.now | tostring) + \" \" + .until + \" \" + (.next | tostring)" --at 2026-11-04T12:00:00+09:00)"
check_equal 'a time without a zone is the operator'\''s' '"2026-11-04T03:00:00.000000Z"' "$(ctl oncall now --json --at 2026-11-04T12:00:00 | jq -c .at)"
check_equal 'a gap before the first turn' '[{"from":"2026-10-31T00:00:00.000000Z","to":"2026-11-02T00:00:00.000000Z"}]' \
	"$(now ".schedules[] | select(.id == $id) | .gaps" --at 2026-10-31T00:00:00Z)"
ctl oncall now --at '2026-11-04 12:00:00' >"$STATE/table"
check_equal 'as a table' 1 "$(grep -c '当番 *佐藤 *2026-11-09 09:00 *田中' "$STATE/table")"
check_equal 'gaps as a table' 1 "$(grep -c '一次当番 / Primary *2026-11-04 12:00 *2026-11-11 12:00' "$STATE/table")"
check_fails 'a time that is none' 2 '--at wants a time' ctl oncall now --at tomorrow

check_fails 'a version that is past' 1 'conflict:' admin schedule-update "$id" 7 '当番' Asia/Tokyo "$weekly"
check_fails 'a schedule that is not there' 1 'not found:' admin schedule-update 999 1 '当番' Asia/Tokyo "$weekly"
admin schedule-update "$id" 1 '当番' Europe/Berlin "$weekly"
check_equal 'an update moves the version' '2 Europe/Berlin' "$(sql "SELECT version, timezone FROM oncall_schedule WHERE schedule_id = $id" | tr '|' ' ')"
admin schedule-update "$id" 2 '当番' Asia/Tokyo "$weekly"

# ---------------------------------------------------------------------------------------------------- overrides
check_fails 'an override that ends before it begins' 1 'usage: to:' admin override-create "$id" 5 2040-01-02T00:00:00Z 2040-01-01T00:00:00Z 5
check_fails 'an override that is over' 1 'usage: to: it is over' admin override-create "$id" 5 2020-01-01T00:00:00Z 2020-01-02T00:00:00Z 5
check_fails 'an override of a viewer' 1 'usage: person 8' admin override-create "$id" 8 2040-01-01T00:00:00Z 2040-01-02T00:00:00Z 5
check_fails 'an override of no schedule' 1 'not found:' admin override-create 999 5 2040-01-01T00:00:00Z 2040-01-02T00:00:00Z 5
first=$(admin override-create "$id" 5 2040-01-01T00:00:00Z 2040-01-08T00:00:00Z 3)
second=$(admin override-create "$id" 7 2040-01-02T00:00:00Z 2040-01-03T00:00:00Z 3)
check_equal 'the later made one counts' "7 $second" "$(now ".schedules[] | select(.id == $id) | \"\\(.now.id) \\(.override_id)\"" --at 2040-01-02T12:00:00Z)"
check_equal 'overrides as they were made' "$first 田中 by 佐藤|$second 鈴木 by 佐藤|" "$(admin override-list "$id" 2040-01-02T00:00:00Z 2040-01-03T00:00:00Z 0 | tr '\n' '|')"
admin override-end "$id" "$second"
check_fails 'taken back twice' 1 'conflict:' admin override-end "$id" "$second"
check_fails 'an override of another schedule' 1 'not found:' admin override-end 1 "$first"
check_equal 'taken back' 5 "$(now ".schedules[] | select(.id == $id) | .now.id" --at 2040-01-02T12:00:00Z)"
check_equal 'listed only when asked for' '1 2' "$(admin override-list "$id" 2040-01-02T00:00:00Z 2040-01-03T00:00:00Z 0 | grep -c .) $(admin override-list "$id" 2040-01-02T00:00:00Z 2040-01-03T00:00:00Z 1 | grep -c .)"
# Taken back while it counts: what was stays.
check_fails 'an override is at most a year long' 1 'usage: to:' admin override-create "$id" 7 2039-06-01T00:00:00Z 2040-06-02T00:00:00Z 3
third=$(admin override-create "$id" 7 "$(date -u -d '-1 day' +%Y-%m-%dT%H:%M:%SZ)" "$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)" 3)
check_equal 'it counts' "$third" "$(now ".schedules[] | select(.id == $id) | .override_id")"
admin override-end "$id" "$third"
check_equal 'it counts no more' null "$(now ".schedules[] | select(.id == $id) | .override_id")"
check_equal 'it did count' "$third" "$(now ".schedules[] | select(.id == $id) | .override_id" --at "$(date -u -d '-1 hour' +%Y-%m-%dT%H:%M:%SZ)")"

# ---------------------------------------------------------------------------------------------------- calendars
calendar=$(admin calendar-create '夜間' Asia/Tokyo '{"hours": {"mon": [["18:00", "24:00"]]}}')
check_fails 'hours over midnight' 1 'usage: rules: hours.mon[0]: it ends before' admin calendar-create b Asia/Tokyo '{"hours": {"mon": [["22:00", "06:00"]]}}'
admin calendar-update "$calendar" 1 '夜' Asia/Tokyo '{"hours": {}}'
check_fails 'a calendar of another version' 1 'conflict:' admin calendar-update "$calendar" 1 '夜' Asia/Tokyo '{}'
check_fails 'a calendar that is not there' 1 'not found:' admin calendar-update 999 1 '夜' Asia/Tokyo '{}'

# ---------------------------------------------------------------------------------------------------- policies, routes
steps='{"steps": [{"after": "0s", "targets": [{"schedule": '$id'}]}]}'
policy=$(admin policy-create '試験' "$steps")
check_fails 'a policy that goes to no schedule' 1 'usage: rules: steps[0].targets[0]: there is no schedule 999' admin policy-create b "$(echo "$steps" | sed "s/$id/999/")"
check_fails 'a policy that goes to a viewer' 1 'usage: rules: steps[0].targets[0]: person 8' admin policy-create b '{"steps": [{"after": "0s", "targets": [{"person": 8}]}]}'
check_fails 'a policy that goes to no channel' 1 'usage: rules: steps[0].targets[0]: there is no shared channel 1' admin policy-create b '{"steps": [{"after": "0s", "targets": [{"channel": 1}]}]}'
check_fails 'a policy with hours of no calendar' 1 'usage: rules: hours: there is no calendar 999' admin policy-create b '{"steps": [{"after": "0s", "targets": [{"person": 3}]}], "hours": 999}'
check_fails 'a schedule that a policy goes to' 1 'usage: policy 試験 goes to this schedule' admin schedule-archive "$id" 3
check_fails 'a policy of another version' 1 'conflict:' admin policy-update "$policy" 9 '試験' "$steps"
admin policy-update "$policy" 1 '試験' "$steps"
routes='{"routes": [{"name": "all", "policy": '$policy'}]}'
check_fails 'routes to no policy' 1 'usage: rules: there is no policy 999' admin routes-put 1 "$(echo "$routes" | sed "s/$policy/999/")" 5
check_fails 'routes of another version' 1 'conflict:' admin routes-put 9 "$routes" 5
admin routes-put 1 "$routes" 5
check_equal 'routes are kept in all their versions' '1 2' "$(sql 'SELECT version FROM escalation_route ORDER BY 1' | tr '\n' ' ' | sed 's/ $//')"
check_fails 'a policy that the routes go to' 1 'usage: the routes go to this policy' admin policy-archive "$policy" 2
admin routes-put 2 '{"routes": [{"name": "all", "policy": 1}]}' 5
admin policy-archive "$policy" 2
check_fails 'an archived policy is not changed' 1 'not found:' admin policy-update "$policy" 3 '試験' "$steps"
admin schedule-archive "$id" 3
check_equal 'an archived schedule is not shown' 0 "$(now "[.schedules[] | select(.id == $id)] | length")"
check_fails 'a promise that cannot be' 1 'usage: warn_percent' admin promise-put 1 300 900 0 100
check_fails 'a promise by no calendar' 1 'usage: there is no calendar 999' admin promise-put 1 300 900 999 50
admin promise-put 4 0 86400 1 50
check_equal 'a promise of a severity that had none' '4||86400|1|50|1' "$(sql 'SELECT * FROM sla_target WHERE severity = 4')"

# ---------------------------------------------------------------------------------------------------- the book
good='{"layers": [{"name": "a", "people": [3, 5], "rotation": {"unit": "day", "start": "2026-11-02", "handover": "00:00"}}]}'
{
	admin book 2040-11-05T12:00:00+09:00 \
		"UPDATE oncall_schedule SET rules = '$good' WHERE schedule_id = 1" \
		"UPDATE oncall_schedule SET rules = '{\"layers\": 1}' WHERE schedule_id = 1" \
		"UPDATE app_user SET disabled_at = now() WHERE user_id = 5" \
		"UPDATE oncall_schedule SET rules = '$good' WHERE schedule_id = 1; UPDATE app_user SET disabled_at = NULL WHERE user_id = 5" \
		"INSERT INTO oncall_override (schedule_id, user_id, from_at, to_at, made_by) VALUES (2, 7, '2040-11-05 00:00+09', '2040-11-06 00:00+09', 5)" \
		"UPDATE oncall_override SET ended_at = '2026-11-02' WHERE schedule_id = 2" \
		"DELETE FROM holiday WHERE day >= '2030-01-01'" \
		"UPDATE sla_target SET notify_s = 600 WHERE severity = 1" \
		"UPDATE escalation_policy SET rules = '{\"steps\": 1}' WHERE policy_id = 1" \
		"INSERT INTO escalation_route (version, rules) VALUES (100, '{\"routes\": 1}')"
} >"$STATE/book" 2>"$STATE/book.err"
all=$(sql "SELECT count(*) FROM holiday WHERE day < '2030-01-01'")
last=$((all + $(grep -c 'day: 2030' "$top/config/holidays-japan.yaml")))
cat >"$STATE/book.wanted" <<BOOK
1=0 2=0 holidays=$last promise=900 steps=5 routes=1 fault=none
1=5 2=0 holidays=$last promise=900 steps=5 routes=1 fault=none
1=5 2=0 holidays=$last promise=900 steps=5 routes=1 fault=schedule 一次当番 / Primary: layers: it must be a list
1=0 2=0 holidays=$last promise=900 steps=5 routes=1 fault=schedule 一次当番 / Primary: layers: it must be a list
1=5 2=0 holidays=$last promise=900 steps=5 routes=1 fault=none
1=5 2=7 holidays=$last promise=900 steps=5 routes=1 fault=none
1=5 2=0 holidays=$last promise=900 steps=5 routes=1 fault=none
1=5 2=0 holidays=$all promise=900 steps=5 routes=1 fault=none
1=5 2=0 holidays=$all promise=600 steps=5 routes=1 fault=none
BOOK
if head -n 9 "$STATE/book" | cmp -s - "$STATE/book.wanted"; then good 'the book follows each change, and keeps what it had when a document does not parse'; else
	bad 'the book follows each change, and keeps what it had when a document does not parse'
	diff "$STATE/book.wanted" "$STATE/book" || true
fi
check_equal 'a policy that does not parse is kept' 'steps=5 routes=1 fault=policy 緊急 / Critical:' "$(sed -n 10p "$STATE/book" | grep -o 'steps=5 routes=1 fault=policy 緊急 / Critical:')"
check_equal 'routes that do not parse are kept' 'steps=5 routes=1' "$(sed -n 11p "$STATE/book" | grep -o 'steps=5 routes=1')"
check_equal 'faults are logged once a reading' 2 "$(grep -c 'schedule 一次当番 / Primary: layers' "$STATE/book.err")"
finish
