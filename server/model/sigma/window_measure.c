#include "server/model/sigma/window_measure.h"

#include <math.h>

#define SUM_UNIT     1048576.0
#define NUMBER_BOUND 0x1p90 /* 2^17 of these still fit a sum */

struct keyed {
	int64_t value;
	uint32_t hit;
};

static int by_value(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

struct ranked {
	double number;
	uint32_t hit;
};

static int by_number(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static bool counts_number(const struct sigma_correlation *c, double number)
{
	return !isnan(number) && !(c->type == SIGMA_VALUE_SUM && number < 0);
}

/* Different values get numbers from 0, so that counting them needs no hash table. */
static bool number_values(struct window_measure *m)
{
	struct keyed *sorted = malloc(m->count * sizeof *sorted);
	uint32_t next = 0;

	if (!sorted)
		return false;
	for (size_t i = 0; i < m->count; i++)
		sorted[i] = (struct keyed){ m->hits[i].value_key, (uint32_t)i };
	qsort(sorted, m->count, sizeof *sorted, by_value);
	for (size_t i = 0; i < m->count; i++) {
		if (i && sorted[i].value != sorted[i - 1].value)
			next++;
		m->keys[sorted[i].hit] = next;
	}
	free(sorted);
	return true;
}

static bool rank_numbers(struct window_measure *m)
{
	struct ranked *sorted = malloc(m->count * sizeof *sorted);
	size_t n = 0;

	m->ranked = malloc(m->count * sizeof *m->ranked);
	if (!sorted || !m->ranked) {
		free(sorted);
		return false;
	}
	for (size_t i = 0; i < m->count; i++)
		if (counts_number(m->c, m->hits[i].number))
			sorted[n++] = (struct ranked){ m->hits[i].number, (uint32_t)i };
	qsort(sorted, n, sizeof *sorted, by_number);
	for (size_t i = 0; i < n; i++) {
		m->keys[sorted[i].hit] = (uint32_t)i;
		m->ranked[i] = sorted[i].number;
	}
	free(sorted);
	return true;
}

static bool has_keys(enum sigma_count type)
{
	return type == SIGMA_VALUE_COUNT || type == SIGMA_TEMPORAL || type == SIGMA_VALUE_PERCENTILE;
}

static bool number_keys(struct window_measure *m)
{
	if (m->c->type == SIGMA_VALUE_COUNT)
		return number_values(m);
	if (m->c->type == SIGMA_VALUE_PERCENTILE)
		return rank_numbers(m);
	for (size_t i = 0; i < m->count; i++)
		m->keys[i] = m->hits[i].rule_no % SIGMA_CORRELATED_MAX;
	return true;
}

int window_measure_begin(struct window_measure *m, const struct sigma_correlation *c, const struct window_hit *hits,
			 size_t count, struct err *why)
{
	size_t keys = c->type == SIGMA_TEMPORAL ? SIGMA_CORRELATED_MAX : count;

	*m = (struct window_measure){ .c = c, .hits = hits, .count = count, .at = INT64_MIN };
	for (size_t i = 0; i < SIGMA_CORRELATED_MAX; i++)
		m->reach[i] = INT64_MIN;
	if (!has_keys(c->type) || !count)
		return 0;
	m->keys = malloc(count * sizeof *m->keys);
	m->held = calloc(keys + 1, sizeof *m->held);
	if (m->keys && m->held && number_keys(m))
		return 0;
	window_measure_release(m);
	return err_set(why, ERR_NOMEM, "no memory for the window of a correlation");
}

void window_measure_release(struct window_measure *m)
{
	free(m->keys);
	free(m->held);
	free(m->ranked);
	m->keys = m->held = NULL;
	m->ranked = NULL;
}

static void rank_put(struct window_measure *m, uint32_t rank, uint32_t change)
{
	for (size_t i = (size_t)rank + 1; i <= m->count; i += i & -i)
		m->held[i] += change;
}

/* The number at a place, from 1, among those in the window. */
static double rank_at(const struct window_measure *m, size_t place)
{
	size_t node = 0, step = 1;

	while (step * 2 <= m->count)
		step *= 2;
	for (; step; step /= 2)
		if (node + step <= m->count && m->held[node + step] < place) {
			node += step;
			place -= m->held[node];
		}
	return m->ranked[node];
}

/* A chain may use several hits of the same moment, in the order of the list. */
static void extend_chains(struct window_measure *m, const struct window_hit *hit)
{
	if (hit->ts != m->at)
		m->rules_now = 0;
	m->at = hit->ts;
	m->rules_now |= UINT64_C(1) << hit->rule_no % SIGMA_CORRELATED_MAX;
	for (uint64_t rest = m->rules_now; rest; rest &= rest - 1) {
		int rule = __builtin_ctzll(rest);
		time_us start = rule ? m->reach[rule - 1] : hit->ts;

		if (start > m->reach[rule])
			m->reach[rule] = start;
	}
}

window_sum window_in_units(double number)
{
	if (number > NUMBER_BOUND)
		number = NUMBER_BOUND;
	if (number < -NUMBER_BOUND)
		number = -NUMBER_BOUND;
	return (window_sum)(number * SUM_UNIT);
}

double window_from_units(window_sum sum)
{
	return (double)sum / SUM_UNIT;
}

void window_measure_add(struct window_measure *m, size_t i)
{
	const struct window_hit *hit = &m->hits[i];

	switch (m->c->type) {
	case SIGMA_EVENT_COUNT:
		m->in_window++;
		return;
	case SIGMA_VALUE_COUNT:
	case SIGMA_TEMPORAL:
		if (m->held[m->keys[i]]++ == 0)
			m->distinct++;
		return;
	case SIGMA_TEMPORAL_ORDERED:
		extend_chains(m, hit);
		return;
	case SIGMA_VALUE_SUM:
	case SIGMA_VALUE_AVG:
	case SIGMA_VALUE_PERCENTILE:
		break;
	}
	if (!counts_number(m->c, hit->number))
		return;
	m->in_window++;
	if (m->c->type == SIGMA_VALUE_PERCENTILE)
		rank_put(m, m->keys[i], 1);
	else
		m->sum += window_in_units(hit->number);
}

void window_measure_remove(struct window_measure *m, size_t i)
{
	const struct window_hit *hit = &m->hits[i];

	switch (m->c->type) {
	case SIGMA_EVENT_COUNT:
		m->in_window--;
		return;
	case SIGMA_VALUE_COUNT:
	case SIGMA_TEMPORAL:
		if (--m->held[m->keys[i]] == 0)
			m->distinct--;
		return;
	case SIGMA_TEMPORAL_ORDERED: /* a chain that began before the window is told by its start */
		return;
	case SIGMA_VALUE_SUM:
	case SIGMA_VALUE_AVG:
	case SIGMA_VALUE_PERCENTILE:
		break;
	}
	if (!counts_number(m->c, hit->number))
		return;
	m->in_window--;
	if (m->c->type == SIGMA_VALUE_PERCENTILE)
		rank_put(m, m->keys[i], UINT32_MAX);
	else
		m->sum -= window_in_units(hit->number);
}

static double chain_length(const struct window_measure *m, time_us first)
{
	size_t n = 0;

	while (n < m->c->rule_count && m->reach[n] != INT64_MIN && m->reach[n] >= first)
		n++;
	return (double)n;
}

/* The smallest number that at least this share of the numbers does not pass. */
size_t window_rank(const struct sigma_correlation *c, size_t count)
{
	double place = ceil(c->percentile * (double)count / 100);

	return place < 1 ? 1 : (size_t)place;
}

double window_measure_value(const struct window_measure *m, time_us first)
{
	switch (m->c->type) {
	case SIGMA_EVENT_COUNT:
		return (double)m->in_window;
	case SIGMA_VALUE_COUNT:
	case SIGMA_TEMPORAL:
		return (double)m->distinct;
	case SIGMA_TEMPORAL_ORDERED:
		return chain_length(m, first);
	case SIGMA_VALUE_SUM:
		return m->in_window ? window_from_units(m->sum) : NAN;
	case SIGMA_VALUE_AVG:
		return m->in_window ? window_from_units(m->sum) / (double)m->in_window : NAN;
	case SIGMA_VALUE_PERCENTILE:
		return m->in_window ? rank_at(m, window_rank(m->c, m->in_window)) : NAN;
	}
	return NAN;
}

static bool condition_holds(const struct sigma_condition *condition, double value)
{
	switch (condition->op) {
	case SIGMA_GT:
		return value > condition->value;
	case SIGMA_GTE:
		return value >= condition->value;
	case SIGMA_LT:
		return value < condition->value;
	case SIGMA_LTE:
		return value <= condition->value;
	case SIGMA_EQ:
		return value == condition->value;
	case SIGMA_NEQ:
		return value != condition->value;
	}
	return false;
}

bool window_holds(const struct sigma_correlation *c, double value)
{
	if (isnan(value))
		return false;
	if (!c->condition_count)
		return value >= (double)c->rule_count;
	for (size_t i = 0; i < c->condition_count; i++)
		if (!condition_holds(&c->conditions[i], value))
			return false;
	return true;
}

double window_better(const struct sigma_correlation *c, double a, double b)
{
	bool high = c->condition_count == 0, low = false;

	for (size_t i = 0; i < c->condition_count; i++) {
		high |= c->conditions[i].op == SIGMA_GT || c->conditions[i].op == SIGMA_GTE;
		low |= c->conditions[i].op == SIGMA_LT || c->conditions[i].op == SIGMA_LTE;
	}
	if (high)
		return b > a ? b : a;
	return low && b < a ? b : a;
}
