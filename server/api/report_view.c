#include "server/api/report_view.h"

#include "server/api/incident_view.h"
#include "server/api/incidents.h"

#include <inttypes.h>
#include <stdio.h>

enum { REFERENCE_SIZE = 24 };

bool report_view_is_out(const struct report_row *row)
{
	return row->published_at != TIME_NONE;
}

/* Which permission a step needs. */
static enum permission permission_of(enum report_step step)
{
	switch (step) {
	case REPORT_COMMENT:
	case REPORT_REFRESH:
		return PERMISSION_WRITE_REPORTS;
	case REPORT_APPROVE:
	case REPORT_UNAPPROVE:
		return PERMISSION_APPROVE_REPORTS;
	case REPORT_PUBLISH:
	case REPORT_SEND:
	case REPORT_WITHDRAW:
	case REPORT_REISSUE:
	case REPORT_STEPS:
	default:
		return PERMISSION_MANAGE_REPORTS;
	}
}

static void put_actions(const struct call *call, struct json_writer *w, const struct report_row *row)
{
	struct report_stand stand = report_stand_of(row);

	json_open_array(w, "actions");
	for (int step = 0; step < REPORT_STEPS; step++)
		if (!call->person.company_id && person_may(call->person.role, permission_of((enum report_step)step)) &&
		    report_step_check(&stand, (enum report_step)step, call->person.user_id) == REPORT_STEP_OPEN)
			json_put_string(w, NULL, report_step_name((enum report_step)step));
	json_close_array(w);
}

static void put_what(struct json_writer *w, const struct report_row *row)
{
	char reference[REFERENCE_SIZE];

	snprintf(reference, sizeof(reference), "R-%" PRId64, row->report_id);
	json_put_integer(w, "id", row->report_id);
	json_put_string(w, "reference", reference);
	json_put_integer(w, "company_id", row->company_id);
	json_put_string(w, "company", row->company);
	json_put_string(w, "member_no", row->member_no);
	json_put_string(w, "kind", row->kind);
	json_put_string(w, "month", row->month);
	json_put_known(w, "incident_id", row->incident_id != 0, row->incident_id);
	json_put_known(w, "incident_no", row->incident_no != 0, row->incident_no);
	json_put_integer(w, "issue", row->issue);
	json_put_string(w, "state", row->state);
	json_put_string(w, "step", row->step);
	json_put_string(w, "grade", row->grade);
}

static void put_way(const struct call *call, struct json_writer *w, const struct report_row *row)
{
	bool staff = !call->person.company_id;

	json_put_bool(w, "needs_comment", row->needs_comment);
	incident_view_put_person(w, "made_by", staff ? row->made_by_id : 0, row->made_by);
	json_put_string(w, "comment", row->comment);
	incident_view_put_person(w, "comment_by", staff ? row->comment_by_id : 0, row->comment_by);
	json_put_time(w, "comment_at", row->comment_at);
	incident_view_put_person(w, "approved_by", row->approved_by_id, row->approved_by);
	json_put_time(w, "approved_at", row->approved_at);
	incident_view_put_person(w, "published_by", staff ? row->published_by_id : 0, row->published_by);
	json_put_time(w, "published_at", row->published_at);
	json_put_time(w, "sent_at", row->sent_at);
	json_put_time(w, "opened_at", row->opened_at);
	json_put_time(w, "withdrawn_at", row->withdrawn_at);
	json_put_string(w, "withdraw_reason", row->withdraw_reason);
	json_put_string(w, "error", staff ? row->error : NULL);
}

void report_view_put_members(const struct call *call, struct json_writer *w, const struct report_row *row)
{
	put_what(w, row);
	json_put_known(w, "replaces", row->replaces != 0, row->replaces);
	json_put_string(w, "issue_reason", row->issue_reason);
	json_put_string(w, "language", row->language);
	put_way(call, w, row);
	json_put_integer(w, "snapshot_version", row->snapshot_version);
	json_put_integer(w, "waiting", row->waiting_jobs);
	json_put_known(w, "certificate", row->certificate != 0, row->certificate);
	put_actions(call, w, row);
	json_put_integer(w, "version", row->version);
	json_put_time(w, "created_at", row->created_at);
	json_put_time(w, "updated_at", row->updated_at);
}

void report_view_put(const struct call *call, struct json_writer *w, const char *key, const struct report_row *row)
{
	json_open_object(w, key);
	report_view_put_members(call, w, row);
	json_close_object(w);
}

void report_view_put_list(const struct call *call, struct json_writer *w, const struct db_result *result, int rows)
{
	struct report_row row;

	json_open_array(w, "reports");
	for (int i = 0; i < rows; i++) {
		report_read(result, i, &row);
		report_view_put(call, w, NULL, &row);
	}
	json_close_array(w);
}

void report_view_put_live(struct json_writer *w, const char *key, const struct report_row *row)
{
	json_open_object(w, key);
	put_what(w, row);
	json_put_integer(w, "version", row->version);
	json_put_time(w, "updated_at", row->updated_at);
	json_close_object(w);
}

void report_view_put_versions(const struct call *call, struct json_writer *w, const struct db_result *result)
{
	json_open_array(w, "versions");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "version", db_integer(result, i, 0));
		json_put_string(w, "sha256", db_text(result, i, 1));
		json_put_string(w, "reason", db_text(result, i, 2));
		json_put_raw(w, "changes", db_slice(result, i, 3));
		json_put_time(w, "made_at", db_time(result, i, 4));
		json_put_string(w, "made_by", call->person.company_id ? NULL : db_text(result, i, 5));
		json_close_object(w);
	}
	json_close_array(w);
}

void report_view_reply(struct call *call, int status, const struct report_row *row)
{
	struct json_writer w;

	call_reply(call, status, &w);
	incidents_reply_version(call, row->version);
	report_view_put(call, &w, NULL, row);
}
