/* Reads the JSON documents in which people say how the chamber works: policies, routes. Strict: whatever is not known
 * is an error, and every error says where ("steps[2].targets[0].schedule: ..."). Pure.
 *
 * A place is a value with the way to it: places are chained on the stack of the functions that descend, so that nothing
 * is spent on paths until one is needed. All functions return 0, or -1 with ERR_USAGE (or ERR_NOMEM). */
#ifndef SERVER_MODEL_DOCUMENT_H
#define SERVER_MODEL_DOCUMENT_H

#include "lib/err.h"
#include "lib/json_reader.h"

struct document {
	struct json_reader reader;
	struct arena texts;
	struct err *why;
};
struct document_place {
	const struct document_place *up; /* NULL: the document */
	const char *member;              /* of an object; NULL: an element */
	int index;                       /* of an array */
	uint32_t token;                  /* the value; JSON_NONE: absent */
};

/* Limits are checked before memory is taken. The text must outlive the document. */
int document_open(struct document *d, struct slice text, size_t bytes_max, uint32_t tokens_max, struct err *why);
void document_close(struct document *d); /* also after a failed open */
struct document_place document_root(const struct document *d);

/* Sets the error at that place; returns -1. */
int document_refuse(const struct document *d, const struct document_place *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An object: found[i] becomes the place of names[i], token JSON_NONE when it is absent. Other members, and one that
 * stands twice, are errors. */
int document_members(struct document *d, const struct document_place *at, const char *const *names, size_t count,
		     struct document_place *found);
static inline bool document_has(const struct document_place *at)
{
	return at->token != JSON_NONE;
}
/* An array of so many elements; *first: its first element, for document_next(). */
int document_array(const struct document *d, const struct document_place *at, int least, int most, int *count,
		   struct document_place *first);
void document_next(const struct document *d, struct document_place *element);

/* Absent places are refused as missing. */
int document_integer(const struct document *d, const struct document_place *at, int64_t least, int64_t most,
		     int64_t *out);
int document_bool(const struct document *d, const struct document_place *at, bool *out);
/* A text of 1 to `most` bytes without control characters; lives as long as the document. */
int document_text(struct document *d, const struct document_place *at, size_t most, struct slice *out);
/* One of some words. */
int document_choice(struct document *d, const struct document_place *at, const char *const *words, size_t count,
		    size_t *index);
/* "90s", "5m", "2h", "7d"; in microseconds. */
int document_duration(struct document *d, const struct document_place *at, int64_t least, int64_t most, int64_t *out);

#endif
