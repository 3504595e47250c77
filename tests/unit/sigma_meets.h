/* One detection against one record, for the tests of Sigma's detections. Rules are of category test: they look at
 * records of event eve.test, whose members they name as they are. */
#ifndef TESTS_UNIT_SIGMA_MEETS_H
#define TESTS_UNIT_SIGMA_MEETS_H

#include "lib/buffer.h"
#include "server/model/sigma/correlation.h"
#include "tests/unit/suite.h"

static const char meets_fields[] = "logsources:\n"
				   "  - logsource: {category: test}\n"
				   "    events: [eve.test]\n"
				   "    prefix: eve.\n"
				   "  - logsource: {product: hinomi, service: '*'}\n"
				   "    events: ['*']\n"
				   "    own_names: true\n"
				   "placeholders:\n"
				   "  Admins: [admin, root]\n"
				   "  DC-1: [dc, 10]\n"
				   "  Servers: 'srv*'\n"
				   "  folder: 'C:\\'\n"
				   "  star: '\\*'\n"
				   "  percent: '%Admins%'\n"
				   "  管理者: kanri\n"
				   "  pair: [a, 'B*']\n"
				   "  digits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n";

/* A rule's text, terminated: title and log source, then what is given, a line each. The caller frees it. */
static inline char *meets_rule(const char *title, const char *detection)
{
	struct buffer b = { 0 };
	char *text;

	buffer_printf(&b, "title: %s\nlogsource: {category: test}\ndetection: %s\n", title, detection);
	text = slice_to_string(buffer_slice(&b));
	buffer_release(&b);
	ck_assert_ptr_nonnull(text);
	return text;
}

static inline int meets_build(struct sigma_set **set, const char *rule, struct sigma_problems *problems,
			      struct err *why)
{
	const struct sigma_file fields = { "fields.yaml", slice_of_string(meets_fields) };
	const struct sigma_file file = { "rule.yml", slice_of_string(rule) };

	return sigma_set_build(set, &file, 1, &fields, false, problems, why);
}

/* 2026-11-24T08:14:40Z, which is 17:14 in Japan. */
#define MEETS_TIME ((time_us)1795508080 * US_PER_SECOND)

/* How many rules of the set a record meets: JSON, from an exact copy on the heap. */
static inline size_t meets_count(const struct sigma_set *set, const char *event, const char *json,
				 const struct alert *alert)
{
	struct json_token tokens[256];
	struct json_reader reader = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	struct sigma_scratch *scratch = sigma_scratch_new();
	struct sigma_matches matches;
	size_t len = strlen(json);
	uint8_t *copy = malloc(len ? len : 1);
	struct sigma_record record = {
		.event = slice_of_string(event), .alert = alert, .ts = MEETS_TIME, .zone = 9 * 3600
	};

	ck_assert(scratch && copy);
	memcpy(copy, json, len);
	record.body = slice_of(copy, len);
	if (json[0] == '{') {
		ck_assert_msg(json_read(&reader, record.body) == JSON_OK, "not JSON: %s", json);
		record.json = &reader;
	}
	sigma_match(set, scratch, &record, &matches);
	sigma_scratch_free(scratch);
	free(copy);
	return matches.count;
}

/* Whether a detection (the value of the key, in flow style) meets a record. The rule must load. */
static inline bool meets(const char *detection, const char *json)
{
	char *rule = meets_rule("A rule", detection);
	struct sigma_problems problems = { 0 };
	struct sigma_set *set;
	struct alert alert;
	struct err why = { 0 };
	size_t count;

	alert_init(&alert);
	ck_assert_msg(meets_build(&set, rule, &problems, &why) == 0, "%s: %s", detection, why.text);
	count = meets_count(set, "eve.test", json, &alert);
	sigma_set_free(set);
	sigma_problems_release(&problems);
	free(rule);
	return count == 1;
}

/* What is wrong with a rule file; "" when nothing is. */
static inline const char *meets_refusal(const char *rule)
{
	static struct err why;
	struct sigma_problems problems = { 0 };
	struct sigma_set *set;
	int failed;

	why = (struct err){ 0 };
	failed = meets_build(&set, rule, &problems, &why);
	ck_assert(failed == 0 || (!set && problems.count > 0));
	sigma_set_free(set);
	sigma_problems_release(&problems);
	return failed ? why.text : "";
}

#endif
