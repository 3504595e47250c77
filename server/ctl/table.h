/* A table for people: columns as wide as what stands in them, counted as a terminal shows it (Japanese characters take
 * two columns). Control characters are shown as '?', so that no text can play tricks with the terminal. */
#ifndef SERVER_CTL_TABLE_H
#define SERVER_CTL_TABLE_H

#include "lib/buffer.h"
#include "lib/clock.h"

#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 16 };

struct table {
	size_t columns;
	bool right[TABLE_COLUMNS_MAX];
	size_t width[TABLE_COLUMNS_MAX];
	struct buffer text; /* cells, each with a terminator */
	size_t cells;
};

/* Headings separated by '|'; one that begins with '>' aligns its column right. */
void table_open(struct table *t, const char *headings);
/* Cells row by row. NULL or "": a dash. */
void table_text(struct table *t, const char *value);
void table_integer(struct table *t, int64_t value);
void table_time(struct table *t, time_us value); /* to the second, UTC; TIME_NONE: a dash */
/* Prints and forgets. */
void table_print(struct table *t, FILE *to);

#endif
