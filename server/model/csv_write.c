#include "server/model/csv_write.h"

#include <inttypes.h>
#include <math.h>

static const char mark[] = "\xef\xbb\xbf";

void csv_begin(struct csv_writer *w, struct buffer *out)
{
	*w = (struct csv_writer){ .out = out };
	buffer_put_string(out, mark);
}

static void next_field(struct csv_writer *w)
{
	if (w->in_line)
		buffer_put_byte(w->out, ',');
	w->in_line = true;
}

void csv_heading(struct csv_writer *w, const char *names)
{
	buffer_put_string(w->out, names);
	csv_end_line(w);
}

/* Spreadsheets look past blanks before they take a cell for a formula; East Asian ones know wide characters too. */
static bool is_formula(struct slice value)
{
	static const char *const signs[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };

	while (value.len && value.ptr[0] == ' ')
		value = slice_skip(value, 1);
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (slice_starts_with(value, signs[i]))
			return true;
	return false;
}

static bool needs_quotes(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		if (memchr(",\"\r\n", value.ptr[i], 4))
			return true;
	return value.len && (value.ptr[0] == ' ' || value.ptr[value.len - 1] == ' ');
}

void csv_slice(struct csv_writer *w, struct slice value)
{
	bool quotes = needs_quotes(value);

	next_field(w);
	if (quotes)
		buffer_put_byte(w->out, '"');
	if (is_formula(value))
		buffer_put_byte(w->out, '\'');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"')
			buffer_put_byte(w->out, '"');
		buffer_put_byte(w->out, value.ptr[i]);
	}
	if (quotes)
		buffer_put_byte(w->out, '"');
}

void csv_text(struct csv_writer *w, const char *value)
{
	csv_slice(w, slice_of_string(value));
}

void csv_integer(struct csv_writer *w, int64_t value)
{
	next_field(w);
	buffer_printf(w->out, "%" PRId64, value);
}

void csv_known(struct csv_writer *w, bool known, int64_t value)
{
	if (known)
		csv_integer(w, value);
	else
		next_field(w);
}

void csv_real(struct csv_writer *w, double value)
{
	next_field(w);
	if (isfinite(value))
		buffer_printf(w->out, "%.15g", value);
}

void csv_end_line(struct csv_writer *w)
{
	buffer_put_string(w->out, "\r\n");
	w->in_line = false;
}
