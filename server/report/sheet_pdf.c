#include "server/report/pdf_catalog.h"
#include "server/report/sheet_inner.h"

#include <cairo/cairo-pdf.h>

static cairo_status_t put_bytes(void *closure, const unsigned char *data, unsigned int length)
{
	struct buffer *out = closure;

	buffer_put(out, data, length);
	return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int cairo_failed(cairo_status_t status, struct err *why)
{
	if (status == CAIRO_STATUS_SUCCESS)
		return 0;
	if (status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_WRITE_ERROR)
		return err_set(why, ERR_LIMIT, "no memory for the document, or it is larger than allowed");
	return err_set(why, ERR_IO, "drawing the document: %s", cairo_status_to_string(status));
}

static void draw_watermark(struct sheet *s, cairo_t *cr)
{
	PangoLayout *layout;

	if (!*s->info.watermark)
		return;
	layout = sheet_layout(s, FONT_WATERMARK, s->info.watermark, 900, SHEET_CENTRE);
	cairo_save(cr);
	cairo_translate(cr, SHEET_WIDTH / 2, SHEET_HEIGHT / 2);
	cairo_rotate(cr, -0.9);
	cairo_move_to(cr, -450, -layout_height(layout) / 2);
	cairo_set_source_rgb(cr, 0.9, 0.9, 0.9);
	pango_cairo_show_layout(cr, layout);
	cairo_restore(cr);
	g_object_unref(layout);
}

struct outline {
	cairo_surface_t *surface;
	int parents[SHEET_LEVELS + 1]; /* of each level the last entry */
	int page;
};

static void add_bookmark(struct outline *o, const struct stroke *k)
{
	char place[96];
	int parent = CAIRO_PDF_OUTLINE_ROOT;

	snprintf(place, sizeof(place), "page=%d pos=[%d %d]", o->page, (int)k->x, (int)k->y);
	for (int level = 1; level < k->level; level++)
		if (o->parents[level])
			parent = o->parents[level];
	o->parents[k->level] = cairo_pdf_surface_add_outline(o->surface, parent, k->bookmark, place, 0);
	for (int level = k->level + 1; level <= SHEET_LEVELS; level++)
		o->parents[level] = 0;
}

static void draw_page(struct sheet *s, cairo_t *cr, const struct sheet_page *page, struct outline *o)
{
	draw_watermark(s, cr);
	for (size_t i = 0; i < page->count; i++) {
		const struct stroke *k = &page->strokes[i];

		if (k->draw)
			k->draw(cr, k);
		else if (o && k->bookmark)
			add_bookmark(o, k);
		else if (o && k->tag && k->end)
			cairo_tag_end(cr, k->tag);
		else if (o && k->tag)
			cairo_tag_begin(cr, k->tag, NULL);
	}
}

/* To the second: with a fraction cairo would leave the date out. */
static void date_text(time_us t, char out[TIME_TEXT_SIZE])
{
	char *dot;

	time_to_text(t == TIME_NONE ? 0 : t, out);
	dot = strchr(out, '.');
	if (dot)
		memcpy(dot, "Z", 2);
}

static void set_metadata(const struct sheet *s, cairo_surface_t *surface)
{
	char made[TIME_TEXT_SIZE];

	date_text(s->info.created_at, made);
	cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, s->info.title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, s->info.author);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, s->info.subject);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Hinomi");
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
}

/* The alternative texts of figures and tables, in their order; the count. */
static size_t collect_texts(const struct sheet *s, const char **texts)
{
	size_t count = 0;

	for (size_t p = 0; p < s->page_count; p++)
		for (size_t i = 0; i < s->pages[p].count; i++) {
			const struct stroke *k = &s->pages[p].strokes[i];

			if (!k->draw && k->tag && !k->end && k->data) {
				if (texts)
					texts[count] = k->data;
				count++;
			}
		}
	return count;
}

static int complete(struct sheet *s, size_t start, struct err *why)
{
	size_t count = collect_texts(s, NULL);
	const char **texts = pool_take_array(&s->pool, count + 1, sizeof(*texts));
	struct pdf_additions additions = { s->info.japanese ? "ja-JP" : "en", texts, count };

	if (!texts)
		return err_set(why, ERR_NOMEM, "no memory");
	collect_texts(s, texts);
	return pdf_catalog_append(s->out, start, &additions, why);
}

int sheet_write_pdf(struct sheet *s, struct err *why)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(put_bytes, s->out, SHEET_WIDTH, SHEET_HEIGHT);
	struct outline o = { surface, { 0 }, 0 };
	size_t start = s->out->len;
	cairo_status_t status;
	cairo_t *cr;

	set_metadata(s, surface);
	cr = cairo_create(surface);
	cairo_tag_begin(cr, "Document", NULL);
	for (size_t i = 0; i < s->page_count; i++) {
		o.page = (int)i + 1;
		draw_page(s, cr, &s->pages[i], &o);
		cairo_show_page(cr);
	}
	cairo_tag_end(cr, "Document");
	status = cairo_status(cr);
	cairo_destroy(cr);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	return cairo_failed(status, why) == 0 ? complete(s, start, why) : -1;
}

int sheet_write_png(struct sheet *s, struct err *why)
{
	cairo_surface_t *surface;
	cairo_status_t status;
	cairo_t *cr;

	if (s->wanted < 1 || (size_t)s->wanted > s->page_count)
		return err_set(why, ERR_NOT_FOUND, "the document has %zu pages", s->page_count);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(SHEET_WIDTH * s->scale + 0.5),
					     (int)(SHEET_HEIGHT * s->scale + 0.5));
	cr = cairo_create(surface);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, s->scale, s->scale);
	draw_page(s, cr, &s->pages[s->wanted - 1], NULL);
	status = cairo_status(cr);
	cairo_destroy(cr);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_write_to_png_stream(surface, put_bytes, s->out);
	cairo_surface_destroy(surface);
	return cairo_failed(status, why);
}
