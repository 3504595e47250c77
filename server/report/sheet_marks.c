#include "server/report/sheet_inner.h"

static void draw_modules(cairo_t *cr, const struct stroke *k)
{
	const unsigned char *modules = k->data;
	double step = k->width / k->detail;

	cairo_set_source_rgb(cr, 0, 0, 0);
	for (int row = 0; row < k->detail; row++)
		for (int column = 0; column < k->detail; column++)
			if (modules[row * k->detail + column])
				cairo_rectangle(cr, k->x + column * step, k->y + row * step, step, step);
	cairo_fill(cr);
}

void sheet_modules(struct sheet *s, const char *alt, const unsigned char *modules, int side, double x, double y,
		   double size)
{
	unsigned char *copy = side > 0 && side <= 177 ? pool_take(&s->pool, (size_t)side * (size_t)side) : NULL;
	struct stroke *k;

	if (!copy) {
		s->failed = true;
		return;
	}
	memcpy(copy, modules, (size_t)side * (size_t)side);
	sheet_described(s, "Figure", alt);
	k = sheet_stroke(s, draw_modules, x, y, size, size);
	k->data = copy;
	k->detail = side;
	sheet_tag_end(s, "Figure");
	if (y + size > s->deepest)
		s->deepest = y + size;
}

void sheet_tick_box(struct sheet *s, double x, double y, double size)
{
	sheet_frame(s, x, y, size, size, 1.0, 0);
}

void sheet_stamp_boxes(struct sheet *s, const char *const *labels, size_t count)
{
	const double size = 52, label = 13;
	double x = s->right - size * (double)count, y = sheet_need(s, size + label);

	sheet_tag(s, "P");
	for (size_t i = 0; i < count; i++, x += size) {
		sheet_frame(s, x, y, size, label, 0.5, 0.2);
		sheet_frame(s, x, y + label, size, size, 0.5, 0.2);
		sheet_put_line(s, FONT_SMALL, labels[i], x + 2, y + 2, size - 4, SHEET_CENTRE);
	}
	sheet_tag_end(s, "P");
	sheet_move_to(s, y + size + label + 4);
}
