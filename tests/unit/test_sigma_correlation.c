/* Correlations: what is read and what is refused, which hits a record makes, what keeps state, chains. */
#include "server/model/sigma/stream.h"

#include <math.h>

#include "tests/unit/sigma_world.h"

#define DETECTION(name, selection)                                                                                     \
	"title: " name "\nname: " name "\nlogsource: {product: test}\ndetection:\n  s: {" selection "}\n  condition: " \
	"s\n"
#define CORRELATION(name, body) "---\ntitle: " name "\nname: " name "\ncorrelation:\n" body
#define GROUPED                 "  group-by: [User]\n  timespan: 10m\n"
#define BASE                    DETECTION("base", "Code: 1")
#define COUNTED(condition) \
	BASE CORRELATION("c", "  type: event_count\n  rules: [base]\n" GROUPED "  condition: " condition "\n")

static size_t find(const struct world *w, const char *name)
{
	size_t index = sigma_set_find(w->set, slice_of_string(name));

	ck_assert_uint_ne(index, SIZE_MAX);
	return index;
}

static const struct sigma_correlation *correlation(const struct world *w, const char *name)
{
	for (size_t i = 0; i < sigma_set_correlation_count(w->set); i++)
		if (sigma_set_correlation(w->set, i)->rule == find(w, name))
			return sigma_set_correlation(w->set, i);
	ck_abort_msg("no correlation %s", name);
	return NULL;
}

/* --------------------------------------------------------------------------------------------------------- firings */

struct seen {
	struct world world;
	struct sigma_stream *stream;
	size_t fired[16]; /* by correlation */
	struct sigma_fired last[16];
};

static void note(void *arg, const struct sigma_fired *f)
{
	struct seen *s = arg;

	s->fired[f->correlation]++;
	s->last[f->correlation] = *f;
	s->last[f->correlation].group = (struct slice){ 0 };
}

static void begin(struct seen *s, const char *rules)
{
	const struct sigma_stream_limits limits = { INT64_MAX, 100000, 10000 };

	*s = (struct seen){ 0 };
	world_open(&s->world, rules);
	ck_assert_int_eq(sigma_stream_new(&s->stream, s->world.set, &limits, note, s, NULL), 0);
}

static void see(struct seen *s, const char *event, int64_t second, const char *json)
{
	world_see(&s->world, event, json, second * US_PER_SECOND);
	ck_assert_int_eq(sigma_stream_add(s->stream, &s->world.hits, second * US_PER_SECOND, NULL), 0);
}

static size_t firings(struct seen *s, const char *name)
{
	size_t n = 0;

	ck_assert_int_eq(sigma_stream_finish(s->stream, NULL), 0);
	for (size_t i = 0; i < sigma_set_correlation_count(s->world.set); i++)
		if (sigma_set_correlation(s->world.set, i)->rule == find(&s->world, name))
			n = s->fired[i];
	memset(s->fired, 0, sizeof(s->fired));
	return n;
}

static void end(struct seen *s)
{
	sigma_stream_free(s->stream);
	world_close(&s->world);
}

/* The specification's example, in words of our own: many refused logins of a user, then one that succeeds. */
static const char guessed[] =
    "title: Guessed password\nid: 7e0d3a52-58f1-4c0e-9a8b-000000000001\nname: guessed\ncorrelation:\n"
    "  type: temporal_ordered\n  rules:\n    - many_refused\n    - accepted\n  group-by:\n    - User\n  timespan: 10m\n"
    "level: high\n"
    "---\ntitle: Many refused logins\nid: 7e0d3a52-58f1-4c0e-9a8b-000000000002\nname: many_refused\ncorrelation:\n"
    "  type: event_count\n  rules:\n    - refused\n  group-by:\n    - User\n  timespan: 10m\n  condition:\n    gte: "
    "10\n"
    "---\ntitle: Refused login\nname: refused\nlogsource:\n  product: test\n  service: security\n"
    "detection:\n  selection:\n    Code:\n      - 529\n      - 4625\n  condition: selection\n"
    "---\ntitle: Accepted login\nname: accepted\nlogsource:\n  product: test\n  service: security\n"
    "detection:\n  selection:\n    Code:\n      - 528\n      - 4624\n  condition: selection\n";

static void logins(struct seen *s, int first, int count, int every, const char *code)
{
	char json[80];

	for (int i = 0; i < count; i++) {
		snprintf(json, sizeof(json), "{\"test\":{\"user\":\"aoki\",\"code\":%s}}", code);
		see(s, "eve.test", first + i * every, json);
	}
}

