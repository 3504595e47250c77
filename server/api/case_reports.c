#include "server/api/case_reports.h"

#include "server/api/body_members.h"
#include "server/api/incident_hold.h"
#include "server/api/report_view.h"
#include "server/model/report_step.h"
#include "server/store/company_query.h"
#include "server/store/incident_clock.h"
#include "server/store/report_facts.h"
#include "server/store/report_work.h"

enum { LIST_MOST = 200 };

static const char *const kinds[] = { "first", "interim", "final" };

int case_reports_list(struct call *call, struct err *why)
{
	struct report_filter filter = { .limit = LIST_MOST };
	struct held_incident held;
	struct db_result *result;
	struct json_writer w;

	if (incident_hold_look(call, &held, why) != 0)
		return -1;
	filter.company_id = held.row.company_id;
	filter.incident_id = held.row.id;
	incident_hold_release(&held);
	if (report_list(call->db, &filter, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	report_view_put_list(call, &w, result, db_rows(result));
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

/* ------------------------------------------------------------------------------------------------- what others use */

int case_reports_language(struct call *call, int64_t company_id, const char **out, struct err *why)
{
	const char *text;

	if (!call_text(call, "language", 2, 2, false, &text))
		return 0;
	if (!text && company_query_report_language(call->db, company_id, &text, why) != 0)
		return -1;
	if (strcmp(text, "ja") != 0 && strcmp(text, "en") != 0)
		return call_refuse_member(call, "language", FAULT_CHOICE);
	*out = *text == 'j' ? "ja" : "en";
	return 1;
}

static int with_report(struct call *call, int64_t company_id, int64_t report_id,
		       void (*then)(struct call *call, int status, const struct report_row *row), int status,
		       struct err *why)
{
	struct report_row row;
	struct db_result *result;

	if (report_get(call->db, company_id, report_id, false, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such report");
	}
	report_read(result, 0, &row);
	then(call, status, &row);
	db_result_free(result);
	return 0;
}

int case_reports_reply(struct call *call, int status, int64_t company_id, int64_t report_id, struct err *why)
{
	return with_report(call, company_id, report_id, report_view_reply, status, why);
}

static void refuse_existing(struct call *call, int status, const struct report_row *row)
{
	struct json_writer w;

	(void)status;
	call_refuse_open(call, PROBLEM_EXISTS, &w);
	report_view_put(call, &w, "current", row);
	json_close_object(&w);
}

int case_reports_refuse_existing(struct call *call, int64_t company_id, int64_t report_id, struct err *why)
{
	return with_report(call, company_id, report_id, refuse_existing, 0, why);
}

/* ------------------------------------------------------------------------------------------------------------ freezing
 */

static int freeze(struct call *call, struct report_frozen *frozen, const char *kind, struct pool *pool,
		  int64_t *snapshot_id, struct err *why)
{
	const char *timezone = call->api->settings->timezone;
	struct report_facts_frame frame;
	char month[REPORT_DAY_SIZE];
	struct buffer body = { 0 };
	struct case_report facts;
	struct json_writer w;
	int failed;

	if (report_day(call->db, TIME_NONE, timezone, month, why) != 0)
		return -1;
	month[7] = '\0'; /* YYYY-MM: the running one */
	if (report_facts_frame_read(call->db, month, timezone, NULL, pool, &frame, why) != 0 ||
	    report_facts_case(call->db, &frame, frozen->company_id, frozen->incident_id, kind, pool, &facts, why) != 0)
		return -1;
	json_writer_init(&w, &body);
	json_shape_write(&case_report_shape, &facts, &w, NULL);
	frozen->body = buffer_slice(&body);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a report of a case")
			     : report_freeze(call->db, frozen, snapshot_id, why);
	buffer_release(&body);
	return failed;
}

int case_reports_freeze(struct call *call, int64_t company_id, int64_t incident_id, const char *kind,
			const char *reason, int64_t *snapshot_id, struct err *why)
{
	struct report_frozen frozen = { .company_id = company_id,
					.incident_id = incident_id,
					.user_id = call->person.user_id,
					.kind = "case",
					.reason = reason };
	struct pool pool = { 0 };
	int failed = freeze(call, &frozen, kind, &pool, snapshot_id, why);

	pool_release(&pool);
	return failed;
}

int case_reports_may_freeze(struct call *call, int64_t company_id, int64_t incident_id, const char *kind,
			    struct err *why)
{
	struct incident_clock clock = { .resolved_at = TIME_NONE };
	struct json_writer w;

	if (strcmp(kind, "final") != 0)
		return 1;
	if (incident_clock_get(call->db, company_id, incident_id, &clock, why) != 0 && why->code != ERR_NOT_FOUND)
		return -1;
	if (clock.resolved_at != TIME_NONE)
		return 1;
	call_refuse_open(call, PROBLEM_WRONG_STATE, &w);
	json_put_string(&w, "refusal", report_refusal_name(REPORT_CASE_OPEN));
	json_put_string(&w, "reason", report_refusal_text(REPORT_CASE_OPEN, call->japanese));
	json_close_object(&w);
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------ drafting
 */

static bool read_kind(struct call *call, const char **out)
{
	const char *text;

	if (!call_text(call, "kind", 1, 20, true, &text))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(text, kinds[i]) == 0) {
			*out = kinds[i];
			return true;
		}
	}
	call_refuse_member(call, "kind", FAULT_CHOICE);
	return false;
}

static int add(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct report_new draft = { .company_id = incident->company_id,
				    .incident_id = incident->id,
				    .user_id = call->person.user_id };
	int64_t report_id;
	int go = read_kind(call, &draft.kind) ? case_reports_language(call, draft.company_id, &draft.language, why) : 0;

	if (go != 1)
		return go;
	if (report_in_the_way(call->db, &draft, &report_id, why) != 0)
		return -1;
	if (report_id)
		return case_reports_refuse_existing(call, draft.company_id, report_id, why);
	go = case_reports_may_freeze(call, draft.company_id, incident->id, draft.kind, why);
	if (go != 1)
		return go;
	if (case_reports_freeze(call, draft.company_id, incident->id, draft.kind, draft.kind, &draft.snapshot_id,
				why) != 0 ||
	    report_create(call->db, &draft, &report_id, why) != 0)
		return -1;
	return case_reports_reply(call, 201, draft.company_id, report_id, why);
}

int case_reports_add(struct call *call, struct err *why)
{
	struct held_incident held;
	int go = incident_hold_open(call, &held, why);

	if (go != 1)
		return go;
	go = add(call, &held.row, why);
	incident_hold_release(&held);
	return go;
}
