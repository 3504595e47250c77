/* TZif files. Invariants: a local time's instant shows that time or a later one, and the second before it an earlier
 * one; days begin in order. */
#include "lib/zone.h"

#include <stdlib.h>

static void check(int holds)
{
	if (!holds)
		abort();
}

static int64_t local_of(const struct zone *zone, time_us t)
{
	struct civil_time c;

	zone_civil(zone, t, &c);
	check(c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31 && c.hour >= 0 && c.hour < 24 &&
	      c.weekday >= 0 && c.weekday <= 6);
	check(c.offset == zone_offset(zone, t) && c.offset > -26 * 3600 && c.offset < 26 * 3600);
	check(zone_day(zone, t) == days_from_civil(c.year, c.month, c.day));
	return days_from_civil(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 + c.second;
}

static void try_day(const struct zone *zone, int64_t day)
{
	time_us before = zone_instant(zone, day, 0);

	for (int second = 0; second <= 86400; second += 4800) {
		time_us t = zone_instant(zone, day, second);

		check(t >= before);
		check(local_of(zone, t) >= day * 86400 + second);
		check(local_of(zone, t - US_PER_SECOND) < day * 86400 + second);
		before = t;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone *zone;
	struct err why;

	if (size > ZONE_FILE_MAX || zone_parse(&zone, slice_of(data, size), &why) != 0)
		return 0;
	for (int64_t day = -1; day < 40000; day += 1733)
		try_day(zone, day);
	try_day(zone, days_from_civil(2026, 3, 29));
	try_day(zone, days_from_civil(2026, 12, 31));
	local_of(zone, INT64_MIN);
	local_of(zone, INT64_MAX);
	zone_instant(zone, INT64_MIN, 0);
	zone_instant(zone, INT64_MAX, 86400);
	zone_release(zone);
	return 0;
}
