/* Starting one role as a child process: fork, hand over its own sockets, exec this program again with --role. */
#ifndef SERVER_SUPERVISOR_CHILD_H
#define SERVER_SUPERVISOR_CHILD_H

#include "lib/err.h"

#include <stddef.h>
#include <sys/types.h>

struct child_socket {
	const char *name;
	int fd; /* -1: not open */
};

struct child_plan {
	const char *program; /* path of hinomid */
	const char *role;
	const char *config_path; /* NULL: defaults */
	const struct child_socket *sockets;
	size_t socket_count;
};

/* Starts it. *status_fd becomes the reading end of the pipe on which the child says "ready"; it is non-blocking,
 * and reads as end-of-file when the child is gone or has said it. */
int child_start(const struct child_plan *plan, pid_t *pid, int *status_fd, struct err *why);

#endif
