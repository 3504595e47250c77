#include "server/api/integrations.h"

#include "server/api/audit_trail.h"
#include "server/api/incident_view.h"
#include "server/api/oncall_call.h"
#include "server/model/token.h"
#include "server/store/integration.h"

#include <inttypes.h>
#include <stdio.h>

static void put_members(struct json_writer *w, const struct integration_row *row)
{
	json_put_integer(w, "id", row->integration_id);
	json_put_string(w, "name", row->name);
	incident_view_put_person(w, "created_by", row->created_by, row->by_name ? row->by_name : "?");
	json_put_time(w, "created_at", row->created_at);
	json_put_time(w, "last_used_at", row->last_used_at);
}

int integrations_list(struct call *call, struct err *why)
{
	struct integration_row row;
	struct db_result *rows;
	struct json_writer w;

	if (integration_list(call->db, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "integrations");
	for (int i = 0; i < db_rows(rows); i++) {
		integration_read(rows, i, &row);
		json_open_object(&w, NULL);
		put_members(&w, &row);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return 0;
}

static int find(struct call *call, int64_t id, struct db_result **rows, struct integration_row *out, struct err *why)
{
	if (integration_get(call->db, id, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "no such integration");
	}
	integration_read(*rows, 0, out);
	return 0;
}

static int note(struct call *call, const struct integration_row *row, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "name", row->name);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "integration %" PRId64, row->integration_id);
	return audit_trail_add(call, action, 0, subject, &detail, why);
}

int integrations_add(struct call *call, struct err *why)
{
	uint8_t hash[TOKEN_HASH_SIZE];
	struct integration_row row;
	char key[TOKEN_TEXT_SIZE];
	struct db_result *rows;
	struct json_writer w;
	const char *name;
	int64_t id = 0;
	int failed;

	if (!oncall_call_name(call, &name))
		return 0;
	token_new(key);
	token_hash(slice_of_string(key), hash);
	if (integration_add(call->db, name, hash, call->person.user_id, &id, why) != 0 ||
	    find(call, id, &rows, &row, why) != 0)
		return -1;
	call_reply(call, 201, &w);
	json_open_object(&w, NULL);
	put_members(&w, &row);
	json_put_string(&w, "key", key);
	json_close_object(&w);
	failed = note(call, &row, "integration.add", why);
	db_result_free(rows);
	return failed;
}

int integrations_remove(struct call *call, struct err *why)
{
	struct integration_row row;
	struct db_result *rows;
	int failed;

	if (find(call, call->id, &rows, &row, why) != 0)
		return -1;
	failed = integration_remove(call->db, call->id, why);
	if (!failed) {
		call_reply_empty(call, 204);
		failed = note(call, &row, "integration.remove", why);
	}
	db_result_free(rows);
	return failed;
}
