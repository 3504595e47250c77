/* A mail with a sender's name, a subject, a text, an address and the label of a link from outside, parted by NUL.
 * Invariants: ASCII, lines of at most 998 bytes that end with CRLF (RFC 5322), and a header of the same fields as that
 * of a harmless mail: nothing that was said makes a field of its own. */
#include "server/model/mail_message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS = 5 };

static const struct mail_message harmless = {
	.id = "01890a5d-ac96-774b-bcce-b302099a8057",
	.from_address = "soc@example.jp",
	.from_name = "Hinomi",
	.to = "taro@example.com",
	.subject = "s",
	.body = "b\nhttps://h/a/t\n",
	.language = "ja",
	.links = { { "https://h/a/t", "Answer" } },
	.link_count = 1,
	.thread = 7,
	.list = "pages",
	.date = 1795486480 * US_PER_SECOND,
};

/* The names of the fields, in their order, parted by colons. */
static void read_fields(const struct buffer *mail, struct buffer *out)
{
	size_t start = 0;

	for (size_t end = 0; end + 1 < mail->len; end++) {
		if (mail->data[end] >= 0x80)
			abort();
		if (mail->data[end] != '\r')
			continue;
		if (mail->data[end + 1] != '\n' || end - start > 998)
			abort();
		if (end == start)
			return;
		if (mail->data[start] != ' ' && mail->data[start] != '\t') {
			struct slice line = slice_of(mail->data + start, end - start);

			buffer_put_slice(out, slice_take(line, slice_find(line, ':') + 1));
		}
		start = end + 2;
	}
	abort(); /* a header without an end */
}

static void check_body(const struct buffer *mail)
{
	size_t start = 0;

	for (size_t i = 0; i < mail->len; i++) {
		if (mail->data[i] >= 0x80 ||
		    (mail->data[i] == '\r' && (i + 1 == mail->len || mail->data[i + 1] != '\n')))
			abort();
		if (mail->data[i] != '\n')
			continue;
		if (i == 0 || mail->data[i - 1] != '\r' || i - start > 999)
			abort();
		start = i + 1;
	}
}

static void compare(const struct mail_message *mail)
{
	struct buffer out = { 0 }, plain = { 0 }, fields = { 0 }, wanted = { 0 };
	struct err why;

	if (mail_compose(mail, &out, &why) == 0) {
		if (mail_compose(&harmless, &plain, &why) != 0)
			abort();
		check_body(&out);
		read_fields(&out, &fields);
		read_fields(&plain, &wanted);
		if (!slice_equal(buffer_slice(&fields), buffer_slice(&wanted)))
			abort();
	}
	buffer_release(&out);
	buffer_release(&plain);
	buffer_release(&fields);
	buffer_release(&wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	struct mail_message mail = harmless;
	char *parts[PARTS];

	for (size_t i = 0; i < PARTS; i++) {
		size_t end = slice_find(rest, '\0');

		parts[i] = slice_to_string(slice_take(rest, end));
		rest = slice_skip(rest, end + 1);
	}
	mail.from_name = parts[0];
	mail.subject = parts[1];
	mail.body = parts[2];
	if (parts[3] && *parts[3])
		mail.to = parts[3];
	mail.links[0].label = parts[4];
	if (parts[0] && *parts[0] && parts[1] && parts[2] && parts[3] && parts[4])
		compare(&mail);
	for (size_t i = 0; i < PARTS; i++)
		free(parts[i]);
	return 0;
}
