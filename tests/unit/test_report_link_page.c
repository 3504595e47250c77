/* Pages without script around reports: what stands behind a link to a report in each state, the public check of
 * certificates, what people type into them; that what others wrote stays text, and that nothing of a report's content
 * can stand there. Tags are balanced by a reader of the test's own. Names of reports and their files, by hand. */
#include "server/api/certificate_check_page.h"
#include "server/api/plain_page.h"
#include "server/api/report_link_page.h"
#include "server/api/typed_text.h"
#include "server/model/report_name.h"
#include "tests/unit/suite.h"

#include <stdio.h>

static char page[65536];

static void keep(struct buffer *out)
{
	ck_assert(!out->failed && out->len < sizeof(page));
	memcpy(page, out->data, out->len);
	page[out->len] = '\0';
	buffer_release(out);
}

static void write_link(const struct report_link_facts *facts)
{
	struct buffer out = { 0 };

	report_link_page_write(facts, &out);
	keep(&out);
}

static void write_check(const struct certificate_check_facts *facts)
{
	struct buffer out = { 0 };

	certificate_check_page_write(facts, &out);
	keep(&out);
}

static bool has(const char *text)
{
	return strstr(page, text) != NULL;
}

static bool is_void(const char *name)
{
	return strcmp(name, "meta") == 0 || strcmp(name, "input") == 0;
}

/* Every element that is opened is closed, in order; attributes are quoted. */
static void check_whole(void)
{
	char open[64][16];
	int depth = 0;

	ck_assert(strncmp(page, "<!DOCTYPE html>", 15) == 0);
	for (const char *c = strchr(page + 15, '<'); c; c = strchr(c + 1, '<')) {
		const char *end = strchr(c, '>');
		bool closes = c[1] == '/';
		char name[16] = "";
		int quotes = 0;

		ck_assert_ptr_nonnull(end);
		sscanf(c + (closes ? 2 : 1), "%15[a-z0-9]", name);
		ck_assert_msg(name[0] != '\0', "a bare <: %.40s", c);
		for (const char *q = c; q < end; q++)
			quotes += *q == '"';
		ck_assert_int_eq(quotes % 2, 0);
		if (is_void(name))
			continue;
		if (!closes) {
			ck_assert_int_lt(depth, 64);
			memcpy(open[depth++], name, sizeof(name));
			continue;
		}
		ck_assert_int_gt(depth, 0);
		ck_assert_str_eq(open[--depth], name);
	}
	ck_assert_int_eq(depth, 0);
	ck_assert(!has("<script") && !has("onclick") && !has("onload") && !has("http-equiv"));
}

static struct report_link_facts some(void)
{
	return (struct report_link_facts){ .japanese = true,
					   .state = REPORT_LINK_CHOICE,
					   .token = "abc-_123",
					   .operator_name = "試験商工会議所",
					   .company = "なにわ印刷",
					   .report = "月次レポート",
					   .about = "2026年10月分",
					   .reference = "R-12",
					   .address = "t…@example.jp",
					   .report_id = 12,
					   .desk_phone = "06-0000-0000" };
}

START_TEST(test_two_ways)
{
	struct report_link_facts f = some();

	write_link(&f);
	check_whole();
	ck_assert(has("<html lang=\"ja\"") && has("月次レポート（2026年10月分）") && has("なにわ印刷") && has("R-12"));
	ck_assert(has("href=\"/reports/12\"") && has("ログインして開く"));
	ck_assert(has("method=\"post\" action=\"/r/abc-_123/code?lang=ja\"") && has("確認コードをメールで受け取る"));
	ck_assert(has("t…@example.jp") && has("06-0000-0000") && has("href=\"/r/abc-_123?step=code&amp;lang=ja\""));
	ck_assert(!has("<input"));
	f.japanese = false;
	f.report = "Monthly report";
	f.about = "October 2026";
	write_link(&f);
	check_whole();
	ck_assert(has("<html lang=\"en\"") && has("Monthly report, October 2026") && has("Sign in and open it") &&
		  has("Mail me a code") && has("/r/abc-_123?lang=ja"));
}
END_TEST

