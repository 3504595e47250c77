/* Handlers: escalation policies, and which of them is for what. */
#ifndef SERVER_API_POLICIES_H
#define SERVER_API_POLICIES_H

#include "server/api/call.h"

int policies_list(struct call *call, struct err *why);
int policies_add(struct call *call, struct err *why);
int policies_get(struct call *call, struct err *why);
int policies_put(struct call *call, struct err *why);
int policies_archive(struct call *call, struct err *why);

#endif
