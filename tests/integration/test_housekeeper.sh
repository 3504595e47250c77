#!/bin/sh
# The housekeeper against a real PostgreSQL: months of alerts are made, filled and dropped, sensors change their state,
# what has served its time goes; and one task that fails does not stop the others.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build/debug}
state=${HINOMI_STATE:-$(mktemp -d)} || exit 1
mkdir -p "$state"
passed=0 failed=0 housekeeper=''

cleanup() {
	[ -z "$housekeeper" ] || kill -9 "$housekeeper" 2>/dev/null
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
query() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$conninfo" -c "$1"
}
as_role() { # ROLE QUERY: its answer, or its error
	psql -X -q -A -t -d "$conninfo" -c "SET ROLE hinomi_$1" -c "$2" 2>&1
}
wait_until() { # COMMAND...: up to 60 s
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
# Rounds are counted by a row that each of them prunes: when it is gone, a whole round has begun since it was put
# there, and when a second one is gone, that round is over.
full_round() {
	for turn in 1 2; do
		query "INSERT INTO change (company_id, kind, id_from, id_to, created_at) VALUES (99, 'company', $turn, $turn, now() - interval '2 hours')"
		wait_until says 'SELECT count(*) FROM change WHERE company_id = 99' 0
	done
}

conninfo=$(scripts/postgres start "$state/cluster" 5432) || exit 1
cat >"$state/hinomi.yaml" <<YAML
state_dir: $state
database:
  conninfo: $(echo "$conninfo" | sed 's/ user=.*//')
housekeeper:
  interval: 100ms
  late_after: 1m
  down_after: 10m
  months_ahead: 2
  retention_months: 3
YAML
PGUSER=hinomi HINOMI_SCHEMA=schema "$build/hinomictl" --config="$state/hinomi.yaml" migrate >"$state/migrate.log" || exit 1

# month N: months before this one, as the first of it, UTC
month() {
	query "SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') - $1 * interval '1 month')::date"
}
put_alert() { # ID TIMESTAMP-EXPRESSION
	query "INSERT INTO alert (company_id, id, ts, received_at, sensor_id, kind, format, direction, engine, severity, score,
		action, technique, stage, repeat_count, cluster_key, link_key, raw)
		VALUES (1, $1, $2, now(), 1, 'alert', 'eve', 'inbound', 'ips', 3, 50, 'blocked', '{}', 'none', 1, 5, 0, '')"
}
# Just inside and just outside of last month, at its ends in UTC; and one of long ago that nobody correlated yet.
put_alert 1 "timestamptz '$(month 1) 00:00Z'"
put_alert 2 "timestamptz '$(month 0) 00:00Z' - interval '1 microsecond'"
put_alert 3 "timestamptz '$(month 0) 00:00Z'"
put_alert 4 "timestamptz '$(month 3) 00:00Z'"
put_alert 5 "timestamptz '$(month 4) 00:00Z'"
put_alert 6 "timestamptz '$(month 30) 00:00Z'"
query "INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to)
	SELECT 1, 6, 6, ts, ts FROM alert WHERE id = 6"
check 'all in the default partition' 6 "$(query 'SELECT count(*) FROM ONLY alert_default')"

# A reader first locks the table, then looks which partitions there are, then locks these. In between nothing may be moved.
psql -X -q -d "$conninfo" >/dev/null 2>&1 <<'SQL' &
SET application_name = 'a reader';
BEGIN;
LOCK TABLE ONLY alert IN ACCESS SHARE MODE;
SELECT pg_sleep(600);
SQL
reader=$!
wait_until says "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'a reader' AND wait_event = 'PgSleep'" 1
check 'no month is made under the eyes of a reader' yes \
	"$(as_role housekeeper "SELECT alert_partition_create('$(month 4)')" | grep -q 'lock timeout' && echo yes)"
query "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'a reader'" >/dev/null
wait "$reader" || true
check 'and nothing was moved' 6 "$(query 'SELECT count(*) FROM ONLY alert_default')"

