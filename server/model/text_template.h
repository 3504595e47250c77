/* Texts with {{names}} that people write and change: notices, reports. Pure.
 *
 * A text is lines. {{name}} is replaced; {{#name}}...{{/name}} within a line stays only when the name has a value; a
 * line whose names are all empty is left out. Values never bring a name of their own, nor a control character or one
 * that turns the way of writing round. */
#ifndef SERVER_MODEL_TEXT_TEMPLATE_H
#define SERVER_MODEL_TEXT_TEMPLATE_H

#include "lib/buffer.h"
#include "lib/err.h"

#include <stdbool.h>

/* The names that a text may use. */
struct text_template_names {
	const char *what;         /* for messages: "a notice of kind page" */
	const char *const *names; /* NULL-terminated, at most `most` */
	size_t most;
};
bool text_template_knows(const struct text_template_names *names, struct slice name);
/* Whether a text is good: not empty, at most `most` bytes, UTF-8 without control characters, known names, closed
 * braces. ERR_USAGE says what and in which line. `part` names it: "body". */
int text_template_check(const struct text_template_names *names, const char *part, struct slice text, size_t most,
			struct err *why);

struct text_template_values {
	/* The value of a name, ptr NULL or len 0: none; *lines (comes false): it may have lines, else it is one. */
	struct slice (*find)(void *context, struct slice name, bool *lines);
	void *context;
	const struct text_template_names *names; /* what is no name of these stays as written */
	size_t most;                             /* no more is put into a buffer that is longer already */
};
/* Appends the first line of the text; takes it back when it names something and all of it is empty. Says whether it
 * stayed. lines: whether values may have lines at all. */
bool text_template_line(const struct text_template_values *values, struct slice line, bool lines, struct buffer *out);
/* Appends the text: no empty line at its beginning, no two of them, no blank at the end of a line or of the text. */
void text_template_body(const struct text_template_values *values, struct slice text, struct buffer *out);
/* Blanks and line ends at the end, back to `from`. */
void text_template_trim(struct buffer *out, size_t from);

#endif
