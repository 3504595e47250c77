/* What the collector does with a record once it is read (normalise.h): rules, indicators, mutes and grouping keys. Pure
 * but for what is loaded into it; docs/decisions/0011-detection-in-the-collector.md says why it is done there.
 *
 *   an alert                      stays one. Rules that match, hits of correlations and indicators that it met go into
 *                                 alert.rule_hits; an indicator adds 15 to its score
 *   context or text that matches  becomes an alert: of the gravest rule that stands alone, or of the indicator
 *   context or text that only     is kept as kind context: evidence, no detection
 *   counts (in a correlation)
 *   other context                 is nothing but a source of observables
 *   other text                    stays unparsed
 * "Text" is a record in no known format.
 *
 * An alert of a rule: signature is the rule's title, signature_id "sigma:UID", category "sigma"; severity, stage and
 * techniques are the rule's. Of an indicator: "Indicator: WHAT WAS MET", "indicator:ID", category "indicator"; severity
 * high, but of inbound records medium, and low when they were blocked. Its engine is what the record is about
 * (normalise_context()). Indicators are looked for among the record's observables and, of inbound records, as the
 * source.
 *
 * Mutes apply to alerts (mutes.h): a muted one has mute_id set, no grouping keys, and no hits; one of a drill has the
 * drill's key.
 *
 * Used from one thread. */
#ifndef SERVER_MODEL_DETECTOR_H
#define SERVER_MODEL_DETECTOR_H

#include "server/model/indicator_set.h"
#include "server/model/mutes.h"
#include "server/model/normalise.h"
#include "server/model/observables.h"
#include "server/model/rules.h"

struct detector;
/* Without rules, mutes and indicators; grouping_base(). NULL: no memory. */
struct detector *detector_new(void);
void detector_free(struct detector *d); /* NULL is allowed */

/* Taken over; what was there before is freed. */
void detector_set_rules(struct detector *d, struct rules *rules);
void detector_set_mutes(struct detector *d, struct mutes *mutes);
/* To be filled in place. */
struct indicator_set *detector_indicators(struct detector *d);
/* Number of builtin:indicator, for the rule hits. */
void detector_set_indicator_rule(struct detector *d, int64_t rule_id);
/* Whether observables are asked for. */
void detector_set_observe(struct detector *d, bool observe);

const struct rules *detector_rules(const struct detector *d); /* NULL: none */

/* Whether anybody wants to know more of a record that is no alert: then call normalise_context() before
 * detector_judge(). When not, the record is done with. */
bool detector_wants(const struct detector *d, const struct normalised *record);

enum detected {
	DETECTED_ALERT,
	DETECTED_CONTEXT,  /* keep it, as evidence */
	DETECTED_UNPARSED, /* text, or something damaged */
	DETECTED_IGNORED,
};

struct detector_place {
	int64_t company_id;
	time_us ts, now; /* where the record is placed in time; when it came */
	int zone;        /* of the operator, seconds east of UTC, at ts */
};

struct detection {
	enum detected verdict;
	const struct observables *seen; /* NULL: nothing, or not asked for */
};
/* Changes record->alert. What it points to afterwards, and *out, is valid until the next call. */
void detector_judge(struct detector *d, const struct detector_place *place, struct normalised *record,
		    struct detection *out);

struct detector_figures {
	uint64_t matched;    /* records that a rule or an indicator matched */
	uint64_t raised;     /* of them: context and text that became an alert */
	uint64_t evidence;   /* context kept because it counts */
	uint64_t muted;      /* alerts, drills included */
	uint64_t hits_lost;  /* hits and indicators without room in rule_hits, matches beyond a record's 63 gravest */
	uint64_t limits_hit; /* regular expressions that gave up */
};
void detector_figures(const struct detector *d, struct detector_figures *out);

#endif
