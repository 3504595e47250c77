#include "server/api/sensor_view.h"

static void put_today(struct json_writer *w, const struct sensor_row *s)
{
	json_open_object(w, "today");
	json_put_integer(w, "expected", s->today.expected);
	json_put_integer(w, "received", s->today.received);
	json_put_integer(w, "dropped", s->today.dropped);
	json_put_integer(w, "unparsed", s->today.unparsed);
	json_put_integer(w, "duplicate", s->today.duplicate);
	json_put_integer(w, "ignored", s->today.ignored);
	json_close_object(w);
}

void sensor_view_put(struct json_writer *w, const char *key, const struct sensor_row *s)
{
	json_open_object(w, key);
	json_put_integer(w, "id", s->id);
	json_put_integer(w, "company_id", s->company_id);
	json_put_string(w, "company", s->company);
	json_put_string(w, "name", s->name);
	json_put_string(w, "state", s->state);
	json_put_time(w, "last_seen_at", s->last_seen_at);
	json_put_time(w, "last_event_at", s->last_event_at);
	json_put_known(w, "clock_skew_ms", s->has_skew, s->clock_skew_ms);
	json_put_string(w, "agent_version", s->agent_version);
	json_put_known(w, "spool_records", s->has_spool_records, s->spool_records);
	json_put_known(w, "spool_bytes", s->has_spool_bytes, s->spool_bytes);
	json_put_known(w, "disk_free_bytes", s->has_disk_free, s->disk_free_bytes);
	json_put_known(w, "dropped_records", s->has_dropped, s->dropped_records);
	json_put_time(w, "certificate_not_after", s->certificate_not_after);
	json_put_time(w, "created_at", s->created_at);
	put_today(w, s);
	json_put_raw(w, "hours", slice_of_string(s->hours));
	json_close_object(w);
}
