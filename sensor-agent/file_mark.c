#include "sensor-agent/file_mark.h"

#include "lib/siphash.h"

#include <errno.h>
#include <unistd.h>

struct file_mark file_mark_of(const struct stat *st)
{
	return (struct file_mark){ .device = (uint64_t)st->st_dev, .inode = (uint64_t)st->st_ino };
}

bool file_mark_is(const struct file_mark *m, const struct stat *st)
{
	return m->inode == (uint64_t)st->st_ino && m->device == (uint64_t)st->st_dev;
}

/* The fingerprint of the first n bytes; false when there are not as many. */
static bool take_print(int fd, size_t n, uint64_t *print)
{
	static const uint8_t key[16] = "hinomi file mark";
	uint8_t bytes[FILE_MARK_PRINT_MOST];
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(fd, bytes + have, n - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	*print = siphash24(key, slice_of(bytes, n));
	return true;
}

bool file_mark_advance(struct file_mark *m, int fd, uint64_t offset)
{
	uint32_t n = offset < FILE_MARK_PRINT_MOST ? (uint32_t)offset : FILE_MARK_PRINT_MOST;

	m->offset = offset;
	if (m->print_length == n)
		return true;
	if (!take_print(fd, n, &m->print))
		return false;
	m->print_length = n;
	return true;
}

bool file_mark_peek(struct file_mark *m, int fd)
{
	struct stat st;
	uint32_t n;
	uint64_t print;

	if (m->offset > 0 || fstat(fd, &st) != 0 || !file_mark_begins_alike(m, fd))
		return false;
	n = st.st_size < FILE_MARK_PRINT_MOST ? (uint32_t)st.st_size : FILE_MARK_PRINT_MOST;
	if (n <= m->print_length || !take_print(fd, n, &print))
		return false;
	m->print_length = n;
	m->print = print;
	return true;
}

bool file_mark_begins_alike(const struct file_mark *m, int fd)
{
	uint64_t print;

	return m->print_length == 0 || (take_print(fd, m->print_length, &print) && print == m->print);
}

/* ------------------------------------------------------------------------------------------------ written form */

void file_mark_write(const struct file_mark *m, struct buffer *out)
{
	buffer_put_be64(out, m->device);
	buffer_put_be64(out, m->inode);
	buffer_put_be64(out, m->offset);
	buffer_put_be32(out, m->print_length);
	buffer_put_be64(out, m->print);
}

bool file_mark_read(struct file_mark *m, struct slice *in)
{
	if (in->len < FILE_MARK_SIZE)
		return false;
	*m = (struct file_mark){ .device = load_be64(in->ptr),
				 .inode = load_be64(in->ptr + 8),
				 .offset = load_be64(in->ptr + 16),
				 .print_length = load_be32(in->ptr + 24),
				 .print = load_be64(in->ptr + 28) };
	*in = slice_skip(*in, FILE_MARK_SIZE);
	return m->print_length <= FILE_MARK_PRINT_MOST && m->offset <= INT64_MAX;
}
