#include "server/store/report_board.h"

#include "server/store/report_flow_inner.h"

/* ------------------------------------------------------------------------------------------------------------- board
 */

/* The report that counts of company c and month `day`: as row x. */
#define LATEST(day)                                                                                                    \
	"LEFT JOIN LATERAL (SELECT r.company_id, r.report_id, r.issue, r.grade, r.state, r.version, " REPORT_STEP_OF_R \
	" AS step FROM report r WHERE r.company_id = c.company_id AND r.kind = 'monthly' AND r.month = " day           \
	" ORDER BY r.state = 'withdrawn', r.issue DESC LIMIT 1) x ON true "

/* $1 and $2: first and last month, $3 pattern, $4 state, $5 grade, $6 zone, $7 after, $8 limit. */
static const char board_sql[] = "WITH page AS (SELECT c.company_id, c.name, c.member_no FROM company c " LATEST(
    "($2::text || '-01')::date") "WHERE c.company_id > $7::bigint AND ($3::text IS NULL OR c.name ILIKE $3::text OR "
				 "c.member_no ILIKE $3::text) "
				 "AND ($4::text IS NULL OR CASE $4::text WHEN 'none' THEN x.report_id IS NULL "
				 "ELSE x.state = $4::text OR x.step = $4::text END) AND ($5::text IS NULL OR x.grade = "
				 "$5::text) "
				 "AND (EXISTS (SELECT FROM report o WHERE o.company_id = c.company_id AND o.kind = "
				 "'monthly' "
				 "AND o.month BETWEEN ($1::text || '-01')::date AND ($2::text || '-01')::date) "
				 "OR EXISTS (SELECT FROM monitoring_span m WHERE m.company_id = c.company_id "
				 "AND (now() AT TIME ZONE $6::text)::date >= m.from_day "
				 "AND (m.to_day IS NULL OR m.to_day >= (now() AT TIME ZONE $6::text)::date))) "
				 "ORDER BY c.company_id LIMIT $8::bigint) "
				 "SELECT c.company_id, c.name, c.member_no, (SELECT count(*) FROM company_contact p "
				 "WHERE p.company_id = c.company_id AND p.removed_at IS NULL AND p.gets_reports AND "
				 "p.email IS NOT NULL "
				 "AND p.bounced_at IS NULL), (SELECT json_agg(CASE WHEN x.report_id IS NOT NULL THEN "
				 "json_build_object("
				 "'report_id', x.report_id, 'step', x.step, 'grade', x.grade, 'issue', x.issue, "
				 "'waiting', "
				 "(SELECT count(*) FROM report_job j WHERE j.company_id = x.company_id AND j.report_id "
				 "= x.report_id "
				 "AND j.failed_at IS NULL), 'version', x.version) END ORDER BY d.day)::text "
				 "FROM generate_series(($1::text || '-01')::timestamp, ($2::text || '-01')::timestamp, "
				 "'1 month') d(day) " LATEST("d.day::date") ") FROM page c ORDER BY c.company_id";

int report_board_list(struct db *db, const struct report_board_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, filter->from);
	db_arg_text(&args, filter->to);
	db_arg_text(&args, filter->pattern);
	db_arg_text(&args, filter->state);
	db_arg_text(&args, filter->grade);
	db_arg_text(&args, filter->timezone);
	db_arg_integer(&args, filter->after_company);
	db_arg_integer(&args, filter->limit);
	return db_run(db, board_sql, &args, out, why);
}

/* ------------------------------------------------------------------------------------------------------------ months
 */

/* $1 month or NULL, $2 zone. */
static const char months_sql[] =
    "WITH today AS (SELECT date_trunc('month', now() AT TIME ZONE $2::text)::date AS month), "
    "months AS (SELECT m.month FROM (SELECT d.day::date AS month FROM today, generate_series(greatest("
    "(SELECT date_trunc('month', min(from_day)::timestamp) FROM monitoring_span), today.month - interval '36 months'), "
    "today.month - interval '1 month', '1 month') d(day) UNION SELECT month FROM month_close "
    "UNION SELECT ($1::text || '-01')::date) m "
    "WHERE m.month IS NOT NULL AND ($1::text IS NULL OR m.month = ($1::text || '-01')::date) "
    "ORDER BY m.month DESC LIMIT 36), "
    "latest AS (SELECT DISTINCT ON (r.company_id, r.month) r.month, r.grade, r.state, " REPORT_STEP_OF_R " AS step "
    "FROM report r JOIN months m ON m.month = r.month WHERE r.kind = 'monthly' "
    "ORDER BY r.company_id, r.month, r.state = 'withdrawn', r.issue DESC), "
    "counted AS (SELECT m.month, json_build_object('total', count(l.step), "
    "'draft', count(*) FILTER (WHERE step = 'draft'), "
    "'needs_comment', count(*) FILTER (WHERE step = 'needs_comment'), "
    "'approved', count(*) FILTER (WHERE step = 'approved'), 'published', count(*) FILTER (WHERE step = 'published'), "
    "'sent', count(*) FILTER (WHERE step = 'sent'), 'opened', count(*) FILTER (WHERE step = 'opened'), "
    "'withdrawn', count(*) FILTER (WHERE step = 'withdrawn'), "
    "'failed', count(*) FILTER (WHERE step = 'failed'))::text AS steps, "
    "json_build_object('sunny', count(*) FILTER (WHERE grade = 'sunny' AND state <> 'withdrawn'), "
    "'hazy', count(*) FILTER (WHERE grade = 'hazy' AND state <> 'withdrawn'), "
    "'cloudy', count(*) FILTER (WHERE grade = 'cloudy' AND state <> 'withdrawn'), "
    "'rainy', count(*) FILTER (WHERE grade = 'rainy' AND state <> 'withdrawn'), "
    "'fog', count(*) FILTER (WHERE grade = 'fog' AND state <> 'withdrawn'))::text AS grades "
    "FROM months m LEFT JOIN latest l ON l.month = m.month GROUP BY m.month) "
    "SELECT to_char(m.month, 'YYYY-MM'), m.month < today.month, c.version, c.made_at, u.display_name, c.reason, "
    "m.steps, m.grades, "
    "(SELECT max(run_id) FROM report_run w WHERE w.month = m.month AND w.state = 'running'), "
    "EXISTS (SELECT FROM report_run w WHERE w.month = m.month AND w.state = 'running' AND w.kind = 'close') "
    "FROM counted m CROSS JOIN today LEFT JOIN month_close c ON c.month = m.month AND NOT EXISTS (SELECT "
    "FROM month_close n WHERE n.month = c.month AND n.version > c.version) "
    "LEFT JOIN app_user u ON u.user_id = c.made_by ORDER BY m.month DESC";

int report_months(struct db *db, const char *month, const char *timezone, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, month);
	db_arg_text(&args, timezone);
	return db_run(db, months_sql, &args, out, why);
}

void report_months_read(const struct db_result *r, int row, struct report_month *out)
{
	*out = (struct report_month){
		.month = db_text(r, row, 0),
		.over = db_bool(r, row, 1),
		.version = db_integer(r, row, 2),
		.closed_at = db_time(r, row, 3),
		.closed_by = db_text(r, row, 4),
		.reason = db_text(r, row, 5),
		.steps = db_text(r, row, 6),
		.grades = db_text(r, row, 7),
		.run_id = db_integer(r, row, 8),
		.closing = db_bool(r, row, 9),
	};
}
