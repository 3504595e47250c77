/* Time. A `time_us` is microseconds since 1970-01-01T00:00:00Z, without leap seconds, negative before.
 * Zones other than UTC are the business of model/ and of the database. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include "lib/slice.h"

typedef int64_t time_us;

#define TIME_NONE     INT64_MIN
#define US_PER_SECOND ((time_us)1000000)
#define US_PER_DAY    (86400 * US_PER_SECOND)

time_us clock_now(void);          /* wall clock */
int64_t clock_monotonic_ms(void); /* never goes back; for time-outs */

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar; month 1..12, day 1..31. */
int64_t days_from_civil(int year, int month, int day);
void civil_from_days(int64_t days, int *year, int *month, int *day);

/* Seconds east of UTC are subtracted, so that the result is UTC. Ranges are checked: false when a field is out
 * of range (second 60 is taken as 59). */
bool time_from_fields(int year, int month, int day, int hour, int minute, int second, int microsecond, int zone_seconds,
		      time_us *out);

/* RFC 3339, and the ISO 8601 forms that devices write: 'T' or a space between date and time, fraction of any
 * length (cut to microseconds), zone Z, +hh:mm, +hhmm or none (then default_zone seconds east). Whole slice. */
bool time_parse(struct slice text, int default_zone_seconds, time_us *out);

enum { TIME_TEXT_SIZE = 40 };
/* "2026-11-24T08:14:40.123456Z"; years outside 0000..9999 are written as they are. */
void time_to_text(time_us t, char out[TIME_TEXT_SIZE]);

#endif
