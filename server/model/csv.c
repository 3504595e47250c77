#include "server/model/csv.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

void csv_open(struct csv_reader *reader, struct slice text)
{
	*reader = (struct csv_reader){ .rest = text, .line = 1 };
}

static int peek(const struct csv_reader *reader)
{
	return reader->rest.len ? reader->rest.ptr[0] : -1;
}

static void drop(struct csv_reader *reader, size_t n)
{
	reader->rest = slice_skip(reader->rest, n);
}

/* Takes a line end if one is next; a CR counts only with its LF. */
static bool take_line_end(struct csv_reader *reader)
{
	size_t n = slice_starts_with(reader->rest, "\r\n") ? 2 : peek(reader) == '\n';

	if (n == 0)
		return false;
	drop(reader, n);
	reader->line++;
	return true;
}

static const char *put(struct csv_record *record, uint8_t byte)
{
	if (record->used == CSV_TEXT_MAX)
		return "the record is longer than 16 KiB";
	record->text[record->used++] = byte;
	return NULL;
}

/* Behind the opening quote, up to and with the closing one. */
static const char *quoted_field(struct csv_reader *reader, struct csv_record *record)
{
	const char *problem = NULL;

	while (!problem) {
		int c = peek(reader);

		if (c < 0)
			return "a quoted field does not end";
		drop(reader, 1);
		if (c == '"') {
			if (peek(reader) != '"')
				break;
			drop(reader, 1);
		}
		if (c == '\n')
			reader->line++;
		problem = put(record, (uint8_t)c);
	}
	if (!problem && reader->rest.len && !memchr(",\r\n", reader->rest.ptr[0], 3))
		problem = "there is text behind a closing quote";
	return problem;
}

static const char *plain_field(struct csv_reader *reader, struct csv_record *record)
{
	const char *problem = NULL;
	int c;

	while (!problem && (c = peek(reader)) >= 0 && c != ',' && c != '\n' && c != '\r') {
		if (c == '"')
			return "a quote stands inside a field that is not quoted";
		drop(reader, 1);
		problem = put(record, (uint8_t)c);
	}
	return problem;
}

static const char *field(struct csv_reader *reader, struct csv_record *record)
{
	size_t start = record->used;
	const char *problem;

	if (record->count == CSV_FIELDS_MAX)
		return "there are more than 32 fields";
	if (peek(reader) == '"') {
		drop(reader, 1);
		problem = quoted_field(reader, record);
	} else {
		problem = plain_field(reader, record);
	}
	record->fields[record->count] = slice_of(record->text + start, record->used - start);
	if (!problem && !slice_is_utf8(record->fields[record->count]))
		problem = "a field is not UTF-8; save the file as UTF-8";
	record->count++;
	return problem;
}

enum csv_got csv_next(struct csv_reader *reader, struct csv_record *record, const char **problem)
{
	if (!reader->started && slice_starts_with(reader->rest, byte_order_mark))
		drop(reader, sizeof(byte_order_mark) - 1);
	reader->started = true;
	while (take_line_end(reader))
		;
	record->line = reader->line;
	record->count = 0;
	record->used = 0;
	if (reader->rest.len == 0)
		return CSV_END;
	while ((*problem = field(reader, record)) == NULL) {
		if (reader->rest.len == 0 || take_line_end(reader))
			return CSV_RECORD;
		if (peek(reader) != ',') {
			*problem = "a carriage return stands alone";
			break;
		}
		drop(reader, 1);
	}
	reader->rest.len = 0;
	return CSV_BAD;
}

void csv_put(struct buffer *out, struct slice field_text)
{
	bool plain = field_text.len > 0;

	for (size_t i = 0; i < field_text.len; i++)
		if (memchr(",\"\r\n", field_text.ptr[i], 4))
			plain = false;
	if (plain) {
		buffer_put_slice(out, field_text);
		return;
	}
	buffer_put_byte(out, '"');
	for (size_t i = 0; i < field_text.len; i++) {
		if (field_text.ptr[i] == '"')
			buffer_put_byte(out, '"');
		buffer_put_byte(out, field_text.ptr[i]);
	}
	buffer_put_byte(out, '"');
}
