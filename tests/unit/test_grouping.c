#include "server/model/grouping.h"
#include "tests/unit/suite.h"

#include <stdio.h>

#define HOUR ((time_us)3600 * US_PER_SECOND)

static struct address ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct address){ 4, { a, b, c, d } };
}

static struct alert scan(void)
{
	struct alert a;

	alert_init(&a);
	a.format = "eve";
	a.direction = DIRECTION_INBOUND;
	a.inside = ipv4(192, 168, 1, 10);
	a.attacker = ipv4(203, 0, 113, 7);
	a.stage = STAGE_RECONNAISSANCE;
	a.signature_id = SLICE_LITERAL("2001219");
	a.signature = SLICE_LITERAL("ET SCAN");
	return a;
}

static void keys_are(struct grouping *g, struct alert *a, int64_t cluster, int64_t link)
{
	grouping_set_keys(g, a, 0, 0);
	ck_assert_int_eq(a->cluster_key, cluster);
	ck_assert_int_eq(a->link_key, link);
}

/* Keys that stand in databases since version 0.1: data of then and now must join. */
START_TEST(base_rules_give_the_keys_they_always_gave)
{
	struct grouping *g = grouping_base();
	struct alert a = scan();

	keys_are(g, &a, 5026612706000504760, 8166258516563585679);
	a.stage = STAGE_NONE;
	keys_are(g, &a, 1684781229910995305, 8166258516563585679);
	a.direction = DIRECTION_OUTBOUND;
	a.stage = STAGE_COMMAND_AND_CONTROL;
	keys_are(g, &a, 1853073198849766944, 0);
	a.inside = (struct address){ 0 };
	keys_are(g, &a, 5712820937914013387, 0);
	a.inside = (struct address){ 6, { [0] = 0xfd, [15] = 1 } };
	a.format = "fortigate";
	a.signature_id = (struct slice){ 0 };
	a.signature =
	    SLICE_LITERAL("A signature whose text is longer than sixty-four characters, so that its hash is taken");
	a.stage = STAGE_NONE;
	a.direction = DIRECTION_INTERNAL;
	keys_are(g, &a, 3363269342204819711, 0);
	a.direction = DIRECTION_INBOUND;
	keys_are(g, &a, 4881348610060152067, 3452489928900079105);
	grouping_free(g);
}
END_TEST

START_TEST(only_detections_have_keys_that_join)
{
	struct grouping *g = grouping_base();
	struct alert a = scan();

	a.kind = KIND_UNPARSED;
	keys_are(g, &a, 0, 0);
	a.kind = KIND_CONTEXT;
	keys_are(g, &a, 5026612706000504760, 0);
	ck_assert_str_eq(grouping_cluster_rule(g, &a), "base");
	grouping_free(g);
}
END_TEST

START_TEST(a_key_carries_its_window)
{
	int64_t drill = grouping_drill_key(7);

	ck_assert_int_eq(grouping_window(5026612706000504760, HOUR), HOUR);
	ck_assert_int_lt(drill, 0);
	ck_assert_int_eq(grouping_window(drill, HOUR), 255 * 15 * 60 * US_PER_SECOND);
	ck_assert_int_ne(drill, grouping_drill_key(8));
	ck_assert_int_eq(drill, grouping_drill_key(7));
}
END_TEST

static const char noise[] = "clusters:\n"
			    "  - name: noise\n"
			    "    description: what nobody reads\n"
			    "    when:\n"
			    "      - {direction: inbound, severity: [low, info], signature: \"et scan *\"}\n"
			    "      - {direction: outbound, max_score: 20}\n"
			    "    key: [direction, day]\n"
			    "    window: 24h\n"
			    "  - name: hosts\n"
			    "    when: {category: [a, b]}\n"
			    "    key: [remote_ip, engine]\n"
			    "  - name: base\n"
			    "    key: [direction, anchor, stage_or_signature]\n"
			    "links:\n"
			    "  - name: none-of-it\n"
			    "    when: {severity: info}\n"
			    "    key: none\n"
			    "  - name: base-link\n"
			    "    when: {direction: inbound}\n"
			    "    key: [inside_ip, signature]\n";

