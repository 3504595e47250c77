#include "server/report/sheet_inner.h"

#include <math.h>

#define VALUE_ROOM 10.0 /* above the bars, for their values */
#define LABEL_ROOM 11.0 /* below them */
#define SOLID      0.62 /* grey of the older bars, */
#define SOLID_LAST 0.18 /* and of the last */

/* A figure above a bar: at most five characters or so. Cut, not rounded: 9,999 never becomes 1万. */
static void short_number(bool japanese, int64_t value, char *out, size_t size)
{
	long long v = value;

	if (v < 1000)
		snprintf(out, size, "%lld", v);
	else if (v < 10000)
		snprintf(out, size, "%lld,%03lld", v / 1000, v % 1000);
	else if (japanese && v < 1000000)
		snprintf(out, size, "%lld.%lld万", v / 10000, v / 1000 % 10);
	else if (japanese)
		snprintf(out, size, "%lld万", v / 10000);
	else if (v < 1000000)
		snprintf(out, size, "%lldk", v / 1000);
	else
		snprintf(out, size, "%lld.%lldM", v / 1000000, v / 100000 % 10);
}

/* ---------------------------------------------------------------------------------------------- hatching */

static void draw_hatch(cairo_t *cr, const struct stroke *k)
{
	const double step = 3;

	cairo_save(cr);
	cairo_rectangle(cr, k->x, k->y, k->width, k->height);
	cairo_clip(cr);
	cairo_set_source_rgb(cr, k->grey, k->grey, k->grey);
	cairo_set_line_width(cr, 0.7);
	/* From the lower left to the upper right, on a grid of the paper, so that neighbours join. */
	for (double d = floor((k->x + k->y) / step) * step; d <= k->x + k->y + k->width + k->height; d += step) {
		cairo_move_to(cr, k->x, d - k->x);
		cairo_line_to(cr, d - k->y, k->y);
	}
	cairo_stroke(cr);
	cairo_restore(cr);
	cairo_set_source_rgb(cr, k->grey, k->grey, k->grey);
	cairo_set_line_width(cr, 0.6);
	cairo_rectangle(cr, k->x, k->y, k->width, k->height);
	cairo_stroke(cr);
}

/* Slanting lines within a frame. */
static void put_hatch(struct sheet *s, double x, double y, double width, double height, double grey)
{
	sheet_stroke(s, draw_hatch, x, y, width, height)->grey = grey;
}

/* ---------------------------------------------------------------------------------------------- bars */

struct bars {
	double x, step, width; /* of a bar */
	double base, height;   /* of the highest */
	int64_t highest;
};

static void put_bar(struct sheet *s, const struct bars *b, const struct sheet_bar *bar, size_t i, bool last)
{
	double x = b->x + (double)i * b->step + (b->step - b->width) / 2, grey = last ? SOLID_LAST : SOLID, solid, all;
	int64_t part = bar->part < 0 ? 0 : bar->part > bar->value ? bar->value : bar->part;

	if (bar->value <= 0)
		return;
	all = b->height * (double)bar->value / (double)b->highest;
	if (all < 1)
		all = 1;
	solid = all * (double)part / (double)bar->value;
	if (part > 0)
		sheet_fill(s, x, b->base - solid, b->width, solid, grey);
	/* What is not stopped stays to be seen, however small its share. */
	if (part < bar->value)
		put_hatch(s, x, b->base - all, b->width, all - solid < 2 ? 2 : all - solid, last ? 0 : 0.35);
}

static const char *bar_value(struct sheet *s, const struct sheet_bar *bar, char *out, size_t size)
{
	if (bar->value < 0)
		return "–";
	short_number(s->info.japanese, bar->value, out, size);
	return out;
}

static double label_width(struct sheet *s, enum sheet_font font, const char *text)
{
	PangoLayout *layout = sheet_layout(s, font, text, 200, SHEET_LEFT);
	double width = layout_width(layout);

	g_object_unref(layout);
	return width;
}

