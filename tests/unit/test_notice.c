/* Texts of notices and links in them. What a template must give is written out by hand; every shipped text is rendered
 * with everything, with nothing, and judged by what a notice must hold. */
#include "server/model/link_token.h"
#include "server/model/notice.h"
#include "tests/unit/suite.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static const struct notice_kind *kind_of(const char *name)
{
	const struct notice_kind *kind = notice_kind_find(slice_of_string(name));

	ck_assert_msg(kind != NULL, "no kind %s", name);
	return kind;
}

static struct notice_text text_of(const char *subject, const char *body)
{
	return (struct notice_text){ slice_of_string(subject), slice_of_string(body) };
}

static void check_render(const char *kind, const char *subject, const char *body, const char *facts,
			 const char *want_subject, const char *want_body)
{
	struct notice_text text = text_of(subject, body);
	struct buffer s = { 0 }, b = { 0 };
	struct err why = { 0 };

	ck_assert_msg(notice_render(kind_of(kind), &text, slice_of_string(facts), &s, &b, &why) == 0, "%s", why.text);
	ck_assert_str_eq(buffer_string(&s), want_subject);
	ck_assert_str_eq(buffer_string(&b), want_body);
	buffer_release(&s);
	buffer_release(&b);
}

START_TEST(names_become_facts)
{
	check_render("page", "[{{severity}}] {{ title }}", "a {{title}} b\n", "{\"title\":\"T\",\"severity\":\"S1\"}",
		     "[S1] T", "a T b\n");
	/* integers too; other values are no facts */
	check_render("page", "{{count}}{{since}}x", "{{count}}", "{\"count\":3,\"since\":true}", "3x", "3\n");
	/* single braces and blanks mean nothing */
	check_render("page", "{title} }} { {", "{\"title\": 1}", "{\"title\":\"T\"}", "{title} }} { {",
		     "{\"title\": 1}\n");
}
END_TEST

START_TEST(empty_lines_are_left_out)
{
	/* a line whose names are all empty goes; one with one name filled stays; one without names stays */
	check_render("page", "x", "A: {{company}}\nB: {{title}} {{company}}\nC\n{{since}}\n", "{\"title\":\"T\"}", "x",
		     "B: T\nC\n");
	/* what remains of empty lines is one, and none at the ends */
	check_render("page", "x", "{{since}}\n\n{{company}}\n\nA\n\n{{others}}\n\n\nB\n\n", "{}", "x", "A\n\nB\n");
	check_render("page", "x", "a\r\nb\r\n", "{}", "x", "a\nb\n");
}
END_TEST

START_TEST(parts_stay_when_filled)
{
	const char *subject =
	    "{{#company}}{{company}}: {{/company}}{{title}}{{#reference}} ({{reference}}){{/reference}}";

	check_render("page", subject, "x", "{\"title\":\"T\",\"company\":\"C\",\"reference\":\"INC-1\"}",
		     "C: T (INC-1)", "x\n");
	check_render("page", subject, "x", "{\"title\":\"T\"}", "T", "x\n");
	check_render("page", "x", "{{#link}}Answer:{{/link}}\n{{link}}\n.", "{\"link\":\"https://h/a\"}", "x",
		     "Answer:\nhttps://h/a\n.\n");
	check_render("page", "x", "{{#link}}Answer:{{/link}}\n{{link}}\n.", "{\"link\":\" \"}", "x", ".\n");
}
END_TEST

START_TEST(values_are_text_only)
{
	/* no header, no second line in a subject; no control, nothing that turns the way of writing round */
	check_render("page", "{{details}}", "{{details}}",
		     "{\"details\":\"a\\r\\nBcc: b\\u0000c\\u001bd\\u202ee\\u0085f\"}",
		     "a Bcc: b c de"
		     "f",
		     "a\nBcc: b c de"
		     "f\n");
	/* what others named writes no lines of its own, not even a link to answer */
	check_render("page", "x", "A: {{title}}\nB: {{company}}",
		     "{\"title\":\"t\\n\\nAnswer:\\nhttps://evil.example/a/x\",\"company\":\"c\\r\\nd\"}", "x",
		     "A: t  Answer: https://evil.example/a/x\nB: c d\n");
	/* a value is not a template */
	check_render("page", "{{title}}", "{{title}}", "{\"title\":\"{{company}}\",\"company\":\"C\"}", "{{company}}",
		     "{{company}}\n");
	/* names that the kind does not have, and broken ones, are harmless at night */
	check_render("drill", "{{title}}x", "{{title", "{\"title\":\"T\"}", "{{title}}x", "{{title\n");
}
END_TEST

