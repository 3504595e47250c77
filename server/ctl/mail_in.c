#include "server/ctl/mail_in.h"

#include "lib/encode.h"
#include "server/model/html_text.h"
#include "server/model/mail_message.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <openssl/evp.h>

/* ------------------------------------------------------------------------------------------------------------ texts */

/* UTF-8 for a column: no controls but line ends, or one line with single blanks; at most `most` bytes. NULL: no memory.
 */
static const char *clean(struct pool *pool, struct slice text, bool lines, size_t most)
{
	struct buffer out = { 0 };
	char *valid = g_utf8_make_valid(text.ptr ? (const char *)text.ptr : "", (gssize)text.len);
	struct slice from = slice_of_string(valid);
	const char *copy;

	for (size_t i = 0; i < from.len; i++) {
		uint8_t c = from.ptr[i];

		if (c == '\n' && lines)
			buffer_put_byte(&out, c);
		else if ((c > 0x20 && c != 0x7f) || (c == ' ' && lines))
			buffer_put_byte(&out, c);
		else if (c != '\r' && out.len && out.data[out.len - 1] != ' ')
			buffer_put_byte(&out, ' ');
	}
	g_free(valid);
	from = buffer_slice(&out);
	if (from.len > most) {
		while (most && (from.ptr[most] & 0xc0) == 0x80)
			most--;
		from = slice_take(from, most);
	}
	copy = out.failed ? NULL : pool_string(pool, slice_trim(from));
	buffer_release(&out);
	return copy;
}

static const char *clean_line(struct pool *pool, const char *text, size_t most)
{
	return clean(pool, slice_of_string(text ? text : ""), false, most);
}

/* ----------------------------------------------------------------------------------------------------- notices' ids */

/* 32 hexadecimal digits, dashes between them or not, and nothing else. */
static bool read_id(struct slice text, uint8_t id[MAIL_IN_ID_SIZE])
{
	struct buffer bytes = { 0 };
	uint8_t digits[2 * MAIL_IN_ID_SIZE];
	size_t n = 0;
	bool good;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '-')
			continue;
		if (n == sizeof(digits) || !isxdigit(text.ptr[i]))
			return false;
		digits[n++] = text.ptr[i];
	}
	good = n == sizeof(digits) && hex_decode(&bytes, slice_of(digits, n)) && bytes.len == MAIL_IN_ID_SIZE;
	if (good)
		memcpy(id, bytes.data, MAIL_IN_ID_SIZE);
	buffer_release(&bytes);
	return good;
}

bool mail_in_notice_id(struct slice text, uint8_t id[MAIL_IN_ID_SIZE])
{
	struct slice left = slice_take(text, slice_find(text, '@'));
	size_t plus = slice_find(left, '+');

	return read_id(plus < left.len ? slice_skip(left, plus + 1) : left, id);
}

/* ------------------------------------------------------------------------------------------------------------- body */

/* Charsets as they are named, and what they are: Windows calls its own by the standard's names. */
static void mend_charset(GMimeTextPart *part, struct slice raw)
{
	const char *charset = g_mime_text_part_get_charset(part);
	struct slice name = slice_of_string(charset ? charset : "us-ascii");

	if (slice_is_ignoring_case(name, "shift_jis") || slice_is_ignoring_case(name, "x-sjis") ||
	    slice_is_ignoring_case(name, "sjis") || slice_is_ignoring_case(name, "windows-31j"))
		g_mime_text_part_set_charset(part, "cp932");
	else if (slice_is_ignoring_case(name, "us-ascii") && slice_contains(raw, "\033$B"))
		g_mime_text_part_set_charset(part, "iso-2022-jp");
}

static void decoded_bytes(GMimePart *part, struct buffer *out)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = content ? g_mime_stream_mem_new() : NULL;
	GByteArray *bytes;

	if (!stream)
		return;
	g_mime_data_wrapper_write_to_stream(content, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	buffer_put(out, bytes->data, bytes->len);
	g_object_unref(stream);
}

struct body {
	struct buffer plain, html, attachments;
};

static void put_text(struct body *body, GMimeTextPart *part, bool html)
{
	struct buffer raw = { 0 };
	char *text;

	decoded_bytes(GMIME_PART(part), &raw);
	mend_charset(part, buffer_slice(&raw));
	buffer_release(&raw);
	text = g_mime_text_part_get_text(part);
	if (text && html)
		html_to_text(slice_of_string(text), &body->html);
	else if (text)
		buffer_put_string(&body->plain, text);
	g_free(text);
}

