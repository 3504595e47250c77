#include "server/api/gaps.h"

#include <stdlib.h>

/* More holes than this are not rolled-back transactions but a jump of the sequence: the oldest are let go. */
enum { GAPS_MAX = 8192 };

struct gaps {
	int64_t highest;
	int64_t keep_ms;
	size_t count;
	int64_t ids[GAPS_MAX];   /* ascending */
	int64_t since[GAPS_MAX]; /* when each was found missing */
};

struct gaps *gaps_new(int64_t highest, int64_t keep_ms)
{
	struct gaps *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->highest = highest;
	g->keep_ms = keep_ms;
	return g;
}

void gaps_free(struct gaps *g)
{
	free(g);
}

int64_t gaps_highest(const struct gaps *g)
{
	return g->highest;
}

static void drop(struct gaps *g, size_t at, size_t n)
{
	memmove(g->ids + at, g->ids + at + n, (g->count - at - n) * sizeof(g->ids[0]));
	memmove(g->since + at, g->since + at + n, (g->count - at - n) * sizeof(g->since[0]));
	g->count -= n;
}

/* Everything between the highest and id, both excluded, is missing now; of a long run only its end is kept. */
static void open_gap(struct gaps *g, int64_t id, int64_t now_ms)
{
	int64_t first = g->highest + 1;

	if (id - first > GAPS_MAX)
		first = id - GAPS_MAX;
	if (g->count + (size_t)(id - first) > GAPS_MAX)
		drop(g, 0, g->count + (size_t)(id - first) - GAPS_MAX);
	for (int64_t missing = first; missing < id; missing++) {
		g->ids[g->count] = missing;
		g->since[g->count++] = now_ms;
	}
}

static bool find(const struct gaps *g, int64_t id, size_t *at)
{
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	*at = low;
	return low < g->count && g->ids[low] == id;
}

bool gaps_take(struct gaps *g, int64_t id, int64_t now_ms)
{
	size_t at;

	if (id > g->highest) {
		open_gap(g, id, now_ms);
		g->highest = id;
		return true;
	}
	if (!find(g, id, &at))
		return false;
	drop(g, at, 1);
	return true;
}

size_t gaps_expire(struct gaps *g, int64_t now_ms)
{
	size_t n = 0, before = g->count;

	/* Found later means a higher id, so the oldest stand in front. */
	while (n < g->count && now_ms - g->since[n] >= g->keep_ms)
		n++;
	drop(g, 0, n);
	return before - g->count;
}

size_t gaps_missing(const struct gaps *g, const int64_t **ids)
{
	*ids = g->ids;
	return g->count;
}
