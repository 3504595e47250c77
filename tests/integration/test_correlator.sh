#!/bin/sh
# The correlator against a real PostgreSQL: its incidents, causes and counts against a definition in SQL, without rules and
# with, when it is killed or refused at every step, when two run at once, when the database goes away, when alerts come
# late. (What rules do over time: test_correlations.sh.)
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build/debug}
state=${HINOMI_STATE:-$(mktemp -d)} || exit 1
mkdir -p "$state"
. tests/integration/correlator.sh
set_up ''
# Figures are of companies that there are.
run "INSERT INTO operator (operator_id, name) VALUES (1, 'One') ON CONFLICT DO NOTHING;
	INSERT INTO company (company_id, operator_id, name) SELECT n, 1, 'Company ' || n FROM generate_series(1, 9) n"

derived_equals_definition() { # NAME
	run 'SELECT spread_labels()'
	check "$1: incidents" '' "$(query 'SELECT * FROM incident_difference LIMIT 3')"
	check "$1: causes" '' "$(query 'SELECT * FROM cause_difference LIMIT 3')"
	check "$1: rules, mutes and windows are counted" '' "$(query 'SELECT * FROM tally_difference LIMIT 3')"
	check "$1: membership" '' "$(query 'SELECT * FROM membership_difference LIMIT 3')"
	check "$1: counts equal a full scan" '' "$(query 'SELECT * FROM count_difference LIMIT 3')"
	check "$1: numbers have no gaps" '' "$(query 'SELECT * FROM number_gap')"
}
# The program's own figures against a scan, of one moment: while work is locked, nobody can commit alerts or counts.
# Adds a line to $state/figures: how many rows of work there were, and whether the two agree.
compare_figures() {
	sql >"$state/scanned" <<-SQL
		BEGIN;
		LOCK TABLE work IN SHARE MODE;
		\! $build/hinomictl --config=$state/hinomi.yaml metrics detections --from 2026-10-01 --to 2026-10-31 --json >$state/figures.json
		SELECT count(*) FROM work;
		SELECT * FROM detections_scanned ORDER BY direction, engine COLLATE "C";
		COMMIT;
	SQL
	jq -r '[.rows[] | select(.detections > 0)] | sort_by(.direction, .engine)[] |
		"\(.direction)|\(.engine)|\(.companies)|\(.detections)"' "$state/figures.json" >"$state/figures.kept" || return 1
	if sed 1d "$state/scanned" | cmp -s - "$state/figures.kept"; then verdict=equal; else verdict=DIFFERENT; fi
	echo "$(head -n 1 "$state/scanned") $verdict" >>"$state/figures"
}
# Forgets what the correlator did, and hands all alerts out again at once, in pieces of this many, in any order.
start_over() {
	run "SELECT start_over($1)"
}
# Alerts come in one transaction per piece, while correlators run; call forget() before.
write_deliveries() {
	query "SELECT format('SELECT deliver(%s, %s, %s);', company_id, piece, $1) FROM pieces($1)" >"$state/deliveries.sql"
}
stream() {
	write_deliveries "$1"
	sql -f "$state/deliveries.sql" >>"$state/answers"
}

# ---------------------------------------------------------------------------------------------- without a fault
# Alerts say what rules found, but no rules are in force: all is as before there were any.
standard_rules 3
load_rules || exit 1
run 'SELECT make_alerts(3, 2500); DELETE FROM rule_set_file; DELETE FROM rule_set'
start_over 40
check 'counts include what is still in work' '' "$(query 'SELECT * FROM count_difference LIMIT 3')"
start_correlator
all_done
derived_equals_definition 'without rules'
check 'no causes then' 0 "$(query 'SELECT count(*) FROM incident_cause')"
check 'the first rule is the one that made them' 'base/1|0' "$(query 'SELECT DISTINCT rule, rule_set FROM incident')"
# Taken over while it runs.
load_rules
start_over 40
all_done
derived_equals_definition 'all at once'
check 'windows fired, and tied what was apart' t "$(query "SELECT count(DISTINCT incident_id) > 5 AND count(*) FILTER (WHERE rule_id = rule_no('attack-then-call')) > 2 FROM incident_cause WHERE group_key <> 0")"
check 'context tied by a firing has its segment' t "$(query "SELECT count(*) > 3 AND bool_and(EXISTS (SELECT FROM incident_segment s WHERE s.company_id = m.company_id AND s.key = m.cluster_key AND m.ts BETWEEN s.first_ts AND s.last_ts)) FROM member m WHERE kind = 'context'")"
check 'context alone has none' t "$(query "SELECT count(*) > 3 FROM hit h WHERE kind = 'context' AND NOT EXISTS (SELECT FROM incident_segment s WHERE s.company_id = h.company_id AND s.key = h.cluster_key AND h.ts BETWEEN s.first_ts AND s.last_ts)")"
check 'kill chains are told as stories' '' "$(query "SELECT c.incident_id FROM incident_cause c WHERE rule_id = rule_no('attack-then-call')
	AND 1 <> (SELECT count(*) FROM incident_event e WHERE e.company_id = c.company_id AND e.incident_id = c.incident_id AND e.kind = 'story'
	AND e.body ->> 'group_key' = c.group_key::text AND e.body -> 'steps' = c.detail -> 'rules')")"
