#include "sensor-agent/spool.h"

#include "sensor-agent/spool_reader.h"
#include "sensor-agent/spool_scan.h"

#include "lib/log.h"
#include "lib/random.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PENDING_MOST = 256 * 1024, /* bytes in memory before they are written, synced or not */
	RETRY_MS = 1000,           /* between tries on a full disk */
	ORDINARY = 8 * 1024,       /* a record for which spool_has_room() answers */
};

struct spool {
	char *folder;
	int dir_fd, lock_fd, ledger_fd;
	uint64_t size, segment_size;
	const struct spool_disk *disk;

	struct spool_scan held; /* the segments, positions and books, kept up to date from here on */
	uint64_t occupied;      /* bytes of segments that hold entries not acked */
	struct spool_ledger ledger;
	bool ledger_changed, ledger_unsynced;

	/* The segment being written: the last of held.segments while is_writing. */
	bool is_writing;
	int fd; /* -1: its file is not made yet */
	uint32_t mark;
	uint64_t written;      /* bytes in its file */
	struct buffer pending; /* bytes behind those */
	uint32_t group_frames; /* since the last commit */
	uint64_t group_entries;
	uint64_t group_entry_end;

	bool numbering;     /* this opening has its epoch */
	bool broken;        /* the disk has failed */
	int64_t full_until; /* monotonic ms; 0: the disk has room */

	struct spool_reader reader;
	uint64_t read_segment, read_offset;
	struct spool_track track;
	uint64_t damage_segment, damage_offset; /* up to here damage found in reading is counted */
	struct log_limit damage_log, full_log;
};

/* ------------------------------------------------------------------------------------------------ the disk */

static ssize_t real_write(void *arg, int fd, const void *bytes, size_t len, off_t offset)
{
	(void)arg;
	return pwrite(fd, bytes, len, offset);
}

static int real_sync(void *arg, int fd)
{
	(void)arg;
	return fdatasync(fd);
}

static const struct spool_disk real_disk = { real_write, real_sync, NULL };

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

/* ------------------------------------------------------------------------------------------------ opening */

static int open_lock(struct spool *s, const char *folder, struct err *why)
{
	char text[32] = "";
	int n;

	s->lock_fd = openat(s->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return err_set_errno(why, ERR_IO, "cannot open %s/lock", folder);
	if (fcntl(s->lock_fd, F_OFD_SETLK, &(struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET }) != 0) {
		if (errno != EAGAIN && errno != EACCES)
			return err_set_errno(why, ERR_IO, "cannot lock %s", folder);
		if (pread(s->lock_fd, text, sizeof(text) - 1, 0) <= 0)
			text[0] = '\0';
		text[strcspn(text, "\n")] = '\0';
		return err_set(why, ERR_CONFLICT,
			       "%s is in use by another hinomi-agent%s%s: stop that one first, or let it follow the "
			       "files (eve.paths)",
			       folder, text[0] ? ", process " : "", text);
	}
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, text, (size_t)n, 0) != n)
		log_debug("cannot write the process number into %s/lock", folder);
	return 0;
}

static int open_files(struct spool *s, const char *state_dir, struct err *why)
{
	size_t len = strlen(state_dir) + sizeof("/spool");

	s->folder = malloc(len);
	if (!s->folder)
		return err_set(why, ERR_NOMEM, "no memory for the spool");
	snprintf(s->folder, len, "%s/spool", state_dir);
	if (mkdir(s->folder, 0700) != 0 && errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make %s", s->folder);
	s->dir_fd = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd < 0)
		return err_set_errno(why, ERR_IO, "cannot open %s", s->folder);
	if (open_lock(s, s->folder, why) != 0)
		return -1;
	s->ledger_fd = openat(s->dir_fd, "acked", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->ledger_fd < 0)
		return err_set_errno(why, ERR_IO, "cannot open %s/acked", s->folder);
	spool_ledger_read(s->ledger_fd, &s->ledger);
	return 0;
}

