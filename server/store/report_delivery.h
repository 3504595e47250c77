/* Sending a published report to whoever of the member gets reports, and what became of it: a mail with a link that
 * needs a login or a one-time code, and the PDF attached only where the member asked for it. */
#ifndef SERVER_STORE_REPORT_DELIVERY_H
#define SERVER_STORE_REPORT_DELIVERY_H

#include "server/store/db.h"

enum { REPORT_LINK_DAYS = 90, REPORT_CODE_MINUTES = 10, REPORT_CODE_TRIES = 5, REPORT_CODES_PER_HOUR = 3 };

/* In the caller's transaction: deliveries and notices (outbox, kind report) for all contacts that get reports and have
 * a mail address that did not bounce. Once per report and contact, unless `again`. *written: how many; 0: nobody is
 * there, which is no error but stands on the board. */
int report_send(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, bool again, int64_t *written,
		struct err *why);

struct report_delivery_row {
	int64_t delivery_id, company_id, report_id, contact_id;
	const char *address, *language, *name, *opened_by, *asked_by;
	bool attached;
	time_us asked_at, handed_over_at, failed_at, opened_at;
};
int report_delivery_list(struct db *db, int64_t company_id, int64_t report_id, struct db_result **out, struct err *why);
void report_delivery_read(const struct db_result *result, int row, struct report_delivery_row *out);

/* What a link /r/{token} stands for; id: of the notice, 8-4-4-4-12. At most one row. In a transaction of the whole
 * staff's scope; the caller has checked the token. */
struct report_link_row {
	int64_t delivery_id, company_id, report_id;
	const char *address, *language, *company, *month, *kind, *state;
	time_us asked_at, now;
	bool too_old;
};
int report_link_get(struct db *db, const char *id, struct db_result **out, struct err *why);
void report_link_read(const struct db_result *result, int row, struct report_link_row *out);
/* Makes a code and writes the notice with it (kind report_code). ERR_LIMIT: too many within the hour. */
int report_code_make(struct db *db, const struct report_link_row *link, struct err *why);
/* Whether the digits are the newest code's; counts the try, and uses it up when they are. In constant time. */
int report_code_use(struct db *db, const struct report_link_row *link, struct slice digits, bool *good,
		    struct err *why);
/* The first opening is noted on delivery and report. by: "code", or the address of who is signed in. delivery_id 0: of
 * no link, from the portal. */
int report_opened(struct db *db, int64_t company_id, int64_t report_id, int64_t delivery_id, const char *by,
		  struct err *why);

#endif
