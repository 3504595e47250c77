/* The detector over records: what becomes of each, by rules, indicators and mutes. Expectations from
 * docs/decisions/0011-detection-in-the-collector.md and server/model/detector.h. */
#include "lib/buffer.h"
#include "server/model/detector.h"
#include "server/model/judge.h"
#include "server/model/rule_hits.h"
#include "tests/unit/suite.h"

#include <stdio.h>

/* 2026-10-01T00:30:00Z */
#define NOW  ((time_us)1790814600 * US_PER_SECOND)
#define HOUR ((time_us)3600 * US_PER_SECOND)

#define TIME "\"timestamp\":\"2026-10-01T09:30:00+0900\",\"flow_id\":1,"
#define OUT                                                                                                        \
	"\"src_ip\":\"192.168.1.23\",\"src_port\":51515,\"dest_ip\":\"198.51.100.9\",\"dest_port\":443,\"proto\":" \
	"\"TCP\""
#define IN                                                                                                        \
	"\"src_ip\":\"203.0.113.7\",\"src_port\":51515,\"dest_ip\":\"192.168.1.10\",\"dest_port\":443,\"proto\":" \
	"\"TCP\""
#define DNS(name)                                                                                                 \
	"{" TIME "\"event_type\":\"dns\"," OUT ",\"dns\":{\"type\":\"query\",\"rrname\":\"" name "\",\"rrtype\":" \
	"\"A\"}}"
#define ALERT(ends, action, signature)                                                                        \
	"{" TIME "\"event_type\":\"alert\"," ends ",\"alert\":{\"action\":\"" action "\",\"signature_id\":7," \
	"\"signature\":\"" signature "\",\"category\":\"Misc activity\",\"severity\":3}}"

static const char rules_text[] = "title: A bad name\n"
				 "id: 11111111-1111-4111-8111-111111111111\n"
				 "name: bad-name\n"
				 "tags: [attack.command-and-control, attack.t1071.004]\n"
				 "logsource: {product: suricata, service: dns}\n"
				 "detection:\n"
				 "  selection: {query|endswith: .bad.example}\n"
				 "  condition: selection\n"
				 "level: high\n"
				 "---\n"
				 "title: A counted name\n"
				 "id: 22222222-2222-4222-8222-222222222222\n"
				 "name: counted-name\n"
				 "logsource: {product: suricata, service: dns}\n"
				 "detection:\n"
				 "  selection: {query|contains: counted}\n"
				 "  condition: selection\n"
				 "level: informational\n"
				 "---\n"
				 "title: Many of them\n"
				 "id: 33333333-3333-4333-8333-333333333333\n"
				 "name: many\n"
				 "correlation:\n"
				 "  type: event_count\n"
				 "  rules: [counted-name]\n"
				 "  group-by: [inside.ip]\n"
				 "  timespan: 5m\n"
				 "  condition: {gte: 5}\n"
				 "level: medium\n"
				 "---\n"
				 "title: A signature of ours\n"
				 "id: 44444444-4444-4444-8444-444444444444\n"
				 "name: our-signature\n"
				 "logsource: {product: suricata, service: alert}\n"
				 "detection:\n"
				 "  selection: {signature|contains: OURS}\n"
				 "  condition: selection\n"
				 "level: critical\n";

enum { RULE_BAD = 101, RULE_COUNTED, RULE_MANY, RULE_OURS, RULE_INDICATOR };

struct bench {
	struct detector *detector;
	struct normaliser *normaliser;
	struct normalised got;
	struct detection detection;
	char *text;
};

static struct bench b;

static char *file_text(const char *path)
{
	struct buffer out = { 0 };
	FILE *f = fopen(path, "rb");
	char *text;
	size_t n;

	ck_assert_msg(f != NULL, "%s", path);
	do {
		uint8_t *to = buffer_reserve(&out, 65536);

		ck_assert_ptr_nonnull(to);
		n = fread(to, 1, 65536, f);
		out.len += n;
	} while (n);
	fclose(f);
	text = slice_to_string(buffer_slice(&out));
	buffer_release(&out);
	return text;
}

