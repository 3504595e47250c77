#!/bin/sh
# Campaigns over companies, as the correlator finds them, against a definition in SQL: whatever the order and the pieces
# in which alerts come, with two correlators, killed and refused at every step. Then who may see what of them.
set -eu
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

correlators=''
stop_correlators() { # SIGNAL
	for pid in $correlators; do
		kill "-$1" "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	correlators=''
}
at_exit 'stop_correlators KILL'
start_correlator() {
	"$BUILD/hinomid" --role=correlator --config="$STATE/hinomi.yaml" 2>>"$STATE/correlator.log" &
	correlators="$correlators $!"
}
file() { # FILE: runs it as the owner
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$conninfo" -f "$1" >>"$STATE/answers"
}
says() { # QUERY VALUE
	[ "$(sql "$1" 2>/dev/null)" = "$2" ]
}
# The counts are of one moment: what is out of work is in campaign_due by then.
all_done() {
	wait_until 60 says 'SELECT (SELECT count(*) FROM work) + (SELECT count(*) FROM campaign_due)' 0
}

database_start
cat >"$STATE/hinomi.yaml" <<YAML
state_dir: $STATE
timezone: Asia/Tokyo
database:
  conninfo: $(echo "$conninfo" | sed 's/ user=.*//')
correlator:
  poll: 100ms
  campaign_interval: 100ms
YAML
PGUSER=hinomi HINOMI_SCHEMA=$top/schema "$BUILD/hinomictl" --config="$STATE/hinomi.yaml" migrate >"$STATE/migrate.log"
file "$top/tests/integration/campaigns.sql"
sql 'SELECT make_alerts(6000)' >/dev/null

as_defined() { # NAME
	check_equal "$1: campaigns" '' "$(sql 'SELECT * FROM campaign_difference LIMIT 3')"
	check_equal "$1: members" '' "$(sql 'SELECT * FROM member_difference LIMIT 3')"
	check_equal "$1: incidents say so" '' "$(sql 'SELECT * FROM child_difference LIMIT 3')"
	check_equal "$1: and only once" '' "$(sql 'SELECT * FROM told_twice LIMIT 3')"
}
deliver() { # SIZE SEED
	sql "SELECT deliveries($1, '$2')" >"$STATE/deliveries.sql"
	file "$STATE/deliveries.sql"
}

# ------------------------------------------------------------------------------------------------- all at once
deliver 500 all
start_correlator
all_done
as_defined 'all at once'
check_equal 'there are some of each kind, short and long' 't|t' "$(sql "SELECT count(DISTINCT kind) = 4, max(last_day - first_day) > 6
	AND min(last_day - first_day) < 3 FROM campaign")"
check_equal 'screens are told of the incidents' 0 "$(sql "SELECT count(*) FROM incident_event e WHERE kind = 'campaign' AND NOT EXISTS
	(SELECT FROM change c WHERE c.company_id = e.company_id AND c.kind = 'incident' AND c.id_from = e.incident_id)")"

# ----------------------------------------------------------------------- in small pieces, in any order, by two
for seed in one two; do
	stop_correlators TERM
	sql 'SELECT forget()' >/dev/null
	start_correlator
	start_correlator
	deliver 60 "$seed"
	all_done
	as_defined "two correlators, order $seed"
done
check_equal 'some were merged on the way' t "$(sql 'SELECT count(*) > 2 FROM campaign WHERE merged_into IS NOT NULL')"
check_equal 'into what was not' 0 "$(sql 'SELECT count(*) FROM campaign c JOIN campaign d ON d.campaign_id = c.merged_into
	WHERE d.merged_into IS NOT NULL')"

