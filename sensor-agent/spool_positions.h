/* The sources' checkpoints by name, in memory, the one first used first. */
#ifndef SENSOR_AGENT_SPOOL_POSITIONS_H
#define SENSOR_AGENT_SPOOL_POSITIONS_H

#include "lib/err.h"
#include "lib/slice.h"

struct spool_positions {
	struct spool_position_item *items;
	size_t count, room;
	bool changed; /* something is marked for the next commit */
};

struct spool_position_item {
	char *name;
	uint8_t *state; /* NULL: forgotten, kept until that is written */
	size_t len;
	bool changed;
};

void spool_positions_release(struct spool_positions *p);
/* Sets, or forgets when state is empty; `changed` marks it for the next commit. */
int spool_positions_set(struct spool_positions *p, struct slice name, struct slice state, bool changed,
			struct err *why);
bool spool_positions_get(const struct spool_positions *p, struct slice name, struct slice *state);
/* What was changed is written: takes the marks away and drops what is forgotten. */
void spool_positions_settle(struct spool_positions *p);

#endif
