/* Reads the bodies of correlation documents: sigma_correlations_link(). */
#include <math.h>

#include "server/model/sigma/correlation_draft.h"

/* State is kept for a timespan, and of a condition's hits all must be kept: both are bounded (README.md). */
#define TIMESPAN_MAX  (31 * US_PER_DAY)
#define THRESHOLD_MAX 10000

static const char *const type_names[] = {
	[SIGMA_EVENT_COUNT] = "event_count",
	[SIGMA_VALUE_COUNT] = "value_count",
	[SIGMA_TEMPORAL] = "temporal",
	[SIGMA_TEMPORAL_ORDERED] = "temporal_ordered",
	[SIGMA_VALUE_SUM] = "value_sum",
	[SIGMA_VALUE_AVG] = "value_avg",
	[SIGMA_VALUE_PERCENTILE] = "value_percentile",
};
static const char *const operator_names[] = {
	[SIGMA_GT] = "gt",   [SIGMA_GTE] = "gte", [SIGMA_LT] = "lt",
	[SIGMA_LTE] = "lte", [SIGMA_EQ] = "eq",   [SIGMA_NEQ] = "neq",
};

static bool is_temporal(enum sigma_count type)
{
	return type == SIGMA_TEMPORAL || type == SIGMA_TEMPORAL_ORDERED;
}

/* Its measure is a whole number of hits, values or rules. */
static bool is_count(enum sigma_count type)
{
	return type == SIGMA_EVENT_COUNT || type == SIGMA_VALUE_COUNT || is_temporal(type);
}

static struct sigma_correlation_draft *parsed_of(const struct sigma_draft *d)
{
	return d->kind == SIGMA_DRAFT_CORRELATION ? d->parsed : NULL;
}

static bool read_type(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation *c)
{
	struct slice text;

	if (!yaml_node_member(d->body, "type")) {
		sigma_problem(b, d, d->body->line, "the correlation has no type");
		return false;
	}
	if (!sigma_text_member(b, d, d->body, "type", &text))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(type_names); i++)
		if (slice_is(text, type_names[i])) {
			c->type = (enum sigma_count)i;
			return true;
		}
	sigma_problem(b, d, yaml_node_member(d->body, "type")->line, "unknown correlation type '%.*s'", (int)text.len,
		      (const char *)text.ptr);
	return false;
}

static time_us unit_of(uint8_t letter)
{
	switch (letter) {
	case 's':
		return US_PER_SECOND;
	case 'm':
		return 60 * US_PER_SECOND;
	case 'h':
		return 3600 * US_PER_SECOND;
	case 'd':
		return US_PER_DAY;
	default:
		return 0;
	}
}

static bool read_timespan(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation *c)
{
	const struct yaml_node *n = yaml_node_member(d->body, "timespan");
	struct slice text;
	uint64_t number;
	time_us unit;

	if (!n) {
		sigma_problem(b, d, d->body->line, "the correlation has no timespan");
		return false;
	}
	if (!sigma_text_member(b, d, d->body, "timespan", &text))
		return false;
	unit = text.len > 1 ? unit_of(text.ptr[text.len - 1]) : 0;
	if (!unit || !slice_to_uint64(slice_take(text, text.len - 1), &number) || !number) {
		sigma_problem(b, d, n->line, "timespan '%.*s' is no number followed by s, m, h or d", (int)text.len,
			      (const char *)text.ptr);
		return false;
	}
	if (number > (uint64_t)(TIMESPAN_MAX / unit)) {
		sigma_problem(b, d, n->line, "timespan '%.*s' is longer than 31d, for which no state is kept",
			      (int)text.len, (const char *)text.ptr);
		return false;
	}
	c->timespan = (time_us)number * unit;
	return true;
}

/* ---------------------------------------------------------------------------------------------------- conditions */

static bool holds_at(const struct sigma_correlation *c, double v)
{
	for (size_t i = 0; i < c->condition_count; i++) {
		double x = c->conditions[i].value;
		const bool verdict[] = {
			[SIGMA_GT] = v > x,   [SIGMA_GTE] = v >= x, [SIGMA_LT] = v < x,
			[SIGMA_LTE] = v <= x, [SIGMA_EQ] = v == x,  [SIGMA_NEQ] = v != x,
		};

		if (!verdict[c->conditions[i].op])
			return false;
	}
	return true;
}

