#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/case_reports.h"
#include "server/api/report_runs.h"
#include "server/api/report_view.h"
#include "server/api/reports.h"
#include "server/model/report_text.h"
#include "server/store/report_delivery.h"
#include "server/store/report_work.h"

#include <inttypes.h>
#include <stdio.h>

enum { COMMENT_MOST = 2000, REASON_MOST = 500, SUBJECT_SIZE = 48 };

/* ------------------------------------------------------------------------------------------------- the way of a step
 */

/* Does the step to the row that the transaction holds, and writes the reply. */
typedef int report_deed(struct call *call, const struct report_row *row, struct err *why);

static int refuse_step(struct call *call, enum report_refusal refusal, const struct report_row *row)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_WRONG_STATE, &w);
	json_put_string(&w, "refusal", report_refusal_name(refusal));
	json_put_string(&w, "reason", report_refusal_text(refusal, call->japanese));
	report_view_put(call, &w, "current", row);
	json_close_object(&w);
	return 0;
}

static int refuse_stale(struct call *call, const struct report_row *row)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_STALE, &w);
	report_view_put(call, &w, "current", row);
	json_close_object(&w);
	return 0;
}

static int take_held(struct call *call, enum report_step step, bool conditional, report_deed *deed,
		     const struct report_row *row, struct err *why)
{
	struct report_stand stand = report_stand_of(row);
	enum report_refusal refusal;
	bool stale = false;

	/* What the person saw is what is approved. */
	if (conditional && !call_condition(call, row->version, &stale))
		return 0;
	if (stale)
		return refuse_stale(call, row);
	refusal = report_step_check(&stand, step, call->person.user_id);
	return refusal == REPORT_STEP_OPEN ? deed(call, row, why) : refuse_step(call, refusal, row);
}

static int take_step(struct call *call, enum report_step step, bool conditional, report_deed *deed, struct err *why)
{
	struct report_row row;
	struct db_result *result;
	int failed;

	if (report_get(call->db, call->person.company_id, call->id, true, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such report");
	}
	report_read(result, 0, &row);
	failed = take_held(call, step, conditional, deed, &row, why);
	db_result_free(result);
	return failed;
}

static int reply(struct call *call, int status, const struct report_row *row, struct err *why)
{
	return case_reports_reply(call, status, row->company_id, row->report_id, why);
}

static bool read_reason(struct call *call, const char **out)
{
	return call_text(call, "reason", 1, REASON_MOST, true, out);
}

/* What stands in reports keeps to their rule, whoever writes it. False: refused, return 0. */
static bool may_be_said(struct call *call, const char *name, const char *text)
{
	const char *phrase = report_text_forbidden(slice_of_string(text));

	if (phrase)
		call_refuse_reason(call, name, FAULT_PROMISE, phrase);
	return !phrase;
}

/* ------------------------------------------------------------------------------------------------- until it is out */

static int comment(struct call *call, const struct report_row *row, struct err *why)
{
	const char *text;

	if (!call_text(call, "comment", 0, COMMENT_MOST, true, &text) || !may_be_said(call, "comment", text))
		return 0;
	if (report_comment(call->db, row->company_id, row->report_id, text, call->person.user_id, why) != 0)
		return -1;
	return reply(call, 200, row, why);
}

int reports_comment(struct call *call, struct err *why)
{
	return take_step(call, REPORT_COMMENT, true, comment, why);
}

static int approve(struct call *call, const struct report_row *row, struct err *why)
{
	if (report_approve(call->db, row->company_id, row->report_id, call->person.user_id, why) != 0)
		return -1;
	return reply(call, 200, row, why);
}

int reports_approve(struct call *call, struct err *why)
{
	return take_step(call, REPORT_APPROVE, true, approve, why);
}

static int unapprove(struct call *call, const struct report_row *row, struct err *why)
{
	if (report_unapprove(call->db, row->company_id, row->report_id, call->person.user_id, why) != 0)
		return -1;
	return reply(call, 200, row, why);
}

int reports_unapprove(struct call *call, struct err *why)
{
	return take_step(call, REPORT_UNAPPROVE, true, unapprove, why);
}

/* The reporter draws what the member gets, and publishes in the same transaction. */
static int publish(struct call *call, const struct report_row *row, struct err *why)
{
	const struct report_job job = { .kind = "publish",
					.company_id = row->company_id,
					.report_id = row->report_id,
					.priority = 1,
					.asked_by = call->person.user_id };

	if (report_job_write(call->db, &job, why) != 0)
		return -1;
	return reply(call, 202, row, why);
}

int reports_publish(struct call *call, struct err *why)
{
	return take_step(call, REPORT_PUBLISH, true, publish, why);
}

/* --------------------------------------------------------------------------------------------------- when it is out */

static int audit_send(struct call *call, const struct report_row *row, int64_t written, bool again, struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct json_writer w;

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_integer(&w, "written", written);
	json_put_bool(&w, "again", again);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "report %" PRId64, row->report_id);
	return audit_trail_add(call, "report.send", row->company_id, subject, &detail, why);
}

