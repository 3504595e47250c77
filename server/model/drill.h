/* The monthly test of the way to each person: on the first business day of the month, from DRILL_HOUR on. One that
 * was missed, as the engine was down for the rest of that day, is not made up for. Pure. */
#ifndef SERVER_MODEL_DRILL_H
#define SERVER_MODEL_DRILL_H

#include "server/model/calendar.h"

enum { DRILL_HOUR = 10 };

/* Whether it is due at that local time: day in days since 1970-01-01, hour 0..23. *month: the first of its month. */
bool drill_is_due(const struct calendar *hours, int64_t day, int hour, int64_t *month);

#endif
