/* Handlers: sensors. */
#ifndef SERVER_API_SENSORS_H
#define SERVER_API_SENSORS_H

#include "server/api/call.h"

int sensors_list(struct call *call, struct err *why);
int sensors_get(struct call *call, struct err *why);

/* The array `sensors` of one company (0: all that the person sees), into an object that is open. */
int sensors_put(struct call *call, int64_t company_id, struct json_writer *w, struct err *why);

#endif
