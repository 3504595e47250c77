/* The JSON reader against jansson: both accept or both reject, and what they read is the same. They differ on purpose:
 *   - depth and number of tokens: ours stops at 32 and at the capacity given;
 *   - numbers that fit no C type: jansson rejects the text, ours keeps them as text;
 *   - a key that stands twice: jansson keeps the last value, ours finds the first;
 *   - \u0000 in a key: jansson rejects it;
 *   - a NUL byte: jansson takes it for the end of the text in some places. */
#include "lib/json_reader.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

enum { TOKENS = 16384 };
static struct json_token tokens[TOKENS];

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void compare(const struct json_reader *r, uint32_t i, const json_t *other, struct arena *arena);

static void compare_object(const struct json_reader *r, uint32_t object, const json_t *other, struct arena *arena)
{
	size_t pairs = 0;

	for (uint32_t i = json_read_first(r, object); i < r->tokens[object].next; i = r->tokens[i + 1].next)
		pairs++;
	for (uint32_t i = json_read_first(r, object); i < r->tokens[object].next; i = r->tokens[i + 1].next) {
		struct slice key;
		const json_t *value;

		must(json_read_string(r, i, arena, &key));
		value = json_object_getn(other, (const char *)key.ptr, key.len);
		must(value != NULL);
		if (pairs == json_object_size(other)) {
			must(json_read_member(r, object, key) == i + 1);
			compare(r, i + 1, value, arena);
		}
	}
	must(pairs >= json_object_size(other));
}

static void compare_array(const struct json_reader *r, uint32_t array, const json_t *other, struct arena *arena)
{
	size_t n = 0;

	for (uint32_t i = json_read_first(r, array); i < r->tokens[array].next; i = r->tokens[i].next)
		compare(r, i, json_array_get(other, n++), arena);
	must(n == json_array_size(other));
}

static void compare(const struct json_reader *r, uint32_t i, const json_t *other, struct arena *arena)
{
	static const json_type same[] = {
		[JSON_KIND_NULL] = JSON_NULL,     [JSON_KIND_FALSE] = JSON_FALSE, [JSON_KIND_TRUE] = JSON_TRUE,
		[JSON_KIND_STRING] = JSON_STRING, [JSON_KIND_ARRAY] = JSON_ARRAY, [JSON_KIND_OBJECT] = JSON_OBJECT,
	};
	struct slice text;
	int64_t number;

	must(r->tokens[i].next <= r->count && other);
	if (json_read_is(r, i, JSON_KIND_NUMBER)) {
		must(json_is_number(other));
		must(json_read_integer(r, i, &number) == json_is_integer(other));
		must(!json_is_integer(other) || number == json_integer_value(other));
		return;
	}
	must(json_typeof(other) == same[r->tokens[i].kind]);
	if (json_read_is(r, i, JSON_KIND_STRING)) {
		must(json_read_string(r, i, arena, &text));
		must(slice_equal(text, slice_of(json_string_value(other), json_string_length(other))));
	}
	if (json_read_is(r, i, JSON_KIND_OBJECT))
		compare_object(r, i, other, arena);
	if (json_read_is(r, i, JSON_KIND_ARRAY))
		compare_array(r, i, other, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_reader r = { .tokens = tokens, .capacity = TOKENS };
	enum json_verdict v = json_read(&r, slice_of(data, size));
	struct arena arena = { 0 };
	json_error_t error;
	json_t *other;

	if (v == JSON_TOO_DEEP || v == JSON_TOO_MANY)
		return 0;
	other = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (v == JSON_BAD)
		must(!other || memchr(data, 0, size));
	else if (!other)
		must(json_error_code(&error) == json_error_numeric_overflow ||
		     json_error_code(&error) == json_error_null_byte_in_key);
	else if (arena_reset(&arena, 2 * size + 1))
		compare(&r, 0, other, &arena);
	json_decref(other);
	arena_release(&arena);
	return 0;
}
