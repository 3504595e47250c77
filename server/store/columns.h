/* Statements that take many rows at once: $1 is the company, $2... are arrays of one length, for unnest(). */
#ifndef SERVER_STORE_COLUMNS_H
#define SERVER_STORE_COLUMNS_H

#include "server/store/array_text.h"
#include "server/store/db.h"

/* Runs the statement and releases the arrays, also on error. result as in db_run(). company_id 0: it is one across
 * companies, and the arrays are $1... */
int columns_run(struct db *db, const char *sql, int64_t company_id, struct array_text *columns, size_t count,
		struct db_result **result, struct err *why);
void columns_bool(struct array_text *a, bool value);
void columns_real(struct array_text *a, double value); /* NAN: NULL */

#endif
