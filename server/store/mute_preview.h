/* What a mute that is not there yet would have hidden: the alerts of the last days, a page at a time, as the code that
 * mutes wants them; and the incidents that those it hides belong to. Across companies unless one is asked for. */
#ifndef SERVER_STORE_MUTE_PREVIEW_H
#define SERVER_STORE_MUTE_PREVIEW_H

#include "server/model/alert.h"
#include "server/store/db.h"

enum { MUTE_PREVIEW_DAYS = 30, MUTE_PREVIEW_PAGE = 5000 };

/* Previews cost: so many may run at a time, on all servers of the database. *got false: not now. The place is held
 * until the transaction ends. */
enum { MUTE_PREVIEW_AT_ONCE = 2 };
int mute_preview_begin(struct db *db, bool *got, struct err *why);

/* Ids of the companies that have the tag. */
int mute_preview_group(struct db *db, const char *tag, struct db_result **out, struct err *why);
/* uid by rule_id, ascending; without built-in rules, which no record is matched with. */
int mute_preview_rules(struct db *db, struct db_result **out, struct err *why);

struct mute_preview_place {
	int64_t company_id; /* 0: all */
	time_us from, to;   /* from <= ts < to */
	const char *timezone;
	time_us before_ts; /* behind this row; TIME_NONE: the first page */
	int64_t before_id;
};
/* Alerts (kind alert), newest first, MUTE_PREVIEW_PAGE at most. */
int mute_preview_page(struct db *db, const struct mute_preview_place *place, struct db_result **out, struct err *why);

/* One of them; what it points to is borrowed from the result. */
struct mute_preview_row {
	struct alert alert;
	int64_t company_id, id, mute_id; /* mute_id 0: not muted */
	time_us ts;
	int day, zone;          /* day: days behind that of `from`; zone: seconds east of UTC at ts */
	struct slice rule_hits; /* ptr NULL: none */
};
void mute_preview_read(const struct db_result *result, int row, struct mute_preview_row *out);

/* Alerts by what incident_segment knows them by; count of each array. */
struct mute_preview_keys {
	const int64_t *company_ids, *cluster_keys;
	const time_us *times;
	size_t count;
};
/* incident_id, how many of the alerts are in it, how many it has: ascending. */
int mute_preview_incidents(struct db *db, const struct mute_preview_keys *keys, struct db_result **out,
			   struct err *why);
/* Days YYYY-MM-DD from that of `from` to that of `to`. */
int mute_preview_days(struct db *db, const struct mute_preview_place *place, struct db_result **out, struct err *why);
/* company_id, name. */
int mute_preview_names(struct db *db, const int64_t *company_ids, size_t count, struct db_result **out,
		       struct err *why);

#endif
