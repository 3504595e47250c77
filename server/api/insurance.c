#include "server/api/insurance.h"

#include "server/api/body_members.h"
#include "server/api/case_view.h"
#include "server/api/incident_hold.h"
#include "server/api/incidents.h"

enum { NUMBER_MOST = 100, REASON_MOST = 2000 };
#define YEN_MOST ((int64_t)1000000000000)

int insurance_get(struct call *call, struct err *why)
{
	struct held_incident held;
	struct json_writer w;
	int failed;

	if (incident_hold_look(call, &held, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	failed = case_view_entitlement(call, &held.row, &w, why) != 0 ||
		 case_view_insurance(call, &held.row, "case", &w, why) != 0;
	json_close_object(&w);
	incident_hold_release(&held);
	return failed ? -1 : 0;
}

/* ---------------------------------------------------------------------------------------------- what both changes do
 */

static int record(struct call *call, const struct incident_row *incident, const struct insurance_row *row,
		  const char *action, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_integer(&w, "insurance", row->id);
	json_put_string(&w, "state", row->state);
	json_put_string(&w, "claim_no", row->claim_no);
	json_put_known(&w, "claimed_yen", row->claimed_yen >= 0, row->claimed_yen);
	json_put_known(&w, "paid_yen", row->paid_yen >= 0, row->paid_yen);
	json_put_known(&w, "member_share_yen", row->member_share_yen >= 0, row->member_share_yen);
	json_put_string(&w, "reason", row->reason);
	json_close_object(&w);
	return incident_hold_record(call, incident, "insurance", action, &body, why);
}

/* Records and shows the row as it is now. */
static int finish(struct call *call, const struct incident_row *incident, int status, const char *action,
		  struct err *why)
{
	struct insurance_row row;
	struct db_result *result;
	struct json_writer w;
	int failed;

	if (insurance_record_of_incident(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	insurance_record_read(result, 0, &row);
	failed = record(call, incident, &row, action, why);
	if (!failed) {
		call_reply(call, status, &w);
		incidents_reply_version(call, row.version);
		case_view_put_insurance(&w, NULL, &row);
	}
	db_result_free(result);
	return failed;
}

/* -------------------------------------------------------------------------------------------------------------- open
 */

static bool read_new(struct call *call, struct insurance_new *out)
{
	out->claimed_yen = -1;
	if (!body_members_nullable_text(call, "claim_no", NUMBER_MOST, &out->claim_no) ||
	    !body_members_nullable_integer(call, "claimed_yen", 0, YEN_MOST, -1, &out->claimed_yen) ||
	    !call_text(call, "reason", 0, REASON_MOST, false, &out->reason))
		return false;
	out->reason = out->reason ? out->reason : "";
	return true;
}

/* 1: there is none; 0: refused; -1. The incident is held, so none can come meanwhile. */
static int check_none(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct db_result *result;
	bool one;

	if (insurance_record_of_incident(call->db, incident->company_id, incident->id, &result, why) != 0)
		return -1;
	one = db_rows(result) != 0;
	db_result_free(result);
	return one ? call_refuse(call, PROBLEM_EXISTS) : 1;
}

static int open_case(struct call *call, const struct incident_row *incident, struct err *why)
{
	struct insurance_new row = { .company_id = incident->company_id,
				     .incident_id = incident->id,
				     .opened_by = call->person.user_id };
	struct insurance_standing standing;
	int go;

	if (!read_new(call, &row))
		return 0;
	go = check_none(call, incident, why);
	if (go != 1)
		return go;
	if (insurance_record_standing(call->db, row.company_id, row.incident_id, call->api->settings->timezone,
				      &standing, why) != 0)
		return -1;
	insurance_standing_release(&standing);
	if (standing.verdict != INSURANCE_ENTITLED)
		return call_refuse(call, PROBLEM_NOT_ENTITLED);
	row.contract_id = standing.contract_id;
	row.limit_yen = standing.limit_yen;
	if (insurance_record_add(call->db, &row, why) != 0)
		return -1;
	return finish(call, incident, 201, "insurance.open", why);
}

int insurance_open(struct call *call, struct err *why)
{
	struct held_incident held;
	int go = incident_hold_open(call, &held, why);

	if (go != 1)
		return go;
	go = open_case(call, &held.row, why);
	incident_hold_release(&held);
	return go;
}

/* ------------------------------------------------------------------------------------------------------------ change
 */

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

static bool read_state(struct call *call, enum insurance_state now, enum insurance_state *out)
{
	const char *text = body_text(&call->body, "state");

	*out = now;
	if (body_kind(&call->body, "state") == BODY_ABSENT)
		return true;
	if (!text)
		return refuse(call, "state", FAULT_TYPE);
	if (!insurance_state_parse(slice_of_string(text), out))
		return refuse(call, "state", FAULT_CHOICE);
	if (insurance_state_may(now, *out))
		return true;
	call_refuse(call, PROBLEM_WRONG_STATE);
	return false;
}

/* Decided: what the figures are when nobody said otherwise. Not decided: none. */
static bool decide(struct call *call, enum insurance_state state, const struct insurance_row *now,
		   struct insurance_change *change)
{
	bool paid_given = body_kind(&call->body, "paid_yen") == BODY_INTEGER;
	bool member_given = body_kind(&call->body, "member_share_yen") == BODY_INTEGER;
	struct insurance_split split;

	if (state == INSURANCE_DECLINED) {
		if (!*change->reason)
			return refuse(call, "reason", FAULT_MISSING);
		change->paid_yen = 0;
		change->member_share_yen = change->claimed_yen;
		return true;
	}
	if (state != INSURANCE_COVERED) {
		change->paid_yen = change->member_share_yen = -1;
		return true;
	}
	if (change->claimed_yen < 0)
		return refuse(call, "claimed_yen", FAULT_MISSING);
	split = insurance_split(change->claimed_yen, now->limit_yen, now->share_yen);
	if (!paid_given)
		change->paid_yen = split.paid_yen;
	if (change->paid_yen > now->limit_yen || change->paid_yen > change->claimed_yen)
		return refuse(call, "paid_yen", FAULT_NUMBER);
	if (!member_given)
		change->member_share_yen = change->claimed_yen - change->paid_yen;
	return true;
}

static bool read_change(struct call *call, const struct insurance_row *now, struct insurance_change *out)
{
	enum insurance_state before = INSURANCE_PREPARED, state;
	const char *reason = NULL;

	if (!insurance_state_parse(slice_of_string(now->state), &before) || !body_members_any(call, "state") ||
	    !read_state(call, before, &state) ||
	    !body_members_nullable_text(call, "claim_no", NUMBER_MOST, &out->claim_no) ||
	    !body_members_nullable_integer(call, "claimed_yen", 0, YEN_MOST, -1, &out->claimed_yen) ||
	    !body_members_nullable_integer(call, "paid_yen", 0, YEN_MOST, -1, &out->paid_yen) ||
	    !body_members_nullable_integer(call, "member_share_yen", 0, YEN_MOST, -1, &out->member_share_yen) ||
	    !call_text(call, "reason", 0, REASON_MOST, false, &reason))
		return false;
	out->reason = reason ? reason : now->reason;
	out->state = insurance_state_name(state);
	return decide(call, state, now, out);
}

static void refuse_stale(struct call *call, const struct insurance_row *current)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_STALE, &w);
	case_view_put_insurance(&w, "current", current);
	json_close_object(&w);
}

static int change_held(struct call *call, const struct insurance_row *now, const struct incident_row *incident,
		       struct err *why)
{
	struct insurance_change change = { .company_id = now->company_id,
					   .id = now->id,
					   .claim_no = now->claim_no,
					   .claimed_yen = now->claimed_yen,
					   .paid_yen = now->paid_yen,
					   .member_share_yen = now->member_share_yen };
	bool stale;

	if (!call_condition(call, now->version, &stale))
		return 0;
	if (stale) {
		refuse_stale(call, now);
		return 0;
	}
	if (!read_change(call, now, &change))
		return 0;
	if (insurance_record_update(call->db, &change, why) != 0)
		return -1;
	return finish(call, incident, 200, "insurance.change", why);
}

int insurance_change(struct call *call, struct err *why)
{
	struct held_incident held;
	struct insurance_row now;
	struct db_result *result;
	int failed;

	if (insurance_record_hold(call->db, call->person.company_id, call->id, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such insurance case");
	}
	insurance_record_read(result, 0, &now);
	failed = incident_hold(call, now.incident_id, &held, why);
	if (!failed) {
		failed = change_held(call, &now, &held.row, why);
		incident_hold_release(&held);
	}
	db_result_free(result);
	return failed;
}
