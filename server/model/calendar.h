/* Hours of business: weekly hours, days off by law, days off every year, single days. Pure.
 *
 * The document (calendar.rules):
 *   {"hours": {"mon": [["09:00", "12:00"], ["13:00", "17:30"]], ..., "sun": []},
 *                                        a day that is absent is closed; "24:00" ends a day
 *    "holidays": true,                   the days of table holiday are off
 *    "closed_yearly": ["08-13", "12-29"],   month and day
 *    "closed": ["2027-04-30"],           single days
 *    "open": ["2027-01-09"]}             single days with the hours of their weekday although they are off
 * Anything else in it is an error. All members may be absent. Open hours of a day touch or lie apart, and stand in
 * order. An opening that a clock change skips happens at the change (lib/zone.h: zone_instant). */
#ifndef SERVER_MODEL_CALENDAR_H
#define SERVER_MODEL_CALENDAR_H

#include "lib/zone.h"

#include <stdbool.h>
#include <stddef.h>

struct calendar;

/* Days off by law, in days since 1970-01-01, ascending; borrowed by the calendars made with it. */
struct holidays {
	const int64_t *days;
	size_t count;
};

/* zone and holidays are borrowed. ERR_USAGE says what is wrong with the document, and where. */
int calendar_parse(struct calendar **out, struct slice document, const struct zone *zone,
		   const struct holidays *holidays, struct err *why);
void calendar_release(struct calendar *calendar); /* NULL is allowed */

bool calendar_is_open(const struct calendar *calendar, time_us t);
/* Whether there are any hours on that local day. */
bool calendar_is_business_day(const struct calendar *calendar, int64_t day);
/* When it next opens (if closed at t) or closes (if open), after t; TIME_NONE: not within two years. */
time_us calendar_next_change(const struct calendar *calendar, time_us t);
/* t and so many microseconds of open time; TIME_NONE: not within two years. duration 0: t, or when it next opens. */
time_us calendar_add(const struct calendar *calendar, time_us t, int64_t duration);
/* Open microseconds from <= t < to. */
int64_t calendar_between(const struct calendar *calendar, time_us from, time_us to);
/* The nth (1..) business day from `day` on, that day included when it is one; INT64_MAX: not within two years. */
int64_t calendar_business_day(const struct calendar *calendar, int64_t day, int n);

#endif
