#include "server/store/metrics.h"

#include "server/store/metrics_sql.h"

#include <math.h>
#include <stdio.h>

/* How the table is laid out: what stands in each row. */
static const struct {
	const char *direction, *engine;
} layout[METRICS_ROWS] = {
	{ "inbound", "total" },      { "inbound", "ips" },   { "inbound", "antivirus" }, { "inbound", "web" },
	{ "inbound", "dns" },        { "inbound", "other" }, { "outbound", "total" },    { "outbound", "ips" },
	{ "outbound", "antivirus" }, { "outbound", "web" },  { "outbound", "dns" },      { "outbound", "other" },
};

/* The figures of one row of the table: affected companies, their detections, their days; from by_company. */
#define FIGURES(column)                                                                                             \
	"count(*) FILTER (WHERE " column " > 0), coalesce(sum(" column "), 0)::bigint, coalesce(sum(days) FILTER (" \
	"WHERE " column " > 0), 0)::bigint, "
/* In the order of the layout. */
#define TABLE_FIGURES                 \
	FIGURES(METRICS_ALL_INBOUND)  \
	FIGURES("inbound_ips")        \
	FIGURES("inbound_antivirus")  \
	FIGURES("inbound_web")        \
	FIGURES("inbound_dns")        \
	FIGURES("inbound_other")      \
	FIGURES(METRICS_ALL_OUTBOUND) \
	FIGURES("outbound_ips")       \
	FIGURES("outbound_antivirus") \
	FIGURES("outbound_web")       \
	FIGURES("outbound_dns")       \
	FIGURES("outbound_other")

#define SUMS                                                                                                 \
	"sum(inbound_ips)::bigint AS inbound_ips, sum(inbound_antivirus)::bigint AS inbound_antivirus, "     \
	"sum(inbound_web)::bigint AS inbound_web, sum(inbound_dns)::bigint AS inbound_dns, "                 \
	"sum(inbound_other)::bigint AS inbound_other, sum(outbound_ips)::bigint AS outbound_ips, "           \
	"sum(outbound_antivirus)::bigint AS outbound_antivirus, sum(outbound_web)::bigint AS outbound_web, " \
	"sum(outbound_dns)::bigint AS outbound_dns, sum(outbound_other)::bigint AS outbound_other"
/* Rows of days as columns of months. */
#define OF_DAY                                                                                                         \
	"CASE WHEN direction = 'inbound' AND engine = 'ips' THEN detections ELSE 0 END AS inbound_ips, "               \
	"CASE WHEN direction = 'inbound' AND engine = 'antivirus' THEN detections ELSE 0 END AS inbound_antivirus, "   \
	"CASE WHEN direction = 'inbound' AND engine = 'web' THEN detections ELSE 0 END AS inbound_web, "               \
	"CASE WHEN direction = 'inbound' AND engine = 'dns' THEN detections ELSE 0 END AS inbound_dns, "               \
	"CASE WHEN direction = 'inbound' AND engine = 'other' THEN detections ELSE 0 END AS inbound_other, "           \
	"CASE WHEN direction = 'outbound' AND engine = 'ips' THEN detections ELSE 0 END AS outbound_ips, "             \
	"CASE WHEN direction = 'outbound' AND engine = 'antivirus' THEN detections ELSE 0 END AS outbound_antivirus, " \
	"CASE WHEN direction = 'outbound' AND engine = 'web' THEN detections ELSE 0 END AS outbound_web, "             \
	"CASE WHEN direction = 'outbound' AND engine = 'dns' THEN detections ELSE 0 END AS outbound_dns, "             \
	"CASE WHEN direction = 'outbound' AND engine = 'other' THEN detections ELSE 0 END AS outbound_other"

/* Months that one span covers whole have nothing outside, and most are so. Of the others, what is outside is the month
 * less the days that spans have. */
