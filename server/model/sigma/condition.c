#include "server/model/sigma/condition.h"

#include <stdlib.h>

struct parser {
	struct slice rest;
	struct slice token; /* the one at hand; empty at the end */
	struct sigma_identifier *identifiers;
	size_t count;
	struct pool *memory;
	struct err *why;
	int depth;
};

static struct sigma_expression *parse_or(struct parser *p);

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' || c == '.' ||
	       c == '*' || c == '?' || c >= 0x80;
}

static void next(struct parser *p)
{
	size_t n = 0;

	p->rest = slice_trim(p->rest);
	while (n < p->rest.len && is_word(p->rest.ptr[n]))
		n++;
	if (n == 0 && p->rest.len)
		n = 1;
	p->token = slice_take(p->rest, n);
	p->rest = slice_skip(p->rest, n);
}

static bool is(const struct parser *p, const char *word)
{
	return slice_is_ignoring_case(p->token, word);
}

static int shown(struct slice s)
{
	return (int)(s.len < 60 ? s.len : 60);
}

static struct sigma_expression *expected(struct parser *p, const char *what)
{
	if (slice_is(p->token, "|"))
		err_set(p->why, ERR_CONFIG,
			"a condition with a pipe (count() by ... > n) is no longer part of Sigma; write a correlation");
	else if (p->token.len)
		err_set(p->why, ERR_CONFIG, "the condition needs %s where it says %.*s", what, shown(p->token),
			(const char *)p->token.ptr);
	else
		err_set(p->why, ERR_CONFIG, "the condition needs %s at its end", what);
	return NULL;
}

static struct sigma_expression *combine(struct parser *p, enum sigma_operation operation,
					struct sigma_expression **parts, size_t count)
{
	struct sigma_expression *e = sigma_expression_of(p->memory, operation, parts, count);

	if (!e)
		err_set(p->why, ERR_NOMEM, "no memory for a condition");
	return e;
}

/* ------------------------------------------------------------------------------------------------------ identifiers */

