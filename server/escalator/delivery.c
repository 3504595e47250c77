#include "server/escalator/delivery.h"

#include "server/escalator/sending.h"
#include "server/model/notice.h"
#include "server/model/webhook.h"

#include <errno.h>
#include <stdlib.h>

enum { PASSWORD_MAX = 1000, IDLE_SECONDS = 30 };

/* ------------------------------------------------------------------------------------------------- opening, closing */

/* The file holds the password alone; a line end behind it is no part of it. */
static int read_password(struct delivery *d, struct err *why)
{
	const char *path = d->settings->escalator.smtp_password_file;
	char text[PASSWORD_MAX + 2];
	size_t len;
	FILE *f;

	if (!*path)
		return 0;
	f = fopen(path, "re");
	if (!f)
		return err_set_errno(why, ERR_CONFIG, "cannot open %s (escalator.smtp_password_file)", path);
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len == 0 || len > PASSWORD_MAX)
		return err_set(why, ERR_CONFIG, "%s holds no password of 1 to %d bytes", path, PASSWORD_MAX);
	d->password = slice_to_string(slice_of(text, len));
	explicit_bzero(text, sizeof(text));
	return d->password ? 0 : err_set(why, ERR_NOMEM, "no memory for a password");
}

static int open_parts(struct delivery *d, struct err *why)
{
	const struct config_list *networks = &d->settings->escalator.networks;

	settings_public_url(d->settings, d->home);
	d->mail.ok_at = d->pulse_state.ok_at = TIME_NONE;
	if (address_guard_open(&d->guard, networks->items, networks->len, why) != 0 || read_password(d, why) != 0)
		return -1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(d->multi = curl_multi_init()))
		return err_set(why, ERR_NOMEM, "libcurl cannot start");
	curl_multi_setopt(d->multi, CURLMOPT_MAXCONNECTS, (long)d->settings->escalator.senders);
	/* One more than mails at once: the probe need not wait for them. */
	return mail_threads_open(&d->mails, (size_t)d->settings->escalator.per_host + 1, why);
}

int delivery_open(struct delivery **out, const struct settings *settings, delivery_done *done, void *context,
		  struct err *why)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (!d)
		return err_set(why, ERR_NOMEM, "no memory for the sender");
	d->settings = settings;
	d->done = done;
	d->context = context;
	if (open_parts(d, why) != 0) {
		delivery_close(d);
		return -1;
	}
	*out = d;
	return 0;
}

/* Sent by a thread. */
static bool is_mail(const struct sending *s)
{
	return s->kind == SENDING_MAIL || s->kind == SENDING_PROBE;
}

static void release(struct sending *s)
{
	if (s->curl) {
		if (!is_mail(s))
			curl_multi_remove_handle(s->delivery->multi, s->curl);
		curl_easy_cleanup(s->curl);
	}
	curl_slist_free_all(s->headers);
	curl_slist_free_all(s->recipients);
	buffer_release(&s->body);
	buffer_release(&s->answer);
	if (s->kind == SENDING_COMMAND)
		command_release(&s->command);
	free(s);
}

void delivery_close(struct delivery *d)
{
	if (!d)
		return;
	mail_threads_close(d->mails);
	while (d->open) {
		struct sending *s = d->open;

		d->open = s->next;
		release(s);
	}
	if (d->multi)
		curl_multi_cleanup(d->multi);
	address_guard_close(&d->guard);
	if (d->password)
		explicit_bzero(d->password, strlen(d->password));
	free(d->password);
	free(d);
}

/* --------------------------------------------------------------------------------------------------------- starting */

bool delivery_has_room(const struct delivery *d, const struct outbox_row *row)
{
	char host[SENDING_HOST_SIZE];
	int64_t same = 0;

	if (d->open_count >= (size_t)d->settings->escalator.senders)
		return false;
	if (!sending_host_of(d, row, host))
		return true; /* refused at once */
	for (const struct sending *s = d->open; s; s = s->next)
		same += strcmp(s->host, host) == 0;
	return same < d->settings->escalator.per_host;
}

size_t delivery_open_count(const struct delivery *d)
{
	return d->open_count;
}

bool sending_prepare(struct sending *s)
{
	const struct settings *set = s->delivery->settings;
	CURL *c = curl_easy_init();

	s->curl = c;
	if (!c)
		return false;
	curl_easy_setopt(c, CURLOPT_PRIVATE, (void *)s);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs does not hold us up */
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)set->escalator.send_timeout);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)set->escalator.send_timeout);
	curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (*set->escalator.tls_ca) {
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
		if (curl_easy_setopt(c, CURLOPT_CAINFO, set->escalator.tls_ca) != CURLE_OK)
			return false;
	}
	return true;
}

static struct sending *make(struct delivery *d, enum sending_kind kind)
{
	struct sending *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->delivery = d;
	s->kind = kind;
	s->started_ms = clock_monotonic_ms();
	s->command = (struct command_run){ .pid_fd = -1, .out_fd = -1 };
	s->next = d->open;
	d->open = s;
	d->open_count++;
	return s;
}

