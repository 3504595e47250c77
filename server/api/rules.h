/* Handlers: rules and their figures. */
#ifndef SERVER_API_RULES_H
#define SERVER_API_RULES_H

#include "server/api/call.h"

int rules_list(struct call *call, struct err *why);
int rules_get(struct call *call, struct err *why);

#endif
