/* Running another program, without a shell in between. */
#ifndef SERVER_CTL_PROGRAM_H
#define SERVER_CTL_PROGRAM_H

#include "lib/err.h"

/* The program is looked up in PATH; its arguments begin with its name and end with NULL, at most 15. What it says on
 * stderr the operator sees. Waits for its end; -1 unless it exits with 0. */
int program_run(const char *program, const char *const *arguments, struct err *why);

#endif