static struct rules *rules_of(const char *text)
{
	static const int64_t numbers[] = { RULE_BAD, RULE_COUNTED, RULE_MANY, RULE_OURS };
	static const char *const names[] = { "bad-name", "counted-name", "many", "our-signature" };
	char *fields = file_text("config/rules/fields.yaml");
	struct rule_files files = { 0 };
	struct sigma_problems problems = { 0 };
	struct rules *rules;
	struct err why = { 0 };

	ck_assert_int_eq(
	    rule_files_add(&files, SLICE_LITERAL("fields.yaml"), RULE_FILE_FIELDS, slice_of_string(fields), &why), 0);
	ck_assert_int_eq(
	    rule_files_add(&files, SLICE_LITERAL("rules.yml"), RULE_FILE_SIGMA, slice_of_string(text), &why), 0);
	ck_assert_msg(rules_build(&rules, &files, &problems, &why) == 0, "%s", why.text);
	rules->version = 9;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t index = sigma_set_find(rules->sigma, slice_of_string(names[i]));

		if (index != SIZE_MAX)
			sigma_set_number(rules->sigma, index, numbers[i]);
	}
	sigma_problems_release(&problems);
	rule_files_release(&files);
	free(fields);
	return rules;
}

static void begin(void)
{
	b = (struct bench){ .detector = detector_new(), .normaliser = normaliser_new() };
	ck_assert(b.detector && b.normaliser);
	detector_set_rules(b.detector, rules_of(rules_text));
	detector_set_indicator_rule(b.detector, RULE_INDICATOR);
	detector_set_observe(b.detector, true);
}

static void end(void)
{
	detector_free(b.detector);
	normaliser_free(b.normaliser);
	free(b.text);
}

static enum detected sent_at(enum record_source source, const char *text, time_us ts, int64_t company_id)
{
	const struct detector_place place = { .company_id = company_id, .ts = ts, .now = NOW, .zone = 9 * 3600 };
	struct record in = { .source = source, .received_at = NOW, .default_zone = 9 * 3600 };

	free(b.text);
	b.text = slice_to_string(slice_of_string(text));
	ck_assert_ptr_nonnull(b.text);
	in.bytes = slice_of_string(b.text);
	normalise(b.normaliser, &in, &b.got);
	b.detection = (struct detection){ .verdict = DETECTED_IGNORED };
	if (b.got.verdict != VERDICT_ALERT) {
		if (!detector_wants(b.detector, &b.got))
			return b.got.verdict == VERDICT_UNPARSED ? DETECTED_UNPARSED : DETECTED_IGNORED;
		normalise_context(b.normaliser, &b.got);
	}
	detector_judge(b.detector, &place, &b.got, &b.detection);
	return b.detection.verdict;
}

static enum detected sent(const char *text)
{
	return sent_at(SOURCE_EVE, text, NOW, 17);
}

/* The rules in rule_hits, ascending as numbers, as text: "101 103"; then " +N" hits, then " !ID" indicators. */
static const char *hits_text(void)
{
	static char text[256];
	struct rule_hits hits;
	struct err why;
	size_t n = 0;

	text[0] = 0;
	if (!b.got.alert.rule_hits.ptr)
		return text;
	ck_assert_msg(rule_hits_read(b.got.alert.rule_hits, &hits, &why) == 0, "%s", why.text);
	ck_assert_int_eq(hits.version, 9);
	for (size_t i = 0; i < hits.rule_count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%lld", n ? " " : "", (long long)hits.rules[i]);
	if (hits.hit_count)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " +%zu", hits.hit_count);
	for (size_t i = 0; i < hits.indicator_count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " !%lld", (long long)hits.indicators[i]);
	rule_hits_release(&hits);
	return text;
}

static void slice_is_text(struct slice s, const char *want)
{
	char *text = slice_to_string(s);

	ck_assert_str_eq(text, want);
	free(text);
}

static void indicator_valid(int64_t id, const char *what, time_us from, time_us until)
{
	struct indicator_key key;
	struct err why;

	ck_assert(indicator_key_guess(slice_of_string(what), &key));
	ck_assert_int_eq(indicator_set_put(detector_indicators(b.detector), &key, id, from, until, &why), 0);
}

