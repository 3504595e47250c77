/* What the planner did, for incidents' timelines and for open screens. */
#ifndef SERVER_STORE_INCIDENT_TRAIL_H
#define SERVER_STORE_INCIDENT_TRAIL_H

#include "server/model/incident_plan.h"
#include "server/store/db.h"

/* Part of correlation_write(). */
int incident_trail_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why);

#endif
