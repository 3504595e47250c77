#include "server/store/vitals.h"

const char *const vitals_states[VITALS_STATES] = { "new", "up", "late", "down", "muted", "revoked" };

static int read_sensors(struct db *db, struct vitals *out, struct err *why)
{
	struct db_result *result;

	/* Across companies. */
	if (db_run(db, "SELECT state, count(*) FROM sensor GROUP BY state", NULL, &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result); row++)
		for (size_t i = 0; i < VITALS_STATES; i++)
			if (slice_is(db_slice(result, row, 0), vitals_states[i]))
				out->sensors[i] = db_integer(result, row, 1);
	db_result_free(result);
	return 0;
}

int vitals_read(struct db *db, struct vitals *out, struct err *why)
{
	struct db_result *result;

	*out = (struct vitals){ 0 };
	if (read_sensors(db, out, why) != 0)
		return -1;
	/* Across companies. */
	if (db_run(
		db,
		"SELECT w.pieces, w.age, i.open FROM "
		"(SELECT count(*) AS pieces, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age "
		"FROM work) w, "
		"(SELECT count(*) AS open FROM incident WHERE state IN ('open', 'acknowledged', 'contained')) i",
		NULL, &result, why) != 0)
		return -1;
	out->work = db_integer(result, 0, 0);
	out->work_age = db_real(result, 0, 1);
	out->open_incidents = db_integer(result, 0, 2);
	db_result_free(result);
	return 0;
}

int vitals_ping(struct db *db, struct err *why)
{
	return db_run(db, "SELECT 1", NULL, NULL, why);
}
