/* Keeps the allow-list up to date on the loop: reconnects, asks every second whether it changed, and hands each new
 * list on. While the database is away the last list stays in force. */
#ifndef SERVER_COLLECTOR_ADMISSION_H
#define SERVER_COLLECTOR_ADMISSION_H

#include "server/settings.h"
#include "server/store/allow_list.h"

#include <event2/event.h>

struct admission;

struct admission_plan {
	struct event_base *base;
	const struct settings *settings; /* copied from, not kept */
	/* Takes the list over (leaves it empty). */
	void (*loaded)(void *arg, struct allow_list *list, time_us clock_offset);
	void *arg;
};
int admission_new(struct admission **out, const struct admission_plan *plan, struct err *why);
void admission_free(struct admission *a); /* NULL is allowed */
/* Something was just changed by ourselves: reads the list at once. */
void admission_look(struct admission *a);

#endif
