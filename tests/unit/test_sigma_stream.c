/* Correlations in memory: whatever the order in which records come, the firings are those of all hits evaluated at
 * once, group by group (window.h). */
#include "server/model/sigma/stream.h"

#include "server/model/sigma/window.h"
#include "tests/unit/sigma_world.h"

#include <math.h>

#define DETECTION(name, code)                                                                        \
	"title: " name "\nname: " name "\nlogsource: {product: test}\ndetection:\n  s: {Code: " code \
	"}\n  condition: "                                                                           \
	"s\n---\n"
#define CORRELATION(name, type, rules, group, span, condition)                                                 \
	"title: " name "\nname: " name "\ncorrelation: {type: " type ", rules: [" rules "], group-by: [" group \
	"], timespan: " span condition "}\n---\n"

/* All types, monotone and not, and chains over chains. */
static const char rules[] = DETECTION("r1", "1") DETECTION("r2", "2") DETECTION("r3", "3") DETECTION("r4", "[1, 2]")
    CORRELATION("many", "event_count", "r1", "User", "10s", ", condition: {gte: 3}")
	CORRELATION("few", "event_count", "r4", "User", "8s", ", condition: {gt: 1, lte: 3}")
	    CORRELATION("hosts", "value_count", "r1, r2", "User", "10s", ", condition: {field: Host, gt: 2}")
		CORRELATION("one_host", "value_count", "r1, r2", "User", "7s", ", condition: {field: Host, eq: 1}")
		    CORRELATION("near", "temporal", "r1, r2, r3", "User", "6s",
				"") CORRELATION("near2", "temporal", "r1, r2, r3", "", "2s", ", condition: {gte: 2}")
			CORRELATION("steps", "temporal_ordered", "r1, r2, r3", "User", "9s", "")
			    CORRELATION("sum", "value_sum", "r2", "User", "10s", ", condition: {field: Bytes, gte: 20}")
				CORRELATION("mean", "value_avg", "r2, r3", "User", "10s",
					    ", condition: {field: Bytes, gt: 5}")
				    CORRELATION("median", "value_percentile", "r2, r3", "User", "10s",
						", condition: {field: Bytes, lt: 4}")
					CORRELATION("then", "temporal_ordered", "many, r3", "User", "20s", "")
					    CORRELATION("before", "temporal_ordered", "r3, few", "User", "20s", "")
						CORRELATION("often", "event_count", "many", "User", "40s",
							    ", condition: {gte: 2}")
						    CORRELATION("users", "value_count", "many, few", "", "30s",
								", condition: {field: User, gte: 2}")
							CORRELATION("mixed", "event_count", "many, r3", "User", "5s",
								    ", condition: {gte: 4}")
							    CORRELATION("deep", "temporal", "then, often, sum", "User",
									"60s", ", condition: {gte: 2}");

enum { RECORDS = 120, CORRELATIONS = 16, MOST = 4000 };

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

struct event {
	time_us ts;
	int64_t id;
	char json[100];
};

static size_t make_events(struct event *events, int stretch)
{
	size_t n = draw(RECORDS);

	for (size_t i = 0; i < n; i++) {
		events[i].ts = 1000 * US_PER_SECOND + draw((uint32_t)stretch * 4) * (US_PER_SECOND / 4);
		events[i].id = (int64_t)i + 1;
		snprintf(events[i].json, sizeof(events[i].json),
			 "{\"test\":{\"code\":%u,\"user\":\"u%u\",\"host\":\"h%u\",\"bytes\":%u.5}}", 1 + draw(3),
			 draw(2), draw(4), draw(12));
	}
	return n;
}

/* --------------------------------------------------------------------------------------------- all hits, at once */

struct group {
	size_t correlation;
	int64_t state_key;
	char text[80];
	struct window_hit hits[MOST];
	size_t count;
};

struct firing {
	size_t correlation;
	int64_t state_key;
	time_us first, last;
	size_t members;
	double measured;
};

struct all {
	struct group *groups[200];
	size_t group_count;
	struct firing firings[MOST];
	size_t firing_count;
};