static struct grouping *build(const char *text)
{
	struct grouping *g = NULL;
	struct err why;

	ck_assert_msg(grouping_build(&g, slice_of_string(text), "g.yaml", &why) == 0, "%s", why.text);
	return g;
}

START_TEST(rules_from_a_file)
{
	struct grouping *g = build(noise);

	ck_assert_uint_eq(grouping_rule_count(g), 5);
	ck_assert_str_eq(grouping_rule_name(g, 0), "noise");
	ck_assert_str_eq(grouping_rule_name(g, 3), "none-of-it");
	grouping_free(g);
}
END_TEST

/* Data from before the file must join data from after it. */
START_TEST(base_rules_in_a_file_give_the_same_keys)
{
	struct grouping *g = build(noise);
	struct alert a = scan();

	a.severity = SEVERITY_HIGH;
	keys_are(g, &a, 5026612706000504760, 8166258516563585679);
	grouping_free(g);
}
END_TEST

START_TEST(the_first_rule_that_fits_takes_the_alert)
{
	static const struct {
		enum direction direction;
		int severity, score, raised;
		const char *signature, *category, *rule;
	} cases[] = {
		{ DIRECTION_INBOUND, SEVERITY_LOW, 30, 0, "ET SCAN x", "a", "noise" },
		{ DIRECTION_INBOUND, SEVERITY_LOW, 30, 0, "ET SCANX", "", "base" },
		{ DIRECTION_INBOUND, SEVERITY_MEDIUM, 30, 0, "ET SCAN x", "", "base" },
		/* A rule found it: it is as grave as that. */
		{ DIRECTION_INBOUND, SEVERITY_LOW, 30, SEVERITY_HIGH, "ET SCAN x", "", "base" },
		{ DIRECTION_INBOUND, SEVERITY_LOW, 30, SEVERITY_INFO, "ET SCAN x", "", "noise" },
		{ DIRECTION_OUTBOUND, SEVERITY_LOW, 20, 0, "anything", "", "noise" },
		{ DIRECTION_OUTBOUND, SEVERITY_LOW, 21, 0, "anything", "", "base" },
		{ DIRECTION_INBOUND, SEVERITY_MEDIUM, 50, 0, "x", "B", "hosts" },
		{ DIRECTION_INBOUND, SEVERITY_MEDIUM, 50, 0, "x", "bb", "base" },
	};
	struct grouping *g = build(noise);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct alert a = scan();

		a.direction = cases[i].direction;
		a.severity = cases[i].severity;
		a.score = cases[i].score;
		a.raised = cases[i].raised;
		a.signature = slice_of_string(cases[i].signature);
		a.category = slice_of_string(cases[i].category);
		a.source.ip = a.attacker;
		a.destination.ip = a.inside;
		ck_assert_msg(strcmp(grouping_cluster_rule(g, &a), cases[i].rule) == 0, "case %zu: %s", i,
			      grouping_cluster_rule(g, &a));
	}
	grouping_free(g);
}
END_TEST

START_TEST(a_rule_about_a_host_needs_the_host)
{
	struct grouping *g = build(noise);
	struct alert a = scan();

	a.severity = SEVERITY_HIGH;
	a.category = SLICE_LITERAL("a");
	ck_assert_str_eq(grouping_cluster_rule(g, &a), "base"); /* neither end has an address */
	a.destination.ip = a.inside;
	ck_assert_str_eq(grouping_cluster_rule(g, &a), "base"); /* the other one has none */
	a.source.ip = a.attacker;
	ck_assert_str_eq(grouping_cluster_rule(g, &a), "hosts");
	grouping_free(g);
}
END_TEST

static int64_t noise_key(struct grouping *g, time_us ts, int zone)
{
	struct alert a = scan();

	a.severity = SEVERITY_INFO;
	a.signature = SLICE_LITERAL("ET SCAN x");
	grouping_set_keys(g, &a, ts, zone);
	ck_assert_int_eq(a.link_key, 0); /* none-of-it */
	return a.cluster_key;
}

