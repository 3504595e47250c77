/* How incidents are spread over the monitored companies, and how many of them people have judged. As metrics.h.
 *
 * Incidents count in the period in which they began; merged ones are left out. Companies that were monitored on a day
 * of the period count, also those without an incident. Of sorted values v[0..n-1] the quantile q lies at place (n-1)q,
 * between two values in proportion: percentile_cont of SQL. */
#ifndef SERVER_STORE_METRICS_INCIDENTS_H
#define SERVER_STORE_METRICS_INCIDENTS_H

#include "server/store/db.h"
#include "server/store/metrics_period.h"

enum { METRICS_INCIDENT_CLASSES = 6 };
/* So many companies had from..to incidents: 0, 1, 2, 3-5, 6-10, 11 and more. */
struct metrics_incident_class {
	int64_t from, to; /* to INT64_MAX: open */
	int64_t companies;
};

struct metrics_incidents {
	int64_t companies;      /* monitored, */
	int64_t with_incidents; /* and of these with at least one */
	int64_t incidents;      /* of all companies of the cohort */
	int64_t unmonitored;    /* of these, of companies that were not monitored on any day of the period */
	/* Of the monitored companies; median and p90 in hundredths, rounded half up. */
	int64_t median_hundredths, p90_hundredths, most;
	struct metrics_incident_class classes[METRICS_INCIDENT_CLASSES];
	/* Of the incidents: their disposition. judged: all that have one. */
	int64_t judged, true_positives, benign_positives, false_positives, undetermined, not_judged;
};
/* period: days. */
int metrics_incidents(struct db *db, const struct metrics_period *period, struct metrics_incidents *out,
		      struct err *why);
/* judged / incidents; not a number without incidents. */
double metrics_judged_share(const struct metrics_incidents *m);

#endif
