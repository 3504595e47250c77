#!/bin/sh
# The correlator against a real PostgreSQL: its incidents and counts against a definition in SQL, when it is killed or
# refused at every step, when two run at once, when the database goes away, when alerts come late.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build/debug}
state=${HINOMI_STATE:-$(mktemp -d)} || exit 1
mkdir -p "$state"
passed=0 failed=0 correlators='' watcher='' holder='' feeder=''

cleanup() {
	# shellcheck disable=SC2086 # process ids are words
	[ -z "$correlators$watcher$holder$feeder" ] || kill -9 $correlators $watcher $holder $feeder 2>/dev/null
	scripts/postgres stop "$state/cluster"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

check() { # NAME EXPECTED GOT
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
		echo "ok      $1"
	else
		failed=$((failed + 1))
		echo "FAILED  $1: expected '$2', got '$3'"
	fi
}
sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$conninfo" "$@"
}
query() {
	sql -c "$1"
}
run() { # the same where nobody wants the answer
	sql -c "$1" >>"$state/answers"
}
wait_until() { # COMMAND...: up to 60 s, looking every 50 ms
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 1200 ]; then
			echo "waited in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}
says() { # QUERY VALUE
	[ "$(query "$1" 2>/dev/null)" = "$2" ]
}

start_correlator() {
	"$build/hinomid" --role=correlator --config="$state/hinomi.yaml" 2>>"$state/correlator.log" &
	correlators="$correlators $!"
	last=$!
}
stop_correlators() { # SIGNAL
	for pid in $correlators; do
		kill "-$1" "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	correlators=''
}
all_done() {
	wait_until says 'SELECT count(*) FROM work' 0
}

conninfo=$(scripts/postgres start "$state/cluster" 5432) || exit 1
cat >"$state/hinomi.yaml" <<YAML
state_dir: $state
database:
  conninfo: $(echo "$conninfo" | sed 's/ user=.*//')
correlator:
  window: 1h
  poll: 100ms
YAML
PGUSER=hinomi HINOMI_SCHEMA=schema "$build/hinomictl" --config="$state/hinomi.yaml" migrate >"$state/migrate.log" || exit 1
# The definition in SQL, and what came out in the same form.
sql -f tests/integration/correlator.sql || exit 1

derived_equals_definition() { # NAME
	run 'SELECT spread_labels()'
	check "$1: incidents" '' "$(query 'SELECT * FROM incident_difference LIMIT 3')"
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
run 'SELECT make_alerts(3, 2500)'
start_over 40
check 'counts include what is still in work' '' "$(query 'SELECT * FROM count_difference LIMIT 3')"
start_correlator
all_done
derived_equals_definition 'all at once'
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
for step in 'work SHARE' 'alert ACCESS EXCLUSIVE' 'incident_segment ACCESS EXCLUSIVE' 'incident_seq SHARE' \
	'incident SHARE' 'incident_segment SHARE' 'incident_event SHARE' 'company_day SHARE' 'change SHARE'; do
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
		[ "$(query 'SELECT count(*) FROM incident')" = 0 ] && kept=$((kept + 1))
done
exec 3>&-
wait "$holder"
holder=''
check 'killed at nine steps' 9 "$killed"
check 'and nothing of the transaction was left' 9 "$kept"
start_correlator
all_done
derived_equals_definition 'after the kills'
stop_correlators TERM

# ------------------------------------------------------------------------------------ refused at every statement
start_over 300
start_correlator
wait_until says "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hinomi correlator'" 1
refused=0
for grant in 'INSERT ON change' 'INSERT ON company_day' 'INSERT ON incident_event' 'INSERT ON incident_segment'; do
	run "REVOKE $grant FROM hinomi_correlator"
	start_over 300
	: >"$state/correlator.log"
	wait_until grep -q 'is tried again' "$state/correlator.log" && refused=$((refused + 1))
	run "GRANT $grant TO hinomi_correlator"
done
check 'refused at four statements' 4 "$refused"
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
	SELECT bridge(9)"
all_done
check 'a late alert makes them one, handled as the second was' '1:acknowledged:77:3:no 2:merged:77:1:no' \
	"$(query "SELECT string_agg(no || ':' || state || ':' || owner_id || ':' || alert_count || ':' || coalesce(disposition, 'no'), ' ' ORDER BY no) FROM incident WHERE company_id = 9")"
check 'the timelines say so' '1:created 1:merged 1:reopened 2:created 2:merged' \
	"$(query "SELECT string_agg(i.no || ':' || e.kind, ' ' ORDER BY i.no, e.event_id) FROM incident i JOIN incident_event e USING (company_id, incident_id) WHERE i.company_id = 9")"
check 'it points to the survivor' t "$(query "SELECT a.merged_into = b.incident_id FROM incident a, incident b WHERE a.company_id = 9 AND b.company_id = 9 AND a.no = 2 AND b.no = 1")"
check 'all three belong to it' 3 "$(query "SELECT count(*) FROM membership WHERE company_id = 9 AND incident_id = (SELECT incident_id FROM incident WHERE company_id = 9 AND no = 1)")"
run "UPDATE incident SET state = 'closed', disposition = 'true_positive', closed_at = last_ts WHERE company_id = 9 AND no = 1; SELECT go_on(9)"
all_done
check 'a closed one that goes on is open again' 'open:no:reopened' "$(query "SELECT state || ':' || coalesce(disposition, 'no') || ':' || (SELECT kind FROM incident_event e WHERE e.company_id = 9 AND e.incident_id = i.incident_id ORDER BY event_id DESC LIMIT 1) FROM incident i WHERE company_id = 9 AND no = 1")"
stop_correlators TERM

echo "correlator: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
