#include "server/model/sigma/index.h"

#include "server/model/sigma/necessary.h"

#include <stdlib.h>

/* So many terms of a slot are worth looking up together although no rule depends on them. */
enum { WORTH_LOOKING_UP = 4 };

/* A term that rules depend on. */
struct dependence {
	uint32_t term, rule;
};

struct building {
	const struct sigma_set *set;
	struct sigma_index *x;
	struct pool memory;
	struct dependence *dependences;
	size_t count, room;
	sigma_events *uses;        /* by term: of the rules whose condition has it */
	sigma_events *slot_events; /* by slot: for which it is looked up; 0: it is not */
	uint32_t *slot_of;         /* by slot: index in x->slots + 1 */
	bool *always;              /* by rule */
};

static bool is_bit_set(sigma_events events, unsigned bit)
{
	return events >> bit & 1;
}

/* ------------------------------------------------------------------------------------------------------ dependences */

static bool add_dependence(struct building *b, uint32_t term, uint32_t rule)
{
	if (b->count == b->room) {
		size_t room = b->room ? 2 * b->room : 1024;
		struct dependence *moved = realloc(b->dependences, room * sizeof(*moved));

		if (!moved)
			return false;
		b->dependences = moved;
		b->room = room;
	}
	b->dependences[b->count++] = (struct dependence){ term, rule };
	b->slot_events[b->set->terms->items[term].slot] |= b->set->events[rule];
	return true;
}

static void note_uses(struct building *b, const struct sigma_expression *e, sigma_events events)
{
	if (e->operation == SIGMA_TERM)
		b->uses[e->term] |= events;
	for (uint32_t i = 0; i < e->count; i++)
		note_uses(b, e->parts[i], events);
}

static bool find_dependences(struct building *b)
{
	for (uint32_t r = 0; r < b->set->count; r++) {
		struct sigma_necessary n;

		if (b->set->rules[r].kind != SIGMA_DETECTION)
			continue;
		if (!sigma_necessary_of(b->set->expressions[r], b->set->terms, &b->memory, &n))
			return false;
		note_uses(b, b->set->expressions[r], b->set->events[r]);
		b->always[r] = n.count == 0;
		for (size_t i = 0; i < n.count; i++)
			if (!add_dependence(b, n.terms[i], r))
				return false;
		pool_release(&b->memory);
	}
	return true;
}

static bool can_be_looked_up(const struct sigma_term *t)
{
	struct sigma_key k;

	return t->literal_count || (sigma_key_of(t, NULL, &k) && k.lookup != SIGMA_LOOKUP_NONE);
}

/* What is looked up of a slot at all, finds all its terms. */
static bool choose_terms(struct building *b)
{
	const struct sigma_terms *terms = b->set->terms;
	uint32_t *counts = calloc(b->set->fields->slot_count + 1, sizeof(*counts));

	if (!counts)
		return false;
	for (uint32_t t = 0; t < terms->count; t++)
		if (b->uses[t] && can_be_looked_up(&terms->items[t]))
			counts[terms->items[t].slot]++;
	for (uint32_t t = 0; t < terms->count; t++)
		if (counts[terms->items[t].slot] >= WORTH_LOOKING_UP)
			b->slot_events[terms->items[t].slot] |= b->uses[t];
	for (uint32_t t = 0; t < terms->count; t++)
		terms->items[t].indexed =
		    b->uses[t] && b->slot_events[terms->items[t].slot] && can_be_looked_up(&terms->items[t]);
	free(counts);
	return true;
}

/* By counting: how many rules each term has, where they begin, then the rules themselves. */
static bool sort_dependences(struct building *b)
{
	struct sigma_index *x = b->x;
	uint32_t terms = b->set->terms->count;

	x->first_rule = pool_take_array(&x->memory, (size_t)terms + 2, sizeof(*x->first_rule));
	x->rules = pool_take_array(&x->memory, b->count + 1, sizeof(*x->rules));
	if (!x->first_rule || !x->rules)
		return false;
	for (size_t i = 0; i < b->count; i++)
		x->first_rule[b->dependences[i].term + 2]++;
	for (uint32_t t = 0; t < terms; t++)
		x->first_rule[t + 2] += x->first_rule[t + 1];
	for (size_t i = 0; i < b->count; i++)
		x->rules[x->first_rule[b->dependences[i].term + 1]++] = b->dependences[i].rule;
	return true;
}

