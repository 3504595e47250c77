/* Campaigns: the same thing met by several companies within a few days. Pure.
 *
 * What an alert is a sighting of (none when it was muted or of a drill):
 *   source       an inbound alert's attacker. Not of policy and information level (score up to 20), and of what was
 *                blocked only medium and graver: what scans everybody and is turned away is no campaign
 *   destination  an outbound alert's remote end, unless the alert is of policy or information level and without a
 * stage. Not of name lookups, whose remote end is a resolver that everybody asks signature    an outbound, internal or
 * antivirus alert of the stages installation, command and control, actions: the signature's id, else its name indicator
 * whatever its level: each indicator that the record met Sightings are kept by day (operator's zone) and run of alerts.
 *
 * A campaign. For one kind and key, the windows are all runs of `window_days` days that follow one another. A window
 * fires when at least `minimum` companies have sightings in it; its stretch is from the first day to the last with a
 * sighting in it. Stretches of firing windows that share a day belong to one campaign: it lasts from the first of their
 * days to the last, and its members are the companies with sightings in these days. That is a property of the set of
 * sightings. Sightings only grow, so campaigns grow and join, and never shrink or part.
 *
 * Something that never ends, like a scanner that everybody meets every day, is one long campaign, not many. */
#ifndef SERVER_MODEL_CAMPAIGN_H
#define SERVER_MODEL_CAMPAIGN_H

#include "lib/err.h"
#include "server/model/alert.h"

enum campaign_kind { CAMPAIGN_SOURCE, CAMPAIGN_DESTINATION, CAMPAIGN_SIGNATURE, CAMPAIGN_INDICATOR };
const char *campaign_kind_name(enum campaign_kind kind);
bool campaign_kind_parse(struct slice name, enum campaign_kind *out);

/* --------------------------------------------------------------------------------------------------------- sightings
 */

enum { CAMPAIGN_INDICATORS_MAX = 8, CAMPAIGN_KEY_MAX = 256 };

/* An alert, as far as campaigns are concerned. Slices are borrowed. */
struct campaign_alert {
	time_us ts;
	int32_t day;         /* since 1970-01-01, operator's zone */
	int64_t cluster_key; /* 0: muted */
	bool drill;
	enum direction direction;
	enum engine engine;
	enum stage stage;
	int severity, score;
	bool blocked;
	struct slice attacker, remote; /* addresses as text; empty: none */
	int remote_port;
	struct slice signature_id, title;
	int64_t indicators[CAMPAIGN_INDICATORS_MAX];
	size_t indicator_count;
};

struct campaign_sighting {
	enum campaign_kind kind;
	struct slice key;
	int32_t day;
	int64_t cluster_key;
	time_us first, last;
	int64_t alerts;
	/* Of the gravest, of these the earliest, of these the smallest by title. */
	int severity;
	time_us title_ts;
	struct slice title;
	/* Half hours with such alerts, bit n for the n-th of UTC's day: enough to tell the incidents of one run apart
	 * again, as long as its window is no shorter. */
	uint64_t halves;
};
enum { CAMPAIGN_HALVES = 48 };

/* Sightings of one company's batch. Zero-initialise. */
struct campaign_sightings {
	struct campaign_sighting *items;
	size_t count, room;
	struct {
		char text[24];
	} * numbers; /* keys that are numbers */
	size_t number_count, number_room;
};
/* Adds what the alert is a sighting of. Its slices are borrowed until the release. -1: no memory. */
int campaign_sightings_add(struct campaign_sightings *s, const struct campaign_alert *a, struct err *why);
/* Adds up those of the same kind, key, day and run; in order of these. */
void campaign_sightings_add_up(struct campaign_sightings *s);
void campaign_sightings_release(struct campaign_sightings *s);

/* ----------------------------------------------------------------------------------------------------------- judging
 */

/* A company met it on a day. */
struct campaign_day {
	int32_t day;
	int64_t company_id;
};

struct campaign_span {
	int32_t first_day, last_day;
	int64_t id; /* of a campaign that is known; 0: none, or not yet */
};

/* The spans of one key's campaigns, in order of time. `days` is sorted by it, and doubles go. *spans is from malloc().
 * -1: no memory.
 *
 * Judging only days around news is enough: those within window_days - 1 of a new sighting hold every window that it can
 * have made fire, and what these windows touch is joined by campaign_spans_join(). */
int campaign_judge(struct campaign_day *days, size_t *count, int64_t minimum, int window_days,
		   struct campaign_span **spans, size_t *span_count, struct err *why);

/* Joins spans that share a day, in place and in order of time; a joined one has the lowest id that is not 0. Those that
 * went into another are in `absorbed` (room for *count): first_day.. as they were, id theirs, and into the survivor's.
 */
struct campaign_absorbed {
	int64_t id, into;
};
void campaign_spans_join(struct campaign_span *spans, size_t *count, struct campaign_absorbed *absorbed,
			 size_t *absorbed_count);

#endif
