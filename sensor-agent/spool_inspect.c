#include "sensor-agent/spool_inspect.h"

#include "sensor-agent/spool_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static bool is_locked(int dir_fd)
{
	int fd = openat(dir_fd, "lock", O_RDONLY | O_CLOEXEC);
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	bool locked;

	if (fd < 0)
		return false;
	locked = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return locked;
}

int spool_inspect(const char *state_dir, struct spool_figures *out, bool *is_open, struct err *why)
{
	struct spool_scan scan = { 0 };
	struct spool_ledger ledger = { 0 };
	struct buffer path = { 0 };
	int dir_fd, fd, result;

	buffer_printf(&path, "%s/spool", state_dir);
	dir_fd = open(buffer_string(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		err_set_errno(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot read %s", buffer_string(&path));
	buffer_release(&path);
	if (dir_fd < 0)
		return -1;
	*is_open = is_locked(dir_fd);
	fd = openat(dir_fd, "acked", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		spool_ledger_read(fd, &ledger);
		close(fd);
	}
	result = spool_scan(&scan, dir_fd, &ledger, why);
	if (result == 0)
		*out = (struct spool_figures){
			.records = scan.entries,
			.bytes = spool_scan_bytes(&scan, &ledger.acked),
			.dropped =
			    larger(scan.books.dropped, ledger.dropped) + larger(scan.books.damaged, ledger.damaged),
			.acked_at = ledger.acked_at,
			.disk_free = spool_scan_disk_free(dir_fd),
		};
	spool_scan_release(&scan);
	close(dir_fd);
	return result;
}