check 'each cause is on the timeline once' '' "$(query "SELECT c.incident_id FROM incident_cause c JOIN incident i USING (company_id, incident_id)
	WHERE NOT EXISTS (SELECT FROM incident j WHERE j.merged_into = i.incident_id)
	AND 1 <> (SELECT count(*) FROM incident_event e WHERE e.company_id = c.company_id AND e.incident_id = c.incident_id AND e.kind = 'cause'
	AND e.body ->> 'group_key' = c.group_key::text AND e.body ->> 'rule_id' = c.rule_id::text)")"
check 'a drill stays information, whatever its causes say' '5|5' "$(query "SELECT min(severity), max(severity) FROM incident WHERE 'drill' = ANY (tags)")"
check 'incidents name the version that made them' 1 "$(query 'SELECT DISTINCT rule_set FROM incident')"
# In eight parts, each dealt with before the next comes, so that what belongs together comes apart.
run 'SELECT forget()'
write_deliveries 20
split -n l/8 "$state/deliveries.sql" "$state/deliveries."
for part in "$state"/deliveries.a?; do
	sql -f "$part" >>"$state/answers"
	all_done
done
derived_equals_definition 'one correlator'
check 'each incident was announced and has a beginning' 0 "$(query "SELECT count(*) FROM incident i WHERE
	NOT EXISTS (SELECT FROM change c WHERE c.company_id = i.company_id AND c.kind = 'incident' AND c.id_from = i.incident_id)
	OR 1 <> (SELECT count(*) FROM incident_event e WHERE e.company_id = i.company_id AND e.incident_id = i.incident_id AND e.kind = 'created')")"
check 'some were merged on the way' t "$(query "SELECT count(*) > 5 FROM incident WHERE state = 'merged'")"
stop_correlators TERM

# ------------------------------------------------------------------------------- two at once, and somebody watches
run 'SELECT forget()'
while :; do
	query "SELECT 'count', count(*) FROM count_difference" || break
done >"$state/watched" 2>/dev/null &
watcher=$!
start_correlator
start_correlator
# Nothing is forgotten in the background: that wants every table for itself, and would stand between the lock on work and
# hinomictl, which is to read under it.
stream 7 &
feeder=$!
while kill -0 "$feeder" 2>/dev/null || ! says 'SELECT count(*) FROM work' 0; do
	PGUSER=hinomi compare_figures || break
done
wait "$feeder"
feeder=''
all_done
kill "$watcher" && wait "$watcher" 2>/dev/null
watcher=''
derived_equals_definition 'two correlators'
check 'counts equal a full scan at all times' 0 "$(grep -cv '|0$' "$state/watched")"
check "hinomictl's figures equal a scan at all times" '' "$(grep -v ' equal$' "$state/figures" | head -n 3)"
check '... and not only when there was no work left' yes "$([ "$(grep -c '^[1-9]' "$state/figures")" -ge 3 ] && echo yes)"
check 'it was looked at while they worked' yes "$([ "$(wc -l <"$state/watched")" -ge 3 ] && echo yes)"
stop_correlators TERM

