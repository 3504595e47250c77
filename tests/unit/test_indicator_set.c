/* The set against a list that is walked, with text and numbers instead of keys. */
#include "server/model/indicator_set.h"
#include "tests/unit/suite.h"

#include <stdio.h>

#define HOUR (3600 * US_PER_SECOND)

static const uint8_t secret[16] = "a secret of ours";
static uint64_t state = 88172645463325252u;

/* Marsaglia's xorshift: the same numbers in each run. */
static unsigned below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 20) % n;
}

/* ------------------------------------------------------------------------------------------------------- the list */

struct listed {
	char text[80];
	enum indicator_kind kind;
	uint32_t address, mask; /* of ip */
	int64_t id;
	int from, until; /* hours; until -1: no end */
};

enum { LIST_MAX = 400 };
static struct listed list[LIST_MAX];
static size_t listed;

static void random_address(char *out, uint32_t *address)
{
	*address = 0xC0000200u | below(256) | below(2) << 16; /* 192.0.2.x, 192.1.2.x */
	snprintf(out, 80, "%u.%u.%u.%u", *address >> 24, *address >> 16 & 255, *address >> 8 & 255, *address & 255);
}

static void random_name(char *out)
{
	static const char *const labels[] = { "a", "b", "ab", "a-b" };
	size_t n = 0;

	for (unsigned depth = 1 + below(3); depth > 0; depth--)
		n += (size_t)snprintf(out + n, 80 - n, "%s.", labels[below(4)]);
	snprintf(out + n, 80 - n, "example");
}

/* A thing; `network`: of addresses also with a prefix. */
static void random_thing(struct listed *t, bool network)
{
	*t = (struct listed){ .kind = (enum indicator_kind)(INDICATOR_IP + below(4)), .mask = UINT32_MAX };
	switch (t->kind) {
	case INDICATOR_IP:
		random_address(t->text, &t->address);
		if (network && below(2)) {
			unsigned prefix = 8 + below(25);
			size_t n = strlen(t->text);

			t->mask = UINT32_MAX << (32 - prefix);
			snprintf(t->text + n, sizeof(t->text) - n, "/%u", prefix);
		}
		break;
	case INDICATOR_DOMAIN:
		random_name(t->text);
		break;
	case INDICATOR_URL:
		snprintf(t->text, sizeof(t->text), "http://a.example/%u", below(30));
		break;
	case INDICATOR_HASH:
		snprintf(t->text, sizeof(t->text), "%032x", below(30));
		break;
	}
}

static void key_of(const struct listed *t, struct indicator_key *out)
{
	struct slice text = slice_of_string(t->text);

	switch (t->kind) {
	case INDICATOR_IP:
		ck_assert(indicator_key_of_network(text, out));
		break;
	case INDICATOR_DOMAIN:
		ck_assert(indicator_key_of_domain(text, out));
		break;
	case INDICATOR_URL:
		ck_assert(indicator_key_of_url(text, out));
		break;
	case INDICATOR_HASH:
		ck_assert(indicator_key_of_hash(text, out));
		break;
	}
}

static bool ends_with_name(const char *text, const char *name)
{
	size_t n = strlen(text), m = strlen(name);

	return n >= m && strcmp(text + n - m, name) == 0 && (n == m || text[n - m - 1] == '.');
}

static bool matches(const struct listed *indicator, const struct listed *observable)
{
	if (indicator->kind != observable->kind)
		return false;
	if (indicator->kind == INDICATOR_IP)
		return (indicator->address & indicator->mask) == (observable->address & indicator->mask);
	if (indicator->kind == INDICATOR_DOMAIN)
		return ends_with_name(observable->text, indicator->text);
	return strcmp(indicator->text, observable->text) == 0;
}

static int64_t find_listed(const struct listed *observable, int hour)
{
	int64_t best = 0;

	for (size_t i = 0; i < listed; i++) {
		const struct listed *t = &list[i];

		if (t->from <= hour && (t->until < 0 || hour < t->until) && matches(t, observable) &&
		    (!best || t->id < best))
			best = t->id;
	}
	return best;
}

static void put(struct indicator_set *s, const struct listed *t)
{
	struct indicator_key key;

	key_of(t, &key);
	ck_assert_int_eq(
	    indicator_set_put(s, &key, t->id, t->from * HOUR, t->until < 0 ? TIME_NONE : t->until * HOUR, NULL), 0);
}

static void change(struct indicator_set *s)
{
	if (listed < LIST_MAX && below(3)) {
		struct listed *t = &list[listed];
		int from = 1000 + (int)below(10);

		random_thing(t, true);
		t->id = 1 + (int64_t)below(1000) * 1000000007; /* beyond 32 bits, too */
		t->from = from;
		t->until = below(2) ? -1 : from + (int)below(10);
		for (size_t i = 0; i < listed; i++)
			if (list[i].id == t->id)
				return; /* ids are of one thing */
		put(s, t);
		listed++;
	} else if (listed) {
		size_t i = below((unsigned)listed);
		struct indicator_key key;

		if (below(2)) { /* another validity */
			list[i].from = 1000 + (int)below(10);
			put(s, &list[i]);
			return;
		}
		key_of(&list[i], &key);
		indicator_set_remove(s, &key, list[i].id);
		list[i] = list[--listed];
	}
}

