/* Inside of sheet.h: what its parts share. A sheet is a list of pages, a page a list of strokes: pieces that know where
 * they stand and how they are drawn. Nothing is drawn before the end, so blocks can be measured, moved to the next page
 * or taken back, and the foot knows how many pages there are. */
#ifndef SERVER_REPORT_SHEET_INNER_H
#define SERVER_REPORT_SHEET_INNER_H

#include "lib/pool.h"
#include "server/report/sheet.h"

#include <cairo/cairo.h>
#include <pango/pangocairo.h>

enum sheet_font {
	FONT_TITLE,
	FONT_HEADING,
	FONT_SUBHEADING,
	FONT_BODY,
	FONT_STRONG,
	FONT_SMALL,
	FONT_LARGE,
	FONT_ADDRESSEE,
	FONT_SMALL_STRONG,
	FONT_CELL,
	FONT_CELL_STRONG,
	FONT_TINY,
	FONT_TINY_STRONG,
	FONT_LABEL,
	FONT_LABEL_STRONG,
	FONT_WATERMARK,
	FONTS,
};
struct press {
	PangoFontMap *map;
	PangoContext *context;
	PangoFontDescription *fonts[FONTS];
	PangoAttrList *attributes[FONTS]; /* of all text in it */
};

/* A text that was set in type. */
struct kept_layout {
	uint64_t hash;
	PangoLayout *layout; /* NULL: a free place */
	enum sheet_font font;
	int width; /* in units of pango */
	enum sheet_align align;
};

struct stroke;
typedef void stroke_draw(cairo_t *cr, const struct stroke *stroke);
struct stroke {
	stroke_draw *draw; /* NULL: a mark in the structure: the members below */
	double x, y, width, height;
	double grey;      /* 0 black .. 1 white */
	double line;      /* its width */
	int detail;       /* what `draw` likes */
	const void *data; /* in the sheet's pool; of a Figure or Table its alternative text */

	PangoLayout *layout; /* of text, owned by the page */
	int first_line, lines;

	const char *tag;      /* static */
	bool end;             /* of the tag */
	const char *bookmark; /* in the sheet's pool */
	int level;            /* of the bookmark, 1.. */
};
struct sheet_page {
	struct stroke *strokes;
	size_t count, room;
};
enum { SHEET_PAGES_MAX = 500, SHEET_STROKES_MAX = 100000, SHEET_LEVELS = 3 };

struct sheet {
	struct press *press;
	struct sheet_info info; /* texts in the pool */
	struct pool pool;
	struct buffer *out;
	int wanted;   /* page of a PNG; 0: PDF */
	double scale; /* of a PNG */

	struct sheet_page *pages;
	size_t page_count, page_room;
	struct sheet_page *page; /* the current one */
	struct stroke spare;     /* what is written to after a failure */

	double y, left, right;
	double deepest; /* in a box: how far down something was put */
	bool in_box;
	size_t box_stroke; /* its frame */
	double box_top, box_left, box_right, box_least;

	struct kept_layout *kept; /* by their hash */
	size_t kept_count, kept_room;
	bool failed; /* no memory, or a limit */
};

#define SHEET_TOP    48.0
#define SHEET_BOTTOM (SHEET_HEIGHT - 46.0)
#define BOX_PADDING  9.0

/* ---------------------------------------------------------------------------------------------- strokes */
/* The text itself, or a copy in the sheet's pool where something in it may not be drawn: "" of what is no UTF-8;
 * without what turns the direction of writing; blanks for control characters but \n, U+FFFD for what is no character.
 * Never NULL.
 */
const char *sheet_clean(struct sheet *sheet, const char *text);
/* A copy of it in the sheet's pool. Never NULL. */
const char *sheet_keep(struct sheet *sheet, const char *text);
/* A new one on the current page; a spare one that is never drawn after a failure. */
struct stroke *sheet_stroke(struct sheet *sheet, stroke_draw *draw, double x, double y, double width, double height);
void sheet_tag(struct sheet *sheet, const char *tag);
void sheet_tag_end(struct sheet *sheet, const char *tag);
/* Opens a Figure or a Table, with its alternative text. */
void sheet_described(struct sheet *sheet, const char *tag, const char *alt);
void sheet_line(struct sheet *sheet, double x1, double y1, double x2, double y2, double width, double grey);
void sheet_fill(struct sheet *sheet, double x, double y, double width, double height, double grey);
void sheet_frame(struct sheet *sheet, double x, double y, double width, double height, double line, double grey);
/* The height, having seen to it that `height` points are left. */
double sheet_need(struct sheet *sheet, double height);
/* The next free height; remembered for boxes. */
void sheet_move_to(struct sheet *sheet, double y);

/* ---------------------------------------------------------------------------------------------- text */
/* A text of at most this width, which wraps; cleaned as above. A reference for the caller to give on
 * or back; the layout itself is shared and must not be changed. */
PangoLayout *sheet_layout(struct sheet *sheet, enum sheet_font font, const char *text, double width,
			  enum sheet_align align);
void sheet_forget_layouts(struct sheet *sheet);
#define LEAST_FACTOR 0.7
/* Instead of the layout, whose reference they take: on one line, smaller by LEAST_FACTOR at most, then with an
 * ellipsis; or the first so many lines, with an ellipsis. */
PangoLayout *layout_on_one_line(struct sheet *sheet, PangoLayout *layout, enum sheet_font font);
PangoLayout *layout_cut(struct sheet *sheet, PangoLayout *layout, int lines);
double layout_height(PangoLayout *layout);
/* Of the longest line. */
double layout_width(PangoLayout *layout);
/* Puts it with its upper left corner there; the page owns it then. */
struct stroke *sheet_put_layout(struct sheet *sheet, PangoLayout *layout, double x, double y);
/* One line of at most this width: smaller where it must be, then cut with an ellipsis. The height. */
double sheet_put_line(struct sheet *sheet, enum sheet_font font, const char *text, double x, double y, double width,
		      enum sheet_align align);

/* ---------------------------------------------------------------------------------------------- output */
/* Head, foot and watermark of the pages. */
void sheet_furnish(struct sheet *sheet);
int sheet_write_pdf(struct sheet *sheet, struct err *why);
int sheet_write_png(struct sheet *sheet, struct err *why);

#endif
