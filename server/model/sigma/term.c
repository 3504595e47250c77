#include "server/model/sigma/term.h"

#include "lib/siphash.h"

#include <stdlib.h>

/* Values of either field that a fieldref compares; regular expressions of one record that may hit their limit before no
 * more are tried: both bound what a hostile record can cost. */
enum { FIELD_VALUES_MAX = 64, LIMITS_MAX = 8 };

/* ------------------------------------------------------------------------------------------------------- the table */

static bool same_pattern(const struct sigma_pattern *a, const struct sigma_pattern *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->elements[i].kind != b->elements[i].kind ||
		    !slice_equal(a->elements[i].text, b->elements[i].text))
			return false;
	return true;
}

static bool same_network(const struct network *a, const struct network *b)
{
	return a->prefix == b->prefix && address_equal(&a->base, &b->base);
}

static bool same_number(const struct sigma_term *a, const struct sigma_term *b)
{
	return a->comparison == b->comparison && a->part == b->part && a->number == b->number;
}

static bool same_term(const struct sigma_term *a, const struct sigma_term *b)
{
	if (a->kind != b->kind || a->slot != b->slot || a->cased != b->cased)
		return false;
	switch (a->kind) {
	case SIGMA_TERM_EXISTS:
	case SIGMA_TERM_NULL:
		return true;
	case SIGMA_TERM_TEXT:
		return same_pattern(&a->pattern, &b->pattern);
	case SIGMA_TERM_REGEX:
		return slice_equal(a->regex_text, b->regex_text);
	case SIGMA_TERM_NETWORK:
		return same_network(&a->network, &b->network);
	case SIGMA_TERM_NUMBER:
		return same_number(a, b);
	case SIGMA_TERM_FIELD:
		return a->other == b->other && a->open_front == b->open_front && a->open_back == b->open_back;
	}
	return false;
}

static uint64_t mix(uint64_t h, struct slice text)
{
	static const uint8_t key[16] = "terms of a set";

	return (h ^ siphash24(key, text)) * 0x9E3779B97F4A7C15u;
}

static uint64_t hash_of(const struct sigma_term *t)
{
	uint64_t h = (uint64_t)t->slot << 8 | (uint64_t)t->kind;

	for (size_t i = 0; i < t->pattern.count; i++)
		h = mix(h + t->pattern.elements[i].kind, t->pattern.elements[i].text);
	h = mix(h, t->regex_text);
	h = mix(h, slice_of(t->network.base.bytes, sizeof(t->network.base.bytes)));
	return mix(h + (uint64_t)t->other, slice_of(&t->number, sizeof(t->number)));
}

static bool grow_items(struct sigma_terms *t)
{
	uint32_t room = t->room ? 2 * t->room : 256;
	struct sigma_term *items;

	if (t->count < t->room)
		return true;
	items = realloc(t->items, room * sizeof(*items));
	if (!items)
		return false;
	t->items = items;
	t->room = room;
	return true;
}

static void put(struct sigma_terms *t, uint32_t index)
{
	uint32_t at = (uint32_t)hash_of(&t->items[index]) & t->mask;

	while (t->table[at])
		at = (at + 1) & t->mask;
	t->table[at] = index + 1;
}

static bool grow_table(struct sigma_terms *t)
{
	uint32_t room = t->table ? 2 * (t->mask + 1) : 512;
	uint32_t *table;

	if (t->table && 2 * t->count <= t->mask)
		return true;
	table = calloc(room, sizeof(*table));
	if (!table)
		return false;
	free(t->table);
	t->table = table;
	t->mask = room - 1;
	for (uint32_t i = 0; i < t->count; i++)
		put(t, i);
	return true;
}

static uint32_t find(const struct sigma_terms *t, const struct sigma_term *term)
{
	uint32_t at = (uint32_t)hash_of(term) & t->mask;

	for (; t->table[at]; at = (at + 1) & t->mask)
		if (same_term(&t->items[t->table[at] - 1], term))
			return t->table[at] - 1;
	return SIGMA_NO_TERM;
}

uint32_t sigma_terms_add(struct sigma_terms *t, struct sigma_term *term)
{
	uint32_t found = SIGMA_NO_TERM;
	bool room = t->count < SIGMA_TERMS_MAX && grow_items(t) && grow_table(t);

	if (room)
		found = find(t, term);
	if (!room || found != SIGMA_NO_TERM) {
		sigma_regex_free(term->regex);
		return found;
	}
	t->items[t->count] = *term;
	put(t, t->count);
	return t->count++;
}

void sigma_terms_release(struct sigma_terms *t)
{
	for (uint32_t i = 0; i < t->count; i++)
		sigma_regex_free(t->items[i].regex);
	free(t->items);
	free(t->table);
	*t = (struct sigma_terms){ 0 };
}

/* ---------------------------------------------------------------------------------------------------------- asking */

static bool is_null(struct sigma_values v)
{
	for (size_t i = 0; i < v.count; i++)
		if (v.items[i].kind == SIGMA_VALUE_NULL)
			return true;
	return v.count == 0;
}

static struct slice text_of(struct sigma_values_memory *m, uint32_t slot, size_t index, bool cased)
{
	return cased ? sigma_values_of(m, slot).items[index].text : sigma_values_folded(m, slot, index);
}

