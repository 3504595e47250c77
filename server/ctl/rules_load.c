/* hinomictl rules load: a folder of rules becomes the rule set in force. */
#include "server/ctl/rules.h"
#include "server/store/rule_set.h"

#include <inttypes.h>
#include <string.h>

enum difference { SAME, ADDED, CHANGED, REMOVED };
static const char *const difference_names[] = { "unchanged", "added", "changed", "removed" };

struct load {
	struct rule_source source;
	bool untested; /* cases fail, or were not run */
	struct rule_files old_files;
	struct rules *old; /* NULL: there was none, or this program no longer understands it */
	int64_t old_version, version;
	size_t counts[4]; /* by enum difference */
};

static const struct rule_file *find_file(const struct rule_files *files, const char *name)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, name) == 0)
			return &files->items[i];
	return NULL;
}

static struct slice next_line(struct slice *rest)
{
	size_t end = slice_find(*rest, '\n');
	struct slice line = slice_take(*rest, end);

	*rest = slice_skip(*rest, end + 1);
	return line;
}

/* The document that begins at the rule's line: up to the next "---". */
static struct slice text_of(const struct rule_files *files, const struct sigma_rule *rule)
{
	const struct rule_file *file = find_file(files, rule->file);
	struct slice rest = file ? slice_of(file->text, file->length) : (struct slice){ 0 };
	const uint8_t *begin;

	for (int line = 1; line < rule->line && rest.len > 0; line++)
		next_line(&rest);
	begin = rest.ptr;
	while (rest.len > 0) {
		struct slice before = rest;

		if (slice_starts_with(next_line(&rest), "---"))
			return slice_of(begin, (size_t)(before.ptr - begin));
	}
	return slice_of(begin, rest.ptr ? (size_t)(rest.ptr - begin) : 0);
}

static enum difference difference_of(const struct load *l, const struct sigma_rule *rule)
{
	size_t index = l->old ? sigma_set_find(l->old->sigma, slice_of_string(rule->uid)) : SIZE_MAX;

	if (index == SIZE_MAX)
		return ADDED;
	return slice_equal(slice_trim(text_of(&l->old_files, sigma_set_rule(l->old->sigma, index))),
			   slice_trim(text_of(&l->source.files, rule)))
		   ? SAME
		   : CHANGED;
}

static bool is_gone(const struct load *l, const struct sigma_rule *rule)
{
	return sigma_set_find(l->source.rules->sigma, slice_of_string(rule->uid)) == SIZE_MAX;
}

/* Calls `each` for every rule that is not as it was. */
static void each_change(struct load *l,
			void (*each)(void *arg, const struct sigma_rule *rule, enum difference difference), void *arg)
{
	for (size_t i = 0; i < sigma_set_count(l->source.rules->sigma); i++) {
		const struct sigma_rule *rule = sigma_set_rule(l->source.rules->sigma, i);
		enum difference difference = difference_of(l, rule);

		if (difference != SAME)
			each(arg, rule, difference);
	}
	for (size_t i = 0; l->old && i < sigma_set_count(l->old->sigma); i++) {
		const struct sigma_rule *rule = sigma_set_rule(l->old->sigma, i);

		if (is_gone(l, rule))
			each(arg, rule, REMOVED);
	}
}

static void count_change(void *arg, const struct sigma_rule *rule, enum difference difference)
{
	struct load *l = arg;

	(void)rule;
	l->counts[difference]++;
}

static void print_change(void *arg, const struct sigma_rule *rule, enum difference difference)
{
	(void)arg;
	printf("  %-8s %s (%s:%d)\n", difference_names[difference], rule->title, rule->file, rule->line);
}

static void put_change(void *arg, const struct sigma_rule *rule, enum difference difference)
{
	struct json_writer *w = arg;

	json_open_object(w, NULL);
	json_put_string(w, "change", difference_names[difference]);
	json_put_string(w, "uid", rule->uid);
	json_put_string(w, "title", rule->title);
	json_put_string(w, "file", rule->file);
	json_close_object(w);
}

