/* Windows of correlations: cases worked out by hand, and properties against a reference that tries every stretch of
 * time. */
#include "server/model/sigma/window.h"

#include <math.h>

#include "tests/unit/suite.h"

#define SECONDS(n) ((n)*US_PER_SECOND)

struct outcome {
	struct window_firing *firings;
	size_t count;
	time_us due;
};

static struct sigma_correlation counting(enum sigma_count type, enum sigma_operator op, double value, int seconds)
{
	return (struct sigma_correlation){ .type = type,
					   .rule_count = 1,
					   .timespan = SECONDS(seconds),
					   .conditions = { { op, value } },
					   .condition_count = 1,
					   .percentile = 50,
					   .monotone = (op == SIGMA_GT || op == SIGMA_GTE) && type != SIGMA_VALUE_AVG &&
						       type != SIGMA_VALUE_PERCENTILE };
}

static struct sigma_correlation proximity(enum sigma_count type, size_t rules, int seconds)
{
	return (struct sigma_correlation){
		.type = type, .rule_count = rules, .timespan = SECONDS(seconds), .monotone = true
	};
}

static struct window_hit at(int second, uint16_t rule_no)
{
	static int64_t id;

	id++;
	return (struct window_hit){ .ts = SECONDS(second), .id = id, .rule_no = rule_no, .number = NAN };
}

static struct window_hit with_number(int second, double number)
{
	struct window_hit hit = at(second, 0);

	hit.number = number;
	return hit;
}

static struct window_hit with_value(int second, int64_t value)
{
	struct window_hit hit = at(second, 0);

	hit.value_key = value;
	return hit;
}

static struct outcome judge(const struct sigma_correlation *c, struct window_hit *hits, size_t *count)
{
	struct outcome o = { .due = INT64_MAX };
	struct err why;

	ck_assert_msg(window_evaluate(c, hits, count, &o.firings, &o.count, &why) == 0, "%s", why.text);
	return o;
}

/* Firings as "first-last:members=measured", seconds. */
static void expect(const struct sigma_correlation *c, struct window_hit *hits, size_t count, const char *wanted)
{
	struct outcome o = judge(c, hits, &count);
	struct buffer text = { 0 };

	for (size_t i = 0; i < o.count; i++)
		buffer_printf(
		    &text, "%s%lld-%lld:%zu=%g", i ? " " : "", (long long)(o.firings[i].first / US_PER_SECOND),
		    (long long)(o.firings[i].last / US_PER_SECOND), o.firings[i].members, o.firings[i].measured);
	ck_assert_str_eq(buffer_string(&text), wanted);
	buffer_release(&text);
	free(o.firings);
}
#define EXPECT(c, wanted, ...)                                            \
	do {                                                              \
		struct window_hit list_[] = { __VA_ARGS__ };              \
		expect((c), list_, sizeof list_ / sizeof *list_, wanted); \
	} while (0)

START_TEST(both_ends_of_the_timespan_count)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_GTE, 3, 10);

	EXPECT(&c, "0-10:3=3", at(0, 0), at(5, 0), at(10, 0));
	EXPECT(&c, "", at(0, 0), at(5, 0), at(11, 0));
	c.conditions[0].op = SIGMA_GT;
	EXPECT(&c, "", at(0, 0), at(5, 0), at(10, 0));
	EXPECT(&c, "0-10:4=4", at(0, 0), at(5, 0), at(5, 0), at(10, 0));
}
END_TEST

START_TEST(equal_times_are_separate_hits_and_doubles_are_one)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_GTE, 3, 10);
	struct window_hit one = at(7, 0);

	EXPECT(&c, "7-7:3=3", at(7, 0), at(7, 0), at(7, 0));
	EXPECT(&c, "", one, one, one, at(8, 0));
}
END_TEST

/* Timespan 10, three needed. 0 4 8 and 4 8 12 fire, so do 8 12 16; 30 is more than a timespan behind 16 and alone. 50
 * 51 52 is a firing of its own. */
