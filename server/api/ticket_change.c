#include "server/api/ticket_change.h"

#include "server/api/audit_trail.h"
#include "server/api/desk_body.h"
#include "server/api/incident_view.h"
#include "server/api/ticket_mailing.h"
#include "server/api/ticket_view.h"
#include "server/api/tickets.h"
#include "server/model/phone.h"
#include "server/model/ticket.h"
#include "server/store/company_query.h"
#include "server/store/dispatch.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAME_MOST = 100, PHONE_MOST = 40, WORD_MOST = 40, NOTE_MOST = 10000, MINUTES_MOST = 100000, SUBJECT_SIZE = 64 };

static const char *const channels[] = { "phone", "mail", "portal", "visit", "monitoring" };

/* The last thing: the audit trail, with what is not said elsewhere. */
static int audit(struct call *call, const char *action, int64_t company_id, int64_t id, struct buffer *detail,
		 struct err *why)
{
	char subject[SUBJECT_SIZE];

	snprintf(subject, sizeof(subject), "ticket %" PRId64, id);
	return audit_trail_add(call, action, company_id, subject, detail, why);
}

static bool read_category(struct call *call, const char **out)
{
	const struct ticket_category *category;

	if (!desk_body_text(call, "category", 1, WORD_MOST, out))
		return false;
	category = *out ? ticket_category_find(slice_of_string(*out)) : NULL;
	if (category && (category->by_member || !tickets_for_member(call)))
		return true;
	call_refuse_member(call, "category", *out ? FAULT_CHOICE : FAULT_MISSING);
	return false;
}

static bool read_phone(struct call *call, const char **out)
{
	char digits[PHONE_SIZE];

	if (!desk_body_optional(call, "caller_phone", PHONE_MOST, out))
		return false;
	/* "withheld", say: kept as it is written, and found by nobody. */
	if (*out)
		phone_normalise(slice_of_string(*out), digits);
	return true;
}

/* A link that is not there is a fault of the body. 1: go on; 0: refused; -1. */
static int check_links(struct call *call, int64_t company_id, int64_t contact_id, int64_t sensor_id,
		       int64_t incident_id, struct err *why)
{
	static const char *const names[] = { "contact_id", "sensor_id", "incident_id" };
	const int64_t ids[] = { contact_id, sensor_id, incident_id };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		if (!ids[i])
			continue;
		if (company_id && ticket_links_check(call->db, company_id, i == 0 ? ids[i] : 0, i == 1 ? ids[i] : 0,
						     i == 2 ? ids[i] : 0, why) == 0)
			continue;
		if (company_id && why->code != ERR_NOT_FOUND)
			return -1;
		return call_refuse_member(call, names[i], FAULT_CHOICE);
	}
	return 1;
}

/* 1: the person sees it, or it is none; 0: refused; -1. */
static int check_company(struct call *call, int64_t company_id, struct err *why)
{
	if (!company_id && !call->person.company_id)
		return 1;
	if (!company_id)
		return call_refuse_member(call, "company_id", FAULT_MISSING);
	if (call->person.company_id && call->person.company_id != company_id)
		return err_set(why, ERR_NOT_FOUND, "another company");
	return company_query_exists(call->db, company_id, why) == 0 ? 1 : -1;
}

/* ----------------------------------------------------------------------------------------------------------- opening
 */

static bool read_channel(struct call *call, const char **out)
{
	if (!desk_body_text(call, "channel", 1, WORD_MOST, out))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (strcmp(*out, channels[i]) == 0)
			return true;
	call_refuse_member(call, "channel", FAULT_CHOICE);
	return false;
}

static bool read_texts(struct call *call, struct ticket_new *t)
{
	const struct ticket_category *category;
	int64_t severity;

	if (!call_text(call, "subject", 1, TICKET_SUBJECT_MAX, true, &t->subject) ||
	    !desk_body_text(call, "body", 0, TICKET_BODY_MAX, &t->body) || !read_category(call, &t->category))
		return false;
	category = ticket_category_find(slice_of_string(t->category));
	severity = category->severity;
	if (!body_members_integer(call, "severity", 1, 5, &severity))
		return false;
	t->severity = (int)severity;
	return true;
}

/* In the portal most of it is known, and nothing else may be said. */
static bool read_of_member(struct call *call, struct ticket_new *t)
{
	static const char *const others[] = { "company_id", "channel",  "caller_name", "caller_phone", "caller_email",
					      "severity",   "owner_id", "contact_id",  "sensor_id",    "incident_id" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (body_kind(&call->body, others[i]) == BODY_ABSENT)
			continue;
		call_refuse_member(call, others[i], FAULT_UNKNOWN);
		return false;
	}
	t->company_id = call->person.company_id;
	t->channel = "portal";
	t->caller_name = call->person.display_name;
	t->caller_email = call->person.email;
	return read_texts(call, t);
}

