/* Who is on call: cases by hand, and a reference that goes minute by minute by the C library's clock. */
#include "lib/buffer.h"
#include "server/model/schedule.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define MINUTE (60 * US_PER_SECOND)
#define HOUR   (60 * MINUTE)

static struct zone *load(const char *name)
{
	struct zone *zone = NULL;
	struct err why = { 0 };

	ck_assert_msg(zone_load(&zone, name, &why) == 0, "%s", why.text);
	return zone;
}

static time_us utc(const char *text)
{
	time_us t;

	ck_assert_msg(time_parse(slice_of_string(text), 0, &t), "%s", text);
	return t;
}

/* Of Tokyo, which is nine hours east, always. */
static time_us jst(const char *text)
{
	time_us t;

	ck_assert_msg(time_parse(slice_of_string(text), 9 * 3600, &t), "%s", text);
	return t;
}

static const struct calendar *office;
static const struct calendar *find_office(const void *context, int64_t calendar_id)
{
	(void)context;
	return calendar_id == 1 ? office : NULL;
}
static const struct schedule_calendars calendars = { find_office, NULL };

static struct schedule *parse(const char *document, const struct zone *zone, const struct schedule_override *overrides,
			      size_t count)
{
	struct schedule *s = NULL;
	struct err why = { 0 };

	ck_assert_msg(schedule_parse(&s, slice_of_string(document), zone, &calendars, overrides, count, &why) == 0,
		      "%s: %s", document, why.text);
	return s;
}

static int64_t who(const struct schedule *s, time_us t)
{
	return schedule_at(s, t).user_id;
}

#define WEEKLY                                                                                                       \
	"{\"name\": \"weekly\", \"people\": [3, 5, 7], \"rotation\": {\"unit\": \"week\", \"every\": 1, \"start\": " \
	"\"2026-11-02\", \"handover\": \"09:00\"}}"

START_TEST(by_the_week)
{
	struct zone *tokyo = load("Asia/Tokyo");
	struct schedule *s = parse("{\"layers\": [" WEEKLY "]}", tokyo, NULL, 0);
	struct oncall_turn turn;

	ck_assert_int_eq(who(s, jst("2026-11-02T08:59:59")), 0); /* before the first turn */
	ck_assert_int_eq(schedule_at(s, jst("2026-11-02T08:59:59")).layer, -1);
	ck_assert_int_eq(who(s, jst("2026-11-02T09:00:00")), 3);
	ck_assert_int_eq(who(s, jst("2026-11-09T09:00:00") - 1), 3);
	ck_assert_int_eq(who(s, jst("2026-11-09T09:00:00")), 5);
	ck_assert_int_eq(who(s, jst("2026-11-16T09:00:00")), 7);
	ck_assert_int_eq(who(s, jst("2026-11-23T09:00:00")), 3);
	/* 520 weeks on: 520 = 3 * 173 + 1 */
	ck_assert_int_eq(who(s, jst("2036-10-20T09:00:00")), 5);
	ck_assert_int_eq(schedule_next_change(s, jst("2026-10-01T00:00:00")), jst("2026-11-02T09:00:00"));
	ck_assert_int_eq(schedule_next_change(s, jst("2026-11-02T09:00:00")), jst("2026-11-09T09:00:00"));
	schedule_turn(s, jst("2026-11-04T12:00:00"), &turn);
	ck_assert_int_eq(turn.now.user_id, 3);
	ck_assert_int_eq(turn.next.user_id, 5);
	ck_assert_int_eq(turn.until, jst("2026-11-09T09:00:00"));
	schedule_release(s);
	zone_release(tokyo);
}
END_TEST