START_TEST(overlapping_windows_are_one_firing)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_GTE, 3, 10);

	EXPECT(&c, "0-16:5=3 50-52:3=3", at(16, 0), at(50, 0), at(0, 0), at(4, 0), at(8, 0), at(51, 0), at(12, 0),
	       at(30, 0), at(52, 0));
	/* 0 1 2 and 12 13 14 share no hit but are ten seconds apart: one. Eleven: two. */
	EXPECT(&c, "0-14:6=3", at(0, 0), at(1, 0), at(2, 0), at(12, 0), at(13, 0), at(14, 0));
	EXPECT(&c, "0-2:3=3 13-15:3=3", at(0, 0), at(1, 0), at(2, 0), at(13, 0), at(14, 0), at(15, 0));
	/* The best window is told. */
	EXPECT(&c, "10-23:6=5", at(10, 0), at(15, 0), at(20, 0), at(20, 0), at(20, 0), at(23, 0));
	EXPECT(&c, "10-23:6=4", at(10, 0), at(12, 0), at(18, 0), at(21, 0), at(22, 0), at(23, 0));
}
END_TEST

/* A hit between two firings that is in no firing window is no member. */
START_TEST(members_only_of_firing_windows)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_GTE, 3, 4);
	struct window_hit hits[] = {
		at(0, 0), at(1, 0), at(2, 0), at(7, 0), at(8, 0), at(12, 0), at(13, 0), at(14, 0)
	};
	size_t count = ARRAY_LEN(hits);
	struct outcome o = judge(&c, hits, &count);

	ck_assert_uint_eq(o.count, 2);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(hits[i].member, i != 3 && i != 4);
	ck_assert_uint_eq(o.firings[0].from, 0);
	ck_assert_uint_eq(o.firings[0].to, 3);
	ck_assert_uint_eq(o.firings[1].from, 5);
	ck_assert_uint_eq(o.firings[1].to, 8);
	free(o.firings);
}
END_TEST

START_TEST(different_values)
{
	struct sigma_correlation c = counting(SIGMA_VALUE_COUNT, SIGMA_GTE, 3, 10);

	EXPECT(&c, "", with_value(0, 1), with_value(1, 2), with_value(2, 1), with_value(3, 2));
	EXPECT(&c, "0-4:5=3", with_value(0, 1), with_value(1, 2), with_value(2, 1), with_value(3, 2), with_value(4, 3));
	/* 1 and 3 are never within ten seconds of one another. */
	EXPECT(&c, "", with_value(0, 1), with_value(5, 2), with_value(11, 3));
	EXPECT(&c, "1-11:3=3", with_value(0, 1), with_value(1, 1), with_value(5, 2), with_value(11, 3));
}
END_TEST

START_TEST(all_rules_within_the_timespan)
{
	struct sigma_correlation c = proximity(SIGMA_TEMPORAL, 3, 10);

	EXPECT(&c, "0-10:3=3", at(0, 2), at(10, 0), at(4, 1));
	EXPECT(&c, "", at(0, 2), at(11, 0), at(4, 1));
	EXPECT(&c, "", at(0, 2), at(1, 2), at(2, 1));
	/* With a condition: different rules. */
	c.conditions[0] = (struct sigma_condition){ SIGMA_GTE, 2 };
	c.condition_count = 1;
	EXPECT(&c, "0-2:3=2", at(0, 2), at(1, 2), at(2, 1));
}
END_TEST

START_TEST(rules_in_order)
{
	struct sigma_correlation c = proximity(SIGMA_TEMPORAL_ORDERED, 3, 10);

	EXPECT(&c, "0-10:3=3", at(0, 0), at(4, 1), at(10, 2));
	EXPECT(&c, "", at(0, 0), at(4, 2), at(10, 1));
	EXPECT(&c, "", at(0, 0), at(4, 1), at(11, 2));
	/* Equal times count as in order, whichever came first. */
	EXPECT(&c, "5-5:3=3", at(5, 2), at(5, 1), at(5, 0));
	EXPECT(&c, "3-5:3=3", at(5, 2), at(5, 1), at(3, 0));
	EXPECT(&c, "", at(3, 2), at(5, 1), at(5, 0));
	/* 0 of second 0 is too early for 2 of second 12; that of second 3 is behind 1 of second 2. */
	EXPECT(&c, "", at(0, 0), at(2, 1), at(3, 0), at(12, 2));
	EXPECT(&c, "2-12:4=3", at(0, 0), at(2, 1), at(3, 0), at(4, 1), at(12, 2));
	/* With a condition: how far down the list. */
	c.conditions[0] = (struct sigma_condition){ SIGMA_GTE, 2 };
	c.condition_count = 1;
	EXPECT(&c, "0-4:2=2", at(0, 0), at(4, 1));
	EXPECT(&c, "", at(0, 1), at(4, 2));
	EXPECT(&c, "", at(0, 1), at(4, 0));
}
END_TEST

