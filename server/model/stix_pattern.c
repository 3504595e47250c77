#include "server/model/stix_pattern.h"

#include <stdlib.h>

enum what { WHAT_NOTHING, WHAT_NETWORK, WHAT_DOMAIN, WHAT_URL, WHAT_HASH, WHAT_HOST };

/* One comparison, or what stands for several that only count together. */
struct part {
	struct slice text;
	const char *reason; /* NULL: matchable */
	enum what what;
	struct slice value; /* between the quotes, escapes as written */
};

enum token_kind { TOKEN_END, TOKEN_BAD, TOKEN_WORD, TOKEN_STRING, TOKEN_OPERATOR, TOKEN_MARK };
struct token {
	enum token_kind kind;
	struct slice text; /* of a string: between its quotes */
	size_t start, end; /* in the pattern */
};

struct parser {
	struct slice pattern;
	size_t at;
	struct token token; /* the next one, not taken yet */
	size_t taken_end;   /* behind the last one taken */
	struct part *parts;
	size_t count, room;
	unsigned depth;
	const char *problem; /* the pattern as a whole cannot be used */
	bool no_memory;
};

static const char several[] = "not matchable: AND joins several things";
static const char negated[] = "not matchable: NOT";
static const char qualified[] = "not matchable: a time or a number of times";
static const char sequence[] = "not matchable: several observations";
static const char other_operator[] = "not matchable: this operator";
static const char other_property[] = "not matchable: this property is not collected";
static const char broken[] = "not matchable: not a STIX pattern";
static const char too_large[] = "not matchable: the pattern is too large";

/* --------------------------------------------------------------------------------------------------------- tokens */

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static bool is_word_byte(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' || c == ':' ||
	       c == '.' || c == '+' || c == '*' || c >= 0x80;
}

/* Behind the quote that ends the string begun before `at`; pattern.len + 1: it does not end. */
static size_t end_of_string(struct slice p, size_t at)
{
	for (; at < p.len; at++) {
		if (p.ptr[at] == '\\')
			at++;
		else if (p.ptr[at] == '\'')
			return at + 1;
	}
	return p.len + 1;
}

/* "[*]", "[0]"; 0: no index. */
static size_t index_length(struct slice at)
{
	size_t close = slice_find(at, ']');

	if (close == at.len || close < 2)
		return 0;
	for (size_t i = 1; i < close; i++)
		if (at.ptr[i] != '*' && (at.ptr[i] < '0' || at.ptr[i] > '9'))
			return 0;
	return close + 1;
}

/* Paths hold quoted keys and indexes: file:hashes.'SHA-256', x:refs[*].value. So do literals of time: t'2026-01-01...'.
 */
static size_t end_of_word(struct slice p, size_t start)
{
	size_t at = start;

	while (at < p.len) {
		size_t index = p.ptr[at] == '[' ? index_length(slice_skip(p, at)) : 0;

		if (is_word_byte(p.ptr[at]))
			at++;
		else if (p.ptr[at] == '\'' && (p.ptr[at - 1] == '.' || at == start + 1))
			at = end_of_string(p, at + 1);
		else if (index)
			at += index;
		else
			break;
	}
	return at;
}

static struct token token_of(enum token_kind kind, const struct parser *s, size_t start, size_t end)
{
	if (end > s->pattern.len)
		return (struct token){ .kind = TOKEN_BAD, .start = start, .end = s->pattern.len };
	return (struct token){ kind, slice_of(s->pattern.ptr + start, end - start), start, end };
}

static struct token scan(struct parser *s)
{
	struct slice p = s->pattern;
	size_t at = s->at;
	uint8_t c;

