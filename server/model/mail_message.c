#include "server/model/mail_message.h"

#include "lib/encode.h"

#include <ctype.h>

enum { LINE_MOST = 76, BASE64_BYTES = 57, WORD_EXTRA = 12 }; /* "=?UTF-8?B?" and "?=" */
static const char line_end[] = "\r\n";

/* -------------------------------------------------------------------------------------------------------- addresses */

static bool is_local_byte(uint8_t c)
{
	return c > 0x20 && c < 0x7f && !strchr("()<>[]:;@\\,\"", c);
}

static bool is_domain(struct slice s)
{
	bool dot = true;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '.' ? dot : !(isalnum(s.ptr[i]) || s.ptr[i] == '-') || s.ptr[i] >= 0x80)
			return false;
		dot = s.ptr[i] == '.';
	}
	return s.len && !dot;
}

bool mail_address_is_valid(struct slice address)
{
	size_t at = slice_find(address, '@');

	if (at == 0 || at > 64 || address.len > MAIL_ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < at; i++)
		if (!is_local_byte(address.ptr[i]))
			return false;
	return is_domain(slice_skip(address, at + 1));
}

static bool is_dot_atom(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '.' && (i == 0 || i + 1 == s.len || s.ptr[i + 1] == '.'))
			return false;
	return true;
}

void mail_address_write(struct slice address, struct buffer *out)
{
	size_t at = slice_find(address, '@');
	bool quoted = !is_dot_atom(slice_take(address, at));

	if (quoted)
		buffer_put_byte(out, '"');
	buffer_put_slice(out, slice_take(address, at));
	if (quoted)
		buffer_put_byte(out, '"');
	buffer_put_slice(out, slice_skip(address, at));
}

/* ------------------------------------------------------------------------------------------------------------ words */

static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 || s.ptr[i] > 0x7e)
			return false;
	return !slice_contains(s, "=?");
}

static bool is_boundary(struct slice s, size_t n)
{
	return n >= s.len || (s.ptr[n] & 0xc0) != 0x80;
}

/* As many bytes of whole characters as `most` allows, and a multiple of three where there is one: readers that join
 * neighbouring words before they decode stumble over padding within. Bytes that are no characters are cut anywhere. */
static size_t characters(struct slice s, size_t most)
{
	size_t whole = 0;

	if (s.len <= most)
		return s.len;
	for (size_t n = most; n > 0; n--) {
		if (!is_boundary(s, n))
			continue;
		if (n % 3 == 0)
			return n;
		if (!whole)
			whole = n;
	}
	return whole ? whole : most;
}

/* One encoded word. Controls, line ends too, are blanks: a reader that decodes must not find a header in it. */
static void put_word(struct slice text, struct buffer *out)
{
	uint8_t clean[LINE_MOST];

	for (size_t i = 0; i < text.len; i++)
		clean[i] = text.ptr[i] < 0x20 || text.ptr[i] == 0x7f ? ' ' : text.ptr[i];
	buffer_put_string(out, "=?UTF-8?B?");
	base64_encode(out, slice_of(clean, text.len));
	buffer_put_string(out, "?=");
}

/* Encoded words, one a line; `column`: where the first begins. */
static void put_words(struct slice text, size_t column, struct buffer *out)
{
	for (bool first = true; text.len; first = false) {
		size_t room = (LINE_MOST - column - WORD_EXTRA) / 4 * 3;
		size_t n = characters(text, room);

		if (!first)
			buffer_put_string(out, "\r\n ");
		put_word(slice_take(text, n), out);
		text = slice_skip(text, n);
		column = 1;
	}
}

/* A header of free text. */
static void put_text_header(const char *name, const char *value, struct buffer *out)
{
	struct slice text = slice_of_string(value);
	size_t column = strlen(name) + 2;

	buffer_printf(out, "%s: ", name);
	if (is_plain(text) && text.len + column <= LINE_MOST)
		buffer_put_slice(out, text);
	else
		put_words(text, column, out);
	buffer_put_string(out, line_end);
}

/* ---------------------------------------------------------------------------------------------------------- headers */

static void put_address_header(const char *name, const char *display, const char *address, struct buffer *out)
{
	struct slice text = slice_of_string(display ? display : "");

	buffer_printf(out, "%s: ", name);
	if (text.len && is_plain(text) && text.len <= 50 && !slice_contains(text, "\"") && !slice_contains(text, "\\"))
		buffer_printf(out, "\"%s\"", display);
	else
		put_words(text, strlen(name) + 2, out);
	/* on a line of its own behind a name: it may be long */
	buffer_put_string(out, text.len ? "\r\n <" : "<");
	mail_address_write(slice_of_string(address), out);
	buffer_put_string(out, ">\r\n");
}

static const char *domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : address;
}

