#include "server/model/sigma/stream_group.h"

#include <math.h>

/* ------------------------------------------------------------------------------------------------- different values */

static size_t home_of(const struct stream_values *v, int64_t key)
{
	/* Keys are hashes already; of small tables too the low bits are good. */
	return (size_t)(uint64_t)key & (v->room - 1);
}

static struct stream_value *find_value(const struct stream_values *v, int64_t key)
{
	size_t i = home_of(v, key);

	while (v->items[i].newest && v->items[i].key != key)
		i = (i + 1) & (v->room - 1);
	return &v->items[i];
}

static bool grow_values(struct stream_values *v)
{
	struct stream_values grown = { .room = v->room ? v->room * 2 : 16, .count = v->count };

	grown.items = calloc(grown.room, sizeof *grown.items);
	if (!grown.items)
		return false;
	for (size_t i = 0; i < v->room; i++)
		if (v->items[i].newest)
			*find_value(&grown, v->items[i].key) = v->items[i];
	free(v->items);
	*v = grown;
	return true;
}

/* Linear probing without marks: what stands behind moves up if it may. */
static void drop_value(struct stream_values *v, struct stream_value *gone)
{
	size_t hole = (size_t)(gone - v->items), mask = v->room - 1;

	for (size_t i = (hole + 1) & mask; v->items[i].newest; i = (i + 1) & mask) {
		size_t home = home_of(v, v->items[i].key);

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			v->items[hole] = v->items[i];
			hole = i;
		}
	}
	v->items[hole].newest = 0;
	v->count--;
}

/* -------------------------------------------------------------------------------------------------------- the window
 */

struct stream_group *stream_group_new(const struct sigma_correlation *c, size_t correlation, int64_t state_key,
				      struct slice text)
{
	struct stream_group *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	*g = (struct stream_group){ .c = c,
				    .correlation = correlation,
				    .state_key = state_key,
				    .text = slice_to_string(text),
				    .text_len = text.len,
				    .first_no = 1,
				    .counted = 1,
				    .at = INT64_MIN,
				    .moment = TIME_NONE };
	if (c->type == SIGMA_TEMPORAL)
		g->held = calloc(c->rule_count, sizeof *g->held);
	if (c->type == SIGMA_TEMPORAL_ORDERED)
		g->reach = calloc(c->rule_count, sizeof *g->reach);
	if (!g->text || (c->type == SIGMA_TEMPORAL && !g->held) || (c->type == SIGMA_TEMPORAL_ORDERED && !g->reach)) {
		stream_group_free(g);
		return NULL;
	}
	for (size_t i = 0; g->reach && i < c->rule_count; i++)
		g->reach[i] = INT64_MIN;
	return g;
}

void stream_group_free(struct stream_group *g)
{
	if (!g)
		return;
	free(g->text);
	free(g->ring);
	free(g->values.items);
	free(g->held);
	free(g->reach);
	free(g);
}

static struct stream_hit *hit_at(const struct stream_group *g, size_t i)
{
	return &g->ring[(g->head + i) & (g->room - 1)];
}

static bool grow_ring(struct stream_group *g)
{
	size_t room = g->room ? g->room * 2 : 8;
	struct stream_hit *grown = malloc(room * sizeof *grown);

	if (!grown)
		return false;
	for (size_t i = 0; i < g->count; i++)
		grown[i] = *hit_at(g, i);
	free(g->ring);
	g->ring = grown;
	g->room = room;
	g->head = 0;
	return true;
}

static bool add_value(struct stream_group *g, int64_t key, uint64_t no)
{
	struct stream_value *v;

	if (g->values.count * 2 >= g->values.room && !grow_values(&g->values))
		return false;
	v = find_value(&g->values, key);
	if (!v->newest) {
		g->values.count++;
		g->distinct++;
	}
	*v = (struct stream_value){ key, no };
	return true;
}

static void extend_chains(struct stream_group *g, const struct stream_hit *hit)
{
	if (hit->ts != g->at)
		g->rules_now = 0;
	g->at = hit->ts;
	g->rules_now |= UINT64_C(1) << hit->rule_no;
	for (uint64_t rest = g->rules_now; rest; rest &= rest - 1) {
		int rule = __builtin_ctzll(rest);
		time_us start = rule ? g->reach[rule - 1] : hit->ts;

		if (start > g->reach[rule])
			g->reach[rule] = start;
	}
}

static bool measure_add(struct stream_group *g, const struct stream_hit *hit, uint64_t no)
{
	switch (g->c->type) {
	case SIGMA_EVENT_COUNT:
	case SIGMA_VALUE_PERCENTILE:
		return true;
	case SIGMA_VALUE_COUNT:
		return add_value(g, hit->value_key, no);
	case SIGMA_TEMPORAL:
		g->distinct += g->held[hit->rule_no]++ == 0;
		return true;
	case SIGMA_TEMPORAL_ORDERED:
		extend_chains(g, hit);
		return true;
	case SIGMA_VALUE_SUM:
	case SIGMA_VALUE_AVG:
		g->sum += window_in_units(hit->number);
		return true;
	}
	return false;
}

