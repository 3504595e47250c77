/* A year of a chamber of 3,000 members in a moment: 790 incidents of severity 1 to 3 a month (the pilot regions had
 * 0.26 a month for each company), a few members with very many, campaigns that strike dozens of members in half an
 * hour, sensors that fall silent, an engine that is away for hours, nights in which nothing gets through, people who
 * sleep, cannot, forget to sign in, hand over. The policies, routes and hours are the documents as shipped.
 *
 * Whatever happens: every incident that the routes give to a policy is the subject of exactly one page; every one of
 * severity 1 reached a person, or is listed with the reason why not; no notice was ordered twice; what was ordered was
 * sent, alone or in a bundle; no unanswered page is silent; and a campaign is a handful of pages.
 *
 * ESCALATION_YEARS sets how many years (default 5). A failure names the seed. */
#include "tests/sim/year_report.h"
#include "tests/unit/suite.h"

enum { MONTHLY = 790, MONTHLY_SENSORS = 150 };
/* ---------------------------------------------------------------------------------------------- what happens */

static void add_thing(struct year *y, time_us at, bool is_sensor, int company, int severity)
{
	int thing = y->thing_count++;
	struct thing *t = &y->things[thing];

	ck_assert_int_lt(thing, THINGS_MAX);
	*t = (struct thing){ .at = at,
			     .answered_at = TIME_NONE,
			     .settled_at = TIME_NONE,
			     .is_sensor = is_sensor,
			     .severity = severity,
			     .company = company,
			     .page = -1,
			     .next = -1 };
	push(y, at, E_HAPPENS, thing, 0, 0);
	if (is_sensor) {
		push(y, at + 5 * MINUTE + roll_exponential(6 * HOUR), E_SETTLED, thing, 0, 0);
		return;
	}
	if (severity > 1 && chance(0.03))
		push(y, at + 3 * MINUTE + roll_exponential(20 * MINUTE), E_GRAVER, thing, 0, 0);
	/* Merged into another one, or it turned out to be nothing, before anybody could look. */
	if (chance(0.015))
		push(y, at + MINUTE + roll_exponential(6 * MINUTE), E_SETTLED, thing, 0, 0);
	else if (chance(0.02))
		push(y, at + MINUTE + roll_exponential(5 * MINUTE), E_TAKEN, thing, 1 + (int)(roll() * 10), 0);
}

static int roll_severity(void)
{
	double p = roll();

	return p < 0.05 ? 1 : p < 0.40 ? 2 : 3;
}

/* Office hours have three times as many; one in ten incidents brings some more of its company along. */
static void roll_incidents(struct year *y)
{
	int64_t hours = (y->setting.ends - y->setting.begins) / HOUR;
	double per_hour = MONTHLY * 12.0 / 1.2 / (double)hours;

	for (int64_t h = 0; h < hours; h++) {
		time_us begins = y->setting.begins + h * HOUR;
		int hour = hour_of(&y->setting, begins);
		int64_t mean = (int64_t)((double)HOUR / (per_hour * (hour >= 9 && hour < 18 ? 1.8 : 0.52)));

		for (time_us at = begins + roll_exponential(mean); at < begins + HOUR; at += roll_exponential(mean)) {
			int company = roll_company();

			add_thing(y, at, false, company, roll_severity());
			for (int more = chance(0.1) ? 1 + (int)(roll() * 3) : 0; more > 0; more--)
				add_thing(y, at + (time_us)(roll() * 30 * (double)MINUTE), false, company,
					  roll_severity());
		}
	}
}

static time_us roll_time(const struct year *y)
{
	return y->setting.begins + (time_us)(roll() * (double)(y->setting.ends - y->setting.begins - 2 * HOUR));
}

