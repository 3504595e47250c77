#include "server/store/report_ask.h"

#include "lib/json_write.h"
#include "server/store/business_day.h"
#include "server/store/page_request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ASK_SEVERITY = 3, TITLE_SIZE = 200 };

static int ask(struct db *db, int64_t company_id, int64_t subject_id, const char *title, struct err *why)
{
	struct page_request request = { .company_id = company_id,
					.kind = "report",
					.what = "raised",
					.subject_id = subject_id,
					.severity = ASK_SEVERITY };
	struct buffer body = { 0 };
	struct json_writer w;
	int failed;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "title", title);
	json_close_object(&w);
	request.body = buffer_string(&body);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a page") : page_request_write(db, &request, why);
	buffer_release(&body);
	return failed;
}

/* What a step of reports is called. */
static const struct step_words {
	const char *kind, *ja, *en;
} steps[] = {
	{ "close", "月の締め", "closing the month" },       { "draw", "報告書の作成", "drawing reports" },
	{ "approve", "報告書の承認", "approving reports" }, { "publish", "報告書の発行", "publishing reports" },
	{ "send", "報告書の送付", "sending reports" },      { "first_report", "速報の作成", "making a first report" },
};

static const struct step_words *words_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (strcmp(steps[i].kind, kind) == 0)
			return &steps[i];
	return &steps[1];
}

int report_ask_of_run(struct db *db, int64_t run_id, const char *kind, const char *month, struct err *why)
{
	const struct step_words *words = words_of(kind);
	char title[TITLE_SIZE];

	snprintf(title, sizeof(title), "%s（%s）でできないものがあります / Not all done: %s (%s)", words->ja, month,
		 words->en, month);
	return ask(db, 0, run_id, title, why);
}

int report_ask_of_job(struct db *db, const struct report_job *job, struct err *why)
{
	const struct step_words *words = words_of(job->kind);
	char title[TITLE_SIZE];

	snprintf(title, sizeof(title), "%sができません / Cannot be done: %s", words->ja, words->en);
	return ask(db, job->company_id, REPORT_ASK_JOBS + job->job_id, title, why);
}

/* ---------------------------------------------------------------------------------------------- the calendar */

/* One run at a time: whoever is second sees what the first has written. */
static int lock_asking(struct db *db, struct err *why)
{
	return db_run(db, "SELECT pg_advisory_xact_lock(hashtextextended('hinomi report calendar', 0))", NULL, NULL,
		      why);
}

static int close_is_asked(struct db *db, const char *month, bool *there, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, month);
	db_arg_integer(&args, REPORT_CLOSE_AGAIN_HOURS);
	if (db_run(db,
		   "SELECT EXISTS (SELECT FROM month_close WHERE month = ($1::text || '-01')::date) OR EXISTS (SELECT "
		   "FROM report_run WHERE kind = 'close' AND month = ($1::text || '-01')::date AND (state = 'running' "
		   "OR finished_at > now() - $2::integer * interval '1 hour'))",
		   &args, &r, why) != 0)
		return -1;
	*there = db_bool(r, 0, 0);
	db_result_free(r);
	return 0;
}

static int ask_to_close(struct db *db, const char *month, bool *asked, struct err *why)
{
	const struct report_run_order order = { .kind = "close", .month = month, .reason = "" };
	int64_t run_id, total;
	bool there;

	if (lock_asking(db, why) != 0 || close_is_asked(db, month, &there, why) != 0)
		return -1;
	*asked = !there;
	return there ? 0 : report_run_start(db, &order, &run_id, &total, why);
}

int report_close_ask(struct db *db, const char *month, bool *asked, struct err *why)
{
	*asked = false;
	if (db_begin(db, why) != 0)
		return -1;
	if (ask_to_close(db, month, asked, why) == 0 && db_commit(db, why) == 0)
		return 0;
	*asked = false;
	db_rollback(db);
	return -1;
}

/* The month before, as its first day; first: of this month. No row: there is nothing to tell. Columns: first day of
 * this month, today, month before, how many reports wait. */
static const char overdue_sql[] =
    "WITH zone AS (SELECT (now() AT TIME ZONE $1::text)::date AS today), "
    "last AS (SELECT today, date_trunc('month', today::timestamp)::date AS this, "
    "(date_trunc('month', today::timestamp) - interval '1 month')::date AS month FROM zone) "
    "SELECT l.this::text, l.today::text, to_char(l.month, 'YYYY-MM'), w.n FROM last l CROSS JOIN LATERAL (SELECT "
    "count(*) AS n FROM report p WHERE p.month = l.month AND p.kind = 'monthly' AND p.issue = 1 AND p.sent_at IS NULL "
    "AND p.state <> 'withdrawn' AND NOT EXISTS (SELECT FROM report_delivery d WHERE d.company_id = p.company_id "
    "AND d.report_id = p.report_id)) w WHERE w.n > 0 AND EXISTS (SELECT FROM month_close m WHERE m.month = l.month) "
    "AND NOT EXISTS (SELECT FROM report_overdue o WHERE o.month = l.month)";

static int note_told(struct db *db, const char *month, bool *first, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, month);
	if (db_run(db, "INSERT INTO report_overdue (month) VALUES (($1::text || '-01')::date) ON CONFLICT DO NOTHING",
		   &args, &r, why) != 0)
		return -1;
	*first = db_affected(r) == 1;
	db_result_free(r);
	return 0;
}

static int tell_overdue(struct db *db, const char *month, int64_t count, bool *asked, struct err *why)
{
	char title[TITLE_SIZE];
	int64_t number = 0;

	if (note_told(db, month, asked, why) != 0)
		return -1;
	if (!*asked)
		return 0;
	for (const char *c = month; *c; c++)
		if (*c >= '0' && *c <= '9')
			number = number * 10 + (*c - '0');
	snprintf(title, sizeof(title),
		 "%s の報告書 %" PRId64 " 通がまだ送られていません / %" PRId64 " reports of %s are not sent yet", month,
		 count, count, month);
	return ask(db, 0, REPORT_ASK_MONTHS + number, title, why);
}

static int look_for_overdue(struct db *db, const char *timezone, int business_day, bool *asked, struct err *why)
{
	char due[BUSINESS_DAY_SIZE];
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	db_arg_text(&args, timezone);
	if (db_run(db, overdue_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		failed = business_day_find(db, db_text(r, 0, 0), business_day, due, why);
	if (db_rows(r) && !failed && strcmp(db_text(r, 0, 1), due) >= 0)
		failed = tell_overdue(db, db_text(r, 0, 2), db_integer(r, 0, 3), asked, why);
	db_result_free(r);
	return failed;
}

int report_overdue_ask(struct db *db, const char *timezone, int business_day, bool *asked, struct err *why)
{
	*asked = false;
	if (db_begin(db, why) != 0)
		return -1;
	if (look_for_overdue(db, timezone, business_day, asked, why) == 0 && db_commit(db, why) == 0)
		return 0;
	*asked = false;
	db_rollback(db);
	return -1;
}
