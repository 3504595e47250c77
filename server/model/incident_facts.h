/* What an incident's alerts and causes say about it, as a monoid: facts of a set are the facts of its parts, combined
 * in any order. So an incident's figures never depend on how its alerts arrived, and merging two incidents needs none
 * of their alerts.
 *
 * Severity. Each alert counts with its own severity, except that an outbound one counts as high at least, unless it is
 * of policy or information level (score up to 20): a device inside that talks to the wrong host is what a company must
 * hear about. One that was blocked or removed counts as high and no more: nobody is woken for what went nowhere. The
 * incident has the gravest of them; but one whose every alert was inbound and blocked or removed is low at most (domain
 * rule: direction is the main raiser). Causes come on top: the gravest rule that matched or counted its records raises
 * it, whatever was blocked. A drill is of information level, whatever causes say.
 *
 * The top alert gives the incident its title, and the reason its host and stage: the gravest, of these the earliest, of
 * these the smallest by title, host and stage, compared as bytes. A cause that is graver than the alerts gives the
 * title instead; where they are equal, one that counts does (a pattern says more than its parts), one on single alerts
 * does not. Of equal causes, one that counts comes first, then the smallest title.
 *
 * Evidence: a record that a firing ties without it being a detection (kind context) is no alert; it only says that the
 * incident was seen then, and its direction, where there is no alert to say more. */
#ifndef SERVER_MODEL_INCIDENT_FACTS_H
#define SERVER_MODEL_INCIDENT_FACTS_H

#include "lib/buffer.h"
#include "server/model/alert.h"

enum { POLICY_SCORE_MAX = 20, INCIDENT_TAGS_MAX = 16 };

/* Words, ascending by bytes, each once. Of more than there is room for, the smallest are kept. */
struct incident_tags {
	struct slice items[INCIDENT_TAGS_MAX];
	size_t count;
};
void incident_tags_add(struct incident_tags *t, struct slice word);
bool incident_tags_has(const struct incident_tags *t, const char *word);
#define INCIDENT_TAG_DRILL "drill"

/* What the gravest cause does to its incident. */
struct incident_raise {
	int severity;   /* 0: there is no cause */
	bool by_window; /* of a rule that counts, or of something the server found */
	struct slice title;
};

/* An alert, as far as grouping is concerned. Slices are borrowed. */
struct plan_alert {
	time_us ts;
	time_us received; /* for the clock of an incident that it begins; nothing is decided by it */
	int64_t id;
	int64_t cluster_key; /* server/model/grouping.h; 0: joins nothing */
	int64_t link_key;    /* 0: none */
	enum direction direction;
	enum stage stage;
	int severity, score;
	bool blocked;                     /* blocked or removed */
	int32_t repeat_count;             /* detections it stands for */
	struct slice title;               /* what it is called: its signature, as a rule */
	struct slice anchor;              /* the host its cluster key is about, as text; empty: none */
	struct incident_raise raise;      /* by rules that matched it and stand alone */
	const struct incident_tags *tags; /* NULL: none */
};

struct incident_top {
	int severity; /* as it counts for the incident; EVIDENCE_SEVERITY: not of an alert */
	time_us ts;
	enum stage stage;
	struct slice title, anchor;
	time_us window; /* of its cluster key; 0: not known */
};
enum { EVIDENCE_SEVERITY = SEVERITY_INFO + 1 };

struct incident_facts {
	time_us first, last;
	enum direction direction;
	enum stage stage; /* furthest along */
	int64_t alerts;
	int64_t detections; /* sum of repeat_count */
	int64_t blocked;    /* of alerts */
	bool got_through;   /* some alert was not inbound, or was neither blocked nor removed */
	int64_t runs;       /* unbroken runs of one cluster key it consists of; the planner counts them */
	struct incident_top top;
	struct incident_raise raise;
	struct incident_tags tags;
};

/* Facts of the empty set are all zero. window: of the alert's cluster key. */
void incident_facts_add(struct incident_facts *f, const struct plan_alert *a, time_us window);
void incident_facts_see(struct incident_facts *f, time_us ts, enum direction direction); /* evidence */
void incident_facts_raise(struct incident_facts *f, const struct incident_raise *raise);
void incident_facts_combine(struct incident_facts *f, const struct incident_facts *other);
int incident_facts_severity(const struct incident_facts *f);
struct slice incident_facts_title(const struct incident_facts *f);

/* The top alert's place in the order, as text "SEVERITY TIME STAGE ANCHOR WINDOW" (TIME: 16 hexadecimal digits,
 * microseconds with the sign bit turned over; ANCHOR may be empty; WINDOW: seconds, left out when not known), for the
 * column title_key. */
void incident_top_key(const struct incident_top *top, struct buffer *out);
/* The reverse; anchor points into key, title is left alone. False when it is not such a text. */
bool incident_top_parse(struct slice key, struct incident_top *out);

/* Of the time before there were rules that could be loaded. */
#define INCIDENT_RULE "base/1"
/* Why the incident exists, for the column `reason`; screens put it into words of their language. A JSON object:
 *
 *   rule       grouping rule and version of the rule set that made it: "base/1", "inbound-by-attacker/7"; for one
 *              that began as a firing without an alert "firing/7"
 *   anchor     host of the top alert: outside attacker of inbound and external, inside host of other incidents; may
 *              be ""
 *   stage      that its run shares, or, where the alert has no stage, `signature`; neither when there is no alert
 *   window_s   most seconds between neighbours
 *   runs       how many such runs there are; more than one: they also share something else with another (a link rule, a
 *              firing: see the causes) */
void incident_reason(const struct incident_facts *f, struct slice rule, time_us window, struct buffer *out);

#endif
