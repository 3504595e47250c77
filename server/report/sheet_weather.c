#include "server/report/sheet_inner.h"

#include <math.h>

/* Marks in a square of side 1, drawn with a pen of one width. A shape with an outline is filled twice: in black a
 * little larger, then in white. */
#define PEN 0.045

struct blob {
	double x, y, radius;
};

static void ink(cairo_t *cr, double grey)
{
	cairo_set_source_rgb(cr, grey, grey, grey);
}

static void disc(cairo_t *cr, double x, double y, double radius)
{
	cairo_new_sub_path(cr);
	cairo_arc(cr, x, y, radius, 0, 2 * M_PI);
}

static void draw_sun(cairo_t *cr, double x, double y, double radius)
{
	ink(cr, 0);
	disc(cr, x, y, radius + PEN / 2);
	cairo_fill(cr);
	ink(cr, 1);
	disc(cr, x, y, radius - PEN / 2);
	cairo_fill(cr);
	ink(cr, 0);
	for (int i = 0; i < 8; i++) {
		double a = i * M_PI / 4;

		cairo_move_to(cr, x + cos(a) * radius * 1.38, y + sin(a) * radius * 1.38);
		cairo_line_to(cr, x + cos(a) * radius * 1.8, y + sin(a) * radius * 1.8);
	}
	cairo_stroke(cr);
}

/* A cloud whose base is at y, from x on, `width` wide. */
static void draw_cloud(cairo_t *cr, double x, double y, double width, double grey)
{
	static const struct blob blobs[] = { { 0.19, -0.19, 0.19 }, { 0.43, -0.36, 0.255 }, { 0.76, -0.235, 0.235 } };
	const double edges[] = { PEN / 2, -PEN / 2 };

	for (size_t e = 0; e < ARRAY_LEN(edges); e++) {
		ink(cr, e ? grey : 0);
		for (size_t i = 0; i < ARRAY_LEN(blobs); i++)
			disc(cr, x + blobs[i].x * width, y + blobs[i].y * width, blobs[i].radius * width + edges[e]);
		cairo_rectangle(cr, x + 0.19 * width, y - 0.22 * width, 0.57 * width, 0.22 * width + edges[e]);
		cairo_fill(cr);
	}
}

static void draw_rain(cairo_t *cr)
{
	ink(cr, 0);
	for (int i = 0; i < 4; i++) {
		double x = 0.27 + 0.17 * i, y = i % 2 ? 0.70 : 0.68;

		cairo_move_to(cr, x, y);
		cairo_line_to(cr, x - 0.07, y + 0.21);
	}
	cairo_stroke(cr);
}

static void draw_fog(cairo_t *cr)
{
	static const double lines[][2] = { { 0.20, 0.74 }, { 0.08, 0.86 }, { 0.16, 0.92 }, { 0.10, 0.70 } };

	ink(cr, 0);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		double y = 0.26 + 0.17 * (double)i, step = (lines[i][1] - lines[i][0]) / 4;

		cairo_move_to(cr, lines[i][0], y);
		for (int wave = 0; wave < 4; wave++) {
			double from = lines[i][0] + step * wave, bend = wave % 2 ? 0.035 : -0.035;

			cairo_curve_to(cr, from + step / 3, y + bend, from + 2 * step / 3, y + bend, from + step, y);
		}
	}
	cairo_stroke(cr);
}

static void draw_weather(cairo_t *cr, const struct stroke *k)
{
	struct slice name = slice_of_string(k->data);

	cairo_save(cr);
	cairo_translate(cr, k->x, k->y);
	cairo_scale(cr, k->width, k->width);
	cairo_set_line_width(cr, PEN);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	if (slice_is(name, "sunny")) {
		draw_sun(cr, 0.5, 0.5, 0.24);
	} else if (slice_is(name, "hazy")) {
		draw_sun(cr, 0.62, 0.38, 0.2);
		draw_cloud(cr, 0.06, 0.86, 0.66, 1);
	} else if (slice_is(name, "cloudy")) {
		draw_cloud(cr, 0.05, 0.80, 0.9, 0.86);
	} else if (slice_is(name, "rainy")) {
		draw_cloud(cr, 0.1, 0.60, 0.8, 0.72);
		draw_rain(cr);
	} else {
		draw_fog(cr);
	}
	cairo_restore(cr);
}

void sheet_weather(struct sheet *s, const char *name, const char *alt, double x, double y, double size)
{
	sheet_described(s, "Figure", alt);
	sheet_stroke(s, draw_weather, x, y, size, size)->data = pool_string(&s->pool, slice_of_string(name));
	sheet_tag_end(s, "Figure");
	if (y + size > s->deepest)
		s->deepest = y + size;
}
