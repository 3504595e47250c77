/* Lines, against a definition that needs the whole text at once: split at LF, NULs in front and one CR behind taken
 * off, empty ones left out, long ones cut. The first byte of the input chooses how the stream is cut. */
#include "sensor-agent/line_reader.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 20 };

static void put(struct buffer *out, struct slice kept, uint64_t original_length)
{
	buffer_printf(out, "%zu/%llu:", kept.len, (unsigned long long)original_length);
	buffer_put_slice(out, kept);
}

static void define(struct slice text, struct buffer *out)
{
	while (text.len) {
		size_t end = slice_find(text, '\n');
		struct slice line = slice_take(text, end);

		text = slice_skip(text, end + 1);
		while (line.len && line.ptr[0] == '\0')
			line = slice_skip(line, 1);
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (line.len)
			put(out, slice_take(line, LIMIT), line.len > LIMIT ? line.len : 0);
	}
}

static void run(struct slice text, size_t piece, struct buffer *out)
{
	struct line_reader r;
	struct line line;
	size_t at = 0, used;

	line_reader_init(&r, LIMIT);
	while (at < text.len) {
		struct slice part = slice_take(slice_skip(text, at), piece);
		enum parse got = line_reader_next(&r, part, &used, &line);

		if (got == PARSE_BAD || used > part.len || (got == PARSE_MORE && used < part.len) || r.held.len > LIMIT)
			abort();
		at += used;
		if (r.taken != at || r.done > at || (got == PARSE_OK && r.done != at))
			abort();
		/* Beginning again at `done` must not cut a line. */
		if (r.done > 0 && line_reader_is_open(&r) && text.ptr[r.done - 1] != '\n' && text.ptr[r.done - 1] != 0)
			abort();
		if (got == PARSE_OK)
			put(out, line.bytes, line.original_length);
	}
	if (line_reader_finish(&r, &line))
		put(out, line.bytes, line.original_length);
	line_reader_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer defined = { 0 }, got = { 0 };
	struct slice text;

	if (size == 0)
		return 0;
	text = slice_of(data + 1, size - 1);
	define(text, &defined);
	run(text, 1 + data[0], &got);
	if (!slice_equal(buffer_slice(&defined), buffer_slice(&got)))
		abort();
	buffer_release(&defined);
	buffer_release(&got);
	return 0;
}
