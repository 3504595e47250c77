#include "server/store/user_admin.h"

int user_add(struct db *db, const struct user_new *user, const uint8_t token_hash[32], int64_t hours, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	bool added;

	db_arg_text(&args, user->email);
	db_arg_text(&args, user->name);
	db_arg_text(&args, user->role);
	db_arg_text(&args, user->language);
	db_arg_optional(&args, user->company_id);
	db_arg_bytes(&args, slice_of(token_hash, 32));
	db_arg_optional(&args, user->vendor_id);
	db_arg_integer(&args, hours);
	if (db_run(
		db,
		"INSERT INTO app_user (email, display_name, role, language, scope_company, scope_vendor, setup_sha256, "
		"setup_expires_at) VALUES ($1::text, $2::text, $3::text, $4::text, $5::bigint, $7::bigint, $6::bytea, "
		"now() + $8::bigint * interval '1 hour') ON CONFLICT DO NOTHING",
		&args, &result, why) != 0)
		return -1;
	added = db_affected(result) == 1;
	db_result_free(result);
	if (!added)
		return err_set(why, ERR_CONFLICT,
			       "there is a user %s already; hinomictl user reset makes a new set-up link", user->email);
	return 0;
}

/* The user's id and whether the account is disabled; locks the row. */
static int find(struct db *db, const char *email, int64_t *user_id, bool *disabled, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	db_arg_text(&args, email);
	if (db_run(db, "SELECT user_id, disabled_at IS NOT NULL FROM app_user WHERE email = $1::text FOR UPDATE", &args,
		   &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		failed = err_set(why, ERR_NOT_FOUND, "there is no user %s; see hinomictl user list", email);
	} else {
		*user_id = db_integer(result, 0, 0);
		*disabled = db_bool(result, 0, 1);
	}
	db_result_free(result);
	return failed;
}

static int end_sessions(struct db *db, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, user_id);
	return db_run(db, "DELETE FROM session WHERE user_id = $1::bigint", &args, NULL, why);
}

int user_reset(struct db *db, const char *email, const uint8_t token_hash[32], int64_t hours, struct err *why)
{
	struct db_args args = { 0 };
	int64_t user_id;
	bool disabled;

	if (find(db, email, &user_id, &disabled, why) != 0)
		return -1;
	if (disabled)
		return err_set(why, ERR_CONFLICT, "%s is disabled; hinomictl user enable comes first", email);
	db_arg_integer(&args, user_id);
	db_arg_bytes(&args, slice_of(token_hash, 32));
	db_arg_integer(&args, hours);
	if (db_run(db,
		   "UPDATE app_user SET password_hash = NULL, setup_sha256 = $2::bytea, "
		   "setup_expires_at = now() + $3::bigint * interval '1 hour', failed_logins = 0, locked_until = NULL "
		   "WHERE user_id = $1::bigint",
		   &args, NULL, why) != 0)
		return -1;
	return end_sessions(db, user_id, why);
}

int user_set_disabled(struct db *db, const char *email, bool disabled, struct err *why)
{
	struct db_args args = { 0 };
	int64_t user_id;
	bool was;

	if (find(db, email, &user_id, &was, why) != 0)
		return -1;
	if (was == disabled)
		return err_set(why, ERR_CONFLICT, "%s is %s already", email, disabled ? "disabled" : "enabled");
	db_arg_integer(&args, user_id);
	db_arg_bool(&args, disabled);
	if (db_run(db,
		   "UPDATE app_user SET disabled_at = CASE WHEN $2::boolean THEN now() END WHERE user_id = $1::bigint",
		   &args, NULL, why) != 0)
		return -1;
	return disabled ? end_sessions(db, user_id, why) : 0;
}

int user_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(
	    db,
	    "SELECT u.user_id, u.email, u.display_name, u.role, u.language, u.scope_company, "
	    "u.disabled_at IS NOT NULL, u.password_hash IS NOT NULL, coalesce(u.setup_expires_at > now(), false), "
	    "(SELECT max(s.last_used_at) FROM session s WHERE s.user_id = u.user_id), u.scope_vendor "
	    "FROM app_user u ORDER BY u.email",
	    NULL, out, why);
}

void user_read(const struct db_result *result, int row, struct user_row *out)
{
	out->user_id = db_integer(result, row, 0);
	out->email = db_text(result, row, 1);
	out->name = db_text(result, row, 2);
	out->role = db_text(result, row, 3);
	out->language = db_text(result, row, 4);
	out->company_id = db_integer(result, row, 5);
	if (db_bool(result, row, 6))
		out->state = "disabled";
	else if (db_bool(result, row, 7))
		out->state = "active";
	else
		out->state = db_bool(result, row, 8) ? "invited" : "expired";
	out->last_used_at = db_time(result, row, 9);
	out->vendor_id = db_integer(result, row, 10);
}
