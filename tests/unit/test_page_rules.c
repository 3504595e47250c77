/* Where a subject goes, what is one storm, who is told less often, and what was promised. All figures by hand. */
#include "tests/unit/suite.h"

#include "server/model/notice_throttle.h"
#include "server/model/page_group.h"
#include "server/model/sla.h"

#define MINUTE (60 * US_PER_SECOND)
/* 2027-03-01T01:00:00Z: a Monday, 10:00 in Tokyo. */
#define NOW (INT64_C(1803862800) * US_PER_SECOND)

/* ---------------------------------------------------------------------------------------------- groups and storms */

static struct page_open triggered(int64_t page_id, int minutes_ago, int severity)
{
	return (struct page_open){ .page_id = page_id,
				   .state = PAGE_TRIGGERED,
				   .severity = severity,
				   .created_at = NOW - minutes_ago * MINUTE,
				   .added_at = NOW - minutes_ago * MINUTE };
}

static void expect_place(const struct page_open *open, size_t count, int severity, enum page_place place,
			 int64_t page_id)
{
	struct page_placement p = page_group_place(open, count, severity, false, NOW);

	ck_assert_int_eq(p.place, place);
	ck_assert_int_eq(p.page_id, page_id);
}

START_TEST(a_page_of_its_own_or_that_of_the_group)
{
	struct page_open open[] = { triggered(4, 600, 2), triggered(9, 500, 2), triggered(7, 5, 2) };

	expect_place(NULL, 0, 2, PLACE_NEW, 0);
	expect_place(open, 3, 2, PLACE_NEW, 0);
	/* The newest of the group, however old, and whether somebody has it or not. */
	open[0].same_group = true;
	expect_place(open, 3, 2, PLACE_ADD, 4);
	open[1].same_group = true;
	open[1].state = PAGE_ACKNOWLEDGED;
	expect_place(open, 3, 1, PLACE_ADD, 9);
	/* By hand: of its own, always. */
	ck_assert_int_eq(page_group_place(open, 3, 2, true, NOW).place, PLACE_NEW);
}
END_TEST

START_TEST(the_fourth_unanswered_page_is_a_storm)
{
	struct page_open open[] = { triggered(1, 14, 2), triggered(2, 9, 3), triggered(3, 1, 2), triggered(4, 16, 1) };
	struct page_placement p;

	/* Two, and one that is too old. */
	expect_place(&open[1], 3, 2, PLACE_NEW, 0);
	p = page_group_place(open, 4, 4, false, NOW);
	ck_assert_int_eq(p.place, PLACE_STORM);
	ck_assert_int_eq(p.joined, 3);
	ck_assert_int_eq(p.severity, 2);
	ck_assert(page_group_joins(&open[0], NOW) && page_group_joins(&open[1], NOW) &&
		  page_group_joins(&open[2], NOW));
	ck_assert(!page_group_joins(&open[3], NOW));
	ck_assert_int_eq(page_group_place(open, 4, 1, false, NOW).severity, 1);
	/* One was answered: that is no storm. */
	open[1].state = PAGE_ACKNOWLEDGED;
	expect_place(open, 4, 2, PLACE_NEW, 0);
	ck_assert(!page_group_joins(&open[1], NOW));
}
END_TEST

/* Six within the window that were answered one by one as they came, or five. */
START_TEST(a_storm_that_somebody_answers_page_by_page)
{
	struct page_open open[7];
	struct page_placement p;

	for (int i = 0; i < 7; i++) {
		open[i] = triggered(i + 1, 2 * i + 2, 2);
		open[i].state = i == 0 ? PAGE_TRIGGERED : PAGE_ACKNOWLEDGED;
	}
	p = page_group_place(open, 5, 2, false, NOW);
	ck_assert_int_eq(p.place, PLACE_NEW);
	ck_assert_int_eq(p.joined, 0);
	p = page_group_place(open, 6, 2, false, NOW);
	ck_assert_int_eq(p.place, PLACE_STORM);
	ck_assert_int_eq(p.joined, 1);
	/* Of seven, two are too old. */
	open[5].created_at = open[6].created_at = NOW - 15 * MINUTE;
	ck_assert_int_eq(page_group_place(open, 7, 2, false, NOW).place, PLACE_NEW);
}
END_TEST

