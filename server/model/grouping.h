/* Which alerts make one incident: the grouping rules (config/rules/grouping.yaml, whose comments describe the form).
 *
 * Alerts of a company join while the gaps between neighbours stay within the window on event time, if they share a
 * key. Each alert has one cluster key, by the first cluster rule whose conditions it meets, and at most one link key,
 * by the first such link rule. A rule lists the parts of its key: direction, anchor, inside_ip, attacker_ip, remote_ip,
 * stage, stage_or_signature, signature, category, engine, day (of ts, in the operator's zone). An incident is a
 * connected component of alerts under these links. That is a property of the set of alerts, so neither order nor
 * batches nor duplicates of work matter (docs/decisions/0003-grouping.md).
 *
 * Keys are hashes (SipHash-2-4 under a fixed key) of the rule's name and its parts, never 0. They are computed by the
 * collector, so that the correlator reads small rows; membership is derived from (cluster_key, ts), with no row per
 * alert. What follows from the keys is decided by incident_plan.h.
 *
 * A key carries its window: a positive one joins within correlator.window (those from before there were rules, and
 * rules without a window of their own); a negative one has, in its lowest byte, the window in units of
 * GROUPING_WINDOW_UNIT. */
#ifndef SERVER_MODEL_GROUPING_H
#define SERVER_MODEL_GROUPING_H

#include "lib/err.h"
#include "server/model/alert.h"

#define GROUPING_WINDOW_UNIT ((time_us)15 * 60 * US_PER_SECOND)

struct grouping;

/* Parses the grouping file. Problems name file and line. */
int grouping_build(struct grouping **out, struct slice text, const char *name, struct err *why);
/* The rules as they were before they could be edited; for tests, and as long as none were loaded. NULL: no memory. */
struct grouping *grouping_base(void);
void grouping_free(struct grouping *g); /* NULL is allowed */
size_t grouping_rule_count(const struct grouping *g);
const char *grouping_rule_name(const struct grouping *g, size_t index);

/* Sets a->cluster_key and a->link_key from the other fields; context gets no link key, an unparsed record neither. ts:
 * where the alert is placed in time; zone: of the operator, seconds east of UTC, for `day`. */
void grouping_set_keys(const struct grouping *g, struct alert *a, time_us ts, int zone);
/* Name of the rule that gives the cluster key; "": none does. */
const char *grouping_cluster_rule(const struct grouping *g, const struct alert *a);
/* All alerts of a drill make one incident per company. */
int64_t grouping_drill_key(int64_t mute_id);
/* The window that a key joins within; `fallback` of positive keys. */
time_us grouping_window(int64_t key, time_us fallback);

#endif