START_TEST(failed_logins_then_success)
{
	struct seen s;

	begin(&s, guessed);
	logins(&s, 0, 10, 30, "4625");
	logins(&s, 300, 1, 1, "4624");
	ck_assert_uint_eq(firings(&s, "guessed"), 1);
	/* Nine are not many. */
	logins(&s, 0, 9, 30, "4625");
	logins(&s, 300, 1, 1, "4624");
	ck_assert_uint_eq(firings(&s, "guessed"), 0);
	/* The login came first. */
	logins(&s, 300, 10, 30, "529");
	logins(&s, 0, 1, 1, "528");
	ck_assert_uint_eq(firings(&s, "guessed"), 0);
	/* The tenth is at 270; 870 is ten minutes later, 871 is not. */
	logins(&s, 0, 10, 30, "4625");
	logins(&s, 870, 1, 1, "4624");
	ck_assert_uint_eq(firings(&s, "guessed"), 1);
	logins(&s, 0, 10, 30, "4625");
	logins(&s, 871, 1, 1, "4624");
	ck_assert_uint_eq(firings(&s, "guessed"), 0);
	/* Attempts that go on after the success do not make it undone. */
	logins(&s, 0, 40, 30, "4625");
	logins(&s, 301, 1, 1, "4624");
	ck_assert_uint_eq(firings(&s, "guessed"), 1);
	/* Somebody else's success. */
	logins(&s, 0, 10, 30, "4625");
	see(&s, "eve.test", 300, "{\"test\":{\"user\":\"ito\",\"code\":4624}}");
	ck_assert_uint_eq(firings(&s, "guessed"), 0);
	end(&s);
}
END_TEST

/* The other example: one rule's destination is the other's source. */
static const char crossed[] = "title: Error inside\nname: error_inside\nlogsource: {product: test}\n"
			      "detection:\n  s: {Code: 500}\n  condition: s\n"
			      "---\ntitle: New session\nname: new_session\nlogsource: {product: test}\n"
			      "detection:\n  s: {Code: 1}\n  condition: s\n"
			      "---\ntitle: Error, then a call back\nname: call_back\ncorrelation:\n  type: temporal\n"
			      "  rules: [error_inside, new_session]\n  group-by: [ours, theirs]\n  timespan: 10s\n"
			      "  aliases:\n    ours:\n      error_inside: Dst\n      new_session: Src\n"
			      "    theirs:\n      error_inside: Src\n      new_session: Dst\n";

START_TEST(aliases_name_different_fields)
{
	struct seen s;

	begin(&s, crossed);
	see(&s, "eve.test", 0, "{\"test\":{\"code\":500,\"src\":\"203.0.113.9\",\"dst\":\"192.168.1.5\"}}");
	ck_assert_uint_eq(s.world.hits.count, 1);
	ck_assert(slice_is(s.world.hits.items[0].group, "{\"ours\":\"192.168.1.5\",\"theirs\":\"203.0.113.9\"}"));
	see(&s, "eve.test", 10, "{\"test\":{\"code\":1,\"src\":\"192.168.1.5\",\"dst\":\"203.0.113.9\"}}");
	ck_assert_uint_eq(firings(&s, "call_back"), 1);
	see(&s, "eve.test", 0, "{\"test\":{\"code\":500,\"src\":\"203.0.113.9\",\"dst\":\"192.168.1.5\"}}");
	see(&s, "eve.test", 10, "{\"test\":{\"code\":1,\"src\":\"192.168.1.5\",\"dst\":\"203.0.113.8\"}}");
	see(&s, "eve.test", 10, "{\"test\":{\"code\":1,\"src\":\"203.0.113.9\",\"dst\":\"192.168.1.5\"}}");
	ck_assert_uint_eq(firings(&s, "call_back"), 0);
	end(&s);
}
END_TEST

/* -------------------------------------------------------------------------------------------------- what is read */

START_TEST(all_types_are_read)
{
	static const struct {
		const char *type, *rules, *condition;
		enum sigma_count wanted;
		size_t rule_count, condition_count;
		double percentile;
		bool monotone;
	} cases[] = {
		{ "event_count", "[base]", "{gte: 100}", SIGMA_EVENT_COUNT, 1, 1, 0, true },
		{ "event_count", "[base]", "{gt: 100, lte: 200}", SIGMA_EVENT_COUNT, 1, 2, 0, false },
		{ "event_count", "[base, b2]", "{neq: 0}", SIGMA_EVENT_COUNT, 2, 1, 0, false },
		{ "value_count", "[base]", "{field: Host, gt: 3}", SIGMA_VALUE_COUNT, 1, 1, 0, true },
		{ "value_count", "[base]", "{field: [Host, Src], eq: 3}", SIGMA_VALUE_COUNT, 1, 1, 0, false },
		{ "temporal", "[base, b2, b3]", NULL, SIGMA_TEMPORAL, 3, 0, 0, true },
		{ "temporal", "[base, b2, b3]", "{gte: 2}", SIGMA_TEMPORAL, 3, 1, 0, true },
		{ "temporal_ordered", "[base, b2, b3]", NULL, SIGMA_TEMPORAL_ORDERED, 3, 0, 0, true },
		{ "temporal_ordered", "[base, b2, b3]", "{lt: 3}", SIGMA_TEMPORAL_ORDERED, 3, 1, 0, false },
		{ "value_sum", "[base]", "{field: Bytes, gt: 1000000}", SIGMA_VALUE_SUM, 1, 1, 0, true },
		{ "value_avg", "[base]", "{field: Bytes, gt: 500.5}", SIGMA_VALUE_AVG, 1, 1, 0, false },
		{ "value_percentile", "[base]", "{field: Bytes, lte: 1}", SIGMA_VALUE_PERCENTILE, 1, 1, 50, false },
		{ "value_percentile", "[base]", "{field: Bytes, percentile: 99.5, gte: 1}", SIGMA_VALUE_PERCENTILE, 1,
		  1, 99.5, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct sigma_correlation *c;
		char text[900];
		struct world w;

		snprintf(text, sizeof(text),
			 BASE "---\n" DETECTION("b2", "Code: 2") "---\n" DETECTION("b3", "Code: 3")
			     CORRELATION("c", "  type: %s\n  rules: %s\n" GROUPED "%s%s\n"),
			 cases[i].type, cases[i].rules, cases[i].condition ? "  condition: " : "",
			 cases[i].condition ? cases[i].condition : "");
		world_open(&w, text);
		c = correlation(&w, "c");
		ck_assert_int_eq(c->type, cases[i].wanted);
		ck_assert_uint_eq(c->rule_count, cases[i].rule_count);
		ck_assert_uint_eq(c->condition_count, cases[i].condition_count);
		ck_assert_int_eq(c->monotone, cases[i].monotone);
		ck_assert_int_eq(c->timespan, 600 * US_PER_SECOND);
		if (c->type == SIGMA_VALUE_PERCENTILE)
			ck_assert_double_eq(c->percentile, cases[i].percentile);
		world_close(&w);
	}
}
END_TEST

START_TEST(timespans)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = { { "1s", 1 }, { "90m", 5400 }, { "24h", 86400 }, { "31d", 31 * 86400 } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[400];
		struct world w;

		snprintf(text, sizeof(text),
			 BASE CORRELATION("c", "  type: event_count\n  rules: [base]\n  group-by: []\n  timespan: %s\n"
					       "  condition: {gte: 2}\n"),
			 cases[i].text);
		world_open(&w, text);
		ck_assert_int_eq(correlation(&w, "c")->timespan, cases[i].seconds * US_PER_SECOND);
		world_close(&w);
	}
}
END_TEST

