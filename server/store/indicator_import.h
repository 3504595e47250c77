/* Importing feeds of indicators. Every change of indicators takes the lock of indicator_import_begin() and a new
 * change_no, so that change numbers become visible in order: whoever has seen all up to n finds what is new by
 * change_no > n (the collector does). Changes ring hinomi_indicators. */
#ifndef SERVER_STORE_INDICATOR_IMPORT_H
#define SERVER_STORE_INDICATOR_IMPORT_H

#include "server/model/indicator_feed.h"
#include "server/store/db.h"

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

/* For other changes: one at a time, until the transaction ends. */
int indicator_lock(struct db *db, struct err *why);

#endif
