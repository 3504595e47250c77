/* The live feed: a thread that reads what was committed and puts it into the hub (docs/decisions/0006-live-feed.md).
 * It has a database connection of its own, as the user <prefix>feed, who sees all companies.
 *
 * It wakes when the doorbell rings (NOTIFY hinomi_change) and once a second, at most ten times a second, and asks at
 * the same time whether the sessions of the open streams are still good. A database that is away is tried again for
 * ever. */
#ifndef SERVER_API_FEED_H
#define SERVER_API_FEED_H

#include "server/api/hub.h"
#include "server/settings.h"

struct feed;
/* hub and settings must outlive it. */
int feed_start(struct feed **out, struct hub *hub, const struct settings *settings, struct err *why);
/* Whether its last look at the database succeeded a moment ago. */
bool feed_alive(const struct feed *feed);
void feed_stop(struct feed *feed); /* waits for the thread; NULL is allowed */

#endif
