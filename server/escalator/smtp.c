/* Mail by SMTP (RFC 5321) to the operator's own mail server. */
#include "lib/encode.h"
#include "server/escalator/sending.h"
#include "server/model/mail_message.h"
#include "server/model/notice.h"

#include <jansson.h>

static size_t give_body(char *to, size_t size, size_t count, void *arg)
{
	struct sending *s = arg;
	size_t left = s->body.len - s->sent, n = size * count < left ? size * count : left;

	memcpy(to, s->body.data + s->sent, n);
	s->sent += n;
	return n;
}

/* What the server says: a refusal stays, all its lines; else the last line. (What it says to our QUIT tells nothing.)
 */
static size_t take_line(char *line, size_t size, size_t count, void *arg)
{
	struct sending *s = arg;
	size_t len = size * count, room;
	bool refusal = len > 0 && (*line == '4' || *line == '5');

	if (s->answer.len && (s->answer.data[0] == '4' || s->answer.data[0] == '5')) {
		if (!refusal)
			return len;
	} else {
		buffer_clear(&s->answer);
	}
	room = SENDING_TEXT_SIZE - s->answer.len;
	buffer_put(&s->answer, line, len < room ? len : room);
	return len;
}

static bool set_server(struct sending *s)
{
	const struct settings *set = s->delivery->settings;
	bool tls = strcmp(set->escalator.smtp_tls, "none") != 0;
	CURL *c = s->curl;

	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	/* ALL: without STARTTLS nothing is sent, not even the sign-in. */
	curl_easy_setopt(c, CURLOPT_USE_SSL, tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
	if (*set->escalator.smtp_user) {
		curl_easy_setopt(c, CURLOPT_USERNAME, set->escalator.smtp_user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, s->delivery->password ? s->delivery->password : "");
	}
	return curl_easy_setopt(c, CURLOPT_URL, set->escalator.smtp_url) == CURLE_OK;
}

/* Where it comes back to: the address tells which notice it was (VERP). Its id without dashes, as a left side has 64
 * characters. */
static void envelope_sender(const struct sending *s, char *out, size_t room)
{
	const char *bounce = s->delivery->settings->escalator.bounce_address;
	const char *at = strchr(bounce, '@');
	struct buffer id = { 0 };

	hex_encode(&id, slice_of(s->id, OUTBOX_ID_SIZE));
	if (at && at - bounce < 64 - 33)
		snprintf(out, room, "%.*s+%s%s", (int)(at - bounce), bounce, buffer_string(&id), at);
	else
		snprintf(out, room, "%s", s->delivery->settings->escalator.mail_from);
	buffer_release(&id);
}

/* A fact that is no part of the text; "" when there is none. The caller frees it. */
static char *fact(const char *facts, const char *name)
{
	json_t *object = json_loads(facts ? facts : "{}", 0, NULL);
	const char *text = json_string_value(json_object_get(object, name));
	char *copy = text ? strdup(text) : NULL;

	json_decref(object);
	return copy;
}

static bool is_for_member(const struct outbox_row *row)
{
	return row->contact_id || strncmp(row->kind, "member", 6) == 0 || strncmp(row->kind, "report", 6) == 0 ||
	       strcmp(row->kind, "ticket_answer") == 0;
}

static int compose(struct sending *s, const struct parcel *parcel, const char *url, struct err *why)
{
	const struct settings *set = s->delivery->settings;
	const struct outbox_row *row = parcel->row;
	const struct notice_kind *kind = notice_kind_find(slice_of_string(row->kind));
	bool japanese = strcmp(row->language, "en") != 0, member = is_for_member(row);
	char *answered = fact(row->facts, "in_reply_to");
	struct mail_message mail = {
		.id = row->id_text,
		.from_address = set->escalator.mail_from,
		.from_name = set->escalator.mail_name,
		.to = row->address,
		.reply_to = member ? set->escalator.desk_mail : NULL,
		.subject = parcel->subject,
		.body = parcel->body,
		.language = japanese ? "ja" : "en",
		.thread = parcel->thread,
		.in_reply_to = answered,
		.list = member ? NULL : "notices",
		.important = row->priority == 1 && kind && kind->answerable,
		.date = clock_now(),
		.attachment = parcel->attachment,
	};
	int failed;

	if (parcel->link && kind)
		mail.links[mail.link_count++] = (struct mail_link){ parcel->link, notice_link_label(kind, japanese) };
	if (url)
		mail.links[mail.link_count++] = (struct mail_link){ url, notice_url_label(japanese) };
	failed = mail_compose(&mail, &s->body, why);
	free(answered);
	return failed;
}

static bool set_message(struct sending *s, const struct parcel *parcel)
{
	struct buffer to = { 0 };
	char from[400];
	CURL *c = s->curl;

	mail_address_write(slice_of_string(parcel->row->address), &to);
	s->recipients = curl_slist_append(NULL, buffer_string(&to));
	buffer_release(&to);
	envelope_sender(s, from, sizeof(from));
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, s->recipients);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->body.len);
	return s->recipients && curl_easy_setopt(c, CURLOPT_MAIL_FROM, from) == CURLE_OK;
}

void mail_prepare(struct sending *s, const struct parcel *parcel)
{
	struct err why = { 0 };
	char *path = fact(parcel->row->facts, "url"), url[SETTINGS_URL_SIZE + 300];

	snprintf(url, sizeof(url), "%s%.290s", path && *path == '/' ? s->delivery->home : "", path ? path : "");
	if (!*s->delivery->settings->escalator.smtp_url)
		snprintf(s->refused, sizeof(s->refused), "no mail server is configured (escalator.smtp_url)");
	else if (compose(s, parcel, path ? url : NULL, &why) != 0)
		snprintf(s->refused, sizeof(s->refused), "%.390s", why.text);
	else if (!set_server(s) || !set_message(s, parcel))
		snprintf(s->refused, sizeof(s->refused), "no memory for a mail");
	free(path);
}

void mail_prepare_probe(struct sending *s)
{
	if (!*s->delivery->settings->escalator.smtp_url) {
		snprintf(s->refused, sizeof(s->refused), "no mail server is configured (escalator.smtp_url)");
		return;
	}
	if (!set_server(s))
		snprintf(s->refused, sizeof(s->refused), "no memory for a mail");
	curl_easy_setopt(s->curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
}
