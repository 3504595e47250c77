/* The verdict: the rules of weather.h as a decision table, each rule alone, at its limit, and against those that go
 * before it. Grades and reasons are read off the rules by hand. */
#include "server/model/weather.h"
#include "tests/unit/suite.h"

enum { CASES_MAX = 4 };

/* A month by what the rules look at. Hours are 720 due, all seen, unless said. */
struct situation {
	const char *name;
	struct case_row cases[CASES_MAX];
	int64_t outbound, outbound_stopped, outbound_viruses, viruses, removed;
	int64_t minor, minor_stopped;    /* of outbound */
	int64_t days_missing, due, seen; /* due and seen 0: 720; seen -1: none; due -1: none */
	int64_t overdue;
	const char *grade;
	int reasons;
	const char *says; /* in the first reason */
};

#define CASE(grave, is_open, judged)                                                                \
	{                                                                                           \
		.severity = grave, .open = is_open, .disposition = judged, .ja = "何か", .en = "it" \
	}

static const struct situation table[] = {
	{ .name = "nothing at all", .grade = "sunny", .reasons = 1, .says = "中から外への不審な通信の検知はなく" },
	/* fog */
	{ .name = "not monitored",
	  .days_missing = 30,
	  .grade = "fog",
	  .reasons = 1,
	  .says = "見守りの期間がありません" },
	{ .name = "just less than half", .seen = 359, .grade = "fog", .reasons = 1, .says = "359時間（49%）" },
	{ .name = "half", .seen = 360, .grade = "hazy", .reasons = 1, .says = "予定の50%" },
	{ .name = "nothing was due", .due = -1, .seen = -1, .grade = "fog", .reasons = 1, .says = "0時間のうち" },
	{ .name = "fog hides rain", .seen = 100, .cases = { CASE(1, true, NULL) }, .grade = "fog", .reasons = 1 },
	/* rainy */
	{ .name = "critical, closed",
	  .cases = { CASE(1, false, "true_positive") },
	  .grade = "rainy",
	  .reasons = 1,
	  .says = "緊急の案件が1件" },
	{ .name = "critical, not found out",
	  .cases = { CASE(1, false, "undetermined") },
	  .grade = "rainy",
	  .reasons = 1 },
	{ .name = "critical, a false alarm",
	  .cases = { CASE(1, false, "false_positive") },
	  .grade = "sunny",
	  .reasons = 1 },
	{ .name = "critical, expected",
	  .cases = { CASE(1, false, "benign_positive") },
	  .grade = "sunny",
	  .reasons = 1 },
	{ .name = "serious, open",
	  .cases = { CASE(2, true, NULL) },
	  .grade = "rainy",
	  .reasons = 1,
	  .says = "重要な案件1件の対応が" },
	{ .name = "two reasons for rain",
	  .cases = { CASE(1, false, NULL), CASE(2, true, NULL) },
	  .grade = "rainy",
	  .reasons = 2,
	  .says = "緊急" },
	{ .name = "rain before clouds",
	  .cases = { CASE(2, true, NULL) },
	  .outbound = 9,
	  .grade = "rainy",
	  .reasons = 1 },
	/* cloudy */
	{ .name = "serious, closed",
	  .cases = { CASE(2, false, "true_positive"), CASE(2, false, NULL) },
	  .grade = "cloudy",
	  .reasons = 1,
	  .says = "重要な案件が2件" },
	{ .name = "serious, a false alarm",
	  .cases = { CASE(2, false, "false_positive") },
	  .grade = "sunny",
	  .reasons = 1 },
	{ .name = "serious, open, but expected",
	  .cases = { CASE(2, true, "benign_positive") },
	  .grade = "sunny",
	  .reasons = 1 },
	{ .name = "one got out",
	  .outbound = 1234,
	  .outbound_stopped = 1233,
	  .grade = "cloudy",
	  .reasons = 1,
	  .says = "1,234件あり、そのうち1件は" },
	{ .name = "a virus on its way out",
	  .outbound = 1,
	  .outbound_stopped = 1,
	  .outbound_viruses = 1,
	  .viruses = 1,
	  .removed = 1,
	  .grade = "cloudy",
	  .reasons = 1,
	  .says = "ウイルスが1件" },
	{ .name = "to check, open",
	  .cases = { CASE(3, true, NULL) },
	  .grade = "cloudy",
	  .reasons = 1,
	  .says = "確認が必要な案件1件の対応が" },
	{ .name = "all reasons for clouds",
	  .cases = { CASE(2, false, NULL), CASE(3, true, NULL) },
	  .outbound = 5,
	  .outbound_stopped = 2,
	  .outbound_viruses = 2,
	  .viruses = 2,
	  .grade = "cloudy",
	  .reasons = 4,
	  .says = "重要な案件が1件" },
	{ .name = "clouds before haze",
	  .outbound = 2,
	  .outbound_stopped = 1,
	  .viruses = 3,
	  .seen = 400,
	  .overdue = 1,
	  .grade = "cloudy",
	  .reasons = 1 },
	{ .name = "none was stopped",
	  .outbound = 12,
	  .grade = "cloudy",
	  .reasons = 1,
	  .says = "12件あり、見守り機器では止まりませんでした（末尾が .23 の機器）。" },
	{ .name = "everyday traffic is not counted",
	  .outbound = 12,
	  .outbound_stopped = 5,
	  .minor = 6,
	  .minor_stopped = 1,
	  .grade = "cloudy",
	  .reasons = 1,
	  .says = "6件あり、そのうち2件は" },
	{ .name = "some open, some over, one expected",
	  .cases = { CASE(1, true, NULL), CASE(1, false, "true_positive"), CASE(1, false, "benign_positive") },
	  .grade = "rainy",
	  .reasons = 1,
	  .says = "緊急の案件が2件ありました（何か）。月末の時点で1件の対応が続いています。このほかの1件は、業務の通信"
		  "か誤検知と分かりました。" },
	/* hazy */
	{ .name = "to check, closed",
	  .cases = { CASE(3, false, NULL) },
	  .grade = "hazy",
	  .reasons = 1,
	  .says = "確認が必要な案件が1件ありました（何か）。対応は終わっています。" },
	{ .name = "all that got out was everyday traffic, the rest was stopped",
	  .outbound = 5,
	  .outbound_stopped = 3,
	  .minor = 2,
	  .grade = "hazy",
	  .reasons = 1,
	  .says = "3件あり、すべて" },
	{ .name = "to check, expected", .cases = { CASE(3, true, "benign_positive") }, .grade = "sunny", .reasons = 1 },
	{ .name = "outbound, all stopped",
	  .outbound = 3,
	  .outbound_stopped = 3,
	  .grade = "hazy",
	  .reasons = 1,
	  .says = "3件あり、すべて" },
	{ .name = "a virus was left", .viruses = 4, .removed = 3, .grade = "hazy", .reasons = 1, .says = "うち1件は" },
	{ .name = "viruses, all removed", .viruses = 4, .removed = 4, .grade = "sunny", .reasons = 1 },
	{ .name = "just less than 90 %",
	  .seen = 647,
	  .grade = "hazy",
	  .reasons = 1,
	  .says = "予定の89%でした（届かなかった時間 73時間）" },
	{ .name = "90 %", .seen = 648, .grade = "sunny", .reasons = 1 },
	{ .name = "overdue", .overdue = 2, .grade = "hazy", .reasons = 1, .says = "2件が、期限を過ぎて" },
	{ .name = "all reasons for haze",
	  .cases = { CASE(3, false, NULL) },
	  .outbound = 1,
	  .outbound_stopped = 1,
	  .viruses = 1,
	  .seen = 500,
	  .overdue = 1,
	  .grade = "hazy",
	  .reasons = 5,
	  .says = "確認が必要" },
	/* sunny */
	{ .name = "everyday traffic only",
	  .outbound = 17,
	  .outbound_stopped = 2,
	  .minor = 17,
	  .minor_stopped = 2,
	  .grade = "sunny",
	  .reasons = 1,
	  .says = "ふだんの通信とみられるもの17件だけ" },
	{ .name = "low cases", .cases = { CASE(4, true, NULL), CASE(5, true, NULL) }, .grade = "sunny", .reasons = 1 },
};

