/* Mails as they come in from the world: Japanese in its three codes, HTML only, attachments, absence notices, delivery
 * reports. The bytes were written by hand, by iconv(1) and base64(1). */
#include "server/ctl/mail_in.h"
#include "server/model/html_text.h"
#include "tests/unit/suite.h"

static void check_read(const char *text, const char *recipient, struct mail_in *mail)
{
	struct err why = { 0 };

	ck_assert_msg(mail_in_read(slice_of_string(text), recipient, mail, &why) == 0, "%s", why.text);
}

#define FROM "From: \"Taro\" <Taro@Example.JP>\r\nMessage-ID: <m1@example.jp>\r\n"

START_TEST(a_plain_letter)
{
	struct mail_in mail;

	check_read(FROM
		   "Subject: A question\r\nIn-Reply-To: <a@b>\r\nReferences: <x@y> <a@b>\r\n\r\nHello\r\n\r\nBye\r\n",
		   NULL, &mail);
	ck_assert_int_eq(mail.kind, MAIL_IN_PERSON);
	ck_assert_str_eq(mail.from_name, "Taro");
	ck_assert_str_eq(mail.from_address, "taro@example.jp");
	ck_assert_str_eq(mail.message_id, "<m1@example.jp>");
	ck_assert_str_eq(mail.subject, "A question");
	ck_assert_str_eq(mail.text, "Hello\n\nBye");
	ck_assert_uint_eq(mail.answer_count, 3);
	ck_assert_str_eq(mail.answers[0], "<a@b>");
	ck_assert_str_eq(mail.answers[1], "<a@b>");
	ck_assert_str_eq(mail.answers[2], "<x@y>");
	mail_in_release(&mail);
}
END_TEST

/* echo 不審なメール | iconv -t ISO-2022-JP | base64, and so on. */
START_TEST(japanese_in_each_code)
{
	static const char *const mails[] = {
		FROM "Subject: =?ISO-2022-JP?B?GyRCSVQ/MyRKJWEhPCVrGyhC?=\r\nContent-Type: text/plain; "
		     "charset=ISO-2022-JP\r\n\r\n"
		     "\033$BIT?3$J%a!<%k\033(B\r\n",
		FROM "Subject: =?Shift_JIS?B?lXOQUoLIg4GBW4OL?=\r\nContent-Type: text/plain; charset=Shift_JIS\r\n"
		     "Content-Transfer-Encoding: base64\r\n\r\nlXOQUoLIg4GBW4OL\r\n",
		FROM "Subject: =?UTF-8?Q?=E4=B8=8D=E5=AF=A9=E3=81=AA=E3=83=A1=E3=83=BC=E3=83=AB?=\r\n"
		     "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
		     "=E4=B8=8D=E5=AF=A9=E3=81=AA=E3=83=A1=E3=83=BC=\r\n=E3=83=AB\r\n",
		/* not declared at all */
		FROM "Subject: =?EUC-JP?B?ydS/s6TKpeGhvKXr?=\r\n\r\n\033$BIT?3$J%a!<%k\033(B\r\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(mails); i++) {
		struct mail_in mail;

		check_read(mails[i], NULL, &mail);
		ck_assert_msg(strcmp(mail.text, "不審なメール") == 0, "%zu: %s", i, mail.text);
		ck_assert_msg(strcmp(mail.subject, "不審なメール") == 0, "%zu: %s", i, mail.subject);
		ck_assert(slice_is_utf8(slice_of_string(mail.subject)));
		mail_in_release(&mail);
	}
}
END_TEST

START_TEST(text_is_preferred_and_attachments_are_named)
{
	struct mail_in mail;

	check_read(FROM "Subject: x\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
			"--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n"
			"--i\r\nContent-Type: text/plain\r\n\r\nplain words\r\n"
			"--i\r\nContent-Type: text/html\r\n\r\n<p>html words</p>\r\n--i--\r\n"
			"--o\r\nContent-Type: application/zip; name=\"evil.zip\"\r\nContent-Disposition: attachment; "
			"filename=\"evil.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n--o--\r\n",
		   NULL, &mail);
	ck_assert_str_eq(mail.text, "plain words\n\n[添付 / attachment, not kept: evil.zip (application/zip)]");
	mail_in_release(&mail);
	check_read(FROM
		   "Subject: x\r\nContent-Type: text/html\r\n\r\n<html><head><title>t</title><style>p{}</style></head>"
		   "<body><p>A &amp; B</p><script>alert(1)</script><div>C<br>D</div></body></html>\r\n",
		   NULL, &mail);
	ck_assert_str_eq(mail.text, "A & B\nC\nD");
	mail_in_release(&mail);
}
END_TEST

