/* Paper: A4 pages with text, tables and charts, as a tagged PDF or as pictures of its pages. The only file that knows
 * cairo and pango; the documents (member_report.h, ...) are written with these calls.
 *
 * A press holds the fonts and is for one thread; opening it costs some tens of ms, a document then a few. Lengths are
 * points (1/72 inch) from the left and top edge of the paper. What is drawn flows downwards: each call begins at the
 * current height and moves it on; a block that does not fit goes to the next page (a table breaks between rows and
 * repeats its head). sheet_columns() and sheet_at() place things side by side.
 *
 * PDF: PDF 1.5, fonts embedded as subsets, tagged (headings, paragraphs, tables, figures with their alternative text),
 * with title, language, and bookmarks from the headings. It is no PDF/UA: cairo 1.16 cannot mark head, foot and
 * watermark as artifacts. The same calls give the same bytes: no clock, no random number, no address goes into a
 * document. Failures stick, as in a buffer: only sheet_finish() is asked.
 *
 * Fonts: IPAexGothic, then what fontconfig has for characters that it lacks; language ja is set on all text, so that
 * shared Han characters take their Japanese form (in English documents too: names are Japanese). Black and white:
 * greys, hatching and labels carry all meaning. */
#ifndef SERVER_REPORT_SHEET_H
#define SERVER_REPORT_SHEET_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/slice.h"

#include <stdbool.h>

struct press;
/* ERR_CONFIG: no Japanese font is installed, and what to install. */
int press_open(struct press **out, struct err *why);
void press_close(struct press *press); /* NULL is allowed */

#define SHEET_WIDTH  595.276
#define SHEET_HEIGHT 841.890
#define SHEET_MARGIN 42.0 /* left and right; head and foot are kept free besides */

struct sheet_info {
	const char *title;  /* of the document: metadata, and head of each page from the second on */
	const char *author; /* the operator's name */
	const char *subject;
	bool japanese;         /* language of the document */
	time_us created_at;    /* metadata: when the snapshot was made, so that it is the same each time */
	const char *sharing;   /* "TLP:AMBER": head and foot of each page */
	const char *reference; /* foot: number, issue, hash of the snapshot */
	const char *watermark; /* across each page: draft, preliminary; NULL: none */
};
struct sheet;
/* A PDF into `out` (appended). */
struct sheet *sheet_pdf(struct press *press, const struct sheet_info *info, struct buffer *out);
/* One page (1..) as a PNG, `scale` pixels to the point; the others are laid out and not drawn. */
struct sheet *sheet_png(struct press *press, const struct sheet_info *info, int page, double scale, struct buffer *out);
/* Closes and frees it in any case. *pages: how many there are. ERR_NOT_FOUND: no such page. */
int sheet_finish(struct sheet *sheet, int *pages, struct err *why);

/* ---------------------------------------------------------------------------------------------- where */
double sheet_y(const struct sheet *sheet);    /* the current height */
double sheet_room(const struct sheet *sheet); /* points left on this page */
void sheet_space(struct sheet *sheet, double points);
void sheet_new_page(struct sheet *sheet);
/* The following blocks are laid out between these edges, until the next call; the height stays. */
void sheet_columns(struct sheet *sheet, double left, double right);
void sheet_at(struct sheet *sheet, double y);
int sheet_pages(const struct sheet *sheet); /* so far */
/* For a layout that may turn out too long: what was drawn since the mark is taken back. Not within a box. */
struct sheet_mark {
	size_t pages, strokes;
	double y, left, right;
};
struct sheet_mark sheet_mark(const struct sheet *sheet);
void sheet_rewind(struct sheet *sheet, const struct sheet_mark *mark);
/* What was drawn since, on this page, goes so far down. */
void sheet_shift(struct sheet *sheet, const struct sheet_mark *mark, double points);

