#include "server/api/orders.h"

#include "server/api/audit_trail.h"
#include "server/api/desk_body.h"
#include "server/api/filters.h"
#include "server/api/incidents.h"
#include "server/api/pages.h"
#include "server/api/ticket_mailing.h"
#include "server/store/company_query.h"
#include "server/store/ticket.h"
#include "server/store/vendor.h"

#include <inttypes.h>
#include <stdio.h>

enum { TASK_MOST = 5000, PLACE_MOST = 500, NAME_MOST = 100, PHONE_MOST = 40, SUBJECT_SIZE = 64 };

struct order_viewer orders_viewer(const struct call *call)
{
	if (call->person.role == PERSON_VENDOR)
		return (struct order_viewer){ ORDER_FOR_VENDOR, DISPATCH_VENDOR };
	if (call->person.role == PERSON_MEMBER)
		return (struct order_viewer){ ORDER_FOR_MEMBER, DISPATCH_NOBODY };
	return (struct order_viewer){ ORDER_FOR_STAFF, person_may(call->person.role, PERMISSION_DESK)
							   ? DISPATCH_DESK
							   : DISPATCH_NOBODY };
}

/* The company that a statement names: none for a vendor's people, whose transaction sees their orders alone. */
static int64_t company_of(const struct call *call)
{
	return call->person.role == PERSON_VENDOR ? 0 : call->person.company_id;
}

/* ---------------------------------------------------------------------------------------------------------- the list
 */

static bool take_state(struct slice word, unsigned *states)
{
	enum dispatch_state state;

	if (slice_is(word, "open")) {
		for (unsigned i = 0; i < DISPATCH_STATES; i++)
			if (dispatch_is_open((enum dispatch_state)i))
				*states |= 1U << i;
		return true;
	}
	if (!dispatch_state_parse(word, &state))
		return false;
	*states |= 1U << state;
	return true;
}

static const char *state_name(unsigned state)
{
	return dispatch_state_name((enum dispatch_state)state);
}

static bool read_states(struct call *call, struct dispatch_filter *filter, struct buffer *literal)
{
	unsigned states;

	if (!filters_words(call, "state", take_state, &states))
		return false;
	if (!states)
		return true;
	filters_words_literal(states, state_name, literal);
	filter->states = buffer_string(literal);
	return true;
}

/* What a vendor's people cannot ask for. */
static bool check_vendor(struct call *call)
{
	static const char *const names[] = { "company", "vendor", "ticket", "incident" };

	for (size_t i = 0; call->person.role == PERSON_VENDOR && i < ARRAY_LEN(names); i++) {
		if (parameters_get(&call->query, names[i])) {
			call_refuse_parameter(call, names[i], FAULT_UNKNOWN);
			return false;
		}
	}
	return true;
}

/* 1: go on; 0: refused; -1. */
static int read_filter(struct call *call, struct dispatch_filter *filter, struct buffer *states, struct err *why)
{
	int go = 1;

	if (!check_vendor(call))
		return 0;
	if (call->person.role != PERSON_VENDOR)
		go = filters_company(call, &filter->company_id, why);
	if (go != 1)
		return go;
	return read_states(call, filter, states) && call_id_parameter(call, "vendor", &filter->vendor_id) &&
	       call_id_parameter(call, "ticket", &filter->ticket_id) &&
	       call_id_parameter(call, "incident", &filter->incident_id);
}

static void put_rows(struct call *call, const struct db_result *result, int most, struct dispatch_row *last,
		     struct json_writer *w)
{
	struct order_viewer viewer = orders_viewer(call);

	json_open_array(w, "orders");
	for (int i = 0; i < db_rows(result) && i < most; i++) {
		dispatch_read(result, i, last);
		json_open_object(w, NULL);
		order_view_put_members(w, last, &viewer);
		json_close_object(w);
	}
	json_close_array(w);
}

int orders_put(struct call *call, const struct dispatch_filter *filter, struct json_writer *w, struct err *why)
{
	struct dispatch_row last;
	struct db_result *result;

	if (dispatch_list(call->db, filter, &result, why) != 0)
		return -1;
	put_rows(call, result, filter->limit, &last, w);
	db_result_free(result);
	return 0;
}

