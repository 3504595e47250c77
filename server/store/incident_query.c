#include "server/store/incident_query.h"

#include "server/store/array_text.h"

#define COLUMNS                                                                                                    \
	"i.incident_id, i.no, i.company_id, c.name, i.title, i.direction, i.stage, i.severity, i.state, "          \
	"i.disposition, i.close_reason, i.owner_id, o.display_name, i.first_ts, i.last_ts, i.created_at, "         \
	"i.updated_at, i.version, i.alert_count, i.detection_count, i.blocked_count, i.rule, i.reason, "           \
	"i.merged_into, i.acknowledged_at, i.contained_at, i.closed_at, array_to_json(i.tags)::text, i.rule_set, " \
	"(SELECT nullif(j.title_ja, '') FROM rule j WHERE j.title = i.raised_title AND i.title = i.raised_title "  \
	"ORDER BY j.rule_id DESC LIMIT 1)"

#define JOINS " JOIN company c ON c.company_id = i.company_id LEFT JOIN app_user o ON o.user_id = i.owner_id "

/* $1 from, $2 to, $3 states, $4 direction, $5 pattern, $6 number, $7 tag, $8 rule. */
#define FILTER                                                                                                        \
	"i.last_ts >= coalesce($1::timestamptz, '-infinity') AND i.first_ts < coalesce($2::timestamptz, 'infinity') " \
	"AND i.state = ANY ($3::text[]) AND ($4::text IS NULL OR i.direction = $4::text) "                            \
	"AND ($5::text IS NULL OR i.title ILIKE $5::text OR i.no = $6::bigint) "                                      \
	"AND ($7::text IS NULL OR i.tags @> ARRAY[$7::text]) "                                                        \
	"AND ($8::bigint IS NULL OR EXISTS (SELECT FROM incident_cause r WHERE r.company_id = i.company_id "          \
	"AND r.incident_id = i.incident_id AND r.rule_id = $8::bigint)) "

/* Across companies unless the scope is one. $9 severity, $10 to $12 the row before, $13 limit, $14 company. By activity
 * there is one rank, which leaves the index on (last_ts, incident_id) usable. */
#define PAGE(scope, before, order)                                                                             \
	"SELECT " COLUMNS ", NULL::text, NULL::bigint, NULL::text FROM incident i" JOINS "WHERE " scope FILTER \
	"AND ($9::bigint IS NULL OR i.severity <= $9::bigint) AND " before "ORDER BY " order                   \
	"i.last_ts DESC, i.incident_id DESC LIMIT $13::bigint"

#define BY_ACTIVITY(scope)                                                                                        \
	PAGE(scope,                                                                                               \
	     "$10::bigint IS NOT NULL AND (i.last_ts, i.incident_id) < (coalesce($11::timestamptz, 'infinity'), " \
	     "$12::bigint) ",                                                                                     \
	     "")
#define BY_RANK(scope, rank)                                                                                      \
	PAGE(scope,                                                                                               \
	     "(" rank                                                                                             \
	     ", i.last_ts, i.incident_id) < ($10::bigint, coalesce($11::timestamptz, 'infinity'), $12::bigint) ", \
	     rank " DESC, ")

#define ONE_COMPANY   "i.company_id = $14::bigint AND "
#define BY_SEVERITY   "-(2 * i.severity + (i.alert_count > 0 AND i.blocked_count >= i.alert_count)::integer)"
#define BY_DETECTIONS "i.detection_count"

static const char *const lists[][2] = {
	[INCIDENTS_BY_ACTIVITY] = { BY_ACTIVITY(""), BY_ACTIVITY(ONE_COMPANY) },
	[INCIDENTS_BY_SEVERITY] = { BY_RANK("", BY_SEVERITY), BY_RANK(ONE_COMPANY, BY_SEVERITY) },
	[INCIDENTS_BY_DETECTIONS] = { BY_RANK("", BY_DETECTIONS), BY_RANK(ONE_COMPANY, BY_DETECTIONS) },
};

