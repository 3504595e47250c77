#!/bin/sh
# What must not cost a page: kill -9 of the escalator at every stage of sending and at random moments, two of them at
# once, a database that dies, a clock of another day, ten thousand pages at once, an answer while the mail is on its way.
# ROUNDS: how often it is killed (16); PAGES: how many are due at once (10000).
set -eu
. "$(dirname "$0")/server.sh"
. "$(dirname "$0")/escalator.sh"

rounds=${ROUNDS:-16} pages=${PAGES:-10000}
[ -d "$BUILD/web" ] || mkdir -p "$BUILD/web"
mail_start
server_settings="$(escalator_settings)
  per_host: 16"
server_prepare
people
on_call 1 "$one_id"
policy 1 '{"steps": [{"after": "0s", "targets": [{"schedule": 1}]}, {"after": "1h", "targets": [{"role": "lead"}]}], "loops": 1}'
company 'Fault Ltd'
escalator_pid=''
kill_escalator() {
	[ -z "$escalator_pid" ] || kill -9 "$escalator_pid" 2>/dev/null || true
	[ -z "$escalator_pid" ] || wait "$escalator_pid" 2>/dev/null || true
	escalator_pid=''
}
at_exit kill_escalator
run_escalator() {
	escalator_start escalator
	wait_until 10 escalator_ready escalator
}
over() { # nobody is asked any more, and what was said is long ago
	sql "UPDATE incident SET state = 'closed' WHERE incident_id = $incident_id;
		UPDATE page SET state = 'closed', next_at = NULL WHERE state IN ('triggered', 'acknowledged') AND kind = 'incident';
		UPDATE page_subject SET settled_at = now() WHERE settled_at IS NULL AND kind = 'incident';
		UPDATE outbox SET created_at = created_at - interval '1 hour', not_before = least(not_before, now() - interval '1 hour')
			WHERE state NOT IN ('pending', 'sending')"
}
# A lease that nobody holds any more runs out by itself; it is only not waited for.
leases_over() {
	sql "UPDATE outbox SET lease_until = now() - interval '1 millisecond' WHERE state = 'sending'"
}
asks() { # asks TITLE: mails that ask about it
	mails "(.subject | startswith(\"[緊急]\")) and (.subject | contains(\"$1 \"))"
}
has_mail() {
	[ -n "$(asks "$1")" ]
}
is_sending() {
	[ -e "$mail/stopped" ] && [ "$(sql "SELECT count(*) FROM outbox WHERE state = 'sending'")" -ge 1 ]
}
settled() {
	[ "$(sql "SELECT (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')) + (SELECT count(*) FROM page_request)")" = 0 ]
}

# ------------------------------------------------------------------------------------------ kill -9, wherever it is
stage_of() {
	case $(($1 % 8)) in
	0) echo connect ;; 1) echo ehlo ;; 2) echo mail ;; 3) echo rcpt ;; 4) echo data ;; 5) echo dot ;; 6) echo after ;; 7) echo random ;;
	esac
}
stopped=0
# The engine that makes up for one round is the one that dies in the next.
round() { # round NUMBER
	stage=$(stage_of "$1")
	rm -f "$mail/stopped"
	case $stage in
	random)
		incident 1 "$company_id" "Round $1 "
		sleep "0.0$(($1 * 7 % 10))"
		;;
	*)
		echo "$stage" >"$mail/stage"
		case $stage in
		connect | ehlo) # on a new connection
			kill_escalator
			run_escalator
			;;
		esac
		incident 1 "$company_id" "Round $1 "
		wait_until 10 is_sending && stopped=$((stopped + 1)) || true
		;;
	esac
	kill_escalator
	rm -f "$mail/stage"
	leases_over
	run_escalator
	wait_until 15 has_mail "Round $1" || true
	over
}
n=0
run_escalator
while [ "$n" -lt "$rounds" ]; do
	round "$n"
	n=$((n + 1))
done
wait_until 10 settled || true
kill_escalator
lost='' other=0 twice=0 n=0
while [ "$n" -lt "$rounds" ]; do
	ids=$(asks "Round $n" | jq -r .id)
	count=$(echo "$ids" | grep -c . || true)
	[ "$count" -ge 1 ] || lost="$lost $n"
	[ "$count" -le 1 ] || twice=$((twice + 1))
	[ "$(echo "$ids" | sort -u | grep -c . || true)" -le 1 ] || other=$((other + 1))
	n=$((n + 1))
