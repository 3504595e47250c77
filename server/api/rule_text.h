/* One rule's document in a rule file, which may hold several. Pure. */
#ifndef SERVER_API_RULE_TEXT_H
#define SERVER_API_RULE_TEXT_H

#include "lib/slice.h"

/* The document whose top-level key `id` or `name` is the uid; without the lines that part documents. False: none. */
bool rule_text_find(struct slice file, struct slice uid, struct slice *out);

#endif
