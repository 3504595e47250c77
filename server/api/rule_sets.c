#include "server/api/rule_sets.h"

#include "server/api/audit_trail.h"
#include "server/api/filters.h"
#include "server/api/pages.h"
#include "server/store/rule_query.h"
#include "server/store/rule_set.h"

#include <inttypes.h>
#include <stdio.h>

enum { PROBLEMS_MOST = 200, FILES_MOST = 10000, NAME_MOST = 200, NOTE_MOST = 2000, SUBJECT_SIZE = 48 };

static const char *const booleans[] = { "true", "false", NULL };

static void put_members(struct json_writer *w, const struct rule_set_summary *s)
{
	json_put_integer(w, "version", s->version);
	json_put_time(w, "created_at", s->created_at);
	json_put_string(w, "actor", s->actor);
	json_put_string(w, "note", s->note);
	json_put_string(w, "sha256", s->sha256);
	json_put_integer(w, "files", s->files);
	json_put_integer(w, "rules", s->rules);
	json_put_bool(w, "in_force", s->in_force);
}

/* --------------------------------------------------------------------------------------------------------- reading */

static void write_list(struct call *call, const struct page *page, const struct db_result *result)
{
	int rows = db_rows(result);
	struct rule_set_summary set = { 0 };
	struct json_writer w;

	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "rule_sets");
	for (int i = 0; i < rows && i < page->limit; i++) {
		rule_query_set_read(result, i, &set);
		json_open_object(&w, NULL);
		put_members(&w, &set);
		json_close_object(&w);
	}
	json_close_array(&w);
	pages_next(call, page, rows > page->limit, 0, set.version, &w);
	json_close_object(&w);
}

int rule_sets_list(struct call *call, struct err *why)
{
	struct db_result *result;
	struct page page;

	if (!pages_read(call, CURSOR_RULE_SETS, &page))
		return 0;
	if (rule_query_sets(call->db, 0, page.continued ? page.cursor.id : INT64_MAX, page.limit + 1, &result, why) !=
	    0)
		return -1;
	write_list(call, &page, result);
	db_result_free(result);
	return 0;
}

static int put_files(struct call *call, bool texts, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (rule_query_files(call->db, call->id, texts, &result, why) != 0)
		return -1;
	json_open_array(w, "file_list");
	for (int i = 0; i < db_rows(result); i++) {
		json_open_object(w, NULL);
		json_put_string(w, "name", db_text(result, i, 0));
		json_put_string(w, "kind", db_text(result, i, 1));
		json_put_integer(w, "bytes", db_integer(result, i, 2));
		json_put_string(w, "change", db_text(result, i, 3));
		if (texts)
			json_put_slice(w, "text", db_slice(result, i, 4));
		json_close_object(w);
	}
	json_close_array(w);
	db_result_free(result);
	return 0;
}

static int put_removed(struct call *call, struct json_writer *w, struct err *why)
{
	struct db_result *result;

	if (rule_query_removed(call->db, call->id, &result, why) != 0)
		return -1;
	json_open_array(w, "removed");
	for (int i = 0; i < db_rows(result); i++)
		json_put_string(w, NULL, db_text(result, i, 0));
	json_close_array(w);
	db_result_free(result);
	return 0;
}

