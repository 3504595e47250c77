#include "server/store/business_day.h"

#include "lib/zone.h"
#include "server/model/calendar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WORKING_HOURS "[[\"09:00\", \"17:00\"]]"
static const char ordinary[] =
    "{\"hours\": {\"mon\": " WORKING_HOURS ", \"tue\": " WORKING_HOURS ", \"wed\": " WORKING_HOURS
    ", \"thu\": " WORKING_HOURS ", \"fri\": " WORKING_HOURS "}, \"holidays\": true, "
    "\"closed_yearly\": [\"12-29\", \"12-30\", \"12-31\", \"01-01\", \"01-02\", \"01-03\"]}";

/* Days since 1970-01-01; the caller frees. */
static int read_holidays(struct db *db, int64_t **out, size_t *count, struct err *why)
{
	struct db_result *r;
	int64_t *days;

	if (db_run(db, "SELECT (day - date '1970-01-01')::bigint FROM holiday ORDER BY day", NULL, &r, why) != 0)
		return -1;
	days = calloc((size_t)db_rows(r) + 1, sizeof(*days));
	for (int i = 0; days && i < db_rows(r); i++)
		days[i] = db_integer(r, i, 0);
	*out = days;
	*count = (size_t)db_rows(r);
	db_result_free(r);
	return days ? 0 : err_set(why, ERR_NOMEM, "no memory for days off");
}

/* Columns: zone, rules, the day as a number. */
static int find(const struct db_result *r, const struct holidays *holidays, int n, char out[BUSINESS_DAY_SIZE],
		struct err *why)
{
	struct calendar *calendar = NULL;
	struct zone *zone = NULL;
	const char *rules = db_text(r, 0, 1);
	int64_t found = INT64_MAX;
	int year, month, day, failed;

	failed = zone_load(&zone, db_text(r, 0, 0), why);
	if (!failed)
		failed = calendar_parse(&calendar, slice_of_string(rules ? rules : ordinary), zone, holidays, why);
	if (!failed)
		found = calendar_business_day(calendar, db_integer(r, 0, 2), n);
	calendar_release(calendar);
	zone_release(zone);
	if (failed)
		return err_prefix(why, "calendar of business days");
	if (found == INT64_MAX)
		return err_set(why, ERR_NOT_FOUND, "the calendar has no such business day within two years");
	civil_from_days(found, &year, &month, &day);
	snprintf(out, BUSINESS_DAY_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
		 (unsigned)day % 100);
	return 0;
}

int business_day_find(struct db *db, const char *day, int n, char out[BUSINESS_DAY_SIZE], struct err *why)
{
	struct holidays holidays = { 0 };
	int64_t *days = NULL;
	struct db_args args = { 0 };
	struct db_result *r;
	int failed;

	db_arg_text(&args, day);
	if (db_run(db,
		   "SELECT coalesce(c.timezone, 'UTC'), c.rules::text, ($1::date - date '1970-01-01')::bigint "
		   "FROM (VALUES (1)) v LEFT JOIN calendar c ON c.calendar_id = 1",
		   &args, &r, why) != 0)
		return -1;
	failed = read_holidays(db, &days, &holidays.count, why);
	holidays.days = days;
	if (!failed)
		failed = find(r, &holidays, n, out, why);
	free(days);
	db_result_free(r);
	return failed;
}
