#include "server/api/report_texts.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/incident_view.h"
#include "server/api/oncall_call.h"
#include "server/store/report_catalogue.h"

#include <stdio.h>

/* A text in one language. */
struct which {
	const struct report_text_group *group;
	const struct report_text_key *key;
	bool japanese;
};

static const char *language_of(const struct which *which)
{
	return which->japanese ? "ja" : "en";
}

static const char *shipped(const struct which *which)
{
	return which->japanese ? which->key->ja : which->key->en;
}

/* ---------------------------------------------------------------------------------------------------- as it is given
 */

static int put_sample(struct json_writer *w, const struct which *which, const char *text, struct err *why)
{
	struct report_text_value values[REPORT_TEXT_NAMES_MAX];
	struct pool pool = { 0 };
	size_t count = 0;
	char *sample;

	for (; count < REPORT_TEXT_NAMES_MAX && which->key->names[count]; count++)
		values[count] =
		    (struct report_text_value){ which->key->names[count],
						report_text_sample(which->key->names[count], which->japanese) };
	sample = report_text_render(which->key, slice_of_string(text), values, count, &pool);
	json_put_string(w, "sample", sample);
	pool_release(&pool);
	return sample ? 0 : err_set(why, ERR_NOMEM, "no memory for a sample");
}

/* row: zeroed when the text was never changed. */
static int put(struct json_writer *w, const struct which *which, const struct report_text_row *row, struct err *why)
{
	const char *now = row->text ? row->text : shipped(which);
	int failed;

	json_open_object(w, NULL);
	json_put_string(w, "key", which->key->name);
	json_put_string(w, "language", language_of(which));
	json_put_string(w, "group", which->group->name);
	json_put_string(w, "purpose", which->key->purpose);
	json_open_array(w, "names");
	for (size_t i = 0; i < REPORT_TEXT_NAMES_MAX && which->key->names[i]; i++)
		json_put_string(w, NULL, which->key->names[i]);
	json_close_array(w);
	json_put_integer(w, "version", row->version);
	json_put_string(w, "text", now);
	json_open_object(w, "shipped");
	json_put_bool(w, "in_force", !row->text);
	json_put_string(w, "text", shipped(which));
	json_close_object(w);
	incident_view_put_person(w, "saved_by", row->saved_by, row->by_name);
	json_put_time(w, "saved_at", row->version ? row->saved_at : TIME_NONE);
	failed = put_sample(w, which, now, why);
	json_close_object(w);
	return failed;
}

static void find_row(const struct db_result *rows, const struct which *which, struct report_text_row *out)
{
	for (int i = 0; i < db_rows(rows); i++) {
		report_text_read(rows, i, out);
		if (strcmp(out->key, which->key->name) == 0 && strcmp(out->language, language_of(which)) == 0)
			return;
	}
	*out = (struct report_text_row){ .saved_at = TIME_NONE };
}

static int put_group(struct json_writer *w, const struct report_text_group *group, const struct db_result *rows,
		     struct err *why)
{
	struct report_text_row row;

	for (size_t i = 0; i < 2 * group->count; i++) {
		struct which which = { group, &group->keys[i / 2], i % 2 == 0 };

		find_row(rows, &which, &row);
		if (put(w, &which, &row, why) != 0)
			return -1;
	}
	return 0;
}

