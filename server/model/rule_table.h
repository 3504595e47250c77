/* What the correlator has to know of each rule of a version, looked up once: severity, title, tags, and of correlations
 * how they hang together. Immutable; borrows from the rules, which must live longer. */
#ifndef SERVER_MODEL_RULE_TABLE_H
#define SERVER_MODEL_RULE_TABLE_H

#include "lib/pool.h"
#include "server/model/incident_facts.h"
#include "server/model/rules.h"

struct rule_entry {
	int64_t rule_id;
	int severity; /* of its level */
	enum stage stage;
	struct slice title;
	const char *const *tags; /* words for the incident's tags: what follows "hinomi." in the rule's tags */
	size_t tag_count;
	const struct incident_tags *tag_set; /* the same; NULL: none */
	bool stands_alone;
	const struct correlation_entry *correlation; /* NULL: a detection rule */
};

struct correlation_entry {
	const struct sigma_correlation *correlation;
	size_t index; /* in the set, for sigma_hits_of_firing() */
	const struct rule_entry *rule;
	const struct rule_entry *const *parts; /* of each of correlation->rules */
	struct slice condition;                /* JSON: type, timespan_s, conditions [{op, value}], percentile */
	bool is_named;                         /* another correlation counts its firings */
	bool is_story;                         /* the order of its rules tells something: temporal_ordered */
	unsigned depth; /* 0: counts detection rules only; else one more than the deepest it counts */
};

struct rule_table {
	const struct rules *rules;
	struct rule_entry *entries; /* by index in the set */
	size_t count;
	struct correlation_entry *correlations; /* likewise */
	size_t correlation_count;
	unsigned depths;  /* deepest + 1; 0: there are no correlations */
	bool has_waiting; /* one is not monotone: windows fall due */
	struct pool pool;
};
int rule_table_build(struct rule_table **out, const struct rules *rules, struct err *why);
void rule_table_free(struct rule_table *t); /* NULL is allowed */

/* By number; NULL: not in this version. */
const struct rule_entry *rule_table_find(const struct rule_table *t, int64_t rule_id);

#endif
