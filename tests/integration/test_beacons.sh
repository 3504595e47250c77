#!/bin/sh
# Observables and beacons, from lines of eve.json to incidents, with real agents: what calls home by the clock is found,
# what polls, updates or browses is not; order, pieces, repetitions and a killed correlator change nothing; bounds hold;
# what was seen long ago is forgotten; who may see what.
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

# shellcheck disable=SC2034 # read by server.sh
server_settings='correlator:
  poll: 100ms
  contacts_max: 100
  observables_daily: 1000
housekeeper:
  interval: 200ms'
server_prepare
server_start

# ---------------------------------------------------------------------------------------------------------- records
began=$(($(date +%s) - 7500))
# Sessions of two hours, as `gap between them, spread of the gap, end to end, bytes, spread of the bytes`, with random
# numbers that are always the same. Browsing has bursts.
cat >"$STATE/flows.awk" <<'AWK'
function line(at, host, address, port, bytes) {
	second = int(at)
	printf "{\"timestamp\":\"%s.%06d+0000\",\"flow_id\":%d,\"event_type\":\"flow\",\"src_ip\":\"192.168.1.%d\",\"src_port\":50000,", \
		strftime("%Y-%m-%dT%H:%M:%S", second + 30, 1), int((at - second) * 1e6), ++flows, host
	printf "\"dest_ip\":\"%s\",\"dest_port\":%d,\"proto\":\"TCP\",\"flow\":{\"bytes_toserver\":%d,\"bytes_toclient\":900,\"start\":\"%s.%06d+0000\"}}\n", \
		address, port, bytes, strftime("%Y-%m-%dT%H:%M:%S", second, 1), int((at - second) * 1e6)
}
BEGIN {
	srand(42)
	for (at = began; at < began + 7200; at += 60 * (0.9 + 0.2 * rand())) line(at, 21, "198.51.100.66", 443, 300 + 60 * rand())
	for (at = began; at < began + 7200; at += 64) line(at, 22, "198.51.100.123", 123, 90)
	for (at = began; at < began + 7200; at += 300) line(at, 23, "198.51.100.93", 993, 700)
	for (at = began; at < began + 7200; at += rand() < 0.8 ? 3 + 10 * rand() : 600 * rand()) line(at, 24, "198.51.100.10", 443, 400 + 9000 * rand())
	for (at = began; at < began + 7200; at += 60) line(at, 25, "198.51.100.80", 443, 812)
}
AWK
awk -v began="$began" -f "$STATE/flows.awk" >"$STATE/flows.json"
calls=$(grep -c '198.51.100.66' "$STATE/flows.json")
cat >"$STATE/names.json" <<NAMES
{"timestamp":"$(date -u +%Y-%m-%dT%H:%M:%S.000000+0000)","flow_id":1,"event_type":"dns","src_ip":"192.168.1.21","src_port":5353,"dest_ip":"192.168.1.1","dest_port":53,"proto":"UDP","dns":{"type":"query","rrname":"Home.C2.example","rrtype":"A"}}
{"timestamp":"$(date -u +%Y-%m-%dT%H:%M:%S.000000+0000)","flow_id":2,"event_type":"tls","src_ip":"192.168.1.21","src_port":51000,"dest_ip":"198.51.100.66","dest_port":443,"proto":"TCP","tls":{"sni":"home.c2.example"}}
NAMES

send() { # AGENT FILE...
	send_agent=$1
	shift
	agent send --state "$STATE/agents/$send_agent" --patience 60 "$@" >>"$STATE/send.log" 2>&1
}
taken_in() {
	[ "$(sql 'SELECT (SELECT count(*) FROM work) + (SELECT count(*) FROM observation)')" = 0 ]
}
company 'First' && first=$company_id
sensor "$first" one
company 'Second' && second=$company_id
sensor "$second" two
# Five more, who have all met the update server.
for n in 3 4 5 6 7; do company "Company $n"; done
sql "INSERT INTO observable (kind, key, company_id, first_ts, last_ts, contacts)
	SELECT 1, '\\x00000000000000000000ffffc6336450', company_id, now() - interval '60 days', now(), 100 FROM company WHERE name LIKE 'Company %'"

