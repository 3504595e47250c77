#include "lib/pool.h"

#include <stdalign.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 32 * 1024 };

struct pool_block {
	struct pool_block *next;
	size_t room, used;
	alignas(max_align_t) uint8_t data[];
};

static struct pool_block *add_block(struct pool *p, size_t n)
{
	size_t room = n > BLOCK_SIZE / 4 ? n : BLOCK_SIZE;
	struct pool_block *b = calloc(1, sizeof(*b) + room);

	if (!b)
		return NULL;
	b->room = room;
	/* A block for one large thing goes behind the first, whose rest is still good. */
	if (p->blocks && room == n) {
		b->next = p->blocks->next;
		p->blocks->next = b;
	} else {
		b->next = p->blocks;
		p->blocks = b;
	}
	return b;
}

void *pool_take(struct pool *p, size_t n)
{
	struct pool_block *b = p->blocks;
	void *out;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (!b || b->room - b->used < n)
		b = add_block(p, n);
	if (!b)
		return NULL;
	out = b->data + b->used;
	b->used += n;
	p->used += n;
	return out;
}

void *pool_take_array(struct pool *p, size_t count, size_t size)
{
	size_t n;

	return __builtin_mul_overflow(count, size, &n) ? NULL : pool_take(p, n);
}

char *pool_string(struct pool *p, struct slice text)
{
	char *s = text.len < SIZE_MAX ? pool_take(p, text.len + 1) : NULL;

	if (s && text.len)
		memcpy(s, text.ptr, text.len);
	return s;
}

void pool_release(struct pool *p)
{
	while (p->blocks) {
		struct pool_block *b = p->blocks;

		p->blocks = b->next;
		free(b);
	}
	*p = (struct pool){ 0 };
}
