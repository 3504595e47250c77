#include "server/model/dispatch.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const states[DISPATCH_STATES] = { "requested", "accepted", "declined", "arrived",
						     "left",      "reported", "approved", "cancelled" };

#define IN(state) (1U << (state))
#define ANY       (IN(DISPATCH_STATES) - 1)
#define DESK      (1U << DISPATCH_DESK)
#define BOTH      (DESK | 1U << DISPATCH_VENDOR)

/* `next` DISPATCH_STATES: it stays as it is. */
static const struct {
	const char *name, *event;
	unsigned sides, from;
	enum dispatch_state next;
} actions[DISPATCH_ACTIONS] = {
	[DISPATCH_CHANGE] = { "change", "changed", DESK, IN(DISPATCH_REQUESTED) | IN(DISPATCH_ACCEPTED),
			      DISPATCH_STATES },
	[DISPATCH_ACCEPT] = { "accept", "accepted", BOTH, IN(DISPATCH_REQUESTED), DISPATCH_ACCEPTED },
	[DISPATCH_DECLINE] = { "decline", "declined", BOTH, IN(DISPATCH_REQUESTED) | IN(DISPATCH_ACCEPTED),
			       DISPATCH_DECLINED },
	[DISPATCH_ARRIVE] = { "arrive", "arrived", BOTH, IN(DISPATCH_ACCEPTED), DISPATCH_ARRIVED },
	[DISPATCH_LEAVE] = { "leave", "left", BOTH, IN(DISPATCH_ARRIVED), DISPATCH_LEFT },
	[DISPATCH_REPORT] = { "report", "reported", BOTH, IN(DISPATCH_LEFT), DISPATCH_REPORTED },
	[DISPATCH_RETURN] = { "return", "returned", DESK, IN(DISPATCH_REPORTED), DISPATCH_LEFT },
	[DISPATCH_APPROVE] = { "approve", "approved", DESK, IN(DISPATCH_REPORTED), DISPATCH_APPROVED },
	[DISPATCH_CANCEL] = { "cancel", "cancelled", DESK, IN(DISPATCH_REQUESTED) | IN(DISPATCH_ACCEPTED),
			      DISPATCH_CANCELLED },
	[DISPATCH_NOTE] = { "note", "note", BOTH, ANY, DISPATCH_STATES },
};

bool dispatch_state_parse(struct slice name, enum dispatch_state *out)
{
	for (size_t i = 0; i < DISPATCH_STATES; i++) {
		if (slice_is(name, states[i])) {
			*out = (enum dispatch_state)i;
			return true;
		}
	}
	return false;
}

const char *dispatch_state_name(enum dispatch_state state)
{
	return states[state];
}

const char *dispatch_action_name(enum dispatch_action action)
{
	return actions[action].name;
}

const char *dispatch_action_event(enum dispatch_action action)
{
	return actions[action].event;
}

bool dispatch_is_open(enum dispatch_state state)
{
	return state != DISPATCH_DECLINED && state != DISPATCH_APPROVED && state != DISPATCH_CANCELLED;
}

enum dispatch_verdict dispatch_check(enum dispatch_action action, enum dispatch_state state, enum dispatch_side side,
				     enum dispatch_state *next)
{
	if (!(actions[action].sides & 1U << side))
		return DISPATCH_NOT_YOURS;
	if (!(actions[action].from & IN(state)))
		return DISPATCH_NOT_NOW;
	*next = actions[action].next == DISPATCH_STATES ? state : actions[action].next;
	return DISPATCH_GOOD;
}

enum dispatch_time dispatch_time_check(time_us said, time_us earliest, time_us now, time_us *out)
{
	if (said > now + DISPATCH_CLOCK_LEEWAY)
		return DISPATCH_TIME_FUTURE;
	if (said < now - DISPATCH_OLDEST)
		return DISPATCH_TIME_OLD;
	if (said <= earliest - 60 * US_PER_SECOND)
		return DISPATCH_TIME_BEFORE;
	*out = said < earliest ? earliest : said;
	return DISPATCH_TIME_GOOD;
}

void dispatch_reference(int64_t order_id, char out[DISPATCH_REFERENCE_SIZE])
{
	snprintf(out, DISPATCH_REFERENCE_SIZE, "WO-%" PRId64, order_id);
}
