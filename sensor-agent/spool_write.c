#include "sensor-agent/spool_state.h"

#include "lib/random.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	PENDING_MOST = 256 * 1024, /* bytes in memory before they are written, synced or not */
	RETRY_MS = 1000,           /* between tries on a full disk */
	ORDINARY = 8 * 1024,       /* a record for which spool_has_room() answers */
	SEGMENT_LEAST = 64 * 1024,
	SEGMENTS_IN_FREE = 8,
};

static bool is_no_room(int number)
{
	return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

static int break_down(struct spool *s, struct err *why, const char *doing)
{
	s->broken = true;
	return err_set_errno(why, ERR_IO, "%s in %s", doing, s->folder);
}

static int refuse(struct spool *s, struct err *why)
{
	unsigned skipped;

	s->full_until = clock_monotonic_ms() + RETRY_MS;
	if (log_allowed(&s->full_log, 60 * 1000, &skipped))
		log_warning("no room on the disk of %s: new records wait or are counted as dropped until there is some",
			    s->folder);
	return err_set(why, ERR_FULL, "no room on the disk of %s", s->folder);
}

static void put_positions(struct spool *s, bool all)
{
	for (size_t i = 0; i < s->held.positions.count; i++) {
		const struct spool_position_item *item = &s->held.positions.items[i];

		if ((!all && !item->changed) || (all && !item->state))
			continue;
		spool_put_position(
		    &s->pending, s->mark,
		    &(struct spool_position){ slice_of_string(item->name), slice_of(item->state, item->len) });
		s->group_frames++;
	}
}

static void put_commit(struct spool *s)
{
	s->held.books.frames = s->group_frames;
	spool_put_commit(&s->pending, s->mark, &s->held.books);
	s->group_frames = 0;
}

/* A segment can go only when the next one is there. On a small disk segments are small, so that what is acked makes
 * room for the next one even when the disk is full. */
static uint64_t segment_limit(const struct spool *s)
{
	struct statvfs disk;
	uint64_t share;

	if (fstatvfs(s->dir_fd, &disk) != 0)
		return s->segment_size;
	share = (uint64_t)disk.f_bavail * disk.f_frsize / SEGMENTS_IN_FREE;
	return least(s->segment_size, larger(share, SEGMENT_LEAST));
}

/* The head of a new segment goes into `pending`; its file is made when that is written. */
static int begin_segment(struct spool *s, struct err *why)
{
	uint64_t number = s->held.count ? newest_segment(s)->number + 1 : 1;
	struct spool_scan *held = &s->held;

	number = larger(number, larger(held->books.counted_before, s->ledger.acked.segment + 1));
	if (held->count == held->room) {
		size_t room = held->room ? 2 * held->room : 16;
		struct spool_segment *segments = realloc(held->segments, room * sizeof(*segments));

		if (!segments)
			return err_set(why, ERR_NOMEM, "no memory for the spool");
		held->segments = segments;
		held->room = room;
	}
	if (!s->numbering) {
		held->books.epoch = (random_u64() >> 1) | 1;
		held->books.sequence = 0;
		held->books.counted_before = number;
		s->numbering = true;
	}
	held->segments[held->count++] = (struct spool_segment){ .number = number };
	s->mark = (uint32_t)random_u64();
	s->written = 0;
	s->is_writing = true;
	s->segment_limit = segment_limit(s);
	buffer_clear(&s->pending);
	spool_put_header(&s->pending, number, s->mark);
	put_positions(s, true);
	put_commit(s);
	s->head = s->pending.len;
	return s->pending.failed ? err_set(why, ERR_NOMEM, "no memory for the spool") : 0;
}

static bool has_group(const struct spool *s)
{
	return s->group_frames > 0 || s->pending.len > 0;
}

/* Before the first frame of a group: a segment that is large enough is closed, and one is begun. */
static int ready_segment(struct spool *s, struct err *why)
{
	if (s->broken)
		return err_set(why, ERR_IO, "the spool %s has failed", s->folder);
	if (s->is_writing && !has_group(s) && s->written >= s->segment_limit) {
		close(s->fd);
		s->fd = -1;
		s->is_writing = false;
	}
	return s->is_writing ? 0 : begin_segment(s, why);
}

static int make_file(struct spool *s, struct err *why)
{
	char name[SPOOL_NAME_SIZE];

	if (s->fd >= 0)
		return 0;
	spool_segment_name(name, newest_segment(s)->number);
	s->fd = openat(s->dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s->fd >= 0)
		return 0;
	return is_no_room(errno) ? refuse(s, why) : break_down(s, why, "cannot make a file");
}

/* Takes back what was written in part, so that the room is free for others. */
static int cut_back(struct spool *s, struct err *why)
{
	if (ftruncate(s->fd, (off_t)s->written) != 0)
		return break_down(s, why, "cannot cut a file");
	return refuse(s, why);
}

/* Writes the first bytes of `pending`. */
static int write_pending(struct spool *s, size_t len, struct err *why)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n =
		    s->disk->write(s->disk->arg, s->fd, s->pending.data + done, len - done, (off_t)(s->written + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && !is_no_room(errno))
			return break_down(s, why, "cannot write");
		if (n <= 0)
			return cut_back(s, why);
		done += (size_t)n;
	}
	s->written += len;
	s->pending.len -= len;
	if (s->pending.len)
		memmove(s->pending.data, s->pending.data + len, s->pending.len);
	return 0;
}

