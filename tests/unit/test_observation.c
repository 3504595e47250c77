/* Observations: adding up is a union, so any way of splitting records over bodies, and any order of merging, gives the
 * same; bodies from outside are believed in nothing. */
#include "server/model/observation.h"

#include "server/model/observation_body.h"
#include "tests/unit/suite.h"

#include <stdio.h>

enum { RECORDS = 400, TARGETS = 7, ROUNDS = 60 };

static unsigned random_state;

static unsigned random_below(unsigned below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

/* One record, as little of it as matters here. */
struct record {
	unsigned host, target, port;
	time_us ts;
	int64_t bytes;
};

static struct observables *made(const struct record *r)
{
	static struct observables o;
	char name[40];
	int n = snprintf(name, sizeof(name), "t%u.example.com", r->target);

	o.count = 1;
	o.lost = 0;
	ck_assert(indicator_key_of_domain(slice_of(name, (size_t)n), &o.items[0].key));
	o.inside = (struct address){ .family = 4, .bytes = { 10, 0, 0, (uint8_t)r->host } };
	memcpy(o.name, name, (size_t)n + 1);
	o.port = (int)r->port;
	o.bytes = r->bytes;
	o.started = TIME_NONE;
	return &o;
}

static void make_records(struct record *records)
{
	for (size_t i = 0; i < RECORDS; i++)
		records[i] = (struct record){
			.host = random_below(2),
			.target = random_below(TARGETS),
			.port = 443 + random_below(2),
			/* Few enough for equal times, many enough for more than are kept. */
			.ts = (time_us)random_below(300) * US_PER_SECOND,
			.bytes = (int64_t)random_below(4) - 1,
		};
}

static struct observation *fresh(void)
{
	struct observation *o = observation_new();

	ck_assert_ptr_nonnull(o);
	return o;
}

static void add(struct observation *o, const struct record *r)
{
	struct err why;

	ck_assert_int_eq(observation_add(o, made(r), r->ts, &why), 0);
}

static void written(struct observation *o, struct buffer *out)
{
	struct err why;

	buffer_clear(out);
	ck_assert_int_eq(observation_write(o, out, &why), 0);
}

/* All at once, one record after the other. */
static void expected(const struct record *records, struct buffer *out)
{
	struct observation *o = fresh();

	for (size_t i = 0; i < RECORDS; i++)
		add(o, &records[i]);
	written(o, out);
	observation_free(o);
}

static void shuffle(struct record *records)
{
	for (size_t i = RECORDS - 1; i > 0; i--) {
		size_t j = random_below((unsigned)i + 1);
		struct record r = records[i];

		records[i] = records[j];
		records[j] = r;
	}
}

START_TEST(any_split_and_order_gives_the_same)
{
	struct record records[RECORDS];
	struct buffer want = { 0 }, got = { 0 }, body = { 0 };
	struct err why;

	random_state = 1;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct observation *all = fresh(), *part = fresh();

		make_records(records);
		expected(records, &want);
		shuffle(records);
		for (size_t i = 0; i < RECORDS; i++) {
			add(part, &records[i]);
			if (random_below(20) && i + 1 < RECORDS)
				continue;
			written(part, &body);
			ck_assert_int_eq(observation_merge(all, buffer_slice(&body), &why), 0);
			observation_clear(part);
		}
		written(all, &got);
		ck_assert(slice_equal(buffer_slice(&want), buffer_slice(&got)));
		observation_free(all);
		observation_free(part);
	}
	buffer_release(&want);
	buffer_release(&got);
	buffer_release(&body);
}
END_TEST

/* The naive reference: looks at all records for each contact. */
START_TEST(contacts_are_those_of_the_records)
{
	struct record records[RECORDS];
	struct observation *o = fresh();
	struct err why;

	random_state = 7;
	make_records(records);
	for (size_t i = 0; i < RECORDS; i++)
		add(o, &records[i]);
	ck_assert_int_eq(observation_sort(o, &why), 0);
	ck_assert_uint_eq(observation_seen_count(o), TARGETS);
	ck_assert_uint_eq(observation_contact_count(o), TARGETS * 2 * 2);
	for (size_t i = 0; i < observation_contact_count(o); i++) {
		struct observation_contact c;
		int64_t contacts = 0;
		size_t times = 0;
		unsigned target;

		observation_contact_at(o, i, &c);
		ck_assert_int_eq(sscanf((const char *)c.destination.ptr, "t%u.", &target), 1);
		for (time_us second = 0; second < 300; second++) {
			int64_t best = -2;

			for (size_t k = 0; k < RECORDS; k++) {
				const struct record *r = &records[k];

				if (r->host != c.inside.bytes[3] || r->target != target || (int)r->port != c.port ||
				    r->ts != second * US_PER_SECOND)
					continue;
				contacts++;
				best = r->bytes > best ? r->bytes : best;
			}
			if (best == -2)
				continue;
			ck_assert_int_eq(c.times[times], second * US_PER_SECOND);
			ck_assert_int_eq(c.bytes[times], best);
			times++;
		}
		ck_assert_uint_eq(c.times_count, times);
		ck_assert_int_eq(c.contacts, contacts);
		ck_assert_int_eq(c.first, c.times[0]);
		ck_assert_int_eq(c.last, c.times[times - 1]);
	}
	observation_free(o);
}
END_TEST