done
check_equal "killed $rounds times ($stopped of them in the midst of a conversation): no page is lost" '' "$lost"
check_equal "what was sent twice ($twice) carries the same id" 0 "$other"
[ "$stopped" -ge $((rounds * 3 / 4)) ] && good 'it was killed where it was to be' || bad "it was killed where it was to be: only $stopped times"
check_equal 'each page has one notice, however often its sender died' 1 \
	"$(sql "SELECT max(n) FROM (SELECT count(*) AS n FROM outbox WHERE kind = 'page' GROUP BY page_id) c")"
check_equal 'nothing was put away' 0 "$(sql "SELECT count(*) FROM outbox WHERE state = 'quarantined'")"

# ------------------------------------------------------------------------------------------ the database dies
echo data >"$mail/stage"
rm -f "$mail/stopped"
run_escalator
incident 1 "$company_id" 'Crash '
wait_until 10 is_sending
database_kill
sleep 1
database_start
rm "$mail/stage"
wait_until 20 has_mail Crash && good 'the database dies while a mail is on its way: it is not lost' ||
	bad 'the database dies while a mail is on its way: it is not lost'
leases_over
wait_until 20 settled || true
check_equal 'nor sent with another id' 1 "$(asks Crash | jq -r .id | sort -u | grep -c .)"
over
incident 1 "$company_id" 'Afterwards '
wait_until 20 has_mail Afterwards && good 'and the engine goes on by itself' || bad 'and the engine goes on by itself'
over
wait_until 10 settled
kill_escalator

# ------------------------------------------------------------------------------------------ an answer while it is sent
sql "INSERT INTO channel (user_id, position, name, kind, address) VALUES ($two_id, 1, 'two', 'mail', 'two@example.jp')"
policy 1 "{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": $one_id}, {\"person\": $two_id}]}], \"loops\": 1}"
sed 's/per_host: 16/per_host: 1/' "$STATE/hinomi.yaml" >"$STATE/one.yaml" && cp "$STATE/one.yaml" "$STATE/hinomi.yaml"
echo dot >"$mail/stage"
rm -f "$mail/stopped"
run_escalator
incident 1 "$company_id" 'Race '
wait_until 10 is_sending
sql "BEGIN; UPDATE incident SET state = 'acknowledged' WHERE incident_id = $incident_id;
	INSERT INTO page_request (company_id, kind, subject_id, what, severity, user_id, body)
		VALUES ($company_id, 'incident', $incident_id, 'settled', 1, $lead_id, '{\"state\": \"acknowledged\"}');
	NOTIFY hinomi_page; COMMIT"
acknowledged() {
	[ "$(sql "SELECT state FROM page ORDER BY page_id DESC LIMIT 1")" = acknowledged ]
}
wait_until 10 acknowledged
rm "$mail/stage"
wait_until 15 settled || true
check_equal 'answered while one mail is on its way: that one goes, the other is cancelled' 'cancelled sent' \
	"$(sql "SELECT string_agg(state, ' ' ORDER BY state) FROM outbox WHERE kind = 'page' AND page_id = (SELECT max(page_id) FROM page)")"
check_equal 'and who got it is told that it is taken' 1 \
	"$(mails '(.subject | startswith("[対応開始]")) and (.subject | contains("Race "))' | jq -r .to | sort -u | grep -c .)"
over
wait_until 10 settled
kill_escalator

# ------------------------------------------------------------------------------------------ two at once
many() { # many COUNT SEVERITY: as many pages that are due, each for a room of its own
	sql "WITH rooms AS (INSERT INTO channel (name, kind, address, language) SELECT 'room ' || n, 'mail', 'room' || n || '@example.jp', 'en'
			FROM generate_series(1, $1) n RETURNING channel_id),
		rules AS (SELECT channel_id, jsonb_build_object('steps', jsonb_build_array(jsonb_build_object('after', '0s', 'targets',
			jsonb_build_array(jsonb_build_object('channel', channel_id)))), 'loops', 1) AS policy FROM rooms),
		made AS (INSERT INTO page (kind, policy_id, policy, group_key, severity, noticed_severity, title, next_at, raised_at)
			SELECT 'report', 2, policy, 'room ' || channel_id, $2, $2, 'Many', now(), now() FROM rules RETURNING page_id)
		INSERT INTO page_subject (company_id, page_id, kind, subject_id, severity, title, raised_at)
			SELECT 0, page_id, 'report', page_id, $2, 'Many', now() FROM made; NOTIFY hinomi_page"
}
sed 's/per_host: 1$/per_host: 16/' "$STATE/one.yaml" >"$STATE/hinomi.yaml"
many 60 2
before=$(grep -c . "$mail/mails.jsonl")
escalator_start left
left=$escalator_pid
escalator_start right
right=$escalator_pid
at_exit "kill -9 $left $right 2>/dev/null"
all_rooms() {
	mailed_since 60 "$before" '.subject | contains("Many")'
}
wait_until 20 all_rooms && good 'two engines: each page reaches its receiver' || bad 'two engines: each page reaches its receiver'
wait_until 10 settled || true
check_equal 'once' 60 "$(tail -n "+$((before + 1))" "$mail/mails.jsonl" | jq -r 'select(.subject | contains("Many")) | .to' | sort | grep -c .)"
check_equal 'and its step is taken once' '60 60' \
	"$(sql "SELECT count(*) || ' ' || count(DISTINCT page_id) FROM page_event WHERE kind = 'step' AND page_id IN (SELECT page_id FROM page WHERE kind = 'report')")"