static void put_hit(struct all *a, const struct sigma_hit *hit, time_us ts, int64_t id)
{
	struct group *g = NULL;

	for (size_t i = 0; i < a->group_count; i++)
		if (a->groups[i]->correlation == hit->correlation && a->groups[i]->state_key == hit->state_key)
			g = a->groups[i];
	if (!g) {
		ck_assert_uint_lt(a->group_count, ARRAY_LEN(a->groups));
		g = a->groups[a->group_count++] = calloc(1, sizeof(*g));
		g->correlation = hit->correlation;
		g->state_key = hit->state_key;
		snprintf(g->text, sizeof(g->text), "%.*s", (int)hit->group.len, (const char *)hit->group.ptr);
	}
	ck_assert_uint_lt(g->count, MOST);
	g->hits[g->count++] = (struct window_hit){
		.ts = ts, .id = id, .number = hit->number, .value_key = hit->value_key, .rule_no = hit->rule_no
	};
}

static void put_firing(struct all *a, const struct firing *f)
{
	ck_assert_uint_lt(a->firing_count, MOST);
	a->firings[a->firing_count++] = *f;
}

static void chain(struct all *a, struct world *w, const struct group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		struct sigma_hits hits;

		if (!g->hits[i].completes)
			continue;
		sigma_hits_of_firing(w->set, w->scratch, g->correlation, slice_of_string(g->text), &hits);
		for (size_t k = 0; k < hits.count; k++)
			put_hit(a, &hits.items[k],
				sigma_moment_time(sigma_set_correlation(w->set, hits.items[k].correlation),
						  sigma_set_correlation(w->set, g->correlation), g->hits[i].ts),
				g->state_key);
	}
}

static void evaluate_all(struct all *a, struct world *w, const struct event *events, size_t n)
{
	a->group_count = a->firing_count = 0;
	for (size_t i = 0; i < n; i++) {
		world_see(w, "eve.test", events[i].json, events[i].ts);
		for (size_t k = 0; k < w->hits.count; k++)
			put_hit(a, &w->hits.items[k], events[i].ts, events[i].id);
	}
	for (size_t c = 0; c < sigma_set_correlation_count(w->set); c++)
		for (size_t i = 0; i < a->group_count; i++) {
			struct group *g = a->groups[i];
			struct window_firing *found;
			size_t count;

			if (g->correlation != c)
				continue;
			ck_assert_int_eq(
			    window_evaluate(sigma_set_correlation(w->set, c), g->hits, &g->count, &found, &count, NULL),
			    0);
			for (size_t k = 0; k < count; k++)
				put_firing(a, &(struct firing){ c, g->state_key, found[k].first, found[k].last,
								found[k].members, found[k].measured });
			free(found);
			chain(a, w, g);
		}
	for (size_t i = 0; i < a->group_count; i++)
		free(a->groups[i]);
}

/* ------------------------------------------------------------------------------------------------------- the stream */

static void take(void *arg, const struct sigma_fired *f)
{
	put_firing(arg, &(struct firing){ f->correlation, f->state_key, f->first, f->last, f->members, f->measured });
}

