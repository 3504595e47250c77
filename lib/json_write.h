/* Writes JSON into a buffer. Commas and nesting are kept by the writer; failures stick in the buffer.
 * Strings must be UTF-8; bytes that are not are replaced by U+FFFD, so that the output is always valid JSON. */
#ifndef LIB_JSON_WRITE_H
#define LIB_JSON_WRITE_H

#include "lib/buffer.h"
#include "lib/clock.h"

struct json_writer {
	struct buffer *out; /* borrowed */
	unsigned depth;
	bool comma; /* the next value or key needs one before it */
};

void json_writer_init(struct json_writer *w, struct buffer *out);
void json_open_object(struct json_writer *w, const char *key); /* key NULL: array element or document */
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);
void json_put_string(struct json_writer *w, const char *key, const char *value); /* NULL writes null */
void json_put_slice(struct json_writer *w, const char *key, struct slice value); /* ptr NULL writes null */
void json_put_integer(struct json_writer *w, const char *key, int64_t value);
void json_put_known(struct json_writer *w, const char *key, bool known, int64_t value); /* not known: null */
void json_put_real(struct json_writer *w, const char *key, double value);               /* not finite: null */
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
void json_put_time(struct json_writer *w, const char *key, time_us value);    /* TIME_NONE: null */
void json_put_raw(struct json_writer *w, const char *key, struct slice json); /* already JSON */

/* Only the escaping, with the quotes. */
void json_escape(struct buffer *out, struct slice text);

#endif
