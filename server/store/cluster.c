#include "server/store/cluster.h"

#include <stdio.h>

int cluster_users(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db,
		      "SELECT r.rolname::text, r.rolbypassrls, coalesce(array_to_json(s.setconfig)::text, '[]') "
		      "FROM pg_roles r LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid AND s.setdatabase = 0 "
		      "WHERE r.rolname LIKE 'hinomi\\_%' AND NOT r.rolsuper ORDER BY r.rolname",
		      NULL, out, why);
}

/* Runs a statement that writes a script, and then the script ("" does nothing). */
static int run_written(struct db *db, const char *sql, const struct db_args *args, struct err *why)
{
	struct db_result *result;
	int failed = 0;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	if (db_rows(result) > 0 && *db_text(result, 0, 0))
		failed = db_script(db, db_text(result, 0, 0), why);
	db_result_free(result);
	return failed;
}

int cluster_user_make(struct db *db, const char *name, bool bypass_rls, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, name);
	db_arg_bool(&args, bypass_rls);
	return run_written(db,
			   "SELECT concat(CASE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text) "
			   "THEN format('CREATE ROLE %I LOGIN; ', $1::text) END, "
			   "CASE WHEN $2::boolean AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text "
			   "AND rolbypassrls) THEN format('ALTER ROLE %I BYPASSRLS', $1::text) END)",
			   &args, why);
}

int cluster_user_set(struct db *db, const char *name, const char *setting, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, name);
	db_arg_text(&args, setting);
	return run_written(
	    db,
	    "SELECT CASE WHEN EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole "
	    "WHERE r.rolname = $1::text AND s.setdatabase = 0 AND $2::text = ANY (s.setconfig)) THEN '' "
	    "ELSE format('ALTER ROLE %I SET %I = %L', $1::text, split_part($2::text, '=', 1), "
	    "substr($2::text, strpos($2::text, '=') + 1)) END",
	    &args, why);
}

int database_is_empty(struct db *db, bool *empty, struct err *why)
{
	struct db_result *result;

	if (db_run(db,
		   "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
		   "WHERE n.nspname = 'public')",
		   NULL, &result, why) != 0)
		return -1;
	*empty = db_bool(result, 0, 0);
	db_result_free(result);
	return 0;
}

int database_check_unused(struct db *db, struct err *why)
{
	struct db_result *result;
	int failed = 0;

	if (db_run(db,
		   "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() "
		   "AND pid <> pg_backend_pid() AND application_name LIKE 'hinomi%' LIMIT 1",
		   NULL, &result, why) != 0)
		return -1;
	if (db_rows(result) > 0)
		failed = err_set(why, ERR_CONFLICT, "%s is connected to this database; stop hinomid first",
				 db_text(result, 0, 0));
	db_result_free(result);
	return failed;
}

int database_clear(struct db *db, struct err *why)
{
	/* As initdb makes it, so that a dump, which leaves out what is as it always is, fits. */
	return db_script(
	    db,
	    "BEGIN; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; "
	    "ALTER SCHEMA public OWNER TO pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC; COMMIT",
	    why);
}
