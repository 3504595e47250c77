/* Handlers: campaigns over companies, and warning those that were not hit. Who is bound to one company goes another way
 * through the store, which gives nothing of others (campaign_query.h). */
#ifndef SERVER_API_CAMPAIGNS_H
#define SERVER_API_CAMPAIGNS_H

#include "server/api/call.h"
#include "server/store/incident_query.h"

int campaigns_list(struct call *call, struct err *why);
int campaigns_get(struct call *call, struct err *why);
int campaigns_warn(struct call *call, struct err *why);

/* Member `campaigns`: those that the incident belongs to. */
int campaigns_put_of_incident(struct call *call, const struct incident_row *incident, struct json_writer *w,
			      struct err *why);

#endif
