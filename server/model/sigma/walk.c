#include "server/model/sigma/walk.h"

#include "server/model/key_values.h"
#include "server/model/sigma/values.h"

#include <stdlib.h>

/* Zeroed room for `count` elements; NULL: no memory. What was there may be lost. */
static void *renewed(void *array, size_t *room, size_t count, size_t size)
{
	if (array && count <= *room)
		return array;
	free(array);
	array = calloc(count ? count : 1, size);
	*room = array ? count : 0;
	return array;
}

/* Counters that mark what belongs to the record at hand start anew before they could come round. */
static void forget_counters(struct sigma_walk *w)
{
	memset(w->paths, 0, w->path_room * sizeof(*w->paths));
	memset(w->seen, 0, w->seen_room * sizeof(*w->seen));
	memset(w->keys, 0, w->key_room * sizeof(*w->keys));
	w->record = w->objects = 0;
}

bool sigma_walk_begin(struct sigma_walk *w, const struct sigma_fields *f)
{
	if (!w->elements)
		w->elements = calloc(SIGMA_ELEMENTS_MAX, sizeof(*w->elements));
	w->paths = renewed(w->paths, &w->path_room, f->leaf_count, sizeof(*w->paths));
	w->seen = renewed(w->seen, &w->seen_room, f->node_count, sizeof(*w->seen));
	w->keys = renewed(w->keys, &w->key_room, f->key_count, sizeof(*w->keys));
	if (!w->elements || !w->paths || !w->seen || !w->keys)
		return false;
	if (w->record >= UINT32_MAX / 2 || w->objects >= UINT32_MAX / 2)
		forget_counters(w);
	w->record++;
	w->element_count = 0;
	return true;
}

void sigma_walk_release(struct sigma_walk *w)
{
	free(w->paths);
	free(w->seen);
	free(w->elements);
	free(w->keys);
	*w = (struct sigma_walk){ 0 };
}

/* ----------------------------------------------------------------------------------------------------------- JSON */

struct walking {
	struct sigma_walk *w;
	const struct sigma_fields *f;
	const struct json_reader *json;
	sigma_events event;
};

static void walk_object(struct walking *k, uint32_t node, uint32_t object);

static void mark_found(struct sigma_walk *w, uint32_t leaf)
{
	if (w->paths[leaf].record != w->record)
		w->paths[leaf] = (struct sigma_found){ .record = w->record };
}

static void add_found(struct sigma_walk *w, uint32_t leaf, uint32_t token)
{
	struct sigma_found *found = &w->paths[leaf];

	mark_found(w, leaf);
	if (w->element_count == SIGMA_ELEMENTS_MAX)
		return;
	w->elements[w->element_count++] = (struct sigma_element_of_list){ .token = token };
	if (found->last)
		w->elements[found->last - 1].next = w->element_count;
	else
		found->first = w->element_count;
	found->last = w->element_count;
}

/* A list stands for its elements, however deep it is nested. */
static void walk_value(struct walking *k, uint32_t node, uint32_t token)
{
	const struct sigma_path_node *n = &k->f->nodes[node];
	const struct json_token *t = &k->json->tokens[token];

	if (t->kind == JSON_KIND_ARRAY) {
		if (n->leaf != SIGMA_NO_SLOT)
			mark_found(k->w, n->leaf);
		for (uint32_t i = json_read_first(k->json, token); i < t->next; i = k->json->tokens[i].next)
			walk_value(k, node, i);
		return;
	}
	if (n->leaf != SIGMA_NO_SLOT)
		add_found(k->w, n->leaf, token);
	if (t->kind == JSON_KIND_OBJECT && n->table)
		walk_object(k, node, token);
}

static uint32_t find_child(const struct sigma_fields *f, const struct sigma_path_node *n, struct slice name)
{
	uint32_t at = sigma_path_hash(name) & n->table_mask;

	for (; n->table[at]; at = (at + 1) & n->table_mask)
		if (slice_equal(f->nodes[n->table[at]].name, name))
			return n->table[at];
	return 0;
}

static void walk_object(struct walking *k, uint32_t node, uint32_t object)
{
	const struct sigma_path_node *n = &k->f->nodes[node];
	const struct json_token *tokens = k->json->tokens;
	uint32_t serial = ++k->w->objects;

	for (uint32_t key = json_read_first(k->json, object); key < tokens[object].next;) {
		uint32_t value = tokens[key].next;
		uint32_t child = find_child(k->f, n, json_read_raw(k->json, key));

		/* Of two members with one name the first counts, as everywhere (json_reader.h). */
		if (child && (k->f->nodes[child].events & k->event) && k->w->seen[child] != serial) {
			k->w->seen[child] = serial;
			walk_value(k, child, value);
		}
		key = tokens[value].next;
	}
}

void sigma_walk_json(struct sigma_walk *w, const struct sigma_fields *f, const struct json_reader *json,
		     sigma_events event)
{
	struct walking k = { w, f, json, event };

	if ((f->nodes[0].events & event) && json_read_is(json, 0, JSON_KIND_OBJECT) && f->nodes[0].table)
		walk_object(&k, 0, 0);
}

/* ---------------------------------------------------------------------------------------------------------- pairs */

/* A backslash hides a quote or another backslash; anywhere else it is itself. */
static struct slice unescaped(const struct key_value *p, struct bump *memory)
{
	uint8_t *copy, *to;

	if (!p->quoted || slice_find(p->value, '\\') == p->value.len)
		return p->value;
	copy = to = bump_take(memory, p->value.len);
	if (!copy)
		return p->value;
	for (size_t i = 0; i < p->value.len; i++) {
		if (p->value.ptr[i] == '\\' && i + 1 < p->value.len && memchr("\"\\", p->value.ptr[i + 1], 2))
			i++;
		*to++ = p->value.ptr[i];
	}
	return slice_of(copy, (size_t)(to - copy));
}

void sigma_walk_pairs(struct sigma_walk *w, const struct sigma_fields *f, struct slice body, struct bump *memory)
{
	struct key_values_reader r = key_values_read(body);
	struct key_value p;

	while (f->key_count && key_values_next(&r, &p)) {
		uint32_t at = sigma_path_hash(p.key) & f->key_mask;

		while (f->key_table[at] && !slice_equal(f->keys[f->key_table[at] - 1], p.key))
			at = (at + 1) & f->key_mask;
		if (f->key_table[at] && w->keys[f->key_table[at] - 1].record != w->record)
			w->keys[f->key_table[at] - 1] = (struct sigma_key_found){ w->record, unescaped(&p, memory) };
	}
}