# ------------------------------------------------------------------------------------------- killed at every step
# A lock holds the correlator at the statement that first needs it; there it is killed.
mkfifo "$state/holder"
psql -X -q -d "$conninfo" <"$state/holder" >"$state/holder.log" 2>&1 &
holder=$!
exec 3>"$state/holder"
start_over 100
killed=0 kept=0
before=$(query 'SELECT count(*), sum(id_to) FROM work')
for step in 'work SHARE' 'alert ACCESS EXCLUSIVE' 'rule_hit SHARE' 'rule_window SHARE' 'rule_state SHARE' 'incident_segment ACCESS EXCLUSIVE' 'incident_seq SHARE' \
	'incident SHARE' 'incident_segment SHARE' 'incident_event SHARE' 'incident_cause SHARE' 'company_day SHARE' 'company_month SHARE' \
	'rule_day SHARE' 'mute_day SHARE' 'campaign_sighting SHARE' 'change SHARE'; do
	table=${step%% *}
	echo "BEGIN; LOCK TABLE $table IN ${step#* } MODE;" >&3
	wait_until says "SELECT count(*) FROM pg_locks WHERE relation = '$table'::regclass AND granted AND mode IN ('ShareLock', 'AccessExclusiveLock')" 1
	start_correlator
	wait_until says "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE a.application_name = 'hinomi correlator' AND NOT l.granted AND l.relation = '$table'::regclass" 1 &&
		killed=$((killed + 1))
	stop_correlators KILL
	echo 'ROLLBACK;' >&3
	wait_until says "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hinomi correlator'" 0
	[ "$(query 'SELECT count(*), sum(id_to) FROM work')" = "$before" ] &&
		[ "$(query 'SELECT (SELECT count(*) FROM incident) + (SELECT count(*) FROM rule_hit) + (SELECT count(*) FROM rule_day)')" = 0 ] &&
		kept=$((kept + 1))
done
exec 3>&-
wait "$holder"
holder=''
check 'killed at seventeen steps' 17 "$killed"
check 'and nothing of the transaction was left' 17 "$kept"
start_correlator
all_done
derived_equals_definition 'after the kills'
stop_correlators TERM

# ------------------------------------------------------------------------------------ refused at every statement
start_over 300
start_correlator
wait_until says "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hinomi correlator'" 1
refused=0
for grant in 'INSERT ON change' 'INSERT ON company_day' 'INSERT ON company_month' 'INSERT ON incident_event' 'INSERT ON incident_segment' \
	'INSERT ON rule_hit' 'INSERT ON rule_window' 'INSERT ON rule_state' 'INSERT ON incident_cause' 'INSERT ON rule_day' \
	'INSERT ON mute_day' 'INSERT ON campaign_sighting'; do
	run "REVOKE $grant FROM hinomi_correlator"
	start_over 300
	: >"$state/correlator.log"
	wait_until grep -q 'is tried again' "$state/correlator.log" && refused=$((refused + 1))
	run "GRANT $grant TO hinomi_correlator"
done
check 'refused at twelve statements' 12 "$refused"
all_done
derived_equals_definition 'after the refusals'

# ------------------------------------------------------- one company that cannot be done does not stop the others
run "UPDATE incident SET title_key = 'nonsense' WHERE company_id = 1"
run 'SELECT more_alerts(100000, 200)'
wait_until says 'SELECT count(*) FROM work WHERE company_id <> 1' 0
check 'the others are done' 0 "$(query 'SELECT count(*) FROM work WHERE company_id <> 1')"
check 'the bad one waits, with a message' t "$(grep -q 'company 1 is tried again.*title_key' "$state/correlator.log" && query 'SELECT count(*) > 0 FROM work WHERE company_id = 1')"
check 'counts hold meanwhile' '' "$(query 'SELECT * FROM count_difference LIMIT 3')"
stop_correlators TERM

# --------------------------------------------------------------------------------------- the database goes away
run 'SELECT forget()'
start_correlator
stream 5 &
feeder=$!
terminated=0
while [ "$terminated" -lt 3 ] && kill -0 "$feeder" 2>/dev/null; do
	terminated=$((terminated + $(query "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'hinomi correlator'")))
done
wait "$feeder"
feeder=''
check 'its sessions were ended three times under load' 3 "$terminated"
scripts/postgres kill "$state/cluster"
scripts/postgres start "$state/cluster" 5432 >>"$state/answers"
all_done
derived_equals_definition 'after the database was away'
check 'it is the same process' yes "$(kill -0 "$last" && echo yes)"
stop_correlators TERM

