/* One event of a sensor, from its bytes to a place in a batch: envelope, normaliser, detector, row. This is the hot
 * path: no memory is taken but the batch's own, and what rules need for the first record of their kind. */
#ifndef SERVER_COLLECTOR_READING_H
#define SERVER_COLLECTOR_READING_H

#include "lib/lumberjack.h"
#include "server/collector/operator_zone.h"
#include "server/model/detector.h"
#include "server/model/networks.h"
#include "server/settings.h"
#include "server/store/ingest_batch.h"

struct reading; /* used from one thread */
/* The detector is borrowed. */
int reading_new(struct reading **out, struct detector *detector, struct err *why);
void reading_free(struct reading *r);
/* Which event times are taken for a bad clock, whether observables are kept; call again after a reload. ERR_CONFIG:
 * oldest_event is no date. */
int reading_configure(struct reading *r, const struct settings *settings, struct err *why);

/* Whose event it is. Company and sensor are in the batch already (ingest_batch_sensor()). */
struct reading_sender {
	int64_t company_id;
	const struct networks *home;
	int zone; /* seconds east of UTC, for local times without a zone */
};
/* *bytes: what it takes of the batch's memory. Fails with ERR_NOMEM only: whatever an event is, it is kept. */
int reading_add(struct reading *r, struct ingest_batch *batch, uint32_t sensor, const struct reading_sender *sender,
		const struct lumberjack_item *item, time_us now, size_t *bytes, struct err *why);

#endif
