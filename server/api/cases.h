/* Handlers: the case of an incident. What people write down in it; requests, insurance, privacy clocks and the evidence
 * pack have handlers of their own. */
#ifndef SERVER_API_CASES_H
#define SERVER_API_CASES_H

#include "server/api/call.h"

int cases_get(struct call *call, struct err *why);
int cases_add_step(struct call *call, struct err *why);
int cases_wait(struct call *call, struct err *why);
/* The member said that the notice was read; the link in the notice does the same (t6). */
int cases_confirm(struct call *call, struct err *why);

#endif
