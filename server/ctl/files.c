#include "server/ctl/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static int read_all(int fd, const char *path, struct buffer *out, struct err *why)
{
	for (;;) {
		uint8_t *room = buffer_reserve(out, CHUNK);
		ssize_t n;

		if (!room)
			return err_set(why, ERR_LIMIT, "%s is larger than %zu MiB", path, (out->limit - CHUNK) >> 20);
		n = read(fd, room, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(why, ERR_IO, "cannot read %s", path);
		if (n == 0)
			return 0;
		out->len += (size_t)n;
	}
}

int file_read(const char *path, size_t most, struct buffer *out, struct err *why)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int failed;

	buffer_init(out, most + CHUNK);
	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot open %s", path);
	failed = read_all(fd, path, out, why);
	if (fd != STDIN_FILENO)
		close(fd);
	return failed;
}

static int open_regular(const char *path, struct stat *st, struct err *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot open %s", path);
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return err_set(why, ERR_IO, "%s is not a regular file", path);
}

int file_write(int fd, struct slice content)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.ptr, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		content = slice_skip(content, (size_t)n);
	}
	return 0;
}

/* Reads to the end; to < 0: only for the sum. */
static int pump(int from, int to, struct file_sum *sum)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t *chunk = malloc(CHUNK);
	bool good = context && chunk && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
	ssize_t n = 1;

	sum->size = 0;
	while (good && n > 0) {
		n = read(from, chunk, CHUNK);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		good = n >= 0 && EVP_DigestUpdate(context, chunk, (size_t)n) == 1 &&
		       (to < 0 || file_write(to, slice_of(chunk, (size_t)n)) == 0);
		sum->size += n;
	}
	good = good && EVP_DigestFinal_ex(context, sum->sha256, NULL) == 1;
	EVP_MD_CTX_free(context);
	free(chunk);
	return good ? 0 : -1;
}

int file_hash(const char *path, struct file_sum *out, struct err *why)
{
	struct stat st;
	int fd = open_regular(path, &st, why), failed;

	if (fd < 0)
		return -1;
	failed = pump(fd, -1, out);
	if (failed)
		err_set_errno(why, ERR_IO, "cannot read %s", path);
	out->mode = st.st_mode & 07777;
	close(fd);
	return failed;
}

int file_copy(const char *from, const char *to, unsigned mode, struct file_sum *out, struct err *why)
{
	struct stat st;
	int in = open_regular(from, &st, why), target, failed;

	if (in < 0)
		return -1;
	target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (target < 0) {
		close(in);
		return err_set_errno(why, ERR_IO, "cannot make %s", to);
	}
	failed = pump(in, target, out) != 0 || fchmod(target, mode) != 0 || fsync(target) != 0;
	if (failed)
		err_set_errno(why, ERR_IO, "cannot copy %s to %s", from, to);
	out->mode = st.st_mode & 07777;
	close(in);
	close(target);
	return failed ? -1 : 0;
}

int folders_make(const char *base, const char *path, struct err *why)
{
	char full[PATH_MAX];
	int start = snprintf(full, sizeof(full), "%s/%s", base, path);
	char *slash;

	if (start >= (int)sizeof(full))
		return err_set(why, ERR_LIMIT, "the path %s is too long", path);
	slash = full + strlen(base);
	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (mkdir(full, 0700) != 0 && errno != EEXIST)
			return err_set_errno(why, ERR_IO, "cannot make the folder %s", full);
		*slash = '/';
	}
	return 0;
}

static bool folder_is_empty(const char *path)
{
	const struct dirent *entry;
	bool empty = true;
	DIR *d = opendir(path);

	if (!d)
		return false;
	while (empty && (entry = readdir(d)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(d);
	return empty;
}

int folder_make_empty(const char *path, struct err *why)
{
	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make the folder %s", path);
	if (!folder_is_empty(path))
		return err_set(why, ERR_CONFLICT, "%s is not an empty folder; name one that is not there yet", path);
	if (chmod(path, 0700) != 0)
		return err_set_errno(why, ERR_IO, "cannot close %s to others", path);
	return 0;
}
