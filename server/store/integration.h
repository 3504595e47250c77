/* Other systems that may page us: each has a key, of which the SHA-256 is kept. Inside the caller's transaction
 * (scope.h: SCOPE_ALL); audit is the caller's. */
#ifndef SERVER_STORE_INTEGRATION_H
#define SERVER_STORE_INTEGRATION_H

#include "server/store/db.h"

enum { INTEGRATION_HASH_SIZE = 32 };

/* Texts are borrowed from the result. */
struct integration_row {
	int64_t integration_id;
	const char *name;
	int64_t created_by;
	const char *by_name;
	time_us created_at, last_used_at;
};
/* Those in use, by name. */
int integration_list(struct db *db, struct db_result **out, struct err *why);
int integration_get(struct db *db, int64_t integration_id, struct db_result **out, struct err *why);
/* The one in use with this key: at most one row. */
int integration_find(struct db *db, const uint8_t key_hash[INTEGRATION_HASH_SIZE], struct db_result **out,
		     struct err *why);
void integration_read(const struct db_result *result, int row, struct integration_row *out);

int integration_add(struct db *db, const char *name, const uint8_t key_hash[INTEGRATION_HASH_SIZE], int64_t user_id,
		    int64_t *integration_id, struct err *why);
int integration_remove(struct db *db, int64_t integration_id, struct err *why);
/* At most once a minute. */
int integration_used(struct db *db, int64_t integration_id, struct err *why);

#endif
