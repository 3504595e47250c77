#include "server/model/sigma/mapping.h"

#include "server/model/sigma/fold.h"
#include "server/model/sigma/placeholder.h"
#include "server/model/sigma/problems.h"

#include <stdarg.h>
#include <stdlib.h>

/* Fields of all entries and sets; names of one list. */
enum { FIELDS_MAX = 5000, LIST_MAX = 256, SETS_MAX = 200, PLACEHOLDERS_MAX = 1000 };

struct reader {
	struct sigma_mapping *mapping;
	const char *file;
	struct sigma_problems *problems;
	const struct yaml_node *sets; /* field_sets */
	size_t field_count;
	bool failed;
};

static void __attribute__((format(printf, 3, 4))) problem(struct reader *r, int line, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sigma_problems_add(r->problems, r->file, line, text);
	r->failed = true;
}

static struct slice keep(struct reader *r, struct slice text)
{
	const char *copy = pool_string(&r->mapping->memory, text);

	if (!copy)
		problem(r, 0, "no memory for the field mapping");
	return slice_of(copy, copy ? text.len : 0);
}

static void *take(struct reader *r, size_t count, size_t size)
{
	void *p = pool_take_array(&r->mapping->memory, count ? count : 1, size);

	if (!p)
		problem(r, 0, "no memory for the field mapping");
	return p;
}

static void check_keys(struct reader *r, const struct yaml_node *n, const char *const *known, const char *where)
{
	for (const struct yaml_node *c = n->first; c; c = c->next) {
		size_t i = 0;

		while (known[i] && !slice_is(c->key, known[i]))
			i++;
		if (!known[i])
			problem(r, c->key_line, "unknown key %s in %s", (const char *)c->key.ptr, where);
	}
}

/* A scalar, or a list of them. *null: whether null is among them; NULL: it must not be. */
static struct slice *read_list(struct reader *r, const struct yaml_node *n, size_t *count, bool *null, const char *what)
{
	bool list = yaml_node_is(n, YAML_TREE_SEQUENCE);
	struct slice *out;

	*count = 0;
	if (!list && !yaml_node_is(n, YAML_TREE_SCALAR)) {
		problem(r, n->line, "%s must be a text or a list of texts", what);
		return NULL;
	}
	if (n->count > LIST_MAX) {
		problem(r, n->line, "%s has more than %d items", what, LIST_MAX);
		return NULL;
	}
	out = take(r, list ? n->count : 1, sizeof(*out));
	for (const struct yaml_node *c = list ? n->first : n; out && c; c = list ? c->next : NULL) {
		if (yaml_node_is_null(c) && null)
			*null = true;
		else if (c->kind != YAML_TREE_SCALAR || yaml_node_is_null(c))
			problem(r, c->line, "%s must be a text or a list of texts", what);
		else
			out[(*count)++] = keep(r, c->text);
	}
	return out;
}

static struct slice *read_sources(struct reader *r, const struct yaml_node *n, size_t *count)
{
	struct slice *out = read_list(r, n, count, NULL, "what a field is mapped to");

	if (*count > SIGMA_SOURCES_MAX) {
		problem(r, n->line, "a field is mapped to at most %d source fields", SIGMA_SOURCES_MAX);
		*count = 0;
	}
	for (size_t i = 0; i < *count; i++) {
		enum sigma_source_kind kind = sigma_source_field_of(out[i]).kind;

		if (kind == SIGMA_SOURCE_NONE || kind == SIGMA_SOURCE_RULE_UID)
			problem(r, n->line, "there is no source field %s", (const char *)out[i].ptr);
	}
	return out;
}

static void fold_in_place(struct reader *r, struct slice *text)
{
	uint8_t *to = take(r, text->len, 1);

	if (!to)
		return;
	sigma_fold(*text, to);
	text->ptr = to;
}

