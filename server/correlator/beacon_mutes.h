/* Which beacons people have seen enough of: a mute holds for a beacon as for an alert with
 *   direction outbound, engine other, category "beacon", signature_id and rule.uid "builtin:beacon",
 *   signature "Beacon: DESTINATION:PORT" (the name where one is known, so that names can be muted too),
 *   source.ip, inside.ip, destination.ip (when the destination is an address), destination.port, remote.*
 * A muted beacon keeps its score and is listed; it makes no incident while the mute is in force. */
#ifndef SERVER_CORRELATOR_BEACON_MUTES_H
#define SERVER_CORRELATOR_BEACON_MUTES_H

#include "server/model/observation.h"
#include "server/store/db.h"

struct beacon_mutes;
/* Those in force for the company now; cheap when there are none. The result is the caller's. */
int beacon_mutes_load(struct beacon_mutes **out, struct db *db, int64_t company_id, struct err *why);
void beacon_mutes_free(struct beacon_mutes *m); /* NULL is allowed */

bool beacon_mutes_hold(const struct beacon_mutes *m, const struct observation_contact *contact, int score);

#endif