START_TEST(no_id_no_sender_no_subject)
{
	struct mail_in first, second, other;

	check_read("Subject: x\r\n\r\na\r\n", NULL, &first);
	check_read("Subject: x\r\n\r\na\r\n", NULL, &second);
	check_read("Subject: x\r\n\r\nb\r\n", NULL, &other);
	ck_assert_str_eq(first.from_address, "");
	ck_assert_str_eq(first.message_id, second.message_id);
	ck_assert_str_ne(first.message_id, other.message_id);
	mail_in_release(&first);
	mail_in_release(&second);
	mail_in_release(&other);
	check_read("From: a@b.jp\r\n\r\n", NULL, &first);
	ck_assert_str_eq(first.subject, "");
	ck_assert_str_eq(first.text, "");
	mail_in_release(&first);
}
END_TEST

START_TEST(machines_are_told_from_persons)
{
	static const char *const automatic[] = {
		"Auto-Submitted: auto-replied",
		"Auto-Submitted: auto-generated (vacation)",
		"Precedence: bulk",
		"X-Autoreply: yes",
		"List-Id: <x.y>",
		"Return-Path: <>",
		"Content-Type: multipart/report; report-type=disposition-notification; boundary=b"
	};
	struct mail_in mail;
	char text[400];

	for (size_t i = 0; i < ARRAY_LEN(automatic); i++) {
		snprintf(text, sizeof(text), FROM "Subject: away\r\n%s\r\n\r\nI am away\r\n", automatic[i]);
		/* also when it came to the address of one notice: absence notices go to the envelope's sender */
		check_read(text, "bounces+0189abcd0189abcd0189abcd0189abcd@example.jp", &mail);
		ck_assert_msg(mail.kind == (i == 5 ? MAIL_IN_BOUNCE : MAIL_IN_AUTOMATIC), "%s", automatic[i]);
		mail_in_release(&mail);
	}
	check_read(FROM "Auto-Submitted: no\r\nSubject: x\r\n\r\nI am here\r\n", NULL, &mail);
	ck_assert_int_eq(mail.kind, MAIL_IN_PERSON);
	mail_in_release(&mail);
	check_read("From: MAILER-DAEMON@x.jp\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program\r\n",
		   NULL, &mail);
	ck_assert_int_eq(mail.kind, MAIL_IN_AUTOMATIC);
	mail_in_release(&mail);
}
END_TEST

#define REPORT(action, status, returned)                                                                         \
	"From: MAILER-DAEMON@mx.example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n"                 \
	"Auto-Submitted: auto-replied\r\nMessage-ID: <r@mx>\r\n"                                                 \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n"                    \
	"--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n"                                                       \
	"--b\r\nContent-Type: message/delivery-status\r\n\r\n"                                                   \
	"Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; gone@example.com\r\nAction: " action \
	"\r\nStatus: " status "\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n    No such person\r\n"                   \
	"--b\r\n" returned "--b--\r\n"
#define RETURNED_WHOLE                                                               \
	"Content-Type: message/rfc822\r\n\r\nFrom: soc@example.jp\r\nSubject: x\r\n" \
	"Message-ID:\r\n <01890a5d-ac96-774b-bcce-b302099a8057@example.jp>\r\n\r\nbody\r\n"
#define RETURNED_HEADERS                                                                  \
	"Content-Type: text/rfc822-headers\r\n\r\nFrom: soc@example.jp\r\nSubject: x\r\n" \
	"Message-ID:\r\n <01890a5d-ac96-774b-bcce-b302099a8057@example.jp>\r\nX: y\r\n"

START_TEST(what_came_back)
{
	static const char *const returned[] = { REPORT("failed", "5.1.1", RETURNED_WHOLE),
						REPORT("failed", "5.1.1", RETURNED_HEADERS) };
	static const uint8_t want[16] = { 0x01, 0x89, 0x0a, 0x5d, 0xac, 0x96, 0x77, 0x4b,
					  0xbc, 0xce, 0xb3, 0x02, 0x09, 0x9a, 0x80, 0x57 };
	struct mail_in mail;
	uint8_t id[16];

	for (size_t i = 0; i < ARRAY_LEN(returned); i++) {
		check_read(returned[i], "soc@example.jp", &mail);
		ck_assert_int_eq(mail.kind, MAIL_IN_BOUNCE);
		ck_assert(mail.permanent);
		ck_assert_int_eq(mail.code, 550);
		ck_assert_str_eq(mail.diagnostic, "smtp; 550 5.1.1 No such person");
		ck_assert_str_eq(mail.returned_id, "01890a5d-ac96-774b-bcce-b302099a8057@example.jp");
		ck_assert(mail_in_notice_id(slice_of_string(mail.returned_id), id) && memcmp(id, want, 16) == 0);
		mail_in_release(&mail);
	}
	check_read(REPORT("delayed", "4.4.1", RETURNED_WHOLE), NULL, &mail);
	ck_assert_int_eq(mail.kind, MAIL_IN_AUTOMATIC);
	mail_in_release(&mail);
	check_read(REPORT("Failed", "4.4.7", RETURNED_WHOLE), NULL, &mail);
	ck_assert(mail.kind == MAIL_IN_BOUNCE && !mail.permanent);
	mail_in_release(&mail);
}
END_TEST

