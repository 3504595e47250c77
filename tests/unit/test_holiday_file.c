/* The public holidays of Japan as they are shipped, against the law's rules and the sun; files that are refused. */
#include "lib/buffer.h"
#include "lib/clock.h"
#include "server/model/holiday_file.h"
#include "tests/unit/suite.h"

#include <math.h>
#include <stdio.h>

static struct holiday_file file;

static void load(void)
{
	static const char path[] = "config/holidays-japan.yaml";
	struct buffer text = { 0 };
	struct err why = { 0 };
	FILE *f = fopen(path, "r");
	uint8_t piece[4096];
	size_t n;

	ck_assert_msg(f != NULL, "run from the top of the repository");
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buffer_put(&text, piece, n);
	fclose(f);
	ck_assert_msg(holiday_file_parse(&file, buffer_slice(&text), path, &why) == 0, "%s", why.text);
	buffer_release(&text);
}

static const struct holiday *find(int64_t day)
{
	for (size_t i = 0; i < file.count; i++)
		if (file.days[i].day == day)
			return &file.days[i];
	return NULL;
}

static const struct holiday *find_date(int year, int month, int day)
{
	return find(days_from_civil(year, month, day));
}

/* 0 Sunday; Zeller's congruence, for another way than the code's. */
static int weekday(int year, int month, int day)
{
	int y = month < 3 ? year - 1 : year, m = month < 3 ? month + 12 : month;

	return (day + 13 * (m + 1) / 5 + y % 100 + y % 100 / 4 + y / 100 / 4 + 5 * (y / 100) + 6) % 7;
}

static int weekday_of(int64_t day)
{
	int y, m, d;

	civil_from_days(day, &y, &m, &d);
	return weekday(y, m, d);
}

static void has(int year, int month, int day, const char *ja)
{
	const struct holiday *h = find_date(year, month, day);

	ck_assert_msg(h != NULL, "%d-%d-%d %s is missing", year, month, day, ja);
	ck_assert_str_eq(h->ja, ja);
}

START_TEST(fixed_days)
{
	load();
	ck_assert_int_eq(file.first_year, 2024);
	ck_assert_int_eq(file.last_year, 2030);
	for (int y = 2024; y <= 2030; y++) {
		has(y, 1, 1, "元日");
		has(y, 2, 11, "建国記念の日");
		has(y, 2, 23, "天皇誕生日");
		has(y, 4, 29, "昭和の日");
		has(y, 5, 3, "憲法記念日");
		has(y, 5, 4, "みどりの日");
		has(y, 5, 5, "こどもの日");
		has(y, 8, 11, "山の日");
		has(y, 11, 3, "文化の日");
		has(y, 11, 23, "勤労感謝の日");
	}
	holiday_file_release(&file);
}
END_TEST

START_TEST(happy_mondays)
{
	static const struct {
		int month, nth;
		const char *ja;
	} mondays[] = { { 1, 2, "成人の日" }, { 7, 3, "海の日" }, { 9, 3, "敬老の日" }, { 10, 2, "スポーツの日" } };

	load();
	for (int y = 2024; y <= 2030; y++) {
		for (size_t i = 0; i < ARRAY_LEN(mondays); i++) {
			int day = 1, seen = 0;

			for (;; day++)
				if (weekday(y, mondays[i].month, day) == 1 && ++seen == mondays[i].nth)
					break;
			has(y, mondays[i].month, day, mondays[i].ja);
		}
	}
	holiday_file_release(&file);
}
END_TEST

/* J. Meeus, Astronomical Algorithms, chapter 27: the mean equinox of table B, and the periodic terms of table C, which
 * are right to a minute. 2026's of spring is at 23:46 of Japan. */
static double equinox_jde(int year, bool spring)
{
	static const double terms[][3] = {
		{ 485, 324.96, 1934.136 },  { 203, 337.23, 32964.467 }, { 199, 342.08, 20.186 },
		{ 182, 27.85, 445267.112 }, { 156, 73.14, 45036.886 },  { 136, 171.52, 22518.443 },
		{ 77, 222.54, 65928.934 },  { 74, 296.72, 3034.906 },   { 70, 243.58, 9037.513 },
		{ 58, 119.81, 33718.147 },  { 52, 297.17, 150.678 },    { 50, 21.02, 2281.226 },
		{ 45, 247.54, 29929.562 },  { 44, 325.15, 31555.956 },  { 29, 60.93, 4443.417 },
		{ 18, 155.12, 67555.328 },  { 17, 288.79, 4562.452 },   { 16, 198.04, 62894.029 },
		{ 14, 199.76, 31436.921 },  { 12, 95.39, 14577.848 },   { 12, 287.11, 31931.756 },
		{ 12, 320.81, 34777.259 },  { 9, 227.73, 1222.114 },    { 8, 15.45, 16859.074 },
	};
	const double degree = M_PI / 180;
	double y = (year - 2000) / 1000.0, sum = 0, t, w;
	double jde = spring ? 2451623.80984 + 365242.37404 * y + 0.05169 * y * y - 0.00411 * y * y * y
			    : 2451810.21715 + 365242.01767 * y - 0.11575 * y * y + 0.00337 * y * y * y;

	t = (jde - 2451545) / 36525;
	w = (35999.373 * t - 2.47) * degree;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++)
		sum += terms[i][0] * cos((terms[i][1] + terms[i][2] * t) * degree);
	return jde + 0.00001 * sum / (1 + 0.0334 * cos(w) + 0.0007 * cos(2 * w));
}

