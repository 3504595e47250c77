#include "sensor-agent/spool_reader.h"

#include "lib/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

enum { PIECE = 128 * 1024 };

static const char suffix[] = ".spool";
enum { DIGITS = 16 };

void spool_segment_name(char out[SPOOL_NAME_SIZE], uint64_t number)
{
	snprintf(out, SPOOL_NAME_SIZE, "%016" PRIx64 "%s", number, suffix);
}

bool spool_segment_number(const char *name, uint64_t *number)
{
	struct buffer bytes = { 0 };
	bool good = strlen(name) == DIGITS + sizeof(suffix) - 1 && memcmp(name + DIGITS, suffix, sizeof(suffix)) == 0 &&
		    hex_decode(&bytes, slice_of(name, DIGITS)) && bytes.len == 8;

	if (good)
		*number = load_be64(bytes.data);
	buffer_release(&bytes);
	return good;
}

void spool_reader_init(struct spool_reader *r)
{
	*r = (struct spool_reader){ .fd = -1 };
}

void spool_reader_close(struct spool_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	buffer_release(&r->buffer);
	spool_reader_init(r);
}

uint64_t spool_reader_offset(const struct spool_reader *r)
{
	return r->base + r->at;
}

/* Moves what is unused to the front, and gives a large buffer back once it is empty. */
static void make_room(struct spool_reader *r)
{
	buffer_consume(&r->buffer, r->at);
	r->base += r->at;
	r->at = 0;
	if (r->buffer.len == 0 && r->buffer.room > (size_t)4 * PIECE)
		buffer_release(&r->buffer);
}

/* Reads on until `want` bytes are unused, or the limit; false: nothing was added. */
static bool fill(struct spool_reader *r, size_t want, uint64_t limit, struct err *why)
{
	size_t before;

	make_room(r);
	before = r->buffer.len;
	if (want < PIECE)
		want = PIECE;
	while (r->buffer.len < want && r->base + r->buffer.len < limit) {
		uint64_t left = limit - r->base - r->buffer.len;
		size_t ask = want - r->buffer.len < left ? want - r->buffer.len : (size_t)left;
		uint8_t *to = buffer_reserve(&r->buffer, ask);
		ssize_t n;

		if (!to) {
			err_set(why, ERR_NOMEM, "no memory to read the spool");
			break;
		}
		n = pread(r->fd, to, ask, (off_t)(r->base + r->buffer.len));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err_set_errno(why, ERR_IO, "cannot read the spool");
		if (n <= 0)
			break;
		r->buffer.len += (size_t)n;
	}
	return r->buffer.len > before;
}

static struct slice unused(const struct spool_reader *r)
{
	return slice_skip(buffer_slice(&r->buffer), r->at);
}

int spool_reader_open(struct spool_reader *r, int dir_fd, uint64_t number, uint64_t offset, struct err *why)
{
	char name[SPOOL_NAME_SIZE];
	struct err failed = { 0 };

	spool_reader_close(r);
	spool_segment_name(name, number);
	r->number = number;
	r->fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return err_set_errno(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot read %s", name);
	fill(r, PIECE, UINT64_MAX, &failed);
	if (failed.code != ERR_NONE) {
		spool_reader_close(r);
		return err_set(why, failed.code, "%s", failed.text);
	}
	if (!spool_parse_header(buffer_slice(&r->buffer), number, &r->mark)) {
		spool_reader_close(r);
		return err_set(why, ERR_CORRUPT, "the head of %s is damaged", name);
	}
	if (offset < SPOOL_HEADER_SIZE)
		offset = SPOOL_HEADER_SIZE;
	if (offset <= r->buffer.len) {
		r->at = (size_t)offset;
	} else {
		buffer_clear(&r->buffer);
		r->base = offset;
	}
	return 0;
}

/* How many bytes the frame at the front has, as far as one can see. */
static size_t wanted(struct slice in)
{
	if (in.len < SPOOL_FRAME_HEAD)
		return SPOOL_FRAME_HEAD;
	return SPOOL_FRAME_HEAD + (size_t)load_be32(in.ptr + 4);
}

static void skip_damage(struct spool_reader *r, uint64_t *skipped)
{
	struct slice in = unused(r);
	size_t next = spool_find_frame(in, 1, r->mark);

	*skipped += next;
	r->at += next;
}

enum parse spool_reader_next(struct spool_reader *r, uint64_t limit, struct spool_frame *out, uint64_t *skipped,
			     struct err *why)
{
	struct err failed = { 0 };
	size_t used;

	for (;;) {
		/* The buffer may hold more than counts yet: what a writer has not committed. */
		uint64_t offset = spool_reader_offset(r);
		struct slice in = offset < limit ? slice_take(unused(r), (size_t)(limit - offset)) : slice_of(NULL, 0);
		enum parse got = spool_parse_frame(in, r->mark, out, &used);

		if (got == PARSE_OK) {
			r->at += used;
			return PARSE_OK;
		}
		if (got == PARSE_MORE && fill(r, wanted(in), limit, &failed))
			continue;
		if (failed.code != ERR_NONE) {
			err_set(why, failed.code, "%s", failed.text);
			return PARSE_BAD;
		}
		if (in.len == 0)
			return PARSE_MORE;
		skip_damage(r, skipped);
	}
}
