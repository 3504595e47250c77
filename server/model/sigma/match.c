#include "server/model/sigma/match.h"

#include "server/model/sigma/index.h"

#include <stdlib.h>

struct sigma_match_memory *sigma_match_memory_new(void)
{
	struct sigma_match_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->regexes = sigma_regex_memory_new();
	if (m->regexes)
		return m;
	free(m);
	return NULL;
}

void sigma_match_memory_free(struct sigma_match_memory *m)
{
	if (!m)
		return;
	sigma_regex_memory_free(m->regexes);
	free(m->known);
	free(m->met);
	free(m->maybe);
	free(m->seen);
	free(m->judged);
	free(m->looked_up);
	free(m);
}

static bool make_room(struct sigma_match_memory *m, size_t terms, size_t rules, size_t slots)
{
	if (!m->looked_up || m->slot_room < slots) {
		free(m->looked_up);
		m->looked_up = calloc(slots + 1, sizeof(*m->looked_up));
		m->slot_room = m->looked_up ? slots : 0;
	}
	if (!m->known || m->term_room < terms) {
		free(m->known);
		free(m->met);
		free(m->maybe);
		m->known = calloc(terms + 1, sizeof(*m->known));
		m->met = calloc(terms + 1, sizeof(*m->met));
		m->maybe = calloc(terms + 1, sizeof(*m->maybe));
		m->term_room = m->known && m->met && m->maybe ? terms : 0;
	}
	if (!m->seen || m->rule_room < rules) {
		free(m->seen);
		free(m->judged);
		m->seen = calloc(rules + 1, sizeof(*m->seen));
		m->judged = calloc(rules + 1, sizeof(*m->judged));
		m->rule_room = m->seen && m->judged ? rules : 0;
	}
	return m->known && m->met && m->maybe && m->seen && m->judged && m->looked_up;
}

bool sigma_match_begin(struct sigma_match_memory *m, const struct sigma_set *set)
{
	if (!make_room(m, set->terms->count, set->count, set->fields->slot_count))
		return false;
	if (m->record == INT32_MAX || m->value >= UINT32_MAX / 2) {
		memset(m->known, 0, m->term_room * sizeof(*m->known));
		memset(m->met, 0, m->term_room * sizeof(*m->met));
		memset(m->maybe, 0, m->term_room * sizeof(*m->maybe));
		memset(m->seen, 0, m->rule_room * sizeof(*m->seen));
		memset(m->looked_up, 0, m->slot_room * sizeof(*m->looked_up));
		m->record = m->value = 0;
	}
	m->record++;
	m->judged_count = 0;
	sigma_regex_memory_begin(m->regexes);
	return true;
}

struct sigma_answers sigma_match_answers(struct sigma_match_memory *m, const struct sigma_set *set,
					 struct sigma_values_memory *values, int zone, uint64_t *limited)
{
	return (struct sigma_answers){
		.terms = set->terms,
		.known = m->known,
		.record = m->record,
		.asking = { .values = values, .regexes = m->regexes, .zone = zone, .limited = limited },
	};
}

/* ---------------------------------------------------------------------------------------------------------- looking up
 */

struct matching {
	const struct sigma_set *set;
	struct sigma_match_memory *m;
	struct sigma_values_memory *values;
	struct sigma_answers answers;
	sigma_events event;
	size_t index; /* of the value at hand */
};

/* A rule may match: once everything is looked up, its condition is asked. */
static void suspect(struct matching *k, uint32_t rule)
{
	if (k->m->seen[rule] == k->m->record || !(k->set->events[rule] & k->event))
		return;
	k->m->seen[rule] = k->m->record;
	k->m->judged[k->m->judged_count++] = rule;
}

static void judge(struct matching *k)
{
	struct sigma_match_memory *m = k->m;
	size_t matched = 0;

	for (size_t i = 0; i < m->judged_count; i++)
		if (sigma_expression_holds(k->set->expressions[m->judged[i]], &k->answers))
			m->judged[matched++] = m->judged[i];
	m->judged_count = matched;
}

/* A term holds: so may the rules that depend on it. */
static void met(struct matching *k, uint32_t term)
{
	const struct sigma_index *x = k->set->index;

	k->m->met[term].record = k->m->record;
	k->m->known[term] = k->m->record << 1 | 1;
	for (uint32_t i = x->first_rule[term]; i < x->first_rule[term + 1]; i++)
		suspect(k, x->rules[i]);
}

/* Something of a term was found. If that is not all there is to it, it is asked at once when rules depend on it, else
 * when a condition needs it. */
static void found_part(struct matching *k, uint32_t term, bool proof)
{
	const struct sigma_index *x = k->set->index;

	if (proof)
		met(k, term);
	else if (x->first_rule[term] == x->first_rule[term + 1])
		k->m->maybe[term] = k->m->record;
	else if (sigma_term_value_holds(&k->set->terms->items[term], &k->answers.asking, k->index))
		met(k, term);
}

