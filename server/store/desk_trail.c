#include "server/store/desk_trail.h"

int desk_trail_change(struct db *db, int64_t company_id, enum change_kind kind, int64_t id, struct err *why)
{
	if (change_feed_write(db, company_id, kind, id, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}

int desk_trail_incident(struct db *db, int64_t company_id, int64_t incident_id, const char *kind, int64_t user_id,
			const char *body_json, struct err *why)
{
	struct db_args args = { 0 };

	if (!incident_id)
		return 0;
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, incident_id);
	if (db_run(db,
		   "UPDATE incident SET version = version + 1, updated_at = now() "
		   "WHERE company_id = $1::bigint AND incident_id = $2::bigint",
		   &args, NULL, why) != 0)
		return -1;
	db_arg_text(&args, kind);
	db_arg_optional(&args, user_id);
	db_arg_text(&args, body_json);
	if (db_run(db,
		   "INSERT INTO incident_event (company_id, incident_id, at, kind, user_id, body) "
		   "VALUES ($1::bigint, $2::bigint, now(), $3::text, $4::bigint, $5::jsonb)",
		   &args, NULL, why) != 0)
		return -1;
	return desk_trail_change(db, company_id, CHANGE_INCIDENT, incident_id, why);
}
