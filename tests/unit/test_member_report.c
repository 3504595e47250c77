/* A member's monthly report is two pages and an annex, whatever the month was. Where the annex begins is read from the
 * bookmarks of the file; what the pages say is read by tests/integration/test_report_pdf.sh. */
#include "lib/json_write.h"
#include "server/model/member_month.h"
#include "server/report/document.h"
#include "tests/unit/suite.h"

#include <pthread.h>

static const char *const samples[] = { "quiet", "cloudy", "storm", "empty", "unmonitored", "busy", "full" };
static const struct report_texts shipped;

static void read_sample(const char *name, struct buffer *out)
{
	char path[128];
	FILE *f;
	uint8_t *room;

	snprintf(path, sizeof(path), "tests/data/reports/%s.json", name);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "no %s", path);
	room = buffer_reserve(out, 1 << 20);
	ck_assert_ptr_nonnull(room);
	out->len += fread(room, 1, 1 << 20, f);
	fclose(f);
}

static struct document_order order_of(const struct buffer *body, bool ja)
{
	return (struct document_order){
		.kind = DOCUMENT_MONTHLY,
		.format = DOCUMENT_PDF,
		.japanese = ja,
		.page = 1,
		.body = buffer_slice(body),
		.texts = &shipped,
		.frame = { .number = "R-7",
			   .issue = 1,
			   .snapshot_sha256 = "00ff",
			   .snapshot_version = 1,
			   .desk_phone = "06-0000-0199",
			   .desk_hours = "平日 9:00～17:30",
			   .desk_mail = "soudan@cci.example" },
	};
}

static struct press *press_new(void)
{
	struct press *press;
	struct err why = { 0 };

	ck_assert_msg(press_open(&press, &why) == 0, "%s", why.text);
	return press;
}

static int draw(struct press *press, const struct document_order *order, struct buffer *out)
{
	struct err why = { 0 };
	int pages;

	ck_assert_msg(document_draw(press, order, out, &pages, &why) == 0, "%s", why.text);
	return pages;
}

/* The number of the object behind the n-th reference after `from`: "7 0 R". */
static long reference(const char *from, int n)
{
	char *at;
	long number = -1;

	for (at = strpbrk(from, "0123456789"); at && n > 0; n--) {
		number = strtol(at, &at, 10);
		at = strchr(at, 'R');
		if (at)
			at = strpbrk(at, "0123456789");
	}
	return number;
}

/* The page that the bookmark leads to; its title begins so, in UTF-16. */
static int page_of(struct buffer *pdf, const char *title)
{
	const char *file = buffer_string(pdf), *at, *kids;
	size_t left;
	long page;

	at = memmem(file, pdf->len, title, strlen(title));
	ck_assert_msg(at != NULL, "no bookmark %s", title);
	left = pdf->len - (size_t)(at - file);
	at = memmem(at, left, "/Dest [", 7);
	kids = memmem(file, pdf->len, "/Kids [ ", 8);
	ck_assert(at && kids);
	page = reference(at, 1);
	for (int i = 1; i <= 40; i++)
		if (reference(kids, i) == page)
			return i;
	return 0;
}

static const char *annex_title(bool ja)
{
	return ja ? "/Title <FEFF4ED89332" : "/Title (Annex"; /* 付録 */
}

static const char *outbound_title(bool ja)
{
	return ja ? "/Title <FEFF4E2D304B3089" : "/Title <FEFF0053007500730070"; /* 中から, Susp */
}

START_TEST(two_pages_and_an_annex)
{
	struct press *press = press_new();

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct buffer body = { 0 }, pdf = { 0 };

		read_sample(samples[i], &body);
		for (int ja = 0; ja <= 1; ja++) {
			struct document_order order = order_of(&body, ja);

			buffer_clear(&pdf);
			ck_assert_int_ge(draw(press, &order, &pdf), 3);
			ck_assert_int_eq(page_of(&pdf, annex_title(ja)), 3);
			ck_assert_int_eq(page_of(&pdf, outbound_title(ja)), 2);
		}
		buffer_release(&body);
		buffer_release(&pdf);
	}
	press_close(press);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- any month */

