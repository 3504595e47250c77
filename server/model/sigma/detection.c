/* Search identifiers and conditions: the body of a detection, and of a filter. */
#include "server/model/sigma/build.h"
#include "server/model/sigma/condition.h"
#include "server/model/sigma/mapping.h"
#include "server/model/sigma/modifier.h"
#include "server/model/sigma/set.h"

enum { IDENTIFIERS_MAX = 256, MEMBERS_MAX = 10000, CONDITIONS_MAX = 64 };

struct parsing {
	struct sigma_build *b;
	struct sigma_draft *blame;
	const struct sigma_source *source;
	struct sigma_identifier *identifiers;
	size_t count;
};

uint32_t sigma_field_slot(struct sigma_build *b, const struct sigma_source *source, struct slice name)
{
	const struct sigma_mapped_field *f = sigma_source_mapped(source, name);
	char full[300];
	int n;

	if (f)
		return sigma_fields_slot(b->set->fields, f->sources, f->source_count, source->events);
	if (sigma_source_knows(source, name))
		return sigma_fields_slot(b->set->fields, &name, 1, source->events);
	if (!source->prefix.len || name.len > 200)
		return SIGMA_NO_SLOT;
	n = snprintf(full, sizeof(full), "%.*s%.*s", (int)source->prefix.len, (const char *)source->prefix.ptr,
		     (int)name.len, (const char *)name.ptr);
	name = slice_of(full, n > 0 && n < (int)sizeof(full) ? (size_t)n : 0);
	if (sigma_source_field_of(name).kind == SIGMA_SOURCE_NONE)
		return SIGMA_NO_SLOT;
	return sigma_fields_slot(b->set->fields, &name, 1, source->events);
}

static struct sigma_expression *fail(struct parsing *p, int line, const char *text)
{
	sigma_problem(p->b, p->blame, line, "%s", text);
	return NULL;
}

static struct sigma_expression *combine(struct parsing *p, enum sigma_operation operation,
					struct sigma_expression **parts, size_t count)
{
	struct sigma_expression *e = sigma_expression_of(&p->b->set->memory, operation, parts, count);

	if (!e)
		sigma_no_memory(p->b);
	return e;
}

/* One item of a list of a search identifier, or one member of a map. */
typedef struct sigma_expression *(*parse_child)(struct parsing *p, const struct yaml_node *n);

/* All children joined; NULL when there was a problem with one, after all were looked at. */
static struct sigma_expression *parse_children(struct parsing *p, const struct yaml_node *n,
					       enum sigma_operation operation, parse_child child)
{
	struct sigma_expression **parts;
	size_t count = 0;

	if (n->count == 0)
		return fail(p, n->line, "there is nothing to look for here");
	if (n->count > MEMBERS_MAX)
		return fail(p, n->line, "too many items");
	parts = pool_take_array(&p->b->memory, n->count, sizeof(struct sigma_expression *));
	if (!parts) {
		sigma_no_memory(p->b);
		return NULL;
	}
	for (const struct yaml_node *c = n->first; c; c = c->next) {
		parts[count] = child(p, c);
		if (parts[count])
			count++;
	}
	return count < n->count ? NULL : combine(p, operation, parts, count);
}

static struct sigma_expression *parse_member(struct parsing *p, const struct yaml_node *n)
{
	return sigma_member_parse(p->b, p->blame, p->source, n);
}

static struct sigma_expression *parse_item(struct parsing *p, const struct yaml_node *n)
{
	switch (n->kind) {
	case YAML_TREE_SCALAR:
		return sigma_keyword_parse(p->b, p->blame, p->source, n);
	case YAML_TREE_MAPPING:
		return parse_children(p, n, SIGMA_AND, parse_member);
	case YAML_TREE_SEQUENCE:
		break;
	}
	return fail(p, n->line, "a list in a list");
}

