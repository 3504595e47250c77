#include "server/store/campaign_query.h"

#include "server/store/array_text.h"
#include "server/store/campaign_child.h"

#define COLUMNS(title)                                                                                               \
	"c.campaign_id, c.kind, c.key, " title ", c.severity, c.first_ts, c.last_ts, c.first_day::text, "            \
	"c.last_day::text, c.companies, c.alerts, c.minimum, c.window_days, c.created_at, c.updated_at, c.version, " \
	"c.merged_into"

#define FOR_ALL                                                                                             \
	"SELECT " COLUMNS("c.title") ", NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bigint, " \
				     "NULL::timestamptz, NULL::text FROM campaign c "

/* A title is the name of some company's signature: a company reads its own, and one that was only warned none that
 * could hold more than a rule's name. */
#define OWN_TITLE                                                                                                    \
	"coalesce((SELECT s.title FROM campaign_sighting s WHERE s.kind = c.kind AND s.key = c.key "                 \
	"AND s.company_id = $1::bigint AND s.day BETWEEN c.first_day AND c.last_day "                                \
	"ORDER BY s.severity, s.title_ts, s.title LIMIT 1), CASE WHEN c.kind = 'signature' THEN c.title ELSE c.key " \
	"END)"

#define FOR_ONE                                                                                                  \
	"SELECT " COLUMNS(OWN_TITLE) ", m.first_ts, m.last_ts, m.alerts, m.severity, w.at, w.body "              \
				     "FROM campaign c LEFT JOIN campaign_member m ON m.company_id = $1::bigint " \
				     "AND m.campaign_id = c.campaign_id LEFT JOIN campaign_warning w "           \
				     "ON w.company_id = $1::bigint AND w.campaign_id = c.campaign_id "

#define HAS_SHARE "(m.company_id IS NOT NULL OR w.company_id IS NOT NULL) "

/* $2 kind, $3 pattern, $4 from, $5 to, $6 and $7 the row before, $8 limit; $1 the company: asked for, or whose it is.
 */
#define PAGE(pattern_of)                                                                                      \
	"AND c.merged_into IS NULL AND ($2::text IS NULL OR c.kind = $2::text) "                              \
	"AND ($3::text IS NULL OR " pattern_of " ILIKE $3::text OR c.key ILIKE $3::text) "                    \
	"AND c.last_ts >= coalesce($4::timestamptz, '-infinity') AND c.first_ts < coalesce($5::timestamptz, " \
	"'infinity') AND (c.last_ts, c.campaign_id) < (coalesce($6::timestamptz, 'infinity'), $7::bigint) "   \
	"ORDER BY c.last_ts DESC, c.campaign_id DESC LIMIT $8::bigint"

static int run_list(struct db *db, const char *sql, int64_t company_id, const struct campaign_filter *filter,
		    struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_text(&args, filter->kind);
	db_arg_text(&args, filter->pattern);
	db_arg_time(&args, filter->from);
	db_arg_time(&args, filter->to);
	db_arg_time(&args, filter->before_ts);
	db_arg_integer(&args, filter->before_ts == TIME_NONE ? INT64_MAX : filter->before_id);
	db_arg_integer(&args, filter->limit);
	return db_run(db, sql, &args, out, why);
}

int campaign_query_list(struct db *db, const struct campaign_filter *filter, struct db_result **out, struct err *why)
{
	return run_list(db,
			FOR_ALL "WHERE ($1::bigint IS NULL OR EXISTS (SELECT FROM campaign_member m "
				"WHERE m.company_id = $1::bigint AND m.campaign_id = c.campaign_id)) " PAGE("c.title"),
			filter->company_id, filter, out, why);
}

int campaign_query_list_own(struct db *db, int64_t company_id, const struct campaign_filter *filter,
			    struct db_result **out, struct err *why)
{
	return run_list(db, FOR_ONE "WHERE " HAS_SHARE PAGE(OWN_TITLE), company_id, filter, out, why);
}

static int run_for(struct db *db, const char *sql, int64_t company_id, int64_t campaign_id, struct db_result **out,
		   struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, campaign_id);
	return db_run(db, sql, &args, out, why);
}

int campaign_query_get(struct db *db, int64_t campaign_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, campaign_id);
	return db_run(db, FOR_ALL "WHERE c.campaign_id = $1::bigint", &args, out, why);
}

int campaign_query_get_own(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			   struct err *why)
{
	return run_for(db, FOR_ONE "WHERE c.campaign_id = $2::bigint AND " HAS_SHARE, company_id, campaign_id, out,
		       why);
}

