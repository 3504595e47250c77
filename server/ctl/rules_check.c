/* hinomictl rules check: what is wrong in rule files; and how much of a foreign collection loads. */
#include "server/ctl/rules.h"
#include "server/ctl/table.h"

#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------------------------------------------- syntax */

/* Rules whose match or firing is worth something by itself. */
static size_t count_alone(const struct rules *rules)
{
	size_t count = 0;

	for (size_t i = 0; i < sigma_set_count(rules->sigma); i++)
		count += sigma_set_rule(rules->sigma, i)->stands_alone;
	return count;
}

static void print_check_json(const struct rule_files *files, const struct rules *rules,
			     const struct sigma_problems *problems)
{
	struct buffer out = { 0 };
	struct json_writer w;

	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "files", (int64_t)files->count);
	json_put_known(&w, "rules", rules != NULL, rules ? (int64_t)sigma_set_count(rules->sigma) : 0);
	json_put_known(&w, "stand_alone", rules != NULL, rules ? (int64_t)count_alone(rules) : 0);
	json_open_array(&w, "problems");
	for (size_t i = 0; i < problems->count; i++) {
		json_open_object(&w, NULL);
		json_put_string(&w, "file", problems->items[i].file);
		json_put_known(&w, "line", problems->items[i].line > 0, problems->items[i].line);
		json_put_string(&w, "reason", problems->items[i].reason);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	print_json(&out);
}

static int check_files(const struct ctl *ctl, const struct rule_files *files, struct err *why)
{
	struct sigma_problems problems = { 0 };
	struct rules *rules;
	struct err what = { 0 };
	int failed = rules_build(&rules, files, &problems, &what);

	if (failed && problems.count == 0) {
		*why = what;
	} else {
		if (options_flag(&ctl->options, "--json"))
			print_check_json(files, rules, &problems);
		else if (failed)
			rule_problems_print(&problems, NULL, stdout);
		else
			printf("%zu rules, %zu of which stand alone, in %zu files: nothing is wrong with them\n",
			       sigma_set_count(rules->sigma), count_alone(rules), files->count);
		if (failed)
			err_set(why, ERR_CONFIG, "%zu problem%s; such rules are not loaded", problems.count,
				problems.count == 1 ? "" : "s");
	}
	rules_free(rules);
	sigma_problems_release(&problems);
	return failed;
}

/* ---------------------------------------------------------------------------------------------------------- share */

struct category {
	char *name;
	size_t files, loaded;
};
struct reason {
	char *text;
	size_t files;
	const char *example;
};
struct share {
	size_t files, loaded, rules;
	struct category *categories;
	size_t category_count, category_room;
	struct reason *reasons;
	size_t reason_count, reason_room;
};

static void share_release(struct share *s)
{
	for (size_t i = 0; i < s->category_count; i++)
		free(s->categories[i].name);
	for (size_t i = 0; i < s->reason_count; i++)
		free(s->reasons[i].text);
	free(s->categories);
	free(s->reasons);
}

/* The folder of a file, two levels deep: network/dns. */
static struct slice category_of(const char *name)
{
	const char *first = strchr(name, '/'), *second = first ? strchr(first + 1, '/') : NULL;

	if (!first)
		return SLICE_LITERAL(".");
	return slice_of(name, (size_t)((second ? second : first) - name));
}

static struct category *find_category(struct share *s, struct slice name)
{
	for (size_t i = s->category_count; i-- > 0;)
		if (slice_is(name, s->categories[i].name))
			return &s->categories[i];
	if (s->category_count == s->category_room) {
		size_t room = s->category_room ? 2 * s->category_room : 32;
		struct category *items = realloc(s->categories, room * sizeof(*items));

		if (!items)
			return NULL;
		s->categories = items;
		s->category_room = room;
	}
	s->categories[s->category_count] = (struct category){ .name = slice_to_string(name) };
	return s->categories[s->category_count].name ? &s->categories[s->category_count++] : NULL;
}

static struct reason *find_reason(struct share *s, const char *text)
{
	for (size_t i = 0; i < s->reason_count; i++)
		if (strcmp(s->reasons[i].text, text) == 0)
			return &s->reasons[i];
	if (s->reason_count == s->reason_room) {
		size_t room = s->reason_room ? 2 * s->reason_room : 32;
		struct reason *items = realloc(s->reasons, room * sizeof(*items));

		if (!items)
			return NULL;
		s->reasons = items;
		s->reason_room = room;
	}
	s->reasons[s->reason_count] = (struct reason){ .text = strdup(text) };
	return s->reasons[s->reason_count].text ? &s->reasons[s->reason_count++] : NULL;
}

/* NULL: it has none. */
static const struct sigma_problem *first_problem(const struct sigma_problems *problems, const char *file)
{
	for (size_t i = 0; i < problems->count; i++)
		if (strcmp(problems->items[i].file, file) == 0)
			return &problems->items[i];
	return NULL;
}

static int count_file(struct share *s, const struct rule_file *file, const struct sigma_problem *problem,
		      struct err *why)
{
	struct category *category = find_category(s, category_of(file->name));
	struct reason *reason = problem ? find_reason(s, problem->reason) : NULL;

	if (!category || (problem && !reason))
		return err_set(why, ERR_NOMEM, "no memory for the report");
	s->files++;
	category->files++;
	if (!reason) {
		s->loaded++;
		category->loaded++;
		return 0;
	}
	if (reason->files++ == 0)
		reason->example = file->name;
	return 0;
}

