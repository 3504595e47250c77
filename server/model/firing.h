/* A firing: something that was found in a set of records and ties what they belong to into one incident. Correlations
 * make them (firing_group.h), and what the server finds by itself, like beacons.
 *
 * A firing has a key of its own, which stands for rule and group, and lies in a stretch of time. Firings of one key
 * whose gap is within the window are one. It belongs to the incident of each record that it ties; when none of them has
 * one yet, it is an incident by itself. incident_plan.h does that; it is a property of the sets of records and firings,
 * so nothing depends on order.
 *
 * A firing may be told in parts and again: what was tied stays tied. Only cause.hits must be told once, or be whole.
 *
 * A quiet firing is one of a correlation that only counts for another one (Sigma: `generate`). It ties what it counted
 * into the incident of that other one, and says nothing itself. The planner is told of it only when that one has fired
 * (firing_group_follow()). */
#ifndef SERVER_MODEL_FIRING_H
#define SERVER_MODEL_FIRING_H

#include "server/model/alert.h"
#include "server/model/cause.h"

/* What a firing ties: everything that has this key within that key's window of this time. The time counts as one at
 * which the incident was seen, unless what is tied is another firing. */
struct plan_tie {
	time_us ts;
	int64_t key;     /* a record's cluster key, or the key of another firing; 0: nothing, only the time counts */
	time_us window;  /* of that key: grouping_window(), or the other firing's */
	bool is_cluster; /* a record's cluster key */
	enum direction direction;
};

struct plan_firing {
	int64_t key; /* not 0 */
	time_us window;
	time_us first, last;
	bool is_quiet;    /* no cause, stage or tags */
	enum stage stage; /* of the rule; STAGE_NONE: it says nothing about it */
	const struct plan_tie *ties;
	size_t tie_count; /* at least 1 */
	struct cause cause;
	/* Words for the incident's tags: kill-chain, beacon. */
	const char *const *tags;
	size_t tag_count;
};

/* Firings of one transaction. Ties, texts and tags that a firing borrows may live in its pool. Zero-initialise. */
struct firings {
	struct plan_firing *items;
	size_t count, room;
	struct pool pool;
};
/* -1: no memory. */
int firings_add(struct firings *f, const struct plan_firing *firing, struct err *why);
void firings_release(struct firings *f);

#endif
