#include "server/model/sigma/build.h"

#include "server/model/sigma/document.h"
#include "server/model/sigma/expression.h"
#include "server/model/sigma/index.h"
#include "server/model/sigma/mapping.h"
#include "server/model/sigma/modifier.h"
#include "server/model/sigma/problems.h"
#include "server/model/sigma/set.h"

#include <stdarg.h>
#include <stdlib.h>

/* Of a set; longest file of rules. */
enum { RULES_MAX = 20000, FILES_MAX = 20000, FILE_TEXT_MAX = 1 << 20 };

/* The whole building: what sigma_set_build() was given, and the trees the drafts point into. */
struct work {
	struct sigma_build b;
	const struct sigma_file *files;
	size_t file_count;
	struct sigma_draft_file *draft_files;
	struct yaml_tree **trees;
	size_t draft_room;
	bool skip_bad;
	struct sigma_mapping *mapping;
};

/* --------------------------------------------------------------------------------------------------------- problems */

void sigma_problem(struct sigma_build *b, struct sigma_draft *d, int line, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	d->file->bad = true;
	sigma_problems_add(b->problems, d->file->name, line ? line : d->line, text);
}

void sigma_no_memory(struct sigma_build *b)
{
	b->out_of_memory = true;
}

static void file_problem(struct work *w, size_t file, int line, const char *reason)
{
	w->draft_files[file].bad = true;
	sigma_problems_add(w->b.problems, w->files[file].name, line, reason);
}

void sigma_check_keys(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *mapping,
		      const char *const *known, const char *where)
{
	for (const struct yaml_node *c = mapping->first; c; c = c->next) {
		size_t i = 0;

		while (known[i] && !slice_is(c->key, known[i]))
			i++;
		if (!known[i])
			sigma_problem(b, d, c->key_line, "unknown key %.60s in %s", (const char *)c->key.ptr, where);
	}
}

/* --------------------------------------------------------------------------------------------------------- 1 reading
 */

static bool add_draft(struct work *w, struct sigma_draft *d)
{
	if (w->b.draft_count == w->draft_room) {
		size_t room = w->draft_room ? 2 * w->draft_room : 256;
		struct sigma_draft **drafts = realloc(w->b.drafts, room * sizeof(*drafts));

		if (!drafts)
			return false;
		w->b.drafts = drafts;
		w->draft_room = room;
	}
	w->b.drafts[w->b.draft_count++] = d;
	return true;
}

static void read_document(struct work *w, size_t file, const struct yaml_node *document)
{
	struct sigma_draft *d = pool_take(&w->b.memory, sizeof(*d));
	struct sigma_rule *r;
	char *name;

	if (!d) {
		sigma_no_memory(&w->b);
		return;
	}
	d->file = &w->draft_files[file];
	d->line = document->line;
	d->document = document;
	d->index = SIZE_MAX;
	r = &d->rule;
	name = pool_string(&w->b.set->memory, slice_of_string(d->file->name));
	if (!name)
		sigma_no_memory(&w->b);
	*r = (struct sigma_rule){ .uid = "",
				  .id = "",
				  .name = "",
				  .title = "",
				  .title_ja = "",
				  .description = "",
				  .status = "",
				  .author = "",
				  .file = name ? name : "",
				  .line = d->line,
				  .level = SIGMA_MEDIUM };
	sigma_document_read(&w->b, d);
	if (!d->body)
		return;
	if (w->b.draft_count == RULES_MAX)
		sigma_problem(&w->b, d, 0, "a rule set has at most %d rules", RULES_MAX);
	else if (!add_draft(w, d))
		sigma_no_memory(&w->b);
}

static void read_file(struct work *w, size_t i)
{
	const struct sigma_file *f = &w->files[i];
	struct err why;
	int line = 0;

	w->draft_files[i].name = f->name;
	if (f->text.len > FILE_TEXT_MAX) {
		file_problem(w, i, 0, "a file of rules has at most 1 MiB");
		return;
	}
	if (yaml_tree_parse(&w->trees[i], f->text, NULL, &line, &why) != 0) {
		if (why.code == ERR_NOMEM)
			sigma_no_memory(&w->b);
		file_problem(w, i, line, why.text);
		return;
	}
	if (!yaml_tree_first(w->trees[i]))
		file_problem(w, i, 0, "the file is empty");
	for (const struct yaml_node *d = yaml_tree_first(w->trees[i]); d; d = d->next)
		read_document(w, i, d);
}