/* Inside the transaction: what is in force, and storing what is to be. */
static int read_old(struct ctl *ctl, struct load *l, struct err *why)
{
	struct sigma_problems problems = { 0 };

	if (rule_set_newest(ctl->db, &l->old_version, why) != 0)
		return -1;
	if (l->old_version == 0)
		return 0;
	if (rule_set_files(ctl->db, l->old_version, &l->old_files, why) != 0)
		return -1;
	if (rules_build(&l->old, &l->old_files, &problems, NULL) != 0)
		l->old = NULL;
	sigma_problems_release(&problems);
	return 0;
}

static int store(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	struct load *l = arg;
	const char *text = options_text(&ctl->options, "--note");
	struct json_writer w;

	if (read_old(ctl, l, why) != 0 ||
	    rule_set_store(ctl->db, &l->source.files, l->source.rules, ctl->actor, text, &l->version, why) != 0)
		return -1;
	each_change(l, count_change, l);
	note->action = "rules.load";
	snprintf(note->subject, sizeof(note->subject), "rule set %" PRId64, l->version);
	change_detail(note, &w);
	json_put_bool(&w, "new", l->version != l->old_version);
	json_put_integer(&w, "added", (int64_t)l->counts[ADDED]);
	json_put_integer(&w, "changed", (int64_t)l->counts[CHANGED]);
	json_put_integer(&w, "removed", (int64_t)l->counts[REMOVED]);
	json_put_bool(&w, "tested", !l->untested);
	if (text)
		json_put_string(&w, "note", text);
	json_close_object(&w);
	return 0;
}

static void report_json(struct load *l)
{
	struct buffer out = { 0 };
	struct json_writer w;

	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "version", l->version);
	json_put_bool(&w, "new", l->version != l->old_version);
	json_put_integer(&w, "rules", (int64_t)sigma_set_count(l->source.rules->sigma));
	json_put_integer(&w, "grouping_rules", (int64_t)grouping_rule_count(l->source.rules->grouping));
	json_put_integer(&w, "added", (int64_t)l->counts[ADDED]);
	json_put_integer(&w, "changed", (int64_t)l->counts[CHANGED]);
	json_put_integer(&w, "removed", (int64_t)l->counts[REMOVED]);
	json_open_array(&w, "changes");
	each_change(l, put_change, &w);
	json_close_array(&w);
	json_close_object(&w);
	print_json(&out);
}

static void report(struct load *l)
{
	if (l->version == l->old_version) {
		printf("nothing differs from version %" PRId64 ", which stays in force\n", l->version);
		return;
	}
	printf("version %" PRId64 ": %zu rules; %zu added, %zu changed, %zu removed\n", l->version,
	       sigma_set_count(l->source.rules->sigma), l->counts[ADDED], l->counts[CHANGED], l->counts[REMOVED]);
	if (l->old_version > 0)
		each_change(l, print_change, NULL);
}

static int test(const struct ctl *ctl, struct load *l, struct err *why)
{
	struct rule_test_result result;

	if (options_flag(&ctl->options, "--skip-tests")) {
		l->untested = true;
		return 0;
	}
	if (rule_tests_run(&l->source, &result, stderr, why) != 0)
		return -1;
	if (result.failed == 0)
		return 0;
	return err_set(
	    why, ERR_CONFIG,
	    "%zu of %zu cases fail: nothing was loaded; mend the rule or the case, or load with --skip-tests",
	    result.failed, result.cases);
}

int rules_load(struct ctl *ctl, struct err *why)
{
	struct load l = { 0 };
	int failed = rule_source_open(&l.source, options_text(&ctl->options, "DIR"), why);

	if (!failed)
		failed = test(ctl, &l, why);
	if (!failed)
		failed = change_all(ctl, store, &l, why);
	if (!failed && options_flag(&ctl->options, "--json"))
		report_json(&l);
	else if (!failed)
		report(&l);
	rules_free(l.old);
	rule_files_release(&l.old_files);
	rule_source_release(&l.source);
	return failed;
}
