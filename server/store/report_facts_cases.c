/* Cases, requests and visits: what people did and asked for (report_facts_parts.h). Across companies. */
#include "server/store/report_facts_parts.h"

/* ---------------------------------------------------------------------------------------------- cases */

enum {
	C_COMPANY,
	C_INCIDENT,
	C_NO,
	C_DIRECTION,
	C_STATE,
	C_DISPOSITION,
	C_CLOSE_REASON,
	C_SEVERITY,
	C_CARRIED,
	C_OPEN,
	C_EVENT,
	C_RAISED,
	C_ACKNOWLEDGED,
	C_TOLD,
	C_CONFIRMED,
	C_CONTAINED,
	C_RESOLVED,
	C_CLOSED,
	C_VISITS,
	C_STAGE,
	C_TITLE,
	C_ENGINE,
	C_CATEGORY,
	C_SIGNATURE,
	C_DEVICE,
};

/* An incident without clocks (one that was brought in from elsewhere) has the times of its row. */
#define INCIDENTS                                                                                                      \
	"FROM incident i LEFT JOIN incident_clock k ON k.company_id = i.company_id AND k.incident_id = i.incident_id " \
	"CROSS JOIN LATERAL (SELECT CASE WHEN k.company_id IS NULL THEN i.acknowledged_at ELSE k.acknowledged_at END " \
	"AS acknowledged, CASE WHEN k.company_id IS NULL THEN i.contained_at ELSE k.contained_at END AS contained, "   \
	"CASE WHEN k.company_id IS NULL THEN i.closed_at ELSE k.closed_at END AS closed) t "                           \
	"CROSS JOIN LATERAL (SELECT coalesce(least(t.contained, t.closed), "                                           \
	"CASE WHEN i.state IN ('contained', 'closed') THEN i.updated_at END) AS at) s "
#define OF_MONTH                                                                    \
	"i.state <> 'merged' AND i.severity <= 3 AND i.first_ts < $2::timestamptz " \
	"AND (i.first_ts >= $1::timestamptz OR s.at IS NULL OR s.at >= $1::timestamptz) "

/* $1 from, $2 to, $3 company or NULL, $4 incident or NULL.
 *
 * The alert that an incident is called after is found by the time in title_key (server/model/incident_facts.h): the
 * sign bit turned over. Its computer: what its alerts were put together by, else what its gravest cause counted by,
 * else that alert's. */
static const char cases_sql[] =
    "SELECT i.company_id, i.incident_id, i.no, i.direction, i.state, i.disposition, i.close_reason, i.severity, "
    "i.first_ts < $1::timestamptz, s.at IS NULL OR s.at >= $2::timestamptz, coalesce(k.event_at, i.first_ts), "
    "coalesce(k.raised_at, i.created_at), t.acknowledged, k.told_at, k.confirmed_at, t.contained, k.resolved_at, "
    "t.closed, (SELECT count(*) FROM dispatch_order o WHERE o.company_id = i.company_id "
    "AND o.incident_id = i.incident_id AND o.kind = 'onsite' AND o.state NOT IN ('declined', 'cancelled')), "
    "i.stage, i.title, a.engine, a.category, a.signature, "
    "coalesce(CASE WHEN i.direction IN ('outbound', 'internal') THEN "
    "substring(i.reason from '\"anchor\": ?\"([0-9A-Fa-f.:]+)\"') END, "
    "(SELECT u.detail->'group'->>'inside.ip' FROM incident_cause u WHERE u.company_id = i.company_id "
    "AND u.incident_id = i.incident_id AND u.detail->'group'->>'inside.ip' IS NOT NULL "
    "ORDER BY u.severity, u.first_ts, u.rule_id, u.group_key LIMIT 1), host(a.inside_ip)) " INCIDENTS
    "LEFT JOIN LATERAL (SELECT x.engine, x.category, x.signature, x.inside_ip FROM alert x "
    "WHERE x.company_id = i.company_id "
    "AND x.kind = 'alert' AND x.ts = CASE WHEN i.title_key ~ '^[0-9]+ [0-9a-f]{16}( |$)' THEN "
    "'epoch'::timestamptz "
    "+ (('x' || split_part(i.title_key, ' ', 2))::bit(64) # 'x8000000000000000'::bit(64))::bigint "
    "* interval '1 microsecond' END "
    "ORDER BY x.signature IS NOT DISTINCT FROM coalesce(i.top_title, i.title) DESC, x.severity, x.id LIMIT 1) a ON "
    "true "
    "WHERE ($3::bigint IS NULL OR i.company_id = $3::bigint) "
    "AND CASE WHEN $4::bigint IS NULL THEN " OF_MONTH "ELSE i.incident_id = $4::bigint END "
    "ORDER BY i.company_id, i.severity, s.at IS NULL OR s.at >= $2::timestamptz DESC, "
    "coalesce(i.disposition, '') IN ('benign_positive', 'false_positive'), i.first_ts DESC, i.incident_id";