/* ------------------------------------------------------------------------------------------------------------ slots */

static struct sigma_slot_index *slot_index(struct building *b, uint32_t slot)
{
	struct sigma_index *x = b->x;

	if (!b->slot_of[slot]) {
		x->slots[x->slot_count].slot = slot;
		b->slot_of[slot] = (uint32_t)++x->slot_count;
	}
	return &x->slots[b->slot_of[slot] - 1];
}

static void add_whole(struct building *b, struct sigma_slot_index *s, struct slice text, uint32_t term)
{
	struct sigma_index *x = b->x;
	uint32_t hash = sigma_whole_hash(s->slot, text), *place = &x->whole_table[hash & x->whole_mask];

	x->wholes[x->whole_count] = (struct sigma_whole){ text, hash, term, *place };
	*place = ++x->whole_count;
	s->lengths |= (uint64_t)1 << (text.len < 63 ? text.len : 63);
}

static bool make_whole_table(struct building *b, size_t terms)
{
	struct sigma_index *x = b->x;
	uint32_t room = 16;

	while (room < 2 * terms)
		room *= 2;
	x->whole_mask = room - 1;
	x->whole_table = pool_take_array(&x->memory, room, sizeof(*x->whole_table));
	x->wholes = pool_take_array(&x->memory, terms + 1, sizeof(*x->wholes));
	return x->whole_table && x->wholes;
}

static size_t count_indexed(const struct building *b)
{
	size_t n = 0;

	for (uint32_t t = 0; t < b->set->terms->count; t++)
		n += b->set->terms->items[t].indexed;
	return n;
}

static bool add_wholes(struct building *b)
{
	if (!make_whole_table(b, count_indexed(b)))
		return false;
	for (uint32_t t = 0; t < b->set->terms->count; t++) {
		struct sigma_slot_index *s;
		struct sigma_key k;

		if (!b->set->terms->items[t].indexed)
			continue;
		if (!sigma_key_of(&b->set->terms->items[t], &b->x->memory, &k))
			return false;
		s = slot_index(b, b->set->terms->items[t].slot);
		s->events = b->slot_events[s->slot];
		if (k.lookup == SIGMA_LOOKUP_WHOLE)
			add_whole(b, s, k.text, t);
	}
	return true;
}

/* Literals of one place, for all slots: sorted by slot by going over the terms of each slot in turn. */
struct placed {
	struct sigma_literal literal;
	uint32_t slot;
};

static int by_slot(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->slot > y->slot) - (x->slot < y->slot);
}

static bool add_literals_of_slot(struct building *b, const struct placed *list, size_t count, enum sigma_place place)
{
	struct sigma_literal *literals = calloc(count, sizeof(*literals));
	struct sigma_slot_index *s = slot_index(b, list[0].slot);

	if (!literals)
		return false;
	for (size_t i = 0; i < count; i++)
		literals[i] = list[i].literal;
	s->places[place] = sigma_literals_new(literals, count, place);
	free(literals);
	return s->places[place] != NULL;
}

struct placing {
	struct placed *list;
	size_t count, room;
};

static bool place_literal(struct placing *p, struct slice text, uint32_t owner, uint32_t slot)
{
	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 256;
		struct placed *moved = realloc(p->list, room * sizeof(*moved));

		if (!moved)
			return false;
		p->list = moved;
		p->room = room;
	}
	p->list[p->count++] = (struct placed){ { text, owner }, slot };
	return true;
}

static bool place_term(struct building *b, struct placing *p, uint32_t term, enum sigma_lookup lookup)
{
	const struct sigma_term *t = &b->set->terms->items[term];
	struct sigma_key k;

	for (uint32_t i = 0; i < t->literal_count && lookup == SIGMA_LOOKUP_INSIDE; i++)
		if (!place_literal(p, slice_take(t->literals[i], SIGMA_LITERAL_MAX), SIGMA_OWNER(term, 0), t->slot))
			return false;
	if (!sigma_key_of(t, &b->x->memory, &k))
		return false;
	return k.lookup != lookup || place_literal(p, k.text, SIGMA_OWNER(term, k.proof), t->slot);
}

