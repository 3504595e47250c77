/* Conditions as trees over terms. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_EXPRESSION_H
#define SERVER_MODEL_SIGMA_EXPRESSION_H

#include "lib/pool.h"
#include "server/model/sigma/term.h"

enum sigma_operation { SIGMA_TERM, SIGMA_AND, SIGMA_OR, SIGMA_NOT };

/* Nesting of a tree: what is deeper is refused. */
enum { SIGMA_EXPRESSION_DEPTH_MAX = 100 };

struct sigma_expression {
	enum sigma_operation operation;
	uint32_t term;
	uint32_t depth; /* 1: a term */
	uint32_t count;
	uint32_t room;                   /* of parts, when it may still grow: sigma_expression_and() */
	struct sigma_expression **parts; /* one of NOT; at least one of AND and OR */
};

/* All from `memory`; NULL: no memory. */
struct sigma_expression *sigma_expression_term(struct pool *memory, uint32_t term);
/* Copies the list of parts. One part alone stands for itself. */
struct sigma_expression *sigma_expression_of(struct pool *memory, enum sigma_operation operation,
					     struct sigma_expression *const *parts, size_t count);

/* Answers to terms of the record at hand. */
struct sigma_answers {
	const struct sigma_terms *terms;
	uint32_t *known; /* by term: 2 * record + answer */
	uint32_t record;
	/* By slot: the record whose values were looked up in the index, so that what was not found there does not hold;
	 * NULL: there is no index. */
	const uint32_t *looked_up;
	const uint32_t *maybe; /* by term: the record in which something of it was found, but not all asked */
	struct sigma_asking asking;
};
bool sigma_expression_holds(const struct sigma_expression *e, struct sigma_answers *a);

static inline bool sigma_answer(struct sigma_answers *a, uint32_t term)
{
	const struct sigma_term *t = &a->terms->items[term];

	if (a->known[term] >> 1 == a->record)
		return a->known[term] & 1;
	if (a->looked_up && t->indexed && a->looked_up[t->slot] == a->record && a->maybe[term] != a->record)
		return false;
	a->known[term] = a->record << 1 | sigma_term_holds(t, &a->asking);
	return a->known[term] & 1;
}

#endif
