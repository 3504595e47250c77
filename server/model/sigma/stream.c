#include "server/model/sigma/stream.h"

#include "server/model/sigma/stream_group.h"

/* After as many records all correlations look for what is over. */
enum { ROUND = 1024 };

/* A hit that waits until nothing can come before it any more. */
struct waiting {
	struct stream_group *group;
	uint64_t no; /* keeps the order of equal times */
	struct stream_hit hit;
};

/* One correlation. */
struct lane {
	const struct sigma_correlation *c;
	size_t *inner; /* lanes of correlations that it names */
	size_t inner_count;
	bool is_named;
	/* How far behind a record its hits may come: moments of what it names are known late, or count for earlier. */
	time_us lag;
	size_t most;
	struct waiting *heap; /* the earliest on top */
	size_t heap_count, heap_room;
	struct stream_group *oldest, *newest; /* by newest hit */
	time_us advanced;                     /* the watermark when it was brought up to date */
};

struct sigma_stream {
	const struct sigma_set *set;
	struct sigma_scratch *scratch; /* for hits of firings */
	struct sigma_stream_limits limits;
	sigma_fired_fn *fired;
	void *arg;
	struct lane *lanes;
	size_t lane_count;
	size_t *by_rule;              /* lane of a rule; SIZE_MAX: a detection */
	size_t *inner;                /* of all lanes */
	struct stream_group **groups; /* open addressing by state key */
	size_t group_count, group_room;
	size_t held; /* hits in windows and waiting */
	uint64_t next_no, records;
	time_us newest;
	struct sigma_stream_losses losses;
	bool failed;
};

static time_us before(time_us t, time_us span)
{
	return t < INT64_MIN + span ? INT64_MIN : t - span;
}

static time_us watermark(const struct sigma_stream *s)
{
	return s->newest == INT64_MAX ? INT64_MAX : before(s->newest, s->limits.lateness);
}

static time_us watermark_of(const struct sigma_stream *s, const struct lane *l)
{
	return watermark(s) == INT64_MAX ? INT64_MAX : before(watermark(s), l->lag);
}

/* ----------------------------------------------------------------------------------------------------------- groups */

static size_t home_of(const struct sigma_stream *s, int64_t state_key)
{
	return (size_t)(uint64_t)state_key & (s->group_room - 1);
}

static struct stream_group **find_place(const struct sigma_stream *s, size_t correlation, int64_t state_key)
{
	size_t i = home_of(s, state_key);

	while (s->groups[i] && (s->groups[i]->state_key != state_key || s->groups[i]->correlation != correlation))
		i = (i + 1) & (s->group_room - 1);
	return &s->groups[i];
}

static bool grow_groups(struct sigma_stream *s)
{
	struct stream_group **old = s->groups;
	size_t old_room = s->group_room, room = old_room ? old_room * 2 : 1024;

	s->groups = calloc(room, sizeof(struct stream_group *));
	if (!s->groups) {
		s->groups = old;
		return false;
	}
	s->group_room = room;
	for (size_t i = 0; i < old_room; i++)
		if (old[i])
			*find_place(s, old[i]->correlation, old[i]->state_key) = old[i];
	free(old);
	return true;
}

static struct stream_group *take_group(struct sigma_stream *s, const struct sigma_hit *hit)
{
	struct stream_group **place;

	if (s->group_count * 2 >= s->group_room && !grow_groups(s))
		return NULL;
	place = find_place(s, hit->correlation, hit->state_key);
	if (!*place) {
		*place = stream_group_new(s->lanes[hit->correlation].c, hit->correlation, hit->state_key, hit->group);
		s->group_count += *place != NULL;
	}
	return *place;
}

static void forget_group(struct sigma_stream *s, struct stream_group *g)
{
	size_t mask = s->group_room - 1, hole = (size_t)(find_place(s, g->correlation, g->state_key) - s->groups);

	for (size_t i = (hole + 1) & mask; s->groups[i]; i = (i + 1) & mask)
		if (((i - home_of(s, s->groups[i]->state_key)) & mask) >= ((i - hole) & mask)) {
			s->groups[hole] = s->groups[i];
			hole = i;
		}
	s->groups[hole] = NULL;
	s->group_count--;
	stream_group_free(g);
}

static void unlist(struct lane *l, struct stream_group *g)
{
	if (!g->listed)
		return;
	*(g->older ? &g->older->newer : &l->oldest) = g->newer;
	*(g->newer ? &g->newer->older : &l->newest) = g->older;
	g->older = g->newer = NULL;
	g->listed = false;
}

static void list_as_newest(struct lane *l, struct stream_group *g)
{
	if (l->newest == g)
		return;
	unlist(l, g);
	g->older = l->newest;
	*(l->newest ? &l->newest->newer : &l->oldest) = g;
	l->newest = g;
	g->listed = true;
}

/* ---------------------------------------------------------------------------------------------------- putting in order
 */

static bool comes_before(const struct waiting *a, const struct waiting *b)
{
	return a->hit.ts != b->hit.ts ? a->hit.ts < b->hit.ts : a->no < b->no;
}

