/* Mails as composed, read back by GMime; and by their bytes where it is about lines. */
#include "server/model/mail_message.h"
#include "tests/unit/suite.h"

#include <gmime/gmime.h>

static const struct mail_message plain = {
	.id = "01890a5d-ac96-774b-bcce-b302099a8057",
	.from_address = "soc@example.jp",
	.from_name = "Hinomi",
	.to = "taro@example.com",
	.subject = "[Critical] Sample: calls out (INC-123)",
	.body = "Hello\n\nThis is it.\n",
	.language = "en",
	.date = 1795486480 * US_PER_SECOND,
};

static void compose(const struct mail_message *mail, struct buffer *out)
{
	struct err why = { 0 };

	ck_assert_msg(mail_compose(mail, out, &why) == 0, "%s", why.text);
}

static GMimeMessage *read_back(const struct buffer *mail)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)mail->data, mail->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	ck_assert(message != NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

static char *part_text(GMimeMessage *message, int index)
{
	GMimeObject *whole = g_mime_message_get_mime_part(message);
	GMimeObject *part;

	ck_assert(GMIME_IS_MULTIPART(whole));
	ck_assert_int_eq(g_mime_multipart_get_count(GMIME_MULTIPART(whole)), 2);
	part = g_mime_multipart_get_part(GMIME_MULTIPART(whole), index);
	ck_assert(GMIME_IS_TEXT_PART(part));
	return g_mime_text_part_get_text(GMIME_TEXT_PART(part));
}

static const char *header(GMimeMessage *message, const char *name)
{
	return g_mime_object_get_header(GMIME_OBJECT(message), name);
}

/* RFC 5322 2.1.1 and RFC 2047 2: no bare CR or LF, no line beyond 78, one with an encoded word not beyond 76; nothing
 * but ASCII. */
static void check_lines(const struct buffer *mail)
{
	size_t start = 0;

	for (size_t i = 0; i < mail->len; i++) {
		ck_assert_uint_lt(mail->data[i], 0x80);
		if (mail->data[i] == '\r')
			ck_assert(i + 1 < mail->len && mail->data[i + 1] == '\n');
		if (mail->data[i] != '\n')
			continue;
		ck_assert(i > 0 && mail->data[i - 1] == '\r');
		ck_assert_uint_le(i - 1 - start,
				  slice_contains(slice_of(mail->data + start, i - start), "=?") ? 76 : 78);
		start = i + 1;
	}
	ck_assert_uint_eq(start, mail->len);
}

START_TEST(a_plain_mail)
{
	struct buffer out = { 0 };
	GMimeMessage *message;
	char *text;

	compose(&plain, &out);
	check_lines(&out);
	message = read_back(&out);
	ck_assert_str_eq(g_mime_message_get_subject(message), plain.subject);
	ck_assert_str_eq(header(message, "Message-ID"), "<01890a5d-ac96-774b-bcce-b302099a8057@example.jp>");
	ck_assert_str_eq(header(message, "Auto-Submitted"), "auto-generated");
	/* `date -u -d @1795486480 -R` */
	ck_assert_str_eq(header(message, "Date"), "Tue, 24 Nov 2026 02:14:40 +0000");
	ck_assert_str_eq(header(message, "From"), "\"Hinomi\" <soc@example.jp>");
	ck_assert_str_eq(header(message, "To"), "<taro@example.com>");
	ck_assert(header(message, "References") == NULL && header(message, "In-Reply-To") == NULL);
	ck_assert(header(message, "Importance") == NULL && header(message, "X-Priority") == NULL);
	ck_assert(header(message, "List-Id") == NULL && header(message, "Reply-To") == NULL);
	text = part_text(message, 0);
	ck_assert_str_eq(text, "Hello\r\n\r\nThis is it.\r\n");
	g_free(text);
	text = part_text(message, 1);
	ck_assert(strstr(text, ">Hello</p>") != NULL && strstr(text, ">This is it.</p>") != NULL);
	g_free(text);
	g_object_unref(message);
	buffer_release(&out);
}
END_TEST

START_TEST(japanese_comes_back)
{
	struct mail_message mail = plain;
	struct buffer out = { 0 }, subject = { 0 };
	InternetAddress *from;
	GMimeMessage *message;
	char *text;

	mail.from_name = "東大阪商工会議所セキュリティ監視センター（見本）";
	mail.language = "ja";
	mail.body = "内容: 社内の機器が不正なサーバーと通信\n\n相談窓口: 0120-000-000\n";
	for (int i = 0; i < 30; i++)
		buffer_put_string(&subject, "緊急a😀");
	mail.subject = buffer_string(&subject);
	compose(&mail, &out);
	check_lines(&out);
	message = read_back(&out);
	ck_assert_str_eq(g_mime_message_get_subject(message), mail.subject);
	from = internet_address_list_get_address(g_mime_message_get_from(message), 0);
	ck_assert_str_eq(internet_address_get_name(from), mail.from_name);
	ck_assert_str_eq(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(from)), "soc@example.jp");
	ck_assert_str_eq(g_mime_object_get_header(g_mime_message_get_mime_part(message), "Content-Language"), "ja");
	text = part_text(message, 0);
	ck_assert_str_eq(text, "内容: 社内の機器が不正なサーバーと通信\r\n\r\n相談窓口: 0120-000-000\r\n");
	g_free(text);
	g_object_unref(message);
	buffer_release(&subject);
	buffer_release(&out);
}
END_TEST

