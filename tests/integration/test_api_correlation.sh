#!/bin/sh
# What the api says of rules, incidents' causes, mutes, campaigns, contacts, indicators and hunts, and takes of them,
# against a real PostgreSQL and curl: shapes against docs/openapi.yaml, figures by hand, who may do what.
# api_correlation.sql says in its comments what is there.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

tanaka='' kato='' viewer='' suzuki='' yamada='' wall='' okada=''

api_prepare api_data.sql api_correlation.sql || exit 1
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}
sign_in tanaka@example.jp && tanaka=$cookie # analyst
sign_in kato@example.jp && kato=$cookie     # lead
sign_in viewer@example.jp && viewer=$cookie
sign_in suzuki@example.jp && suzuki=$cookie # analyst of company 1 alone
sign_in yamada@example.jp && yamada=$cookie # member of company 1
sign_in okada@example.jp && okada=$cookie   # member of company 3
sign_in wall@example.jp && wall=$cookie
check_equal 'seven people are signed in' 7 \
	"$(printf '%s\n' "$tanaka" "$kato" "$viewer" "$suzuki" "$yamada" "$okada" "$wall" | grep -c __Host-sid=)"

# What an answer has, against the contract.
shape() { # TEXT STATUS SCHEMAS JQ
	wanted=$(for schema in $3; do required "$schema"; done | tr ' ' '\n' | grep . | sort -u | tr '\n' ' ')
	check_equal "$1" "$2 $wanted" "$status $(members "$4")"
}

# ------------------------------------------------------------------------------------------------------------- incidents
cookie=$tanaka
get /v1/incidents/9001
shape 'an incident with its causes' 200 'Incident IncidentPage' .
shape 'a cause' 200 Cause '.causes[0]'
check_equal 'the gravest first, and each with its rule' '902:1:31 901:2:3 901:4:1' \
	"$(reply '[.causes[] | "\(.rule.id):\(.severity):\(.hits)"] | join(" ")')"
check_equal 'what it counted' '203.0.113.9 31 event_count null 一つ目 correlation medium' \
	"$(reply '"\(.causes[0].detail.group["attacker.ip"]) \(.causes[0].detail.measured) \(.causes[0].detail.condition.type) \(.causes[0].rule.title_ja) \(.causes[1].rule.title_ja) \(.causes[0].rule.kind) \(.causes[0].rule.level)"')"
check_equal 'hits of its group that were let go are said' '902:1230 901:0 901:0' "$(reply '[.causes[] | "\(.rule.id):\(.lost_hits)"] | join(" ")')"
check_equal 'its tags and version' 'kill-chain,beacon 2' "$(reply '"\(.tags | join(",")) \(.rule_set)"')"
ids() { # PATH LIST
	get "$1"
	reply "[.$2[].id | tostring] | join(\" \")"
}
check_equal 'by tag' 9001 "$(ids '/v1/incidents?tag=beacon&state=open,closed' incidents)"
check_equal 'by a tag that none has' '' "$(ids '/v1/incidents?tag=drill&state=open,closed' incidents)"
check_equal 'by rule' 9001 "$(ids '/v1/incidents?rule=902&state=open,closed' incidents)"
check_equal 'by rule, with figures' '0,0,8,0,0' \
	"$(get '/v1/incidents?rule=901&counts=true&state=open,acknowledged,closed&from=2020-01-01' && reply '.by_severity | map(tostring) | join(",")')"
get /v1/incidents/9002
check_equal 'an incident of a campaign' "$(required IncidentCampaign)71 source 3" \
	"$(members '.campaigns[0]')$(reply '"\(.campaigns[0].id) \(.campaigns[0].kind) \(.campaigns[0].companies)"')"
cookie=$yamada
get /v1/incidents/9002
check_equal 'a member sees that there is one, too' '200 71' "$status $(reply '.campaigns[].id')"
check_equal 'but of whom else' '' "$(grep -oE '難波商事|なにわ印刷' "$STATE/body")"

# ----------------------------------------------------------------------------------------------- muted, context, rules
cookie=$tanaka
check_equal 'what is muted is not listed' 0 "$(get '/v1/alerts?raw=false&company=1&limit=500' && reply '[.alerts[] | select(.mute_id)] | length')"
check_equal 'unless asked for' '40 1' "$(get '/v1/alerts?raw=false&company=1&limit=500&muted=true' && reply '"\(.alerts | length) \([.alerts[] | select(.mute_id == 555)] | length)"')"
check_equal 'or alone' 61009 "$(ids '/v1/alerts?raw=false&muted=only' alerts)"
check_equal 'evidence is seen with its incident alone' '0 1 41' \
	"$(get '/v1/alerts?raw=false&company=1&limit=500&muted=true' && reply '[.alerts[] | select(.kind == "context")] | length') $(get '/v1/alerts?raw=false&incident=9101&limit=500' && reply '"\([.alerts[] | select(.kind == "context")] | length) \(.alerts | length)"')"
check_equal 'an alert has its rules' '901:One:一つ目 []' \
	"$(get /v1/alerts/61000 && reply '.rules[0] | "\(.id):\(.title):\(.title_ja)"') $(get /v1/alerts/61006 && jq -c .rules "$STATE/body")"
get '/v1/alerts?muted=perhaps'
check_equal 'refused: a muting of another kind' '400 invalid muted' "$(refusal)"

# ----------------------------------------------------------------------------------------------------------------- rules
get /v1/rules
shape 'rules' 200 Rule '.rules[0]'
check_equal 'the most alerts first' '901:105 902:7 903:2 904:0' \
	"$(reply '[.rules[] | select(.id >= 900) | "\(.id):\(.alerts)"] | join(" ")')"
check_equal 'the period is 30 days' "$(TZ=Asia/Tokyo date -d '29 days ago' +%F) $(TZ=Asia/Tokyo date +%F)" "$(reply '"\(.from) \(.to)"')"
# 7 incidents, 5 judged, 2 of them false: 5/7 and 2/5.
check_equal 'what became of its incidents' '7 5 0.714 1 1 2 1 0.4 3' \
	"$(reply '.rules[] | select(.id == 901) | "\(.incidents) \(.judged) \(.judged_share * 1000 | floor / 1000) \(.true_positives) \(.benign_positives) \(.false_positives) \(.undetermined) \(.false_positive_rate) \(.companies)"')"
