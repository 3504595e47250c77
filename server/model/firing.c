#include "server/model/firing.h"

#include <stdlib.h>

int firings_add(struct firings *f, const struct plan_firing *firing, struct err *why)
{
	if (f->count == f->room) {
		size_t room = f->room ? 2 * f->room : 16;
		struct plan_firing *items = realloc(f->items, room * sizeof(*items));

		if (!items)
			return err_set(why, ERR_NOMEM, "no memory for %zu firings", room);
		f->items = items;
		f->room = room;
	}
	f->items[f->count++] = *firing;
	return 0;
}

void firings_release(struct firings *f)
{
	free(f->items);
	pool_release(&f->pool);
	*f = (struct firings){ 0 };
}
