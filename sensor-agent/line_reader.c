#include "sensor-agent/line_reader.h"

/* What is kept between lines; more came from a long one and is given back. */
enum { KEPT_ROOM = 64 * 1024 };

void line_reader_init(struct line_reader *r, size_t limit)
{
	*r = (struct line_reader){ .limit = limit };
	buffer_init(&r->held, limit);
}

void line_reader_release(struct line_reader *r)
{
	buffer_release(&r->held);
}

static void begin_line(struct line_reader *r)
{
	if (r->held.room > KEPT_ROOM)
		buffer_release(&r->held);
	buffer_clear(&r->held);
	r->length = 0;
	r->last_byte = 0;
}

void line_reader_reset(struct line_reader *r, uint64_t position)
{
	begin_line(r);
	r->start = r->done = r->taken = position;
}

bool line_reader_is_open(const struct line_reader *r)
{
	return r->length > 0;
}

/* Keeps what the limit allows of a further piece of the line. */
static bool hold(struct line_reader *r, struct slice piece)
{
	if (r->held.len < r->limit)
		buffer_put_slice(&r->held, slice_take(piece, r->limit - r->held.len));
	if (r->held.failed) {
		r->held.failed = false;
		return false;
	}
	if (piece.len) {
		r->length += piece.len;
		r->last_byte = piece.ptr[piece.len - 1];
	}
	return true;
}

/* The line without its CR, cut to the limit; `kept` is its first bytes. */
static struct line make_line(struct slice kept, uint64_t length, uint8_t last_byte, size_t limit)
{
	struct line line = { 0 };

	if (length > 0 && last_byte == '\r')
		length--;
	line.bytes = slice_take(kept, length < limit ? (size_t)length : limit);
	if (length > limit)
		line.original_length = length;
	return line;
}

/* Holds the piece that ends the line, unless all of the line is in it, and makes the line. */
static bool end_line(struct line_reader *r, struct slice piece, struct line *line)
{
	if (r->length == 0) {
		*line = make_line(piece, piece.len, piece.len ? piece.ptr[piece.len - 1] : 0, r->limit);
		return true;
	}
	if (!hold(r, piece))
		return false;
	*line = make_line(buffer_slice(&r->held), r->length, r->last_byte, r->limit);
	return true;
}

/* Where the line begins in the rest of the input; a line under way goes on at once. */
static size_t skip_nuls(const struct line_reader *r, struct slice in)
{
	size_t n = 0;

	while (r->length == 0 && n < in.len && in.ptr[n] == '\0')
		n++;
	return n;
}

enum parse line_reader_next(struct line_reader *r, struct slice in, size_t *used, struct line *line)
{
	size_t at = 0;

	*used = 0;
	if (r->length == 0)
		begin_line(r);
	for (;;) {
		size_t skipped = skip_nuls(r, slice_skip(in, at));
		struct slice rest = slice_skip(in, at + skipped);
		size_t end = slice_find(rest, '\n');
		struct slice piece = slice_take(rest, end);
		bool complete = end < rest.len;

		at += skipped;
		if (r->length == 0)
			r->start = r->taken + at;
		if (complete ? !end_line(r, piece, line) : !hold(r, piece))
			return PARSE_BAD;
		at += end + complete;
		if (!complete)
			break;
		r->done = r->taken + at;
		r->length = 0;
		if (line->bytes.len) {
			*used = at;
			r->taken += at;
			return PARSE_OK;
		}
		begin_line(r);
	}
	*used = at;
	r->taken += at;
	if (r->length == 0)
		r->done = r->taken;
	return PARSE_MORE;
}

bool line_reader_finish(struct line_reader *r, struct line *line)
{
	bool open = r->length > 0;

	*line = make_line(buffer_slice(&r->held), r->length, r->last_byte, r->limit);
	r->length = 0;
	r->done = r->taken;
	return open && line->bytes.len > 0;
}
