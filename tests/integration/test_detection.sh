#!/bin/sh
# Detection in the collector: what becomes of records by rules, indicators and mutes; that these change while sensors
# send, without a record lost or doubled; what happens when the database is away, when a version does not build, and
# when records are sent twice. Real agents, a keyholder and a collector; no correlator, so that what the collector
# wrote is still there to be looked at.
set -eu
. "$(dirname "$0")/server.sh"

start_role() {
	"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --role="$1" --config="$STATE/hinomi.yaml" \
		>>"$STATE/$1.log" 2>&1 </dev/null &
	eval "$1=$!"
}
stop_role() {
	eval "role_process=\${$1-}"
	[ -z "$role_process" ] || kill "$role_process" 2>/dev/null || true
	[ -z "$role_process" ] || wait "$role_process" 2>/dev/null || true
	eval "$1=''"
}
at_exit 'stop_role collector; stop_role keyholder'

# ---------------------------------------------------------------------------------------------------------- records
now() {
	date -u +%Y-%m-%dT%H:%M:%S.000000+0000
}
# event TYPE FLOW ENDS REST: a line of eve.json
event() {
	printf '{"timestamp":"%s","flow_id":%s,"event_type":"%s",%s,"proto":"TCP"%s}\n' "$(now)" "$2" "$1" "$3" "$4"
}
out='"src_ip":"192.168.1.23","src_port":51515,"dest_ip":"198.51.100.9","dest_port":443'
in='"src_ip":"203.0.113.7","src_port":51515,"dest_ip":"192.168.1.10","dest_port":443'
dns() { # FLOW NAME
	event dns "$1" "$out" ",\"dns\":{\"type\":\"query\",\"rrname\":\"$2\",\"rrtype\":\"A\"}"
}
tls() { # FLOW NAME
	event tls "$1" "$out" ",\"tls\":{\"sni\":\"$2\"}"
}
flow() { # FLOW
	event flow "$1" "$out" ',"flow":{"pkts_toserver":9,"pkts_toclient":9,"bytes_toserver":900,"bytes_toclient":900}'
}
alert() { # FLOW SIGNATURE
	event alert "$1" "$in" ",\"alert\":{\"action\":\"allowed\",\"signature_id\":$1,\"signature\":\"$2\",\"category\":\"Misc activity\",\"severity\":3}"
}
traffic() { # SESSION SERVICE-PORT
	printf '<189>date=%s time=%s devname="gw" devid="FGT1" tz="+0000" logid="0000000013" type="traffic" subtype="forward" srcip=192.168.1.23 srcport=51515 srcintfrole="lan" dstip=198.51.100.9 dstport=%s dstintfrole="wan" sessionid=%s proto=6 action="accept" sentbyte=900 rcvdbyte=900\n' \
		"$(date -u +%Y-%m-%d)" "$(date -u +%H:%M:%S)" "$2" "$1"
}
send() { # AGENT FILE
	agent send --state "$STATE/agents/$1" --patience 60 "$2" >>"$STATE/send.log" 2>&1
}
# What is stored under a flow's number: kind|signature|mute|set of its rule hits|rules|hits
row() { # FLOW
	sql "SELECT kind, signature, coalesce(mute_id, 0), rule_hits::jsonb ->> 'set',
		(SELECT string_agg(r.uid, ' ' ORDER BY r.uid) FROM jsonb_array_elements_text(rule_hits::jsonb -> 'rules') e
		JOIN rule r ON r.rule_id = e::bigint), coalesce(jsonb_array_length(rule_hits::jsonb -> 'hits'), 0)
		FROM alert WHERE flow_id = $1"
}
says() { # WORDS: the collector's log
	grep -qF -e "$1" "$STATE/collector.log"
}
in_force() { # VERSION
	wait_until 30 says "version $1 of the rule set is in force" || bad "version $1 does not come into force"
}

