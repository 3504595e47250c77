/* An order as the API gives it (docs/openapi.yaml schema Order), to each side what is its to know: a vendor's people
 * are told no company, ticket, incident or person of the operator; a member not what goes to and fro between desk and
 * vendor, and the report when it is approved. Pure. */
#ifndef SERVER_API_ORDER_VIEW_H
#define SERVER_API_ORDER_VIEW_H

#include "lib/json_write.h"
#include "server/store/dispatch.h"

enum order_reader { ORDER_FOR_STAFF, ORDER_FOR_MEMBER, ORDER_FOR_VENDOR };
struct order_viewer {
	enum order_reader reader;
	enum dispatch_side side; /* what this person may do */
};

/* The members, into an object that is open. */
void order_view_put_members(struct json_writer *w, const struct dispatch_row *order, const struct order_viewer *viewer);
/* The array `events`, from dispatch_events(). */
void order_view_put_events(struct json_writer *w, const struct db_result *events, enum order_reader reader);

#endif
