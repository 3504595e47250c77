#include "server/store/company_query.h"

/* $1 company or NULL, $2 pattern or NULL, $3 zone. */
static const char list[] =
    "SELECT c.company_id, c.name, c.member_no, c.industry, c.area, c.employees, coalesce(n.sensors, 0), "
    "coalesce(n.down, 0), coalesce(i.open, 0), coalesce(d.detections, 0), m.from_day::text, m.to_day::text, "
    "n.last_seen_at, array_to_json(c.tags)::text, coalesce(i.grave, 0) FROM company c "
    "LEFT JOIN (SELECT s.company_id, count(*) AS sensors, count(*) FILTER (WHERE s.state = 'down') AS down, "
    "max(h.last_seen_at) AS last_seen_at FROM sensor s LEFT JOIN sensor_health h "
    "ON h.company_id = s.company_id AND h.sensor_id = s.sensor_id WHERE s.state <> 'revoked' "
    "AND ($1::bigint IS NULL OR s.company_id = $1::bigint) GROUP BY s.company_id) n ON n.company_id = c.company_id "
    "LEFT JOIN (SELECT company_id, count(*) AS open, count(*) FILTER (WHERE severity <= 2) AS grave FROM incident "
    "WHERE state IN ('open', 'acknowledged', 'contained') AND ($1::bigint IS NULL OR company_id = $1::bigint) "
    "GROUP BY company_id) i ON i.company_id = c.company_id "
    "LEFT JOIN (SELECT company_id, sum(detections)::bigint AS detections FROM company_day "
    "WHERE day > (now() AT TIME ZONE $3::text)::date - 30 AND ($1::bigint IS NULL OR company_id = $1::bigint) "
    "GROUP BY company_id) d ON d.company_id = c.company_id "
    "LEFT JOIN (SELECT DISTINCT ON (company_id) company_id, from_day, to_day FROM monitoring_span "
    "WHERE $1::bigint IS NULL OR company_id = $1::bigint ORDER BY company_id, from_day DESC) m "
    "ON m.company_id = c.company_id "
    "WHERE ($1::bigint IS NULL OR c.company_id = $1::bigint) "
    "AND ($2::text IS NULL OR c.name ILIKE $2::text OR c.member_no ILIKE $2::text) ORDER BY c.name, c.company_id";

int company_query_list(struct db *db, int64_t company_id, const char *pattern, const char *timezone,
		       struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_text(&args, pattern);
	db_arg_text(&args, timezone);
	return db_run(db, list, &args, out, why);
}

void company_query_read(const struct db_result *r, int row, struct company_row *out)
{
	out->id = db_integer(r, row, 0);
	out->name = db_text(r, row, 1);
	out->member_no = db_text(r, row, 2);
	out->industry = db_text(r, row, 3);
	out->area = db_text(r, row, 4);
	out->employees = db_is_null(r, row, 5) ? -1 : db_integer(r, row, 5);
	out->sensors = db_integer(r, row, 6);
	out->sensors_down = db_integer(r, row, 7);
	out->open_incidents = db_integer(r, row, 8);
	out->detections_30d = db_integer(r, row, 9);
	out->monitored_from = db_text(r, row, 10);
	out->monitored_to = db_text(r, row, 11);
	out->last_seen_at = db_time(r, row, 12);
	out->tags = db_text(r, row, 13);
	out->open_grave = db_integer(r, row, 14);
}

int company_query_report_language(struct db *db, int64_t company_id, const char **out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	db_arg_integer(&args, company_id);
	if (db_run(db, "SELECT report_language = 'en' FROM company WHERE company_id = $1::bigint", &args, &result,
		   why) != 0)
		return -1;
	if (db_rows(result) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "no such company");
	else
		*out = db_bool(result, 0, 0) ? "en" : "ja";
	db_result_free(result);
	return failed;
}

int company_query_set_report_language(struct db *db, int64_t company_id, const char *language, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_text(&args, language);
	return db_run(db, "UPDATE company SET report_language = $2::text WHERE company_id = $1::bigint", &args, NULL,
		      why);
}

static int run_for_company(struct db *db, const char *sql, int64_t company_id, const char *timezone,
			   struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	if (timezone)
		db_arg_text(&args, timezone);
	return db_run(db, sql, &args, out, why);
}

int company_query_exists(struct db *db, int64_t company_id, struct err *why)
{
	struct db_result *result;
	int rows;

	if (run_for_company(db, "SELECT 1 FROM company WHERE company_id = $1::bigint", company_id, NULL, &result,
			    why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "no such company");
}

int company_query_spans(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	return run_for_company(
	    db,
	    "SELECT coalesce((SELECT json_agg(network::text ORDER BY network) FROM company_network "
	    "WHERE company_id = $1::bigint), '[]')::text, "
	    "coalesce((SELECT json_agg(json_build_object('id', span_id, 'from', from_day, 'to', to_day) "
	    "ORDER BY from_day) FROM monitoring_span WHERE company_id = $1::bigint), '[]')::text",
	    company_id, NULL, out, why);
}

int company_query_days(struct db *db, int64_t company_id, const char *timezone, struct db_result **out, struct err *why)
{
	return run_for_company(
	    db,
	    "SELECT g.day::date::text, coalesce(sum(d.detections) FILTER (WHERE d.severity = 1), 0)::bigint, "
	    "coalesce(sum(d.detections) FILTER (WHERE d.severity = 2), 0)::bigint, "
	    "coalesce(sum(d.detections) FILTER (WHERE d.severity = 3), 0)::bigint, "
	    "coalesce(sum(d.detections) FILTER (WHERE d.severity = 4), 0)::bigint, "
	    "coalesce(sum(d.detections) FILTER (WHERE d.severity = 5), 0)::bigint "
	    "FROM generate_series((now() AT TIME ZONE $2::text)::date - 29, (now() AT TIME ZONE $2::text)::date, "
	    "interval '1 day') AS g (day) LEFT JOIN company_day d ON d.company_id = $1::bigint "
	    "AND d.day = g.day::date GROUP BY g.day ORDER BY g.day",
	    company_id, timezone, out, why);
}

int company_query_signatures(struct db *db, int64_t company_id, const char *timezone, struct db_result **out,
			     struct err *why)
{
	return run_for_company(
	    db,
	    "SELECT signature, sum(repeat_count)::bigint, direction FROM alert WHERE company_id = $1::bigint "
	    "AND kind = 'alert' AND ts >= ((now() AT TIME ZONE $2::text)::date - 29) AT TIME ZONE $2::text "
	    "AND ts <= now() GROUP BY signature, direction ORDER BY 2 DESC, 1, 3 LIMIT 10",
	    company_id, timezone, out, why);
}
