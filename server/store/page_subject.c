#include "server/store/page_subject.h"

#include <stdlib.h>

/* $1 company, $2 request. One row in any case that the request is there: the thing itself may be gone. Columns 10..:
 * exists, waits, settled, title (one line: others' words), direction, raised, tags. */
static const char take_sql[] =
    "SELECT r.company_id, r.request_id, r.subject_id, r.kind, r.what, "
    "coalesce(i.severity, r.severity)::bigint, r.user_id, r.body::text, r.body ->> 'state', "
    "coalesce(i.merged_into, CASE WHEN r.body ->> 'into' ~ '^[0-9]{1,18}$' THEN (r.body ->> 'into')::bigint END), "
    "CASE r.kind WHEN 'incident' THEN i.incident_id IS NOT NULL WHEN 'sensor' THEN s.sensor_id IS NOT NULL "
    "WHEN 'desk' THEN t.ticket_id IS NOT NULL ELSE true END, "
    "CASE r.kind WHEN 'incident' THEN i.state = 'open' WHEN 'sensor' THEN s.state = 'down' "
    "WHEN 'desk' THEN t.state <> 'closed' ELSE true END, "
    "CASE r.kind WHEN 'incident' THEN i.state IN ('contained', 'closed', 'merged') WHEN 'sensor' THEN s.state <> "
    "'down' WHEN 'desk' THEN t.state = 'closed' ELSE false END, "
    "left(regexp_replace(coalesce(i.title, s.name, t.subject, nullif(r.body ->> 'title', ''), "
    "r.kind || ' ' || r.subject_id), '[[:cntrl:]]+', ' ', 'g'), 500), "
    "i.direction, coalesce(i.created_at, t.opened_at, r.created_at), "
    "coalesce((SELECT string_agg(tag, E'\\n') FROM company c, unnest(c.tags) tag WHERE c.company_id = r.company_id), "
    "'') FROM page_request r "
    "LEFT JOIN incident i ON r.kind = 'incident' AND i.company_id = r.company_id AND i.incident_id = r.subject_id "
    "LEFT JOIN sensor s ON r.kind = 'sensor' AND s.company_id = r.company_id AND s.sensor_id = r.subject_id "
    "LEFT JOIN ticket t ON r.kind = 'desk' AND t.ticket_id = r.subject_id "
    "WHERE r.company_id = $1::bigint AND r.request_id = $2::bigint FOR UPDATE OF r SKIP LOCKED";

static int split_tags(struct page_subject *s, struct err *why)
{
	char *at;

	s->tag_text = slice_to_string(db_slice(s->rows, 0, 16));
	if (!s->tag_text)
		return err_set(why, ERR_NOMEM, "no memory for a company's tags");
	for (at = s->tag_text; at && *at && s->tag_count < SUBJECT_TAGS_MAX;) {
		char *end = strchr(at, '\n');

		if (end)
			*end++ = '\0';
		s->tags[s->tag_count++] = at;
		at = end;
	}
	return 0;
}

static void decode(struct page_subject *s)
{
	const struct db_result *r = s->rows;

	s->company_id = db_integer(r, 0, 0);
	s->request_id = db_integer(r, 0, 1);
	s->subject_id = db_integer(r, 0, 2);
	s->kind = db_text(r, 0, 3);
	s->what = db_text(r, 0, 4);
	s->severity = db_integer(r, 0, 5);
	s->user_id = db_integer(r, 0, 6);
	s->body = db_text(r, 0, 7);
	s->state = db_text(r, 0, 8);
	s->into = db_integer(r, 0, 9);
	s->exists = db_bool(r, 0, 10);
	s->waits = !db_is_null(r, 0, 11) && db_bool(r, 0, 11);
	s->settled = !db_is_null(r, 0, 12) && db_bool(r, 0, 12);
	s->title = db_text(r, 0, 13);
	s->direction = db_text(r, 0, 14);
	s->raised_at = db_time(r, 0, 15);
}

int page_subject_take(struct db *db, int64_t company_id, int64_t request_id, struct page_subject *out, bool *got,
		      struct err *why)
{
	struct db_args args = { 0 };

