/* Handlers: the delivery log, and sending a message again. */
#ifndef SERVER_API_MESSAGES_H
#define SERVER_API_MESSAGES_H

#include "server/api/call.h"

int messages_list(struct call *call, struct err *why);
int messages_replay(struct call *call, struct err *why);

#endif
