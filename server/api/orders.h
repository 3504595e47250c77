/* Handlers: orders to vendors, read, made and changed. What is done about one: order_act.h. */
#ifndef SERVER_API_ORDERS_H
#define SERVER_API_ORDERS_H

#include "server/api/call.h"
#include "server/api/order_view.h"

int orders_list(struct call *call, struct err *why);
int orders_get(struct call *call, struct err *why);
int orders_request(struct call *call, struct err *why);
int orders_change(struct call *call, struct err *why);

/* The array `orders` of those that a filter finds, into an object that is open. */
int orders_put(struct call *call, const struct dispatch_filter *filter, struct json_writer *w, struct err *why);

/* How the person of the call looks on orders, and what it may do. */
struct order_viewer orders_viewer(const struct call *call);
/* Finds one that the person sees; the row's texts belong to *result. ERR_NOT_FOUND. */
int orders_find(struct call *call, int64_t id, bool lock, struct db_result **result, struct dispatch_row *out,
		struct err *why);
/* An OrderPage as the reply. */
int orders_reply(struct call *call, int64_t id, int status, struct err *why);
/* What the person of the call did to the order, which is held and changed in `order`: stores it, replies, and writes it
 * into the audit trail. body: of the entry; is released. mailed: the vendor is told, in these words (NULL: not). */
int orders_conclude(struct call *call, const struct dispatch_row *order, enum dispatch_action action,
		    struct buffer *body, const char *mailed, struct err *why);

#endif
