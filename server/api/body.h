/* The JSON body of a request: one object, every member of which the route must know. Most members are scalars; what is
 * inside one that is not, its handler reads with the reader. Pure. */
#ifndef SERVER_API_BODY_H
#define SERVER_API_BODY_H

#include "lib/json_reader.h"

/* Tokens that come without memory of their own, and the most there may be. */
enum { BODY_TOKENS = 128, BODY_TOKENS_MOST = 128 * 1024, BODY_NAME_SIZE = 64 };

struct body {
	struct json_reader reader;
	struct json_token tokens[BODY_TOKENS];
	struct json_token *more; /* NULL: those were enough */
	struct arena arena;
	char unknown[BODY_NAME_SIZE]; /* BODY_UNKNOWN_MEMBER: its name, cut */
};

enum body_verdict { BODY_OK, BODY_NOT_JSON, BODY_NOT_OBJECT, BODY_UNKNOWN_MEMBER, BODY_TWICE };
enum body_kind { BODY_ABSENT, BODY_NULL, BODY_TEXT, BODY_INTEGER, BODY_OTHER };

/* Reads the text, which must outlive the struct's use. members: NULL-terminated. Starts from a zeroed struct or one
 * that was read into before; body_release() at the end. */
enum body_verdict body_read(struct body *body, struct slice text, const char *const *members);
void body_release(struct body *body);

/* What a member is. A text with a NUL character in it is BODY_OTHER: nothing of ours may hold one. */
enum body_kind body_kind(struct body *body, const char *name);
/* Terminated; NULL when the member is not BODY_TEXT. */
const char *body_text(struct body *body, const char *name);
int64_t body_integer(const struct body *body, const char *name); /* 0 when it is not BODY_INTEGER */
/* Index of the member's value for body->reader; JSON_NONE when it is absent. */
uint32_t body_find(const struct body *body, const char *name);
/* Any string that stands in the body, terminated. NULL: not a string, or with a NUL character in it. */
const char *body_string(struct body *body, uint32_t index);

/* Characters (code points) of a text in UTF-8. */
size_t body_characters(const char *text);

#endif
