#include "lib/yaml_tree.h"

#include "lib/pool.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <yaml.h>

struct yaml_tree {
	struct pool memory;
	const struct yaml_node *first, **last;
};

/* A container under construction. */
struct level {
	struct yaml_node *node;
	struct yaml_node *last; /* child */
	struct slice key;       /* of the member whose value comes next; ptr NULL: a key comes next */
	int key_line;
};

struct builder {
	struct yaml_tree *tree;
	yaml_parser_t parser;
	const char *name;
	int *line;
	struct err *why;
	struct level levels[YAML_TREE_DEPTH_MAX];
	size_t depth;
	size_t nodes;
};

static int __attribute__((format(printf, 3, 4))) fail(struct builder *b, size_t line, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (b->line)
		*b->line = (int)line;
	if (b->name)
		return err_set(b->why, ERR_CONFIG, "%s:%zu: %s", b->name, line, text);
	return err_set(b->why, ERR_CONFIG, "%s", text);
}

static int no_memory(struct builder *b)
{
	if (b->line)
		*b->line = 0;
	return err_set(b->why, ERR_NOMEM, "no memory for %s", b->name ? b->name : "a YAML file");
}

static int add_document(struct builder *b, struct yaml_node *n)
{
	/* "---" with nothing behind it is an empty plain scalar. */
	if (n->kind == YAML_TREE_SCALAR && n->plain && n->text.len == 0)
		return 0;
	*b->tree->last = n;
	b->tree->last = &n->next;
	return 0;
}

/* Hangs a node where it belongs: under the innermost container, or as a document. */
static int add_node(struct builder *b, struct yaml_node *n)
{
	struct level *l;

	if (b->depth == 0)
		return add_document(b, n);
	l = &b->levels[b->depth - 1];
	if (l->node->kind == YAML_TREE_MAPPING) {
		n->key = l->key;
		n->key_line = l->key_line;
		l->key = (struct slice){ 0 };
	}
	if (l->last)
		l->last->next = n;
	else
		l->node->first = n;
	l->last = n;
	l->node->count++;
	return 0;
}

static struct yaml_node *new_node(struct builder *b, const yaml_event_t *event, enum yaml_tree_kind kind)
{
	struct yaml_node *n;

	if (++b->nodes > YAML_TREE_NODES_MAX) {
		fail(b, event->start_mark.line + 1, "the file has more than %d values", YAML_TREE_NODES_MAX);
		return NULL;
	}
	n = pool_take(&b->tree->memory, sizeof(*n));
	if (!n) {
		no_memory(b);
		return NULL;
	}
	n->kind = kind;
	n->line = (int)event->start_mark.line + 1;
	return n;
}

static bool wants_key(const struct builder *b)
{
	const struct level *l = b->depth ? &b->levels[b->depth - 1] : NULL;

	return l && l->node->kind == YAML_TREE_MAPPING && !l->key.ptr;
}

static int begin(struct builder *b, const yaml_event_t *event, enum yaml_tree_kind kind)
{
	struct yaml_node *n;

	if (wants_key(b))
		return fail(b, event->start_mark.line + 1, "a key must be a text");
	if (b->depth == YAML_TREE_DEPTH_MAX)
		return fail(b, event->start_mark.line + 1, "nested more than %d deep", YAML_TREE_DEPTH_MAX);
	n = new_node(b, event, kind);
	if (!n || add_node(b, n) != 0)
		return -1;
	b->levels[b->depth++] = (struct level){ .node = n };
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct yaml_node *x = *(const struct yaml_node *const *)a, *y = *(const struct yaml_node *const *)b;
	size_t n = x->key.len < y->key.len ? x->key.len : y->key.len;
	int order = n ? memcmp(x->key.ptr, y->key.ptr, n) : 0;

	if (order == 0)
		order = (x->key.len > y->key.len) - (x->key.len < y->key.len);
	return order ? order : (x->key_line > y->key_line) - (x->key_line < y->key_line);
}

