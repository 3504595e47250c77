#!/bin/sh
# Stories, told by real agents to a whole server with the shipped rules: what comes out must be exactly the incidents,
# campaigns and findings that each story is about, and nothing else.
#
#   yodo       a server is broken into and calls a command server forty minutes later        one incident, critical, kill chain
#   hirano     a computer calls home once a minute, among ordinary traffic                    one incident, a beacon
#   sumiyoshi  data leaves in DNS names                                                       one incident, high
#   tenma      } the same command server at three of them within two days                     an incident each, one campaign;
#   nishi      }                                                                              ikuno and the others are warned
#   ikuno      } only looks up a name that becomes known as bad afterwards                    nothing; found by the hunt
#   minato     a scanner in the maintenance contract, muted; a phishing drill                 nothing; one incident tagged drill
#   asahi      noise from outside, day and night                                              one low incident a day
#
# All happens yesterday at noon, in Japan. SHOTS=DIR saves pictures of an incident with its reasons, a campaign, the rule
# page and the hunt.
# shellcheck disable=SC2317 # stories are called by name
set -eu
# shellcheck source=tests/integration/server.sh
. "$(dirname "$0")/server.sh"

server_settings='correlator:
  settle: 1s'
[ -z "${SHOTS-}" ] || "$top/scripts/build-web" "$BUILD/web"
server_prepare
ctl rules load "$top/config/rules" >"$STATE/rules.log" 2>&1 || { cat "$STATE/rules.log"; exit 1; }
server_start
sign_in lead@example.jp lead

noon=$(($(TZ=Asia/Tokyo date -d 'yesterday 12:00' +%s)))
stamp() {
	date -u -d "@$((noon + $1))" +%Y-%m-%dT%H:%M:%S.000000+0000
}

# ------------------------------------------------------------------------------------------------ what Suricata writes

flow=1000
# record SECONDS TYPE SOURCE PORT DESTINATION PORT PROTOCOL REST
record() {
	flow=$((flow + 1))
	printf '{"timestamp":"%s","flow_id":%s,"event_type":"%s","src_ip":"%s","src_port":%s,"dest_ip":"%s","dest_port":%s,"proto":"%s",%s}\n' \
		"$(stamp "$1")" "$flow" "$2" "$3" "$4" "$5" "$6" "$7" "$8"
}
# alert SECONDS SOURCE PORT DESTINATION PORT SID CATEGORY SIGNATURE
alert() {
	record "$1" alert "$2" "$3" "$4" "$5" TCP "\"direction\":\"to_server\",\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":$6,\"rev\":1,\"signature\":\"$8\",\"category\":\"$7\",\"severity\":1}"
}
dns() {
	record "$1" dns "$2" 50000 192.0.2.53 53 UDP "\"dns\":{\"version\":2,\"type\":\"query\",\"id\":1,\"rrname\":\"$3\",\"rrtype\":\"A\",\"tx_id\":0,\"opcode\":0}"
}
tls() {
	record "$1" tls "$2" "$3" "$4" 443 TCP "\"tls\":{\"sni\":\"$5\",\"version\":\"TLS 1.3\"}"
	record "$(($1 + 1))" flow "$2" "$3" "$4" 443 TCP "\"app_proto\":\"tls\",\"flow\":{\"pkts_toserver\":9,\"pkts_toclient\":8,\"bytes_toserver\":$6,\"bytes_toclient\":4000,\"start\":\"$(stamp "$1")\",\"end\":\"$(stamp "$(($1 + 1))")\",\"age\":1,\"state\":\"closed\"}"
}

exploit='Attempted Administrator Privilege Gain' command='Malware Command and Control Activity Detected'
scan='Attempted Information Leak'

