/* Handlers: incidents, read. Changing them: incident_change.h. */
#ifndef SERVER_API_INCIDENTS_H
#define SERVER_API_INCIDENTS_H

#include "server/api/call.h"

int incidents_list(struct call *call, struct err *why);
int incidents_get(struct call *call, struct err *why);

/* The array `open_incidents` of a company, into an object that is open: at most 50, the gravest first, of one severity
 * those with the latest activity. */
int incidents_put_open(struct call *call, int64_t company_id, struct json_writer *w, struct err *why);
/* ETag of the reply. */
void incidents_reply_version(struct call *call, int64_t version);

#endif
