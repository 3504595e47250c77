#include "server/store/page_act.h"

#include "lib/json_write.h"
#include "server/store/change_feed.h"
#include "server/store/incident_clock.h"
#include "server/store/incident_query.h"

#include <inttypes.h>

/* ------------------------------------------------------------------------------------------- incidents are taken on */

/* One incident of the page, before and after. */
struct taking {
	struct db *db;
	const struct page_act *act;
	struct incident_row before;
	int64_t owner_id; /* from now on */
};

static int add_event(const struct taking *t, const char *kind, struct buffer *body, struct err *why)
{
	int64_t id;
	time_us at;
	int failed;

	if (body->failed)
		failed = err_set(why, ERR_NOMEM, "no memory for a timeline entry");
	else
		failed = incident_query_event(t->db, t->before.company_id, t->before.id, kind, t->act->user_id,
					      buffer_string(body), &id, &at, why);
	buffer_release(body);
	return failed;
}

static int owner_name(struct db *db, int64_t user_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, user_id);
	return db_run(db, "SELECT display_name FROM app_user WHERE user_id = $1::bigint", &args, out, why);
}

static int note_owner(const struct taking *t, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;
	struct db_result *name;

	if (t->owner_id == t->before.owner_id)
		return 0;
	if (owner_name(t->db, t->owner_id, &name, why) != 0)
		return -1;
	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_open_object(&w, "to");
	json_put_integer(&w, "id", t->owner_id);
	json_put_string(&w, "display_name", db_rows(name) ? db_text(name, 0, 0) : "");
	json_close_object(&w);
	json_close_object(&w);
	db_result_free(name);
	return add_event(t, "owner", &body, why);
}

/* The state comes last: it is what a screen says that somebody did. */
static int note_state(const struct taking *t, bool changed, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	if (changed) {
		json_put_string(&w, "from", t->before.state);
		json_put_string(&w, "to", "acknowledged");
		json_put_null(&w, "disposition");
		json_put_null(&w, "close_reason");
	}
	json_put_integer(&w, "page_id", t->act->page_id);
	json_put_string(&w, "via", page_via_name(t->act->via));
	json_close_object(&w);
	return add_event(t, changed ? "state" : "acknowledged", &body, why);
}

static int take_on(const struct taking *t, struct err *why)
{
	bool open = strcmp(t->before.state, "open") == 0;
	struct incident_change change = { .company_id = t->before.company_id,
					  .id = t->before.id,
					  .state = open ? "acknowledged" : t->before.state,
					  .disposition = t->before.disposition,
					  .close_reason = t->before.close_reason,
					  .owner_id = t->owner_id };

	if (incident_query_update(t->db, &change, why) != 0 || note_owner(t, why) != 0 || note_state(t, open, why) != 0)
		return -1;
	if (open && incident_clock_state(t->db, t->before.company_id, t->before.id, "acknowledged", why) != 0)
		return -1;
	return change_feed_write(t->db, t->before.company_id, CHANGE_INCIDENT, t->before.id, why);
}

/* before: who answered until now: what is theirs goes to who answers now. */
static int64_t next_owner(const struct incident_row *incident, const struct page_act *act, int64_t before)
{
	int64_t now = act->kind == PAGE_ACT_HAND_OVER ? act->to_user : act->user_id;

	if (incident->owner_id && incident->owner_id != before)
		return incident->owner_id;
	return now ? now : incident->owner_id;
}

static int take_one(struct db *db, const struct page_act *act, int64_t before, int64_t company_id, int64_t incident_id,
		    struct err *why)
{
	struct taking t = { .db = db, .act = act };
	struct db_result *row;
	int failed = 0;

	if (incident_query_get(db, company_id, incident_id, true, &row, why) != 0)
		return -1;
	if (db_rows(row)) {
		incident_query_read(row, 0, &t.before);
		t.owner_id = next_owner(&t.before, act, before);
		if (strcmp(t.before.state, "open") == 0 || strcmp(t.before.state, "acknowledged") == 0)
			failed = take_on(&t, why);
	}
	db_result_free(row);
	return failed;
}

