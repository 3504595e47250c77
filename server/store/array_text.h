/* PostgreSQL arrays in their text form, for statements that take a column of values: unnest($1::bigint[]). Elements
 * are put one by one; array_text() closes it. */
#ifndef SERVER_STORE_ARRAY_TEXT_H
#define SERVER_STORE_ARRAY_TEXT_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "server/store/db.h"

struct array_text {
	struct buffer text;
}; /* zero-initialise; array_text_release() */

void array_text_integer(struct array_text *a, int64_t value);
void array_text_optional(struct array_text *a, int64_t value); /* 0: NULL */
void array_text_time(struct array_text *a, time_us value);     /* TIME_NONE: NULL */
/* Quotes and backslashes are escaped. ptr NULL: NULL. It must not contain a zero byte. */
void array_text_string(struct array_text *a, struct slice value);
/* A terminated string that belongs to a; NULL when memory was short. Nothing may be put after it. */
const char *array_text(struct array_text *a);
void array_text_release(struct array_text *a);
/* Runs a statement whose only argument is $1::bigint[]: these numbers. As db_run(). */
int array_text_run(struct db *db, const char *sql, const int64_t *ids, size_t count, struct db_result **out,
		   struct err *why);

#endif
