/* Memory for one record: taken in pieces, forgotten all at once, kept for the next record. Internal to this folder.
 * What was handed out never moves. (lib/arena.h wants a bound beforehand, lib/pool.h gives its memory back.) */
#ifndef SERVER_MODEL_SIGMA_BUMP_H
#define SERVER_MODEL_SIGMA_BUMP_H

#include "lib/slice.h"

struct bump_block;
struct bump {
	struct bump_block *first, *at;
};

void bump_reset(struct bump *b);
void *bump_take(struct bump *b, size_t n); /* aligned for pointers and numbers, not zeroed; NULL: no memory */
struct slice bump_copy(struct bump *b, struct slice text); /* ptr NULL: no memory */
void bump_release(struct bump *b);

#endif
