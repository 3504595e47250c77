#include "server/store/report_work.h"

#include "server/store/change_feed.h"
#include "server/store/page_request.h"
#include "server/store/report_ask.h"

#include <inttypes.h>
#include <stdio.h>

enum { SUSPECT_CRASHES = 2, RETRY_S = 1, KEPT_ERROR = 500 };

int report_work_prepare(struct db *db, struct err *why)
{
	return db_listen(db, "hinomi_report", why);
}

/* Drawing takes a second at most, and closing never waits so long between two statements. */
int report_work_limit(struct db *db, struct err *why)
{
	return db_script(db, "SET idle_in_transaction_session_timeout = '20s'", why);
}

/* ---------------------------------------------------------------------------------------------- asking */

static void arg_month(struct db_args *args, const char *month)
{
	char first[REPORT_DAY_SIZE];

	if (!month) {
		db_arg_null(args);
		return;
	}
	snprintf(first, sizeof(first), "%.7s-01", month);
	if (args->count < DB_ARGS_MAX)
		snprintf(args->numbers[args->count], DB_ARG_NUMBER, "%s", first);
	db_arg_text(args, args->count < DB_ARGS_MAX ? args->numbers[args->count] : NULL);
}

/* What is being worked on now may have begun before the change that this one is written for: it does not count. */
static const char write_sql[] =
    "INSERT INTO report_job (run_id, kind, company_id, report_id, incident_id, month, format, language, page, "
    "priority, "
    "asked_by) SELECT $1::bigint, $2::text, $3::bigint, $4::bigint, $5::bigint, $6::date, $7::text, $8::text, "
    "$9::integer, $10::smallint, $11::bigint WHERE NOT EXISTS (SELECT FROM report_job j WHERE j.failed_at IS NULL "
    "AND (j.lease_until IS NULL OR j.lease_until < now()) AND j.run_id IS NOT DISTINCT FROM $1::bigint "
    "AND j.kind = $2::text AND j.company_id = $3::bigint AND j.report_id IS NOT DISTINCT FROM $4::bigint "
    "AND j.incident_id IS NOT DISTINCT FROM $5::bigint AND j.month IS NOT DISTINCT FROM $6::date "
    "AND j.format IS NOT DISTINCT FROM $7::text AND j.language IS NOT DISTINCT FROM $8::text "
    "AND j.page IS NOT DISTINCT FROM $9::integer) ON CONFLICT DO NOTHING";

int report_job_write(struct db *db, const struct report_job *job, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, job->run_id);
	db_arg_text(&args, job->kind);
	db_arg_integer(&args, job->company_id);
	db_arg_optional(&args, job->report_id);
	db_arg_optional(&args, job->incident_id);
	arg_month(&args, job->month);
	db_arg_text(&args, job->format);
	db_arg_text(&args, job->language);
	db_arg_optional(&args, job->page);
	db_arg_integer(&args, job->priority ? job->priority : REPORT_JOB_PRIORITY);
	db_arg_optional(&args, job->asked_by);
	if (db_run(db, write_sql, &args, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_report", why);
}

/* ---------------------------------------------------------------------------------------------- taking */

#define MAY_BE_CLAIMED "failed_at IS NULL AND not_before <= now() AND (lease_until IS NULL OR lease_until <= now())"

/* $1 lease in ms, $2 and $3: from so many crashes on it goes by itself, and not at all. */
static const char claim_sql[] =
    "WITH next AS MATERIALIZED (SELECT job_id FROM report_job j WHERE " MAY_BE_CLAIMED " AND (j.crashes < $2::integer "
    "OR j.crashes < $3::integer AND NOT EXISTS (SELECT FROM report_job o WHERE o.failed_at IS NULL "
    "AND o.crashes > $2::integer AND o.lease_until > now() AND o.job_id <> j.job_id)) "
    "ORDER BY priority, job_id LIMIT 1 FOR UPDATE OF j SKIP LOCKED) "
    "UPDATE report_job j SET lease_until = now() + $1::bigint * interval '1 millisecond', crashes = crashes + 1 "
    "FROM next n WHERE j.job_id = n.job_id "
    "RETURNING j.job_id, j.run_id, j.kind, j.company_id, j.report_id, j.incident_id, to_char(j.month, 'YYYY-MM'), "
    "j.format, j.language, j.page, j.priority, j.asked_by, j.asked_at, j.lease_until, "
    "(SELECT r.reason FROM report_run r WHERE r.run_id = j.run_id)";

int report_job_claim(struct db *db, int64_t lease_ms, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, lease_ms);
	db_arg_integer(&args, SUSPECT_CRASHES);
	db_arg_integer(&args, REPORT_JOB_CRASHES);
	return db_run(db, claim_sql, &args, out, why);
}

