/* Placeholders: %name% in values that have the modifier `expand`, and the values that stand for it, which fields.yaml
 * lists under `placeholders` (Sigma 2.1.0, "Placeholders"). Internal to this folder.
 *
 * A name has letters, digits, _ and - (SigmaHQ's rules use both) and is compared with case. \% is a percent sign that
 * begins no placeholder; one that cannot be a placeholder is itself. */
#ifndef SERVER_MODEL_SIGMA_PLACEHOLDER_H
#define SERVER_MODEL_SIGMA_PLACEHOLDER_H

#include "lib/err.h"
#include "lib/pool.h"

/* Values of one placeholder, and what one value of a rule may become. */
enum { SIGMA_PLACEHOLDER_VALUES_MAX = 1000 };

struct sigma_placeholder {
	struct slice name;
	struct slice *values; /* as values of rules are written: with wildcards and their escapes */
	size_t count;         /* at least one */
	struct sigma_placeholder *next;
};

struct sigma_expansion {
	struct slice *texts; /* as values of rules are written */
	size_t count;
	size_t bytes;  /* of all texts */
	bool expanded; /* there was a placeholder */
};

bool sigma_placeholder_is_name(struct slice name);
/* What a value means: one text for each combination of its placeholders' values. Taken from `memory`. -1: one is not
 * known, or it would be too many, or a text too long. */
int sigma_placeholder_expand(struct pool *memory, const struct sigma_placeholder *known, struct slice text,
			     struct sigma_expansion *out, struct err *why);

#endif
