/* Handlers: ways to reach people and rooms. A channel is changed by its own person, or by whoever manages on-call. */
#ifndef SERVER_API_CHANNELS_H
#define SERVER_API_CHANNELS_H

#include "server/api/call.h"

int channels_list(struct call *call, struct err *why);
int channels_add(struct call *call, struct err *why);
int channels_change(struct call *call, struct err *why);
int channels_remove(struct call *call, struct err *why);
int channels_test(struct call *call, struct err *why);
int channels_of_me(struct call *call, struct err *why);
int channels_add_mine(struct call *call, struct err *why);

#endif
