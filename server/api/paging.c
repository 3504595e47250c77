#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/incident_hold.h"
#include "server/api/oncall_call.h"
#include "server/api/page_answers.h"
#include "server/store/member_notice.h"
#include "server/store/page_request.h"

#include <inttypes.h>
#include <stdlib.h>

enum { NOTE_MOST = 1000, MEMBER_NOTE_MOST = 2000 };

/* -------------------------------------------------------------------------------------------------- a page by hand */

struct wish {
	const char *note;
	int64_t policy_id; /* 0: as the routes say */
};

static void put_wish(struct buffer *out, const struct wish *wish)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "note", wish->note);
	if (wish->policy_id)
		json_put_integer(&w, "policy", wish->policy_id);
	json_close_object(&w);
}

static int write_request(struct call *call, const struct incident_row *incident, const struct wish *wish,
			 struct err *why)
{
	struct page_request request = { .company_id = incident->company_id,
					.kind = "incident",
					.what = "by_hand",
					.subject_id = incident->id,
					.severity = incident->severity,
					.user_id = call->person.user_id };
	struct buffer body = { 0 }, entry = { 0 };
	struct json_writer w;
	int failed;

	put_wish(&body, wish);
	request.body = buffer_string(&body);
	failed =
	    body.failed ? err_set(why, ERR_NOMEM, "no memory for a page") : page_request_write(call->db, &request, why);
	buffer_release(&body);
	if (failed)
		return -1;
	call_reply(call, 202, &w);
	json_open_object(&w, NULL);
	json_put_integer(&w, "incident_id", incident->id);
	json_close_object(&w);
	put_wish(&entry, wish);
	return incident_hold_record(call, incident, "page", "incident.page", &entry, why);
}

/* 1: go on; 0: refused; -1. */
static int read_wish(struct call *call, struct wish *out, struct err *why)
{
	struct oncall_book *book;
	bool known;

	*out = (struct wish){ 0 };
	if (!call_text(call, "note", 1, NOTE_MOST, true, &out->note) ||
	    !body_members_nullable_integer(call, "policy_id", 1, INT64_MAX, 0, &out->policy_id))
		return 0;
	if (!out->policy_id)
		return 1;
	if (oncall_call_book(call, &book, why) != 0)
		return -1;
	known = oncall_book_policy(book, out->policy_id) != NULL;
	oncall_book_close(book);
	return known ? 1
		     : call_refuse_reason(call, "policy_id", FAULT_CHOICE, "there is no policy of this number in use");
}

int paging_by_hand(struct call *call, struct err *why)
{
	struct held_incident held;
	struct wish wish;
	int go = incident_hold_open(call, &held, why), failed;

	if (go != 1)
		return go;
	failed = read_wish(call, &wish, why);
	if (failed == 1)
		failed = write_request(call, &held.row, &wish, why);
	incident_hold_release(&held);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- a notice to a member
 */

/* 1: go on; 0: refused. *ids is the caller's to free. */
static int read_contacts(struct call *call, int64_t **ids, size_t *count)
{
	const struct json_reader *r = &call->body.reader;
	uint32_t list = body_find(&call->body, "contact_ids");

	if (list == JSON_NONE)
		return 1;
	if (!json_read_is(r, list, JSON_KIND_ARRAY))
		return call_refuse_member(call, "contact_ids", FAULT_TYPE);
	*ids = calloc(MEMBER_NOTICE_CONTACTS, sizeof(**ids));
	for (uint32_t i = json_read_first(r, list); *ids && i < r->tokens[list].next; i = r->tokens[i].next) {
		if (*count == MEMBER_NOTICE_CONTACTS)
			return call_refuse_member(call, "contact_ids", FAULT_TOO_LONG);
		if (!json_read_integer(r, i, &(*ids)[*count]) || (*ids)[*count] < 1)
			return call_refuse_member(call, "contact_ids", FAULT_TYPE);
		for (size_t k = 0; k < *count; k++)
			if ((*ids)[k] == (*ids)[*count])
				return call_refuse_member(call, "contact_ids", FAULT_TWICE);
		++*count;
	}
	return *count ? 1 : call_refuse_member(call, "contact_ids", FAULT_TOO_SHORT);
}

static void put_sent(struct json_writer *w, const struct db_result *sent)
{
	json_open_array(w, "messages");
	for (int i = 0; i < db_rows(sent); i++) {
		json_open_object(w, NULL);
		json_put_string(w, "message_id", db_text(sent, i, 2));
		json_put_integer(w, "contact_id", db_integer(sent, i, 0));
		json_put_string(w, "name", db_text(sent, i, 1));
		json_close_object(w);
	}
	json_close_array(w);
}

static int record(struct call *call, const struct incident_row *incident, const struct member_notice *notice,
		  const struct db_result *sent, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;

	call_reply(call, 202, &w);
	json_open_object(&w, NULL);
	put_sent(&w, sent);
	json_close_object(&w);
	if (db_rows(sent) == 0)
		return 0;
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "kind", "member");
	json_put_string(&w, "note", notice->note);
	put_sent(&w, sent);
	json_close_object(&w);
	return incident_hold_record(call, incident, "notice", "incident.member_notice", &body, why);
}

static int tell(struct call *call, const struct incident_row *incident, struct member_notice *notice, struct err *why)
{
	struct db_result *sent;
	int failed;

	notice->company_id = incident->company_id;
	notice->incident_id = incident->id;
	if (member_notice_send(call->db, notice, &sent, why) != 0) {
		if (why->code == ERR_NOT_FOUND || why->code == ERR_USAGE)
			return call_refuse_reason(call, "contact_ids", FAULT_CHOICE, why->text);
		return -1;
	}
	failed = record(call, incident, notice, sent, why);
	db_result_free(sent);
	return failed;
}

int paging_tell_member(struct call *call, struct err *why)
{
	struct member_notice notice = { 0 };
	struct held_incident held;
	int64_t *ids = NULL;
	int go = incident_hold_open(call, &held, why), failed = 0;

	if (go != 1)
		return go;
	if (body_members_nullable_text(call, "note", MEMBER_NOTE_MOST, &notice.note) &&
	    read_contacts(call, &ids, &notice.contact_count) == 1) {
		notice.contacts = ids;
		failed = tell(call, &held.row, &notice, why);
	}
	free(ids);
	incident_hold_release(&held);
	return failed;
}
