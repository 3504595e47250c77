/* What each kind of job does. */
#ifndef SERVER_REPORTER_STEPS_H
#define SERVER_REPORTER_STEPS_H

#include "server/reporter/work.h"
#include "server/store/report_work.h"

/* Inside the transaction that holds the job. */
int steps_do(struct work *w, struct db *db, const struct report_job *job, struct err *why);

/* A job that has transactions of its own (closing a month): whether it is one, and doing it, with the job's end.
 * *again_ms: it is to be tried again then, and nobody is to blame. */
bool steps_are_apart(const struct report_job *job);
int steps_do_apart(struct work *w, struct db *db, const struct report_job *job, int64_t *again_ms, struct err *why);

#endif
