#include "server/store/indicator_import.h"

#include "lib/encode.h"
#include "server/store/array_text.h"
#include "server/store/warning_lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Advisory lock of all who change indicators. */
#define INDICATOR_LOCK ((int64_t)0x6869 << 48)
/* A feed may bring back what left it, and no more than that. */
#define LEFT_FEED "no longer in the feed"

enum { CHUNK = 256 * 1024, CHUNK_SPARE = 16 * 1024 };

struct indicator_import {
	struct db *db;
	struct indicator_import_plan plan;
	struct warning_lists *lists;
	struct indicator_import_result result;
	struct buffer rows; /* of the COPY, not sent yet */
	int64_t order;
	bool copying;
	struct array_text entries, reasons; /* of rejects */
	size_t rejects;
};

/* ----------------------------------------------------------------------------------------------------------- begin */

static int one_number(struct db *db, const char *sql, const struct db_args *args, int64_t *out, struct err *why)
{
	struct db_result *result;

	if (db_run(db, sql, args, &result, why) != 0)
		return -1;
	*out = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int indicator_lock(struct db *db, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, INDICATOR_LOCK);
	return db_run(db, "SELECT pg_advisory_xact_lock($1::bigint)", &args, NULL, why);
}

static int next_change(struct db *db, int64_t *out, struct err *why)
{
	return one_number(db, "SELECT nextval('indicator_change')", NULL, out, why);
}

static int ensure_source(struct indicator_import *m, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, m->plan.source);
	return one_number(m->db,
			  "INSERT INTO indicator_source (name, imported_at) VALUES ($1::text, now()) "
			  "ON CONFLICT (name) DO UPDATE SET imported_at = now() RETURNING source_id",
			  &args, &m->result.source_id, why);
}

static const char make_table[] =
    "CREATE TEMP TABLE indicator_incoming (ord bigint NOT NULL, external_id text, kind smallint NOT NULL, "
    "key bytea NOT NULL, prefix smallint NOT NULL, value text NOT NULL, valid_from timestamptz, "
    "valid_until timestamptz, modified timestamptz, confidence smallint NOT NULL, tlp text NOT NULL, "
    "labels text[] NOT NULL, description text NOT NULL, state text NOT NULL, state_reason text NOT NULL) "
    "ON COMMIT DROP";

static int begin(struct indicator_import *m, struct err *why)
{
	if (indicator_lock(m->db, why) != 0 || ensure_source(m, why) != 0 ||
	    next_change(m->db, &m->result.change_from, why) != 0 || warning_list_read(m->db, &m->lists, why) != 0 ||
	    db_script(m->db, "DROP TABLE IF EXISTS pg_temp.indicator_incoming", why) != 0 ||
	    db_script(m->db, make_table, why) != 0 ||
	    db_copy_begin(m->db, "COPY indicator_incoming FROM STDIN", why) != 0)
		return -1;
	m->copying = true;
	return 0;
}

int indicator_import_begin(struct indicator_import **out, struct db *db, const struct indicator_import_plan *plan,
			   struct err *why)
{
	struct indicator_import *m = calloc(1, sizeof(*m));

	*out = NULL;
	if (!m)
		return err_set(why, ERR_NOMEM, "no memory for an import");
	m->db = db;
	m->plan = *plan;
	if (begin(m, why) != 0) {
		indicator_import_free(m);
		return -1;
	}
	*out = m;
	return 0;
}

void indicator_import_free(struct indicator_import *m)
{
	if (!m)
		return;
	/* Left early: the connection has to be out of the COPY before it can roll back. */
	if (m->copying)
		db_copy_end(m->db, NULL);
	warning_lists_free(m->lists);
	buffer_release(&m->rows);
	array_text_release(&m->entries);
	array_text_release(&m->reasons);
	free(m);
}

/* ------------------------------------------------------------------------------------------------------------ rows */

/* As COPY's text format has it. ptr NULL: NULL. */
static void put_text(struct buffer *b, struct slice s)
{
	if (!s.ptr) {
		buffer_put_string(b, "\\N");
		return;
	}
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
			buffer_put_byte(b, '\\');
			c = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
		}
		buffer_put_byte(b, c);
	}
}

