#include "server/model/sigma/document.h"

#include "server/model/attack.h"
#include "server/model/sigma/mapping.h"
#include "server/model/sigma/set.h"

enum { TITLE_MAX = 256, DESCRIPTION_MAX = 65535, TAGS_MAX = 256 };

/* What the specification knows at the top of a document. Others are custom fields, which it allows; title_ja is one of
 * ours. */
static const char *const known_keys[] = {
	"title",    "id",    "related",  "name",       "taxonomy",    "status",    "description", "license",
	"author",   "date",  "modified", "references", "logsource",   "detection", "fields",      "falsepositives",
	"title_ja", "level", "tags",     "scope",      "correlation", "filter",    "generate",
};

static const char *const level_names[] = { "informational", "low", "medium", "high", "critical" };

const char *sigma_level_name(enum sigma_level level)
{
	return level_names[level];
}

int sigma_level_severity(enum sigma_level level)
{
	return SEVERITY_INFO - (int)level;
}

/* -------------------------------------------------------------------------------------------------- kinds of values */

static const char *keep(struct sigma_build *b, struct slice text)
{
	const char *copy = pool_string(&b->set->memory, text);

	if (!copy)
		sigma_no_memory(b);
	return copy ? copy : "";
}

bool sigma_text_member(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *mapping, const char *key,
		       struct slice *out)
{
	const struct yaml_node *n = yaml_node_member(mapping, key);

	*out = (struct slice){ 0 };
	if (!n)
		return false;
	if (n->kind != YAML_TREE_SCALAR || yaml_node_is_null(n)) {
		sigma_problem(b, d, n->line, "%s must be a text", key);
		return false;
	}
	*out = n->text;
	return true;
}

/* Characters, of UTF-8. */
static size_t length_of(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += (text.ptr[i] & 0xC0) != 0x80;
	return n;
}

static const char *read_text(struct sigma_build *b, struct sigma_draft *d, const char *key, size_t most)
{
	const struct yaml_node *n = yaml_node_member(d->document, key);
	struct slice text;

	if (!sigma_text_member(b, d, d->document, key, &text))
		return "";
	if (length_of(text) <= most)
		return keep(b, text);
	sigma_problem(b, d, n->line, "%s is longer than %zu characters", key, most);
	return "";
}

static void check_texts(struct sigma_build *b, struct sigma_draft *d, const char *key)
{
	const struct yaml_node *n = yaml_node_member(d->document, key);

	if (!n)
		return;
	if (n->kind != YAML_TREE_SEQUENCE) {
		sigma_problem(b, d, n->line, "%s must be a list of texts", key);
		return;
	}
	for (const struct yaml_node *c = n->first; c; c = c->next)
		if (c->kind != YAML_TREE_SCALAR)
			sigma_problem(b, d, c->line, "%s must be a list of texts", key);
}

static bool is_date(struct slice t)
{
	static const char form[] = "dddd-dd-dd";

	if (t.len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < t.len; i++)
		if (form[i] == 'd' ? t.ptr[i] < '0' || t.ptr[i] > '9' : t.ptr[i] != (uint8_t)form[i])
			return false;
	return true;
}

static void check_date(struct sigma_build *b, struct sigma_draft *d, const char *key)
{
	const struct yaml_node *n = yaml_node_member(d->document, key);
	struct slice text;

	if (sigma_text_member(b, d, d->document, key, &text) && !is_date(text))
		sigma_problem(b, d, n->line, "%s must be a date: YYYY-MM-DD", key);
}

static size_t check_word(struct sigma_build *b, struct sigma_draft *d, const char *key, const char *const *words,
			 size_t count, size_t fallback)
{
	const struct yaml_node *n = yaml_node_member(d->document, key);
	struct slice text;

	if (!sigma_text_member(b, d, d->document, key, &text))
		return fallback;
	for (size_t i = 0; i < count; i++)
		if (slice_is(text, words[i]))
			return i;
	sigma_problem(b, d, n->line, "%s cannot be %.60s", key, (const char *)text.ptr);
	return fallback;
}

