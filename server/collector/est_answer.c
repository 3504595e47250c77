#include "server/collector/est_answer.h"

#include "lib/encode.h"

#include <time.h>

enum { LINE_COLUMNS = 64 };

static const char *phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} table[] = {
		{ 200, "OK" },
		{ 204, "No Content" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].status == status)
			return table[i].phrase;
	return "";
}

/* Lines of 64 columns, which every tool can read. */
static void put_base64(struct buffer *out, struct slice der)
{
	struct buffer text = { 0 };

	base64_encode(&text, der);
	for (size_t at = 0; at < text.len; at += LINE_COLUMNS) {
		buffer_put_slice(out, slice_take(slice_skip(buffer_slice(&text), at), LINE_COLUMNS));
		buffer_put_byte(out, '\n');
	}
	out->failed |= text.failed;
	buffer_release(&text);
}

/* IMF-fixdate of RFC 9110 section 5.6.7; the process runs in the C locale. */
static void put_date(struct buffer *out, time_us now)
{
	time_t seconds = (time_t)(now / US_PER_SECOND);
	char text[40];
	struct tm at;

	if (gmtime_r(&seconds, &at) && strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &at))
		buffer_printf(out, "Date: %s\r\n", text);
}

static void put_body(struct buffer *out, const struct est_answer *a)
{
	if (a->content_type) {
		put_base64(out, a->der);
	} else if (a->reason) {
		buffer_put_string(out, a->reason);
		buffer_put_byte(out, '\n');
	}
}

void est_answer_write(struct buffer *out, const struct est_answer *a, time_us now)
{
	struct buffer body = { 0 };

	put_body(&body, a);
	buffer_printf(out, "HTTP/1.1 %d %s\r\n", a->status, phrase(a->status));
	put_date(out, now);
	/* Content-Transfer-Encoding means nothing in HTTP, but some clients of RFC 7030 want to see it. */
	if (a->content_type)
		buffer_printf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", a->content_type);
	else if (a->reason)
		buffer_put_string(out, "Content-Type: text/plain; charset=utf-8\r\n");
	if (a->status != 204)
		buffer_printf(out, "Content-Length: %zu\r\n", body.len);
	if (a->asks_credentials)
		buffer_put_string(out, "WWW-Authenticate: Basic realm=\"hinomi\"\r\n");
	if (a->allow)
		buffer_printf(out, "Allow: %s\r\n", a->allow);
	if (a->retry_after_s)
		buffer_printf(out, "Retry-After: %d\r\n", a->retry_after_s);
	buffer_put_string(out, "Cache-Control: no-store\r\nConnection: close\r\n\r\n");
	buffer_put_slice(out, buffer_slice(&body));
	out->failed |= body.failed;
	buffer_release(&body);
}
