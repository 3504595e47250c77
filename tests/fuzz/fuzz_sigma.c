/* Sigma: files of rules and records against them. Input: rules, a line "====", a record (JSON, or a line of text).
 *
 * What loads is matched twice: by the index, and by asking each rule's condition by itself. Both must say the same.
 * What does not load says why, with a line. The rules' text is a selection too. */
#include "server/model/sigma/expression.h"
#include "server/model/sigma/match.h"
#include "server/model/sigma/set.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char mapping[] =
    "logsources:\n"
    "  - logsource: {category: test}\n"
    "    events: [eve.test, text]\n"
    "    prefix: eve.\n"
    "    fields: {uri: [eve.url, url.full], ext: url.extension, act: {from: action, values: {a: [b, null]}}}\n"
    "  - logsource: {category: '*', product: '*', service: '*'}\n"
    "    events: ['*']\n"
    "    where: {direction|neq: inbound}\n"
    "    own_names: true\n"
    "placeholders: {a: [x, 'y*'], b: [0, '1', 'C:\\', '\\*'], c: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}\n";

static struct json_token tokens[4096];

static void require(bool good)
{
	if (!good)
		abort();
}

/* Ascending, and exactly the rules whose condition holds. A limit of regular expressions counts over a record, so where
 * one was hit the two may differ. */
static void check_matches(const struct sigma_set *set, struct sigma_scratch *scratch, const struct sigma_record *record)
{
	struct sigma_matches matches;
	struct sigma_answers answers;
	uint64_t limited = 0;
	sigma_events event = sigma_event_of(&set->event_names, record->event);
	size_t m = 0;

	sigma_match(set, scratch, record, &matches);
	require(sigma_values_begin(scratch->selection_values, set->fields, record, event));
	require(sigma_match_begin(scratch->selection_match, set));
	answers = sigma_match_answers(scratch->selection_match, set, scratch->selection_values, record->zone, &limited);
	for (uint32_t r = 0; r < set->count; r++) {
		bool matched = m < matches.count && matches.rules[m] == r;
		bool holds = set->rules[r].kind == SIGMA_DETECTION && (set->events[r] & event) &&
			     sigma_expression_holds(set->expressions[r], &answers);

		m += matched;
		require(matched == holds || limited || sigma_scratch_limits_hit(scratch));
	}
	require(m == matches.count);
}

static void match(const struct sigma_set *set, struct slice text)
{
	static const struct slice signature = { (const uint8_t *)"A signature", 11 };
	struct json_reader json = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	struct sigma_scratch *scratch = sigma_scratch_new();
	struct sigma_record record = { .event = SLICE_LITERAL("text"), .body = text };
	struct alert alert;

	require(scratch != NULL);
	alert_init(&alert);
	alert.signature = signature;
	record.alert = &alert;
	record.ts = alert.event_time;
	if (json_read(&json, text) == JSON_OK) {
		record.event = SLICE_LITERAL("eve.test");
		record.json = &json;
	}
	for (int round = 0; round < 2; round++)
		check_matches(set, scratch, &record);
	sigma_scratch_free(scratch);
}

static void select_with(struct slice rules, struct slice text)
{
	struct json_reader json = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	struct sigma_scratch *scratch = sigma_scratch_new();
	struct sigma_record record = { .event = SLICE_LITERAL("text"), .body = text, .ts = TIME_NONE };
	struct sigma_selection *s;
	struct err why = { 0 };

	require(scratch != NULL);
	if (json_read(&json, text) == JSON_OK)
		record.json = &json;
	if (sigma_selection_build(&s, rules, rules.len % 2 == 1, &why) == 0) {
		bool holds = sigma_selection_match(s, scratch, &record, NULL, 0);

		require(holds == sigma_selection_match(s, scratch, &record, NULL, 0) ||
			sigma_scratch_limits_hit(scratch));
		sigma_selection_free(s);
	} else {
		require(why.code != ERR_NONE && why.text[0]);
	}
	sigma_scratch_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = size ? memmem(data, size, "\n====\n", 6) : NULL;
	struct slice rules = slice_of(data, cut ? (size_t)(cut - data) + 1 : size);
	struct slice text = cut ? slice_of(cut + 6, size - rules.len - 5) : SLICE_LITERAL("{}");
	const struct sigma_file fields = { "fields.yaml", slice_of_string(mapping) };
	const struct sigma_file file = { "rules.yml", rules };
	struct sigma_problems problems = { 0 };
	struct sigma_set *set;
	struct err why = { 0 };

	if (sigma_set_build(&set, &file, 1, &fields, false, &problems, &why) == 0) {
		require(problems.count == 0);
		match(set, text);
		sigma_set_free(set);
	} else {
		require(!set && why.text[0] && (problems.count > 0 || why.code == ERR_NOMEM));
		for (size_t i = 0; i < problems.count; i++)
			require(problems.items[i].line >= 0 && problems.items[i].reason[0]);
	}
	sigma_problems_release(&problems);
	select_with(rules, text);
	return 0;
}
