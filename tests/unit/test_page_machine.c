/* Every arrow of a page's life, with times worked out by hand from the policies below. Minutes count from START. */
#include "tests/unit/suite.h"

#include "server/model/page_machine.h"

#include <stdio.h>

/* 2027-03-01T01:00:00Z: a Monday, 10:00 in Tokyo. */
#define START (INT64_C(1803862800) * US_PER_SECOND)

static time_us at(int64_t minutes)
{
	return START + minutes * 60 * US_PER_SECOND;
}

static int64_t minutes(time_us t)
{
	return t == TIME_NONE ? -1 : (t - START) / (60 * US_PER_SECOND);
}

/* Steps at 0, +5, +10; two loops, ten minutes between them. */
static const char three_steps[] = "{\"steps\": ["
				  "{\"after\": \"0s\", \"targets\": [{\"schedule\": 1}]},"
				  "{\"after\": \"5m\", \"targets\": [{\"schedule\": 1}]},"
				  "{\"after\": \"10m\", \"targets\": [{\"role\": \"lead\"}]}],"
				  "\"loops\": 2, \"repeat_after\": \"10m\","
				  "\"ack_expires\": \"30m\", \"link_ack_expires\": \"15m\"}";

static struct escalation_policy policy;
static struct page_machine page;
static struct page_orders orders;

static void begin(const char *document, int severity)
{
	struct err why = { 0 };

	ck_assert_msg(escalation_policy_parse(slice_of_string(document), &policy, &why) == 0, "%s", why.text);
	page_machine_begin(&page, &policy, NULL, severity, START);
}

static bool tick(int64_t minute)
{
	return page_machine_tick(&page, &policy, NULL, at(minute), &orders);
}

/* The one order of the last call. */
static void expect_order(enum page_order_kind kind, int step, int loop, int round)
{
	ck_assert_int_eq(orders.count, 1);
	ck_assert_str_eq(page_order_name(orders.items[0].kind), page_order_name(kind));
	ck_assert_int_eq(orders.items[0].step, step);
	ck_assert_int_eq(orders.items[0].loop, loop);
	ck_assert_int_eq(orders.items[0].round, round);
}

/* At that minute exactly this step is taken, not a minute before, and nothing else. */
static void expect_step(int64_t minute, int step, int loop, int round)
{
	if (minute > 0)
		ck_assert(!tick(minute - 1));
	ck_assert_int_eq(minutes(page.next_at), minute);
	ck_assert(tick(minute));
	expect_order(ORDER_STEP, step, loop, round);
	ck_assert(!tick(minute));
}

static void acknowledge(int64_t user_id, enum page_via via, int64_t minute)
{
	ck_assert(page_machine_acknowledge(&page, &policy, user_id, via, at(minute), &orders));
}

/* ---------------------------------------------------------------------------------------------- steps */

START_TEST(steps_loops_and_then_the_leads_every_hour)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	expect_step(5, 1, 0, 0);
	expect_step(15, 2, 0, 0);
	expect_step(25, 0, 1, 0);
	expect_step(30, 1, 1, 0);
	expect_step(40, 2, 1, 0);
	ck_assert(page.exhausted);
	for (int hour = 0; hour < 30; hour++) {
		ck_assert(!tick(50 + hour * 60 - 1));
		ck_assert(tick(50 + hour * 60));
		expect_order(ORDER_LEADS, hour, 2, 0);
		ck_assert(!tick(50 + hour * 60));
		ck_assert_int_eq(page.state, PAGE_TRIGGERED);
	}
}
END_TEST

START_TEST(a_first_step_may_wait)
{
	begin("{\"steps\": [{\"after\": \"10m\", \"targets\": [{\"person\": 3}]},"
	      "{\"after\": \"0s\", \"targets\": [{\"person\": 4}]}]}",
	      3);
	ck_assert(!tick(9));
	ck_assert(tick(10));
	expect_order(ORDER_STEP, 0, 0, 0);
	/* The second has no delay: it falls due at the same moment. */
	ck_assert(tick(10));
	expect_order(ORDER_STEP, 1, 0, 0);
	ck_assert(!tick(10));
	/* One loop; repeat_after is absent: ten minutes, like the first step. */
	ck_assert_int_eq(minutes(page.next_at), 20);
	ck_assert(tick(20));
	expect_order(ORDER_LEADS, 0, 1, 0);
}
END_TEST

