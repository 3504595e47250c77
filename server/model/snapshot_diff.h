/* What differs between two versions of a snapshot, for people who correct a closed month. Pure.
 *
 * By JSON pointer (RFC 6901); elements of lists are compared by place. made_at is no difference. */
#ifndef SERVER_MODEL_SNAPSHOT_DIFF_H
#define SERVER_MODEL_SNAPSHOT_DIFF_H

#include "lib/buffer.h"
#include "lib/err.h"

enum { SNAPSHOT_DIFF_MAX = 200 }; /* changes listed; then one more that says how many there are */

/* Appends a JSON array [{"path": "/months/12/inbound", "from": 51, "to": 52}, ...]; *count: how many differ, 0: the two
 * say the same. ERR_CORRUPT: one of them is no JSON. */
int snapshot_diff(struct slice before, struct slice after, struct buffer *out, size_t *count, struct err *why);

#endif
