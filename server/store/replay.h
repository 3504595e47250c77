/* Stored records for `hinomictl rules replay`: one company's, in order of time, a page at a time. */
#ifndef SERVER_STORE_REPLAY_H
#define SERVER_STORE_REPLAY_H

#include "server/store/db.h"

enum { REPLAY_PAGE = 500, REPLAY_RECORD_MOST = 4 << 20 };

struct replay_place {
	int64_t company_id;
	time_us from, to;     /* from <= ts < to */
	const char *timezone; /* the operator's */
	time_us after_ts;     /* behind this row; TIME_NONE: the first page */
	int64_t after_id;
};
/* Those that were muted are among them. */
int replay_page(struct db *db, const struct replay_place *place, struct db_result **out, struct err *why);

struct replay_row {
	int64_t id;
	time_us ts, received_at;
	int zone;         /* seconds east of UTC, of the operator, at ts */
	bool muted;       /* rules did not get to see it */
	struct slice raw; /* coded: raw_record.h; borrowed from the result */
};
void replay_read(const struct db_result *result, int row, struct replay_row *out);

/* company_id, name; 0: of all. */
int replay_companies(struct db *db, int64_t company_id, struct db_result **out, struct err *why);

#endif
