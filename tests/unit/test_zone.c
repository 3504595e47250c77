/* Time zones against the C library, which reads the same files by code of its own; and files that are none. */
#include "lib/buffer.h"
#include "lib/zone.h"
#include "lib/zone_rule.h"
#include "tests/unit/suite.h"

#include <time.h>

static const char *const names[] = {
	"UTC",
	"Asia/Tokyo",
	"Europe/Berlin",
	"Europe/Dublin", /* its winter is what saves */
	"Europe/London",
	"America/New_York",
	"America/Sao_Paulo",
	"America/Caracas",
	"America/Nuuk", /* changes the evening before */
	"America/Scoresbysund",
	"Australia/Lord_Howe", /* half an hour */
	"Asia/Kathmandu",      /* +05:45 */
	"Asia/Pyongyang",
	"Asia/Gaza",
	"Asia/Tehran",
	"Africa/Casablanca", /* by the moon, until 2087 */
	"Africa/Monrovia",   /* -00:44:30 until 1972 */
	"Pacific/Apia",      /* had no 30 December 2011 */
	"Pacific/Chatham",
	"Pacific/Kiritimati",
	"Antarctica/Troll", /* two hours */
};
enum { LAST_YEAR = 2100, RANDOM_EACH = 2000 };

static uint64_t seed = 88172645463325252u;
static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct zone *load(const char *name)
{
	struct zone *zone = NULL;
	struct err why = { 0 };

	ck_assert_msg(zone_load(&zone, name, &why) == 0, "%s: %s", name, why.text);
	setenv("TZ", name, 1);
	tzset();
	return zone;
}

static void agree(const struct zone *zone, const char *name, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct civil_time c;
	struct tm tm;
	time_us us = seconds * US_PER_SECOND;

	ck_assert_ptr_nonnull(localtime_r(&t, &tm));
	zone_civil(zone, us, &c);
	ck_assert_msg(c.offset == tm.tm_gmtoff && c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 &&
			  c.day == tm.tm_mday && c.hour == tm.tm_hour && c.minute == tm.tm_min &&
			  c.second == tm.tm_sec && c.weekday == (tm.tm_wday + 6) % 7,
		      "%s at %ld: %d-%d-%d %d:%d:%d %+d, the C library says %+ld", name, (long)seconds, c.year, c.month,
		      c.day, c.hour, c.minute, c.second, c.offset, tm.tm_gmtoff);
	ck_assert_int_eq(zone_offset(zone, us), c.offset);
	/* A second is one thing from its beginning to its end. */
	ck_assert_int_eq(zone_offset(zone, us + US_PER_SECOND - 1), c.offset);
	ck_assert_int_eq(zone_day(zone, us), days_from_civil(c.year, c.month, c.day));
}

static long offset_by_libc(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	localtime_r(&t, &tm);
	return tm.tm_gmtoff;
}

START_TEST(the_c_library_agrees_at_any_time)
{
	int64_t end = days_from_civil(LAST_YEAR, 1, 1) * 86400;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct zone *zone = load(names[i]);

		for (int n = 0; n < RANDOM_EACH; n++)
			agree(zone, names[i], (int64_t)(draw() % (uint64_t)end));
		zone_release(zone);
	}
}
END_TEST

/* The instant, to the second, at which the C library changes its mind between two times. */
static int64_t change_between(int64_t a, int64_t b)
{
	long before = offset_by_libc(a);

	while (b - a > 1) {
		int64_t middle = a + (b - a) / 2;

		if (offset_by_libc(middle) == before)
			a = middle;
		else
			b = middle;
	}
	return b;
}

START_TEST(the_c_library_agrees_around_every_change)
{
	int64_t end = days_from_civil(LAST_YEAR, 1, 1) * 86400;
	size_t changes = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct zone *zone = load(names[i]);

		for (int64_t day = 0; day < end; day += 86400) {
			if (offset_by_libc(day) == offset_by_libc(day + 86400))
				continue;
			changes++;
			for (int64_t s = -2; s <= 2; s++)
				agree(zone, names[i], change_between(day, day + 86400) + s);
		}
		zone_release(zone);
	}
	/* Berlin alone has two a year from 1980 on. */
	ck_assert_uint_gt(changes, 1500);
}
END_TEST

/* The first minute at which the C library's clock shows this time or a later one: minute by minute. */
static int64_t first_minute(int64_t local)
{
	int64_t t = local - 27 * 3600;

	while (t + offset_by_libc(t) < local)
		t += 60;
	return t;
}

