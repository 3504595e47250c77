/* JSON documents of feeds: read whole (lib/json_reader.h), with memory for as many tokens as the text can hold, and
 * texts in the form that is kept: without NUL. */
#ifndef SERVER_MODEL_FEED_JSON_H
#define SERVER_MODEL_FEED_JSON_H

#include "lib/err.h"
#include "lib/json_reader.h"
#include "server/model/indicator_feed.h"

enum { FEED_TOKENS_MAX = 16 * 1024 * 1024 }; /* values and keys in a document; 16 bytes of memory each */

struct feed_json {
	struct json_reader reader;
	struct arena arena;
};

/* ERR_CONFIG: not JSON; ERR_LIMIT. `out` is zeroed on an error. */
int feed_json_open(struct feed_json *out, struct slice text, struct err *why);
void feed_json_close(struct feed_json *j);

/* A member's text; ptr NULL: absent, no string, or one with a NUL in it. Lives until feed_json_forget() or close. */
struct slice feed_json_text(struct feed_json *j, uint32_t object, const char *name);
struct slice feed_json_value(struct feed_json *j, uint32_t i);
/* Forgets the texts read since it was `used` (arena.used). */
void feed_json_forget(struct feed_json *j, size_t used);
uint32_t feed_json_member(const struct feed_json *j, uint32_t object, const char *name);
/* RFC 3339; TIME_NONE: absent or none. */
time_us feed_json_time(struct feed_json *j, uint32_t object, const char *name);

/* for (i = feed_json_first(j, array); i < feed_json_end(j, array); i = feed_json_next(j, i)); JSON_NONE has no elements
 */
uint32_t feed_json_first(const struct feed_json *j, uint32_t array);
uint32_t feed_json_end(const struct feed_json *j, uint32_t array);
uint32_t feed_json_next(const struct feed_json *j, uint32_t i);

#endif