/* One figure or label of how many has room: the widest neighbours decide. */
static size_t every(struct sheet *s, const struct bars *b, const struct sheet_bar *bars, size_t count)
{
	double value_before = 0, label_before = 0, widest = 1;

	for (size_t i = 0; i < count; i++) {
		enum sheet_font font = i + 1 == count ? FONT_LABEL_STRONG : FONT_LABEL;
		char text[32];
		double value = label_width(s, font, bar_value(s, &bars[i], text, sizeof(text)));
		double label = label_width(s, font, bars[i].label);

		if (i > 0)
			widest = fmax(widest, fmax(value + value_before, label + label_before) / 2);
		value_before = value;
		label_before = label;
	}
	return (size_t)ceil((widest + 0.5) / b->step);
}

/* In the middle of the bar, and within the chart's edges. */
static void put_label(struct sheet *s, enum sheet_font font, const char *text, double middle, double y)
{
	PangoLayout *layout = sheet_layout(s, font, text, 200, SHEET_LEFT);
	double width = layout_width(layout), x = fmin(middle - width / 2, s->right - width);

	sheet_put_layout(s, layout, fmax(x, s->left), y);
}

static void label_bar(struct sheet *s, const struct bars *b, const struct sheet_bar *bar, size_t i, bool last)
{
	enum sheet_font font = last ? FONT_LABEL_STRONG : FONT_LABEL;
	double middle = b->x + ((double)i + 0.5) * b->step, top = b->base;
	char value[32];

	if (bar->value > 0)
		top -= fmax(1, b->height * (double)bar->value / (double)b->highest);
	put_label(s, font, bar_value(s, bar, value, sizeof(value)), middle, top - VALUE_ROOM);
	put_label(s, font, bar->label, middle, b->base + 2);
}

void sheet_bars(struct sheet *s, const char *alt, const struct sheet_bar *bars, size_t count, double height)
{
	double y = sheet_need(s, height), width = s->right - s->left;
	struct bars b = { .x = s->left, .highest = 1 };

	for (size_t i = 0; i < count; i++)
		if (bars[i].value > b.highest)
			b.highest = bars[i].value;
	b.step = width / (double)(count ? count : 1);
	b.width = fmin(b.step * 0.68, 26);
	b.base = y + height - LABEL_ROOM;
	b.height = height - LABEL_ROOM - VALUE_ROOM;
	sheet_described(s, "Figure", alt);
	for (size_t i = 0; i < count; i++)
		put_bar(s, &b, &bars[i], i, i + 1 == count);
	sheet_line(s, s->left, b.base, s->right, b.base, 0.6, 0.25);
	for (size_t i = 0, step = every(s, &b, bars, count); i < count; i++)
		if ((count - 1 - i) % step == 0)
			label_bar(s, &b, &bars[i], i, i + 1 == count);
	sheet_tag_end(s, "Figure");
	sheet_move_to(s, y + height + 3);
}

/* ---------------------------------------------------------------------------------------------- lines */

struct plot {
	double left, right, top, base;
	int64_t highest;
	size_t count;
};

static double plot_x(const struct plot *p, size_t i)
{
	return p->count < 2 ? (p->left + p->right) / 2
			    : p->left + (p->right - p->left) * (double)i / (double)(p->count - 1);
}

static double plot_y(const struct plot *p, int64_t value)
{
	return p->base - (p->base - p->top) * (double)value / (double)p->highest;
}

/* A line's points, in the sheet's pool; a gap has no number as its height. */
struct trace {
	size_t count;
	bool dashed;
	double (*at)[2];
};

static void draw_trace(cairo_t *cr, const struct stroke *k)
{
	static const double dashes[] = { 4, 3 };
	const struct trace *t = k->data;
	bool pen_down = false;

	cairo_save(cr);
	cairo_set_source_rgb(cr, k->grey, k->grey, k->grey);
	cairo_set_line_width(cr, k->line);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	if (t->dashed)
		cairo_set_dash(cr, dashes, 2, 0);
	for (size_t i = 0; i < t->count; i++) {
		bool gap = isnan(t->at[i][1]);

		if (!gap && pen_down)
			cairo_line_to(cr, t->at[i][0], k->y + t->at[i][1]);
		else if (!gap)
			cairo_move_to(cr, t->at[i][0], k->y + t->at[i][1]);
		pen_down = !gap;
	}
	cairo_stroke(cr);
	cairo_restore(cr);
	for (size_t i = 0; i < t->count && !t->dashed; i++)
		if (!isnan(t->at[i][1])) {
			cairo_arc(cr, t->at[i][0], k->y + t->at[i][1], 1.7, 0, 2 * M_PI);
			cairo_fill(cr);
		}
}

