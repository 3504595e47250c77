#include "server/store/sensor_admin.h"

#include <inttypes.h>

/* What stands against a new sensor: one row, columns are booleans. */
static int check_new(struct db *db, int64_t company_id, const char *name, const char *timezone, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	db_arg_integer(&args, company_id);
	db_arg_text(&args, name);
	db_arg_text(&args, timezone);
	/* The row lock keeps the company from leaving, and two sensors of a name from being added, meanwhile. */
	if (db_run(db,
		   "SELECT c.left_at IS NOT NULL, EXISTS (SELECT FROM sensor s WHERE s.company_id = c.company_id "
		   "AND s.name = $2::text AND s.revoked_at IS NULL), "
		   "$3::text IS NULL OR EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = $3::text) "
		   "FROM company c WHERE c.company_id = $1::bigint FOR UPDATE",
		   &args, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "there is no company %" PRId64 "; see hinomictl company list",
				 company_id);
	else if (db_bool(result, 0, 0))
		failed = err_set(why, ERR_CONFLICT, "company %" PRId64 " has left", company_id);
	else if (db_bool(result, 0, 1))
		failed = err_set(why, ERR_CONFLICT,
				 "company %" PRId64 " has a sensor of this name; take another name, or a new token for "
				 "that one with hinomictl sensor token",
				 company_id);
	else if (!db_bool(result, 0, 2))
		failed = err_set(why, ERR_NOT_FOUND, "there is no time zone %s; names are like Asia/Tokyo", timezone);
	db_result_free(result);
	return failed;
}

int sensor_add(struct db *db, int64_t company_id, const char *name, const char *timezone, int64_t *sensor_id,
	       struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	if (check_new(db, company_id, name, timezone, why) != 0)
		return -1;
	db_arg_integer(&args, company_id);
	db_arg_text(&args, name);
	db_arg_text(&args, timezone);
	if (db_run(db,
		   "INSERT INTO sensor (company_id, name, timezone) VALUES ($1::bigint, $2::text, $3::text) "
		   "RETURNING sensor_id",
		   &args, &result, why) != 0)
		return -1;
	*sensor_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int sensor_token_add(struct db *db, int64_t company_id, int64_t sensor_id, const uint8_t hash[32], int64_t hours,
		     struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, sensor_id);
	db_arg_bytes(&args, slice_of(hash, 32));
	db_arg_integer(&args, hours);
	return db_run(db,
		      "INSERT INTO sensor_token (company_id, sensor_id, token_sha256, expires_at) "
		      "VALUES ($1::bigint, $2::bigint, $3::bytea, now() + $4::bigint * interval '1 hour')",
		      &args, NULL, why);
}

int sensor_company(struct db *db, int64_t sensor_id, int64_t *company_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	db_arg_integer(&args, sensor_id);
	/* Across companies: only the sensor is known. */
	if (db_run(db, "SELECT company_id, revoked_at IS NOT NULL FROM sensor WHERE sensor_id = $1::bigint", &args,
		   &result, why) != 0)
		return -1;
	if (db_rows(result) == 0)
		failed =
		    err_set(why, ERR_NOT_FOUND, "there is no sensor %" PRId64 "; see hinomictl sensor list", sensor_id);
	else if (db_bool(result, 0, 1))
		failed = err_set(why, ERR_CONFLICT, "sensor %" PRId64 " is revoked; add a new one", sensor_id);
	else
		*company_id = db_integer(result, 0, 0);
	db_result_free(result);
	return failed;
}

int sensor_revoke(struct db *db, int64_t company_id, int64_t sensor_id, struct db_result **revoked, struct err *why)
{
	static const char *const statements[] = {
		"UPDATE sensor_certificate SET revoked_at = now() WHERE company_id = $1::bigint "
		"AND ($2::bigint IS NULL OR sensor_id = $2::bigint) AND revoked_at IS NULL",
		"DELETE FROM sensor_token WHERE company_id = $1::bigint "
		"AND ($2::bigint IS NULL OR sensor_id = $2::bigint) AND used_at IS NULL",
	};
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_optional(&args, sensor_id);
	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		if (db_run(db, statements[i], &args, NULL, why) != 0)
			return -1;
	return db_run(db,
		      "UPDATE sensor SET state = 'revoked', revoked_at = now() WHERE company_id = $1::bigint "
		      "AND ($2::bigint IS NULL OR sensor_id = $2::bigint) AND revoked_at IS NULL RETURNING sensor_id",
		      &args, revoked, why);
}