/* The engine was away from minute 1 to minute 181: the step due at 5 is taken at 181, once; the next counts from then.
 */
START_TEST(after_an_outage_each_step_is_taken_once_and_none_is_left_out)
{
	begin(three_steps, 1);
	expect_step(0, 0, 0, 0);
	ck_assert(tick(181));
	expect_order(ORDER_STEP, 1, 0, 0);
	ck_assert(!tick(181));
	expect_step(191, 2, 0, 0);
	expect_step(201, 0, 1, 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- answers */

START_TEST(a_full_answer_stops_the_steps_until_it_expires)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	acknowledge(7, VIA_SCREEN, 3);
	expect_order(ORDER_ANSWERED, 1, 0, 0);
	ck_assert_int_eq(orders.items[0].user_id, 7);
	ck_assert_int_eq(page.state, PAGE_ACKNOWLEDGED);
	ck_assert_int_eq(page.ack_by, 7);
	ck_assert_int_eq(minutes(page.ack_at), 3);
	ck_assert_int_eq(minutes(page.ack_until), 33);
	ck_assert(!tick(5));
	ck_assert(!tick(32));
	ck_assert(tick(33));
	expect_order(ORDER_EXPIRED, 0, 0, 1);
	ck_assert_int_eq(orders.items[0].user_id, 7);
	ck_assert_int_eq(page.state, PAGE_TRIGGERED);
	ck_assert_int_eq(page.ack_by, 0);
	/* It begins anew at once, and from its first step. */
	ck_assert(tick(33));
	expect_order(ORDER_STEP, 0, 0, 1);
	expect_step(38, 1, 0, 1);
}
END_TEST

START_TEST(an_answer_by_link_is_short_until_the_person_signs_in)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	acknowledge(7, VIA_LINK, 2);
	ck_assert_int_eq(minutes(page.ack_until), 17);
	ck_assert(!page_machine_confirm(&page, &policy, 8, at(10)));
	ck_assert(page_machine_confirm(&page, &policy, 7, at(10)));
	ck_assert_int_eq(page.ack_via, VIA_SCREEN);
	ck_assert_int_eq(minutes(page.ack_until), 40);
	ck_assert(!page_machine_confirm(&page, &policy, 7, at(11)));
	ck_assert(!tick(17));
	ck_assert(tick(40));
	expect_order(ORDER_EXPIRED, 0, 0, 1);
}
END_TEST

START_TEST(an_unconfirmed_answer_by_link_expires_after_its_short_time)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	acknowledge(7, VIA_LINK, 2);
	ck_assert(!tick(16));
	ck_assert(tick(17));
	expect_order(ORDER_EXPIRED, 0, 0, 1);
}
END_TEST

START_TEST(expiries_of_nought)
{
	/* Never, signed in; by a link: its own short time. */
	begin("{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": 3}]}], \"ack_expires\": \"0s\"}", 2);
	acknowledge(7, VIA_SCREEN, 1);
	ck_assert_int_eq(page.ack_until, TIME_NONE);
	ck_assert_int_eq(page.next_at, TIME_NONE);
	ck_assert(!tick(1000000));
	begin("{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": 3}]}], \"ack_expires\": \"0s\"}", 2);
	acknowledge(7, VIA_LINK, 1);
	ck_assert_int_eq(minutes(page.ack_until), 16);
	ck_assert(page_machine_confirm(&page, &policy, 7, at(2)));
	ck_assert_int_eq(page.ack_until, TIME_NONE);
	ck_assert_int_eq(page.next_at, TIME_NONE);
	/* A link without a short time of its own; and a short time that is longer than the full one. */
	begin("{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": 3}]}], \"link_ack_expires\": \"0s\"}", 2);
	acknowledge(7, VIA_LINK, 1);
	ck_assert_int_eq(minutes(page.ack_until), 61);
	begin("{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": 3}]}], \"ack_expires\": \"5m\"}", 2);
	acknowledge(7, VIA_LINK, 1);
	ck_assert_int_eq(minutes(page.ack_until), 6);
}
END_TEST