static void put_time(struct buffer *b, time_us t)
{
	char text[TIME_TEXT_SIZE] = "\\N";

	if (t != TIME_NONE)
		time_to_text(t, text);
	buffer_put_string(b, text);
}

static int put_labels(struct buffer *b, const struct feed_indicator *i, struct err *why)
{
	struct array_text labels = { 0 };
	const char *text;

	if (i->label_count == 0) {
		buffer_put_string(b, "{}");
		return 0;
	}
	for (size_t n = 0; n < i->label_count; n++)
		array_text_string(&labels, i->labels[n]);
	text = array_text(&labels);
	if (text)
		put_text(b, slice_of_string(text));
	array_text_release(&labels);
	return text ? 0 : err_set(why, ERR_NOMEM, "no memory for the labels of an indicator");
}

static int send_rows(struct indicator_import *m, struct err *why)
{
	int failed = 0;

	if (m->rows.failed)
		return err_set(why, ERR_NOMEM, "no memory for the rows of an import");
	if (m->rows.len)
		failed = db_copy_put(m->db, buffer_slice(&m->rows), why);
	buffer_clear(&m->rows);
	return failed;
}

/* Years that both ends can write. */
static time_us storable(time_us t)
{
	static const time_us first = 0, end = (time_us)253370764800 * US_PER_SECOND; /* 9999-01-01 */

	return t == TIME_NONE || (t >= first && t < end) ? t : TIME_NONE;
}

static int put_row(struct indicator_import *m, const struct feed_indicator *i, struct err *why)
{
	const char *held = i->revoked ? NULL : warning_lists_find(m->lists, &i->key);
	time_us until = storable(i->valid_until);
	char value[INDICATOR_TEXT_SIZE];
	struct buffer *b = &m->rows;

	indicator_key_text(&i->key, value);
	buffer_printf(b, "%" PRId64 "\t", m->order++);
	put_text(b, i->external_id);
	buffer_printf(b, "\t%d\t\\\\x", (int)i->key.kind);
	hex_encode(b, slice_of(i->key.bytes, i->key.len));
	buffer_printf(b, "\t%d\t", i->key.prefix);
	put_text(b, slice_of_string(value));
	buffer_put_byte(b, '\t');
	put_time(b, storable(i->valid_from));
	buffer_put_byte(b, '\t');
	put_time(b, until == TIME_NONE ? m->plan.valid_until : until);
	buffer_put_byte(b, '\t');
	put_time(b, storable(i->modified));
	buffer_printf(b, "\t%d\t%s\t", i->confidence < 0 ? m->plan.confidence : i->confidence,
		      tlp_name(i->tlp == TLP_NONE ? m->plan.tlp : i->tlp));
	if (put_labels(b, i, why) != 0)
		return -1;
	buffer_put_byte(b, '\t');
	put_text(b, i->description.ptr ? i->description : SLICE_LITERAL(""));
	buffer_printf(b, "\t%s\t", i->revoked ? "revoked" : held ? "held_back" : "active");
	put_text(b, slice_of_string(i->revoked ? "revoked by its author" : held ? held : ""));
	buffer_put_byte(b, '\n');
	return 0;
}

static int take(void *arg, const struct feed_indicator *i, struct err *why)
{
	struct indicator_import *m = arg;

	if (put_row(m, i, why) != 0)
		return -1;
	return m->rows.len > CHUNK - CHUNK_SPARE ? send_rows(m, why) : 0;
}

/* Entries are what a file says: they may be of any bytes. */
static void put_utf8(struct array_text *column, struct slice s)
{
	char text[FEED_ENTRY_MAX];
	bool utf8 = slice_is_utf8(s);

	s = feed_cut(s, sizeof(text));
	for (size_t i = 0; i < s.len; i++) {
		bool bad = s.ptr[i] == 0 || (!utf8 && s.ptr[i] >= 0x80);

		text[i] = bad ? '?' : (char)s.ptr[i];
	}
	array_text_string(column, slice_of(text, s.len));
}

static int reject(void *arg, struct slice entry, const char *reason, struct err *why)
{
	struct indicator_import *m = arg;

	(void)why;
	m->result.rejected++;
	if (m->rejects == INDICATOR_REJECTS_MAX)
		return 0;
	m->rejects++;
	put_utf8(&m->entries, entry);
	array_text_string(&m->reasons, slice_of_string(reason));
	return 0;
}

