#include "server/store/incident_clock.h"

#include <string.h>

/* $1 company, $2 incident, $3 when, or NULL. A time in the future is a mistake of a clock or of a hand. */
#define WHEN         "least(coalesce($3::timestamptz, now()), now())"
#define ALSO(column) ", " column " = coalesce(" column ", " WHEN ")"
#define MARK(column, also)                                                                                      \
	"UPDATE incident_clock SET " column " = " WHEN also " WHERE company_id = $1::bigint AND incident_id = " \
	"$2::bigint AND " column " IS NULL"

static const char *const marks[] = {
	[CLOCK_ACKNOWLEDGED] = MARK("acknowledged_at", ""),
	[CLOCK_TRIAGED] = MARK("triaged_at", ""),
	[CLOCK_TOLD] = MARK("told_at", ALSO("triaged_at")),
	[CLOCK_CONFIRMED] = MARK("confirmed_at", ""),
	[CLOCK_CONTAINED] = MARK("contained_at", ALSO("acknowledged_at") ALSO("triaged_at")),
	[CLOCK_RESOLVED] = MARK("resolved_at", ALSO("triaged_at")),
	[CLOCK_CLOSED] = MARK("closed_at", ALSO("acknowledged_at") ALSO("triaged_at") ALSO("resolved_at")),
};

static int run(struct db *db, const char *sql, int64_t company_id, int64_t incident_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	return db_run(db, sql, &args, NULL, why);
}

int incident_clock_mark(struct db *db, int64_t company_id, int64_t incident_id, enum incident_clock_mark mark,
			time_us at, bool *first, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	bool set;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	db_arg_time(&args, at);
	if (db_run(db, marks[mark], &args, &result, why) != 0)
		return -1;
	set = db_affected(result) != 0;
	db_result_free(result);
	if (first)
		*first = set;
	if (mark == CLOCK_CLOSED && set)
		return incident_clock_pause(db, company_id, incident_id, false, why);
	return 0;
}

int incident_clock_state(struct db *db, int64_t company_id, int64_t incident_id, const char *state, struct err *why)
{
	if (strcmp(state, "closed") == 0)
		return incident_clock_mark(db, company_id, incident_id, CLOCK_CLOSED, TIME_NONE, NULL, why);
	if (strcmp(state, "contained") == 0) {
		if (run(db,
			"UPDATE incident_clock SET closed_at = NULL, resolved_at = nullif(resolved_at, closed_at) "
			"WHERE company_id = $1::bigint AND incident_id = $2::bigint AND closed_at IS NOT NULL",
			company_id, incident_id, why) != 0)
			return -1;
		return incident_clock_mark(db, company_id, incident_id, CLOCK_CONTAINED, TIME_NONE, NULL, why);
	}
	if (run(db,
		"UPDATE incident_clock SET contained_at = NULL, resolved_at = NULL, closed_at = NULL "
		"WHERE company_id = $1::bigint AND incident_id = $2::bigint "
		"AND coalesce(contained_at, resolved_at, closed_at) IS NOT NULL",
		company_id, incident_id, why) != 0)
		return -1;
	if (strcmp(state, "acknowledged") != 0)
		return 0;
	return incident_clock_mark(db, company_id, incident_id, CLOCK_ACKNOWLEDGED, TIME_NONE, NULL, why);
}

int incident_clock_pause(struct db *db, int64_t company_id, int64_t incident_id, bool waiting, struct err *why)
{
	if (!waiting)
		return run(db,
			   "UPDATE incident_pause SET to_at = greatest(from_at, now()) "
			   "WHERE company_id = $1::bigint AND incident_id = $2::bigint AND to_at IS NULL",
			   company_id, incident_id, why);
	return run(
	    db,
	    "INSERT INTO incident_pause (company_id, incident_id, from_at) SELECT company_id, incident_id, now() "
	    "FROM incident_clock WHERE company_id = $1::bigint AND incident_id = $2::bigint "
	    "AND closed_at IS NULL ON CONFLICT DO NOTHING",
	    company_id, incident_id, why);
}

static void read_clock(const struct db_result *r, struct incident_clock *out)
{
	out->event_at = db_time(r, 0, 0);
	out->received_at = db_time(r, 0, 1);
	out->raised_at = db_time(r, 0, 2);
	out->acknowledged_at = db_time(r, 0, 3);
	out->triaged_at = db_time(r, 0, 4);
	out->told_at = db_time(r, 0, 5);
	out->confirmed_at = db_time(r, 0, 6);
	out->contained_at = db_time(r, 0, 7);
	out->resolved_at = db_time(r, 0, 8);
	out->closed_at = db_time(r, 0, 9);
	out->paused_ms = db_integer(r, 0, 10);
	out->paused_at = db_time(r, 0, 11);
}

int incident_clock_get(struct db *db, int64_t company_id, int64_t incident_id, struct incident_clock *out,
		       struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int rows;

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	if (db_run(
		db,
		"SELECT k.event_at, k.received_at, k.raised_at, k.acknowledged_at, k.triaged_at, k.told_at, "
		"k.confirmed_at, k.contained_at, k.resolved_at, k.closed_at, p.ms, p.since FROM incident_clock k "
		"CROSS JOIN LATERAL (SELECT coalesce(sum(extract(epoch FROM w.to_at - w.from_at) * 1000), 0)::bigint "
		"AS ms, max(w.from_at) FILTER (WHERE w.to_at IS NULL) AS since FROM incident_pause w "
		"WHERE w.company_id = k.company_id AND w.incident_id = k.incident_id) p "
		"WHERE k.company_id = $1::bigint AND k.incident_id = $2::bigint",
		&args, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	if (rows)
		read_clock(result, out);
	db_result_free(result);
	return rows ? 0 : err_set(why, ERR_NOT_FOUND, "the incident has no clocks");
}