struct dice {
	uint64_t state;
	struct pool *pool;
};

static uint64_t roll(struct dice *d, uint64_t below)
{
	d->state = d->state * 6364136223846793005U + 1442695040888963407U;
	return (d->state >> 33) % below;
}

/* Anything up to `most` characters: kanji, kana of half width, words, one word without end, lines. */
static const char *any_text(struct dice *d, size_t most)
{
	static const char *const pieces[] = { "通信", "髙﨑𠮷", "ｶﾌﾞｼｷ", "word ", "x", "、", "（確認）", "\n", "W" };
	size_t wanted = roll(d, 3) ? roll(d, most / 4 + 1) : roll(d, most + 1), done = 0;
	const char *piece = pieces[roll(d, ARRAY_LEN(pieces))];
	struct buffer b = { 0 };
	char *text;

	while (done < wanted) {
		if (roll(d, 3))
			piece = pieces[roll(d, ARRAY_LEN(pieces))];
		buffer_put_string(&b, piece);
		done += strlen(piece) > 3 ? 3 : 1;
	}
	text = pool_string(d->pool, buffer_slice(&b));
	buffer_release(&b);
	ck_assert_ptr_nonnull(text);
	return text;
}

static int64_t any_number(struct dice *d)
{
	static const uint64_t limits[] = { 1, 2, 100, 5000, 100000000, 1000000000000 };

	return (int64_t)roll(d, limits[roll(d, ARRAY_LEN(limits))]);
}

static time_us any_time(struct dice *d)
{
	return roll(d, 4) ? (time_us)(1790780400 + roll(d, 2678400)) * US_PER_SECOND : TIME_NONE;
}

static void *any_list(struct dice *d, size_t most, size_t size, size_t *count)
{
	*count = roll(d, 2) ? most : roll(d, most + 1);
	return pool_take_array(d->pool, most, size);
}

#define ANY_LIST(d, m, list, most) ((m)->list = any_list(d, most, sizeof(*(m)->list), &(m)->list##_count))
#define ANY_OF(d, ...)          \
	((const char *const[]){ \
	    __VA_ARGS__ })[roll(d, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))]

static void any_months(struct dice *d, struct member_month *m)
{
	m->months_count = MEMBER_MONTHS;
	m->months = pool_take_array(d->pool, MEMBER_MONTHS, sizeof(*m->months));
	for (int i = 0; i < MEMBER_MONTHS; i++) {
		struct month_count *c = &m->months[i];
		char month[24];

		snprintf(month, sizeof(month), "%04d-%02d", i < 3 ? 2025 : 2026, i < 3 ? 10 + i : i - 2);
		*c = (struct month_count){
			pool_string(d->pool, slice_of_string(month)), (int64_t)roll(d, 32), 0, 0, 0, 0, 0, 0, 0
		};
		c->inbound = any_number(d);
		c->inbound_stopped = (int64_t)roll(d, (uint64_t)c->inbound + 1);
		c->outbound = any_number(d);
		c->outbound_stopped = (int64_t)roll(d, (uint64_t)c->outbound + 1);
		c->viruses = any_number(d);
		c->viruses_removed = (int64_t)roll(d, (uint64_t)c->viruses + 1);
	}
}

