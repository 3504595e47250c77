/* What is YAML comes from the specification (1.2.2); scalars by its core schema. */
#include "lib/yaml_tree.h"

#include "lib/buffer.h"
#include "tests/unit/suite.h"

static struct yaml_tree *parsed(const char *text)
{
	struct yaml_tree *t;
	struct err why = { 0 };

	ck_assert_msg(yaml_tree_parse(&t, slice_of_string(text), "file.yaml", NULL, &why) == 0, "%s", why.text);
	return t;
}

START_TEST(documents_members_and_lines)
{
	struct yaml_tree *t = parsed("# a comment\n"
				     "b: 1\n"
				     "a:\n"
				     "  - x\n"
				     "  - 'y'\n"
				     "  -\n"
				     "    c: {d: e}\n"
				     "---\n"
				     "---\n"
				     "[one, \"two\"]\n"
				     "...\n");
	const struct yaml_node *first = yaml_tree_first(t), *second = first->next, *list, *n;

	ck_assert(yaml_node_is(first, YAML_TREE_MAPPING));
	ck_assert_uint_eq(first->count, 2);
	ck_assert_int_eq(first->line, 2);
	ck_assert(slice_is(first->first->key, "b"));
	ck_assert(slice_is(first->first->next->key, "a"));
	ck_assert_ptr_null(first->first->next->next);
	ck_assert(slice_is(yaml_node_member(first, "b")->text, "1"));
	list = yaml_node_member(first, "a");
	ck_assert_int_eq(list->key_line, 3);
	ck_assert_int_eq(list->line, 4);
	ck_assert_uint_eq(list->count, 3);
	ck_assert(slice_is(list->first->text, "x") && list->first->plain);
	ck_assert_ptr_null(list->first->key.ptr);
	n = list->first->next;
	ck_assert(slice_is(n->text, "y") && !n->plain);
	ck_assert_int_eq(n->line, 5);
	n = yaml_node_member(yaml_node_member(n->next, "c"), "d");
	ck_assert(slice_is(n->text, "e"));
	ck_assert_int_eq(n->line, 7);
	/* The empty document in between is left out. */
	ck_assert(yaml_node_is(second, YAML_TREE_SEQUENCE));
	ck_assert_int_eq(second->line, 10);
	ck_assert_ptr_null(second->next);
	ck_assert_ptr_null(yaml_node_member(first, "c"));
	ck_assert_ptr_null(yaml_node_member(second, "b"));
	ck_assert_ptr_null(yaml_node_member(NULL, "b"));
	yaml_tree_free(t);
}
END_TEST

START_TEST(a_byte_order_mark_is_no_text)
{
	struct yaml_tree *t = parsed("\xEF\xBB\xBF"
				     "a: b\n"
				     "c: d\n");

	ck_assert(slice_is(yaml_node_member(yaml_tree_first(t), "a")->text, "b"));
	ck_assert_int_eq(yaml_node_member(yaml_tree_first(t), "c")->line, 2);
	yaml_tree_free(t);
}
END_TEST

START_TEST(texts_in_all_styles)
{
	struct yaml_tree *t = parsed("plain: a b\n"
				     "single: 'it''s \\n'\n"
				     "double: \"tab\\t \\u3042 \\x41\"\n"
				     "block: |\n"
				     "  one\n"
				     "  two\n"
				     "folded: >-\n"
				     "  one\n"
				     "  two\n"
				     "'': empty key\n"
				     "'|all': odd key\n"
				     "empty:\n"
				     "quoted: ''\n");
	const struct yaml_node *n = yaml_tree_first(t);

	ck_assert(slice_is(yaml_node_member(n, "plain")->text, "a b"));
	ck_assert(slice_is(yaml_node_member(n, "single")->text, "it's \\n"));
	ck_assert(slice_is(yaml_node_member(n, "double")->text, "tab\t \xE3\x81\x82 A"));
	ck_assert(slice_is(yaml_node_member(n, "block")->text, "one\ntwo\n"));
	ck_assert(!yaml_node_member(n, "block")->plain);
	ck_assert(slice_is(yaml_node_member(n, "folded")->text, "one two"));
	ck_assert(slice_is(yaml_node_member(n, "")->text, "empty key"));
	ck_assert(slice_is(yaml_node_member(n, "|all")->text, "odd key"));
	ck_assert(yaml_node_is_null(yaml_node_member(n, "empty")));
	ck_assert(!yaml_node_is_null(yaml_node_member(n, "quoted")));
	ck_assert_uint_eq(yaml_node_member(n, "quoted")->text.len, 0);
	yaml_tree_free(t);
}
END_TEST

/* Each on a line of its own: what it is by the core schema. */
static const struct {
	const char *text;
	char is; /* n null, b boolean, i integer, f float, t text */
	double value;
} scalars[] = {
	{ "null", 'n', 0 },
	{ "Null", 'n', 0 },
	{ "NULL", 'n', 0 },
	{ "~", 'n', 0 },
	{ "nULL", 't', 0 },
	{ "'null'", 't', 0 },
	{ "true", 'b', 1 },
	{ "True", 'b', 1 },
	{ "FALSE", 'b', 0 },
	{ "tRue", 't', 0 },
	{ "yes", 't', 0 },
	{ "on", 't', 0 },
	{ "\"true\"", 't', 0 },
	{ "0", 'i', 0 },
	{ "-17", 'i', -17 },
	{ "+5", 'i', 5 },
	{ "007", 'i', 7 },
	{ "0x1F", 'i', 31 },
	{ "0xff", 'i', 255 },
	{ "0o17", 'i', 15 },
	{ "0x", 't', 0 },
	{ "0o8", 't', 0 },
	{ "0xG", 't', 0 },
	{ "1_000", 't', 0 },
	{ "1.5", 'f', 1.5 },
	{ "-2e3", 'f', -2e3 },
	{ ".5", 'f', .5 },
	{ "1.", 'f', 1 },
	{ "1e", 't', 0 },
	{ ".", 't', 0 },
	{ "1.2.3", 't', 0 },
	{ "1e999", 't', 0 },
	{ ".inf", 't', 0 },
	{ ".nan", 't', 0 },
	{ "'1'", 't', 0 },
	{ "+-1", 't', 0 },
	{ "0x7FFFFFFFFFFFFFFFFF", 't', 0 },
};