int64_t incident_query_rank(enum incident_order order, const struct incident_row *row)
{
	switch (order) {
	case INCIDENTS_BY_SEVERITY:
		return -(2 * row->severity + (row->alert_count > 0 && row->blocked_count >= row->alert_count));
	case INCIDENTS_BY_DETECTIONS:
		return row->detection_count;
	default:
		return 0;
	}
}

static void arg_filter(struct db_args *args, const struct incident_filter *filter)
{
	db_arg_time(args, filter->from);
	db_arg_time(args, filter->to);
	db_arg_text(args, filter->states);
	db_arg_text(args, filter->direction);
	db_arg_text(args, filter->pattern);
	db_arg_optional(args, filter->no);
	db_arg_text(args, filter->tag);
	db_arg_optional(args, filter->rule_id);
}

int incident_query_list(struct db *db, const struct incident_filter *filter, struct db_result **out, struct err *why)
{
	bool first = filter->before_ts == TIME_NONE;
	struct db_args args = { 0 };

	arg_filter(&args, filter);
	db_arg_optional(&args, filter->severity);
	db_arg_integer(&args, first ? INT64_MAX : filter->before_rank);
	db_arg_time(&args, filter->before_ts);
	db_arg_integer(&args, first ? INT64_MAX : filter->before_id);
	db_arg_integer(&args, filter->limit);
	if (filter->company_id)
		db_arg_integer(&args, filter->company_id);
	return db_run(db, lists[filter->order][filter->company_id != 0], &args, out, why);
}

/* Across companies unless the scope is one. */
#define COUNTS(scope) "SELECT i.severity, count(*) FROM incident i WHERE " scope FILTER "GROUP BY i.severity"

int incident_query_counts(struct db *db, const struct incident_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	arg_filter(&args, filter);
	if (!filter->company_id)
		return db_run(db, COUNTS(""), &args, out, why);
	db_arg_integer(&args, filter->company_id);
	return db_run(db, COUNTS("i.company_id = $9::bigint AND "), &args, out, why);
}

/* Who is behind the last change: the newest entry of the timeline, when it is as new as the change. */
#define SHOW                                                                                                         \
	"SELECT " COLUMNS ", e.kind, e.user_id, u.display_name FROM incident i" JOINS                                \
	"LEFT JOIN LATERAL (SELECT v.kind, v.user_id, v.at FROM incident_event v WHERE v.company_id = i.company_id " \
	"AND v.incident_id = i.incident_id ORDER BY v.event_id DESC LIMIT 1) e ON e.at >= i.updated_at "             \
	"LEFT JOIN app_user u ON u.user_id = e.user_id "
#define GET SHOW "WHERE i.incident_id = $1::bigint AND ($2::bigint IS NULL OR i.company_id = $2::bigint)"

int incident_query_get(struct db *db, int64_t company_id, int64_t id, bool lock, struct db_result **out,
		       struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, id);
	db_arg_optional(&args, company_id);
	return db_run(db, lock ? GET " FOR UPDATE OF i" : GET, &args, out, why);
}

int incident_query_ids(struct db *db, const int64_t *company_ids, const int64_t *ids, size_t count,
		       struct db_result **out, struct err *why)
{
	struct array_text arrays[2] = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; i < count; i++) {
		array_text_integer(&arrays[0], company_ids[i]);
		array_text_integer(&arrays[1], ids[i]);
	}
	db_arg_text(&args, array_text(&arrays[0]));
	db_arg_text(&args, array_text(&arrays[1]));
	if (args.values[0] && args.values[1])
		failed = db_run(db,
				SHOW "WHERE (i.company_id, i.incident_id) IN "
				     "(SELECT * FROM unnest($1::bigint[], $2::bigint[]))",
				&args, out, why);
	else
		failed = err_set(why, ERR_NOMEM, "no memory for the incidents asked for");
	array_text_release(&arrays[0]);
	array_text_release(&arrays[1]);
	return failed;
}