/* Those that are not settled, always in the same order: two who take several wait for each other, and not crosswise. */
static int take_incidents(struct db *db, const struct page_act *act, int64_t before, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *list;
	int failed = 0;

	db_arg_integer(&args, act->page_id);
	if (db_run(db,
		   "SELECT company_id, subject_id FROM page_subject WHERE page_id = $1::bigint AND kind = 'incident' "
		   "AND settled_at IS NULL ORDER BY company_id, subject_id",
		   &args, &list, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(list) && !failed; i++)
		failed = take_one(db, act, before, db_integer(list, i, 0), db_integer(list, i, 1), why);
	if (!failed && db_rows(list))
		failed = db_notify(db, "hinomi_change", why);
	db_result_free(list);
	return failed;
}

/* ------------------------------------------------------------------------------------------------- what was decided */

/* Whether this person was asked when the page was last noticed: a decline of an older notice is answered by now. */
static int was_asked(struct db *db, const struct page_act *act, bool *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;

	db_arg_integer(&args, act->page_id);
	db_arg_optional(&args, act->user_id);
	if (db_run(
		db,
		"SELECT EXISTS (SELECT FROM outbox o JOIN page p ON p.page_id = o.page_id WHERE o.page_id = $1::bigint "
		"AND o.user_id IS NOT DISTINCT FROM $2::bigint AND o.created_at >= p.noticed_at "
		"AND o.kind IN ('page', 'page_graver', 'expired', 'leads', 'nobody') AND NOT EXISTS (SELECT FROM "
		"page_event v WHERE v.page_id = o.page_id AND v.kind = 'declined' "
		"AND v.user_id IS NOT DISTINCT FROM $2::bigint AND v.at >= o.created_at))",
		&args, &result, why) != 0)
		return -1;
	*out = db_bool(result, 0, 0);
	db_result_free(result);
	return 0;
}

static const char *event_of(enum page_act_kind kind)
{
	switch (kind) {
	case PAGE_ACT_DECLINE:
		return "declined";
	case PAGE_ACT_ESCALATE:
		return "escalated";
	case PAGE_ACT_HAND_OVER:
		return "handed_over";
	case PAGE_ACT_ACKNOWLEDGE:
	case PAGE_ACT_CONFIRM:
	default:
		return "acknowledged";
	}
}

static int note_act(struct db *db, const struct page_act *act, struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;
	int failed;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "via", page_via_name(act->via));
	if (act->kind == PAGE_ACT_CONFIRM)
		json_put_bool(&w, "confirmed", true);
	if (act->kind == PAGE_ACT_HAND_OVER)
		json_put_integer(&w, "to", act->to_user);
	if (act->reason)
		json_put_string(&w, "reason", act->reason);
	json_close_object(&w);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a timeline entry")
			     : page_engine_event(db, act->page_id, event_of(act->kind), act->user_id,
						 buffer_string(&body), why);
	buffer_release(&body);
	return failed;
}

/* What the machine makes of it; false: nothing. */
static bool decide(const struct page_act *act, const struct calendar *hours, struct page_held *page,
		   struct page_orders *orders)
{
	struct page_machine *m = &page->machine;

	switch (act->kind) {
	case PAGE_ACT_ACKNOWLEDGE:
		return page_machine_acknowledge(m, &page->policy, act->user_id, act->via, page->now, orders);
	case PAGE_ACT_CONFIRM:
		return page_machine_confirm(m, &page->policy, act->user_id, page->now);
	case PAGE_ACT_DECLINE:
		return page_machine_decline(m, &page->policy, hours, page->now, orders);
	case PAGE_ACT_ESCALATE:
		return page_machine_escalate(m, &page->policy, hours, page->now, orders);
	case PAGE_ACT_HAND_OVER:
	default:
		return page_machine_hand_over(m, &page->policy, act->to_user, page->now, orders);
	}
}

static int carry_out(struct db *db, const struct page_engine *engine, const struct page_act *act,
		     const struct page_held *page, const struct page_orders *orders, int64_t before, struct err *why)
{
	if (page_engine_keep(db, page, why) != 0 || note_act(db, act, why) != 0 ||
	    page_engine_orders(db, engine, page->page_id, orders, act->user_id, why) != 0)
		return -1;
	if (act->kind == PAGE_ACT_ACKNOWLEDGE || act->kind == PAGE_ACT_HAND_OVER)
		return take_incidents(db, act, before, why);
	return 0;
}

int page_act(struct db *db, const struct page_engine *engine, const struct page_act *act,
	     enum page_act_verdict *verdict, struct err *why)
{
	struct page_orders orders = { 0 };
	struct page_held page;
	int64_t before;
	bool asked = true;

	if (page_engine_hold(db, act->page_id, true, &page, why) != 0)
		return -1;
	if (act->version && act->version != page.version) {
		*verdict = PAGE_ACT_STALE;
		return 0;
	}
	if (act->kind == PAGE_ACT_DECLINE && was_asked(db, act, &asked, why) != 0)
		return -1;
	before = page.machine.ack_by;
	if (!asked || !decide(act, page_engine_hours(engine, &page), &page, &orders)) {
		*verdict = PAGE_ACT_NOT_POSSIBLE;
		return 0;
	}
	*verdict = PAGE_ACT_DONE;
	return carry_out(db, engine, act, &page, &orders, before, why);
}
