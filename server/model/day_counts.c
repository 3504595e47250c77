#include "server/model/day_counts.h"

#include "lib/clock.h"

#include <stdlib.h>

static int order(const void *left, const void *right)
{
	const struct day_count *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->direction != b->direction)
		return a->direction < b->direction ? -1 : 1;
	if (a->engine != b->engine)
		return a->engine < b->engine ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	return (a->action > b->action) - (a->action < b->action);
}

size_t day_counts_add_up(struct day_count *counts, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(counts, count, sizeof(*counts), order);
	for (size_t i = 1; i < count; i++) {
		if (order(&counts[kept], &counts[i]) == 0)
			counts[kept].detections += counts[i].detections;
		else
			counts[++kept] = counts[i];
	}
	return kept + 1;
}

static int32_t month_of(int32_t day)
{
	int year, month, day_of_month;

	civil_from_days(day, &year, &month, &day_of_month);
	return day - (day_of_month - 1);
}

static void add(struct month_sums *sums, const struct day_count *c)
{
	bool stopped = c->action == ACTION_BLOCKED || c->action == ACTION_REMOVED;

	if (c->direction == DIRECTION_INBOUND) {
		sums->inbound[c->engine] += c->detections;
		sums->inbound_stopped += stopped ? c->detections : 0;
	} else if (c->direction == DIRECTION_OUTBOUND) {
		sums->outbound[c->engine] += c->detections;
		sums->outbound_stopped += stopped ? c->detections : 0;
	} else {
		sums->elsewhere += c->detections;
	}
	if (c->engine == ENGINE_ANTIVIRUS) {
		sums->viruses += c->detections;
		sums->viruses_removed += stopped ? c->detections : 0;
	}
}

size_t day_counts_month(const struct day_count *counts, size_t count, struct month_sums *out)
{
	size_t taken = 0;

	*out = (struct month_sums){ .month = count ? month_of(counts[0].day) : 0 };
	while (taken < count && month_of(counts[taken].day) == out->month)
		add(out, &counts[taken++]);
	return taken;
}
