/* hinomictl rules test: the cases beside the rules. */
#include "server/ctl/rules.h"
#include "server/model/rule_case.h"
#include "server/model/rule_run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CASE_HITS_MOST = 1000000, CASE_ZONE = 9 * 3600 };

/* A file of cases, and what came out of the one that runs. */
struct bench {
	const struct rule_source *source;
	const struct sigma_set *set;
	FILE *to; /* NULL: nothing is said */
	struct rule_test_result *result;
	const char *file; /* of cases */
	char subject[PATH_MAX];
	int64_t *matched, *fired, *wanted; /* by index of the rule */
	bool *has, *has_not;               /* whether some case wants it, and some nothing of it */
	bool said;                         /* the case's name was printed */
};

__attribute__((format(printf, 3, 4))) static void complain(struct bench *b, const struct rule_case *c,
							   const char *format, ...)
{
	va_list args;

	if (!b->to)
		return;
	if (!b->said)
		fprintf(b->to, "%s/%s:%d: FAILED: %s\n", b->source->folder, b->file, c->line, c->name);
	b->said = true;
	fputs("    ", b->to);
	va_start(args, format);
	vfprintf(b->to, format, args);
	va_end(args);
	fputc('\n', b->to);
}

static const char *name_of(const struct sigma_rule *rule)
{
	return *rule->name ? rule->name : rule->uid;
}

/* -------------------------------------------------------------------------------------------------------- running */

static void on_fired(void *arg, const struct sigma_fired *fired)
{
	const struct bench *b = arg;

	b->fired[sigma_set_correlation(b->set, fired->correlation)->rule]++;
}

static int run_record(struct bench *b, struct rule_run *run, const struct rule_case_entry *entry, int64_t number,
		      struct rule_run_seen *seen, struct err *why)
{
	struct buffer text = { 0 };
	struct record record = { .source = rule_case_record_source(entry),
				 .received_at = rule_case_record_time(entry, number),
				 .default_zone = CASE_ZONE };
	int failed;

	rule_case_record(entry, number, &text);
	if (text.failed)
		return err_set(why, ERR_NOMEM, "no memory for a record");
	record.bytes = buffer_slice(&text);
	failed = rule_run_add(run, &record, TIME_NONE, CASE_ZONE, seen, why);
	for (size_t i = 0; !failed && i < seen->matches.count; i++)
		b->matched[seen->matches.rules[i]]++;
	/* Nothing of `seen` that is looked at later points into the record. */
	seen->event = (struct slice){ 0 };
	buffer_release(&text);
	return failed;
}

static int run_case(struct bench *b, const struct rule_case *c, struct err *why)
{
	const struct sigma_stream_limits limits = { .lateness = INT64_MAX,
						    .hits = CASE_HITS_MOST,
						    .hits_per_group = CASE_HITS_MOST };
	size_t count = sigma_set_count(b->set);
	struct rule_run_seen seen;
	struct rule_run *run;
	int failed = rule_run_new(&run, b->set, &limits, on_fired, b, why);

	memset(b->matched, 0, count * sizeof(*b->matched));
	memset(b->fired, 0, count * sizeof(*b->fired));
	for (size_t i = 0; !failed && i < c->entry_count; i++)
		for (int64_t n = 1; !failed && n <= c->entries[i].times; n++)
			failed = run_record(b, run, &c->entries[i], n, &seen, why);
	if (!failed)
		failed = rule_run_finish(run, why);
	rule_run_free(run);
	return failed;
}

