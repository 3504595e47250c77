/* What goes by age: observables, contacts and sightings of campaigns after they were seen last; pages, notices and
 * tickets, which name people, after they were closed; what reports need only for a while. Across companies. Ages are by
 * the database's clock.
 *
 * `observable` has tens of millions of rows and no index by time, which every contact would have to pay for. So it is
 * walked in the order of its key, a slice at a time: a mark says how far. A lost mark begins anew; several walkers do
 * no harm. `contact` likewise.
 *
 * The others have an index by time, and few of the old ones stay: what is not closed, what belongs to an incident that
 * is not closed or merged, and what another row needs until that one has gone. Each call is one statement of a bounded
 * number of rows; what they own goes with them by the schema (subjects, events, notices, tries). */
#ifndef SERVER_STORE_RETENTION_H
#define SERVER_STORE_RETENTION_H

#include "server/model/indicator.h"
#include "server/store/db.h"

enum {
	RETENTION_SLICE = 100000,
	RETENTION_PAGES = 1000, /* each with its notices, some dozens */
	RETENTION_NOTICES = 10000,
	RETENTION_MAILS = 10000,
	RETENTION_DRILLS = 100,
	RETENTION_TICKETS = 1000,
	RETENTION_PREVIEWS = 1000, /* some hundred kilobytes each */
	RETENTION_CODES = 10000,
	RETENTION_RUNS = 1000
};

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

/* Pages that were closed `days` ago, those that they speak for first. Not while one of their notices is on its way. */
int retention_pages(struct db *db, int64_t days, int64_t *count, struct err *why);
/* Notices of no page that were made `days` ago and are through; a bundle after what is in it. */
int retention_notices(struct db *db, int64_t days, int64_t *count, struct err *why);
/* What is known of mails that came in `days` ago, but for those of tickets that are not closed. */
int retention_mails(struct db *db, int64_t days, int64_t *count, struct err *why);
int retention_drills(struct db *db, int64_t days, int64_t *count, struct err *why);
/* Tickets that were closed `days` ago; not while an order that names one still goes on, for that writes into it. Other
 * orders and requests keep the number. 0 days: for ever. */
int retention_tickets(struct db *db, int64_t days, int64_t *count, struct err *why);
/* Drawn files of reports that are no final ones, a day after they were drawn: they are drawn again when somebody asks.
 */
int retention_previews(struct db *db, int64_t *count, struct err *why);
/* One-time codes of reports, a day after they were made. */
int retention_codes(struct db *db, int64_t *count, struct err *why);
/* Runs of reports that ended `days` ago, with the jobs that failed in them; and what failed by itself then. */
int retention_runs(struct db *db, int64_t days, int64_t *count, struct err *why);

#endif
