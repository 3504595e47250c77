/* What the engine does with a page and its orders, in memory: places subjects, takes steps, finds out who is to be
 * told, throttles, sends. All decisions are those of server/model; here is only what the database does for them. */
#ifndef TESTS_SIM_YEAR_ENGINE_H
#define TESTS_SIM_YEAR_ENGINE_H

#include "tests/sim/year_setting.h"

enum { THINGS_MAX = 40000, PAGES_MAX = 40000, EVENTS_MAX = 2000000, IDENTITIES_MAX = 2000000, TOLD_KEPT = 64 };

enum event_kind {
	E_HAPPENS, /* a: thing */
	E_GRAVER,  /* a: thing */
	E_TAKEN,   /* a: thing, b: person who took it on, on its own screen */
	E_SETTLED, /* a: thing */
	E_TICK,    /* a: page */
	E_BUNDLE,  /* b: person */
	E_LOOKS,   /* a: page, b: person, c: how many orders it had when the notice was made */
	E_SIGNS_IN,
	E_RENEWS,
	E_GOES_ON, /* escalates by hand */
	E_HANDS,   /* hands over to the second line */
};
struct event {
	time_us at;
	uint64_t number; /* of two at the same time the one that was made first */
	enum event_kind kind;
	int a, b, c;
};

/* An incident or a sensor that fell silent. */
struct thing {
	time_us at, answered_at, settled_at; /* TIME_NONE: not yet */
	bool is_sensor, taken, being_dealt_with;
	int severity, company;
	int page; /* that speaks for it; -1: none was asked for */
	int next; /* of the same page; -1: none */
};
struct year_page {
	struct page_machine machine;
	int policy; /* index */
	bool is_storm;
	char key[GROUP_KEY_MAX];
	int first;       /* thing */
	int joined_into; /* -1: none */
	time_us added_at, told_at;
	uint32_t notified; /* a bit per person */
	int orders, lost, unseen, declined, nobody;
};
struct told {
	time_us at[TOLD_KEPT]; /* of notices of pages, the newest at count - 1 (round) */
	int64_t count;
	time_us last_bundle, pending_bundle;
	int pages[PAGES_MAX]; /* of the bundle that collects */
	int page_count;
	int64_t singles, bundles, bundled, quiet;
};
struct year {
	struct setting setting;
	time_us now;
	struct event *heap;
	size_t event_count;
	uint64_t event_number;
	struct thing *things;
	int thing_count;
	struct year_page *pages;
	int page_count;
	int open[PAGES_MAX], open_count;
	struct told told[PEOPLE];
	uint64_t *identities;
	size_t identity_count;
	int64_t receivers, member_notices;
	int storms, joined, exhausted, nobody, expired, gravers, joined_things;
	time_us longest_silence;
	uint64_t seed;
};

/* ---------------------------------------------------------------------------------------------- events */

