/* The catalogue that says in plain words what a detection is: rows of table plain_word. Of the rows that fit, the first
 * by position counts; when none fits, one of the last resort, by direction and engine, that is built in. Never a
 * signature's name. Pure. */
#ifndef SERVER_MODEL_PLAIN_WORDS_H
#define SERVER_MODEL_PLAIN_WORDS_H

#include "lib/err.h"
#include "lib/pool.h"
#include "lib/slice.h"

/* What is not set (NULL) fits everything. category and signature fit as part of the text, ASCII letters in either case.
 */
struct plain_word {
	int64_t word_id;
	const char *direction, *engine, *stage, *category, *signature;
	const char *ja, *en;
	const char *advice_ja, *advice_en; /* what to do; "": nothing to ask */
	int64_t minutes;                   /* 0: not said */
};
/* In order of position; borrowed. */
struct plain_words {
	const struct plain_word *list;
	size_t count;
};
struct plain_words_subject {
	const char *direction, *engine, *stage, *category, *signature; /* NULL: none */
};
/* Never NULL. */
const struct plain_word *plain_words_find(const struct plain_words *words, const struct plain_words_subject *subject);
/* The row, or the one of the last resort, that has this Japanese text: what a device_count or kind_count was given.
 * NULL: none has it any more. */
const struct plain_word *plain_words_by_text(const struct plain_words *words, const char *ja);
/* Whether a row is good: known names, texts that people understand (no "ET ", no CVE number, none of the words that a
 * report never says: see report_text_forbidden()), something that it fits. ERR_USAGE says what is wrong. */
int plain_word_check(const struct plain_word *word, struct err *why);

#endif
