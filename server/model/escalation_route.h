/* Which policy a request for a page goes to, as a document (escalation_route.rules). Pure.
 *
 *   {"routes": [{"name": "夜間の高",
 *                "kinds": ["incident"],                    of page_request; absent: all
 *                "severity": 2,                            this or graver; absent: any
 *                "directions": ["outbound"],               absent: any
 *                "companies": [17], "tags": ["vip"],       one of these companies; one of these tags; absent: any
 *                "calendar": 1, "calendar_open": false,    only while that calendar is closed (true: open)
 *                "policy": 2,                              null: nobody is paged
 *                "group": "company"}]}                     what is one page:
 *
 * group "company" (default): open pages of this policy for the same company; "subject": each thing its own; "policy":
 * all of it. Without a company, "company" means "subject".
 *
 * The first route that fits counts. Without any, nobody is paged, but for what was asked for by hand or is of severity
 * 1: that goes to the policy of the last route that has one. What was asked for by hand passes over routes whose policy
 * is null. Anything else in the document is an error, so is a member that stands twice. */
#ifndef SERVER_MODEL_ESCALATION_ROUTE_H
#define SERVER_MODEL_ESCALATION_ROUTE_H

#include "lib/err.h"
#include "server/model/schedule.h"

enum { ROUTES_MAX = 100, ROUTE_LIST_MAX = 100, ROUTE_TEXT_MAX = 300, GROUP_KEY_MAX = 120 }; /* bytes */

struct escalation_routes;

struct route_facts {
	const char *kind;
	int severity;
	const char *direction; /* NULL: none */
	int64_t company_id;    /* 0: none */
	const char *const *tags;
	size_t tag_count;
	int64_t subject_id;
	bool by_hand;
	time_us at;
};
struct route_choice {
	int64_t policy_id;             /* 0: nobody is paged */
	const char *route;             /* name; NULL: none fitted. Belongs to the routes */
	char group_key[GROUP_KEY_MAX]; /* "policy:2 company:17", "policy:2 company:17 incident:5", "policy:2"; "": none
					*/
};

/* Calendars are borrowed: they must live as long as the routes do. ERR_USAGE says where and what is wrong, ERR_NOMEM.
 */
int escalation_routes_parse(struct escalation_routes **out, struct slice document,
			    const struct schedule_calendars *calendars, struct err *why);
void escalation_routes_release(struct escalation_routes *routes); /* NULL is allowed */
void escalation_route_choose(const struct escalation_routes *routes, const struct route_facts *facts,
			     struct route_choice *out);
/* The policies that it names, each once, for checking that they exist; returns how many, at most `room`. */
size_t escalation_routes_policies(const struct escalation_routes *routes, int64_t *ids, size_t room);

#endif