struct parts {
	struct month_count months[MEMBER_MONTHS];
	struct engine_count engines[3];
	struct case_row cases[CASES_MAX];
	struct request_row requests[MEMBER_REQUESTS_MAX];
	struct device_count device;
};

static void make(const struct situation *s, struct parts *p, struct member_month *m)
{
	*p = (struct parts){ 0 };
	*m = (struct member_month){ .days = 30, .monitored_days = 30 - s->days_missing };
	m->due_hours = s->due ? (s->due < 0 ? 0 : s->due) : 720;
	m->seen_hours = s->seen ? (s->seen < 0 ? 0 : s->seen) : 720;
	/* The months before are as bad as can be: they must not count. */
	for (int i = 0; i < MEMBER_THIS; i++)
		p->months[i] = (struct month_count){ .outbound = 99, .viruses = 99 };
	p->months[MEMBER_THIS] = (struct month_count){ .inbound = 500,
						       .outbound = s->outbound,
						       .outbound_stopped = s->outbound_stopped,
						       .viruses = s->viruses,
						       .viruses_removed = s->removed };
	m->months = p->months;
	m->months_count = MEMBER_MONTHS;
	p->engines[0] = (struct engine_count){ "inbound", "antivirus", 77 };
	p->engines[1] = (struct engine_count){ "outbound", "ips", 77 };
	p->engines[2] = (struct engine_count){ "outbound", "antivirus", s->outbound_viruses };
	m->outbound_minor = s->minor;
	m->outbound_minor_stopped = s->minor_stopped;
	m->engines = p->engines;
	m->engines_count = 3;
	memcpy(p->cases, s->cases, sizeof(p->cases));
	m->cases = p->cases;
	while (m->cases_count < CASES_MAX && s->cases[m->cases_count].severity)
		m->cases_count++;
	for (int64_t i = 0; i < s->overdue; i++)
		p->requests[i].overdue = true;
	m->requests = p->requests;
	m->requests_count = (size_t)s->overdue;
	p->device = (struct device_count){ .address = "192.168.1.23" };
	m->devices = &p->device;
	m->devices_count = 1;
}

