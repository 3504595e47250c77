/* config/rules/grouping.yaml, read. Whatever is not understood is an error with its line; the file's comments describe
 * the form. */
#include "lib/yaml_tree.h"
#include "server/model/grouping_rule.h"

#include <stdlib.h>

enum { TEXTS_MAX = 100, TEXT_LENGTH_MAX = 200, UNIT_MINUTES = 15 };

struct reader {
	const char *file;
	struct grouping *g;
	struct err *why;
};

static int refuse(const struct reader *r, int line, const char *reason, struct slice what)
{
	what = slice_take(what, 80);
	if (what.ptr)
		return err_set(r->why, ERR_CONFIG, "%s:%d: %s: %.*s", r->file, line, reason, (int)what.len, what.ptr);
	return err_set(r->why, ERR_CONFIG, "%s:%d: %s", r->file, line, reason);
}

static const struct slice nothing;

/* ----------------------------------------------------------------------------------------------------- conditions */

static bool severity_value(struct slice name, unsigned *out)
{
	static const char *const names[] = { "critical", "high", "medium", "low", "info" };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		if (!slice_is(name, names[i]))
			continue;
		*out = SEVERITY_CRITICAL + i;
		return true;
	}
	return false;
}

static bool direction_value(struct slice name, unsigned *out)
{
	enum direction v;
	bool good = direction_parse(name, &v);

	*out = good ? (unsigned)v : 0;
	return good;
}

static bool stage_value(struct slice name, unsigned *out)
{
	enum stage v;
	bool good = stage_parse(name, &v);

	*out = good ? (unsigned)v : 0;
	return good;
}

static bool action_value(struct slice name, unsigned *out)
{
	enum action v;
	bool good = action_parse(name, &v);

	*out = good ? (unsigned)v : 0;
	return good;
}

static bool engine_value(struct slice name, unsigned *out)
{
	enum engine v;
	bool good = engine_parse(name, &v);

	*out = good ? (unsigned)v : 0;
	return good;
}

/* Fields that a condition may name: bit sets over enumerations, and texts. */
static const struct enumeration {
	const char *name;
	bool (*value)(struct slice name, unsigned *out);
	size_t offset;
} enumerations[] = {
	{ "direction", direction_value, offsetof(struct grouping_condition, directions) },
	{ "severity", severity_value, offsetof(struct grouping_condition, severities) },
	{ "stage", stage_value, offsetof(struct grouping_condition, stages) },
	{ "action", action_value, offsetof(struct grouping_condition, actions) },
	{ "engine", engine_value, offsetof(struct grouping_condition, engines) },
};

static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "signature", offsetof(struct grouping_condition, signatures) },
	{ "signature_id", offsetof(struct grouping_condition, signature_ids) },
	{ "category", offsetof(struct grouping_condition, categories) },
	{ "format", offsetof(struct grouping_condition, formats) },
};

/* One scalar, or each of a list. */
static const struct yaml_node *first_value(const struct yaml_node *n)
{
	return n->kind == YAML_TREE_SEQUENCE ? n->first : n;
}

static const struct yaml_node *next_value(const struct yaml_node *list, const struct yaml_node *value)
{
	return list->kind == YAML_TREE_SEQUENCE ? value->next : NULL;
}

static int read_enumeration(const struct reader *r, const struct yaml_node *list, const struct enumeration *e,
			    uint32_t *set)
{
	unsigned v;

	*set = 0;
	for (const struct yaml_node *n = first_value(list); n; n = next_value(list, n)) {
		if (!yaml_node_is(n, YAML_TREE_SCALAR) || !e->value(n->text, &v))
			return refuse(r, n->line, e->name,
				      yaml_node_is(n, YAML_TREE_SCALAR) ? n->text : SLICE_LITERAL("not a word"));
		*set |= 1U << v;
	}
	return *set ? 0 : refuse(r, list->line, "a condition without a value", list->key);
}