START_TEST(the_newest_times_are_kept)
{
	struct observation *o = fresh();
	struct observation_contact c;
	struct err why;

	for (int i = 999; i >= 0; i--)
		add(o, &(struct record){ .port = 443, .ts = i * US_PER_SECOND, .bytes = i });
	ck_assert_int_eq(observation_sort(o, &why), 0);
	observation_contact_at(o, 0, &c);
	ck_assert_uint_eq(c.times_count, OBSERVATION_TIMES_MAX);
	for (size_t i = 0; i < c.times_count; i++) {
		ck_assert_int_eq(c.times[i], (time_us)(1000 - OBSERVATION_TIMES_MAX + (int)i) * US_PER_SECOND);
		ck_assert_int_eq(c.bytes[i], 1000 - OBSERVATION_TIMES_MAX + (int)i);
	}
	ck_assert_int_eq(c.first, 0);
	ck_assert_int_eq(c.last, 999 * US_PER_SECOND);
	ck_assert_int_eq(c.contacts, 1000);
	observation_free(o);
}
END_TEST

START_TEST(what_finds_no_room_is_counted)
{
	struct observables seen = { .count = 1, .port = PORT_NONE, .started = TIME_NONE };
	struct observation *o = fresh(), *again = fresh();
	struct buffer body = { 0 };
	struct err why;

	for (unsigned i = 0; i < OBSERVATION_ENTRIES_MAX + 10; i++) {
		const struct address a = { .family = 4,
					   .bytes = { 11, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };

		ck_assert(indicator_key_of_address(&a, &seen.items[0].key));
		ck_assert_int_eq(observation_add(o, &seen, 5, &why), 0);
	}
	ck_assert_uint_eq(observation_lost(o), 10);
	ck_assert_int_eq(observation_sort(o, &why), 0);
	ck_assert_uint_eq(observation_seen_count(o), OBSERVATION_ENTRIES_MAX);
	written(o, &body);
	ck_assert_int_eq(observation_merge(again, buffer_slice(&body), &why), 0);
	ck_assert_uint_eq(observation_lost(again), 10);
	ck_assert(!observation_is_empty(again));
	observation_clear(again);
	ck_assert(observation_is_empty(again));
	observation_free(o);
	observation_free(again);
	buffer_release(&body);
}
END_TEST

/* By hand, from the form in observation_body.h: one observable (192.0.2.1, at 1 s, once), one contact (10.0.0.1 to
 * "a.b", port 443, twice, at 1 s and 3 s, with 5 bytes and an unknown number of them). zigzag(1,000,000) = 2,000,000,
 * which is 0x80 0x89 0x7a in groups of seven bits; 2,000,000 itself is the same; 443 is 0xbb 0x03. */
static const uint8_t by_hand[] = {
	1,    0,    1,    1, /* version, lost, counts */
	1,    16,   0,    0,    0,    0,    0,   0,   0,   0,    0, 0, 0xff, 0xff, 192, 0, 2, 1, /* kind, key */
	0x80, 0x89, 0x7a, 0,    1,                                  /* first, last, contacts */
	4,    10,   0,    0,    1,    3,    'a', '.', 'b', 0xbb, 3, /* contact */
	0x80, 0x89, 0x7a, 0x80, 0x89, 0x7a, 2,                      /* 1 s, 2 s later, 2 */
	2,    0,    6,    0x80, 0x89, 0x7a, 0,                      /* times and bytes */
};

START_TEST(a_body_is_as_written_down)
{
	struct observation *o = fresh();
	struct observation_contact c;
	struct observation_seen s;
	struct buffer body = { 0 };
	struct err why;

	ck_assert_int_eq(observation_merge(o, slice_of(by_hand, sizeof(by_hand)), &why), 0);
	ck_assert_int_eq(observation_sort(o, &why), 0);
	observation_seen_at(o, 0, &s);
	ck_assert_int_eq(s.kind, INDICATOR_IP);
	ck_assert_int_eq(s.first, US_PER_SECOND);
	ck_assert_int_eq(s.contacts, 1);
	observation_contact_at(o, 0, &c);
	ck_assert_int_eq(c.port, 443);
	ck_assert(slice_is(c.destination, "a.b"));
	ck_assert_int_eq(c.last, 3 * US_PER_SECOND);
	ck_assert_int_eq(c.bytes[0], 5);
	ck_assert_int_eq(c.bytes[1], -1);
	written(o, &body);
	ck_assert(slice_equal(buffer_slice(&body), slice_of(by_hand, sizeof(by_hand))));
	observation_free(o);
	buffer_release(&body);
}
END_TEST

START_TEST(damaged_bodies_are_refused_whole)
{
	struct observation *o = fresh();
	uint8_t copy[sizeof(by_hand) + 1];
	struct err why;

	memcpy(copy, by_hand, sizeof(by_hand));
	copy[sizeof(by_hand)] = 0;
	for (size_t len = 0; len < sizeof(by_hand); len++)
		ck_assert_int_eq(observation_merge(o, slice_of(copy, len), &why), -1);
	ck_assert_int_eq(observation_merge(o, slice_of(copy, sizeof(copy)), &why), -1);
	static const struct {
		size_t at;
		uint8_t value;
	} harm[] = {
		{ 0, 2 },     /* version */
		{ 4, 9 },     /* kind */
		{ 5, 15 },    /* length of an address */
		{ 26, 0 },    /* no contacts */
		{ 27, 5 },    /* family */
		{ 32, 0 },    /* no destination */
		{ 34, 0 },    /* zero byte in it */
		{ 33, 0xff }, /* not UTF-8 */
		{ 44, 1 },    /* more times than contacts */
		{ 45, 0 },    /* no times */
		{ 49, 0x88 }, /* last time is not `last` */
	};
	for (size_t i = 0; i < ARRAY_LEN(harm); i++) {
		memcpy(copy, by_hand, sizeof(by_hand));
		copy[harm[i].at] = harm[i].value;
		ck_assert_msg(observation_merge(o, slice_of(copy, sizeof(by_hand)), &why) == -1, "harm %zu", i);
		ck_assert_int_eq(why.code, ERR_CORRUPT);
	}
	ck_assert(observation_is_empty(o));
	observation_free(o);
}
END_TEST

START_TEST(series_go_there_and_back)
{
	const time_us times[] = { -5, 0, 7 * US_PER_DAY };
	const int64_t bytes[] = { -1, 0, INT64_MAX - 1 };
	time_us got[OBSERVATION_TIMES_MAX];
	int64_t got_bytes[OBSERVATION_TIMES_MAX];
	struct buffer series = { 0 };
	struct err why;
	size_t count;

	observation_series_write(times, bytes, 3, &series);
	ck_assert_int_eq(observation_series_read(buffer_slice(&series), got, got_bytes, &count, &why), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_mem_eq(got, times, sizeof(times));
	ck_assert_mem_eq(got_bytes, bytes, sizeof(bytes));
	for (size_t len = 0; len < series.len; len++)
		ck_assert_int_eq(observation_series_read(slice_of(series.data, len), got, got_bytes, &count, &why), -1);
	buffer_release(&series);
}
END_TEST

START_TEST(contact_keys_tell_contacts_apart)
{
	struct observation_contact a = { .inside = { .family = 4, .bytes = { 10, 0, 0, 1 } },
					 .destination = SLICE_LITERAL("a.b"),
					 .port = 443 };
	struct observation_contact b = a;

	ck_assert_int_eq(observation_contact_key(&a), observation_contact_key(&b));
	b.port = 444;
	ck_assert_int_ne(observation_contact_key(&a), observation_contact_key(&b));
	b = a;
	b.inside.bytes[3] = 2;
	ck_assert_int_ne(observation_contact_key(&a), observation_contact_key(&b));
	b = a;
	b.destination = SLICE_LITERAL("a.c");
	ck_assert_int_ne(observation_contact_key(&a), observation_contact_key(&b));
}
END_TEST

SUITE_MAIN("observation", any_split_and_order_gives_the_same, contacts_are_those_of_the_records,
	   the_newest_times_are_kept, what_finds_no_room_is_counted, a_body_is_as_written_down,
	   damaged_bodies_are_refused_whole, series_go_there_and_back, contact_keys_tell_contacts_apart)
