#include "lib/random.h"
#include "server/api/integrations.h"
#include "server/api/login_limits.h"
#include "server/model/token.h"
#include "server/store/integration.h"
#include "server/store/page_request.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_MOST = 100, DEDUP_MOST = 255, SUMMARY_MOST = 1024, SOURCE_MOST = 255, TEXT_MOST = 255 };

/* Of one address with keys that are none; of one integration. */
static const struct login_allowance wrong_keys = { "event", 30, 4000 };
static const struct login_allowance events = { "integration", 300, 200 };

/* An event, read. Texts belong to the body. */
struct event_in {
	const char *action, *dedup_key, *summary, *source, *component, *group, *class;
	int64_t severity;
	char drawn[33]; /* dedup_key when none was given */
};

/* ------------------------------------------------------------------------------------------------------------ reading
 */

static int refuse_limit(struct call *call, int64_t seconds)
{
	char text[24];

	call_refuse(call, PROBLEM_TOO_MANY);
	snprintf(text, sizeof(text), "%lld", (long long)seconds);
	http_reply_header(call->reply, "Retry-After", text);
	return 0;
}

/* A text within the payload; absent: NULL. Refused under the member's own name. */
static bool payload_text(struct call *call, uint32_t payload, const char *name, size_t most, bool required,
			 const char **out)
{
	uint32_t at = json_read_member(&call->body.reader, payload, slice_of_string(name));
	char pointer[64];

	*out = NULL;
	snprintf(pointer, sizeof(pointer), "payload/%s", name);
	if (at == JSON_NONE || json_read_is(&call->body.reader, at, JSON_KIND_NULL)) {
		if (required)
			call_refuse_member(call, pointer, FAULT_MISSING);
		return !required;
	}
	*out = body_string(&call->body, at);
	if (!*out || (required && !**out))
		call_refuse_member(call, pointer, *out ? FAULT_TOO_SHORT : FAULT_TYPE);
	else if (body_characters(*out) > most)
		call_refuse_member(call, pointer, FAULT_TOO_LONG);
	else
		return true;
	return false;
}

static bool read_severity(struct call *call, const char *word, int64_t *out)
{
	static const struct {
		const char *word;
		int64_t severity;
	} words[] = { { "critical", 1 }, { "error", 2 }, { "warning", 3 }, { "info", 5 } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i].word, word) == 0) {
			*out = words[i].severity;
			return true;
		}
	}
	call_refuse_member(call, "payload/severity", FAULT_CHOICE);
	return false;
}

static bool read_payload(struct call *call, struct event_in *e)
{
	uint32_t payload = body_find(&call->body, "payload");
	const char *severity;

	if (!json_read_is(&call->body.reader, payload, JSON_KIND_OBJECT)) {
		call_refuse_member(call, "payload", payload == JSON_NONE ? FAULT_MISSING : FAULT_TYPE);
		return false;
	}
	return payload_text(call, payload, "summary", SUMMARY_MOST, true, &e->summary) &&
	       payload_text(call, payload, "source", SOURCE_MOST, true, &e->source) &&
	       payload_text(call, payload, "severity", TEXT_MOST, true, &severity) &&
	       read_severity(call, severity, &e->severity) &&
	       payload_text(call, payload, "component", TEXT_MOST, false, &e->component) &&
	       payload_text(call, payload, "group", TEXT_MOST, false, &e->group) &&
	       payload_text(call, payload, "class", TEXT_MOST, false, &e->class);
}

static void draw_key(struct event_in *e)
{
	uint8_t bytes[16];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(e->drawn + 2 * i, 3, "%02x", bytes[i]);
	e->dedup_key = e->drawn;
}

static bool read_event(struct call *call, struct event_in *e)
{
	static const char *const actions[] = { "trigger", "acknowledge", "resolve" };
	const char *action;
	bool trigger;

	*e = (struct event_in){ .severity = 3 };
	if (!call_text(call, "event_action", 1, TEXT_MOST, true, &action))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (strcmp(actions[i], action) == 0)
			e->action = actions[i];
	if (!e->action) {
		call_refuse_member(call, "event_action", FAULT_CHOICE);
		return false;
	}
	trigger = e->action == actions[0];
	if (!call_text(call, "dedup_key", 1, DEDUP_MOST, !trigger, &e->dedup_key))
		return false;
	if (!e->dedup_key)
		draw_key(e);
	return !trigger || read_payload(call, e);
}

