/* The state of correlations in the database: hits that may still count, by group (docs/decisions/0010-correlation.md).
 * All of it inside the transaction of a company, under its lock (correlation.h); a few statements, whatever the number
 * of hits. */
#ifndef SERVER_STORE_RULE_STATE_H
#define SERVER_STORE_RULE_STATE_H

#include "server/model/firing_group.h"
#include "server/store/db.h"

/* What is known of time at a company. */
struct state_clock {
	time_us now;    /* of the transaction */
	time_us newest; /* of all hits that ever came; TIME_NONE: there were none */
	time_us seen;   /* when the last one came */
};
int rule_state_clock(struct db *db, int64_t company_id, struct state_clock *out, struct err *why);

/* A group as a row. Text is borrowed: of what was read, from the result. */
struct state_window {
	int64_t key, rule_id;
	uint64_t definition; /* sigma_correlation.definition */
	struct slice group;  /* JSON */
	int64_t hits;
	time_us whole_since; /* TIME_NONE: nothing was dropped */
};
/* Windows that are due by now, at most `most`, the longest due first. */
int rule_state_due(struct db *db, int64_t company_id, int64_t most, struct db_result **out, struct err *why);
/* The windows of these keys, those that there are. Rows of both are for rule_state_window(). */
int rule_state_windows(struct db *db, int64_t company_id, const int64_t *keys, size_t count, struct db_result **out,
		       struct err *why);
void rule_state_window(const struct db_result *r, int row, struct state_window *out);

/* The hits of a key in from .. to, both ends in; TIME_NONE, INT64_MAX: no bound. */
struct state_reach {
	int64_t key;
	time_us from, to;
};
int rule_state_hits(struct db *db, int64_t company_id, const struct state_reach *reaches, size_t count,
		    struct db_result **out, struct err *why);
/* Rows in order of their keys. False: what is there is not understood. */
bool rule_state_hit(const struct db_result *r, int row, int64_t *key, struct group_hit *out);

/* What becomes of a group. */
struct state_change {
	struct state_window window; /* hits: without meaning; whole_since: TIME_NONE, or what was dropped now */
	time_us newest;             /* of the new hits; TIME_NONE: there are none */
	int64_t more;               /* hits that are added less those that go */
	int64_t lost;               /* dropped hits that could have mattered */
	time_us due_at;             /* TIME_NONE: not due */
};
struct state_changes;
struct state_changes *state_changes_new(void);    /* NULL: no memory */
void state_changes_free(struct state_changes *c); /* NULL is allowed */
void state_change_window(struct state_changes *c, const struct state_change *change);
void state_change_add(struct state_changes *c, int64_t key, const struct group_hit *h);
void state_change_remove(struct state_changes *c, int64_t key, const struct group_hit *h);
void state_change_member(struct state_changes *c, int64_t key, const struct group_hit *h);
/* Writes and forgets all that was put. *hits: how many the company has now. */
int rule_state_write(struct db *db, int64_t company_id, struct state_changes *c, int64_t *hits, struct err *why);

/* Drops whole windows until at least `excess` hits are gone: of the correlation that has most hits left, the one whose
 * newest hit is oldest. So a flood of one takes nothing of those that have little. Counted as lost (loss.h), as is what
 * state_change.lost says. */
int rule_state_drop(struct db *db, int64_t company_id, int64_t excess, int64_t *windows, int64_t *hits,
		    struct err *why);

/* Companies that have hits which came longer ago than `keep`. Across companies. */
int rule_state_old_companies(struct db *db, time_us keep, struct db_result **out, struct err *why);
/* Forgets hits of a company that came longer ago, of at most `most` windows; *windows: of how many. */
int rule_state_prune(struct db *db, int64_t company_id, time_us keep, int64_t most, int64_t *windows, struct err *why);

#endif
