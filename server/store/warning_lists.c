#include "server/store/warning_lists.h"

#include "server/store/key_column.h"

static const char members_list[] = "a member's own network";

/* Columns of what a file holds. */
struct rows {
	struct array_text kinds, keys, prefixes, belows, lists;
	size_t count;
};

static int put_row(void *arg, const char *list, const struct indicator_key *key, bool below, struct err *why)
{
	struct rows *rows = arg;

	(void)why;
	array_text_integer(&rows->kinds, key->kind);
	key_column_put(&rows->keys, key);
	array_text_integer(&rows->prefixes, key->prefix);
	array_text_string(&rows->belows, slice_of_string(below ? "t" : "f"));
	array_text_string(&rows->lists, slice_of_string(list));
	rows->count++;
	return 0;
}

static int store_rows(struct db *db, struct rows *rows, size_t *count, struct err *why)
{
	struct array_text *columns[] = { &rows->kinds, &rows->keys, &rows->prefixes, &rows->belows, &rows->lists };
	struct db_args args = { 0 };
	struct db_result *result;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *text = array_text(columns[i]);

		if (!text)
			return err_set(why, ERR_NOMEM, "no memory for %zu entries of warning lists", rows->count);
		db_arg_text(&args, text);
	}
	/* Two that load at once do so one after the other; who reads meanwhile is not kept waiting. */
	if (db_run(db, "LOCK TABLE warning_entry IN SHARE ROW EXCLUSIVE MODE", NULL, NULL, why) != 0 ||
	    db_run(db, "DELETE FROM warning_entry", NULL, NULL, why) != 0 ||
	    db_run(db,
		   "INSERT INTO warning_entry (kind, key, prefix, below, list) "
		   "SELECT kind, key, prefix, bool_or(below), min(list) "
		   "FROM unnest($1::smallint[], $2::bytea[], $3::smallint[], $4::boolean[], $5::text[]) "
		   "AS u (kind, key, prefix, below, list) GROUP BY kind, key, prefix",
		   &args, &result, why) != 0)
		return -1;
	*count = (size_t)db_affected(result);
	db_result_free(result);
	return 0;
}

int warning_list_replace(struct db *db, struct slice text, const char *path, size_t *count, struct err *why)
{
	struct rows rows = { 0 };
	int failed = warning_list_parse(text, path, put_row, &rows, why);

	if (!failed)
		failed = store_rows(db, &rows, count, why);
	array_text_release(&rows.kinds);
	array_text_release(&rows.keys);
	array_text_release(&rows.prefixes);
	array_text_release(&rows.belows);
	array_text_release(&rows.lists);
	return failed;
}

int warning_list_count(struct db *db, int64_t *count, struct err *why)
{
	struct db_result *result;

	if (db_run(db, "SELECT count(*) FROM warning_entry", NULL, &result, why) != 0)
		return -1;
	*count = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

static int add_entries(struct db *db, struct warning_lists *w, struct err *why)
{
	struct db_result *r;
	int failed = 0;

	if (db_run(db, "SELECT kind, key, prefix, below, list FROM warning_entry ORDER BY kind, key, prefix", NULL, &r,
		   why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		struct indicator_key key;

		if (!indicator_key_of_stored(db_integer(r, i, 0), db_slice(r, i, 1), db_integer(r, i, 2), &key))
			failed = err_set(why, ERR_CORRUPT, "table warning_entry holds a key that is none");
		else
			failed = warning_lists_add(w, db_text(r, i, 4), &key, db_bool(r, i, 3), why);
	}
	db_result_free(r);
	return failed;
}

static int add_members(struct db *db, struct warning_lists *w, struct err *why)
{
	struct db_result *r;
	int failed = 0;

	/* Across companies: an indicator is for all members. */
	if (db_run(db, "SELECT DISTINCT network::text FROM company_network ORDER BY 1", NULL, &r, why) != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && !failed; i++) {
		struct indicator_key key;

		if (indicator_key_of_network(db_slice(r, i, 0), &key))
			failed = warning_lists_add(w, members_list, &key, false, why);
	}
	db_result_free(r);
	return failed;
}

int warning_list_read(struct db *db, struct warning_lists **out, struct err *why)
{
	struct warning_lists *w = warning_lists_new();

	if (!w)
		return err_set(why, ERR_NOMEM, "no memory for the warning lists");
	if (add_entries(db, w, why) != 0 || add_members(db, w, why) != 0) {
		warning_lists_free(w);
		return -1;
	}
	*out = w;
	return 0;
}
