/* Numbers and codes as people type them off paper or a mail. Pure. */
#ifndef SERVER_API_TYPED_TEXT_H
#define SERVER_API_TYPED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The letters and digits alone, in upper case and terminated: blanks and hyphens of all kinds go, full-width letters
 * and digits (U+FF10..FF5A, what a Japanese keyboard gives) become plain ones. False, and "": something else stands in
 * it, or more than `room` holds. */
bool typed_text(const char *text, char *out, size_t room);

#endif
