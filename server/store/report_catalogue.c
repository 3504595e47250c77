#include "server/store/report_catalogue.h"

/* ------------------------------------------------------------------------------------------------------------ texts */

#define TEXTS                                                                                       \
	"SELECT DISTINCT ON (t.key, t.language) t.key, t.language, t.version, t.text, t.saved_by, " \
	"u.display_name, t.saved_at FROM report_text t LEFT JOIN app_user u ON u.user_id = t.saved_by "
#define NEWEST " ORDER BY t.key, t.language, t.version DESC"

int report_text_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, TEXTS NEWEST, NULL, out, why);
}

int report_text_saved(struct db *db, const char *key, const char *language, bool lock, struct db_result **out,
		      struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, key);
	db_arg_text(&args, language);
	/* The first version has no row that could be locked. */
	if (lock && db_run(db, "SELECT pg_advisory_xact_lock(hashtext('report_text'), hashtext($1::text || $2::text))",
			   &args, NULL, why) != 0)
		return -1;
	return db_run(db, TEXTS "WHERE t.key = $1::text AND t.language = $2::text" NEWEST, &args, out, why);
}

void report_text_read(const struct db_result *r, int row, struct report_text_row *out)
{
	*out = (struct report_text_row){
		.key = db_text(r, row, 0),
		.language = db_text(r, row, 1),
		.version = db_integer(r, row, 2),
		.text = db_text(r, row, 3),
		.saved_by = db_integer(r, row, 4),
		.by_name = db_text(r, row, 5),
		.saved_at = db_time(r, row, 6),
	};
}

int report_text_save(struct db *db, const char *key, const char *language, const char *text, int64_t expected,
		     int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int64_t saved;

	db_arg_text(&args, key);
	db_arg_text(&args, language);
	db_arg_integer(&args, expected);
	db_arg_text(&args, text);
	db_arg_integer(&args, user_id);
	if (db_run(db,
		   "INSERT INTO report_text (key, language, version, text, saved_by) "
		   "SELECT $1::text, $2::text, $3::bigint + 1, $4::text, $5::bigint "
		   "WHERE $3::bigint = (SELECT coalesce(max(version), 0) FROM report_text "
		   "WHERE key = $1::text AND language = $2::text)",
		   &args, &result, why) != 0)
		return -1;
	saved = db_affected(result);
	db_result_free(result);
	return saved ? 0 : err_set(why, ERR_CONFLICT, "somebody else changed this text meanwhile");
}

/* ------------------------------------------------------------------------------------------------------ plain words */

#define WORDS                                                                                                     \
	"SELECT w.word_id, w.direction, w.engine, w.stage, w.category, w.signature, w.ja, w.en, w.advice_ja, "    \
	"w.advice_en, coalesce(w.minutes, 0), w.position, w.version, w.changed_by, u.display_name, w.changed_at " \
	"FROM plain_word w LEFT JOIN app_user u ON u.user_id = w.changed_by WHERE w.removed_at IS NULL "

int plain_word_list(struct db *db, struct db_result **out, struct err *why)
{
	return db_run(db, WORDS "ORDER BY w.position, w.word_id", NULL, out, why);
}

static int lock_catalogue(struct db *db, struct err *why)
{
	return db_run(db, "SELECT pg_advisory_xact_lock(hashtext('plain_word'), 0)", NULL, NULL, why);
}

int plain_word_get(struct db *db, int64_t word_id, bool lock, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, word_id);
	if (lock && lock_catalogue(db, why) != 0)
		return -1;
	return db_run(db, WORDS "AND w.word_id = $1::bigint", &args, out, why);
}

void plain_word_read(const struct db_result *r, int row, struct plain_word_row *out)
{
	*out = (struct plain_word_row){
		.word = { .word_id = db_integer(r, row, 0),
			  .direction = db_text(r, row, 1),
			  .engine = db_text(r, row, 2),
			  .stage = db_text(r, row, 3),
			  .category = db_text(r, row, 4),
			  .signature = db_text(r, row, 5),
			  .ja = db_text(r, row, 6),
			  .en = db_text(r, row, 7),
			  .advice_ja = db_text(r, row, 8),
			  .advice_en = db_text(r, row, 9),
			  .minutes = db_integer(r, row, 10) },
		.position = db_integer(r, row, 11),
		.version = db_integer(r, row, 12),
		.changed_by = db_integer(r, row, 13),
		.by_name = db_text(r, row, 14),
		.changed_at = db_time(r, row, 15),
	};
}

/* Makes room: what stands at the position, and behind it, moves down by one. */
static int move_down(struct db *db, int64_t position, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, position);
	return db_run(db,
		      "UPDATE plain_word SET position = position + 1 "
		      "WHERE position >= $1::integer AND removed_at IS NULL AND EXISTS (SELECT FROM plain_word "
		      "WHERE position = $1::integer AND removed_at IS NULL)",
		      &args, NULL, why);
}

static void add_words(struct db_args *args, const struct plain_word *word)
{
	db_arg_text(args, word->direction);
	db_arg_text(args, word->engine);
	db_arg_text(args, word->stage);
	db_arg_text(args, word->category);
	db_arg_text(args, word->signature);
	db_arg_text(args, word->ja);
	db_arg_text(args, word->en);
	db_arg_text(args, word->advice_ja ? word->advice_ja : "");
	db_arg_text(args, word->advice_en ? word->advice_en : "");
	db_arg_optional(args, word->minutes);
}

