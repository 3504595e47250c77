#include "server/store/schedule_admin.h"

#include "server/model/schedule.h"
#include "server/store/columns.h"
#include "server/store/oncall_book_state.h"
#include "server/store/oncall_check.h"

#include <inttypes.h>

#define COLUMNS \
	"SELECT schedule_id, name, timezone, rules::text, version, updated_at, archived_at FROM oncall_schedule "

int schedule_list(struct db *db, bool archived, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_bool(&args, archived);
	return db_run(db, COLUMNS "WHERE $1::boolean OR archived_at IS NULL ORDER BY name, schedule_id", &args, out,
		      why);
}

int schedule_get(struct db *db, int64_t schedule_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, schedule_id);
	return db_run(
	    db, lock ? COLUMNS "WHERE schedule_id = $1::bigint FOR UPDATE" : COLUMNS "WHERE schedule_id = $1::bigint",
	    &args, out, why);
}

void schedule_read(const struct db_result *r, int row, struct schedule_row *out)
{
	*out = (struct schedule_row){ .schedule_id = db_integer(r, row, 0),
				      .name = db_text(r, row, 1),
				      .timezone = db_text(r, row, 2),
				      .rules = db_text(r, row, 3),
				      .version = db_integer(r, row, 4),
				      .updated_at = db_time(r, row, 5),
				      .archived_at = db_time(r, row, 6) };
}

static int check_rules(const struct oncall_book *book, const struct schedule_document *d, const struct zone *zone,
		       struct err *why)
{
	int64_t people[SCHEDULE_LAYERS_MAX * SCHEDULE_PEOPLE_MAX];
	struct schedule *schedule;
	size_t count;

	if (schedule_parse(&schedule, slice_of_string(d->rules), zone, oncall_book_calendars(book), NULL, 0, why) != 0)
		return err_prefix(why, "rules");
	count = schedule_people(schedule, people, ARRAY_LEN(people));
	schedule_release(schedule);
	for (size_t i = 0; i < count; i++)
		if (oncall_check_person(book, people[i], why) != 0)
			return err_prefix(why, "rules");
	return 0;
}

int schedule_check(struct db *db, const struct schedule_document *d, struct err *why)
{
	struct oncall_book *book;
	struct zone *zone;
	int failed;

	if (oncall_check_name(d->name, why) != 0 || oncall_check_length(d->rules, why) != 0 ||
	    oncall_check_zone(d->timezone, &zone, why) != 0)
		return -1;
	failed = oncall_check_open(&book, db, why);
	if (!failed) {
		failed = check_rules(book, d, zone, why);
		oncall_book_close(book);
	}
	zone_release(zone);
	return failed;
}

int schedule_create(struct db *db, const struct schedule_document *d, int64_t *schedule_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	if (schedule_check(db, d, why) != 0)
		return -1;
	db_arg_text(&args, d->name);
	db_arg_text(&args, d->timezone);
	db_arg_text(&args, d->rules);
	if (db_run(db,
		   "INSERT INTO oncall_schedule (name, timezone, rules) VALUES ($1::text, $2::text, $3::text::jsonb) "
		   "RETURNING schedule_id",
		   &args, &result, why) != 0)
		return -1;
	*schedule_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static const char in_use[] = "SELECT 1 FROM oncall_schedule WHERE schedule_id = $1::bigint AND archived_at IS NULL";

/* Runs a change of the row, whose id and version are $1 and $2. */
static int change(struct db *db, const char *sql, const struct db_args *args, int64_t schedule_id, struct err *why)
{
	struct db_result *result;
	int64_t affected;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	affected = db_affected(result);
	db_result_free(result);
	return oncall_check_changed(db, affected, schedule_id, in_use, "schedule", why);
}

int schedule_update(struct db *db, int64_t schedule_id, int64_t version, const struct schedule_document *d,
		    struct err *why)
{
	struct db_args args = { 0 };

	if (schedule_check(db, d, why) != 0)
		return -1;
	db_arg_integer(&args, schedule_id);
	db_arg_integer(&args, version);
	db_arg_text(&args, d->name);
	db_arg_text(&args, d->timezone);
	db_arg_text(&args, d->rules);
	return change(db,
		      "UPDATE oncall_schedule SET name = $3::text, timezone = $4::text, rules = $5::text::jsonb, "
		      "version = version + 1, updated_at = now() "
		      "WHERE schedule_id = $1::bigint AND version = $2::bigint AND archived_at IS NULL",
		      &args, schedule_id, why);
}

/* The policies that go to it, by the documents. */
static int check_unused(struct db *db, int64_t schedule_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	db_arg_integer(&args, schedule_id);
	if (db_run(db,
		   "SELECT name FROM escalation_policy WHERE archived_at IS NULL AND jsonb_path_exists(rules, "
		   "'$.steps[*].targets[*].schedule ? (@ == $id)', jsonb_build_object('id', $1::bigint)) "
		   "ORDER BY name LIMIT 1",
		   &args, &result, why) != 0)
		return -1;
	if (db_rows(result))
		failed =
		    err_set(why, ERR_USAGE, "policy %s goes to this schedule: change it first", db_text(result, 0, 0));
	db_result_free(result);
	return failed;
}

int schedule_archive(struct db *db, int64_t schedule_id, int64_t version, struct err *why)
{
	struct db_args args = { 0 };

	if (check_unused(db, schedule_id, why) != 0)
		return -1;
	db_arg_integer(&args, schedule_id);
	db_arg_integer(&args, version);
	return change(db,
		      "UPDATE oncall_schedule SET archived_at = now(), version = version + 1, updated_at = now() "
		      "WHERE schedule_id = $1::bigint AND version = $2::bigint AND archived_at IS NULL",
		      &args, schedule_id, why);
}

int oncall_time(struct db *db, time_us *now, struct err *why)
{
	struct db_result *result;

	if (db_run(db, "SELECT now()", NULL, &result, why) != 0)
		return -1;
	*now = db_time(result, 0, 0);
	db_result_free(result);
	return 0;
}

int oncall_candidates(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(
	    db, "SELECT user_id, display_name FROM app_user WHERE " ONCALL_PEOPLE " ORDER BY display_name, user_id",
	    NULL, out, why);
}

int oncall_names(struct db *db, const int64_t *user_ids, size_t count, struct db_result **out, struct err *why)
{
	struct array_text ids = { 0 };

	for (size_t i = 0; i < count; i++)
		array_text_integer(&ids, user_ids[i]);
	/* People are of no company_id's table. */
	return columns_run(db,
			   "SELECT user_id, display_name FROM app_user WHERE user_id = ANY ($1::bigint[]) "
			   "ORDER BY user_id",
			   0, &ids, 1, out, why);
}
