/* Handlers: companies. */
#ifndef SERVER_API_COMPANIES_H
#define SERVER_API_COMPANIES_H

#include "server/api/call.h"

int companies_list(struct call *call, struct err *why);
int companies_get(struct call *call, struct err *why);
int companies_change(struct call *call, struct err *why);
int companies_summary(struct call *call, struct err *why);

/* A Company as a member of an object that is open; null when there is none. */
int companies_put(struct call *call, const char *key, int64_t company_id, struct json_writer *w, struct err *why);

#endif