static int insert(struct db *db, const struct plain_word_row *row, int64_t user_id, struct db_result **out,
		  struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, row->position > 0 ? row->position : 1);
	db_arg_integer(&args, user_id);
	add_words(&args, &row->word);
	return db_run(db,
		      "INSERT INTO plain_word (position, changed_by, direction, engine, stage, category, signature, "
		      "ja, en, advice_ja, advice_en, minutes) VALUES ($1::integer, $2::bigint, $3::text, $4::text, "
		      "$5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text, $12::integer) "
		      "RETURNING word_id",
		      &args, out, why);
}

static int update(struct db *db, const struct plain_word_row *row, int64_t user_id, struct db_result **out,
		  struct err *why)
{
	struct db_args args = { 0 };

	db_arg_optional(&args, row->position);
	db_arg_integer(&args, user_id);
	add_words(&args, &row->word);
	db_arg_integer(&args, row->word.word_id);
	return db_run(db,
		      "UPDATE plain_word SET position = coalesce($1::integer, position), changed_by = $2::bigint, "
		      "direction = $3::text, engine = $4::text, stage = $5::text, category = $6::text, "
		      "signature = $7::text, ja = $8::text, en = $9::text, advice_ja = $10::text, "
		      "advice_en = $11::text, minutes = $12::integer, version = version + 1, changed_at = now() "
		      "WHERE word_id = $13::bigint AND removed_at IS NULL RETURNING word_id",
		      &args, out, why);
}

int plain_word_save(struct db *db, const struct plain_word_row *row, int64_t user_id, int64_t *word_id, struct err *why)
{
	bool is_new = row->word.word_id == 0;
	struct db_result *result;
	int failed = 0;

	if (lock_catalogue(db, why) != 0)
		return -1;
	if ((is_new || row->position > 0) && move_down(db, row->position > 0 ? row->position : 1, why) != 0)
		return -1;
	failed = is_new ? insert(db, row, user_id, &result, why) : update(db, row, user_id, &result, why);
	if (failed)
		return -1;
	if (db_rows(result) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "no such plain word");
	else
		*word_id = db_integer(result, 0, 0);
	db_result_free(result);
	return failed;
}

int plain_word_remove(struct db *db, int64_t word_id, int64_t user_id, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int64_t removed;

	db_arg_integer(&args, word_id);
	db_arg_integer(&args, user_id);
	if (db_run(db,
		   "UPDATE plain_word SET removed_at = now(), changed_by = $2::bigint, changed_at = now(), "
		   "version = version + 1 WHERE word_id = $1::bigint AND removed_at IS NULL",
		   &args, &result, why) != 0)
		return -1;
	removed = db_affected(result);
	db_result_free(result);
	return removed ? 0 : err_set(why, ERR_NOT_FOUND, "no such plain word");
}

/* ------------------------------------------------------------------------------------------------------ all in force
 */

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for the texts of reports");
}

/* Sets *good when the row is a text that counts. */
static int take_text(const struct report_text_row *row, struct pool *pool, struct report_text_change *out, bool *good,
		     struct err *why)
{
	struct slice text = slice_of_string(row->text);

	out->key = report_text_find(slice_of_string(row->key));
	out->japanese = strcmp(row->language, "ja") == 0;
	*good = row->text && out->key && report_text_check(out->key, text, NULL) == 0;
	if (!*good)
		return 0;
	out->text = pool_string(pool, text);
	return out->text ? 0 : no_memory(why);
}

static int read_texts(const struct db_result *rows, struct pool *pool, struct report_texts *out, struct err *why)
{
	struct report_text_change *changes =
	    pool_take_array(pool, (size_t)db_rows(rows) + 1, sizeof(struct report_text_change));
	struct report_text_row row;
	size_t count = 0;
	bool good;

	if (!changes)
		return no_memory(why);
	for (int i = 0; i < db_rows(rows); i++) {
		report_text_read(rows, i, &row);
		if (take_text(&row, pool, &changes[count], &good, why) != 0)
			return -1;
		count += good;
	}
	*out = (struct report_texts){ changes, count };
	return 0;
}

static bool copy(struct pool *pool, const char **text)
{
	if (!*text)
		return true;
	*text = pool_string(pool, slice_of_string(*text));
	return *text != NULL;
}

static int read_words(const struct db_result *rows, struct pool *pool, struct plain_words *out, struct err *why)
{
	size_t count = (size_t)db_rows(rows);
	struct plain_word *list = pool_take_array(pool, count + 1, sizeof(*list));
	struct plain_word_row row;

	if (!list)
		return no_memory(why);
	for (size_t i = 0; i < count; i++) {
		struct plain_word *word = &list[i];

		plain_word_read(rows, (int)i, &row);
		*word = row.word;
		if (!copy(pool, &word->direction) || !copy(pool, &word->engine) || !copy(pool, &word->stage) ||
		    !copy(pool, &word->category) || !copy(pool, &word->signature) || !copy(pool, &word->ja) ||
		    !copy(pool, &word->en) || !copy(pool, &word->advice_ja) || !copy(pool, &word->advice_en))
			return no_memory(why);
	}
	*out = (struct plain_words){ list, count };
	return 0;
}

int report_catalogue_read(struct db *db, struct pool *pool, struct report_texts *texts, struct plain_words *words,
			  struct err *why)
{
	struct db_result *rows;
	int failed;

	if (report_text_list(db, &rows, why) != 0)
		return -1;
	failed = read_texts(rows, pool, texts, why);
	db_result_free(rows);
	if (failed || plain_word_list(db, &rows, why) != 0)
		return -1;
	failed = read_words(rows, pool, words, why);
	db_result_free(rows);
	return failed;
}
