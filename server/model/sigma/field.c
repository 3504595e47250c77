#include "server/model/sigma/field.h"

#include <stdlib.h>

static const char *const alert_names[] = {
	[SIGMA_ALERT_TIME] = "time",
	[SIGMA_ALERT_KIND] = "kind",
	[SIGMA_ALERT_DIRECTION] = "direction",
	[SIGMA_ALERT_ENGINE] = "engine",
	[SIGMA_ALERT_SEVERITY] = "severity",
	[SIGMA_ALERT_SCORE] = "score",
	[SIGMA_ALERT_ACTION] = "action",
	[SIGMA_ALERT_SIGNATURE_ID] = "signature_id",
	[SIGMA_ALERT_SIGNATURE] = "signature",
	[SIGMA_ALERT_CATEGORY] = "category",
	[SIGMA_ALERT_TECHNIQUE] = "technique",
	[SIGMA_ALERT_STAGE] = "stage",
	[SIGMA_ALERT_TRANSPORT] = "transport",
	[SIGMA_ALERT_FORMAT] = "format",
	[SIGMA_ALERT_COMMUNITY_ID] = "community_id",
	[SIGMA_ALERT_REPEAT_COUNT] = "repeat_count",
	[SIGMA_ALERT_SOURCE_IP] = "source.ip",
	[SIGMA_ALERT_SOURCE_PORT] = "source.port",
	[SIGMA_ALERT_DESTINATION_IP] = "destination.ip",
	[SIGMA_ALERT_DESTINATION_PORT] = "destination.port",
	[SIGMA_ALERT_INSIDE_IP] = "inside.ip",
	[SIGMA_ALERT_ATTACKER_IP] = "attacker.ip",
	[SIGMA_ALERT_REMOTE_IP] = "remote.ip",
	[SIGMA_ALERT_REMOTE_PORT] = "remote.port",
};
static const char *const derived_names[] = {
	[SIGMA_URL_FULL] = "url.full",
	[SIGMA_URL_PATH] = "url.path",
	[SIGMA_URL_QUERY] = "url.query",
	[SIGMA_URL_EXTENSION] = "url.extension",
	[SIGMA_TLS_SERIAL] = "tls.serial_number",
};

/* What derived fields are worked out of. */
static const char *const part_paths[] = {
	[SIGMA_PART_URL] = "http.url",
	[SIGMA_PART_HOST] = "http.hostname",
	[SIGMA_PART_PORT] = "http.http_port",
	[SIGMA_PART_SERIAL] = "tls.serial",
};
static const char *const part_keys[] = {
	[SIGMA_PART_URL] = "url",
	[SIGMA_PART_HOST] = "hostname",
	[SIGMA_PART_PORT] = "dstport",
};

static bool find_name(const char *const *names, size_t count, struct slice name, uint16_t *number)
{
	for (size_t i = 0; i < count; i++) {
		if (!slice_is(name, names[i]))
			continue;
		*number = (uint16_t)i;
		return true;
	}
	return false;
}

/* Names with dots between them, none empty, not too many. */
static bool is_path(struct slice path)
{
	size_t parts = 1;

	for (size_t i = 0; i < path.len; i++) {
		if (path.ptr[i] != '.')
			continue;
		if (i == 0 || path.ptr[i - 1] == '.' || ++parts > SIGMA_PATH_MAX)
			return false;
	}
	return path.len > 0 && path.len <= 256 && path.ptr[path.len - 1] != '.';
}

struct sigma_source_field sigma_source_field_of(struct slice name)
{
	struct sigma_source_field out = { .kind = SIGMA_SOURCE_NONE };