static int check_unique(struct builder *b, const struct yaml_node *mapping)
{
	const struct yaml_node **sorted;
	size_t n = 0;
	int failed = 0;

	if (mapping->count < 2)
		return 0;
	sorted = calloc(mapping->count, sizeof(*sorted));
	if (!sorted)
		return no_memory(b);
	for (const struct yaml_node *c = mapping->first; c; c = c->next)
		sorted[n++] = c;
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < n && !failed; i++)
		if (slice_equal(sorted[i - 1]->key, sorted[i]->key))
			failed = fail(b, (size_t)sorted[i]->key_line, "the key %.*s stands here a second time",
				      (int)(sorted[i]->key.len < 80 ? sorted[i]->key.len : 80), sorted[i]->key.ptr);
	free(sorted);
	return failed;
}

static int end(struct builder *b)
{
	const struct yaml_node *n = b->levels[--b->depth].node;

	return n->kind == YAML_TREE_MAPPING ? check_unique(b, n) : 0;
}

static int scalar(struct builder *b, const yaml_event_t *event)
{
	struct slice text = slice_of(event->data.scalar.value, event->data.scalar.length);
	size_t line = event->start_mark.line + 1;
	const uint8_t *copy;
	struct yaml_node *n;

	if (text.len && memchr(text.ptr, 0, text.len))
		return fail(b, line, "a text must not hold a NUL character");
	copy = (const uint8_t *)pool_string(&b->tree->memory, text);
	if (!copy)
		return no_memory(b);
	if (wants_key(b)) {
		if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && slice_is(text, "<<"))
			return fail(b, line, "merge keys (<<) are not supported");
		b->levels[b->depth - 1].key = slice_of(copy, text.len);
		b->levels[b->depth - 1].key_line = (int)line;
		return 0;
	}
	n = new_node(b, event, YAML_TREE_SCALAR);
	if (!n)
		return -1;
	n->text = slice_of(copy, text.len);
	n->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return add_node(b, n);
}

static int refuse_marks(struct builder *b, const yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		return fail(b, event->start_mark.line + 1, "anchors (&%.40s) are not supported", (const char *)anchor);
	if (tag)
		return fail(b, event->start_mark.line + 1, "tags (%.40s) are not supported", (const char *)tag);
	return 0;
}

static int take_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return fail(b, event->start_mark.line + 1, "aliases (*%.40s) are not supported",
			    (const char *)event->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		if (refuse_marks(b, event, event->data.scalar.anchor, event->data.scalar.tag) != 0)
			return -1;
		return scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		if (refuse_marks(b, event, event->data.sequence_start.anchor, event->data.sequence_start.tag) != 0)
			return -1;
		return begin(b, event, YAML_TREE_SEQUENCE);
	case YAML_MAPPING_START_EVENT:
		if (refuse_marks(b, event, event->data.mapping_start.anchor, event->data.mapping_start.tag) != 0)
			return -1;
		return begin(b, event, YAML_TREE_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return end(b);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return 0;
}

static int read_events(struct builder *b)
{
	for (;;) {
		yaml_event_t event;
		yaml_event_type_t type;
		int failed;

		if (!yaml_parser_parse(&b->parser, &event)) {
			if (b->parser.error == YAML_MEMORY_ERROR)
				return no_memory(b);
			return fail(b, b->parser.problem_mark.line + 1, "not valid YAML: %s",
				    b->parser.problem ? b->parser.problem : "it ends too early");
		}
		type = event.type;
		failed = take_event(b, &event);
		yaml_event_delete(&event);
		if (failed || type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT)
			return failed;
	}
}

static int parse(struct builder *b, struct slice text)
{
	int failed;

	if (text.len > YAML_TREE_TEXT_MAX)
		return fail(b, 0, "the file is larger than %d bytes", YAML_TREE_TEXT_MAX);
	if (!slice_is_utf8(text))
		return fail(b, 0, "the file is not UTF-8");
	if (!yaml_parser_initialize(&b->parser))
		return no_memory(b);
	/* Some editors begin a file with U+FEFF. */
	if (slice_starts_with(text, "\xEF\xBB\xBF"))
		text = slice_skip(text, 3);
	yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b->parser, text.len ? text.ptr : (const uint8_t *)"", text.len);
	failed = read_events(b);
	yaml_parser_delete(&b->parser);
	return failed;
}

int yaml_tree_parse(struct yaml_tree **out, struct slice text, const char *name, int *line, struct err *why)
{
	struct builder b = { .name = name, .line = line, .why = why };

	*out = NULL;
	b.tree = calloc(1, sizeof(*b.tree));
	if (!b.tree)
		return no_memory(&b);
	b.tree->last = &b.tree->first;
	if (parse(&b, text) != 0) {
		yaml_tree_free(b.tree);
		return -1;
	}
	*out = b.tree;
	return 0;
}