START_TEST(sums_and_averages)
{
	struct sigma_correlation c = counting(SIGMA_VALUE_SUM, SIGMA_GT, 1000, 10);

	EXPECT(&c, "", with_number(0, 600), with_number(5, 400));
	EXPECT(&c, "0-10:2=1000.5", with_number(0, 600.5), with_number(10, 400));
	EXPECT(&c, "", with_number(0, 600.5), with_number(11, 400));
	/* Numbers below zero do not take away. */
	EXPECT(&c, "0-10:3=1200", with_number(0, 600), with_number(5, -900), with_number(10, 600));
	c = counting(SIGMA_VALUE_AVG, SIGMA_GTE, 10, 10);
	EXPECT(&c, "0-2:3=10", with_number(0, 5), with_number(1, 10), with_number(2, 15));
	EXPECT(&c, "", with_number(0, 4), with_number(1, 10), with_number(2, 15));
	/* Though 12 alone is above: the window is what fits the timespan. */
	EXPECT(&c, "", with_number(0, 12), with_number(1, 0));
	c = counting(SIGMA_VALUE_AVG, SIGMA_LT, 0, 10);
	EXPECT(&c, "0-1:2=-1", with_number(0, -4), with_number(1, 2));
}
END_TEST

/* Nearest rank of 15 20 35 40 50: the 30th percentile is the 2nd number (1.5 rounded up), 40th the 2nd, 50th the 3rd,
 * 100th the 5th; of 3 6 7 8 8 10 13 15 16 20 the 25th is 7, the 75th 15. */
START_TEST(percentiles_by_nearest_rank)
{
	static const double five[] = { 35, 20, 15, 50, 40 }, ten[] = { 3, 6, 7, 8, 8, 10, 13, 15, 16, 20 };
	static const struct {
		double percentile, five, ten;
	} cases[] = {
		{ 0, 15, 3 },  { 5, 15, 3 },  { 25, 20, 7 },  { 30, 20, 7 },
		{ 40, 20, 8 }, { 50, 35, 8 }, { 75, 40, 15 }, { 100, 50, 20 },
	};
	struct sigma_correlation c = counting(SIGMA_VALUE_PERCENTILE, SIGMA_EQ, 0, 10);
	struct window_hit hits[10];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char wanted[32];

		c.percentile = cases[i].percentile;
		for (size_t k = 0; k < 5; k++)
			hits[k] = with_number((int)k, five[k]);
		c.conditions[0].value = cases[i].five;
		snprintf(wanted, sizeof wanted, "0-4:5=%g", cases[i].five);
		expect(&c, hits, 5, wanted);
		for (size_t k = 0; k < 10; k++)
			hits[k] = with_number((int)(9 - k), ten[k]);
		c.conditions[0].value = cases[i].ten;
		snprintf(wanted, sizeof wanted, "0-9:10=%g", cases[i].ten);
		expect(&c, hits, 10, wanted);
	}
}
END_TEST

START_TEST(ranges_are_of_whole_windows)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_GT, 2, 10);

	c.conditions[1] = (struct sigma_condition){ SIGMA_LTE, 4 };
	c.condition_count = 2;
	c.monotone = false;
	EXPECT(&c, "", at(0, 0), at(1, 0));
	EXPECT(&c, "0-2:3=3", at(0, 0), at(1, 0), at(2, 0));
	EXPECT(&c, "0-3:4=4", at(0, 0), at(1, 0), at(2, 0), at(3, 0));
	EXPECT(&c, "", at(0, 0), at(1, 0), at(2, 0), at(3, 0), at(4, 0));
	/* 0..4 has five; 3 4 13 and 4 13 14 have three each. */
	EXPECT(&c, "3-14:4=3", at(0, 0), at(1, 0), at(2, 0), at(3, 0), at(4, 0), at(13, 0), at(14, 0), at(40, 0));
	c = counting(SIGMA_EVENT_COUNT, SIGMA_LT, 3, 10);
	EXPECT(&c, "40-41:2=2 90-90:1=1", at(0, 0), at(1, 0), at(2, 0), at(40, 0), at(41, 0), at(90, 0));
	c = counting(SIGMA_EVENT_COUNT, SIGMA_NEQ, 2, 10);
	EXPECT(&c, "0-2:3=3 90-90:1=1", at(0, 0), at(1, 0), at(2, 0), at(40, 0), at(41, 0), at(90, 0));
	c = counting(SIGMA_EVENT_COUNT, SIGMA_EQ, 2, 10);
	EXPECT(&c, "40-41:2=2", at(0, 0), at(1, 0), at(2, 0), at(40, 0), at(41, 0), at(90, 0));
}
END_TEST

