#include "server/store/evidence.h"

#define LOCK_EVIDENCE "1702259044"

/* $1 company, $2 incident, $3 the most rows: a row of JSON for each row of a statement. */
#define EACH "SELECT to_json(x)::text FROM ("
#define MOST " LIMIT $3::bigint) x"

static const char *const parts[EVIDENCE_PARTS] = {
	[EVIDENCE_INCIDENT] =
	    EACH "SELECT t.incident_id AS id, t.no, t.company_id, c.name AS company, c.member_no, t.title, "
		 "t.direction, t.stage, t.severity, t.state, t.disposition, t.close_reason, (SELECT u.display_name "
		 "FROM app_user u WHERE u.user_id = t.owner_id) AS owner, t.first_ts, t.last_ts, t.created_at, "
		 "t.acknowledged_at, t.contained_at, t.closed_at, t.alert_count, t.detection_count, t.blocked_count, "
		 "t.rule, t.reason, t.merged_into, t.tags, t.rule_set FROM incident t JOIN company c ON c.company_id "
		 "= t.company_id "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint " MOST,
	/* Packs made before are no part of what happened: else no two would be alike. */
	[EVIDENCE_TIMELINE] =
	    EACH "SELECT t.event_id AS id, t.at, t.kind, t.user_id, (SELECT u.display_name FROM app_user u WHERE "
		 "u.user_id = t.user_id) AS person, t.body FROM incident_event t "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint AND t.kind <> 'evidence' ORDER BY "
		 "t.event_id" MOST,
	[EVIDENCE_CAUSES] =
	    EACH "SELECT r.rule_id, r.uid, r.title, r.title_ja, r.kind, r.level, t.severity, t.first_ts, t.last_ts, "
		 "t.hits, t.rule_set, t.detail FROM incident_cause t JOIN rule r ON r.rule_id = t.rule_id "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint ORDER BY t.severity, t.first_ts, "
		 "t.rule_id, t.group_key" MOST,
	[EVIDENCE_CLOCKS] =
	    EACH "SELECT t.event_at AS t0_event_at, t.received_at AS t1_received_at, t.raised_at AS t2_raised_at, "
		 "t.acknowledged_at AS t3_acknowledged_at, t.triaged_at AS t4_triaged_at, t.told_at AS t5_told_at, "
		 "t.confirmed_at AS t6_confirmed_at, t.contained_at AS t7_contained_at, t.resolved_at AS "
		 "t8_resolved_at, t.closed_at AS t9_closed_at, (SELECT coalesce(json_agg(json_build_object('from', "
		 "w.from_at, 'to', w.to_at) ORDER BY w.from_at), '[]') FROM incident_pause w WHERE w.company_id = "
		 "t.company_id AND w.incident_id = t.incident_id) AS waited FROM incident_clock t "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint " MOST,
	[EVIDENCE_PAGES] =
	    EACH "SELECT p.page_id AS id, t.severity, p.is_storm, t.raised_at, t.added_at, t.settled_at, p.state, "
		 "p.first_sent_at, p.ack_at AS acknowledged_at, (SELECT u.display_name FROM app_user u WHERE "
		 "u.user_id = p.ack_by) AS acknowledged_by, p.ack_via, (SELECT coalesce(json_agg(e ORDER BY e.id), "
		 "'[]') FROM (SELECT v.event_id AS id, v.at, v.kind, (SELECT u.display_name FROM app_user u WHERE "
		 "u.user_id = v.user_id) AS person FROM page_event v WHERE v.page_id = p.page_id) e) AS events FROM "
		 "page_subject t JOIN page p ON p.page_id = t.page_id WHERE t.company_id = $1::bigint AND t.kind = "
		 "'incident' AND t.subject_id = $2::bigint ORDER BY p.page_id" MOST,
	/* Of its pages, but for what went to contacts of other companies; and what its own contacts were told. */
	[EVIDENCE_NOTICES] =
	    EACH "SELECT o.outbox_id AS id, o.kind, o.page_id, o.contact_id IS NOT NULL AS to_member, "
		 "coalesce((SELECT u.display_name FROM app_user u WHERE u.user_id = o.user_id), (SELECT k.name FROM "
		 "company_contact k WHERE k.company_id = $1::bigint AND o.contact_company_id = k.company_id AND "
		 "k.contact_id = o.contact_id)) AS receiver, o.channel_kind AS channel, CASE o.channel_kind WHEN "
		 "'mail' THEN o.address END AS address, o.language, o.state, o.created_at, o.sent_at, o.opened_at, "
		 "o.bounced_at, (SELECT coalesce(json_agg(e ORDER BY e.id), '[]') FROM (SELECT a.n AS id, a.at, "
		 "a.took_ms, a.outcome, a.code, a.text FROM attempt a WHERE a.outbox_id = o.outbox_id) e) AS "
		 "attempts FROM outbox o WHERE ((o.contact_company_id IS NULL OR o.contact_company_id = $1::bigint) "
		 "AND o.page_id IN (SELECT s.page_id FROM page_subject s WHERE s.company_id = $1::bigint AND s.kind "
		 "= 'incident' AND s.subject_id = $2::bigint)) OR (o.contact_company_id = $1::bigint AND o.facts ->> "
		 "'incident_id' = $2::bigint::text) ORDER BY o.created_at, o.outbox_id" MOST,
	[EVIDENCE_TICKETS] =
	    EACH "SELECT t.ticket_id AS id, t.channel, t.caller_name, t.caller_phone, t.caller_email, t.category, "
		 "t.severity, t.subject, t.body, t.state, (SELECT u.display_name FROM app_user u WHERE u.user_id = "
		 "t.owner_id) AS owner, t.answer, t.close_reason, t.spoke_at, t.opened_at, t.answered_at, "
		 "t.closed_at, t.minutes, (SELECT coalesce(json_agg(e ORDER BY e.id), '[]') FROM (SELECT v.event_id "
		 "AS id, v.at, v.kind, (SELECT u.display_name FROM app_user u WHERE u.user_id = v.user_id) AS "
		 "person, v.body FROM ticket_event v WHERE v.ticket_id = t.ticket_id) e) AS events FROM ticket t "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint ORDER BY t.ticket_id" MOST,
	[EVIDENCE_ORDERS] =
	    EACH "SELECT t.order_id AS id, t.kind, v.name AS vendor, t.ticket_id, t.state, t.place, t.contact_name, "
		 "t.task, t.wanted_by, (SELECT u.display_name FROM app_user u WHERE u.user_id = t.requested_by) AS "
		 "requested_by, t.requested_at, t.accepted_at, t.expected_at, t.arrived_at, t.left_at, "
		 "t.reported_at, t.approved_at, t.technician, t.work_report, t.found, t.cost_yen, t.entitled, "
		 "t.decline_reason, (SELECT coalesce(json_agg(e ORDER BY e.id), '[]') FROM (SELECT d.event_id AS id, "
		 "d.at, d.kind, d.side, (SELECT u.display_name FROM app_user u WHERE u.user_id = d.user_id) AS "
		 "person, d.body FROM dispatch_event d WHERE d.company_id = t.company_id AND d.order_id = "
		 "t.order_id) e) AS events FROM dispatch_order t LEFT JOIN vendor v ON v.vendor_id = t.vendor_id "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint ORDER BY t.order_id" MOST,
	[EVIDENCE_STEPS] = EACH
	"SELECT t.entry_id AS id, t.step, t.at, t.done, t.text, (SELECT u.display_name FROM app_user u "
	"WHERE u.user_id = t.user_id) AS person, t.written_at FROM case_step t "
	"WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint ORDER BY t.step, t.at, t.entry_id" MOST,
	[EVIDENCE_REQUESTS] = EACH
	"SELECT t.request_id AS id, t.who, t.what, t.minutes, t.due_on, t.state, t.reminded_at, (SELECT "
	"u.display_name FROM app_user u WHERE u.user_id = t.made_by) AS made_by, t.made_at, (SELECT "
	"u.display_name FROM app_user u WHERE u.user_id = t.done_by) AS done_by, t.done_at, t.note FROM "
	"member_request t WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint ORDER BY t.request_id" MOST,
	[EVIDENCE_INSURANCE] =
	    EACH "SELECT t.insurance_id AS id, c.insurance_no, p.name AS plan, t.limit_yen, t.claim_no, "
		 "t.claimed_yen, t.state, t.paid_yen, t.member_share_yen, t.reason, (SELECT u.display_name FROM "
		 "app_user u WHERE u.user_id = t.opened_by) AS opened_by, t.opened_at, t.submitted_at, t.decided_at "
		 "FROM insurance_case t JOIN contract c ON c.company_id = t.company_id AND c.contract_id = "
		 "t.contract_id JOIN plan p ON p.plan_id = c.plan_id "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint " MOST,
	[EVIDENCE_PRIVACY] =
	    EACH "SELECT t.known_at, t.malicious, t.persons, t.first_reported_at, t.final_reported_at, t.dropped_at, "
		 "t.drop_reason FROM privacy_clock t "
		 "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint " MOST,
};