/* A word must hold whole characters (RFC 2047, 5): each one decodes to UTF-8 by itself. */
START_TEST(words_hold_whole_characters)
{
	struct mail_message mail = plain;

	for (size_t shift = 0; shift < 4; shift++) {
		struct buffer out = { 0 }, subject = { 0 };
		const char *at;

		for (size_t i = 0; i < shift; i++)
			buffer_put_byte(&subject, 'x');
		for (int i = 0; i < 40; i++)
			buffer_put_string(&subject, i % 2 ? "字" : "😀");
		mail.subject = buffer_string(&subject);
		compose(&mail, &out);
		at = strstr(buffer_string(&out), "Subject:");
		for (at = strstr(at, "=?UTF-8?B?"); at; at = strstr(at + 10, "=?UTF-8?B?")) {
			gsize len;
			char word[100];
			guchar *bytes;
			const char *end = strstr(at + 10, "?=");

			ck_assert(end != NULL && end - at < 74);
			snprintf(word, sizeof(word), "%.*s", (int)(end - at - 10), at + 10);
			bytes = g_base64_decode(word, &len);
			ck_assert(slice_is_utf8(slice_of(bytes, len)));
			g_free(bytes);
		}
		buffer_release(&subject);
		buffer_release(&out);
	}
}
END_TEST

START_TEST(nothing_injects_a_header)
{
	struct mail_message mail = plain;
	struct buffer out = { 0 };
	GMimeMessage *message;
	struct err why = { 0 };
	static const char *const bad[] = { "a@b\r\nBcc: x@y", "a b@c", "a@b@c",     "@b",        "a@",   "a",
					   "a<b@c",           "a@b>",  "a@b,c@d.e", "a@b_c",     "a@.b", "a@b.",
					   "\"a\"@b",         "é@b",   "a@é.jp",    "a\x7f@b.jp" };

	mail.subject = "a\r\nBcc: victim@example.com\r\n\r\nbody";
	mail.from_name = "x\"\r\nBcc: victim@example.com\r\n";
	mail.in_reply_to = "<a@b>\r\nBcc: victim@example.com";
	mail.reply_to = "a@b\r\nBcc: victim@example.com";
	compose(&mail, &out);
	check_lines(&out);
	message = read_back(&out);
	ck_assert(header(message, "Bcc") == NULL);
	ck_assert(header(message, "Reply-To") == NULL && header(message, "In-Reply-To") == NULL);
	ck_assert_str_eq(g_mime_message_get_subject(message), "a  Bcc: victim@example.com    body");
	g_object_unref(message);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		mail = plain;
		mail.to = bad[i];
		ck_assert_msg(mail_compose(&mail, &out, &why) == -1, "%s", bad[i]);
		ck_assert_int_eq(why.code, ERR_USAGE);
		mail.to = plain.to;
		mail.from_address = bad[i];
		ck_assert(mail_compose(&mail, &out, &why) == -1);
	}
	buffer_release(&out);
}
END_TEST