START_TEST(local_times_are_instants)
{
	int64_t days = days_from_civil(LAST_YEAR, 1, 1);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct zone *zone = load(names[i]);
		int64_t first = strcmp(names[i], "Africa/Monrovia") == 0 ? 1000 : 2; /* whole minutes only */

		for (int n = 0; n < 30; n++) {
			int64_t day = first + (int64_t)(draw() % (uint64_t)(days - first));
			int second = (int)(draw() % 1441) * 60;

			ck_assert_int_eq(zone_instant(zone, day, second),
					 first_minute(day * 86400 + second) * US_PER_SECOND);
		}
		/* Around changes of ten years, each quarter of an hour of the day. */
		for (int64_t day = days_from_civil(2005, 1, 1); day < days_from_civil(2015, 1, 1); day++) {
			if (offset_by_libc(day * 86400) == offset_by_libc((day + 1) * 86400))
				continue;
			for (int second = 0; second <= 86400; second += 5400)
				ck_assert_int_eq(zone_instant(zone, day, second),
						 first_minute(day * 86400 + second) * US_PER_SECOND);
		}
		zone_release(zone);
	}
}
END_TEST

static time_us utc(const char *text)
{
	time_us t;

	ck_assert(time_parse(slice_of_string(text), 0, &t));
	return t;
}

START_TEST(hours_that_do_not_exist_and_hours_that_come_twice)
{
	struct zone *zone = load("Europe/Berlin");

	/* 29 March 2026: 02:00 CET is 03:00 CEST. */
	ck_assert_int_eq(zone_instant(zone, days_from_civil(2026, 3, 29), 2 * 3600 + 1800),
			 utc("2026-03-29T01:00:00Z"));
	ck_assert_int_eq(zone_instant(zone, days_from_civil(2026, 3, 29), 3 * 3600), utc("2026-03-29T01:00:00Z"));
	ck_assert_int_eq(zone_instant(zone, days_from_civil(2026, 3, 29), 3 * 3600 + 60), utc("2026-03-29T01:01:00Z"));
	/* 25 October 2026: 03:00 CEST is 02:00 CET. */
	ck_assert_int_eq(zone_instant(zone, days_from_civil(2026, 10, 25), 2 * 3600 + 1800),
			 utc("2026-10-25T00:30:00Z"));
	ck_assert_int_eq(zone_instant(zone, days_from_civil(2026, 10, 25), 3 * 3600), utc("2026-10-25T02:00:00Z"));
	ck_assert_int_eq(zone_instant(zone, days_from_civil(2026, 10, 25), 86400), utc("2026-10-25T23:00:00Z"));
	zone_release(zone);

	/* Samoa went from the 29th to the 31st: a whole day that was none. */
	zone = load("Pacific/Apia");
	ck_assert_int_eq(zone_instant(zone, days_from_civil(2011, 12, 30), 12 * 3600), utc("2011-12-30T10:00:00Z"));
	ck_assert_int_eq(zone_day(zone, utc("2011-12-30T09:59:59Z")), days_from_civil(2011, 12, 29));
	ck_assert_int_eq(zone_day(zone, utc("2011-12-30T10:00:00Z")), days_from_civil(2011, 12, 31));
	zone_release(zone);

	zone = load("Australia/Lord_Howe");
	ck_assert_int_eq(zone_offset(zone, utc("2026-01-01T00:00:00Z")), 11 * 3600);
	ck_assert_int_eq(zone_offset(zone, utc("2026-07-01T00:00:00Z")), 10 * 3600 + 1800);
	zone_release(zone);

	/* Far beyond what the files record, and what a time_us can say. */
	zone = load("America/New_York");
	ck_assert_int_eq(zone_offset(zone, utc("9999-07-01T00:00:00Z")), -4 * 3600);
	zone_offset(zone, INT64_MIN);
	zone_offset(zone, INT64_MAX);
	zone_instant(zone, INT64_MAX, 86400);
	zone_instant(zone, INT64_MIN, 0);
	zone_release(zone);
}
END_TEST

START_TEST(names_that_are_none)
{
	static const char *const bad[] = {
		"",
		"/etc/passwd",
		"../../../etc/passwd",
		"Asia/../Asia/Tokyo",
		"Asia/Tokyo/",
		"Asia",
		"Asia/Tokio",
		"Asia/Tokyo/x",
		"tzdata.zi",
		"Asia\\Tokyo",
		"Asia/Tokyo Asia/Tokyo",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct zone *zone = NULL;
		struct err why = { 0 };

		ck_assert_msg(zone_load(&zone, bad[i], &why) == -1, "%s", bad[i]);
		ck_assert_msg(why.code == ERR_USAGE, "%s: %s", bad[i], why.text);
		ck_assert_ptr_null(zone);
	}
}
END_TEST

