/* Rule hits, as they come back from the database. Invariant: what is read lies within the text and within the bounds
 * that others rely on, and reads the same twice; a refusal says why and leaves nothing to free. */
#include "server/model/rule_hits.h"

#include <math.h>
#include <stdlib.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_hit(const struct rule_hit *hit, struct slice text)
{
	check(hit->correlation_id > 0 && hit->state_key != 0 && hit->rule_no < SIGMA_CORRELATED_MAX);
	check(isnan(hit->number) || isfinite(hit->number));
	check(hit->group.ptr >= text.ptr && hit->group.ptr + hit->group.len <= text.ptr + text.len);
	check(hit->group.len >= 2 && hit->group.ptr[0] == '{' && hit->group.ptr[hit->group.len - 1] == '}');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct rule_hits first, second;
	struct err why = { 0 };

	if (rule_hits_read(text, &first, &why)) {
		check(why.code == ERR_CORRUPT && why.text[0] && !first.hits && !first.hit_count);
		return 0;
	}
	check(size <= RULE_HITS_MAX && first.version >= 0);
	check(first.rule_count <= ARRAY_LEN(first.rules) && first.indicator_count <= RULE_HITS_INDICATORS_MAX);
	for (size_t i = 0; i < first.rule_count; i++)
		check(first.rules[i] > 0);
	check(rule_hits_read(text, &second, &why) == 0 && second.hit_count == first.hit_count);
	for (size_t i = 0; i < first.hit_count; i++) {
		check_hit(&first.hits[i], text);
		check(second.hits[i].state_key == first.hits[i].state_key);
	}
	rule_hits_release(&first);
	rule_hits_release(&second);
	return 0;
}
