/* A member opened the link of a notice and said that it was read: clock t6, the incident's timeline, open screens.
 * Inside the caller's transaction; audit is the caller's. */
#ifndef SERVER_STORE_MEMBER_CONFIRM_H
#define SERVER_STORE_MEMBER_CONFIRM_H

#include "server/store/db.h"

struct member_confirm {
	int64_t company_id, incident_id;
	const char *contact; /* name; NULL: not known any more */
	const char *message; /* id of the notice */
};
int member_confirm(struct db *db, const struct member_confirm *confirm, struct err *why);

#endif
