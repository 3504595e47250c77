/* The supervisor: opens the listening sockets, starts each role as a process of its own, starts again those that
 * die, passes on reloads, and drains all of them on SIGTERM. It parses no network data and never talks to the
 * database, so that it has nothing to die of.
 *
 * What it knows is in <state_dir>/run/status.json for scripts and people, rewritten at each change:
 *   {"pid":1,"ready":true,"roles":[{"role":"collector","pid":2,"state":"ready","restarts":0}, ...]}
 * `ready` is true while every role is. The same is told to systemd (NOTIFY_SOCKET). */
#ifndef SERVER_SUPERVISOR_SUPERVISOR_H
#define SERVER_SUPERVISOR_SUPERVISOR_H

#include "server/role.h"

/* Returns 0 after SIGTERM and a clean drain. program: path of hinomid, to start the roles with. */
int supervisor_run(struct role_context *context, const char *program, struct err *why);

#endif
