/* How fast incidents were detected, taken on, told and settled: count, median, p90 and mean per severity, with and
 * without the time that an incident waited for the member, and how often promised times were kept. Definitions:
 * docs/glossary.md. Pure.
 *
 * Of sorted values v[0..n-1] the quantile q lies at place (n-1)q, between two values in proportion: percentile_cont of
 * SQL. */
#ifndef SERVER_MODEL_RESPONSE_FIGURES_H
#define SERVER_MODEL_RESPONSE_FIGURES_H

#include "lib/err.h"
#include "server/model/sla.h"

enum response_metric {
	RESPONSE_DETECT,      /* MTTD: t2 - t0 */
	RESPONSE_ACKNOWLEDGE, /* MTTA: t3 - t2 */
	RESPONSE_NOTIFY,      /* MTTN: t5 - t2 */
	RESPONSE_CONTAIN,     /* MTTC: t7 - t2 */
	RESPONSE_RESOLVE,     /* MTTR: t8 - t2 */
	RESPONSE_METRICS
};
enum { RESPONSE_SEVERITIES = 5, RESPONSE_ROWS = RESPONSE_SEVERITIES + 1, RESPONSE_SAMPLES_MOST = 500000 };
#define RESPONSE_UNSET INT64_MIN

/* One incident. */
struct response_sample {
	int severity;                   /* 1..5 */
	int64_t took[RESPONSE_METRICS]; /* us; RESPONSE_UNSET: the second clock is not set. Below 0 counts as 0: clocks
					 * of devices run ahead, and a member may have been told before there was an
					 * incident */
	int64_t waited[RESPONSE_METRICS]; /* us of that time that it waited for the member */
	enum sla_state acknowledge, notify;
};

struct response_values {
	double median_s, p90_s, mean_s;
};
struct response_figure {
	int64_t count; /* 0: the rest is nothing */
	struct response_values all, without_waiting;
};
struct response_promise {
	int64_t promised, kept, missed, running;
};
struct response_row {
	int64_t incidents;
	struct response_figure figures[RESPONSE_METRICS];
	struct response_promise acknowledge, notify;
};

struct response_samples {
	struct response_sample *list;
	size_t count, room;
};
/* ERR_LIMIT beyond RESPONSE_SAMPLES_MOST. Start from zeroes; release at the end. */
int response_samples_add(struct response_samples *samples, const struct response_sample *sample, struct err *why);
void response_samples_release(struct response_samples *samples);
/* rows[0]: all together; then by severity. */
int response_figures(const struct response_samples *samples, struct response_row rows[RESPONSE_ROWS], struct err *why);

#endif