/* BASE has 6 lines; a correlation's `---` is line 7, `correlation:` 10, its first key 11. */
#define BODY(body) BASE CORRELATION("c", body)

START_TEST(what_is_not_understood_is_refused)
{
	static const struct {
		const char *text;
		int line;
		const char *words;
	} cases[] = {
		{ BODY("  rules: [base]\n" GROUPED "  condition: {gte: 2}\n"), 11, "no type" },
		{ BODY("  type: near\n  rules: [base]\n" GROUPED), 11, "unknown correlation type 'near'" },
		{ BODY("  type: event_count\n" GROUPED "  condition: {gte: 2}\n"), 11, "no list of rules" },
		{ BODY("  type: event_count\n  rules: base\n" GROUPED "  condition: {gte: 2}\n"), 12,
		  "no list of rules" },
		{ BODY("  type: event_count\n  rules: []\n" GROUPED "  condition: {gte: 2}\n"), 12,
		  "no list of rules" },
		{ BODY("  type: event_count\n  rules:\n    - base\n    - nobody\n" GROUPED "  condition: {gte: 2}\n"),
		  14, "no rule has the id or name 'nobody'" },
		{ BODY("  type: event_count\n  rules: [base, base]\n" GROUPED "  condition: {gte: 2}\n"), 12,
		  "named twice" },
		{ BODY("  type: event_count\n  rules: [base]\n  timespan: 10m\n  condition: {gte: 2}\n"), 11,
		  "no group-by" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by: [User, User]\n  timespan: 10m\n  condition: "
		       "{gte: "
		       "2}\n"),
		  13, "'User' stands there twice" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by:\n    - User\n    - Shoe\n  timespan: 10m\n"
		       "  condition: {gte: 2}\n"),
		  15, "no field 'Shoe'" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by: [User]\n  condition: {gte: 2}\n"), 11,
		  "no timespan" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by: [User]\n  timespan: 10\n  condition: {gte: "
		       "2}\n"),
		  14, "'10' is no number followed by s, m, h or d" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by: [User]\n  timespan: 1w\n  condition: {gte: "
		       "2}\n"),
		  14, "'1w' is no number" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by: [User]\n  timespan: 0m\n  condition: {gte: "
		       "2}\n"),
		  14, "'0m' is no number" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by: [User]\n  timespan: 32d\n  condition: {gte: "
		       "2}\n"),
		  14, "longer than 31d" },
		{ BODY("  type: event_count\n  rules: [base]\n  group-by: [User]\n  timespan: 99999999999999999d\n"
		       "  condition: {gte: 2}\n"),
		  14, "longer than 31d" },
		{ BODY("  type: event_count\n  rules: [base]\n" GROUPED "  within: 5\n  condition: {gte: 2}\n"), 15,
		  "unknown key within in correlation" },
		{ BODY("  type: event_count\n  rules: [base]\n" GROUPED "  generate: perhaps\n  condition: {gte: 2}\n"),
		  15, "neither true nor false" },
		/* conditions */
		{ BODY("  type: event_count\n  rules: [base]\n" GROUPED), 11, "event_count needs a condition" },
		{ COUNTED("{}"), 15, "none of gt, gte, lt, lte, eq, neq" },
		{ COUNTED("base and other"), 15, "no map of comparisons" },
		{ COUNTED("{gte: 2, more: 2}"), 15, "unknown key more" },
		{ COUNTED("{gte: 2, lt: 9, neq: 5}"), 15, "at most two comparisons" },
		{ COUNTED("{gte: two}"), 15, "no whole number" },
		{ COUNTED("{gte: 2.5}"), 15, "no whole number" },
		{ COUNTED("{gte: -1}"), 15, "no whole number" },
		{ COUNTED("{gte: 10001}"), 15, "10001 is more than 10000" },
		{ COUNTED("{gte: 2, field: User}"), 15, "event_count counts no field" },
		{ COUNTED("{gte: 2, percentile: 5}"), 15, "unknown key percentile" },
		/* absence, and what cannot be */
		{ COUNTED("{lt: 1}"), 15, "only when there are no events" },
		{ COUNTED("{lte: 0}"), 15, "only when there are no events" },
		{ COUNTED("{eq: 0}"), 15, "only when there are no events" },
		{ COUNTED("{gte: 0, lt: 1}"), 15, "only when there are no events" },
		{ COUNTED("{gt: 5, lt: 6}"), 15, "nothing can meet" },
		{ BODY("  type: temporal\n  rules: [base]\n" GROUPED "  condition: {gte: 2}\n"), 15, "up to 1" },
		{ BODY("  type: value_avg\n  rules: [base]\n" GROUPED "  condition: {field: Bytes, gt: 5, lt: 5}\n"),
		  15, "nothing can meet" },
		/* fields */
		{ BODY("  type: value_count\n  rules: [base]\n" GROUPED "  condition: {gte: 2}\n"), 15,
		  "needs a field" },
		{ BODY("  type: value_count\n  rules: [base]\n" GROUPED "  condition: {gte: 2, field: Shoe}\n"), 15,
		  "no field 'Shoe'" },
		{ BODY("  type: value_sum\n  rules: [base]\n" GROUPED "  condition: {gte: 2, field: [Bytes, Code]}\n"),
		  15, "more than 1" },
		{ BODY("  type: value_sum\n  rules: [base]\n" GROUPED "  condition: {gte: x, field: Bytes}\n"), 15,
		  "no number" },
		{ BODY("  type: value_percentile\n  rules: [base]\n" GROUPED
		       "  condition: {gte: 2, field: Bytes, percentile: 101}\n"),
		  15, "no number from 0 to 100" },
		/* aliases */
		{ BODY("  type: temporal\n  rules: [base]\n" GROUPED "  aliases: [x]\n"), 15, "aliases is no map" },
		{ BODY("  type: temporal\n  rules: [base]\n" GROUPED "  aliases: {x: User}\n"), 15,
		  "the alias 'x' is no map" },
		{ BODY("  type: temporal\n  rules: [base]\n" GROUPED "  aliases:\n    x:\n      nobody: User\n"), 17,
		  "none of the correlation's rules" },
		{ BODY("  type: temporal\n  rules: [base]\n  group-by: [x]\n  timespan: 1m\n  aliases:\n    x:\n      "
		       "base: "
		       "Shoe\n"),
		  17, "no field 'Shoe'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		world_refuses(cases[i].text, cases[i].line, cases[i].words);
}
END_TEST

