/* What the help desk's tickets are about and how they end, and which change of state is good. Pure tables.
 *
 * The categories follow the incident counts of IPA's desk for companies (malware, unauthorised access, ransomware,
 * impersonation, tampering, DDoS, other; questions of calm times; fake support calls; other), and add what a service
 * with a device at the member's edge is asked besides. */
#ifndef SERVER_MODEL_TICKET_H
#define SERVER_MODEL_TICKET_H

#include "lib/slice.h"

enum ticket_group { TICKET_INCIDENT, TICKET_CALM, TICKET_SERVICE, TICKET_GROUPS };

struct ticket_category {
	const char *name; /* as in the database and the API */
	enum ticket_group group;
	int severity;   /* a ticket opened without one gets this */
	bool by_member; /* may be chosen in the portal */
	const char *ja, *en;
};
extern const struct ticket_category ticket_categories[];
extern const size_t ticket_category_count;
const struct ticket_category *ticket_category_find(struct slice name); /* NULL: none */
const char *ticket_group_name(enum ticket_group group);
/* What a mail is, and what else nobody has looked at yet. */
extern const char ticket_category_default[];

struct ticket_closing {
	const char *name;
	bool needs_answer; /* the ticket must say what the caller was told */
	const char *ja, *en;
};
extern const struct ticket_closing ticket_closings[];
extern const size_t ticket_closing_count;
const struct ticket_closing *ticket_closing_find(struct slice name);

/* open: nobody has begun. working. waiting: for the member. closed. */
enum ticket_state { TICKET_OPEN, TICKET_WORKING, TICKET_WAITING, TICKET_CLOSED, TICKET_STATES };
bool ticket_state_parse(struct slice name, enum ticket_state *out);
const char *ticket_state_name(enum ticket_state state);

/* From state to state, with what the ticket has then. Staying as it is, is always good. */
enum ticket_verdict {
	TICKET_GOOD,
	TICKET_NO_REASON,     /* closing needs a reason */
	TICKET_NEEDS_ANSWER,  /* this reason needs an answer */
	TICKET_REASON_ALONE,  /* a reason without closing */
	TICKET_NEVER_UNBEGUN, /* what was begun is not "open" again, unless it was closed */
};
enum ticket_verdict ticket_change_check(enum ticket_state from, enum ticket_state to,
					const struct ticket_closing *reason, bool answered);
/* The state after the member said something more (mail, portal): closed is open again, waiting is working again when
 * somebody has it, else open. */
enum ticket_state ticket_member_spoke(enum ticket_state now, bool owned);

enum { TICKET_SEVERITY_URGENT = 2 }; /* of this and graver, somebody is paged */
/* "HD-123"; and the number that a text names as [HD-123], 0: none. */
enum { TICKET_REFERENCE_SIZE = 24 };
void ticket_reference(int64_t ticket_id, char out[TICKET_REFERENCE_SIZE]);
int64_t ticket_reference_find(struct slice text);

#endif
