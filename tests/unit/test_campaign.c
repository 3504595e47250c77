/* Campaigns: spans against a definition written as a comparison of all windows, whatever the order and the batches in
 * which sightings come; and what is a sighting at all. */
#include "server/model/campaign.h"

#include "tests/unit/suite.h"

enum { MOST = 60, DAYS = 40, COMPANIES = 6 };

static unsigned random_state;

static unsigned random_below(unsigned below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

/* ----------------------------------------------------------------------------------------------------------- judging
 */

struct expected {
	bool in[DAYS + 1];     /* the day is in a campaign */
	bool joined[DAYS + 1]; /* the day and the one before are in the same */
};

/* All windows that there are, each on its own. */
static struct expected naive(const struct campaign_day *days, size_t count, int64_t minimum, int window)
{
	struct expected e = { 0 };

	for (int from = -window; from <= DAYS; from++) {
		bool met[COMPANIES] = { 0 };
		int first = DAYS + 1, last = -1, companies = 0;

		for (size_t i = 0; i < count; i++) {
			if (days[i].day < from || days[i].day > from + window - 1)
				continue;
			companies += !met[days[i].company_id];
			met[days[i].company_id] = true;
			first = days[i].day < first ? days[i].day : first;
			last = days[i].day > last ? days[i].day : last;
		}
		for (int day = first; companies >= minimum && day <= last; day++) {
			e.in[day] = true;
			e.joined[day] = e.joined[day] || day > first;
		}
	}
	return e;
}

static void compare(const struct campaign_span *spans, size_t count, const struct expected *e)
{
	bool in[DAYS + 1] = { 0 }, joined[DAYS + 1] = { 0 };

	for (size_t i = 0; i < count; i++) {
		ck_assert(i == 0 || spans[i].first_day > spans[i - 1].last_day);
		for (int day = spans[i].first_day; day <= spans[i].last_day; day++) {
			in[day] = true;
			joined[day] = day > spans[i].first_day;
		}
	}
	ck_assert_mem_eq(in, e->in, sizeof(in));
	ck_assert_mem_eq(joined, e->joined, sizeof(joined));
}

static size_t make_days(struct campaign_day *days)
{
	size_t count = random_below(MOST);

	for (size_t i = 0; i < count; i++)
		days[i] = (struct campaign_day){ (int32_t)random_below(DAYS), random_below(COMPANIES) };
	return count;
}

START_TEST(spans_are_those_of_all_windows)
{
	struct campaign_day days[MOST], copy[MOST];
	struct err why;

	random_state = 3;
	for (int round = 0; round < 20000; round++) {
		size_t count = make_days(days), kept = count, span_count;
		int64_t minimum = 1 + random_below(4);
		int window = 1 + (int)random_below(5);
		struct expected e = naive(days, count, minimum, window);
		struct campaign_span *spans;

		memcpy(copy, days, sizeof(days));
		ck_assert_int_eq(campaign_judge(copy, &kept, minimum, window, &spans, &span_count, &why), 0);
		compare(spans, span_count, &e);
		free(spans);
	}
}
END_TEST

/* What the correlator does: only days around the news are looked at, and only campaigns there. */
struct store {
	struct campaign_day days[MOST];
	size_t day_count;
	struct campaign_span known[MOST];
	size_t known_count;
	int64_t last_id;
};

static void round_of_news(struct store *s, const struct campaign_day *news, size_t count, int64_t minimum, int window)
{
	int from = DAYS, to = 0;
	struct campaign_absorbed absorbed[2 * MOST];
	struct campaign_day near[MOST];
	struct campaign_span spans[2 * MOST], *made;
	size_t near_count = 0, made_count, span_count = 0, absorbed_count, kept = 0;
	struct err why;

	for (size_t i = 0; i < count; i++) {
		from = news[i].day < from ? news[i].day : from;
		to = news[i].day > to ? news[i].day : to;
		s->days[s->day_count++] = news[i];
	}
	from -= window - 1;
	to += window - 1;
	for (size_t i = 0; i < s->day_count; i++)
		if (s->days[i].day >= from && s->days[i].day <= to)
			near[near_count++] = s->days[i];
	ck_assert_int_eq(campaign_judge(near, &near_count, minimum, window, &made, &made_count, &why), 0);
	for (size_t i = 0; i < s->known_count; i++) {
		if (s->known[i].last_day >= from && s->known[i].first_day <= to)
			spans[span_count++] = s->known[i];
		else
			s->known[kept++] = s->known[i];
	}
	for (size_t i = 0; i < made_count; i++)
		spans[span_count++] = made[i];
	free(made);
	campaign_spans_join(spans, &span_count, absorbed, &absorbed_count);
	for (size_t i = 0; i < span_count; i++) {
		if (spans[i].id == 0)
			spans[i].id = ++s->last_id;
		s->known[kept++] = spans[i];
	}
	s->known_count = kept;
	/* Whatever was absorbed is there no more, and what absorbed it is. */
	for (size_t i = 0; i < absorbed_count; i++) {
		bool survivor = false;

		ck_assert_int_gt(absorbed[i].id, absorbed[i].into);
		for (size_t k = 0; k < kept; k++) {
			ck_assert_int_ne(s->known[k].id, absorbed[i].id);
			survivor = survivor || s->known[k].id == absorbed[i].into;
		}
		ck_assert(survivor);
	}
}

static int by_first_day(const void *left, const void *right)
{
	const struct campaign_span *a = left, *b = right;

	return (a->first_day > b->first_day) - (a->first_day < b->first_day);
}

START_TEST(order_and_batches_do_not_matter)
{
	struct campaign_day days[MOST];
	struct store s;

	random_state = 11;
	for (int round = 0; round < 5000; round++) {
		size_t count = make_days(days), next;
		int64_t minimum = 1 + random_below(4);
		int window = 1 + (int)random_below(4);
		struct expected e = naive(days, count, minimum, window);

		s = (struct store){ 0 };
		for (size_t i = 0; i < count; i = next) {
			size_t batch = 1 + random_below(8);

			next = i + batch < count ? i + batch : count;
			round_of_news(&s, &days[i], next - i, minimum, window);
		}
		qsort(s.known, s.known_count, sizeof(*s.known), by_first_day);
		compare(s.known, s.known_count, &e);
	}
}
END_TEST

/* Three companies in three days; by hand. */
START_TEST(examples)
{
	struct campaign_day three[] = { { 10, 1 }, { 11, 2 }, { 12, 3 } };
	struct campaign_day spread[] = { { 10, 1 }, { 11, 2 }, { 13, 3 } };
	struct campaign_day one_company[] = { { 10, 1 }, { 11, 1 }, { 12, 1 } };
	/* 1, 2, 3 on days 1 to 3; 4, 5, 6 on days 4 to 6: days 2 to 4 tie them. */
	struct campaign_day chain[] = { { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 4 }, { 5, 5 }, { 6, 6 } };
	/* Two that a day without sightings parts: no window over it has three. */
	struct campaign_day apart[] = { { 1, 1 }, { 1, 2 }, { 1, 3 }, { 4, 1 }, { 4, 2 }, { 4, 3 } };
	struct campaign_span *spans;
	size_t count, span_count;
	struct err why;

	count = 3;
	ck_assert_int_eq(campaign_judge(three, &count, 3, 3, &spans, &span_count, &why), 0);
	ck_assert_uint_eq(span_count, 1);
	ck_assert_int_eq(spans[0].first_day, 10);
	ck_assert_int_eq(spans[0].last_day, 12);
	free(spans);
	count = 3;
	ck_assert_int_eq(campaign_judge(spread, &count, 3, 3, &spans, &span_count, &why), 0);
	ck_assert_uint_eq(span_count, 0);
	free(spans);
	count = 3;
	ck_assert_int_eq(campaign_judge(one_company, &count, 2, 3, &spans, &span_count, &why), 0);
	ck_assert_uint_eq(span_count, 0);
	free(spans);
	count = 6;
	ck_assert_int_eq(campaign_judge(chain, &count, 3, 3, &spans, &span_count, &why), 0);
	ck_assert_uint_eq(span_count, 1);
	ck_assert_int_eq(spans[0].last_day, 6);
	free(spans);
	count = 6;
	ck_assert_int_eq(campaign_judge(apart, &count, 3, 3, &spans, &span_count, &why), 0);
	ck_assert_uint_eq(span_count, 2);
	free(spans);
}
END_TEST

/* --------------------------------------------------------------------------------------------------------- sightings
 */

static struct campaign_alert alert_of(enum direction direction, int score, int severity, enum stage stage)
{
	return (struct campaign_alert){
		.ts = 5,
		.day = 1,
		.cluster_key = 77,
		.direction = direction,
		.engine = ENGINE_IPS,
		.stage = stage,
		.severity = severity,
		.score = score,
		.attacker = SLICE_LITERAL("203.0.113.9"),
		.remote = SLICE_LITERAL("198.51.100.7"),
		.remote_port = 443,
		.signature_id = SLICE_LITERAL("2019401"),
		.title = SLICE_LITERAL("ET MALWARE Something"),
	};
}

/* Kinds that the alert is a sighting of, as bits. */
static unsigned kinds_of(const struct campaign_alert *a)
{
	struct campaign_sightings s = { 0 };
	unsigned kinds = 0;
	struct err why;

	ck_assert_int_eq(campaign_sightings_add(&s, a, &why), 0);
	campaign_sightings_add_up(&s);
	for (size_t i = 0; i < s.count; i++)
		kinds |= 1u << s.items[i].kind;
	campaign_sightings_release(&s);
	return kinds;
}

START_TEST(what_is_a_sighting)
{
	const unsigned source = 1u << CAMPAIGN_SOURCE, destination = 1u << CAMPAIGN_DESTINATION;
	const unsigned signature = 1u << CAMPAIGN_SIGNATURE, indicator = 1u << CAMPAIGN_INDICATOR;
	struct campaign_alert a;

	a = alert_of(DIRECTION_INBOUND, 45, SEVERITY_MEDIUM, STAGE_EXPLOITATION);
	ck_assert_uint_eq(kinds_of(&a), source);
	a.blocked = true;
	ck_assert_uint_eq(kinds_of(&a), source);
	a = alert_of(DIRECTION_INBOUND, 30, SEVERITY_LOW, STAGE_RECONNAISSANCE);
	ck_assert_uint_eq(kinds_of(&a), source);
	a.blocked = true;
	ck_assert_uint_eq(kinds_of(&a), 0);
	a = alert_of(DIRECTION_INBOUND, 20, SEVERITY_LOW, STAGE_RECONNAISSANCE);
	ck_assert_uint_eq(kinds_of(&a), 0);

	a = alert_of(DIRECTION_OUTBOUND, 85, SEVERITY_CRITICAL, STAGE_COMMAND_AND_CONTROL);
	ck_assert_uint_eq(kinds_of(&a), destination | signature);
	a.blocked = true;
	ck_assert_uint_eq(kinds_of(&a), destination | signature);
	a.remote_port = 53;
	ck_assert_uint_eq(kinds_of(&a), signature);
	a = alert_of(DIRECTION_OUTBOUND, 85, SEVERITY_CRITICAL, STAGE_COMMAND_AND_CONTROL);
	a.engine = ENGINE_DNS;
	ck_assert_uint_eq(kinds_of(&a), signature);
	a = alert_of(DIRECTION_OUTBOUND, 10, SEVERITY_INFO, STAGE_NONE);
	ck_assert_uint_eq(kinds_of(&a), 0);
	a = alert_of(DIRECTION_INTERNAL, 60, SEVERITY_HIGH, STAGE_ACTIONS);
	ck_assert_uint_eq(kinds_of(&a), signature);
	a = alert_of(DIRECTION_INBOUND, 75, SEVERITY_HIGH, STAGE_INSTALLATION);
	a.engine = ENGINE_ANTIVIRUS;
	ck_assert_uint_eq(kinds_of(&a), source | signature);

	a = alert_of(DIRECTION_OUTBOUND, 0, SEVERITY_INFO, STAGE_NONE);
	a.indicators[0] = 17;
	a.indicator_count = 1;
	ck_assert_uint_eq(kinds_of(&a), indicator);
	a.drill = true;
	ck_assert_uint_eq(kinds_of(&a), 0);
	a.drill = false;
	a.cluster_key = 0;
	ck_assert_uint_eq(kinds_of(&a), 0);
}
END_TEST

static const struct campaign_sighting *find(const struct campaign_sightings *s, enum campaign_kind kind,
					    const char *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].kind == kind && slice_is(s->items[i].key, key))
			return &s->items[i];
	return NULL;
}

