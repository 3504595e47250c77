#include "server/api/member_requests.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/case_view.h"
#include "server/api/filters.h"
#include "server/api/incident_hold.h"
#include "server/api/incidents.h"
#include "server/api/pages.h"
#include "server/store/change_feed.h"
#include "server/store/company_query.h"

#include <inttypes.h>
#include <stdio.h>

enum { WHO_MOST = 200, WHAT_MOST = 2000, NOTE_MOST = 2000, MINUTES_MOST = 100000, SUBJECT_SIZE = 48 };

static const char *const states[] = { "open", "done", "withdrawn", "all", NULL };

static const char *zone_of(const struct call *call)
{
	return call->api->settings->timezone;
}

/* --------------------------------------------------------------------------------------------------------- the list */

static int write_page(struct call *call, struct page *page, const struct db_result *result, int64_t company_id,
		      struct err *why)
{
	int rows = db_rows(result), given = rows < page->limit ? rows : page->limit;
	struct member_request_row row = { 0 };
	int64_t open, overdue;
	struct json_writer w;

	if (member_request_counts(call->db, company_id, zone_of(call), &open, &overdue, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "requests");
	for (int i = 0; i < given; i++) {
		member_request_read(result, i, &row);
		json_open_object(&w, NULL);
		case_view_put_request(&w, &row);
		json_close_object(&w);
	}
	json_close_array(&w);
	page->cursor.rank = row.due_day;
	pages_next(call, page, rows > given, 0, row.id, &w);
	json_put_integer(&w, "open", open);
	json_put_integer(&w, "overdue", overdue);
	json_close_object(&w);
	return 0;
}

int member_requests_list(struct call *call, struct err *why)
{
	struct member_request_filter filter = { .timezone = zone_of(call) };
	const char *state = states[0];
	struct db_result *result;
	struct page page;
	int go, failed;

	if (!pages_read(call, CURSOR_REQUESTS, &page) || !filters_word(call, "state", states, &state))
		return 0;
	go = filters_company(call, &filter.company_id, why);
	if (go != 1)
		return go;
	filter.soonest = strcmp(state, "open") == 0;
	filter.state = strcmp(state, "all") == 0 ? NULL : state;
	filter.limit = page.limit + 1;
	filter.continued = page.continued;
	if (page.continued) {
		filter.due_day = page.cursor.rank;
		filter.id = page.cursor.id;
	}
	if (member_request_list(call->db, &filter, &result, why) != 0)
		return -1;
	failed = write_page(call, &page, result, filter.company_id, why);
	db_result_free(result);
	return failed;
}

/* ------------------------------------------------------------------------------------------------- what is recorded */

/* As the row is now; its texts belong to the result. */
static int get(struct call *call, int64_t id, bool lock, struct db_result **result, struct member_request_row *out,
	       struct err *why)
{
	if (member_request_get(call->db, call->person.company_id, id, zone_of(call), lock, result, why) != 0)
		return -1;
	if (db_rows(*result) == 0) {
		db_result_free(*result);
		return err_set(why, ERR_NOT_FOUND, "no such request");
	}
	member_request_read(*result, 0, out);
	return 0;
}

static void put_body(struct buffer *body, const struct member_request_row *row)
{
	struct json_writer w;

	json_writer_init(&w, body);
	json_open_object(&w, NULL);
	json_put_integer(&w, "request", row->id);
	json_put_string(&w, "state", row->state);
	json_put_string(&w, "who", row->who);
	json_put_string(&w, "what", row->what);
	json_put_string(&w, "due_on", row->due_on);
	json_put_string(&w, "note", row->note);
	json_close_object(&w);
}

/* One without an incident: screens that show the company are told. */
static int record_alone(struct call *call, const struct member_request_row *row, const char *action,
			struct buffer *detail, struct err *why)
{
	char subject[SUBJECT_SIZE];

