/* The spool against what was put into it: crashes at every byte, flipped bits, full, a disk without room. */
#include "tests/unit/suite.h"

#include "lib/log.h"
#include "lib/random.h"
#include "sensor-agent/spool.h"
#include "sensor-agent/spool_inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 1 << 20, SEGMENT = 1 << 16, MOST = 4096 };

/* ------------------------------------------------------------------------------------------------ folders */

static void make_dir(char out[64])
{
	snprintf(out, 64, "/tmp/hinomi-spool.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(out));
}

static void each_file(const char *dir, void (*call)(const char *path, const char *name, void *arg), void *arg)
{
	char folder[128], path[512];
	DIR *d;

	snprintf(folder, sizeof(folder), "%s/spool", dir);
	d = opendir(folder);
	for (struct dirent *e; d && (e = readdir(d));) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			call(path, e->d_name, arg);
	}
	if (d)
		closedir(d);
}

static void remove_file(const char *path, const char *name, void *arg)
{
	(void)name;
	(void)arg;
	unlink(path);
}

static void remove_dir(const char *dir)
{
	char folder[128];

	each_file(dir, remove_file, NULL);
	snprintf(folder, sizeof(folder), "%s/spool", dir);
	rmdir(folder);
	rmdir(dir);
}

static void copy_file(const char *path, const char *name, void *arg)
{
	char to[512], bytes[4096];
	int in = open(path, O_RDONLY), out;
	ssize_t n;

	snprintf(to, sizeof(to), "%s/spool/%s", (const char *)arg, name);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		ck_assert_int_eq(write(out, bytes, (size_t)n), n);
	close(in);
	close(out);
}

static void copy_dir(const char *from, char to[64])
{
	char folder[128];

	make_dir(to);
	snprintf(folder, sizeof(folder), "%s/spool", to);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	each_file(from, copy_file, to);
}

struct newest {
	char path[512];
	char name[64];
	unsigned count;
};

static void find_newest(const char *path, const char *name, void *arg)
{
	struct newest *n = arg;

	if (!strstr(name, ".spool"))
		return;
	n->count++;
	if (strcmp(name, n->name) <= 0)
		return;
	snprintf(n->path, sizeof(n->path), "%s", path);
	snprintf(n->name, sizeof(n->name), "%s", name);
}

static struct newest newest_segment(const char *dir)
{
	struct newest n = { 0 };

	each_file(dir, find_newest, &n);
	return n;
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* ------------------------------------------------------------------------------------------------ spools */

static struct spool *open_with(const char *dir, uint64_t size, uint64_t segment, const struct spool_disk *disk)
{
	struct spool *s = NULL;
	struct err why = { 0 };

