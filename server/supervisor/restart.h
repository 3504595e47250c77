/* When a role that died may start again: policy alone, without clock or processes, so that tests can drive it.
 * A role that lived for a minute starts again almost at once; one that keeps dying waits longer each time, up to
 * half a minute, so that a broken configuration or a dead database does not burn the machine. */
#ifndef SERVER_SUPERVISOR_RESTART_H
#define SERVER_SUPERVISOR_RESTART_H

#include <stdint.h>

enum { RESTART_FIRST_MS = 200, RESTART_MOST_MS = 30000, RESTART_FORGIVEN_MS = 60000 };

struct restart {
	unsigned deaths; /* in a row, each after less than RESTART_FORGIVEN_MS of life */
};

/* Milliseconds to wait after a death that came `lived_ms` after the start. */
int64_t restart_delay(struct restart *restart, int64_t lived_ms);

#endif
