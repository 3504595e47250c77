/* Which days and which companies a figure is about.
 *
 * Days are texts YYYY-MM-DD and months YYYY-MM, valid and in order (the caller has checked), both ends inclusive, in
 * `timezone` (an IANA name), which must be the one that the correlator counts by: settings.timezone. Texts are
 * borrowed. Zeroes in `cohort`: all companies; what a company is (member, industry, ...) is what it is now. */
#ifndef SERVER_STORE_METRICS_PERIOD_H
#define SERVER_STORE_METRICS_PERIOD_H

#include "server/model/cohort.h"

enum { METRICS_DAY_SIZE = 11, METRICS_MONTH_SIZE = 8 };

struct metrics_period {
	const char *from, *to; /* days, or months where a function says so */
	const char *timezone;
	struct cohort cohort;
};

/* The first and the last day of a month, as text. */
void metrics_month_begin(const char *month, char out[METRICS_DAY_SIZE]);
void metrics_month_end(const char *month, char out[METRICS_DAY_SIZE]);
/* So many months later (before: negative). */
void metrics_month_add(const char *month, int months, char out[METRICS_MONTH_SIZE]);

#endif
