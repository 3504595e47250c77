/* What was seen goes some time after it was seen last: observables, contacts, sightings of campaigns. Across companies.
 *
 * `observable` has tens of millions of rows and no index by time, which every contact would have to pay for. So it is
 * walked in the order of its key, a slice at a time: a mark says how far. A lost mark begins anew; several walkers do
 * no harm. `contact` likewise. */
#ifndef SERVER_STORE_RETENTION_H
#define SERVER_STORE_RETENTION_H

#include "server/model/indicator.h"
#include "server/store/db.h"

enum { RETENTION_SLICE = 100000 };

/* Zero-initialise: at the beginning. */
struct retention_mark {
	struct {
		int64_t kind, company_id;
		size_t len;
		uint8_t key[INDICATOR_KEY_MAX];
	} observable;
	struct {
		int64_t company_id, key;
	} contact;
};

/* Looks through the next RETENTION_SLICE of each and deletes what was not seen for `days`, by the database's clock; at
 * the end the mark begins anew. *count: how many went. */
int retention_observables(struct db *db, int64_t days, struct retention_mark *mark, int64_t *count, struct err *why);
int retention_contacts(struct db *db, int64_t days, struct retention_mark *mark, int64_t *count, struct err *why);
/* At most RETENTION_SLICE of those that are older. */
int retention_sightings(struct db *db, int64_t days, int64_t *count, struct err *why);

#endif
