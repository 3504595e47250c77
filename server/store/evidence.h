/* What an evidence pack is made of (server/api/evidence.h): each part a row or more of JSON that the database writes,
 * so that the same data gives the same text: times are UTC (+00:00), members keep their order, and nothing in it
 * depends on when it is asked. Read in one snapshot: the caller's transaction.
 *
 * A page may speak for several companies: of pages and notices only what is of this incident is given, no titles and
 * no texts. The addresses of webhooks are secrets and are left out. People bound to one company see neither. */
#ifndef SERVER_STORE_EVIDENCE_H
#define SERVER_STORE_EVIDENCE_H

#include "server/store/db.h"

enum evidence_part {
	EVIDENCE_INCIDENT, /* one row; the others any number */
	EVIDENCE_TIMELINE,
	EVIDENCE_CAUSES,
	EVIDENCE_CLOCKS, /* one row or none */
	EVIDENCE_PAGES,
	EVIDENCE_NOTICES,
	EVIDENCE_TICKETS,
	EVIDENCE_ORDERS,
	EVIDENCE_STEPS,
	EVIDENCE_REQUESTS,
	EVIDENCE_INSURANCE,
	EVIDENCE_PRIVACY,
	EVIDENCE_PARTS
};
enum { EVIDENCE_ROWS_MOST = 5000 };

/* Before all others: times of this transaction are written as UTC. */
int evidence_begin(struct db *db, struct err *why);
/* One column, JSON; at most EVIDENCE_ROWS_MOST + 1 rows, so that who asks sees whether there are more. */
int evidence_read(struct db *db, enum evidence_part part, int64_t company_id, int64_t incident_id,
		  struct db_result **out, struct err *why);

/* at (UTC), at in the zone, kind, who (NULL: the system), body (JSON): the timeline as a table. */
int evidence_timeline(struct db *db, int64_t company_id, int64_t incident_id, const char *timezone,
		      struct db_result **out, struct err *why);

/* What was met outside, without the company's own networks: address, port, transport, action, detections, first, last
 * (UTC); at most 200, the most first. */
int evidence_outside(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why);
/* ATT&CK ids of its alerts. */
int evidence_techniques(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out,
			struct err *why);
/* The sensors that saw it: name, detections, clock skew in ms (NULL: not known). */
int evidence_sensors(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why);

/* The company and whom to call there first: name, member number, industry, employees, contact's name, role, phone,
 * e-mail; what is not known is NULL. */
int evidence_contact(struct db *db, int64_t company_id, struct db_result **out, struct err *why);

/* A pack costs much: two at a time, on all servers. Held until the transaction ends. */
int evidence_slot(struct db *db, bool *got, struct err *why);

#endif
