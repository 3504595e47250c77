/* Handlers: the clocks of the personal-information law of an incident (server/model/privacy_clock.h). They remind; they
 * file nothing. */
#ifndef SERVER_API_PRIVACY_H
#define SERVER_API_PRIVACY_H

#include "server/api/call.h"

int privacy_start(struct call *call, struct err *why);
int privacy_change(struct call *call, struct err *why);

#endif