int facts_cases_query(struct db *db, const struct facts_time *time, int64_t company_id, int64_t incident_id,
		      struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_time(&args, time->from);
	db_arg_time(&args, time->to);
	db_arg_optional(&args, company_id);
	db_arg_optional(&args, incident_id);
	return db_run(db, cases_sql, &args, out, why);
}

/* $1 from, $2 to, $3 company or NULL. By its outbound alerts of the month, and by what its causes counted by. */
static const char case_devices_sql[] =
    "WITH cases AS MATERIALIZED (SELECT i.company_id, i.incident_id " INCIDENTS
    "WHERE ($3::bigint IS NULL OR i.company_id = $3::bigint) AND " OF_MONTH ") "
    "SELECT company_id, incident_id, device FROM (SELECT c.company_id, c.incident_id, host(a.inside_ip) AS device "
    "FROM cases c JOIN incident_segment g ON g.company_id = c.company_id AND g.incident_id = c.incident_id "
    "AND g.is_cluster CROSS JOIN LATERAL (SELECT DISTINCT x.inside_ip FROM alert x WHERE x.company_id = c.company_id "
    "AND x.ts BETWEEN greatest(g.first_ts, $1::timestamptz) AND least(g.last_ts, $2::timestamptz) "
    "AND x.cluster_key = g.key AND x.kind = 'alert' AND x.direction = 'outbound' AND x.inside_ip IS NOT NULL) a "
    "UNION SELECT c.company_id, c.incident_id, u.detail->'group'->>'inside.ip' FROM cases c JOIN incident_cause u "
    "ON u.company_id = c.company_id AND u.incident_id = c.incident_id "
    "WHERE u.detail->'group'->>'inside.ip' IS NOT NULL) d ORDER BY 1, 2, 3";

int facts_case_devices_query(struct db *db, const struct facts_time *time, int64_t company_id, struct db_result **out,
			     struct err *why)
{
	struct db_args args = { 0 };

	db_arg_time(&args, time->from);
	db_arg_time(&args, time->to);
	db_arg_optional(&args, company_id);
	return db_run(db, case_devices_sql, &args, out, why);
}

/* An incident that a rule has raised is called after the rule; when the catalogue knows that name, it says more than
 * what the alert was. */
const struct plain_word *facts_case_word(const struct db_result *r, int row, const struct plain_words *words)
{
	struct plain_words_subject subject = { .direction = db_text(r, row, C_DIRECTION),
					       .engine = db_text(r, row, C_ENGINE),
					       .stage = db_text(r, row, C_STAGE),
					       .category = db_text(r, row, C_CATEGORY),
					       .signature = db_text(r, row, C_TITLE) };
	const struct plain_word *word = plain_words_find(words, &subject);

	if (word->signature || db_is_null(r, row, C_SIGNATURE))
		return word;
	subject.signature = db_text(r, row, C_SIGNATURE);
	return plain_words_find(words, &subject);
}

void facts_case_read(const struct db_result *r, int row, const struct plain_words *words, struct pool *pool,
		     struct case_row *out, bool *failed)
{
	const struct plain_word *word = facts_case_word(r, row, words);

	*out = (struct case_row){
		.incident_id = db_integer(r, row, C_INCIDENT),
		.no = db_integer(r, row, C_NO),
		.ja = facts_text(pool, word->ja, failed),
		.en = facts_text(pool, word->en, failed),
		.direction = facts_text(pool, db_text(r, row, C_DIRECTION), failed),
		.state = facts_text(pool, db_text(r, row, C_STATE), failed),
		.disposition = facts_text(pool, db_text(r, row, C_DISPOSITION), failed),
		.close_reason = facts_text(pool, db_text(r, row, C_CLOSE_REASON), failed),
		.severity = db_integer(r, row, C_SEVERITY),
		.carried = db_bool(r, row, C_CARRIED),
		.open = db_bool(r, row, C_OPEN),
		.event_at = db_time(r, row, C_EVENT),
		.raised_at = db_time(r, row, C_RAISED),
		.acknowledged_at = db_time(r, row, C_ACKNOWLEDGED),
		.told_at = db_time(r, row, C_TOLD),
		.confirmed_at = db_time(r, row, C_CONFIRMED),
		.contained_at = db_time(r, row, C_CONTAINED),
		.resolved_at = db_time(r, row, C_RESOLVED),
		.closed_at = db_time(r, row, C_CLOSED),
		.visits = db_integer(r, row, C_VISITS),
		.device = facts_text(pool, db_text(r, row, C_DEVICE), failed),
	};
}

