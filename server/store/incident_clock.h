/* The clocks t0 to t9 of an incident (docs/glossary.md): each is set once, by whatever happened first; nobody types
 * them in. t0, t1 and t2 are written with the incident itself (correlation_write()). */
#ifndef SERVER_STORE_INCIDENT_CLOCK_H
#define SERVER_STORE_INCIDENT_CLOCK_H

#include "server/store/db.h"

enum incident_clock_mark {
	CLOCK_ACKNOWLEDGED, /* t3: a page answered, or the incident's state moved on */
	CLOCK_TRIAGED,      /* t4: first of: contained, closed, member told, a case step beyond the first */
	CLOCK_TOLD,         /* t5: a notice to the member was handed over, or the desk spoke to them. Sets t4 too */
	CLOCK_CONFIRMED,    /* t6: the member opened the link and said so, or the desk noted it */
	CLOCK_CONTAINED,    /* t7 */
	CLOCK_RESOLVED,     /* t8: case step 4 (recovery) is done; closing sets it when it is not set */
	CLOCK_CLOSED,       /* t9 */
};
/* Sets the mark unless it is set; `at` TIME_NONE: the transaction's time. *first: it was not set before. */
int incident_clock_mark(struct db *db, int64_t company_id, int64_t incident_id, enum incident_clock_mark mark,
			time_us at, bool *first, struct err *why);
/* After a change of state by people: sets and forgets what goes with it (open again: t7 to t9 are forgotten). */
int incident_clock_state(struct db *db, int64_t company_id, int64_t incident_id, const char *state, struct err *why);
/* Waiting for the member begins or ends: that time is kept apart. */
int incident_clock_pause(struct db *db, int64_t company_id, int64_t incident_id, bool waiting, struct err *why);

struct incident_clock {
	time_us event_at, received_at, raised_at, acknowledged_at, triaged_at, told_at, confirmed_at, contained_at,
	    resolved_at, closed_at;
	int64_t paused_ms;
	time_us paused_at;
};
/* ERR_NOT_FOUND: none. */
int incident_clock_get(struct db *db, int64_t company_id, int64_t incident_id, struct incident_clock *out,
		       struct err *why);

#endif
