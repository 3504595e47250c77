/* The verdict, the requests and the sentences of the two pages, in every combination of what a month can be: they never
 * contradict each other. What may stand beside what is said here in the texts' own words, not by their keys. */
#include "server/model/month_sentences.h"
#include "server/model/report_request.h"
#include "server/model/weather.h"
#include "tests/unit/suite.h"

static const struct plain_word rows[] = {
	{ .signature = "a", .ja = "遠隔操作の疑い", .en = "control", .advice_ja = "検査", .advice_en = "scan" },
	{ .signature = "b", .ja = "見せない設定のサイト", .en = "a blocked site", .advice_ja = "", .advice_en = "" },
};
static const struct plain_words words = { rows, ARRAY_LEN(rows) };

/* One case about traffic from inside, or none. */
static const struct {
	int64_t severity; /* 0: none */
	const char *state, *disposition;
	bool open;
} case_kinds[] = {
	{ 0, NULL, NULL, false },
	{ 1, "open", NULL, true },
	{ 1, "closed", "true_positive", false },
	{ 2, "acknowledged", NULL, true },
	{ 2, "contained", NULL, false },
	{ 2, "closed", "benign_positive", false },
	{ 2, "open", "false_positive", true },
	{ 3, "open", NULL, true },
	{ 3, "closed", "undetermined", false },
};
/* Detections to the outside, all of one device. */
static const struct {
	int64_t count, stopped, minor, minor_stopped;
} traffic_kinds[] = {
	{ 0, 0, 0, 0 },   /* none */
	{ 17, 3, 17, 3 }, /* everyday */
	{ 12, 12, 0, 0 }, /* stopped */
	{ 12, 0, 0, 0 },  /* not stopped */
	{ 19, 8, 7, 2 },  /* some, and everyday */
	{ 19, 12, 7, 0 }, /* stopped, and everyday that was not */
};
enum { SEEN_ALL, SEEN_GAP, SEEN_LITTLE, SEEN_NOTHING, SEEN_KINDS }; /* nothing: not monitored */

struct combination {
	size_t of_case, traffic, people, word;
	int seen;
	bool linked; /* the case is about the device */
};
struct month {
	struct member_month m;
	struct month_count months[MEMBER_MONTHS];
	struct case_row row;
	struct device_count device;
	struct request_row requests[MEMBER_REQUESTS_MAX];
	struct month_sentences s;
	struct pool pool;
};

static void fill_case(struct month *t, const struct combination *c)
{
	t->m.cases = &t->row;
	if (!case_kinds[c->of_case].severity)
		return;
	t->m.cases_count = 1;
	t->row = (struct case_row){ .incident_id = 9,
				    .no = 4,
				    .direction = "outbound",
				    .severity = case_kinds[c->of_case].severity,
				    .state = case_kinds[c->of_case].state,
				    .disposition = case_kinds[c->of_case].disposition,
				    .open = case_kinds[c->of_case].open,
				    .device = c->linked ? "10.0.0.23" : NULL,
				    .ja = rows[c->word].ja,
				    .en = rows[c->word].en };
}

static void fill_traffic(struct month *t, const struct combination *c)
{
	t->months[MEMBER_THIS] = (struct month_count){ .inbound = 5,
						       .outbound = traffic_kinds[c->traffic].count,
						       .outbound_stopped = traffic_kinds[c->traffic].stopped };
	t->m.months = t->months;
	t->m.months_count = MEMBER_MONTHS;
	t->m.outbound_minor = traffic_kinds[c->traffic].minor;
	t->m.outbound_minor_stopped = traffic_kinds[c->traffic].minor_stopped;
	t->m.devices = &t->device;
	if (!traffic_kinds[c->traffic].count)
		return;
	t->m.devices_count = 1;
	t->device = (struct device_count){ .address = "10.0.0.23",
					   .ja = rows[c->word].ja,
					   .en = rows[c->word].en,
					   .severity = traffic_kinds[c->traffic].count == t->m.outbound_minor ? 4 : 2,
					   .cases = t->m.cases_count && c->linked,
					   .open_cases = t->m.cases_count && c->linked && case_row_pending(&t->row) };
}

