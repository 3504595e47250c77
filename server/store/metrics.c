#include "server/store/metrics.h"

#include <math.h>

/* How the table is laid out: what stands in each row. */
static const struct {
	const char *direction, *engine;
} layout[METRICS_ROWS] = {
	{ "inbound", "total" },      { "inbound", "ips" },   { "inbound", "antivirus" }, { "inbound", "web" },
	{ "inbound", "dns" },        { "inbound", "other" }, { "outbound", "total" },    { "outbound", "ips" },
	{ "outbound", "antivirus" }, { "outbound", "web" },  { "outbound", "dns" },      { "outbound", "other" },
};

/* Parameters of both statements: $1 first day, $2 last day, $3 zone, $4 company or NULL.
 *
 * Detections by company, day, direction and engine, of all directions. The alerts of each row of work are found by the
 * primary key: the aggregate inside LATERAL keeps the planner from joining two large sets on company_id alone. */
#define COUNTED                                                                                                       \
	"counted AS ("                                                                                                \
	"SELECT d.company_id, d.day, d.direction, d.engine, d.detections FROM company_day d "                         \
	"WHERE d.day BETWEEN $1::date AND $2::date AND ($4::bigint IS NULL OR d.company_id = $4::bigint) "            \
	"UNION ALL "                                                                                                  \
	"SELECT w.company_id, a.day, a.direction, a.engine, a.detections FROM work w CROSS JOIN LATERAL ("            \
	"SELECT (x.ts AT TIME ZONE $3::text)::date AS day, x.direction, x.engine, sum(x.repeat_count) AS detections " \
	"FROM alert x WHERE x.company_id = w.company_id AND x.id BETWEEN w.id_from AND w.id_to "                      \
	"AND x.ts BETWEEN w.ts_from AND w.ts_to AND x.kind = 'alert' GROUP BY 1, 2, 3) a "                            \
	"WHERE a.day BETWEEN $1::date AND $2::date AND ($4::bigint IS NULL OR w.company_id = $4::bigint))"

/* Today in the zone, or the last day if that is over: time that has not come is not monitored. */
#define LAST_DAY "least($2::date, (now() AT TIME ZONE $3::text)::date)"

/* Spans cut to the period. Those of one company never overlap (the table's exclusion constraint), so their days may be
 * added up. */
#define SPANS                                                                              \
	"span AS (SELECT s.company_id, greatest(s.from_day, $1::date) AS from_day, "       \
	"least(s.to_day, " LAST_DAY ") AS to_day FROM monitoring_span s "                  \
	"WHERE s.from_day <= " LAST_DAY " AND (s.to_day IS NULL OR s.to_day >= $1::date) " \
	"AND ($4::bigint IS NULL OR s.company_id = $4::bigint)), "

static const char detections_sql[] =
    "WITH " SPANS COUNTED ", "
    "exposure AS (SELECT company_id, sum(to_day - from_day + 1)::bigint AS days FROM span "
    "WHERE to_day >= from_day GROUP BY company_id), "
    "by_engine AS (SELECT d.company_id, d.direction, d.engine, sum(d.detections) AS detections, "
    "sum(d.detections) FILTER (WHERE s.company_id IS NULL) AS outside FROM counted d LEFT JOIN span s "
    "ON s.company_id = d.company_id AND d.day BETWEEN s.from_day AND s.to_day "
    "WHERE d.direction IN ('inbound', 'outbound') GROUP BY d.company_id, d.direction, d.engine), "
    "by_company AS (SELECT company_id, direction, coalesce(engine, 'total') AS engine, sum(detections) AS detections "
    "FROM by_engine GROUP BY GROUPING SETS ((company_id, direction, engine), (company_id, direction))) "
    "SELECT b.direction, b.engine, count(*), sum(b.detections)::bigint, coalesce(sum(e.days), 0)::bigint "
    "FROM by_company b LEFT JOIN exposure e ON e.company_id = b.company_id GROUP BY b.direction, b.engine "
    "UNION ALL SELECT 'monitored', '', count(*), 0, coalesce(sum(days), 0)::bigint FROM exposure "
    "UNION ALL SELECT 'outside', '', 0, coalesce(sum(outside), 0)::bigint, 0 FROM by_engine";

static void add_period(struct db_args *args, const char *from, const char *to, const char *timezone, int64_t company_id)
{
	db_arg_text(args, from);
	db_arg_text(args, to);
	db_arg_text(args, timezone);
	db_arg_optional(args, company_id);
}

static void take_row(struct metrics_detections *out, const struct db_result *result, int row)
{
	const struct exposure_row figures = {
		.companies = db_integer(result, row, 2),
		.detections = db_integer(result, row, 3),
		.days = db_integer(result, row, 4),
	};
	struct slice direction = db_slice(result, row, 0), engine = db_slice(result, row, 1);

	if (slice_is(direction, "monitored"))
		out->monitored = figures;
	else if (slice_is(direction, "outside"))
		out->outside_spans = figures.detections;
	for (int i = 0; i < METRICS_ROWS; i++)
		if (slice_is(direction, layout[i].direction) && slice_is(engine, layout[i].engine))
			out->rows[i].affected = figures;
}

int metrics_detections(struct db *db, const char *from, const char *to, const char *timezone, int64_t company_id,
		       struct metrics_detections *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	*out = (struct metrics_detections){ 0 };
	snprintf(out->from, sizeof(out->from), "%s", from);
	snprintf(out->to, sizeof(out->to), "%s", to);
	for (int i = 0; i < METRICS_ROWS; i++) {
		out->rows[i].direction = layout[i].direction;
		out->rows[i].engine = layout[i].engine;
	}
	add_period(&args, from, to, timezone, company_id);
	if (db_run(db, detections_sql, &args, &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result); row++)
		take_row(out, result, row);
	db_result_free(result);
	return 0;
}

