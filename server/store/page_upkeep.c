/* What must not be forgotten. Across companies. */
#include "server/store/outbox.h"
#include "server/store/page_engine.h"
#include "server/store/plain_notice.h"

#include <stdio.h>

/* ---------------------------------------------------------------------------------------------- fenced off */

/* What each is about, in words that name it: the leads must see to it themselves. */
static const char fenced_sql[] =
    "SELECT f.identity, f.what, f.url FROM ("
    "SELECT 'fenced request ' || r.company_id || ' ' || r.request_id AS identity, concat_ws(' ', r.kind, "
    "coalesce('INC-' || i.no, r.subject_id::text), c.name, coalesce(i.title, r.body ->> 'title')) AS what, "
    "CASE WHEN r.kind = 'incident' THEN '/incidents/' || r.subject_id ELSE '/pages' END AS url "
    "FROM page_request r LEFT JOIN company c ON c.company_id = r.company_id LEFT JOIN incident i ON r.kind = "
    "'incident' "
    "AND i.company_id = r.company_id AND i.incident_id = r.subject_id WHERE r.crashes >= $1::bigint "
    "UNION ALL SELECT 'fenced page ' || p.page_id || ' ' || p.version, 'P-' || p.page_id || ' ' || p.title, '/pages/' "
    "|| "
    "p.page_id FROM page p WHERE p.crashes >= $1::bigint AND p.state IN ('triggered', 'acknowledged') "
    "UNION ALL SELECT 'fenced notice ' || o.outbox_id, concat_ws(' ', o.kind, 'P-' || o.page_id, "
    "coalesce(u.display_name, "
    "o.address), o.facts ->> 'title'), CASE WHEN o.page_id IS NULL THEN '/pages' ELSE '/pages/' || o.page_id END "
    "FROM outbox o LEFT JOIN app_user u ON u.user_id = o.user_id WHERE o.state = 'quarantined' AND o.kind <> 'lamp' "
    "AND o.created_at > now() - interval '7 days') f "
    "WHERE NOT EXISTS (SELECT FROM outbox t WHERE t.identity >= f.identity || ' user' AND t.identity < f.identity || "
    "' uses') LIMIT 20";

static void put_fenced(const char *what, const char *url, int language, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "title",
			language == PAGE_JA ? "処理できない呼び出しを隔離しました"
					    : "A page could not be processed and was fenced off");
	json_put_string(&w, "details", what);
	json_put_string(&w, "url", url);
	json_close_object(&w);
}

static int tell_fenced(struct db *db, const struct db_result *r, int row, struct err *why)
{
	struct plain_notice notice = { .kind = "lamp", .identity = db_text(r, row, 0), .priority = 2 };

	for (int l = 0; l < PAGE_LANGUAGES; l++)
		put_fenced(db_text(r, row, 1), db_text(r, row, 2), l, &notice.facts[l]);
	return plain_notice_leads(db, &notice, why);
}

static int tell_all_fenced(struct db *db, int *done, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;
	int failed = 0;

	db_arg_integer(&args, PAGE_CRASHES_MAX);
	if (db_run(db, fenced_sql, &args, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++)
		failed = tell_fenced(db, r, i, why);
	*done += db_rows(r);
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------- settled unseen */

static const char settled_sql[] =
    "INSERT INTO page_request (company_id, kind, subject_id, what, severity) "
    "SELECT s.company_id, s.kind, s.subject_id, 'settled', s.severity FROM page_subject s "
    "LEFT JOIN incident i ON s.kind = 'incident' AND i.company_id = s.company_id AND i.incident_id = s.subject_id "
    "LEFT JOIN sensor n ON s.kind = 'sensor' AND n.company_id = s.company_id AND n.sensor_id = s.subject_id "
    "LEFT JOIN ticket t ON s.kind = 'desk' AND t.ticket_id = s.subject_id "
    "WHERE s.settled_at IS NULL AND s.added_at < now() - interval '10 seconds' AND CASE s.kind "
    "WHEN 'incident' THEN i.state IS NULL OR i.state IN ('contained', 'closed', 'merged') "
    "WHEN 'sensor' THEN n.state IS NULL OR n.state <> 'down' "
    "WHEN 'desk' THEN t.state IS NULL OR t.state = 'closed' ELSE false END "
    "AND NOT EXISTS (SELECT FROM page_request r WHERE r.company_id = s.company_id AND r.kind = s.kind "
    "AND r.subject_id = s.subject_id)";

static int settle_unseen(struct db *db, int *done, struct err *why)
{
	struct db_result *r;

	if (db_run(db, settled_sql, NULL, &r, why) != 0)
		return -1;
	*done += (int)db_affected(r);
	db_result_free(r);
	return 0;
}

int page_engine_upkeep(struct db *db, const struct page_engine *engine, int *done, struct err *why)
{
	(void)engine;
	*done = 0;
	if (db_begin(db, why) != 0)
		return -1;
	if (tell_all_fenced(db, done, why) == 0 && settle_unseen(db, done, why) == 0 && db_commit(db, why) == 0)
		return 0;
	db_rollback(db);
	return -1;
}