# ---------------------------------------------------------------------------------- killed at every step of a round
stop_correlators TERM
sql 'SELECT forget()' >/dev/null
deliver 400 killed
mkfifo "$STATE/holder"
psql -X -q -d "$conninfo" <"$STATE/holder" >"$STATE/holder.log" 2>&1 &
holder=$!
at_exit "kill $holder 2>/dev/null"
exec 3>"$STATE/holder"
waits_for() { # TABLE
	says "SELECT count(*) > 0 FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE a.application_name = 'hinomi correlator'
		AND NOT l.granted AND l.relation = '$1'::regclass" t
}
killed=0
for table in campaign_due campaign campaign_member incident_event campaign_sighting; do
	# A company's transaction writes sightings, what is due, and timelines; only then does the round begin.
	[ "$table" = campaign_sighting ] || [ "$table" = campaign_due ] || {
		start_correlator
		wait_until 60 says 'SELECT count(*) FROM work' 0
		stop_correlators TERM
		sql "INSERT INTO campaign_due (company_id, kind, key, day) SELECT DISTINCT company_id, kind, key, day FROM campaign_sighting;
			DELETE FROM campaign_member; DELETE FROM campaign; DELETE FROM incident_event WHERE kind = 'campaign'"
	}
	[ "$table" != campaign_sighting ] || sql 'SELECT forget()' >/dev/null
	echo "BEGIN; LOCK TABLE $table IN SHARE MODE;" >&3
	wait_until 60 says "SELECT count(*) FROM pg_locks WHERE relation = '$table'::regclass AND granted AND mode = 'ShareLock'" 1
	[ "$table" != campaign_sighting ] || deliver 400 sightings
	before=$(sql 'SELECT (SELECT count(*) FROM work), (SELECT count(*) FROM campaign_due), (SELECT count(*) FROM campaign)')
	start_correlator
	wait_until 60 waits_for "$table"
	stop_correlators KILL
	echo 'ROLLBACK;' >&3
	wait_until 60 says "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hinomi correlator'" 0
	[ "$(sql 'SELECT (SELECT count(*) FROM work), (SELECT count(*) FROM campaign_due), (SELECT count(*) FROM campaign)')" = "$before" ] &&
		killed=$((killed + 1))
	[ "$table" != campaign_sighting ] || sql 'SELECT forget()' >/dev/null
done
exec 3>&-
check_equal 'killed at five steps, nothing of the transaction was left' 5 "$killed"
deliver 400 killed
start_correlator
all_done
as_defined 'after the kills'

# --------------------------------------------------------------------------------------- refused at every statement
refused=0
for grant in 'INSERT ON campaign' 'UPDATE ON campaign' 'INSERT ON campaign_member' 'INSERT ON incident_event'; do
	sql "REVOKE $grant FROM hinomi_correlator"
	: >"$STATE/correlator.log"
	sql "DELETE FROM incident_event WHERE kind = 'campaign'; DELETE FROM campaign_member; DELETE FROM campaign;
		INSERT INTO campaign_due (company_id, kind, key, day) SELECT DISTINCT company_id, kind, key, day FROM campaign_sighting"
	wait_until 60 grep -q 'campaigns are looked for again' "$STATE/correlator.log" && refused=$((refused + 1))
	sql "GRANT $grant TO hinomi_correlator"
	all_done
done
check_equal 'refused at four statements' 4 "$refused"
as_defined 'after the refusals'
stop_correlators TERM

# ------------------------------------------------------------------------------------------------ who may see what
# Company 13 met nothing and is warned of one; 14 met nothing and is not.
one=$(sql "SELECT campaign_id FROM campaign WHERE merged_into IS NULL AND kind = 'source' ORDER BY companies, campaign_id LIMIT 1")
sql "INSERT INTO campaign_warning (company_id, campaign_id, user_id, body) VALUES (13, $one, 1, 'text')"
as_company() { # COMPANY QUERY: as the api asks for it
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$conninfo" -c "BEGIN; SET LOCAL ROLE hinomi_api; SET LOCAL app.company = '$1'; $2; ROLLBACK"
}
check_equal 'staff see all campaigns' "$(sql 'SELECT count(*) FROM campaign')" "$(as_company '*' 'SELECT count(*) FROM campaign')"
check_equal 'nobody sees none' 0 "$(as_company '' 'SELECT count(*) FROM campaign')"
for company in 1 7; do
	check_equal "company $company sees the campaigns that it was hit by" \
		"$(sql "SELECT string_agg(campaign_id::text, ' ' ORDER BY campaign_id) FROM campaign_member WHERE company_id = $company")" \
		"$(as_company $company "SELECT string_agg(campaign_id::text, ' ' ORDER BY campaign_id) FROM campaign")"
	for table in campaign_member campaign_sighting campaign_warning; do
		check_equal "of $table nobody else's rows" 0 \
			"$(as_company $company "SELECT count(*) FROM $table WHERE company_id <> $company")"
	done
