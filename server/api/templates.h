/* Handlers: texts of notices. One with a placeholder that its kind does not know is refused here. */
#ifndef SERVER_API_TEMPLATES_H
#define SERVER_API_TEMPLATES_H

#include "server/api/call.h"

int templates_list(struct call *call, struct err *why);
int templates_get(struct call *call, struct err *why);
int templates_put(struct call *call, struct err *why);
int templates_preview(struct call *call, struct err *why);

#endif
