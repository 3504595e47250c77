#!/bin/sh
# What the calendar brings, with the api and an escalator that looks at it once each time it is started: gaps in
# schedules, the end of the table of holidays, requests to members, the clocks of the personal-information law, orders
# that nobody accepts, the monthly drill. Each is told once, to whom it concerns, in their language, and not for what is
# over. And notices that a long outage made stale: one bundle for each receiver.
set -eu
. "$(dirname "$0")/server.sh"
. "$(dirname "$0")/escalator.sh"
. "$(dirname "$0")/answer_token.sh"

mail_start
server_settings="$(escalator_settings)
  notice_life: 8s"
[ -d "$BUILD/web" ] || mkdir -p "$BUILD/web"
server_prepare
"$BUILD/hinomid" --role=api --config="$STATE/hinomi.yaml" >>"$STATE/api.log" 2>&1 </dev/null &
api_pid=$!
at_exit "kill $api_pid 2>/dev/null || true"
api_ready() {
	grep -qs ' ready$' "$STATE/api.log"
}
wait_until 10 api_ready

# ------------------------------------------------------------------------------------------ rounds
escalator_pid=''
escalator_end() {
	[ -z "$escalator_pid" ] || kill "$escalator_pid" 2>/dev/null || true
	[ -z "$escalator_pid" ] || wait "$escalator_pid" 2>/dev/null || true
	escalator_pid=''
}
at_exit escalator_end
# What it looks at once a minute it looks at when it starts, before it first says how it is.
round_done() {
	[ "$(sql "SELECT (SELECT count(*) FROM engine WHERE started_at > '$round_began') * (SELECT count(*) = 0 FROM page_request)::integer
		* (SELECT count(*) = 0 FROM outbox WHERE state IN ('pending', 'sending'))::integer")" -ge 1 ]
}
round() { # round [true|false]: with the monthly drill or without
	sed -i "s/monthly_drill: .*/monthly_drill: ${1:-false}/" "$STATE/hinomi.yaml"
	sql 'DELETE FROM engine'
	round_began=$(sql 'SELECT now()')
	escalator_start
	wait_until 15 round_done || {
		bad 'a round of the escalator'
		tail -n 20 "$STATE/escalator.log"
	}
	escalator_end
	wrong=$(grep -e 'reminders: ' -e ' error' "$STATE/escalator.log" || true)
	[ -z "$wrong" ] || bad "a round of the escalator: $wrong"
}
told() { # told FILTER: receivers of what fits, with the number of their mails where it is not one
	mails "$1" | jq -r .to | sort | uniq -c | awk '{ print $2 ($1 > 1 ? "*" $1 : "") }' | xargs
}
# The operator's zone is one in which it is that hour now: full hours east or west of UTC.
hour_is() { # hour_is HOUR: sets $zone $today
	east=$(($1 - $(date -u +%-H)))
	[ "$east" -ge -11 ] || east=$((east + 24))
	[ "$east" -le 12 ] || east=$((east - 24))
	zone=Etc/GMT$([ "$east" -gt 0 ] && echo "-$east" || echo "+${east#-}")
	sql "UPDATE operator SET timezone = '$zone'"
	today=$(sql "SELECT (now() AT TIME ZONE '$zone')::date")
}
day() { # day OFFSET [FORMAT]: from today
	date -u -d "$today + $1 days" "+${2:-%Y-%m-%d}"
}
at_hour() { # at_hour OFFSET HH:MM: that local time, for SQL
	echo "timestamp '$(day "$1") $2' AT TIME ZONE '$zone'"
}

# ------------------------------------------------------------------------------------------ people
sign_in boss@example.jp admin
people
person gone lead
person desk desk
desk_id=$person_id
sql "UPDATE app_user SET language = 'en' WHERE email IN ('boss@example.jp', 'two@example.jp');
	UPDATE app_user SET disabled_at = now() WHERE email = 'gone@example.jp'"