/* The handle goes to work; what cannot begin stays in the list and is told of by the next poll. */
static void begin(struct sending *s)
{
	if (*s->refused || !s->curl)
		return;
	if (is_mail(s) ? !mail_threads_start(s->delivery->mails, s->curl)
		       : curl_multi_add_handle(s->delivery->multi, s->curl) != CURLM_OK)
		snprintf(s->refused, sizeof(s->refused), "libcurl does not take it");
}

static void start_command(struct sending *s, const struct parcel *parcel)
{
	const struct outbox_row *row = parcel->row;
	struct webhook_event event = { .id = row->id_text,
				       .kind = row->kind,
				       .page_id = row->page_id,
				       .user_id = row->user_id,
				       .severity = row->priority,
				       .subject = parcel->subject,
				       .body = parcel->body,
				       .link = parcel->link,
				       .facts = slice_of_string(row->facts),
				       .created_at = row->created_at };
	const char *program = s->delivery->settings->escalator.command;
	struct err why = { 0 };

	webhook_body(&event, &s->body);
	if (!*program)
		snprintf(s->refused, sizeof(s->refused), "there is no command (escalator.command)");
	else if (command_start(&s->command, program, buffer_slice(&s->body), &why) != 0)
		snprintf(s->refused, sizeof(s->refused), "%.390s", why.text);
}

static enum sending_kind kind_of(const struct outbox_row *row)
{
	if (strcmp(row->channel_kind, "mail") == 0)
		return SENDING_MAIL;
	return strcmp(row->channel_kind, "command") == 0 ? SENDING_COMMAND : SENDING_HTTP;
}

/* Without memory for so little the lease runs out, and it is sent again. */
void delivery_start(struct delivery *d, const struct parcel *parcel)
{
	const struct outbox_row *row = parcel->row;
	const struct notice_kind *kind = notice_kind_find(slice_of_string(row->kind));
	struct sending *s = make(d, kind_of(row));

	if (!s)
		return;
	memcpy(s->id, row->id, OUTBOX_ID_SIZE);
	s->attempts = row->attempts;
	s->urgent = kind && kind->urgent;
	sending_host_of(d, row, s->host);
	if (s->kind == SENDING_COMMAND)
		start_command(s, parcel);
	else if (!sending_prepare(s))
		snprintf(s->refused, sizeof(s->refused), "no memory for a send");
	else if (s->kind == SENDING_MAIL)
		mail_prepare(s, parcel);
	else
		http_prepare(s, parcel);
	begin(s);
}

void delivery_probe_mail(struct delivery *d)
{
	if (d->probe || !(d->probe = make(d, SENDING_PROBE)))
		return;
	if (sending_prepare(d->probe))
		mail_prepare_probe(d->probe);
	begin(d->probe);
}

void delivery_pulse(struct delivery *d)
{
	if (d->pulse || !*d->settings->escalator.pulse_url || !(d->pulse = make(d, SENDING_PULSE)))
		return;
	if (sending_prepare(d->pulse))
		http_prepare_pulse(d->pulse);
	begin(d->pulse);
}

static struct delivery_mail_state state_of(const struct sending_state *state)
{
	return (struct delivery_mail_state){ state->ok_at, *state->error ? state->error : NULL };
}

struct delivery_mail_state delivery_mail_state(const struct delivery *d)
{
	return state_of(&d->mail);
}

struct delivery_mail_state delivery_pulse_state(const struct delivery *d)
{
	return state_of(&d->pulse_state);
}

/* ----------------------------------------------------------------------------------------------------------- ending */

static void keep_state(struct sending_state *state, const struct outbox_result *result)
{
	if (result->outcome == OUTBOX_SENT)
		state->ok_at = clock_now();
	snprintf(state->error, sizeof(state->error), "%s",
		 result->outcome == OUTBOX_SENT ? ""
		 : *result->text                ? result->text
						: "no answer");
}

/* Takes it out of the list and tells. It is gone when the callback runs: that may start others. */
static void end(struct delivery *d, struct sending *s, struct outbox_result *result)
{
	struct sending **at = &d->open;

	while (*at && *at != s)
		at = &(*at)->next;
	if (*at)
		*at = s->next;
	d->open_count--;
	memcpy(result->id, s->id, OUTBOX_ID_SIZE);
	result->took_ms = clock_monotonic_ms() - s->started_ms;
	if (s == d->probe) {
		d->probe = NULL;
		keep_state(&d->mail, result);
	} else if (s == d->pulse) {
		d->pulse = NULL;
		keep_state(&d->pulse_state, result);
	} else {
		d->done(d->context, result);
	}
	release(s);
}

static void end_refused(struct delivery *d, struct sending *s)
{
	struct outbox_result result = { .outcome = OUTBOX_REFUSED, .text = s->refused };

	end(d, s, &result);
}

