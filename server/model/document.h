/* Strict reading of the JSON documents that people write: calendars, schedules. Members that are not known, values out
 * of their range and texts of another form are errors (ERR_USAGE) that name their place: "layers[1].rotation.unit".
 * A place is built by the caller; "" is the document itself. Values are indices of lib/json_reader.h's tokens. */
#ifndef SERVER_MODEL_DOCUMENT_H
#define SERVER_MODEL_DOCUMENT_H

#include "lib/err.h"
#include "lib/json_reader.h"

enum { DOCUMENT_MAX = 64 << 10, DOCUMENT_PLACE_SIZE = 80 };

struct document {
	struct json_reader reader;
};

/* text must outlive the document. ERR_USAGE: too long, or not JSON. */
int document_read(struct document *d, struct slice text, struct err *why);
void document_release(struct document *d);

/* "place.member" and "place[n]". */
void document_member_place(char out[DOCUMENT_PLACE_SIZE], const char *place, const char *member);
void document_item_place(char out[DOCUMENT_PLACE_SIZE], const char *place, int n);

/* Each finds or checks one value; -1 and why when it is not as asked for. */

/* values[i] is that of names[i], JSON_NONE when absent; no other members, none twice. */
int document_object(const struct document *d, uint32_t value, const char *place, const char *const *names, size_t count,
		    uint32_t *values, struct err *why);
/* A member that must be there. */
int document_needs(uint32_t value, const char *place, const char *member, struct err *why);
/* *count: of its elements, at most `most`. */
int document_array(const struct document *d, uint32_t value, const char *place, int most, int *count, struct err *why);
int document_integer(const struct document *d, uint32_t value, const char *place, int64_t least, int64_t most,
		     int64_t *out, struct err *why);
int document_bool(const struct document *d, uint32_t value, const char *place, bool *out, struct err *why);
/* *out: which of the words. */
int document_word(const struct document *d, uint32_t value, const char *place, const char *const *words, size_t count,
		  int *out, struct err *why);
/* A text of 1..most bytes as written, without control characters. */
int document_name(const struct document *d, uint32_t value, const char *place, size_t most, struct err *why);
/* "2026-11-02": days since 1970-01-01. */
int document_day(const struct document *d, uint32_t value, const char *place, int64_t *day, struct err *why);
/* "12-29", a day of some year. */
int document_month_day(const struct document *d, uint32_t value, const char *place, int *month, int *day,
		       struct err *why);
/* "09:00": seconds of the day; with_end: "24:00" too. */
int document_time(const struct document *d, uint32_t value, const char *place, bool with_end, int *second,
		  struct err *why);

#endif
