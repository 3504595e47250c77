#!/bin/sh
# Correlations over time, against a real PostgreSQL: rules that change while windows are open, conditions that wait, firings
# that are counted, bounds of state and what is said about them, hits that become old, a flood at one company, a million
# open windows, history that is replayed. (Incidents, faults and counts: test_correlator.sh.)
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build/debug}
state=${HINOMI_STATE:-$(mktemp -d)} || exit 1
mkdir -p "$state"
. tests/integration/correlator.sh
set_up "  settle: 2s
  hits_keep: 1h
  group_hits: 100
  company_hits: 1000"

sql <<'SQL' || exit 1
-- One hit of a record that is an alert, minutes after a fixed time; then its work.
CREATE FUNCTION put_hits(p_company bigint, p_id bigint, p_minute numeric, p_cluster bigint, p_version bigint, p_rules text[],
                         p_hits text[], p_kind text DEFAULT 'alert') RETURNS void LANGUAGE sql AS $$
    SELECT insert_alert(p_company, p_id, timestamptz '2026-10-01 00:00Z' + p_minute * interval '1 minute', p_cluster, 0,
                        'inbound', 4, 50, 'blocked', 'none', 'record', 1, p_kind, all_hits(p_version, p_rules, p_hits));
    SELECT put_work(p_company, p_id, p_id)
$$;
CREATE FUNCTION put_login(p_company bigint, p_id bigint, p_minute numeric, p_version bigint DEFAULT 1, p_key bigint DEFAULT 7000001)
RETURNS void LANGUAGE sql AS $$
    SELECT put_hits(p_company, p_id, p_minute, 10 + p_id % 100, p_version, '{login-failed}', ARRAY[one_hit('many-logins', 0, p_key)])
$$;
CREATE VIEW fired AS
    SELECT c.company_id, r.title, c.group_key, c.hits, c.rule_set, i.no, i.severity, c.detail
    FROM incident_cause c JOIN incident i USING (company_id, incident_id) JOIN rule r USING (rule_id) WHERE i.state <> 'merged';
SQL
fired() { # COMPANY: title:hits of its firings
	query "SELECT coalesce(string_agg(title || ':' || hits, ' ' ORDER BY title, group_key), 'none') FROM fired WHERE company_id = $1"
}

# ------------------------------------------------------------------------------- rules change while windows are open
standard_rules 3
load_rules || exit 1
start_correlator
run 'SELECT put_login(1, 1, 0); SELECT put_login(1, 2, 10)'
all_done
check 'two of three: nothing fired' none "$(fired 1)"
check 'the window is kept' 2 "$(query 'SELECT hits FROM rule_window WHERE company_id = 1')"
# Fewer are enough now: what is counted is the same, so the state goes on.
standard_rules 2
load_rules
run 'SELECT put_login(1, 3, 20, 2)'
all_done
check 'the open window went on under the new version' 'Many failed logins:3' "$(fired 1)"
check 'found by version 2' 2 "$(query 'SELECT rule_set FROM fired WHERE company_id = 1')"
check 'and it says by which threshold' '[{"op": "gte", "value": 2}]' "$(query "SELECT detail -> 'condition' -> 'conditions' FROM fired WHERE company_id = 1")"
# A record that an earlier version judged still counts, as that version counted in the same way.
run 'SELECT put_login(2, 1, 0, 1); SELECT put_login(2, 2, 1, 2)'
all_done
check 'hits of two versions with one definition count together' 'Many failed logins:2' "$(fired 2)"
# Other groups are another definition: hits of earlier versions no longer count.
standard_rules 2
sed -i 's/group-by: .inside.ip./group-by: [attacker.ip]/' "$state/rules/rules.yml"
load_rules
run 'SELECT put_login(3, 1, 0, 2); SELECT put_login(3, 2, 1, 2)'
all_done
check 'hits of another definition do not count' none "$(fired 3)"
check 'nor are they kept' 0 "$(query 'SELECT count(*) FROM rule_hit WHERE company_id = 3')"
# Records that a newer version judged make the correlator look for it: the doorbell may be late.
stop_correlators TERM
standard_rules 2
load_rules
run 'SELECT put_login(4, 1, 0, 4); SELECT put_login(4, 2, 1, 4)'
start_correlator
all_done
check 'a newer version is taken over' 'Many failed logins:2|4' "$(query 'SELECT title, hits, rule_set FROM fired WHERE company_id = 4' | sed 's/|/:/')"
# A version that cannot be built changes nothing.
run "INSERT INTO rule_set (version, actor, sha256) VALUES (5, 'test', decode(repeat('00', 32), 'hex'));
	INSERT INTO rule_set_file VALUES (5, 'bad.yml', 'sigma', 'title: nothing'); NOTIFY hinomi_rules"