static void indicator(int64_t id, const char *what)
{
	indicator_valid(id, what, NOW - 24 * HOUR, NOW + 24 * HOUR);
}

static void mute(struct mutes *m, struct mute mute, const char *conditions)
{
	struct err why;

	mute.conditions = slice_of_string(conditions);
	if (!mute.starts_at)
		mute.starts_at = NOW - HOUR;
	if (!mute.expires_at)
		mute.expires_at = NOW + HOUR;
	ck_assert_msg(mutes_add(m, &mute, &why) == 0, "%s", why.text);
}

static void put_mutes(struct mutes *m)
{
	mutes_sort(m);
	detector_set_mutes(b.detector, m);
}

/* ----------------------------------------------------------------------------------------------------------- rules */

START_TEST(a_rule_that_stands_alone_makes_an_alert_of_context)
{
	const struct alert *a = &b.got.alert;

	ck_assert_int_eq(sent(DNS("www.bad.example")), DETECTED_ALERT);
	ck_assert_int_eq(a->kind, KIND_ALERT);
	slice_is_text(a->signature, "A bad name");
	slice_is_text(a->signature_id, "sigma:11111111-1111-4111-8111-111111111111");
	slice_is_text(a->category, "sigma");
	ck_assert_int_eq(a->severity, SEVERITY_HIGH);
	ck_assert_int_eq(a->raised, SEVERITY_HIGH);
	ck_assert_int_eq(severity_of_score(a->score), SEVERITY_HIGH);
	ck_assert_int_eq(a->stage, STAGE_COMMAND_AND_CONTROL);
	ck_assert_uint_eq(a->technique_count, 1);
	slice_is_text(a->technique[0], "T1071.004");
	ck_assert_int_eq(a->engine, ENGINE_DNS);
	ck_assert_int_eq(a->direction, DIRECTION_OUTBOUND);
	ck_assert_uint_eq(a->attacker.family, 0); /* a resolver is none */
	ck_assert_str_eq(hits_text(), "101");
	ck_assert_int_gt(a->cluster_key, 0);
	ck_assert_str_eq(grouping_cluster_rule(detector_rules(b.detector)->grouping, a), "base");
}
END_TEST

/* Eighty rules know the record, the gravest last. */
START_TEST(of_too_many_rules_the_gravest_are_kept)
{
	struct buffer text = { 0 };
	struct detector_figures figures;
	struct rules *rules;
	struct rule_hits hits;
	struct err why;

	for (int i = 0; i < 80; i++)
		buffer_printf(&text,
			      "%stitle: Rule %d\nid: 00000000-0000-4000-8000-0000000000%02d\n"
			      "logsource: {product: suricata, service: dns}\n"
			      "detection:\n  selection: {query: many.example}\n  condition: selection\nlevel: %s\n",
			      i ? "---\n" : "", i, i,
			      i < 10   ? "low"
			      : i < 79 ? "informational"
				       : "critical");
	rules = rules_of(buffer_string(&text));
	for (size_t i = 0; i < 80; i++)
		sigma_set_number(rules->sigma, i, 1000 + (int64_t)i);
	detector_set_rules(b.detector, rules);
	ck_assert_int_eq(sent(DNS("many.example")), DETECTED_ALERT);
	slice_is_text(b.got.alert.signature, "Rule 79");
	ck_assert_int_eq(b.got.alert.severity, SEVERITY_CRITICAL);
	ck_assert_int_eq(rule_hits_read(b.got.alert.rule_hits, &hits, &why), 0);
	ck_assert_uint_eq(hits.rule_count, 63);
	for (size_t i = 0; i < 10; i++)
		ck_assert_int_eq(hits.rules[i], 1000 + (int64_t)i);
	ck_assert_int_eq(hits.rules[62], 1079);
	rule_hits_release(&hits);
	detector_figures(b.detector, &figures);
	ck_assert_uint_eq(figures.hits_lost, 17);
	buffer_release(&text);
}
END_TEST

