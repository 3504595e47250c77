/* The chamber of test_escalation_year.c: its dice, its people and how they answer, who is on call, what it is about. */
#ifndef TESTS_SIM_YEAR_SETTING_H
#define TESTS_SIM_YEAR_SETTING_H

#include "server/model/escalation_route.h"
#include "server/model/notice_throttle.h"
#include "server/model/page_group.h"
#include "server/model/sla.h"
#include "tests/unit/shipped.h"

#include <math.h>

#define SECOND US_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

enum { PEOPLE = 15, POLICIES = 3, COMPANIES = 3000, OUTAGES = 6 }; /* people are numbered from 1 */

/* ---------------------------------------------------------------------------------------------- dice */

static uint64_t dice;

static inline double roll(void)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (double)(dice >> 11) / (double)(UINT64_C(1) << 53);
}

static inline bool chance(double p)
{
	return roll() < p;
}

static inline int64_t roll_exponential(int64_t mean)
{
	return (int64_t)(-log(1 - roll()) * (double)mean);
}

/* Some have much more than others: company n's share goes by 1/n. */
static inline int roll_company(void)
{
	int company = (int)exp(roll() * log(COMPANIES));

	return company < 1 ? 1 : company > COMPANIES ? COMPANIES : company;
}

/* ---------------------------------------------------------------------------------------------- what is fixed */

/* From <= t < to. */
struct span {
	time_us from, to;
};
struct setting {
	struct zone *zone;
	struct calendar *office;
	struct schedule *schedules[2];
	struct escalation_policy policies[POLICIES];
	struct escalation_routes *routes;
	time_us begins, ends;
	struct span engine_away[OUTAGES]; /* the escalator does not run */
	struct span silence[OUTAGES];     /* no notice arrives anywhere, and nobody looks */
};

static inline const struct calendar *setting_calendar(const void *context, int64_t calendar_id)
{
	return calendar_id == 1 ? *(struct calendar *const *)context : NULL;
}

static inline time_us local_time(const struct setting *s, int month, int day, int hour)
{
	return zone_instant(s->zone, days_from_civil(2027, month, day), hour * 3600);
}

static inline void must(int result, const struct err *why)
{
	ck_assert_msg(result == 0, "%s", why->text);
}

/* First line: six in turn by week, by day two of them in office hours; on the 16th of August nobody was planned beyond
 * those hours. Number 3 is on leave for two weeks in May, and 5 takes the place. Second line: four in turn. */
static inline void setting_schedules(struct setting *s)
{
	static const char first[] =
	    "{\"layers\": ["
	    "{\"name\": \"spring\", \"people\": [1, 2, 3, 4, 5, 6], \"to\": \"2027-08-15\","
	    " \"rotation\": {\"unit\": \"week\", \"every\": 1, \"start\": \"2026-12-28\", \"handover\": \"09:00\"}},"
	    "{\"name\": \"autumn\", \"people\": [1, 2, 3, 4, 5, 6], \"from\": \"2027-08-17\","
	    " \"rotation\": {\"unit\": \"week\", \"every\": 1, \"start\": \"2026-12-28\", \"handover\": \"09:00\"}},"
	    "{\"name\": \"day\", \"people\": [2, 6], \"calendar\": 1, \"calendar_open\": true,"
	    " \"rotation\": {\"unit\": \"day\", \"every\": 1, \"start\": \"2026-12-28\", \"handover\": \"09:00\"}}]}";
	static const char second[] =
	    "{\"layers\": [{\"name\": \"second\", \"people\": [7, 8, 9, 10],"
	    " \"rotation\": {\"unit\": \"week\", \"every\": 1, \"start\": \"2026-12-28\", \"handover\": \"09:00\"}}]}";
	struct schedule_calendars calendars = { setting_calendar, &s->office };
	struct schedule_override leave = { 1, 5, local_time(s, 5, 10, 9), local_time(s, 5, 24, 9) };
	struct err why = { 0 };

	must(schedule_parse(&s->schedules[0], slice_of_string(first), s->zone, &calendars, &leave, 1, &why), &why);
	must(schedule_parse(&s->schedules[1], slice_of_string(second), s->zone, &calendars, NULL, 0, &why), &why);
}

static inline void setting_open(struct setting *s)
{
	static const struct holidays none;
	struct schedule_calendars calendars = { setting_calendar, &s->office };
	struct err why = { 0 };

	*s = (struct setting){ 0 };
	must(zone_load(&s->zone, "Asia/Tokyo", &why), &why);
	must(calendar_parse(&s->office, shipped_document("INSERT INTO calendar", 1), s->zone, &none, &why), &why);
	setting_schedules(s);
	for (int i = 0; i < POLICIES; i++)
		must(escalation_policy_parse(shipped_document("INSERT INTO escalation_policy", i + 1), &s->policies[i],
					     &why),
		     &why);
	must(escalation_routes_parse(&s->routes, shipped_document("INSERT INTO escalation_route", 1), &calendars, &why),
	     &why);
	s->begins = local_time(s, 1, 1, 0);
	s->ends = local_time(s, 12, 31, 24);
	s->engine_away[0] = (struct span){ local_time(s, 2, 14, 3), local_time(s, 2, 14, 6) };
	s->engine_away[1] = (struct span){ local_time(s, 6, 20, 13), local_time(s, 6, 20, 14) };
	s->engine_away[2] = (struct span){ local_time(s, 10, 5, 22), local_time(s, 10, 6, 1) };
	s->silence[0] = (struct span){ local_time(s, 3, 11, 1), local_time(s, 3, 11, 6) };
	s->silence[1] = (struct span){ local_time(s, 9, 1, 11), local_time(s, 9, 1, 15) };
}

static inline void setting_close(struct setting *s)
{
	escalation_routes_release(s->routes);
	schedule_release(s->schedules[0]);
	schedule_release(s->schedules[1]);
	calendar_release(s->office);
	zone_release(s->zone);
}

/* The end of the span that t lies in; t when in none. */
static inline time_us after_spans(const struct span *spans, time_us t)
{
	for (int i = 0; i < OUTAGES; i++)
		if (t >= spans[i].from && t < spans[i].to)
			return spans[i].to;
	return t;
}

/* ---------------------------------------------------------------------------------------------- people */

static inline bool is_lead(int person)
{
	return person == 11 || person == 12;
}

static inline bool is_admin(int person)
{
	return person == 13 || person == 14;
}

static inline int hour_of(const struct setting *s, time_us t)
{
	struct civil_time c;

	zone_civil(s->zone, t, &c);
	return c.hour;
}

/* How likely a notice is answered, and how long that takes. Number 4 sleeps soundly. */
static inline bool roll_answer(const struct setting *s, int person, time_us t, time_us *at)
{
	int hour = hour_of(s, t);
	bool night = hour >= 23 || hour < 7, day = hour >= 8 && hour < 19;
	double likely = night ? 0.6 : day ? 0.93 : 0.85;

	if (night && person == 4)
		likely = 0.2;
	*at = t + 15 * SECOND + roll_exponential(night ? 4 * MINUTE : day ? 90 * SECOND : 3 * MINUTE);
	return chance(likely) && after_spans(s->silence, t) == t;
}

/* Channels in order: mail first, which fails now and then; the next one a minute and 50 seconds later (retries at 0, 5,
 * 15, 30 and 60 s). False: none got through. */
static inline bool roll_delivery(const struct setting *s, time_us t, time_us *at)
{
	*at = t + 2 * SECOND;
	if (after_spans(s->silence, t) != t)
		return false;
	if (!chance(0.03))
		return true;
	*at += 110 * SECOND;
	return !chance(0.05);
}

#endif
