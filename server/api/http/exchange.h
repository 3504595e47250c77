/* Inside of the folder: what an exchange and a connection are made of. */
#ifndef SERVER_API_HTTP_EXCHANGE_H
#define SERVER_API_HTTP_EXCHANGE_H

#include "server/api/http/server.h"

#include <microhttpd.h>

enum exchange_stage {
	EXCHANGE_NEW,     /* only the request line is known */
	EXCHANGE_BODY,    /* headers passed the guards; the body comes in */
	EXCHANGE_TAKEN,   /* with a worker, the connection is suspended */
	EXCHANGE_REPLIED, /* the reply is queued */
};

struct http_exchange {
	struct http_server *server;
	struct MHD_Connection *connection;
	enum exchange_stage stage;
	char *target; /* path and query as they came */
	struct buffer body;
	struct http_request request;
	struct http_reply reply;
	void *slot;
	bool too_large;
	bool large; /* one of HTTP_LARGE_AT_ONCE */
};

/* A connection, from its accept to its end: the server keeps a list of them for the sweep. */
struct http_connection {
	struct http_connection *next, **link;
	int fd;
	int64_t waiting_since_ms; /* for a whole request; 0: one is being served */
};

struct http_exchange *exchange_new(struct http_server *server, const char *target);
void exchange_free(struct http_exchange *exchange); /* NULL is allowed */
/* Fills request from the connection; the body is not there yet. */
void exchange_read_head(struct http_exchange *exchange, struct MHD_Connection *connection, const char *method);
/* 0, or the status with which a request must be refused before its body is read. *length is what Content-Length says.
 */
int exchange_guard(struct MHD_Connection *connection, uint64_t *length);
/* Lets the body have so many bytes. */
void exchange_allow(struct http_exchange *exchange, size_t most);
/* Takes the next piece of the body. */
void exchange_take(struct http_exchange *exchange, const char *data, size_t len);
/* Queues the reply. */
enum MHD_Result exchange_reply(struct http_exchange *exchange, bool tls);

/* An endless response around the source. NULL: no memory; the source is closed then. */
struct MHD_Response *stream_response(struct MHD_Connection *connection, const struct http_source *source);

#endif
