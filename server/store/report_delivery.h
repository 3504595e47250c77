/* Sending a published report to whoever of the member gets reports, and what became of it: a mail with a link that
 * needs a login or a one-time code, and the PDF attached only where the member asked for it.
 *
 * What can be guessed: a link cannot (link_token.h). Who has one by accident, a forwarded mail say, needs a code of six
 * digits, which goes to the address that the link was sent to and nowhere else. A code takes REPORT_CODE_TRIES tries
 * within REPORT_CODE_MINUTES, an hour REPORT_CODES_PER_HOUR codes, and a link REPORT_LINK_WRONG wrong tries in all its
 * life; then it opens by login alone. So guessing succeeds with a chance of 20 in 1,000,000 for each link that somebody
 * got hold of, whatever time they take. */
#ifndef SERVER_STORE_REPORT_DELIVERY_H
#define SERVER_STORE_REPORT_DELIVERY_H

#include "server/store/db.h"

enum {
	REPORT_LINK_DAYS = 90,
	REPORT_CODE_DIGITS = 6,
	REPORT_CODE_MINUTES = 10,
	REPORT_CODE_TRIES = 5,
	REPORT_CODES_PER_HOUR = 3,
	REPORT_LINK_WRONG = 20,
	REPORT_ATTACHMENT_MAX = 5 << 20, /* bytes of a PDF that goes with a mail */
};

/* In the caller's transaction: deliveries and notices (outbox, kind report) for all contacts that get reports and have
 * a mail address that did not bounce, in the company's order. Once per report and contact, unless `again`. *written:
 * how many; 0: nobody is there, which is no error but stands on the board. user_id 0: by itself. ERR_NOT_FOUND: no such
 * report; ERR_CONFLICT: it is not published. */
int report_send(struct db *db, int64_t company_id, int64_t report_id, int64_t user_id, bool again, int64_t *written,
		struct err *why);

struct report_delivery_row {
	int64_t delivery_id, company_id, report_id, contact_id;
	const char *address, *language, *name, *opened_by, *asked_by;
	bool attached;
	time_us asked_at, handed_over_at, failed_at, opened_at;
};
/* In the order in which they were asked for. */
int report_delivery_list(struct db *db, int64_t company_id, int64_t report_id, struct db_result **out, struct err *why);
void report_delivery_read(const struct db_result *result, int row, struct report_delivery_row *out);

/* For the outbox, in its transaction: the mail server took a notice of kind report (by its id, 8-4-4-4-12), or it will
 * not arrive: it was refused, given up, or came back. The report's sent_at is that of the first. Across companies. */
int report_delivery_handed_over(struct db *db, const char *notice, struct err *why);
int report_delivery_failed(struct db *db, const char *notice, struct err *why);

/* What goes with the mail, by the notice's id: at most one row, none when nothing is to be attached (the member did not
 * ask for it, or the report was withdrawn meanwhile). name is for REPORT_FILE_NAME_SIZE bytes. content ptr NULL: it is
 * larger than REPORT_ATTACHMENT_MAX. Across companies. */
int report_attachment_get(struct db *db, const char *notice, struct db_result **out, struct err *why);
void report_attachment_read(const struct db_result *result, int row, char *name, struct slice *content);

/* What a link /r/{token} stands for; id: of the notice, 8-4-4-4-12. At most one row; none when the contact was taken
 * out of the company's list, or has another address by now. In a transaction of the whole staff's scope; the caller has
 * checked the token. Across companies. */
struct report_link_row {
	int64_t delivery_id, company_id, report_id;
	const char *address, *language, *company, *month, *kind, *state;
	int64_t contact_id; /* 0: none */
	const char *contact;
	int64_t issue, incident_no; /* 0: of no case */
	bool reissued;              /* as report_name.h has it */
	time_us asked_at, now;
	bool too_old;             /* sent more than REPORT_LINK_DAYS ago */
	bool locked;              /* REPORT_LINK_WRONG wrong codes */
	int64_t newer_id;         /* of a withdrawn one: the report that took its place; 0: none */
	const char *newer_notice; /* by which that one was sent to the same contact; NULL: it was not */
};
int report_link_get(struct db *db, const char *id, struct db_result **out, struct err *why);
void report_link_read(const struct db_result *result, int row, struct report_link_row *out);
/* The PDF as it was published, in the delivery's language if there is one. At most one row: content. */
int report_link_file(struct db *db, const struct report_link_row *link, struct db_result **out, struct err *why);

/* Makes a code and writes the notice with it (kind report_code). ERR_LIMIT: too many within the hour, or the link takes
 * no more. */
int report_code_make(struct db *db, const struct report_link_row *link, struct err *why);
/* Whether the digits are the newest code's; counts the try, and uses it up when they are. In constant time. The caller
 * commits in either case. */
int report_code_use(struct db *db, const struct report_link_row *link, struct slice digits, bool *good,
		    struct err *why);

/* The first opening is noted on delivery and report. by: "code", or the address of who is signed in. delivery_id 0: of
 * no link, from the portal; it counts for what was sent to the same address. */
int report_opened(struct db *db, int64_t company_id, int64_t report_id, int64_t delivery_id, const char *by,
		  struct err *why);

#endif
