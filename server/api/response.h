/* Handler: how fast incidents were dealt with (server/model/response_figures.h). */
#ifndef SERVER_API_RESPONSE_H
#define SERVER_API_RESPONSE_H

#include "server/api/call.h"

int response_get(struct call *call, struct err *why);

#endif