void yaml_tree_free(struct yaml_tree *t)
{
	if (!t)
		return;
	pool_release(&t->memory);
	free(t);
}

const struct yaml_node *yaml_tree_first(const struct yaml_tree *t)
{
	return t->first;
}

const struct yaml_node *yaml_node_member(const struct yaml_node *n, const char *name)
{
	if (!yaml_node_is(n, YAML_TREE_MAPPING))
		return NULL;
	for (const struct yaml_node *c = n->first; c; c = c->next)
		if (slice_is(c->key, name))
			return c;
	return NULL;
}

bool yaml_node_is(const struct yaml_node *n, enum yaml_tree_kind kind)
{
	return n && n->kind == kind;
}

static bool is_plain(const struct yaml_node *n)
{
	return yaml_node_is(n, YAML_TREE_SCALAR) && n->plain;
}

static bool is_one_of(struct slice text, const char *const words[3])
{
	for (size_t i = 0; i < 3; i++)
		if (slice_is(text, words[i]))
			return true;
	return false;
}

bool yaml_node_is_null(const struct yaml_node *n)
{
	static const char *const words[3] = { "null", "Null", "NULL" };

	return is_plain(n) && (n->text.len == 0 || slice_is(n->text, "~") || is_one_of(n->text, words));
}

bool yaml_node_boolean(const struct yaml_node *n, bool *out)
{
	static const char *const yes[3] = { "true", "True", "TRUE" }, *const no[3] = { "false", "False", "FALSE" };

	if (!is_plain(n) || (!is_one_of(n->text, yes) && !is_one_of(n->text, no)))
		return false;
	*out = is_one_of(n->text, yes);
	return true;
}

/* Behind "0x" or "0o". */
static bool read_digits(struct slice digits, int64_t base, int64_t *out)
{
	int64_t v = 0;

	for (size_t i = 0; i < digits.len; i++) {
		const char *all = "0123456789abcdef";
		const char *at = memchr(all, digits.ptr[i] >= 'A' ? digits.ptr[i] | 0x20 : digits.ptr[i], (size_t)base);

		if (!at || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, at - all, &v))
			return false;
	}
	*out = v;
	return digits.len > 0;
}

bool yaml_node_integer(const struct yaml_node *n, int64_t *out)
{
	struct slice text;

	if (!is_plain(n))
		return false;
	text = n->text;
	if (slice_starts_with(text, "0x"))
		return read_digits(slice_skip(text, 2), 16, out);
	if (slice_starts_with(text, "0o"))
		return read_digits(slice_skip(text, 2), 8, out);
	if (slice_starts_with(text, "+") && text.len > 1 && text.ptr[1] != '-')
		text = slice_skip(text, 1);
	return slice_to_int64(text, out);
}

/* [-+]? ( \. digits | digits ( \. digits? )? ) ( [eE] [-+]? digits )? */
static bool looks_like_number(struct slice t)
{
	size_t i = 0, digits = 0, exponent = 0;

	if (i < t.len && (t.ptr[i] == '-' || t.ptr[i] == '+'))
		i++;
	for (; i < t.len && t.ptr[i] >= '0' && t.ptr[i] <= '9'; i++)
		digits++;
	if (i < t.len && t.ptr[i] == '.')
		for (i++; i < t.len && t.ptr[i] >= '0' && t.ptr[i] <= '9'; i++)
			digits++;
	if (digits == 0 || i == t.len)
		return digits > 0;
	if ((t.ptr[i] | 0x20) != 'e')
		return false;
	i++;
	if (i < t.len && (t.ptr[i] == '-' || t.ptr[i] == '+'))
		i++;
	for (; i < t.len && t.ptr[i] >= '0' && t.ptr[i] <= '9'; i++)
		exponent++;
	return exponent > 0 && i == t.len;
}

bool yaml_node_number(const struct yaml_node *n, double *out)
{
	double number;
	int64_t whole;

	if (yaml_node_integer(n, &whole)) {
		*out = (double)whole;
		return true;
	}
	if (!is_plain(n) || !looks_like_number(n->text))
		return false;
	number = strtod((const char *)n->text.ptr, NULL);
	if (!isfinite(number))
		return false;
	*out = number;
	return true;
}
