#include "server/api/alert_view.h"

#include "lib/encode.h"
#include "server/api/alert_ecs.h"

static void put_endpoint(struct json_writer *w, const char *key, struct slice ip, int64_t port)
{
	json_open_object(w, key);
	json_put_slice(w, "ip", ip);
	json_put_known(w, "port", port != -1, port);
	json_close_object(w);
}

static void put_record(struct json_writer *w, const struct alert_record *record)
{
	struct buffer text = { 0 };

	json_put_slice(w, "raw", record->bytes);
	if (!record->bytes.ptr || slice_is_utf8(record->bytes))
		return;
	base64_encode(&text, record->bytes);
	json_put_slice(w, "raw_base64", buffer_slice(&text));
	w->out->failed = w->out->failed || text.failed;
	buffer_release(&text);
}

static void put_times(struct json_writer *w, const struct alert_row *a)
{
	json_put_time(w, "ts", a->ts);
	json_put_time(w, "received_at", a->received_at);
	json_put_time(w, "event_time", a->event_time);
	json_put_bool(w, "clock_ok", a->ts == a->event_time);
}

static void put_verdict(struct json_writer *w, const struct alert_row *a)
{
	json_put_slice(w, "direction", a->direction);
	json_put_slice(w, "engine", a->engine);
	json_put_integer(w, "severity", a->severity);
	json_put_integer(w, "score", a->score);
	json_put_slice(w, "action", a->action);
	json_put_slice(w, "signature_id", a->signature_id);
	json_put_slice(w, "signature", a->signature);
	json_put_slice(w, "category", a->category);
	json_put_raw(w, "technique", a->technique);
	json_put_slice(w, "stage", a->stage);
	json_put_slice(w, "community_id", a->community_id);
	json_put_known(w, "flow_id", a->flow_id != 0, a->flow_id);
}

static void put_native(struct json_writer *w, const char *key, const struct alert_row *a,
		       const struct alert_record *record)
{
	json_open_object(w, key);
	json_put_integer(w, "id", a->id);
	json_put_integer(w, "company_id", a->company_id);
	json_put_slice(w, "company", a->company);
	json_put_integer(w, "sensor_id", a->sensor_id);
	json_put_slice(w, "sensor", a->sensor.ptr ? a->sensor : SLICE_LITERAL(""));
	json_put_slice(w, "kind", a->kind);
	json_put_slice(w, "format", a->format);
	put_times(w, a);
	put_endpoint(w, "source", a->source_ip, a->source_port);
	put_endpoint(w, "destination", a->destination_ip, a->destination_port);
	json_put_slice(w, "transport", a->transport);
	put_verdict(w, a);
	json_put_slice(w, "inside_ip", a->inside_ip);
	json_put_slice(w, "attacker_ip", a->attacker_ip);
	json_put_integer(w, "repeat_count", a->repeat_count);
	json_put_known(w, "incident_id", a->incident_id != 0, a->incident_id);
	json_put_known(w, "incident_no", a->incident_no != 0, a->incident_no);
	json_put_slice(w, "incident_state", a->incident_state);
	json_put_known(w, "mute_id", a->mute_id != 0, a->mute_id);
	json_put_raw(w, "rules", a->rules.ptr ? a->rules : SLICE_LITERAL("[]"));
	if (record->wanted)
		put_record(w, record);
	json_close_object(w);
}

void alert_view_put(struct json_writer *w, const char *key, const struct alert_row *alert,
		    const struct alert_record *record, enum alert_format format)
{
	if (format == ALERT_ECS)
		alert_ecs_put(w, key, alert, record);
	else
		put_native(w, key, alert, record);
}