static bool earlier(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static void push(struct year *y, time_us at, enum event_kind kind, int a, int b, int c)
{
	struct event e = { at, y->event_number++, kind, a, b, c };
	size_t i = y->event_count++;

	ck_assert_uint_lt(i, EVENTS_MAX);
	if (e.at < y->now)
		e.at = y->now;
	for (; i > 0 && earlier(&e, &y->heap[(i - 1) / 2]); i = (i - 1) / 2)
		y->heap[i] = y->heap[(i - 1) / 2];
	y->heap[i] = e;
}

static struct event pop(struct year *y)
{
	struct event first = y->heap[0], last = y->heap[--y->event_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < y->event_count) {
		if (child + 1 < y->event_count && earlier(&y->heap[child + 1], &y->heap[child]))
			child++;
		if (!earlier(&y->heap[child], &last))
			break;
		y->heap[i] = y->heap[child];
		i = child;
	}
	y->heap[i] = last;
	return first;
}

/* The engine looks every second, and not at all while it is away. */
static void push_tick(struct year *y, int page)
{
	time_us at = y->pages[page].machine.next_at;

	if (at != TIME_NONE)
		push(y, after_spans(y->setting.engine_away, at) + (time_us)(roll() * (double)SECOND), E_TICK, page, 0,
		     0);
}

/* ---------------------------------------------------------------------------------------------- telling people */

static void deliver(struct year *y, int page, int person, bool seen, time_us seen_at)
{
	struct year_page *p = &y->pages[page];

	p->unseen += !seen;
	if (seen)
		push(y, seen_at, E_LOOKS, page, person, p->orders);
}

static void send(struct year *y, const int *pages, int count, int person)
{
	time_us arrives, seen_at = TIME_NONE;
	bool delivered = roll_delivery(&y->setting, y->now, &arrives);
	bool seen = delivered && roll_answer(&y->setting, person, arrives, &seen_at);

	for (int i = 0; i < count; i++) {
		if (delivered)
			deliver(y, pages[i], person, seen, seen_at);
		else
			y->pages[pages[i]].lost++;
	}
}

static int told_lately(const struct year *y, int person)
{
	const struct told *t = &y->told[person];
	int recent = 0;

	for (int64_t i = t->count - 1; i >= 0 && i > t->count - TOLD_KEPT; i--)
		recent += t->at[i % TOLD_KEPT] > y->now - THROTTLE_WINDOW;
	return recent;
}

static void note_told(struct told *t, time_us at)
{
	t->at[t->count++ % TOLD_KEPT] = at;
}

static void tell(struct year *y, int page, int person)
{
	struct told *t = &y->told[person];
	struct year_page *p = &y->pages[page];
	struct throttle_facts facts = { .recent = told_lately(y, person),
					.last_bundle = t->last_bundle,
					.pending_bundle = t->pending_bundle,
					.severity = p->machine.severity,
					.first_of_its_page = (p->notified & 1U << person) == 0,
					.now = y->now };
	struct throttle_decision decision = notice_throttle(&facts);

	y->receivers++;
	p->notified |= 1U << person;
	if (decision.verdict == THROTTLE_SEND) {
		ck_assert_int_lt(facts.recent, THROTTLE_NOTICES + THROTTLE_GRAVE);
		note_told(t, y->now);
		t->singles++;
		send(y, &page, 1, person);
		return;
	}
	ck_assert_int_le(decision.bundle_at - y->now, THROTTLE_WINDOW);
	t->bundled++;
	t->pages[t->page_count++] = page;
	if (decision.bundle_at == t->pending_bundle)
		return;
	t->pending_bundle = decision.bundle_at;
	push(y, after_spans(y->setting.engine_away, decision.bundle_at), E_BUNDLE, 0, person, 0);
}

static void send_bundle(struct year *y, int person)
{
	struct told *t = &y->told[person];

	if (t->pending_bundle == TIME_NONE || t->pending_bundle > y->now)
		return; /* it was brought forward and is gone */
	t->pending_bundle = TIME_NONE;
	t->last_bundle = y->now;
	note_told(t, y->now);
	t->bundles++;
	send(y, t->pages, t->page_count, person);
	t->page_count = 0;
}

/* ---------------------------------------------------------------------------------------------- orders */

static uint32_t people_of_role(const char *role)
{
	uint32_t people = 0;

	for (int person = 1; person < PEOPLE; person++)
		if ((strcmp(role, "lead") == 0 && is_lead(person)) || (strcmp(role, "admin") == 0 && is_admin(person)))
			people |= 1U << person;
	return people;
}

static uint32_t people_of_target(struct year *y, const struct policy_target *target)
{
	switch (target->kind) {
	case TARGET_SCHEDULE:
		ck_assert(target->id == 1 || target->id == 2);
		return 1U << schedule_at(y->setting.schedules[target->id - 1], y->now).user_id;
	case TARGET_ROLE:
		return people_of_role(target->role);
	case TARGET_MEMBER_NEXT:
	case TARGET_MEMBER_ALL:
		y->member_notices++;
		return 0;
	default:
		ck_abort_msg("no such target is shipped");
	}
	return 0;
}

/* The targets of these steps; is there nobody, the fall-back: leads and admins. Number 0 is nobody. */
static uint32_t people_of_steps(struct year *y, struct year_page *p, int from, int to)
{
	const struct escalation_policy *policy = &y->setting.policies[p->policy];
	uint32_t people = 0;

	for (int s = from; s < to; s++)
		for (int i = 0; i < policy->steps[s].target_count; i++)
			people |= people_of_target(y, &policy->steps[s].targets[i]);
	people &= ~1U;
	if (people)
		return people;
	p->nobody++;
	y->nobody++;
	return people_of_role("lead") | people_of_role("admin");
}

static uint32_t receivers_of(struct year *y, struct year_page *p, const struct page_order *order)
{
	uint32_t user = 1U << order->user_id;

	switch (order->kind) {
	case ORDER_STEP:
		return people_of_steps(y, p, order->step, order->step + 1);
	case ORDER_LEADS:
		return people_of_role("lead") | people_of_role("admin");
	case ORDER_GRAVER:
		return people_of_steps(y, p, 0, order->step) | user;
	case ORDER_MORE:
		return order->user_id ? user : people_of_steps(y, p, 0, order->step);
	case ORDER_ANSWERED:
		return (p->notified | user) & ~(1U << p->machine.ack_by);
	case ORDER_EXPIRED:
		return user;
	default:
		return p->notified;
	}
}

static bool is_quiet(enum page_order_kind kind)
{
	return kind == ORDER_ANSWERED || kind == ORDER_EXPIRED || kind == ORDER_CLOSED;
}

static void note_identity(struct year *y, int page, const struct page_order *o, int person)
{
	uint64_t fields[] = { (uint64_t)page,    (uint64_t)o->kind,  (uint64_t)o->step,
			      (uint64_t)o->loop, (uint64_t)o->round, (uint64_t)person };
	static const unsigned bits[] = { 20, 4, 16, 6, 12, 6 };
	uint64_t identity = 0;

	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		ck_assert_uint_lt(fields[i], UINT64_C(1) << bits[i]);
		identity = identity << bits[i] | fields[i];
	}
	ck_assert_uint_lt(y->identity_count, IDENTITIES_MAX);
	y->identities[y->identity_count++] = identity;
}

