/* Retro-hunts, in the correlator because it is there that the observables are: a slice of one hunt in each round, so
 * that a long hunt never holds the alerts up (server/store/hunt.h). */
#ifndef SERVER_CORRELATOR_HUNTS_H
#define SERVER_CORRELATOR_HUNTS_H

#include "server/store/db.h"

/* *more is set when there may be more to hunt for. -1 only when the database is away, or refuses everything. */
int hunts_round(struct db *db, bool *more, struct err *why);

#endif
