/* The housekeeper's side of the database: months of alerts, states of sensors, and what has served its time. All of it
 * works across companies. Each function is complete in itself and may be called at any time, by several at once;
 * *count says how much there was to do. Retention, states and ages go by the database's clock. */
#ifndef SERVER_STORE_HOUSEKEEPING_H
#define SERVER_STORE_HOUSEKEEPING_H

#include "server/store/db.h"

/* Makes partitions for this month, `ahead` months more, and every month that has alerts in the default partition. One
 * month that cannot be made does not stop the others; the first error is reported. */
int housekeeping_make_months(struct db *db, int64_t ahead, int64_t *count, struct err *why);
/* Drops the months that ended `keep` months before this one began, or earlier. keep 0: none. */
int housekeeping_drop_months(struct db *db, int64_t keep, int64_t *count, struct err *why);
/* Sets sensors up, late or down by when they were last seen, tells the live feed, and asks the escalator for pages of
 * those that went down (page_request.h). New (never seen), muted and
 * revoked ones stay what they are. */
int housekeeping_sensor_states(struct db *db, int64_t late_ms, int64_t down_ms, int64_t *count, struct err *why);

enum housekeeping_prune {
	PRUNE_CHANGES,     /* older than an hour */
	PRUNE_SESSIONS,    /* expired */
	PRUNE_IDEMPOTENCY, /* older than 48 hours */
	PRUNE_TOKENS,      /* used or expired 30 days ago */
	PRUNE_STREAMS,     /* marks of epochs that the sensor left, untouched for 90 days */
	PRUNE_COUNT,
};
int housekeeping_prune(struct db *db, enum housekeeping_prune what, int64_t *count, struct err *why);

#endif
