#include "server/ctl/program.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int program_run(const char *program, const char *const *arguments, struct err *why)
{
	char *list[16] = { NULL };
	pid_t pid;
	int status, failed;

	/* posix_spawn wants char *, and does not write to them. */
	for (int i = 0; i < 15 && arguments[i]; i++)
		memcpy(&list[i], &arguments[i], sizeof(list[i]));
	failed = posix_spawnp(&pid, program, NULL, NULL, list, environ);
	if (failed == ENOENT)
		return err_set(why, ERR_NOT_FOUND, "%s was not found; install PostgreSQL's client programs", program);
	if (failed) {
		errno = failed;
		return err_set_errno(why, ERR_IO, "cannot run %s", program);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set_errno(why, ERR_IO, "cannot wait for %s", program);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(why, ERR_IO, "%s failed", program);
	return 0;
}
