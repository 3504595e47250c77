#!/bin/sh
# Events per second, from agents over mutual TLS to committed, correlated and acked; beside a bare binary COPY of the
# same rows, and beside rsyslog with mutual TLS into the same PostgreSQL.
. "$(dirname "$0")/common.sh"

events=${BENCH_EVENTS:-200000}
senders=4
each=$((events / senders))
events=$((each * senders))
roles='collector correlator housekeeper api'

ours() {
	server_start
	for i in $(seq "$senders"); do
		company "bench $i"
		sensor "$company_id" "bench$i"
	done
	for role in $roles; do
		role_ticks "$role" >"$STATE/before.$role"
	done
	database=$(cluster_ticks)
	started=$(now)
	pids=''
	for i in $(seq "$senders"); do
		# "times" says what this shell's children used: the agent alone.
		(
			"$BUILD/hinomi-agent" send --state "$STATE/agents/bench$i" "$STATE/eve$i.json" >>"$STATE/send.log" 2>&1
			code=$?
			times >"$STATE/times$i"
			exit "$code"
		) &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || give_up "an agent failed; see $STATE/send.log"
	done
	acked=$(now)
	wait_until 300 correlated || give_up 'the correlator does not come to an end'
	ended=$(now)
	[ "$(sql 'SELECT count(*) FROM alert')" = "$events" ] || give_up "$(sql 'SELECT count(*) FROM alert') alerts instead of $events"
	ours=$(per "$events" "$(minus "$ended" "$started")")
	echo "ours: acked after $(minus "$acked" "$started") s, correlated after $(minus "$ended" "$started") s"
	for role in $roles; do
		emit_cpu "$role" "$(minus "$(role_ticks "$role")" "$(cat "$STATE/before.$role")")"
	done
	emit_cpu postgresql "$(minus "$(cluster_ticks)" "$database")"
	emit_cpu agents "$(awk 'FNR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); n += t[1] * 60 + t[2] } }
		END { print n * '"$clock_ticks"' }' "$STATE"/times*)"
	server_stop
}
role_ticks() {
	ticks "$(role_pid "$1")"
}
correlated() {
	[ "$(sql 'SELECT count(*) FROM work')" = 0 ]
}
emit_cpu() {
	emit ingest "cpu_us_per_event_$1" "$(per "$2" "$((events * clock_ticks))" 1000000)" us
}

# The very rows, in the very table with its indexes and partitions: 4,000 a transaction, two connections.
bare_copy() {
	rm -rf "$STATE/rows"
	mkdir -p "$STATE/rows"
	chmod 755 "$STATE/rows"
	columns=$(sql "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
		WHERE attrelid = 'alert'::regclass AND attnum > 0 AND NOT attisdropped")
	sql "CREATE UNLOGGED TABLE bench_rows AS
		SELECT (row_number() OVER (ORDER BY company_id, id) - 1) / 4000 AS chunk, * FROM alert"
	sql 'CREATE INDEX ON bench_rows (chunk)'
	chunks=$(sql 'SELECT max(chunk) FROM bench_rows')
	for k in $(seq 0 "$chunks"); do
		echo "\\copy (SELECT $columns FROM bench_rows WHERE chunk = $k) TO '$STATE/rows/$k' (FORMAT binary)"
		echo "\\copy alert ($columns) FROM '$STATE/rows/$k' (FORMAT binary)" >>"$STATE/load$((k % 2)).sql"
	done >"$STATE/dump.sql"
	psql "$conninfo" -X -q -v ON_ERROR_STOP=1 -f "$STATE/dump.sql"
	sql 'DROP TABLE bench_rows'
	sql 'TRUNCATE alert'
	sql 'CHECKPOINT'
	started=$(now)
	psql "$conninfo" -X -q -v ON_ERROR_STOP=1 -f "$STATE/load0.sql" &
	first=$!
	[ ! -f "$STATE/load1.sql" ] || psql "$conninfo" -X -q -v ON_ERROR_STOP=1 -f "$STATE/load1.sql"
	wait "$first"
	copy=$(per "$events" "$(minus "$(now)" "$started")")
	[ "$(sql 'SELECT count(*) FROM alert')" = "$events" ] || give_up 'COPY did not load all rows'
	sql 'TRUNCATE alert'
	rm -rf "$STATE/rows"
}

# rsyslog: imtcp with mutual TLS -> ompgsql, batches of 2,000, two workers; the record as text, one index on time. It
# neither reads the record nor groups anything.
peer() {
	mkdir -p "$STATE/rsyslog"
	make_certificates "$STATE/rsyslog"
	port=$((PORT + 10))
	sql 'CREATE TABLE rsyslog_event (id bigint GENERATED ALWAYS AS IDENTITY, received_at timestamptz NOT NULL,
		host text, raw text NOT NULL)'
	sql 'CREATE INDEX ON rsyslog_event (received_at)'
	cat >"$STATE/rsyslog/rsyslog.conf" <<CONF
global(workDirectory="$STATE/rsyslog" maxMessageSize="64k" defaultNetstreamDriver="ossl"
	defaultNetstreamDriverCAFile="$STATE/rsyslog/ca.pem" defaultNetstreamDriverCertFile="$STATE/rsyslog/server.pem"
	defaultNetstreamDriverKeyFile="$STATE/rsyslog/server.key")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name"
	PermittedPeer=["client.example"])