int evidence_begin(struct db *db, struct err *why)
{
	return db_run(db, "SELECT set_config('TimeZone', 'UTC', true)", NULL, NULL, why);
}

static int run(struct db *db, const char *sql, int64_t company_id, int64_t incident_id, int64_t most,
	       struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	db_arg_integer(&args, most);
	return db_run(db, sql, &args, out, why);
}

int evidence_read(struct db *db, enum evidence_part part, int64_t company_id, int64_t incident_id,
		  struct db_result **out, struct err *why)
{
	return run(db, parts[part], company_id, incident_id, EVIDENCE_ROWS_MOST + 1, out, why);
}

int evidence_timeline(struct db *db, int64_t company_id, int64_t incident_id, const char *timezone,
		      struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	db_arg_integer(&args, EVIDENCE_ROWS_MOST + 1);
	db_arg_text(&args, timezone);
	return db_run(
	    db,
	    "SELECT to_char(t.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
	    "to_char(t.at AT TIME ZONE $4::text, 'YYYY-MM-DD HH24:MI:SS'), t.kind, u.display_name, t.body::text "
	    "FROM incident_event t LEFT JOIN app_user u ON u.user_id = t.user_id "
	    "WHERE t.company_id = $1::bigint AND t.incident_id = $2::bigint AND t.kind <> 'evidence' ORDER BY "
	    "t.event_id LIMIT $3::bigint",
	    &args, out, why);
}

