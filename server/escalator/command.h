/* A program of the operator's own as a channel: it gets a notice as JSON on its standard input and says by its exit
 * status what became of it. Its environment holds PATH and LANG only, its arguments nothing: whatever a notice says is
 * data, never part of a command line. */
#ifndef SERVER_ESCALATOR_COMMAND_H
#define SERVER_ESCALATOR_COMMAND_H

#include "lib/buffer.h"
#include "lib/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* Exit status: 0 sent; COMMAND_TRY_AGAIN (EX_TEMPFAIL of sysexits.h) not now; any other: refused. */
enum { COMMAND_TRY_AGAIN = 75, COMMAND_OUTPUT_MAX = 500 };

struct command_run {
	pid_t pid;   /* 0: none */
	int pid_fd;  /* readable when it has ended */
	int out_fd;  /* what it says on either output; -1: closed */
	int status;  /* of waitpid, once it has ended */
	bool killed; /* by us, as it took too long */
	struct buffer output;
};

/* Starts the program in a process group of its own. */
int command_start(struct command_run *run, const char *program, struct slice input, struct err *why);
/* Takes what it says; true: it has ended, and `status` is set. Never waits. */
bool command_poll(struct command_run *run);
/* Ends it and all it started, by force. */
void command_kill(struct command_run *run);
void command_release(struct command_run *run);

#endif