	while (at < p.len && is_space(p.ptr[at]))
		at++;
	if (at == p.len)
		return (struct token){ .kind = TOKEN_END, .start = at, .end = at };
	c = p.ptr[at];
	if (c == '\'') {
		struct token t = token_of(TOKEN_STRING, s, at, end_of_string(p, at + 1));

		if (t.kind == TOKEN_STRING)
			t.text = slice_of(t.text.ptr + 1, t.text.len - 2);
		return t;
	}
	if (c == '[' || c == ']' || c == '(' || c == ')' || c == ',')
		return token_of(TOKEN_MARK, s, at, at + 1);
	if (c == '=' || c == '!' || c == '<' || c == '>')
		return token_of(TOKEN_OPERATOR, s, at, at + 1 + (at + 1 < p.len && p.ptr[at + 1] == '='));
	if (is_word_byte(c))
		return token_of(TOKEN_WORD, s, at, end_of_word(p, at));
	return (struct token){ .kind = TOKEN_BAD, .start = at, .end = at };
}

static void advance(struct parser *s)
{
	s->taken_end = s->token.end;
	s->at = s->token.end;
	s->token = scan(s);
}

static bool at_mark(const struct parser *s, char mark)
{
	return s->token.kind == TOKEN_MARK && s->token.text.ptr[0] == (uint8_t)mark;
}

static bool at_word(const struct parser *s, const char *word)
{
	return s->token.kind == TOKEN_WORD && slice_is(s->token.text, word);
}

static bool skip_word(struct parser *s, const char *word)
{
	if (!at_word(s, word))
		return false;
	advance(s);
	return true;
}

static bool fail(struct parser *s, const char *problem)
{
	if (!s->problem)
		s->problem = problem;
	return false;
}

static bool expect_mark(struct parser *s, char mark)
{
	if (!at_mark(s, mark))
		return fail(s, broken);
	advance(s);
	return true;
}

/* ---------------------------------------------------------------------------------------------------------- parts */

static bool add_part(struct parser *s, struct part part)
{
	if (s->count == STIX_PATTERN_PARTS_MAX)
		return fail(s, too_large);
	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : 16;
		struct part *parts = realloc(s->parts, room * sizeof(*parts));

		if (!parts) {
			s->no_memory = true;
			return fail(s, too_large);
		}
		s->parts = parts;
		s->room = room;
	}
	s->parts[s->count++] = part;
	return true;
}

static struct slice text_from(const struct parser *s, size_t start)
{
	return slice_of(s->pattern.ptr + start, s->taken_end - start);
}

/* What was found since `first` only counts together: one part that is not matchable. */
static bool join_parts(struct parser *s, size_t first, size_t start, const char *reason)
{
	s->count = first;
	return add_part(s, (struct part){ .text = text_from(s, start), .reason = reason });
}

/* ----------------------------------------------------------------------------------------------------- comparisons */

static bool is_hash_path(struct slice path)
{
	static const char *const names[] = { "md5", "sha-1", "sha1", "sha-256", "sha256" };

	if (!slice_starts_with(path, "file:hashes."))
		return false;
	path = slice_skip(path, strlen("file:hashes."));
	if (path.len > 2 && path.ptr[0] == '\'' && path.ptr[path.len - 1] == '\'')
		path = slice_of(path.ptr + 1, path.len - 2);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is_ignoring_case(path, names[i]))
			return true;
	return false;
}

static enum what what_is(struct slice path)
{
	if (slice_is(path, "ipv4-addr:value") || slice_is(path, "ipv6-addr:value"))
		return WHAT_NETWORK;
	if (slice_is(path, "domain-name:value"))
		return WHAT_DOMAIN;
	if (slice_is(path, "url:value"))
		return WHAT_URL;
	if (slice_is(path, "network-traffic:dst_ref.value") || slice_is(path, "network-traffic:src_ref.value"))
		return WHAT_HOST;
	return is_hash_path(path) ? WHAT_HASH : WHAT_NOTHING;
}

