/* Handlers: retro-hunts. The correlator does them. */
#ifndef SERVER_API_HUNTS_H
#define SERVER_API_HUNTS_H

#include "server/api/call.h"

int hunts_list(struct call *call, struct err *why);
int hunts_get(struct call *call, struct err *why);
int hunts_add(struct call *call, struct err *why);

#endif