/* Whether some count that a window can have meets the conditions. */
static bool count_is_possible(const struct sigma_correlation *c)
{
	int most = is_temporal(c->type) ? (int)c->rule_count : THRESHOLD_MAX + 1;

	for (int n = c->type == SIGMA_TEMPORAL_ORDERED ? 0 : 1; n <= most; n++)
		if (holds_at(c, n))
			return true;
	return false;
}

/* Conditions change their verdict only at their values. */
static bool number_is_possible(const struct sigma_correlation *c)
{
	double first = c->conditions[0].value, second = c->conditions[c->condition_count - 1].value;
	const double candidates[] = { first, second, first + (second - first) / 2,
				      fmin(first, second) - 1 - fabs(first) / 2 - fabs(second) / 2,
				      fmax(first, second) + 1 + fabs(first) / 2 + fabs(second) / 2 };

	for (size_t i = 0; i < ARRAY_LEN(candidates); i++)
		if (holds_at(c, candidates[i]))
			return true;
	return false;
}

static void check_condition(struct sigma_build *b, struct sigma_draft *d, const struct sigma_correlation *c, int line)
{
	if (is_count(c->type) ? count_is_possible(c) : number_is_possible(c))
		return;
	if (is_count(c->type) && holds_at(c, 0))
		sigma_problem(
		    b, d, line,
		    "the condition holds only when there are no events, which a stream of events cannot show");
	else if (is_temporal(c->type))
		sigma_problem(b, d, line,
			      "no number of different rules up to %zu, as many as are named, meets the condition",
			      c->rule_count);
	else
		sigma_problem(b, d, line, "nothing can meet the condition");
}

static bool read_threshold(struct sigma_build *b, struct sigma_draft *d, const struct sigma_correlation *c,
			   const struct yaml_node *n, double *value)
{
	int64_t whole;

	if (!is_count(c->type)) {
		if (yaml_node_number(n, value))
			return true;
		sigma_problem(b, d, n->line, "the value of %.*s is no number", (int)n->key.len,
			      (const char *)n->key.ptr);
		return false;
	}
	if (!yaml_node_integer(n, &whole) || whole < 0) {
		sigma_problem(b, d, n->line, "the value of %.*s is no whole number from 0", (int)n->key.len,
			      (const char *)n->key.ptr);
		return false;
	}
	if (whole > THRESHOLD_MAX) {
		sigma_problem(b, d, n->line, "%lld is more than %d, the most events that are kept for a group",
			      (long long)whole, THRESHOLD_MAX);
		return false;
	}
	*value = (double)whole;
	return true;
}

static int operator_of(struct slice key)
{
	for (size_t i = 0; i < ARRAY_LEN(operator_names); i++)
		if (slice_is(key, operator_names[i]))
			return (int)i;
	return -1;
}

static bool read_comparisons(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation *c,
			     const struct yaml_node *condition)
{
	for (const struct yaml_node *n = condition->first; n; n = n->next) {
		int op = operator_of(n->key);
		double value;

		if (op < 0)
			continue;
		if (c->condition_count == SIGMA_CONDITIONS_MAX) {
			sigma_problem(b, d, n->key_line, "a condition has at most two comparisons");
			return false;
		}
		if (!read_threshold(b, d, c, n, &value))
			return false;
		c->conditions[c->condition_count++] = (struct sigma_condition){ (enum sigma_operator)op, value };
	}
	if (!c->condition_count)
		sigma_problem(b, d, condition->line, "the condition has none of gt, gte, lt, lte, eq, neq");
	return c->condition_count > 0;
}

static void read_percentile(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation *c,
			    const struct yaml_node *condition)
{
	const struct yaml_node *n = yaml_node_member(condition, "percentile");

	c->percentile = 50;
	if (n && (!yaml_node_number(n, &c->percentile) || c->percentile < 0 || c->percentile > 100))
		sigma_problem(b, d, n->line, "percentile is no number from 0 to 100");
}

/* Texts of a sequence, or one text. */
static size_t read_texts(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *n, const char *what,
			 struct slice *out, int *lines, size_t most)
{
	const struct yaml_node *item = n->kind == YAML_TREE_SEQUENCE ? n->first : n;
	size_t count = 0;

	for (; item; item = n->kind == YAML_TREE_SEQUENCE ? item->next : NULL) {
		if (!yaml_node_is(item, YAML_TREE_SCALAR) || !item->text.len) {
			sigma_problem(b, d, item->line, "%s is no text", what);
			return 0;
		}
		if (count == most) {
			sigma_problem(b, d, item->line, "%s: more than %zu", what, most);
			return 0;
		}
		for (size_t i = 0; i < count; i++)
			if (slice_equal(out[i], item->text)) {
				sigma_problem(b, d, item->line, "%s: '%.*s' stands there twice", what,
					      (int)item->text.len, (const char *)item->text.ptr);
				return 0;
			}
		lines[count] = item->line;
		out[count++] = item->text;
	}
	return count;
}

