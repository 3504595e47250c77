/* How often somebody may fail to show a good token: per address, and all together. A token cannot be guessed, but each
 * try costs a look into the database. Pure: the time is given.
 *
 * A try is paid for before it is made and refunded unless the token was bad, so that many tries at once gain nothing.
 * Addresses share a fixed number of slots by a keyed hash: memory is bounded, and nobody can choose whom to share with.
 */
#ifndef SERVER_COLLECTOR_EST_ALLOWANCE_H
#define SERVER_COLLECTOR_EST_ALLOWANCE_H

#include "lib/slice.h"

enum {
	EST_TRIES_PER_ADDRESS = 20, /* at once; then one every EST_TRY_EVERY_MS */
	EST_TRY_EVERY_MS = 5000,
	EST_TRIES_IN_ALL = 300,
	EST_TRY_IN_ALL_EVERY_MS = 200,
	EST_ALLOWANCE_SLOTS = 4096,
};

struct est_purse {
	int64_t debt_ms; /* goes down by a millisecond each millisecond; each try adds to it */
	int64_t at_ms;
};

struct est_allowance {
	uint8_t key[16]; /* random */
	struct est_purse all, of[EST_ALLOWANCE_SLOTS];
};

/* `address`: what counts as one peer. True: the try may be made. False: *wait_ms until the next one may. */
bool est_allowance_take(struct est_allowance *a, struct slice address, int64_t now_ms, int64_t *wait_ms);
void est_allowance_give_back(struct est_allowance *a, struct slice address);

#endif