wait_until grep -q 'rule set 5 cannot be used' "$state/correlator.log"
run 'SELECT put_login(5, 1, 0, 4); SELECT put_login(5, 2, 1, 4)'
all_done
check 'a version that cannot be built leaves the one before in force' 'Many failed logins:2' "$(fired 5)"
run 'DELETE FROM rule_set_file WHERE version = 5; DELETE FROM rule_set WHERE version = 5'
stop_correlators TERM

# ------------------------------------------------------------------ conditions that wait, and firings that are counted
standard_rules 3
cat >>"$state/rules/rules.yml" <<'YAML'
---
title: Quiet login
name: quiet-login
correlation:
  type: event_count
  rules: [login-failed]
  group-by: [inside.ip]
  timespan: 10m
  condition: {lt: 2}
level: low
---
title: Many logins, then an attack
name: logins-then-attack
correlation:
  type: temporal_ordered
  rules: [many-logins, attack]
  group-by: [inside.ip]
  timespan: 1h
level: high
YAML
load_rules
run "INSERT INTO test_rule (name, rule_id) SELECT uid, rule_id FROM rule WHERE uid IN ('quiet-login', 'logins-then-attack')"
run 'SELECT forget()'
version=$(query 'SELECT max(version) FROM rule_set')
start_correlator
run "SELECT put_hits(1, 1, 0, 10, $version, '{login-failed}', ARRAY[one_hit('quiet-login', 0, 6000001)]);
	SELECT put_hits(2, 1, 0, 10, $version, '{login-failed}', ARRAY[one_hit('quiet-login', 0, 6000001)])"
all_done
check 'one alone is not judged at once' 'none none' "$(fired 1) $(fired 2)"
check 'it is due' 't|t' "$(query "SELECT bool_and(due_at > now() - interval '1 minute'), count(*) = 2 FROM rule_window")"
# At company 2 another one comes in time.
run "SELECT put_hits(2, 2, 5, 11, $version, '{login-failed}', ARRAY[one_hit('quiet-login', 0, 6000001)])"
wait_until says 'SELECT count(*) FROM rule_window WHERE due_at IS NOT NULL' 0
check 'judged when no more was expected' 'Quiet login:1 none' "$(fired 1) $(fired 2)"
# What was decided stays decided.
run "SELECT put_hits(1, 2, 5, 11, $version, '{login-failed}', ARRAY[one_hit('quiet-login', 0, 6000001)])"
all_done
wait_until says 'SELECT count(*) FROM rule_window WHERE due_at IS NOT NULL' 0
check 'what came too late undoes nothing' 'Quiet login:1' "$(fired 1)"

# Chained: the state key of the outer group is the engine's; a moment of the inner one shows it.
run "SELECT put_login(6, i, i, $version) FROM generate_series(1, 3) i"
all_done
outer=$(query "SELECT state_key FROM rule_window WHERE company_id = 6 AND rule_id = rule_no('logins-then-attack')")
check 'the third login is a moment of the inner correlation' '1|t' "$(query "SELECT count(*), bool_and(ts = '2026-10-01 00:03Z') FROM rule_hit WHERE company_id = 6 AND state_key = ${outer:-0}")"
run "SELECT put_hits(6, 9, 2.5, 99, $version, '{attack}', ARRAY[one_hit('logins-then-attack', 1, ${outer:-0})])"
all_done
check 'an attack before that moment is not after it' none "$(fired 6)"
check 'what only counts makes no incident, and ties none' '4|0' "$(query 'SELECT count(DISTINCT incident_id), (SELECT count(*) FROM incident_segment WHERE company_id = 6 AND NOT is_cluster) FROM membership WHERE company_id = 6')"
run "SELECT put_hits(6, 10, 30, 98, $version, '{attack}', ARRAY[one_hit('logins-then-attack', 1, ${outer:-0})])"
all_done
# Of a window that fires all hits are members: the attack before is in it too.
check 'one behind it is: it fires, and what it counts does not' 'Many logins, then an attack:3|1|2' \
	"$(fired 6)|$(query 'SELECT count(DISTINCT no), min(severity) FROM fired WHERE company_id = 6')"
