#include "server/report/sheet_inner.h"

#include <stdlib.h>

/* ---------------------------------------------------------------------------------------------- life */

const char *sheet_keep(struct sheet *s, const char *text)
{
	const char *copy = pool_string(&s->pool, slice_of_string(sheet_clean(s, text)));

	if (!copy)
		s->failed = true;
	return copy ? copy : "";
}

static struct sheet *sheet_new(struct press *press, const struct sheet_info *info, struct buffer *out)
{
	struct sheet *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->press = press;
	s->out = out;
	s->info = *info;
	s->info.title = sheet_keep(s, info->title);
	s->info.author = sheet_keep(s, info->author);
	s->info.subject = sheet_keep(s, info->subject);
	s->info.sharing = sheet_keep(s, info->sharing);
	s->info.reference = sheet_keep(s, info->reference);
	s->info.watermark = sheet_keep(s, info->watermark);
	s->left = SHEET_MARGIN;
	s->right = SHEET_WIDTH - SHEET_MARGIN;
	sheet_new_page(s);
	return s;
}

struct sheet *sheet_pdf(struct press *press, const struct sheet_info *info, struct buffer *out)
{
	return sheet_new(press, info, out);
}

struct sheet *sheet_png(struct press *press, const struct sheet_info *info, int page, double scale, struct buffer *out)
{
	struct sheet *s = sheet_new(press, info, out);

	if (s) {
		s->wanted = page < 1 ? -1 : page;
		s->scale = scale;
	}
	return s;
}

static void release(struct sheet *s)
{
	const struct sheet_mark nothing = { 0 };

	sheet_rewind(s, &nothing);
	free(s->pages);
	sheet_forget_layouts(s);
	pool_release(&s->pool);
	free(s);
}

int sheet_finish(struct sheet *s, int *pages, struct err *why)
{
	int rc;

	*pages = 0;
	if (!s)
		return err_set(why, ERR_NOMEM, "no memory");
	*pages = (int)s->page_count;
	sheet_furnish(s);
	if (s->failed)
		rc = err_set(why, ERR_LIMIT, "the document has no memory left, or more than %d pages", SHEET_PAGES_MAX);
	else if (s->wanted)
		rc = sheet_write_png(s, why);
	else
		rc = sheet_write_pdf(s, why);
	release(s);
	return rc;
}

/* ---------------------------------------------------------------------------------------------- strokes */

static bool more_strokes(struct sheet_page *page)
{
	size_t room = page->room ? page->room * 2 : 64;
	struct stroke *grown;

	if (room > SHEET_STROKES_MAX)
		return false;
	grown = realloc(page->strokes, room * sizeof(*grown));
	if (!grown)
		return false;
	page->strokes = grown;
	page->room = room;
	return true;
}

struct stroke *sheet_stroke(struct sheet *s, stroke_draw *draw, double x, double y, double width, double height)
{
	struct stroke *stroke = NULL;

	if (s->page && !s->failed && (s->page->count < s->page->room || more_strokes(s->page)))
		stroke = &s->page->strokes[s->page->count++];
	else
		s->failed = true;
	if (!stroke)
		stroke = &s->spare;
	*stroke = (struct stroke){ .draw = draw, .x = x, .y = y, .width = width, .height = height };
	return stroke;
}

void sheet_tag(struct sheet *s, const char *tag)
{
	sheet_stroke(s, NULL, 0, 0, 0, 0)->tag = tag;
}

void sheet_tag_end(struct sheet *s, const char *tag)
{
	struct stroke *stroke = sheet_stroke(s, NULL, 0, 0, 0, 0);

	stroke->tag = tag;
	stroke->end = true;
}

void sheet_described(struct sheet *s, const char *tag, const char *alt)
{
	struct stroke *stroke = sheet_stroke(s, NULL, 0, 0, 0, 0);

	stroke->tag = tag;
	stroke->data = sheet_keep(s, alt);
}

static void draw_line(cairo_t *cr, const struct stroke *k)
{
	cairo_set_source_rgb(cr, k->grey, k->grey, k->grey);
	cairo_set_line_width(cr, k->line);
	cairo_move_to(cr, k->x, k->y);
	cairo_line_to(cr, k->x + k->width, k->y + k->height);
	cairo_stroke(cr);
}