static void carry_out_one(struct year *y, int page, const struct page_order *order)
{
	struct year_page *p = &y->pages[page];
	uint32_t receivers = receivers_of(y, p, order) & ~1U;

	p->orders++;
	y->exhausted += order->kind == ORDER_LEADS && order->step == 0;
	y->expired += order->kind == ORDER_EXPIRED;
	y->gravers += order->kind == ORDER_GRAVER;
	if (!is_quiet(order->kind))
		p->told_at = y->now;
	for (int person = 1; person < PEOPLE; person++) {
		if ((receivers & 1U << person) == 0)
			continue;
		note_identity(y, page, order, person);
		if (is_quiet(order->kind))
			y->told[person].quiet++;
		else
			tell(y, page, person);
	}
}

static const struct calendar *hours_of(const struct year *y, const struct year_page *p)
{
	return y->setting.policies[p->policy].hours ? y->setting.office : NULL;
}

/* How long nobody was told anything of a page that nobody answered (but where the policy's hours hold it). */
static void watch_silence(struct year *y, const struct year_page *p)
{
	if (p->machine.state == PAGE_TRIGGERED && !hours_of(y, p) && y->now - p->told_at > y->longest_silence)
		y->longest_silence = y->now - p->told_at;
}

static void carry_out(struct year *y, int page, const struct page_orders *orders)
{
	for (int i = 0; i < orders->count; i++)
		carry_out_one(y, page, &orders->items[i]);
	push_tick(y, page);
}

static void tick(struct year *y, int page)
{
	struct year_page *p = &y->pages[page];
	struct page_orders orders;

	watch_silence(y, p);
	while (page_machine_tick(&p->machine, &y->setting.policies[p->policy], hours_of(y, p), y->now, &orders))
		carry_out(y, page, &orders);
}

/* ---------------------------------------------------------------------------------------------- pages and subjects */

static void forget_open(struct year *y, int page)
{
	for (int i = 0; i < y->open_count; i++)
		if (y->open[i] == page) {
			y->open[i] = y->open[--y->open_count];
			return;
		}
	ck_abort_msg("seed %llu: page %d was not open", (unsigned long long)y->seed, page);
}