static void drop_oldest(struct stream_group *g)
{
	const struct stream_hit *hit = hit_at(g, 0);

	if (g->c->type == SIGMA_VALUE_COUNT) {
		struct stream_value *v = find_value(&g->values, hit->value_key);

		if (v->newest == g->first_no) {
			drop_value(&g->values, v);
			g->distinct--;
		}
	} else if (g->c->type == SIGMA_TEMPORAL) {
		g->distinct -= --g->held[hit->rule_no] == 0;
	} else if (g->c->type == SIGMA_VALUE_SUM || g->c->type == SIGMA_VALUE_AVG) {
		g->sum -= window_in_units(hit->number);
	}
	g->head = (g->head + 1) & (g->room - 1);
	g->count--;
	g->first_no++;
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* NAN also when there is no memory: it is only asked once for a window. */
static double percentile(const struct stream_group *g)
{
	double *numbers = malloc(g->count * sizeof *numbers), value = NAN;

	if (!numbers)
		return NAN;
	for (size_t i = 0; i < g->count; i++)
		numbers[i] = hit_at(g, i)->number;
	qsort(numbers, g->count, sizeof *numbers, by_number);
	value = numbers[window_rank(g->c, g->count) - 1];
	free(numbers);
	return value;
}

static double measure_value(const struct stream_group *g)
{
	size_t n = 0;

	switch (g->c->type) {
	case SIGMA_EVENT_COUNT:
		return (double)g->count;
	case SIGMA_VALUE_COUNT:
	case SIGMA_TEMPORAL:
		return (double)g->distinct;
	case SIGMA_TEMPORAL_ORDERED:
		while (n < g->c->rule_count && g->reach[n] != INT64_MIN && g->reach[n] >= hit_at(g, 0)->ts)
			n++;
		return (double)n;
	case SIGMA_VALUE_SUM:
		return window_from_units(g->sum);
	case SIGMA_VALUE_AVG:
		return window_from_units(g->sum) / (double)g->count;
	case SIGMA_VALUE_PERCENTILE:
		return percentile(g);
	}
	return NAN;
}

/* ------------------------------------------------------------------------------------------------------- the firing */

void stream_group_end(struct stream_group *g, struct stream_outcome *out)
{
	if (!g->fires)
		return;
	out->over = true;
	out->firing = (struct sigma_fired){ .correlation = g->correlation,
					    .state_key = g->state_key,
					    .group = slice_of(g->text, g->text_len),
					    .first = g->first,
					    .last = g->last,
					    .members = g->members,
					    .measured = g->measured };
	g->fires = false;
}

/* The window as it is, if it fires. */
static void judge(struct stream_group *g, struct stream_outcome *out)
{
	double value = measure_value(g);
	time_us from, to;
	uint64_t next_no = g->first_no + g->count;

	if (!window_holds(g->c, value))
		return;
	from = hit_at(g, 0)->ts;
	to = hit_at(g, g->count - 1)->ts;
	if (g->fires && from > g->last && !window_near(g->c, g->last, from))
		stream_group_end(g, out);
	if (!g->fires) {
		g->fires = true;
		g->first = from;
		g->members = 0;
		g->measured = value;
	} else {
		g->measured = window_better(g->c, g->measured, value);
	}
	g->last = to;
	g->members += next_no - (g->counted > g->first_no ? g->counted : g->first_no);
	g->counted = next_no;
	out->is_moment = g->moment != to;
	out->moment = g->moment = to;
}

void stream_group_reach(struct stream_group *g, time_us ts, struct stream_outcome *out)
{
	if (!g->c->monotone && g->count && !window_near(g->c, hit_at(g, 0)->ts, ts))
		judge(g, out);
}

bool stream_group_add(struct stream_group *g, const struct stream_hit *hit, size_t most, struct stream_outcome *out)
{
	if (g->count == g->room && !grow_ring(g))
		return false;
	if (!measure_add(g, hit, g->first_no + g->count))
		return false;
	g->ring[(g->head + g->count++) & (g->room - 1)] = *hit;
	while (!window_near(g->c, hit_at(g, 0)->ts, hit->ts)) {
		drop_oldest(g);
		out->dropped++;
	}
	if (g->count > most) {
		drop_oldest(g);
		out->dropped++;
		/* More than enough of a count is enough. */
		out->lost += !(g->c->type == SIGMA_EVENT_COUNT && g->c->monotone);
	}
	if (g->c->monotone)
		judge(g, out);
	return true;
}

void stream_group_rest(struct stream_group *g, struct stream_outcome *out)
{
	if (!g->c->monotone && g->count)
		judge(g, out);
	out->dropped += g->count;
	while (g->count)
		drop_oldest(g);
}
