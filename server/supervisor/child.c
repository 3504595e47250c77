#include "server/supervisor/child.h"

#include "lib/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 127 };

/* In the child: the sockets meant for it survive the exec, their numbers stand in the environment. */
static int hand_over(const struct child_plan *plan, int status_fd)
{
	struct buffer list;
	char number[16];
	int failed;

	buffer_init(&list, 0);
	for (size_t i = 0; i < plan->socket_count; i++) {
		if (plan->sockets[i].fd < 0)
			continue;
		if (fcntl(plan->sockets[i].fd, F_SETFD, 0) != 0)
			return -1;
		buffer_printf(&list, "%s%s=%d", list.len ? "," : "", plan->sockets[i].name, plan->sockets[i].fd);
	}
	snprintf(number, sizeof(number), "%d", status_fd);
	failed = fcntl(status_fd, F_SETFD, 0) != 0 || setenv("HINOMI_LISTEN", buffer_string(&list), 1) != 0 ||
		 setenv("HINOMI_STATUS_FD", number, 1) != 0;
	buffer_release(&list);
	return failed ? -1 : 0;
}

static void become(const struct child_plan *plan, int status_fd)
{
	char role[64], config[4200];
	char *arguments[4] = { NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(role, sizeof(role), "--role=%s", plan->role);
	snprintf(config, sizeof(config), "--config=%s", plan->config_path ? plan->config_path : "");
	arguments[0] = strdup("hinomid");
	arguments[1] = role;
	arguments[2] = plan->config_path ? config : NULL;
	if (hand_over(plan, status_fd) == 0)
		execv(plan->program, arguments);
	_exit(EXIT_NOT_STARTED);
}

int child_start(const struct child_plan *plan, pid_t *pid, int *status_fd, struct err *why)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set_errno(why, ERR_IO, "cannot start %s: no pipe", plan->role);
	*pid = fork();
	if (*pid == 0)
		become(plan, ends[1]);
	close(ends[1]);
	if (*pid < 0) {
		close(ends[0]);
		return err_set_errno(why, ERR_IO, "cannot start %s", plan->role);
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*status_fd = ends[0];
	return 0;
}