static void roll_burst(struct year *y, bool is_sensor, int least, int most, time_us length)
{
	struct burst *b = &bursts[burst_count++];

	b->when.from = roll_time(y);
	b->when.to = b->when.from + length;
	b->things = least + (int)(roll() * (most - least));
	for (int i = 0; i < b->things; i++)
		add_thing(y, b->when.from + (time_us)(roll() * (double)length), is_sensor,
			  1 + (int)(roll() * COMPANIES),
			  is_sensor     ? 3
			  : chance(0.2) ? 1
					: 2);
}

static void roll_year(struct year *y)
{
	int sensors = MONTHLY_SENSORS * 12;

	burst_count = 0;
	roll_incidents(y);
	for (int i = 0; i < sensors; i++)
		add_thing(y, roll_time(y), true, 1 + (int)(roll() * COMPANIES), 3);
	for (int i = 0; i < CAMPAIGNS; i++)
		roll_burst(y, false, 40, 200, 30 * MINUTE);
	for (int i = 0; i < PROVIDER_FAULTS; i++)
		roll_burst(y, true, 60, 120, 10 * MINUTE);
}

/* ---------------------------------------------------------------------------------------------- what people do */

static int speaks(const struct year *y, int page)
{
	while (y->pages[page].joined_into >= 0)
		page = y->pages[page].joined_into;
	return page;
}

/* Somebody has the page: everything on it has reached a person, and is worked on. */
static void reached(struct year *y, int page)
{
	for (int thing = y->pages[page].first; thing >= 0; thing = y->things[thing].next) {
		struct thing *t = &y->things[thing];

		if (t->answered_at == TIME_NONE && t->settled_at == TIME_NONE)
			t->answered_at = y->now;
		if (t->being_dealt_with || t->is_sensor)
			continue;
		t->being_dealt_with = true;
		push(y, y->now + 5 * MINUTE + roll_exponential(80 * MINUTE), E_SETTLED, thing, 0, 0);
	}
}

static void will_renew(struct year *y, int page, int person)
{
	time_us until = y->pages[page].machine.ack_until;

	if (until != TIME_NONE && chance(0.9))
		push(y, until - MINUTE, E_RENEWS, page, person, 0);
}

static bool acknowledge(struct year *y, int page, int person, enum page_via via)
{
	struct year_page *p = &y->pages[page];
	struct page_orders orders;

	watch_silence(y, p);
	if (!page_machine_acknowledge(&p->machine, &y->setting.policies[p->policy], person, via, y->now, &orders))
		return false;
	carry_out(y, page, &orders);
	reached(y, page);
	will_renew(y, page, person);
	return true;
}

static void answers(struct year *y, int page, int person)
{
	bool by_link = chance(0.6);

	if (!acknowledge(y, page, person, by_link ? VIA_LINK : VIA_SCREEN))
		return;
	if (by_link && chance(0.9))
		push(y, y->now + MINUTE + (time_us)(roll() * 8 * (double)MINUTE), E_SIGNS_IN, page, person, 0);
	if (chance(0.03))
		push(y, y->now + 10 * MINUTE, E_GOES_ON, page, person, 0);
	else if (chance(0.05))
		push(y, y->now + 20 * MINUTE, E_HANDS, page, person, 0);
}

static void looks(struct year *y, int page, int person, int orders_then)
{
	struct year_page *p = &y->pages[page];
	struct page_orders orders;

	if (p->machine.state == PAGE_ACKNOWLEDGED && p->machine.ack_by == person)
		reached(y, page); /* further subjects */
	if (p->machine.state != PAGE_TRIGGERED)
		return;
	if (!chance(0.05) || orders_then != p->orders) {
		answers(y, page, person);
		return;
	}
	p->declined++;
	page_machine_decline(&p->machine, &y->setting.policies[p->policy], hours_of(y, p), y->now, &orders);
	carry_out(y, page, &orders);
}

static void signs_in(struct year *y, int page, int person)
{
	struct year_page *p = &y->pages[page];

	if (!page_machine_confirm(&p->machine, &y->setting.policies[p->policy], person, y->now))
		return;
	reached(y, page);
	push_tick(y, page);
	will_renew(y, page, person);
}

