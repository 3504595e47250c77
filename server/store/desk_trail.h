/* What the desk's work leaves behind elsewhere: on open screens, and in the timeline of the incident that it is about.
 * Inside the caller's transaction. */
#ifndef SERVER_STORE_DESK_TRAIL_H
#define SERVER_STORE_DESK_TRAIL_H

#include "server/store/change_feed.h"

/* Tells the screens. company_id 0: of none. */
int desk_trail_change(struct db *db, int64_t company_id, enum change_kind kind, int64_t id, struct err *why);
/* Adds to the incident's timeline; its version moves on, its screens are told. incident_id 0: nothing to do.
 * user_id 0: the system. */
int desk_trail_incident(struct db *db, int64_t company_id, int64_t incident_id, const char *kind, int64_t user_id,
			const char *body_json, struct err *why);

#endif
