/* What the api counts about itself, and its page for Prometheus (text format 0.0.4), which also shows the figures of
 * the whole server. No company is ever named in it. */
#ifndef SERVER_API_TELEMETRY_H
#define SERVER_API_TELEMETRY_H

#include "lib/buffer.h"
#include "server/store/vitals.h"

#include <stdatomic.h>

enum { TELEMETRY_CLASSES = 5, TELEMETRY_BUCKETS = 10 };

/* Zero-initialise. Counted from any thread. */
struct telemetry {
	atomic_uint_fast64_t requests[TELEMETRY_CLASSES]; /* 1xx .. 5xx */
	atomic_uint_fast64_t unanswered;                  /* the client was gone */
	atomic_uint_fast64_t bucket[TELEMETRY_BUCKETS + 1];
	atomic_uint_fast64_t milliseconds;
};

/* What is the case right now. */
struct telemetry_now {
	unsigned connections, streams, workers, workers_busy;
	const struct vitals *vitals; /* NULL: the database is away */
};

/* A request has ended; status 0: no reply was given. */
void telemetry_request(struct telemetry *t, int status, int64_t milliseconds);
void telemetry_write(struct telemetry *t, const struct telemetry_now *now, struct buffer *out);

#endif
