/* String values of rules: texts with wildcards, compared with a whole value.
 *
 *   *  any number of characters     ?  one character     \* \? \\  those characters themselves
 *
 * A backslash in front of anything else is itself. A character is one of UTF-8, or a byte where a value is not UTF-8.
 */
#ifndef SERVER_MODEL_SIGMA_PATTERN_H
#define SERVER_MODEL_SIGMA_PATTERN_H

#include "lib/pool.h"

enum sigma_element_kind {
	SIGMA_LITERAL,
	SIGMA_ANY,  /* one character */
	SIGMA_STAR, /* any number of them */
	SIGMA_DASH, /* one of - / and the dashes U+2013, U+2014, U+2015: what `windash` makes of each of them */
};
struct sigma_element {
	enum sigma_element_kind kind;
	struct slice text; /* of a literal, never empty */
};
struct sigma_pattern {
	struct sigma_element *elements; /* no two stars and no two literals in a row */
	size_t count;
};

enum { SIGMA_PATTERN_TEXT_MAX = 8192 };

/* All in `memory`. False: no memory. A text beyond SIGMA_PATTERN_TEXT_MAX is the caller's to refuse. */
bool sigma_pattern_parse(struct pool *memory, struct slice text, struct sigma_pattern *out);
/* The bytes as they are: no wildcards. */
bool sigma_pattern_plain(struct pool *memory, struct slice text, struct sigma_pattern *out);
/* Stars where they are not yet: contains is both. */
bool sigma_pattern_open(struct pool *memory, struct sigma_pattern *p, bool front, bool back);
bool sigma_pattern_windash(struct pool *memory, struct sigma_pattern *p);
bool sigma_pattern_fold(struct pool *memory, struct sigma_pattern *p);

/* The text of a pattern without wildcards; false when it has some. "" has no elements. */
bool sigma_pattern_text(const struct sigma_pattern *p, struct slice *out);
/* Whole text. A folded pattern wants a folded text. Time: length of the text times that of the longest run between
 * stars, at worst. */
bool sigma_pattern_match(const struct sigma_pattern *p, struct slice text);

#endif