START_TEST(sightings_add_up)
{
	struct campaign_sightings s = { 0 };
	struct campaign_alert a = alert_of(DIRECTION_OUTBOUND, 85, SEVERITY_HIGH, STAGE_COMMAND_AND_CONTROL);
	const struct campaign_sighting *one;
	struct err why;

	a.indicators[0] = 7;
	a.indicators[1] = 123456789012;
	a.indicator_count = 2;
	for (int i = 0; i < 300; i++) { /* more than there is room for at first */
		a.ts = 1000 - i;
		a.severity = i == 200 ? SEVERITY_CRITICAL : SEVERITY_HIGH;
		a.title = i == 200 ? SLICE_LITERAL("gravest") : SLICE_LITERAL("other");
		a.day = i % 2;
		ck_assert_int_eq(campaign_sightings_add(&s, &a, &why), 0);
	}
	campaign_sightings_add_up(&s);
	ck_assert_uint_eq(s.count, 2 * 4); /* two days; destination, signature, two indicators */
	one = find(&s, CAMPAIGN_INDICATOR, "123456789012");
	ck_assert_ptr_nonnull(one);
	ck_assert_int_eq(one->day, 0);
	ck_assert_int_eq(one->alerts, 150);
	ck_assert_int_eq(one->first, 1000 - 298);
	ck_assert_int_eq(one->last, 1000);
	ck_assert_int_eq(one->severity, SEVERITY_CRITICAL);
	ck_assert_int_eq(one->title_ts, 800);
	ck_assert(slice_is(one->title, "gravest"));
	ck_assert_uint_eq(one->halves, 1);
	ck_assert_ptr_nonnull(find(&s, CAMPAIGN_INDICATOR, "7"));
	ck_assert_ptr_nonnull(find(&s, CAMPAIGN_DESTINATION, "198.51.100.7"));
	ck_assert_ptr_nonnull(find(&s, CAMPAIGN_SIGNATURE, "2019401"));
	campaign_sightings_release(&s);
}
END_TEST

