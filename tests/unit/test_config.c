#include "lib/config.h"
#include "tests/unit/suite.h"

struct values {
	char *name;
	int64_t number;
	bool flag;
	int64_t wait;
	int64_t size;
	struct config_list list;
};

static const struct config_key keys[] = {
	{ "name", CONFIG_STRING, offsetof(struct values, name), "nobody", 0, 0, "" },
	{ "box.number", CONFIG_INTEGER, offsetof(struct values, number), "7", 1, 100, "" },
	{ "box.flag", CONFIG_BOOL, offsetof(struct values, flag), "no", 0, 0, "" },
	{ "box.wait", CONFIG_DURATION, offsetof(struct values, wait), "2s", 1, 86400000, "" },
	{ "box.size", CONFIG_SIZE, offsetof(struct values, size), "4KiB", 0, 0, "" },
	{ "box.list", CONFIG_LIST, offsetof(struct values, list), "a b", 0, 0, "" },
};

static int parse(const char *text, struct values *v, struct err *why)
{
	*v = (struct values){ 0 };
	*why = (struct err){ 0 };
	return config_parse(slice_of_string(text), "t.yaml", keys, ARRAY_LEN(keys), v, why);
}

START_TEST(defaults_hold_without_a_file)
{
	struct values v;
	struct err why;

	ck_assert_int_eq(parse("", &v, &why), 0);
	ck_assert_str_eq(v.name, "nobody");
	ck_assert_int_eq(v.number, 7);
	ck_assert(!v.flag);
	ck_assert_int_eq(v.wait, 2000);
	ck_assert_int_eq(v.size, 4096);
	ck_assert_uint_eq(v.list.len, 2);
	ck_assert_str_eq(v.list.items[1], "b");
	config_release(keys, ARRAY_LEN(keys), &v);
}
END_TEST

START_TEST(values_are_read)
{
	struct values v;
	struct err why;

	ck_assert_msg(parse("name: 大阪\nbox:\n  number: 100\n  flag: on\n  wait: 5m\n  size: 1GiB\n  list: [x, y z]\n",
			    &v, &why) == 0,
		      "%s", why.text);
	ck_assert_str_eq(v.name, "大阪");
	ck_assert_int_eq(v.number, 100);
	ck_assert(v.flag);
	ck_assert_int_eq(v.wait, 300000);
	ck_assert_int_eq(v.size, 1073741824);
	ck_assert_uint_eq(v.list.len, 2);
	ck_assert_str_eq(v.list.items[1], "y z");
	config_release(keys, ARRAY_LEN(keys), &v);
}
END_TEST

START_TEST(mistakes_are_named_with_their_line)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "nmae: x\n", "t.yaml:1: unknown key nmae" },
		{ "name: x\nbox:\n  nubmer: 1\n", "t.yaml:3: unknown key box.nubmer" },
		{ "box:\n  number: 101\n", "t.yaml:2: box.number wants a whole number within its bounds" },
		{ "box:\n  number: 1x\n", "t.yaml:2: box.number wants a whole number within its bounds" },
		{ "box:\n  number: 99999999999999999999\n",
		  "t.yaml:2: box.number wants a whole number within its bounds" },
		{ "box:\n  wait: 5\n", "t.yaml:2: box.wait wants a time with its unit" },
		{ "box:\n  flag: maybe\n", "t.yaml:2: box.flag wants true or false" },
		{ "name: x\nname: y\n", "t.yaml:2: name is given twice" },
		{ "- a\n", "t.yaml:1: the file must be a list of `key: value`" },
		{ "box: 3\n", "t.yaml:1: unknown key box" },
		{ "name: [a]\n", "t.yaml:1: name wants a text" },
		{ "name: &a x\nbox:\n  list: *a\n", "t.yaml:3: aliases are not supported" },
		{ "name: \"a\n", "t.yaml:2: not valid YAML" },
		{ "name: \"a\\0b\"\n", "t.yaml:1: name wants a text" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct values v;
		struct err why;

		ck_assert_msg(parse(cases[i].text, &v, &why) == -1, "accepted: %s", cases[i].text);
		ck_assert_msg(strncmp(why.text, cases[i].message, strlen(cases[i].message)) == 0, "%s\nnot\n%s",
			      why.text, cases[i].message);
		ck_assert_ptr_null(v.name);
	}
}
END_TEST

START_TEST(a_missing_file_says_so)
{
	struct values v = { 0 };
	struct err why = { 0 };

	ck_assert_int_eq(config_load("/nonexistent/x.yaml", keys, ARRAY_LEN(keys), &v, &why), -1);
	ck_assert_int_eq(why.code, ERR_CONFIG);
	ck_assert(strstr(why.text, "/nonexistent/x.yaml: No such file") != NULL);
}
END_TEST

SUITE_MAIN("config", defaults_hold_without_a_file, values_are_read, mistakes_are_named_with_their_line,
	   a_missing_file_says_so)