START_TEST(ids_of_notices)
{
	uint8_t id[16];
	static const char *const good[] = { "bounces+01890a5dac96774bbcceb302099a8057@x.jp",
					    "01890a5d-ac96-774b-bcce-b302099a8057@x",
					    "01890A5DAC96774BBCCEB302099A8057" };
	static const char *const bad[] = { "",
					   "@",
					   "bounces@x.jp",
					   "bounces+@x.jp",
					   "bounces+01890a5dac96774bbcceb302099a805@x.jp",
					   "bounces+01890a5dac96774bbcceb302099a80577@x.jp",
					   "bounces+01890a5dac96774bbcceb302099a805g@x" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ck_assert_msg(mail_in_notice_id(slice_of_string(good[i]), id) && id[0] == 0x01 && id[15] == 0x57, "%s",
			      good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!mail_in_notice_id(slice_of_string(bad[i]), id), "%s", bad[i]);
}
END_TEST

START_TEST(limits)
{
	struct buffer big = { 0 };
	struct mail_in mail;
	struct err why = { 0 };

	buffer_put_string(&big, FROM "Subject: ");
	for (int i = 0; i < 2000; i++)
		buffer_put_string(&big, "長");
	buffer_put_string(&big, "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
	for (int i = 0; i < 600000; i++)
		buffer_put_string(&big, "字");
	ck_assert(mail_in_read(buffer_slice(&big), NULL, &mail, &why) == 0);
	ck_assert_uint_le(strlen(mail.subject), MAIL_IN_SUBJECT_MAX);
	ck_assert_uint_le(strlen(mail.text), MAIL_IN_TEXT_MAX);
	ck_assert_uint_gt(strlen(mail.text), MAIL_IN_TEXT_MAX - 10);
	ck_assert(slice_is_utf8(slice_of_string(mail.text)) && slice_is_utf8(slice_of_string(mail.subject)));
	mail_in_release(&mail);
	buffer_clear(&big);
	buffer_put_string(&big, FROM);
	for (int i = 0; i < 20000; i++)
		buffer_printf(&big, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	ck_assert(mail_in_read(buffer_slice(&big), NULL, &mail, &why) == -1);
	ck_assert_int_eq(why.code, ERR_LIMIT);
	buffer_release(&big);
}
END_TEST

static void check_html(const char *html, const char *want)
{
	struct buffer out = { 0 };

	html_to_text(slice_of_string(html), &out);
	ck_assert_str_eq(buffer_string(&out), want);
	buffer_release(&out);
}

START_TEST(html_as_a_reader_sees_it)
{
	check_html("a <b>bold</b>\n\n  word", "a bold word");
	check_html("<p>one</p><p>two</p>", "one\n\ntwo");
	check_html("a<br><br><br><br>b", "a\n\nb");
	check_html("<!-- hidden <p>x</p> -->seen", "seen");
	check_html("<SCRIPT>if (a<b) x()</SCRIPT>seen", "seen");
	check_html("&lt;b&gt; &#19981;&#x5be9; &yen;100 &nbsp;&unknown; &", "<b> 不審 ¥100 &unknown; &");
	check_html("1 < 2 and 3 > 2", "1 < 2 and 3 > 2");
	check_html("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
	check_html("<a href=\"https://evil\">click</a><img src=x onerror=y>", "click");
	check_html("<", "<");
	check_html("<p", "");
	check_html("<style>", "");
	check_html("&#xd800;&#0;&#99999999;", "&#xd800;&#0;&#99999999;");
}
END_TEST

SUITE_MAIN("mail_in", a_plain_letter, japanese_in_each_code, text_is_preferred_and_attachments_are_named,
	   no_id_no_sender_no_subject, machines_are_told_from_persons, what_came_back, ids_of_notices, limits,
	   html_as_a_reader_sees_it)
