/* Texts set in type. Setting is the most expensive thing about a page, and pages are laid out more than once and say
 * the same words in many places: what was set is kept for the document. */
#include "server/report/sheet_inner.h"

#include <stdlib.h>

enum { KEPT_MAX = 8192, FIRST_ROOM = 256 };

static PangoLayout *set_in_type(struct sheet *s, enum sheet_font font, struct slice text, int width,
				enum sheet_align align)
{
	static const PangoAlignment alignments[] = { PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT };
	PangoLayout *layout = pango_layout_new(s->press->context);

	pango_layout_set_font_description(layout, s->press->fonts[font]);
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_width(layout, width);
	pango_layout_set_alignment(layout, alignments[align]);
	pango_layout_set_attributes(layout, s->press->attributes[font]);
	pango_layout_set_text(layout, (const char *)text.ptr, (int)text.len);
	return layout;
}

/* ---------------------------------------------------------------------------------------------- what was set */

/* FNV-1a */
static uint64_t hash_of(enum sheet_font font, struct slice text, int width, enum sheet_align align)
{
	uint64_t h = 14695981039346656037U ^ ((uint64_t)font << 40 | (uint64_t)align << 32 | (uint32_t)width);

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ text.ptr[i]) * 1099511628211U;
	return h ^ h >> 29;
}

static bool is_same(const struct kept_layout *k, uint64_t hash, enum sheet_font font, struct slice text, int width,
		    enum sheet_align align)
{
	return k->hash == hash && k->font == font && k->width == width && k->align == align &&
	       slice_is(text, pango_layout_get_text(k->layout));
}

/* Twice the room, once it is half full. */
static bool make_room(struct sheet *s)
{
	size_t room = s->kept_room ? s->kept_room * 2 : FIRST_ROOM;
	struct kept_layout *grown;

	if (s->kept_room && s->kept_count * 2 < s->kept_room)
		return true;
	grown = room <= KEPT_MAX * 2 ? calloc(room, sizeof(*grown)) : NULL;
	if (!grown)
		return false;
	for (size_t i = 0; i < s->kept_room; i++) {
		size_t at = s->kept[i].hash & (room - 1);

		if (!s->kept[i].layout)
			continue;
		while (grown[at].layout)
			at = (at + 1) & (room - 1);
		grown[at] = s->kept[i];
	}
	free(s->kept);
	s->kept = grown;
	s->kept_room = room;
	return true;
}

PangoLayout *sheet_layout(struct sheet *s, enum sheet_font font, const char *words, double points,
			  enum sheet_align align)
{
	struct slice text = slice_of_string(sheet_clean(s, words));
	int width = (int)(points * PANGO_SCALE);
	uint64_t hash;
	size_t at;

	hash = hash_of(font, text, width, align);
	/* Beyond the most that is kept, texts are set each time. */
	if (!make_room(s))
		return set_in_type(s, font, text, width, align);
	for (at = hash & (s->kept_room - 1); s->kept[at].layout; at = (at + 1) & (s->kept_room - 1))
		if (is_same(&s->kept[at], hash, font, text, width, align))
			return g_object_ref(s->kept[at].layout);
	s->kept[at] = (struct kept_layout){ hash, set_in_type(s, font, text, width, align), font, width, align };
	s->kept_count++;
	return g_object_ref(s->kept[at].layout);
}

void sheet_forget_layouts(struct sheet *s)
{
	for (size_t i = 0; i < s->kept_room; i++)
		if (s->kept[i].layout)
			g_object_unref(s->kept[i].layout);
	free(s->kept);
	s->kept = NULL;
	s->kept_room = s->kept_count = 0;
}

/* ---------------------------------------------------------------------------------------------- measures */

double layout_height(PangoLayout *layout)
{
	int width, height;

	pango_layout_get_size(layout, &width, &height);
	return (double)height / PANGO_SCALE;
}

double layout_width(PangoLayout *layout)
{
	int width, height;

	pango_layout_get_size(layout, &width, &height);
	return (double)width / PANGO_SCALE;
}

/* ---------------------------------------------------------------------------------------------- made to fit */

PangoLayout *layout_on_one_line(struct sheet *s, PangoLayout *layout, enum sheet_font font)
{
	PangoLayout *line = pango_layout_copy(layout);
	int width = pango_layout_get_width(layout);
	double wide, factor;

	pango_layout_set_single_paragraph_mode(line, TRUE);
	pango_layout_set_width(line, -1);
	wide = layout_width(line);
	factor = wide > 0 ? (double)width / PANGO_SCALE / wide * 0.995 : 1;
	if (factor < 1) {
		PangoFontDescription *d = pango_font_description_copy(s->press->fonts[font]);

		pango_font_description_set_absolute_size(d, pango_font_description_get_size(d) *
								(factor > LEAST_FACTOR ? factor : LEAST_FACTOR));
		pango_layout_set_font_description(line, d);
		pango_font_description_free(d);
	}
	pango_layout_set_width(line, width);
	pango_layout_set_height(line, 0);
	pango_layout_set_ellipsize(line, PANGO_ELLIPSIZE_END);
	g_object_unref(layout);
	return line;
}

PangoLayout *layout_cut(struct sheet *s, PangoLayout *layout, int lines)
{
	PangoLayoutLine *last = pango_layout_get_line_readonly(layout, lines - 1);
	size_t end = (size_t)last->start_index + (size_t)last->length;
	PangoLayout *shorter = pango_layout_copy(layout);
	char *text = malloc(end + sizeof("…"));

	if (!text) {
		s->failed = true;
		end = 0;
	} else {
		memcpy(text, pango_layout_get_text(layout), end);
	}
	while (text) {
		while (end > 0 && ((uint8_t)text[end - 1] & 0xc0) == 0x80)
			end--;
		end -= end > 0;
		memcpy(text + end, "…", sizeof("…"));
		pango_layout_set_text(shorter, text, -1);
		if (end == 0 || pango_layout_get_line_count(shorter) <= lines)
			break;
	}
	free(text);
	g_object_unref(layout);
	return shorter;
}
