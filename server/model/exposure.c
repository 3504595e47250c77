#include "server/model/exposure.h"

#include <inttypes.h>

/* The rate is detections x 365 / (12 x days). */
enum { DAYS_PER_YEAR = 365, MONTHS_PER_YEAR = 12 };

static int by_start(const void *a, const void *b)
{
	const struct day_span *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

int64_t exposure_days(struct day_span *spans, size_t count, struct day_span period)
{
	int64_t days = 0, next = period.from; /* first day not yet counted */

	if (count > 1)
		qsort(spans, count, sizeof(*spans), by_start);
	for (size_t i = 0; i < count; i++) {
		int64_t from = spans[i].from > next ? spans[i].from : next;
		int64_t to = spans[i].to < period.to ? spans[i].to : period.to;

		if (to < from)
			continue;
		days += to - from + 1;
		next = to + 1;
	}
	return days;
}

void exposure_add(struct exposure_row *row, int64_t detections, int64_t days)
{
	if (detections <= 0)
		return;
	row->companies++;
	row->detections += detections;
	row->days += days;
}

/* 128 bits, so that no count and no scale can overflow on the way; what is beyond 63 bits in the end is the most. */
int64_t exposure_rate(int64_t detections, int64_t days, int64_t scale)
{
	unsigned __int128 above, below, rounded;

	if (detections <= 0 || days <= 0 || scale <= 0)
		return 0;
	above = (unsigned __int128)detections * DAYS_PER_YEAR * (uint64_t)scale;
	below = (unsigned __int128)days * MONTHS_PER_YEAR;
	/* Half up: floor(x + 1/2) = floor((2 above + below) / (2 below)), with the quotient taken out first. */
	rounded = above / below;
	if (above % below * 2 >= below)
		rounded++;
	return rounded > INT64_MAX ? INT64_MAX : (int64_t)rounded;
}

void exposure_rate_text(const struct exposure_row *row, char out[RATE_TEXT_SIZE])
{
	bool below_one = (__int128)row->detections * DAYS_PER_YEAR < (__int128)row->days * MONTHS_PER_YEAR;
	int64_t tenths;

	if (row->companies <= 0 || row->days <= 0) {
		snprintf(out, RATE_TEXT_SIZE, "―");
	} else if (below_one) {
		tenths = exposure_rate(row->detections, row->days, 10);
		snprintf(out, RATE_TEXT_SIZE, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
	} else {
		snprintf(out, RATE_TEXT_SIZE, "%" PRId64, exposure_rate(row->detections, row->days, 1));
	}
}
