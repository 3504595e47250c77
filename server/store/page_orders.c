/* Carries out what page_machine ordered: whom to tell, and what. */
#include "server/store/audit.h"
#include "server/store/oncall_book.h"
#include "server/store/page_notices.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 128, STEP_SIZE = 32, TIME_SIZE = 64, NAME_SIZE = 256 };

/* What one order works with. */
struct work {
	struct db *db;
	const struct page_engine *engine;
	struct page_held page;
	struct page_view view;
	const struct page_order *order;
	int64_t user_id; /* who caused it */
	struct page_receivers receivers;
	int written;
};

/* ---------------------------------------------------------------------------------------------- what comes next */

struct next {
	struct buffer who[PAGE_LANGUAGES];
	char at[PAGE_LANGUAGES][TIME_SIZE];
};

static void release_next(struct next *next)
{
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		buffer_release(&next->who[l]);
}

static int time_words(struct work *w, time_us at, char out[PAGE_LANGUAGES][TIME_SIZE], struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_time(&args, at);
	db_arg_text(&args, w->view.zone);
	if (db_run(w->db,
		   "SELECT to_char($1::timestamptz AT TIME ZONE $2::text, 'FMMM月FMDD日 FMHH24:MI'), "
		   "to_char($1::timestamptz AT TIME ZONE $2::text, 'YYYY-MM-DD HH24:MI')",
		   &args, &r, why) != 0)
		return -1;
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		snprintf(out[l], TIME_SIZE, "%s", db_is_null(r, 0, l) ? "" : db_text(r, 0, l));
	db_result_free(r);
	return 0;
}

/* Who is asked if nobody answers, and when. */
static int look_ahead(struct work *w, struct next *next, struct err *why)
{
	static const struct policy_target leads[] = { { .kind = TARGET_ROLE, .role = "lead" } };
	const struct page_machine *m = &w->page.machine;
	const struct policy_step *step = &w->page.policy.steps[m->exhausted ? 0 : m->step];
	const struct policy_target *targets = m->exhausted ? leads : step->targets;
	int count = m->exhausted ? (int)ARRAY_LEN(leads) : step->target_count;

	if (m->state != PAGE_TRIGGERED || m->next_at == TIME_NONE)
		return 0;
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		if (page_targets_name(w->db, w->engine, targets, count, m->next_at, l, &next->who[l], why) != 0)
			return -1;
	return time_words(w, m->next_at, next->at, why);
}

/* ---------------------------------------------------------------------------------------------- writing */

static void describe(const struct work *w, const char *kind, char identity[IDENTITY_SIZE], char step[STEP_SIZE],
		     struct page_notice *out)
{
	const struct page_order *o = w->order;

	snprintf(identity, IDENTITY_SIZE, "page %" PRId64 " %s %d.%d.%d", w->page.page_id, page_order_name(o->kind),
		 o->round, o->loop, o->step);
	snprintf(step, STEP_SIZE, "%d/%d", o->step + 1, w->page.policy.step_count);
	*out = (struct page_notice){ .kind = kind, .identity = identity, .attempt_of = 1 };
	if (o->kind == ORDER_STEP)
		out->step = step;
	if (o->kind != ORDER_ANSWERED && o->kind != ORDER_CLOSED) {
		out->throttled = true;
		out->expires_ms = w->engine->notice_life_ms;
	}
}

static int write_asking(struct work *w, const char *kind, struct page_notice *extra, struct err *why)
{
	char identity[IDENTITY_SIZE], step[STEP_SIZE];
	struct next next = { 0 };
	struct page_notice notice;
	int failed;

	describe(w, kind, identity, step, &notice);
	notice.schedule = extra ? extra->schedule : NULL;
	notice.asked = extra ? extra->asked : NULL;
	notice.loops = extra ? extra->loops : 0;
	notice.who = extra ? extra->who : NULL;
	failed = look_ahead(w, &next, why);
	for (int l = 0; l < PAGE_LANGUAGES; l++) {
		notice.next_who[l] = buffer_string(&next.who[l]);
		notice.next_at[l] = next.at[l];
	}
	if (!failed)
		failed = page_notices_write(w->db, &w->view, &notice, &w->receivers, &w->written, why);
	release_next(&next);
	return failed;
}

static int name_of(struct work *w, int64_t user_id, char out[NAME_SIZE], struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, user_id);
	if (db_run(w->db, "SELECT display_name FROM app_user WHERE user_id = $1::bigint", &args, &r, why) != 0)
		return -1;
	snprintf(out, NAME_SIZE, "%s", db_rows(r) ? db_text(r, 0, 0) : "");
	db_result_free(r);
	return 0;
}

