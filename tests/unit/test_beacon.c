/* Beacon scores: vectors worked out by hand from beacon.h, and series as they occur. */
#include "server/model/beacon.h"

#include "tests/unit/suite.h"

#include <math.h>

enum { MOST = 128 };

static unsigned random_state;

/* 0..1 */
static double random_share(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return (double)(random_state >> 8) / (1 << 24);
}

struct sample {
	time_us times[MOST];
	int64_t bytes[MOST];
	struct beacon_series series;
};

/* From gaps in seconds; a destination that is new, at one of 1,000 companies. */
static void sample_of(struct sample *s, const double *gaps, size_t gap_count, int64_t bytes)
{
	double at = 0;

	for (size_t i = 0; i <= gap_count; i++) {
		s->times[i] = (time_us)llround(at * 1e6);
		s->bytes[i] = bytes;
		at += i < gap_count ? gaps[i] : 0;
	}
	s->series = (struct beacon_series){ .times = s->times,
					    .bytes = s->bytes,
					    .count = gap_count + 1,
					    .first = 0,
					    .first_seen = 0,
					    .companies = 1,
					    .all_companies = 1000 };
}

/* 13 calls, an hour apart, of 500 bytes: nothing varies. Interval 30, jitter 15, size 15. 12 hours: log(13) / log(25) =
 * 2.5649 / 3.2189 = 0.7968; unbroken 1; duration 20 (0.7968 + 1) / 2 = 17.97, 18. One of 1,000: 10. New: 10. */
START_TEST(clockwork)
{
	double gaps[12];
	struct beacon_score score;
	struct sample s;

	for (size_t i = 0; i < 12; i++)
		gaps[i] = 3600;
	sample_of(&s, gaps, 12, 500);
	beacon_score(&s.series, &score);
	ck_assert_int_eq(score.part[BEACON_INTERVAL], 30);
	ck_assert_int_eq(score.part[BEACON_JITTER], 15);
	ck_assert_int_eq(score.part[BEACON_SIZE], 15);
	ck_assert_int_eq(score.part[BEACON_DURATION], 18);
	ck_assert_int_eq(score.part[BEACON_PREVALENCE], 10);
	ck_assert_int_eq(score.part[BEACON_FIRST_SEEN], 10);
	ck_assert_int_eq(score.total, 98);
	ck_assert_double_eq_tol(score.median_gap_s, 3600, 1e-9);
	ck_assert_double_eq_tol(score.deviation_s, 0, 1e-9);
	ck_assert_double_eq_tol(score.duration_s, 43200, 1e-6);
	ck_assert_int_eq(score.median_bytes, 500);
	ck_assert_int_eq(score.calls, 13);
}
END_TEST

/* Eleven gaps, sorted 50 60 70 80 90 100 110 120 130 140 150: median 100, distances 0 10 10 20 20 30 30 40 40 50 50,
 * deviation 30: interval 30 (1 - 0.6) = 12. Quartiles at ranks 2.5 and 7.5: 75 and 125; spread 50, symmetric: jitter
 * 15 (1 - 0.5) = 7.5, 8. Bytes not known: 0. 1,100 s = 0.3056 h: log(1.3056) / log(25) = 0.0828, duration
 * 20 (0.0828 + 1) / 2 = 10.83, 11. */
START_TEST(spread_out)
{
	static const double gaps[] = { 100, 50, 150, 60, 140, 70, 130, 80, 120, 90, 110 };
	struct beacon_score score;
	struct sample s;

	sample_of(&s, gaps, ARRAY_LEN(gaps), -1);
	beacon_score(&s.series, &score);
	ck_assert_double_eq_tol(score.median_gap_s, 100, 1e-6);
	ck_assert_double_eq_tol(score.deviation_s, 30, 1e-6);
	ck_assert_int_eq(score.part[BEACON_INTERVAL], 12);
	ck_assert_int_eq(score.part[BEACON_JITTER], 8);
	ck_assert_int_eq(score.part[BEACON_SIZE], 0);
	ck_assert_int_eq(score.part[BEACON_DURATION], 11);
	ck_assert_int_eq(score.median_bytes, -1);
	ck_assert_int_eq(score.total, 12 + 8 + 11 + 10 + 10);
}
END_TEST

/* Eleven gaps of 60 s with one of 600 s among them: the median stays 60; 600 of 1,200 s are in gaps over 180 s, so half
 * of the time is unbroken. 0.3333 h: log(1.3333) / log(25) = 0.0894; duration 20 (0.0894 + 0.5) / 2 = 5.89, 6. */
