#include "server/correlator/windows.h"

#include "server/store/rule_state.h"

#include <stdlib.h>

enum { DUE_MAX = 2000 };

struct working {
	struct db *db;
	int64_t company_id;
	const struct windows_options *options;
	struct rule_book *book;
	struct batch_rules *batch;
	struct firings *firings;
	struct windows_result *result;
	struct state_clock clock;
	time_us until; /* of event time: no hits are expected any more up to here */
	struct state_changes *changes;
	struct batch_hit *due; /* windows that are due, as hits without a hit */
	size_t due_count;
};

/* One group at work. */
struct touched {
	struct firing_group group;
	time_us first, last; /* of the new hits; first > last: it is only due */
	int64_t stored;      /* hits in the database */
	time_us whole_since;
	bool whole; /* all of its hits are fetched */
};

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for the windows of correlations");
}

static time_us plus(time_us t, time_us by)
{
	time_us out;

	return __builtin_add_overflow(t, by, &out) ? INT64_MAX : out;
}

static time_us minus(time_us t, time_us by)
{
	time_us out;

	return __builtin_sub_overflow(t, by, &out) ? INT64_MIN + 1 : out;
}

/* While records come, time is what they say, so that history that is replayed waits for the rest of it; when they no
 * longer do, it is the clock's. Never in the future, whatever a device's clock says. */
static time_us known_until(const struct working *w, time_us newest, bool is_fresh)
{
	time_us now = w->clock.now;
	bool flows = is_fresh || (w->clock.seen != TIME_NONE && plus(w->clock.seen, w->options->settle) > now);

	if (w->clock.newest > newest)
		newest = w->clock.newest;
	return minus(flows && newest < now ? newest : now, w->options->settle);
}

/* ------------------------------------------------------------------------------------------------------------- due */

static int take_due(struct working *w, const struct db_result *r, struct err *why)
{
	w->due = calloc((size_t)db_rows(r) + 1, sizeof(*w->due));
	if (!w->due)
		return no_memory(why);
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
			return no_memory(why);
		*due = (struct batch_hit){ .entry = rule->correlation,
					   .key = window.key,
					   .group = slice_of(group, window.group.len) };
		w->due_count++;
	}
	return 0;
}

static int find_due(struct working *w, struct err *why)
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
static const struct batch_hit **sort_depth(const struct working *w, unsigned depth, size_t *count)
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

static bool is_due(const struct working *w, const struct batch_hit *h)
{
	return w->due_count && h >= w->due && h < w->due + w->due_count;
}