/* 1: go on; 0: refused; -1. */
static int read_new(struct call *call, struct ticket_new *t, struct err *why)
{
	int go;

	if (tickets_for_member(call))
		return read_of_member(call, t);
	t->company_id = call->person.company_id;
	if (!read_texts(call, t) || !desk_body_id(call, "company_id", &t->company_id) ||
	    !read_channel(call, &t->channel) || !desk_body_text(call, "caller_name", 0, NAME_MOST, &t->caller_name) ||
	    !read_phone(call, &t->caller_phone) || !desk_body_email(call, "caller_email", &t->caller_email) ||
	    !desk_body_id(call, "contact_id", &t->contact_id) || !desk_body_id(call, "sensor_id", &t->sensor_id) ||
	    !desk_body_id(call, "incident_id", &t->incident_id))
		return 0;
	go = check_company(call, t->company_id, why);
	if (go == 1)
		go = check_links(call, t->company_id, t->contact_id, t->sensor_id, t->incident_id, why);
	return go == 1 ? desk_body_owner(call, t->company_id, &t->owner_id, why) : go;
}

int ticket_change_open(struct call *call, struct err *why)
{
	struct ticket_new ticket = { .channel = "phone", .opened_by = call->person.user_id };
	struct buffer detail = { 0 };
	struct json_writer w;
	int64_t id;
	int go = read_new(call, &ticket, why);

	if (go != 1)
		return go;
	if (ticket_open(call->db, &ticket, &id, why) != 0 || tickets_reply(call, id, 201, why) != 0)
		return -1;
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "channel", ticket.channel);
	json_put_string(&w, "category", ticket.category);
	json_put_integer(&w, "severity", ticket.severity);
	json_put_string(&w, "subject", ticket.subject);
	json_close_object(&w);
	return audit(call, "ticket.open", ticket.company_id, id, &detail, why);
}

/* ---------------------------------------------------------------------------------------------------------- changing
 */

static void put_handling(struct json_writer *w, const char *key, const struct ticket_change *c)
{
	json_open_object(w, key);
	json_put_known(w, "company_id", c->company_id != 0, c->company_id);
	json_put_string(w, "category", c->category);
	json_put_integer(w, "severity", c->severity);
	json_put_string(w, "state", c->state);
	json_put_string(w, "close_reason", c->close_reason);
	json_put_known(w, "owner_id", c->owner_id != 0, c->owner_id);
	json_put_known(w, "incident_id", c->incident_id != 0, c->incident_id);
	json_put_time(w, "spoke_at", c->spoke_at);
	json_close_object(w);
}

/* Stores it, and answers with what is then. */
static int apply(struct call *call, const struct ticket_row *now, const struct ticket_change *change,
		 const char *action, struct err *why)
{
	struct buffer detail = { 0 };
	struct ticket_change before;
	struct json_writer w;

	if (ticket_update(call->db, now, change, call->person.user_id, why) != 0 ||
	    tickets_reply(call, now->id, 200, why) != 0)
		return -1;
	ticket_change_of(now, &before);
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put_handling(&w, "from", &before);
	put_handling(&w, "to", change);
	json_close_object(&w);
	return audit(call, action, change->company_id, now->id, &detail, why);
}

/* Whether the state it is to have is possible. 1: yes; 0: refused. */
static int check_state(struct call *call, const struct ticket_row *now, const struct ticket_change *c)
{
	const struct ticket_closing *reason =
	    c->close_reason ? ticket_closing_find(slice_of_string(c->close_reason)) : NULL;
	enum ticket_state from = TICKET_OPEN, to;

	if (!ticket_state_parse(slice_of_string(c->state), &to))
		return call_refuse_member(call, "state", FAULT_CHOICE);
	if (c->close_reason && !reason)
		return call_refuse_member(call, "close_reason", FAULT_CHOICE);
	ticket_state_parse(slice_of_string(now->state), &from);
	switch (ticket_change_check(from, to, reason, c->answer && *c->answer)) {
	case TICKET_NO_REASON:
		return call_refuse_member(call, "close_reason", FAULT_MISSING);
	case TICKET_NEEDS_ANSWER:
		return call_refuse_member(call, "answer", FAULT_MISSING);
	case TICKET_REASON_ALONE:
		return call_refuse_member(call, "close_reason", FAULT_CHOICE);
	case TICKET_NEVER_UNBEGUN:
		return call_refuse(call, PROBLEM_WRONG_STATE);
	case TICKET_GOOD:
	default:
		return 1;
	}
}

static bool read_state(struct call *call, struct ticket_change *c)
{
	if (!desk_body_text(call, "state", 1, WORD_MOST, &c->state) ||
	    !desk_body_optional(call, "close_reason", WORD_MOST, &c->close_reason))
		return false;
	/* Taking it up again forgets why it was closed. */
	if (strcmp(c->state, "closed") != 0 && body_kind(&call->body, "close_reason") == BODY_ABSENT)
		c->close_reason = NULL;
	return true;
}

