#include "server/store/member_confirm.h"

#include "server/store/change_feed.h"
#include "server/store/incident_clock.h"

int member_confirm(struct db *db, const struct member_confirm *confirm, struct err *why)
{
	struct db_args args = { 0 }, row = { 0 };

	db_arg_integer(&row, confirm->company_id);
	db_arg_integer(&row, confirm->incident_id);
	if (incident_clock_mark(db, confirm->company_id, confirm->incident_id, CLOCK_CONFIRMED, TIME_NONE, NULL, why) !=
		0 ||
	    db_run(db,
		   "UPDATE incident SET version = version + 1, updated_at = now() WHERE company_id = $1::bigint "
		   "AND incident_id = $2::bigint",
		   &row, NULL, why) != 0)
		return -1;
	db_arg_integer(&args, confirm->company_id);
	db_arg_integer(&args, confirm->incident_id);
	db_arg_text(&args, confirm->contact ? confirm->contact : "");
	db_arg_text(&args, confirm->message);
	if (db_run(db,
		   "INSERT INTO incident_event (company_id, incident_id, kind, body) VALUES ($1::bigint, $2::bigint, "
		   "'confirmed', jsonb_build_object('contact', $3::text, 'message', $4::text))",
		   &args, NULL, why) != 0 ||
	    change_feed_write(db, confirm->company_id, CHANGE_INCIDENT, confirm->incident_id, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}