START_TEST(a_day_begins_at_midnight_of_the_operator)
{
	struct grouping *g = build(noise);
	int zone = 9 * 3600;
	/* 2026-10-02T00:00:00+09:00 = 2026-10-01T15:00:00Z */
	time_us midnight = 1790866800 * US_PER_SECOND;
	int64_t before = noise_key(g, midnight - 1, zone), after = noise_key(g, midnight, zone);

	ck_assert_int_ne(before, after);
	ck_assert_int_eq(noise_key(g, midnight - 24 * HOUR, zone), before);
	ck_assert_int_eq(noise_key(g, midnight + 24 * HOUR - 1, zone), after);
	ck_assert_int_eq(noise_key(g, midnight - 1, 0), noise_key(g, midnight, 0));
	ck_assert_int_ne(noise_key(g, -1, 0), noise_key(g, 0, 0)); /* before 1970 too */
	ck_assert_int_eq(grouping_window(after, HOUR), 24 * HOUR);
	ck_assert_int_lt(after, 0);
	grouping_free(g);
}
END_TEST

START_TEST(bad_files_are_refused_with_their_line)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "g.yaml:1: one mapping" },
		{ "[]", "g.yaml:1: one mapping" },
		{ "clusters: 7", "g.yaml:1: a list of rules was expected: clusters" },
		{ "cluster: []", "g.yaml:1: unknown key: cluster" },
		{ "links: []", "g.yaml:1: the last cluster rule must take every alert" },
		{ "clusters:\n  - name: base\n", "g.yaml:2: `key` is a list" },
		{ "clusters:\n  - key: [day]\n", "g.yaml:2: a rule has a `name`" },
		{ "clusters:\n  - name: Base\n    key: [day]\n", "g.yaml:2: a rule has a `name`" },
		{ "clusters:\n  - name: a\n    key: [days]\n", "g.yaml:3: not a part that a key can have: days" },
		{ "clusters:\n  - name: a\n    key: [day, day]\n", "g.yaml:3: this part of the key stands twice: day" },
		{ "clusters:\n  - name: a\n    key: none\n", "g.yaml:3: `key` is a list" },
		{ "clusters:\n  - name: a\n    key: [day]\n    window: 10m\n", "g.yaml:4: a window is a multiple" },
		{ "clusters:\n  - name: a\n    key: [day]\n    window: 64h\n", "g.yaml:4: a window is a multiple" },
		{ "clusters:\n  - name: a\n    key: [day]\n    window: 0h\n", "g.yaml:4: a window is a multiple" },
		{ "clusters:\n  - name: a\n    key: [day]\n    for: 1h\n", "g.yaml:4: unknown key: for" },
		{ "clusters:\n  - name: a\n    when: {direction: up}\n    key: [day]\n", "g.yaml:3: direction: up" },
		{ "clusters:\n  - name: a\n    when: {host: up}\n    key: [day]\n", "g.yaml:3: not a field" },
		{ "clusters:\n  - name: a\n    when: {}\n    key: [day]\n", "g.yaml:3: a condition is a mapping" },
		{ "clusters:\n  - name: a\n    when: {severity: []}\n    key: [day]\n",
		  "g.yaml:3: a condition without a value: severity" },
		{ "clusters:\n  - name: a\n    when: {max_score: 101}\n    key: [day]\n", "g.yaml:3: max_score" },
		{ "clusters:\n  - name: a\n    when: {severity: low}\n    key: [day]\n",
		  "g.yaml:2: the last cluster rule must take every alert" },
		{ "clusters:\n  - name: a\n    key: [inside_ip]\n",
		  "g.yaml:2: the last cluster rule must take every alert" },
		{ "clusters:\n  - name: a\n    key: [day]\nlinks:\n  - name: a\n    key: [day]\n",
		  "g.yaml:5: two rules of this name: a" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct grouping *g;
		struct err why = { 0 };

		ck_assert_msg(grouping_build(&g, slice_of_string(cases[i].text), "g.yaml", &why) != 0, "case %zu", i);
		ck_assert_msg(slice_starts_with(slice_of_string(why.text), cases[i].message), "case %zu: %s", i,
			      why.text);
	}
}
END_TEST