START_TEST(a_rule_that_only_counts_leaves_evidence)
{
	ck_assert_int_eq(sent(DNS("counted.example")), DETECTED_CONTEXT);
	ck_assert_int_eq(b.got.alert.kind, KIND_CONTEXT);
	ck_assert_str_eq(hits_text(), "102 +1");
	ck_assert_int_ne(b.got.alert.cluster_key, 0);
	ck_assert_int_eq(b.got.alert.link_key, 0);
	ck_assert_int_eq(b.got.alert.severity, SEVERITY_INFO);
	/* Both at once: the one that stands alone names it, the other still counts. */
	ck_assert_int_eq(sent(DNS("counted.bad.example")), DETECTED_ALERT);
	slice_is_text(b.got.alert.signature, "A bad name");
	ck_assert_str_eq(hits_text(), "101 102 +1");
}
END_TEST

START_TEST(other_context_is_only_observed)
{
	ck_assert_int_eq(sent(DNS("www.good.example")), DETECTED_IGNORED);
	ck_assert_ptr_nonnull(b.detection.seen);
	ck_assert_uint_gt(b.detection.seen->count, 0);
	ck_assert_int_eq(sent("{" TIME "\"event_type\":\"stats\"}"), DETECTED_IGNORED);
	ck_assert_ptr_null(b.detection.seen);
	detector_set_observe(b.detector, false);
	ck_assert_int_eq(sent(DNS("www.good.example")), DETECTED_IGNORED);
	ck_assert_ptr_null(b.detection.seen);
	/* No rule names TLS, nothing is observed and no indicator is known: nobody wants to see it. */
	ck_assert_int_eq(sent("{" TIME "\"event_type\":\"tls\"," OUT ",\"tls\":{\"sni\":\"x.example\"}}"),
			 DETECTED_IGNORED);
	ck_assert(!detector_wants(b.detector, &b.got));
}
END_TEST

START_TEST(an_alert_keeps_its_own_words)
{
	const struct alert *a = &b.got.alert;

	ck_assert_int_eq(sent(ALERT(IN, "allowed", "OURS it is")), DETECTED_ALERT);
	slice_is_text(a->signature, "OURS it is");
	ck_assert_int_eq(a->severity, SEVERITY_INFO); /* Misc activity */
	ck_assert_int_eq(a->raised, SEVERITY_CRITICAL);
	ck_assert_str_eq(hits_text(), "104");
	ck_assert_int_eq(sent(ALERT(IN, "allowed", "another")), DETECTED_ALERT);
	ck_assert_ptr_null(a->rule_hits.ptr);
	ck_assert_int_eq(a->raised, 0);
	ck_assert(a->cluster_key > 0 && a->link_key > 0);
}
END_TEST

START_TEST(without_rules_all_is_as_before)
{
	struct grouping *base = grouping_base();
	int64_t cluster, link;

	detector_set_rules(b.detector, NULL);
	ck_assert_int_eq(sent(ALERT(IN, "allowed", "OURS it is")), DETECTED_ALERT);
	cluster = b.got.alert.cluster_key;
	link = b.got.alert.link_key;
	grouping_set_keys(base, &b.got.alert, NOW, 0);
	ck_assert_int_eq(b.got.alert.cluster_key, cluster);
	ck_assert_int_eq(b.got.alert.link_key, link);
	ck_assert_ptr_null(b.got.alert.rule_hits.ptr);
	ck_assert_int_eq(sent(DNS("www.bad.example")), DETECTED_IGNORED);
	grouping_free(base);
}
END_TEST

