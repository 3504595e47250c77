/* Which hits a firing can do without. All proofs have one form: take any stretch of one timespan that holds the hit;
 * what is kept in that stretch fires when it fired with the hit, and hits on both sides of it, at most a timespan
 * apart, are members. Then no firing begins, ends, starts or ceases to be because the hit is gone, whatever hits are
 * added. */
#include <math.h>

#include "server/model/sigma/window_measure.h"

size_t window_floor(const struct sigma_correlation *c)
{
	size_t floor = c->rule_count > 1 ? c->rule_count : 1;

	if (c->type != SIGMA_EVENT_COUNT && c->type != SIGMA_VALUE_COUNT)
		return floor;
	/* One more than the threshold: what gt needs, and what shows that lte or eq is passed. */
	for (size_t i = 0; i < c->condition_count; i++)
		if (c->conditions[i].value + 1 > (double)floor)
			floor = (size_t)c->conditions[i].value + 1;
	return floor;
}

/* Of hits with the same key (rule, value), those between two that stay and lie at most the timespan apart: a stretch
 * that holds one of them holds one of the two. */
static size_t thin_same_key(const struct window_measure *m, struct window_hit *hits)
{
	struct last {
		size_t kept, newest; /* place + 1; 0: none */
	} *last = calloc(m->count > SIGMA_CORRELATED_MAX ? m->count : SIGMA_CORRELATED_MAX, sizeof *last);
	size_t thinned = 0;

	if (!last)
		return 0;
	for (size_t i = 0; i < m->count; i++) {
		struct last *l = &last[m->keys[i]];

		if (!hits[i].member)
			continue;
		if (l->kept && !window_near(m->c, hits[l->kept - 1].ts, hits[i].ts)) {
			l->kept = l->newest;
			l->newest = 0;
			if (l->kept && !window_near(m->c, hits[l->kept - 1].ts, hits[i].ts))
				l->kept = 0;
		}
		if (!l->kept) {
			l->kept = i + 1;
			continue;
		}
		if (l->newest) {
			hits[l->newest - 1].redundant = true;
			thinned++;
		}
		l->newest = i + 1;
	}
	free(last);
	return thinned;
}

/* A run of the kept members that moves on at both ends. */
struct run {
	struct window_measure measure;
	size_t from, to; /* to: behind the last */
};

static bool run_fires(const struct run *r)
{
	return r->from < r->to && window_holds(r->measure.c, window_measure_value(&r->measure, 0));
}

static void run_put(struct run *r, const size_t *kept)
{
	window_measure_add(&r->measure, kept[r->to++]);
}

static void run_shift(struct run *r, const size_t *kept)
{
	window_measure_remove(&r->measure, kept[r->from++]);
}

static void run_restart(struct run *r, const size_t *kept, size_t at)
{
	while (r->from < r->to)
		run_shift(r, kept);
	r->from = r->to = at;
}

/* The shortest run from the beginning of `ahead` that fires. */
static bool grow_ahead(struct run *ahead, const size_t *kept, size_t count)
{
	while (!run_fires(ahead)) {
		if (ahead->to == count)
			return false;
		run_put(ahead, kept);
	}
	return true;
}

/* The shortest run that fires and ends with the last hit within the timespan of `start`. */
static bool grow_behind(struct run *behind, const struct window_hit *hits, const size_t *kept, size_t count,
			time_us start)
{
	while (behind->to < count && window_near(behind->measure.c, start, hits[kept[behind->to]].ts))
		run_put(behind, kept);
	if (!run_fires(behind))
		return false;
	for (;;) {
		size_t leaving = kept[behind->from];

		window_measure_remove(&behind->measure, leaving);
		behind->from++;
		if (!run_fires(behind)) {
			behind->from--;
			window_measure_add(&behind->measure, leaving);
			return true;
		}
	}
}

/* Those between two runs that fire by themselves and together fit the timespan: a stretch that holds one of them holds
 * one of the runs. */
static size_t thin_between(struct run *ahead, struct run *behind, struct window_hit *hits, const size_t *kept,
			   size_t count)
{
	size_t thinned = 0, at = 0;

	while (at < count) {
		if (!grow_ahead(ahead, kept, count))
			break;
		if (behind->to < at)
			run_restart(behind, kept, at);
		if (!grow_behind(behind, hits, kept, count, hits[kept[at]].ts) || behind->from <= ahead->to) {
			run_shift(ahead, kept);
			at++;
			continue;
		}
		for (size_t i = ahead->to; i < behind->from; i++) {
			hits[kept[i]].redundant = true;
			thinned++;
		}
		at = behind->from;
		run_restart(ahead, kept, at);
	}
	return thinned;
}

static size_t thin_crowds(const struct sigma_correlation *c, struct window_hit *hits, size_t count)
{
	size_t *kept = malloc(count * sizeof *kept);
	struct run ahead = { 0 }, behind = { 0 };
	size_t kept_count = 0, thinned = 0;

	if (!kept)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (hits[i].member && !hits[i].redundant)
			kept[kept_count++] = i;
	if (!window_measure_begin(&ahead.measure, c, hits, count, NULL) &&
	    !window_measure_begin(&behind.measure, c, hits, count, NULL))
		thinned = thin_between(&ahead, &behind, hits, kept, kept_count);
	window_measure_release(&ahead.measure);
	window_measure_release(&behind.measure);
	free(kept);
	return thinned;
}

static size_t thin_firings(const struct sigma_correlation *c, struct window_hit *hits, size_t count)
{
	struct window_measure m;
	size_t thinned = 0;

	if (!c->monotone || (c->type != SIGMA_EVENT_COUNT && c->type != SIGMA_VALUE_COUNT && c->type != SIGMA_TEMPORAL))
		return 0;
	if (c->type != SIGMA_EVENT_COUNT && !window_measure_begin(&m, c, hits, count, NULL)) {
		thinned = thin_same_key(&m, hits);
		window_measure_release(&m);
	}
	return thinned + thin_crowds(c, hits, count);
}

size_t window_thin(const struct sigma_correlation *c, struct window_hit *hits, size_t count, size_t most)
{
	size_t floor = window_floor(c), left = count, lost = 0;

	for (size_t i = 0; i < count; i++)
		hits[i].redundant = false;
	if (most < floor)
		most = floor;
	if (count <= most)
		return 0;
	left -= thin_firings(c, hits, count);
	for (size_t i = 0; i < count && left > most; i++)
		if (!hits[i].redundant) {
			hits[i].redundant = true;
			left--;
			lost++;
		}
	return lost;
}
