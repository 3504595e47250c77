#include "sensor-agent/syslog_frame.h"

enum {
	DIGITS_MOST = 6,
	KEPT_ROOM = 16 * 1024, /* what is kept between frames; more is given back */
};

void syslog_framer_init(struct syslog_framer *f, size_t limit)
{
	*f = (struct syslog_framer){ .limit = limit };
	buffer_init(&f->held, limit > DIGITS_MOST ? limit : DIGITS_MOST);
}

void syslog_framer_release(struct syslog_framer *f)
{
	buffer_release(&f->held);
}

static bool is_end(uint8_t c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

/* `kept` is the first bytes of a message that had `length`. False when nothing is left of it. */
static bool make_frame(struct slice kept, uint64_t length, size_t limit, struct syslog_frame *frame)
{
	*frame = (struct syslog_frame){ .bytes = slice_take(kept, limit) };
	if (length > frame->bytes.len)
		frame->original_length = length;
	else
		while (frame->bytes.len && is_end(frame->bytes.ptr[frame->bytes.len - 1]))
			frame->bytes.len--;
	return frame->bytes.len > 0;
}

/* Keeps what the limit allows of a further piece of the message. */
static bool hold(struct syslog_framer *f, struct slice piece)
{
	if (f->held.len < f->limit)
		buffer_put_slice(&f->held, slice_take(piece, f->limit - f->held.len));
	f->length += piece.len;
	return !f->held.failed;
}

static void begin(struct syslog_framer *f)
{
	if (f->held.room > KEPT_ROOM)
		buffer_release(&f->held);
	buffer_clear(&f->held);
	f->length = 0;
	f->counted = 0;
}

/* The frame's kind, by its first byte. Uses what stands between frames. */
static size_t choose(struct syslog_framer *f, struct slice in)
{
	size_t n = 0;

	begin(f);
	while (n < in.len && is_end(in.ptr[n]))
		n++;
	if (n < in.len)
		f->state = in.ptr[n] >= '1' && in.ptr[n] <= '9' ? SYSLOG_LENGTH : SYSLOG_TEXT;
	return n;
}

/* The digits are held, too: if no space follows, they are the beginning of a message without a count. */
static size_t read_length(struct syslog_framer *f, struct slice in)
{
	size_t n = 0;

	while (n < in.len && f->state == SYSLOG_LENGTH) {
		uint8_t c = in.ptr[n];

		if (c >= '0' && c <= '9' && f->held.len < DIGITS_MOST) {
			f->counted = f->counted * 10 + (c - '0');
			buffer_put_byte(&f->held, c);
			n++;
		} else if (c == ' ') {
			f->state = SYSLOG_COUNTED;
			buffer_clear(&f->held);
			n++;
		} else {
			f->state = SYSLOG_TEXT;
			f->length = f->held.len;
		}
	}
	return n;
}

/* How much of the message, and of what ends it, stands in `in`. */
static struct slice measure(const struct syslog_framer *f, struct slice in, bool *complete, size_t *used)
{
	struct slice piece;

	if (f->state == SYSLOG_COUNTED) {
		piece = slice_take(in, f->counted - (size_t)f->length);
		*complete = f->length + piece.len == f->counted;
		*used = piece.len;
		return piece;
	}
	piece = slice_take(in, slice_find(in, '\n'));
	piece = slice_take(piece, slice_find(piece, '\0'));
	*complete = piece.len < in.len;
	*used = piece.len + *complete;
	return piece;
}

/* Reads a message's content. True: it is complete and worth giving. */
static bool read_content(struct syslog_framer *f, struct slice in, size_t *used, struct syslog_frame *frame)
{
	bool complete, whole = f->length == 0;
	struct slice piece = measure(f, in, &complete, used);

	if (complete)
		f->state = SYSLOG_BETWEEN;
	if (complete && whole)
		return make_frame(piece, piece.len, f->limit, frame);
	if (!hold(f, piece))
		return false;
	return complete && make_frame(buffer_slice(&f->held), f->length, f->limit, frame);
}

enum parse syslog_framer_next(struct syslog_framer *f, struct slice in, size_t *used, struct syslog_frame *frame)
{
	size_t n;

	*used = 0;
	while (*used < in.len) {
		struct slice rest = slice_skip(in, *used);
		bool got = false;

		if (f->state == SYSLOG_BETWEEN)
			n = choose(f, rest);
		else if (f->state == SYSLOG_LENGTH)
			n = read_length(f, rest);
		else
			got = read_content(f, rest, &n, frame);
		*used += n;
		if (f->held.failed)
			return PARSE_BAD;
		if (got)
			return PARSE_OK;
	}
	return PARSE_MORE;
}

bool syslog_framer_finish(struct syslog_framer *f, struct syslog_frame *frame)
{
	uint64_t length = f->state == SYSLOG_COUNTED ? f->counted : f->state == SYSLOG_LENGTH ? f->held.len : f->length;
	bool open = f->state != SYSLOG_BETWEEN && f->held.len > 0;

	f->state = SYSLOG_BETWEEN;
	return open && make_frame(buffer_slice(&f->held), length, f->limit, frame);
}

bool syslog_datagram(struct slice in, size_t length, size_t limit, struct syslog_frame *frame)
{
	return make_frame(in, length > in.len ? length : in.len, limit, frame);
}
