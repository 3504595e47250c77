/* Conditions, documents, log sources, sets and selections of Sigma's detections. */
#include "tests/unit/sigma_meets.h"

/* --------------------------------------------------------------------------------------------------------- conditions
 */

/* Searches a, b, c, _d hold when the record has the letter as a member. */
static bool condition_holds(const char *condition, const char *letters)
{
	struct buffer rule = { 0 }, record = { 0 };
	bool holds;

	buffer_printf(&rule, "{a: {a: 1}, b: {b: 1}, sel_one: {c: 1}, sel_two: {d: 1}, _hidden: {e: 1}, condition: %s}",
		      condition);
	buffer_put_string(&record, "{\"z\":0");
	for (; *letters; letters++)
		buffer_printf(&record, ",\"%c\":1", *letters);
	buffer_put_string(&record, "}");
	holds = meets(buffer_string(&rule), buffer_string(&record));
	buffer_release(&rule);
	buffer_release(&record);
	return holds;
}

/* Each uses all identifiers but the hidden one, as a rule must. */
static const struct {
	const char *condition, *letters;
	bool holds;
} conditions[] = {
	{ "a and b and sel_one and sel_two", "abcd", true },
	{ "a and b and sel_one and sel_two", "abc", false },
	{ "a or b or sel_one or sel_two", "d", true },
	{ "a or b or sel_one or sel_two", "e", false },
	/* not binds tighter than and, and tighter than or. */
	{ "a or b and sel_one and sel_two", "a", true },
	{ "a or b and sel_one and sel_two", "bc", false },
	{ "a or b and sel_one and sel_two", "bcd", true },
	{ "(a or b) and 1 of sel_*", "ac", true },
	{ "(a or b) and 1 of sel_*", "a", false },
	{ "not a and b or sel_one and sel_two", "b", true },
	{ "not a and b or sel_one and sel_two", "ab", false },
	{ "not a and b or sel_one and sel_two", "acd", true },
	{ "not (a and b) and not 1 of sel_*", "a", true },
	{ "not (a and b) and not 1 of sel_*", "ab", false },
	{ "not (a and b) and not 1 of sel_*", "ac", false },
	{ "not not a and (b or not all of sel_*)", "a", true },
	{ "not not a and (b or not all of sel_*)", "acd", false },
	{ "all of sel_* and (a or b)", "acd", true },
	{ "all of sel_* and (a or b)", "ac", false },
	{ "1 of them", "b", true },
	{ "1 of them", "e", false },
	{ "all of them", "abcd", true },
	{ "all of them", "abce", false },
	{ "1 of them and 1 of _hid*", "ae", true },
	{ "1 of them and 1 of _hid*", "a", false },
	{ "1 of * and _hidden", "e", false },
	{ "1 of s*l_o*e or 1 of *o or a or b", "d", true },
	{ "1 of sel_one or 1 of sel_two or a or b", "c", true },
	{ "a AND b OR 1 OF sel_*", "c", true },
	{ "((((a)))) and(b)and(sel_one)and(sel_two)", "abcd", true },
	{ "[a and b, sel_one and sel_two]", "cd", true },
	{ "[a and b, sel_one and sel_two]", "ac", false },
};

START_TEST(conditions_by_precedence)
{
	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		ck_assert_msg(condition_holds(conditions[i].condition, conditions[i].letters) == conditions[i].holds,
			      "%s with %s", conditions[i].condition, conditions[i].letters);
}
END_TEST

static const struct {
	const char *condition, *reason;
} bad_conditions[] = {
	{ "a and", "at its end" },
	{ "and a", "a search identifier where it says and" },
	{ "a b", "and, or, or nothing more" },
	{ "(a", "closing parenthesis" },
	{ "a)", "nothing more" },
	{ "", "at its end" },
	{ "c", "no search identifier c" },
	{ "a and b*", "a pattern needs" },
	{ "1 of c*", "no search identifier fits" },
	{ "2 of them", "only `1 of` and `all of`" },
	{ "any of them", "only `1 of` and `all of`" },
	{ "1 of", "or `them`" },
	{ "a and b | count() > 5", "write a correlation" },
	{ "a", "no condition uses the search identifier b" },
	{ "not", "at its end" },
};

START_TEST(conditions_that_are_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_conditions); i++) {
		struct buffer b = { 0 };
		char *rule;
		const char *reason;

		buffer_printf(&b, "{a: {f: 1}, b: {f: 2}, condition: '%s'}", bad_conditions[i].condition);
		rule = meets_rule("A rule", buffer_string(&b));
		reason = meets_refusal(rule);
		ck_assert_msg(strstr(reason, bad_conditions[i].reason), "%s: '%s'", bad_conditions[i].condition,
			      reason);
		free(rule);
		buffer_release(&b);
	}
}
END_TEST