START_TEST(a_storm_takes_further_subjects_until_it_is_over)
{
	struct page_open open[] = { triggered(5, 300, 2), triggered(6, 5, 2) };

	open[0].is_storm = true;
	open[0].added_at = NOW - 14 * MINUTE;
	expect_place(open, 2, 1, PLACE_ADD, 5);
	open[0].state = PAGE_ACKNOWLEDGED;
	expect_place(open, 2, 1, PLACE_ADD, 5);
	open[0].added_at = NOW - 15 * MINUTE;
	expect_place(open, 2, 1, PLACE_NEW, 0);
	/* A page of its own group comes first. */
	open[0].added_at = NOW;
	open[1].same_group = true;
	expect_place(open, 2, 1, PLACE_ADD, 6);
	/* A storm's page does not join another storm. */
	ck_assert(!page_group_joins(&open[0], NOW));
}
END_TEST

START_TEST(keys_and_effects)
{
	char key[120];

	page_group_storm_key(2, key, sizeof(key));
	ck_assert_str_eq(key, "policy:2 storm");
	ck_assert_int_eq(page_group_effect(1, 5), PAGE_STAYS);
	ck_assert_int_eq(page_group_effect(0, 1), PAGE_IS_ACKNOWLEDGED);
	ck_assert_int_eq(page_group_effect(0, 0), PAGE_IS_CLOSED);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- throttling */

static struct throttle_facts told(int recent, int severity, bool first)
{
	return (struct throttle_facts){ .recent = recent,
					.last_bundle = TIME_NONE,
					.pending_bundle = TIME_NONE,
					.severity = severity,
					.first_of_its_page = first,
					.now = NOW };
}

static void expect_bundle(const struct throttle_facts *facts, int seconds)
{
	struct throttle_decision d = notice_throttle(facts);

	ck_assert_int_eq(d.verdict, THROTTLE_BUNDLE);
	ck_assert_int_eq((d.bundle_at - NOW) / US_PER_SECOND, seconds);
}

START_TEST(six_and_then_a_bundle_but_severity_1_first)
{
	struct throttle_facts facts = told(5, 2, true);

	ck_assert_int_eq(notice_throttle(&facts).verdict, THROTTLE_SEND);
	facts = told(6, 2, true);
	expect_bundle(&facts, 60);
	facts = told(6, 1, false);
	expect_bundle(&facts, 60);
	facts = told(6, 1, true);
	ck_assert_int_eq(notice_throttle(&facts).verdict, THROTTLE_SEND);
	facts = told(11, 1, true);
	ck_assert_int_eq(notice_throttle(&facts).verdict, THROTTLE_SEND);
	facts = told(12, 1, true);
	expect_bundle(&facts, 60);
}
END_TEST

START_TEST(bundles_keep_their_distance_and_are_brought_forward)
{
	struct throttle_facts facts = told(20, 2, true);

	facts.last_bundle = NOW - 2 * MINUTE;
	expect_bundle(&facts, 13 * 60);
	facts.severity = 1;
	expect_bundle(&facts, 3 * 60);
	facts.last_bundle = NOW - 20 * MINUTE;
	expect_bundle(&facts, 60);
	facts = told(20, 2, true);
	facts.pending_bundle = NOW + 20 * US_PER_SECOND;
	expect_bundle(&facts, 20);
	facts.pending_bundle = NOW + 14 * MINUTE;
	facts.last_bundle = NOW - MINUTE;
	facts.severity = 1;
	expect_bundle(&facts, 4 * 60);
}
END_TEST

/* A thousand pages in a quarter of an hour: so many notices, each page named in one of them within a quarter of an
 * hour, and never two quarters without any. The store is played by arrays. */
START_TEST(a_flood_is_few_notices_and_no_silence)
{
	static time_us sent[2000];
	int count = 0, singles = 0, bundles = 0;
	time_us pending = TIME_NONE, last = TIME_NONE;

	for (int i = 0; i < 1000; i++) {
		struct throttle_facts facts = told(0, i % 10 == 0 ? 1 : 2, true);
		struct throttle_decision d;

		facts.now = NOW + i * US_PER_SECOND * 9 / 10;
		if (pending != TIME_NONE && pending <= facts.now) {
			sent[count++] = pending;
			last = pending;
			pending = TIME_NONE;
			bundles++;
		}
		for (int k = 0; k < count; k++)
			facts.recent += sent[k] > facts.now - THROTTLE_WINDOW;
		facts.last_bundle = last;
		facts.pending_bundle = pending;
		d = notice_throttle(&facts);
		if (d.verdict == THROTTLE_SEND) {
			sent[count++] = facts.now;
			singles++;
			continue;
		}
		ck_assert_int_gt(d.bundle_at, facts.now);
		ck_assert_int_le(d.bundle_at - facts.now, THROTTLE_WINDOW);
		ck_assert(pending == TIME_NONE || d.bundle_at <= pending);
		pending = d.bundle_at;
	}
	ck_assert_int_le(singles, THROTTLE_NOTICES + THROTTLE_GRAVE);
	ck_assert_int_ge(singles, THROTTLE_NOTICES);
	ck_assert_int_ge(bundles, 2);
	ck_assert_int_le(bundles, 4);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- promises */

START_TEST(around_the_clock)
{
	struct sla_target t = { .seconds = 900, .calendar = NULL, .warn_percent = 70 };

	ck_assert_int_eq((sla_due(&t, NOW) - NOW) / US_PER_SECOND, 900);
	ck_assert_int_eq((sla_warn_at(&t, NOW) - NOW) / US_PER_SECOND, 630);
	ck_assert_int_eq(sla_state_at(&t, NOW, TIME_NONE, NOW + 629 * US_PER_SECOND), SLA_RUNNING);
	ck_assert_int_eq(sla_state_at(&t, NOW, TIME_NONE, NOW + 630 * US_PER_SECOND), SLA_WARN);
	ck_assert_int_eq(sla_state_at(&t, NOW, TIME_NONE, NOW + 900 * US_PER_SECOND), SLA_WARN);
	ck_assert_int_eq(sla_state_at(&t, NOW, TIME_NONE, NOW + 900 * US_PER_SECOND + 1), SLA_MISSED);
	ck_assert_int_eq(sla_state_at(&t, NOW, NOW + 900 * US_PER_SECOND, NOW + US_PER_DAY), SLA_KEPT);
	ck_assert_int_eq(sla_state_at(&t, NOW, NOW + 901 * US_PER_SECOND, NOW + US_PER_DAY), SLA_KEPT_LATE);
	t.seconds = 0;
	ck_assert_int_eq(sla_due(&t, NOW), TIME_NONE);
	ck_assert_int_eq(sla_warn_at(&t, NOW), TIME_NONE);
	ck_assert_int_eq(sla_state_at(&t, NOW, TIME_NONE, NOW), SLA_NONE);
	ck_assert_str_eq(sla_state_name(SLA_NONE), "none");
	ck_assert_str_eq(sla_state_name(SLA_RUNNING), "running");
	ck_assert_str_eq(sla_state_name(SLA_WARN), "warn");
	ck_assert_str_eq(sla_state_name(SLA_MISSED), "missed");
	ck_assert_str_eq(sla_state_name(SLA_KEPT), "kept");
	ck_assert_str_eq(sla_state_name(SLA_KEPT_LATE), "kept_late");
}
END_TEST

/* 09:00-17:30 on Mondays and Tuesdays, in Tokyo; now it is Monday 10:00. One working day, 8:30 h: Tuesday 10:00. Of it
 * 70 % are 5:57 h: Monday 15:57. */
START_TEST(in_hours_of_business)
{
	static const char office[] =
	    "{\"hours\": {\"mon\": [[\"09:00\", \"17:30\"]], \"tue\": [[\"09:00\", \"17:30\"]]}}";
	static const struct holidays none;
	struct sla_target t = { .seconds = 30600, .warn_percent = 70 };
	struct calendar *calendar, *never;
	struct zone *zone;
	struct err why = { 0 };

	ck_assert_msg(zone_load(&zone, "Asia/Tokyo", &why) == 0, "%s", why.text);
	ck_assert(calendar_parse(&calendar, slice_of_string(office), zone, &none, &why) == 0);
	ck_assert(calendar_parse(&never, slice_of_string("{\"hours\": {}}"), zone, &none, &why) == 0);
	t.calendar = calendar;
	ck_assert_int_eq((sla_due(&t, NOW) - NOW) / MINUTE, 24 * 60);
	ck_assert_int_eq((sla_warn_at(&t, NOW) - NOW) / MINUTE, 357);
	ck_assert_int_eq(sla_state_at(&t, NOW, TIME_NONE, NOW + 23 * 60 * MINUTE), SLA_WARN);
	/* Raised on Wednesday evening: Monday 17:30 at last. */
	ck_assert_int_eq((sla_due(&t, NOW + 3 * US_PER_DAY) - NOW) / MINUTE, 7 * 1440 + 450);
	t.calendar = never;
	ck_assert_int_eq((sla_due(&t, NOW) - NOW) / US_PER_SECOND, 30600);
	calendar_release(calendar);
	calendar_release(never);
	zone_release(zone);
}
END_TEST

SUITE_MAIN("page_rules", a_page_of_its_own_or_that_of_the_group, the_fourth_unanswered_page_is_a_storm,
	   a_storm_that_somebody_answers_page_by_page, a_storm_takes_further_subjects_until_it_is_over,
	   keys_and_effects, six_and_then_a_bundle_but_severity_1_first,
	   bundles_keep_their_distance_and_are_brought_forward, a_flood_is_few_notices_and_no_silence, around_the_clock,
	   in_hours_of_business)