START_TEST(broken)
{
	static const double gaps[] = { 60, 60, 60, 60, 60, 600, 60, 60, 60, 60, 60 };
	struct beacon_score score;
	struct sample s;

	sample_of(&s, gaps, ARRAY_LEN(gaps), 100);
	beacon_score(&s.series, &score);
	ck_assert_int_eq(score.part[BEACON_DURATION], 6);
	ck_assert_int_eq(score.part[BEACON_INTERVAL], 30);
}
END_TEST

/* Sorted gaps 40 x 3, 50 x 5, 90 x 3: median 50, q1 at rank 2.5: 45, q3 at rank 7.5: 70. Spread 25, half of the median;
 * skew |70 + 45 - 100| / 25 = 0.6: jitter 15 * 0.5 * 0.4 = 3. Distances 10 x 3, 0 x 5, 40 x 3: the middle one is 10,
 * interval 30 (1 - 0.4) = 18. */
START_TEST(lopsided)
{
	static const double gaps[] = { 50, 40, 90, 50, 40, 90, 50, 40, 90, 50, 50 };
	struct beacon_score score;
	struct sample s;

	sample_of(&s, gaps, ARRAY_LEN(gaps), 100);
	beacon_score(&s.series, &score);
	ck_assert_int_eq(score.part[BEACON_JITTER], 3);
	ck_assert_int_eq(score.part[BEACON_INTERVAL], 18);
}
END_TEST

/* Thirteen calls of two connections one second apart are thirteen calls, of their bytes together. */
START_TEST(connections_of_one_call)
{
	time_us times[26];
	int64_t bytes[26];
	struct beacon_series series = {
		.times = times, .bytes = bytes, .count = 26, .companies = 1, .all_companies = 1
	};
	struct beacon_score score;

	for (int i = 0; i < 26; i++) {
		times[i] = (i / 2 * 60 + i % 2) * US_PER_SECOND;
		bytes[i] = i % 2 ? 30 : 70;
	}
	beacon_score(&series, &score);
	ck_assert_int_eq(score.calls, 13);
	ck_assert_int_eq(score.median_bytes, 100);
	ck_assert_double_eq_tol(score.median_gap_s, 60, 1e-9);
	/* Eleven of them would be too few. */
	series.count = 22;
	beacon_score(&series, &score);
	ck_assert_int_eq(score.calls, 11);
	ck_assert_int_eq(score.total, 0);
}
END_TEST

/* Common from five companies or a tenth of all on; between one and that, linear: of 1,000 the hundredth is common, 50
 * of them give 10 * 50 / 99 = 5.05. */
START_TEST(common_destinations_are_no_beacons)
{
	static const struct {
		int64_t companies, all;
		int part;
		bool common;
	} cases[] = {
		{ 1, 1000, 10, false }, { 50, 1000, 5, false }, { 99, 1000, 0, false }, { 100, 1000, 0, true },
		{ 1, 1, 10, false },    { 3, 10, 5, false },    { 5, 10, 0, true },     { 5, 3000, 10, false },
	};
	double gaps[40];
	struct beacon_score score;
	struct sample s;

	for (size_t i = 0; i < 40; i++)
		gaps[i] = 3600;
	sample_of(&s, gaps, 40, 500);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		s.series.companies = cases[i].companies;
		s.series.all_companies = cases[i].all;
		beacon_score(&s.series, &score);
		ck_assert_int_eq(score.part[BEACON_PREVALENCE], cases[i].part);
		ck_assert_int_eq(score.common, cases[i].common);
		if (cases[i].common)
			ck_assert_int_eq(score.total, BEACON_COMMON_MOST);
		else
			ck_assert_int_ge(score.total, 75);
	}
}
END_TEST

/* 10 up to 7 days ago, 0 from 30 on; 18.5 days is the middle. */
START_TEST(old_acquaintances)
{
	static const struct {
		double days;
		int part;
	} cases[] = { { 0, 10 }, { 7, 10 }, { 18.5, 5 }, { 30, 0 }, { 90, 0 } };
	double gaps[12];
	struct beacon_score score;
	struct sample s;

	for (size_t i = 0; i < 12; i++)
		gaps[i] = 60;
	sample_of(&s, gaps, 12, 500);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		s.series.first_seen = s.times[12] - (time_us)(cases[i].days * (double)US_PER_DAY);
		beacon_score(&s.series, &score);
		ck_assert_int_eq(score.part[BEACON_FIRST_SEEN], cases[i].part);
	}
}
END_TEST

/* ------------------------------------------------------------------------------------------ series as they occur */

