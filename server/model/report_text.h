/* Texts of reports, which the chamber may change: sentences with {{names}}, in Japanese and English. Pure.
 *
 * The keys and the names that each knows are fixed; a text that uses another name, leaves a brace open, or says what a
 * report never says is refused when it is saved, so that no report ever shows an open placeholder. Placeholders are
 * those of text_template.h: a line whose names are all empty is left out. Texts are as shipped (report_text_month.c,
 * _annex.c, _case.c, _chamber.c) until the chamber changes them (table report_text).
 *
 * Keys by their beginning (the tables say what each is for; scripts/lint-report-texts holds them against their use):
 *	title_, heading_          titles and headings
 *	verdict_<grade>           the sentence of the summary; weather_...: its reasons (server/model/weather.h)
 *	inbound_ outbound_ virus_ none, all_stopped/all_removed, some, recorded (none was stopped)
 *	peers_ case_ cases_ coverage_ sensor_ contact_    blocks of the two pages
 *	request_                  what rules ask of members (report_request.h)
 *	advice_01 .. advice_12    the advice in the report of that month, which is read early in the next
 *	glossary_ annex_ counting_ tlp_                   the annex
 *	step_1 .. step_5, first_report_intro, interim_intro, final_intro      reports of a case
 *	certificate_, chamber_    the certificate, the chamber's report */
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
/* Which document they are of: month, annex, case, certificate, chamber. */
struct report_text_group {
	const char *name;
	const struct report_text_key *keys;
	size_t count;
};
enum { REPORT_TEXT_GROUPS = 5 };
const struct report_text_group *report_text_group(size_t i);       /* i < REPORT_TEXT_GROUPS */
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
/* texts NULL: as shipped. No such key: "". */
const char *report_text_get(const struct report_texts *texts, const char *key, bool japanese);

/* ERR_USAGE says what and where. */
int report_text_check(const struct report_text_key *key, struct slice text, struct err *why);
/* A phrase that no report says, such as 安全です, "you are safe", however it is spaced or capitalised: the phrase, or
 * NULL. */
const char *report_text_forbidden(struct slice text);

struct report_text_value {
	const char *name, *value;
};
/* The key's text with its values, terminated; numbers and days come formatted. A name that is not given is empty. A
 * value is one line; no blanks stand at the text's ends. NULL: no memory. */
char *report_text_fill(const struct report_texts *texts, const char *key, bool japanese,
		       const struct report_text_value *values, size_t count, struct pool *pool);
/* A text that is not saved yet, likewise. */
char *report_text_render(const struct report_text_key *key, struct slice text, const struct report_text_value *values,
			 size_t count, struct pool *pool);
/* How a computer is called where a president reads it: by the end of its address (device_name). NULL: no memory. */
char *report_text_device(const struct report_texts *texts, const char *address, bool japanese, struct pool *pool);

/* As people read numbers: 12,345. */
enum { REPORT_NUMBER_SIZE = 32 };
const char *report_number(int64_t number, char out[REPORT_NUMBER_SIZE]); /* returns out */

/* A value of a name to try texts with; never NULL. */
const char *report_text_sample(const char *name, bool japanese);

#endif
