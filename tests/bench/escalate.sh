#!/bin/sh
# From an incident to its notice in the hands of a mail server, while 10,000 other pages are due, and how many messages a
# second go out. HINOMI_BENCH_PAGES, HINOMI_BENCH_INCIDENTS: other numbers.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/../integration/escalator.sh"

pages=${HINOMI_BENCH_PAGES:-10000} incidents=${HINOMI_BENCH_INCIDENTS:-200} duties=8
sink=$(command -v smtp-sink || echo /usr/sbin/smtp-sink)
server_settings="escalator:
  smtp_url: smtp://127.0.0.1:$mail_port
  smtp_tls: none
  mail_from: soc@example.jp
  monthly_drill: false"
server_prepare
# Takes every mail and forgets it.
"$top/scripts/unprivileged" "$STATE" "$sink" "127.0.0.1:$mail_port" 200 >"$STATE/sink.log" 2>&1 </dev/null &
at_exit "kill $! 2>/dev/null"
wait_until 10 listening "$mail_port" || give_up 'smtp-sink does not listen'

# A person, a policy and a company for each duty: pages of one policy that nobody answers would become one, and one person
# who is told too often gets a bundle.
person lead lead
routes='' n=0
while [ "$n" -lt "$duties" ]; do
	n=$((n + 1))
	person "duty$n" analyst
	ctl company add --name "Measured $n Ltd" >/dev/null
	measured=$(sql "SELECT max(company_id) FROM company")
	sql "INSERT INTO escalation_policy (policy_id, name, rules) VALUES (1000 + $n, 'duty $n',
		'{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": $person_id}]}], \"loops\": 1}')"
	routes="$routes, {\"name\": \"duty $n\", \"companies\": [$measured], \"policy\": $((1000 + n))}"
done
first=$((measured - duties))
sql "INSERT INTO escalation_route (version, rules) VALUES (2, '{\"routes\": [${routes#, }]}')"
echo "making $pages pages that are due"
sql "WITH rooms AS (INSERT INTO channel (name, kind, address, language) SELECT 'room ' || n, 'mail', 'room' || n || '@example.jp', 'en'
		FROM generate_series(1, $pages) n RETURNING channel_id),
	made AS (INSERT INTO page (kind, policy_id, policy, group_key, severity, noticed_severity, title, next_at, raised_at)
		SELECT 'report', 2, jsonb_build_object('steps', jsonb_build_array(jsonb_build_object('after', '0s', 'targets',
		jsonb_build_array(jsonb_build_object('channel', channel_id)))), 'loops', 1), 'room ' || channel_id, 2, 2, 'Another', now(), now()
		FROM rooms RETURNING page_id)
	INSERT INTO page_subject (company_id, page_id, kind, subject_id, severity, title, raised_at)
		SELECT 0, page_id, 'report', page_id, 2, 'Another', now() FROM made"
sql 'ANALYZE'

"$BUILD/hinomid" --role=escalator --config="$STATE/hinomi.yaml" >"$STATE/escalator.log" 2>&1 </dev/null &
engine=$!
at_exit "kill $engine 2>/dev/null"
sent() {
	sql "SELECT count(*) FROM outbox WHERE state = 'sent'"
}
some_sent() {
	[ "$(sent)" -ge 20 ]
}
wait_until 60 some_sent || give_up "nothing is sent: $(tail -n 3 "$STATE/escalator.log")"
started=$(now) before=$(sent)
n=0
while [ "$n" -lt "$incidents" ]; do
	# Whoever got a page answers at once, and has rested.
	sql "UPDATE page SET state = 'closed', next_at = NULL WHERE kind = 'incident' AND first_sent_at IS NOT NULL AND state <> 'closed';
		UPDATE page_subject SET settled_at = now() WHERE kind = 'incident' AND settled_at IS NULL
			AND page_id IN (SELECT page_id FROM page WHERE state = 'closed');
		UPDATE outbox SET created_at = created_at - interval '1 hour' WHERE user_id IS NOT NULL AND state = 'sent'
			AND created_at > now() - interval '30 minutes'"
	incident 1 "$((first + 1 + n % duties))"
	n=$((n + 1))
	sleep 0.15
done
all_handed_over() {
	[ "$(sql "SELECT count(*) FROM page WHERE kind = 'incident' AND first_sent_at IS NOT NULL")" -ge "$incidents" ]
}
wait_until 60 all_handed_over || give_up "only $(sql "SELECT count(*) FROM page WHERE kind = 'incident' AND first_sent_at IS NOT NULL") were handed over"
took=$(minus "$(now)" "$started") after=$(sent)
left=$(sql "SELECT count(*) FROM page WHERE kind = 'report' AND first_sent_at IS NULL")
[ "$left" -gt 0 ] || echo "no other page was due at the end: take more (HINOMI_BENCH_PAGES)"
echo "$incidents incidents in $took s, $left of $pages other pages still wait"
latency() {
	sql "SELECT percentile_disc($1) WITHIN GROUP (ORDER BY extract(epoch FROM o.sent_at - i.created_at))::float8 FROM incident i
		JOIN page_subject s ON s.company_id = i.company_id AND s.kind = 'incident' AND s.subject_id = i.incident_id
		JOIN outbox o ON o.page_id = s.page_id AND o.kind = 'page' AND o.state = 'sent'"
}
emit escalate handover_p95_s "$(latency 0.95)" s
emit escalate handover_p99_s "$(latency 0.99)" s
emit escalate messages_per_s "$(per "$(minus "$after" "$before")" "$took")" 1/s