START_TEST(conditions_that_hits_can_undo_wait_until_all_is_known)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_LTE, 2, 10);
	struct window_hit hits[] = { at(100, 0), at(101, 0), at(200, 0) };
	size_t count = ARRAY_LEN(hits);
	struct window_firing *firings;
	size_t n;
	time_us due;

	ck_assert_int_eq(window_evaluate_known(&c, (struct window_known){ INT64_MIN, SECONDS(110) - 1 }, hits, &count,
					       &firings, &n, &due, NULL),
			 0);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(due, SECONDS(110));
	free(firings);
	ck_assert_int_eq(window_evaluate_known(&c, (struct window_known){ INT64_MIN, SECONDS(110) }, hits, &count,
					       &firings, &n, &due, NULL),
			 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(due, SECONDS(210));
	free(firings);
	/* What came before 91 is forgotten: 100 and 101 may have been part of more. Of 200 all is known. */
	ck_assert_int_eq(window_evaluate_known(&c, (struct window_known){ SECONDS(91) + 1, INT64_MAX }, hits, &count,
					       &firings, &n, &due, NULL),
			 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(firings[0].first, SECONDS(200));
	ck_assert_int_eq(due, INT64_MAX);
	free(firings);
	/* Monotone ones do not wait. */
	c = counting(SIGMA_EVENT_COUNT, SIGMA_GTE, 2, 10);
	ck_assert_int_eq(
	    window_evaluate_known(&c, (struct window_known){ INT64_MIN, 0 }, hits, &count, &firings, &n, &due, NULL),
	    0);
	ck_assert_uint_eq(n, 1);
	free(firings);
}
END_TEST

START_TEST(no_hits_no_firings)
{
	static const enum sigma_count types[] = { SIGMA_EVENT_COUNT,      SIGMA_VALUE_COUNT, SIGMA_TEMPORAL,
						  SIGMA_TEMPORAL_ORDERED, SIGMA_VALUE_SUM,   SIGMA_VALUE_AVG,
						  SIGMA_VALUE_PERCENTILE };

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct sigma_correlation c = counting(types[i], SIGMA_LT, 5, 10);
		struct window_hit none[1];

		expect(&c, none, 0, "");
	}
}
END_TEST

START_TEST(far_ends_of_time)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_LTE, 2, 10);
	struct window_hit hits[] = { at(0, 0), at(0, 0) };
	size_t count = 2;
	struct outcome o;

	hits[0].ts = INT64_MIN;
	hits[1].ts = INT64_MAX;
	o = judge(&c, hits, &count);
	ck_assert_uint_eq(o.count, 2);
	free(o.firings);
}
END_TEST

/* -------------------------------------------------------------------------------------------------- the reference */

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

enum { SMALL = 14 };

static double naive_ordered(const struct sigma_correlation *c, const struct window_hit *hits, const bool *in, size_t n)
{
	time_us reached = INT64_MIN;
	size_t length = 0;

	/* The earliest next one never hurts. */
	for (; length < c->rule_count; length++) {
		time_us next = INT64_MAX;

		for (size_t i = 0; i < n; i++)
			if (in[i] && hits[i].rule_no == length && hits[i].ts >= reached && hits[i].ts < next)
				next = hits[i].ts;
		if (next == INT64_MAX)
			break;
		reached = next;
	}
	return (double)length;
}

static double naive_distinct(const struct sigma_correlation *c, const struct window_hit *hits, const bool *in, size_t n)
{
	size_t distinct = 0;

	for (size_t i = 0; i < n; i++) {
		bool seen = !in[i];

		for (size_t k = 0; k < i && !seen; k++)
			seen = in[k] && (c->type == SIGMA_TEMPORAL ? hits[k].rule_no == hits[i].rule_no
								   : hits[k].value_key == hits[i].value_key);
		distinct += !seen;
	}
	return (double)distinct;
}

