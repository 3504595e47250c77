#!/bin/sh
# What the api gives and takes, against a real PostgreSQL, correlator and curl: every shape against docs/openapi.yaml,
# pages while rows come in, filters, ECS, two analysts at one incident, notes, who sees what, and the live stream.
set -u
# shellcheck source=tests/integration/api.sh
. "$(dirname "$0")/api.sh"

tanaka='' sato='' viewer='' yamada=''
grouped() {
	[ "$(sql 'SELECT count(*) FROM work')" = 0 ]
}
come() { # arguments of alerts_come()
	sql "SELECT alerts_come($1)" >/dev/null
}

api_prepare api_data.sql || exit 1
start_role correlator
start_role api
wait_until 30 answers || {
	tail -n 20 "$STATE/api.log" >&2
	exit 1
}

# Two incidents of company 1, one of company 2; 500 alerts in all.
sql "DO \$\$ BEGIN
	PERFORM alerts_come(1, 1000, 300, now() - interval '3 hours', 101);
	PERFORM alerts_come(1, 2000, 100, now() - interval '1 minute', 102, 1, 'outbound');
	PERFORM alerts_come(2, 3000, 100, now() - interval '2 hours', 103);
	END \$\$" >/dev/null
wait_until 30 grouped || echo 'the correlator does not work'
sign_in tanaka@example.jp && tanaka=$cookie
sign_in sato@example.jp && sato=$cookie
sign_in viewer@example.jp && viewer=$cookie
sign_in yamada@example.jp && yamada=$cookie
check_equal 'four people are signed in' 4 "$(printf '%s\n' "$tanaka" "$sato" "$viewer" "$yamada" | grep -c __Host-sid=)"
cookie=$tanaka

# ---------------------------------------------------------------------------------------------------------------- shapes
get '/v1/alerts?limit=2'
check_equal 'alerts' "200 $(required Alert)raw " "$status $(members '.alerts[0] | del(.raw_base64)' | sed 's/raw //')raw "
check_equal 'an alert names its incident and company' 'true 株式会社山田精機 本社' \
	"$(reply '.alerts[0] | "\(.incident_id > 0 and .incident_no > 0) \(.company) \(.sensor)"')"
check_equal 'and how that stands' open "$(reply '.alerts[0].incident_state')"
check_equal 'its record came back' '{"flow_id":2099}' "$(reply '.alerts[0].raw')"
alert=$(reply '.alerts[0].id')
get '/v1/alerts?limit=1&raw=false'
check_equal 'alerts without records' "$(required Alert)" "$(members '.alerts[0]')"
get "/v1/alerts/$alert"
check_equal 'one alert' "200 $alert {\"flow_id\":2099}" "$status $(reply '"\(.id) \(.raw)"')"
get "/v1/alerts/$alert?format=ecs"
check_equal 'one alert, in ECS' '198.51.100.7 22 192.168.1.10 2001219 outbound T1595 株式会社山田精機 alert {"flow_id":2099}' \
	"$(reply '"\(.source.ip) \(.destination.port) \(.destination.ip) \(.rule.id) \(.network.direction) \(.threat.technique.id[0]) \(.organization.name) \(.event.kind) \(.event.original)"')"
check_equal 'ECS has a time' true "$(reply '."@timestamp" | test("^20[0-9-]+T[0-9:.]+Z$")')"
get '/v1/incidents'
check_equal 'incidents' "200 $(required Incident)" "$status $(members '.incidents[0]')"
check_equal 'newest activity first' '1:1:2 2:4:1 1:4:1' "$(reply '[.incidents[] | "\(.company_id):\(.severity):\(.no)"] | join(" ")')"
incident=$(reply '.incidents[0].id') foreign=$(reply '.incidents[1].id') older=$(reply '.incidents[2].id')
get "/v1/incidents/$incident"
check_equal 'one incident' "200 $(printf '%s\n' "$(required Incident)" "$(required IncidentPage)" | tr ' ' '\n' | grep . | sort | tr '\n' ' ')" \
	"$status $(members .)"
