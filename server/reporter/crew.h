/* Threads that do jobs: each with a database connection and a press of its own; they share nothing but whether there is
 * something to look for. Each has the settings as they were when the crew was opened: for others, open another one. */
#ifndef SERVER_REPORTER_CREW_H
#define SERVER_REPORTER_CREW_H

#include "lib/err.h"
#include "server/settings.h"

#include <stdbool.h>

struct crew;

/* config_path: read again, so that a crew's settings are its own. */
int crew_open(struct crew **out, const char *config_path, struct err *why);
/* There may be jobs. */
void crew_wake(struct crew *crew);
/* Takes no more jobs; goes on with those that it has. */
void crew_dismiss(struct crew *crew);
/* True: all its threads have ended, and it is freed. At once: what they do is broken off, and is done again later. */
bool crew_close(struct crew *crew, bool at_once);

#endif