static bool heap_put(struct lane *l, const struct waiting *w)
{
	size_t i = l->heap_count;

	if (i == l->heap_room) {
		size_t room = l->heap_room ? l->heap_room * 2 : 64;
		struct waiting *grown = realloc(l->heap, room * sizeof *grown);

		if (!grown)
			return false;
		l->heap = grown;
		l->heap_room = room;
	}
	l->heap_count++;
	for (; i && comes_before(w, &l->heap[(i - 1) / 2]); i = (i - 1) / 2)
		l->heap[i] = l->heap[(i - 1) / 2];
	l->heap[i] = *w;
	return true;
}

static struct waiting heap_take(struct lane *l)
{
	struct waiting top = l->heap[0], moved = l->heap[--l->heap_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < l->heap_count) {
		if (child + 1 < l->heap_count && comes_before(&l->heap[child + 1], &l->heap[child]))
			child++;
		if (!comes_before(&l->heap[child], &moved))
			break;
		l->heap[i] = l->heap[child];
		i = child;
	}
	l->heap[i] = moved;
	return top;
}

static void wait_for_order(struct sigma_stream *s, struct stream_group *g, const struct stream_hit *hit)
{
	struct waiting w = { g, s->next_no++, *hit };

	if (!heap_put(&s->lanes[g->correlation], &w)) {
		s->failed = true;
		return;
	}
	g->waiting++;
	s->held++;
}

/* ---------------------------------------------------------------------------------------------------------- feeding */

/* Hands a moment on to the correlations that count it: each once for each time at which it counts there. */
static void hand_on(struct sigma_stream *s, const struct stream_group *g, time_us moment, time_us previous)
{
	const struct lane *inner = &s->lanes[g->correlation];
	struct sigma_hits hits;

	sigma_hits_of_firing(s->set, s->scratch, g->correlation, slice_of(g->text, g->text_len), &hits);
	for (size_t i = 0; i < hits.count; i++) {
		const struct sigma_hit *h = &hits.items[i];
		const struct lane *outer = &s->lanes[h->correlation];
		time_us at = sigma_moment_time(outer->c, inner->c, moment);
		struct stream_hit hit = { at, h->number, h->value_key, h->rule_no };
		struct stream_group *to;

		if (previous != TIME_NONE && sigma_moment_time(outer->c, inner->c, previous) == at)
			continue;
		to = take_group(s, h);
		if (to)
			wait_for_order(s, to, &hit);
		else
			s->failed = true;
	}
}

static void settle(struct sigma_stream *s, const struct stream_group *g, const struct stream_outcome *out,
		   time_us previous)
{
	s->held -= out->dropped;
	s->losses.lost += out->lost;
	if (out->over)
		s->fired(s->arg, &out->firing);
	if (out->is_moment && s->lanes[g->correlation].is_named)
		hand_on(s, g, out->moment, previous);
}

/* s->held counts the hit already. */
static void feed(struct sigma_stream *s, struct lane *l, struct stream_group *g, const struct stream_hit *hit)
{
	struct stream_outcome reached = { 0 }, added = { 0 };
	time_us previous = g->moment;

	if (!l->c->monotone) {
		stream_group_reach(g, hit->ts, &reached);
		settle(s, g, &reached, previous);
		previous = g->moment;
	}
	if (!stream_group_add(g, hit, l->most, &added)) {
		s->failed = true;
		return;
	}
	list_as_newest(l, g);
	settle(s, g, &added, previous);
}

/* Nothing within a timespan of its hits comes any more. */
static void retire(struct sigma_stream *s, struct lane *l, struct stream_group *g)
{
	struct stream_outcome rested = { 0 }, ended = { 0 };
	time_us previous = g->moment;

	stream_group_rest(g, &rested);
	settle(s, g, &rested, previous);
	stream_group_end(g, &ended);
	settle(s, g, &ended, TIME_NONE);
	unlist(l, g);
	if (!g->waiting)
		forget_group(s, g);
}

static time_us newest_hit(const struct stream_group *g)
{
	return g->ring[(g->head + g->count - 1) & (g->room - 1)].ts;
}

static void advance(struct sigma_stream *s, struct lane *l)
{
	time_us until = watermark_of(s, l);

	if (l->advanced == watermark(s) && !l->heap_count)
		return;
	for (size_t i = 0; i < l->inner_count; i++)
		advance(s, &s->lanes[l->inner[i]]);
	while (l->heap_count && l->heap[0].hit.ts <= until && !s->failed) {
		struct waiting w = heap_take(l);

		w.group->waiting--;
		feed(s, l, w.group, &w.hit);
	}
	while (
	    l->oldest && !s->failed &&
	    (until == INT64_MAX || (newest_hit(l->oldest) < until && !window_near(l->c, newest_hit(l->oldest), until))))
		retire(s, l, l->oldest);
	l->advanced = watermark(s);
}

/* Those that others name stand in front of them. */
static void advance_all(struct sigma_stream *s)
{
	for (size_t i = 0; i < s->lane_count && !s->failed; i++)
		advance(s, &s->lanes[i]);
}