static int write_list(struct call *call, const struct page *page, const struct dispatch_filter *filter, struct err *why)
{
	struct dispatch_row last = { 0 };
	struct db_result *result;
	struct json_writer w;

	if (dispatch_list(call->db, filter, &result, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	put_rows(call, result, page->limit, &last, &w);
	pages_next(call, page, db_rows(result) > page->limit, 0, last.id, &w);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

int orders_list(struct call *call, struct err *why)
{
	struct dispatch_filter filter = { 0 };
	struct buffer states = { 0 };
	struct page page;
	int go;

	if (!pages_read(call, CURSOR_ORDERS, &page))
		return 0;
	filter.before = page.continued ? page.cursor.id : INT64_MAX;
	filter.limit = page.limit + 1;
	go = read_filter(call, &filter, &states, why);
	if (go == 1)
		go = write_list(call, &page, &filter, why);
	buffer_release(&states);
	return go;
}

/* --------------------------------------------------------------------------------------------------------------- one
 */

int orders_find(struct call *call, int64_t id, bool lock, struct db_result **result, struct dispatch_row *out,
		struct err *why)
{
	if (dispatch_get(call->db, company_of(call), id, lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such order");
	}
	dispatch_read(*result, 0, out);
	return 0;
}

static int put_events(struct call *call, const struct dispatch_row *order, struct json_writer *w, struct err *why)
{
	struct db_result *events;

	if (dispatch_events(call->db, order->company_id, order->id, &events, why) != 0)
		return -1;
	order_view_put_events(w, events, orders_viewer(call).reader);
	db_result_free(events);
	return 0;
}

static int reply_row(struct call *call, const struct dispatch_row *order, int status, struct err *why)
{
	struct order_viewer viewer = orders_viewer(call);
	struct json_writer w;

	call_reply(call, status, &w);
	incidents_reply_version(call, order->version);
	json_open_object(&w, NULL);
	order_view_put_members(&w, order, &viewer);
	if (put_events(call, order, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

int orders_reply(struct call *call, int64_t id, int status, struct err *why)
{
	struct db_result *result;
	struct dispatch_row order;
	int failed;

	if (orders_find(call, id, false, &result, &order, why) != 0)
		return -1;
	failed = reply_row(call, &order, status, why);
	db_result_free(result);
	return failed;
}

int orders_get(struct call *call, struct err *why)
{
	return orders_reply(call, call->id, 200, why);
}

/* ------------------------------------------------------------------------------------------------------- being done */

/* The order as it is now: to the vendor, in the reply, and that it happened in the audit trail. */
static int announce(struct call *call, int64_t company_id, int64_t id, int status, const char *action,
		    const char *mailed, struct buffer *detail, struct err *why)
{
	char subject[SUBJECT_SIZE], name[SUBJECT_SIZE];
	struct db_result *result;
	struct dispatch_row order;
	int failed;

	snprintf(subject, sizeof(subject), "order %" PRId64, id);
	snprintf(name, sizeof(name), "order.%s", action);
	if (orders_find(call, id, false, &result, &order, why) != 0) {
		buffer_release(detail);
		return -1;
	}
	failed = (mailed && ticket_mailing_order(call, &order, *mailed ? mailed : NULL, why) != 0) ||
			 reply_row(call, &order, status, why) != 0
		     ? -1
		     : 0;
	db_result_free(result);
	if (!failed)
		return audit_trail_add(call, name, company_id, subject, detail, why);
	buffer_release(detail);
	return -1;
}

int orders_conclude(struct call *call, const struct dispatch_row *order, enum dispatch_action action,
		    struct buffer *body, const char *mailed, struct err *why)
{
	struct dispatch_step step = { .action = action,
				      .side = orders_viewer(call).side,
				      .user_id = call->person.user_id,
				      .body = buffer_string(body) };
	int failed;

	failed = body->failed ? err_set(why, ERR_NOMEM, "no memory for an entry of an order")
			      : dispatch_act(call->db, order, &step, why);
	if (!failed)
		return announce(call, order->company_id, order->id, 200, dispatch_action_name(action), mailed, body,
				why);
	buffer_release(body);
	return -1;
}

/* ------------------------------------------------------------------------------------------------------------ making
 */

/* The vendor may get orders. 1: go on; 0: refused; -1. */
static int check_receiver(struct call *call, int64_t vendor_id, struct err *why)
{
	struct db_result *result;
	struct vendor_row vendor = { 0 };

	if (vendor_get(call->db, vendor_id, false, &result, why) != 0)
		return -1;
	if (db_rows(result))
		vendor_read(result, 0, &vendor);
	db_result_free(result);
	return vendor.active ? 1 : call_refuse_member(call, "vendor_id", FAULT_CHOICE);
}

/* 1: go on; 0: refused; -1. */
static int check_links(struct call *call, const struct dispatch_row *order, struct err *why)
{
	struct db_result *result;
	int rows = 1;

	if (order->ticket_id) {
		if (ticket_get(call->db, order->company_id, order->ticket_id, false, &result, why) != 0)
			return -1;
		rows = db_rows(result);
		db_result_free(result);
	}
	if (!rows)
		return call_refuse_member(call, "ticket_id", FAULT_CHOICE);
	if (ticket_links_check(call->db, order->company_id, 0, 0, order->incident_id, why) == 0)
		return 1;
	return why->code == ERR_NOT_FOUND ? call_refuse_member(call, "incident_id", FAULT_CHOICE) : -1;
}

static bool read_task(struct call *call, struct dispatch_row *o)
{
	return desk_body_text(call, "task", 1, TASK_MOST, &o->task) &&
	       desk_body_text(call, "place", 1, PLACE_MOST, &o->place) &&
	       desk_body_text(call, "contact_name", 1, NAME_MOST, &o->contact_name) &&
	       desk_body_text(call, "contact_phone", 1, PHONE_MOST, &o->contact_phone) &&
	       desk_body_time(call, "wanted_by", true, &o->wanted_by);
}

static bool read_kind(struct call *call, const char **out)
{
	if (!call_text(call, "kind", 1, NAME_MOST, true, out))
		return false;
	if (strcmp(*out, "onsite") == 0 || strcmp(*out, "remote") == 0)
		return true;
	call_refuse_member(call, "kind", FAULT_CHOICE);
	return false;
}

static bool read_new(struct call *call, struct dispatch_row *o)
{
	static const char *const needed[] = { "company_id", "vendor_id",    "task",
					      "place",      "contact_name", "contact_phone" };

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!body_members_need(call, needed[i]))
			return false;
	return read_kind(call, &o->kind) && body_members_integer(call, "company_id", 1, INT64_MAX, &o->company_id) &&
	       body_members_integer(call, "vendor_id", 1, INT64_MAX, &o->vendor_id) &&
	       desk_body_id(call, "ticket_id", &o->ticket_id) && desk_body_id(call, "incident_id", &o->incident_id) &&
	       read_task(call, o);
}

int orders_request(struct call *call, struct err *why)
{
	struct dispatch_row order = { .wanted_by = TIME_NONE, .requested_by = call->person.user_id };
	struct buffer detail = { 0 };
	int64_t id;
	int go;

	if (!read_new(call, &order))
		return 0;
	if (company_query_exists(call->db, order.company_id, why) != 0)
		return -1;
	go = check_receiver(call, order.vendor_id, why);
	if (go == 1)
		go = check_links(call, &order, why);
	if (go != 1)
		return go;
	if (dispatch_request(call->db, &order, &id, why) != 0)
		return -1;
	buffer_printf(&detail, "{\"kind\":\"%s\",\"vendor_id\":%" PRId64 "}", order.kind, order.vendor_id);
	return announce(call, order.company_id, id, 201, "request", "", &detail, why);
}

/* ---------------------------------------------------------------------------------------------------------- changing
 */

/* What changed: for the entry, and in words for the vendor. */
static void compare(const struct dispatch_row *a, const struct dispatch_row *b, struct buffer *body,
		    struct buffer *words)
{
	const struct {
		const char *name, *word, *before, *after;
	} texts[] = { { "task", "依頼内容", a->task, b->task },
		      { "place", "場所", a->place, b->place },
		      { "contact_name", "連絡先", a->contact_name, b->contact_name },
		      { "contact_phone", "電話番号", a->contact_phone, b->contact_phone } };
	struct json_writer w;

	json_writer_init(&w, body);
	json_open_object(&w, NULL);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strcmp(texts[i].before, texts[i].after) == 0)
			continue;
		json_put_string(&w, texts[i].name, texts[i].after);
		buffer_printf(words, "%s%s", words->len ? "、" : "変更: ", texts[i].word);
	}
	if (a->wanted_by != b->wanted_by) {
		json_put_time(&w, "wanted_by", b->wanted_by);
		buffer_printf(words, "%s%s", words->len ? "、" : "変更: ", "希望日時");
	}
	json_close_object(&w);
}

static void put_current(struct json_writer *w, const void *row)
{
	const struct order_viewer viewer = { ORDER_FOR_STAFF, DISPATCH_DESK };

	order_view_put_members(w, row, &viewer);
}

static int change_held(struct call *call, const struct dispatch_row *now, struct err *why)
{
	struct buffer body = { 0 }, words = { 0 };
	enum dispatch_state state = DISPATCH_CANCELLED, next;
	struct dispatch_row changed = *now;
	int go = desk_body_condition(call, now->version, put_current, now);

	if (go != 1)
		return go;
	if (!body_members_any(call, "task") || !read_task(call, &changed))
		return 0;
	dispatch_state_of(now, &state);
	if (dispatch_check(DISPATCH_CHANGE, state, DISPATCH_DESK, &next) != DISPATCH_GOOD)
		return call_refuse(call, PROBLEM_WRONG_STATE);
	compare(now, &changed, &body, &words);
	if (words.len) {
		go = orders_conclude(call, &changed, DISPATCH_CHANGE, &body, buffer_string(&words), why);
	} else {
		buffer_release(&body);
		go = reply_row(call, now, 200, why);
	}
	buffer_release(&words);
	return go;
}

int orders_change(struct call *call, struct err *why)
{
	struct db_result *result;
	struct dispatch_row now;
	int failed;

	if (orders_find(call, call->id, true, &result, &now, why) != 0)
		return -1;
	failed = change_held(call, &now, why);
	db_result_free(result);
	return failed;
}
