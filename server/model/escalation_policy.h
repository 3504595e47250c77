/* What happens to a page until somebody answers, as a document (escalation_policy.rules). Pure.
 *
 *   {"steps": [{"after": "5m",                     from the step before (from the page's beginning for the first)
 *               "targets": [{"schedule": 1},       whoever is on call then
 *                           {"person": 7},
 *                           {"channel": 12},       a shared channel: a chat room, another system
 *                           {"role": "lead"},      everybody of that role who sees all companies: lead, admin, desk
 *                           {"member": "next"}]}], the company's next contact in order; "all": all of them
 *    "loops": 3,                                   how often the steps are gone through; 1..10
 *    "ack_expires": "30m",                         acknowledged and still not settled for so long: it begins anew;
 * "0s": never "link_ack_expires": "15m",                    the same when answered by a link, until the person opens it
 * signed in "hours": 1}                                   optional: steps are taken only while this calendar is open
 * Durations: s, m, h, d. A member target is left out for pages that are not about exactly one company. */
#ifndef SERVER_MODEL_ESCALATION_POLICY_H
#define SERVER_MODEL_ESCALATION_POLICY_H

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/slice.h"

#include <stdbool.h>

enum { POLICY_STEPS_MAX = 20, POLICY_TARGETS_MAX = 20, POLICY_LOOPS_MAX = 10 };

enum target_kind { TARGET_SCHEDULE, TARGET_PERSON, TARGET_CHANNEL, TARGET_ROLE, TARGET_MEMBER_NEXT, TARGET_MEMBER_ALL };
struct policy_target {
	enum target_kind kind;
	int64_t id;       /* schedule, person, channel */
	const char *role; /* TARGET_ROLE: static */
};
struct policy_step {
	int64_t after; /* microseconds */
	struct policy_target targets[POLICY_TARGETS_MAX];
	int target_count;
};
struct escalation_policy {
	struct policy_step steps[POLICY_STEPS_MAX];
	int step_count; /* at least 1 */
	int loops;
	int64_t ack_expires, link_ack_expires; /* microseconds; 0: never */
	int64_t hours;                         /* calendar; 0: always */
};

/* ERR_USAGE says what is wrong, and where. Whether the ids exist is the store's to check. */
int escalation_policy_parse(struct slice document, struct escalation_policy *out, struct err *why);

#endif
