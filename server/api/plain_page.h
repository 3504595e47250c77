/* What pages without script have in common (answer_page.h, report_link_page.h, certificate_check_page.h): all of a page
 * stands in one reply, its style sheet too, and nothing is kept, indexed or told to others. Pure. */
#ifndef SERVER_API_PLAIN_PAGE_H
#define SERVER_API_PLAIN_PAGE_H

#include "server/api/http/http.h"

/* From the doctype to <body>. day: the reader's own light or dark, not dark for all. */
void plain_page_head(struct buffer *out, bool japanese, bool day, const char *title);
/* Opens a box with a heading, which stays what it is written: kind "done" or "wait". The caller closes the <div>. */
void plain_page_note(struct buffer *out, const char *kind, const char *head);
/* Text that comes from elsewhere, escaped (WHATWG HTML, section 13.3); NULL: nothing. */
void plain_page_text(struct buffer *out, const char *text);
/* A text of ours in which {} stands for `name`, which is escaped. */
void plain_page_naming(struct buffer *out, const char *text, const char *name);
/* Neither NULL nor "". */
bool plain_page_has(const char *text);
/* The one of the two that the page's language wants. */
const char *plain_page_say(bool japanese, const char *ja, const char *en);
/* The footer that says whom to ask; nothing when desk_phone is NULL or "". */
void plain_page_questions(struct buffer *out, bool japanese, const char *desk_phone);
/* Media type, policy and what keeps copies from being made. */
void plain_page_headers(struct http_reply *reply, bool japanese);

#endif