check_equal 'nothing judged is no rate' '1 1 1 2' "$(reply '.rules[] | select(.id == 902) | "\(.incidents) \(.judged) \(.false_positive_rate) \(.companies)"')"
check_equal 'no incident, no share' '0 0 null null' "$(reply '.rules[] | select(.id == 904) | "\(.incidents) \(.judged) \(.judged_share) \(.false_positive_rate)"')"
check_equal 'in force or not' '903 false 1' "$(get '/v1/rules?in_force=false' && reply '.rules[] | "\(.id) \(.in_force) \(.last_version)"')"
check_equal 'by level' 904 "$(ids '/v1/rules?level=critical' rules)"
check_equal 'by kind' 902 "$(ids '/v1/rules?kind=correlation' rules)"
check_equal 'by a part of the title, in Japanese too' 901 "$(ids '/v1/rules?q=%E4%B8%80%E3%81%A4' rules)"
check_equal 'by the rate of false ones' '902 901' "$(ids '/v1/rules?sort=false_positive_rate&limit=2' rules)"
check_equal 'the gravest level first' '904 901' "$(ids '/v1/rules?sort=level&limit=2&kind=detection' rules)"
check_equal 'another period' '1075 7 5' \
	"$(get "/v1/rules?from=$(TZ=Asia/Tokyo date -d '31 days ago' +%F)&to=$(TZ=Asia/Tokyo date -d '1 days ago' +%F)" && reply '.rules[] | select(.id == 901) | "\(.alerts) \(.incidents) \(.judged)"')"
next='' seen=''
while :; do
	get "/v1/rules?limit=1&in_force=true&kind=detection&sort=incidents${next:+&cursor=$next}"
	[ "$status" = 200 ] || break
	seen="$seen $(reply '.rules[].id')"
	next=$(reply '.next // ""')
	[ -n "$next" ] || break
done
check_equal 'pages of rules' ' 901 904' "$seen"
get /v1/rules/901
shape 'one rule' 200 'Rule RulePage' .
check_equal 'its own text' 'title: One
id: one
level: high' "$(reply .text)"
check_equal 'it came with version 1 and stayed as it was' 1 "$(reply '[.changes[].version | tostring] | join(" ")')"
check_equal 'its days' "30 105 $(TZ=Asia/Tokyo date +%F):30" "$(reply '"\(.days | length) \([.days[].alerts] | add) \(.days[-1].day):\(.days[-1].alerts)"')"
check_equal 'where it is noisiest' '1:株式会社山田精機:55 2:なにわ印刷株式会社:50' "$(reply '[.noisiest[] | "\(.company_id):\(.company):\(.alerts)"] | join(" ")')"
get /v1/rules/902
check_equal 'a rule that a version changed' '# second|title: Two|name: two|level: medium 2 1 quieter kato@example.jp' \
	"$(reply .text | tr '\n' '|' | sed 's/|*$//') $(reply '"\([.changes[].version | tostring] | join(" ")) \(.changes[0].note) \(.changes[0].actor)"')"
check_equal 'what was let go of its hits' "1203 47 2 $(sql "SELECT noon_ago(2) = '$(reply .lost_hits.last_at)'")" "$(reply '.lost_hits | "\(.thinned) \(.dropped) \(.companies)"') t"
get /v1/rules/901
check_equal 'nothing' '{"thinned":0,"dropped":0,"companies":0,"last_at":null}' "$(jq -c .lost_hits "$STATE/body")"
get /v1/rules/903
check_equal 'a rule that is gone has its last text' 'title: Gone|id: gone|' "$(reply .text | tr -s '\n' '|')"
get "/v1/rules/$(sql "SELECT rule_id FROM rule WHERE kind = 'builtin' LIMIT 1")"
check_equal 'a built-in one has none' '200 null 0' "$status $(reply '"\(.text) \(.changes | length)"')"
get /v1/rules/999999
check_equal 'no such rule' '404 not_found ' "$(refusal)"
cookie=$suzuki
get /v1/rules
check_equal 'who is bound to one company sees its figures' '55 3 3 1' \
	"$(reply '.rules[] | select(.id == 901) | "\(.alerts) \(.incidents) \(.judged) \(.companies)"')"
get /v1/rules/901
check_equal 'and itself among the noisiest' 1 "$(reply '[.noisiest[].company_id | tostring] | join(" ")')"
get /v1/rules/902
check_equal 'what was let go at its own alone' '1200 47 1' "$(reply '.lost_hits | "\(.thinned) \(.dropped) \(.companies)"')"
for cookie in "$yamada" "$wall"; do
	for path in rules rules/901 rule-sets rule-sets/1 mutes mutes/1 indicators indicators/1 indicator-sources hunts hunts/1; do
		get "/v1/$path"
		check_equal "no $path for a member or a wall" '403 forbidden ' "$(refusal)"
	done
done
cookie=$viewer
for bad in 'rules?level=grave level' 'rules?kind=odd kind' 'rules?sort=title sort' 'rules?from=yesterday from' 'rules?in_force=perhaps in_force' \
	'rules?from=2026-02-02&to=2026-01-01 to' 'rule-sets/1?text=yes text' 'mutes?state=odd state' 'mutes?kind=odd kind' 'campaigns?kind=odd kind' \
	'contacts?min_score=101 min_score' 'contacts?min_score=49 company' 'indicators?kind=mail kind' 'indicators?state=odd state' 'hunts?limit=0 limit'; do
	get "/v1/${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done

