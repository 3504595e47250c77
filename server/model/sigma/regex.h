/* Regular expressions of the `re` modifier: PCRE2, within limits.
 *
 * The specification allows . ^ $ * + ? {n,m} [] | () and nothing else; its own rule collection also uses classes and
 * boundaries written with a backslash (\d \s \w \b and so on), groups that do not capture, lazy quantifiers and
 * (?i)-like options, so those are allowed too. Everything that looks around, refers back, recurses, or steers the
 * engine is refused.
 *
 * Matching is bounded, for texts are hostile: short ones go to PCRE2's usual matcher with few steps, and what is
 * longer, or needs more, through the expression in one pass (regex_pass.h). Only when that becomes too wide, or a
 * record has used up what is spent on one, or a text is cut, does a text count as not matching that might. */
#ifndef SERVER_MODEL_SIGMA_REGEX_H
#define SERVER_MODEL_SIGMA_REGEX_H

#include "lib/err.h"
#include "lib/slice.h"

/* Longest expression; what is looked at of a text. */
enum { SIGMA_REGEX_TEXT_MAX = 4096, SIGMA_REGEX_SUBJECT_MAX = 256 * 1024 };

struct sigma_regex_flags {
	bool ignore_case; /* i */
	bool lines;       /* m: ^ and $ match at lines */
	bool dot_all;     /* s: . matches a newline too */
};

struct sigma_regex;
int sigma_regex_new(struct sigma_regex **out, struct slice text, struct sigma_regex_flags flags, struct err *why);
void sigma_regex_free(struct sigma_regex *r); /* NULL is allowed */

struct sigma_regex_memory; /* of one thread */
struct sigma_regex_memory *sigma_regex_memory_new(void);
void sigma_regex_memory_free(struct sigma_regex_memory *m); /* NULL is allowed */

/* Of another record now. */
void sigma_regex_memory_begin(struct sigma_regex_memory *m);

/* Anywhere in the text. *limited is set when a limit was hit, else left alone. */
bool sigma_regex_match(const struct sigma_regex *r, struct sigma_regex_memory *m, struct slice text, bool *limited);

#endif
