/* The monthly billing list, from contracts, plans and tax rates as they are valid on the days of the month. Across
 * companies. */
#ifndef SERVER_STORE_BILLING_H
#define SERVER_STORE_BILLING_H

#include "server/model/billing.h"
#include "server/store/db.h"

/* month: YYYY-MM. Lives in the pool. Inside the caller's transaction, or outside of any. */
int billing_read(struct db *db, const char *month, struct pool *pool, struct billing_list *out, struct err *why);

#endif