START_TEST(by_hours_days_and_months)
{
	static const char hours[] =
	    "{\"layers\": [{\"name\": \"a\", \"people\": [1, 2], \"rotation\": {\"unit\": \"hour\", "
	    "\"every\": 12, \"start\": \"2026-11-02\", \"handover\": \"08:00\"}}]}";
	static const char days[] =
	    "{\"layers\": [{\"name\": \"a\", \"people\": [1, 2, 3], \"rotation\": {\"unit\": \"day\", "
	    "\"every\": 2, \"start\": \"2026-12-30\", \"handover\": \"17:30\"}}]}";
	static const char months[] = "{\"layers\": [{\"name\": \"a\", \"people\": [1, 2], \"rotation\": {\"unit\": "
				     "\"month\", \"start\": \"2027-12-31\", \"handover\": \"00:00\"}}]}";
	struct zone *tokyo = load("Asia/Tokyo");
	struct schedule *s = parse(hours, tokyo, NULL, 0);

	ck_assert_int_eq(who(s, jst("2026-11-02T19:59:59")), 1);
	ck_assert_int_eq(who(s, jst("2026-11-02T20:00:00")), 2);
	ck_assert_int_eq(who(s, jst("2026-11-03T08:00:00")), 1);
	schedule_release(s);

	s = parse(days, tokyo, NULL, 0);
	ck_assert_int_eq(who(s, jst("2027-01-01T17:29:59")), 1);
	ck_assert_int_eq(who(s, jst("2027-01-01T17:30:00")), 2);
	ck_assert_int_eq(who(s, jst("2027-01-03T17:30:00")), 3);
	ck_assert_int_eq(who(s, jst("2027-01-05T17:30:00")), 1);
	schedule_release(s);

	/* On the 31st, or the last day that a month has: 2028-02-29, 2028-04-30. */
	s = parse(months, tokyo, NULL, 0);
	ck_assert_int_eq(who(s, jst("2028-01-30T23:59:59")), 1);
	ck_assert_int_eq(who(s, jst("2028-01-31T00:00:00")), 2);
	ck_assert_int_eq(who(s, jst("2028-02-28T23:59:59")), 2);
	ck_assert_int_eq(who(s, jst("2028-02-29T00:00:00")), 1);
	ck_assert_int_eq(who(s, jst("2028-03-30T23:59:59")), 1);
	ck_assert_int_eq(who(s, jst("2028-03-31T00:00:00")), 2);
	ck_assert_int_eq(who(s, jst("2028-04-30T00:00:00")), 1);
	ck_assert_int_eq(schedule_next_change(s, jst("2028-02-29T00:00:00")), jst("2028-03-31T00:00:00"));
	schedule_release(s);
	zone_release(tokyo);
}
END_TEST

/* The week's person by night and on days off, by day the office's; in between overrides. */
static const char three_layers[] =
    "{\"layers\": [" WEEKLY ","
    "{\"name\": \"office\", \"people\": [20], \"rotation\": {\"unit\": \"week\", \"start\": \"2026-01-01\", "
    "\"handover\": \"00:00\"}, \"calendar\": 1, \"calendar_open\": true},"
    "{\"name\": \"year end\", \"people\": [30, 0], \"rotation\": {\"unit\": \"day\", \"start\": \"2026-12-29\", "
    "\"handover\": \"12:00\"}, \"from\": \"2026-12-29\", \"to\": \"2027-01-03\", "
    "\"hours\": {\"tue\": [[\"00:00\", \"24:00\"]], \"wed\": [[\"00:00\", \"24:00\"]], \"thu\": [[\"00:00\", "
    "\"24:00\"]], \"fri\": [[\"00:00\", \"24:00\"]], \"sun\": [[\"18:00\", \"24:00\"]]}}]}";

static struct calendar *make_office(const struct zone *zone)
{
	struct calendar *c = NULL;
	struct err why = { 0 };

	ck_assert_int_eq(
	    calendar_parse(&c,
			   SLICE_LITERAL("{\"hours\": {\"mon\": [[\"09:00\", \"17:30\"]], \"tue\": [[\"09:00\", "
					 "\"17:30\"]], \"wed\": [[\"09:00\", \"17:30\"]], \"thu\": [[\"09:00\", "
					 "\"17:30\"]], \"fri\": [[\"09:00\", \"17:30\"]]}, \"closed_yearly\": "
					 "[\"12-29\", \"12-30\", \"12-31\", \"01-01\"]}"),
			   zone, NULL, &why),
	    0);
	return c;
}

START_TEST(layers_lie_over_each_other)
{
	static const struct {
		const char *when;
		int64_t who;
		int layer;
	} cases[] = {
		{ "2026-11-02T08:59:59", 0, -1 },
		{ "2026-11-02T09:00:00", 20, 1 },
		{ "2026-11-02T17:29:59", 20, 1 },
		{ "2026-11-02T17:30:00", 3, 0 },
		{ "2026-11-03T09:00:00", 20, 1 },
		{ "2026-11-07T12:00:00", 3, 0 },
		{ "2026-11-09T08:59:59", 3, 0 },
		{ "2026-11-09T18:00:00", 5, 0 },
		/* 28 December is the 8th Monday behind the start: person 8 mod 3 = 2, 7 */
		{ "2026-12-28T18:00:00", 7, 0 },
		{ "2026-12-29T11:59:59", 7, 0 },
		{ "2026-12-29T12:00:00", 30, 2 },
		{ "2026-12-30T11:59:59", 30, 2 },
		{ "2026-12-30T12:00:00", 7, 0 },
		{ "2026-12-31T12:00:00", 30, 2 },
		{ "2027-01-01T12:00:00", 7, 0 },
		/* Saturday has no hours in it, Sunday from 18:00: but noon of the 2nd to the 3rd is 30's turn, then
		   nobody's */
		{ "2027-01-02T13:00:00", 7, 0 },
		{ "2027-01-03T18:00:00", 7, 0 },
		{ "2027-01-04T10:00:00", 20, 1 },
	};
	struct zone *tokyo = load("Asia/Tokyo");
	struct calendar *c = make_office(tokyo);
	struct schedule *s;
	int64_t people[8];

	office = c;
	s = parse(three_layers, tokyo, NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct oncall o = schedule_at(s, jst(cases[i].when));

		ck_assert_msg(o.user_id == cases[i].who && o.layer == cases[i].layer, "%s: %" PRId64 " of layer %d",
			      cases[i].when, o.user_id, o.layer);
	}
	ck_assert_uint_eq(schedule_people(s, people, ARRAY_LEN(people)), 5);
	ck_assert_uint_eq(schedule_people(s, people, 2), 2);
	schedule_release(s);
	calendar_release(c);
	zone_release(tokyo);
}
END_TEST

