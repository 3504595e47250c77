#include "server/store/incident_cause.h"

#include "lib/json_write.h"
#include "server/store/columns.h"

#include <stdlib.h>

/* ------------------------------------------------------------------------------------------------------------ known */

/* Which incidents are wanted with all they have: absorbed ones, and those that absorb. */
static bool *find_merging(const struct incident_plan *p, bool *any)
{
	bool *merging = calloc(p->incident_count + 1, sizeof(*merging));

	*any = false;
	for (size_t i = 0; merging && i < p->incident_count; i++) {
		if (p->incidents[i].fate != FATE_ABSORB)
			continue;
		merging[i] = merging[p->incidents[i].into] = *any = true;
	}
	return merging;
}

struct id_place {
	int64_t id;
	size_t at;
};

static int id_order(const void *left, const void *right)
{
	const struct id_place *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

static struct id_place *sort_ids(const struct incident_plan *p)
{
	struct id_place *places = calloc(p->incident_count + 1, sizeof(*places));

	for (size_t i = 0; places && i < p->incident_count; i++)
		places[i] = (struct id_place){ p->incidents[i].id, i };
	if (places && p->incident_count)
		qsort(places, p->incident_count, sizeof(*places), id_order);
	return places;
}

static const char known_sql[] =
    "SELECT c.incident_id, c.rule_id, c.group_key, c.rule_set, c.severity, c.first_ts, c.last_ts, c.hits, "
    "c.detail::text FROM incident_cause c WHERE c.company_id = $1::bigint AND c.incident_id = ANY ($2::bigint[]) "
    "UNION ALL "
    "SELECT c.incident_id, c.rule_id, c.group_key, c.rule_set, c.severity, c.first_ts, c.last_ts, c.hits, "
    "c.detail::text FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS u (incident_id, rule_id, group_key) "
    "JOIN incident_cause c ON c.company_id = $1::bigint AND c.incident_id = u.incident_id "
    "AND c.rule_id = u.rule_id AND c.group_key = u.group_key";

static int take_known(const struct db_result *r, const struct incident_plan *p, struct incident_causes *c,
		      struct err *why)
{
	struct id_place *places = sort_ids(p);
	int failed = places ? 0 : err_set(why, ERR_NOMEM, "no memory for %zu incidents", p->incident_count);

	for (int row = 0; row < db_rows(r) && !failed; row++) {
		const struct id_place key = { .id = db_integer(r, row, 0) };
		const struct id_place *place = bsearch(&key, places, p->incident_count, sizeof(*places), id_order);
		struct cause cause;

		cause_init(&cause);
		cause.rule_id = db_integer(r, row, 1);
		cause.group_key = db_integer(r, row, 2);
		cause.rule_set = db_integer(r, row, 3);
		cause.severity = (int)db_integer(r, row, 4);
		cause.first = db_time(r, row, 5);
		cause.last = db_time(r, row, 6);
		cause.hits = db_integer(r, row, 7);
		failed = cause_read_detail(db_slice(r, row, 8), &cause, &c->pool, why);
		if (!failed && place)
			failed = incident_causes_known(c, place->at, &cause, why);
	}
	free(places);
	return failed;
}

static int read_known(struct db *db, int64_t company_id, const struct incident_plan *p, const bool *merging,
		      struct incident_causes *c, struct err *why)
{
	struct array_text columns[4] = { 0 };
	struct db_result *r;
	int failed;

	for (size_t i = 0; i < p->incident_count; i++)
		if (merging[i] && p->incidents[i].fate != FATE_CREATE)
			array_text_integer(&columns[0], p->incidents[i].id);
	for (size_t i = 0; i < c->count; i++) {
		if (merging[c->rows[i].incident])
			continue;
		array_text_integer(&columns[1], p->incidents[c->rows[i].incident].id);
		array_text_integer(&columns[2], c->rows[i].cause.rule_id);
		array_text_integer(&columns[3], c->rows[i].cause.group_key);
	}
	if (columns_run(db, known_sql, company_id, columns, ARRAY_LEN(columns), &r, why) != 0)
		return -1;
	failed = take_known(r, p, c, why);
	db_result_free(r);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- writing */

static int delete_absorbed(struct db *db, int64_t company_id, const struct incident_plan *p, struct err *why)
{
	struct array_text ids = { 0 };

	for (size_t i = 0; i < p->incident_count; i++)
		if (p->incidents[i].fate == FATE_ABSORB)
			array_text_integer(&ids, p->incidents[i].id);
	return columns_run(db,
			   "DELETE FROM incident_cause WHERE company_id = $1::bigint "
			   "AND incident_id = ANY ($2::bigint[])",
			   company_id, &ids, 1, NULL, why);
}

static const char write_sql[] =
    "INSERT INTO incident_cause (company_id, incident_id, rule_id, group_key, rule_set, severity, first_ts, last_ts, "
    "hits, detail) SELECT $1::bigint, u.* FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], "
    "$6::smallint[], $7::timestamptz[], $8::timestamptz[], $9::bigint[], $10::jsonb[]) AS u "
    "ON CONFLICT (company_id, incident_id, rule_id, group_key) DO UPDATE SET rule_set = excluded.rule_set, "
    "severity = excluded.severity, first_ts = excluded.first_ts, last_ts = excluded.last_ts, hits = excluded.hits, "
    "detail = excluded.detail";

static void put_buffer(struct array_text *column, struct buffer *text)
{
	if (text->failed)
		column->text.failed = true;
	else
		array_text_string(column, buffer_slice(text));
	buffer_release(text);
}

static int write_rows(struct db *db, int64_t company_id, const struct incident_plan *p, const struct incident_causes *c,
		      struct err *why)
{
	struct array_text columns[9] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct cause *cause = &c->rows[i].cause;
		struct buffer detail = { 0 };

		if (!c->rows[i].is_changed)
			continue;
		cause_write_detail(cause, &detail);
		array_text_integer(&columns[0], p->incidents[c->rows[i].incident].id);
		array_text_integer(&columns[1], cause->rule_id);
		array_text_integer(&columns[2], cause->group_key);
		array_text_integer(&columns[3], cause->rule_set);
		array_text_integer(&columns[4], cause->severity);
		array_text_time(&columns[5], cause->first);
		array_text_time(&columns[6], cause->last);
		array_text_integer(&columns[7], cause->hits);
		put_buffer(&columns[8], &detail);
		count++;
	}
	return count ? columns_run(db, write_sql, company_id, columns, ARRAY_LEN(columns), NULL, why) : 0;
}

static void put_entry(const struct cause *cause, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "rule_id", cause->rule_id);
	json_put_integer(&w, "group_key", cause->group_key);
	json_put_slice(&w, "title", cause->title.ptr ? cause->title : SLICE_LITERAL(""));
	json_put_integer(&w, "severity", cause->severity);
	if (cause->group.ptr)
		json_put_raw(&w, "group", cause->group);
	json_close_object(&w);
}

