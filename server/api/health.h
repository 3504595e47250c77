/* Handlers: whether the api lives, and whether it can do its work. */
#ifndef SERVER_API_HEALTH_H
#define SERVER_API_HEALTH_H

#include "server/api/call.h"

int health_alive(struct call *call, struct err *why); /* without a database: runs in the event loop */
int health_ready(struct call *call, struct err *why);

#endif
