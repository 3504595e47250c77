/* One request to the keyholder and its answer, both JSON; README.md lists them. No I/O but the authority's log. */
#ifndef SERVER_KEYHOLDER_ANSWER_H
#define SERVER_KEYHOLDER_ANSWER_H

#include "server/keyholder/authority.h"

/* How many signatures are left in the current minute. */
struct allowance {
	int64_t per_minute;
	int64_t left;
	int64_t minute; /* of the monotonic clock */
};

struct answerer {
	struct authority *authority;
	int64_t sensor_life_ms, server_life_ms;
	struct allowance allowance;
};

/* Appends the answer: {"certificate": ..., "ca": ...} or {"error": ..., "retry": whether later may help}. */
void answer(struct answerer *self, struct slice request, int64_t now_ms, struct buffer *out);

#endif
