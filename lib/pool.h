/* Memory for things that live and die together, in any number: what was handed out never moves and is freed all at
 * once. (arena.h is for the hot path: one block, sized beforehand.) Zero-initialise; pool_release() frees. */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include "lib/slice.h"

struct pool_block;
struct pool {
	struct pool_block *blocks;
	size_t used; /* bytes handed out */
};

void *pool_take(struct pool *p, size_t n); /* zeroed, aligned for anything; NULL: no memory */
/* An array of `count` elements; NULL also when the product overflows. */
void *pool_take_array(struct pool *p, size_t count, size_t size);
/* Copies as a terminated string; NULL: no memory. */
char *pool_string(struct pool *p, struct slice text);
void pool_release(struct pool *p);

#endif