START_TEST(conditions_that_can_be_met_are_taken)
{
	static const char *const conditions[] = { "{lt: 2}",          "{lte: 1}",     "{eq: 1}",
						  "{neq: 0}",         "{gte: 0}",     "{gt: 5, lt: 7}",
						  "{gte: 5, lte: 5}", "{gte: 10000}", "{gt: 9, neq: 12}" };

	for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
		char text[400];
		struct world w;

		snprintf(text, sizeof(text), COUNTED("%s"), conditions[i]);
		world_open(&w, text);
		world_close(&w);
	}
}
END_TEST

START_TEST(chains_are_checked)
{
	static const char inner[] =
	    "  type: event_count\n  rules: [base]\n  group-by: [User]\n  timespan: 1m\n  condition: "
	    "{gte: 2}\n";
	char text[1200];

	/* A circle of two; of one. */
	world_refuses(BASE CORRELATION("c", "  type: temporal\n  rules: [d]\n" GROUPED)
			  CORRELATION("d", "  type: temporal\n  rules: [c]\n" GROUPED),
		      20, "leads back");
	world_refuses(BODY("  type: temporal\n  rules: [c]\n" GROUPED), 12, "counts itself");
	/* A firing has only what its own group-by has. */
	snprintf(text, sizeof(text), "%s%s%s", BASE CORRELATION("c", ""), inner,
		 CORRELATION("d", "  type: temporal\n  rules: [c]\n  group-by: [Host]\n  timespan: 1m\n"));
	world_refuses(text, 22, "'Host' is not in the group-by of 'c'");
	snprintf(text, sizeof(text), "%s%s%s", BASE CORRELATION("c", ""), inner,
		 CORRELATION("d", "  type: value_count\n  rules: [c]\n  group-by: []\n  timespan: 1m\n"
				  "  condition: {field: User, gte: 2}\n"));
	{
		struct world w;

		world_open(&w, text);
		ck_assert_ptr_eq(sigma_set_correlation(w.set, 0), correlation(&w, "c"));
		ck_assert_ptr_eq(sigma_set_correlation(w.set, 1), correlation(&w, "d"));
		world_close(&w);
	}
}
END_TEST

