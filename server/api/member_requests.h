/* Handlers: what members are asked to do. The desk asks; the member, or the desk by telephone, says that it is done. */
#ifndef SERVER_API_MEMBER_REQUESTS_H
#define SERVER_API_MEMBER_REQUESTS_H

#include "server/api/call.h"

int member_requests_list(struct call *call, struct err *why);
/* Of a company without an incident, and of an incident. */
int member_requests_add(struct call *call, struct err *why);
int member_requests_add_to_incident(struct call *call, struct err *why);
int member_requests_change(struct call *call, struct err *why);

#endif
