/* The clocks t0 to t9 of an incident (docs/glossary.md): each is set once, by whatever happened first; nobody types
 * them in. t0, t1 and t2 are written with the incident itself (correlation_write()). An incident without clocks
 * (nothing makes one) is left alone by all of these. All inside the caller's transaction. */
#ifndef SERVER_STORE_INCIDENT_CLOCK_H
#define SERVER_STORE_INCIDENT_CLOCK_H

#include "server/store/db.h"

enum incident_clock_mark {
	CLOCK_ACKNOWLEDGED, /* t3: a page answered, or the incident's state moved on */
	CLOCK_TRIAGED,      /* t4: first of: contained, closed, member told, a case step beyond the first */
	CLOCK_TOLD,         /* t5: a notice to the member was handed over, or the desk spoke to them. Sets t4 too */
	CLOCK_CONFIRMED,    /* t6: the member opened the link and said so, or the desk noted it */
	CLOCK_CONTAINED,    /* t7. Sets t3 and t4 too */
	CLOCK_RESOLVED,     /* t8: case step 4 (recovery) is done; sets t4 too */
	CLOCK_CLOSED,       /* t9. Sets t3, t4 and t8 too, and ends a pause */
};
/* Sets the mark unless it is set; `at` TIME_NONE, or in the future: the transaction's time. *first (NULL: not wanted):
 * it was not set before. */
int incident_clock_mark(struct db *db, int64_t company_id, int64_t incident_id, enum incident_clock_mark mark,
			time_us at, bool *first, struct err *why);
/* After a change of state, by people or by new events: sets what goes with it, and forgets what is not so any more
 * (open or acknowledged again: t7 to t9; contained again: t9, and t8 if it was the closing that set it). t3 to t6 stay:
 * they happened. */
int incident_clock_state(struct db *db, int64_t company_id, int64_t incident_id, const char *state, struct err *why);
/* Waiting for the member begins or ends: that time is kept apart. Saying it twice changes nothing. */
int incident_clock_pause(struct db *db, int64_t company_id, int64_t incident_id, bool waiting, struct err *why);

struct incident_clock {
	/* TIME_NONE: not yet. received_at also: not known any more. */
	time_us event_at, received_at, raised_at, acknowledged_at, triaged_at, told_at, confirmed_at, contained_at,
	    resolved_at, closed_at;
	int64_t paused_ms; /* pauses that are over */
	time_us paused_at; /* TIME_NONE: not waiting */
};
/* ERR_NOT_FOUND: none. */
int incident_clock_get(struct db *db, int64_t company_id, int64_t incident_id, struct incident_clock *out,
		       struct err *why);

#endif
