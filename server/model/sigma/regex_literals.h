/* Texts that a regular expression cannot do without, so that it need not be tried where none of them is. Internal to
 * this folder. */
#ifndef SERVER_MODEL_SIGMA_REGEX_LITERALS_H
#define SERVER_MODEL_SIGMA_REGEX_LITERALS_H

#include "lib/pool.h"
#include "server/model/sigma/regex.h"

enum { SIGMA_REGEX_LITERALS_MAX = 64 };

struct sigma_regex_literals {
	struct slice items[SIGMA_REGEX_LITERALS_MAX]; /* folded (fold.h), none empty */
	size_t count;                                 /* 0: nothing of use */
	size_t shortest;
};

/* Of an expression that sigma_regex_new() took: each text it matches has, folded, one of the items in it. False: no
 * memory. */
bool sigma_regex_literals_of(struct pool *memory, struct slice text, struct sigma_regex_flags flags,
			     struct sigma_regex_literals *out);

#endif
