#include "server/api/page_json.h"

#include "server/api/channel_address.h"
#include "server/api/incident_view.h"

void page_json_put_subject(struct json_writer *w, const char *key, const struct page_subject_row *s)
{
	if (!s->kind) {
		json_put_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_put_string(w, "kind", s->kind);
	json_put_integer(w, "id", s->subject_id);
	json_put_known(w, "company_id", s->company_id != 0, s->company_id);
	json_put_string(w, "company", s->company);
	json_put_known(w, "number", s->number != 0, s->number);
	json_put_string(w, "title", s->title);
	json_put_integer(w, "severity", s->severity);
	json_put_time(w, "raised_at", s->raised_at);
	json_put_time(w, "added_at", s->added_at);
	json_put_time(w, "settled_at", s->settled_at);
	json_close_object(w);
}

void page_json_put_named(struct json_writer *w, const char *key, int64_t id, const char *name)
{
	if (!id) {
		json_put_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_put_integer(w, "id", id);
	json_put_string(w, "name", name ? name : "?");
	json_close_object(w);
}

static void put_progress(struct json_writer *w, const struct page_row *p)
{
	json_put_integer(w, "step", p->exhausted ? p->steps : p->step);
	json_put_integer(w, "steps", p->steps);
	json_put_integer(w, "loop", p->loop < p->loops ? p->loop + 1 : p->loops);
	json_put_integer(w, "loops", p->loops);
	json_put_bool(w, "exhausted", p->exhausted);
	json_put_bool(w, "nobody", p->nobody);
	json_put_bool(w, "fenced", p->fenced);
	json_put_time(w, "next_at", p->next_at);
}

static void put_answer(struct json_writer *w, const struct page_row *p)
{
	incident_view_put_person(w, "ack_by", p->ack_by, p->ack_name);
	json_put_time(w, "ack_at", p->ack_at);
	json_put_string(w, "ack_via", p->ack_via);
	json_put_time(w, "ack_until", p->ack_until);
}

void page_json_put_members(struct json_writer *w, const struct page_row *p)
{
	json_put_integer(w, "id", p->page_id);
	json_put_string(w, "kind", p->kind);
	json_put_string(w, "title", p->title);
	json_put_integer(w, "severity", p->severity);
	json_put_string(w, "state", p->state);
	json_put_bool(w, "is_storm", p->is_storm);
	json_put_known(w, "joined_into", p->joined_into != 0, p->joined_into);
	page_json_put_named(w, "policy", p->policy_id, p->policy_name);
	page_json_put_subject(w, "subject", &p->first);
	json_put_integer(w, "companies", p->companies);
	json_put_integer(w, "subjects", p->subjects);
	json_put_integer(w, "open_subjects", p->open_subjects);
	put_progress(w, p);
	put_answer(w, p);
	json_put_time(w, "raised_at", p->raised_at);
	json_put_time(w, "created_at", p->created_at);
	json_put_time(w, "first_sent_at", p->first_sent_at);
	json_put_time(w, "closed_at", p->closed_at);
	json_put_string(w, "close_reason", p->close_reason);
	json_put_integer(w, "version", p->version);
}

void page_json_put(struct json_writer *w, const char *key, const struct page_row *page)
{
	json_open_object(w, key);
	page_json_put_members(w, page);
	json_close_object(w);
}

static void put_contact(struct json_writer *w, const struct message_row *m)
{
	if (!m->contact_id) {
		json_put_null(w, "contact");
		return;
	}
	json_open_object(w, "contact");
	json_put_integer(w, "id", m->contact_id);
	json_put_integer(w, "company_id", m->contact_company_id);
	json_put_string(w, "company", m->contact_company ? m->contact_company : "?");
	json_put_string(w, "name", m->contact_name ? m->contact_name : "?");
	json_close_object(w);
}

static void put_way(struct json_writer *w, const struct message_row *m)
{
	char brief[CHANNEL_SHORT_SIZE];

	channel_address_shorten(m->channel_kind, m->address, brief);
	incident_view_put_person(w, "person", m->user_id, m->user_name);
	put_contact(w, m);
	page_json_put_named(w, "channel", m->channel_id, m->channel_name);
	json_put_string(w, "channel_kind", m->channel_kind);
	json_put_string(w, "address", brief);
	json_put_integer(w, "attempt_of", m->attempt_of);
	json_put_string(w, "language", m->language);
}

void page_json_put_message(struct json_writer *w, const char *key, const struct message_row *m)
{
	json_open_object(w, key);
	json_put_string(w, "id", m->id);
	json_put_string(w, "kind", m->kind);
	json_put_known(w, "page_id", m->page_id != 0, m->page_id);
	json_put_integer(w, "priority", m->priority);
	put_way(w, m);
	json_put_string(w, "state", m->state);
	json_put_integer(w, "attempts", m->attempts);
	json_put_time(w, "not_before", m->not_before);
	json_put_time(w, "expires_at", m->expires_at);
	json_put_string(w, "last_error", m->last_error);
	json_put_string(w, "provider_id", m->provider_id);
	json_put_time(w, "bounced_at", m->bounced_at);
	json_put_time(w, "created_at", m->created_at);
	json_put_time(w, "sent_at", m->sent_at);
	json_put_time(w, "opened_at", m->opened_at);
	json_put_raw(w, "tries", slice_of_string(m->tries));
	json_close_object(w);
}
