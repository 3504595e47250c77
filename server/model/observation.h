/* What was seen in one company's records of one batch: observables (who was met) and contacts (how regularly). The
 * collector adds up, the correlator takes in; in between it is the column observation.body.
 *
 * Observables are what inside hosts reached out to: outside destinations of outbound records, names looked up, named in
 * TLS or HTTP, URLs called, hashes of files transferred. Not the attackers that knock (alerts have them). Contacts are
 * outbound flows and alerts: inside host, destination (the name if one is known, else the address), port. */
#ifndef SERVER_MODEL_OBSERVATION_H
#define SERVER_MODEL_OBSERVATION_H

#include "lib/buffer.h"
#include "server/model/indicator.h"
#include "server/model/sigma/rule_set.h"

/* One observable of one record, as collected from it. */
struct observable {
	struct indicator_key key;
};
enum { OBSERVABLES_MAX = 32 };
struct observables {
	struct observable items[OBSERVABLES_MAX];
	size_t count;
	/* The contact that the record is; inside.family 0: none. */
	struct address inside, destination;
	char name[256]; /* "" when only the address is known */
	int port;
	int64_t bytes; /* sent by the inside host; -1: not known */
};
/* Pure: from a record (EVE: alert, dns, http, tls, flow, fileinfo; FortiGate: webfilter, dns, traffic, virus). */
void observables_read(const struct sigma_record *record, struct observables *out);

/* Adds up the observables of a batch. Bounded: OBSERVATION_ENTRIES_MAX different ones; beyond it `lost` counts. */
struct observation;
enum { OBSERVATION_ENTRIES_MAX = 50000, OBSERVATION_TIMES_MAX = 128 };
struct observation *observation_new(void); /* NULL: no memory */
void observation_free(struct observation *o);
void observation_clear(struct observation *o);
int observation_add(struct observation *o, const struct observables *seen, time_us ts, struct err *why);
bool observation_is_empty(const struct observation *o);
size_t observation_memory(const struct observation *o);
/* The body: version byte, then entries (observation.c describes them). */
void observation_write(const struct observation *o, struct buffer *out);

/* Reading a body back; merges into `o`. ERR_CORRUPT. */
int observation_merge(struct observation *o, struct slice body, struct err *why);

struct observation_seen { /* an observable */
	const struct indicator_key *key;
	time_us first, last;
	int64_t contacts;
};
struct observation_contact {
	struct address inside;
	struct slice destination; /* name or address */
	int port;
	time_us first, last;
	int64_t contacts;
	const time_us *times; /* the newest, ascending, at most OBSERVATION_TIMES_MAX */
	const int64_t *bytes;
	size_t times_count;
};
size_t observation_seen_count(const struct observation *o);
void observation_seen_at(const struct observation *o, size_t index, struct observation_seen *out);
size_t observation_contact_count(const struct observation *o);
void observation_contact_at(const struct observation *o, size_t index, struct observation_contact *out);
uint64_t observation_lost(const struct observation *o);

#endif
