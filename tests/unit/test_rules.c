/* Rule files and cases. What a record of a case says is written down here by hand, from the form that docs/rules.md
 * teaches. */
#include "server/model/rule_case.h"
#include "server/model/rules.h"
#include "tests/unit/suite.h"

#include <stdio.h>

static bool kind_is(const char *name, enum rule_file_kind wanted)
{
	enum rule_file_kind kind;

	return rule_file_kind_of(slice_of_string(name), &kind) && kind == wanted;
}

static bool is_no_rule_file(const char *name)
{
	enum rule_file_kind kind;

	return !rule_file_kind_of(slice_of_string(name), &kind);
}

START_TEST(files_are_told_by_their_names)
{
	ck_assert(kind_is("a.yml", RULE_FILE_SIGMA));
	ck_assert(kind_is("dns/tunnel.yml", RULE_FILE_SIGMA));
	ck_assert(kind_is("fields.yaml", RULE_FILE_FIELDS));
	ck_assert(kind_is("/etc/hinomi/rules/grouping.yaml", RULE_FILE_GROUPING));
	ck_assert(is_no_rule_file("README.md"));
	ck_assert(is_no_rule_file("dns/tunnel.test.yml"));
	ck_assert(is_no_rule_file("other.yaml"));
	ck_assert(is_no_rule_file(".hidden.yml"));
	ck_assert(is_no_rule_file(".yml"));
	ck_assert(is_no_rule_file("yml"));
	ck_assert(is_no_rule_file("dir.yml/"));
	ck_assert(is_no_rule_file(""));
}
END_TEST

static void add(struct rule_files *files, const char *name, const char *text)
{
	enum rule_file_kind kind;

	ck_assert(rule_file_kind_of(slice_of_string(name), &kind));
	ck_assert_int_eq(rule_files_add(files, slice_of_string(name), kind, slice_of_string(text), NULL), 0);
}

static const char no_fields[] = "sources: []\n";

START_TEST(a_set_without_a_mapping_is_refused)
{
	struct rule_files files = { 0 };
	struct sigma_problems problems = { 0 };
	struct rules *rules;
	struct err why = { 0 };

	add(&files, "grouping.yaml", "clusters:\n  - name: all\n    key: [direction]\n");
	ck_assert_int_eq(rules_build(&rules, &files, &problems, &why), -1);
	ck_assert_ptr_null(rules);
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_str_eq(problems.items[0].file, "fields.yaml");
	ck_assert_int_eq(why.code, ERR_CONFIG);
	sigma_problems_release(&problems);
	rule_files_release(&files);
}
END_TEST

