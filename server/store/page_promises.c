/* Promised times. Across companies. */
#include "server/model/sla.h"
#include "server/store/oncall_book.h"
#include "server/store/page_engine.h"
#include "server/store/plain_notice.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDENTITY_SIZE = 128, WORDS_SIZE = 128, DUE_PRIORITY = 3, MISSED_PRIORITY = 2 };

/* Clocks of incidents that the escalator was asked to page: of others (imported, or from before there were promises)
 * nothing was promised. $1: at most so many. */
static const char open_sql[] =
    "SELECT c.company_id, c.incident_id, i.severity::bigint, c.raised_at, "
    "c.acknowledged_at IS NULL AND c.acknowledge_missed_at IS NULL AND i.state = 'open', c.acknowledge_warned_at IS "
    "NOT "
    "NULL, c.told_at IS NULL AND c.notify_missed_at IS NULL, c.notify_warned_at IS NOT NULL, now() "
    "FROM incident_clock c JOIN incident i ON i.company_id = c.company_id AND i.incident_id = c.incident_id "
    "WHERE (c.acknowledged_at IS NULL OR c.told_at IS NULL) AND c.asked_at IS NOT NULL "
    "AND c.raised_at > now() - interval '30 days' AND i.state IN ('open', 'acknowledged', 'contained') "
    "AND ((c.acknowledged_at IS NULL AND c.acknowledge_missed_at IS NULL) OR (c.told_at IS NULL AND c.notify_missed_at "
    "IS NULL)) ORDER BY c.raised_at LIMIT $1::bigint";

enum { OPEN_MAX = 20000 };

struct breach {
	int64_t company_id, incident_id;
	bool notify, missed;
	time_us due, now;
};

/* ---------------------------------------------------------------------------------------------- one breach */

/* Across all that may write it: the first does. */
static int mark(struct db *db, const struct breach *b, bool *first, struct err *why)
{
	static const char *const statements[2][2] = {
		{ "UPDATE incident_clock SET acknowledge_warned_at = now() WHERE company_id = $1::bigint AND "
		  "incident_id "
		  "= $2::bigint AND acknowledge_warned_at IS NULL AND acknowledged_at IS NULL",
		  "UPDATE incident_clock SET acknowledge_missed_at = now() WHERE company_id = $1::bigint AND "
		  "incident_id "
		  "= $2::bigint AND acknowledge_missed_at IS NULL AND acknowledged_at IS NULL" },
		{ "UPDATE incident_clock SET notify_warned_at = now() WHERE company_id = $1::bigint AND incident_id = "
		  "$2::bigint AND notify_warned_at IS NULL AND told_at IS NULL",
		  "UPDATE incident_clock SET notify_missed_at = now() WHERE company_id = $1::bigint AND incident_id = "
		  "$2::bigint AND notify_missed_at IS NULL AND told_at IS NULL" },
	};
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, b->company_id);
	db_arg_integer(&args, b->incident_id);
	if (db_run(db, statements[b->notify][b->missed], &args, &r, why) != 0)
		return -1;
	*first = db_affected(r) != 0;
	db_result_free(r);
	return 0;
}

static int note(struct db *db, const struct breach *b, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, b->company_id);
	db_arg_integer(&args, b->incident_id);
	db_arg_text(&args, b->notify ? "notify" : "acknowledge");
	db_arg_bool(&args, b->missed);
	db_arg_time(&args, b->due);
	return db_run(db,
		      "WITH body AS (SELECT jsonb_build_object('promise', $3::text, 'missed', $4::boolean, 'due', "
		      "$5::timestamptz) AS json), noted AS (INSERT INTO incident_event (company_id, incident_id, kind, "
		      "body) SELECT $1::bigint, $2::bigint, 'sla', json FROM body) "
		      "INSERT INTO page_event (page_id, kind, body) SELECT s.page_id, 'sla', b.json || "
		      "jsonb_build_object('incident_id', $2::bigint) FROM page_subject s, body b WHERE s.company_id = "
		      "$1::bigint AND s.kind = 'incident' AND s.subject_id = $2::bigint AND s.settled_at IS NULL",
		      &args, NULL, why);
}

/* Columns: severity, company, title (two languages), INC-..., since (two), due (two), minutes over, promised seconds,
 * owner, page's answerer. */
static const char facts_sql[] =
    "SELECT i.severity::bigint, c.name, coalesce((SELECT nullif(r.title_ja, '') FROM rule r WHERE r.title = "
    "i.raised_title AND i.title = i.raised_title LIMIT 1), i.title), i.title, 'INC-' || i.no, "
    "to_char(i.created_at AT TIME ZONE z.timezone, 'FMMM月FMDD日 FMHH24:MI'), "
    "to_char(i.created_at AT TIME ZONE z.timezone, 'YYYY-MM-DD HH24:MI'), "
    "to_char($3::timestamptz AT TIME ZONE z.timezone, 'FMMM月FMDD日 FMHH24:MI'), "
    "to_char($3::timestamptz AT TIME ZONE z.timezone, 'YYYY-MM-DD HH24:MI'), "
    "(extract(epoch FROM now() - $3::timestamptz) / 60)::bigint, coalesce(u.display_name, ''), coalesce(i.owner_id, 0) "
    "FROM incident i JOIN company c ON c.company_id = i.company_id CROSS JOIN (SELECT timezone FROM operator ORDER BY "
    "operator_id LIMIT 1) z LEFT JOIN app_user u ON u.user_id = i.owner_id "
    "WHERE i.company_id = $1::bigint AND i.incident_id = $2::bigint";

