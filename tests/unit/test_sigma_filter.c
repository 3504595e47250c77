/* Filters: what they are laid upon, what they take away, what is refused. */
#include "tests/unit/sigma_world.h"

#define RULES                                                                                                       \
	"title: One\nid: 5c8f3a10-0000-4000-8000-000000000001\nname: one\nlogsource: {product: test, service: a}\n" \
	"detection:\n  s: {Code: 1}\n  condition: s\n"                                                              \
	"---\ntitle: Two\nname: two\nlogsource: {product: test, service: b}\n"                                      \
	"detection:\n  s: {Code: [1, 2]}\n  t: {Host: quiet}\n  condition: s or t\n"                                \
	"---\ntitle: Three\nname: three\nlogsource: {product: other}\ndetection:\n  s: {User: root}\n  condition: s\n"
#define FILTER(logsource, rules, body) "title: Filter\nlogsource: " logsource "\nfilter:\n  rules: " rules "\n" body

/* Names of what matches, in order, with a blank behind each. */
static const char *matching(const char *const *texts, const char *event, const char *json)
{
	static char out[100];
	struct world w;

	out[0] = '\0';
	world_open_files(&w, texts);
	world_see(&w, event, json, 0);
	for (size_t i = 0, n = 0; i < w.matches.count; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s ", sigma_set_rule(w.set, w.matches.rules[i])->name);
	world_close(&w);
	return out;
}

static const char admin_1[] = "{\"test\":{\"code\":1,\"user\":\"adm_aoki\"}}",
		  other_1[] = "{\"test\":{\"code\":1,"
			      "\"user\":\"aoki\"}}",
		  quiet_admin[] = "{\"test\":{\"code\":9,\"host\":\"quiet\",\"user\":\"adm_aoki\"}}";

START_TEST(the_condition_is_anded)
{
	static const char *const without[] = { RULES, NULL };
	static const char *const away[] = { RULES,
					    FILTER(
						"{product: test}", "[one]",
						"  selection: {User|startswith: adm_}\n  condition: not selection\n"),
					    NULL };
	static const char *const only[] = { RULES,
					    FILTER("{product: test}", "[one]",
						   "  selection: {User|startswith: adm_}\n  condition: selection\n"),
					    NULL };

	ck_assert_str_eq(matching(without, "eve.test", admin_1), "one two ");
	ck_assert_str_eq(matching(without, "eve.test", other_1), "one two ");
	ck_assert_str_eq(matching(away, "eve.test", admin_1), "two ");
	ck_assert_str_eq(matching(away, "eve.test", other_1), "one two ");
	ck_assert_str_eq(matching(only, "eve.test", admin_1), "one two ");
	ck_assert_str_eq(matching(only, "eve.test", other_1), "two ");
	/* A record without the field is not selected. */
	ck_assert_str_eq(matching(away, "eve.test", "{\"test\":{\"code\":1}}"), "one two ");
	ck_assert_str_eq(matching(only, "eve.test", "{\"test\":{\"code\":1}}"), "two ");
}
END_TEST

/* The whole condition is bracketed: "s or t" and not f, not "s or (t and not f)". */
START_TEST(the_rules_condition_is_taken_as_a_whole)
{
	static const char *const away[] = {
		RULES, FILTER("{product: test}", "[two]", "  f: {User|startswith: adm_}\n  condition: not f\n"), NULL
	};

	ck_assert_str_eq(matching(away, "eve.test", admin_1), "one ");
	ck_assert_str_eq(matching(away, "eve.test", quiet_admin), "");
	ck_assert_str_eq(matching(away, "eve.test", other_1), "one two ");
}
END_TEST

START_TEST(rules_are_named_by_id_or_name_or_any)
{
	static const char *const id[] = { RULES,
					  FILTER("{product: test}", "[5c8f3a10-0000-4000-8000-000000000001]",
						 "  f: {User|startswith: adm_}\n  condition: not f\n"),
					  NULL };
	static const char *const any[] = { FILTER("{product: test}", "any",
						  "  f: {User|startswith: [adm_, root]}\n  condition: not f\n"),
					   RULES, NULL };
	static const char *const narrow[] = {
		RULES,
		FILTER("{product: test, service: b}", "any", "  f: {User|startswith: adm_}\n  condition: not f\n"), NULL
	};

	ck_assert_str_eq(matching(id, "eve.test", admin_1), "two ");
	ck_assert_str_eq(matching(any, "eve.test", admin_1), "");
	ck_assert_str_eq(matching(any, "eve.test", other_1), "one two ");
	/* Another log source is not touched. */
	ck_assert_str_eq(matching(any, "eve.other", "{\"other\":{\"user\":\"root\"}}"), "three ");
	ck_assert_str_eq(matching(narrow, "eve.test", admin_1), "one ");
}
END_TEST

START_TEST(filters_add_up)
{
	static const char *const both[] = {
		RULES, FILTER("{product: test}", "[one, two]", "  f: {User|startswith: adm_}\n  condition: not f\n"),
		FILTER("{product: test}", "[one]",
		       "  f: {Host: safe}\n  g: {Src: '::1'}\n"
		       "  condition: not 1 of them\n"),
		NULL
	};

	ck_assert_str_eq(matching(both, "eve.test", admin_1), "");
	ck_assert_str_eq(matching(both, "eve.test", other_1), "one two ");
	ck_assert_str_eq(matching(both, "eve.test", "{\"test\":{\"code\":1,\"host\":\"safe\"}}"), "two ");
	ck_assert_str_eq(matching(both, "eve.test", "{\"test\":{\"code\":1,\"src\":\"::1\"}}"), "two ");
}
END_TEST

/* What a filter takes away does not count either. */
START_TEST(filters_reach_correlations)
{
	static const char *const texts[] = {
		RULES "---\ntitle: c\nname: c\ncorrelation:\n  type: event_count\n  rules: [one]\n  group-by: [User]\n"
		      "  timespan: 1m\n  condition: {gte: 2}\n",
		FILTER("{product: test}", "[one]", "  f: {User|startswith: adm_}\n  condition: not f\n"), NULL
	};
	struct world w;

	world_open_files(&w, texts);
	world_see(&w, "eve.test", other_1, 0);
	ck_assert_uint_eq(w.hits.count, 1);
	world_see(&w, "eve.test", admin_1, 0);
	ck_assert_uint_eq(w.hits.count, 0);
	world_close(&w);
}
END_TEST

START_TEST(what_is_not_understood_is_refused)
{
	/* The filter stands in front: title 1, logsource 2, filter 3, rules 4, body from 5. */
#define TAKES_AWAY "  f: {User: a}\n  condition: not f\n"
	static const struct {
		const char *text;
		int line;
		const char *words;
	} cases[] = {
		{ FILTER("{product: test}", "[nobody]", TAKES_AWAY), 4, "no rule has the id or name 'nobody'" },
		{ FILTER("{product: test}", "all", TAKES_AWAY), 4, "no list of rules" },
		{ FILTER("{product: test}", "[]", TAKES_AWAY), 4, "no list of rules" },
		{ FILTER("{product: test}", "[c]", TAKES_AWAY), 4, "'c' is a correlation" },
		{ FILTER("{product: test}", "[three]", TAKES_AWAY), 4, "not that of 'three'" },
		{ FILTER("{product: test, service: b}", "[one]", TAKES_AWAY), 4, "not that of 'one'" },
		{ FILTER("{product: test}", "[one]", "  f: {Shoe: a}\n  condition: not f\n"), 5, "Shoe" },
		{ FILTER("{product: test}", "[one]", "  f: {User|hums: a}\n  condition: not f\n"), 5, "hums" },
		{ FILTER("{product: test}", "[one]", "  f: {User: a}\n  condition: not g\n"), 6, "g" },
		{ FILTER("{product: test}", "[one]", "  f: {User: a}\n"), 4, "condition" },
		{ FILTER("{product: nothing}", "any", TAKES_AWAY), 2, "" },
		{ "title: Filter\nlogsource: {product: test}\nfilter:\n  f: {User: a}\n  condition: not f\n", 4,
		  "no list of rules" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[1200];

		snprintf(text, sizeof(text), "%s---\n%s", cases[i].text,
			 RULES
			 "---\ntitle: c\nname: c\ncorrelation:\n  type: temporal\n  rules: [one]\n  group-by: []\n"
			 "  timespan: 1m\n");
		world_refuses(text, cases[i].line, cases[i].words);
	}
}
END_TEST

/* A field means what the rule's log source says; one that it does not have is no field of the filter there. */
START_TEST(fields_are_those_of_the_rules_log_source)
{
	static const char text[] =
	    RULES "---\n" FILTER("{product: other}", "[three]", "  f: {Code: 1}\n  condition: not f\n");
	static const char *const fine[] = {
		RULES "---\n" FILTER("{product: other}", "[three]", "  f: {User: root}\n  condition: not f\n"), NULL
	};

	world_refuses(text, 28, "Code");
	ck_assert_str_eq(matching(fine, "eve.other", "{\"other\":{\"user\":\"root\"}}"), "");
}
END_TEST

SUITE_MAIN("sigma_filter", the_condition_is_anded, the_rules_condition_is_taken_as_a_whole,
	   rules_are_named_by_id_or_name_or_any, filters_add_up, filters_reach_correlations,
	   what_is_not_understood_is_refused, fields_are_those_of_the_rules_log_source)