static void name_attachment(struct body *body, GMimeObject *part)
{
	const char *name = GMIME_IS_PART(part) ? g_mime_part_get_filename(GMIME_PART(part)) : NULL;
	GMimeContentType *type = g_mime_object_get_content_type(part);

	buffer_printf(&body->attachments, "[添付 / attachment, not kept: %s (%s/%s)]\n", name ? name : "-",
		      g_mime_content_type_get_media_type(type), g_mime_content_type_get_media_subtype(type));
}

static void take_part(GMimeObject *parent, GMimeObject *part, gpointer arg)
{
	struct body *body = arg;
	const char *disposition = g_mime_object_get_disposition(part);
	bool attached = disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;

	(void)parent;
	if (GMIME_IS_MULTIPART(part))
		return;
	if (!attached && GMIME_IS_TEXT_PART(part) &&
	    g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", "plain"))
		put_text(body, GMIME_TEXT_PART(part), false);
	else if (!attached && GMIME_IS_TEXT_PART(part) &&
		 g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", "html"))
		put_text(body, GMIME_TEXT_PART(part), true);
	else
		name_attachment(body, part);
}

static const char *read_text(GMimeMessage *message, struct pool *pool)
{
	struct body body = { 0 };
	struct buffer whole = { 0 };
	GMimeObject *top = g_mime_message_get_mime_part(message);
	const char *text;

	if (GMIME_IS_MULTIPART(top))
		g_mime_multipart_foreach(GMIME_MULTIPART(top), take_part, &body);
	else if (top)
		take_part(NULL, top, &body);
	buffer_put_slice(
	    &whole, slice_take(slice_trim(buffer_slice(body.plain.len ? &body.plain : &body.html)), MAIL_IN_TEXT_MAX));
	buffer_put_string(&whole, body.attachments.len ? "\n\n" : "");
	buffer_put_slice(&whole, slice_take(buffer_slice(&body.attachments), 4000));
	text = whole.failed ? NULL : clean(pool, buffer_slice(&whole), true, MAIL_IN_TEXT_MAX + 4000);
	buffer_release(&body.plain);
	buffer_release(&body.html);
	buffer_release(&body.attachments);
	buffer_release(&whole);
	return text;
}

/* ---------------------------------------------------------------------------------------------------------- headers */

static const char *header(GMimeMessage *message, const char *name)
{
	const char *value = g_mime_object_get_header(GMIME_OBJECT(message), name);

	return value ? value : "";
}

static const char *with_brackets(struct pool *pool, const char *id)
{
	struct buffer out = { 0 };
	const char *copy;

	buffer_printf(&out, "<%.990s>", id);
	copy = out.failed ? NULL : clean(pool, buffer_slice(&out), false, out.len);
	buffer_release(&out);
	return copy;
}

/* A mail without a Message-ID is known again by what it says. */
static const char *made_id(struct pool *pool, struct slice bytes)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buffer hex = { 0 };
	const char *id;

	if (!EVP_Digest(bytes.ptr, bytes.len, digest, &len, EVP_sha256(), NULL))
		return NULL;
	hex_encode(&hex, slice_of(digest, len));
	buffer_put_string(&hex, "@sha256.invalid");
	id = with_brackets(pool, buffer_string(&hex));
	buffer_release(&hex);
	return id;
}

static bool add_answers(struct mail_in *mail, GMimeMessage *message, const char *name)
{
	GMimeReferences *list = g_mime_references_parse(NULL, header(message, name));
	int count = list ? g_mime_references_length(list) : 0;
	bool good = true;

	/* Of many the last ones: the nearest. */
	for (int i = count - 1; i >= 0 && good && mail->answer_count < MAIL_IN_ANSWERS_MAX; i--) {
		const char *id = g_mime_references_get_message_id(list, i);

		if (!id || !*id)
			continue;
		mail->answers[mail->answer_count] = with_brackets(&mail->pool, id);
		good = mail->answers[mail->answer_count++] != NULL;
	}
	g_mime_references_free(list);
	return good;
}

static bool read_sender(struct mail_in *mail, GMimeMessage *message)
{
	InternetAddressList *from = g_mime_message_get_from(message);
	InternetAddress *first =
	    from && internet_address_list_length(from) > 0 ? internet_address_list_get_address(from, 0) : NULL;
	const char *address = INTERNET_ADDRESS_IS_MAILBOX(first)
				  ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first))
				  : NULL;
	char *lower = g_ascii_strdown(address && mail_address_is_valid(slice_of_string(address)) ? address : "", -1);

	mail->from_name = clean_line(&mail->pool, first ? internet_address_get_name(first) : "", 200);
	mail->from_address = pool_string(&mail->pool, slice_of_string(lower));
	g_free(lower);
	return mail->from_name && mail->from_address;
}

