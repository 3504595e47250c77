/* What the lists have in common in their query parameters. Functions of type int return 1: go on; 0: refused, the reply
 * is written; -1 with `why`. Those of type bool: false means refused. *out is left alone when the parameter is absent.
 */
#ifndef SERVER_API_FILTERS_H
#define SERVER_API_FILTERS_H

#include "server/api/call.h"

/* The company whose rows are asked for: `company`, or the only one this person sees, or 0: all. One that the person
 * does not see is ERR_NOT_FOUND. */
int filters_company(struct call *call, int64_t *company_id, struct err *why);
/* One of the words; NULL-terminated. */
bool filters_word(struct call *call, const char *name, const char *const *words, const char **out);
/* Words of a list, repeated or separated by commas, as bits; 0: none was asked for. take: one word; false: it is none.
 */
typedef bool filters_take(struct slice word, unsigned *bits);
bool filters_words(struct call *call, const char *name, filters_take *take, unsigned *bits);
/* The words of these bits as a literal of text[]. */
typedef const char *filters_name(unsigned bit);
void filters_words_literal(unsigned bits, filters_name *name, struct buffer *literal);
bool filters_severity(struct call *call, int64_t *out);
/* A whole number within bounds. */
bool filters_number(struct call *call, const char *name, int64_t least, int64_t most, int64_t *out);
/* A pattern for ILIKE that finds the text anywhere; the buffer holds it. *out is what was asked for, as it came. */
bool filters_text(struct call *call, const char *name, struct buffer *pattern, const char **out);
/* `from` and `to`: a time, or a day in the server's zone, of which `to` takes all. */
int filters_period(struct call *call, time_us *from, time_us *to, struct err *why);
/* Days since 1970-01-01 of YYYY-MM-DD, years from 1000 on; false when it is none. */
bool filters_is_day(const char *text, int64_t *day);
/* Required days YYYY-MM-DD, or months YYYY-MM, in order; borrowed from the call. */
bool filters_days(struct call *call, const char **from, const char **to);
/* Days that may be left out (NULL): in order, and at most as far apart, when both are there. */
bool filters_days_if_any(struct call *call, const char **from, const char **to);
bool filters_months(struct call *call, const char **from, const char **to);
/* The same, at most so many. */
bool filters_months_within(struct call *call, int64_t most, const char **from, const char **to);
/* YYYY-MM, years from 1000 on. */
bool filters_is_month(const char *text);

extern const char *const filters_directions[];
extern const char *const filters_engines[];
extern const char *const filters_actions[];

#endif
