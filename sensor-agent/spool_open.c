#include "sensor-agent/spool_state.h"

#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

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
	spool_ledger_reserve(s->ledger_fd);
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
	newest = newest_segment(s);
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
	spool_count_occupied(s);
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