static void read_value_fields(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation_draft *p,
			      const struct yaml_node *condition)
{
	const struct yaml_node *field = yaml_node_member(condition, "field");
	enum sigma_count type = p->read.type;

	if (type == SIGMA_EVENT_COUNT || is_temporal(type)) {
		if (field)
			sigma_problem(b, d, field->key_line, "%s counts no field", type_names[type]);
		return;
	}
	if (!field) {
		sigma_problem(b, d, condition->line, "the condition of %s needs a field", type_names[type]);
		return;
	}
	p->value_count = read_texts(b, d, field, "field", p->values, &p->lines[SIGMA_GROUP_FIELDS_MAX],
				    type == SIGMA_VALUE_COUNT ? SIGMA_VALUE_FIELDS_MAX : 1);
}

static void read_condition(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation_draft *p)
{
	static const char *const known[] = { "gt", "gte", "lt", "lte", "eq", "neq", "field", NULL };
	static const char *const of_percentile[] = {
		"gt", "gte", "lt", "lte", "eq", "neq", "field", "percentile", NULL
	};
	const struct yaml_node *condition = yaml_node_member(d->body, "condition");
	struct sigma_correlation *c = &p->read;
	bool up = true;

	if (!condition) {
		if (!is_temporal(c->type))
			sigma_problem(b, d, d->body->line, "%s needs a condition", type_names[c->type]);
		c->monotone = is_temporal(c->type);
		return;
	}
	if (!yaml_node_is(condition, YAML_TREE_MAPPING)) {
		sigma_problem(
		    b, d, condition->line,
		    "the condition is no map of comparisons (an expression of rule names is not in the specification)");
		return;
	}
	sigma_check_keys(b, d, condition, c->type == SIGMA_VALUE_PERCENTILE ? of_percentile : known, "condition");
	read_value_fields(b, d, p, condition);
	if (c->type == SIGMA_VALUE_PERCENTILE)
		read_percentile(b, d, c, condition);
	if (!read_comparisons(b, d, c, condition))
		return;
	check_condition(b, d, c, condition->line);
	for (size_t i = 0; i < c->condition_count; i++)
		up = up && (c->conditions[i].op == SIGMA_GT || c->conditions[i].op == SIGMA_GTE);
	c->monotone = up && (is_count(c->type) || c->type == SIGMA_VALUE_SUM);
}

/* -------------------------------------------------------------------------------------------- rules and their fields
 */

static void read_rules(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation *c)
{
	const struct yaml_node *rules = yaml_node_member(d->body, "rules");

	if (!yaml_node_is(rules, YAML_TREE_SEQUENCE) || !rules->count) {
		sigma_problem(b, d, rules ? rules->line : d->body->line, "the correlation has no list of rules");
		return;
	}
	if (rules->count > SIGMA_CORRELATED_MAX) {
		sigma_problem(b, d, rules->line, "more than %d rules", SIGMA_CORRELATED_MAX);
		return;
	}
	d->references = pool_take_array(&b->memory, rules->count, sizeof(struct sigma_draft *));
	if (!d->references) {
		sigma_no_memory(b);
		return;
	}
	for (const struct yaml_node *n = rules->first; n; n = n->next) {
		struct sigma_draft *named =
		    yaml_node_is(n, YAML_TREE_SCALAR) && n->text.len ? sigma_find_draft(b, n->text) : NULL;
		bool twice = false;

		if (!named) {
			sigma_problem(b, d, n->line, "no rule has the id or name '%.*s'", (int)n->text.len,
				      (const char *)n->text.ptr);
			continue;
		}
		for (size_t i = 0; i < d->reference_count; i++)
			twice = twice || d->references[i] == named;
		if (twice)
			sigma_problem(b, d, n->line, "the rule '%.*s' is named twice", (int)n->text.len,
				      (const char *)n->text.ptr);
		else
			d->references[d->reference_count++] = named;
	}
	c->rule_count = rules->count;
}

static void read_group(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation_draft *p)
{
	const struct yaml_node *group = yaml_node_member(d->body, "group-by");

	if (!group)
		sigma_problem(b, d, d->body->line,
			      "the correlation has no group-by ([] makes one group of all events of a company)");
	else
		p->group_count = read_texts(b, d, group, "group-by", p->group, p->lines, SIGMA_GROUP_FIELDS_MAX);
}

