/* Requests become pages. Across companies: gravest first, whoever they are about. */
#include "lib/log.h"
#include "server/model/page_group.h"
#include "server/store/page_engine.h"
#include "server/store/page_place.h"
#include "server/store/page_subject.h"
#include "server/store/page_telling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH_MAX = 100, CONFLICT_TRIES = 3 };

/* ---------------------------------------------------------------------------------------------- what is settled */

static int note_settled(struct db *db, int64_t page_id, const struct page_subject *s, struct err *why)
{
	char body[160];

	snprintf(body, sizeof(body), "{\"kind\":\"%s\",\"company_id\":%" PRId64 ",\"id\":%" PRId64 ",\"state\":\"%s\"}",
		 s->kind, s->company_id, s->subject_id,
		 s->settled && s->state           ? s->state
		 : strcmp(s->what, "merged") == 0 ? "merged"
						  : "settled");
	return page_engine_event(db, page_id, "settled", s->user_id, body, why);
}

static int set_reason(struct db *db, int64_t page_id, const struct page_subject *s, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	db_arg_text(&args, s->state ? s->state : s->what);
	return db_run(db, "UPDATE page SET close_reason = $2::text WHERE page_id = $1::bigint", &args, NULL, why);
}

static int close_page(struct db *db, const struct page_engine *engine, struct page_held *page,
		      const struct page_subject *s, struct err *why)
{
	struct page_orders orders;

	if (!page_machine_close(&page->machine, page->now, &orders))
		return 0;
	if (set_reason(db, page->page_id, s, why) != 0)
		return -1;
	return page_place_settle(db, engine, page, &orders, s->user_id, why);
}

/* Taken on elsewhere: by link and on the page's own screen the API does it. */
static int acknowledge_page(struct db *db, const struct page_engine *engine, struct page_held *page,
			    const struct page_subject *s, struct err *why)
{
	enum page_via via = strcmp(s->kind, "external") == 0 ? VIA_PAGERDUTY : VIA_INCIDENT;
	struct page_orders orders;

	if (page->machine.state != PAGE_TRIGGERED ||
	    !page_machine_acknowledge(&page->machine, &page->policy, s->user_id, via, page->now, &orders))
		return 0;
	if (page_place_settle(db, engine, page, &orders, s->user_id, why) != 0)
		return -1;
	return page_engine_event(db, page->page_id, "acknowledged", s->user_id, NULL, why);
}

static int apply_effect(struct db *db, const struct page_engine *engine, struct page_held *page,
			const struct page_subject *s, struct err *why)
{
	int64_t waiting, taken;

	if (page_subject_count(db, page->page_id, &waiting, &taken, why) != 0)
		return -1;
	switch (page_group_effect(waiting, taken)) {
	case PAGE_IS_CLOSED:
		return close_page(db, engine, page, s, why);
	case PAGE_IS_ACKNOWLEDGED:
		return acknowledge_page(db, engine, page, s, why);
	case PAGE_STAYS:
	default:
		return 0;
	}
}

/* Whether the request only says that somebody has it. An incident is looked at, and not what was said of it. */
static bool is_taken(const struct page_subject *s)
{
	bool said = s->state && strcmp(s->state, "acknowledged") == 0;

	return strcmp(s->kind, "incident") == 0 ? s->exists && !s->settled && !s->waits : said;
}

static int settle(struct db *db, const struct page_engine *engine, struct page_held *page, const struct page_subject *s,
		  struct err *why)
{
	bool over = s->settled || !s->exists || (strcmp(s->kind, "incident") != 0 && !is_taken(s));

	if (over && (page_subject_settle(db, s, why) != 0 || note_settled(db, page->page_id, s, why) != 0))
		return -1;
	if (!over && page_subject_update(db, s, is_taken(s), why) != 0)
		return -1;
	return apply_effect(db, engine, page, s, why);
}

/* ---------------------------------------------------------------------------------------------- what is raised */

static int escalate(struct db *db, const struct page_engine *engine, struct page_held *page,
		    const struct page_subject *s, struct err *why)
{
	struct page_orders orders;

	if (!page_machine_escalate(&page->machine, &page->policy, page_engine_hours(engine, page), page->now, &orders))
		return 0;
	if (page_engine_event(db, page->page_id, "escalated", s->user_id, s->body, why) != 0)
		return -1;
	return page_place_settle(db, engine, page, &orders, s->user_id, why);
}

/* Steps that were taken are not those of the new policy: of that one only the first is told at once. */
static void begin_with_first(struct page_machine *page)
{
	page->step = page->step > 0 || page->loop > 0 ? 1 : 0;
	page->loop = 0;
	page->exhausted = false;
}

