/* Indicators in memory, to be asked for each record: one open-addressing table of 64-bit keyed hashes (SipHash under a
 * secret of this process, so nobody can make two things collide), for all kinds alike. A network is looked up once for
 * each prefix length that occurs, a name once for each of its suffixes. */
#ifndef SERVER_MODEL_INDICATOR_SET_H
#define SERVER_MODEL_INDICATOR_SET_H

#include "server/model/indicator.h"

struct indicator_set;
struct indicator_set *indicator_set_new(const uint8_t secret[16]); /* NULL: no memory */
void indicator_set_free(struct indicator_set *s);

/* Adds or replaces; several sources may have the same thing: each indicator_id is kept, find gives the lowest. Times in
 * microseconds; valid_until TIME_NONE: no end (kept in hours inside). -1: no memory. */
int indicator_set_put(struct indicator_set *s, const struct indicator_key *key, int64_t indicator_id,
		      time_us valid_from, time_us valid_until, struct err *why);
void indicator_set_remove(struct indicator_set *s, const struct indicator_key *key, int64_t indicator_id);
size_t indicator_set_count(const struct indicator_set *s);
size_t indicator_set_memory(const struct indicator_set *s); /* bytes */

/* The indicator that holds this observable (an address, a name, ...) at that time; 0: none. */
int64_t indicator_set_find(const struct indicator_set *s, const struct indicator_key *observable, time_us at);

#endif