	if (slice_is(name, "raw")) {
		out.kind = SIGMA_SOURCE_RAW;
	} else if (slice_is(name, "rule.uid")) {
		out.kind = SIGMA_SOURCE_RULE_UID;
	} else if (find_name(alert_names, ARRAY_LEN(alert_names), name, &out.number)) {
		out.kind = SIGMA_SOURCE_ALERT;
	} else if (find_name(derived_names, ARRAY_LEN(derived_names), name, &out.number)) {
		out.kind = SIGMA_SOURCE_DERIVED;
	} else if (slice_starts_with(name, "eve.") && is_path(slice_skip(name, 4))) {
		out.kind = SIGMA_SOURCE_EVE;
		out.path = slice_skip(name, 4);
	} else if (slice_starts_with(name, "fortigate.") && is_path(slice_skip(name, 10))) {
		out.kind = SIGMA_SOURCE_FORTIGATE;
		out.path = slice_skip(name, 10);
	}
	return out;
}

/* -------------------------------------------------------------------------------------------------- paths and keys */

/* The array with room for one more element; NULL: no memory, and the array is as it was. */
static void *grown(void *array, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? 2 * *room : 32;
	void *moved;

	if (count < *room)
		return array;
	moved = realloc(array, more * size);
	if (moved)
		*room = more;
	return moved;
}

static struct sigma_path_node *new_node(struct sigma_fields *f, struct slice name)
{
	struct sigma_path_node *nodes = grown(f->nodes, &f->node_room, f->node_count, sizeof(*nodes));
	const char *copy;

	if (!nodes)
		return NULL;
	f->nodes = nodes;
	copy = pool_string(&f->memory, name);
	if (!copy)
		return NULL;
	nodes[f->node_count] = (struct sigma_path_node){ .leaf = SIGMA_NO_SLOT, .name = slice_of(copy, name.len) };
	return &nodes[f->node_count];
}

/* A child of a node, made when it is not there; 0: no memory. */
static uint32_t child_of(struct sigma_fields *f, uint32_t parent, struct slice name)
{
	struct sigma_path_node *n;

	for (uint32_t c = f->nodes[parent].child; c; c = f->nodes[c].next)
		if (slice_equal(f->nodes[c].name, name))
			return c;
	n = new_node(f, name);
	if (!n)
		return 0;
	n->next = f->nodes[parent].child;
	f->nodes[parent].child = (uint32_t)f->node_count;
	f->nodes[parent].child_count++;
	return (uint32_t)f->node_count++;
}

static bool add_path(struct sigma_fields *f, struct slice path, sigma_events events, uint32_t *leaf)
{
	uint32_t at = 0;

	while (path.len) {
		size_t dot = slice_find(path, '.');

		f->nodes[at].events |= events;
		at = child_of(f, at, slice_take(path, dot));
		if (!at)
			return false;
		path = slice_skip(path, dot + 1);
	}
	f->nodes[at].events |= events;
	if (f->nodes[at].leaf == SIGMA_NO_SLOT)
		f->nodes[at].leaf = (uint32_t)f->leaf_count++;
	*leaf = f->nodes[at].leaf;
	return true;
}

static bool add_key(struct sigma_fields *f, struct slice key, uint32_t *number)
{
	struct slice *keys;

	for (size_t i = 0; i < f->key_count; i++) {
		if (!slice_equal(f->keys[i], key))
			continue;
		*number = (uint32_t)i;
		return true;
	}
	keys = grown(f->keys, &f->key_room, f->key_count, sizeof(*keys));
	if (!keys)
		return false;
	f->keys = keys;
	f->keys[f->key_count] = slice_of(pool_string(&f->memory, key), key.len);
	*number = (uint32_t)f->key_count++;
	return f->keys[*number].ptr != NULL;
}

static bool add_part(struct sigma_fields *f, enum sigma_url_part part, sigma_events events)
{
	if (!add_path(f, slice_of_string(part_paths[part]), events, &f->url_leaves[part]))
		return false;
	return part == SIGMA_PART_SERIAL || add_key(f, slice_of_string(part_keys[part]), &f->url_keys[part]);
}

static bool add_derived(struct sigma_fields *f, uint16_t number, sigma_events events)
{
	if (number == SIGMA_TLS_SERIAL)
		return add_part(f, SIGMA_PART_SERIAL, events);
	if (number == SIGMA_URL_FULL &&
	    (!add_part(f, SIGMA_PART_HOST, events) || !add_part(f, SIGMA_PART_PORT, events)))
		return false;
	return add_part(f, SIGMA_PART_URL, events);
}