	*out = (struct page_subject){ 0 };
	db_arg_integer(&args, company_id);
	db_arg_integer(&args, request_id);
	if (db_run(db, take_sql, &args, &out->rows, why) != 0)
		return -1;
	*got = db_rows(out->rows) != 0;
	if (!*got)
		return 0;
	decode(out);
	return split_tags(out, why);
}

void page_subject_release(struct page_subject *s)
{
	free(s->tag_text);
	db_result_free(s->rows);
	*s = (struct page_subject){ 0 };
}

/* $1 company, $2 kind, $3 subject. */
static void arg_subject(struct db_args *args, const struct page_subject *s)
{
	db_arg_integer(args, s->company_id);
	db_arg_text(args, s->kind);
	db_arg_integer(args, s->subject_id);
}

int page_subject_page(struct db *db, const struct page_subject *s, int64_t *page_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	arg_subject(&args, s);
	if (db_run(db,
		   "SELECT page_id FROM page_subject WHERE company_id = $1::bigint AND kind = $2::text "
		   "AND subject_id = $3::bigint AND settled_at IS NULL",
		   &args, &r, why) != 0)
		return -1;
	*page_id = db_rows(r) ? db_integer(r, 0, 0) : 0;
	db_result_free(r);
	return 0;
}

/* It may have been a subject of this page before, settled: then it is one again. */
int page_subject_add(struct db *db, const struct page_subject *s, int64_t page_id, struct err *why)
{
	struct db_args args = { 0 };

	arg_subject(&args, s);
	db_arg_integer(&args, page_id);
	db_arg_integer(&args, s->severity);
	db_arg_text(&args, s->title);
	db_arg_time(&args, s->raised_at);
	return db_run(
	    db,
	    "INSERT INTO page_subject (company_id, kind, subject_id, page_id, severity, title, raised_at) VALUES "
	    "($1::bigint, $2::text, $3::bigint, $4::bigint, $5::smallint, $6::text, $7::timestamptz) "
	    "ON CONFLICT (company_id, page_id, kind, subject_id) DO UPDATE SET severity = excluded.severity, "
	    "title = excluded.title, added_at = now(), settled_at = NULL, taken_at = NULL",
	    &args, NULL, why);
}

int page_subject_update(struct db *db, const struct page_subject *s, bool taken, struct err *why)
{
	struct db_args args = { 0 };

	arg_subject(&args, s);
	db_arg_integer(&args, s->severity);
	db_arg_text(&args, s->title);
	db_arg_bool(&args, taken);
	return db_run(db,
		      "UPDATE page_subject SET severity = $4::smallint, title = $5::text, "
		      "taken_at = CASE WHEN $6::boolean THEN coalesce(taken_at, now()) END "
		      "WHERE company_id = $1::bigint AND kind = $2::text AND subject_id = $3::bigint "
		      "AND settled_at IS NULL",
		      &args, NULL, why);
}

int page_subject_settle(struct db *db, const struct page_subject *s, struct err *why)
{
	struct db_args args = { 0 };

	arg_subject(&args, s);
	return db_run(db,
		      "UPDATE page_subject SET settled_at = now() WHERE company_id = $1::bigint AND kind = $2::text "
		      "AND subject_id = $3::bigint AND settled_at IS NULL",
		      &args, NULL, why);
}

int page_subject_count(struct db *db, int64_t page_id, int64_t *waiting, int64_t *taken, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *r;

	db_arg_integer(&args, page_id);
	if (db_run(db,
		   "SELECT count(*) FILTER (WHERE taken_at IS NULL), count(*) FILTER (WHERE taken_at IS NOT NULL) "
		   "FROM page_subject WHERE company_id IS NOT NULL AND page_id = $1::bigint AND settled_at IS NULL",
		   &args, &r, why) != 0)
		return -1;
	*waiting = db_integer(r, 0, 0);
	*taken = db_integer(r, 0, 1);
	db_result_free(r);
	return 0;
}

int page_subject_move(struct db *db, int64_t from, int64_t to, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, from);
	db_arg_integer(&args, to);
	return db_run(db,
		      "UPDATE page_subject SET page_id = $2::bigint WHERE company_id IS NOT NULL "
		      "AND page_id = $1::bigint AND settled_at IS NULL",
		      &args, NULL, why);
}