static void fill(struct month *t, const struct combination *c)
{
	const struct report_request_facts facts = { "2026-11-12", false };

	*t =
	    (struct month){ .m = { .due_hours = 720, .days = 30, .monitored_days = c->seen == SEEN_NOTHING ? 0 : 30 } };
	t->m.seen_hours = c->seen == SEEN_LITTLE ? 100 : c->seen == SEEN_GAP ? 710 : 720;
	t->m.silent_hours = t->m.due_hours - t->m.seen_hours;
	fill_case(t, c);
	fill_traffic(t, c);
	t->m.requests = t->requests;
	for (; t->m.requests_count < c->people; t->m.requests_count++)
		t->requests[t->m.requests_count] = (struct request_row){
			.request_id = 1, .who_ja = "社長", .who_en = "x", .what_ja = "契約", .what_en = "y"
		};
	ck_assert_int_eq(weather_judge(&t->m, NULL, &t->pool, NULL), 0);
	ck_assert_int_eq(report_request_propose(&t->m, &facts, &words, NULL, &t->pool, NULL), 0);
	month_sentences_choose(&t->m, &t->s);
}

static const char *said(const char *key)
{
	const char *text = key ? report_text_get(NULL, key, true) : "";

	ck_assert_msg(text != NULL, "there is no text %s", key);
	return text;
}

