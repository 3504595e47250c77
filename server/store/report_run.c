/* Runs: one job for each report, and how far they are. */
#include "server/store/report_work.h"

#include "server/store/array_text.h"

#include <inttypes.h>

enum { RUNS_SHOWN = 50 };

/* ---------------------------------------------------------------------------------------------- starting */

/* $1 kind of run, $2 first day of the month, $3 state or NULL, $4 grade or NULL, $5 company or NULL, $6 ids or NULL.
 * What waits for the same step in another run is left to that one. */
#define UNCOMMENTED "p.needs_comment AND coalesce(p.comment, '') = ''"
#define CHOSEN                                                                                                      \
	"FROM report p WHERE p.kind = 'monthly' AND p.month = $2::date AND ($5::bigint IS NULL OR p.company_id = "  \
	"$5::bigint) AND ($4::text IS NULL OR p.grade = $4::text) AND ($6::bigint[] IS NULL OR p.report_id = ANY "  \
	"($6::bigint[])) AND CASE coalesce($3::text, 'by ' || $1::text) "                                           \
	"WHEN 'by approve' THEN p.state = 'draft' AND NOT (" UNCOMMENTED ") "                                       \
	"WHEN 'by publish' THEN p.state = 'approved' "                                                              \
	"WHEN 'by send' THEN p.state = 'published' AND NOT EXISTS (SELECT FROM report_delivery d "                  \
	"WHERE d.company_id = p.company_id AND d.report_id = p.report_id) "                                         \
	"WHEN 'by draw' THEN p.state <> 'withdrawn' "                                                               \
	"WHEN 'needs_comment' THEN p.state = 'draft' AND " UNCOMMENTED " "                                          \
	"WHEN 'sent' THEN p.state = 'published' AND p.sent_at IS NOT NULL AND p.opened_at IS NULL "                 \
	"WHEN 'opened' THEN p.state = 'published' AND p.opened_at IS NOT NULL "                                     \
	"WHEN 'failed' THEN p.error IS NOT NULL "                                                                   \
	"ELSE p.state = $3::text END "                                                                              \
	"AND NOT EXISTS (SELECT FROM report_job j WHERE j.company_id = p.company_id AND j.report_id = p.report_id " \
	"AND j.kind = $1::text AND j.run_id IS NOT NULL AND j.failed_at IS NULL)"

static const char *text_or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static int put_run(struct db *db, const struct report_run_order *order, int64_t *run_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, order->kind);
	db_arg_text(&args, order->month);
	db_arg_text(&args, order->reason ? order->reason : "");
	db_arg_optional(&args, order->asked_by);
	if (db_run(
		db,
		"INSERT INTO report_run (kind, month, reason, asked_by) VALUES ($1::text, ($2::text || '-01')::date, "
		"$3::text, $4::bigint) RETURNING run_id",
		&args, &r, why) != 0)
		return -1;
	*run_id = db_integer(r, 0, 0);
	db_result_free(r);
	return 0;
}

/* $1 run, $2 how many. */
static int set_total(struct db *db, int64_t run_id, int64_t total, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, run_id);
	db_arg_integer(&args, total);
	return db_run(
	    db,
	    "UPDATE report_run SET total = $2::bigint, state = CASE WHEN $2::bigint = 0 THEN 'done' ELSE state "
	    "END, finished_at = CASE WHEN $2::bigint = 0 THEN now() END WHERE run_id = $1::bigint",
	    &args, NULL, why);
}

static int put_close(struct db *db, const struct report_run_order *order, int64_t run_id, struct err *why)
{
	const struct report_job job = {
		.run_id = run_id,
		.kind = "close",
		.company_id = order->company_id,
		.month = order->month,
		.asked_by = order->asked_by,
	};

	return report_job_write(db, &job, why);
}

static const char jobs_sql[] =
    "INSERT INTO report_job (run_id, kind, company_id, report_id, asked_by) SELECT $7::bigint, $1::text, p.company_id, "
    "p.report_id, $8::bigint " CHOSEN " ORDER BY p.company_id, p.report_id";

static int put_jobs(struct db *db, const struct report_run_order *order, const char *ids, int64_t run_id,
		    int64_t *total, struct err *why)
{
	char month[REPORT_DAY_SIZE];
	struct db_args args = { 0 };
	struct db_result *r;

	snprintf(month, sizeof(month), "%.7s-01", order->month);
	db_arg_text(&args, order->kind);
	db_arg_text(&args, month);
	db_arg_text(&args, text_or_null(order->state));
	db_arg_text(&args, text_or_null(order->grade));
	db_arg_optional(&args, order->company_id);
	db_arg_text(&args, ids);
	db_arg_integer(&args, run_id);
	db_arg_optional(&args, order->asked_by);
	if (db_run(db, jobs_sql, &args, &r, why) != 0)
		return -1;
	*total = db_affected(r);
	db_result_free(r);
	return 0;
}

static int put_reports(struct db *db, const struct report_run_order *order, int64_t run_id, int64_t *total,
		       struct err *why)
{
	struct array_text ids = { 0 };
	const char *text = NULL;
	int failed = 0;

