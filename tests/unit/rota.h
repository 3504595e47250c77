/* What tests of schedules share: zones, times, an office's calendar, documents. */
#ifndef TESTS_UNIT_ROTA_H
#define TESTS_UNIT_ROTA_H

#include "server/model/schedule.h"
#include "tests/unit/suite.h"

static struct zone *load(const char *name)
{
	struct zone *zone = NULL;
	struct err why = { 0 };

	ck_assert_msg(zone_load(&zone, name, &why) == 0, "%s", why.text);
	return zone;
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

static int64_t who(const struct schedule *s, time_us t)
{
	return schedule_at(s, t).user_id;
}

#endif
