#include "server/store/scope.h"

#include <inttypes.h>
#include <stdio.h>

static int begin(struct db *db, const char *company, const char *vendor, bool read_only, struct err *why)
{
	char script[200];

	snprintf(script, sizeof(script), "BEGIN%s; SET LOCAL app.company = '%s'; SET LOCAL app.vendor = '%s'",
		 read_only ? " ISOLATION LEVEL REPEATABLE READ READ ONLY" : "", company, vendor);
	return db_script(db, script, why);
}

int scope_begin(struct db *db, int64_t company_id, bool read_only, struct err *why)
{
	char company[24] = "*";

	if (company_id == SCOPE_NOBODY)
		company[0] = '\0';
	else if (company_id != SCOPE_ALL)
		snprintf(company, sizeof(company), "%" PRId64, company_id);
	return begin(db, company, "", read_only, why);
}

int scope_begin_vendor(struct db *db, int64_t vendor_id, bool read_only, struct err *why)
{
	char vendor[24];

	snprintf(vendor, sizeof(vendor), "%" PRId64, vendor_id);
	return begin(db, "", vendor, read_only, why);
}

int scope_also(struct db *db, int64_t company_id, struct err *why)
{
	char script[80];

	snprintf(script, sizeof(script), "SET LOCAL app.company = '%" PRId64 "'", company_id);
	return db_script(db, script, why);
}

int scope_widen(struct db *db, struct err *why)
{
	return db_script(db, "SET LOCAL app.company = '*'", why);
}
