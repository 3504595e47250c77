#include "server/store/privacy_record.h"

#define GET                                                                                                    \
	"SELECT company_id, incident_id, known_at, malicious, persons, first_reported_at, final_reported_at, " \
	"dropped_at, drop_reason, version FROM privacy_clock "                                                 \
	"WHERE company_id = $1::bigint AND incident_id = $2::bigint"

int privacy_record_get(struct db *db, int64_t company_id, int64_t incident_id, bool lock, struct db_result **out,
		       struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	return db_run(db, lock ? GET " FOR UPDATE" : GET, &args, out, why);
}

void privacy_record_read(const struct db_result *r, int row, struct privacy_row *out)
{
	out->company_id = db_integer(r, row, 0);
	out->incident_id = db_integer(r, row, 1);
	out->clock.known_at = db_time(r, row, 2);
	out->clock.malicious = db_bool(r, row, 3);
	out->persons = db_is_null(r, row, 4) ? -1 : db_integer(r, row, 4);
	out->clock.first_reported_at = db_time(r, row, 5);
	out->clock.final_reported_at = db_time(r, row, 6);
	out->dropped_at = db_time(r, row, 7);
	out->clock.dropped = out->dropped_at != TIME_NONE;
	out->drop_reason = db_text(r, row, 8);
	out->version = db_integer(r, row, 9);
}

static void put_args(struct db_args *args, const struct privacy_row *row)
{
	db_arg_integer(args, row->company_id);
	db_arg_integer(args, row->incident_id);
	db_arg_time(args, row->clock.known_at);
	db_arg_bool(args, row->clock.malicious);
	if (row->persons < 0)
		db_arg_null(args);
	else
		db_arg_integer(args, row->persons);
}

int privacy_record_add(struct db *db, const struct privacy_row *row, struct err *why)
{
	struct db_args args = { 0 };

	put_args(&args, row);
	return db_run(db,
		      "INSERT INTO privacy_clock (company_id, incident_id, known_at, malicious, persons) "
		      "VALUES ($1::bigint, $2::bigint, $3::timestamptz, $4::boolean, $5::bigint)",
		      &args, NULL, why);
}

int privacy_record_update(struct db *db, const struct privacy_row *row, struct err *why)
{
	struct db_args args = { 0 };

	put_args(&args, row);
	db_arg_time(&args, row->clock.first_reported_at);
	db_arg_time(&args, row->clock.final_reported_at);
	db_arg_bool(&args, row->clock.dropped);
	db_arg_text(&args, row->drop_reason);
	return db_run(
	    db,
	    "UPDATE privacy_clock SET known_at = $3::timestamptz, malicious = $4::boolean, persons = $5::bigint, "
	    "first_reported_at = $6::timestamptz, final_reported_at = $7::timestamptz, "
	    "reminded = CASE WHEN known_at = $3::timestamptz AND malicious = $4::boolean THEN reminded ELSE 0 END, "
	    "dropped_at = CASE WHEN $8::boolean THEN coalesce(dropped_at, now()) END, "
	    "drop_reason = CASE WHEN $8::boolean THEN $9::text END, version = version + 1 "
	    "WHERE company_id = $1::bigint AND incident_id = $2::bigint",
	    &args, NULL, why);
}
