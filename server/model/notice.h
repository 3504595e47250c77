/* What a notice says: kinds, the facts each is made of, and the texts. Pure.
 *
 * A text is a template with {{names}}; {{#name}}...{{/name}} within a line stays only when the name is not empty; a
 * line whose names are all empty is left out. The names that a kind knows are fixed, and a text that uses another one
 * is refused when it is saved: nothing can fail at 3 a.m. Texts are as shipped (notice_text.c) until the chamber
 * changes them (table notice_template). Facts are a JSON object of strings and integers; times come formatted, in the
 * receiver's language. */
#ifndef SERVER_MODEL_NOTICE_H
#define SERVER_MODEL_NOTICE_H

#include "lib/buffer.h"
#include "lib/err.h"
#include "lib/slice.h"

#include <stdbool.h>

enum { NOTICE_TEXT_MAX = 20000, NOTICE_SUBJECT_MAX = 300, NOTICE_NAMES_MAX = 24 };

/* The kinds are: page, page_graver, answered, expired, closed, leads, nobody, bundle, drill, member, member_campaign,
 * member_reminder, sla, reminder, ticket_answer, order, report, report_code, channel_test, lamp. */
struct notice_kind {
	const char *name;
	const char *purpose;                 /* for people who edit the texts */
	const char *names[NOTICE_NAMES_MAX]; /* NULL-terminated */
	bool urgent;                         /* phone-like: retried by the paging schedule, expires */
	bool answerable;                     /* carries a link: to answer, to confirm, to open a report */
};
extern const struct notice_kind notice_kinds[];
extern const size_t notice_kind_count;
const struct notice_kind *notice_kind_find(struct slice name); /* NULL: none */
bool notice_kind_knows(const struct notice_kind *kind, struct slice name);

struct notice_text {
	struct slice subject, body;
};
/* As shipped. */
struct notice_text notice_text_shipped(const struct notice_kind *kind, bool japanese);
/* Whether a text is good: known names, closed braces, lengths, subject of one line. ERR_USAGE says what and where. */
int notice_text_check(const struct notice_kind *kind, const struct notice_text *text, struct err *why);
/* The text with its facts, never longer than the two limits above: what is too long is cut. A name without a fact is
 * empty; what notice_text_check() would refuse stays as it is written. ERR_CORRUPT: the facts are no JSON object. */
int notice_render(const struct notice_kind *kind, const struct notice_text *text, struct slice facts,
		  struct buffer *subject, struct buffer *body, struct err *why);
/* Sample facts of a kind, for previews and for the check of chat templates. JSON. */
const char *notice_sample(const struct notice_kind *kind, bool japanese);

/* What whoever writes a notice does not know or need not repeat; added when it is sent. NULL or "": none. */
struct notice_sender {
	const char *link;                            /* to answer or to confirm */
	const char *public_url;                      /* put in front of a fact `url` that begins with '/' */
	const char *desk_phone, *desk_mail, *sender; /* the help desk's, and the operator's name */
	const char *attached, *too_large;            /* name of the file that goes with it, or that is too large to */
	bool japanese;
};
/* The facts with what the sender adds: link, desk_phone, desk_mail, sender, attached, too_large; `url` made whole;
 * `severity` and `was`, written as 1..5, in words. ERR_CORRUPT: no JSON object. */
int notice_complete(struct slice facts, const struct notice_sender *sender, struct buffer *out, struct err *why);
/* What the buttons of a mail say. */
const char *notice_link_label(const struct notice_kind *kind, bool japanese);
const char *notice_url_label(bool japanese);
const char *notice_severity_word(int64_t severity, bool japanese); /* 1..5; others: as 5 */

#endif
