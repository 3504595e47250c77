#include "server/ctl/table.h"

#include "server/model/text_width.h"

#include <inttypes.h>

enum { NUMBER_SIZE = 32 };

static void put_cell(struct table *t, struct slice value)
{
	size_t column = t->cells++ % t->columns, start = t->text.len, width;

	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.ptr[i];
		bool c1 = c == 0xc2 && i + 1 < value.len && value.ptr[i + 1] < 0xa0;

		i += c1;
		buffer_put_byte(&t->text, c < 0x20 || c == 0x7f || c1 ? '?' : c);
	}
	width = text_width(slice_of(t->text.data + start, t->text.len - start));
	buffer_put_byte(&t->text, '\0');
	if (width > t->width[column])
		t->width[column] = width;
}

void table_open(struct table *t, const char *headings)
{
	struct slice rest = slice_of_string(headings);
	struct slice list[TABLE_COLUMNS_MAX];

	*t = (struct table){ 0 };
	while (t->columns < TABLE_COLUMNS_MAX) {
		struct slice heading = slice_take(rest, slice_find(rest, '|'));

		t->right[t->columns] = slice_starts_with(heading, ">");
		list[t->columns] = slice_skip(heading, t->right[t->columns]);
		t->columns++;
		if (heading.len == rest.len)
			break;
		rest = slice_skip(rest, heading.len + 1);
	}
	for (size_t i = 0; i < t->columns; i++)
		put_cell(t, list[i]);
}

void table_text(struct table *t, const char *value)
{
	put_cell(t, slice_of_string(value && *value ? value : "-"));
}

void table_integer(struct table *t, int64_t value)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof(text), "%" PRId64, value);
	table_text(t, text);
}

void table_time(struct table *t, time_us value)
{
	char text[TIME_TEXT_SIZE];

	if (value == TIME_NONE) {
		table_text(t, NULL);
		return;
	}
	time_to_text(value, text);
	/* 2026-11-24T08:14:40.123456Z: the fraction is of no interest to people */
	text[10] = ' ';
	text[19] = '\0';
	table_text(t, text);
}

void table_print(struct table *t, FILE *to)
{
	const char *cell = (const char *)t->text.data;

	for (size_t i = 0; cell && !t->text.failed && i < t->cells; i++) {
		size_t column = i % t->columns, width = text_width(slice_of_string(cell));
		int pad = (int)(t->width[column] - width);
		bool last = column + 1 == t->columns;

		fprintf(to, "%*s%s%*s%s", t->right[column] ? pad : 0, "", cell, t->right[column] || last ? 0 : pad, "",
			last ? "\n" : "  ");
		cell += strlen(cell) + 1;
	}
	buffer_release(&t->text);
	*t = (struct table){ 0 };
}
