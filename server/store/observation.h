/* The correlator's side of observables and contacts. For one company, in the caller's transaction, under its lock on
 * the company (correlation.h):
 *
 *   observation_claim; observation_write_observables; observation_read_contacts; observation_destinations;
 *   observation_write_contacts; observation_trim_contacts
 *
 * Claiming deletes the rows of `observation`, so that what they say is taken in exactly once. A few statements each,
 * whatever the number of entries. What finds no room is counted (loss.h). No two companies' transactions touch the same
 * row: `observable` has a row for each company, although it is ordered by what was met. */
#ifndef SERVER_STORE_OBSERVATION_H
#define SERVER_STORE_OBSERVATION_H

#include "server/model/observation.h"
#include "server/store/db.h"

/* Bodies taken at a time, in bytes: fewer entries than OBSERVATION_ENTRIES_MAX unless a single body has more, so
 * nothing is lost by taking several. */
enum { OBSERVATION_CLAIM_BYTES = 1 << 20 };

struct observation_claimed {
	size_t rows;    /* 0: nothing to do */
	size_t damaged; /* of them: could not be read, and are gone */
	bool more;      /* some are left */
};
/* Takes bodies, oldest first, and merges them into `o`, which comes empty and goes sorted. */
int observation_claim(struct db *db, int64_t company_id, struct observation *o, struct observation_claimed *out,
		      struct err *why);

/* Adds `o`'s observables to what is known. At most `daily` in a day may be new, so that nobody fills the disk: of more,
 * those that were met most are kept; the others are counted (loss.h), and *left_out says how many. */
int observation_write_observables(struct db *db, int64_t company_id, const struct observation *o, int64_t daily,
				  int64_t *left_out, struct err *why);

/* Merges what is known of `o`'s contacts into it; it stays sorted. *known: how many of them there were. */
int observation_read_contacts(struct db *db, int64_t company_id, struct observation *o, size_t *known, struct err *why);

/* A contact's destination, for its score. */
struct observation_destination {
	size_t contact; /* index in `o` */
	/* Filled in: */
	time_us first_seen; /* at this company; TIME_NONE: not known as an observable */
	int64_t companies;  /* that met it, at most beacon_common() of all */
};
/* *all_companies: that have not left. Across companies. */
int observation_destinations(struct db *db, int64_t company_id, const struct observation *o,
			     struct observation_destination *list, size_t count, int64_t *all_companies,
			     struct err *why);

struct contact_verdict {
	int score;
	const char *parts; /* JSON; NULL: none */
};
/* Writes `o`'s contacts, after observation_read_contacts(), with a verdict for each. */
int observation_write_contacts(struct db *db, int64_t company_id, const struct observation *o,
			       const struct contact_verdict *verdicts, struct err *why);

/* When the company has more than `most` contacts, those that were silent longest go, down to nine tenths of that: *gone
 * says how many. */
int observation_trim_contacts(struct db *db, int64_t company_id, int64_t most, int64_t *gone, struct err *why);

#endif
