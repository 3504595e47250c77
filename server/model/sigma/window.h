/* When the hits of one group fire: a pure function of the set of hits, so their order of arrival does not matter.
 *
 * Definition. A window is a largest set of hits that fits into the timespan: all hits within some stretch of time of
 * that length, both ends in, such that no such stretch holds these and more. A window fires when its correlation's
 * conditions hold for it. Hits of firing windows are members. Members whose neighbours lie at most the timespan apart
 * belong to one firing.
 *
 * Where more hits can only help (sigma_correlation.monotone) this says the same as looking at every stretch of time:
 * one that fires lies in a window that fires. Where they can undo (lt, lte, eq, neq, a range, an average, a
 * percentile), it is what the condition means: a burst of 300 is no window of "101 to 200", though it once was as small
 * as that.
 *
 * What a correlation of correlations counts are the moments of the inner one: the times at which the hits of the
 * timespan before fire (of one that is not monotone: the last hits of windows that fire). The hit at that time
 * completes; of several at the same time, the last. Moments only ever become more, where "the time of the firing" would
 * move with every further hit, and with it what comes before what. sigma_moment_time() says where they stand for the
 * outer one.
 *
 *   event_count       hits
 *   value_count       different value keys
 *   temporal          different rules among the hits; without a condition: all of them
 *   temporal_ordered  the longest prefix of the list of rules of which there are hits in that order, each not before
 *                     the one in front (equal times count as in order); without a condition: the whole list
 *   value_sum, value_avg, value_percentile
 *                     over the numbers; the percentile by nearest rank */
#ifndef SERVER_MODEL_SIGMA_WINDOW_H
#define SERVER_MODEL_SIGMA_WINDOW_H

#include "server/model/sigma/correlation.h"

struct window_hit {
	time_us ts;
	int64_t id; /* of the alert; with ts and rule_no it tells hits apart */
	int64_t cluster_key;
	double number; /* NAN: none, then value_sum, value_avg and value_percentile leave the hit out */
	int64_t value_key;
	uint16_t rule_no;
	bool member;    /* by window_evaluate(): of a firing */
	bool completes; /* by window_evaluate(): see below */
	bool redundant; /* by window_thin() */
};

struct window_firing {
	time_us first, last; /* first and last member */
	size_t from, to;     /* hits[from] .. hits[to - 1] are those in first..last; not each need be a member */
	size_t members;
	double measured; /* the best window's value: highest for gt, gte; lowest for lt, lte; else the first's */
};

/* Sorts hits by (ts, id, rule_no), drops doubles, marks members and finds the firings, in order of time. *firings is
 * from malloc. Linear but for the sorting (value_percentile: times the logarithm of the count). -1: no memory. */
int window_evaluate(const struct sigma_correlation *c, struct window_hit *hits, size_t *count,
		    struct window_firing **firings, size_t *firing_count, struct err *why);

/* What of a group is known: all hits that there will ever be in since .. until, both ends in. INT64_MIN, INT64_MAX: no
 * bound. */
struct window_known {
	time_us since;
	time_us until;
};
/* The same, for a set that is not complete: of a correlation that is not monotone, only windows that no hit outside of
 * the known stretch could become part of are judged. *due is what `until` must reach for the next window to be judged;
 * INT64_MAX: none is waiting. A monotone one is judged at once, whatever is known. So firings that were found stay as
 * they are while `until` grows, and judging often or seldom comes to the same. */
int window_evaluate_known(const struct sigma_correlation *c, struct window_known known, struct window_hit *hits,
			  size_t *count, struct window_firing **firings, size_t *firing_count, time_us *due,
			  struct err *why);

/* The fewest hits that state must hold for the conditions to be met at all. */
size_t window_floor(const struct sigma_correlation *c);

/* Keeps state within `most` hits (or the floor, when that is more): when there are more, marks hits as redundant. First
 * those strictly inside firings that cannot matter for how hits to come, early or late ones, start and extend firings
 * (of monotone event_count, value_count, temporal); then, when that is not enough, the oldest. Hits must come from
 * window_evaluate(). Returns how many were marked of the second kind: those could have mattered, and are to be counted
 * as lost. */
size_t window_thin(const struct sigma_correlation *c, struct window_hit *hits, size_t count, size_t most);

#endif
