#include "server/api/ticket_mailing.h"

#include "server/api/oncall_call.h"
#include "server/model/ticket.h"
#include "server/store/company_people.h"
#include "server/store/outbox.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 96, QUESTION_MOST = 2000 };

/* A mail to one address; facts is released. */
static int send_mail(struct call *call, const char *kind, const char *identity, int priority, const char *address,
		     const char *language, struct buffer *facts, struct err *why)
{
	struct outbox_new notice = { .kind = kind,
				     .identity = identity,
				     .priority = priority,
				     .channel_kind = "mail",
				     .address = address,
				     .language = language,
				     .attempt_of = 1 };
	bool written;
	int failed;

	outbox_make_id(notice.id);
	notice.facts = buffer_string(facts);
	failed = facts->failed ? err_set(why, ERR_NOMEM, "no memory for a mail")
			       : outbox_write(call->db, &notice, &written, why);
	buffer_release(facts);
	return failed;
}

/* What they had asked, with "> " before each line, and not without end. */
static void put_quoted(struct buffer *out, const char *text)
{
	size_t length = 0;

	buffer_put_string(out, "> ");
	for (; *text; text++) {
		/* Cut between characters. */
		if (++length > QUESTION_MOST && ((unsigned char)*text & 0xc0) != 0x80) {
			buffer_put_string(out, " ...");
			break;
		}
		buffer_put_byte(out, (uint8_t)*text);
		if (*text == '\n')
			buffer_put_string(out, "> ");
	}
}

/* Of the contact who asked; Japanese when it is none. */
static int language_of(struct call *call, const struct ticket_row *t, const char **out, struct err *why)
{
	struct company_person person;
	struct db_result *result;

	*out = "ja";
	if (!t->contact_id)
		return 0;
	if (company_people_get(call->db, t->company_id, t->contact_id, false, &result, why) != 0)
		return -1;
	if (db_rows(result)) {
		company_people_read(result, 0, &person);
		*out = strcmp(person.language, "en") == 0 ? "en" : "ja";
	}
	db_result_free(result);
	return 0;
}

int ticket_mailing_answer(struct call *call, const struct ticket_row *t, const char *text, int64_t event_id,
			  struct err *why)
{
	char reference[TICKET_REFERENCE_SIZE], identity[IDENTITY_SIZE];
	struct buffer facts = { 0 }, question = { 0 };
	const char *language;
	struct json_writer w;

	if (language_of(call, t, &language, why) != 0)
		return -1;
	ticket_reference(t->id, reference);
	snprintf(identity, sizeof(identity), "ticket:%" PRId64 ":answer:%" PRId64, t->id, event_id);
	put_quoted(&question, *t->body ? t->body : t->subject);
	json_writer_init(&w, &facts);
	json_open_object(&w, NULL);
	json_put_integer(&w, "ticket_id", t->id);
	json_put_string(&w, "company", t->company ? t->company : "");
	json_put_string(&w, "contact", t->caller_name);
	json_put_string(&w, "title", t->subject);
	json_put_string(&w, "reference", reference);
	json_put_string(&w, "answer", text);
	json_put_slice(&w, "question", buffer_slice(&question));
	json_put_string(&w, "in_reply_to", t->mail_thread ? t->mail_thread : "");
	json_close_object(&w);
	facts.failed = facts.failed || question.failed;
	buffer_release(&question);
	return send_mail(call, "ticket_answer", identity, (int)t->severity, t->caller_email, language, &facts, why);
}

static void write_order(const struct dispatch_row *o, const char *change, const char *wanted_by, struct buffer *facts)
{
	char reference[DISPATCH_REFERENCE_SIZE], url[64];
	struct json_writer w;

	dispatch_reference(o->id, reference);
	snprintf(url, sizeof(url), "/orders/%" PRId64, o->id);
	json_writer_init(&w, facts);
	json_open_object(&w, NULL);
	json_put_integer(&w, "order_id", o->id);
	json_put_string(&w, "company", o->company_name);
	json_put_string(&w, "reference", reference);
	json_put_string(&w, "kind", strcmp(o->kind, "remote") == 0 ? "リモート支援" : "駆け付け");
	json_put_string(&w, "task", o->task);
	json_put_string(&w, "place", o->place);
	json_put_string(&w, "contact", o->contact_name);
	json_put_string(&w, "contact_phone", o->contact_phone);
	json_put_string(&w, "wanted_by", wanted_by);
	json_put_string(&w, "change", change ? change : "");
	json_put_string(&w, "url", url);
	json_close_object(&w);
}

int ticket_mailing_order(struct call *call, const struct dispatch_row *order, const char *change, struct err *why)
{
	char identity[IDENTITY_SIZE], wanted_by[LOCAL_TIME_SIZE];
	struct buffer facts = { 0 };

	if (!order->vendor_email)
		return 0;
	if (oncall_call_local(call, order->wanted_by, false, wanted_by, why) != 0)
		return -1;
	snprintf(identity, sizeof(identity), "order:%" PRId64 ":version:%" PRId64, order->id, order->version);
	write_order(order, change, wanted_by, &facts);
	return send_mail(call, "order", identity, 2, order->vendor_email, "ja", &facts, why);
}
