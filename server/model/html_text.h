/* What a person would read of HTML, as plain text. For mails that come without a text part: no layout, no links,
 * nothing that a page would run. Pure. */
#ifndef SERVER_MODEL_HTML_TEXT_H
#define SERVER_MODEL_HTML_TEXT_H

#include "lib/buffer.h"

/* Appends the text: blocks and <br> are line ends, runs of white space are one blank, no more than one empty line in a
 * row. UTF-8 in, UTF-8 out. */
void html_to_text(struct slice html, struct buffer *out);

#endif
