/* Lines out of a stream of bytes that comes in pieces of any size. Pure: no I/O.
 *
 * A line ends with LF; one CR before it goes too. Empty lines are skipped. NUL bytes at the beginning of a line are
 * skipped as well: they are the hole that truncating a file leaves under a writer that does not append. A line longer
 * than the limit is cut: its first `limit` bytes are kept and its length is told, so that a line of any length takes no
 * more memory than the limit. A line without its end is held back until the end comes, or line_reader_finish(). */
#ifndef SENSOR_AGENT_LINE_READER_H
#define SENSOR_AGENT_LINE_READER_H

#include "lib/buffer.h"

struct line_reader {
	struct buffer held; /* the beginning of the line under way */
	size_t limit;
	uint64_t length; /* bytes of the line under way that were seen; its held part is the first `limit` of them */
	uint64_t start;  /* where its first byte stands, counted as in line_reader_reset() */
	uint64_t
	    done; /* behind the last complete line (or skipped bytes): where to begin again without loss or double */
	uint64_t taken;    /* behind the last byte seen */
	uint8_t last_byte; /* of the line under way */
};

struct line {
	struct slice bytes;       /* borrowed from the input or the reader: valid until the next call */
	uint64_t original_length; /* above 0: the line had so many bytes, and `bytes` is its beginning */
};

void line_reader_init(struct line_reader *r, size_t limit);
void line_reader_release(struct line_reader *r);
/* Forgets the line under way and counts on from `position`. */
void line_reader_reset(struct line_reader *r, uint64_t position);

/* Reads on at `in`. PARSE_OK: a line; call again with what is left behind *used. PARSE_MORE: all of it is used.
 * PARSE_BAD: memory is short; nothing was used. */
enum parse line_reader_next(struct line_reader *r, struct slice in, size_t *used, struct line *line);
/* The stream has ended: what there is of the line under way, as a line. False when there is none. */
bool line_reader_finish(struct line_reader *r, struct line *line);
/* Whether a line is under way. */
bool line_reader_is_open(const struct line_reader *r);

#endif