/* Cuts off what does not count, so that it never will; a newest segment in which nothing counts goes. */
static int cut_tail(struct spool *s, struct err *why)
{
	struct spool_segment *newest;
	char name[SPOOL_NAME_SIZE];
	int fd, failed;

	if (s->held.count == 0)
		return 0;
	newest = &s->held.segments[s->held.count - 1];
	if (newest->size == newest->file_size)
		return 0;
	spool_segment_name(name, newest->number);
	log_info("%s/%s: %" PRIu64 " bytes at its end were not finished; their sources are read again", s->folder, name,
		 newest->file_size - newest->size);
	if (newest->size == 0) {
		if (unlinkat(s->dir_fd, name, 0) != 0)
			return err_set_errno(why, ERR_IO, "cannot remove %s/%s", s->folder, name);
		s->held.count--;
		return 0;
	}
	fd = openat(s->dir_fd, name, O_RDWR | O_CLOEXEC);
	failed = fd < 0 || ftruncate(fd, (off_t)newest->size) != 0 || fdatasync(fd) != 0;
	if (failed)
		err_set_errno(why, ERR_IO, "cannot cut %s/%s", s->folder, name);
	if (fd >= 0)
		close(fd);
	newest->file_size = newest->size;
	return failed ? -1 : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void tell_damage(const struct spool *s, const struct spool_segment *segment)
{
	char name[SPOOL_NAME_SIZE];

	spool_segment_name(name, segment->number);
	log_warning("%s/%s: %" PRIu64 " bytes are damaged (is the disk failing?)", s->folder, name, segment->skipped);
}

/* Brings the books of the newest commit, of the ledger and of what this scan found together. */
static void settle_books(struct spool *s)
{
	struct spool_commit_state *books = &s->held.books;
	uint64_t lost = 0, next = s->ledger.acked.segment + 1;

	books->dropped = larger(books->dropped, s->ledger.dropped);
	books->damaged = larger(books->damaged, s->ledger.damaged);
	books->counted_before = larger(books->counted_before, s->ledger.counted_before);
	for (size_t i = 0; i < s->held.count; i++) {
		const struct spool_segment *segment = &s->held.segments[i];

		if (segment->skipped)
			tell_damage(s, segment);
		next = larger(next, segment->number + 1);
		if (segment->number < books->counted_before)
			continue;
		books->damaged += segment->losses.numbered;
		books->dropped += segment->losses.silent;
		lost += segment->losses.numbered + segment->losses.silent;
	}
	if (lost)
		log_warning("%s: %" PRIu64 " records were lost by damage; they are counted as dropped", s->folder,
			    lost);
	books->counted_before = next;
	books->epoch = 0;
	books->sequence = 0;
	s->ledger_changed = s->ledger_unsynced = lost > 0;
	spool_tick(s);
}

static bool is_acked(const struct spool *s, const struct spool_segment *segment)
{
	const struct spool_mark *acked = &s->ledger.acked;

	return segment->entry_end == 0 || acked->segment > segment->number ||
	       (acked->segment == segment->number && acked->offset >= segment->entry_end);
}

static void count_occupied(struct spool *s)
{
	s->occupied = 0;
	for (size_t i = 0; i < s->held.count; i++)
		if (!is_acked(s, &s->held.segments[i]))
			s->occupied += s->held.segments[i].size;
}

int spool_open(struct spool **out, const struct spool_plan *plan, struct err *why)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(why, ERR_NOMEM, "no memory for the spool");
	s->dir_fd = s->lock_fd = s->ledger_fd = s->fd = -1;
	s->size = plan->size;
	s->segment_size = plan->segment < plan->size / 4 ? plan->segment : plan->size / 4;
	s->disk = plan->disk ? plan->disk : &real_disk;
	spool_reader_init(&s->reader);
	if (open_files(s, plan->state_dir, why) != 0 || spool_scan(&s->held, s->dir_fd, &s->ledger, why) != 0 ||
	    cut_tail(s, why) != 0) {
		spool_close(s);
		return -1;
	}
	settle_books(s);
	count_occupied(s);
	spool_rewind(s);
	*out = s;
	return 0;
}

static void close_file(int fd)
{
	if (fd >= 0)
		close(fd);
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	if (s->ledger_fd >= 0 && s->ledger_changed)
		spool_ledger_write(s->ledger_fd, &s->ledger, NULL);
	spool_reader_close(&s->reader);
	spool_scan_release(&s->held);
	buffer_release(&s->pending);
	close_file(s->fd);
	close_file(s->ledger_fd);
	close_file(s->lock_fd);
	close_file(s->dir_fd);
	free(s->folder);
	free(s);
}

/* ------------------------------------------------------------------------------------------------ writing */

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

static struct spool_segment *writing(struct spool *s)
{
	return &s->held.segments[s->held.count - 1];
}

