#include "server/store/housekeeping.h"

enum { SENSOR_DOWN_SEVERITY = 3 };

/* Calls a function of schema/0003_partitions.sql for each month of a list; each call is a transaction of its own. */
static int each_month(struct db *db, const char *sql, const struct db_result *months, int64_t *count, struct err *why)
{
	int failed = 0;

	for (int i = 0; i < db_rows(months); i++) {
		struct db_args args = { 0 };
		struct db_result *result;
		struct err reason = { 0 };

		db_arg_text(&args, db_text(months, i, 0));
		if (db_run(db, sql, &args, &result, &reason) != 0) {
			if (!failed)
				failed =
				    err_set(why, reason.code, "month of %s: %s", db_text(months, i, 0), reason.text);
			if (reason.code == ERR_UNAVAILABLE)
				return -1;
			continue;
		}
		*count += db_bool(result, 0, 0);
		db_result_free(result);
	}
	return failed;
}

static int months_and_each(struct db *db, const char *list_sql, int64_t number, const char *each_sql, int64_t *count,
			   struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *months;
	int failed;

	*count = 0;
	db_arg_integer(&args, number);
	if (db_run(db, list_sql, &args, &months, why) != 0)
		return -1;
	failed = each_month(db, each_sql, months, count, why);
	db_result_free(months);
	return failed;
}

int housekeeping_make_months(struct db *db, int64_t ahead, int64_t *count, struct err *why)
{
	return months_and_each(db,
			       "SELECT m.day::text FROM (SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') "
			       "+ n * interval '1 month')::date AS day FROM generate_series(0, $1::bigint) n "
			       "UNION SELECT alert_default_months()) m "
			       "WHERE m.day NOT IN (SELECT alert_partition_months()) ORDER BY m.day",
			       ahead, "SELECT alert_partition_create($1::date)", count, why);
}

int housekeeping_drop_months(struct db *db, int64_t keep, int64_t *count, struct err *why)
{
	*count = 0;
	if (keep <= 0)
		return 0;
	return months_and_each(db,
			       "SELECT m.day::text FROM alert_partition_months() m (day) "
			       "WHERE m.day < (date_trunc('month', now() AT TIME ZONE 'UTC') "
			       "- $1::bigint * interval '1 month')::date ORDER BY m.day",
			       keep, "SELECT alert_partition_drop($1::date)", count, why);
}

/* A sensor that goes down is a request for a page, and so is its coming back: that ends one. */
static const char sensor_states_sql[] =
    "WITH due AS (SELECT h.company_id, h.sensor_id, s.name, h.last_seen_at, s.state AS before, "
    "CASE WHEN now() - h.last_seen_at <= $1::bigint * interval '1 millisecond' THEN 'up' "
    "WHEN now() - h.last_seen_at <= $2::bigint * interval '1 millisecond' THEN 'late' ELSE 'down' END AS state "
    "FROM sensor_health h JOIN sensor s ON s.company_id = h.company_id AND s.sensor_id = h.sensor_id "
    "WHERE h.last_seen_at IS NOT NULL), "
    "moved AS (UPDATE sensor s SET state = d.state FROM due d WHERE s.company_id = d.company_id "
    "AND s.sensor_id = d.sensor_id AND s.state IN ('new', 'up', 'late', 'down') AND s.state <> d.state "
    "RETURNING s.company_id, s.sensor_id, d.name, d.last_seen_at, d.before, d.state), "
    "asked AS (INSERT INTO page_request (company_id, kind, subject_id, what, severity, body) "
    "SELECT company_id, 'sensor', sensor_id, CASE state WHEN 'down' THEN 'raised' ELSE 'settled' END, "
    "$3::smallint, jsonb_build_object('name', name, 'last_seen', to_char(last_seen_at AT TIME ZONE 'UTC', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) FROM moved WHERE state = 'down' OR before = 'down') "
    "INSERT INTO change (company_id, kind, id_from, id_to) "
    "SELECT company_id, 'sensor', sensor_id, sensor_id FROM moved";

int housekeeping_sensor_states(struct db *db, int64_t late_ms, int64_t down_ms, int64_t *count, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	*count = 0;
	db_arg_integer(&args, late_ms);
	db_arg_integer(&args, down_ms);
	db_arg_integer(&args, SENSOR_DOWN_SEVERITY);
	if (db_begin(db, why) != 0)
		return -1;
	if (db_run(db, sensor_states_sql, &args, &result, why) != 0)
		goto undo;
	*count = db_affected(result);
	db_result_free(result);
	if (*count && (db_notify(db, "hinomi_change", why) != 0 || db_notify(db, "hinomi_page", why) != 0))
		goto undo;
	if (db_commit(db, why) == 0)
		return 0;
undo:
	*count = 0;
	db_rollback(db);
	return -1;
}

int housekeeping_prune(struct db *db, enum housekeeping_prune what, int64_t *count, struct err *why)
{
	static const char *const statements[PRUNE_COUNT] = {
		[PRUNE_CHANGES] = "DELETE FROM change WHERE created_at < now() - interval '1 hour'",
		[PRUNE_SESSIONS] = "DELETE FROM session WHERE expires_at < now()",
		[PRUNE_IDEMPOTENCY] = "DELETE FROM idempotency WHERE created_at < now() - interval '48 hours'",
		[PRUNE_TOKENS] =
		    "DELETE FROM sensor_token WHERE coalesce(used_at, expires_at) < now() - interval '30 days'",
		/* The newest epoch is kept for ever: a sensor may come back after a year with what it had not sent. */
		[PRUNE_STREAMS] = "DELETE FROM sensor_stream s WHERE s.updated_at < now() - interval '90 days' "
				  "AND EXISTS (SELECT FROM sensor_stream n WHERE n.company_id = s.company_id "
				  "AND n.sensor_id = s.sensor_id AND n.updated_at > s.updated_at)",
	};
	struct db_result *result;

	*count = 0;
	if (db_run(db, statements[what], NULL, &result, why) != 0)
		return -1;
	*count = db_affected(result);
	db_result_free(result);
	return 0;
}