START_TEST(answering_again_prolongs_and_never_shortens)
{
	begin(three_steps, 2);
	acknowledge(7, VIA_LINK, 0);
	acknowledge(7, VIA_LINK, 10);
	ck_assert_int_eq(orders.count, 0);
	ck_assert_int_eq(minutes(page.ack_until), 25);
	acknowledge(7, VIA_SCREEN, 12);
	ck_assert_int_eq(minutes(page.ack_until), 42);
	acknowledge(7, VIA_LINK, 13);
	ck_assert_int_eq(page.ack_via, VIA_SCREEN);
	ck_assert_int_eq(minutes(page.ack_until), 42);
	ck_assert_int_eq(minutes(page.next_at), 42);
	acknowledge(7, VIA_SCREEN, 30);
	ck_assert_int_eq(minutes(page.ack_until), 60);
	ck_assert_int_eq(minutes(page.ack_at), 0);
	ck_assert(!page_machine_acknowledge(&page, &policy, 8, VIA_SCREEN, at(31), &orders));
	ck_assert_int_eq(page.ack_by, 7);
}
END_TEST

START_TEST(what_another_system_acknowledged_anybody_may_take)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	acknowledge(0, VIA_PAGERDUTY, 1);
	expect_order(ORDER_ANSWERED, 1, 0, 0);
	ck_assert_int_eq(minutes(page.ack_until), 31);
	acknowledge(8, VIA_SCREEN, 2);
	expect_order(ORDER_ANSWERED, 1, 0, 1);
	ck_assert_int_eq(page.ack_by, 8);
}
END_TEST

START_TEST(handed_over_for_a_short_time_until_confirmed)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	ck_assert(!page_machine_hand_over(&page, &policy, 8, at(1), &orders));
	acknowledge(7, VIA_SCREEN, 1);
	ck_assert(!page_machine_hand_over(&page, &policy, 7, at(2), &orders));
	ck_assert(page_machine_hand_over(&page, &policy, 8, at(2), &orders));
	expect_order(ORDER_ANSWERED, 1, 0, 1);
	ck_assert_int_eq(orders.items[0].user_id, 8);
	ck_assert_int_eq(page.ack_by, 8);
	ck_assert_int_eq(minutes(page.ack_until), 17);
	ck_assert(page_machine_confirm(&page, &policy, 8, at(3)));
	ck_assert_int_eq(minutes(page.ack_until), 33);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- onwards */

/* Step 1 asks the same schedule as step 0: nobody who said no is asked again; step 2 is next. */
START_TEST(a_decline_asks_somebody_else_now)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	ck_assert(page_machine_decline(&page, &policy, NULL, at(2), &orders));
	expect_order(ORDER_STEP, 2, 0, 0);
	/* The lead says no as well: the next loop's first step. Its schedule: the lead of the second loop. And on. */
	ck_assert(page_machine_decline(&page, &policy, NULL, at(3), &orders));
	expect_order(ORDER_STEP, 0, 1, 0);
	expect_step(8, 1, 1, 0);
	ck_assert(page_machine_decline(&page, &policy, NULL, at(9), &orders));
	expect_order(ORDER_STEP, 2, 1, 0);
	ck_assert(page_machine_decline(&page, &policy, NULL, at(10), &orders));
	expect_order(ORDER_LEADS, 0, 2, 0);
	ck_assert_int_eq(minutes(page.next_at), 70);
	ck_assert(page_machine_decline(&page, &policy, NULL, at(11), &orders));
	expect_order(ORDER_LEADS, 1, 2, 0);
}
END_TEST

START_TEST(a_decline_where_all_steps_ask_the_same_tells_the_leads)
{
	begin("{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": 3}, {\"role\": \"desk\"}]},"
	      "{\"after\": \"5m\", \"targets\": [{\"role\": \"desk\"}, {\"person\": 3}]}], \"loops\": 10}",
	      2);
	expect_step(0, 0, 0, 0);
	ck_assert(page_machine_decline(&page, &policy, NULL, at(1), &orders));
	expect_order(ORDER_LEADS, 0, 10, 0);
	ck_assert_int_eq(minutes(page.next_at), 61);
}
END_TEST

