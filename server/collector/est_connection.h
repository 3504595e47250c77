/* One connection to the EST port: TLS, one request, one answer, closed. All of it on the loop's thread.
 *
 * What a peer can cost is bounded: EST_HEAD_MOST and EST_BODY_MOST bytes, and EST_DEADLINE_MS from the first byte of
 * the handshake to the request's last, however slowly it sends. */
#ifndef SERVER_COLLECTOR_EST_CONNECTION_H
#define SERVER_COLLECTOR_EST_CONNECTION_H

#include "lib/tls.h"
#include "server/collector/est_answer.h"
#include "server/collector/est_request.h"

#include <event2/event.h>

struct sockaddr;

enum {
	EST_DEADLINE_MS = 15000, /* handshake and request together */
	EST_WORK_MS = 25000,     /* then until the answer is known */
	EST_SEND_MS = 5000,      /* then until it is sent */
	EST_LINGER_MS = 2000,    /* then for the peer to close */
	EST_ADDRESS_SIZE = 64,   /* of a peer's address as text */
	EST_PEER_MOST = 16,
};

struct est_connection;

struct est_connection_plan {
	struct event_base *base;
	SSL_CTX *tls;
	int fd; /* taken over, also on an error */
	const struct sockaddr *address;

	/* A whole request is here. Answer now or later with est_connection_answer(), once. The request and the body
	 * are borrowed during the call. */
	void (*request)(void *arg, struct est_connection *connection, const struct est_request *request,
			struct slice body);
	/* The connection is over and is freed after this call. */
	void (*ended)(void *arg, struct est_connection *connection);
	void *arg;
};

int est_connection_new(struct est_connection **out, const struct est_connection_plan *plan, struct err *why);
void est_connection_free(struct est_connection *c); /* at once; `ended` is not called */

/* A second answer is dropped: the deadline may have given the first. The connection does not end during the call. */
void est_connection_answer(struct est_connection *c, const struct est_answer *answer);

const char *est_connection_address(const struct est_connection *c); /* text, without the port */
/* What counts as one peer: an IPv4 address, or the first half of an IPv6 one. */
struct slice est_connection_peer(const struct est_connection *c);
X509 *est_connection_certificate(const struct est_connection *c); /* the client's; NULL: none; X509_free() */

/* The caller's own pointer: what this connection waits for. NULL at first. */
void est_connection_set_job(struct est_connection *c, void *job);
void *est_connection_job(const struct est_connection *c);

#endif
