/* Columns that a text takes on a terminal (Unicode UAX #11): East Asian wide and full-width characters take two,
 * combining marks none, all others one. Ambiguous ones count as one. Invalid UTF-8 counts one per byte. */
#ifndef SERVER_MODEL_TEXT_WIDTH_H
#define SERVER_MODEL_TEXT_WIDTH_H

#include "lib/slice.h"

size_t text_width(struct slice text);

#endif
