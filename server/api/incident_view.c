#include "server/api/incident_view.h"

void incident_view_put_person(struct json_writer *w, const char *key, int64_t user_id, const char *name)
{
	if (!user_id) {
		json_put_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_put_integer(w, "id", user_id);
	json_put_string(w, "display_name", name ? name : "");
	json_close_object(w);
}

static void put_times(struct json_writer *w, const struct incident_row *i)
{
	json_put_time(w, "first_ts", i->first_ts);
	json_put_time(w, "last_ts", i->last_ts);
	json_put_time(w, "created_at", i->created_at);
	json_put_time(w, "updated_at", i->updated_at);
	json_put_time(w, "acknowledged_at", i->acknowledged_at);
	json_put_time(w, "contained_at", i->contained_at);
	json_put_time(w, "closed_at", i->closed_at);
}

void incident_view_put_members(struct json_writer *w, const struct incident_row *i)
{
	json_put_integer(w, "id", i->id);
	json_put_integer(w, "no", i->no);
	json_put_integer(w, "company_id", i->company_id);
	json_put_string(w, "company", i->company);
	json_put_string(w, "title", i->title);
	json_put_string(w, "title_ja", i->title_ja);
	json_put_string(w, "direction", i->direction);
	json_put_string(w, "stage", i->stage);
	json_put_integer(w, "severity", i->severity);
	json_put_string(w, "state", i->state);
	json_put_string(w, "disposition", i->disposition);
	json_put_string(w, "close_reason", i->close_reason);
	incident_view_put_person(w, "owner", i->owner_id, i->owner_name);
	put_times(w, i);
	json_put_integer(w, "version", i->version);
	json_put_integer(w, "alert_count", i->alert_count);
	json_put_integer(w, "detection_count", i->detection_count);
	json_put_integer(w, "blocked_count", i->blocked_count);
	json_put_string(w, "rule", i->rule);
	json_put_string(w, "reason", i->reason);
	json_put_known(w, "merged_into", i->merged_into != 0, i->merged_into);
	json_put_raw(w, "tags", slice_of_string(i->tags));
	json_put_integer(w, "rule_set", i->rule_set);
}

void incident_view_put(struct json_writer *w, const char *key, const struct incident_row *incident)
{
	json_open_object(w, key);
	incident_view_put_members(w, incident);
	json_close_object(w);
}