/* Which state offers what: to type a code, to ask for one, to sign in. */
START_TEST(test_states)
{
	static const struct {
		enum report_link_state state;
		const char *says;
		bool types, asks, signs_in;
	} cases[] = {
		{ REPORT_LINK_CHOICE, "ログインするか", false, true, true },
		{ REPORT_LINK_CODE, "レポートを開く（PDF）", true, true, true },
		{ REPORT_LINK_SENT, "お送りしました", true, true, true },
		{ REPORT_LINK_WRONG_CODE, "このコードでは開けません", true, true, true },
		{ REPORT_LINK_NO_MORE, "1 時間に 3 通まで", true, false, true },
		{ REPORT_LINK_LOCKED, "使えなくなりました", false, false, true },
		{ REPORT_LINK_TOO_MANY, "しばらく待って", false, false, true },
		{ REPORT_LINK_EXPIRED, "有効期限が過ぎました", false, false, true },
		{ REPORT_LINK_WITHDRAWN, "取り下げられました", false, false, false },
	};
	struct report_link_facts f = some();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f.state = cases[i].state;
		write_link(&f);
		check_whole();
		ck_assert_msg(has(cases[i].says), "case %zu", i);
		ck_assert_msg(has("name=\"code\"") == cases[i].types, "case %zu", i);
		ck_assert_msg(has("/code?lang=") == cases[i].asks, "case %zu", i);
		ck_assert_msg(has("href=\"/reports/12\"") == cases[i].signs_in, "case %zu", i);
	}
	f.state = REPORT_LINK_WITHDRAWN;
	f.newer_id = 34;
	write_link(&f);
	ck_assert(has("差し替えられました") && has("href=\"/reports/34\"") && !has("/reports/12") &&
		  !has("新しい版を開く"));
	f.newer_token = "newer";
	write_link(&f);
	check_whole();
	ck_assert(has("href=\"/r/newer?lang=ja\"") && has("新しい版を開く"));
}
END_TEST

START_TEST(test_escapes)
{
	static const char nasty[] = "<script>alert('1')</script> & \"x\" </title></style><img src=x onerror=y>";
	struct certificate_check_facts c = { .operator_name = nasty, .number = nasty, .desk_phone = nasty };
	struct report_link_facts f = some();

	f.operator_name = f.company = f.report = f.about = f.reference = f.address = f.desk_phone = nasty;
	f.newer_id = 3;
	for (int state = REPORT_LINK_CHOICE; state <= REPORT_LINK_WITHDRAWN; state++) {
		f.state = (enum report_link_state)state;
		write_link(&f);
		check_whole();
		ck_assert(!has("<img") && !has("onerror=y>"));
		ck_assert(has("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;"));
	}
	for (int result = CERTIFICATE_NOT_ASKED; result <= CERTIFICATE_TOO_MANY; result++) {
		c.result = (enum certificate_check_result)result;
		write_check(&c);
		check_whole();
		ck_assert(!has("<img") && !has("onerror=y>") && has("value=\"&lt;script&gt;"));
	}
}
END_TEST

START_TEST(test_check_page)
{
	struct certificate_check_facts f = { .japanese = true, .operator_name = "試験商工会議所", .number = "KM-12" };

	write_check(&f);
	check_whole();
	ck_assert(has("action=\"/verify?lang=ja\"") && has("name=\"number\"") && has("name=\"code\"") &&
		  has("value=\"KM-12\""));
	ck_assert(!has("✓") && !has("✕") && has("href=\"/verify?lang=en\""));
	f.result = CERTIFICATE_VALID;
	write_check(&f);
	check_whole();
	ck_assert(has("✓ 有効です") && !has("✕"));
	f.result = CERTIFICATE_NOT_VALID;
	write_check(&f);
	check_whole();
	/* which of the reasons it is, is not said */
	ck_assert(has("✕ 有効と確認できません") && !has("✓") && !has("取り消され") && !has("期限"));
	f.japanese = false;
	f.number = NULL;
	write_check(&f);
	check_whole();
	ck_assert(has("Not confirmed as valid") && has("value=\"\"") && !has("revoked") && !has("run out"));
	f.result = CERTIFICATE_TOO_MANY;
	write_check(&f);
	ck_assert(has("Please wait a moment") && !has("✓") && !has("✕"));
}
END_TEST

static void check_digits(const char *text, const char *want)
{
	char got[REPORT_LINK_DIGITS_SIZE];

	report_link_digits(text, got);
	ck_assert_msg(strcmp(got, want) == 0, "'%s' is '%s'", text, got);
}

START_TEST(test_digits)
{
	check_digits("012345", "012345");
	check_digits(" 012 345\t", "012345");
	check_digits("012-345", "012345");
	check_digits("０１２３４５", "012345");
	check_digits("０１２　３４５", "012345");
	check_digits("012ー345", "012345");
	check_digits("", "");
	check_digits("12345", "");
	check_digits("1234567", "");
	check_digits("12345a", "");
	check_digits("+12345", "");
	check_digits("１２３４５Ａ", "");
	check_digits("\xef", "");
	check_digits("\xef\xbc", "");
	check_digits("12345\xe3\x80", "");
}
END_TEST

static void check_code(const char *text, const char *want)
{
	char got[CERTIFICATE_CHECK_CODE_SIZE];

	certificate_check_code(text, got);
	ck_assert_msg(strcmp(got, want) == 0, "'%s' is '%s'", text, got);
}

