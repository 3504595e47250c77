/* Memory of matching, in a scratch. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_MATCH_H
#define SERVER_MODEL_SIGMA_MATCH_H

#include "server/model/sigma/expression.h"
#include "server/model/sigma/set.h"

struct sigma_met {
	uint32_t record; /* for which the term's rules were suspected */
	uint32_t value;  /* for which something of it was found */
};

struct sigma_match_memory {
	struct sigma_regex_memory *regexes;
	uint32_t record;       /* counts records */
	uint32_t *known;       /* by term: struct sigma_answers */
	struct sigma_met *met; /* by term */
	uint32_t *maybe;       /* by term: struct sigma_answers */
	uint32_t value;        /* counts values that are looked up */
	size_t term_room;
	uint32_t *looked_up; /* by slot: struct sigma_answers */
	size_t slot_room;
	uint32_t *seen; /* by rule: the last record for which it was judged */
	size_t rule_room;
	uint32_t *judged; /* rules that may match, then those that do */
	size_t judged_count;
};
struct sigma_match_memory *sigma_match_memory_new(void);    /* NULL: no memory */
void sigma_match_memory_free(struct sigma_match_memory *m); /* NULL is allowed */
/* Begins a record: room for the set's terms and rules. False: no memory. */
bool sigma_match_begin(struct sigma_match_memory *m, const struct sigma_set *set);
struct sigma_answers sigma_match_answers(struct sigma_match_memory *m, const struct sigma_set *set,
					 struct sigma_values_memory *values, int zone, uint64_t *limited);

#endif
