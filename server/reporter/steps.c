#include "server/reporter/steps.h"

#include "lib/log.h"
#include "server/reporter/first_report.h"
#include "server/reporter/paper.h"
#include "server/store/change_feed.h"
#include "server/store/month_close.h"
#include "server/store/report_delivery.h"

#include <inttypes.h>
#include <malloc.h>

enum { CLOSED_BY_OTHERS_MS = 5 * 1000 };

typedef int step(struct work *w, struct db *db, const struct report_job *job, struct err *why);

static int read_paper(const struct report_job *job, struct paper *out, struct err *why)
{
	*out = (struct paper){ .format = DOCUMENT_PDF, .language = job->language, .page = job->page };
	if (job->format && !document_format_parse(slice_of_string(job->format), &out->format))
		return err_set(why, ERR_USAGE, "there is no format %s", job->format);
	return 0;
}

/* ----------------------------------------------------------------------------------------------
 * drawing */

static bool is_published(const struct report_row *report)
{
	return strcmp(report->state, "published") == 0 || strcmp(report->state, "withdrawn") == 0;
}

static int draw_row(struct work *w, struct db *db, const struct report_job *job, const struct report_row *report,
		    struct err *why)
{
	struct paper paper;

	if (read_paper(job, &paper, why) != 0)
		return -1;
	paper.final = is_published(report);
	if (paper_report(w, db, report, &paper, why) != 0 ||
	    change_feed_write(db, report->company_id, CHANGE_REPORT, report->report_id, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}

static int with_report(struct work *w, struct db *db, const struct report_job *job, bool lock,
		       int (*then)(struct work *, struct db *, const struct report_job *, const struct report_row *,
				   struct err *),
		       struct err *why)
{
	struct report_row report;
	struct db_result *r;
	int failed;

	if (report_get(db, job->company_id, job->report_id, lock, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		report_read(r, 0, &report);
		failed = then(w, db, job, &report, why);
	} else {
		failed = err_set(why, ERR_NOT_FOUND, "report R-%" PRId64 " is not there", job->report_id);
	}
	db_result_free(r);
	return failed;
}

static int draw(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	return with_report(w, db, job, false, draw_row, why);
}

static int draw_chamber(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	struct paper paper;

	if (!job->month)
		return err_set(why, ERR_USAGE, "no month is given");
	return read_paper(job, &paper, why) != 0 ? -1 : paper_chamber(w, db, job->month, &paper, why);
}

/* ----------------------------------------------------------------------------------------------
 * steps of a report */

static int approve(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	(void)w;
	return report_approve(db, job->company_id, job->report_id, job->asked_by, why);
}

/* What the member gets is drawn in the transaction that publishes it; nobody
 * changes the report meanwhile. Asked first: drawing is for nothing when the
 * step is not open. */
static int publish_row(struct work *w, struct db *db, const struct report_job *job, const struct report_row *report,
		       struct err *why)
{
	const struct report_stand stand = report_stand_of(report);
	const struct paper paper = { .format = DOCUMENT_PDF, .final = true };
	enum report_refusal refusal = report_step_check(&stand, REPORT_PUBLISH, job->asked_by);

	if (refusal != REPORT_STEP_OPEN)
		return err_set(why, ERR_CONFLICT, "%s", report_refusal_text(refusal, false));
	if (paper_report(w, db, report, &paper, why) != 0)
		return -1;
	return report_publish(db, report->company_id, report->report_id, job->asked_by, why);
}

static int publish(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	return with_report(w, db, job, true, publish_row, why);
}

static int send(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	int64_t written;

	(void)w;
	if (report_send(db, job->company_id, job->report_id, job->asked_by, false, &written, why) != 0)
		return -1;
	if (!written)
		log_info("report R-%" PRId64 ": nobody of the member is left to send it to", job->report_id);
	return 0;
}

static const struct kind {
	const char *name;
	step *run;
} kinds[] = {
	{ "draw", draw }, { "draw_chamber", draw_chamber },      { "approve", approve }, { "publish", publish },
	{ "send", send }, { "first_report", first_report_make },
};

int steps_do(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, job->kind) == 0)
			return kinds[i].run(w, db, job, why);
	return err_set(why, ERR_USAGE, "there is no work of kind %s", job->kind);
}

/* ----------------------------------------------------------------------------------------------
 * closing a month */

bool steps_are_apart(const struct report_job *job)
{
	return strcmp(job->kind, "close") == 0;
}

/* In the transaction that closes the month. */
static int end_close(void *context, struct db *db, struct err *why)
{
	const struct report_job *job = context;

	return report_job_done(db, job->job_id, why);
}

static int close_month(struct work *w, struct db *db, struct report_job *job, struct err *why)
{
	const struct settings *s = w->settings;
	const struct report_facts_target target = { s->reporter.target_companies, s->reporter.target_from,
						    s->reporter.target_years };
	struct report_facts_frame frame;
	const struct month_close_order order = {
		.frame = &frame,
		.reason = job->reason,
		.user_id = job->asked_by,
		.company_id = job->company_id,
		.also = end_close,
		.also_context = job,
	};
	struct month_closed closed;
	struct pool pool = { 0 };
	int failed;

	if (!job->month)
		return err_set(why, ERR_USAGE, "no month is given");
	failed = report_facts_frame_read(db, job->month, s->timezone, &target, &pool, &frame, why);
	if (!failed)
		failed = month_close(db, &order, &closed, why);
	pool_release(&pool);
	malloc_trim(0); /* facts of a whole month come and go */
	if (!failed)
		log_info("%s is closed, version %d: %" PRId64 " companies, %" PRId64 " frozen anew, %" PRId64 " drafts",
			 job->month, closed.version, closed.companies, closed.written, closed.reports);
	return failed;
}

int steps_do_apart(struct work *w, struct db *db, const struct report_job *job, int64_t *again_ms, struct err *why)
{
	struct report_job mine = *job;
	struct err unused;
	bool held;
	int failed;

	if (report_close_hold(db, &held, why) != 0)
		return -1;
	if (!held) {
		*again_ms = CLOSED_BY_OTHERS_MS;
		return 0;
	}
	failed = close_month(w, db, &mine, why);
	/* A connection that is lost holds nothing. */
	if (report_close_release(db, failed ? &unused : why) != 0 && !failed)
		failed = -1;
	return failed;
}
