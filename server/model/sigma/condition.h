/* The condition of a detection: identifiers joined by not, and, or, parentheses, `1 of`, `all of`. Internal to this
 * folder. */
#ifndef SERVER_MODEL_SIGMA_CONDITION_H
#define SERVER_MODEL_SIGMA_CONDITION_H

#include "lib/err.h"
#include "server/model/sigma/expression.h"

enum { SIGMA_CONDITION_TEXT_MAX = 8192, SIGMA_CONDITION_DEPTH_MAX = 50 };

struct sigma_identifier {
	struct slice name;
	struct sigma_expression *expression;
	int line;
	bool used; /* by a condition */
};

/* ERR_NOMEM, or ERR_CONFIG with what is wrong. */
int sigma_condition_parse(struct sigma_expression **out, struct slice text, struct sigma_identifier *identifiers,
			  size_t count, struct pool *memory, struct err *why);

#endif
