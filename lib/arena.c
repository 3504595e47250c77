#include "lib/arena.h"

#include <stdlib.h>

bool arena_reset(struct arena *a, size_t room)
{
	a->used = 0;
	if (a->room >= room && a->data)
		return true;
	free(a->data);
	a->data = malloc(room ? room : 1);
	a->room = a->data ? room : 0;
	return a->data != NULL;
}

uint8_t *arena_take(struct arena *a, size_t n)
{
	uint8_t *p = a->data + a->used;

	if (n > a->room - a->used)
		return NULL;
	a->used += n;
	return p;
}

void arena_release(struct arena *a)
{
	free(a->data);
	*a = (struct arena){ 0 };
}