START_TEST(text_is_kept_unless_a_rule_knows_it)
{
	static const char text[] = "title: A word\n"
				   "id: 55555555-5555-4555-8555-555555555555\n"
				   "name: bad-name\n"
				   "logsource: {product: cisco, service: syslog}\n"
				   "detection:\n"
				   "  words: [disk failure]\n"
				   "  condition: words\n"
				   "level: low\n";

	ck_assert_int_eq(sent_at(SOURCE_SYSLOG, "<34>Oct  1 09:30:00 nas a disk failure", NOW, 17), DETECTED_UNPARSED);
	detector_set_rules(b.detector, rules_of(text));
	ck_assert_int_eq(sent_at(SOURCE_SYSLOG, "<34>Oct  1 09:30:00 nas a disk failure", NOW, 17), DETECTED_ALERT);
	ck_assert_str_eq(b.got.alert.format, "text");
	slice_is_text(b.got.alert.signature, "A word");
	ck_assert_int_eq(b.got.alert.severity, SEVERITY_LOW);
	ck_assert_int_eq(b.got.alert.event_time, NOW);
	ck_assert_int_eq(sent_at(SOURCE_SYSLOG, "<34>Oct  1 09:30:00 nas all is well", NOW, 17), DETECTED_UNPARSED);
	/* Damaged JSON is not text. */
	ck_assert_int_eq(sent("{\"disk failure"), DETECTED_UNPARSED);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------ indicators */

START_TEST(an_indicator_makes_an_alert_of_context)
{
	const struct alert *a = &b.got.alert;

	indicator(7, "good.example");
	ck_assert_int_eq(sent(DNS("www.good.example")), DETECTED_ALERT);
	slice_is_text(a->signature, "Indicator: www.good.example");
	slice_is_text(a->signature_id, "indicator:7");
	slice_is_text(a->category, "indicator");
	ck_assert_int_eq(a->severity, SEVERITY_HIGH);
	ck_assert_int_eq(a->stage, STAGE_COMMAND_AND_CONTROL);
	ck_assert_str_eq(hits_text(), "105 !7");
	/* As grave as the rule: then the rule names it. */
	indicator(8, "bad.example");
	ck_assert_int_eq(sent(DNS("www.bad.example")), DETECTED_ALERT);
	slice_is_text(a->signature, "A bad name");
	ck_assert_str_eq(hits_text(), "105 101 !8");
	/* A record that comes late is met by what is known now: no hunt will look at it again. */
	ck_assert_int_eq(sent_at(SOURCE_EVE, DNS("www.good.example"), NOW - 26 * HOUR, 17), DETECTED_ALERT);
	ck_assert_str_eq(hits_text(), "105 !7");
	/* Not yet, and no longer. */
	indicator_valid(11, "early.example", NOW + 2 * HOUR, NOW + 24 * HOUR);
	ck_assert_int_eq(sent(DNS("early.example")), DETECTED_IGNORED);
	indicator_valid(12, "late.example", NOW - 24 * HOUR, NOW - 2 * HOUR);
	ck_assert_int_eq(sent(DNS("late.example")), DETECTED_IGNORED);
	/* A listed address that calls, as a mere flow, is one of many. */
	indicator(13, "203.0.113.77");
	ck_assert_int_eq(
	    sent("{\"timestamp\":\"2026-10-01T09:30:00+0900\",\"flow_id\":1,\"event_type\":\"flow\",\"src_ip\":\"203.0."
		 "113.77\",\"src_port\":4000,"
		 "\"dest_ip\":\"192.168.1.10\",\"dest_port\":443,\"proto\":\"TCP\",\"flow\":{\"pkts_toserver\":1}}"),
	    DETECTED_ALERT);
	ck_assert_int_eq(a->severity, SEVERITY_LOW);
	ck_assert_int_eq(a->direction, DIRECTION_INBOUND);
}
END_TEST

START_TEST(an_indicator_adds_to_an_alert)
{
	const struct alert *a = &b.got.alert;
	int before, blocked;

	sent(ALERT(IN, "allowed", "x"));
	before = a->score;
	sent(ALERT(IN, "blocked", "x"));
	blocked = a->score;
	indicator(7, "203.0.113.0/24");
	ck_assert_int_eq(sent(ALERT(IN, "allowed", "x")), DETECTED_ALERT);
	slice_is_text(a->signature, "x");
	ck_assert_int_eq(a->score, before + 15);
	ck_assert_int_eq(a->severity, severity_of_score(before + 15));
	ck_assert_int_eq(a->raised, SEVERITY_MEDIUM);
	ck_assert_str_eq(hits_text(), "105 !7");
	/* What was blocked on its way in did no harm. */
	sent(ALERT(IN, "blocked", "x"));
	ck_assert_int_eq(a->score, blocked);
	ck_assert_int_eq(a->raised, SEVERITY_LOW);
	ck_assert_str_eq(hits_text(), "105 !7");
	/* Our own end is not looked up. */
	indicator(9, "192.168.1.10");
	sent(ALERT(IN, "allowed", "x"));
	ck_assert_str_eq(hits_text(), "105 !7");
	indicator(6, "198.51.100.9");
	sent(ALERT(OUT, "allowed", "x"));
	ck_assert_str_eq(hits_text(), "105 !6");
	ck_assert_int_eq(a->raised, SEVERITY_HIGH);
}
END_TEST

/* Ten were met: eight are named, and the other two not passed over in silence. */
START_TEST(of_too_many_indicators_the_rest_is_counted)
{
	static const char record[] =
	    "{" TIME "\"event_type\":\"dns\"," OUT ",\"dns\":{\"version\":3,\"type\":\"request\",\"queries\":["
	    "{\"rrname\":\"n0.example\"},{\"rrname\":\"n1.example\"},{\"rrname\":\"n2.example\"},"
	    "{\"rrname\":\"n3.example\"},{\"rrname\":\"n4.example\"},{\"rrname\":\"n5.example\"},"
	    "{\"rrname\":\"n6.example\"},{\"rrname\":\"n7.example\"},{\"rrname\":\"n8.example\"},"
	    "{\"rrname\":\"n9.example\"}]}}";
	struct detector_figures figures;
	char name[] = "n0.example";

	for (int i = 0; i < 10; i++, name[1]++)
		indicator(20 + i, name);
	ck_assert_int_eq(sent(record), DETECTED_ALERT);
	ck_assert_str_eq(hits_text(), "105 !20 !21 !22 !23 !24 !25 !26 !27");
	detector_figures(b.detector, &figures);
	ck_assert_uint_eq(figures.hits_lost, 2);
}
END_TEST

/* ----------------------------------------------------------------------------------------------------------- mutes */

START_TEST(a_mute_takes_keys_and_hits)
{
	struct mutes *m = mutes_new();
	const struct alert *a = &b.got.alert;
	struct detector_figures figures;

	mute(m, (struct mute){ .mute_id = 5, .company_id = 17 },
	     "{\"rule.uid\": "
	     "\"11111111-1111-4111-8111-111111111111\"}");
	put_mutes(m);
	ck_assert_int_eq(sent(DNS("counted.bad.example")), DETECTED_ALERT);
	ck_assert_int_eq(a->mute_id, 5);
	ck_assert(a->cluster_key == 0 && a->link_key == 0);
	ck_assert_str_eq(hits_text(), "101 102"); /* and no hit */
	/* Of another company, of another rule: not muted. */
	ck_assert_int_eq(sent_at(SOURCE_EVE, DNS("www.bad.example"), NOW, 18), DETECTED_ALERT);
	ck_assert(a->mute_id == 0 && a->cluster_key != 0);
	sent(ALERT(IN, "allowed", "OURS it is"));
	ck_assert_int_eq(a->mute_id, 0);
	/* Evidence is no alert. */
	sent(DNS("counted.example"));
	ck_assert_int_eq(a->mute_id, 0);
	ck_assert_str_eq(hits_text(), "102 +1");
	detector_figures(b.detector, &figures);
	ck_assert_uint_eq(figures.muted, 1);
	ck_assert_uint_eq(figures.evidence, 1);
	ck_assert_uint_eq(figures.raised, 2);
}
END_TEST

START_TEST(a_drill_is_one_incident)
{
	struct mutes *m = mutes_new();
	const struct alert *a = &b.got.alert;

	mute(m, (struct mute){ .mute_id = 5, .company_id = 17, .is_drill = true }, "{\"category\": \"Misc activity\"}");
	put_mutes(m);
	sent(ALERT(IN, "allowed", "one"));
	ck_assert_int_eq(a->cluster_key, grouping_drill_key(5));
	ck_assert(a->link_key == 0 && a->mute_id == 5);
	sent(ALERT(OUT, "allowed", "two"));
	ck_assert_int_eq(a->cluster_key, grouping_drill_key(5));
}
END_TEST

START_TEST(the_lowest_number_applies_within_its_time)
{
	static const char any[] = "{\"signature\": \"x\"}";
	const struct alert *a = &b.got.alert;
	struct mutes *m = mutes_new();

	mute(m,
	     (struct mute){ .mute_id = 3,
			    .company_id = 0,
			    .is_shared = true,
			    .expires_at = NOW + 3 * HOUR,
			    .starts_at = NOW + HOUR },
	     any);
	mute(m, (struct mute){ .mute_id = 4, .company_id = 17 }, any);
	mute(m, (struct mute){ .mute_id = 6, .company_id = 0, .is_shared = true, .starts_at = NOW - 9 * HOUR }, any);
	mute(m, (struct mute){ .mute_id = 7, .company_id = 17 }, any);
	/* Over before it came, although its time lies within. */
	mute(m, (struct mute){ .mute_id = 1, .company_id = 17, .starts_at = NOW - 9 * HOUR, .expires_at = NOW - 1 },
	     any);
	put_mutes(m);
	sent(ALERT(IN, "allowed", "x"));
	ck_assert_int_eq(a->mute_id, 4);
	sent_at(SOURCE_EVE, ALERT(IN, "allowed", "x"), NOW, 18);
	ck_assert_int_eq(a->mute_id, 6);
	sent_at(SOURCE_EVE, ALERT(IN, "allowed", "x"), NOW - 2 * HOUR, 17);
	ck_assert_int_eq(a->mute_id, 6);
	sent_at(SOURCE_EVE, ALERT(IN, "allowed", "x"), NOW + 2 * HOUR, 17);
	ck_assert_int_eq(a->mute_id, 3);
	sent_at(SOURCE_EVE, ALERT(IN, "allowed", "x"), NOW - 10 * HOUR, 17);
	ck_assert_int_eq(a->mute_id, 0);
}
END_TEST

START_TEST(a_shared_mute_never_hides_an_indicator)
{
	static const char any[] = "{\"signature\": \"x\"}";
	const struct alert *a = &b.got.alert;
	struct mutes *m = mutes_new();

	mute(m, (struct mute){ .mute_id = 3, .is_shared = true }, any);                   /* all */
	mute(m, (struct mute){ .mute_id = 4, .company_id = 17, .is_shared = true }, any); /* a group it is in */
	put_mutes(m);
	sent(ALERT(IN, "allowed", "x"));
	ck_assert_int_eq(a->mute_id, 3);
	indicator(7, "203.0.113.7");
	sent(ALERT(IN, "allowed", "x"));
	ck_assert_int_eq(a->mute_id, 0);
	m = mutes_new();
	mute(m, (struct mute){ .mute_id = 5, .company_id = 17 }, any);
	put_mutes(m);
	sent(ALERT(IN, "allowed", "x"));
	ck_assert_int_eq(a->mute_id, 5);
}
END_TEST

START_TEST(a_mute_that_is_not_understood_hides_nothing)
{
	static const char *const bad[] = { "", "[]x", "{\"no.such.field\": 1}", "{\"eve.dns.rrname\": \"x\"}" };
	struct mutes *m = mutes_new();

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct mute one = { .mute_id = 1,
				    .company_id = 17,
				    .starts_at = NOW - HOUR,
				    .expires_at = NOW + HOUR,
				    .conditions = slice_of_string(bad[i]) };
		struct err why = { 0 };

		ck_assert_msg(mutes_add(m, &one, &why) != 0, "%s", bad[i]);
		ck_assert_int_ne(why.code, ERR_NONE);
	}
	ck_assert_uint_eq(mutes_count(m), 0);
	mutes_free(m);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { a_rule_that_stands_alone_makes_an_alert_of_context,
				       of_too_many_rules_the_gravest_are_kept,
				       a_rule_that_only_counts_leaves_evidence,
				       other_context_is_only_observed,
				       an_alert_keeps_its_own_words,
				       without_rules_all_is_as_before,
				       text_is_kept_unless_a_rule_knows_it,
				       an_indicator_makes_an_alert_of_context,
				       an_indicator_adds_to_an_alert,
				       of_too_many_indicators_the_rest_is_counted,
				       a_mute_takes_keys_and_hits,
				       a_drill_is_one_incident,
				       the_lowest_number_applies_within_its_time,
				       a_shared_mute_never_hides_an_indicator,
				       a_mute_that_is_not_understood_hides_nothing };
	Suite *suite = suite_create("detector");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, begin, end);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
