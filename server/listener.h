/* Listening sockets. The supervisor opens them before any role starts, so that a role's restart refuses nobody
 * and only the supervisor may need the right to a low port. A role finds its own by name in the environment
 * (HINOMI_LISTEN="name=descriptor,..."), which holds just the sockets meant for it. */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "lib/err.h"
#include "server/settings.h"

#include <stddef.h>

struct listener {
	const char *name;
	const char *role; /* the one role that gets it */
};

/* All listeners, with the role that each belongs to. */
extern const struct listener listeners[];
extern const size_t listener_count;

/* The configured address of listeners[index]; "" when it is switched off. Kept in `room` if it has to be built. */
const char *listener_address(size_t index, const struct settings *settings, char *room, size_t room_size);

/* Opens "host:port", "[v6]:port", ":port" (all addresses) or "unix:/path" (mode 0600; a stale socket file is
 * replaced). Non-blocking, close-on-exec. Returns the descriptor or -1. */
int listener_open(const char *address, struct err *why);

/* The inherited descriptor of that name, or -1. */
int listener_inherited(const char *name);

#endif
