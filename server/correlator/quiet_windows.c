/* Downwards: from what was told to the quiet firings that it counted. What is told of a quiet group ties groups further
 * inside, so the outer depths come first. */
#include "server/correlator/window_work.h"
#include "server/store/correlation.h"

#include <stdlib.h>

static int add_tied(struct window_work *w, const struct tied_moment *tied, struct err *why)
{
	if (w->tied_count == w->tied_room) {
		size_t room = w->tied_room ? 2 * w->tied_room : 64;
		struct tied_moment *list = realloc(w->tied, room * sizeof(*list));

		if (!list)
			return window_work_no_memory(why);
		w->tied = list;
		w->tied_room = room;
	}
	w->tied[w->tied_count++] = *tied;
	return 0;
}

int quiet_windows_tie(struct window_work *w, const struct firing_group *g, struct err *why)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct window_hit *h = &g->hits[i].hit;
		const struct correlation_entry *inner = g->entry->parts[h->rule_no]->correlation;
		const struct tied_moment tied = { inner, { .key = h->cluster_key, .first = h->ts, .last = h->ts } };

		if (g->hits[i].is_told && inner && firing_group_is_quiet(inner) && add_tied(w, &tied, why) != 0)
			return -1;
	}
	return 0;
}

/* --------------------------------------------------------------------------------------------------- groups of a depth
 */

static int tied_order(const void *left, const void *right)
{
	const struct tied_moment *a = left, *b = right;

	return (a->moment.key > b->moment.key) - (a->moment.key < b->moment.key);
}

static int touched_order(const void *left, const void *right)
{
	const struct touched *a = left, *b = right;

	return (a->group.key > b->group.key) - (a->group.key < b->group.key);
}

/* Groups of this depth that are tied and have no news. */
static int add_tied_groups(struct window_work *w, unsigned depth, struct err *why)
{
	struct quiet_level *level = &w->quiet[depth];
	struct touched *groups = realloc(level->groups, (level->count + w->tied_count + 1) * sizeof(*groups));
	size_t known = level->count;
	int64_t last = 0; /* no group's key */

	if (!groups)
		return window_work_no_memory(why);
	level->groups = groups;
	for (size_t i = 0; i < w->tied_count; i++) {
		const struct tied_moment *t = &w->tied[i];

		if (t->inner->depth != depth || t->moment.key == last)
			continue;
		last = t->moment.key;
		if (touched_find(groups, known, last))
			continue;
		groups[level->count++] = (struct touched){
			.group = { .entry = t->inner,
				   .key = last,
				   .version = rule_book_version(w->book),
				   .window = w->options->window,
				   .untold_first = INT64_MAX,
				   .untold_last = INT64_MIN },
			.first = INT64_MAX,
			.last = INT64_MIN,
			.whole_since = TIME_NONE,
			.is_tied = true,
		};
	}
	if (level->count)
		qsort(groups, level->count, sizeof(*groups), touched_order);
	return 0;
}

/* ---------------------------------------------------------------------------------------------------- what is live */

/* Stretches that make firings of a depth live, by key. */
struct live {
	struct plan_segment *items;
	size_t count;
};

static int segment_order(const void *left, const void *right)
{
	const struct plan_segment *a = left, *b = right;

	return (a->key > b->key) - (a->key < b->key);
}

/* Of groups with members that were not told, the segments that these reach. */
static int read_segments(const struct window_work *w, const struct quiet_level *level, struct live *live,
			 struct err *why)
{
	struct plan_segment *runs = calloc(level->count + 1, sizeof(*runs));
	size_t n = 0;
	int failed;

	if (!runs)
		return window_work_no_memory(why);
	for (size_t i = 0; i < level->count; i++) {
		const struct firing_group *g = &level->groups[i].group;

		if (g->untold_first <= g->untold_last)
			runs[n++] = (struct plan_segment){ .key = g->key,
							   .first = g->untold_first,
							   .last = g->untold_last,
							   .window = g->entry->correlation->timespan };
	}
	failed = n ? correlation_segments(w->db, w->company_id, runs, n, &live->items, &live->count, why) : 0;
	free(runs);
	return failed;
}

static int find_live(const struct window_work *w, unsigned depth, struct live *live, struct err *why)
{
	struct plan_segment *items;

	*live = (struct live){ 0 };
	if (read_segments(w, &w->quiet[depth], live, why) != 0)
		return -1;
	items = realloc(live->items, (live->count + w->tied_count + 1) * sizeof(*items));
	if (!items)
		return window_work_no_memory(why);
	live->items = items;
	for (size_t i = 0; i < w->tied_count; i++)
		if (w->tied[i].inner->depth == depth)
			items[live->count++] = w->tied[i].moment;
	if (live->count)
		qsort(items, live->count, sizeof(*items), segment_order);
	return 0;
}

/* Those of a key; both lists are in order of keys. */
static struct live live_of(const struct live *all, size_t *at, int64_t key)
{
	struct live out = { 0 };

	while (*at < all->count && all->items[*at].key < key)
		(*at)++;
	out.items = all->items + *at;
	while (*at < all->count && all->items[*at].key == key) {
		(*at)++;
		out.count++;
	}
	return out;
}

/* ------------------------------------------------------------------------------------------------------- following */

static int read_live(const struct window_work *w, struct quiet_level *level, const struct live *live, struct err *why)
{
	bool *marked = calloc(level->count + 1, sizeof(*marked));
	size_t at = 0;
	int failed;

	if (!marked)
		return window_work_no_memory(why);
	for (size_t i = 0; i < level->count; i++)
		marked[i] = live_of(live, &at, level->groups[i].group.key).count != 0;
	failed = touched_read_windows(w, level->groups, level->count, why);
	if (!failed)
		failed = touched_read_rest(w, level->groups, level->count, marked, why);
	free(marked);
	return failed;
}

static int follow_level(struct window_work *w, struct quiet_level *level, const struct live *live, struct err *why)
{
	size_t at = 0;

	if (live->count && read_live(w, level, live, why) != 0)
		return -1;
	for (size_t i = 0; i < level->count; i++) {
		struct touched *t = &level->groups[i];
		const struct live mine = live_of(live, &at, t->group.key);

		touched_know(w, t);
		if (mine.count && (firing_group_follow(&t->group, mine.items, mine.count, w->firings, why) != 0 ||
				   quiet_windows_tie(w, &t->group, why) != 0))
			return -1;
		if (touched_write(w, t, why) != 0)
			return -1;
	}
	return 0;
}

static int follow_depth(struct window_work *w, unsigned depth, struct err *why)
{
	struct live live;
	int failed;

	if (w->tied_count)
		qsort(w->tied, w->tied_count, sizeof(*w->tied), tied_order);
	failed = add_tied_groups(w, depth, why);
	if (!failed && w->quiet[depth].count) {
		failed = find_live(w, depth, &live, why);
		if (!failed)
			failed = follow_level(w, &w->quiet[depth], &live, why);
		free(live.items);
	}
	return failed;
}

int quiet_windows_follow(struct window_work *w, struct err *why)
{
	for (unsigned depth = w->book->current.table->depths; depth-- > 0;)
		if (follow_depth(w, depth, why) != 0)
			return -1;
	return 0;
}

void quiet_windows_release(struct window_work *w)
{
	for (unsigned depth = 0; depth < w->book->current.table->depths; depth++) {
		for (size_t i = 0; i < w->quiet[depth].count; i++)
			firing_group_release(&w->quiet[depth].groups[i].group);
		free(w->quiet[depth].groups);
	}
	free(w->quiet);
	free(w->tied);
}