START_TEST(plain_scalars_by_the_core_schema)
{
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
		struct buffer b = { 0 };
		struct yaml_tree *t;
		const struct yaml_node *n;
		bool truth = false, boolean;
		int64_t whole = 0;
		double number = 0;

		buffer_printf(&b, "- %s\n", scalars[i].text);
		t = parsed(buffer_string(&b));
		n = yaml_tree_first(t)->first;
		boolean = yaml_node_boolean(n, &truth);
		ck_assert_msg(yaml_node_is_null(n) == (scalars[i].is == 'n'), "%s", scalars[i].text);
		ck_assert_msg(boolean == (scalars[i].is == 'b'), "%s", scalars[i].text);
		ck_assert_msg(yaml_node_integer(n, &whole) == (scalars[i].is == 'i'), "%s", scalars[i].text);
		ck_assert_msg(yaml_node_number(n, &number) == (scalars[i].is == 'i' || scalars[i].is == 'f'), "%s",
			      scalars[i].text);
		ck_assert_double_eq(boolean ? (double)truth : number, scalars[i].value);
		yaml_tree_free(t);
		buffer_release(&b);
	}
}
END_TEST

static const struct {
	const char *text, *reason;
	int line;
} refused[] = {
	{ "a: 1\nb: &x 2\n", "anchors (&x) are not supported", 2 },
	{ "a: &x [1]\n", "anchors", 1 },
	{ "a: &x {b: 1}\n", "anchors", 1 },
	{ "a: *x\n", "aliases (*x) are not supported", 1 },
	{ "a: 1\nb: !!str 2\n", "tags", 2 },
	{ "a: !!set {b}\n", "tags", 1 },
	{ "a: 1\n<<: {b: 2}\n", "merge keys", 2 },
	{ "? [a]\n: 1\n", "a key must be a text", 1 },
	{ "{{a: 1}: 2}\n", "a key must be a text", 1 },
	{ "a: 1\nb: 2\na: 3\n", "the key a stands here a second time", 3 },
	{ "a: {b: 1, c: 2,\n  b: 3}\n", "the key b stands here", 2 },
	{ "a: \"x\\0y\"\n", "NUL", 1 },
	{ "a: \"\xFF\"\n", "not UTF-8", 0 },
	{ "a: [1\nb: 2\n", "not valid YAML", 2 },
	{ "a: 1\n\tb: 2\n", "not valid YAML", 2 },
	{ "a: 'open\n", "not valid YAML", 2 },
};

START_TEST(what_hostile_files_are_made_of)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct yaml_tree *t;
		struct err why = { 0 };
		char front[32];
		int line = -1;

		ck_assert_int_eq(yaml_tree_parse(&t, slice_of_string(refused[i].text), "f.yaml", &line, &why), -1);
		ck_assert_ptr_null(t);
		ck_assert_msg(strstr(why.text, refused[i].reason), "%s: %s", refused[i].text, why.text);
		ck_assert_msg(line == refused[i].line, "%s: line %d", refused[i].text, line);
		snprintf(front, sizeof(front), "f.yaml:%d: ", line);
		ck_assert(strncmp(why.text, front, strlen(front)) == 0);
		ck_assert_int_eq(yaml_tree_parse(&t, slice_of_string(refused[i].text), NULL, NULL, NULL), -1);
	}
}
END_TEST

static int parse_repeated(const char *piece, size_t times, struct err *why)
{
	struct buffer b = { 0 };
	struct yaml_tree *t;
	int failed;

	for (size_t i = 0; i < times; i++)
		buffer_put_string(&b, piece);
	failed = yaml_tree_parse(&t, buffer_slice(&b), NULL, NULL, why);
	yaml_tree_free(t);
	buffer_release(&b);
	return failed;
}

START_TEST(limits)
{
	struct err why;

	ck_assert_int_eq(parse_repeated("[", 1000, &why), -1);
	ck_assert_ptr_nonnull(strstr(why.text, "nested more than"));
	ck_assert_int_eq(parse_repeated("- x\n", YAML_TREE_NODES_MAX, &why), -1);
	ck_assert_ptr_nonnull(strstr(why.text, "values"));
	ck_assert_int_eq(parse_repeated("- x\n", 10000, &why), 0);
	ck_assert_int_eq(parse_repeated("# comment\n", YAML_TREE_TEXT_MAX / 10 + 1, &why), -1);
	ck_assert_ptr_nonnull(strstr(why.text, "larger than"));
}
END_TEST

START_TEST(nothing_at_all)
{
	static const char *const texts[] = { "", "\n", "# only a comment\n", "---\n", "---\n...\n---\n" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct yaml_tree *t = parsed(texts[i]);

		ck_assert_ptr_null(yaml_tree_first(t));
		yaml_tree_free(t);
	}
	yaml_tree_free(NULL);
}
END_TEST

SUITE_MAIN("yaml tree", documents_members_and_lines, a_byte_order_mark_is_no_text, texts_in_all_styles,
	   plain_scalars_by_the_core_schema, what_hostile_files_are_made_of, limits, nothing_at_all)