struct feed_sink indicator_import_sink(struct indicator_import *import)
{
	return (struct feed_sink){ import, take, reject };
}

/* ----------------------------------------------------------------------------------------------------------- merge */

/* Of several versions of one external id only the newest counts; of what then names the same thing, what stands before
 * what was taken back, then the newest, then the last. */
static const char drop_old_versions_sql[] =
    "DELETE FROM indicator_incoming o USING (SELECT external_id, max(modified) AS newest FROM indicator_incoming "
    "WHERE external_id IS NOT NULL GROUP BY external_id) n "
    "WHERE o.external_id = n.external_id AND o.modified < n.newest";

static const char drop_doubles_sql[] =
    "DELETE FROM indicator_incoming d USING (SELECT ctid AS place, row_number() OVER (PARTITION BY kind, key, prefix "
    "ORDER BY state = 'revoked', modified DESC NULLS FIRST, ord DESC) AS n FROM indicator_incoming) s "
    "WHERE d.ctid = s.place AND s.n > 1";

/* $1 the source. A thing that an external id named, and its newer version does not. */
static const char supersede_sql[] =
    "UPDATE indicator i SET state = 'revoked', state_reason = 'not in the newer version of ' || i.external_id, "
    "modified = n.modified, change_no = nextval('indicator_change'), updated_at = now() "
    "FROM (SELECT external_id, max(modified) AS modified FROM indicator_incoming WHERE external_id IS NOT NULL "
    "GROUP BY external_id) n "
    "WHERE i.source_id = $1::bigint AND i.external_id = n.external_id AND i.modified < n.modified "
    "AND i.state <> 'revoked' AND NOT EXISTS (SELECT FROM indicator_incoming x WHERE x.external_id = n.external_id "
    "AND x.kind = i.kind AND x.key = i.key AND x.prefix = i.prefix)";

/* What its author took back is revoked only where it is that author's. What people revoked stays so until its author
 * has a newer version. */
static const char update_sql[] =
    "WITH done AS (UPDATE indicator i SET external_id = x.external_id, "
    "valid_from = coalesce(x.valid_from, i.valid_from), valid_until = x.valid_until, "
    "modified = coalesce(x.modified, i.modified), confidence = x.confidence, tlp = x.tlp, labels = x.labels, "
    "description = x.description, state = x.state, state_reason = x.state_reason, "
    "change_no = nextval('indicator_change'), updated_at = now() "
    "FROM indicator_incoming x "
    "WHERE i.source_id = $1::bigint AND i.kind = x.kind AND i.key = x.key AND i.prefix = x.prefix "
    "AND (x.modified IS NULL OR x.modified >= i.modified) "
    "AND (x.state <> 'revoked' OR i.external_id IS NOT DISTINCT FROM x.external_id) "
    "AND (i.state <> 'revoked' OR x.modified > i.modified OR i.state_reason = '" LEFT_FEED "') "
    "AND (i.external_id, i.valid_from, i.valid_until, i.modified, i.confidence, i.tlp, i.labels, i.description, "
    "i.state, i.state_reason) IS DISTINCT FROM (x.external_id, coalesce(x.valid_from, i.valid_from), x.valid_until, "
    "coalesce(x.modified, i.modified), x.confidence, x.tlp, x.labels, x.description, x.state, x.state_reason) "
    "RETURNING i.state) "
    "SELECT count(*), count(*) FILTER (WHERE state = 'held_back'), count(*) FILTER (WHERE state = 'revoked') FROM done";

static const char insert_sql[] =
    "WITH done AS (INSERT INTO indicator (source_id, external_id, kind, key, prefix, value, valid_from, valid_until, "
    "modified, confidence, tlp, labels, description, state, state_reason, change_no) "
    "SELECT $1::bigint, x.external_id, x.kind, x.key, x.prefix, x.value, coalesce(x.valid_from, now()), "
    "x.valid_until, coalesce(x.modified, now()), x.confidence, x.tlp, x.labels, x.description, x.state, "
    "x.state_reason, nextval('indicator_change') FROM indicator_incoming x "
    "WHERE NOT EXISTS (SELECT FROM indicator i WHERE i.source_id = $1::bigint AND i.kind = x.kind AND i.key = x.key "
    "AND i.prefix = x.prefix) RETURNING state) "
    "SELECT count(*), count(*) FILTER (WHERE state = 'held_back'), count(*) FILTER (WHERE state = 'revoked') FROM done";

