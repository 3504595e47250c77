/* A rule set over a small mapping, and records for it; for the tests of Sigma's correlations and filters.
 *
 * The mapping knows the log sources `product: test` (records of event eve.test; User, Host, Code, Bytes, Src, Dst are
 * its members of these names in lower case) and `product: other` (event eve.other; only User). */
#ifndef TESTS_UNIT_SIGMA_WORLD_H
#define TESTS_UNIT_SIGMA_WORLD_H

#include "server/model/sigma/correlation.h"

#include "tests/unit/suite.h"

static const char world_fields[] = "logsources:\n"
				   "  - logsource: {product: test, service: '*', category: '*'}\n"
				   "    events: [eve.test]\n"
				   "    fields: {User: eve.test.user, Host: eve.test.host, Code: eve.test.code,\n"
				   "      Bytes: eve.test.bytes, Src: eve.test.src, Dst: eve.test.dst}\n"
				   "  - logsource: {product: other}\n"
				   "    events: [eve.other]\n"
				   "    fields: {User: eve.other.user}\n";

struct world {
	struct sigma_set *set;
	struct sigma_scratch *scratch;
	struct alert alert;
	struct json_token tokens[128];
	struct json_reader json;
	struct sigma_record record;
	struct sigma_matches matches;
	struct sigma_hits hits;
};

/* Files of one text each; NULL ends them. They are called a.yml, b.yml, ... */
static int world_try(struct sigma_set **set, const char *const *texts, bool skip_bad, struct sigma_problems *problems,
		     struct err *why)
{
	static const char *const names[] = { "a.yml", "b.yml", "c.yml", "d.yml" };
	const struct sigma_file mapping = { "fields.yaml", slice_of_string(world_fields) };
	struct sigma_file files[ARRAY_LEN(names)];
	size_t n = 0;

	for (; texts[n]; n++)
		files[n] = (struct sigma_file){ names[n], slice_of_string(texts[n]) };
	return sigma_set_build(set, files, n, &mapping, skip_bad, problems, why);
}

static void __attribute__((unused)) world_open_files(struct world *w, const char *const *texts)
{
	struct sigma_problems problems = { 0 };
	struct err why = { 0 };

	*w = (struct world){ 0 };
	ck_assert_msg(world_try(&w->set, texts, false, &problems, &why) == 0, "%s", why.text);
	sigma_problems_release(&problems);
	w->scratch = sigma_scratch_new();
	ck_assert_ptr_nonnull(w->scratch);
	for (size_t i = 0; i < sigma_set_count(w->set); i++)
		sigma_set_number(w->set, i, 100 + (int64_t)i);
}

static void __attribute__((unused)) world_open(struct world *w, const char *text)
{
	const char *const texts[] = { text, NULL };

	world_open_files(w, texts);
}

static void __attribute__((unused)) world_close(struct world *w)
{
	sigma_scratch_free(w->scratch);
	sigma_set_free(w->set);
}

/* Matches a record: {"test": {...}} as JSON, its event and time. Fills in matches and hits. */
static void __attribute__((unused)) world_see(struct world *w, const char *event, const char *json, time_us ts)
{
	alert_init(&w->alert);
	w->json = (struct json_reader){ .tokens = w->tokens, .capacity = ARRAY_LEN(w->tokens) };
	ck_assert_int_eq(json_read(&w->json, slice_of_string(json)), JSON_OK);
	w->record = (struct sigma_record){ .event = slice_of_string(event),
					   .alert = &w->alert,
					   .json = &w->json,
					   .body = slice_of_string(json),
					   .ts = ts };
	sigma_match(w->set, w->scratch, &w->record, &w->matches);
	sigma_hits(w->set, w->scratch, &w->record, &w->matches, &w->hits);
}

static void __attribute__((unused)) world_test(struct world *w, const char *json)
{
	world_see(w, "eve.test", json, 0);
}

/* The text is refused with one problem, at this line of a.yml, whose reason holds these words. */
static void __attribute__((unused)) world_refuses(const char *text, int line, const char *words)
{
	const char *const texts[] = { text, NULL };
	struct sigma_problems problems = { 0 };
	struct sigma_set *set = NULL;
	struct err why = { 0 };

	ck_assert_msg(world_try(&set, texts, false, &problems, &why) != 0, "loaded, though: %s", words);
	ck_assert_uint_ge(problems.count, 1);
	ck_assert_msg(problems.count == 1 && problems.items[0].line == line && strstr(problems.items[0].reason, words),
		      "wanted %d: ...%s..., got %zu, of them %d: %s", line, words, problems.count,
		      problems.items[0].line, problems.items[0].reason);
	ck_assert_str_eq(problems.items[0].file, "a.yml");
	sigma_problems_release(&problems);
	sigma_set_free(set);
}

#endif
