#!/bin/sh
# Mail that comes in, through hinomictl into a real database: letters become tickets or go on with theirs, notices that came
# back are marked and taken elsewhere, machines are ignored, and a mail server is told to keep what cannot be taken in now.
set -eu
. "$(dirname "$0")/lib.sh"

case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
database_start
mkdir -p "$STATE/server"
cat >"$STATE/hinomi.yaml" <<CONF
state_dir: $STATE/server
database:
  conninfo: $conninfo
CONF
export HINOMI_CONFIG="$STATE/hinomi.yaml" HINOMI_SCHEMA="$top/schema"

# receive [OPTIONS]: takes in the mail on standard input; prints what hinomictl says
receive() {
	"$BUILD/hinomictl" mail receive "$@" 2>&1
}
# letter ID FROM SUBJECT TEXT [HEADER...]
letter() {
	printf 'Message-ID: <%s>\r\nFrom: %s\r\nTo: desk@example.jp\r\nSubject: %s\r\n' "$1" "$2" "$3"
	letter_text=$4
	shift 4
	for header in "$@"; do printf '%s\r\n' "$header"; done
	printf '\r\n%s\r\n' "$letter_text"
}
# report ACTION STATUS ID: a delivery report with the headers of the mail that came back
report() {
	printf 'From: MAILER-DAEMON@mx.example.com\r\nMessage-ID: <%s.%s@mx>\r\nAuto-Submitted: auto-replied\r\nSubject: Undelivered\r\n' "$1" "$3"
	printf 'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
	printf -- '--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n'
	printf 'Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; x@example.com\r\nAction: %s\r\nStatus: %s\r\n' "$1" "$2"
	printf 'Diagnostic-Code: smtp; 550 5.1.1 No such person\r\n'
	printf -- '--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID:\r\n <%s@example.jp>\r\n--b--\r\n' "$3"
}

"$BUILD/hinomictl" migrate >/dev/null
"$BUILD/hinomictl" operator name 見本商工会議所 >/dev/null
sql "INSERT INTO company (company_id, operator_id, name) OVERRIDING SYSTEM VALUE SELECT 1, operator_id, '甲社' FROM operator;
INSERT INTO company_contact (company_id, contact_id, name, email) VALUES (1, 11, '田中', 'tanaka@kou.example');
INSERT INTO app_user (user_id, email, display_name, role, setup_sha256, setup_expires_at)
    VALUES (101, 'sato@example.jp', '佐藤', 'analyst', sha256('a'), now() + interval '1 day');
INSERT INTO channel (channel_id, user_id, position, name, kind, address) VALUES
    (201, 101, 1, 'first', 'mail', 'sato@old.example'), (202, 101, 2, 'second', 'mail', 'sato@new.example');
INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                      reason, alert_count, detection_count, blocked_count)
    VALUES (1, 9001, 1, now(), now(), 'outbound', 'command_and_control', 1, 'Beacon', 'key', 'rule', 'reason', 1, 1, 1);
INSERT INTO page (page_id, kind, policy_id, policy, group_key, severity, title, noticed_severity, raised_at)
    SELECT 7, 'incident', 1, rules, 'g', 1, 'Beacon', 1, now() FROM escalation_policy WHERE policy_id = 1;
INSERT INTO page_subject (company_id, page_id, kind, subject_id, severity, title, raised_at)
    VALUES (1, 7, 'incident', 9001, 1, 'Beacon', now());
INSERT INTO outbox (outbox_id, kind, page_id, identity, priority, user_id, contact_company_id, contact_id, channel_id,
                    channel_kind, address, language, facts, state, attempts, sent_at) VALUES
    ('01890a5d-ac96-774b-bcce-b302099a8001', 'page', 7, 'a', 1, 101, NULL, NULL, 201, 'mail', 'sato@old.example', 'ja', '{}', 'sent', 1, now()),
    ('01890a5d-ac96-774b-bcce-b302099a8002', 'member', 7, 'b', 1, NULL, 1, 11, NULL, 'mail', 'tanaka@kou.example', 'ja', '{}', 'sent', 2, now()),
    ('01890a5d-ac96-774b-bcce-b302099a8003', 'answered', 7, 'c', 5, 101, NULL, NULL, 202, 'mail', 'sato@new.example', 'ja', '{}', 'sent', 1, now());"