/* $1 page, $2 policy, $3 its group, $4 the same of a storm. */
static const char move_sql[] =
    "UPDATE page p SET policy_id = n.policy_id, policy = n.rules, group_key = CASE WHEN p.is_storm THEN $4::text ELSE "
    "$3::text END FROM escalation_policy n WHERE p.page_id = $1::bigint AND n.policy_id = $2::bigint "
    "AND p.policy_id <> n.policy_id RETURNING n.rules::text";

/* What became graver may be another policy's: the page goes over to that one, with all that it is about, and stays one
 * page. Where the routes page nobody for it, the policy stays. */
static int follow_route(struct db *db, const struct page_engine *engine, struct page_held *page,
			const struct page_subject *s, struct err *why)
{
	char storm_key[GROUP_KEY_MAX];
	struct db_args args = { 0 };
	struct route_choice choice;
	struct db_result *r;
	int failed = 0;

	if (page_place_route(db, engine, s, &choice, why) != 0)
		return -1;
	if (!choice.policy_id)
		return 0;
	page_group_storm_key(choice.policy_id, storm_key, sizeof(storm_key));
	db_arg_integer(&args, page->page_id);
	db_arg_integer(&args, choice.policy_id);
	db_arg_text(&args, choice.group_key);
	db_arg_text(&args, storm_key);
	if (db_run(db, move_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r)) {
		failed = escalation_policy_parse(db_slice(r, 0, 0), &page->policy, why);
		begin_with_first(&page->machine);
	}
	db_result_free(r);
	return failed;
}

static int graver(struct db *db, const struct page_engine *engine, struct page_held *page, const struct page_subject *s,
		  struct err *why)
{
	struct page_orders orders;

	if (page->machine.state != PAGE_TRIGGERED && page->machine.state != PAGE_ACKNOWLEDGED)
		return 0;
	if (follow_route(db, engine, page, s, why) != 0)
		return -1;
	if (!page_machine_add(&page->machine, &page->policy, page_engine_hours(engine, page), (int)s->severity, 0,
			      page->now, &orders))
		return 0;
	return page_place_settle(db, engine, page, &orders, s->user_id, why);
}

/* A page speaks for it already. */
static int raise_again(struct db *db, const struct page_engine *engine, struct page_held *page,
		       const struct page_subject *s, struct err *why)
{
	if (page_subject_update(db, s, !s->waits, why) != 0)
		return -1;
	if (strcmp(s->what, "by_hand") == 0)
		return escalate(db, engine, page, s, why);
	if (s->severity < page->machine.severity)
		return graver(db, engine, page, s, why);
	if (strcmp(s->what, "reopened") == 0 && s->waits && page->machine.state == PAGE_ACKNOWLEDGED)
		return escalate(db, engine, page, s, why);
	return 0;
}

/* Nobody is paged for what is over, nor for what somebody took on before anybody could be asked; unless it got worse
 * since then, or somebody asks for it. */
static bool worth_a_page(const struct page_subject *s)
{
	if (!s->exists || s->settled)
		return false;
	return s->waits || strcmp(s->what, "graver") == 0 || strcmp(s->what, "by_hand") == 0;
}

/* ---------------------------------------------------------------------------------------------- one request */

static int about_subject(struct db *db, const struct page_engine *engine, const struct page_subject *s, struct err *why)
{
	struct page_held page;
	int64_t page_id;

	if (page_subject_page(db, s, &page_id, why) != 0)
		return -1;
	if (page_id && page_engine_hold(db, page_id, true, &page, why) != 0)
		return -1;
	if (page_id && (s->settled || !s->exists || strcmp(s->what, "settled") == 0 || strcmp(s->what, "merged") == 0))
		return settle(db, engine, &page, s, why);
	if (page_id)
		return raise_again(db, engine, &page, s, why);
	if (strcmp(s->what, "settled") == 0 || strcmp(s->what, "merged") == 0 || !worth_a_page(s))
		return 0;
	return page_place(db, engine, s, &page_id, why);
}

static int forget(struct db *db, const struct page_subject *s, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, s->company_id);
	db_arg_integer(&args, s->request_id);
	return db_run(db, "DELETE FROM page_request WHERE company_id = $1::bigint AND request_id = $2::bigint", &args,
		      NULL, why);
}

static int deal_with(struct db *db, const struct page_engine *engine, int64_t company_id, int64_t request_id, bool *got,
		     struct err *why)
{
	struct page_subject s;
	int failed = page_subject_take(db, company_id, request_id, &s, got, why);

