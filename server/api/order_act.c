#include "server/api/order_act.h"

#include "server/api/desk_body.h"
#include "server/api/orders.h"
#include "server/store/contract.h"

enum { REASON_MOST = 1000, NAME_MOST = 100, REPORT_MOST = 20000, FOUND_MOST = 2000, NOTE_MOST = 10000 };
#define COST_MOST     INT64_C(100000000)
#define EXPECTED_MOST (62 * US_PER_DAY)

/* An order that the transaction holds, about to be changed. */
struct act {
	enum dispatch_action action;
	struct db_result *result;
	struct dispatch_row row; /* as it is to be; texts belong to the result or the call */
	struct buffer body;      /* of the entry */
	struct json_writer w;    /* into it; the object is open */
};

/* 1: go on; 0: refused; -1. act_end() in any case. */
static int begin(struct call *call, enum dispatch_action action, struct act *act, struct err *why)
{
	enum dispatch_state state, next = DISPATCH_CANCELLED;

	*act = (struct act){ .action = action };
	if (orders_find(call, call->id, true, &act->result, &act->row, why) != 0) {
		act->result = NULL;
		return -1;
	}
	if (!dispatch_state_of(&act->row, &state))
		return err_set(why, ERR_CORRUPT, "an order has an unknown state");
	switch (dispatch_check(action, state, orders_viewer(call).side, &next)) {
	case DISPATCH_NOT_YOURS:
		return call_refuse(call, PROBLEM_FORBIDDEN);
	case DISPATCH_NOT_NOW:
		return call_refuse(call, PROBLEM_WRONG_STATE);
	case DISPATCH_GOOD:
	default:
		break;
	}
	act->row.state = dispatch_state_name(next);
	json_writer_init(&act->w, &act->body);
	json_open_object(&act->w, NULL);
	return 1;
}

/* Stores it. mailed: what the vendor is told of it; NULL: nothing. */
static int conclude(struct call *call, struct act *act, const char *mailed, struct err *why)
{
	struct buffer body;

	json_close_object(&act->w);
	body = act->body;
	act->body = (struct buffer){ 0 };
	return orders_conclude(call, &act->row, act->action, &body, mailed, why);
}

/* The same, and the vendor is mailed what it is and what was said. */
static int conclude_mailed(struct call *call, struct act *act, const char *what, const char *text, struct err *why)
{
	struct buffer words = { 0 };
	int failed;

	buffer_printf(&words, "%s: %s", what, text);
	failed = words.failed ? err_set(why, ERR_NOMEM, "no memory for a mail")
			      : conclude(call, act, buffer_string(&words), why);
	buffer_release(&words);
	return failed;
}

static void end(struct act *act)
{
	buffer_release(&act->body);
	db_result_free(act->result);
}

/* `at`: when it was, as said; earliest: when the step before was. */
static bool read_at(struct call *call, time_us earliest, time_us *out)
{
	time_us now = clock_now(), said = now;

	if (!desk_body_time(call, "at", false, &said))
		return false;
	switch (dispatch_time_check(said, earliest, now, out)) {
	case DISPATCH_TIME_FUTURE:
		call_refuse_reason(call, "at", FAULT_ORDER, "it lies in the future");
		return false;
	case DISPATCH_TIME_BEFORE:
		call_refuse_reason(call, "at", FAULT_ORDER, "it lies before the step before");
		return false;
	case DISPATCH_TIME_OLD:
		call_refuse_reason(call, "at", FAULT_PERIOD, "it lies more than 31 days ago");
		return false;
	case DISPATCH_TIME_GOOD:
	default:
		return true;
	}
}

static bool read_technician(struct call *call, struct act *act)
{
	if (!desk_body_text(call, "technician", 1, NAME_MOST, &act->row.technician))
		return false;
	if (act->row.technician)
		json_put_string(&act->w, "technician", act->row.technician);
	return true;
}

/* ---------------------------------------------------------------------------------------------------------- the steps
 */

static bool read_expected(struct call *call, struct act *act)
{
	time_us *expected = &act->row.expected_at;

	if (!body_members_need(call, "expected_at") || !desk_body_time(call, "expected_at", false, expected))
		return false;
	if (*expected >= act->row.accepted_at - DISPATCH_CLOCK_LEEWAY &&
	    *expected <= act->row.accepted_at + EXPECTED_MOST)
		return true;
	call_refuse_member(call, "expected_at", FAULT_PERIOD);
	return false;
}

static int accept_held(struct call *call, struct act *act, struct err *why)
{
	if (!read_at(call, act->row.requested_at, &act->row.accepted_at) || !read_expected(call, act) ||
	    !read_technician(call, act))
		return 0;
	json_put_time(&act->w, "at", act->row.accepted_at);
	json_put_time(&act->w, "expected_at", act->row.expected_at);
	return conclude(call, act, NULL, why);
}

static bool read_reason(struct call *call, struct act *act, const char **out)
{
	if (!call_text(call, "reason", 1, REASON_MOST, true, out))
		return false;
	json_put_string(&act->w, "reason", *out);
	return true;
}

static int decline_held(struct call *call, struct act *act, struct err *why)
{
	return read_reason(call, act, &act->row.decline_reason) ? conclude(call, act, NULL, why) : 0;
}

