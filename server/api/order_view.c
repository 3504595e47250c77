#include "server/api/order_view.h"

#include "server/api/incident_view.h"

static void put_actions(struct json_writer *w, const struct dispatch_row *o, enum dispatch_side side)
{
	enum dispatch_state state = DISPATCH_CANCELLED, next;

	dispatch_state_of(o, &state);
	json_open_array(w, "actions");
	for (unsigned i = 0; i < DISPATCH_ACTIONS; i++)
		if (dispatch_check((enum dispatch_action)i, state, side, &next) == DISPATCH_GOOD)
			json_put_string(w, NULL, dispatch_action_name((enum dispatch_action)i));
	json_close_array(w);
}

static void put_order(struct json_writer *w, const struct dispatch_row *o)
{
	char reference[DISPATCH_REFERENCE_SIZE];

	dispatch_reference(o->id, reference);
	json_put_integer(w, "id", o->id);
	json_put_string(w, "reference", reference);
	json_put_string(w, "kind", o->kind);
	json_put_string(w, "state", o->state);
	json_open_object(w, "vendor");
	json_put_integer(w, "id", o->vendor_id);
	json_put_string(w, "name", o->vendor ? o->vendor : "");
	json_close_object(w);
	json_put_string(w, "company_name", o->company_name);
	json_put_string(w, "place", o->place);
	json_put_string(w, "contact_name", o->contact_name);
	json_put_string(w, "contact_phone", o->contact_phone);
	json_put_string(w, "task", o->task);
	json_put_time(w, "wanted_by", o->wanted_by);
}

static void put_times(struct json_writer *w, const struct dispatch_row *o)
{
	json_put_time(w, "requested_at", o->requested_at);
	json_put_time(w, "accepted_at", o->accepted_at);
	json_put_time(w, "expected_at", o->expected_at);
	json_put_time(w, "arrived_at", o->arrived_at);
	json_put_time(w, "left_at", o->left_at);
	json_put_time(w, "reported_at", o->reported_at);
	json_put_time(w, "approved_at", o->approved_at);
}

void order_view_put_members(struct json_writer *w, const struct dispatch_row *o, const struct order_viewer *viewer)
{
	bool vendor = viewer->reader == ORDER_FOR_VENDOR, member = viewer->reader == ORDER_FOR_MEMBER;
	bool report = !member || o->approved_at != TIME_NONE;

	put_order(w, o);
	json_put_known(w, "company_id", !vendor, o->company_id);
	json_put_known(w, "ticket_id", !vendor && o->ticket_id, o->ticket_id);
	json_put_known(w, "incident_id", !vendor && o->incident_id, o->incident_id);
	if (vendor)
		json_put_null(w, "requested_by");
	else
		incident_view_put_person(w, "requested_by", o->requested_by, o->requested_by_name);
	put_times(w, o);
	json_put_string(w, "technician", o->technician);
	json_put_string(w, "work_report", report ? o->work_report : NULL);
	json_put_string(w, "found", report ? o->found : NULL);
	json_put_known(w, "cost_yen", report && o->cost_yen >= 0, o->cost_yen);
	if (vendor || o->entitled < 0)
		json_put_null(w, "entitled");
	else
		json_put_bool(w, "entitled", o->entitled != 0);
	json_put_string(w, "decline_reason", member ? NULL : o->decline_reason);
	put_actions(w, o, viewer->side);
	json_put_integer(w, "version", o->version);
	json_put_time(w, "updated_at", o->updated_at);
}

static bool is_inside(struct slice kind)
{
	return slice_is(kind, "note") || slice_is(kind, "returned") || slice_is(kind, "declined") ||
	       slice_is(kind, "changed");
}

/* Whose name is told to whom. */
static void put_user(struct json_writer *w, const struct db_result *r, int row, enum order_reader reader)
{
	bool own = slice_is(db_slice(r, row, 3), "vendor");

	if (reader == ORDER_FOR_MEMBER || (reader == ORDER_FOR_VENDOR && !own))
		json_put_null(w, "user");
	else
		incident_view_put_person(w, "user", db_integer(r, row, 4), db_text(r, row, 5));
}

/* What was reported stands in the order, which tells the member when it is approved; entitlement is not the vendor's.
 */
static bool has_open_body(struct slice kind, enum order_reader reader)
{
	if (reader == ORDER_FOR_MEMBER)
		return !slice_is(kind, "reported");
	return reader != ORDER_FOR_VENDOR || !slice_is(kind, "approved");
}

void order_view_put_events(struct json_writer *w, const struct db_result *r, enum order_reader reader)
{
	json_open_array(w, "events");
	for (int i = 0; i < db_rows(r); i++) {
		struct slice kind = db_slice(r, i, 2);

		if (reader == ORDER_FOR_MEMBER && is_inside(kind))
			continue;
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(r, i, 0));
		json_put_time(w, "at", db_time(r, i, 1));
		json_put_slice(w, "kind", kind);
		json_put_slice(w, "side", db_slice(r, i, 3));
		put_user(w, r, i, reader);
		json_put_raw(w, "body", has_open_body(kind, reader) ? db_slice(r, i, 6) : SLICE_LITERAL("{}"));
		json_close_object(w);
	}
	json_close_array(w);
}
