/* Time zones: IANA names, as the system's TZif files have them (RFC 9636, versions 1 to 4). A zone never changes after
 * it was read, and may be used from several threads. The C library's own functions go by one zone of the whole process,
 * which a server that works in several cannot use. */
#ifndef LIB_ZONE_H
#define LIB_ZONE_H

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/slice.h"

struct zone;

enum { ZONE_NAME_MAX = 64, ZONE_FILE_MAX = 256 << 10 };

/* Reads $TZDIR/NAME, or /usr/share/zoneinfo/NAME. ERR_USAGE: no such zone, or a name that leaves that folder. */
int zone_load(struct zone **out, const char *name, struct err *why);
/* The content of such a file. ERR_CORRUPT. */
int zone_parse(struct zone **out, struct slice file, struct err *why);
void zone_release(struct zone *zone); /* NULL is allowed */

struct civil_time {
	int year, month, day;     /* month 1..12, day 1..31 */
	int hour, minute, second; /* second 0..59 */
	int weekday;              /* 0 Monday .. 6 Sunday */
	int32_t offset;           /* seconds east of UTC */
};

/* Seconds east of UTC at that instant. */
int32_t zone_offset(const struct zone *zone, time_us t);
void zone_civil(const struct zone *zone, time_us t, struct civil_time *out);
/* The instant of a local time: `second_of_day` 0..86400 of the day (days since 1970-01-01; 86400: the next midnight).
 * A time that a change skips is the instant of the change; of one that happens twice, the first. */
time_us zone_instant(const struct zone *zone, int64_t day, int second_of_day);
/* The local day of an instant, in days since 1970-01-01. */
int64_t zone_day(const struct zone *zone, time_us t);

#endif
