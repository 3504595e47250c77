/* People who may sign in, as hinomictl manages them: inside the caller's transaction, as the owner. E-mails are in
 * lower case (input_email). Signing in itself: account.h. */
#ifndef SERVER_STORE_USER_ADMIN_H
#define SERVER_STORE_USER_ADMIN_H

#include "server/store/db.h"

struct user_new {
	const char *email, *name, *role, *language;
	int64_t company_id; /* the only company this person sees; 0: all */
	int64_t vendor_id;  /* role vendor: whose people; else 0 */
};

/* A set-up link's token comes by its SHA-256 (server/model/token.h) and is good for so many hours. */
int user_add(struct db *db, const struct user_new *user, const uint8_t token_hash[32], int64_t hours, struct err *why);
/* A new link; the old password and all sessions end. ERR_NOT_FOUND; ERR_CONFLICT when disabled. */
int user_reset(struct db *db, const char *email, const uint8_t token_hash[32], int64_t hours, struct err *why);
/* Disabling ends all sessions. ERR_NOT_FOUND; ERR_CONFLICT when it is so already. */
int user_set_disabled(struct db *db, const char *email, bool disabled, struct err *why);

struct user_row {
	int64_t user_id, company_id, vendor_id; /* company_id 0: all, or none with a vendor; vendor_id 0: none */
	const char *email, *name, *role, *language;
	const char *state;    /* static: active, invited, expired (its set-up link is), disabled */
	time_us last_used_at; /* of any session that still is; TIME_NONE: none */
};
int user_list(struct db *db, struct db_result **out, struct err *why);
void user_read(const struct db_result *result, int row, struct user_row *out);

#endif