void sheet_line(struct sheet *s, double x1, double y1, double x2, double y2, double width, double grey)
{
	struct stroke *k = sheet_stroke(s, draw_line, x1, y1, x2 - x1, y2 - y1);

	k->line = width;
	k->grey = grey;
}

static void draw_fill(cairo_t *cr, const struct stroke *k)
{
	cairo_set_source_rgb(cr, k->grey, k->grey, k->grey);
	cairo_rectangle(cr, k->x, k->y, k->width, k->height);
	cairo_fill(cr);
}

void sheet_fill(struct sheet *s, double x, double y, double width, double height, double grey)
{
	sheet_stroke(s, draw_fill, x, y, width, height)->grey = grey;
}

static void draw_frame(cairo_t *cr, const struct stroke *k)
{
	cairo_set_source_rgb(cr, k->grey, k->grey, k->grey);
	cairo_set_line_width(cr, k->line);
	cairo_rectangle(cr, k->x, k->y, k->width, k->height);
	cairo_stroke(cr);
}

void sheet_frame(struct sheet *s, double x, double y, double width, double height, double line, double grey)
{
	struct stroke *k = sheet_stroke(s, draw_frame, x, y, width, height);

	k->line = line;
	k->grey = grey;
}

static void drop_strokes(struct sheet_page *page, size_t from)
{
	for (size_t i = from; i < page->count; i++)
		if (page->strokes[i].layout)
			g_object_unref(page->strokes[i].layout);
	page->count = from;
}

/* ---------------------------------------------------------------------------------------------- where */

double sheet_y(const struct sheet *s)
{
	return s->y;
}

double sheet_room(const struct sheet *s)
{
	return SHEET_BOTTOM - s->y;
}

void sheet_move_to(struct sheet *s, double y)
{
	s->y = y;
	if (y > s->deepest)
		s->deepest = y;
}

void sheet_space(struct sheet *s, double points)
{
	sheet_move_to(s, s->y + points);
}

void sheet_new_page(struct sheet *s)
{
	if (s->page_count == s->page_room) {
		size_t room = s->page_room ? s->page_room * 2 : 4;
		struct sheet_page *grown = room <= SHEET_PAGES_MAX ? realloc(s->pages, room * sizeof(*grown)) : NULL;

		if (!grown) {
			s->failed = true;
			s->y = SHEET_TOP;
			return;
		}
		s->pages = grown;
		s->page_room = room;
	}
	s->page = &s->pages[s->page_count++];
	*s->page = (struct sheet_page){ 0 };
	s->y = s->deepest = SHEET_TOP;
}

void sheet_columns(struct sheet *s, double left, double right)
{
	s->left = left;
	s->right = right;
}

void sheet_at(struct sheet *s, double y)
{
	sheet_move_to(s, y);
}

int sheet_pages(const struct sheet *s)
{
	return (int)s->page_count;
}

struct sheet_mark sheet_mark(const struct sheet *s)
{
	return (struct sheet_mark){ s->page_count, s->page ? s->page->count : 0, s->y, s->left, s->right };
}

void sheet_rewind(struct sheet *s, const struct sheet_mark *mark)
{
	while (s->page_count > mark->pages) {
		drop_strokes(&s->pages[--s->page_count], 0);
		free(s->pages[s->page_count].strokes);
	}
	if (s->page_count) {
		s->page = &s->pages[s->page_count - 1];
		drop_strokes(s->page, mark->strokes);
	}
	s->y = s->deepest = mark->y;
	s->left = mark->left;
	s->right = mark->right;
	s->in_box = false;
}

void sheet_shift(struct sheet *s, const struct sheet_mark *mark, double points)
{
	if (mark->pages != s->page_count || s->failed)
		return;
	for (size_t i = mark->strokes; i < s->page->count; i++)
		s->page->strokes[i].y += points;
	sheet_space(s, points);
}

/* Within a box nothing breaks: the box is moved as a whole. */
double sheet_need(struct sheet *s, double height)
{
	if (!s->in_box && s->y > SHEET_TOP && s->y + height > SHEET_BOTTOM)
		sheet_new_page(s);
	return s->y;
}

/* ---------------------------------------------------------------------------------------------- boxes */