static int begin_group(const struct working *w, struct touched *t, const struct batch_hit *const *list, size_t count,
		       struct err *why)
{
	*t = (struct touched){ .first = INT64_MAX, .last = INT64_MIN, .whole_since = TIME_NONE };
	t->group.entry = list[0]->entry;
	t->group.key = list[0]->key;
	t->group.group = list[0]->group;
	t->group.version = rule_book_version(w->book);
	t->group.window = w->options->window;
	t->group.hits = calloc(count + 1, sizeof(*t->group.hits));
	if (!t->group.hits)
		return no_memory(why);
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

static int begin_groups(const struct working *w, const struct batch_hit *const *list, size_t count,
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

static struct touched *find_group(struct touched *groups, size_t count, int64_t key)
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

static int read_windows(const struct working *w, struct touched *groups, size_t count, struct err *why)
{
	int64_t *keys = calloc(count + 1, sizeof(*keys));
	struct db_result *r;
	int failed;

	if (!keys)
		return no_memory(why);
	for (size_t i = 0; i < count; i++)
		keys[i] = groups[i].group.key;
	failed = rule_state_windows(w->db, w->company_id, keys, count, &r, why);
	free(keys);
	if (failed)
		return -1;
	for (int row = 0; row < db_rows(r); row++) {
		struct state_window window;
		struct touched *t;

		rule_state_window(r, row, &window);
		t = find_group(groups, count, window.key);
		if (!t)
			continue;
		t->stored = window.hits;
		t->whole_since = window.whole_since;
	}
	db_result_free(r);
	return 0;
}

static bool is_crowded(const struct working *w, const struct touched *t)
{
	return t->stored + (int64_t)t->group.count > w->options->group_hits;
}

/* A monotone correlation needs what a window with a new hit in it can hold; one that is to be thinned, or whose windows
 * wait, needs all. */
static void reach_of(const struct working *w, struct touched *t, struct state_reach *reach)
{
	const struct sigma_correlation *c = t->group.entry->correlation;

	*reach = (struct state_reach){ t->group.key, TIME_NONE, INT64_MAX };
	t->whole = !c->monotone || is_crowded(w, t);
	if (t->whole)
		return;
	reach->from = minus(t->first, c->timespan);
	reach->to = plus(t->last, c->timespan);
	if (!t->group.entry->is_named)
		return;
	reach->from = minus(reach->from, c->timespan); /* firing_group_moment() */
	reach->to = plus(reach->to, c->timespan);
}

static int add_stored(struct touched *t, const struct group_hit *list, size_t count, struct err *why)
{
	struct group_hit *hits = realloc(t->group.hits, (t->group.count + count + 1) * sizeof(*hits));

	if (!hits)
		return no_memory(why);
	memcpy(hits + t->group.count, list, count * sizeof(*list));
	t->group.hits = hits;
	t->group.count += count;
	return 0;
}

/* Rows come by key. */
static int share_out(struct touched *groups, size_t count, const struct db_result *r, struct err *why)
{
	struct group_hit *list = calloc((size_t)db_rows(r) + 1, sizeof(*list));
	int failed = list ? 0 : no_memory(why);
	int64_t key = 0, next;
	size_t n = 0;

	for (int row = 0; row <= db_rows(r) && !failed; row++) {
		struct group_hit hit = { 0 };
		bool good = row < db_rows(r) && rule_state_hit(r, row, &next, &hit);

		if (n && (row == db_rows(r) || next != key)) {
			struct touched *t = find_group(groups, count, key);

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

static int read_hits(const struct working *w, struct touched *groups, size_t count, struct err *why)
{
	struct state_reach *reaches = calloc(count + 1, sizeof(*reaches));
	struct db_result *r;
	size_t n = 0;
	int failed;

	if (!reaches)
		return no_memory(why);
	for (size_t i = 0; i < count; i++)
		if (groups[i].stored)
			reach_of(w, &groups[i], &reaches[n++]);
	failed = n ? rule_state_hits(w->db, w->company_id, reaches, n, &r, why) : 0;
	free(reaches);
	if (failed || n == 0)
		return failed;
	failed = share_out(groups, count, r, why);
	db_result_free(r);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------- evaluation */

/* Moments of a firing are hits of the correlations that name it. */
static int pass_on(const struct working *w, const struct firing_group *g, struct err *why)
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
			return no_memory(why);
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

/* Of a group that is not whole, no more is fetched than matters, and nothing goes. */
static int thin(const struct working *w, struct touched *t, struct state_change *change, struct err *why)
{
	struct firing_group *g = &t->group;
	size_t lost;

	if ((int64_t)g->count <= w->options->group_hits || !(t->whole || t->stored == 0))
		return 0;
	/* A quarter less than the bound, so that it does not have to be done for every hit. */
	lost = firing_group_thin(g, (size_t)(w->options->group_hits - w->options->group_hits / 4), why);
	if (lost == SIZE_MAX)
		return -1;
	change->lost = (int64_t)lost;
	w->result->lost += (int64_t)lost;
	/* The oldest of what could matter went: of what is left all is known from there on. */
	for (size_t i = 0; i < g->count && lost; i++)
		if (g->hits[i].hit.redundant && g->hits[i].hit.ts > change->window.whole_since)
			change->window.whole_since = g->hits[i].hit.ts;
	return 0;
}

static void write_group(const struct working *w, struct touched *t, struct state_change *change)
{
	const struct firing_group *g = &t->group;

	for (size_t i = 0; i < g->count; i++) {
		const struct group_hit *h = &g->hits[i];

		if (h->is_stored && h->hit.redundant) {
			state_change_remove(w->changes, g->key, h);
			change->more--;
		} else if (h->is_stored && h->hit.member && !h->was_member) {
			state_change_member(w->changes, g->key, h);
		} else if (!h->is_stored && !h->hit.redundant) {
			state_change_add(w->changes, g->key, h);
			change->more++;
		}
	}
	state_change_window(w->changes, change);
}

static int evaluate(const struct working *w, struct touched *t, struct err *why)
{
	struct firing_group *g = &t->group;
	struct state_change change = {
		.window = { .key = g->key,
			    .rule_id = g->entry->rule->rule_id,
			    .definition = g->entry->correlation->definition,
			    .group = g->group,
			    .whole_since = TIME_NONE },
		.newest = t->first <= t->last ? t->last : TIME_NONE,
		.due_at = TIME_NONE,
	};

	g->known.since = t->whole_since == TIME_NONE ? INT64_MIN : t->whole_since + 1;
	g->known.until = w->until;
	if (firing_group_evaluate(g, w->firings, why) != 0 || pass_on(w, g, why) != 0)
		return -1;
	if (g->due != INT64_MAX)
		change.due_at = plus(g->due > w->clock.now ? g->due : w->clock.now, w->options->settle);
	if (thin(w, t, &change, why) != 0)
		return -1;
	write_group(w, t, &change);
	w->result->groups++;
	return 0;
}

static int evaluate_depth(struct working *w, unsigned depth, struct err *why)
{
	size_t count = 0, group_count = 0;
	const struct batch_hit **list = sort_depth(w, depth, &count);
	struct touched *groups = calloc((list ? count : 0) + 1, sizeof(*groups));
	int failed = list && groups ? 0 : no_memory(why);

	if (!failed && count)
		failed = begin_groups(w, list, count, groups, &group_count, why);
	free(list); /* what it points to moves when hits are passed on */
	if (!failed && group_count)
		failed = read_windows(w, groups, group_count, why);
	if (!failed && group_count)
		failed = read_hits(w, groups, group_count, why);
	for (size_t i = 0; i < group_count; i++) {
		if (!failed)
			failed = evaluate(w, &groups[i], why);
		firing_group_release(&groups[i].group);
	}
	free(groups);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- whole */

static int keep_bounds(const struct working *w, int64_t hits, struct err *why)
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

static int evaluate_all(struct working *w, bool due, struct err *why)
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
	for (unsigned depth = 0; depth < table->depths; depth++)
		if (evaluate_depth(w, depth, why) != 0)
			return -1;
	if (rule_state_write(w->db, w->company_id, w->changes, &hits, why) != 0)
		return -1;
	return keep_bounds(w, hits, why);
}

int windows_evaluate(struct db *db, int64_t company_id, const struct windows_options *options, struct rule_book *book,
		     struct batch_rules *batch, bool due, struct firings *firings, struct windows_result *out,
		     struct err *why)
{
	struct working w = { .db = db,
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
	failed = w.changes ? evaluate_all(&w, due, why) : no_memory(why);
	state_changes_free(w.changes);
	free(w.due);
	return failed;
}
