/* The gap ledger: per sensor and day, what was due and what came (docs/wire.md). Besides what the collector has booked,
 * it shows the days on which a sensor was there but said nothing at all. */
#ifndef SERVER_STORE_GAP_LEDGER_H
#define SERVER_STORE_GAP_LEDGER_H

#include "server/store/db.h"

struct gap_row {
	int64_t company_id, sensor_id;
	const char *company, *sensor, *day; /* borrowed from the result */
	int64_t expected, received, dropped, duplicate, unparsed, ignored, bad_clock, heartbeats;
	int64_t missing; /* expected, neither received nor said to be dropped */
	bool silent;     /* neither records nor heartbeats */
};

/* Days YYYY-MM-DD, valid and in order, both inclusive, in `timezone`. company_id 0: all. By company, sensor, day: from
 * the day a sensor was added to the day it was revoked, and no later than today. */
int gap_ledger(struct db *db, const char *from, const char *to, const char *timezone, int64_t company_id,
	       struct db_result **out, struct err *why);
void gap_read(const struct db_result *result, int row, struct gap_row *out);

#endif
