/* Texts of notices that the chamber changed: each change is a version of its own, the highest is in force, and one
 * without text stands for the text as shipped (server/model/notice.h). Inside the caller's transaction (scope.h:
 * SCOPE_ALL); audit is the caller's. */
#ifndef SERVER_STORE_NOTICE_TEMPLATE_H
#define SERVER_STORE_NOTICE_TEMPLATE_H

#include "server/store/db.h"

/* Texts are borrowed from the result. */
struct notice_template_row {
	const char *kind, *language;
	int64_t version;
	const char *subject, *body; /* NULL: as shipped */
	int64_t saved_by;
	const char *by_name;
	time_us saved_at;
};
/* The newest version of each kind and language that was ever changed. */
int notice_template_list(struct db *db, struct db_result **out, struct err *why);
/* At most one row. lock: nobody else saves this one until the transaction ends. */
int notice_template_get(struct db *db, const char *kind, const char *language, bool lock, struct db_result **out,
			struct err *why);
void notice_template_read(const struct db_result *result, int row, struct notice_template_row *out);

struct notice_template_new {
	const char *kind, *language;
	int64_t version;
	const char *subject, *body; /* NULL both: as shipped */
	int64_t user_id;
};
/* The caller has checked the text. ERR_CONFLICT: there is this version. */
int notice_template_put(struct db *db, const struct notice_template_new *text, struct err *why);

#endif
