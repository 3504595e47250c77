#include "server/report/sheet_inner.h"

/* Between the head and the foot that each page has. */
#define BORDER_X      26.0
#define BORDER_TOP    42.0
#define BORDER_BOTTOM (SHEET_HEIGHT - 50.0)
#define BORDER_GAP    4.0
#define CORNER        18.0

static void corner(struct sheet *s, double x, double y, double across, double down)
{
	sheet_line(s, x, y + down, x + across, y + down, 0.6, 0.2);
	sheet_line(s, x + across, y, x + across, y + down, 0.6, 0.2);
}

void sheet_border(struct sheet *s)
{
	const double width = SHEET_WIDTH - 2 * BORDER_X, height = BORDER_BOTTOM - BORDER_TOP;
	const double left = BORDER_X + BORDER_GAP, right = SHEET_WIDTH - left;
	const double top = BORDER_TOP + BORDER_GAP, bottom = BORDER_BOTTOM - BORDER_GAP;

	sheet_frame(s, BORDER_X, BORDER_TOP, width, height, 2.2, 0.2);
	sheet_frame(s, left, top, right - left, bottom - top, 0.6, 0.2);
	corner(s, left, top, CORNER, CORNER);
	corner(s, right, top, -CORNER, CORNER);
	corner(s, left, bottom, CORNER, -CORNER);
	corner(s, right, bottom, -CORNER, -CORNER);
}

static void draw_seal(cairo_t *cr, const struct stroke *k)
{
	static const double dots[] = { 2, 2.5 };

	cairo_save(cr);
	cairo_set_source_rgb(cr, 0.45, 0.45, 0.45);
	cairo_set_line_width(cr, 0.7);
	cairo_set_dash(cr, dots, 2, 0);
	cairo_rectangle(cr, k->x, k->y, k->width, k->height);
	cairo_stroke(cr);
	cairo_restore(cr);
}

void sheet_seal(struct sheet *s, const char *words, double x, double y, double size)
{
	sheet_tag(s, "P");
	sheet_stroke(s, draw_seal, x, y, size, size);
	sheet_put_line(s, FONT_SMALL, words, x + 2, y + size / 2 - 5, size - 4, SHEET_CENTRE);
	sheet_tag_end(s, "P");
	if (y + size > s->deepest)
		s->deepest = y + size;
}
