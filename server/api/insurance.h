/* Handlers: the insurance of an incident. What the desk sent and the insurer decided is recorded; nothing is sent. */
#ifndef SERVER_API_INSURANCE_H
#define SERVER_API_INSURANCE_H

#include "server/api/call.h"

int insurance_get(struct call *call, struct err *why);
int insurance_open(struct call *call, struct err *why);
int insurance_change(struct call *call, struct err *why);

#endif