# ----------------------------------------------------------------------------------------------------------- beacons
send one "$STATE/flows.json" "$STATE/names.json"
wait_until 60 taken_in
contact() { # COMPANY ADDRESS COLUMNS
	sql "SELECT $3 FROM contact WHERE company_id = $1 AND destination = '$2'"
}
beacons() { # COMPANY
	sql "SELECT count(*), min(i.severity), max(i.severity), min(array_to_string(i.tags, ' ')), min(i.direction), min(i.stage)
		FROM incident i JOIN incident_cause u USING (company_id, incident_id)
		JOIN rule r ON r.rule_id = u.rule_id WHERE r.uid = 'builtin:beacon' AND i.company_id = $1 AND i.state <> 'merged'"
}
check_equal 'every call home was counted' "192.168.1.21|443|$calls" "$(contact "$first" 198.51.100.66 'host(inside_ip), port, contacts')"
check_equal 'it scores as a beacon' t "$(contact "$first" 198.51.100.66 'score >= 75')"
check_equal 'with parts that add up to the score' t "$(contact "$first" 198.51.100.66 "score = (parts->>'interval')::integer +
	(parts->>'jitter')::integer + (parts->>'size')::integer + (parts->>'duration')::integer + (parts->>'prevalence')::integer +
	(parts->>'first_seen')::integer")"
check_equal 'it is one incident, high, by itself' '1|2|2|beacon|outbound|command-and-control' "$(beacons "$first")"
check_equal 'that says of what' "192.168.1.21|198.51.100.66|443|$calls" "$(sql "SELECT u.detail->'group'->>'inside.ip', u.detail->'group'->>'destination',
	u.detail->'group'->>'port', u.hits FROM incident_cause u JOIN rule r ON r.rule_id = u.rule_id
	WHERE r.uid = 'builtin:beacon' AND u.company_id = $first")"
check_equal 'time and mail are no contacts' 0 "$(sql "SELECT count(*) FROM contact WHERE company_id = $first AND port IN (123, 993)")"
check_equal 'browsing is of no interest' t "$(contact "$first" 198.51.100.10 'score < 50')"
check_equal 'an update server that many have is held down' '60|true' "$(contact "$first" 198.51.100.80 "score, parts->>'common'")"

# ------------------------------------------------------------------------------------------------------- observables
observable() { # KIND HEX
	sql "SELECT company_id, contacts FROM observable WHERE kind = $1 AND key = '\\x$2' AND company_id IN ($first, $second) ORDER BY 1"
}
# "example.c2.home.", ::ffff:198.51.100.66
check_equal 'a name that was looked up and named in TLS' "$first|2" "$(observable 2 6578616d706c652e63322e686f6d652e)"
check_equal 'an address that was called' "$first|$((calls + 1))" "$(observable 1 00000000000000000000ffffc6336442)"

# ---------------------------------------------------------- in any order and pieces, twice, while it is killed
awk 'BEGIN { srand(7) } { printf "%.9f\t%s\n", rand(), $0 }' "$STATE/flows.json" | sort | cut -f 2- >"$STATE/shuffled.json"
split -n l/8 "$STATE/shuffled.json" "$STATE/piece."
running() { # 0 stands for a role that is about to be started again
	correlator=$(role_pid correlator)
	[ "${correlator:-0}" -gt 0 ]
}
pieces=0
for piece in "$STATE"/piece.a?; do
	send two "$piece"
	pieces=$((pieces + 1))
	[ $((pieces % 3)) -eq 0 ] || continue
	wait_until 30 running
	kill -9 "$correlator"
