/* How far the operator's time zone (settings.timezone) is from UTC, at any time. The zone is the process' own: TZ is
 * set once, by operator_zone_set(), before there are threads. */
#ifndef SERVER_COLLECTOR_OPERATOR_ZONE_H
#define SERVER_COLLECTOR_OPERATOR_ZONE_H

#include "lib/clock.h"

/* For this process. A name that the system does not know counts as UTC, as it does for libc. */
void operator_zone_set(const char *timezone);

/* Remembers the last quarter of an hour that it was asked about; zones change at full quarters. Zero-initialise. */
struct operator_zone {
	bool known;
	time_us quarter;
	int seconds;
};
int operator_zone_at(struct operator_zone *z, time_us t); /* seconds east of UTC */

#endif