/* ---------------------------------------------------------------------------------------------- visits */

/* $1 from, $2 to, $3 company or NULL, $4 incident or NULL. */
static const char dispatches_sql[] =
    "SELECT o.company_id, o.order_id, o.kind, o.requested_at, o.arrived_at, o.left_at, v.name, "
    "coalesce(o.entitled, false) FROM dispatch_order o LEFT JOIN vendor v ON v.vendor_id = o.vendor_id "
    "WHERE ($3::bigint IS NULL OR o.company_id = $3::bigint) AND o.state NOT IN ('declined', 'cancelled') "
    "AND CASE WHEN $4::bigint IS NULL THEN (o.requested_at >= $1::timestamptz AND o.requested_at < $2::timestamptz) "
    "OR (o.arrived_at >= $1::timestamptz AND o.arrived_at < $2::timestamptz) ELSE o.incident_id = $4::bigint END "
    "ORDER BY o.company_id, o.requested_at, o.order_id";

int facts_dispatches_query(struct db *db, const struct facts_time *time, int64_t company_id, int64_t incident_id,
			   struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_time(&args, time->from);
	db_arg_time(&args, time->to);
	db_arg_optional(&args, company_id);
	db_arg_optional(&args, incident_id);
	return db_run(db, dispatches_sql, &args, out, why);
}

void facts_dispatch_read(const struct db_result *r, int row, struct pool *pool, struct dispatch_row *out, bool *failed)
{
	*out = (struct dispatch_row){
		.order_id = db_integer(r, row, 1),
		.kind = facts_text(pool, db_text(r, row, 2), failed),
		.requested_at = db_time(r, row, 3),
		.arrived_at = db_time(r, row, 4),
		.left_at = db_time(r, row, 5),
		.vendor = facts_text(pool, db_text(r, row, 6), failed),
		.entitled = db_bool(r, row, 7),
	};
}

/* ---------------------------------------------------------------------------------------------- requests */

/* $1 from, $2 to, $3 company or NULL, $4 incident or NULL, $5 zone, $6 month.
 *
 * Those that are open now: what was done since the month ended is not asked for again. One made later than a month
 * after belongs to another report. Carried: asked before the month, or before the last report was made. */
static const char requests_sql[] =
    "SELECT q.company_id, q.request_id, q.who, q.what, q.minutes, q.due_on::text, "
    "q.made_at < greatest($1::timestamptz, (SELECT min(m.made_at) FROM month_close m "
    "WHERE m.month = ($6::text || '-01')::date - interval '1 month')), "
    "q.due_on < ($2::timestamptz AT TIME ZONE $5::text)::date, coalesce(q.incident_id, 0) "
    "FROM member_request q WHERE q.state = 'open' AND ($3::bigint IS NULL OR q.company_id = $3::bigint) "
    "AND ($4::bigint IS NULL OR q.incident_id = $4::bigint) AND q.made_at < $2::timestamptz + interval '31 days' "
    "ORDER BY q.company_id, q.due_on, q.request_id";

int facts_requests_query(struct db *db, const struct report_facts_frame *frame, const struct facts_time *time,
			 int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_time(&args, time->from);
	db_arg_time(&args, time->to);
	db_arg_optional(&args, company_id);
	db_arg_optional(&args, incident_id);
	db_arg_text(&args, frame->timezone);
	db_arg_text(&args, frame->month);
	return db_run(db, requests_sql, &args, out, why);
}

void facts_request_read(const struct db_result *r, int row, struct pool *pool, struct request_row *out, bool *failed)
{
	const char *who = facts_text(pool, db_text(r, row, 2), failed);
	const char *what = facts_text(pool, db_text(r, row, 3), failed);

	*out = (struct request_row){
		.request_id = db_integer(r, row, 1),
		.who_ja = who,
		.who_en = who,
		.what_ja = what,
		.what_en = what,
		.minutes = db_integer(r, row, 4),
		.due_on = facts_text(pool, db_text(r, row, 5), failed),
		.carried = db_bool(r, row, 6),
		.overdue = db_bool(r, row, 7),
		.incident_id = db_integer(r, row, 8),
	};
}
