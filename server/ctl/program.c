#include "server/ctl/program.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int program_run(const char *const *arguments, struct err *why)
{
	char *list[16] = { NULL };
	pid_t pid;
	int status, failed;

	/* posix_spawn wants char *, and does not write to them. */
	for (int i = 0; i < 15 && arguments[i]; i++)
		memcpy(&list[i], &arguments[i], sizeof(list[i]));
	failed = posix_spawnp(&pid, arguments[0], NULL, NULL, list, environ);
	if (failed == ENOENT)
		return err_set(why, ERR_NOT_FOUND, "%s was not found; install PostgreSQL's client programs",
			       arguments[0]);
	if (failed) {
		errno = failed;
		return err_set_errno(why, ERR_IO, "cannot run %s", arguments[0]);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set_errno(why, ERR_IO, "cannot wait for %s", arguments[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(why, ERR_IO, "%s failed", arguments[0]);
	return 0;
}
