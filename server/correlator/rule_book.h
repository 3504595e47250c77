/* The rules in force, taken over while the correlator runs: at the start, on the doorbell hinomi_rules, with each round
 * at poll time, and when alerts come that were judged by a newer version than this one. A version that cannot be built
 * here changes nothing: the one in force stays, and the log says why.
 *
 * Hits may have been found by another version than the one in force. They count when that one defines the correlation
 * in the same way; to know that, earlier versions are read again (a few are kept). */
#ifndef SERVER_CORRELATOR_RULE_BOOK_H
#define SERVER_CORRELATOR_RULE_BOOK_H

#include "server/model/rule_table.h"
#include "server/store/db.h"

enum { RULE_BOOK_PAST = 4 };

struct rule_version {
	struct rules *rules;
	struct rule_table *table;
};
struct rule_book {
	struct rule_version current; /* NULLs: none was loaded yet */
	struct sigma_scratch *scratch;
	struct rule_version past[RULE_BOOK_PAST];
	size_t next_past;
	int64_t refused;                     /* newest version that could not be built; 0: none */
	int64_t unreadable;                  /* earlier version that could not be read last */
	int64_t beacon_rule, indicator_rule; /* numbers of the built-in ones */
	struct rule_entry indicator;
	struct incident_tags indicator_tags;
}; /* zero-initialise */

/* Looks for a newer version. -1 only when the database is away, or refuses. */
int rule_book_refresh(struct rule_book *b, struct db *db, struct err *why);
void rule_book_release(struct rule_book *b);

int64_t rule_book_version(const struct rule_book *b); /* 0: none */
/* The correlation that a hit counts for, when it was found by this version: NULL when the one in force has none of this
 * number, or defines it differently. -1: the database is away. */
int rule_book_correlation(struct rule_book *b, struct db *db, int64_t version, int64_t rule_id,
			  const struct correlation_entry **out, struct err *why);
/* A rule of the one in force, or a built-in one; NULL: neither. */
const struct rule_entry *rule_book_rule(const struct rule_book *b, int64_t rule_id);
/* Longest timespan of its correlations; 0: there are none. */
time_us rule_book_longest(const struct rule_book *b);

#endif
