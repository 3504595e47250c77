/* Handlers: the on-call board: who is on call, whether the engine is well, what each person was sent. */
#ifndef SERVER_API_ONCALL_H
#define SERVER_API_ONCALL_H

#include "server/api/call.h"

int oncall_now(struct call *call, struct err *why);
int oncall_people(struct call *call, struct err *why);
int oncall_load(struct call *call, struct err *why);

#endif
