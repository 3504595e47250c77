/* The cells that members are compared with, and the cohorts that there are. Across companies.
 *
 * Figures of a cell are of the companies that were monitored on a day of the month; detections count whether or not
 * their day was monitored. A cell is hidden (all but `companies` is 0) by the small-cell rule, cohort.h: detections are
 * those inbound and outbound together. Where all companies less the shown cells of a dimension would be a small cell
 * (of fewer companies than the rule wants), the smallest shown one is hidden as well. Medians are over all companies of
 * the cell, also those without a detection, rounded half up. Companies whose industry or size is not known are in the
 * cell of all only. */
#ifndef SERVER_STORE_METRICS_PEERS_H
#define SERVER_STORE_METRICS_PEERS_H

#include "lib/pool.h"
#include "server/model/member_month.h"
#include "server/store/db.h"
#include "server/store/metrics_period.h"

/* First all companies together, then each industry, then each class of size (in the order of cohort_sizes); cells
 * without a company are left out. The list and its texts live in the pool. */
int metrics_peers(struct db *db, const char *month, const char *timezone, struct pool *pool, struct peer_row **out,
		  size_t *count, struct err *why);
/* Whether the cell is one that this company is in: NULL industry or size: it has none. */
bool metrics_peer_concerns(const struct peer_row *peer, const char *industry, const char *size);

/* What can be chosen as a cohort. Texts are borrowed from the result. */
struct metrics_cohort_choice {
	const char *dimension; /* member, industry, size, area, tag */
	const char *value;     /* as cohort_set() takes it */
	int64_t companies;     /* that have not left */
};
/* By dimension in that order; values in theirs. */
int metrics_cohorts(struct db *db, struct db_result **out, struct err *why);
void metrics_cohort_read(const struct db_result *result, int row, struct metrics_cohort_choice *out);

#endif
