#include "sensor-agent/followed_file.h"

#include <errno.h>
#include <unistd.h>

struct followed_file *followed_file_new(int fd, struct file_mark mark, int64_t now_ms)
{
	struct followed_file *f = calloc(1, sizeof(*f));

	if (!f) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	f->fd = fd;
	f->mark = mark;
	f->quiet_since_ms = now_ms;
	line_reader_init(&f->reader, INTAKE_RECORD_MOST);
	line_reader_reset(&f->reader, mark.offset);
	return f;
}

void followed_file_free(struct followed_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	line_reader_release(&f->reader);
	free(f);
}

void followed_file_seek(struct followed_file *f, struct file_mark mark)
{
	f->mark = mark;
	f->compared_at = (struct timespec){ 0 };
	line_reader_reset(&f->reader, mark.offset);
}

static enum followed put_line(struct followed_file *f, const struct followed_plan *plan, const struct line *line,
			      struct err *why)
{
	struct intake_record record = { .source = INTAKE_EVE,
					.bytes = line->bytes,
					.original_length = line->original_length,
					.read_at = clock_now() };

	if (plan->intake && intake_put(plan->intake, &record, why) != 0)
		return FOLLOWED_FULL;
	f->lines++;
	f->errors += line->original_length > 0;
	return FOLLOWED_MORE;
}

/* A line that the intake refused is read again from the file later. */
static enum followed hand_over(struct followed_file *f, const struct followed_plan *plan, struct slice in,
			       struct err *why)
{
	enum followed result = FOLLOWED_MORE;
	enum parse got = PARSE_OK;
	uint64_t done = f->reader.done;
	struct line line;
	size_t used;

	while (got == PARSE_OK && result == FOLLOWED_MORE) {
		got = line_reader_next(&f->reader, in, &used, &line);
		in = slice_skip(in, used);
		if (got == PARSE_OK)
			result = put_line(f, plan, &line, why);
		if (result == FOLLOWED_MORE && got != PARSE_BAD)
			done = f->reader.done;
	}
	if (got == PARSE_BAD) {
		err_set(why, ERR_NOMEM, "no memory for a line");
		result = FOLLOWED_FULL;
	}
	if (plan->intake && !file_mark_advance(&f->mark, f->fd, done))
		f->mark.offset = done; /* truncated this moment: the next reading finds out */
	if (result == FOLLOWED_FULL)
		line_reader_reset(&f->reader, done);
	return result;
}

/* Whether the line under way is still in the file as it was read: what tells truncation before the first line's end. */
static bool open_line_is_there(const struct followed_file *f)
{
	uint8_t bytes[FILE_MARK_PRINT_MOST];
	struct slice held = slice_take(buffer_slice(&f->reader.held), sizeof(bytes));
	ssize_t got;

	if (!line_reader_is_open(&f->reader))
		return true;
	got = pread(f->fd, bytes, held.len, (off_t)f->reader.start);
	return got >= 0 && slice_equal(slice_of(bytes, (size_t)got), held);
}

/* A file that has grown again to exactly the old size is told by the time of its last change. */
static enum followed at_end(struct followed_file *f, struct err *why)
{
	struct stat st;

	if (fstat(f->fd, &st) != 0) {
		err_set_errno(why, ERR_IO, "cannot look at the file");
		return FOLLOWED_FAILED;
	}
	if ((uint64_t)st.st_size < f->reader.taken)
		return FOLLOWED_TRUNCATED;
	if (st.st_mtim.tv_sec == f->compared_at.tv_sec && st.st_mtim.tv_nsec == f->compared_at.tv_nsec)
		return FOLLOWED_END;
	if (!file_mark_begins_alike(&f->mark, f->fd) || !open_line_is_there(f))
		return FOLLOWED_TRUNCATED;
	f->compared_at = st.st_mtim;
	return FOLLOWED_END;
}

enum followed followed_file_read(struct followed_file *f, const struct followed_plan *plan, size_t *budget,
				 struct err *why)
{
	enum followed result = FOLLOWED_MORE;

	while (result == FOLLOWED_MORE && *budget > 0) {
		size_t most = *budget < plan->room_size ? *budget : plan->room_size;
		ssize_t got = pread(f->fd, plan->room, most, (off_t)f->reader.taken);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err_set_errno(why, ERR_IO, "cannot read the file");
			return FOLLOWED_FAILED;
		}
		if (got == 0)
			return at_end(f, why);
		/* Looked at after the bytes were read: if the file is the same now, they were of the same file. */
		if (!file_mark_begins_alike(&f->mark, f->fd) || !open_line_is_there(f))
			return FOLLOWED_TRUNCATED;
		*budget -= (size_t)got;
		f->quiet_since_ms = plan->now_ms;
		result = hand_over(f, plan, slice_of(plan->room, (size_t)got), why);
	}
	return result;
}

enum followed followed_file_finish(struct followed_file *f, const struct followed_plan *plan, struct err *why)
{
	struct line_reader before = f->reader; /* the held bytes stay where they are */
	struct line line;

	if (!line_reader_finish(&f->reader, &line) || put_line(f, plan, &line, why) != FOLLOWED_FULL)
		return FOLLOWED_END;
	f->reader = before;
	return FOLLOWED_FULL;
}