done
check_equal 'a company that was warned sees the one' "$one" "$(as_company 13 'SELECT campaign_id FROM campaign')"
check_equal 'but neither who was hit nor what they met' '0|0' \
	"$(as_company 13 'SELECT (SELECT count(*) FROM campaign_member), (SELECT count(*) FROM campaign_sighting)')"
check_equal 'a company that was not sees none' 0 "$(as_company 14 'SELECT count(*) FROM campaign')"
check_equal 'no company can warn another' yes \
	"$(as_company 1 "INSERT INTO campaign_warning (company_id, campaign_id, user_id, body) VALUES (2, $one, 1, 'text')" 2>&1 |
		grep -q 'row-level security' && echo yes)"

# ---------------------------------------------------------------------------------- merging keeps who was warned
sql 'SELECT forget()' >/dev/null
sql "TRUNCATE stock; INSERT INTO stock (company_id, id, ts, received_at, sensor_id, kind, format, direction, engine, severity, score,
		action, signature_id, signature, technique, stage, inside_ip, attacker_ip, repeat_count, cluster_key, link_key, raw)
	SELECT c, 100 * d + c, timestamptz '2026-10-01 12:00+09' + d * interval '1 day', now(), 1, 'alert', 'eve', 'inbound', 'ips', 3, 50,
		'allowed', '1', 'words', '{}', 'exploitation', '192.168.1.1', '203.0.113.99', 1, 5, 0, ''
	FROM (VALUES (1, 0), (2, 0), (3, 0), (4, 4), (5, 4), (6, 4), (7, 2), (8, 2)) v (c, d)"
start_correlator
sql 'SELECT deliver(c, 1, 999) FROM generate_series(1, 6) c' >/dev/null
all_done
check_equal 'two campaigns' '2026-10-01|2026-10-01|3 2026-10-05|2026-10-05|3' "$(sql "SELECT string_agg(first_day || '|' || last_day || '|' || companies, ' '
	ORDER BY first_day) FROM campaign WHERE merged_into IS NULL")"
sql "INSERT INTO campaign_warning (company_id, campaign_id, user_id, body) SELECT 13, campaign_id, 1, 'text ' || campaign_id FROM campaign;
	INSERT INTO campaign_warning (company_id, campaign_id, user_id, body) SELECT 14, max(campaign_id), 1, 'text' FROM campaign"
sql 'SELECT deliver(7, 1, 999)' >/dev/null
all_done
check_equal 'a third day of one more company joins them' '2026-10-01|2026-10-05|7' "$(sql "SELECT first_day || '|' || last_day || '|' || companies
	FROM campaign WHERE merged_into IS NULL")"
check_equal 'both were warned of the survivor' '13|1 14|1' "$(sql "SELECT string_agg(company_id || '|' || (body IS NOT NULL)::integer, ' ' ORDER BY company_id)
	FROM campaign_warning WHERE campaign_id = (SELECT campaign_id FROM campaign WHERE merged_into IS NULL)")"
check_equal 'a member of both sees one that counts' 1 "$(as_company 13 'SELECT count(*) FROM campaign WHERE merged_into IS NULL')"
as_defined 'merged'
finish