START_TEST(conditions_that_are_endless)
{
	struct buffer b = { 0 };
	char *rule;

	buffer_put_string(&b, "{a: {f: 1}, condition: ");
	for (int i = 0; i < 60; i++)
		buffer_put_string(&b, "not (");
	buffer_put_string(&b, "a");
	for (int i = 0; i < 60; i++)
		buffer_put_string(&b, ")");
	buffer_put_string(&b, "}");
	rule = meets_rule("A rule", buffer_string(&b));
	ck_assert_ptr_nonnull(strstr(meets_refusal(rule), "nested more than"));
	free(rule);
	buffer_clear(&b);
	buffer_put_string(&b, "{a: {f: 1}, condition: a");
	for (int i = 0; i < 2000; i++)
		buffer_put_string(&b, " or a");
	buffer_put_string(&b, "}");
	rule = meets_rule("A rule", buffer_string(&b));
	ck_assert_ptr_nonnull(strstr(meets_refusal(rule), "longer than"));
	free(rule);
	buffer_release(&b);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------- documents
 */

#define BODY "logsource: {category: test}\ndetection: {s: {f: 1}, condition: s}\n"

static const struct {
	const char *rule, *reason; /* "": it loads */
} documents[] = {
	{ "title: T\n" BODY, "" },
	{ "title: T\nid: 5f1d3c1e-0000-4000-8000-000000000000\nname: n\nrelated: [{id: x, type: derived}]\n"
	  "taxonomy: sigma\nstatus: stable\ndescription: d\nlicense: MIT\nauthor: a\nreferences: [r]\n"
	  "date: 2026-01-01\nmodified: 2026-01-02\nfields: [f]\nfalsepositives: [none]\nlevel: high\n"
	  "tags: [attack.t1190]\nscope: [server]\n" BODY,
	  "" },
	{ "title: T\nregression_tests_path: x\ncustom: {a: [b]}\n" BODY, "" },
	{ BODY, "rule.yml:1: a document needs a title" },
	{ "title: ''\n" BODY, "needs a title" },
	{ "title: T\ndetection: {s: {f: 1}, condition: s}\n", "needs a logsource" },
	{ "title: T\nlogsource: {}\ndetection: {s: {f: 1}, condition: s}\n", "category, product or service" },
	{ "title: T\nlogsource: {category: test}\n", "one of detection, correlation and filter" },
	{ "title: T\nlogsource: {category: test}\ndetection: [a]\n", "detection must be a mapping" },
	{ "title: T\nlogsource: {category: test}\ndetection: {s: {f: 1}}\n", "rule.yml:3: there is no condition" },
	{ "title: T\nlogsource: {category: test, products: x}\ndetection: {s: {f: 1}, condition: s}\n",
	  "rule.yml:2: unknown key products in logsource" },
	{ "title: T\nlogsource: {category: process_creation, product: windows}\n"
	  "detection: {s: {f: 1}, condition: s}\n",
	  "log source not known here: category 'process_creation' product 'windows' service ''" },
	{ "title: T\nlevle: high\n" BODY, "rule.yml:2: the key levle is not known; is level meant?" },
	{ "title: T\nLevel: high\n" BODY, "is level meant" },
	{ "title: T\ntag: [a.b]\n" BODY, "is tags meant" },
	{ "title: T\nlevel: severe\n" BODY, "level cannot be severe" },
	{ "title: T\nstatus: good\n" BODY, "status cannot be good" },
	{ "title: T\ndate: 01/02/2026\n" BODY, "date must be a date" },
	{ "title: T\ntags: [Attack.T1190]\n" BODY, "a tag has the form" },
	{ "title: T\ntags: attack.t1190\n" BODY, "tags must be a list" },
	{ "title: T\nrelated: [{id: x, type: cousin}]\n" BODY, "no such type of relation" },
	{ "title: T\nrelated: [{id: x}]\n" BODY, "needs id and type" },
	{ "title: T\ntaxonomy: ecs\n" BODY, "the taxonomy ecs is not known" },
	{ "title: T\nfalsepositives: none\n" BODY, "falsepositives must be a list" },
	{ "title: [T]\n" BODY, "title must be a text" },
	{ "title: T\naction: global\n" BODY, "`action:` documents" },
	{ "title: T\nlogsource: {category: test}\ndetection: {s: {f: 1}, timeframe: 5m, condition: s}\n", "timeframe" },
	{ "title: T\ntitle: U\n" BODY, "rule.yml:2: the key title stands here a second time" },
	{ "title: T\nid: &x a\n" BODY, "rule.yml:2: anchors" },
	{ "- a\n- b\n", "a document must be a mapping" },
	{ "", "the file is empty" },
	{ "title: T\n  bad: indent\n", "not valid YAML" },
	{ "title: T\n" BODY "---\ntitle: T\n" BODY, "rule.yml:5: T is the id, name or title of another rule already" },
	{ "title: T\nid: a\n" BODY "---\ntitle: U\nname: a\n" BODY, "another rule already: rule.yml:1" },
};

START_TEST(documents_by_the_specification)
{
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		const char *reason = meets_refusal(documents[i].rule);

		ck_assert_msg(*documents[i].reason ? strstr(reason, documents[i].reason) != NULL : !*reason,
			      "%s: '%s', not '%s'", documents[i].rule, reason, documents[i].reason);
	}
}
END_TEST

