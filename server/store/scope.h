/* The transaction of a call of the api: row-level security shows it the companies of the caller and nothing else
 * (decision 0002, rule 7). */
#ifndef SERVER_STORE_SCOPE_H
#define SERVER_STORE_SCOPE_H

#include "server/store/db.h"

#define SCOPE_ALL    ((int64_t)0)  /* staff of the operator */
#define SCOPE_NOBODY ((int64_t)-1) /* nobody is signed in: no company's rows at all */

/* Begins it for the one company, or as above. read_only: of one snapshot, and nothing can be changed. */
int scope_begin(struct db *db, int64_t company_id, bool read_only, struct err *why);
/* For the people of a vendor: no company's rows, but for the orders of this firm. */
int scope_begin_vendor(struct db *db, int64_t vendor_id, bool read_only, struct err *why);
/* For the rest of the transaction the rows of this company too: what a vendor's people did to an order belongs into the
 * timelines of its company. Only once nothing more is read for an answer but what is the vendor's own. */
int scope_also(struct db *db, int64_t company_id, struct err *why);
/* For figures of many companies together that somebody of one company may know (cells of peers): all companies are
 * seen, until scope_also() is back with the one. */
int scope_widen(struct db *db, struct err *why);

#endif
