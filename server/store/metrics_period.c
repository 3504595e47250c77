#include "server/store/metrics_sql.h"

#include "lib/clock.h"

#include <stdio.h>

static void month_numbers(const char *month, int *year, int *number)
{
	int64_t y = 0, m = 0;

	slice_to_int64(slice_of(month, 4), &y);
	slice_to_int64(slice_of(month + 5, 2), &m);
	*year = (int)y;
	*number = (int)m;
}

static void day_text(int64_t day, char out[METRICS_DAY_SIZE])
{
	char text[TIME_TEXT_SIZE];

	time_to_text(day * US_PER_DAY, text);
	snprintf(out, METRICS_DAY_SIZE, "%.10s", text);
}

void metrics_month_begin(const char *month, char out[METRICS_DAY_SIZE])
{
	snprintf(out, METRICS_DAY_SIZE, "%.7s-01", month);
}

void metrics_month_end(const char *month, char out[METRICS_DAY_SIZE])
{
	char next[METRICS_MONTH_SIZE];
	int year, number;

	metrics_month_add(month, 1, next);
	month_numbers(next, &year, &number);
	day_text(days_from_civil(year, number, 1) - 1, out);
}

void metrics_month_add(const char *month, int months, char out[METRICS_MONTH_SIZE])
{
	char text[METRICS_DAY_SIZE];
	int year, number;

	month_numbers(month, &year, &number);
	number += year * 12 + months - 1;
	day_text(days_from_civil(number / 12, number % 12 + 1, 1), text);
	snprintf(out, METRICS_MONTH_SIZE, "%.7s", text);
}

/* $4 to $10 of metrics_sql.h. */
static void add_cohort(struct db_args *args, const struct cohort *cohort)
{
	db_arg_optional(args, cohort->company_id);
	if (cohort->member == COHORT_ANY)
		db_arg_null(args);
	else
		db_arg_bool(args, cohort->member == COHORT_MEMBERS);
	db_arg_text(args, cohort->industry);
	db_arg_text(args, cohort->area);
	db_arg_text(args, cohort->tag);
	if (cohort->size) {
		db_arg_integer(args, cohort->size->from);
		db_arg_integer(args, cohort->size->to);
	} else {
		db_arg_null(args);
		db_arg_null(args);
	}
}

void metrics_add_period(struct db_args *args, const struct metrics_period *period)
{
	db_arg_text(args, period->from);
	db_arg_text(args, period->to);
	db_arg_text(args, period->timezone);
	add_cohort(args, &period->cohort);
}

int metrics_plan(struct db *db, struct err *why)
{
	return db_script(db, "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off", why);
}
