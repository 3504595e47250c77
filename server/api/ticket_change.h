/* Handlers: tickets, opened and changed. */
#ifndef SERVER_API_TICKET_CHANGE_H
#define SERVER_API_TICKET_CHANGE_H

#include "server/api/call.h"

int ticket_change_open(struct call *call, struct err *why);
int ticket_change_patch(struct call *call, struct err *why);
int ticket_change_note(struct call *call, struct err *why);
int ticket_change_answer(struct call *call, struct err *why);

#endif
