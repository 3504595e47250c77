/* YAML trees: what is accepted keeps within the limits, has its lines inside the text, no key twice, texts that end. */
#include "lib/yaml_tree.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bounds {
	size_t nodes, depth;
	int lines;
};

static void require(bool good)
{
	if (!good)
		abort();
}

static void check_node(const struct yaml_node *n, struct bounds *b)
{
	size_t children = 0;
	double number;
	int64_t whole;
	bool truth;

	require(++b->nodes <= YAML_TREE_NODES_MAX && ++b->depth <= YAML_TREE_DEPTH_MAX + 1);
	require(n->line >= 1 && n->line <= b->lines);
	if (n->kind == YAML_TREE_SCALAR && !n->text.ptr)
		abort();
	if (n->kind == YAML_TREE_SCALAR)
		require(!n->first && strlen((const char *)n->text.ptr) == n->text.len);
	require(!yaml_node_integer(n, &whole) || yaml_node_number(n, &number));
	require(!yaml_node_is_null(n) || !yaml_node_boolean(n, &truth));
	for (const struct yaml_node *c = n->first; c; c = c->next) {
		children++;
		require((c->key.ptr != NULL) == (n->kind == YAML_TREE_MAPPING));
		/* The first of a name is the only one. */
		require(!c->key.ptr || yaml_node_member(n, (const char *)c->key.ptr) == c);
		check_node(c, b);
	}
	require(children == n->count);
	b->depth--;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_tree *t;
	struct err why = { 0 };
	int line = -1, lines = 2;

	/* YAML breaks lines at CR, NEL, LS and PS too. */
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
	if (yaml_tree_parse(&t, slice_of(data, size), "fuzz", &line, &why) != 0) {
		require(!t && why.code != ERR_NONE && why.text[0] && line >= 0 && line <= lines);
		return 0;
	}
	for (const struct yaml_node *d = yaml_tree_first(t); d; d = d->next) {
		struct bounds b = { .lines = lines };

		require(!d->key.ptr);
		check_node(d, &b);
	}
	yaml_tree_free(t);
	return 0;
}
