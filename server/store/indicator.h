/* Indicators of compromise in the database: importing feeds, and what people and screens ask. Indicators are the
 * chamber's, not a company's.
 *
 * Every change takes the lock of indicator_import_begin() and a new change_no, so that change numbers become visible in
 * order: whoever has seen all up to n finds what is new by change_no > n (the collector does). Changes ring
 * hinomi_rules. */
#ifndef SERVER_STORE_INDICATOR_H
#define SERVER_STORE_INDICATOR_H

#include "server/model/indicator_feed.h"
#include "server/model/warning_list.h"
#include "server/store/db.h"

/* --------------------------------------------------------------------------------------------------- warning lists */

/* Replaces the warning lists: all that `parse` gives (warning_list.h). Within the caller's transaction; *count:
 * entries. Indicators that are there already stay as they are until they are imported again. */
int warning_list_replace(struct db *db, struct slice text, const char *path, size_t *count, struct err *why);
int warning_list_count(struct db *db, int64_t *count, struct err *why);
/* What imports hold against an indicator: the lists, and the members' own networks. */
int warning_list_read(struct db *db, struct warning_lists **out, struct err *why);

/* ---------------------------------------------------------------------------------------------------------- import */

struct indicator_import_plan {
	const char *source;  /* 1 to 100 characters; made when there is none of that name */
	int confidence;      /* 0..100, where the feed does not say */
	enum tlp tlp;        /* the same; not TLP_NONE */
	time_us valid_until; /* where the feed names no end; TIME_NONE: no end */
	bool replace;        /* the feed is the whole of the source: what it no longer has is revoked */
};

struct indicator_import_result {
	int64_t source_id;
	int64_t added, changed, unchanged; /* indicators; an older version than the one there is unchanged */
	int64_t held_back, revoked;        /* of those added or changed; revoked also those that left the feed */
	int64_t rejected;                  /* entries; at most INDICATOR_REJECTS_MAX of an import are written down */
	int64_t change_from, change_to;    /* of a hunt for what this import brought (hunt.h) */
};
enum { INDICATOR_REJECTS_MAX = 10000 };

/* Within the caller's transaction, which nobody else's import can be in at the same time: begin, feed_read() into the
 * sink, end; free in any case. One (source, kind, key, prefix) is one indicator: of several versions the one with the
 * newest `modified` wins, and without one the one that comes last. A newer version of an external id that no longer
 * names a thing revokes it there. */
struct indicator_import;
int indicator_import_begin(struct indicator_import **out, struct db *db, const struct indicator_import_plan *plan,
			   struct err *why);
struct feed_sink indicator_import_sink(struct indicator_import *import);
int indicator_import_end(struct indicator_import *import, struct indicator_import_result *out, struct err *why);
void indicator_import_free(struct indicator_import *import); /* NULL is allowed */

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
