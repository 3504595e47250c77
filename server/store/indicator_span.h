/* The change numbers of a source's indicators, for a hunt over all of them. */
#ifndef SERVER_STORE_INDICATOR_SPAN_H
#define SERVER_STORE_INDICATOR_SPAN_H

#include "server/store/db.h"

/* ERR_NOT_FOUND: there is no such source. *to 0: it has no indicator. */
int indicator_span(struct db *db, int64_t source_id, int64_t *from, int64_t *to, struct err *why);

#endif
