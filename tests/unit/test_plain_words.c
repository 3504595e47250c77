/* Plain words for detections, and what the rules ask of a member; expectations are read off plain_words.h and
 * report_request.h by hand. (The rows as shipped are in the schema: tests/integration/test_report_texts.sh.) */
#include "server/model/plain_words.h"
#include "server/model/report_request.h"
#include "tests/unit/suite.h"

static const struct plain_word rows[] = {
	{ .word_id = 1,
	  .direction = "outbound",
	  .signature = "stealer",
	  .ja = "甲",
	  .en = "A",
	  .advice_ja = "抜いて",
	  .advice_en = "unplug",
	  .minutes = 30 },
	{ .word_id = 2,
	  .direction = "outbound",
	  .category = "Command and Control",
	  .ja = "乙",
	  .en = "B",
	  .advice_ja = "検査",
	  .advice_en = "scan" },
	{ .word_id = 3,
	  .direction = "inbound",
	  .engine = "ips",
	  .stage = "reconnaissance",
	  .ja = "丙",
	  .en = "C",
	  .advice_ja = "",
	  .advice_en = "" },
	{ .word_id = 4, .signature = "STEALER", .ja = "丁", .en = "D", .advice_ja = "", .advice_en = "" },
	{ .word_id = 5,
	  .direction = "outbound",
	  .engine = "web",
	  .ja = "戊",
	  .en = "E",
	  .advice_ja = "",
	  .advice_en = "" },
};
static const struct plain_words words = { rows, ARRAY_LEN(rows) };

