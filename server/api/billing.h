/* Handler: what companies pay for a month. */
#ifndef SERVER_API_BILLING_H
#define SERVER_API_BILLING_H

#include "server/api/call.h"

int billing_get(struct call *call, struct err *why);

#endif