done
wait_until 60 taken_in
check_equal 'the same contact' "$(contact "$first" 198.51.100.66 'first_ts, last_ts, contacts, series')" \
	"$(contact "$second" 198.51.100.66 'first_ts, last_ts, contacts, series')"
check_equal 'one incident there too' '1|2|2|beacon|outbound|command-and-control' "$(beacons "$second")"
again() { # FILE: as another one, since an agent does not send a file twice
	cp "$1" "$1.again"
	send two "$1.again"
	wait_until 60 taken_in
}
again "$STATE/shuffled.json"
check_equal 'sent again, it was counted twice' $((2 * calls)) "$(contact "$second" 198.51.100.66 contacts)"
check_equal 'but the times are the same' "$(contact "$first" 198.51.100.66 series)" "$(contact "$second" 198.51.100.66 series)"
check_equal 'and so is the incident' '1|2|2|beacon|outbound|command-and-control' "$(beacons "$second")"

# ------------------------------------------------------------------------------------------------------------- muted
sql "INSERT INTO operator (name) SELECT 'Operator' WHERE NOT EXISTS (SELECT FROM operator)"
ctl user add --email analyst@example.jp --role analyst >>"$STATE/answers"
mute() { # COMPANY CONDITIONS: in force at once
	sql "INSERT INTO mute (kind, scope, company_id, conditions, reason, owner_id, starts_at, expires_at)
		SELECT 'mute', 'company', $1, '$2', 'known', min(user_id), now() - interval '1 day', now() + interval '1 day' FROM app_user"
}
awk -v began="$began" -f "$STATE/flows.awk" | grep 198.51.100.66 | sed 's/198.51.100.66/198.51.100.67/g' >"$STATE/muted.json"
mute "$second" '{"rule.uid": "builtin:beacon", "destination.ip": "198.51.100.67"}'
send two "$STATE/muted.json"
wait_until 60 taken_in
check_equal 'a muted beacon scores' t "$(contact "$second" 198.51.100.67 'score >= 75')"
check_equal 'and makes no incident' '1|2|2|beacon|outbound|command-and-control' "$(beacons "$second")"
sql 'UPDATE mute SET ended_at = now()'
again "$STATE/muted.json"
check_equal 'until the mute is over' '2|2|2|beacon|outbound|command-and-control' "$(beacons "$second")"

# ------------------------------------------------------------------------------------------------------------ bounds
for n in $(seq 1 150); do
	printf '{"timestamp":"%s","flow_id":%d,"event_type":"flow","src_ip":"192.168.1.40","src_port":50000,"dest_ip":"203.0.113.%d","dest_port":8443,"proto":"TCP","flow":{"bytes_toserver":1}}\n' \
		"$(date -u +%Y-%m-%dT%H:%M:%S.000000+0000)" "$n" "$n"
done >"$STATE/many.json"
send two "$STATE/many.json"
wait_until 60 taken_in
check_equal 'no more contacts than correlator.contacts_max' t "$(sql "SELECT count(*) BETWEEN 90 AND 100 FROM contact WHERE company_id = $second")"
check_equal 'and the log says so' yes "$(grep -q "company $second has more than 100 contacts" "$STATE/hinomid.log" && echo yes)"
# Of the 150 and what was there before, all that are no longer there.
check_equal 'and counts what went' t "$(sql "SELECT count >= 50 AND count <= 160 AND (SELECT count(*) FROM loss) = 1 FROM loss WHERE company_id = $second AND kind = 'contacts'")"
check_equal 'nobody else lost any' t "$(sql "SELECT count(*) = 3 FROM contact WHERE company_id = $first")"

# ------------------------------------------------------------------------------------- damaged, by who could write it
sql "INSERT INTO observation (company_id, body) VALUES ($first, '\\x01000101'), ($first, '\\xff')"
wait_until 60 taken_in
check_equal 'a damaged observation is dropped and told' yes \
	"$(wait_until 10 grep -q "company $first: 2 observations could not be read" "$STATE/hinomid.log" && echo yes)"

