/* Rule hits: what is written is read back; what is not as written is refused. */
#include "server/model/rule_hits.h"

#include <math.h>

#include "tests/unit/sigma_world.h"

#define RULE(name, code)                                                                             \
	"title: " name "\nname: " name "\nlogsource: {product: test}\ndetection:\n  s: {Code: " code \
	"}\n  condition: "                                                                           \
	"s\n---\n"

static const char rules[] = RULE("one", "1") RULE(
    "two",
    "2") "title: sum\nname: sum\ncorrelation:\n  type: value_sum\n  rules: [two, one]\n  group-by: [User]\n  timespan: "
	 "1m\n"
	 "  condition: {field: Bytes, gt: 5}\n"
	 "---\ntitle: hosts\nname: hosts\ncorrelation:\n  type: value_count\n  rules: [one]\n  group-by: [User, Src]\n"
	 "  timespan: 1m\n  condition: {field: Host, gt: 5}\n";

static int64_t number_of(const struct world *w, const char *name)
{
	return sigma_set_rule(w->set, sigma_set_find(w->set, slice_of_string(name)))->rule_id;
}

static struct rule_hits read_back(struct slice text)
{
	struct rule_hits hits;
	struct err why = { 0 };

	ck_assert_msg(rule_hits_read(text, &hits, &why) == 0, "%s", why.text);
	return hits;
}

START_TEST(written_and_read)
{
	static const struct rule_indicators indicators = { .rule_id = 7, .ids = { 17, 18 }, .count = 2 };
	struct buffer out = { 0 };
	struct rule_hits read;
	struct world w;

	world_open(&w, rules);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"x\\u3042\\\"\",\"bytes\":0.1,\"host\":\"h\",\"src\":\"s\"}}");
	buffer_put_string(&out, "before");
	ck_assert_uint_eq(rule_hits_write(w.set, 42, &w.matches, &w.hits, &indicators, &out), 0);
	ck_assert(slice_starts_with(buffer_slice(&out), "before{"));
	read = read_back(slice_skip(buffer_slice(&out), 6));
	ck_assert_int_eq(read.version, 42);
	ck_assert_uint_eq(read.rule_count, 2);
	ck_assert_int_eq(read.rules[0], 7);
	ck_assert_int_eq(read.rules[1], number_of(&w, "one"));
	ck_assert_uint_eq(read.indicator_count, 2);
	ck_assert_int_eq(read.indicators[1], 18);
	ck_assert_uint_eq(read.hit_count, w.hits.count);
	ck_assert_uint_eq(read.hit_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct rule_hit *hit = &read.hits[i];
		bool is_sum = hit->correlation_id == number_of(&w, "sum");

		ck_assert(is_sum || hit->correlation_id == number_of(&w, "hosts"));
		ck_assert_int_eq(hit->state_key, w.hits.items[i].state_key);
		ck_assert(slice_equal(hit->group, w.hits.items[i].group));
		ck_assert_uint_eq(hit->rule_no, is_sum ? 1 : 0);
		if (is_sum)
			ck_assert_double_eq(hit->number, 0.1);
		else
			ck_assert(isnan(hit->number));
		ck_assert_int_eq(hit->value_key, w.hits.items[i].value_key);
		ck_assert_int_eq(hit->value_key == 0, is_sum);
	}
	rule_hits_release(&read);
	buffer_release(&out);
	world_close(&w);
}
END_TEST

START_TEST(nothing_to_say)
{
	static const struct rule_indicators nobody = { .rule_id = 0, .ids = { 17 }, .count = 1 };
	static const struct sigma_matches none;
	static const struct sigma_hits no_hits;
	struct buffer out = { 0 };

	ck_assert_uint_eq(rule_hits_write(NULL, 1, &none, &no_hits, NULL, &out), 0);
	ck_assert_uint_eq(rule_hits_write(NULL, 1, &none, &no_hits, &nobody, &out), 0);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(indicators_without_rules)
{
	static const struct rule_indicators one = { .rule_id = 3, .ids = { 9 }, .count = 1 };
	static const struct sigma_matches none;
	static const struct sigma_hits no_hits;
	struct buffer out = { 0 };

	rule_hits_write(NULL, 0, &none, &no_hits, &one, &out);
	ck_assert(slice_is(buffer_slice(&out), "{\"set\":0,\"rules\":[3],\"i\":[9]}"));
	buffer_release(&out);
}
END_TEST

/* Rules that the database does not number (yet) are left out, and counted. */
START_TEST(rules_without_a_number)
{
	struct buffer out = { 0 };
	struct rule_hits read;
	struct world w;

	world_open(&w, rules);
	sigma_set_number(w.set, sigma_set_find(w.set, SLICE_LITERAL("sum")), 0);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"x\",\"bytes\":1,\"host\":\"h\",\"src\":\"s\"}}");
	ck_assert_uint_eq(rule_hits_write(w.set, 1, &w.matches, &w.hits, NULL, &out), 1);
	read = read_back(buffer_slice(&out));
	ck_assert_uint_eq(read.hit_count, 1);
	ck_assert_int_eq(read.hits[0].correlation_id, number_of(&w, "hosts"));
	rule_hits_release(&read);
	buffer_release(&out);
	world_close(&w);
}
END_TEST

