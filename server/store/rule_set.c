#include "server/store/rule_set.h"

#include "server/store/array_text.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_RULES "1920298091"

/* Across companies, all statements here. */
const char rule_set_newest_sql[] = "SELECT coalesce(max(version), 0) FROM rule_set";
const char rule_set_files_sql[] =
    "SELECT name, kind, body FROM rule_set_file WHERE version = $1::bigint ORDER BY name COLLATE \"C\"";
const char rule_set_numbers_sql[] = "SELECT uid, rule_id FROM rule";

int rule_set_newest(struct db *db, int64_t *version, struct err *why)
{
	struct db_result *result;

	if (db_run(db, rule_set_newest_sql, NULL, &result, why) != 0)
		return -1;
	*version = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

/* -------------------------------------------------------------------------------------------------------- reading */

int rule_set_files(struct db *db, int64_t version, struct rule_files *out, struct err *why)
{
	struct db_args args = { 0 };
	struct db_result *result;
	int failed = 0;

	*out = (struct rule_files){ 0 };
	db_arg_integer(&args, version);
	if (db_run(db, rule_set_files_sql, &args, &result, why) != 0)
		return -1;
	if (db_rows(result) == 0)
		failed = err_set(why, ERR_NOT_FOUND, "there is no version %" PRId64 " of the rule set", version);
	for (int row = 0; !failed && row < db_rows(result); row++) {
		enum rule_file_kind kind;

		if (!rule_file_kind_parse(db_slice(result, row, 1), &kind))
			failed = err_set(why, ERR_CORRUPT,
					 "version %" PRId64 " of the rule set has a file of kind \"%.40s\"; "
					 "install the newer program",
					 version, db_text(result, row, 1));
		else
			failed = rule_files_add(out, db_slice(result, row, 0), kind, db_slice(result, row, 2), why);
	}
	db_result_free(result);
	if (failed)
		rule_files_release(out);
	return failed;
}

int rule_set_number(struct db *db, struct rules *rules, struct err *why)
{
	struct db_result *result;

	if (db_run(db, rule_set_numbers_sql, NULL, &result, why) != 0)
		return -1;
	for (int row = 0; row < db_rows(result); row++) {
		size_t index = sigma_set_find(rules->sigma, db_slice(result, row, 0));

		if (index != SIZE_MAX)
			sigma_set_number(rules->sigma, index, db_integer(result, row, 1));
	}
	db_result_free(result);
	return 0;
}

int rule_set_read(struct db *db, int64_t version, struct rules **out, struct err *why)
{
	struct sigma_problems problems = { 0 };
	struct rule_files files;
	int failed;

	*out = NULL;
	if (rule_set_files(db, version, &files, why) != 0)
		return -1;
	failed = rules_build(out, &files, &problems, why);
	if (failed)
		err_prefix(why, "version %" PRId64 " of the rule set", version);
	if (!failed) {
		(*out)->version = version;
		failed = rule_set_number(db, *out, why);
	}
	if (failed) {
		rules_free(*out);
		*out = NULL;
	}
	sigma_problems_release(&problems);
	rule_files_release(&files);
	return failed;
}

/* -------------------------------------------------------------------------------------------------------- storing */

static int by_name(const void *a, const void *b)
{
	const struct rule_file *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Over names, kinds and texts, in order of name. */
static int hash_files(const struct rule_files *files, uint8_t out[SHA256_DIGEST_LENGTH], struct err *why)
{
	const struct rule_file **sorted = malloc((files->count + 1) * sizeof(struct rule_file *));
	struct buffer all = { 0 };

	if (!sorted)
		return err_set(why, ERR_NOMEM, "no memory for the rule files");
	for (size_t i = 0; i < files->count; i++)
		sorted[i] = &files->items[i];
	qsort(sorted, files->count, sizeof(struct rule_file *), by_name);
	for (size_t i = 0; i < files->count; i++) {
		buffer_put(&all, sorted[i]->name, strlen(sorted[i]->name) + 1);
		buffer_put_byte(&all, (uint8_t)sorted[i]->kind);
		buffer_put_be64(&all, sorted[i]->length);
		buffer_put(&all, sorted[i]->text, sorted[i]->length);
	}
	free(sorted);
	if (all.failed) {
		buffer_release(&all);
		return err_set(why, ERR_NOMEM, "no memory for the rule files");
	}
	SHA256(all.data ? all.data : (const uint8_t *)"", all.len, out);
	buffer_release(&all);
	return 0;
}

/* The newest version, and whether it is the same as these files. */
static int compare(struct db *db, const uint8_t hash[SHA256_DIGEST_LENGTH], int64_t *newest, bool *same,
		   struct err *why)
{
	struct db_result *result;

	*newest = 0;
	*same = false;
	if (db_run(db, "SELECT version, sha256 FROM rule_set ORDER BY version DESC LIMIT 1", NULL, &result, why) != 0)
		return -1;
	if (db_rows(result) > 0) {
		*newest = db_integer(result, 0, 0);
		*same = slice_equal(db_slice(result, 0, 1), slice_of(hash, SHA256_DIGEST_LENGTH));
	}
	db_result_free(result);
	return 0;
}

static int put_version(struct db *db, int64_t version, const uint8_t hash[SHA256_DIGEST_LENGTH], const char *actor,
		       const char *note, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, version);
	db_arg_text(&args, actor);
	db_arg_text(&args, note);
	db_arg_bytes(&args, slice_of(hash, SHA256_DIGEST_LENGTH));
	return db_run(db,
		      "INSERT INTO rule_set (version, actor, note, sha256) "
		      "VALUES ($1::bigint, $2::text, coalesce($3::text, ''), $4::bytea)",
		      &args, NULL, why);
}

static int put_file(struct db *db, int64_t version, const struct rule_file *file, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, version);
	db_arg_text(&args, file->name);
	db_arg_text(&args, rule_file_kind_name(file->kind));
	db_arg_text(&args, file->text);
	return db_run(db,
		      "INSERT INTO rule_set_file (version, name, kind, body) "
		      "VALUES ($1::bigint, $2::text, $3::text, $4::text)",
		      &args, NULL, why);
}