/* ----------------------------------------------------------------------------------------------------- simple keys */

static void check_related(struct sigma_build *b, struct sigma_draft *d)
{
	static const char *const known[] = { "id", "type", NULL };
	static const char *const types[] = { "derived", "obsolete", "merged", "renamed", "similar" };
	const struct yaml_node *n = yaml_node_member(d->document, "related");

	if (n && n->kind != YAML_TREE_SEQUENCE) {
		sigma_problem(b, d, n->line, "related must be a list");
		return;
	}
	for (const struct yaml_node *c = n ? n->first : NULL; c; c = c->next) {
		const struct yaml_node *type = yaml_node_member(c, "type");
		size_t i = 0;

		if (!yaml_node_is(yaml_node_member(c, "id"), YAML_TREE_SCALAR) ||
		    !yaml_node_is(type, YAML_TREE_SCALAR)) {
			sigma_problem(b, d, c->line, "an item of related needs id and type");
			continue;
		}
		sigma_check_keys(b, d, c, known, "related");
		while (i < ARRAY_LEN(types) && !slice_is(type->text, types[i]))
			i++;
		if (i == ARRAY_LEN(types))
			sigma_problem(b, d, type->line, "no such type of relation: %.60s",
				      (const char *)type->text.ptr);
	}
}

static void check_taxonomy(struct sigma_build *b, struct sigma_draft *d)
{
	struct slice text;

	if (sigma_text_member(b, d, d->document, "taxonomy", &text) && !slice_is(text, "sigma"))
		sigma_problem(b, d, yaml_node_member(d->document, "taxonomy")->line,
			      "the taxonomy %.60s is not known here; only sigma is", (const char *)text.ptr);
}

static void read_names(struct sigma_build *b, struct sigma_draft *d)
{
	const struct yaml_node *title = yaml_node_member(d->document, "title");
	struct sigma_rule *r = &d->rule;

	r->title = read_text(b, d, "title", TITLE_MAX);
	r->id = read_text(b, d, "id", TITLE_MAX);
	r->name = read_text(b, d, "name", TITLE_MAX);
	r->description = read_text(b, d, "description", DESCRIPTION_MAX);
	r->author = read_text(b, d, "author", DESCRIPTION_MAX);
	r->title_ja = read_text(b, d, "title_ja", TITLE_MAX);
	r->uid = *r->id ? r->id : *r->name ? r->name : r->title;
	if (!*r->title && (!title || (title->kind == YAML_TREE_SCALAR && title->text.len == 0)))
		sigma_problem(b, d, d->line, "a document needs a title");
}

static void read_simple_keys(struct sigma_build *b, struct sigma_draft *d)
{
	static const char *const statuses[] = { "stable", "test", "experimental", "deprecated", "unsupported" };

	read_names(b, d);
	check_word(b, d, "status", statuses, ARRAY_LEN(statuses), 0);
	d->rule.status = read_text(b, d, "status", TITLE_MAX);
	d->rule.level = (enum sigma_level)check_word(b, d, "level", level_names, ARRAY_LEN(level_names), SIGMA_MEDIUM);
	read_text(b, d, "license", TITLE_MAX);
	check_date(b, d, "date");
	check_date(b, d, "modified");
	check_texts(b, d, "references");
	check_texts(b, d, "falsepositives");
	check_texts(b, d, "fields");
	check_texts(b, d, "scope");
	check_related(b, d);
	check_taxonomy(b, d);
}

/* ------------------------------------------------------------------------------------------------------------- tags */