module(load="ompgsql")
template(name="row" type="string" option.stdsql="on"
	string="INSERT INTO rsyslog_event (received_at, host, raw) VALUES ('%timegenerated:::date-rfc3339%', '%hostname%', '%msg%')")
input(type="imtcp" address="127.0.0.1" port="$port" ruleset="store")
ruleset(name="store") {
	action(type="ompgsql" conninfo="$conninfo" template="row" queue.type="LinkedList" queue.size="100000"
		queue.dequeueBatchSize="2000" queue.workerThreads="2" queue.workerThreadMinimumMessages="1000"
		queue.timeoutEnqueue="600000")
}
CONF
	for i in $(seq "$senders"); do
		sed "s/^/<13>Oct  1 00:00:00 bench$i eve: /" "$STATE/eve$i.json" >"$STATE/rsyslog/in$i"
	done
	start_rsyslog rsyslog
	wait_until 30 listening "$port" || give_up "rsyslog does not listen; see $STATE/rsyslog/rsyslog.log"
	database=$(cluster_ticks)
	sql 'CHECKPOINT'
	started=$(now)
	pids=''
	for i in $(seq "$senders"); do
		openssl s_client -quiet -no_ign_eof -connect "127.0.0.1:$port" -CAfile "$STATE/rsyslog/ca.pem" \
			-cert "$STATE/rsyslog/client.pem" -key "$STATE/rsyslog/client.key" <"$STATE/rsyslog/in$i" >/dev/null 2>&1 &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || true
	done
	wait_until 300 stored || give_up "rsyslog stored $(sql 'SELECT count(*) FROM rsyslog_event') of $events"
	theirs=$(per "$events" "$(minus "$(now)" "$started")")
	echo "rsyslog: $(per "$(ticks "$rsyslog_pid")" "$((events * clock_ticks))" 1000000) us of its own and" \
		"$(per "$(minus "$(cluster_ticks)" "$database")" "$((events * clock_ticks))" 1000000) us of PostgreSQL per event"
	stop_rsyslog
}
stored() {
	[ "$(sql 'SELECT count(*) FROM rsyslog_event')" -ge "$events" ]
}

for i in $(seq "$senders"); do
	"$tools/eve_events" "$each" "$i" >"$STATE/eve$i.json"
done
server_prepare
ours
bare_copy
peer
emit ingest events_per_s "$ours" 1/s 'rsyslog imtcp (mutual TLS) to ompgsql' "$theirs" higher
emit ingest copy_share "$(per "$ours" "$copy")" share 'binary COPY of the same rows, 2 connections' 1 higher