query "INSERT INTO company (company_id, operator_id, name) VALUES (1, 1, 'one');
	INSERT INTO sensor (company_id, sensor_id, name, state) VALUES
		(1, 1, 'new', 'new'), (1, 2, 'seen', 'new'), (1, 3, 'late', 'up'), (1, 4, 'down', 'up'), (1, 5, 'back', 'down'),
		(1, 6, 'muted', 'muted'), (1, 7, 'revoked', 'revoked'), (1, 8, 'steady', 'up');
	INSERT INTO sensor_health (company_id, sensor_id, last_seen_at) VALUES
		(1, 1, NULL), (1, 2, now()), (1, 3, now() - interval '5 minutes'), (1, 4, now() - interval '1 hour'), (1, 5, now()),
		(1, 6, now() - interval '1 hour'), (1, 7, now()), (1, 8, now());
	INSERT INTO sensor_token (company_id, sensor_id, token_sha256, expires_at, used_at) VALUES
		(1, 1, decode(repeat('01', 32), 'hex'), now() + interval '1 day', NULL),
		(1, 1, decode(repeat('02', 32), 'hex'), now() - interval '29 days', NULL),
		(1, 1, decode(repeat('03', 32), 'hex'), now() - interval '31 days', NULL),
		(1, 1, decode(repeat('04', 32), 'hex'), now() + interval '1 day', now() - interval '31 days');
	INSERT INTO snapshot (company_id, snapshot_id, kind, month, version, body, sha256) VALUES (1, 1, 'month', '2026-01-01', 1, '', sha256(''));
	INSERT INTO report (company_id, report_id, kind, month, snapshot_id, language) VALUES (1, 1, 'monthly', '2026-01-01', 1, 'ja');
	INSERT INTO report_file (company_id, report_id, format, language, page, report_version, final, sha256, content, made_at)
		SELECT 1, 1, 'png', 'ja', n, 1, n = 3, sha256(''), '', now() - CASE n WHEN 1 THEN 23 ELSE 25 END * interval '1 hour' FROM generate_series(1, 3) n;
	INSERT INTO report_delivery (company_id, report_id, delivery_id, address, language, attached, outbox_id) VALUES (1, 1, 1, 'a@b.example', 'ja', false, gen_random_uuid());
	INSERT INTO report_code (company_id, delivery_id, code_id, code_sha256, made_at)
		SELECT 1, 1, n, sha256(''), now() - n * interval '23 hours' FROM generate_series(1, 2) n;
	INSERT INTO report_run (run_id, kind, month, state, finished_at)
		SELECT n, 'draw', '2026-01-01', CASE n WHEN 3 THEN 'running' ELSE 'done' END, now() - (n * 500) * interval '1 day' FROM generate_series(1, 3) n;
	INSERT INTO report_job (job_id, run_id, kind, company_id, failed_at) SELECT n, CASE n WHEN 1 THEN 1 WHEN 2 THEN 2 END, 'draw', 1, now() - n * 240 * interval '1 day' FROM generate_series(1, 4) n;
	INSERT INTO sensor_stream (company_id, sensor_id, epoch, sequence, updated_at) VALUES
		(1, 1, 1, 10, now() - interval '100 days'), (1, 1, 2, 10, now() - interval '89 days'),
		(1, 2, 1, 10, now() - interval '200 days'), (1, 2, 2, 10, now() - interval '100 days');
	INSERT INTO app_user (user_id, email, display_name, role) VALUES (1, 'a@example.org', 'A', 'viewer');
	INSERT INTO session (token_sha256, user_id, expires_at) VALUES
		(decode(repeat('01', 32), 'hex'), 1, now() + interval '1 hour'), (decode(repeat('02', 32), 'hex'), 1, now() - interval '1 s');
	INSERT INTO idempotency (user_id, key, fingerprint, created_at) VALUES
		(1, 'young', '', now() - interval '47 hours'), (1, 'old', '', now() - interval '49 hours');
	INSERT INTO change (company_id, kind, id_from, id_to, created_at) VALUES
		(1, 'company', 1, 1, now() - interval '59 minutes'), (1, 'company', 2, 2, now() - interval '61 minutes')"

# One task cannot be done at first.
query 'REVOKE DELETE ON session FROM hinomi_housekeeper'
"$build/hinomid" --role=housekeeper --config="$state/hinomi.yaml" 2>"$state/housekeeper.log" &
housekeeper=$!
full_round

