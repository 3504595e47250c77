#include "server/store/integration.h"

#define COLUMNS                                                                                        \
	"SELECT i.integration_id, i.name, i.created_by, u.display_name, i.created_at, i.last_used_at " \
	"FROM integration i LEFT JOIN app_user u ON u.user_id = i.created_by WHERE i.removed_at IS NULL "

int integration_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, COLUMNS "ORDER BY i.name, i.integration_id", NULL, out, why);
}

int integration_get(struct db *db, int64_t integration_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, integration_id);
	return db_run(db, COLUMNS "AND i.integration_id = $1::bigint", &args, out, why);
}

int integration_find(struct db *db, const uint8_t key_hash[INTEGRATION_HASH_SIZE], struct db_result **out,
		     struct err *why)
{
	struct db_args args = { 0 };

	db_arg_bytes(&args, slice_of(key_hash, INTEGRATION_HASH_SIZE));
	return db_run(db, COLUMNS "AND i.key_sha256 = $1::bytea", &args, out, why);
}

void integration_read(const struct db_result *r, int row, struct integration_row *out)
{
	*out = (struct integration_row){
		.integration_id = db_integer(r, row, 0),
		.name = db_text(r, row, 1),
		.created_by = db_integer(r, row, 2),
		.by_name = db_text(r, row, 3),
		.created_at = db_time(r, row, 4),
		.last_used_at = db_time(r, row, 5),
	};
}

int integration_add(struct db *db, const char *name, const uint8_t key_hash[INTEGRATION_HASH_SIZE], int64_t user_id,
		    int64_t *integration_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_text(&args, name);
	db_arg_bytes(&args, slice_of(key_hash, INTEGRATION_HASH_SIZE));
	db_arg_integer(&args, user_id);
	if (db_run(db,
		   "INSERT INTO integration (name, key_sha256, created_by) VALUES ($1::text, $2::bytea, $3::bigint) "
		   "RETURNING integration_id",
		   &args, &result, why) != 0)
		return -1;
	*integration_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int integration_remove(struct db *db, int64_t integration_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, integration_id);
	return db_run(db, "UPDATE integration SET removed_at = now() WHERE integration_id = $1::bigint", &args, NULL,
		      why);
}

int integration_used(struct db *db, int64_t integration_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, integration_id);
	return db_run(db,
		      "UPDATE integration SET last_used_at = now() WHERE integration_id = $1::bigint "
		      "AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
		      &args, NULL, why);
}
