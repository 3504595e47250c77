#include "server/model/sigma/window.h"

#include <math.h>

#include "server/model/sigma/window_measure.h"

struct sweep {
	const struct sigma_correlation *c;
	struct window_known known;
	struct window_hit *hits;
	size_t count;
	struct window_measure measure;
	struct window_firing *firings;
	size_t firing_count, room;
	size_t marked; /* hits before this one have been looked at for being members */
	time_us due;
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* The fields behind rule_no only decide which of two doubles stays. */
static int by_time(const void *a, const void *b)
{
	const struct window_hit *x = a, *y = b;

	if (x->ts != y->ts)
		return COMPARE(x->ts, y->ts);
	if (x->id != y->id)
		return COMPARE(x->id, y->id);
	if (x->rule_no != y->rule_no)
		return COMPARE(x->rule_no, y->rule_no);
	if (x->value_key != y->value_key)
		return COMPARE(x->value_key, y->value_key);
	if (x->cluster_key != y->cluster_key)
		return COMPARE(x->cluster_key, y->cluster_key);
	if (isnan(x->number) || isnan(y->number))
		return isnan(x->number) - isnan(y->number);
	return COMPARE(x->number, y->number);
}

static bool is_double(const struct window_hit *x, const struct window_hit *y)
{
	return x->ts == y->ts && x->id == y->id && x->rule_no == y->rule_no;
}

static size_t drop_doubles(struct window_hit *hits, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!kept || !is_double(&hits[kept - 1], &hits[i]))
			hits[kept++] = hits[i];
	return kept;
}

static bool is_sorted(const struct window_hit *hits, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (by_time(&hits[i - 1], &hits[i]) > 0)
			return false;
	return true;
}

static struct window_firing *new_firing(struct sweep *s)
{
	if (s->firing_count == s->room) {
		size_t room = s->room ? s->room * 2 : 4;
		struct window_firing *grown = realloc(s->firings, room * sizeof *grown);

		if (!grown)
			return NULL;
		s->firings = grown;
		s->room = room;
	}
	return &s->firings[s->firing_count++];
}

/* Windows come in order of time, so one joins the last firing or begins the next. */
static bool take_window(struct sweep *s, size_t from, size_t last, double value)
{
	struct window_firing *f = s->firing_count ? &s->firings[s->firing_count - 1] : NULL;

	if (f && window_near(s->c, f->last, s->hits[from].ts > f->last ? s->hits[from].ts : f->last)) {
		f->measured = window_better(s->c, f->measured, value);
	} else {
		f = new_firing(s);
		if (!f)
			return false;
		*f = (struct window_firing){ .first = s->hits[from].ts, .from = from, .measured = value };
	}
	for (size_t i = from > s->marked ? from : s->marked; i <= last; i++) {
		s->hits[i].member = true;
		f->members++;
	}
	s->hits[last].completes = true;
	s->marked = last + 1;
	f->last = s->hits[last].ts;
	f->to = last + 1;
	return true;
}

/* Whether no hit outside of what is known can belong to the window. */
static bool is_final(struct sweep *s, time_us first, time_us last)
{
	time_us end = first > INT64_MAX - s->c->timespan ? INT64_MAX : first + s->c->timespan;

	if (s->c->monotone)
		return true;
	if (end > s->known.until) {
		if (end < s->due)
			s->due = end;
		return false;
	}
	return s->known.since == INT64_MIN ||
	       (last >= s->known.since && window_span(s->known.since, last) >= (uint64_t)s->c->timespan);
}

static bool sweep(struct sweep *s)
{
	size_t from = 0;

	for (size_t i = 0; i < s->count; i++) {
		window_measure_add(&s->measure, i);
		while (!window_near(s->c, s->hits[from].ts, s->hits[i].ts))
			window_measure_remove(&s->measure, from++);
		if (s->c->monotone && (i + 1 == s->count || s->hits[i + 1].ts > s->hits[i].ts))
			s->hits[i].completes = window_holds(s->c, window_measure_value(&s->measure, s->hits[from].ts));
		/* Not a largest one when the next hit fits as well. */
		if (i + 1 < s->count && window_near(s->c, s->hits[from].ts, s->hits[i + 1].ts))
			continue;
		if (is_final(s, s->hits[from].ts, s->hits[i].ts)) {
			double value = window_measure_value(&s->measure, s->hits[from].ts);

			if (window_holds(s->c, value) && !take_window(s, from, i, value))
				return false;
		}
	}
	return true;
}

int window_evaluate_known(const struct sigma_correlation *c, struct window_known known, struct window_hit *hits,
			  size_t *count, struct window_firing **firings, size_t *firing_count, time_us *due,
			  struct err *why)
{
	struct sweep s = { .c = c, .known = known, .hits = hits, .due = INT64_MAX };
	bool done;

	*firings = NULL;
	*firing_count = 0;
	*due = INT64_MAX;
	if (!is_sorted(hits, *count))
		qsort(hits, *count, sizeof *hits, by_time);
	*count = s.count = drop_doubles(hits, *count);
	for (size_t i = 0; i < s.count; i++)
		hits[i].member = hits[i].completes = hits[i].redundant = false;
	if (window_measure_begin(&s.measure, c, hits, s.count, why))
		return -1;
	done = sweep(&s);
	window_measure_release(&s.measure);
	if (!done) {
		free(s.firings);
		return err_set(why, ERR_NOMEM, "no memory for the firings of a correlation");
	}
	*firings = s.firings;
	*firing_count = s.firing_count;
	*due = s.due;
	return 0;
}

int window_evaluate(const struct sigma_correlation *c, struct window_hit *hits, size_t *count,
		    struct window_firing **firings, size_t *firing_count, struct err *why)
{
	time_us due;

	return window_evaluate_known(c, (struct window_known){ INT64_MIN, INT64_MAX }, hits, count, firings,
				     firing_count, &due, why);
}
