#!/bin/sh
# A server that has been at work before there was on-call and a help desk is upgraded: its database (schema 0006) has
# companies, people, incidents in every state, and alerts that no correlator has seen yet. The owner of the database is no
# superuser, as docs/operations.md has it. Nothing is lost, nothing old is paged, and what was waiting is.
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
database_start
superuser() {
	psql -X -q -v ON_ERROR_STOP=1 -d "$cluster" -c "$1"
}
cluster=$conninfo
superuser 'CREATE ROLE chamber LOGIN CREATEROLE'
superuser 'CREATE DATABASE chamber OWNER chamber'
conninfo=$(echo "$cluster" | sed 's/dbname=[^ ]*/dbname=chamber/; s/user=[^ ]*/user=chamber/')
mkdir -p "$STATE/server" "$STATE/agents" "$STATE/old"
server_settings='escalator:
  poll: 100ms
correlator:
  poll: 100ms'
server_config >"$STATE/hinomi.yaml"
export HINOMI_CONFIG="$STATE/hinomi.yaml" HINOMI_SCHEMA="$top/schema"
[ "$(id -u)" -ne 0 ] || chown -R "${HINOMI_USER:-postgres}" "$STATE/server"

# ------------------------------------------------------------------------------------------------------------- as it was

cp "$top"/schema/000[1-6]_*.sql "$STATE/old/"
check_fails 'whoever makes users that pass row-level security is a superuser' 1 'superuser' \
	"$BUILD/hinomictl" migrate --schema "$STATE/old"
superuser 'ALTER ROLE chamber SUPERUSER'
ctl migrate --schema "$STATE/old" >"$STATE/migrate.log" 2>&1 || {
	cat "$STATE/migrate.log" >&2
	exit 1
}
superuser 'ALTER ROLE chamber NOSUPERUSER; ALTER ROLE hinomi_escalator NOBYPASSRLS; ALTER ROLE hinomi_reporter NOBYPASSRLS'
psql -X -q -o "$STATE/sql.out" -1 -v ON_ERROR_STOP=1 -d "$conninfo" -f "$top/tests/integration/api_data.sql"
# Of company 1 what is open, taken on, contained, closed and merged, all grave and of two hours ago.
sql "INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, created_at, direction, stage, severity, title, title_key,
		rule, reason, alert_count, detection_count, blocked_count, state, merged_into, disposition, acknowledged_at, contained_at,
		closed_at, owner_id)
	SELECT 1, 100 + n, n, t, t, t + interval '1 minute', 'outbound', 'command-and-control', 1, 'ET MALWARE Beacon', 'key', 'rule',
		'reason', 1, 1, 0, state, CASE state WHEN 'merged' THEN 101 END, CASE state WHEN 'closed' THEN 'true_positive' END,
		CASE WHEN state NOT IN ('open', 'merged') THEN t + interval '5 minutes' END,
		CASE WHEN state IN ('contained', 'closed') THEN t + interval '20 minutes' END,
		CASE state WHEN 'closed' THEN t + interval '50 minutes' END, CASE WHEN state <> 'open' THEN 1 END
	FROM unnest('{open,acknowledged,contained,closed,merged}'::text[]) WITH ORDINALITY AS s (state, n),
		(SELECT now() - interval '2 hours') AS x (t);
	INSERT INTO incident_seq (company_id, last_no) VALUES (1, 5) ON CONFLICT (company_id) DO UPDATE SET last_no = 5;
	INSERT INTO incident_event (company_id, incident_id, kind, body) SELECT 1, incident_id, 'note', '{\"text\": \"old\"}' FROM incident;
	SELECT setval(pg_get_serial_sequence('incident', 'incident_id'), 200);
	SELECT alerts_come(1, 1000, 5, now() - interval '1 minute', 101, 1, 'outbound')" >/dev/null
