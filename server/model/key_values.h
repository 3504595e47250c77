/* key=value key="quoted value" ..., as firewalls write their logs.
 *
 * Pairs are separated by blanks, or by commas where the first pair is followed by one. A quoted value ends at a quote
 * in front of a separator or the end, so quotes inside may be escaped (\"), doubled or bare. A word without '=' is
 * skipped, a missing last quote is forgiven: the record may be cut. Nothing is copied. */
#ifndef SERVER_MODEL_KEY_VALUES_H
#define SERVER_MODEL_KEY_VALUES_H

#include "lib/slice.h"

struct key_value {
	struct slice key;
	struct slice value; /* without its quotes, escapes as they came */
	bool quoted;
};

struct key_values_reader {
	struct slice rest;
	bool started, commas;
};

struct key_values_reader key_values_read(struct slice text);
bool key_values_next(struct key_values_reader *r, struct key_value *out); /* false at the end */

#endif