check 'all its records are of that incident' 1 "$(query "SELECT count(DISTINCT incident_id) FROM membership WHERE company_id = 6")"
check 'it says what it counted' 'Many failed logins:1 Rule attack:2' "$(query "SELECT string_agg((r ->> 'title') || ':' || (r ->> 'hits'), ' ') FROM fired, jsonb_array_elements(detail -> 'rules') r WHERE company_id = 6")"
run "SELECT put_hits(6, 11, 200, 97, $version, '{login-failed}', ARRAY[one_hit('many-logins', 0, 7000001)], 'context')"
all_done
check 'what it counted goes on: that is of the incident too' '1|03:20' "$(query "SELECT count(*), to_char(max(last_ts) AT TIME ZONE 'UTC', 'HH24:MI') FROM incident WHERE company_id = 6 AND state <> 'merged'")"
check 'state says that it was told' t "$(query 'SELECT bool_and(is_member) AND count(*) = 4 FROM rule_hit WHERE company_id = 6 AND state_key = 7000001')"
# The attack first, and the logins apart.
for step in "put_hits(7, 9, 30, 99, $version, '{attack}', ARRAY[one_hit('logins-then-attack', 1, ${outer:-0})])" \
	"put_login(7, 3, 3, $version)" "put_login(7, 1, 1, $version)" "put_login(7, 2, 2, $version)"; do
	run "SELECT $step"
	all_done
done
check 'in any order' 'Many logins, then an attack:2|1' "$(fired 7)|$(query 'SELECT count(DISTINCT incident_id) FROM membership WHERE company_id = 7')"

# With `generate: true`, from now on, it is also what it was: what was counted meanwhile stands alone.
run "SELECT put_login(8, i, i, $version) FROM generate_series(1, 3) i"
all_done
check 'not told yet' none "$(fired 8)"
echo 'generate: true' >>"$state/rules/rules.yml"
load_rules
run "INSERT INTO test_rule (name, rule_id) SELECT uid, rule_id FROM rule WHERE uid IN ('quiet-login', 'logins-then-attack')"
version=$(query 'SELECT max(version) FROM rule_set')
run "SELECT put_login(8, 4, 4, $version)"
all_done
check 'a rule that stands alone tells what was counted before' 'Many failed logins:4' "$(fired 8)"
run "SELECT put_login(9, i, i, $version) FROM generate_series(1, 3) i;
	SELECT put_hits(9, 10, 30, 98, $version, '{attack}', ARRAY[one_hit('logins-then-attack', 1, ${outer:-0})])"
all_done
check 'with generate all that it names stands alone, in one incident' 'Many failed logins:3 Many logins, then an attack:2 Rule attack:1|1' \
	"$(fired 9)|$(query 'SELECT count(DISTINCT incident_id) FROM membership WHERE company_id = 9')"
stop_correlators TERM

# ------------------------------------------------------------------------------------ what rules say only of a record
run 'SELECT forget()'
start_correlator
indicator=$(query "SELECT rule_id FROM rule WHERE uid = 'builtin:indicator'")
run "SELECT insert_alert(1, 1, '2026-10-01 00:00Z', 10, 0, 'outbound', 3, 50, 'blocked', 'none', 'Indicator: bad.example', 1, 'alert',
	'{\"set\": 4, \"rules\": [$indicator], \"hits\": [], \"i\": [17]}');
	SELECT insert_alert(1, 2, '2026-10-01 00:00Z', 11, 0, 'inbound', 4, 50, 'blocked', 'none', 'scan', 1, 'alert',
	'{\"set\": 4, \"rules\": [$indicator], \"hits\": [], \"i\": [17, 18]}');
	SELECT insert_alert(1, 3, '2026-10-01 00:00Z', 12, 0, 'inbound', 4, 50, 'blocked', 'none', 'scan', 1, 'alert', 'nonsense');
	SELECT put_work(1, 1, 3)"
all_done
check 'an indicator raises what goes out, not who knocks' 'Indicator: bad.example|2|{"indicators": [17]} scan|4| scan|4|{"indicators": [17, 18]}' \
	"$(query "SELECT string_agg(i.title || '|' || i.severity || '|' || coalesce(c.detail ->> 'about', ''), ' ' ORDER BY i.severity, c.rule_id IS NOT NULL)
	FROM incident i LEFT JOIN incident_cause c USING (company_id, incident_id)")"
