/* Regular expressions within limits: whatever the text, an answer comes soon, and it is PCRE2's own. */
#include "server/model/sigma/regex.h"
#include "server/model/sigma/regex_pass.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static struct sigma_regex *compiled(const char *text)
{
	struct sigma_regex *r = NULL;
	struct err why = { 0 };

	ck_assert_msg(sigma_regex_new(&r, slice_of_string(text), (struct sigma_regex_flags){ 0 }, &why) == 0, "%s: %s",
		      text, why.text);
	return r;
}

static char *repeated(const char *unit, size_t len, const char *end)
{
	size_t unit_len = strlen(unit), end_len = strlen(end);
	char *text = malloc(len + end_len + 1);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < len; i++)
		text[i] = unit[i % unit_len];
	memcpy(text + len, end, end_len + 1);
	return text;
}

/* Each of these took PCRE2's usual matcher from seconds to hours, or made it give up. */
START_TEST(hostile_texts_are_answered)
{
	static const struct {
		const char *regex, *unit, *end;
		size_t len;
		bool holds;
	} cases[] = {
		{ "x.*[yz]", "x", "", 200000, false },
		{ "x.*[yz]", "x", "y", 200000, true },
		{ "x.*x.*x.*[yz]", "x", "", 200, false },
		{ "x.*x.*x.*[yz]", "x", "z", 200, true },
		{ "\\w+\\s", "x", "", 200000, false },
		{ "\\w+\\s", "x", " ", 200000, true },
		{ "\\w{2,}\\s", "x", "", 200000, false },
		{ "(a+)+[bc]", "a", "", 5000, false },
		{ "(a+)+[bc]", "a", "c", 5000, true },
		{ "(?:\\w+,?)+;", "ab,", "", 100000, false },
		{ "(?:\\w+,?)+;", "ab,", ";", 100000, true },
		{ "^(?:[\\w.-]+\\.)+(?:top|xyz)$", "a-b.", "", 60000, false },
		{ "^(?:[\\w.-]+\\.)+(?:top|xyz)$", "a-b.", "top", 60000, true },
		{ "(?:\\x41+|[A-Z]+)+\\d", "A", "7", 60000, true },
	};
	struct sigma_regex_memory *m = sigma_regex_memory_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = repeated(cases[i].unit, cases[i].len, cases[i].end);
		struct sigma_regex *r = compiled(cases[i].regex);
		bool limited = false;

		sigma_regex_memory_begin(m);
		ck_assert_msg(sigma_regex_match(r, m, slice_of_string(text), &limited) == cases[i].holds,
			      "case %zu: %s", i, cases[i].regex);
		ck_assert_msg(!limited, "case %zu: %s gave up", i, cases[i].regex);
		sigma_regex_free(r);
		free(text);
	}
	sigma_regex_memory_free(m);
}
END_TEST

/* What is too wide is given up, and said to be; so is what comes behind the part of a text that is looked at. */
START_TEST(giving_up_is_told)
{
	struct sigma_regex *wide = compiled("x.{0,500}[yz]"), *plain = compiled("needle");
	struct sigma_regex_memory *m = sigma_regex_memory_new();
	char *text = repeated("x", 10000, ""), *longer = repeated("x", SIGMA_REGEX_SUBJECT_MAX, "needle");
	bool limited = false;

	ck_assert(!sigma_regex_match(wide, m, slice_of_string(text), &limited));
	ck_assert(limited);
	limited = false;
	ck_assert(!sigma_regex_match(plain, m, slice_of_string(longer), &limited));
	ck_assert(limited);
	limited = false;
	ck_assert(sigma_regex_match(plain, m, slice_of_string(longer + 6), &limited));
	ck_assert(!limited);
	free(text);
	free(longer);
	sigma_regex_free(wide);
	sigma_regex_free(plain);
	sigma_regex_memory_free(m);
}
END_TEST

/* A record of many values cannot be made to cost more than so much; the next one begins anew. */
START_TEST(a_record_has_so_much_to_spend)
{
	struct sigma_regex *r = compiled("x.*[yz]");
	struct sigma_regex_memory *m = sigma_regex_memory_new();
	char *text = repeated("x", 4000, "");
	size_t asked = 0;
	bool limited = false;

	while (!limited && asked++ < 100000)
		ck_assert(!sigma_regex_match(r, m, slice_of_string(text), &limited));
	ck_assert_uint_ge(asked, 100);
	ck_assert_uint_lt(asked, 1000);
	limited = false;
	sigma_regex_memory_begin(m);
	ck_assert(!sigma_regex_match(r, m, slice_of_string(text), &limited));
	ck_assert(!limited);
	free(text);
	sigma_regex_free(r);
	sigma_regex_memory_free(m);
}
END_TEST

/* ------------------------------------------------------------------------------------------- against PCRE2's matcher
 */

static uint64_t state;

static size_t draw(size_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(state >> 33) % below;
}

static void put(char *to, size_t room, const char *text)
{
	size_t len = strlen(to);

	if (len + strlen(text) + 1 < room)
		memcpy(to + len, text, strlen(text) + 1);
}

/* Without the last ones, expressions mean the same in pieces of a text: what PCRE2 makes of the ends of pieces and of a
 * leading .* depends on how it optimizes; the same goes for where an expression that matches the empty text does so. */
