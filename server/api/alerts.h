/* Handlers: alerts, as a list and one by one. */
#ifndef SERVER_API_ALERTS_H
#define SERVER_API_ALERTS_H

#include "server/api/call.h"

int alerts_list(struct call *call, struct err *why);
int alerts_get(struct call *call, struct err *why);

#endif
