/* A mail from outside, and HTML in it. Whatever comes: no crash, texts within their limits, UTF-8, without controls. */
#include "server/ctl/mail_in.h"
#include "server/model/html_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t most)
{
	struct slice s = slice_of_string(text);

	if (s.len > most || !slice_is_utf8(s))
		abort();
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 && s.ptr[i] != '\n')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer html = { 0 };
	struct mail_in mail;
	struct err why;

	if (mail_in_read(slice_of(data, size), "bounces+0189abcd0189abcd0189abcd0189abcd@example.jp", &mail, &why) ==
	    0) {
		check_text(mail.subject, MAIL_IN_SUBJECT_MAX);
		check_text(mail.text, MAIL_IN_TEXT_MAX + 4000);
		check_text(mail.from_name, 200);
		check_text(mail.from_address, 254);
		check_text(mail.message_id, 998);
		check_text(mail.diagnostic, 500);
		mail_in_release(&mail);
	}
	html_to_text(slice_of(data, size), &html);
	if (html.len > 4 * size + 1)
		abort();
	buffer_release(&html);
	return 0;
}
