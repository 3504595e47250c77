#include "server/store/month_close.h"

#include "lib/json_shape.h"
#include "server/model/weather.h"
#include "server/store/audit.h"
#include "server/store/month_freeze.h"

#include <inttypes.h>
#include <string.h>

/* Any number will do, as long as nobody else uses it: "clos". */
#define LOCK_CLOSE "1668050803"

struct closing {
	struct db *db, *writer;
	const struct month_close_order *order;
	struct pool pool;
	struct chamber_month chamber; /* as it is now */
	struct chamber_month peers;   /* what members are compared with */
	int64_t before;               /* version of the month so far */
	int64_t grades[WEATHERS];
	struct month_freeze freeze;
	struct month_closed *out;
};

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory to close a month");
}

/* ---------------------------------------------------------------------------------------------- may it be closed */

static int take_lock(struct closing *c, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	bool taken;

	db_arg_text(&args, c->order->frame->month);
	if (db_run(c->writer, "SELECT pg_try_advisory_xact_lock(" LOCK_CLOSE ", replace($1::text, '-', '')::integer)",
		   &args, &r, why) != 0)
		return -1;
	taken = db_bool(r, 0, 0);
	db_result_free(r);
	return taken ? 0
		     : err_set(why, ERR_CONFLICT, "somebody else is closing %s now: wait until that is done",
			       c->order->frame->month);
}

static int check_state(struct closing *c, bool over, struct err *why)
{
	const struct month_close_order *o = c->order;
	const char *month = o->frame->month;

	if (!over)
		return err_set(why, ERR_CONFLICT,
			       "%s is not over yet: it can be closed from the first of the next month on", month);
	if (!c->before && o->company_id)
		return err_set(why, ERR_CONFLICT, "%s is not closed yet: close the whole month first", month);
	if (c->before && (!o->reason || !*o->reason))
		return err_set(why, ERR_USAGE, "%s is closed already: give a reason to close it again", month);
	if (o->reason && strlen(o->reason) > MONTH_REASON_MAX)
		return err_set(why, ERR_USAGE, "the reason is longer than %d bytes", MONTH_REASON_MAX);
	return 0;
}

/* Behind the lock: nobody closes it between this look and the end. */
static int check(struct closing *c, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	bool over;

	db_arg_text(&args, c->order->frame->month);
	db_arg_text(&args, c->order->frame->timezone);
	if (db_run(c->writer,
		   "SELECT ($1::text || '-01')::date + interval '1 month' <= (now() AT TIME ZONE $2::text)::date, "
		   "coalesce((SELECT max(version) FROM month_close WHERE month = ($1::text || '-01')::date), 0)",
		   &args, &r, why) != 0)
		return -1;
	over = db_bool(r, 0, 0);
	c->before = db_integer(r, 0, 1);
	db_result_free(r);
	c->freeze.again = c->before > 0;
	return check_state(c, over, why);
}

/* ---------------------------------------------------------------------------------------------- freezing */

/* What members were compared with when the month was closed first. */
static int first_peers(struct closing *c, struct err *why)
{
	struct db_result *r;
	int failed;

	c->peers = c->chamber;
	if (!c->before)
		return 0;
	if (frozen_chamber(c->writer, c->order->frame->month, 1, &r, why) != 0)
		return -1;
	failed = db_rows(r) ? json_shape_read(&chamber_month_shape, db_slice(r, 0, 3), &c->pool, &c->peers, why) : 0;
	db_result_free(r);
	return failed;
}

static int freeze_member(void *context, const struct member_month *month, struct err *why)
{
	struct closing *c = context;
	int64_t written, reports;
	enum weather weather;

	if (weather_parse(slice_of_string(month->grade), &weather))
		c->grades[weather]++;
	if (month_freeze_member(&c->freeze, month, &written, &reports, why) != 0)
		return err_prefix(why, "company %" PRId64, month->company_id);
	c->out->companies++;
	c->out->written += written;
	c->out->reports += reports;
	return 0;
}

static int put_grades(struct closing *c, struct err *why)
{
	struct named_count *grades = pool_take_array(&c->pool, WEATHERS, sizeof(*grades));

	if (!grades)
		return no_memory(why);
	for (int w = 0; w < WEATHERS; w++)
		grades[w] = (struct named_count){ weather_name((enum weather)w), c->grades[w] };
	c->chamber.grades = grades;
	c->chamber.grades_count = WEATHERS;
	return 0;
}