static int equinox_day(int year, bool spring)
{
	/* Days since 1970-01-01 00:00 of Japan; clocks are 70 seconds behind the sky's time. */
	double local = equinox_jde(year, spring) - 2440587.5 + 9.0 / 24 - 70.0 / 86400;
	double margin = fmin(local - floor(local), ceil(local) - local);
	int of_year, month, day;

	ck_assert_msg(margin > 5.0 / 1440, "%d is too near to midnight for this formula", year);
	civil_from_days((int64_t)floor(local), &of_year, &month, &day);
	ck_assert_int_eq(of_year, year);
	ck_assert_int_eq(month, spring ? 3 : 9);
	return day;
}

START_TEST(equinoxes)
{
	load();
	for (int y = 2024; y <= 2030; y++) {
		has(y, 3, equinox_day(y, true), "春分の日");
		has(y, 9, equinox_day(y, false), "秋分の日");
	}
	holiday_file_release(&file);
}
END_TEST

static bool is_proper(int64_t day)
{
	const struct holiday *h = find(day);

	return h && strcmp(h->ja, "休日") != 0;
}

/* Article 3, paragraph 2: of a holiday on a Sunday, the next day that is no holiday. */
static bool is_substitute(int64_t day)
{
	if (is_proper(day))
		return false;
	while (is_proper(--day))
		if (weekday_of(day) == 0)
			return true;
	return false;
}

START_TEST(days_that_follow_from_others)
{
	int proper = 0;

	load();
	for (int64_t day = days_from_civil(2024, 1, 1); day <= days_from_civil(2030, 12, 31); day++) {
		const struct holiday *h = find(day);
		/* Paragraph 3: a day between two holidays. */
		bool between = !is_proper(day) && is_proper(day - 1) && is_proper(day + 1);
		bool follows = is_substitute(day) || between;

		proper += is_proper(day);
		ck_assert_msg((h != NULL) == (is_proper(day) || follows), "day %ld", (long)day);
		if (h && follows)
			ck_assert_str_eq(h->en, is_substitute(day) ? "Substitute Holiday" : "Citizens' Holiday");
	}
	ck_assert_int_eq(proper, 7 * 16);
	/* As the Cabinet Office announced them. */
	has(2024, 2, 12, "休日");
	has(2024, 5, 6, "休日");
	has(2025, 2, 24, "休日");
	has(2025, 5, 6, "休日");
	has(2026, 5, 6, "休日");
	has(2026, 9, 22, "休日");
	has(2026, 3, 20, "春分の日");
	has(2026, 9, 23, "秋分の日");
	holiday_file_release(&file);
}
END_TEST

START_TEST(files_that_are_refused)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "x:1: years and days are wanted" },
		{ "[]", "x:1: years and days are wanted" },
		{ "years: [2024, 2030]\n", "x:1: days must be a list" },
		{ "years: [2024]\ndays: []\n", "x:1: years must be" },
		{ "years: [2030, 2024]\ndays: []\n", "x:1: years must be" },
		{ "years: [2024, 2030]\nday: []\n", "x:2: a word that is not known" },
		{ "years: [2024, 2030]\ndays:\n- 2024-01-01\n", "x:3: years and days" },
		{ "years: [2024, 2030]\ndays:\n- {day: 2024-02-30, ja: a, en: b}\n", "x:3: day must be a day" },
		{ "years: [2024, 2030]\ndays:\n- {day: 2031-02-03, ja: a, en: b}\n", "x:3: this day is of none" },
		{ "years: [2024, 2030]\ndays:\n- {day: 2024-02-03, ja: a}\n", "x:3: ja and en" },
		{ "years: [2024, 2030]\ndays:\n- {day: 2024-02-03, ja: a, en: b, fr: c}\n", "x:3: a word" },
		{ "years: [2024, 2030]\ndays:\n- {day: 2024-02-03, ja: a, en: b}\n- {day: 2024-02-03, ja: a, en: b}\n",
		  "x:4: days stand in order" },
		{ "years: [2024, 2030]\ndays: []\n---\nyears: []\n", "one document" },
		{ "years: &a [2024, 2030]\ndays: *a\n", "x:" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct holiday_file f;
		struct err why = { 0 };

		ck_assert_msg(holiday_file_parse(&f, slice_of_string(cases[i].text), "x", &why) == -1, "%s",
			      cases[i].text);
		ck_assert_int_eq(why.code, ERR_USAGE);
		ck_assert_msg(strstr(why.text, cases[i].says) != NULL, "%s: %s", cases[i].text, why.text);
		ck_assert_ptr_null(f.days);
	}
}
END_TEST

SUITE_MAIN("holiday file", fixed_days, happy_mondays, equinoxes, days_that_follow_from_others, files_that_are_refused)
