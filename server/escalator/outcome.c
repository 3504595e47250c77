/* What the other side's answer means for a notice: sent, to be tried again, or to be taken elsewhere. */
#include "lib/random.h"
#include "server/escalator/sending.h"
#include "server/model/retry.h"

#include <sys/wait.h>

/* The length without a character that a limit has cut. What is no UTF-8 at all becomes question marks. */
static size_t whole_characters(char *text, size_t n)
{
	for (size_t cut = 0; cut < 4 && cut <= n; cut++)
		if (slice_is_utf8(slice_of(text, n - cut)))
			return n - cut;
	for (size_t i = 0; i < n; i++)
		if (text[i] & 0x80)
			text[i] = '?';
	return n;
}

void sending_clean(const void *bytes, size_t len, char *out, size_t room)
{
	const uint8_t *from = bytes;
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < room; i++) {
		uint8_t c = from[i];

		if (c > 0x20 && c != 0x7f)
			out[n++] = (char)c;
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	n = whole_characters(out, n);
	out[n] = '\0';
}

static void say(char text[SENDING_TEXT_SIZE], const struct sending *s, CURLcode code)
{
	const char *words = s->error[0] ? s->error : curl_easy_strerror(code);

	sending_clean(words, strlen(words), text, SENDING_TEXT_SIZE);
}

static void try_again(const struct sending *s, struct outbox_result *result, int64_t asked_ms)
{
	enum retry_plan plan = s->urgent ? RETRY_URGENT : RETRY_PATIENT;

	result->outcome = OUTBOX_RETRY;
	result->retry_ms = retry_asked_ms(plan, s->attempts + 1, random_u64(), asked_ms);
}

/* ------------------------------------------------------------------------------------------------------------- SMTP */

/* 5xx is about this mail when it came as an answer to it: to MAIL, RCPT, DATA or its end. It is not when the server
 * turns us away at the door, or wants a sign-in or TLS that is not set up: that will be put right, and the mail must go
 * then. */
static bool is_refusal(const struct sending *s, CURLcode code, long status)
{
	if (status < 500 || status > 599 || status == 530 || status == 534 || status == 535 || status == 538)
		return false;
	return code == CURLE_SEND_ERROR || (code == CURLE_WEIRD_SERVER_REPLY && s->sent > 0);
}

/* Many servers tell under which name they queued it. */
static const char *queue_name(const char *text)
{
	const char *at = strstr(text, "queued as ");

	return at ? at + strlen("queued as ") : NULL;
}

static void judge_mail(const struct sending *s, CURLcode code, long status, struct outbox_result *result,
		       char text[SENDING_TEXT_SIZE])
{
	/* The last answer tells more than what curl makes of it, unless it was a good one and then silence. */
	if (code == CURLE_OK || status >= 400)
		sending_clean(s->answer.data, s->answer.len, text, SENDING_TEXT_SIZE);
	else if (code == CURLE_USE_SSL_FAILED)
		snprintf(text, SENDING_TEXT_SIZE, "the mail server offers no TLS (escalator.smtp_tls)");
	else
		say(text, s, code);
	result->code = status >= 400 || code == CURLE_OK ? (int)status : 0;
	if (code == CURLE_OK) {
		result->outcome = OUTBOX_SENT;
		result->provider_id = queue_name(text);
	} else if (is_refusal(s, code, status)) {
		result->outcome = OUTBOX_REFUSED;
	} else {
		try_again(s, result, 0);
	}
}

/* ------------------------------------------------------------------------------------------------------------- HTTP */

static void judge_status(const struct sending *s, long status, struct outbox_result *result,
			 char text[SENDING_TEXT_SIZE])
{
	curl_off_t after = 0;
	char *where = NULL;

	sending_clean(s->answer.data, s->answer.len, text, SENDING_TEXT_SIZE);
	curl_easy_getinfo(s->curl, CURLINFO_RETRY_AFTER, &after);
	curl_easy_getinfo(s->curl, CURLINFO_REDIRECT_URL, &where);
	if (status >= 200 && status < 300) {
		result->outcome = OUTBOX_SENT;
	} else if (status >= 300 && status < 400) {
		snprintf(text, SENDING_TEXT_SIZE,
			 "redirects are not followed: enter the address that it leads to%s%.300s", where ? ", " : "",
			 where ? where : "");
		result->outcome = OUTBOX_REFUSED;
	} else if (status == 410) {
		result->outcome = OUTBOX_REFUSED;
		result->disable_channel = true;
	} else if (status >= 500 || status == 429 || status == 408 || status == 425 || !s->urgent) {
		try_again(s, result, status == 429 || status == 503 ? after * INT64_C(1000) : 0);
	} else {
		result->outcome = OUTBOX_REFUSED;
	}
}

static void judge_http(const struct sending *s, CURLcode code, long status, struct outbox_result *result,
		       char text[SENDING_TEXT_SIZE])
{
	/* An answer that breaks off, drips or does not end: what counts of it has come. */
	bool answered = code == CURLE_OK || (status >= 200 && status < 300);

	result->code = answered ? (int)status : 0;
	if (answered) {
		judge_status(s, status, result, text);
	} else if (code == CURLE_COULDNT_CONNECT && *s->blocked) {
		snprintf(text, SENDING_TEXT_SIZE, "%s", s->blocked);
		result->outcome = OUTBOX_REFUSED;
	} else {
		say(text, s, code);
		try_again(s, result, 0);
	}
}

void sending_judge(const struct sending *s, CURLcode code, struct outbox_result *result, char text[SENDING_TEXT_SIZE])
{
	long status = 0;

	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	*text = '\0';
	result->text = text;
	if (s->kind == SENDING_MAIL || s->kind == SENDING_PROBE)
		judge_mail(s, code, status, result, text);
	else
		judge_http(s, code, status, result, text);
}

/* ---------------------------------------------------------------------------------------------------------- command */

void sending_judge_command(const struct sending *s, struct outbox_result *result, char text[SENDING_TEXT_SIZE])
{
	const struct command_run *run = &s->command;
	int status = WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;

	sending_clean(run->output.data, run->output.len, text, SENDING_TEXT_SIZE);
	result->text = text;
	result->code = status >= 0 ? status : 0;
	if (status == 0) {
		result->outcome = OUTBOX_SENT;
	} else if (status > 0 && status != COMMAND_TRY_AGAIN) {
		result->outcome = OUTBOX_REFUSED;
	} else {
		if (run->killed)
			snprintf(text, SENDING_TEXT_SIZE, "the command took too long and was ended");
		else if (status < 0)
			snprintf(text, SENDING_TEXT_SIZE, "the command died of signal %d", WTERMSIG(run->status));
		try_again(s, result, 0);
	}
}