/* A new segment's first group, all positions and the books as of the last commit, is durable before the next one is
 * there: so older segments can go as soon as they are acked, also when the disk has no room for that one. */
static int write_head(struct spool *s, struct err *why)
{
	struct spool_segment *segment = newest_segment(s);

	if (s->head == 0)
		return 0;
	if (write_pending(s, s->head, why) != 0)
		return -1;
	if (s->disk->sync(s->disk->arg, s->fd) != 0 || fsync(s->dir_fd) != 0)
		return break_down(s, why, "cannot sync");
	s->head = 0;
	segment->size = segment->file_size = s->written;
	spool_remove_acked(s);
	return 0;
}

static int flush(struct spool *s, struct err *why)
{
	if (s->pending.failed) {
		s->broken = true;
		return err_set(why, ERR_NOMEM, "no memory for the spool");
	}
	if (s->pending.len == 0)
		return 0;
	if (make_file(s, why) != 0 || write_head(s, why) != 0 || write_pending(s, s->pending.len, why) != 0)
		return -1;
	if (s->pending.room > (size_t)2 * PENDING_MOST)
		buffer_release(&s->pending);
	s->full_until = 0;
	return 0;
}

/* Bytes that count against the limit if so many more are put. */
static uint64_t use_with(const struct spool *s, uint64_t more)
{
	uint64_t open = 0;

	if (s->is_writing)
		open = s->written + s->pending.len - newest_segment(s)->size;
	return s->occupied + open + more;
}

static bool fits(const struct spool *s, uint64_t more)
{
	return use_with(s, more) <= s->size - s->segment_size;
}

int spool_put(struct spool *s, struct spool_entry *entry, struct err *why)
{
	size_t size = spool_entry_size(entry);

	if (entry->peer.len > SPOOL_PEER_MOST || size > SPOOL_FRAME_MOST)
		return err_set(why, ERR_LIMIT, "a record of %zu bytes is too long for the spool", size);
	if (!fits(s, size))
		return err_set(why, ERR_FULL, "the spool %s is full", s->folder);
	if (s->full_until && clock_monotonic_ms() < s->full_until && s->pending.len >= PENDING_MOST)
		return err_set(why, ERR_FULL, "no room on the disk of %s", s->folder);
	if (ready_segment(s, why) != 0)
		return -1;
	if (s->pending.len >= PENDING_MOST && flush(s, why) != 0)
		return -1;
	if (!buffer_reserve(&s->pending, size)) {
		s->pending.failed = false;
		return err_set(why, ERR_NOMEM, "no memory for a record");
	}
	entry->epoch = s->held.books.epoch;
	entry->sequence = ++s->held.books.sequence;
	spool_put_entry(&s->pending, s->mark, entry);
	s->group_frames++;
	s->group_entries++;
	s->group_entry_end = s->written + s->pending.len;
	return 0;
}

