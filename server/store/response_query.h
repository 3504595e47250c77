/* The incidents that response figures are made of (server/model/response_figures.h). Across companies unless one is
 * asked for. */
#ifndef SERVER_STORE_RESPONSE_QUERY_H
#define SERVER_STORE_RESPONSE_QUERY_H

#include "server/model/response_figures.h"
#include "server/store/promises.h"

struct response_period {
	const char *from, *to; /* days YYYY-MM-DD, both inclusive, */
	const char *timezone;  /* in this zone */
	int64_t company_id;    /* 0: all */
};
/* Those raised in the period, merged ones left out and counted. Promises are judged as of the database's now. */
int response_query(struct db *db, const struct response_period *period, const struct promises *promises,
		   struct response_samples *samples, int64_t *merged, struct err *why);

#endif