/* ----------------------------------------------------------------------------------------------------------- slots */

struct sigma_fields *sigma_fields_new(void)
{
	struct sigma_fields *f = calloc(1, sizeof(*f));

	if (!f || !new_node(f, SLICE_LITERAL(""))) {
		sigma_fields_free(f);
		return NULL;
	}
	f->node_count = 1;
	return f;
}

void sigma_fields_free(struct sigma_fields *f)
{
	if (!f)
		return;
	free(f->slots);
	free(f->nodes);
	free(f->keys);
	pool_release(&f->memory);
	free(f);
}

static bool add_source(struct sigma_fields *f, struct slice name, sigma_events events, struct sigma_slot_source *out)
{
	struct sigma_source_field s = sigma_source_field_of(name);

	*out = (struct sigma_slot_source){ .kind = s.kind, .number = s.number };
	if (s.kind == SIGMA_SOURCE_EVE)
		return add_path(f, s.path, events, &out->leaf);
	if (s.kind == SIGMA_SOURCE_FORTIGATE)
		return add_key(f, s.path, &out->leaf);
	if (s.kind == SIGMA_SOURCE_DERIVED)
		return add_derived(f, s.number, events);
	return s.kind != SIGMA_SOURCE_NONE;
}

static bool same_sources(const struct sigma_slot *a, const struct sigma_slot *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->sources[i].kind != b->sources[i].kind || a->sources[i].number != b->sources[i].number ||
		    a->sources[i].leaf != b->sources[i].leaf)
			return false;
	return true;
}

uint32_t sigma_fields_slot(struct sigma_fields *f, const struct slice *names, size_t count, sigma_events events)
{
	struct sigma_slot slot = { .count = count }, *slots;

	if (count > SIGMA_SOURCES_MAX)
		return SIGMA_NO_SLOT;
	for (size_t i = 0; i < count; i++)
		if (!add_source(f, names[i], events, &slot.sources[i]))
			return SIGMA_NO_SLOT;
	for (size_t i = 0; i < f->slot_count; i++)
		if (same_sources(&f->slots[i], &slot))
			return (uint32_t)i;
	slots = f->slot_count < SIGMA_SLOTS_MAX ? grown(f->slots, &f->slot_room, f->slot_count, sizeof(*slots)) : NULL;
	if (!slots)
		return SIGMA_NO_SLOT;
	f->slots = slots;
	f->slots[f->slot_count] = slot;
	return (uint32_t)f->slot_count++;
}

/* ---------------------------------------------------------------------------------------------------------- tables */

static uint32_t mask_for(size_t count)
{
	uint32_t room = 4;

	while (room < 2 * count)
		room *= 2;
	return room - 1;
}

static void put(uint32_t *table, uint32_t mask, struct slice name, uint32_t value)
{
	uint32_t at = sigma_path_hash(name) & mask;

	while (table[at])
		at = (at + 1) & mask;
	table[at] = value;
}

static bool make_children_table(struct sigma_fields *f, struct sigma_path_node *n)
{
	n->table_mask = mask_for(n->child_count);
	n->table = pool_take_array(&f->memory, n->table_mask + 1, sizeof(*n->table));
	if (!n->table)
		return false;
	for (uint32_t c = n->child; c; c = f->nodes[c].next)
		put(n->table, n->table_mask, f->nodes[c].name, c);
	return true;
}

bool sigma_fields_finish(struct sigma_fields *f)
{
	for (size_t i = 0; i < f->node_count; i++)
		if (f->nodes[i].child_count && !make_children_table(f, &f->nodes[i]))
			return false;
	f->key_mask = mask_for(f->key_count);
	f->key_table = pool_take_array(&f->memory, f->key_mask + 1, sizeof(*f->key_table));
	if (!f->key_table)
		return false;
	for (size_t i = 0; i < f->key_count; i++)
		put(f->key_table, f->key_mask, f->keys[i], (uint32_t)i + 1);
	return true;
}
