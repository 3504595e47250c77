/* What one look at the table of changes found, put in order: each object once, alerts as ranges within a budget. Pure.
 */
#ifndef SERVER_API_FEED_BATCH_H
#define SERVER_API_FEED_BATCH_H

#include "server/store/alert_query.h"
#include "server/store/change_feed.h"

enum {
	FEED_ALERTS_MOST = 2000,  /* of one look; the companies of the rest are flooded */
	FEED_OBJECTS_MOST = 16384 /* of each list; more than one look can find */
};

struct feed_pairs { /* (company, object), without doubles */
	size_t count;
	int64_t companies[FEED_OBJECTS_MOST], ids[FEED_OBJECTS_MOST];
};

struct feed_batch {
	struct alert_range ranges[FEED_OBJECTS_MOST];
	bool range_is_new[FEED_OBJECTS_MOST]; /* false: it was told before, now its incidents are known */
	size_t range_count;
	int64_t alerts; /* in these ranges, at most FEED_ALERTS_MOST */
	size_t flooded_count;
	int64_t flooded[FEED_OBJECTS_MOST];        /* companies, without doubles */
	int64_t flooded_alerts[FEED_OBJECTS_MOST]; /* how many new ones of each */
	struct feed_pairs incidents;
	struct feed_pairs tickets, orders; /* company 0: of none */
	struct feed_pairs pages;           /* always of company 0 */
	struct feed_pairs reports;
	struct feed_pairs sensors; /* stays until they are loaded: feed_batch_clear() leaves them */
};

void feed_batch_clear(struct feed_batch *batch);
void feed_batch_add(struct feed_batch *batch, const struct change *change);
/* Each pair once; call it when all are added. */
void feed_pairs_unique(struct feed_pairs *pairs);

#endif
