/* Handlers: what is done about an order. By server/model/dispatch.h; the row is held, so of two who do the same at once
 * the second is told that it was done. */
#ifndef SERVER_API_ORDER_ACT_H
#define SERVER_API_ORDER_ACT_H

#include "server/api/call.h"

int order_act_accept(struct call *call, struct err *why);
int order_act_decline(struct call *call, struct err *why);
int order_act_arrive(struct call *call, struct err *why);
int order_act_leave(struct call *call, struct err *why);
int order_act_report(struct call *call, struct err *why);
int order_act_return(struct call *call, struct err *why);
int order_act_approve(struct call *call, struct err *why);
int order_act_cancel(struct call *call, struct err *why);
int order_act_note(struct call *call, struct err *why);

#endif
