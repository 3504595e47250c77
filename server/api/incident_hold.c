#include "server/api/incident_hold.h"

#include "server/api/audit_trail.h"
#include "server/store/change_feed.h"

#include <inttypes.h>
#include <stdio.h>

enum { SUBJECT_SIZE = 48 };

static int find(struct call *call, int64_t incident_id, bool lock, struct held_incident *out, struct err *why)
{
	if (incident_query_get(call->db, call->person.company_id, incident_id, lock, &out->result, why) != 0)
		return -1;
	if (db_rows(out->result) == 0) {
		incident_hold_release(out);
		return err_set(why, ERR_NOT_FOUND, "no such incident");
	}
	incident_query_read(out->result, 0, &out->row);
	return 0;
}

int incident_hold_look(struct call *call, struct held_incident *out, struct err *why)
{
	return find(call, call->id, false, out, why);
}

int incident_hold(struct call *call, int64_t incident_id, struct held_incident *out, struct err *why)
{
	return find(call, incident_id, true, out, why);
}

void incident_hold_release(struct held_incident *held)
{
	db_result_free(held->result);
	held->result = NULL;
}

int incident_hold_open(struct call *call, struct held_incident *out, struct err *why)
{
	if (incident_hold(call, call->id, out, why) != 0)
		return -1;
	if (!out->row.merged_into)
		return 1;
	incident_hold_release(out);
	return call_refuse(call, PROBLEM_MERGED);
}

int incident_hold_touch(struct call *call, const struct incident_row *incident, struct err *why)
{
	const struct incident_change same = { .company_id = incident->company_id,
					      .id = incident->id,
					      .state = incident->state,
					      .disposition = incident->disposition,
					      .close_reason = incident->close_reason,
					      .owner_id = incident->owner_id };

	return incident_query_update(call->db, &same, why);
}

int incident_hold_event(struct call *call, const struct incident_row *incident, const char *kind, struct buffer *body,
			int64_t *id, time_us *at, struct err *why)
{
	int64_t entry;
	time_us when;
	int failed;

	if (body->failed)
		failed = err_set(why, ERR_NOMEM, "no memory for a timeline entry");
	else
		failed = incident_query_event(call->db, incident->company_id, incident->id, kind, call->person.user_id,
					      buffer_string(body), id ? id : &entry, at ? at : &when, why);
	buffer_release(body);
	return failed;
}

int incident_hold_announce(struct call *call, const struct incident_row *incident, const char *action,
			   struct buffer *detail, struct err *why)
{
	char subject[SUBJECT_SIZE];

	snprintf(subject, sizeof(subject), "incident %" PRId64, incident->id);
	if (change_feed_write(call->db, incident->company_id, CHANGE_INCIDENT, incident->id, why) != 0 ||
	    db_notify(call->db, "hinomi_change", why) != 0) {
		if (detail)
			buffer_release(detail);
		return -1;
	}
	return audit_trail_add(call, action, incident->company_id, subject, detail, why);
}

int incident_hold_record(struct call *call, const struct incident_row *incident, const char *kind, const char *action,
			 struct buffer *body, struct err *why)
{
	struct buffer detail = { 0 };

	buffer_put_slice(&detail, buffer_slice(body));
	if (incident_hold_touch(call, incident, why) != 0) {
		buffer_release(body);
		buffer_release(&detail);
		return -1;
	}
	if (incident_hold_event(call, incident, kind, body, NULL, NULL, why) != 0) {
		buffer_release(&detail);
		return -1;
	}
	return incident_hold_announce(call, incident, action, &detail, why);
}