void report_job_read(const struct db_result *r, int row, struct report_job *out)
{
	*out = (struct report_job){
		.job_id = db_integer(r, row, 0),
		.run_id = db_integer(r, row, 1),
		.kind = db_text(r, row, 2),
		.company_id = db_integer(r, row, 3),
		.report_id = db_integer(r, row, 4),
		.incident_id = db_integer(r, row, 5),
		.month = db_text(r, row, 6),
		.format = db_text(r, row, 7),
		.language = db_text(r, row, 8),
		.page = (int)db_integer(r, row, 9),
		.priority = (int)db_integer(r, row, 10),
		.asked_by = db_integer(r, row, 11),
		.asked_at = db_time(r, row, 12),
		.lease_until = db_time(r, row, 13),
		.reason = db_text(r, row, 14),
	};
}

/* $1, $2: the claim. */
static void arg_claim(struct db_args *args, const struct report_job *job)
{
	db_arg_integer(args, job->job_id);
	db_arg_time(args, job->lease_until);
}

int report_job_hold(struct db *db, const struct report_job *job, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int rows;

	arg_claim(&args, job);
	if (db_run(db,
		   "SELECT job_id FROM report_job WHERE job_id = $1::bigint AND lease_until = $2::timestamptz "
		   "FOR UPDATE",
		   &args, &r, why) != 0)
		return -1;
	rows = db_rows(r);
	db_result_free(r);
	return rows ? 0 : err_set(why, ERR_CONFLICT, "somebody else works on this now");
}

/* ---------------------------------------------------------------------------------------------- ends */

/* $1 run, $2 done, $3 failed. A run that was stopped stays stopped. */
static const char count_sql[] =
    "UPDATE report_run SET done = done + $2::integer, failed = failed + $3::integer, "
    "state = CASE WHEN state = 'running' AND done + failed + $2::integer + $3::integer >= total THEN 'done' "
    "ELSE state END, finished_at = CASE WHEN state = 'running' AND done + failed + $2::integer + $3::integer >= total "
    "THEN clock_timestamp() ELSE finished_at END WHERE run_id = $1::bigint RETURNING failed::bigint, kind, "
    "to_char(month, 'YYYY-MM')";

static int count_run(struct db *db, int64_t run_id, bool failed, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, run_id);
	db_arg_integer(&args, !failed);
	db_arg_integer(&args, failed);
	return db_run(db, count_sql, &args, out, why);
}

/* The report can be made again: what it said before is over. */
static const char done_sql[] =
    "WITH gone AS (DELETE FROM report_job WHERE job_id = $1::bigint RETURNING run_id, company_id, report_id), "
    "good AS (UPDATE report p SET error = NULL FROM gone g WHERE p.company_id = g.company_id "
    "AND p.report_id = g.report_id AND p.error IS NOT NULL) SELECT run_id FROM gone";

int report_job_done(struct db *db, int64_t job_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r, *counted = NULL;
	int64_t run_id;
	int rows, failed;

	db_arg_integer(&args, job_id);
	if (db_run(db, done_sql, &args, &r, why) != 0)
		return -1;
	rows = db_rows(r);
	run_id = rows ? db_integer(r, 0, 0) : 0;
	db_result_free(r);
	if (!rows)
		return err_set(why, ERR_CONFLICT, "somebody else has done this meanwhile");
	if (!run_id)
		return 0;
	failed = count_run(db, run_id, false, &counted, why);
	db_result_free(counted);
	return failed;
}

/* $1 job, $2 claim (NULL: whichever), $3 error, $4 tries, $5 seconds. A run that was stopped tries nothing again. */
static const char failed_sql[] =
    "UPDATE report_job j SET attempts = attempts + 1, crashes = greatest(crashes - 1, 0), lease_until = NULL, "
    "error = $3::text, not_before = now() + (attempts + 1) * (attempts + 1) * $5::integer * interval '1 second', "
    "failed_at = CASE WHEN attempts + 1 >= $4::integer OR EXISTS (SELECT FROM report_run r WHERE r.run_id = j.run_id "
    "AND r.state = 'stopped') THEN now() END WHERE job_id = $1::bigint AND failed_at IS NULL "
    "AND ($2::timestamptz IS NULL OR lease_until = $2::timestamptz) RETURNING failed_at IS NOT NULL";

/* *given_up: it was the last time. *was_ours false: somebody else has it now. */
static int count_attempt(struct db *db, const struct report_job *job, const char *error, int tries, bool *was_ours,
			 bool *given_up, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	arg_claim(&args, job);
	db_arg_text(&args, error);
	db_arg_integer(&args, tries);
	db_arg_integer(&args, RETRY_S);
	if (db_run(db, failed_sql, &args, &r, why) != 0)
		return -1;
	*was_ours = db_rows(r) != 0;
	*given_up = *was_ours && db_bool(r, 0, 0);
	db_result_free(r);
	return 0;
}