company 'Alpha Ltd'
alpha=$company_id
company '株式会社ベータ'
beta=$company_id
company 'Without Mail Ltd'
silent=$company_id
person bound analyst
sql "UPDATE app_user SET scope_company = $alpha WHERE user_id = $person_id"
sql "INSERT INTO company_contact (company_id, position, name, email, language, removed_at) VALUES
	($alpha, 1, 'Left', 'left@member.example', 'en', now()), ($alpha, 2, 'Phone', '', 'en', NULL),
	($alpha, 3, 'Smith', 'smith@member.example', 'en', NULL), ($alpha, 4, 'Second', 'second@member.example', 'en', NULL),
	($beta, 1, '田中', 'tanaka@member.example', 'ja', NULL), ($silent, 1, 'Nobody', NULL, 'ja', NULL)"

# ------------------------------------------------------------------------------------------ the calendar of the office
# Open on every weekday, closed on those days of this month that are before the given one.
first_business_day() { # first_business_day OFFSET
	sql "UPDATE calendar SET version = version + 1, rules = (SELECT jsonb_build_object('hours', jsonb_object_agg(d,
			'[[\"09:00\", \"17:30\"]]'::jsonb)) FROM unnest('{mon,tue,wed,thu,fri,sat,sun}'::text[]) d) ||
		jsonb_build_object('closed', (SELECT coalesce(jsonb_agg(to_char(d, 'YYYY-MM-DD')), '[]') FROM generate_series(
			date_trunc('month', date '$today'), date '$(day "$1")' - interval '1 day', interval '1 day') d)) WHERE calendar_id = 1"
}
drills() {
	sql 'SELECT count(*) FROM drill'
}
requests() {
	sql "INSERT INTO member_request (company_id, request_id, who, what, due_on, state, made_by, made_at, reminded_at)
		SELECT c, n, 'them', 'Request ' || n, date '$today' + d, s, $one_id, m, r FROM (VALUES
		($alpha, 1, 1, 'open', $(at_hour -1 00:30), NULL::timestamptz), ($beta, 2, -3, 'open', $(at_hour -9 23:30), NULL),
		($alpha, 3, 1, 'done', now(), NULL), ($alpha, 4, -3, 'withdrawn', now(), NULL), ($alpha, 5, 2, 'open', now(), NULL),
		($alpha, 6, 0, 'open', now(), NULL), ($beta, 7, -10, 'open', now(), now() - interval '3 days'),
		($beta, 8, -10, 'open', now(), now() - interval '8 days'), ($silent, 9, -3, 'open', now(), NULL),
		($alpha, 10, 1, 'open', now(), now() - interval '1 hour')) AS q (c, n, d, s, m, r)"
}

hour_is 7
first_business_day 0
requests
round true
check_equal 'at seven in the morning: no drill, and no member is reminded' '0 0' "$(drills) $(sql 'SELECT count(*) FROM outbox')"
hour_is 19
sql 'DELETE FROM member_request'
requests
round false
check_equal 'nor at seven in the evening' 0 "$(sql 'SELECT count(*) FROM outbox')"

