#include "server/collector/operator_zone.h"

#include <stdlib.h>
#include <time.h>

#define QUARTER (15 * 60 * US_PER_SECOND)

void operator_zone_set(const char *timezone)
{
	setenv("TZ", timezone, 1);
	tzset();
}

static int look_up(time_us t)
{
	time_t seconds = (time_t)(t / US_PER_SECOND - (t % US_PER_SECOND < 0));
	struct tm fields;

	/* A year that libc cannot count has no zone either. */
	return localtime_r(&seconds, &fields) ? (int)fields.tm_gmtoff : 0;
}

int operator_zone_at(struct operator_zone *z, time_us t)
{
	time_us quarter = t / QUARTER - (t % QUARTER < 0);

	if (!z->known || z->quarter != quarter) {
		z->seconds = look_up(t);
		z->quarter = quarter;
		z->known = true;
	}
	return z->seconds;
}