START_TEST(restrictions_across_midnight)
{
	static const char night[] =
	    "{\"layers\": [{\"name\": \"night\", \"people\": [1, 2], \"rotation\": {\"unit\": \"day\", \"start\": "
	    "\"2026-11-02\", \"handover\": \"12:00\"}, \"hours\": {\"mon\": [[\"22:00\", \"24:00\"]], \"tue\": "
	    "[[\"00:00\", \"06:00\"], [\"22:00\", \"24:00\"]], \"wed\": [[\"00:00\", \"06:00\"]]}}]}";
	struct zone *tokyo = load("Asia/Tokyo");
	struct schedule *s = parse(night, tokyo, NULL, 0);
	struct oncall_span spans[8];
	bool more;
	/* From Monday noon to Wednesday noon: five spans, the night being one. */
	size_t n = schedule_spans(s, jst("2026-11-02T12:00:00"), jst("2026-11-04T12:00:00"), spans, 8, &more);

	ck_assert_uint_eq(n, 5);
	ck_assert(!more);
	ck_assert_int_eq(spans[0].who.user_id, 0);
	ck_assert_int_eq(spans[1].who.user_id, 1);
	ck_assert_int_eq(spans[1].from, jst("2026-11-02T22:00:00"));
	ck_assert_int_eq(spans[1].to, jst("2026-11-03T06:00:00"));
	ck_assert_int_eq(spans[3].who.user_id, 2);
	ck_assert_int_eq(spans[3].from, jst("2026-11-03T22:00:00"));
	ck_assert_int_eq(spans[4].to, jst("2026-11-04T12:00:00"));
	n = schedule_gaps(s, jst("2026-11-02T12:00:00"), jst("2026-11-04T12:00:00"), spans, 8, &more);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(spans[1].from, jst("2026-11-03T06:00:00"));
	ck_assert_int_eq(spans[1].to, jst("2026-11-03T22:00:00"));
	ck_assert_uint_eq(schedule_gaps(s, jst("2026-11-02T12:00:00"), jst("2026-11-04T12:00:00"), spans, 2, &more), 2);
	ck_assert(more);
	ck_assert_uint_eq(schedule_spans(s, jst("2026-11-02T12:00:00"), jst("2026-11-04T12:00:00"), spans, 2, &more),
			  2);
	ck_assert(more);
	schedule_release(s);
	zone_release(tokyo);
}
END_TEST

static bool is_not_five(const void *context, int64_t user_id)
{
	(void)context;
	return user_id != 5;
}

