/* What differs between two versions of a snapshot, for people who correct a closed month. Pure.
 *
 * By JSON pointer (RFC 6901); elements of lists are compared by place, values as they are written. made_at is no
 * difference, and what is absent is the same as null: documents of an older format have fewer members. What is there on
 * one side only, or is of another kind, is one change with all that belongs to it. */
#ifndef SERVER_MODEL_SNAPSHOT_DIFF_H
#define SERVER_MODEL_SNAPSHOT_DIFF_H

#include "lib/buffer.h"
#include "lib/err.h"

enum { SNAPSHOT_DIFF_MAX = 200 }; /* changes listed; then {"path": "", "more": <how many beyond these>} */

/* Appends a JSON array [{"path": "/months/12/inbound", "from": 51, "to": 52}, ...]; *count: how many differ, 0: the two
 * say the same. ERR_CORRUPT: one of them is no JSON. */
int snapshot_diff(struct slice before, struct slice after, struct buffer *out, size_t *count, struct err *why);

#endif
