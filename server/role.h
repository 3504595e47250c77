/* A role is one process of the server with one job (docs/architecture.md). All have the same shape: the supervisor
 * starts `hinomid --role=NAME --config=FILE`; main() loads the settings, opens the log, sets up signals and calls
 * role->run(), which prepares, calls role_ready(), and loops until role_stopping(). It returns 0 after a clean
 * drain; on an error it returns -1 with a message, and the supervisor restarts it with growing back-off. */
#ifndef SERVER_ROLE_H
#define SERVER_ROLE_H

#include "lib/err.h"
#include "server/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct role_context {
	struct settings settings; /* replaced as a whole on reload */
	const char *config_path;  /* NULL: defaults */
	int signal_fd;            /* readable when a signal came, or when the supervisor died; level-triggered */
	int status_fd;            /* pipe to the supervisor, -1 when alone */
	bool stopping;
};

struct role {
	const char *name;
	const char *purpose; /* one line, for --help */
	int (*run)(struct role_context *context, struct err *why);
};

/* All roles, in the order in which they are started; NULL-terminated. */
extern const struct role *const roles[];

/* Tells the supervisor (and systemd through it) that the role serves. */
void role_ready(struct role_context *context);

enum role_event { ROLE_NOTHING, ROLE_RELOAD, ROLE_STOP };
/* Reads one pending signal without blocking. Call until ROLE_NOTHING whenever signal_fd is readable.
 * ROLE_RELOAD: the configuration was read again and is valid, context->settings holds the new values. */
enum role_event role_next_event(struct role_context *context);

/* Waits until signal_fd or `fd` (-1: none) is readable or `timeout_ms` is over; true when the role must stop.
 * For roles without an event loop of their own. Reloads are handled inside. */
bool role_wait(struct role_context *context, int fd, int64_t timeout_ms);

/* A listening socket: the one that the supervisor opened under this name ("lumberjack", "est", "api", "metrics",
 * "keyholder"), or a new one on `address` when the role runs alone. `address` is "host:port", "[v6]:port", or
 * "unix:/path". Non-blocking, close-on-exec. Returns the descriptor, or -1. */
int role_listener(const char *name, const char *address, struct err *why);

#endif
