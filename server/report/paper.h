/* What the documents are written with besides sheet.h: texts of the chamber, and tables built row by row. */
#ifndef SERVER_REPORT_PAPER_H
#define SERVER_REPORT_PAPER_H

#include "server/report/document.h"
#include "server/report/wording.h"

struct paper {
	struct sheet *sheet;
	const struct report_texts *texts;
	struct wording w; /* its pool: of the drawing */
	bool failed;      /* no memory */
};

/* ja or en. */
const char *paper_words(const struct paper *p, const char *ja, const char *en);
/* A text of report_text.h as it stands, or with its values; never NULL. */
const char *paper_get(const struct paper *p, const char *key);
const char *paper_fill(struct paper *p, const char *key, const struct report_text_value *values, size_t count);
/* The same onto the sheet. */
void paper_text(struct paper *p, enum sheet_style style, const char *key);
void paper_filled(struct paper *p, enum sheet_style style, const char *key, const struct report_text_value *values,
		  size_t count);
/* "TLP:AMBER" of such a text. */
const char *paper_sharing(struct paper *p, const char *key);

/* Of drafts, and of what is not over yet; NULL: none. */
const char *paper_watermark(struct paper *p, const struct document_order *order, bool preliminary);
/* The desk: whom to call, with the number large. */
void paper_desk(struct paper *p, const struct document_frame *frame);

/* What belongs together begins on a new page when fewer points are left on this one; nothing is moved that is higher
 * than a page. */
void paper_keep(struct paper *p, double height);
#define PAPER_ROW       14.9 /* height of a table's row with one line, about */
#define PAPER_SMALL_ROW 14.0 /* of a small one */
#define PAPER_HEADING   50.0 /* of a heading and the head of a table below it */

/* A table in the making: cells come row by row, and are borrowed until paper_table_put(). Zero-initialise but for
 * columns and column_count. */
struct paper_table {
	const struct sheet_column *columns;
	size_t column_count;
	const char **cells; /* in the paper's pool */
	size_t filled, room;
};
void paper_cell(struct paper *p, struct paper_table *table, const char *text);
/* What is missing of the last row is empty. small: for annexes. */
void paper_table_put(struct paper *p, struct paper_table *table, const char *alt);
void paper_table_put_small(struct paper *p, struct paper_table *table, const char *alt);

#endif