static const char leave_sql[] =
    "UPDATE indicator i SET state = 'revoked', state_reason = '" LEFT_FEED "', "
    "change_no = nextval('indicator_change'), updated_at = now() "
    "WHERE i.source_id = $1::bigint AND i.state <> 'revoked' AND NOT EXISTS (SELECT FROM indicator_incoming x "
    "WHERE x.kind = i.kind AND x.key = i.key AND x.prefix = i.prefix)";

static int run_merge(struct indicator_import *m, const char *sql, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, m->result.source_id);
	return db_run(m->db, sql, &args, out, why);
}

/* A statement that counts what it did: all, held back, revoked. */
static int merge_counted(struct indicator_import *m, const char *sql, int64_t *all, struct err *why)
{
	struct db_result *r;

	if (run_merge(m, sql, &r, why) != 0)
		return -1;
	*all += db_integer(r, 0, 0);
	m->result.held_back += db_integer(r, 0, 1);
	m->result.revoked += db_integer(r, 0, 2);
	db_result_free(r);
	return 0;
}

/* A statement that revokes: what it touched has changed and is revoked. */
static int merge_revoking(struct indicator_import *m, const char *sql, struct err *why)
{
	struct db_result *r;

	if (run_merge(m, sql, &r, why) != 0)
		return -1;
	m->result.changed += db_affected(r);
	m->result.revoked += db_affected(r);
	db_result_free(r);
	return 0;
}

static int merge(struct indicator_import *m, struct err *why)
{
	struct indicator_import_result *r = &m->result;
	int64_t there, changed = 0;

	if (db_run(m->db, drop_old_versions_sql, NULL, NULL, why) != 0 || merge_revoking(m, supersede_sql, why) != 0 ||
	    db_run(m->db, drop_doubles_sql, NULL, NULL, why) != 0 ||
	    db_script(m->db, "ANALYZE indicator_incoming", why) != 0 ||
	    one_number(m->db, "SELECT count(*) FROM indicator_incoming", NULL, &there, why) != 0 ||
	    merge_counted(m, update_sql, &changed, why) != 0 || merge_counted(m, insert_sql, &r->added, why) != 0)
		return -1;
	r->changed += changed;
	r->unchanged = there - r->added - changed;
	return m->plan.replace ? merge_revoking(m, leave_sql, why) : 0;
}

/* ------------------------------------------------------------------------------------------------------------- end */

/* What was refused before in the same words is told once, with the time of the last. */
static int write_rejects(struct indicator_import *m, struct err *why)
{
	struct db_args args = { 0 };
	const char *entries = array_text(&m->entries), *reasons = array_text(&m->reasons);

	if (!entries || !reasons)
		return err_set(why, ERR_NOMEM, "no memory for what was refused");
	db_arg_integer(&args, m->result.source_id);
	db_arg_text(&args, entries);
	db_arg_text(&args, reasons);
	if (db_run(m->db,
		   "DELETE FROM indicator_reject r USING unnest($2::text[], $3::text[]) AS u (entry, reason) "
		   "WHERE r.source_id = $1::bigint AND r.entry = u.entry AND r.reason = u.reason",
		   &args, NULL, why) != 0)
		return -1;
	return db_run(
	    m->db,
	    "INSERT INTO indicator_reject (source_id, entry, reason) SELECT DISTINCT $1::bigint, u.entry, u.reason "
	    "FROM unnest($2::text[], $3::text[]) AS u (entry, reason)",
	    &args, NULL, why);
}

int indicator_import_end(struct indicator_import *m, struct indicator_import_result *out, struct err *why)
{
	if (send_rows(m, why) != 0)
		return -1;
	m->copying = false;
	if (db_copy_end(m->db, why) != 0 || merge(m, why) != 0 || (m->rejects && write_rejects(m, why) != 0) ||
	    next_change(m->db, &m->result.change_to, why) != 0 || db_notify(m->db, "hinomi_indicators", why) != 0)
		return -1;
	*out = m->result;
	return 0;
}
