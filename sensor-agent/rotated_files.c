#include "sensor-agent/rotated_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Splits into the folder with its slash, and the name. */
static const char *split(const char *path, char folder[ROTATED_PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	snprintf(folder, ROTATED_PATH_SIZE, "%.*s", slash ? (int)(slash - path) + 1 : 2, slash ? path : "./");
	return slash ? slash + 1 : path;
}

static int open_at(DIR *folder, const char *name, struct stat *st)
{
	int fd = openat(dirfd(folder), name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return -1;
}

/* ------------------------------------------------------------------------------------------------ one file */

struct search {
	const struct file_mark *mark;
	DIR *folder;
	char prefix[256]; /* of names that a copy may have */
	rotated_taken taken;
	void *arg;
	bool is_empty, is_barred; /* the folder; the file with the mark's inode */
};

/* Opens a file of the folder if it fits; by_name: it need not be the same inode. */
static int try_file(struct search *s, const char *name, bool by_name, struct stat *st)
{
	bool same, telling = s->mark->print_length >= FILE_MARK_PRINT_TELLING;
	int fd;

	if (fstatat(dirfd(s->folder), name, st, AT_SYMLINK_NOFOLLOW) != 0) {
		s->is_barred = s->is_barred || (!by_name && errno != ENOENT);
		return -1;
	}
	if (!S_ISREG(st->st_mode))
		return -1;
	/* Device numbers may change from boot to boot. */
	same = s->mark->inode == (uint64_t)st->st_ino && (telling || s->mark->device == (uint64_t)st->st_dev);
	if (by_name ? (!telling || strncmp(name, s->prefix, strlen(s->prefix)) != 0) : !same)
		return -1;
	if ((uint64_t)st->st_size < s->mark->offset || s->taken(s->arg, st))
		return -1;
	fd = open_at(s->folder, name, st);
	s->is_barred = s->is_barred || (fd < 0 && !by_name && errno != ENOENT);
	if (fd >= 0 && !file_mark_begins_alike(s->mark, fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int try_all(struct search *s, bool by_name, char name[256], struct stat *st)
{
	const struct dirent *entry;
	int fd;

	rewinddir(s->folder);
	while ((entry = readdir(s->folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		s->is_empty = false;
		if (!by_name && entry->d_ino != s->mark->inode)
			continue;
		fd = try_file(s, entry->d_name, by_name, st);
		if (fd < 0)
			continue;
		snprintf(name, 256, "%s", entry->d_name);
		return fd;
	}
	return -1;
}

int rotated_find(const struct file_mark *m, const char *path, rotated_taken taken, void *arg,
		 char found[ROTATED_PATH_SIZE], struct stat *st)
{
	struct search s = { .mark = m, .taken = taken, .arg = arg, .is_empty = true };
	const char *base = split(path, found);
	char name[256];
	size_t at = strlen(found);
	int fd;

	snprintf(s.prefix, sizeof(s.prefix), "%.*s", (int)strcspn(base, "."), base);
	s.folder = opendir(found);
	if (!s.folder)
		return ROTATED_OUT_OF_REACH;
	fd = try_all(&s, false, name, st);
	if (fd < 0 && !s.is_barred)
		fd = try_all(&s, true, name, st);
	closedir(s.folder);
	if (fd < 0)
		return s.is_empty || s.is_barred ? ROTATED_OUT_OF_REACH : ROTATED_GONE;
	snprintf(found + at, ROTATED_PATH_SIZE - at, "%s", name);
	return fd;
}

/* ------------------------------------------------------------------------------------------------ files between */

struct age {
	int64_t seconds;
	uint32_t nanoseconds;
};

/* When the file was made; where the file system does not say, when it was last written. */
static struct age age_of(int fd)
{
	struct statx x;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME | STATX_MTIME, &x) != 0)
		return (struct age){ 0 };
	if (x.stx_mask & STATX_BTIME)
		return (struct age){ x.stx_btime.tv_sec, x.stx_btime.tv_nsec };
	return (struct age){ x.stx_mtime.tv_sec, x.stx_mtime.tv_nsec };
}

static bool is_younger(struct age a, struct age b)
{
	return a.seconds != b.seconds ? a.seconds > b.seconds : a.nanoseconds > b.nanoseconds;
}

static bool is_number(const char *text, size_t len)
{
	return len > 0 && strspn(text, "0123456789.-_") >= len;
}

/* base, and a number or date behind it or before its ending. */
static bool is_rotated_name(const char *name, const char *base)
{
	const char *dot = strrchr(base, '.');
	size_t stem = dot ? (size_t)(dot - base) : strlen(base);
	size_t ending = strlen(base) - stem, len = strlen(name);

	if (strncmp(name, base, strlen(base)) == 0)
		return strchr(".-", name[strlen(base)]) && is_number(name + strlen(base), len - strlen(base));
	return dot && len > strlen(base) && strncmp(name, base, stem) == 0 && name[stem] == '-' &&
	       strcmp(name + len - ending, dot) == 0 && is_number(name + stem, len - ending - stem);
}

/* A mark of what the file begins with now. */
static struct file_mark beginning_of(int fd)
{
	struct file_mark m = { 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return m;
	if (!file_mark_advance(&m, fd, st.st_size < FILE_MARK_PRINT_MOST ? (uint64_t)st.st_size : FILE_MARK_PRINT_MOST))
		m = (struct file_mark){ 0 };
	return m;
}

static bool is_copy(const struct file_mark *m, int fd)
{
	return m->print_length > 0 && file_mark_begins_alike(m, fd);
}

struct younger {
	int fd;
	struct age age;
};

/* Keeps the list sorted, oldest first, and at most `most` long. */
static size_t insert(struct younger *list, size_t n, size_t most, struct younger one)
{
	size_t at = n;

	while (at > 0 && is_younger(list[at - 1].age, one.age))
		at--;
	if (at == most) {
		close(one.fd);
		return n;
	}
	if (n == most)
		close(list[--n].fd);
	memmove(list + at + 1, list + at, (n - at) * sizeof(*list));
	list[at] = one;
	return n + 1;
}

enum { YOUNGER_MOST = 64 };

size_t rotated_younger(const char *path, int known_fd, int present_fd, rotated_taken taken, void *arg, int *fds,
		       size_t most)
{
	const struct file_mark known = beginning_of(known_fd), present = beginning_of(present_fd);
	const struct age since = age_of(known_fd);
	struct younger list[YOUNGER_MOST] = { 0 };
	char folder_name[ROTATED_PATH_SIZE];
	const char *base = split(path, folder_name);
	const struct dirent *entry;
	DIR *folder = opendir(folder_name);
	struct stat st;
	size_t n = 0;

	if (most > YOUNGER_MOST)
		most = YOUNGER_MOST;
	while (folder && (entry = readdir(folder)) != NULL) {
		struct younger one = { .fd = -1 };

		if (strcmp(entry->d_name, base) != 0 && is_rotated_name(entry->d_name, base))
			one.fd = open_at(folder, entry->d_name, &st);
		if (one.fd < 0)
			continue;
		one.age = age_of(one.fd);
		if (!is_younger(one.age, since) || taken(arg, &st) || is_copy(&known, one.fd) ||
		    is_copy(&present, one.fd))
			close(one.fd);
		else
			n = insert(list, n, most, one);
	}
	if (folder)
		closedir(folder);
	for (size_t i = 0; i < n; i++)
		fds[i] = list[i].fd;
	return n;
}
