/* What the handlers of the on-call side share: the book of who is on call, names of people, documents within a body. */
#ifndef SERVER_API_ONCALL_CALL_H
#define SERVER_API_ONCALL_CALL_H

#include "lib/zone.h"
#include "server/api/call.h"
#include "server/store/oncall_book.h"
#include "server/store/page_engine.h"

/* A book for this call: what the transaction sees. oncall_book_close(). */
int oncall_call_book(struct call *call, struct oncall_book **out, struct err *why);
/* What decisions about pages are made with; the settings and the book are borrowed. */
struct page_engine oncall_call_engine(const struct call *call, struct oncall_book *book);

/* An object of the body as it is written, for a parser of ours: appended to `out`. False: refused, return 0. */
bool oncall_call_document(struct call *call, const char *name, struct buffer *out);
/* name, timezone: required texts. */
bool oncall_call_name(struct call *call, const char **out);
bool oncall_call_timezone(struct call *call, const char **out);
/* A required time of the body, or one that may be left out. */
bool oncall_call_time(struct call *call, const char *name, bool required, time_us *out);

/* What a store says of a document that it was to keep: 0 with a refusal (the document is member `rules`; the name is
 * taken), or -1 when it is none of the caller's making. */
int oncall_call_refused(struct call *call, struct err *why);
/* 409 with a reason: something still goes to it. Returns 0. */
int oncall_call_in_use(struct call *call, const char *reason);
/* 412 without more: the caller reads it again. Returns 0. */
int oncall_call_stale(struct call *call);
void oncall_call_etag(struct call *call, int64_t version);

/* A time for people, in the server's zone: "11月24日 2:14", or "2026-11-24 02:14"; "" for TIME_NONE. */
enum { LOCAL_TIME_SIZE = 48 };
int oncall_call_local(const struct call *call, time_us at, bool japanese, char out[LOCAL_TIME_SIZE], struct err *why);

/* People by their numbers; zero-initialise, person_names_release(). */
enum { PERSON_NAMES_MAX = 4096 };
struct person_names {
	struct db_result *rows;
	size_t count;
	int64_t ids[PERSON_NAMES_MAX];
};
/* 0 and doubles are left out; beyond the room, too: such a one is shown without a name. */
void person_names_want(struct person_names *names, int64_t user_id);
int person_names_load(struct person_names *names, struct db *db, struct err *why);
/* {id, display_name}; null for nobody. */
void person_names_put(const struct person_names *names, struct json_writer *w, const char *key, int64_t user_id);
const char *person_names_get(const struct person_names *names, int64_t user_id); /* "?" when not known */
void person_names_release(struct person_names *names);

#endif
