/* A correlation document as it was read, before the rules have their numbers. Internal to correlation_parse.c and
 * correlation.c. */
#ifndef SERVER_MODEL_SIGMA_CORRELATION_DRAFT_H
#define SERVER_MODEL_SIGMA_CORRELATION_DRAFT_H

#include "server/model/sigma/build.h"
#include "server/model/sigma/correlation.h"

enum {
	SIGMA_GROUP_FIELDS_MAX = 16,
	SIGMA_VALUE_FIELDS_MAX = 8,
	SIGMA_TAKEN_MAX = SIGMA_GROUP_FIELDS_MAX + SIGMA_VALUE_FIELDS_MAX,
	SIGMA_CHAIN_MAX = 16, /* correlations of correlations of ... */
};

/* What is taken from the matches of one of the rules: group-by fields, then the counted fields. */
struct sigma_taken {
	uint32_t slots[SIGMA_TAKEN_MAX];  /* of a detection */
	uint32_t places[SIGMA_TAKEN_MAX]; /* of a correlation: which of its own group-by fields */
};

struct sigma_correlation_draft {
	struct sigma_correlation read; /* but for rule, rules and definition, which need the numbers */
	bool generate;
	struct slice group[SIGMA_GROUP_FIELDS_MAX]; /* as written: fields or aliases; texts of the document */
	size_t group_count;
	struct slice values[SIGMA_VALUE_FIELDS_MAX];
	size_t value_count;
	int lines[SIGMA_TAKEN_MAX]; /* of both */
	struct sigma_taken *taken;  /* one for each reference */
	bool visiting, visited;     /* by who looks for circles or for an order */
	int height;                 /* correlations in a row from here down, itself included */
};

#endif
