#include "server/api/incident_change.h"

#include "server/api/incident_hold.h"
#include "server/api/incident_view.h"
#include "server/api/incidents.h"
#include "server/model/incident_handling.h"
#include "server/store/account.h"
#include "server/store/incident_clock.h"
#include "server/store/page_request.h"

#include <inttypes.h>
#include <stdio.h>

enum { REASON_MOST = 2000, NOTE_MOST = 10000 };

static const char *const dispositions[] = { "true_positive", "benign_positive", "false_positive", "undetermined",
					    NULL };

/* ------------------------------------------------------------------------------------------------ what is asked for */

static bool refuse(struct call *call, const char *name, enum problem_fault fault)
{
	call_refuse_member(call, name, fault);
	return false;
}

static bool read_state(struct call *call, const char **state)
{
	const char *text = body_text(&call->body, "state");
	enum incident_state value;

	if (body_kind(&call->body, "state") == BODY_ABSENT)
		return true;
	if (!text)
		return refuse(call, "state", FAULT_TYPE);
	if (!incident_state_parse(slice_of_string(text), &value) || value == STATE_MERGED)
		return refuse(call, "state", FAULT_CHOICE);
	*state = incident_state_name(value);
	return true;
}

static bool read_disposition(struct call *call, const char **disposition)
{
	const char *text = body_text(&call->body, "disposition");

	switch (body_kind(&call->body, "disposition")) {
	case BODY_ABSENT:
		return true;
	case BODY_NULL:
		*disposition = NULL;
		return true;
	case BODY_TEXT:
		break;
	case BODY_INTEGER:
	case BODY_OTHER:
	default:
		return refuse(call, "disposition", FAULT_TYPE);
	}
	for (size_t i = 0; text && dispositions[i]; i++) {
		if (strcmp(text, dispositions[i]) == 0) {
			*disposition = dispositions[i];
			return true;
		}
	}
	return refuse(call, "disposition", FAULT_CHOICE);
}

static bool read_reason(struct call *call, const char **reason)
{
	if (body_kind(&call->body, "close_reason") == BODY_ABSENT)
		return true;
	if (body_kind(&call->body, "close_reason") == BODY_NULL) {
		*reason = NULL;
		return true;
	}
	return call_text(call, "close_reason", 0, REASON_MOST, false, reason);
}

/* 1: go on; 0: refused; -1. */
static int read_owner(struct call *call, int64_t company_id, int64_t *owner_id, struct err *why)
{
	enum body_kind kind = body_kind(&call->body, "owner_id");
	const char *text = body_text(&call->body, "owner_id");

	if (kind == BODY_ABSENT)
		return 1;
	if (kind == BODY_NULL)
		*owner_id = 0;
	else if (kind == BODY_INTEGER)
		*owner_id = body_integer(&call->body, "owner_id");
	else if (text && strcmp(text, "me") == 0)
		*owner_id = call->person.user_id;
	else
		return refuse(call, "owner_id", FAULT_TYPE);
	if (kind == BODY_NULL || account_owner_check(call->db, *owner_id, company_id, why) == 0)
		return 1;
	return why->code == ERR_NOT_FOUND ? refuse(call, "owner_id", FAULT_PERSON) : -1;
}

/* What the row will be. 1: go on; 0: refused; -1. */
static int read_change(struct call *call, const struct incident_row *now, struct incident_change *out, struct err *why)
{
	const char *disposition = now->disposition, *reason = now->close_reason;
	int go;

	*out = (struct incident_change){
		.company_id = now->company_id, .id = now->id, .state = now->state, .owner_id = now->owner_id
	};
	if (json_read_first(&call->body.reader, 0) == call->body.reader.tokens[0].next)
		return refuse(call, "state", FAULT_MISSING);
	if (!read_state(call, &out->state) || !read_disposition(call, &disposition) || !read_reason(call, &reason))
		return 0;
	go = read_owner(call, now->company_id, &out->owner_id, why);
	if (go != 1)
		return go;
	if (strcmp(out->state, "closed") != 0) {
		bool given = body_text(&call->body, "disposition") != NULL;

		return given ? refuse(call, "disposition", FAULT_DISPOSITION) : 1;
	}
	if (!disposition)
		return refuse(call, "disposition", FAULT_DISPOSITION);
	out->disposition = disposition;
	out->close_reason = reason;
	return 1;
}

/* ------------------------------------------------------------------------------------------------------- the change */

static bool differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static bool state_differs(const struct incident_row *a, const struct incident_row *b)
{
	return differ(a->state, b->state) || differ(a->disposition, b->disposition) ||
	       differ(a->close_reason, b->close_reason);
}

static int add_owner_event(struct call *call, const struct incident_row *after, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	incident_view_put_person(&w, "to", after->owner_id, after->owner_name);
	json_close_object(&w);
	return incident_hold_event(call, after, "owner", &body, NULL, NULL, why);
}

static int add_state_event(struct call *call, const struct incident_row *before, const struct incident_row *after,
			   struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "from", before->state);
	json_put_string(&w, "to", after->state);
	json_put_string(&w, "disposition", after->disposition);
	json_put_string(&w, "close_reason", after->close_reason);
	json_close_object(&w);
	return incident_hold_event(call, after, "state", &body, NULL, NULL, why);
}

static void put_handling(struct json_writer *w, const char *key, const struct incident_row *incident)
{
	json_open_object(w, key);
	json_put_string(w, "state", incident->state);
	json_put_string(w, "disposition", incident->disposition);
	json_put_string(w, "close_reason", incident->close_reason);
	incident_view_put_person(w, "owner", incident->owner_id, incident->owner_name);
	json_close_object(w);
}

