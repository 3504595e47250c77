/* Which alerts make one incident.
 *
 * First rule set ("base"): alerts of a company with the same direction join while the gaps between neighbours
 * stay within the window on event time, if they share
 *   - the anchor host and the stage (or the signature, where the alert has no stage). The anchor is the inside
 *     host for outbound, internal and unknown alerts, the outside attacker for inbound and external ones; this is
 *     the cluster key, and every alert has exactly one;
 *   - or, for inbound alerts, the inside host and the signature, whoever attacks: the link key.
 * An incident is a connected component of alerts under these links. That is a property of the set of alerts, so
 * neither order nor batches nor duplicates of work matter (docs/decisions/0003-grouping.md).
 *
 * Keys are 63-bit hashes (SipHash-2-4 under a fixed key) of their parts, never 0. They are computed by the
 * collector when it normalises, so that the correlator reads small rows; membership is derived from
 * (cluster_key, ts), with no row per alert. What follows from the keys is decided by incident_plan.h. */
#ifndef SERVER_MODEL_GROUPING_H
#define SERVER_MODEL_GROUPING_H

#include "server/model/alert.h"

/* Sets a->cluster_key and a->link_key from the other fields. */
void grouping_set_keys(struct alert *a);

#endif