check 'both are tagged' 2 "$(query "SELECT count(*) FROM incident WHERE tags = '{indicator}'")"
check 'what is not understood is said, and counts for no rule' yes "$(grep -q '1 records have rule hits that this program does not understand' "$state/correlator.log" && echo yes)"
check 'and does not stop the alert' 3 "$(query 'SELECT count(*) FROM incident')"

# ------------------------------------------------------------------------------------------------- bounds of state
run 'SELECT forget()'
: >"$state/correlator.log"
# 400 logins of one group, an hour apart from the next 400: more than a group may hold, but a firing can do without most.
run "SELECT put_login(1, i, i * 0.1, $version) FROM generate_series(1, 400) i"
all_done
check 'a group keeps to its bound' t "$(query 'SELECT bool_and(hits <= 100) FROM rule_window')"
check 'nothing that mattered was lost' '0|400' "$(query "SELECT w.thinned, c.hits FROM rule_window w JOIN incident_cause c ON c.group_key = w.state_key WHERE w.rule_id = rule_no('many-logins')")"
run "SELECT put_login(1, 401, 39, $version); SELECT put_login(1, 402, 40.5, $version)"
all_done
check 'later hits still extend the firing' 'Many failed logins:402' "$(fired 1)"
# 400 that do not fire: the oldest go, and that is counted and said.
run 'SELECT forget()'
run "SELECT put_hits(1, i, i * 400, 10 + i, $version, '{login-failed}', ARRAY[one_hit('many-logins', 0, 7000001)]) FROM generate_series(1, 400) i"
all_done
check 'hits that matter are dropped when there is no room, the oldest' 't|t' "$(query "SELECT count(*) <= 100, min(ts) > '2026-10-01' FROM rule_hit")"
check 'counted' t "$(query 'SELECT thinned = 400 - hits FROM rule_window')"
check 'for ever, by rule and group' t "$(query "SELECT l.count = w.thinned AND l.rule_id = w.rule_id AND l.company_id = 1 FROM loss l JOIN rule_window w ON w.state_key = l.group_key WHERE l.kind = 'thinned'")"
check 'and said' yes "$(grep -q 'company 1: [0-9]* hits of correlations were dropped from groups' "$state/correlator.log" && echo yes)"
# 3000 groups at one company.
run "SELECT put_hits(2, i, i * 0.01, 10, $version, '{login-failed}',
	ARRAY[one_hit('many-logins', 0, 7100000 + i)]) FROM generate_series(1, 3000) i"
all_done
check 'a company keeps to its bound' t "$(query 'SELECT count(*) <= 1000 FROM rule_hit WHERE company_id = 2')"
check 'the newest windows stay' t "$(query "SELECT bool_and(state_key > 7100000 + 2000) FROM rule_window WHERE company_id = 2")"
check 'what went is counted' 3000 "$(query 'SELECT hits + dropped FROM rule_state WHERE company_id = 2')"
check 'also by rule' "$(query 'SELECT dropped FROM rule_state WHERE company_id = 2')|0" \
	"$(query "SELECT sum(count) || '|' || max(abs(group_key)) FROM loss WHERE company_id = 2 AND kind = 'dropped' AND rule_id = rule_no('many-logins')")"
check '... and said' yes "$(grep -q 'company 2: [0-9]* windows with [0-9]* hits were dropped' "$state/correlator.log" && echo yes)"
check 'counts agree with rows' '' "$(query 'SELECT * FROM tally_difference LIMIT 3')"
# A group that an incident has as its cause goes with the others: its loss is known by group.
run "SELECT put_hits(5, i, i * 0.01, 10, $version, '{login-failed}', ARRAY[one_hit('many-logins', 0, 7000002)]) FROM generate_series(1, 3) i"
all_done
run "SELECT put_hits(5, i, i * 0.01, 10, $version, '{login-failed}',
	ARRAY[one_hit('many-logins', 0, 7100000 + i)]) FROM generate_series(4, 3000) i"
all_done
check 'what the cause of an incident lost is known' '7000002|3' "$(query "SELECT group_key, count FROM loss WHERE company_id = 5 AND group_key <> 0")"
# Noise does not hide what comes slowly: a flood of one correlation's groups between the two steps of another.
run "SELECT put_hits(3, 1, 0, 10, $version, '{attack}', ARRAY[one_hit('attack-then-call', 0, 8000001)])"
all_done
run "SELECT put_hits(3, i, i * 0.01, 10, $version, '{login-failed}',
	ARRAY[one_hit('many-logins', 0, 7100000 + i)]) FROM generate_series(2, 3000) i"