/* So many in a row, the innermost first or last in the file; each names the one before. */
static const char *chain(struct buffer *text, int length, bool innermost_first)
{
	buffer_clear(text);
	buffer_put_string(text, BASE);
	for (int i = 1; i <= length; i++) {
		int n = innermost_first ? i : length + 1 - i;

		buffer_printf(text, "---\ntitle: C%d\nname: c%d\ncorrelation:\n  type: temporal\n  rules: [", n, n);
		if (n > 1)
			buffer_printf(text, "c%d", n - 1);
		else
			buffer_put_string(text, "base");
		buffer_put_string(text, "]\n" GROUPED);
	}
	return buffer_string(text);
}

START_TEST(chains_are_bounded)
{
	for (int first = 0; first < 2; first++) {
		struct buffer text = { 0 };
		struct world w;

		world_open(&w, chain(&text, 16, first));
		world_close(&w);
		/* At the outermost, or at the innermost: the seventeenth document behind the base. */
		world_refuses(chain(&text, 17, first), 6 + 16 * 8 + 2, "go deeper than 16");
		world_refuses(chain(&text, 30, first), 6 + 16 * 8 + 2, "go deeper than 16");
		buffer_release(&text);
	}
}
END_TEST

/* Written before what they name, deeply: the order in the set is that of counting. */
START_TEST(each_stands_behind_what_it_names)
{
	struct world w;

	world_open(&w, BASE CORRELATION("c1", "  type: temporal\n  rules: [c2, c3]\n" GROUPED)
			   CORRELATION("c2", "  type: temporal\n  rules: [c3, base]\n" GROUPED)
			       CORRELATION("c3", "  type: temporal\n  rules: [c4]\n" GROUPED)
				   CORRELATION("c4", "  type: temporal\n  rules: [base]\n" GROUPED));
	ck_assert_uint_eq(sigma_set_correlation_count(w.set), 4);
	for (size_t i = 0; i < 4; i++) {
		const struct sigma_correlation *c = sigma_set_correlation(w.set, i);

		for (size_t k = 0; k < c->rule_count; k++)
			for (size_t later = i; later < 4; later++)
				ck_assert_uint_ne(c->rules[k], sigma_set_correlation(w.set, later)->rule);
	}
	ck_assert_uint_eq(correlation(&w, "c2")->rules[0], find(&w, "c3"));
	ck_assert_uint_eq(correlation(&w, "c2")->rules[1], find(&w, "base"));
	world_close(&w);
}
END_TEST

START_TEST(what_stands_alone)
{
	struct world w;

	world_open(&w, BASE CORRELATION("c", "  type: temporal\n  rules: [base]\n" GROUPED));
	ck_assert(!sigma_set_rule(w.set, find(&w, "base"))->stands_alone);
	ck_assert(sigma_set_rule(w.set, find(&w, "c"))->stands_alone);
	world_close(&w);
	/* Beside `correlation`, as the specification has it; inside, as pySigma does. One that wants it is enough. */
	world_open(&w, BASE CORRELATION("c", "  type: temporal\n  rules: [base]\n" GROUPED "generate: true\n")
			   CORRELATION("d", "  type: temporal\n  rules: [base, c]\n" GROUPED));
	ck_assert(sigma_set_rule(w.set, find(&w, "base"))->stands_alone);
	ck_assert(!sigma_set_rule(w.set, find(&w, "c"))->stands_alone);
	world_close(&w);
	world_open(&w, BASE CORRELATION("c", "  type: temporal\n  rules: [base]\n  generate: true\n" GROUPED));
	ck_assert(sigma_set_rule(w.set, find(&w, "base"))->stands_alone);
	world_close(&w);
}
END_TEST

START_TEST(foreign_collections_lose_only_what_is_wrong)
{
	static const char *const texts[] = {
		BASE, "title: c\nname: c\ncorrelation:\n  type: temporal\n  rules: [base]\n" GROUPED,
		"title: d\nname: d\ncorrelation:\n  type: temporal\n  rules: [e]\n" GROUPED,
		"title: e\nname: e\ncorrelation:\n  type: near\n  rules: [base]\n" GROUPED, NULL
	};
	struct sigma_problems problems = { 0 };
	struct sigma_set *set;
	struct err why;

	ck_assert_int_eq(world_try(&set, texts, true, &problems, &why), 0);
	ck_assert_uint_eq(sigma_set_count(set), 2);
	ck_assert_uint_eq(sigma_set_correlation_count(set), 1);
	ck_assert_uint_ne(sigma_set_find(set, SLICE_LITERAL("c")), SIZE_MAX);
	ck_assert_uint_eq(sigma_set_find(set, SLICE_LITERAL("d")), SIZE_MAX);
	sigma_problems_release(&problems);
	sigma_set_free(set);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------- hits */

START_TEST(a_hit_has_its_group)
{
	struct world w;

	world_open(&w,
		   BASE CORRELATION("c", "  type: event_count\n  rules: [base]\n  group-by: [User, Code]\n  timespan: "
					 "1m\n  condition: {gte: 2}\n"));
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\\\"b\"}}");
	ck_assert_uint_eq(w.matches.count, 1);
	ck_assert_uint_eq(w.hits.count, 1);
	ck_assert(slice_is(w.hits.items[0].group, "{\"User\":\"a\\\"b\",\"Code\":\"1\"}"));
	ck_assert_int_ne(w.hits.items[0].state_key, 0);
	ck_assert(isnan(w.hits.items[0].number));
	ck_assert_int_eq(w.hits.items[0].value_key, 0);
	/* Without one of the fields it does not count; null is none. */
	world_test(&w, "{\"test\":{\"code\":1}}");
	ck_assert_uint_eq(w.matches.count, 1);
	ck_assert_uint_eq(w.hits.count, 0);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":null}}");
	ck_assert_uint_eq(w.hits.count, 0);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":{\"a\":1}}}");
	ck_assert_uint_eq(w.hits.count, 0);
	/* An empty text is a value; of a list the first counts. */
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"\"}}");
	ck_assert_uint_eq(w.hits.count, 1);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":[\"x\",\"y\"]}}");
	ck_assert(slice_is(w.hits.items[0].group, "{\"User\":\"x\",\"Code\":\"1\"}"));
	world_close(&w);
}
END_TEST