static void put_date(time_us t, struct buffer *out)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t seconds = t / US_PER_SECOND, day = seconds / 86400;
	int year, month, date, rest = (int)(seconds % 86400);

	civil_from_days(day, &year, &month, &date);
	buffer_printf(out, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\r\n", days[(day + 4) % 7], date,
		      months[month - 1], year, rest / 3600, rest / 60 % 60, rest % 60);
}

/* A Message-ID that came from outside goes back into a header only when it is nothing else. */
static bool is_message_id(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len < 3 || len > 900 || text[0] != '<' || text[len - 1] != '>')
		return false;
	for (size_t i = 1; i + 1 < len; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f || text[i] == '<' || text[i] == '>')
			return false;
	return true;
}

static void put_thread(const struct mail_message *mail, const char *domain, struct buffer *out)
{
	char id[400];

	if (is_message_id(mail->in_reply_to)) {
		buffer_printf(out, "In-Reply-To:\r\n %s\r\nReferences:\r\n %s\r\n", mail->in_reply_to,
			      mail->in_reply_to);
		return;
	}
	if (!mail->thread)
		return;
	snprintf(id, sizeof(id), "<thread.%lld@%s>", (long long)mail->thread, domain);
	buffer_printf(out, "In-Reply-To:\r\n %s\r\nReferences:\r\n %s\r\n", id, id);
}

