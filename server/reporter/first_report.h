/* The first report of a grave case (速報), within minutes and without a person: from the incident as it stands. */
#ifndef SERVER_REPORTER_FIRST_REPORT_H
#define SERVER_REPORTER_FIRST_REPORT_H

#include "server/reporter/work.h"
#include "server/store/report_work.h"

/* Inside the transaction that holds the job. Freezes the case, makes the report and draws it; published and sent when
 * the incident is as grave as reporter.first_report_publish, else it waits for a person. Does nothing when there is one
 * already, or when the incident needs none any more: merged or closed. */
int first_report_make(struct work *w, struct db *db, const struct report_job *job, struct err *why);

#endif