static int64_t key_of(struct world *w, const char *json)
{
	world_test(w, json);
	ck_assert_uint_eq(w->hits.count, 1);
	return w->hits.items[0].state_key;
}

START_TEST(groups_differ_by_values)
{
	struct world w;
	int64_t key;

	world_open(&w,
		   BASE CORRELATION("c", "  type: event_count\n  rules: [base]\n  group-by: [User, Host]\n  timespan: "
					 "1m\n  condition: {gte: 2}\n"));
	key = key_of(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"host\":\"b\"}}");
	ck_assert_int_eq(key, key_of(&w, "{\"test\":{\"host\":\"b\",\"user\":\"a\",\"code\":1,\"src\":\"z\"}}"));
	ck_assert_int_ne(key, key_of(&w, "{\"test\":{\"code\":1,\"user\":\"b\",\"host\":\"a\"}}"));
	ck_assert_int_ne(key, key_of(&w, "{\"test\":{\"code\":1,\"user\":\"ab\",\"host\":\"\"}}"));
	ck_assert_int_ne(key, key_of(&w, "{\"test\":{\"code\":1,\"user\":\"A\",\"host\":\"b\"}}"));
	world_close(&w);
}
END_TEST

/* Long values stand in the group by their beginning, and are told apart all the same. */
START_TEST(long_values)
{
	char json[2][900];
	struct world w;
	int64_t first;

	for (int i = 0; i < 2; i++) {
		size_t n = (size_t)snprintf(json[i], sizeof(json[i]), "{\"test\":{\"code\":1,\"user\":\"x");

		for (int k = 0; k < 200; k++)
			n += (size_t)snprintf(json[i] + n, sizeof(json[i]) - n, "\xE7\x81\xAB"); /* three bytes */
		snprintf(json[i] + n, sizeof(json[i]) - n, "%d\"}}", i);
	}
	world_open(&w, COUNTED("{gte: 2}"));
	first = key_of(&w, json[0]);
	ck_assert_uint_lt(w.hits.items[0].group.len, 300);
	ck_assert(slice_is_utf8(w.hits.items[0].group));
	ck_assert_int_ne(first, key_of(&w, json[1]));
	/* NUL is no text for the database. */
	key_of(&w, "{\"test\":{\"code\":1,\"user\":\"a\\u0000b\"}}");
	ck_assert(!slice_contains(w.hits.items[0].group, "u0000"));
	world_close(&w);
}
END_TEST

START_TEST(what_is_counted_must_be_there)
{
	struct world w;
	int64_t key;

	world_open(&w, BASE CORRELATION("n", "  type: value_count\n  rules: [base]\n" GROUPED
					     "  condition: {field: [Host, Src], gte: 2}\n"));
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"host\":\"h\",\"src\":\"s\"}}");
	ck_assert_uint_eq(w.hits.count, 1);
	key = w.hits.items[0].value_key;
	ck_assert_int_ne(key, 0);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"b\",\"host\":\"h\",\"src\":\"s\"}}");
	ck_assert_int_eq(w.hits.items[0].value_key, key);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"host\":\"hs\",\"src\":\"\"}}");
	ck_assert_int_ne(w.hits.items[0].value_key, key);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"host\":\"h\"}}");
	ck_assert_uint_eq(w.hits.count, 0);
	world_close(&w);
	world_open(&w, BASE CORRELATION("n", "  type: value_sum\n  rules: [base]\n" GROUPED
					     "  condition: {field: Bytes, gte: 2}\n"));
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"bytes\":12.5}}");
	ck_assert_uint_eq(w.hits.count, 1);
	ck_assert_double_eq(w.hits.items[0].number, 12.5);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"bytes\":\"300\"}}");
	ck_assert_double_eq(w.hits.items[0].number, 300);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"bytes\":\"many\"}}");
	ck_assert_uint_eq(w.hits.count, 0);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"bytes\":-1}}");
	ck_assert_uint_eq(w.hits.count, 0);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\"}}");
	ck_assert_uint_eq(w.hits.count, 0);
	world_close(&w);
}
END_TEST