check_equal 'its counts, hosts and signature' '100 150 0 192.168.1.10 198.51.100.7 150 2001219 created' \
	"$(reply '"\(.alert_count) \(.detection_count) \(.blocked_count) \(.hosts.inside[0]) \(.hosts.outside[0]) \(.signatures[0].count) \(.signatures[0].signature_id) \(.timeline[0].kind)"')"
check_equal 'its version is its ETag' "\"$(reply .version)\"" "$(header ETag)"
get /v1/companies
check_equal 'companies' "200 $(required Company)" "$status $(members '.companies[0]')"
get /v1/companies/1
check_equal 'one company' '200 203.0.113.16/29 2026-01-01 null SECURITY ACTION 二つ星 true 2 2 1 600' \
	"$status $(reply '"\(.networks[0]) \(.spans[0].from) \(.spans[0].to) \(.tags[0]) \(.member) \(.sensors) \(.open_incidents) \(.open_grave) \(.detections_30d)"')"
get /v1/companies/1/summary
check_equal 'a summary' '200 30 600 2 2' \
	"$status $(reply '"\(.days | length) \([.days[].by_severity[]] | add) \(.open_incidents | length) \(.sensors | length)"')"
get /v1/sensors
check_equal 'sensors' "200 $(required Sensor)" "$status $(members '.sensors[0]')"
sql "UPDATE sensor_health SET hour = floor(extract(epoch FROM now()) / 3600)::bigint - 2,
	hours = (SELECT array_agg(n ORDER BY n) FROM generate_series(101, 124) n) WHERE sensor_id = 11"
get /v1/sensors
check_equal 'a day of hours, which two hours later is another' '24 103 124 0 0' \
	"$(reply '[.sensors[] | select(.id == 11).hours][0] | "\(length) \(.[0]) \(.[21]) \(.[22]) \(.[23])"')"
check_equal 'the hours of one that never spoke' '24 0' "$(reply '[.sensors[] | select(.id == 12).hours][0] | "\(length) \(add)"')"
get /v1/sensors/12
check_equal 'a sensor that never spoke' '200 new null null' "$status $(reply '"\(.state) \(.last_seen_at) \(.spool_bytes)"')"
get '/v1/metrics/detections?from=2026-01-01&to=2099-12-31'
check_equal 'a period too long' '400 invalid to' "$(refusal)"
year=$(date -u +%Y)
get "/v1/metrics/detections?from=$year-01-01&to=$year-12-31"
check_equal 'the detection table' "200 $(required DetectionTable)12 inbound total" \
	"$status $(members .)$(reply '"\(.rows | length) \(.rows[0].direction) \(.rows[0].engine)"')"
get "/v1/metrics/company-months?from=$year-01&to=$year-12&company=2"
check_equal 'company-months' '200 2 1 150' "$status $(reply '.rows[] | select(.incidents > 0) | "\(.company_id) \(.incidents) \(.detections)"')"

# ---------------------------------------------------------------------------------------------------------------- pages
# Rows come in front of the list, one batch for each page, while it is read.
pages() { # PATH LIST: ids in $STATE/ids
	: >"$STATE/ids"
	next='' arriving=${3-}
	while :; do
		get "$1${next:+&cursor=$next}"
		[ "$status" = 200 ] || break
		reply ".$2[].id" >>"$STATE/ids"
		next=$(reply '.next // ""')
		[ -n "$next" ] || break
		[ -z "$arriving" ] || { come "1, $arriving, 3, now(), 102, 1, 'outbound'" && arriving=$((arriving + 3)); }
	done
}
pages '/v1/alerts?limit=37&raw=false' alerts 4000
check_equal 'pages: 500 rows, none twice' '500 500' "$(wc -l <"$STATE/ids") $(sort -u "$STATE/ids" | wc -l)"
get '/v1/alerts?limit=37&raw=false'
check_equal 'the Link header is the next page' "</v1/alerts?limit=37&raw=false&cursor=$(reply .next)>; rel=\"next\"" "$(header Link)"
cursor=$(reply .next)
get "/v1/alerts?limit=37&raw=false&severity=1&cursor=$cursor"
check_equal 'a cursor is for its filter alone' '400 invalid cursor' "$(refusal)"
get "/v1/incidents?cursor=$cursor"
check_equal 'and for its list' '400 invalid cursor' "$(refusal)"
get "/v1/alerts?limit=37&raw=false&cursor=x$cursor"
check_equal 'and is ours' '400 invalid cursor' "$(refusal)"
wait_until 30 grouped
pages '/v1/incidents?limit=1&state=open,closed' incidents
check_equal 'pages of incidents' "$incident $foreign $older" "$(tr '\n' ' ' <"$STATE/ids" | sed 's/ $//')"
pages '/v1/incidents?limit=1&state=open,closed&sort=severity' incidents
check_equal 'pages of incidents, the gravest first' "$incident $foreign $older" "$(tr '\n' ' ' <"$STATE/ids" | sed 's/ $//')"
pages '/v1/incidents?limit=1&state=open,closed&sort=detections' incidents
check_equal 'pages of incidents, most detections first' "$older $incident $foreign" "$(tr '\n' ' ' <"$STATE/ids" | sed 's/ $//')"

