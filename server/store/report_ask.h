/* What the reporter asks people for: pages of kind report (page_request.h). Part of report_work.h: in its transactions.
 * A page names what it is about by a number: a run by its own, a single job and an overdue month each from a number of
 * their own on. Across companies. */
#ifndef SERVER_STORE_REPORT_ASK_H
#define SERVER_STORE_REPORT_ASK_H

#include "server/store/report_work.h"

#define REPORT_ASK_MONTHS INT64_C(1000000000000) /* and the month as YYYYMM */
#define REPORT_ASK_JOBS   INT64_C(2000000000000) /* and the job */

/* A run has failed for somebody: the first time. */
int report_ask_of_run(struct db *db, int64_t run_id, const char *kind, const char *month, struct err *why);
/* One of no run was given up. */
int report_ask_of_job(struct db *db, const struct report_job *job, struct err *why);

#endif
