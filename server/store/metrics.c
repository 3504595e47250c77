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

/* The figures of one row of the table: affected companies, their detections, their days. Columns of by_company and by
 * `rate`, in the order of the layout. */
#define FIGURES(column)                                                                                             \
	"count(*) FILTER (WHERE " column " > 0), coalesce(sum(" column "), 0)::bigint, coalesce(sum(days) FILTER (" \
	"WHERE " column " > 0), 0)::bigint, "
#define DIRECTION_FIGURES(direction)                                                                                  \
	FIGURES("(" direction "_ips + " direction "_antivirus + " direction "_web + " direction "_dns + " direction   \
		"_other)")                                                                                            \
	FIGURES(direction "_ips")                                                                                     \
	FIGURES(direction "_antivirus") FIGURES(direction "_web") FIGURES(direction "_dns") FIGURES(direction "_othe" \
													      "r")

#define DIRECTION_SUMS(direction)                                                                                 \
	"sum(" direction "_ips)::bigint AS " direction "_ips, sum(" direction "_antivirus)::bigint AS " direction \
	"_antivirus, sum(" direction "_web)::bigint AS " direction "_web, sum(" direction                         \
	"_dns)::bigint AS " direction "_dns, sum(" direction "_other)::bigint AS " direction "_other"

/* Rows of days as columns of months. */
#define OF_DAY(direction, engine)                                                                                  \
	"CASE WHEN direction = '" direction "' AND engine = '" engine "' THEN detections ELSE 0 END AS " direction \
	"_" engine
#define DIRECTION_OF_DAY(direction)                                                                                  \
	OF_DAY(direction, "ips")                                                                                     \
	", " OF_DAY(direction, "antivirus") ", " OF_DAY(direction, "web") ", " OF_DAY(direction, "dns") ", " OF_DAY( \
	    direction, "other")

/* Months that no single span covers are looked at by day: in the others each detection lies in a span. */
#define OUTSIDE                                                                                                        \
	"partial AS (SELECT m.company_id, m.month FROM company_month m JOIN cohort USING (company_id) "                \
	"WHERE m.month >= " METRICS_WHOLE_FROM " AND m.month < " METRICS_WHOLE_END " AND NOT EXISTS ("                 \
	"SELECT FROM monitoring_span s WHERE s.company_id = m.company_id AND s.from_day <= m.month AND ("              \
	"s.to_day IS NULL OR s.to_day >= (m.month + interval '1 month')::date - 1))), "                                \
	"outside AS (SELECT coalesce(sum(x.detections), 0)::bigint AS detections FROM ("                               \
	"SELECT o.detections FROM partial p CROSS JOIN LATERAL (SELECT sum(d.detections) AS detections "               \
	"FROM company_day d WHERE d.company_id = p.company_id AND d.day >= p.month "                                   \
	"AND d.day < (p.month + interval '1 month')::date AND d.direction IN ('inbound', 'outbound') AND NOT EXISTS (" \
	"SELECT FROM monitoring_span s WHERE s.company_id = d.company_id AND d.day >= s.from_day "                     \
	"AND (s.to_day IS NULL OR d.day <= s.to_day))) o UNION ALL "                                                   \
	"SELECT r.detections FROM single r WHERE r.direction IN ('inbound', 'outbound') AND NOT EXISTS ("              \
	"SELECT FROM monitoring_span s WHERE s.company_id = r.company_id AND r.day >= s.from_day "                     \
	"AND (s.to_day IS NULL OR r.day <= s.to_day))) x) "

static const char
    detections_sql[] = "WITH " METRICS_COHORT METRICS_SPANS
		       "exposure AS (SELECT company_id, sum(to_day - from_day + 1)::bigint AS days FROM span "
		       "WHERE to_day >= from_day GROUP BY company_id), "
		       "single AS (" METRICS_RAGGED("d.company_id, d.day, d.direction, d.engine, d.action, "
						    "d.detections") " UNION ALL " METRICS_WAITING "), "
								    "by_company AS (SELECT company_id, " DIRECTION_SUMS("inbound") ", " DIRECTION_SUMS(
									"outbound") " FROM ("
										    "SELECT "
										    "company_id,"
										    " " METRICS_ENGINE_COLUMNS
										    " FROM company_month JOIN cohort "
										    "USING (company_id) "
										    "WHERE month >= " METRICS_WHOLE_FROM
										    " AND month < " METRICS_WHOLE_END
										    " UNION ALL "
										    "SELECT "
										    "company_id, " DIRECTION_OF_DAY("in"
														    "bo"
														    "un"
														    "d") ", " DIRECTION_OF_DAY(
											"outbound") " FROM single) c "
												    "GROUP BY "
												    "company_id),"
												    " " OUTSIDE
												    "SELECT"
												    " " DIRECTION_FIGURES("inbound") DIRECTION_FIGURES(
													"outbound") "(S"
														    "EL"
														    "EC"
														    "T "
														    "co"
														    "un"
														    "t("
														    "*)"
														    " F"
														    "RO"
														    "M "
														    "ex"
														    "po"
														    "su"
														    "re"
														    "),"
														    " ("
														    "SE"
														    "LE"
														    "CT"
														    " c"
														    "oa"
														    "le"
														    "sc"
														    "e("
														    "su"
														    "m("
														    "da"
														    "ys"
														    "),"
														    " 0"
														    "):"
														    ":b"
														    "ig"
														    "in"
														    "t "
														    "FR"
														    "OM"
														    " e"
														    "xp"
														    "os"
														    "ur"
														    "e)"
														    ", "
														    "(S"
														    "EL"
														    "EC"
														    "T "
														    "de"
														    "te"
														    "ct"
														    "io"
														    "ns"
														    " F"
														    "RO"
														    "M "
														    "ou"
														    "ts"
														    "id"
														    "e)"
														    " F"
														    "RO"
														    "M "
														    "by"
														    "_c"
														    "om"
														    "pa"
														    "ny"
														    " L"
														    "EF"
														    "T "
														    "JO"
														    "IN"
														    " e"
														    "xp"
														    "os"
														    "ur"
														    "e "
														    "US"
														    "IN"
														    "G "
														    "(c"
														    "om"
														    "pa"
														    "ny"
														    "_i"
														    "d"
														    ")";

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