START_TEST(a_record_that_matches_several_rules)
{
	struct world w;

	world_open(&w,
		   BASE "---\n" DETECTION("b2", "User: a")
		       CORRELATION("c", "  type: event_count\n  rules: [base, b2]\n" GROUPED "  condition: {gte: 2}\n")
			   CORRELATION("d", "  type: temporal\n  rules: [b2, base]\n" GROUPED));
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\"}}");
	ck_assert_uint_eq(w.matches.count, 2);
	/* One event for c; both rules for d. */
	ck_assert_uint_eq(w.hits.count, 3);
	for (size_t i = 0, c = 0; i < 3; i++) {
		bool of_c = sigma_set_correlation(w.set, w.hits.items[i].correlation)->rule == find(&w, "c");

		c += of_c;
		ck_assert_uint_le(c, 1);
		if (!of_c)
			ck_assert_ptr_nonnull(w.hits.items[i].group.ptr);
	}
	world_close(&w);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ what keeps state */

static int64_t state_of(const char *const *texts)
{
	struct world w;
	int64_t key = 0;

	world_open_files(&w, texts);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\",\"host\":\"h\",\"src\":\"s\",\"bytes\":5}}");
	for (size_t i = 0; i < w.hits.count; i++)
		if (sigma_set_correlation(w.set, w.hits.items[i].correlation)->rule == find(&w, "c"))
			key = w.hits.items[i].state_key;
	ck_assert_int_ne(key, 0);
	world_close(&w);
	return key;
}

#define VALUES(title, group, span, condition)                                                                    \
	"---\ntitle: " title "\nname: c\ncorrelation:\n  type: value_count\n  rules: [base]\n  group-by: " group \
	"\n  timespan: " span "\n  condition: " condition "\n"

START_TEST(state_outlives_changes_of_how_much_but_not_of_what)
{
	static const char plain[] = BASE VALUES("t", "[User]", "10m", "{field: Host, gte: 2}");
	static const char *const same[] = {
		BASE VALUES("Another title", "[User]", "10m", "{field: Host, gte: 2}"),
		BASE VALUES("t", "[User]", "1h", "{field: Host, gte: 2}"),
		BASE VALUES("t", "[User]", "10m", "{field: Host, gte: 50}"),
		BASE VALUES("t", "[User]", "10m", "{gt: 3, lt: 9, field: Host}"),
		BASE VALUES("t", "[User]", "10m", "{field: [Host], gte: 2}") "level: critical\nstatus: test\n",
		"# a remark\n" DETECTION("base", "Code:   1") "level: low\n" VALUES("t", "[ User ]", "10m",
										    "{field: Host, gte: 2}"),
	};
	static const char *const other[] = {
		BASE VALUES("t", "[User, Src]", "10m", "{field: Host, gte: 2}"),
		BASE VALUES("t", "[Host]", "10m", "{field: Host, gte: 2}"),
		BASE VALUES("t", "[User]", "10m", "{field: Src, gte: 2}"),
		BASE VALUES("t", "[User]", "10m", "{field: [Host, Src], gte: 2}"),
		DETECTION("base", "Code: [1, 2]") VALUES("t", "[User]", "10m", "{field: Host, gte: 2}"),
		DETECTION("base", "Code: '1'") VALUES("t", "[User]", "10m", "{field: Host, gte: 2}"),
	};
	static const char filter[] = "title: f\nlogsource: {product: test}\nfilter:\n  rules: [base]\n  s: {User: b}\n"
				     "  condition: not s\n";
	static const char filter_too[] =
	    "title: g\nlogsource: {product: test}\nfilter:\n  rules: [base]\n  s: {User: d}\n"
	    "  condition: not s\n";
	int64_t key = state_of((const char *const[]){ plain, NULL }), filtered, both;

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		ck_assert_msg(state_of((const char *const[]){ same[i], NULL }) == key, "%s", same[i]);
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		ck_assert_msg(state_of((const char *const[]){ other[i], NULL }) != key, "%s", other[i]);
	filtered = state_of((const char *const[]){ plain, filter, NULL });
	both = state_of((const char *const[]){ plain, filter, filter_too, NULL });
	ck_assert_int_ne(filtered, key);
	ck_assert_int_ne(both, filtered);
	ck_assert_int_eq(both, state_of((const char *const[]){ filter_too, plain, filter, NULL }));
}
END_TEST

/* Two correlations that count the same have windows of their own. */
START_TEST(each_correlation_has_its_own_state)
{
	struct world w;

	world_open(&w,
		   BASE CORRELATION("few", "  type: event_count\n  rules: [base]\n" GROUPED "  condition: {gte: 2}\n")
		       CORRELATION("many", "  type: event_count\n  rules: [base]\n" GROUPED "  condition: {gte: 9}\n"));
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\"}}");
	ck_assert_uint_eq(w.hits.count, 2);
	ck_assert_int_ne(w.hits.items[0].state_key, w.hits.items[1].state_key);
	world_close(&w);
}
END_TEST

/* The state of an outer correlation depends on what the inner one counts, not on how much. */
START_TEST(state_of_chains)
{
#define INNER(group, gte)                                                                                      \
	BASE CORRELATION("in", "  type: event_count\n  rules: [base]\n  group-by: " group "\n  timespan: 1m\n" \
			       "  condition: {gte: " gte "}\n")                                                \
	    CORRELATION("c", "  type: temporal\n  rules: [in, base]\n" GROUPED)
	int64_t key = state_of((const char *const[]){ INNER("[User]", "5"), NULL });

	ck_assert_int_eq(key, state_of((const char *const[]){ INNER("[User]", "7"), NULL }));
	ck_assert_int_ne(key, state_of((const char *const[]){ INNER("[User, Host]", "5"), NULL }));
}
END_TEST