START_TEST(what_a_rule_says_of_itself)
{
	static const char text[] =
	    "title: 'Exploit'\ntitle_ja: '攻撃'\nid: the-id\nname: the-name\n"
	    "description: d\nstatus: test\nauthor: me\nlevel: critical\n"
	    "tags: [attack.initial-access, attack.t1190, attack.t1059.001, cve.2021-1]\n" BODY "---\n"
	    "title: Second\ntags: [attack.t1071.004]\n" BODY;
	struct sigma_problems problems = { 0 };
	const struct sigma_rule *r;
	struct sigma_set *set;
	struct err why;

	ck_assert_int_eq(meets_build(&set, text, &problems, &why), 0);
	ck_assert_uint_eq(sigma_set_count(set), 2);
	r = sigma_set_rule(set, sigma_set_find(set, SLICE_LITERAL("the-id")));
	ck_assert_str_eq(r->title, "Exploit");
	ck_assert_str_eq(r->title_ja, "攻撃");
	ck_assert_str_eq(r->uid, "the-id");
	ck_assert_str_eq(r->file, "rule.yml");
	ck_assert_int_eq(r->line, 1);
	ck_assert_int_eq(r->level, SIGMA_CRITICAL);
	ck_assert_int_eq(sigma_level_severity(r->level), SEVERITY_CRITICAL);
	ck_assert_uint_eq(r->tag_count, 4);
	ck_assert_uint_eq(r->technique_count, 2);
	ck_assert_str_eq(r->technique[0], "T1190");
	ck_assert_str_eq(r->technique[1], "T1059.001");
	ck_assert_int_eq(r->stage, STAGE_EXPLOITATION);
	ck_assert_ptr_eq(sigma_set_rule(set, sigma_set_find(set, SLICE_LITERAL("the-name"))), r);
	r = sigma_set_rule(set, sigma_set_find(set, SLICE_LITERAL("Second")));
	ck_assert_str_eq(r->uid, "Second");
	ck_assert_int_eq(r->level, SIGMA_MEDIUM);
	ck_assert_int_eq(sigma_level_severity(r->level), SEVERITY_MEDIUM);
	ck_assert_int_eq(r->stage, STAGE_COMMAND_AND_CONTROL);
	ck_assert(r->stands_alone);
	ck_assert_uint_eq(sigma_set_find(set, SLICE_LITERAL("Exploit")), SIZE_MAX);
	sigma_set_number(set, 0, 71);
	sigma_set_number(set, 1, -5);
	ck_assert_uint_eq(sigma_set_find_number(set, 71), 0);
	ck_assert_uint_eq(sigma_set_find_number(set, -5), 1);
	ck_assert_uint_eq(sigma_set_find_number(set, 72), SIZE_MAX);
	sigma_set_free(set);
}
END_TEST

/* ----------------------------------------------------------------------------------------------- log sources and
 * events */

static const char mapping[] =
    "field_sets:\n"
    "  ends: {src: source.ip, port: source.port}\n"
    "logsources:\n"
    "  - logsource: {category: web}\n"
    "    events: [eve.http, fortigate.webfilter]\n"
    "    where: {direction|neq: inbound}\n"
    "    use: ends\n"
    "    keywords: [eve.http.url]\n"
    "    fields:\n"
    "      uri: [eve.http.url, fortigate.url, url.full]\n"
    "      ext: url.extension\n"
    "      query: url.query\n"
    "      stem: url.path\n"
    "      src: eve.src_ip\n"
    "      never: []\n"
    "      blocked: {from: action, values: {'true': [blocked, removed], 'false': allowed, '0': [null, unknown]}}\n"
    "  - logsource: {product: cisco, service: '*'}\n"
    "    events: [text]\n"
    "  - logsource: {product: cisco, service: aaa}\n"
    "    events: [eve.aaa]\n"
    "    prefix: eve.\n"
    "  - logsource: {product: all}\n"
    "    events: ['*']\n"
    "    own_names: true\n"
    "  - logsource: {product: eves}\n"
    "    events: [eve.*]\n"
    "    own_names: true\n"
    "placeholders: {Stopped: ['true', dropped], Passed: 'false'}\n";

