/* Handlers: other systems that may page us, and their events (the shape of PagerDuty's Events API, version 2). */
#ifndef SERVER_API_INTEGRATIONS_H
#define SERVER_API_INTEGRATIONS_H

#include "server/api/call.h"

int integrations_list(struct call *call, struct err *why);
int integrations_add(struct call *call, struct err *why);
int integrations_remove(struct call *call, struct err *why);

/* events.c */
int events_take(struct call *call, struct err *why);

#endif
