#include "server/store/calendar_admin.h"

#include "server/model/calendar.h"
#include "server/store/columns.h"
#include "server/store/oncall_check.h"

#include <inttypes.h>

#define COLUMNS "SELECT calendar_id, name, timezone, rules::text, version, updated_at FROM calendar "

int calendar_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, COLUMNS "ORDER BY name, calendar_id", NULL, out, why);
}

int calendar_get(struct db *db, int64_t calendar_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, calendar_id);
	return db_run(
	    db, lock ? COLUMNS "WHERE calendar_id = $1::bigint FOR UPDATE" : COLUMNS "WHERE calendar_id = $1::bigint",
	    &args, out, why);
}

void calendar_read(const struct db_result *r, int row, struct calendar_row *out)
{
	*out = (struct calendar_row){ .calendar_id = db_integer(r, row, 0),
				      .name = db_text(r, row, 1),
				      .timezone = db_text(r, row, 2),
				      .rules = db_text(r, row, 3),
				      .version = db_integer(r, row, 4),
				      .updated_at = db_time(r, row, 5) };
}

int calendar_check(const struct calendar_document *d, struct err *why)
{
	struct calendar *calendar;
	struct zone *zone;
	int failed;

	if (oncall_check_name(d->name, why) != 0 || oncall_check_length(d->rules, why) != 0 ||
	    oncall_check_zone(d->timezone, &zone, why) != 0)
		return -1;
	failed = calendar_parse(&calendar, slice_of_string(d->rules), zone, NULL, why);
	if (failed)
		err_prefix(why, "rules");
	else
		calendar_release(calendar);
	zone_release(zone);
	return failed;
}

int calendar_create(struct db *db, const struct calendar_document *d, int64_t *calendar_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	if (calendar_check(d, why) != 0)
		return -1;
	db_arg_text(&args, d->name);
	db_arg_text(&args, d->timezone);
	db_arg_text(&args, d->rules);
	if (db_run(db,
		   "INSERT INTO calendar (name, timezone, rules) VALUES ($1::text, $2::text, $3::text::jsonb) "
		   "RETURNING calendar_id",
		   &args, &result, why) != 0)
		return -1;
	*calendar_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int calendar_update(struct db *db, int64_t calendar_id, int64_t version, const struct calendar_document *d,
		    struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int64_t affected;

	if (calendar_check(d, why) != 0)
		return -1;
	db_arg_integer(&args, calendar_id);
	db_arg_integer(&args, version);
	db_arg_text(&args, d->name);
	db_arg_text(&args, d->timezone);
	db_arg_text(&args, d->rules);
	if (db_run(db,
		   "UPDATE calendar SET name = $3::text, timezone = $4::text, rules = $5::text::jsonb, "
		   "version = version + 1, updated_at = now() WHERE calendar_id = $1::bigint AND version = $2::bigint",
		   &args, &result, why) != 0)
		return -1;
	affected = db_affected(result);
	db_result_free(result);
	return oncall_check_changed(db, affected, calendar_id, "SELECT 1 FROM calendar WHERE calendar_id = $1::bigint",
				    "calendar", why);
}

int holiday_list(struct db *db, const char *from, const char *to, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, from);
	db_arg_text(&args, to);
	return db_run(
	    db,
	    "SELECT to_char(day, 'YYYY-MM-DD'), name_ja, name_en FROM holiday "
	    "WHERE ($1::date IS NULL OR day >= $1::date) AND ($2::date IS NULL OR day <= $2::date) ORDER BY day",
	    &args, out, why);
}

static int put_days(struct db *db, const struct holiday_file *file, struct err *why)
{
	struct array_text columns[3] = { 0 };

	for (size_t i = 0; i < file->count; i++) {
		array_text_integer(&columns[0], file->days[i].day);
		array_text_string(&columns[1], slice_of_string(file->days[i].ja));
		array_text_string(&columns[2], slice_of_string(file->days[i].en));
	}
	return columns_run(db,
			   "INSERT INTO holiday (day, name_ja, name_en) "
			   "SELECT date '1970-01-01' + u.day::integer, u.ja, u.en "
			   "FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (day, ja, en)",
			   0, columns, ARRAY_LEN(columns), NULL, why);
}

int holiday_replace(struct db *db, const struct holiday_file *file, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, file->first_year);
	db_arg_integer(&args, file->last_year);
	/* Two that load at once do so one after the other; who reads meanwhile is not kept waiting. */
	if (db_run(db, "LOCK TABLE holiday IN SHARE ROW EXCLUSIVE MODE", NULL, NULL, why) != 0 ||
	    db_run(
		db,
		"DELETE FROM holiday WHERE day BETWEEN make_date($1::integer, 1, 1) AND make_date($2::integer, 12, 31)",
		&args, NULL, why) != 0)
		return -1;
	return put_days(db, file, why);
}