static void read_generate(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation_draft *p)
{
	/* The specification has it beside `correlation`, pySigma inside. */
	const struct yaml_node *outer = yaml_node_member(d->document, "generate"),
			       *inner = yaml_node_member(d->body, "generate"), *n = inner ? inner : outer;

	if (outer && inner)
		sigma_problem(b, d, inner->line, "generate stands there twice");
	else if (n && !yaml_node_boolean(n, &p->generate))
		sigma_problem(b, d, n->line, "generate is neither true nor false");
}

static bool stands_for(const struct sigma_draft *d, struct slice id_or_name)
{
	return id_or_name.len > 0 && (slice_is(id_or_name, d->rule.name) || slice_is(id_or_name, d->rule.id));
}

/* What an alias means for a rule; NULL: nothing. */
static const struct yaml_node *alias_field(const struct yaml_node *alias, const struct sigma_draft *rule)
{
	for (const struct yaml_node *n = alias->first; n; n = n->next)
		if (stands_for(rule, n->key))
			return n;
	return NULL;
}

static const struct yaml_node *find_alias(const struct sigma_draft *d, struct slice name)
{
	const struct yaml_node *aliases = yaml_node_member(d->body, "aliases");

	for (const struct yaml_node *n = aliases ? aliases->first : NULL; n; n = n->next)
		if (slice_equal(n->key, name))
			return n;
	return NULL;
}

static bool check_alias(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *alias)
{
	bool fine = yaml_node_is(alias, YAML_TREE_MAPPING) && alias->count;

	if (!fine)
		sigma_problem(b, d, alias->line, "the alias '%.*s' is no map of rules to fields", (int)alias->key.len,
			      (const char *)alias->key.ptr);
	for (const struct yaml_node *n = fine ? alias->first : NULL; n; n = n->next) {
		bool named = false;

		for (size_t i = 0; i < d->reference_count; i++)
			named = named || stands_for(d->references[i], n->key);
		if (!named) {
			sigma_problem(b, d, n->key_line,
				      "the alias names '%.*s', which is none of the correlation's rules",
				      (int)n->key.len, (const char *)n->key.ptr);
			fine = false;
		} else if (!yaml_node_is(n, YAML_TREE_SCALAR) || !n->text.len) {
			sigma_problem(b, d, n->line, "the alias '%.*s' has no field for '%.*s'", (int)alias->key.len,
				      (const char *)alias->key.ptr, (int)n->key.len, (const char *)n->key.ptr);
			fine = false;
		}
	}
	return fine;
}

static bool check_aliases(struct sigma_build *b, struct sigma_draft *d)
{
	const struct yaml_node *aliases = yaml_node_member(d->body, "aliases");
	bool fine = true;

	if (aliases && !yaml_node_is(aliases, YAML_TREE_MAPPING)) {
		sigma_problem(b, d, aliases->line, "aliases is no map");
		return false;
	}
	for (const struct yaml_node *n = aliases ? aliases->first : NULL; n; n = n->next)
		fine = check_alias(b, d, n) && fine;
	return fine;
}

/* A correlation's firing has the values of its own group-by and no others. */
static bool find_place(const struct sigma_draft *inner, struct slice field, uint32_t *place)
{
	const struct sigma_correlation_draft *p = parsed_of(inner);

	for (size_t i = 0; p && i < p->group_count; i++)
		if (slice_equal(p->group[i], field)) {
			*place = (uint32_t)i;
			return true;
		}
	return false;
}

static const char *name_of(const struct sigma_draft *d)
{
	return *d->rule.name ? d->rule.name : *d->rule.id ? d->rule.id : d->rule.title;
}

static void take_field(struct sigma_build *b, struct sigma_draft *d, const struct sigma_draft *rule, struct slice name,
		       int line, uint32_t *slot, uint32_t *place)
{
	const struct yaml_node *alias = find_alias(d, name), *of_rule = alias ? alias_field(alias, rule) : NULL;
	struct slice field = of_rule ? of_rule->text : name;

	if (of_rule)
		line = of_rule->line;
	if (alias && !of_rule) {
		sigma_problem(b, d, alias->key_line, "the alias '%.*s' does not say which field it is of '%s'",
			      (int)name.len, (const char *)name.ptr, name_of(rule));
		return;
	}
	if (rule->kind == SIGMA_DRAFT_CORRELATION) {
		/* One that could not be read has its own problems. */
		if (parsed_of(rule) && !find_place(rule, field, place))
			sigma_problem(b, d, line,
				      "'%.*s' is not in the group-by of '%s', so its firings have no such value",
				      (int)field.len, (const char *)field.ptr, name_of(rule));
		return;
	}
	if (!rule->source)
		return;
	*slot = sigma_field_slot(b, rule->source, field);
	if (*slot == SIGMA_NO_SLOT && !b->out_of_memory)
		sigma_problem(b, d, line, "the mapping knows no field '%.*s' for the log source of '%s'",
			      (int)field.len, (const char *)field.ptr, name_of(rule));
}