/* answered, closed: who did it and when. */
static int write_telling(struct work *w, const char *kind, struct err *why)
{
	bool closed = w->order->kind == ORDER_CLOSED;
	char who[NAME_SIZE] = "";
	char identity[IDENTITY_SIZE], step[STEP_SIZE], at[PAGE_LANGUAGES][TIME_SIZE];
	struct page_notice notice;

	describe(w, kind, identity, step, &notice);
	if (time_words(w, closed ? w->page.now : w->page.machine.ack_at, at, why) != 0 ||
	    (closed && w->user_id && name_of(w, w->user_id, who, why) != 0))
		return -1;
	notice.who = closed ? who : w->view.answered_by;
	notice.reason[PAGE_JA] = notice.reason[PAGE_EN] = w->view.close_reason;
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		notice.at[l] = at[l];
	return page_notices_write(w->db, &w->view, &notice, &w->receivers, &w->written, why);
}

static int note(struct work *w, const char *kind, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer j;
	int failed;

	json_writer_init(&j, &body);
	json_open_object(&j, NULL);
	json_put_integer(&j, "step", w->order->step + 1);
	json_put_integer(&j, "loop", w->order->loop + 1);
	json_open_array(&j, "told");
	for (size_t i = 0; i < w->receivers.count; i++)
		json_put_string(&j, NULL, w->receivers.items[i].name);
	json_close_array(&j);
	if (w->receivers.gap)
		json_put_string(&j, "gap", w->receivers.gap);
	json_close_object(&j);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a page's timeline")
			     : page_engine_event(w->db, w->page.page_id, kind, w->user_id, buffer_string(&body), why);
	buffer_release(&body);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- nobody is on call */

static int mark_nobody(struct work *w, struct err *why)
{
	struct db_args args = { 0 };
	char subject[48];

	db_arg_integer(&args, w->page.page_id);
	if (db_run(w->db, "UPDATE page SET nobody = true WHERE page_id = $1::bigint", &args, NULL, why) != 0 ||
	    note(w, "nobody", why) != 0)
		return -1;
	snprintf(subject, sizeof(subject), "page %" PRId64, w->page.page_id);
	return audit_append(w->db, "role:escalator", "page.nobody", w->view.company_id, subject, "{}", why);
}

static int tell_fallback(struct work *w, struct err *why)
{
	struct page_notice extra = { .schedule = w->receivers.gap };
	struct page_receivers asked = w->receivers;
	int failed;

	w->receivers = (struct page_receivers){ .gap = asked.gap };
	failed = page_targets_fallback(w->db, w->engine, &w->receivers, why);
	if (!failed)
		failed = write_asking(w, "nobody", &extra, why);
	if (!failed)
		failed = mark_nobody(w, why);
	w->receivers.gap = NULL;
	page_receivers_release(&w->receivers);
	w->receivers = asked;
	return failed;
}

static bool wants_people(const struct policy_step *step)
{
	for (int i = 0; i < step->target_count; i++)
		if (step->targets[i].kind == TARGET_SCHEDULE || step->targets[i].kind == TARGET_PERSON ||
		    step->targets[i].kind == TARGET_ROLE)
			return true;
	return false;
}

/* Whether the step left the operator's side out: nobody was on call, its channel is off, or there was nobody at all. A
 * step that asks the member alone need not tell us. */
static bool asked_none_of_us(const struct policy_step *step, const struct page_receivers *asked)
{
	bool wanted = asked->count == 0, told = false;

	for (int i = 0; i < step->target_count; i++)
		wanted = wanted || step->targets[i].kind == TARGET_CHANNEL;
	for (size_t i = 0; i < asked->count; i++)
		told = told || !asked->items[i].contact_id;
	return wants_people(step) ? !asked->people : wanted && !told;
}

/* ---------------------------------------------------------------------------------------------- orders */

static int keep_member_next(struct work *w, int64_t before, struct err *why)
{
	struct db_args args = { 0 };

	if (w->page.member_next == before)
		return 0;
	db_arg_integer(&args, w->page.page_id);
	db_arg_integer(&args, w->page.member_next);
	return db_run(w->db, "UPDATE page SET member_next = $2::integer WHERE page_id = $1::bigint", &args, NULL, why);
}

static int do_step(struct work *w, struct err *why)
{
	const struct policy_step *step = &w->page.policy.steps[w->order->step];
	int64_t member_next = w->page.member_next;

	if (page_targets_resolve(w->db, w->engine, &w->page, &w->view, step->targets, step->target_count, &w->receivers,
				 why) != 0 ||
	    write_asking(w, "page", NULL, why) != 0 || keep_member_next(w, member_next, why) != 0 ||
	    note(w, "step", why) != 0)
		return -1;
	return asked_none_of_us(step, &w->receivers) ? tell_fallback(w, why) : 0;
}

/* The targets of the steps that were taken, without the member's contacts: those are told in turn. */
static int resolve_taken(struct work *w, struct err *why)
{
	for (int i = 0; i < w->order->step && i < w->page.policy.step_count; i++) {
		const struct policy_step *step = &w->page.policy.steps[i];

		for (int t = 0; t < step->target_count; t++) {
			if (step->targets[t].kind == TARGET_MEMBER_NEXT || step->targets[t].kind == TARGET_MEMBER_ALL)
				continue;
			if (page_targets_resolve(w->db, w->engine, &w->page, &w->view, &step->targets[t], 1,
						 &w->receivers, why) != 0)
				return -1;
		}
	}
	return 0;
}

static int do_graver(struct work *w, struct err *why)
{
	bool all = w->order->kind == ORDER_GRAVER || w->order->user_id == 0;

	if ((all && resolve_taken(w, why) != 0) ||
	    (w->order->user_id && page_targets_person(w->db, w->order->user_id, 0, &w->receivers, why) != 0))
		return -1;
	if (write_asking(w, "page_graver", NULL, why) != 0 ||
	    note(w, w->order->kind == ORDER_GRAVER ? "graver" : "added", why) != 0)
		return -1;
	return all && !w->receivers.people ? tell_fallback(w, why) : 0;
}

/* Who was asked, a line each. */
static int list_asked(struct work *w, struct buffer *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, w->page.page_id);
	if (db_run(w->db,
		   "SELECT DISTINCT coalesce(u.display_name, c.name, o.address) FROM outbox o LEFT JOIN app_user u ON "
		   "u.user_id = o.user_id LEFT JOIN channel c ON c.channel_id = o.channel_id WHERE o.page_id = "
		   "$1::bigint AND o.kind IN ('page', 'page_graver', 'nobody', 'expired') ORDER BY 1 LIMIT 30",
		   &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++)
		buffer_printf(out, "%s%s", i ? "\n" : "", db_text(r, i, 0));
	db_result_free(r);
	return 0;
}

static int do_leads(struct work *w, struct err *why)
{
	struct buffer asked = { 0 };
	struct page_notice extra = { .loops = w->page.policy.loops };
	int failed = list_asked(w, &asked, why);

	extra.asked = buffer_string(&asked);
	if (!failed)
		failed = page_targets_leads(w->db, &w->receivers, why);
	if (!failed && !w->receivers.people)
		failed = page_targets_fallback(w->db, w->engine, &w->receivers, why);
	if (!failed)
		failed = write_asking(w, "leads", &extra, why);
	if (!failed)
		failed = note(w, "exhausted", why);
	buffer_release(&asked);
	return failed;
}

/* Everybody who was told, but who answers: they know; unless it was put into their hands. */
static int do_answered(struct work *w, struct err *why)
{
	bool handed = w->page.machine.ack_via == VIA_HANDED;
	size_t kept = 0;

	if (page_targets_told(w->db, w->page.page_id, false, &w->receivers, why) != 0)
		return -1;
	for (size_t i = 0; i < w->receivers.count; i++)
		if (!w->order->user_id || w->receivers.items[i].user_id != w->order->user_id)
			w->receivers.items[kept++] = w->receivers.items[i];
	w->receivers.count = kept;
	if (handed && page_targets_person(w->db, w->order->user_id, 0, &w->receivers, why) != 0)
		return -1;
	return write_telling(w, "answered", why);
}

static int do_expired(struct work *w, struct err *why)
{
	struct page_notice extra = { 0 };

	if (w->order->user_id && page_targets_person(w->db, w->order->user_id, 0, &w->receivers, why) != 0)
		return -1;
	extra.who = w->receivers.count ? w->receivers.items[0].name : NULL;
	if (write_asking(w, "expired", &extra, why) != 0)
		return -1;
	return note(w, "expired", why);
}

static int do_closed(struct work *w, struct err *why)
{
	if (page_targets_told(w->db, w->page.page_id, true, &w->receivers, why) != 0 ||
	    write_telling(w, "closed", why) != 0)
		return -1;
	return page_engine_event(w->db, w->page.page_id, "closed", w->user_id, NULL, why);
}

static int carry_out(struct work *w, struct err *why)
{
	switch (w->order->kind) {
	case ORDER_STEP:
		return do_step(w, why);
	case ORDER_LEADS:
		return do_leads(w, why);
	case ORDER_GRAVER:
	case ORDER_MORE:
		return do_graver(w, why);
	case ORDER_ANSWERED:
		return do_answered(w, why);
	case ORDER_EXPIRED:
		return do_expired(w, why);
	case ORDER_CLOSED:
	default:
		return do_closed(w, why);
	}
}

int page_engine_orders(struct db *db, const struct page_engine *engine, int64_t page_id,
		       const struct page_orders *orders, int64_t user_id, struct err *why)
{
	struct work w = { .db = db, .engine = engine, .user_id = user_id };
	int failed;

	if (orders->count == 0)
		return 0;
	if (page_engine_hold(db, page_id, true, &w.page, why) != 0 || page_view_read(db, page_id, &w.view, why) != 0)
		return -1;
	failed = 0;
	for (int i = 0; i < orders->count && !failed; i++) {
		w.order = &orders->items[i];
		failed = carry_out(&w, why);
		page_receivers_release(&w.receivers);
	}
	page_view_release(&w.view);
	return failed;
}
