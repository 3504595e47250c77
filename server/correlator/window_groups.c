#include "server/correlator/window_work.h"

#include <stdlib.h>

/* --------------------------------------------------------------------------------------------------------- reading */

struct touched *touched_find(struct touched *groups, size_t count, int64_t key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (groups[middle].group.key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && groups[low].group.key == key ? &groups[low] : NULL;
}

int touched_read_windows(const struct window_work *w, struct touched *groups, size_t count, struct err *why)
{
	int64_t *keys = calloc(count + 1, sizeof(*keys));
	struct db_result *r;
	size_t n = 0;
	int failed;

	if (!keys)
		return window_work_no_memory(why);
	for (size_t i = 0; i < count; i++) {
		if (!groups[i].is_read)
			keys[n++] = groups[i].group.key;
		groups[i].is_read = true;
	}
	failed = n ? rule_state_windows(w->db, w->company_id, keys, n, &r, why) : 0;
	free(keys);
	if (failed || n == 0)
		return failed;
	for (int row = 0; row < db_rows(r); row++) {
		struct state_window window;
		struct touched *t;

		rule_state_window(r, row, &window);
		t = touched_find(groups, count, window.key);
		if (!t)
			continue;
		t->stored = window.hits;
		t->whole_since = window.whole_since;
	}
	db_result_free(r);
	return 0;
}

static bool is_crowded(const struct window_work *w, const struct touched *t)
{
	return t->stored + (int64_t)t->group.count > w->options->group_hits;
}

/* A monotone correlation needs what a window with a new hit in it can hold; one that is to be thinned, or whose windows
 * wait, needs all. */
static void reach_of(const struct window_work *w, struct touched *t, struct state_reach *reach)
{
	const struct sigma_correlation *c = t->group.entry->correlation;

	*reach = (struct state_reach){ t->group.key, TIME_NONE, INT64_MAX };
	t->whole = !c->monotone || is_crowded(w, t);
	if (t->whole)
		return;
	reach->from = window_work_minus(t->first, c->timespan);
	reach->to = window_work_plus(t->last, c->timespan);
	if (!t->group.entry->is_named)
		return;
	reach->from = window_work_minus(reach->from, c->timespan); /* firing_group_moment() */
	reach->to = window_work_plus(reach->to, c->timespan);
}

static int add_stored(struct touched *t, const struct group_hit *list, size_t count, struct err *why)
{
	struct group_hit *hits = realloc(t->group.hits, (t->group.count + count + 1) * sizeof(*hits));

	if (!hits)
		return window_work_no_memory(why);
	memcpy(hits + t->group.count, list, count * sizeof(*list));
	t->group.hits = hits;
	t->group.count += count;
	return 0;
}

/* Rows come by key. */
static int share_out(struct touched *groups, size_t count, const struct db_result *r, struct err *why)
{
	struct group_hit *list = calloc((size_t)db_rows(r) + 1, sizeof(*list));
	int failed = list ? 0 : window_work_no_memory(why);
	int64_t key = 0, next;
	size_t n = 0;

	for (int row = 0; row <= db_rows(r) && !failed; row++) {
		struct group_hit hit = { 0 };
		bool good = row < db_rows(r) && rule_state_hit(r, row, &next, &hit);

		if (n && (row == db_rows(r) || next != key)) {
			struct touched *t = touched_find(groups, count, key);

			failed = t ? add_stored(t, list, n, why) : 0;
			n = 0;
		}
		if (!good)
			continue;
		key = next;
		list[n++] = hit;
	}
	free(list);
	return failed;
}

static int fetch(const struct window_work *w, struct touched *groups, size_t count, const struct state_reach *reaches,
		 size_t reach_count, struct err *why)
{
	struct db_result *r;
	int failed;

	if (reach_count == 0)
		return 0;
	if (rule_state_hits(w->db, w->company_id, reaches, reach_count, &r, why) != 0)
		return -1;
	failed = share_out(groups, count, r, why);
	db_result_free(r);
	return failed;
}

int touched_read_hits(const struct window_work *w, struct touched *groups, size_t count, struct err *why)
{
	struct state_reach *reaches = calloc(count + 1, sizeof(*reaches));
	size_t n = 0;
	int failed;

	if (!reaches)
		return window_work_no_memory(why);
	for (size_t i = 0; i < count; i++)
		if (groups[i].stored)
			reach_of(w, &groups[i], &reaches[n++]);
	failed = fetch(w, groups, count, reaches, n, why);
	free(reaches);
	return failed;
}

int touched_read_rest(const struct window_work *w, struct touched *groups, size_t count, const bool *marked,
		      struct err *why)
{
	struct state_reach *reaches = calloc(count + 1, sizeof(*reaches));
	size_t n = 0;
	int failed;

	if (!reaches)
		return window_work_no_memory(why);
	for (size_t i = 0; i < count; i++) {
		if (!marked[i] || groups[i].whole)
			continue;
		groups[i].whole = true;
		if (groups[i].stored)
			reaches[n++] = (struct state_reach){ groups[i].group.key, TIME_NONE, INT64_MAX };
	}
	failed = fetch(w, groups, count, reaches, n, why);
	free(reaches);
	return failed;
}

void touched_know(const struct window_work *w, struct touched *t)
{
	t->group.known.since = t->whole_since == TIME_NONE ? INT64_MIN : t->whole_since + 1;
	t->group.known.until = w->until;
}

/* ---------------------------------------------------------------------------------------------------------- writing */

/* Of a group that is not whole, no more is fetched than matters, and nothing goes. */
static int thin(const struct window_work *w, struct touched *t, struct err *why)
{
	struct firing_group *g = &t->group;
	size_t lost;

	if ((int64_t)g->count <= w->options->group_hits || !(t->whole || t->stored == 0))
		return 0;
	/* A quarter less than the bound, so that it does not have to be done for every hit. */
	lost = firing_group_thin(g, (size_t)(w->options->group_hits - w->options->group_hits / 4), why);
	if (lost == SIZE_MAX)
		return -1;
	t->change.lost = (int64_t)lost;
	w->result->lost += (int64_t)lost;
	/* The oldest of what could matter went: of what is left all is known from there on. */
	for (size_t i = 0; i < g->count && lost; i++)
		if (g->hits[i].hit.redundant && g->hits[i].hit.ts > t->change.window.whole_since)
			t->change.window.whole_since = g->hits[i].hit.ts;
	return 0;
}

static void write_hits(const struct window_work *w, const struct firing_group *g, struct state_change *change)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct group_hit *h = &g->hits[i];

		if (h->is_stored && h->hit.redundant) {
			state_change_remove(w->changes, g->key, h);
			change->more--;
		} else if (h->is_stored && h->is_told) {
			state_change_member(w->changes, g->key, h);
		} else if (!h->is_stored && !h->hit.redundant) {
			state_change_add(w->changes, g->key, h);
			change->more++;
		}
	}
}

int touched_write(const struct window_work *w, struct touched *t, struct err *why)
{
	if (!t->is_tied && thin(w, t, why) != 0)
		return -1;
	write_hits(w, &t->group, &t->change);
	if (t->is_tied)
		return 0;
	state_change_window(w->changes, &t->change);
	w->result->groups++;
	return 0;
}