static void take_fields(struct sigma_build *b, struct sigma_draft *d, struct sigma_correlation_draft *p)
{
	p->taken = pool_take_array(&b->memory, d->reference_count + 1, sizeof *p->taken);
	if (!p->taken) {
		sigma_no_memory(b);
		return;
	}
	for (size_t i = 0; i < d->reference_count; i++) {
		struct sigma_taken *t = &p->taken[i];

		for (size_t k = 0; k < p->group_count; k++)
			take_field(b, d, d->references[i], p->group[k], p->lines[k], &t->slots[k], &t->places[k]);
		for (size_t k = 0, at = p->group_count; k < p->value_count; k++, at++)
			take_field(b, d, d->references[i], p->values[k], p->lines[SIGMA_GROUP_FIELDS_MAX + k],
				   &t->slots[at], &t->places[at]);
	}
}

/* ------------------------------------------------------------------------------------------------------ all of them */

static void read_body(struct sigma_build *b, struct sigma_draft *d)
{
	static const char *const known[] = { "type",      "rules",   "group-by", "timespan",
					     "condition", "aliases", "generate", NULL };
	struct sigma_correlation_draft *p = pool_take(&b->memory, sizeof *p);
	bool fine;

	if (!p) {
		sigma_no_memory(b);
		return;
	}
	sigma_check_keys(b, d, d->body, known, "correlation");
	read_rules(b, d, &p->read);
	read_group(b, d, p);
	read_generate(b, d, p);
	fine = read_type(b, d, &p->read);
	fine = read_timespan(b, d, &p->read) && fine;
	if (fine)
		read_condition(b, d, p);
	d->parsed = p;
}

static void look_for_circle(struct sigma_build *b, struct sigma_draft *d, int depth);

/* What it names, and what that names. */
static void look_below(struct sigma_build *b, struct sigma_draft *d, int depth)
{
	struct sigma_correlation_draft *p = parsed_of(d);

	p->height = 1;
	for (size_t i = 0; i < d->reference_count; i++) {
		const struct sigma_correlation_draft *inner = parsed_of(d->references[i]);

		if (inner && inner->visiting)
			sigma_problem(b, d, yaml_node_member(d->body, "rules")->line,
				      "the correlation counts itself: '%s' leads back to '%s'",
				      name_of(d->references[i]), name_of(d));
		else
			look_for_circle(b, d->references[i], depth + 1);
		if (inner && inner->height >= p->height)
			p->height = inner->height + 1;
	}
}

/* Notes a circle once, at the rule that closes it; and chains that are too long, whichever end comes first. */
static void look_for_circle(struct sigma_build *b, struct sigma_draft *d, int depth)
{
	struct sigma_correlation_draft *p = parsed_of(d);

	if (!p || p->visited)
		return;
	if (depth <= SIGMA_CHAIN_MAX) {
		p->visiting = true;
		look_below(b, d, depth);
		p->visiting = false;
		p->visited = true;
	}
	if (depth <= SIGMA_CHAIN_MAX && p->height <= SIGMA_CHAIN_MAX)
		return;
	p->height = 0; /* said once */
	sigma_problem(b, d, 0, "correlations of correlations go deeper than %d", SIGMA_CHAIN_MAX);
}

void sigma_correlations_link(struct sigma_build *b)
{
	for (size_t i = 0; i < b->draft_count && !b->out_of_memory; i++)
		if (b->drafts[i]->kind == SIGMA_DRAFT_CORRELATION && b->drafts[i]->body)
			read_body(b, b->drafts[i]);
	for (size_t i = 0; i < b->draft_count && !b->out_of_memory; i++) {
		struct sigma_draft *d = b->drafts[i];

		look_for_circle(b, d, 1);
		if (parsed_of(d) && check_aliases(b, d))
			take_fields(b, d, parsed_of(d));
	}
}