START_TEST(against_a_list)
{
	struct indicator_set *s = indicator_set_new(secret);
	unsigned found = 0;

	listed = 0;
	for (int step = 0; step < 60000; step++) {
		struct indicator_key key;
		struct listed o;
		int hour = 998 + (int)below(24);
		int64_t wanted;

		change(s);
		ck_assert_uint_eq(indicator_set_count(s), listed);
		random_thing(&o, false);
		key_of(&o, &key);
		wanted = find_listed(&o, hour);
		ck_assert_int_eq(indicator_set_find(s, &key, hour * HOUR + below(3600) * US_PER_SECOND), wanted);
		found += wanted != 0;
	}
	/* Neither always nor never, or nothing was tested. */
	ck_assert_uint_gt(found, 10000);
	ck_assert_uint_lt(found, 58000);
	while (listed) {
		struct indicator_key key;

		listed--;
		key_of(&list[listed], &key);
		indicator_set_remove(s, &key, list[listed].id);
	}
	ck_assert_uint_eq(indicator_set_count(s), 0);
	indicator_set_free(s);
}
END_TEST

START_TEST(times_are_kept_in_hours)
{
	struct indicator_set *s = indicator_set_new(secret);
	struct indicator_key key;

	ck_assert(indicator_key_of_domain(SLICE_LITERAL("evil.example"), &key));
	/* 10:30 to 12:01 counts from 10:00 until 13:00. */
	ck_assert_int_eq(indicator_set_put(s, &key, 7, 10 * HOUR + HOUR / 2, 12 * HOUR + HOUR / 60, NULL), 0);
	ck_assert_int_eq(indicator_set_find(s, &key, 10 * HOUR - 1), 0);
	ck_assert_int_eq(indicator_set_find(s, &key, 10 * HOUR), 7);
	ck_assert_int_eq(indicator_set_find(s, &key, 13 * HOUR - 1), 7);
	ck_assert_int_eq(indicator_set_find(s, &key, 13 * HOUR), 0);
	/* For ever, and from the beginning. */
	ck_assert_int_eq(indicator_set_put(s, &key, 7, INT64_MIN + 1, TIME_NONE, NULL), 0);
	ck_assert_int_eq(indicator_set_find(s, &key, 0), 7);
	ck_assert_int_eq(indicator_set_find(s, &key, INT64_MAX), 7);
	/* Over before it began. */
	ck_assert_int_eq(indicator_set_put(s, &key, 7, 5 * HOUR, 5 * HOUR, NULL), 0);
	ck_assert_int_eq(indicator_set_find(s, &key, 5 * HOUR), 0);
	indicator_set_free(s);
}
END_TEST

START_TEST(ids_have_bounds)
{
	struct indicator_set *s = indicator_set_new(secret);
	struct indicator_key key;
	struct err why;

	ck_assert(indicator_key_of_domain(SLICE_LITERAL("evil.example"), &key));
	ck_assert_int_eq(indicator_set_put(s, &key, ((int64_t)1 << 40) - 1, 0, TIME_NONE, &why), 0);
	ck_assert_int_eq(indicator_set_find(s, &key, 0), ((int64_t)1 << 40) - 1);
	ck_assert_int_eq(indicator_set_put(s, &key, (int64_t)1 << 40, 0, TIME_NONE, &why), -1);
	ck_assert_int_eq(why.code, ERR_LIMIT);
	ck_assert_int_eq(indicator_set_put(s, &key, 0, 0, TIME_NONE, &why), -1);
	ck_assert_uint_eq(indicator_set_count(s), 1);
	indicator_set_remove(s, &key, 5);
	ck_assert_uint_eq(indicator_set_count(s), 1);
	indicator_set_free(s);
	indicator_set_free(NULL);
}
END_TEST

/* The bound that contracts rely on: some 32 bytes each, also while it grows. */
START_TEST(memory_is_bounded)
{
	struct indicator_set *s = indicator_set_new(secret);
	size_t alone = indicator_set_memory(s);

	for (uint32_t i = 1; i <= 300000; i++) {
		const struct address a = { 4,
					   { (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };
		struct indicator_key key;

		ck_assert(indicator_key_of_address(&a, &key));
		ck_assert_int_eq(indicator_set_put(s, &key, i, 0, TIME_NONE, NULL), 0);
		if (i % 50000 == 0)
			ck_assert_uint_le((indicator_set_memory(s) - alone) / i, 36);
	}
	ck_assert_uint_eq(indicator_set_count(s), 300000);
	indicator_set_free(s);
}
END_TEST

SUITE_MAIN("indicator_set", against_a_list, times_are_kept_in_hours, ids_have_bounds, memory_is_bounded)