static int read_texts(const struct reader *r, const struct yaml_node *list, struct grouping_texts *out)
{
	size_t room = list->kind == YAML_TREE_SEQUENCE ? list->count : 1;

	if (room == 0 || room > TEXTS_MAX)
		return refuse(r, list->line, "a condition has 1 to 100 texts", list->key);
	out->items = calloc(room, sizeof(*out->items));
	if (!out->items)
		return err_set(r->why, ERR_NOMEM, "no memory for grouping rules");
	for (const struct yaml_node *n = first_value(list); n; n = next_value(list, n)) {
		if (!yaml_node_is(n, YAML_TREE_SCALAR) || n->text.len == 0 || n->text.len > TEXT_LENGTH_MAX)
			return refuse(r, n->line, "a text of 1 to 200 bytes was expected", list->key);
		out->items[out->count] = slice_to_string(n->text);
		if (!out->items[out->count])
			return err_set(r->why, ERR_NOMEM, "no memory for grouping rules");
		out->count++;
	}
	return 0;
}

static int read_max_score(const struct reader *r, const struct yaml_node *n, int *out)
{
	int64_t v;

	if (!yaml_node_is(n, YAML_TREE_SCALAR) || !yaml_node_integer(n, &v) || v < 0 || v > 100)
		return refuse(r, n->line, "max_score is a number from 0 to 100", nothing);
	*out = (int)v;
	return 0;
}

static int read_field(const struct reader *r, const struct yaml_node *n, struct grouping_condition *c)
{
	if (n->kind == YAML_TREE_MAPPING)
		return refuse(r, n->line, "a value or a list of values was expected", n->key);
	for (size_t i = 0; i < ARRAY_LEN(enumerations); i++)
		if (slice_is(n->key, enumerations[i].name))
			return read_enumeration(r, n, &enumerations[i],
						(uint32_t *)(void *)((char *)c + enumerations[i].offset));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (slice_is(n->key, texts[i].name))
			return read_texts(r, n, (struct grouping_texts *)(void *)((char *)c + texts[i].offset));
	if (slice_is(n->key, "max_score"))
		return read_max_score(r, n, &c->max_score);
	return refuse(r, n->key_line, "not a field that a grouping rule can ask for", n->key);
}

static int read_condition(const struct reader *r, const struct yaml_node *n, struct grouping_rule *rule)
{
	struct grouping_condition *c = &rule->conditions[rule->condition_count];

	if (!yaml_node_is(n, YAML_TREE_MAPPING) || n->count == 0)
		return refuse(r, n->line, "a condition is a mapping of fields to values", nothing);
	grouping_condition_init(c);
	rule->condition_count++;
	for (const struct yaml_node *field = n->first; field; field = field->next)
		if (read_field(r, field, c) != 0)
			return -1;
	return 0;
}

static int read_when(const struct reader *r, const struct yaml_node *when, struct grouping_rule *rule)
{
	size_t count;

	if (!when)
		return 0;
	count = when->kind == YAML_TREE_SEQUENCE ? when->count : 1;
	if (count == 0 || count > GROUPING_CONDITIONS_MAX)
		return refuse(r, when->line, "`when` is one condition or a list of up to 16", nothing);
	rule->conditions = calloc(count, sizeof(*rule->conditions));
	if (!rule->conditions)
		return err_set(r->why, ERR_NOMEM, "no memory for grouping rules");
	for (const struct yaml_node *n = first_value(when); n; n = next_value(when, n))
		if (read_condition(r, n, rule) != 0)
			return -1;
	return 0;
}

/* ------------------------------------------------------------------------------------------------------------- key */

