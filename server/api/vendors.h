/* Handlers: firms that go on site. */
#ifndef SERVER_API_VENDORS_H
#define SERVER_API_VENDORS_H

#include "server/api/call.h"

int vendors_list(struct call *call, struct err *why);
int vendors_add(struct call *call, struct err *why);
int vendors_get(struct call *call, struct err *why);
int vendors_change(struct call *call, struct err *why);
int vendors_match(struct call *call, struct err *why);

#endif
