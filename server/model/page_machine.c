#include "server/model/page_machine.h"

enum { SEVERITY_GRAVEST = 1 };

/* ---------------------------------------------------------------------------------------------- times and orders */

static int add_order(const struct page_machine *page, struct page_orders *orders, enum page_order_kind kind)
{
	struct page_order *order = &orders->items[orders->count++];

	*order = (struct page_order){ .kind = kind, .step = page->step, .loop = page->loop, .round = page->round };
	return orders->count - 1;
}

/* The calendar that holds steps of this page; NULL: none. */
static const struct calendar *holding(const struct page_machine *page, const struct calendar *hours)
{
	return page->severity > SEVERITY_GRAVEST ? hours : NULL;
}

static time_us due_after(const struct page_machine *page, const struct calendar *hours, time_us now, int64_t delay)
{
	const struct calendar *calendar = holding(page, hours);
	time_us due = calendar ? calendar_add(calendar, now, delay) : TIME_NONE;

	return due == TIME_NONE ? now + delay : due;
}

/* Until when the steps wait for the hours to begin; TIME_NONE: they need not. */
static time_us held_until(const struct page_machine *page, const struct calendar *hours, time_us now)
{
	const struct calendar *calendar = holding(page, hours);

	if (!calendar || calendar_is_open(calendar, now))
		return TIME_NONE;
	return calendar_next_change(calendar, now);
}

static void noticed(struct page_machine *page, time_us now)
{
	page->noticed_severity = page->severity;
	page->noticed_count = page->subjects;
	page->noticed_at = now;
}

static int64_t more_every(const struct page_machine *page)
{
	return page->severity == SEVERITY_GRAVEST ? PAGE_MORE_EVERY_GRAVE : PAGE_MORE_EVERY;
}

static void forget_answer(struct page_machine *page)
{
	page->ack_by = 0;
	page->ack_via = VIA_NONE;
	page->ack_at = TIME_NONE;
	page->ack_until = TIME_NONE;
}

/* ---------------------------------------------------------------------------------------------- steps */

/* Whether the first step of this round is still to come. */
static bool nothing_taken(const struct page_machine *page)
{
	return page->step == 0 && page->loop == 0 && !page->exhausted;
}

/* How many of the policy's steps were taken in this round. */
static int steps_taken(const struct page_machine *page, const struct escalation_policy *policy)
{
	bool all = page->loop > 0 || page->exhausted || page->step > policy->step_count;

	return all ? policy->step_count : page->step;
}

static void move_on(struct page_machine *page, const struct escalation_policy *policy)
{
	if (page->exhausted) {
		page->step++;
		return;
	}
	if (++page->step < policy->step_count)
		return;
	page->step = 0;
	page->loop++;
	page->exhausted = page->loop >= policy->loops;
}

/* From one step to the one that is next now. */
static int64_t delay_before_next(const struct page_machine *page, const struct escalation_policy *policy)
{
	if (page->exhausted)
		return page->step == 0 ? policy->repeat_after : PAGE_LEADS_EVERY;
	if (page->step == 0 && page->loop > 0)
		return policy->repeat_after;
	return policy->steps[page->step].after;
}

static void take_step(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
		      time_us now, struct page_orders *orders)
{
	add_order(page, orders, page->exhausted ? ORDER_LEADS : ORDER_STEP);
	noticed(page, now);
	move_on(page, policy);
	page->next_at = due_after(page, hours, now, delay_before_next(page, policy));
}

static void begin_anew(struct page_machine *page)
{
	page->state = PAGE_TRIGGERED;
	page->step = 0;
	page->loop = 0;
	page->exhausted = false;
	page->round++;
	forget_answer(page);
}

void page_machine_begin(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
			int severity, time_us now)
{
	*page = (struct page_machine){
		.state = PAGE_TRIGGERED,
		.severity = severity,
		.noticed_severity = severity,
		.noticed_count = 1,
		.subjects = 1,
		.noticed_at = now,
		.created_at = now,
	};
	forget_answer(page);
	page->next_at = due_after(page, hours, now, policy->steps[0].after);
}

/* ---------------------------------------------------------------------------------------------- what falls due */

/* When an acknowledged page is looked at again: it expires, or who acknowledged is told of further subjects. */
static time_us acknowledged_due(const struct page_machine *page)
{
	time_us more = page->subjects > page->noticed_count ? page->noticed_at + more_every(page) : TIME_NONE;

	if (more == TIME_NONE || page->ack_until == TIME_NONE)
		return more == TIME_NONE ? page->ack_until : more;
	return more < page->ack_until ? more : page->ack_until;
}

static void tell_more(struct page_machine *page, const struct escalation_policy *policy, time_us now,
		      struct page_orders *orders)
{
	int order;

	page->round++;
	order = add_order(page, orders, ORDER_MORE);
	orders->items[order].step = steps_taken(page, policy);
	orders->items[order].user_id = page->ack_by;
	noticed(page, now);
}