/* A literal of any kind; only strings have a value. */
static bool take_literal(struct parser *s, struct slice *value)
{
	*value = s->token.kind == TOKEN_STRING ? s->token.text : (struct slice){ 0 };
	if (s->token.kind != TOKEN_STRING && s->token.kind != TOKEN_WORD)
		return fail(s, broken);
	advance(s);
	return true;
}

static bool add_value(struct parser *s, size_t start, enum what what, struct slice value)
{
	return add_part(s, (struct part){ .text = text_from(s, start),
					  .reason = what == WHAT_NOTHING || !value.ptr ? other_property : NULL,
					  .what = what,
					  .value = value });
}

/* Each value of a set is a part of its own. */
static bool parse_set(struct parser *s, size_t start, enum what what)
{
	struct slice value;

	if (!expect_mark(s, '('))
		return false;
	while (take_literal(s, &value) && add_value(s, start, what, value)) {
		if (at_mark(s, ')')) {
			advance(s);
			return true;
		}
		if (!expect_mark(s, ','))
			return false;
	}
	return false;
}

static bool parse_operator(struct parser *s, size_t start, enum what what)
{
	bool equals =
	    s->token.kind == TOKEN_OPERATOR && (slice_is(s->token.text, "=") || slice_is(s->token.text, "=="));
	bool subset = at_word(s, "ISSUBSET") && (what == WHAT_NETWORK || what == WHAT_HOST);
	struct slice value;

	if (skip_word(s, "IN"))
		return parse_set(s, start, what);
	if (s->token.kind != TOKEN_OPERATOR && s->token.kind != TOKEN_WORD)
		return fail(s, broken);
	advance(s);
	if (!take_literal(s, &value))
		return false;
	if (equals || subset || what == WHAT_NOTHING)
		return add_value(s, start, what, value);
	return add_part(s, (struct part){ .text = text_from(s, start), .reason = other_operator });
}

static bool parse_either(struct parser *s);

static bool parse_in_parentheses(struct parser *s, bool (*inner)(struct parser *s))
{
	bool good;

	if (++s->depth > STIX_PATTERN_DEPTH_MAX)
		return fail(s, too_large);
	advance(s);
	good = inner(s) && expect_mark(s, ')');
	s->depth--;
	return good;
}

static bool parse_comparison(struct parser *s)
{
	size_t start = s->token.start, first = s->count;
	enum what what;
	bool negation;

	if (at_mark(s, '('))
		return parse_in_parentheses(s, parse_either);
	if (skip_word(s, "EXISTS")) {
		if (s->token.kind != TOKEN_WORD)
			return fail(s, broken);
		advance(s);
		return join_parts(s, first, start, other_operator);
	}
	negation = skip_word(s, "NOT");
	if (s->token.kind != TOKEN_WORD)
		return fail(s, broken);
	what = what_is(s->token.text);
	advance(s);
	negation = skip_word(s, "NOT") || negation;
	if (!parse_operator(s, start, what))
		return false;
	return negation ? join_parts(s, first, start, negated) : true;
}

static bool parse_all(struct parser *s)
{
	size_t start = s->token.start, first = s->count;
	bool joined = false;

	if (!parse_comparison(s))
		return false;
	while (skip_word(s, "AND")) {
		joined = true;
		if (!parse_comparison(s))
			return false;
	}
	return joined ? join_parts(s, first, start, several) : true;
}

static bool parse_either(struct parser *s)
{
	do {
		if (!parse_all(s))
			return false;
	} while (skip_word(s, "OR"));
	return true;
}

/* ---------------------------------------------------------------------------------------------------- observations */

/* WITHIN 5 SECONDS, REPEATS 3 TIMES, START t'...' STOP t'...' */
static bool skip_qualifiers(struct parser *s, bool *any)
{
	for (;;) {
		int words = at_word(s, "START") ? 4 : at_word(s, "WITHIN") || at_word(s, "REPEATS") ? 3 : 0;

		if (!words)
			return true;
		*any = true;
		while (words-- > 0) {
			if (s->token.kind != TOKEN_WORD && s->token.kind != TOKEN_STRING)
				return fail(s, broken);
			advance(s);
		}
	}
}