/* Blanks around it are how it was folded. */
static void expect_header(GMimeMessage *message, const char *name, const char *wanted)
{
	char *value = g_strdup(header(message, name));

	ck_assert_str_eq(g_strstrip(value), wanted);
	g_free(value);
}

START_TEST(threads_and_priority)
{
	struct mail_message mail = plain;
	struct buffer out = { 0 };
	GMimeMessage *message;

	mail.thread = 42;
	mail.important = true;
	mail.list = "pages";
	mail.reply_to = "desk@example.jp";
	compose(&mail, &out);
	message = read_back(&out);
	expect_header(message, "References", "<thread.42@example.jp>");
	expect_header(message, "In-Reply-To", "<thread.42@example.jp>");
	ck_assert_str_eq(header(message, "Importance"), "high");
	ck_assert_str_eq(header(message, "X-Priority"), "1");
	expect_header(message, "List-Id", "<pages.example.jp>");
	ck_assert_str_eq(header(message, "Reply-To"), "<desk@example.jp>");
	g_object_unref(message);
	/* an answer goes where the question came from, whatever the thread */
	buffer_clear(&out);
	mail.in_reply_to = "<abc.1@mail.example.com>";
	compose(&mail, &out);
	message = read_back(&out);
	expect_header(message, "In-Reply-To", "<abc.1@mail.example.com>");
	expect_header(message, "References", "<abc.1@mail.example.com>");
	g_object_unref(message);
	buffer_release(&out);
}
END_TEST

START_TEST(html_is_escaped_and_has_its_buttons)
{
	struct mail_message mail = plain;
	struct buffer out = { 0 };
	GMimeMessage *message;
	char *text;

	mail.body = "<script>alert('x')</script> & \"q\"\nhttps://h/a/t?x=1&y=2\nhttps://evil.example/\n";
	mail.links[0] = (struct mail_link){ "https://h/a/t?x=1&y=2", "Answer <now>" };
	mail.link_count = 1;
	compose(&mail, &out);
	message = read_back(&out);
	text = part_text(message, 1);
	ck_assert(strstr(text, "<script") == NULL);
	ck_assert(strstr(text, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot;") != NULL);
	ck_assert(strstr(text, "<a href=\"https://h/a/t?x=1&amp;y=2\"") != NULL);
	ck_assert(strstr(text, ">Answer &lt;now&gt;</a>") != NULL);
	ck_assert(strstr(text, "href=\"https://evil") == NULL);
	g_free(text);
	text = part_text(message, 0);
	ck_assert(strstr(text, "https://h/a/t?x=1&y=2\r\n") != NULL);
	g_free(text);
	g_object_unref(message);
	buffer_release(&out);
}
END_TEST

START_TEST(addresses_of_old_carriers)
{
	struct buffer out = { 0 };

	ck_assert(mail_address_is_valid(SLICE_LITERAL("a..b.@docomo.ne.jp")));
	mail_address_write(SLICE_LITERAL("a..b@docomo.ne.jp"), &out);
	ck_assert_str_eq(buffer_string(&out), "\"a..b\"@docomo.ne.jp");
	buffer_clear(&out);
	mail_address_write(SLICE_LITERAL("a.b+c@example.jp"), &out);
	ck_assert_str_eq(buffer_string(&out), "a.b+c@example.jp");
	buffer_release(&out);
}
END_TEST

START_TEST(same_bytes_at_each_try)
{
	struct buffer first = { 0 }, second = { 0 };

	compose(&plain, &first);
	compose(&plain, &second);
	ck_assert(slice_equal(buffer_slice(&first), buffer_slice(&second)));
	buffer_release(&first);
	buffer_release(&second);
}
END_TEST

/* The file of a mail as GMime reads it: its bytes, its name, its media type. */
static GMimePart *file_part(GMimeMessage *message)
{
	GMimeObject *whole = g_mime_message_get_mime_part(message);
	GMimeObject *texts, *file;

	ck_assert(GMIME_IS_MULTIPART(whole));
	ck_assert_str_eq(g_mime_content_type_get_media_subtype(g_mime_object_get_content_type(whole)), "mixed");
	ck_assert_int_eq(g_mime_multipart_get_count(GMIME_MULTIPART(whole)), 2);
	texts = g_mime_multipart_get_part(GMIME_MULTIPART(whole), 0);
	ck_assert(GMIME_IS_MULTIPART(texts));
	ck_assert_str_eq(g_mime_content_type_get_media_subtype(g_mime_object_get_content_type(texts)), "alternative");
	ck_assert_int_eq(g_mime_multipart_get_count(GMIME_MULTIPART(texts)), 2);
	file = g_mime_multipart_get_part(GMIME_MULTIPART(whole), 1);
	ck_assert(GMIME_IS_PART(file));
	ck_assert_str_eq(g_mime_object_get_disposition(file), "attachment");
	return GMIME_PART(file);
}

static void check_content(GMimePart *part, struct slice want)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;

	ck_assert_int_eq(g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), stream), (long)want.len);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	ck_assert(slice_equal(slice_of(bytes->data, bytes->len), want));
	g_object_unref(stream);
}

