/* Counts for ever what was let go to keep within a bound, so that nothing goes in silence: /metrics, the pages of rules
 * and the causes of incidents show it. The rows of a company are written under its lock (correlation.h). */
#ifndef SERVER_STORE_LOSS_H
#define SERVER_STORE_LOSS_H

#include "server/store/db.h"

/* As schema/0006_correlation.sql explains them. Hits of correlations, kinds thinned and dropped, are counted by
 * rule_state.h. */
enum loss_kind { LOSS_THINNED, LOSS_DROPPED, LOSS_CONTACTS, LOSS_OBSERVABLES, LOSS_DAMAGED, LOSS_KINDS };
extern const char *const loss_kinds[LOSS_KINDS];

/* No statement when count is 0. */
int loss_add(struct db *db, int64_t company_id, enum loss_kind kind, int64_t count, struct err *why);

#endif