static int arrive_held(struct call *call, struct act *act, struct err *why)
{
	if (!read_at(call, act->row.accepted_at, &act->row.arrived_at) || !read_technician(call, act))
		return 0;
	json_put_time(&act->w, "at", act->row.arrived_at);
	return conclude(call, act, NULL, why);
}

static int leave_held(struct call *call, struct act *act, struct err *why)
{
	if (!read_at(call, act->row.arrived_at, &act->row.left_at))
		return 0;
	json_put_time(&act->w, "at", act->row.left_at);
	return conclude(call, act, NULL, why);
}

static int report_held(struct call *call, struct act *act, struct err *why)
{
	struct dispatch_row *row = &act->row;

	if (!call_text(call, "work_report", 1, REPORT_MOST, true, &row->work_report) ||
	    !desk_body_text(call, "found", 0, FOUND_MOST, &row->found) || !body_members_need(call, "cost_yen") ||
	    !body_members_integer(call, "cost_yen", 0, COST_MOST, &row->cost_yen) || !read_technician(call, act))
		return 0;
	row->reported_at = clock_now();
	json_put_integer(&act->w, "cost_yen", row->cost_yen);
	json_put_string(&act->w, "found", row->found);
	return conclude(call, act, NULL, why);
}

static int return_held(struct call *call, struct act *act, struct err *why)
{
	const char *reason;

	if (!read_reason(call, act, &reason))
		return 0;
	act->row.reported_at = TIME_NONE;
	return conclude_mailed(call, act, "差し戻し", reason, why);
}

static int cancel_held(struct call *call, struct act *act, struct err *why)
{
	const char *reason;

	return read_reason(call, act, &reason) ? conclude_mailed(call, act, "取り消し", reason, why) : 0;
}

static int note_held(struct call *call, struct act *act, struct err *why)
{
	const char *text;

	if (!call_text(call, "text", 1, NOTE_MOST, true, &text))
		return 0;
	json_put_string(&act->w, "text", text);
	/* The outbox is open to who sees all companies; others' notes wait for the vendor to look. */
	if (orders_viewer(call).side == DISPATCH_DESK && !call->person.company_id)
		return conclude_mailed(call, act, "連絡", text, why);
	return conclude(call, act, NULL, why);
}

/* Whether the contract of the day on which they came includes one more visit in its year. The contract is held, so that
 * two visits are not both the last one. */
static int decide(struct call *call, const struct db_result *contract, int64_t day, bool *entitled, struct err *why)
{
	struct contract_row row;
	int64_t first, last, used;

	*entitled = false;
	if (db_rows(contract) == 0)
		return 0;
	contract_read(contract, 0, &row);
	if (!contract_year(row.from, day, &first, &last))
		return 0;
	if (last > row.to)
		last = row.to;
	if (contract_visits(call->db, row.company_id, first, last, call->api->settings->timezone, &used, why) != 0)
		return -1;
	*entitled = used < row.dispatches;
	return 0;
}

static int find_entitlement(struct call *call, const struct dispatch_row *order, bool *entitled, struct err *why)
{
	struct db_result *contract;
	int64_t day;
	int failed;

	if (contract_day_of(call->db, order->arrived_at, call->api->settings->timezone, &day, why) != 0 ||
	    contract_valid(call->db, order->company_id, day, true, &contract, why) != 0)
		return -1;
	failed = decide(call, contract, day, entitled, why);
	db_result_free(contract);
	return failed;
}

static int approve_held(struct call *call, struct act *act, struct err *why)
{
	bool entitled;

	act->row.approved_at = clock_now();
	if (strcmp(act->row.kind, "onsite") == 0) {
		if (find_entitlement(call, &act->row, &entitled, why) != 0)
			return -1;
		act->row.entitled = entitled;
		json_put_bool(&act->w, "entitled", entitled);
	}
	return conclude(call, act, NULL, why);
}

/* -------------------------------------------------------------------------------------------------------- the routes
 */

static int run(struct call *call, enum dispatch_action action,
	       int (*held)(struct call *call, struct act *act, struct err *why), struct err *why)
{
	struct act act;
	int go = begin(call, action, &act, why);

	if (go == 1)
		go = held(call, &act, why);
	end(&act);
	return go;
}

int order_act_accept(struct call *call, struct err *why)
{
	return run(call, DISPATCH_ACCEPT, accept_held, why);
}

int order_act_decline(struct call *call, struct err *why)
{
	return run(call, DISPATCH_DECLINE, decline_held, why);
}

int order_act_arrive(struct call *call, struct err *why)
{
	return run(call, DISPATCH_ARRIVE, arrive_held, why);
}

int order_act_leave(struct call *call, struct err *why)
{
	return run(call, DISPATCH_LEAVE, leave_held, why);
}

int order_act_report(struct call *call, struct err *why)
{
	return run(call, DISPATCH_REPORT, report_held, why);
}

int order_act_return(struct call *call, struct err *why)
{
	return run(call, DISPATCH_RETURN, return_held, why);
}

int order_act_approve(struct call *call, struct err *why)
{
	return run(call, DISPATCH_APPROVE, approve_held, why);
}

int order_act_cancel(struct call *call, struct err *why)
{
	return run(call, DISPATCH_CANCEL, cancel_held, why);
}

int order_act_note(struct call *call, struct err *why)
{
	return run(call, DISPATCH_NOTE, note_held, why);
}
