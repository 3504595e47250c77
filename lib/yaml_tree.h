/* A YAML file as a tree (libyaml): several documents, mappings in the order written, every node with its line. For
 * files whose form is too free for config.h's table of keys: rules, mappings.
 *
 * Refused, because no file here needs it and hostile ones are made of it: anchors, aliases and merge keys, tags, keys
 * that are no scalars, a key twice in one mapping, NUL characters, bytes that are not UTF-8, nesting and sizes beyond
 * the limits below. Which plain scalars are null, booleans and numbers is decided by YAML 1.2's core schema, so `yes`
 * and `on` are words. */
#ifndef LIB_YAML_TREE_H
#define LIB_YAML_TREE_H

#include "lib/err.h"
#include "lib/slice.h"

enum { YAML_TREE_TEXT_MAX = 4 << 20, YAML_TREE_DEPTH_MAX = 32, YAML_TREE_NODES_MAX = 400000 };

enum yaml_tree_kind { YAML_TREE_SCALAR, YAML_TREE_SEQUENCE, YAML_TREE_MAPPING };

struct yaml_node {
	enum yaml_tree_kind kind;
	bool plain;        /* a scalar without quotes, not a block */
	int line;          /* 1 is the first; of a mapping's member: where its value begins */
	struct slice text; /* of a scalar; a NUL stands behind its end */
	/* of a mapping's member: its name, whose ptr is NULL elsewhere */
	struct slice key;
	int key_line;
	/* children and brothers, in the order written: for (c = n->first; c; c = c->next) */
	const struct yaml_node *first, *next;
	size_t count; /* of children */
};

struct yaml_tree;

/* On an error `why` says "name:line: reason" (without the front when name is NULL) and *line the line (0: the file as a
 * whole; line may be NULL). Nothing points into `text` afterwards. */
int yaml_tree_parse(struct yaml_tree **out, struct slice text, const char *name, int *line, struct err *why);
void yaml_tree_free(struct yaml_tree *t); /* NULL is allowed */

/* The documents' outermost nodes, linked by `next`; empty documents are left out. NULL: none. */
const struct yaml_node *yaml_tree_first(const struct yaml_tree *t);

/* The member of a mapping; NULL when absent or when n is no mapping (or NULL). */
const struct yaml_node *yaml_node_member(const struct yaml_node *n, const char *name);
bool yaml_node_is(const struct yaml_node *n, enum yaml_tree_kind kind); /* false for NULL */
/* Plain scalars by the core schema. Quoted ones are texts, whatever they say. */
bool yaml_node_is_null(const struct yaml_node *n);
bool yaml_node_boolean(const struct yaml_node *n, bool *out);
bool yaml_node_integer(const struct yaml_node *n, int64_t *out); /* decimal, 0o17, 0x1F; false when too large */
bool yaml_node_number(const struct yaml_node *n, double *out);   /* those, and 1.5, -2e3; finite ones only */

#endif