static int most_files_first(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	if (x->files != y->files)
		return x->files < y->files ? 1 : -1;
	return strcmp(x->text, y->text);
}

static void print_share_json(const struct share *s)
{
	struct buffer out = { 0 };
	struct json_writer w;

	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "files", (int64_t)s->files);
	json_put_integer(&w, "loaded", (int64_t)s->loaded);
	json_put_integer(&w, "rules", (int64_t)s->rules);
	json_open_array(&w, "categories");
	for (size_t i = 0; i < s->category_count; i++) {
		json_open_object(&w, NULL);
		json_put_string(&w, "category", s->categories[i].name);
		json_put_integer(&w, "files", (int64_t)s->categories[i].files);
		json_put_integer(&w, "loaded", (int64_t)s->categories[i].loaded);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_open_array(&w, "reasons");
	for (size_t i = 0; i < s->reason_count; i++) {
		json_open_object(&w, NULL);
		json_put_string(&w, "reason", s->reasons[i].text);
		json_put_integer(&w, "files", (int64_t)s->reasons[i].files);
		json_put_string(&w, "example", s->reasons[i].example);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	print_json(&out);
}

static double percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_share(const struct share *s)
{
	struct table t;
	char text[16];

	table_open(&t, "category|>files|>load|>%");
	for (size_t i = 0; i < s->category_count; i++) {
		const struct category *c = &s->categories[i];

		snprintf(text, sizeof(text), "%.1f", percent(c->loaded, c->files));
		table_text(&t, c->name);
		table_integer(&t, (int64_t)c->files);
		table_integer(&t, (int64_t)c->loaded);
		table_text(&t, text);
	}
	table_print(&t, stdout);
	if (s->reason_count > 0) {
		putchar('\n');
		table_open(&t, ">files|why they do not load|for example");
		for (size_t i = 0; i < s->reason_count; i++) {
			table_integer(&t, (int64_t)s->reasons[i].files);
			table_text(&t, s->reasons[i].text);
			table_text(&t, s->reasons[i].example);
		}
		table_print(&t, stdout);
	}
	printf("\n%zu of %zu files load (%.1f %%): %zu rules\n", s->loaded, s->files, percent(s->loaded, s->files),
	       s->rules);
}

/* What can be built of the files, with everything that can't. The mapping is the last one. */
static int build_share(const struct rule_files *files, struct share *s, struct err *why)
{
	struct sigma_file *sigma = calloc(files->count + 1, sizeof(*sigma)), fields = { 0 };
	struct sigma_problems problems = { 0 };
	struct sigma_set *set = NULL;
	size_t count = 0;
	int failed = sigma ? 0 : err_set(why, ERR_NOMEM, "no memory for the rule files");

	for (size_t i = 0; !failed && i < files->count; i++) {
		const struct rule_file *f = &files->items[i];
		struct sigma_file as = { .name = f->name, .text = slice_of(f->text, f->length) };

		if (f->kind == RULE_FILE_SIGMA)
			sigma[count++] = as;
		else if (f->kind == RULE_FILE_FIELDS)
			fields = as;
	}
	if (!failed)
		failed = sigma_set_build(&set, sigma, count, &fields, true, &problems, why);
	for (size_t i = 0; !failed && i < files->count; i++)
		if (files->items[i].kind == RULE_FILE_SIGMA)
			failed = count_file(s, &files->items[i], first_problem(&problems, files->items[i].name), why);
	if (!failed) {
		s->rules = sigma_set_count(set);
		if (s->reason_count > 0)
			qsort(s->reasons, s->reason_count, sizeof(*s->reasons), most_files_first);
	}
	sigma_set_free(set);
	sigma_problems_release(&problems);
	free(sigma);
	return failed;
}

static int report_share(const struct ctl *ctl, const char *folder, struct err *why)
{
	struct rule_files files = { 0 };
	struct share share = { 0 };
	int failed = rule_folder_read(folder, RULE_NAMES_IN_FOLDER, &files, why);

	if (!failed)
		failed = rule_folder_add_fields(&files, why);
	if (!failed)
		failed = build_share(&files, &share, why);
	if (!failed && options_flag(&ctl->options, "--json"))
		print_share_json(&share);
	else if (!failed)
		print_share(&share);
	share_release(&share);
	rule_files_release(&files);
	return failed;
}

int rules_check(struct ctl *ctl, struct err *why)
{
	const char *foreign = options_text(&ctl->options, "--share");
	struct rule_files files = { 0 };
	int failed = 0;

	if (foreign && ctl->options.word_count > 0)
		return err_set(why, ERR_USAGE, "--share reports on one folder; check other paths by themselves");
	if (foreign)
		return report_share(ctl, foreign, why);
	if (ctl->options.word_count == 0)
		return err_set(why, ERR_USAGE, "name the rule files or folders to check");
	for (int i = 0; !failed && i < ctl->options.word_count; i++)
		failed = rule_folder_read(ctl->options.words[i], RULE_NAMES_AS_PATHS, &files, why);
	if (!failed)
		failed = rule_folder_add_fields(&files, why);
	if (!failed)
		failed = check_files(ctl, &files, why);
	rule_files_release(&files);
	return failed;
}