/* attack.<tactic>, as the specification's appendix on tags has them. */
static const struct {
	const char *tag;
	enum tactic tactic;
} tactics[] = {
	{ "attack.reconnaissance", TACTIC_RECONNAISSANCE },
	{ "attack.resource-development", TACTIC_RESOURCE_DEVELOPMENT },
	{ "attack.initial-access", TACTIC_INITIAL_ACCESS },
	{ "attack.execution", TACTIC_EXECUTION },
	{ "attack.persistence", TACTIC_PERSISTENCE },
	{ "attack.privilege-escalation", TACTIC_PRIVILEGE_ESCALATION },
	{ "attack.defense-evasion", TACTIC_DEFENSE_EVASION },
	{ "attack.credential-access", TACTIC_CREDENTIAL_ACCESS },
	{ "attack.discovery", TACTIC_DISCOVERY },
	{ "attack.lateral-movement", TACTIC_LATERAL_MOVEMENT },
	{ "attack.collection", TACTIC_COLLECTION },
	{ "attack.command-and-control", TACTIC_COMMAND_AND_CONTROL },
	{ "attack.exfiltration", TACTIC_EXFILTRATION },
	{ "attack.impact", TACTIC_IMPACT },
};

static bool is_tag(struct slice t)
{
	size_t dot = slice_find(t, '.');

	for (size_t i = 0; i < t.len; i++) {
		uint8_t c = t.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		      (c == '.' && i >= dot)))
			return false;
	}
	return dot > 0 && dot + 1 < t.len;
}

static unsigned tactic_of(struct slice tag)
{
	for (size_t i = 0; i < ARRAY_LEN(tactics); i++)
		if (slice_is(tag, tactics[i].tag))
			return TACTIC_BIT(tactics[i].tactic);
	return 0;
}

/* attack.t1059.001: the technique as everywhere else, T1059.001. */
static void add_technique(struct sigma_build *b, struct sigma_rule *r, struct slice tag)
{
	char text[16];
	struct slice id = slice_skip(tag, sizeof("attack.") - 1);

	if (id.len >= sizeof(text) || r->technique_count == ALERT_TECHNIQUES_MAX)
		return;
	memcpy(text, id.ptr, id.len);
	text[0] = 'T';
	id.ptr = (const uint8_t *)text;
	if (attack_is_technique(id))
		r->technique[r->technique_count++] = keep(b, id);
}

/* The tactics that a rule names say its stage; without one, those that its techniques serve. */
static void find_stage(struct sigma_rule *r, unsigned named)
{
	struct slice first = slice_of_string(r->technique_count ? r->technique[0] : NULL);

	if (!named)
		for (size_t i = 0; i < r->technique_count; i++)
			named |= attack_tactics_of(slice_of_string(r->technique[i]));
	if (named)
		r->stage = attack_stage(named, first);
}

static void read_tags(struct sigma_build *b, struct sigma_draft *d)
{
	const struct yaml_node *n = yaml_node_member(d->document, "tags");
	struct sigma_rule *r = &d->rule;
	const char **tags;
	unsigned named = 0;

	if (!n)
		return;
	if (n->kind != YAML_TREE_SEQUENCE || n->count > TAGS_MAX) {
		sigma_problem(b, d, n->line, "tags must be a list of at most %d texts", TAGS_MAX);
		return;
	}
	tags = pool_take_array(&b->set->memory, n->count, sizeof(*tags));
	if (!tags) {
		sigma_no_memory(b);
		return;
	}
	r->tags = tags;
	for (const struct yaml_node *c = n->first; c; c = c->next) {
		if (c->kind != YAML_TREE_SCALAR || !is_tag(c->text)) {
			sigma_problem(b, d, c->line, "a tag has the form namespace.name, in lower case");
			continue;
		}
		tags[r->tag_count++] = keep(b, c->text);
		named |= tactic_of(c->text);
		if (slice_starts_with(c->text, "attack.t"))
			add_technique(b, r, c->text);
	}
	find_stage(r, named);
}

/* -------------------------------------------------------------------------------------------------------- log source
 */

static struct slice attribute(struct sigma_build *b, struct sigma_draft *d, const struct yaml_node *n, const char *key)
{
	struct slice text;

	return sigma_text_member(b, d, n, key, &text) ? text : SLICE_LITERAL("");
}