static int write_entries(struct db *db, int64_t company_id, const struct incident_plan *p,
			 const struct incident_causes *c, struct err *why)
{
	struct array_text columns[2] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct buffer body = { 0 };

		if (!c->rows[i].is_new)
			continue;
		put_entry(&c->rows[i].cause, &body);
		array_text_integer(&columns[0], p->incidents[c->rows[i].incident].id);
		put_buffer(&columns[1], &body);
		count++;
	}
	if (count == 0)
		return 0;
	return columns_run(db,
			   "INSERT INTO incident_event (company_id, incident_id, kind, body) "
			   "SELECT $1::bigint, u.id, 'cause', u.body "
			   "FROM unnest($2::bigint[], $3::jsonb[]) AS u (id, body)",
			   company_id, columns, ARRAY_LEN(columns), NULL, why);
}

/* One entry for each incident, rule and group, in the place where it was first written. */
static const char story_sql[] =
    "WITH u AS (SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::jsonb[]) "
    "AS t (incident_id, rule_id, group_key, body)), "
    "known AS (UPDATE incident_event e SET body = u.body FROM u WHERE e.company_id = $1::bigint "
    "AND e.incident_id = u.incident_id AND e.kind = 'story' AND (e.body ->> 'rule_id')::bigint = u.rule_id "
    "AND (e.body ->> 'group_key')::bigint = u.group_key RETURNING u.incident_id, u.rule_id, u.group_key) "
    "INSERT INTO incident_event (company_id, incident_id, kind, body) "
    "SELECT $1::bigint, u.incident_id, 'story', u.body FROM u WHERE NOT EXISTS (SELECT FROM known k "
    "WHERE k.incident_id = u.incident_id AND k.rule_id = u.rule_id AND k.group_key = u.group_key)";

static int write_stories(struct db *db, int64_t company_id, const struct incident_plan *p,
			 const struct incident_causes *c, struct err *why)
{
	struct array_text columns[4] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct cause *cause = &c->rows[i].cause;
		struct buffer body = { 0 };

		if (!c->rows[i].is_changed || !cause->is_story)
			continue;
		cause_write_story(cause, &body);
		array_text_integer(&columns[0], p->incidents[c->rows[i].incident].id);
		array_text_integer(&columns[1], cause->rule_id);
		array_text_integer(&columns[2], cause->group_key);
		put_buffer(&columns[3], &body);
		count++;
	}
	return count ? columns_run(db, story_sql, company_id, columns, ARRAY_LEN(columns), NULL, why) : 0;
}

int incident_cause_write(struct db *db, int64_t company_id, const struct incident_plan *p, struct incident_causes *c,
			 struct err *why)
{
	bool any, *merging = find_merging(p, &any);
	int failed;

	if (!merging)
		return err_set(why, ERR_NOMEM, "no memory for %zu incidents", p->incident_count);
	if (c->count == 0 && !any) {
		free(merging);
		return 0;
	}
	failed = read_known(db, company_id, p, merging, c, why);
	free(merging);
	if (failed || incident_causes_settle(c, p, why) != 0 || (any && delete_absorbed(db, company_id, p, why) != 0) ||
	    write_rows(db, company_id, p, c, why) != 0)
		return -1;
	return write_entries(db, company_id, p, c, why) == 0 ? write_stories(db, company_id, p, c, why) : -1;
}
