/* What people attached to an incident goes with it when it is absorbed by another one, so that the survivor's case has
 * all of it: tickets, orders to vendors, requests to the member, case steps, and waiting that has not ended. Of what an
 * incident has only once (insurance, the law's clock) the survivor's own counts, and the other one's stays where it is;
 * of several absorbed ones that have it, the first one's is taken. */
#ifndef SERVER_STORE_CASE_MERGE_H
#define SERVER_STORE_CASE_MERGE_H

#include "server/model/incident_plan.h"
#include "server/store/db.h"

/* Part of incident_page_write(). Nothing is asked of the database when the plan absorbs nothing. */
int case_merge_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why);

#endif
