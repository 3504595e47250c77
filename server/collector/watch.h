/* Couples a descriptor that somebody else opens and closes (libpq's) to the loop. */
#ifndef SERVER_COLLECTOR_WATCH_H
#define SERVER_COLLECTOR_WATCH_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>

struct watch {
	struct event_base *base;
	event_callback_fn callback;
	void *arg;
	struct event event;
	bool assigned;
};

void watch_init(struct watch *w, struct event_base *base, event_callback_fn callback, void *arg);
/* What to wait for from now on; fd -1: nothing. Call after each step: the number of the descriptor says nothing about
 * whether it is still the same one. */
void watch_set(struct watch *w, int fd, bool to_read, bool to_write);

#endif
