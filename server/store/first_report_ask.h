/* A grave incident asks for its first report (速報) in the transaction that made it, as it asks for a page
 * (incident_page.h): no drill, and nothing that is over. */
#ifndef SERVER_STORE_FIRST_REPORT_ASK_H
#define SERVER_STORE_FIRST_REPORT_ASK_H

#include "server/model/incident_plan.h"
#include "server/store/db.h"

/* After correlation_write(). Of incidents of this severity and graver, those whose page was asked for in this very
 * transaction or that became graver in it, and that absorbed one that still waits for its first report; once for an
 * incident and those that were merged into it. severity 0: none. One statement, when there is any. */
int first_report_ask(struct db *db, int64_t company_id, const struct incident_plan *plan, int64_t severity,
		     struct err *why);

#endif
