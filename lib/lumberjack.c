#include "lib/lumberjack.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	HEADER = 2,         /* version and type */
	WINDOW_HEADER = 6,  /* also of C and A */
	RECORD_HEADER = 10, /* header, sequence, length or pairs */
	PAIRS_MAX = 256,
	INFLATE_ROOM = 32 * 1024,
	INFLATE_STATE = 48 * 1024, /* what zlib takes for itself */
};

/* A C frame under way. */
struct inflater {
	z_stream z;
	uint32_t compressed_left; /* bytes of the C frame that have not been used */
	bool ended;               /* zlib has seen the end of its stream */
	uint8_t *out;             /* inflated bytes; frames are read from out[at..have) */
	size_t at, have, room;
};

struct lumberjack_decoder {
	const struct lumberjack_limits *limits;
	uint32_t window_left;
	bool window_was_empty;     /* and nothing has come since: its C frame may follow */
	struct inflater *inflater; /* NULL: outside a C frame */
};

struct frame {
	uint8_t type;
	uint32_t number;   /* W: count, J and D: sequence, C: length */
	struct slice body; /* J and D */
};

/* ------------------------------------------------------------------------------------------------ frames */

static enum parse more(size_t *size, size_t needed)
{
	*size = needed;
	return PARSE_MORE;
}

static enum parse bad(struct err *why, enum err_code code, const char *message)
{
	err_set(why, code, "Lumberjack: %s", message);
	return PARSE_BAD;
}

static enum parse parse_json(struct slice in, const struct lumberjack_limits *limits, struct frame *f, size_t *size,
			     struct err *why)
{
	uint32_t len;

	if (in.len < RECORD_HEADER)
		return more(size, RECORD_HEADER);
	len = load_be32(in.ptr + 6);
	if (len > limits->record_size)
		return bad(why, ERR_LIMIT, "an event is larger than collector.record_size");
	*size = RECORD_HEADER + (size_t)len;
	if (in.len < *size)
		return PARSE_MORE;
	f->body = slice_of(in.ptr + RECORD_HEADER, len);
	return PARSE_OK;
}

/* The length stands nowhere, so the pairs are walked. */
static enum parse parse_pairs(struct slice in, const struct lumberjack_limits *limits, struct frame *f, size_t *size,
			      struct err *why)
{
	size_t at = RECORD_HEADER;
	uint32_t pairs;

	if (in.len < RECORD_HEADER)
		return more(size, RECORD_HEADER);
	pairs = load_be32(in.ptr + 6);
	if (pairs > PAIRS_MAX)
		return bad(why, ERR_LIMIT, "an event has more than 256 pairs");
	for (uint32_t i = 0; i < 2 * pairs; i++) {
		uint32_t len;

		if (in.len < at + 4)
			return more(size, at + 4);
		len = load_be32(in.ptr + at);
		if (len > limits->record_size || at + 4 + len > RECORD_HEADER + (size_t)limits->record_size)
			return bad(why, ERR_LIMIT, "an event is larger than collector.record_size");
		at += 4 + (size_t)len;
		if (in.len < at)
			return more(size, at);
	}
	*size = at;
	f->body = slice_of(in.ptr + RECORD_HEADER, at - RECORD_HEADER);
	return PARSE_OK;
}

/* PARSE_OK: *size bytes are the frame (of a C only its header). PARSE_MORE: *size bytes must be there first. */
static enum parse parse_frame(struct slice in, const struct lumberjack_limits *limits, struct frame *f, size_t *size,
			      struct err *why)
{
	if (in.len >= 1 && in.ptr[0] == '1')
		return bad(why, ERR_PROTOCOL, "version 1 is not served; use a client that speaks version 2");
	if (in.len >= 1 && in.ptr[0] != '2')
		return bad(why, ERR_PROTOCOL, "this is not Lumberjack");
	if (in.len < HEADER)
		return more(size, HEADER);
	f->type = in.ptr[1];
	if (!memchr("WJDC", f->type, 4))
		return bad(why, ERR_PROTOCOL, "unknown type of frame");
	if (in.len < WINDOW_HEADER)
		return more(size, WINDOW_HEADER);
	f->number = load_be32(in.ptr + HEADER);
	*size = WINDOW_HEADER;
	if (f->type == 'J')
		return parse_json(in, limits, f, size, why);
	if (f->type == 'D')
		return parse_pairs(in, limits, f, size, why);
	if (f->type == 'W' && f->number > limits->window_events)
		return bad(why, ERR_LIMIT, "a window is larger than collector.window_events");
	if (f->type == 'C' && f->number > limits->compressed_size)
		return bad(why, ERR_LIMIT, "a compressed frame is larger than collector.compressed_size");
	return PARSE_OK;
}