# ------------------------------------------------------------------------------------------ what is due at noon
hour_is 12
sql 'DELETE FROM member_request'
requests
first_business_day 1
layer() { # layer FROM TO USER: a layer of these days
	echo "{\"name\": \"$1\", \"people\": [$3], \"from\": \"$(day "$1")\", \"to\": \"$(day "$2")\", \"rotation\":
		{\"unit\": \"week\", \"start\": \"2020-01-06\", \"handover\": \"00:00\"}}"
}
long_name=$(printf '当番%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40)
on_call 1 "$one_id"
sql "UPDATE oncall_schedule SET version = version + 1, timezone = '$zone', rules = '{\"layers\": [$(layer -400 2 "$one_id"),
		$(layer 4 60 "$two_id")]}' WHERE schedule_id = 2;
	INSERT INTO oncall_schedule (schedule_id, name, timezone, rules, archived_at) VALUES
	(11, 'a $long_name', '$zone', '{\"layers\": [{\"name\": \"later\", \"people\": [$two_id], \"rotation\": {\"unit\": \"week\",
		\"start\": \"$(day 3)\", \"handover\": \"09:00\"}}]}', NULL),
	(12, 'far', '$zone', '{\"layers\": [$(layer -400 8 "$one_id"), $(layer 10 60 "$one_id")]}', NULL),
	(13, 'archived', '$zone', '{\"layers\": [$(layer 3 4 "$one_id")]}', now()),
	(14, 'empty', '$zone', '{\"layers\": []}', NULL),
	(15, 'over', '$zone', '{\"layers\": [$(layer -20 -12 "$one_id")]}', NULL),
	(16, 'behind', '$zone', '{\"layers\": [$(layer -20 -3 "$one_id"), $(layer -1 60 "$one_id")]}', NULL)"
sql "INSERT INTO holiday (day, name_ja, name_en) VALUES (date '$today' - 300, 'x', 'x'), (date '$today' + 61, 'x', 'x')"

leak() { # leak NAME KNOWN MALICIOUS FIRST FINAL DROPPED REMINDED [OWNER]: days from today, or NULL
	company "Leak $1"
	incident 3
	sql "DELETE FROM page_request;
		UPDATE incident SET owner_id = ${8:-NULL} WHERE incident_id = $incident_id;
		INSERT INTO privacy_clock (company_id, incident_id, known_at, malicious, first_reported_at, final_reported_at, dropped_at, reminded)
			VALUES ($company_id, $incident_id, $(at_hour "$2" 08:00), $3, now() + $4 * interval '1 day',
				now() + $5 * interval '1 day', now() + $6 * interval '1 day', $7)"
}
# The day of learning is day 1.
leak three -2 false NULL NULL NULL 0 "$one_id"
three=$incident_id
leak four -3 false NULL NULL NULL 1
leak last -4 false NULL NULL NULL 1
last=$incident_id
leak late -5 false NULL NULL NULL 0
leak reported -5 false -1 NULL NULL 0
leak month -23 false -20 NULL NULL 3
leak malicious -23 true -20 NULL NULL 3
leak whole -40 false -20 -12 NULL 0
leak dropped -5 false NULL NULL -1 0
order() { # order ID VENDOR STATE MINUTES
	sql "INSERT INTO dispatch_order (company_id, order_id, kind, vendor_id, state, company_name, place, contact_name, contact_phone, task,
		requested_by, requested_at, decline_reason) VALUES ($alpha, $1, 'onsite', $2, '$3', 'Alpha Ltd', 'here', 'them', '06', 'look',
		$desk_id, now() - interval '$4 minutes', CASE WHEN '$3' = 'declined' THEN '人手不足' END)"
}
sql "INSERT INTO vendor (vendor_id, name, email, phone) VALUES (1, 'a$long_name', 'vendor@example.jp', '06-1')"
order 21 1 requested 40
order 22 1 requested 20
order 23 1 cancelled 90
order 24 1 accepted 90
order 25 1 requested 11520
order 26 1 declined 5
order 27 1 declined 5
sql "INSERT INTO dispatch_event (company_id, order_id, kind, side, body) VALUES ($alpha, 26, 'declined', 'vendor', '{}'),
	($alpha, 27, 'declined', 'desk', '{}')"
round true

check_equal 'the first business day is tomorrow: no drill' 0 "$(drills)"
gap='.text | contains("/oncall")'
check_equal 'a gap in three days is told to those who lead, one mail each' 'boss@example.jp lead@example.jp' \
	"$(told "($gap) and (.subject | contains(\"二次当番 / Secondary\"))")"
check_equal 'from when to when' yes "$(mails '.to == "lead@example.jp"' | jq -r .text |
	grep -qF "$(day 3 '%-m月%-d日') 0:00 から $(day 4 '%-m月%-d日') 0:00 まで、当番がいません。" && echo yes)"