# ----------------------------------------------------------------------------------------------------- months
months() {
	query "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
		WHERE i.inhparent = 'alert'::regclass AND relname <> 'alert_default'"
}
wanted=$(for n in 30 3 1 0 -1 -2; do month "$n"; done | sort | sed -E 's/(.*)-(.*)-.*/alert_y\1m\2/' | tr '\n' ' ' | sed 's/ $//')
check 'months: kept, this one, two ahead, and one with work left' "$wanted" "$(months)"
check 'the default partition is empty' 0 "$(query 'SELECT count(*) FROM ONLY alert_default')"
check 'what is past retention is gone' '1 2 3 4 6' "$(query "SELECT string_agg(id::text, ' ' ORDER BY id) FROM alert")"
last=$(month 1 | sed -E 's/(.*)-(.*)-.*/alert_y\1m\2/')
check 'months are cut at midnight UTC' '1 2' "$(query "SELECT string_agg(id::text, ' ' ORDER BY id) FROM $last")"
check 'a month has the indexes of its parent' 3 "$(query "SELECT count(*) FROM pg_index WHERE indrelid = '$last'::regclass")"
query 'DELETE FROM work'
full_round
check 'without work it goes' '1 2 3 4' "$(query "SELECT string_agg(id::text, ' ' ORDER BY id) FROM alert")"
put_alert 7 "timestamptz '$(month 2) 12:00Z'"
full_round
check 'a late alert gets a month of its own' "$(month 2 | sed -E 's/(.*)-(.*)-.*/alert_y\1m\2/')" "$(query 'SELECT tableoid::regclass FROM alert WHERE id = 7')"

# ----------------------------------------------------------------------------------------- what a role may do
refused='permission denied'
check 'the api cannot read a month past the policies' "$refused" "$(as_role api "SELECT * FROM $last" | grep -o "$refused")"
check 'but reads through alert what it may see' 5 "$(as_role api "BEGIN; SET LOCAL app.company = '1'; SELECT count(*) FROM alert; COMMIT")"
check 'and nothing without a company' 0 "$(as_role api 'SELECT count(*) FROM alert')"
check 'the collector cannot make a month' "$refused" "$(as_role collector "SELECT alert_partition_create('2030-01-01')" | grep -o "$refused")"
check 'the housekeeper cannot read alerts' "$refused" "$(as_role housekeeper 'SELECT count(*) FROM alert' | grep -o "$refused")"
check 'nor drop a month by hand' 'must be owner' "$(as_role housekeeper "DROP TABLE $last" | grep -o 'must be owner')"
check 'nor this or the last month at all' 2 "$(for n in 0 1; do as_role housekeeper "SELECT alert_partition_drop('$(month "$n")')"; done | grep -c 'too young')"
check 'the collector stores into a month through alert' '' "$(as_role collector "INSERT INTO alert SELECT 1, 8, '$(month 0)', now(), NULL, 1, 'alert', 'eve',
	NULL, NULL, NULL, NULL, NULL, 'inbound', 'ips', 3, 50, 'blocked', NULL, NULL, NULL, '{}', 'none', NULL, NULL, NULL, NULL, 1, 5, 0, ''")"

# ----------------------------------------------------------------------------------------------------- sensors
check 'states of sensors' 'new up late down up muted revoked up' "$(query "SELECT string_agg(state, ' ' ORDER BY sensor_id) FROM sensor")"
check 'and each change is announced, once' '2 3 4 5' "$(query "SELECT string_agg(id_from::text, ' ' ORDER BY id_from) FROM change WHERE kind = 'sensor'")"

# ------------------------------------------------------------------------------------------------------ pruning
check 'changes are kept an hour' 1 "$(query "SELECT string_agg(id_from::text, ' ') FROM change WHERE kind = 'company'")"
check 'answers are kept 48 hours' young "$(query "SELECT string_agg(key, ' ') FROM idempotency")"
check 'tokens are kept 30 days' '0101 0202' "$(query "SELECT string_agg(left(encode(token_sha256, 'hex'), 4), ' ' ORDER BY token_sha256) FROM sensor_token")"
check 'marks: the newest of each sensor stays' '1:2 2:2' "$(query "SELECT string_agg(sensor_id || ':' || epoch, ' ' ORDER BY sensor_id) FROM sensor_stream")"
check 'codes to open a report are kept a day' 1 "$(query "SELECT string_agg(code_id::text, ' ') FROM report_code")"
check 'files of drafts a day, what was published for ever' '1 3' "$(query "SELECT string_agg(page::text, ' ' ORDER BY page) FROM report_file")"
check 'jobs that failed go with their run, or by their age' '1 3' "$(query "SELECT string_agg(job_id::text, ' ' ORDER BY job_id) FROM report_job")"
check 'finished runs of the reporter two years' '1 3' "$(query "SELECT string_agg(run_id::text, ' ' ORDER BY run_id) FROM report_run")"
check 'the task that is refused says so, the others are done' yes "$(grep -q 'sessions pruned.*permission denied' "$state/housekeeper.log" && echo yes)"
query 'GRANT DELETE ON session TO hinomi_housekeeper'
full_round
check 'and when it is not, it is done' 0101 "$(query "SELECT string_agg(left(encode(token_sha256, 'hex'), 4), ' ') FROM session")"

