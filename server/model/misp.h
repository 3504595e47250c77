/* MISP events in JSON: their attributes and those of their objects that are meant for detection (to_ids). Types:
 * ip-src, ip-dst (also with |port), domain, hostname, domain|ip, hostname|port, url, uri, md5, sha1, sha256,
 * filename|md5 and kin, malware-sample. Version: `timestamp`; valid from first_seen, else from the timestamp. Tags
 * become labels, tlp:* the TLP (an attribute's own before the event's), galaxy clusters labels too. A deleted attribute
 * is one that its author took back.
 *
 * Taken: {"Event": {...}}, an event alone, an array of either, and a search's {"response": [...]}. */
#ifndef SERVER_MODEL_MISP_H
#define SERVER_MODEL_MISP_H

#include "server/model/indicator_feed.h"

int misp_read(struct slice text, const struct feed_sink *sink, struct err *why);

#endif