void campaign_query_read(const struct db_result *r, int row, struct campaign_row *out)
{
	out->id = db_integer(r, row, 0);
	out->kind = db_text(r, row, 1);
	out->key = db_text(r, row, 2);
	out->title = db_text(r, row, 3);
	out->severity = db_integer(r, row, 4);
	out->first_ts = db_time(r, row, 5);
	out->last_ts = db_time(r, row, 6);
	out->first_day = db_text(r, row, 7);
	out->last_day = db_text(r, row, 8);
	out->companies = db_integer(r, row, 9);
	out->alerts = db_integer(r, row, 10);
	out->minimum = db_integer(r, row, 11);
	out->window_days = db_integer(r, row, 12);
	out->created_at = db_time(r, row, 13);
	out->updated_at = db_time(r, row, 14);
	out->version = db_integer(r, row, 15);
	out->merged_into = db_integer(r, row, 16);
	out->own_first = db_time(r, row, 17);
	out->own_last = db_time(r, row, 18);
	out->own_alerts = db_integer(r, row, 19);
	out->own_severity = db_integer(r, row, 20);
	out->warned_at = db_time(r, row, 21);
	out->warning = db_text(r, row, 22);
}

/* ---------------------------------------------------------------------------------------------------------- a page */

/* $1 the company, NULL: all; $2 the campaign. The earliest members are the same in both statements. */
#define SHOWN                                                                                       \
	"(SELECT m.company_id, m.first_ts, m.last_ts, m.alerts, m.severity FROM campaign_member m " \
	"WHERE m.campaign_id = $2::bigint AND m.company_id = coalesce($1::bigint, m.company_id) "   \
	"ORDER BY m.first_ts, m.company_id LIMIT 1000) m "

int campaign_query_members(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			   struct err *why)
{
	_Static_assert(CAMPAIGN_MEMBERS_MAX == 1000, "LIMIT of SHOWN");
	return run_for(db,
		       "SELECT m.company_id, o.name, m.first_ts, m.last_ts, m.alerts, m.severity FROM " SHOWN
		       "JOIN company o ON o.company_id = m.company_id ORDER BY m.first_ts, m.company_id",
		       company_id, campaign_id, out, why);
}

int campaign_query_days(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out, struct err *why)
{
	return run_for(db,
		       "SELECT m.company_id, s.day::text, sum(s.alerts)::bigint, min(s.severity) FROM campaign c "
		       "CROSS JOIN " SHOWN "JOIN campaign_sighting s ON s.kind = c.kind AND s.key = c.key "
		       "AND s.day BETWEEN c.first_day AND c.last_day AND s.company_id = m.company_id "
		       "WHERE c.campaign_id = $2::bigint "
		       "GROUP BY m.first_ts, m.company_id, s.day ORDER BY m.first_ts, m.company_id, s.day",
		       company_id, campaign_id, out, why);
}

/* Segments of an incident that went into another are the survivor's. */
int campaign_query_incidents(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			     struct err *why)
{
	_Static_assert(CAMPAIGN_INCIDENTS_MAX == 200, "LIMIT of the statement");
	return run_for(db,
		       "SELECT i.company_id, i.incident_id FROM (SELECT DISTINCT s.company_id, g.incident_id "
		       "FROM campaign c JOIN campaign_sighting s ON s.kind = c.kind AND s.key = c.key "
		       "AND s.day BETWEEN c.first_day AND c.last_day AND s.company_id = coalesce($1::bigint, "
		       "s.company_id) " CAMPAIGN_CHILD "WHERE c.campaign_id = $2::bigint) f "
		       "JOIN incident i ON i.company_id = f.company_id AND i.incident_id = f.incident_id "
		       "ORDER BY i.severity, i.last_ts DESC, i.incident_id DESC LIMIT 200",
		       company_id, campaign_id, out, why);
}

int campaign_query_shared(struct db *db, int64_t campaign_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, campaign_id);
	return db_run(db,
		      "SELECT s.kind, s.key, (array_agg(s.title ORDER BY s.severity, s.title_ts, s.title))[1], "
		      "count(DISTINCT s.company_id) FROM campaign c CROSS JOIN (SELECT company_id FROM campaign_member "
		      "WHERE campaign_id = $1::bigint ORDER BY first_ts, company_id LIMIT 1000) m "
		      "JOIN campaign_sighting s ON s.company_id = m.company_id "
		      "AND s.day BETWEEN c.first_day AND c.last_day WHERE c.campaign_id = $1::bigint "
		      "AND (s.kind, s.key) <> (c.kind, c.key) GROUP BY s.kind, s.key "
		      "HAVING count(DISTINCT s.company_id) >= 2 ORDER BY 4 DESC, 1, 2 LIMIT 20",
		      &args, out, why);
}