static int by_file_and_line(const void *a, const void *b)
{
	const struct sigma_draft *x = *(struct sigma_draft *const *)a, *y = *(struct sigma_draft *const *)b;
	int order = strcmp(x->file->name, y->file->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* ------------------------------------------------------------------------------------------------------------- names
 */

static uint64_t hash_name(struct slice name)
{
	return (uint64_t)sigma_whole_hash(0, name);
}

static void put_name(struct sigma_set *set, const char *name, size_t value)
{
	size_t at;

	if (!*name)
		return;
	at = hash_name(slice_of_string(name)) & (set->by_name_room - 1);
	while (set->by_name[at])
		at = (at + 1) & (set->by_name_room - 1);
	set->by_name[at] = value + 1;
}

static bool make_names(struct sigma_set *set, size_t rules)
{
	set->by_name_room = 16;
	while (set->by_name_room < 6 * rules)
		set->by_name_room *= 2;
	set->by_name = pool_take_array(&set->memory, set->by_name_room, sizeof(*set->by_name));
	return set->by_name != NULL;
}

static bool is_called(const struct sigma_rule *r, struct slice name)
{
	return slice_is(name, r->id) || slice_is(name, r->name) || slice_is(name, r->uid);
}

/* While building, by_name leads to drafts; afterwards to rules. */
struct sigma_draft *sigma_find_draft(const struct sigma_build *b, struct slice id_or_name)
{
	const struct sigma_set *set = b->set;
	size_t at;

	if (!set->by_name || !id_or_name.len)
		return NULL;
	at = hash_name(id_or_name) & (set->by_name_room - 1);
	for (; set->by_name[at]; at = (at + 1) & (set->by_name_room - 1))
		if (is_called(&b->drafts[set->by_name[at] - 1]->rule, id_or_name))
			return b->drafts[set->by_name[at] - 1];
	return NULL;
}

static void add_name(struct sigma_build *b, struct sigma_draft *d, size_t index, const char *name)
{
	const struct sigma_draft *other = *name ? sigma_find_draft(b, slice_of_string(name)) : NULL;

	if (other && other != d)
		sigma_problem(b, d, 0, "%.100s is the id, name or title of another rule already: %s:%d", name,
			      other->file->name, other->line);
	else if (!other)
		put_name(b->set, name, index);
}

static void add_names(struct sigma_build *b)
{
	for (size_t i = 0; i < b->draft_count; i++) {
		struct sigma_draft *d = b->drafts[i];

		if (d->kind == SIGMA_DRAFT_FILTER)
			continue;
		add_name(b, d, i, d->rule.id);
		add_name(b, d, i, d->rule.name);
		add_name(b, d, i, d->rule.uid);
	}
}

/* --------------------------------------------------------------------------------------------------------- 4 leaving
 * out */

static const struct sigma_draft *left_out_reference(const struct sigma_draft *d)
{
	for (size_t i = 0; i < d->reference_count; i++)
		if (d->references[i]->file->bad)
			return d->references[i];
	return NULL;
}

static void leave_out(struct sigma_build *b)
{
	bool changed;

	do {
		changed = false;
		for (size_t i = 0; i < b->draft_count; i++) {
			struct sigma_draft *d = b->drafts[i];
			const struct sigma_draft *r = d->file->bad ? NULL : left_out_reference(d);

			if (!r)
				continue;
			sigma_problem(b, d, 0, "refers to %.100s, which does not load", r->rule.uid);
			changed = true;
		}
	} while (changed);
}

/* --------------------------------------------------------------------------------------------------------- 5 numbering
 */

static bool number(struct work *w)
{
	struct sigma_set *set = w->b.set;
	size_t room = w->b.draft_count + 1;

	set->rules = pool_take_array(&set->memory, room, sizeof(*set->rules));
	set->expressions = pool_take_array(&set->memory, room, sizeof(struct sigma_expression *));
	set->events = pool_take_array(&set->memory, room, sizeof(*set->events));
	if (!set->rules || !set->expressions || !set->events || !make_names(set, room))
		return false;
	set->by_number = pool_take_array(&set->memory, set->by_name_room, sizeof(*set->by_number));
	if (!set->by_number)
		return false;
	for (size_t i = 0; i < w->b.draft_count; i++) {
		struct sigma_draft *d = w->b.drafts[i];

		if (d->file->bad || d->kind == SIGMA_DRAFT_FILTER)
			continue;
		d->index = set->count++;
		set->rules[d->index] = d->rule;
		set->rules[d->index].stands_alone = true;
		put_name(set, d->rule.id, d->index);
		if (strcmp(d->rule.name, d->rule.id) != 0)
			put_name(set, d->rule.name, d->index);
		if (!*d->rule.id && !*d->rule.name)
			put_name(set, d->rule.uid, d->index);
	}
	return true;
}

/* Filters have changed expressions by now. */
static void take_expressions(struct sigma_build *b)
{
	struct sigma_set *set = b->set;

	for (size_t i = 0; i < b->draft_count; i++) {
		const struct sigma_draft *d = b->drafts[i];

		if (d->index == SIZE_MAX || d->kind != SIGMA_DRAFT_DETECTION)
			continue;
		set->expressions[d->index] = d->expression;
		set->events[d->index] = d->source->events;
		set->wanted |= d->source->events;
	}
	set->event_names = b->mapping->events;
}

/* ------------------------------------------------------------------------------------------------------------- all of
 * it */

/* What the mapping demands of the records of its log sources, in their own names. */
static void parse_wheres(struct sigma_build *b, struct sigma_mapping *m)
{
	struct sigma_draft_file file = { .name = m->file };
	struct sigma_draft blame = { .file = &file, .line = 1 };

	for (struct sigma_source *s = m->sources; s && !b->out_of_memory; s = s->next) {
		struct sigma_source own = { .events = s->events, .own_names = true };

		if (s->where)
			s->where_expression = sigma_search_parse(b, &blame, &own, s->where);
	}
	b->mapping_is_bad = file.bad;
}

static void parse_detection(struct sigma_build *b, struct sigma_draft *d)
{
	struct sigma_expression *where = d->source->where_expression;

	d->expression = sigma_detection_parse(b, d, d->source, d->body, NULL);
	if (d->expression && where)
		d->expression = sigma_expression_and(b, d->expression, where);
}

static void parse_detections(struct sigma_build *b)
{
	for (size_t i = 0; i < b->draft_count && !b->out_of_memory; i++) {
		struct sigma_draft *d = b->drafts[i];

		if (d->kind == SIGMA_DRAFT_DETECTION && d->source)
			parse_detection(b, d);
	}
}

static int fail(struct work *w, struct err *why)
{
	const struct sigma_problem *first = w->b.problems->items;

	if (w->b.out_of_memory)
		return err_set(why, ERR_NOMEM, "no memory for the rule set");
	if (w->b.problems->count == 0)
		return err_set(why, ERR_CONFIG, "the rules cannot be used");
	return err_set(why, ERR_CONFIG, "%s:%d: %s", first->file, first->line, first->reason);
}

static bool any_bad(const struct work *w)
{
	for (size_t i = 0; i < w->file_count; i++)
		if (w->draft_files[i].bad)
			return true;
	return false;
}

static int finish(struct work *w, struct err *why)
{
	struct sigma_build *b = &w->b;

	if (!number(w)) {
		sigma_no_memory(b);
		return fail(w, why);
	}
	sigma_filters_apply(b);
	take_expressions(b);
	if (b->out_of_memory || sigma_correlations_finish(b) != 0 || !sigma_fields_finish(b->set->fields)) {
		sigma_no_memory(b);
		return fail(w, why);
	}
	return sigma_index_new(&b->set->index, b->set, why);
}

static int build(struct work *w, struct err *why)
{
	struct sigma_build *b = &w->b;

	for (size_t i = 0; i < w->file_count && !b->out_of_memory; i++)
		read_file(w, i);
	if (b->draft_count)
		qsort(b->drafts, b->draft_count, sizeof(*b->drafts), by_file_and_line);
	if (b->out_of_memory || !make_names(b->set, b->draft_count + 1))
		return err_set(why, ERR_NOMEM, "no memory for the rule set");
	add_names(b);
	parse_wheres(b, w->mapping);
	parse_detections(b);
	if (!b->out_of_memory) {
		sigma_correlations_link(b);
		sigma_filters_link(b);
	}
	if (w->skip_bad)
		leave_out(b);
	sigma_problems_sort(b->problems);
	if (b->out_of_memory || b->mapping_is_bad || (any_bad(w) && !w->skip_bad))
		return fail(w, why);
	return finish(w, why);
}

static int begin(struct work *w, struct err *why)
{
	if (w->file_count > FILES_MAX)
		return err_set(why, ERR_LIMIT, "more than %d files of rules", FILES_MAX);
	w->b.set = calloc(1, sizeof(*w->b.set));
	w->draft_files = calloc(w->file_count + 1, sizeof(*w->draft_files));
	w->trees = calloc(w->file_count + 1, sizeof(struct yaml_tree *));
	if (!w->b.set || !w->draft_files || !w->trees)
		return err_set(why, ERR_NOMEM, "no memory for the rule set");
	return sigma_set_init(w->b.set, why);
}

int sigma_set_build(struct sigma_set **out, const struct sigma_file *files, size_t count,
		    const struct sigma_file *fields, bool skip_bad, struct sigma_problems *problems, struct err *why)
{
	struct work w = { .files = files, .file_count = count, .skip_bad = skip_bad };
	int failed;

	*out = NULL;
	w.b.problems = problems;
	failed = begin(&w, why);
	if (!failed)
		failed = sigma_mapping_new(&w.mapping, fields, problems, why);
	w.b.mapping = w.mapping;
	if (!failed)
		failed = build(&w, why);
	for (size_t i = 0; w.trees && i < count && i < FILES_MAX; i++)
		yaml_tree_free(w.trees[i]);
	free(w.trees);
	free(w.draft_files);
	free(w.b.drafts);
	pool_release(&w.b.memory);
	sigma_mapping_free(w.mapping);
	if (failed)
		sigma_set_free(w.b.set);
	else
		*out = w.b.set;
	return failed;
}
