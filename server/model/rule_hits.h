/* What rules said of one record when it came in: the column alert.rule_hits, written by the collector, read by the
 * correlator. JSON, so that it can be read in the database:
 *
 *   {"set": 7, "rules": [12, 31], "hits": [{"c": 40, "n": 0, "k": 123, "g": {"inside.ip": "192.168.1.5"}, "v": 1, "x":
 * 9}]}
 *
 * set: version of the rule set; rules: rule_id of each rule that matched; hits: what correlations count
 * (correlation.h): c rule_id of the correlation, n place in its list, k state key, g group, v number or x value key
 * where there is one. Of a record that met indicators, `rules` has the number of builtin:indicator too, and "i" the
 * numbers of the indicators: "i": [17]. Of a muted record there are no hits. */
#ifndef SERVER_MODEL_RULE_HITS_H
#define SERVER_MODEL_RULE_HITS_H

#include "server/model/sigma/correlation.h"

enum { RULE_HITS_MAX = 16 * 1024, RULE_HITS_INDICATORS_MAX = 8 };

/* Indicators that a record met. */
struct rule_indicators {
	int64_t rule_id; /* of builtin:indicator; 0: not known, then none are written */
	int64_t ids[RULE_HITS_INDICATORS_MAX];
	size_t count;
};
/* Appends; nothing when there is nothing to say. `set` may be NULL when there are neither matches nor hits;
 * `indicators` may be NULL. Longest: RULE_HITS_MAX; beyond it hits are left out, and the return says how many. */
size_t rule_hits_write(const struct sigma_set *set, int64_t version, const struct sigma_matches *matches,
		       const struct sigma_hits *hits, const struct rule_indicators *indicators, struct buffer *out);

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
	int64_t indicators[RULE_HITS_INDICATORS_MAX];
	size_t indicator_count;
	struct rule_hit *hits; /* from malloc() */
	size_t hit_count;
};
int rule_hits_read(struct slice text, struct rule_hits *out, struct err *why); /* ERR_CORRUPT, ERR_NOMEM */
void rule_hits_release(struct rule_hits *h);

#endif
