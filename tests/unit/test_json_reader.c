/* What is JSON and what is not comes from RFC 8259; jansson is asked about every text as a second opinion. */
#include "lib/json_reader.h"
#include "tests/unit/suite.h"

#include <jansson.h>

enum { TOKENS = 4096 };
static struct json_token tokens[TOKENS];

/* From an exact copy on the heap, so that reading one byte too far is seen. The copy is the caller's. */
static enum json_verdict read_text(struct json_reader *r, const char *text, uint8_t **copy)
{
	size_t len = strlen(text);

	*copy = malloc(len ? len : 1);
	memcpy(*copy, text, len);
	*r = (struct json_reader){ .tokens = tokens, .capacity = TOKENS };
	return json_read(r, slice_of(*copy, len));
}

static const struct {
	const char *text;
	bool good;
} texts[] = {
	{ "{}", true },
	{ "[]", true },
	{ " [ 1 , 2 ] \r\n\t", true },
	{ "\"\"", true },
	{ "0", true },
	{ "-0", true },
	{ "-12.5e+3", true },
	{ "1E5", true },
	{ "true", true },
	{ "null", true },
	{ "{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":\"e\"}", true },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00\"", true },
	{ "\"\xE3\x81\x82\xF0\x9F\x98\x80\"", true },
	{ "\"\x7F\"", true },
	{ "{\"a\":1,\"a\":2}", true },
	{ "", false },
	{ " ", false },
	{ "{", false },
	{ "[", false },
	{ "\"", false },
	{ "[1,]", false },
	{ "[,1]", false },
	{ "[1 2]", false },
	{ "{\"a\"}", false },
	{ "{\"a\":}", false },
	{ "{\"a\":1,}", false },
	{ "{a:1}", false },
	{ "{1:1}", false },
	{ "{\"a\":1}}", false },
	{ "[1}", false },
	{ "{\"a\":1]", false },
	{ "01", false },
	{ "-", false },
	{ "+1", false },
	{ "1.", false },
	{ ".5", false },
	{ "1e", false },
	{ "1e+", false },
	{ "0x10", false },
	{ "NaN", false },
	{ "tru", false },
	{ "truee", false },
	{ "True", false },
	{ "nul", false },
	{ "'a'", false },
	{ "\"a\nb\"", false },
	{ "\"abcdefgh\x01ijklmnop\"", false },
	{ "\"\\x41\"", false },
	{ "\"\\u12\"", false },
	{ "\"\\u12G4\"", false },
	{ "\"\\ud83d\"", false },
	{ "\"\\ud83dx\"", false },
	{ "\"\\ud83d\\u0041\"", false },
	{ "\"\\ude00\"", false },
	{ "\"\\", false },
	{ "\"\xC0\xAF\"", false },
	{ "\"\xED\xA0\x80\"", false },
	{ "\"\xF4\x90\x80\x80\"", false },
	{ "\"\xE3\x81\"", false },
	{ "\"\xFF\"", false },
	{ "\xEF\xBB\xBF{}", false },
	{ "[1]/**/", false },
	{ "[1]x", false },
};

START_TEST(accepts_and_rejects)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct json_reader r;
		uint8_t *copy;
		enum json_verdict v = read_text(&r, texts[i].text, &copy);
		json_t *other = json_loadb((const char *)copy, strlen(texts[i].text), JSON_DECODE_ANY, NULL);

		ck_assert_msg((v == JSON_OK) == texts[i].good, "%s", texts[i].text);
		ck_assert_msg((other != NULL) == texts[i].good, "jansson on %s", texts[i].text);
		json_decref(other);
		free(copy);
	}
}
END_TEST

START_TEST(every_prefix_is_refused)
{
	static const char text[] =
	    "{\"k\\n\":[1.5e1,\"\\ud83d\\ude00\xE3\x81\x82 abcdefghij\",{\"x\":[true,false,null]}]}";

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct json_reader r = { .tokens = tokens, .capacity = TOKENS };
		uint8_t *copy = malloc(len ? len : 1);

		memcpy(copy, text, len);
		ck_assert_int_eq(json_read(&r, slice_of(copy, len)), JSON_BAD);
		free(copy);
	}
}
END_TEST

START_TEST(tree_is_walked)
{
	struct json_reader r;
	uint8_t *copy;
	uint32_t list, i, n = 0;
	int64_t v, sum = 0;

	ck_assert_int_eq(read_text(&r, "{\"skip\":{\"list\":[9]},\"list\":[1,[5,5],2],\"end\":{}}", &copy), JSON_OK);
	list = json_read_member(&r, 0, SLICE_LITERAL("list"));
	ck_assert(json_read_is(&r, list, JSON_KIND_ARRAY));
	ck_assert(slice_is(json_read_raw(&r, list), "[1,[5,5],2]"));
	for (i = json_read_first(&r, list); i < r.tokens[list].next; i = r.tokens[i].next, n++)
		if (json_read_integer(&r, i, &v))
			sum += v;
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(sum, 3);
	i = json_read_member(&r, 0, SLICE_LITERAL("end"));
	ck_assert_uint_eq(json_read_first(&r, i), r.tokens[i].next);
	ck_assert_uint_eq(json_read_member(&r, 0, SLICE_LITERAL("lis")), JSON_NONE);
	ck_assert_uint_eq(json_read_member(&r, list, SLICE_LITERAL("list")), JSON_NONE);
	ck_assert_uint_eq(json_read_member(&r, JSON_NONE, SLICE_LITERAL("list")), JSON_NONE);
	free(copy);
}
END_TEST

