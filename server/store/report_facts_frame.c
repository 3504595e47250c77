#include "server/store/business_day.h"
#include "server/store/report_catalogue.h"
#include "server/store/report_facts_parts.h"

enum { DUE_BUSINESS_DAYS = 5 };

/* The day after that of making, from which business days count. */
static int day_after(struct db *db, const char *month, const char *timezone, char out[BUSINESS_DAY_SIZE],
		     struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, month);
	db_arg_text(&args, timezone);
	if (db_run(db,
		   "SELECT ((coalesce((SELECT min(c.made_at) FROM month_close c WHERE c.month = ($1::text || "
		   "'-01')::date), "
		   "now()) AT TIME ZONE $2::text)::date + 1)::text",
		   &args, &r, why) != 0)
		return -1;
	snprintf(out, BUSINESS_DAY_SIZE, "%s", db_text(r, 0, 0));
	db_result_free(r);
	return 0;
}

/* The plan's last day: so many years later. */
static int target_day(struct db *db, const struct report_facts_target *target, char out[BUSINESS_DAY_SIZE],
		      struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, target->from);
	db_arg_integer(&args, target->years);
	if (db_run(db, "SELECT ($1::date + make_interval(years => $2::integer))::date::text", &args, &r, why) != 0)
		return -1;
	snprintf(out, BUSINESS_DAY_SIZE, "%s", db_text(r, 0, 0));
	db_result_free(r);
	return 0;
}

static int put_target(struct db *db, const struct report_facts_target *target, struct pool *pool,
		      struct report_facts_frame *out, bool *failed, struct err *why)
{
	char day[BUSINESS_DAY_SIZE];

	if (!target || target->companies <= 0 || !target->from || !*target->from)
		return 0;
	if (target_day(db, target, day, why) != 0)
		return -1;
	out->growth_target = target->companies;
	out->growth_from = facts_text(pool, target->from, failed);
	out->growth_day = facts_text(pool, day, failed);
	return 0;
}

int report_facts_frame_read(struct db *db, const char *month, const char *timezone,
			    const struct report_facts_target *target, struct pool *pool, struct report_facts_frame *out,
			    struct err *why)
{
	char after[BUSINESS_DAY_SIZE], due[BUSINESS_DAY_SIZE];
	bool failed = false;

	*out = (struct report_facts_frame){ .timezone = facts_text(pool, timezone, &failed),
					    .month = facts_text(pool, month, &failed) };
	if (report_catalogue_read(db, pool, &out->texts, &out->words, why) != 0 ||
	    day_after(db, month, timezone, after, why) != 0 ||
	    business_day_find(db, after, DUE_BUSINESS_DAYS, due, why) != 0 ||
	    put_target(db, target, pool, out, &failed, why) != 0)
		return -1;
	out->due_on = facts_text(pool, due, &failed);
	return failed ? facts_no_memory(why) : 0;
}
