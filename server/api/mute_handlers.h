/* Handlers: mutes and drills. */
#ifndef SERVER_API_MUTE_HANDLERS_H
#define SERVER_API_MUTE_HANDLERS_H

#include "server/api/call.h"

int mute_handlers_list(struct call *call, struct err *why);
int mute_handlers_get(struct call *call, struct err *why);
int mute_handlers_add(struct call *call, struct err *why);
int mute_handlers_end(struct call *call, struct err *why);
int mute_handlers_preview(struct call *call, struct err *why); /* mute_preview.c */

#endif
