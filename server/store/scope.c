#include "server/store/scope.h"

#include <inttypes.h>
#include <stdio.h>

int scope_begin(struct db *db, int64_t company_id, bool read_only, struct err *why)
{
	char company[24] = "*", script[160];

	if (company_id == SCOPE_NOBODY)
		company[0] = '\0';
	else if (company_id != SCOPE_ALL)
		snprintf(company, sizeof(company), "%" PRId64, company_id);
	snprintf(script, sizeof(script), "BEGIN%s; SET LOCAL app.company = '%s'",
		 read_only ? " ISOLATION LEVEL REPEATABLE READ READ ONLY" : "", company);
	return db_script(db, script, why);
}
