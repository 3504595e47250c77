#include "server/model/schedule.h"
#include "server/store/oncall_check.h"
#include "server/store/schedule_admin.h"

#include <inttypes.h>

enum { REASON_MAX = 1000 /* bytes */ };

#define COLUMNS                                                                                          \
	"SELECT o.override_id, o.schedule_id, o.user_id, u.display_name, o.from_at, o.to_at, o.reason, " \
	"o.made_by, m.display_name, o.made_at, o.ended_at FROM oncall_override o "                       \
	"JOIN app_user u ON u.user_id = o.user_id JOIN app_user m ON m.user_id = o.made_by "

int override_list(struct db *db, int64_t schedule_id, time_us from, time_us to, bool ended, struct db_result **out,
		  struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, schedule_id);
	db_arg_time(&args, from);
	db_arg_time(&args, to);
	db_arg_bool(&args, ended);
	/* One that was taken back while it counted is one until then. */
	return db_run(db,
		      COLUMNS
		      "WHERE ($1::bigint IS NULL OR o.schedule_id = $1::bigint) AND o.from_at < $3::timestamptz "
		      "AND o.to_at > $2::timestamptz AND ($4::boolean OR (least(o.to_at, o.ended_at) > "
		      "greatest(o.from_at, $2::timestamptz))) ORDER BY o.made_at, o.override_id",
		      &args, out, why);
}

int override_get(struct db *db, int64_t schedule_id, int64_t override_id, bool lock, struct db_result **out,
		 struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, schedule_id);
	db_arg_integer(&args, override_id);
	return db_run(db,
		      lock ? COLUMNS
			  "WHERE $1::bigint IN (0, o.schedule_id) AND o.override_id = $2::bigint FOR UPDATE OF o"
			   : COLUMNS "WHERE $1::bigint IN (0, o.schedule_id) AND o.override_id = $2::bigint",
		      &args, out, why);
}

void override_read(const struct db_result *r, int row, struct override_row *out)
{
	*out = (struct override_row){ .override_id = db_integer(r, row, 0),
				      .schedule_id = db_integer(r, row, 1),
				      .user_id = db_integer(r, row, 2),
				      .user_name = db_text(r, row, 3),
				      .from = db_time(r, row, 4),
				      .to = db_time(r, row, 5),
				      .reason = db_text(r, row, 6),
				      .made_by = db_integer(r, row, 7),
				      .made_by_name = db_text(r, row, 8),
				      .made_at = db_time(r, row, 9),
				      .ended_at = db_time(r, row, 10) };
}

/* Holds the schedule, so that two do not both find room for one more. */
static int check_room(struct db *db, const struct override_new *o, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	bool is_over;
	int64_t count;

	db_arg_integer(&args, o->schedule_id);
	if (db_run(db,
		   "SELECT 1 FROM oncall_schedule WHERE schedule_id = $1::bigint AND archived_at IS NULL FOR UPDATE",
		   &args, &result, why) != 0)
		return -1;
	count = db_rows(result);
	db_result_free(result);
	if (count == 0)
		return err_set(why, ERR_NOT_FOUND, "there is no schedule %" PRId64 " in use", o->schedule_id);
	db_arg_time(&args, o->to);
	if (db_run(db,
		   "SELECT count(*), $2::timestamptz <= now() FROM oncall_override "
		   "WHERE schedule_id = $1::bigint AND to_at > now() AND ended_at IS NULL",
		   &args, &result, why) != 0)
		return -1;
	count = db_integer(result, 0, 0);
	is_over = db_bool(result, 0, 1);
	db_result_free(result);
	if (is_over)
		return err_set(why, ERR_USAGE, "to: it is over already");
	if (count >= OVERRIDES_MAX)
		return err_set(why, ERR_USAGE, "this schedule has %d overrides ahead: change its layers instead",
			       OVERRIDES_MAX);
	return 0;
}

static int check_person(struct db *db, int64_t user_id, struct err *why)
{
	struct oncall_book *book;
	int failed;

	if (oncall_check_open(&book, db, why) != 0)
		return -1;
	failed = oncall_check_person(book, user_id, why);
	oncall_book_close(book);
	return failed;
}

int override_create(struct db *db, const struct override_new *o, int64_t *override_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	if (o->from >= o->to || o->to - o->from > OVERRIDE_DAYS_MAX * US_PER_DAY)
		return err_set(why, ERR_USAGE, "to: it must lie behind from, by %d days at most", OVERRIDE_DAYS_MAX);
	if (o->reason && (strlen(o->reason) > REASON_MAX || !slice_is_utf8(slice_of_string(o->reason))))
		return err_set(why, ERR_USAGE, "reason: it must be a text of at most %d bytes", REASON_MAX);
	if (check_room(db, o, why) != 0 || check_person(db, o->user_id, why) != 0)
		return -1;
	db_arg_integer(&args, o->schedule_id);
	db_arg_integer(&args, o->user_id);
	db_arg_time(&args, o->from);
	db_arg_time(&args, o->to);
	db_arg_text(&args, o->reason);
	db_arg_integer(&args, o->made_by);
	if (db_run(db,
		   "INSERT INTO oncall_override (schedule_id, user_id, from_at, to_at, reason, made_by) VALUES "
		   "($1::bigint, $2::bigint, $3::timestamptz, $4::timestamptz, $5::text, $6::bigint) "
		   "RETURNING override_id",
		   &args, &result, why) != 0)
		return -1;
	*override_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int override_end(struct db *db, int64_t schedule_id, int64_t override_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int64_t affected;

	db_arg_integer(&args, schedule_id);
	db_arg_integer(&args, override_id);
	if (db_run(db,
		   "UPDATE oncall_override SET ended_at = now() WHERE schedule_id = $1::bigint "
		   "AND override_id = $2::bigint AND ended_at IS NULL AND to_at > now()",
		   &args, &result, why) != 0)
		return -1;
	affected = db_affected(result);
	db_result_free(result);
	if (affected)
		return 0;
	if (override_get(db, schedule_id, override_id, false, &result, why) != 0)
		return -1;
	affected = db_rows(result);
	db_result_free(result);
	if (affected)
		return err_set(why, ERR_CONFLICT, "override %" PRId64 " is over, or was taken back", override_id);
	return err_set(why, ERR_NOT_FOUND, "there is no override %" PRId64 " of this schedule", override_id);
}