#define OUTSIDE                                                                                                        \
	"whole AS MATERIALIZED (SELECT company_id, date_trunc('month', from_day + interval '1 month' - interval '1 "   \
	"day')::date "                                                                                                 \
	"AS from_month, date_trunc('month', (to_day + 1)::timestamp)::date AS end_month FROM monitoring_span), "       \
	"partial AS (SELECT m.company_id, m.month, (m.month + interval '1 month')::date - 1 AS "                       \
	"last, " METRICS_ALL_INBOUND " + " METRICS_ALL_OUTBOUND " AS detections FROM company_month m "                 \
	"WHERE m.month >= " METRICS_WHOLE_FROM " AND m.month < " METRICS_WHOLE_END                                     \
	" AND ($4::bigint IS NULL OR m.company_id = $4::bigint) AND NOT EXISTS (SELECT FROM whole s "                  \
	"WHERE s.company_id = m.company_id AND m.month >= s.from_month "                                               \
	"AND (s.end_month IS NULL OR m.month < s.end_month))), "                                                       \
	"outside AS (SELECT coalesce(sum(x.detections), 0)::bigint AS detections FROM ("                               \
	"SELECT p.company_id, p.detections FROM partial p UNION ALL "                                                  \
	"SELECT p.company_id, -i.detections FROM partial p JOIN monitoring_span s ON s.company_id = p.company_id "     \
	"AND s.from_day <= p.last AND (s.to_day IS NULL OR s.to_day >= p.month) CROSS JOIN LATERAL ("                  \
	"SELECT sum(d.detections) AS detections FROM company_day d WHERE d.company_id = p.company_id "                 \
	"AND d.day BETWEEN greatest(s.from_day, p.month) AND least(s.to_day, p.last) "                                 \
	"AND d.direction IN ('inbound', 'outbound')) i UNION ALL "                                                     \
	"SELECT r.company_id, r.detections FROM single r WHERE r.direction IN ('inbound', 'outbound') AND NOT EXISTS " \
	"("                                                                                                            \
	"SELECT FROM monitoring_span s WHERE s.company_id = r.company_id AND r.day >= s.from_day "                     \
	"AND (s.to_day IS NULL OR r.day <= s.to_day))) x JOIN cohort USING (company_id)) "

/* Companies that are not of the cohort are left out once all months of each are added up: that is fewer rows. */
static const char detections_sql[] =
    "WITH " METRICS_COHORT METRICS_SPANS
    "exposure AS (SELECT company_id, sum(to_day - from_day + 1)::bigint AS days FROM span "
    "WHERE to_day >= from_day GROUP BY company_id), "
    "single AS (" METRICS_RAGGED " UNION ALL " METRICS_WAITING "), "
    "by_company AS (SELECT company_id, " SUMS " FROM ("
    "SELECT company_id, " METRICS_ENGINE_COLUMNS " FROM company_month "
    "WHERE month >= " METRICS_WHOLE_FROM " AND month < " METRICS_WHOLE_END
    " AND ($4::bigint IS NULL OR company_id = $4::bigint) UNION ALL SELECT company_id, " OF_DAY
    " FROM single) c GROUP BY company_id), " OUTSIDE "SELECT " TABLE_FIGURES
    "(SELECT count(*) FROM exposure), (SELECT coalesce(sum(days), 0)::bigint FROM exposure), "
    "(SELECT detections FROM outside) FROM by_company JOIN cohort USING (company_id) LEFT JOIN exposure USING "
    "(company_id)";

static struct exposure_row read_figures(const struct db_result *result, int column)
{
	return (struct exposure_row){ .companies = db_integer(result, 0, column),
				      .detections = db_integer(result, 0, column + 1),
				      .days = db_integer(result, 0, column + 2) };
}

int metrics_detections(struct db *db, const struct metrics_period *period, struct metrics_detections *out,
		       struct err *why)
{
	enum { MONITORED = 3 * METRICS_ROWS };
	struct db_args args = { 0 };
	struct db_result *result;

	*out = (struct metrics_detections){ 0 };
	snprintf(out->from, sizeof(out->from), "%s", period->from);
	snprintf(out->to, sizeof(out->to), "%s", period->to);
	metrics_add_period(&args, period);
	if (metrics_plan(db, why) != 0 || db_run(db, detections_sql, &args, &result, why) != 0)
		return -1;
	for (int i = 0; i < METRICS_ROWS; i++)
		out->rows[i] =
		    (struct metrics_row){ layout[i].direction, layout[i].engine, read_figures(result, 3 * i) };
	out->monitored.companies = db_integer(result, 0, MONITORED);
	out->monitored.days = db_integer(result, 0, MONITORED + 1);
	out->outside_spans = db_integer(result, 0, MONITORED + 2);
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
