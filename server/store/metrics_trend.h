/* All companies of a cohort together, month by month. As metrics.h. */
#ifndef SERVER_STORE_METRICS_TREND_H
#define SERVER_STORE_METRICS_TREND_H

#include "server/model/exposure.h"
#include "server/store/db.h"
#include "server/store/metrics_period.h"

enum { METRICS_TREND_MOST = 120, METRICS_TREND_USUAL = 13 };

struct metrics_trend_month {
	char month[METRICS_MONTH_SIZE];
	struct exposure_row monitored;         /* companies and their days; detections is 0 */
	struct exposure_row inbound, outbound; /* affected companies, detections, monitored days of those companies */
	int64_t watched_outbound;              /* of outbound.companies, those monitored in the month: for prevalence */
	int64_t incidents;                     /* that began in the month */
	int64_t due_hours, seen_hours;         /* metrics_coverage.h */
};
/* Share of the monitored companies that had contact from inside to outside; not a number when none was monitored. */
double metrics_prevalence(const struct metrics_trend_month *month);

/* `months` (at most METRICS_TREND_MOST) up to last_month, the oldest first; all are there, also empty ones. */
int metrics_trend(struct db *db, const char *last_month, int months, const char *timezone, const struct cohort *cohort,
		  struct metrics_trend_month *out, struct err *why);

#endif