# ------------------------------------------------------------------------------------------------------------ rules
rules=$STATE/rules
mkdir -p "$rules"
cp "$top/config/rules/fields.yaml" "$top/config/rules/grouping.yaml" "$rules"
write_rules() { # WORD: that the rule on names looks for
	cat >"$rules/rules.yml" <<RULES
title: A bad name
id: 11111111-1111-4111-8111-111111111111
name: bad-name
tags: [attack.command-and-control, attack.t1071.004]
logsource: {product: suricata, service: dns}
detection:
  selection: {query|endswith: .$1.example}
  condition: selection
level: high
---
title: A call from inside
id: 22222222-2222-4222-8222-222222222222
name: call
logsource: {product: suricata, service: tls}
detection:
  selection: {eve.tls.sni|contains: counted}
  condition: selection
level: informational
---
title: Many calls
id: 33333333-3333-4333-8333-333333333333
name: many
correlation:
  type: event_count
  rules: [call]
  group-by: [inside.ip]
  timespan: 5m
  condition: {gte: 5}
level: medium
---
title: A signature of ours
id: 44444444-4444-4444-8444-444444444444
name: ours
logsource: {product: suricata, service: alert}
detection:
  selection: {signature|contains: OURS}
  condition: selection
level: critical
---
title: Telnet
id: 55555555-5555-4555-8555-555555555555
name: telnet
logsource: {product: fortigate, service: traffic}
detection:
  selection: {destination.port: 23}
  condition: selection
level: low
RULES
}
bad_uid=11111111-1111-4111-8111-111111111111 call_uid=22222222-2222-4222-8222-222222222222
ours_uid=44444444-4444-4444-8444-444444444444 telnet_uid=55555555-5555-4555-8555-555555555555
load() {
	ctl rules load "$rules" >>"$STATE/load.log" 2>&1 || {
		tail -n 5 "$STATE/load.log"
		bad 'rules load'
	}
}

# ----------------------------------------------------------------------------------------------------------- set-up
server_prepare
mkdir -p "$STATE/server/run"
[ "$(id -u)" -ne 0 ] || chown "${HINOMI_USER:-postgres}" "$STATE/server/run"
start_role keyholder
wait_until 20 test -s "$STATE/server/ca.pem" || bad 'the keyholder made no authority'
start_role collector
listening() {
	ss -Hltn "sport = :$est_port" | grep -q .
}
wait_until 30 listening || bad 'the collector does not listen'
company 'first'
first=$company_id
company 'second'
second=$company_id
sensor "$first" a
sensor "$second" b

# ------------------------------------------------------------------------------------------------- before any rules
{ dns 10 www.bad.example && alert 11 'OURS alone'; } >"$STATE/before.json"
send a "$STATE/before.json" || bad 'send'
check_equal 'without rules an alert is an alert' 'alert|OURS alone|0|||0' "$(row 11)"
check_equal 'and context is nothing' '' "$(row 10)"
check_equal 'but observed' 1 "$(sql "SELECT count(*) FROM observation WHERE company_id = $first")"

# ------------------------------------------------------------------------------------------------------- with rules
write_rules bad
load
in_force 1
{ dns 20 www.bad.example && dns 21 www.good.example && tls 22 counted.example && tls 23 other.example && flow 24 &&
	alert 25 'OURS again' && alert 26 'another'; } >"$STATE/first.json"
send a "$STATE/first.json" || bad 'send'
{ traffic 30 23 && traffic 31 443; } >"$STATE/first.log"
send b "$STATE/first.log" || bad 'send'
check_equal 'a rule that stands alone makes an alert' "alert|A bad name|0|1|$bad_uid|0" "$(row 20)"
check_equal 'with what the rule says of it' "sigma:$bad_uid|sigma|2|command-and-control|{T1071.004}|dns|outbound|192.168.1.23" \
	"$(sql 'SELECT signature_id, category, severity, stage, technique, engine, direction, host(inside_ip) FROM alert WHERE flow_id = 20')"
