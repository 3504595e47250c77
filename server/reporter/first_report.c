#include "server/reporter/first_report.h"

#include "lib/log.h"
#include "server/reporter/paper.h"
#include "server/store/report_delivery.h"
#include "server/store/report_facts.h"

#include <inttypes.h>
#include <stdio.h>

/* ---------------------------------------------------------------------------------------------- its snapshot */

static int write_body(const struct case_report *report, struct buffer *out, struct err *why)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_shape_write(&case_report_shape, report, &w, NULL);
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for a first report") : 0;
}

static int freeze(struct db *db, const struct report_job *job, const struct case_report *report, int64_t *snapshot_id,
		  struct err *why)
{
	struct report_frozen frozen = {
		.company_id = job->company_id,
		.incident_id = job->incident_id,
		.kind = "case",
		.reason = "first report",
	};
	struct buffer body = { 0 };
	int failed = write_body(report, &body, why);

	frozen.body = buffer_slice(&body);
	if (!failed)
		failed = report_freeze(db, &frozen, snapshot_id, why);
	buffer_release(&body);
	return failed;
}

static int read_case(struct work *w, struct db *db, const struct report_job *job, struct pool *pool,
		     struct case_report *out, struct err *why)
{
	const struct settings *s = w->settings;
	struct report_facts_frame frame;
	char month[REPORT_DAY_SIZE];

	if (report_day(db, TIME_NONE, s->timezone, month, why) != 0)
		return -1;
	month[7] = '\0'; /* YYYY-MM */
	if (report_facts_frame_read(db, month, s->timezone, NULL, pool, &frame, why) != 0)
		return -1;
	return report_facts_case(db, &frame, job->company_id, job->incident_id, "first", pool, out, why);
}

/* ---------------------------------------------------------------------------------------------- the report */

static int publish(struct work *w, struct db *db, const struct report_row *report, struct err *why)
{
	const struct paper paper = { .format = DOCUMENT_PDF, .final = true };
	int64_t written;

	if (paper_report(w, db, report, &paper, why) != 0 ||
	    report_publish(db, report->company_id, report->report_id, 0, why) != 0 ||
	    report_send(db, report->company_id, report->report_id, 0, false, &written, why) != 0)
		return -1;
	if (!written)
		log_warning("first report R-%" PRId64 ": nobody of the member gets reports by mail", report->report_id);
	return 0;
}

static int draw_draft(struct work *w, struct db *db, const struct report_row *report, struct err *why)
{
	const struct paper paper = { .format = DOCUMENT_PDF };

	return paper_report(w, db, report, &paper, why);
}

static int draw_and_send(struct work *w, struct db *db, const struct report_job *job, int64_t report_id,
			 int64_t severity, struct err *why)
{
	struct report_row report;
	struct db_result *r;
	int failed;

	if (report_get(db, job->company_id, report_id, true, &r, why) != 0)
		return -1;
	if (db_rows(r) == 0) {
		failed = err_set(why, ERR_NOT_FOUND, "report R-%" PRId64 " is gone", report_id);
	} else {
		report_read(r, 0, &report);
		failed = severity <= w->settings->reporter.first_report_publish ? publish(w, db, &report, why)
										: draw_draft(w, db, &report, why);
	}
	db_result_free(r);
	return failed;
}

static bool is_over(const struct case_report *report)
{
	const char *state = report->incident.state;

	return state && (strcmp(state, "merged") == 0 || strcmp(state, "closed") == 0);
}

static int make(struct work *w, struct db *db, const struct report_job *job, struct report_new *fresh,
		const struct case_report *report, struct err *why)
{
	int64_t report_id;

	if (freeze(db, job, report, &fresh->snapshot_id, why) != 0 || report_create(db, fresh, &report_id, why) != 0)
		return -1;
	return draw_and_send(w, db, job, report_id, report->incident.severity, why);
}

int first_report_make(struct work *w, struct db *db, const struct report_job *job, struct err *why)
{
	struct report_new fresh = {
		.company_id = job->company_id,
		.incident_id = job->incident_id,
		.kind = "first",
	};
	struct case_report report;
	char language[REPORT_LANGUAGE_SIZE];
	struct pool pool = { 0 };
	int64_t there;
	int failed;

	if (report_in_the_way(db, &fresh, &there, why) != 0 || there)
		return there ? 0 : -1;
	if (report_language(db, job->company_id, language, why) != 0)
		return -1;
	fresh.language = language;
	failed = read_case(w, db, job, &pool, &report, why);
	if (failed && why->code == ERR_NOT_FOUND)
		failed = 0; /* nothing is left to report of */
	else if (!failed && !is_over(&report))
		failed = make(w, db, job, &fresh, &report, why);
	pool_release(&pool);
	return failed;
}
