/* When a month is closed by itself (month_close.h). Across companies. */
#include "server/store/business_day.h"
#include "server/store/metrics_period.h"
#include "server/store/month_close.h"

#include <string.h>

int month_close_day(struct db *db, const char *month, int business_day, char day[MONTH_DAY_SIZE], struct err *why)
{
	char next[METRICS_MONTH_SIZE], first[METRICS_DAY_SIZE];

	metrics_month_add(month, 1, next);
	metrics_month_begin(next, first);
	return business_day_find(db, first, business_day, day, why);
}

/* The month that is next, "" when there is none; and today. $1 zone. Across companies. What lies before the newest
 * closed month is left to people: years of history would come as years of drafts. */
static const char next_sql[] =
    "SELECT t.today::text, coalesce((SELECT min(to_char(m, 'YYYY-MM')) FROM generate_series("
    "coalesce((SELECT max(c.month) FROM month_close c)::timestamp + interval '1 month', t.first - interval '1 month'), "
    "t.first - interval '1 month', interval '1 month') m WHERE EXISTS (SELECT FROM monitoring_span s "
    "WHERE s.from_day < m::date + interval '1 month' AND (s.to_day IS NULL OR s.to_day >= m::date))), '') "
    "FROM (SELECT (now() AT TIME ZONE $1::text)::date AS today, "
    "date_trunc('month', now() AT TIME ZONE $1::text) AS first) t";

int month_close_due(struct db *db, const char *timezone, int business_day, char month[MONTH_TEXT_SIZE], struct err *why)
{
	char today[MONTH_DAY_SIZE], day[MONTH_DAY_SIZE];
	struct db_args args = { 0 };
	struct db_result *r;

	month[0] = '\0';
	if (business_day < 1)
		return 0;
	db_arg_text(&args, timezone);
	if (db_run(db, next_sql, &args, &r, why) != 0)
		return -1;
	snprintf(today, sizeof(today), "%s", db_text(r, 0, 0));
	snprintf(month, MONTH_TEXT_SIZE, "%s", db_text(r, 0, 1));
	db_result_free(r);
	if (!month[0])
		return 0;
	if (month_close_day(db, month, business_day, day, why) != 0) {
		month[0] = '\0';
		return -1;
	}
	if (strcmp(today, day) < 0)
		month[0] = '\0';
	return 0;
}