# -------------------------------------------------------------------------------------------------------------- filters
count() { # PATH LIST
	get "$1"
	reply ".$2 | length"
}
check_equal 'by company' 100 "$(count '/v1/alerts?raw=false&limit=500&company=2' alerts)"
check_equal 'by incident' 300 "$(count "/v1/alerts?raw=false&limit=500&incident=$older" alerts)"
check_equal 'by sensor' 100 "$(count '/v1/alerts?raw=false&limit=500&sensor=21' alerts)"
check_equal 'by direction' inbound "$(get '/v1/alerts?raw=false&direction=inbound' && reply '[.alerts[].direction] | unique[]')"
check_equal 'this severity or graver' '1 3' "$(get '/v1/alerts?raw=false&limit=500&severity=4' && reply '[.alerts[].severity] | unique | join(" ")')"
check_equal 'by engine' 0 "$(count '/v1/alerts?raw=false&engine=antivirus' alerts)"
check_equal 'by action' 100 "$(count '/v1/alerts?raw=false&action=allowed' alerts)"
check_equal 'by an address' 100 "$(count '/v1/alerts?raw=false&company=2&limit=500&q=198.51.100.7' alerts)"
check_equal 'a percent sign is a percent sign' 100 "$(count '/v1/alerts?raw=false&company=2&limit=500&q=100%25%20_OK' alerts)"
check_equal 'and an underscore one' 0 "$(count '/v1/alerts?raw=false&q=100%25__ok' alerts)"
check_equal 'from a time on' 0 "$(count '/v1/alerts?raw=false&company=2&from=2099-01-01T00:00:00Z' alerts)"
check_equal 'until a day' 0 "$(count '/v1/alerts?raw=false&to=2020-12-31' alerts)"
check_equal 'a day includes its end' 100 "$(count "/v1/alerts?raw=false&company=2&limit=500&from=2020-01-01&to=$(TZ=Asia/Tokyo date +%Y-%m-%d)" alerts)"
check_equal 'incidents by number' "$older" "$(get '/v1/incidents?company=1&q=%231' && reply '[.incidents[].id | tostring] | join(" ")')"
check_equal 'how many of each severity, whatever is asked for' '1 1,0,0,2,0' \
	"$(get '/v1/incidents?severity=1&counts=true' && reply '"\(.incidents | length) \(.by_severity | map(tostring) | join(","))"')"