all_done
run "SELECT put_hits(3, 3001, 40, 10, $version, '{call-out}', ARRAY[one_hit('attack-then-call', 1, 8000001)])"
all_done
check 'a flood of one correlation takes nothing of another' 'Attack, then contact out:2 Rule attack:1' "$(fired 3)"
check '... the company keeps to its bound all the same' t "$(query 'SELECT count(*) <= 1000 FROM rule_hit WHERE company_id = 3')"

# -------------------------------------------------------------------------------------------------- old hits are forgotten
stop_correlators TERM
run 'SELECT forget()'
start_correlator
run "SELECT put_login(1, 1, 0, $version); SELECT put_login(1, 2, 1, $version); SELECT put_login(2, 1, 0, $version)"
all_done
stop_correlators TERM
# hits_keep is 1 h, the longest timespan 6 h.
run "UPDATE rule_hit SET at = at - interval '7 hours 1 minute' WHERE company_id = 2 OR alert_id = 1;
	UPDATE rule_window SET oldest_at = oldest_at - interval '7 hours 1 minute'"
start_correlator
wait_until says 'SELECT count(*) FROM rule_hit' 1
check 'hits that came too long ago are forgotten' '1|2' "$(query 'SELECT count(*), min(alert_id) FROM rule_hit')"
check 'so are windows without any' 1 "$(query 'SELECT count(*) FROM rule_window')"
check 'what is left knows what it may have lost' '2026-10-01 00:00:00+00' "$(PGTZ=UTC query 'SELECT whole_since FROM rule_window')"
check 'counts still agree with rows' '' "$(query "SELECT * FROM tally_difference WHERE how <> 'missing' AND how <> 'unexpected'")"

# ------------------------------------------------------------------------------------- a flood delays nobody else
# Company 1 has 60,000 alerts with hits in work, three transactions' worth; company 2 one alert, committed after them.
stop_correlators TERM
run 'SELECT forget()'
run "INSERT INTO alert (company_id, id, ts, received_at, sensor_id, kind, format, direction, engine, severity, score, action,
	signature, technique, stage, inside_ip, attacker_ip, repeat_count, cluster_key, link_key, raw, rule_hits)
	SELECT 1, i, timestamptz '2026-10-01' + i * interval '10 ms', now(), 1, 'alert', 'eve', 'inbound', 'ips', 3, 50, 'blocked', 'scan', '{}',
	'none', '192.168.1.10', '203.0.113.9', 1, 100 + i % 50, 0, '', h.text
	FROM (SELECT all_hits($version, '{login-failed}', ARRAY[one_hit('many-logins', 0, 7000001)]) AS text) h, generate_series(1, 60000) i;
	INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to) SELECT 1, i * 1000 + 1, i * 1000 + 1000, '2026-10-01', '2026-10-02'
	FROM generate_series(0, 59) i;
	SELECT put_login(2, 1, 0, $version)"
start_correlator
wait_until says 'SELECT count(*) FROM work WHERE company_id = 2' 0
check 'the others are done while a flood is being dealt with' t "$(query 'SELECT count(*) > 0 FROM work WHERE company_id = 1')"
all_done
check 'and the flood is, within the bound' 'Many failed logins:60000|t' "$(fired 1)|$(query 'SELECT count(*) <= 100 FROM rule_hit WHERE company_id = 1')"
stop_correlators TERM

# ----------------------------------------------------------------------------------------- a million open windows
# They are in the database: a restart has nothing to load, and the next hit finds its window.
run 'SELECT forget()'
run "ALTER TABLE rule_hit SET UNLOGGED; ALTER TABLE rule_window SET UNLOGGED;
	INSERT INTO rule_window (company_id, state_key, rule_id, definition, group_values, last_ts, hits, oldest_at)
	SELECT 1 + i % 1000, 7000000 + i / 1000, rule_no('many-logins'), 1, '{}', '2026-10-01 00:10Z', 2, now() FROM generate_series(0, 999999) i;
	INSERT INTO rule_hit (company_id, state_key, ts, alert_id, rule_no, cluster_key, direction, is_member)
	SELECT company_id, state_key, timestamptz '2026-10-01 00:00Z' + n * interval '5 minutes', 100 + n, 0, 50 + n, 1, false
	FROM rule_window, generate_series(1, 2) n;
	INSERT INTO rule_state (company_id, hits, newest_ts, seen_at) SELECT i, 2000, '2026-10-01 00:10Z', now() FROM generate_series(1, 1000) i;
	ANALYZE rule_window, rule_hit"
