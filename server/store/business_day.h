/* Business days of the operator: days that calendar 1 is open on (calendar.h), in its own zone; without such a calendar
 * Monday to Friday but for the days off by law and from 29 December to 3 January. */
#ifndef SERVER_STORE_BUSINESS_DAY_H
#define SERVER_STORE_BUSINESS_DAY_H

#include "server/store/db.h"

enum { BUSINESS_DAY_SIZE = 11 };

/* The nth (1..) business day from `day` (YYYY-MM-DD) on, that day included when it is one. ERR_NOT_FOUND: there is none
 * within two years. */
int business_day_find(struct db *db, const char *day, int n, char out[BUSINESS_DAY_SIZE], struct err *why);

#endif