both() {
	[ "$(sql "SELECT count(*) FROM engine WHERE ticked_at > now() - interval '1 minute'")" -ge 2 ]
}
wait_until 10 both && good 'both are on the board' || bad 'both are on the board'
kill -9 "$left" "$right"
wait "$left" "$right" 2>/dev/null || true
sql "UPDATE page SET state = 'closed', next_at = NULL WHERE kind = 'report'; UPDATE page_subject SET settled_at = now() WHERE kind = 'report'"

# ------------------------------------------------------------------------------------------ ten thousand at once
policy 1 "{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": $one_id}]}], \"loops\": 1}"
many "$pages" 2
before=$(grep -c . "$mail/mails.jsonl")
run_escalator
some_sent() {
	[ "$(grep -c . "$mail/mails.jsonl")" -gt $((before + 20)) ]
}
wait_until 20 some_sent
incident 1 "$company_id" 'Grave '
wait_until 30 has_mail Grave || true
left=$(sql "SELECT count(*) FROM page WHERE kind = 'report' AND state = 'triggered' AND first_sent_at IS NULL")
[ "$left" -ge $((pages / 2)) ] && good "of $pages pages that are due, one of severity 1 goes first ($left still wait)" ||
	bad "of $pages pages that are due, one of severity 1 goes first ($left still wait)"
kill_escalator
sql "UPDATE page SET state = 'closed', next_at = NULL WHERE kind = 'report'; UPDATE page_subject SET settled_at = now() WHERE kind = 'report';
	UPDATE outbox SET state = 'cancelled' WHERE state IN ('pending', 'sending')"

# ------------------------------------------------------------------------------------------ another clock
over
clock() { # clock NAME COMMAND...: an engine that is started like that does its work, by the database's time
	clock_name=$1
	shift
	: >"$STATE/clock.log"
	"$@" "$BUILD/hinomid" --role=escalator --config="$STATE/hinomi.yaml" >>"$STATE/clock.log" 2>&1 </dev/null &
	escalator_pid=$!
	wait_until 10 escalator_ready clock
	incident 1 "$company_id" "Clock $clock_name "
	wait_until 10 has_mail "Clock $clock_name" && good "$clock_name: the page is sent" || bad "$clock_name: the page is sent"
	wait_until 10 settled || true
	check_equal "$clock_name: what is kept has the database's time" t \
		"$(sql "SELECT bool_and(abs(extract(epoch FROM now() - t)) < 60) FROM (SELECT sent_at AS t FROM outbox WHERE facts ->> 'title' =
			'Clock $clock_name ' UNION ALL SELECT max(ticked_at) FROM engine UNION ALL SELECT max(at) FROM attempt) x")"
	over
	kill_escalator
}
clock 'zone of the other side' env TZ=Pacific/Kiritimati
faketime=$(find /usr/lib -name libfaketime.so.1 2>/dev/null | head -n 1)
if [ -n "$faketime" ]; then
	clock 'three days ahead' env LD_PRELOAD="$faketime" FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 FAKETIME=+3d
	clock 'a month behind' env LD_PRELOAD="$faketime" FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 FAKETIME=-30d
else
	skip 'a clock of another day: faketime is not installed'
fi
finish
