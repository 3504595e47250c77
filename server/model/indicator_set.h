/* Indicators in memory, to be asked for each record: open-addressing tables of 64-bit keyed hashes (SipHash under a
 * secret of this process, so nobody can make two things collide), for all kinds alike. A network is looked up once for
 * each prefix length that occurs, a name once for each of its suffixes that has as many labels as some indicator.
 *
 * The keys themselves are not kept. Two different things that agree in 64 bits of hash and 8 of another would be taken
 * for one another: with 5 million indicators and a million look-ups a second, once in some 100 years. */
#ifndef SERVER_MODEL_INDICATOR_SET_H
#define SERVER_MODEL_INDICATOR_SET_H

#include "server/model/indicator.h"

struct indicator_set;
struct indicator_set *indicator_set_new(const uint8_t secret[16]); /* NULL: no memory */
void indicator_set_free(struct indicator_set *s);                  /* NULL is allowed */

/* Adds or replaces; several sources may have the same thing: each indicator_id is kept, find gives the lowest. Ids are
 * from 1 to 2^40 - 1. Times in microseconds; valid_until TIME_NONE: no end. Kept in whole hours: from is rounded down,
 * until up. -1: no memory, or an id beyond that; the set is as it was. */
int indicator_set_put(struct indicator_set *s, const struct indicator_key *key, int64_t indicator_id,
		      time_us valid_from, time_us valid_until, struct err *why);
void indicator_set_remove(struct indicator_set *s, const struct indicator_key *key, int64_t indicator_id);
size_t indicator_set_count(const struct indicator_set *s);
size_t indicator_set_memory(const struct indicator_set *s); /* bytes */

/* The indicator that holds this observable (an address, a name, ...) at that time: valid_from <= at < valid_until; 0:
 * none. */
int64_t indicator_set_find(const struct indicator_set *s, const struct indicator_key *observable, time_us at);

#endif
