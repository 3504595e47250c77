#include "server/api/ticket_view.h"

#include "server/api/incident_view.h"
#include "server/model/ticket.h"

static void put_caller(struct json_writer *w, const struct ticket_row *t)
{
	json_open_object(w, "caller");
	json_put_string(w, "name", t->caller_name);
	json_put_string(w, "phone", t->caller_phone);
	json_put_string(w, "email", t->caller_email);
	json_close_object(w);
}

void ticket_view_put_members(struct json_writer *w, const struct ticket_row *t, bool member)
{
	char reference[TICKET_REFERENCE_SIZE];

	ticket_reference(t->id, reference);
	json_put_integer(w, "id", t->id);
	json_put_string(w, "reference", reference);
	json_put_known(w, "company_id", t->company_id != 0, t->company_id);
	json_put_string(w, "company", t->company);
	json_put_string(w, "channel", t->channel);
	put_caller(w, t);
	json_put_known(w, "contact_id", t->contact_id != 0, t->contact_id);
	json_put_string(w, "category", t->category);
	json_put_integer(w, "severity", t->severity);
	json_put_string(w, "subject", t->subject);
	json_put_string(w, "body", t->body);
	json_put_string(w, "state", t->state);
	incident_view_put_person(w, "owner", t->owner_id, t->owner_name);
	json_put_known(w, "sensor_id", t->sensor_id != 0, t->sensor_id);
	json_put_string(w, "sensor", t->sensor);
	json_put_known(w, "incident_id", t->incident_id != 0, t->incident_id);
	json_put_known(w, "incident_no", t->incident_no != 0, t->incident_no);
	json_put_string(w, "answer", t->answer);
	json_put_string(w, "close_reason", t->close_reason);
	json_put_time(w, "spoke_at", t->spoke_at);
	incident_view_put_person(w, "opened_by", t->opened_by, t->opened_by_name);
	json_put_time(w, "opened_at", t->opened_at);
	json_put_time(w, "answered_at", t->answered_at);
	json_put_time(w, "closed_at", t->closed_at);
	json_put_known(w, "minutes", !member, t->minutes);
	json_put_integer(w, "version", t->version);
	json_put_time(w, "updated_at", t->updated_at);
}

void ticket_view_put(struct json_writer *w, const char *key, const struct ticket_row *ticket, bool member)
{
	json_open_object(w, key);
	ticket_view_put_members(w, ticket, member);
	json_close_object(w);
}

void ticket_view_put_events(struct json_writer *w, const struct db_result *r)
{
	json_open_array(w, "events");
	for (int i = 0; i < db_rows(r); i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "id", db_integer(r, i, 0));
		json_put_time(w, "at", db_time(r, i, 1));
		json_put_string(w, "kind", db_text(r, i, 2));
		incident_view_put_person(w, "user", db_integer(r, i, 3), db_text(r, i, 4));
		json_put_bool(w, "for_member", db_bool(r, i, 5));
		json_put_raw(w, "body", db_slice(r, i, 6));
		json_close_object(w);
	}
	json_close_array(w);
}
