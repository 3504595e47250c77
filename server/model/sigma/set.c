#include "server/model/sigma/set.h"

#include "server/model/sigma/index.h"
#include "server/model/sigma/term.h"

#include <stdlib.h>

int sigma_set_init(struct sigma_set *set, struct err *why)
{
	set->fields = sigma_fields_new();
	set->terms = calloc(1, sizeof(*set->terms));
	return set->fields && set->terms ? 0 : err_set(why, ERR_NOMEM, "no memory for the rule set");
}

void sigma_set_free(struct sigma_set *set)
{
	if (!set)
		return;
	sigma_correlations_free(set->correlations);
	sigma_index_free(set->index);
	if (set->terms)
		sigma_terms_release(set->terms);
	free(set->terms);
	sigma_fields_free(set->fields);
	pool_release(&set->memory);
	free(set);
}

size_t sigma_set_count(const struct sigma_set *set)
{
	return set->count;
}

const struct sigma_rule *sigma_set_rule(const struct sigma_set *set, size_t index)
{
	return &set->rules[index];
}

size_t sigma_set_find(const struct sigma_set *set, struct slice name)
{
	size_t at;

	if (!set->by_name || !name.len)
		return SIZE_MAX;
	at = sigma_whole_hash(0, name) & (set->by_name_room - 1);
	for (; set->by_name[at]; at = (at + 1) & (set->by_name_room - 1)) {
		const struct sigma_rule *r = &set->rules[set->by_name[at] - 1];

		if (slice_is(name, r->id) || slice_is(name, r->name) || slice_is(name, r->uid))
			return set->by_name[at] - 1;
	}
	return SIZE_MAX;
}

static size_t number_place(const struct sigma_set *set, int64_t rule_id)
{
	return (size_t)((uint64_t)rule_id * 0x9E3779B97F4A7C15u >> 20) & (set->by_name_room - 1);
}

/* Entries of numbers that a rule no longer has stay and are passed over. */
size_t sigma_set_find_number(const struct sigma_set *set, int64_t rule_id)
{
	size_t at;

	if (!set->by_number || rule_id == 0)
		return SIZE_MAX;
	at = number_place(set, rule_id);
	for (size_t tries = 0; set->by_number[at] && tries < set->by_name_room; tries++) {
		if (set->rules[set->by_number[at] - 1].rule_id == rule_id)
			return set->by_number[at] - 1;
		at = (at + 1) & (set->by_name_room - 1);
	}
	return SIZE_MAX;
}

/* A rule gets its number once, or a few times in tests: there are six places for each rule. */
void sigma_set_number(struct sigma_set *set, size_t index, int64_t rule_id)
{
	size_t at = number_place(set, rule_id);

	set->rules[index].rule_id = rule_id;
	if (rule_id == 0 || sigma_set_find_number(set, rule_id) != SIZE_MAX)
		return;
	for (size_t tries = 0; set->by_number[at] && tries < set->by_name_room; tries++)
		at = (at + 1) & (set->by_name_room - 1);
	set->by_number[at] = index + 1;
}
