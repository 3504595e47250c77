/* The page behind a link in a notice: what each state shows, that what others wrote stays text, that the document is
 * whole. Tags are balanced by a reader of the test's own. */
#include "tests/unit/suite.h"

#include "server/api/answer_page.h"
#include "server/api/plain_page.h"

#include <stdio.h>

static char page[65536];

static const char *written(const struct answer_facts *facts)
{
	struct buffer out = { 0 };

	answer_page_write(facts, &out);
	ck_assert(!out.failed && out.len < sizeof(page));
	memcpy(page, out.data, out.len);
	page[out.len] = '\0';
	buffer_release(&out);
	return page;
}

static bool has(const char *text)
{
	return strstr(page, text) != NULL;
}

static struct answer_facts some(void)
{
	return (struct answer_facts){ .japanese = true,
				      .about = ANSWER_PAGE,
				      .state = ANSWER_OPEN,
				      .token = "abc-_123",
				      .operator_name = "試験商工会議所",
				      .severity = 1,
				      .title = "外部への不審な通信",
				      .company = "なにわ印刷",
				      .reference = "INC-7",
				      .since = "11月24日 2:14",
				      .count = 1,
				      .others = { "佐藤", "鈴木" },
				      .other_count = 2,
				      .url = "/incidents/7" };
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
		if (strcmp(name, "meta") == 0)
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
}

START_TEST(test_asks)
{
	struct answer_facts f = some();

	written(&f);
	check_whole();
	ck_assert(has("<html lang=\"ja\">") && has("width=device-width"));
	ck_assert(has("action=\"/a/abc-_123?lang=ja\"") && has("method=\"post\""));
	ck_assert(has("value=\"ack\"") && has("対応開始") && has("value=\"decline\"") && has("対応できない"));
	ck_assert(has("なにわ印刷") && has("INC-7") && has("11月24日 2:14") && has("佐藤、鈴木"));
	ck_assert(has("■") && has("緊急"));
	ck_assert(!has("/incidents/7")); /* the way on comes when it is answered */
	ck_assert(!has("<script") && !has("onclick") && !has("onload") && !has("http-equiv"));
	ck_assert(has("href=\"/a/abc-_123?lang=en\""));
	f.japanese = false;
	f.severity = 2;
	f.more_others = 3;
	f.count = 12;
	written(&f);
	check_whole();
	ck_assert(has("<html lang=\"en\">") && has("I take it") && has("I cannot") && has("▲") && has("and 3 more"));
	ck_assert(has("<dd>12</dd>"));
}
END_TEST

START_TEST(test_escapes)
{
	static const char nasty[] = "<script>alert('1')</script> & \"x\" </title></style><img src=x onerror=y>";
	struct answer_facts f = some();

	f.title = f.company = f.reference = f.since = f.details = f.operator_name = f.others[0] = f.who = f.at = f.url =
	    nasty;
	for (int about = ANSWER_PAGE; about <= ANSWER_MEMBER; about++)
		for (int state = ANSWER_OPEN; state <= ANSWER_CONFIRMED; state++)
			for (int result = RESULT_NONE; result <= RESULT_LATE; result++) {
				f.about = (enum answer_about)about;
				f.state = (enum answer_state)state;
				f.result = (enum answer_result)result;
				f.message = f.desk_phone = f.until = f.next_who = nasty;
				written(&f);
				check_whole();
				ck_assert(!has("<script") && !has("<img") && !has("onerror=y>"));
			}
	f.about = ANSWER_PAGE;
	written(&f);
	ck_assert(has("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;"));
}
END_TEST

/* Which state offers what: buttons, or a way on. */
START_TEST(test_states)
{
	static const struct {
		enum answer_state state;
		enum answer_result result;
		const char *says;
		bool buttons;
	} cases[] = {
		{ ANSWER_OPEN, RESULT_NONE, "対応開始", true },
		{ ANSWER_MINE, RESULT_DONE, "対応開始を受け付けました", false },
		{ ANSWER_MINE, RESULT_NONE, "あなたが対応中です", false },
		{ ANSWER_TAKEN, RESULT_NONE, "田中 さんが対応しています", false },
		{ ANSWER_TAKEN, RESULT_LATE, "回答は反映されませんでした", false },
		{ ANSWER_OPEN, RESULT_DECLINED, "「対応できない」を受け付けました", false },
		{ ANSWER_CLOSED, RESULT_NONE, "この件は終わりました", false },
		{ ANSWER_JOINED, RESULT_NONE, "ほかの呼び出しにまとめられました", false },
		{ ANSWER_EXPIRED, RESULT_NONE, "有効期限が過ぎました", false },
		{ ANSWER_SHARED, RESULT_NONE, "サインインして回答してください", false },
	};
	struct answer_facts f = some();

	f.who = "田中";
	f.at = "2:20";
	f.until = "2:35";
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f.state = cases[i].state;
		f.result = cases[i].result;
		written(&f);
		check_whole();
		ck_assert_msg(has(cases[i].says), "case %zu", i);
		ck_assert_msg(has("<button") == cases[i].buttons, "case %zu", i);
		ck_assert_msg(has("href=\"/incidents/7\"") == !cases[i].buttons, "case %zu", i);
	}
	f.state = ANSWER_MINE;
	f.result = RESULT_DONE;
	written(&f);
	ck_assert(has("2:35 までにサインインして"));
	f.state = ANSWER_OPEN;
	f.result = RESULT_NONE;
	f.declined = true;
	written(&f);
	ck_assert(has("「対応できない」と回答済みです") && has("<button"));
}
END_TEST

START_TEST(test_member_and_drill)
{
	struct answer_facts f = some();

	f.about = ANSWER_MEMBER;
	f.title = "社内の機器の確認をお願いします";
	f.message = "1 行目\n2 行目";
	f.desk_phone = "06-0000-0000";
	f.url = NULL;
	written(&f);
	check_whole();
	ck_assert(has("value=\"confirm\"") && has("確認しました") && has("1 行目\n2 行目") && has("class=\"day\""));
	ck_assert(!has("value=\"ack\"") && !has("対応できない"));
	f.result = RESULT_DONE;
	written(&f);
	ck_assert(has("ありがとうございました") && has("06-0000-0000") && !has("<button"));
	f = some();
	f.about = ANSWER_DRILL;
	written(&f);
	check_whole();
	ck_assert(has("訓練") && has("届きました") && !has("外部への不審な通信"));
}
END_TEST

START_TEST(test_trouble)
{
	static const int statuses[] = { 400, 404, 429, 500, 503 };
	struct http_reply reply = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		for (int japanese = 0; japanese < 2; japanese++) {
			struct buffer out = { 0 };

			answer_page_trouble(statuses[i], japanese, &out);
			ck_assert_uint_lt(out.len, sizeof(page));
			memcpy(page, out.data, out.len);
			page[out.len] = '\0';
			buffer_release(&out);
			check_whole();
			ck_assert(!has("<button") && !has("<a "));
		}
	plain_page_headers(&reply, true);
	ck_assert_str_eq(reply.content_type, "text/html; charset=utf-8");
	ck_assert_uint_eq(reply.header_count, 4);
	ck_assert_str_eq(reply.headers[0].name, "Content-Security-Policy");
	ck_assert(strstr(reply.headers[0].value, "default-src 'none'; style-src 'sha256-") == reply.headers[0].value);
	ck_assert_ptr_null(strstr(reply.headers[0].value, "unsafe"));
	http_reply_clear(&reply);
}
END_TEST

SUITE_MAIN("answer page", test_asks, test_escapes, test_states, test_member_and_drill, test_trouble)
