/* Syslog framing: what a stream says does not depend on how it was cut; no message is empty or longer than the limit;
 * messages framed anew by octet counting come out as they went in. The first byte of the input chooses the cut. */
#include "sensor-agent/syslog_frame.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 64 };

static void put(struct buffer *out, const struct syslog_frame *frame)
{
	if (frame->bytes.len == 0 || frame->bytes.len > LIMIT)
		abort();
	if (frame->original_length && frame->original_length <= frame->bytes.len)
		abort();
	buffer_printf(out, "%zu ", frame->bytes.len);
	buffer_put_slice(out, frame->bytes);
}

/* Everything in the stream, octet-counted. *cut: whether a message was longer than the limit, or unfinished. */
static void run(struct slice in, size_t piece, struct buffer *out, bool *cut)
{
	struct syslog_framer f;
	struct syslog_frame frame;
	size_t at = 0, used;

	syslog_framer_init(&f, LIMIT);
	while (at < in.len) {
		struct slice part = slice_take(slice_skip(in, at), piece);
		enum parse got = syslog_framer_next(&f, part, &used, &frame);

		if (got == PARSE_BAD || used > part.len || f.held.len > LIMIT || (got == PARSE_MORE && used < part.len))
			abort();
		at += used;
		if (got != PARSE_OK)
			continue;
		*cut = *cut || frame.original_length;
		put(out, &frame);
	}
	if (syslog_framer_finish(&f, &frame)) {
		*cut = true;
		put(out, &frame);
	}
	syslog_framer_release(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole = { 0 }, pieces = { 0 }, again = { 0 };
	bool cut = false, ignored = false;
	struct slice in;

	if (size == 0)
		return 0;
	in = slice_of(data + 1, size - 1);
	run(in, in.len ? in.len : 1, &whole, &cut);
	run(in, 1 + data[0] % 32, &pieces, &ignored);
	if (!slice_equal(buffer_slice(&whole), buffer_slice(&pieces)) || cut != ignored)
		abort();
	/* A cut message may end in bytes that are taken off from a whole one. */
	run(buffer_slice(&whole), whole.len ? whole.len : 1, &again, &ignored);
	if (!cut && !slice_equal(buffer_slice(&whole), buffer_slice(&again)))
		abort();
	buffer_release(&whole);
	buffer_release(&pieces);
	buffer_release(&again);
	return 0;
}
