/* Orders to vendors (駆け付け, and remote support): who may do what in which state. Pure: one table.
 *
 *   requested -accept-> accepted -arrive-> arrived -leave-> left -report-> reported -approve-> approved
 *   declined from requested and accepted, cancelled from these two; a report that is returned is `left` again.
 *
 * Declined, cancelled and approved are ends: another vendor is another order. The desk may do the vendor's part as
 * well, on its behalf, for a technician who has only a telephone. */
#ifndef SERVER_MODEL_DISPATCH_H
#define SERVER_MODEL_DISPATCH_H

#include "lib/clock.h"

enum dispatch_state {
	DISPATCH_REQUESTED,
	DISPATCH_ACCEPTED,
	DISPATCH_DECLINED,
	DISPATCH_ARRIVED,
	DISPATCH_LEFT,
	DISPATCH_REPORTED,
	DISPATCH_APPROVED,
	DISPATCH_CANCELLED,
	DISPATCH_STATES
};
enum dispatch_action {
	DISPATCH_CHANGE,
	DISPATCH_ACCEPT,
	DISPATCH_DECLINE,
	DISPATCH_ARRIVE,
	DISPATCH_LEAVE,
	DISPATCH_REPORT,
	DISPATCH_RETURN,
	DISPATCH_APPROVE,
	DISPATCH_CANCEL,
	DISPATCH_NOTE,
	DISPATCH_ACTIONS
};
enum dispatch_side { DISPATCH_NOBODY, DISPATCH_DESK, DISPATCH_VENDOR }; /* nobody: who only looks on */

bool dispatch_state_parse(struct slice name, enum dispatch_state *out);
const char *dispatch_state_name(enum dispatch_state state);
const char *dispatch_action_name(enum dispatch_action action); /* "accept" */
/* Kind of the entry in the order's history: "accepted". */
const char *dispatch_action_event(enum dispatch_action action);
/* Somebody still has to do something. */
bool dispatch_is_open(enum dispatch_state state);

enum dispatch_verdict { DISPATCH_GOOD, DISPATCH_NOT_YOURS, DISPATCH_NOT_NOW };
/* *next is the state after it. */
enum dispatch_verdict dispatch_check(enum dispatch_action action, enum dispatch_state state, enum dispatch_side side,
				     enum dispatch_state *next);

/* A time as said: to the minute, so what is less than a minute before the step before is that step's time.
 * earliest: of the step before. */
enum dispatch_time { DISPATCH_TIME_GOOD, DISPATCH_TIME_BEFORE, DISPATCH_TIME_FUTURE, DISPATCH_TIME_OLD };
#define DISPATCH_CLOCK_LEEWAY (5 * 60 * US_PER_SECOND) /* clocks differ */
#define DISPATCH_OLDEST       (31 * US_PER_DAY)
enum dispatch_time dispatch_time_check(time_us said, time_us earliest, time_us now, time_us *out);

enum { DISPATCH_REFERENCE_SIZE = 24 };
void dispatch_reference(int64_t order_id, char out[DISPATCH_REFERENCE_SIZE]); /* "WO-12" */

#endif
