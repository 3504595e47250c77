/* Documents of rule files. */
#include "tests/unit/suite.h"

#include "server/api/rule_text.h"

/* What is found, or "-". */
static bool is(const char *file, const char *uid, const char *wanted)
{
	struct slice text;

	if (!rule_text_find(slice_of_string(file), slice_of_string(uid), &text))
		return strcmp(wanted, "-") == 0;
	return slice_is(text, wanted);
}

START_TEST(test_document_by_its_name)
{
	static const char file[] =
	    "title: One\nid: one\n---\ntitle: Two\nname: two\nlevel: low\n---\n# three\nid: three\n";

	ck_assert(is(file, "one", "title: One\nid: one\n"));
	ck_assert(is(file, "two", "title: Two\nname: two\nlevel: low\n"));
	ck_assert(is(file, "three", "# three\nid: three\n"));
	ck_assert(is(file, "four", "-"));
	ck_assert(is(file, "", "-"));
	ck_assert(is("", "one", "-"));
	ck_assert(is("id: one", "one", "id: one"));
}
END_TEST

/* YAML 1.2.2: quotes (7.3), comments (6.6), document markers (9.1). */
START_TEST(test_ways_to_write_it)
{
	ck_assert(is("id: 'one'\n", "one", "id: 'one'\n"));
	ck_assert(is("id: \"one\"   # why\r\n", "one", "id: \"one\"   # why\r\n"));
	ck_assert(is("id:   one # why\n", "one", "id:   one # why\n"));
	ck_assert(is("id: o#ne\n", "o#ne", "id: o#ne\n"));
	ck_assert(is("---\nid: one\n...\n", "one", "id: one\n"));
	ck_assert(is("--- \nid: one\n---\t# next\nid: two\n", "one", "id: one\n"));
	ck_assert(is("id: x\n---- no marker\nname: one\n", "one", "id: x\n---- no marker\nname: one\n"));
	/* Only at the top level: a correlation that names a rule is not that rule. */
	ck_assert(is("title: a\nrelated:\n  id: one\n---\nid: one\n", "one", "id: one\n"));
	ck_assert(is("title: a\ndetection:\n    name: one\n", "one", "-"));
	ck_assert(is("identity: one\n", "one", "-"));
}
END_TEST

SUITE_MAIN("rule texts of the api", test_document_by_its_name, test_ways_to_write_it)
