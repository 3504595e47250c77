#include "server/store/account.h"

#include <stdio.h>

#define PERSON "u.user_id, u.email, u.display_name, u.role, u.language, u.scope_company, u.scope_vendor"

static void read_person(struct account *out)
{
	out->user_id = db_integer(out->result, 0, 0);
	out->email = db_text(out->result, 0, 1);
	out->display_name = db_text(out->result, 0, 2);
	out->role = db_text(out->result, 0, 3);
	out->language = db_text(out->result, 0, 4);
	out->company_id = db_integer(out->result, 0, 5);
	out->vendor_id = db_integer(out->result, 0, 6);
}

void account_release(struct account *account)
{
	db_result_free(account->result);
	*account = (struct account){ 0 };
}

/* Runs a statement that finds one person or none. */
static int find(struct db *db, const char *sql, const struct db_args *args, struct account *out, struct err *why)
{
	*out = (struct account){ 0 };
	if (db_run(db, sql, args, &out->result, why) != 0)
		return -1;
	if (db_rows(out->result) == 0)
		account_release(out);
	else
		read_person(out);
	return 0;
}

static void read_login(struct account *out)
{
	if (!out->result)
		return;
	out->password_hash = db_text(out->result, 0, 7);
	out->failed_logins = db_integer(out->result, 0, 8);
	out->locked_seconds = db_integer(out->result, 0, 9);
}

int account_by_email(struct db *db, const char *email, struct account *out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, email);
	if (find(db,
		 "SELECT " PERSON ", u.password_hash, u.failed_logins, "
		 "greatest(0, ceil(extract(epoch FROM coalesce(u.locked_until, now()) - now())))::bigint "
		 "FROM app_user u WHERE u.email = lower($1::text) AND u.disabled_at IS NULL",
		 &args, out, why) != 0)
		return -1;
	read_login(out);
	return 0;
}

int account_by_setup(struct db *db, const uint8_t token[ACCOUNT_TOKEN_SIZE], struct account *out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_bytes(&args, slice_of(token, ACCOUNT_TOKEN_SIZE));
	return find(db,
		    "SELECT " PERSON " FROM app_user u WHERE u.setup_sha256 = $1::bytea AND u.setup_expires_at > now() "
		    "AND u.disabled_at IS NULL",
		    &args, out, why);
}

int account_by_session(struct db *db, const uint8_t token[ACCOUNT_TOKEN_SIZE], int64_t idle_ms, struct account *out,
		       struct err *why)
{
	struct db_args args = { 0 }, touch = { 0 };

	db_arg_bytes(&args, slice_of(token, ACCOUNT_TOKEN_SIZE));
	db_arg_integer(&args, idle_ms);
	if (find(db,
		 "SELECT " PERSON ", s.created_at, s.last_used_at < now() - interval '1 minute' "
		 "FROM session s JOIN app_user u ON u.user_id = s.user_id "
		 "WHERE s.token_sha256 = $1::bytea AND s.expires_at > now() "
		 "AND s.last_used_at > now() - $2::bigint * interval '1 millisecond' AND u.disabled_at IS NULL",
		 &args, out, why) != 0)
		return -1;
	if (!out->result)
		return 0;
	out->session_created = db_time(out->result, 0, 7);
	if (!db_bool(out->result, 0, 8))
		return 0;
	db_arg_bytes(&touch, slice_of(token, ACCOUNT_TOKEN_SIZE));
	if (db_run(db, "UPDATE session SET last_used_at = now() WHERE token_sha256 = $1::bytea", &touch, NULL, why) !=
	    0) {
		account_release(out);
		return -1;
	}
	return 0;
}

int account_login_failed(struct db *db, int64_t user_id, int64_t lock_seconds, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, user_id);
	db_arg_integer(&args, lock_seconds);
	return db_run(db,
		      "UPDATE app_user SET failed_logins = failed_logins + 1, "
		      "locked_until = CASE WHEN $2::bigint > 0 THEN now() + $2::bigint * interval '1 second' END "
		      "WHERE user_id = $1::bigint",
		      &args, NULL, why);
}

int account_login_succeeded(struct db *db, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, user_id);
	return db_run(db,
		      "UPDATE app_user SET failed_logins = 0, locked_until = NULL "
		      "WHERE user_id = $1::bigint AND (failed_logins > 0 OR locked_until IS NOT NULL)",
		      &args, NULL, why);
}