/* Who has the board open sees which one it was. */
static int mark_report(struct db *db, const struct report_job *job, const char *error, struct err *why)
{
	struct db_args args = { 0 };

	if (!job->report_id)
		return 0;
	db_arg_integer(&args, job->company_id);
	db_arg_integer(&args, job->report_id);
	db_arg_text(&args, error);
	if (db_run(db, "UPDATE report SET error = $3::text WHERE company_id = $1::bigint AND report_id = $2::bigint",
		   &args, NULL, why) != 0 ||
	    change_feed_write(db, job->company_id, CHANGE_REPORT, job->report_id, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}

static int tell_of_run(struct db *db, int64_t run_id, struct err *why)
{
	struct db_result *r;
	int failed = count_run(db, run_id, true, &r, why);

	if (failed)
		return -1;
	if (db_rows(r) && db_integer(r, 0, 0) == 1)
		failed = report_ask_of_run(db, run_id, db_text(r, 0, 1), db_text(r, 0, 2), why);
	db_result_free(r);
	return failed;
}

/* A drawing that no run asked for is one that somebody waits for, and sees fail. */
static int give_up(struct db *db, const struct report_job *job, struct err *why)
{
	if (job->run_id)
		return tell_of_run(db, job->run_id, why);
	if (strncmp(job->kind, "draw", 4) == 0)
		return 0;
	return report_ask_of_job(db, job, why);
}

static int fail_in_transaction(struct db *db, const struct report_job *job, const char *error, int tries,
			       struct err *why)
{
	bool was_ours, given_up;

	if (count_attempt(db, job, error, tries, &was_ours, &given_up, why) != 0)
		return -1;
	if (!was_ours)
		return 0;
	if (mark_report(db, job, error, why) != 0 || (given_up && give_up(db, job, why) != 0))
		return -1;
	return 0;
}

static int fail_job(struct db *db, const struct report_job *job, const char *error, int tries, struct err *why)
{
	char kept[KEPT_ERROR];

	snprintf(kept, sizeof(kept), "%s", error);
	if (db_begin(db, why) != 0)
		return -1;
	if (fail_in_transaction(db, job, kept, tries, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

int report_job_failed(struct db *db, const struct report_job *job, const char *error, struct err *why)
{
	return fail_job(db, job, error, REPORT_JOB_ATTEMPTS, why);
}

int report_job_return(struct db *db, const struct report_job *job, int64_t delay_ms, struct err *why)
{
	struct db_args args = { 0 };

	arg_claim(&args, job);
	db_arg_integer(&args, delay_ms);
	return db_run(db,
		      "UPDATE report_job SET lease_until = NULL, crashes = greatest(crashes - 1, 0), not_before = "
		      "now() + $3::bigint * interval '1 millisecond' WHERE job_id = $1::bigint "
		      "AND lease_until = $2::timestamptz",
		      &args, NULL, why);
}

/* In columns as of report_job_claim(). */
static const char buried_sql[] =
    "SELECT j.job_id, j.run_id, j.kind, j.company_id, j.report_id, j.incident_id, to_char(j.month, 'YYYY-MM'), "
    "j.format, j.language, j.page, j.priority, j.asked_by, j.asked_at, j.lease_until, NULL::text FROM report_job j "
    "WHERE " MAY_BE_CLAIMED " AND j.crashes >= $1::integer ORDER BY job_id LIMIT 100 FOR UPDATE SKIP LOCKED";

int report_job_bury(struct db *db, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r = NULL;
	int failed;

	*count = 0;
	db_arg_integer(&args, REPORT_JOB_CRASHES);
	if (db_begin(db, why) != 0)
		return -1;
	failed = db_run(db, buried_sql, &args, &r, why);
	for (int i = 0; !failed && i < db_rows(r); i++) {
		struct report_job job;

		report_job_read(r, i, &job);
		failed = fail_in_transaction(db, &job, "the process that worked on this ended each time", 0, why);
		*count += !failed;
	}
	db_result_free(r);
	if (!failed && db_commit(db, why) == 0)
		return 0;
	*count = 0;
	db_rollback(db);
	return -1;
}

int report_job_next_due(struct db *db, time_us *next, time_us *now, struct err *why)
{
	struct db_result *r;

	if (db_run(db,
		   "SELECT min(greatest(not_before, lease_until)) FILTER (WHERE greatest(not_before, lease_until) > "
		   "now()), now() FROM report_job WHERE failed_at IS NULL",
		   NULL, &r, why) != 0)
		return -1;
	*next = db_time(r, 0, 0);
	*now = db_time(r, 0, 1);
	db_result_free(r);
	return 0;
}

int report_day(struct db *db, time_us at, const char *timezone, char day[REPORT_DAY_SIZE], struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, timezone);
	db_arg_time(&args, at);
	if (db_run(db, "SELECT (coalesce($2::timestamptz, now()) AT TIME ZONE $1::text)::date::text", &args, &r, why) !=
	    0)
		return -1;
	snprintf(day, REPORT_DAY_SIZE, "%s", db_text(r, 0, 0));
	db_result_free(r);
	return 0;
}

int report_language(struct db *db, int64_t company_id, char language[REPORT_LANGUAGE_SIZE], struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int rows;

	db_arg_integer(&args, company_id);
	if (db_run(db, "SELECT report_language FROM company WHERE company_id = $1::bigint", &args, &r, why) != 0)
		return -1;
	rows = db_rows(r);
	snprintf(language, REPORT_LANGUAGE_SIZE, "%s", rows ? db_text(r, 0, 0) : "ja");
	db_result_free(r);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "there is no company %" PRId64, company_id);
}
