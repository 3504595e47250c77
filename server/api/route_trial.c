#include "server/api/body_members.h"
#include "server/api/escalation_routes.h"
#include "server/api/notice_targets.h"
#include "server/api/oncall_call.h"
#include "server/store/company_query.h"
#include "server/store/policy_admin.h"

#include <stdlib.h>

enum { TAGS_MOST = 100, TICKS_MOST = POLICY_STEPS_MAX * POLICY_LOOPS_MAX + POLICY_LOOPS_MAX };

static const char *const kinds[] = { "incident", "sensor", "campaign", "report", "external", "desk", "drill" };
static const char *const directions[] = { "inbound", "outbound", "internal", "external", "unknown" };

/* All that a trial takes. */
struct trial {
	struct oncall_book *book;
	struct page_audience audience;
	struct buffer rules_text, policy_text;
	struct escalation_routes *routes; /* not saved; NULL: those in force */
	bool own_policy;                  /* `policy` was read from the body */
	struct escalation_policy policy;
	const char *tags[TAGS_MOST];
	struct route_facts facts;
	struct route_choice choice;
};

static void release(struct trial *t)
{
	escalation_routes_release(t->routes);
	page_audience_release(&t->audience);
	oncall_book_close(t->book);
	buffer_release(&t->rules_text);
	buffer_release(&t->policy_text);
	free(t);
}

/* ----------------------------------------------------------------------------------------------------- what is asked
 */

static bool read_word(struct call *call, const char *name, const char *const *words, size_t count, const char **out)
{
	const char *text = body_text(&call->body, name);

	for (size_t i = 0; text && i < count; i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = words[i];
			return true;
		}
	}
	call_refuse_member(call, name, FAULT_CHOICE);
	return false;
}

static bool is_given(struct call *call, const char *name)
{
	enum body_kind kind = body_kind(&call->body, name);

	return kind != BODY_ABSENT && kind != BODY_NULL;
}

static bool read_facts(struct call *call, struct route_facts *out)
{
	int64_t severity = 0;

	*out = (struct route_facts){ .at = TIME_NONE, .subject_id = 1 };
	if (!body_members_need(call, "kind") || !read_word(call, "kind", kinds, ARRAY_LEN(kinds), &out->kind) ||
	    !body_members_need(call, "severity") || !body_members_integer(call, "severity", 1, 5, &severity) ||
	    (is_given(call, "direction") &&
	     !read_word(call, "direction", directions, ARRAY_LEN(directions), &out->direction)) ||
	    !body_members_nullable_integer(call, "company_id", 1, INT64_MAX, 0, &out->company_id) ||
	    !body_members_bool(call, "by_hand", &out->by_hand) || !oncall_call_time(call, "at", false, &out->at))
		return false;
	out->severity = (int)severity;
	if (out->at == TIME_NONE)
		out->at = clock_now();
	return true;
}

/* 1: go on; 0: refused; -1. */
static int read_routes(struct call *call, struct trial *t, struct err *why)
{
	if (!is_given(call, "rules"))
		return 1;
	if (!oncall_call_document(call, "rules", &t->rules_text))
		return 0;
	if (routes_check(call->db, buffer_string(&t->rules_text), why) != 0)
		return oncall_call_refused(call, why);
	return escalation_routes_parse(&t->routes, buffer_slice(&t->rules_text), oncall_book_calendars(t->book), why) ==
		       0
		   ? 1
		   : -1;
}

static int read_policy(struct call *call, struct trial *t, struct err *why)
{
	if (!is_given(call, "policy"))
		return 1;
	if (!oncall_call_document(call, "policy", &t->policy_text))
		return 0;
	if (policy_check(call->db, "trial", buffer_string(&t->policy_text), why) != 0)
		return why->code == ERR_USAGE ? call_refuse_document(call, "policy", why->text) : -1;
	t->own_policy = true;
	return escalation_policy_parse(buffer_slice(&t->policy_text), &t->policy, why) == 0 ? 1 : -1;
}

