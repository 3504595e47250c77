#include "server/store/incident_trail.h"

#include "lib/json_write.h"
#include "server/store/columns.h"

static void put_event_body(struct buffer *out, const struct incident_plan *p, const struct plan_event *e)
{
	const struct plan_incident *other = &p->incidents[e->other];
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	switch (e->kind) {
	case EVENT_CREATED:
		json_put_slice(&w, "rule", p->incidents[e->incident].rule);
		break;
	case EVENT_MERGED:
		json_put_integer(&w, "absorbed", other->id);
		json_put_integer(&w, "no", other->no);
		break;
	case EVENT_ABSORBED:
		json_put_integer(&w, "into", other->id);
		json_put_integer(&w, "no", other->no);
		break;
	case EVENT_SEVERITY:
		json_put_integer(&w, "from", e->from);
		json_put_integer(&w, "to", e->to);
		break;
	case EVENT_STATE:
		json_put_string(&w, "from", incident_state_name((enum incident_state)e->from));
		json_put_string(&w, "to", incident_state_name((enum incident_state)e->to));
		break;
	case EVENT_REOPENED:
		break;
	}
	json_close_object(&w);
}

static int write_events(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	static const char *const kinds[] = {
		[EVENT_CREATED] = "created",   [EVENT_MERGED] = "merged", [EVENT_ABSORBED] = "merged",
		[EVENT_SEVERITY] = "severity", [EVENT_STATE] = "state",   [EVENT_REOPENED] = "reopened",
	};
	struct array_text columns[3] = { 0 };

	if (p->event_count == 0)
		return 0;
	for (size_t i = 0; i < p->event_count; i++) {
		struct buffer body = { 0 };

		put_event_body(&body, p, &p->events[i]);
		array_text_integer(&columns[0], p->incidents[p->events[i].incident].id);
		array_text_string(&columns[1], slice_of_string(kinds[p->events[i].kind]));
		array_text_string(&columns[2], buffer_slice(&body));
		buffer_release(&body);
	}
	return columns_run(db,
			   "INSERT INTO incident_event (company_id, incident_id, kind, body) "
			   "SELECT $1::bigint, u.* FROM unnest($2::bigint[], $3::text[], $4::jsonb[]) AS u",
			   company_id, columns, ARRAY_LEN(columns), NULL, why);
}

static int write_changes(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text ids = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < p->incident_count; i++) {
		if (p->incidents[i].fate == FATE_NONE)
			continue;
		array_text_integer(&ids, p->incidents[i].id);
		count++;
	}
	if (count == 0)
		return 0;
	if (columns_run(db,
			"INSERT INTO change (company_id, kind, id_from, id_to) "
			"SELECT $1::bigint, 'incident', u.id, u.id FROM unnest($2::bigint[]) AS u (id)",
			company_id, &ids, 1, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}

int incident_trail_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	return write_events(db, company_id, p, why) == 0 ? write_changes(db, company_id, p, why) : -1;
}