static void check_file(const char *name, const char *comes_back_as, struct slice content)
{
	const struct mail_attachment file = { name, "application/pdf", content };
	struct mail_message mail = plain;
	struct buffer out = { 0 };
	GMimeMessage *message;
	GMimePart *part;

	mail.attachment = &file;
	compose(&mail, &out);
	check_lines(&out);
	message = read_back(&out);
	part = file_part(message);
	ck_assert_str_eq(g_mime_part_get_filename(part), comes_back_as);
	ck_assert(
	    g_mime_content_type_is_type(g_mime_object_get_content_type(GMIME_OBJECT(part)), "application", "pdf"));
	ck_assert_str_eq(header(message, "Subject"), plain.subject);
	ck_assert(header(message, "Bcc") == NULL && header(message, "X-Evil") == NULL);
	ck_assert(g_mime_object_get_header(GMIME_OBJECT(part), "X-Evil") == NULL);
	check_content(part, content);
	g_object_unref(message);
	buffer_release(&out);
}

START_TEST(a_file_comes_back)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 56, 57, 58, 114, 100000 };
	static const char begins[] = "%PDF-1.7\r\n--=_mixed_01890a5d--\r\n.\r\n";
	static uint8_t bytes[100000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 2654435761U >> 13);
	memcpy(bytes, begins, sizeof(begins) - 1);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		check_file("2026-10-report-R-12.pdf", "2026-10-report-R-12.pdf", slice_of(bytes, sizes[i]));
}
END_TEST

START_TEST(names_of_files)
{
	const struct slice content = slice_of_string("%PDF");

	check_file("株式会社髙﨑𠮷製作所 2026年10月分 月次レポート.pdf",
		   "株式会社髙﨑𠮷製作所 2026年10月分 月次レポート.pdf", content);
	check_file("a name of sixty characters and more, all of them ASCII, 100%; x=1 'y'.pdf",
		   "a name of sixty characters and more, all of them ASCII, 100%; x=1 'y'.pdf", content);
	check_file("100%; x=1 'y'.pdf", "100%; x=1 'y'.pdf", content);
	/* what would be a path, end the quotes, or make a header */
	check_file("../../etc/a\"b\\c.pdf", ".._.._etc_a_b_c.pdf", content);
	check_file("a\r\nX-Evil: 1\r\n\r\nb", "a__X-Evil_ 1____b", content);
	check_file("あ\r\nX-Evil: 1", "あ__X-Evil_ 1", content);
	check_file("=?UTF-8?Q?x?=", "=_UTF-8_Q_x_=", content);
}
END_TEST

/* The suite of suite.h, with GMime set up first. */
int main(void)
{
	Suite *suite = suite_create("mail_message");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	g_mime_init();
	tcase_add_test(tc, a_plain_mail);
	tcase_add_test(tc, japanese_comes_back);
	tcase_add_test(tc, words_hold_whole_characters);
	tcase_add_test(tc, nothing_injects_a_header);
	tcase_add_test(tc, threads_and_priority);
	tcase_add_test(tc, html_is_escaped_and_has_its_buttons);
	tcase_add_test(tc, addresses_of_old_carriers);
	tcase_add_test(tc, same_bytes_at_each_try);
	tcase_add_test(tc, a_file_comes_back);
	tcase_add_test(tc, names_of_files);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
