#include "server/api/catalogue.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/incident_view.h"
#include "server/api/oncall_call.h"
#include "server/model/alert.h"
#include "server/store/report_catalogue.h"

#include <inttypes.h>
#include <stdio.h>

enum { PART_MAX = 200, SUBJECT_MAX = 500, POSITION_MAX = 100000, MINUTES_MAX = 10080 };

/* ---------------------------------------------------------------------------------------------------- as it is given
 */

static void put_words(struct json_writer *w, const struct plain_word *word)
{
	json_put_string(w, "ja", word->ja);
	json_put_string(w, "en", word->en);
	json_put_string(w, "advice_ja", word->advice_ja ? word->advice_ja : "");
	json_put_string(w, "advice_en", word->advice_en ? word->advice_en : "");
	json_put_known(w, "minutes", word->minutes > 0, word->minutes);
}

static void put_criteria(struct json_writer *w, const struct plain_word *word)
{
	json_put_string(w, "direction", word->direction);
	json_put_string(w, "engine", word->engine);
	json_put_string(w, "stage", word->stage);
	json_put_string(w, "category", word->category);
	json_put_string(w, "signature", word->signature);
}

static void put(struct json_writer *w, const struct plain_word_row *row)
{
	json_open_object(w, NULL);
	json_put_integer(w, "id", row->word.word_id);
	json_put_integer(w, "position", row->position);
	put_criteria(w, &row->word);
	put_words(w, &row->word);
	json_put_integer(w, "version", row->version);
	incident_view_put_person(w, "changed_by", row->changed_by, row->by_name);
	json_put_time(w, "changed_at", row->changed_at);
	json_close_object(w);
}

