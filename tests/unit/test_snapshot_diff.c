/* What differs between two snapshots: paths by RFC 6901, changes written by hand; jansson reads the answer. */
#include "server/model/snapshot_diff.h"
#include "tests/unit/suite.h"

#include <jansson.h>

static const struct {
	const char *before, *after, *changes;
} table[] = {
	{ "{}", "{}", "[]" },
	{ "{\"a\":1}", " { \"a\" : 1 } ", "[]" },
	{ "{\"a\":1,\"b\":\"x\"}", "{\"b\":\"x\",\"a\":1}", "[]" },
	{ "{\"inbound\":51}", "{\"inbound\":52}", "[{\"path\":\"/inbound\",\"from\":51,\"to\":52}]" },
	{ "{\"months\":[{\"n\":1},{\"n\":51}]}", "{\"months\":[{\"n\":1},{\"n\":52}]}",
	  "[{\"path\":\"/months/1/n\",\"from\":51,\"to\":52}]" },
	{ "{\"l\":[1,2]}", "{\"l\":[1,2,{\"x\":[3]}]}", "[{\"path\":\"/l/2\",\"from\":null,\"to\":{\"x\":[3]}}]" },
	{ "{\"l\":[1,2,3]}", "{\"l\":[2,3]}",
	  "[{\"path\":\"/l/0\",\"from\":1,\"to\":2},{\"path\":\"/l/1\",\"from\":2,\"to\":3},"
	  "{\"path\":\"/l/2\",\"from\":3,\"to\":null}]" },
	/* Of another kind: one change. */
	{ "{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":[1]}", "[{\"path\":\"/a\",\"from\":{\"x\":1,\"y\":2},\"to\":[1]}]" },
	{ "{\"a\":true}", "{\"a\":false}", "[{\"path\":\"/a\",\"from\":true,\"to\":false}]" },
	{ "{\"a\":\"1\"}", "{\"a\":1}", "[{\"path\":\"/a\",\"from\":\"1\",\"to\":1}]" },
	/* Absent and null say the same. */
	{ "{\"a\":null}", "{}", "[]" },
	{ "{}", "{\"a\":null}", "[]" },
	{ "{\"a\":null}", "{\"a\":\"髙\"}", "[{\"path\":\"/a\",\"from\":null,\"to\":\"髙\"}]" },
	/* When it was made is no difference; deeper down it is. */
	{ "{\"made_at\":\"1\",\"x\":1}", "{\"made_at\":\"2\",\"x\":1}", "[]" },
	{ "{\"d\":{\"made_at\":1}}", "{\"d\":{\"made_at\":2}}", "[{\"path\":\"/d/made_at\",\"from\":1,\"to\":2}]" },
	/* RFC 6901, section 3: ~ and / in a name. */
	{ "{\"a/b\":{\"m~n\":1}}", "{\"a/b\":{\"m~n\":2}}", "[{\"path\":\"/a~1b/m~0n\",\"from\":1,\"to\":2}]" },
	{ "{\"\":1,\"a\\\"b\":1}", "{\"\":2,\"a\\\"b\":2}",
	  "[{\"path\":\"/\",\"from\":1,\"to\":2},{\"path\":\"/a\\\"b\",\"from\":1,\"to\":2}]" },
	{ "1", "2", "[{\"path\":\"\",\"from\":1,\"to\":2}]" },
	{ "[]", "{}", "[{\"path\":\"\",\"from\":[],\"to\":{}}]" },
};

START_TEST(by_hand)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		json_t *want = json_loads(table[i].changes, 0, NULL), *got;
		struct buffer out = { 0 };
		size_t count;

		ck_assert_int_eq(snapshot_diff(slice_of_string(table[i].before), slice_of_string(table[i].after), &out,
					       &count, NULL),
				 0);
		got = json_loads(buffer_string(&out), 0, NULL);
		ck_assert_msg(json_equal(got, want), "%zu: %s", i, buffer_string(&out));
		ck_assert_uint_eq(count, json_array_size(want));
		json_decref(got);
		json_decref(want);
		buffer_release(&out);
	}
}
END_TEST

START_TEST(many)
{
	struct buffer before = { 0 }, after = { 0 }, out = { 0 };
	size_t count;
	json_t *got;

	buffer_put_string(&before, "[0");
	buffer_put_string(&after, "[0");
	for (int i = 0; i < SNAPSHOT_DIFF_MAX + 5; i++) {
		buffer_put_string(&before, ",1");
		buffer_put_string(&after, ",2");
	}
	buffer_put_string(&before, "]");
	buffer_put_string(&after, "]");
	ck_assert_int_eq(snapshot_diff(buffer_slice(&before), buffer_slice(&after), &out, &count, NULL), 0);
	ck_assert_uint_eq(count, SNAPSHOT_DIFF_MAX + 5);
	got = json_loads(buffer_string(&out), 0, NULL);
	ck_assert_uint_eq(json_array_size(got), SNAPSHOT_DIFF_MAX + 1);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(got, SNAPSHOT_DIFF_MAX), "more")), 5);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(got, 199), "path")), "/200");
	json_decref(got);
	buffer_release(&before);
	buffer_release(&after);
	buffer_release(&out);
}
END_TEST

START_TEST(not_json)
{
	struct buffer out = { 0 };
	struct err why = { 0 };
	size_t count;

	ck_assert_int_eq(snapshot_diff(SLICE_LITERAL("{"), SLICE_LITERAL("{}"), &out, &count, &why), -1);
	ck_assert_int_eq(why.code, ERR_CORRUPT);
	ck_assert_int_eq(snapshot_diff(SLICE_LITERAL("{}"), SLICE_LITERAL(""), &out, &count, &why), -1);
	ck_assert_uint_eq(out.len, 0);
	buffer_release(&out);
}
END_TEST

SUITE_MAIN("snapshot_diff", by_hand, many, not_json)
