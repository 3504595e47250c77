/* Terms one of which must hold for an expression to hold. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_NECESSARY_H
#define SERVER_MODEL_SIGMA_NECESSARY_H

#include "server/model/sigma/expression.h"
#include "server/model/sigma/literals.h"

/* Where a term is looked up. */
enum sigma_lookup { SIGMA_LOOKUP_NONE, SIGMA_LOOKUP_WHOLE, SIGMA_LOOKUP_FRONT, SIGMA_LOOKUP_BACK, SIGMA_LOOKUP_INSIDE };
struct sigma_key {
	enum sigma_lookup lookup;
	struct slice text; /* folded when made with a memory, else as in the term */
	bool proof;        /* the text is all there is to the term */
};
/* `memory` NULL: only for a look. False: no memory. */
bool sigma_key_of(const struct sigma_term *t, struct pool *memory, struct sigma_key *out);

struct sigma_necessary {
	uint32_t *terms;
	size_t count; /* 0: there is no such set */
	double rate;  /* a guess at how often one of them holds, 0..1 */
};
/* False: no memory. */
bool sigma_necessary_of(const struct sigma_expression *e, const struct sigma_terms *terms, struct pool *memory,
			struct sigma_necessary *out);

#endif
