#include "server/reporter/work.h"

#include "lib/log.h"
#include "server/reporter/steps.h"

#include <inttypes.h>

void work_open(struct work *w, const struct settings *settings)
{
	*w = (struct work){ .settings = settings };
}

void work_close(struct work *w)
{
	press_close(w->press);
	w->press = NULL;
}

static void remember(struct work *w, const struct report_job *job)
{
	w->unfinished = job ? job->job_id : 0;
	w->unfinished_lease = job ? job->lease_until : TIME_NONE;
}

/* What was not worked on to the end through no fault of its own. */
static int put_back(struct work *w, struct db *db, int64_t delay_ms, struct err *why)
{
	const struct report_job job = { .job_id = w->unfinished, .lease_until = w->unfinished_lease };

	if (!w->unfinished)
		return 0;
	if (report_job_return(db, &job, delay_ms, why) != 0)
		return -1;
	remember(w, NULL);
	return 0;
}

/* All of it in one transaction, but for what has transactions of its own. */
static int do_job(struct work *w, struct db *db, const struct report_job *job, int64_t *again_ms, struct err *why)
{
	if (steps_are_apart(job))
		return steps_do_apart(w, db, job, again_ms, why);
	if (db_begin(db, why) != 0)
		return -1;
	if (report_job_hold(db, job, why) == 0 && steps_do(w, db, job, why) == 0 &&
	    report_job_done(db, job->job_id, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

static int note_failure(struct work *w, struct db *db, const struct report_job *job, const struct err *failure,
			struct err *why)
{
	log_warning("%s %s %" PRId64 ": %s", job->kind, job->report_id ? "report" : "job",
		    job->report_id ? job->report_id : job->job_id, failure->text);
	if (report_job_failed(db, job, failure->text, why) == 0) {
		remember(w, NULL);
		return 0;
	}
	log_error("a failure could not be noted: %s", why->text);
	return why->code == ERR_UNAVAILABLE ? -1 : 0;
}

static int end_job(struct work *w, struct db *db, const struct report_job *job, bool stopping, struct err *why)
{
	const struct err failure = *why;

	if (failure.code == ERR_UNAVAILABLE)
		return -1;
	return stopping ? put_back(w, db, 0, why) : note_failure(w, db, job, &failure, why);
}

static int take_job(struct work *w, struct db *db, const struct report_job *job, const atomic_bool *stopping,
		    struct err *why)
{
	int64_t again_ms = 0;

	remember(w, job);
	if (do_job(w, db, job, &again_ms, why) != 0)
		return end_job(w, db, job, atomic_load(stopping), why);
	if (again_ms)
		return put_back(w, db, again_ms, why);
	remember(w, NULL);
	return 0;
}

int work_next(struct work *w, struct db *db, const atomic_bool *stopping, bool *done, struct err *why)
{
	struct report_job job;
	struct db_result *r;
	int failed = 0;

	*done = false;
	if (put_back(w, db, 0, why) != 0 || report_job_claim(db, w->settings->reporter.lease, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		*done = true;
		report_job_read(r, 0, &job);
		failed = take_job(w, db, &job, stopping, why);
	}
	db_result_free(r);
	return failed;
}