check_equal 'in the language of each' yes "$(mails '.to == "boss@example.jp"' | jq -r .text |
	grep -qF "Nobody is on call from $(day 3) 00:00 until $(day 4) 00:00." && echo yes)"
check_equal 'a schedule that nobody has taken a turn in yet is a gap, with its whole name' 'boss@example.jp lead@example.jp' \
	"$(told ".text | contains(\"a $long_name\")")"
check_equal 'which began nobody knows when' 1 "$(mails "(.to == \"boss@example.jp\") and (.text | contains(\"Nobody is on call until $(day 3) 09:00.\"))" | grep -c .)"
check_equal 'one that began long ago and has no end' 1 \
	"$(mails "(.to == \"boss@example.jp\") and (.text | contains(\"Nobody is on call from $(day -11) 00:00 until at least\"))" | grep -c .)"
check_equal 'not a gap that is far, of an archived or an empty schedule, or over' '' \
	"$(told '.subject | test("「(far|archived|empty|behind|一次.*)」|\"(far|archived|empty|behind)\"")')"
holidays='.subject | test("祝日表|table of holidays")'
check_equal 'a table of holidays that lasts for 61 days: nothing' '' "$(told "$holidays")"

check_equal 'a member is reminded on the day before, in its language, the first that has an address' \
	"smith@member.example|yes|yes" "$(told '.text | contains("Request 1\n")')|$(mails '.text | contains("Request 1\n")' | jq -r .text |
		grep -qF "Please do it by: $(day 1)" && echo yes)|$(mails '.text | contains("Request 1\n")' | jq -r .text | grep -qF "Asked on: $(day -1)" && echo yes)"
check_equal 'one that is overdue, with by how much and since when' 'tanaka@member.example|yes|yes' \
	"$(told '.text | contains("Request 2\n")')|$(mails '.text | contains("Request 2\n")' | jq -r .text | grep -qF '期限からの遅れ: 3 日' &&
		echo yes)|$(mails '.text | contains("Request 2\n")' | jq -r .text | grep -qF "お願いした日: $(day -9)" && echo yes)"
check_equal 'and again after a week, no other' '1 2 8' "$(mails '.to | endswith("@member.example")' | jq -r '.text | scan("Request ([0-9]+)") | .[0]' | sort -n | xargs)"

leaks() { # leaks SUBJECT: of whom, to whom
	mails "(.subject | contains(\"$1\"))" | jq -r '(.text | scan("Leak [a-z]+")) + " " + .to' | sort -u | xargs
}
check_equal 'a leak: from day 3, to leads and to who has it' 'Leak three lead@example.jp Leak three one@example.jp' "$(leaks '速報の時期')"
check_equal 'in English' 'Leak three boss@example.jp' "$(leaks 'The first report (personal data) is due now')"
check_equal 'on day 5' 'Leak last lead@example.jp' "$(leaks '速報の最終日')"
check_equal 'from day 6, unless it was reported or dropped' 'Leak late lead@example.jp' "$(leaks '速報の期限を過ぎました')"
check_equal 'a week before day 30, not of 60 days' 'Leak month lead@example.jp' "$(leaks '確報の期限まで 7 日')"
check_equal 'nothing else of leaks' 8 "$(sql "SELECT count(*) FROM outbox WHERE identity LIKE 'privacy %' AND user_id <> $one_id")"
check_equal 'an order that waits: the vendor is asked again' 'vendor@example.jp|WO-21' \
	"$(told '.text | contains("まだお返事がありません")')|$(mails '.text | contains("まだお返事がありません")' | jq -r '.subject | scan("WO-[0-9]+")' | xargs)"