/* What differs from the version before, into freeze.changes. */
static int compare_chamber(struct closing *c, struct err *why)
{
	struct db_result *r;
	bool changed;
	int failed = 0;

	if (frozen_chamber(c->writer, c->order->frame->month, 0, &r, why) != 0)
		return -1;
	if (db_rows(r))
		failed =
		    month_freeze_compare(&c->freeze, db_slice(r, 0, 3), buffer_slice(&c->freeze.body), &changed, why);
	db_result_free(r);
	return failed;
}

static int freeze_chamber(struct closing *c, struct err *why)
{
	struct db_args args = { 0 };
	struct json_writer w;

	buffer_clear(&c->freeze.body);
	json_writer_init(&w, &c->freeze.body);
	json_shape_write(&chamber_month_shape, &c->chamber, &w, NULL);
	if (c->freeze.body.failed)
		return no_memory(why);
	if (c->before && compare_chamber(c, why) != 0)
		return -1;
	db_arg_text(&args, c->order->frame->month);
	db_arg_integer(&args, c->before + 1);
	db_arg_text(&args, buffer_string(&c->freeze.body));
	db_arg_text(&args, c->before ? c->order->reason : "");
	db_arg_text(&args, c->before ? buffer_string(&c->freeze.changes) : "[]");
	db_arg_optional(&args, c->order->user_id);
	return db_run(c->writer,
		      "INSERT INTO month_close (month, version, body, sha256, reason, changes, made_by) "
		      "VALUES (($1::text || '-01')::date, $2::integer, $3::text, sha256(convert_to($3::text, 'UTF8')), "
		      "$4::text, $5::jsonb, $6::bigint)",
		      &args, NULL, why);
}

static int freeze_all(struct closing *c, struct err *why)
{
	const struct month_close_order *o = c->order;

	if (report_facts_chamber(c->db, o->frame, &c->pool, &c->chamber, why) != 0 || first_peers(c, why) != 0 ||
	    report_facts_members(c->db, o->frame, &c->peers, o->company_id, freeze_member, c, why) != 0)
		return -1;
	c->out->version = (int)c->before;
	if (o->company_id)
		return 0;
	c->out->version++;
	return put_grades(c, why) != 0 ? -1 : freeze_chamber(c, why);
}

static int read_and_freeze(struct closing *c, struct err *why)
{
	int failed;

	if (db_script(c->db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why) != 0)
		return -1;
	failed = freeze_all(c, why);
	db_rollback(c->db);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- the audit line */

/* Into the pool. */
static int find_actor(struct closing *c, const char **actor, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	*actor = c->order->actor ? c->order->actor : "role:reporter";
	if (c->order->actor || !c->order->user_id)
		return 0;
	db_arg_integer(&args, c->order->user_id);
	if (db_run(c->writer, "SELECT email FROM app_user WHERE user_id = $1::bigint", &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		*actor = pool_string(&c->pool, db_slice(r, 0, 0));
	db_result_free(r);
	return *actor ? 0 : no_memory(why);
}

static int write_audit(struct closing *c, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	const char *actor;
	char subject[32];
	int failed;

	if (find_actor(c, &actor, why) != 0)
		return -1;
	snprintf(subject, sizeof(subject), "month %s", c->order->frame->month);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "month", c->order->frame->month);
	json_put_integer(&w, "version", c->out->version);
	json_put_string(&w, "reason", c->order->reason ? c->order->reason : "");
	json_put_integer(&w, "companies", c->out->companies);
	json_put_integer(&w, "written", c->out->written);
	json_put_integer(&w, "reports", c->out->reports);
	json_close_object(&w);
	failed =
	    audit_append(c->writer, actor, "month.close", c->order->company_id, subject, buffer_string(&detail), why);
	buffer_release(&detail);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- all of it */

static int write_all(struct closing *c, struct err *why)
{
	const struct month_close_order *o = c->order;

	if (db_begin(c->writer, why) != 0 || take_lock(c, why) != 0 || check(c, why) != 0 ||
	    read_and_freeze(c, why) != 0)
		return -1;
	if (c->out->reports && db_notify(c->writer, "hinomi_change", why) != 0)
		return -1;
	if (write_audit(c, why) != 0 || (o->also && o->also(o->also_context, c->writer, why) != 0))
		return -1;
	return db_commit(c->writer, why);
}

int month_close(struct db *db, const struct month_close_order *order, struct month_closed *out, struct err *why)
{
	struct closing c = { .db = db, .order = order, .out = out };
	int failed;

	*out = (struct month_closed){ 0 };
	if (db_open_beside(&c.writer, db, why) != 0)
		return -1;
	c.freeze.writer = c.writer;
	c.freeze.order = order;
	failed = write_all(&c, why);
	db_rollback(c.writer);
	db_close(c.writer);
	month_freeze_release(&c.freeze);
	pool_release(&c.pool);
	return failed;
}