START_TEST(too_long_is_cut)
{
	struct buffer facts = { 0 }, s = { 0 }, b = { 0 };
	struct notice_text text = text_of("{{title}}", "{{title}} {{title}} {{title}}\n{{title}}");

	buffer_put_string(&facts, "{\"title\":\"");
	for (int i = 0; i < 5000; i++)
		buffer_put_string(&facts, "緊");
	buffer_put_string(&facts, "\"}");
	ck_assert(notice_render(kind_of("page"), &text, buffer_slice(&facts), &s, &b, NULL) == 0);
	ck_assert_uint_le(s.len, NOTICE_SUBJECT_MAX);
	ck_assert_uint_gt(s.len, NOTICE_SUBJECT_MAX - 6);
	ck_assert_uint_le(b.len, NOTICE_TEXT_MAX);
	ck_assert_uint_gt(b.len, NOTICE_TEXT_MAX - 8);
	ck_assert(slice_is_utf8(buffer_slice(&s)) && slice_is_utf8(buffer_slice(&b)));
	ck_assert(slice_contains(buffer_slice(&s), "緊…"));
	buffer_release(&facts);
	buffer_release(&s);
	buffer_release(&b);
}
END_TEST

static void check_refused(const char *subject, const char *body, const char *words)
{
	struct notice_text text = text_of(subject, body);
	struct err why = { 0 };

	ck_assert_int_eq(notice_text_check(kind_of("page"), &text, &why), -1);
	ck_assert_int_eq(why.code, ERR_USAGE);
	ck_assert_msg(strstr(why.text, words) != NULL, "'%s' does not say '%s'", why.text, words);
}

START_TEST(bad_texts_are_refused_when_saved)
{
	struct buffer big = { 0 };

	check_refused("{{title}}", "{{title}}, and no way to answer", "{{link}}");

	check_refused("ok", "ok\nHello {{naem}}", "body, line 2: a notice of kind page has no {{naem}}");
	check_refused("{{promise}}", "ok", "subject, line 1: a notice of kind page has no {{promise}}");
	check_refused("ok", "{{title", "no name in two braces");
	check_refused("ok", "{{title}", "no name in two braces");
	check_refused("ok", "{{}}", "no name in two braces");
	check_refused("ok", "{{Title}}", "no name in two braces");
	check_refused("ok", "{{title|raw}}", "no name in two braces");
	check_refused("ok", "{{#title}}", "not closed in its line");
	check_refused("ok", "{{/title}}", "closes nothing");
	check_refused("ok", "{{#title}}{{/since}}", "closes nothing");
	check_refused("ok", "{{#title}}{{#since}}{{/since}}{{/title}}", "within");
	check_refused("a\nb", "ok", "more than one line");
	check_refused("", "ok", "the subject is empty");
	check_refused("ok", " \n", "the body is empty");
	check_refused("\xff", "ok", "not UTF-8");
	for (int i = 0; i <= NOTICE_TEXT_MAX; i++)
		buffer_put_byte(&big, 'a');
	check_refused("ok", buffer_string(&big), "more than 20000");
	big.len = NOTICE_SUBJECT_MAX + 1;
	check_refused(buffer_string(&big), "ok", "more than 300");
	buffer_release(&big);
}
END_TEST

START_TEST(facts_must_be_an_object)
{
	struct notice_text text = text_of("a", "b");
	struct buffer s = { 0 }, b = { 0 };
	struct err why = { 0 };
	static const char *const bad[] = { "", "[]", "\"a\"", "{", "{\"title\":\"\xff\"}" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(notice_render(kind_of("page"), &text, slice_of_string(bad[i]), &s, &b, &why), -1);
		ck_assert_int_eq(why.code, ERR_CORRUPT);
	}
	buffer_release(&s);
	buffer_release(&b);
}
END_TEST