/* However often a text stands in a value, what depends on it is asked once. */
static void found_literal(void *arg, uint32_t owner)
{
	struct matching *k = arg;
	uint32_t term = owner >> 1;
	struct sigma_met *m = &k->m->met[term];

	if (m->record == k->m->record || m->value == k->m->value)
		return;
	m->value = k->m->value;
	found_part(k, term, owner & 1);
}

static void look_up_whole(struct matching *k, const struct sigma_slot_index *s, struct slice folded)
{
	const struct sigma_index *x = k->set->index;
	uint32_t hash;

	if (!(s->lengths >> (folded.len < 63 ? folded.len : 63) & 1))
		return;
	hash = sigma_whole_hash(s->slot, folded);
	for (uint32_t i = x->whole_table[hash & x->whole_mask]; i; i = x->wholes[i - 1].next) {
		const struct sigma_whole *w = &x->wholes[i - 1];
		const struct sigma_term *t = &k->set->terms->items[w->term];

		if (w->hash != hash || t->slot != s->slot || !slice_equal(w->text, folded))
			continue;
		if (k->m->met[w->term].record != k->m->record)
			found_part(k, w->term, !t->cased);
	}
}

static void look_up(struct matching *k, const struct sigma_slot_index *s)
{
	struct sigma_values v = sigma_values_of(k->values, s->slot);

	k->m->looked_up[s->slot] = k->m->record;
	for (k->index = 0; k->index < v.count; k->index++) {
		struct slice folded;

		if (v.items[k->index].kind == SIGMA_VALUE_NULL)
			continue;
		k->m->value++;
		folded = sigma_values_folded(k->values, s->slot, k->index);
		look_up_whole(k, s, folded);
		for (size_t p = 0; p < ARRAY_LEN(s->places); p++)
			if (s->places[p])
				sigma_literals_find(s->places[p], folded, found_literal, k);
	}
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void sigma_match(const struct sigma_set *set, struct sigma_scratch *scratch, const struct sigma_record *record,
		 struct sigma_matches *out)
{
	struct matching k = { .set = set, .m = scratch->match, .values = scratch->values };
	const struct sigma_index *x = set->index;
	unsigned bit;

	*out = (struct sigma_matches){ 0 };
	k.event = sigma_event_of(&set->event_names, record->event);
	if (!(k.event & set->wanted) || !sigma_values_begin(k.values, set->fields, record, k.event) ||
	    !sigma_match_begin(k.m, set))
		return;
	k.answers = sigma_match_answers(k.m, set, k.values, record->zone, &scratch->limits_hit);
	k.answers.looked_up = k.m->looked_up;
	k.answers.maybe = k.m->maybe;
	bit = (unsigned)__builtin_ctzll(k.event);
	for (uint32_t i = 0; i < x->slot_counts[bit]; i++)
		look_up(&k, &x->slots[x->slots_of[bit][i]]);
	for (uint32_t i = 0; i < x->always_counts[bit]; i++)
		suspect(&k, x->always[bit][i]);
	judge(&k);
	if (k.m->judged_count > 1)
		qsort(k.m->judged, k.m->judged_count, sizeof(*k.m->judged), ascending);
	*out = (struct sigma_matches){ k.m->judged, k.m->judged_count };
}

bool sigma_set_wants(const struct sigma_set *set, struct slice event)
{
	return sigma_event_of(&set->event_names, event) & set->wanted;
}

struct sigma_values sigma_slot_values(const struct sigma_set *set, struct sigma_scratch *scratch,
				      const struct sigma_record *record, uint32_t slot)
{
	(void)set;
	(void)record;
	return sigma_values_of(scratch->values, slot);
}

/* --------------------------------------------------------------------------------------------------------- scratches
 */

struct sigma_scratch *sigma_scratch_new(void)
{
	struct sigma_scratch *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->values = sigma_values_new();
	s->match = sigma_match_memory_new();
	s->hits = sigma_hits_memory_new();
	s->selection_values = sigma_values_new();
	s->selection_match = sigma_match_memory_new();
	if (s->values && s->match && s->hits && s->selection_values && s->selection_match)
		return s;
	sigma_scratch_free(s);
	return NULL;
}

void sigma_scratch_free(struct sigma_scratch *s)
{
	if (!s)
		return;
	sigma_values_free(s->values);
	sigma_match_memory_free(s->match);
	sigma_hits_memory_free(s->hits);
	sigma_values_free(s->selection_values);
	sigma_match_memory_free(s->selection_match);
	free(s);
}

uint64_t sigma_scratch_limits_hit(const struct sigma_scratch *s)
{
	return s->limits_hit;
}