static void renews(struct year *y, int page, int person)
{
	const struct page_machine *m = &y->pages[page].machine;

	if (m->state == PAGE_ACKNOWLEDGED && m->ack_by == person && m->ack_until - MINUTE <= y->now)
		acknowledge(y, page, person, VIA_SCREEN);
}

static void goes_on(struct year *y, int page, int person)
{
	struct year_page *p = &y->pages[page];
	struct page_orders orders;

	if (p->machine.state != PAGE_ACKNOWLEDGED || p->machine.ack_by != person)
		return;
	page_machine_escalate(&p->machine, &y->setting.policies[p->policy], hours_of(y, p), y->now, &orders);
	carry_out(y, page, &orders);
}

static void hands_over(struct year *y, int page, int person)
{
	struct year_page *p = &y->pages[page];
	int to = (int)schedule_at(y->setting.schedules[1], y->now).user_id;
	struct page_orders orders;

	if (p->machine.state != PAGE_ACKNOWLEDGED || p->machine.ack_by != person || to == 0)
		return;
	if (!page_machine_hand_over(&p->machine, &y->setting.policies[p->policy], to, y->now, &orders))
		return;
	carry_out(y, page, &orders);
	if (chance(0.9))
		push(y, y->now + 3 * MINUTE, E_SIGNS_IN, page, to, 0);
}

/* ---------------------------------------------------------------------------------------------- what the engine does
 */

static void happens(struct year *y, int thing)
{
	struct route_choice choice;

	choose(y, &y->things[thing], thing, &choice);
	if (choice.policy_id != 0 && y->things[thing].settled_at == TIME_NONE)
		place(y, thing, &choice);
}

static void becomes_graver(struct year *y, int thing)
{
	struct thing *t = &y->things[thing];
	struct page_orders orders;
	struct route_choice choice;
	struct year_page *p;

	if (t->settled_at != TIME_NONE)
		return;
	t->severity--;
	t->at = y->now; /* its time is counted from here */
	if (t->page < 0) {
		happens(y, thing);
		return;
	}
	p = &y->pages[t->page];
	if (t->severity >= p->machine.severity)
		return;
	watch_silence(y, p);
	choose(y, t, thing, &choice);
	p->policy = (int)choice.policy_id - 1;
	if (p->is_storm)
		page_group_storm_key(choice.policy_id, p->key, sizeof(p->key));
	else
		snprintf(p->key, sizeof(p->key), "%s", choice.group_key);
	t->answered_at = TIME_NONE;
	page_machine_add(&p->machine, &y->setting.policies[p->policy], hours_of(y, p), t->severity, 0, y->now, &orders);
	carry_out(y, t->page, &orders);
}

/* After a subject was settled or taken on elsewhere. */
static void apply_effect(struct year *y, int page, int person)
{
	struct year_page *p = &y->pages[page];
	struct page_orders orders;
	int64_t waiting = 0, taken = 0;

	for (int t = p->first; t >= 0; t = y->things[t].next) {
		waiting += y->things[t].settled_at == TIME_NONE && !y->things[t].taken;
		taken += y->things[t].settled_at == TIME_NONE && y->things[t].taken;
	}
	switch (page_group_effect(waiting, taken)) {
	case PAGE_IS_CLOSED:
		watch_silence(y, p);
		ck_assert(page_machine_close(&p->machine, y->now, &orders));
		carry_out(y, page, &orders);
		forget_open(y, page);
		break;
	case PAGE_IS_ACKNOWLEDGED:
		if (person)
			acknowledge(y, page, person, VIA_INCIDENT);
		break;
	default:
		break;
	}
}

static void is_settled(struct year *y, int thing)
{
	struct thing *t = &y->things[thing];

	if (t->settled_at != TIME_NONE)
		return;
	t->settled_at = y->now;
	if (t->page >= 0)
		apply_effect(y, t->page, 0);
}