sed -i 's/company_hits: 1000/company_hits: 100000/' "$state/hinomi.yaml"
started=$(date +%s)
start_correlator
run "SELECT put_login(i, 1000, 12, $version, 7000000 + i) FROM generate_series(1, 1000, 50) i"
all_done
echo "        a million windows: up, and 20 of them fired, within $(($(date +%s) - started)) s"
check 'with a million windows open, a restart goes on where it stopped' '20|3' "$(query 'SELECT count(*), max(hits) FROM fired')"
stop_correlators TERM
run 'TRUNCATE rule_hit, rule_window, rule_state; ALTER TABLE rule_hit SET LOGGED; ALTER TABLE rule_window SET LOGGED'

# --------------------------------------------------------------------------------------- history gives what live gave
outcome() {
	query "SELECT i.company_id, i.first_ts, i.last_ts, i.severity, i.title, i.alert_count, i.tags,
		(SELECT string_agg(concat_ws(' ', c.rule_id, c.group_key, c.hits, c.first_ts, c.last_ts, c.detail), ';' ORDER BY c.rule_id, c.group_key)
		FROM incident_cause c WHERE c.company_id = i.company_id AND c.incident_id = i.incident_id)
		FROM incident i WHERE state <> 'merged' ORDER BY 1, 2, 3, 5"
}
sed -i 's/group_hits: 100/group_hits: 2000/' "$state/hinomi.yaml"
standard_rules 3
load_rules
run 'SELECT forget(); TRUNCATE stock; SELECT make_alerts(2, 1500); SELECT forget()'
start_correlator
sql -c "SELECT format('SELECT deliver(%s, %s, 1);', company_id, id) FROM stock WHERE company_id = 1 ORDER BY ts LIMIT 300" >"$state/live.sql"
sql -f "$state/live.sql" >>"$state/answers"
all_done
outcome >"$state/live"
run 'SELECT forget()'
sql -c "SELECT format('SELECT deliver(%s, %s, 1);', company_id, id) FROM (SELECT * FROM stock WHERE company_id = 1 ORDER BY ts LIMIT 300) s ORDER BY md5(id::text)" >"$state/replay.sql"
sql -1 -f "$state/replay.sql" >>"$state/answers"
all_done
outcome >"$state/replayed"
check 'history all at once gives what it gave live, word for word' same "$(cmp -s "$state/live" "$state/replayed" && echo same)"
check 'which is something' t "$([ "$(grep -c rule_id "$state/live")" -ge 1 ] && echo t)"
stop_correlators TERM

# The same with a correlation that only counts: in order, in any order and small pieces, all at once.
members() { # which alerts are together
	query "SELECT array_agg(id ORDER BY id) FROM membership WHERE company_id = 1 GROUP BY incident_id ORDER BY 1"
}
standard_rules 2
cat >>"$state/rules/rules.yml" <<'YAML'
---
title: Logins again and again
name: again
correlation:
  type: event_count
  rules: [many-logins]
  group-by: [inside.ip]
  timespan: 3d
  condition: {gte: 3}
level: high
YAML
load_rules
start_correlator
for order in 'ts' 'md5(id::text)' 'id'; do
	run 'SELECT forget()'
	sql -c "SELECT format('SELECT deliver(%s, %s, 1);', company_id, id) FROM stock WHERE company_id = 1 ORDER BY $order" >"$state/quiet.sql"
	if [ "$order" = id ]; then
		sql -1 -f "$state/quiet.sql" >>"$state/answers"
	else
		sql -f "$state/quiet.sql" >>"$state/answers"
	fi
	all_done
	outcome >"$state/quiet.${order%%(*}"
	members >>"$state/quiet.${order%%(*}"
done
check 'chains give the same in any order' same "$(cmp -s "$state/quiet.ts" "$state/quiet.md5" && echo same)"
check 'and all at once' same "$(cmp -s "$state/quiet.ts" "$state/quiet.id" && echo same)"
check 'what only counts was counted, and is nowhere' 't|0' "$(query "SELECT (SELECT count(*) > 1 FROM fired WHERE title = 'Logins again and again'), count(*) FROM fired WHERE title = 'Many failed logins'")"
check 'only some of it is of an incident' t "$(query "SELECT count(*) FILTER (WHERE is_member) > 5 AND count(*) FILTER (WHERE NOT is_member) > 5 FROM rule_hit WHERE rule_no = 0 AND state_key BETWEEN 7000000 AND 7000005")"
stop_correlators TERM

echo "correlations: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
