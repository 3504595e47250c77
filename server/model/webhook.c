#include "server/model/webhook.h"

#include "lib/encode.h"
#include "lib/json_write.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

/* ---------------------------------------------------------------------------------------------------------- secrets */

static const char secret_prefix[] = "whsec_";

bool webhook_secret_read(struct slice text, struct buffer *key)
{
	size_t before = key->len;

	if (!slice_starts_with(text, secret_prefix) ||
	    !base64_decode(key, slice_skip(text, sizeof(secret_prefix) - 1)) || key->failed)
		return false;
	if (key->len - before >= WEBHOOK_SECRET_LEAST && key->len - before <= WEBHOOK_SECRET_MOST)
		return true;
	key->len = before;
	return false;
}

void webhook_secret_write(struct slice key, struct buffer *text)
{
	buffer_put_string(text, secret_prefix);
	base64_encode(text, key);
}

static void put_signature(struct slice key, struct slice content, struct buffer *out)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!HMAC(EVP_sha256(), key.ptr, (int)key.len, content.ptr, content.len, mac, &len))
		abort(); /* the library is unusable: nothing unsigned leaves */
	buffer_put_string(out, "v1,");
	base64_encode(out, slice_of(mac, len));
}

void webhook_sign(struct slice key, struct slice old_key, const char *id, int64_t seconds, struct slice body,
		  struct buffer *out)
{
	struct buffer content = { 0 };

	buffer_printf(&content, "%s.%lld.", id, (long long)seconds);
	buffer_put_slice(&content, body);
	if (content.failed)
		out->failed = true;
	else
		put_signature(key, buffer_slice(&content), out);
	if (old_key.ptr && !content.failed) {
		buffer_put_byte(out, ' ');
		put_signature(old_key, buffer_slice(&content), out);
	}
	buffer_release(&content);
}

/* ----------------------------------------------------------------------------------------------------------- events */

/* At most so many bytes, whole characters. */
static struct slice cut(const char *text, size_t most)
{
	struct slice s = slice_of_string(text);
	size_t n = most;

	if (s.len <= most)
		return s;
	while (n > 0 && (s.ptr[n] & 0xc0) == 0x80)
		n--;
	return slice_take(s, n);
}

enum { TEXT_MOST = 12000, FACTS_MOST = 4000, SUBJECT_MOST = 300, SUMMARY_MOST = 1024 };

static void put_event(const struct webhook_event *event, size_t text_most, struct buffer *out)
{
	struct json_writer w;
	char type[80];

	snprintf(type, sizeof(type), "notice.%s", event->kind);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "type", type);
	json_put_time(&w, "timestamp", event->created_at);
	json_open_object(&w, "data");
	json_put_string(&w, "id", event->id);
	json_put_string(&w, "kind", event->kind);
	json_put_known(&w, "page_id", event->page_id != 0, event->page_id);
	json_put_known(&w, "user_id", event->user_id != 0, event->user_id);
	json_put_integer(&w, "severity", event->severity);
	json_put_slice(&w, "subject", cut(event->subject, SUBJECT_MOST));
	json_put_slice(&w, "text", cut(event->body, text_most));
	json_put_string(&w, "link", event->link);
	if (event->facts.len && event->facts.len <= FACTS_MOST)
		json_put_raw(&w, "facts", event->facts);
	json_close_object(&w);
	json_close_object(&w);
}

void webhook_body(const struct webhook_event *event, struct buffer *out)
{
	size_t from = out->len;

	put_event(event, TEXT_MOST, out);
	/* A text of line ends only is twice as long in JSON. */
	for (size_t most = TEXT_MOST / 2; !out->failed && out->len - from > WEBHOOK_BODY_MAX && most; most /= 2) {
		out->len = from;
		put_event(event, most, out);
	}
}

static const char *pagerduty_severity(int severity)
{
	static const char *const words[] = { "critical", "error", "warning", "info", "info" };

	return words[severity >= 1 && severity <= 5 ? severity - 1 : 4];
}

static void put_trigger(struct json_writer *w, const struct webhook_event *event)
{
	json_open_object(w, "payload");
	json_put_slice(w, "summary", cut(event->subject, SUMMARY_MOST));
	json_put_string(w, "source", "hinomi");
	json_put_string(w, "severity", pagerduty_severity(event->severity));
	json_put_time(w, "timestamp", event->created_at);
	json_put_string(w, "class", event->kind);
	json_open_object(w, "custom_details");
	json_put_slice(w, "text", cut(event->body, TEXT_MOST));
	json_put_string(w, "notice", event->id);
	json_close_object(w);
	json_close_object(w);
	json_put_string(w, "client", "Hinomi");
	if (event->link || event->home)
		json_put_string(w, "client_url", event->link ? event->link : event->home);
}

void pagerduty_body(const struct webhook_event *event, struct slice routing_key, const char *action, struct buffer *out)
{
	struct json_writer w;
	char key[80];

	if (event->page_id)
		snprintf(key, sizeof(key), "hinomi-page-%lld", (long long)event->page_id);
	else
		snprintf(key, sizeof(key), "hinomi-notice-%.40s", event->id);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_slice(&w, "routing_key", routing_key);
	json_put_string(&w, "event_action", action);
	json_put_string(&w, "dedup_key", key);
	if (strcmp(action, "trigger") == 0)
		put_trigger(&w, event);
	json_close_object(&w);
}
