/* Reads the frames of one segment file in order, in pieces, and finds its way past damage. */
#ifndef SENSOR_AGENT_SPOOL_READER_H
#define SENSOR_AGENT_SPOOL_READER_H

#include "sensor-agent/spool_format.h"

enum { SPOOL_NAME_SIZE = 32 };
/* The file's name in the spool's folder, and back. */
void spool_segment_name(char out[SPOOL_NAME_SIZE], uint64_t number);
bool spool_segment_number(const char *name, uint64_t *number);

struct spool_reader {
	int fd; /* -1: closed */
	uint64_t number;
	uint32_t mark;
	uint64_t base; /* where in the file the buffer begins */
	size_t at;     /* what of it is used */
	struct buffer buffer;
};

void spool_reader_init(struct spool_reader *r);
void spool_reader_close(struct spool_reader *r); /* may be opened again */
/* Starts at `offset`, or at the first frame if that lies before it. ERR_CORRUPT: nothing in this file can be trusted;
 * ERR_NOT_FOUND: there is no such file. */
int spool_reader_open(struct spool_reader *r, int dir_fd, uint64_t number, uint64_t offset, struct err *why);
/* The next whole frame before `limit` (bytes of the file that count); its slices are valid until the next call.
 * PARSE_MORE: there is none; PARSE_BAD: ERR_IO. *skipped grows by the bytes that could not be trusted. */
enum parse spool_reader_next(struct spool_reader *r, uint64_t limit, struct spool_frame *out, uint64_t *skipped,
			     struct err *why);
/* Where in the file the next frame is looked for. */
uint64_t spool_reader_offset(const struct spool_reader *r);

#endif