static void read_translations(struct reader *r, const struct yaml_node *n, struct sigma_mapped_field *f)
{
	if (!yaml_node_is(n, YAML_TREE_MAPPING)) {
		problem(r, n->line, "values must be a mapping: value of rules to value of the source fields");
		return;
	}
	f->translations = take(r, n->count, sizeof(*f->translations));
	for (const struct yaml_node *c = n->first; f->translations && c; c = c->next) {
		struct sigma_translation *t = &f->translations[f->translation_count++];

		t->value = keep(r, c->key);
		fold_in_place(r, &t->value);
		t->sources = read_list(r, c, &t->count, &t->or_absent, "a value's translation");
	}
}

static void read_field(struct reader *r, const struct yaml_node *n, struct sigma_source *s)
{
	static const char *const known[] = { "from", "values", NULL };
	struct sigma_mapped_field *f;
	const struct yaml_node *from = n;

	if (sigma_source_mapped(s, n->key))
		return; /* an entry's own word goes before that of its sets */
	if (++r->field_count > FIELDS_MAX) {
		problem(r, n->key_line, "more than %d fields", FIELDS_MAX);
		return;
	}
	f = take(r, 1, sizeof(*f));
	if (!f)
		return;
	f->name = keep(r, n->key);
	if (n->kind == YAML_TREE_MAPPING) {
		check_keys(r, n, known, "a field");
		from = yaml_node_member(n, "from");
		if (!from) {
			problem(r, n->line, "a field needs `from`");
			return;
		}
		if (yaml_node_member(n, "values"))
			read_translations(r, yaml_node_member(n, "values"), f);
	}
	f->sources = read_sources(r, from, &f->source_count);
	f->next = s->fields;
	s->fields = f;
}

static void read_fields(struct reader *r, const struct yaml_node *n, struct sigma_source *s)
{
	if (!yaml_node_is(n, YAML_TREE_MAPPING)) {
		problem(r, n->line, "fields must be a mapping: field of rules to source field");
		return;
	}
	for (const struct yaml_node *c = n->first; c && !r->failed; c = c->next)
		read_field(r, c, s);
}

static void read_uses(struct reader *r, const struct yaml_node *n, struct sigma_source *s)
{
	size_t count;
	struct slice *names = read_list(r, n, &count, NULL, "use");

	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *set = yaml_node_member(r->sets, (const char *)names[i].ptr);

		if (set)
			read_fields(r, set, s);
		else
			problem(r, n->line, "there is no field set %s", (const char *)names[i].ptr);
	}
}

static struct slice read_attribute(struct reader *r, const struct yaml_node *logsource, const char *key)
{
	const struct yaml_node *n = yaml_node_member(logsource, key);

	if (!n)
		return SLICE_LITERAL("");
	if (n->kind != YAML_TREE_SCALAR || n->text.len == 0) {
		problem(r, n->line, "%s must be a text", key);
		return SLICE_LITERAL("");
	}
	return keep(r, n->text);
}

static void read_logsource(struct reader *r, const struct yaml_node *entry, struct sigma_source *s)
{
	static const char *const known[] = { "category", "product", "service", NULL };
	const struct yaml_node *n = yaml_node_member(entry, "logsource");

	if (!yaml_node_is(n, YAML_TREE_MAPPING) || n->count == 0) {
		problem(r, entry->line, "an entry needs a logsource with category, product or service");
		return;
	}
	check_keys(r, n, known, "logsource");
	s->category = read_attribute(r, n, "category");
	s->product = read_attribute(r, n, "product");
	s->service = read_attribute(r, n, "service");
}

static void read_events(struct reader *r, const struct yaml_node *entry, struct sigma_source *s)
{
	const struct yaml_node *n = yaml_node_member(entry, "events");

	if (!n) {
		problem(r, entry->line, "an entry needs events: which records such rules look at");
		return;
	}
	s->event_names = read_list(r, n, &s->event_count, NULL, "events");
	for (size_t i = 0; i < s->event_count; i++)
		if (!sigma_event_is_pattern(s->event_names[i]) &&
		    !sigma_event_add(&r->mapping->events, s->event_names[i]))
			problem(r, n->line, "the event %.80s is one too many (%d), or its name is too long",
				(const char *)s->event_names[i].ptr, SIGMA_EVENTS_MAX);
}