/* ---------------------------------------------------------------------------------------------- text */
enum sheet_style {
	SHEET_TITLE,
	SHEET_HEADING,
	SHEET_SUBHEADING,
	SHEET_BODY,
	SHEET_STRONG,
	SHEET_SMALL,
	SHEET_LARGE,
	SHEET_ADDRESSEE, /* larger than the body, not bold */
	SHEET_DISPLAY,   /* a title as large as SHEET_LARGE */
};
/* A title or heading is a bookmark. */
void sheet_text(struct sheet *sheet, enum sheet_style style, const char *text);
void sheet_centred(struct sheet *sheet, enum sheet_style style, const char *text);
/* How high it would be. */
double sheet_text_height(struct sheet *sheet, enum sheet_style style, const char *text);
/* The same, of at most so many lines, the last one with an ellipsis when there would have been more; whether it was so.
 */
bool sheet_text_cut(struct sheet *sheet, enum sheet_style style, const char *text, int lines);
/* One line at a place of its own, smaller where it must be to fit into the width; the current height stays. */
enum sheet_align { SHEET_LEFT, SHEET_CENTRE, SHEET_RIGHT };
void sheet_put(struct sheet *sheet, enum sheet_style style, enum sheet_align align, const char *text, double x,
	       double y, double width);
/* A box with a thin frame (and a light grey ground when shaded) around what is drawn until sheet_box_end(). It does not
 * break: what would not fit begins on the next page. height: the least; 0: as high as its content. */
void sheet_box_begin(struct sheet *sheet, bool shaded, double height);
void sheet_box_end(struct sheet *sheet);
/* One line: left text, right text. */
void sheet_pair(struct sheet *sheet, enum sheet_style style, const char *left, const char *right);
void sheet_rule(struct sheet *sheet); /* a thin line from edge to edge */

/* ---------------------------------------------------------------------------------------------- tables */
struct sheet_column {
	const char *title;
	double share; /* of the width */
	bool right;   /* aligned: numbers */
};
enum { SHEET_COLUMNS_MAX = 12 };
/* cells: rows x columns texts; NULL is empty. A cell wraps. alt says what the table is. */
void sheet_table(struct sheet *sheet, const char *alt, const struct sheet_column *columns, size_t column_count,
		 const char *const *cells, size_t rows);
/* In another size than the usual one (which is between the two): SHEET_BODY or SHEET_SMALL. */
void sheet_table_of(struct sheet *sheet, enum sheet_style style, const char *alt, const struct sheet_column *columns,
		    size_t column_count, const char *const *cells, size_t rows);

/* ---------------------------------------------------------------------------------------------- figures */
/* Bars with their values above and labels below; `part` of each is drawn solid, the rest hatched (stopped and not,
 * say). A value < 0 is "no data": a dash. The last bar is set off. */
struct sheet_bar {
	const char *label;
	int64_t value, part;
};
void sheet_bars(struct sheet *sheet, const char *alt, const struct sheet_bar *bars, size_t count, double height);
/* Lines over the same labels: growth against the plan. Values < 0 are gaps. */
struct sheet_line {
	const char *name;
	const int64_t *values;
	bool dashed;
};
void sheet_lines(struct sheet *sheet, const char *alt, const char *const *labels, size_t count,
		 const struct sheet_line *lines, size_t line_count, double height);
/* A weather mark drawn with strokes, size x size, at the left of the current block; name: sunny, hazy, cloudy, rainy,
 * fog. Text goes beside it by sheet_columns(). */
void sheet_weather(struct sheet *sheet, const char *name, const char *alt, double x, double y, double size);
/* A square of `side` modules a side, true is black: a QR code, by its caller. */
void sheet_modules(struct sheet *sheet, const char *alt, const unsigned char *modules, int side, double x, double y,
		   double size);
/* The double frame of a certificate, around the whole page; a seal's place, dotted, with words in it. */
void sheet_border(struct sheet *sheet);
void sheet_seal(struct sheet *sheet, const char *words, double x, double y, double size);
/* An empty square to tick, at (x, y). */
void sheet_tick_box(struct sheet *sheet, double x, double y, double size);
/* Boxes for stamps, at the right edge, with a label above each. */
void sheet_stamp_boxes(struct sheet *sheet, const char *const *labels, size_t count);

#endif
