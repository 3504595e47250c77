/* Hours of business: cases by hand, and a reference that goes minute by minute by the C library's clock. */
#include "lib/buffer.h"
#include "server/model/calendar.h"
#include "tests/unit/suite.h"

#include <stdio.h>
#include <time.h>

#define MINUTE (60 * US_PER_SECOND)
#define HOUR   (60 * MINUTE)

static struct zone *tokyo;

static int64_t day_of(const char *text)
{
	int year, month, day;

	ck_assert_int_eq(sscanf(text, "%d-%d-%d", &year, &month, &day), 3);
	return days_from_civil(year, month, day);
}

/* "2026-11-24 09:00" in Tokyo, which is nine hours east, always. */
static time_us at(const char *text)
{
	time_us t;

	ck_assert_msg(time_parse(slice_of_string(text), 9 * 3600, &t), "%s", text);
	return t;
}

static time_us tokyo_at(const char *day_and_minute)
{
	char text[32];

	snprintf(text, sizeof(text), "%s:00", day_and_minute);
	return at(text);
}

static struct zone *load(const char *name)
{
	struct zone *zone = NULL;
	struct err why = { 0 };

	ck_assert_msg(zone_load(&zone, name, &why) == 0, "%s", why.text);
	return zone;
}

static struct calendar *parse_in(const char *document, const struct zone *zone, const struct holidays *holidays)
{
	struct calendar *c = NULL;
	struct err why = { 0 };

	ck_assert_msg(calendar_parse(&c, slice_of_string(document), zone, holidays, &why) == 0, "%s: %s", document,
		      why.text);
	return c;
}

/* As schema/0007_escalation.sql ships it. */
static const char office[] =
    "{\"hours\": {\"mon\": [[\"09:00\", \"17:30\"]], \"tue\": [[\"09:00\", \"17:30\"]], "
    "\"wed\": [[\"09:00\", \"17:30\"]], \"thu\": [[\"09:00\", \"17:30\"]], \"fri\": [[\"09:00\", \"17:30\"]]}, "
    "\"holidays\": true, \"closed_yearly\": [\"08-13\", \"08-14\", \"08-15\", \"12-29\", \"12-30\", \"12-31\", "
    "\"01-01\", \"01-02\", \"01-03\"]}";

/* Of 2026: 文化の日 Tuesday 11-03, 勤労感謝の日 Monday 11-23; of 2027: 元日, 成人の日 01-11. */
static int64_t days_off[8];
static struct holidays holidays;

static void begin(void)
{
	static const char *const texts[] = { "2026-09-21", "2026-09-22", "2026-09-23", "2026-11-03",
					     "2026-11-23", "2027-01-01", "2027-01-11" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		days_off[i] = day_of(texts[i]);
	holidays = (struct holidays){ days_off, ARRAY_LEN(texts) };
	tokyo = load("Asia/Tokyo");
}

START_TEST(open_and_closed)
{
	static const struct {
		const char *when;
		bool open;
	} cases[] = {
		{ "2026-11-24 08:59", false }, { "2026-11-24 09:00", true },  { "2026-11-24 17:29", true },
		{ "2026-11-24 17:30", false }, /* a Tuesday */
		{ "2026-11-21 10:00", false }, /* Saturday */
		{ "2026-11-22 10:00", false }, /* Sunday */
		{ "2026-11-23 10:00", false }, /* by law */
		{ "2026-09-22 10:00", false }, /* between two holidays */
		{ "2026-08-12 10:00", true },  { "2026-08-13 10:00", false }, { "2026-08-14 10:00", false }, /* o-bon */
		{ "2026-08-17 10:00", true },  { "2026-12-28 10:00", true },  { "2026-12-29 10:00", false },
		{ "2027-01-01 10:00", false }, { "2027-01-04 10:00", true },  { "2027-01-11 10:00", false },
	};
	struct calendar *c;

	begin();
	c = parse_in(office, tokyo, &holidays);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(calendar_is_open(c, tokyo_at(cases[i].when)) == cases[i].open, "%s", cases[i].when);
	/* Half open to the microsecond. */
	ck_assert(!calendar_is_open(c, tokyo_at("2026-11-24 09:00") - 1));
	ck_assert(calendar_is_open(c, tokyo_at("2026-11-24 17:30") - 1));
	calendar_release(c);
	zone_release(tokyo);
}
END_TEST

START_TEST(when_it_changes)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "2026-11-24 08:00", "2026-11-24 09:00" },
		{ "2026-11-24 09:00", "2026-11-24 17:30" },
		{ "2026-11-24 17:30", "2026-11-25 09:00" },
		/* Friday evening, over the weekend and the holiday of Monday */
		{ "2026-11-20 17:30", "2026-11-24 09:00" },
		/* 18 September is a Friday: five days off, 19 to 23 */
		{ "2026-09-18 18:00", "2026-09-24 09:00" },
		/* the turn of the year: Monday the 28th, then Monday the 4th */
		{ "2026-12-28 17:30", "2027-01-04 09:00" },
	};
	struct calendar *c;

	begin();
	c = parse_in(office, tokyo, &holidays);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_int_eq(calendar_next_change(c, tokyo_at(cases[i].from)), tokyo_at(cases[i].to));
	calendar_release(c);

	c = parse_in("{}", tokyo, NULL);
	ck_assert_int_eq(calendar_next_change(c, tokyo_at("2026-11-24 08:00")), TIME_NONE);
	ck_assert_int_eq(calendar_add(c, tokyo_at("2026-11-24 08:00"), 0), TIME_NONE);
	ck_assert_int_eq(calendar_business_day(c, day_of("2026-11-24"), 1), INT64_MAX);
	calendar_release(c);
	zone_release(tokyo);
}
END_TEST