static void put_header(const struct mail_message *mail, struct buffer *out)
{
	const char *domain = domain_of(mail->from_address);

	put_date(mail->date, out);
	put_address_header("From", mail->from_name, mail->from_address, out);
	put_address_header("To", NULL, mail->to, out);
	if (mail->reply_to && mail_address_is_valid(slice_of_string(mail->reply_to)))
		put_address_header("Reply-To", NULL, mail->reply_to, out);
	put_text_header("Subject", mail->subject, out);
	buffer_printf(out, "Message-ID:\r\n <%s@%s>\r\n", mail->id, domain);
	put_thread(mail, domain, out);
	/* RFC 3834: nobody's absence notice answers this; the second is what Exchange looks for. */
	buffer_put_string(out, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
	if (mail->list)
		buffer_printf(out, "List-Id:\r\n <%s.%s>\r\n", mail->list, domain);
	if (mail->important)
		buffer_put_string(out, "Importance: high\r\nX-Priority: 1\r\n");
	buffer_printf(out, "Content-Language: %s\r\nMIME-Version: 1.0\r\n", mail->language);
}

/* ------------------------------------------------------------------------------------------------------------- body */

static void put_base64(struct slice text, struct buffer *out)
{
	while (text.len) {
		base64_encode(out, slice_take(text, BASE64_BYTES));
		buffer_put_string(out, line_end);
		text = slice_skip(text, BASE64_BYTES);
	}
}

static void put_part(const char *type, const char *boundary, struct slice text, struct buffer *out)
{
	buffer_printf(out, "--%s\r\nContent-Type: text/%s; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		      boundary, type);
	put_base64(text, out);
}

static struct slice next_line(struct slice *text)
{
	size_t end = slice_find(*text, '\n');
	struct slice line = slice_take(*text, end);

	*text = slice_skip(*text, end + 1);
	return line;
}

static void make_plain(const char *body, struct buffer *out)
{
	struct slice rest = slice_of_string(body);

	while (rest.len) {
		buffer_put_slice(out, next_line(&rest));
		buffer_put_string(out, line_end);
	}
}

static const struct mail_link *link_of(const struct mail_message *mail, struct slice line)
{
	for (size_t i = 0; i < mail->link_count; i++)
		if (mail->links[i].url && slice_is(slice_trim(line), mail->links[i].url))
			return &mail->links[i];
	return NULL;
}

/* Colours of its own on both sides: it looks the same by day and in dark mode, which inverts what has none. */
static void put_button(const struct mail_link *link, bool first, bool important, struct buffer *out)
{
	buffer_put_string(out, "<a href=\"");
	html_encode(out, slice_of_string(link->url));
	buffer_printf(out,
		      "\" style=\"display:inline-block;margin:6px 0;padding:14px 22px;border-radius:6px;"
		      "background-color:%s;color:#ffffff;font-weight:bold;text-decoration:none\">",
		      !first      ? "#3c4a63"
		      : important ? "#b3261e"
				  : "#0b57d0");
	html_encode(out, slice_of_string(link->label));
	buffer_put_string(out, "</a>");
}

static void make_html(const struct mail_message *mail, struct buffer *out)
{
	struct slice rest = slice_of_string(mail->body);
	bool open = false;

	buffer_printf(
	    out,
	    "<!DOCTYPE html>\r\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<meta name=\"color-scheme\" content=\"light dark\"></head>\r\n"
	    "<body style=\"margin:0\"><div style=\"max-width:600px;padding:16px;font:16px/1.6 sans-serif\">\r\n",
	    mail->language);
	while (rest.len) {
		struct slice line = next_line(&rest);
		const struct mail_link *link = link_of(mail, line);

		if (slice_trim(line).len == 0) {
			buffer_put_string(out, open ? "</p>\r\n" : "");
			open = false;
			continue;
		}
		buffer_put_string(out, open ? "<br>\r\n" : "<p style=\"margin:0 0 14px;overflow-wrap:anywhere\">");
		open = true;
		if (link)
			put_button(link, link == mail->links, mail->important, out);
		else
			html_encode(out, line);
	}
	buffer_put_string(out, open ? "</p>\r\n</div></body></html>\r\n" : "</div></body></html>\r\n");
}

static int check(const struct mail_message *mail, struct err *why)
{
	if (!mail_address_is_valid(slice_of_string(mail->from_address)))
		return err_set(why, ERR_USAGE, "the sender '%.100s' is no mail address (escalator.mail_from)",
			       mail->from_address);
	if (!mail_address_is_valid(slice_of_string(mail->to)))
		return err_set(why, ERR_USAGE, "'%.100s' is no mail address", mail->to);
	return 0;
}

/* What is said in the mail, as an entity of its own. No line of base64 holds an underscore: none can be taken for a
 * boundary; and of the two none is the beginning of the other. */
static void put_texts(const struct mail_message *mail, struct buffer *out)
{
	struct buffer text = { 0 };
	char boundary[80];

	snprintf(boundary, sizeof(boundary), "=_hinomi_%.40s", mail->id);
	buffer_printf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", boundary);
	make_plain(mail->body, &text);
	put_part("plain", boundary, buffer_slice(&text), out);
	buffer_clear(&text);
	make_html(mail, &text);
	put_part("html", boundary, buffer_slice(&text), out);
	buffer_printf(out, "--%s--\r\n", boundary);
	if (text.failed)
		out->failed = true;
	buffer_release(&text);
}

/* ------------------------------------------------------------------------------------------------------- attachment
 */

/* Nothing of a path, no quote, no control: "../a" is saved as ".._a" (RFC 2183, section 5). */
static bool is_name_byte(uint8_t c)
{
	return c >= 0x20 && c != 0x7f && !strchr("\"\\/:*?<>|", c);
}

static bool needs_percent(uint8_t c)
{
	return !(isalnum(c) || (c && strchr("-._", c))) || c >= 0x80;
}

/* One parameter, or as many parts as it takes: each a line. A character is not cut: some readers decode part by part.
 */
static void put_long_name(struct slice name, struct buffer *out)
{
	enum { ROOM = 48 };

	for (int part = 0; name.len; part++) {
		size_t n = characters(name, ROOM / 3);

		buffer_printf(out, ";\r\n filename*%d*=%s", part, part == 0 ? "UTF-8''" : "");
		for (size_t i = 0; i < n; i++) {
			if (needs_percent(name.ptr[i]))
				buffer_printf(out, "%%%02X", name.ptr[i]);
			else
				buffer_put_byte(out, name.ptr[i]);
		}
		name = slice_skip(name, n);
	}
}

enum { FILE_NAME_MOST = 200, FILE_NAME_LINE = 60 };

static void put_file_name(const char *name, struct buffer *out)
{
	struct slice whole = slice_of_string(name);
	uint8_t clean[FILE_NAME_MOST];
	size_t len = characters(whole, FILE_NAME_MOST);

	for (size_t i = 0; i < len; i++)
		clean[i] = is_name_byte(whole.ptr[i]) ? whole.ptr[i] : '_';
	if (is_plain(slice_of(clean, len)) && len <= FILE_NAME_LINE) {
		buffer_put_string(out, ";\r\n filename=\"");
		buffer_put(out, clean, len);
		buffer_put_byte(out, '"');
	} else {
		put_long_name(slice_of(clean, len), out);
	}
}

static void put_attachment(const struct mail_attachment *attachment, struct buffer *out)
{
	buffer_printf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", attachment->type);
	buffer_put_string(out, "Content-Disposition: attachment");
	put_file_name(attachment->name, out);
	buffer_put_string(out, "\r\n\r\n");
	put_base64(attachment->content, out);
}

int mail_compose(const struct mail_message *mail, struct buffer *out, struct err *why)
{
	char boundary[80];

	if (check(mail, why) != 0)
		return -1;
	put_header(mail, out);
	if (mail->attachment) {
		snprintf(boundary, sizeof(boundary), "=_mixed_%.40s", mail->id);
		buffer_printf(out, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", boundary,
			      boundary);
		put_texts(mail, out);
		buffer_printf(out, "--%s\r\n", boundary);
		put_attachment(mail->attachment, out);
		buffer_printf(out, "--%s--\r\n", boundary);
	} else {
		put_texts(mail, out);
	}
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for a mail") : 0;
}