/* Every shipped text is good, whole with all facts, and does not break without any. */
static void check_shipped(const struct notice_kind *kind, bool japanese)
{
	struct notice_text text = notice_text_shipped(kind, japanese);
	struct buffer s = { 0 }, b = { 0 };
	struct err why = { 0 };
	static const char *const facts_of_nothing = "{}";

	ck_assert_msg(notice_text_check(kind, &text, &why) == 0, "%s: %s", kind->name, why.text);
	ck_assert(notice_render(kind, &text, slice_of_string(notice_sample(kind, japanese)), &s, &b, &why) == 0);
	ck_assert_msg(!slice_contains(buffer_slice(&b), "{{") && !slice_contains(buffer_slice(&s), "{{"), "%s: %s",
		      kind->name, buffer_string(&b));
	if (kind->answerable)
		ck_assert_msg(slice_contains(buffer_slice(&b), "https://soc.example.jp/a/sample"), "%s", kind->name);
	/* nothing that the kind knows goes unsaid */
	for (size_t i = 0; kind->names[i]; i++) {
		char name[40];

		snprintf(name, sizeof(name), "{{%s}}", kind->names[i]);
		ck_assert_msg(slice_contains(text.body, name) || slice_contains(text.subject, name) ||
				  strcmp(kind->names[i], "desk_mail") == 0 || strcmp(kind->names[i], "was") == 0,
			      "%s does not say %s", kind->name, kind->names[i]);
	}
	/* never promised */
	ck_assert(!slice_contains(text.body, "安全") && !slice_contains_ignoring_case(text.body, "safe"));
	ck_assert(notice_render(kind, &text, slice_of_string(facts_of_nothing), &s, &b, &why) == 0);
	buffer_release(&s);
	buffer_release(&b);
}

START_TEST(shipped_texts_are_good)
{
	ck_assert_uint_eq(notice_kind_count, 20);
	for (size_t i = 0; i < notice_kind_count; i++) {
		check_shipped(&notice_kinds[i], false);
		check_shipped(&notice_kinds[i], true);
	}
	ck_assert(notice_kind_find(slice_of_string("pag")) == NULL);
	ck_assert(kind_of("page")->urgent && kind_of("page")->answerable && !kind_of("answered")->urgent);
}
END_TEST

START_TEST(a_page_in_japanese)
{
	const struct notice_kind *kind = kind_of("page");
	struct notice_text text = notice_text_shipped(kind, true);
	struct notice_sender sender = { .link = "https://h/a/x",
					.public_url = "https://h",
					.desk_phone = "06-1",
					.desk_mail = "d@h",
					.sender = "商工会議所",
					.japanese = true };
	struct buffer facts = { 0 }, s = { 0 }, b = { 0 };

	ck_assert(notice_complete(slice_of_string("{\"severity\":1,\"company\":\"甲社\",\"title\":\"不正通信\","
						  "\"reference\":\"INC-7\",\"url\":\"/incidents/7\",\"since\":\"2:14\","
						  "\"next_who\":\"山田\",\"next_at\":\"2:24\"}"),
				  &sender, &facts, NULL) == 0);
	ck_assert(notice_render(kind, &text, buffer_slice(&facts), &s, &b, NULL) == 0);
	ck_assert_str_eq(buffer_string(&s), "[緊急] 甲社: 不正通信 (INC-7)");
	ck_assert_str_eq(buffer_string(&b), "回答をお願いします。どなたかの対応が必要です。\n\n"
					    "内容: 不正通信\n会社: 甲社\n重大度: 緊急\n発生: 2:14\n番号: INC-7\n\n"
					    "「対応開始」「対応できない」の回答（サインイン不要）:\nhttps://h/a/x\n"
					    "詳しい画面:\nhttps://h/incidents/7\n\n"
					    "回答がない場合、次の連絡先: 山田（2:24）\n\n"
					    "相談窓口: 06-1\n商工会議所\n");
	buffer_release(&facts);
	buffer_release(&s);
	buffer_release(&b);
}
END_TEST

