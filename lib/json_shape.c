#include "lib/json_shape.h"

#include "lib/json_reader.h"

#include <stdlib.h>

enum { FIELDS_MAX = 96 }; /* of one struct */

/* ---------------------------------------------------------------------------------------------------------- writing */

static const void *field_of(const void *value, size_t offset)
{
	return (const uint8_t *)value + offset;
}

/* The list's elements, and how many. Pointers to structs all look alike. */
static const uint8_t *list_of(const struct json_field *field, const void *value, size_t *count)
{
	const uint8_t *list;

	memcpy(&list, field_of(value, field->offset), sizeof(list));
	memcpy(count, field_of(value, field->count_offset), sizeof(*count));
	return list;
}

static void write_list(const struct json_field *field, const void *value, struct json_writer *w)
{
	size_t count;
	const uint8_t *list = list_of(field, value, &count);

	json_open_array(w, field->name);
	for (size_t i = 0; i < count; i++)
		json_shape_write(field->of, list + i * field->of->size, w, NULL);
	json_close_array(w);
}

static void write_field(const struct json_field *field, const void *value, struct json_writer *w)
{
	const void *at = field_of(value, field->offset);

	switch (field->kind) {
	case JSON_FIELD_TEXT:
		json_put_string(w, field->name, *(const char *const *)at);
		break;
	case JSON_FIELD_INTEGER:
		json_put_integer(w, field->name, *(const int64_t *)at);
		break;
	case JSON_FIELD_FLAG:
		json_put_bool(w, field->name, *(const bool *)at);
		break;
	case JSON_FIELD_TIME:
		json_put_time(w, field->name, *(const time_us *)at);
		break;
	case JSON_FIELD_STRUCT:
		json_shape_write(field->of, at, w, field->name);
		break;
	case JSON_FIELD_LIST:
		write_list(field, value, w);
		break;
	}
}

void json_shape_write(const struct json_shape *shape, const void *value, struct json_writer *w, const char *key)
{
	json_open_object(w, key);
	for (size_t i = 0; i < shape->count; i++)
		write_field(&shape->fields[i], value, w);
	json_close_object(w);
}

/* ---------------------------------------------------------------------------------------------------------- reading */

struct reading {
	struct json_reader json;
	struct arena arena; /* texts with escapes, until they are copied */
	struct pool *pool;
	struct err *why;
};

static int read_struct(struct reading *r, const struct json_shape *shape, uint32_t token, void *value);

static void *place_of(void *value, size_t offset)
{
	return (uint8_t *)value + offset;
}

static void clear(const struct json_shape *shape, void *value)
{
	memset(value, 0, shape->size);
	for (size_t i = 0; i < shape->count; i++) {
		const struct json_field *field = &shape->fields[i];

		if (field->kind == JSON_FIELD_TIME)
			*(time_us *)place_of(value, field->offset) = TIME_NONE;
		else if (field->kind == JSON_FIELD_STRUCT)
			clear(field->of, place_of(value, field->offset));
	}
}

static int no_memory(struct reading *r)
{
	return err_set(r->why, ERR_LIMIT, "no memory to read a document");
}

static int read_text(struct reading *r, const struct json_field *field, uint32_t token, const char **out)
{
	struct slice text;

	if (json_read_is(&r->json, token, JSON_KIND_NULL))
		return 0;
	if (!json_read_string(&r->json, token, &r->arena, &text) || slice_find(text, 0) != text.len)
		return err_set(r->why, ERR_CORRUPT, "%s is not a text", field->name);
	*out = pool_string(r->pool, text);
	return *out ? 0 : no_memory(r);
}

static int read_time(struct reading *r, const struct json_field *field, uint32_t token, time_us *out)
{
	struct slice text;

	if (json_read_is(&r->json, token, JSON_KIND_NULL))
		return 0;
	if (!json_read_string(&r->json, token, &r->arena, &text) || !time_parse(text, 0, out))
		return err_set(r->why, ERR_CORRUPT, "%s is not a time", field->name);
	return 0;
}

static int read_flag(struct reading *r, const struct json_field *field, uint32_t token, bool *out)
{
	*out = json_read_is(&r->json, token, JSON_KIND_TRUE);
	if (!*out && !json_read_is(&r->json, token, JSON_KIND_FALSE))
		return err_set(r->why, ERR_CORRUPT, "%s is neither true nor false", field->name);
	return 0;
}

/* ERR_LIMIT: too many. */
static int count_elements(struct reading *r, const struct json_field *field, uint32_t array, size_t *count)
{
	const struct json_token *tokens = r->json.tokens;

	*count = 0;
	for (uint32_t i = json_read_first(&r->json, array); i < tokens[array].next; i = tokens[i].next)
		if (++*count > JSON_SHAPE_LIST_MAX)
			return err_set(r->why, ERR_LIMIT, "%s has more than %d elements", field->name,
				       JSON_SHAPE_LIST_MAX);
	return 0;
}

