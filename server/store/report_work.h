/* Work of the reporter: jobs under leases, and runs over many reports with their progress. A job is deleted in the
 * transaction that did it, so it is done exactly once, however often the process dies; what fails is tried three times
 * and then stays with its error, and holds up nothing. Across companies. */
#ifndef SERVER_STORE_REPORT_WORK_H
#define SERVER_STORE_REPORT_WORK_H

#include "server/store/db.h"

enum { REPORT_JOB_ATTEMPTS = 3 };

struct report_job {
	int64_t job_id, run_id; /* 0: of no run */
	const char *kind;       /* close, draw, draw_chamber, approve, publish, send, first_report */
	int64_t company_id, report_id, incident_id; /* 0: none */
	const char *month;                          /* YYYY-MM; NULL: none */
	const char *format, *language;              /* NULL: the PDF, in the report's language */
	int page, priority;
	int64_t asked_by;   /* 0: by itself */
	const char *reason; /* of the run */
};
/* In the caller's transaction; one that waits for the same thing already is not written twice. Rings hinomi_report. */
int report_job_write(struct db *db, const struct report_job *job, struct err *why);
/* Claims the next one: the most urgent first. *out: at most one row. */
int report_job_claim(struct db *db, int64_t lease_ms, struct db_result **out, struct err *why);
void report_job_read(const struct db_result *result, int row, struct report_job *out);
/* Inside the transaction that did the work: deletes it, counts the run on, and closes the run with its last job.
 * ERR_CONFLICT: the lease was lost; roll back. */
int report_job_done(struct db *db, int64_t job_id, struct err *why);
/* In a transaction of its own: counts the attempt, keeps the error on job and report, puts it off; the third time gives
 * it up, counts the run's failed, and asks for a page (kind report). */
int report_job_failed(struct db *db, const struct report_job *job, const char *error, struct err *why);
int report_job_next_due(struct db *db, time_us *next, time_us *now, struct err *why);

struct report_run {
	int64_t run_id;
	const char *kind, *month, *state, *error, *reason, *asked_by; /* name; NULL: by itself */
	int64_t total, done, failed;
	time_us asked_at, finished_at;
};
/* Which reports a run is about: those of the month in this state, and of these grades ("" all) and only these ids when
 * there are any. expect_max: ERR_CONFLICT when it would be more (0: any number). */
struct report_run_order {
	const char *kind, *month, *reason;
	const char *state, *grade;
	int64_t company_id; /* 0: all */
	const int64_t *report_ids;
	size_t report_count;
	int64_t expect_max, asked_by;
};
int report_run_start(struct db *db, const struct report_run_order *order, int64_t *run_id, int64_t *total,
		     struct err *why);
/* Takes away the jobs that wait; what is done stays done. */
int report_run_stop(struct db *db, int64_t run_id, struct err *why);
int report_run_list(struct db *db, const char *month, struct db_result **out, struct err *why); /* newest first, 50 */
int report_run_get(struct db *db, int64_t run_id, struct db_result **out, struct err *why);
void report_run_read(const struct db_result *result, int row, struct report_run *out);
/* Jobs of a run that were given up: company_id, company, report_id, error. */
int report_run_failures(struct db *db, int64_t run_id, struct db_result **out, struct err *why);

#endif
