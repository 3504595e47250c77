#!/bin/sh
# 1,000 new indicators against 50 million observables of 3,000 members: seconds from the order to the list of members, beside
# one pass over the table that looks for the same. Needs some 10 GB and ten minutes; HINOMI_BENCH_OBSERVABLES makes it smaller.
. "$(dirname "$0")/common.sh"

observables=${HINOMI_BENCH_OBSERVABLES:-50000000}
server_prepare
sql "INSERT INTO company (company_id, operator_id, name) SELECT n, (SELECT min(operator_id) FROM operator), 'Member ' || n
	FROM generate_series(1, 3000) n"
echo "making $observables observables"
psql -d "$conninfo" -X -q -v ON_ERROR_STOP=1 -v observables="$observables" -f "$(dirname "$0")/retrohunt.sql"
sql "SELECT count(*) || ' observables, ' || pg_size_pretty(pg_total_relation_size('observable')) FROM observable"
sql 'SELECT line FROM bench_feed' >"$STATE/feed"
# Nothing of what was made is in PostgreSQL's own memory any more.
database_stop
database_start

"$BUILD/hinomid" --role=correlator --config="$STATE/hinomi.yaml" >"$STATE/correlator.log" 2>&1 </dev/null &
correlator=$!
at_exit "kill $correlator 2>/dev/null"
connected() {
	[ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hinomi correlator' AND state = 'idle'")" = 1 ]
}
wait_until 60 connected || give_up 'the correlator does not get ready'
hunt_is_over() {
	[ "$(sql "SELECT state FROM hunt WHERE hunt_id = $1")" != due ]
}
hunt() {
	id=$(ctl indicator import "$STATE/feed" --source "$1" --hunt --json | sed 's/.*"hunt_id":\([0-9]*\).*/\1/')
	wait_until 600 hunt_is_over "$id" || give_up 'the hunt does not end'
	[ "$(sql "SELECT state || ' ' || message FROM hunt WHERE hunt_id = $id")" = 'done ' ] || give_up "$(ctl hunt list)"
	took=$(sql "SELECT extract(epoch FROM finished_at - created_at) FROM hunt WHERE hunt_id = $id")
}
hunt first
first=$took first_id=$id
hunt second
sql "SELECT h.indicators || ' indicators, ' || count(*) || ' hits at ' || count(DISTINCT x.company_id) || ' members'
	FROM hunt h JOIN hunt_hit x USING (hunt_id) WHERE h.hunt_id = $first_id GROUP BY h.hunt_id"

# The same by a pass over everything: what a name belongs to is its first two labels here.
echo 'looking for the same in one pass'
started=$(now)
sql "SET max_parallel_workers_per_gather = 0; SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
	CREATE TABLE scanned AS SELECT o.company_id, o.kind, o.key, i.i FROM observable o JOIN bench_indicator i ON i.kind = o.kind
	AND CASE o.kind WHEN 1 THEN substring(o.key FOR 15)
		WHEN 2 THEN substring(o.key FOR 4 + position('.'::bytea IN substring(o.key FROM 5))) ELSE o.key END =
	CASE i.kind WHEN 1 THEN substring(i.key FOR 15)
		WHEN 2 THEN substring(i.key FOR 4 + position('.'::bytea IN substring(i.key FROM 5))) ELSE i.key END
	AND (o.kind <> 1 OR i.is_network OR o.key = i.key)"
scan=$(minus "$(now)" "$started")
wrong=$(sql "WITH found AS (SELECT DISTINCT company_id, kind, key FROM hunt_hit WHERE hunt_id = $first_id),
	wanted AS (SELECT DISTINCT company_id, kind, key FROM scanned)
	SELECT (SELECT count(*) FROM (TABLE wanted EXCEPT TABLE found) a) + (SELECT count(*) FROM (TABLE found EXCEPT TABLE wanted) b)")
[ "$wrong" = 0 ] || give_up "the hunt and a pass over the table differ in $wrong rows"
[ "$(sql 'SELECT count(*) > 1000 FROM scanned')" = t ] || give_up 'there was too little to find'
emit retrohunt seconds "$first" s 'one pass over the table' "$scan" lower
emit retrohunt seconds_again "$took" s
