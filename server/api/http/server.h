/* An HTTP server on libmicrohttpd, behind its guards (README.md): event loops that only parse, requests that could be
 * read two ways refused, every size bounded, late senders cut off. */
#ifndef SERVER_API_HTTP_SERVER_H
#define SERVER_API_HTTP_SERVER_H

#include "lib/err.h"
#include "server/api/http/http.h"

enum http_serve { HTTP_ANSWERED, HTTP_TAKEN };

struct http_service {
	/* In an event loop: must not block. HTTP_TAKEN: http_answer() follows, perhaps before this returns. */
	enum http_serve (*serve)(void *arg, struct http_exchange *exchange);
	/* Whether this request may have a large body; NULL: none may. Only its request line and headers are there. */
	bool (*large)(void *arg, const struct http_exchange *exchange);
	/* The request cannot be served: fill a reply of this status. */
	void (*refuse)(void *arg, struct http_exchange *exchange, int status);
	/* The reply is sent or the client is gone; NULL: not wanted. status 0: no reply was given. */
	void (*finished)(void *arg, struct http_exchange *exchange, int status);
	void *arg;
};

struct http_options {
	int listen_fd;           /* non-blocking; the server closes it */
	const char *certificate; /* PEM text; NULL: plain HTTP */
	const char *key;
	unsigned threads;
	unsigned max_connections;
	unsigned max_per_address; /* 0: no limit */
};

struct http_server;
int http_server_start(struct http_server **out, const struct http_options *options, const struct http_service *service,
		      struct err *why);
/* Cuts off connections whose request has not come in whole for a minute. Call every few seconds. */
void http_server_sweep(struct http_server *server);
unsigned http_server_connections(struct http_server *server);
/* No exchange may be taken and no stream paused any more. NULL is allowed. */
void http_server_stop(struct http_server *server);

#endif
