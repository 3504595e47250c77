#include "server/report/sheet_inner.h"

#define KEPT_TOGETHER 64.0 /* points: some four lines of the body */

static const struct {
	enum sheet_font font;
	const char *tag;
	int bookmark;         /* level; 0: none */
	double before, after; /* space */
	double follow;        /* what must fit below on the same page */
} styles[] = {
	[SHEET_TITLE] = { FONT_TITLE, "H1", 1, 0, 6, 60 },
	[SHEET_HEADING] = { FONT_HEADING, "H2", 2, 9, 3, 40 },
	[SHEET_SUBHEADING] = { FONT_SUBHEADING, "H3", 3, 5, 3, 30 },
	[SHEET_BODY] = { FONT_BODY, "P", 0, 0, 1.5, 0 },
	[SHEET_STRONG] = { FONT_STRONG, "P", 0, 0, 1.5, 0 },
	[SHEET_SMALL] = { FONT_SMALL, "P", 0, 0, 2, 0 },
	[SHEET_LARGE] = { FONT_LARGE, "P", 0, 0, 5, 0 },
	[SHEET_ADDRESSEE] = { FONT_ADDRESSEE, "P", 0, 0, 3, 0 },
	[SHEET_DISPLAY] = { FONT_LARGE, "H1", 1, 0, 6, 60 },
};

/* ---------------------------------------------------------------------------------------------- drawing */