static bool read_spoke(struct call *call, time_us *out)
{
	const char *text = body_text(&call->body, "spoke_at");

	if (!text || strcmp(text, "now") != 0)
		return body_members_past(call, "spoke_at", true, out);
	*out = clock_now();
	return true;
}

static bool read_change_texts(struct call *call, struct ticket_change *c)
{
	return read_category(call, &c->category) && read_state(call, c) &&
	       desk_body_text(call, "subject", 1, TICKET_SUBJECT_MAX, &c->subject) &&
	       desk_body_optional(call, "answer", TICKET_BODY_MAX, &c->answer) &&
	       desk_body_text(call, "caller_name", 0, NAME_MOST, &c->caller_name) &&
	       read_phone(call, &c->caller_phone) && desk_body_email(call, "caller_email", &c->caller_email) &&
	       body_members_integer(call, "severity", 1, 5, &c->severity) &&
	       body_members_integer(call, "minutes", 0, MINUTES_MOST, &c->minutes) && read_spoke(call, &c->spoke_at);
}

/* Orders that went out of a ticket stay with its company. 1: there are none; 0: refused; -1. */
static int check_orders(struct call *call, const struct ticket_row *now, struct err *why)
{
	const struct dispatch_filter filter = {
		.company_id = now->company_id, .ticket_id = now->id, .before = INT64_MAX, .limit = 1
	};
	struct db_result *result;
	int rows;

	if (!now->company_id)
		return 1;
	if (dispatch_list(call->db, &filter, &result, why) != 0)
		return -1;
	rows = db_rows(result);
	db_result_free(result);
	return rows == 0 ? 1 : call_refuse(call, PROBLEM_WRONG_STATE);
}

/* 1: go on; 0: refused; -1. */
static int read_links(struct call *call, const struct ticket_row *now, struct ticket_change *c, struct err *why)
{
	int go = 1;

	if (!desk_body_id(call, "company_id", &c->company_id))
		return 0;
	if (c->company_id != now->company_id) {
		c->contact_id = c->sensor_id = c->incident_id = 0;
		go = check_orders(call, now, why);
		if (go == 1)
			go = check_company(call, c->company_id, why);
	}
	if (go != 1)
		return go;
	if (!desk_body_id(call, "contact_id", &c->contact_id) || !desk_body_id(call, "sensor_id", &c->sensor_id) ||
	    !desk_body_id(call, "incident_id", &c->incident_id))
		return 0;
	/* What it is linked to already may have gone meanwhile. */
	go = check_links(call, c->company_id, c->contact_id == now->contact_id ? 0 : c->contact_id,
			 c->sensor_id == now->sensor_id ? 0 : c->sensor_id,
			 c->incident_id == now->incident_id ? 0 : c->incident_id, why);
	return go == 1 ? desk_body_owner(call, c->company_id, &c->owner_id, why) : go;
}

static void put_current(struct json_writer *w, const void *row)
{
	ticket_view_put_members(w, row, false);
}

static int change_held(struct call *call, const struct ticket_row *now, struct err *why)
{
	struct ticket_change change;
	int go = desk_body_condition(call, now->version, put_current, now);

	if (go != 1)
		return go;
	ticket_change_of(now, &change);
	if (!body_members_any(call, "state") || !read_change_texts(call, &change))
		return 0;
	go = read_links(call, now, &change, why);
	/* Somebody has it now: it is begun. */
	if (go == 1 && change.owner_id && !now->owner_id && strcmp(change.state, "open") == 0 &&
	    body_kind(&call->body, "state") == BODY_ABSENT)
		change.state = "working";
	if (go == 1)
		go = check_state(call, now, &change);
	return go == 1 ? apply(call, now, &change, "ticket.change", why) : go;
}

