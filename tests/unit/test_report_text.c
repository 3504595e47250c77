/* Texts of reports: each as shipped is held against the rules for all; what a filled text must be is written here by
 * hand. */
#include "server/model/report_text.h"
#include "tests/unit/suite.h"

/* ----------------------------------------------------------------------------------------------------- as shipped */

typedef void visit(const struct report_text_group *group, const struct report_text_key *key, bool japanese,
		   const char *text);

static size_t each_text(visit *look)
{
	size_t n = 0;

	for (size_t g = 0; g < REPORT_TEXT_GROUPS; g++) {
		const struct report_text_group *group = report_text_group(g);

		for (size_t i = 0; i < group->count; i++, n++) {
			look(group, &group->keys[i], true, group->keys[i].ja);
			look(group, &group->keys[i], false, group->keys[i].en);
		}
	}
	return n;
}

static void is_good(const struct report_text_group *group, const struct report_text_key *key, bool japanese,
		    const char *text)
{
	struct err why = { 0 };

	(void)group;
	ck_assert_msg(report_text_check(key, slice_of_string(text), &why) == 0, "%s: %s", key->name, why.text);
	ck_assert_msg(report_text_find(slice_of_string(key->name)) == key, "%s stands twice", key->name);
	ck_assert_msg(key->purpose && *key->purpose, "%s has no purpose", key->name);
	for (const char *c = text; *c; c++)
		ck_assert_msg(japanese || (*c >= ' ' && *c < 0x7f) || *c == '\n', "%s: English with %s", key->name, c);
}

START_TEST(every_text_is_good)
{
	ck_assert_uint_gt(each_text(is_good), 200);
}
END_TEST

/* Filled with the samples, no placeholder is left, and each name that a text knows has one. */
static void fills(const struct report_text_group *group, const struct report_text_key *key, bool japanese,
		  const char *text)
{
	struct report_text_value values[REPORT_TEXT_NAMES_MAX];
	struct pool pool = { 0 };
	size_t count = 0;
	char *filled;

	(void)group;
	for (; count < REPORT_TEXT_NAMES_MAX && key->names[count]; count++) {
		values[count] =
		    (struct report_text_value){ key->names[count], report_text_sample(key->names[count], japanese) };
		ck_assert_msg(*values[count].value, "no sample of %s", key->names[count]);
	}
	filled = report_text_render(key, slice_of_string(text), values, count, &pool);
	ck_assert_ptr_nonnull(filled);
	ck_assert_msg(*filled && !strstr(filled, "{{") && !strstr(filled, "}}"), "%s: %s", key->name, filled);
	pool_release(&pool);
}

START_TEST(every_text_fills)
{
	each_text(fills);
}
END_TEST

/* The two pages, and what is asked for on them, are read by people who know no abbreviations. "LAN" and "Wi-Fi" are in
 * reports of cases alone. */
