#include "server/model/rule_table.h"

#include "lib/json_write.h"

#include <stdlib.h>

#define TAG_PREFIX "hinomi."

static int no_memory(struct err *why)
{
	return err_set(why, ERR_NOMEM, "no memory for a table of rules");
}

static int take_tags(struct rule_table *t, struct rule_entry *e, const struct sigma_rule *rule, struct err *why)
{
	const char **words = pool_take_array(&t->pool, rule->tag_count + 1, sizeof(*words));
	struct incident_tags *set = pool_take(&t->pool, sizeof(*set));

	if (!words || !set)
		return no_memory(why);
	for (size_t i = 0; i < rule->tag_count; i++) {
		const char *tag = rule->tags[i];

		if (!slice_starts_with(slice_of_string(tag), TAG_PREFIX))
			continue;
		words[e->tag_count++] = tag + sizeof(TAG_PREFIX) - 1;
		incident_tags_add(set, slice_of_string(tag + sizeof(TAG_PREFIX) - 1));
	}
	e->tags = words;
	e->tag_set = set->count ? set : NULL;
	return 0;
}

static int take_rules(struct rule_table *t, const struct sigma_set *set, struct err *why)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct sigma_rule *rule = sigma_set_rule(set, i);
		struct rule_entry *e = &t->entries[i];

		*e = (struct rule_entry){ .rule_id = rule->rule_id,
					  .severity = sigma_level_severity(rule->level),
					  .stage = rule->stage,
					  .title = slice_of_string(rule->title),
					  .stands_alone = rule->stands_alone };
		if (take_tags(t, e, rule, why) != 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------------- correlations */

static void put_condition(const struct sigma_correlation *c, struct buffer *out)
{
	static const char *const types[] = { "event_count", "value_count", "temporal",        "temporal_ordered",
					     "value_sum",   "value_avg",   "value_percentile" };
	static const char *const operators[] = { "gt", "gte", "lt", "lte", "eq", "neq" };
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_string(&w, "type", types[c->type]);
	json_put_integer(&w, "timespan_s", c->timespan / US_PER_SECOND);
	json_open_array(&w, "conditions");
	for (size_t i = 0; i < c->condition_count; i++) {
		json_open_object(&w, NULL);
		json_put_string(&w, "op", operators[c->conditions[i].op]);
		json_put_real(&w, "value", c->conditions[i].value);
		json_close_object(&w);
	}
	json_close_array(&w);
	if (c->type == SIGMA_VALUE_PERCENTILE)
		json_put_real(&w, "percentile", c->percentile);
	json_close_object(&w);
}

static int take_correlation(struct rule_table *t, struct correlation_entry *e, struct err *why)
{
	const struct sigma_correlation *c = e->correlation;
	const struct rule_entry **parts = pool_take_array(&t->pool, c->rule_count + 1, sizeof(*parts));
	struct buffer condition = { 0 };
	const char *copy;

	put_condition(c, &condition);
	copy = pool_string(&t->pool, buffer_slice(&condition));
	if (!parts || !copy || condition.failed) {
		buffer_release(&condition);
		return no_memory(why);
	}
	e->condition = slice_of(copy, condition.len);
	buffer_release(&condition);
	e->rule = &t->entries[c->rule];
	e->parts = parts;
	e->is_story = c->type == SIGMA_TEMPORAL_ORDERED;
	for (size_t i = 0; i < c->rule_count; i++) {
		const struct correlation_entry *inner = t->entries[c->rules[i]].correlation;

		parts[i] = &t->entries[c->rules[i]];
		if (!inner)
			continue;
		t->correlations[inner->index].is_named = true;
		if (inner->depth + 1 > e->depth)
			e->depth = inner->depth + 1;
	}
	t->entries[c->rule].correlation = e;
	t->depths = e->depth + 1 > t->depths ? e->depth + 1 : t->depths;
	t->has_waiting = t->has_waiting || !c->monotone;
	return 0;
}

/* Each comes behind those that it names, so these have their depth. */
static int take_correlations(struct rule_table *t, const struct sigma_set *set, struct err *why)
{
	for (size_t i = 0; i < t->correlation_count; i++) {
		t->correlations[i] =
		    (struct correlation_entry){ .correlation = sigma_set_correlation(set, i), .index = i };
		if (take_correlation(t, &t->correlations[i], why) != 0)
			return -1;
	}
	return 0;
}

int rule_table_build(struct rule_table **out, const struct rules *rules, struct err *why)
{
	struct rule_table *t = calloc(1, sizeof(*t));

	if (!t)
		return no_memory(why);
	t->rules = rules;
	t->count = sigma_set_count(rules->sigma);
	t->correlation_count = sigma_set_correlation_count(rules->sigma);
	t->entries = pool_take_array(&t->pool, t->count + 1, sizeof(*t->entries));
	t->correlations = pool_take_array(&t->pool, t->correlation_count + 1, sizeof(*t->correlations));
	if (!t->entries || !t->correlations) {
		rule_table_free(t);
		return no_memory(why);
	}
	if (take_rules(t, rules->sigma, why) != 0 || take_correlations(t, rules->sigma, why) != 0) {
		rule_table_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void rule_table_free(struct rule_table *t)
{
	if (!t)
		return;
	pool_release(&t->pool);
	free(t);
}

const struct rule_entry *rule_table_find(const struct rule_table *t, int64_t rule_id)
{
	size_t index = t ? sigma_set_find_number(t->rules->sigma, rule_id) : SIZE_MAX;

	return index < (t ? t->count : 0) ? &t->entries[index] : NULL;
}
