/* One group of one correlation, from hits to firings: what is in the database and what came with this batch, evaluated
 * (sigma/window.h), and told as firings that the planner understands. Pure.
 *
 * What it tells is what became a member now; a hit that is a member already was told before. So each member is told
 * once, in whatever batches the hits come, and figures add up.
 *
 * A group of a correlation that only counts for another one is quiet: evaluating it tells nothing. What it counted
 * belongs to the incident of a firing that stands alone and counts it, through however many quiet ones in between. So
 * its firings are told by firing_group_follow(), those that a live stretch of its key reaches: a segment that an
 * incident has already, or a moment that a firing which is told now ties. Which are live is a property of the sets:
 * whenever the hits or the live stretches of a group grow, it is followed with all of its hits. */
#ifndef SERVER_MODEL_FIRING_GROUP_H
#define SERVER_MODEL_FIRING_GROUP_H

#include "server/model/incident_plan.h"
#include "server/model/rule_table.h"
#include "server/model/sigma/window.h"

struct group_hit {
	struct window_hit hit;
	enum direction direction;
	bool is_stored; /* in the database */
	bool was_told;  /* as a member, before; of a stored hit */
	bool is_told;   /* now */
};

struct firing_group {
	const struct correlation_entry *entry;
	int64_t key;            /* state key */
	struct slice group;     /* JSON, borrowed */
	int64_t version;        /* of the rule set, for the causes */
	time_us window;         /* correlator.window, of keys that bring none */
	struct group_hit *hits; /* from malloc(); in any order, with doubles */
	size_t count;
	struct window_known known; /* of a monotone correlation without meaning */

	/* By firing_group_evaluate(): hits are sorted, each there once, `hit.member` as it is now. */
	time_us due; /* what known.until must reach for more to be judged; INT64_MAX: nothing waits */
	/* If it is quiet: the first and the last member that was not told; first > last: none. */
	time_us untold_first, untold_last;
	/* If another correlation names it: moments (sigma/window.h), with the new hits and without. */
	time_us *moments, *told;
	size_t moment_count, told_count;
};

/* Adds what became a member to `out`, whose pool keeps the ties; nothing when it is quiet. */
int firing_group_evaluate(struct firing_group *g, struct firings *out, struct err *why);
bool firing_group_is_quiet(const struct correlation_entry *entry);
/* Of a quiet group, of which all hits must be there: tells members of firings that one of these stretches of time
 * reaches, and that were not told. */
int firing_group_follow(struct firing_group *g, const struct plan_segment *live, size_t count, struct firings *out,
			struct err *why);
/* Marks hits as redundant, to keep within `most`; returns how many of them could have mattered, which members that were
 * not told always can; SIZE_MAX: no memory. After evaluating. */
size_t firing_group_thin(struct firing_group *g, size_t most, struct err *why);
void firing_group_release(struct firing_group *g);

/* When moments[index] counts for `outer`; false when it did before, or when the moment in front counts at the same
 * time. Exact when all hits are fetched that lie within two timespans of a new one. */
bool firing_group_moment(const struct firing_group *g, size_t index, const struct sigma_correlation *outer,
			 time_us *at);

/* A moment of a firing, as a hit of another correlation (sigma_moment_time()): its number in place of an alert's. Never
 * 0. */
int64_t firing_moment_id(int64_t inner_key, time_us at);

#endif