check_equal 'one that the vendor declined goes to the desk' 'desk@example.jp|WO-26|yes' \
	"$(told '.subject | contains("辞退されました")')|$(mails '.subject | contains("辞退されました")' | jq -r '.text | scan("WO-[0-9]+")' | sort -u | xargs)|$(
		mails '.subject | contains("辞退されました")' | jq -r .text | grep -qF "a${long_name}（06-1）に" && echo yes)"
check_equal 'no other order' 2 "$(sql "SELECT count(*) FROM outbox WHERE identity LIKE 'order %'")"

# ------------------------------------------------------------------------------------------ and not again
before=$(sql 'SELECT count(*) FROM outbox')
first_business_day 0
round false
round false
check_equal 'nothing of it is told again' "$before" "$(sql 'SELECT count(*) FROM outbox')"
check_equal 'on the first business day, with monthly_drill false: no drill' 0 "$(drills)"

# ------------------------------------------------------------------------------------------ things go on
sql "INSERT INTO oncall_override (schedule_id, user_id, from_at, to_at, made_by) VALUES (2, $one_id, $(at_hour 2 12:00), $(at_hour 5 12:00), $lead_id);
	UPDATE oncall_schedule SET version = version + 1, rules = '{\"layers\": [$(layer -400 2 "$one_id"), $(layer 4 5 "$two_id"),
		$(layer 7 60 "$two_id")]}' WHERE schedule_id = 2;
	DELETE FROM holiday WHERE day > date '$today'; INSERT INTO holiday (day, name_ja, name_en) VALUES (date '$today' + 60, 'x', 'x');
	UPDATE member_request SET state = 'done' WHERE request_id = 2;
	UPDATE member_request SET due_on = date '$today' - 8, reminded_at = now() - interval '169 hours' WHERE request_id IN (1, 2);
	UPDATE company_contact SET removed_at = now() WHERE name = 'Smith';
	UPDATE privacy_clock SET known_at = $(at_hour -4 09:00) WHERE incident_id = $three;
	UPDATE privacy_clock SET known_at = $(at_hour -5 08:00), first_reported_at = now() WHERE incident_id = $last;
	UPDATE dispatch_order SET requested_at = now() - interval '61 minutes' WHERE order_id IN (21, 22);
	UPDATE dispatch_order SET state = 'accepted' WHERE order_id = 22"
round true
check_equal 'a gap that was mended is told no more, a new one is' 'boss@example.jp*2 lead@example.jp*2' \
	"$(told "($gap) and (.subject | contains(\"二次当番 / Secondary\"))")"
check_equal 'which is this' "$(day 6) 00:00" "$(mails '.to == "boss@example.jp"' | jq -r '.text | scan("Nobody is on call from (.*) until")[0]' | tail -n 1)"
check_equal 'a table that ends in 60 days is told' 'boss@example.jp lead@example.jp' "$(told "$holidays")"
check_equal 'a request after another week, to the next contact; none that was done' '1 second@member.example' \
	"$(mails '.to | endswith("@member.example")' | jq -r '(.text | scan("Request ([0-9]+)") | .[0]) + " " + .to' | tail -n +4)"
check_equal 'the last day of a leak, unless it was reported' 'Leak last lead@example.jp Leak three lead@example.jp Leak three one@example.jp' \
	"$(leaks '速報の最終日')"
check_equal 'still but one is overdue' 'Leak late lead@example.jp' "$(leaks '速報の期限を過ぎました')"
check_equal 'an order after an hour: the desk telephones, unless it was accepted' 'desk@example.jp|WO-21' \
	"$(told '.subject | contains("まだ引き受けがありません")')|$(mails '.subject | contains("まだ引き受けがありません")' | jq -r '.text | scan("WO-[0-9]+")' | sort -u | xargs)"

# ------------------------------------------------------------------------------------------ the monthly drill
check_equal 'the drill of the month is made' "1 $(day 0 %Y-%m)-01" "$(drills) $(sql 'SELECT month FROM drill')"
check_equal 'it asks everybody of the operator once, in their language' \
	'desk@example.jp lead@example.jp one@example.jp|boss@example.jp two@example.jp' \
	"$(told '.subject | startswith("[訓練]")')|$(told '.subject | startswith("[Drill]")')"
drill=$(sql 'SELECT drill_id FROM drill')
press() { # press USER_ID: the button behind the link in their mail
	curl -fsS -k -o "$STATE/answer" -d action=confirm "https://127.0.0.1:$api_port/a/$(answer_token "$(
		sql "SELECT outbox_id FROM outbox WHERE identity = 'drill $drill user $1 c1'"
	)")"
}
press "$one_id" && press "$desk_id" && good 'two answer' || bad 'two answer'
api GET "/v1/drills/$drill" >"$STATE/drill.json"
check_equal 'the drill says how many, and who' "$(day 0 %Y-%m)-01 null 5 5 2|$(printf '%s\n' "$one_id" "$desk_id" | sort | xargs)" \
	"$(jq -r '"\(.month) \(.started_by) \(.people) \(.sent) \(.answered)"' "$STATE/drill.json")|$(
		jq -r '.results[] | select(.result == "answered" and .answered_at != null) | .person.id' "$STATE/drill.json" | sort | xargs)"