/* -------------------------------------------------------------------------------------------------------- warnings */

int campaign_query_warnings(struct db *db, int64_t company_id, int64_t campaign_id, struct db_result **out,
			    struct err *why)
{
	return run_for(db,
		       "SELECT w.company_id, o.name, w.at, w.user_id, u.display_name, w.body FROM campaign_warning w "
		       "JOIN company o ON o.company_id = w.company_id LEFT JOIN app_user u ON u.user_id = w.user_id "
		       "WHERE w.campaign_id = $2::bigint AND w.company_id = coalesce($1::bigint, w.company_id) "
		       "ORDER BY w.at DESC, w.company_id LIMIT 1000",
		       company_id, campaign_id, out, why);
}

/* Companies that may be warned of campaign $1. */
#define NOT_HIT                                                                                              \
	"o.left_at IS NULL AND NOT EXISTS (SELECT FROM campaign_member m WHERE m.company_id = o.company_id " \
	"AND m.campaign_id = $1::bigint) AND NOT EXISTS (SELECT FROM campaign_warning w "                    \
	"WHERE w.company_id = o.company_id AND w.campaign_id = $1::bigint)"

int campaign_query_not_hit(struct db *db, int64_t campaign_id, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, campaign_id);
	if (db_run(db, "SELECT count(*) FROM company o WHERE " NOT_HIT, &args, &r, why) != 0)
		return -1;
	*count = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

int campaign_query_named(struct db *db, int64_t campaign_id, const char *text, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, campaign_id);
	db_arg_text(&args, text);
	return db_run(
	    db,
	    "SELECT o.company_id, o.name FROM campaign_member m JOIN company o ON o.company_id = m.company_id "
	    "WHERE m.campaign_id = $1::bigint AND position(lower(o.name) IN lower($2::text)) > 0 "
	    "ORDER BY o.company_id LIMIT 20",
	    &args, out, why);
}

int campaign_query_warn(struct db *db, int64_t campaign_id, const int64_t *company_ids, size_t count, int64_t user_id,
			const char *text, struct db_result **out, struct err *why)
{
	struct array_text ids = { 0 };
	struct db_args args = { 0 };
	int failed;

	for (size_t i = 0; company_ids && i < count; i++)
		array_text_integer(&ids, company_ids[i]);
	db_arg_integer(&args, campaign_id);
	db_arg_text(&args, company_ids ? array_text(&ids) : NULL);
	db_arg_integer(&args, user_id);
	db_arg_text(&args, text);
	if (company_ids && !args.values[1])
		failed = err_set(why, ERR_NOMEM, "no memory for %zu companies", count);
	else
		failed =
		    db_run(db,
			   "WITH warned AS (INSERT INTO campaign_warning (company_id, campaign_id, at, user_id, body) "
			   "SELECT o.company_id, $1::bigint, now(), $3::bigint, $4::text FROM company o "
			   "WHERE ($2::bigint[] IS NULL OR o.company_id = ANY ($2::bigint[])) AND " NOT_HIT
			   " ORDER BY o.company_id ON CONFLICT DO NOTHING RETURNING company_id), "
			   /* Their contacts are told by the escalator. */
			   "asked AS (INSERT INTO page_request (company_id, kind, subject_id, what, severity, user_id) "
			   "SELECT company_id, 'campaign', $1::bigint, 'raised', 4, $3::bigint FROM warned) "
			   "SELECT company_id FROM warned ORDER BY company_id",
			   &args, out, why);
	if (!failed && db_notify(db, "hinomi_page", why) != 0) {
		db_result_free(*out);
		failed = -1;
	}
	array_text_release(&ids);
	return failed;
}

/* ----------------------------------------------------------------------------------------------------- an incident's
 */

/* What went into the incident was told before it did. */
int campaign_query_of_incident(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out,
			       struct err *why)
{
	return run_for(db,
		       "WITH RECURSIVE part (incident_id) AS (SELECT $2::bigint UNION SELECT i.incident_id FROM part p "
		       "JOIN incident i ON i.company_id = $1::bigint AND i.merged_into = p.incident_id) "
		       "SELECT c.campaign_id, c.kind, " OWN_TITLE ", c.severity, c.companies FROM campaign c "
		       "WHERE c.campaign_id IN (SELECT coalesce(t.merged_into, t.campaign_id) FROM part p "
		       "JOIN incident_event e ON e.company_id = $1::bigint AND e.incident_id = p.incident_id "
		       "AND e.kind = 'campaign' JOIN campaign t ON t.campaign_id = (e.body->>'campaign_id')::bigint) "
		       "ORDER BY c.last_ts DESC, c.campaign_id DESC LIMIT 50",
		       company_id, incident_id, out, why);
}