static void read_logsource(struct sigma_build *b, struct sigma_draft *d)
{
	static const char *const known[] = { "category", "product", "service", "definition", NULL };
	const struct yaml_node *n = yaml_node_member(d->document, "logsource");
	struct slice category, product, service;

	if (!yaml_node_is(n, YAML_TREE_MAPPING)) {
		sigma_problem(b, d, n ? n->line : d->line,
			      "a rule needs a logsource with category, product or service");
		return;
	}
	sigma_check_keys(b, d, n, known, "logsource");
	category = attribute(b, d, n, "category");
	product = attribute(b, d, n, "product");
	service = attribute(b, d, n, "service");
	if (!category.len && !product.len && !service.len) {
		sigma_problem(b, d, n->line, "a logsource needs category, product or service");
		return;
	}
	d->source = sigma_mapping_find(b->mapping, category, product, service);
	if (!d->source)
		sigma_problem(b, d, n->line,
			      "log source not known here: category '%.60s' product '%.60s' service '%.60s'",
			      (const char *)category.ptr, (const char *)product.ptr, (const char *)service.ptr);
}

/* --------------------------------------------------------------------------------------------------- which document */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* One letter too many, missing, wrong or swapped with its neighbour, or capitals. */
static bool looks_like(struct slice key, const char *known)
{
	struct slice k = slice_of_string(known);
	size_t front = 0, back = 0;

	while (front < key.len && front < k.len && lower(key.ptr[front]) == k.ptr[front])
		front++;
	while (back + front < key.len && back + front < k.len &&
	       lower(key.ptr[key.len - 1 - back]) == k.ptr[k.len - 1 - back])
		back++;
	key.len -= front + back;
	k.len -= front + back;
	if (key.len + k.len <= 1 || (key.len == 1 && k.len == 1))
		return true;
	return key.len == 2 && k.len == 2 && key.ptr[front] == k.ptr[front + 1] && key.ptr[front + 1] == k.ptr[front];
}

/* Custom fields are allowed, but not one that is a known key with a slip of the pen, nor those of the old way to put
 * several rules into a file, which change what the others mean. */
static void check_top_keys(struct sigma_build *b, struct sigma_draft *d)
{
	for (const struct yaml_node *c = d->document->first; c; c = c->next) {
		size_t i = 0;

		while (i < ARRAY_LEN(known_keys) && !slice_is(c->key, known_keys[i]))
			i++;
		if (i < ARRAY_LEN(known_keys))
			continue;
		if (slice_is(c->key, "action"))
			sigma_problem(b, d, c->key_line, "`action:` documents are no longer part of Sigma");
		for (i = 0; i < ARRAY_LEN(known_keys); i++)
			if (looks_like(c->key, known_keys[i]))
				sigma_problem(b, d, c->key_line, "the key %.60s is not known; is %s meant?",
					      (const char *)c->key.ptr, known_keys[i]);
	}
}

static bool find_body(struct sigma_build *b, struct sigma_draft *d)
{
	static const char *const keys[] = {
		[SIGMA_DRAFT_DETECTION] = "detection",
		[SIGMA_DRAFT_CORRELATION] = "correlation",
		[SIGMA_DRAFT_FILTER] = "filter",
	};
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct yaml_node *n = yaml_node_member(d->document, keys[i]);

		if (!n)
			continue;
		found++;
		d->kind = (enum sigma_draft_kind)i;
		d->body = n;
	}
	if (found != 1) {
		sigma_problem(b, d, d->line, "a document needs one of detection, correlation and filter");
		return false;
	}
	if (d->body->kind == YAML_TREE_MAPPING)
		return true;
	sigma_problem(b, d, d->body->line, "%s must be a mapping", keys[d->kind]);
	return false;
}

void sigma_document_read(struct sigma_build *b, struct sigma_draft *d)
{
	if (d->document->kind != YAML_TREE_MAPPING) {
		sigma_problem(b, d, d->line, "a document must be a mapping: title, logsource, detection, ...");
		return;
	}
	check_top_keys(b, d);
	read_simple_keys(b, d);
	read_tags(b, d);
	if (!find_body(b, d)) {
		d->body = NULL;
		return;
	}
	d->rule.kind = d->kind == SIGMA_DRAFT_CORRELATION ? SIGMA_CORRELATION : SIGMA_DETECTION;
	if (d->kind != SIGMA_DRAFT_CORRELATION)
		read_logsource(b, d);
}
