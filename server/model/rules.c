#include "server/model/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------------- problems */

/* Puts one more in front of those of files that come later in order of name. */
static int add_problem(struct sigma_problems *p, const char *file, int line, const char *reason, struct err *why)
{
	struct sigma_problem problem = { .file = strdup(file), .line = line, .reason = strdup(reason) };
	size_t at = 0;

	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 8;
		struct sigma_problem *items = realloc(p->items, room * sizeof(*items));

		if (items) {
			p->items = items;
			p->room = room;
		}
	}
	if (!problem.file || !problem.reason || p->count == p->room) {
		free((char *)(uintptr_t)problem.file);
		free(problem.reason);
		return err_set(why, ERR_NOMEM, "no memory for the list of problems");
	}
	while (at < p->count && strcmp(p->items[at].file, file) <= 0)
		at++;
	memmove(&p->items[at + 1], &p->items[at], (p->count - at) * sizeof(*p->items));
	p->items[at] = problem;
	p->count++;
	return 0;
}

/* From a message "NAME:LINE: REASON" to a problem. */
static int note_problem(struct sigma_problems *p, const char *file, const struct err *what, struct err *why)
{
	size_t len = strlen(file);
	const char *reason = what->text;
	long line = 0;

	if (strncmp(reason, file, len) == 0 && reason[len] == ':') {
		char *end;

		line = strtol(reason + len + 1, &end, 10);
		reason = *end == ':' ? end + 1 : reason + len + 1;
		while (*reason == ' ')
			reason++;
	}
	return add_problem(p, file, (int)line, reason, why);
}

/* The first problem, as the error of the whole. */
static int first_problem(const struct sigma_problems *p, struct err *why)
{
	const struct sigma_problem *first = &p->items[0];

	if (p->count == 0)
		return -1; /* no memory for any: why says so */
	if (first->line == 0)
		return err_set(why, ERR_CONFIG, "%s: %s", first->file, first->reason);
	return err_set(why, ERR_CONFIG, "%s:%d: %s", first->file, first->line, first->reason);
}

/* -------------------------------------------------------------------------------------------------------- building */

/* Files as the parts want them; the names and texts are those of the rule files. */
struct sorted {
	struct sigma_file *sigma;
	size_t sigma_count;
	struct sigma_file fields, grouping; /* name NULL: none */
};

static int sort_file(struct sorted *s, const struct rule_file *file, struct sigma_problems *problems, struct err *why)
{
	struct sigma_file as = { .name = file->name, .text = slice_of(file->text, file->length) };
	struct sigma_file *only = file->kind == RULE_FILE_FIELDS ? &s->fields : &s->grouping;
	char reason[512];

	if (file->kind == RULE_FILE_SIGMA) {
		s->sigma[s->sigma_count++] = as;
		return 0;
	}
	if (only->name) {
		snprintf(reason, sizeof(reason), "there is %.400s already; there can be only one", only->name);
		return add_problem(problems, file->name, 0, reason, why);
	}
	*only = as;
	return 0;
}

static int sort_files(struct sorted *s, const struct rule_files *files, struct sigma_problems *problems,
		      struct err *why)
{
	*s = (struct sorted){ .sigma = calloc(files->count + 1, sizeof(*s->sigma)) };
	if (!s->sigma)
		return err_set(why, ERR_NOMEM, "no memory for the rule files");
	for (size_t i = 0; i < files->count; i++)
		if (sort_file(s, &files->items[i], problems, why) != 0)
			return -1;
	if (!s->fields.name)
		return add_problem(problems, "fields.yaml", 0,
				   "is missing: it says what the names of fields in rules stand for", why);
	return 0;
}

static int build_grouping(struct rules *r, const struct sigma_file *file, struct sigma_problems *problems,
			  struct err *why)
{
	struct err what = { 0 };

	if (!file->name) {
		r->grouping = grouping_base();
		return r->grouping ? 0 : err_set(why, ERR_NOMEM, "no memory for the grouping rules");
	}
	if (grouping_build(&r->grouping, file->text, file->name, &what) == 0)
		return 0;
	return note_problem(problems, file->name, &what, why);
}

int rules_build(struct rules **out, const struct rule_files *files, struct sigma_problems *problems, struct err *why)
{
	struct rules *r = calloc(1, sizeof(*r));
	struct sorted sorted = { 0 };
	int failed;

	*out = NULL;
	if (!r)
		return err_set(why, ERR_NOMEM, "no memory for the rules");
	failed = sort_files(&sorted, files, problems, why);
	if (!failed && sorted.fields.name)
		failed =
		    sigma_set_build(&r->sigma, sorted.sigma, sorted.sigma_count, &sorted.fields, false, problems, why);
	/* A problem of the rules does not hide one of the grouping file. */
	if ((!failed || problems->count > 0) && build_grouping(r, &sorted.grouping, problems, why) != 0)
		failed = -1;
	free(sorted.sigma);
	if (failed || problems->count > 0) {
		rules_free(r);
		return first_problem(problems, why);
	}
	*out = r;
	return 0;
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	sigma_set_free(r->sigma);
	grouping_free(r->grouping);
	free(r);
}