static const char always[] =
    "{\"hours\": {\"mon\": [[\"00:00\", \"24:00\"]], \"tue\": [[\"00:00\", \"24:00\"]], "
    "\"wed\": [[\"00:00\", \"24:00\"]], \"thu\": [[\"00:00\", \"24:00\"]], \"fri\": [[\"00:00\", \"24:00\"]], "
    "\"sat\": [[\"00:00\", \"24:00\"]], \"sun\": [[\"00:00\", \"12:00\"], [\"12:00\", \"24:00\"]]}}";

START_TEST(hours_that_touch_are_one)
{
	struct calendar *c;

	begin();
	c = parse_in(always, tokyo, NULL);
	for (int hour = 0; hour < 24 * 8; hour++)
		ck_assert(calendar_is_open(c, at("2026-11-22T00:00:00") + hour * HOUR));
	ck_assert_int_eq(calendar_next_change(c, at("2026-11-22T00:00:00")), TIME_NONE);
	ck_assert_int_eq(calendar_add(c, at("2026-11-22T11:00:00"), 30 * HOUR), at("2026-11-23T17:00:00"));
	calendar_release(c);
	/* Saturday evening to Sunday at six, over midnight. */
	c = parse_in("{\"hours\": {\"sat\": [[\"22:00\", \"24:00\"]], \"sun\": [[\"00:00\", \"06:00\"]]}}", tokyo,
		     NULL);
	ck_assert_int_eq(calendar_next_change(c, at("2026-11-21T22:00:00")), at("2026-11-22T06:00:00"));
	ck_assert_int_eq(calendar_next_change(c, at("2026-11-22T00:00:00")), at("2026-11-22T06:00:00"));
	ck_assert_int_eq(calendar_next_change(c, at("2026-11-22T06:00:00")), at("2026-11-28T22:00:00"));
	calendar_release(c);
	zone_release(tokyo);
}
END_TEST

START_TEST(open_time_is_counted)
{
	struct calendar *c;

	begin();
	c = parse_in(office, tokyo, &holidays);
	/* 8.5 hours are a whole day: from the evening of Friday they are over on Tuesday at its end. */
	ck_assert_int_eq(calendar_add(c, at("2026-11-20T18:00:00"), 30600 * US_PER_SECOND), at("2026-11-24T17:30:00"));
	ck_assert_int_eq(calendar_add(c, at("2026-11-20T17:00:00"), HOUR), at("2026-11-24T09:30:00"));
	ck_assert_int_eq(calendar_add(c, at("2026-11-20T17:00:00"), 30 * MINUTE), at("2026-11-20T17:30:00"));
	ck_assert_int_eq(calendar_add(c, at("2026-11-20T17:00:00"), 0), at("2026-11-20T17:00:00"));
	ck_assert_int_eq(calendar_add(c, at("2026-11-20T17:30:00"), 0), at("2026-11-24T09:00:00"));
	/* 17:00 to 09:30 of Tuesday */
	ck_assert_int_eq(calendar_between(c, at("2026-11-20T17:00:00"), at("2026-11-24T09:30:00")), HOUR);
	ck_assert_int_eq(calendar_between(c, at("2026-11-21T00:00:00"), at("2026-11-24T00:00:00")), 0);
	ck_assert_int_eq(calendar_between(c, at("2026-11-24T12:00:00"), at("2026-11-24T12:00:00")), 0);
	/* November 2026: 21 days from Monday to Friday, two of them by law. */
	ck_assert_int_eq(calendar_between(c, at("2026-11-01T00:00:00"), at("2026-12-01T00:00:00")),
			 19 * 30600 * US_PER_SECOND);
	ck_assert_int_eq(calendar_business_day(c, day_of("2026-11-01"), 1), day_of("2026-11-02"));
	ck_assert_int_eq(calendar_business_day(c, day_of("2026-11-02"), 1), day_of("2026-11-02"));
	ck_assert_int_eq(calendar_business_day(c, day_of("2026-11-02"), 2), day_of("2026-11-04"));
	ck_assert_int_eq(calendar_business_day(c, day_of("2026-12-28"), 2), day_of("2027-01-04"));
	ck_assert(!calendar_is_business_day(c, day_of("2026-11-03")));
	calendar_release(c);
	zone_release(tokyo);
}
END_TEST

