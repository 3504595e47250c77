#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/schedule_view.h"
#include "server/api/schedules.h"

#include <inttypes.h>
#include <stdio.h>

enum { REASON_MOST = 500 };

static int find(struct call *call, int64_t id, bool lock, struct db_result **rows, struct override_row *out,
		struct err *why)
{
	if (override_get(call->db, 0, id, lock, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		return err_set(why, ERR_NOT_FOUND, "no such override");
	}
	override_read(*rows, 0, out);
	return 0;
}

/* As it is now, in the reply and in the audit trail. */
static int conclude(struct call *call, int64_t id, int status, const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct override_row row;
	struct db_result *rows;
	struct json_writer w;
	char subject[48];

	if (find(call, id, false, &rows, &row, why) != 0)
		return -1;
	call_reply(call, status, &w);
	schedule_view_put_override(&w, NULL, &row);
	json_writer_init(&w, &detail);
	schedule_view_put_override(&w, NULL, &row);
	snprintf(subject, sizeof(subject), "schedule %" PRId64, row.schedule_id);
	db_result_free(rows);
	return audit_trail_add(call, action, 0, subject, &detail, why);
}

static bool may_manage(const struct call *call)
{
	return person_may(call->person.role, PERMISSION_MANAGE_ONCALL);
}

/* 1: go on; 0: refused. */
static int read_new(struct call *call, struct override_new *out)
{
	*out = (struct override_new){ .schedule_id = call->id, .made_by = call->person.user_id };
	if (!body_members_need(call, "user_id") ||
	    !body_members_integer(call, "user_id", 1, INT64_MAX, &out->user_id) ||
	    !oncall_call_time(call, "from", true, &out->from) || !oncall_call_time(call, "to", true, &out->to) ||
	    !body_members_nullable_text(call, "reason", REASON_MOST, &out->reason))
		return 0;
	if (out->to <= out->from)
		return call_refuse_member(call, "to", FAULT_ORDER);
	if (out->user_id != call->person.user_id && !may_manage(call))
		return call_refuse(call, PROBLEM_FORBIDDEN);
	return 1;
}

int overrides_add(struct call *call, struct err *why)
{
	struct override_new override;
	int64_t id = 0;

	if (read_new(call, &override) != 1)
		return 0;
	if (override_create(call->db, &override, &id, why) == 0)
		return conclude(call, id, 201, "override.add", why);
	return why->code == ERR_USAGE ? call_refuse_reason(call, "user_id", FAULT_CHOICE, why->text) : -1;
}

static int end_held(struct call *call, const struct override_row *row, struct err *why)
{
	bool own = row->made_by == call->person.user_id || row->user_id == call->person.user_id;

	if (!own && !may_manage(call))
		return call_refuse(call, PROBLEM_FORBIDDEN);
	if (override_end(call->db, row->schedule_id, row->override_id, why) == 0)
		return conclude(call, row->override_id, 200, "override.end", why);
	return why->code == ERR_CONFLICT ? call_refuse(call, PROBLEM_PAGE_STATE) : -1;
}

int overrides_end(struct call *call, struct err *why)
{
	struct override_row row;
	struct db_result *rows;
	int failed;

	if (find(call, call->id, true, &rows, &row, why) != 0)
		return -1;
	failed = end_held(call, &row, why);
	db_result_free(rows);
	return failed;
}
