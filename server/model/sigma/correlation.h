/* Correlations of a rule set (Sigma specification 2.1.0, "Sigma Correlation Rules"): which of them a match counts for,
 * and in which group.
 *
 * A correlation counts hits: matches of the rules it names, or firings of correlations it names. Hits with the same
 * values of the group-by fields make a group; a hit that lacks one of the fields, or the field that is counted, does
 * not count. What becomes of a group's hits is decided by window.h. */
#ifndef SERVER_MODEL_SIGMA_CORRELATION_H
#define SERVER_MODEL_SIGMA_CORRELATION_H

#include "lib/buffer.h"
#include "server/model/sigma/rule_set.h"

enum sigma_count {
	SIGMA_EVENT_COUNT,
	SIGMA_VALUE_COUNT,
	SIGMA_TEMPORAL,
	SIGMA_TEMPORAL_ORDERED,
	SIGMA_VALUE_SUM,
	SIGMA_VALUE_AVG,
	SIGMA_VALUE_PERCENTILE,
};
enum sigma_operator { SIGMA_GT, SIGMA_GTE, SIGMA_LT, SIGMA_LTE, SIGMA_EQ, SIGMA_NEQ };
enum { SIGMA_CONDITIONS_MAX = 2, SIGMA_CORRELATED_MAX = 64 };

struct sigma_condition {
	enum sigma_operator op;
	double value;
};

struct sigma_correlation {
	size_t rule; /* its own index in the set */
	enum sigma_count type;
	size_t rules[SIGMA_CORRELATED_MAX]; /* indices in the set, in the order written */
	size_t rule_count;
	time_us timespan;                                        /* both ends of a window count */
	struct sigma_condition conditions[SIGMA_CONDITIONS_MAX]; /* all must hold */
	size_t condition_count;
	double percentile; /* of SIGMA_VALUE_PERCENTILE: 0..100 */
	/* A further hit can never undo a firing: gt and gte over counts, and over sums, where numbers below zero do not
	 * count. Others are judged once nothing can be added to a window (window_evaluate_known()). */
	bool monotone;
	/* What it counts, apart from how much is needed: state of an earlier version with the same definition still
	 * applies. */
	uint64_t definition;
};

/* Correlations stand in an order in which each comes behind those that it names. */
size_t sigma_set_correlation_count(const struct sigma_set *set);
const struct sigma_correlation *sigma_set_correlation(const struct sigma_set *set, size_t index);

/* One match, as one correlation counts it. */
struct sigma_hit {
	size_t correlation; /* index for sigma_set_correlation() */
	uint16_t rule_no;   /* place in its `rules` */
	int64_t state_key;  /* hash of the correlation's definition and the group's values; never 0 */
	struct slice group; /* JSON object: group-by field (or alias) to value, members in the order written */
	double number;      /* what value_sum, value_avg, value_percentile take; NAN of others */
	int64_t value_key;  /* hash of what value_count counts; 0 of others */
};
struct sigma_hits {
	const struct sigma_hit *items; /* valid until the next call with this scratch */
	size_t count;
};
/* The hits of a record that was just matched with this scratch. */
void sigma_hits(const struct sigma_set *set, struct sigma_scratch *scratch, const struct sigma_record *record,
		const struct sigma_matches *matches, struct sigma_hits *out);
/* The hits of a firing of correlation `inner` whose group was `group` (JSON, as in sigma_hit), for correlations that
 * name it. Each stands for all moments of the firing (window.h). */
void sigma_hits_of_firing(const struct sigma_set *set, struct sigma_scratch *scratch, size_t inner, struct slice group,
			  struct sigma_hits *out);

/* When a moment of a firing of `inner` counts for `outer`. Where it matters only which rules there are and in which
 * order: at the moment itself. Where hits are counted or summed up: at the last multiple of the inner timespan, so that
 * a firing that goes on counts once for each such stretch of it, and not once for each event. */
time_us sigma_moment_time(const struct sigma_correlation *outer, const struct sigma_correlation *inner, time_us moment);

#endif
