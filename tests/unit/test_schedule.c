/* Who is on call: cases by hand. The reference is test_rota.c. */
#include "tests/unit/rota.h"

#include <inttypes.h>

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

static const char night[] =
    "{\"layers\": [{\"name\": \"night\", \"people\": [1, 2], \"rotation\": {\"unit\": \"day\", \"start\": "
    "\"2026-11-02\", \"handover\": \"12:00\"}, \"hours\": {\"mon\": [[\"22:00\", \"24:00\"]], \"tue\": "
    "[[\"00:00\", \"06:00\"], [\"22:00\", \"24:00\"]], \"wed\": [[\"00:00\", \"06:00\"]]}}]}";

START_TEST(restrictions_across_midnight)
{
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

START_TEST(when_a_gap_began)
{
	static const char later[] =
	    "{\"layers\": [{\"name\": \"a\", \"people\": [1], \"rotation\": {\"unit\": \"week\", "
	    "\"start\": \"2026-11-09\", \"handover\": \"09:00\"}}]}";
	struct zone *tokyo = load("Asia/Tokyo");
	const struct schedule_override once[] = { { 1, 7, jst("2026-10-01T00:00:00"), jst("2026-10-02T00:00:00") } };
	const time_us now = jst("2026-11-03T12:00:00");
	struct schedule *s = parse(night, tokyo, NULL, 0);

	/* Nights are taken: the gap is that of the day, wherever in it one asks and however far back. */
	ck_assert_int_eq(schedule_gap_began(s, now - US_PER_DAY, now), jst("2026-11-03T06:00:00"));
	ck_assert_int_eq(schedule_gap_began(s, now - 400 * US_PER_DAY, now), jst("2026-11-03T06:00:00"));
	ck_assert_int_eq(schedule_gap_began(s, now - US_PER_DAY, jst("2026-11-03T06:00:00")),
			 jst("2026-11-03T06:00:00"));
	ck_assert_int_eq(schedule_gap_began(s, now - US_PER_SECOND, now), TIME_NONE);
	schedule_release(s);

	/* Before a first turn nobody ever was. */
	s = parse(later, tokyo, NULL, 0);
	ck_assert_int_eq(schedule_gap_began(s, now - 400 * US_PER_DAY, now), TIME_NONE);
	schedule_release(s);
	s = parse(later, tokyo, once, ARRAY_LEN(once));
	ck_assert_int_eq(schedule_gap_began(s, now - 400 * US_PER_DAY, now), jst("2026-10-02T00:00:00"));
	ck_assert_int_eq(schedule_gap_began(s, now - 7 * US_PER_DAY, now), TIME_NONE);
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

SUITE_MAIN("schedule", when_a_gap_began, by_the_week, by_hours_days_and_months, layers_lie_over_each_other,
	   restrictions_across_midnight, overrides_and_people_who_left, clock_changes_in_another_zone,
	   documents_that_are_refused, any_time_can_be_asked_for)
