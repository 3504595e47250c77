/* The figures of the stream's `counts` event, per company and over all: open incidents by severity, and alerts of the
 * last minute. Pure: the time is an argument. */
#ifndef SERVER_API_LIVE_COUNTS_H
#define SERVER_API_LIVE_COUNTS_H

#include "lib/slice.h"

enum { LIVE_SEVERITIES = 5, LIVE_SLOTS = 12, LIVE_SLOT_MS = 5000 };

struct live_open {
	int64_t company_id;
	int64_t severity; /* 1..5 */
	int64_t count;
};

struct live_figures {
	int64_t open[LIVE_SEVERITIES]; /* [0]: critical */
	int64_t alerts_per_minute;
};

struct live_company {
	int64_t company_id; /* 0: all of them */
	int64_t open[LIVE_SEVERITIES];
	int64_t alerts[LIVE_SLOTS]; /* slot n holds the alerts of the span `slot_at[n]` */
	int64_t slot_at[LIVE_SLOTS];
};

/* Zero-initialise. list is sorted by company; without memory a company has no figures until the next try. */
struct live_counts {
	struct live_company *list;
	size_t count, room;
	struct live_company all;
};
void live_counts_release(struct live_counts *counts);
/* All open incidents there are; companies not in the list have none. */
void live_counts_set_open(struct live_counts *counts, const struct live_open *list, size_t count);
void live_counts_add_alerts(struct live_counts *counts, int64_t company_id, int64_t alerts, int64_t now_ms);
/* company_id 0: all. */
void live_counts_get(const struct live_counts *counts, int64_t company_id, int64_t now_ms, struct live_figures *out);

#endif
