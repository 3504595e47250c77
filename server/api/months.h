/* Handlers: months, closed and to be closed, with the chamber's figures. */
#ifndef SERVER_API_MONTHS_H
#define SERVER_API_MONTHS_H

#include "server/api/call.h"

int months_list(struct call *call, struct err *why);
int months_get(struct call *call, struct err *why);
int months_close(struct call *call, struct err *why);

enum { MONTHS_TEXT_SIZE = 8 };
/* The month of the path, terminated. ERR_NOT_FOUND: it is none. */
int months_of_path(const struct call *call, char out[MONTHS_TEXT_SIZE], struct err *why);

#endif
