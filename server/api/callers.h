/* Handler: who is on the telephone. */
#ifndef SERVER_API_CALLERS_H
#define SERVER_API_CALLERS_H

#include "server/api/call.h"

int callers_find(struct call *call, struct err *why);

#endif