static void put_trace(struct sheet *s, const struct plot *p, const struct sheet_line *line)
{
	struct trace *t = pool_take(&s->pool, sizeof(*t));
	struct stroke *k;

	if (!t || !(t->at = pool_take_array(&s->pool, p->count + 1, sizeof(*t->at)))) {
		s->failed = true;
		return;
	}
	t->count = p->count;
	t->dashed = line->dashed;
	for (size_t i = 0; i < p->count; i++) {
		t->at[i][0] = plot_x(p, i);
		t->at[i][1] = line->values[i] < 0 ? NAN : plot_y(p, line->values[i]) - p->base;
	}
	k = sheet_stroke(s, draw_trace, p->left, p->base, p->right - p->left, 0);
	k->data = t;
	k->line = line->dashed ? 1 : 1.4;
	k->grey = line->dashed ? 0.35 : 0;
}

/* 1, 2 or 5 times a power of ten: four steps reach the highest value, or a little more. */
static int64_t round_step(int64_t highest)
{
	static const int factors[] = { 1, 2, 5 };

	for (int64_t ten = 1;; ten *= 10)
		for (size_t i = 0; i < ARRAY_LEN(factors); i++)
			if (ten * factors[i] * 4 >= highest || ten > INT64_MAX / 100)
				return ten * factors[i];
}

static void put_axis(struct sheet *s, struct plot *p, const char *const *labels)
{
	int64_t step = round_step(p->highest);
	size_t apart = (p->count + 12) / 13;

	p->highest = step * ((p->highest + step - 1) / step);
	for (int64_t v = 0; v <= p->highest; v += step) {
		char value[32];

		short_number(s->info.japanese, v, value, sizeof(value));
		sheet_line(s, p->left, plot_y(p, v), p->right, plot_y(p, v), v ? 0.3 : 0.7, v ? 0.75 : 0.25);
		sheet_put_line(s, FONT_LABEL, value, s->left, plot_y(p, v) - 5, p->left - s->left - 6, SHEET_RIGHT);
	}
	for (size_t i = 0; i < p->count; i++)
		if ((p->count - 1 - i) % apart == 0)
			sheet_put_line(s, FONT_LABEL, labels[i], plot_x(p, i) - 22, p->base + 3, 44, SHEET_CENTRE);
}

/* What each line is, above the plot. */
static void put_legend(struct sheet *s, const struct plot *p, const struct sheet_line *lines, size_t count, double y)
{
	double x = p->left;

	for (size_t i = 0; i < count; i++) {
		struct trace *t = pool_take(&s->pool, sizeof(*t));
		PangoLayout *layout;
		struct stroke *k;

		if (!t || !(t->at = pool_take_array(&s->pool, 2, sizeof(*t->at)))) {
			s->failed = true;
			return;
		}
		t->count = 2;
		t->dashed = lines[i].dashed;
		t->at[0][0] = x;
		t->at[1][0] = x + 20;
		k = sheet_stroke(s, draw_trace, x, y + 5.5, 20, 0);
		k->data = t;
		k->line = lines[i].dashed ? 1 : 1.4;
		k->grey = lines[i].dashed ? 0.35 : 0;
		layout = sheet_layout(s, FONT_SMALL, lines[i].name, 200, SHEET_LEFT);
		x += 24;
		sheet_put_layout(s, layout, x, y);
		x += layout_width(layout) + 16;
	}
}

void sheet_lines(struct sheet *s, const char *alt, const char *const *labels, size_t count,
		 const struct sheet_line *lines, size_t line_count, double height)
{
	double y = sheet_need(s, height);
	struct plot p = { .left = s->left + 40, .right = s->right - 14, .top = y + 20, .count = count };

	p.base = y + height - 14;
	p.highest = 1;
	for (size_t l = 0; l < line_count; l++)
		for (size_t i = 0; i < count; i++)
			if (lines[l].values[i] > p.highest)
				p.highest = lines[l].values[i];
	sheet_described(s, "Figure", alt);
	put_legend(s, &p, lines, line_count, y);
	if (count)
		put_axis(s, &p, labels);
	for (size_t l = 0; l < line_count && count; l++)
		put_trace(s, &p, &lines[l]);
	sheet_tag_end(s, "Figure");
	sheet_move_to(s, y + height + 3);
}