START_TEST(single_days)
{
	struct calendar *c;

	begin();
	/* Split hours; a Saturday without hours stays closed when it is opened, a holiday has those of its weekday. */
	c = parse_in("{\"hours\": {\"mon\": [[\"09:00\", \"12:00\"], [\"13:00\", \"17:30\"]], \"tue\": [[\"09:00\", "
		     "\"12:00\"]]}, \"holidays\": true, \"closed\": [\"2026-11-24\"], "
		     "\"open\": [\"2026-11-23\", \"2026-11-21\"]}",
		     tokyo, &holidays);
	ck_assert(calendar_is_open(c, at("2026-11-23T09:00:00")));
	ck_assert(!calendar_is_open(c, at("2026-11-23T12:00:00")));
	ck_assert(calendar_is_open(c, at("2026-11-23T13:00:00")));
	ck_assert(!calendar_is_open(c, at("2026-11-21T09:00:00")));
	ck_assert(!calendar_is_open(c, at("2026-11-24T09:00:00")));
	ck_assert_int_eq(calendar_next_change(c, at("2026-11-23T17:30:00")), at("2026-11-30T09:00:00"));
	/* Without holidays the table of them does not matter. */
	calendar_release(c);
	c = parse_in("{\"hours\": {\"mon\": [[\"09:00\", \"12:00\"]]}, \"holidays\": false}", tokyo, &holidays);
	ck_assert(calendar_is_open(c, at("2026-11-23T09:00:00")));
	calendar_release(c);
	zone_release(tokyo);
}
END_TEST

static time_us utc(const char *text)
{
	time_us t;

	ck_assert(time_parse(slice_of_string(text), 0, &t));
	return t;
}

START_TEST(clock_changes)
{
	struct zone *berlin = load("Europe/Berlin"), *johns = load("America/St_Johns");
	struct calendar *c;

	/* 29 March 2026, a Sunday: 02:00 is 03:00. What opens within the hour that is left out opens at the change. */
	c = parse_in("{\"hours\": {\"sun\": [[\"02:30\", \"06:00\"]]}}", berlin, NULL);
	ck_assert_int_eq(calendar_next_change(c, utc("2026-03-29T00:00:00Z")), utc("2026-03-29T01:00:00Z"));
	ck_assert_int_eq(calendar_between(c, utc("2026-03-28T00:00:00Z"), utc("2026-03-30T00:00:00Z")), 3 * HOUR);
	calendar_release(c);
	/* Hours that lie within it are none. */
	c = parse_in("{\"hours\": {\"sun\": [[\"02:00\", \"03:00\"]]}}", berlin, NULL);
	ck_assert_int_eq(calendar_between(c, utc("2026-03-28T00:00:00Z"), utc("2026-03-30T00:00:00Z")), 0);
	ck_assert_int_eq(calendar_next_change(c, utc("2026-03-28T00:00:00Z")), utc("2026-04-05T00:00:00Z"));
	calendar_release(c);
	/* A whole day has 23 and 25 hours. */
	c = parse_in("{\"hours\": {\"sun\": [[\"00:00\", \"24:00\"]]}}", berlin, NULL);
	ck_assert_int_eq(calendar_between(c, utc("2026-03-28T00:00:00Z"), utc("2026-03-31T00:00:00Z")), 23 * HOUR);
	ck_assert_int_eq(calendar_between(c, utc("2026-10-24T00:00:00Z"), utc("2026-10-27T00:00:00Z")), 25 * HOUR);
	calendar_release(c);
	/* St. John's went from 00:01 of 7 November 2010 to 23:01 of the 6th: Sunday began once. */
	c = parse_in("{\"hours\": {\"sat\": [[\"00:00\", \"24:00\"]]}}", johns, NULL);
	ck_assert(calendar_is_open(c, utc("2010-11-07T02:29:59Z")));
	ck_assert(!calendar_is_open(c, utc("2010-11-07T02:30:00Z")));
	ck_assert(!calendar_is_open(c, utc("2010-11-07T02:31:00Z"))); /* 23:01 again */
	ck_assert_int_eq(calendar_next_change(c, utc("2010-11-06T12:00:00Z")), utc("2010-11-07T02:30:00Z"));
	calendar_release(c);
	c = parse_in("{\"hours\": {\"sun\": [[\"00:00\", \"12:00\"]]}}", johns, NULL);
	ck_assert(calendar_is_open(c, utc("2010-11-07T02:30:00Z")));
	ck_assert(calendar_is_open(c, utc("2010-11-07T02:45:00Z")));
	ck_assert_int_eq(calendar_next_change(c, utc("2010-11-07T02:45:00Z")), utc("2010-11-07T15:30:00Z"));
	calendar_release(c);
	zone_release(berlin);
	zone_release(johns);
}
END_TEST

