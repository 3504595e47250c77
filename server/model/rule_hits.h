/* What rules said of one record when it came in: the column alert.rule_hits, written by the collector, read by the
 * correlator. JSON, so that it can be read in the database:
 *
 *   {"set": 7, "rules": [12, 31], "hits": [{"c": 40, "n": 0, "k": 123, "g": {"inside.ip": "192.168.1.5"}, "v": 1, "x":
 * 9}]}
 *
 * set: version of the rule set; rules: rule_id of each rule that matched; hits: what correlations count
 * (correlation.h): c rule_id of the correlation, n place in its list, k state key, g group, v number or x value key
 * where there is one. */
#ifndef SERVER_MODEL_RULE_HITS_H
#define SERVER_MODEL_RULE_HITS_H

#include "server/model/sigma/correlation.h"

/* Appends; nothing when there are neither rules nor hits. Longest: RULE_HITS_MAX; beyond it hits are left out, and the
 * return says how many. */
enum { RULE_HITS_MAX = 16 * 1024 };
size_t rule_hits_write(const struct sigma_set *set, int64_t version, const struct sigma_matches *matches,
		       const struct sigma_hits *hits, struct buffer *out);

struct rule_hit {
	int64_t correlation_id; /* rule_id */
	uint16_t rule_no;
	int64_t state_key;
	struct slice group; /* JSON text, borrowed from the text read */
	double number;      /* NAN: none */
	int64_t value_key;
};
struct rule_hits {
	int64_t version;
	int64_t rules[64];
	size_t rule_count;
	struct rule_hit *hits; /* from malloc() */
	size_t hit_count;
};
int rule_hits_read(struct slice text, struct rule_hits *out, struct err *why); /* ERR_CORRUPT, ERR_NOMEM */
void rule_hits_release(struct rule_hits *h);

#endif