# ------------------------------------------------------------------------------------------------ letters

check_equal 'a letter becomes a ticket' 'opened HD-1' "$(letter l1@kou.example 'Tanaka <Tanaka@kou.example>' 'A strange mail' 'Is it real?' | receive)"
check_equal 'of the company whose contact wrote it' '1|11|mail|A strange mail|Is it real?' \
	"$(sql 'SELECT company_id, contact_id, channel, subject, body FROM ticket WHERE ticket_id = 1')"
check_equal 'the same mail again' 'ignored: it was taken in before' "$(letter l1@kou.example tanaka@kou.example 'A strange mail' 'Is it real?' | receive)"
check_equal 'an answer to it goes on with it' 'added to HD-1' "$(letter l2@kou.example tanaka@kou.example 'Re: A strange mail' 'Well?' 'In-Reply-To: <l1@kou.example>' | receive)"
check_equal 'and one that names it' 'added to HD-1' "$(letter l3@kou.example tanaka@kou.example 'Re: [HD-1] A strange mail' 'Hello?' | receive)"
check_equal 'not one that a stranger guessed' 'opened HD-2' "$(letter l4@evil.example mallory@evil.example 'Re: [HD-1] A strange mail' 'Give me all' | receive)"
check_equal 'who is of no company' '' "$(sql 'SELECT company_id FROM ticket WHERE ticket_id = 2')"
check_equal 'Japanese as it was sent' 'opened HD-3' "$({
	printf 'Message-ID: <l5@kou.example>\r\nFrom: tanaka@kou.example\r\nSubject: =?ISO-2022-JP?B?%s?=\r\n' "$(printf '不審なメール' | iconv -t ISO-2022-JP | base64)"
	printf 'Content-Type: text/plain; charset=ISO-2022-JP\r\nContent-Transfer-Encoding: 7bit\r\n\r\n'
	printf '添付を開いてしまいました。\n' | iconv -t ISO-2022-JP
} | receive)"
check_equal 'Japanese as it is read' '不審なメール|添付を開いてしまいました。' "$(sql 'SELECT subject, body FROM ticket WHERE ticket_id = 3')"
check_equal 'without a Message-ID it is known by what it says' 'opened HD-4 ignored: it was taken in before' \
	"$(printf 'From: a@b.example\r\nSubject: x\r\n\r\ny\r\n' | receive) $(printf 'From: a@b.example\r\nSubject: x\r\n\r\ny\r\n' | receive)"
check_equal 'without a subject' 'opened HD-5' "$(printf 'From: a@b.example\r\n\r\nz\r\n' | receive)"
check_equal 'twenty megabytes' 'opened HD-6' "$({
	printf 'From: a@b.example\r\nSubject: big\r\nContent-Type: text/plain\r\n\r\n'
	yes 'all work and no play' | head -c 20000000
} | receive)"
check_equal 'of which the beginning is kept' t "$(sql 'SELECT length(body) BETWEEN 40000 AND 50000 FROM ticket WHERE ticket_id = 6')"

# ------------------------------------------------------------------------------------------------ machines

check_equal 'an absence notice' 'ignored: no person wrote it' \
	"$(letter v1@kou.example tanaka@kou.example 'Away' 'I am away' 'Auto-Submitted: auto-replied' | receive --recipient bounces+01890a5dac96774bbcceb302099a8001@example.jp)"
check_equal 'a delay is not a return' 'ignored: no person wrote it' "$(report delayed 4.4.1 01890a5d-ac96-774b-bcce-b302099a8001 | receive)"
check_equal 'neither marks a notice' 0 "$(sql 'SELECT count(*) FROM outbox WHERE bounced_at IS NOT NULL')"

# ------------------------------------------------------------------------------------------------ notices that came back

check_equal 'a page that came back, by the address' 'a notice came back' \
	"$(report failed 5.1.1 nothing | receive --recipient bounces+01890a5dac96774bbcceb302099a8001@example.jp)"