int report_texts_list(struct call *call, struct err *why)
{
	struct db_result *rows;
	struct json_writer w;
	int failed = 0;

	if (report_text_list(call->db, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "texts");
	for (size_t g = 0; g < REPORT_TEXT_GROUPS && !failed; g++)
		failed = put_group(&w, report_text_group(g), rows, why);
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- one */

static const struct report_text_group *group_of(const struct report_text_key *key)
{
	for (size_t g = 0; g < REPORT_TEXT_GROUPS; g++) {
		const struct report_text_group *group = report_text_group(g);

		for (size_t i = 0; i < group->count; i++)
			if (&group->keys[i] == key)
				return group;
	}
	return NULL;
}

/* The text that the path names. ERR_NOT_FOUND. */
static int path_text(const struct call *call, struct which *out, struct err *why)
{
	out->key = report_text_find(call->texts[0]);
	out->japanese = slice_is(call->texts[1], "ja");
	if (!out->key || (!out->japanese && !slice_is(call->texts[1], "en")))
		return err_set(why, ERR_NOT_FOUND, "no such text");
	out->group = group_of(out->key);
	return 0;
}

/* *rows is what the row's texts belong to. */
static int find(struct call *call, const struct which *which, bool lock, struct db_result **rows,
		struct report_text_row *out, struct err *why)
{
	if (report_text_saved(call->db, which->key->name, language_of(which), lock, rows, why) != 0)
		return -1;
	find_row(*rows, which, out);
	return 0;
}

static int write_one(struct call *call, const struct which *which, struct err *why)
{
	struct report_text_row row;
	struct db_result *rows;
	struct json_writer w;
	int failed;

	if (find(call, which, false, &rows, &row, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	oncall_call_etag(call, row.version);
	failed = put(&w, which, &row, why);
	db_result_free(rows);
	return failed;
}

int report_texts_get(struct call *call, struct err *why)
{
	struct which which;

	if (path_text(call, &which, why) != 0)
		return -1;
	return write_one(call, &which, why);
}

/* ----------------------------------------------------------------------------------------------------------- saving */

/* 1 or 0. */
static int check_text(struct call *call, const struct which *which, const char *text)
{
	struct err why = { 0 };

	if (report_text_check(which->key, slice_of_string(text), &why) == 0)
		return 1;
	return call_refuse_reason(call, "text", FAULT_MALFORMED, why.text);
}

static int save(struct call *call, const struct which *which, int64_t version, struct err *why)
{
	struct buffer detail = { 0 };
	struct json_writer w;
	const char *text = NULL;
	char subject[96];

	if (!body_members_need(call, "text") || !body_members_nullable_text(call, "text", REPORT_TEXT_MAX, &text))
		return 0;
	if (text && check_text(call, which, text) != 1)
		return 0;
	if (report_text_save(call->db, which->key->name, language_of(which), text, version, call->person.user_id,
			     why) != 0 ||
	    write_one(call, which, why) != 0)
		return -1;
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_integer(&w, "version", version + 1);
	json_put_string(&w, "text", text);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "report text %s %s", which->key->name, language_of(which));
	return audit_trail_add(call, "report_text.change", 0, subject, &detail, why);
}

int report_texts_put(struct call *call, struct err *why)
{
	struct report_text_row row;
	struct db_result *rows;
	struct which which;
	bool stale = false;
	int64_t version;

	if (path_text(call, &which, why) != 0 || find(call, &which, true, &rows, &row, why) != 0)
		return -1;
	version = row.version;
	db_result_free(rows);
	if (!call_condition(call, version, &stale))
		return 0;
	return stale ? oncall_call_stale(call) : save(call, &which, version, why);
}

int report_texts_preview(struct call *call, struct err *why)
{
	const char *key, *language, *text;
	struct json_writer w;
	struct which which;
	int failed;

	if (!call_text(call, "key", 1, 60, true, &key) || !call_text(call, "language", 2, 2, true, &language) ||
	    !call_text(call, "text", 0, REPORT_TEXT_MAX, true, &text))
		return 0;
	which = (struct which){ NULL, report_text_find(slice_of_string(key)), strcmp(language, "ja") == 0 };
	if (!which.key)
		return call_refuse_member(call, "key", FAULT_CHOICE);
	if (!which.japanese && strcmp(language, "en") != 0)
		return call_refuse_member(call, "language", FAULT_CHOICE);
	if (check_text(call, &which, text) != 1)
		return 0;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	failed = put_sample(&w, &which, text, why);
	json_close_object(&w);
	return failed;
}