/* 2026-11-24: 08:00:00, 08:29:59 and 23:45 UTC are half hours 16, 16 and 47; a second before 1970 is 47. */
START_TEST(half_hours)
{
	static const time_us seconds[] = { 1795507200, 1795508999, 1795563900, -1 };
	struct campaign_sightings s = { 0 };
	struct campaign_alert a = alert_of(DIRECTION_INBOUND, 50, SEVERITY_MEDIUM, STAGE_EXPLOITATION);
	struct err why;

	for (size_t i = 0; i < 3; i++) {
		a.ts = seconds[i] * US_PER_SECOND;
		ck_assert_int_eq(campaign_sightings_add(&s, &a, &why), 0);
	}
	campaign_sightings_add_up(&s);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_uint_eq(s.items[0].halves, (uint64_t)1 << 16 | (uint64_t)1 << 47);
	campaign_sightings_release(&s);
	a.ts = seconds[3] * US_PER_SECOND;
	ck_assert_int_eq(campaign_sightings_add(&s, &a, &why), 0);
	ck_assert_uint_eq(s.items[0].halves, (uint64_t)1 << 47);
	campaign_sightings_release(&s);
}
END_TEST

START_TEST(joined_spans_have_the_lowest_number)
{
	struct campaign_span spans[] = { { 10, 12, 9 }, { 12, 15, 0 }, { 15, 20, 4 }, { 21, 22, 5 }, { 22, 23, 6 } };
	struct campaign_absorbed absorbed[5];
	size_t count = 5, absorbed_count;

	campaign_spans_join(spans, &count, absorbed, &absorbed_count);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(spans[0].id, 4);
	ck_assert_int_eq(spans[0].first_day, 10);
	ck_assert_int_eq(spans[0].last_day, 20);
	ck_assert_int_eq(spans[1].id, 5);
	ck_assert_uint_eq(absorbed_count, 2);
	ck_assert_int_eq(absorbed[0].id, 9);
	ck_assert_int_eq(absorbed[0].into, 4);
	ck_assert_int_eq(absorbed[1].id, 6);
	ck_assert_int_eq(absorbed[1].into, 5);
}
END_TEST

SUITE_MAIN("campaign", spans_are_those_of_all_windows, order_and_batches_do_not_matter, examples, what_is_a_sighting,
	   sightings_add_up, half_hours, joined_spans_have_the_lowest_number)
