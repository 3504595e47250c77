#include "server/model/sigma/problems.h"

#include <stdlib.h>

static bool grow(struct sigma_problems *p)
{
	size_t room = p->room ? 2 * p->room : 16;
	struct sigma_problem *items;

	if (p->count < p->room)
		return true;
	items = realloc(p->items, room * sizeof(*items));
	if (!items)
		return false;
	p->items = items;
	p->room = room;
	return true;
}

void sigma_problems_add(struct sigma_problems *p, const char *file, int line, const char *reason)
{
	char *file_copy, *reason_copy;

	if (p->count == SIGMA_PROBLEMS_MAX || !grow(p))
		return;
	file_copy = slice_to_string(slice_of_string(file));
	reason_copy = slice_to_string(slice_of_string(reason));
	if (!file_copy || !reason_copy) {
		free(file_copy);
		free(reason_copy);
		return;
	}
	p->items[p->count++] = (struct sigma_problem){ file_copy, line, reason_copy };
}

static int compare(const void *a, const void *b)
{
	const struct sigma_problem *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	if (order == 0)
		order = (x->line > y->line) - (x->line < y->line);
	return order ? order : strcmp(x->reason, y->reason);
}

void sigma_problems_sort(struct sigma_problems *p)
{
	if (p->count)
		qsort(p->items, p->count, sizeof(*p->items), compare);
}

void sigma_problems_release(struct sigma_problems *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free((char *)(uintptr_t)p->items[i].file);
		free(p->items[i].reason);
	}
	free(p->items);
	*p = (struct sigma_problems){ 0 };
}