check_equal 'a rule that only counts leaves evidence' "context||0|1|$call_uid|1" "$(row 22)"
check_equal 'other context is not stored' '' "$(row 21)$(row 23)$(row 24)"
check_equal 'an alert keeps its words and gets its rules' "alert|OURS again|0|1|$ours_uid|0" "$(row 25)"
check_equal 'an alert of no rule' 'alert|another|0|||0' "$(row 26)"
check_equal 'traffic of a firewall' "alert|Telnet|0|1|$telnet_uid|0" "$(row 30)"
check_equal 'and other traffic' '' "$(row 31)"
check_equal 'noise is grouped by day, an attack that a rule found is not' 't|f' \
	"$(sql 'SELECT (SELECT cluster_key < 0 FROM alert WHERE flow_id = 26), (SELECT cluster_key < 0 FROM alert WHERE flow_id = 25)')"
check_equal 'the ledger counts context as ignored, stored or not' '9|9|5' \
	"$(sql "SELECT sum(expected), sum(received), sum(ignored) FROM sensor_day WHERE company_id = $first")"
check_equal 'work names each row once' "$(sql 'SELECT count(*) FROM alert')" "$(sql 'SELECT count(*) FROM work w
	JOIN alert a ON a.company_id = w.company_id AND a.id BETWEEN w.id_from AND w.id_to AND a.ts BETWEEN w.ts_from AND w.ts_to')"
check_equal 'each company has observations of its own' 't' \
	"$(sql "SELECT count(*) FILTER (WHERE company_id = $first) > 0 AND count(*) FILTER (WHERE company_id = $second) > 0 FROM observation")"

# --------------------------------------------------------------------------------------------------- sent once more
# Two records with numbers, in frames written by hand, and the same again on another connection.
be32() {
	# shellcheck disable=SC2059 # the format is the number
	printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"
}
frame() { # SEQUENCE RECORD
	frame_body=$(jq -cn --arg record "$2" --argjson number "$1" \
		'{hinomi: {epoch: "00000000000000b1", sequence: $number, source: "eve"}, message: $record}')
	printf '2J'
	be32 "$1"
	be32 "$(printf %s "$frame_body" | wc -c)"
	printf %s "$frame_body"
}
{
	printf '2W'
	be32 2
	frame 1 "$(dns 32 www.bad.example)"
	frame 2 "$(dns 33 www.good.example)"
} >"$STATE/frames"
acked() { # the answer to it, as hexadecimal
	"$BUILD/tests/integration/lumber" raw 127.0.0.1 "$lumberjack_port" "$STATE/server/ca.pem" "$STATE/agents/b/agent.pem" \
		"$STATE/agents/b/agent.key" 6 <"$STATE/frames" | tail -n 1
}
check_equal 'two records are acked' 324100000002 "$(acked)"
observations=$(sql 'SELECT count(*) FROM observation')
check_equal 'and sent again they are acked again' 324100000002 "$(acked)"
check_equal 'but known' 2 "$(sql "SELECT sum(duplicate) FROM sensor_day WHERE company_id = $second")"
check_equal 'not stored again' 1 "$(sql 'SELECT count(*) FROM alert WHERE flow_id = 32')"
check_equal 'and not observed again' "$observations" "$(sql 'SELECT count(*) FROM observation')"

# ------------------------------------------------------------------------------------------------------- indicators
echo 'good.example' >"$STATE/feed.txt"
ctl indicator import "$STATE/feed.txt" --source test >"$STATE/import.log" 2>&1 || bad "import: $(cat "$STATE/import.log")"
wait_until 30 says 'indicators in force: 1' || bad 'the indicator does not come into force'
dns 40 www.good.example >"$STATE/indicator.json"
send a "$STATE/indicator.json" || bad 'send'
check_equal 'an indicator makes an alert' 'alert|Indicator: www.good.example|0|1|builtin:indicator|0' "$(row 40)"
check_equal 'and says which' "$(sql 'SELECT indicator_id FROM indicator')|indicator|2" \
	"$(sql "SELECT rule_hits::jsonb -> 'i' ->> 0, category, severity FROM alert WHERE flow_id = 40")"
