/* A page's row and its timeline, and what else several files of the engine need. */
#include "server/store/oncall_book.h"
#include "server/store/page_engine.h"

#include <inttypes.h>

/* now() and not the process's clock: what is written by one transaction is compared with what another one reads. */
#define HOLD_COLUMNS                                                                                               \
	"SELECT p.version, p.state, p.severity::bigint, p.step, p.loop, p.round, p.exhausted, p.next_at, "         \
	"p.noticed_severity::bigint, p.noticed_count, (SELECT count(*) FROM page_subject s WHERE s.company_id IS " \
	"NOT NULL AND s.page_id = p.page_id), p.noticed_at, p.ack_by, p.ack_via, p.ack_at, p.ack_until, "          \
	"p.created_at, p.member_next, p.nobody, now(), p.policy::text FROM page p WHERE p.page_id = $1::bigint"

static int decode(const struct db_result *r, struct page_held *out, struct err *why)
{
	struct page_machine *m = &out->machine;

	out->version = db_integer(r, 0, 0);
	m->severity = (int)db_integer(r, 0, 2);
	m->step = (int)db_integer(r, 0, 3);
	m->loop = (int)db_integer(r, 0, 4);
	m->round = (int)db_integer(r, 0, 5);
	m->exhausted = db_bool(r, 0, 6);
	m->next_at = db_time(r, 0, 7);
	m->noticed_severity = (int)db_integer(r, 0, 8);
	m->noticed_count = db_integer(r, 0, 9);
	m->subjects = db_integer(r, 0, 10);
	m->noticed_at = db_time(r, 0, 11);
	m->ack_by = db_integer(r, 0, 12);
	m->ack_at = db_time(r, 0, 14);
	m->ack_until = db_time(r, 0, 15);
	m->created_at = db_time(r, 0, 16);
	out->member_next = db_integer(r, 0, 17);
	out->nobody = db_bool(r, 0, 18);
	out->now = db_time(r, 0, 19);
	if (!page_state_parse(db_slice(r, 0, 1), &m->state) ||
	    (!db_is_null(r, 0, 13) && !page_via_parse(db_slice(r, 0, 13), &m->ack_via)))
		return err_set(why, ERR_CORRUPT,
			       "page %" PRId64 " has a state unknown here: is the database newer than this program?",
			       out->page_id);
	return escalation_policy_parse(db_slice(r, 0, 20), &out->policy, why);
}

int page_engine_hold(struct db *db, int64_t page_id, bool lock, struct page_held *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed;

	*out = (struct page_held){ .page_id = page_id };
	db_arg_integer(&args, page_id);
	if (db_run(db, lock ? HOLD_COLUMNS " FOR UPDATE" : HOLD_COLUMNS, &args, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "no such page");
	else
		failed = decode(result, out, why);
	db_result_free(result);
	return failed;
}

static const char keep_sql[] =
    "UPDATE page SET state = $2::text, severity = $3::smallint, step = $4::integer, loop = $5::integer, "
    "round = $6::integer, exhausted = $7::boolean, next_at = $8::timestamptz, noticed_severity = $9::smallint, "
    "noticed_count = $10::bigint, noticed_at = $11::timestamptz, ack_by = $12::bigint, ack_via = $13::text, "
    "ack_at = $14::timestamptz, ack_until = $15::timestamptz, member_next = $16::integer, nobody = $17::boolean, "
    "closed_at = CASE WHEN $2::text = 'closed' THEN coalesce(closed_at, now()) END, version = version + 1 "
    "WHERE page_id = $1::bigint";

/* The change feed's company 0: pages are the staff's. */
static int tell_screens(struct db *db, int64_t page_id, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	if (db_run(db,
		   "INSERT INTO change (company_id, kind, id_from, id_to) VALUES (0, 'page', $1::bigint, $1::bigint)",
		   &args, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_change", why);
}

int page_engine_keep(struct db *db, const struct page_held *page, struct err *why)
{
	const struct page_machine *m = &page->machine;
	struct db_args args = { 0 };

	db_arg_integer(&args, page->page_id);
	db_arg_text(&args, page_state_name(m->state));
	db_arg_integer(&args, m->severity);
	db_arg_integer(&args, m->step);
	db_arg_integer(&args, m->loop);
	db_arg_integer(&args, m->round);
	db_arg_bool(&args, m->exhausted);
	db_arg_time(&args, m->next_at);
	db_arg_integer(&args, m->noticed_severity);
	db_arg_integer(&args, m->noticed_count);
	db_arg_time(&args, m->noticed_at);
	db_arg_optional(&args, m->ack_by);
	db_arg_text(&args, page_via_name(m->ack_via));
	db_arg_time(&args, m->ack_at);
	db_arg_time(&args, m->ack_until);
	db_arg_integer(&args, page->member_next);
	db_arg_bool(&args, page->nobody);
	if (db_run(db, keep_sql, &args, NULL, why) != 0)
		return -1;
	return tell_screens(db, page->page_id, why);
}

int page_engine_event(struct db *db, int64_t page_id, const char *kind, int64_t user_id, const char *body,
		      struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, page_id);
	db_arg_text(&args, kind);
	db_arg_optional(&args, user_id);
	db_arg_text(&args, body ? body : "{}");
	return db_run(db,
		      "INSERT INTO page_event (page_id, kind, user_id, body) "
		      "VALUES ($1::bigint, $2::text, $3::bigint, $4::jsonb)",
		      &args, NULL, why);
}

const struct calendar *page_engine_hours(const struct page_engine *engine, const struct page_held *page)
{
	return page->policy.hours ? oncall_book_calendar(engine->book, page->policy.hours) : NULL;
}