	for (size_t i = 0; i < order->report_count; i++)
		array_text_integer(&ids, order->report_ids[i]);
	if (order->report_count) {
		text = array_text(&ids);
		failed = text ? 0 : err_set(why, ERR_NOMEM, "no memory for a run of reports");
	}
	if (!failed)
		failed = put_jobs(db, order, text, run_id, total, why);
	array_text_release(&ids);
	return failed;
}

int report_run_start(struct db *db, const struct report_run_order *order, int64_t *run_id, int64_t *total,
		     struct err *why)
{
	bool close = strcmp(order->kind, "close") == 0;

	*total = 1;
	if (put_run(db, order, run_id, why) != 0 ||
	    (close ? put_close(db, order, *run_id, why) : put_reports(db, order, *run_id, total, why)) != 0)
		return -1;
	if (order->expect_max && *total > order->expect_max)
		return err_set(why, ERR_CONFLICT,
			       "it would be %" PRId64 " reports now, and not the %" PRId64 " that you saw", *total,
			       order->expect_max);
	if (set_total(db, *run_id, *total, why) != 0)
		return -1;
	return db_notify(db, "hinomi_report", why);
}

/* Jobs first: who works on one of them finishes it, and then counts it. Across companies. */
static const char stop_sql[] =
    "WITH waiting AS MATERIALIZED (SELECT job_id FROM report_job WHERE run_id = $1::bigint AND failed_at IS NULL "
    "AND (lease_until IS NULL OR lease_until < now()) FOR UPDATE SKIP LOCKED) "
    "DELETE FROM report_job j USING waiting w WHERE j.job_id = w.job_id";

int report_run_stop(struct db *db, int64_t run_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int64_t stopped;

	db_arg_integer(&args, run_id);
	if (db_run(db, stop_sql, &args, NULL, why) != 0 ||
	    db_run(db,
		   "UPDATE report_run SET state = 'stopped', finished_at = now() WHERE run_id = $1::bigint "
		   "AND state = 'running'",
		   &args, &r, why) != 0)
		return -1;
	stopped = db_affected(r);
	db_result_free(r);
	return stopped ? 0 : err_set(why, ERR_CONFLICT, "this run does not run any more");
}

/* ---------------------------------------------------------------------------------------------- looking */

#define RUN_COLUMNS                                                                                       \
	"r.run_id, r.kind, to_char(r.month, 'YYYY-MM'), r.state, r.error, r.reason, u.display_name, "     \
	"r.total::bigint, r.done::bigint, r.failed::bigint, r.asked_at, r.finished_at FROM report_run r " \
	"LEFT JOIN app_user u ON u.user_id = r.asked_by "

int report_run_list(struct db *db, const char *month, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, month);
	db_arg_integer(&args, RUNS_SHOWN);
	return db_run(db,
		      "SELECT " RUN_COLUMNS "WHERE $1::text IS NULL OR r.month = ($1::text || '-01')::date "
		      "ORDER BY r.asked_at DESC, r.run_id DESC LIMIT $2::integer",
		      &args, out, why);
}

int report_run_get(struct db *db, int64_t run_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, run_id);
	return db_run(db, "SELECT " RUN_COLUMNS "WHERE r.run_id = $1::bigint", &args, out, why);
}

void report_run_read(const struct db_result *r, int row, struct report_run *out)
{
	*out = (struct report_run){
		.run_id = db_integer(r, row, 0),
		.kind = db_text(r, row, 1),
		.month = db_text(r, row, 2),
		.state = db_text(r, row, 3),
		.error = db_text(r, row, 4),
		.reason = db_text(r, row, 5),
		.asked_by = db_text(r, row, 6),
		.total = db_integer(r, row, 7),
		.done = db_integer(r, row, 8),
		.failed = db_integer(r, row, 9),
		.asked_at = db_time(r, row, 10),
		.finished_at = db_time(r, row, 11),
	};
}

int report_run_failures(struct db *db, int64_t run_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, run_id);
	return db_run(db,
		      "SELECT j.company_id, c.name, j.report_id, j.error FROM report_job j LEFT JOIN company c "
		      "ON c.company_id = j.company_id WHERE j.run_id = $1::bigint AND j.failed_at IS NOT NULL "
		      "ORDER BY j.company_id, j.job_id",
		      &args, out, why);
}

/* ---------------------------------------------------------------------------------------------- closing */

#define LOCK_CLOSE "hashtextextended('hinomi report close', 0)"

int report_close_hold(struct db *db, bool *held, struct err *why)
{
	struct db_result *r;

	if (db_run(db, "SELECT pg_try_advisory_lock(" LOCK_CLOSE ")", NULL, &r, why) != 0)
		return -1;
	*held = db_bool(r, 0, 0);
	db_result_free(r);
	return 0;
}

int report_close_release(struct db *db, struct err *why)
{
	return db_run(db, "SELECT pg_advisory_unlock(" LOCK_CLOSE ")", NULL, NULL, why);
}
