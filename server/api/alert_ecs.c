#include "server/api/alert_ecs.h"

#include "lib/encode.h"

#include <inttypes.h>
#include <stdio.h>

static void put_text(struct json_writer *w, const char *key, struct slice value)
{
	if (value.ptr && value.len)
		json_put_slice(w, key, value);
}

/* ids are keywords in ECS: texts. */
static void put_id(struct json_writer *w, const char *key, int64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, id);
	json_put_string(w, key, text);
}

static void put_one_word(struct json_writer *w, const char *key, const char *word)
{
	json_open_array(w, key);
	json_put_string(w, NULL, word);
	json_close_array(w);
}

/* event.category and event.type allow only words of their own lists. */
static const char *category_of(struct slice engine)
{
	if (slice_is(engine, "ips"))
		return "intrusion_detection";
	if (slice_is(engine, "antivirus"))
		return "malware";
	return slice_is(engine, "web") ? "web" : "network";
}

static const char *type_of(struct slice action)
{
	if (slice_is(action, "allowed"))
		return "allowed";
	return slice_is(action, "unknown") ? "info" : "denied";
}

static void put_original(struct json_writer *w, const struct alert_record *record)
{
	if (record->wanted && record->bytes.ptr)
		json_put_slice(w, "original", record->bytes);
}

static void put_event(struct json_writer *w, const struct alert_row *a, const struct alert_record *record)
{
	json_open_object(w, "event");
	put_id(w, "id", a->id);
	json_put_string(w, "kind", slice_is(a->kind, "alert") ? "alert" : "pipeline_error");
	put_one_word(w, "category", category_of(a->engine));
	put_one_word(w, "type", type_of(a->action));
	put_text(w, "action", a->action);
	put_text(w, "module", a->format);
	json_put_integer(w, "severity", a->severity);
	json_put_integer(w, "risk_score", a->score);
	json_put_time(w, "ingested", a->received_at);
	put_original(w, record);
	json_close_object(w);
}

static void put_endpoint(struct json_writer *w, const char *key, struct slice ip, int64_t port)
{
	if (!ip.ptr)
		return;
	json_open_object(w, key);
	json_put_slice(w, "ip", ip);
	if (port >= 0)
		json_put_integer(w, "port", port);
	json_close_object(w);
}

static void put_network(struct json_writer *w, const struct alert_row *a)
{
	put_endpoint(w, "source", a->source_ip, a->source_port);
	put_endpoint(w, "destination", a->destination_ip, a->destination_port);
	json_open_object(w, "network");
	put_text(w, "transport", a->transport);
	put_text(w, "direction", a->direction);
	put_text(w, "community_id", a->community_id);
	json_close_object(w);
}

static void put_rule(struct json_writer *w, const struct alert_row *a)
{
	json_open_object(w, "rule");
	put_text(w, "id", a->signature_id);
	put_text(w, "name", a->signature);
	put_text(w, "category", a->category);
	json_close_object(w);
	if (a->technique.len <= 2)
		return;
	json_open_object(w, "threat");
	json_put_string(w, "framework", "MITRE ATT&CK");
	json_open_object(w, "technique");
	json_put_raw(w, "id", a->technique);
	json_close_object(w);
	json_close_object(w);
}

static void put_who(struct json_writer *w, const struct alert_row *a)
{
	json_open_object(w, "organization");
	put_id(w, "id", a->company_id);
	json_put_slice(w, "name", a->company);
	json_close_object(w);
	json_open_object(w, "observer");
	put_text(w, "name", a->sensor);
	json_put_string(w, "type", "ids");
	json_close_object(w);
}

/* What ECS has no name for. */
static void put_own(struct json_writer *w, const struct alert_row *a, const struct alert_record *record)
{
	json_open_object(w, "hinomi");
	json_put_integer(w, "sensor_id", a->sensor_id);
	put_text(w, "engine", a->engine);
	put_text(w, "stage", a->stage);
	json_put_integer(w, "repeat_count", a->repeat_count);
	json_put_bool(w, "clock_ok", a->ts == a->event_time);
	if (a->event_time != TIME_NONE)
		json_put_time(w, "event_time", a->event_time);
	if (a->flow_id)
		json_put_integer(w, "flow_id", a->flow_id);
	put_text(w, "inside_ip", a->inside_ip);
	put_text(w, "attacker_ip", a->attacker_ip);
	if (a->incident_id) {
		json_put_integer(w, "incident_id", a->incident_id);
		json_put_integer(w, "incident_no", a->incident_no);
	}
	if (record->wanted && record->bytes.ptr && !slice_is_utf8(record->bytes)) {
		struct buffer text = { 0 };

		base64_encode(&text, record->bytes);
		json_put_slice(w, "original_base64", buffer_slice(&text));
		w->out->failed = w->out->failed || text.failed;
		buffer_release(&text);
	}
	json_close_object(w);
}

void alert_ecs_put(struct json_writer *w, const char *key, const struct alert_row *alert,
		   const struct alert_record *record)
{
	json_open_object(w, key);
	json_put_time(w, "@timestamp", alert->ts);
	json_open_object(w, "ecs");
	json_put_string(w, "version", "8.11.0");
	json_close_object(w);
	put_event(w, alert, record);
	put_who(w, alert);
	put_network(w, alert);
	put_rule(w, alert);
	put_own(w, alert, record);
	json_close_object(w);
}
