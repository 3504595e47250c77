/* What a case report says of what nobody wrote. */
#include "server/model/case_words.h"
#include "tests/unit/suite.h"

static const char *reason(const struct case_words_facts *facts, bool japanese, struct buffer *out)
{
	buffer_clear(out);
	case_words_reason(facts, japanese, out);
	return buffer_string(out);
}

START_TEST(steps)
{
	static const char *const all[] = {
		"raised", "told", "confirmed", "contained", "arrived", "reported", "closed"
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		ck_assert_ptr_nonnull(case_words_step(all[i], true));
		ck_assert_ptr_nonnull(case_words_step(all[i], false));
	}
	ck_assert_ptr_null(case_words_step("person", true));
}
END_TEST

START_TEST(reasons)
{
	struct case_words_facts f = { .direction = "outbound", .detections = 14, .stopped = 9, .minutes = 20 };
	struct buffer out = { 0 };

	ck_assert_str_eq(reason(&f, true, &out),
			 "20分間に、社内から外への不審な通信の検知が14件ありました。そのうち5件は止まっていません。");
	ck_assert_str_eq(reason(&f, false, &out),
			 "14 detections from inside to outside within 20 minutes; 5 of them not stopped.");
	f = (struct case_words_facts){ "inbound", 1, 1, 1, "Beacon" };
	ck_assert_str_eq(reason(&f, true, &out),
			 "外から社内へ向けた検知が1件ありました。機器が止めました。当てはまったルール：Beacon");
	ck_assert_str_eq(reason(&f, false, &out),
			 "1 detection from outside to inside; stopped. Rules that matched: Beacon");
	/* Within a minute, be it at once. */
	for (int minutes = 0; minutes < 2; minutes++) {
		f = (struct case_words_facts){ "unknown", 2, 2, minutes, NULL };
		ck_assert_str_eq(reason(&f, true, &out), "1分以内に、検知が2件ありました。すべて機器が止めました。");
		ck_assert_str_eq(reason(&f, false, &out),
				 "2 detections of unknown direction within a minute; all of them stopped.");
	}
	f = (struct case_words_facts){ "outbound", 3, 0, 2, NULL };
	ck_assert_str_eq(reason(&f, true, &out),
			 "2分間に、社内から外への不審な通信の検知が3件ありました。どれも止まっていません。");
	ck_assert_str_eq(reason(&f, false, &out), "3 detections from inside to outside within 2 minutes; not stopped.");
	/* 119 minutes; 2 hours; 47 hours 30 minutes, and a minute less; 2 days; 3210 minutes are 2.2 days. */
	{
		static const struct {
			int64_t minutes;
			const char *begins;
		} spans[] = { { 119, "119分間に、" },       { 120, "約2時間の間に、" }, { 2849, "約47時間の間に、" },
			      { 2850, "約48時間の間に、" }, { 2880, "約2日の間に、" },  { 3210, "約2日の間に、" },
			      { 5040, "約4日の間に、" } };

		for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
			f.minutes = spans[i].minutes;
			ck_assert_msg(strncmp(reason(&f, true, &out), spans[i].begins, strlen(spans[i].begins)) == 0,
				      "%s", buffer_string(&out));
		}
		ck_assert_str_eq(reason(&f, false, &out),
				 "3 detections from inside to outside within about 4 days; not stopped.");
	}
	/* Nothing was detected, so nothing was stopped either. */
	f = (struct case_words_facts){ "outbound", 0, 0, 9, "Beacon" };
	ck_assert_str_eq(reason(&f, true, &out),
			 "一つ一つの検知ではなく、通信の様子から案件としました。当てはまったルール：Beacon");
	ck_assert_str_eq(
	    reason(&f, false, &out),
	    "Raised by the way in which devices talk, not by single detections. Rules that matched: Beacon");
	buffer_release(&out);
}
END_TEST

SUITE_MAIN("case_words", steps, reasons)