START_TEST(the_first_that_fits)
{
	static const struct {
		struct plain_words_subject subject;
		int64_t word_id; /* 0: of the last resort, with this text */
		const char *ja;
	} table[] = {
		{ { "outbound", "ips", "actions", "Malware Command and Control Activity Detected",
		    "ET MALWARE Kagero Stealer" },
		  1,
		  "甲" },
		{ { "outbound", "ips", NULL, "malware COMMAND AND CONTROL activity", "ET MALWARE Tobiuo" }, 2, "乙" },
		{ { "internal", "ips", NULL, NULL, "a Stealer inside" }, 4, "丁" },
		{ { "inbound", "ips", "reconnaissance", NULL, NULL }, 3, "丙" },
		{ { "inbound", "ips", "delivery", NULL, NULL }, 0, "外から入り込もうとする通信" },
		{ { "inbound", "web", "reconnaissance", NULL, NULL }, 0, "外からのホームページへの不審な通信" },
		{ { "inbound", "antivirus", NULL, NULL, NULL }, 0, "外から届いたウイルス" },
		{ { "inbound", "other", NULL, NULL, NULL }, 0, "外からの不審な通信" },
		{ { "outbound", "web", NULL, NULL, NULL }, 5, "戊" },
		{ { "outbound", "dns", NULL, NULL, NULL }, 0, "不審なサイトの宛先調べ" },
		{ { "outbound", "ips", NULL, "", "" }, 0, "外への不審な通信" },
		{ { "internal", "antivirus", NULL, NULL, NULL }, 0, "社内で見つかったウイルス" },
		{ { "external", "antivirus", NULL, NULL, NULL }, 0, "ウイルス" },
		{ { "unknown", "ips", NULL, NULL, NULL }, 0, "不審な通信" },
		{ { NULL, NULL, NULL, NULL, NULL }, 0, "不審な通信" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct plain_word *word = plain_words_find(&words, &table[i].subject);

		ck_assert_msg(word->word_id == table[i].word_id && strcmp(word->ja, table[i].ja) == 0, "%zu: %s", i,
			      word->ja);
		ck_assert(plain_words_by_text(&words, word->ja) == word);
	}
	ck_assert_ptr_null(plain_words_by_text(&words, "己"));
}
END_TEST

/* The words of the last resort keep the rules of the others. */
START_TEST(the_last_resort_is_good)
{
	static const char *const directions[] = { "inbound", "outbound", "internal", "external", "unknown" };
	static const char *const engines[] = { "ips", "antivirus", "web", "dns", "other" };
	const struct plain_words none = { 0 };

	for (size_t d = 0; d < ARRAY_LEN(directions); d++)
		for (size_t e = 0; e < ARRAY_LEN(engines); e++) {
			struct plain_words_subject subject = { .direction = directions[d], .engine = engines[e] };
			struct plain_word word = *plain_words_find(&none, &subject);
			struct err why = { 0 };

			word.direction = directions[d];
			ck_assert_msg(plain_word_check(&word, &why) == 0, "%s", why.text);
			/* Whatever left a computer inside asks for something. */
			ck_assert(d != 1 || (word.advice_ja && *word.advice_ja && *word.advice_en && word.minutes > 0));
		}
}
END_TEST

START_TEST(checks_rows)
{
	static const struct {
		struct plain_word word;
		const char *begins; /* NULL: good */
	} table[] = {
		{ { .direction = "inbound", .ja = "外から", .en = "from outside" }, NULL },
		{ { .signature = "x", .ja = "外から", .en = "INTERNET target", .advice_ja = "", .minutes = 10080 },
		  NULL },
		{ { .ja = "外から", .en = "from outside" }, "it fits everything" },
		{ { .direction = "sideways", .ja = "あ", .en = "a" }, "direction" },
		{ { .engine = "waf", .ja = "あ", .en = "a" }, "engine" },
		{ { .stage = "c2", .ja = "あ", .en = "a" }, "stage" },
		{ { .category = "", .ja = "あ", .en = "a" }, "category" },
		{ { .signature = " ", .ja = "あ", .en = "a" }, "signature" },
		{ { .engine = "ips", .ja = "", .en = "a" }, "ja" },
		{ { .engine = "ips", .ja = "あ", .en = "   " }, "en" },
		{ { .engine = "ips", .en = "a" }, "ja" },
		{ { .engine = "ips", .ja = "ET MALWARE の通信", .en = "a" }, "ja" },
		{ { .engine = "ips", .ja = "あ", .en = "an ET SCAN hit" }, "en" },
		{ { .engine = "ips", .ja = "弱点 CVE-2021-44228", .en = "a" }, "ja" },
		{ { .engine = "ips", .ja = "あ", .en = "a", .advice_ja = "安全です" }, "advice_ja" },
		{ { .engine = "ips", .ja = "あ", .en = "a", .advice_en = "You are safe." }, "advice_en" },
		{ { .engine = "ips", .ja = "あ\nい", .en = "a" }, "ja" },
		{ { .engine = "ips", .ja = "あ", .en = "a", .minutes = -1 }, "minutes" },
		{ { .engine = "ips", .ja = "あ", .en = "a", .minutes = 10081 }, "minutes" },
	};
	char japanese[101 * 3 + 1];
	struct plain_word word = { .engine = "ips", .en = "a", .ja = japanese };
	struct err why;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int bad = plain_word_check(&table[i].word, &why);

		ck_assert_msg(bad == (table[i].begins ? -1 : 0), "%zu", i);
		ck_assert_msg(!bad || strncmp(why.text, table[i].begins, strlen(table[i].begins)) == 0, "%zu: %s", i,
			      why.text);
	}
	/* 100 characters, however many bytes. */
	for (int i = 0; i < 101; i++)
		memcpy(japanese + 3 * i, "あ", 3);
	japanese[101 * 3] = '\0';
	ck_assert_int_eq(plain_word_check(&word, &why), -1);
	japanese[100 * 3] = '\0';
	ck_assert_int_eq(plain_word_check(&word, &why), 0);
}
END_TEST

/* --------------------------------------------------------------------------------------------------------- requests */

#define NOW ((time_us)1000 * US_PER_DAY)

struct month {
	struct member_month m;
	struct device_count devices[4];
	struct sensor_row sensors[3];
	struct virus_route routes[3];
	struct request_row requests[MEMBER_REQUESTS_MAX];
	struct case_row cases[4];
	struct pool pool;
};

