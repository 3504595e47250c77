/* What a link in a notice stands for (server/model/link_token.h): the notice, whose it was, and how old it is. Inside a
 * transaction of the whole staff's scope (scope.h: SCOPE_ALL); whoever calls has checked the token. Across companies.
 */
#ifndef SERVER_STORE_NOTICE_LINK_H
#define SERVER_STORE_NOTICE_LINK_H

#include "server/model/link_token.h"
#include "server/store/db.h"

enum { NOTICE_LINK_HOURS = 24 };

/* The key that makes and checks links. */
int notice_link_key(struct db *db, uint8_t key[LINK_KEY_SIZE], struct err *why);

/* Texts are borrowed from the result. */
struct notice_link_row {
	const char *id, *kind;
	const char *identity;
	int64_t page_id; /* 0: none */
	int64_t user_id; /* 0: a shared channel, an address, or a member's contact */
	const char *user_name, *user_email;
	int64_t channel_id; /* 0: mail to an address */
	const char *address, *language, *facts;
	int64_t contact_company_id, contact_id; /* 0: none */
	const char *contact_name;
	time_us created_at, now;
	bool answered;        /* a drill: this person answered it */
	bool too_old;         /* made more than NOTICE_LINK_HOURS ago */
	bool declined;        /* this person declined since the page was last noticed */
	int64_t incident_id;  /* a member's notice: what it is about; 0: not an incident */
	time_us confirmed_at; /* of that incident: t6 */
};
/* At most one row; none of somebody who may not answer any more. id: 8-4-4-4-12. */
int notice_link_get(struct db *db, const char *id, struct db_result **out, struct err *why);
void notice_link_read(const struct db_result *result, int row, struct notice_link_row *out);
/* It was looked at: noted the first time, in the page's timeline as well. */
int notice_link_opened(struct db *db, const struct notice_link_row *link, struct err *why);

/* Names of others who were asked about the page, the newest first; one a row. */
int notice_link_others(struct db *db, int64_t page_id, int64_t user_id, struct db_result **out, struct err *why);

#endif