static int reply_sent(struct call *call, const struct report_row *row, int64_t written, struct err *why)
{
	struct report_row now;
	struct db_result *result;
	struct json_writer w;

	if (report_get(call->db, row->company_id, row->report_id, false, &result, why) != 0)
		return -1;
	report_read(result, 0, &now);
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_integer(&w, "written", written);
	report_view_put(call, &w, "report", &now);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

static int send(struct call *call, const struct report_row *row, struct err *why)
{
	bool again = false;
	int64_t written = 0;

	if (!body_members_bool(call, "again", &again))
		return 0;
	if (report_send(call->db, row->company_id, row->report_id, call->person.user_id, again, &written, why) != 0 ||
	    reply_sent(call, row, written, why) != 0)
		return -1;
	return audit_send(call, row, written, again, why);
}

int reports_send(struct call *call, struct err *why)
{
	return take_step(call, REPORT_SEND, false, send, why);
}

static int withdraw(struct call *call, const struct report_row *row, struct err *why)
{
	const char *reason;

	if (!read_reason(call, &reason))
		return 0;
	if (report_withdraw(call->db, row->company_id, row->report_id, reason, call->person.user_id, why) != 0)
		return -1;
	return reply(call, 200, row, why);
}

int reports_withdraw(struct call *call, struct err *why)
{
	return take_step(call, REPORT_WITHDRAW, true, withdraw, why);
}

/* --------------------------------------------------------------------------------------------------------- once more
 */

static int reissue(struct call *call, const struct report_row *row, struct err *why)
{
	int64_t snapshot_id, report_id;
	const char *reason;
	int go;

	if (!read_reason(call, &reason) || !may_be_said(call, "reason", reason))
		return 0;
	if (row->incident_id) {
		go = case_reports_may_freeze(call, row->company_id, row->incident_id, row->kind, why);
		if (go != 1)
			return go;
	}
	if (row->incident_id &&
	    case_reports_freeze(call, row->company_id, row->incident_id, row->kind, reason, &snapshot_id, why) != 0)
		return -1;
	if (report_reissue(call->db, row->company_id, row->report_id, reason, call->person.user_id, &report_id, why) !=
	    0)
		return -1;
	return case_reports_reply(call, 201, row->company_id, report_id, why);
}

int reports_reissue(struct call *call, struct err *why)
{
	return take_step(call, REPORT_REISSUE, true, reissue, why);
}

static int refresh(struct call *call, const struct report_row *row, struct err *why)
{
	int64_t snapshot_id;
	const char *reason;
	int go;

	if (!read_reason(call, &reason))
		return 0;
	if (!row->incident_id)
		return report_runs_close(call, row->company_id, row->month, reason, why);
	go = case_reports_may_freeze(call, row->company_id, row->incident_id, row->kind, why);
	if (go != 1)
		return go;
	if (case_reports_freeze(call, row->company_id, row->incident_id, row->kind, reason, &snapshot_id, why) != 0 ||
	    report_refresh(call->db, row->company_id, row->report_id, snapshot_id, reason, call->person.user_id, why) !=
		0)
		return -1;
	return reply(call, 200, row, why);
}

int reports_refresh(struct call *call, struct err *why)
{
	return take_step(call, REPORT_REFRESH, false, refresh, why);
}