/* How the records of a case that failed were read: one line for each entry, by its first record. */
static void explain(struct bench *b, const struct rule_case *c)
{
	const struct sigma_stream_limits limits = { .lateness = INT64_MAX, .hits = 100, .hits_per_group = 100 };
	struct buffer text = { 0 };
	struct rule_run *run;

	if (!b->to || rule_run_new(&run, b->set, &limits, on_fired, b, NULL) != 0)
		return;
	for (size_t i = 0; i < c->entry_count; i++) {
		const struct rule_case_entry *entry = &c->entries[i];
		struct record record = { .source = rule_case_record_source(entry),
					 .received_at = entry->at,
					 .default_zone = CASE_ZONE };
		struct rule_run_seen seen;

		buffer_clear(&text);
		rule_case_record(entry, 1, &text);
		record.bytes = buffer_slice(&text);
		if (text.failed || rule_run_add(run, &record, TIME_NONE, CASE_ZONE, &seen, NULL) != 0)
			break;
		fprintf(b->to, "    line %d is read as %.*s, %s, stage %s; matches", entry->line,
			seen.event.len ? (int)seen.event.len : 17,
			seen.event.len ? (const char *)seen.event.ptr : "nothing we know of",
			direction_name(seen.direction), stage_name(seen.stage));
		for (size_t k = 0; k < seen.matches.count; k++)
			fprintf(b->to, "%s %s", k ? "," : "", name_of(sigma_set_rule(b->set, seen.matches.rules[k])));
		fputs(seen.matches.count ? "\n" : " no rule\n", b->to);
	}
	buffer_release(&text);
	rule_run_free(run);
}

/* ------------------------------------------------------------------------------------------------------- comparing */

static void note_wanted(struct bench *b, const struct rule_case *c, const struct rule_case_wanted *w, bool fires)
{
	size_t index = sigma_set_find(b->set, slice_of_string(w->rule));

	if (index == SIZE_MAX)
		complain(b, c, "line %d: there is no rule %s", w->line, w->rule);
	else if ((sigma_set_rule(b->set, index)->kind == SIGMA_CORRELATION) != fires)
		complain(b, c,
			 fires ? "line %d: %s is no correlation: it goes under match"
			       : "line %d: %s is a correlation: it goes under fire",
			 w->line, w->rule);
	else
		b->wanted[index] = w->count;
}

/* Of a rule that nobody names: 0 when it stands in the file that the cases are for, -1 (whatever) elsewhere. */
static void note_all_wanted(struct bench *b, const struct rule_case *c)
{
	for (size_t i = 0; i < sigma_set_count(b->set); i++)
		b->wanted[i] = strcmp(sigma_set_rule(b->set, i)->file, b->subject) == 0 ? 0 : -1;
	for (size_t i = 0; i < c->match_count; i++)
		note_wanted(b, c, &c->match[i], false);
	for (size_t i = 0; i < c->fire_count; i++)
		note_wanted(b, c, &c->fire[i], true);
}

static void compare(struct bench *b, const struct rule_case *c)
{
	for (size_t i = 0; i < sigma_set_count(b->set); i++) {
		const struct sigma_rule *rule = sigma_set_rule(b->set, i);
		bool fires = rule->kind == SIGMA_CORRELATION;
		int64_t got = fires ? b->fired[i] : b->matched[i];

		if (b->wanted[i] < 0)
			continue;
		b->has[i] |= b->wanted[i] > 0;
		b->has_not[i] |= b->wanted[i] == 0;
		if (got != b->wanted[i])
			complain(b, c,
				 fires ? "%s fires %" PRId64 " times, and is to fire %" PRId64
				       : "%s matches %" PRId64 " records, and is to match %" PRId64,
				 name_of(rule), got, b->wanted[i]);
	}
}

static int test_case(struct bench *b, const struct rule_case *c, struct err *why)
{
	b->said = false;
	note_all_wanted(b, c);
	if (run_case(b, c, why) != 0)
		return -1;
	compare(b, c);
	b->result->cases++;
	if (b->said) {
		b->result->failed++;
		explain(b, c);
	}
	return 0;
}

static bool has_subject(const struct bench *b)
{
	for (size_t i = 0; i < b->source->files.count; i++)
		if (strcmp(b->source->files.items[i].name, b->subject) == 0)
			return true;
	return false;
}