/* The rules of a version as columns, for one statement. */
struct columns {
	struct array_text uid, kind, title, title_ja, level, description, tags, file, line;
};

static void put_tags(struct array_text *column, const struct sigma_rule *rule)
{
	struct buffer tags = { 0 };

	for (size_t i = 0; i < rule->tag_count; i++) {
		if (i > 0)
			buffer_put_byte(&tags, ' ');
		buffer_put_string(&tags, rule->tags[i]);
	}
	array_text_string(column, slice_of(tags.data ? tags.data : (const uint8_t *)"", tags.len));
	column->text.failed |= tags.failed;
	buffer_release(&tags);
}

static void put_sigma(struct columns *c, const struct sigma_rule *rule)
{
	array_text_string(&c->uid, slice_of_string(rule->uid));
	array_text_string(&c->kind, slice_of_string(rule->kind == SIGMA_DETECTION ? "detection" : "correlation"));
	array_text_string(&c->title, slice_of_string(rule->title));
	array_text_string(&c->title_ja, slice_of_string(rule->title_ja ? rule->title_ja : ""));
	array_text_string(&c->level, slice_of_string(sigma_level_name(rule->level)));
	array_text_string(&c->description, slice_of_string(rule->description));
	put_tags(&c->tags, rule);
	array_text_string(&c->file, slice_of_string(rule->file));
	array_text_integer(&c->line, rule->line);
}

static void put_grouping(struct columns *c, const char *name, const char *file)
{
	char uid[512];

	snprintf(uid, sizeof(uid), "grouping:%s", name);
	array_text_string(&c->uid, slice_of_string(uid));
	array_text_string(&c->kind, SLICE_LITERAL("grouping"));
	array_text_string(&c->title, slice_of_string(name));
	array_text_string(&c->title_ja, SLICE_LITERAL(""));
	array_text_string(&c->level, SLICE_LITERAL("informational"));
	array_text_string(&c->description, SLICE_LITERAL(""));
	array_text_string(&c->tags, SLICE_LITERAL(""));
	array_text_string(&c->file, slice_of_string(file));
	array_text_integer(&c->line, 0);
}

static const char *grouping_file(const struct rule_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].kind == RULE_FILE_GROUPING)
			return files->items[i].name;
	return "";
}

static void columns_fill(struct columns *c, const struct rule_files *files, const struct rules *built)
{
	for (size_t i = 0; i < sigma_set_count(built->sigma); i++)
		put_sigma(c, sigma_set_rule(built->sigma, i));
	for (size_t i = 0; i < grouping_rule_count(built->grouping); i++)
		put_grouping(c, grouping_rule_name(built->grouping, i), grouping_file(files));
}

static void columns_release(struct columns *c)
{
	struct array_text *all[] = { &c->uid,         &c->kind, &c->title, &c->title_ja, &c->level,
				     &c->description, &c->tags, &c->file,  &c->line };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		array_text_release(all[i]);
}

#define RULE_COLUMNS                                                                                     \
	"WITH new AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], " \
	"$7::text[], $8::text[], $9::text[], $10::integer[]) "                                           \
	"AS t (uid, kind, title, title_ja, level, description, tags, file, line)) "