/* The incident's alerts: those that one of its cluster segments spans. The incident's own bounds narrow the scan. */
#define OF_INCIDENT "WHERE i.company_id = $1::bigint AND i.incident_id = $2::bigint "
#define ALERTS                                                                                                   \
	"FROM incident i JOIN alert a ON a.company_id = i.company_id AND a.ts BETWEEN i.first_ts AND i.last_ts " \
	"AND EXISTS (SELECT 1 FROM incident_segment g WHERE g.company_id = i.company_id "                        \
	"AND g.incident_id = i.incident_id AND g.is_cluster AND g.key = a.cluster_key "                          \
	"AND a.ts BETWEEN g.first_ts AND g.last_ts) "

int evidence_outside(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	return run(
	    db,
	    "SELECT host(o.address), o.port, o.transport, o.action, sum(o.repeat_count)::bigint, "
	    "to_json(min(o.ts)) #>> '{}', to_json(max(o.ts)) #>> '{}' FROM (SELECT CASE WHEN a.inside_ip IS NULL "
	    "THEN a.attacker_ip WHEN a.source_ip = a.inside_ip THEN a.destination_ip ELSE a.source_ip END "
	    "AS address, a.destination_port AS port, a.transport, a.action, a.repeat_count, a.ts " ALERTS OF_INCIDENT
	    ") o WHERE o.address IS NOT NULL AND NOT o.address <<= ANY (ARRAY['10.0.0.0/8', '172.16.0.0/12', "
	    "'192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', 'fc00::/7', 'fe80::/10', "
	    "'::1']::inet[]) AND NOT EXISTS (SELECT FROM company_network n WHERE n.company_id = $1::bigint "
	    "AND o.address <<= n.network) GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT $3::bigint",
	    company_id, incident_id, 200, out, why);
}

int evidence_techniques(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	return run(db, "SELECT DISTINCT unnest(a.technique) " ALERTS OF_INCIDENT "ORDER BY 1 LIMIT $3::bigint",
		   company_id, incident_id, 200, out, why);
}

int evidence_sensors(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	return run(db,
		   "SELECT s.name, x.detections, h.clock_skew_ms FROM (SELECT a.sensor_id, "
		   "sum(a.repeat_count)::bigint AS detections " ALERTS OF_INCIDENT "GROUP BY a.sensor_id) x "
		   "JOIN sensor s ON s.company_id = $1::bigint AND s.sensor_id = x.sensor_id "
		   "LEFT JOIN sensor_health h ON h.company_id = s.company_id AND h.sensor_id = s.sensor_id "
		   "ORDER BY x.detections DESC, s.sensor_id LIMIT $3::bigint",
		   company_id, incident_id, 50, out, why);
}

int evidence_contact(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	return db_run(
	    db,
	    "SELECT c.name, c.member_no, c.industry, c.employees, t.name, t.role, t.phone, t.email FROM company c "
	    "LEFT JOIN company_contact t ON t.company_id = c.company_id AND t.removed_at IS NULL "
	    "WHERE c.company_id = $1::bigint ORDER BY t.position, t.contact_id LIMIT 1",
	    &args, out, why);
}

int evidence_slot(struct db *db, bool *got, struct err *why)
{
	*got = false;
	for (int slot = 0; slot < 2 && !*got; slot++) {
		struct db_args args = { 0 };
		struct db_result *result;

		db_arg_integer(&args, slot);
		if (db_run(db, "SELECT pg_try_advisory_xact_lock(" LOCK_EVIDENCE " + $1::bigint)", &args, &result,
			   why) != 0)
			return -1;
		*got = db_bool(result, 0, 0);
		db_result_free(result);
	}
	return 0;
}