static const char *const atoms[] = { "a",       "b",    "x",     "\\w", "\\s", "\\W",  "[ab]",
				     "[^a]",    "[]a]", "\\x61", "é",   " ",   "\\bx", "[[:alpha:]]",
				     "\\x{e9}", "x\\b", "^",     "$",   ".",   "\\Aa", "b\\z" };
enum { PLAIN_ATOMS = 16 };

static void draw_regex(char *to, size_t room, unsigned depth, size_t atom_count)
{
	static const char *const quantifiers[] = { "",   "",   "",    "",      "*",    "+",     "?",
						   "*?", "+?", "{2}", "{1,3}", "{2,}", "{0,2}?" };
	size_t parts = 1 + draw(4);

	for (size_t i = 0; i < parts; i++) {
		const char *quantifier = quantifiers[draw(ARRAY_LEN(quantifiers))];

		if (depth && draw(3) == 0) {
			put(to, room, draw(2) ? "(" : "(?:");
			draw_regex(to, room, depth - 1, atom_count);
			put(to, room, ")");
		} else {
			const char *atom = atoms[draw(atom_count)];

			put(to, room, atom);
			if (strchr("^$", atom[0]) || strstr(atom, "\\b") || strstr(atom, "\\z"))
				quantifier = "";
		}
		put(to, room, quantifier);
		if (draw(6) == 0)
			put(to, room, "|");
	}
}

/* The last parts are no UTF-8. */
static size_t draw_text(char *to, bool damaged)
{
	static const char *const parts[] = { "a", "b", "x", " ", "a", "\n", "é", "あ", "A", "9", "\xff", "\xc3" };
	size_t len = 0;

	for (size_t n = draw(14); n > 0; n--) {
		const char *part = parts[draw(ARRAY_LEN(parts) - (damaged ? 0 : 2))];

		memcpy(to + len, part, strlen(part));
		len += strlen(part);
	}
	return len;
}

START_TEST(answers_are_those_of_pcre2)
{
	const uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C;
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	struct sigma_regex_memory *m = sigma_regex_memory_new();
	struct regex_pass_memory *single = regex_pass_memory_new();
	size_t compared = 0, held = 0, gave_up = 0;

	state = 1;
	for (size_t round = 0; round < 10000; round++) {
		bool damaged = round % 4 == 0, matches_nothing;
		struct sigma_regex_flags flags = { draw(2), draw(2), draw(2) };
		uint32_t more = (flags.ignore_case ? PCRE2_CASELESS : 0) | (flags.lines ? PCRE2_MULTILINE : 0) |
				(flags.dot_all ? PCRE2_DOTALL : 0);
		struct regex_pass *pass = NULL;
		struct sigma_regex *r = NULL;
		char regex[400] = "", text[64];
		struct err why = { 0 };
		pcre2_code *code;
		PCRE2_SIZE at;
		int error;

		draw_regex(regex, sizeof(regex), 3, damaged ? PLAIN_ATOMS : ARRAY_LEN(atoms));
		if (sigma_regex_new(&r, slice_of_string(regex), flags, &why) != 0)
			continue;
		code = pcre2_compile((const uint8_t *)regex, strlen(regex), options | more, &error, &at, NULL);
		ck_assert_ptr_nonnull(code);
		ck_assert_int_eq(regex_pass_new(&pass, slice_of_string(regex), options | more, &why), 0);
		ck_assert_msg(pass != NULL, "%s", regex);
		matches_nothing = pcre2_match(code, (const uint8_t *)"", 0, 0, 0, data, NULL) >= 0;
		for (size_t k = 0; k < 10; k++) {
			struct slice s = slice_of(text, draw_text(text, damaged));
			int got = pcre2_match(code, s.ptr, s.len, 0, 0, data, NULL);
			enum regex_pass_verdict verdict = regex_pass_match(pass, single, s);
			bool limited = false, holds;

			sigma_regex_memory_begin(m);
			holds = sigma_regex_match(r, m, s, &limited);
			gave_up += limited + (verdict == PASS_GAVE_UP);
			if (got == PCRE2_ERROR_MATCHLIMIT || (damaged && matches_nothing))
				continue;
			ck_assert_msg(limited || holds == (got >= 0), "%s on '%.*s' (%d)", regex, (int)s.len, text,
				      got);
			ck_assert_msg(verdict == PASS_GAVE_UP || (verdict == PASS_YES) == (got >= 0),
				      "one pass: %s on '%.*s' (%d)", regex, (int)s.len, text, got);
			compared++;
			held += got >= 0;
		}
		pcre2_code_free(code);
		regex_pass_free(pass);
		sigma_regex_free(r);
	}
	ck_assert_uint_gt(held, compared / 20);
	ck_assert_uint_lt(held, compared - compared / 20);
	ck_assert_uint_lt(gave_up, compared / 100);
	pcre2_match_data_free(data);
	regex_pass_memory_free(single);
	sigma_regex_memory_free(m);
}
END_TEST

SUITE_MAIN("sigma regex", hostile_texts_are_answered, giving_up_is_told, a_record_has_so_much_to_spend,
	   answers_are_those_of_pcre2)