static bool text_holds(const struct sigma_term *t, struct sigma_values_memory *m, size_t index)
{
	return sigma_pattern_match(&t->pattern, text_of(m, t->slot, index, t->cased));
}

static bool regex_holds(const struct sigma_term *t, struct sigma_asking *a, const struct sigma_value *v)
{
	bool limited = false, holds;

	if (a->limits < LIMITS_MAX) {
		holds = sigma_regex_match(t->regex, a->regexes, v->text, &limited);
	} else {
		holds = false;
		limited = true;
	}
	if (limited) {
		a->limits++;
		(*a->limited)++;
	}
	return holds;
}

static bool network_holds(const struct sigma_term *t, const struct sigma_value *v)
{
	struct address address;

	return address_parse(v->text, &address) && network_contains(&t->network, &address);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* ISO 8601: the week that has the year's first Thursday is week 1. `day` since 1970-01-01, a Thursday. */
static int week_of(int64_t day)
{
	int64_t thursday = day - ((day + 3) % 7 + 7) % 7 + 3;
	int year, month, day_of_month;

	civil_from_days(thursday, &year, &month, &day_of_month);
	return (int)((thursday - days_from_civil(year, 1, 1)) / 7) + 1;
}

static double part_of(time_us t, int zone, enum sigma_time_part part)
{
	int64_t seconds = floor_div(t, US_PER_SECOND) + zone;
	int64_t day = floor_div(seconds, 86400), minute = (seconds - day * 86400) / 60, hour = minute / 60;
	int year, month, day_of_month;

	civil_from_days(day, &year, &month, &day_of_month);
	switch (part) {
	case SIGMA_MINUTE:
		return (double)(minute % 60);
	case SIGMA_HOUR:
		return (double)hour;
	case SIGMA_DAY:
		return day_of_month;
	case SIGMA_WEEK:
		return week_of(day);
	case SIGMA_MONTH:
		return month;
	case SIGMA_YEAR:
	case SIGMA_NO_PART:
		break;
	}
	return year;
}

static bool compare(double value, enum sigma_comparison comparison, double number)
{
	switch (comparison) {
	case SIGMA_EQUAL:
		return value == number;
	case SIGMA_LESS:
		return value < number;
	case SIGMA_LESS_OR_EQUAL:
		return value <= number;
	case SIGMA_GREATER:
		return value > number;
	case SIGMA_GREATER_OR_EQUAL:
		break;
	}
	return value >= number;
}

static bool number_holds(const struct sigma_term *t, const struct sigma_asking *a, const struct sigma_value *v)
{
	double value;
	time_us time;

	if (t->part == SIGMA_NO_PART)
		return sigma_value_number(v, &value) && compare(value, t->comparison, t->number);
	return v->kind == SIGMA_VALUE_STRING && time_parse(v->text, a->zone, &time) &&
	       compare(part_of(time, a->zone, t->part), t->comparison, t->number);
}

static bool stands_in(const struct sigma_term *t, struct slice value, struct slice other)
{
	if (!t->open_front && !t->open_back)
		return slice_equal(value, other);
	if (other.len > value.len)
		return false;
	if (!t->open_front)
		return slice_equal(slice_take(value, other.len), other);
	if (!t->open_back)
		return slice_equal(slice_skip(value, value.len - other.len), other);
	return other.len == 0 || memmem(value.ptr, value.len, other.ptr, other.len) != NULL;
}

static bool field_holds(const struct sigma_term *t, struct sigma_values_memory *m, size_t index)
{
	struct sigma_values others = sigma_values_of(m, t->other);
	struct slice value = text_of(m, t->slot, index, t->cased);

	for (size_t i = 0; i < others.count && i < FIELD_VALUES_MAX; i++)
		if (others.items[i].kind != SIGMA_VALUE_NULL && stands_in(t, value, text_of(m, t->other, i, t->cased)))
			return true;
	return false;
}

static bool value_holds(const struct sigma_term *t, struct sigma_asking *a, const struct sigma_value *v, size_t index)
{
	switch (t->kind) {
	case SIGMA_TERM_TEXT:
		return text_holds(t, a->values, index);
	case SIGMA_TERM_REGEX:
		return regex_holds(t, a, v);
	case SIGMA_TERM_NETWORK:
		return network_holds(t, v);
	case SIGMA_TERM_NUMBER:
		return number_holds(t, a, v);
	case SIGMA_TERM_FIELD:
		return index < FIELD_VALUES_MAX && field_holds(t, a->values, index);
	case SIGMA_TERM_EXISTS:
	case SIGMA_TERM_NULL:
		break;
	}
	return false;
}

bool sigma_term_value_holds(const struct sigma_term *t, struct sigma_asking *a, size_t index)
{
	return value_holds(t, a, &sigma_values_of(a->values, t->slot).items[index], index);
}

bool sigma_term_holds(const struct sigma_term *t, struct sigma_asking *a)
{
	struct sigma_values v = sigma_values_of(a->values, t->slot);

	if (t->kind == SIGMA_TERM_EXISTS)
		return v.present;
	if (t->kind == SIGMA_TERM_NULL)
		return is_null(v);
	for (size_t i = 0; i < v.count; i++)
		if (v.items[i].kind != SIGMA_VALUE_NULL && value_holds(t, a, &v.items[i], i))
			return true;
	return false;
}