static void any_cases(struct dice *d, struct member_month *m)
{
	ANY_LIST(d, m, cases, MEMBER_CASES_MAX);
	for (size_t i = 0; i < m->cases_count; i++) {
		struct case_row *c = &m->cases[i];

		*c = (struct case_row){ .no = any_number(d), .ja = any_text(d, 100), .en = any_text(d, 200) };
		c->direction = "outbound";
		c->state = ANY_OF(d, "open", "contained", "closed");
		c->disposition = ANY_OF(d, NULL, "true_positive", "false_positive", "benign_positive", "undetermined");
		c->severity = 1 + (int64_t)roll(d, 3);
		c->open = roll(d, 2);
		c->carried = roll(d, 2);
		c->event_at = any_time(d);
		c->raised_at = any_time(d);
		c->acknowledged_at = any_time(d);
		c->told_at = any_time(d);
		c->confirmed_at = any_time(d);
		c->contained_at = any_time(d);
		c->resolved_at = any_time(d);
		c->closed_at = any_time(d);
		c->visits = (int64_t)roll(d, 4);
		c->device = ANY_OF(d, NULL, "192.168.1.2", "2001:db8:1:2:3:4:5:6");
	}
}

static void any_lists(struct dice *d, struct member_month *m)
{
	ANY_LIST(d, m, reasons, 4);
	for (size_t i = 0; i < m->reasons_count; i++)
		m->reasons[i] = (struct weather_reason){ any_text(d, 300), any_text(d, 300) };
	ANY_LIST(d, m, inbound_kinds, MEMBER_KINDS_MAX);
	for (size_t i = 0; i < m->inbound_kinds_count; i++)
		m->inbound_kinds[i] = (struct kind_count){ any_text(d, 100), any_text(d, 200), any_number(d), 0 };
	ANY_LIST(d, m, devices, MEMBER_DEVICES_MAX);
	for (size_t i = 0; i < m->devices_count; i++)
		m->devices[i] =
		    (struct device_count){ .address = ANY_OF(d, "192.168.1.2", "2001:db8:1:2:3:4:5:6", "", "x.y"),
					   .ja = any_text(d, 100),
					   .en = any_text(d, 200),
					   .detections = any_number(d),
					   .first_at = any_time(d),
					   .last_at = any_time(d),
					   .severity = (int64_t)roll(d, 6),
					   .kinds = (int64_t)roll(d, 3),
					   .cases = (int64_t)roll(d, 2),
					   .check = roll(d, 2) };
	ANY_LIST(d, m, virus_routes, 3);
	for (size_t i = 0; i < m->virus_routes_count; i++)
		m->virus_routes[i] = (struct virus_route){ ANY_OF(d, "mail", "web", "other"), any_number(d), 0 };
	ANY_LIST(d, m, requests, MEMBER_REQUESTS_MAX);
	for (size_t i = 0; i < m->requests_count; i++)
		m->requests[i] = (struct request_row){ 0,
						       any_text(d, 100),
						       any_text(d, 100),
						       any_text(d, 500),
						       any_text(d, 500),
						       any_number(d) % 10000,
						       ANY_OF(d, "2026-11-30", NULL),
						       roll(d, 2),
						       roll(d, 2),
						       0 };
	ANY_LIST(d, m, peers, 3);
	for (size_t i = 0; i < m->peers_count; i++)
		m->peers[i] = (struct peer_row){ ANY_OF(d, "industry", "size", "all"),
						 ANY_OF(d, "1-5", "301-", "製造業", ""),
						 5 + any_number(d),
						 roll(d, 2),
						 3,
						 2,
						 1,
						 any_number(d),
						 any_number(d) };
	ANY_LIST(d, m, sensors, 20);
	for (size_t i = 0; i < m->sensors_count; i++)
		m->sensors[i] = (struct sensor_row){ .name = any_text(d, 100),
						     .site = ANY_OF(d, NULL, "本社"),
						     .last_seen_at = any_time(d),
						     .missing = any_number(d) };
	ANY_LIST(d, m, annex, MEMBER_ANNEX_MAX);
	for (size_t i = 0; i < m->annex_count; i++)
		m->annex[i] = (struct annex_row){ any_time(d), any_time(d),   any_number(d), 1 + (int64_t)roll(d, 5),
						  "inbound",   "ips",         "blocked",     any_text(d, 200),
						  "1",         "203.0.113.1", "2001:db8::1", 443 };
}

