#include "server/model/sigma/regex_literals.h"

#include "server/model/sigma/fold.h"

enum { NESTING_MAX = 60 };

struct reading {
	struct pool *memory;
	struct slice rest;
	bool caseless;
	bool failed; /* no memory */
	bool lost;   /* something that is not understood here: nothing is claimed */
	int depth;
};

/* A sequence under way: the literal at hand, and the best set so far. */
struct sequence {
	uint8_t run[SIGMA_REGEX_TEXT_MAX];
	size_t length;
	struct sigma_regex_literals best;
};

static void read_alternatives(struct reading *r, struct sigma_regex_literals *out);

static uint8_t at(const struct reading *r, size_t i)
{
	return i < r->rest.len ? r->rest.ptr[i] : 0;
}

static void take_better(struct sigma_regex_literals *best, const struct sigma_regex_literals *other)
{
	if (other->count && other->shortest > best->shortest)
		*best = *other;
}

static void end_run(struct reading *r, struct sequence *s)
{
	uint8_t *folded;

	if (s->length > s->best.shortest) {
		folded = pool_take(r->memory, s->length);
		if (folded) {
			sigma_fold(slice_of(s->run, s->length), folded);
			s->best.items[0] = slice_of(folded, s->length);
			s->best.count = 1;
			s->best.shortest = s->length;
		} else {
			r->failed = true;
		}
	}
	s->length = 0;
}

/* Whether what was read last may be left out: by a quantifier, which is passed over. *once: it stands there exactly
 * once. */
static bool read_quantifier(struct reading *r, bool *once)
{
	uint8_t c = at(r, 0);
	size_t n = 0;
	bool optional = c == '?' || c == '*';

	*once = false;
	if (c == '{' && at(r, 1) >= '0' && at(r, 1) <= '9') {
		while (at(r, n) && at(r, n) != '}')
			n++;
		/* {0...} and what only looks like it: either way nothing is claimed of it. */
		optional = at(r, 1) == '0' || n == r->rest.len;
	} else if (c == '{') {
		r->lost = true;
	} else if (c != '?' && c != '*' && c != '+') {
		*once = true;
		return false;
	}
	r->rest = slice_skip(r->rest, n + 1);
	if (at(r, 0) == '?')
		r->rest = slice_skip(r->rest, 1);
	return optional;
}

/* Letters whose other case is not found by folding: k has the sign for kelvin beside it, s the long s. */
static bool folds_simply(const struct reading *r, uint8_t c)
{
	return !r->caseless || (c < 0x80 && (c | 0x20) != 'k' && (c | 0x20) != 's');
}

static void add_character(struct reading *r, struct sequence *s, struct slice character)
{
	bool once, optional;

	if (!folds_simply(r, character.ptr[0])) {
		end_run(r, s);
		read_quantifier(r, &once);
		return;
	}
	optional = read_quantifier(r, &once);
	if (optional) {
		end_run(r, s);
		return;
	}
	for (size_t i = 0; i < character.len; i++)
		s->run[s->length++] = character.ptr[i];
	if (!once)
		end_run(r, s);
}

/* Something that is no literal. */
static void add_other(struct reading *r, struct sequence *s, size_t used)
{
	bool once;

	end_run(r, s);
	r->rest = slice_skip(r->rest, used);
	read_quantifier(r, &once);
}

static void read_escape(struct reading *r, struct sequence *s)
{
	uint8_t c = at(r, 1);
	struct slice character;

	if (c == 'x' || c == 0)
		r->lost = true;
	if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == 0) {
		add_other(r, s, 2);
		return;
	}
	r->rest = slice_skip(r->rest, 1);
	character = slice_take(r->rest, sigma_character_length(r->rest));
	r->rest = slice_skip(r->rest, character.len);
	add_character(r, s, character);
}

