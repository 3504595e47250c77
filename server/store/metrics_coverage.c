#include "server/store/metrics_coverage.h"

#include "server/store/metrics_coverage_sql.h"

#include <math.h>

double metrics_covered(int64_t due_hours, int64_t seen_hours)
{
	return due_hours > 0 ? (double)seen_hours / (double)due_hours : (double)NAN;
}

/* Figures of the ledger on days d, added up. Missing is told day by day: a day that got more than was due does not make
 * up for another. */
#define LEDGER                                                                                                 \
	"coalesce(sum(d.expected), 0)::bigint AS expected, coalesce(sum(d.received), 0)::bigint AS received, " \
	"coalesce(sum(d.dropped), 0)::bigint AS dropped, "                                                     \
	"coalesce(sum(greatest(d.expected - d.received - d.dropped, 0)), 0)::bigint AS missing "

/* The whole period is one part. */
#define PIECES                                                                                                 \
	"WITH " METRICS_COHORT METRICS_SPANS "piece AS MATERIALIZED (SELECT company_id, 0 AS part, from_day, " \
	"to_day FROM span WHERE to_day >= from_day), " METRICS_CLOCK METRICS_LIFE METRICS_SENSOR_DUE

/* Behind the cohort: $11, $12 company and sensor of the row before, $13 most. */
static const char sensors_sql[] = PIECES
    "figure AS (SELECT s.company_id, s.sensor_id, sum(s.days)::bigint AS days, sum(s.due)::bigint AS due, "
    "sum(h.seen)::bigint AS seen, sum(s.past_days - h.past_days)::bigint AS silent_days, "
    "sum(h.expected)::bigint AS expected, sum(h.received)::bigint AS received, sum(h.dropped)::bigint AS dropped, "
    "sum(h.missing)::bigint AS missing FROM sensor_due s CROSS JOIN clock k CROSS JOIN LATERAL ("
    "SELECT coalesce(sum(bit_count(" METRICS_HEARD "::bit(24))), 0) AS seen, "
    "count(*) FILTER (WHERE " METRICS_HEARD " <> 0 AND d.day < k.today) AS past_days, " LEDGER
    "FROM sensor_day d WHERE " METRICS_DAYS_OF_DUE ") h "
    "WHERE (s.company_id, s.sensor_id) > ($11::bigint, $12::bigint) GROUP BY s.company_id, s.sensor_id) "
    "SELECT f.company_id, c.name, f.sensor_id, s.name, t.name, h.agent_version, h.last_seen_at, s.revoked_at, f.days, "
    "f.due, f.seen, f.silent_days, f.expected, f.received, f.dropped, f.missing FROM figure f "
    "JOIN cohort c ON c.company_id = f.company_id "
    "JOIN sensor s ON s.company_id = f.company_id AND s.sensor_id = f.sensor_id "
    "LEFT JOIN site t ON t.company_id = s.company_id AND t.site_id = s.site_id "
    "LEFT JOIN sensor_health h ON h.company_id = f.company_id AND h.sensor_id = f.sensor_id "
    "ORDER BY f.company_id, f.sensor_id LIMIT $13::bigint";

/* What hours of a company no sensor was heard in: those that were due of any, or of days without a sensor, less those
 * in which one was heard. */
#define COMPANIES                                                                                                     \
	METRICS_BARE                                                                                                  \
	"heard AS (SELECT s.company_id, d.day, bit_or(" METRICS_HEARD ") AS bits, " LEDGER                            \
	"FROM sensor_due s JOIN sensor_day d ON " METRICS_DAYS_OF_DUE                                                 \
	" AND d.day BETWEEN $1::date AND $2::date GROUP BY s.company_id, d.day), "                                    \
	"seen AS (SELECT company_id, sum(bit_count(bits::bit(24)))::bigint AS hours, "                                \
	"count(*) FILTER (WHERE bits <> 0 AND heard.day < k.today) AS past_days, "                                    \
	"sum(expected)::bigint AS expected, sum(received)::bigint AS received, sum(dropped)::bigint AS dropped, "     \
	"sum(missing)::bigint AS missing FROM heard CROSS JOIN clock k GROUP BY company_id), "                        \
	"hours AS (SELECT s.company_id, sum(s.due)::bigint AS due, sum(h.seen)::bigint AS seen, "                     \
	"count(DISTINCT s.sensor_id) AS sensors, range_agg(int8range(s.from_h, s.to_h)) AS due_of_any "               \
	"FROM sensor_due s CROSS JOIN LATERAL (SELECT coalesce(sum(bit_count(" METRICS_HEARD                          \
	"::bit(24))), 0) AS seen "                                                                                    \
	"FROM sensor_day d WHERE " METRICS_DAYS_OF_DUE ") h GROUP BY s.company_id), "                                 \
	"watched AS (SELECT p.company_id, sum(p.to_day - p.from_day + 1)::bigint AS days, "                           \
	"sum(least(p.to_day, k.today - 1) - least(p.from_day - 1, k.today - 1))::bigint AS past_days "                \
	"FROM piece p CROSS JOIN clock k GROUP BY p.company_id), "                                                    \
	"figure AS (SELECT w.company_id, coalesce(h.sensors, 0) AS sensors, w.days, "                                 \
	"coalesce(h.due, 0) + coalesce(b.hours, 0) AS due, coalesce(h.seen, 0) AS seen, "                             \
	"w.past_days - coalesce(e.past_days, 0) AS silent_days, coalesce(e.expected, 0) AS expected, "                \
	"coalesce(e.received, 0) AS received, coalesce(e.dropped, 0) AS dropped, coalesce(e.missing, 0) AS missing, " \
	"coalesce(b.hours, 0) + (SELECT coalesce(sum(upper(r) - lower(r)), 0)::bigint FROM unnest(h.due_of_any) r) "  \
	"- coalesce(e.hours, 0) AS silent_hours FROM watched w LEFT JOIN hours h USING (company_id) "                 \
	"LEFT JOIN seen e USING (company_id) LEFT JOIN bare b USING (company_id)) "

