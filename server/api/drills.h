/* Handlers: tests of the way to each person. */
#ifndef SERVER_API_DRILLS_H
#define SERVER_API_DRILLS_H

#include "server/api/call.h"

int drills_list(struct call *call, struct err *why);
int drills_start(struct call *call, struct err *why);
int drills_get(struct call *call, struct err *why);

#endif
