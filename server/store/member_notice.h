/* A notice to a member's contacts about an incident, because a person decided it (what the policies do by themselves is
 * the engine's). The facts are those of kind `member` (server/model/notice_kinds.c), and `incident_id`: by it the
 * clocks t5 and t6 are found. Inside the caller's transaction; audit is the caller's. */
#ifndef SERVER_STORE_MEMBER_NOTICE_H
#define SERVER_STORE_MEMBER_NOTICE_H

#include "server/store/db.h"

enum { MEMBER_NOTICE_CONTACTS = 100 };

struct member_notice {
	int64_t company_id, incident_id;
	const char *note;        /* a sentence for them; NULL: none */
	const int64_t *contacts; /* these alone; NULL: all that have a mail address */
	size_t contact_count;
};
/* contact_id, name, message id (8-4-4-4-12): a row for each that is told now; who was told the same within ten minutes
 * is left out. ERR_NOT_FOUND: no such incident, or a contact that is not there or has no address. ERR_USAGE: there is
 * nobody with an address. */
int member_notice_send(struct db *db, const struct member_notice *notice, struct db_result **out, struct err *why);

#endif