static bool add_literals(struct building *b, enum sigma_lookup lookup, enum sigma_place place)
{
	struct placing p = { 0 };
	bool good = true;

	for (uint32_t t = 0; good && t < b->set->terms->count; t++)
		if (b->set->terms->items[t].indexed)
			good = place_term(b, &p, t, lookup);
	if (good && p.count)
		qsort(p.list, p.count, sizeof(*p.list), by_slot);
	for (size_t i = 0, end; good && i < p.count; i = end) {
		for (end = i; end < p.count && p.list[end].slot == p.list[i].slot;)
			end++;
		good = add_literals_of_slot(b, p.list + i, end - i, place);
	}
	free(p.list);
	return good;
}

/* ----------------------------------------------------------------------------------------------------------- events */

static bool list_slots(struct sigma_index *x, unsigned bit)
{
	x->slots_of[bit] = pool_take_array(&x->memory, x->slot_count + 1, sizeof(**x->slots_of));
	for (uint32_t s = 0; x->slots_of[bit] && s < x->slot_count; s++)
		if (is_bit_set(x->slots[s].events, bit))
			x->slots_of[bit][x->slot_counts[bit]++] = s;
	return x->slots_of[bit] != NULL;
}

static bool list_always(struct building *b, unsigned bit)
{
	struct sigma_index *x = b->x;
	uint32_t n = 0;

	for (uint32_t r = 0; r < b->set->count; r++)
		n += b->always[r] && is_bit_set(b->set->events[r], bit);
	x->always[bit] = pool_take_array(&x->memory, n + 1, sizeof(**x->always));
	for (uint32_t r = 0; x->always[bit] && r < b->set->count; r++)
		if (b->always[r] && is_bit_set(b->set->events[r], bit))
			x->always[bit][x->always_counts[bit]++] = r;
	return x->always[bit] != NULL;
}

static bool build(struct building *b)
{
	struct sigma_index *x = b->x;
	size_t slots = b->set->fields->slot_count;

	b->uses = calloc((size_t)b->set->terms->count + 1, sizeof(*b->uses));
	b->slot_events = calloc(slots + 1, sizeof(*b->slot_events));
	b->slot_of = calloc(slots + 1, sizeof(*b->slot_of));
	b->always = calloc(b->set->count + 1, sizeof(*b->always));
	x->slots = pool_take_array(&x->memory, slots + 1, sizeof(*x->slots));
	if (!b->uses || !b->slot_events || !b->slot_of || !b->always || !x->slots)
		return false;
	if (!find_dependences(b) || !choose_terms(b) || !sort_dependences(b) || !add_wholes(b))
		return false;
	if (!add_literals(b, SIGMA_LOOKUP_INSIDE, SIGMA_ANYWHERE) ||
	    !add_literals(b, SIGMA_LOOKUP_FRONT, SIGMA_FRONT) || !add_literals(b, SIGMA_LOOKUP_BACK, SIGMA_BACK))
		return false;
	for (unsigned bit = 0; bit < 64; bit++)
		if (!list_slots(x, bit) || !list_always(b, bit))
			return false;
	return true;
}

int sigma_index_new(struct sigma_index **out, const struct sigma_set *set, struct err *why)
{
	struct building b = { .set = set, .x = calloc(1, sizeof(struct sigma_index)) };
	bool built = b.x && build(&b);

	*out = built ? b.x : NULL;
	if (!built)
		sigma_index_free(b.x);
	free(b.dependences);
	free(b.uses);
	free(b.slot_events);
	free(b.slot_of);
	free(b.always);
	pool_release(&b.memory);
	return built ? 0 : err_set(why, ERR_NOMEM, "no memory for the index of the rules");
}

void sigma_index_free(struct sigma_index *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->slot_count; i++)
		for (size_t p = 0; p < ARRAY_LEN(x->slots[i].places); p++)
			sigma_literals_free(x->slots[i].places[p]);
	pool_release(&x->memory);
	free(x);
}
