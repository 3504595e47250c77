/* What an incident's alerts say about it, as a monoid: facts of a set of alerts are the facts of its parts, combined in
 * any order. So an incident's figures never depend on how its alerts arrived, and merging two incidents needs none of
 * their alerts.
 *
 * Severity. Each alert counts with its own severity, except that an outbound one counts as high at least, unless it is
 * of policy or information level (score up to 20): a device inside that talks to the wrong host is what a company must
 * hear about. The incident has the gravest of them; but an inbound one whose every alert was blocked or removed is low
 * at most (domain rule: direction is the main raiser).
 *
 * The top alert gives the incident its title, and the reason its host and stage: the gravest, of these the earliest, of
 * these the smallest by title, host and stage, compared as bytes. */
#ifndef SERVER_MODEL_INCIDENT_FACTS_H
#define SERVER_MODEL_INCIDENT_FACTS_H

#include "lib/buffer.h"
#include "server/model/alert.h"

enum { POLICY_SCORE_MAX = 20 };

/* An alert, as far as grouping is concerned. Slices are borrowed. */
struct plan_alert {
	time_us ts;
	int64_t cluster_key; /* server/model/grouping.h; 0: joins nothing */
	int64_t link_key;    /* 0: none */
	enum direction direction;
	enum stage stage;
	int severity, score;
	bool blocked;         /* blocked or removed */
	int32_t repeat_count; /* detections it stands for */
	struct slice title;   /* what it is called: its signature, as a rule */
	struct slice anchor;  /* the host its cluster key is about, as text; empty: none */
};

struct incident_top {
	int severity; /* as it counts for the incident */
	time_us ts;
	enum stage stage;
	struct slice title, anchor;
};

struct incident_facts {
	time_us first, last;
	enum direction direction;
	enum stage stage; /* furthest along */
	int64_t alerts;
	int64_t detections; /* sum of repeat_count */
	int64_t blocked;    /* of alerts */
	int64_t runs;       /* unbroken runs of one cluster key it consists of; the planner counts them */
	struct incident_top top;
};

/* Facts of the empty set have alerts 0; everything else in them is undefined. */
void incident_facts_add(struct incident_facts *f, const struct plan_alert *a);
void incident_facts_combine(struct incident_facts *f, const struct incident_facts *other);
int incident_facts_severity(const struct incident_facts *f);

/* The top alert's place in the order, as text "SEVERITY TIME STAGE ANCHOR" (TIME: 16 hexadecimal digits, microseconds
 * with the sign bit turned over; ANCHOR may be empty), for the column title_key. */
void incident_top_key(const struct incident_top *top, struct buffer *out);
/* The reverse; anchor points into key, title is left alone. False when it is not such a text. */
bool incident_top_parse(struct slice key, struct incident_top *out);

#define INCIDENT_RULE "base/1"
/* Why the incident exists, for the column `reason`; screens put it into words of their language. A JSON object:
 *
 *   rule       "base/1" (server/model/grouping.h)
 *   anchor     host of the top alert: outside attacker of inbound and external, inside host of other incidents; may
 *              be ""
 *   stage      that its run shares, or, where the alert has no stage, `signature`
 *   window_s   most seconds between neighbours
 *   runs       how many such runs there are; more than one: they also share inside host and signature with another */
void incident_reason(const struct incident_facts *f, time_us window, struct buffer *out);

#endif