START_TEST(a_decline_before_anything_was_asked_takes_the_first_step)
{
	begin("{\"steps\": [{\"after\": \"10m\", \"targets\": [{\"person\": 3}]}]}", 2);
	ck_assert(page_machine_decline(&page, &policy, NULL, at(1), &orders));
	expect_order(ORDER_STEP, 0, 0, 0);
	acknowledge(3, VIA_LINK, 2);
	ck_assert(!page_machine_decline(&page, &policy, NULL, at(3), &orders));
	ck_assert_int_eq(page.state, PAGE_ACKNOWLEDGED);
}
END_TEST

START_TEST(escalated_by_hand_also_out_of_acknowledged)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	ck_assert(page_machine_escalate(&page, &policy, NULL, at(1), &orders));
	expect_order(ORDER_STEP, 1, 0, 0);
	ck_assert_int_eq(minutes(page.next_at), 11);
	acknowledge(7, VIA_SCREEN, 2);
	ck_assert(page_machine_escalate(&page, &policy, NULL, at(4), &orders));
	expect_order(ORDER_STEP, 2, 0, 0);
	ck_assert_int_eq(page.state, PAGE_TRIGGERED);
	ck_assert_int_eq(page.ack_by, 0);
	ck_assert_int_eq(page.ack_until, TIME_NONE);
	expect_step(14, 0, 1, 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- subjects */

START_TEST(graver_tells_all_who_were_asked_and_begins_anew)
{
	begin(three_steps, 3);
	expect_step(0, 0, 0, 0);
	expect_step(5, 1, 0, 0);
	ck_assert(page_machine_add(&page, &policy, NULL, 1, 1, at(6), &orders));
	expect_order(ORDER_GRAVER, 2, 0, 1);
	ck_assert_int_eq(orders.items[0].user_id, 0);
	ck_assert_int_eq(page.severity, 1);
	ck_assert_int_eq(page.noticed_severity, 1);
	ck_assert_int_eq(page.noticed_count, 2);
	/* Step 0 asks who has been told just now: step 1 is next, five minutes on. */
	expect_step(11, 1, 0, 1);
	expect_step(21, 2, 0, 1);
}
END_TEST

START_TEST(graver_out_of_acknowledged_needs_a_new_answer)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	acknowledge(7, VIA_SCREEN, 1);
	ck_assert(page_machine_add(&page, &policy, NULL, 1, 1, at(10), &orders));
	expect_order(ORDER_GRAVER, 1, 0, 1);
	ck_assert_int_eq(orders.items[0].user_id, 7);
	ck_assert_int_eq(page.state, PAGE_TRIGGERED);
	expect_step(15, 1, 0, 1);
	acknowledge(7, VIA_SCREEN, 16);
	ck_assert_int_eq(page.state, PAGE_ACKNOWLEDGED);
}
END_TEST

START_TEST(graver_when_exhausted_and_before_the_first_step)
{
	begin(three_steps, 2);
	for (int i = 0; i < 7; i++)
		ck_assert(page_machine_escalate(&page, &policy, NULL, at(i), &orders));
	expect_order(ORDER_LEADS, 0, 2, 0);
	ck_assert(page_machine_add(&page, &policy, NULL, 1, 1, at(7), &orders));
	expect_order(ORDER_GRAVER, 3, 0, 1);
	ck_assert(!page.exhausted);
	begin("{\"steps\": [{\"after\": \"10m\", \"targets\": [{\"person\": 3}]}]}", 3);
	ck_assert(page_machine_add(&page, &policy, NULL, 2, 4, at(1), &orders));
	expect_order(ORDER_STEP, 0, 0, 1);
	ck_assert_int_eq(page.noticed_count, 5);
}
END_TEST

/* Three steps were taken; the graver policy has two, at 0 and +2 minutes. */
START_TEST(graver_may_bring_another_policy)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	expect_step(5, 1, 0, 0);
	ck_assert(page_machine_escalate(&page, &policy, NULL, at(6), &orders));
	ck_assert(escalation_policy_parse(SLICE_LITERAL("{\"steps\": ["
							"{\"after\": \"0s\", \"targets\": [{\"schedule\": 1}]},"
							"{\"after\": \"2m\", \"targets\": [{\"schedule\": 2}]}]}"),
					  &policy, NULL) == 0);
	ck_assert(page_machine_add(&page, &policy, NULL, 1, 0, at(7), &orders));
	expect_order(ORDER_GRAVER, 2, 0, 1);
	ck_assert_int_eq(page.subjects, 1);
	expect_step(9, 1, 0, 1);
	ck_assert(tick(14));
	expect_order(ORDER_LEADS, 0, 1, 1);
}
END_TEST

