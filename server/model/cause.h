/* Why an incident exists beyond its grouping, one rule at a time: a rule that matched some of its alerts, a correlation
 * that counted them, something that the server found by itself (a beacon). A row of incident_cause.
 *
 * Causes of one incident, rule and group combine as a monoid, in any order: what alerts in pieces or incidents that
 * merge leave behind is what all at once would have left. */
#ifndef SERVER_MODEL_CAUSE_H
#define SERVER_MODEL_CAUSE_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/pool.h"

enum { CAUSE_ALERTS_MAX = 10, CAUSE_RULES_MAX = 64, CAUSE_TAGS_MAX = 8 };

struct cause_alert {
	time_us ts;
	int64_t id;
};

/* One rule that a correlation counts: how often it was met, and where first. */
struct cause_rule {
	uint16_t no;        /* place in the correlation's list */
	int64_t rule_id;    /* 0: not known */
	struct slice title; /* of that rule */
	int64_t hits;
	time_us first, last;
	int64_t alert_id; /* of the first; 0: it was a firing of another correlation */
};

/* Slices are borrowed: of what is read by cause_read(), from its pool. Zero-initialise. */
struct cause {
	int64_t rule_id;
	int64_t group_key; /* state key of the window that fired; 0: a rule on single alerts */
	int64_t rule_set;  /* version that found it first; 0: none */
	int severity;      /* SEVERITY_CRITICAL .. SEVERITY_INFO: of the rule's level */
	time_us first, last;
	/* Records that matched or were counted. What is new is added to what was known; with `is_whole` it is all so
	 * far, and the greater of the two counts. */
	int64_t hits;
	bool is_whole;

	/* Detail. All but the alerts may be left out: ptr NULL, NAN, 0. */
	struct slice title;     /* of the rule */
	struct slice group;     /* JSON object, group-by field to value */
	struct slice condition; /* JSON object: type, timespan_s, conditions; the same for all of one group */
	double measured;        /* the best that any window reached */
	bool least_is_best;
	struct slice about; /* JSON object in words of its own: of two, that of the later `last` */
	bool is_story;      /* the rules were met in an order that tells something: the timeline gets it */
	struct cause_alert alerts[CAUSE_ALERTS_MAX]; /* the earliest, by time and id */
	size_t alert_count;
	struct cause_rule *rules; /* by no */
	size_t rule_count;
};

void cause_init(struct cause *c); /* nothing known; measured NAN */
/* Keeps the earliest. */
void cause_add_alert(struct cause *c, time_us ts, int64_t id);
/* Adds what `other` says of the same rule and group. The list of rules is made anew from `pool`. */
int cause_combine(struct cause *c, const struct cause *other, struct pool *pool, struct err *why);

/* The column `detail`, an object with the members that are known of:
 *   title, group, condition, measured, least_is_best, about, story
 *   alerts   [{"id", "ts"}]
 *   rules    [{"no", "rule_id", "title", "hits", "first_ts", "last_ts", "alert_id"}]
 *   whole    hits is_whole */
void cause_write_detail(const struct cause *c, struct buffer *out);
/* The reverse; fills in the detail and leaves the rest. ERR_CORRUPT, ERR_NOMEM. */
int cause_read_detail(struct slice text, struct cause *c, struct pool *pool, struct err *why);

/* The body of the timeline's entry of kind `story`: {"rule_id", "group_key", "title", "group", "steps": [{"no",
 * "rule_id", "title", "hits", "first_ts", "last_ts", "alert_id"}]}, steps in the order of the rule. */
void cause_write_story(const struct cause *c, struct buffer *out);

#endif