static void start(struct month *t)
{
	*t = (struct month){ .m = { .made_at = NOW } };
	t->m.devices = t->devices;
	t->m.sensors = t->sensors;
	t->m.virus_routes = t->routes;
	t->m.requests = t->requests;
	t->m.cases = t->cases;
}

static void add_case(struct month *t, int64_t severity, bool open, const char *ja, const char *device)
{
	size_t n = t->m.cases_count++;

	t->cases[n] = (struct case_row){ .incident_id = 100 + (int64_t)n,
					 .no = 7 + (int64_t)n,
					 .severity = severity,
					 .open = open,
					 .ja = ja,
					 .en = "E",
					 .device = device };
}

static void add_device(struct month *t, const char *address, const char *ja)
{
	t->devices[t->m.devices_count++] = (struct device_count){ .address = address, .ja = ja, .en = "E" };
}

static void add_sensor(struct month *t, const char *name, int64_t silent_days, time_us last)
{
	t->sensors[t->m.sensors_count++] =
	    (struct sensor_row){ .name = name, .site = "本社", .silent_days = silent_days, .last_seen_at = last };
}

static void add_route(struct month *t, const char *route, int64_t detections, int64_t removed)
{
	t->routes[t->m.virus_routes_count++] = (struct virus_route){ route, detections, removed };
}

static void add_request(struct month *t, const char *who, const char *what)
{
	t->requests[t->m.requests_count++] =
	    (struct request_row){ .request_id = 9, .who_ja = who, .who_en = who, .what_ja = what, .what_en = what };
}

/* Proposes and says which: a letter for each new request, o (open case) d s v c. */
static const char *proposed(struct month *t, bool contacts_stale)
{
	static char letters[MEMBER_REQUESTS_MAX + 1];
	struct report_request_facts facts = { "2026-07-12", contacts_stale };
	size_t before = t->m.requests_count, n = 0;

	ck_assert_int_eq(report_request_propose(&t->m, &facts, &words, NULL, &t->pool, NULL), 0);
	ck_assert_uint_le(t->m.requests_count, MEMBER_REQUESTS_MAX);
	for (size_t i = before; i < t->m.requests_count; i++) {
		const struct request_row *row = &t->m.requests[i];

		ck_assert(row->request_id == 0 && !row->carried && !row->overdue && row->minutes > 0);
		ck_assert(!row->due_on || strcmp(row->due_on, "2026-07-12") == 0);
		ck_assert(row->due_on || row->incident_id);
		ck_assert(*row->who_ja && *row->who_en && *row->what_ja && *row->what_en);
		letters[n++] = strstr(row->what_ja, "対応を続けて")   ? 'o'
			       : strstr(row->what_ja, "検知しました") ? 'd'
			       : strstr(row->what_ja, "電源")         ? 's'
			       : strstr(row->what_ja, "添付")         ? 'v'
								      : 'c';
	}
	letters[n] = '\0';
	return letters;
}

START_TEST(asks_in_order)
{
	struct month t;

	start(&t);
	ck_assert_str_eq(proposed(&t, false), "");
	ck_assert_str_eq(proposed(&t, true), "c");
	pool_release(&t.pool);

	start(&t);
	add_route(&t, "mail", 3, 1);
	add_sensor(&t, "utm-1", 2, NOW - 2 * US_PER_DAY);
	add_device(&t, "192.168.1.23", "甲");
	ck_assert_str_eq(proposed(&t, true), "dsv");
	ck_assert_str_eq(t.m.requests[0].who_ja, "末尾が .23 の機器をお使いの方");
	ck_assert_str_eq(t.m.requests[0].what_ja, "末尾が .23 の機器で「甲」を検知しました。抜いて");
	ck_assert_str_eq(t.m.requests[0].what_en, "On the device ending in .23 we detected: E. unplug");
	ck_assert_int_eq(t.m.requests[0].minutes, 30);
	ck_assert_str_eq(t.m.requests[1].who_ja, "本社の見守り機器の置き場所に近い方");
	ck_assert(strstr(t.m.requests[1].what_ja, "「utm-1」の記録が2日") != NULL);
	ck_assert(strstr(t.m.requests[2].what_ja, "3件のうち、2件は") != NULL);
	pool_release(&t.pool);

	/* People's come first and leave so much room. */
	start(&t);
	add_request(&t, "社長", "契約書");
	add_request(&t, "社長", "訓練");
	add_device(&t, "192.168.1.23", "甲");
	add_device(&t, "192.168.1.24", "甲");
	ck_assert_str_eq(proposed(&t, true), "d");
	ck_assert_int_eq(t.m.requests[0].request_id, 9);
	pool_release(&t.pool);

	start(&t);
	for (int i = 0; i < MEMBER_REQUESTS_MAX; i++)
		add_request(&t, "社長", "何か");
	add_device(&t, "192.168.1.23", "甲");
	ck_assert_str_eq(proposed(&t, true), "");
	pool_release(&t.pool);
}
END_TEST

