#include "server/store/idempotency.h"

static int insert(struct db *db, const struct db_args *args, bool *fresh, struct err *why)
{
	struct db_result *result;

	if (db_run(db,
		   "INSERT INTO idempotency (user_id, key, fingerprint) VALUES ($1::bigint, $2::text, $3::bytea) "
		   "ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = NULL, "
		   "body = NULL, created_at = now() WHERE idempotency.created_at < now() - interval '48 hours'",
		   args, &result, why) != 0)
		return -1;
	*fresh = db_affected(result) == 1;
	db_result_free(result);
	return 0;
}

int idempotency_claim(struct db *db, int64_t user_id, const char *key,
		      const uint8_t fingerprint[IDEMPOTENCY_FINGERPRINT], enum idempotency *verdict, int *status,
		      struct slice *body, struct db_result **held, struct err *why)
{
	struct db_args args = { 0 }, find = { 0 };
	bool fresh;

	*held = NULL;
	*verdict = IDEMPOTENCY_NEW;
	db_arg_integer(&args, user_id);
	db_arg_text(&args, key);
	db_arg_bytes(&args, slice_of(fingerprint, IDEMPOTENCY_FINGERPRINT));
	if (insert(db, &args, &fresh, why) != 0)
		return -1;
	if (fresh)
		return 0;
	db_arg_integer(&find, user_id);
	db_arg_text(&find, key);
	if (db_run(db,
		   "SELECT fingerprint, status, body FROM idempotency WHERE user_id = $1::bigint AND key = $2::text",
		   &find, held, why) != 0)
		return -1;
	if (db_rows(*held) == 0 || db_is_null(*held, 0, 1))
		*verdict = IDEMPOTENCY_RUNNING;
	else if (!slice_equal(db_slice(*held, 0, 0), slice_of(fingerprint, IDEMPOTENCY_FINGERPRINT)))
		*verdict = IDEMPOTENCY_OTHER;
	else
		*verdict = IDEMPOTENCY_DONE;
	if (*verdict == IDEMPOTENCY_DONE) {
		*status = (int)db_integer(*held, 0, 1);
		*body = db_slice(*held, 0, 2);
	}
	return 0;
}

int idempotency_keep(struct db *db, int64_t user_id, const char *key, int status, const char *body, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, user_id);
	db_arg_text(&args, key);
	db_arg_integer(&args, status);
	db_arg_text(&args, body);
	return db_run(db,
		      "UPDATE idempotency SET status = $3::integer, body = $4::text "
		      "WHERE user_id = $1::bigint AND key = $2::text",
		      &args, NULL, why);
}