/* * is any number of characters, as in values; linear but for the stars. */
static bool fits(struct slice pattern, struct slice name)
{
	size_t p = 0, n = 0, star = SIZE_MAX, from = 0;

	while (n < name.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			from = n;
		} else if (p < pattern.len && pattern.ptr[p] == name.ptr[n]) {
			p++;
			n++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			n = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* Identifiers with an underscore in front are meant only by patterns that have it too. */
static bool is_meant(struct slice pattern, struct slice name)
{
	bool hidden = name.len && name.ptr[0] == '_';
	bool them = slice_is_ignoring_case(pattern, "them");

	if (hidden && !(pattern.len && pattern.ptr[0] == '_'))
		return false;
	return them || fits(pattern, name);
}

static struct sigma_expression *parse_quantity(struct parser *p, enum sigma_operation operation)
{
	struct sigma_expression **parts, *e;
	struct slice pattern;
	size_t count = 0;

	next(p); /* of */
	next(p);
	pattern = p->token;
	if (!pattern.len || !is_word(pattern.ptr[0]))
		return expected(p, "a search identifier, a pattern of them, or `them`");
	next(p);
	parts = calloc(p->count ? p->count : 1, sizeof(*parts));
	if (!parts) {
		err_set(p->why, ERR_NOMEM, "no memory for a condition");
		return NULL;
	}
	for (size_t i = 0; i < p->count; i++) {
		if (!is_meant(pattern, p->identifiers[i].name))
			continue;
		p->identifiers[i].used = true;
		parts[count++] = p->identifiers[i].expression;
	}
	if (count == 0) {
		err_set(p->why, ERR_CONFIG, "no search identifier fits %.*s", shown(pattern),
			(const char *)pattern.ptr);
		e = NULL;
	} else {
		e = combine(p, operation, parts, count);
	}
	free(parts);
	return e;
}

static struct sigma_expression *parse_identifier(struct parser *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (!slice_equal(p->token, p->identifiers[i].name))
			continue;
		p->identifiers[i].used = true;
		next(p);
		return p->identifiers[i].expression;
	}
	if (slice_find(p->token, '*') < p->token.len)
		err_set(p->why, ERR_CONFIG, "a pattern needs `1 of` or `all of` in front of it: %.*s", shown(p->token),
			(const char *)p->token.ptr);
	else
		err_set(p->why, ERR_CONFIG, "there is no search identifier %.*s", shown(p->token),
			(const char *)p->token.ptr);
	return NULL;
}

/* ------------------------------------------------------------------------------------------------------- precedence */

static bool of_follows(const struct parser *p)
{
	struct parser ahead = *p;

	next(&ahead);
	return is(&ahead, "of");
}

static struct sigma_expression *parse_parentheses(struct parser *p)
{
	struct sigma_expression *e;

	next(p);
	e = parse_or(p);
	if (!e)
		return NULL;
	if (!is(p, ")"))
		return expected(p, "a closing parenthesis");
	next(p);
	return e;
}

static struct sigma_expression *parse_primary(struct parser *p)
{
	if (is(p, "("))
		return parse_parentheses(p);
	if (!p->token.len || !is_word(p->token.ptr[0]) || is(p, "and") || is(p, "or"))
		return expected(p, "a search identifier");
	if (!of_follows(p))
		return parse_identifier(p);
	if (is(p, "1"))
		return parse_quantity(p, SIGMA_OR);
	if (is(p, "all"))
		return parse_quantity(p, SIGMA_AND);
	err_set(p->why, ERR_CONFIG, "%.*s of: there are only `1 of` and `all of`", shown(p->token),
		(const char *)p->token.ptr);
	return NULL;
}

static struct sigma_expression *parse_not(struct parser *p)
{
	struct sigma_expression *e;

	if (p->depth == SIGMA_CONDITION_DEPTH_MAX) {
		err_set(p->why, ERR_LIMIT, "the condition is nested more than %d deep", SIGMA_CONDITION_DEPTH_MAX);
		return NULL;
	}
	p->depth++;
	if (is(p, "not")) {
		next(p);
		e = parse_not(p);
		if (e)
			e = combine(p, SIGMA_NOT, &e, 1);
	} else {
		e = parse_primary(p);
	}
	p->depth--;
	return e;
}

/* Operands with one operator between them: `lower` parses an operand. */
static struct sigma_expression *parse_chain(struct parser *p, const char *word, enum sigma_operation operation,
					    struct sigma_expression *(*lower)(struct parser *p))
{
	struct sigma_expression **parts = NULL, **grown, *e;
	size_t count = 0;

	for (;;) {
		e = lower(p);
		grown = e ? realloc(parts, (count + 1) * sizeof(*parts)) : NULL;
		if (!grown) {
			if (e)
				err_set(p->why, ERR_NOMEM, "no memory for a condition");
			free(parts);
			return NULL;
		}
		parts = grown;
		parts[count++] = e;
		if (!is(p, word))
			break;
		next(p);
	}
	e = combine(p, operation, parts, count);
	free(parts);
	return e;
}

static struct sigma_expression *parse_and(struct parser *p)
{
	return parse_chain(p, "and", SIGMA_AND, parse_not);
}

static struct sigma_expression *parse_or(struct parser *p)
{
	return parse_chain(p, "or", SIGMA_OR, parse_and);
}

int sigma_condition_parse(struct sigma_expression **out, struct slice text, struct sigma_identifier *identifiers,
			  size_t count, struct pool *memory, struct err *why)
{
	struct parser p = { .rest = text, .identifiers = identifiers, .count = count, .memory = memory, .why = why };

	*out = NULL;
	if (text.len > SIGMA_CONDITION_TEXT_MAX)
		return err_set(why, ERR_LIMIT, "the condition is longer than %d bytes", SIGMA_CONDITION_TEXT_MAX);
	next(&p);
	*out = parse_or(&p);
	if (!*out)
		return -1;
	if (p.token.len) {
		expected(&p, "and, or, or nothing more");
		*out = NULL;
		return -1;
	}
	return 0;
}
