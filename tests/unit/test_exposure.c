/* The pilot of 2019 must give the table of the presentation; and every other reading of "per company-month" must not,
 * or the definition would be untested. Figures: docs/glossary.md. */
#include "lib/buffer.h"
#include "lib/clock.h"
#include "server/model/exposure.h"
#include "tests/unit/suite.h"

enum { COLUMNS = 5, COMPANIES_MAX = 200 };
enum row { IN_TOTAL, IN_IPS, IN_ANTIVIRUS, OUT_TOTAL, OUT_IPS, OUT_ANTIVIRUS, ROWS };

struct company {
	struct day_span span;
	int64_t count[COLUMNS]; /* in_ips, in_av, out_ips, out_av, out_other */
};

static struct company companies[COMPANIES_MAX];
static size_t company_count;
static struct day_span period;

static int64_t day_of(const char *text)
{
	int year, month, day;

	ck_assert_int_eq(sscanf(text, "%d-%d-%d", &year, &month, &day), 3);
	return days_from_civil(year, month, day);
}

static void load(void)
{
	FILE *f = fopen("tests/data/pilot-2019.csv", "r");
	char line[256], from[16], to[16];

	ck_assert_msg(f != NULL, "run from the top of the repository");
	company_count = 0;
	ck_assert(fgets(line, sizeof(line), f) != NULL);
	while (fgets(line, sizeof(line), f)) {
		struct company *c = &companies[company_count++];

		ck_assert(company_count < COMPANIES_MAX);
		ck_assert_int_eq(sscanf(line, "%*[^,],%15[^,],%15[^,],%ld,%ld,%ld,%ld,%ld", from, to, &c->count[0],
					&c->count[1], &c->count[2], &c->count[3], &c->count[4]),
				 7);
		c->span = (struct day_span){ day_of(from), day_of(to) };
	}
	fclose(f);
	period = (struct day_span){ day_of("2019-07-08"), day_of("2020-01-31") };
}

static int64_t detections_in(const struct company *c, enum row row)
{
	static const bool columns[ROWS][COLUMNS] = {
		[IN_TOTAL] = { 1, 1, 0, 0, 0 },  [IN_IPS] = { 1, 0, 0, 0, 0 },  [IN_ANTIVIRUS] = { 0, 1, 0, 0, 0 },
		[OUT_TOTAL] = { 0, 0, 1, 1, 1 }, [OUT_IPS] = { 0, 0, 1, 0, 0 }, [OUT_ANTIVIRUS] = { 0, 0, 0, 1, 0 },
	};
	int64_t sum = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		sum += columns[row][i] ? c->count[i] : 0;
	return sum;
}

static int64_t days_of(struct company *c)
{
	return exposure_days(&c->span, 1, period);
}

START_TEST(pilot_gives_the_table)
{
	static const struct {
		int64_t companies, detections, days;
		const char *shown;
	} want[ROWS] = {
		[IN_TOTAL] = { 64, 19100, 10422, "56" }, [IN_IPS] = { 48, 18325, 7776, "72" },
		[IN_ANTIVIRUS] = { 34, 775, 5738, "4" }, [OUT_TOTAL] = { 31, 692, 5041, "4" },
		[OUT_IPS] = { 31, 683, 5041, "4" },      [OUT_ANTIVIRUS] = { 1, 1, 208, "0.1" },
	};

	load();
	ck_assert_uint_eq(company_count, 110);
	for (int row = 0; row < ROWS; row++) {
		struct exposure_row r = { 0 };
		char text[RATE_TEXT_SIZE];

		for (size_t i = 0; i < company_count; i++)
			exposure_add(&r, detections_in(&companies[i], (enum row)row), days_of(&companies[i]));
		exposure_rate_text(&r, text);
		ck_assert_int_eq(r.companies, want[row].companies);
		ck_assert_int_eq(r.detections, want[row].detections);
		ck_assert_int_eq(r.days, want[row].days);
		ck_assert_str_eq(text, want[row].shown);
	}
}
END_TEST

/* Other readings: they give the days that the row would be divided by. */
static int64_t everybody(enum row row)
{
	int64_t days = 0;

	(void)row;
	for (size_t i = 0; i < company_count; i++)
		days += days_of(&companies[i]);
	return days;
}

static int64_t affected_for_the_whole_period(enum row row)
{
	int64_t days = 0;

	for (size_t i = 0; i < company_count; i++)
		days += detections_in(&companies[i], row) > 0 ? period.to - period.from + 1 : 0;
	return days;
}

static int64_t affected_at_the_mean_of_all(enum row row)
{
	int64_t affected = 0;

	for (size_t i = 0; i < company_count; i++)
		affected += detections_in(&companies[i], row) > 0;
	return company_count ? everybody(row) / (int64_t)company_count * affected : 0;
}