static void is_plain(const struct report_text_group *group, const struct report_text_key *key, bool japanese,
		     const char *text)
{
	bool page = strcmp(group->name, "month") == 0 || strncmp(key->name, "request_", 8) == 0 ||
		    strncmp(key->name, "advice_", 7) == 0;

	for (const char *c = text; page && japanese && *c; c++)
		ck_assert_msg(!(c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z'), "%s: %s", key->name, c);
}

START_TEST(no_abbreviation_on_the_pages)
{
	each_text(is_plain);
}
END_TEST

START_TEST(sets_are_whole)
{
	static const char *const names[] = { "verdict_sunny", "verdict_hazy", "verdict_cloudy", "verdict_rainy",
					     "verdict_fog",   "step_1",       "step_2",         "step_3",
					     "step_4",        "step_5" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ck_assert_msg(report_text_find(slice_of_string(names[i])), "%s", names[i]);
	for (int month = 1; month <= 12; month++) {
		char name[32];

		snprintf(name, sizeof(name), "advice_%02d", month);
		ck_assert_msg(report_text_find(slice_of_string(name)), "%s", name);
	}
}
END_TEST

/* ------------------------------------------------------------------------------------------------- what is refused */

START_TEST(never_says)
{
	static const struct {
		const char *text, *phrase;
	} said[] = {
		{ "貴社のネットワークは安全です。", "安全です" },
		{ "今月は安 全\n　です", "安全です" },
		{ "ご安心ください。", "ご安心" },
		{ "問題ありません", "問題ありません" },
		{ "We found nothing: you are safe.", "you are safe" },
		{ "YOU  ARE\nSAFE", "you are safe" },
		{ "You\xe2\x80\x99re safe now", "you're safe" },
		{ "Do not worry!", "do not worry" },
		{ "検知はありませんでした。", NULL },
		{ "安全のため、パスワードを変えてください。", NULL },
		{ "Nothing was detected. Are you safe to say so?", NULL },
		{ "問題のない通信でした", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		const char *phrase = report_text_forbidden(slice_of_string(said[i].text));

		ck_assert_msg(said[i].phrase ? phrase && strcmp(phrase, said[i].phrase) == 0 : !phrase, "%s: %s",
			      said[i].text, phrase ? phrase : "nothing");
	}
}
END_TEST

START_TEST(refuses_when_saved)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "empty" },
		{ " \n ", "empty" },
		{ "{{count}}件、{{victim}}社", "{{victim}}" },
		{ "{{count}件", "no name" },
		{ "一行目\n{{count", "line 2" },
		{ "{{#count}}件", "not closed" },
		{ "件{{/count}}", "closes nothing" },
		{ "a\x01z", "control" },
		{ "\xff\xfe", "UTF-8" },
		{ "{{count}}件。安全です。", "安全です" },
	};
	const struct report_text_key *key = report_text_find(SLICE_LITERAL("inbound_all_stopped"));
	char long_text[REPORT_TEXT_MAX + 2];
	struct err why;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why = (struct err){ 0 };
		ck_assert_int_eq(report_text_check(key, slice_of_string(bad[i].text), &why), -1);
		ck_assert_int_eq(why.code, ERR_USAGE);
		ck_assert_msg(strstr(why.text, bad[i].says), "%s: %s", bad[i].text, why.text);
	}
	memset(long_text, 'a', sizeof(long_text));
	ck_assert_int_eq(report_text_check(key, slice_of(long_text, REPORT_TEXT_MAX), &why), 0);
	ck_assert_int_eq(report_text_check(key, slice_of(long_text, REPORT_TEXT_MAX + 1), &why), -1);
	ck_assert_int_eq(report_text_check(key, SLICE_LITERAL("{{ count }}件、{{#count}}止めました{{/count}}"), &why),
			 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------- filling */

START_TEST(fills_by_hand)
{
	struct report_text_value some[] = { { "count", "1,234" }, { "stopped", "1,200" }, { "left", "34" } };
	struct report_text_value odd[] = { { "count", "{{left}}\n\x1b[1m\xe2\x80\xae"
						      "9" },
					   { "nobody", "x" } };
	struct pool pool = { 0 };

	ck_assert_str_eq(report_text_fill(NULL, "inbound_all_stopped", true, some, 3, &pool),
			 "外からの攻撃を1,234件見つけ、すべて入口で止めました。");
	ck_assert_str_eq(report_text_fill(NULL, "inbound_all_stopped", false, some, 3, &pool),
			 "Attacks from outside found: 1,234. All of them were stopped at the entrance.");
	/* A value is text on one line: nothing in it is looked up, nothing steers. */
	ck_assert_str_eq(report_text_fill(NULL, "inbound_all_stopped", true, odd, 2, &pool),
			 "外からの攻撃を{{left}}  [1m9件見つけ、すべて入口で止めました。");
	/* A part without its value goes; the blank before it too. */
	ck_assert_str_eq(report_text_fill(NULL, "sensor_line", true,
					  (struct report_text_value[]){ { "name", "utm-1" }, { "last", "6月30日" } }, 2,
					  &pool),
			 "utm-1　最後の記録 6月30日");
	ck_assert_str_eq(report_text_fill(NULL, "request_terms", true,
					  (struct report_text_value[]){ { "due", "7月12日" }, { "duration", NULL } }, 2,
					  &pool),
			 "期限: 7月12日まで");
	ck_assert_str_eq(report_text_fill(NULL, "request_terms", true, NULL, 0, &pool), "");
	ck_assert_str_eq(report_text_fill(NULL, "no_such_text", true, some, 3, &pool), "");
	ck_assert_str_eq(report_text_get(NULL, "no_such_text", true), "");
	pool_release(&pool);
}
END_TEST

START_TEST(the_chamber_s_own_text_counts)
{
	struct report_text_change changes[] = {
		{ report_text_find(SLICE_LITERAL("virus_none")), true, "ウイルスは0件でした。" },
		{ report_text_find(SLICE_LITERAL("inbound_none")), false, "None at all.\n{{count}}" },
	};
	struct report_texts texts = { changes, ARRAY_LEN(changes) };
	struct pool pool = { 0 };

	ck_assert_str_eq(report_text_get(&texts, "virus_none", true), "ウイルスは0件でした。");
	ck_assert_str_eq(report_text_get(&texts, "virus_none", false), "0. No virus was detected.");
	ck_assert_str_eq(report_text_fill(&texts, "inbound_none", true, NULL, 0, &pool),
			 "0件でした。外からの攻撃の検知はありませんでした。");
	pool_release(&pool);
}
END_TEST

START_TEST(devices_by_the_end_of_their_address)
{
	struct pool pool = { 0 };

	ck_assert_str_eq(report_text_device(NULL, "192.168.1.23", true, &pool), "末尾が .23 の機器");
	ck_assert_str_eq(report_text_device(NULL, "10.0.0.4", false, &pool), "the device ending in .4");
	ck_assert_str_eq(report_text_device(NULL, "2001:db8::23", false, &pool), "the device 2001:db8::23");
	ck_assert_str_eq(report_text_device(NULL, "::ffff:10.0.0.4", false, &pool), "the device ::ffff:10.0.0.4");
	ck_assert_str_eq(report_text_device(NULL, "server", true, &pool), "アドレスが server の機器");
	pool_release(&pool);
}
END_TEST

START_TEST(numbers)
{
	static const struct {
		int64_t number;
		const char *text;
	} table[] = { { 0, "0" },
		      { 7, "7" },
		      { 999, "999" },
		      { 1000, "1,000" },
		      { 12345, "12,345" },
		      { 123456, "123,456" },
		      { 1234567, "1,234,567" },
		      { -123, "-123" },
		      { -1234, "-1,234" },
		      { INT64_MAX, "9,223,372,036,854,775,807" },
		      { INT64_MIN, "-9,223,372,036,854,775,808" } };
	char out[REPORT_NUMBER_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		ck_assert_str_eq(report_number(table[i].number, out), table[i].text);
}
END_TEST

SUITE_MAIN("report_text", every_text_is_good, every_text_fills, no_abbreviation_on_the_pages, sets_are_whole,
	   never_says, refuses_when_saved, fills_by_hand, the_chamber_s_own_text_counts,
	   devices_by_the_end_of_their_address, numbers)