static void end_transfer(struct delivery *d, struct sending *s, CURLcode code)
{
	struct outbox_result result = { 0 };
	char text[SENDING_TEXT_SIZE];

	sending_judge(s, code, &result, text);
	end(d, s, &result);
}

static void end_command(struct delivery *d, struct sending *s)
{
	struct outbox_result result = { 0 };
	char text[SENDING_TEXT_SIZE];

	sending_judge_command(s, &result, text);
	end(d, s, &result);
}

static bool is_refused(const struct sending *s)
{
	return *s->refused != '\0';
}

static bool is_command_over(const struct sending *s)
{
	return s->kind == SENDING_COMMAND && !is_refused(s) && s->command.pid == 0;
}

/* The first for which it holds; looked for anew each time, as a callback may change the list. */
static struct sending *find(const struct delivery *d, bool (*holds)(const struct sending *s))
{
	struct sending *s = d->open;

	while (s && !holds(s))
		s = s->next;
	return s;
}

/* How many ended. */
static size_t end_all(struct delivery *d)
{
	struct sending *s;
	CURLMsg *message;
	size_t ended = 0;
	CURLcode mail;
	CURL *handle;
	int left;

	for (; mail_threads_next(d->mails, &handle, &mail); ended++) {
		curl_easy_getinfo(handle, CURLINFO_PRIVATE, (char **)&s);
		end_transfer(d, s, mail);
	}
	for (; (message = curl_multi_info_read(d->multi, &left)); ended++) {
		CURLcode code = message->data.result;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&s);
		end_transfer(d, s, code);
	}
	for (; (s = find(d, is_command_over)); ended++)
		end_command(d, s);
	/* Those that were refused until now; one that a callback starts is of the next poll. */
	for (size_t n = d->open_count; n > 0 && (s = find(d, is_refused)); n--, ended++)
		end_refused(d, s);
	return ended;
}

/* ---------------------------------------------------------------------------------------------------------- polling */

static void look_at_commands(struct delivery *d)
{
	int64_t now = clock_monotonic_ms();

	for (struct sending *s = d->open; s; s = s->next)
		if (s->kind == SENDING_COMMAND && !command_poll(&s->command) &&
		    now - s->started_ms >= d->settings->escalator.send_timeout)
			command_kill(&s->command);
}

/* Until when to wait at most: a command's time may be over sooner. */
static int64_t shorten(const struct delivery *d, int64_t timeout_ms)
{
	int64_t now = clock_monotonic_ms();

	if (find(d, is_refused) || find(d, is_command_over))
		return 0;
	for (const struct sending *s = d->open; s; s = s->next) {
		int64_t left = s->started_ms + d->settings->escalator.send_timeout - now;

		if (s->kind == SENDING_COMMAND && left < timeout_ms)
			timeout_ms = left > 0 ? left : 50; /* it was ended: until it is gone */
	}
	return timeout_ms;
}

static void add_fd(struct curl_waitfd *to, size_t *count, size_t room, int fd)
{
	if (fd >= 0 && *count < room)
		to[(*count)++] = (struct curl_waitfd){ .fd = fd, .events = CURL_WAIT_POLLIN };
}

static int wait_for(struct delivery *d, const int *fds, size_t fd_count, int64_t timeout_ms, struct err *why)
{
	size_t room = fd_count + 2 * d->open_count + 2, count = 0;
	struct curl_waitfd *list = calloc(room, sizeof(*list));
	CURLMcode code;

	if (!list)
		return err_set(why, ERR_NOMEM, "no memory to wait");
	for (size_t i = 0; i < fd_count; i++)
		add_fd(list, &count, room, fds[i]);
	add_fd(list, &count, room, mail_threads_fd(d->mails));
	for (const struct sending *s = d->open; s; s = s->next) {
		if (s->kind != SENDING_COMMAND)
			continue;
		add_fd(list, &count, room, s->command.pid_fd);
		add_fd(list, &count, room, s->command.out_fd);
	}
	code = curl_multi_poll(d->multi, list, (unsigned)count, (int)timeout_ms, NULL);
	free(list);
	return code == CURLM_OK ? 0 : err_set(why, ERR_IO, "waiting for sends: %s", curl_multi_strerror(code));
}

int delivery_poll(struct delivery *d, const int *fds, size_t fd_count, int64_t timeout_ms, struct err *why)
{
	int running;

	if (curl_multi_perform(d->multi, &running) != CURLM_OK)
		return err_set(why, ERR_IO, "libcurl cannot go on");
	/* A send that read its last answer in the perform before ends only now: nothing in its socket would wake us. */
	if (end_all(d) > 0)
		return 0;
	if (wait_for(d, fds, fd_count, shorten(d, timeout_ms), why) != 0)
		return -1;
	if (curl_multi_perform(d->multi, &running) != CURLM_OK)
		return err_set(why, ERR_IO, "libcurl cannot go on");
	look_at_commands(d);
	end_all(d);
	return 0;
}