check_equal 'and counted' 2 "$(sql "SELECT count FROM loss WHERE company_id = $first AND kind = 'damaged'")"

# --------------------------------------------------------------------------------- names without end, as of a tunnel
names() { # FROM TO
	for n in $(seq "$1" "$2"); do
		printf '{"timestamp":"%s","flow_id":%d,"event_type":"dns","src_ip":"192.168.1.41","src_port":50000,"dest_ip":"192.168.1.1","dest_port":53,"proto":"UDP","dns":{"type":"query","rrname":"q%d.tunnel.example","rrtype":"A"}}\n' \
			"$(date -u +%Y-%m-%dT%H:%M:%S.000000+0000)" "$n" "$n"
	done
}
tunnel_names() {
	sql "SELECT count(*) FROM observable WHERE company_id = $second AND substr(key, 1, 15) = 'example.tunnel.'"
}
before=$(sql "SELECT coalesce(sum(added), 0) FROM observable_day WHERE company_id = $second")
{ names 1 2500; names 2400 2402; } >"$STATE/tunnel.json"
send two "$STATE/tunnel.json"
wait_until 60 taken_in
check_equal 'no more new observables in a day than correlator.observables_daily' $((1000 - before)) "$(tunnel_names)"
check_equal 'what was left out is counted' $((2500 - 1000 + before)) "$(sql "SELECT count FROM loss WHERE company_id = $second AND kind = 'observables'")"
check_equal 'and said' yes "$(grep -q "company $second: [0-9]* observables are not kept" "$STATE/hinomid.log" && echo yes)"
known=$(sql "SELECT count(*), sum(contacts) FROM observable WHERE company_id = $second AND substr(key, 1, 15) = 'example.tunnel.'")
again "$STATE/tunnel.json"
check_equal 'what is known goes on being counted' "${known%|*}|$((2 * ${known#*|}))" \
	"$(sql "SELECT count(*), sum(contacts) FROM observable WHERE company_id = $second AND substr(key, 1, 15) = 'example.tunnel.'")"
sql 'UPDATE observable_day SET day = day - 1'
cp "$STATE/tunnel.json" "$STATE/tunnel2.json"
again "$STATE/tunnel2.json"
check_equal 'another day has room again' $((2000 - before)) "$(tunnel_names)"

# --------------------------------------------------------------------------------------------------- who may see what
as_company() { # COMPANY QUERY
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$conninfo" -c "BEGIN; SET LOCAL ROLE hinomi_api; SET LOCAL app.company = '$1'; $2; ROLLBACK"
}
check_equal 'a company sees its own contacts and observables alone' '0|0' "$(as_company "$first" "SELECT
	(SELECT count(*) FROM contact WHERE company_id <> $first), (SELECT count(*) FROM observable WHERE company_id <> $first)")"
check_equal 'and there are some' t "$(as_company "$first" 'SELECT count(*) = 3 FROM contact')"

# --------------------------------------------------------------------------------------------------------- forgotten
sql "UPDATE observable SET last_ts = now() - interval '91 days' WHERE company_id = $first AND kind = 1;
	UPDATE contact SET last_ts = now() - interval '91 days' WHERE company_id = $first AND destination = '198.51.100.10'"
gone() {
	[ "$(sql "SELECT (SELECT count(*) FROM observable WHERE company_id = $first AND kind = 1) +
		(SELECT count(*) FROM contact WHERE company_id = $first AND destination = '198.51.100.10')")" = 0 ]
}
check_equal 'what was not seen for 90 days is forgotten' yes "$(wait_until 60 gone && echo yes)"
check_equal 'and nothing else' 't|2' "$(sql "SELECT (SELECT count(*) > 0 FROM observable WHERE company_id = $first),
	(SELECT count(*) FROM contact WHERE company_id = $first)")"
finish