static int test_file(struct bench *b, const struct rule_file *file, struct err *why)
{
	struct rule_cases cases = { 0 };
	struct err what = { 0 };
	int failed = 0;

	b->file = file->name;
	snprintf(b->subject, sizeof(b->subject), "%.*s.yml", (int)(strlen(file->name) - strlen(".test.yml")),
		 file->name);
	b->result->files++;
	if (!has_subject(b))
		err_set(&what, ERR_CONFIG, "%s: there is no %s that these cases could be for", file->name, b->subject);
	if (what.code || rule_cases_parse(&cases, slice_of(file->text, file->length), file->name, &what) != 0) {
		b->result->cases++;
		b->result->failed++;
		if (b->to)
			fprintf(b->to, "%s/%s\n", b->source->folder, what.text);
		return 0;
	}
	for (size_t i = 0; !failed && i < cases.count; i++)
		failed = test_case(b, &cases.items[i], why);
	rule_cases_release(&cases);
	return failed;
}

static void count_uncovered(const struct bench *b)
{
	b->result->rules = sigma_set_count(b->set);
	for (size_t i = 0; i < sigma_set_count(b->set); i++) {
		if (b->has[i] && b->has_not[i])
			continue;
		b->result->without_cases++;
		if (b->to && b->result->files > 0)
			fprintf(b->to, "%s/%s:%d: %s has no case %s\n", b->source->folder,
				sigma_set_rule(b->set, i)->file, sigma_set_rule(b->set, i)->line,
				name_of(sigma_set_rule(b->set, i)),
				b->has[i] ? "that it must not match" : "that it must match");
	}
}

int rule_tests_run(const struct rule_source *s, struct rule_test_result *out, FILE *to, struct err *why)
{
	size_t count = sigma_set_count(s->rules->sigma) + 1;
	struct bench b = { .source = s,
			   .set = s->rules->sigma,
			   .to = to,
			   .result = out,
			   .matched = calloc(count, sizeof(*b.matched)),
			   .fired = calloc(count, sizeof(*b.fired)),
			   .wanted = calloc(count, sizeof(*b.wanted)),
			   .has = calloc(count, sizeof(*b.has)),
			   .has_not = calloc(count, sizeof(*b.has_not)) };
	struct rule_files files = { 0 };
	int failed = 0;

	*out = (struct rule_test_result){ 0 };
	if (!b.matched || !b.fired || !b.wanted || !b.has || !b.has_not)
		failed = err_set(why, ERR_NOMEM, "no memory for testing rules");
	if (!failed)
		failed = rule_folder_read_cases(s->folder, RULE_NAMES_IN_FOLDER, &files, why);
	for (size_t i = 0; !failed && i < files.count; i++)
		failed = test_file(&b, &files.items[i], why);
	if (!failed)
		count_uncovered(&b);
	rule_files_release(&files);
	free(b.matched);
	free(b.fired);
	free(b.wanted);
	free(b.has);
	free(b.has_not);
	return failed;
}

/* ------------------------------------------------------------------------------------------------------ the command */

static void print_result_json(const struct rule_test_result *r)
{
	struct buffer out = { 0 };
	struct json_writer w;

	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "files", (int64_t)r->files);
	json_put_integer(&w, "cases", (int64_t)r->cases);
	json_put_integer(&w, "failed", (int64_t)r->failed);
	json_put_integer(&w, "rules", (int64_t)r->rules);
	json_put_integer(&w, "rules_without_cases", (int64_t)r->without_cases);
	json_close_object(&w);
	print_json(&out);
}

int rules_test(struct ctl *ctl, struct err *why)
{
	struct rule_source source;
	struct rule_test_result result = { 0 };
	int failed = rule_source_open(&source, options_text(&ctl->options, "DIR"), why);

	if (!failed)
		failed = rule_tests_run(&source, &result, stderr, why);
	if (!failed) {
		if (options_flag(&ctl->options, "--json"))
			print_result_json(&result);
		else
			printf("%zu passed, %zu failed: cases of %zu rules in %zu files\n",
			       result.cases - result.failed, result.failed, result.rules, result.files);
		if (result.failed > 0)
			failed =
			    err_set(why, ERR_CONFIG, "%zu of %zu cases failed; see above", result.failed, result.cases);
	}
	rule_source_release(&source);
	return failed;
}