START_TEST(overrides_and_people_who_left)
{
	struct zone *tokyo = load("Asia/Tokyo");
	const struct schedule_override overrides[] = {
		{ 11, 40, jst("2026-11-10T00:00:00"), jst("2026-11-12T00:00:00") },
		{ 12, 41, jst("2026-11-11T00:00:00"), jst("2026-11-11T12:00:00") }, /* made later: it counts */
		{ 13, 5, jst("2026-11-20T00:00:00"), jst("2026-11-20T01:00:00") },
		{ 14, 5, jst("2026-11-20T01:00:00"), jst("2026-11-20T02:00:00") },
	};
	struct schedule *s = parse("{\"layers\": [" WEEKLY "]}", tokyo, overrides, ARRAY_LEN(overrides));
	struct oncall_turn turn;
	struct oncall_span gap, spans[4];
	bool more;

	ck_assert_int_eq(who(s, jst("2026-11-09T23:59:59")), 5);
	ck_assert_int_eq(who(s, jst("2026-11-10T00:00:00")), 40);
	ck_assert_int_eq(schedule_at(s, jst("2026-11-10T00:00:00")).override_id, 11);
	ck_assert_int_eq(who(s, jst("2026-11-11T11:59:59")), 41);
	ck_assert_int_eq(who(s, jst("2026-11-11T12:00:00")), 40);
	ck_assert_int_eq(who(s, jst("2026-11-12T00:00:00")), 5);
	ck_assert_int_eq(schedule_next_change(s, jst("2026-11-10T12:00:00")), jst("2026-11-11T00:00:00"));
	schedule_turn(s, jst("2026-11-11T01:00:00"), &turn);
	ck_assert_int_eq(turn.next.user_id, 40);
	ck_assert_int_eq(turn.until, jst("2026-11-11T12:00:00"));

	/* Two that follow each other are two spans, also of one person; outside both is the layer's. */
	ck_assert_uint_eq(schedule_spans(s, jst("2026-11-20T00:00:00"), jst("2026-11-20T03:00:00"), spans, 4, &more),
			  3);
	ck_assert_int_eq(spans[1].from, jst("2026-11-20T01:00:00"));
	ck_assert_int_eq(spans[1].who.override_id, 14);

	/* 5 left: its week is a gap, its override shows what lies below. */
	schedule_leave_out(s, is_not_five, NULL);
	ck_assert_int_eq(who(s, jst("2026-11-09T12:00:00")), 0);
	ck_assert_int_eq(who(s, jst("2026-11-20T00:30:00")), 7);
	ck_assert_int_eq(who(s, jst("2026-11-23T12:00:00")), 3);
	ck_assert_uint_eq(schedule_gaps(s, jst("2026-11-01T00:00:00"), jst("2026-11-08T00:00:00"), &gap, 1, &more), 1);
	ck_assert_int_eq(gap.to, jst("2026-11-02T09:00:00"));
	ck_assert_uint_eq(schedule_gaps(s, jst("2026-11-13T00:00:00"), jst("2026-11-20T00:00:00"), &gap, 1, &more), 1);
	ck_assert_int_eq(gap.from, jst("2026-11-13T00:00:00"));
	ck_assert_int_eq(gap.to, jst("2026-11-16T09:00:00"));
	schedule_release(s);

	/* Nobody at all, and never. */
	s = parse("{\"layers\": []}", tokyo, NULL, 0);
	ck_assert_int_eq(who(s, 0), 0);
	ck_assert_int_eq(schedule_next_change(s, 0), TIME_NONE);
	schedule_turn(s, 0, &turn);
	ck_assert_int_eq(turn.until, TIME_NONE);
	ck_assert_int_eq(turn.next.user_id, 0);
	schedule_release(s);
	zone_release(tokyo);
}
END_TEST

START_TEST(clock_changes_in_another_zone)
{
	static const char daily[] =
	    "{\"layers\": [{\"name\": \"a\", \"people\": [1, 2], \"rotation\": {\"unit\": \"day\", "
	    "\"start\": \"2026-03-27\", \"handover\": \"02:30\"}}]}";
	static const char hourly[] =
	    "{\"layers\": [{\"name\": \"a\", \"people\": [1, 2], \"rotation\": {\"unit\": \"hour\", "
	    "\"every\": 24, \"start\": \"2026-03-27\", \"handover\": \"02:30\"}}]}";
	static const char midnight[] =
	    "{\"layers\": [{\"name\": \"a\", \"people\": [1, 2], \"rotation\": {\"unit\": \"day\", "
	    "\"start\": \"2010-11-06\", \"handover\": \"00:00\"}}]}";
	struct zone *berlin = load("Europe/Berlin"), *johns = load("America/St_Johns");
	struct schedule *s = parse(daily, berlin, NULL, 0);
	struct oncall_span spans[8];
	bool more;

	/* Turns begin at 01:30 UTC; on the 29th 02:30 does not exist, the change is at 01:00 UTC; then at 00:30 UTC. */
	ck_assert_uint_eq(schedule_spans(s, utc("2026-03-27T01:30:00Z"), utc("2026-03-31T00:30:00Z"), spans, 8, &more),
			  4);
	ck_assert_int_eq(spans[1].from, utc("2026-03-28T01:30:00Z"));
	ck_assert_int_eq(spans[2].from, utc("2026-03-29T01:00:00Z"));
	ck_assert_int_eq(spans[3].from, utc("2026-03-30T00:30:00Z"));
	ck_assert_int_eq(spans[2].who.user_id, 1);
	ck_assert_int_eq(schedule_next_change(s, utc("2026-03-29T00:59:59Z")), utc("2026-03-29T01:00:00Z"));
	/* 25 October: 02:30 comes twice; the hand-over is at the first, and that turn has 25 hours. */
	ck_assert_int_eq(schedule_next_change(s, utc("2026-10-24T12:00:00Z")), utc("2026-10-25T00:30:00Z"));
	ck_assert_int_eq(schedule_next_change(s, utc("2026-10-25T00:30:00Z")), utc("2026-10-26T01:30:00Z"));
	schedule_release(s);

	/* St. John's went from 00:01 of 7 November 2010 to 23:01 of the 6th: the hand-over at midnight was once. */
	s = parse(midnight, johns, NULL, 0);
	ck_assert_int_eq(who(s, utc("2010-11-07T02:29:59Z")), 1);
	ck_assert_int_eq(who(s, utc("2010-11-07T02:30:00Z")), 2);
	ck_assert_int_eq(who(s, utc("2010-11-07T02:45:00Z")), 2); /* 23:15 again */
	ck_assert_int_eq(schedule_next_change(s, utc("2010-11-07T02:45:00Z")), utc("2010-11-08T03:30:00Z"));
	schedule_release(s);
	zone_release(johns);

	/* Hours are real ones: the hand-over moves on the clock. */
	s = parse(hourly, berlin, NULL, 0);
	ck_assert_int_eq(schedule_next_change(s, utc("2026-03-29T00:00:00Z")), utc("2026-03-29T01:30:00Z"));
	ck_assert_int_eq(schedule_next_change(s, utc("2026-03-29T02:00:00Z")), utc("2026-03-30T01:30:00Z"));
	schedule_release(s);
	zone_release(berlin);
}
END_TEST

