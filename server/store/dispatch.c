#include "server/store/dispatch.h"

#include "lib/json_write.h"
#include "server/store/array_text.h"
#include "server/store/desk_trail.h"
#include "server/store/scope.h"
#include "server/store/ticket.h"

#include <string.h>

/* ----------------------------------------------------------------------------------------------------------- reading
 */

/* Across companies where none is named: row-level security decides who sees which order. */
#define COLUMNS                                                                                                        \
	"SELECT d.order_id, d.company_id, d.vendor_id, v.name, v.email, d.kind, d.state, d.ticket_id, d.incident_id, " \
	"d.company_name, d.place, d.contact_name, d.contact_phone, d.task, d.wanted_by, d.requested_by, "              \
	"u.display_name, d.requested_at, d.accepted_at, d.expected_at, d.arrived_at, d.left_at, d.reported_at, "       \
	"d.approved_at, d.technician, d.work_report, d.found, d.cost_yen, d.entitled, d.decline_reason, d.version, "   \
	"d.updated_at FROM dispatch_order d LEFT JOIN vendor v ON v.vendor_id = d.vendor_id "                          \
	"LEFT JOIN app_user u ON u.user_id = d.requested_by "

int dispatch_list(struct db *db, const struct dispatch_filter *filter, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, filter->company_id);
	db_arg_optional(&args, filter->vendor_id);
	db_arg_optional(&args, filter->ticket_id);
	db_arg_optional(&args, filter->incident_id);
	db_arg_text(&args, filter->states);
	db_arg_integer(&args, filter->before);
	db_arg_integer(&args, filter->limit);
	return db_run(db,
		      COLUMNS "WHERE ($1::bigint IS NULL OR d.company_id = $1::bigint) "
			      "AND ($2::bigint IS NULL OR d.vendor_id = $2::bigint) "
			      "AND ($3::bigint IS NULL OR d.ticket_id = $3::bigint) "
			      "AND ($4::bigint IS NULL OR d.incident_id = $4::bigint) "
			      "AND ($5::text IS NULL OR d.state = ANY ($5::text[])) AND d.order_id < $6::bigint "
			      "ORDER BY d.order_id DESC LIMIT $7::bigint",
		      &args, out, why);
}

#define GET COLUMNS "WHERE d.order_id = $2::bigint AND ($1::bigint IS NULL OR d.company_id = $1::bigint)"

int dispatch_get(struct db *db, int64_t company_id, int64_t order_id, bool lock, struct db_result **out,
		 struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, company_id);
	db_arg_integer(&args, order_id);
	return db_run(db, lock ? GET " FOR UPDATE OF d" : GET, &args, out, why);
}

int dispatch_ids(struct db *db, const int64_t *ids, size_t count, struct db_result **out, struct err *why)
{
	/* Across companies. */
	return array_text_run(db, COLUMNS "WHERE d.order_id = ANY ($1::bigint[])", ids, count, out, why);
}

void dispatch_read(const struct db_result *r, int row, struct dispatch_row *out)
{
	*out = (struct dispatch_row){
		.id = db_integer(r, row, 0),
		.company_id = db_integer(r, row, 1),
		.vendor_id = db_integer(r, row, 2),
		.vendor = db_text(r, row, 3),
		.vendor_email = db_text(r, row, 4),
		.kind = db_text(r, row, 5),
		.state = db_text(r, row, 6),
		.ticket_id = db_integer(r, row, 7),
		.incident_id = db_integer(r, row, 8),
		.company_name = db_text(r, row, 9),
		.place = db_text(r, row, 10),
		.contact_name = db_text(r, row, 11),
		.contact_phone = db_text(r, row, 12),
		.task = db_text(r, row, 13),
		.wanted_by = db_time(r, row, 14),
		.requested_by = db_integer(r, row, 15),
		.requested_by_name = db_text(r, row, 16),
		.requested_at = db_time(r, row, 17),
		.accepted_at = db_time(r, row, 18),
		.expected_at = db_time(r, row, 19),
		.arrived_at = db_time(r, row, 20),
		.left_at = db_time(r, row, 21),
		.reported_at = db_time(r, row, 22),
		.approved_at = db_time(r, row, 23),
		.technician = db_text(r, row, 24),
		.work_report = db_text(r, row, 25),
		.found = db_text(r, row, 26),
		.cost_yen = db_is_null(r, row, 27) ? -1 : db_integer(r, row, 27),
		.entitled = db_is_null(r, row, 28) ? -1 : db_bool(r, row, 28),
		.decline_reason = db_text(r, row, 29),
		.version = db_integer(r, row, 30),
		.updated_at = db_time(r, row, 31),
	};
}

