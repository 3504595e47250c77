/* What the desk's handlers have in common: members of a body that body_members.h does not read, and the way a change
 * ends. Each reader leaves *out alone when the member is absent, and returns false when it refused: return 0. */
#ifndef SERVER_API_DESK_BODY_H
#define SERVER_API_DESK_BODY_H

#include "server/api/body_members.h"

/* A text of least to most characters. */
bool desk_body_text(struct call *call, const char *name, size_t least, size_t most, const char **out);
/* The same, or null, or nothing: NULL. */
bool desk_body_optional(struct call *call, const char *name, size_t most, const char **out);
/* A mail address, by its looks. */
bool desk_body_email(struct call *call, const char *name, const char **out);
/* A number of an object, or null: 0. */
bool desk_body_id(struct call *call, const char *name, int64_t *out);
/* YYYY-MM-DD, or null: NULL. */
bool desk_body_day(struct call *call, const char *name, const char **out);
/* Any time, or (nullable) null: TIME_NONE. */
bool desk_body_time(struct call *call, const char *name, bool nullable, time_us *out);
/* `owner_id` of a ticket: a person, "me" or null. 1: go on; 0: refused; -1. */
int desk_body_owner(struct call *call, int64_t company_id, int64_t *out, struct err *why);

/* One of what the desk works on, as a document (members without braces) for the reply and the audit trail. */
typedef void desk_put(struct json_writer *w, const void *row);
/* {...} as the reply, with its version as ETag; the same into the audit trail as "<noun> <id>". */
int desk_body_conclude(struct call *call, int status, const char *action, const char *noun, int64_t id,
		       int64_t company_id, int64_t version, desk_put *put, const void *row, struct err *why);
/* Whether If-Match goes with the version: 1: yes; 0: refused, with `current`. */
int desk_body_condition(struct call *call, int64_t version, desk_put *put, const void *row);

#endif
