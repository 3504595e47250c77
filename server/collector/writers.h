/* From events to committed rows: batches are filled here and handed to connections to the database ("writers"), each of
 * which stores one at a time.
 *
 * A sensor's events go to one writer as long as any of them are on the way, so that they are committed in the order in
 * which they came: the marks rest on it. A sensor without any goes to the writer with the least to do.
 *
 * A batch is stored when its writer is free and the batch is worth it: it has a quarter of the rows allowed, or the
 * last one was begun batch_delay ago. So the first event after a pause waits for nothing, a trickle shares
 * transactions, and a flood fills them. A full batch waits in a queue behind those before it.
 *
 * What fails is done again until it is stored (ingest.h says why that is right): at once when somebody was in the way,
 * after a while when the database is away or in trouble. When it refuses the values, the batch is halved until the
 * event is found, and that one becomes an unparsed record. */
#ifndef SERVER_COLLECTOR_WRITERS_H
#define SERVER_COLLECTOR_WRITERS_H

#include "server/collector/fleet.h"
#include "server/settings.h"
#include "server/store/ingest_batch.h"

#include <event2/event.h>

struct connection;

struct batch {
	uint64_t serial; /* grows from batch to batch */
	struct ingest_batch rows;
	struct connection **connections; /* that wait for it */
	size_t connection_count, connection_room;
	struct batch *next;
};
/* False: no memory. */
bool batch_add_connection(struct batch *b, struct connection *c);

/* Memory of all sensors together. One sensor may have as much of it as is still free, so however many are noisy, the
 * quiet ones find room: n of them that take all they get leave 1/(n+1). */
struct budget {
	size_t used, most;
};
static inline bool budget_allows(const struct budget *b, size_t held)
{
	return b->used < b->most && held <= b->most - b->used;
}

struct writers;

struct writers_plan {
	struct event_base *base;
	const struct settings *settings; /* read again and again: may be reloaded in place. The number of writers and
					  * how to reach the database are taken at the start */
	struct fleet *fleet;
	struct budget *budget;
	/* The batch is committed (sensors that are gone have their flag set): ack it. */
	void (*stored)(void *arg, struct batch *batch);
	/* Memory was given back. */
	void (*freed)(void *arg);
	void *arg;
};
int writers_new(struct writers **out, const struct writers_plan *plan, struct err *why);
/* NULL is allowed. What is not stored is forgotten, and so sent again; stored() is called for it nevertheless, so that
 * its connections, all closed before, find their end. */
void writers_free(struct writers *w);

/* The batch that takes the sensor's next event, with sensor->index set. NULL: no memory. */
struct batch *writers_batch(struct writers *w, struct sensor *sensor);
/* That event took so many bytes. */
void writers_added(struct writers *w, struct sensor *sensor, size_t bytes);
/* Stores what is worth it; call when a turn of reading ends. */
void writers_kick(struct writers *w);

/* Before the end: whatever is there is stored at once. */
void writers_drain(struct writers *w);
bool writers_idle(const struct writers *w); /* nothing is on the way */

#endif