START_TEST(more_of_the_same_is_told_every_four_hours_at_most)
{
	begin("{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": 3}]}], \"ack_expires\": \"7d\"}", 2);
	expect_step(0, 0, 0, 0);
	acknowledge(7, VIA_SCREEN, 1);
	ck_assert(page_machine_add(&page, &policy, NULL, 2, 1, at(30), &orders));
	ck_assert_int_eq(orders.count, 0);
	ck_assert_int_eq(page.subjects, 2);
	ck_assert(page_machine_add(&page, &policy, NULL, 4, 3, at(60), &orders));
	ck_assert_int_eq(orders.count, 0);
	/* The last notice was at minute 0: told at 240, both together. */
	ck_assert(!tick(239));
	ck_assert(tick(240));
	expect_order(ORDER_MORE, 1, 1, 1);
	ck_assert_int_eq(orders.items[0].user_id, 7);
	ck_assert_int_eq(page.noticed_count, 5);
	ck_assert_int_eq(page.state, PAGE_ACKNOWLEDGED);
	ck_assert_int_eq(minutes(page.next_at), 1 + 7 * 1440);
	/* Long after the last notice: by the next tick. */
	ck_assert(page_machine_add(&page, &policy, NULL, 2, 1, at(600), &orders));
	ck_assert(tick(600));
	expect_order(ORDER_MORE, 1, 1, 2);
	ck_assert(!tick(600));
}
END_TEST

START_TEST(more_of_severity_1_is_told_every_quarter_of_an_hour)
{
	begin(three_steps, 1);
	expect_step(0, 0, 0, 0);
	acknowledge(7, VIA_SCREEN, 1);
	ck_assert(page_machine_add(&page, &policy, NULL, 1, 1, at(2), &orders));
	ck_assert(!tick(14));
	ck_assert(tick(15));
	expect_order(ORDER_MORE, 1, 0, 1);
	ck_assert_int_eq(minutes(page.ack_until), 31);
	ck_assert_int_eq(minutes(page.next_at), 31);
}
END_TEST

