/* Finds what damage has taken, by the numbers: within an epoch they have no gaps, and each commit says which number was
 * the last. Fed with what is left, in order. Pure. */
#ifndef SENSOR_AGENT_SPOOL_TRACK_H
#define SENSOR_AGENT_SPOOL_TRACK_H

#include <stdbool.h>
#include <stdint.h>

struct spool_track {
	bool known; /* the three below mean something */
	uint64_t epoch;
	uint64_t seen;     /* the highest number that came */
	uint64_t promised; /* the highest that a commit told of */
};

struct spool_losses {
	uint64_t numbered; /* a later number follows, so the server will miss these */
	uint64_t silent;   /* at the end of an epoch: only a "dropped" event can tell it */
};

/* Everything up to here is dealt with. */
void spool_track_start(struct spool_track *t, uint64_t epoch, uint64_t sequence);
void spool_track_entry(struct spool_track *t, uint64_t epoch, uint64_t sequence, struct spool_losses *losses);
void spool_track_commit(struct spool_track *t, uint64_t epoch, uint64_t sequence, struct spool_losses *losses);
/* Nothing more will come of this epoch. */
void spool_track_end(struct spool_track *t, struct spool_losses *losses);

#endif
