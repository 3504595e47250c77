/* Whom a company wants to be told, in order (table company_contact): people of the api and hinomictl. The network's
 * contacts are another matter (contact_query.h). All inside the caller's transaction. */
#ifndef SERVER_STORE_COMPANY_PEOPLE_H
#define SERVER_STORE_COMPANY_PEOPLE_H

#include "server/store/db.h"

enum { COMPANY_PEOPLE_MAX = 50 };

/* Texts are borrowed from the result. */
struct company_person {
	int64_t id, company_id, position;
	const char *name, *role;
	const char *email, *phone; /* NULL: none */
	const char *language;
	bool night;
	int64_t calendar_id;  /* 0: none */
	const char *calendar; /* its name */
	const char *reviewed_on;
	time_us bounced_at;
	bool gets_reports;
	bool attach_reports; /* the PDF itself, not only a link */
	int64_t version;
};
/* In order. */
int company_people_list(struct db *db, int64_t company_id, struct db_result **out, struct err *why);
/* At most one row. company_id 0: whichever the transaction sees. lock: nobody else changes it until the transaction
 * ends. */
int company_people_get(struct db *db, int64_t company_id, int64_t id, bool lock, struct db_result **out,
		       struct err *why);
void company_people_read(const struct db_result *result, int row, struct company_person *out);

/* Writes person (id, calendar's name, reviewed_on, bounced_at and version are not read; position 0: at the end).
 * ERR_LIMIT: COMPANY_PEOPLE_MAX are there. */
int company_people_add(struct db *db, const struct company_person *person, int64_t *id, struct err *why);
/* All of person but the same; the others move when the position is another one. Another mail address is one that did
 * not bounce. */
int company_people_update(struct db *db, const struct company_person *person, struct err *why);
int company_people_remove(struct db *db, int64_t company_id, int64_t id, struct err *why);
/* Looked over today, in that zone. */
int company_people_review(struct db *db, int64_t company_id, int64_t id, const char *timezone, struct err *why);
/* Whether there is such a calendar: ERR_NOT_FOUND when not. 0 is none, and good. */
int company_people_calendar(struct db *db, int64_t calendar_id, struct err *why);

/* ---------------------------------------------------------------------------------------------- who calls */

struct caller_search {
	const char *digits;  /* of a telephone number, or the last ones of it; NULL: it is none */
	const char *text;    /* as it was typed: member number, mail address */
	const char *pattern; /* ILIKE pattern of it, for names */
};
/* company_id, why ("phone", "mail", ...: docs/openapi.yaml, Caller), contact_id (or NULL): each company once, by its
 * best reason. Across companies. */
int company_people_search(struct db *db, const struct caller_search *search, int limit, struct db_result **out,
			  struct err *why);

#endif
