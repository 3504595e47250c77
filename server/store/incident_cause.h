/* Rows of incident_cause: why incidents exist, and what of it goes on their timelines. */
#ifndef SERVER_STORE_INCIDENT_CAUSE_H
#define SERVER_STORE_INCIDENT_CAUSE_H

#include "server/model/incident_causes.h"
#include "server/store/db.h"

/* After correlation_write(), which made the incidents: fetches what is known, combines, writes what has changed,
 * deletes what absorbed incidents had; an entry of kind cause for each new one on a timeline, and one of kind story
 * that is written again as the story goes on. No statement when there is nothing to do. */
int incident_cause_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct incident_causes *c,
			 struct err *why);

#endif