check_equal 'is not sent after all' 'failed|t|smtp; 550 5.1.1 No such person' \
	"$(sql "SELECT state, bounced_at IS NOT NULL, last_error FROM outbox WHERE identity = 'a'")"
check_equal 'stands in the delivery log' 'bounced|550|2' \
	"$(sql "SELECT outcome, code, n FROM attempt WHERE outbox_id = '01890a5d-ac96-774b-bcce-b302099a8001'")"
check_equal 'and in the timeline of the page' 'failed|true|佐藤' \
	"$(sql "SELECT kind, body ->> 'bounced', body ->> 'to' FROM page_event WHERE page_id = 7")"
check_equal 'its channel is switched off' 'f|mail came back: smtp; 550 5.1.1 No such person' \
	"$(sql 'SELECT enabled, disabled_why FROM channel WHERE channel_id = 201')"
check_equal 'the next channel of the person is tried' 'sato@new.example|pending|2' \
	"$(sql "SELECT address, state, attempt_of FROM outbox WHERE identity LIKE 'a %'")"
check_equal 'once' 'ignored: it came back before 1' \
	"$(report failed 5.1.1 01890a5d-ac96-774b-bcce-b302099a8001 | receive) $(sql "SELECT count(*) FROM outbox WHERE identity LIKE 'a %'")"
sql "UPDATE page SET next_at = now() + interval '1 hour' WHERE page_id = 7"
check_equal 'a notice to a member, by the Message-ID' 'a notice came back' \
	"$(report failed 5.1.1 01890a5d-ac96-774b-bcce-b302099a8002 | receive)"
check_equal 'the contact is marked' t "$(sql 'SELECT bounced_at IS NOT NULL FROM company_contact WHERE contact_id = 11')"
check_equal 'nobody else is to be tried there: the next step of the page is taken now' t "$(sql 'SELECT next_at <= now() FROM page WHERE page_id = 7')"
check_equal 'and the incident tells' 'notice|true' \
	"$(sql "SELECT kind, body ->> 'bounced' FROM incident_event WHERE incident_id = 9001")"
check_equal 'given up after days' 'a notice came back' "$(report failed 4.4.7 01890a5d-ac96-774b-bcce-b302099a8003 | receive)"
check_equal 'is not gone: the channel stays on' t "$(sql 'SELECT enabled FROM channel WHERE channel_id = 202')"
check_equal 'nothing of ours' 'ignored: no notice of ours came back' "$(report failed 5.1.1 01890a5d-ac96-774b-bcce-b302099a8fff | receive)"
check_equal 'no ticket came of all that' 6 "$(sql 'SELECT count(*) FROM ticket')"

# ------------------------------------------------------------------------------------------------ what a mail server is told

check_fails 'no mail at all: given back' 1 'no mail on standard input' "$BUILD/hinomictl" mail receive </dev/null
database_stop
letter l9@kou.example tanaka@kou.example 'Help' 'Help' >"$STATE/mail"
check_fails 'the database is away: kept and tried again' 75 'database: ' "$BUILD/hinomictl" mail receive <"$STATE/mail"
database_start
check_equal 'and then taken in' 'opened HD-7' "$(receive <"$STATE/mail")"

# ------------------------------------------------------------------------------------------------ answers to what the desk wrote

sql "INSERT INTO outbox (outbox_id, kind, identity, priority, channel_kind, address, language, facts, state)
    SELECT ('01890a5d-ac96-774b-bcce-b302099a900' || id)::uuid, 'ticket_answer', 'answer ' || id, 5, 'mail', 'tanaka@kou.example', 'ja',
        jsonb_build_object('ticket_id', id), 'sent' FROM (VALUES (1), (9)) v (id)"
check_equal 'goes on with the ticket' 'added to HD-1' \
	"$(letter l10@kou.example tanaka@kou.example 'Re: Your answer' 'Thanks' 'In-Reply-To: <01890a5d-ac96-774b-bcce-b302099a9001@hinomi>' | receive)"
check_equal 'of one that was deleted since: a new one' 'opened HD-8' \
	"$(letter l11@kou.example tanaka@kou.example 'Re: Your answer' 'Thanks' 'In-Reply-To: <01890a5d-ac96-774b-bcce-b302099a9009@hinomi>' | receive)"
finish
