/* Handlers: whom a company wants to be told. Members edit their own company's. */
#ifndef SERVER_API_PEOPLE_H
#define SERVER_API_PEOPLE_H

#include "server/api/call.h"
#include "server/store/company_people.h"

int people_list(struct call *call, struct err *why);
int people_add(struct call *call, struct err *why);
int people_change(struct call *call, struct err *why);
int people_remove(struct call *call, struct err *why);
int people_review(struct call *call, struct err *why);

/* A CompanyPerson; the members into an object that is open. */
void people_put_members(struct json_writer *w, const void *person);
/* The array `people` of a company, into an object that is open; `chosen` also as `person` before it (0: null). */
int people_put(struct call *call, int64_t company_id, int64_t chosen, struct json_writer *w, struct err *why);

#endif