int dispatch_events(struct db *db, int64_t company_id, int64_t order_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, company_id);
	db_arg_integer(&args, order_id);
	return db_run(db,
		      "SELECT e.event_id, e.at, e.kind, e.side, e.user_id, u.display_name, e.body::text "
		      "FROM dispatch_event e LEFT JOIN app_user u ON u.user_id = e.user_id "
		      "WHERE e.company_id = $1::bigint AND e.order_id = $2::bigint ORDER BY e.event_id LIMIT 1000",
		      &args, out, why);
}

bool dispatch_state_of(const struct dispatch_row *row, enum dispatch_state *out)
{
	return dispatch_state_parse(slice_of_string(row->state), out);
}

/* --------------------------------------------------------------------------------------------------------- timelines
 */

static int add_event(struct db *db, const struct dispatch_row *order, const char *kind,
		     const struct dispatch_step *step, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, order->company_id);
	db_arg_integer(&args, order->id);
	db_arg_text(&args, kind);
	db_arg_text(&args, step->side == DISPATCH_VENDOR ? "vendor" : "desk");
	db_arg_optional(&args, step->user_id);
	db_arg_text(&args, step->body);
	return db_run(db,
		      "INSERT INTO dispatch_event (company_id, order_id, kind, side, user_id, body) "
		      "VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::bigint, $6::jsonb)",
		      &args, NULL, why);
}

static void write_order(const struct dispatch_row *order, const char *what, struct buffer *out)
{
	char reference[DISPATCH_REFERENCE_SIZE];
	struct json_writer w;

	dispatch_reference(order->id, reference);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "order_id", order->id);
	json_put_string(&w, "reference", reference);
	json_put_string(&w, "what", what);
	json_put_string(&w, "kind", order->kind);
	json_put_string(&w, "vendor", order->vendor);
	json_close_object(&w);
}

static int tell_ticket(struct db *db, const struct dispatch_row *order, const char *body, bool for_member,
		       int64_t user_id, struct err *why)
{
	struct ticket_event_new event = { .ticket_id = order->ticket_id,
					  .company_id = order->company_id,
					  .kind = "order",
					  .user_id = user_id,
					  .for_member = for_member,
					  .body = body };
	int64_t id;
	time_us at;

	return order->ticket_id ? ticket_event_add(db, &event, &id, &at, why) : 0;
}

/* A vendor's people are named in the order alone; elsewhere it is their firm that did it. What goes to and fro between
 * desk and vendor (declined, returned, notes) is not the member's. */
static int tell(struct db *db, const struct dispatch_row *order, enum dispatch_action action, const char *what,
		const struct dispatch_step *step, struct err *why)
{
	int64_t user_id = step->side == DISPATCH_DESK ? step->user_id : 0;
	bool inside = action == DISPATCH_DECLINE || action == DISPATCH_RETURN;
	struct buffer body = { 0 };
	int failed = 0;

	if (action == DISPATCH_NOTE || action == DISPATCH_CHANGE)
		return desk_trail_change(db, order->company_id, CHANGE_ORDER, order->id, why);
	write_order(order, what, &body);
	if (body.failed)
		failed = err_set(why, ERR_NOMEM, "no memory for a timeline entry");
	else if (tell_ticket(db, order, buffer_string(&body), !inside, user_id, why) != 0 ||
		 desk_trail_incident(db, order->company_id, inside ? 0 : order->incident_id, "order", user_id,
				     buffer_string(&body), why) != 0)
		failed = -1;
	buffer_release(&body);
	return failed ? -1 : desk_trail_change(db, order->company_id, CHANGE_ORDER, order->id, why);
}

/* ---------------------------------------------------------------------------------------------------------- changing
 */