/* What is shipped: noise is grouped by day, attacks as they always were. */
START_TEST(shipped_rules)
{
	static const struct {
		enum direction direction;
		int severity, score;
		enum stage stage;
		enum action action;
		const char *rule;
		enum engine engine;
	} cases[] = {
		{ DIRECTION_INBOUND, SEVERITY_LOW, 25, STAGE_RECONNAISSANCE, ACTION_ALLOWED, "inbound-noise",
		  ENGINE_IPS },
		{ DIRECTION_INBOUND, SEVERITY_INFO, 5, STAGE_ACTIONS, ACTION_ALLOWED, "inbound-noise", ENGINE_IPS },
		{ DIRECTION_INBOUND, SEVERITY_LOW, 25, STAGE_EXPLOITATION, ACTION_ALLOWED, "base", ENGINE_IPS },
		{ DIRECTION_INBOUND, SEVERITY_HIGH, 65, STAGE_EXPLOITATION, ACTION_BLOCKED, "inbound-blocked",
		  ENGINE_IPS },
		{ DIRECTION_INBOUND, SEVERITY_HIGH, 65, STAGE_EXPLOITATION, ACTION_ALLOWED, "base", ENGINE_IPS },
		{ DIRECTION_INBOUND, SEVERITY_CRITICAL, 90, STAGE_EXPLOITATION, ACTION_BLOCKED, "base", ENGINE_IPS },
		{ DIRECTION_OUTBOUND, SEVERITY_INFO, 10, STAGE_NONE, ACTION_ALLOWED, "outbound-policy", ENGINE_IPS },
		{ DIRECTION_OUTBOUND, SEVERITY_MEDIUM, 45, STAGE_DELIVERY, ACTION_BLOCKED, "outbound-stopped-page",
		  ENGINE_WEB },
		{ DIRECTION_OUTBOUND, SEVERITY_MEDIUM, 45, STAGE_DELIVERY, ACTION_BLOCKED, "outbound-stopped-page",
		  ENGINE_DNS },
		{ DIRECTION_OUTBOUND, SEVERITY_MEDIUM, 45, STAGE_DELIVERY, ACTION_ALLOWED, "base", ENGINE_WEB },
		{ DIRECTION_OUTBOUND, SEVERITY_HIGH, 65, STAGE_DELIVERY, ACTION_BLOCKED, "base", ENGINE_WEB },
		{ DIRECTION_OUTBOUND, SEVERITY_MEDIUM, 45, STAGE_DELIVERY, ACTION_BLOCKED, "base", ENGINE_ANTIVIRUS },
		{ DIRECTION_OUTBOUND, SEVERITY_MEDIUM, 45, STAGE_COMMAND_AND_CONTROL, ACTION_BLOCKED, "base",
		  ENGINE_WEB },
		{ DIRECTION_OUTBOUND, SEVERITY_LOW, 30, STAGE_NONE, ACTION_BLOCKED, "base", ENGINE_IPS },
		{ DIRECTION_INTERNAL, SEVERITY_INFO, 10, STAGE_NONE, ACTION_ALLOWED, "base", ENGINE_IPS },
	};
	FILE *f = fopen("config/rules/grouping.yaml", "rb");
	static char text[65536];
	struct grouping *g;

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = 0;
	fclose(f);
	g = build(text);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct alert a = scan();

		a.direction = cases[i].direction;
		a.severity = cases[i].severity;
		a.score = cases[i].score;
		a.stage = cases[i].stage;
		a.action = cases[i].action;
		a.engine = cases[i].engine;
		a.signature = SLICE_LITERAL("ET EXPLOIT x");
		ck_assert_msg(strcmp(grouping_cluster_rule(g, &a), cases[i].rule) == 0, "case %zu: %s", i,
			      grouping_cluster_rule(g, &a));
	}
	grouping_free(g);
}
END_TEST

SUITE_MAIN("grouping", base_rules_give_the_keys_they_always_gave, only_detections_have_keys_that_join,
	   a_key_carries_its_window, rules_from_a_file, base_rules_in_a_file_give_the_same_keys,
	   the_first_rule_that_fits_takes_the_alert, a_rule_about_a_host_needs_the_host,
	   a_day_begins_at_midnight_of_the_operator, bad_files_are_refused_with_their_line, shipped_rules)