START_TEST(a_report_in_japanese)
{
	const struct notice_kind *kind = kind_of("report");
	struct notice_text text = notice_text_shipped(kind, true);
	struct notice_sender sender = { .link = "https://h/r/x",
					.desk_phone = "06-1",
					.sender = "商工会議所",
					.attached = "2026-10-report-R-12.pdf",
					.japanese = true };
	struct buffer facts = { 0 }, s = { 0 }, b = { 0 };

	/* A name that would be a header, or a line with a link of its own, is a name. */
	ck_assert(
	    notice_complete(slice_of_string("{\"company\":\"甲社\\r\\nBcc: x@y\",\"contact\":\"田中\","
					    "\"report\":\"月次レポート\",\"about\":\"2026年10月分\","
					    "\"reference\":\"R-12\",\"issue\":2,\"valid_until\":\"2027年2月3日\"}"),
			    &sender, &facts, NULL) == 0);
	ck_assert(notice_render(kind, &text, buffer_slice(&facts), &s, &b, NULL) == 0);
	ck_assert_str_eq(buffer_string(&s), "[月次レポート] 2026年10月分 甲社 Bcc: x@y（再発行・第2版）");
	ck_assert_str_eq(
	    buffer_string(&b),
	    "甲社 Bcc: x@y\n田中 様\n\n月次レポート（2026年10月分）ができましたので、お知らせします。\n"
	    "先にお届けしたものに代わる第2版です。変更の理由はレポートの中に書いてあります。\n\n"
	    "次のページを開いてご覧ください。ログインするか、メールで届く6桁の確認コードを入力すると開けます:\n"
	    "https://h/r/x\nこのページは 2027年2月3日まで使えます。\n"
	    "ご希望により、このメールにも添付しています: 2026-10-report-R-12.pdf\n\n"
	    "メールは途中で読まれることがあるため、レポートの内容はこのメールの本文には書いていません。\n\n"
	    "ご不明な点や、いつもと違うことがあれば、お電話ください: 06-1\n"
	    "お問い合わせの際は、この番号をお伝えください: R-12\n\n商工会議所\n");
	sender.too_large = sender.attached;
	sender.attached = NULL;
	buffer_clear(&facts);
	ck_assert(notice_complete(slice_of_string("{\"report\":\"速報\",\"about\":\"INC-5\",\"company\":\"甲社\"}"),
				  &sender, &facts, NULL) == 0);
	ck_assert(notice_render(kind, &text, buffer_slice(&facts), &s, &b, NULL) == 0);
	ck_assert_str_eq(buffer_string(&s), "[速報] INC-5 甲社");
	ck_assert(slice_contains(buffer_slice(&b), "今回は添付していません: 2026-10-report-R-12.pdf\n"));
	ck_assert(!slice_contains(buffer_slice(&b), "このメールにも添付"));
	buffer_release(&facts);
	buffer_release(&s);
	buffer_release(&b);
}
END_TEST

