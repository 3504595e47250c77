/* Handler: the live stream; and the place in it that lists give with X-Stream-Cursor. */
#ifndef SERVER_API_LIVE_H
#define SERVER_API_LIVE_H

#include "server/api/call.h"
#include "server/api/event_ring.h"

enum { LIVE_POSITION_SIZE = EVENT_CURSOR_SIZE };

int live_stream(struct call *call, struct err *why);

/* Take it first of all: the transaction's snapshot is that of its first statement, whatever that is for, and what is
 * committed after it must lie behind the position. Put it into the reply after call_reply(). */
void live_position(const struct call *call, char out[LIVE_POSITION_SIZE]);
void live_reply_position(struct call *call, const char position[LIVE_POSITION_SIZE]);

#endif
