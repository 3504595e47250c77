#include "server/store/metrics_trend.h"

#include "server/store/metrics_coverage_sql.h"

#include <math.h>
#include <stdio.h>

/* $1 is the first day of the first month, $2 the last day of the last one. */
static const char months_sql[] =
    "WITH " METRICS_COHORT METRICS_SPANS "figure AS (SELECT company_id, month, " METRICS_ALL_INBOUND
    " AS inbound, " METRICS_ALL_OUTBOUND " AS outbound, "
    "0::bigint AS incidents, 0::bigint AS days FROM company_month JOIN cohort USING (company_id) "
    "WHERE month BETWEEN $1::date AND $2::date "
    "UNION ALL SELECT company_id, date_trunc('month', day::timestamp)::date, "
    "CASE WHEN direction = 'inbound' THEN detections ELSE 0 END, "
    "CASE WHEN direction = 'outbound' THEN detections ELSE 0 END, 0, 0 FROM (" METRICS_WAITING ") waiting "
    "UNION ALL SELECT i.company_id, date_trunc('month', i.first_ts AT TIME ZONE $3::text)::date, 0, 0, 1, 0 "
    "FROM incident i JOIN cohort USING (company_id) WHERE " METRICS_INCIDENTS
    "UNION ALL SELECT company_id, month, 0, 0, 0, to_day - from_day + 1 FROM (" METRICS_SPAN_MONTHS ") m), "
    "total AS (SELECT company_id, month, sum(inbound)::bigint AS inbound, sum(outbound)::bigint AS outbound, "
    "sum(incidents)::bigint AS incidents, sum(days)::bigint AS days FROM figure GROUP BY company_id, month) "
    "SELECT to_char(m.month, 'YYYY-MM'), count(*) FILTER (WHERE days > 0), coalesce(sum(days), 0)::bigint, "
    "count(*) FILTER (WHERE inbound > 0), coalesce(sum(inbound), 0)::bigint, "
    "coalesce(sum(days) FILTER (WHERE inbound > 0), 0)::bigint, "
    "count(*) FILTER (WHERE outbound > 0), coalesce(sum(outbound), 0)::bigint, "
    "coalesce(sum(days) FILTER (WHERE outbound > 0), 0)::bigint, "
    "count(*) FILTER (WHERE outbound > 0 AND days > 0), coalesce(sum(incidents), 0)::bigint "
    "FROM generate_series($1::date::timestamp, $2::date::timestamp, interval '1 month') AS m (month) "
    "LEFT JOIN total ON total.month = m.month::date GROUP BY m.month ORDER BY m.month";

/* A part is a month, as its first day. The ledger is added up for each sensor and month: the aggregate inside LATERAL
 * has it looked up by its key. */
static const char hours_sql[] =
    "WITH " METRICS_COHORT METRICS_SPANS "piece AS MATERIALIZED ("
    "SELECT company_id, month AS part, from_day, to_day FROM (" METRICS_SPAN_MONTHS
    ") m), " METRICS_CLOCK METRICS_LIFE METRICS_SENSOR_DUE METRICS_BARE
    "hours AS (SELECT s.part, s.due, h.seen FROM sensor_due s CROSS JOIN LATERAL ("
    "SELECT coalesce(sum(bit_count(" METRICS_HEARD "::bit(24))), 0) AS seen FROM sensor_day d "
    "WHERE " METRICS_DAYS_OF_DUE ") h UNION ALL SELECT part, hours, 0 FROM bare) "
    "SELECT to_char(part, 'YYYY-MM'), sum(due)::bigint, sum(seen)::bigint FROM hours GROUP BY part";

static void read_month(const struct db_result *result, int row, struct metrics_trend_month *out)
{
	snprintf(out->month, sizeof(out->month), "%s", db_text(result, row, 0));
	out->monitored.companies = db_integer(result, row, 1);
	out->monitored.days = db_integer(result, row, 2);
	out->inbound =
	    (struct exposure_row){ db_integer(result, row, 3), db_integer(result, row, 4), db_integer(result, row, 5) };
	out->outbound =
	    (struct exposure_row){ db_integer(result, row, 6), db_integer(result, row, 7), db_integer(result, row, 8) };
	out->watched_outbound = db_integer(result, row, 9);
	out->incidents = db_integer(result, row, 10);
}

static int add_hours(struct db *db, const struct metrics_period *period, struct metrics_trend_month *out, int months,
		     struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	metrics_add_period(&args, period);
	if (db_run(db, hours_sql, &args, &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result); row++) {
		for (int i = 0; i < months; i++) {
			if (strcmp(out[i].month, db_text(result, row, 0)) != 0)
				continue;
			out[i].due_hours = db_integer(result, row, 1);
			out[i].seen_hours = db_integer(result, row, 2);
		}
	}
	db_result_free(result);
	return 0;
}

int metrics_trend(struct db *db, const char *last_month, int months, const char *timezone, const struct cohort *cohort,
		  struct metrics_trend_month *out, struct err *why)
{
	char first_month[METRICS_MONTH_SIZE], from[METRICS_DAY_SIZE], to[METRICS_DAY_SIZE];
	const struct metrics_period period = { from, to, timezone, *cohort };
	struct db_args args = { 0 };
	struct db_result *result;

	metrics_month_add(last_month, 1 - months, first_month);
	metrics_month_begin(first_month, from);
	metrics_month_end(last_month, to);
	memset(out, 0, sizeof(*out) * (size_t)months);
	metrics_add_period(&args, &period);
	if (metrics_plan(db, why) != 0 || db_run(db, months_sql, &args, &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result) && row < months; row++)
		read_month(result, row, &out[row]);
	db_result_free(result);
	return add_hours(db, &period, out, months, why);
}

double metrics_prevalence(const struct metrics_trend_month *month)
{
	return month->monitored.companies > 0 ? (double)month->watched_outbound / (double)month->monitored.companies
					      : (double)NAN;
}