/* A total that adds up its engines' companies counts the time of those with both twice. */
static int64_t each_engine_apart(enum row row)
{
	int64_t days = 0;

	for (size_t i = 0; i < company_count; i++)
		for (int engine = (int)row + 1; engine < (int)row + 3; engine++)
			if (row == IN_TOTAL || row == OUT_TOTAL)
				days += detections_in(&companies[i], (enum row)engine) > 0 ? days_of(&companies[i]) : 0;
	return days;
}

static const char *shown(enum row row, int64_t days)
{
	static char text[RATE_TEXT_SIZE];
	struct exposure_row r = { .companies = 1, .days = days };

	for (size_t i = 0; i < company_count; i++)
		r.detections += detections_in(&companies[i], row);
	exposure_rate_text(&r, text);
	return text;
}

START_TEST(other_readings_give_other_tables)
{
	static const struct {
		int64_t (*days)(enum row row);
		const char *in_total, *in_ips; /* domain notes: 36.4, 34.9; 43.6, 55.8; 62.6, 80.1; 43 */
	} readings[] = {
		{ everybody, "36", "35" },
		{ affected_for_the_whole_period, "44", "56" },
		{ affected_at_the_mean_of_all, "63", "80" },
		{ each_engine_apart, "43", "―" },
	};

	load();
	for (size_t i = 0; i < ARRAY_LEN(readings); i++) {
		ck_assert_str_eq(shown(IN_TOTAL, readings[i].days(IN_TOTAL)), readings[i].in_total);
		ck_assert_str_eq(shown(IN_IPS, readings[i].days(IN_IPS)), readings[i].in_ips);
	}
}
END_TEST

/* 30-day months: 18,325 x 30 / 7,776 = 70.7, so 71 and not 72. */
START_TEST(a_month_is_a_twelfth_of_365_days)
{
	ck_assert_int_eq((18325 * 30 * 10 / 7776 + 5) / 10, 71);
	ck_assert_int_eq(exposure_rate(18325, 7776, 1), 72);
	ck_assert_int_eq(exposure_rate(18325, 7776, 100), 7168);
	ck_assert_int_eq(exposure_rate(12, 365, 1), 1);
}
END_TEST

START_TEST(rounding_is_half_up_and_exact)
{
	/* n detections in 365 days are n/12 a month. */
	static const struct {
		int64_t detections, days;
		const char *shown;
	} cases[] = {
		{ 6, 365, "0.5" },
		{ 18, 365, "2" },         /* 1.5 */
		{ 30, 365, "3" },         /* 2.5: up, not to even */
		{ 29, 365, "2" },         /* 2.42 */
		{ 3, 1825, "0.1" },       /* 0.05 */
		{ 2999, 1825000, "0.0" }, /* 0.04998 */
		{ 12, 365, "1" },
		{ 11999, 365000, "1.0" },                /* 0.9999 is below one */
		{ INT64_MAX, 1, "9223372036854775807" }, /* beyond 63 bits is the most */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct exposure_row r = { 1, cases[i].detections, cases[i].days };
		char text[RATE_TEXT_SIZE];

		exposure_rate_text(&r, text);
		ck_assert_str_eq(text, cases[i].shown);
	}
}
END_TEST

START_TEST(days_are_a_union_inside_the_period)
{
	static const struct {
		struct day_span spans[3];
		size_t count;
		int64_t days;
	} cases[] = {
		{ { { 100, 109 } }, 1, 10 },                             /* both ends count */
		{ { { 105, 105 } }, 1, 1 },                              /* one day */
		{ { { 50, 99 } }, 1, 0 },                                /* before */
		{ { { 200, 300 } }, 1, 0 },                              /* behind */
		{ { { 50, 300 } }, 1, 100 },                             /* around */
		{ { { 190, DAY_OPEN } }, 1, 10 },                        /* still runs */
		{ { { 120, 129 }, { 100, 109 } }, 2, 20 },               /* in any order */
		{ { { 100, 119 }, { 110, 129 } }, 2, 30 },               /* overlap counts once */
		{ { { 100, 149 }, { 110, 119 }, { 150, 150 } }, 3, 51 }, /* one inside another, one adjacent */
		{ { { 0, 0 } }, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct day_span spans[3];

		memcpy(spans, cases[i].spans, sizeof(spans));
		ck_assert_int_eq(exposure_days(spans, cases[i].count, (struct day_span){ 100, 199 }), cases[i].days);
	}
}
END_TEST

START_TEST(nobody_affected_has_no_rate)
{
	struct exposure_row r = { 0 };
	char text[RATE_TEXT_SIZE];

	exposure_add(&r, 0, 100);
	ck_assert_int_eq(r.companies, 0);
	ck_assert_int_eq(r.days, 0);
	exposure_rate_text(&r, text);
	ck_assert_str_eq(text, "―");
}
END_TEST

SUITE_MAIN("exposure", pilot_gives_the_table, other_readings_give_other_tables, a_month_is_a_twelfth_of_365_days,
	   rounding_is_half_up_and_exact, days_are_a_union_inside_the_period, nobody_affected_has_no_rate)