static int build_mapped(struct sigma_set **set, const char *rule, struct err *why)
{
	const struct sigma_file fields = { "fields.yaml", slice_of_string(mapping) };
	const struct sigma_file file = { "rule.yml", slice_of_string(rule) };
	struct sigma_problems problems = { 0 };
	int failed = sigma_set_build(set, &file, 1, &fields, false, &problems, why);

	sigma_problems_release(&problems);
	return failed;
}

static bool mapped_meets(const char *logsource, const char *search, const char *event, const char *record,
			 const struct alert *alert)
{
	struct buffer b = { 0 };
	struct sigma_set *set;
	struct err why = { 0 };
	size_t count;

	buffer_printf(&b, "title: T\nlogsource: %s\ndetection: {s: %s, condition: s}\n", logsource, search);
	ck_assert_msg(build_mapped(&set, buffer_string(&b), &why) == 0, "%s: %s", search, why.text);
	count = meets_count(set, event, record, alert);
	sigma_set_free(set);
	buffer_release(&b);
	return count == 1;
}

#define WEB "{category: web}"

START_TEST(fields_are_mapped_by_log_source)
{
	struct alert a;

	alert_init(&a);
	a.direction = DIRECTION_OUTBOUND;
	ck_assert(mapped_meets(WEB, "{uri: /a}", "eve.http", "{\"http\":{\"url\":\"/a\"}}", &a));
	ck_assert(mapped_meets(WEB, "{uri: /a}", "fortigate.webfilter", "type=utm url=\"/a\" b=1", &a));
	ck_assert(!mapped_meets(WEB, "{uri: /a}", "eve.dns", "{\"http\":{\"url\":\"/a\"}}", &a));
	/* An entry's own field goes before that of its sets. */
	ck_assert(mapped_meets(WEB, "{src: x}", "eve.http", "{\"src_ip\":\"x\"}", &a));
	ck_assert(mapped_meets(WEB, "{port: 80}", "eve.http", "{}", &(struct alert){ .source.port = 80 }));
	/* Both ways to write a URL, and its parts. */
	ck_assert(mapped_meets(WEB, "{uri: 'http://h.example/a.EXE?q=1'}", "eve.http",
			       "{\"http\":{\"hostname\":\"h.example\",\"url\":\"/a.EXE?q=1\"}}", &a));
	ck_assert(mapped_meets(WEB, "{uri: 'http://h:8080/a'}", "eve.http",
			       "{\"http\":{\"hostname\":\"h\",\"http_port\":8080,\"url\":\"/a\"}}", &a));
	ck_assert(
	    mapped_meets(WEB, "{uri: 'https://h/a'}", "fortigate.webfilter", "hostname=h dstport=443 url=\"/a\"", &a));
	ck_assert(mapped_meets(WEB, "{ext: exe}", "eve.http", "{\"http\":{\"url\":\"/b.c/a.EXE?q=1.d\"}}", &a));
	ck_assert(!mapped_meets(WEB, "{ext|exists: true}", "eve.http", "{\"http\":{\"url\":\"/b.c/a\"}}", &a));
	ck_assert(mapped_meets(WEB, "{query: q=1?2}", "eve.http", "{\"http\":{\"url\":\"http://h/a?q=1?2\"}}", &a));
	ck_assert(mapped_meets(WEB, "{query: null}", "eve.http", "{\"http\":{\"url\":\"/a\"}}", &a));
	ck_assert(mapped_meets(WEB, "{stem: /a/b}", "eve.http", "{\"http\":{\"url\":\"http://h/a/b?c\"}}", &a));
	ck_assert(mapped_meets(WEB, "{never: null}", "eve.http", "{}", &a));
	/* Names with a dot are known everywhere. */
	ck_assert(mapped_meets(WEB, "{eve.http.status: 200}", "eve.http", "{\"http\":{\"status\":200}}", &a));
	ck_assert(mapped_meets(WEB, "[needle]", "eve.http", "{\"http\":{\"url\":\"/needle\"}}", &a));
	ck_assert(!mapped_meets(WEB, "[needle]", "eve.http", "{\"http\":{\"agent\":\"needle\"}}", &a));
	/* `where` holds for all rules of the entry. */
	a.direction = DIRECTION_INBOUND;
	ck_assert(!mapped_meets(WEB, "{uri: /a}", "eve.http", "{\"http\":{\"url\":\"/a\"}}", &a));
}
END_TEST

