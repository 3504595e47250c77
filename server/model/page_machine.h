/* A page's life, pure: what is, what happens, and at what time give what is to be then and whom to notify. The engine
 * (server/escalator) carries it out in one transaction; the API uses the same functions for what people do; the
 * simulated year drives nothing else.
 *
 *   triggered --acknowledge--> acknowledged --settled--> closed
 *       ^                          |
 *       +------ expired -----------+          triggered --settled--> closed, triggered --storm--> joined
 *
 * While triggered, steps of the policy are taken in turn: each at `next_at`, which lies `after` behind the step before.
 * After the last step of the last loop the page is exhausted: it stays triggered, and the leads are told every hour
 * until somebody answers. Nothing but an answer or the end of its subjects makes a page silent. */
#ifndef SERVER_MODEL_PAGE_MACHINE_H
#define SERVER_MODEL_PAGE_MACHINE_H

#include "server/model/calendar.h"
#include "server/model/escalation_policy.h"

enum page_state { PAGE_TRIGGERED, PAGE_ACKNOWLEDGED, PAGE_CLOSED, PAGE_JOINED };
enum page_via { VIA_NONE, VIA_LINK, VIA_SCREEN, VIA_INCIDENT, VIA_PAGERDUTY, VIA_CTL };

/* The columns of table `page` that decide. */
struct page_machine {
	enum page_state state;
	int severity;
	int step, loop, round;
	bool exhausted;
	time_us next_at; /* TIME_NONE: nothing falls due */
	int noticed_severity;
	int64_t noticed_count, subjects;
	int64_t ack_by;
	enum page_via ack_via;
	time_us ack_at, ack_until;
	time_us created_at;
};

enum page_order_kind {
	ORDER_STEP,     /* notify the targets of policy step `step` */
	ORDER_LEADS,    /* exhausted: tell leads and admins */
	ORDER_GRAVER,   /* notify the targets of all steps taken so far, and who acknowledged: it became graver */
	ORDER_ANSWERED, /* tell everybody who was notified that somebody answered */
	ORDER_EXPIRED,  /* tell who acknowledged that the page begins anew */
	ORDER_CLOSED,   /* tell everybody who was notified, quietly (mail and chat only) */
};
struct page_order {
	enum page_order_kind kind;
	int step, loop, round; /* at the time: part of the notice's identity */
};
enum { PAGE_ORDERS_MAX = 4 };
struct page_orders {
	struct page_order items[PAGE_ORDERS_MAX];
	int count;
};

/* policy->hours' calendar as `hours`, or NULL. Each changes *page and fills *orders; returns false when it does not
 * apply in this state (nothing is changed then). */
void page_machine_begin(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
			int severity, time_us now);
/* What falls due at `now`; call again while it returns true. */
bool page_machine_tick(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
		       time_us now, struct page_orders *orders);
bool page_machine_acknowledge(struct page_machine *page, const struct escalation_policy *policy, int64_t user_id,
			      enum page_via via, time_us now, struct page_orders *orders);
/* The person opened it signed in: a short acknowledgement by link becomes a full one. */
bool page_machine_confirm(struct page_machine *page, const struct escalation_policy *policy, int64_t user_id,
			  time_us now);
/* Whoever was asked cannot: the next step is taken now. */
bool page_machine_decline(struct page_machine *page, const struct escalation_policy *policy, time_us now,
			  struct page_orders *orders);
/* By hand: the next step now, also out of acknowledged. */
bool page_machine_escalate(struct page_machine *page, const struct escalation_policy *policy, time_us now,
			   struct page_orders *orders);
/* Hand-over: acknowledged by somebody else from now on. */
bool page_machine_hand_over(struct page_machine *page, const struct escalation_policy *policy, int64_t to_user,
			    time_us now);
/* More subjects, perhaps graver. A severity that rises begins the steps anew (round grows) and is noticed at once, also
 * when acknowledged; more of the same is told at most every four hours. */
bool page_machine_add(struct page_machine *page, const struct escalation_policy *policy, int severity, int64_t subjects,
		      time_us now, struct page_orders *orders);
bool page_machine_close(struct page_machine *page, time_us now, struct page_orders *orders);
bool page_machine_join(struct page_machine *page);

/* A new subject of a policy that has this many unanswered pages begun in the last STORM_WINDOW joins them all into
 * one: the storm's page. */
enum { STORM_PAGES = 3 };
#define STORM_WINDOW ((int64_t)15 * 60 * 1000000)

#endif
