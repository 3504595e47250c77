/* Webhooks and chat rooms by HTTPS (RFC 9110). */
#include "lib/clock.h"
#include "server/escalator/sending.h"
#include "server/model/notice.h"
#include "server/model/webhook.h"

/* The other side's words are shown to people, as far as they fit. What comes beyond is counted against a limit: nobody
 * makes us read for ever. */
enum { ANSWER_KEPT = SENDING_TEXT_SIZE, ANSWER_MOST = 64 << 10 };

static size_t take_answer(char *bytes, size_t size, size_t count, void *arg)
{
	struct sending *s = arg;
	size_t len = size * count, room = ANSWER_KEPT - s->answer.len;

	s->sent += len;
	buffer_put(&s->answer, bytes, len < room ? len : room);
	return s->sent <= ANSWER_MOST ? len : 0;
}

/* Called with the address that the name led to, each time: what was a public address a moment ago may not be one now.
 */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct sending *s = arg;

	(void)purpose;
	address_guard_judge(&s->delivery->guard, &to->addr, to->addrlen, s->encrypted, s->blocked, sizeof(s->blocked));
	if (*s->blocked)
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* https:// or http://, with a host. */
static bool read_url(const char *text, char *host, size_t room, bool *encrypted)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *name = NULL, *port = NULL;
	bool good = url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
		    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0) &&
		    curl_url_get(url, CURLUPART_HOST, &name, 0) == CURLUE_OK &&
		    curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;

	if (good) {
		*encrypted = strcmp(scheme, "https") == 0;
		snprintf(host, room, "%s:%s", name, port);
	}
	curl_free(scheme);
	curl_free(name);
	curl_free(port);
	curl_url_cleanup(url);
	return good;
}

/* PagerDuty's address is the operator's own setting, unless the channel names another. */
static const char *url_of(const struct delivery *d, const struct outbox_row *row)
{
	if (!*row->address && strcmp(row->channel_kind, "pagerduty") == 0)
		return d->settings->escalator.pagerduty_url;
	return row->address;
}

bool sending_host_of(const struct delivery *d, const struct outbox_row *row, char host[SENDING_HOST_SIZE])
{
	bool encrypted;

	if (strcmp(row->channel_kind, "mail") == 0 || strcmp(row->channel_kind, "command") == 0) {
		snprintf(host, SENDING_HOST_SIZE, "%s", row->channel_kind);
		return true;
	}
	*host = '\0';
	return read_url(url_of(d, row), host, SENDING_HOST_SIZE, &encrypted);
}

static bool set_url(struct sending *s, const char *url, bool guarded)
{
	CURL *c = s->curl;

	if (!read_url(url, s->host, sizeof(s->host), &s->encrypted)) {
		snprintf(s->refused, sizeof(s->refused), "'%.200s' is no https:// address", url);
		return false;
	}
	if (guarded) {
		curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
		curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, s);
	} else {
		/* What was opened without the guard must not carry what is to be guarded. */
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	}
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "hinomi/" HINOMI_VERSION);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
	if (curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK)
		return true;
	snprintf(s->refused, sizeof(s->refused), "no memory for a request");
	return false;
}

static void add_header(struct sending *s, const char *name, const char *value)
{
	struct buffer line = { 0 };
	struct curl_slist *more;

	buffer_printf(&line, "%s: %s", name, value);
	more = curl_slist_append(s->headers, buffer_string(&line));
	if (more && !line.failed)
		s->headers = more;
	else
		snprintf(s->refused, sizeof(s->refused), "no memory for a request");
	buffer_release(&line);
}

/* ------------------------------------------------------------------------------------------------------- the bodies */

static void sign(struct sending *s, const struct outbox_row *row)
{
	int64_t seconds = clock_now() / US_PER_SECOND;
	struct buffer signature = { 0 };
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)seconds);
	add_header(s, "webhook-id", row->id_text);
	add_header(s, "webhook-timestamp", text);
	if (row->secret.ptr) {
		webhook_sign(row->secret, row->old_secret, row->id_text, seconds, buffer_slice(&s->body), &signature);
		add_header(s, "webhook-signature", buffer_string(&signature));
	}
	buffer_release(&signature);
}

/* A template of the channel's own that fails after all gives way to the shape of its kind: a notice goes out in any
 * case. */
static int make_chat(struct sending *s, const struct outbox_row *row, const struct webhook_event *event,
		     struct err *why)
{
	const char *shipped = chat_template_shipped(row->channel_kind);

	if (row->template && chat_body(row->channel_kind, row->template, event, &s->body, why) == 0)
		return 0;
	buffer_clear(&s->body);
	if (!shipped)
		return err_set(why, ERR_CONFIG, "there are no channels of kind %s", row->channel_kind);
	return chat_body(row->channel_kind, shipped, event, &s->body, why);
}

static int make_body(struct sending *s, const struct parcel *parcel, const struct webhook_event *event, struct err *why)
{
	const struct outbox_row *row = parcel->row;

	if (strcmp(row->channel_kind, "pagerduty") == 0) {
		if (!row->secret.ptr)
			return err_set(why, ERR_CONFIG, "the channel has no routing key");
		pagerduty_body(event, row->secret, parcel->event_action ? parcel->event_action : "trigger", &s->body);
	} else if (strcmp(row->channel_kind, "webhook") != 0) {
		return make_chat(s, row, event, why);
	} else {
		webhook_body(event, &s->body);
		sign(s, row);
	}
	return s->body.failed ? err_set(why, ERR_NOMEM, "no memory for a notice") : 0;
}

void http_prepare(struct sending *s, const struct parcel *parcel)
{
	const struct outbox_row *row = parcel->row;
	const char *url = url_of(s->delivery, row);
	struct buffer facts = { 0 };
	struct notice_sender sender = { .link = parcel->link,
					.public_url = s->delivery->home,
					.japanese = strcmp(row->language, "en") != 0 };
	struct webhook_event event = { .id = row->id_text,
				       .kind = row->kind,
				       .page_id = row->page_id,
				       .user_id = row->user_id,
				       .severity = row->priority,
				       .subject = parcel->subject,
				       .body = parcel->body,
				       .link = parcel->link,
				       .home = s->delivery->home,
				       .created_at = row->created_at };
	struct err why = { 0 };

	if (row->facts && notice_complete(slice_of_string(row->facts), &sender, &facts, NULL) == 0)
		event.facts = buffer_slice(&facts);
	if (make_body(s, parcel, &event, &why) != 0)
		snprintf(s->refused, sizeof(s->refused), "%.390s", why.text);
	else if (set_url(s, url, url != s->delivery->settings->escalator.pagerduty_url)) {
		add_header(s, "Content-Type", "application/json");
		add_header(s, "Expect", "");
		curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, (const char *)s->body.data);
		curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->body.len);
		curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, s->headers);
	}
	buffer_release(&facts);
}

void http_prepare_pulse(struct sending *s)
{
	set_url(s, s->delivery->settings->escalator.pulse_url, false);
}
