/* What a case is made of: insurance, the clocks of the personal-information law, figures of response times. Expected
 * values are worked out by hand, from the contracts' days, the calendar and the definition of a quantile. */
#include "lib/clock.h"
#include "server/model/insurance.h"
#include "server/model/privacy_clock.h"
#include "server/model/response_figures.h"
#include "tests/unit/suite.h"

#include <math.h>

/* ------------------------------------------------------------------------------------------------------ insurance */

static int64_t day(int year, int month, int d)
{
	return days_from_civil(year, month, d);
}

START_TEST(the_contract_of_the_events_day_counts)
{
	/* A year without insurance, then one with; a gap in May 2027. */
	const struct insurance_contract contracts[] = {
		{ 1, day(2026, 4, 1), day(2027, 3, 31), 0, 0 },
		{ 2, day(2027, 4, 1), day(2027, 4, 30), 300000, 10000 },
		{ 3, day(2027, 6, 1), INSURANCE_OPEN_END, 500000, 0 },
	};
	const struct {
		int64_t event, raised;
		enum insurance_verdict verdict;
		int64_t contract;
	} cases[] = {
		{ day(2027, 4, 1), day(2027, 4, 1), INSURANCE_ENTITLED, 2 },
		{ day(2027, 4, 30), day(2027, 4, 30), INSURANCE_ENTITLED, 2 },
		{ day(2027, 4, 30), day(2027, 5, 1), INSURANCE_ENTITLED, 2 }, /* found when it had ended */
		{ day(2027, 3, 31), day(2027, 4, 1), INSURANCE_NO_INSURANCE, 1 },
		{ day(2027, 5, 1), day(2027, 5, 31), INSURANCE_NO_CONTRACT, 0 },
		{ day(2027, 5, 31), day(2027, 6, 1), INSURANCE_BEFORE_CONTRACT, 3 },
		{ day(2026, 3, 31), day(2026, 3, 31), INSURANCE_NO_CONTRACT, 0 },
		{ day(2039, 1, 1), day(2039, 1, 1), INSURANCE_ENTITLED, 3 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct insurance_entitlement e =
		    insurance_entitlement(contracts, ARRAY_LEN(contracts), cases[i].event, cases[i].raised);

		ck_assert_msg(e.verdict == cases[i].verdict, "case %zu: %s", i, insurance_verdict_name(e.verdict));
		ck_assert_int_eq(e.contract ? e.contract->contract_id : 0, cases[i].contract);
	}
	ck_assert_int_eq(insurance_entitlement(NULL, 0, 1, 1).verdict, INSURANCE_NO_CONTRACT);
}
END_TEST

START_TEST(insurer_and_company_share_a_claim)
{
	const struct {
		int64_t claimed, limit, share, paid, member;
	} cases[] = {
		{ 120000, 300000, 0, 120000, 0 },
		{ 120000, 300000, 20000, 100000, 20000 },
		{ 400000, 300000, 20000, 300000, 100000 },
		{ 320000, 300000, 20000, 300000, 20000 },
		{ 15000, 300000, 20000, 0, 15000 },
		{ 0, 300000, 0, 0, 0 },
		{ INT64_MAX, 300000, 0, 300000, INT64_MAX - 300000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct insurance_split s = insurance_split(cases[i].claimed, cases[i].limit, cases[i].share);

		ck_assert_int_eq(s.paid_yen, cases[i].paid);
		ck_assert_int_eq(s.member_yen, cases[i].member);
	}
}
END_TEST

START_TEST(an_insurance_case_goes_by_its_states)
{
	/* Rows: from prepared, submitted, covered, declined; columns: to the same. */
	static const char may[4][5] = { "yy..", "yyyy", ".yy.", ".y.y" };
	enum insurance_state state;

	for (int from = 0; from < 4; from++)
		for (int to = 0; to < 4; to++)
			ck_assert_msg(insurance_state_may((enum insurance_state)from, (enum insurance_state)to) ==
					  (may[from][to] == 'y'),
				      "%d to %d", from, to);
	ck_assert(insurance_state_parse(SLICE_LITERAL("declined"), &state) && state == INSURANCE_DECLINED);
	ck_assert(!insurance_state_parse(SLICE_LITERAL("denied"), &state));
}
END_TEST

/* ----------------------------------------------------------------------------------------------------- privacy clocks
 */

static struct zone *tokyo(void)
{
	struct zone *zone;
	struct err why;

	ck_assert_msg(zone_load(&zone, "Asia/Tokyo", &why) == 0, "%s", why.text);
	return zone;
}

/* Of a time in Tokyo, which is nine hours ahead all year. */
static time_us at(const char *text)
{
	time_us t;

	ck_assert(time_parse(slice_of_string(text), 9 * 3600, &t));
	return t;
}

START_TEST(days_of_the_law_count_from_the_day_of_learning)
{
	struct zone *zone = tokyo();
	struct privacy_clock clock = { at("2026-11-25T23:50:00"), TIME_NONE, TIME_NONE, false, false };
	struct privacy_dates d = privacy_clock_dates(&clock, zone);

	/* 25 November is day 1: day 3 the 27th, day 5 the 29th, day 30 the 24th of December (6 days of November are
	 * over by its end, 24 more). */
	ck_assert_int_eq(d.first_from, day(2026, 11, 27));
	ck_assert_int_eq(d.first_on, day(2026, 11, 29));
	ck_assert_int_eq(d.final_on, day(2026, 12, 24));
	ck_assert_int_eq(d.final_from, day(2026, 12, 18));
	/* Ten minutes later it is the 26th; day 60 then: 5 days of November, 31 of December, 24 of January. */
	clock.known_at = at("2026-11-26T00:00:00");
	clock.malicious = true;
	d = privacy_clock_dates(&clock, zone);
	ck_assert_int_eq(d.first_from, day(2026, 11, 28));
	ck_assert_int_eq(d.final_on, day(2027, 1, 24));
	zone_release(zone);
}
END_TEST

START_TEST(the_state_follows_days_and_reports)
{
	struct zone *zone = tokyo();
	const struct privacy_clock none = { at("2026-11-25T10:00:00"), TIME_NONE, TIME_NONE, false, false };
	struct privacy_clock first = none, both = none, dropped = none;
	const struct {
		const char *now;
		enum privacy_state none, first;
	} cases[] = {
		{ "2026-11-26T23:59:59", PRIVACY_FIRST_RUNNING, PRIVACY_FINAL_RUNNING },
		{ "2026-11-27T00:00:00", PRIVACY_FIRST_DUE, PRIVACY_FINAL_RUNNING },
		{ "2026-11-29T23:59:59", PRIVACY_FIRST_DUE, PRIVACY_FINAL_RUNNING },
		{ "2026-11-30T00:00:00", PRIVACY_FIRST_OVERDUE, PRIVACY_FINAL_RUNNING },
		{ "2026-12-17T23:59:59", PRIVACY_FIRST_OVERDUE, PRIVACY_FINAL_RUNNING },
		{ "2026-12-18T00:00:00", PRIVACY_FIRST_OVERDUE, PRIVACY_FINAL_DUE },
		{ "2026-12-24T23:59:59", PRIVACY_FIRST_OVERDUE, PRIVACY_FINAL_DUE },
		{ "2026-12-25T00:00:00", PRIVACY_FINAL_OVERDUE, PRIVACY_FINAL_OVERDUE },
	};

	first.first_reported_at = at("2026-11-26T12:00:00");
	both.final_reported_at = at("2026-12-01T12:00:00");
	dropped.dropped = true;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		time_us now = at(cases[i].now);

		ck_assert_str_eq(privacy_state_name(privacy_clock_state(&none, zone, now)),
				 privacy_state_name(cases[i].none));
		ck_assert_str_eq(privacy_state_name(privacy_clock_state(&first, zone, now)),
				 privacy_state_name(cases[i].first));
		ck_assert_int_eq(privacy_clock_state(&both, zone, now), PRIVACY_REPORTED);
		ck_assert_int_eq(privacy_clock_state(&dropped, zone, now), PRIVACY_DROPPED);
	}
	zone_release(zone);
}
END_TEST

START_TEST(each_reminder_goes_out_once_at_nine)
{
	struct zone *zone = tokyo();
	struct privacy_clock clock = { at("2026-11-25T10:00:00"), TIME_NONE, TIME_NONE, false, false };
	static const char *const all[] = { "2026-11-27T09:00", "2026-11-29T09:00", "2026-11-30T09:00",
					   "2026-12-18T09:00", "2026-12-24T09:00", "2026-12-25T09:00" };
	enum privacy_reminder sent = PRIVACY_REMIND_NONE;
	char text[TIME_TEXT_SIZE];
	size_t seen = 0;

	/* Every half hour of six weeks. */
	for (time_us t = clock.known_at; t < clock.known_at + 42 * US_PER_DAY; t += 1800 * US_PER_SECOND) {
		enum privacy_reminder due = privacy_clock_reminder(&clock, zone, t, sent);

		if (due == PRIVACY_REMIND_NONE)
			continue;
		ck_assert_uint_lt(seen, ARRAY_LEN(all));
		time_to_text(t + 9 * 3600 * US_PER_SECOND, text);
		ck_assert_msg(strncmp(text, all[seen], 16) == 0, "%s in place of %s", text, all[seen]);
		ck_assert_int_eq(due, (int)seen + 1);
		ck_assert(privacy_clock_remind_at(&clock, zone, due) == t);
		sent = due;
		seen++;
	}
	ck_assert_uint_eq(seen, ARRAY_LEN(all));

	/* Told late: one reminder, not three. A first report silences those of the first; the final one all. */
	ck_assert_int_eq(privacy_clock_reminder(&clock, zone, at("2026-12-02T09:00:00"), PRIVACY_REMIND_NONE),
			 PRIVACY_REMIND_FIRST_OVERDUE);
	clock.first_reported_at = at("2026-11-26T12:00:00");
	ck_assert_int_eq(privacy_clock_reminder(&clock, zone, at("2026-12-02T09:00:00"), PRIVACY_REMIND_NONE),
			 PRIVACY_REMIND_NONE);
	ck_assert_int_eq(privacy_clock_reminder(&clock, zone, at("2026-12-18T09:00:00"), PRIVACY_REMIND_NONE),
			 PRIVACY_REMIND_FINAL);
	clock.final_reported_at = at("2026-12-17T12:00:00");
	ck_assert_int_eq(privacy_clock_reminder(&clock, zone, at("2027-12-18T09:00:00"), PRIVACY_REMIND_NONE),
			 PRIVACY_REMIND_NONE);
	zone_release(zone);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------- figures */

static void near(double got, double wanted)
{
	ck_assert_msg(fabs(got - wanted) < 1e-6, "%f in place of %f", got, wanted);
}

static void add(struct response_samples *samples, int severity, int64_t acknowledge_s, int64_t waited_s,
		enum sla_state state)
{
	struct response_sample s = { .severity = severity, .acknowledge = state, .notify = SLA_NONE };
	struct err why;

	for (int i = 0; i < RESPONSE_METRICS; i++)
		s.took[i] = RESPONSE_UNSET;
	s.took[RESPONSE_DETECT] = -5 * US_PER_SECOND; /* a device whose clock runs ahead */
	if (acknowledge_s >= 0) {
		s.took[RESPONSE_ACKNOWLEDGE] = acknowledge_s * US_PER_SECOND;
		s.waited[RESPONSE_ACKNOWLEDGE] = waited_s * US_PER_SECOND;
	}
	ck_assert(response_samples_add(samples, &s, &why) == 0);
}

START_TEST(figures_are_those_worked_out_by_hand)
{
	struct response_samples samples = { 0 };
	struct response_row rows[RESPONSE_ROWS];
	struct err why;

	add(&samples, 1, 100, 0, SLA_KEPT);
	add(&samples, 1, 400, 100, SLA_KEPT_LATE);
	add(&samples, 1, 200, 0, SLA_KEPT);
	add(&samples, 1, -1, 0, SLA_MISSED);
	add(&samples, 1, -1, 0, SLA_RUNNING);
	add(&samples, 3, 60, 60, SLA_KEPT);
	add(&samples, 4, -1, 0, SLA_NONE);
	ck_assert(response_figures(&samples, rows, &why) == 0);

	/* Severity 1: 100, 200, 400. Median 200; p90 at place 1.8: 200 + 0.8 x 200 = 360; mean 700 / 3. */
	ck_assert_int_eq(rows[1].incidents, 5);
	ck_assert_int_eq(rows[1].figures[RESPONSE_ACKNOWLEDGE].count, 3);
	near(rows[1].figures[RESPONSE_ACKNOWLEDGE].all.median_s, 200);
	near(rows[1].figures[RESPONSE_ACKNOWLEDGE].all.p90_s, 360);
	near(rows[1].figures[RESPONSE_ACKNOWLEDGE].all.mean_s, 700.0 / 3);
	/* Without waiting: 100, 200, 300: 200; 200 + 0.8 x 100 = 280; 200. */
	near(rows[1].figures[RESPONSE_ACKNOWLEDGE].without_waiting.median_s, 200);
	near(rows[1].figures[RESPONSE_ACKNOWLEDGE].without_waiting.p90_s, 280);
	near(rows[1].figures[RESPONSE_ACKNOWLEDGE].without_waiting.mean_s, 200);
	ck_assert_int_eq(rows[1].acknowledge.promised, 5);
	ck_assert_int_eq(rows[1].acknowledge.kept, 2);
	ck_assert_int_eq(rows[1].acknowledge.missed, 2);
	ck_assert_int_eq(rows[1].acknowledge.running, 1);
	/* All: 60, 100, 200, 400: median 150; p90 at place 2.7: 200 + 0.7 x 200 = 340; mean 190. */
	ck_assert_int_eq(rows[0].incidents, 7);
	near(rows[0].figures[RESPONSE_ACKNOWLEDGE].all.median_s, 150);
	near(rows[0].figures[RESPONSE_ACKNOWLEDGE].all.p90_s, 340);
	near(rows[0].figures[RESPONSE_ACKNOWLEDGE].all.mean_s, 190);
	ck_assert_int_eq(rows[0].acknowledge.promised, 6);
	/* One value is its own median; none is none; below nothing is nothing. */
	near(rows[3].figures[RESPONSE_ACKNOWLEDGE].all.p90_s, 60);
	near(rows[3].figures[RESPONSE_ACKNOWLEDGE].without_waiting.p90_s, 0);
	ck_assert_int_eq(rows[2].incidents, 0);
	ck_assert_int_eq(rows[4].figures[RESPONSE_ACKNOWLEDGE].count, 0);
	ck_assert_int_eq(rows[4].acknowledge.promised, 0);
	ck_assert_int_eq(rows[0].figures[RESPONSE_DETECT].count, 7);
	near(rows[0].figures[RESPONSE_DETECT].all.mean_s, 0);
	ck_assert_int_eq(rows[0].figures[RESPONSE_RESOLVE].count, 0);
	response_samples_release(&samples);
}
END_TEST

SUITE_MAIN("cases", the_contract_of_the_events_day_counts, insurer_and_company_share_a_claim,
	   an_insurance_case_goes_by_its_states, days_of_the_law_count_from_the_day_of_learning,
	   the_state_follows_days_and_reports, each_reminder_goes_out_once_at_nine,
	   figures_are_those_worked_out_by_hand)
