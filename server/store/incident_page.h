/* What a plan means for people: incidents' clocks t0 to t2 begin, and the escalator is asked to page (page_request.h).
 *
 * Nobody is woken for what is over: an incident is asked for when it is of PAGE_REQUEST_SEVERITY or graver, no drill,
 * and its last alert or firing lies at most PAGE_RECENT_HOURS back by the database's clock. So what a spool brings
 * late, an import of old logs and a hunt in the past make incidents and no pages; but as soon as one of these goes on,
 * it is asked for (incident_clock.asked_at keeps whether it was). */
#ifndef SERVER_STORE_INCIDENT_PAGE_H
#define SERVER_STORE_INCIDENT_PAGE_H

#include "server/model/incident_plan.h"
#include "server/store/db.h"

enum { PAGE_RECENT_HOURS = 24 };

/* Part of correlation_write(). At most five statements, whatever the number of incidents, and those of case_merge.h
 * when some are absorbed. */
int incident_page_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why);

#endif
