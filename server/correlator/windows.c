#include "server/correlator/windows.h"

#include "server/correlator/window_work.h"

#include <stdlib.h>

enum { DUE_MAX = 2000 };

/* While records come, time is what they say, so that history that is replayed waits for the rest of it; when they no
 * longer do, it is the clock's. Never in the future, whatever a device's clock says. */
static time_us known_until(const struct window_work *w, time_us newest, bool is_fresh)
{
	time_us now = w->clock.now;
	bool flows =
	    is_fresh || (w->clock.seen != TIME_NONE && window_work_plus(w->clock.seen, w->options->settle) > now);

	if (w->clock.newest > newest)
		newest = w->clock.newest;
	return window_work_minus(flows && newest < now ? newest : now, w->options->settle);
}

/* ------------------------------------------------------------------------------------------------------------- due */

static int take_due(struct window_work *w, const struct db_result *r, struct err *why)
{
	w->due = calloc((size_t)db_rows(r) + 1, sizeof(*w->due));
	if (!w->due)
		return window_work_no_memory(why);
	for (int row = 0; row < db_rows(r); row++) {
		struct batch_hit *due = &w->due[w->due_count];
		const struct rule_entry *rule;
		struct state_window window;
		char *group;

		rule_state_window(r, row, &window);
		rule = rule_table_find(w->book->current.table, window.rule_id);
		if (!rule || !rule->correlation || rule->correlation->correlation->definition != window.definition) {
			/* Of another definition: nobody will judge it. */
			const struct state_change change = { .window = window,
							     .newest = TIME_NONE,
							     .due_at = TIME_NONE };

			state_change_window(w->changes, &change);
			continue;
		}
		group = pool_string(&w->firings->pool, window.group);
		if (!group)
			return window_work_no_memory(why);
		*due = (struct batch_hit){ .entry = rule->correlation,
					   .key = window.key,
					   .group = slice_of(group, window.group.len) };
		w->due_count++;
	}
	return 0;
}

