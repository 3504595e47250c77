/* Indicators of compromise in the database: importing feeds, and what people and screens ask. Indicators are the
 * chamber's, not a company's.
 *
 * Every change takes the lock of indicator_import_begin() and a new change_no, so that change numbers become visible in
 * order: whoever has seen all up to n finds what is new by change_no > n (the collector does). Changes ring
 * hinomi_rules. */
#ifndef SERVER_STORE_INDICATOR_H
#define SERVER_STORE_INDICATOR_H

#include "server/store/indicator_import.h"

/* Takes one back by hand, for good: imports do not bring it to life again unless its author has a newer version.
 * ERR_NOT_FOUND, ERR_CONFLICT: revoked already. Within the caller's transaction. */
int indicator_revoke(struct db *db, int64_t indicator_id, const char *reason, struct err *why);

/* --------------------------------------------------------------------------------------------------------- reading */

struct indicator_row {
	int64_t id, source_id, change_no;
	const char *source;                                                /* texts are borrowed from the result */
	const char *kind;                                                  /* "ip", "domain", "url", "hash" */
	const char *value, *external_id;                                   /* external_id may be NULL */
	time_us valid_from, valid_until, modified, created_at, updated_at; /* valid_until TIME_NONE: no end */
	int64_t confidence;
	const char *tlp, *labels_json, *description;
	const char *state, *state_reason; /* "active", "held_back", "revoked" */
};

struct indicator_filter {
	const char
	    *search; /* a value: what names it or holds it (network, parent name); else part of value; NULL: all */
	const char *kind, *state; /* names; NULL: all */
	int64_t source_id;        /* 0: all */
	int64_t before;           /* indicator_id below this; 0: from the newest */
	int64_t limit;
};
/* Newest id first. */
int indicator_list(struct db *db, const struct indicator_filter *filter, struct db_result **out, struct err *why);
/* No row: there is none. */
int indicator_get(struct db *db, int64_t indicator_id, struct db_result **out, struct err *why);
void indicator_read(const struct db_result *result, int row, struct indicator_row *out);

struct indicator_source_row {
	int64_t id;
	const char *name;
	time_us created_at, imported_at;
	int64_t active, held_back, revoked, rejects;
};
int indicator_sources(struct db *db, struct db_result **out, struct err *why);
void indicator_source_read(const struct db_result *result, int row, struct indicator_source_row *out);

struct indicator_reject_row {
	int64_t id;
	time_us at;
	const char *entry, *reason;
};
/* Newest first; before 0: from the newest. */
int indicator_rejects(struct db *db, int64_t source_id, int64_t before, int64_t limit, struct db_result **out,
		      struct err *why);
void indicator_reject_read(const struct db_result *result, int row, struct indicator_reject_row *out);

#endif
