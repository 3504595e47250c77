/* STIX 2.0 and 2.1 bundles (OASIS): their indicator objects. Of one: pattern (stix_pattern.h), valid_from, valid_until,
 * modified, revoked, confidence, name and description, labels and indicator_types, its TLP from object_marking_refs
 * (the strictest; the published ids of both versions, and definitions in the bundle), and the names of what it
 * `indicates`.
 *
 * Taken: a bundle, an array of objects, one object. Of several versions of an object all are given: the newest
 * `modified` is for the taker to find. */
#ifndef SERVER_MODEL_STIX_H
#define SERVER_MODEL_STIX_H

#include "server/model/indicator_feed.h"

int stix_read(struct slice text, const struct feed_sink *sink, struct err *why);

#endif