static int find_due(struct window_work *w, struct err *why)
{
	struct db_result *r;
	int failed;

	if (rule_state_due(w->db, w->company_id, DUE_MAX, &r, why) != 0)
		return -1;
	w->result->more = db_rows(r) == DUE_MAX;
	failed = take_due(w, r, why);
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- groups */

static int key_order(const void *left, const void *right)
{
	const struct batch_hit *const *a = left, *const *b = right;

	return ((*a)->key > (*b)->key) - ((*a)->key < (*b)->key);
}

/* Hits and due windows of one depth, by key. */
static const struct batch_hit **sort_depth(const struct window_work *w, unsigned depth, size_t *count)
{
	const struct batch_hit **list = calloc(w->batch->hit_count + w->due_count + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return NULL;
	for (size_t i = 0; i < w->batch->hit_count; i++)
		if (w->batch->hits[i].entry->depth == depth)
			list[n++] = &w->batch->hits[i];
	for (size_t i = 0; i < w->due_count; i++)
		if (w->due[i].entry->depth == depth)
			list[n++] = &w->due[i];
	if (n)
		qsort(list, n, sizeof(*list), key_order);
	*count = n;
	return list;
}

static bool is_due(const struct window_work *w, const struct batch_hit *h)
{
	return w->due_count && h >= w->due && h < w->due + w->due_count;
}

static int begin_group(const struct window_work *w, struct touched *t, const struct batch_hit *const *list,
		       size_t count, struct err *why)
{
	*t = (struct touched){ .first = INT64_MAX, .last = INT64_MIN, .whole_since = TIME_NONE };
	t->group.entry = list[0]->entry;
	t->group.key = list[0]->key;
	t->group.group = list[0]->group;
	t->group.version = rule_book_version(w->book);
	t->group.window = w->options->window;
	t->group.hits = calloc(count + 1, sizeof(*t->group.hits));
	if (!t->group.hits)
		return window_work_no_memory(why);
	for (size_t i = 0; i < count; i++) {
		time_us ts = list[i]->hit.hit.ts;

		if (is_due(w, list[i]))
			continue;
		t->group.hits[t->group.count++] = list[i]->hit;
		t->first = ts < t->first ? ts : t->first;
		t->last = ts > t->last ? ts : t->last;
	}
	return 0;
}

static int begin_groups(const struct window_work *w, const struct batch_hit *const *list, size_t count,
			struct touched *groups, size_t *group_count, struct err *why)
{
	size_t end;

	*group_count = 0;
	for (size_t at = 0; at < count; at = end) {
		end = at + 1;
		while (end < count && list[end]->key == list[at]->key)
			end++;
		if (begin_group(w, &groups[(*group_count)++], list + at, end - at, why) != 0)
			return -1;
	}
	return 0;
}

/* ------------------------------------------------------------------------------------------------------- evaluation */

/* Moments of a firing are hits of the correlations that name it. */
static int pass_on(const struct window_work *w, const struct firing_group *g, struct err *why)
{
	const struct rule_table *table = w->book->current.table;
	struct sigma_hits hits;

	if (g->moment_count == 0)
		return 0;
	sigma_hits_of_firing(w->book->current.rules->sigma, w->book->scratch, g->entry->index, g->group, &hits);
	for (size_t i = 0; i < hits.count; i++) {
		const struct sigma_hit *h = &hits.items[i];
		const struct correlation_entry *outer = &table->correlations[h->correlation];
		char *group = pool_string(&w->batch->pool, h->group);

		if (!group)
			return window_work_no_memory(why);
		for (size_t m = 0; m < g->moment_count; m++) {
			struct window_hit moment = { .cluster_key = g->key,
						     .number = h->number,
						     .value_key = h->value_key,
						     .rule_no = h->rule_no };
			struct batch_hit hit = { .entry = outer,
						 .key = h->state_key,
						 .group = slice_of(group, h->group.len) };

			if (!firing_group_moment(g, m, outer->correlation, &moment.ts))
				continue;
			moment.id = firing_moment_id(g->key, moment.ts);
			hit.hit.hit = moment;
			if (batch_rules_add_hit(w->batch, &hit, why) != 0)
				return -1;
		}
	}
	return 0;
}

static int evaluate(struct window_work *w, struct touched *t, struct err *why)
{
	struct firing_group *g = &t->group;

	t->change = (struct state_change){
		.window = { .key = g->key,
			    .rule_id = g->entry->rule->rule_id,
			    .definition = g->entry->correlation->definition,
			    .group = g->group,
			    .whole_since = TIME_NONE },
		.newest = t->first <= t->last ? t->last : TIME_NONE,
		.due_at = TIME_NONE,
	};
	touched_know(w, t);
	if (firing_group_evaluate(g, w->firings, why) != 0 || pass_on(w, g, why) != 0 ||
	    quiet_windows_tie(w, g, why) != 0)
		return -1;
	if (g->due != INT64_MAX)
		t->change.due_at = window_work_plus(g->due > w->clock.now ? g->due : w->clock.now, w->options->settle);
	return firing_group_is_quiet(g->entry) ? 0 : touched_write(w, t, why);
}

/* Quiet groups are kept until it is known who counts them; all others are done. */
static void keep_quiet(struct window_work *w, unsigned depth, struct touched *groups, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (firing_group_is_quiet(groups[i].group.entry))
			groups[kept++] = groups[i];
		else
			firing_group_release(&groups[i].group);
	w->quiet[depth] = (struct quiet_level){ groups, kept };
}

static int evaluate_depth(struct window_work *w, unsigned depth, struct err *why)
{
	size_t count = 0, group_count = 0;
	const struct batch_hit **list = sort_depth(w, depth, &count);
	struct touched *groups = calloc((list ? count : 0) + 1, sizeof(*groups));
	int failed = list && groups ? 0 : window_work_no_memory(why);

	if (!failed && count)
		failed = begin_groups(w, list, count, groups, &group_count, why);
	free(list); /* what it points to moves when hits are passed on */
	if (!failed && group_count)
		failed = touched_read_windows(w, groups, group_count, why);
	if (!failed && group_count)
		failed = touched_read_hits(w, groups, group_count, why);
	for (size_t i = 0; i < group_count && !failed; i++)
		failed = evaluate(w, &groups[i], why);
	keep_quiet(w, depth, groups, group_count);
	return failed;
}

/* Up, then down. */
static int evaluate_depths(struct window_work *w, unsigned depths, struct err *why)
{
	int failed = 0;

	w->quiet = calloc(depths + 1, sizeof(*w->quiet));
	if (!w->quiet)
		return window_work_no_memory(why);
	for (unsigned depth = 0; depth < depths && !failed; depth++)
		failed = evaluate_depth(w, depth, why);
	if (!failed)
		failed = quiet_windows_follow(w, why);
	quiet_windows_release(w);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- whole */

static int keep_bounds(const struct window_work *w, int64_t hits, struct err *why)
{
	int64_t most = w->options->company_hits, dropped = 0;

	if (hits <= most)
		return 0;
	if (rule_state_drop(w->db, w->company_id, hits - (most - most / 10), &w->result->windows, &dropped, why) != 0)
		return -1;
	w->result->dropped = dropped;
	return 0;
}

static time_us newest_hit(const struct batch_rules *b)
{
	time_us newest = INT64_MIN;

	for (size_t i = 0; i < b->hit_count; i++)
		if (b->hits[i].hit.hit.ts > newest)
			newest = b->hits[i].hit.hit.ts;
	return newest;
}

static int evaluate_all(struct window_work *w, bool due, struct err *why)
{
	const struct rule_table *table = w->book->current.table;
	int64_t hits;

	if ((due || (table && table->has_waiting)) && find_due(w, why) != 0)
		return -1;
	if (!table || (w->batch->hit_count == 0 && w->due_count == 0))
		return rule_state_write(w->db, w->company_id, w->changes, &hits, why);
	if (rule_state_clock(w->db, w->company_id, &w->clock, why) != 0)
		return -1;
	w->until = known_until(w, newest_hit(w->batch), w->batch->hit_count != 0);
	if (evaluate_depths(w, table->depths, why) != 0 ||
	    rule_state_write(w->db, w->company_id, w->changes, &hits, why) != 0)
		return -1;
	return keep_bounds(w, hits, why);
}

int windows_evaluate(struct db *db, int64_t company_id, const struct windows_options *options, struct rule_book *book,
		     struct batch_rules *batch, bool due, struct firings *firings, struct windows_result *out,
		     struct err *why)
{
	struct window_work w = { .db = db,
				 .company_id = company_id,
				 .options = options,
				 .book = book,
				 .batch = batch,
				 .firings = firings,
				 .result = out };
	int failed;

	*out = (struct windows_result){ 0 };
	if (!due && batch->hit_count == 0 && !(book->current.table && book->current.table->has_waiting))
		return 0;
	w.changes = state_changes_new();
	failed = w.changes ? evaluate_all(&w, due, why) : window_work_no_memory(why);
	state_changes_free(w.changes);
	free(w.due);
	return failed;
}
