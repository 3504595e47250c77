#include "lib/path.h"

#include <errno.h>
#include <sys/stat.h>

int path_exists(const char *path, bool *there, struct err *why)
{
	struct stat found;

	*there = stat(path, &found) == 0;
	if (*there || errno == ENOENT)
		return 0;
	return err_set_errno(why, ERR_IO, "cannot look for %s", path);
}

bool path_is_there(const char *path)
{
	bool there;

	return path_exists(path, &there, NULL) == 0 && there;
}