START_TEST(any_time_can_be_asked_for)
{
	static const time_us times[] = { INT64_MIN, INT64_MIN + 1, INT64_MIN / 2, 0, INT64_MAX / 2, INT64_MAX };
	struct calendar *c;

	begin();
	c = parse_in(always, tokyo, NULL);
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		calendar_is_open(c, times[i]);
		calendar_next_change(c, times[i]);
	}
	calendar_release(c);
	zone_release(tokyo);
}
END_TEST

START_TEST(documents_that_are_refused)
{
	static const struct {
		const char *document, *says;
	} cases[] = {
		{ "", "not JSON" },
		{ "[]", "must be an object" },
		{ "{\"hour\": {}}", "hour is not known" },
		{ "{\"hours\": {}, \"hours\": {}}", "hours stands there twice" },
		{ "{\"hours\": {\"monday\": []}}", "hours.monday is not known" },
		{ "{\"hours\": {\"mon\": [\"09:00\"]}}", "hours.mon[0]: it must be a list" },
		{ "{\"hours\": {\"mon\": [[\"09:00\"]]}}", "hours.mon[0]: it must be two times" },
		{ "{\"hours\": {\"mon\": [[\"9:00\", \"17:00\"]]}}", "hours.mon[0]: it must be a time" },
		{ "{\"hours\": {\"mon\": [[\"09:00\", \"24:30\"]]}}", "hours.mon[0]: it must be a time" },
		{ "{\"hours\": {\"mon\": [[\"24:00\", \"24:00\"]]}}", "hours.mon[0]: it must be a time" },
		{ "{\"hours\": {\"mon\": [[\"17:00\", \"09:00\"]]}}", "hours.mon[0]: it ends before it begins" },
		{ "{\"hours\": {\"mon\": [[\"09:00\", \"09:00\"]]}}", "hours.mon[0]: it ends before it begins" },
		{ "{\"hours\": {\"sun\": [[\"09:00\", \"12:00\"], [\"11:00\", \"13:00\"]]}}",
		  "hours.sun[1]: it begins before" },
		{ "{\"holidays\": \"yes\"}", "holidays: it must be true or false" },
		{ "{\"closed_yearly\": [\"12-29\", \"02-30\"]}", "closed_yearly[1]: it must be a month and a day" },
		{ "{\"closed_yearly\": [\"2026-12-29\"]}", "closed_yearly[0]" },
		{ "{\"closed\": [\"2026-02-29\"]}", "closed[0]: it must be a day" },
		{ "{\"open\": [20261109]}", "open[0]: it must be a day" },
		{ "{\"open\": [\"2026-11-09\"], \"closed\": [\"2026-11-09\"]}",
		  "open: 2026-11-09 stands under closed too" },
	};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct calendar *c = NULL;
		struct err why = { 0 };

		ck_assert_msg(calendar_parse(&c, slice_of_string(cases[i].document), tokyo, NULL, &why) == -1, "%s",
			      cases[i].document);
		ck_assert_int_eq(why.code, ERR_USAGE);
		ck_assert_msg(strstr(why.text, cases[i].says) != NULL, "%s: %s", cases[i].document, why.text);
		ck_assert_ptr_null(c);
	}
	zone_release(tokyo);
}
END_TEST

/* ---------------------------------------------------------------------------------- a reference, minute by minute */

static uint64_t seed = 2463534242u;
static unsigned draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

enum { WINDOW_DAYS = 24, WINDOW_MINUTES = WINDOW_DAYS * 1440 };