/* A file as RFC 9636, appendix B, has them, made here byte by byte. */
static void put_header(struct buffer *b, char version, uint32_t leaps, uint32_t times, uint32_t types, uint32_t chars)
{
	buffer_put(b, "TZif", 4);
	buffer_put_byte(b, (uint8_t)version);
	for (int i = 0; i < 15; i++)
		buffer_put_byte(b, 0);
	buffer_put_be32(b, 0);
	buffer_put_be32(b, 0);
	buffer_put_be32(b, leaps);
	buffer_put_be32(b, times);
	buffer_put_be32(b, types);
	buffer_put_be32(b, chars);
}

static void put_type(struct buffer *b, int32_t offset, uint8_t saving, uint8_t name)
{
	buffer_put_be32(b, (uint32_t)offset);
	buffer_put_byte(b, saving);
	buffer_put_byte(b, name);
}

/* One change in 2000 from +9 to +10, then the footer. */
static void make(struct buffer *b, char version, const char *footer)
{
	static const int64_t at = 946684800;

	buffer_clear(b);
	if (version) {
		put_header(b, version, 0, 0, 1, 4);
		put_type(b, 0, 0, 0);
		buffer_put(b, "LMT", 4);
	}
	put_header(b, version, 0, 1, 2, 4);
	if (version)
		buffer_put_be64(b, (uint64_t)at);
	else
		buffer_put_be32(b, (uint32_t)at);
	buffer_put_byte(b, 1);
	put_type(b, 9 * 3600, 0, 0);
	put_type(b, 10 * 3600, 1, 0);
	buffer_put(b, "XST", 4);
	if (version)
		buffer_printf(b, "\n%s\n", footer);
}

static int parse(const struct buffer *b, struct zone **zone)
{
	/* An exact copy: what is read beyond its end shows under sanitizers. */
	uint8_t *copy = malloc(b->len ? b->len : 1);
	struct err why = { 0 };
	int verdict;

	ck_assert_ptr_nonnull(copy);
	if (b->len)
		memcpy(copy, b->data, b->len);
	verdict = zone_parse(zone, slice_of(copy, b->len), &why);
	ck_assert(verdict == 0 || why.code == ERR_CORRUPT);
	free(copy);
	return verdict;
}

START_TEST(files_of_all_versions)
{
	static const char versions[] = { 0, '2', '3', '4' };
	struct buffer b = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct zone *zone;

		make(&b, versions[i], "XST-11");
		ck_assert_int_eq(parse(&b, &zone), 0);
		ck_assert_int_eq(zone_offset(zone, 946684799 * US_PER_SECOND), 9 * 3600);
		/* Beyond the last change: its type, or the footer's. */
		ck_assert_int_eq(zone_offset(zone, 946684800 * US_PER_SECOND), (versions[i] ? 11 : 10) * 3600);
		zone_release(zone);
		/* Every shorter file is refused. */
		for (size_t len = 0; len < b.len; len++) {
			struct buffer part = { .data = b.data, .len = len };

			ck_assert_int_eq(parse(&part, &zone), -1);
		}
	}
	make(&b, '2', "");
	struct zone *zone;

	ck_assert_int_eq(parse(&b, &zone), 0);
	ck_assert_int_eq(zone_offset(zone, 946684800 * US_PER_SECOND), 10 * 3600);
	zone_release(zone);
	buffer_release(&b);
}
END_TEST

/* A byte at this place of a good file of version 2 becomes another. */
static void refuse(size_t place, uint8_t value, const char *what)
{
	struct buffer b = { 0 };
	struct zone *zone;

	make(&b, '2', "XST-11");
	ck_assert_uint_lt(place, b.len);
	b.data[place] = value;
	ck_assert_msg(parse(&b, &zone) == -1, "%s", what);
	buffer_release(&b);
}

START_TEST(files_that_are_none)
{
	enum { FIRST = 44 + 6 + 4, SECOND = FIRST + 44, TYPES = SECOND + 8 + 1 };

	refuse(0, 'X', "magic");
	refuse(4, '1', "version");
	refuse(FIRST, 'X', "second magic");
	refuse(FIRST + 4, 0, "second version");
	refuse(FIRST + 23, 1, "UT indicators without types to match");
	refuse(FIRST + 27, 1, "standard indicators without types to match");
	refuse(FIRST + 31, 1, "leap seconds");
	refuse(FIRST + 32, 0xFF, "more times than bytes");
	refuse(FIRST + 39, 0, "no types");
	refuse(FIRST + 43, 0, "no names");
	refuse(SECOND + 8, 2, "a type that is not there");
	refuse(TYPES, 0x7F, "offset of decades");
	refuse(TYPES + 4, 2, "neither standard nor saving");
	refuse(TYPES + 5, 4, "name beyond the names");
	refuse(TYPES + 12 + 4, 'X', "no footer");
}
END_TEST