yodo_story() {
	alert 0 203.0.113.9 40001 192.168.1.10 8080 2900001 "$exploit" 'EXPLOIT Example CMS upload'
	alert 20 203.0.113.9 40002 192.168.1.10 8080 2900001 "$exploit" 'EXPLOIT Example CMS upload'
	alert 2400 192.168.1.10 50001 198.51.100.7 443 2900002 "$command" 'MALWARE Example implant check-in'
	alert 2700 192.168.1.10 50002 198.51.100.7 443 2900002 "$command" 'MALWARE Example implant check-in'
}
hirano_story() {
	# Sixty-one calls at gaps of 58 to 62 seconds with 512 to 515 bytes; a person's reading: 20 sites, whenever.
	i=0 at=0
	while [ "$i" -le 60 ]; do
		tls "$at" 192.168.2.20 $((50000 + i)) 198.51.100.99 update.beacon.example $((512 + i % 4))
		at=$((at + 58 + i * 7 % 5)) i=$((i + 1))
	done
	i=0 at=0
	while [ "$i" -lt 20 ]; do
		tls "$at" 192.168.2.31 $((51000 + i)) "198.51.100.$((100 + i % 3))" "www$((i % 3)).example.org" $((900 + i * i * 37))
		at=$((at + 11 + i * i * 13 % 700)) i=$((i + 1))
	done
}
sumiyoshi_story() {
	i=0
	while [ "$i" -lt 90 ]; do
		dns $((i * 4)) 192.168.3.40 "$(printf 'q%043dz.t.tunnel.example' $((i * 7919)))"
		i=$((i + 1))
	done
}
# stealer HOST SECONDS
stealer() {
	alert "$2" "$1" 50001 198.51.100.66 443 2900003 "$command" 'STEALER Example exfiltration'
	alert "$(($2 + 60))" "$1" 50002 198.51.100.66 443 2900003 "$command" 'STEALER Example exfiltration'
}
tenma_story() { stealer 192.168.4.11 0; }
nishi_story() { stealer 192.168.5.12 3600; }
ikuno_story() { stealer 192.168.6.13 -7200; }
minato_story() {
	i=0
	while [ "$i" -lt 12 ]; do
		alert $((i * 300)) 192.0.2.200 $((41000 + i)) 192.168.7.10 443 2900004 "$exploit" 'EXPLOIT Example scanner of the contract'
		i=$((i + 1))
	done
	for host in 21 22 23; do
		alert 600 "192.168.7.$host" 52000 198.51.100.200 80 2900005 "$command" 'PHISH Example drill page'
	done
}
asahi_story() {
	i=0
	while [ "$i" -lt 30 ]; do
		alert $((i * 60)) "203.0.113.$((100 + i % 9))" $((42000 + i)) 192.168.8.10 $((1 + i)) 2900006 "$scan" 'SCAN Example probe'
		i=$((i + 1))
	done
}
quiet_story() {
	dns 0 192.168.9.5 www.example.org
	dns 30 192.168.9.5 cdn.later-known.example
	dns 90 192.168.9.6 later-known.example
	dns 95 192.168.9.6 not-later-known.example
}

# ------------------------------------------------------------------------------------------------ the telling

names='yodo hirano sumiyoshi tenma nishi ikuno minato asahi quiet'
for name in $names; do
	company "$name"
	eval "${name}_id=$company_id"
	ctl span add --company "$company_id" --from 2026-01-01 >/dev/null
	sensor "$company_id" "$name"
	"${name}_story" >"$STATE/$name.json"
done

# What is known before: a contract, a drill.
mute() {
	api POST /v1/mutes -d "$1" >"$STATE/mute.json" || { bad "the mute is taken: $1"; cat "$STATE/mute.json"; }
}
began=$(date -u -d "@$((noon - 86400))" +%Y-%m-%dT%H:%M:%SZ) ends=$(date -u -d '+7 days' +%Y-%m-%dT%H:%M:%SZ)
# shellcheck disable=SC2154 # set by eval above
mute "{\"kind\":\"mute\",\"scope\":\"company\",\"company_id\":$minato_id,\"conditions\":{\"source.ip|cidr\":\"192.0.2.200/32\"},\"reason\":\"contract\",\"starts_at\":\"$began\",\"expires_at\":\"$ends\"}"
mute "{\"kind\":\"drill\",\"scope\":\"company\",\"company_id\":$minato_id,\"conditions\":{\"signature|startswith\":\"PHISH\"},\"reason\":\"drill\",\"starts_at\":\"$began\",\"expires_at\":\"$ends\"}"
knows_mutes() {
	[ "$(grep -c 'mutes in force: 2' "$STATE/hinomid.log")" -gt 0 ] || grep -q '2 mutes' "$STATE/hinomid.log"
}
wait_until 20 knows_mutes || bad 'the collector takes the mutes over'

for name in $names; do
	agent send --state "$STATE/agents/$name" "$STATE/$name.json" >"$STATE/$name.sent" 2>&1 || { bad "$name: everything is acked"; cat "$STATE/$name.sent"; }
done
settled() {
	correlated && [ "$(sql 'SELECT count(*) FROM observation')" = 0 ] && [ "$(sql 'SELECT count(*) FROM campaign_due')" = 0 ] &&
		[ "$(sql 'SELECT count(*) FROM rule_window WHERE due_at IS NOT NULL')" = 0 ]
}
wait_until 60 settled || bad 'everything is correlated'

# ------------------------------------------------------------------------------------------------ what came of it

incidents() {
	sql "SELECT c.name, i.severity, array_to_string(i.tags, '+'), i.alert_count FROM incident i JOIN company c USING (company_id)
	     WHERE i.state <> 'merged' ORDER BY c.name, i.severity, i.alert_count"
}
check_equal 'exactly the incidents of the stories' "asahi|4||30
hirano|2|beacon|0
ikuno|1||2
minato|5|drill|3
nishi|1||2
sumiyoshi|2||0
tenma|1||2
yodo|1|kill-chain|4" "$(incidents)"