START_TEST(values_are_translated)
{
	struct alert a;

	alert_init(&a);
	a.action = ACTION_REMOVED;
	ck_assert(mapped_meets(WEB, "{blocked: true}", "eve.http", "{}", &a));
	ck_assert(mapped_meets(WEB, "{blocked: 'TRUE'}", "eve.http", "{}", &a));
	ck_assert(!mapped_meets(WEB, "{blocked: false}", "eve.http", "{}", &a));
	ck_assert(mapped_meets(WEB, "{blocked: removed}", "eve.http", "{}", &a));
	ck_assert(mapped_meets(WEB, "{blocked|contains: mov}", "eve.http", "{}", &a));
	ck_assert(!mapped_meets(WEB, "{blocked: 0}", "eve.http", "{}", &a));
	ck_assert(mapped_meets(WEB, "{blocked|expand: '%Stopped%'}", "eve.http", "{}", &a));
	ck_assert(!mapped_meets(WEB, "{blocked|expand: '%Passed%'}", "eve.http", "{}", &a));
	a.action = ACTION_UNKNOWN;
	ck_assert(mapped_meets(WEB, "{blocked: 0}", "eve.http", "{}", &a));
}
END_TEST

START_TEST(rules_look_at_the_events_of_their_log_source)
{
	struct alert a;

	alert_init(&a);
	a.signature = SLICE_LITERAL("A signature");
	/* Exact entries go before those with stars, wherever they stand. */
	ck_assert(mapped_meets("{product: cisco, service: aaa}", "{user: x}", "eve.aaa", "{\"user\":\"x\"}", &a));
	ck_assert(mapped_meets("{product: cisco, service: bgp}", "[BGP-3]", "text", "%BGP-3-NOTIFICATION", &a));
	ck_assert(mapped_meets("{product: cisco}", "[BGP-3]", "text", "%BGP-3-NOTIFICATION", &a));
	ck_assert(mapped_meets("{product: all}", "{signature: a signature}", "eve.never-heard-of", "{}", &a));
	ck_assert(mapped_meets("{product: all}", "{signature: a signature}", "text", "x", &a));
	ck_assert(mapped_meets("{product: eves}", "{signature: a signature}", "eve.http", "{}", &a));
	ck_assert(mapped_meets("{product: eves}", "{signature: a signature}", "eve.other", "{}", &a));
	ck_assert(!mapped_meets("{product: eves}", "{signature: a signature}", "fortigate.webfilter", "a=b", &a));
	ck_assert(!mapped_meets("{product: eves}", "{signature: a signature}", "text", "x", &a));
}
END_TEST

START_TEST(wants_says_which_events_matter)
{
	struct sigma_set *set;
	struct err why;

	ck_assert_int_eq(build_mapped(&set,
				      "title: T\nlogsource: {category: web}\n"
				      "detection: {s: {uri: a}, condition: s}\n",
				      &why),
			 0);
	ck_assert(sigma_set_wants(set, SLICE_LITERAL("eve.http")));
	ck_assert(sigma_set_wants(set, SLICE_LITERAL("fortigate.webfilter")));
	ck_assert(!sigma_set_wants(set, SLICE_LITERAL("eve.dns")));
	ck_assert(!sigma_set_wants(set, SLICE_LITERAL("text")));
	ck_assert(!sigma_set_wants(set, SLICE_LITERAL("")));
	sigma_set_free(set);
	ck_assert_int_eq(build_mapped(&set,
				      "title: T\nlogsource: {category: web}\ndetection: {s: {action: a}, "
				      "condition: s}\n",
				      &why),
			 -1);
	ck_assert_ptr_nonnull(strstr(why.text, "rule.yml:3: the field mapping knows no field action"));
	ck_assert_ptr_null(set);
}
END_TEST

