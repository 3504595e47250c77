#include "server/api/templates.h"

#include "server/api/audit_trail.h"
#include "server/api/body_members.h"
#include "server/api/incident_view.h"
#include "server/api/oncall_call.h"
#include "server/model/notice.h"
#include "server/store/notice_template.h"

#include <stdio.h>

/* ------------------------------------------------------------------------------------------------------ as it is given
 */

static struct notice_text text_of(const struct notice_kind *kind, bool japanese, const struct notice_template_row *row)
{
	if (row->subject && row->body)
		return (struct notice_text){ slice_of_string(row->subject), slice_of_string(row->body) };
	return notice_text_shipped(kind, japanese);
}

static void put_text(struct json_writer *w, const struct notice_text *text)
{
	json_put_slice(w, "subject", text->subject);
	json_put_slice(w, "body", text->body);
}

static void put_kind(struct json_writer *w, const struct notice_kind *kind)
{
	json_put_string(w, "purpose", kind->purpose);
	json_open_array(w, "names");
	for (size_t i = 0; i < NOTICE_NAMES_MAX && kind->names[i]; i++)
		json_put_string(w, NULL, kind->names[i]);
	json_close_array(w);
	json_put_bool(w, "urgent", kind->urgent);
	json_put_bool(w, "answerable", kind->answerable);
}

/* {subject, body} with sample facts, into an object that is open. */
static int put_sample(struct json_writer *w, const struct notice_kind *kind, bool japanese,
		      const struct notice_text *text, struct err *why)
{
	struct buffer subject = { 0 }, body = { 0 };
	int failed = notice_render(kind, text, slice_of_string(notice_sample(kind, japanese)), &subject, &body, why);

	if (!failed) {
		json_put_slice(w, "subject", buffer_slice(&subject));
		json_put_slice(w, "body", buffer_slice(&body));
	}
	buffer_release(&subject);
	buffer_release(&body);
	return failed;
}

/* row: zeroed when the text was never changed. */
static int put(struct json_writer *w, const struct notice_kind *kind, bool japanese,
	       const struct notice_template_row *row, struct err *why)
{
	struct notice_text shipped = notice_text_shipped(kind, japanese), now = text_of(kind, japanese, row);
	int failed;

	json_open_object(w, NULL);
	json_put_string(w, "kind", kind->name);
	json_put_string(w, "language", japanese ? "ja" : "en");
	put_kind(w, kind);
	json_put_integer(w, "version", row->version);
	put_text(w, &now);
	json_open_object(w, "shipped");
	json_put_bool(w, "in_force", !row->subject);
	put_text(w, &shipped);
	json_close_object(w);
	incident_view_put_person(w, "saved_by", row->saved_by, row->by_name);
	json_put_time(w, "saved_at", row->version ? row->saved_at : TIME_NONE);
	json_open_object(w, "sample");
	failed = put_sample(w, kind, japanese, &now, why);
	json_close_object(w);
	json_close_object(w);
	return failed;
}

static void find_row(const struct db_result *rows, const char *kind, const char *language,
		     struct notice_template_row *out)
{
	for (int i = 0; i < db_rows(rows); i++) {
		notice_template_read(rows, i, out);
		if (strcmp(out->kind, kind) == 0 && strcmp(out->language, language) == 0)
			return;
	}
	*out = (struct notice_template_row){ .saved_at = TIME_NONE };
}

