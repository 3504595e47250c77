/* Threads that may wait for the database, each with a connection of its own, behind one bounded queue. */
#ifndef SERVER_API_WORKERS_H
#define SERVER_API_WORKERS_H

#include "lib/err.h"
#include "server/store/db.h"

struct workers_plan {
	unsigned count;
	size_t queue;         /* pieces of work that may wait */
	const char *conninfo; /* must outlive the workers, like user */
	const char *user;
	/* Does one piece. db NULL: the database is away. False: the connection is of no use any more. */
	bool (*work)(void *arg, struct db *db, void *piece);
	void *arg;
};

struct workers;
int workers_start(struct workers **out, const struct workers_plan *plan, struct err *why);
/* False when the queue is full, or after workers_stop() began. From any thread. */
bool workers_give(struct workers *w, void *piece);
unsigned workers_busy(struct workers *w);
/* Does what is in the queue and ends the threads. NULL is allowed. */
void workers_stop(struct workers *w);

#endif