int catalogue_list(struct call *call, struct err *why)
{
	struct plain_word_row row;
	struct db_result *rows;
	struct json_writer w;

	if (plain_word_list(call->db, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "words");
	for (int i = 0; i < db_rows(rows); i++) {
		plain_word_read(rows, i, &row);
		put(&w, &row);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return 0;
}

/* *rows is what the row's texts belong to; it is NULL after a failure. */
static int find(struct call *call, int64_t id, bool lock, struct db_result **rows, struct plain_word_row *out,
		struct err *why)
{
	*rows = NULL;
	if (plain_word_get(call->db, id, lock, rows, why) != 0)
		return -1;
	if (db_rows(*rows) == 0) {
		db_result_free(*rows);
		*rows = NULL;
		return err_set(why, ERR_NOT_FOUND, "no such plain word");
	}
	plain_word_read(*rows, 0, out);
	return 0;
}

static int write_one(struct call *call, int status, int64_t id, struct err *why)
{
	struct plain_word_row row;
	struct db_result *rows;
	struct json_writer w;

	if (find(call, id, false, &rows, &row, why) != 0)
		return -1;
	call_reply(call, status, &w);
	oncall_call_etag(call, row.version);
	put(&w, &row);
	db_result_free(rows);
	return 0;
}

int catalogue_get(struct call *call, struct err *why)
{
	return write_one(call, 200, call->id, why);
}

/* ----------------------------------------------------------------------------------------------------------- reading
 */

static bool read_criteria(struct call *call, size_t most, struct plain_word *word)
{
	return body_members_nullable_text(call, "direction", PART_MAX, &word->direction) &&
	       body_members_nullable_text(call, "engine", PART_MAX, &word->engine) &&
	       body_members_nullable_text(call, "stage", PART_MAX, &word->stage) &&
	       body_members_nullable_text(call, "category", most, &word->category) &&
	       body_members_nullable_text(call, "signature", most, &word->signature);
}

/* What plain_word_check() says begins with the member that is wrong. 1 or 0. */
static int check(struct call *call, const struct plain_word *word)
{
	static const char *const members[] = { "engine", "stage",     "category",  "signature", "ja",
					       "en",     "advice_ja", "advice_en", "minutes" };
	const char *member = "direction";
	struct err why = { 0 };
	struct slice first;

	if (plain_word_check(word, &why) == 0)
		return 1;
	first = slice_of_string(why.text);
	first = slice_take(first, slice_find(first, ' '));
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (slice_is(first, members[i]))
			member = members[i];
	return call_refuse_reason(call, member, FAULT_MALFORMED, why.text);
}

/* 1 or 0. */
static int read_row(struct call *call, struct plain_word_row *out)
{
	struct plain_word *word = &out->word;

	if (!body_members_integer(call, "position", 1, POSITION_MAX, &out->position) ||
	    !read_criteria(call, PART_MAX, word) || !call_text(call, "ja", 1, PART_MAX, true, &word->ja) ||
	    !call_text(call, "en", 1, PART_MAX, true, &word->en) ||
	    !call_text(call, "advice_ja", 0, SUBJECT_MAX, false, &word->advice_ja) ||
	    !call_text(call, "advice_en", 0, SUBJECT_MAX, false, &word->advice_en) ||
	    !body_members_nullable_integer(call, "minutes", 1, MINUTES_MAX, 0, &word->minutes))
		return 0;
	return check(call, word);
}

/* ----------------------------------------------------------------------------------------------------------- changing
 */

static int note(struct call *call, const char *action, const struct plain_word *word, int64_t id, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[48];

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	put_criteria(&w, word);
	put_words(&w, word);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "plain word %" PRId64, id);
	return audit_trail_add(call, action, 0, subject, &detail, why);
}

int catalogue_add(struct call *call, struct err *why)
{
	struct plain_word_row row = { 0 };
	int64_t id = 0;

	if (read_row(call, &row) != 1)
		return 0;
	if (plain_word_save(call->db, &row, call->person.user_id, &id, why) != 0 || write_one(call, 201, id, why) != 0)
		return -1;
	return note(call, "plain_word.add", &row.word, id, why);
}

/* The row of the path, held, when If-Match names its version: 1; else 0 with a reply, or -1. */
static int hold(struct call *call, struct plain_word_row *out, struct db_result **rows, struct err *why)
{
	bool stale = false;

	if (find(call, call->id, true, rows, out, why) != 0)
		return -1;
	if (!call_condition(call, out->version, &stale))
		return 0;
	return stale ? oncall_call_stale(call) : 1;
}

int catalogue_put(struct call *call, struct err *why)
{
	struct plain_word_row now, row = { 0 };
	struct db_result *rows;
	int held = hold(call, &now, &rows, why);
	int64_t id = call->id;

	db_result_free(rows);
	if (held != 1 || read_row(call, &row) != 1)
		return held < 0 ? -1 : 0;
	row.word.word_id = id;
	if (plain_word_save(call->db, &row, call->person.user_id, &id, why) != 0 || write_one(call, 200, id, why) != 0)
		return -1;
	return note(call, "plain_word.change", &row.word, id, why);
}

int catalogue_remove(struct call *call, struct err *why)
{
	struct plain_word_row row;
	struct db_result *rows;
	int held = hold(call, &row, &rows, why), failed = held < 0 ? -1 : 0;

	if (held == 1)
		failed = plain_word_remove(call->db, call->id, call->person.user_id, why);
	if (held == 1 && !failed) {
		call_reply_empty(call, 204);
		failed = note(call, "plain_word.remove", &row.word, call->id, why);
	}
	db_result_free(rows);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- trying
 */

/* 1 or 0. */
static int check_names(struct call *call, const struct plain_word *asked)
{
	enum direction direction;
	enum engine engine;
	enum stage stage;

	if (asked->direction && !direction_parse(slice_of_string(asked->direction), &direction))
		return call_refuse_member(call, "direction", FAULT_CHOICE);
	if (asked->engine && !engine_parse(slice_of_string(asked->engine), &engine))
		return call_refuse_member(call, "engine", FAULT_CHOICE);
	if (asked->stage && !stage_parse(slice_of_string(asked->stage), &stage))
		return call_refuse_member(call, "stage", FAULT_CHOICE);
	return 1;
}

int catalogue_try(struct call *call, struct err *why)
{
	const struct plain_word *word;
	struct report_texts texts;
	struct plain_words words;
	struct plain_word asked = { 0 };
	struct pool pool = { 0 };
	struct json_writer w;

	if (!read_criteria(call, SUBJECT_MAX, &asked) || check_names(call, &asked) != 1)
		return 0;
	if (report_catalogue_read(call->db, &pool, &texts, &words, why) != 0) {
		pool_release(&pool);
		return -1;
	}
	word = plain_words_find(&words, &(struct plain_words_subject){ asked.direction, asked.engine, asked.stage,
								       asked.category, asked.signature });
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_known(&w, "word_id", word->word_id > 0, word->word_id);
	put_words(&w, word);
	json_close_object(&w);
	pool_release(&pool);
	return 0;
}
