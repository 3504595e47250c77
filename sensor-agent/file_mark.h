/* How far a file has been read, in a form that survives restarts and rotation: which file (device, inode), the offset
 * behind the last line handed over, and a fingerprint of the file's first bytes.
 *
 * The fingerprint tells a file from another that got its inode number, from itself after truncation, and finds the
 * copy that copy-truncate makes. It covers at most FILE_MARK_PRINT_MOST bytes, only those before the offset, so that it
 * never covers what a crash of the machine may take back; while the offset is 0 there is nothing to be doubled, and it
 * covers what is there. */
#ifndef SENSOR_AGENT_FILE_MARK_H
#define SENSOR_AGENT_FILE_MARK_H

#include "lib/buffer.h"
#include "lib/err.h"

#include <sys/stat.h>

enum {
	FILE_MARK_PRINT_MOST = 1024,
	FILE_MARK_PRINT_TELLING = 64, /* a fingerprint of so many bytes stands for itself, without the inode */
	FILE_MARK_SIZE = 36,          /* bytes when written */
};

struct file_mark {
	uint64_t device, inode;
	uint64_t offset;
	uint32_t print_length; /* bytes that the fingerprint covers */
	uint64_t print;
};

struct file_mark file_mark_of(const struct stat *st); /* at the file's beginning */
bool file_mark_is(const struct file_mark *m, const struct stat *st);

/* Moves the offset on, and the fingerprint with it while it is short. False when the file cannot be read. */
bool file_mark_advance(struct file_mark *m, int fd, uint64_t offset);
/* While the offset is 0: remembers how the file begins now, if it still begins as remembered. True: the mark changed.
 */
bool file_mark_peek(struct file_mark *m, int fd);
/* Whether the file still begins as remembered. False, too, when it cannot be read. */
bool file_mark_begins_alike(const struct file_mark *m, int fd);

void file_mark_write(const struct file_mark *m, struct buffer *out);
/* Takes one from the front of `in`; false when `in` is too short or the mark says nonsense. */
bool file_mark_read(struct file_mark *m, struct slice *in);

#endif