void spool_dropped(struct spool *s, uint64_t count)
{
	s->held.books.dropped += count;
	s->ledger_changed = s->ledger_unsynced = true;
}

int spool_position(struct spool *s, struct slice name, struct slice state, struct err *why)
{
	return spool_positions_set(&s->held.positions, name, state, true, why);
}

bool spool_saved_position(const struct spool *s, struct slice name, struct slice *state)
{
	return spool_positions_get(&s->held.positions, name, state);
}

const char *spool_position_name(const struct spool *s, size_t index)
{
	return index < s->held.positions.count ? s->held.positions.items[index].name : NULL;
}

bool spool_has_room(const struct spool *s)
{
	return !s->broken && fits(s, ORDINARY) && (!s->full_until || clock_monotonic_ms() >= s->full_until);
}

static bool has_drops_to_tell(const struct spool *s)
{
	return s->held.books.dropped > s->held.books.dropped_told;
}

bool spool_is_dirty(const struct spool *s)
{
	return has_group(s) || s->held.positions.changed || (has_drops_to_tell(s) && spool_has_room(s));
}

bool spool_group_is_large(const struct spool *s, uint64_t most)
{
	return s->is_writing && spool_uncommitted(s) >= least(most, s->segment_limit);
}

uint64_t spool_uncommitted(const struct spool *s)
{
	return s->is_writing ? s->written + s->pending.len - newest_segment(s)->size : 0;
}

static int put_drops(struct spool *s, struct err *why)
{
	struct spool_commit_state *books = &s->held.books;
	struct spool_entry entry = { .read_at = clock_now(), .dropped = books->dropped - books->dropped_told };

	if (!has_drops_to_tell(s) || !spool_has_room(s))
		return 0;
	if (spool_put(s, &entry, why) != 0)
		return -1;
	books->dropped_told = books->dropped;
	return 0;
}

/* The group is on disk for good. */
static void settle_group(struct spool *s)
{
	struct spool_segment *segment = newest_segment(s);

	segment->size = segment->file_size = s->written;
	segment->entries += s->group_entries;
	if (s->group_entries)
		segment->entry_end = s->group_entry_end;
	s->held.entries += s->group_entries;
	s->group_entries = 0;
	spool_positions_settle(&s->held.positions);
}

static int write_group(struct spool *s, struct err *why)
{
	size_t len;
	uint32_t frames;

	if (ready_segment(s, why) != 0)
		return -1;
	len = s->pending.len;
	frames = s->group_frames;
	put_positions(s, false);
	put_commit(s);
	len = s->pending.len - len;
	if (flush(s, why) != 0) {
		/* Positions and commit are made anew by the next try. */
		s->pending.len -= least(len, s->pending.len);
		s->group_frames = frames;
		return -1;
	}
	if (s->disk->sync(s->disk->arg, s->fd) != 0)
		return break_down(s, why, "cannot sync");
	settle_group(s);
	spool_count_occupied(s);
	return 0;
}

int spool_commit(struct spool *s, struct err *why)
{
	if (s->broken)
		return err_set(why, ERR_IO, "the spool %s has failed", s->folder);
	if (!spool_is_dirty(s))
		return 0;
	if (put_drops(s, why) != 0 && (s->broken || (why && why->code != ERR_FULL)))
		return -1;
	return write_group(s, why);
}