# ------------------------------------------------------------------------------------------------------------- rule sets
get /v1/rule-sets
shape 'versions' 200 RuleSet '.rule_sets[0]'
check_equal 'newest first, with what they have' '3:3:3:true 2:2:2:false 1:3:3:false' "$(reply '[.rule_sets[] | "\(.version):\(.files):\(.rules):\(.in_force)"] | join(" ")')"
get '/v1/rule-sets?limit=2'
get "/v1/rule-sets?limit=2&cursor=$(reply .next)"
check_equal 'pages of versions' '1 null' "$(reply '"\(.rule_sets[0].version) \(.next)"')"
get /v1/rule-sets/2
shape 'one version' 200 'RuleSet RuleSetPage' .
check_equal 'what it changed' 'fields.yaml:null pair.yml:changed gone.yml null' \
	"$(reply '"\([.file_list[] | "\(.name):\(.change)"] | join(" ")) \(.removed | join(" ")) \(.file_list[0].text)"')"
get '/v1/rule-sets/3?text=true'
check_equal 'with texts' 'added title: New' "$(reply '.file_list[] | select(.name == "new.yml") | "\(.change) \(.text | split("\n")[0])"')"
get /v1/rule-sets/17
check_equal 'no such version' '404 not_found ' "$(refusal)"

# -------------------------------------------------------------------------------------------------------------- contacts
cookie=$tanaka
get /v1/contacts
shape 'contacts' 200 Contact '.contacts[0]'
check_equal 'those like a beacon, the likest first' '93 93 50 30' \
	"$(reply '"\([.contacts[].score | tostring] | join(" ")) \(.contacts[] | select(.company_id == 1 and .score == 93) | .parts.interval)"')"
check_equal 'others of one company' 'c2.example 198.51.100.9 update.example null' \
	"$(get '/v1/contacts?company=1&min_score=0' && reply '"\([.contacts[].destination] | join(" ")) \(.contacts[-1].parts)"')"
next='' seen=''
while :; do
	get "/v1/contacts?limit=1${next:+&cursor=$next}"
	[ "$status" = 200 ] || break
	seen="$seen $(reply '.contacts[] | "\(.company_id):\(.score):\(.destination)"')"
	next=$(reply '.next // ""')
	[ -n "$next" ] || break
done
check_equal 'pages of contacts' 3 "$(echo "$seen" | tr ' ' '\n' | grep . | sort -u | wc -l)"
cookie=$yamada
check_equal 'a member sees its own' '1 2' "$(get /v1/contacts && reply '"\([.contacts[].company_id] | unique[]) \(.contacts | length)"')"

# ------------------------------------------------------------------------------------------------------------- campaigns
cookie=$tanaka
get /v1/campaigns
shape 'campaigns' 200 Campaign '.campaigns[0]'
check_equal 'latest first, with their figures' '71:source:3:60:null 72:signature:2:9:null' \
	"$(reply '[.campaigns[] | "\(.id):\(.kind):\(.companies):\(.alerts):\(.own)"] | join(" ")')"
check_equal 'by kind' 72 "$(ids '/v1/campaigns?kind=signature' campaigns)"
check_equal 'by company' 71 "$(ids '/v1/campaigns?company=1' campaigns)"
check_equal 'by a part of the key' 71 "$(ids '/v1/campaigns?q=203.0.113' campaigns)"
get '/v1/campaigns?limit=1'
check_equal 'pages of campaigns' '71 72' "$(reply '.campaigns[].id') $(ids "/v1/campaigns?limit=1&cursor=$(reply .next)" campaigns)"
get /v1/campaigns/71
shape 'one campaign' 200 'Campaign CampaignPage' .
# Company 2 first, then 1 on two days, then 3.
check_equal 'members by day' '2:20:20 1:30:10,20 3:10:10' \
	"$(reply '[.members[] | "\(.company_id):\(.alerts):\([.days[].alerts | tostring] | join(","))"] | join(" ")')"
check_equal 'its incidents' '9002 9004' "$(reply '[.incidents[].id] | sort | map(tostring) | join(" ")')"
check_equal 'what else its companies have in common' 'signature:ET MALWARE Odd:2' "$(reply '[.shared[] | "\(.kind):\(.key):\(.companies)"] | join(" ")')"
check_equal 'who could be warned' '1 0' "$(reply '"\(.not_hit) \(.warnings | length)"')"
get /v1/campaigns/72
check_equal 'who was warned, by whom' '1 加藤' "$(reply '"\(.warnings[0].company_id) \(.warnings[0].user.display_name)"')"
get /v1/campaigns/99999
check_equal 'no such campaign' '404 not_found ' "$(refusal)"
# A member learns how many there are, and nothing more.
cookie=$yamada
get /v1/campaigns
check_equal 'a member sees what it was hit by and warned of' '71:3:null:30:null 72:2:null:null:不審な通信に注意してください' \
	"$(reply '[.campaigns[] | "\(.id):\(.companies):\(.alerts):\(.own.alerts):\(.warning.text)"] | join(" ")')"
get /v1/campaigns/71
shape 'one campaign, for a member' 200 'Campaign CampaignPage' .
check_equal 'itself alone' '1 9002 0 null 0' "$(reply '"\([.members[].company_id | tostring] | join(" ")) \([.incidents[].id | tostring] | join(" ")) \(.shared | length) \(.not_hit) \(.warnings | length)"')"
get /v1/campaigns/72
check_equal 'what it was warned of' '0 0 1 null' "$(reply '"\(.members | length) \(.incidents | length) \(.warnings | length) \(.warnings[0].user)"')"
for path in campaigns campaigns/71 campaigns/72; do
	get "/v1/$path"
	check_equal "no name and number of another: $path" '' "$(grep -oE '難波商事|なにわ印刷|"company_id":[23]|加藤' "$STATE/body")"