/* What a random document says, kept as minutes of the week and a set of days. */
struct world {
	bool week[7][1440];
	bool off[WINDOW_DAYS + 4];
	time_t first; /* midnight UTC of the first day */
	char document[4096];
};

static void random_world(struct world *w, const char *first_day)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	struct buffer b = { 0 };
	int64_t first = day_of(first_day);
	bool comma = false;

	memset(w, 0, sizeof(*w));
	w->first = (time_t)(first * 86400);
	buffer_printf(&b, "{\"hours\": {");
	for (int d = 0; d < 7; d++) {
		int minute = (int)draw(3) * 240;

		buffer_printf(&b, "%s\"%s\": [", d ? ", " : "", names[d]);
		for (int n = 0; minute < 1440 && draw(4); n++) {
			int end = minute + 1 + (int)draw(600);

			if (end > 1440)
				end = 1440;
			buffer_printf(&b, "%s[\"%02d:%02d\", \"%02d:%02d\"]", n ? ", " : "", minute / 60, minute % 60,
				      end / 60, end % 60);
			for (int m = minute; m < end; m++)
				w->week[d][m] = true;
			minute = end + (draw(3) ? (int)draw(300) : 0);
		}
		buffer_printf(&b, "]");
	}
	buffer_printf(&b, "}, \"closed\": [");
	for (int d = 0; d < WINDOW_DAYS + 4; d++) {
		int year, month, day;

		if (draw(6))
			continue;
		civil_from_days(first + d, &year, &month, &day);
		buffer_printf(&b, "%s\"%04d-%02d-%02d\"", comma ? ", " : "", year, month, day);
		comma = true;
		w->off[d] = true;
	}
	buffer_printf(&b, "]}");
	ck_assert_uint_lt(b.len, sizeof(w->document));
	memcpy(w->document, b.data, b.len);
	buffer_release(&b);
}

/* Whether it is open in that minute since the window's first, by the C library's clock. */
static bool open_by_reference(const struct world *w, int minute)
{
	time_t t = w->first + (time_t)minute * 60;
	struct tm tm;
	int day;

	localtime_r(&t, &tm);
	day = (int)((t + tm.tm_gmtoff - w->first) / 86400);
	if (t + tm.tm_gmtoff < w->first || w->off[day])
		return false;
	return w->week[(tm.tm_wday + 6) % 7][tm.tm_hour * 60 + tm.tm_min];
}

static void hold_against_reference(const struct world *w, const struct calendar *c)
{
	time_us start = (time_us)w->first * US_PER_SECOND, sum = 0, from = start + 1440 * MINUTE, cursor = from;
	bool open = open_by_reference(w, 1440);

	/* The first day is left out: in the west it is not that day yet. */
	for (int m = 1440; m < WINDOW_MINUTES; m++) {
		time_us t = start + m * MINUTE;
		bool now = open_by_reference(w, m);

		if (draw(50) == 0 || now != open) {
			ck_assert_msg(calendar_is_open(c, t) == now, "%s minute %d", w->document, m);
			ck_assert_int_eq(calendar_between(c, from, t), sum);
		}
		if (now != open) {
			/* From anywhere within the stretch that ends here. */
			time_us inside = cursor + (time_us)draw((unsigned)((t - cursor) / MINUTE)) * MINUTE;

			ck_assert_int_eq(calendar_next_change(c, inside), t);
			open = now;
			cursor = t;
		}
		if (now) {
			sum += MINUTE;
			/* The end of this minute is when so much open time is over. */
			if (draw(200) == 0)
				ck_assert_int_eq(calendar_add(c, from, sum), t + MINUTE);
		}
	}
}

START_TEST(a_reference_agrees)
{
	static const struct {
		const char *zone, *day;
	} cases[] = { { "Asia/Tokyo", "2026-12-20" },
		      { "Europe/Berlin", "2026-05-03" },
		      { "America/New_York", "2026-07-01" },
		      { "Asia/Kathmandu", "2028-02-20" } };
	static struct world w;

	for (int round = 0; round < 40; round++) {
		const char *name = cases[round % (int)ARRAY_LEN(cases)].zone;
		struct zone *zone = load(name);
		struct calendar *c;

		setenv("TZ", name, 1);
		tzset();
		random_world(&w, cases[round % (int)ARRAY_LEN(cases)].day);
		c = parse_in(w.document, zone, NULL);
		hold_against_reference(&w, c);
		calendar_release(c);
		zone_release(zone);
	}
}
END_TEST

SUITE_MAIN("calendar", open_and_closed, when_it_changes, hours_that_touch_are_one, open_time_is_counted, single_days,
	   clock_changes, any_time_can_be_asked_for, documents_that_are_refused, a_reference_agrees)