static void put_on(struct year *y, int page, int thing)
{
	y->things[thing].page = page;
	y->things[thing].next = y->pages[page].first;
	y->pages[page].first = thing;
	y->pages[page].added_at = y->now;
}

static int begin_page(struct year *y, int thing, const struct route_choice *choice, int severity)
{
	int page = y->page_count++;
	struct year_page *p = &y->pages[page];

	ck_assert_int_lt(page, PAGES_MAX);
	*p = (struct year_page){
		.policy = (int)choice->policy_id - 1, .first = -1, .joined_into = -1, .told_at = y->now
	};
	snprintf(p->key, sizeof(p->key), "%s", choice->group_key);
	page_machine_begin(&p->machine, &y->setting.policies[p->policy], hours_of(y, p), severity, y->now);
	y->open[y->open_count++] = page;
	put_on(y, page, thing);
	return page;
}

static void join(struct year *y, int page, int into)
{
	struct page_orders orders;
	int moved = 0;

	ck_assert(page_machine_join(&y->pages[page].machine));
	for (int t = y->pages[page].first, next; t >= 0; t = next, moved++) {
		next = y->things[t].next;
		put_on(y, into, t);
	}
	y->pages[page].first = -1;
	y->pages[page].joined_into = into;
	forget_open(y, page);
	y->joined++;
	y->joined_things += moved;
	ck_assert(page_machine_add(&y->pages[into].machine, &y->setting.policies[y->pages[into].policy], NULL, 5, moved,
				   y->now, &orders));
	ck_assert_int_eq(orders.count, 0);
}

static size_t read_open(const struct year *y, const struct route_choice *choice, struct page_open *open)
{
	size_t count = 0;

	for (int i = 0; i < y->open_count; i++) {
		const struct year_page *p = &y->pages[y->open[i]];

		if (p->policy == choice->policy_id - 1)
			open[count++] = (struct page_open){ .page_id = y->open[i],
							    .state = p->machine.state,
							    .same_group = strcmp(p->key, choice->group_key) == 0,
							    .is_storm = p->is_storm,
							    .severity = p->machine.severity,
							    .created_at = p->machine.created_at,
							    .added_at = p->added_at };
	}
	return count;
}

static void begin_storm(struct year *y, int thing, const struct route_choice *choice, int severity,
			const struct page_open *open, size_t count)
{
	int storm = begin_page(y, thing, choice, severity);

	y->pages[storm].is_storm = true;
	page_group_storm_key(choice->policy_id, y->pages[storm].key, sizeof(y->pages[storm].key));
	y->storms++;
	for (size_t i = 0; i < count; i++)
		if (page_group_joins(&open[i], y->now))
			join(y, (int)open[i].page_id, storm);
	tick(y, storm);
	push_tick(y, storm);
}

static void place(struct year *y, int thing, const struct route_choice *choice)
{
	static struct page_open open[PAGES_MAX];
	size_t count = read_open(y, choice, open);
	struct page_placement placement = page_group_place(open, count, y->things[thing].severity, false, y->now);
	struct page_orders orders;
	int page = (int)placement.page_id;
	struct year_page *p = &y->pages[page];

	if (placement.place == PLACE_STORM) {
		begin_storm(y, thing, choice, placement.severity, open, count);
	} else if (placement.place == PLACE_NEW) {
		page = begin_page(y, thing, choice, y->things[thing].severity);
		tick(y, page);
		push_tick(y, page);
	} else {
		put_on(y, page, thing);
		ck_assert(page_machine_add(&p->machine, &y->setting.policies[p->policy], hours_of(y, p),
					   y->things[thing].severity, 1, y->now, &orders));
		carry_out(y, page, &orders);
	}
}

static void choose(const struct year *y, const struct thing *t, int thing, struct route_choice *choice)
{
	struct route_facts facts = { .kind = t->is_sensor ? "sensor" : "incident",
				     .severity = t->severity,
				     .direction = t->is_sensor ? NULL : "outbound",
				     .company_id = t->company,
				     .subject_id = thing,
				     .at = y->now };

	escalation_route_choose(y->setting.routes, &facts, choice);
}

#endif
