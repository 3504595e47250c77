/* Members of a request's body that are no texts (call_text() reads those). Each leaves *out alone when the member is
 * absent, and returns false when it refused: return 0. Those that are `nullable` set *out to `none` for null. */
#ifndef SERVER_API_BODY_MEMBERS_H
#define SERVER_API_BODY_MEMBERS_H

#include "server/api/call.h"

bool body_members_integer(struct call *call, const char *name, int64_t least, int64_t most, int64_t *out);
bool body_members_nullable_integer(struct call *call, const char *name, int64_t least, int64_t most, int64_t none,
				   int64_t *out);
bool body_members_bool(struct call *call, const char *name, bool *out);
/* YYYY-MM-DD; borrowed from the call. */
bool body_members_day(struct call *call, const char *name, const char **out);
/* A time that has come; clocks of browsers may be a minute ahead. nullable: null is TIME_NONE. */
bool body_members_past(struct call *call, const char *name, bool nullable, time_us *out);
/* A text of at most so many characters; null is NULL. */
bool body_members_nullable_text(struct call *call, const char *name, size_t most, const char **out);
/* Refuses as missing what the body does not have. */
bool body_members_need(struct call *call, const char *name);
/* Refuses a body without any member; `name` is the one it says was expected. */
bool body_members_any(struct call *call, const char *name);

#endif