static struct sigma_expression *parse_search(struct parsing *p, const struct yaml_node *n)
{
	if (slice_is(n->key, "timeframe"))
		return fail(p, n->key_line,
			    "timeframe is no longer part of Sigma; write a correlation with a timespan");
	switch (n->kind) {
	case YAML_TREE_MAPPING:
		return parse_children(p, n, SIGMA_AND, parse_member);
	case YAML_TREE_SEQUENCE:
		return parse_children(p, n, SIGMA_OR, parse_item);
	case YAML_TREE_SCALAR:
		break;
	}
	sigma_problem(p->b, p->blame, n->line, "the search identifier %.60s must be a map or a list",
		      (const char *)n->key.ptr);
	return NULL;
}

struct sigma_expression *sigma_search_parse(struct sigma_build *b, struct sigma_draft *blame,
					    const struct sigma_source *source, const struct yaml_node *search)
{
	struct parsing p = { .b = b, .blame = blame, .source = source };

	return parse_search(&p, search);
}

static bool is_skipped(const char *const *skip, struct slice key)
{
	if (slice_is(key, "condition"))
		return true;
	for (; skip && *skip; skip++)
		if (slice_is(key, *skip))
			return true;
	return false;
}

/* False: there was a problem with one. */
static bool parse_searches(struct parsing *p, const struct yaml_node *detection, const char *const *skip)
{
	bool good = true;

	if (detection->count > IDENTIFIERS_MAX) {
		fail(p, detection->line, "too many search identifiers");
		return false;
	}
	p->identifiers = pool_take_array(&p->b->memory, detection->count, sizeof(*p->identifiers));
	if (!p->identifiers) {
		sigma_no_memory(p->b);
		return false;
	}
	for (const struct yaml_node *c = detection->first; c; c = c->next) {
		struct sigma_identifier *id = &p->identifiers[p->count];

		if (is_skipped(skip, c->key))
			continue;
		*id = (struct sigma_identifier){ .name = c->key, .line = c->key_line };
		id->expression = parse_search(p, c);
		if (id->expression)
			p->count++;
		else
			good = false;
	}
	return good;
}

static struct sigma_expression *parse_condition(struct parsing *p, const struct yaml_node *n)
{
	struct sigma_expression *e;
	struct err why;

	if (n->kind != YAML_TREE_SCALAR)
		return fail(p, n->line, "a condition must be a text");
	if (sigma_condition_parse(&e, n->text, p->identifiers, p->count, &p->b->set->memory, &why) == 0)
		return e;
	if (why.code == ERR_NOMEM)
		sigma_no_memory(p->b);
	return fail(p, n->line, why.text);
}

static struct sigma_expression *parse_conditions(struct parsing *p, const struct yaml_node *detection)
{
	const struct yaml_node *n = yaml_node_member(detection, "condition");

	if (!n)
		return fail(p, detection->line, "there is no condition");
	if (n->kind == YAML_TREE_SEQUENCE && n->count > CONDITIONS_MAX)
		return fail(p, n->line, "too many conditions");
	return n->kind == YAML_TREE_SEQUENCE ? parse_children(p, n, SIGMA_OR, parse_condition) : parse_condition(p, n);
}

/* What no condition uses is a mistake; names with an underscore in front are kept out on purpose. */
static bool all_used(struct parsing *p)
{
	bool used = true;

	for (size_t i = 0; i < p->count; i++) {
		const struct sigma_identifier *id = &p->identifiers[i];

		if (id->used || (id->name.len && id->name.ptr[0] == '_'))
			continue;
		sigma_problem(p->b, p->blame, id->line, "no condition uses the search identifier %.60s",
			      (const char *)id->name.ptr);
		used = false;
	}
	return used;
}

struct sigma_expression *sigma_detection_parse(struct sigma_build *b, struct sigma_draft *blame,
					       const struct sigma_source *source, const struct yaml_node *detection,
					       const char *const *skip)
{
	struct parsing p = { .b = b, .blame = blame, .source = source };
	struct sigma_expression *e;

	if (!parse_searches(&p, detection, skip))
		return NULL;
	e = parse_conditions(&p, detection);
	if (!e || !all_used(&p))
		return NULL;
	if (e->depth > SIGMA_EXPRESSION_DEPTH_MAX)
		return fail(&p, detection->line, "the condition is nested too deeply");
	return e;
}
