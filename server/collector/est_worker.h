/* The one thread beside a loop in the server, for what blocks in EST. Jobs go in through a bounded queue and come back
 * on the loop's thread, which an eventfd wakes. The thread has its own database connection and shares nothing else. */
#ifndef SERVER_COLLECTOR_EST_WORKER_H
#define SERVER_COLLECTOR_EST_WORKER_H

#include "server/collector/est_job.h"

struct est_worker;

enum { EST_QUEUE_MOST = 64, EST_WORKER_END_MS = 3000 };

/* `done` is called on the loop's thread with a job that is done; the job is the callee's then. */
typedef void (*est_done)(void *arg, struct est_job *job);

int est_worker_new(struct est_worker **out, struct event_base *base, const struct settings *settings, est_done done,
		   void *arg, struct err *why);
/* For the end of the process. Waits for the job at hand, EST_WORKER_END_MS at most: the supervisor kills who does not
 * end in time. Jobs that wait, and those not yet taken back, are freed without `done`. NULL is allowed. */
void est_worker_free(struct est_worker *w);

/* Takes the job over; false when the queue is full: it stays the caller's. */
bool est_worker_put(struct est_worker *w, struct est_job *job);

#endif