/* ----------------------------------------------------------------------------------------------------------- chains */

START_TEST(a_firing_is_a_hit_of_the_outer_one)
{
	struct sigma_hits hits;
	struct world w;
	size_t inner;
	int64_t key;

	world_open(&w,
		   BASE CORRELATION("in", "  type: event_count\n  rules: [base]\n  group-by: [Host, User]\n"
					  "  timespan: 1m\n  condition: {gte: 2}\n")
		       CORRELATION("out", "  type: temporal\n  rules: [in, base]\n" GROUPED)
			   CORRELATION("users", "  type: value_count\n  rules: [in]\n  group-by: [h]\n  timespan: 1h\n"
						"  condition: {field: User, gte: 2}\n  aliases: {h: {in: Host}}\n"));
	inner = (size_t)(correlation(&w, "in") - sigma_set_correlation(w.set, 0));
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"a\"}}");
	ck_assert_uint_eq(w.hits.count, 1);
	ck_assert_uint_eq(w.hits.items[0].rule_no, 1);
	key = w.hits.items[0].state_key;
	sigma_hits_of_firing(w.set, w.scratch, inner, SLICE_LITERAL("{\"Host\":\"h\",\"User\":\"a\"}"), &hits);
	ck_assert_uint_eq(hits.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct sigma_correlation *c = sigma_set_correlation(w.set, hits.items[i].correlation);

		ck_assert_uint_eq(hits.items[i].rule_no, 0);
		if (c == correlation(&w, "out")) {
			ck_assert_int_eq(hits.items[i].state_key, key);
			ck_assert(slice_is(hits.items[i].group, "{\"User\":\"a\"}"));
		} else {
			ck_assert_int_ne(hits.items[i].value_key, 0);
			ck_assert(slice_is(hits.items[i].group, "{\"h\":\"h\"}"));
		}
	}
	/* What is no group of it makes no hits. */
	sigma_hits_of_firing(w.set, w.scratch, inner, SLICE_LITERAL("{\"Host\":\"h\"}"), &hits);
	ck_assert_uint_eq(hits.count, 0);
	sigma_hits_of_firing(w.set, w.scratch, inner, SLICE_LITERAL("{\"Host\":1,\"User\":\"a\"}"), &hits);
	ck_assert_uint_eq(hits.count, 0);
	sigma_hits_of_firing(w.set, w.scratch, inner, SLICE_LITERAL("{"), &hits);
	ck_assert_uint_eq(hits.count, 0);
	world_close(&w);
}
END_TEST

/* A firing counts for a count once for each stretch of its timespan. Inner: two within a minute. */
START_TEST(counting_firings)
{
	static const char rules[] = BASE CORRELATION("in", "  type: event_count\n  rules: [base]\n  group-by: [User]\n"
							   "  timespan: 1m\n  condition: {gte: 2}\n")
	    CORRELATION("often", "  type: event_count\n  rules: [in]\n  group-by: [User]\n  timespan: 1h\n"
				 "  condition: {gte: 3}\n");
	const struct sigma_correlation *in, *often;
	struct seen s;

	begin(&s, rules);
	/* Twenty within one minute are one; so are bursts in two minutes two. */
	for (int i = 0; i < 20; i++)
		see(&s, "eve.test", 600 + i, "{\"test\":{\"code\":1,\"user\":\"a\"}}");
	for (int i = 0; i < 20; i++)
		see(&s, "eve.test", 1200 + i, "{\"test\":{\"code\":1,\"user\":\"a\"}}");
	ck_assert_uint_eq(firings(&s, "often"), 0);
	for (int burst = 1; burst <= 3; burst++)
		for (int i = 0; i < 20; i++)
			see(&s, "eve.test", 600 * burst + i, "{\"test\":{\"code\":1,\"user\":\"a\"}}");
	ck_assert_uint_eq(firings(&s, "often"), 1);
	in = correlation(&s.world, "in");
	often = correlation(&s.world, "often");
	ck_assert_int_eq(sigma_moment_time(often, in, 119 * US_PER_SECOND), 60 * US_PER_SECOND);
	ck_assert_int_eq(sigma_moment_time(often, in, 120 * US_PER_SECOND), 120 * US_PER_SECOND);
	ck_assert_int_eq(sigma_moment_time(often, in, -1), -60 * US_PER_SECOND);
	end(&s);
}
END_TEST

SUITE_MAIN("sigma_correlation", failed_logins_then_success, aliases_name_different_fields, all_types_are_read,
	   timespans, what_is_not_understood_is_refused, conditions_that_can_be_met_are_taken, chains_are_checked,
	   chains_are_bounded, each_stands_behind_what_it_names, what_stands_alone,
	   foreign_collections_lose_only_what_is_wrong, a_hit_has_its_group, groups_differ_by_values, long_values,
	   what_is_counted_must_be_there, a_record_that_matches_several_rules,
	   state_outlives_changes_of_how_much_but_not_of_what, each_correlation_has_its_own_state, state_of_chains,
	   a_firing_is_a_hit_of_the_outer_one, counting_firings)
