#include "server/report/sheet_inner.h"

#define CELL_X 4.0
#define CELL_Y 2.2
/* How high a cell may be: of tables in small letters some eight lines, of others a page with the table's head. */
#define SMALL_CELL 72.0
#define PAGE_CELL  (SHEET_BOTTOM - SHEET_TOP - 48)

struct grid {
	const struct sheet_column *columns;
	size_t count;
	double x[SHEET_COLUMNS_MAX], width[SHEET_COLUMNS_MAX];
	double highest; /* that a cell may be */
};

static bool grid_of(struct sheet *s, const struct sheet_column *columns, size_t count, struct grid *g)
{
	double all = 0, x = s->left;

	if (count == 0 || count > SHEET_COLUMNS_MAX)
		return false;
	g->columns = columns;
	g->count = count;
	for (size_t i = 0; i < count; i++)
		all += columns[i].share;
	if (all <= 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		g->x[i] = x;
		g->width[i] = (s->right - s->left) * columns[i].share / all;
		x += g->width[i];
	}
	return true;
}

/* A row does not break: what is higher than it may be ends with an ellipsis. */
static PangoLayout *fit_cell(struct sheet *s, const struct grid *g, PangoLayout *layout)
{
	double height = layout_height(layout), line = height / pango_layout_get_line_count(layout);

	if (height <= g->highest || line >= g->highest)
		return layout;
	return layout_cut(s, layout, (int)(g->highest / line));
}

/* The texts of a row, and how high it is. */
static double set_row(struct sheet *s, const struct grid *g, enum sheet_font font, const char *const *cells,
		      PangoLayout **layouts)
{
	double height = 0;

	for (size_t i = 0; i < g->count; i++) {
		const char *text = cells ? cells[i] : g->columns[i].title;

		layouts[i] = NULL;
		if (!text || !*text)
			continue;
		layouts[i] = sheet_layout(s, font, text, g->width[i] - 2 * CELL_X,
					  g->columns[i].right ? SHEET_RIGHT : SHEET_LEFT);
		layouts[i] = fit_cell(s, g, layouts[i]);
		if (layout_height(layouts[i]) > height)
			height = layout_height(layouts[i]);
	}
	return height + 2 * CELL_Y;
}

static void put_row(struct sheet *s, const struct grid *g, const char *tag, PangoLayout *const *layouts, double height)
{
	sheet_tag(s, "TR");
	for (size_t i = 0; i < g->count; i++) {
		sheet_tag(s, tag);
		if (layouts[i])
			sheet_put_layout(s, layouts[i], g->x[i] + CELL_X, s->y + CELL_Y);
		sheet_tag_end(s, tag);
	}
	sheet_tag_end(s, "TR");
	sheet_move_to(s, s->y + height);
	sheet_line(s, s->left, s->y, s->right, s->y, 0.3, 0.7);
}

static void put_head(struct sheet *s, const struct grid *g, enum sheet_font font)
{
	PangoLayout *layouts[SHEET_COLUMNS_MAX];
	double height = set_row(s, g, font, NULL, layouts);

	sheet_fill(s, s->left, s->y, s->right - s->left, height, 0.9);
	sheet_line(s, s->left, s->y, s->right, s->y, 0.8, 0.2);
	put_row(s, g, "TH", layouts, height);
}

/* Of the head and of the cells. */
static void table_fonts(enum sheet_style style, enum sheet_font *head, enum sheet_font *cell)
{
	const bool body = style == SHEET_BODY, small = style == SHEET_SMALL;

	*head = body ? FONT_CELL_STRONG : small ? FONT_TINY_STRONG : FONT_SMALL_STRONG;
	*cell = body ? FONT_BODY : small ? FONT_TINY : FONT_CELL;
}

static void put_table(struct sheet *s, const struct grid *g, enum sheet_style style, const char *const *cells,
		      size_t rows)
{
	enum sheet_font head, cell;

	table_fonts(style, &head, &cell);
	put_head(s, g, head);
	for (size_t r = 0; r < rows && !s->failed; r++) {
		PangoLayout *layouts[SHEET_COLUMNS_MAX];
		double height = set_row(s, g, cell, cells + r * g->count, layouts);

		if (!s->in_box && s->y + height > SHEET_BOTTOM) {
			sheet_new_page(s);
			put_head(s, g, head);
		}
		put_row(s, g, "TD", layouts, height);
	}
}

void sheet_table_of(struct sheet *s, enum sheet_style style, const char *alt, const struct sheet_column *columns,
		    size_t column_count, const char *const *cells, size_t rows)
{
	struct grid g;

	if (!grid_of(s, columns, column_count, &g)) {
		s->failed = true;
		return;
	}
	g.highest = style == SHEET_SMALL ? SMALL_CELL : PAGE_CELL;
	sheet_need(s, 50);
	sheet_described(s, "Table", alt);
	put_table(s, &g, style, cells, rows);
	sheet_line(s, s->left, s->y, s->right, s->y, 0.8, 0.2);
	sheet_tag_end(s, "Table");
	sheet_space(s, 6);
}

void sheet_table(struct sheet *s, const char *alt, const struct sheet_column *columns, size_t column_count,
		 const char *const *cells, size_t rows)
{
	sheet_table_of(s, SHEET_STRONG, alt, columns, column_count, cells, rows);
}