static void expire(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
		   time_us now, struct page_orders *orders)
{
	int64_t user_id = page->ack_by;

	begin_anew(page);
	orders->items[add_order(page, orders, ORDER_EXPIRED)].user_id = user_id;
	page->next_at = due_after(page, hours, now, policy->steps[0].after);
}

static bool tick_acknowledged(struct page_machine *page, const struct escalation_policy *policy,
			      const struct calendar *hours, time_us now, struct page_orders *orders)
{
	time_us due = acknowledged_due(page);

	if (due == TIME_NONE || due > now) {
		page->next_at = due;
	} else if (page->ack_until != TIME_NONE && page->ack_until <= now) {
		expire(page, policy, hours, now, orders);
	} else {
		tell_more(page, policy, now, orders);
		page->next_at = acknowledged_due(page);
	}
	return true;
}

bool page_machine_tick(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
		       time_us now, struct page_orders *orders)
{
	bool triggered = page->state == PAGE_TRIGGERED;
	time_us opens;

	orders->count = 0;
	if (!triggered && (page->state != PAGE_ACKNOWLEDGED || page->next_at == TIME_NONE))
		return false;
	/* TIME_NONE, which a triggered page never has, is before everything: due. */
	if (page->next_at > now)
		return false;
	opens = held_until(page, hours, now);
	if (opens != TIME_NONE) {
		page->next_at = opens;
		return true;
	}
	if (!triggered)
		return tick_acknowledged(page, policy, hours, now, orders);
	take_step(page, policy, hours, now, orders);
	return true;
}

/* ---------------------------------------------------------------------------------------------- answers */

static time_us answer_until(const struct escalation_policy *policy, enum page_via via, time_us now)
{
	int64_t expires = policy->ack_expires;
	bool brief = (via == VIA_LINK || via == VIA_HANDED) && policy->link_ack_expires > 0;

	if (brief && (expires == 0 || policy->link_ack_expires < expires))
		expires = policy->link_ack_expires;
	return expires == 0 ? TIME_NONE : now + expires;
}

static void answer(struct page_machine *page, const struct escalation_policy *policy, int64_t user_id,
		   enum page_via via, time_us now)
{
	page->state = PAGE_ACKNOWLEDGED;
	page->ack_by = user_id;
	page->ack_via = via;
	page->ack_at = now;
	page->ack_until = answer_until(policy, via, now);
	page->next_at = acknowledged_due(page);
}

/* A full acknowledgement stays one, and no answer makes the time shorter. */
static void answer_again(struct page_machine *page, const struct escalation_policy *policy, enum page_via via,
			 time_us now)
{
	bool brief = page->ack_via == VIA_LINK || page->ack_via == VIA_HANDED;
	time_us until;

	if (via == VIA_LINK && !brief)
		return;
	until = answer_until(policy, via, now);
	if (until == TIME_NONE || until > page->ack_until)
		page->ack_until = page->ack_until == TIME_NONE ? TIME_NONE : until;
	if (via != VIA_LINK)
		page->ack_via = via;
	page->next_at = acknowledged_due(page);
}

bool page_machine_acknowledge(struct page_machine *page, const struct escalation_policy *policy, int64_t user_id,
			      enum page_via via, time_us now, struct page_orders *orders)
{
	orders->count = 0;
	if (page->state == PAGE_ACKNOWLEDGED && page->ack_by == user_id) {
		answer_again(page, policy, via, now);
		return true;
	}
	if (page->state != PAGE_TRIGGERED && !(page->state == PAGE_ACKNOWLEDGED && page->ack_by == 0))
		return false;
	if (page->state == PAGE_ACKNOWLEDGED)
		page->round++;
	answer(page, policy, user_id, via, now);
	orders->items[add_order(page, orders, ORDER_ANSWERED)].user_id = user_id;
	return true;
}

bool page_machine_confirm(struct page_machine *page, const struct escalation_policy *policy, int64_t user_id,
			  time_us now)
{
	if (page->state != PAGE_ACKNOWLEDGED || page->ack_by != user_id ||
	    (page->ack_via != VIA_LINK && page->ack_via != VIA_HANDED))
		return false;
	page->ack_via = VIA_SCREEN;
	page->ack_until = answer_until(policy, VIA_SCREEN, now);
	page->next_at = acknowledged_due(page);
	return true;
}

bool page_machine_hand_over(struct page_machine *page, const struct escalation_policy *policy, int64_t to_user,
			    time_us now, struct page_orders *orders)
{
	orders->count = 0;
	if (page->state != PAGE_ACKNOWLEDGED || page->ack_by == to_user)
		return false;
	page->round++;
	answer(page, policy, to_user, VIA_HANDED, now);
	orders->items[add_order(page, orders, ORDER_ANSWERED)].user_id = to_user;
	return true;
}

/* ---------------------------------------------------------------------------------------------- onwards */

/* Passes over steps that ask the same targets as the last one. False: there are no others. */
static bool find_others(struct page_machine *page, const struct escalation_policy *policy)
{
	int last = page->step > 0 ? page->step - 1 : policy->step_count - 1;

	for (int i = 0; i < policy->step_count && !page->exhausted; i++) {
		if (!policy_step_same_targets(&policy->steps[page->step], &policy->steps[last]))
			return true;
		move_on(page, policy);
	}
	return false;
}