static int by_place(const void *a, const void *b)
{
	const struct firing *x = a, *y = b;

	if (x->correlation != y->correlation)
		return x->correlation < y->correlation ? -1 : 1;
	if (x->state_key != y->state_key)
		return x->state_key < y->state_key ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static void same_firings(const struct sigma_set *set, struct all *a, struct all *b)
{
	qsort(a->firings, a->firing_count, sizeof(*a->firings), by_place);
	qsort(b->firings, b->firing_count, sizeof(*b->firings), by_place);
	for (size_t i = 0; i < a->firing_count && i < b->firing_count; i++) {
		const struct firing *x = &a->firings[i], *y = &b->firings[i];
		const char *name = sigma_set_rule(set, sigma_set_correlation(set, x->correlation)->rule)->name;

		ck_assert_msg(x->correlation == y->correlation && x->state_key == y->state_key &&
				  x->first == y->first && x->last == y->last && x->members == y->members &&
				  x->measured == y->measured,
			      "%s: %lld-%lld %zu %g, streamed (%zu) %lld-%lld %zu %g", name, (long long)x->first,
			      (long long)x->last, x->members, x->measured, y->correlation, (long long)y->first,
			      (long long)y->last, y->members, y->measured);
	}
	ck_assert_uint_eq(a->firing_count, b->firing_count);
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return (x->ts > y->ts) - (x->ts < y->ts);
}

/* Any order, but none comes more than the lateness behind one that is newer. */
static void shuffle(struct event *events, size_t n, time_us lateness)
{
	qsort(events, n, sizeof(*events), by_time);
	for (size_t rounds = 0; rounds < 4 * n; rounds++) {
		size_t i = draw((uint32_t)n), k = draw((uint32_t)n), low = i < k ? i : k, high = i < k ? k : i;
		struct event moved = events[low];
		bool fine = true;

		/* The one from the front goes behind `high`. */
		for (size_t j = low + 1; j <= high; j++)
			fine = fine && events[j].ts - moved.ts <= lateness;
		if (!fine)
			continue;
		memmove(&events[low], &events[low + 1], (high - low) * sizeof(*events));
		events[high] = moved;
	}
}

static void stream_all(struct all *a, struct world *w, const struct event *events, size_t n, time_us lateness)
{
	const struct sigma_stream_limits limits = { lateness, 100000, 10000 };
	struct sigma_stream *s;
	struct sigma_stream_losses losses;

	a->firing_count = 0;
	ck_assert_int_eq(sigma_stream_new(&s, w->set, &limits, take, a, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		world_see(w, "eve.test", events[i].json, events[i].ts);
		ck_assert_int_eq(sigma_stream_add(s, &w->hits, events[i].ts, NULL), 0);
	}
	ck_assert_int_eq(sigma_stream_finish(s, NULL), 0);
	losses = sigma_stream_losses(s);
	ck_assert_uint_eq(losses.late, 0);
	ck_assert_uint_eq(losses.lost, 0);
	sigma_stream_free(s);
}

START_TEST(same_as_all_at_once)
{
	static const time_us latenesses[] = { 0, 3 * US_PER_SECOND, 25 * US_PER_SECOND, INT64_MAX };
	static struct event events[RECORDS];
	static struct all wanted, streamed;
	size_t fired[CORRELATIONS] = { 0 };
	struct world w;

	world_open(&w, rules);
	ck_assert_uint_eq(sigma_set_correlation_count(w.set), CORRELATIONS);
	seed = 31337;
	for (int round = 0; round < 600; round++) {
		size_t n = make_events(events, 10 + (int)draw(300));

		evaluate_all(&wanted, &w, events, n);
		for (size_t i = 0; i < wanted.firing_count; i++)
			fired[wanted.firings[i].correlation]++;
		for (size_t i = 0; i < ARRAY_LEN(latenesses) && n; i++) {
			shuffle(events, n, latenesses[i]);
			stream_all(&streamed, &w, events, n, latenesses[i]);
			same_firings(w.set, &wanted, &streamed);
		}
	}
	/* Each had something to find. */
	for (size_t i = 0; i < CORRELATIONS; i++)
		ck_assert_msg(fired[i] > 50, "%s: %zu",
			      sigma_set_rule(w.set, sigma_set_correlation(w.set, i)->rule)->name, fired[i]);
	world_close(&w);
}
END_TEST

/* ------------------------------------------------------------------------------------------------- told when over */

struct told {
	struct world world;
	struct sigma_stream *stream;
	struct all all;
};

static void open_told(struct told *t, const char *text, const struct sigma_stream_limits *limits)
{
	world_open(&t->world, text);
	t->all.firing_count = 0;
	ck_assert_int_eq(sigma_stream_new(&t->stream, t->world.set, limits, take, &t->all, NULL), 0);
}

static void tell(struct told *t, int second, int code, const char *user)
{
	char json[80];

	snprintf(json, sizeof(json), "{\"test\":{\"code\":%d,\"user\":\"%s\",\"host\":\"h%d\"}}", code, user, second);
	world_see(&t->world, "eve.test", json, second * US_PER_SECOND);
	ck_assert_int_eq(sigma_stream_add(t->stream, &t->world.hits, second * US_PER_SECOND, NULL), 0);
}

static void close_told(struct told *t)
{
	sigma_stream_free(t->stream);
	world_close(&t->world);
}

START_TEST(told_when_it_is_over_and_once)
{
	static const struct sigma_stream_limits in_order = { 0, 100000, 10000 };
	static struct told t;

	open_told(&t,
		  DETECTION("r1", "1") CORRELATION("many", "event_count", "r1", "User", "10s", ", condition: {gte: 3}"),
		  &in_order);
	for (int i = 0; i < 5; i++)
		tell(&t, i, 1, "a");
	ck_assert_uint_eq(t.all.firing_count, 0);
	/* Two of the next window do not make it fire, the third does: the first firing is over then. */
	tell(&t, 30, 1, "a");
	tell(&t, 31, 1, "a");
	ck_assert_uint_eq(t.all.firing_count, 0);
	tell(&t, 32, 1, "a");
	ck_assert_uint_eq(t.all.firing_count, 1);
	ck_assert_uint_eq(t.all.firings[0].members, 5);
	ck_assert_int_eq(sigma_stream_finish(t.stream, NULL), 0);
	ck_assert_uint_eq(t.all.firing_count, 2);
	/* As new. */
	tell(&t, 0, 1, "a");
	ck_assert_int_eq(sigma_stream_finish(t.stream, NULL), 0);
	ck_assert_uint_eq(t.all.firing_count, 2);
	close_told(&t);
}
END_TEST

START_TEST(too_late)
{
	static const struct sigma_stream_limits limits = { 5 * US_PER_SECOND, 100000, 10000 };
	static struct told t;

	open_told(&t,
		  DETECTION("r1", "1") CORRELATION("many", "event_count", "r1", "User", "10s", ", condition: {gte: 2}"),
		  &limits);
	tell(&t, 100, 1, "a");
	tell(&t, 95, 1, "a");
	tell(&t, 94, 1, "b");
	ck_assert_uint_eq(sigma_stream_losses(t.stream).late, 1);
	ck_assert_int_eq(sigma_stream_finish(t.stream, NULL), 0);
	ck_assert_uint_eq(t.all.firing_count, 1);
	close_told(&t);
}
END_TEST

/* A window of more hits than are kept: a count goes on firing from its beginning, of values some are lost and counted.
 */
START_TEST(within_the_limits)
{
	static const struct sigma_stream_limits limits = { 0, 100000, 20 };
	static struct told t;

	open_told(&t,
		  DETECTION("r1", "1") CORRELATION("many", "event_count", "r1", "User", "1h", ", condition: {gte: 30}")
		      CORRELATION("hosts", "value_count", "r1", "User", "1h", ", condition: {field: Host, gte: 5}"),
		  &limits);
	for (int i = 0; i < 1000; i++)
		tell(&t, i, 1, "a");
	ck_assert_int_eq(sigma_stream_finish(t.stream, NULL), 0);
	ck_assert_uint_eq(t.all.firing_count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(t.all.firings[i].members, 1000);
		ck_assert_int_eq(t.all.firings[i].first, 0);
		ck_assert_int_eq(t.all.firings[i].last, 999 * US_PER_SECOND);
	}
	ck_assert_uint_eq(sigma_stream_losses(t.stream).lost, 980);
	close_told(&t);
}
END_TEST

START_TEST(no_more_than_all_groups_may_hold)
{
	static const struct sigma_stream_limits limits = { 0, 50, 20 };
	static struct told t;
	char user[16];

	open_told(&t,
		  DETECTION("r1", "1") CORRELATION("many", "event_count", "r1", "User", "10s", ", condition: {gte: 3}"),
		  &limits);
	for (int i = 0; i < 80; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		tell(&t, 5, 1, user);
	}
	ck_assert_uint_eq(sigma_stream_losses(t.stream).lost, 30);
	ck_assert_int_eq(sigma_stream_finish(t.stream, NULL), 0);
	/* Room again. */
	for (int i = 0; i < 3; i++)
		tell(&t, 100 + i, 1, "a");
	ck_assert_int_eq(sigma_stream_finish(t.stream, NULL), 0);
	ck_assert_uint_eq(t.all.firing_count, 1);
	close_told(&t);
}
END_TEST

SUITE_MAIN("sigma_stream", same_as_all_at_once, told_when_it_is_over_and_once, too_late, within_the_limits,
	   no_more_than_all_groups_may_hold)