done
cookie=$okada
check_equal 'nor does the next one' '71 72' "$(get /v1/campaigns && reply '[.campaigns[].id] | sort | map(tostring) | join(" ")')"
get /v1/campaigns/72
check_equal 'with what it met itself' '5 3 null' "$(reply '"\(.own.alerts) \(.members[0].company_id) \(.warning)"')"
change POST /v1/campaigns/72/warnings '{"all_not_hit":true,"text":"x"}'
check_equal 'a member warns nobody' '403 forbidden ' "$(refusal)"
cookie=$suzuki
change POST /v1/campaigns/71/warnings '{"all_not_hit":true,"text":"x"}'
check_equal 'nor does who is bound to one company' '403 forbidden ' "$(refusal)"
# Company 4 alone was not hit by 71; of 72, company 1 was warned.
cookie=$tanaka
for bad in '{"text":"x"} /company_ids' '{"all_not_hit":true,"company_ids":[4],"text":"x"} /company_ids' '{"all_not_hit":false,"text":"x"} /all_not_hit' \
	'{"company_ids":[],"text":"x"} /company_ids' '{"company_ids":["4"],"text":"x"} /company_ids' '{"all_not_hit":true} /text' '{"all_not_hit":true,"text":""} /text' \
	'{"all_not_hit":true,"text":"なにわ印刷株式会社が被害を受けました"} /text'; do
	change POST /v1/campaigns/71/warnings "${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
check_equal 'nobody was warned so far' 0 "$(sql 'SELECT count(*) FROM campaign_warning WHERE campaign_id = 71')"
change POST /v1/campaigns/71/warnings '{"company_ids":[1,4,99],"text":"VPN の多要素認証を確認してください"}' -H 'Idempotency-Key: warn'
check_equal 'who was hit, and who is not there, is left out' '201 [4] 2' "$status $(jq -c .warned "$STATE/body") $(reply .left_out)"
change POST /v1/campaigns/71/warnings '{"company_ids":[1,4,99],"text":"VPN の多要素認証を確認してください"}' -H 'Idempotency-Key: warn'
check_equal 'the same key warns once' '201 [4] true' "$status $(jq -c .warned "$STATE/body") $(header Idempotent-Replayed)"
change POST /v1/campaigns/72/warnings '{"all_not_hit":true,"text":"確認してください"}'
check_equal 'all that were neither hit nor warned' '201 [4] 0' "$status $(jq -c .warned "$STATE/body") $(reply .left_out)"
change POST /v1/campaigns/99999/warnings '{"all_not_hit":true,"text":"x"}'
check_equal 'of no campaign' '404 not_found ' "$(refusal)"
check_equal 'the audit trail has it' 'campaign 71,campaign 72' "$(sql "SELECT string_agg(subject, ',' ORDER BY audit_id) FROM audit WHERE action = 'campaign.warn' AND actor = 'tanaka@example.jp'")"

# ---------------------------------------------------------------------------------------------------- indicators and hunts
cookie=$tanaka
lines='203.0.113.9\nBad[.]example\nnot an indicator at all\n192.0.2.0/24\n8.8.0.0/8\n'
change POST /v1/indicators "{\"source\":\"JPCERT\",\"format\":\"plain\",\"text\":\"$lines\",\"confidence\":80,\"tlp\":\"green\",\"valid_until\":\"2099-01-01T00:00:00Z\",\"hunt\":true}" -H 'Idempotency-Key: feed'
shape 'an import' 201 IndicatorImport .
# The /8 is wider than any warning list lets through: held back.
check_equal 'what came of it' '4 0 0 1 0 1 1 true' \
	"$(reply '"\(.added) \(.changed) \(.unchanged) \(.held_back) \(.revoked) \(.rejected) \(.rejects | length) \(.hunt_id > 0)"')"
check_equal 'what could not be used, and why' true "$(reply '.rejects[0] | (.entry | test("line 3")) and (.reason | length > 0)')"
source=$(reply .source.id) hunt=$(reply .hunt_id)
change POST /v1/indicators "{\"source\":\"JPCERT\",\"format\":\"plain\",\"text\":\"203.0.113.9\\n\",\"confidence\":80,\"tlp\":\"green\",\"valid_until\":\"2099-01-01T00:00:00Z\"}"
check_equal 'the same again is nothing new' '201 0 1 null' "$status $(reply '"\(.added) \(.unchanged) \(.hunt_id)"')"
get /v1/indicators
shape 'indicators' 200 Indicator '.indicators[0]'
check_equal 'four, with what was said of them' '4 80 green 2099-01-01T00:00:00.000000Z' \
	"$(reply '"\(.indicators | length) \([.indicators[].confidence] | unique[]) \([.indicators[].tlp] | unique[]) \([.indicators[].valid_until] | unique[])"')"
check_equal 'by value, as people write it' bad.example "$(get '/v1/indicators?q=bad%5B.%5Dexample' && reply '.indicators[].value')"
check_equal 'what holds a value' 192.0.2.0/24 "$(get '/v1/indicators?q=192.0.2.77' && reply '.indicators[].value')"
check_equal 'by kind' 3 "$(get '/v1/indicators?kind=ip' && reply '.indicators | length')"
check_equal 'by state' held_back "$(get '/v1/indicators?state=held_back' && reply '[.indicators[].state] | unique[]')"
check_equal 'by source' '4 0' "$(get "/v1/indicators?source=$source" && reply '.indicators | length') $(get "/v1/indicators?source=99999" && reply '.indicators | length')"
get '/v1/indicators?limit=3'
check_equal 'pages of indicators' '3 1' "$(reply '.indicators | length') $(get "/v1/indicators?limit=3&cursor=$(reply .next)" && reply '.indicators | length')"
get /v1/indicator-sources
shape 'sources' 200 IndicatorSource '.sources[0]'
check_equal 'with what they brought' 'JPCERT 3 1 0 1 1' "$(reply '.sources[] | select(.id == '"$source"') | "\(.name) \(.active) \(.held_back) \(.revoked) \(.rejects) \(.last_rejects | length)"')"
# Company 1 met the address, company 3 an address in the network and a name below the domain.
indicator_id() { # VALUE
	sql "SELECT indicator_id FROM indicator WHERE value = '$1'"
}
sql "INSERT INTO observable (kind, key, company_id, first_ts, last_ts, contacts)
	SELECT 1, key, 1, '2026-01-02T00:00:00Z'::timestamptz, '2026-01-03T00:00:00Z'::timestamptz, 5 FROM indicator WHERE value = '203.0.113.9'
	UNION ALL SELECT 1, set_byte(key, 15, 77), 3, '2026-01-04T00:00:00Z', '2026-01-05T00:00:00Z', 7 FROM indicator WHERE value = '192.0.2.0/24'
	UNION ALL SELECT 2, key || 'www.'::bytea, 3, '2026-01-06T00:00:00Z', '2026-01-07T00:00:00Z', 9 FROM indicator WHERE value = 'bad.example'"
