/* Handlers: hours of business, and days off by law. */
#ifndef SERVER_API_CALENDARS_H
#define SERVER_API_CALENDARS_H

#include "server/api/call.h"

int calendars_list(struct call *call, struct err *why);
int calendars_add(struct call *call, struct err *why);
int calendars_get(struct call *call, struct err *why);
int calendars_put(struct call *call, struct err *why);
int calendars_holidays(struct call *call, struct err *why);

#endif
