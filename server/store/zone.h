/* Days of a time zone: the database knows the zones' rules. */
#ifndef SERVER_STORE_ZONE_H
#define SERVER_STORE_ZONE_H

#include "server/store/db.h"

/* When the day `days_on` days behind `day` (YYYY-MM-DD, valid) begins in the zone. */
int zone_day_begins(struct db *db, const char *day, int days_on, const char *timezone, time_us *out, struct err *why);

#endif