START_TEST(fields_of_alerts)
{
	struct alert a;
	static const struct {
		const char *search;
		bool meets;
	} fields[] = {
		{ "{direction: outbound}", true },
		{ "{engine: antivirus}", true },
		{ "{severity: 2}", true },
		{ "{severity|lte: 2}", true },
		{ "{score|gt: 70}", true },
		{ "{action: blocked}", true },
		{ "{signature_id: 2001}", true },
		{ "{signature|startswith: ET MALWARE}", true },
		{ "{category: trojan}", true },
		{ "{technique: T1071.001}", true },
		{ "{technique: T1190}", false },
		{ "{stage: command-and-control}", true },
		{ "{transport: tcp}", true },
		{ "{format: eve}", true },
		{ "{community_id: '1:x'}", true },
		{ "{repeat_count: 3}", true },
		{ "{kind: alert}", true },
		{ "{source.ip: 192.168.1.5, source.port: 50000}", true },
		{ "{destination.ip|cidr: 203.0.113.0/24, destination.port: 443}", true },
		{ "{inside.ip: 192.168.1.5}", true },
		{ "{remote.ip: 203.0.113.9, remote.port: 443}", true },
		{ "{attacker.ip: null}", true },
		{ "{attacker.ip|exists: true}", false },
		{ "{time|hour: 17}", true },
		{ "{raw|contains: needle}", true },
	};

	alert_init(&a);
	a.direction = DIRECTION_OUTBOUND;
	a.engine = ENGINE_ANTIVIRUS;
	a.severity = SEVERITY_HIGH;
	a.score = 75;
	a.action = ACTION_BLOCKED;
	a.signature_id = SLICE_LITERAL("2001");
	a.signature = SLICE_LITERAL("ET MALWARE thing");
	a.category = SLICE_LITERAL("Trojan");
	a.technique[0] = SLICE_LITERAL("T1059");
	a.technique[1] = SLICE_LITERAL("T1071.001");
	a.technique_count = 2;
	a.stage = STAGE_COMMAND_AND_CONTROL;
	a.transport = SLICE_LITERAL("tcp");
	a.format = "eve";
	a.community_id = SLICE_LITERAL("1:x");
	a.repeat_count = 3;
	ck_assert(address_parse(SLICE_LITERAL("192.168.1.5"), &a.source.ip));
	a.source.port = 50000;
	ck_assert(address_parse(SLICE_LITERAL("203.0.113.9"), &a.destination.ip));
	a.destination.port = 443;
	a.inside = a.source.ip;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		ck_assert_msg(mapped_meets("{product: all}", fields[i].search, "eve.alert", "{\"a\":\"needle\"}", &a) ==
				  fields[i].meets,
			      "%s", fields[i].search);
}
END_TEST

static const struct {
	const char *text, *reason;
} bad_mappings[] = {
	{ "a: b\n", "needs a list `logsources`" },
	{ "logsources: []\nother: 1\n", "fields.yaml:2: unknown key other" },
	{ "logsources:\n  - logsource: {category: a}\n", "needs events" },
	{ "logsources:\n  - events: [text]\n", "needs a logsource" },
	{ "logsources:\n  - logsource: {category: a}\n    events: [text]\n    fields: {x: eve}\n",
	  "fields.yaml:4: there is no source field eve" },
	{ "logsources:\n  - logsource: {category: a}\n    events: [text]\n    use: none\n", "no field set none" },
	{ "logsources:\n  - logsource: {category: a}\n    events: [text]\n    where: {nothing: 1}\n",
	  "knows no field nothing" },
	{ "logsources:\n  - logsource: {category: a}\n    events: [text]\n    typo: 1\n", "unknown key typo" },
	{ "logsources:\n  - logsource: {category: a}\n    events: [text]\n    fields: {x: {from: raw, values: 1}}\n",
	  "values must be a mapping" },
	{ "logsources: []\nplaceholders: [a]\n", "fields.yaml:2: placeholders must be a mapping" },
	{ "logsources: []\nplaceholders:\n  '%a%': b\n", "fields.yaml:3: a placeholder's name" },
	{ "logsources: []\nplaceholders: {'': b}\n", "a placeholder's name" },
	{ "logsources: []\nplaceholders: {a: []}\n", "1 to 1000 values" },
	{ "logsources: []\nplaceholders: {a: [b, null]}\n", "none of them empty" },
	{ "logsources: []\nplaceholders: {a: ''}\n", "none of them empty" },
	{ "logsources: []\nplaceholders: {a: {b: c}}\n", "a text or a list" },
};

START_TEST(mappings_that_are_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_mappings); i++) {
		const struct sigma_file fields = { "fields.yaml", slice_of_string(bad_mappings[i].text) };
		struct sigma_problems problems = { 0 };
		struct sigma_set *set;
		struct err why = { 0 };

		ck_assert_int_eq(sigma_set_build(&set, NULL, 0, &fields, true, &problems, &why), -1);
		ck_assert(problems.count > 0 && !set);
		ck_assert_msg(strstr(problems.items[0].reason, bad_mappings[i].reason) ||
				  strstr(why.text, bad_mappings[i].reason),
			      "%s: %s", bad_mappings[i].text, problems.items[0].reason);
		sigma_problems_release(&problems);
	}
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------- whole
 * sets */

