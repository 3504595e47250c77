#include "sensor-agent/spool_scan.h"

#include "sensor-agent/spool_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

void spool_scan_release(struct spool_scan *scan)
{
	free(scan->segments);
	spool_positions_release(&scan->positions);
	*scan = (struct spool_scan){ 0 };
}

/* ------------------------------------------------------------------------------------------------ the files */

static int add_segment(struct spool_scan *scan, uint64_t number, uint64_t size, struct err *why)
{
	struct spool_segment *segments;
	size_t room = scan->room ? 2 * scan->room : 16;

	if (scan->count == scan->room) {
		segments = realloc(scan->segments, room * sizeof(*segments));
		if (!segments)
			return err_set(why, ERR_NOMEM, "no memory for the list of spool files");
		scan->segments = segments;
		scan->room = room;
	}
	scan->segments[scan->count++] = (struct spool_segment){ .number = number, .size = size, .file_size = size };
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct spool_segment *)a)->number, y = ((const struct spool_segment *)b)->number;

	return (x > y) - (x < y);
}

static int list_segments(struct spool_scan *scan, int dir_fd, struct err *why)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	int result = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return err_set_errno(why, ERR_IO, "cannot list the spool");
	}
	for (struct dirent *entry; result == 0 && (entry = readdir(dir));) {
		struct stat st;
		uint64_t number;

		if (spool_segment_number(entry->d_name, &number) && fstatat(dir_fd, entry->d_name, &st, 0) == 0 &&
		    S_ISREG(st.st_mode))
			result = add_segment(scan, number, (uint64_t)st.st_size, why);
	}
	closedir(dir);
	if (scan->count)
		qsort(scan->segments, scan->count, sizeof(*scan->segments), by_number);
	return result;
}

/* ------------------------------------------------------------------------------------------------ what counts */

/* 0: opened; 1: nothing in it can be trusted; -1 */
static int open_segment(struct spool_reader *r, int dir_fd, const struct spool_segment *segment, struct err *why)
{
	struct err failed = { 0 };

	if (spool_reader_open(r, dir_fd, segment->number, 0, &failed) == 0)
		return 0;
	if (failed.code == ERR_CORRUPT || failed.code == ERR_NOT_FOUND)
		return 1;
	return err_set(why, failed.code, "%s", failed.text);
}

struct tail {
	uint64_t whole_end;  /* behind the last whole group */
	uint64_t commit_end; /* behind the last commit */
};

static int find_tail(struct tail *out, struct spool_reader *r, uint64_t size, struct err *why)
{
	struct spool_frame frame;
	uint64_t skipped = 0, before = 0, intact = 0; /* frames since the last commit or damage */
	enum parse got;

	*out = (struct tail){ 0 };
	while ((got = spool_reader_next(r, size, &frame, &skipped, why)) == PARSE_OK) {
		if (skipped != before)
			intact = 0;
		before = skipped;
		if (frame.type != SPOOL_COMMIT) {
			intact++;
			continue;
		}
		out->commit_end = spool_reader_offset(r);
		if (intact >= frame.commit.frames)
			out->whole_end = out->commit_end;
		intact = 0;
	}
	return got == PARSE_BAD ? -1 : 0;
}

/* How much of the newest segment counts. */
static int judge_newest(struct spool_scan *scan, int dir_fd, const struct spool_ledger *ledger, struct err *why)
{
	struct spool_segment *newest = &scan->segments[scan->count - 1];
	struct spool_reader r;
	struct tail tail = { 0 };
	int opened, result = 0;

	spool_reader_init(&r);
	opened = open_segment(&r, dir_fd, newest, why);
	if (opened < 0)
		return -1;
	if (opened == 0)
		result = find_tail(&tail, &r, newest->file_size, why);
	spool_reader_close(&r);
	newest->size = tail.whole_end;
	/* Older ones are deleted only when this one's first group is synced. */
	if (newest->size == 0 && scan->count == 1 && newest->number > 1)
		newest->size = tail.commit_end;
	/* What was acked had been committed, even when its commit is damaged now. */
	if (ledger->acked.segment == newest->number && ledger->acked.offset > newest->size)
		newest->size = ledger->acked.offset > tail.commit_end ? ledger->acked.offset : tail.commit_end;
	if (newest->size > newest->file_size)
		newest->size = newest->file_size;
	return result;
}

