/* One transaction of the correlator: takes work of one company, decides, writes, commits. */
#ifndef SERVER_CORRELATOR_COMPANY_H
#define SERVER_CORRELATOR_COMPANY_H

#include "server/store/db.h"

/* Alerts in one transaction; a single row of work may hold more. Bounds memory (some 300 bytes each) and how long
 * people wait who want to change one of the company's incidents. */
enum { COMPANY_ALERTS_MAX = 20000 };

struct company_result {
	size_t alerts; /* dealt with */
	bool more;     /* work is left that could be taken at once */
};

/* window: most between neighbours of an incident. After an error nothing was done, and the transaction is rolled back;
 * codes as in db.h, and ERR_CORRUPT when the database holds what this program does not understand. */
int company_correlate(struct db *db, int64_t company_id, time_us window, const char *timezone,
		      struct company_result *out, struct err *why);

#endif