double metrics_company_months(int64_t days)
{
	return (double)days * 12 / 365;
}

double metrics_rate(int64_t detections, int64_t days)
{
	return days > 0 ? (double)detections * 365 / ((double)days * 12) : (double)NAN;
}

double metrics_monitored_rate(const struct metrics_detections *m, const struct metrics_row *row)
{
	return metrics_rate(row->affected.detections, m->monitored.days);
}

double metrics_mean_days(const struct metrics_detections *m)
{
	return m->monitored.companies > 0 ? (double)m->monitored.days / (double)m->monitored.companies : 0;
}

void metrics_detections_write(const struct metrics_detections *m, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "from", m->from);
	json_put_string(w, "to", m->to);
	json_put_integer(w, "monitored_companies", m->monitored.companies);
	json_put_real(w, "mean_monitored_days", metrics_mean_days(m));
	json_open_array(w, "rows");
	for (int i = 0; i < METRICS_ROWS; i++) {
		const struct metrics_row *row = &m->rows[i];

		json_open_object(w, NULL);
		json_put_string(w, "direction", row->direction);
		json_put_string(w, "engine", row->engine);
		json_put_integer(w, "companies", row->affected.companies);
		json_put_integer(w, "detections", row->affected.detections);
		json_put_real(w, "per_company_month", metrics_rate(row->affected.detections, row->affected.days));
		json_put_real(w, "per_monitored_company_month", metrics_monitored_rate(m, row));
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

/* The period is given in whole months: $1 its first day, $2 its last. */
static const char months_sql[] =
    "WITH " SPANS COUNTED ", "
    "figure AS (SELECT company_id, date_trunc('month', day::timestamp)::date AS month, 0::bigint AS incidents, "
    "detections, 0::bigint AS days FROM counted "
    "UNION ALL SELECT i.company_id, date_trunc('month', i.first_ts AT TIME ZONE $3::text)::date, 1, 0, 0 "
    "FROM incident i WHERE i.state <> 'merged' AND i.first_ts >= $1::date::timestamp AT TIME ZONE $3::text "
    "AND i.first_ts < ($2::date + 1)::timestamp AT TIME ZONE $3::text "
    "AND ($4::bigint IS NULL OR i.company_id = $4::bigint) "
    "UNION ALL SELECT s.company_id, m.month::date, 0, 0, "
    "least(s.to_day, (m.month + interval '1 month')::date - 1) - greatest(s.from_day, m.month::date) + 1 "
    "FROM span s CROSS JOIN LATERAL generate_series(date_trunc('month', s.from_day::timestamp), s.to_day::timestamp, "
    "interval '1 month') AS m (month) WHERE s.to_day >= s.from_day), "
    "total AS (SELECT company_id, month, sum(incidents)::bigint AS incidents, sum(detections)::bigint AS detections, "
    "sum(days)::bigint AS days FROM figure GROUP BY company_id, month) "
    "SELECT f.company_id, c.name, to_char(f.month, 'YYYY-MM'), f.incidents, f.detections, f.days "
    "FROM total f JOIN company c ON c.company_id = f.company_id ORDER BY f.month, f.company_id";

/* The last day of a month, as text. */
static void month_end(const char *month, char out[METRICS_DAY_SIZE])
{
	int64_t year = 0, number = 0;
	int y, m, d;

	slice_to_int64(slice_of(month, 4), &year);
	slice_to_int64(slice_of(month + 5, 2), &number);
	y = (int)(number == 12 ? year + 1 : year);
	m = (int)(number == 12 ? 1 : number + 1);
	civil_from_days(days_from_civil(y, m, 1) - 1, &y, &m, &d);
	memcpy(out, month, 7);
	out[7] = '-';
	out[8] = (char)('0' + d / 10);
	out[9] = (char)('0' + d % 10);
	out[10] = '\0';
}

int metrics_months(struct db *db, const char *from, const char *to, const char *timezone, int64_t company_id,
		   struct db_result **out, struct err *why)
{
	char first[METRICS_DAY_SIZE], last[METRICS_DAY_SIZE];
	struct db_args args = { 0 };

	snprintf(first, sizeof(first), "%.7s-01", from);
	month_end(to, last);
	add_period(&args, first, last, timezone, company_id);
	return db_run(db, months_sql, &args, out, why);
}

void metrics_month_read(const struct db_result *result, int row, struct metrics_month *out)
{
	out->company_id = db_integer(result, row, 0);
	out->company = db_text(result, row, 1);
	out->month = db_text(result, row, 2);
	out->incidents = db_integer(result, row, 3);
	out->detections = db_integer(result, row, 4);
	out->monitored_days = db_integer(result, row, 5);
}

void metrics_months_write(const char *from, const char *to, const struct db_result *result, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "from", from);
	json_put_string(w, "to", to);
	json_open_array(w, "rows");
	for (int row = 0; row < db_rows(result); row++) {
		struct metrics_month m;

		metrics_month_read(result, row, &m);
		json_open_object(w, NULL);
		json_put_integer(w, "company_id", m.company_id);
		json_put_string(w, "company", m.company);
		json_put_string(w, "month", m.month);
		json_put_integer(w, "incidents", m.incidents);
		json_put_integer(w, "detections", m.detections);
		json_put_integer(w, "monitored_days", m.monitored_days);
		json_put_real(w, "company_months", metrics_company_months(m.monitored_days));
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}