START_TEST(more_while_nobody_answered)
{
	begin("{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"person\": 3}]},"
	      "{\"after\": \"6h\", \"targets\": [{\"person\": 4}]}]}",
	      3);
	expect_step(0, 0, 0, 0);
	ck_assert(page_machine_add(&page, &policy, NULL, 3, 1, at(239), &orders));
	ck_assert_int_eq(orders.count, 0);
	ck_assert(page_machine_add(&page, &policy, NULL, 3, 1, at(240), &orders));
	expect_order(ORDER_MORE, 1, 0, 1);
	ck_assert_int_eq(orders.items[0].user_id, 0);
	expect_step(360, 1, 0, 1);
	ck_assert_int_eq(page.noticed_count, 3);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- the end */

START_TEST(closed_is_told_once_and_joined_is_silent)
{
	begin(three_steps, 2);
	expect_step(0, 0, 0, 0);
	ck_assert(page_machine_close(&page, at(3), &orders));
	expect_order(ORDER_CLOSED, 1, 0, 0);
	ck_assert_int_eq(page.next_at, TIME_NONE);
	ck_assert(!page_machine_close(&page, at(4), &orders));
	ck_assert(!tick(1000));
	ck_assert(!page_machine_acknowledge(&page, &policy, 7, VIA_SCREEN, at(4), &orders));
	ck_assert(!page_machine_escalate(&page, &policy, NULL, at(4), &orders));
	ck_assert(!page_machine_add(&page, &policy, NULL, 1, 1, at(4), &orders));
	ck_assert(!page_machine_join(&page));
	begin(three_steps, 2);
	acknowledge(7, VIA_SCREEN, 1);
	ck_assert(!page_machine_join(&page));
	ck_assert(page_machine_close(&page, at(3), &orders));
	begin(three_steps, 2);
	ck_assert(page_machine_join(&page));
	ck_assert_int_eq(page.state, PAGE_JOINED);
	ck_assert(!tick(1000));
	ck_assert(!page_machine_close(&page, at(1001), &orders));
}
END_TEST

/* ---------------------------------------------------------------------------------------------- hours */

/* Monday to Friday 09:00-17:30 in Tokyo. */
static const char office[] = "{\"hours\": {\"mon\": [[\"09:00\", \"17:30\"]], \"tue\": [[\"09:00\", \"17:30\"]],"
			     "\"wed\": [[\"09:00\", \"17:30\"]], \"thu\": [[\"09:00\", \"17:30\"]],"
			     "\"fri\": [[\"09:00\", \"17:30\"]]}}";
static const char in_hours[] = "{\"steps\": [{\"after\": \"0s\", \"targets\": [{\"schedule\": 1}]},"
			       "{\"after\": \"4h\", \"targets\": [{\"role\": \"lead\"}]}],"
			       "\"ack_expires\": \"24h\", \"hours\": 1}";
static struct zone *tokyo;
static struct calendar *hours;

static void open_office(void)
{
	static const struct holidays none;
	struct err why = { 0 };

	ck_assert_msg(zone_load(&tokyo, "Asia/Tokyo", &why) == 0, "%s", why.text);
	ck_assert_msg(calendar_parse(&hours, slice_of_string(office), tokyo, &none, &why) == 0, "%s", why.text);
	ck_assert_msg(escalation_policy_parse(slice_of_string(in_hours), &policy, &why) == 0, "%s", why.text);
}

static void close_office(void)
{
	calendar_release(hours);
	zone_release(tokyo);
}

static bool tick_office(int64_t minute)
{
	return page_machine_tick(&page, &policy, hours, at(minute), &orders);
}

/* Monday 16:00 is minute 360. Four open hours on: 17:30 after one and a half, Tuesday 09:00 + 2:30 = 11:30, minute
 * 1440 + 90. */
START_TEST(delays_count_open_time)
{
	open_office();
	page_machine_begin(&page, &policy, hours, 3, at(360));
	ck_assert(tick_office(360));
	expect_order(ORDER_STEP, 0, 0, 0);
	ck_assert(!tick_office(1440 + 89));
	ck_assert(tick_office(1440 + 90));
	expect_order(ORDER_STEP, 1, 0, 0);
	close_office();
}
END_TEST

/* Friday 18:00 is minute 4 * 1440 + 480; Monday 09:00 is minute 7 * 1440 - 60. */
START_TEST(steps_wait_for_the_hours_but_not_those_of_severity_1)
{
	const int64_t evening = 4 * 1440 + 480, monday = 7 * 1440 - 60;

	open_office();
	page_machine_begin(&page, &policy, hours, 3, at(evening));
	ck_assert_int_eq(minutes(page.next_at), monday);
	ck_assert(!tick_office(monday - 1));
	ck_assert(tick_office(monday));
	expect_order(ORDER_STEP, 0, 0, 0);

	page_machine_begin(&page, &policy, hours, 1, at(evening));
	ck_assert(tick_office(evening));
	expect_order(ORDER_STEP, 0, 0, 0);
	ck_assert_int_eq(minutes(page.next_at), evening + 240);

	/* Waiting, it becomes one of severity 1: at once. */
	page_machine_begin(&page, &policy, hours, 3, at(evening));
	ck_assert(page_machine_add(&page, &policy, hours, 1, 1, at(evening + 5), &orders));
	expect_order(ORDER_STEP, 0, 0, 1);
	ck_assert_int_eq(minutes(page.next_at), evening + 245);
	close_office();
}
END_TEST

START_TEST(a_late_tick_in_the_night_waits_as_well_and_hands_do_not)
{
	const int64_t evening = 480, tuesday = 1440 - 60;

	open_office();
	page_machine_begin(&page, &policy, hours, 3, at(0));
	ck_assert(tick_office(evening));
	ck_assert_int_eq(orders.count, 0);
	ck_assert_int_eq(minutes(page.next_at), tuesday);
	ck_assert(!tick_office(evening));
	ck_assert(page_machine_escalate(&page, &policy, hours, at(evening), &orders));
	expect_order(ORDER_STEP, 0, 0, 0);
	ck_assert_int_eq(minutes(page.next_at), tuesday + 240);
	close_office();
}
END_TEST

/* Acknowledged on Monday 10:05 for 24 h... until Tuesday 10:05; on Friday until Saturday, which waits for Monday. */
START_TEST(an_answer_expires_within_the_hours)
{
	const int64_t friday = 4 * 1440 + 5, monday = 7 * 1440 - 60;

	open_office();
	page_machine_begin(&page, &policy, hours, 3, at(friday - 5));
	ck_assert(tick_office(friday - 5));
	ck_assert(page_machine_acknowledge(&page, &policy, 7, VIA_SCREEN, at(friday), &orders));
	ck_assert_int_eq(minutes(page.next_at), friday + 1440);
	ck_assert(tick_office(friday + 1440));
	ck_assert_int_eq(orders.count, 0);
	ck_assert_int_eq(minutes(page.next_at), monday);
	ck_assert(tick_office(monday));
	expect_order(ORDER_EXPIRED, 0, 0, 1);
	ck_assert(tick_office(monday));
	expect_order(ORDER_STEP, 0, 0, 1);
	close_office();
}
END_TEST

START_TEST(a_calendar_that_never_opens_holds_nothing)
{
	static const struct holidays none;
	struct err why = { 0 };

	open_office();
	calendar_release(hours);
	ck_assert(calendar_parse(&hours, slice_of_string("{\"hours\": {}}"), tokyo, &none, &why) == 0);
	page_machine_begin(&page, &policy, hours, 3, at(0));
	ck_assert(tick_office(0));
	expect_order(ORDER_STEP, 0, 0, 0);
	ck_assert_int_eq(minutes(page.next_at), 240);
	close_office();
}
END_TEST

/* ---------------------------------------------------------------------------------------------- names */

START_TEST(names_are_those_of_the_database)
{
	static const char *const states[] = { "triggered", "acknowledged", "closed", "joined" };
	static const char *const vias[] = { "link", "screen", "incident", "pagerduty", "ctl", "handed" };
	enum page_state state;
	enum page_via via;

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		ck_assert(page_state_parse(slice_of_string(states[i]), &state));
		ck_assert_str_eq(page_state_name(state), states[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(vias); i++) {
		ck_assert(page_via_parse(slice_of_string(vias[i]), &via));
		ck_assert_str_eq(page_via_name(via), vias[i]);
	}
	ck_assert_ptr_null(page_via_name(VIA_NONE));
	ck_assert(!page_via_parse(slice_of_string(""), &via));
	ck_assert(!page_state_parse(slice_of_string("open"), &state));
}
END_TEST

SUITE_MAIN("page_machine", steps_loops_and_then_the_leads_every_hour, a_first_step_may_wait,
	   after_an_outage_each_step_is_taken_once_and_none_is_left_out, a_full_answer_stops_the_steps_until_it_expires,
	   an_answer_by_link_is_short_until_the_person_signs_in,
	   an_unconfirmed_answer_by_link_expires_after_its_short_time, expiries_of_nought,
	   answering_again_prolongs_and_never_shortens, what_another_system_acknowledged_anybody_may_take,
	   handed_over_for_a_short_time_until_confirmed, a_decline_asks_somebody_else_now,
	   a_decline_where_all_steps_ask_the_same_tells_the_leads,
	   a_decline_before_anything_was_asked_takes_the_first_step, escalated_by_hand_also_out_of_acknowledged,
	   graver_tells_all_who_were_asked_and_begins_anew, graver_out_of_acknowledged_needs_a_new_answer,
	   graver_when_exhausted_and_before_the_first_step, graver_may_bring_another_policy,
	   more_of_the_same_is_told_every_four_hours_at_most, more_of_severity_1_is_told_every_quarter_of_an_hour,
	   more_while_nobody_answered, closed_is_told_once_and_joined_is_silent, delays_count_open_time,
	   steps_wait_for_the_hours_but_not_those_of_severity_1,
	   a_late_tick_in_the_night_waits_as_well_and_hands_do_not, an_answer_expires_within_the_hours,
	   a_calendar_that_never_opens_holds_nothing, names_are_those_of_the_database)
