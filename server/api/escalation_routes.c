#include "server/api/escalation_routes.h"

#include "server/api/audit_trail.h"
#include "server/api/incident_view.h"
#include "server/api/oncall_call.h"
#include "server/store/policy_admin.h"

#include <inttypes.h>

static void put(struct json_writer *w, const struct routes_row *row)
{
	json_open_object(w, NULL);
	json_put_integer(w, "version", row->version);
	json_put_raw(w, "rules", slice_of_string(row->rules));
	incident_view_put_person(w, "saved_by", row->saved_by, row->by_name);
	json_put_time(w, "saved_at", row->saved_at);
	json_close_object(w);
}

/* Those in force; the row's texts belong to *rows. */
static int find(struct call *call, struct db_result **rows, struct routes_row *out, struct err *why)
{
	if (routes_get(call->db, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "there are no routes: run hinomictl migrate");
	}
	routes_read(*rows, 0, out);
	return 0;
}

static int conclude(struct call *call, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct routes_row row;
	struct db_result *rows;
	struct json_writer w;
	int failed = 0;

	if (find(call, &rows, &row, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	oncall_call_etag(call, row.version);
	put(&w, &row);
	if (action) {
		json_writer_init(&w, &detail);
		put(&w, &row);
		failed = audit_trail_add(call, action, 0, "escalation routes", &detail, why);
	}
	db_result_free(rows);
	return failed;
}

int escalation_routes_get(struct call *call, struct err *why)
{
	return conclude(call, NULL, why);
}

int escalation_routes_save(struct call *call, struct err *why)
{
	struct buffer rules = { 0 };
	struct routes_row now;
	struct db_result *rows;
	int64_t version;
	bool stale = false;
	int failed = 0;

	if (find(call, &rows, &now, why) != 0)
		return -1;
	version = now.version;
	db_result_free(rows);
	if (!call_condition(call, version, &stale))
		return 0;
	if (stale)
		return oncall_call_stale(call);
	if (oncall_call_document(call, "rules", &rules) &&
	    routes_put(call->db, version, buffer_string(&rules), call->person.user_id, why) != 0)
		/* Somebody saved some meanwhile: the call is done again, and finds another version. */
		failed = why->code == ERR_CONFLICT ? -1 : oncall_call_refused(call, why);
	else if (call->reply->status == 0)
		failed = conclude(call, "routes.change", why);
	buffer_release(&rules);
	return failed;
}