# ------------------------------------------------------------------------------- pages, notices, tickets by age
numbers() { # TABLE COLUMN: what is left, in order
	query "SELECT string_agg($2::text, ' ' ORDER BY $2) FROM $1"
}
notice() { # NAME DAYS STATE PAGE [BUNDLE [INCIDENT]]: its number is made of its name
	query "INSERT INTO outbox (outbox_id, kind, page_id, identity, priority, channel_kind, address, language, facts, state,
			bundled_into, contact_company_id, created_at)
		SELECT md5('$1')::uuid, 'page', nullif('$4', '')::bigint, '$1', 3, 'mail', 'a@example.org', 'ja',
			CASE WHEN '${6-}' = '' THEN '{}' ELSE '{\"incident_id\": ${6:-0}}' END::jsonb, '$3',
			CASE WHEN '${5-}' <> '' THEN md5('${5-}')::uuid END, CASE WHEN '${6-}' <> '' THEN 1 END, now() - $2 * interval '1 day';
		INSERT INTO attempt (outbox_id, n, took_ms, outcome, code, text) VALUES (md5('$1')::uuid, 1, 5, 'sent', 250, 'ok')"
}
query "INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
		reason, alert_count, detection_count, blocked_count, state)
	SELECT 1, n, n, now(), now(), 'inbound', 'none', 2, 't', '', 'r', 'r', 1, 1, 0, CASE n WHEN 1 THEN 'contained' ELSE 'closed' END
	FROM generate_series(1, 2) n;
	INSERT INTO page (page_id, kind, policy_id, policy, group_key, severity, noticed_severity, title, state, joined_into,
		created_at, raised_at, closed_at)
	SELECT n, 'incident', 1, '{}', 'g', 2, 2, 't', 'triggered', into_page, now() - made * interval '1 day', now(),
		now() - closed * interval '1 day'
	FROM (VALUES (1, NULL, 732, 731), (2, NULL, 800, 729), (3, NULL, 800, NULL), (4, NULL, 732, 731), (5, 4, 732, NULL),
		(6, NULL, 800, NULL), (7, 6, 800, NULL), (8, NULL, 800, 731), (9, NULL, 800, 731), (10, NULL, 800, 731),
		(11, NULL, 800, 729), (12, 11, 800, NULL)) v (n, into_page, made, closed);
	INSERT INTO page_subject (company_id, page_id, kind, subject_id, severity, title, raised_at, settled_at)
	SELECT 1, n, 'incident', CASE n WHEN 9 THEN 1 ELSE 2 END, 2, 't', now(), now() FROM generate_series(1, 12) n;
	INSERT INTO page_event (page_id, kind) SELECT n, 'created' FROM generate_series(1, 12) n"
notice 'page 1' 731 sent 1
notice 'page 1, bundled' 731 bundled 1 'bundle 1'
notice 'page 2' 800 sent 2
notice 'page 3, bundled' 800 bundled 3 'bundle 3'
notice 'page 8' 800 pending 8
notice 'bundle 1' 731 sent ''
notice 'bundle 3' 800 sent ''
notice 'by itself, old' 731 failed ''
notice 'by itself, young' 729 sent ''
notice 'by itself, on its way' 800 sending ''
notice 'of incident 1' 800 sent '' '' 1
notice 'of incident 2' 731 sent '' '' 2
query "INSERT INTO drill (drill_id, started_at) VALUES (1, now() - interval '731 days'), (2, now() - interval '729 days');
	INSERT INTO drill_person (drill_id, user_id) VALUES (1, 1), (2, 1);
	INSERT INTO ticket (ticket_id, company_id, channel, category, subject, state, incident_id, opened_at, closed_at)
	SELECT n, company, 'mail', 'other', 's', state, incident, now() - interval '3000 days', now() - closed * interval '1 day'
	FROM (VALUES (1, 1, 'closed', NULL, 1826), (2, 1, 'closed', NULL, 1824), (3, 1, 'waiting', NULL, NULL),
		(4, 1, 'closed', NULL, 1826), (5, 1, 'closed', NULL, 1826), (6, 1, 'closed', 1, 1826), (7, NULL, 'closed', NULL, 1826),
		(8, 1, 'closed', 2, 1826)) v (n, company, state, incident, closed);
	INSERT INTO ticket_event (ticket_id, kind, body) SELECT n, 'opened', '{}' FROM generate_series(1, 8) n;
	INSERT INTO mail_received (message_id, ticket_id, received_at)
	SELECT name, ticket, now() - days * interval '1 day' FROM (VALUES ('of none', NULL, 731), ('of a waiting one', 3, 3000),
		('of one that went', 1, 10), ('of one that is kept', 2, 731), ('young', 2, 729)) v (name, ticket, days);
	INSERT INTO vendor (vendor_id, name) VALUES (1, 'v');
	INSERT INTO dispatch_order (company_id, order_id, kind, vendor_id, ticket_id, state, company_name, place, contact_name,
		contact_phone, task, requested_by)
	SELECT 1, ticket, 'onsite', 1, ticket, state, 'c', 'p', 'n', '1', 't', 1
	FROM (VALUES (4, 'reported'), (5, 'approved')) v (ticket, state)"