static int total_of(const double *gaps, const int64_t *bytes, int64_t companies, double known_days)
{
	struct beacon_score score;
	struct sample s;

	sample_of(&s, gaps, MOST - 1, 0);
	for (size_t i = 0; i < MOST; i++)
		s.bytes[i] = bytes[i];
	s.series.companies = companies;
	s.series.first_seen = s.times[MOST - 1] - (time_us)(known_days * (double)US_PER_DAY);
	beacon_score(&s.series, &score);
	return score.total;
}

/* A call home every 60 s, give or take a tenth, that reports little but not always the same. */
START_TEST(command_and_control_is_found)
{
	double gaps[MOST];
	int64_t bytes[MOST];

	for (unsigned seed = 1; seed <= 50; seed++) {
		random_state = seed;
		for (size_t i = 0; i < MOST; i++) {
			gaps[i] = 60 * (0.9 + 0.2 * random_share());
			bytes[i] = 300 + (int64_t)(60 * random_share());
		}
		ck_assert_int_ge(total_of(gaps, bytes, 1, 1), 80);
		/* One of four companies of 3,000 has had it for weeks. */
		ck_assert_int_ge(total_of(gaps, bytes, 4, 20), 75);
	}
}
END_TEST

/* Bursts of requests with pauses of minutes to hours, of any size. */
START_TEST(people_who_browse_are_not)
{
	double gaps[MOST];
	int64_t bytes[MOST];

	for (unsigned seed = 1; seed <= 200; seed++) {
		random_state = seed;
		for (size_t i = 0; i < MOST; i++) {
			gaps[i] = random_share() < 0.7 ? 2.5 + 20 * random_share() : -1200 * log(1e-9 + random_share());
			bytes[i] = (int64_t)(400 * exp(3 * random_share()));
		}
		ck_assert_int_lt(total_of(gaps, bytes, 1, 0), 50);
	}
}
END_TEST

/* Arrivals at random are less than 55, as the header says; 200 series of 128. */
START_TEST(random_arrivals_are_not)
{
	double gaps[MOST];
	int64_t bytes[MOST];

	for (unsigned seed = 1; seed <= 200; seed++) {
		random_state = seed;
		for (size_t i = 0; i < MOST; i++) {
			gaps[i] = 2.1 - 300 * log(1e-9 + random_share());
			bytes[i] = 500;
		}
		ck_assert_int_lt(total_of(gaps, bytes, 1, 0), 55);
	}
}
END_TEST

/* A virus scanner's hourly update, exact to the second: everybody's is held down, and so is that of a tenth. One that
 * only few members have looks like a beacon, because it is one: that is what mutes are for. */
START_TEST(updates_are_held_down_by_how_many_have_them)
{
	double gaps[MOST];
	int64_t bytes[MOST];

	for (size_t i = 0; i < MOST; i++) {
		gaps[i] = 3600;
		bytes[i] = 812;
	}
	ck_assert_int_le(total_of(gaps, bytes, 900, 60), BEACON_COMMON_MOST);
	ck_assert_int_le(total_of(gaps, bytes, 100, 60), BEACON_COMMON_MOST);
	ck_assert_int_ge(total_of(gaps, bytes, 2, 60), 75);
}
END_TEST

START_TEST(parts_add_up_and_are_told)
{
	struct buffer text = { 0 };
	struct beacon_score score;
	double gaps[12];
	struct sample s;
	int sum = 0, weights = 0;

	for (size_t i = 0; i < 12; i++)
		gaps[i] = 60 + (double)i;
	sample_of(&s, gaps, 12, 500);
	beacon_score(&s.series, &score);
	for (size_t i = 0; i < BEACON_PARTS; i++) {
		ck_assert_int_le(score.part[i], beacon_part_weight((enum beacon_part)i));
		sum += score.part[i];
		weights += beacon_part_weight((enum beacon_part)i);
	}
	ck_assert_int_eq(sum, score.total);
	ck_assert_int_eq(weights, 100);
	beacon_score_json(&score, &text);
	ck_assert(slice_contains(buffer_slice(&text), "\"prevalence\":10"));
	ck_assert(slice_contains(buffer_slice(&text), "\"median_gap_s\":65.5"));
	buffer_release(&text);
}
END_TEST

SUITE_MAIN("beacon", clockwork, spread_out, broken, lopsided, connections_of_one_call,
	   common_destinations_are_no_beacons, old_acquaintances, command_and_control_is_found,
	   people_who_browse_are_not, random_arrivals_are_not, updates_are_held_down_by_how_many_have_them,
	   parts_add_up_and_are_told)
