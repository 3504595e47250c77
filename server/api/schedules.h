/* Handlers: on-call schedules, a look at one that is not saved, and overrides. */
#ifndef SERVER_API_SCHEDULES_H
#define SERVER_API_SCHEDULES_H

#include "server/api/call.h"

int schedules_list(struct call *call, struct err *why);
int schedules_add(struct call *call, struct err *why);
int schedules_get(struct call *call, struct err *why);
int schedules_put(struct call *call, struct err *why);
int schedules_archive(struct call *call, struct err *why);
int schedules_preview(struct call *call, struct err *why);

/* overrides.c */
int overrides_add(struct call *call, struct err *why);
int overrides_end(struct call *call, struct err *why);

#endif
