/* Enrolment over Secure Transport (RFC 7030, clarified by RFC 8951): how a sensor gets its certificate and renews it.
 *
 *   GET  /.well-known/est/cacerts          the authority's certificate
 *   POST /.well-known/est/simpleenroll     with a one-time token as the Basic password
 *   POST /.well-known/est/simplereenroll   with the current certificate (mutual TLS)
 *   GET  /.well-known/est/csrattrs         204: we ask for nothing in particular
 *
 * The connections run on the caller's event loop. What blocks (database, keyholder) runs in one thread of its own with
 * a bounded queue, so that no sensor on that loop ever waits for an enrolment. README.md has the rest. */
#ifndef SERVER_COLLECTOR_EST_H
#define SERVER_COLLECTOR_EST_H

#include "server/collector/own_certificate.h"

#include <event2/event.h>

struct est;

struct est_plan {
	struct event_base *base;
	int listen_fd;                     /* borrowed; non-blocking */
	const struct settings *settings;   /* copied from, not kept */
	const struct own_certificate *own; /* borrowed during the call */

	/* Both are called on the loop's thread. A sensor's certificate was issued and is committed: */
	void (*issued)(void *arg, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE], int64_t company_id,
		       int64_t sensor_id);
	/* Our own certificate came to the last third of its life and was renewed. EST uses the new one already; it is
	 * borrowed during the call (X509_up_ref what you keep). NULL: EST renews nothing. */
	void (*renewed)(void *arg, const struct own_certificate *fresh);
	void *arg;
};

int est_new(struct est **out, const struct est_plan *plan, struct err *why);
/* Ends all connections; waits EST_WORKER_END_MS at most for the piece of work at hand. NULL is allowed. */
void est_free(struct est *est);
/* For new connections; those that are open keep the old one. */
int est_set_certificate(struct est *est, const struct own_certificate *own, struct err *why);

#endif