bool page_machine_decline(struct page_machine *page, const struct escalation_policy *policy,
			  const struct calendar *hours, time_us now, struct page_orders *orders)
{
	orders->count = 0;
	if (page->state != PAGE_TRIGGERED)
		return false;
	if (!nothing_taken(page) && !page->exhausted && !find_others(page, policy) && !page->exhausted) {
		page->step = 0;
		page->loop = policy->loops;
		page->exhausted = true;
	}
	take_step(page, policy, hours, now, orders);
	return true;
}

bool page_machine_escalate(struct page_machine *page, const struct escalation_policy *policy,
			   const struct calendar *hours, time_us now, struct page_orders *orders)
{
	orders->count = 0;
	if (page->state != PAGE_TRIGGERED && page->state != PAGE_ACKNOWLEDGED)
		return false;
	page->state = PAGE_TRIGGERED;
	forget_answer(page);
	take_step(page, policy, hours, now, orders);
	return true;
}

/* ---------------------------------------------------------------------------------------------- subjects */

/* The first step is told together with all that was taken before: its targets are not told twice. */
static void become_graver(struct page_machine *page, const struct escalation_policy *policy,
			  const struct calendar *hours, time_us now, struct page_orders *orders)
{
	int taken = steps_taken(page, policy), order;
	int64_t user_id = page->ack_by;

	begin_anew(page);
	if (taken == 0 && user_id == 0) {
		take_step(page, policy, hours, now, orders);
		return;
	}
	order = add_order(page, orders, ORDER_GRAVER);
	orders->items[order].step = taken > 0 ? taken : 1;
	orders->items[order].user_id = user_id;
	noticed(page, now);
	move_on(page, policy);
	page->next_at = due_after(page, hours, now, delay_before_next(page, policy));
}

bool page_machine_add(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
		      int severity, int64_t subjects, time_us now, struct page_orders *orders)
{
	orders->count = 0;
	if (page->state != PAGE_TRIGGERED && page->state != PAGE_ACKNOWLEDGED)
		return false;
	page->subjects += subjects;
	if (severity < page->severity) {
		page->severity = severity;
		become_graver(page, policy, hours, now, orders);
		return true;
	}
	if (page->state == PAGE_ACKNOWLEDGED) {
		page->next_at = acknowledged_due(page);
		return true;
	}
	/* Of a page whose steps are far apart. */
	if (!nothing_taken(page) && page->noticed_at + more_every(page) <= now &&
	    held_until(page, hours, now) == TIME_NONE)
		tell_more(page, policy, now, orders);
	return true;
}

bool page_machine_close(struct page_machine *page, time_us now, struct page_orders *orders)
{
	(void)now;
	orders->count = 0;
	if (page->state != PAGE_TRIGGERED && page->state != PAGE_ACKNOWLEDGED)
		return false;
	page->state = PAGE_CLOSED;
	page->next_at = TIME_NONE;
	add_order(page, orders, ORDER_CLOSED);
	return true;
}

bool page_machine_join(struct page_machine *page)
{
	if (page->state != PAGE_TRIGGERED)
		return false;
	page->state = PAGE_JOINED;
	page->next_at = TIME_NONE;
	return true;
}

/* ---------------------------------------------------------------------------------------------- names */

static const char *const state_names[] = {
	[PAGE_TRIGGERED] = "triggered",
	[PAGE_ACKNOWLEDGED] = "acknowledged",
	[PAGE_CLOSED] = "closed",
	[PAGE_JOINED] = "joined",
};
static const char *const via_names[] = {
	[VIA_LINK] = "link",           [VIA_SCREEN] = "screen", [VIA_INCIDENT] = "incident",
	[VIA_PAGERDUTY] = "pagerduty", [VIA_CTL] = "ctl",       [VIA_HANDED] = "handed",
};
static const char *const order_names[] = {
	[ORDER_STEP] = "step",         [ORDER_LEADS] = "leads",     [ORDER_GRAVER] = "graver", [ORDER_MORE] = "more",
	[ORDER_ANSWERED] = "answered", [ORDER_EXPIRED] = "expired", [ORDER_CLOSED] = "closed",
};

const char *page_state_name(enum page_state state)
{
	return state_names[state];
}

bool page_state_parse(struct slice name, enum page_state *out)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++) {
		if (!slice_is(name, state_names[i]))
			continue;
		*out = (enum page_state)i;
		return true;
	}
	return false;
}

const char *page_via_name(enum page_via via)
{
	return via_names[via];
}

bool page_via_parse(struct slice name, enum page_via *out)
{
	for (size_t i = VIA_LINK; i < ARRAY_LEN(via_names); i++) {
		if (!slice_is(name, via_names[i]))
			continue;
		*out = (enum page_via)i;
		return true;
	}
	return false;
}

const char *page_order_name(enum page_order_kind kind)
{
	return order_names[kind];
}