bool lumberjack_pair(struct slice pairs, const char *key, struct slice *value)
{
	while (pairs.len >= 4) {
		struct slice part[2];

		for (int i = 0; i < 2; i++) {
			if (pairs.len < 4 || pairs.len - 4 < load_be32(pairs.ptr))
				return false;
			part[i] = slice_of(pairs.ptr + 4, load_be32(pairs.ptr));
			pairs = slice_skip(pairs, 4 + part[i].len);
		}
		if (slice_is(part[0], key)) {
			*value = part[1];
			return true;
		}
	}
	return false;
}

/* ------------------------------------------------------------------------------------------------ inflating */

static void inflater_free(struct inflater *f)
{
	if (!f)
		return;
	inflateEnd(&f->z);
	free(f->out);
	free(f);
}

static struct inflater *inflater_new(uint32_t compressed)
{
	struct inflater *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->room = INFLATE_ROOM;
	f->out = malloc(f->room);
	f->compressed_left = compressed;
	if (!f->out || inflateInit(&f->z) != Z_OK) {
		free(f->out);
		free(f);
		return NULL;
	}
	return f;
}

/* Makes room for a frame of `size` bytes; the parser has compared size with its limits. */
static bool make_room(struct inflater *f, size_t size)
{
	uint8_t *bigger;

	memmove(f->out, f->out + f->at, f->have - f->at);
	f->have -= f->at;
	f->at = 0;
	if (size <= f->room)
		return true;
	bigger = realloc(f->out, size);
	if (!bigger)
		return false;
	f->out = bigger;
	f->room = size;
	return true;
}

/* Inflates into the free room. False with `why` when the stream is broken. *progress: bytes came or went. */
static bool inflate_some(struct inflater *f, const struct lumberjack_limits *limits, struct slice *in, bool *progress,
			 struct err *why)
{
	size_t offered = in->len < f->compressed_left ? in->len : f->compressed_left;
	size_t space = f->room - f->have;
	size_t taken, made;
	int result;

	f->z.next_in = (Bytef *)(uintptr_t)in->ptr; /* zlib only reads it */
	f->z.avail_in = (uInt)offered;
	f->z.next_out = f->out + f->have;
	f->z.avail_out = (uInt)space;
	result = inflate(&f->z, Z_NO_FLUSH);
	taken = offered - f->z.avail_in;
	made = space - f->z.avail_out;
	*in = slice_skip(*in, taken);
	f->compressed_left -= (uint32_t)taken;
	f->have += made;
	*progress = taken || made || result == Z_STREAM_END;
	f->ended = result == Z_STREAM_END;
	if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
		return bad(why, ERR_PROTOCOL, "a compressed frame is not zlib data") != PARSE_BAD;
	if (f->z.total_out > limits->inflated_size)
		return bad(why, ERR_LIMIT, "a compressed frame inflates beyond collector.inflated_size") != PARSE_BAD;
	return true;
}

/* ------------------------------------------------------------------------------------------------ decoder */

struct lumberjack_decoder *lumberjack_decoder_new(const struct lumberjack_limits *limits)
{
	struct lumberjack_decoder *d = calloc(1, sizeof(*d));

	if (d)
		d->limits = limits;
	return d;
}

void lumberjack_decoder_free(struct lumberjack_decoder *d)
{
	if (!d)
		return;
	inflater_free(d->inflater);
	free(d);
}

