#include "server/store/page_place.h"

#include "lib/json_reader.h"
#include "lib/json_write.h"
#include "server/model/page_group.h"
#include "server/store/oncall_book.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Advisory locks of policies: this in the upper 16 bits. */
#define LOCK_CLASS ((int64_t)0x6870 << 48 | (int64_t)1 << 40)

enum { PLACE_TRIES = 5, TICKS_MAX = 8 };

/* ---------------------------------------------------------------------------------------------- pages in general */

int page_place_settle(struct db *db, const struct page_engine *engine, const struct page_held *page,
		      const struct page_orders *orders, int64_t user_id, struct err *why)
{
	if (page_engine_keep(db, page, why) != 0)
		return -1;
	return page_engine_orders(db, engine, page->page_id, orders, user_id, why);
}

int page_place_due(struct db *db, const struct page_engine *engine, struct page_held *page, int64_t user_id,
		   struct err *why)
{
	const struct calendar *hours = page_engine_hours(engine, page);
	struct page_orders orders;

	for (int i = 0; i < TICKS_MAX; i++) {
		if (!page_machine_tick(&page->machine, &page->policy, hours, page->now, &orders))
			break;
		if (page_place_settle(db, engine, page, &orders, user_id, why) != 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------- open pages */

struct open_pages {
	struct page_open *items;
	size_t count;
	time_us now;
};

/* The storm's page is fetched by itself; the others are those that page_group.h asks for. A storm is of one kind: what
 * another system floods us with must not take in the incident of the night. */
static const char open_sql[] =
    "SELECT p.page_id, p.state, p.group_key = $2::text, p.is_storm, p.severity::bigint, p.created_at, "
    "coalesce((SELECT max(s.added_at) FROM page_subject s WHERE s.company_id IS NOT NULL AND s.page_id = p.page_id), "
    "p.created_at), now() FROM page p WHERE p.policy_id = $1::bigint AND p.state IN ('triggered', 'acknowledged') "
    "AND (p.group_key = $2::text OR p.kind = $4::text AND (p.is_storm OR p.created_at > now() - $3::bigint * interval "
    "'1 microsecond')) "
    "ORDER BY p.page_id";

static int read_open(struct db *db, const struct page_subject *s, int64_t policy_id, const char *group_key,
		     struct open_pages *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	*out = (struct open_pages){ 0 };
	db_arg_integer(&args, policy_id);
	db_arg_text(&args, group_key);
	db_arg_integer(&args, STORM_WINDOW);
	db_arg_text(&args, s->kind);
	if (db_run(db, open_sql, &args, &r, why) != 0)
		return -1;
	out->items = calloc((size_t)db_rows(r) + 1, sizeof(*out->items));
	if (!out->items)
		failed = err_set(why, ERR_NOMEM, "no memory for %d open pages", db_rows(r));
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		struct page_open *p = &out->items[out->count++];

		*p = (struct page_open){ .page_id = db_integer(r, i, 0),
					 .same_group = db_bool(r, i, 2),
					 .is_storm = db_bool(r, i, 3),
					 .severity = (int)db_integer(r, i, 4),
					 .created_at = db_time(r, i, 5),
					 .added_at = db_time(r, i, 6) };
		out->now = db_time(r, i, 7);
		if (!page_state_parse(db_slice(r, i, 1), &p->state))
			failed = err_set(why, ERR_CORRUPT, "page %" PRId64 " has a state unknown here", p->page_id);
	}
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- the three ways */

static int event_of_subject(struct db *db, int64_t page_id, const char *kind, const struct page_subject *s,
			    struct err *why)
{
	struct buffer body = { 0 };
	struct json_writer w;
	int failed;

	json_writer_init(&w, &body);
	json_open_object(&w, NULL);
	json_put_string(&w, "kind", s->kind);
	json_put_integer(&w, "company_id", s->company_id);
	json_put_integer(&w, "id", s->subject_id);
	json_put_integer(&w, "severity", s->severity);
	json_put_string(&w, "title", s->title);
	json_close_object(&w);
	failed = body.failed ? err_set(why, ERR_NOMEM, "no memory for a page's timeline")
			     : page_engine_event(db, page_id, kind, s->user_id, buffer_string(&body), why);
	buffer_release(&body);
	return failed;
}

/* The incident's own timeline says that it was paged. */
static int tell_incident(struct db *db, int64_t page_id, const struct page_subject *s, struct err *why)
{
	struct db_args args = { 0 };

	if (strcmp(s->kind, "incident") != 0)
		return 0;
	db_arg_integer(&args, s->company_id);
	db_arg_integer(&args, s->subject_id);
	db_arg_integer(&args, page_id);
	db_arg_integer(&args, s->severity);
	return db_run(db,
		      "INSERT INTO incident_event (company_id, incident_id, kind, body) VALUES ($1::bigint, "
		      "$2::bigint, 'page', jsonb_build_object('page', $3::bigint, 'severity', $4::bigint))",
		      &args, NULL, why);
}

static int put_on(struct db *db, int64_t page_id, const char *event, const struct page_subject *s, struct err *why)
{
	if (page_subject_add(db, s, page_id, why) != 0 || event_of_subject(db, page_id, event, s, why) != 0)
		return -1;
	return tell_incident(db, page_id, s, why);
}

static int insert_page(struct db *db, const struct page_subject *s, int64_t policy_id, const char *group_key,
		       int severity, bool storm, int64_t *page_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_text(&args, s->kind);
	db_arg_integer(&args, policy_id);
	db_arg_text(&args, group_key);
	db_arg_integer(&args, severity);
	db_arg_text(&args, s->title);
	db_arg_bool(&args, storm);
	db_arg_time(&args, s->raised_at);
	if (db_run(db,
		   "INSERT INTO page (kind, policy_id, policy, group_key, severity, noticed_severity, title, is_storm, "
		   "raised_at) SELECT $1::text, p.policy_id, p.rules, $3::text, $4::smallint, $4::smallint, $5::text, "
		   "$6::boolean, $7::timestamptz FROM escalation_policy p WHERE p.policy_id = $2::bigint "
		   "RETURNING page_id",
		   &args, &r, why) != 0)
		return -1;
	*page_id = db_rows(r) ? db_integer(r, 0, 0) : 0;
	db_result_free(r);
	return *page_id
		   ? 0
		   : err_set(why, ERR_CORRUPT,
			     "the routes name policy %" PRId64 ", which does not exist: correct the routes", policy_id);
}

static int begin(struct db *db, const struct page_engine *engine, const struct page_subject *s, int64_t policy_id,
		 const char *group_key, int64_t *page_id, struct err *why)
{
	struct page_held page;

	if (insert_page(db, s, policy_id, group_key, (int)s->severity, false, page_id, why) != 0 ||
	    put_on(db, *page_id, "created", s, why) != 0 || page_engine_hold(db, *page_id, true, &page, why) != 0)
		return -1;
	page_machine_begin(&page.machine, &page.policy, page_engine_hours(engine, &page), (int)s->severity, page.now);
	if (page_engine_keep(db, &page, why) != 0)
		return -1;
	return page_place_due(db, engine, &page, s->user_id, why);
}

/* *again: it was closed, or joined, meanwhile. */
static int add_to(struct db *db, const struct page_engine *engine, const struct page_subject *s, int64_t page_id,
		  bool *again, struct err *why)
{
	struct page_orders orders;
	struct page_held page;

	if (page_engine_hold(db, page_id, true, &page, why) != 0)
		return -1;
	*again = !page_machine_add(&page.machine, &page.policy, page_engine_hours(engine, &page), (int)s->severity, 1,
				   page.now, &orders);
	if (*again)
		return 0;
	if (put_on(db, page_id, "added", s, why) != 0)
		return -1;
	return page_place_settle(db, engine, &page, &orders, s->user_id, why);
}

/* A page that was answered a moment ago stays by itself. */
static int join(struct db *db, int64_t page_id, int64_t into, struct err *why)
{
	struct db_args args = { 0 };
	struct page_held page;
	char body[48];

	if (page_engine_hold(db, page_id, true, &page, why) != 0)
		return -1;
	if (!page_machine_join(&page.machine))
		return 0;
	db_arg_integer(&args, page_id);
	db_arg_integer(&args, into);
	snprintf(body, sizeof(body), "{\"into\":%" PRId64 "}", into);
	if (page_subject_move(db, page_id, into, why) != 0 || page_engine_keep(db, &page, why) != 0 ||
	    db_run(db, "UPDATE page SET joined_into = $2::bigint WHERE page_id = $1::bigint", &args, NULL, why) != 0)
		return -1;
	return page_engine_event(db, page_id, "joined", 0, body, why);
}

static int begin_storm(struct db *db, const struct page_engine *engine, const struct page_subject *s, int64_t policy_id,
		       const struct open_pages *open, int severity, int64_t *page_id, struct err *why)
{
	char group_key[GROUP_KEY_MAX];
	struct page_held page;
	int64_t subjects;

	page_group_storm_key(policy_id, group_key, sizeof(group_key));
	if (insert_page(db, s, policy_id, group_key, severity, true, page_id, why) != 0 ||
	    put_on(db, *page_id, "created", s, why) != 0)
		return -1;
	for (size_t i = 0; i < open->count; i++)
		if (page_group_joins(&open->items[i], open->now) &&
		    join(db, open->items[i].page_id, *page_id, why) != 0)
			return -1;
	if (page_engine_hold(db, *page_id, true, &page, why) != 0)
		return -1;
	subjects = page.machine.subjects;
	page_machine_begin(&page.machine, &page.policy, page_engine_hours(engine, &page), severity, page.now);
	page.machine.subjects = page.machine.noticed_count = subjects;
	if (page_engine_keep(db, &page, why) != 0)
		return -1;
	return page_place_due(db, engine, &page, s->user_id, why);
}

/* ---------------------------------------------------------------------------------------------- placing */

/* Pages of a policy are begun, added to and joined by one engine at a time. */
static int lock_policy(struct db *db, int64_t policy_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, LOCK_CLASS + policy_id);
	return db_run(db, "SELECT pg_advisory_xact_lock($1::bigint)", &args, NULL, why);
}

static int place_once(struct db *db, const struct page_engine *engine, const struct page_subject *s,
		      const struct route_choice *choice, int64_t *page_id, bool *again, struct err *why)
{
	bool by_hand = strcmp(s->what, "by_hand") == 0;
	struct page_placement placement;
	struct open_pages open;
	int failed = read_open(db, s, choice->policy_id, choice->group_key, &open, why);

	*again = false;
	if (failed) {
		free(open.items);
		return -1;
	}
	placement = page_group_place(open.items, open.count, (int)s->severity, by_hand, open.now);
	switch (placement.place) {
	case PLACE_ADD:
		*page_id = placement.page_id;
		failed = add_to(db, engine, s, placement.page_id, again, why);
		break;
	case PLACE_STORM:
		failed = begin_storm(db, engine, s, choice->policy_id, &open, placement.severity, page_id, why);
		break;
	case PLACE_NEW:
	default:
		failed = begin(db, engine, s, choice->policy_id, choice->group_key, page_id, why);
		break;
	}
	free(open.items);
	return failed;
}

static int database_now(struct db *db, time_us *now, struct err *why)
{
	struct db_result *r;

	if (db_run(db, "SELECT now()", NULL, &r, why) != 0)
		return -1;
	*now = db_time(r, 0, 0);
	db_result_free(r);
	return 0;
}

/* Who pages by hand may name the policy in place of the routes: {"note": "...", "policy": 2}. */
static void take_wish(const struct page_engine *engine, const struct page_subject *s, struct route_choice *choice)
{
	struct json_token tokens[16];
	struct json_reader r = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	int64_t policy_id;

	if (strcmp(s->what, "by_hand") != 0 || json_read(&r, slice_of_string(s->body)) != JSON_OK ||
	    !json_read_integer(&r, json_read_member(&r, 0, slice_of_string("policy")), &policy_id) ||
	    !oncall_book_policy(engine->book, policy_id))
		return;
	*choice = (struct route_choice){ .policy_id = policy_id };
	snprintf(choice->group_key, sizeof(choice->group_key), "policy:%" PRId64 " company:%" PRId64 " %s:%" PRId64,
		 policy_id, s->company_id, s->kind, s->subject_id);
}

int page_place_route(struct db *db, const struct page_engine *engine, const struct page_subject *s,
		     struct route_choice *choice, struct err *why)
{
	struct route_facts facts = { .kind = s->kind,
				     .severity = (int)s->severity,
				     .direction = s->direction,
				     .company_id = s->company_id,
				     .tags = s->tags,
				     .tag_count = s->tag_count,
				     .subject_id = s->subject_id,
				     .by_hand = strcmp(s->what, "by_hand") == 0 };
	const struct escalation_routes *routes = oncall_book_routes(engine->book);

	if (!routes)
		return err_set(why, ERR_CORRUPT, "there are no routes that can be read: %s",
			       oncall_book_fault(engine->book) ? oncall_book_fault(engine->book) : "save some");
	if (database_now(db, &facts.at, why) != 0)
		return -1;
	escalation_route_choose(routes, &facts, choice);
	take_wish(engine, s, choice);
	return 0;
}

int page_place(struct db *db, const struct page_engine *engine, const struct page_subject *s, int64_t *page_id,
	       struct err *why)
{
	struct route_choice choice;
	bool again = true;

	*page_id = 0;
	if (page_place_route(db, engine, s, &choice, why) != 0)
		return -1;
	if (!choice.policy_id)
		return 0;
	if (lock_policy(db, choice.policy_id, why) != 0)
		return -1;
	for (int i = 0; i < PLACE_TRIES && again; i++)
		if (place_once(db, engine, s, &choice, page_id, &again, why) != 0)
			return -1;
	return again ? err_set(why, ERR_CONFLICT, "pages changed while a subject was placed") : 0;
}