START_TEST(test_number_and_code)
{
	check_code("ABCDEFGHIJKLMN23", "ABCDEFGHIJKLMN23");
	check_code("abcd-efgh-ijkl-mn23", "ABCDEFGHIJKLMN23");
	check_code(" abcd efgh\xc2\xa0ijkl–mn23 ", "ABCDEFGHIJKLMN23");
	check_code("ａｂｃｄ－ＥＦＧＨ　ijklmn２３", "ABCDEFGHIJKLMN23");
	check_code("ABCDEFGHIJKLMN2", "");
	check_code("ABCDEFGHIJKLMN234", "");
	check_code("ABCDEFGHIJKLMN2'", "");
	check_code("ABCDEFGHIJKLMN2é", "");
	check_code("", "");
	ck_assert_int_eq(certificate_check_number("KM-12"), 12);
	ck_assert_int_eq(certificate_check_number("km 12"), 12);
	ck_assert_int_eq(certificate_check_number("ＫＭ－１２"), 12);
	ck_assert_int_eq(certificate_check_number("0012"), 12);
	ck_assert_int_eq(certificate_check_number("KM"), 0);
	ck_assert_int_eq(certificate_check_number("KM-KM-12"), 0);
	ck_assert_int_eq(certificate_check_number("0"), 0);
	ck_assert_int_eq(certificate_check_number("-12x"), 0);
	ck_assert_int_eq(certificate_check_number("9223372036854775807"), INT64_MAX);
	ck_assert_int_eq(certificate_check_number("9223372036854775808"), 0);
	ck_assert_int_eq(certificate_check_number("99999999999999999999999999"), 0);
}
END_TEST

START_TEST(test_typed_text)
{
	char out[4];

	ck_assert(typed_text("", out, sizeof(out)) && strcmp(out, "") == 0);
	ck_assert(typed_text("a-b c", out, sizeof(out)) && strcmp(out, "ABC") == 0);
	ck_assert(!typed_text("abcd", out, sizeof(out)) && strcmp(out, "") == 0);
	/* the neighbours of full-width digits and letters are none: U+FF0F U+FF1A U+FF20 U+FF3B U+FF40 U+FF5B */
	ck_assert(!typed_text("／", out, sizeof(out)) && !typed_text("：", out, sizeof(out)));
	ck_assert(!typed_text("＠", out, sizeof(out)) && !typed_text("［", out, sizeof(out)));
	ck_assert(!typed_text("｀", out, sizeof(out)) && !typed_text("｛", out, sizeof(out)));
	ck_assert(typed_text("Ｚｚ９", out, sizeof(out)) && strcmp(out, "ZZ9") == 0);
}
END_TEST

START_TEST(test_hint)
{
	char hint[REPORT_LINK_HINT_SIZE];

	report_link_hint("tanaka@example.jp", hint);
	ck_assert_str_eq(hint, "t…@example.jp");
	report_link_hint("t@example.jp", hint);
	ck_assert_str_eq(hint, "t…@example.jp");
	report_link_hint("nonsense", hint);
	ck_assert_str_eq(hint, "n…");
	report_link_hint("", hint);
	ck_assert_str_eq(hint, "…");
}
END_TEST

static void check_name(const struct report_name *r, const char *ja, const char *about_ja, const char *en,
		       const char *about_en, const char *file)
{
	char text[REPORT_NAME_SIZE];

	report_name_kind(r, true, text);
	ck_assert_str_eq(text, ja);
	report_name_about(r, true, text);
	ck_assert_str_eq(text, about_ja);
	report_name_kind(r, false, text);
	ck_assert_str_eq(text, en);
	report_name_about(r, false, text);
	ck_assert_str_eq(text, about_en);
	report_name_file(r, text);
	ck_assert_str_eq(text, file);
}

START_TEST(test_names)
{
	check_name(&(struct report_name){ .kind = "monthly", .month = "2026-10", .report_id = 12, .issue = 1 },
		   "月次レポート", "2026年10月分", "Monthly report", "October 2026", "2026-10-report-R-12.pdf");
	check_name(
	    &(struct report_name){
		.kind = "monthly", .month = "2026-02", .report_id = 7, .issue = 3, .reissued = true },
	    "月次レポート", "2026年2月分", "Monthly report", "February 2026", "2026-02-report-R-7.pdf");
	check_name(&(struct report_name){ .kind = "first", .incident_no = 5, .report_id = 1, .issue = 1 }, "速報",
		   "INC-5", "First report", "INC-5", "first-report-R-1.pdf");
	check_name(&(struct report_name){ .kind = "interim", .incident_no = 5, .report_id = 2, .issue = 2 }, "続報 2",
		   "INC-5", "Interim report 2", "INC-5", "interim-report-R-2.pdf");
	check_name(&(struct report_name){ .kind = "certificate", .month = "2026-10", .report_id = 3, .issue = 1 },
		   "継続監視証明書", "2026年10月まで", "Certificate of continuous monitoring", "up to October 2026",
		   "2026-10-certificate-R-3.pdf");
	/* what is none is left out, and never part of a path */
	check_name(&(struct report_name){ .kind = "../x", .month = "../../etc", .report_id = 4 }, "レポート", "",
		   "Report", "", "report-R-4.pdf");
	check_name(&(struct report_name){ .kind = NULL, .month = "2026-13", .report_id = 4 }, "レポート", "", "Report",
		   "", "report-R-4.pdf");
}
END_TEST

SUITE_MAIN("report link page", test_two_ways, test_states, test_escapes, test_check_page, test_digits,
	   test_number_and_code, test_typed_text, test_hint, test_names)