static void read_entry(struct reader *r, const struct yaml_node *entry, struct sigma_source ***last)
{
	static const char *const known[] = { "logsource", "events", "fields", "use", "keywords",
					     "own_names", "prefix", "where",  NULL };
	const struct yaml_node *n;
	struct sigma_source *s;

	if (!yaml_node_is(entry, YAML_TREE_MAPPING)) {
		problem(r, entry->line, "an entry of logsources must be a mapping");
		return;
	}
	s = take(r, 1, sizeof(*s));
	if (!s)
		return;
	check_keys(r, entry, known, "an entry of logsources");
	read_logsource(r, entry, s);
	read_events(r, entry, s);
	n = yaml_node_member(entry, "own_names");
	if (n && !yaml_node_boolean(n, &s->own_names))
		problem(r, n->line, "own_names must be true or false");
	s->where = yaml_node_member(entry, "where");
	s->prefix = read_attribute(r, entry, "prefix");
	n = yaml_node_member(entry, "keywords");
	if (n)
		s->keywords = read_sources(r, n, &s->keyword_count);
	if (yaml_node_member(entry, "fields"))
		read_fields(r, yaml_node_member(entry, "fields"), s);
	if (yaml_node_member(entry, "use"))
		read_uses(r, yaml_node_member(entry, "use"), s);
	**last = s;
	*last = &s->next;
}

static void read_placeholder_values(struct reader *r, const struct yaml_node *n, struct sigma_placeholder *p)
{
	bool list = n->kind == YAML_TREE_SEQUENCE;

	p->values = take(r, list ? n->count : 1, sizeof(*p->values));
	for (const struct yaml_node *c = list ? n->first : n; p->values && c; c = list ? c->next : NULL) {
		if (c->kind != YAML_TREE_SCALAR || yaml_node_is_null(c) || c->text.len == 0)
			problem(r, c->line, "a placeholder has a text or a list of texts, none of them empty");
		else
			p->values[p->count++] = keep(r, c->text);
	}
}

static void read_placeholder(struct reader *r, const struct yaml_node *n)
{
	struct sigma_placeholder *p;

	if (!sigma_placeholder_is_name(n->key)) {
		problem(r, n->key_line,
			"a placeholder's name has letters, digits, _ and -, and stands here without percent signs");
		return;
	}
	if (n->kind == YAML_TREE_SEQUENCE && (n->count == 0 || n->count > SIGMA_PLACEHOLDER_VALUES_MAX)) {
		problem(r, n->line, "a placeholder has 1 to %d values", SIGMA_PLACEHOLDER_VALUES_MAX);
		return;
	}
	p = take(r, 1, sizeof(*p));
	if (!p)
		return;
	p->name = keep(r, n->key);
	read_placeholder_values(r, n, p);
	p->next = r->mapping->placeholders;
	r->mapping->placeholders = p;
}

static void read_placeholders(struct reader *r, const struct yaml_node *n)
{
	if (n->kind != YAML_TREE_MAPPING || n->count > PLACEHOLDERS_MAX) {
		problem(r, n->line, "placeholders must be a mapping of at most %d names, each with its values",
			PLACEHOLDERS_MAX);
		return;
	}
	for (const struct yaml_node *c = n->first; c && !r->failed; c = c->next)
		read_placeholder(r, c);
}