START_TEST(first_of_two_keys_wins)
{
	static const struct slice names[] = { SLICE_LITERAL("b"), SLICE_LITERAL("a"), SLICE_LITERAL("none") };
	struct json_reader r;
	uint8_t *copy;
	uint32_t found[3];
	int64_t v;

	ck_assert_int_eq(read_text(&r, "{\"a\":1,\"b\":2,\"a\":3,\"\\u0061b\\n\":4}", &copy), JSON_OK);
	json_read_members(&r, 0, names, 3, found);
	ck_assert(json_read_integer(&r, found[0], &v) && v == 2);
	ck_assert(json_read_integer(&r, found[1], &v) && v == 1);
	ck_assert_uint_eq(found[2], JSON_NONE);
	ck_assert(json_read_integer(&r, json_read_member(&r, 0, SLICE_LITERAL("a")), &v) && v == 1);
	ck_assert(json_read_integer(&r, json_read_member(&r, 0, SLICE_LITERAL("ab\n")), &v) && v == 4);
	ck_assert_uint_eq(json_read_member(&r, 0, SLICE_LITERAL("ab")), JSON_NONE);
	ck_assert_uint_eq(json_read_member(&r, 0, SLICE_LITERAL("ab\nc")), JSON_NONE);
	free(copy);
}
END_TEST

START_TEST(strings_are_decoded)
{
	static const char want[] = "q\"\\/\b\f\n\r\t A\xC3\xA9\xE3\x81\x82\xF0\x9F\x98\x80";
	struct arena arena = { 0 };
	struct json_reader r;
	uint8_t *copy;
	struct slice s;

	ck_assert(arena_reset(&arena, 128));
	ck_assert_int_eq(
	    read_text(&r, "[\"q\\\"\\\\\\/\\b\\f\\n\\r\\t A\\u00e9\\u3042\\uD83D\\uDE00\",\"plain\",\"a\\u0000b\",7]",
		      &copy),
	    JSON_OK);
	ck_assert(json_read_string(&r, 1, &arena, &s));
	ck_assert(slice_equal(s, slice_of(want, sizeof(want) - 1)));
	ck_assert(json_read_string(&r, 2, &arena, &s) && slice_is(s, "plain"));
	ck_assert(s.ptr > copy); /* not copied */
	ck_assert(json_read_string(&r, 3, &arena, &s) && slice_equal(s, slice_of("a\0b", 3)));
	ck_assert(!json_read_string(&r, 4, &arena, &s));
	ck_assert(arena_reset(&arena, 0));
	arena.used = arena.room;
	ck_assert(!json_read_string(&r, 3, &arena, &s));
	arena_release(&arena);
	free(copy);
}
END_TEST

START_TEST(limits_hold)
{
	struct json_reader r;
	uint8_t *copy;
	char deep[2 * (JSON_DEPTH_MAX + 1) + 1] = { 0 };

	memset(deep, '[', JSON_DEPTH_MAX);
	memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	ck_assert_int_eq(read_text(&r, deep, &copy), JSON_OK);
	free(copy);
	memset(deep, '[', JSON_DEPTH_MAX + 1);
	memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	ck_assert_int_eq(read_text(&r, deep, &copy), JSON_TOO_DEEP);
	free(copy);
	r = (struct json_reader){ .tokens = tokens, .capacity = 3 };
	ck_assert_int_eq(json_read(&r, SLICE_LITERAL("[1,2]")), JSON_OK);
	ck_assert_int_eq(json_read(&r, SLICE_LITERAL("[1,2,3]")), JSON_TOO_MANY);
	ck_assert_int_eq(json_read(&r, SLICE_LITERAL("[1,2,\"3\"]")), JSON_TOO_MANY);
	ck_assert_int_eq(json_read(&r, SLICE_LITERAL("{\"a\":[],\"b\":1}")), JSON_TOO_MANY);
}
END_TEST

START_TEST(integers)
{
	struct json_reader r;
	uint8_t *copy;
	int64_t v;

	ck_assert_int_eq(
	    read_text(&r, "[9223372036854775807,-9223372036854775808,9223372036854775808,1.0,1e3,\"1\"]", &copy),
	    JSON_OK);
	ck_assert(json_read_integer(&r, 1, &v) && v == INT64_MAX);
	ck_assert(json_read_integer(&r, 2, &v) && v == INT64_MIN);
	for (uint32_t i = 3; i <= 6; i++)
		ck_assert(!json_read_integer(&r, i, &v));
	ck_assert(!json_read_integer(&r, JSON_NONE, &v));
	free(copy);
}
END_TEST

SUITE_MAIN("json_reader", accepts_and_rejects, every_prefix_is_refused, tree_is_walked, first_of_two_keys_wins,
	   strings_are_decoded, limits_hold, integers)