query "UPDATE page SET state = CASE WHEN page_id = 3 THEN 'acknowledged' WHEN joined_into IS NOT NULL THEN 'joined'
	ELSE 'closed' END WHERE page_id <> 6" # now the housekeeper may
for turn in 1 2 3; do full_round; done # a page that speaks for others, a bundle: after what names them
check 'pages: old ones go; young, open, of an open incident, with a notice on its way, or speaking for others stay' \
	'2 3 6 7 8 9 11 12' "$(numbers page page_id)"
check 'their subjects and events go with them' '2 3 6 7 8 9 11 12, 2 3 6 7 8 9 11 12' \
	"$(numbers page_subject page_id), $(numbers page_event page_id)"
check 'notices likewise; a bundle stays with what is in it' \
	'bundle 3|by itself, on its way|by itself, young|of incident 1|page 2|page 3, bundled|page 8' \
	"$(query "SELECT string_agg(identity, '|' ORDER BY identity COLLATE \"C\") FROM outbox")"
check 'and their tries' 7 "$(query 'SELECT count(*) FROM attempt')"
check 'drills' '2, 2' "$(numbers drill drill_id), $(numbers drill_person drill_id)"
check 'tickets: not while open, young, of an open incident, or an order still writes into it' '2 3 4 6, 2 3 4 6' \
	"$(numbers ticket ticket_id), $(numbers ticket_event ticket_id)"
check 'an order keeps the number' '4 5' "$(numbers dispatch_order ticket_id)"
check 'marks of mails' 'of a waiting one|young' "$(query "SELECT string_agg(message_id, '|' ORDER BY message_id) FROM mail_received")"
query "UPDATE page SET state = 'closed', closed_at = now() - interval '731 days' WHERE page_id = 6;
	UPDATE incident SET state = 'merged' WHERE incident_id = 1;
	UPDATE dispatch_order SET state = 'approved'; UPDATE outbox SET state = 'cancelled'"
for turn in 1 2; do full_round; done
check 'what held them is over: they go' '2 3 11 12, 2 3' "$(numbers page page_id), $(numbers ticket ticket_id)"
query "INSERT INTO page (page_id, kind, policy_id, policy, group_key, severity, noticed_severity, title, state, created_at,
		raised_at, closed_at)
	SELECT n, 'incident', 1, '{}', 'g', 2, 2, 't', 'closed', now() - interval '900 days', now(), now() - interval '900 days'
	FROM generate_series(1001, 2200) n"
for turn in 1 2; do full_round; done
check 'many go in several rounds' '2 3 11 12, yes, yes' "$(numbers page page_id), $(grep -q ' 1000 pages forgotten' "$state/housekeeper.log" &&
	echo yes), $(grep -q ' 200 pages forgotten' "$state/housekeeper.log" && echo yes)"
check 'the housekeeper cannot read where notices went' "$refused" "$(as_role housekeeper 'SELECT address FROM outbox' | grep -o "$refused")"

# ---------------------------------------------------------------------------------------------- the database away
scripts/postgres kill "$state/cluster"
scripts/postgres start "$state/cluster" 5432 >"$state/restarted"
full_round
check 'it goes on after the database was away' yes "$(kill -0 "$housekeeper" && echo yes)"
kill -TERM "$housekeeper"
wait "$housekeeper"
check 'and stops when told' 0 $?
housekeeper=''

# Kept for ever: ticket_days 0.
echo '  ticket_days: 0' >>"$state/hinomi.yaml"
"$build/hinomid" --role=housekeeper --config="$state/hinomi.yaml" 2>"$state/second.log" &
housekeeper=$!
query "UPDATE ticket SET state = 'closed', closed_at = now() - interval '100 years';
	INSERT INTO drill (drill_id, started_at) VALUES (3, now() - interval '731 days')"
full_round
check 'tickets may be kept for ever' '2 3, 2' "$(numbers ticket ticket_id), $(numbers drill drill_id)"
kill -TERM "$housekeeper"
wait "$housekeeper"
housekeeper=''

echo "housekeeper: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
