#include "server/store/indicator.h"

#include "server/store/array_text.h"
#include "server/store/key_column.h"

int indicator_revoke(struct db *db, int64_t indicator_id, const char *reason, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	if (indicator_lock(db, why) != 0)
		return -1;
	db_arg_integer(&args, indicator_id);
	if (db_run(db, "SELECT state FROM indicator WHERE indicator_id = $1::bigint FOR UPDATE", &args, &result, why) !=
	    0)
		return -1;
	if (db_rows(result) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "there is no indicator %lld; see hinomictl indicator list",
				 (long long)indicator_id);
	else if (slice_is(db_slice(result, 0, 0), "revoked"))
		failed = err_set(why, ERR_CONFLICT, "indicator %lld is revoked already", (long long)indicator_id);
	db_result_free(result);
	if (failed)
		return failed;
	db_arg_text(&args, reason);
	if (db_run(db,
		   "UPDATE indicator SET state = 'revoked', state_reason = $2::text, "
		   "change_no = nextval('indicator_change'), updated_at = now() WHERE indicator_id = $1::bigint",
		   &args, NULL, why) != 0)
		return -1;
	return db_notify(db, "hinomi_indicators", why);
}

/* --------------------------------------------------------------------------------------------------------- reading */

#define INDICATOR_COLUMNS                                                                                         \
	"SELECT i.indicator_id, i.source_id, i.change_no, s.name, i.kind, i.value, i.external_id, i.valid_from, " \
	"i.valid_until, i.modified, i.created_at, i.updated_at, i.confidence, i.tlp, to_json(i.labels)::text, "   \
	"i.description, i.state, i.state_reason "                                                                 \
	"FROM indicator i JOIN indicator_source s ON s.source_id = i.source_id "

void indicator_read(const struct db_result *r, int row, struct indicator_row *out)
{
	int64_t kind = db_integer(r, row, 4);

	*out = (struct indicator_row){
		.id = db_integer(r, row, 0),
		.source_id = db_integer(r, row, 1),
		.change_no = db_integer(r, row, 2),
		.source = db_text(r, row, 3),
		.kind = kind >= INDICATOR_IP && kind <= INDICATOR_HASH ? indicator_kind_name((enum indicator_kind)kind)
								       : "",
		.value = db_text(r, row, 5),
		.external_id = db_text(r, row, 6),
		.valid_from = db_time(r, row, 7),
		.valid_until = db_time(r, row, 8),
		.modified = db_time(r, row, 9),
		.created_at = db_time(r, row, 10),
		.updated_at = db_time(r, row, 11),
		.confidence = db_integer(r, row, 12),
		.tlp = db_text(r, row, 13),
		.labels_json = db_text(r, row, 14),
		.description = db_text(r, row, 15),
		.state = db_text(r, row, 16),
		.state_reason = db_text(r, row, 17),
	};
}

/* What an indicator that matches the thing can be: itself, networks around it, names above it. */
static void put_holders(const struct indicator_key *k, struct array_text *keys, struct array_text *prefixes)
{
	struct indicator_key above = *k;

	if (k->kind == INDICATOR_IP) {
		for (unsigned prefix = k->prefix + 1u; prefix-- > 0;) {
			indicator_key_shorten(&above, prefix);
			key_column_put(keys, &above);
			array_text_integer(prefixes, prefix);
		}
		return;
	}
	for (size_t i = 0; k->kind == INDICATOR_DOMAIN && i + 1 < k->len; i++) {
		if (k->bytes[i] != '.')
			continue;
		above.len = (uint16_t)(i + 1);
		key_column_put(keys, &above);
		array_text_integer(prefixes, 0);
	}
	key_column_put(keys, k);
	array_text_integer(prefixes, 0);
}

static const char list_sql[] = INDICATOR_COLUMNS
    "WHERE ($1::bigint IS NULL OR i.indicator_id < $1::bigint) AND ($2::bigint IS NULL OR i.source_id = $2::bigint) "
    "AND ($3::smallint IS NULL OR i.kind = $3::smallint) AND ($4::text IS NULL OR i.state = $4::text) "
    "AND ($5::text IS NULL OR strpos(i.value, $5::text) > 0) "
    "ORDER BY i.indicator_id DESC LIMIT $6::bigint";

