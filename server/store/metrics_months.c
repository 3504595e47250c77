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

#define COLUMNS   METRICS_ENGINE_COLUMNS ", elsewhere, inbound_stopped, outbound_stopped, viruses, viruses_removed, "
#define NO_COUNTS "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
#define SUMS                                                                                                 \
	"sum(inbound_ips)::bigint AS inbound_ips, sum(inbound_antivirus)::bigint AS inbound_antivirus, "     \
	"sum(inbound_web)::bigint AS inbound_web, sum(inbound_dns)::bigint AS inbound_dns, "                 \
	"sum(inbound_other)::bigint AS inbound_other, sum(outbound_ips)::bigint AS outbound_ips, "           \
	"sum(outbound_antivirus)::bigint AS outbound_antivirus, sum(outbound_web)::bigint AS outbound_web, " \
	"sum(outbound_dns)::bigint AS outbound_dns, sum(outbound_other)::bigint AS outbound_other, "         \
	"sum(elsewhere)::bigint AS elsewhere, sum(inbound_stopped)::bigint AS inbound_stopped, "             \
	"sum(outbound_stopped)::bigint AS outbound_stopped, sum(viruses)::bigint AS viruses, "               \
	"sum(viruses_removed)::bigint AS viruses_removed, "
/* The same columns out of rows of days. */
#define OF_DAY                                                                                               \
	"CASE WHEN direction = 'inbound' AND engine = 'ips' THEN detections ELSE 0 END, "                    \
	"CASE WHEN direction = 'inbound' AND engine = 'antivirus' THEN detections ELSE 0 END, "              \
	"CASE WHEN direction = 'inbound' AND engine = 'web' THEN detections ELSE 0 END, "                    \
	"CASE WHEN direction = 'inbound' AND engine = 'dns' THEN detections ELSE 0 END, "                    \
	"CASE WHEN direction = 'inbound' AND engine = 'other' THEN detections ELSE 0 END, "                  \
	"CASE WHEN direction = 'outbound' AND engine = 'ips' THEN detections ELSE 0 END, "                   \
	"CASE WHEN direction = 'outbound' AND engine = 'antivirus' THEN detections ELSE 0 END, "             \
	"CASE WHEN direction = 'outbound' AND engine = 'web' THEN detections ELSE 0 END, "                   \
	"CASE WHEN direction = 'outbound' AND engine = 'dns' THEN detections ELSE 0 END, "                   \
	"CASE WHEN direction = 'outbound' AND engine = 'other' THEN detections ELSE 0 END, "                 \
	"CASE WHEN direction NOT IN ('inbound', 'outbound') THEN detections ELSE 0 END, "                    \
	"CASE WHEN direction = 'inbound' AND action IN ('blocked', 'removed') THEN detections ELSE 0 END, "  \
	"CASE WHEN direction = 'outbound' AND action IN ('blocked', 'removed') THEN detections ELSE 0 END, " \
	"CASE WHEN engine = 'antivirus' THEN detections ELSE 0 END, "                                        \
	"CASE WHEN engine = 'antivirus' AND action IN ('blocked', 'removed') THEN detections ELSE 0 END, "

/* The period is whole months: $1 its first day, $2 its last. */
#define MONTHS(order)                                                                                                 \
	"WITH " METRICS_COHORT METRICS_SPANS "figure AS (SELECT company_id, month, " COLUMNS                          \
	"0::bigint AS incidents, 0::bigint AS days "                                                                  \
	"FROM company_month JOIN cohort USING (company_id) WHERE month BETWEEN $1::date AND $2::date "                \
	"UNION ALL SELECT company_id, date_trunc('month', day::timestamp)::date, " OF_DAY "0, 0 "                     \
	"FROM (" METRICS_WAITING ") waiting "                                                                         \
	"UNION ALL SELECT i.company_id, date_trunc('month', i.first_ts AT TIME ZONE $3::text)::date, " NO_COUNTS      \
	"1, 0 FROM incident i JOIN cohort USING (company_id) WHERE " METRICS_INCIDENTS                                \
	"UNION ALL SELECT company_id, month, " NO_COUNTS "0, to_day - from_day + 1 FROM (" METRICS_SPAN_MONTHS        \
	") m), "                                                                                                      \
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