cause_of() {
	sql "SELECT string_agg(DISTINCT r.uid, ' ' ORDER BY r.uid) FROM incident_cause k JOIN rule r USING (rule_id) JOIN company c USING (company_id)
	     WHERE c.name = '$1'"
}
check_equal 'yodo: the kill chain, and what is worth something by itself' 1 "$(cause_of yodo | grep -c bace6a73-ce53-4441-90a9-a2c82b4cd2cb)"
check_equal 'hirano: the beacon alone' builtin:beacon "$(cause_of hirano)"
check_equal 'sumiyoshi: the tunnel' 1 "$(cause_of sumiyoshi | grep -c aeae6236-4c68-439b-a9e6-d011233e66b1)"
check_equal 'yodo: the story in order: attacked, then spoke out' "2|2" \
	"$(sql "SELECT string_agg(s ->> 'hits', '|' ORDER BY s ->> 'first_ts') FROM incident_event e, jsonb_array_elements(e.body -> 'steps') s WHERE e.kind = 'story'
	        AND e.event_id = (SELECT max(event_id) FROM incident_event WHERE kind = 'story')")"
check_equal 'minato: hidden alerts are stored, counted as detections, and as muted' "15|15|12|3" \
	"$(sql "SELECT (SELECT count(*) FROM alert a JOIN company c USING (company_id) WHERE c.name = 'minato'),
	        (SELECT sum(detections) FROM company_day d JOIN company c USING (company_id) WHERE c.name = 'minato'),
	        (SELECT sum(alerts) FROM mute_day d JOIN mute m USING (mute_id) WHERE m.kind = 'mute'),
	        (SELECT sum(alerts) FROM mute_day d JOIN mute m USING (mute_id) WHERE m.kind = 'drill')")"
check_equal 'one campaign for the command server at three companies, none for the others' 'tenma nishi ikuno' \
	"$(sql "SELECT string_agg(co.name, ' ' ORDER BY co.company_id) FROM campaign ca JOIN campaign_member m USING (campaign_id) JOIN company co USING (company_id)
	        WHERE ca.kind = 'destination' AND ca.merged_into IS NULL AND ca.key = '198.51.100.66'")"
check_equal 'its incidents know it' 3 "$(sql "SELECT count(DISTINCT incident_id) FROM incident_event WHERE kind = 'campaign'")"
campaign=$(sql "SELECT campaign_id FROM campaign WHERE kind = 'destination' AND key = '198.51.100.66'")

check_equal 'those not hit are warned' 6 \
	"$(api POST "/v1/campaigns/$campaign/warnings" -d '{"all_not_hit": true, "text": "Look out"}' | jq '.warned | length')"

# A name becomes known as bad: who has met it, or a name below it, and when?
api POST /v1/indicators -d '{"source": "late", "format": "plain", "text": "later-known.example\n", "hunt": true}' >"$STATE/import.json"
hunt=$(jq .hunt_id "$STATE/import.json")
hunted() {
	[ "$(sql "SELECT state FROM hunt WHERE hunt_id = $hunt")" = "done" ]
}
wait_until 30 hunted || bad 'the hunt is carried out'
check_equal 'the hunt: one member, first and last contact, not the name that only looks alike' \
	"quiet $(date -u -d "@$((noon + 30))" +%H:%M:%S) $(date -u -d "@$((noon + 90))" +%H:%M:%S) 2" \
	"$(api GET "/v1/hunts/$hunt" | jq -r '.members[] | "\(.company) \(.first_ts[11:19]) \(.last_ts[11:19]) \(.contacts)"')"

# A member learns what concerns it, and no other's name.
# shellcheck disable=SC2154 # set by eval above
sign_in member@example.jp member "$yodo_id"
check_equal 'a member sees the campaign it was warned of, and nobody in it' 'Look out 3 0 0' \
	"$(api GET "/v1/campaigns/$campaign" | jq -r '"\(.warning.text) \(.companies) \(.members | length) \(.incidents | length)"')"
api GET "/v1/campaigns/$campaign" >"$STATE/campaign.json"
check_equal 'nor a name of another' '' "$(grep -oE 'tenma|nishi|ikuno' "$STATE/campaign.json" || true)"

check_equal 'the server was not in trouble meanwhile' '' "$(grep -E ' (error|fatal) ' "$STATE/hinomid.log" || true)"

if [ -n "${SHOTS-}" ]; then
	link=$(ctl user add --email shots@example.jp --name '田中 一郎' --role lead)
	incident=$(sql "SELECT incident_id FROM incident i WHERE 'kill-chain' = ANY (tags)")
	beacon=$(sql "SELECT incident_id FROM incident i WHERE 'beacon' = ANY (tags)")
	rule=$(sql "SELECT rule_id FROM rule WHERE uid = 'bace6a73-ce53-4441-90a9-a2c82b4cd2cb'")
	node "$top/tests/e2e/pictures.mjs" --link "$link" --out "$SHOTS" incident="/incidents/$incident" beacon="/incidents/$beacon" \
		campaign="/campaigns/$campaign" rules=/rules rule="/rules/$rule" hunt="/hunts/$hunt" || bad 'the pictures are taken'
fi
finish
