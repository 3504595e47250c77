/* An incident that a change is about: held by the transaction until it ends, its timeline, its version, the screens and
 * the audit trail. What every handler does that changes an incident or what belongs to it:
 *
 *   incident_hold() ... write what is new ... incident_hold_touch() ... incident_hold_event() ...
 * incident_hold_announce()
 */
#ifndef SERVER_API_INCIDENT_HOLD_H
#define SERVER_API_INCIDENT_HOLD_H

#include "server/api/call.h"
#include "server/store/incident_query.h"

/* The row's texts belong to the result. */
struct held_incident {
	struct db_result *result;
	struct incident_row row;
};
/* The incident of the path, as it is: of the person's companies; ERR_NOT_FOUND. Nothing is held, but the row. */
int incident_hold_look(struct call *call, struct held_incident *out, struct err *why);
/* Of the person's companies; ERR_NOT_FOUND. */
int incident_hold(struct call *call, int64_t incident_id, struct held_incident *out, struct err *why);
void incident_hold_release(struct held_incident *held);
/* Holds the incident of the path for work on it: 1: go on; 0: it was merged, and the call is refused; -1. */
int incident_hold_open(struct call *call, struct held_incident *out, struct err *why);

/* The timeline is part of the incident's page, so its version moves on with it. */
int incident_hold_touch(struct call *call, const struct incident_row *incident, struct err *why);
/* Adds to the timeline what the person of the call did, and releases the body. id and at may be NULL. */
int incident_hold_event(struct call *call, const struct incident_row *incident, const char *kind, struct buffer *body,
			int64_t *id, time_us *at, struct err *why);
/* Screens are told, and the audit trail gets its entry: the last thing. Releases detail (NULL: none). */
int incident_hold_announce(struct call *call, const struct incident_row *incident, const char *action,
			   struct buffer *detail, struct err *why);
/* The last three at once, with one body for the timeline and the audit trail. */
int incident_hold_record(struct call *call, const struct incident_row *incident, const char *kind, const char *action,
			 struct buffer *body, struct err *why);

#endif