sql "UPDATE indicator SET state = 'revoked', change_no = nextval('indicator_change'); NOTIFY hinomi_indicators" >/dev/null
wait_until 30 says 'indicators in force: 0' || bad 'the indicator does not go'
dns 41 www.good.example >"$STATE/revoked.json"
send a "$STATE/revoked.json" || bad 'send'
check_equal 'one that was revoked does not' '' "$(row 41)"

# ------------------------------------------------------------------------------------------------------------ mutes
owner=$(ctl user add --email owner@example.test --role admin >/dev/null 2>&1 && sql 'SELECT min(user_id) FROM app_user')
mute() { # SCOPE KIND CONDITIONS [COLUMN VALUE]
	# From a minute ago: the records here have whole seconds.
	sql "INSERT INTO mute (kind, scope, conditions, reason, owner_id, starts_at, expires_at ${4:+, $4})
		VALUES ('$2', '$1', '$3', 'test', $owner, now() - interval '1 minute', now() + interval '1 day' ${5:+, $5})
		RETURNING mute_id" | head -n 1
}
muted=$(mute company mute '{"signature|contains": "OURS"}' company_id "$first")
sql "UPDATE company SET tags = '{training}' WHERE company_id = $second"
drill=$(mute group drill '{"signature|contains": "OURS"}' group_tag "'training'")
sql 'NOTIFY hinomi_mutes'
wait_until 30 says 'mutes in force: 2' || bad 'the mutes do not come into force'
alert 50 'OURS muted' >"$STATE/mute.json"
send a "$STATE/mute.json" || bad 'send'
{ alert 51 'OURS drilled' && dns 52 www.bad.example; } >"$STATE/drill.json"
send b "$STATE/drill.json" || bad 'send'
check_equal 'a muted alert is stored' "alert|OURS muted|$muted|1|$ours_uid|0" "$(row 50)"
check_equal 'and has no keys' '0|0' "$(sql 'SELECT cluster_key, link_key FROM alert WHERE flow_id = 50')"
check_equal 'a drill of a group' "alert|OURS drilled|$drill|1|$ours_uid|0" "$(row 51)"
check_equal 'has its own key' 't' "$(sql 'SELECT cluster_key <> 0 AND link_key = 0 FROM alert WHERE flow_id = 51')"
check_equal 'other alerts are not muted' "alert|A bad name|0|1|$bad_uid|0" "$(row 52)"
sql "UPDATE mute SET ended_at = now(), ended_by = $owner WHERE mute_id = $muted; NOTIFY hinomi_mutes" >/dev/null
wait_until 30 says 'mutes in force: 1' || bad 'the mute does not end'
alert 53 'OURS loud again' >"$STATE/loud.json"
send a "$STATE/loud.json" || bad 'send'
check_equal 'an ended mute hides nothing' "alert|OURS loud again|0|1|$ours_uid|0" "$(row 53)"
sql "UPDATE mute SET ended_at = now(), ended_by = $owner WHERE mute_id = $drill; NOTIFY hinomi_mutes" >/dev/null
wait_until 30 says 'mutes in force: 0' || bad 'the drill does not end'

# ----------------------------------------------------------------------------------- live changes while sensors send
cat >"$STATE/a.yaml" <<AGENT
state_dir: $STATE/agents/a
eve:
  paths: [$STATE/live.json]
  from_start: true
AGENT
: >"$STATE/live.json"
"$BUILD/hinomi-agent" run --config "$STATE/a.yaml" >>"$STATE/a.log" 2>&1 &
follower=$!
at_exit 'kill "$follower" 2>/dev/null || true'
ignored() {
	sql "SELECT sum(ignored) FROM sensor_day WHERE company_id = $first"
}
ignored_before=$(ignored)
chunk=1000
for round in 1 2 3 4; do
	line=$(dns 0 www.live.example)
	for i in $(seq "$chunk"); do
		echo "$line" | sed "s/\"flow_id\":0/\"flow_id\":$((round * 100000 + i))/"
	done >>"$STATE/live.json"
	# Every other version knows the name.
	if [ $((round % 2)) -eq 1 ]; then write_rules live; else write_rules bad; fi
	load
	in_force $((round + 1))
