#include "server/model/sigma/bump.h"

#include <stdalign.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct bump_block {
	struct bump_block *next;
	size_t room, used;
	alignas(16) uint8_t data[];
};

void bump_reset(struct bump *b)
{
	b->at = b->first;
	if (b->at)
		b->at->used = 0;
}

static struct bump_block *new_block(size_t n)
{
	size_t room = n > BLOCK_SIZE ? n : BLOCK_SIZE;
	struct bump_block *block = malloc(sizeof(*block) + room);

	if (block)
		*block = (struct bump_block){ .room = room };
	return block;
}

/* The next block that is large enough, those in between skipped; a new one behind the last. */
static bool next_block(struct bump *b, size_t n)
{
	struct bump_block **link = b->at ? &b->at->next : &b->first;

	while (*link && (*link)->room < n)
		link = &(*link)->next;
	if (!*link)
		*link = new_block(n);
	if (!*link)
		return false;
	b->at = *link;
	b->at->used = 0;
	return true;
}

void *bump_take(struct bump *b, size_t n)
{
	void *out;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + 7) & ~(size_t)7;
	if ((!b->at || b->at->room - b->at->used < n) && !next_block(b, n))
		return NULL;
	out = b->at->data + b->at->used;
	b->at->used += n;
	return out;
}

struct slice bump_copy(struct bump *b, struct slice text)
{
	uint8_t *copy = bump_take(b, text.len ? text.len : 1);

	if (copy && text.len)
		memcpy(copy, text.ptr, text.len);
	return slice_of(copy, copy ? text.len : 0);
}

void bump_release(struct bump *b)
{
	while (b->first) {
		struct bump_block *block = b->first;

		b->first = block->next;
		free(block);
	}
	b->at = NULL;
}
