#include "server/collector/watch.h"

void watch_init(struct watch *w, struct event_base *base, event_callback_fn callback, void *arg)
{
	*w = (struct watch){ .base = base, .callback = callback, .arg = arg };
}

void watch_set(struct watch *w, int fd, bool to_read, bool to_write)
{
	short what = (short)((to_read ? EV_READ : 0) | (to_write ? EV_WRITE : 0));

	if (w->assigned)
		event_del(&w->event);
	w->assigned = fd >= 0 && what;
	if (!w->assigned)
		return;
	event_assign(&w->event, w->base, fd, (short)(what | EV_PERSIST), w->callback, w->arg);
	event_add(&w->event, NULL);
}
