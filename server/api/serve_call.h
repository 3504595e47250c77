/* A request in a worker: from the exchange to a call, through its handler, to the reply. */
#ifndef SERVER_API_SERVE_CALL_H
#define SERVER_API_SERVE_CALL_H

#include "server/api/call.h"
#include "server/store/vitals.h"

/* Fills the reply. db NULL: the database is away. False: the connection is of no use any more. */
bool serve_call(const struct api *api, struct db *db, struct http_exchange *exchange, const struct api_route *route,
		const struct router_match *match);
/* Without worker and database. */
void serve_alive(struct http_exchange *exchange);
/* The server's figures, in a transaction of their own. */
int serve_vitals(struct db *db, struct vitals *out, struct err *why);

#endif