done
for i in $(seq "$chunk"); do alert $((500000 + i)) 'plain'; done >>"$STATE/live.json"
all_there() {
	[ "$(sql 'SELECT count(*) FROM alert WHERE flow_id > 500000')" -ge "$chunk" ]
}
wait_until 60 all_there || bad 'the stream does not arrive'
check_equal 'each alert of the stream is stored once' "$chunk|$chunk" \
	"$(sql 'SELECT count(*), count(DISTINCT flow_id) FROM alert WHERE flow_id > 500000')"
check_equal 'each record of it was received, and is either judged an alert or ignored' $((5 * chunk)) \
	$(($(sql 'SELECT count(*) FROM alert WHERE flow_id BETWEEN 100000 AND 599999') + $(ignored) - ignored_before))
check_equal 'what was judged an alert was so by a version that knows the name' '' \
	"$(sql "SELECT DISTINCT rule_hits::jsonb ->> 'set' FROM alert WHERE flow_id BETWEEN 100000 AND 499999
		AND rule_hits::jsonb ->> 'set' NOT IN ('2', '4')")"
check_equal 'by no alert twice' 0 "$(sql 'SELECT count(*) - count(DISTINCT flow_id) FROM alert WHERE flow_id BETWEEN 100000 AND 499999')"

# --------------------------------------------------------------------------------------------- a version that is bad
sql "INSERT INTO rule_set (version, actor, sha256) VALUES (6, 'test', sha256(''));
	INSERT INTO rule_set_file (version, name, kind, body) VALUES (6, 'broken.yml', 'sigma', 'title: [');
	NOTIFY hinomi_rules" >/dev/null
wait_until 30 says 'version 6 of the rule set does not build' || bad 'a version that does not build is not complained about'
dns 60 www.bad.example >>"$STATE/live.json"
there() { # FLOW
	[ "$(sql "SELECT count(*) FROM alert WHERE flow_id = $1" 2>/dev/null)" = 1 ]
}
wait_until 60 there 60 || bad 'the record does not arrive'
check_equal 'the last one that builds stays in force' "alert|A bad name|0|5|$bad_uid|0" "$(row 60)"

# ------------------------------------------------------------------------------------------------- no database
database_kill
wait_until 30 says 'rules, mutes and indicators cannot be read' || bad 'the collector does not notice'
dns 61 www.bad.example >>"$STATE/live.json"
sleep 1 # time enough to be read and judged
database_start
wait_until 60 there 61 || bad 'the record does not arrive'
check_equal 'without the database the last version judges' "alert|A bad name|0|5|$bad_uid|0" "$(row 61)"
write_rules live
load
in_force 7
dns 62 www.live.example >>"$STATE/live.json"
wait_until 60 there 62 || bad 'the record does not arrive'
check_equal 'and the next one comes when it is back' "alert|A bad name|0|7|$bad_uid|0" "$(row 62)"
kill "$follower"
wait "$follower" || true

# ----------------------------------------------------------------------------------------- nobody before the rules
stop_role collector
: >"$STATE/collector.log"
psql -d "$conninfo" -X -q -c 'BEGIN; LOCK TABLE rule_set; SELECT pg_sleep(300)' >/dev/null 2>&1 &
lock=$!
locked() {
	[ "$(sql "SELECT count(*) FROM pg_locks WHERE relation = 'rule_set'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]
}
wait_until 20 locked || bad 'the lock is not there'
start_role collector
dns 70 www.live.example >"$STATE/early.json"
agent send --state "$STATE/agents/a" --patience 3 "$STATE/early.json" >>"$STATE/send.log" 2>&1 &&
	bad 'a sensor was served before there were rules' || good 'no sensor is served before the rules are there'
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()" >/dev/null
wait "$lock" 2>/dev/null || true
in_force 7
send a "$STATE/early.json" || bad 'send'
check_equal 'and then it is judged by them' "alert|A bad name|0|7|$bad_uid|0" "$(row 70)"

finish