/* The head of a new segment goes into `pending`; its file is made when that is written. */
static int begin_segment(struct spool *s, struct err *why)
{
	uint64_t number = s->held.count ? writing(s)->number + 1 : 1;
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
	buffer_clear(&s->pending);
	spool_put_header(&s->pending, number, s->mark);
	put_positions(s, true);
	put_commit(s);
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
	if (s->is_writing && !has_group(s) && s->written >= s->segment_size) {
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
	spool_segment_name(name, writing(s)->number);
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

static int flush(struct spool *s, struct err *why)
{
	size_t done = 0;

	if (s->pending.failed) {
		s->broken = true;
		return err_set(why, ERR_NOMEM, "no memory for the spool");
	}
	if (s->pending.len == 0)
		return 0;
	if (make_file(s, why) != 0)
		return -1;
	while (done < s->pending.len) {
		ssize_t n = s->disk->write(s->disk->arg, s->fd, s->pending.data + done, s->pending.len - done,
					   (off_t)(s->written + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && !is_no_room(errno))
			return break_down(s, why, "cannot write");
		if (n <= 0)
			return cut_back(s, why);
		done += (size_t)n;
	}
	s->written += done;
	buffer_clear(&s->pending);
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
		open = s->written + s->pending.len - s->held.segments[s->held.count - 1].size;
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

uint64_t spool_uncommitted(const struct spool *s)
{
	return s->is_writing ? s->written + s->pending.len - s->held.segments[s->held.count - 1].size : 0;
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
	struct spool_segment *segment = writing(s);

	segment->size = segment->file_size = s->written;
	segment->entries += s->group_entries;
	if (s->group_entries)
		segment->entry_end = s->group_entry_end;
	s->held.entries += s->group_entries;
	s->group_entries = 0;
	spool_positions_settle(&s->held.positions);
}

static void remove_acked(struct spool *s)
{
	struct spool_scan *held = &s->held;
	size_t gone = 0;
	char name[SPOOL_NAME_SIZE];

	/* The one behind must be synced: it has what this one's head says. */
	while (gone + 1 < held->count && is_acked(s, &held->segments[gone]) && held->segments[gone + 1].size > 0) {
		spool_segment_name(name, held->segments[gone].number);
		if (unlinkat(s->dir_fd, name, 0) != 0 && errno != ENOENT)
			log_warning("cannot remove %s/%s: %s", s->folder, name, strerror(errno));
		held->entries -=
		    held->segments[gone].entries < held->entries ? held->segments[gone].entries : held->entries;
		gone++;
	}
	held->count -= gone;
	if (gone)
		memmove(held->segments, held->segments + gone, held->count * sizeof(*held->segments));
	count_occupied(s);
}

static int write_group(struct spool *s, struct err *why)
{
	size_t len;
	uint32_t frames;
	bool is_new;

	if (ready_segment(s, why) != 0)
		return -1;
	len = s->pending.len;
	frames = s->group_frames;
	is_new = writing(s)->size == 0;
	put_positions(s, false);
	put_commit(s);
	if (flush(s, why) != 0) {
		/* Positions and commit are made anew by the next try. */
		s->pending.len = len;
		s->group_frames = frames;
		return -1;
	}
	if (s->disk->sync(s->disk->arg, s->fd) != 0 || (is_new && fsync(s->dir_fd) != 0))
		return break_down(s, why, "cannot sync");
	settle_group(s);
	if (is_new)
		remove_acked(s);
	else
		count_occupied(s);
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

/* ------------------------------------------------------------------------------------------------ reading */

void spool_rewind(struct spool *s)
{
	const struct spool_mark *acked = &s->ledger.acked;

	spool_reader_close(&s->reader);
	s->read_segment = acked->segment;
	s->read_offset = acked->offset;
	spool_track_start(&s->track, acked->epoch, acked->sequence);
}

/* The segment to read from: the first that is not before the place reached. NULL: there is none. */
static struct spool_segment *reading(struct spool *s)
{
	for (size_t i = 0; i < s->held.count; i++) {
		struct spool_segment *segment = &s->held.segments[i];

		if (segment->number < s->read_segment || segment->size == 0)
			continue;
		if (segment->number > s->read_segment)
			s->read_offset = 0;
		s->read_segment = segment->number;
		if (s->read_offset < segment->size)
			return segment;
	}
	return NULL;
}

static void count_damage(struct spool *s, struct spool_segment *segment, uint64_t bytes,
			 const struct spool_losses *losses)
{
	uint64_t lost = losses->numbered + losses->silent;
	unsigned skipped;

	if (bytes && log_allowed(&s->damage_log, 10 * 1000, &skipped))
		log_warning("%s: %" PRIu64 " bytes of file %" PRIx64 " are damaged (is the disk failing?)", s->folder,
			    bytes, segment->number);
	if (lost == 0 || segment->number < s->held.books.counted_before || segment->number < s->damage_segment ||
	    (segment->number == s->damage_segment && s->read_offset <= s->damage_offset))
		return;
	s->damage_segment = segment->number;
	s->damage_offset = s->read_offset;
	/* In the epoch still being written, later numbers will follow. */
	s->held.books.damaged += lost;
	s->held.entries -= least(lost, s->held.entries);
	segment->entries -= least(lost, segment->entries);
	s->ledger_changed = s->ledger_unsynced = true;
	log_warning("%s: %" PRIu64 " records were lost by damage; they are counted as dropped", s->folder, lost);
}

/* 1: an entry; 0: the segment is read to its end */
static int read_segment(struct spool *s, struct spool_segment *segment, struct spool_entry *entry,
			struct spool_mark *behind, struct err *why)
{
	struct spool_losses losses = { 0 };
	struct spool_frame frame;
	uint64_t skipped = 0;
	enum parse got;

	while ((got = spool_reader_next(&s->reader, segment->size, &frame, &skipped, why)) == PARSE_OK) {
		s->read_offset = spool_reader_offset(&s->reader);
		if (frame.type == SPOOL_POSITION)
			continue;
		if (frame.type == SPOOL_COMMIT) {
			spool_track_commit(&s->track, frame.commit.epoch, frame.commit.sequence, &losses);
			continue;
		}
		spool_track_entry(&s->track, frame.entry.epoch, frame.entry.sequence, &losses);
		count_damage(s, segment, skipped, &losses);
		*entry = frame.entry;
		*behind = (struct spool_mark){ segment->number, s->read_offset, entry->epoch, entry->sequence };
		return 1;
	}
	if (got == PARSE_BAD)
		return -1;
	s->read_offset = segment->size;
	if (segment == writing(s))
		spool_track_end(&s->track, &losses);
	count_damage(s, segment, skipped, &losses);
	return 0;
}

int spool_read(struct spool *s, struct spool_entry *entry, struct spool_mark *behind, struct err *why)
{
	struct spool_segment *segment;

	while ((segment = reading(s))) {
		struct err failed = { 0 };
		int got;

		if ((s->reader.fd < 0 || s->reader.number != segment->number) &&
		    spool_reader_open(&s->reader, s->dir_fd, segment->number, s->read_offset, &failed) != 0) {
			if (failed.code != ERR_CORRUPT && failed.code != ERR_NOT_FOUND)
				return err_set(why, failed.code, "%s", failed.text);
			s->read_offset = segment->size;
			continue;
		}
		got = read_segment(s, segment, entry, behind, why);
		if (got != 0)
			return got;
	}
	return 0;
}

void spool_acked(struct spool *s, const struct spool_mark *mark, uint64_t entries)
{
	for (size_t i = 0; i < s->held.count; i++) {
		struct spool_segment *segment = &s->held.segments[i];
		uint64_t here = least(entries, segment->entries);

		if (segment->number > mark->segment)
			break;
		segment->entries -= here;
		entries -= here;
		s->held.entries -= least(here, s->held.entries);
	}
	s->ledger.acked = *mark;
	s->ledger.acked_at = clock_now();
	s->ledger_changed = true;
	spool_tick(s);
	remove_acked(s);
}

void spool_tick(struct spool *s)
{
	struct err why = { 0 };

	if (!s->ledger_changed)
		return;
	s->ledger.dropped = s->held.books.dropped;
	s->ledger.damaged = s->held.books.damaged;
	s->ledger.counted_before = s->held.books.counted_before;
	/* A full disk: what is lost by not writing it is only that acked records are sent again after a restart. */
	if (spool_ledger_write(s->ledger_fd, &s->ledger, &why) != 0) {
		log_debug("%s", why.text);
		return;
	}
	s->ledger_changed = false;
	if (s->ledger_unsynced && fdatasync(s->ledger_fd) == 0)
		s->ledger_unsynced = false;
}

/* ------------------------------------------------------------------------------------------------ figures */

void spool_figures(const struct spool *s, struct spool_figures *out)
{
	*out = (struct spool_figures){
		.records = s->held.entries,
		.bytes = spool_scan_bytes(&s->held, &s->ledger.acked),
		.dropped = s->held.books.dropped + s->held.books.damaged,
		.acked_at = s->ledger.acked_at,
		.disk_free = spool_scan_disk_free(s->dir_fd),
	};
}
