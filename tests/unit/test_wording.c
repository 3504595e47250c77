/* How figures and times are said: expected texts by hand. */
#include "server/report/wording.h"
#include "tests/unit/suite.h"

static struct pool pool;
static struct zone *zone;

static struct wording in(bool japanese)
{
	if (!zone)
		ck_assert_int_eq(zone_load(&zone, "Asia/Tokyo", NULL), 0);
	return (struct wording){ japanese, zone, &pool };
}

START_TEST(test_numbers)
{
	struct wording w = in(true);

	ck_assert_str_eq(said_number(&w, 0), "0");
	ck_assert_str_eq(said_number(&w, 999), "999");
	ck_assert_str_eq(said_number(&w, 1000), "1,000");
	ck_assert_str_eq(said_number(&w, 19100), "19,100");
	ck_assert_str_eq(said_number(&w, -1234567), "-1,234,567");
	ck_assert_str_eq(said_number(&w, INT64_MIN), "-9,223,372,036,854,775,808");
	ck_assert_str_eq(said_hundredths(&w, 200), "2");
	ck_assert_str_eq(said_hundredths(&w, 150), "1.5");
	ck_assert_str_eq(said_hundredths(&w, 105), "1.05");
	ck_assert_str_eq(said_yen(&w, 6600), "6,600円");
}
END_TEST

/* 31 of 110 is 28.18 %: the presentation says 28 %. */
START_TEST(test_shares)
{
	struct wording w = in(true);

	ck_assert_str_eq(said_share(&w, 31, 110), "28%");
	ck_assert_str_eq(said_share(&w, 1, 8), "13%"); /* 12.5, half up */
	ck_assert_str_eq(said_share(&w, 0, 5), "0%");
	ck_assert_str_eq(said_share(&w, 578, 579), "99%"); /* one is not judged yet */
	ck_assert_str_eq(said_share(&w, 5, 0), "―");
	ck_assert_str_eq(said_share(&w, INT64_MAX, INT64_MAX), "100%");
	ck_assert_str_eq(said_share_1(&w, 8731, 8760), "99.7%");
	ck_assert_str_eq(said_share_1(&w, 8759, 8760), "99.9%"); /* not all of it */
	ck_assert_str_eq(said_share_1(&w, 8760, 8760), "100.0%");
	ck_assert_str_eq(said_share_1(&w, 0, 0), "―");
}
END_TEST

START_TEST(test_durations)
{
	struct wording ja = in(true), en = in(false);

	ck_assert_str_eq(said_duration(&ja, 0), "0秒");
	ck_assert_str_eq(said_duration(&ja, 59), "59秒");
	ck_assert_str_eq(said_duration(&ja, 60), "1分");
	ck_assert_str_eq(said_duration(&ja, 89), "1分");
	ck_assert_str_eq(said_duration(&ja, 90), "2分");
	ck_assert_str_eq(said_duration(&ja, 3600), "1時間");
	ck_assert_str_eq(said_duration(&ja, 4800), "1時間20分");
	ck_assert_str_eq(said_duration(&ja, 86400 - 31), "23時間59分");
	ck_assert_str_eq(said_duration(&ja, 86400 - 30), "1日"); /* rounded up over the day */
	ck_assert_str_eq(said_duration(&ja, 2 * 86400 + 3 * 3600), "2日3時間");
	ck_assert_str_eq(said_duration(&en, 4800), "1 h 20 min");
	ck_assert_str_eq(said_duration(&en, 3 * 86400), "3 d");
}
END_TEST

START_TEST(test_times)
{
	struct wording ja = in(true), en = in(false);
	time_us at; /* 9:12 of the 14th in Tokyo */

	ck_assert(time_parse(slice_of_string("2026-10-14T00:12:08Z"), 0, &at));
	ck_assert_str_eq(said_time(&ja, at), "10月14日 09:12");
	ck_assert_str_eq(said_time(&en, at), "14 Oct 09:12");
	ck_assert_str_eq(said_time_year(&ja, at), "2026年10月14日 09:12");
	ck_assert_str_eq(said_time(&ja, TIME_NONE), "―");
	ck_assert_str_eq(said_day(&ja, "2026-10-05"), "2026年10月5日");
	ck_assert_str_eq(said_day(&en, "2026-10-05"), "5 Oct 2026");
	ck_assert_str_eq(said_day(&ja, NULL), "―");
	ck_assert_str_eq(said_day(&ja, "soon"), "soon");
	ck_assert_str_eq(said_month(&ja, "2026-02"), "2026年2月");
	ck_assert_str_eq(said_month_short(&en, "2026-02"), "Feb");
	ck_assert_str_eq(said_month(&ja, "2026-13"), "2026-13");
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(said_name(true, NAME_DIRECTION, "inbound"), "外→内");
	ck_assert_str_eq(said_name(false, NAME_ACTION, "removed"), "removed");
	ck_assert_str_eq(said_name(true, NAME_CATEGORY, "malware"), "ウイルス感染"); /* of model/ticket.h */
	ck_assert_str_eq(said_name(true, NAME_ENGINE, "quantum"), "quantum");
	ck_assert_str_eq(said_name(true, NAME_ENGINE, NULL), "");
	ck_assert_str_eq(said_severity(true, 1), "緊急");
	ck_assert_str_eq(said_severity(true, 6), "―");
	ck_assert_str_eq(said_step(true, 3), "③調査・対応");
	ck_assert_str_eq(said_step(true, 0), "―");
	pool_release(&pool);
	zone_release(zone);
	zone = NULL;
}
END_TEST

SUITE_MAIN("wording", test_numbers, test_shares, test_durations, test_times, test_names)
