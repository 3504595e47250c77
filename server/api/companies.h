/* Handlers: companies. */
#ifndef SERVER_API_COMPANIES_H
#define SERVER_API_COMPANIES_H

#include "server/api/call.h"

int companies_list(struct call *call, struct err *why);
int companies_get(struct call *call, struct err *why);
int companies_summary(struct call *call, struct err *why);

#endif