static int insert(struct db *db, const struct dispatch_row *order, int64_t *order_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, order->company_id);
	db_arg_text(&args, order->kind);
	db_arg_integer(&args, order->vendor_id);
	db_arg_optional(&args, order->ticket_id);
	db_arg_optional(&args, order->incident_id);
	db_arg_text(&args, order->place);
	db_arg_text(&args, order->contact_name);
	db_arg_text(&args, order->contact_phone);
	db_arg_text(&args, order->task);
	db_arg_time(&args, order->wanted_by);
	db_arg_integer(&args, order->requested_by);
	if (db_run(db,
		   "INSERT INTO dispatch_order (company_id, kind, vendor_id, ticket_id, incident_id, company_name, "
		   "place, contact_name, contact_phone, task, wanted_by, requested_by) "
		   "SELECT c.company_id, $2::text, $3::bigint, $4::bigint, $5::bigint, c.name, $6::text, $7::text, "
		   "$8::text, $9::text, $10::timestamptz, $11::bigint FROM company c "
		   "WHERE c.company_id = $1::bigint RETURNING order_id",
		   &args, &result, why) != 0)
		return -1;
	*order_id = db_rows(result) ? db_integer(result, 0, 0) : 0;
	db_result_free(result);
	return *order_id ? 0 : err_set(why, ERR_NOT_FOUND, "no such company");
}

int dispatch_request(struct db *db, const struct dispatch_row *order, int64_t *order_id, struct err *why)
{
	const struct dispatch_step step = { .side = DISPATCH_DESK, .user_id = order->requested_by, .body = "{}" };
	struct db_result *result;
	struct dispatch_row made;
	int failed;

	if (insert(db, order, order_id, why) != 0 ||
	    dispatch_get(db, order->company_id, *order_id, false, &result, why) != 0)
		return -1;
	dispatch_read(result, 0, &made);
	failed = add_event(db, &made, "requested", &step, why) != 0 ||
		 tell(db, &made, DISPATCH_ACTIONS, "requested", &step, why) != 0;
	db_result_free(result);
	return failed ? -1 : 0;
}

static int update(struct db *db, const struct dispatch_row *o, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, o->company_id);
	db_arg_integer(&args, o->id);
	db_arg_text(&args, o->state);
	db_arg_text(&args, o->place);
	db_arg_text(&args, o->contact_name);
	db_arg_text(&args, o->contact_phone);
	db_arg_text(&args, o->task);
	db_arg_time(&args, o->wanted_by);
	db_arg_time(&args, o->accepted_at);
	db_arg_time(&args, o->expected_at);
	db_arg_time(&args, o->arrived_at);
	db_arg_time(&args, o->left_at);
	db_arg_time(&args, o->reported_at);
	db_arg_time(&args, o->approved_at);
	db_arg_text(&args, o->technician);
	db_arg_text(&args, o->work_report);
	db_arg_text(&args, o->found);
	if (o->cost_yen < 0)
		db_arg_null(&args);
	else
		db_arg_integer(&args, o->cost_yen);
	if (o->entitled < 0)
		db_arg_null(&args);
	else
		db_arg_bool(&args, o->entitled != 0);
	db_arg_text(&args, o->decline_reason);
	return db_run(db,
		      "UPDATE dispatch_order SET state = $3::text, place = $4::text, contact_name = $5::text, "
		      "contact_phone = $6::text, task = $7::text, wanted_by = $8::timestamptz, "
		      "accepted_at = $9::timestamptz, expected_at = $10::timestamptz, arrived_at = $11::timestamptz, "
		      "left_at = $12::timestamptz, reported_at = $13::timestamptz, approved_at = $14::timestamptz, "
		      "technician = $15::text, work_report = $16::text, found = $17::text, cost_yen = $18::bigint, "
		      "entitled = $19::boolean, decline_reason = $20::text, version = version + 1, updated_at = now() "
		      "WHERE company_id = $1::bigint AND order_id = $2::bigint",
		      &args, NULL, why);
}

int dispatch_act(struct db *db, const struct dispatch_row *order, const struct dispatch_step *step, struct err *why)
{
	const char *event = dispatch_action_event(step->action);

	if (update(db, order, why) != 0 || add_event(db, order, event, step, why) != 0)
		return -1;
	if (step->side == DISPATCH_VENDOR && scope_also(db, order->company_id, why) != 0)
		return -1;
	return tell(db, order, step->action, event, step, why);
}
