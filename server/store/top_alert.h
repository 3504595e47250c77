/* The alerts after which new incidents are called, as grouping rules see them: for finding out which rule made an
 * incident. */
#ifndef SERVER_STORE_TOP_ALERT_H
#define SERVER_STORE_TOP_ALERT_H

#include "server/model/alert.h"
#include "server/store/db.h"

struct top_alert {
	int64_t id;
	time_us ts;
};
/* Rows for top_alert_decode(), in no order; those that are there. */
int top_alert_read(struct db *db, int64_t company_id, const struct top_alert *list, size_t count,
		   struct db_result **out, struct err *why);
/* False when it is not understood. Texts belong to the result. The cluster key is the one it has in the database. */
bool top_alert_decode(const struct db_result *r, int row, int64_t *id, struct alert *out);

#endif