before=$(sql 'SELECT count(*) FROM outbox')
round true
check_equal 'the next round makes no second one, nor tells anything' "1 $before" "$(drills) $(sql 'SELECT count(*) FROM outbox')"
sql "UPDATE drill SET month = month - interval '1 month'"
hour_is 8
first_business_day 0
round true
check_equal 'another month: not before ten' 1 "$(drills)"

# ------------------------------------------------------------------------------------------ a database that is away for long
policy 1 "{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": $one_id}, {\"person\": $two_id}]}, {\"after\": \"10s\", \"targets\":
	[{\"person\": $lead_id}]}], \"loops\": 1}"
policy 2 "{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": $one_id}]}], \"loops\": 1}"
companies=''
for n in 1 2 3; do
	company "Outage $n Ltd"
	companies="$companies $company_id"
done
touch "$mail/down"
escalator_start
wait_until 10 escalator_ready escalator
for company_id in $companies; do incident 1; done
all_tried() {
	[ "$(sql "SELECT count(*) FROM outbox WHERE kind = 'page' AND attempts > 0")" = 6 ]
}
wait_until 6 all_tried && good 'three pages for two people cannot be sent' || bad 'three pages for two people cannot be sent'
database_stop
sleep 9
rm "$mail/down"
database_start
bundled() {
	mailed 1 '(.to == "one@example.jp") and (.subject == "システム停止中の連絡 3 件")' &&
		mailed 1 '(.to == "two@example.jp") and (.subject == "3 notices while the system was down")'
}
wait_until 20 bundled && good 'the database was away for longer than a notice lives: one notice says how many' ||
	bad 'the database was away for longer than a notice lives: one notice says how many'
check_equal 'and names them' '1 2 3' "$(mails '.subject == "3 notices while the system was down"' | jq -r '.text | scan("Outage ([0-9])")[0]' | sort -u | xargs)"
lead_asked() {
	mailed 3 '(.to == "lead@example.jp") and (.text | contains("Outage "))'
}
wait_until 20 lead_asked && good 'the next step of each is taken' || bad 'the next step of each is taken'
check_equal 'nothing stale is sent by itself' 'one@example.jp two@example.jp' "$(told '(.text | contains("Outage ")) and .to != "lead@example.jp"')"
check_equal 'nor lost: it is kept as expired, in those two' '6 2' \
	"$(sql "SELECT count(*) || ' ' || count(DISTINCT bundled_into) FROM outbox WHERE kind = 'page' AND state = 'expired'")"
company 'Afterwards Ltd'
incident 2
wait_until 10 mailed 1 '(.to == "one@example.jp") and (.text | contains("Afterwards Ltd"))' && good 'a page afterwards is told at once' ||
	bad 'a page afterwards is told at once'
finish