int templates_list(struct call *call, struct err *why)
{
	struct notice_template_row row;
	struct db_result *rows;
	struct json_writer w;
	int failed = 0;

	if (notice_template_list(call->db, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "templates");
	for (size_t i = 0; i < notice_kind_count && !failed; i++) {
		find_row(rows, notice_kinds[i].name, "ja", &row);
		failed = put(&w, &notice_kinds[i], true, &row, why);
		if (failed)
			break;
		find_row(rows, notice_kinds[i].name, "en", &row);
		failed = put(&w, &notice_kinds[i], false, &row, why);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------------- one */

/* The text that the path names. ERR_NOT_FOUND. */
static int path_text(const struct call *call, const struct notice_kind **kind, bool *japanese, struct err *why)
{
	*kind = notice_kind_find(call->texts[0]);
	*japanese = slice_is(call->texts[1], "ja");
	if (!*kind || (!*japanese && !slice_is(call->texts[1], "en")))
		return err_set(why, ERR_NOT_FOUND, "no such text");
	return 0;
}

/* *rows is what the row's texts belong to. */
static int find(struct call *call, const struct notice_kind *kind, bool japanese, bool lock, struct db_result **rows,
		struct notice_template_row *out, struct err *why)
{
	if (notice_template_get(call->db, kind->name, japanese ? "ja" : "en", lock, rows, why) != 0)
		return -1;
	find_row(*rows, kind->name, japanese ? "ja" : "en", out);
	return 0;
}

static int write_one(struct call *call, const struct notice_kind *kind, bool japanese, struct err *why)
{
	struct notice_template_row row;
	struct db_result *rows;
	struct json_writer w;
	int failed;

	if (find(call, kind, japanese, false, &rows, &row, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	oncall_call_etag(call, row.version);
	failed = put(&w, kind, japanese, &row, why);
	db_result_free(rows);
	return failed;
}

int templates_get(struct call *call, struct err *why)
{
	const struct notice_kind *kind;
	bool japanese;

	if (path_text(call, &kind, &japanese, why) != 0)
		return -1;
	return write_one(call, kind, japanese, why);
}

/* ----------------------------------------------------------------------------------------------------------- saving */

/* What notice_text_check() says names the part that is wrong. 1 or 0. */
static int check_text(struct call *call, const struct notice_kind *kind, const struct notice_text *text)
{
	struct err why = { 0 };
	bool subject;

	if (notice_text_check(kind, text, &why) == 0)
		return 1;
	subject = slice_contains(slice_of_string(why.text), "subject") &&
		  !slice_starts_with(slice_of_string(why.text), "body");
	return call_refuse_reason(call, subject ? "subject" : "body", FAULT_MALFORMED, why.text);
}

/* Both, or neither: back to the one as shipped. 1 or 0. */
static int read_text(struct call *call, const struct notice_kind *kind, const char **subject, const char **body)
{
	*subject = *body = NULL;
	if (!body_members_need(call, "subject") || !body_members_need(call, "body") ||
	    !body_members_nullable_text(call, "subject", NOTICE_SUBJECT_MAX, subject) ||
	    !body_members_nullable_text(call, "body", NOTICE_TEXT_MAX, body))
		return 0;
	if (!*subject != !*body)
		return call_refuse_member(call, *subject ? "body" : "subject", FAULT_MISSING);
	if (!*subject)
		return 1;
	return check_text(call, kind, &(struct notice_text){ slice_of_string(*subject), slice_of_string(*body) });
}

static int save(struct call *call, const struct notice_kind *kind, bool japanese, int64_t version, struct err *why)
{
	struct notice_template_new text = { .kind = kind->name,
					    .language = japanese ? "ja" : "en",
					    .version = version + 1,
					    .user_id = call->person.user_id };
	struct buffer detail = { 0 };
	struct json_writer w;
	char subject[64];

	if (read_text(call, kind, &text.subject, &text.body) != 1)
		return 0;
	if (notice_template_put(call->db, &text, why) != 0 || write_one(call, kind, japanese, why) != 0)
		return -1;
	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_integer(&w, "version", text.version);
	json_put_string(&w, "subject", text.subject);
	json_put_string(&w, "body", text.body);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "text %s %s", kind->name, text.language);
	return audit_trail_add(call, "template.change", 0, subject, &detail, why);
}

int templates_put(struct call *call, struct err *why)
{
	const struct notice_kind *kind;
	struct notice_template_row row;
	struct db_result *rows;
	bool japanese, stale = false;
	int64_t version;

	if (path_text(call, &kind, &japanese, why) != 0 || find(call, kind, japanese, true, &rows, &row, why) != 0)
		return -1;
	version = row.version;
	db_result_free(rows);
	if (!call_condition(call, version, &stale))
		return 0;
	return stale ? oncall_call_stale(call) : save(call, kind, japanese, version, why);
}

int templates_preview(struct call *call, struct err *why)
{
	const char *name, *language, *subject, *body;
	const struct notice_kind *kind;
	struct notice_text text;
	struct json_writer w;
	int failed;

	if (!call_text(call, "kind", 1, 60, true, &name) || !call_text(call, "language", 2, 2, true, &language) ||
	    !call_text(call, "subject", 0, NOTICE_SUBJECT_MAX, true, &subject) ||
	    !call_text(call, "body", 0, NOTICE_TEXT_MAX, true, &body))
		return 0;
	kind = notice_kind_find(slice_of_string(name));
	if (!kind)
		return call_refuse_member(call, "kind", FAULT_CHOICE);
	if (strcmp(language, "ja") != 0 && strcmp(language, "en") != 0)
		return call_refuse_member(call, "language", FAULT_CHOICE);
	text = (struct notice_text){ slice_of_string(subject), slice_of_string(body) };
	if (check_text(call, kind, &text) != 1)
		return 0;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	failed = put_sample(&w, kind, strcmp(language, "ja") == 0, &text, why);
	json_close_object(&w);
	return failed;
}