check_equal 'and within a filter' '0,0,0,1,0' "$(get '/v1/incidents?company=2&counts=true' && reply '.by_severity | map(tostring) | join(",")')"
check_equal 'without being asked there are no counts' null "$(get '/v1/incidents' && reply .by_severity)"
check_equal 'incidents by state, in both ways' "$(count '/v1/incidents?state=open&state=merged' incidents)" "$(count '/v1/incidents?state=open,merged' incidents)"
check_equal 'companies by number' 1 "$(get '/v1/companies?q=os-1000' && reply '.companies[].id')"
for bad in 'alerts?colour=red colour' 'alerts?severity=6 severity' 'alerts?limit=501 limit' 'alerts?limit=0 limit' \
	'alerts?company=x company' 'alerts?direction=up direction' 'alerts?from=yesterday from' 'alerts?from=0000-01-01T00:00:00Z from' \
	'alerts?from=2026-02-30 from' 'alerts?from=2026-02-02&to=2026-01-01 to' 'alerts?raw=yes raw' 'alerts?format=cef format' \
	'incidents?state=lost state' 'incidents?sort=title sort' 'incidents?counts=yes counts' 'metrics/detections?from=2026-01-01 to' 'metrics/detections?from=2026-1-01&to=2026-01-02 from' \
	'metrics/company-months?from=2026-01&to=2026-13 to' 'stream?topics=alerts,weather topics' 'alerts?limit=1&limit=2 limit'; do
	get "/v1/${bad% *}"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done

# ---------------------------------------------------------------------------------------------------------- raw records
come "1, 5000, 1, now() - interval '5 days', 0, 5, 'unknown', '\\x00ff00e38182'"
get '/v1/alerts/5000'
check_equal 'bytes that are not UTF-8 are replaced, and given as they are' '[65533,0,12354] /wDjgYI=' \
	"$(reply '"\(.raw | explode) \(.raw_base64)"')"
come "1, 5001, 1, now() - interval '5 days', 0, 5, 'unknown', '\\x01abcd'"
get '/v1/alerts/5001'
check_equal 'a damaged record does not hide its alert' '200 null' "$status $(reply '"\(.raw)"')"

# -------------------------------------------------------------------------------------------------- two at one incident
get "/v1/incidents/$incident"
tag=$(header ETag) version=$(reply .version)
change PATCH "/v1/incidents/$incident" '{"state":"acknowledged"}'
check_equal 'without If-Match' '428 condition_missing ' "$(refusal)"
change PATCH "/v1/incidents/$incident" '{"state":"acknowledged","owner_id":"me"}' -H "If-Match: $tag"
check_equal 'taken over' '200 acknowledged 田中 一郎' "$status $(reply '"\(.state) \(.owner.display_name)"')"
check_equal 'its version moved' "\"$((version + 1))\"" "$(header ETag)"
newer=$(header ETag)
cookie=$sato
change PATCH "/v1/incidents/$incident" '{"state":"closed","disposition":"false_positive"}' -H "If-Match: $tag"
check_equal 'the second one learns who was faster' '412 stale acknowledged 田中 一郎' \
	"$status $(reply '"\(.code) \(.current.state) \(.changed_by.display_name)"')"
change PATCH "/v1/incidents/$incident" '{"state":"closed"}' -H "If-Match: $newer"
check_equal 'closing needs a disposition' '400 invalid /disposition' "$(refusal)"
change PATCH "/v1/incidents/$incident" '{"state":"contained","disposition":"benign_positive"}' -H "If-Match: $newer"
check_equal 'and only closing takes one' '400 invalid /disposition' "$(refusal)"
for bad in '{"state":"merged"} /state' '{"state":7} /state' '{} /state' '{"owner_id":999} /owner_id' '{"owner_id":true} /owner_id' \
	'{"disposition":"odd"} /disposition' '{"colour":"red"} /colour' "{\"owner_id\":3} /owner_id"; do
	change PATCH "/v1/incidents/$incident" "${bad% *}" -H "If-Match: $newer"
	check_equal "refused: ${bad% *}" "400 invalid ${bad##* }" "$(refusal)"
done
change PATCH "/v1/incidents/$incident" '{"state":"closed","disposition":"true_positive","close_reason":"端末を隔離"}' -H "If-Match: $newer"
check_equal 'closed' '200 closed true_positive 端末を隔離 true' \
	"$status $(reply '"\(.state) \(.disposition) \(.close_reason) \(.closed_at != null)"')"
newer=$(header ETag)
change PATCH "/v1/incidents/$incident" '{"state":"closed"}' -H "If-Match: $newer"
check_equal 'what changes nothing moves nothing' "200 $newer" "$status $(header ETag)"
change PATCH "/v1/incidents/$incident" '{"state":"open","owner_id":null}' -H "If-Match: $newer"
check_equal 'opened again, with nothing left of the closing' '200 open null null null null' \
	"$status $(reply '"\(.state) \(.disposition) \(.close_reason) \(.closed_at) \(.owner)"')"
