#include "server/model/sigma/expression.h"

#include "server/model/sigma/build.h"
#include "server/model/sigma/set.h"

struct sigma_expression *sigma_expression_term(struct pool *memory, uint32_t term)
{
	struct sigma_expression *e = pool_take(memory, sizeof(*e));

	if (e)
		*e = (struct sigma_expression){ .operation = SIGMA_TERM, .term = term, .depth = 1 };
	return e;
}

struct sigma_expression *sigma_expression_of(struct pool *memory, enum sigma_operation operation,
					     struct sigma_expression *const *parts, size_t count)
{
	struct sigma_expression *e;

	if (count == 1 && operation != SIGMA_NOT)
		return parts[0];
	e = pool_take(memory, sizeof(*e));
	if (!e)
		return NULL;
	e->operation = operation;
	e->count = (uint32_t)count;
	e->parts = pool_take_array(memory, count, sizeof(struct sigma_expression *));
	if (!e->parts)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		e->parts[i] = parts[i];
		if (parts[i]->depth > e->depth)
			e->depth = parts[i]->depth;
	}
	e->depth++;
	return e;
}

/* Adds to an AND that was made here, so that many filters of one rule make it wide, not deep. */
static bool append(struct pool *memory, struct sigma_expression *e, struct sigma_expression *part)
{
	if (e->count == e->room) {
		struct sigma_expression **parts =
		    pool_take_array(memory, 2 * (size_t)e->room, sizeof(struct sigma_expression *));

		if (!parts)
			return false;
		for (uint32_t i = 0; i < e->count; i++)
			parts[i] = e->parts[i];
		e->parts = parts;
		e->room *= 2;
	}
	e->parts[e->count++] = part;
	if (part->depth >= e->depth)
		e->depth = part->depth + 1;
	return true;
}

struct sigma_expression *sigma_expression_and(struct sigma_build *b, struct sigma_expression *left,
					      struct sigma_expression *right)
{
	struct pool *memory = &b->set->memory;
	struct sigma_expression *e = left;

	if (!left->room) {
		e = sigma_expression_of(memory, SIGMA_AND, (struct sigma_expression *[]){ left, right }, 2);
		if (e)
			e->room = e->count;
	} else if (!append(memory, e, right)) {
		e = NULL;
	}
	if (!e)
		sigma_no_memory(b);
	return e;
}

/* As deep as SIGMA_EXPRESSION_DEPTH_MAX and the filters that were added. */
bool sigma_expression_holds(const struct sigma_expression *e, struct sigma_answers *a)
{
	switch (e->operation) {
	case SIGMA_TERM:
		return sigma_answer(a, e->term);
	case SIGMA_NOT:
		return !sigma_expression_holds(e->parts[0], a);
	case SIGMA_AND:
		for (uint32_t i = 0; i < e->count; i++)
			if (!sigma_expression_holds(e->parts[i], a))
				return false;
		return true;
	case SIGMA_OR:
		for (uint32_t i = 0; i < e->count; i++)
			if (sigma_expression_holds(e->parts[i], a))
				return true;
		break;
	}
	return false;
}
