/* Handlers: signing in and out, the set-up link, who one is. */
#ifndef SERVER_API_SESSIONS_H
#define SERVER_API_SESSIONS_H

#include "server/api/call.h"

int sessions_sign_in(struct call *call, struct err *why);
int sessions_sign_out(struct call *call, struct err *why);
int sessions_set_up(struct call *call, struct err *why);
int sessions_me(struct call *call, struct err *why);
int sessions_change_me(struct call *call, struct err *why);

#endif