bool lumberjack_in_window(const struct lumberjack_decoder *d)
{
	return d->window_left > 0 || d->inflater;
}

bool lumberjack_is_fresh(const struct lumberjack_decoder *d)
{
	return !lumberjack_in_window(d) && !d->window_was_empty;
}

size_t lumberjack_decoder_memory(const struct lumberjack_decoder *d)
{
	if (!d->inflater)
		return sizeof(*d);
	return sizeof(*d) + sizeof(*d->inflater) + INFLATE_STATE + d->inflater->room;
}

size_t lumberjack_decoder_most(const struct lumberjack_limits *limits)
{
	size_t room = (size_t)limits->record_size + RECORD_HEADER;

	return sizeof(struct lumberjack_decoder) + sizeof(struct inflater) + INFLATE_STATE +
	       (room > INFLATE_ROOM ? room : INFLATE_ROOM);
}

static enum lumberjack_got refuse(struct err *why, enum err_code code, const char *message)
{
	bad(why, code, message);
	return LUMBERJACK_BAD;
}

static enum lumberjack_got need(struct lumberjack_item *item, size_t bytes)
{
	item->need = bytes;
	return LUMBERJACK_NEED;
}

static enum lumberjack_got give_record(struct lumberjack_decoder *d, const struct frame *f,
				       struct lumberjack_item *item, struct err *why)
{
	if (d->window_left == 0)
		return refuse(why, ERR_PROTOCOL, "an event outside a window");
	d->window_left--;
	item->number = f->number;
	item->body = f->body;
	item->is_pairs = f->type == 'D';
	item->is_last = d->window_left == 0;
	return LUMBERJACK_RECORD;
}

/* Closes the C frame; LUMBERJACK_NEED with need 0 stands for "go on outside". */
static enum lumberjack_got end_compressed(struct lumberjack_decoder *d, struct lumberjack_item *item, struct err *why)
{
	if (d->inflater->have != d->inflater->at)
		return refuse(why, ERR_PROTOCOL, "a compressed frame ends inside an event");
	if (d->inflater->compressed_left)
		return refuse(why, ERR_PROTOCOL, "bytes behind the end of compressed data");
	inflater_free(d->inflater);
	d->inflater = NULL;
	return need(item, 0);
}

static enum lumberjack_got next_inside(struct lumberjack_decoder *d, struct slice *in, struct lumberjack_item *item,
				       struct err *why)
{
	struct inflater *f = d->inflater;

	for (;;) {
		struct frame frame;
		size_t size = 0;
		bool progress;
		enum parse got = parse_frame(slice_of(f->out + f->at, f->have - f->at), d->limits, &frame, &size, why);

		if (got == PARSE_BAD)
			return LUMBERJACK_BAD;
		if (got == PARSE_OK) {
			if (frame.type == 'C' || frame.type == 'W')
				return refuse(why, ERR_PROTOCOL, "only events may stand in a compressed frame");
			f->at += size;
			return give_record(d, &frame, item, why);
		}
		if (f->ended)
			return end_compressed(d, item, why);
		if (!make_room(f, size))
			return refuse(why, ERR_NOMEM, "no memory for an event");
		if (!inflate_some(f, d->limits, in, &progress, why))
			return LUMBERJACK_BAD;
		if (progress)
			continue;
		if (f->compressed_left == 0)
			return refuse(why, ERR_PROTOCOL, "compressed data ends too early");
		return need(item, 1);
	}
}

static enum lumberjack_got open_compressed(struct lumberjack_decoder *d, uint32_t length, struct lumberjack_item *item,
					   struct err *why)
{
	if (d->window_left == 0 && !d->window_was_empty)
		return refuse(why, ERR_PROTOCOL, "a compressed frame outside a window");
	d->window_was_empty = false;
	d->inflater = inflater_new(length);
	if (!d->inflater)
		return refuse(why, ERR_NOMEM, "no memory to inflate");
	return need(item, 0);
}

static enum lumberjack_got next_outside(struct lumberjack_decoder *d, struct slice *in, struct lumberjack_item *item,
					struct err *why)
{
	struct frame frame;
	size_t size = 0;
	enum parse got = parse_frame(*in, d->limits, &frame, &size, why);