static void take_hit(struct sigma_stream *s, const struct sigma_hit *h, time_us ts)
{
	struct lane *l = &s->lanes[h->correlation];
	struct stream_hit hit = { ts, h->number, h->value_key, h->rule_no };
	struct stream_group *g;

	if (s->held >= s->limits.hits) {
		s->losses.lost++;
		return;
	}
	g = take_group(s, h);
	if (!g) {
		s->failed = true;
	} else if (!l->inner_count && !l->heap_count && ts <= watermark_of(s, l)) {
		s->held++;
		feed(s, l, g, &hit);
	} else {
		wait_for_order(s, g, &hit);
		advance(s, l);
	}
}

static int verdict(const struct sigma_stream *s, struct err *why)
{
	return s->failed ? err_set(why, ERR_NOMEM, "no memory for the state of correlations") : 0;
}

int sigma_stream_add(struct sigma_stream *s, const struct sigma_hits *hits, time_us ts, struct err *why)
{
	if (ts > s->newest)
		s->newest = ts;
	if (ts < watermark(s)) {
		s->losses.late += hits->count;
		return verdict(s, why);
	}
	for (size_t i = 0; i < hits->count && !s->failed; i++)
		take_hit(s, &hits->items[i], ts);
	if (++s->records % ROUND == 0)
		advance_all(s);
	return verdict(s, why);
}

int sigma_stream_finish(struct sigma_stream *s, struct err *why)
{
	s->newest = INT64_MAX;
	advance_all(s);
	s->newest = INT64_MIN;
	for (size_t i = 0; i < s->lane_count; i++)
		s->lanes[i].advanced = INT64_MIN;
	return verdict(s, why);
}

struct sigma_stream_losses sigma_stream_losses(const struct sigma_stream *s)
{
	return s->losses;
}

/* ----------------------------------------------------------------------------------------------------- setting it up
 */

static void open_lane(struct sigma_stream *s, size_t index, size_t **free_inner)
{
	struct lane *l = &s->lanes[index];
	bool counts;

	l->c = sigma_set_correlation(s->set, index);
	l->advanced = INT64_MIN;
	l->most = s->limits.hits_per_group > window_floor(l->c) ? s->limits.hits_per_group : window_floor(l->c);
	l->inner = *free_inner;
	counts = l->c->type != SIGMA_TEMPORAL && l->c->type != SIGMA_TEMPORAL_ORDERED;
	for (size_t i = 0; i < l->c->rule_count; i++) {
		size_t inner = s->by_rule[l->c->rules[i]];
		struct lane *n;
		time_us lag;

		if (inner == SIZE_MAX)
			continue;
		n = &s->lanes[inner];
		n->is_named = true;
		l->inner[l->inner_count++] = inner;
		lag = n->lag + (n->c->monotone ? 0 : n->c->timespan) + (counts ? n->c->timespan : 0);
		if (lag > l->lag)
			l->lag = lag;
	}
	*free_inner += l->inner_count;
	s->by_rule[l->c->rule] = index;
}

static bool open_lanes(struct sigma_stream *s)
{
	size_t rules = sigma_set_count(s->set), total = 0, *free_inner;

	s->lane_count = sigma_set_correlation_count(s->set);
	for (size_t i = 0; i < s->lane_count; i++)
		total += sigma_set_correlation(s->set, i)->rule_count;
	s->lanes = calloc(s->lane_count + 1, sizeof *s->lanes);
	s->by_rule = calloc(rules + 1, sizeof *s->by_rule);
	s->inner = calloc(total + 1, sizeof *s->inner);
	s->scratch = sigma_scratch_new();
	if (!s->lanes || !s->by_rule || !s->inner || !s->scratch)
		return false;
	for (size_t i = 0; i < rules; i++)
		s->by_rule[i] = SIZE_MAX;
	free_inner = s->inner;
	for (size_t i = 0; i < s->lane_count; i++)
		open_lane(s, i, &free_inner);
	return true;
}

int sigma_stream_new(struct sigma_stream **out, const struct sigma_set *set, const struct sigma_stream_limits *limits,
		     sigma_fired_fn *fired, void *arg, struct err *why)
{
	struct sigma_stream *s = calloc(1, sizeof *s);

	if (s)
		*s = (struct sigma_stream){
			.set = set, .limits = *limits, .fired = fired, .arg = arg, .newest = INT64_MIN
		};
	if (!s || !open_lanes(s)) {
		sigma_stream_free(s);
		return err_set(why, ERR_NOMEM, "no memory for the state of correlations");
	}
	*out = s;
	return 0;
}

void sigma_stream_free(struct sigma_stream *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->group_room; i++)
		stream_group_free(s->groups[i]);
	for (size_t i = 0; s->lanes && i < s->lane_count; i++)
		free(s->lanes[i].heap);
	free(s->groups);
	free(s->lanes);
	free(s->by_rule);
	free(s->inner);
	sigma_scratch_free(s->scratch);
	free(s);
}
