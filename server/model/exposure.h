/* Detections per company-month: the arithmetic of the detection table (docs/glossary.md has the definition and why).
 *
 * A row counts the companies that had such a detection (the affected ones), their detections, and their monitored days.
 * Its rate is detections x 365 / (12 x days), exact, rounded half up only when it is shown. Days are calendar days in
 * the operator's zone, as numbers since 1970-01-01 (lib/clock.h: days_from_civil). */
#ifndef SERVER_MODEL_EXPOSURE_H
#define SERVER_MODEL_EXPOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both ends inclusive. */
struct day_span {
	int64_t from, to;
};
#define DAY_OPEN INT64_MAX /* `to` of a span that still runs */

/* Days of the period that lie in at least one span. Puts the spans in order. */
int64_t exposure_days(struct day_span *spans, size_t count, struct day_span period);

struct exposure_row {
	int64_t companies, detections, days;
};

/* Adds one company: nothing when it had no such detection. For a row that sums up others, add each company once, with
 * all its detections, so that its time counts once. */
void exposure_add(struct exposure_row *row, int64_t detections, int64_t days);

/* The rate in units of 1/scale, rounded half up; 0 when there are no days. Negative input counts as 0. */
int64_t exposure_rate(int64_t detections, int64_t days, int64_t scale);

enum { RATE_TEXT_SIZE = 32 };
/* As people see it: below 1 with one decimal, else an integer; "―" when nobody is affected. */
void exposure_rate_text(const struct exposure_row *row, char out[RATE_TEXT_SIZE]);

#endif