kept="SELECT md5(string_agg(concat_ws(' ', company_id, incident_id, no, state, created_at, acknowledged_at, closed_at, title, version),
		'/' ORDER BY incident_id)) FROM incident WHERE incident_id <= 200"
before=$(sql "$kept")

# -------------------------------------------------------------------------------------------------------------- upgraded

check_fails 'so is whoever upgrades, unless the escalator has been prepared' 1 'superuser' "$BUILD/hinomictl" migrate
check_equal 'what failed has left nothing behind' '6' "$(sql 'SELECT max(version) FROM schema_migration')"
superuser 'ALTER ROLE hinomi_escalator BYPASSRLS'
check_fails 'and unless the reporter has been prepared' 1 'superuser' "$BUILD/hinomictl" migrate
superuser 'ALTER ROLE hinomi_reporter BYPASSRLS'
if ctl migrate >"$STATE/migrate.log" 2>&1; then good 'the owner upgrades it'; else
	bad 'the owner upgrades it'
	cat "$STATE/migrate.log"
fi
check_equal 'no incident is changed' "$before" "$(sql "$kept")"
check_equal 'each has its clocks: raised, taken on, contained, closed' '5 5 3 2 1 0' \
	"$(sql "SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE c.raised_at = i.created_at),
		count(*) FILTER (WHERE c.acknowledged_at = i.acknowledged_at), count(*) FILTER (WHERE c.contained_at = i.contained_at),
		count(*) FILTER (WHERE c.closed_at = i.closed_at), count(c.told_at))
		FROM incident i JOIN incident_clock c USING (company_id, incident_id)")"

server_start
ready_roles=$(grep -o '"role":"[a-z]*"' "$STATE/server/run/status.json" | cut -d'"' -f4 | sort | tr '\n' ' ')
check_equal 'every role runs' 'api collector correlator escalator housekeeper keyholder reporter ' "$ready_roles"
paged() {
	[ "$(sql "SELECT count(*) FROM page_subject WHERE kind = 'incident' AND subject_id > 200")" = 1 ]
}
if wait_until 60 paged; then good 'alerts that were waiting became an incident and a page'; else
	bad 'alerts that were waiting became an incident and a page'
fi
check_equal 'it goes to leads and admins, as nobody is on call yet' 't' "$(sql 'SELECT nobody FROM page')"
check_equal 'nothing old is paged, and nothing is promised of it' '0 0' "$(sql "SELECT
	(SELECT count(*) FROM page_subject WHERE subject_id <= 200) || ' ' || (SELECT count(*) FROM incident_event WHERE kind = 'sla')")"

# Somebody from before goes on with an incident from before.
password='correct horse battery staple'
api POST /v1/setup -d "{\"token\":\"tanaka@example.jp\",\"password\":\"$password\"}" >/dev/null
cookie=$(api POST /v1/session -o /dev/null -D - -d "{\"email\":\"tanaka@example.jp\",\"password\":\"$password\"}" |
	sed -nE 's/^[Ss]et-[Cc]ookie: ([^;]*).*/\1/p' | tr -d '\r')
api PATCH /v1/incidents/101 -H 'If-Match: "1"' -d '{"state":"acknowledged"}' >/dev/null
api POST /v1/incidents/101/steps -d '{"step":2,"text":"LAN cable pulled","done":true}' >/dev/null
check_equal 'its clocks go on, and it is a case' '101 t t LAN cable pulled' "$(sql "SELECT concat_ws(' ', c.incident_id,
	c.acknowledged_at IS NOT NULL, c.triaged_at IS NOT NULL, s.text)
	FROM incident_clock c JOIN case_step s USING (company_id, incident_id)")"
check_equal 'its timeline begins with what was there' 'note state' "$(api GET /v1/incidents/101 |
	jq -r '[.timeline[].kind] | [.[] | select(. == "note" or . == "state")] | join(" ")')"
if server_stop; then good 'hinomid ended well'; else bad 'hinomid ended well'; fi
finish