START_TEST(what_a_device_needs)
{
	struct month t;

	start(&t);
	add_device(&t, "192.168.1.23", "戊");          /* its row asks for nothing */
	add_device(&t, "192.168.1.24", "乙");          /* asks, without minutes */
	add_device(&t, "2001:db8::7", "もうない言葉"); /* the row is gone since */
	t.m.requests = NULL;                           /* the list is made */
	ck_assert_str_eq(proposed(&t, false), "dd");
	ck_assert_int_eq(t.m.requests[0].minutes, 60);
	ck_assert_str_eq(t.m.requests[0].what_ja, "末尾が .24 の機器で「乙」を検知しました。検査");
	ck_assert_str_eq(t.m.requests[1].who_ja, "アドレスが 2001:db8::7 の機器をお使いの方");
	ck_assert(strstr(t.m.requests[1].what_ja, "ウイルス対策ソフトで全体の検査") != NULL);
	pool_release(&t.pool);
}
END_TEST

START_TEST(what_people_asked_is_not_asked_again)
{
	static const struct {
		const char *who, *what, *proposed;
	} table[] = {
		{ "経理（末尾 .23）", "全体検査", "" },  { "経理", "192.168.1.23 の全体検査", "" },
		{ "経理", "10.9.9.23 の全体検査", "d" }, { "経理", "192.168.1.231 の全体検査", "d" },
		{ "経理", "末尾 .231 の全体検査", "d" }, { "経理", "末尾 .231 と .23 の全体検査", "" },
		{ "経理", "電源の確認", "d" },
	};
	struct month t;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		start(&t);
		add_request(&t, table[i].who, table[i].what);
		add_device(&t, "192.168.1.23", "甲");
		ck_assert_msg(strcmp(proposed(&t, false), table[i].proposed) == 0, "%s %s", table[i].who,
			      table[i].what);
		pool_release(&t.pool);
	}
	start(&t);
	add_request(&t, "総務", "utm-1 の電源を確かめてください");
	add_sensor(&t, "utm-1", 9, TIME_NONE);
	add_sensor(&t, "utm-2", 9, TIME_NONE);
	ck_assert_str_eq(proposed(&t, false), "s");
	ck_assert(strstr(t.m.requests[1].what_ja, "utm-2") != NULL);
	pool_release(&t.pool);
}
END_TEST

