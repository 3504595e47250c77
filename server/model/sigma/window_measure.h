/* What a correlation's condition is about, of a window that moves over sorted hits: hits are added at its end and
 * removed at its beginning, each in constant time (value_percentile: in the logarithm of all hits). Internal to
 * window.c and window_thin.c. */
#ifndef SERVER_MODEL_SIGMA_WINDOW_MEASURE_H
#define SERVER_MODEL_SIGMA_WINDOW_MEASURE_H

#include "server/model/sigma/window.h"

/* Sums are whole numbers of a millionth or so (2^-20), so that a sum is the same whatever was added and removed
 * before. */
__extension__ typedef __int128 window_sum;

struct window_measure {
	const struct sigma_correlation *c;
	const struct window_hit *hits; /* borrowed */
	size_t count;
	uint32_t *keys;   /* of each hit: its value's or rule's number from 0, or the rank of its number */
	uint32_t *held;   /* of each key: hits in the window; of ranks a Fenwick tree */
	double *ranked;   /* numbers in order */
	size_t distinct;  /* keys with hits in the window */
	size_t in_window; /* hits that count */
	window_sum sum;
	/* temporal_ordered: reach[n] is the latest start of a chain of the first n + 1 rules that has been completed.
	 */
	time_us reach[SIGMA_CORRELATED_MAX];
	time_us at;         /* time of the hit added last */
	uint64_t rules_now; /* rules of the hits at that time, bit by place in the list */
};

/* hits: sorted by time; they stay where they are until the release. */
int window_measure_begin(struct window_measure *m, const struct sigma_correlation *c, const struct window_hit *hits,
			 size_t count, struct err *why);
void window_measure_release(struct window_measure *m);
void window_measure_add(struct window_measure *m, size_t i);
void window_measure_remove(struct window_measure *m, size_t i);
/* first: time of the window's first hit. NAN: there is none, as of the average of nothing. */
double window_measure_value(const struct window_measure *m, time_us first);
/* The place, from 1, of the percentile among this many numbers in order: nearest rank. */
size_t window_rank(const struct sigma_correlation *c, size_t count);
/* Which of two values says more about a firing. */
double window_better(const struct sigma_correlation *c, double a, double b);
/* Whether the conditions hold for a value. */
bool window_holds(const struct sigma_correlation *c, double value);

window_sum window_in_units(double number);
double window_from_units(window_sum sum);

/* b - a for b not before a, whatever they are. */
static inline uint64_t window_span(time_us a, time_us b)
{
	return (uint64_t)b - (uint64_t)a;
}

static inline bool window_near(const struct sigma_correlation *c, time_us a, time_us b)
{
	return window_span(a, b) <= (uint64_t)c->timespan;
}

#endif