get "/v1/incidents/$incident"
check_equal 'the timeline tells it' '2:owner 2:state 3:state 3:owner 3:state' \
	"$(reply '[.timeline[] | select(.user) | "\(if .user.display_name == "田中 一郎" then 2 else 3 end):\(.kind)"] | join(" ")')"
check_equal 'and so does the audit trail' 'tanaka@example.jp sato@example.jp sato@example.jp' \
	"$(sql "SELECT string_agg(actor, ' ' ORDER BY audit_id) FROM audit WHERE action = 'incident.change' AND subject = 'incident $incident' AND company_id = 1")"
sql "UPDATE incident SET state = 'merged', merged_into = $incident WHERE incident_id = $older"
get "/v1/incidents/$older"
change PATCH "/v1/incidents/$older" '{"state":"open"}' -H "If-Match: $(header ETag)"
check_equal 'a merged one stays as it is' '409 merged ' "$(refusal)"
check_equal 'and is listed only when asked for' '0 1' \
	"$(count "/v1/incidents?company=1&q=%231" incidents) $(count "/v1/incidents?company=1&q=%231&state=merged" incidents)"
sql "UPDATE incident SET state = 'open', merged_into = NULL WHERE incident_id = $older"

# ---------------------------------------------------------------------------------------------------------------- notes
cookie=$tanaka
change POST "/v1/incidents/$incident/notes" '{"text":"電話した\n折り返し待ち"}' -H 'Idempotency-Key: one'
check_equal 'a note' "201 $(required TimelineEntry)note 田中 一郎" "$status $(members .)$(reply '"\(.kind) \(.user.display_name)"')"
cp "$STATE/body" "$STATE/first"
change POST "/v1/incidents/$incident/notes" '{"text":"電話した\n折り返し待ち"}' -H 'Idempotency-Key: one'
check_equal 'the same key gives the same answer' "201 $(cat "$STATE/first")" "$status $(cat "$STATE/body")"
change POST "/v1/incidents/$incident/notes" '{"text":"別の"}' -H 'Idempotency-Key: one'
check_equal 'but not to another text' '422 idempotency_key_reused ' "$(refusal)"
get "/v1/incidents/$incident"
check_equal 'it is there once' 1 "$(reply '[.timeline[] | select(.kind == "note")] | length')"
change POST "/v1/incidents/$incident/notes" '{"text":""}'
check_equal 'an empty note' '400 invalid /text' "$(refusal)"
change POST "/v1/incidents/$incident/notes" "{\"text\":\"$(head -c 10001 /dev/zero | tr '\0' n)\"}"
check_equal 'too long a note' '400 invalid /text' "$(refusal)"
cookie=$viewer
change POST "/v1/incidents/$incident/notes" '{"text":"x"}'
check_equal 'a viewer writes none' '403 forbidden ' "$(refusal)"

# --------------------------------------------------------------------------------------------------------- who sees what
cookie=$yamada
check_equal 'a member sees the own company' '1 1' "$(get '/v1/companies' && reply '[.companies[].id] | join(" ")') $(get '/v1/alerts?limit=500&raw=false' && reply '[.alerts[].company_id] | unique | join(" ")')"
check_equal 'incidents too' 1 "$(get '/v1/incidents' && reply '[.incidents[].company_id] | unique | join(" ")')"
check_equal 'sensors too' '11 12' "$(get '/v1/sensors' && reply '[.sensors[].id] | sort | join(" ")')"
check_equal 'and its own figures' 1 "$(get "/v1/metrics/detections?from=$year-01-01&to=$year-12-31" && reply .monitored_companies)"
for path in alerts?company=2 alerts?sensor=21 "alerts?incident=$foreign" alerts/3000 alerts/3000?company=2 incidents?company=2 \
	"incidents/$foreign" companies/2 companies/2/summary sensors?company=2 sensors/21 \
	"metrics/company-months?from=$year-01&to=$year-02&company=2" companies/999 alerts/999999 incidents/999999 sensors/999; do
	get "/v1/$path"
	check_equal "not there for a member: $path" '404 not_found ' "$(refusal)"
