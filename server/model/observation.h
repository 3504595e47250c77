/* What was seen in one company's records of one batch: observables (who was met) and contacts (how regularly). The
 * collector adds up, the correlator takes in; in between it is the column observation.body (observation_body.h). What
 * counts as either: observables.h.
 *
 * Adding up is a union: first and last are least and greatest, counts are sums, and of the times of a contact the
 * newest OBSERVATION_TIMES_MAX different ones are kept, as a set. So records may be split over bodies in any way and
 * merged in any order with the same result, as long as no bound was met. */
#ifndef SERVER_MODEL_OBSERVATION_H
#define SERVER_MODEL_OBSERVATION_H

#include "lib/err.h"
#include "server/model/observables.h"

/* Bounded: OBSERVATION_ENTRIES_MAX different ones; beyond it `lost` counts. Counts stop at OBSERVATION_COUNT_MAX and
 * times are at most OBSERVATION_TIME_MOST from 1970, so that no sum overflows. */
enum { OBSERVATION_ENTRIES_MAX = 50000, OBSERVATION_TIMES_MAX = 128 };
#define OBSERVATION_COUNT_MAX ((int64_t)1 << 53)
#define OBSERVATION_TIME_MOST ((time_us)1 << 60)

struct observation;
struct observation *observation_new(void); /* NULL: no memory */
void observation_free(struct observation *o);
void observation_clear(struct observation *o);
/* What a record says; ts: where the record is placed in time. -1: no memory. */
int observation_add(struct observation *o, const struct observables *seen, time_us ts, struct err *why);
bool observation_is_empty(const struct observation *o);
uint64_t observation_lost(const struct observation *o); /* mentions that found no room */
void observation_add_lost(struct observation *o, uint64_t lost);

struct observation_seen { /* an observable */
	enum indicator_kind kind;
	struct slice key; /* an indicator_key's bytes */
	time_us first, last;
	int64_t contacts;
};

struct observation_contact {
	struct address inside;
	struct slice destination; /* name or address */
	int port;
	time_us first, last;
	int64_t contacts;
	const time_us *times; /* the newest, ascending, at most OBSERVATION_TIMES_MAX; the last one is `last` */
	const int64_t *bytes; /* one for each; -1: not known */
	size_t times_count;
};

/* Entries by index, in order of their keys. Sort first, and again after anything was added. -1: no memory. */
int observation_sort(struct observation *o, struct err *why);
size_t observation_seen_count(const struct observation *o);
void observation_seen_at(const struct observation *o, size_t index, struct observation_seen *out);
size_t observation_contact_count(const struct observation *o);
void observation_contact_at(const struct observation *o, size_t index, struct observation_contact *out);

/* Merges one entry, whose fields must be sound (observation_body.c checks what comes from outside). */
int observation_put_seen(struct observation *o, const struct observation_seen *seen, struct err *why);
int observation_put_contact(struct observation *o, const struct observation_contact *c, struct err *why);

/* Merges sorted times of a contact, with their bytes, into `times` and `bytes` (room for OBSERVATION_TIMES_MAX, *count
 * in use): the newest different ones of both; of equal times the larger bytes. */
void observation_merge_times(time_us *times, int64_t *bytes, size_t *count, const time_us *more_times,
			     const int64_t *more_bytes, size_t more_count);
/* The key of a contact: a hash of inside host, destination and port under a fixed key; never 0. */
int64_t observation_contact_key(const struct observation_contact *c);

#endif