static void any_month(struct dice *d, struct buffer *out)
{
	struct member_month m = { .format = MEMBER_MONTH_FORMAT,
				  .company_id = 1,
				  .operator_name = "商工会議所",
				  .timezone = "Asia/Tokyo",
				  .month = "2026-10",
				  .first_day = "2026-10-01",
				  .last_day = "2026-10-31",
				  .days = 31,
				  .outbound_minor = roll(d, 2) ? any_number(d) : 0,
				  .outbound_devices = any_number(d) };
	struct json_writer w;

	m.company = any_text(d, 100);
	m.member_no = ANY_OF(d, NULL, "10-1");
	m.grade = ANY_OF(d, "sunny", "hazy", "cloudy", "rainy", "fog");
	m.preliminary = roll(d, 2);
	m.monitored_days = (int64_t)roll(d, 32);
	m.due_hours = 744;
	m.seen_hours = (int64_t)roll(d, 745);
	m.silent_hours = (int64_t)roll(d, 3);
	m.tickets = any_number(d);
	m.insurance_cases = (int64_t)roll(d, 2);
	m.requests_more = (int64_t)roll(d, 2);
	m.cases_more = (int64_t)roll(d, 2);
	m.made_at = TIME_NONE;
	any_months(d, &m);
	any_cases(d, &m);
	any_lists(d, &m);
	json_writer_init(&w, out);
	json_shape_write(&member_month_shape, &m, &w, NULL);
	ck_assert(!out->failed);
}

/* Texts that the chamber made as long as it may. */
static struct report_texts any_texts(struct dice *d)
{
	static const char *const keys[] = { "verdict_rainy", "verdict_sunny", "advice_10",     "requests_done",
					    "peers_note",    "contact_line",  "coverage_line", "inbound_some",
					    "title_monthly", "addressee",     "heading_peers", "request_terms" };
	struct report_text_change *changes = pool_take_array(d->pool, 4, sizeof(*changes));

	for (size_t i = 0; i < 4; i++) {
		const struct report_text_key *key = report_text_find(slice_of_string(keys[roll(d, ARRAY_LEN(keys))]));

		ck_assert_ptr_nonnull(key);
		changes[i] = (struct report_text_change){ key, true, any_text(d, 1300) };
	}
	return (struct report_texts){ changes, roll(d, 2) ? 4 : 0 };
}

START_TEST(any_month_is_two_pages_and_an_annex)
{
	const char *wanted = getenv("HINOMI_TEST_MONTHS");
	long times = wanted ? strtol(wanted, NULL, 10) : 40;
	struct press *press = press_new();

	for (long i = 0; i < times; i++) {
		struct pool pool = { 0 };
		struct dice d = { (uint64_t)i + 1, &pool };
		struct buffer body = { 0 }, pdf = { 0 };
		struct report_texts texts;
		struct document_order order;
		int annex, outbound;

		any_month(&d, &body);
		texts = any_texts(&d);
		order = order_of(&body, i % 3 != 0);
		order.texts = &texts;
		order.frame.draft = roll(&d, 2);
		order.frame.issue = 1 + (int64_t)roll(&d, 2);
		order.frame.issue_reason = any_text(&d, 500);
		order.frame.comment = any_text(&d, 2000);
		draw(press, &order, &pdf);
		annex = page_of(&pdf, annex_title(order.japanese));
		outbound = page_of(&pdf, outbound_title(order.japanese));
		ck_assert_msg(annex == 3 && outbound == 2, "month %ld: outbound on page %d, annex on page %d", i,
			      outbound, annex);
		buffer_release(&body);
		buffer_release(&pdf);
		pool_release(&pool);
	}
	press_close(press);
}
END_TEST

/* ---------------------------------------------------------------------------------------------- the same, each time */

struct drawing {
	const struct document_order *order;
	struct buffer out;
};

