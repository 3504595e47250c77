/* What requests for figures have in common: the period, the cohort, JSON or CSV. */
#ifndef SERVER_API_FIGURES_REPLY_H
#define SERVER_API_FIGURES_REPLY_H

#include "server/api/call.h"
#include "server/model/csv_write.h"
#include "server/store/metrics_period.h"

struct figure_request {
	struct metrics_period period;
	bool csv;
};

/* Parameters `from` and `to` (days), the cohort (`company`, `member`, `industry`, `size`, `area`, `tag`) and `format`.
 * Return values as in filters.h. */
int figure_read_days(struct call *call, struct figure_request *out, struct err *why);
/* The same without the days, which the caller has put there. */
int figure_read_rest(struct call *call, struct figure_request *out, struct err *why);
/* Only `format`. */
bool figure_read_format(struct call *call, struct figure_request *out);

/* Begins a reply in CSV, to be saved under a name of its own with the period; then write with csv. */
void figure_reply_csv(struct call *call, const struct figure_request *r, const char *name, struct csv_writer *csv);

#endif