static const char companies_sql[] = PIECES COMPANIES
    "SELECT f.company_id, c.name, f.sensors, f.silent_hours, f.days, f.due, f.seen, f.silent_days, f.expected, "
    "f.received, "
    "f.dropped, f.missing FROM figure f JOIN cohort c ON c.company_id = f.company_id WHERE f.company_id > $11::bigint "
    "ORDER BY f.company_id LIMIT $12::bigint";

static const char sum_sql[] = PIECES COMPANIES
    "SELECT count(*), coalesce(sum(sensors), 0)::bigint, coalesce(sum(silent_hours), 0)::bigint, "
    "count(*) FILTER (WHERE silent_days > 0), coalesce(sum(days), 0)::bigint, coalesce(sum(due), 0)::bigint, "
    "coalesce(sum(seen), 0)::bigint, coalesce(sum(silent_days), 0)::bigint, coalesce(sum(expected), 0)::bigint, "
    "coalesce(sum(received), 0)::bigint, coalesce(sum(dropped), 0)::bigint, coalesce(sum(missing), 0)::bigint FROM "
    "figure";

static void read_figures(const struct db_result *result, int row, int column, struct metrics_coverage *out)
{
	out->monitored_days = db_integer(result, row, column);
	out->due_hours = db_integer(result, row, column + 1);
	out->seen_hours = db_integer(result, row, column + 2);
	out->silent_days = db_integer(result, row, column + 3);
	out->expected = db_integer(result, row, column + 4);
	out->received = db_integer(result, row, column + 5);
	out->dropped = db_integer(result, row, column + 6);
	out->missing = db_integer(result, row, column + 7);
}

int metrics_coverage_sensors(struct db *db, const struct metrics_period *period, int64_t after_company,
			     int64_t after_sensor, int64_t most, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	metrics_add_period(&args, period);
	db_arg_integer(&args, after_company);
	db_arg_integer(&args, after_sensor);
	db_arg_optional(&args, most);
	return metrics_plan(db, why) != 0 ? -1 : db_run(db, sensors_sql, &args, out, why);
}

void metrics_coverage_sensor_read(const struct db_result *result, int row, struct metrics_sensor_coverage *out)
{
	out->company_id = db_integer(result, row, 0);
	out->company = db_text(result, row, 1);
	out->sensor_id = db_integer(result, row, 2);
	out->name = db_text(result, row, 3);
	out->site = db_text(result, row, 4);
	out->agent_version = db_text(result, row, 5);
	out->last_seen_at = db_time(result, row, 6);
	out->revoked_at = db_time(result, row, 7);
	read_figures(result, row, 8, &out->figures);
}

int metrics_coverage_companies(struct db *db, const struct metrics_period *period, int64_t after_company, int64_t most,
			       struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	metrics_add_period(&args, period);
	db_arg_integer(&args, after_company);
	db_arg_optional(&args, most);
	return metrics_plan(db, why) != 0 ? -1 : db_run(db, companies_sql, &args, out, why);
}

void metrics_coverage_company_read(const struct db_result *result, int row, struct metrics_company_coverage *out)
{
	out->company_id = db_integer(result, row, 0);
	out->company = db_text(result, row, 1);
	out->sensors = db_integer(result, row, 2);
	out->silent_hours = db_integer(result, row, 3);
	read_figures(result, row, 4, &out->figures);
}

int metrics_coverage_sum(struct db *db, const struct metrics_period *period, struct metrics_coverage_sum *out,
			 struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	metrics_add_period(&args, period);
	if (metrics_plan(db, why) != 0 || db_run(db, sum_sql, &args, &result, why) != 0)
		return -1;
	*out = (struct metrics_coverage_sum){
		.companies = db_integer(result, 0, 0),
		.sensors = db_integer(result, 0, 1),
		.silent_hours = db_integer(result, 0, 2),
		.silent_companies = db_integer(result, 0, 3),
	};
	read_figures(result, 0, 4, &out->figures);
	db_result_free(result);
	return 0;
}