static bool read_headers(struct mail_in *mail, GMimeMessage *message, struct slice bytes)
{
	const char *id = g_mime_message_get_message_id(message);

	mail->message_id = id && *id ? with_brackets(&mail->pool, id) : made_id(&mail->pool, bytes);
	mail->subject = clean_line(&mail->pool, g_mime_message_get_subject(message), MAIL_IN_SUBJECT_MAX);
	mail->text = read_text(message, &mail->pool);
	mail->returned_id = mail->diagnostic = "";
	return mail->message_id && mail->subject && mail->text && read_sender(mail, message) &&
	       add_answers(mail, message, "In-Reply-To") && add_answers(mail, message, "References");
}

/* ----------------------------------------------------------------------------------------------------- coming back */

/* Value of a header in a text of headers, as delivery reports hold; continued lines belong to it. Empty: none. */
static struct slice find_field(struct slice text, const char *name)
{
	size_t len = strlen(name);

	while (text.len) {
		size_t end = slice_find(text, '\n');

		if (text.len > len && text.ptr[len] == ':' && slice_is_ignoring_case(slice_take(text, len), name)) {
			while (end + 1 < text.len && (text.ptr[end + 1] == ' ' || text.ptr[end + 1] == '\t'))
				end += 1 + slice_find(slice_skip(text, end + 1), '\n');
			return slice_trim(slice_skip(slice_take(text, end), len + 1));
		}
		text = slice_skip(text, end + 1);
	}
	return (struct slice){ 0 };
}

/* "smtp; 550 5.1.1 No such person": the status of the server that said it. */
static int smtp_code(struct slice diagnostic)
{
	size_t semicolon = slice_find(diagnostic, ';');
	struct slice rest = slice_trim(slice_skip(diagnostic, semicolon < diagnostic.len ? semicolon + 1 : 0));
	int64_t code;

	if (slice_to_int64(slice_take(rest, 3), &code) && code >= 400 && code < 600)
		return (int)code;
	return 0;
}

struct report {
	struct slice action, status, diagnostic; /* of `fields` */
	struct buffer fields, returned;          /* what was sent back of the mail: its headers */
};

static void take_report_part(GMimeObject *parent, GMimeObject *part, gpointer arg)
{
	struct report *report = arg;
	GMimeContentType *type = g_mime_object_get_content_type(part);

	(void)parent;
	if (GMIME_IS_MESSAGE_PART(part)) {
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));

		if (inner && g_mime_message_get_message_id(inner))
			buffer_printf(&report->returned, "Message-ID: <%s>\n", g_mime_message_get_message_id(inner));
	} else if (!GMIME_IS_PART(part)) {
		return;
	} else if (g_mime_content_type_is_type(type, "message", "delivery-status")) {
		decoded_bytes(GMIME_PART(part), &report->fields);
	} else if (g_mime_content_type_is_type(type, "text", "rfc822-headers")) {
		decoded_bytes(GMIME_PART(part), &report->returned);
	}
}

static void read_report(GMimeMessage *message, struct report *report)
{
	GMimeObject *top = g_mime_message_get_mime_part(message);

	if (GMIME_IS_MULTIPART(top))
		g_mime_multipart_foreach(GMIME_MULTIPART(top), take_report_part, report);
	report->action = find_field(buffer_slice(&report->fields), "Action");
	report->status = find_field(buffer_slice(&report->fields), "Status");
	report->diagnostic = find_field(buffer_slice(&report->fields), "Diagnostic-Code");
}

static bool keep_bounce(struct mail_in *mail, const struct report *report)
{
	struct slice id = find_field(buffer_slice(&report->returned), "Message-ID");
	struct slice words = report->diagnostic.len ? report->diagnostic : report->status;

	mail->kind = MAIL_IN_BOUNCE;
	if (id.len > 2 && id.ptr[0] == '<')
		mail->returned_id = pool_string(&mail->pool, slice_take(slice_skip(id, 1), slice_find(id, '>') - 1));
	mail->code = smtp_code(report->diagnostic);
	mail->permanent = report->status.len ? report->status.ptr[0] == '5' : mail->code >= 500;
	mail->diagnostic =
	    words.len ? clean(&mail->pool, words, false, 500) : clean_line(&mail->pool, mail->subject, 500);
	return mail->returned_id && mail->diagnostic;
}

/* ------------------------------------------------------------------------------------------------------------- kind */

