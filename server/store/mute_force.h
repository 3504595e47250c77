/* The mutes in force, for who asks now and then: what the server finds by itself (beacons) can be muted like alerts.
 * The collector follows them by detection_feed.h. */
#ifndef SERVER_STORE_MUTE_FORCE_H
#define SERVER_STORE_MUTE_FORCE_H

#include "server/model/mutes.h"
#include "server/store/db.h"

/* Those that hold for the company. *unreadable: mutes whose conditions are not understood here; they hide nothing. The
 * result is the caller's: mutes_free(). */
int mutes_in_force(struct db *db, int64_t company_id, struct mutes **out, size_t *unreadable, struct err *why);

#endif