/* The smallest number such that at least the percentage of all does not pass it. */
static double naive_percentile(double percentile, const struct window_hit *hits, const bool *in, size_t n)
{
	double best = NAN;

	for (size_t i = 0; i < n; i++) {
		size_t all = 0, below = 0;

		if (!in[i])
			continue;
		for (size_t k = 0; k < n; k++) {
			all += in[k];
			below += in[k] && hits[k].number <= hits[i].number;
		}
		if ((double)below * 100 >= percentile * (double)all && !(best <= hits[i].number))
			best = hits[i].number;
	}
	return best;
}

static double naive_value(const struct sigma_correlation *c, const struct window_hit *hits, const bool *in, size_t n)
{
	double sum = 0, members = 0, numbers = 0;

	for (size_t i = 0; i < n; i++)
		if (in[i]) {
			members++;
			if (c->type != SIGMA_VALUE_SUM || hits[i].number >= 0) {
				sum += hits[i].number;
				numbers++;
			}
		}
	switch (c->type) {
	case SIGMA_EVENT_COUNT:
		return members;
	case SIGMA_TEMPORAL_ORDERED:
		return naive_ordered(c, hits, in, n);
	case SIGMA_VALUE_SUM:
		return numbers ? sum : NAN;
	case SIGMA_VALUE_AVG:
		return sum / members;
	case SIGMA_VALUE_PERCENTILE:
		return naive_percentile(c->percentile, hits, in, n);
	default:
		return naive_distinct(c, hits, in, n);
	}
}

static bool naive_holds(const struct sigma_correlation *c, double v)
{
	bool all = !isnan(v);

	if (!c->condition_count)
		return v == (double)c->rule_count;
	for (size_t i = 0; i < c->condition_count; i++) {
		double x = c->conditions[i].value;
		const bool verdict[] = { [SIGMA_GT] = v > x,   [SIGMA_GTE] = v >= x, [SIGMA_LT] = v < x,
					 [SIGMA_LTE] = v <= x, [SIGMA_EQ] = v == x,  [SIGMA_NEQ] = v != x };

		all = all && verdict[c->conditions[i].op];
	}
	return all;
}

/* Every stretch between two hits that fits the timespan, and is not part of a larger one that does. */
static void naive_members(const struct sigma_correlation *c, const struct window_hit *hits, size_t n, bool *member)
{
	for (size_t i = 0; i < n; i++)
		member[i] = false;
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++) {
			bool in[SMALL * 4], largest = true;

			if (hits[b].ts < hits[a].ts || hits[b].ts - hits[a].ts > c->timespan)
				continue;
			for (size_t i = 0; i < n; i++)
				in[i] = hits[i].ts >= hits[a].ts && hits[i].ts <= hits[b].ts;
			for (size_t i = 0; i < n; i++)
				largest = largest &&
					  (in[i] || (hits[i].ts < hits[a].ts ? hits[b].ts - hits[i].ts > c->timespan
									     : hits[i].ts - hits[a].ts > c->timespan));
			if (largest && naive_holds(c, naive_value(c, hits, in, n)))
				for (size_t i = 0; i < n; i++)
					member[i] |= in[i];
		}
}

/* For conditions that hits cannot undo: each hit, and what lies a timespan before it. */
static void sliding_members(const struct sigma_correlation *c, const struct window_hit *hits, size_t n, bool *member,
			    bool *moment)
{
	for (size_t i = 0; i < n; i++)
		member[i] = false;
	for (size_t b = 0; b < n; b++) {
		bool in[SMALL * 4];

		for (size_t i = 0; i < n; i++)
			in[i] = hits[i].ts <= hits[b].ts && hits[i].ts >= hits[b].ts - c->timespan;
		moment[b] = naive_holds(c, naive_value(c, hits, in, n));
		for (size_t i = 0; moment[b] && i < n; i++)
			member[i] |= in[i];
	}
}

