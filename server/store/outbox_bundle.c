/* What is in a bundle. Across companies. */
#include "lib/json_write.h"
#include "server/store/outbox.h"

enum { LINES_MAX = 50 };

/* A line for each page, as its notices said it; a bundle that collected names those that still wait for an answer. */
static const char facts_sql[] =
    "WITH bundle AS (SELECT identity LIKE 'stale %' AS stale FROM outbox WHERE outbox_id = $1::uuid), "
    "z AS (SELECT timezone FROM operator ORDER BY operator_id LIMIT 1), "
    "inside AS (SELECT DISTINCT ON (coalesce(m.page_id::text, m.identity)) m.page_id, m.priority, m.created_at, "
    "m.facts FROM outbox m LEFT JOIN page p ON p.page_id = m.page_id WHERE m.bundled_into = $1::uuid AND "
    "((SELECT stale FROM bundle) OR p.state = 'triggered') ORDER BY coalesce(m.page_id::text, m.identity), "
    "m.created_at DESC), "
    "lines AS (SELECT row_number() OVER (ORDER BY i.priority, i.created_at) AS n, i.created_at, "
    "concat_ws(' ', nullif(i.facts ->> 'reference', ''), nullif(i.facts ->> 'company', '') || ':', "
    "nullif(i.facts ->> 'title', '')) AS line FROM inside i) "
    "SELECT count(*), to_char(min(created_at) AT TIME ZONE (SELECT timezone FROM z), CASE WHEN $2::boolean THEN "
    "'FMMM月FMDD日 FMHH24:MI' ELSE 'YYYY-MM-DD HH24:MI' END), to_char(max(created_at) AT TIME ZONE (SELECT timezone "
    "FROM z), CASE WHEN $2::boolean THEN 'FMMM月FMDD日 FMHH24:MI' ELSE 'YYYY-MM-DD HH24:MI' END), "
    "string_agg(line, E'\\n' ORDER BY n) FILTER (WHERE n <= $3::bigint), (SELECT stale FROM bundle) FROM lines";

static void put(const struct db_result *r, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "count", db_integer(r, 0, 0));
	json_put_string(&w, "from", db_is_null(r, 0, 1) ? "" : db_text(r, 0, 1));
	json_put_string(&w, "to", db_is_null(r, 0, 2) ? "" : db_text(r, 0, 2));
	json_put_string(&w, "list", db_is_null(r, 0, 3) ? "" : db_text(r, 0, 3));
	json_put_string(&w, "url", "/pages");
	json_close_object(&w);
}

int outbox_bundle_facts(struct db *db, const uint8_t id[OUTBOX_ID_SIZE], bool japanese, struct buffer *out,
			struct err *why)
{
	char text[OUTBOX_ID_TEXT_SIZE];
	struct db_args args = { 0 };
	struct db_result *r;

	outbox_id_text(id, text);
	db_arg_text(&args, text);
	db_arg_bool(&args, japanese);
	db_arg_integer(&args, LINES_MAX);
	if (db_run(db, facts_sql, &args, &r, why) != 0)
		return -1;
	put(r, out);
	db_result_free(r);
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for a bundle") : 0;
}
