#include "server/store/zone.h"

int zone_day_begins(struct db *db, const char *day, int days_on, const char *timezone, time_us *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, day);
	db_arg_integer(&args, days_on);
	db_arg_text(&args, timezone);
	if (db_run(db, "SELECT ($1::date + $2::integer)::timestamp AT TIME ZONE $3::text", &args, &result, why) != 0)
		return -1;
	*out = db_time(result, 0, 0);
	db_result_free(result);
	return 0;
}
