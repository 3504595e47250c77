/* STIX 2.1 patterns (section 9), as far as single things can be looked up: comparisons with "=", IN and ISSUBSET,
 * joined by OR, of ipv4-addr:value, ipv6-addr:value, domain-name:value, url:value, file:hashes (MD5, SHA-1, SHA-256)
 * and network-traffic's src_ref.value and dst_ref.value. What needs more than one thing to be seen (AND, FOLLOWEDBY,
 * REPEATS, WITHIN, START), or something not to be (NOT), is given as not matchable; so is every other property and
 * operator. Of an OR the parts stand for themselves. Pure. */
#ifndef SERVER_MODEL_STIX_PATTERN_H
#define SERVER_MODEL_STIX_PATTERN_H

#include "server/model/indicator.h"

enum { STIX_PATTERN_PARTS_MAX = 100000, STIX_PATTERN_DEPTH_MAX = 16 };

struct stix_pattern_sink {
	void *arg;
	int (*found)(void *arg, const struct indicator_key *key, struct err *why);
	/* part: of the pattern; reason: "not matchable: AND joins several things" */
	int (*unmatchable)(void *arg, struct slice part, const char *reason, struct err *why);
};

/* 0, or what the sink answered, or -1 with ERR_NOMEM. A pattern that does not parse is one part that is not matchable.
 */
int stix_pattern_read(struct slice pattern, const struct stix_pattern_sink *sink, struct err *why);

#endif