# --------------------------------------------------------------------------------------------- late, and handled
run 'SELECT two_incidents(9)'
start_correlator
all_done
check 'two incidents' '1:open 2:open' "$(query "SELECT string_agg(no || ':' || state, ' ' ORDER BY no) FROM incident WHERE company_id = 9")"
run "UPDATE incident SET state = 'closed', disposition = 'benign_positive', closed_at = first_ts + interval '2 hours' WHERE company_id = 9 AND no = 1;
	UPDATE incident SET state = 'acknowledged', owner_id = 77, acknowledged_at = now() WHERE company_id = 9 AND no = 2;
	INSERT INTO app_user (user_id, email, display_name, role) VALUES (977, 'desk@example.org', 'desk', 'desk');
	INSERT INTO company (company_id, operator_id, name) VALUES (9, 1, 'Nine') ON CONFLICT DO NOTHING;
	INSERT INTO vendor (vendor_id, name) VALUES (900, 'IT Ltd');
	INSERT INTO contract (company_id, contract_id, plan_id, is_member, from_day) SELECT 9, 900, min(plan_id), false, current_date FROM plan;
	INSERT INTO ticket (company_id, channel, category, subject, incident_id) SELECT 9, 'phone', 'other', 'a call', incident_id
		FROM incident WHERE company_id = 9 AND no = 2;
	INSERT INTO dispatch_order (company_id, kind, vendor_id, incident_id, company_name, place, contact_name, contact_phone, task, requested_by)
		SELECT 9, 'onsite', 900, incident_id, 'Nine', 'here', 'them', '06', 'look', 977 FROM incident WHERE company_id = 9 AND no = 2;
	INSERT INTO member_request (company_id, incident_id, who, what, due_on, made_by) SELECT 9, incident_id, 'they', 'update', current_date, 977
		FROM incident WHERE company_id = 9 AND no = 2;
	INSERT INTO case_step (company_id, incident_id, step, at, done, text) SELECT 9, incident_id, 2, now(), true, 'unplugged'
		FROM incident WHERE company_id = 9 AND no = 2;
	INSERT INTO insurance_case (company_id, incident_id, contract_id, limit_yen, opened_by) SELECT 9, incident_id, 900, 1000000, 977
		FROM incident WHERE company_id = 9 AND no = 2;
	INSERT INTO privacy_clock (company_id, incident_id, known_at, malicious, persons) SELECT 9, incident_id, now(), true, no
		FROM incident WHERE company_id = 9 AND no IN (1, 2);
	INSERT INTO incident_pause (company_id, incident_id, from_at) SELECT 9, incident_id, now() FROM incident WHERE company_id = 9 AND no = 2;
	SELECT bridge(9)"
all_done
check 'a late alert makes them one, handled as the second was' '1:acknowledged:77:3:no 2:merged:77:1:no' \
	"$(query "SELECT string_agg(no || ':' || state || ':' || owner_id || ':' || alert_count || ':' || coalesce(disposition, 'no'), ' ' ORDER BY no) FROM incident WHERE company_id = 9")"
check 'the timelines say so' '1:created 1:merged 1:reopened 2:created 2:merged' \
	"$(query "SELECT string_agg(i.no || ':' || e.kind, ' ' ORDER BY i.no, e.event_id) FROM incident i JOIN incident_event e USING (company_id, incident_id) WHERE i.company_id = 9 AND e.kind <> 'campaign'")"
check 'it points to the survivor' t "$(query "SELECT a.merged_into = b.incident_id FROM incident a, incident b WHERE a.company_id = 9 AND b.company_id = 9 AND a.no = 2 AND b.no = 1")"
check 'what people attached to the second is of the first now' '1 1 1 1 1 1 1' "$(query "SELECT concat_ws(' ', t.no, o.no, r.no, s.no, n.no, w.no,
	(SELECT p.persons FROM privacy_clock p JOIN incident i USING (company_id, incident_id) WHERE i.company_id = 9 AND i.no = 1)) FROM
	(SELECT i.no FROM ticket t JOIN incident i USING (company_id, incident_id) WHERE company_id = 9) t,
	(SELECT i.no FROM dispatch_order t JOIN incident i USING (company_id, incident_id) WHERE company_id = 9) o,
	(SELECT i.no FROM member_request t JOIN incident i USING (company_id, incident_id) WHERE company_id = 9) r,
	(SELECT i.no FROM case_step t JOIN incident i USING (company_id, incident_id) WHERE company_id = 9) s,
	(SELECT i.no FROM insurance_case t JOIN incident i USING (company_id, incident_id) WHERE company_id = 9) n,
	(SELECT min(i.no) AS no FROM incident_pause t JOIN incident i USING (company_id, incident_id) WHERE company_id = 9 AND t.to_at IS NULL) w")"
check 'all three belong to it' 3 "$(query "SELECT count(*) FROM membership WHERE company_id = 9 AND incident_id = (SELECT incident_id FROM incident WHERE company_id = 9 AND no = 1)")"
run "UPDATE incident SET state = 'closed', disposition = 'true_positive', closed_at = last_ts WHERE company_id = 9 AND no = 1; SELECT go_on(9)"
all_done
check 'a closed one that goes on is open again' 'open:no:reopened' "$(query "SELECT state || ':' || coalesce(disposition, 'no') || ':' || (SELECT kind FROM incident_event e WHERE e.company_id = 9 AND e.incident_id = i.incident_id ORDER BY event_id DESC LIMIT 1) FROM incident i WHERE company_id = 9 AND no = 1")"
stop_correlators TERM

echo "correlator: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