START_TEST(what_is_wrong_with_the_grouping_file_has_its_line)
{
	struct rule_files files = { 0 };
	struct sigma_problems problems = { 0 };
	struct rules *rules;
	struct err why = { 0 };

	add(&files, "grouping.yaml", "clusters:\n  - name: all\n    key: [direktion]\n");
	add(&files, "fields.yaml", no_fields);
	add(&files, "b/fields.yaml", no_fields);
	ck_assert_int_eq(rules_build(&rules, &files, &problems, &why), -1);
	ck_assert_uint_ge(problems.count, 2);
	for (size_t i = 0; i + 1 < problems.count; i++)
		ck_assert_int_le(strcmp(problems.items[i].file, problems.items[i + 1].file), 0);
	ck_assert_str_eq(problems.items[0].file, "b/fields.yaml");
	ck_assert_str_eq(problems.items[problems.count - 1].file, "grouping.yaml");
	ck_assert_int_eq(problems.items[problems.count - 1].line, 3);
	ck_assert_ptr_nonnull(strstr(problems.items[problems.count - 1].reason, "direktion"));
	sigma_problems_release(&problems);
	rule_files_release(&files);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------- cases */

static void record_is(const struct rule_case_entry *entry, int64_t number, const char *wanted)
{
	struct buffer text = { 0 };

	rule_case_record(entry, number, &text);
	ck_assert_str_eq(buffer_string(&text), wanted);
	buffer_release(&text);
}

START_TEST(records_are_written_as_devices_write_them)
{
	static const char text[] =
	    "- case: all forms\n"
	    "  start: 2026-10-06T23:59:58+09:00\n"
	    "  records:\n"
	    "    - eve: {event_type: dns, src_port: \"5{n}\", dns: {rrname: \"a{n}.example\", ids: "
	    "[1, -2.5], b: true, z: null, q: \"7\"}}\n"
	    "      times: 3\n"
	    "      every: 1500ms\n"
	    "    - fortigate: type=\"event\" remip=203.0.113.{n}\n"
	    "    - line: '<13>text {n} {m}'\n"
	    "      at: 1h\n"
	    "  match: {one: 3, 4f1d3c1e: 0}\n"
	    "  fire: {two: 1}\n";
	struct rule_cases cases;
	const struct rule_case *c;

	ck_assert_int_eq(rule_cases_parse(&cases, slice_of_string(text), "t", NULL), 0);
	ck_assert_uint_eq(cases.count, 1);
	c = &cases.items[0];
	ck_assert_str_eq(c->name, "all forms");
	ck_assert_int_eq(c->line, 1);
	ck_assert_uint_eq(c->entry_count, 3);
	record_is(&c->entries[0], 1,
		  "{\"timestamp\":\"2026-10-06T23:59:58.000000+0900\",\"event_type\":\"dns\",\"src_port\":51,"
		  "\"dns\":{\"rrname\":\"a1.example\",\"ids\":[1,-2.5],\"b\":true,\"z\":null,\"q\":\"7\"}}");
	record_is(&c->entries[0], 3,
		  "{\"timestamp\":\"2026-10-07T00:00:01.000000+0900\",\"event_type\":\"dns\",\"src_port\":53,"
		  "\"dns\":{\"rrname\":\"a3.example\",\"ids\":[1,-2.5],\"b\":true,\"z\":null,\"q\":\"7\"}}");
	/* When the third one was: 15:00:01 UTC of 6 October 2026, 1791298801 seconds after 1970. */
	record_is(&c->entries[1], 1,
		  "date=2026-10-07 time=00:00:01 devname=\"case\" devid=\"FGT60F0000000000\" "
		  "eventtime=1791298801000000000 tz=\"+0900\" type=\"event\" remip=203.0.113.1");
	record_is(&c->entries[2], 1, "<13>text 1 {m}");
	ck_assert_int_eq(rule_case_record_time(&c->entries[2], 1) - c->entries[0].at, (time_us)3600 * US_PER_SECOND);
	ck_assert_int_eq(rule_case_record_source(&c->entries[0]), SOURCE_EVE);
	ck_assert_int_eq(rule_case_record_source(&c->entries[2]), SOURCE_SYSLOG);
	ck_assert_uint_eq(c->match_count, 2);
	ck_assert_str_eq(c->match[0].rule, "one");
	ck_assert_int_eq(c->match[0].count, 3);
	ck_assert_str_eq(c->match[1].rule, "4f1d3c1e");
	ck_assert_int_eq(c->match[1].count, 0);
	ck_assert_uint_eq(c->fire_count, 1);
	ck_assert_int_eq(c->fire[0].line, 11);
	rule_cases_release(&cases);
}
END_TEST

static void refused(const char *text, const char *begins)
{
	struct rule_cases cases;
	struct err why = { 0 };

	ck_assert_int_eq(rule_cases_parse(&cases, slice_of_string(text), "t", &why), -1);
	ck_assert_msg(slice_starts_with(slice_of_string(why.text), begins), "%s", why.text);
}

#define RECORD "  records:\n    - line: x\n"

START_TEST(what_is_not_understood_is_refused_with_its_line)
{
	refused("", "t:1: ");
	refused("case: x\n", "t:1: ");
	refused("- x\n", "t:1: ");
	refused("- case: x\n", "t:1: a case wants a list of records");
	refused("- case: x\n  recods: []\n", "t:2: there is no key \"recods\"");
	refused("- records: []\n", "t:1: what the case shows is missing");
	refused("- case: x\n" RECORD "      at: 10\n", "t:4: a span of time");
	refused("- case: x\n" RECORD "      at: 401d\n", "t:4: a span of time");
	refused("- case: x\n" RECORD "      at: -1s\n", "t:4: a span of time");
	refused("- case: x\n" RECORD "      at: 999999999d\n", "t:4: a span of time");
	refused("- case: x\n" RECORD "      times: 0\n", "t:4: times wants");
	refused("- case: x\n" RECORD "      times: 20001\n", "t:4: times wants");
	refused("- case: x\n" RECORD "      times: 20000\n      every: 1h\n", "t:3: these records go on");
	refused("- case: x\n" RECORD "      eve: {a: 1}\n", "t:3: one record has one form");
	refused("- case: x\n  records:\n    - at: 1s\n", "t:3: a record is missing");
	refused("- case: x\n  records:\n    - eve: text\n", "t:3: eve wants");
	refused("- case: x\n  records:\n    - eve: {timestamp: x}\n", "t:3: timestamp comes from");
	refused("- case: x\n" RECORD "  match: [a]\n", "t:4: a mapping of rule to number");
	refused("- case: x\n" RECORD "  match: {a: -1}\n", "t:4: how often");
	refused("- case: x\n" RECORD "  fire: {a: yes}\n", "t:4: how often");
	refused("- case: x\n  start: tomorrow\n" RECORD, "t:2: start wants");
	refused("- case: x\n  start: 1969-12-31T23:59:59Z\n" RECORD, "t:2: start wants");
}
END_TEST

SUITE_MAIN("rules", files_are_told_by_their_names, a_set_without_a_mapping_is_refused,
	   what_is_wrong_with_the_grouping_file_has_its_line, records_are_written_as_devices_write_them,
	   what_is_not_understood_is_refused_with_its_line)