void incident_query_read(const struct db_result *r, int row, struct incident_row *out)
{
	out->id = db_integer(r, row, 0);
	out->no = db_integer(r, row, 1);
	out->company_id = db_integer(r, row, 2);
	out->company = db_text(r, row, 3);
	out->title = db_text(r, row, 4);
	out->direction = db_text(r, row, 5);
	out->stage = db_text(r, row, 6);
	out->severity = db_integer(r, row, 7);
	out->state = db_text(r, row, 8);
	out->disposition = db_text(r, row, 9);
	out->close_reason = db_text(r, row, 10);
	out->owner_id = db_integer(r, row, 11);
	out->owner_name = db_text(r, row, 12);
	out->first_ts = db_time(r, row, 13);
	out->last_ts = db_time(r, row, 14);
	out->created_at = db_time(r, row, 15);
	out->updated_at = db_time(r, row, 16);
	out->version = db_integer(r, row, 17);
	out->alert_count = db_integer(r, row, 18);
	out->detection_count = db_integer(r, row, 19);
	out->blocked_count = db_integer(r, row, 20);
	out->rule = db_text(r, row, 21);
	out->reason = db_text(r, row, 22);
	out->merged_into = db_integer(r, row, 23);
	out->acknowledged_at = db_time(r, row, 24);
	out->contained_at = db_time(r, row, 25);
	out->closed_at = db_time(r, row, 26);
	out->tags = db_text(r, row, 27);
	out->rule_set = db_integer(r, row, 28);
	out->title_ja = db_text(r, row, 29);
	out->last_kind = db_text(r, row, 30);
	out->last_user_id = db_integer(r, row, 31);
	out->last_user_name = db_text(r, row, 32);
}

static int run_for_incident(struct db *db, const char *sql, int64_t company_id, int64_t id, struct db_result **out,
			    struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, id);
	return db_run(db, sql, &args, out, why);
}

int incident_query_timeline(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why)
{
	return run_for_incident(db,
				"SELECT e.event_id, e.at, e.kind, e.user_id, u.display_name, e.body::text "
				"FROM incident_event e LEFT JOIN app_user u ON u.user_id = e.user_id "
				"WHERE e.company_id = $1::bigint AND e.incident_id = $2::bigint "
				"ORDER BY e.event_id LIMIT 5000",
				company_id, id, out, why);
}

/* The incident's alerts: those that one of its cluster segments spans. The incident's own bounds narrow the scan. */
#define MEMBERS                                                                                                  \
	"FROM incident i JOIN alert a ON a.company_id = i.company_id AND a.ts BETWEEN i.first_ts AND i.last_ts " \
	"AND EXISTS (SELECT 1 FROM incident_segment g WHERE g.company_id = i.company_id "                        \
	"AND g.incident_id = i.incident_id AND g.is_cluster AND g.key = a.cluster_key "                          \
	"AND a.ts BETWEEN g.first_ts AND g.last_ts) "                                                            \
	"WHERE i.company_id = $1::bigint AND i.incident_id = $2::bigint "

int incident_query_signatures(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why)
{
	return run_for_incident(
	    db,
	    "SELECT a.signature_id, a.signature, sum(a.repeat_count)::bigint, min(a.severity) " MEMBERS
	    "AND a.kind <> 'context' GROUP BY a.signature_id, a.signature ORDER BY 3 DESC, 4, 1, 2 LIMIT 50",
	    company_id, id, out, why);
}

int incident_query_hosts(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why)
{
	return run_for_incident(
	    db,
	    "WITH ends AS MATERIALIZED (SELECT DISTINCT a.inside_ip AS inside, coalesce(CASE WHEN a.inside_ip IS NOT "
	    "NULL "
	    "THEN CASE WHEN a.source_ip = a.inside_ip THEN a.destination_ip ELSE a.source_ip END END, "
	    "a.attacker_ip) AS outside " MEMBERS ") "
	    "SELECT coalesce((SELECT json_agg(host(x.inside)) FROM (SELECT DISTINCT inside FROM ends "
	    "WHERE inside IS NOT NULL ORDER BY inside LIMIT 100) x), '[]')::text, "
	    "coalesce((SELECT json_agg(host(x.outside)) FROM (SELECT DISTINCT outside FROM ends "
	    "WHERE outside IS NOT NULL ORDER BY outside LIMIT 100) x), '[]')::text",
	    company_id, id, out, why);
}

