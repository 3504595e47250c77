/* Loads what changed, as it is now, and puts it into the hub as events: each object is read and written as JSON once,
 * however many streams there are. */
#ifndef SERVER_API_FEED_LOAD_H
#define SERVER_API_FEED_LOAD_H

#include "server/api/feed_batch.h"
#include "server/api/hub.h"

/* Alerts and incidents of the batch. */
int feed_load_changes(struct db *db, struct hub *hub, const struct feed_batch *batch, struct err *why);
/* The batch's sensors, which are then forgotten. timezone: whose today. */
int feed_load_sensors(struct db *db, struct hub *hub, struct feed_batch *batch, const char *timezone, struct err *why);
int feed_load_open(struct db *db, struct hub *hub, struct err *why);

#endif
