/* When the monthly drill is due: days of a wall calendar. */
#include "lib/clock.h"
#include "server/model/drill.h"
#include "tests/unit/suite.h"

#include <stdio.h>

static int64_t day_of(const char *text)
{
	int year, month, day;

	ck_assert_int_eq(sscanf(text, "%d-%d-%d", &year, &month, &day), 3);
	return days_from_civil(year, month, day);
}

/* The office hours as they are shipped, with the holidays of May and of New Year. */
static const char office[] =
    "{\"hours\": {\"mon\": [[\"09:00\", \"17:30\"]], \"tue\": [[\"09:00\", \"17:30\"]], "
    "\"wed\": [[\"09:00\", \"17:30\"]], \"thu\": [[\"09:00\", \"17:30\"]], \"fri\": [[\"09:00\", \"17:30\"]]}, "
    "\"holidays\": true, \"closed_yearly\": [\"08-13\", \"08-14\", \"08-15\", \"12-29\", \"12-30\", \"12-31\", "
    "\"01-01\", \"01-02\", \"01-03\"]}";

static struct zone *zone;
static int64_t days_off[4];
static const struct holidays holidays = { days_off, ARRAY_LEN(days_off) };

static struct calendar *parse(const char *document)
{
	static const char *const texts[] = { "2027-01-01", "2027-05-03", "2027-05-04", "2027-05-05" };
	struct calendar *c = NULL;
	struct err why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		days_off[i] = day_of(texts[i]);
	ck_assert_int_eq(zone_load(&zone, "Asia/Tokyo", &why), 0);
	ck_assert_msg(calendar_parse(&c, slice_of_string(document), zone, &holidays, &why) == 0, "%s", why.text);
	return c;
}

START_TEST(on_one_day_of_each_month)
{
	static const struct {
		const char *first, *due;
		int days;
	} months[] = {
		{ "2026-11-01", "2026-11-02", 30 }, /* the 1st is a Sunday */
		{ "2026-12-01", "2026-12-01", 31 }, /* a Tuesday */
		{ "2026-01-01", "2026-01-05", 31 }, /* closed to Saturday the 3rd */
		{ "2027-01-01", "2027-01-04", 31 }, /* closed to Sunday the 3rd */
		{ "2028-01-01", "2028-01-04", 31 }, /* closed to Monday the 3rd */
		{ "2027-05-01", "2027-05-06", 31 }, /* a weekend, and three days off by law */
		{ "2028-02-01", "2028-02-01", 29 },
	};
	struct calendar *c = parse(office);

	for (size_t i = 0; i < ARRAY_LEN(months); i++)
		for (int64_t day = day_of(months[i].first); day < day_of(months[i].first) + months[i].days; day++) {
			int64_t month = 0;
			bool due = drill_is_due(c, day, 10, &month);

			ck_assert_int_eq(month, day_of(months[i].first));
			ck_assert_msg(due == (day == day_of(months[i].due)), "%s, day %d", months[i].first,
				      (int)(day - month) + 1);
		}
	calendar_release(c);
	zone_release(zone);
}
END_TEST

START_TEST(from_ten_to_midnight)
{
	struct calendar *c = parse(office);
	int64_t month;

	for (int hour = 0; hour < 24; hour++)
		ck_assert_int_eq(drill_is_due(c, day_of("2027-01-04"), hour, &month), hour >= 10);
	calendar_release(c);
	zone_release(zone);
}
END_TEST

START_TEST(never_of_a_calendar_without_hours)
{
	struct calendar *c = parse("{}");
	int64_t month;

	for (int64_t day = day_of("2026-11-01"); day < day_of("2026-12-01"); day++)
		ck_assert(!drill_is_due(c, day, 10, &month));
	calendar_release(c);
	zone_release(zone);
}
END_TEST

SUITE_MAIN("drill", on_one_day_of_each_month, from_ten_to_midnight, never_of_a_calendar_without_hours)
