/* Changing companies, their networks and their monitored time, as hinomictl does it: inside the caller's transaction,
 * as the owner. The caller has checked the texts (server/model/input.h) and writes audit and change feed. */
#ifndef SERVER_STORE_COMPANY_ADMIN_H
#define SERVER_STORE_COMPANY_ADMIN_H

#include "server/store/db.h"

struct company_facts {
	const char *name;
	const char *member_no, *industry, *area; /* NULL: not known */
	int64_t employees;                       /* -1: not known */
};

/* Lets only one transaction at a time add companies, so that what company_find says stays true until it ends. */
int company_lock(struct db *db, struct err *why);
/* The company that has this member number, or else this name and has not left; *company_id 0: none. */
int company_find(struct db *db, const struct company_facts *facts, int64_t *company_id, struct err *why);
/* ERR_CONFLICT names the company that has the member number or the name. Takes company_lock. */
int company_add(struct db *db, const struct company_facts *facts, int64_t *company_id, struct err *why);
/* What is known replaces what was there; what is not known stays. */
int company_update(struct db *db, int64_t company_id, const struct company_facts *facts, struct err *why);
/* Leaves after this day: open spans end with it, later ones go. ERR_CONFLICT when it had left before. Its sensors are
 * the caller's to revoke. */
int company_leave(struct db *db, int64_t company_id, const char *day, struct err *why);
/* Tags name groups of companies, for mutes (server/model/mutes.h). Adds one and takes one away; NULL: none. */
int company_tag(struct db *db, int64_t company_id, const char *add, const char *remove, struct err *why);
/* Today in the zone, YYYY-MM-DD. */
enum { DAY_TEXT_SIZE = 16 };
int company_today(struct db *db, const char *timezone, char out[DAY_TEXT_SIZE], struct err *why);

/* Networks, as text in CIDR notation. ERR_CONFLICT: it is there already; ERR_NOT_FOUND: it is not. */
int company_network_add(struct db *db, int64_t company_id, const char *network, const char *note, struct err *why);
int company_network_remove(struct db *db, int64_t company_id, const char *network, struct err *why);
struct company_network_row {
	int64_t company_id;
	const char *company, *network, *note; /* borrowed from the result; note may be NULL */
};
/* company_id 0: all. */
int company_network_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why);
void company_network_read(const struct db_result *result, int row, struct company_network_row *out);

/* Monitored time. Days are YYYY-MM-DD, both ends inclusive; to NULL: it goes on. ERR_CONFLICT names the span that
 * covers some of these days already. */
int span_add(struct db *db, int64_t company_id, const char *from, const char *to, int64_t *span_id, struct err *why);
/* Sets the last day of a span (earlier or later than it was); says whose it is. */
int span_end(struct db *db, int64_t span_id, const char *to, int64_t *company_id, struct err *why);
/* The span of the company that begins on this day; *span_id 0: none. */
int span_find(struct db *db, int64_t company_id, const char *from, int64_t *span_id, struct err *why);
struct span_row {
	int64_t span_id, company_id;
	const char *company, *from, *to; /* borrowed; to NULL: it goes on */
	int64_t days;                    /* until today, when it goes on */
};
int span_list(struct db *db, int64_t company_id, const char *timezone, struct db_result **out, struct err *why);
void span_read(const struct db_result *result, int row, struct span_row *out);

#endif