/* Absence notices say so (RFC 3834), or by older signs. */
static bool is_automatic(GMimeMessage *message)
{
	const char *submitted = header(message, "Auto-Submitted"), *precedence = header(message, "Precedence");

	return (*submitted && g_ascii_strncasecmp(submitted, "no", 2) != 0) ||
	       g_ascii_strcasecmp(precedence, "bulk") == 0 || g_ascii_strcasecmp(precedence, "junk") == 0 ||
	       g_ascii_strcasecmp(precedence, "list") == 0 || g_ascii_strcasecmp(precedence, "auto_reply") == 0 ||
	       *header(message, "List-Id") || *header(message, "X-Autoreply") || *header(message, "X-Autorespond");
}

static bool is_from_daemon(const struct mail_in *mail, GMimeMessage *message)
{
	struct slice left =
	    slice_take(slice_of_string(mail->from_address), slice_find(slice_of_string(mail->from_address), '@'));

	return slice_is(left, "mailer-daemon") || slice_is(left, "postmaster") ||
	       strcmp(header(message, "Return-Path"), "<>") == 0;
}

static bool is_report(GMimeMessage *message, const char *kind)
{
	GMimeObject *top = g_mime_message_get_mime_part(message);
	const char *type = top ? g_mime_object_get_content_type_parameter(top, "report-type") : NULL;

	return type && g_ascii_strcasecmp(type, kind) == 0;
}

static bool judge(struct mail_in *mail, GMimeMessage *message, const char *recipient)
{
	uint8_t id[MAIL_IN_ID_SIZE];
	bool ours = recipient && mail_in_notice_id(slice_of_string(recipient), id);
	struct report report = { 0 };
	bool good = true;

	mail->kind = MAIL_IN_PERSON;
	if (is_report(message, "delivery-status")) {
		read_report(message, &report);
		if (slice_is_ignoring_case(report.action, "failed"))
			good = keep_bounce(mail, &report);
		else
			mail->kind = MAIL_IN_AUTOMATIC; /* delayed: it is still on its way */
	} else if (is_automatic(message) || is_report(message, "disposition-notification")) {
		mail->kind = MAIL_IN_AUTOMATIC;
	} else if (is_from_daemon(mail, message)) {
		/* Old servers report in words only; then the address tells which it was. */
		mail->kind = MAIL_IN_AUTOMATIC;
		if (ours)
			good = keep_bounce(mail, &report);
	}
	buffer_release(&report.fields);
	buffer_release(&report.returned);
	return good;
}

/* ---------------------------------------------------------------------------------------------------------- reading */

/* GMime takes parts apart by calling itself; a letter has a handful of levels. */
static bool is_too_deep(struct slice bytes)
{
	enum { BOUNDARIES_MOST = 100 };
	size_t found = 0;

	for (size_t i = 0; i + 8 <= bytes.len && found <= BOUNDARIES_MOST; i++)
		if ((bytes.ptr[i] | 0x20) == 'b' && slice_is_ignoring_case(slice_of(bytes.ptr + i, 8), "boundary"))
			found++;
	for (size_t i = 0; i + 8 <= bytes.len && found <= BOUNDARIES_MOST; i++)
		if ((bytes.ptr[i] | 0x20) == 'm' && slice_is_ignoring_case(slice_of(bytes.ptr + i, 8), "message/"))
			found++;
	return found > BOUNDARIES_MOST;
}

static GMimeMessage *parse(struct slice bytes)
{
	static const char *charsets[] = { "utf-8", "iso-2022-jp", "cp932", "euc-jp", "iso-8859-1", NULL };
	GMimeParserOptions *options = g_mime_parser_options_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)bytes.ptr, bytes.len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message;

	g_mime_parser_options_set_fallback_charsets(options, charsets);
	message = g_mime_parser_construct_message(parser, options);
	g_object_unref(parser);
	g_object_unref(stream);
	g_mime_parser_options_free(options);
	return message;
}

int mail_in_read(struct slice bytes, const char *recipient, struct mail_in *out, struct err *why)
{
	GMimeMessage *message;
	bool good;

	memset(out, 0, sizeof(*out));
	if (is_too_deep(bytes))
		return err_set(why, ERR_LIMIT, "the mail is nested too deeply to be read");
	g_mime_init();
	message = parse(slice_take(bytes, MAIL_IN_SIZE_MAX));
	if (!message)
		return err_set(why, ERR_PROTOCOL, "this is no mail: it has no header");
	good = read_headers(out, message, bytes) && judge(out, message, recipient);
	g_object_unref(message);
	if (good)
		return 0;
	mail_in_release(out);
	return err_set(why, ERR_NOMEM, "no memory for a mail");
}

void mail_in_release(struct mail_in *mail)
{
	pool_release(&mail->pool);
}