int incident_query_causes(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why)
{
	return run_for_incident(
	    db,
	    "SELECT r.rule_id, r.uid, r.title, nullif(r.title_ja, ''), r.kind, r.level, c.severity, "
	    "c.first_ts, c.last_ts, c.hits, c.rule_set, c.detail::text, "
	    "coalesce((SELECT sum(l.count) FROM loss l WHERE l.company_id = c.company_id "
	    "AND l.kind IN ('thinned', 'dropped') AND l.rule_id = c.rule_id AND l.group_key = c.group_key "
	    "AND c.group_key <> 0), 0)::bigint "
	    "FROM incident_cause c JOIN rule r ON r.rule_id = c.rule_id "
	    "WHERE c.company_id = $1::bigint AND c.incident_id = $2::bigint "
	    "ORDER BY c.severity, c.first_ts, c.rule_id, c.group_key LIMIT 200",
	    company_id, id, out, why);
}

int incident_query_rules(struct db *db, int64_t company_id, int64_t id, struct db_result **out, struct err *why)
{
	return run_for_incident(
	    db,
	    "SELECT r.rule_id, r.title, nullif(r.title_ja, '') FROM rule r WHERE r.rule_id IN ("
	    "SELECT c.rule_id FROM incident_cause c WHERE c.company_id = $1::bigint AND c.incident_id = $2::bigint "
	    "UNION SELECT (x ->> 'rule_id')::bigint FROM incident_cause c, "
	    "jsonb_array_elements(coalesce(c.detail -> 'rules', '[]')) x "
	    "WHERE c.company_id = $1::bigint AND c.incident_id = $2::bigint) ORDER BY r.rule_id LIMIT 500",
	    company_id, id, out, why);
}

int incident_query_open(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db,
		      "SELECT company_id, severity, count(*) FROM incident "
		      "WHERE state IN ('open', 'acknowledged', 'contained') GROUP BY company_id, severity",
		      NULL, out, why);
}

int incident_query_update(struct db *db, const struct incident_change *change, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, change->company_id);
	db_arg_integer(&args, change->id);
	db_arg_text(&args, change->state);
	db_arg_text(&args, change->disposition);
	db_arg_text(&args, change->close_reason);
	db_arg_optional(&args, change->owner_id);
	return db_run(db,
		      "UPDATE incident SET state = $3::text, disposition = $4::text, close_reason = $5::text, "
		      "owner_id = $6::bigint, version = version + 1, updated_at = now(), "
		      "acknowledged_at = CASE WHEN $3::text <> 'open' THEN coalesce(acknowledged_at, now()) END, "
		      "contained_at = CASE $3::text WHEN 'contained' THEN coalesce(contained_at, now()) "
		      "WHEN 'closed' THEN contained_at END, "
		      "closed_at = CASE WHEN $3::text = 'closed' THEN coalesce(closed_at, now()) END "
		      "WHERE company_id = $1::bigint AND incident_id = $2::bigint",
		      &args, NULL, why);
}

int incident_query_event(struct db *db, int64_t company_id, int64_t incident_id, const char *kind, int64_t user_id,
			 const char *body_json, int64_t *id, time_us *at, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	db_arg_text(&args, kind);
	db_arg_optional(&args, user_id);
	db_arg_text(&args, body_json);
	if (db_run(db,
		   "INSERT INTO incident_event (company_id, incident_id, at, kind, user_id, body) "
		   "VALUES ($1::bigint, $2::bigint, now(), $3::text, $4::bigint, $5::jsonb) RETURNING event_id, at",
		   &args, &result, why) != 0)
		return -1;
	*id = db_integer(result, 0, 0);
	*at = db_time(result, 0, 1);
	db_result_free(result);
	return 0;
}
