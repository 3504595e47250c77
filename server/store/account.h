/* People who sign in: users, sessions, set-up links. Passwords arrive here hashed; tokens arrive as their SHA-256. */
#ifndef SERVER_STORE_ACCOUNT_H
#define SERVER_STORE_ACCOUNT_H

#include "server/store/db.h"

enum { ACCOUNT_TOKEN_SIZE = 32 };

/* Texts are borrowed from `result`, which account_release() frees. */
struct account {
	struct db_result *result;
	int64_t user_id;
	const char *email;
	const char *display_name;
	const char *role;
	const char *language;
	int64_t company_id; /* the only company this person sees; 0: all, but nothing for a vendor's people */
	int64_t vendor_id;  /* whose people it is one of; 0: nobody's */
	/* account_by_email, account_by_setup: */
	const char *password_hash; /* NULL: not set up */
	int64_t failed_logins;
	int64_t locked_seconds; /* still locked for so long; 0: not locked */
	/* account_by_session: */
	time_us session_created;
};
void account_release(struct account *account);

/* Each returns 0 with account->user_id = 0 when there is none. Disabled people are not found. */
int account_by_email(struct db *db, const char *email, struct account *out, struct err *why);
int account_by_setup(struct db *db, const uint8_t token[ACCOUNT_TOKEN_SIZE], struct account *out, struct err *why);
/* Also marks the session as used, at most once a minute. */
int account_by_session(struct db *db, const uint8_t token[ACCOUNT_TOKEN_SIZE], int64_t idle_ms, struct account *out,
		       struct err *why);

int account_login_failed(struct db *db, int64_t user_id, int64_t lock_seconds, struct err *why);
int account_login_succeeded(struct db *db, int64_t user_id, struct err *why);
/* Uses the set-up link up and ends all sessions of the person. ERR_NOT_FOUND when it was used meanwhile. */
int account_set_up(struct db *db, int64_t user_id, const uint8_t token[ACCOUNT_TOKEN_SIZE], const char *password_hash,
		   struct err *why);
int account_set_language(struct db *db, int64_t user_id, const char *language, struct err *why);

int account_session_new(struct db *db, int64_t user_id, const uint8_t token[ACCOUNT_TOKEN_SIZE], int64_t life_ms,
			const char *address, const char *user_agent, struct err *why);
int account_session_end(struct db *db, const uint8_t token[ACCOUNT_TOKEN_SIZE], struct err *why);

/* Which of the sessions are alive: columns token (bytes), company_id (NULL: all). `tokens` is a
 * literal of bytea[]: {"\\x00ff..",...}. */
int account_sessions_alive(struct db *db, const char *tokens, int64_t idle_ms, struct db_result **out, struct err *why);

/* Whether the user may own incidents of the company: ERR_NOT_FOUND when not. */
int account_owner_check(struct db *db, int64_t user_id, int64_t company_id, struct err *why);
/* Name of the chamber, cut to the room there is. */
int account_operator_name(struct db *db, char *room, size_t size, struct err *why);

#endif