START_TEST(the_sender_completes)
{
	struct buffer out = { 0 };
	struct notice_sender sender = { .public_url = "https://h", .link = "" };

	ck_assert(notice_complete(slice_of_string("{\"severity\":2,\"was\":9,\"url\":\"https://x/1\"}"), &sender, &out,
				  NULL) == 0);
	ck_assert_str_eq(buffer_string(&out),
			 "{\"severity\":\"High\",\"was\":\"Information\",\"url\":\"https://x/1\"}");
	ck_assert_int_eq(notice_complete(slice_of_string("3"), &sender, &out, NULL), -1);
	buffer_release(&out);
	ck_assert_str_eq(notice_severity_word(3, true), "中");
	ck_assert_str_eq(notice_severity_word(-1, false), "Information");
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------- links
 */

START_TEST(tokens_come_back)
{
	uint8_t key[LINK_KEY_SIZE], id[LINK_ID_SIZE], got[LINK_ID_SIZE], other[LINK_KEY_SIZE];
	char token[LINK_TOKEN_SIZE];

	for (size_t i = 0; i < sizeof(key); i++) {
		key[i] = (uint8_t)(i * 7);
		other[i] = (uint8_t)(i * 7 + (i == 31));
	}
	for (size_t i = 0; i < sizeof(id); i++)
		id[i] = (uint8_t)(0xa0 + i);
	link_token_make(key, LINK_ANSWER, id, token);
	ck_assert_uint_eq(strlen(token), 43);
	ck_assert_uint_eq(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
	ck_assert(link_token_read(key, LINK_ANSWER, slice_of_string(token), got));
	ck_assert(memcmp(got, id, sizeof(id)) == 0);
	ck_assert(!link_token_read(other, LINK_ANSWER, slice_of_string(token), got));
	/* any other character anywhere is another token */
	for (size_t i = 0; i < 43; i++) {
		char kept = token[i];

		for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ "; *c; c++) {
			token[i] = *c;
			if (*c != kept)
				ck_assert_msg(!link_token_read(key, LINK_ANSWER, slice_of_string(token), got), "%zu %c",
					      i, *c);
		}
		token[i] = '\0';
		ck_assert(!link_token_read(key, LINK_ANSWER, slice_of(token, 43), got));
		token[i] = kept;
	}
	ck_assert(!link_token_read(key, LINK_ANSWER, slice_of(token, 42), got));
	ck_assert(!link_token_read(key, LINK_ANSWER, slice_of_string(""), got));
}
END_TEST

START_TEST(token_is_what_the_header_says)
{
	static const uint8_t key[LINK_KEY_SIZE] = { 1 }, id[LINK_ID_SIZE] = { 2 };
	uint8_t text[64], mac[32], bytes[33];
	char token[LINK_TOKEN_SIZE];
	unsigned char standard[48];
	unsigned len;

	/* base64url is base64 with two other characters and no padding */
	link_token_make(key, LINK_ANSWER, id, token);
	memcpy(standard, token, 43);
	for (size_t i = 0; i < 43; i++)
		standard[i] = token[i] == '-' ? '+' : token[i] == '_' ? '/' : (unsigned char)token[i];
	standard[43] = '=';
	ck_assert_int_eq(EVP_DecodeBlock(bytes, standard, 44), 33);
	memcpy(text, "hinomi link 1", 13);
	memcpy(text + 13, id, 16);
	ck_assert(HMAC(EVP_sha256(), key, 32, text, 29, mac, &len) != NULL);
	ck_assert(memcmp(bytes, id, 16) == 0 && memcmp(bytes + 16, mac, 16) == 0);
}
END_TEST

START_TEST(one_kind_of_page_is_not_the_other)
{
	static const uint8_t key[LINK_KEY_SIZE] = { 1 }, id[LINK_ID_SIZE] = { 2 };
	char answer[LINK_TOKEN_SIZE], report[LINK_TOKEN_SIZE];
	uint8_t got[LINK_ID_SIZE];

	link_token_make(key, LINK_ANSWER, id, answer);
	link_token_make(key, LINK_REPORT, id, report);
	ck_assert_str_ne(answer, report);
	ck_assert(link_token_read(key, LINK_REPORT, slice_of_string(report), got) && memcmp(got, id, sizeof(id)) == 0);
	ck_assert(!link_token_read(key, LINK_ANSWER, slice_of_string(report), got));
	ck_assert(!link_token_read(key, LINK_REPORT, slice_of_string(answer), got));
	/* made by `printf 'hinomi report 1' + id | openssl dgst -sha256 -mac HMAC`, first 16 bytes */
	ck_assert_str_eq(report, "AgAAAAAAAAAAAAAAAAAAABBDJSowY4x6cK02bT14EnM");
}
END_TEST

SUITE_MAIN("notice", names_become_facts, empty_lines_are_left_out, parts_stay_when_filled, values_are_text_only,
	   too_long_is_cut, bad_texts_are_refused_when_saved, facts_must_be_an_object, shipped_texts_are_good,
	   a_page_in_japanese, a_report_in_japanese, the_sender_completes, tokens_come_back,
	   token_is_what_the_header_says, one_kind_of_page_is_not_the_other)