static void read_class(struct reading *r, struct sequence *s)
{
	size_t i = at(r, 1) == '^' ? 2 : 1;

	if (at(r, i) == ']')
		i++;
	while (i < r->rest.len && at(r, i) != ']') {
		if (at(r, i) == '[')
			r->lost = true; /* may be [:alpha:] */
		i += at(r, i) == '\\' ? 2 : 1;
	}
	add_other(r, s, i + 1);
}

static void read_group(struct reading *r, struct sequence *s)
{
	struct sigma_regex_literals *inner = pool_take(r->memory, sizeof(*inner));
	bool once;

	end_run(r, s);
	if (!inner) {
		r->failed = true;
		return;
	}
	r->rest = slice_skip(r->rest, 1);
	if (at(r, 0) == '?') {
		while (at(r, 0) && at(r, 0) != ':' && at(r, 0) != ')')
			r->rest = slice_skip(r->rest, 1);
		if (at(r, 0) == ')') { /* options for what follows; whether they were noted is the caller's */
			r->rest = slice_skip(r->rest, 1);
			return;
		}
		r->rest = slice_skip(r->rest, 1);
	}
	read_alternatives(r, inner);
	if (at(r, 0) != ')')
		r->lost = true;
	r->rest = slice_skip(r->rest, 1);
	if (!read_quantifier(r, &once))
		take_better(&s->best, inner);
}

static void read_element(struct reading *r, struct sequence *s)
{
	uint8_t c = at(r, 0);
	struct slice character;

	switch (c) {
	case '\\':
		read_escape(r, s);
		return;
	case '[':
		read_class(r, s);
		return;
	case '(':
		read_group(r, s);
		return;
	case '.':
	case '^':
	case '$':
		add_other(r, s, 1);
		return;
	case '{':
	case '*':
	case '+':
	case '?':
		r->lost = true;
		break;
	default:
		break;
	}
	character = slice_take(r->rest, sigma_character_length(r->rest));
	r->rest = slice_skip(r->rest, character.len);
	add_character(r, s, character);
}

static void read_sequence(struct reading *r, struct sigma_regex_literals *out)
{
	struct sequence *s = pool_take(r->memory, sizeof(*s));

	if (!s) {
		r->failed = true;
		return;
	}
	while (r->rest.len && at(r, 0) != '|' && at(r, 0) != ')' && !r->failed && !r->lost)
		read_element(r, s);
	end_run(r, s);
	*out = s->best;
}

/* Each alternative must have something, for the whole to have it. */
static void unite(struct sigma_regex_literals *out, const struct sigma_regex_literals *one, bool first)
{
	if (first) {
		*out = *one;
		return;
	}
	if (!out->count || !one->count || out->count + one->count > SIGMA_REGEX_LITERALS_MAX) {
		out->count = out->shortest = 0;
		return;
	}
	for (size_t i = 0; i < one->count; i++)
		out->items[out->count++] = one->items[i];
	if (one->shortest < out->shortest)
		out->shortest = one->shortest;
}

static void read_alternatives(struct reading *r, struct sigma_regex_literals *out)
{
	struct sigma_regex_literals *one = pool_take(r->memory, sizeof(*one));
	bool first = true;

	*out = (struct sigma_regex_literals){ 0 };
	if (!one)
		r->failed = true;
	if (++r->depth > NESTING_MAX)
		r->lost = true;
	while (!r->failed && !r->lost) {
		read_sequence(r, one);
		unite(out, one, first);
		first = false;
		if (at(r, 0) != '|')
			break;
		r->rest = slice_skip(r->rest, 1);
	}
	r->depth--;
}

bool sigma_regex_literals_of(struct pool *memory, struct slice text, struct sigma_regex_flags flags,
			     struct sigma_regex_literals *out)
{
	struct reading r = { .memory = memory, .rest = text };

	/* Options inside may switch case off anywhere. */
	r.caseless = flags.ignore_case || slice_contains(text, "(?");
	read_alternatives(&r, out);
	if (r.lost || r.rest.len)
		*out = (struct sigma_regex_literals){ 0 };
	return !r.failed;
}
