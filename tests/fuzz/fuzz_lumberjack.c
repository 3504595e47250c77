/* Lumberjack: what a stream says does not depend on how it was cut, and no event is longer than its limit. The
 * first byte of the input chooses the cut; if it is odd, the rest is also wrapped into a C frame, so that mutations
 * reach the inside of compressed data. */
#include "lib/lumberjack.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct lumberjack_limits limits = {
	.window_events = 1000, .record_size = 4096, .compressed_size = 65536, .inflated_size = 65536
};

/* A running fingerprint (FNV-1a) of everything that came out. */
static uint64_t mix(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static uint64_t run(struct slice in, size_t piece)
{
	struct lumberjack_decoder *d = lumberjack_decoder_new(&limits);
	uint64_t h = 14695981039346656037u;
	size_t at = 0, have = 0, used;
	struct lumberjack_item item;
	struct err why = { 0 };

	for (;;) {
		enum lumberjack_got got = lumberjack_next(d, slice_of(in.ptr + at, have - at), &used, &item, &why);

		if (used > have - at || lumberjack_decoder_memory(d) > lumberjack_decoder_most(&limits) + 64)
			abort();
		at += used;
		if (got == LUMBERJACK_NEED) {
			if (item.need <= have - at)
				abort(); /* would be asked for ever */
			if (have == in.len)
				break;
			have = have + piece < in.len ? have + piece : in.len;
			continue;
		}
		h = mix(h, &got, sizeof(got));
		if (got == LUMBERJACK_BAD) {
			if (why.code == ERR_NONE)
				abort();
			break;
		}
		if (item.body.len > limits.record_size)
			abort();
		h = mix(h, &item.number, sizeof(item.number));
		h = mix(h, item.body.ptr, item.body.len);
	}
	lumberjack_decoder_free(d);
	return h;
}

static void check(struct slice in, size_t piece, bool exact)
{
	uint64_t whole = run(in, in.len ? in.len : 1);

	/* Where a bomb is noticed may depend on the cut once inflating has begun. */
	if (run(in, piece) != whole && exact)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lumberjack_deflater *z;
	struct buffer wrapped = { 0 };
	struct slice rest;

	if (size == 0)
		return 0;
	rest = slice_of(data + 1, size - 1);
	check(rest, 1 + data[0] / 2, memchr(rest.ptr, 'C', rest.len) == NULL);
	if (data[0] & 1) {
		z = lumberjack_deflater_new(1);
		lumberjack_put_window(&wrapped, 1000);
		if (z && lumberjack_put_compressed(z, &wrapped, rest, NULL) == 0)
			check(buffer_slice(&wrapped), 1 + data[0] / 2, rest.len < limits.inflated_size);
		lumberjack_deflater_free(z);
	}
	buffer_release(&wrapped);
	return 0;
}
