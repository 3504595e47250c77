/* Correlations over a stream of records, in memory: hits go in, firings come out. For `hinomictl rules test` and `rules
 * replay`, and for measuring; the server keeps its state in the database (server/store/correlation.h) and comes to the
 * same firings, as both do what window.h says.
 *
 * Hits may come in any order within `lateness` of the newest; they are put in order first, and a hit then costs
 * constant time (value_percentile: as much as its window is long). A firing is told when it is over: when nothing
 * within the lateness could become part of it any more, or at the end. Chained correlations are fed with the moments of
 * those that they name. */
#ifndef SERVER_MODEL_SIGMA_STREAM_H
#define SERVER_MODEL_SIGMA_STREAM_H

#include "server/model/sigma/correlation.h"

struct sigma_stream;

struct sigma_stream_limits {
	time_us lateness; /* INT64_MAX: in any order; firings are told at the end */
	size_t hits;      /* kept at most, of all groups */
	/* Kept at most of one group; never fewer than its condition needs. A firing whose window holds more goes on;
	 * what value_count, sums and the like measure of it is of the newest ones. */
	size_t hits_per_group;
};

struct sigma_fired {
	size_t correlation; /* for sigma_set_correlation() */
	int64_t state_key;
	struct slice group;  /* JSON, as in sigma_hit */
	time_us first, last; /* as in window_firing */
	size_t members;
	double measured;
};
/* Called from within sigma_stream_add() and sigma_stream_finish(); what it is given is valid during the call. */
typedef void sigma_fired_fn(void *arg, const struct sigma_fired *fired);

/* The set is borrowed. -1: no memory. */
int sigma_stream_new(struct sigma_stream **out, const struct sigma_set *set, const struct sigma_stream_limits *limits,
		     sigma_fired_fn *fired, void *arg, struct err *why);
void sigma_stream_free(struct sigma_stream *s); /* NULL is allowed */

/* The hits of one record at its time. Each record is told once. -1: no memory; the stream is of no use then. */
int sigma_stream_add(struct sigma_stream *s, const struct sigma_hits *hits, time_us ts, struct err *why);
/* Nothing comes any more: all firings that were not told yet. Afterwards the stream is as new. */
int sigma_stream_finish(struct sigma_stream *s, struct err *why);

struct sigma_stream_losses {
	uint64_t late; /* hits that came later than the lateness allows */
	uint64_t lost; /* hits that were dropped to keep within the limits and could have mattered */
};
struct sigma_stream_losses sigma_stream_losses(const struct sigma_stream *s);

#endif