START_TEST(by_the_table)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct situation *s = &table[i];
		struct pool pool = { 0 };
		struct member_month m;
		struct parts parts;

		make(s, &parts, &m);
		ck_assert_int_eq(weather_judge(&m, NULL, &pool, NULL), 0);
		ck_assert_msg(strcmp(m.grade, s->grade) == 0, "%s: %s, not %s", s->name, m.grade, s->grade);
		ck_assert_msg((int)m.reasons_count == s->reasons, "%s: %zu reasons", s->name, m.reasons_count);
		ck_assert_msg(!s->says || strstr(m.reasons[0].ja, s->says), "%s: %s", s->name, m.reasons[0].ja);
		for (size_t r = 0; r < m.reasons_count; r++)
			ck_assert_msg(*m.reasons[r].ja && *m.reasons[r].en && !strstr(m.reasons[r].ja, "{{"), "%s",
				      m.reasons[r].ja);
		pool_release(&pool);
	}
}
END_TEST

START_TEST(names_the_device)
{
	struct situation s = { .outbound = 3, .outbound_stopped = 3 };
	struct pool pool = { 0 };
	struct member_month m;
	struct parts parts;

	make(&s, &parts, &m);
	ck_assert_int_eq(weather_judge(&m, NULL, &pool, NULL), 0);
	ck_assert_str_eq(
	    m.reasons[0].ja,
	    "社内の機器から外への不審な通信が3件あり、すべて見守り機器が止めました（末尾が .23 の機器）。");
	/* One that did nothing but everyday traffic is not named. */
	parts.device.severity = 4;
	ck_assert_int_eq(weather_judge(&m, NULL, &pool, NULL), 0);
	ck_assert_str_eq(m.reasons[0].en, "Suspicious traffic from inside to the outside: 3, all stopped by the "
					  "monitoring device.");
	m.devices = (struct device_count[]){ { .address = "10.0.0.7", .severity = 2 },
					     { .address = "10.0.0.8", .severity = 3 } };
	m.devices_count = 2;
	ck_assert_int_eq(weather_judge(&m, NULL, &pool, NULL), 0);
	ck_assert_str_eq(m.reasons[0].en, "Suspicious traffic from inside to the outside: 3, all stopped by the "
					  "monitoring device (the device ending in .7 and others).");
	m.devices_count = 0;
	ck_assert_int_eq(weather_judge(&m, NULL, &pool, NULL), 0);
	ck_assert_str_eq(m.reasons[0].ja, "社内の機器から外への不審な通信が3件あり、すべて見守り機器が止めました。");
	pool_release(&pool);
}
END_TEST

/* The chamber's own words of a reason count; the gravest case is the one that is named. */
START_TEST(own_words)
{
	struct report_text_change change = { report_text_find(SLICE_LITERAL("weather_cloudy_high")), true,
					     "{{what}}など{{count}}件" };
	struct report_texts texts = { &change, 1 };
	struct situation s = { .cases = { CASE(2, false, NULL), CASE(2, false, NULL) } };
	struct pool pool = { 0 };
	struct member_month m;
	struct parts parts;

	make(&s, &parts, &m);
	parts.cases[0].ja = "甲";
	parts.cases[1].ja = "乙";
	ck_assert_int_eq(weather_judge(&m, &texts, &pool, NULL), 0);
	ck_assert_str_eq(m.reasons[0].ja, "甲など2件");
	ck_assert_str_eq(m.reasons[0].en, "Serious cases: 2 (it). All dealt with.");
	pool_release(&pool);
}
END_TEST

START_TEST(names)
{
	static const struct {
		enum weather weather;
		const char *name;
		bool comment;
	} words[] = { { WEATHER_SUNNY, "sunny", false },
		      { WEATHER_HAZY, "hazy", false },
		      { WEATHER_CLOUDY, "cloudy", true },
		      { WEATHER_RAINY, "rainy", true },
		      { WEATHER_FOG, "fog", true } };
	enum weather parsed;

	ck_assert_uint_eq(ARRAY_LEN(words), WEATHERS);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		ck_assert_str_eq(weather_name(words[i].weather), words[i].name);
		ck_assert(weather_parse(slice_of_string(words[i].name), &parsed) && parsed == words[i].weather);
		ck_assert(weather_needs_comment(words[i].weather) == words[i].comment);
	}
	ck_assert(!weather_parse(SLICE_LITERAL("storm"), &parsed));
}
END_TEST

SUITE_MAIN("weather", by_the_table, names_the_device, own_words, names)