	if (got == PARSE_BAD)
		return LUMBERJACK_BAD;
	if (got == PARSE_MORE)
		return need(item, size);
	*in = slice_skip(*in, size);
	if (frame.type == 'C')
		return open_compressed(d, frame.number, item, why);
	if (frame.type != 'W')
		return give_record(d, &frame, item, why);
	if (d->window_left)
		return refuse(why, ERR_PROTOCOL, "a window begins before the last one is complete");
	d->window_left = frame.number;
	d->window_was_empty = frame.number == 0;
	item->number = frame.number;
	return LUMBERJACK_WINDOW;
}

enum lumberjack_got lumberjack_next(struct lumberjack_decoder *d, struct slice in, size_t *used,
				    struct lumberjack_item *item, struct err *why)
{
	struct slice rest = in;
	enum lumberjack_got got;

	*item = (struct lumberjack_item){ 0 };
	do
		got = d->inflater ? next_inside(d, &rest, item, why) : next_outside(d, &rest, item, why);
	while (got == LUMBERJACK_NEED && item->need == 0);
	*used = in.len - rest.len;
	return got;
}

/* ------------------------------------------------------------------------------------------------ writers */

static void put_header(struct buffer *out, char type, uint32_t number)
{
	buffer_put_byte(out, '2');
	buffer_put_byte(out, (uint8_t)type);
	buffer_put_be32(out, number);
}

void lumberjack_put_window(struct buffer *out, uint32_t count)
{
	put_header(out, 'W', count);
}

void lumberjack_put_json(struct buffer *out, uint32_t sequence, struct slice json)
{
	put_header(out, 'J', sequence);
	buffer_put_be32(out, (uint32_t)json.len);
	buffer_put_slice(out, json);
}

void lumberjack_put_ack(struct buffer *out, uint32_t sequence)
{
	put_header(out, 'A', sequence);
}

enum parse lumberjack_parse_ack(struct slice in, uint32_t *sequence)
{
	if ((in.len >= 1 && in.ptr[0] != '2') || (in.len >= 2 && in.ptr[1] != 'A'))
		return PARSE_BAD;
	if (in.len < LUMBERJACK_ACK_SIZE)
		return PARSE_MORE;
	*sequence = load_be32(in.ptr + HEADER);
	return PARSE_OK;
}

struct lumberjack_deflater {
	z_stream z;
};

struct lumberjack_deflater *lumberjack_deflater_new(int level)
{
	struct lumberjack_deflater *z = calloc(1, sizeof(*z));

	if (z && deflateInit(&z->z, level) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

void lumberjack_deflater_free(struct lumberjack_deflater *z)
{
	if (!z)
		return;
	deflateEnd(&z->z);
	free(z);
}

int lumberjack_put_compressed(struct lumberjack_deflater *z, struct buffer *out, struct slice frames, struct err *why)
{
	size_t start = out->len;
	size_t most;
	uint8_t *at;

	if (frames.len > UINT32_MAX / 2)
		return err_set(why, ERR_LIMIT, "too much to compress at once");
	deflateReset(&z->z);
	most = deflateBound(&z->z, (uLong)frames.len);
	put_header(out, 'C', 0);
	at = buffer_reserve(out, most);
	if (!at) {
		out->len = start;
		return err_set(why, ERR_NOMEM, "no memory to compress");
	}
	z->z.next_in = (Bytef *)(uintptr_t)frames.ptr;
	z->z.avail_in = (uInt)frames.len;
	z->z.next_out = at;
	z->z.avail_out = (uInt)most;
	if (deflate(&z->z, Z_FINISH) != Z_STREAM_END) {
		out->len = start;
		return err_set(why, ERR_NOMEM, "cannot compress");
	}
	most -= z->z.avail_out;
	for (int i = 0; i < 4; i++)
		out->data[start + HEADER + (size_t)i] = (uint8_t)(most >> (24 - 8 * i));
	out->len += most;
	return 0;
}
