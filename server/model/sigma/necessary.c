#include "server/model/sigma/necessary.h"

#include "server/model/sigma/fold.h"
#include "server/model/sigma/index.h"

/* ------------------------------------------------------------------------------------------------------- one term */

/* The longest literal of a pattern that is not a whole text. */
static void find_literal(const struct sigma_pattern *p, struct sigma_key *out)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct sigma_element *e = &p->elements[i];

		if (e->kind != SIGMA_LITERAL || e->text.len <= out->text.len)
			continue;
		out->text = e->text;
		out->lookup = i == 0 ? SIGMA_LOOKUP_FRONT : i + 1 == p->count ? SIGMA_LOOKUP_BACK : SIGMA_LOOKUP_INSIDE;
	}
}

/* contains, startswith or endswith and nothing more. */
static bool is_literal_alone(const struct sigma_pattern *p)
{
	size_t literals = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (p->elements[i].kind != SIGMA_STAR && p->elements[i].kind != SIGMA_LITERAL)
			return false;
		literals += p->elements[i].kind == SIGMA_LITERAL;
	}
	return literals == 1;
}

static void cut(struct sigma_key *k)
{
	if (k->lookup == SIGMA_LOOKUP_WHOLE || k->text.len <= SIGMA_LITERAL_MAX)
		return;
	k->proof = false;
	k->text = k->lookup == SIGMA_LOOKUP_BACK ? slice_skip(k->text, k->text.len - SIGMA_LITERAL_MAX)
						 : slice_take(k->text, SIGMA_LITERAL_MAX);
}

bool sigma_key_of(const struct sigma_term *t, struct pool *memory, struct sigma_key *out)
{
	uint8_t *folded;

	*out = (struct sigma_key){ .lookup = SIGMA_LOOKUP_NONE };
	if (t->kind != SIGMA_TERM_TEXT)
		return true;
	if (sigma_pattern_text(&t->pattern, &out->text)) {
		out->lookup = SIGMA_LOOKUP_WHOLE;
		out->proof = !t->cased;
	} else {
		find_literal(&t->pattern, out);
		out->proof = !t->cased && is_literal_alone(&t->pattern);
		cut(out);
	}
	if (!memory || !t->cased || out->lookup == SIGMA_LOOKUP_NONE)
		return true;
	folded = pool_take(memory, out->text.len);
	if (!folded)
		return false;
	sigma_fold(out->text, folded);
	out->text.ptr = folded;
	return true;
}

/* Texts that nearly every record of some kind has; found in others, they still only cost a look. */
static bool is_common(struct slice text)
{
	static const char *const common[] = { "http",    "mozilla/5.0", "mozilla/5.0 (", ".com", "get",    "post",
					      "tcp",     "udp",         "allowed",       "true", "false",  "outbound",
					      "inbound", "internal",    ".net",          "://",  "accept", "et " };

	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		if (slice_is_ignoring_case(text, common[i]))
			return true;
	return false;
}

/* Guesses: what counts is their order. */
static double rate_of_literal(struct slice text)
{
	static const double by_length[] = { 1.0, 0.8, 0.4, 0.15, 0.08, 0.05, 0.03, 0.02 };

	if (is_common(text))
		return 0.7;
	return text.len < ARRAY_LEN(by_length) ? by_length[text.len] : 0.01;
}

static double rate_of(const struct sigma_term *t)
{
	double rate = 0;
	struct sigma_key k;

	for (uint32_t i = 0; i < t->literal_count; i++)
		rate += rate_of_literal(t->literals[i]);
	if (t->literal_count)
		return rate < 1.0 ? rate : 1.0;
	if (!sigma_key_of(t, NULL, &k) || k.lookup == SIGMA_LOOKUP_NONE)
		return 1.0;
	if (k.lookup == SIGMA_LOOKUP_WHOLE && !is_common(k.text))
		return k.text.len < 2 ? 0.3 : k.text.len < 6 ? 0.1 : 0.01;
	return rate_of_literal(k.text);
}

/* ---------------------------------------------------------------------------------------------------- expressions */

static bool necessary(const struct sigma_expression *e, bool negated, const struct sigma_terms *terms,
		      struct pool *memory, struct sigma_necessary *out);

static bool of_term(uint32_t term, const struct sigma_terms *terms, struct pool *memory, struct sigma_necessary *out)
{
	double rate = rate_of(&terms->items[term]);

	if (rate >= 1.0)
		return true;
	out->terms = pool_take(memory, sizeof(*out->terms));
	if (!out->terms)
		return false;
	out->terms[0] = term;
	out->count = 1;
	out->rate = rate;
	return true;
}

/* All parts must hold: the rarest will do. */
static bool best_part(const struct sigma_expression *e, bool negated, const struct sigma_terms *terms,
		      struct pool *memory, struct sigma_necessary *out)
{
	for (uint32_t i = 0; i < e->count; i++) {
		struct sigma_necessary part;

		if (!necessary(e->parts[i], negated, terms, memory, &part))
			return false;
		if (part.count && (!out->count || part.rate < out->rate))
			*out = part;
	}
	return true;
}

/* One part must hold: of each there must be terms. */
static bool all_parts(const struct sigma_expression *e, bool negated, const struct sigma_terms *terms,
		      struct pool *memory, struct sigma_necessary *out)
{
	struct sigma_necessary *parts = pool_take_array(memory, e->count, sizeof(*parts));
	size_t count = 0;

	if (!parts)
		return false;
	for (uint32_t i = 0; i < e->count; i++) {
		if (!necessary(e->parts[i], negated, terms, memory, &parts[i]))
			return false;
		if (!parts[i].count)
			return true;
		count += parts[i].count;
		out->rate += parts[i].rate;
	}
	out->terms = pool_take_array(memory, count, sizeof(*out->terms));
	if (!out->terms)
		return false;
	for (uint32_t i = 0; i < e->count; i++)
		for (size_t t = 0; t < parts[i].count; t++)
			out->terms[out->count++] = parts[i].terms[t];
	return true;
}

static bool necessary(const struct sigma_expression *e, bool negated, const struct sigma_terms *terms,
		      struct pool *memory, struct sigma_necessary *out)
{
	*out = (struct sigma_necessary){ 0 };
	switch (e->operation) {
	case SIGMA_TERM:
		return negated || of_term(e->term, terms, memory, out);
	case SIGMA_NOT:
		return necessary(e->parts[0], !negated, terms, memory, out);
	case SIGMA_AND:
		return negated ? all_parts(e, true, terms, memory, out) : best_part(e, false, terms, memory, out);
	case SIGMA_OR:
		break;
	}
	return negated ? best_part(e, true, terms, memory, out) : all_parts(e, false, terms, memory, out);
}

bool sigma_necessary_of(const struct sigma_expression *e, const struct sigma_terms *terms, struct pool *memory,
			struct sigma_necessary *out)
{
	return necessary(e, false, terms, memory, out);
}