done
change PATCH "/v1/incidents/$incident" '{"state":"closed"}' -H 'If-Match: "1"'
check_equal 'a member changes nothing' '403 forbidden ' "$(refusal)"
cookie=$tanaka
get '/v1/alerts?company=999'
check_equal 'no such company' '404 not_found ' "$(refusal)"

# ----------------------------------------------------------------------------------------------------------- the stream
stream() { # FILE COOKIE QUERY [CURL ARGS]: sets $streaming
	stream_file=$1 stream_cookie=$2 stream_query=$3
	shift 3
	curl -k -sS -N -D "$stream_file.head" -H "Cookie: $stream_cookie" "$@" \
		"https://127.0.0.1:$api_port/v1/stream$stream_query" >"$stream_file" 2>/dev/null &
	streaming=$!
	at_exit "kill $streaming 2>/dev/null || true"
}
events() { # FILE NAME: their data, one per line
	awk -v name="event: $2" '$0 == name { yes = 1; next } /^event: / { yes = 0 } yes && /^data: / { print substr($0, 7) }' "$1"
}
seen() { # FILE NAME JQ CONDITION
	events "$1" "$2" | jq -e -s "any(.[]; $3)" >/dev/null
}
begun() {
	grep -q '^:hb' "$1"
}
stream "$STATE/all" "$tanaka" ''
all=$streaming
stream "$STATE/yamada" "$yamada" ''
stream "$STATE/incidents" "$sato" '?topics=incidents'
wait_until 10 begun "$STATE/all" && wait_until 10 begun "$STATE/yamada" && wait_until 10 begun "$STATE/incidents"
check_equal 'a stream is one' 'text/event-stream no-store no' "$(tr -d '\r' <"$STATE/all.head" | sed -nE 's/^(content-type|cache-control|x-accel-buffering): //Ip' | sort -r | tr '\n' ' ' | sed 's/ $//')"
wait_until 10 seen "$STATE/all" counts '.open_by_severity == [1,0,0,2,0]'
check_equal 'it begins with the figures' '[1,0,0,2,0]' "$(events "$STATE/all" counts | jq -c -s '.[-1].open_by_severity')"
check_equal 'a member has its own' '[1,0,0,1,0]' "$(events "$STATE/yamada" counts | jq -c -s '.[-1].open_by_severity')"
come "1, 6000, 2, now(), 102, 1, 'outbound'"
come "2, 7000, 1, now(), 103"
wait_until 10 seen "$STATE/all" alert.upsert '.alert.id == 6001' && wait_until 10 seen "$STATE/all" alert.upsert '.alert.id == 7000 and .ver == 2'
check_equal 'an alert comes' "$(required Alert)" "$(events "$STATE/all" alert.upsert | jq -r -s '.[0].alert | keys_unsorted[]' | sort | tr '\n' ' ')"
wait_until 10 seen "$STATE/all" alert.upsert ".alert.id == 6001 and .ver == 2 and .alert.incident_id == $incident"
check_equal 'and then its incident is known' "$incident" "$(events "$STATE/all" alert.upsert | jq -s '[.[] | select(.alert.id == 6001)][-1].alert.incident_id')"
wait_until 10 seen "$STATE/all" incident.upsert ".incident.id == $incident and .by == null and .op == \"alert\""
check_equal 'the incident comes too' "$(required Incident)" "$(events "$STATE/all" incident.upsert | jq -r -s '.[0].incident | keys_unsorted[]' | sort | tr '\n' ' ')"
cookie=$sato
get "/v1/incidents/$incident"
change PATCH "/v1/incidents/$incident" '{"state":"acknowledged","owner_id":"me"}' -H "If-Match: $(header ETag)"
check_equal 'a colleague acts' 200 "$status"
wait_until 10 seen "$STATE/all" incident.upsert '.by == "佐藤 恵" and .op == "state" and .incident.state == "acknowledged"'
check_equal 'and everybody sees who did what' "$(reply .version)" \
	"$(events "$STATE/all" incident.upsert | jq -s '[.[] | select(.by == "佐藤 恵" and .op == "state")][-1].ver')"
