/* Spool segments: any bytes are read to their end, each frame is within its limits and writes back to the bytes it was
 * read from. The input is a segment; the same bytes behind a good header with their checksums set right are tried too,
 * so that mutations reach the inside of frames. */
#include "lib/crc32.h"
#include "sensor-agent/spool_format.h"
#include "sensor-agent/spool_ledger.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_back(const struct spool_frame *frame, uint32_t mark, struct slice from)
{
	struct buffer out = { 0 };

	if (frame->type == SPOOL_POSITION)
		spool_put_position(&out, mark, &frame->position);
	else if (frame->type == SPOOL_COMMIT)
		spool_put_commit(&out, mark, &frame->commit);
	else
		spool_put_entry(&out, mark, &frame->entry);
	if (!slice_equal(buffer_slice(&out), from))
		abort();
	buffer_release(&out);
}

static void read_frames(struct slice in, uint32_t mark)
{
	while (in.len) {
		struct spool_frame frame;
		size_t used, next;
		enum parse got = spool_parse_frame(in, mark, &frame, &used);

		if (got == PARSE_OK) {
			if (used == 0 || used > in.len || frame.entry.bytes.len > SPOOL_BODY_MOST ||
			    frame.position.state.len > INTAKE_POSITION_MOST)
				abort();
			write_back(&frame, mark, slice_take(in, used));
			in = slice_skip(in, used);
			continue;
		}
		next = spool_find_frame(in, 1, mark);
		if (next == 0)
			abort(); /* would be looked at for ever */
		in = slice_skip(in, next);
	}
}

/* Each frame as long as it says, its mark and checksum made right. */
static void mend(uint8_t *bytes, size_t size, uint32_t mark)
{
	size_t at = 0;

	while (size - at >= SPOOL_FRAME_HEAD) {
		size_t len = load_be32(bytes + at + 4);
		uint32_t crc;

		if (len == 0 || len > size - at - SPOOL_FRAME_HEAD)
			return;
		crc = crc32_of(mark, slice_of(bytes + at + SPOOL_FRAME_HEAD, len));
		for (int i = 0; i < 4; i++) {
			bytes[at + (size_t)i] = (uint8_t)(mark >> (24 - 8 * i));
			bytes[at + 8 + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
		}
		at += SPOOL_FRAME_HEAD + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct spool_ledger ledger;
	uint32_t mark;
	uint8_t *copy;

	spool_ledger_load(slice_take(in, SPOOL_LEDGER_SIZE), &ledger);
	if (spool_parse_header(in, 1, &mark))
		read_frames(slice_skip(in, SPOOL_HEADER_SIZE), mark);
	if (size <= SPOOL_HEADER_SIZE)
		return 0;
	size -= SPOOL_HEADER_SIZE;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data + SPOOL_HEADER_SIZE, size);
	mark = load_be32(data);
	mend(copy, size, mark);
	read_frames(slice_of(copy, size), mark);
	free(copy);
	return 0;
}