static int put_rules(struct db *db, int64_t version, struct columns *c, struct err *why)
{
	struct array_text *all[] = { &c->uid,         &c->kind, &c->title, &c->title_ja, &c->level,
				     &c->description, &c->tags, &c->file,  &c->line };
	struct db_args args = { 0 };

	db_arg_integer(&args, version);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const char *text = array_text(all[i]);

		if (!text)
			return err_set(why, ERR_NOMEM, "no memory for the list of rules");
		db_arg_text(&args, text);
	}
	if (db_run(db,
		   RULE_COLUMNS
		   "UPDATE rule SET kind = new.kind, title = new.title, title_ja = new.title_ja, level = new.level, "
		   "description = new.description, tags = string_to_array(new.tags, ' '), file = new.file, "
		   "line = new.line, last_version = NULL FROM new WHERE rule.uid = new.uid AND $1::bigint > 0",
		   &args, NULL, why) != 0)
		return -1;
	if (db_run(db,
		   RULE_COLUMNS
		   "INSERT INTO rule (uid, kind, title, title_ja, level, description, tags, file, line, first_version) "
		   "SELECT uid, kind, title, title_ja, level, description, string_to_array(tags, ' '), file, line, "
		   "$1::bigint FROM new WHERE NOT EXISTS (SELECT FROM rule WHERE rule.uid = new.uid) "
		   "ORDER BY file COLLATE \"C\", line, uid COLLATE \"C\"",
		   &args, NULL, why) != 0)
		return -1;
	return db_run(db,
		      RULE_COLUMNS "UPDATE rule SET last_version = $1::bigint - 1 WHERE last_version IS NULL "
				   "AND kind <> 'builtin' AND NOT EXISTS (SELECT FROM new WHERE new.uid = rule.uid)",
		      &args, NULL, why);
}

static int put_all(struct db *db, int64_t version, const struct rule_files *files, const struct rules *built,
		   struct err *why)
{
	struct columns columns = { 0 };
	int failed = 0;

	for (size_t i = 0; !failed && i < files->count; i++)
		failed = put_file(db, version, &files->items[i], why);
	if (!failed) {
		columns_fill(&columns, files, built);
		failed = put_rules(db, version, &columns, why);
	}
	columns_release(&columns);
	return failed;
}

int rule_set_store(struct db *db, const struct rule_files *files, const struct rules *built, const char *actor,
		   const char *note, int64_t *version, struct err *why)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	int64_t newest;
	bool same;

	if (hash_files(files, hash, why) != 0 ||
	    db_run(db, "SELECT pg_advisory_xact_lock(" LOCK_RULES ")", NULL, NULL, why) != 0 ||
	    compare(db, hash, &newest, &same, why) != 0)
		return -1;
	*version = same ? newest : newest + 1;
	if (same)
		return 0;
	if (put_version(db, *version, hash, actor, note, why) != 0 || put_all(db, *version, files, built, why) != 0)
		return -1;
	return db_notify(db, "hinomi_rules", why);
}

/* ----------------------------------------------------------------------------------------------------- other rules */

int rule_set_list(struct db *db, bool all, struct db_result **out, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_bool(&args, all);
	/* Across companies. */
	return db_run(
	    db,
	    "SELECT r.rule_id, r.first_version, r.last_version, r.uid, r.kind, r.title, r.title_ja, r.level, "
	    "r.file, r.line::bigint, coalesce(d.alerts, 0)::bigint FROM rule r LEFT JOIN "
	    "(SELECT rule_id, sum(alerts) AS alerts FROM rule_day WHERE day > current_date - 30 GROUP BY 1) d "
	    "USING (rule_id) WHERE r.last_version IS NULL OR $1::boolean "
	    "ORDER BY r.file COLLATE \"C\", r.line, r.uid COLLATE \"C\"",
	    &args, out, why);
}

void rule_set_row(const struct db_result *result, int row, struct rule_row *out)
{
	*out = (struct rule_row){
		.rule_id = db_integer(result, row, 0),
		.first_version = db_integer(result, row, 1),
		.last_version = db_integer(result, row, 2),
		.uid = db_text(result, row, 3),
		.kind = db_text(result, row, 4),
		.title = db_text(result, row, 5),
		.title_ja = db_text(result, row, 6),
		.level = db_text(result, row, 7),
		.file = db_text(result, row, 8),
		.line = db_integer(result, row, 9),
		.alerts = db_integer(result, row, 10),
	};
}

int rule_set_builtin(struct db *db, const char *uid, const char *title, const char *level, int64_t *rule_id,
		     struct err *why)
{
	struct db_args name = { 0 }, rule = { 0 };
	struct db_result *result;

	*rule_id = 0;
	db_arg_text(&name, uid);
	if (db_run(db, "SELECT rule_id FROM rule WHERE uid = $1::text", &name, &result, why) != 0)
		return -1;
	if (db_rows(result) > 0)
		*rule_id = db_integer(result, 0, 0);
	db_result_free(result);
	if (*rule_id > 0)
		return 0;
	db_arg_text(&rule, uid);
	db_arg_text(&rule, title);
	db_arg_text(&rule, level);
	if (db_run(db,
		   "INSERT INTO rule (uid, kind, title, level, first_version) "
		   "VALUES ($1::text, 'builtin', $2::text, $3::text, 0) RETURNING rule_id",
		   &rule, &result, why) != 0)
		return -1;
	*rule_id = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}
