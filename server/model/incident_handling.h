/* What people did about an incident, and what becomes of it when alerts go on or incidents turn out to be one. */
#ifndef SERVER_MODEL_INCIDENT_HANDLING_H
#define SERVER_MODEL_INCIDENT_HANDLING_H

#include "lib/clock.h"

enum incident_state { STATE_OPEN, STATE_ACKNOWLEDGED, STATE_CONTAINED, STATE_CLOSED, STATE_MERGED };

struct incident_handling {
	enum incident_state state;
	int64_t owner_id;        /* 0: nobody */
	time_us acknowledged_at; /* TIME_NONE: not yet */
	time_us contained_at;
	time_us closed_at;
};

/* An incident is merged into this one. The survivor keeps its own handling, except that
 *   - where it is open (or closed) and the other one is being handled (or is not closed), it takes that over;
 *   - where it has no owner it takes the other's.
 * Both closed: the later closing counts. Of several, the one with the lowest number is merged first. */
void incident_handling_merge(struct incident_handling *survivor, const struct incident_handling *absorbed);

/* Alerts joined, the newest of them at `newest`: a closed incident that goes on is open again. True when it was. */
bool incident_handling_continue(struct incident_handling *h, time_us newest);

/* Names as they stand in the database and the API. */
const char *incident_state_name(enum incident_state v);
bool incident_state_parse(struct slice name, enum incident_state *out);

#endif
