#!/bin/sh
# Events per second, from agents over mutual TLS to committed, correlated and acked; beside a bare binary COPY of the
# same rows, and beside rsyslog with mutual TLS into the same PostgreSQL.
. "$(dirname "$0")/common.sh"

events=${BENCH_EVENTS:-600000}
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
		printf '%s\n' "\\copy (SELECT $columns FROM bench_rows WHERE chunk = $k) TO '$STATE/rows/$k' (FORMAT binary)"
		printf '%s\n' "\\copy alert ($columns) FROM '$STATE/rows/$k' (FORMAT binary)" >>"$STATE/load$((k % 2)).sql"
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

# rsyslog: imtcp with mutual TLS -> mmjsonparse -> ompgsql, batches of 2,000, two workers, into a table of the same kind
# as ours: the alert's own columns and the record, a partition by month, a primary key and two more indexes. Nothing is
# grouped or counted.
peer() {
	mkdir -p "$STATE/rsyslog"
	make_certificates "$STATE/rsyslog"
	port=$((PORT + 10))
	sql 'CREATE TABLE rsyslog_alert (id bigint GENERATED ALWAYS AS IDENTITY, host text NOT NULL, ts timestamptz NOT NULL,
		received_at timestamptz NOT NULL, source_ip inet, source_port integer, destination_ip inet,
		destination_port integer, transport text, signature_id text, signature text, category text,
		severity integer, action text, flow_id bigint, raw jsonb NOT NULL, PRIMARY KEY (host, id, ts))
		PARTITION BY RANGE (ts)'
	sql "CREATE TABLE rsyslog_alert_2026_10 PARTITION OF rsyslog_alert
		FOR VALUES FROM ('2026-10-01 00:00+09') TO ('2026-11-01 00:00+09')"
	sql 'CREATE INDEX ON rsyslog_alert (host, ts, id)'
	sql 'CREATE INDEX ON rsyslog_alert (ts, id)'
	# rsyslog wants it without blanks: "host=/d port=5432 dbname=hinomi user=hinomi" as an address.
	address="postgresql:///?$(echo "$conninfo" | tr ' ' '&')"
	cat >"$STATE/rsyslog/rsyslog.conf" <<CONF
global(workDirectory="$STATE/rsyslog" maxMessageSize="64k" defaultNetstreamDriver="ossl"
	defaultNetstreamDriverCAFile="$STATE/rsyslog/ca.pem" defaultNetstreamDriverCertFile="$STATE/rsyslog/server.pem"
	defaultNetstreamDriverKeyFile="$STATE/rsyslog/server.key")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name"
	PermittedPeer=["client.example"])
module(load="ompgsql")
module(load="mmjsonparse")
template(name="row" type="string" option.stdsql="on" string="INSERT INTO rsyslog_alert (host, ts, received_at, source_ip, source_port, destination_ip, destination_port, transport, signature_id, signature, category, severity, action, flow_id, raw) VALUES ('%hostname%', '%\$!timestamp%', '%timegenerated:::date-rfc3339%', '%\$!src_ip%', %\$!src_port%, '%\$!dest_ip%', %\$!dest_port%, '%\$!proto%', '%\$!alert!signature_id%', '%\$!alert!signature%', '%\$!alert!category%', %\$!alert!severity%, '%\$!alert!action%', %\$!flow_id%, '%msg%')")
input(type="imtcp" address="127.0.0.1" port="$port" ruleset="store")
ruleset(name="store") {
	action(type="mmjsonparse" cookie="")
	action(type="ompgsql" conninfo="$address" template="row" queue.type="LinkedList" queue.size="100000"
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
		"$tools/tls_send" 127.0.0.1 "$port" "$STATE/rsyslog/ca.pem" "$STATE/rsyslog/client.pem" \
			"$STATE/rsyslog/client.key" "$STATE/rsyslog/in$i" &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || give_up "a sender failed; see $STATE/rsyslog/rsyslog.log"
	done
	wait_until 300 stored || give_up "rsyslog stored $(sql 'SELECT count(*) FROM rsyslog_alert') of $events"
	theirs=$(per "$events" "$(minus "$(now)" "$started")")
	echo "rsyslog: $(per "$(ticks "$rsyslog_pid")" "$((events * clock_ticks))" 1000000) us of its own and" \
		"$(per "$(minus "$(cluster_ticks)" "$database")" "$((events * clock_ticks))" 1000000) us of PostgreSQL per event"
	stop_rsyslog
}
stored() {
	[ "$(sql 'SELECT count(*) FROM rsyslog_alert')" -ge "$events" ]
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