static void read_entries(struct reader *r, const struct yaml_node *root)
{
	static const char *const known[] = { "field_sets", "logsources", "placeholders", NULL };
	const struct yaml_node *entries = yaml_node_member(root, "logsources");
	struct sigma_source **last = &r->mapping->sources;

	if (!yaml_node_is(entries, YAML_TREE_SEQUENCE)) {
		problem(r, root ? root->line : 0, "the field mapping needs a list `logsources`");
		return;
	}
	if (root->next)
		problem(r, root->next->line, "the field mapping is one document");
	check_keys(r, root, known, "the field mapping");
	r->sets = yaml_node_member(root, "field_sets");
	if (r->sets && (r->sets->kind != YAML_TREE_MAPPING || r->sets->count > SETS_MAX))
		problem(r, r->sets->line, "field_sets must be a mapping of at most %d sets", SETS_MAX);
	if (yaml_node_member(root, "placeholders"))
		read_placeholders(r, yaml_node_member(root, "placeholders"));
	for (const struct yaml_node *e = entries->first; e && !r->failed; e = e->next)
		read_entry(r, e, &last);
}

/* Once all events have their bits. */
static void give_events(struct sigma_mapping *m)
{
	for (struct sigma_source *s = m->sources; s; s = s->next)
		for (size_t i = 0; i < s->event_count; i++)
			s->events |= sigma_event_bits(&m->events, s->event_names[i]);
}

static int read_file(struct sigma_mapping *m, const struct sigma_file *file, struct sigma_problems *problems,
		     struct err *why)
{
	struct reader r = { .mapping = m, .file = file->name, .problems = problems };
	struct err reason;
	int line;

	m->file = file->name;
	if (yaml_tree_parse(&m->tree, file->text, NULL, &line, &reason) != 0) {
		sigma_problems_add(problems, file->name, line, reason.text);
		return err_set(why, reason.code, "%s:%d: %s", file->name, line, reason.text);
	}
	read_entries(&r, yaml_tree_first(m->tree));
	if (r.failed && problems->count)
		return err_set(why, ERR_CONFIG, "%s:%d: %s", file->name, problems->items[0].line,
			       problems->items[0].reason);
	if (r.failed)
		return err_set(why, ERR_NOMEM, "no memory for the field mapping");
	give_events(m);
	return 0;
}

int sigma_mapping_new(struct sigma_mapping **out, const struct sigma_file *file, struct sigma_problems *problems,
		      struct err *why)
{
	struct sigma_mapping *m = calloc(1, sizeof(*m));

	*out = NULL;
	if (!m)
		return err_set(why, ERR_NOMEM, "no memory for the field mapping");
	if (file && read_file(m, file, problems, why) != 0) {
		sigma_mapping_free(m);
		return -1;
	}
	*out = m;
	return 0;
}

void sigma_mapping_free(struct sigma_mapping *m)
{
	if (!m)
		return;
	yaml_tree_free(m->tree);
	pool_release(&m->memory);
	free(m);
}

static bool says(struct slice entry, struct slice rule, bool stars)
{
	return slice_equal(entry, rule) || (stars && slice_is(entry, "*"));
}

const struct sigma_source *sigma_mapping_find(const struct sigma_mapping *m, struct slice category,
					      struct slice product, struct slice service)
{
	for (int stars = 0; stars < 2; stars++)
		for (const struct sigma_source *s = m->sources; s; s = s->next)
			if (says(s->category, category, stars) && says(s->product, product, stars) &&
			    says(s->service, service, stars))
				return s;
	return NULL;
}

const struct sigma_mapped_field *sigma_source_mapped(const struct sigma_source *s, struct slice name)
{
	for (const struct sigma_mapped_field *f = s->fields; f; f = f->next)
		if (slice_equal(f->name, name))
			return f;
	return NULL;
}

bool sigma_source_knows(const struct sigma_source *s, struct slice name)
{
	struct sigma_source_field field = sigma_source_field_of(name);

	switch (field.kind) {
	case SIGMA_SOURCE_NONE:
		return false;
	case SIGMA_SOURCE_RULE_UID:
		return s->rule_uids;
	case SIGMA_SOURCE_ALERT:
		return s->own_names || slice_find(name, '.') < name.len;
	case SIGMA_SOURCE_RAW:
		return s->own_names && !s->alert_only;
	case SIGMA_SOURCE_EVE:
	case SIGMA_SOURCE_FORTIGATE:
	case SIGMA_SOURCE_DERIVED:
		break;
	}
	return !s->alert_only;
}