static void draw_lines(cairo_t *cr, const struct stroke *k)
{
	PangoLayoutIter *iter = pango_layout_get_iter(k->layout);
	double top = 0;
	int line = 0;

	do {
		PangoRectangle box;
		int baseline;

		if (line >= k->first_line + k->lines)
			break;
		pango_layout_iter_get_line_extents(iter, NULL, &box);
		baseline = pango_layout_iter_get_baseline(iter);
		if (line == k->first_line)
			top = (double)box.y / PANGO_SCALE;
		if (line >= k->first_line) {
			cairo_move_to(cr, k->x + (double)box.x / PANGO_SCALE,
				      k->y + (double)baseline / PANGO_SCALE - top);
			pango_cairo_show_layout_line(cr, pango_layout_iter_get_line_readonly(iter));
		}
		line++;
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
}

static void draw_text(cairo_t *cr, const struct stroke *k)
{
	cairo_set_source_rgb(cr, k->grey, k->grey, k->grey);
	if (k->lines) {
		draw_lines(cr, k);
		return;
	}
	cairo_move_to(cr, k->x, k->y);
	pango_cairo_show_layout(cr, k->layout);
}

struct stroke *sheet_put_layout(struct sheet *s, PangoLayout *layout, double x, double y)
{
	struct stroke *k = sheet_stroke(s, draw_text, x, y, 0, 0);

	if (k == &s->spare)
		g_object_unref(layout);
	else
		k->layout = layout;
	return k;
}

double sheet_put_line(struct sheet *s, enum sheet_font font, const char *text, double x, double y, double width,
		      enum sheet_align align)
{
	PangoLayout *layout = sheet_layout(s, font, text, width, align);
	double height;

	if (pango_layout_get_line_count(layout) > 1)
		layout = layout_on_one_line(s, layout, font);
	height = layout_height(layout);
	sheet_put_layout(s, layout, x, y);
	return height;
}

/* ---------------------------------------------------------------------------------------------- blocks */

double sheet_text_height(struct sheet *s, enum sheet_style style, const char *text)
{
	PangoLayout *layout = sheet_layout(s, styles[style].font, text, s->right - s->left, SHEET_LEFT);
	double height = layout_height(layout) + styles[style].after;

	g_object_unref(layout);
	return height;
}

/* How many lines from `first` on have room in `room` points, and how high they are. */
static int lines_within(PangoLayout *layout, int first, double room, double *height)
{
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	double top = 0;
	int line = 0, count = 0;

	*height = 0;
	do {
		PangoRectangle box;

		pango_layout_iter_get_line_extents(iter, NULL, &box);
		if (line == first)
			top = (double)box.y / PANGO_SCALE;
		if (line >= first) {
			double bottom = (double)(box.y + box.height) / PANGO_SCALE - top;

			if (bottom > room)
				break;
			*height = bottom;
			count++;
		}
		line++;
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
	return count;
}

/* A text that is higher than what is left of the page goes on on the next. */
static void put_broken(struct sheet *s, PangoLayout *layout)
{
	int all = pango_layout_get_line_count(layout), line = 0;

	while (line < all && !s->failed) {
		double height;
		int count = lines_within(layout, line, SHEET_BOTTOM - s->y, &height);
		struct stroke *k;

		if (count == 0) {
			if (s->y <= SHEET_TOP)
				break; /* a line higher than the page */
			sheet_new_page(s);
			continue;
		}
		k = sheet_put_layout(s, g_object_ref(layout), s->left, s->y);
		k->first_line = line;
		k->lines = count;
		line += count;
		sheet_move_to(s, s->y + height);
	}
	g_object_unref(layout);
}

static void bookmark(struct sheet *s, int level, const char *text)
{
	struct stroke *k = sheet_stroke(s, NULL, s->left, s->y, 0, 0);

	k->bookmark = sheet_keep(s, text);
	k->level = level;
}

/* Owns the layout from here on. */
static void put_block(struct sheet *s, enum sheet_style style, PangoLayout *layout)
{
	double height = layout_height(layout);

	if (s->y > SHEET_TOP && styles[style].before > 0)
		sheet_space(s, styles[style].before);
	/* A short text stays together, of a long one some lines. */
	sheet_need(s, (height < KEPT_TOGETHER || styles[style].bookmark ? height : KEPT_TOGETHER / 2) +
			  styles[style].follow);
	if (styles[style].bookmark)
		bookmark(s, styles[style].bookmark, pango_layout_get_text(layout));
	sheet_tag(s, styles[style].tag);
	if (s->in_box || s->y + height <= SHEET_BOTTOM) {
		sheet_put_layout(s, layout, s->left, s->y);
		sheet_move_to(s, s->y + height);
	} else {
		put_broken(s, layout);
	}
	sheet_tag_end(s, styles[style].tag);
	sheet_space(s, styles[style].after);
}

void sheet_text(struct sheet *s, enum sheet_style style, const char *text)
{
	if (text && *text)
		put_block(s, style, sheet_layout(s, styles[style].font, text, s->right - s->left, SHEET_LEFT));
}

void sheet_centred(struct sheet *s, enum sheet_style style, const char *text)
{
	if (text && *text)
		put_block(s, style, sheet_layout(s, styles[style].font, text, s->right - s->left, SHEET_CENTRE));
}

bool sheet_text_cut(struct sheet *s, enum sheet_style style, const char *text, int lines)
{
	PangoLayout *layout;
	bool cut;

	if (!text || !*text)
		return false;
	layout = sheet_layout(s, styles[style].font, text, s->right - s->left, SHEET_LEFT);
	cut = pango_layout_get_line_count(layout) > lines;
	put_block(s, style, cut ? layout_cut(s, layout, lines) : layout);
	return cut;
}

void sheet_put(struct sheet *s, enum sheet_style style, enum sheet_align align, const char *text, double x, double y,
	       double width)
{
	if (!text || !*text)
		return;
	sheet_tag(s, "P");
	sheet_put_line(s, styles[style].font, text, x, y, width, align);
	sheet_tag_end(s, "P");
}

void sheet_pair(struct sheet *s, enum sheet_style style, const char *left, const char *right)
{
	double width = s->right - s->left, taken;
	PangoLayout *value = sheet_layout(s, styles[style].font, right, width * 0.65, SHEET_RIGHT), *name;
	double height = layout_height(value);

	taken = layout_width(value) + 8;
	name = sheet_layout(s, styles[style].font, left, width - taken, SHEET_LEFT);
	if (layout_height(name) > height)
		height = layout_height(name);
	sheet_need(s, height);
	sheet_tag(s, styles[style].tag);
	sheet_put_layout(s, name, s->left, s->y);
	sheet_put_layout(s, value, s->right - width * 0.65, s->y);
	sheet_tag_end(s, styles[style].tag);
	sheet_move_to(s, s->y + height + styles[style].after);
}
