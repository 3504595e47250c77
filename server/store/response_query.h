/* The incidents that response figures are made of (server/model/response_figures.h). As metrics.h. */
#ifndef SERVER_STORE_RESPONSE_QUERY_H
#define SERVER_STORE_RESPONSE_QUERY_H

#include "server/model/response_figures.h"
#include "server/store/metrics_period.h"
#include "server/store/promises.h"

/* period: days. Those raised in the period, merged ones left out and counted. Promises are judged as of the database's
 * now. */
int response_query(struct db *db, const struct metrics_period *period, const struct promises *promises,
		   struct response_samples *samples, int64_t *merged, struct err *why);

#endif