START_TEST(documents_that_are_refused)
{
#define ROTATION    "\"rotation\": {\"unit\": \"day\", \"start\": \"2026-11-02\", \"handover\": \"09:00\"}"
#define LAYER(rest) "{\"layers\": [{\"name\": \"a\", \"people\": [1], " ROTATION ", " rest "}]}"
	static const struct {
		const char *document, *says;
	} cases[] = {
		{ "{}", "layers is missing" },
		{ "{\"layers\": {}}", "layers: it must be a list" },
		{ "{\"layers\": [{\"name\": \"a\"}]}", "layers[0].people is missing" },
		{ "{\"layers\": [{\"people\": [1], " ROTATION "}]}", "layers[0].name is missing" },
		{ "{\"layers\": [{\"name\": \"\", \"people\": [1], " ROTATION "}]}",
		  "layers[0].name: it must be a text" },
		{ "{\"layers\": [{\"name\": \"a\", \"people\": [], " ROTATION "}]}", "layers[0].people: nobody" },
		{ "{\"layers\": [{\"name\": \"a\", \"people\": [1, -1], " ROTATION "}]}", "layers[0].people[1]" },
		{ "{\"layers\": [{\"name\": \"a\", \"people\": [1.5], " ROTATION "}]}", "layers[0].people[0]" },
		{ "{\"layers\": [" WEEKLY
		  ", {\"name\": \"a\", \"people\": [1], \"rotation\": {\"unit\": \"year\", \"start\": "
		  "\"2026-11-02\", \"handover\": \"09:00\"}}]}",
		  "layers[1].rotation.unit: it must be one of hour, day, week, month" },
		{ "{\"layers\": [{\"name\": \"a\", \"people\": [1], \"rotation\": {\"unit\": \"day\", \"every\": 0, "
		  "\"start\": "
		  "\"2026-11-02\", \"handover\": \"09:00\"}}]}",
		  "layers[0].rotation.every: it must be a whole number from 1" },
		{ "{\"layers\": [{\"name\": \"a\", \"people\": [1], \"rotation\": {\"unit\": \"day\", \"start\": "
		  "\"2026-11-31\", \"handover\": \"09:00\"}}]}",
		  "layers[0].rotation.start: it must be a day" },
		{ "{\"layers\": [{\"name\": \"a\", \"people\": [1], \"rotation\": {\"unit\": \"day\", \"start\": "
		  "\"2026-11-30\", \"handover\": \"24:00\"}}]}",
		  "layers[0].rotation.handover: it must be a time" },
		{ "{\"layers\": [{\"name\": \"a\", \"people\": [1], \"rotation\": {\"unit\": \"day\", \"start\": "
		  "\"2026-11-30\"}}]}",
		  "layers[0].rotation.handover is missing" },
		{ LAYER("\"from\": \"2026-11-05\", \"to\": \"2026-11-04\""), "layers[0].to: it lies before from" },
		{ LAYER("\"calendar\": 2"), "layers[0].calendar: there is no calendar 2" },
		{ LAYER("\"calendar_open\": true"), "layers[0].calendar_open: of which calendar" },
		{ LAYER("\"hours\": {\"mon\": [[\"22:00\", \"06:00\"]]}"), "layers[0].hours.mon[0]: it ends before" },
		{ LAYER("\"handover\": \"09:00\""), "layers[0].handover is not known" },
	};
	struct zone *tokyo = load("Asia/Tokyo");

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct schedule *s = NULL;
		struct err why = { 0 };

		ck_assert_msg(
		    schedule_parse(&s, slice_of_string(cases[i].document), tokyo, &calendars, NULL, 0, &why) == -1,
		    "%s", cases[i].document);
		ck_assert_int_eq(why.code, ERR_USAGE);
		ck_assert_msg(strstr(why.text, cases[i].says) != NULL, "%s: %s", cases[i].document, why.text);
		ck_assert_ptr_null(s);
	}
	zone_release(tokyo);
}
END_TEST

