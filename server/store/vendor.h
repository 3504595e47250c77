/* Firms that go on site. The operator's: of a transaction that is bound to a company none is seen but those that its
 * orders went to. All inside the caller's transaction. */
#ifndef SERVER_STORE_VENDOR_H
#define SERVER_STORE_VENDOR_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct vendor_row {
	int64_t id; /* not read when one is added */
	const char *name;
	const char *areas;   /* JSON array of texts; empty: everywhere */
	int64_t calendar_id; /* 0: can be called at any time */
	const char *calendar;
	const char *email, *phone; /* NULL: none */
	const char *note;
	bool active;
	int64_t open_orders, people;
	int64_t version;
	bool in_area; /* vendor_match() alone */
};
/* By name. */
int vendor_list(struct db *db, struct db_result **out, struct err *why);
int vendor_get(struct db *db, int64_t vendor_id, bool lock, struct db_result **out, struct err *why);
/* Active ones, with in_area: whether they serve where the company is. By name. */
int vendor_match(struct db *db, int64_t company_id, struct db_result **out, struct err *why);
void vendor_read(const struct db_result *result, int row, struct vendor_row *out);

/* *taken: another one has the name; then nothing is written. */
int vendor_add(struct db *db, const struct vendor_row *vendor, int64_t *vendor_id, bool *taken, struct err *why);
int vendor_update(struct db *db, const struct vendor_row *vendor, bool *taken, struct err *why);

#endif