static const char *const part_names[] = {
	[GROUPING_DIRECTION] = "direction",
	[GROUPING_ANCHOR] = "anchor",
	[GROUPING_INSIDE_IP] = "inside_ip",
	[GROUPING_ATTACKER_IP] = "attacker_ip",
	[GROUPING_REMOTE_IP] = "remote_ip",
	[GROUPING_STAGE] = "stage",
	[GROUPING_STAGE_OR_SIGNATURE] = "stage_or_signature",
	[GROUPING_SIGNATURE] = "signature",
	[GROUPING_CATEGORY] = "category",
	[GROUPING_ENGINE] = "engine",
	[GROUPING_DAY] = "day",
};

static int read_part(const struct reader *r, const struct yaml_node *n, struct grouping_rule *rule)
{
	for (size_t i = 0; i < ARRAY_LEN(part_names); i++) {
		if (!yaml_node_is(n, YAML_TREE_SCALAR) || !slice_is(n->text, part_names[i]))
			continue;
		for (size_t k = 0; k < rule->part_count; k++)
			if (rule->parts[k] == (enum grouping_part)i)
				return refuse(r, n->line, "this part of the key stands twice", n->text);
		rule->parts[rule->part_count++] = (enum grouping_part)i;
		return 0;
	}
	return refuse(r, n->line, "not a part that a key can have", n->text);
}

static int read_key(const struct reader *r, const struct yaml_node *key, int line, struct grouping_rule *rule)
{
	if (rule->is_link && yaml_node_is(key, YAML_TREE_SCALAR) && slice_is(key->text, "none"))
		return 0;
	if (!yaml_node_is(key, YAML_TREE_SEQUENCE) || key->count == 0 || key->count > GROUPING_PARTS_MAX)
		return refuse(r, key ? key->line : line, "`key` is a list of 1 to 8 parts (of a link rule: or none)",
			      nothing);
	for (const struct yaml_node *n = key->first; n; n = n->next)
		if (read_part(r, n, rule) != 0)
			return -1;
	return 0;
}

/* "90m", "24h". */
static int read_window(const struct reader *r, const struct yaml_node *window, struct grouping_rule *rule)
{
	uint64_t v = 0, minutes = 0;

	if (!window)
		return 0;
	if (yaml_node_is(window, YAML_TREE_SCALAR) && window->text.len >= 2 &&
	    slice_to_uint64(slice_take(window->text, window->text.len - 1), &v) && v <= 10000)
		minutes = window->text.ptr[window->text.len - 1] == 'h'   ? v * 60
			  : window->text.ptr[window->text.len - 1] == 'm' ? v
									  : 0;
	if (minutes == 0 || minutes % UNIT_MINUTES || minutes / UNIT_MINUTES > GROUPING_UNITS_MAX)
		return refuse(r, window->line,
			      "a window is a multiple of 15m, at most 63h (in minutes or hours: 90m, 24h)",
			      window->text);
	rule->window_units = (uint8_t)(minutes / UNIT_MINUTES);
	return 0;
}

/* ----------------------------------------------------------------------------------------------------------- rules */

static bool is_name(struct slice s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	if (s.len == 0 || s.len > GROUPING_NAME_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!memchr(letters, s.ptr[i], sizeof(letters) - 1))
			return false;
	return true;
}

static int read_name(const struct reader *r, const struct yaml_node *name, int line, struct grouping_rule *rule)
{
	if (!yaml_node_is(name, YAML_TREE_SCALAR) || !is_name(name->text))
		return refuse(r, name ? name->line : line,
			      "a rule has a `name` of at most 63 small letters, digits, - and _", nothing);
	for (size_t i = 0; i + 1 < r->g->count; i++)
		if (slice_is(name->text, r->g->rules[i].name))
			return refuse(r, name->line, "two rules of this name", name->text);
	memcpy(rule->name, name->text.ptr, name->text.len);
	rule->is_nameless = slice_is(name->text, rule->is_link ? GROUPING_BASE_LINK : GROUPING_BASE_CLUSTER);
	return 0;
}