/* Offset of a footer alone, in hours. */
static double hours_at(const char *rule, const char *when)
{
	struct zone_rule r;
	int64_t next;

	ck_assert_msg(zone_rule_parse(slice_of_string(rule), &r), "%s", rule);
	return zone_rule_offset(&r, utc(when) / US_PER_SECOND, &next) / 3600.0;
}

/* Expected values: IEEE Std 1003.1-2017, 8.3, and the examples of RFC 9636, section 3.3 and appendix B. */
START_TEST(rules_of_posix)
{
	static const char new_york[] = "EST5EDT4,M3.2.0/02:00:00,M11.1.0/02:00:00";
	static const char jerusalem[] = "IST-2IDT,M3.4.4/26,M10.5.0";
	static const char always[] = "EST5EDT,0/0,J365/25";
	static const char nuuk[] = "<-02>2<-01>,M3.5.0/-1,M10.5.0/0";

	ck_assert(hours_at("HST10", "2026-01-01T00:00:00Z") == -10);
	ck_assert(hours_at("<+0545>-5:45", "2026-01-01T00:00:00Z") == 5.75);
	/* 8 March and 1 November 2026 */
	ck_assert(hours_at(new_york, "2026-03-08T06:59:59Z") == -5);
	ck_assert(hours_at(new_york, "2026-03-08T07:00:00Z") == -4);
	ck_assert(hours_at(new_york, "2026-11-01T05:59:59Z") == -4);
	ck_assert(hours_at(new_york, "2026-11-01T06:00:00Z") == -5);
	/* The Friday before the last Sunday of March, at two: the fourth Thursday, 26 hours on. 2026-03-27. */
	ck_assert(hours_at(jerusalem, "2026-03-26T23:59:59Z") == 2);
	ck_assert(hours_at(jerusalem, "2026-03-27T00:00:00Z") == 3);
	/* All the year, across the turn of it. */
	ck_assert(hours_at(always, "2026-12-31T23:59:59Z") == -4);
	ck_assert(hours_at(always, "2027-01-01T04:59:59Z") == -4);
	ck_assert(hours_at(always, "2027-01-01T05:00:00Z") == -4);
	ck_assert(hours_at(always, "2027-07-01T00:00:00Z") == -4);
	/* An end that lies in the next year, a day behind the next beginning. */
	ck_assert(hours_at("EST5EDT,0/0,J365/50", "2027-01-01T01:00:00Z") == -5);
	/* The evening of the day before the last Sunday: 2026-03-28 23:00 of -02 is 01:00 UTC of the 29th. */
	ck_assert(hours_at(nuuk, "2026-03-29T00:59:59Z") == -2);
	ck_assert(hours_at(nuuk, "2026-03-29T01:00:00Z") == -1);
	/* J60 is 1 March in leap years too, 59 counted from 0 is 29 February then. */
	ck_assert(hours_at("AAA0BBB,J60/0,J100/0", "2028-02-29T23:59:59Z") == 0);
	ck_assert(hours_at("AAA0BBB,J60/0,J100/0", "2028-03-01T00:00:00Z") == 1);
	ck_assert(hours_at("AAA0BBB,59/0,99/0", "2028-02-29T00:00:00Z") == 1);
	/* Southern: saving across the new year. */
	ck_assert(hours_at("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-12-31T23:00:00Z") == 11);
	ck_assert(hours_at("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-06-30T23:00:00Z") == 10);
}
END_TEST

START_TEST(rules_that_are_none)
{
	static const char *const bad[] = {
		"",
		"JST",
		"JS-9",
		"JST-25",
		"JST-9:60",
		"JST-9JDT",
		"JST-9JDT,M3.5.0",
		"JST-9JDT,M13.5.0,M10.5.0",
		"JST-9JDT,M3.6.0,M10.5.0",
		"JST-9JDT,M3.0.0,M10.5.0",
		"JST-9JDT,M3.5.7,M10.5.0",
		"JST-9JDT,J0,J100",
		"JST-9JDT,J366,J100",
		"JST-9JDT,366,100",
		"JST-9JDT,M3.5.0/168,M10.5.0",
		"JST-9 ",
		"<JST-9",
		"<J>-9",
		"JST-9JDT,M3.5.0,M10.5.0,",
		"JST-00009",
		"J1T-9",
	};
	struct zone_rule r;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!zone_rule_parse(slice_of_string(bad[i]), &r), "%s", bad[i]);
}
END_TEST

SUITE_MAIN("zone", the_c_library_agrees_at_any_time, the_c_library_agrees_around_every_change, local_times_are_instants,
	   hours_that_do_not_exist_and_hours_that_come_twice, names_that_are_none, files_of_all_versions,
	   files_that_are_none, rules_of_posix, rules_that_are_none)
