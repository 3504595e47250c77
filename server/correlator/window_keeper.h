/* Forgets hits of correlations that came too long ago to matter: later ones could only count with them if they were
 * later than correlator.hits_keep. */
#ifndef SERVER_CORRELATOR_WINDOW_KEEPER_H
#define SERVER_CORRELATOR_WINDOW_KEEPER_H

#include "server/store/db.h"

/* keep: microseconds since they came. A transaction for each thousand windows of a company, under its lock; a company
 * that another correlator is at has to wait. -1 only when the database is away. */
int window_keeper_prune(struct db *db, time_us keep, struct err *why);

#endif