/* More than there is room for: hits are left out whole, and counted; what is there can be read. */
START_TEST(as_much_as_there_is_room_for)
{
	enum { MANY = 400 };
	static struct sigma_hit many[MANY];
	struct sigma_hits hits = { many, MANY };
	struct buffer out = { 0 };
	struct rule_hits read;
	struct world w;
	size_t left_out;

	world_open(&w, rules);
	world_test(&w, "{\"test\":{\"code\":1,\"user\":\"x\",\"bytes\":1,\"host\":\"h\",\"src\":\"s\"}}");
	for (size_t i = 0; i < MANY; i++) {
		many[i] = w.hits.items[0];
		many[i].state_key = INT64_MIN + (int64_t)i;
	}
	left_out = rule_hits_write(w.set, INT64_MAX, &w.matches, &hits, NULL, &out);
	ck_assert_uint_gt(left_out, 0);
	ck_assert_uint_le(out.len, RULE_HITS_MAX);
	ck_assert_uint_gt(out.len, RULE_HITS_MAX - 100);
	read = read_back(buffer_slice(&out));
	ck_assert_uint_eq(read.hit_count + left_out, MANY);
	ck_assert_int_eq(read.version, INT64_MAX);
	for (size_t i = 0; i < read.hit_count; i++)
		ck_assert_int_eq(read.hits[i].state_key, INT64_MIN + (int64_t)i);
	rule_hits_release(&read);
	buffer_release(&out);
	world_close(&w);
}
END_TEST

START_TEST(what_is_not_as_written_is_refused)
{
	static const char *const bad[] = {
		"",
		"{",
		"7",
		"[]",
		"{}",
		"{\"set\":-1}",
		"{\"set\":\"7\"}",
		"{\"set\":7.5}",
		"{\"set\":7,\"rules\":1}",
		"{\"set\":7,\"rules\":[0]}",
		"{\"set\":7,\"rules\":[\"1\"]}",
		"{\"set\":7,\"i\":[-1]}",
		"{\"set\":7,\"i\":[1,2,3,4,5,6,7,8,9]}",
		"{\"set\":7,\"hits\":{}}",
		"{\"set\":7,\"hits\":[1]}",
		"{\"set\":7,\"hits\":[{\"n\":0,\"k\":1,\"g\":{}}]}",
		"{\"set\":7,\"hits\":[{\"c\":0,\"n\":0,\"k\":1,\"g\":{}}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":64,\"k\":1,\"g\":{}}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":-1,\"k\":1,\"g\":{}}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":0,\"k\":0,\"g\":{}}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":0,\"k\":1}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":0,\"k\":1,\"g\":\"x\"}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":0,\"k\":1,\"g\":{},\"v\":\"1\"}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":0,\"k\":1,\"g\":{},\"v\":1e999}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":0,\"k\":1,\"g\":{},\"x\":1.5}]}",
		"{\"set\":7,\"hits\":[{\"c\":1,\"n\":0,\"k\":1,\"g\":{}},{}]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct rule_hits read;
		struct err why = { 0 };

		ck_assert_msg(rule_hits_read(slice_of_string(bad[i]), &read, &why) == -1, "%s", bad[i]);
		ck_assert_int_eq(why.code, ERR_CORRUPT);
		ck_assert_ptr_null(read.hits);
	}
}
END_TEST

START_TEST(too_long_a_text_is_refused)
{
	struct buffer text = { 0 };
	struct rule_hits read;
	struct err why;

	buffer_put_string(&text, "{\"set\":1,\"more\":\"");
	while (text.len < RULE_HITS_MAX)
		buffer_put_byte(&text, 'x');
	buffer_put_string(&text, "\"}");
	ck_assert_int_eq(rule_hits_read(buffer_slice(&text), &read, &why), -1);
	ck_assert_int_eq(why.code, ERR_CORRUPT);
	buffer_release(&text);
}
END_TEST

SUITE_MAIN("rule_hits", written_and_read, nothing_to_say, indicators_without_rules, rules_without_a_number,
	   as_much_as_there_is_room_for, what_is_not_as_written_is_refused, too_long_a_text_is_refused)
