/* A page's life under any sequence of events and any spacing of ticks, over random policies:
 *
 *   - a triggered page always has a time at which something falls due, and then something is really told;
 *   - an acknowledged page has an end, unless the policy says that answers do not expire;
 *   - no order is given twice with the same kind, step, loop and round;
 *   - within a round, the steps are those of the policy one after another, none left out but by a decline, and then the
 *     leads: held against a count of steps kept here, from which step and loop follow by division.
 *
 * PAGE_PROPERTY_RUNS sets how many lives (default 3000); a failure names its seed. */
#include "tests/unit/suite.h"

#include "server/model/page_machine.h"

#include <stdio.h>

enum { EVENTS = 60, ORDERS_MAX = 4096, USERS = 3 };
#define MINUTE (60 * US_PER_SECOND)
#define WEEK   (7 * US_PER_DAY)

struct life {
	uint64_t seed, dice;
	struct escalation_policy policy;
	struct page_machine page;
	time_us now;
	struct page_order seen[ORDERS_MAX];
	int seen_count;
	int position; /* of the next step in this round: loop * steps + step; beyond: what the leads were told */
	int told;     /* orders of all kinds but the quiet ones */
};

static uint64_t roll(struct life *l, uint64_t below)
{
	l->dice ^= l->dice << 13;
	l->dice ^= l->dice >> 7;
	l->dice ^= l->dice << 17;
	return (l->dice >> 11) % below;
}

static int64_t roll_delay(struct life *l)
{
	static const int64_t delays[] = { 0, 1, 5, 10, 60, 240, 1440 };

	return delays[roll(l, ARRAY_LEN(delays))] * MINUTE;
}

static void roll_policy(struct life *l)
{
	struct escalation_policy *p = &l->policy;

	p->step_count = 1 + (int)roll(l, 4);
	p->loops = 1 + (int)roll(l, 3);
	p->repeat_after = (1 + (int64_t)roll(l, 30)) * MINUTE;
	p->ack_expires = roll(l, 5) == 0 ? 0 : (1 + (int64_t)roll(l, 120)) * MINUTE;
	p->link_ack_expires = roll(l, 5) == 0 ? 0 : (1 + (int64_t)roll(l, 30)) * MINUTE;
	for (int i = 0; i < p->step_count; i++) {
		p->steps[i].after = roll_delay(l);
		p->steps[i].target_count = 1;
		p->steps[i].targets[0] =
		    (struct policy_target){ .kind = TARGET_PERSON, .id = 1 + (int64_t)roll(l, USERS) };
	}
}

static bool same_identity(const struct page_order *a, const struct page_order *b)
{
	return a->kind == b->kind && a->step == b->step && a->loop == b->loop && a->round == b->round;
}

static void check_order(struct life *l, const struct page_order *order, bool declined)
{
	const struct escalation_policy *p = &l->policy;
	int all = p->step_count * p->loops, position;

	for (int i = 0; i < l->seen_count; i++)
		ck_assert_msg(!same_identity(&l->seen[i], order), "seed %llu: %s twice", (unsigned long long)l->seed,
			      page_order_name(order->kind));
	ck_assert_int_lt(l->seen_count, ORDERS_MAX);
	l->seen[l->seen_count++] = *order;
	l->told += order->kind != ORDER_ANSWERED && order->kind != ORDER_CLOSED;
	if (order->kind == ORDER_EXPIRED)
		l->position = 0;
	if (order->kind == ORDER_GRAVER)
		l->position = 1;
	if (order->kind != ORDER_STEP && order->kind != ORDER_LEADS)
		return;
	position = order->kind == ORDER_STEP ? order->loop * p->step_count + order->step : all + order->step;
	ck_assert_msg(order->kind == ORDER_LEADS || (order->step < p->step_count && order->loop < p->loops),
		      "seed %llu: no such step", (unsigned long long)l->seed);
	ck_assert_msg(declined ? position >= l->position : position == l->position, "seed %llu: step %d, not %d",
		      (unsigned long long)l->seed, position, l->position);
	l->position = position + 1;
}

static void check_orders(struct life *l, const struct page_orders *orders, bool declined)
{
	for (int i = 0; i < orders->count; i++)
		check_order(l, &orders->items[i], declined);
}