static void is_taken(struct year *y, int thing, int person)
{
	struct thing *t = &y->things[thing];

	if (t->settled_at != TIME_NONE || t->taken || t->page < 0)
		return;
	t->taken = true;
	if (t->answered_at == TIME_NONE)
		t->answered_at = y->now;
	apply_effect(y, t->page, person);
}

static bool is_of_the_engine(enum event_kind kind)
{
	return kind == E_HAPPENS || kind == E_GRAVER || kind == E_TICK || kind == E_BUNDLE;
}

static void handle(struct year *y, const struct event *e)
{
	switch (e->kind) {
	case E_HAPPENS:
		happens(y, e->a);
		break;
	case E_GRAVER:
		becomes_graver(y, e->a);
		break;
	case E_TAKEN:
		is_taken(y, e->a, e->b);
		break;
	case E_SETTLED:
		is_settled(y, e->a);
		break;
	case E_TICK:
		tick(y, e->a);
		break;
	case E_BUNDLE:
		send_bundle(y, e->b);
		break;
	case E_LOOKS:
		looks(y, speaks(y, e->a), e->b, e->c);
		break;
	case E_SIGNS_IN:
		signs_in(y, e->a, e->b);
		break;
	case E_RENEWS:
		renews(y, e->a, e->b);
		break;
	case E_GOES_ON:
		goes_on(y, e->a, e->b);
		break;
	case E_HANDS:
		hands_over(y, e->a, e->b);
		break;
	}
}

static void note_bursts(struct year *y)
{
	for (int i = 0; i < burst_count; i++) {
		if (y->now < bursts[i].when.from)
			bursts[i].pages_before = y->page_count;
		if (y->now < bursts[i].when.to + 10 * MINUTE)
			bursts[i].pages_after = y->page_count;
	}
}

static void run_year(struct year *y)
{
	while (y->event_count > 0 && y->heap[0].at < y->setting.ends) {
		struct event e = pop(y);
		time_us back = after_spans(y->setting.engine_away, e.at);

		y->now = e.at;
		note_bursts(y);
		if (is_of_the_engine(e.kind) && back != e.at)
			push(y, back, e.kind, e.a, e.b, e.c); /* it waits for the engine */
		else
			handle(y, &e);
	}
	y->now = y->setting.ends;
}

/* ---------------------------------------------------------------------------------------------- years */

static struct year *open_year(uint64_t seed)
{
	struct year *y = calloc(1, sizeof(*y));

	ck_assert_ptr_nonnull(y);
	y->seed = seed;
	dice = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	y->heap = calloc(EVENTS_MAX, sizeof(*y->heap));
	y->things = calloc(THINGS_MAX, sizeof(*y->things));
	y->pages = calloc(PAGES_MAX, sizeof(*y->pages));
	y->identities = calloc(IDENTITIES_MAX, sizeof(*y->identities));
	ck_assert(y->heap && y->things && y->pages && y->identities);
	for (int person = 0; person < PEOPLE; person++)
		y->told[person].last_bundle = y->told[person].pending_bundle = TIME_NONE;
	setting_open(&y->setting);
	return y;
}

static void close_year(struct year *y)
{
	setting_close(&y->setting);
	free(y->heap);
	free(y->things);
	free(y->pages);
	free(y->identities);
	free(y);
}

START_TEST(years)
{
	const char *wanted = getenv("ESCALATION_YEARS");
	uint64_t count = wanted ? strtoull(wanted, NULL, 10) : 5;

	for (uint64_t seed = 1; seed <= count; seed++) {
		struct year *y = open_year(seed);

		roll_year(y);
		run_year(y);
		check_subjects(y);
		check_notices(y);
		check_pages(y);
		check_bursts(y);
		print_year(y);
		close_year(y);
	}
}
END_TEST

SUITE_MAIN("escalation_year", years)