static int read_elements(struct reading *r, const struct json_field *field, uint32_t array, uint8_t *list)
{
	const struct json_token *tokens = r->json.tokens;
	size_t n = 0;

	for (uint32_t i = json_read_first(&r->json, array); i < tokens[array].next; i = tokens[i].next, n++)
		if (read_struct(r, field->of, i, list + n * field->of->size) != 0)
			return err_prefix(r->why, "%s %zu", field->name, n);
	return 0;
}

static int read_list(struct reading *r, const struct json_field *field, uint32_t token, void *value)
{
	uint8_t *list;
	size_t count;

	if (!json_read_is(&r->json, token, JSON_KIND_ARRAY))
		return err_set(r->why, ERR_CORRUPT, "%s is not a list", field->name);
	if (count_elements(r, field, token, &count) != 0)
		return -1;
	if (count == 0)
		return 0;
	list = pool_take_array(r->pool, count, field->of->size);
	if (!list)
		return no_memory(r);
	memcpy(place_of(value, field->offset), &list, sizeof(list));
	memcpy(place_of(value, field->count_offset), &count, sizeof(count));
	return read_elements(r, field, token, list);
}

static int read_field(struct reading *r, const struct json_field *field, uint32_t token, void *value)
{
	void *at = place_of(value, field->offset);

	switch (field->kind) {
	case JSON_FIELD_TEXT:
		return read_text(r, field, token, at);
	case JSON_FIELD_INTEGER:
		if (!json_read_integer(&r->json, token, at))
			return err_set(r->why, ERR_CORRUPT, "%s is not a whole number", field->name);
		return 0;
	case JSON_FIELD_FLAG:
		return read_flag(r, field, token, at);
	case JSON_FIELD_TIME:
		return read_time(r, field, token, at);
	case JSON_FIELD_STRUCT:
		return read_struct(r, field->of, token, at) == 0 ? 0 : err_prefix(r->why, "%s", field->name);
	case JSON_FIELD_LIST:
		return read_list(r, field, token, value);
	}
	return 0;
}

static int read_struct(struct reading *r, const struct json_shape *shape, uint32_t token, void *value)
{
	struct slice names[FIELDS_MAX];
	uint32_t found[FIELDS_MAX];

	clear(shape, value);
	if (!json_read_is(&r->json, token, JSON_KIND_OBJECT))
		return err_set(r->why, ERR_CORRUPT, "not an object");
	if (shape->count > FIELDS_MAX)
		return err_set(r->why, ERR_LIMIT, "a shape has more than %d fields", FIELDS_MAX);
	for (size_t i = 0; i < shape->count; i++)
		names[i] = slice_of_string(shape->fields[i].name);
	json_read_members(&r->json, token, names, shape->count, found);
	for (size_t i = 0; i < shape->count; i++)
		if (found[i] != JSON_NONE && read_field(r, &shape->fields[i], found[i], value) != 0)
			return -1;
	return 0;
}

/* Every value but the first stands behind one of these. */
static size_t tokens_at_most(struct slice text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == ',' || text.ptr[i] == ':' || text.ptr[i] == '[' || text.ptr[i] == '{';
	return n;
}

static int read_document(struct reading *r, const struct json_shape *shape, struct slice text, void *value)
{
	enum json_verdict verdict = json_read(&r->json, text);

	if (verdict == JSON_TOO_DEEP || verdict == JSON_TOO_MANY)
		return err_set(r->why, ERR_LIMIT, "a document is too large or too deep");
	if (verdict != JSON_OK)
		return err_set(r->why, ERR_CORRUPT, "a document is not JSON");
	return read_struct(r, shape, 0, value);
}

int json_shape_read(const struct json_shape *shape, struct slice text, struct pool *pool, void *value, struct err *why)
{
	struct reading r = { .pool = pool, .why = why };
	int failed;

	clear(shape, value);
	if (text.len > JSON_TEXT_MAX)
		return err_set(why, ERR_LIMIT, "a document is longer than %d bytes", JSON_TEXT_MAX);
	r.json.capacity = (uint32_t)tokens_at_most(text);
	r.json.tokens = calloc(r.json.capacity, sizeof(*r.json.tokens));
	failed = !r.json.tokens || !arena_reset(&r.arena, text.len + 1) ? no_memory(&r)
									: read_document(&r, shape, text, value);
	arena_release(&r.arena);
	free(r.json.tokens);
	return failed;
}