	snprintf(subject, sizeof(subject), "request %" PRId64, row->id);
	if (change_feed_write(call->db, row->company_id, CHANGE_COMPANY, row->company_id, why) != 0 ||
	    db_notify(call->db, "hinomi_change", why) != 0) {
		buffer_release(detail);
		return -1;
	}
	return audit_trail_add(call, action, row->company_id, subject, detail, why);
}

static int record(struct call *call, const struct member_request_row *row, const char *action, struct err *why)
{
	struct buffer body = { 0 };
	struct held_incident held;
	int failed;

	put_body(&body, row);
	if (!row->incident_id)
		return record_alone(call, row, action, &body, why);
	if (incident_hold(call, row->incident_id, &held, why) != 0) {
		buffer_release(&body);
		return -1;
	}
	failed = incident_hold_record(call, &held.row, "request", action, &body, why);
	incident_hold_release(&held);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------- a new one */

/* 1: go on; 0: refused; -1. */
static int read_new(struct call *call, struct member_request_new *out, struct err *why)
{
	bool known = true;

	if (!call_text(call, "who", 1, WHO_MOST, true, &out->who) ||
	    !call_text(call, "what", 1, WHAT_MOST, true, &out->what) ||
	    !body_members_nullable_integer(call, "minutes", 1, MINUTES_MOST, 0, &out->minutes) ||
	    !body_members_need(call, "due_on") || !body_members_day(call, "due_on", &out->due_on) ||
	    !body_members_nullable_integer(call, "ticket_id", 1, INT64_MAX, 0, &out->ticket_id))
		return 0;
	if (out->ticket_id && member_request_ticket(call->db, out->company_id, out->ticket_id, &known, why) != 0)
		return -1;
	return known ? 1 : err_set(why, ERR_NOT_FOUND, "no such ticket");
}

static int reply_new(struct call *call, const struct member_request_row *row, struct err *why)
{
	int64_t open, overdue;
	struct json_writer w;

	if (member_request_counts(call->db, row->company_id, zone_of(call), &open, &overdue, why) != 0)
		return -1;
	call_reply(call, 201, &w);
	incidents_reply_version(call, row->version);
	json_open_object(&w, NULL);
	case_view_put_request(&w, row);
	json_put_integer(&w, "open_of_company", open);
	json_close_object(&w);
	return 0;
}

static int add(struct call *call, struct member_request_new *request, struct err *why)
{
	struct member_request_row row;
	struct db_result *result;
	int64_t id;
	int go = read_new(call, request, why);

	if (go != 1)
		return go;
	request->made_by = call->person.user_id;
	if (member_request_add(call->db, request, &id, why) != 0 || get(call, id, false, &result, &row, why) != 0)
		return -1;
	go = record(call, &row, "request.add", why);
	if (!go)
		go = reply_new(call, &row, why);
	db_result_free(result);
	return go;
}

int member_requests_add(struct call *call, struct err *why)
{
	struct member_request_new request = { 0 };

	if (!body_members_need(call, "company_id") ||
	    !body_members_integer(call, "company_id", 1, INT64_MAX, &request.company_id))
		return 0;
	if (company_query_exists(call->db, request.company_id, why) != 0)
		return -1;
	return add(call, &request, why);
}

int member_requests_add_to_incident(struct call *call, struct err *why)
{
	struct member_request_new request = { 0 };
	struct held_incident held;
	int go = incident_hold_open(call, &held, why);

	if (go != 1)
		return go;
	request.company_id = held.row.company_id;
	request.incident_id = held.row.id;
	go = add(call, &request, why);
	incident_hold_release(&held);
	return go;
}

/* --------------------------------------------------------------------------------------------------------- a change */

static void refuse_stale(struct call *call, const struct member_request_row *current)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_STALE, &w);
	json_open_object(&w, "current");
	case_view_put_request(&w, current);
	json_close_object(&w);
	json_close_object(&w);
}

/* A member says that something is done, and nothing else. */
static bool read_state(struct call *call, const char **state)
{
	const char *text = body_text(&call->body, "state");
	bool member = call->person.role == PERSON_MEMBER;

	if (body_kind(&call->body, "state") == BODY_ABSENT)
		return true;
	for (size_t i = 0; text && strcmp(states[i], "all") != 0; i++) {
		if (strcmp(states[i], text) != 0)
			continue;
		*state = states[i];
		if (!member || strcmp(text, "done") == 0)
			return true;
		call_refuse(call, PROBLEM_FORBIDDEN);
		return false;
	}
	call_refuse_member(call, "state", text ? FAULT_CHOICE : FAULT_TYPE);
	return false;
}

static bool read_change(struct call *call, struct member_request_change *out)
{
	if (!body_members_any(call, "state") || !read_state(call, &out->state) ||
	    !call_text(call, "note", 0, NOTE_MOST, false, &out->note) ||
	    !body_members_day(call, "due_on", &out->due_on))
		return false;
	if (call->person.role != PERSON_MEMBER || body_kind(&call->body, "due_on") == BODY_ABSENT)
		return true;
	call_refuse(call, PROBLEM_FORBIDDEN);
	return false;
}

static int apply(struct call *call, const struct member_request_change *change, struct err *why)
{
	struct member_request_row row;
	struct db_result *result;
	struct json_writer w;

	if (member_request_update(call->db, change, why) != 0 || get(call, change->id, false, &result, &row, why) != 0)
		return -1;
	if (record(call, &row, "request.change", why) != 0) {
		db_result_free(result);
		return -1;
	}
	call_reply(call, 200, &w);
	incidents_reply_version(call, row.version);
	json_open_object(&w, NULL);
	case_view_put_request(&w, &row);
	json_close_object(&w);
	db_result_free(result);
	return 0;
}

static int change_held(struct call *call, const struct member_request_row *now, struct err *why)
{
	struct member_request_change change = { .company_id = now->company_id,
						.id = now->id,
						.state = now->state,
						.note = now->note,
						.due_on = now->due_on,
						.user_id = call->person.user_id };
	const char *note = now->note;
	bool stale;

	if (!call_condition(call, now->version, &stale))
		return 0;
	if (stale) {
		refuse_stale(call, now);
		return 0;
	}
	/* What was withdrawn is nothing that a member can do. */
	if (call->person.role == PERSON_MEMBER && strcmp(now->state, "withdrawn") == 0)
		return call_refuse(call, PROBLEM_WRONG_STATE);
	if (!read_change(call, &change))
		return 0;
	change.note = change.note ? change.note : note;
	return apply(call, &change, why);
}

int member_requests_change(struct call *call, struct err *why)
{
	struct member_request_row now;
	struct db_result *result;
	int failed;

	if (get(call, call->id, true, &result, &now, why) != 0)
		return -1;
	failed = change_held(call, &now, why);
	db_result_free(result);
	return failed;
}
