/* A POST with an Idempotency-Key is done once: its answer is kept for 48 hours, in the transaction that did it, and
 * given again to the same key with the same request. */
#ifndef SERVER_STORE_IDEMPOTENCY_H
#define SERVER_STORE_IDEMPOTENCY_H

#include "server/store/db.h"

enum { IDEMPOTENCY_KEY_MAX = 200, IDEMPOTENCY_FINGERPRINT = 32 };

enum idempotency {
	IDEMPOTENCY_NEW,     /* do it, then idempotency_keep() */
	IDEMPOTENCY_DONE,    /* *status and *body are the first answer */
	IDEMPOTENCY_OTHER,   /* the key was used for another request */
	IDEMPOTENCY_RUNNING, /* its first use has not ended */
};

/* Inside a transaction; waits for another one with the same key. *held owns *body: db_result_free(). */
int idempotency_claim(struct db *db, int64_t user_id, const char *key,
		      const uint8_t fingerprint[IDEMPOTENCY_FINGERPRINT], enum idempotency *verdict, int *status,
		      struct slice *body, struct db_result **held, struct err *why);
int idempotency_keep(struct db *db, int64_t user_id, const char *key, int status, const char *body, struct err *why);

#endif
