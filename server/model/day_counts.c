#include "server/model/day_counts.h"

#include <stdlib.h>

static int order(const void *left, const void *right)
{
	const struct day_count *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->direction != b->direction)
		return a->direction < b->direction ? -1 : 1;
	if (a->engine != b->engine)
		return a->engine < b->engine ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	return (a->action > b->action) - (a->action < b->action);
}

size_t day_counts_add_up(struct day_count *counts, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(counts, count, sizeof(*counts), order);
	for (size_t i = 1; i < count; i++) {
		if (order(&counts[kept], &counts[i]) == 0)
			counts[kept].detections += counts[i].detections;
		else
			counts[++kept] = counts[i];
	}
	return kept + 1;
}