/* Which firing each member is of, by joining until nothing joins any more; -1: no member. */
static void naive_groups(const struct sigma_correlation *c, const struct window_hit *hits, size_t n, const bool *member,
			 int *group)
{
	bool joined = true;

	for (size_t i = 0; i < n; i++)
		group[i] = member[i] ? (int)i : -1;
	while (joined) {
		joined = false;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				if (group[i] >= 0 && group[k] > group[i] &&
				    llabs(hits[i].ts - hits[k].ts) <= c->timespan) {
					group[k] = group[i];
					joined = true;
				}
	}
}

static struct sigma_correlation random_correlation(void)
{
	static const enum sigma_count types[] = { SIGMA_EVENT_COUNT,      SIGMA_VALUE_COUNT, SIGMA_TEMPORAL,
						  SIGMA_TEMPORAL_ORDERED, SIGMA_VALUE_SUM,   SIGMA_VALUE_AVG,
						  SIGMA_VALUE_PERCENTILE };
	struct sigma_correlation c = { .type = types[draw(7)], .timespan = 1 + draw(8), .rule_count = 1 + draw(3) };
	bool up = true;

	c.percentile = draw(21) * 5;
	c.condition_count = 1 + draw(4) / 3;
	if ((c.type == SIGMA_TEMPORAL || c.type == SIGMA_TEMPORAL_ORDERED) && draw(2))
		c.condition_count = 0;
	for (size_t i = 0; i < c.condition_count; i++) {
		c.conditions[i] = (struct sigma_condition){ draw(2) ? draw(2) : draw(6), draw(6) };
		if (c.type >= SIGMA_VALUE_SUM)
			c.conditions[i].value = draw(40) / 4.0;
		up = up && (c.conditions[i].op == SIGMA_GT || c.conditions[i].op == SIGMA_GTE);
	}
	c.monotone = up && c.type != SIGMA_VALUE_AVG && c.type != SIGMA_VALUE_PERCENTILE;
	return c;
}

static size_t random_hits(const struct sigma_correlation *c, struct window_hit *hits, size_t most, int stretch)
{
	size_t n = draw((uint32_t)most + 1);

	for (size_t i = 0; i < n; i++)
		hits[i] = (struct window_hit){ .ts = draw((uint32_t)stretch),
					       .id = draw(1000000),
					       .rule_no = (uint16_t)draw((uint32_t)c->rule_count),
					       .value_key = draw(4),
					       .number = draw(24) / 4.0 - 1 };
	return n;
}

static void compare(const struct sigma_correlation *c, struct window_hit *hits, size_t n)
{
	struct outcome o = judge(c, hits, &n);
	bool member[SMALL * 4];
	int group[SMALL * 4];
	size_t groups = 0;

	naive_members(c, hits, n, member);
	naive_groups(c, hits, n, member, group);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(hits[i].member, member[i]);
	for (size_t i = 0; i < n; i++) {
		const struct window_firing *f;
		size_t members = 0, last = i;

		if (group[i] != (int)i)
			continue;
		for (size_t k = 0; k < n; k++)
			if (group[k] == group[i]) {
				members++;
				last = k;
			}
		ck_assert_uint_lt(groups, o.count);
		f = &o.firings[groups++];
		ck_assert_int_eq(f->first, hits[i].ts);
		ck_assert_int_eq(f->last, hits[last].ts);
		ck_assert_uint_eq(f->members, members);
		ck_assert_uint_eq(f->from, i);
		ck_assert_uint_eq(f->to, last + 1);
		ck_assert(naive_holds(c, f->measured));
	}
	ck_assert_uint_eq(groups, o.count);
	free(o.firings);
	if (c->monotone) {
		bool sliding[SMALL * 4], moment[SMALL * 4];

		sliding_members(c, hits, n, sliding, moment);
		for (size_t i = 0; i < n; i++) {
			ck_assert_int_eq(sliding[i], member[i]);
			ck_assert_int_eq(hits[i].completes, moment[i] && (i + 1 == n || hits[i + 1].ts > hits[i].ts));
		}
	}
}

START_TEST(same_as_the_reference)
{
	size_t fired = 0;

	seed = 20261124;
	for (int round = 0; round < 40000; round++) {
		struct sigma_correlation c = random_correlation();
		struct window_hit hits[SMALL];
		size_t n = random_hits(&c, hits, SMALL, 4 + (int)draw(30));

		compare(&c, hits, n);
		for (size_t i = 0; i < n; i++)
			fired += hits[i].member;
	}
	ck_assert_uint_gt(fired, 20000);
}
END_TEST