get "/v1/indicators/$(indicator_id 203.0.113.9)"
shape 'one indicator' 200 'Indicator IndicatorPage' .
shape 'who met it' 200 MemberContact '.members[0]'
check_equal 'and when' '1 2026-01-02T00:00:00.000000Z 2026-01-03T00:00:00.000000Z 5' "$(reply '.members[] | "\(.company_id) \(.first_ts) \(.last_ts) \(.contacts)"')"
check_equal 'an address in its network' '3 7' "$(get "/v1/indicators/$(indicator_id 192.0.2.0/24)" && reply '.members[] | "\(.company_id) \(.contacts)"')"
check_equal 'a name below its own' '3 9' "$(get "/v1/indicators/$(indicator_id bad.example)" && reply '.members[] | "\(.company_id) \(.contacts)"')"
get /v1/hunts
shape 'hunts' 200 Hunt '.hunts[0]'
check_equal 'the import began one' "$hunt due JPCERT tanaka@example.jp null" "$(reply '.hunts[0] | "\(.id) \(.state) \(.source.name) \(.actor) \(.duration_ms)"')"
# As the correlator leaves it.
sql "UPDATE hunt SET state = 'done', finished_at = now(), duration_ms = 12, indicators = 3 WHERE hunt_id = $hunt;
	INSERT INTO hunt_hit (company_id, hunt_id, indicator_id, kind, key, first_ts, last_ts, contacts)
	SELECT o.company_id, $hunt, i.indicator_id, o.kind, o.key, o.first_ts, o.last_ts, o.contacts FROM observable o
	JOIN indicator i ON i.value = CASE WHEN o.company_id = 1 THEN '203.0.113.9' WHEN o.kind = 1 THEN '192.0.2.0/24' ELSE 'bad.example' END"
get "/v1/hunts/$hunt"
shape 'one hunt' 200 'Hunt HuntPage' .
check_equal 'who was found, the latest contact first' '2 3:16:www.bad.example,192.0.2.77 1:5:203.0.113.9' \
	"$(reply '"\(.companies) \([.members[] | "\(.company_id):\(.contacts):\([.indicators[].met] | join(","))"] | join(" "))"')"
change POST /v1/hunts "{\"indicator_id\":$(indicator_id bad.example)}"
shape 'a hunt for one' 201 Hunt .
change POST /v1/hunts "{\"source_id\":$source}" -H 'Idempotency-Key: hunt'
check_equal 'a hunt for a source' '201 due' "$status $(reply .state)"
change POST /v1/hunts "{\"source_id\":$source}" -H 'Idempotency-Key: hunt'
check_equal 'the same key begins no other' '201 3' "$status $(sql 'SELECT count(*) FROM hunt')"
get '/v1/hunts?limit=2'
check_equal 'pages of hunts' "$hunt" "$(ids "/v1/hunts?limit=2&cursor=$(reply .next)" hunts)"
held_back=$(sql "SELECT indicator_id FROM indicator WHERE state = 'held_back'")
for bad in '{} /indicator_id' '{"indicator_id":1,"source_id":1} /source_id' '{"indicator_id":"1"} /indicator_id' "{\"indicator_id\":$held_back} /indicator_id"; do
	change POST /v1/hunts "${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
for none in '{"indicator_id":99999}' '{"source_id":99999}'; do
	change POST /v1/hunts "$none"
	check_equal "not there: $none" '404 not_found ' "$(refusal)"
done
revoked=$(indicator_id bad.example)
change POST "/v1/indicators/$revoked/revoke" '{"reason":"自社のドメイン"}'
check_equal 'revoked' '200 revoked 自社のドメイン' "$status $(reply '"\(.state) \(.state_reason)"')"
change POST "/v1/indicators/$revoked/revoke" '{"reason":"また"}'
check_equal 'once is enough' '200 自社のドメイン' "$status $(reply .state_reason)"
change POST /v1/indicators/99999/revoke '{"reason":"x"}'
check_equal 'revoking none' '404 not_found ' "$(refusal)"
change POST "/v1/indicators/$revoked/revoke" '{}'
check_equal 'revoking needs a reason' '400 invalid /reason' "$(refusal)"
feed='"source":"s","format":"plain","text":"203.0.113.9"'
for bad in '{"format":"plain","text":"x"} /source' '{"source":"s","text":"x"} /format' '{"source":"s","format":"csv","text":"x"} /format' \
	'{"source":"s","format":"stix","text":"{}"} /text' '{"source":"s","format":"plain","text":""} /text' "{$feed,\"confidence\":101} /confidence" \
	"{$feed,\"tlp\":\"blue\"} /tlp" "{$feed,\"valid_until\":\"2020-01-01T00:00:00Z\"} /valid_until" "{$feed,\"hunt\":\"yes\"} /hunt"; do
	change POST /v1/indicators "${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
check_equal 'nothing of a refused feed is kept' 0 "$(sql "SELECT count(*) FROM indicator_source WHERE name = 's'")"
check_equal 'the audit trail has it' 'hunt.create 2,indicator.import 2,indicator.revoke 1' \
	"$(sql "SELECT string_agg(action || ' ' || n, ',' ORDER BY action) FROM (SELECT action, count(*) AS n FROM audit WHERE action ~ '^(hunt|indicator)[.]' GROUP BY action) x")"
cookie=$viewer
change POST /v1/indicators "{$feed}"
check_equal 'a viewer imports nothing' '403 forbidden ' "$(refusal)"
cookie=$suzuki
for path in indicators "indicators/$revoked" indicator-sources hunts "hunts/$hunt"; do
	get "/v1/$path"
	check_equal "not for who is bound to one company: $path" '403 forbidden ' "$(refusal)"
