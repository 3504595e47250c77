/* Correlations of one transaction at work: internal to windows.h. Groups that were touched come from the database
 * (window_groups.c), are evaluated from the inner correlations to the outer ones (windows.c), then quiet ones are
 * followed from the outer ones to the inner ones (quiet_windows.c), and go back to the database. */
#ifndef SERVER_CORRELATOR_WINDOW_WORK_H
#define SERVER_CORRELATOR_WINDOW_WORK_H

#include "server/correlator/windows.h"
#include "server/store/rule_state.h"

/* One group at work. */
struct touched {
	struct firing_group group;
	time_us first, last; /* of the new hits; first > last: it is only due, or tied */
	int64_t stored;      /* hits in the database */
	time_us whole_since;
	bool is_read; /* what is above is from the database */
	bool whole;   /* all of its hits are fetched */
	bool is_tied; /* only tied: nothing of it is new */
	struct state_change change;
};

/* Quiet groups of one depth, by key; wait for what counts them. */
struct quiet_level {
	struct touched *groups;
	size_t count;
};

/* A moment of a quiet firing that was counted by a firing which is told now. */
struct tied_moment {
	const struct correlation_entry *inner;
	struct plan_segment moment;
};

struct window_work {
	struct db *db;
	int64_t company_id;
	const struct windows_options *options;
	struct rule_book *book;
	struct batch_rules *batch;
	struct firings *firings;
	struct windows_result *result;
	struct state_clock clock;
	time_us until; /* of event time: no hits are expected any more up to here */
	struct state_changes *changes;
	struct batch_hit *due; /* windows that are due, as hits without a hit */
	size_t due_count;
	struct quiet_level *quiet; /* by depth */
	struct tied_moment *tied;
	size_t tied_count, tied_room;
};

static inline int window_work_no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for the windows of correlations");
}

static inline time_us window_work_plus(time_us t, time_us by)
{
	time_us out;

	return __builtin_add_overflow(t, by, &out) ? INT64_MAX : out;
}

static inline time_us window_work_minus(time_us t, time_us by)
{
	time_us out;

	return __builtin_sub_overflow(t, by, &out) ? INT64_MIN + 1 : out;
}

/* Groups in order of their keys. What is known of those not read yet; then the hits that windows with a new hit can
 * hold; all hits of one. */
struct touched *touched_find(struct touched *groups, size_t count, int64_t key);
int touched_read_windows(const struct window_work *w, struct touched *groups, size_t count, struct err *why);
int touched_read_hits(const struct window_work *w, struct touched *groups, size_t count, struct err *why);
/* The others of those that are marked and not whole yet; the array has a mark for each group. */
int touched_read_rest(const struct window_work *w, struct touched *groups, size_t count, const bool *marked,
		      struct err *why);
void touched_know(const struct window_work *w, struct touched *t);
/* Keeps a group within its bound, and says what becomes of it. */
int touched_write(const struct window_work *w, struct touched *t, struct err *why);

/* Remembers which quiet firings were counted by what was told of a group just now. */
int quiet_windows_tie(struct window_work *w, const struct firing_group *g, struct err *why);
/* Tells firings of quiet groups that belong to incidents, and writes the groups. A group is read whole for that: at
 * most correlator.group_hits for each that has news, or of which a moment was counted just now. */
int quiet_windows_follow(struct window_work *w, struct err *why);
void quiet_windows_release(struct window_work *w);

#endif