/* Adding a hit makes firings larger, or joins them, and never undoes one. */
START_TEST(monotone_firings_only_grow)
{
	seed = 7;
	for (int round = 0; round < 20000; round++) {
		struct sigma_correlation c = random_correlation();
		struct window_hit hits[SMALL + 1], more[SMALL + 1];
		size_t n = random_hits(&c, hits, SMALL, 20), m;
		struct outcome before, after;

		if (!c.monotone)
			continue;
		for (m = 0; m < n; m++)
			more[m] = hits[m];
		while (!random_hits(&c, &more[n], 1, 20))
			;
		m = n + 1;
		before = judge(&c, hits, &n);
		after = judge(&c, more, &m);
		for (size_t i = 0; i < before.count; i++) {
			bool held = false;

			for (size_t k = 0; k < after.count; k++)
				held = held || (after.firings[k].first <= before.firings[i].first &&
						after.firings[k].last >= before.firings[i].last);
			ck_assert(held);
		}
		free(before.firings);
		free(after.firings);
	}
}
END_TEST

/* Judged a little at a time, with what was not there yet still missing, or at the end: the same firings' members. */
START_TEST(judging_early_is_never_wrong)
{
	size_t early = 0;

	seed = 99;
	for (int round = 0; round < 20000; round++) {
		struct sigma_correlation c = random_correlation();
		struct window_hit all[SMALL], now[SMALL];
		size_t n = random_hits(&c, all, SMALL, 24), m = 0;
		time_us until = draw(30), since = INT64_MIN, due;
		struct window_firing *firings;
		size_t firing_count;
		struct outcome whole = judge(&c, all, &n);

		if (draw(2))
			since = draw(12);
		/* Behind `until` some are here already, some are not; before `since` some are forgotten. */
		for (size_t i = 0; i < n; i++)
			if ((all[i].ts >= since && all[i].ts <= until) || draw(2))
				now[m++] = all[i];
		ck_assert_int_eq(window_evaluate_known(&c, (struct window_known){ since, until }, now, &m, &firings,
						       &firing_count, &due, NULL),
				 0);
		for (size_t i = 0; i < m; i++) {
			for (size_t k = 0; now[i].member && k < n; k++)
				if (all[k].id == now[i].id && all[k].ts == now[i].ts &&
				    all[k].rule_no == now[i].rule_no) {
					ck_assert(all[k].member);
					early++;
				}
		}
		ck_assert(due == INT64_MAX || (!c.monotone && due > until));
		free(firings);
		free(whole.firings);
	}
	ck_assert_uint_gt(early, 5000);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------- thinning */

static size_t drop_redundant(struct window_hit *hits, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!hits[i].redundant)
			hits[kept++] = hits[i];
	return kept;
}

START_TEST(a_burst_is_thinned_to_its_ends)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_GTE, 5, 100);
	struct window_hit hits[1000];
	size_t count = ARRAY_LEN(hits), kept = 0;
	struct outcome o;

	for (size_t i = 0; i < count; i++)
		hits[i] = at((int)i / 10, 0);
	o = judge(&c, hits, &count);
	ck_assert_uint_eq(window_thin(&c, hits, count, 50), 0);
	for (size_t i = 0; i < count; i++) {
		kept += !hits[i].redundant;
		ck_assert_int_eq(hits[i].redundant, i >= 5 && i < 995);
	}
	ck_assert_uint_eq(kept, 10);
	free(o.firings);
	/* Within the bound nothing is marked. */
	ck_assert_uint_eq(window_thin(&c, hits, count, 1000), 0);
	ck_assert(!hits[500].redundant);
}
END_TEST

/* 300 hits, of which one in 100 has a value of its own: of the others two stay, and what stands at the ends. */
START_TEST(a_flood_of_one_value_is_thinned)
{
	struct sigma_correlation c = counting(SIGMA_VALUE_COUNT, SIGMA_GTE, 4, 1000);
	struct window_hit hits[300];
	size_t count = ARRAY_LEN(hits), kept = 0;
	struct outcome o;

	for (size_t i = 0; i < count; i++)
		hits[i] = with_value((int)i, i % 100 == 50 ? (int64_t)i : 7);
	o = judge(&c, hits, &count);
	ck_assert_uint_eq(o.count, 1);
	ck_assert_uint_eq(window_thin(&c, hits, count, 10), 0);
	for (size_t i = 0; i < count; i++) {
		kept += !hits[i].redundant;
		ck_assert_int_eq(hits[i].redundant, i % 100 != 50 && i != 0 && i != 299);
	}
	ck_assert_uint_eq(kept, 5);
	free(o.firings);
}
END_TEST