change POST "/v1/incidents/$incident/notes" '{"text":"見ています"}'
wait_until 10 seen "$STATE/incidents" incident.upsert '.op == "note" and .by == "佐藤 恵"'
check_equal 'a note is announced' true "$(events "$STATE/incidents" incident.upsert | jq -s '[.[] | select(.op == "note")][-1] | .ver == .incident.version')"
sql "UPDATE sensor SET state = 'late' WHERE sensor_id = 11;
	INSERT INTO change (company_id, kind, id_from, id_to) VALUES (1, 'sensor', 11, 11); NOTIFY hinomi_change"
wait_until 10 seen "$STATE/all" sensor.upsert '.sensor.id == 11 and .sensor.state == "late"'
check_equal 'a sensor comes' "$(required Sensor)" "$(events "$STATE/all" sensor.upsert | jq -r -s '.[-1].sensor | keys_unsorted[]' | sort | tr '\n' ' ')"
wait_until 10 seen "$STATE/yamada" sensor.upsert '.sensor.id == 11'
check_equal 'a member never hears of others' '' "$(events "$STATE/yamada" alert.upsert | jq -r '.alert.company_id' | grep -v '^1$')$(events "$STATE/yamada" incident.upsert | jq -r '.incident.company_id' | grep -v '^1$')"
check_equal 'who asked for incidents gets those' 'counts incident.upsert' "$(sed -n 's/^event: //p' "$STATE/incidents" | sort -u | tr '\n' ' ' | sed 's/ $//')"
check_equal 'server_time is in every event' 0 "$(grep '^data: ' "$STATE/all" | grep -cv '"server_time":"20')"

# A slow transaction: its change has a lower number than those seen before it.
mkfifo "$STATE/slow"
psql -X -q -d "$conninfo" <"$STATE/slow" >"$STATE/slow.out" 2>&1 &
exec 3>"$STATE/slow"
echo "BEGIN; SELECT alerts_come(1, 8000, 1, now(), 102, 1, 'outbound');" >&3
slow_waits() { [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE '%8000%'")" = 1 ]; }
wait_until 10 slow_waits
come "1, 8100, 1, now(), 102, 1, 'outbound'"
wait_until 10 seen "$STATE/all" alert.upsert '.alert.id == 8100'
check_equal 'what is not committed does not come' 1 "$(seen "$STATE/all" alert.upsert '.alert.id == 8000' && echo 0 || echo 1)"
echo 'COMMIT;' >&3
exec 3>&-
wait_until 10 seen "$STATE/all" alert.upsert '.alert.id == 8000'
check_equal 'a slow transaction is not overlooked' 0 "$(seen "$STATE/all" alert.upsert '.alert.id == 8000' && echo 0 || echo 1)"

# Away and back: nothing between is missing, nothing before comes again.
last=$(sed -n 's/^id: //p' "$STATE/all" | tail -n 1)
kill "$all" && wait "$all" 2>/dev/null
come "1, 9000, 5, now(), 102, 1, 'outbound'"
wait_until 30 grouped
stream "$STATE/back" "$tanaka" "?cursor=$last&topics=alerts"
stream "$STATE/header" "$tanaka" '?topics=alerts' -H "Last-Event-ID: $last"
for file in back header; do
	wait_until 10 seen "$STATE/$file" alert.upsert '.alert.id == 9004'
	check_equal "back by its cursor ($file)" '9000 9001 9002 9003 9004' "$(events "$STATE/$file" alert.upsert | jq -r 'select(.alert.id >= 9000) | .alert.id' | sort -u | tr '\n' ' ' | sed 's/ $//')"
	check_equal "and no reset ($file)" 0 "$(grep -c '^event: reset' "$STATE/$file")"