static void draw_box(cairo_t *cr, const struct stroke *k)
{
	if (k->detail) {
		cairo_set_source_rgb(cr, 0.945, 0.945, 0.945);
		cairo_rectangle(cr, k->x, k->y, k->width, k->height);
		cairo_fill(cr);
	}
	cairo_set_source_rgb(cr, 0.45, 0.45, 0.45);
	cairo_set_line_width(cr, 0.6);
	cairo_rectangle(cr, k->x, k->y, k->width, k->height);
	cairo_stroke(cr);
}

void sheet_box_begin(struct sheet *s, bool shaded, double height)
{
	if (s->in_box) { /* boxes do not nest */
		s->failed = true;
		return;
	}
	sheet_need(s, height > 0 ? height : 40);
	s->in_box = true;
	s->box_top = s->deepest = s->y;
	s->box_left = s->left;
	s->box_right = s->right;
	s->box_least = height;
	s->box_stroke = s->page->count;
	sheet_stroke(s, draw_box, s->left, s->y, s->right - s->left, 0)->detail = shaded;
	s->left += BOX_PADDING;
	s->right -= BOX_PADDING;
	sheet_move_to(s, s->y + BOX_PADDING);
}

/* The strokes from `first` on go to the head of a new page. */
static void carry_over(struct sheet *s, size_t first, double top)
{
	size_t old = s->page_count - 1;
	double down = SHEET_TOP - top;

	sheet_new_page(s);
	if (s->failed)
		return;
	for (size_t i = first; i < s->pages[old].count; i++) {
		struct stroke moved = s->pages[old].strokes[i], *place = sheet_stroke(s, NULL, 0, 0, 0, 0);

		moved.y += down;
		if (place != &s->spare) {
			*place = moved;
			s->pages[old].strokes[i].layout = NULL; /* owned once */
		}
	}
	drop_strokes(&s->pages[old], first);
}

void sheet_box_end(struct sheet *s)
{
	double bottom, height;

	if (!s->in_box || s->failed)
		return;
	s->in_box = false;
	bottom = s->deepest + BOX_PADDING;
	height = bottom - s->box_top > s->box_least ? bottom - s->box_top : s->box_least;
	s->page->strokes[s->box_stroke].height = height;
	s->left = s->box_left;
	s->right = s->box_right;
	if (s->box_top + height > SHEET_BOTTOM && s->box_top > SHEET_TOP) {
		carry_over(s, s->box_stroke, s->box_top);
		s->box_top = SHEET_TOP;
	}
	sheet_move_to(s, s->box_top + height);
}

void sheet_rule(struct sheet *s)
{
	double y = sheet_need(s, 8) + 4;

	sheet_line(s, s->left, y, s->right, y, 0.5, 0.4);
	sheet_move_to(s, y + 4);
}

/* ---------------------------------------------------------------------------------------------- head and foot */

static void head_and_foot(struct sheet *s, size_t number)
{
	char page[64];
	double width = SHEET_WIDTH - 2 * SHEET_MARGIN, foot = SHEET_HEIGHT - 34;

	snprintf(page, sizeof(page), "%zu / %zu", number, s->page_count);
	if (number > 1)
		sheet_put_line(s, FONT_SMALL, s->info.title, SHEET_MARGIN, 26, width - 110, SHEET_LEFT);
	sheet_put_line(s, FONT_SMALL_STRONG, s->info.sharing, SHEET_WIDTH - SHEET_MARGIN - 100, 26, 100, SHEET_RIGHT);
	sheet_line(s, SHEET_MARGIN, foot - 4, SHEET_WIDTH - SHEET_MARGIN, foot - 4, 0.4, 0.6);
	sheet_put_line(s, FONT_LABEL, s->info.reference, SHEET_MARGIN, foot, width - 150, SHEET_LEFT);
	sheet_put_line(s, FONT_SMALL_STRONG, s->info.sharing, SHEET_WIDTH - SHEET_MARGIN - 140, foot, 96, SHEET_RIGHT);
	sheet_put_line(s, FONT_SMALL, page, SHEET_WIDTH - SHEET_MARGIN - 40, foot, 40, SHEET_RIGHT);
}

void sheet_furnish(struct sheet *s)
{
	for (size_t i = 0; i < s->page_count && !s->failed; i++) {
		s->page = &s->pages[i];
		head_and_foot(s, i + 1);
	}
}