static bool parse_observations(struct parser *s);

static bool parse_observation(struct parser *s)
{
	size_t start = s->token.start, first = s->count;
	bool any = false;

	if (at_mark(s, '(')) {
		if (!parse_in_parentheses(s, parse_observations))
			return false;
	} else if (!expect_mark(s, '[') || !parse_either(s) || !expect_mark(s, ']')) {
		return false;
	}
	if (!skip_qualifiers(s, &any))
		return false;
	return any ? join_parts(s, first, start, qualified) : true;
}

/* AND binds closer than OR, OR closer than FOLLOWEDBY. */
static bool parse_observations_and(struct parser *s)
{
	size_t start = s->token.start, first = s->count;
	bool joined = false;

	if (!parse_observation(s))
		return false;
	while (skip_word(s, "AND")) {
		joined = true;
		if (!parse_observation(s))
			return false;
	}
	return joined ? join_parts(s, first, start, sequence) : true;
}

static bool parse_observations(struct parser *s)
{
	size_t start = s->token.start, first = s->count;
	bool followed = false;

	do {
		do {
			if (!parse_observations_and(s))
				return false;
		} while (skip_word(s, "OR"));
		followed = followed || at_word(s, "FOLLOWEDBY");
	} while (skip_word(s, "FOLLOWEDBY"));
	return followed ? join_parts(s, first, start, sequence) : true;
}

/* ----------------------------------------------------------------------------------------------------------- values */

static bool key_of(enum what what, struct slice value, struct indicator_key *key)
{
	switch (what) {
	case WHAT_NETWORK:
		return indicator_key_of_network(value, key);
	case WHAT_DOMAIN:
		return indicator_key_of_domain(value, key);
	case WHAT_URL:
		return indicator_key_of_url(value, key);
	case WHAT_HASH:
		return indicator_key_of_hash(value, key);
	case WHAT_HOST:
		return indicator_key_of_network(value, key) || indicator_key_of_domain(value, key);
	case WHAT_NOTHING:
		break;
	}
	return false;
}

/* Takes the escapes off a string. False: too long for any value. */
static bool unescape(struct slice in, uint8_t *room, size_t size, struct slice *out)
{
	size_t n = 0;

	if (in.len > size)
		return false;
	for (size_t i = 0; i < in.len; i++) {
		if (in.ptr[i] == '\\' && i + 1 < in.len)
			i++;
		room[n++] = in.ptr[i];
	}
	*out = slice_of(room, n);
	return true;
}

static int give_part(const struct part *part, const struct stix_pattern_sink *sink, struct err *why)
{
	uint8_t room[4 * INDICATOR_KEY_MAX];
	struct indicator_key key;
	struct slice value;

	if (part->reason)
		return sink->unmatchable(sink->arg, part->text, part->reason, why);
	if (!unescape(part->value, room, sizeof(room), &value) || !key_of(part->what, value, &key))
		return sink->unmatchable(sink->arg, part->text, "the value is not what its property says", why);
	return sink->found(sink->arg, &key, why);
}

int stix_pattern_read(struct slice pattern, const struct stix_pattern_sink *sink, struct err *why)
{
	struct parser s = { .pattern = pattern };
	int failed = 0;

	s.token = scan(&s);
	if (parse_observations(&s) && s.token.kind != TOKEN_END)
		fail(&s, broken);
	if (s.no_memory)
		failed = err_set(why, ERR_NOMEM, "no memory for a pattern");
	else if (s.problem)
		failed = sink->unmatchable(sink->arg, pattern, s.problem, why);
	for (size_t i = 0; i < s.count && !failed && !s.problem; i++)
		failed = give_part(&s.parts[i], sink, why);
	free(s.parts);
	return failed;
}
