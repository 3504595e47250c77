# shellcheck shell=sh
# What tests of the escalator share. Sourced behind server.sh, after server_prepare:
#
#   mail_start                 starts the mail receiver (mail_receiver.js) on $mail_port; what it takes: $mail/mails.jsonl
#   escalator_settings         the lines of the configuration that lead there; set server_settings to it before server_prepare
#   escalator_start [NAME]     hinomid --role=escalator by itself, log $STATE/NAME.log; sets $escalator_pid
#   escalator_ready NAME       it said that it is ready
#   people                     a lead, two analysts: $lead_id $one_id $two_id, each with a mail address NAME@example.jp
#   on_call SCHEDULE USER_ID   that person, always
#   policy ID JSON             replaces a policy
#   incident SEVERITY [COMPANY_ID [TITLE]]   an incident as the correlator would leave it, with its request; sets $incident_id
#   mails FILTER               what the receiver took that fits, by jq, one a line
#   mailed COUNT FILTER        true when there are so many of them, told apart by Message-ID
#   mailed_since COUNT FROM FILTER   of those behind line FROM

mail=$STATE/mail mail_port=$((PORT + 10))

mail_start() {
	mkdir -p "$mail"
	node "$top/tests/integration/mail_receiver.js" "$mail_port" "$mail" &
	receiver_pid=$!
	at_exit "kill $receiver_pid 2>/dev/null"
	: >"$mail/mails.jsonl"
	wait_until 10 test -e "$mail/ready"
}
# Shorter than a test would wait for.
escalator_settings() {
	cat <<CONF
escalator:
  smtp_url: smtp://127.0.0.1:$mail_port
  smtp_tls: none
  mail_from: soc@example.jp
  poll: 200ms
  lease: 1s
  send_timeout: 2s
  monthly_drill: false
CONF
}
escalator_start() {
	escalator_name=${1:-escalator}
	: >"$STATE/$escalator_name.log"
	"$BUILD/hinomid" --role=escalator --config="$STATE/hinomi.yaml" >>"$STATE/$escalator_name.log" 2>&1 </dev/null &
	escalator_pid=$!
}
escalator_ready() {
	grep -q ' ready$' "$STATE/$1.log"
}

person() { # person NAME ROLE: sets $person_id
	ctl user add --email "$1@example.jp" --role "$2" >/dev/null
	person_id=$(sql "SELECT user_id FROM app_user WHERE email = '$1@example.jp'")
}
people() {
	person lead lead
	lead_id=$person_id
	person one analyst
	one_id=$person_id
	person two analyst
	two_id=$person_id
}
on_call() {
	sql "UPDATE oncall_schedule SET version = version + 1, rules = '{\"layers\": [{\"name\": \"always\", \"people\": [$2],
		\"rotation\": {\"unit\": \"week\", \"start\": \"2026-01-05\", \"handover\": \"09:00\"}}]}' WHERE schedule_id = $1"
}
policy() {
	sql "UPDATE escalation_policy SET version = version + 1, rules = '$2' WHERE policy_id = $1"
}
incident() {
	incident_id=$(sql "WITH seq AS (INSERT INTO incident_seq AS s (company_id, last_no) VALUES (${2:-$company_id}, 1)
			ON CONFLICT (company_id) DO UPDATE SET last_no = s.last_no + 1 RETURNING last_no),
		made AS (INSERT INTO incident (company_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
			reason, alert_count, detection_count, blocked_count) SELECT ${2:-$company_id}, last_no, now(), now(), 'outbound',
			'command-and-control', $1, '${3:-An inside host talks to a control server}', '', 'base/1',
			'{\"anchor\": \"192.168.1.5\"}', 3, 3, 0 FROM seq RETURNING company_id, incident_id)
		SELECT incident_id FROM made")
	sql "BEGIN;
		INSERT INTO incident_clock (company_id, incident_id, event_at, received_at, raised_at, asked_at)
			VALUES (${2:-$company_id}, $incident_id, now(), now(), now(), now());
		INSERT INTO page_request (company_id, kind, subject_id, what, severity)
			VALUES (${2:-$company_id}, 'incident', $incident_id, 'raised', $1);
		NOTIFY hinomi_page;
		COMMIT"
}

mails() {
	jq -rc "select($1)" "$mail/mails.jsonl"
}
mailed() {
	[ "$(mails "$2" | jq -r .id | sort -u | grep -c .)" -eq "$1" ]
}
mailed_since() {
	[ "$(tail -n "+$(($2 + 1))" "$mail/mails.jsonl" | jq -rc "select($3) | .id" | sort -u | grep -c .)" -eq "$1" ]
}
