/* Sigma filters: a condition that is laid upon detections from outside. `condition` is ANDed to the detection's own, so
 * one that takes matches away says so itself: `condition: not selection`. */
#include "server/model/sigma/build.h"

struct filter_draft {
	struct sigma_expression **laid; /* one for each reference: fields mean what the detection's log source says */
};

static const char *const logsource_keys[] = { "category", "product", "service" };

/* Whether all that the filter's log source says is what the detection's says, too. */
static bool covers(const struct sigma_draft *filter, const struct sigma_draft *detection)
{
	const struct yaml_node *wide = yaml_node_member(filter->document, "logsource"),
			       *narrow = yaml_node_member(detection->document, "logsource");

	for (size_t i = 0; i < ARRAY_LEN(logsource_keys); i++) {
		const struct yaml_node *wanted = yaml_node_member(wide, logsource_keys[i]),
				       *has = yaml_node_member(narrow, logsource_keys[i]);

		if (wanted && (!has || !slice_equal(wanted->text, has->text)))
			return false;
	}
	return true;
}

static void add_reference(struct sigma_draft *d, struct sigma_draft *detection)
{
	for (size_t i = 0; i < d->reference_count; i++)
		if (d->references[i] == detection)
			return;
	d->references[d->reference_count++] = detection;
}

static void refer_to_all(struct sigma_build *b, struct sigma_draft *d)
{
	for (size_t i = 0; i < b->draft_count; i++)
		if (b->drafts[i]->kind == SIGMA_DRAFT_DETECTION && !b->drafts[i]->file->bad && covers(d, b->drafts[i]))
			add_reference(d, b->drafts[i]);
}

static void refer_to(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *n)
{
	struct sigma_draft *named =
	    yaml_node_is(n, YAML_TREE_SCALAR) && n->text.len ? sigma_find_draft(b, n->text) : NULL;
	int length = (int)n->text.len;
	const char *text = (const char *)n->text.ptr;

	if (!named)
		sigma_problem(b, d, n->line, "no rule has the id or name '%.*s'", length, text);
	else if (named->kind != SIGMA_DRAFT_DETECTION)
		sigma_problem(b, d, n->line, "'%.*s' is a correlation; filters are for detections", length, text);
	else if (!covers(d, named))
		sigma_problem(b, d, n->line, "the filter's log source is not that of '%.*s'", length, text);
	else
		add_reference(d, named);
}

static void read_rules(struct sigma_build *b, struct sigma_draft *d)
{
	const struct yaml_node *rules = yaml_node_member(d->body, "rules");
	bool any = yaml_node_is(rules, YAML_TREE_SCALAR) && slice_is(rules->text, "any");

	if (!any && !(yaml_node_is(rules, YAML_TREE_SEQUENCE) && rules->count)) {
		sigma_problem(b, d, rules ? rules->line : d->body->line,
			      "the filter has no list of rules (or the word any)");
		return;
	}
	d->references = pool_take_array(&b->memory, any ? b->draft_count : rules->count, sizeof(struct sigma_draft *));
	if (!d->references)
		sigma_no_memory(b);
	else if (any)
		refer_to_all(b, d);
	else
		for (const struct yaml_node *n = rules->first; n; n = n->next)
			refer_to(b, d, n);
}

/* Once for each detection, and once for the filter's own log source, so that one that is laid upon nothing is checked
 * as well. What is wrong is told once. */
static void read_condition(struct sigma_build *b, struct sigma_draft *d, struct filter_draft *p)
{
	static const char *const skip[] = { "rules", NULL };

	if (!d->source || !sigma_detection_parse(b, d, d->source, d->body, skip))
		return;
	p->laid = pool_take_array(&b->memory, d->reference_count + 1, sizeof *p->laid);
	if (!p->laid) {
		sigma_no_memory(b);
		return;
	}
	for (size_t i = 0; i < d->reference_count; i++) {
		if (!d->references[i]->source)
			continue;
		p->laid[i] = sigma_detection_parse(b, d, d->references[i]->source, d->body, skip);
		if (!p->laid[i])
			return;
	}
}

void sigma_filters_link(struct sigma_build *b)
{
	for (size_t i = 0; i < b->draft_count && !b->out_of_memory; i++) {
		struct sigma_draft *d = b->drafts[i];
		struct filter_draft *p;

		if (d->kind != SIGMA_DRAFT_FILTER || !d->body)
			continue;
		p = pool_take(&b->memory, sizeof *p);
		if (!p) {
			sigma_no_memory(b);
			return;
		}
		d->parsed = p;
		read_rules(b, d);
		read_condition(b, d, p);
	}
}

void sigma_filters_apply(struct sigma_build *b)
{
	for (size_t i = 0; i < b->draft_count && !b->out_of_memory; i++) {
		const struct sigma_draft *d = b->drafts[i];
		const struct filter_draft *p = d->parsed;

		if (d->kind != SIGMA_DRAFT_FILTER || d->file->bad)
			continue;
		for (size_t k = 0; k < d->reference_count && !b->out_of_memory; k++)
			if (d->references[k]->index != SIZE_MAX && d->references[k]->expression && p->laid[k])
				d->references[k]->expression =
				    sigma_expression_and(b, d->references[k]->expression, p->laid[k]);
	}
}