START_TEST(a_set_is_built_wholly_or_not_at_all)
{
	static const char good[] = "title: Good\n" BODY;
	static const char bad[] = "title: Bad\nlevel: odd\n" BODY "---\ntitle: Bad two\nlogsource: {category: test}\n"
				  "detection: {s: {f|odd: 1}, condition: s}\n";
	const struct sigma_file fields = { "fields.yaml", slice_of_string(meets_fields) };
	const struct sigma_file files[] = { { "b/bad.yml", slice_of_string(bad) },
					    { "a/good.yml", slice_of_string(good) },
					    { "c/broken.yml", SLICE_LITERAL("{") } };
	struct sigma_problems problems = { 0 };
	struct sigma_set *set;
	struct err why;

	ck_assert_int_eq(sigma_set_build(&set, files, 3, &fields, false, &problems, &why), -1);
	ck_assert_ptr_null(set);
	ck_assert_uint_eq(problems.count, 3);
	ck_assert_str_eq(problems.items[0].file, "b/bad.yml");
	ck_assert_int_eq(problems.items[0].line, 2);
	ck_assert_int_eq(problems.items[1].line, 8);
	ck_assert_str_eq(problems.items[2].file, "c/broken.yml");
	ck_assert_str_eq(why.text, "b/bad.yml:2: level cannot be odd");
	sigma_problems_release(&problems);
	/* For counting: what is wrong is left out. */
	ck_assert_int_eq(sigma_set_build(&set, files, 3, &fields, true, &problems, &why), 0);
	ck_assert_uint_eq(sigma_set_count(set), 1);
	ck_assert_str_eq(sigma_set_rule(set, 0)->title, "Good");
	ck_assert_uint_eq(problems.count, 3);
	sigma_problems_release(&problems);
	sigma_set_free(set);
}
END_TEST

START_TEST(an_empty_set_wants_nothing)
{
	struct sigma_problems problems = { 0 };
	struct sigma_scratch *scratch = sigma_scratch_new();
	struct sigma_record record = { .event = SLICE_LITERAL("eve.alert"), .body = SLICE_LITERAL("x") };
	struct sigma_matches matches;
	struct sigma_set *set;
	struct err why;

	ck_assert_int_eq(sigma_set_build(&set, NULL, 0, NULL, false, &problems, &why), 0);
	ck_assert_uint_eq(sigma_set_count(set), 0);
	ck_assert(!sigma_set_wants(set, record.event));
	sigma_match(set, scratch, &record, &matches);
	ck_assert_uint_eq(matches.count, 0);
	ck_assert_uint_eq(sigma_set_find(set, SLICE_LITERAL("x")), SIZE_MAX);
	ck_assert_uint_eq(sigma_set_find_number(set, 1), SIZE_MAX);
	sigma_scratch_free(scratch);
	sigma_set_free(set);
}
END_TEST

START_TEST(matches_come_in_ascending_order_and_one_scratch_serves_many_sets)
{
	static const char text[] = "title: A\nlogsource: {category: test}\n"
				   "detection: {s: {f|re: x}, condition: s}\n---\n"
				   "title: B\nlogsource: {category: test}\n"
				   "detection: {s: {f: ax}, condition: s}\n---\n"
				   "title: C\nlogsource: {category: test}\n"
				   "detection: {s: {f|contains: x}, condition: not s}\n---\n"
				   "title: D\nlogsource: {category: test}\n"
				   "detection: {s: {f|endswith: x}, condition: s}\n";
	struct sigma_problems problems = { 0 };
	struct json_token tokens[8];
	struct json_reader json = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	struct sigma_scratch *scratch = sigma_scratch_new();
	struct sigma_record r = { .event = SLICE_LITERAL("eve.test"),
				  .body = SLICE_LITERAL("{\"f\":\"ax\"}"),
				  .json = &json };
	struct sigma_matches m;
	struct sigma_set *set, *small;
	struct err why;

	ck_assert_int_eq(meets_build(&small, "title: T\n" BODY, &problems, &why), 0);
	ck_assert_int_eq(meets_build(&set, text, &problems, &why), 0);
	ck_assert_int_eq(json_read(&json, r.body), JSON_OK);
	for (int round = 0; round < 3; round++) {
		sigma_match(small, scratch, &r, &m);
		ck_assert_uint_eq(m.count, 0);
		sigma_match(set, scratch, &r, &m);
		ck_assert_uint_eq(m.count, 3);
		ck_assert_uint_eq(m.rules[0], 0);
		ck_assert_uint_eq(m.rules[1], 1);
		ck_assert_uint_eq(m.rules[2], 3);
	}
	sigma_scratch_free(scratch);
	sigma_set_free(set);
	sigma_set_free(small);
}
END_TEST

