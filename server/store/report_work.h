/* Work of the reporter: jobs, and runs over many reports with their progress. A job is deleted in the transaction that
 * did it, so it is done exactly once, however often the process dies; what fails is tried three times and then stays
 * with its error, and holds up nothing. Across companies.
 *
 * A job is claimed under a lease and then held by a lock on its row as long as the transaction lasts that does it. So
 * the lease only covers the moment between the two: what a process that died was at is taken by another as soon as the
 * database has noticed and the lease is over. Claims are counted before the work begins: one that kills the process
 * REPORT_JOB_CRASHES times is given up too, and from the second time on it is worked on by itself, so that it takes no
 * other's count along. */
#ifndef SERVER_STORE_REPORT_WORK_H
#define SERVER_STORE_REPORT_WORK_H

#include "server/store/db.h"

enum { REPORT_JOB_ATTEMPTS = 3, REPORT_JOB_CRASHES = 5, REPORT_JOB_PRIORITY = 5 };

struct report_job {
	int64_t job_id, run_id; /* 0: of no run */
	const char *kind;       /* close, draw, draw_chamber, approve, publish, send, first_report */
	int64_t company_id, report_id, incident_id; /* 0: none */
	const char *month;                          /* YYYY-MM; NULL: none */
	const char *format, *language;              /* NULL: the PDF, in the report's language */
	int page, priority;
	int64_t asked_by;   /* 0: by itself */
	const char *reason; /* of the run */
	time_us asked_at;
	time_us lease_until; /* which claim this is */
};
/* In the caller's transaction; one that waits for the same thing already is not written twice. Rings hinomi_report.
 * Read are kind .. asked_by. */
int report_job_write(struct db *db, const struct report_job *job, struct err *why);
/* Once per connection that waits: the doorbell. */
int report_work_prepare(struct db *db, struct err *why);
/* Once per connection that works: a process that stops in the middle of a job (its host was suspended, say) holds rows
 * that the others need, until the database ends its session. */
int report_work_limit(struct db *db, struct err *why);
/* Claims the next one: the most urgent first. *out: at most one row. A statement of its own. */
int report_job_claim(struct db *db, int64_t lease_ms, struct db_result **out, struct err *why);
void report_job_read(const struct db_result *result, int row, struct report_job *out);
/* The first thing in the transaction that does it: locks the row. ERR_CONFLICT: the claim is not ours any more. */
int report_job_hold(struct db *db, const struct report_job *job, struct err *why);
/* Inside the transaction that did the work: deletes it, counts the run on, and closes the run with its last job.
 * ERR_CONFLICT: the lease was lost; roll back. */
int report_job_done(struct db *db, int64_t job_id, struct err *why);
/* In a transaction of its own: counts the attempt, keeps the error on job and report, puts it off; the third time gives
 * it up, counts the run's failed, and asks for a page (kind report): once for a run, and not for what a person waits
 * for and sees fail. */
int report_job_failed(struct db *db, const struct report_job *job, const char *error, struct err *why);
/* Puts a claim back that was not worked on, or not to the end through no fault of its own. */
int report_job_return(struct db *db, const struct report_job *job, int64_t delay_ms, struct err *why);
/* Gives up those that killed the process too often. */
int report_job_bury(struct db *db, int64_t *count, struct err *why);
/* When the next one may be claimed, of those that may not yet; TIME_NONE: there is none. */
int report_job_next_due(struct db *db, time_us *next, time_us *now, struct err *why);

/* Closing a month has transactions of its own. Only one reporter at a time closes: held by the connection. */
int report_close_hold(struct db *db, bool *held, struct err *why);
int report_close_release(struct db *db, struct err *why);

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
/* In the caller's transaction. Without a state: those for which the step is open (approve: drafts that need no more
 * words; publish: approved; send: published and not sent; draw: all but withdrawn ones). What waits for the same step
 * already is left out. A run without any report is done at once. */
int report_run_start(struct db *db, const struct report_run_order *order, int64_t *run_id, int64_t *total,
		     struct err *why);
/* Takes away the jobs that wait; what is done stays done. */
int report_run_stop(struct db *db, int64_t run_id, struct err *why);
int report_run_list(struct db *db, const char *month, struct db_result **out, struct err *why); /* newest first, 50 */
int report_run_get(struct db *db, int64_t run_id, struct db_result **out, struct err *why);
void report_run_read(const struct db_result *result, int row, struct report_run *out);
/* Jobs of a run that were given up: company_id, company, report_id, error. */
int report_run_failures(struct db *db, int64_t run_id, struct db_result **out, struct err *why);

/* What the calendar asks for. Each is a transaction of its own, and does nothing when it was done already, also by
 * another reporter.
 *
 * A run that closes the month, by itself; when one failed, another only REPORT_CLOSE_AGAIN_HOURS later. */
enum { REPORT_CLOSE_AGAIN_HOURS = 6 };
int report_close_ask(struct db *db, const char *month, bool *asked, struct err *why);
/* Asks for a page (kind report) when the month before this one is closed, `business_day` of this month has come, and
 * reports of it were not sent: once for each month. */
int report_overdue_ask(struct db *db, const char *timezone, int business_day, bool *asked, struct err *why);

/* The language of the company's reports. */
enum { REPORT_LANGUAGE_SIZE = 3 };
int report_language(struct db *db, int64_t company_id, char language[REPORT_LANGUAGE_SIZE], struct err *why);
/* An instant as a day in the zone, YYYY-MM-DD; TIME_NONE: the transaction's. */
enum { REPORT_DAY_SIZE = 11 };
int report_day(struct db *db, time_us at, const char *timezone, char day[REPORT_DAY_SIZE], struct err *why);

#endif