static void *draw_thrice(void *argument)
{
	struct drawing *d = argument;
	struct press *press = NULL;
	struct err why;
	int pages;

	if (press_open(&press, &why) == 0)
		for (int i = 0; i < 3; i++) {
			buffer_clear(&d->out);
			document_draw(press, d->order, &d->out, &pages, &why);
		}
	press_close(press);
	return NULL;
}

START_TEST(threads_draw_the_same)
{
	struct buffer body = { 0 };
	struct document_order order;
	struct drawing drawings[2];
	pthread_t threads[2];

	read_sample("cloudy", &body);
	order = order_of(&body, true);
	for (int i = 0; i < 2; i++) {
		drawings[i] = (struct drawing){ .order = &order };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, draw_thrice, &drawings[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_gt(drawings[0].out.len, 50000);
	ck_assert(slice_equal(buffer_slice(&drawings[0].out), buffer_slice(&drawings[1].out)));
	buffer_release(&drawings[0].out);
	buffer_release(&drawings[1].out);
	buffer_release(&body);
}
END_TEST

/* Only what is drawn counts: not where the body lies in memory, nor what was drawn before. */
START_TEST(order_of_drawing_does_not_matter)
{
	struct press *press = press_new();
	struct buffer quiet = { 0 }, storm = { 0 }, first = { 0 }, second = { 0 }, other = { 0 };
	struct document_order a, b;

	read_sample("quiet", &quiet);
	read_sample("storm", &storm);
	a = order_of(&quiet, true);
	b = order_of(&storm, false);
	draw(press, &a, &first);
	draw(press, &b, &other);
	draw(press, &a, &second);
	ck_assert(slice_equal(buffer_slice(&first), buffer_slice(&second)));
	ck_assert(!slice_equal(buffer_slice(&first), buffer_slice(&other)));
	buffer_release(&quiet);
	buffer_release(&storm);
	buffer_release(&first);
	buffer_release(&second);
	buffer_release(&other);
	press_close(press);
}
END_TEST

START_TEST(bad_bodies_are_refused)
{
	static const char *const bodies[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"format\":2}",
		"{\"format\":1}",
		"{\"format\":1",
		"{\"format\":1,\"company\":\"a\",\"month\":\"2026-10\",\"grade\":\"sunny\"}",
		"{\"format\":\"1\"}"
	};
	struct press *press = press_new();
	struct buffer out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct buffer body = { 0 };
		struct document_order order;
		struct err why = { 0 };
		int pages;

		buffer_put_string(&body, bodies[i]);
		order = order_of(&body, true);
		ck_assert_int_eq(document_draw(press, &order, &out, &pages, &why), -1);
		ck_assert_msg(why.code == ERR_CORRUPT, "%s: %s", bodies[i], why.text);
		ck_assert_uint_eq(out.len, 0);
		buffer_release(&body);
	}
	buffer_release(&out);
	press_close(press);
}
END_TEST

START_TEST(pages_that_are_not_there)
{
	struct press *press = press_new();
	struct buffer body = { 0 }, out = { 0 };
	struct document_order order;
	struct err why = { 0 };
	int pages;

	read_sample("quiet", &body);
	order = order_of(&body, true);
	order.format = DOCUMENT_PNG;
	order.page = 2;
	ck_assert_int_ge(draw(press, &order, &out), 3);
	ck_assert_mem_eq(out.data, "\x89PNG", 4);
	order.page = 9;
	ck_assert_int_eq(document_draw(press, &order, &out, &pages, &why), -1);
	ck_assert_int_eq(why.code, ERR_NOT_FOUND);
	buffer_release(&body);
	buffer_release(&out);
	press_close(press);
}
END_TEST

SUITE_MAIN("member_report", two_pages_and_an_annex, any_month_is_two_pages_and_an_annex, threads_draw_the_same,
	   order_of_drawing_does_not_matter, bad_bodies_are_refused, pages_that_are_not_there)
