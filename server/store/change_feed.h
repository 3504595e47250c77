/* The table of changes, as the live feed reads it (docs/decisions/0006-live-feed.md), and writing to it. Ids are in
 * no commit order: the reader asks for those above the highest it has seen, and again for those missing below. */
#ifndef SERVER_STORE_CHANGE_FEED_H
#define SERVER_STORE_CHANGE_FEED_H

#include "server/store/db.h"

enum change_kind {
	CHANGE_ALERTS,  /* new ones */
	CHANGE_GROUPED, /* the correlator has decided on their incidents */
	CHANGE_INCIDENT,
	CHANGE_SENSOR,
	CHANGE_COMPANY,
	CHANGE_TICKET,
	CHANGE_ORDER,
	CHANGE_PAGE, /* company_id 0: pages are the staff's */
	CHANGE_REPORT,
};

struct change {
	int64_t change_id, company_id;
	enum change_kind kind;
	int64_t id_from, id_to;
	time_us ts_from, ts_to;
};

enum { CHANGE_FEED_PAGE = 1000 };

/* Ids of the last minute, ascending: who starts to read must know which of them are missing. */
int change_feed_recent(struct db *db, struct db_result **out, struct err *why);
/* Changes above `above`, and those among the `missing` ids, ascending, at most CHANGE_FEED_PAGE. */
int change_feed_read(struct db *db, int64_t above, const int64_t *missing, size_t missing_count, struct db_result **out,
		     struct err *why);
void change_feed_row(const struct db_result *result, int row, struct change *out);

/* Inside a transaction: an incident, sensor or company changed. Ring the doorbell too: db_notify("hinomi_change"). */
int change_feed_write(struct db *db, int64_t company_id, enum change_kind kind, int64_t id, struct err *why);

#endif
