#include "server/escalator/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The input as a file without a name: the program may read it when it likes, and nobody waits for it. */
static int input_file(struct slice input, struct err *why)
{
	int fd = memfd_create("notice", MFD_CLOEXEC);

	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot make the input of a command");
	for (size_t done = 0; done < input.len;) {
		ssize_t n = write(fd, input.ptr + done, input.len - done);

		if (n < 0 && errno != EINTR) {
			err_set_errno(why, ERR_IO, "cannot write the input of a command");
			close(fd);
			return -1;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	if (lseek(fd, 0, SEEK_SET) < 0) {
		err_set_errno(why, ERR_IO, "cannot rewind the input of a command");
		close(fd);
		return -1;
	}
	return fd;
}

static int spawn(struct command_run *run, const char *program, int in, int out)
{
	char name[] = "hinomi-notice", path[] = "PATH=/usr/local/bin:/usr/bin:/bin", lang[] = "LANG=C.UTF-8";
	char *arguments[] = { name, NULL }, *environment[] = { path, lang, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int failed;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	failed = posix_spawn(&run->pid, program, &actions, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (failed)
		run->pid = 0;
	return failed;
}

int command_start(struct command_run *run, const char *program, struct slice input, struct err *why)
{
	int pipe_fds[2], in = input_file(input, why), failed;

	*run = (struct command_run){ .pid_fd = -1, .out_fd = -1 };
	buffer_init(&run->output, COMMAND_OUTPUT_MAX);
	if (in < 0)
		return -1;
	if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
		err_set_errno(why, ERR_IO, "cannot make a pipe for a command");
		close(in);
		return -1;
	}
	failed = spawn(run, program, in, pipe_fds[1]);
	close(in);
	close(pipe_fds[1]);
	run->out_fd = pipe_fds[0];
	errno = failed;
	if (failed)
		return err_set_errno(why, ERR_CONFIG, "cannot start %s (escalator.command)", program);
	fcntl(run->out_fd, F_SETFL, O_NONBLOCK);
	run->pid_fd = pidfd_open(run->pid, 0);
	return 0;
}

/* What is beyond the limit is read and forgotten, so that the program does not hang. */
static void take_output(struct command_run *run)
{
	uint8_t some[4096];

	while (run->out_fd >= 0) {
		ssize_t n = read(run->out_fd, some, sizeof(some));
		size_t room = COMMAND_OUTPUT_MAX - run->output.len;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			close(run->out_fd);
			run->out_fd = -1;
			return;
		}
		buffer_put(&run->output, some, (size_t)n < room ? (size_t)n : room);
	}
}

bool command_poll(struct command_run *run)
{
	siginfo_t ended = { 0 };

	if (!run->pid)
		return true;
	take_output(run);
	if (waitid(P_PID, (id_t)run->pid, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0)
		return false;
	take_output(run);
	/* Before it is taken from the table, or the number could be somebody else's: what it left behind ends too. */
	kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, &run->status, 0) < 0 && errno == EINTR)
		;
	run->pid = 0;
	return true;
}

void command_kill(struct command_run *run)
{
	if (!run->pid)
		return;
	run->killed = true;
	kill(-run->pid, SIGKILL);
	kill(run->pid, SIGKILL);
}

void command_release(struct command_run *run)
{
	if (run->pid) {
		command_kill(run);
		while (waitpid(run->pid, &run->status, 0) < 0 && errno == EINTR)
			;
	}
	if (run->out_fd >= 0)
		close(run->out_fd);
	if (run->pid_fd >= 0)
		close(run->pid_fd);
	buffer_release(&run->output);
	*run = (struct command_run){ .pid_fd = -1, .out_fd = -1 };
}
