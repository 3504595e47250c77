#include "server/report/sheet_inner.h"

#include <stdlib.h>

/* IPAexGothic has one weight; fontconfig thickens it for bold, and cairo embeds the thickened outlines. */
#define FAMILY "IPAexGothic,Noto Sans CJK JP"

static const struct {
	double points;
	bool bold;
	double leading; /* distance of lines as a multiple of the size */
} shapes[FONTS] = {
	[FONT_TITLE] = { 19, true, 1.15 },         [FONT_HEADING] = { 12.5, true, 1.15 },
	[FONT_SUBHEADING] = { 11, true, 1.2 },     [FONT_BODY] = { 10.5, false, 1.3 },
	[FONT_STRONG] = { 10.5, true, 1.3 },       [FONT_SMALL] = { 8.5, false, 1.25 },
	[FONT_LARGE] = { 24, true, 1.1 },          [FONT_ADDRESSEE] = { 13, false, 1.25 },
	[FONT_SMALL_STRONG] = { 8.5, true, 1.15 }, [FONT_CELL] = { 9, false, 1.2 },
	[FONT_CELL_STRONG] = { 9, true, 1.15 },    [FONT_TINY] = { 8, false, 1.1 },
	[FONT_TINY_STRONG] = { 8, true, 1.1 },     [FONT_LABEL] = { 7.5, false, 1.1 },
	[FONT_LABEL_STRONG] = { 7.5, true, 1.1 },  [FONT_WATERMARK] = { 90, true, 1.1 },
};

static PangoFontDescription *describe(double points, bool bold)
{
	PangoFontDescription *d = pango_font_description_new();

	pango_font_description_set_family_static(d, FAMILY);
	/* One unit of our context is a point. */
	pango_font_description_set_absolute_size(d, points * PANGO_SCALE);
	pango_font_description_set_weight(d, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	return d;
}

/* Lines stand at the same distance whatever fonts their characters came from; and where a long word is broken no hyphen
 * is put, which would look like a part of an address. */
static PangoAttrList *attributes_of(double points, double leading)
{
	PangoAttrList *list = pango_attr_list_new();

	pango_attr_list_insert(list, pango_attr_line_height_new_absolute((int)(points * leading * PANGO_SCALE)));
	pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
	return list;
}

/* Hinting would fit the letters to the pixels of one device, and widths would follow. */
static void unhint(PangoContext *context)
{
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(context, options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(context, FALSE);
}

/* Whether a kana is drawn by one of our two fonts. */
static bool has_japanese(struct press *press)
{
	PangoFontset *set = pango_font_map_load_fontset(press->map, press->context, press->fonts[FONT_BODY],
							pango_language_from_string("ja"));
	PangoFont *font = set ? pango_fontset_get_font(set, 0x3042) : NULL;
	bool found = false;

	if (font) {
		PangoFontDescription *d = pango_font_describe(font);
		const char *family = pango_font_description_get_family(d);

		found = family && (strcmp(family, "IPAexGothic") == 0 || strncmp(family, "Noto Sans CJK", 13) == 0);
		pango_font_description_free(d);
		g_object_unref(font);
	}
	if (set)
		g_object_unref(set);
	return found;
}

int press_open(struct press **out, struct err *why)
{
	struct press *press = calloc(1, sizeof(*press));

	*out = NULL;
	if (!press)
		return err_set(why, ERR_NOMEM, "no memory");
	/* The default font map is of the thread, and lives as long: each press has its own. */
	press->map = pango_cairo_font_map_new();
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(press->map), 72);
	press->context = pango_font_map_create_context(press->map);
	pango_context_set_language(press->context, pango_language_from_string("ja"));
	unhint(press->context);
	for (size_t i = 0; i < FONTS; i++) {
		press->fonts[i] = describe(shapes[i].points, shapes[i].bold);
		press->attributes[i] = attributes_of(shapes[i].points, shapes[i].leading);
	}
	if (!has_japanese(press)) {
		press_close(press);
		return err_set(why, ERR_CONFIG,
			       "there is no Japanese font for reports: install IPAexGothic (Debian: "
			       "fonts-ipaexfont-gothic), and Noto Sans CJK (fonts-noto-cjk) for rare characters");
	}
	*out = press;
	return 0;
}

void press_close(struct press *press)
{
	if (!press)
		return;
	for (size_t i = 0; i < FONTS; i++) {
		pango_font_description_free(press->fonts[i]);
		pango_attr_list_unref(press->attributes[i]);
	}
	if (press->context)
		g_object_unref(press->context);
	if (press->map)
		g_object_unref(press->map);
	free(press);
}