static bool says(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static bool reasons_say(const struct month *t, const char *part)
{
	for (size_t i = 0; i < t->m.reasons_count; i++)
		if (says(t->m.reasons[i].ja, part))
			return true;
	return false;
}

/* ---------------------------------------------------------------------------------------------------------- the rules
 */

static void check_requests(const struct month *t, const struct combination *c)
{
	const bool pending = t->m.cases_count && t->row.open && !case_kinds[c->of_case].disposition;
	const char *none = said(t->s.requests);

	ck_assert((t->m.requests_count == 0) == says(none, "お願いしたいことはありません"));
	/* Nothing grave stays open without anything to do. */
	ck_assert(!pending || t->row.severity > 2 || t->m.requests_count > 0);
	ck_assert(!pending || !*none || says(none, "対応を続けている案件"));
	ck_assert(pending || !says(none, "対応を続けている案件"));
	/* What was dealt with asks for nothing. */
	if (!pending && !c->people && (c->linked || !t->m.devices_count) && t->m.cases_count)
		ck_assert_uint_eq(t->m.requests_count, 0);
	for (size_t i = 0; i < t->m.requests_count; i++)
		ck_assert(pending || t->m.requests[i].incident_id == 0);
}

static void check_outbound(const struct month *t, const struct combination *c)
{
	const char *text = said(t->s.outbound), *then = said(t->s.outbound_then);
	const bool harmless = traffic_kinds[c->traffic].count == traffic_kinds[c->traffic].minor;
	const char *judged = case_kinds[c->of_case].disposition;
	const bool nothing =
	    judged && (strcmp(judged, "benign_positive") == 0 || strcmp(judged, "false_positive") == 0);
	const bool counts = t->m.cases_count && !nothing;

	/* Who is told to look at page 1 finds something there, and a device that is marked. */
	ck_assert(!says(then, "お願いしたいこと") || (t->m.requests_count > 0 && t->device.check));
	ck_assert(!t->device.check || says(then, "お願いしたいこと"));
	ck_assert(!says(then, "のとおり対応しました") || (t->m.cases_count && !case_row_pending(&t->row)));
	ck_assert(!*then || t->m.cases_count || t->device.check);
	ck_assert(!says(text, "形跡は見つかっていません") || !counts);
	ck_assert(!harmless || !says(text, "不審な通信を"));
	ck_assert(!harmless || !t->device.check || t->device.open_cases);
	ck_assert(says(text, "すべて見守り機器が止めました") ==
		  (!harmless && traffic_kinds[c->traffic].count - traffic_kinds[c->traffic].minor ==
				    traffic_kinds[c->traffic].stopped - traffic_kinds[c->traffic].minor_stopped));
	ck_assert((t->s.outbound_rest != NULL) == (!harmless && t->m.outbound_minor > 0));
}

static void check_verdict(const struct month *t, const struct combination *c)
{
	const bool fog = c->seen == SEEN_LITTLE || c->seen == SEEN_NOTHING;
	char count[32];

	ck_assert((strcmp(t->m.grade, "fog") == 0) == fog);
	ck_assert(!says(said(t->s.cases), "ありませんでした") == (t->m.cases_count > 0));
	ck_assert(!t->s.inbound_cases || says(said(t->s.inbound_cases), "「対応の記録」") == (t->m.cases_count > 0));
	if (fog)
		return;
	/* The same number on both pages. */
	snprintf(count, sizeof(count), "不審な通信が%lld件", (long long)t->s.outbound_count);
	ck_assert(!reasons_say(t, "不審な通信が") || reasons_say(t, count));
	if (reasons_say(t, "対応の必要な案件もありませんでした")) {
		ck_assert(!t->m.cases_count || case_kinds[c->of_case].disposition);
		ck_assert(!says(said(t->s.outbound), "不審な通信を"));
		ck_assert(reasons_say(t, "ふだんの通信") == (t->m.outbound_minor > 0));
	}
	ck_assert(!reasons_say(t, "案件") || strcmp(t->m.grade, "sunny") == 0 || t->m.cases_count);
	ck_assert(!reasons_say(t, "対応は終わっています") || !t->row.open);
	ck_assert(!reasons_say(t, "続いて") || t->row.open);
	ck_assert(!reasons_say(t, "広がりは止めてあります") || strcmp(t->row.state, "contained") == 0);
}

START_TEST(never_contradict)
{
	struct combination c;
	int tried = 0;

	for (c.of_case = 0; c.of_case < ARRAY_LEN(case_kinds); c.of_case++)
		for (c.traffic = 0; c.traffic < ARRAY_LEN(traffic_kinds); c.traffic++)
			for (int i = 0; i < SEEN_KINDS * 2 * 2 * 3; i++) {
				struct month t;

				c.seen = i % SEEN_KINDS;
				c.word = (size_t)(i / SEEN_KINDS % 2);
				c.linked = i / SEEN_KINDS / 2 % 2;
				c.people = (size_t[]){ 0, 1, MEMBER_REQUESTS_MAX }[i / SEEN_KINDS / 4];
				fill(&t, &c);
				check_requests(&t, &c);
				check_verdict(&t, &c);
				if (c.seen != SEEN_NOTHING)
					check_outbound(&t, &c);
				else
					ck_assert(says(said(t.s.outbound), "件数はありません") && !t.s.outbound_then);
				pool_release(&t.pool);
				tried++;
			}
	ck_assert_int_eq(tried, 9 * 6 * 48);
}
END_TEST

/* A document from before all this was counted: nothing is called everyday, and no device is marked. */
START_TEST(of_an_older_document)
{
	struct device_count device = { .address = "10.0.0.23" };
	struct month_count months[MEMBER_MONTHS] = { [MEMBER_THIS] = { .outbound = 3, .outbound_stopped = 1 } };
	struct member_month m = { .monitored_days = 30,
				  .months = months,
				  .months_count = MEMBER_MONTHS,
				  .devices = &device,
				  .devices_count = 1 };
	struct month_sentences s;

	month_sentences_choose(&m, &s);
	ck_assert_str_eq(s.outbound, "outbound_some");
	ck_assert(s.outbound_count == 3 && s.outbound_stopped == 1);
	ck_assert_str_eq(s.requests, "requests_none");
	ck_assert(!s.outbound_rest && !s.outbound_then);
}
END_TEST

SUITE_MAIN("month_sentences", never_contradict, of_an_older_document)