static void check_state(const struct life *l)
{
	const struct page_machine *p = &l->page;
	unsigned long long seed = l->seed;

	switch (p->state) {
	case PAGE_TRIGGERED:
		ck_assert_msg(p->next_at != TIME_NONE && p->next_at <= l->now + WEEK, "seed %llu: silent", seed);
		ck_assert_msg(p->ack_by == 0 && p->ack_until == TIME_NONE, "seed %llu: answered and not", seed);
		break;
	case PAGE_ACKNOWLEDGED:
		ck_assert_msg(p->ack_until != TIME_NONE || l->policy.ack_expires == 0, "seed %llu: no end", seed);
		ck_assert_msg(p->ack_until == TIME_NONE || p->next_at != TIME_NONE, "seed %llu: forgotten", seed);
		ck_assert_msg(p->ack_until == TIME_NONE || p->next_at <= p->ack_until, "seed %llu: late", seed);
		break;
	default:
		ck_assert_msg(p->next_at == TIME_NONE, "seed %llu: over and due", seed);
	}
}

static void tick_all(struct life *l)
{
	struct page_orders orders;
	int turns = 0;

	while (page_machine_tick(&l->page, &l->policy, NULL, l->now, &orders)) {
		ck_assert_msg(++turns < 100, "seed %llu: no end of ticks", (unsigned long long)l->seed);
		check_orders(l, &orders, false);
		check_state(l);
	}
	ck_assert_msg(l->page.next_at == TIME_NONE || l->page.next_at > l->now, "seed %llu: overdue",
		      (unsigned long long)l->seed);
}

/* Ends of pages are rare, so that lives are long. */
static void happen(struct life *l, struct page_orders *orders)
{
	static const enum page_via vias[] = { VIA_LINK, VIA_SCREEN, VIA_INCIDENT, VIA_CTL };
	int64_t user = 1 + (int64_t)roll(l, USERS), more = 1 + (int64_t)roll(l, 3);
	enum page_via via = vias[roll(l, ARRAY_LEN(vias))];
	int severity = 1 + (int)roll(l, 5);
	const struct escalation_policy *p = &l->policy;
	bool began_anew;

	switch (roll(l, 24)) {
	case 0:
		page_machine_close(&l->page, l->now, orders);
		break;
	case 1:
		page_machine_join(&l->page);
		break;
	case 2:
	case 3:
	case 4:
		page_machine_add(&l->page, p, NULL, severity, more, l->now, orders);
		began_anew = l->page.step <= 1 && orders->count == 1 && orders->items[0].kind == ORDER_STEP;
		if (began_anew)
			l->position = 0;
		break;
	case 5:
	case 6:
	case 7:
		page_machine_decline(&l->page, p, NULL, l->now, orders);
		check_orders(l, orders, true);
		orders->count = 0;
		break;
	case 8:
	case 9:
		page_machine_escalate(&l->page, p, NULL, l->now, orders);
		break;
	case 10:
		page_machine_confirm(&l->page, p, user, l->now);
		break;
	case 11:
		page_machine_hand_over(&l->page, p, user, l->now, orders);
		break;
	case 12:
	case 13:
	case 14:
	case 15:
		page_machine_acknowledge(&l->page, p, user, via, l->now, orders);
		break;
	default:
		break; /* only time passes */
	}
}

/* From wherever it is: left alone, a page that is not over and may not rest for good tells somebody. */
static void left_alone(struct life *l)
{
	int before = l->told;

	if (l->page.state == PAGE_CLOSED || l->page.state == PAGE_JOINED ||
	    (l->page.state == PAGE_ACKNOWLEDGED && l->page.ack_until == TIME_NONE))
		return;
	l->now = l->page.next_at;
	tick_all(l);
	ck_assert_msg(l->told > before, "seed %llu: it fell due and told nobody", (unsigned long long)l->seed);
}

static void live(uint64_t seed)
{
	struct life *l = calloc(1, sizeof(*l));
	struct page_orders orders = { .count = 0 };

	ck_assert_ptr_nonnull(l);
	l->seed = seed;
	l->dice = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	l->now = 1800000000 * US_PER_SECOND;
	roll_policy(l);
	page_machine_begin(&l->page, &l->policy, NULL, 1 + (int)roll(l, 5), l->now);
	check_state(l);
	for (int i = 0; i < EVENTS; i++) {
		if (roll(l, 3) != 0)
			tick_all(l);
		orders.count = 0;
		happen(l, &orders);
		check_orders(l, &orders, false);
		check_state(l);
		l->now += roll_delay(l) + (int64_t)roll(l, MINUTE);
	}
	left_alone(l);
	free(l);
}

START_TEST(lives_of_pages)
{
	const char *runs = getenv("PAGE_PROPERTY_RUNS");
	uint64_t count = runs ? strtoull(runs, NULL, 10) : 3000;

	for (uint64_t seed = 1; seed <= count; seed++)
		live(seed);
}
END_TEST

SUITE_MAIN("page_property", lives_of_pages)
