/* Texts of reports, which the chamber may change: sentences with {{names}}, in Japanese and English. Pure.
 *
 * The keys and the names that each knows are fixed; a text that uses another name, leaves a brace open, or says what a
 * report never says is refused when it is saved, so that no report ever shows an open placeholder. A line whose names
 * are all empty is left out, as in notices (server/model/notice.h). Texts are as shipped (report_text_shipped.c) until
 * the chamber changes them (table report_text). */
#ifndef SERVER_MODEL_REPORT_TEXT_H
#define SERVER_MODEL_REPORT_TEXT_H

#include "lib/buffer.h"
#include "lib/err.h"
#include "lib/pool.h"

#include <stdbool.h>

enum { REPORT_TEXT_MAX = 4000, REPORT_TEXT_NAMES_MAX = 12 };

struct report_text_key {
	const char *name;                         /* verdict_cloudy, outbound_none, advice_11, certificate_body, ... */
	const char *purpose;                      /* for people who edit them */
	const char *names[REPORT_TEXT_NAMES_MAX]; /* NULL-terminated */
	const char *ja, *en;                      /* as shipped */
};
extern const struct report_text_key report_text_keys[];
extern const size_t report_text_key_count;
const struct report_text_key *report_text_find(struct slice name); /* NULL: none */

/* What the chamber changed: text by key and language; the rest is as shipped. Zeroes: everything as shipped. */
struct report_text_change {
	const struct report_text_key *key;
	bool japanese;
	const char *text;
};
struct report_texts {
	const struct report_text_change *changes;
	size_t count;
};
const char *report_text_get(const struct report_texts *texts, const char *key, bool japanese);

/* ERR_USAGE says what and where. */
int report_text_check(const struct report_text_key *key, struct slice text, struct err *why);
/* A phrase that no report says, such as 安全です, "you are safe": the phrase, or NULL. */
const char *report_text_forbidden(struct slice text);

struct report_text_value {
	const char *name, *value;
};
/* The key's text with its values, terminated; numbers and days come formatted. A name that is not given is empty. */
char *report_text_fill(const struct report_texts *texts, const char *key, bool japanese,
		       const struct report_text_value *values, size_t count, struct pool *pool);

#endif