static int check_members(const struct reader *r, const struct yaml_node *mapping, const char *const *known,
			 size_t count)
{
	for (const struct yaml_node *n = mapping->first; n; n = n->next) {
		size_t i = 0;

		while (i < count && !slice_is(n->key, known[i]))
			i++;
		if (i == count)
			return refuse(r, n->key_line, "unknown key", n->key);
	}
	return 0;
}

static int read_rule(const struct reader *r, const struct yaml_node *n, bool is_link)
{
	static const char *const known[] = { "name", "description", "when", "key", "window" };
	struct grouping_rule *rule = &r->g->rules[r->g->count];

	if (!yaml_node_is(n, YAML_TREE_MAPPING))
		return refuse(r, n->line, "a rule is a mapping with `name` and `key`", nothing);
	rule->is_link = is_link;
	r->g->count++;
	if (check_members(r, n, known, ARRAY_LEN(known)) != 0 ||
	    read_name(r, yaml_node_member(n, "name"), n->line, rule) != 0 ||
	    read_when(r, yaml_node_member(n, "when"), rule) != 0 ||
	    read_key(r, yaml_node_member(n, "key"), n->line, rule) != 0)
		return -1;
	return read_window(r, yaml_node_member(n, "window"), rule);
}

/* Every alert must find a cluster rule: the last one asks for nothing. */
static bool takes_all(const struct grouping_rule *r)
{
	for (size_t i = 0; i < r->part_count; i++)
		if (r->parts[i] == GROUPING_INSIDE_IP || r->parts[i] == GROUPING_ATTACKER_IP ||
		    r->parts[i] == GROUPING_REMOTE_IP)
			return false;
	return r->condition_count == 0;
}

static int read_list(const struct reader *r, const struct yaml_node *list, bool is_link)
{
	if (!list)
		return 0;
	if (!yaml_node_is(list, YAML_TREE_SEQUENCE))
		return refuse(r, list->line, "a list of rules was expected", list->key);
	for (const struct yaml_node *n = list->first; n; n = n->next)
		if (read_rule(r, n, is_link) != 0)
			return -1;
	return 0;
}

static int read_file(const struct reader *r, const struct yaml_node *top)
{
	static const char *const known[] = { "clusters", "links" };
	const struct yaml_node *clusters = yaml_node_member(top, "clusters"), *links = yaml_node_member(top, "links");
	size_t count = (clusters ? clusters->count : 0) + (links ? links->count : 0);

	if (!yaml_node_is(top, YAML_TREE_MAPPING) || top->next)
		return refuse(r, top ? top->line : 1, "one mapping with `clusters` and `links` was expected", nothing);
	if (check_members(r, top, known, ARRAY_LEN(known)) != 0)
		return -1;
	if (count > GROUPING_RULES_MAX)
		return refuse(r, top->line, "more than 200 grouping rules", nothing);
	r->g->rules = calloc(count + 1, sizeof(*r->g->rules));
	if (!r->g->rules)
		return err_set(r->why, ERR_NOMEM, "no memory for grouping rules");
	if (read_list(r, clusters, false) != 0)
		return -1;
	if (r->g->count == 0 || !takes_all(&r->g->rules[r->g->count - 1]))
		return refuse(r, clusters ? clusters->line : top->line,
			      "the last cluster rule must take every alert: no `when`, and of hosts only `anchor`",
			      nothing);
	return read_list(r, links, true);
}

int grouping_build(struct grouping **out, struct slice text, const char *name, struct err *why)
{
	struct reader r = { .file = name, .why = why };
	struct yaml_tree *tree;
	int failed;

	if (yaml_tree_parse(&tree, text, name, NULL, why) != 0)
		return -1;
	r.g = calloc(1, sizeof(*r.g));
	failed = r.g ? read_file(&r, yaml_tree_first(tree)) : err_set(why, ERR_NOMEM, "no memory for grouping rules");
	yaml_tree_free(tree);
	if (failed) {
		grouping_free(r.g);
		return -1;
	}
	*out = r.g;
	return 0;
}