static const char list_holders_sql[] = INDICATOR_COLUMNS
    "JOIN unnest($6::bytea[], $7::smallint[]) AS u (key, prefix) ON i.key = u.key AND i.prefix = u.prefix "
    "WHERE i.kind = $3::smallint AND ($1::bigint IS NULL OR i.indicator_id < $1::bigint) "
    "AND ($2::bigint IS NULL OR i.source_id = $2::bigint) AND ($4::text IS NULL OR i.state = $4::text) "
    "ORDER BY i.indicator_id DESC LIMIT $5::bigint";

static int list_holders(struct db *db, const struct indicator_filter *f, const struct indicator_key *k,
			struct db_args *args, struct db_result **out, struct err *why)
{
	struct array_text keys = { 0 }, prefixes = { 0 };
	const char *keys_text, *prefixes_text;
	int failed;

	put_holders(k, &keys, &prefixes);
	keys_text = array_text(&keys);
	prefixes_text = array_text(&prefixes);
	db_arg_integer(args, k->kind);
	db_arg_text(args, f->state);
	db_arg_integer(args, f->limit);
	db_arg_text(args, keys_text);
	db_arg_text(args, prefixes_text);
	failed = keys_text && prefixes_text ? db_run(db, list_holders_sql, args, out, why)
					    : err_set(why, ERR_NOMEM, "no memory for a search");
	array_text_release(&keys);
	array_text_release(&prefixes);
	return failed;
}

int indicator_list(struct db *db, const struct indicator_filter *f, struct db_result **out, struct err *why)
{
	enum indicator_kind kind = INDICATOR_IP;
	struct db_args args = { 0 };
	struct indicator_key key;

	if (f->kind && !indicator_kind_parse(slice_of_string(f->kind), &kind))
		return err_set(why, ERR_USAGE, "the kind of an indicator is ip, domain, url or hash");
	db_arg_optional(&args, f->before);
	db_arg_optional(&args, f->source_id);
	if (f->search && indicator_key_guess(slice_of_string(f->search), &key) && (!f->kind || key.kind == kind))
		return list_holders(db, f, &key, &args, out, why);
	if (f->kind)
		db_arg_integer(&args, kind);
	else
		db_arg_null(&args);
	db_arg_text(&args, f->state);
	db_arg_text(&args, f->search);
	db_arg_integer(&args, f->limit);
	return db_run(db, list_sql, &args, out, why);
}

int indicator_get(struct db *db, int64_t indicator_id, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, indicator_id);
	return db_run(db, INDICATOR_COLUMNS "WHERE i.indicator_id = $1::bigint", &args, out, why);
}

/* --------------------------------------------------------------------------------------------------------- sources */

int indicator_sources(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db,
		      "SELECT s.source_id, s.name, s.created_at, s.imported_at, coalesce(i.active, 0), "
		      "coalesce(i.held_back, 0), coalesce(i.revoked, 0), "
		      "(SELECT count(*) FROM indicator_reject r WHERE r.source_id = s.source_id) "
		      "FROM indicator_source s LEFT JOIN (SELECT source_id, "
		      "count(*) FILTER (WHERE state = 'active') AS active, "
		      "count(*) FILTER (WHERE state = 'held_back') AS held_back, "
		      "count(*) FILTER (WHERE state = 'revoked') AS revoked FROM indicator GROUP BY source_id) i "
		      "ON i.source_id = s.source_id ORDER BY s.name",
		      NULL, out, why);
}

void indicator_source_read(const struct db_result *r, int row, struct indicator_source_row *out)
{
	*out = (struct indicator_source_row){
		.id = db_integer(r, row, 0),
		.name = db_text(r, row, 1),
		.created_at = db_time(r, row, 2),
		.imported_at = db_time(r, row, 3),
		.active = db_integer(r, row, 4),
		.held_back = db_integer(r, row, 5),
		.revoked = db_integer(r, row, 6),
		.rejects = db_integer(r, row, 7),
	};
}

int indicator_rejects(struct db *db, int64_t source_id, int64_t before, int64_t limit, struct db_result **out,
		      struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, source_id);
	db_arg_optional(&args, before);
	db_arg_integer(&args, limit);
	return db_run(db,
		      "SELECT reject_id, at, entry, reason FROM indicator_reject WHERE source_id = $1::bigint "
		      "AND ($2::bigint IS NULL OR reject_id < $2::bigint) ORDER BY reject_id DESC LIMIT $3::bigint",
		      &args, out, why);
}

void indicator_reject_read(const struct db_result *r, int row, struct indicator_reject_row *out)
{
	out->id = db_integer(r, row, 0);
	out->at = db_time(r, row, 1);
	out->entry = db_text(r, row, 2);
	out->reason = db_text(r, row, 3);
}