done
cookie=$tanaka
get '/v1/alerts?limit=1&raw=false'
from=$(header X-Stream-Cursor)
come "1, 9100, 1, now(), 102, 1, 'outbound'"
stream "$STATE/listed" "$tanaka" "?cursor=$from"
wait_until 10 seen "$STATE/listed" alert.upsert '.alert.id == 9100'
check_equal 'nothing is lost between a list and its stream' 0 "$(seen "$STATE/listed" alert.upsert '.alert.id == 9100' && echo 0 || echo 1)"
stream "$STATE/foreign" "$tanaka" '?cursor=00000000-5'
has_reset() { grep -q '^event: reset' "$1"; }
wait_until 10 has_reset "$STATE/foreign"
check_equal 'a cursor of another run: reset' 1 "$(grep -c '^event: reset' "$STATE/foreign")"

# More than anybody reads one by one.
come "1, 20000, 6000, now(), 102, 1, 'outbound'"
wait_until 10 has_reset "$STATE/listed"
check_equal 'a flood is a reset' 1 "$(grep -c '^event: reset' "$STATE/listed")"
check_equal 'not thousands of events' t "$([ "$(events "$STATE/listed" alert.upsert | wc -l)" -lt 100 ] && echo t)"
wait_until 30 grouped

# What takes too long to find is refused in words that help, and is no failure of the server. Something makes it slow:
sql "ALTER ROLE hinomi_api SET statement_timeout = '300ms'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity
	WHERE usename = 'hinomi_api'" >/dev/null
wait_until 30 answers
psql -X -q -d "$conninfo" -c 'BEGIN' -c 'LOCK TABLE alert IN ACCESS EXCLUSIVE MODE' -c 'SELECT pg_sleep(600)' >/dev/null 2>&1 &
slow=$!
held() { [ "$(sql "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'alert'::regclass")" = 1 ]; }
wait_until 10 held
cookie=$tanaka
get '/v1/alerts?q=anything'
check_equal 'a search that takes too long' '400 too_slow' "$status $(reply .code)"
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid();
	ALTER ROLE hinomi_api SET statement_timeout = '30s'" >/dev/null
wait "$slow"

# The database goes away and comes back: the streams stay, and are told to load again or go on without a gap.
stream "$STATE/stays" "$tanaka" ''
stays=$streaming
wait_until 10 begun "$STATE/stays"
database_kill
database_start >/dev/null
wait_until 30 answers
# Whichever worker gets it: none fails a request because its connection is of the time before.
refused=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	get /v1/me
	[ "$status" = 200 ] || refused=$((refused + 1))
done
check_equal 'the database is back, and no request meets an old connection' 0 "$refused"
come "1, 30000, 1, now(), 102, 1, 'outbound'"
wait_until 30 seen "$STATE/stays" alert.upsert '.alert.id == 30000'
check_equal 'a stream outlives the database' 0 "$(kill -0 "$stays" && seen "$STATE/stays" alert.upsert '.alert.id == 30000' && echo 0 || echo 1)"

# The end of a session is the end of its streams.
sql "DELETE FROM session WHERE token_sha256 = sha256('${sato#__Host-sid=}')"
ended() { grep -q '^event: bye' "$1"; }
wait_until 40 ended "$STATE/incidents"
check_equal 'a session that is gone: bye' 1 "$(grep -c '^event: bye' "$STATE/incidents")"
cookie=$yamada
stream "$STATE/out" "$yamada" ''
wait_until 10 begun "$STATE/out"
call DELETE /v1/session -H 'Content-Type: application/json'
wait_until 10 ended "$STATE/out"
check_equal 'who signs out: bye at once' '204 1' "$status $(grep -c '^event: bye' "$STATE/out")"
sql "UPDATE app_user SET scope_company = 2 WHERE email = 'tanaka@example.jp'"
wait_until 40 ended "$STATE/stays"
check_equal 'who may see less now: bye' 1 "$(grep -c '^event: bye' "$STATE/stays")"
kill "$started"
wait "$started"
check_equal 'the api ends in good order' 0 "$?"
check_equal 'and has not stumbled' '' "$(grep -E 'ERROR|Sanitizer|runtime error' "$STATE/api.log")"
finish