/* The escalator is told what the change means for pages: somebody dealt with the incident, or it is open again. */
static int tell_escalator(struct call *call, const struct incident_row *after, struct err *why)
{
	bool open = strcmp(after->state, "open") == 0;
	char body[64];
	const struct page_request request = { .company_id = after->company_id,
					      .kind = "incident",
					      .what = open ? "reopened" : "settled",
					      .subject_id = after->id,
					      .severity = after->severity,
					      .user_id = call->person.user_id,
					      .body = open ? NULL : body };

	if (open && after->severity > PAGE_REQUEST_SEVERITY)
		return 0;
	/* Settled is told of any severity: somebody may have paged for it by hand. */
	snprintf(body, sizeof(body), "{\"state\": \"%s\"}", after->state);
	return page_request_write(call->db, &request, why);
}

static int follow_state(struct call *call, const struct incident_row *before, const struct incident_row *after,
			struct err *why)
{
	if (!differ(before->state, after->state))
		return 0;
	if (incident_clock_state(call->db, after->company_id, after->id, after->state, why) != 0)
		return -1;
	return tell_escalator(call, after, why);
}

/* Timeline, screens, audit. The state comes last: it is what a screen says that somebody did. */
static int record(struct call *call, const struct incident_row *before, const struct incident_row *after,
		  struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;

	if (before->owner_id != after->owner_id && add_owner_event(call, after, why) != 0)
		return -1;
	if (state_differs(before, after) && add_state_event(call, before, after, why) != 0)
		return -1;
	if (follow_state(call, before, after, why) != 0)
		return -1;
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put_handling(&w, "from", before);
	put_handling(&w, "to", after);
	json_close_object(&w);
	return incident_hold_announce(call, after, "incident.change", &detail, why);
}

static void reply_with(struct call *call, const struct incident_row *incident)
{
	struct json_writer w;

	call_reply(call, 200, &w);
	incidents_reply_version(call, incident->version);
	incident_view_put(&w, NULL, incident);
}

static int apply(struct call *call, const struct incident_row *before, const struct incident_change *change,
		 struct err *why)
{
	struct held_incident after = { 0 };
	int failed;

	if (incident_query_update(call->db, change, why) != 0 || incident_hold(call, call->id, &after, why) != 0)
		return -1;
	failed = record(call, before, &after.row, why);
	if (!failed)
		reply_with(call, &after.row);
	incident_hold_release(&after);
	return failed;
}

static void refuse_stale(struct call *call, const struct incident_row *current)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_STALE, &w);
	incident_view_put(&w, "current", current);
	incident_view_put_person(&w, "changed_by", current->last_kind ? current->last_user_id : 0,
				 current->last_user_name);
	json_close_object(&w);
}

static bool is_change(const struct incident_row *now, const struct incident_change *change)
{
	return now->owner_id != change->owner_id || differ(now->state, change->state) ||
	       differ(now->disposition, change->disposition) || differ(now->close_reason, change->close_reason);
}

static int change_held(struct call *call, const struct incident_row *now, struct err *why)
{
	struct incident_change change;
	bool stale;
	int go;

	if (!call_condition(call, now->version, &stale))
		return 0;
	if (stale) {
		refuse_stale(call, now);
		return 0;
	}
	if (now->merged_into)
		return call_refuse(call, PROBLEM_MERGED);
	go = read_change(call, now, &change, why);
	if (go != 1)
		return go;
	if (is_change(now, &change))
		return apply(call, now, &change, why);
	reply_with(call, now);
	return 0;
}

int incident_change_patch(struct call *call, struct err *why)
{
	struct held_incident held;
	int failed;

	if (incident_hold(call, call->id, &held, why) != 0)
		return -1;
	failed = change_held(call, &held.row, why);
	incident_hold_release(&held);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- a note */

static void put_text(struct buffer *out, const char *text)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "text", text);
	json_close_object(&w);
}

static void reply_entry(struct call *call, int64_t id, time_us at, const char *text)
{
	struct json_writer w;

	call_reply(call, 201, &w);
	json_open_object(&w, NULL);
	json_put_integer(&w, "id", id);
	json_put_time(&w, "at", at);
	json_put_string(&w, "kind", "note");
	incident_view_put_person(&w, "user", call->person.user_id, call->person.display_name);
	json_open_object(&w, "body");
	json_put_string(&w, "text", text);
	json_close_object(&w);
	json_close_object(&w);
}

static int note_held(struct call *call, const struct incident_row *now, const char *text, struct err *why)
{
	struct buffer body = { 0 }, detail = { 0 };
	int64_t id;
	time_us at;

	if (now->merged_into)
		return call_refuse(call, PROBLEM_MERGED);
	put_text(&body, text);
	if (incident_hold_touch(call, now, why) != 0) {
		buffer_release(&body);
		return -1;
	}
	if (incident_hold_event(call, now, "note", &body, &id, &at, why) != 0)
		return -1;
	buffer_printf(&detail, "{\"entry\":%" PRId64 "}", id);
	if (incident_hold_announce(call, now, "incident.note", &detail, why) != 0)
		return -1;
	reply_entry(call, id, at, text);
	return 0;
}

int incident_change_note(struct call *call, struct err *why)
{
	struct held_incident held;
	const char *text;
	int failed;

	if (incident_hold(call, call->id, &held, why) != 0)
		return -1;
	failed = call_text(call, "text", 1, NOTE_MOST, true, &text) ? note_held(call, &held.row, text, why) : 0;
	incident_hold_release(&held);
	return failed;
}
