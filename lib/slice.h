/* A borrowed run of bytes: pointer and length, no terminator. Parsers take slices and return slices that
 * point into their input, so a slice is valid only as long as the bytes it was cut from. */
#ifndef LIB_SLICE_H
#define LIB_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *ptr;
	size_t len;
};

#define ARRAY_LEN(a)     (sizeof(a) / sizeof((a)[0]))
#define SLICE_LITERAL(s) ((struct slice){ (const uint8_t *)(s), sizeof(s) - 1 })

/* What a parser over a growing input says: here it is; not all of it is there yet; it never can be. */
enum parse { PARSE_OK, PARSE_MORE, PARSE_BAD };

static inline struct slice slice_of(const void *ptr, size_t len)
{
	return (struct slice){ ptr, len };
}

static inline struct slice slice_of_string(const char *s)
{
	return (struct slice){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Whether the bytes are exactly those of the C string. */
static inline bool slice_is(struct slice a, const char *s)
{
	return slice_equal(a, slice_of_string(s));
}

bool slice_starts_with(struct slice a, const char *prefix);
bool slice_contains(struct slice a, const char *needle);
/* ASCII letters only; other bytes compare as they are. */
bool slice_is_ignoring_case(struct slice a, const char *s);
bool slice_contains_ignoring_case(struct slice a, const char *needle);
struct slice slice_skip(struct slice a, size_t n); /* at most all of it */
struct slice slice_take(struct slice a, size_t n); /* at most all of it */
struct slice slice_trim(struct slice a);           /* white space at both ends */
/* Position of the byte, or a.len when absent. */
size_t slice_find(struct slice a, uint8_t byte);

/* Whole slice as a decimal number, optional minus, no white space; false when it is not one or overflows. */
bool slice_to_int64(struct slice a, int64_t *out);
bool slice_to_uint64(struct slice a, uint64_t *out);

/* Copies as a terminated string; NULL when memory is short. The caller frees it. */
char *slice_to_string(struct slice a);
bool slice_is_utf8(struct slice a);

#endif