/* -------------------------------------------------------------------------------------------------------------
 * selections */

static bool selects(const char *text, const char *record, const char *const *uids, size_t uid_count)
{
	struct json_token tokens[64];
	struct json_reader json = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	struct sigma_scratch *scratch = sigma_scratch_new();
	struct alert a;
	struct sigma_record r = { .event = SLICE_LITERAL("eve.alert"), .json = &json, .alert = &a };
	struct sigma_selection *s;
	struct err why = { 0 };
	bool holds;

	alert_init(&a);
	a.signature = SLICE_LITERAL("ET SCAN thing");
	r.body = slice_of_string(record);
	ck_assert_int_eq(json_read(&json, r.body), JSON_OK);
	ck_assert_msg(sigma_selection_build(&s, slice_of_string(text), false, &why) == 0, "%s: %s", text, why.text);
	holds = sigma_selection_match(s, scratch, &r, uids, uid_count);
	sigma_selection_free(s);
	sigma_scratch_free(scratch);
	return holds;
}

START_TEST(selections_are_maps_or_lists_of_maps)
{
	static const char *const uids[] = { "one", "two" };

	ck_assert(selects("{\"signature|contains\":\"scan\"}", "{}", NULL, 0));
	ck_assert(selects("signature|contains: scan\neve.a: 1\n", "{\"a\":1}", NULL, 0));
	ck_assert(!selects("signature|contains: scan\neve.a: 1\n", "{\"a\":2}", NULL, 0));
	ck_assert(selects("[{\"signature\":\"x\"},{\"eve.a\":2}]", "{\"a\":2}", NULL, 0));
	ck_assert(selects("{\"rule.uid\":\"two\"}", "{}", uids, 2));
	ck_assert(!selects("{\"rule.uid\":\"three\"}", "{}", uids, 2));
	ck_assert(!selects("{\"rule.uid\":\"one\"}", "{}", NULL, 0));
	ck_assert(selects("{\"eve.a\":\"\\ud83d\\ude00\\/\"}", "{\"a\":\"\\ud83d\\ude00/\"}", NULL, 0));
}
END_TEST

START_TEST(selections_that_are_refused)
{
	static const struct {
		const char *text;
		bool alert_only;
		const char *reason;
	} bad[] = {
		{ "", false, "a selection is" },
		{ "word", false, "a selection is" },
		{ "{}", false, "nothing to look for" },
		{ "{\"nothing\":1}", false, "no field nothing" },
		{ "{\"signature|odd\":1}", false, "no modifier odd" },
		{ "{\"eve.a\":1}", true, "no field eve.a" },
		{ "{\"raw\":1}", true, "no field raw" },
		{ "{\"signature|expand\":\"%a%\"}", true, "no placeholders here" },
		{ "{\"signature|expand\":\"%a%\"}", false, "no placeholders here" },
		{ "[\"keyword\"]", true, "no keywords" },
		{ "{\"signature|re\":[\"a.b\",\"b.c\",\"c.d\",\"d.e\",\"e.f\",\"f.g\",\"g.h\",\"h.i\",\"i.j\"]}", true,
		  "at most 8" },
		{ "a: 1\n---\nb: 1\n", false, "a selection is" },
		{ "{\"a\":", false, "" },
	};
	struct sigma_selection *s;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err why = { 0 };

		ck_assert_msg(sigma_selection_build(&s, slice_of_string(bad[i].text), bad[i].alert_only, &why) == -1,
			      "%s", bad[i].text);
		ck_assert_ptr_null(s);
		ck_assert_msg(strstr(why.text, bad[i].reason), "%s: %s", bad[i].text, why.text);
	}
	ck_assert_int_eq(
	    sigma_selection_build(&s, SLICE_LITERAL("{\"rule.uid\":\"x\",\"inside.ip\":\"y\"}"), true, NULL), 0);
	sigma_selection_free(s);
}
END_TEST

SUITE_MAIN("sigma detection", conditions_by_precedence, conditions_that_are_refused, conditions_that_are_endless,
	   documents_by_the_specification, what_a_rule_says_of_itself, fields_are_mapped_by_log_source,
	   values_are_translated, rules_look_at_the_events_of_their_log_source, wants_says_which_events_matter,
	   fields_of_alerts, mappings_that_are_refused, a_set_is_built_wholly_or_not_at_all, an_empty_set_wants_nothing,
	   matches_come_in_ascending_order_and_one_scratch_serves_many_sets, selections_are_maps_or_lists_of_maps,
	   selections_that_are_refused)
