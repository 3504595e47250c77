/* A cursor over ids that become visible out of order. Ids are dealt when a row is written and seen when its
 * transaction commits, so a lower id may appear after a higher one. gaps remembers the highest id seen and the ids
 * missing below it, which are asked for again until they come or are given up (their transaction was rolled back).
 * Pure: the time is an argument. Used from one thread. */
#ifndef SERVER_API_GAPS_H
#define SERVER_API_GAPS_H

#include "lib/slice.h"

struct gaps;

/* keep_ms: how long a missing id is waited for. NULL: no memory. */
struct gaps *gaps_new(int64_t highest, int64_t keep_ms);
void gaps_free(struct gaps *g); /* NULL is allowed */

int64_t gaps_highest(const struct gaps *g);
/* An id was read. True: it is new, serve it. False: it was seen before (or was given up). */
bool gaps_take(struct gaps *g, int64_t id, int64_t now_ms);
/* Drops those that were missing for too long; returns how many. */
size_t gaps_expire(struct gaps *g, int64_t now_ms);
/* The missing ids, ascending; borrowed until the next call on g. */
size_t gaps_missing(const struct gaps *g, const int64_t **ids);

#endif