	log_open("test", LOG_LEVEL_ERROR);
	if (spool_open(&s, &(struct spool_plan){ dir, size, segment, disk }, &why) != 0)
		ck_abort_msg("%s", why.text);
	return s;
}

static struct spool *open_spool(const char *dir)
{
	return open_with(dir, SIZE, SEGMENT, NULL);
}

/* Record number n: its text tells the number, its length varies. */
static size_t text_of(char out[MOST], unsigned n)
{
	size_t len = (size_t)snprintf(out, MOST, "record %u ", n);

	for (unsigned i = 0; i < n * 37 % 60; i++)
		out[len++] = (char)('a' + (n + i) % 26);
	return len;
}

static int put(struct spool *s, unsigned n, struct err *why)
{
	char text[MOST];
	struct spool_entry entry = { .read_at = n, .source = n % 2 ? INTAKE_SYSLOG : INTAKE_EVE };

	entry.bytes = slice_of(text, text_of(text, n));
	if (n % 2)
		entry.peer = SLICE_LITERAL("192.0.2.7");
	return spool_put(s, &entry, why);
}

static void position(struct spool *s, unsigned n)
{
	char text[32];
	size_t len = (size_t)snprintf(text, sizeof(text), "%u", n);

	ck_assert_int_eq(spool_position(s, SLICE_LITERAL("eve:/a"), slice_of(text, len), NULL), 0);
}

/* -1: none */
static int saved(const struct spool *s)
{
	struct slice state;
	int64_t n;

	if (!spool_saved_position(s, SLICE_LITERAL("eve:/a"), &state))
		return -1;
	ck_assert(slice_to_int64(state, &n));
	return (int)n;
}

static void commit(struct spool *s)
{
	struct err why = { 0 };

	if (spool_commit(s, &why) != 0)
		ck_abort_msg("%s", why.text);
}

/* The number of an entry, whose every part must be right; dropped entries give 0. */
static unsigned number_of(const struct spool_entry *entry)
{
	char text[MOST];
	unsigned n = (unsigned)entry->read_at;

	if (entry->dropped)
		return 0;
	ck_assert(slice_equal(entry->bytes, slice_of(text, text_of(text, n))));
	ck_assert_int_eq(entry->source, n % 2 ? INTAKE_SYSLOG : INTAKE_EVE);
	ck_assert(slice_is(entry->peer, n % 2 ? "192.0.2.7" : ""));
	return n;
}

static unsigned next(struct spool *s, struct spool_mark *behind)
{
	struct spool_entry entry;
	struct err why = { 0 };
	int got = spool_read(s, &entry, behind, &why);

	ck_assert_int_ge(got, 0);
	return got ? number_of(&entry) : 0;
}

static void expect_records(struct spool *s, unsigned from, unsigned to)
{
	struct spool_mark behind;

	for (unsigned n = from; n <= to; n++)
		ck_assert_uint_eq(next(s, &behind), n);
	ck_assert_uint_eq(next(s, &behind), 0);
}

static uint64_t records(const struct spool *s)
{
	struct spool_figures f;

	spool_figures(s, &f);
	return f.records;
}

static uint64_t dropped(const struct spool *s)
{
	struct spool_figures f;

	spool_figures(s, &f);
	return f.dropped;
}

/* ------------------------------------------------------------------------------------------------ tests */

START_TEST(what_is_committed_comes_back_in_order_with_its_numbers)
{
	char dir[64];
	struct spool *s;
	struct spool_mark behind;
	uint64_t epoch;
	struct err why;

	make_dir(dir);
	s = open_spool(dir);
	for (unsigned n = 1; n <= 10; n++)
		ck_assert_int_eq(put(s, n, &why), 0);
	ck_assert_uint_eq(next(s, &behind), 0); /* not committed yet */
	commit(s);
	for (unsigned n = 1; n <= 4; n++) {
		ck_assert_uint_eq(next(s, &behind), n);
		ck_assert_uint_eq(behind.sequence, n);
	}
	epoch = behind.epoch;
	ck_assert_uint_eq(epoch >> 63, 0);
	ck_assert_uint_ne(epoch, 0);
	spool_acked(s, &behind, 4);
	ck_assert_uint_eq(records(s), 6);
	spool_rewind(s);
	expect_records(s, 5, 10);
	spool_close(s);

	/* Resent under the old epoch and numbers; new ones get a new epoch and begin at 1. */
	s = open_spool(dir);
	ck_assert_uint_eq(records(s), 6);
	ck_assert_int_eq(put(s, 11, &why), 0);
	commit(s);
	ck_assert_uint_eq(next(s, &behind), 5);
	ck_assert_uint_eq(behind.epoch, epoch);
	ck_assert_uint_eq(behind.sequence, 5);
	for (unsigned n = 6; n <= 11; n++)
		ck_assert_uint_eq(next(s, &behind), n);
	ck_assert_uint_ne(behind.epoch, epoch);
	ck_assert_uint_eq(behind.sequence, 1);
	spool_acked(s, &behind, 7);
	ck_assert_uint_eq(records(s), 0);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

START_TEST(only_one_may_have_it_open)
{
	char dir[64];
	struct spool *s, *second;
	struct spool_figures figures;
	struct err why = { 0 };
	bool is_open;

	make_dir(dir);
	ck_assert_int_eq(spool_inspect(dir, &figures, &is_open, &why), -1);
	ck_assert_int_eq(why.code, ERR_NOT_FOUND);
	s = open_spool(dir);
	ck_assert_int_eq(spool_open(&second, &(struct spool_plan){ dir, SIZE, SEGMENT, NULL }, &why), -1);
	ck_assert_int_eq(why.code, ERR_CONFLICT);
	ck_assert_int_eq(put(s, 1, &why), 0);
	commit(s);
	ck_assert_int_eq(spool_inspect(dir, &figures, &is_open, &why), 0);
	ck_assert(is_open);
	ck_assert_uint_eq(figures.records, 1);
	spool_close(s);
	ck_assert_int_eq(spool_inspect(dir, &figures, &is_open, &why), 0);
	ck_assert(!is_open);
	remove_dir(dir);
}
END_TEST

struct group {
	off_t end; /* size of the newest file when it was committed */
	unsigned last;
};

/* Groups of records, each with a position that tells the last of them. */
static size_t fill(const char *dir, struct group *groups, size_t count, unsigned first)
{
	struct spool *s = open_spool(dir);
	unsigned n = first;
	struct err why;

	for (size_t i = 0; i < count; i++) {
		for (unsigned k = 0; k < 1 + i % 4; k++)
			ck_assert_int_eq(put(s, n++, &why), 0);
		position(s, n - 1);
		commit(s);
		groups[i] = (struct group){ size_of(newest_segment(dir).path), n - 1 };
	}
	spool_close(s);
	return n - 1;
}

/* A file that ends anywhere: all of each group that was whole, nothing of others, and the position fits. */
static void crash_at(const char *dir, off_t at, unsigned older, const struct group *groups, size_t count)
{
	unsigned last = older, again;
	char copy[64];
	struct spool *s;
	struct err why;

	for (size_t i = 0; i < count; i++)
		if (groups[i].end <= at)
			last = groups[i].last;
	copy_dir(dir, copy);
	ck_assert_int_eq(truncate(newest_segment(copy).path, at), 0);
	s = open_spool(copy);
	ck_assert_int_eq(saved(s), last ? (int)last : -1);
	ck_assert_uint_eq(records(s), last);
	ck_assert_uint_eq(dropped(s), 0);
	/* Its source goes on behind the position. */
	ck_assert_int_eq(put(s, last + 1, &why), 0);
	commit(s);
	expect_records(s, 1, last + 1);
	spool_close(s);
	s = open_spool(copy);
	again = last + 1;
	expect_records(s, 1, again);
	spool_close(s);
	remove_dir(copy);
}

START_TEST(a_crash_at_any_byte_keeps_whole_groups)
{
	struct group first[3], groups[5];
	char dir[64];
	unsigned older;
	off_t size;

	make_dir(dir);
	fill(dir, groups, ARRAY_LEN(groups), 1);
	size = size_of(newest_segment(dir).path);
	for (off_t at = 0; at <= size; at++)
		crash_at(dir, at, 0, groups, ARRAY_LEN(groups));
	remove_dir(dir);

	/* With an older segment before it. */
	make_dir(dir);
	older = (unsigned)fill(dir, first, ARRAY_LEN(first), 1);
	fill(dir, groups, ARRAY_LEN(groups), older + 1);
	ck_assert_uint_eq(newest_segment(dir).count, 2);
	size = size_of(newest_segment(dir).path);
	for (off_t at = 0; at <= size; at++)
		crash_at(dir, at, older, groups, ARRAY_LEN(groups));
	remove_dir(dir);
}
END_TEST

static void flip(const char *path, off_t at, uint8_t mask)
{
	int fd = open(path, O_RDWR);
	uint8_t byte;

	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= mask;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* A bit that flips before the last group costs one frame at most, and what it costs is counted; in the last group it
 * costs that group, which is as if it had never been committed. */
static void flip_at(const char *dir, off_t at, const struct group *groups, size_t count)
{
	unsigned total = groups[count - 1].last, before_last = groups[count - 2].last, seen = 0, previous = 0, n;
	bool in_last = at >= groups[count - 2].end;
	struct spool_mark behind;
	char copy[64];
	struct spool *s;
	uint64_t lost;

	copy_dir(dir, copy);
	flip(newest_segment(copy).path, at, (uint8_t)(1u << random_below(8)));
	s = open_spool(copy);
	ck_assert_int_eq(saved(s), in_last ? (int)before_last : (int)total);
	while ((n = next(s, &behind)) != 0) {
		ck_assert_uint_gt(n, previous);
		previous = n;
		seen++;
	}
	lost = dropped(s);
	if (in_last)
		ck_assert_uint_eq(seen, before_last);
	else
		ck_assert_uint_ge(seen, total - 1);
	ck_assert_uint_eq(seen + lost, in_last ? before_last : total);
	ck_assert_uint_eq(records(s), seen);
	spool_close(s);
	/* Counted once. */
	s = open_spool(copy);
	ck_assert_uint_eq(dropped(s), lost);
	spool_close(s);
	remove_dir(copy);
}

START_TEST(a_flipped_bit_costs_what_it_hit)
{
	struct group groups[8];
	char dir[64];
	off_t size;

	make_dir(dir);
	fill(dir, groups, ARRAY_LEN(groups), 1);
	size = size_of(newest_segment(dir).path);
	for (off_t at = 0; at < size; at++)
		flip_at(dir, at, groups, ARRAY_LEN(groups));
	remove_dir(dir);
}
END_TEST

/* The server misses a number when a later one of the epoch comes; at the end of an epoch it must be told. */
START_TEST(what_damage_takes_from_the_end_of_an_epoch_is_told)
{
	struct spool_mark behind;
	struct spool_entry entry;
	struct group groups[2];
	struct newest older;
	char dir[64];
	struct spool *s;
	struct err why;
	unsigned seen = 0, told = 0;

	make_dir(dir);
	fill(dir, groups, 2, 1); /* 1; 2, 3 */
	older = newest_segment(dir);
	s = open_spool(dir);
	ck_assert_int_eq(put(s, 4, &why), 0);
	commit(s);
	spool_close(s);
	/* Record 3: its position and its commit stand behind it. */
	flip(older.path, groups[1].end - 120, 1);
	s = open_spool(dir);
	ck_assert_int_eq(saved(s), 3);
	ck_assert_uint_eq(dropped(s), 1);
	commit(s);
	while (spool_read(s, &entry, &behind, &why) == 1) {
		told += (unsigned)entry.dropped;
		seen += entry.dropped == 0;
		ck_assert_uint_ne(number_of(&entry), 3);
	}
	ck_assert_uint_eq(seen, 3);
	ck_assert_uint_eq(told, 1);
	spool_close(s);
	s = open_spool(dir);
	ck_assert_uint_eq(dropped(s), 1);
	ck_assert(!spool_is_dirty(s));
	spool_close(s);
	remove_dir(dir);
}
END_TEST

START_TEST(damage_found_while_reading_is_counted)
{
	struct spool_mark behind;
	char dir[64];
	struct spool *s;
	struct err why;
	unsigned n, seen = 0;

	make_dir(dir);
	s = open_spool(dir);
	for (n = 1; n <= 20; n++)
		ck_assert_int_eq(put(s, n, &why), 0);
	commit(s);
	flip(newest_segment(dir).path, size_of(newest_segment(dir).path) / 2, 0x10);
	while (next(s, &behind) != 0)
		seen++;
	ck_assert_uint_eq(seen, 19);
	ck_assert_uint_eq(dropped(s), 1);
	spool_rewind(s);
	for (seen = 0; next(s, &behind) != 0; seen++)
		;
	ck_assert_uint_eq(seen, 19);
	ck_assert_uint_eq(dropped(s), 1);
	spool_acked(s, &behind, 19);
	ck_assert_uint_eq(records(s), 0);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

START_TEST(a_lost_ledger_costs_only_resends)
{
	struct spool_mark behind;
	struct group groups[4];
	char dir[64], path[128];
	struct spool *s;

	make_dir(dir);
	fill(dir, groups, ARRAY_LEN(groups), 1);
	s = open_spool(dir);
	for (unsigned n = 1; n <= 5; n++)
		next(s, &behind);
	spool_acked(s, &behind, 5);
	spool_close(s);
	snprintf(path, sizeof(path), "%s/spool/acked", dir);
	ck_assert_int_eq(unlink(path), 0);
	s = open_spool(dir);
	ck_assert_uint_eq(dropped(s), 0);
	expect_records(s, 1, groups[3].last);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

START_TEST(a_full_spool_refuses_and_takes_again_after_acks)
{
	struct spool_mark behind = { 0 };
	char dir[64];
	struct spool *s;
	struct err why = { 0 };
	unsigned put_in = 0, got = 0;

	make_dir(dir);
	s = open_with(dir, 64 * 1024, 8 * 1024, NULL);
	for (int round = 0; round < 40; round++) {
		unsigned batch = 0;

		while (put(s, put_in + 1, &why) == 0) {
			put_in++;
			if (put_in % 7 == 0)
				commit(s);
		}
		ck_assert_int_eq(why.code, ERR_FULL);
		ck_assert(!spool_has_room(s));
		commit(s);
		while (batch < 100 && next(s, &behind) == got + 1) {
			got++;
			batch++;
		}
		ck_assert_uint_gt(batch, 0);
		spool_acked(s, &behind, batch);
		ck_assert_uint_eq(records(s), put_in - got);
	}
	ck_assert_uint_gt(put_in, 1000);
	/* Acked files are gone. */
	ck_assert_uint_le(newest_segment(dir).count, 10);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

START_TEST(drops_are_told_once_and_survive)
{
	struct spool_mark behind;
	struct spool_entry entry;
	char dir[64];
	struct spool *s;
	struct err why = { 0 };

	make_dir(dir);
	s = open_with(dir, 16 * 1024, 4 * 1024, NULL);
	while (put(s, 2, &why) == 0)
		;
	commit(s);
	spool_dropped(s, 17);
	commit(s); /* no room to tell it */
	spool_tick(s);
	spool_close(s);

	s = open_with(dir, 16 * 1024, 4 * 1024, NULL);
	ck_assert_uint_eq(dropped(s), 17);
	spool_dropped(s, 3);
	while (next(s, &behind) != 0)
		;
	spool_acked(s, &behind, records(s));
	ck_assert(spool_is_dirty(s));
	commit(s);
	ck_assert_int_eq(spool_read(s, &entry, &behind, &why), 1);
	ck_assert_uint_eq(entry.dropped, 20);
	ck_assert_uint_eq(entry.sequence, 1);
	ck_assert(!spool_is_dirty(s));
	spool_close(s);
	s = open_with(dir, 16 * 1024, 4 * 1024, NULL);
	ck_assert_uint_eq(dropped(s), 20);
	ck_assert(!spool_is_dirty(s));
	spool_close(s);
	remove_dir(dir);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ a bad disk */

struct bad_disk {
	size_t room; /* bytes that can still be written */
	bool fails;  /* EIO */
};

static ssize_t bad_write(void *arg, int fd, const void *bytes, size_t len, off_t offset)
{
	struct bad_disk *d = arg;

	if (d->fails || d->room == 0) {
		errno = d->fails ? EIO : ENOSPC;
		return -1;
	}
	if (len > d->room)
		len = d->room;
	d->room -= len;
	return pwrite(fd, bytes, len, offset);
}

static int bad_sync(void *arg, int fd)
{
	(void)arg;
	return fdatasync(fd);
}

START_TEST(a_disk_without_room_loses_nothing)
{
	struct bad_disk bad = { 0 };
	const struct spool_disk disk = { bad_write, bad_sync, &bad };
	char dir[64];
	struct spool *s;
	struct err why = { 0 };

	for (size_t room = 0; room < 900; room += 7) {
		make_dir(dir);
		bad = (struct bad_disk){ .room = room };
		s = open_with(dir, SIZE, SEGMENT, &disk);
		for (unsigned n = 1; n <= 9; n++)
			ck_assert_int_eq(put(s, n, &why), 0);
		position(s, 9);
		ck_assert_int_eq(spool_commit(s, &why), -1);
		ck_assert_int_eq(why.code, ERR_FULL);
		ck_assert(!spool_has_room(s));
		ck_assert_int_le(size_of(newest_segment(dir).path), 100); /* cut back, to the head if that is whole */
		bad.room = SIZE;
		commit(s);
		expect_records(s, 1, 9);
		ck_assert_int_eq(saved(s), 9);
		spool_close(s);
		s = open_spool(dir);
		expect_records(s, 1, 9);
		ck_assert_int_eq(saved(s), 9);
		spool_close(s);
		remove_dir(dir);
	}
}
END_TEST

/* Killed while the disk is full: what was committed is there, is sent and acked, and makes room again. */
START_TEST(killed_on_a_full_disk_loses_nothing)
{
	struct bad_disk bad = { 0 };
	const struct spool_disk disk = { bad_write, bad_sync, &bad };
	char dir[64], after[64];
	struct spool *s;
	struct err why = { 0 };
	struct spool_mark behind;
	unsigned committed, n;

	for (size_t room = 300 * 1024; room < 301 * 1024; room += 331) {
		make_dir(dir);
		bad = (struct bad_disk){ .room = room };
		s = open_with(dir, SIZE, SEGMENT, &disk);
		for (n = 1, committed = 0; spool_has_room(s) && put(s, n, &why) == 0; n++)
			if (n % 64 == 0 && spool_commit(s, &why) == 0)
				committed = n;
		ck_assert_int_eq(why.code, ERR_FULL);
		copy_dir(dir, after);
		spool_close(s);
		remove_dir(dir);

		bad.room = 0;
		s = open_with(after, SIZE, SEGMENT, &disk);
		ck_assert_uint_eq(records(s), committed);
		ck_assert_uint_gt(newest_segment(after).count, 2);
		ck_assert_int_eq(put(s, committed + 1, &why), 0); /* waits in memory */
		ck_assert_int_eq(spool_commit(s, &why), -1);
		ck_assert_int_eq(why.code, ERR_FULL);
		for (n = 1; n <= committed; n++)
			ck_assert_uint_eq(next(s, &behind), n);
		spool_acked(s, &behind, committed);
		/* But for the newest, which says where the sources are, all files are gone. */
		ck_assert_uint_le(newest_segment(after).count, 2);
		bad.room = SIZE;
		commit(s);
		expect_records(s, committed + 1, committed + 1);
		spool_close(s);
		remove_dir(after);
	}
}
END_TEST

/* A disk of which the spool has all: what is acked must make room for what waits, however the last group stands. */
struct small_disk {
	const char *dir;
	off_t capacity;
};

static void add_size(const char *path, const char *name, void *arg)
{
	if (strstr(name, ".spool"))
		*(off_t *)arg += size_of(path);
}

static ssize_t small_write(void *arg, int fd, const void *bytes, size_t len, off_t offset)
{
	const struct small_disk *d = arg;
	off_t used = 0;

	each_file(d->dir, add_size, &used);
	if (used >= d->capacity) {
		errno = ENOSPC;
		return -1;
	}
	if ((off_t)len > d->capacity - used)
		len = (size_t)(d->capacity - used);
	return pwrite(fd, bytes, len, offset);
}

static int no_sync(void *arg, int fd)
{
	(void)arg;
	(void)fd;
	return 0;
}

START_TEST(a_disk_filled_by_the_spool_alone_goes_on_after_acks)
{
	struct small_disk small = { 0 };
	const struct spool_disk disk = { small_write, no_sync, &small };
	char dir[64];
	struct spool *s;
	struct err why = { 0 };
	struct spool_mark behind;
	unsigned last = 0, got = 0;

	make_dir(dir);
	small.dir = dir;
	s = open_with(dir, 16 * SIZE, SEGMENT, &disk);
	for (int round = 0; round < 30; round++) {
		uint64_t group = (uint64_t)(round % 10 + 1) * 45000;

		small.capacity = 700 * 1024 + round * 20 * 1024;
		while (put(s, last + 1, &why) == 0) {
			last++;
			if (spool_uncommitted(s) >= group)
				spool_commit(s, &why);
		}
		ck_assert_int_eq(why.code, ERR_FULL);
		for (uint64_t left = records(s); left > 0; left--)
			ck_assert_uint_eq(next(s, &behind), ++got);
		if (got)
			spool_acked(s, &behind, records(s));
		commit(s);
	}
	ck_assert_uint_gt(last, 3000);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

/* Its books are wanted most when the disk is full, so their room is taken while there is some. */
START_TEST(the_ledger_has_its_room_from_the_start)
{
	char dir[64], path[128];
	struct spool *s;
	struct stat st;

	make_dir(dir);
	s = open_spool(dir);
	snprintf(path, sizeof(path), "%s/spool/acked", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_ge(st.st_size, 4096 + SPOOL_LEDGER_SIZE);
	ck_assert_int_ge(st.st_blocks * 512, 8192);
	spool_close(s);
	/* An empty one, as a full disk leaves it, is as none. */
	ck_assert_int_eq(truncate(path, 0), 0);
	s = open_spool(dir);
	spool_dropped(s, 5);
	spool_tick(s);
	spool_close(s);
	s = open_spool(dir);
	ck_assert_uint_eq(dropped(s), 5);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

START_TEST(a_smaller_size_than_before_waits_for_acks)
{
	char dir[64];
	struct spool *s;
	struct err why = { 0 };
	struct spool_mark behind;
	unsigned last;

	make_dir(dir);
	s = open_with(dir, SIZE, SEGMENT * 4, NULL);
	for (last = 0; put(s, last + 1, &why) == 0; last++)
		if (last % 64 == 0)
			commit(s);
	commit(s);
	spool_close(s);

	s = open_with(dir, SEGMENT, SEGMENT, NULL);
	ck_assert_uint_eq(records(s), last);
	ck_assert(!spool_has_room(s));
	ck_assert_int_eq(put(s, last + 1, &why), -1);
	ck_assert_int_eq(why.code, ERR_FULL);
	position(s, 7); /* of a source that has nothing new to hand over */
	commit(s);
	for (unsigned n = 1; n <= last; n++)
		ck_assert_uint_eq(next(s, &behind), n);
	spool_acked(s, &behind, last);
	ck_assert(spool_has_room(s));
	ck_assert_int_eq(put(s, last + 1, &why), 0);
	commit(s);
	expect_records(s, last + 1, last + 1);
	ck_assert_uint_le(newest_segment(dir).count, 2);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

/* The least that agent_settings.c allows, with a segment as large as may be. */
START_TEST(the_smallest_spool_takes_the_longest_record)
{
	char dir[64];
	struct spool *s;
	struct err why = { 0 };
	struct spool_mark behind;
	struct spool_entry entry = { .source = INTAKE_EVE }, got;
	struct buffer bytes = { 0 };

	make_dir(dir);
	for (int i = 0; i < INTAKE_RECORD_MOST; i++)
		buffer_put_byte(&bytes, 'x');
	entry.bytes = buffer_slice(&bytes);
	s = open_with(dir, 4 * 1024 * 1024, 1 << 30, NULL);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(spool_put(s, &entry, &why), 0);
		commit(s);
		ck_assert_int_eq(spool_read(s, &got, &behind, &why), 1);
		ck_assert_uint_eq(got.bytes.len, INTAKE_RECORD_MOST);
		spool_acked(s, &behind, 1);
	}
	ck_assert_uint_le(newest_segment(dir).count, 2);
	spool_close(s);
	buffer_release(&bytes);
	remove_dir(dir);
}
END_TEST

START_TEST(a_failing_disk_is_final_and_the_last_commit_stands)
{
	struct bad_disk bad = { .room = SIZE };
	const struct spool_disk disk = { bad_write, bad_sync, &bad };
	char dir[64];
	struct spool *s;
	struct err why = { 0 };

	make_dir(dir);
	s = open_with(dir, SIZE, SEGMENT, &disk);
	ck_assert_int_eq(put(s, 1, &why), 0);
	commit(s);
	ck_assert_int_eq(put(s, 2, &why), 0);
	bad.fails = true;
	ck_assert_int_eq(spool_commit(s, &why), -1);
	ck_assert_int_eq(why.code, ERR_IO);
	bad.fails = false;
	ck_assert_int_eq(spool_commit(s, &why), -1);
	ck_assert_int_eq(put(s, 3, &why), -1);
	spool_close(s);
	s = open_spool(dir);
	expect_records(s, 1, 1);
	spool_close(s);
	remove_dir(dir);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ anything at all */

struct model {
	unsigned put, committed, acked, read; /* record numbers 1..n */
	int position, saved;
};

static void random_step(struct spool **s, const char *dir, struct bad_disk *bad, const struct spool_disk *disk,
			struct model *m)
{
	struct spool_mark behind;
	struct err why = { 0 };

	switch (random_below(12)) {
	case 0: /* kill -9 */
		spool_close(*s);
		*s = open_with(dir, 128 * 1024, 8 * 1024, disk);
		m->put = m->committed;
		m->read = m->acked;
		/* A new segment's head may have made a later one durable, but never ahead of the records behind it. */
		if (saved(*s) != m->saved) {
			ck_assert_int_gt(saved(*s), m->saved);
			ck_assert_int_le(saved(*s), (int)m->committed);
		}
		m->position = m->saved = saved(*s);
		break;
	case 1:
		spool_rewind(*s);
		m->read = m->acked;
		break;
	case 2:
		bad->room = random_below(3) ? (size_t)1 << 30 : random_below(3000);
		break;
	case 3:
		m->position = (int)m->put;
		position(*s, m->put);
		break;
	case 4:
	case 5:
		if (spool_commit(*s, &why) == 0) {
			m->committed = m->put;
			m->saved = m->position;
		} else {
			ck_assert_int_eq(why.code, ERR_FULL);
		}
		break;
	case 6:
	case 7:
		for (uint64_t k = random_below(40); k > 0; k--) {
			unsigned n = next(*s, &behind);

			ck_assert_uint_eq(n, m->read < m->committed ? m->read + 1 : 0);
			if (n == 0)
				break;
			m->read = n;
			if (random_below(5) == 0) {
				spool_acked(*s, &behind, n - m->acked);
				m->acked = n;
			}
		}
		break;
	default:
		for (uint64_t k = random_below(20); k > 0; k--) {
			if (put(*s, m->put + 1, &why) == 0)
				m->put++;
			else
				ck_assert_int_eq(why.code, ERR_FULL);
		}
	}
	ck_assert_uint_eq(records(*s), m->committed - m->acked);
}

START_TEST(whatever_happens_each_record_is_there_until_it_is_acked)
{
	struct bad_disk bad = { .room = (size_t)1 << 30 };
	const struct spool_disk disk = { bad_write, bad_sync, &bad };
	char dir[64];

	for (int round = 0; round < 20; round++) {
		struct model m = { .position = -1, .saved = -1 };
		struct spool *s;

		make_dir(dir);
		s = open_with(dir, 128 * 1024, 8 * 1024, &disk);
		for (int step = 0; step < 600; step++)
			random_step(&s, dir, &bad, &disk, &m);
		spool_close(s);
		remove_dir(dir);
	}
}
END_TEST

START_TEST(positions_survive_the_files_they_were_written_to)
{
	struct spool_mark behind = { 0 };
	char dir[64], name[32];
	struct spool *s;
	struct slice state;
	struct err why;

	make_dir(dir);
	s = open_with(dir, 64 * 1024, 4 * 1024, NULL);
	for (unsigned n = 1; n <= 300; n++) {
		if (n <= 20) {
			snprintf(name, sizeof(name), "eve:/%u", n);
			ck_assert_int_eq(spool_position(s, slice_of_string(name), SLICE_LITERAL("here"), NULL), 0);
		}
		if (n == 30)
			ck_assert_int_eq(spool_position(s, SLICE_LITERAL("eve:/7"), slice_of("", 0), NULL), 0);
		ck_assert_int_eq(put(s, n, &why), 0);
		commit(s);
		ck_assert_uint_eq(next(s, &behind), n);
		spool_acked(s, &behind, 1);
	}
	ck_assert_uint_le(newest_segment(dir).count, 2);
	spool_close(s);
	s = open_with(dir, 64 * 1024, 4 * 1024, NULL);
	for (unsigned n = 1; n <= 20; n++) {
		snprintf(name, sizeof(name), "eve:/%u", n);
		ck_assert_int_eq(spool_saved_position(s, slice_of_string(name), &state), n != 7);
	}
	ck_assert_str_eq(spool_position_name(s, 0), "eve:/1");
	ck_assert_ptr_null(spool_position_name(s, 19));
	spool_close(s);
	remove_dir(dir);
}
END_TEST

SUITE_MAIN("spool", what_is_committed_comes_back_in_order_with_its_numbers, only_one_may_have_it_open,
	   a_crash_at_any_byte_keeps_whole_groups, a_flipped_bit_costs_what_it_hit,
	   what_damage_takes_from_the_end_of_an_epoch_is_told, damage_found_while_reading_is_counted,
	   a_lost_ledger_costs_only_resends, a_full_spool_refuses_and_takes_again_after_acks,
	   drops_are_told_once_and_survive, a_disk_without_room_loses_nothing, killed_on_a_full_disk_loses_nothing,
	   a_disk_filled_by_the_spool_alone_goes_on_after_acks, the_ledger_has_its_room_from_the_start,
	   a_smaller_size_than_before_waits_for_acks, the_smallest_spool_takes_the_longest_record,
	   a_failing_disk_is_final_and_the_last_commit_stands, whatever_happens_each_record_is_there_until_it_is_acked,
	   positions_survive_the_files_they_were_written_to)
