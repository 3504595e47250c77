/* When the hits of one group fire: a pure function of the set of hits, so their order of arrival does not matter.
 *
 * Definition. The windows of a group are, for each hit at time t, all hits in [t - timespan, t], both ends in. A window
 * fires when its correlation's conditions hold for it. Hits of firing windows are members. Members of firing windows
 * that share a hit, or whose nearest members lie at most the timespan apart, belong to one firing. (A sliding window
 * that began elsewhere holds no more hits than one of these; for conditions that more hits can undo, these are the
 * windows there are.) event_count     hits value_count     different value keys temporal        rules among the hits;
 * without a condition: all temporal_ordered  as temporal, and there are hits of them in the order of the list, each not
 * before the one in front (equal times count as in order); with a condition, the longest prefix of the list found in
 * order value_sum, value_avg, value_percentile   over the numbers; the percentile by nearest rank */
#ifndef SERVER_MODEL_SIGMA_WINDOW_H
#define SERVER_MODEL_SIGMA_WINDOW_H

#include "server/model/sigma/correlation.h"

struct window_hit {
	time_us ts;
	int64_t id; /* of the alert; with ts and rule_no it tells hits apart */
	int64_t cluster_key;
	double number;
	int64_t value_key;
	uint16_t rule_no;
	bool member;    /* by window_evaluate(): of a firing */
	bool redundant; /* by window_thin() */
};

struct window_firing {
	time_us first, last; /* first and last member */
	size_t from, to;     /* hits[from] .. hits[to - 1] are those in first..last; not each need be a member */
	size_t members;
	double measured; /* the best window's value: highest for gt, gte; lowest for lt, lte; else the first's */
};

/* Sorts hits by (ts, id, rule_no), drops doubles, marks members and finds the firings, in order of time. *firings is
 * from malloc. Linear but for the sorting (value_percentile: times the logarithm of the window). -1: no memory. */
int window_evaluate(const struct sigma_correlation *c, struct window_hit *hits, size_t *count,
		    struct window_firing **firings, size_t *firing_count, struct err *why);

/* Keeps state within `most` hits: marks hits as redundant, first those strictly inside firings that cannot matter for
 * how hits to come extend them (of monotone event_count, value_count, temporal), then, when that is not enough, the
 * oldest. Returns how many were marked of the second kind: those could have mattered, and are to be counted as lost. */
size_t window_thin(const struct sigma_correlation *c, struct window_hit *hits, size_t count, size_t most);

#endif