	if (!failed && *got) {
		if (strcmp(s.kind, "campaign") == 0)
			failed = page_telling_warn(db, engine, &s, why);
		else if (strcmp(s.kind, "drill") == 0)
			failed = page_telling_drill(db, &s, why);
		else
			failed = about_subject(db, engine, &s, why);
		if (!failed)
			failed = forget(db, &s, why);
	}
	page_subject_release(&s);
	return failed;
}

static int one_transaction(struct db *db, const struct page_engine *engine, int64_t company_id, int64_t request_id,
			   bool *got, struct err *why)
{
	if (db_begin(db, why) != 0)
		return -1;
	if (deal_with(db, engine, company_id, request_id, got, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* ---------------------------------------------------------------------------------------------- the batch */

struct batch {
	int64_t company_ids[BATCH_MAX], request_ids[BATCH_MAX];
	int count;
};

/* A request that was begun and not finished before is taken by itself: what it does to the process, it does to no
 * other's count. Requests about one subject are taken in turn. */
static const char pick_sql[] =
    "SELECT r.company_id, r.request_id, r.crashes::bigint FROM page_request r WHERE " PAGE_MAY_BE_TRIED(
	"r") " "
	     "AND NOT EXISTS (SELECT FROM page_request e WHERE e.company_id = r.company_id AND e.kind = r.kind "
	     "AND e.subject_id = r.subject_id AND e.request_id < r.request_id AND e.crashes < $2::bigint) "
	     "ORDER BY r.severity, r.request_id LIMIT $1::bigint";

static int pick(struct db *db, int most, struct batch *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	out->count = 0;
	db_arg_integer(&args, most < BATCH_MAX ? most : BATCH_MAX);
	db_arg_integer(&args, PAGE_CRASHES_MAX);
	if (db_run(db, pick_sql, &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		bool suspect = db_integer(r, i, 2) > 0;

		if (suspect && i > 0)
			break;
		out->company_ids[i] = db_integer(r, i, 0);
		out->request_ids[i] = db_integer(r, i, 1);
		out->count = i + 1;
		if (suspect)
			break;
	}
	db_result_free(r);
	return 0;
}

/* step: 1 before they are worked on, -1 when one was not at fault. */
static int count_crash(struct db *db, const struct batch *batch, int from, int to, int step, struct err *why)
{
	for (int i = from; i < to; i++) {
		struct db_args args = { 0 };

		db_arg_integer(&args, batch->company_ids[i]);
		db_arg_integer(&args, batch->request_ids[i]);
		db_arg_integer(&args, step);
		if (db_run(db,
			   "UPDATE page_request SET crashes = greatest(crashes + $3::integer, 0), tried_at = now() "
			   "WHERE company_id = "
			   "$1::bigint AND request_id = (SELECT q.request_id FROM page_request q WHERE q.company_id = "
			   "$1::bigint AND q.request_id = $2::bigint FOR UPDATE SKIP LOCKED)",
			   &args, NULL, why) != 0)
			return -1;
	}
	return 0;
}

static int count_all(struct db *db, const struct batch *batch, struct err *why)
{
	/* What a lost server forgets of this is only a count. */
	if (db_script(db, "BEGIN; SET LOCAL synchronous_commit = off", why) == 0 &&
	    count_crash(db, batch, 0, batch->count, 1, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* -1: the database is away. */
static int do_one(struct db *db, const struct page_engine *engine, const struct batch *batch, int i, int *done,
		  struct err *why)
{
	bool got = false;
	int failed = -1;

	for (int n = 0; n < CONFLICT_TRIES && failed; n++) {
		failed = one_transaction(db, engine, batch->company_ids[i], batch->request_ids[i], &got, why);
		if (failed && why->code != ERR_CONFLICT)
			break;
	}
	if (!failed) {
		*done += got;
		return 0;
	}
	if (why->code == ERR_UNAVAILABLE)
		return -1;
	log_error("request %" PRId64 " of company %" PRId64 " for a page failed: %s", batch->request_ids[i],
		  batch->company_ids[i], why->text);
	return why->code == ERR_CONFLICT ? count_crash(db, batch, i, i + 1, -1, why) : 0;
}

int page_engine_requests(struct db *db, const struct page_engine *engine, int most, int *done, struct err *why)
{
	struct batch batch;

	*done = 0;
	if (pick(db, most, &batch, why) != 0)
		return -1;
	if (batch.count == 0)
		return 0;
	if (count_all(db, &batch, why) != 0)
		return -1;
	for (int i = 0; i < batch.count; i++)
		if (do_one(db, engine, &batch, i, done, why) != 0)
			return -1;
	return 0;
}