/* ------------------------------------------------------------------------------------------------ what it says */

static bool is_behind(const struct spool_mark *acked, uint64_t segment, uint64_t offset)
{
	return segment > acked->segment || (segment == acked->segment && offset >= acked->offset);
}

static int take(struct spool_scan *scan, struct spool_segment *segment, const struct spool_frame *frame, bool is_open,
		struct err *why)
{
	switch (frame->type) {
	case SPOOL_POSITION:
		return spool_positions_set(&scan->positions, frame->position.name, frame->position.state, false, why);
	case SPOOL_COMMIT:
		scan->books = frame->commit;
		if (is_open)
			spool_track_commit(&scan->track, frame->commit.epoch, frame->commit.sequence, &segment->losses);
		return 0;
	default:
		if (!is_open)
			return 0;
		segment->entries++;
		spool_track_entry(&scan->track, frame->entry.epoch, frame->entry.sequence, &segment->losses);
		return 0;
	}
}

static int replay(struct spool_scan *scan, struct spool_segment *segment, int dir_fd, const struct spool_mark *acked,
		  struct err *why)
{
	struct spool_reader r;
	struct spool_frame frame;
	enum parse got = PARSE_MORE;
	int opened, result = 0;

	spool_reader_init(&r);
	opened = segment->size ? open_segment(&r, dir_fd, segment, why) : 0;
	if (opened < 0)
		return -1;
	if (opened > 0)
		segment->skipped = segment->size;
	if (opened == 0 && segment->size) {
		while (result == 0 &&
		       (got = spool_reader_next(&r, segment->size, &frame, &segment->skipped, why)) == PARSE_OK) {
			uint64_t end = spool_reader_offset(&r);

			if (frame.type == SPOOL_ENTRY || frame.type == SPOOL_DROPPED)
				segment->entry_end = end;
			/* A frame that ends at the mark has been acked. */
			result = take(scan, segment, &frame, is_behind(acked, segment->number, end - 1), why);
		}
	}
	spool_reader_close(&r);
	return got == PARSE_BAD ? -1 : result;
}

int spool_scan(struct spool_scan *out, int dir_fd, const struct spool_ledger *ledger, struct err *why)
{
	*out = (struct spool_scan){ 0 };
	if (list_segments(out, dir_fd, why) != 0)
		goto undo;
	spool_track_start(&out->track, ledger->acked.epoch, ledger->acked.sequence);
	if (out->count && judge_newest(out, dir_fd, ledger, why) != 0)
		goto undo;
	for (size_t i = 0; i < out->count; i++) {
		if (replay(out, &out->segments[i], dir_fd, &ledger->acked, why) != 0)
			goto undo;
		out->entries += out->segments[i].entries;
	}
	if (out->count)
		spool_track_end(&out->track, &out->segments[out->count - 1].losses);
	return 0;
undo:
	spool_scan_release(out);
	return -1;
}

uint64_t spool_scan_bytes(const struct spool_scan *scan, const struct spool_mark *acked)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < scan->count; i++) {
		const struct spool_segment *segment = &scan->segments[i];
		uint64_t from = segment->number == acked->segment ? acked->offset : 0;

		if (segment->number >= acked->segment && segment->entry_end > from)
			sum += segment->entry_end - from;
	}
	return sum;
}

uint64_t spool_scan_disk_free(int dir_fd)
{
	struct statvfs fs;

	return fstatvfs(dir_fd, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : 0;
}
