#include "server/store/metrics_months.h"

#include "server/store/metrics_sql.h"

int64_t metrics_counts_of(const struct metrics_counts *counts, int direction)
{
	int64_t sum = 0;

	for (int i = 0; i < METRICS_ENGINES; i++)
		sum += counts->engines[direction][i];
	return sum;
}

int64_t metrics_counts_all(const struct metrics_counts *counts)
{
	return metrics_counts_of(counts, METRICS_INBOUND) + metrics_counts_of(counts, METRICS_OUTBOUND) +
	       counts->elsewhere;
}

/* The columns of company_month out of rows of days. */
#define WHEN(condition) "CASE WHEN " condition " THEN detections ELSE 0 END, "
#define STOPPED         "action IN ('blocked', 'removed')"
#define ENGINES_OF(direction)                                        \
	WHEN("direction = '" direction "' AND engine = 'ips'")       \
	WHEN("direction = '" direction "' AND engine = 'antivirus'") \
	WHEN("direction = '" direction "' AND engine = 'web'")       \
	WHEN("direction = '" direction "' AND engine = 'dns'")       \
	WHEN("direction = '" direction "' AND "                      \
	     "engine = 'other'")
#define COLUMNS_OF_DAY                                                           \
	ENGINES_OF("inbound")                                                    \
	ENGINES_OF("outbound")                                                   \
	WHEN("direction NOT IN ('inbound', 'outbound')")                         \
	WHEN("direction = 'inbound' AND " STOPPED)                               \
	WHEN("direction = 'outbound' AND " STOPPED) WHEN("engine = 'antivirus'") \
	    WHEN("engine = 'antivirus' AND " STOPPED)

#define COLUMNS     METRICS_ENGINE_COLUMNS ", elsewhere, inbound_stopped, outbound_stopped, viruses, viruses_removed, "
#define NO_COUNTS   "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
#define SUM(column) "sum(" column ")::bigint AS " column ", "
#define SUMS                      \
	SUM("inbound_ips")        \
	SUM("inbound_antivirus")  \
	SUM("inbound_web")        \
	SUM("inbound_dns")        \
	SUM("inbound_other")      \
	SUM("outbound_ips")       \
	SUM("outbound_antivirus") \
	SUM("outbound_web")       \
	SUM("outbound_dns")       \
	SUM("outbound_other")     \
	SUM("elsewhere")          \
	SUM("inbound_stopped") SUM("outbound_stopped") SUM("viruses") SUM("viruses_removed")

/* The period is whole months: $1 its first day, $2 its last. */
#define MONTHS(order)                                                                                                 \
	"WITH " METRICS_COHORT METRICS_SPANS "figure AS (SELECT company_id, month, " COLUMNS                          \
	"0::bigint AS incidents, 0::bigint AS days "                                                                  \
	"FROM company_month JOIN cohort USING (company_id) WHERE month BETWEEN $1::date AND $2::date "                \
	"UNION ALL SELECT company_id, date_trunc('month', day::timestamp)::date, " COLUMNS_OF_DAY "0, 0 "             \
	"FROM (" METRICS_WAITING ") waiting "                                                                         \
	"UNION ALL SELECT i.company_id, date_trunc('month', i.first_ts AT TIME ZONE $3::text)::date, " NO_COUNTS      \
	"1, 0 FROM incident i JOIN cohort USING (company_id) WHERE i.state <> 'merged' "                              \
	"AND i.first_ts >= $1::date::timestamp AT TIME ZONE $3::text "                                                \
	"AND i.first_ts < ($2::date + 1)::timestamp AT TIME ZONE $3::text "                                           \
	"UNION ALL SELECT s.company_id, m.month::date, " NO_COUNTS "0, "                                              \
	"least(s.to_day, (m.month + interval '1 month')::date - 1) - greatest(s.from_day, m.month::date) + 1 "        \
	"FROM span s CROSS JOIN LATERAL generate_series(date_trunc('month', s.from_day::timestamp), "                 \
	"s.to_day::timestamp, interval '1 month') AS m (month) WHERE s.to_day >= s.from_day), "                       \
	"total AS (SELECT company_id, month, " SUMS "sum(incidents)::bigint AS incidents, sum(days)::bigint AS days " \
	"FROM figure GROUP BY company_id, month) "                                                                    \
	"SELECT f.company_id, c.name, to_char(f.month, 'YYYY-MM'), f.incidents, f.days, " COLUMNS                     \
	"f.month FROM total f JOIN cohort c ON c.company_id = f.company_id ORDER BY " order

static const char by_month_sql[] = MONTHS("f.month, f.company_id");
static const char by_company_sql[] = MONTHS("f.company_id, f.month");

int metrics_months(struct db *db, const struct metrics_period *period, enum metrics_order order, struct db_result **out,
		   struct err *why)
{
	char first[METRICS_DAY_SIZE], last[METRICS_DAY_SIZE];
	struct metrics_period days = *period;
	struct db_args args = { 0 };

	metrics_month_begin(period->from, first);
	metrics_month_end(period->to, last);
	days.from = first;
	days.to = last;
	metrics_add_period(&args, &days);
	if (metrics_plan(db, why) != 0)
		return -1;
	return db_run(db, order == METRICS_BY_MONTH ? by_month_sql : by_company_sql, &args, out, why);
}

/* The columns stand in the order of the struct's members. */
static void read_counts(const struct db_result *result, int row, int column, struct metrics_counts *out)
{
	for (int i = 0; i < METRICS_DIRECTIONS; i++)
		for (int k = 0; k < METRICS_ENGINES; k++)
			out->engines[i][k] = db_integer(result, row, column++);
	out->elsewhere = db_integer(result, row, column++);
	for (int i = 0; i < METRICS_DIRECTIONS; i++)
		out->stopped[i] = db_integer(result, row, column++);
	out->viruses = db_integer(result, row, column++);
	out->viruses_removed = db_integer(result, row, column);
}

void metrics_month_read(const struct db_result *result, int row, struct metrics_month *out)
{
	out->company_id = db_integer(result, row, 0);
	out->company = db_text(result, row, 1);
	out->month = db_text(result, row, 2);
	out->incidents = db_integer(result, row, 3);
	out->monitored_days = db_integer(result, row, 4);
	read_counts(result, row, 5, &out->counts);
	out->detections = metrics_counts_all(&out->counts);
}