/* Open cases come first, the gravest at once; what is contained, closed or judged to be nothing asks for nothing. */
START_TEST(open_cases_come_first)
{
	struct month t;

	start(&t);
	add_case(&t, 2, true, "戊", NULL);        /* its word asks for nothing: to ring up */
	add_case(&t, 2, false, "甲", "10.0.0.1"); /* contained */
	add_case(&t, 3, true, "甲", "10.0.0.23");
	add_case(&t, 3, true, "戊", "10.0.0.24"); /* nothing to ask */
	add_device(&t, "10.0.0.23", "甲");
	add_device(&t, "10.0.0.9", "乙");
	t.devices[0] = (struct device_count){ "10.0.0.23", "甲", "A", .severity = 2, .cases = 1, .open_cases = 1 };
	ck_assert_str_eq(proposed(&t, true), "ood");
	ck_assert_str_eq(
	    t.m.requests[0].what_ja,
	    "「戊」を検知し、対応を続けています（7番）。これからの対応を決めるため、相談窓口へお電話ください。");
	ck_assert_str_eq(t.m.requests[0].who_en, "The person in charge");
	ck_assert_ptr_null(t.m.requests[0].due_on);
	ck_assert_int_eq(t.m.requests[0].incident_id, 100);
	ck_assert_str_eq(t.m.requests[1].what_en,
			 "Detected on the device ending in .23: E. Case 9 is still open. unplug");
	ck_assert_str_eq(t.m.requests[1].due_on, "2026-07-12");
	ck_assert(t.devices[0].check && t.devices[1].check);
	pool_release(&t.pool);

	/* Judged to be expected, though nobody closed it; asked by people, for the case or for its computer. */
	start(&t);
	add_request(&t, "社長", "契約書");
	add_request(&t, "経理（末尾 .23）", "全体検査");
	t.requests[0].incident_id = 101;
	add_case(&t, 1, true, "甲", "10.0.0.1");
	add_case(&t, 1, true, "甲", "10.0.0.2");
	add_case(&t, 2, true, "甲", "10.0.0.23");
	t.cases[0].disposition = "benign_positive";
	ck_assert_str_eq(proposed(&t, false), "");
	pool_release(&t.pool);
}
END_TEST

START_TEST(devices_that_are_dealt_with)
{
	static const struct {
		struct device_count device; /* severity, cases, open_cases */
		bool check;
	} table[] = {
		{ { .severity = 1, .cases = 2, .open_cases = 0 }, false },
		{ { .severity = 1, .cases = 2, .open_cases = 1 }, true },
		{ { .severity = 3 }, true },
		{ { .severity = 4 }, false }, /* everyday traffic */
		{ { .severity = 5, .cases = 1 }, false },
		{ { .severity = 4, .cases = 1, .open_cases = 1 }, true },
		{ { .severity = 0 }, true }, /* not known */
	};
	struct month t;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		start(&t);
		t.m.devices_count = 1;
		t.devices[0] = table[i].device;
		t.devices[0].address = "10.0.0.23";
		t.devices[0].ja = "甲";
		ck_assert_msg(strcmp(proposed(&t, false), table[i].check ? "d" : "") == 0, "%zu", i);
		ck_assert_msg(t.devices[0].check == table[i].check, "%zu", i);
		pool_release(&t.pool);
	}
	/* No room is left: it is marked all the same. */
	start(&t);
	for (int i = 0; i < MEMBER_REQUESTS_MAX; i++)
		add_request(&t, "社長", "何か");
	add_device(&t, "10.0.0.23", "甲");
	add_device(&t, "10.0.0.24", "戊"); /* nothing to ask */
	ck_assert_str_eq(proposed(&t, true), "");
	ck_assert(t.devices[0].check && !t.devices[1].check);
	pool_release(&t.pool);
}
END_TEST

START_TEST(silent_still_and_not_removed)
{
	struct month t;

	start(&t);
	add_sensor(&t, "back", 5, NOW - US_PER_DAY);      /* silent for days, but it is back */
	add_sensor(&t, "hours", 0, NOW - 2 * US_PER_DAY); /* no whole day in this month */
	add_sensor(&t, "away", 1, NOW - US_PER_DAY - 1);
	t.sensors[1].silent_days = 4;
	t.sensors[1].heard_since = true; /* after the month */
	add_route(&t, "web", 5, 0);
	add_route(&t, "mail", 5, 5);
	ck_assert_str_eq(proposed(&t, false), "s");
	ck_assert(strstr(t.m.requests[0].what_en, "\"away\"") != NULL);
	pool_release(&t.pool);
}
END_TEST

SUITE_MAIN("plain_words", the_first_that_fits, the_last_resort_is_good, checks_rows, asks_in_order, what_a_device_needs,
	   what_people_asked_is_not_asked_again, open_cases_come_first, devices_that_are_dealt_with,
	   silent_still_and_not_removed)