START_TEST(any_time_can_be_asked_for)
{
	static const time_us times[] = { INT64_MIN, INT64_MIN / 2, 0, INT64_MAX / 2, INT64_MAX };
	struct zone *tokyo = load("Asia/Tokyo");
	struct calendar *c = make_office(tokyo);
	struct schedule *s;

	office = c;
	s = parse(three_layers, tokyo, NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		struct oncall_turn turn;

		schedule_at(s, times[i]);
		schedule_next_change(s, times[i]);
		schedule_turn(s, times[i], &turn);
	}
	schedule_release(s);
	calendar_release(c);
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

enum { LAYERS = 3, OVERRIDES = 4, DAYS = 16, MINUTES = DAYS * 1440 };

/* A random schedule as plain facts. Wall times are local, in minutes since the local 1970. */
struct plain_layer {
	int64_t people[4];
	int count;
	char unit; /* h, d, w, m */
	int every;
	long start_day, start_minute; /* local */
	long from_day, to_day;        /* LONG_MIN, LONG_MAX: none */
	bool restricted;
	bool week[7][1440];
	int calendar; /* 0: none, 1: while open, 2: while closed */
};
struct world {
	const char *zone;
	long first_day;
	struct plain_layer layers[LAYERS];
	int layer_count;
	struct schedule_override overrides[OVERRIDES];
	size_t override_count;
	char document[8192];
};

static void put_day(struct buffer *b, const char *name, long day)
{
	int year, month, of_month;

	civil_from_days(day, &year, &month, &of_month);
	buffer_printf(b, ", \"%s\": \"%04d-%02d-%02d\"", name, year, month, of_month);
}

static void random_hours(struct plain_layer *l, struct buffer *b)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

	l->restricted = true;
	buffer_printf(b, ", \"hours\": {");
	for (int d = 0; d < 7; d++) {
		int minute = (int)draw(4) * 45;

		buffer_printf(b, "%s\"%s\": [", d ? ", " : "", names[d]);
		for (int n = 0; minute < 1440 && draw(3); n++) {
			int end = draw(3) ? minute + 1 + (int)draw(900) : 1440;

			if (end > 1440)
				end = 1440;
			buffer_printf(b, "%s[\"%02d:%02d\", \"%02d:%02d\"]", n ? ", " : "", minute / 60, minute % 60,
				      end / 60, end % 60);
			for (int m = minute; m < end; m++)
				l->week[d][m] = true;
			minute = end;
		}
		buffer_printf(b, "]");
	}
	buffer_printf(b, "}");
}

static void random_layer(struct plain_layer *l, long first_day, struct buffer *b)
{
	static const char units[] = "hdwm", *const names[] = { "hour", "day", "week", "month" };
	unsigned unit = draw(4);

	memset(l, 0, sizeof(*l));
	l->unit = units[unit];
	l->every = 1 + (int)draw(l->unit == 'h' ? 30 : 3);
	/* Often in the hours that clock changes touch. */
	l->start_minute = draw(2) ? (long)draw(240) : (long)draw(1440);
	l->start_day = first_day + 3 - (long)draw(400);
	l->from_day = draw(3) ? -1000000 : first_day + (long)draw(DAYS);
	l->to_day = draw(3) ? 1000000 : first_day + DAYS - (long)draw(5);
	if (l->to_day < l->from_day)
		l->to_day = l->from_day;
	buffer_printf(b, "{\"name\": \"x\", \"people\": [");
	l->count = 1 + (int)draw(4);
	for (int i = 0; i < l->count; i++) {
		l->people[i] = draw(6);
		buffer_printf(b, "%s%" PRId64, i ? ", " : "", l->people[i]);
	}
	buffer_printf(b, "], \"rotation\": {\"unit\": \"%s\", \"every\": %d, \"handover\": \"%02ld:%02ld\"",
		      names[unit], l->every, l->start_minute / 60, l->start_minute % 60);
	put_day(b, "start", l->start_day);
	buffer_printf(b, "}");
	if (l->from_day > 0)
		put_day(b, "from", l->from_day);
	if (l->to_day < 1000000)
		put_day(b, "to", l->to_day);
	if (draw(2))
		random_hours(l, b);
	l->calendar = (int)draw(3);
	if (l->calendar)
		buffer_printf(b, ", \"calendar\": 1, \"calendar_open\": %s", l->calendar == 1 ? "true" : "false");
	buffer_printf(b, "}");
}

