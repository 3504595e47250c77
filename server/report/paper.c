#include "server/report/paper.h"

enum { FIRST_ROOM = 64, CELLS_MAX = 100000 };

const char *paper_words(const struct paper *p, const char *ja, const char *en)
{
	return p->w.japanese ? ja : en;
}

const char *paper_get(const struct paper *p, const char *key)
{
	const char *text = report_text_get(p->texts, key, p->w.japanese);

	return text ? text : "";
}

const char *paper_fill(struct paper *p, const char *key, const struct report_text_value *values, size_t count)
{
	const char *text = report_text_fill(p->texts, key, p->w.japanese, values, count, p->w.pool);

	if (!text)
		p->failed = true;
	return text ? text : "";
}

void paper_text(struct paper *p, enum sheet_style style, const char *key)
{
	paper_filled(p, style, key, NULL, 0);
}

void paper_filled(struct paper *p, enum sheet_style style, const char *key, const struct report_text_value *values,
		  size_t count)
{
	sheet_text(p->sheet, style, paper_fill(p, key, values, count));
}

/* Up to the first blank, of either width. */
const char *paper_sharing(struct paper *p, const char *key)
{
	struct slice text = slice_of_string(paper_get(p, key));
	size_t n = 0;
	const char *mark;

	while (n < text.len && text.ptr[n] != ' ' && text.ptr[n] != '\n' && text.ptr[n] < 0x80)
		n++;
	mark = pool_string(p->w.pool, slice_take(text, n));
	if (!mark)
		p->failed = true;
	return mark ? mark : "";
}

const char *paper_watermark(struct paper *p, const struct document_order *order, bool preliminary)
{
	if (order->frame.draft)
		return paper_get(p, "draft_mark");
	return preliminary ? paper_get(p, "preliminary_mark") : NULL;
}

static bool given(const char *text)
{
	return text && text[0];
}

void paper_desk(struct paper *p, const struct document_frame *frame)
{
	const struct report_text_value hours[] = { { "hours", frame->desk_hours } },
				       mail[] = { { "mail", frame->desk_mail } };

	if (!given(frame->desk_phone) && !given(frame->desk_mail))
		return;
	sheet_box_begin(p->sheet, false, 0);
	paper_text(p, SHEET_BODY, "contact_line");
	if (given(frame->desk_phone))
		sheet_text(p->sheet, SHEET_LARGE, frame->desk_phone);
	if (given(frame->desk_hours))
		paper_filled(p, SHEET_BODY, "contact_hours", hours, ARRAY_LEN(hours));
	if (given(frame->desk_mail))
		paper_filled(p, SHEET_BODY, "contact_mail", mail, ARRAY_LEN(mail));
	sheet_box_end(p->sheet);
	sheet_space(p->sheet, 6);
}

void paper_keep(struct paper *p, double height)
{
	const double page = SHEET_HEIGHT - 100;

	if (height < page && sheet_room(p->sheet) < height)
		sheet_new_page(p->sheet);
}

void paper_cell(struct paper *p, struct paper_table *table, const char *text)
{
	if (table->filled == table->room) {
		size_t room = table->room ? table->room * 2 : FIRST_ROOM;
		const char **grown = room <= CELLS_MAX * 2 ? pool_take_array(p->w.pool, room, sizeof(*grown)) : NULL;

		if (!grown) {
			p->failed = true;
			return;
		}
		if (table->filled > 0)
			memcpy(grown, table->cells, table->filled * sizeof(*grown));
		table->cells = grown;
		table->room = room;
	}
	table->cells[table->filled++] = text;
}

/* False: no memory for it. */
static bool table_filled_up(struct paper *p, struct paper_table *table)
{
	while (table->filled % table->column_count != 0 && !p->failed)
		paper_cell(p, table, NULL);
	return !p->failed;
}

void paper_table_put(struct paper *p, struct paper_table *table, const char *alt)
{
	if (table_filled_up(p, table))
		sheet_table(p->sheet, alt, table->columns, table->column_count, table->cells,
			    table->filled / table->column_count);
}

void paper_table_put_small(struct paper *p, struct paper_table *table, const char *alt)
{
	if (table_filled_up(p, table))
		sheet_table_of(p->sheet, SHEET_SMALL, alt, table->columns, table->column_count, table->cells,
			       table->filled / table->column_count);
}