done
# A feed of 3 MB: more than any other route takes, and not from where it may not come.
awk 'BEGIN { printf "{\"source\":\"large\",\"format\":\"plain\",\"hunt\":false,\"text\":\""; for (i = 0; i < 150000; i++) printf "h%d.bad.example\\n", i; print "\"}" }' >"$STATE/feed.json"
cookie=$tanaka
call POST /v1/indicators -H 'Content-Type: application/json' --data-binary "@$STATE/feed.json"
check_equal 'a large feed' '201 150000 0' "$status $(reply '"\(.added) \(.rejected)"')"
call POST /v1/hunts -H 'Content-Type: application/json' --data-binary "@$STATE/feed.json"
check_equal 'is too large for another route' '413 too_large ' "$(refusal)"
head -c 9000000 /dev/zero | tr '\0' ' ' >"$STATE/huge.json"
call POST /v1/indicators -H 'Content-Type: application/json' --data-binary "@$STATE/huge.json"
check_equal 'and there is an end to it' '413 too_large ' "$(refusal)"

# ----------------------------------------------------------------------------------------------------------------- mutes
soon=$(date -u -d '7 days' +%Y-%m-%dT%H:%M:%SZ)
cookie=$tanaka
preview() { # BODY: what came of it, in short
	change POST /v1/mutes/preview "$1"
	[ "$status" = 200 ] || { refusal && return; }
	reply '"\(.complete) \(.alerts) \(.detections) \(.already_muted) \(.company_count) \(.incidents_fully) \(.incidents_partly) \([.days[].alerts] | add) \(.sample | length)"'
}
scanner='"conditions":{"source.ip":"198.51.100.20"}'
# Of company 1, 20 of 40 alerts are the scanner's, one of which is muted: half of one incident.
check_equal 'a preview of one company' 'true 20 20 1 1 0 1 20 20' "$(preview "{\"scope\":\"company\",\"company_id\":1,$scanner}")"
change POST /v1/mutes/preview "{\"scope\":\"company\",\"company_id\":1,$scanner}"
shape 'a preview' 200 MutePreview .
shape 'its samples are alerts' 200 Alert '.sample[0]'
check_equal 'newest first' '61001 61039' "$(reply '"\(.sample[0].id) \(.sample[-1].id)"')"
check_equal 'it looked at no evidence, and nobody else' 40 "$(reply .examined)"
# Of company 3, 10 of 20: all that its incident is made of.
check_equal 'a whole incident' 'true 10 10 0 1 1 0 10 10' "$(preview "{\"scope\":\"company\",\"company_id\":3,$scanner}")"
# Even ones: 20, of which 10 stand for 2.
check_equal 'detections that alerts stand for' 'true 20 30 0 1 0 1 20 20' "$(preview '{"scope":"company","company_id":1,"conditions":{"source.ip":"203.0.113.77"}}')"
check_equal 'by modifiers' 'true 12 12' "$(preview '{"scope":"company","company_id":1,"conditions":{"source.ip|cidr":"198.51.100.0/24","signature|contains":["(1)","(11)","(13)","(15)","(17)","(19)","(3","(99"]}}' | cut -d' ' -f1-3)"
# Numbers 0 to 4 matched rule "one".
check_equal 'by the rule that matched' 'true 5 7' "$(preview '{"scope":"company","company_id":1,"conditions":{"rule.uid":"one"}}' | cut -d' ' -f1-3)"
check_equal 'either of two' 'true 22 24' "$(preview "{\"scope\":\"company\",\"company_id\":1,\"conditions\":[{\"source.ip\":\"198.51.100.20\"},{\"rule.uid\":\"one\",\"source.ip\":\"203.0.113.77\",\"repeat_count\":2}]}" | cut -d' ' -f1-3)"
check_equal 'nothing' 'true 0 0 0 0 0 0 0 0' "$(preview '{"scope":"company","company_id":1,"conditions":{"action":"removed"}}')"
check_equal 'many companies are not for an analyst' '403 forbidden ' "$(preview "{\"scope\":\"all\",$scanner}")"
cookie=$kato
# Companies 3 and 4: 10 of 20 each, which are all of their incidents. But one of each had met an indicator, and that a mute
# of several companies does not hide.
check_equal 'a preview of a group' 'true 18 18 0 2 0 2 18 18' "$(preview "{\"scope\":\"group\",\"group_tag\":\"VPN\",$scanner}")"
check_equal 'of all' 'true 37 37 1 3 0 3 37 20' "$(preview "{\"scope\":\"all\",$scanner}")"
check_equal 'of a group that nobody is in' 'true 0 0 0 0 0 0 0 0' "$(preview "{\"scope\":\"group\",\"group_tag\":\"none\",$scanner}")"
cookie=$suzuki
check_equal 'who is bound to one company asks for that' 'true 20 20' "$(preview "{\"scope\":\"company\",\"company_id\":1,$scanner}" | cut -d' ' -f1-3)"
check_equal 'and for no other' '404 not_found ' "$(preview "{\"scope\":\"company\",\"company_id\":3,$scanner}")"
cookie=$tanaka
check_equal 'of no company' '404 not_found ' "$(preview "{\"scope\":\"company\",\"company_id\":99,$scanner}")"
for bad in '{"conditions":{"action":"blocked"}} /scope' '{"scope":"some","conditions":{"action":"blocked"}} /scope' '{"scope":"company","conditions":{"action":"blocked"}} /company_id' \
	'{"scope":"company","company_id":"1","conditions":{"action":"blocked"}} /company_id' '{"scope":"company","company_id":1,"group_tag":"VPN","conditions":{"action":"blocked"}} /group_tag' \
	'{"scope":"company","company_id":1} /conditions' '{"scope":"company","company_id":1,"conditions":{}} /conditions' '{"scope":"company","company_id":1,"conditions":[]} /conditions' \
	'{"scope":"company","company_id":1,"conditions":[{}]} /conditions' '{"scope":"company","company_id":1,"conditions":"action"} /conditions' \
	'{"scope":"company","company_id":1,"conditions":{"colour":"red"}} /conditions' '{"scope":"company","company_id":1,"conditions":{"eve.dns.rrname":"x"}} /conditions' \
	'{"scope":"company","company_id":1,"conditions":{"action|regexp":"x"}} /conditions'; do
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(preview "${bad% *}")"
done
check_equal 'and why' true "$(reply '.errors[0].reason | test("regexp")')"

mute="\"kind\":\"mute\",\"scope\":\"company\",\"company_id\":1,\"reason\":\"保守業者のスキャン\",\"expires_at\":\"$soon\",$scanner"
change POST /v1/mutes "{$mute}" -H 'Idempotency-Key: mute'
shape 'a mute' 201 Mute .
check_equal 'what it is' 'active 保守業者のスキャン 田中 一郎 株式会社山田精機 198.51.100.20 0 null null' \
	"$(reply '"\(.state) \(.reason) \(.owner.display_name) \(.company) \(.conditions["source.ip"]) \(.hits) \(.last_hit_day) \(.ended_by)"')"
first=$(reply .id)
change POST /v1/mutes "{$mute}" -H 'Idempotency-Key: mute'
check_equal 'the same key makes one' "201 $first 1" "$status $(reply .id) $(sql 'SELECT count(*) FROM mute')"
change POST /v1/mutes "{$mute,\"starts_at\":\"$(date -u -d '1 day' +%Y-%m-%dT%H:%M:%SZ)\"}"
check_equal 'one for later' 'scheduled' "$(reply .state)"
later=$(reply .id)
change POST /v1/mutes "{\"kind\":\"mute\",\"scope\":\"all\",\"reason\":\"x\",\"expires_at\":\"$soon\",$scanner}"
check_equal 'an analyst mutes one company at a time' '403 forbidden ' "$(refusal)"
cookie=$kato
change POST /v1/mutes "{\"kind\":\"drill\",\"scope\":\"group\",\"group_tag\":\"VPN\",\"reason\":\"標的型メール訓練\",\"expires_at\":\"$soon\",$scanner}"
check_equal 'a lead announces a drill for a group' '201 drill VPN null' "$status $(reply '"\(.kind) \(.group_tag) \(.company_id)"')"
drill=$(reply .id)
far=$(date -u -d '400 days' +%Y-%m-%dT%H:%M:%SZ) ago=$(date -u -d '1 minute ago' +%Y-%m-%dT%H:%M:%SZ)
where='"scope":"company","company_id":1,"conditions":{"action":"blocked"}'
for bad in "{$where,\"reason\":\"x\",\"expires_at\":\"$soon\"} /kind" "{$where,\"kind\":\"odd\",\"reason\":\"x\",\"expires_at\":\"$soon\"} /kind" \
	"{$where,\"kind\":\"mute\",\"expires_at\":\"$soon\"} /reason" "{$where,\"kind\":\"mute\",\"reason\":\"\",\"expires_at\":\"$soon\"} /reason" \
	"{$where,\"kind\":\"mute\",\"reason\":\"x\"} /expires_at" "{$where,\"kind\":\"mute\",\"reason\":\"x\",\"expires_at\":\"tomorrow\"} /expires_at" \
	"{$where,\"kind\":\"mute\",\"reason\":\"x\",\"expires_at\":\"$ago\"} /expires_at" "{$where,\"kind\":\"mute\",\"reason\":\"x\",\"expires_at\":\"$far\"} /expires_at" \
	"{$where,\"kind\":\"mute\",\"reason\":\"x\",\"expires_at\":\"$soon\",\"starts_at\":\"$far\"} /expires_at"; do
	change POST /v1/mutes "${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
sql "INSERT INTO mute_day (company_id, mute_id, day, alerts) VALUES (1, $first, day_ago(2), 3), (1, $first, day_ago(0), 4),
	(3, $drill, day_ago(1), 10), (4, $drill, day_ago(1), 20), (4, $drill, day_ago(0), 1)"
get "/v1/mutes/$first"
shape 'one mute' 200 'Mute MutePage' .
check_equal 'its hits' "7 $(TZ=Asia/Tokyo date +%F) 3 4 1:株式会社山田精機:7" \
	"$(reply '"\(.hits) \(.last_hit_day) \([.days[].alerts | tostring] | join(" ")) \([.companies[] | "\(.company_id):\(.company):\(.alerts)"] | join(" "))"')"
get "/v1/mutes/$drill"
check_equal 'the hits of a drill' '31 30 1 4:21 3:10' "$(reply '"\(.hits) \([.days[].alerts | tostring] | join(" ")) \([.companies[] | "\(.company_id):\(.alerts)"] | join(" "))"')"
get /v1/mutes
check_equal 'mutes, newest first' "$drill $later $first" "$(reply '[.mutes[].id | tostring] | join(" ")')"
check_equal 'of one company' "$later $first" "$(ids '/v1/mutes?company=1' mutes)"
check_equal 'drills' "$drill" "$(ids '/v1/mutes?kind=drill' mutes)"
get '/v1/mutes?limit=2'
check_equal 'pages of mutes' "$first" "$(ids "/v1/mutes?limit=2&cursor=$(reply .next)" mutes)"
cookie=$suzuki
check_equal 'who is bound to one company sees its mutes' "$later $first" "$(ids /v1/mutes mutes)"
get "/v1/mutes/$drill"
check_equal 'and not those of a group' '404 not_found ' "$(refusal)"
cookie=$tanaka
call POST "/v1/mutes/$drill/end" -H 'Content-Type: application/json'
check_equal 'an analyst does not end what is of a group' '403 forbidden ' "$(refusal)"
call POST "/v1/mutes/$first/end" -H 'Content-Type: application/json'
check_equal 'ended by hand' '200 ended 田中 一郎 true' "$status $(reply '"\(.state) \(.ended_by.display_name) \(.ended_at != null)"')"
ended=$(reply .ended_at)
call POST "/v1/mutes/$first/end" -H 'Content-Type: application/json'
check_equal 'once is enough' "200 $ended" "$status $(reply .ended_at)"
call POST /v1/mutes/99999/end -H 'Content-Type: application/json'
check_equal 'no such mute' '404 not_found ' "$(refusal)"
sql "UPDATE mute SET starts_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE mute_id = $later"
check_equal 'what is over is listed when asked for' "$drill $later $first $drill $later $first" \
	"$(ids /v1/mutes mutes) $(ids '/v1/mutes?state=expired' mutes) $(ids '/v1/mutes?state=all' mutes)"
check_equal 'the audit trail has all of it' 'mute.create 3,mute.end 1' \
	"$(sql "SELECT string_agg(action || ' ' || n, ',' ORDER BY action) FROM (SELECT action, count(*) AS n FROM audit WHERE action LIKE 'mute.%' GROUP BY action) x")"
# Two previews at a time: a third waits for nobody.
mkfifo "$STATE/slow"
psql -X -q -d "$conninfo" <"$STATE/slow" >"$STATE/slow.out" 2>&1 &
exec 3>"$STATE/slow"
echo 'BEGIN; SELECT pg_advisory_xact_lock(1920298110), pg_advisory_xact_lock(1920298111);' >&3
both_held() { [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" -ge 2 ]; }
wait_until 10 both_held
check_equal 'a preview too many' '503 busy ' "$(preview "{\"scope\":\"company\",\"company_id\":1,$scanner}")"
echo 'COMMIT;' >&3
exec 3>&-
both_free() { [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 0 ]; }
wait_until 10 both_free
check_equal 'and then there is room again' true "$(preview "{\"scope\":\"company\",\"company_id\":1,$scanner}" | cut -d' ' -f1)"

# ------------------------------------------------------------------------------------------------------ a new rule set
rule() { # TITLE ID LEVEL [LINE OF THE SELECTION]
	printf 'title: %s\nid: %s\nlogsource: {product: suricata, service: alert}\ndetection:\n  selection:\n    %s\n  condition: selection\nlevel: %s\n' \
		"$1" "$2" "${4:-action: blocked}" "$3"
}
upload() { # FILE OF RULES: a body with it and the shipped mapping
	jq -n --rawfile fields "$top/config/rules/fields.yaml" --rawfile rules "$1" \
		'{files: [{name: "fields.yaml", text: $fields}, {name: "web/own.yml", text: $rules}, {name: "web/own.test.yml", text: "cases"}], note: "試し"}' >"$STATE/upload.json"
}
send() { # PATH [CURL ARGS]
	send_path=$1
	shift
	call POST "$send_path" -H 'Content-Type: application/json' --data-binary "@$STATE/upload.json" "$@"
}
cookie=$kato
{
	rule Probe 11111111-1111-4111-8111-111111111111 low
	echo ---
	rule Other 22222222-2222-4222-8222-222222222222 high 'source.ip|cidr: 198.51.100.0/24'
} >"$STATE/own.yml"
upload "$STATE/own.yml"
jq 'del(.note)' "$STATE/upload.json" >"$STATE/check.json"
call POST /v1/rule-sets/check -H 'Content-Type: application/json' --data-binary "@$STATE/check.json"
check_equal 'a set that loads' '200 true 2 0' "$status $(reply '"\(.loads) \(.rules) \(.problem_count)"')"
check_equal 'is not stored by the check' 3 "$(sql 'SELECT max(version) FROM rule_set')"
send /v1/rule-sets -H 'Idempotency-Key: rules'
shape 'a new version' 201 RuleSet .
check_equal 'what it has' '4 kato@example.jp 試し 2 2 true' "$(reply '"\(.version) \(.actor) \(.note) \(.files) \(.rules) \(.in_force)"')"
send /v1/rule-sets -H 'Idempotency-Key: rules'
check_equal 'the same key stores it once' '201 4 4' "$status $(reply .version) $(sql 'SELECT max(version) FROM rule_set')"
send /v1/rule-sets
check_equal 'the same set is no new version' '200 4 4' "$status $(reply .version) $(sql 'SELECT max(version) FROM rule_set')"
check_equal 'its rules are in force, the others no more' 'Other,Probe' \
	"$(sql "SELECT string_agg(title, ',' ORDER BY title) FROM rule WHERE last_version IS NULL AND kind = 'detection'")"
{
	rule Probe 11111111-1111-4111-8111-111111111111 low 'action|odd: blocked'
	echo ---
	rule Other 22222222-2222-4222-8222-222222222222 grave
} >"$STATE/own.yml"
upload "$STATE/own.yml"
send /v1/rule-sets
check_equal 'a set with problems' '422 rules_refused 2 web/own.yml true' \
	"$status $(reply '"\(.code) \(.problem_count) \([.problems[].file] | unique | join(",")) \([.problems[] | .line > 0] | all)"')"
check_equal 'is not stored' 4 "$(sql 'SELECT max(version) FROM rule_set')"
jq 'del(.note)' "$STATE/upload.json" >"$STATE/check.json"
call POST /v1/rule-sets/check -H 'Content-Type: application/json' --data-binary "@$STATE/check.json"
check_equal 'and the check says the same' '200 false 0 2' "$status $(reply '"\(.loads) \(.rules) \(.problem_count)"')"
for bad in '{} /files' '{"files":{}} /files' '{"files":[]} /files' '{"files":[{"name":"a.yml"}]} /files' '{"files":[{"name":"","text":"x"}]} /files' \
	'{"files":[{"name":"a.yml","text":"x","kind":"sigma"}]} /files' '{"files":[{"name":"README.md","text":"x"}]} /files' '{"files":[{"name":"a.yml","text":7}]} /files'; do
	change POST /v1/rule-sets "${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
check_equal 'the audit trail has it' 'rule set 4 kato@example.jp' "$(sql "SELECT subject || ' ' || actor FROM audit WHERE action = 'rules.load'")"
cookie=$tanaka
send /v1/rule-sets
check_equal 'an analyst changes no rules' '403 forbidden ' "$(refusal)"
call POST /v1/rule-sets/check -H 'Content-Type: application/json' --data-binary "@$STATE/check.json"
check_equal 'but may check them' 200 "$status"
cookie=$suzuki
call POST /v1/rule-sets/check -H 'Content-Type: application/json' --data-binary "@$STATE/check.json"
check_equal 'unless bound to one company' '403 forbidden ' "$(refusal)"

check_equal 'nothing unexpected in the log' '' "$(grep -E ' (ERROR|error) ' "$STATE/api.log" | head -n 3)"
finish