/* The version's members into an object that is open. */
static int put_version(struct call *call, int64_t version, struct json_writer *w, struct err *why)
{
	struct rule_set_summary set;
	struct db_result *result;

	if (rule_query_sets(call->db, version, INT64_MAX, 1, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0) {
		db_result_free(result);
		return err_set(why, ERR_NOT_FOUND, "no such version");
	}
	rule_query_set_read(result, 0, &set);
	put_members(w, &set);
	db_result_free(result);
	return 0;
}

int rule_sets_get(struct call *call, struct err *why)
{
	const char *texts = booleans[1];
	struct json_writer w;

	if (!filters_word(call, "text", booleans, &texts))
		return 0;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	if (put_version(call, call->id, &w, why) != 0 || put_files(call, texts == booleans[0], &w, why) != 0 ||
	    put_removed(call, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return 0;
}

/* ------------------------------------------------------------------------------------------------ what is sent to us
 */

/* The two members of a file, and nothing else. False: it is no such object. */
static bool read_file(struct call *call, uint32_t object, const char **name, const char **text)
{
	struct json_reader *r = &call->body.reader;
	uint32_t value;

	*name = *text = NULL;
	if (!json_read_is(r, object, JSON_KIND_OBJECT))
		return false;
	for (uint32_t key = json_read_first(r, object); key < r->tokens[object].next; key = r->tokens[value].next) {
		struct slice word = json_read_raw(r, key);
		const char **to = slice_is(word, "name") ? name : slice_is(word, "text") ? text : NULL;

		value = key + 1;
		if (!to || *to)
			return false;
		*to = body_string(&call->body, value);
		if (!*to)
			return false;
	}
	return *name && *text && **name && body_characters(*name) <= NAME_MOST;
}

/* 1: go on; 0: refused; -1. What no rule file is called is left out, as hinomictl leaves it out of a folder. */
static int read_files(struct call *call, struct rule_files *out, struct err *why)
{
	struct json_reader *r = &call->body.reader;
	uint32_t list = body_find(&call->body, "files");
	size_t count = 0;

	if (list == JSON_NONE)
		return call_refuse_member(call, "files", FAULT_MISSING);
	if (!json_read_is(r, list, JSON_KIND_ARRAY))
		return call_refuse_member(call, "files", FAULT_TYPE);
	for (uint32_t i = json_read_first(r, list); i < r->tokens[list].next; i = r->tokens[i].next, count++) {
		const char *name, *text;
		enum rule_file_kind kind;

		if (count >= FILES_MOST)
			return call_refuse_member(call, "files", FAULT_TOO_LONG);
		if (!read_file(call, i, &name, &text))
			return call_refuse_member(call, "files", FAULT_TYPE);
		if (rule_file_kind_of(slice_of_string(name), &kind) &&
		    rule_files_add(out, slice_of_string(name), kind, slice_of_string(text), why) != 0)
			return -1;
	}
	return out->count ? 1 : call_refuse_member(call, "files", FAULT_TOO_SHORT);
}

static void put_problems(const struct sigma_problems *problems, struct json_writer *w)
{
	json_put_integer(w, "problem_count", (int64_t)problems->count);
	json_open_array(w, "problems");
	for (size_t i = 0; i < problems->count && i < PROBLEMS_MOST; i++) {
		const struct sigma_problem *p = &problems->items[i];

		json_open_object(w, NULL);
		json_put_string(w, "file", p->file);
		json_put_known(w, "line", p->line != 0, p->line);
		json_put_string(w, "reason", p->reason);
		json_close_object(w);
	}
	json_close_array(w);
}

/* What was sent, and what came of building it. */
struct upload {
	struct rule_files files;
	struct rules *rules; /* NULL: it has problems */
	struct sigma_problems problems;
};

static void upload_release(struct upload *u)
{
	rules_free(u->rules);
	sigma_problems_release(&u->problems);
	rule_files_release(&u->files);
}

/* 1: go on, built or not; 0: refused; -1. */
static int upload_read(struct call *call, struct upload *u, struct err *why)
{
	int go = read_files(call, &u->files, why);

	if (go != 1 || rules_build(&u->rules, &u->files, &u->problems, why) == 0)
		return go;
	u->rules = NULL;
	return why->code == ERR_NOMEM || u->problems.count == 0 ? -1 : 1;
}

/* --------------------------------------------------------------------------------------------------------- checking */

static int check(struct call *call, struct upload *u, struct err *why)
{
	int go = upload_read(call, u, why);
	struct json_writer w;

	if (go != 1)
		return go;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_bool(&w, "loads", u->rules != NULL);
	json_put_integer(&w, "rules", u->rules ? (int64_t)sigma_set_count(u->rules->sigma) : 0);
	put_problems(&u->problems, &w);
	json_close_object(&w);
	return 0;
}

int rule_sets_check(struct call *call, struct err *why)
{
	struct upload upload = { 0 };
	int failed = check(call, &upload, why);

	upload_release(&upload);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- storing */

static int refuse_problems(struct call *call, const struct sigma_problems *problems)
{
	struct json_writer w;

	call_refuse_open(call, PROBLEM_RULES, &w);
	put_problems(problems, &w);
	json_close_object(&w);
	return 0;
}

static int record(struct call *call, const struct upload *u, int64_t version, const char *note, struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct json_writer w;

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_integer(&w, "files", (int64_t)u->files.count);
	json_put_integer(&w, "rules", (int64_t)sigma_set_count(u->rules->sigma));
	json_put_string(&w, "note", note);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "rule set %" PRId64, version);
	return audit_trail_add(call, "rules.load", 0, subject, &detail, why);
}

static int store(struct call *call, const struct upload *u, const char *note, struct err *why)
{
	int64_t before, version;
	struct json_writer w;

	if (rule_set_newest(call->db, &before, why) != 0 ||
	    rule_set_store(call->db, &u->files, u->rules, call->person.email, note, &version, why) != 0)
		return -1;
	call_reply(call, version > before ? 201 : 200, &w);
	json_open_object(&w, NULL);
	if (put_version(call, version, &w, why) != 0)
		return -1;
	json_close_object(&w);
	return version > before ? record(call, u, version, note, why) : 0;
}

static int add(struct call *call, struct upload *u, struct err *why)
{
	const char *note;
	int go;

	if (!call_text(call, "note", 0, NOTE_MOST, false, &note))
		return 0;
	go = upload_read(call, u, why);
	if (go != 1)
		return go;
	return u->rules ? store(call, u, note, why) : refuse_problems(call, &u->problems);
}

int rule_sets_add(struct call *call, struct err *why)
{
	struct upload upload = { 0 };
	int failed = add(call, &upload, why);

	upload_release(&upload);
	return failed;
}
