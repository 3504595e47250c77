/* Memory for one piece of work, forgotten all at once. The room is fixed when work begins, from a bound the caller
 * knows, so what was handed out never moves; asking for more than the room gives NULL. */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include "lib/slice.h"

struct arena {
	uint8_t *data;
	size_t room;
	size_t used;
};

/* Forgets everything and makes sure of `room` bytes; kept for the next round. False when memory is short. */
bool arena_reset(struct arena *a, size_t room);
uint8_t *arena_take(struct arena *a, size_t n); /* unaligned, for text; NULL when the room is used up */
void arena_release(struct arena *a);

#endif