/* ------------------------------------------------------------------------------------------------------------- asking
 */

/* The thing that the event is about, as a number: the same for the same key of the same integration. */
static int64_t subject_of(int64_t integration_id, const char *dedup_key)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct buffer text = { 0 };
	int64_t number = 0;

	buffer_printf(&text, "%lld %s", (long long)integration_id, dedup_key);
	if (text.failed || EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	buffer_release(&text);
	for (int i = 0; i < 8; i++)
		number = (int64_t)((uint64_t)number << 8 | hash[i]);
	number &= INT64_MAX;
	return number ? number : 1;
}

static void put_details(struct json_writer *w, const struct event_in *e)
{
	struct buffer text = { 0 };
	const char *const parts[] = { e->component, e->group, e->class };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i] && *parts[i])
			buffer_printf(&text, "%s%s", text.len ? " · " : "", parts[i]);
	json_put_slice(w, "details", text.len ? buffer_slice(&text) : SLICE_LITERAL(""));
	buffer_release(&text);
}

static void put_body(struct buffer *out, const struct integration_row *integration, const struct event_in *e)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "dedup_key", e->dedup_key);
	json_put_string(&w, "integration", integration->name);
	if (e->summary) {
		json_put_string(&w, "title", e->summary);
		json_put_string(&w, "source", e->source);
		put_details(&w, e);
	} else if (strcmp(e->action, "acknowledge") == 0) {
		json_put_string(&w, "state", "acknowledged");
	}
	json_close_object(&w);
}

static int ask(struct call *call, const struct integration_row *integration, const struct event_in *e, struct err *why)
{
	struct page_request request = { .kind = "external",
					.what = e->summary ? "raised" : "settled",
					.subject_id = subject_of(integration->integration_id, e->dedup_key),
					.severity = e->severity };
	struct buffer body = { 0 };
	struct json_writer w;
	int failed;

	put_body(&body, integration, e);
	request.body = buffer_string(&body);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for an event")
			     : page_request_write(call->db, &request, why);
	buffer_release(&body);
	if (failed || integration_used(call->db, integration->integration_id, why) != 0)
		return -1;
	call_reply(call, 202, &w);
	json_open_object(&w, NULL);
	json_put_string(&w, "status", "success");
	json_put_string(&w, "message", "Event processed");
	json_put_string(&w, "dedup_key", e->dedup_key);
	json_close_object(&w);
	return 0;
}

/* By its key. Which address guesses wrongly too often is not listened to for a while; nor is a key that says more than
 * anybody could act on. 1: go on; 0: refused; -1. */
static int find(struct call *call, struct db_result **rows, struct integration_row *out, struct err *why)
{
	int64_t now = clock_monotonic_ms(), wait;
	uint8_t hash[TOKEN_HASH_SIZE];
	char key_name[48];
	const char *key;

	*rows = NULL;
	if (!call_text(call, "routing_key", 1, KEY_MOST, true, &key))
		return 0;
	token_hash(slice_of_string(key), hash);
	if (integration_find(call->db, hash, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		wait = login_limits_take(call->api->limits, &wrong_keys, call->address, now);
		return wait ? refuse_limit(call, wait) : call_refuse(call, PROBLEM_FORBIDDEN);
	}
	integration_read(*rows, 0, out);
	snprintf(key_name, sizeof(key_name), "%lld", (long long)out->integration_id);
	wait = login_limits_take(call->api->limits, &events, key_name, now);
	return wait ? refuse_limit(call, wait) : 1;
}

int events_take(struct call *call, struct err *why)
{
	struct integration_row integration = { 0 };
	struct db_result *rows;
	struct event_in event;
	int go = find(call, &rows, &integration, why);

	if (go == 1)
		go = read_event(call, &event) ? ask(call, &integration, &event, why) : 0;
	db_result_free(rows);
	return go;
}