static void random_world(struct world *w, const char *zone, long first_day)
{
	struct buffer b = { 0 };

	memset(w, 0, sizeof(*w));
	w->zone = zone;
	w->first_day = first_day;
	buffer_printf(&b, "{\"layers\": [");
	w->layer_count = 1 + (int)draw(LAYERS);
	for (int i = 0; i < w->layer_count; i++) {
		buffer_printf(&b, "%s", i ? ", " : "");
		random_layer(&w->layers[i], first_day, &b);
	}
	buffer_printf(&b, "]}");
	ck_assert_uint_lt(b.len, sizeof(w->document));
	memcpy(w->document, b.data, b.len);
	buffer_release(&b);
	w->override_count = draw(OVERRIDES + 1);
	for (size_t i = 0; i < w->override_count; i++) {
		time_us from = first_day * US_PER_DAY + (time_us)draw(MINUTES) * MINUTE;

		w->overrides[i] = (struct schedule_override){ (int64_t)i + 1, 90 + (int64_t)i, from,
							      from + (1 + (time_us)draw(2000)) * MINUTE };
	}
}

/* How many days a date lies behind another when so many months are added to its month: by trying. */
static long month_boundary(long start_day, long months)
{
	int year, month, day, y, m, d;
	long at = start_day;

	civil_from_days(start_day, &year, &month, &day);
	for (long i = 0; i < months; i++) {
		/* The first of the next month. */
		do
			civil_from_days(++at, &y, &m, &d);
		while (d != 1);
	}
	if (months == 0)
		return start_day;
	/* As far into it as the day says, or the month goes. */
	civil_from_days(at, &y, &m, &d);
	while (d < day) {
		int next_year, next_month, next_day;

		civil_from_days(at + 1, &next_year, &next_month, &next_day);
		if (next_month != m)
			break;
		at++;
		d = next_day;
	}
	return at;
}

/* The turn that began last at or before this wall time, counting hand-overs one by one. */
static long plain_turn(const struct plain_layer *l, long wall, time_us t, time_us start)
{
	long n = 0;

	if (l->unit == 'h') {
		while (start + (n + 1) * l->every * HOUR <= t)
			n++;
		return n;
	}
	for (;; n++) {
		long day = l->unit == 'd'   ? l->start_day + (n + 1) * l->every
			   : l->unit == 'w' ? l->start_day + 7 * (n + 1) * l->every
					    : month_boundary(l->start_day, (n + 1) * l->every);

		if (day * 1440 + l->start_minute > wall)
			return n;
	}
}

/* The office of make_office(). */
static bool plain_office(long wall)
{
	long day = wall / 1440, minute = wall % 1440;
	int year, month, of_month;

	civil_from_days(day, &year, &month, &of_month);
	if ((month == 12 && of_month >= 29 && of_month <= 31) || (month == 1 && of_month == 1))
		return false;
	return (day + 3) % 7 < 5 && minute >= 540 && minute < 1050;
}

static int64_t plain_layer_person(const struct plain_layer *l, long wall, time_us t, time_us start)
{
	long day = wall / 1440;

	if (wall < l->start_day * 1440 + l->start_minute || day < l->from_day || day > l->to_day)
		return 0;
	if (l->restricted && !l->week[(day + 3) % 7][wall % 1440])
		return 0;
	if (l->calendar && plain_office(wall) != (l->calendar == 1))
		return 0;
	return l->people[plain_turn(l, wall, t, start) % l->count];
}

static int64_t plain_person(const struct world *w, long wall, time_us t, const time_us *starts)
{
	int64_t person = 0;

	for (int i = 0; i < w->layer_count; i++) {
		int64_t p = plain_layer_person(&w->layers[i], wall, t, starts[i]);

		person = p ? p : person;
	}
	for (size_t i = 0; i < w->override_count; i++)
		if (w->overrides[i].from <= t && t < w->overrides[i].to)
			person = w->overrides[i].user_id;
	return person;
}

/* Minutes of the local time that the C library's clock shows. */
static long wall_at(time_us t)
{
	time_t seconds = (time_t)(t / US_PER_SECOND);
	struct tm tm;

	localtime_r(&seconds, &tm);
	return (long)((seconds + tm.tm_gmtoff) / 60);
}

/* The first instant at which that clock showed this time or a later one. */
static time_us first_at(long wall)
{
	time_us t = (wall - 27 * 60) * MINUTE;

	while (wall_at(t) < wall)
		t += MINUTE;
	return t;
}

static int64_t answers[MINUTES];

/* A time that the clock has shown counts as passed, also when the clock goes back: hand-overs happen once. */
static void compute_reference(const struct world *w)
{
	time_us start = (time_us)w->first_day * US_PER_DAY, starts[LAYERS] = { 0 };
	long shown = 0;

	for (int i = 0; i < w->layer_count; i++)
		starts[i] = first_at(w->layers[i].start_day * 1440 + w->layers[i].start_minute);
	/* A day before already: it may have shown more than it shows now. */
	for (int m = -1440; m < MINUTES; m++) {
		time_us t = start + m * MINUTE;

		if (wall_at(t) > shown)
			shown = wall_at(t);
		if (m >= 0)
			answers[m] = plain_person(w, shown, t, starts);
	}
}

