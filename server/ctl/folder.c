#include "server/ctl/folder.h"

#include "server/ctl/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ROOM = 256, FOLDER_MODE = 0750, FILE_MODE = 0640 };

struct folder {
	int fd;
	char *path;
};

static int fail(const struct folder *f, const char *name, struct err *why)
{
	enum err_code code = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;

	return err_set_errno(why, code, "cannot write %s/%s", f->path, name);
}

/* Read-only disks and missing rights are found out before anything is drawn. */
static int try_to_write(struct folder *f, struct err *why)
{
	char name[NAME_ROOM];
	int fd;

	snprintf(name, sizeof(name), ".hinomi-%ld", (long)getpid());
	fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot write into %s", f->path);
	close(fd);
	unlinkat(f->fd, name, 0);
	return 0;
}

void folder_close(struct folder *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f);
}

static int make_and_open(struct folder *f, const char *path, struct err *why)
{
	f->fd = -1;
	f->path = slice_to_string(slice_of_string(path));
	if (!f->path)
		return err_set(why, ERR_NOMEM, "no memory for a folder");
	if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make the folder %s", path);
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		return err_set_errno(why, ERR_IO, "%s cannot be used as a folder", path);
	return try_to_write(f, why);
}

int folder_open(struct folder **out, const char *path, struct err *why)
{
	struct folder *f = calloc(1, sizeof(*f));

	if (!f)
		return err_set(why, ERR_NOMEM, "no memory for a folder");
	if (make_and_open(f, path, why) == 0) {
		*out = f;
		return 0;
	}
	folder_close(f);
	return -1;
}

int folder_replace(struct folder *f, const char *name, struct slice content, struct err *why)
{
	char fresh[NAME_ROOM];
	int fd, failed;

	snprintf(fresh, sizeof(fresh), ".%s.new", name);
	fd = openat(f->fd, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (fd < 0)
		return fail(f, name, why);
	failed = file_write(fd, content);
	if (failed)
		fail(f, name, why);
	if (close(fd) != 0 && !failed)
		failed = fail(f, name, why);
	if (!failed && renameat(f->fd, fresh, f->fd, name) != 0)
		failed = fail(f, name, why);
	if (failed)
		unlinkat(f->fd, fresh, 0);
	return failed;
}

int folder_sync(struct folder *f, struct err *why)
{
	return syncfs(f->fd) == 0 ? 0 : fail(f, "", why);
}
