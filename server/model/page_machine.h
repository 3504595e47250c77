/* A page's life, pure: what is, what happens, and at what time give what is to be then and whom to notify. The engine
 * (server/escalator) carries it out in one transaction; the API uses the same functions for what people do; the
 * simulated year drives nothing else.
 *
 *   triggered --acknowledge--> acknowledged --settled--> closed
 *       ^                          |
 *       +-- expired, graver, ------+          triggered --settled--> closed, triggered --storm--> joined
 *           escalated by hand
 *
 * While triggered, steps of the policy are taken in turn: each at `next_at`, which lies `after` behind the moment at
 * which the step before was really taken. After the last step of a loop, repeat_after passes before the next loop;
 * after that of the last loop the page is exhausted: it stays triggered, and the leads are told every hour until
 * somebody answers. Nothing but an answer or the end of its subjects makes a page silent, and an answer only until
 * ack_until.
 *
 * When the engine was away, what fell due meanwhile is not made up for in one burst, nor left out: the step that is due
 * is taken once, now, and the next one counts from now.
 *
 * Hours of the policy hold all that falls due by itself, but nothing of severity 1, and the delays of steps count the
 * calendar's open time. What people do by hand, and what becomes graver, is not held. A calendar that never opens
 * (within two years) holds nothing. */
#ifndef SERVER_MODEL_PAGE_MACHINE_H
#define SERVER_MODEL_PAGE_MACHINE_H

#include "server/model/calendar.h"
#include "server/model/escalation_policy.h"

enum page_state { PAGE_TRIGGERED, PAGE_ACKNOWLEDGED, PAGE_CLOSED, PAGE_JOINED };
/* VIA_HANDED: somebody else put it into these hands. */
enum page_via { VIA_NONE, VIA_LINK, VIA_SCREEN, VIA_INCIDENT, VIA_PAGERDUTY, VIA_CTL, VIA_HANDED };

/* The columns of table `page` that decide. */
struct page_machine {
	enum page_state state;
	int severity;
	int step, loop; /* the next to be taken; exhausted: step counts what the leads were told */
	int round;      /* grows whenever what was said already is to be said again: part of a notice's identity */
	bool exhausted;
	time_us next_at; /* TIME_NONE: nothing falls due */
	int noticed_severity;
	int64_t noticed_count, subjects;
	time_us noticed_at; /* of the last notice; before the first: created_at */
	int64_t ack_by;     /* 0: nobody, or nobody that we know */
	enum page_via ack_via;
	time_us ack_at, ack_until; /* TIME_NONE: not acknowledged; does not expire */
	time_us created_at;
};

enum page_order_kind {
	ORDER_STEP,     /* notify the targets of policy step `step` */
	ORDER_LEADS,    /* exhausted: tell leads and admins */
	ORDER_GRAVER,   /* notify the targets of the first `step` steps, and user_id, who had acknowledged */
	ORDER_MORE,     /* further subjects: tell user_id; 0: the targets of the first `step` steps */
	ORDER_ANSWERED, /* tell everybody who was notified that user_id answers now, and user_id if handed over */
	ORDER_EXPIRED,  /* tell user_id, who had acknowledged, that the page begins anew */
	ORDER_CLOSED,   /* tell everybody who was notified, quietly (mail and chat only) */
};
/* No two orders of a page have the same kind, step, loop and round: these make a notice's identity. */
struct page_order {
	enum page_order_kind kind;
	int step, loop, round;
	int64_t user_id; /* 0: nobody */
};
enum { PAGE_ORDERS_MAX = 4 };
struct page_orders {
	struct page_order items[PAGE_ORDERS_MAX];
	int count;
};

/* Leads of an exhausted page are told so often; more of the same is told at most so often (on a page of severity 1: the
 * second one). */
#define PAGE_LEADS_EVERY      ((int64_t)3600 * 1000000)
#define PAGE_MORE_EVERY       ((int64_t)4 * 3600 * 1000000)
#define PAGE_MORE_EVERY_GRAVE ((int64_t)15 * 60 * 1000000)

/* `hours`: the calendar that policy->hours names, or NULL. Each call changes *page and fills *orders (perhaps with
 * none); it returns false when it does not apply in this state, and nothing is changed then. */

/* A page with one subject. Its first step is due at next_at: often at once. */
void page_machine_begin(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
			int severity, time_us now);
/* What falls due at `now`; call again while it returns true. */
bool page_machine_tick(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
		       time_us now, struct page_orders *orders);
/* False: closed, joined, or somebody else acknowledged it already (that is a hand-over). The same person once more: the
 * time begins anew, nobody is told. user_id 0: somebody in another system, from whom anybody here may take it. */
bool page_machine_acknowledge(struct page_machine *page, const struct escalation_policy *policy, int64_t user_id,
			      enum page_via via, time_us now, struct page_orders *orders);
/* The person opened it signed in: a short acknowledgement, by link or by hand-over, becomes a full one. False: there
 * was nothing to confirm. */
bool page_machine_confirm(struct page_machine *page, const struct escalation_policy *policy, int64_t user_id,
			  time_us now);
/* Whoever was asked cannot: the next step that asks somebody else is taken now; if none does, the leads are told now.
 * Only while triggered: who acknowledged and cannot go on escalates. The caller drops a decline that answers an older
 * notice than the last, and a second one of the same person: somebody else has been asked meanwhile. */
bool page_machine_decline(struct page_machine *page, const struct escalation_policy *policy,
			  const struct calendar *hours, time_us now, struct page_orders *orders);
/* By hand: the next step now, also out of acknowledged. */
bool page_machine_escalate(struct page_machine *page, const struct escalation_policy *policy,
			   const struct calendar *hours, time_us now, struct page_orders *orders);
/* Acknowledged by somebody else from now on, for the short time (link_ack_expires) until that person confirms it. */
bool page_machine_hand_over(struct page_machine *page, const struct escalation_policy *policy, int64_t to_user,
			    time_us now, struct page_orders *orders);
/* More subjects (0: one that it has already became graver), perhaps graver. A severity that rises begins the steps anew
 * and is noticed at once, also when acknowledged: it needs a new answer then. It may change the policy as well: where
 * the routes give the graver subject to another one, pass that one and keep it as the page's. More of the same: the
 * next steps say so; whoever acknowledged is told at most every PAGE_MORE_EVERY, by the tick if need be. */
bool page_machine_add(struct page_machine *page, const struct escalation_policy *policy, const struct calendar *hours,
		      int severity, int64_t subjects, time_us now, struct page_orders *orders);
bool page_machine_close(struct page_machine *page, time_us now, struct page_orders *orders);
/* Another page speaks for it. Only while triggered. */
bool page_machine_join(struct page_machine *page);

/* As in the database: "triggered", ..., "link", ... (VIA_NONE: NULL); of orders "step", "leads", ... for identities. */
const char *page_state_name(enum page_state state);
bool page_state_parse(struct slice name, enum page_state *out);
const char *page_via_name(enum page_via via);
bool page_via_parse(struct slice name, enum page_via *out);
const char *page_order_name(enum page_order_kind kind);

#endif