static void hold_against_reference(const struct world *w, const struct schedule *s)
{
	time_us start = (time_us)w->first_day * US_PER_DAY;
	int cursor = 0;

	for (int m = 0; m < MINUTES; m++) {
		time_us t = start + m * MINUTE;

		if (m == 0 || answers[m] != answers[m - 1] || draw(20) == 0) {
			ck_assert_msg(who(s, t) == answers[m], "%s in %s, minute %d (%ld): %" PRId64 ", not %" PRId64,
				      w->document, w->zone, m, (long)(t / US_PER_SECOND), who(s, t), answers[m]);
			if (m)
				ck_assert_int_eq(who(s, t - 1), answers[m - 1]);
		}
		if (m && answers[m] != answers[m - 1]) {
			/* No step from within the stretch that ends here leads beyond its end. */
			for (time_us at = start + (cursor + (int)draw((unsigned)(m - cursor))) * MINUTE; at < t;) {
				time_us next = schedule_next_change(s, at);

				ck_assert_int_ne(next, TIME_NONE);
				ck_assert_int_gt(next, at);
				ck_assert_msg(next <= t, "%s in %s skips minute %d", w->document, w->zone, m);
				at = next;
			}
			cursor = m;
		}
	}
}

static void hold_spans(const struct world *w, const struct schedule *s)
{
	static struct oncall_span spans[SCHEDULE_SPANS_MAX];
	time_us from = (time_us)w->first_day * US_PER_DAY + (time_us)draw(2000) * MINUTE;
	time_us to = from + (1 + (time_us)draw(12 * 1440)) * MINUTE, cursor = from, gap_time = 0;
	size_t n, gaps = 0;
	bool more;

	n = schedule_spans(s, from, to, spans, SCHEDULE_SPANS_MAX, &more);
	ck_assert(!more);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(spans[i].from, cursor);
		ck_assert_int_gt(spans[i].to, spans[i].from);
		for (int k = 0; k < 5; k++) {
			time_us at =
			    spans[i].from + (time_us)draw((unsigned)((spans[i].to - spans[i].from) / MINUTE)) * MINUTE;
			struct oncall o = schedule_at(s, at);

			ck_assert_int_eq(o.user_id, spans[i].who.user_id);
			ck_assert_int_eq(o.layer, spans[i].who.layer);
			ck_assert_int_eq(o.override_id, spans[i].who.override_id);
		}
		if (spans[i].who.user_id == 0) {
			gaps++;
			gap_time += spans[i].to - spans[i].from;
		}
		cursor = spans[i].to;
	}
	ck_assert_int_eq(cursor, to);
	ck_assert_uint_eq(schedule_gaps(s, from, to, spans, SCHEDULE_SPANS_MAX, &more), gaps);
	for (size_t i = 0; i < gaps; i++)
		gap_time -= spans[i].to - spans[i].from;
	ck_assert_int_eq(gap_time, 0);
}

START_TEST(a_reference_agrees)
{
	static const struct {
		const char *zone;
		int year, month, day;
	} cases[] = {
		{ "Asia/Tokyo", 2026, 12, 20 },         { "Europe/Berlin", 2026, 3, 22 },
		{ "Europe/Berlin", 2026, 10, 18 },      { "Australia/Lord_Howe", 2026, 9, 28 },
		{ "Australia/Lord_Howe", 2026, 3, 29 }, { "America/New_York", 2028, 2, 25 },
		{ "America/Nuuk", 2026, 3, 22 },        { "Pacific/Apia", 2011, 12, 22 },
		{ "America/St_Johns", 2010, 10, 31 },
	};
	static struct world w;
	const char *wanted = getenv("HINOMI_SCHEDULE_ROUNDS");
	long rounds = wanted ? strtol(wanted, NULL, 10) : 90;

	for (long round = 0; round < rounds; round++) {
		size_t i = (size_t)round % ARRAY_LEN(cases);
		struct zone *zone = load(cases[i].zone);
		struct calendar *c = make_office(zone);
		struct schedule *s;

		office = c;
		setenv("TZ", cases[i].zone, 1);
		tzset();
		random_world(&w, cases[i].zone, (long)days_from_civil(cases[i].year, cases[i].month, cases[i].day));
		s = parse(w.document, zone, w.overrides, w.override_count);
		compute_reference(&w);
		hold_against_reference(&w, s);
		hold_spans(&w, s);
		schedule_release(s);
		calendar_release(c);
		zone_release(zone);
	}
}
END_TEST

SUITE_MAIN("schedule", by_the_week, by_hours_days_and_months, layers_lie_over_each_other, restrictions_across_midnight,
	   overrides_and_people_who_left, clock_changes_in_another_zone, documents_that_are_refused,
	   any_time_can_be_asked_for, a_reference_agrees)