START_TEST(the_oldest_are_lost_when_nothing_is_redundant)
{
	struct sigma_correlation c = counting(SIGMA_EVENT_COUNT, SIGMA_GTE, 9, 10);
	struct window_hit hits[30];
	size_t count = ARRAY_LEN(hits);
	struct outcome o;

	for (size_t i = 0; i < count; i++)
		hits[i] = at((int)i * 5, 0);
	o = judge(&c, hits, &count);
	ck_assert_uint_eq(o.count, 0);
	ck_assert_uint_eq(window_thin(&c, hits, count, 20), 10);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(hits[i].redundant, i < 10);
	/* Never below what the condition needs: nine, and one that shows more. */
	ck_assert_uint_eq(window_floor(&c), 10);
	ck_assert_uint_eq(window_thin(&c, hits, count, 3), 20);
	free(o.firings);
}
END_TEST

static void same_spans(const struct sigma_correlation *c, struct window_hit *a, size_t an, struct window_hit *b,
		       size_t bn)
{
	struct outcome x = judge(c, a, &an), y = judge(c, b, &bn);

	ck_assert_uint_eq(x.count, y.count);
	for (size_t i = 0; i < x.count; i++) {
		ck_assert_int_eq(x.firings[i].first, y.firings[i].first);
		ck_assert_int_eq(x.firings[i].last, y.firings[i].last);
	}
	free(x.firings);
	free(y.firings);
}

/* The least bound that loses nothing: all that is redundant goes. */
static size_t thin_all(const struct sigma_correlation *c, struct window_hit *hits, size_t *n)
{
	struct outcome o = judge(c, hits, n);
	size_t before = *n, most = 1;

	free(o.firings);
	while (window_thin(c, hits, *n, most))
		most++;
	*n = drop_redundant(hits, *n);
	return before - *n;
}

/* Whatever comes later, early or late, thinned state fires as all of it would. */
START_TEST(thinned_state_behaves_the_same)
{
	enum { MANY = 60, LATER = 6, WAVES = 3 };
	size_t thinned[SIGMA_TEMPORAL + 1] = { 0 };

	seed = 4711;
	for (int round = 0; round < 40000; round++) {
		struct sigma_correlation c = random_correlation();
		struct window_hit full[MANY + LATER * WAVES], thin[MANY + LATER * WAVES];
		int stretch = 3 + (int)draw(50);
		size_t n = random_hits(&c, full, MANY, stretch), m = n;

		if (!c.monotone || c.type > SIGMA_TEMPORAL)
			continue;
		for (size_t i = 0; i < n; i++)
			thin[i] = full[i];
		for (int wave = 0; wave < WAVES; wave++) {
			struct window_hit later[LATER];
			size_t more = random_hits(&c, later, LATER, stretch + 6);

			thinned[c.type] += thin_all(&c, thin, &m);
			for (size_t i = 0; i < more; i++)
				full[n++] = thin[m++] = later[i];
			same_spans(&c, full, n, thin, m);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(thinned); i++)
		ck_assert_uint_gt(thinned[i], 10000);
}
END_TEST

SUITE_MAIN("sigma_window", both_ends_of_the_timespan_count, equal_times_are_separate_hits_and_doubles_are_one,
	   overlapping_windows_are_one_firing, members_only_of_firing_windows, different_values,
	   all_rules_within_the_timespan, rules_in_order, sums_and_averages, percentiles_by_nearest_rank,
	   ranges_are_of_whole_windows, conditions_that_hits_can_undo_wait_until_all_is_known, no_hits_no_firings,
	   far_ends_of_time, same_as_the_reference, monotone_firings_only_grow, judging_early_is_never_wrong,
	   a_burst_is_thinned_to_its_ends, a_flood_of_one_value_is_thinned,
	   the_oldest_are_lost_when_nothing_is_redundant, thinned_state_behaves_the_same)
