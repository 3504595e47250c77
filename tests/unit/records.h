/* For the tests of the normaliser: one record in, what came of it out. The record is read from an exact copy on the
 * heap, so that reading one byte too far is seen under ASan. */
#ifndef TESTS_UNIT_RECORDS_H
#define TESTS_UNIT_RECORDS_H

#include "server/model/normalise.h"
#include "tests/unit/suite.h"

/* 2026-11-24T08:00:00Z */
#define RECEIVED ((time_us)1795507200 * US_PER_SECOND)

struct reading {
	struct normaliser *normaliser;
	uint8_t *copy;
	struct normalised got;
};

/* The caller releases it with reading_end(). */
static inline struct reading reading_of(enum record_source source, struct slice bytes, const struct networks *home)
{
	struct reading r = { .normaliser = normaliser_new(), .copy = malloc(bytes.len ? bytes.len : 1) };
	struct record in = { .source = source, .received_at = RECEIVED, .home = home, .default_zone = 9 * 3600 };

	ck_assert(r.normaliser && r.copy);
	if (bytes.len)
		memcpy(r.copy, bytes.ptr, bytes.len);
	in.bytes = slice_of(r.copy, bytes.len);
	normalise(r.normaliser, &in, &r.got);
	return r;
}

static inline void reading_end(struct reading *r)
{
	normaliser_free(r->normaliser);
	free(r->copy);
}

static inline void slice_is_text(struct slice s, const char *want)
{
	char *text = slice_to_string(s);

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, want);
	free(text);
}

static inline void address_is_text(const struct address *a, const char *want)
{
	char text[ADDRESS_TEXT_SIZE];

	address_to_text(a, text);
	ck_assert_str_eq(text, want);
}

static inline void time_is_text(time_us t, const char *want)
{
	char text[TIME_TEXT_SIZE];

	time_to_text(t, text);
	ck_assert_str_eq(text, want);
}

#endif