int ticket_change_patch(struct call *call, struct err *why)
{
	struct db_result *result;
	struct ticket_row now;
	int failed;

	if (tickets_find(call, call->id, true, &result, &now, why) != 0)
		return -1;
	failed = change_held(call, &now, why);
	db_result_free(result);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- notes
 */

static void reply_event(struct call *call, const struct ticket_event_new *event, int64_t id, time_us at)
{
	struct json_writer w;

	call_reply(call, 201, &w);
	json_open_object(&w, NULL);
	json_put_integer(&w, "id", id);
	json_put_time(&w, "at", at);
	json_put_string(&w, "kind", event->kind);
	incident_view_put_person(&w, "user", call->person.user_id, call->person.display_name);
	json_put_bool(&w, "for_member", event->for_member);
	json_put_raw(&w, "body", slice_of_string(event->body));
	json_close_object(&w);
}

/* What a note changes besides: minutes of work; the member's takes the ticket up again. */
static int follow_note(struct call *call, const struct ticket_row *now, int64_t minutes, struct err *why)
{
	enum ticket_state state = TICKET_OPEN;
	struct ticket_change change;

	ticket_change_of(now, &change);
	change.minutes += minutes;
	ticket_state_parse(slice_of_string(now->state), &state);
	if (tickets_for_member(call))
		change.state = ticket_state_name(ticket_member_spoke(state, now->owner_id != 0));
	if (strcmp(change.state, now->state) == 0 && !minutes)
		return 0;
	if (strcmp(change.state, "closed") != 0)
		change.close_reason = NULL;
	return ticket_update(call->db, now, &change, call->person.user_id, why);
}

struct note {
	const char *text;
	bool for_member;
	int64_t minutes;
};

static bool read_note(struct call *call, struct note *note)
{
	note->for_member = tickets_for_member(call);
	if (!call_text(call, "text", 1, NOTE_MOST, true, &note->text) ||
	    !body_members_bool(call, "for_member", &note->for_member) ||
	    !body_members_integer(call, "minutes", 0, 1440, &note->minutes))
		return false;
	if (!tickets_for_member(call))
		return true;
	note->for_member = true;
	note->minutes = 0;
	return true;
}

static int note_held(struct call *call, const struct ticket_row *now, const struct note *note, struct err *why)
{
	struct ticket_event_new event = { .ticket_id = now->id,
					  .company_id = now->company_id,
					  .kind = "note",
					  .user_id = call->person.user_id,
					  .for_member = note->for_member };
	struct buffer body = { 0 }, detail = { 0 };
	struct json_writer w;
	int64_t id;
	time_us at;
	int failed;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "text", note->text);
	json_put_integer(&w, "minutes", note->minutes);
	json_close_object(&w);
	event.body = buffer_string(&body);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a note")
			     : ticket_event_add(call->db, &event, &id, &at, why);
	if (!failed)
		failed = follow_note(call, now, note->minutes, why);
	if (!failed)
		reply_event(call, &event, id, at);
	buffer_release(&body);
	if (failed)
		return -1;
	buffer_printf(&detail, "{\"entry\":%" PRId64 "}", id);
	return audit(call, "ticket.note", now->company_id, now->id, &detail, why);
}

int ticket_change_note(struct call *call, struct err *why)
{
	struct db_result *result;
	struct note note = { 0 };
	struct ticket_row now;
	int failed;

	if (tickets_find(call, call->id, true, &result, &now, why) != 0)
		return -1;
	failed = read_note(call, &note) ? note_held(call, &now, &note, why) : 0;
	db_result_free(result);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------ answer
 */

static int add_answer(struct call *call, const struct ticket_row *now, const char *text, bool mail, struct err *why)
{
	struct ticket_event_new event = { .ticket_id = now->id,
					  .company_id = now->company_id,
					  .kind = "answer",
					  .user_id = call->person.user_id,
					  .for_member = true };
	struct buffer body = { 0 };
	struct json_writer w;
	int64_t id;
	time_us at;
	int failed;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "text", text);
	json_put_string(&w, "mail", mail ? now->caller_email : NULL);
	json_close_object(&w);
	event.body = buffer_string(&body);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for an answer")
			     : ticket_event_add(call->db, &event, &id, &at, why);
	buffer_release(&body);
	if (failed || !mail)
		return failed;
	return ticket_mailing_answer(call, now, text, id, why);
}

static int answer_held(struct call *call, const struct ticket_row *now, struct err *why)
{
	struct ticket_change change;
	bool mail = true;

	ticket_change_of(now, &change);
	change.state = "waiting";
	change.close_reason = NULL;
	if (!call_text(call, "text", 1, NOTE_MOST, true, &change.answer) || !body_members_bool(call, "mail", &mail) ||
	    !read_state(call, &change))
		return 0;
	if (strcmp(change.state, "closed") == 0 && !change.close_reason)
		change.close_reason = "answered";
	if (!check_state(call, now, &change))
		return 0;
	if (strcmp(change.state, "open") == 0)
		return call_refuse_member(call, "state", FAULT_CHOICE);
	/* Who answers what nobody has, has it. */
	if (!change.owner_id)
		change.owner_id = call->person.user_id;
	if (add_answer(call, now, change.answer, mail && now->caller_email, why) != 0)
		return -1;
	return apply(call, now, &change, "ticket.answer", why);
}

int ticket_change_answer(struct call *call, struct err *why)
{
	struct db_result *result;
	struct ticket_row now;
	int failed;

	if (tickets_find(call, call->id, true, &result, &now, why) != 0)
		return -1;
	failed = answer_held(call, &now, why);
	db_result_free(result);
	return failed;
}