static void put_facts(const struct db_result *r, const struct breach *b, int language, struct buffer *out)
{
	static const char *const promises[2][PAGE_LANGUAGES] = { { "対応開始の約束", "Answer promised" },
								 { "会員への連絡の約束", "Member told as promised" } };
	char missed[WORDS_SIZE] = "", url[WORDS_SIZE];
	struct json_writer w;

	if (b->missed && language == PAGE_JA)
		snprintf(missed, sizeof(missed), "%" PRId64 " 分", db_integer(r, 0, 9));
	else if (b->missed)
		snprintf(missed, sizeof(missed), "%" PRId64 " minutes", db_integer(r, 0, 9));
	snprintf(url, sizeof(url), "/incidents/%" PRId64, b->incident_id);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "severity", db_integer(r, 0, 0));
	json_put_string(&w, "company", db_text(r, 0, 1));
	json_put_string(&w, "title", db_text(r, 0, 2 + language));
	json_put_string(&w, "reference", db_text(r, 0, 4));
	json_put_string(&w, "since", db_text(r, 0, 5 + language));
	json_put_string(&w, "due", db_text(r, 0, 7 + language));
	json_put_string(&w, "promise", promises[b->notify][language]);
	json_put_string(&w, "missed", missed);
	json_put_string(&w, "who", db_text(r, 0, 10));
	json_put_string(&w, "url", url);
	json_close_object(&w);
}

static int tell(struct db *db, const struct breach *b, const struct db_result *r, struct err *why)
{
	struct plain_notice notice = { .kind = "sla", .priority = b->missed ? MISSED_PRIORITY : DUE_PRIORITY };
	struct page_receivers receivers = { 0 };
	char identity[IDENTITY_SIZE];
	int failed = page_targets_leads(db, &receivers, why);

	if (!failed && db_integer(r, 0, 11))
		failed = page_targets_person(db, db_integer(r, 0, 11), 0, &receivers, why);
	snprintf(identity, sizeof(identity), "sla %" PRId64 " %" PRId64 " %s %s", b->company_id, b->incident_id,
		 b->notify ? "notify" : "acknowledge", b->missed ? "missed" : "due");
	notice.identity = identity;
	for (int l = 0; l < PAGE_LANGUAGES; l++)
		put_facts(r, b, l, &notice.facts[l]);
	if (failed)
		receivers.count = 0;
	if (plain_notice_write(db, &notice, &receivers, why) != 0)
		failed = -1;
	page_receivers_release(&receivers);
	return failed;
}

static int record(struct db *db, const struct breach *b, int *done, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	bool first;
	int failed = 0;

	if (mark(db, b, &first, why) != 0)
		return -1;
	if (!first)
		return 0;
	db_arg_integer(&args, b->company_id);
	db_arg_integer(&args, b->incident_id);
	db_arg_time(&args, b->due);
	if (note(db, b, why) != 0 || db_run(db, facts_sql, &args, &r, why) != 0)
		return -1;
	if (db_rows(r))
		failed = tell(db, b, r, why);
	db_result_free(r);
	++*done;
	return failed;
}

static int in_transaction(struct db *db, const struct breach *b, int *done, struct err *why)
{
	if (db_begin(db, why) != 0)
		return -1;
	if (record(db, b, done, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* ---------------------------------------------------------------------------------------------- looking */

static int look_at(struct db *db, const struct page_engine *engine, const struct db_result *r, int row, bool notify,
		   int *done, struct err *why)
{
	struct breach b = { .company_id = db_integer(r, row, 0),
			    .incident_id = db_integer(r, row, 1),
			    .notify = notify,
			    .now = db_time(r, row, 8) };
	const struct sla_target *target = oncall_book_promise(engine->book, (int)db_integer(r, row, 2), notify);
	time_us raised = db_time(r, row, 3), warn;

	if (!db_bool(r, row, notify ? 6 : 4) || !target)
		return 0;
	b.due = sla_due(target, raised);
	warn = sla_warn_at(target, raised);
	if (b.due == TIME_NONE)
		return 0;
	b.missed = b.now >= b.due;
	if (!b.missed && (warn == TIME_NONE || b.now < warn || db_bool(r, row, notify ? 7 : 5)))
		return 0;
	return in_transaction(db, &b, done, why);
}

int page_engine_promises(struct db *db, const struct page_engine *engine, int *done, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	*done = 0;
	db_arg_integer(&args, OPEN_MAX);
	if (db_run(db, open_sql, &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed =
		    look_at(db, engine, r, i, false, done, why) != 0 || look_at(db, engine, r, i, true, done, why) != 0
			? -1
			: 0;
	db_result_free(r);
	return failed;
}
