#include "server/store/replay.h"

int replay_page(struct db *db, const struct replay_place *place, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, place->company_id);
	db_arg_time(&args, place->from);
	db_arg_time(&args, place->to);
	db_arg_text(&args, place->timezone);
	db_arg_time(&args, place->after_ts);
	db_arg_integer(&args, place->after_ts == TIME_NONE ? INT64_MIN : place->after_id);
	db_arg_integer(&args, REPLAY_PAGE);
	return db_run(db,
		      "SELECT a.id, a.ts, a.received_at, extract(epoch FROM (a.ts AT TIME ZONE $4::text) "
		      "- (a.ts AT TIME ZONE 'UTC'))::bigint, a.mute_id IS NOT NULL, a.raw FROM alert a "
		      "WHERE a.company_id = $1::bigint AND a.ts >= $2::timestamptz AND a.ts < $3::timestamptz "
		      "AND (a.ts, a.id) > (coalesce($5::timestamptz, '-infinity'), $6::bigint) ORDER BY a.ts, a.id "
		      "LIMIT $7::bigint",
		      &args, out, why);
}

void replay_read(const struct db_result *result, int row, struct replay_row *out)
{
	*out = (struct replay_row){
		.id = db_integer(result, row, 0),
		.ts = db_time(result, row, 1),
		.received_at = db_time(result, row, 2),
		.zone = (int)db_integer(result, row, 3),
		.muted = db_bool(result, row, 4),
		.raw = db_slice(result, row, 5),
	};
}

int replay_companies(struct db *db, int64_t company_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	/* Across companies. */
	return db_run(db,
		      "SELECT company_id, name FROM company WHERE $1::bigint IS NULL OR company_id = $1::bigint "
		      "ORDER BY company_id",
		      &args, out, why);
}