/* Who there is, and what of the company. */
static int load(struct call *call, struct trial *t, struct err *why)
{
	if (t->facts.company_id && company_query_exists(call->db, t->facts.company_id, why) != 0)
		return -1;
	if (oncall_call_book(call, &t->book, why) != 0 ||
	    page_audience_load(&t->audience, call->db, t->facts.company_id, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(t->audience.tags) && i < TAGS_MOST; i++)
		t->tags[t->facts.tag_count++] = db_text(t->audience.tags, i, 0);
	t->facts.tags = t->tags;
	return 0;
}

/* ------------------------------------------------------------------------------------------------ what would happen */

static const struct escalation_policy *policy_of(const struct trial *t)
{
	if (!t->choice.policy_id)
		return NULL;
	return t->own_policy ? &t->policy : oncall_book_policy(t->book, t->choice.policy_id);
}

static void put_step(struct json_writer *w, const struct notice_look *look, const struct escalation_policy *policy,
		     const struct page_order *order, time_us at)
{
	const struct policy_step *step = &policy->steps[order->step];

	json_open_object(w, NULL);
	json_put_time(w, "at", at);
	json_put_integer(w, "loop", order->loop + 1);
	json_put_integer(w, "step", order->step + 1);
	notice_targets_put(w, look, step->targets, step->target_count, at);
	json_close_object(w);
}

/* The page's life with nobody answering; returns when the leads are told, or TIME_NONE. */
static time_us put_steps(struct json_writer *w, const struct trial *t, const struct escalation_policy *policy)
{
	const struct calendar *hours = policy->hours ? oncall_book_calendar(t->book, policy->hours) : NULL;
	struct notice_look look = {
		.book = t->book, .audience = &t->audience, .one_company = t->facts.company_id != 0, .member_next = 1
	};
	struct page_machine page;
	struct page_orders orders;

	page_machine_begin(&page, policy, hours, t->facts.severity, t->facts.at);
	for (int i = 0; i < TICKS_MOST && page.next_at != TIME_NONE; i++) {
		time_us at = page.next_at;

		if (!page_machine_tick(&page, policy, hours, at, &orders))
			return TIME_NONE;
		for (int k = 0; k < orders.count; k++) {
			const struct policy_step *step = &policy->steps[orders.items[k].step];

			if (orders.items[k].kind != ORDER_STEP)
				return at;
			put_step(w, &look, policy, &orders.items[k], at);
			look.member_next += notice_targets_members(&look, step->targets, step->target_count);
		}
	}
	return TIME_NONE;
}

static int policy_name(struct call *call, int64_t policy_id, struct json_writer *w, struct err *why)
{
	struct policy_row row;
	struct db_result *rows;

	if (!policy_id) {
		json_put_null(w, "policy");
		return 0;
	}
	if (policy_get(call->db, policy_id, false, &rows, why) != 0)
		return -1;
	json_open_object(w, "policy");
	json_put_integer(w, "id", policy_id);
	if (db_rows(rows)) {
		policy_read(rows, 0, &row);
		json_put_string(w, "name", row.name);
	}
	json_close_object(w);
	db_result_free(rows);
	return 0;
}

static int write_trial(struct call *call, const struct trial *t, struct err *why)
{
	const struct escalation_policy *policy = policy_of(t);
	time_us exhausted = TIME_NONE;
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_time(&w, "at", t->facts.at);
	json_put_string(&w, "route", t->choice.route);
	if (policy_name(call, t->choice.policy_id, &w, why) != 0)
		return -1;
	json_put_string(&w, "group_key", t->choice.group_key);
	json_open_array(&w, "steps");
	if (policy)
		exhausted = put_steps(&w, t, policy);
	json_close_array(&w);
	json_put_time(&w, "exhausted_at", exhausted);
	json_close_object(&w);
	return 0;
}

static int run(struct call *call, struct trial *t, struct err *why)
{
	const struct escalation_routes *routes;
	int go;

	if (!read_facts(call, &t->facts))
		return 0;
	if (load(call, t, why) != 0)
		return -1;
	go = read_routes(call, t, why);
	if (go == 1)
		go = read_policy(call, t, why);
	if (go != 1)
		return go;
	routes = t->routes ? t->routes : oncall_book_routes(t->book);
	if (routes)
		escalation_route_choose(routes, &t->facts, &t->choice);
	return write_trial(call, t, why);
}

int route_trial_run(struct call *call, struct err *why)
{
	struct trial *t = calloc(1, sizeof(*t));
	int failed;

	if (!t)
		return err_set(why, ERR_NOMEM, "no memory for a trial of routes");
	failed = run(call, t, why);
	release(t);
	return failed;
}