int account_set_up(struct db *db, int64_t user_id, const uint8_t token[ACCOUNT_TOKEN_SIZE], const char *password_hash,
		   struct err *why)
{
	struct db_args args = { 0 }, user = { 0 };
	struct db_result *result;
	int64_t changed;

	db_arg_integer(&args, user_id);
	db_arg_bytes(&args, slice_of(token, ACCOUNT_TOKEN_SIZE));
	db_arg_text(&args, password_hash);
	if (db_run(db,
		   "UPDATE app_user SET password_hash = $3::text, setup_sha256 = NULL, setup_expires_at = NULL, "
		   "failed_logins = 0, locked_until = NULL "
		   "WHERE user_id = $1::bigint AND setup_sha256 = $2::bytea AND setup_expires_at > now()",
		   &args, &result, why) != 0)
		return -1;
	changed = db_affected(result);
	db_result_free(result);
	if (changed != 1)
		return err_set(why, ERR_NOT_FOUND, "the set-up link was used meanwhile");
	db_arg_integer(&user, user_id);
	return db_run(db, "DELETE FROM session WHERE user_id = $1::bigint", &user, NULL, why);
}

int account_set_language(struct db *db, int64_t user_id, const char *language, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, user_id);
	db_arg_text(&args, language);
	return db_run(db, "UPDATE app_user SET language = $2::text WHERE user_id = $1::bigint", &args, NULL, why);
}

int account_session_new(struct db *db, int64_t user_id, const uint8_t token[ACCOUNT_TOKEN_SIZE], int64_t life_ms,
			const char *address, const char *user_agent, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_bytes(&args, slice_of(token, ACCOUNT_TOKEN_SIZE));
	db_arg_integer(&args, user_id);
	db_arg_integer(&args, life_ms);
	db_arg_text(&args, address);
	db_arg_text(&args, user_agent);
	return db_run(db,
		      "INSERT INTO session (token_sha256, user_id, expires_at, address, user_agent) "
		      "VALUES ($1::bytea, $2::bigint, now() + $3::bigint * interval '1 millisecond', $4::text, "
		      "left($5::text, 500))",
		      &args, NULL, why);
}

int account_session_end(struct db *db, const uint8_t token[ACCOUNT_TOKEN_SIZE], struct err *why)
{
	struct db_args args = { 0 };

	db_arg_bytes(&args, slice_of(token, ACCOUNT_TOKEN_SIZE));
	return db_run(db, "DELETE FROM session WHERE token_sha256 = $1::bytea", &args, NULL, why);
}

int account_sessions_alive(struct db *db, const char *tokens, int64_t idle_ms, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, tokens);
	db_arg_integer(&args, idle_ms);
	return db_run(db,
		      "SELECT s.token_sha256, CASE WHEN u.scope_vendor IS NULL THEN u.scope_company ELSE -1 END FROM "
		      "session s JOIN app_user u ON u.user_id = s.user_id "
		      "WHERE s.token_sha256 = ANY ($1::bytea[]) AND s.expires_at > now() "
		      "AND s.last_used_at > now() - $2::bigint * interval '1 millisecond' AND u.disabled_at IS NULL",
		      &args, out, why);
}

int account_owner_check(struct db *db, int64_t user_id, int64_t company_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, user_id);
	db_arg_integer(&args, company_id);
	if (db_run(db,
		   "SELECT 1 FROM app_user WHERE user_id = $1::bigint AND disabled_at IS NULL "
		   "AND role IN ('analyst', 'lead', 'admin') AND coalesce(scope_company, $2::bigint) = $2::bigint",
		   &args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows ? 0
		    : err_set(why, ERR_NOT_FOUND, "no such person, or not one who handles this company's incidents");
}

int account_operator_name(struct db *db, char *room, size_t size, struct err *why)
{
	struct db_result *result;

	if (db_run(db, "SELECT name FROM operator ORDER BY operator_id LIMIT 1", NULL, &result, why) != 0)
		return -1;
	snprintf(room, size, "%s", db_rows(result) ? db_text(result, 0, 0) : "");
	db_result_free(result);
	return 0;
}
