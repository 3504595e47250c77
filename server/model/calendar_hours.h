/* Weekly hours alone, as a layer of a schedule has them: a calendar without days off. Pure. */
#ifndef SERVER_MODEL_CALENDAR_HOURS_H
#define SERVER_MODEL_CALENDAR_HOURS_H

#include "server/model/calendar.h"
#include "server/model/document.h"

/* value: {"mon": [["18:00", "24:00"]], ...} within d. zone is borrowed; place is for messages. */
int calendar_of_hours(struct calendar **out, const struct document *d, uint32_t value, const char *place,
		      const struct zone *zone, struct err *why);

#endif
